"""successive_halving: many start, few go on.

A wrong schedule shows in the winner alone, if the field is chosen well. The fields are drawn until every known mistake
crowns somebody else than the right schedule, and somebody else than every other mistake, in at least one of them.
"""

from __future__ import annotations

import itertools
import math
from collections import defaultdict

import numpy as np

from helpers.judging.exercise import Exercise, Named, Part, call, mistake
from helpers.sandbox.recipes import TRAININGS

from .common import HALVING, LECTURE, NOT_IN_PLACE

# Why a change to the solution makes no difference.
EITHER_ORDER = "The larger of two numbers, whichever is named first."
CANDIDATES = 12  # fields that are drawn for each call, of which the most telling one is kept
NEAR = 1e-5  # scores of a round that are nearer than this could change places by rounding


def field(rng, count, train):
    """Configurations for one of the trainings."""
    if train == "train_rising":
        # Who starts fast ends low: the later the last round, the slower the winner.
        speeds = 10 ** rng.uniform(-2.5, 0, count)
        ceilings = np.clip(0.9 - 0.3 * (np.log10(speeds) + 2.5) / 2.5 + rng.normal(0, 0.05, count), 0.1, 1)
        return [
            {"speed": short(s), "ceiling": short(c)} for s, c in zip(speeds.tolist(), ceilings.tolist(), strict=True)
        ]
    return [{"learning_rate": short(rate)} for rate in (10 ** rng.uniform(-5, 0, count)).tolist()]


def short(number):
    """Three digits, so that an example can be typed."""
    return float(f"{number:.3g}")


def clear_field(rng, count, train, budget, eta=3):
    """A field in which no round of the right schedule has two scores that are nearly equal."""
    while True:
        configurations = field(rng, count, train)
        if nearest_scores(configurations, TRAININGS[train], budget, eta) > NEAR:
            return configurations


