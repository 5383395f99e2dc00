"""A general sentence of a lecture, as an experiment."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

OWN = "as in the lecture"
HOLDS, FAILS = "holds", "does not hold"


@dataclass(frozen=True)
class Claim:
    """A sentence that says what happens in general, and how one finds out whether it does.

    Parameters
    ----------
    sentence
        As it stands in the lecture's text, word for word (a row of a table without its bars).
    margin
        `margin(seed, **setting)` runs the experiment once and returns by how much the sentence holds, in `unit`: above
        0 it holds. A comparison returns a difference between the two sides, each at its own best.
    unit
        Of the margin, such as "points of accuracy" or "powers of ten".
    settings
        {name: keyword arguments}: the lecture's own first, then its neighbors (rate halved and doubled, width, depth,
        another data set, Adam beside plain SGD). In each the sentence has to hold for `share` of the seeds.
    limits
        Settings in which it stops holding, as the lecture says. There it must hold for less than `share`.
    seeds
        How many; 1 where nothing is drawn (a fact of arithmetic).
    """

    sentence: str
    margin: Callable[..., float]
    unit: str = ""
    settings: Mapping[str, Mapping] = field(default_factory=lambda: {OWN: {}})
    limits: Mapping[str, Mapping] = field(default_factory=dict)
    seeds: int = 10
    share: float = 0.9


@dataclass(frozen=True)
class Evidence:
    """The margins of one claim in one setting, a seed each."""

    claim: Claim
    setting: str
    margins: tuple[float, ...]

    @property
    def times(self) -> int:
        """For how many seeds the sentence holds."""
        return sum(margin > 0 for margin in self.margins)

    @property
    def verdict(self) -> str:
        return HOLDS if self.times >= self.claim.share * len(self.margins) else FAILS

    @property
    def as_said(self) -> bool:
        """Whether it holds where the lecture says that it does, and fails where it says so."""
        return (self.verdict == HOLDS) == (self.setting in self.claim.settings)


def gather(claim: Claim, setting: str) -> Evidence:
    """Run the experiment of a claim in one setting, for all its seeds."""
    return Evidence(claim, setting, tuple(margin_of(claim, setting, seed) for seed in range(claim.seeds)))


def margin_of(claim: Claim, setting: str, seed: int) -> float:
    """Run it once. A margin that is no number counts as one that does not hold."""
    arguments = {**claim.settings, **claim.limits}[setting]
    margin = float(claim.margin(seed, **arguments))
    return -math.inf if math.isnan(margin) else margin
