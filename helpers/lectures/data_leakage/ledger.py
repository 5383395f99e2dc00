"""What deck 000 says about data leakage (the other decks have nothing on it), and figures on two real tables."""

from functools import cache, partial

import numpy as np

from helpers.datasets import digits
from helpers.evidence.frameworks import keras
from helpers.evidence.row import Row

from .experiments.leakage import measure
from .experiments.real_leaks import bike_parts_add_up, bike_r2, parkinsons_r2

_NOTICEABLE = 0.05  # optimism from which a report is too optimistic


def _report(leak, **setting):
    return "too optimistic" if measure(leak, **setting).optimism.mean() > _NOTICEABLE else "not noticeably"


def _remedy(leak):
    return "honest" if abs(measure(leak, right=True).optimism.mean()) < _NOTICEABLE else "not honest"


@cache
def _validation_split(ordered):
    """Training and validation accuracy of a small network on the digits, in order or shuffled first."""
    data = digits()
    keras().utils.set_random_seed(0)
    layers = keras().layers
    model = keras().Sequential(
        [keras().Input((64,)), layers.Dense(64, activation="relu"), layers.Dense(10, activation="softmax")]
    )
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    rows = np.argsort(data.y_train, kind="stable")
    rows = rows if ordered else np.random.default_rng(0).permutation(rows)
    options = {"epochs": 15, "validation_split": 0.2, "shuffle": True, "verbose": 0}
    return model.fit(data.x_train[rows], data.y_train[rows], **options).history["val_accuracy"]


def _taken_from():
    """Whether the last fifth of sorted rows is what Keras validates on."""
    return "the tail, unshuffled" if _validation_split(True)[-1] < 0.1 < 0.9 < _validation_split(False)[-1] else "other"


_LEAKS = {
    "copies": "samples that stand in train and test, equal or nearly",
    "future": "future used to train, past to test",
    "afterwards": "a feature that is known only afterwards",
    "person": "one patient in train and test",
    "resampling": "oversampled before the split",
}

ROWS = [
    *(
        Row(
            f"report with {what}", "000", "too optimistic", partial(_report, leak), note="Generated hospital, ten runs."
        )
        for leak, what in _LEAKS.items()
    ),
    Row(
        "report with mean and deviation computed on everything",
        "000",
        "too optimistic",
        partial(_report, "scaler"),
        note="750 rows and a nearest neighbour: below a hundredth. The rule is right, the harm lies in the next row.",
        setting_given=False,
    ),
    Row(
        "report with columns selected on everything",
        "000",
        "too optimistic",
        partial(_report, "selection"),
        note="The same mistake with a step that looks at the outcome: ten of a thousand columns of noise.",
    ),
    *(
        Row(f"report after the slide's remedy: {what}", "000", "honest", partial(_remedy, leak))
        for leak, what in {
            "copies": "duplicates kept on one side",
            "future": "cut by time",
            "afterwards": "without the column",
            "scaler": "scaler fitted on train",
            "person": "split by patient",
            "resampling": "resampled in train only",
        }.items()
    ),
    Row("validation_split takes its rows from", "000, 001", "the tail, unshuffled", _taken_from),
    Row(
        "Parkinson's, 1 nearest neighbour, R2, recordings held out",
        "course",
        0.47,
        lambda: float(parkinsons_r2(by_patient=False).mean()),
        0.03,
        "Age, sex and 16 measures of the voice, standardised on train; ten splits.",
        needs="parkinsons",
    ),
    Row(
        "Parkinson's, 1 nearest neighbour, patients held out",
        "course",
        "R2 below -0.5",
        lambda: "R2 below -0.5" if parkinsons_r2(by_patient=True).mean() < -0.5 else "R2 above -0.5",
        note="The same model and features.",
        needs="parkinsons",
    ),
    Row(
        "bike sharing: share of the hours with casual + registered = cnt",
        "course",
        1.0,
        bike_parts_add_up,
        0.0,
        needs="bike",
    ),
    Row(
        "bike sharing, forest, R2, a random quarter held out",
        "course",
        0.95,
        partial(bike_r2, by_time=False),
        0.01,
        needs="bike",
    ),
    Row(
        "bike sharing, forest, R2, the last quarter held out",
        "course",
        0.87,
        partial(bike_r2, by_time=True),
        0.02,
        needs="bike",
    ),
    Row(
        "bike sharing, forest, R2, the last quarter, with casual and registered as features",
        "course",
        0.998,
        partial(bike_r2, by_time=True, parts=True),
        0.002,
        needs="bike",
    ),
]
