"""The released notebooks as a real nbgrader assignment: generate, autograde, export, and its marks beside ours.

nbgrader runs in an environment of its own, with `helpers` beside it, in the folder that `PEER_ENVIRONMENTS` names.
Making it takes minutes and a network, so without that variable what needs it is skipped; `.ci/run` sets it.
"""

import csv
import json
import os
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from benchmarks.grading import Failed, peer_environment, python_of
from helpers import check
from helpers.grading.exports import nbgrader
from helpers.lectures import exercises_of, lecture_names
from helpers.paths import NOTEBOOKS, SOLUTIONS
from tests import classroom
from tests.classroom import LECTURE
from tests.conftest import cannot_run_here, walls_hold
from tests.proved import of_every_mark, proves

POINTS = {exercise.name: float(exercise.points) for exercise in exercises_of(LECTURE)}
MARKS = (*of_every_mark(), "tests/classroom.py", *(NOTEBOOKS / f"{lecture}.ipynb" for lecture in lecture_names()))
OTHER_LECTURES = tuple(lecture for lecture in lecture_names() if lecture != LECTURE)
TIMEOUT = 900

AWKWARD = {
    "leaky_relu": "leaky_relu = lambda x, alpha=0.01: np.maximum(x, 0.0) + alpha * np.minimum(x, 0.0)",
    "dead_fraction": (
        "import sys, warnings\n"
        "def my_own(activations):\n"
        "    warnings.warn('a warning')\n"
        "    print('on its way', file=sys.stderr)\n"
        "    return float(np.mean(np.all(np.asarray(activations) == 0, axis=0)))\n"
        "dead_fraction = my_own"
    ),
    "unit_that_died": "unit_that_died = ' C '",
}
BROKEN = {
    "leaky_relu": "def leaky_relu(x, alpha=0.01:\n    return x",
    "sigmoid": "def sigmoid(x):\n    raise KeyError('x')",
    "elu": "relu = 1",  # nothing defines it
    "gelu": "gelu = 3",
    "unit_that_died": "unit_that_died = 'z'",
}
LOOPS = {"leaky_relu": "def leaky_relu(x, alpha=0.01):\n    while True:\n        pass"}
COPIES = {  # refused by both: by the check, which sees the course's own code run, and by us, who have none of it
    "leaky_relu": (
        "def leaky_relu(x, alpha=0.01):\n"
        "    from helpers.lectures import exercise_named\n"
        "    return exercise_named('leaky_relu').oracle(x, alpha)"
    )
}
# The one place where the marks differ.
BY_HEART = {  # right on the inputs of `check`, which are all that nbgrader tries
    "dead_fraction": (
        "KNOWN = {known!r}\n"
        "def dead_fraction(activations):\n"
        "    return KNOWN.get(repr(np.asarray(activations).tolist()), 0.0)"
    )
}
EXITS = {"leaky_relu": "import os\ndef leaky_relu(x, alpha=0.01):\n    os._exit(0)"}


@dataclass(frozen=True)
class Comparison:
    """Marks by student and exercise, as nbgrader and as we give them; the rows of both exports."""

    theirs: dict[str, dict[str, float]]
    ours: dict[str, dict[str, float]]
    their_rows: list[dict[str, str]]
    our_rows: list[dict[str, str]]


def known_by_heart() -> dict[str, str]:
    (exercise,) = [e for e in classroom.exercises() if e.name == "dead_fraction"]
    inputs = [trial.call.values()[0] for trial in exercise.public_trials]
    import numpy as np

    known = {repr(np.asarray(x).tolist()): float(exercise.oracle(x)) for x in inputs}
    return {name: source.replace("{known!r}", repr(known)) for name, source in BY_HEART.items()}


def short(notebook: dict) -> dict:
    """Without what a learner may delete: only the cells that nbgrader knows, and a first one with the imports."""
    first = next(cell for cell in notebook["cells"] if cell["cell_type"] == "code")
    first["source"] = "import numpy as np\nfrom helpers import check"
    notebook["cells"] = [cell for cell in notebook["cells"] if cell is first or "nbgrader" in cell["metadata"]]
    return notebook


