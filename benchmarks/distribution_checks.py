"""How often the checks of random answers fail a right one, and how wrong random weights have to be to be caught.

    .venv/bin/python benchmarks/distribution_checks.py [examinations]

A right answer meets fresh examinations, each as one grading has it, drawn in several ways in turn. The false alarms are
counted, and the smallest tail of any test is held against what so many tests should give: with tests of exact size
about one examination in ten has a tail below 0.1 / tests. Then the deviation is made wrong by a few percent and the
share of examinations that catch it is counted.
"""

from __future__ import annotations

import sys
from dataclasses import replace

import numpy as np
from rich.console import Console
from rich.progress import track
from rich.table import Table

from helpers.judging import distributions
from helpers.lectures import exercise_named
from helpers.sandbox.observe import Observation, observe

WEIGHTS = ("xavier_normal", "he_normal", "glorot_uniform")
NAMES = (*WEIGHTS, "log_uniform", "random_points")
POWER_EXAMINATIONS = 2000
WANTED = 0.999


def main(examinations: int) -> None:
    table = Table(title=f"right answers: {examinations} gradings an exercise, promised chance of failing one: 1e-6")
    for column in ("exercise", "ways of drawing", "calls", "numbers", "false alarms", "smallest tail", "alarm below"):
        table.add_column(column)
    for name in NAMES:
        table.add_row(*map(str, false_alarms(name, examinations)))
    Console().print(table)
    table = Table(title=f"wrong scale: relative error caught in {100 * WANTED} % of {POWER_EXAMINATIONS} examinations")
    for column in ("exercise", "too small, check", "too large, check", "too small, grading", "too large, grading"):
        table.add_column(column)
    for name in WEIGHTS:
        found = [smallest_caught(name, sign, public) for public in (True, False) for sign in (-1, 1)]
        table.add_row(name, *(f"{100 * error:.2g} %" for error in found))
    Console().print(table)


def false_alarms(name: str, examinations: int):
    """Count failed examinations of right answers, and find the smallest tail of all tests."""
    exercise = exercise_named(name)
    # Lists take long to draw and hold the same numbers.
    ways = [way for way in exercise.spellings if "lists" not in way.__name__]
    alarms, smallest, calls, numbers = 0, 1.0, 0, 0
    for seed in track(range(examinations), description=name):
        way = ways[seed % len(ways)]
        failed, before = False, None
        for trial in exercise._trials(seed, public=False):
            seen: Observation = observe(way, trial.call)
            part_before = before[1:] if before and before[0] == trial.part else None
            failed |= trial.judge(trial.call, seen.value, part_before) is not None
            values = trial.judge.numbers(trial.call, seen.value)
            scores = distributions._scores(values, trial.judge.kind, trial.judge.std(*trial.call.arguments[:-1]))
            smallest = min(smallest, *(tail for _, tail in distributions._tails(scores)))
            before = (trial.part, trial.call, seen.value)
            calls, numbers = calls + 1, numbers + values.size
        alarms += failed
    return name, len(ways), calls, numbers, alarms, f"{smallest:.1e}", f"{distributions.PER_TEST:.0e}"


def smallest_caught(name: str, sign: int, public: bool) -> float:
    """The relative error of the scale from which on WANTED of the examinations catch it, by halving an interval.

    `public` stands for the calls of `check`, otherwise they are those of a grading, twice as many.
    """
    exercise = exercise_named(name)
    rng = np.random.default_rng(0)
    trials = exercise.parts[0].cases(rng) * (1 if public else 2)
    judge = replace(exercise.parts[0].judge, source=distributions.FROM_RNG)
    low, high = 0.0, 0.2
    while high - low > 0.02 * high:
        error = (low + high) / 2
        caught = sum(_caught(judge, trials, 1 + sign * error, rng) for _ in range(POWER_EXAMINATIONS))
        low, high = (low, error) if caught >= WANTED * POWER_EXAMINATIONS else (error, high)
    return high


def _caught(judge, trials, factor, rng) -> bool:
    for call in trials:
        std = factor * judge.std(*call.arguments[:-1])
        if judge.kind == distributions.NORMAL:
            values = rng.normal(0, std, call.arguments[:-1])
        else:
            values = rng.uniform(-np.sqrt(3) * std, np.sqrt(3) * std, call.arguments[:-1])
        if judge(call, values) is not None:
            return True
    return False


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
