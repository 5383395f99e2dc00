"""Lecture 06: how weights start, the recipes that a call may hold, and the judging of random answers."""

import doctest
import math
import os
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special

from helpers.judging.distributions import (
    ALARM,
    ELSEWHERE,
    FIXED_SEED,
    MOST_TESTS,
    NORMAL,
    ONE_SIDED,
    PER_TEST,
    TESTS,
    TRUNCATED,
    UNIFORM,
    Draws,
    _scores,
    _tails,
    unlike,
)
from helpers.judging.exercise import Exercise, Named, Seeded, call
from helpers.judging.judge import CORRECT, Examination, public_examination
from helpers.lectures import exercise_named, exercises_of
from helpers.lectures.initialization import experiments as initialization
from helpers.lectures.initialization import ledger as ledger
from helpers.lectures.initialization.exercises.common import he_std, xavier_std
from helpers.lectures.initialization.explorer import SCHEMES, InitializationExplorer
from helpers.neural.activations import ACTIVATIONS
from helpers.neural.signal import draw, he, lecun, propagate, xavier
from helpers.proving import checks, solutions
from helpers.sandbox import recipes, wire
from helpers.sandbox.observe import Call, observe
from tests import classroom
from tests.conftest import walls_hold
from tests.proved import of_every_mark, proves

LECTURE = "06_initialization"
RANDOM = [exercise_named(name) for name in ("xavier_normal", "he_normal", "glorot_uniform")]


# Recipes.


def test_a_recipe_is_made_where_the_function_is_called_and_afresh_each_time():
    seen = [observe(lambda rng: rng.random(), Call((Seeded(7),))).value for _ in range(2)]
    assert seen == [np.random.default_rng(7).random()] * 2
    assert observe(lambda f, x: f(x), call(Named("relu"), x=np.array([-1.0, 2.0]))).value.tolist() == [0.0, 2.0]


def test_a_generator_that_was_used_does_not_count_as_a_changed_input():
    assert not observe(lambda rng: rng.random(), call(Seeded(7))).changed
    assert observe(lambda rng, x: x.sort(), call(Seeded(7), np.array([2.0, 1.0]))).changed


def test_recipes_cross_the_boundary_to_an_answer_and_never_back():
    sent = [[Seeded(2**40), Named("tanh")], {"rng": Seeded(0)}]
    assert wire.decode(wire.encode(sent, recipes=True), recipes=True) == sent
    for recipe in (Seeded(1), Named("tanh")):
        with pytest.raises(wire.Unsendable):
            wire.encode(recipe)
        with pytest.raises(wire.Malformed):
            wire.decode(wire.encode(recipe, recipes=True))
    with pytest.raises(wire.Malformed):
        wire.decode(wire.encode(Named("system"), recipes=True), recipes=True)


@pytest.mark.parametrize("name", [name for name in recipes.ACTIVATIONS if not name.endswith("_gradient")])
def test_a_named_function_has_the_slope_that_stands_beside_it(name):
    x = np.linspace(-2.95, 2.95, 60)
    function, slope = recipes.ACTIVATIONS[name], recipes.ACTIVATIONS[f"{name}_gradient"]
    np.testing.assert_allclose((function(x + 1e-6) - function(x - 1e-6)) / 2e-6, slope(x), atol=1e-8)
    np.testing.assert_array_equal(function(x.tolist()), function(x))


def test_feedback_shows_a_recipe_as_a_reader_would_write_it():
    assert repr(call(3, Seeded(5), Named("relu")).arguments) == "(3, np.random.default_rng(5), relu)"


# Random answers.


def trials_of(exercise, seed=3):
    return [trial for trial in exercise.fresh_trials(seed) if trial.judge]


@pytest.mark.parametrize("exercise", RANDOM, ids=lambda exercise: exercise.name)
def test_no_examination_makes_more_tests_than_the_promise_counts(exercise):
    assert len(exercise.fresh_trials(0)) * TESTS <= MOST_TESTS
    assert pytest.approx(ALARM) == MOST_TESTS * PER_TEST


