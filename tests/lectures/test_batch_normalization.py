"""The batch normalisation of the experiments, and the experiments of lecture 07."""

import doctest
import subprocess
import sys
import time

import numpy as np
import pytest

from helpers.datasets import digits
from helpers.drawing.style import png
from helpers.judging.exercise import UNTOUCHED
from helpers.judging.judge import Examination, judge
from helpers.lectures import functions_of
from helpers.lectures.batch_normalization.exercises import (
    BACKWARD,
    FOLD,
    FOLD_INTO_INTEGERS,
    FORWARD,
    IMAGES,
    INFERENCE,
)
from helpers.lectures.batch_normalization.exercises import fold_into_integers as integers
from helpers.lectures.batch_normalization.experiments import (
    WITH,
    WITHOUT,
    accuracy_in_batches,
    fixed_scale,
    memory_of_wrong_labels,
    noise_of_one_sample,
    running_average,
    with_and_without,
)
from helpers.lectures.batch_normalization.explorer import UNDO, BatchNormalizationExplorer, SharingExplorer
from helpers.neural import networks
from helpers.neural.activations import ACTIVATIONS
from helpers.neural.batch_normalization import BatchNormalization, apply, fold, normalize, normalize_backward
from helpers.neural.signal import he, propagate
from helpers.proving.solutions import function_from, solution_source
from helpers.sandbox.observe import observe
from tests.gradients import assert_slopes_of


@pytest.fixture(scope="module")
def data():
    return digits()


@pytest.fixture(scope="module")
def run(data):
    return networks.train_dense(
        data, (50, 50), epochs=5, batch_size=32, learning_rate=0.1, weight_scale=he, batch_norm=True
    )


LECTURE = "07_batch_normalization"
OF_ARRAYS = [exercise for exercise in functions_of(LECTURE) if not exercise.uses_keras]
CLOSED = [exercise for exercise in OF_ARRAYS if not exercise.open_ended]  # an open one has many right values


def solution(name):
    return function_from(solution_source(LECTURE, name), LECTURE, name)


# The layer.


def test_a_normalised_batch_has_mean_0_and_deviation_1_in_every_unit():
    normal, mean, var = normalize(np.random.default_rng(0).normal([5, -3], [4, 0.5], (100, 2)))
    assert np.allclose(normal.mean(axis=0), 0, atol=1e-12)
    assert np.allclose(normal.std(axis=0), 1, atol=1e-4)
    assert np.allclose(mean, [5, -3], atol=1.5)
    assert np.allclose(np.sqrt(var), [4, 0.5], rtol=0.3)


def test_the_way_back_agrees_with_the_difference_quotient():
    rng = np.random.default_rng(0)
    x, d_normal = rng.normal(size=(6, 3)), rng.normal(size=(6, 3))
    normal, _, var = normalize(x, epsilon=0.1)
    slopes = normalize_backward(d_normal, normal, var, epsilon=0.1)
    for place in np.ndindex(x.shape):
        nudge = np.zeros_like(x)
        nudge[place] = 1e-6
        above, below = (np.sum(d_normal * normalize(x + sign * nudge, 0.1)[0]) for sign in (1, -1))
        assert slopes[place] == pytest.approx((above - below) / 2e-6, abs=1e-8)


def test_shifting_or_stretching_a_batch_changes_nothing_so_its_gradient_is_zero():
    rng = np.random.default_rng(1)
    x = rng.normal(size=(10, 1))
    normal, _, var = normalize(x, epsilon=0.0)
    slopes = normalize_backward(rng.normal(size=(10, 1)), normal, var, epsilon=0.0)
    assert np.sum(slopes) == pytest.approx(0, abs=1e-12)
    assert np.sum(slopes * x) == pytest.approx(0, abs=1e-12)


def test_the_running_averages_converge_to_what_the_batches_have_in_common():
    rng = np.random.default_rng(0)
    layer = BatchNormalization.fresh(2, momentum=0.9)
    for _ in range(200):
        layer.training(rng.normal([3, -1], [2, 0.5], (256, 2)))
        layer.update_running()
    assert np.allclose(layer.running_mean, [3, -1], atol=0.2)
    assert np.allclose(layer.running_var, [4, 0.25], rtol=0.1)


def test_training_does_not_move_the_averages_until_it_is_told_to():
    layer = BatchNormalization.fresh(2)
    layer.training(np.ones((4, 2)))
    assert layer.running_mean.tolist() == [0, 0]
    assert layer.running_var.tolist() == [1, 1]


