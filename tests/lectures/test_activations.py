"""The exercises of lecture 04 keep their conventions, and their tails and borders are not a matter of taste."""

import ast
import doctest
import inspect
import textwrap

import numpy as np
import pytest

from helpers.judging.judge import Examination, public_examination
from helpers.lectures import exercise_named
from helpers.proving import solutions
from helpers.proving.checks import verdict_on
from tests import classroom
from tests.classroom import LECTURE

EXERCISES = classroom.exercises(LECTURE)
for_each_exercise = pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.name)


def shown(exercise):
    return [spelling for spelling in exercise.spellings if spelling.__doc__]


@for_each_exercise
def test_the_example_in_a_docstring_is_true(exercise):
    solution = solutions.function_from(solutions.solution_source(LECTURE, exercise.name), LECTURE, exercise.name)
    names = {"np": np, exercise.name: solution}
    (example,) = doctest.DocTestFinder().find(solution, exercise.name, globs=names)
    assert len(example.examples) >= 1
    assert doctest.DocTestRunner().run(example).failed == 0


@for_each_exercise
def test_arrays_are_given_as_arrays_and_slopes_as_floats(exercise):
    for trial in exercise.fresh_trials(11):
        for name, value in (
            inspect.signature(exercise.oracle).bind(*trial.call.arguments, **trial.call.keywords).arguments.items()
        ):
            if name == "alpha":
                assert type(value) is float
            else:
                assert type(value) is np.ndarray
                assert value.ndim >= 1
                assert value.dtype in (np.float64, np.float32, np.int64)


@for_each_exercise
def test_two_other_right_ways_can_be_shown_and_stand_alone(exercise):
    assert len(shown(exercise)) == 2
    module = inspect.getmodule(exercise.oracle)
    own = {node.name for node in ast.parse(inspect.getsource(module)).body if isinstance(node, ast.FunctionDef)}
    for spelling in shown(exercise):
        tree = ast.parse(textwrap.dedent(inspect.getsource(spelling)))
        names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
        # Nothing of the course: what is shown runs in a notebook after the imports of NumPy and SciPy.
        helpers = {name for name in names if getattr(vars(module).get(name), "__module__", "").startswith("helpers.")}
        assert not (names & own | helpers)
        assert spelling.__doc__.endswith(".")
        assert "\n" not in spelling.__doc__


@pytest.mark.parametrize("question", classroom.questions(LECTURE), ids=lambda question: question.name)
def test_a_right_letter_is_told_why(question):
    assert question.why_right.endswith(".")
    assert question.why_right not in question.why_wrong.values()


CLIPPED = {
    "sigmoid": lambda limit: lambda x: 1 / (1 + np.exp(-np.clip(x, -limit, limit))),
    "mish": lambda limit: lambda x: x * np.tanh(np.logaddexp(0, np.clip(x, -limit, None))),
}


@pytest.mark.parametrize("name", CLIPPED)
@pytest.mark.parametrize(("limit", "is_right"), [(15, False), (20, False), (26, False), (30, False), (700, True)])
def test_a_clipped_tail_costs_points_and_a_clip_that_only_avoids_the_overflow_costs_none(name, limit, is_right):
    exercise = exercise_named(name)
    for examination in (public_examination(exercise), Examination(exercise, 8)):
        assert (verdict_on(CLIPPED[name](limit), examination).points == exercise.points) == is_right


@pytest.mark.parametrize("share", [0.9, 0.95, 0.99, 0.999, 0.9999])
def test_a_unit_that_answers_once_is_alive(share):
    verdict = verdict_on(
        lambda activations: np.mean(np.mean(activations == 0, axis=0) > share),
        public_examination(exercise_named("dead_fraction")),
    )
    assert verdict.mistake == "share_of_units_mostly_silent"
    assert verdict.parts[0].points == 0


@pytest.mark.parametrize("smallest", [1e-3, 1e-8, 1e-12, 1e-15])
def test_a_unit_with_very_small_answers_is_alive(smallest):
    verdict = verdict_on(
        lambda activations: np.mean(np.abs(activations).max(axis=0) < smallest),
        public_examination(exercise_named("dead_fraction")),
    )
    assert verdict.mistake == "dead_if_small"