@pytest.mark.parametrize("kind", [NORMAL, UNIFORM, TRUNCATED, ONE_SIDED])
def test_scores_of_right_draws_are_standard_normal(kind):
    rng = np.random.default_rng(0)
    probability = rng.random((200, 100))
    draws = {
        NORMAL: lambda: rng.standard_normal((200, 100)),
        UNIFORM: lambda: (2 * probability - 1) * 3**0.5,
        ONE_SIDED: lambda: probability * 12**0.5,
        TRUNCATED: lambda: _truncated(rng, 20_000).reshape(200, 100),
    }[kind]()
    assert dict(_tails(_scores(0.3 * draws, kind, 0.3)))["shape"] > 0.01
    assert unlike(0.3 * draws, kind, 0.3) == "" or kind == ONE_SIDED
    assert unlike(0.3 * draws.astype(np.float32), kind, 0.3) == ""


def _truncated(rng, count):
    values = rng.standard_normal(4 * count)
    values = values[np.abs(values) < 2][:count]
    return values / 0.8796256610342398


@settings(max_examples=50, deadline=None)
@given(st.integers(1, 60), st.integers(1, 60), st.integers(0, 2**32 - 1))
def test_tails_are_probabilities_for_every_shape(rows, columns, seed):
    scores = np.random.default_rng(seed).standard_normal((rows, columns))
    tails = dict(_tails(scores))
    assert len(tails) == TESTS
    assert all(PER_TEST <= tail <= 2 for tail in tails.values())


@pytest.mark.parametrize("test", ["scale", "mean", "largest", "rows", "columns"])
def test_the_tails_of_the_exact_tests_are_evenly_spread_for_right_draws(test):
    """What makes the promised chance true far out is checked where it can be counted."""
    rng = np.random.default_rng(1)
    tails = [dict(_tails(rng.standard_normal((6, 5))))[test] for _ in range(3000)]
    for level in (0.5, 0.1, 0.01):
        share, deviation = np.mean(np.array(tails) < level), math.sqrt(level * (1 - level) / 3000)
        assert abs(share - level) < 5 * deviation


RIGHT = np.random.default_rng(3).standard_normal((120, 120))


def stratified(shape):
    """Latin hypercube: one number in each of as many equal intervals as a column has numbers, in any order."""
    rng = np.random.default_rng(4)
    places = np.argsort(rng.random(shape), axis=0)
    return (places + rng.random(shape)) / shape[0]


def standardised(values):
    return (values - values.mean()) / values.std()


@pytest.mark.parametrize(
    ("values", "says"),
    [
        (1.1 * RIGHT, "deviation of 14400"),
        (RIGHT + 0.1, "mean of 14400"),
        (np.sign(RIGHT), "whole numbers"),
        (np.abs(RIGHT), "mean"),
        (np.tile(standardised(RIGHT[:1]), (120, 1)), "All rows hold the same numbers"),
        (np.tile(standardised(RIGHT[:, :1]), (1, 120)), "All columns hold the same numbers"),
        (np.concatenate([RIGHT[:60], -RIGHT[:60]]), "depend on each other"),
        (_truncated(np.random.default_rng(0), 14_400).reshape(120, 120), "largest"),
        (standardised(np.round(RIGHT)), "Only 9 of the 14400 numbers are different"),
        (standardised(np.where(np.abs(RIGHT) < 1, RIGHT / 2, RIGHT)), "the shape does not. A normal"),
        (np.round(RIGHT, 1), "rounded to 1 decimal."),
        (np.sort(RIGHT, axis=0), "sorted"),
        (np.concatenate([np.sort(RIGHT[:60], axis=None), np.sort(RIGHT[60:], axis=None)])[None], "the one before"),
        (special.ndtri(stratified((14_400, 1))).T, "more evenly"),
    ],
)
def test_what_is_not_independent_normal_is_told_by_what_is_wrong(values, says):
    assert says in unlike(values, NORMAL, 1.0)


def test_numbers_beyond_the_limit_are_told_so():
    assert "lie outside" in unlike(np.array([[0.1, 0.6]]), UNIFORM, 0.5 / 3**0.5)


@pytest.mark.parametrize("value", [None, "text", [[1.0], [2.0, 3.0]], np.full((40, 70), np.nan)])
def test_a_judge_of_random_values_survives_every_value(value):
    judge = Draws(NORMAL, xavier_std)
    assert judge(call(40, 70, Seeded(1)), value) is not None
    right = RIGHT[:40, :70] * xavier_std(40, 70)
    assert judge(call(40, 70, Seeded(1)), right, (call(40, 70, Seeded(2)), value)) is None


