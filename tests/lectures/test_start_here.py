"""Lecture 00: its exercise keeps what its docstring promises."""

import doctest

import numpy as np

from helpers.lectures import exercise_named
from helpers.proving import solutions


def test_the_example_in_the_docstring_is_true():
    solution = solutions.function_from(
        solutions.solution_source("00_start_here", "mean_square"), "00_start_here", "mean_square"
    )
    (example,) = doctest.DocTestFinder().find(solution, "mean_square", globs={"np": np, "mean_square": solution})
    assert len(example.examples) >= 1
    assert doctest.DocTestRunner().run(example).failed == 0


def test_every_input_is_an_array_of_one_axis():
    for trial in exercise_named("mean_square").fresh_trials(3):
        (values,) = trial.call.arguments
        assert values.ndim == 1
        assert len(values) >= 1


def test_two_right_ways_are_shown():
    assert sum(bool(spelling.__doc__) for spelling in exercise_named("mean_square").spellings) == 2
