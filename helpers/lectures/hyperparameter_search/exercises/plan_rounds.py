"""plan_rounds: spend a budget of epochs on a search, judged by what its winners are worth on runs not seen.

A plan is played on many searches, each with new configurations of the family that the call shows a sample
of. Any plan within the budget is an answer; the points say how far it gets.
"""

from __future__ import annotations

from functools import cache
from itertools import pairwise

import numpy as np

from helpers.judging.compare import Difference
from helpers.judging.exercise import Exercise, Part, call, mistake

from .common import HALVING, LECTURE

EPOCHS, SEEN, SEARCHES, MOST_RUNS = 27, 200, 600, 40
# What a family of runs is like: the mean logarithm of their speeds, its spread, what slow ones gain, noise of a score.
FAMILIES = {
    "alike": (-0.6, 0.35, 0.0, 0.02),
    "slow starters": (-1.2, 0.6, 0.22, 0.02),
    "noisy": (-0.7, 0.4, 0.1, 0.045),
}
NEAR = 0.022  # of accuracy: so far from the best plan known a sample of the family may lead even a good method
CHANCE_OF_AN_ERROR = 0.002  # of accuracy: by which so many searches may misjudge a plan


def draw_curves(family, count, rng):
    """Measured and true accuracies by epoch of random runs: (count, EPOCHS + 1) each."""
    mean, spread, gain, noise = FAMILIES[family]
    logs = rng.normal(mean, spread, (count, 1))
    ceilings = 0.8 - gain * (logs - mean + spread) - 0.5 * rng.random((count, 1))
    true = 0.1 + np.clip(ceilings - 0.1, 0, 0.9) * (1 - np.exp(-(10**logs) * np.arange(EPOCHS + 1)))
    return true + noise * rng.standard_normal(true.shape), true


def drawn(rng, family, thirds):
    """A call: measured curves of this family and a budget, whose remainder by three tells the judge the family."""
    budget = 3 * int(rng.integers(*thirds)) + list(FAMILIES).index(family)
    return call(draw_curves(family, SEEN, rng)[0].round(3), budget)


def cases(rng):
    """A small and a large budget of every family: no single plan suits both."""
    small, large = (15, 18), (63, 70)
    return [drawn(rng, family, thirds) for family in FAMILIES for thirds in (small, large)]


def cost(plan):
    """The epochs that a plan trains: a survivor goes on where it stopped."""
    before = 0
    total = 0
    for runs, epoch in plan:
        total += runs * (epoch - before)
        before = epoch
    return total


def trouble(plan, budget):
    """Why this is no plan for the budget; "" if it is one."""
    if plan.ndim != 2 or plan.shape[1] != 2 or not len(plan):
        return "A plan has one row for each round, (runs, epoch): an array of shape (rounds, 2)."
    runs, epochs = plan.T
    if runs.min() < 1 or epochs[0] < 1 or np.any(np.diff(epochs) <= 0) or epochs[-1] > EPOCHS:
        return f"Epochs rise from round to round, from 1 to {EPOCHS} at most, and each round has at least one run."
    if runs.max() > MOST_RUNS:
        return f"A round has {runs.max()} runs; at most {MOST_RUNS} can be trained side by side."
    if np.any(np.diff(runs) > 0):
        return "More runs are in a later round than in the one before: runs only leave."
    if cost(plan) > budget:
        return (
            f"This plan trains {cost(plan)} epochs; the budget is {budget}. A round costs its runs times the epochs "
            "that are new in it."
        )
    return ""


def family_of(one):
    """The family that a call's curves come from, by the budget that goes with it."""
    return list(FAMILIES)[one.arguments[1] % 3]


@cache
def searches(family):
    """The runs of many searches that no call shows: measured and true, (SEARCHES, MOST_RUNS, EPOCHS + 1) each."""
    rng = np.random.default_rng(len(family))
    measured, true = draw_curves(family, SEARCHES * MOST_RUNS, rng)
    return measured.reshape(SEARCHES, MOST_RUNS, -1), true.reshape(SEARCHES, MOST_RUNS, -1)


