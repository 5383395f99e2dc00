"""triage_chart: order at most three tests, then say what is wrong with a run; judged on runs not seen.

The runs are small networks that were really trained, each with one thing wrong. A chart is plain numbers, so it can be
followed on as many runs as one likes, by somebody who has not written it.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from helpers.judging.compare import Difference
from helpers.judging.exercise import Exercise, Part, call, mistake

from ..given import TESTS, TROUBLES, recorded
from .common import LECTURE

MOST_TESTS = 3


@cache
def unseen():
    return recorded(10, np.random.default_rng(2026))


def cases(rng):
    """The columns come in another order with each call, so a chart is made of names and not copied."""
    tests, troubles = recorded(6, rng)
    while np.any(followed(GOOD, tests) != troubles):  # an odd run would move what is taken from the records
        tests, troubles = recorded(6, rng)
    orders = [rng.permutation(len(TESTS)) for _ in range(2)]
    return [call([TESTS[column] for column in order], tests[:, order], troubles) for order in orders]


def by_name(one, value):
    """A chart with the columns of `TESTS`; what is no column of the call's stays as it is, and is found out later."""
    chart = np.array(value, dtype=float)
    if chart.ndim == 2 and chart.shape[1:] == (4,):
        places = [TESTS.index(name) for name in one.arguments[0]]
        chart[:, 0] = [places[int(test)] if test in range(len(TESTS)) else test for test in chart[:, 0]]
    return chart


# Charts.


def trouble_with(chart):
    """Why this is no chart; "" if it is one."""
    if chart.ndim != 2 or chart.shape[1:] != (4,) or not 1 <= len(chart) <= 2**MOST_TESTS - 1:
        return "A chart has 1 to 7 rows of four numbers: (test, limit, if below, otherwise)."
    if not np.isfinite(chart).all() or np.any(chart[:, [0, 2, 3]] % 1):
        return "Tests and goals of a chart are whole numbers."
    if not np.isin(chart[:, 0], np.arange(len(TESTS))).all():
        return f"A test is a column of `tests`, from 0 to {len(TESTS) - 1}."
    for row, goals in enumerate(chart[:, 2:]):
        for goal in goals:
            if goal >= 0 and not row < goal < len(chart):
                return f"Row {row} leads to row {goal:g}: a goal from 0 up is a row *further down* in the chart."
            if goal < -len(TROUBLES):
                return f"Row {row} ends at {goal:g}: a trouble k is written -1 - k, so from -1 to {-len(TROUBLES)}."
    if depth(chart) > MOST_TESTS:
        return f"Some run would need {depth(chart)} tests on its way through the chart; {MOST_TESTS} are allowed."
    return ""


def depth(chart, row=0):
    """The most tests on a way through the chart from this row."""
    return 1 + max(depth(chart, int(goal)) if goal >= 0 else 0 for goal in chart[row, 2:])


def followed(chart, tests):
    """The trouble at which every run ends: (runs,)."""
    ends = []
    for run in tests:
        goal = 0
        while goal >= 0:
            test, limit, below, otherwise = chart[int(goal)]
            goal = below if run[int(test)] < limit else otherwise
        ends.append(-1 - int(goal))
    return np.array(ends)


def share_named(chart):
    """The share of the runs that nobody has seen whose trouble a chart names."""
    tests, troubles = unseen()
    return np.mean(followed(chart, tests) == troubles)


def naming(share):
    """The judge of a part: the chart must name the trouble of this share of the runs that nobody has seen."""

    def judge(one, value, before=None):
        chart = by_name(one, value)
        if why := trouble_with(chart):
            return Difference("value", why)
        tests, troubles = unseen()
        found = followed(chart, tests)
        right = np.mean(found == troubles)
        if right >= share:
            return None
        pairs = np.unique(np.stack([troubles, found])[:, found != troubles], axis=1, return_counts=True)
        was, called = pairs[0][:, pairs[1].argmax()]
        return Difference(
            "value",
            f"On new runs this chart is right for {right:.0%}; {share:.0%} are asked for. Most often it says "
            f"{TROUBLES[called]!r} where the run has {TROUBLES[was]!r}.",
        )

    judge.any_shape = True
    return judge


GOOD = np.array(
    [
        [1, 0.75, 1, 3],  # has it learned?
        [0, 1.6, 2, -1 - 4],  # with a first loss as it must be?
        [7, 0.6, -1 - 6, -1 - 0],
        [3, -3.5, 4, 5],  # are the updates tiny?
        [4, 0.99, -1 - 1, -1 - 3],
        [5, 0.05, -1 - 2, -1 - 5],
    ]
)


def oracle(names, tests, troubles):
    """By hand, from what each test measures."""
    return among(names, GOOD)


def among(names, chart):
    """A chart whose tests are those of `TESTS`, written for columns in this order."""
    columns = [list(names).index(TESTS[int(row[0])]) for row in chart]
    return np.column_stack([columns, np.asarray(chart, dtype=float)[:, 1:]])


