"""What the decks say about the first network."""

from functools import cache

from helpers.datasets import mnist
from helpers.evidence.row import Row
from helpers.neural.networks import train_dense

from .experiments import error_after_one_update, parameters, passed, tables_of_one_unit


@cache
def _deck_000_accuracy():
    """A network of 784-512-10 units after five epochs in batches of 128; plain SGD where the deck has RMSprop."""
    data = mnist()
    history = train_dense(data, (512,), epochs=5, batch_size=128, learning_rate=0.5, seed=0)
    return float(history.validation_accuracy[-1])


ROWS = [
    Row("weights and biases of 784-256-128-10", "002", 235_146, lambda: parameters([784, 256, 128, 10])),
    Row("weights and biases of 200-128-256-5", "001", 60_037, lambda: parameters([200, 128, 256, 5])),
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
]
