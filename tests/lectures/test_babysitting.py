"""The experiments of lecture 10, its schedules, and the run beside the interface."""

import asyncio
import subprocess
import sys
import threading
import time

import numpy as np
import pytest

from helpers.datasets import Pictures
from helpers.judging.judge import Examination, public_examination
from helpers.lectures.babysitting.exercises import OVERFIT_TINY, TWO_LAYER_LOSS, diagnose, overfit_tiny
from helpers.lectures.babysitting.experiments import live
from helpers.lectures.babysitting.experiments import training as babysitting
from helpers.lectures.babysitting.experiments.live import (
    DIVERGED,
    FAILED,
    FINISHED,
    PAUSED,
    READY,
    RUNNING,
    STOPPED,
    LiveRun,
)
from helpers.lectures.babysitting.experiments.training import FAULTS, Training, diagnosis, gradient_errors
from helpers.lectures.babysitting.explorer import CommandCenter
from helpers.neural import schedules
from helpers.proving import checks
from helpers.proving.solutions import function_from, solution_source
from helpers.sandbox import recipes

LECTURE = "10_babysitting"


@pytest.fixture(scope="module")
def data():
    """Ten clouds of points on the scale of pixels, in place of pictures: quick, and easy to learn."""
    rng = np.random.default_rng(0)
    labels = np.arange(600) % 10
    x = (40 * rng.normal(size=(10, 30))[labels] + 30 * rng.normal(size=(600, 30))).astype(np.float32)
    return Pictures("clouds", x[:400], labels[:400], x[400:500], labels[400:500], x[500:], labels[500:])


@pytest.fixture
def run(data):
    run = LiveRun(Training(data, 1e-3), limit=100_000)
    yield run
    run.stop()


def wait_until(condition, seconds=20):
    end = time.perf_counter() + seconds
    while not condition():
        assert time.perf_counter() < end, "it never happened"
        time.sleep(0.01)


def trainers():
    return [thread for thread in threading.enumerate() if thread.name == "live training"]


# A run that is watched.


def test_pictures_lose_the_mean_of_the_training_set_and_of_no_other(data):
    from helpers.datasets import ColourPictures

    rng = np.random.default_rng(0)
    parts = [rng.integers(low, 256, (5, 2, 2, 3)).astype(np.uint8) for low in (0, 100, 200)]
    y = np.arange(5)
    ready = babysitting.prepared(ColourPictures("test", parts[0], y, parts[1], y, parts[2], y, ()))
    assert np.allclose(ready.x_train.mean(axis=0), 0, atol=1e-4)
    mean = parts[0].reshape(5, -1).mean(axis=0)
    assert np.allclose(ready.x_validation, parts[1].reshape(5, -1) - mean, atol=1e-3)
    assert np.allclose(ready.x_test, parts[2].reshape(5, -1) - mean, atol=1e-3)


def test_the_first_reading_shows_the_logarithm_of_ten_and_the_penalty(data):
    reading = Training(data, regularization=1e3).read()
    assert reading.train_loss == pytest.approx(np.log(10), abs=1e-3)
    assert reading.penalty == pytest.approx(0.5 * 1e3 * 1e-8 * (30 * 50 + 500), rel=0.15)


def test_the_ratio_is_the_length_of_the_step_that_was_made(data):
    training = Training(data, 1e-2)
    before = [weights.copy() for weights, _ in training.layers]
    training.advance()
    for ratio, old, (new, _) in zip(training.ratios, before, training.layers, strict=True):
        assert ratio == pytest.approx(np.linalg.norm(new - old) / np.linalg.norm(old), rel=1e-3)


def test_a_run_in_pieces_is_the_run_in_one_piece(data):
    whole, pieces = Training(data), Training(data)
    whole.advance(30)
    for _ in range(3):
        pieces.advance(10)
        pieces.read()
    assert all(np.array_equal(a, b) for a, b in zip(whole.layers[0], pieces.layers[0], strict=True))


