"""What the decks say about regularization."""

from functools import cache

import numpy as np

from helpers.datasets import mnist
from helpers.evidence.frameworks import keras
from helpers.evidence.row import Row

from .experiments import Run, all_networks, noisy_runs, stopped, train_many


@cache
def _network_error(**remedy):
    """Test error in percent of a network of 784-256-10 after twenty epochs on 50 000 pictures of MNIST."""
    trained = train_many([Run(0, 0.5, **remedy)], 50_000, 20, 128, 256, pictures=mnist())
    return 100 * (1 - float(trained.test_accuracy[-1, 0]))


def _linear_error(make):
    """Test error in percent of a linear classifier on MNIST."""
    data = mnist()
    return 100 * (1 - make().fit(data.x_train, data.y_train).score(data.x_test, data.y_test))


def _lda():
    from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

    return LinearDiscriminantAnalysis()


def _logistic():
    from sklearn.linear_model import LogisticRegression

    # The weight of the penalty and the end of the descent change the error by tenths of a percent.
    return LogisticRegression(C=0.1, max_iter=60, tol=1e-3)


def _penalty_of_keras():
    """What Keras adds for L2: the sum of squares of 3 and 4, or its root?"""
    value = float(keras().regularizers.L2(1.0)(np.array([3.0, 4.0], dtype=np.float32)))
    return {5.0: "root of the sum of squares", 25.0: "sum of squares"}.get(value, f"{value}")


def _factor_of_dropout():
    """By what Keras multiplies the units that dropout of 0.4 keeps."""
    kept = keras().layers.Dropout(0.4)(np.ones((1, 1000), dtype=np.float32), training=True)
    return float(keras().ops.convert_to_numpy(kept).max())


def _early_stopping():
    """The mean test accuracy of the best epoch by validation loss, against that of the last one."""
    trained = noisy_runs()
    runs = range(trained.test_accuracy.shape[1])
    best = [trained.test_accuracy[stopped(trained.validation_loss[:, run], 5), run] for run in runs]
    return "higher" if np.mean(best) > np.mean(trained.test_accuracy[-1]) else "not higher"


_MNIST = {"needs": "mnist", "setting_given": False}
_NETWORK = "One hidden layer of 256 units, twenty epochs of plain SGD; the deck has two and does not say more."

ROWS = [
    Row(
        "the L2 penalty of a library",
        "001",
        "root of the sum of squares",
        _penalty_of_keras,
        note="The deck writes the norm; libraries add its square.",
    ),
    Row(
        "thinned networks of 10 units with dropout",
        "002",
        2**10,
        lambda: len(all_networks(hidden=10)[0]),
        note="Deck 001 says 2^N for N weights; what is dropped are units.",
    ),
    Row(
        "factor of the kept units with dropout of 0.4, 1/(1 - 0.4)",
        "002",
        1 / 0.6,
        _factor_of_dropout,
        1e-6,
    ),
    Row(
        "table 11-3: test accuracy with early stopping",
        "002",
        "higher",
        _early_stopping,
        note="300 digits, 30 % wrong labels, patience 5, against 60 epochs; 20 seeds.",
    ),
    Row(
        "test error of a network with ridge on MNIST, %",
        "002",
        2.3,
        lambda: _network_error(l2=2e-5),
        0.5,
        _NETWORK,
        **_MNIST,
    ),
    Row(
        "test error of a network with dropout on MNIST, %",
        "002",
        1.8,
        lambda: _network_error(dropout=0.3),
        0.5,
        _NETWORK,
        **_MNIST,
    ),
    Row(
        "test error of logistic regression on MNIST, %",
        "002",
        7.2,
        lambda: _linear_error(_logistic),
        1.5,
        "A weak L2 penalty.",
        **_MNIST,
    ),
    Row(
        "test error of linear discriminant analysis on MNIST, %",
        "002",
        12.7,
        lambda: _linear_error(_lda),
        0.5,
        **_MNIST,
    ),
]
