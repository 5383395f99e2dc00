"""Every general sentence of lecture 12 as an experiment: a seed is another world, with another rule."""

import numpy as np

from helpers.evidence.claim import OWN, Claim

from .experiments import Config, accuracies, best_of, confusion, forest, nearest_neighbor, runs, stopped_early, table

DRAWS = range(3)
POINT = 0.01
RATES = {"sigmoid": (0.1, 1.0, 10.0), "relu": (0.03, 0.1, 0.3), "Adam": (0.001, 0.003, 0.01)}
LARGER_BATCHES = {"twice the rows in a batch": {"batch": 64}}


def reached(config, world):
    return accuracies(config, DRAWS, world).mean()


def at_best_rate(config, rates, world):
    return reached(best_of([config.but(rate=rate) for rate in rates], DRAWS, world), world)


def adam(**settings):
    return Config(activation="relu", rule="Adam", rate=0.003, **settings)


def scaling_helps(seed, draws=1):
    one, other = (np.mean([nearest_neighbor(d, seed, way) for d in range(draws)]) for way in (True, False))
    return one - other


def names_the_largest(seed, **settings):
    """0.02 minus the distance to the share of the largest class."""
    largest = np.bincount(table(seed)[1]).max() / len(table(seed)[1])
    return 2 * POINT - abs(reached(Config(rate=0.01, **settings), seed) - largest)


def losses_are_near(seed, **settings):
    one, other = (
        at_best_rate(Config(loss=name, **settings), RATES["sigmoid"], seed)
        for name in ("cross-entropy", "squared error")
    )
    return 3 * POINT - abs(one - other)


def relu_wins(seed, **settings):
    relu = at_best_rate(Config(activation="relu", **settings), RATES["relu"], seed)
    return relu - at_best_rate(Config(**settings), RATES["sigmoid"], seed)


def optimizers_are_near(seed, **settings):
    plain = at_best_rate(Config(activation="relu", **settings), RATES["relu"], seed)
    return 3 * POINT - abs(at_best_rate(adam(**settings), RATES["Adam"], seed) - plain)


def overfits(seed, **settings):
    """The last validation loss over the lowest one, as a logarithm."""
    found = runs(adam(**settings), DRAWS, seed)
    return np.mean([np.log(one.validation_loss[-1] / one.validation_loss.min()) for one in found]) - 0.1


def penalty_helps(seed, **settings):
    plain, penalized = (
        np.mean([one.validation_loss[-1] for one in runs(adam(l2=l2, **settings), DRAWS, seed)]) for l2 in (0.0, 0.01)
    )
    return plain - penalized


def stopping_is_cheap(seed, patience=3, **settings):
    """The smaller of two margins: of accuracy, and of the share of epochs that is saved."""
    found = runs(adam(**settings), DRAWS, seed)
    stopped = np.array([stopped_early(one, patience) for one in found])
    lost = np.mean([one.validation_accuracy[-1] for one in found]) - stopped[:, 1].mean()
    return min(2 * POINT - lost, 0.5 - stopped[:, 0].mean() / len(found[0].validation_loss))


def dropout_gains_little(seed, rate=0.2, **settings):
    penalized = adam(l2=0.01, **settings)
    return POINT - (reached(penalized.but(dropout=rate), seed) - reached(penalized, seed))


def normalization_gains_little(seed, **settings):
    penalized = adam(l2=0.01, **settings)
    return POINT - (at_best_rate(penalized.but(batch_norm=True), (0.003, 0.01), seed) - reached(penalized, seed))


def mean_recall(config, world):
    counts = confusion(config, DRAWS, world)
    return np.mean(np.diag(counts) / counts.sum(axis=1))


def weights_find_more(seed, l2=0.01):
    penalized = adam(l2=l2)
    return mean_recall(penalized.but(class_weights=True), seed) - mean_recall(penalized, seed)


def forest_is_near(seed, l2=0.01):
    return 3 * POINT - (reached(adam(l2=l2), seed) - np.mean([forest(draw, seed) for draw in DRAWS]))


CLAIMS = (
    Claim(
        "One nearest neighbor is better on standardized columns than on columns as they are.",
        scaling_helps,
        unit="accuracy",
        settings={OWN: {}, "three draws": {"draws": 3}},
    ),
    Claim(
        "With a rate that is far too low, the network names the largest class for every row.",
        names_the_largest,
        unit="accuracy",
        settings={OWN: {}, **LARGER_BATCHES},
    ),
    Claim(
        "Squared error at its best rate is within three points of cross-entropy at its best rate.",
        losses_are_near,
        unit="accuracy",
        settings={OWN: {}, "twice the epochs": {"epochs": 40}},
    ),
    Claim(
        "ReLU at its best rate is better than sigmoid at its best rate.",
        relu_wins,
        unit="accuracy",
        settings={OWN: {}, **LARGER_BATCHES},
    ),
    Claim(
        "Adam at its best rate is within three points of SGD at its best rate.",
        optimizers_are_near,
        unit="accuracy",
        settings={OWN: {}, **LARGER_BATCHES},
    ),
    Claim(
        "Trained on, a network that gets every training row right ends with a validation loss above its lowest one.",
        overfits,
        unit="logarithm of a ratio",
        settings={OWN: {}, **LARGER_BATCHES},
    ),
    Claim(
        "An L2 penalty lowers the last validation loss of a network that overfits.",
        penalty_helps,
        unit="loss",
        settings={OWN: {}, **LARGER_BATCHES},
    ),
    Claim(
        "Stopping early saves more than half of the epochs and costs less than two points of accuracy.",
        stopping_is_cheap,
        unit="accuracy, or share of the epochs",
        settings={OWN: {}, "patience 2": {"patience": 2}},
    ),
    Claim(
        "Dropout on top of a penalty gains less than a point in this small network.",
        dropout_gains_little,
        unit="accuracy",
        settings={OWN: {}, "rate doubled": {"rate": 0.4}},
    ),
    Claim(
        "Batch normalization on top of a penalty gains less than a point in this small network.",
        normalization_gains_little,
        unit="accuracy",
        settings={OWN: {}, **LARGER_BATCHES},
    ),
    Claim(
        "Class weights raise the mean recall of the classes.",
        weights_find_more,
        unit="mean recall",
        settings={OWN: {}, "a third of the penalty": {"l2": 0.003}},
    ),
    Claim(
        "A forest with default settings comes within three points of the tuned network.",
        forest_is_near,
        unit="accuracy",
        settings={OWN: {}, "a third of the penalty": {"l2": 0.003}},
    ),
)
