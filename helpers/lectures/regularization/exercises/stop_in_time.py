"""`stop_in_time`: a stopping rule of one's own, judged by what it costs on recorded runs. Many rules are right."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from helpers.judging.compare import Difference
from helpers.judging.exercise import Exercise, Part, call, mistake

from .common import LECTURE, STOP

PRICE = 0.004  # of an epoch, in units of the loss
ALLOWED = 0.03  # more than this above the price of the course's own rule is too much
EPOCHS = 80
ANOTHER = "It is another rule, and cheap enough."


def price(runs, stops) -> float:
    """Mean over the runs: how much higher the kept loss is than the lowest one, plus the price of the epochs."""
    runs = np.asarray(runs, dtype=float)
    kept = np.array([losses[: stop + 1].min() for losses, stop in zip(runs, stops, strict=True)])
    return float(np.mean(kept - runs.min(axis=1)) + PRICE * (np.mean(stops) + 1))


def with_patience(runs, patience=6):
    stops = []
    for losses in np.asarray(runs, dtype=float):
        best = 0
        for epoch, loss in enumerate(losses):
            best = epoch if loss < losses[best] else best
            if epoch - best >= patience:
                break
        stops.append(epoch)
    return np.array(stops)


def oracle(runs):
    return with_patience(runs)


def _checked(runs, value):
    """The stops as an array, or what is wrong with their form."""
    stops = np.asarray(value)
    if stops.shape != (len(runs),) or stops.dtype.kind not in "iu":
        return None, Difference("type", "One integer is expected for each run: the epoch in which it stops.")
    if stops.min() < 0 or stops.max() >= runs.shape[1]:
        return None, Difference("value", "A run stops in one of its own epochs, from 0 to the last.")
    return stops, None


@dataclass(frozen=True)
class Cheap:
    """The judge of the price: not much above that of the course's own `rule`."""

    rule: object
    ASKS_ARGUMENTS: ClassVar = ("rule",)

    def __call__(self, one, value, before=None):
        runs = np.asarray(one.arguments[0], dtype=float)
        stops, wrong = _checked(runs, value)
        if wrong:
            return wrong
        own, found = price(runs, self.rule(runs)), price(runs, stops)
        if found <= own + ALLOWED:
            return None
        return Difference(
            "value",
            f"This rule costs {found:.3f} a run on average, the course's own {own:.3f}; {ALLOWED} more is allowed.",
        )


@dataclass(frozen=True)
class Blind:
    """The judge of a rule that does not see the future: two recordings are equal up to some epoch."""

    cheap: Cheap

    def __call__(self, one, value, before=None):
        if before is None:
            return self.cheap(one, value)
        wrong = _checked(one.arguments[0], value)[1]
        if wrong:
            return wrong
        differ = np.any(np.asarray(before[0].arguments[0]) != np.asarray(one.arguments[0]), axis=0)
        same = int(np.argmax(differ))  # so many epochs are equal
        if np.array_equal(np.minimum(before[1], same), np.minimum(value, same)):
            return None
        return Difference(
            "value", "Two recordings are equal up to the stop, and the stops differ: the rule uses later losses."
        )


@dataclass(frozen=True)
class As:
    """Knows the stops of one particular rule."""

    rule: object
    ASKS_ARGUMENTS: ClassVar = ("rule",)

    def __call__(self, one, value, before=None):
        same = np.array_equal(np.asarray(value), self.rule(one.arguments[0]))
        return None if same else Difference("value", "Other stops.")


