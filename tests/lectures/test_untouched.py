"""A learner's notebook runs from top to bottom before a single answer is written."""

import nbformat
import pytest

from helpers.building.build import execute
from helpers.lectures import lecture_named, lecture_names
from tests.proved import of_notebook, unless_proved


@pytest.mark.slow
@pytest.mark.parametrize("lecture", lecture_names())
def test_an_untouched_notebook_runs_from_top_to_bottom(lecture):
    path = lecture_named(lecture).handed_out
    with unless_proved(f"untouched {lecture} runs", *of_notebook(lecture, path)) as needed:
        if needed:
            notebook = execute(nbformat.read(path, as_version=4))  # raises where a cell does
            assert "not attempted" in nbformat.writes(notebook)