def the_class(release: Path) -> dict[str, dict]:
    """Notebooks by student: one whole released notebook, and short ones, because running a lecture takes its time."""
    right = classroom.right_answers(0)

    def mixed(answers):
        return short(classroom.notebook_with(right | answers))

    return {
        "whole": classroom.notebook_with(right),
        "other-spelling": short(classroom.notebook_with(classroom.right_answers(1))),
        "wrong-0": short(classroom.notebook_with(classroom.wrong_answers(0))),
        "wrong-1": short(classroom.notebook_with(classroom.wrong_answers(1))),
        "untouched": short(classroom.untouched_notebook()),
        "untouched-nbgraders-own": short(json.loads(release.read_text(encoding="utf-8"))),
        "awkward": mixed(AWKWARD),
        "broken": mixed(BROKEN),
        "loops": mixed(LOOPS),
        "copies": mixed(COPIES),
        "by-heart": mixed(known_by_heart()),
    }


class Course:
    """An nbgrader course in a folder, and nbgrader's own commands on it."""

    def __init__(self, folder: Path, environments: Path):
        folder.mkdir()
        self.folder = folder
        try:
            self.python = python_of("nbgrader", environments)
        except (Failed, subprocess.SubprocessError, OSError) as problem:
            cannot_run_here(f"nbgrader cannot be installed: {problem}")
        self.environment = peer_environment(folder.parent, self.python)

    def run(self, *arguments, fails: bool = False) -> str:
        command = [str(self.python), *map(str, arguments)]
        done = subprocess.run(
            command, cwd=self.folder, env=self.environment, capture_output=True, text=True, timeout=TIMEOUT
        )
        assert (done.returncode != 0) == fails, f"{arguments}: {done.stderr[-3000:]}"
        return done.stdout

    def nbgrader(self, command: str, *arguments, fails: bool = False) -> str:
        return self.run("-m", "nbgrader", command, *arguments, fails=fails)  # in the course's folder

    def for_each(self, task: str, calls: list[tuple[str, ...]]) -> None:
        """What nbgrader's page for instructors calls, in one process: its commands take seconds to start."""
        code = (
            "import json, sys\nfrom nbgrader.apps import NbGraderAPI\n"
            "api = NbGraderAPI()\n"
            "for arguments in json.loads(sys.argv[2]):\n"
            "    done = getattr(api, sys.argv[1])(*arguments)\n"
            "    assert done['success'], done['error'] or done['log']\n"
        )
        self.run("-c", code, task, json.dumps(calls))

    def source(self, lecture: str) -> None:
        source = self.folder / "source" / lecture / f"{lecture}.ipynb"
        source.parent.mkdir(parents=True)
        source.write_bytes((SOLUTIONS / f"{lecture}.ipynb").read_bytes())

    def release(self, lecture: str) -> Path:
        return self.folder / "release" / lecture / f"{lecture}.ipynb"

    def hand_in(self, student: str, notebook: dict, lecture: str = LECTURE) -> None:
        path = self.folder / "submitted" / student / lecture / f"{lecture}.ipynb"
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps(notebook), encoding="utf-8")

    def marks(self) -> dict[str, dict[str, dict[str, float]]]:
        """The marks in nbgrader's gradebook, by lecture, student and exercise."""
        code = (
            "import json, sys\nfrom nbgrader.api import Gradebook\n"
            "with Gradebook(sys.argv[1]) as book:\n"
            "    print(json.dumps({a.name: {s.student.id: {g.name.removeprefix('check_'): g.auto_score"
            " for n in s.notebooks for g in n.grades} for s in a.submissions} for a in book.assignments}))\n"
        )
        return json.loads(self.run("-c", code, f"sqlite:///{self.folder}/gradebook.db"))