def test_an_answer_that_is_no_known_mistake_gets_the_reason():
    exercise = exercise_named("he_normal")
    verdict = checks.verdict_on(lambda i, o, rng: rng.normal(0, 0.05, (i, o)), public_examination(exercise))
    assert verdict.mistake == ""
    assert verdict.message == "The deviation of 18600 numbers is 0.0500; 0.1826 is expected."
    assert verdict.example.call.startswith("he_normal(60, 310, np.random.default_rng(")
    assert verdict.example.expected.startswith("for example <array of shape (60, 310), mean ")


def test_an_answer_not_drawn_from_rng_loses_what_that_is_worth_and_no_more():
    exercise = exercise_named("he_normal")
    stray = np.random.default_rng(0)
    verdict = checks.verdict_on(lambda i, o, rng: stray.normal(0, he_std(i, o), (i, o)), Examination(exercise, 3))
    assert {part.part: part.points for part in verdict.parts} == {
        "distribution": 3,
        "shapes": 1,
        "draws from rng": 0,
        "inputs untouched": 1,
    }
    assert verdict.mistake == "he_from_elsewhere"


def test_two_states_of_a_source_are_told_apart():
    a, b = RIGHT[:40, :70] * xavier_std(40, 70), RIGHT[40:80, :70] * xavier_std(40, 70)
    one, other = call(40, 70, Seeded(1)), call(40, 70, Seeded(2))
    verdicts = {
        source: [
            Draws(NORMAL, xavier_std, source)(this, value, (one, a)) is None
            for this, value in ((one, a), (one, b), (other, a), (other, b))
        ]
        for source in ("rng", FIXED_SEED, ELSEWHERE)
    }
    assert verdicts["rng"] == [True, False, False, True]
    assert verdicts[FIXED_SEED] == [True, False, True, False]
    assert verdicts[ELSEWHERE] == [False, True, False, True]