def test_a_folded_layer_gives_the_same_outputs():
    rng = np.random.default_rng(0)
    x, weights, bias = rng.normal(size=(20, 4)), rng.normal(size=(4, 3)), rng.normal(size=3)
    gamma, beta, mean, var = rng.normal(size=(3, 3))[0], *rng.normal(size=(2, 3)), rng.uniform(0.1, 2, 3)
    new_weights, new_bias = fold(weights, bias, gamma, beta, mean, var)
    assert np.allclose(x @ new_weights + new_bias, apply(x @ weights + bias, gamma, beta, mean, var), atol=1e-12)


# Against TensorFlow and Keras.


@pytest.mark.slow
def test_the_gradient_of_the_exercise_is_that_of_tensorflow():
    import tensorflow as tf

    for trial in BACKWARD.fresh_trials(7):
        d_out, x, gamma, *rest = (tf.constant(np.asarray(value, dtype=float)) for value in trial.call.arguments)
        epsilon = trial.call.keywords.get("epsilon", 1e-5)
        beta = tf.zeros_like(gamma)
        with tf.GradientTape() as tape:
            tape.watch([x, gamma, beta])
            mean, var = tf.nn.moments(x, axes=[0])
            out = tf.nn.batch_normalization(x, mean, var, beta, gamma, epsilon)
            total = tf.reduce_sum(out * d_out)
        expected = [slope.numpy() for slope in tape.gradient(total, [x, gamma, beta])]
        for mine in (BACKWARD.oracle, solution("batchnorm_backward")):
            for got, wanted in zip(mine(*trial.call.arguments, **trial.call.keywords), expected, strict=True):
                # What single inputs give is rounded to single.
                precision = 1e-6 if np.asarray(got).dtype == np.float32 else 1e-8
                assert np.allclose(got, wanted, rtol=precision, atol=precision / 10)
        assert rest == []


