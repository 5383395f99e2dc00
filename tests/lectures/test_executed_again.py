"""The executed notebooks give the same outputs again."""

import os
import subprocess
import sys

import pytest

from helpers.lectures import lecture_named, lecture_names
from helpers.paths import ROOT
from tests.proved import of_notebook, unless_proved


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