@pytest.mark.slow
def test_weights_drawn_by_tensorflow_with_a_seed_from_rng_are_right():
    code = """
import numpy as np, tensorflow as tf
from helpers.lectures import exercise_named
from helpers.judging.judge import Examination
from helpers.proving.checks import verdict_on
def seed(rng): return rng.integers(2**31, size=2)
def normal(i, o, rng): return tf.random.stateless_normal((i, o), seed(rng), stddev=(2 / (i + o)) ** 0.5).numpy()
def he(i, o, rng): return tf.random.stateless_normal((i, o), seed(rng), stddev=(2 / i) ** 0.5).numpy()
def uniform(i, o, rng):
    r = (6 / (i + o)) ** 0.5
    return tf.random.stateless_uniform((i, o), seed(rng), -r, r).numpy()
for name, way in (("xavier_normal", normal), ("he_normal", he), ("glorot_uniform", uniform)):
    for grading in range(5):
        verdict = verdict_on(way, Examination(exercise_named(name), grading))
        assert verdict.status == "correct", verdict
"""
    environment = os.environ | {"TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "-1"}
    subprocess.run([sys.executable, "-c", code], check=True, env=environment, capture_output=True)


@pytest.mark.parametrize("exercise", RANDOM, ids=lambda exercise: exercise.name)
def test_no_right_answer_fails_in_forty_gradings(exercise):
    """The benchmark makes ten thousand."""
    for seed in range(40):
        examination = Examination.__new__(Examination)  # without what the mistakes do, which takes the time
        examination.exercise, examination.trials = exercise, exercise._trials(seed, public=False)
        examination.expectations = [observe(exercise.oracle, one).value for one in examination.calls]
        examination.known = {}
        assert checks.verdict_on(exercise.spellings[seed % 2], examination).status == CORRECT


# Experiments.


def test_the_five_tables_of_the_decks_are_within_what_another_seed_does():
    verdicts = {row.key: row.verdict(row.compute()) for row in ledger.ROWS}
    wrong = [key for key, verdict in verdicts.items() if verdict != "agrees"]
    assert wrong == ["gradient at layer 1: tanh, 1.0", "what learns when all weights start at 0"]


@pytest.mark.parametrize("table", ["tanh, 0.01", "ReLU, sqrt(2/fan_in)"])
def test_the_recorded_spread_is_what_other_seeds_do(table):
    runs = [initialization.deck_run(table, seed, samples_back=1).stds for seed in range(100, 108)]
    ratio = np.std(runs, axis=0, ddof=1) / ledger.SPREAD[table]
    assert (ratio > 0.3).all()
    assert (ratio < 2.5).all()


def test_outputs_kept_for_histograms_are_outputs_of_their_layer():
    tanh = ACTIVATIONS["tanh"]
    signal = propagate(tanh.function, tanh.derivative, depth=3, width=50, samples=40, keep=2000)
    assert signal.outputs.shape == (3, 2000)
    np.testing.assert_allclose(signal.outputs.std(axis=1), signal.stds, rtol=1e-5)


@pytest.mark.parametrize("distribution", ["normal", "uniform"])
def test_draws_have_mean_0_and_deviation_1(distribution):
    draws = draw(2, (300, 200, 100), 50, distribution=distribution)
    assert [weights.shape for weights in draws.weights] == [(300, 200), (200, 100)]
    assert unlike(draws.weights[0], distribution, 1.0) == ""
    assert draws.weights[0].dtype == np.float32


def test_the_gradient_of_propagate_is_that_of_a_difference_quotient():
    tanh = ACTIVATIONS["tanh"]
    draws = draw(3, 8, 5)
    weights = [w.astype(float) * lecun(8, 8) for w in draws.weights]

    def loss(shift, sample, unit):
        signal = draws.inputs.astype(float)
        for layer, w in enumerate(weights):
            sums = signal @ w
            if layer == 0:
                sums[sample, unit] += shift
            signal = np.tanh(sums)
        return np.sum(signal * draws.gradient)

    slopes = [(loss(1e-5, s, u) - loss(-1e-5, s, u)) / 2e-5 for s in range(5) for u in range(8)]
    signal = propagate(tanh.function, tanh.derivative, draws=draws)
    assert signal.gradient_stds[0] == pytest.approx(np.std(slopes), rel=1e-4)


def test_one_scheme_balances_each_direction():
    for scale, forward, backward in ((lecun, 1, 0.25), (xavier, 1.6, 0.4), (he, 2, 0.5)):
        measured = initialization.balance(600, 150, scale)
        assert measured.forward == pytest.approx(forward, rel=0.05)
        assert measured.backward == pytest.approx(backward, rel=0.05)


def test_a_start_is_not_changed_by_the_training_that_starts_there():
    from helpers.datasets import digits
    from helpers.neural.networks import train_dense

    start = initialization.constant_layers((64, 5, 10), 0.1)
    train_dense(digits(), (5,), epochs=1, start=start)
    assert all((weights == 0.1).all() and (bias == 0).all() for weights, bias in start)


def test_scaled_layers_put_out_deviation_1_whatever_the_activation():
    rng = np.random.default_rng(0)
    inputs, layers = rng.standard_normal((200, 50)), [rng.standard_normal((50, 50)) for _ in range(4)]
    for name in ("relu", "gelu", "tanh"):
        signal, scaled = inputs, initialization.scale_to_unit(inputs, layers, ACTIVATIONS[name])
        for weights in scaled:
            signal = ACTIVATIONS[name].function(signal @ weights)
            assert signal.std() == pytest.approx(1, abs=0.05) or name == "tanh"


# Exercises.


@pytest.mark.slow
def test_the_oracle_of_gradient_stds_is_what_tensorflow_differentiates():
    code = """
import numpy as np, tensorflow as tf
from helpers.lectures import exercise_named
from helpers.sandbox.recipes import made
exercise = exercise_named("gradient_stds")
functions = {"identity": tf.identity, "relu": tf.nn.relu, "tanh": tf.tanh}
functions["leaky_relu"] = lambda x: tf.nn.leaky_relu(x, 0.1)
for trial in exercise.fresh_trials(5):
    arguments = [*trial.call.arguments, *trial.call.keywords.values()]
    inputs, weights, activation, slope, gradient = arguments
    signal, sums = tf.constant(np.asarray(inputs, float)), []
    with tf.GradientTape() as tape:
        tape.watch(signal)
        for layer in weights:
            sums.append(signal @ tf.constant(np.asarray(layer, float)))
            signal = functions[activation.name](sums[-1])
        total = tf.reduce_sum(signal * np.asarray(gradient, float))
    found = [np.std(g.numpy()) for g in tape.gradient(total, sums)]
    expected = exercise.oracle(inputs, weights, made(activation), made(slope), gradient)
    np.testing.assert_allclose(found, expected, rtol=1e-6)
"""
    environment = os.environ | {"TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "-1"}
    subprocess.run([sys.executable, "-c", code], check=True, env=environment, capture_output=True)


@pytest.mark.parametrize("exercise", classroom.exercises(LECTURE), ids=lambda exercise: exercise.name)
def test_the_example_in_a_docstring_is_true(exercise):
    solution = solutions.function_from(solutions.solution_source(LECTURE, exercise.name), LECTURE, exercise.name)
    names = {"np": np, exercise.name: solution}
    (example,) = doctest.DocTestFinder().find(solution, exercise.name, globs=names)
    assert len(example.examples) >= 1
    assert doctest.DocTestRunner().run(example).failed == 0


def test_layers_are_given_as_arrays():
    for name in ("count_distinct_units", "layer_statistics", "gradient_stds", "uniform_limit", "lsuv_scale"):
        for trial in exercise_named(name).fresh_trials(5):
            values = [item for v in trial.call.values() for item in (v if isinstance(v, list) else [v])]
            arrays = [value for value in values if not isinstance(value, Named)]
            assert arrays
            assert all(isinstance(array, np.ndarray) and array.ndim >= 1 for array in arrays)


def test_no_sum_that_is_drawn_lies_next_to_the_kink_of_relu():
    """In single precision its sign could change, and with it the gradient."""
    for seed in range(60):
        for trial in exercise_named("gradient_stds")._trials(seed, public=False):
            inputs, weights, activation, *_ = trial.call.values()
            for layer in weights:
                sums = inputs @ layer
                assert np.abs(sums).min() > 0.02
                inputs = recipes.made(activation)(sums)


@proves(*of_every_mark(LECTURE), "tests/classroom.py")
@pytest.mark.slow
def test_a_class_is_graded_as_predicted(tmp_path):
    """Every spelling and every mistake, handed in as notebooks and graded behind the walls."""
    walls_hold()
    turns = max(len(e.mistakes) for e in classroom.exercises(LECTURE))
    handed_in = {}
    for turn in range(turns):
        for kind, answers in (("right", classroom.right_answers), ("wrong", classroom.wrong_answers)):
            notebook = classroom.notebook_with(answers(turn, LECTURE), LECTURE)
            classroom.write_submission(tmp_path / "class", f"{kind}-{turn}", notebook, LECTURE)
            handed_in[f"{kind}-{turn}"] = (kind, turn)
    out = tmp_path / "out"
    command = [sys.executable, "-m", "helpers.cli", "grade", str(tmp_path / "class"), "--out", str(out), "--seed", "4"]
    subprocess.run(command, check=True, capture_output=True)
    found = marks(out / "results.csv")
    for student, (kind, turn) in handed_in.items():
        for exercise in exercises_of(LECTURE):
            if isinstance(exercise, Exercise):
                answers = exercise.spellings if kind == "right" else exercise.mistakes
                answer = answers[turn % len(answers)]
            else:
                answer = exercise.answer if kind == "right" else sorted(exercise.why_wrong)[turn % 3]
            verdict = classroom.predicted(exercise, answer, seed=4)
            wanted = {part.part: (part.points, part.status) for part in verdict.parts}
            assert found[student, exercise.name] == wanted, (student, exercise.name)


def marks(path):
    import csv

    found = {}
    with open(path, encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            key = row["student"], row["exercise"]
            found.setdefault(key, {})[row["part"]] = (float(row["points"]), row["status"])
    return found


# The explorer.


def test_the_explorer_has_five_controls_at_most_and_all_settings_are_drawn_and_described():
    explorer = InitializationExplorer()
    assert len(explorer.controls) <= 5
    for change in (
        *({"scheme": scheme} for scheme in SCHEMES),
        {"scheme": "the scale itself", "scale": 3.0, "depth": 20, "activation": "identity"},
        {"scheme": "the scale itself", "scale": 0.01},
        {"depth": 1, "width": 50},
    ):
        words = explorer.draw(**explorer.defaults() | change)
        assert "nan" not in words
        assert words.endswith(".)")


def test_the_explorer_says_from_how_many_samples_its_picture_is_made():
    assert "Computed from 250 samples" in InitializationExplorer().draw(**InitializationExplorer().defaults())


def test_the_explorer_shows_what_the_whole_experiment_shows():
    explorer = InitializationExplorer()
    explorer.draw(**explorer.defaults())
    stds = explorer.lines[0].get_ydata()
    np.testing.assert_allclose(stds, ledger.PRINTED["tanh, 1/sqrt(fan_in)"], rtol=0.05)