def nearest_scores(configurations, train, budget, eta=3):
    """The smallest distance of two scores in one round of the right schedule."""
    left, nearest = configurations, math.inf
    while len(left) > 1:
        scores = np.array([train(configuration, budget) for configuration in left])
        nearest = min(nearest, np.diff(np.sort(scores)).min())
        left = [left[i] for i in np.argsort(-scores)[: max(1, len(left) // eta)]]
        budget = budget * eta
    return nearest


def telling(rng, settings):
    """One call for each setting (train, count, budget, keywords), of fields in which the schedules part."""
    schedules = [oracle, *(m.function for m in SCHEDULES)]
    together = set(itertools.combinations(range(len(schedules)), 2))
    calls = []
    for train, count, budget, keywords in settings:
        best = None
        for _ in range(CANDIDATES):
            configurations = clear_field(rng, count, train, budget, **keywords)
            winners = [s(list(configurations), TRAININGS[train], budget, **keywords) for s in schedules]
            apart = {(i, j) for i, j in together if winners[i] != winners[j]}
            if best is None or len(apart) > len(best[1]):
                best = configurations, apart
            if apart == together:
                break
        together -= best[1]
        calls.append(call(best[0], Named(train), budget, **keywords))
    return calls


def overtaken_late(rng, count, budget, shorter, **keywords):
    """A call in which the last round changes who is ahead: schedules with fewer rounds have other winners."""
    train = TRAININGS["train_rising"]
    while True:
        configurations = clear_field(rng, count, "train_rising", budget, **keywords)
        ahead = [m.function(list(configurations), train, budget, **keywords) for m in shorter]
        if oracle(configurations, train, budget, **keywords) not in ahead:
            return call(configurations, Named("train_rising"), budget, **keywords)


def values(rng):
    calls = telling(
        rng,
        [
            ("train_rising", 9, 1, {}),
            ("train_by_rate", 7, 1, {}),
            ("train_by_rate", 27, 1, {}),
            ("train_rising", 20, 2, {}),
            ("train_by_rate", 10, 5, {}),
            ("train_rising", 30, 1, {}),
            ("train_by_rate", 26, 1, {}),
            ("train_rising", 25, 3, {}),
            ("train_rising", 80, 1, {}),
        ],
    )
    return [*calls, overtaken_late(rng, 85, 1, FIXED_ROUNDS[:2])]


def other_shares(rng):
    calls = telling(
        rng,
        [
            ("train_rising", 8, 1, {"eta": 2}),
            ("train_by_rate", 16, 2, {"eta": 4}),
            ("train_rising", 22, 1, {"eta": 2}),
            ("train_rising", 35, 1, {"eta": 5}),
            ("train_by_rate", 13, 3, {"eta": 2}),
            ("train_rising", 60, 1, {"eta": 4}),
        ],
    )
    return [*calls, overtaken_late(rng, 40, 1, FIXED_ROUNDS, eta=2)]


def edge_cases(rng):
    return [
        call([{"learning_rate": 0.5}], Named("train_by_rate"), 1),
        call(clear_field(rng, 2, "train_by_rate", 4), Named("train_by_rate"), 4),
        last_of_three(rng),
        call([{"speed": 1.0, "ceiling": 0.5}, {"speed": 0.25, "ceiling": 0.75}], Named("train_rising"), 1),
        call([{"learning_rate": 0.03}, {"learning_rate": 1e-4}, {"learning_rate": 0.008}], Named("train_by_rate"), 1),
    ]


def last_of_three(rng):
    """Three configurations of which the last one wins."""
    configurations = clear_field(rng, 3, "train_by_rate", 1)
    configurations.sort(key=lambda configuration: TRAININGS["train_by_rate"](configuration, 1))
    return call(configurations, Named("train_by_rate"), 1)


def oracle(configurations, train, budget, eta=3):
    """By the numbers of the survivors, a round at a time, with a tournament in place of a sort."""
    field = list(range(len(configurations)))
    round_number = 0
    while len(field) > 1:
        scores = {i: train(configurations[i], budget * eta**round_number) for i in field}
        keep = len(field) // eta or 1
        # Mistakes are built on this too, and their rounds may have equal scores: the first of them is then ahead.
        field = [i for i in field if sum((scores[j], -j) > (scores[i], -i) for j in field) < keep]
        round_number += 1
    return configurations[field[0]]


def halving(configurations, train, budget, eta, keep, next_budget, best_last=False):
    """Successive halving with parts to exchange."""
    configurations = list(configurations)
    while len(configurations) > 1:
        ranked = sorted(configurations, key=lambda configuration: train(configuration, budget), reverse=not best_last)
        configurations = ranked[: keep(len(ranked))]
        budget = next_budget(budget)
    return configurations[0]


@mistake(
    "The best of the first, short round wins: the budget is the same in every round, or there is only one round. "
    "Multiply it by `eta` after each, so that those who are left train longer."
)
def the_same_budget(configurations, train, budget, eta=3):
    return halving(configurations, train, budget, eta, lambda n: max(1, n // eta), lambda b: b)


@mistake("The worst are kept. More is better: sort from the highest score to the lowest.")
def the_worst_stay(configurations, train, budget, eta=3):
    return halving(configurations, train, budget, eta, lambda n: max(1, n // eta), lambda b: b * eta, True)


@mistake("Every round keeps half of the field, whatever `eta` is. One in `eta` stays: `n // eta`, at least one.")
def always_half(configurations, train, budget, eta=3):
    return halving(configurations, train, budget, eta, lambda n: n // 2, lambda b: b * eta)


@mistake("`n / eta` was rounded to the nearest whole number. `n // eta` rounds down, and at least one stays.")
def rounded(configurations, train, budget, eta=3):
    return halving(configurations, train, budget, eta, lambda n: max(1, min(n - 1, round(n / eta))), lambda b: b * eta)


@mistake("`eta` configurations are kept in each round. Kept is one in `eta`: of n configurations max(1, n // eta).")
def eta_stay(configurations, train, budget, eta=3):
    return halving(configurations, train, budget, eta, lambda n: min(n - 1, eta), lambda b: b * eta)


@mistake("Only the worst one leaves in each round. Of n configurations max(1, n // eta) stay.")
def one_leaves(configurations, train, budget, eta=3):
    return halving(configurations, train, budget, eta, lambda n: n - 1, lambda b: b * eta)


@mistake("The budget is doubled in every round. It is multiplied by `eta`.")
def budget_doubled(configurations, train, budget, eta=3):
    return halving(configurations, train, budget, eta, lambda n: max(1, n // eta), lambda b: b * 2)


@mistake(
    "The scores of the rounds are added up. Each round is judged by its own scores: those with its longer training."
)
def scores_added_up(configurations, train, budget, eta=3):
    field = [(0.0, i) for i in range(len(configurations))]
    while len(field) > 1:
        field = [(total + train(configurations[i], budget), i) for total, i in field]
        field = sorted(field, reverse=True)[: max(1, len(field) // eta)]
        budget *= eta
    return configurations[field[0][1]]


@mistake(
    "Of fewer than `eta` configurations n // eta keeps none, and there is no winner left to return. At least one "
    "stays: max(1, n // eta)."
)
def nobody_left(configurations, train, budget, eta=3):
    return halving(configurations, train, budget, eta, lambda n: n // eta, lambda b: b * eta)


@mistake("The rounds end while two or more are left, and the first of them is returned. Go on until one is left.")
def ends_too_early(configurations, train, budget, eta=3):
    left = list(configurations)
    while len(left) >= eta:
        left = sorted(left, key=lambda configuration: train(configuration, budget), reverse=True)[: len(left) // eta]
        budget *= eta
    return left[0]


@mistake("The number of those who stay was rounded up. `n // eta` rounds down, and at least one stays.")
def rounded_up(configurations, train, budget, eta=3):
    # With two left and eta 2 or more, rounding up would still end.
    return halving(configurations, train, budget, eta, lambda n: min(n - 1, math.ceil(n / eta)), lambda b: b * eta)


@mistake("One in `eta` leaves here. One in `eta` *stays*: max(1, n // eta).")
def one_in_eta_leaves(configurations, train, budget, eta=3):
    return halving(configurations, train, budget, eta, lambda n: n - max(1, n // eta), lambda b: b * eta)


@mistake(
    "The budget grows by the first budget in every round (1, 2, 3, ...). It is multiplied by `eta` (1, 3, 9, ...)."
)
def budget_added(configurations, train, budget, eta=3):
    return halving(configurations, train, budget, eta, lambda n: max(1, n // eta), lambda b, first=budget: b + first)


@mistake("`eta` is ignored: the 3 is written into the function.")
def always_three(configurations, train, budget, eta=3):
    return oracle(configurations, train, budget)


@mistake(
    "All configurations were trained with the last round's budget. That is the cost which halving avoids: only those "
    "who are left train longer."
)
def all_at_full_budget(configurations, train, budget, eta=3):
    count = len(configurations)
    while count > 1:
        count = max(1, count // eta)
        budget *= eta if count > 1 else 1
    return max(configurations, key=lambda configuration: train(configuration, budget))


@mistake("The budget was multiplied before the first round. The first round has the `budget` that was given.")
def grown_too_early(configurations, train, budget, eta=3):
    return oracle(configurations, train, budget * eta, eta)


def rounds_of_a_fixed_number(configurations, train, budget, eta, rounds):
    left = list(configurations)
    for _ in range(rounds):
        left = sorted(left, key=lambda configuration: train(configuration, budget), reverse=True)
        left = left[: max(1, len(left) // eta)]
        budget *= eta
    return left[0]


def with_rounds(count):
    """The mistake of this many rounds, whatever the number of configurations."""

    def function(configurations, train, budget, eta=3):
        return rounds_of_a_fixed_number(configurations, train, budget, eta, count)

    function.__name__ = f"always_{count}_rounds"
    return mistake(
        "The number of rounds is fixed. How many it takes depends on the number of configurations and on `eta`: go on "
        "while more than one is left."
    )(function)


FIXED_ROUNDS = tuple(map(with_rounds, (2, 3, 4)))


@mistake("The configuration comes with its score. The configuration alone is asked for.")
def with_its_score(configurations, train, budget, eta=3):
    winner = oracle(configurations, train, budget, eta)
    return winner, train(winner, budget)


@mistake("This is the winner's score. The winning configuration is asked for.")
def the_score(configurations, train, budget, eta=3):
    return train(oracle(configurations, train, budget, eta), budget)


@mistake(NOT_IN_PLACE)
def sorted_in_place(configurations, train, budget, eta=3):
    while len(configurations) > 1:
        configurations.sort(key=lambda configuration: train(configuration, budget), reverse=True)
        del configurations[max(1, len(configurations) // eta) :]
        budget *= eta
    return configurations[0]


@mistake("Half of the field stays, and the budget is doubled, although `eta` is 3. Both go by `eta`; its default is 3.")
def always_two(configurations, train, budget, eta=3):
    return oracle(configurations, train, budget, 2)


@mistake("`eta` is added to the budget in every round (1, 4, 7, ...). The budget is multiplied by it (1, 3, 9, ...).")
def eta_added(configurations, train, budget, eta=3):
    return halving(configurations, train, budget, eta, lambda n: max(1, n // eta), lambda b: b + eta)


SCHEDULES = (
    *(the_same_budget, the_worst_stay, always_half, rounded_up, one_in_eta_leaves),
    *(budget_added, always_three, all_at_full_budget, grown_too_early),
    *(rounded, eta_stay, one_leaves, budget_doubled, scores_added_up),
)


def rounds_by_recursion(configurations, train, budget, eta=3):
    """One round, and then the same function for those who are left: it reads like the definition, and has no loop."""
    if len(configurations) == 1:
        return configurations[0]
    ranked = sorted(configurations, key=lambda configuration: train(configuration, budget), reverse=True)
    return rounds_by_recursion(ranked[: max(1, len(ranked) // eta)], train, budget * eta, eta)


def places_and_scores(configurations, train, budget, eta=3):
    """Arrays of places and scores in place of lists of dicts: NumPy's `argsort` ranks them, and nothing is copied."""
    left = np.arange(len(configurations))
    while len(left) > 1:
        scores = np.array([train(configurations[place], budget) for place in left])
        best_first = np.argsort(-scores)
        left = left[best_first[: max(1, len(left) // eta)]]
        budget = budget * eta
    return configurations[left[0]]


def with_scores_in_single_precision(configurations, train, budget, eta=3):
    left = list(configurations)
    while len(left) > 1:
        scores = np.array([train(configuration, budget) for configuration in left], dtype=np.float32)
        left = [left[i] for i in np.argsort(scores)[-max(1, len(left) // eta) :]]
        budget = budget * eta
    return left[0]


def in_a_defaultdict(configurations, train, budget, eta=3):
    return defaultdict(float, with_sorted(configurations, train, budget, eta))


def with_sorted(configurations, train, budget, eta=3):
    survivors = list(configurations)
    while len(survivors) > 1:
        ranked = sorted(survivors, key=lambda configuration: train(configuration, budget), reverse=True)
        survivors = ranked[: max(1, len(ranked) // eta)]
        budget = budget * eta
    return survivors[0]


def with_argsort(configurations, train, budget, eta=3):
    left = np.arange(len(configurations))
    while left.size > 1:
        scores = np.array([train(configurations[i], budget) for i in left])
        left = left[np.argsort(scores)[::-1][: max(1, left.size // eta)]]
        budget *= eta
    return configurations[left[0]]


def by_recursion(configurations, train, budget, eta=3):
    if len(configurations) == 1:
        return configurations[0]
    ranked = sorted(configurations, key=lambda configuration: -train(configuration, budget))
    return by_recursion(ranked[: max(1, len(ranked) // eta)], train, budget * eta, eta)


def with_pairs(configurations, train, budget, eta=3):
    rounds = 0
    while len(configurations) > 1:
        pairs = [(train(configuration, budget * eta**rounds), i) for i, configuration in enumerate(configurations)]
        pairs.sort(reverse=True)
        configurations = [configurations[i] for _, i in pairs[: max(1, len(pairs) // eta)]]
        rounds += 1
    return dict(configurations[0])


def round_by_round(configurations, train, budget, eta=3):
    survivors = configurations
    for number in range(100):
        scores = [train(configuration, budget * eta**number) for configuration in survivors]
        limit = sorted(scores)[-max(1, len(scores) // eta)]
        survivors = [c for c, score in zip(survivors, scores, strict=True) if score >= limit]
        if len(survivors) == 1:
            return survivors[0]


SUCCESSIVE_HALVING = Exercise(
    name="successive_halving",
    lecture=LECTURE,
    section=HALVING,
    minutes=8,
    difficulty=3,
    parts=(Part("values", 3, values), Part("other shares", 1, other_shares), Part("edge cases", 1, edge_cases)),
    oracle=oracle,
    mistakes=(
        the_same_budget,
        the_worst_stay,
        always_half,
        rounded,
        rounded_up,
        eta_stay,
        one_leaves,
        one_in_eta_leaves,
        nobody_left,
        ends_too_early,
        scores_added_up,
        budget_doubled,
        budget_added,
        always_three,
        all_at_full_budget,
        grown_too_early,
        *FIXED_ROUNDS,
        with_its_score,
        the_score,
        sorted_in_place,
        always_two,
        eta_added,
    ),
    spellings=(
        rounds_by_recursion,
        places_and_scores,
        with_sorted,
        with_argsort,
        by_recursion,
        with_pairs,
        with_scores_in_single_precision,
        in_a_defaultdict,
        round_by_round,
    ),
    hints=(
        "One round: train everyone who is left, sort by score, keep the first `max(1, n // eta)`, raise the budget. "
        "Until when?",
        "Dicts cannot be compared, so sort with a key: the score of a configuration.",
    ),
    equivalent_mutants={
        "line 1: `list(configurations)` → `configurations`": "Nothing changes the list: every round makes a new one.",
        "line 4: `max(1, len(ranked) // eta)` → `max(len(ranked) // eta, 1)`": EITHER_ORDER,
    },
)
