"""The search engine trains many networks at once, and each as if it were alone."""

import itertools
import tracemalloc

import numpy as np
import pytest

from helpers import datasets
from helpers.neural import networks, search
from helpers.neural.activations import ACTIVATIONS
from helpers.neural.blas import add_product
from helpers.neural.signal import he

EPOCHS = 3


@pytest.fixture(scope="module")
def pictures():
    return search.prepare(datasets.digits())


def configurations_of_all_kinds():
    return [
        {"learning_rate": 0.3, "regularization": 0.0},
        {"learning_rate": 0.1, "regularization": 0.01, "decay": 0.5},
        {"learning_rate": 0.5, "regularization": 0.5},  # its scale is multiplied in several times
        {"learning_rate": 0.3, "regularization": 4.0},  # one step turns the weights around
        {"learning_rate": 0.05, "regularization": 1e-4, "hidden": (7,)},
        {"learning_rate": 0.2, "regularization": 1e-3},
    ]


def train(configurations, pictures, **options):
    options = {"epochs": EPOCHS, "hidden": (20,), "batch_size": 50, "weight_scale": he} | options
    return search.train_many(configurations, pictures, **options)


def trained_alone(configuration, pictures, hidden, epochs=EPOCHS, batch_size=50, seed=0, stop_factor=3.0):
    """The same run in double precision, by the code of lecture 04, one network, one array at a time."""
    hidden = configuration.get("hidden", hidden)
    plan = search._Plan(pictures, epochs, hidden, batch_size, stop_factor, seed, he, False)
    layers = [(weights.astype(float), bias.astype(float)) for weights, bias in plan.start(hidden)]
    rate, l2 = configuration["learning_rate"], configuration["regularization"]
    x, y = pictures.x_train.astype(float), pictures.y_train
    relu = ACTIVATIONS["relu"]

    def measured(features, labels):
        scores = networks.forward(layers, features, relu)[1][-1]
        return networks.loss(scores, labels), np.mean(scores.argmax(axis=1) == labels)

    def penalty():
        return l2 / 2 * sum(float(np.sum(weights**2)) for weights, _ in layers)

    def row(loss, accuracy):
        return loss + penalty(), accuracy, measured(pictures.x_validation.astype(float), pictures.y_validation)[1]

    rows = [row(*measured(x, y))]
    for order in plan.orders:
        losses, right = 0.0, 0.0
        for first in range(0, len(x), batch_size):
            batch = order[first : first + batch_size]
            loss, accuracy = measured(x[batch], y[batch])
            losses, right = losses + loss * len(batch), right + accuracy * len(batch)
            slopes = networks.gradients(layers, x[batch], y[batch], relu, l2)
            layers = [(w - rate * dw, b - rate * db) for (w, b), (dw, db) in zip(layers, slopes, strict=True)]
        rows.append(row(losses / len(x), right / len(x)))
        rate *= configuration.get("decay", 1.0)
        if not rows[-1][0] <= stop_factor * rows[0][0]:
            break
    return np.array(rows), layers


@pytest.mark.parametrize("hidden", [(), (20,), (16, 12, 8)])
def test_each_run_is_what_training_its_network_alone_gives(pictures, hidden):
    configurations = configurations_of_all_kinds()
    runs = train(configurations, pictures, hidden=hidden, keep_layers=True)
    for configuration, run in zip(configurations, runs, strict=True):
        rows, layers = trained_alone(configuration, pictures, hidden)
        assert run.configuration == configuration
        assert len(run.losses) == len(rows)
        np.testing.assert_allclose(run.losses, rows[:, 0], rtol=2e-4)
        # One picture in a hundred may lie so near a border that the precision decides.
        np.testing.assert_allclose(run.train_accuracies, rows[:, 1], atol=0.01)
        np.testing.assert_allclose(run.validation_accuracies, rows[:, 2], atol=0.01)
        for (weights, bias), (expected_weights, expected_bias) in zip(run.layers, layers, strict=True):
            np.testing.assert_allclose(weights, expected_weights, rtol=1e-2, atol=2e-3)
            np.testing.assert_allclose(bias, expected_bias, rtol=1e-2, atol=2e-3)


def test_the_company_of_a_network_changes_its_result_by_rounding_only(pictures):
    configurations = configurations_of_all_kinds()
    for configuration, run in zip(configurations, train(configurations, pictures), strict=True):
        (alone,) = train([configuration], pictures)
        np.testing.assert_allclose(alone.losses, run.losses, rtol=1e-4)


def test_the_number_of_jobs_changes_nothing(pictures):
    configurations = configurations_of_all_kinds()
    once, twice = (train(configurations, pictures, jobs=jobs, stack=2) for jobs in (1, 2))
    for one, two in zip(once, twice, strict=True):
        assert np.array_equal(one.losses, two.losses)
        assert np.array_equal(one.validation_accuracies, two.validation_accuracies)


def test_a_run_whose_loss_explodes_is_broken_off_and_the_others_go_on(pictures):
    wild = {"learning_rate": 1e6, "regularization": 0.0}
    calm = {"learning_rate": 0.3, "regularization": 0.0}
    told = []
    exploded, learned = train([wild, calm], pictures, on_epoch=lambda index, run: told.append(run))
    assert exploded.stopped_after == 1
    assert [run.configuration for run in told if run.stopped_after] == [wild]
    assert len(exploded.losses) == 2
    assert learned.stopped_after is None
    assert len(learned.losses) == EPOCHS + 1
    assert learned.score > 0.9
    (alone,) = train([calm], pictures)
    np.testing.assert_allclose(alone.losses, learned.losses, rtol=1e-4)


