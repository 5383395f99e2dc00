"""Every check rejects what is wrong, for the right reason, and accepts what is right, however it is written."""

import ast
import inspect
import re
import subprocess
import sys
import warnings
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from helpers.building.source import source_path
from helpers.judging.exercise import Exercise, Part, Question, call
from helpers.judging.judge import Examination, judge, public_examination
from helpers.judging.networks import Network
from helpers.lectures import exercise_named, exercises_of, lecture_names
from helpers.lectures.batch_normalization.exercises import normalized_network as networks
from helpers.lectures.first_network.exercises import dense_classifier as classifiers
from helpers.lectures.pokemon_radar.exercises import radar_model as radars
from helpers.paths import SOLUTIONS
from helpers.proving import checks, mutants, solutions
from helpers.sandbox.observe import Call, identical, observe
from helpers.sandbox.wire import decode, encode
from tests.proved import of_exercise, proves_each, unless_proved

ALL = [exercise for lecture in lecture_names() for exercise in exercises_of(lecture)]
FUNCTIONS = [exercise for exercise in ALL if isinstance(exercise, Exercise)]
QUESTIONS = [exercise for exercise in ALL if isinstance(exercise, Question)]


def for_each(exercises):
    return pytest.mark.parametrize("exercise", exercises, ids=lambda exercise: exercise.name)


@cache
def proof_of(exercise):
    return checks.prove(exercise)


# Wrong answers, right answers, no answer.


@for_each(FUNCTIONS)
def test_known_mistakes_are_rejected_with_their_own_messages(exercise):
    with unless_proved(f"mistakes of {exercise.name}", *of_exercise(exercise)) as needed:
        if needed:
            proof = proof_of(exercise)
            assert proof.mistakes == [(mistake.name, True) for mistake in exercise.mistakes], proof.failures


@for_each(FUNCTIONS)
def test_right_answers_earn_all_points_however_they_are_written_and_a_stub_is_not_attempted(exercise):
    with unless_proved(f"right answers of {exercise.name}", *of_exercise(exercise)) as needed:
        if needed:
            proof = proof_of(exercise)
            assert proof.spellings == [(spelling.__name__, True) for spelling in exercise.spellings], proof.failures
            assert proof.solution_accepted, proof.failures
            assert proof.stub_not_attempted


@for_each(FUNCTIONS)
def test_every_changed_solution_that_passes_has_a_reason(exercise):
    with unless_proved(f"mutants of {exercise.name}", *of_exercise(exercise)) as needed:
        if needed:
            proof = proof_of(exercise)
            assert proof.mutants >= 5
            assert exercise.open_ended or {name for name, _ in proof.survivors} == set(exercise.equivalent_mutants)


def test_nothing_else_is_wrong_with_any_check_and_the_table_is_what_was_found():
    table = SOLUTIONS / "checks.md"
    depends = {path for exercise in ALL for path in of_exercise(exercise)}
    with unless_proved("the table of checks", table, *depends) as needed:
        if needed:
            proofs = [proof_of(exercise) for exercise in ALL]
            assert [failure for proof in proofs for failure in proof.failures] == []
            assert table.read_text(encoding="utf-8") == checks.checks_table(proofs)
    for exercise in ALL:
        assert f"### {exercise.name}\n" in table.read_text(encoding="utf-8")


@for_each(FUNCTIONS)
@proves_each
def test_a_function_that_does_nothing_earns_no_point(exercise):
    for nothing in (lambda *a, **k: None, lambda *a, **k: 0.0, lambda first, *a, **k: first):
        for examination in (public_examination(exercise), Examination(exercise, 77)):
            assert checks.verdict_on(nothing, examination).points == 0


