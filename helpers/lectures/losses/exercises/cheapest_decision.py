"""`cheapest_decision`: least expected cost. The oracle adds fractions, exactly."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from helpers.judging.exercise import Exercise, Part, call, mistake

from .common import LECTURE, probability_rows


def oracle(probabilities, costs):
    decisions = []
    for row in np.asarray(probabilities, dtype=float).tolist():
        expected = [
            sum(Fraction(p) * Fraction(float(cost)) for p, cost in zip(row, column, strict=True))
            for column in np.asarray(costs).T
        ]
        decisions.append(expected.index(min(expected)))
    return np.array(decisions, dtype=int)


def costs_of(rng, classes, decisions):
    """Costs in tenths, the right decision cheapest for each class, and no two decisions nearly alike."""
    costs = rng.permuted(np.arange(classes * decisions) * 3 + 5).reshape(classes, decisions) / 10
    for c in range(min(classes, decisions)):
        costs[c, c] = -0.5 * c
    return costs


def telling(rng, n, classes, decisions):
    """A call in which 1 - p and the worst case decide otherwise than p does, and 1 - p not always alike."""
    while True:
        probabilities, costs = probability_rows(rng, n, classes), costs_of(rng, classes, decisions)
        right, others = (answer(probabilities, costs) for answer in (oracle, one_minus.function))
        found = (others, worst_case.function(probabilities, costs))
        if np.ptp(others) > 0 and not any(np.array_equal(right, other) for other in found):
            return call(probabilities, costs)


def square(rng):
    return [
        call(np.array([[0.95, 0.05], [0.995, 0.005], [0.4, 0.6]]), np.array([[0.0, 1.0], [99.0, 0.0]])),
        call(probability_rows(rng, 8, 3), costs_of(rng, 3, 3)),
        call(probability_rows(rng, 12, 5), costs_of(rng, 5, 5)),
        telling(rng, 10, 3, 3),
    ]


def other_decisions(rng):
    return [
        call(np.array([[0.5, 0.5], [0.9, 0.1]]), np.array([[0.0, 1.0, 0.25], [1.0, 0.0, 0.25]])),  # 2: ask somebody
        call(probability_rows(rng, 8, 4), costs_of(rng, 4, 2)),
        telling(rng, 9, 2, 5),
    ]


def edge_cases(rng):
    return [
        call(np.array([[0.5, 0.5], [0.25, 0.75]]), np.array([[0.0, 1.0], [1.0, 0.0]])),
        call(np.array([[0.25, 0.25, 0.5]]), np.array([[1, 0, 2], [1, 2, 0], [1, 1, 1]])),
        call(probability_rows(rng, 1, 3), costs_of(rng, 3, 3)),
        call(probability_rows(rng, 3, 2), np.array([[2.0], [3.0]])),
        call(np.array([[0.5, 0.5], [0.25, 0.75]]), np.array([[-4.0, 1.0], [-2.0, 1.0]])),  # a gain
    ]


@mistake("This is the most probable class. A less probable one may cost less when costs differ.")
def most_probable(probabilities, costs):
    return np.argmax(probabilities, axis=1)


@mistake("The costs are transposed: a row of `costs` is a class, a column a decision.")
def transposed(probabilities, costs):
    if costs.shape[0] != costs.shape[1]:
        return np.zeros(len(probabilities), dtype=int)
    return np.argmin(probabilities @ costs.T, axis=1)


@mistake("The largest expected cost was chosen. Take the smallest: `argmin`.")
def dearest(probabilities, costs):
    return np.argmax(probabilities @ costs, axis=1)


@mistake("These are the expected costs. Return the index of the smallest one in each row.")
def expected_costs(probabilities, costs):
    return probabilities @ costs


@mistake("These are the smallest expected costs. Return their indices: `argmin`.")
def smallest_costs(probabilities, costs):
    return (probabilities @ costs).min(axis=1)


@mistake("The smallest cost was looked for among the samples. Each sample has its own decision: `axis=1`.")
def over_the_samples(probabilities, costs):
    return np.argmin(probabilities @ costs, axis=0)


@mistake("On a tie the last decision was taken. The docstring asks for the lowest index.")
def last_on_a_tie(probabilities, costs):
    expected = probabilities @ costs
    return expected.shape[1] - 1 - np.argmin(expected[:, ::-1], axis=1)


@mistake(
    "The class was guessed first, and then the cheapest decision for it taken. The other classes may be the costly "
    "ones."
)
def for_the_most_probable(probabilities, costs):
    return np.argmin(costs[np.argmax(probabilities, axis=1)], axis=1)


@mistake("The decision does not look at the probabilities: it is the one with the smallest sum of costs.")
def without_probabilities(probabilities, costs):
    return np.full(len(probabilities), np.argmin(costs.sum(axis=0)))


@mistake("`1 - p` was taken for p: a cost counts with the probability that the class is *not* there. Weight it by p.")
def one_minus(probabilities, costs):
    return np.argmin((1 - probabilities) @ costs, axis=1)


@mistake("The worst case was compared, not the mean: costs are weighted by the probabilities and added.")
def worst_case(probabilities, costs):
    return np.argmin(np.max(probabilities[:, :, None] * costs[None], axis=1), axis=1)


@mistake("The sign of the costs was lost. A cost below 0 is a gain: the smallest cost is the one furthest down.")
def nearest_to_zero(probabilities, costs):
    return np.argmin(np.abs(probabilities @ costs), axis=1)


def with_a_product(probabilities, costs):
    """One matrix product gives the expected cost of each decision for each sample."""
    return np.argmin(probabilities @ costs, axis=1)


def with_loops(probabilities, costs):
    """Sample by sample, decision by decision: keep the cheapest so far."""
    decisions = []
    for row in probabilities:
        best, cheapest = 0, np.inf
        for decision in range(costs.shape[1]):
            expected = float(np.dot(row, costs[:, decision]))
            if expected < cheapest:
                best, cheapest = decision, expected
        decisions.append(best)
    return decisions


def with_einsum(probabilities, costs):
    return np.einsum("nc,cd->nd", probabilities, costs).argmin(-1).astype(np.int32)


def with_broadcasting(probabilities, costs):
    return (probabilities[:, :, None] * costs[None, :, :]).sum(axis=1).argmin(axis=1)


def by_sorting(probabilities, costs):
    return np.argsort(np.dot(probabilities, costs), axis=1, kind="stable")[:, 0]


CHEAPEST_DECISION = Exercise(
    name="cheapest_decision",
    lecture=LECTURE,
    section="5. One in a hundred",
    minutes=6,
    difficulty=2,
    parts=(
        Part("a decision a class", 3, square),
        Part("other decisions", 1, other_decisions),
        Part("edge cases", 1, edge_cases),
    ),
    oracle=oracle,
    mistakes=(
        most_probable,
        transposed,
        dearest,
        expected_costs,
        smallest_costs,
        over_the_samples,
        last_on_a_tie,
        for_the_most_probable,
        without_probabilities,
        one_minus,
        worst_case,
        nearest_to_zero,
    ),
    spellings=(with_a_product, with_loops, with_einsum, with_broadcasting, by_sorting),
    equivalent_mutants={
        "line 1: `1` → `-1`": "The array has two axes, so axis 1 is the last.",
    },
    hints=(
        "The expected cost of a decision: for each class, its probability times what the decision costs there. Add up.",
        "`probabilities @ costs` holds these sums, a row for each sample. Which column is the smallest?",
    ),
)
