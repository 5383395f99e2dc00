"""Which of several notebooks counts: the newest one that somebody has worked on.

In this order decide: whether it can be read; whether any exercise was tried (an untouched copy never beats one that was
worked on); the time that the system tells; the number of the upload or attempt; what the names say (`attempt_10`,
`old`); the files' times, if they are minutes apart; the number that a browser puts behind a name; how many exercises
were tried; the name. What decided is said.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from .contents import Contents, look

_MINUTES_APART = 120  # seconds; what is unpacked or cloned together has times that are closer
_ATTEMPT = re.compile(r"(?:attempt|version|try|upload|submission|versuch|rev|v)[ _-]?(\d{1,9})(?![\d.])", re.IGNORECASE)
_OLDER = re.compile(r"(?<![a-z])(?:old|older|backup|bak|previous|alt|draft|checkpoint)(?![a-z])|~$", re.IGNORECASE)
_NUMBERED = re.compile(
    r"(?:\((\d{1,9})\)|-(\d{1,9})|[ _]copy ?(\d{0,9}))(?=\.zip/|(?:\.ipynb)?(?:\.\w+)?$)", re.IGNORECASE
)


@dataclass(frozen=True)
class Candidate:
    """A notebook for one student and lecture, with what may speak for it."""

    path: str
    contents: Contents
    time: datetime | None = None  # that a system tells
    upload: int = 0
    file_time: datetime | None = None

    @classmethod
    def of(cls, path: str, content: bytes, problem: str, lecture: str, **known) -> Candidate:
        """Look into a file, or take down why it cannot be looked into."""
        return cls(path, Contents(lecture, problem=problem) if problem else look(content, lecture), **known)


def newest_complete(candidates: Sequence[Candidate]) -> tuple[int, str]:
    """The place of the one that counts, and why it does ("" where there is no choice)."""
    if len(candidates) == 1:
        return 0, ""
    reasons = _reasons(candidates)
    order = sorted(range(len(candidates)), key=lambda i: [key(candidates[i]) for _, key in reasons])
    best, second = candidates[order[-1]], candidates[order[-2]]
    why = next((why for why, key in reasons if key(best) != key(second)), "")
    return order[-1], why


def _reasons(candidates: Sequence[Candidate]) -> list[tuple[str, object]]:
    reasons = [
        ("it is the one that can be read", lambda c: c.contents.is_notebook),
        ("it is the one that was worked on", lambda c: c.contents.answered > 0),
    ]
    if all(c.time for c in candidates):
        reasons.append(("it came in last", lambda c: c.time))
    reasons += [
        ("it is the last upload", lambda c: c.upload),
        ("its name says that it is the last attempt", _attempt),
    ]
    times = [c.file_time for c in candidates]
    if all(times) and (max(times) - min(times)).total_seconds() > _MINUTES_APART:
        reasons.append(("its file was changed last", lambda c: c.file_time))
    return [
        *reasons,
        ("the number in its name is the highest", _copy_number),
        ("most exercises were tried in it", lambda c: c.contents.answered),
        ("its name is the last", lambda c: c.path),
    ]


def _attempt(candidate: Candidate) -> tuple[int, int]:
    numbers = _ATTEMPT.findall(candidate.path)
    return -bool(_OLDER.search(candidate.path)), int(numbers[-1]) if numbers else 0


def _copy_number(candidate: Candidate) -> int:
    match = _NUMBERED.search(candidate.path)
    return int(next(filter(None, match.groups()), "1")) if match else 0