@cache
def worth(plan, family):
    """The mean true accuracy, after the last epoch, of what a plan picks: a number."""
    measured, true = searches(family)
    everyone = np.arange(SEARCHES)
    left = np.tile(np.arange(plan[0][0]), (SEARCHES, 1))
    for (_, epoch), (runs, _) in pairwise(plan):
        scores = measured[everyone[:, None], left, epoch]
        left = np.take_along_axis(left, np.argpartition(-scores, runs - 1, axis=1)[:, :runs], axis=1)
    best = np.argmax(measured[everyone[:, None], left, plan[-1][1]], axis=1)
    return float(true[everyone, left[everyone, best], EPOCHS].mean())


@cache
def standards(family, budget):
    """What plain random search and the best of many plans are worth with this budget."""
    plain = worth(((budget // EPOCHS, EPOCHS),), family)
    return plain, max(worth(plan, family) for plan in good_plans(budget))


def good_plans(budget):
    """Plans of one to three rounds that use up the budget."""
    plans = []
    for first in (1, 2, 3, 5, 9):
        plans.append(((min(MOST_RUNS, budget // first), first),))
        for second in (5, 9, 15, 27):
            for keep in (3, 5):
                if second <= first:
                    continue
                runs = min(MOST_RUNS, (budget - keep * (second - first)) // first)
                if runs >= keep:
                    plans.append(((runs, first), (keep, second)))
    return [tuple(plan) for plan in plans]


def reaching(goal):
    """The judge of a part: `goal(plain, best)` is what a plan has to be worth."""

    def judge(one, value, before=None):
        plan = np.asarray(value)
        budget = one.arguments[1]
        if why := trouble(plan, budget):
            return Difference("value", why)
        family = family_of(one)
        plain, best = standards(family, budget)
        found, wanted = worth(tuple(map(tuple, plan.tolist())), family), goal(plain, best)
        if found >= wanted - CHANCE_OF_AN_ERROR:
            return None
        return Difference(
            "value",
            f"With a budget of {budget}, the winners of this plan are worth {found:.3f} on average, as measured on "
            f"{SEARCHES} searches over new runs like these; {wanted:.3f} is asked for. Random search reaches "
            f"{plain:.3f}, the best plan known {best:.3f}.",
        )

    judge.any_shape = True
    return judge


def oracle(curves, budget):
    """By the spread of the sample: which of the good plans does best when searches are drawn from the given curves."""
    return best_plan(curves, budget, good_plans(budget))


def best_plan(curves, budget, plans, repeats=400):
    rng = np.random.default_rng(0)
    picks = rng.integers(0, len(curves), (repeats, MOST_RUNS))
    late = curves[:, -5:].mean(axis=1)
    scores = []
    for plan in plans:
        left = picks
        for runs, epoch in plan:
            left = left[:, :runs]
            left = np.take_along_axis(left, np.argsort(-curves[left, epoch], axis=1), axis=1)
        scores.append(late[left[:, 0]].mean())
    return np.array(plans[int(np.argmax(scores))])


# How the wrong ones are recognized.


def recognized(test):
    def judge(one, value, before=None):
        plan = np.asarray(value)
        is_it = plan.ndim == 2 and plan.shape[1:] == (2,) and len(plan) > 0 and test(plan, one.arguments[1])
        return None if is_it else Difference("value", "It is another plan.")

    judge.any_shape = True
    return judge


@mistake(
    "This is plain random search: few runs, all of them trained to the end. Begin with many short ones and let only "
    "the best go on.",
    recognized(lambda plan, budget: len(plan) == 1 and plan[0, 1] == EPOCHS and plan[0, 0] <= budget // EPOCHS),
)
def all_to_the_end(curves, budget):
    return np.array([[budget // EPOCHS, EPOCHS]])


@mistake(
    "Every run stops after one epoch, so the winner is the one that starts fastest. Keep epochs for a second round.",
    recognized(lambda plan, budget: len(plan) == 1 and plan[0, 1] == 1),
)
def one_epoch_only(curves, budget):
    return np.array([[min(MOST_RUNS, budget), 1]])


@mistake(
    "Each round is paid for as if its runs began anew, or not at all: the plan costs more than the budget. A round "
    "costs its runs times the epochs that are *new* in it, and the first one counts too.",
    recognized(lambda plan, budget: trouble(plan, 10**9) == "" and cost(plan) > budget),
)
def over_budget(curves, budget):
    return np.array([[MOST_RUNS, 1], [max(5, budget // 9), 9], [3, 27]])


@mistake(
    "The rows are (epoch, runs). They should be (runs, epoch).",
    recognized(lambda plan, budget: trouble(plan, 10**9) != "" and trouble(plan[:, ::-1], budget) == ""),
)
def epoch_first(curves, budget):
    return np.array([[1, 15], [3, 5], [9, 2]])


@mistake(
    "This is the halving of the lecture, 27, 9 and 3 runs, whatever the curves and the budget are. Look at the curves: "
    "compare the order after one epoch with the order at the end.",
    recognized(lambda plan, budget: plan.tolist()[:2] == [[27, 1], [9, 3]]),
)
def always_the_same(curves, budget):
    return np.array([[27, 1], [9, 3], [3, 9]])


@mistake(
    "The rounds are in reverse order. The first row is the first round: most runs, fewest epochs.",
    recognized(lambda plan, budget: trouble(plan, 10**9) != "" and trouble(plan[::-1], budget) == ""),
)
def last_round_first(curves, budget):
    return np.array([[1, 9], [30, 1]])


# Right ones.


def by_hand(curves, budget):
    """How early do runs show what they are worth? The first epoch whose order agrees with the end begins the plan."""
    late = curves[:, -5:].mean(axis=1)
    agreement = [np.corrcoef(curves[:, epoch], late)[0, 1] for epoch in (1, 2, 3, 5, 9)]
    first = next((epoch for epoch, found in zip((1, 2, 3, 5, 9), agreement, strict=True) if found > 0.6), 9)
    return np.array(best_plan(curves, budget, [plan for plan in good_plans(budget) if plan[0][1] >= min(first, 5)]))


def as_a_list(curves, budget):
    return best_plan(curves, budget, good_plans(budget)).tolist()


def more_rehearsals(curves, budget):
    """Ten times as many rehearsed searches change the plan a little, and its worth hardly."""
    return best_plan(curves, budget, good_plans(budget), repeats=2000)


def with_rows_of_lists(curves, budget):
    plan = best_plan(curves, budget, [plan for plan in good_plans(budget) if len(plan) == 2])
    return [[int(runs), int(epoch)] for runs, epoch in plan]


def as_tuples(curves, budget):
    return tuple(map(tuple, best_plan(curves, budget, good_plans(budget), repeats=800).tolist()))


PLAN_ROUNDS = Exercise(
    name="plan_rounds",
    judged_on_hidden=True,
    lecture=LECTURE,
    section=HALVING,
    minutes=20,
    difficulty=3,
    parts=(
        Part("above random search", 2, cases, judge=reaching(lambda plain, best: plain + 0.3 * (best - plain))),
        Part(
            "near the best plan known",
            2,
            cases,
            judge=reaching(lambda plain, best: best - max(0.45 * (best - plain), NEAR)),
        ),
    ),
    oracle=oracle,
    mistakes=(all_to_the_end, one_epoch_only, over_budget, epoch_first, always_the_same, last_round_first),
    spellings=(more_rehearsals, by_hand, as_a_list, with_rows_of_lists, as_tuples),
    open_ended=True,
    hints=(
        "Try plans on the curves that you are given: draw 40 of the 200 runs with replacement, play the plan, and look "
        "at the last value of the run that wins. Repeat that some hundred times.",
        "Two rounds are enough. For each first epoch in (1, 2, 3, 5, 9) compute how many runs the budget allows if "
        "three of them go on to epoch 15, and keep the plan with the highest mean.",
    ),
)
