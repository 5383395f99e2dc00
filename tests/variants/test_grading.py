"""A class with variants: each is marked by their own, and nobody by somebody else's."""

import csv
import json
import random
import re

import nbformat
import pytest

from helpers.building.source import read_lecture
from helpers.cli import main
from helpers.grading import keys
from helpers.grading.class_check import problems
from helpers.grading.grade import Order, grade
from helpers.grading.gradebook import Gradebook
from helpers.grading.marking import GRADER_FAULT, NO_VARIANT
from helpers.handout.notebooks import choices_in, of_variant
from helpers.judging.exercise import Question
from helpers.judging.judge import CORRECT, WRONG
from helpers.lectures import exercise_named, exercises_of
from helpers.variants.letters import options, question_cells
from tests.conftest import walls_hold

LECTURES = ("04_activations", "05_losses", "09_regularization")
QUESTIONS = {e.name: e for lecture in LECTURES for e in exercises_of(lecture) if isinstance(e, Question)}
CHOICES = {name: tuple(names) for lecture in LECTURES for name, names in choices_in(lecture).items()}
KNOWN = [f"s{number:02d}" for number in range(11)]
COPIED, COPIER, BROKEN, SWAPPED, UNKNOWN = "s00", "s08", "s09", "s10", "guest"


class Class:
    """Twelve people, what they read, what they answered, and the marks that they must get."""

    def __init__(self, folder):
        self.folder, self.work, self.out = folder, folder / "work", folder / "out"
        self.variants = folder / keys.FILE
        # Seeds that are not drawn: whose letters chance makes right does not change from run to run.
        self.keys = keys.Keys(
            LECTURES, tuple(keys.Holder(name, f"Person {name}", seed=f"seed of {name}") for name in KNOWN), CHOICES
        )
        keys.write(self.variants, self.keys)
        self.seeds = {one.student: one.seed for one in self.keys.people}
        self.sheets = {lecture: read_lecture(lecture) for lecture in LECTURES}
        for sheet in self.sheets.values():
            sheet.metadata.course["handout"] = {"digest": "0123456789ab"}
        self.course = {n: options(c.source) for x in LECTURES for n, c in question_cells(self.sheets[x], x).items()}
        self.points = {}
        for number, student in enumerate([*KNOWN, UNKNOWN]):
            self.hand_in(student, random.Random(number))

    def hand_in(self, student, rng):
        """Like a person: read the options in one's own notebook, and type the letter of what one believes."""
        seed = self.seeds.get(student, "a seed of nobody")
        copied = self.seeds[COPIED]
        for lecture, sheet in self.sheets.items():
            read = of_variant(sheet, lecture, seed)
            told = {**read.metadata.course.handout}
            if student == SWAPPED:
                told["variant"] = keys.tag(self.seeds["s01"])
            cells = []
            for name, cell in question_cells(read, lecture).items():
                right = self.course[name][QUESTIONS[name].answer]
                if student == COPIER:
                    there = options(question_cells(of_variant(sheet, lecture, copied), lecture)[name].source)
                    letter = next(letter for letter, words in there.items() if words == right)
                else:
                    believed = right if student == COPIED else rng.choice([right, *self.course[name].values()])
                    letter = next(letter for letter, words in options(cell.source).items() if words == believed)
                cells.append(nbformat.v4.new_code_cell(f'{name} = "{letter}"'))
                own = options(cell.source)[letter]
                self.points[student, name] = QUESTIONS[name].points if own == right else 0
            notebook = nbformat.v4.new_notebook(cells=cells, metadata={"course": {"lecture": lecture, "handout": told}})
            path = self.work / student / f"{lecture}.ipynb"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(nbformat.writes(notebook))

    def break_entry(self):
        told = json.loads(self.variants.read_text())
        (entry,) = [one for one in told["people"] if one["student"] == BROKEN]
        entry["seed"] = self.seeds["s01"]
        self.variants.write_text(json.dumps(told))

    def verdicts(self):
        with Gradebook(self.out / "gradebook.db") as book:
            return {
                (paper.student, verdict.exercise): verdict
                for paper in book.submissions()
                for verdict in paper.verdicts
                if verdict.exercise in QUESTIONS
            }


@pytest.fixture(scope="module")
def marked(tmp_path_factory):
    walls_hold()
    class_ = Class(tmp_path_factory.mktemp("class"))
    class_.break_entry()
    class_.summary = grade(Order(class_.work, class_.out, jobs=1, seed=3, variants=class_.variants))
    return class_


def remark(marked, start):
    (found,) = [one for one in marked.summary["remarks"] if one.startswith(start)]
    return found


