"""What deck 001 says about its radar, computed on the deck's own table where that is present."""

import math

import numpy as np

from helpers.evidence.row import Row

from .experiments import Config, accuracies, batches_of_the_deck, best_of, runs, table

_DRAWS = range(5)
_FIRST = Config()
_SIGMOID = _FIRST.but(rate=1.0)
_RELU = _FIRST.but(activation="relu", rate=0.03)
_ADAM = _FIRST.but(activation="relu", rule="Adam", rate=0.001)


def _after(config, part="validation", draws=_DRAWS):
    return float(np.mean([getattr(one, f"{part}_accuracy")[-1] for one in runs(config, draws, "real")]))


def _more(one, other, draws=_DRAWS):
    return "yes" if accuracies(one, draws, "real").mean() > accuracies(other, draws, "real").mean() else "no"


def _overfits():
    gaps = [one.validation_loss[-1] - one.validation_loss.min() for one in runs(_ADAM.but(epochs=50), _DRAWS, "real")]
    return "yes" if min(gaps) > 0.1 else "no"


def _best_rate(config, rates):
    return best_of([config.but(rate=rate) for rate in rates], _DRAWS, "real").rate


def _dropout_costs_in_training():
    plain, dropped = (_after(_ADAM.but(dropout=rate), "train") for rate in (0.0, 0.4))
    return "yes" if dropped < plain else "no"


def _normalization_replaces_the_others():
    normalized = [_ADAM.but(batch_norm=True, rate=rate) for rate in (0.001, 0.003, 0.01)]
    best = best_of(normalized, _DRAWS, "real")
    return _more(best, _ADAM.but(l2=0.01, rate=0.003))


def _real(key, says, compute, tolerance=0.0, note="", setting_given=True):
    return Row(key, "001", says, compute, tolerance, note, "pokemon_radar", setting_given)


ROWS = [
    Row(
        "classes that Keras expects when the largest label is 98",
        "001",
        99.0,
        lambda: float(max((4, 43, 56, 71, 98)) + 1),
        note="Labels count from 0; so the five ids become 0 to 4.",
    ),
    Row(
        "batches of 28 in a pass over 1836 rows, as the generator computes them: floor(batch_size / rows)",
        "001",
        float(math.ceil(1836 / 28)),
        lambda: float(batches_of_the_deck(28, 1836)),
        note="The slide divides the wrong way round, so its loop never runs. The last of the 66 batches is smaller.",
    ),
    _real("classes of the radar table", 5.0, lambda: float(len(np.unique(table("real")[1])))),
    _real(
        "ReLU, softmax, cross-entropy, Adam, 50 epochs: training accuracy",
        0.90,
        lambda: _after(_ADAM.but(epochs=50), "train"),
        0.05,
        "Two hidden layers of 32 units instead of 128 and 256; 1100 rows.",
        setting_given=False,
    ),
    _real("that network overfits: its validation loss rises while it trains", "yes", _overfits),
    _real(
        "cross-entropy is better than squared error (rate 0.1)",
        "yes",
        lambda: _more(_FIRST.but(rate=0.1), _FIRST.but(loss="squared error", rate=0.1)),
        note="At the slide's rate of 0.01 both networks predict the most frequent class for every row.",
        setting_given=False,
    ),
    _real(
        "the best rate is usually not above 0.1 (sigmoid, SGD)",
        "not above 0.1",
        lambda: "not above 0.1" if _best_rate(_SIGMOID, (0.01, 0.1, 1.0)) <= 0.1 else "above 0.1",
        note="Rates 0.01, 0.1 and 1, chosen on validation rows.",
        setting_given=False,
    ),
    _real(
        "the best rate is usually not above 0.1 (ReLU, SGD)",
        "not above 0.1",
        lambda: "not above 0.1" if _best_rate(_RELU, (0.01, 0.1, 1.0)) <= 0.1 else "above 0.1",
        note="As above.",
    ),
    _real("ReLU is better than sigmoid (rate 0.03)", "yes", lambda: _more(_RELU, _RELU.but(activation="sigmoid"))),
    _real(
        "Adam is better than SGD (rate 0.01 for SGD, 0.001 for Adam)",
        "yes",
        lambda: _more(_ADAM, _RELU.but(rate=0.01)),
    ),
    _real(
        "an L2 penalty of 0.001 helps",
        "yes",
        lambda: _more(_ADAM.but(rate=0.003, l2=0.001), _ADAM.but(rate=0.003)),
    ),
    _real(
        "is an L2 penalty of 0.01 too large?",
        "yes",
        lambda: _more(_ADAM.but(rate=0.003, l2=0.001), _ADAM.but(rate=0.003, l2=0.01)),
        note="The slide asks, and goes on with 0.001. On this table 0.01 is better.",
        setting_given=False,
    ),
    _real("dropout makes the result on training data worse", "yes", _dropout_costs_in_training),
    _real(
        "batch normalization replaces dropout and regularizers",
        "yes",
        _normalization_replaces_the_others,
        note="Batch normalization at its best rate of three, beside an L2 penalty of 0.01 without it.",
        setting_given=False,
    ),
]
