"""A class whose exercises ask for different things: what each is told at home, and what each is marked by."""

import ast
import csv
import io
import json
import subprocess
import sys
import zipfile

import nbformat
import numpy as np
import pytest

from helpers.grading import keys
from helpers.grading.grade import Order, grade
from helpers.grading.gradebook import Gradebook
from helpers.grading.marking import GRADER_FAULT, NO_VARIANT, UNKNOWN_VARIANT
from helpers.handout import recording
from helpers.handout.people import write_for
from helpers.handout.reading import DECLARATIONS, read
from helpers.judging.choices import choice_of
from helpers.judging.examination import public_examination
from helpers.judging.judge import CORRECT, UNDECIDED, judge
from helpers.lectures import exercise_named
from helpers.sandbox.observe import observe
from tests.conftest import walls_hold

LECTURE = "04_activations"
NAMES = {name: [choice.name for choice in exercise_named(name).choices] for name in ("leaky_relu", "elu")}
HONEST = [f"s{number}" for number in range(6)]
COPIER, COURSE, LIAR, STRANGER = "copier", "course", "liar", "stranger"
PEOPLE = [*HONEST, COPIER, COURSE, LIAR]
ANSWERS = {
    "leaky_relu": "def leaky_relu(x, alpha={0}):\n    return np.where(x > 0, x, alpha * x)",
    "elu": "def elu(x, alpha={0}):\n    return np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0)))",
}
DEFAULTS = {"leaky_relu": "0.01", "elu": "1.0"}


def default_of(choice):
    return choice.split()[2]  # alpha = 0.02 by default