@pytest.fixture(scope="module")
def environments() -> Path:
    if not os.environ.get("PEER_ENVIRONMENTS"):
        pytest.skip("installs nbgrader: name a folder for it with PEER_ENVIRONMENTS=/some/folder")
    return Path(os.environ["PEER_ENVIRONMENTS"])


@pytest.fixture(scope="module")
def course(environments, tmp_path_factory) -> Course:
    return Course(tmp_path_factory.mktemp("nbgrader") / "course", environments)


@pytest.fixture(scope="module")
def released(environments, tmp_path_factory) -> Course:
    """A course in which nbgrader has made the learners' notebooks of every lecture."""
    course = Course(tmp_path_factory.mktemp("released") / "course", environments)
    for lecture in lecture_names():
        course.source(lecture)
    course.for_each("generate_assignment", [(lecture,) for lecture in lecture_names()])
    return course


@pytest.fixture(scope="module")
def mixed(released) -> tuple[dict, dict]:
    """Their marks and ours, by lecture and exercise, of one student who has every second answer wrong.

    Exercises that use Keras stay untouched: it is not installed beside nbgrader here, it takes 2 GB.
    """
    walls_hold()
    for lecture in OTHER_LECTURES:
        right, wrong = classroom.right_answers(1, lecture), classroom.wrong_answers(1, lecture)
        with_keras = {exercise.name for exercise in classroom.exercises(lecture) if exercise.uses_keras}
        named = [name for name in right if name not in with_keras]
        answers = {name: (wrong if turn % 2 else right)[name] for turn, name in enumerate(named)}
        released.hand_in("mixed", short(classroom.notebook_with(answers, lecture)), lecture)
    released.for_each("autograde", [(lecture, "mixed") for lecture in OTHER_LECTURES])
    theirs = {lecture: students["mixed"] for lecture, students in released.marks().items() if students}
    ours: dict[str, dict[str, float]] = {}
    for (_, lecture, exercise), points in graded(released, released.folder.parent / "ours").items():
        ours.setdefault(lecture, {})[exercise] = points
    return theirs, ours


@pytest.fixture(scope="module")
def compared(course) -> Comparison:
    walls_hold()
    course.source(LECTURE)
    course.nbgrader("generate_assignment", LECTURE)
    for student, notebook in the_class(course.release(LECTURE)).items():
        course.hand_in(student, notebook)
    course.nbgrader("autograde", LECTURE)
    course.nbgrader("export", "--to", course.folder / "theirs.csv")
    out = course.folder.parent / "ours"
    ours: dict[str, dict[str, float]] = {}
    for (student, _, exercise), points in graded(course, out).items():
        ours.setdefault(student, {})[exercise] = points
    export = [sys.executable, "-m", "helpers.cli", "export", out, "--format", "nbgrader"]
    subprocess.run(export, check=True, capture_output=True, timeout=120)
    found = Comparison(course.marks()[LECTURE], ours, rows(course.folder / "theirs.csv"), rows(out / "nbgrader.csv"))
    for student in found.ours:
        print(f"{student}: nbgrader {sum(found.theirs[student].values()):g}, ours {sum(ours[student].values()):g}")
    return found


def graded(course: Course, out: Path) -> dict[tuple[str, str, str], float]:
    """Our marks for what lies in nbgrader's folder, by student, lecture and exercise."""
    grade = [sys.executable, "-m", "helpers.cli", "grade", course.folder / "submitted", "--out", out, "--seed", "1"]
    subprocess.run([*grade, "--limit-seconds", "6"], check=True, capture_output=True, timeout=TIMEOUT)
    ours: Counter = Counter()
    for row in rows(out / "results.csv"):
        ours[row["student"], row["lecture"], row["exercise"]] += float(row["points"])
    return ours