@pytest.mark.slow
def test_forward_inference_and_pictures_are_those_of_keras():
    import keras

    for exercise in (FORWARD, INFERENCE, IMAGES):
        for trial in exercise.public_trials:
            x, gamma, beta, *averages = (np.asarray(value, dtype="float32") for value in trial.call.arguments)
            layer = keras.layers.BatchNormalization(epsilon=trial.call.keywords.get("epsilon", 1e-5))
            layer.build(x.shape)
            layer.set_weights([gamma, beta, *(averages or (np.zeros_like(beta), np.ones_like(beta)))])
            theirs = keras.ops.convert_to_numpy(layer(x, training=not averages))
            ours = exercise.oracle(*trial.call.arguments, **trial.call.keywords)
            assert np.allclose(ours[0] if exercise is FORWARD else ours, theirs, rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize("exercise", OF_ARRAYS, ids=lambda exercise: exercise.name)
def test_the_example_in_a_docstring_is_true(exercise):
    function = solution(exercise.name)
    names = {"np": np, exercise.name: function}
    (example,) = doctest.DocTestFinder().find(function, exercise.name, globs=names)
    assert len(example.examples) >= 1
    assert doctest.DocTestRunner().run(example).failed == 0


@pytest.mark.parametrize("exercise", CLOSED, ids=lambda exercise: exercise.name)
def test_what_is_normalized_is_given_as_arrays_of_at_least_one_axis(exercise):
    for trial in exercise.fresh_trials(5):
        assert all(isinstance(value, np.ndarray) and value.ndim >= 1 for value in trial.call.arguments)
        assert set(trial.call.keywords) <= {"epsilon", "momentum"}


@pytest.mark.parametrize("exercise", CLOSED, ids=lambda exercise: exercise.name)
def test_nothing_that_is_drawn_enlarges_rounding(exercise):
    """Single precision is off by 6e-8: a right answer may lose two digits on its way, and not a third."""
    answer = solution(exercise.name)
    for seed in range(40):
        for trial in exercise.fresh_trials(seed):
            expected = exercise.oracle(*trial.call.arguments, **trial.call.keywords)
            got = answer(*(np.float32(array) for array in trial.call.arguments), **trial.call.keywords)
            for want, found in zip(*(x if isinstance(x, tuple) else (x,) for x in (expected, got)), strict=True):
                np.testing.assert_allclose(found, want, rtol=6e-6, atol=6e-6)


SIZES, SHIFT, FIXED = "a third of the error", "an eighth of the error", "features that never change"


@pytest.mark.parametrize(
    ("answer", "earned"),
    [
        (integers.plain.function, set()),
        (integers.a_shift_is_left.function, {SIZES, FIXED}),
        (integers.features_not_looked_at.function, {SIZES, SHIFT}),
        (integers.with_roots, {SIZES, SHIFT, FIXED}),
    ],
    ids=["no idea", "sizes", "sizes and shift", "all"],
)
def test_each_idea_of_folding_into_integers_earns_its_part(answer, earned):
    for examination in (Examination(FOLD_INTO_INTEGERS), Examination(FOLD_INTO_INTEGERS, 7)):
        verdict = judge(examination, [observe(answer, call) for call in examination.calls])
        assert {part.part for part in verdict.parts if part.points} - {UNTOUCHED} == earned


def test_the_oracle_for_folding_describes_the_same_layer():
    for trial in FOLD.fresh_trials(3):
        weights, bias, *normalisation = (np.asarray(value, dtype=float) for value in trial.call.arguments)
        epsilon = trial.call.keywords.get("epsilon", 1e-5)
        x = np.random.default_rng(0).normal(size=(5, len(weights)))
        new_weights, new_bias = FOLD.oracle(*trial.call.arguments, **trial.call.keywords)
        assert np.allclose(x @ new_weights + new_bias, apply(x @ weights + bias, *normalisation, epsilon), atol=1e-9)


# In a network.


def test_backpropagation_through_normalised_layers_agrees_with_the_difference_quotient():
    rng = np.random.default_rng(0)
    activation = ACTIVATIONS["tanh"]
    features, labels = rng.standard_normal((9, 4)), rng.integers(0, 3, 9)
    layers = networks.initial_layers((4, 5, 5, 3), rng, bias_std=0.5)
    norms = [BatchNormalization.fresh(5) for _ in range(2)]
    for norm in norms:
        norm.gamma += 0.3 * rng.standard_normal(5)
        norm.beta += rng.standard_normal(5)
    parameters = [[*layers[0], norms[0].gamma, norms[0].beta], [*layers[1], norms[1].gamma, norms[1].beta], layers[2]]

    def objective():
        return networks.loss(networks.forward(layers, features, activation, norms, training=True)[1][-1], labels)

    analytic = networks.gradients(layers, features, labels, activation, norms=norms)
    assert_slopes_of(objective, parameters, analytic, rng)


def test_the_bias_in_front_of_the_layer_never_moves(run):
    assert max(np.abs(bias).max() for _, bias in run.layers[:-1]) < 1e-12


def test_a_network_without_the_layer_trains_as_it_always_did(data):
    plain = networks.train_dense(data, epochs=2)
    assert plain.norms == []
    assert plain.gradient_norms.shape == (3, 2)


def test_measuring_a_network_does_not_move_its_running_averages(data):
    at_start = networks.train_dense(data, (20,), epochs=0, batch_norm=True)
    assert at_start.norms[0].running_mean.tolist() == [0] * 20


def test_momentum_changes_the_averages_and_not_the_weights(data):
    short, long = (
        networks.train_dense(data, (30,), epochs=1, batch_norm=True, momentum=momentum) for momentum in (0.5, 0.999)
    )
    for one, two in zip(short.layers, long.layers, strict=True):
        assert np.array_equal(one[0], two[0])
    assert not np.allclose(short.norms[0].running_var, long.norms[0].running_var)


# The experiments.


def test_ten_normalised_layers_forget_the_size_of_their_weights():
    tanh = ACTIVATIONS["tanh"]
    signals = [
        propagate(tanh.function, tanh.derivative, width=200, samples=300, weight_scale=scale, batch_norm=True)
        for scale in (0.01, 1.0)
    ]
    assert np.allclose(signals[0].stds, signals[1].stds, rtol=0.01)
    assert np.allclose(signals[0].gradient_stds, signals[1].gradient_stds, rtol=0.01)


def test_the_gradient_grows_behind_normalised_relu_as_theory_says():
    relu = ACTIVATIONS["relu"]
    gradient = propagate(relu.function, relu.derivative, batch_norm=True).gradient_stds
    assert (gradient[0] / gradient[-1]) ** (1 / 9) == pytest.approx(np.sqrt(np.pi / (np.pi - 1)), abs=0.02)


def test_a_rate_of_one_is_too_much_without_the_layer_only(data):
    result = with_and_without(
        data, "learning_rate", (1.0,), 1, hidden=(50,) * 5, epochs=5, batch_size=32, weight_scale=he
    )
    assert result.accuracy[WITHOUT].max() < 0.2
    assert result.accuracy[WITH].min() > 0.85


def test_tiny_weights_are_forgiven_with_the_layer_only(data):
    result = with_and_without(
        data, "weight_scale", (fixed_scale(0.01),), 1, hidden=(50,) * 5, epochs=8, batch_size=32, learning_rate=0.1
    )
    assert result.accuracy[WITHOUT].max() < 0.2
    assert result.accuracy[WITH].min() > 0.85


def test_batches_of_two_break_the_normalised_network(data):
    result = with_and_without(
        data, "batch_size", (2, 16), 1, hidden=(50,) * 3, epochs=5, learning_rate=0.1, weight_scale=he
    )
    assert result.accuracy[WITH, 0, 0] < 0.6 < 0.85 < result.accuracy[WITH, 1, 0]
    assert result.accuracy[WITHOUT].min() > 0.7


def test_with_batch_statistics_the_answer_depends_on_the_company(run, data):
    in_order = np.argsort(data.y_validation, kind="stable")
    features, labels = data.x_validation[in_order], data.y_validation[in_order]
    assert accuracy_in_batches(run, data.x_validation, data.y_validation, 36) > 0.9
    assert accuracy_in_batches(run, features, labels, 36) < 0.5
    assert accuracy_in_batches(run, features, labels, 1) < 0.2


def test_a_running_average_keeps_the_share_momentum_of_the_past():
    assert running_average([4.0, 4.0], momentum=0.75, start=0.0).tolist() == [0, 1, 1.75]


def test_a_smaller_batch_is_a_noisier_one():
    spreads = noise_of_one_sample((64, 16, 4))
    assert np.all(np.diff(spreads) > 0)
    assert spreads[0] == pytest.approx(1 / np.sqrt(64), abs=0.05)


def test_noise_of_small_batches_keeps_false_labels_from_being_learned_by_heart(data):
    setting = {"epochs": 30, "learning_rate": 0.1, "weight_scale": he, "seeds": 1}
    large, small = (memory_of_wrong_labels(data, batch_size=size, batch_norm=True, **setting) for size in (16, 4))
    assert small.memorized[0] < large.memorized[0] - 0.3


# The explorer.


def test_the_row_training_does_not_care_where_the_batch_lies():
    explorer = BatchNormalizationExplorer()
    defaults = explorer.defaults()
    for shift, scale in ((0.0, 1.0), (-6.0, 3.0), (4.0, 0.5)):
        assert "After training: mean 0.00, standard deviation 1.00." in explorer.draw(
            **defaults | {"shift": shift, "scale": scale}
        )
    assert "After training: mean 0.00, standard deviation 0.00." in explorer.draw(**defaults | {"scale": 0.0})


def test_those_that_undo_it_give_the_batch_back():
    explorer = BatchNormalizationExplorer()
    explorer.draw(**explorer.defaults() | {"parameters": UNDO})
    before, after, _ = (dots.get_xdata() for dots in explorer.dots)
    assert np.allclose(before, after)


def test_a_frame_takes_less_than_a_tenth_of_a_second():
    explorer = BatchNormalizationExplorer()
    values = explorer.defaults() | {"size": 64}
    seconds = []
    for _ in range(5):
        started = time.perf_counter()
        explorer.draw(**values)
        png(explorer.figure.canvas, quick=True)
        seconds.append(time.perf_counter() - started)
    assert min(seconds) < 0.1


def test_the_experiments_import_no_tensorflow():
    code = (
        "import sys, helpers.lectures.batch_normalization.experiments, helpers.lectures.batch_normalization.explorer;"
        "sys.exit('tensorflow' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_only_batch_normalization_sees_the_other_images():
    explorer = SharingExplorer()
    assert "batch 0.00" not in explorer.update(4, 2)
    assert "layer 0.00, instance 0.00, group 0.00" in explorer.update(4, 2)
    assert "batch 0.00" in explorer.update(16, 2)
    points = {kind: line.get_ydata().copy() for kind, line in explorer.now.items()}
    explorer.update(1, 1)
    alone = {kind: line.get_ydata() for kind, line in explorer.now.items()}
    np.testing.assert_allclose(alone["batch"], alone["instance"])
    np.testing.assert_allclose(alone["group"], points["layer"])
    explorer.update(1, 6)
    np.testing.assert_allclose(explorer.now["group"].get_ydata(), points["instance"])