def test_twenty_samples_are_learned_by_heart_even_with_wrong_labels(data):
    few = babysitting.first(data, 20)
    log = Training(few, 3e-3, order="all").watch(300, every=300)
    assert log.train_accuracy[-1] == 1
    assert log.train_loss[-1] < 0.05


def test_a_run_that_has_diverged_is_not_continued(data):
    log = Training(data, 1e6).watch(10, every=2)
    assert len(log.readings) == 6
    assert log.readings[-1].diverged
    assert log.update[-1] < 10


def test_runs_that_are_watched_together_are_those_that_are_watched_alone(data):
    rates = {"low": 1e-4, "good": 1e-3, "high": 1e6}
    together = babysitting.watch_together({name: Training(data, rate) for name, rate in rates.items()}, 60, every=20)
    for name, rate in rates.items():
        alone = Training(data, rate).watch(60, every=20)
        assert np.array_equal(together[name].train_loss, alone.train_loss, equal_nan=True)


def test_sorted_batches_hold_one_class_after_the_other(data):
    training = Training(data, order="sorted", batch_size=40)
    for number in range(12):
        assert set(data.y_train[training._batches()]) == {number % 10}
        training.updates += 1


def test_zero_weights_leave_every_unit_dead_and_the_weights_where_they_are(data):
    log = Training(data, weight_scale=babysitting.fixed(0.0)).watch(20, every=20)
    assert log.dead[-1] == 1
    assert log.ratios[-1].tolist() == [0, 0]


@pytest.mark.parametrize("fault", FAULTS)
def test_the_gradient_check_tells_right_from_wrong_at_a_usual_penalty(fault):
    error = np.median(gradient_errors(fault))
    assert error < 1e-8 if fault == "none" else error > 0.1


def test_larger_scores_change_the_loss_and_not_the_answers(data):
    training = Training(data)
    training.advance(5)
    (small, share), (large, same) = (babysitting.with_scores_times(training, factor) for factor in (1, 1000))
    assert share == same
    assert small != large


# Schedules.


def test_schedules_have_the_values_of_their_formulas():
    assert schedules.constant(0.1)(99) == 0.1
    assert [schedules.step_decay(1.0, 0.1, 10)(t) for t in (0, 9, 10, 25)] == pytest.approx([1, 1, 0.1, 0.01])
    assert schedules.exponential_decay(2.0, 0.5)(3) == 0.25
    assert schedules.one_over_t(1.0, 0.01)(100) == 0.5
    assert [schedules.warmup(1.0, 4)(t) for t in (0, 2, 4, 9)] == [0, 0.5, 1, 1]
    assert schedules.warmup(1.0, 4, schedules.exponential_decay(1.0, 0.5))(6) == 0.25
    assert [schedules.cyclic(1.0, 3.0, 2)(t) for t in range(6)] == [1, 2, 3, 2, 1, 2]
    assert [schedules.one_cycle(1.0, 10, 0.5)(t) for t in (0, 5, 10)] == pytest.approx([0, 1, 0])


# The exercises, against each other.


def test_the_lecture_s_rule_for_curves_is_that_of_the_exercise():
    for trial in public_examination(diagnose.DIAGNOSE).trials:
        (losses,) = trial.call.arguments
        assert diagnosis(np.asarray(losses, dtype=float)) == diagnose.oracle(losses)


def test_the_lecture_s_gradient_passes_the_lecture_s_own_numerical_check():
    loss, numerical = (
        function_from(solution_source(LECTURE, name), LECTURE, name)
        for name in ("two_layer_loss", "numerical_gradient")
    )
    parameters, *rest = TWO_LAYER_LOSS.public_trials[4].call.arguments
    _, slopes = loss(parameters, *rest)
    for name in parameters:
        found = numerical(lambda array, name=name: loss(parameters | {name: array}, *rest)[0], parameters[name])
        assert np.allclose(found, slopes[name], atol=1e-7)


