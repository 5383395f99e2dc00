"""The executed notebooks give the same outputs again.

Numbers that come of training differ from one kind of processor to another in their last digits, and after some hundred
updates in the first ones. Where the recorded proof has expired and a notebook differs in such numbers only, build it
anew (`course build LECTURE`), look at what has changed, and record that.
"""

import json
import os
import subprocess
import sys

import pytest

from helpers.lectures import functions_of, lecture_named, lecture_names
from helpers.paths import ROOT
from helpers.sandbox.cells import define, statements_of
from tests.proved import of_checks_in_notebook, of_notebook, unless_proved


@pytest.mark.slow
@pytest.mark.parametrize("lecture", lecture_names())
def test_an_executed_notebook_gives_the_same_outputs_again(lecture):
    path = lecture_named(lecture).executed
    with unless_proved(f"same outputs of {lecture}", *of_notebook(lecture, path), "tests/nbval.cfg") as needed:
        if needed:
            command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--nbval", path]
            settings = ["--nbval-sanitize-with", "tests/nbval.cfg", "--nbval-cell-timeout", "300"]
            own = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
            environment = own | {
                "COURSE_PROGRESS": "off",
                "COURSE_DATA_DIR": "",
                "OPENBLAS_NUM_THREADS": "1",
            }  # as built
            done = subprocess.run([*command, *settings], cwd=ROOT, env=environment, capture_output=True, text=True)
            assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-2000:]


@pytest.mark.slow
@pytest.mark.parametrize("lecture", lecture_names())
def test_the_checks_in_an_executed_notebook_say_the_same_again(lecture, monkeypatch):
    monkeypatch.setenv("COURSE_PROGRESS", "off")
    path = lecture_named(lecture).executed
    with unless_proved(f"same checks of {lecture}", *of_checks_in_notebook(lecture, path)) as needed:
        if needed:
            said = list(what_checks_say(path))
            assert len(said) >= len(functions_of(lecture))
            assert [now for _, now in said] == [before for before, _ in said]


def what_checks_say(path):
    """For each cell of a notebook that ends with a call of `check`: what it shows, and what that call says now."""
    cells = [cell for cell in json.loads(path.read_text(encoding="utf-8"))["cells"] if cell["cell_type"] == "code"]
    sources = ["".join(cell["source"]) for cell in cells]
    for place, source in enumerate(sources):
        last = (statements_of(source) or [None])[-1]
        if last is None or not last.traits.checks or not source.split("\n")[last.node.lineno - 1].startswith("check("):
            continue
        shown = ["".join(output["data"]["text/plain"]) for output in cells[place]["outputs"] if "data" in output]
        lines = source.split("\n")
        lines[last.node.lineno - 1] = "said = " + lines[last.node.lineno - 1]
        yield "\n".join(shown), repr(define([*sources[:place], "\n".join(lines)], "said"))
