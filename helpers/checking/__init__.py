"""What a learner calls in a notebook: `check`, `hint`, `solution`, `progress`."""

from .check import check, hint, solution
from .progress import progress

__all__ = ["check", "hint", "progress", "solution"]