def rows(path: Path) -> list[dict[str, str]]:
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@proves(*MARKS)
@pytest.mark.slow
@pytest.mark.parametrize("lecture", lecture_names())
def test_nbgrader_releases_what_we_release(released, lecture):
    theirs = json.loads(released.release(lecture).read_text(encoding="utf-8"))["cells"]
    ours = json.loads((NOTEBOOKS / f"{lecture}.ipynb").read_text(encoding="utf-8"))["cells"]
    # What looks for the course, the words and what leads to the next lecture, the build puts around it.
    beginnings = ("# This cell looks for", "[The words of", "## The words of", "**Next:**")
    around = [cell for cell in ours if "".join(cell["source"]).startswith(beginnings)]
    assert not any("nbgrader" in cell["metadata"] for cell in around)
    ours = [cell for cell in ours if cell not in around]
    questions = {question.name for question in classroom.questions(lecture)}
    for their, our in zip(theirs, ours, strict=True):
        role = our["metadata"].get("nbgrader", {})
        stub = (
            "# YOUR CODE HERE\nraise NotImplementedError()"  # ours leaves it out at the top level, where it would stop
        )
        expected = "".join(our["source"]) + (f"\n{stub}" if role.get("grade_id") in questions else "")
        assert "".join(their["source"]) == expected
        assert their["metadata"].get("nbgrader", {}).items() >= {k: v for k, v in role.items() if k != "points"}.items()
        assert float(their["metadata"].get("nbgrader", {}).get("points", 0)) == role.get("points", 0)


@proves(*MARKS)
@pytest.mark.slow
@pytest.mark.parametrize("lecture", OTHER_LECTURES)
def test_marks_are_equal_in_every_other_lecture(mixed, lecture):
    theirs, ours = (marks[lecture] for marks in mixed)
    print(f"{lecture}: nbgrader {sum(theirs.values()):g}, ours {sum(ours.values()):g}, of {len(ours)} exercises")
    assert theirs == ours
    assert 0 < sum(ours.values()) < sum(exercise.points for exercise in exercises_of(lecture)) or len(ours) == 1


@proves(*MARKS)
@pytest.mark.slow
def test_marks_are_equal_for_every_exercise(compared):
    different = {
        (student, name): (compared.theirs[student][name], mark)
        for student, own in compared.ours.items()
        for name, mark in own.items()
        if compared.theirs[student][name] != mark
    }
    assert set(different) == {("by-heart", "dead_fraction")}


@proves(*MARKS)
@pytest.mark.slow
def test_they_differ_where_only_fresh_inputs_and_walls_can_tell(compared):
    assert compared.theirs["copies"]["leaky_relu"] == compared.ours["copies"]["leaky_relu"] == 0
    assert compared.theirs["by-heart"]["dead_fraction"] == POINTS["dead_fraction"]
    assert compared.ours["by-heart"]["dead_fraction"] < POINTS["dead_fraction"]


@proves(*MARKS)
@pytest.mark.slow
def test_the_marks_are_those_that_the_answers_deserve(compared):
    for student in ("whole", "other-spelling", "awkward"):
        assert compared.theirs[student] == POINTS, student
    for student in ("untouched", "untouched-nbgraders-own"):
        assert compared.theirs[student] == dict.fromkeys(POINTS, 0.0), student
    assert {name for name, mark in compared.theirs["broken"].items() if mark == 0} == set(BROKEN)
    assert {name for name, mark in compared.theirs["loops"].items() if mark == 0} == set(LOOPS)
    for turn in (0, 1):
        for exercise in classroom.exercises():
            wrong = exercise.mistakes[turn % len(exercise.mistakes)]
            assert compared.theirs[f"wrong-{turn}"][exercise.name] == classroom.predicted(exercise, wrong, 1).points


@proves(*MARKS)
@pytest.mark.slow
def test_our_table_is_nbgraders_table(compared):
    assert tuple(compared.their_rows[0]) == tuple(compared.our_rows[0]) == nbgrader.COLUMNS
    ours = {row["student_id"]: row for row in compared.our_rows}
    for row in compared.their_rows:
        if row["assignment"] == LECTURE and row["student_id"] != "by-heart":
            times = {"duedate": "", "timestamp": ""}  # ours are those of course.toml and of the systems
            assert ours[row["student_id"]] | times == row | times


