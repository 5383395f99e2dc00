"""One line of the ledger."""

from collections.abc import Callable
from dataclasses import dataclass

AGREES, ERRATUM, OTHER_SETTING = "agrees", "erratum", "other setting"


@dataclass(frozen=True)
class Row:
    """A number or a statement of a deck, and how the course computes it.

    `slide_says` is a number, or a short text that is compared as it stands. `compute` takes no arguments and returns
    the same kind of thing. `tolerance` is the largest difference between numbers that still agrees. `needs` names a
    data set (datasets.DATASETS) without which the row cannot be computed. `setting_given` is False where the deck does
    not say how its number came about: a difference is then no erratum.
    """

    key: str
    deck: str
    slide_says: float | str
    compute: Callable[[], float | str]
    tolerance: float = 0.0
    note: str = ""
    needs: str | None = None
    setting_given: bool = True

    def verdict(self, computed):
        """What the comparison of the slide with a computed value comes to."""
        if isinstance(self.slide_says, str):
            agrees = self.slide_says == computed
        else:
            agrees = abs(computed - self.slide_says) <= self.tolerance
        if agrees:
            return AGREES
        return ERRATUM if self.setting_given else OTHER_SETTING
