"""Which code decides about marks."""

from __future__ import annotations

import hashlib

from helpers.paths import ROOT

# A change in any of it means that everything is marked again.
_DECIDING = ("exercises", "judging", "sandbox", "grading")


def course_version() -> str:
    """A digest of the code that decides about marks."""
    digest = hashlib.sha256()
    for folder in _DECIDING:
        for path in sorted((ROOT / "helpers" / folder).rglob("*.py")):
            digest.update(path.relative_to(ROOT).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]
