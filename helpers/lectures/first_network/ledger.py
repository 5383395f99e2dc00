"""What the decks say about the first network."""

from functools import cache

import numpy as np

from helpers.datasets import digits, mnist
from helpers.evidence.frameworks import keras
from helpers.evidence.row import Row
from helpers.neural.networks import train_dense
from helpers.neural.signal import he

from .experiments import error_after_one_update, parameters, passed, tables_of_one_unit


@cache
def _deck_000_accuracy():
    """A network of 784-512-10 units after five epochs in batches of 128; plain SGD where the deck has RMSprop."""
    data = mnist()
    history = train_dense(data, (512,), epochs=5, batch_size=128, learning_rate=0.5, seed=0)
    return float(history.validation_accuracy[-1])


@cache
def _first_epoch_in_keras():
    """Loss and accuracy of the deck's network in Keras, as Keras prints them for the first epoch."""
    data, k = mnist(), keras()
    k.utils.set_random_seed(0)
    network = k.Sequential([k.layers.Dense(512, "relu"), k.layers.Dense(10, "softmax")])
    network.compile(optimizer="rmsprop", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    x, y = (np.concatenate(parts) for parts in ((data.x_train, data.x_validation), (data.y_train, data.y_validation)))
    history = network.fit(x, y, epochs=1, batch_size=128, verbose=0).history
    return float(history["loss"][0]), float(history["accuracy"][0])


@cache
def _accuracy(hidden):
    """Mean validation accuracy on the digits over three seeds."""
    runs = [train_dense(digits(), hidden, weight_scale=he, epochs=15, seed=seed) for seed in range(3)]
    return float(np.mean([run.validation_accuracy[-1] for run in runs]))


def _fewest_that_suffice(networks):
    """The first of {number: widths} whose accuracy is within a point of the best."""
    best = max(map(_accuracy, networks.values()))
    return next(number for number, hidden in networks.items() if _accuracy(hidden) > best - 0.01)


def _units_that_suffice():
    fewest = _fewest_that_suffice({units: (units,) for units in (3, 10, 30, 100, 300)})
    return "10 to 100" if 10 <= fewest <= 100 else f"{fewest}"


def _layers_that_suffice():
    fewest = _fewest_that_suffice({layers: (30,) * layers for layers in (0, 1, 2, 5, 8)})
    return "1 to 5" if 1 <= fewest <= 5 else f"{fewest}"


def _pictures(part):
    data = mnist()
    return float({"train": len(data.x_train) + len(data.x_validation), "test": len(data.x_test)}[part])


_PRODUCTS = {"first": (785, 256), "second": (257, 128), "last": (129, 10)}
_LAYERS = {"first": (200, 128, 25_728), "second": (128, 256, 33_024), "last": (256, 5, 1285)}

ROWS = [
    Row("weights and biases of 784-256-128-10", "002", 235_146, lambda: parameters([784, 256, 128, 10])),
    Row("weights and biases of 200-128-256-5", "001", 60_037, lambda: parameters([200, 128, 256, 5])),
    *(
        Row(
            f"weights and biases of the {which} layer of 784-256-128-10",
            "002",
            rows * columns,
            lambda sizes=(rows - 1, columns): parameters(list(sizes)),
            note=f"The deck: {rows} x {columns}.",
        )
        for which, (rows, columns) in _PRODUCTS.items()
    ),
    *(
        Row(
            f"weights and biases of the {which} layer of 200-128-256-5",
            "001",
            printed,
            lambda sizes=(fan_in, fan_out): parameters(list(sizes)),
        )
        for which, (fan_in, fan_out, printed) in _LAYERS.items()
    ),
    *(
        Row(
            f"updates in an epoch of 1000 samples, batches of {size}",
            "001",
            updates,
            lambda size=size: len(range(0, 1000, size)),
        )
        for size, updates in ((100, 10), (10, 100))
    ),
    Row(
        "years to try ten values for each of 500 weights, a million trials a second: power of ten",
        "001",
        486,
        lambda: 500 - 6 - float(np.log10(365.25 * 24 * 3600)),
        tolerance=1,
    ),
    Row("updates in an epoch of 48 000 samples, batches of 128", "002", 375, lambda: 48_000 / 128),
    Row(
        "a linear unit cannot compute XOR",
        "002",
        "it cannot",
        lambda: "it can" if tables_of_one_unit()[0, 1, 1, 0] else "it cannot",
        note="The deck uses a threshold unit as a linear classifier; a linear program decides.",
    ),
    Row(
        "error of the 2-2-2 example before training",
        "Mazur 2015",
        0.298371109,
        lambda: passed().error,
        tolerance=5e-10,
        note="A well-known worked example, not a deck.",
    ),
    Row(
        "error of the 2-2-2 example after one update",
        "Mazur 2015",
        0.291027924,
        error_after_one_update,
        tolerance=5e-10,
        note="The printed number comes from output weights that moved before the error went back through them.",
    ),
    Row(
        "the same, output weights moved first",
        "Mazur 2015",
        0.291027924,
        lambda: error_after_one_update(output_first=True),
        tolerance=5e-10,
        note="This gives the printed number.",
    ),
    Row(
        "test accuracy of 784-512-10 on MNIST after five epochs",
        "000",
        0.9785,
        _deck_000_accuracy,
        tolerance=0.01,
        needs="mnist",
        note="The deck trains with RMSprop in Keras; here plain SGD at rate 0.5.",
        setting_given=False,
    ),
    *(
        Row(f"pictures of MNIST, {part}", "000, 002", printed, lambda part=part: _pictures(part), needs="mnist")
        for part, printed in (("train", 60_000), ("test", 10_000))
    ),
    Row("pixels of a picture of MNIST", "000, 002", 28 * 28, lambda: mnist().x_train.shape[1], needs="mnist"),
    Row(
        "training loss of 784-512-10 on MNIST, first epoch",
        "000",
        0.2524,
        lambda: _first_epoch_in_keras()[0],
        tolerance=0.015,
        needs="mnist",
        note="In Keras with RMSprop, as in the deck. Another seed, and another version of Keras, move it.",
        setting_given=False,
    ),
    Row(
        "training accuracy of 784-512-10 on MNIST, first epoch",
        "000",
        0.9273,
        lambda: _first_epoch_in_keras()[1],
        tolerance=0.005,
        needs="mnist",
        note="As above.",
    ),
    Row(
        "table 10-1, 10-2: units in a hidden layer, the fewest that come within a point of the best",
        "002",
        "10 to 100",
        _units_that_suffice,
        setting_given=False,
        note="Digits, one hidden layer of 3, 10, 30, 100 or 300 units, 15 epochs, three seeds.",
    ),
    Row(
        "table 10-1, 10-2: hidden layers, the fewest that come within a point of the best",
        "002",
        "1 to 5",
        _layers_that_suffice,
        setting_given=False,
        note="Digits, 0, 1, 2, 5 or 8 hidden layers of 30 units, 15 epochs, three seeds.",
    ),
]
