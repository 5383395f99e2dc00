"""Inside nbgrader's autograder and its *Validate*: what a check cell must end in, so that nbgrader reads our points.

nbgrader 0.9.6 (`nbgrader.utils.determine_grade`) gives a check cell nothing when it printed to stderr or raised, the
number when its result is one as plain text, and *all* points when its result is anything else. So there a check shows
its bare points, keeps stderr to itself, and never answers with a sentence. nbgrader tells that it runs a notebook by
setting `NBGRADER_EXECUTION` (`nbgrader.converters.autograde`, `nbgrader.validator`); nowhere else does anything change.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
from dataclasses import dataclass

from .feedback import Feedback, Note

CHECK_CELL = re.compile(r"check\((?:(?P<keyword>\w+)=)?(?P<variable>\w+)\)\s*")


@dataclass(frozen=True)
class Score:
    """What a check shows to nbgrader: the points as text, the feedback as HTML for the page that a student gets."""

    feedback: Feedback | Note

    @property
    def points(self) -> float:
        return getattr(self.feedback, "points", 0.0)

    @property
    def correct(self) -> bool:
        return getattr(self.feedback, "correct", False)

    def _repr_html_(self) -> str:
        return self.feedback._repr_html_()

    def __repr__(self) -> str:
        return str(float(self.points))


def nbgrader_asks() -> bool:
    """Whether this kernel runs a notebook for `nbgrader autograde` or `nbgrader validate`."""
    return os.environ.get("NBGRADER_EXECUTION") in ("autograde", "validate")


def without_stderr() -> contextlib.AbstractContextManager:
    """Keep warnings and prints of a learner's function from costing all points of a right answer."""
    return contextlib.redirect_stderr(io.StringIO())