def test_each_is_marked_by_their_own_variant(marked):
    for (student, name), verdict in marked.verdicts().items():
        if student not in (BROKEN, UNKNOWN):
            assert verdict.points == marked.points[student, name], (student, name)
            assert verdict.status == (CORRECT if verdict.points else WRONG)
            # The sentence is about what the person read.
            assert verdict.message == ("" if verdict.points else exercise_named(name).why_wrong[verdict.mistake])
    assert sum(marked.points[COPIER, name] for name in QUESTIONS) < sum(q.points for q in QUESTIONS.values()) / 2


def test_whose_variant_is_not_known_is_not_marked_by_another_and_is_not_lost(marked):
    for student in (BROKEN, UNKNOWN):
        own = {name: verdict for (who, name), verdict in marked.verdicts().items() if who == student}
        assert set(own) == set(QUESTIONS)
        assert {(one.status, one.message, one.points) for one in own.values()} == {(GRADER_FAULT, NO_VARIANT, 0)}
    with Gradebook(marked.out / "gradebook.db") as book:
        assert {*KNOWN, UNKNOWN} == set(book.students())
        others = [
            v for p in book.submissions() for v in p.verdicts if p.student == UNKNOWN and v.exercise not in QUESTIONS
        ]
    assert {one.status for one in others if one.exercise not in CHOICES} == {"missing"}
    assert {one.message for one in others if one.exercise in CHOICES} == {NO_VARIANT}
    assert "was changed or damaged, so what differs is not marked" in remark(marked, f"{BROKEN} ({LECTURES[0]})")
    assert "does not name this person, so what differs is not marked" in remark(marked, UNKNOWN)


def test_the_check_of_the_class_names_whose_variant_is_not_known(marked):
    (marked.out / "course.toml").write_text("")
    try:
        (found,) = [one for one in problems(marked.out)[1] if "variant" in one]
    finally:
        (marked.out / "course.toml").unlink()
    assert found.endswith(f": {UNKNOWN}, {BROKEN}")


def test_what_a_notebook_says_of_its_variant_is_told_and_decides_nothing(marked):
    assert "came with the variant of s01; it was marked by that of its student" in remark(marked, SWAPPED)


def test_the_report_names_whose_letters_fit_another_variant_and_the_page_of_the_student_does_not(marked):
    with open(marked.out / "variants.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["student"], row["fits_variant_of"]) for row in rows] == [(COPIER, COPIED)]
    wrong = sum(marked.points[COPIER, name] == 0 for name in QUESTIONS)
    assert (rows[0]["wrong_answers"], rows[0]["right_there"]) == (str(wrong), str(wrong))
    assert 0 < float(rows[0]["chance"]) < 0.05
    section = re.search(r'<section id="variants".*?</section>', (marked.out / "report.html").read_text(), re.DOTALL)[0]
    assert section.count("<tr>") == 2
    assert COPIER in section
    for path in (marked.out / "feedback" / COPIER).iterdir():
        page = path.read_text().partition("</style>")[2]
        assert COPIED not in page
        assert "variant" not in page


def test_no_seed_stands_in_a_page_or_table(marked):
    for path in marked.out.rglob("*"):
        if path.suffix in (".csv", ".html"):
            assert not any(seed in path.read_text() for seed in marked.seeds.values())


def test_a_file_that_cannot_be_read_is_refused_and_no_mark_changes(marked, tmp_path, capsys):
    before = (marked.out / "gradebook.db").read_bytes()
    for content in ("{", "[]", "student,seed\n", '{"format": 9}'):
        (tmp_path / keys.FILE).write_text(content)
        arguments = ["grade", str(marked.work), "--out", str(marked.out), "--variants", str(tmp_path / keys.FILE)]
        assert main(arguments) == 2
        assert keys.FILE in capsys.readouterr().err
    assert main([*arguments[:-1], str(tmp_path / "nothing.json")]) == 2
    assert (marked.out / "gradebook.db").read_bytes() == before
    arguments[3] = str(tmp_path / "new")
    assert main(arguments) == 2
    assert not (tmp_path / "new").exists()


def test_graded_again_the_variants_are_known_and_the_whole_file_heals_what_was_left(marked):
    again = grade(Order(marked.work, marked.out, jobs=1))
    assert (again["marked"], again["kept"]) == (2 * len(LECTURES), (len(KNOWN) - 1) * len(LECTURES))
    keys.write(marked.variants, marked.keys)
    healed = grade(Order(marked.work, marked.out, jobs=1, variants=marked.variants))
    assert healed["grader_faults"] == len(QUESTIONS) + len(CHOICES)  # those of the guest
    verdicts = marked.verdicts()
    assert all(verdicts[BROKEN, name].points == marked.points[BROKEN, name] for name in QUESTIONS)