def test_the_closed_forms_of_the_difference_quotients_cover_every_scalar_function():
    from helpers.lectures.babysitting.exercises.numerical_gradient import _CENTRAL

    assert set(_CENTRAL) == set(recipes.SCALARS)
    x = np.array([0.5, -1.0, 2.0])
    for name, function in recipes.SCALARS.items():
        nudge = 0.3 * np.eye(3)
        quotients = [(function(x + n) - function(x - n)) / 0.6 for n in nudge]
        assert np.allclose(_CENTRAL[name](x, 0.3), quotients)


@pytest.mark.parametrize("seed", range(5))
def test_a_curve_that_was_made_up_earns_no_point(seed):
    def made_up(features, labels, rng):
        return np.geomspace(np.log(max(labels) + 1), 1e-3 * rng.random(), 201)

    def another(features, labels, rng):
        return np.log(labels.max() + 1) / (1 + np.arange(201)) ** (1 + rng.random())

    for curve in (made_up, another):
        assert checks.verdict_on(curve, Examination(OVERFIT_TINY, seed)).points == 0


def test_a_history_that_is_not_there_yet_is_told_so():
    verdict = checks.verdict_on(lambda features, labels, rng: None, public_examination(OVERFIT_TINY))
    assert verdict.points == 0
    assert "return" in verdict.message


def test_right_histories_stay_far_inside_what_is_allowed():
    worst = {"first": 0.0, "second": 0.0, "last": 0.0}
    for seed in range(30):
        rng = np.random.default_rng(seed)
        for one in [*overfit_tiny.memorized(rng), *overfit_tiny.impossible(rng), *overfit_tiny.repeated(rng)]:
            features, labels, generator = one.arguments
            losses = overfit_tiny.oracle(features, labels, np.random.default_rng(generator.seed))
            found = {
                "first": abs(losses[0] - np.log(labels.max() + 1)),
                "second": abs(losses[1] - overfit_tiny.curve_of_the_last_bias(labels)[1]),
                "last": losses[-1] - overfit_tiny.lowest_loss(features, labels),
            }
            worst = {name: max(worst[name], value) for name, value in found.items()}
    assert worst["first"] < 0.5 * overfit_tiny.FIRST
    assert worst["second"] < 0.5 * overfit_tiny.SECOND
    assert worst["last"] < 0.5 * overfit_tiny.LAST


# Beside the interface.


def test_a_run_starts_pauses_goes_on_and_stops(run):
    assert run.state == READY
    run.start()
    wait_until(lambda: run.training.updates > 5)
    run.pause()
    assert run.state == PAUSED
    here = run.training.updates
    time.sleep(0.2)
    assert run.training.updates == here
    run.start()
    wait_until(lambda: run.training.updates > here)
    run.stop()
    assert (run.state, run.alive) == (STOPPED, False)
    run.start()
    assert run.state == STOPPED


def test_rate_and_regularization_change_while_it_trains(run):
    run.start()
    run.set(1e-4, 5.0)
    wait_until(lambda: run.log().readings[-1].learning_rate == 1e-4)
    assert run.log().readings[-1].regularization == 5.0


def test_a_second_run_ends_the_first(data, run):
    run.start()
    other = LiveRun(Training(data), limit=100_000)
    other.start()
    assert (run.state, run.alive) == (STOPPED, False)
    assert len(trainers()) == 1
    live.stop_current()
    assert trainers() == []


def test_a_run_ends_by_itself(data):
    run = LiveRun(Training(data), limit=40)
    run.start()
    wait_until(lambda: not run.alive)
    assert run.state == FINISHED
    assert run.log().update[-1] == 40


def test_a_run_that_explodes_says_so(data):
    run = LiveRun(Training(data, 1e6))
    run.start()
    wait_until(lambda: not run.alive)
    assert run.state == DIVERGED


def test_an_error_in_the_trainer_is_kept_for_the_reader(data, run):
    run.training.batch_size = "many"
    run.start()
    wait_until(lambda: not run.alive)
    assert run.state == FAILED
    assert isinstance(run.error, Exception)
    assert "Traceback" in run.report


