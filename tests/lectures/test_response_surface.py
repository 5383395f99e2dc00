"""A search can be rehearsed on a surface that the engine has measured."""

import numpy as np
import pytest

from helpers import datasets
from helpers.lectures.hyperparameter_search.experiments.response_surface import (
    ResponseSurface,
    measure_surface,
    with_noise,
)
from helpers.neural import search
from helpers.neural.signal import he

AXES = np.array([-3.0, -1.0]), np.array([-4.0, 0.0])
# Accuracy .2 + .1 epoch at the lower rate, twice that slope at the higher one.
PLANE = ResponseSurface(
    *AXES, np.zeros((2, 2, 3)), 0.2 + np.array([0.1, 0.2])[:, None, None] * np.ones((2, 2, 1)) * np.arange(3)
)


def point(exponent):
    return {"learning_rate": 10.0**exponent, "regularization": 1e-2}


def test_on_the_grid_a_surface_is_the_run_and_between_its_points_the_mean():
    pictures = search.prepare(datasets.digits())
    options = {"epochs": 2, "hidden": (8,), "weight_scale": he}
    surface = measure_surface(pictures, (1e-2, 1e1), (1e-4, 1e1), per_axis=(3, 2), **options)
    configuration = {"learning_rate": 10**-0.5, "regularization": 1e-4}
    (run,) = search.train_many([configuration], pictures, **options)
    np.testing.assert_allclose(surface.curves(10**-0.5, 1e-4)[0], run.validation_accuracies, atol=0.01)
    between = surface.curves(10**-1.25, 1e-4)[0]
    np.testing.assert_allclose(between, surface.accuracies[:2, 0].mean(axis=0))
    assert surface.scores(10, 10)[0] == pytest.approx(0.1)  # broken off: guessing


def test_outside_its_grid_the_border_counts():
    assert PLANE.scores(1e5, 1)[0] == PLANE.scores(1e-1, 1)[0]


@pytest.mark.parametrize("surface", [PLANE, with_noise(PLANE)], ids=["exact", "noisy"])
def test_a_surface_of_one_epoch_answers_like_the_whole_one(surface):
    points = [1e-3, 4e-2], [1e-4, 1e-1]
    for epoch in (1, -1):
        np.testing.assert_array_equal(surface.at(epoch).curves(*points)[:, 0], surface.curves(*points)[:, epoch])


def test_the_share_above_an_accuracy_is_an_area():
    # .2 + .2 (1 + t) >= .5 for t >= .5, t from 0 to 1 along the exponents of the rate
    assert PLANE.share_above(0.5) == pytest.approx(0.5, abs=0.005)


def test_looking_up_answers_like_the_engine_and_listens_like_it():
    first, second = PLANE.train([point(-3), point(-1)])
    np.testing.assert_allclose(first.validation_accuracies, [0.2, 0.3, 0.4])
    np.testing.assert_allclose(second.validation_accuracies, [0.2, 0.4, 0.6])
    seen = []

    def listen(index, run):
        seen.append((index, len(run.validation_accuracies) - 1))
        return search.STOP_RUN if index == 0 else None

    first, second = PLANE.train([point(-3), point(-1)], listen)
    assert seen == [(0, 1), (1, 1), (1, 2)]
    assert (first.stopped_after, second.stopped_after) == (1, None)

    runs = PLANE.train([point(-3), point(-1)], lambda *_: search.STOP_SEARCH)
    assert [len(run.validation_accuracies) for run in runs] == [2, 1]