# Functions that resemble one another: range, sign and monotony alone would let them pass.
LOOK_ALIKES = {
    "stable_loss": [
        lambda s: lambda z, t: s(np.maximum(z, -700), t),
        lambda s: lambda z, t: s(z, np.round(t, 1)),
    ],
    "least_cost": [
        lambda s: lambda x, y, costs, x_new: s(x, y, np.minimum(costs, 20), x_new),
        lambda s: lambda x, y, costs, x_new: s(x, y, costs, x_new[::-1]),
    ],
    "cross_entropy": [lambda s: lambda p, y: s(p, y) * 1.001, lambda s: lambda p, y: np.round(s(p, y), 3)],
    "cross_entropy_from_logits": [
        lambda s: lambda z, y: s(np.clip(z, -50, 50), y),
        lambda s: lambda z, y: s(np.round(z, 1), y),
    ],
    "logits_gradient": [lambda s: lambda z, y: np.round(s(z, y), 3), lambda s: lambda z, y: s(np.clip(z, -2, 2), y)],
    "binary_cross_entropy": [
        lambda s: lambda p, t: s(np.clip(p, 1e-4, 1 - 1e-4), t),
        lambda s: lambda p, t: s(np.round(p, 2) + 1e-6, t),
    ],
    "mean_squared_logarithmic_error": [
        lambda s: lambda p, t: s(np.round(p), t),
        lambda s: lambda p, t: s(np.minimum(p, 100), t),
    ],
    "huber": [
        lambda s: lambda p, t, delta=1.0: s(p, t, min(delta, 1.0)),
        lambda s: lambda p, t, delta=1.0: s(np.round(p), t, delta),
    ],
    "focal_loss": [
        lambda s: lambda p, t, gamma=2.0: s(p, t, round(gamma)),
        lambda s: lambda p, t, gamma=2.0: s(p, t, gamma) * 1.001,
    ],
    "cheapest_decision": [
        lambda s: lambda p, costs: s(np.round(p), costs),
        lambda s: lambda p, costs: s(p, np.abs(costs) ** 2),
    ],
    "multiclass_hinge": [
        lambda s: lambda z, y, margin=1.0: s(z, y, min(margin, 1.0)),
        lambda s: lambda z, y, margin=1.0: s(np.round(z), y, margin),
    ],
    "triplet_loss": [
        lambda s: lambda a, p, n, margin=0.2: s(a, p, n, min(margin, 0.2)),
        lambda s: lambda a, p, n, margin=0.2: s(np.round(a), p, n, margin),
    ],
    "threshold_unit": [
        lambda s: lambda x, w, b: s(x, np.round(w), b),
        lambda s: lambda x, w, b: s(x, w, np.abs(b)),
    ],
    "xor_network": [lambda s: lambda: s() | {"b2": -1.5}, lambda s: lambda: s() | {"W2": np.array([1.0, 1.0])}],
    "count_parameters": [
        lambda s: lambda sizes: s(sizes) + (len(sizes) > 3),
        lambda s: lambda sizes: s(sorted(sizes)),
    ],
    "forward": [
        lambda s: lambda x, layers: np.round(s(x, layers), 3),
        lambda s: lambda x, layers: s(x, [(w, np.abs(b)) for w, b in layers]),
    ],
    "dense_backward": [lambda s: lambda d, x, w: s(np.round(d, 2), x, w), lambda s: lambda d, x, w: s(d, np.abs(x), w)],
    "backpropagate": [
        lambda s: lambda x, y, *others: s(x, np.round(y), *others),
        lambda s: lambda x, y, w, b, *others: s(x, y, w, np.abs(b), *others),
    ],
    "minibatches": [lambda s: lambda n, k, rng: s(n, k + 1, rng), lambda s: lambda n, k, rng: s(n, k, rng)[::-1]],
    "mended_training": [
        lambda s: lambda x, y, rng: s(x, np.roll(y, 1), rng),
        lambda s: lambda x, y, rng: [0.2 * array for array in s(x, y, rng)],
    ],
    "fewest_units": [
        lambda s: lambda x, y, tolerance: s(x, y, 3 * tolerance),
        lambda s: lambda x, y, tolerance: s(x, y, 0.05 * tolerance),
    ],
    "relu_interpolation": [
        lambda s: lambda knots, values: np.round(s(knots, values), 3),
        lambda s: lambda knots, values: s(knots, np.round(values, 1)),
    ],
    "dense_classifier": [
        lambda _: lambda *sizes: classifiers.chain(*sizes[:2], 3),
        lambda _: lambda features, hidden, classes: classifiers.chain(features, sorted(hidden), classes),
    ],
    "sigmoid": [lambda s: lambda x: s(np.multiply(x, 1.01)), lambda s: lambda x: np.round(s(x), 3)],
    "sigmoid_gradient": [lambda s: lambda x: np.multiply(s(x), 1.001), lambda s: lambda x: np.round(s(x), 3)],
    "leaky_relu": [
        lambda s: lambda x, alpha=0.01: s(x, np.round(alpha, 2)),
        lambda s: lambda x, alpha=0.01: s(x, alpha**2),
    ],
    "elu": [lambda s: lambda x, alpha=1.0: np.maximum(s(x, alpha), -1), lambda s: lambda x, alpha=1.0: s(x, alpha**2)],
    "gelu": [lambda s: lambda x: np.multiply(s(x), 1.0001), lambda s: lambda x: np.maximum(s(x), -0.1)],
    "mish": [lambda s: lambda x: s(np.multiply(x, 1.001)), lambda s: lambda x: np.maximum(s(x), -0.3)],
    "softmax": [lambda s: lambda x: s(np.multiply(x, 2)), lambda s: lambda x: s(np.asarray(x)[..., ::-1])],
    "maxout": [lambda s: lambda x, w, b: s(x, w, np.multiply(b, 2)), lambda s: lambda x, w, b: s(x, w[:2], b[:2])],
    "equip_stack": [
        lambda s: lambda x, widths: ("sigmoid", s(x, widths)[1]),
        lambda s: lambda x, widths: (s(x, widths)[0], 0.1 * s(x, widths)[1]),
    ],
    "wake_units": [
        lambda s: lambda x, w, b: np.repeat(s(x, w, b)[:, :1], b.shape[1], axis=1),
        lambda s: lambda x, w, b: np.maximum(s(x, w, b), 0.01),
    ],
    "dead_fraction": [lambda s: lambda a: s(np.asarray(a)[:3]), lambda s: lambda a: np.round(s(a), 1)],
    "batchnorm_forward": [
        lambda s: lambda x, g, b, epsilon=1e-5: s(x, g, b, 1e-5),
        lambda s: lambda x, g, b, epsilon=1e-5: s(x, np.abs(g), b, epsilon),
    ],
    "identity_parameters": [
        lambda s: lambda mean, var, epsilon=1e-5: s(mean, var, 1e-5),
        lambda s: lambda mean, var, epsilon=1e-5: s(np.abs(mean), var, epsilon),
    ],
    "batchnorm_backward": [
        lambda s: lambda d, x, g, epsilon=1e-5: s(d, x, g, 1e-5),
        lambda s: lambda d, x, g, epsilon=1e-5: s(np.round(d, 2), x, g, epsilon),
    ],
    "update_running": [
        lambda s: lambda running, batch, momentum=0.9: s(running, batch, 0.9),
        lambda s: lambda running, batch, momentum=0.9: s(np.abs(running), batch, momentum),
    ],
    "batchnorm_inference": [
        lambda s: lambda x, g, b, m, v, epsilon=1e-5: s(x, g, b, m, v, 1e-5),
        lambda s: lambda x, g, b, m, v, epsilon=1e-5: s(x, g, b, np.abs(m), v, epsilon),
    ],
    "fold_batchnorm": [
        lambda s: lambda w, b, g, shift, m, v, epsilon=1e-5: s(w, b, g, shift, m, v, 1e-5),
        lambda s: lambda w, b, g, shift, m, v, epsilon=1e-5: s(w, np.abs(b), g, shift, m, v, epsilon),
    ],
    "will_it_transfer": [
        lambda s: lambda inputs, hidden, *others: s(hidden, inputs, *others),
        lambda s: lambda inputs, hidden, labels, *others: s(inputs[:, :9], hidden[:, :9], labels[:, :9], *others),
    ],
    "freeze_statistics": [
        lambda s: lambda batches, labels: s(batches[:10], labels[:10]),
        lambda s: lambda batches, labels: (s(batches, labels)[0], np.ones(batches.shape[2])),
    ],
    "fold_into_integers": [
        lambda s: lambda network, samples, largest: s(network, samples, 3),
        lambda s: lambda network, samples, largest: s(network | {"var": 0 * network["var"] + 1}, samples, largest),
    ],
    "batchnorm_images": [
        lambda s: lambda x, g, b, epsilon=1e-5: s(x, g, b, 1e-5),
        lambda s: lambda x, g, b, epsilon=1e-5: s(x, g, np.abs(b), epsilon),
    ],
    "normalized_network": [
        lambda _: lambda *sizes: networks.as_functions(*sizes[:2], 3),
        lambda _: lambda features, hidden, classes: networks.as_functions(features, sorted(hidden), classes),
    ],
    "one_hot": [lambda s: lambda y, k: s(np.minimum(y, 1), k), lambda s: lambda y, k: 2 * s(y, k)],
    "encode_ordinal": [
        lambda s: lambda values, order: np.minimum(s(values, order), 1),
        lambda s: lambda values, order: s([v for v in values if v in order], order),
    ],
    "standardize": [
        lambda s: lambda x: (np.clip(s(x)[0], -1, 1), *s(x)[1:]),
        lambda s: lambda x: (s(x)[0], s(x)[1], np.maximum(s(x)[2], 1)),
    ],
    "min_max": [
        lambda s: lambda x, low=0.0, high=1.0: s(x, low, low + 1),
        lambda s: lambda x, low=0.0, high=1.0: np.sqrt(s(x, 0, 1)) * (high - low) + low,
    ],
    "robust_scale": [lambda s: lambda x: np.clip(s(x), -3, 3), lambda s: lambda x: np.tanh(s(x))],
    "pca_whiten": [
        lambda s: lambda x, epsilon=1e-5: s(x, 1e-5),
        lambda s: lambda x, epsilon=1e-5: np.abs(s(x, epsilon)),
    ],
    "zca_whiten": [
        lambda s: lambda x, epsilon=1e-5: s(x, 1e-5),
        lambda s: lambda x, epsilon=1e-5: -s(x, epsilon),
    ],
    "subtract_channel_mean": [
        lambda s: lambda x: (s(x)[0], np.round(s(x)[1])),
        lambda s: lambda x: (np.abs(s(x)[0]), s(x)[1]),
    ],
    "clean_table": [
        lambda s: lambda train, labels, new: [s(train, labels, new)[0], labels[: len(s(train, labels, new)[0])], new],
        lambda s: lambda train, labels, new: [np.round(part) for part in s(train, labels, new)],
    ],
    "prepare_table": [
        lambda s: lambda train, targets, new: [table[:, 5:] for table in s(train, targets, new)],
        lambda s: lambda train, targets, new: [np.round(table) for table in s(train, targets, new)],
    ],
    "impute_with_indicator": [
        lambda s: lambda x: np.round(s(x), 1),
        lambda s: lambda x: s(np.where(np.isnan(x), 0.0, x)),
    ],
    "expected_first_loss": [lambda s: lambda n: round(s(n), 2), lambda s: lambda n: s(n) + 1e-4 * n],
    "numerical_gradient": [
        lambda s: lambda f, x, step=1e-5: s(f, x),
        lambda s: lambda f, x, step=1e-5: np.round(s(f, x, step), 4),
    ],
    "two_layer_loss": [
        lambda s: lambda p, x, y, r: s(p, np.abs(x), y, r),
        lambda s: lambda p, x, y, r: (s(p, x, y, r)[0], s(p, x, y, min(r, 0.1))[1]),
    ],
    "sgd_step": [
        lambda s: lambda p, g, rate: s(p, g, min(rate, 0.1)),
        lambda s: lambda p, g, rate: {name: np.round(array, 2) for name, array in s(p, g, rate).items()},
    ],
    "overfit_tiny": [
        lambda s: lambda x, y, rng: np.geomspace(np.log(max(y) + 1), 1e-3 * rng.random(), 201),
        lambda s: lambda x, y, rng: 1.05 * s(x, y, rng),
    ],
    "rate_from_test": [
        lambda s: lambda rates, losses: 100 * s(rates, losses),
        lambda s: lambda rates, losses: min(s(rates, losses), 1e-4),
    ],
    "diagnose": [
        lambda s: lambda losses: s([losses[0], losses[-1]]),
        lambda s: lambda losses: s(np.minimum.accumulate(losses)),
    ],
    "update_ratio": [lambda s: lambda w, g, rate: s(w, g, min(rate, 0.1)), lambda s: lambda *a: round(s(*a), 4)],
    "warmup_then_decay": [
        lambda s: lambda step, peak, warmup_steps, decay: s(min(step, 50), peak, warmup_steps, decay),
        lambda s: lambda step, peak, warmup_steps, decay: s(step, peak, warmup_steps, round(decay, 2)),
    ],
    "count_distinct_units": [lambda s: lambda w: s(np.round(w, 3)), lambda s: lambda w: s(np.abs(w))],
    "layer_statistics": [
        lambda s: lambda x, w, f: s(x, w, lambda sums: np.maximum(f(sums), 0)),
        lambda s: lambda x, w, f: np.round(s(x, w, f), 3),
    ],
    "xavier_normal": [
        lambda s: lambda i, o, rng: 1.08 * s(i, o, rng),
        lambda s: lambda i, o, rng: np.abs(s(i, o, rng)),
    ],
    "he_normal": [lambda s: lambda i, o, rng: 0.92 * s(i, o, rng), lambda s: lambda i, o, rng: s(i, o, rng) + 0.02],
    "glorot_uniform": [
        lambda s: lambda i, o, rng: 0.99 * s(i, o, rng),
        lambda s: lambda i, o, rng: np.round(s(i, o, rng), 2),
    ],
    "gradient_stds": [
        lambda s: lambda x, w, f, d, g: s(x, w, f, d, np.abs(g)),
        lambda s: lambda x, w, f, d, g: np.round(s(x, w, f, d, g), 3),
    ],
    "name_start": [
        lambda s: lambda stds, gradient_stds: s(stds, np.maximum(gradient_stds, 0.1)),
        lambda s: lambda stds, gradient_stds: s(stds, gradient_stds) if len(stds) < 8 else "good",
    ],
    "repair_start": [
        lambda s: lambda *a: tuple(np.abs(layer) for layer in s(*a)),
        lambda s: lambda inputs, weights, *others: (*s(inputs, weights, *others)[:-1], weights[-1]),
    ],
    "uniform_limit": [lambda s: lambda v: np.round(s(v), 3), lambda s: lambda v: np.multiply(v, 1.73)],
    "lsuv_scale": [
        lambda s: lambda x, w, f: np.round(s(x, w, f), 3),
        lambda s: lambda x, w, f: s(x, w, lambda sums: np.abs(f(sums))),
    ],
    "log_uniform": [
        lambda s: lambda low, high, size, rng: s(low, 1.1 * high, size, rng),
        lambda s: lambda low, high, size, rng: np.sort(s(low, high, size, rng))[::-1] ** 0.9,
    ],
    "at_edge": [
        lambda s: lambda value, low, high, share=0.1: s(value, low, high, 0.1),
        lambda s: lambda value, low, high, share=0.1: s(value, low, 2 * high, share),
    ],
    "should_stop": [
        lambda s: lambda losses, factor=3.0: s(losses[:2], factor),
        lambda s: lambda losses, factor=3.0: s(losses, np.ceil(factor)),
    ],
    "grid_points": [
        lambda s: lambda ranges, per_axis: s(ranges, per_axis)[::-1],
        lambda s: lambda ranges, per_axis: np.round(s(ranges, per_axis)),
    ],
    "random_points": [
        lambda s: lambda ranges, count, rng: np.round(s(ranges, count, rng)),
        lambda s: lambda ranges, count, rng: np.sort(s(ranges, count, rng), axis=0),
    ],
    "triage_chart": [lambda s: lambda *a: np.abs(s(*a)), lambda s: lambda *a: s(*a) * [1, 1, 1, 0] + [0, 0, 0, -1]],
    "plan_rounds": [lambda s: lambda curves, budget: s(curves, 2 * budget), lambda s: lambda curves, budget: [[1, 27]]],
    "second_round": [
        lambda s: lambda points, scores, count: np.clip(s(points, scores, count), [-4, -6], [-1, -3]),
        lambda s: lambda points, scores, count: s(points, scores, count) + 1,
    ],
    "successive_halving": [
        lambda s: lambda c, train, budget, eta=3: s(c[:-2], train, budget, eta) if len(c) > 4 else c[0],
        lambda s: lambda c, train, budget, eta=3: s(c, lambda one, b: round(train(one, b), 1), budget, eta),
    ],
    "refine": [
        lambda s: lambda results, keep: s(results[:10], min(keep, 10)),
        lambda s: lambda results, keep: {name: (0.9 * low, high) for name, (low, high) in s(results, keep).items()},
    ],
    "shared_rows": [
        lambda s: lambda train, test, tolerance=0.0: s(np.asarray(train)[:3], test, tolerance),
        lambda s: lambda train, test, tolerance=0.0: s(train, test, 0.9 * tolerance),
    ],
    "split_by_group": [
        lambda s: lambda g, f, rng: s(g, f / 2, rng),
        lambda s: lambda g, f, rng: [side[:-1] for side in s(g, f, rng)],
    ],
    "split_by_time": [lambda s: lambda t, c: s(t, np.round(c)), lambda s: lambda t, c: s(np.abs(t), c)],
    "known_in_time": [lambda s: lambda k, p: s(k, max(p, 0)), lambda s: lambda k, p: s(np.abs(k), p)],
    "standardize_split": [
        lambda s: lambda train, test: s(train, np.round(test, 1)),
        lambda s: lambda train, test: [np.clip(table, -3, 3) for table in s(train, test)],
    ],
    "oversample_train": [
        lambda s: lambda x, y, train, rng: [part[:-1] for part in s(x, y, train, rng)],
        lambda s: lambda x, y, train, rng: (np.round(s(x, y, train, rng)[0]), s(x, y, train, rng)[1]),
    ],
    "honest_test": [
        lambda s: lambda x, y, p, d, k, at, cut: s(x, y, p, d, k, at, cut + 30),
        lambda s: lambda x, y, p, d, k, at, cut: s(x, y, p // 2, d, k, at / 4, cut),
    ],
    "choose_for_strangers": [
        lambda s: lambda x, y, p, door: (s(x, y, p, door)[0][:1], 1),
        lambda s: lambda x, y, p, door: (np.arange(x.shape[1]), s(x, y, p, door)[1]),
    ],
    "optimism": [
        lambda s: lambda r, h: s(np.round(r, 1), h),
        lambda s: lambda r, h: s(np.ravel(r)[:5], np.ravel(h)[:5]),
    ],
    "mean_square": [lambda s: lambda v: s(np.round(v)), lambda s: lambda v: s(np.ravel(v)[:5])],
    "momentum_step": [
        lambda s: lambda w, v, g, rate, momentum=0.9: s(w, v, g, rate, min(momentum, 0.9)),
        lambda s: lambda w, v, g, rate, momentum=0.9: s(w, np.abs(v), g, rate, momentum),
    ],
    "nesterov_step": [
        lambda s: lambda w, v, g, rate, momentum=0.9: s(w, v, g, rate, min(momentum, 0.5)),
        lambda s: lambda w, v, g, rate, momentum=0.9: s(np.abs(w), v, g, rate, momentum),
    ],
    "plan_descent": [
        lambda s: lambda low, high: (1.3 * s(low, high)[0], s(low, high)[1]),
        lambda s: lambda low, high: (s(low, high)[0], min(s(low, high)[1], 0.5)),
    ],
    "name_the_rule": [
        lambda s: lambda places, gradients: s(places[:2], gradients[:1]),
        lambda s: lambda places, gradients: s(np.abs(places), np.abs(gradients)),
    ],
    "adagrad_step": [
        lambda s: lambda w, q, g, rate, epsilon=1e-8: s(w, q, g, rate, min(epsilon, 1e-3)),
        lambda s: lambda w, q, g, rate, epsilon=1e-8: s(w, q, np.abs(g), rate, epsilon),
    ],
    "rmsprop_step": [
        lambda s: lambda w, a, g, rate=0.001, rho=0.9, epsilon=1e-8: s(w, a, g, rate, max(rho, 0.9), epsilon),
        lambda s: lambda w, a, g, rate=0.001, rho=0.9, epsilon=1e-8: s(w, a, np.round(g), rate, rho, epsilon),
    ],
    "adam_step": [
        lambda s: lambda w, m, v, g, step, *rest, **named: s(w, m, v, g, min(step, 3), *rest, **named),
        lambda s: lambda w, m, v, g, step, *rest, **named: s(w, np.abs(m), v, g, step, *rest, **named),
    ],
    "clip_by_global_norm": [
        lambda s: lambda g, limit: s(g, max(limit, 1.0)),
        lambda s: lambda g, limit: {name: np.round(array, 4) for name, array in s(g, limit).items()},
    ],
    "piecewise_constant": [
        lambda s: lambda step, boundaries, rates: s(step, boundaries[:2], rates),
        lambda s: lambda step, boundaries, rates: s(step, boundaries, sorted(rates)[::-1]),
    ],
    "one_cycle": [
        lambda s: lambda step, total, low, peak: s(step, total, low, min(peak, 1.0)),
        lambda s: lambda step, total, low, peak: round(s(step, total, low, peak), 2),
    ],
    "rates_on_plateau": [
        lambda s: lambda losses, rate, factor=0.5, patience=3: s(np.round(losses), rate, factor, patience),
        lambda s: lambda losses, rate, factor=0.5, patience=3: s(losses, rate, factor, min(patience, 3)),
    ],
    "weight_penalty": [
        lambda s: lambda w, l1=0.0, l2=0.0: s(np.round(w), l1, l2),
        lambda s: lambda w, l1=0.0, l2=0.0: s(w, min(l1, 0.3), l2),
    ],
    "soft_threshold": [
        lambda s: lambda w, amount: s(w, min(amount, 0.5)),
        lambda s: lambda w, amount: np.round(s(w, amount), 3),
    ],
    "max_norm": [
        lambda s: lambda w, limit: s(w, max(limit, 1.6)),
        lambda s: lambda w, limit: s(np.round(w, 2), limit),
    ],
    "early_stopping": [
        lambda s: lambda losses, patience, min_delta=0.0: s(losses, min(patience, 3), min_delta),
        lambda s: lambda losses, patience, min_delta=0.0: s(np.round(losses), patience, min_delta),
    ],
    "dropout": [
        lambda s: lambda x, rate, rng: s(x, rate * 0.7, rng),
        lambda s: lambda x, rate, rng: np.round(s(x, rate, rng), 2),
    ],
    "alpha_dropout_constants": [
        lambda s: lambda rate: s(round(rate, 1)),
        lambda s: lambda rate: tuple(np.round(s(rate), 3)),
    ],
    "stop_in_time": [
        lambda s: lambda runs: s(runs) + 25,
        lambda s: lambda runs: np.minimum(s(runs), 5),
    ],
    "mixup": [
        lambda s: lambda x, y, shares, partners: s(x, y, np.maximum(shares, 0.5), partners),
        lambda s: lambda x, y, shares, partners: s(x, y, shares, np.sort(partners)),
    ],
    "bias_and_variance": [
        lambda s: lambda predictions, truth: s(predictions, np.round(truth)),
        lambda s: lambda predictions, truth: s(predictions[:4], truth),
    ],
    "pseudo_labels": [
        lambda s: lambda p, threshold=0.9: s(np.round(p, 1), threshold),
        lambda s: lambda p, threshold=0.9: s(p, max(threshold, 0.8)),
    ],
    "balanced_pseudo_labels": [
        lambda s: lambda p, per_class: s(np.round(p, 1), per_class),
        lambda s: lambda p, per_class: s(p, min(per_class, 2)),
    ],
    "agreement": [
        lambda s: lambda first, second: s(np.round(first), second),
        lambda s: lambda first, second: s(first[:5], second[:5]),
    ],
    "fifty_labels": [
        lambda s: lambda x, y, x_new, rng: s(x, y, x_new, rng)[::-1],
        lambda s: lambda x, y, x_new, rng: s(x[:25], y[:25], x_new, rng),
    ],
    "spread_labels": [
        lambda s: lambda w, labels, alpha=0.9: s(w > 0.1, labels, alpha),
        lambda s: lambda w, labels, alpha=0.9: s(w, labels, min(alpha, 0.5)),
    ],
    "linear_probe": [
        lambda s: lambda x, y, n, ridge=1.0: s(x, y, n, ridge * 1.01),
        lambda s: lambda x, y, n, ridge=1.0: np.round(s(x, y, n, ridge), 3),
    ],
    "transfer": [
        lambda s: lambda source, target, count: s(source, target, min(count, 1)),
        lambda s: (
            lambda source, target, count: [
                {name: np.round(array, 2) for name, array in layer.items()} for layer in s(source, target, count)
            ]
        ),
    ],
    "freeze": [
        lambda s: lambda gradients, frozen: s(gradients, frozen[:1]),
        lambda s: lambda gradients, frozen: s(gradients, np.sort(frozen)[-1:]),
    ],
    "relabel": [
        lambda s: lambda ids: s(np.abs(ids)),
        lambda s: lambda ids: (np.minimum(s(ids)[0], 3), s(ids)[1]),
    ],
    "confusion_matrix": [
        lambda s: lambda labels, predictions, n: s(labels[:10], predictions[:10], n),
        lambda s: lambda labels, predictions, n: np.minimum(s(labels, predictions, n), 3),
    ],
    "macro_recall": [
        lambda s: lambda labels, predictions, n: round(s(labels, predictions, n), 2),
        lambda s: lambda labels, predictions, n: s(labels[:10], predictions[:10], n),
    ],
    "class_weights": [
        lambda s: lambda labels, n: np.round(s(labels, n), 2),
        lambda s: lambda labels, n: np.minimum(s(labels, n), 1.5),
    ],
    "batches_of": [
        lambda s: lambda x, y, size: s(np.round(x, 1), y, size),
        lambda s: lambda x, y, size: s(x, y, min(size, 4)),
    ],
    "radar_model": [
        lambda _: lambda features, hidden, classes, rate: radars.with_a_list(features, hidden, classes, 0.2),
        lambda _: lambda features, hidden, classes, rate: radars.with_a_list(features, sorted(hidden), classes, rate),
    ],
    "resume_run": [
        lambda s: lambda saved, x, y, epochs: s(saved, x, y, min(epochs, saved["epoch"] + 1)),
        lambda s: lambda saved, x, y, epochs: s(saved | {"rate": round(saved["rate"], 2)}, x, y, epochs),
    ],
    "classify": [
        lambda s: lambda train, labels, new: s(train[:, :10], labels, new[:, :10]),
        lambda s: lambda train, labels, new: s(train[:40], labels[:40], new),
    ],
}


@for_each(FUNCTIONS)
def test_a_look_alike_of_the_right_function_is_rejected(exercise):
    for alter in LOOK_ALIKES[exercise.name]:
        verdict = checks.verdict_on(alter(exercise.oracle), public_examination(exercise))
        assert verdict.points < verdict.max_points


@for_each(QUESTIONS)
def test_a_question_is_proved_as_the_functions_are(exercise):
    assert proof_of(exercise).failures == []


# What an exercise has to have.


@for_each(ALL)
def test_points_are_whole_and_minutes_and_difficulty_are_given(exercise):
    assert all(type(points) is int and points >= 1 for points in exercise.points_by_part.values())
    assert 2 <= exercise.points <= 8
    assert exercise.minutes >= 1
    assert exercise.difficulty in (1, 2, 3)


@for_each(FUNCTIONS)
def test_an_exercise_has_enough_hints_mistakes_and_spellings(exercise):
    assert 2 <= len(exercise.hints) <= 3
    assert len(exercise.mistakes) >= 5
    assert len(exercise.spellings) >= 5


@for_each(QUESTIONS)
def test_a_question_has_one_right_letter_and_a_sentence_for_each_wrong_one(exercise):
    assert sorted([exercise.answer, *exercise.why_wrong]) == ["a", "b", "c", "d"]
    assert len(set(exercise.why_wrong.values())) == 3
    assert exercise.hints


@for_each(ALL)
def test_messages_are_one_to_three_sentences(exercise):
    messages = exercise.why_wrong.values() if isinstance(exercise, Question) else [m.message for m in exercise.mistakes]
    for message in messages:
        assert message[0].isupper() or message[0] == "`"
        assert message[-1] in ".)"
        assert 20 < len(message) < 300


@for_each(FUNCTIONS)
def test_no_hint_is_the_whole_answer(exercise):
    answer = solutions.solution_source(exercise.lecture, exercise.name).split("### BEGIN SOLUTION")[1]
    returned = re.search(r"return (.+)", answer)[1].split("  #")[0]
    assert not any(returned in hint for hint in exercise.hints)


@for_each(FUNCTIONS)
def test_the_stub_has_the_oracle_s_signature_and_a_docstring(exercise):
    source = solutions.stub_source(exercise.lecture, exercise.name)
    stub = solutions.function_from(source, exercise.lecture, exercise.name)
    assert inspect.signature(stub) == inspect.signature(exercise.oracle)
    assert len(stub.__doc__) > 80


@for_each(ALL)
def test_the_section_to_read_again_is_a_heading_before_the_exercise(exercise):
    text = source_path(exercise.lecture).read_text(encoding="utf-8")
    before, found, _ = text.partition(f"{{{{ exercise {exercise.name} }}}}")
    assert found
    assert exercise.section in re.findall(r"^#+ (.+)$", before, re.MULTILINE)


@pytest.mark.parametrize("lecture", lecture_names())
def test_exercises_are_listed_in_the_order_of_their_lecture(lecture):
    text = source_path(lecture).read_text(encoding="utf-8")
    assert re.findall(r"\{\{ exercise (\w+) \}\}", text) == [exercise.name for exercise in exercises_of(lecture)]


# Inputs and oracles.


@for_each(FUNCTIONS)
@proves_each
def test_the_public_inputs_are_always_the_same_and_no_grading_draws_them_again(exercise):
    def inputs(trials):
        return [repr(trial.call) for trial in trials]

    again = inputs(exercise._trials(0, public=True))
    assert inputs(exercise.public_trials) == again
    if not any(trial.call.values() for trial in exercise.public_trials):
        return  # a function without arguments has no inputs to draw
    fresh = inputs(exercise.fresh_trials(0))
    assert fresh[: len(again)] == again
    assert fresh[len(again) :] != again
    assert inputs(exercise.fresh_trials(5)) == inputs(exercise.fresh_trials(5))
    assert inputs(exercise.fresh_trials(5)) != inputs(exercise.fresh_trials(6))


def plain(value):
    """A value with named tuples as tuples, and other subclasses as what they are made of."""
    for kind in (tuple, list):
        if isinstance(value, kind):
            return kind(map(plain, value))
    if isinstance(value, dict):
        return {plain(key): plain(item) for key, item in value.items()}
    return "".join(value) if isinstance(value, str) else value


def leaves(value):
    """The arrays and numbers in tuples and dicts."""
    if isinstance(value, tuple | dict):
        return [leaf for item in (value.values() if isinstance(value, dict) else value) for leaf in leaves(item)]
    return [value]


@for_each(FUNCTIONS)
def test_oracles_give_finite_numbers_or_a_promised_error_without_warnings_and_leave_their_inputs_alone(exercise):
    promised = solutions.stub_source(exercise.lecture, exercise.name)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for trial in exercise.fresh_trials(9):
            seen = observe(exercise.oracle, trial.call)
            if seen.outcome == "raised":
                assert re.search(rf"Raises\s+-+\s+{seen.error}", promised)
                assert not seen.changed
                continue
            assert (seen.outcome, seen.changed, seen.overflow) == ("returned", False, False)
            if exercise.uses_keras:
                assert (type(seen.value), seen.value.problem) == (Network, "")
                continue
            for value in leaves(seen.value):
                if isinstance(value, str):
                    continue
                assert np.asarray(value).dtype in (np.float64, np.int64, bool)
                assert np.isfinite(value).all()


@for_each(FUNCTIONS)
@proves_each
def test_inputs_and_right_answers_cross_the_boundary_of_the_grader_unchanged(exercise):
    for trial in exercise.fresh_trials(3):
        sent = [list(trial.call.arguments), trial.call.keywords]
        assert identical(decode(encode(sent, recipes=True), recipes=True), sent)
        for spelling in exercise.spellings:
            value = observe(spelling, trial.call).value
            assert identical(decode(encode(value)), plain(value))


@for_each(FUNCTIONS)
def test_every_part_asks_at_least_two_things_and_ends_with_the_inputs_untouched(exercise):
    for part in exercise.parts:
        assert sum(trial.part == part.name for trial in exercise.public_trials) >= 2
    assert list(exercise.points_by_part)[-1] == "inputs untouched"


def test_only_the_numerical_range_of_four_exercises_minds_an_overflow():
    strict = {(e.name, part.name) for e in FUNCTIONS for part in e.parts if part.no_overflow}
    assert strict == {(name, "numerical range") for name in ("sigmoid", "elu", "mish", "softmax")}


# The registry.


def test_names_are_unique_in_the_whole_course():
    names = [exercise.name for exercise in ALL]
    assert len(names) == len(set(names))
    assert all(exercise_named(exercise.name) is exercise for exercise in ALL)


def test_an_unknown_name_is_answered_with_those_spelled_alike():
    with pytest.raises(LookupError, match=r"no exercise named 'leaky_rleu'\. Did you mean leaky_relu"):
        exercise_named("leaky_rleu")
    with pytest.raises(LookupError, match="There are mean_square, "):
        exercise_named("xyzzy")


def test_a_lecture_without_exercises_has_none():
    assert exercises_of("99_no_such_lecture") == ()


def test_importing_the_registry_does_not_import_scipy():
    code = "import sys, helpers, helpers.lectures; sys.exit('scipy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


# The proof itself.


def test_a_check_that_is_too_weak_is_reported():
    one_number = Part("values", 2, lambda rng: [call(np.array([2.5]))])
    weak = replace(exercise_named("mean_square"), parts=(one_number,), spellings=(lambda values: 0.0,))
    proof = checks.prove(weak)
    assert "`mean_square`: the mistake square_of_the_mean: it earns full points" in proof.failures
    assert any("the spelling <lambda>: it earns 0 of 3 points" in failure for failure in proof.failures)
    assert any("no reason why this mutant survives" in failure for failure in proof.failures)
    text = checks.checks_table([proof])
    assert "| `square_of_the_mean` | **no** |" in text
    assert all(f"- {failure}" in text for failure in proof.failures)


def test_a_reason_for_a_mutant_that_is_caught_is_reported_as_stale():
    stale = replace(exercise_named("mean_square"), equivalent_mutants={"line 9: `a` → `b`": "It was so once."})
    assert any("does not survive: line 9" in failure for failure in checks.prove(stale).failures)


def test_mutants_change_one_thing_each_and_say_what():
    source = (
        'def f(x, a=2.0):\n    """Doc."""\n'
        "    y = np.max(x, axis=0, keepdims=True)\n    return -a * y if y > 0 else y\n"
    )
    found = {mutant.description: mutant.source for mutant in mutants.mutants(source)}
    assert "def f(x, a=1.0)" in found["signature: `2.0` → `1.0`"]
    assert "axis=0" not in found["line 1: `np.max(x, axis=0, keepdims=True)` → `np.max(x, keepdims=True)`"]
    assert "keepdims=False" in found["line 1: `True` → `False`"]
    assert "np.min" in found["line 1: `np.max(x, axis=0, keepdims=True)` → `np.min(x, axis=0, keepdims=True)`"]
    assert "y >= 0" in found["line 2: `y > 0` → `y >= 0`"]
    assert "-a / y" in found["line 2: `-a * y` → `-a / y`"]
    assert "return a * y" in found["line 2: `-a` → `a`"]
    for changed in found.values():
        ast.parse(changed)
        assert "Doc." not in changed
    assert len(set(found.values())) == len(found)


def test_an_endless_mutant_is_broken_off():
    def endless():
        while True:
            pass

    with mutants.time_guard(0.2):
        seen = observe(endless, Call())
    assert (seen.outcome, seen.error) == ("raised", "TimeoutError")


def test_a_judged_answer_shows_the_smallest_public_input_only():
    exercise = exercise_named("sigmoid")
    examination = Examination(exercise, seed=4)
    verdict = judge(examination, [observe(lambda x: np.tanh(x) + 2.0, one) for one in examination.calls])
    assert verdict.example.call == "sigmoid(np.array([-1.5]))"
