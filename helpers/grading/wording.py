"""How sentences are worded that several parts of the grader say."""

from __future__ import annotations

from collections.abc import Sequence

_SHOWN = 10  # names in one sentence


def few(names: Sequence[str]) -> str:
    """The first of these names, and how many others there are."""
    more = f" and {len(names) - _SHOWN} others" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more