def test_the_score_of_a_run_that_ended_in_nan_is_zero(pictures):
    (run,) = train([{"learning_rate": 1e20, "regularization": 0.0}], pictures)
    assert not np.isfinite(run.losses[-1])
    assert run.score == 0


def test_the_first_loss_is_that_of_guessing_plus_the_penalty(pictures):
    free, penalised = (
        train([{"learning_rate": 0.1, "regularization": l2}], pictures, keep_layers=True, epochs=0)[0]
        for l2 in (0.0, 2.0)
    )
    squares = sum(
        np.sum(weights**2) for weights, _ in search._Plan(pictures, 0, (20,), 50, 3, 0, he, False).start((20,))
    )
    assert penalised.losses[0] - free.losses[0] == pytest.approx(squares, rel=1e-5)
    (tiny,) = train([{"learning_rate": 0.1, "regularization": 0.0}], pictures, weight_scale=lambda *_: 1e-4)
    assert tiny.losses[0] == pytest.approx(np.log(10), abs=1e-4)


def test_one_that_looks_on_sees_every_epoch_and_can_stop_a_run_or_the_search(pictures):
    configurations = configurations_of_all_kinds()
    seen = []
    runs = train(
        configurations, pictures, jobs=2, stack=2, on_epoch=lambda index, run: seen.append((index, len(run.losses)))
    )
    assert sorted(seen) == sorted((i, n) for i, run in enumerate(runs) for n in range(2, len(run.losses) + 1))

    runs = train(configurations[:2], pictures, on_epoch=lambda index, run: search.STOP_RUN if index == 1 else None)
    assert [run.stopped_after for run in runs] == [None, 1]

    runs = train(configurations, pictures, jobs=1, stack=1, on_epoch=lambda *_: search.STOP_SEARCH)
    assert sorted(len(run.losses) for run in runs) == [1, 1, 1, 1, 1, 2]


def test_the_pictures_are_prepared_by_the_mean_of_train_alone():
    raw = datasets.digits()
    ready = search.prepare(raw)
    np.testing.assert_allclose(ready.x_train.mean(axis=0), 0, atol=1e-6)
    np.testing.assert_allclose(ready.x_validation, raw.x_validation - raw.x_train.mean(axis=0), atol=1e-6)
    assert ready.x_test.dtype == np.float32


def test_what_cannot_be_trained_is_refused_with_a_sentence(pictures):
    with pytest.raises(ValueError, match="prepare"):
        train(configurations_of_all_kinds(), datasets.digits())
    with pytest.raises(ValueError, match="Configuration 0"):
        train([{"learning_rate": 0.1}], pictures)
    with pytest.raises(ValueError, match="Configuration 0"):
        train([{"learning_rate": 0.1, "regularization": 0.0, "rate": 1}], pictures)


def test_stacks_hold_one_shape_each_and_every_configuration_once():
    configurations = [{"learning_rate": 1, "regularization": 0, "hidden": h} for h in [(5,), (6,)] * 7]
    parts = search.stacks(configurations, stack=3)
    assert sorted(itertools.chain(*parts)) == list(range(14))
    assert max(map(len, parts)) == 3
    assert all(len({configurations[index]["hidden"] for index in part}) == 1 for part in parts)


def test_a_product_is_added_in_place_and_wrong_arrays_are_refused():
    rng = np.random.default_rng(0)
    total, left, right = (rng.standard_normal(shape).astype(np.float32) for shape in [(5, 7), (5, 3), (3, 7)])
    expected = total + left @ right
    add_product(total, left, right)
    np.testing.assert_allclose(total, expected, rtol=1e-5)
    for wrong in ((total, left.astype(float), right), (total, left, right.T), (total.T, left, right)):
        with pytest.raises(ValueError, match=r"fit|float32"):
            add_product(*wrong)


@pytest.mark.parametrize("jobs", [1, 2])
def test_memory_stays_below_what_was_stated_and_does_not_grow_with_the_search(jobs):
    rng = np.random.default_rng(0)
    parts = [part for count in (400, 100, 1) for part in (rng.random((count, 3072)), rng.integers(10, size=count))]
    pictures = search.prepare(datasets.Pictures("noise", *parts))
    data = sum(part.nbytes for part in (pictures.x_train, pictures.x_validation, pictures.x_test))
    peaks, stated = [], []
    for count in (20, 60):
        configurations = [
            {"learning_rate": float(rate), "regularization": 0.0} for rate in np.logspace(-3, 3, count)
        ]  # some explode
        tracemalloc.start()
        search.train_many(configurations, pictures, epochs=3, jobs=jobs)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        stated.append(search.memory_needed(count, pictures, epochs=3, jobs=jobs) - data)
        assert 0.3 * stated[-1] < peaks[-1] < stated[-1]
    assert stated[1] < 1.2 * stated[0]
    if jobs == 1:  # whether the peaks of two threads meet is chance
        assert peaks[1] < 1.2 * peaks[0]
