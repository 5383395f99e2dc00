"""Fresh inputs are as fair as the public ones, and what looks for unfair ones finds them."""

from dataclasses import replace

import numpy as np
import pytest

from helpers.judging.exercise import Exercise, Part, call
from helpers.lectures import exercise_named
from helpers.proving import fairness
from tests.proved import of_exercise, unless_proved


def always_the_same(rng):
    return [call(np.array([1.0, 2.0, 4.0])), call(np.array([8.0, -1.0]))]


def now_and_then_harder(rng):
    """Seldom, and not among the public inputs, next to nothing is left of large numbers."""
    large = rng.uniform(1000, 3000) if rng.random() < 0.3 else 1.0
    return [call(np.array([1.0, 2.0, 4.0])), call(np.array([large, 0.1, -large]))]


def total(values):
    return np.sum(values)


def total_of_the_large(values):
    return np.sum(values[values > -0.5])


def sometimes_negative(rng):
    return [call(np.array([1.0, 2.0, 4.0])), call(rng.uniform(-0.6, 1, 3))]


def exercise_with(cases, **changes) -> Exercise:
    """`mean_square`, whose answer is now a sum, with these inputs."""
    known = exercise_named("mean_square")
    parts = (Part("values", 2, cases),)
    return replace(known, parts=parts, oracle=total, mistakes=(), spellings=(), **changes)


def gradings(exercise):
    return fairness._Gradings(exercise)


def test_a_right_answer_that_only_fresh_inputs_refuse_is_a_loss():
    answers = {"single": fairness._in_single(total, inputs=True), "double": total}
    hard = list(fairness._losses(gradings(exercise_with(now_and_then_harder)), answers, range(1, 20)))
    assert {(loss.answer, loss.part) for loss in hard} == {("single", "values")}
    assert not list(fairness._losses(gradings(exercise_with(sometimes_negative)), answers, range(1, 20)))


def test_a_wrong_answer_whose_points_change_with_the_seed_is_found():
    (luck,) = fairness._luck(
        gradings(exercise_with(sometimes_negative)), {"large": total_of_the_large, "right": total}, range(1, 30)
    )
    assert luck.answer == "large"
    assert sum(luck.passed.values()) == 29
    assert len(luck.passed) == 2


def test_a_table_of_public_results_that_earns_points_is_found():
    exercise = exercise_with(always_the_same)
    gifts = list(fairness._gifts(gradings(exercise), fairness.trivial_answers(exercise), [1]))
    assert {"a table of the public results, else ValueError"} <= {gift.answer for gift in gifts}
    assert not any("raises" in gift.answer for gift in gifts)


def test_single_precision_reaches_every_array_of_a_value():
    value = fairness.in_single({"W": np.ones(2), "n": (1, [np.float64(2.0), 2.5], np.arange(2))})
    assert value["W"].dtype == np.float32
    assert type(value["n"][1][0]) is np.float32
    assert type(value["n"][1][1]) is float
    assert value["n"][2].dtype.kind == "i"


@pytest.mark.parametrize("exercise", fairness.chosen([]), ids=lambda exercise: exercise.name)
def test_right_answers_earn_on_fresh_inputs_what_they_earn_in_check(exercise):
    with unless_proved(f"fairness of {exercise.name}", *of_exercise(exercise)) as needed:
        if needed:
            found = fairness.fairness(exercise, seeds=3, luck_seeds=3)
            assert found.right > len(exercise.spellings)
            assert list(fairness.offenders(found)) == []