def recorded(rng, runs=40):
    """Validation losses of many runs: half of them fall quickly, half slowly, and then they rise again."""
    t = np.arange(EPOCHS)[None]
    fall = np.where(rng.permutation(runs)[:, None] < runs // 2, 1.0, 10.0) * rng.uniform(0.8, 1.4, (runs, 1))
    turn, rise = fall * rng.uniform(2.5, 4, (runs, 1)), rng.uniform(0.02, 0.05, (runs, 1))
    level = 0.5 + 2 * np.exp(-t / fall) + rise * np.maximum(0, t - turn)
    return np.round(64 * (level + rng.normal(0, 0.02, (runs, EPOCHS)))) / 64


def prices(rng):
    return [call(recorded(rng)) for _ in range(3)]


def futures(rng):
    """The same recordings again and again, every second time with other losses from some epoch on."""
    known, calls = recorded(rng), []
    for start in (12, 18, 24, 30):
        other = known.copy()
        other[:, start:] = np.linspace(0.25, 0, EPOCHS - start)
        calls += [call(known), call(other)]
    return calls


def _argmin(runs):
    return np.argmin(runs, axis=1)


def _never(runs):
    return np.full(len(runs), np.shape(runs)[1] - 1)


def _at_once(runs):
    return np.zeros(len(runs), dtype=int)


def _first_rise(runs):
    return with_patience(runs, 1)


def _too_patient(runs):
    return with_patience(runs, 50)


def _after_two(runs):
    return np.full(len(runs), 2)


def _best(runs):
    return np.array([np.argmin(losses[: stop + 1]) for losses, stop in zip(runs, oracle(runs), strict=True)])


def _steepest(runs):
    return np.argmin(np.diff(runs, axis=1), axis=1) + 1


@mistake(
    "This is the epoch with the lowest loss of the whole recording. While a run is trained, nobody knows what comes.",
    As(_argmin),
)
def sees_the_future(runs):
    return _argmin(runs)


@mistake("It never stops: every run goes on to its last epoch.", As(_never))
def never(runs):
    return _never(runs)


@mistake("It stops in the first epoch, before anything has been learned.", As(_at_once))
def at_once(runs):
    return _at_once(runs)


@mistake("It stops at the first loss that is not lower. Losses scatter, so one bad epoch says little.", As(_first_rise))
def first_rise(runs):
    return _first_rise(runs)


@mistake("It waits for fifty epochs. That finds the lowest loss and pays for it with epochs.", As(_too_patient))
def too_patient(runs):
    return _too_patient(runs)


@mistake("It stops after three epochs, whatever the losses are. The runs differ: look at their losses.", As(_after_two))
def fixed_epoch(runs):
    return _after_two(runs)


@mistake(
    "This is the best epoch, and the rule saw losses after it. Return the epoch in which training stops.", As(_best)
)
def best_epoch(runs):
    return _best(runs)


@mistake("It stops where the loss falls fastest. There, training is still worth its price.", As(_steepest))
def where_it_falls(runs):
    return _steepest(runs)


def patience_of_five(runs):
    """Patience: stop after five epochs in a row without a new lowest loss."""
    return with_patience(runs, 5)


def by_smoothing(runs):
    """Compare the mean of the last five losses with that of the five before, and stop when it has not fallen."""
    stops = []
    for losses in runs:
        stop = len(losses) - 1
        for epoch in range(9, len(losses)):
            if losses[epoch - 4 : epoch + 1].mean() > losses[epoch - 9 : epoch - 4].mean() - 0.005:
                stop = epoch
                break
        stops.append(stop)
    return stops


def patience_of_ten(runs):
    return with_patience(runs, 10).tolist()


def with_a_margin(runs):
    found = []
    for losses in np.asarray(runs, dtype=float):
        best, last = 0, 0
        for epoch, loss in enumerate(losses):
            last = epoch
            if loss < losses[best] - 0.01:
                best = epoch
            if epoch - best >= 7:
                break
        found.append(last)
    return np.array(found, dtype=np.int32)


def above_the_lowest(runs):
    lowest = np.minimum.accumulate(runs, axis=1)
    above = np.cumsum(runs > lowest + 0.01, axis=1)
    return np.where((above >= 5).any(axis=1), np.argmax(above >= 5, axis=1), runs.shape[1] - 1)


STOP_IN_TIME = Exercise(
    name="stop_in_time",
    lecture=LECTURE,
    section=STOP,
    minutes=10,
    difficulty=3,
    parts=(
        Part("price", 3, prices, judge=Cheap(oracle)),
        Part("the future", 1, futures, judge=Blind(Cheap(oracle))),
    ),
    oracle=oracle,
    mistakes=(
        sees_the_future,
        never,
        at_once,
        first_rise,
        too_patient,
        fixed_epoch,
        best_epoch,
        where_it_falls,
    ),
    spellings=(patience_of_five, by_smoothing, patience_of_ten, with_a_margin, above_the_lowest),
    equivalent_mutants={
        "line 10: `np.array(stops)` → `stops`": "A list of results is as good as an array.",
        "line 3: `0` → `1`": ANOTHER,
        "line 5: `loss < losses[best]` → `loss <= losses[best]`": ANOTHER,
        "line 7: `epoch - best > 6` → `epoch - best >= 6`": ANOTHER,
        "line 7: `6` → `7`": ANOTHER,
        "line 7: `6` → `12`": ANOTHER,
    },
    hints=(
        "Your `early_stopping` is such a rule. How many epochs of patience do scattered losses need?",
        "An epoch costs 0.004. Waiting for ten epochs has to lower the loss by more than 0.04 to be worth it.",
    ),
)