def test_a_process_with_a_run_that_trains_ends_when_it_is_told_to():
    code = """
import numpy as np
from helpers.lectures.babysitting.experiments.training import Training
from helpers.lectures.babysitting.experiments.live import LiveRun
from helpers.datasets import Pictures
x, y = np.ones((100, 5), np.float32), np.arange(100) % 10
LiveRun(Training(Pictures("ones", x, y, x, y, x, y)), limit=10**9).start()
print("end")
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert (done.stdout, done.stderr) == ("end\n", "")


# The command center.


@pytest.fixture
def center(data):
    center = CommandCenter(data)
    yield center
    center.run.stop()


def test_the_loop_of_the_interface_stays_responsive_while_a_run_trains(center):
    """How late a timer of 10 ms comes: the worst of a hundred, training beside it, with its pictures drawn."""

    async def watch():
        center.start()
        late = []
        for _ in range(100):
            began = time.perf_counter()
            await asyncio.sleep(0.01)
            late.append(time.perf_counter() - began - 0.01)
        return late

    center.panel()
    late = asyncio.run(watch())
    assert center.run.training.updates > 10
    assert np.median(late) < 0.05
    assert max(late) < 1.0  # one picture, on a machine that has other things to do


def test_pictures_come_at_a_bounded_rate_and_stop_with_the_run(center):
    pictures = []
    center.panel()
    draw = center.redraw
    center.redraw = lambda: (pictures.append(time.perf_counter()), draw())

    async def watch():
        center.start()
        await asyncio.sleep(1.5)
        center.run.stop()
        await asyncio.sleep(0.8)
        many = len(pictures)
        await asyncio.sleep(0.8)
        return many

    assert asyncio.run(watch()) == len(pictures)
    assert 2 <= len(pictures) <= 10
    assert min(np.diff(pictures)) > 0.15


def test_the_sliders_steer_the_run(center):
    center.panel()
    center.widgets["power"].value = -5.0
    center.widgets["regularization"].value = 10
    assert (center.run.training.learning_rate, center.run.training.regularization) == (1e-5, 10)
    center.reset()
    assert center.widgets["power"].value == CommandCenter.controls["power"].default
    assert center.run.state == READY


def test_showing_the_panel_again_ends_the_run_of_the_last_one(center):
    center.panel()
    center.start()
    assert center.run.state == RUNNING
    CommandCenter(center.data).panel()
    assert trainers() == []


def test_an_error_in_the_trainer_reaches_the_screen(center):
    center.panel()
    center.run.training.batch_size = "many"
    center.start()
    wait_until(lambda: not center.run.alive)
    center.redraw()
    assert "stopped with an error" in center.words.value
    assert "Traceback" in center.trouble.value


def test_words_and_picture_stay_sound_after_an_explosion(center):
    center.panel()
    center.widgets["power"].value = 0.0
    center.start()
    wait_until(lambda: not center.run.alive)
    center.redraw()
    assert "not finite" in center.words.value
    assert "nan" not in center.words.value


def test_the_run_of_the_static_twin_is_not_the_reader_s(center, monkeypatch):
    monkeypatch.setattr("helpers.lectures.babysitting.explorer.SCRIPT", ((0, 0.0),))
    center.static()
    center.panel()
    assert "Update 0" in center.words.value
    center.start()
    wait_until(lambda: center.run.training.updates > 50)
    assert center.run.state == RUNNING


def test_the_static_twin_needs_neither_ipywidgets_nor_tensorflow_nor_a_thread():
    code = """
import sys, threading
from helpers.lectures.babysitting import explorer as babysitting
babysitting.LIMIT = 60
babysitting.SCRIPT = ((0, -6.0),)
babysitting.CommandCenter().static()
print([name for name in ("ipywidgets", "tensorflow", "keras") if name in sys.modules], threading.active_count())
"""
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert "Four plots over updates" in out
    assert out.strip().endswith("[] 1")
