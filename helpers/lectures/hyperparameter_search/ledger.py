"""What deck 004 says about searching hyperparameters; decks 002 and 003 repeat its advice.

The deck trained on 49 000 pictures of CIFAR-10. Where the data set is present there are 9000, which are shown as many
times as it takes for as many updates: a smaller set, so another setting.
"""

from functools import cache, partial

import numpy as np

from helpers.datasets import cifar10, shapes10
from helpers.evidence.row import Row
from helpers.neural.search import prepare

from .experiments import searches as searches
from .experiments.response_surface import measure_surface

_CIFAR = "cifar10_small"


@cache
def _cifar_rows(name):
    return searches.deck_accuracies(prepare(cifar10()), getattr(searches, name))


def _cifar_row(name, number):
    return _cifar_rows(name)[number]


def _printed(name, stage, tolerance):
    return [
        Row(
            f"{stage} search, row {number}: accuracy at rate {rate:.2e}, regularization {regularization:.2e}",
            "004",
            accuracy,
            partial(_cifar_row, name, number - 1),
            tolerance,
            "As many updates as five epochs of the deck, on 9000 pictures instead of 49 000.",
            needs=_CIFAR,
            setting_given=False,
        )
        for number, (accuracy, rate, regularization) in enumerate(getattr(searches, name), start=1)
    ]


def _order_kept(name):
    """The rank correlation between the printed accuracies and ours."""
    printed = [row[0] for row in getattr(searches, name)]
    ranks = [np.argsort(np.argsort(values)) for values in (printed, _cifar_rows(name))]
    return float(np.corrcoef(*ranks)[0, 1])


def _worrying():
    _, rate, _ = max(searches.DECK_FINE)
    where = searches.place(rate, *searches.DECK_FINE_RANGES["learning_rate"])
    return "worrying" if where > 0.9 else "not worrying"


@cache
def _shapes():
    return prepare(shapes10())


@cache
def _wider():
    return searches.random_search(_shapes(), searches.WIDER_RANGES, count=100, seed=1)


def _beyond_the_edge():
    """The deck's range of rates on shapes10: does a better one lie beyond its upper end?"""
    best = searches.best_first(_wider())[0]
    return "yes" if best.configuration["learning_rate"] > searches.DECK_RANGES["learning_rate"][1] else "no"


def _lost():
    return "lost" if searches.break_off(_shapes(), _wider(), seed=1).recovered == 0 else "not lost"


@cache
def _duel(idle):
    ranges = searches.WIDER_RANGES
    surface = measure_surface(
        _shapes(),
        ranges["learning_rate"],
        ranges["regularization"],
        per_axis=(15, 4),
        epochs=5,
        decay=searches.DECAY,
        batch_size=searches.BATCH_SIZE,
    )
    return searches.duel(surface, per_axis=(3,), idle=idle, repeats=200)


def _better(idle):
    """Which of the two stays nearer to the best, if they differ by a point or more. The grid lies inside its range."""
    short = _duel(idle).short
    lead = 100 * (short["grid, middles of cells"].mean() - short["random"].mean())
    return "random" if lead > 1 else "grid" if lead < -1 else "neither"


ROWS = [
    *_printed("DECK_COARSE", "coarse", 0.05),
    Row(
        "coarse search: rank correlation of the printed accuracies with ours",
        "004",
        1.0,
        partial(_order_kept, "DECK_COARSE"),
        0.15,
        "Which hyperparameters are good does not depend on the number of pictures.",
        needs=_CIFAR,
    ),
    *_printed("DECK_FINE", "finer", 0.05),
    Row(
        "the best of the finer search, 53.1 %, for the place of its rate in the range",
        "004",
        "worrying",
        _worrying,
        note="At 98 % of the range, in log space.",
    ),
    Row(
        "a better rate lies beyond the deck's upper end of 0.001",
        "004",
        "yes",
        _beyond_the_edge,
        note="On shapes10, with the network and the minibatches of the deck. The deck only asks.",
        setting_given=False,
    ),
    Row(
        "a run whose loss passes three times the first",
        "004",
        "lost",
        _lost,
        note="On shapes10: none of those broken off would have ended in the better half of the others.",
    ),
    Row(
        "grid or random, two hyperparameters that are both searched for a reason, nine runs",
        "003, 004",
        "random",
        partial(_better, 0),
        note="200 searches on a surface of shapes10. The grid has its values in the middles of the cells; with "
        "values on the ends of the range it would lose, and for that reason only.",
        setting_given=False,
    ),
    Row(
        "grid or random, two hyperparameters more that make no difference, 81 runs",
        "003, 004",
        "random",
        partial(_better, 2),
        note="As above, with three values for each of four hyperparameters.",
    ),
]