# How the wrong ones are recognized.


def recognized(test):
    def judge(one, value, before=None):
        chart = by_name(one, value)
        is_it = chart.ndim == 2 and len(chart) > 0 and test(chart)
        return None if is_it else Difference("value", "It is another chart.")

    judge.any_shape = True
    return judge


@mistake(
    "One test cannot tell seven troubles apart. Use up to three on each way: a goal may be another row.",
    recognized(lambda chart: trouble_with(chart) == "" and len(chart) == 1),
)
def one_test(names, tests, troubles):
    return among(names, [[1, 0.75, -1, -2]])


@mistake(
    "A way through this chart needs more than three tests. Every test costs, so ask first what splits the troubles in "
    "halves.",
    recognized(lambda chart: trouble_with(chart).startswith("Some run would need")),
)
def one_after_the_other(names, tests, troubles):
    rows = [[0, 1.6, 1, -5], [4, 0.99, 2, -4], [5, 0.05, 3, -6], [3, -3.5, -2, 4], [7, 0.6, -7, -1]]
    return among(names, rows)


@mistake(
    "A goal leads back to its own row or to one above, so nobody gets out. Rows are counted from 0, and a trouble k is "
    "written -1 - k: the healthy ones are -1, not 0.",
    recognized(lambda chart: "further down" in trouble_with(chart)),
)
def healthy_as_zero(names, tests, troubles):
    return among(names, [[1, 0.75, 0, 1], [3, -3.5, -2, -3]])


@mistake(
    "The last two numbers of the rows are exchanged: the third is where to go when the test is *below* its limit.",
    recognized(
        lambda chart: (
            trouble_with(chart) == "" and np.mean(followed(chart[:, [0, 1, 3, 2]], unseen()[0]) == unseen()[1]) > 0.7
        )
    ),
)
def goals_exchanged(names, tests, troubles):
    return among(names, GOOD[:, [0, 1, 3, 2]])


@mistake(
    "Troubles are written as -k. With rows counted from 0, trouble 0 would be a row: write -1 - k.",
    recognized(lambda chart: trouble_with(chart) == "" and _right_when_shifted(chart)),
)
def one_off(names, tests, troubles):
    rows = [[1, 0.75, 1, 3], [0, 1.6, 2, -4], [7, 0.6, -6, -1], [3, -3.5, 4, 5], [4, 0.99, -1, -3], [5, 0.05, -2, -5]]
    return among(names, rows)


def _right_when_shifted(chart):
    goals = chart[:, 2:]
    shifted = np.concatenate([chart[:, :2], np.where(goals < 0, goals - 1, goals)], axis=1)
    return trouble_with(shifted) == "" and share_named(shifted) > 0.7


# Right ones.


def another_order(names, tests, troubles):
    """The size of the updates first: it is tiny where the rate or the start is at fault, or where scores are huge."""
    rows = [[3, -4, 1, 2], [0, 1.6, 3, -5], [1, 0.6, 4, 5], [4, 0.99, -2, -4], [7, 0.6, -7, -1], [5, 0.05, -3, -6]]
    return among(names, rows)


def as_a_list(names, tests, troubles):
    return among(names, GOOD).tolist()


def as_tuples(names, tests, troubles):
    return tuple(map(tuple, among(names, GOOD).tolist()))


def limits_from_the_records(names, tests, troubles):
    """The limits are the middles between the groups that a test is to separate, as they are in the records."""

    def middle(test, low, high):
        column = list(names).index(TESTS[test])
        below, above = tests[np.isin(troubles, low), column], tests[np.isin(troubles, high), column]
        return (below.max() + above.min()) / 2

    chart = GOOD.copy()
    chart[3, 1] = middle(3, [1, 3], [5])
    chart[4, 1] = middle(4, [1], [3])
    chart[1, 1] = middle(0, [0, 6], [4])
    return among(names, chart)


def in_single_precision(names, tests, troubles):
    return among(names, GOOD).astype(np.float32)


TRIAGE_CHART = Exercise(
    name="triage_chart",
    judged_on_hidden=True,
    lecture=LECTURE,
    section="8. What lies behind the loss?",
    minutes=20,
    difficulty=3,
    parts=(Part("most runs", 2, cases, judge=naming(0.7)), Part("nearly all runs", 2, cases, judge=naming(0.9))),
    oracle=oracle,
    mistakes=(one_test, one_after_the_other, healthy_as_zero, goals_exchanged, one_off),
    spellings=(limits_from_the_records, another_order, as_a_list, as_tuples, in_single_precision),
    open_ended=True,
    hints=(
        "Print the median of every test for every trouble. Which test splits the seven troubles into three and four?",
        "Begin with the last training loss: healthy, too large weights and shuffled labels get below three quarters of "
        "log(classes). Then the first loss on one side, and the size of the updates on the other.",
    ),
)