@proves(*MARKS)
@pytest.mark.slow
def test_an_answer_that_exits_costs_one_exercise_here_and_the_whole_notebook_there(course, compared, tmp_path):
    """nbgrader loses the kernel, and with it the submission; it says so and marks nothing."""
    notebook = short(classroom.notebook_with(classroom.right_answers(0) | EXITS))
    course.hand_in("exits", notebook)
    course.nbgrader("autograde", LECTURE, "--student", "exits", fails=True)
    assert not any(course.marks()[LECTURE].get("exits", {}).values())
    classroom.write_submission(tmp_path / "in", "exits", notebook)
    grade = [sys.executable, "-m", "helpers.cli", "grade", tmp_path / "in", "--out", tmp_path / "out"]
    subprocess.run(grade, check=True, capture_output=True, timeout=120)
    (row,) = rows(tmp_path / "out" / "grades.csv")
    assert float(row["total"]) == sum(POINTS.values()) - POINTS["leaky_relu"]


@proves(*MARKS)
@pytest.mark.slow
def test_nbgraders_validate_tells_a_learner_which_checks_fail(course, tmp_path):
    (tmp_path / "right.ipynb").write_text(json.dumps(short(classroom.notebook_with(classroom.right_answers(0)))))
    one_wrong = classroom.right_answers(0) | {"leaky_relu": "def leaky_relu(x, alpha=0.01):\n    return x"}
    (tmp_path / "wrong.ipynb").write_text(json.dumps(short(classroom.notebook_with(one_wrong))))
    assert "Success! Your notebook passes all the tests." in course.nbgrader("validate", tmp_path / "right.ipynb")
    told = course.nbgrader("validate", tmp_path / "wrong.ipynb")
    assert "VALIDATION FAILED ON 1 CELL(S)" in told
    assert "check(leaky_relu)" in told


# --- What a check cell shows where nbgrader marks ----------------------------------------------------------------

In: list[str] = []  # IPython's list of inputs, in the globals of the cell that calls `check`


@pytest.fixture
def nbgrader_marks(monkeypatch):
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    monkeypatch.setattr(sys.modules[__name__], "In", [])
    return In


def right(x, alpha=0.01):
    return np.where(x > 0, x, alpha * x)


def test_the_text_of_a_check_is_a_number_and_nothing_else(nbgrader_marks):
    shown = {
        "right": check(leaky_relu=right),
        "wrong": check(leaky_relu=lambda x, alpha=0.01: x),
        "stub": check(hidden_activation_choice=...),
        "no exercise": check(no_such_exercise=right),
        "no name": check(lambda x: x),
        "too many": check(right, leaky_relu=right),
    }
    marks = {name: float(repr(result)) for name, result in shown.items()}
    assert marks == dict.fromkeys(shown, 0.0) | {"right": POINTS["leaky_relu"], "wrong": marks["wrong"]}
    assert 0 <= marks["wrong"] < POINTS["leaky_relu"]
    assert "leaky_relu" in shown["right"]._repr_html_()


def test_a_print_to_stderr_does_not_reach_nbgrader(nbgrader_marks, capsys):
    def talks(x, alpha=0.01):
        print("thinking", file=sys.stderr)
        return right(x, alpha)

    assert float(repr(check(leaky_relu=talks))) == POINTS["leaky_relu"]
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("mode", [None, "", "1"])
def test_elsewhere_a_check_speaks_to_the_learner(monkeypatch, mode):
    monkeypatch.delenv("NBGRADER_EXECUTION", raising=False)
    if mode is not None:
        monkeypatch.setenv("NBGRADER_EXECUTION", mode)
    assert "leaky_relu: correct" in repr(check(leaky_relu=right))