class Class:
    """The hand-out of a lecture, the notebooks that came back, and what they are marked with."""

    def __init__(self, folder):
        self.folder, self.work, self.out = folder, folder / "work", folder / "out"
        rows = [["Username", "Full name"], *([name, f"Person {name}"] for name in PEOPLE)]
        with open(folder / "roster.csv", "w", newline="") as file:
            csv.writer(file).writerows(rows)
        # Seeds that are not drawn: that somebody has another choice than somebody else does not change from run to run.
        holders = tuple(keys.Holder(name, seed=f"seed of {name}") for name in PEOPLE)
        (folder / "week").mkdir()
        keys.write(folder / "week" / keys.FILE, keys.Keys(people=holders))
        write_for(folder / "week" / "week.zip", folder / "roster.csv", lectures=[LECTURE])
        with zipfile.ZipFile(folder / "week" / "week.zip") as archive:
            self.sheets = {
                name: nbformat.reads(archive.read(f"people/{name}/{LECTURE}.ipynb").decode(), as_version=4)
                for name in PEOPLE
            }
            self.home = folder / "home"
            with zipfile.ZipFile(io.BytesIO(archive.read("everyone.zip"))) as everyone:
                everyone.extractall(self.home)
        for student in (*PEOPLE, STRANGER):
            self.hand_in(student)

    def choice(self, student, exercise):
        return choice_of(exercise, NAMES[exercise], f"seed of {student}")

    def first_cell(self, student):
        return next(cell.source for cell in self.sheets[student].cells if cell.cell_type == "code")

    def answers(self, student):
        """What a student writes. The liar writes what the course asks, and lets the first cell say that it is right."""
        if student in (COURSE, LIAR, STRANGER):
            return {name: text.format(DEFAULTS[name]) for name, text in ANSWERS.items()}
        from_whom = HONEST[0] if student == COPIER else student
        return {name: text.format(default_of(self.choice(from_whom, name))) for name, text in ANSWERS.items()}

    def hand_in(self, student):
        sheet = nbformat.from_dict(self.sheets.get(student, self.sheets[HONEST[0]]))
        answers = self.answers(student)
        cells = []
        for cell in sheet.cells:
            own = answers.get(cell.metadata.get("nbgrader", {}).get("grade_id"))
            cells.append(cell | {"source": own} if own else cell)
            if student == LIAR and "opened(" in cell.source:
                cells[-1] = cell | {"source": cell.source.replace(self.choice(LIAR, "elu"), "alpha = 1.0 by default")}
        path = self.work / student / f"{LECTURE}.ipynb"
        path.parent.mkdir(parents=True)
        path.write_text(nbformat.writes(nbformat.from_dict({**sheet, "cells": cells})))

    def mark(self):
        return grade(Order(self.work, self.out, jobs=1, seed=3, variants=self.folder / "week" / keys.FILE))

    def verdicts(self, exercise):
        with Gradebook(self.out / "gradebook.db") as book:
            return {
                paper.student: verdict
                for paper in book.submissions()
                for verdict in paper.verdicts
                if verdict.exercise == exercise
            }

    def said_at_home(self, code):
        """What a check prints where nothing of the course is but the hand-out."""
        done = subprocess.run(
            [sys.executable, "-c", code],
            cwd=self.home,
            env={"PATH": "", "COURSE_PROGRESS": "off"},
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout


@pytest.fixture(scope="module")
def class_(tmp_path_factory):
    walls_hold()
    made = Class(tmp_path_factory.mktemp("class"))
    made.summary = made.mark()
    return made


# The notebook, and what a check says.


def test_each_notebook_asks_for_the_choice_of_its_person_and_says_so_in_its_first_cell(class_):
    for student, sheet in class_.sheets.items():
        nbformat.validate(sheet)
        (call,) = [n for n in ast.walk(ast.parse(class_.first_cell(student))) if getattr(n, "keywords", None)]
        assert {one.arg: one.value.value for one in call.keywords} == {
            name: class_.choice(student, name) for name in NAMES
        }
        text = "\n".join(cell.source for cell in sheet.cells)
        for name in NAMES:
            assert text.count(f"**Your variant: {class_.choice(student, name)}.**") >= 1
            assert f"def {name}(x, alpha={default_of(class_.choice(student, name))}):" in text
            assert not [c for c in NAMES[name] if c != class_.choice(student, name) and f'{name}="{c}"' in text]


CHECKS = "\nimport numpy as np\nfrom helpers import check, hint\n{0}\nprint(check(leaky_relu)); print(check(elu))"


def test_a_check_judges_by_the_notebook_and_tells_whoever_answered_something_else(class_):
    student = HONEST[0]
    own = class_.said_at_home(class_.first_cell(student) + CHECKS.format("\n".join(class_.answers(student).values())))
    assert "✓ leaky_relu: correct, 4 of 4 points" in own
    assert "✓ elu: correct" in own
    said = class_.said_at_home(class_.first_cell(student) + CHECKS.format("\n".join(class_.answers(COURSE).values())))
    assert "✗ leaky_relu" in said
    for name in NAMES:
        asked = class_.choice(student, name)
        assert f"This is what the course asks elsewhere. Your notebook asks for {asked}: read the task again." in said
    other = next(name for name in NAMES["elu"] if name != class_.choice(student, "elu"))
    answers = class_.answers(student) | {"elu": ANSWERS["elu"].format(default_of(other))}
    said = class_.said_at_home(class_.first_cell(student) + CHECKS.format("\n".join(answers.values())))
    assert f"This is right for {other}. Your notebook asks for {class_.choice(student, 'elu')}" in said


def test_without_the_first_cell_or_with_one_that_was_changed_a_check_says_what_to_do(class_):
    answers = "\n".join(class_.answers(HONEST[0]).values())
    said = class_.said_at_home(CHECKS.format(answers))
    assert "Run the first code cell of this notebook: it says what leaky_relu asks of you." in said
    assert "points" not in said
    first = class_.first_cell(HONEST[0]).replace(class_.choice(HONEST[0], "elu"), "alpha = 1.0 by default")
    said = class_.said_at_home(first + CHECKS.format(answers))
    assert "says that elu asks for 'alpha = 1.0 by default', which nobody is asked" in said
    assert "✓ leaky_relu: correct" in said


def test_hints_are_those_of_the_choice_and_exercises_that_ask_everybody_the_same_are_checked_as_ever(class_):
    code = "\nimport numpy as np\nfrom helpers import check, hint\nprint(hint('elu'))\n"
    code += "def sigmoid(x):\n    return 0.5 + 0.5 * np.tanh(x / 2)\nprint(check(sigmoid))"
    said = class_.said_at_home(class_.first_cell(HONEST[0]) + code)
    assert "Hint 1 of" in said
    assert "✓ sigmoid: correct" in said


def test_in_an_exam_a_choice_tells_no_more_than_anything_else(tmp_path):
    recording.record([exercise_named("elu")], tmp_path, exam={"elu"}, variants=True)
    (there,) = read(tmp_path)
    assert list(there.variants) == NAMES["elu"]
    for own in there.variants.values():
        assert (own.outline, own.hints, own.mistakes) == (True, (), ())
        examination = public_examination(own)
        for answer in (exercise_named("elu").oracle, lambda x, alpha=1.0: np.zeros(np.shape(x))):
            seen = [observe(answer, call) for call in examination.calls]
            assert judge(examination, seen).status == UNDECIDED
    assert "right for" not in (tmp_path / DECLARATIONS).read_text()


# Marks.


def test_everybody_is_marked_by_what_they_were_asked_whatever_the_notebook_says(class_):
    for name in NAMES:
        verdicts = class_.verdicts(name)
        for student in HONEST:
            assert verdicts[student].status == CORRECT, verdicts[student]
        for student in (COURSE, LIAR):
            assert 2 * verdicts[student].points <= verdicts[student].max_points
            assert verdicts[student].mistake == "right for the course"
            assert f"Your notebook asks for {class_.choice(student, name)}" in verdicts[student].message
        copied = class_.choice(HONEST[0], name)
        if copied != class_.choice(COPIER, name):
            assert verdicts[COPIER].mistake == f"right for {copied}"
    assert any(class_.choice(HONEST[0], name) != class_.choice(COPIER, name) for name in NAMES)


def test_whose_choice_is_not_known_waits_and_loses_nothing_else(class_):
    for name in NAMES:
        verdict = class_.verdicts(name)[STRANGER]
        assert (verdict.status, verdict.message, verdict.points) == (GRADER_FAULT, NO_VARIANT, 0)
    assert class_.verdicts("sigmoid")[STRANGER].status == "not attempted"
    assert [
        one for one in class_.summary["remarks"] if one.startswith(STRANGER) and "what differs is not marked" in one
    ]


def test_a_choice_that_the_course_no_longer_has_is_not_marked_by_another(class_, tmp_path):
    path = class_.folder / "week" / keys.FILE
    told = json.loads(path.read_text())
    assert told["choices"] == NAMES
    told["choices"]["elu"] = ["alpha = 9.0 by default", "alpha = 8.0 by default"]
    (tmp_path / keys.FILE).write_text(json.dumps(told))
    out = tmp_path / "out"
    grade(Order(class_.work, out, jobs=1, seed=3, variants=tmp_path / keys.FILE))
    with Gradebook(out / "gradebook.db") as book:
        verdicts = {(p.student, v.exercise): v for p in book.submissions() for v in p.verdicts}
    assert verdicts[HONEST[0], "elu"].message == UNKNOWN_VARIANT
    assert verdicts[HONEST[0], "elu"].status == GRADER_FAULT
    assert verdicts[HONEST[0], "leaky_relu"].status == CORRECT


def test_the_next_hand_out_into_the_same_folder_is_refused_if_other_things_would_be_asked(class_, tmp_path):
    known = keys.read(class_.folder / "week" / keys.FILE)
    changed = known.choices | {"elu": ("another", *known.choices["elu"])}
    with pytest.raises(keys.VariantsError, match="elu asks for other variants than when it was handed out"):
        keys.keys_for(known.people, known, [LECTURE], changed)


@pytest.mark.parametrize("choices", [[], {"elu": []}, {"elu": [1]}, {"elu": None}, "elu"])
def test_a_file_of_variants_with_choices_that_are_none_is_refused(class_, choices, tmp_path):
    told = json.loads((class_.folder / "week" / keys.FILE).read_text()) | {"choices": choices}
    (tmp_path / keys.FILE).write_text(json.dumps(told))
    with pytest.raises(keys.VariantsError, match="is no file of variants"):
        keys.read(tmp_path / keys.FILE)


def test_a_file_from_before_exercises_had_choices_marks_functions_as_the_course_asks(class_):
    told = json.loads((class_.folder / "week" / keys.FILE).read_text())
    del told["choices"]
    assert keys.of_told(told).choices == {}
