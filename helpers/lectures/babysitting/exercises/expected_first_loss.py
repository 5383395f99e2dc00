"""Exercise `expected_first_loss`."""

from __future__ import annotations

import math
from decimal import Decimal

import numpy as np
import scipy

from helpers.judging.exercise import Choice, Exercise, Part, call, in_proportion, mistake

from .common import LECTURE


def oracle(n_classes):
    """The logarithm by decimal arithmetic."""
    return float(Decimal(int(n_classes)).ln())


def values(rng):
    few, some, many = rng.integers([3, 11, 100], [10, 100, 10_000]).tolist()
    return [call(10), call(2), call(few), call(some), call(many)]


def edge_cases(rng):
    return [call(1), call(1000), call(int(rng.integers(1000, 100_000)))]


@mistake("This is a logarithm to base 2. Cross-entropy, here and in the frameworks, takes the natural one: `np.log`.")
def base_two(n_classes):
    return math.log2(n_classes)


@mistake("This is a logarithm to base 10. Cross-entropy, here and in the frameworks, takes the natural one: `np.log`.")
def base_ten(n_classes):
    return math.log10(n_classes)


@mistake(
    "The sign is wrong: the loss is *minus* the logarithm of the probability 1/n, and -log(1/n) is +log(n). A "
    "cross-entropy is never negative."
)
def negative(n_classes):
    return -math.log(n_classes)


@mistake(
    "This is the probability that guessing gives the right class. The loss is minus the logarithm of that probability."
)
def probability(n_classes):
    return 1 / n_classes


@mistake("This is how often guessing is wrong. Cross-entropy does not count errors; it takes -log of a probability.")
def error_rate(n_classes):
    return 1 - 1 / n_classes


@mistake(
    "This adds up n classes, each with the loss of one. Only the true class counts in cross-entropy, once for each "
    "sample."
)
def summed_over_classes(n_classes):
    return n_classes * math.log(n_classes)


@mistake(
    "`np.log1p(n)` is log(1 + n): one class too many. The scores are all equal, so each of the n classes gets 1/n."
)
def one_class_too_many(n_classes):
    return math.log1p(n_classes)


@mistake("This is log(n)/n. Each sample costs log(n), and the *mean* over samples that cost the same is that cost.")
def divided_once_more(n_classes):
    return math.log(n_classes) / n_classes


@mistake("That is right for ten classes only. The number of classes is an argument.")
def always_ten_classes(n_classes):
    return math.log(10)


@mistake(
    "This is the entropy of a yes-or-no question with probability 1/n. With n classes only the true one counts: minus "
    "the logarithm of its probability."
)
def of_two_classes(n_classes):
    p = 1 / n_classes
    return -sum(share * math.log(share) for share in (p, 1 - p) if share)


@mistake("This is log(n - 1): one class too few. The true class is one of the n that share the probability.")
def one_class_too_few(n_classes):
    with np.errstate(divide="ignore"):
        return np.log(n_classes - 1)


def logarithm_of_n(n_classes):
    """Minus log(1/n) is log(n), so the division is not needed; prefer it once you know why it is the same."""
    return np.log(n_classes)


def by_math(n_classes):
    return math.log(n_classes)


def by_probability(n_classes):
    return -np.log(1.0 / n_classes)


def by_base_change(n_classes):
    return np.log2(n_classes) / np.log2(np.e)


def by_entropy(n_classes):
    return scipy.stats.entropy(np.full(n_classes, 1 / n_classes))


def softmax_of_equal_scores(n_classes):
    """It does what the network does: softmax of equal scores, then minus the logarithm of one probability."""
    powers = np.exp(np.zeros(n_classes))
    probabilities = powers / powers.sum()
    return -np.log(probabilities[0])


def by_logsumexp(n_classes):
    return np.log(np.sum(np.exp(np.zeros(n_classes))))


def in_an_array(n_classes):
    return np.array(np.log(np.float32(n_classes)))


EXPECTED_FIRST_LOSS = Exercise(
    name="expected_first_loss",
    lecture=LECTURE,
    section="1. What must the first loss be?",
    minutes=2,
    difficulty=1,
    parts=(Part("values", 1, values), Part("edge cases", 1, edge_cases)),
    oracle=oracle,
    mistakes=(
        base_two,
        base_ten,
        negative,
        probability,
        error_rate,
        summed_over_classes,
        one_class_too_many,
        divided_once_more,
        always_ten_classes,
        of_two_classes,
        one_class_too_few,
    ),
    spellings=(
        logarithm_of_n,
        softmax_of_equal_scores,
        by_math,
        by_probability,
        by_base_change,
        by_entropy,
        by_logsumexp,
        in_an_array,
    ),
    hints=(
        "All scores are (nearly) equal. What probability does softmax give to the true class?",
        "The loss of one sample is minus the natural logarithm of that probability; the mean over equal losses is one "
        "of them.",
    ),
    choices=tuple(
        Choice(
            f"the logarithm to base {base}",
            texts={
                "The loss, with the natural logarithm.": f"The loss, with the logarithm to base {base}.",
                "    2.3026": f"    {example}",
            },
            code={"natural logarithm": f"logarithm to base {base}"},
            changed=in_proportion(1 / math.log(base)),
            without=("base_two", "base_ten", "divided_once_more"),
        )
        for base, example in ((2, "3.3219"), (10, "1.0"))
    ),
)
