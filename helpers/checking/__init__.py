"""What a learner calls in a notebook: `check`, `hint`, `solution`, `predict`, `outcome`, `progress`."""

from .check import check, hint, solution
from .guesses import outcome, predict
from .progress import progress

__all__ = ["check", "hint", "outcome", "predict", "progress", "solution"]
