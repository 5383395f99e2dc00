"""What a learner calls in a notebook: `check`, `hint`, `progress`."""

from .check import check, hint
from .progress import progress

__all__ = ["check", "hint", "progress"]
