"""What counts in the end: late work, extensions, excuses, weights, the lowest dropped, letters, rounding."""

import csv
from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest

from helpers.cli import main
from helpers.commands.common import OK, USAGE
from helpers.grading.class_file import ClassFileError, class_of
from helpers.grading.collecting.arrivals import FILE_TIME, Arrival
from helpers.grading.gradebook import Gradebook
from helpers.grading.papers import class_papers
from helpers.grading.reckoning import lateness, rounded, total
from helpers.lectures import exercises_of
from tests import classroom

FOUR, SIX, ONE = "04_activations", "06_initialization", "00_start_here"
MOST = sum(exercise.points for exercise in exercises_of(FOUR))
DUE = datetime(2026, 3, 8, 23, 59, tzinfo=UTC)
CLASS = """timezone = "UTC"
[marks]
drop_lowest = 1
round_to = 0.5
letters = { A = 90, "A-" = 85, B = 70, F = 0 }
[late]
grace_minutes = 15
percent_a_day = 10
most_percent = 30
last_day = 5
[lectures.04_activations]
points = 100
weight = 2
due = 2026-03-08T23:59:00
[lectures.06_initialization]
due = 2026-03-15
[lectures.00_start_here]
extra_credit = true
weight = 1
[[people]]
student = "ada"
name = "Ada Lovelace"
email = "ada@example.org"
extensions = { 04_activations = 2026-03-10T23:59:00 }
[[people]]
student = "bob"
excused = ["06_initialization"]
"""


def class_file(folder, text=CLASS):
    folder.mkdir(exist_ok=True)
    (folder / "course.toml").write_text(text, encoding="utf-8")
    return class_of(folder)


@pytest.mark.parametrize(
    ("student", "later", "deduction", "days"),
    [
        ("eve", timedelta(0), 0, 0),
        ("eve", timedelta(minutes=15), 0, 0),  # within the grace
        ("eve", timedelta(minutes=16), 10, 1),
        ("eve", timedelta(days=1), 10, 1),
        ("eve", timedelta(days=1, seconds=1), 20, 2),
        ("eve", timedelta(days=5), 30, 5),  # never more than 30 %
        ("eve", timedelta(days=6), 80, 6),  # nothing counts any more
        ("ada", timedelta(days=2), 0, 0),  # has an extension
        ("ada", timedelta(days=3), 10, 1),
    ],
)
def test_late_work_loses_what_the_class_says(tmp_path, student, later, deduction, days):
    late = lateness(class_file(tmp_path), student, FOUR, Arrival(DUE + later, "Gradescope"), 80, 100)
    assert (late.deduction, late.days) == (deduction, days)
    assert bool(late.why) == bool(days)
    if deduction:
        assert f"80 points were reached, {deduction} are taken off, {80 - deduction} count." in late.why


def test_points_a_day_never_take_more_than_there_is(tmp_path):
    class_ = class_file(tmp_path, f"timezone = 'UTC'\n[late]\npoints_a_day = 3\n[lectures.{FOUR}]\ndue = 2026-03-08")
    assert lateness(class_, "eve", FOUR, Arrival(DUE + timedelta(days=2), "x"), 4, 100).deduction == 4


def test_where_nothing_is_said_nothing_is_taken_and_late_is_still_told(tmp_path):
    class_ = class_file(tmp_path, f"[lectures.{FOUR}]\ndue = 2026-03-08T23:59:00Z")
    late = lateness(class_, "eve", FOUR, Arrival(DUE + timedelta(days=2), "x"), 4, 100)
    assert (late.deduction, late.days) == (0, 2)
    assert "Nothing is taken off." in late.why
    called = lateness(class_of(tmp_path / "nowhere"), "eve", FOUR, Arrival(late=True), 4, 100)
    assert called.deduction == 0
    assert "calls it late" in called.why


def test_a_system_that_only_says_late_and_a_files_own_time_are_told_as_what_they_are(tmp_path):
    class_ = class_file(tmp_path)
    called = lateness(class_, "eve", FOUR, Arrival(DUE - timedelta(days=9), FILE_TIME, late=True), 80, 100)
    assert (called.deduction, called.days) == (10, 1)
    assert "does not say by how much" in called.why
    assert lateness(class_, "ada", FOUR, Arrival(late=True), 80, 100).deduction == 0  # has an extension
    by_file = lateness(class_, "eve", FOUR, Arrival(DUE + timedelta(days=1), FILE_TIME), 80, 100)
    assert by_file.deduction == 10
    assert "the file's own time says so, no system tells" in by_file.why
    without = class_file(tmp_path, CLASS.replace("[late]", "[late]\nfile_times = false"))
    assert lateness(without, "eve", FOUR, Arrival(DUE + timedelta(days=1), FILE_TIME), 80, 100).deduction == 0


def test_a_total_weighs_drops_excuses_and_adds_and_says_so(tmp_path):
    class_ = class_file(tmp_path, CLASS.replace("drop_lowest = 1", "drop_lowest = 0"))
    six = class_.lectures[SIX].points
    marks = [(FOUR, MOST / 2, MOST), (SIX, six, six), (ONE, 1.0, 2.0)]
    ada, bob = (total(class_, student, marks) for student in ("ada", "bob"))
    share = (2 * Fraction(1, 2) + Fraction(six) + Fraction(1, 2)) / (2 + Fraction(six))
    assert ada.percent == rounded(100 * share, 0.5, "half up")
    assert bob.percent == 75.0  # 2 x 50 % and 1 x 50 % extra, over a weight of 2
    assert (bob.letter, ada.letter) == ("B", "A")
    said = " ".join(bob.why)
    assert f"{SIX} is excused" in said
    assert f"{ONE} is extra credit" in said
    assert "B is given from 70 %" in said
    dropped = total(class_file(tmp_path), "ada", marks)
    assert [line.lecture for line in dropped.lines if line.counts == "dropped"] == [FOUR]
    assert f"{FOUR} is dropped: it is the lowest." in dropped.why
    assert dropped.percent == rounded(100 * (1 + Fraction(1, 2) / Fraction(six)), 0.5, "half up")


@pytest.mark.parametrize(
    ("value", "step", "mode", "result"),
    [(89.95, 0.1, "half up", 90.0), (0.15, 0.1, "half up", 0.2), (84.99, 1, "down", 84), (84.01, 1, "up", 85)],
)
def test_rounding_is_that_of_the_decimal_number_that_one_reads(value, step, mode, result):
    assert rounded(Fraction(repr(value)), step, mode) == result


def test_the_tables_and_pages_show_both_numbers_and_the_reason(tmp_path, capsys):
    out = classroom.write_gradebook(tmp_path, {"ada": {FOUR: 1.0, SIX: 0.5}, "bob": {FOUR: 1.0}})
    with Gradebook(out / "gradebook.db") as book:
        book.arrived(("bob", FOUR), "x", "", Arrival(DUE + timedelta(days=1), "Blackboard"))
    class_file(out, CLASS.replace("drop_lowest = 1", ""))
    assert main(["report", str(out)]) == OK
    with open(out / "grades.csv", newline="", encoding="utf-8") as file:
        rows = {row["student"]: row for row in csv.DictReader(file)}
    assert rows["bob"] | {"letter": ""} == {
        "student": "bob",
        FOUR: f"{0.9 * MOST:g}",
        SIX: "EX",
        "total": "90",
        "max_total": "100",
        "percent": "90.0",
        "letter": "",
    }
    assert rows["bob"]["letter"] == "A"
    with open(out / "results.csv", newline="", encoding="utf-8") as file:
        own = [row for row in csv.DictReader(file) if (row["student"], row["lecture"]) == ("bob", FOUR)]
    assert sum(float(row["points"]) for row in own) == pytest.approx(0.9 * MOST)
    assert "Late by 1 day" in own[-1]["message"]
    page = (out / "feedback" / "bob" / f"{FOUR}.html").read_text(encoding="utf-8")
    assert f"{MOST} points were reached, {0.1 * MOST:g} are taken off, {0.9 * MOST:g} count." in page
    assert "Your total so far: 90 %, A" in page
    assert f"{SIX} is excused" in page


def test_without_a_class_file_the_total_is_the_sum_of_points(tmp_path):
    out = classroom.write_gradebook(tmp_path, {"ada": {FOUR: 1.0, SIX: 0.5}})
    with Gradebook(out / "gradebook.db") as book:
        papers = class_papers(book)
    assert papers[0].total.points == sum(paper.points for paper in papers)
    assert papers[0].total.max_points == sum(paper.max_points for paper in papers)


BROKEN = {
    "no TOML": (CLASS.replace("drop_lowest = 1", "drop_lowest = "), 3, "not valid TOML"),
    "an unknown key": (CLASS.replace("weight = 2", "wieght = 2"), 13, "did you mean weight"),
    "an unknown lecture": (CLASS.replace("lectures.04_activations", "lectures.04_activation"), 11, "did you mean 04_"),
    "a number that is none": (CLASS.replace("weight = 2", 'weight = "2"'), 13, "a number from 0"),
    "a date in quotes": (CLASS.replace("2026-03-15", '"15 March"'), 16, "without quotes"),
    "a person twice": (CLASS.replace('"bob"', '"Ada"'), 26, "twice"),
    "one identifier for two": (CLASS + 'ids = ["ada@example.org"]', 28, "belongs to ada"),
    "an extension for nothing": (CLASS.replace("{ 04_activations = 2026", "{ 4 = 2026"), 24, "no lecture"),
    "two late policies": (CLASS.replace("last_day = 5", "points_a_day = 5"), 8, "one of them"),
    "a zone that is none": (CLASS.replace("UTC", "Taipeh"), 1, "no time zone"),
    "people without a list": ("[people]\nname = 1", 1, "two brackets"),
    "a number of Moodle for nobody": (CLASS + '[[moodle]]\nstudent = "eve"\nnumber = "1"', 29, "nobody above"),
}


@pytest.mark.parametrize(("text", "line", "sentence"), BROKEN.values(), ids=BROKEN)
def test_a_broken_class_file_names_the_line_and_what_to_do(tmp_path, text, line, sentence):
    with pytest.raises(ClassFileError, match=sentence) as error:
        class_file(tmp_path, text)
    assert f"line {line}" in str(error.value)


def test_a_broken_class_file_stops_the_command_before_anything_is_written(tmp_path, capsys):
    out = classroom.write_gradebook(tmp_path, {"ada": {FOUR: 1.0}})
    (out / "course.toml").write_text("[late]\npercent = 3\n", encoding="utf-8")
    assert main(["report", str(out)]) == USAGE
    assert "course.toml, line 2: 'percent' is not known here" in capsys.readouterr().err
    assert not (out / "grades.csv").exists()


BROKEN = {  # what is wrong stands on the last line that is not empty
    "a list that is not closed": '[marks]\nround_to = 1\n[[people]]\nstudent = "ada"\nids = ["1", "2"\n\n',
    "a text that is not closed": '[[people]]\nstudent = "ada"\nname = """Ada\n\n\n',
    "a text that ends with the file": '[marks]\nround_to = 1\n[[people]]\nstudent = "ada',
    "quotes of a word processor": "[[people]]\nstudent = “ada”\n",
    "a day that does not exist": "[lectures.04_activations]\ndue = 2026-02-30\n",
    "a heading with spaces": '[lectures.00_start_here]\ndue = 2026-02-20\n[ lectures . 04_activations ]\ndue = "x"\n',
    "keys with dots": 'lectures.00_start_here.due = 2026-02-20\nlectures.04_activations.due = "x"\n',
    "tables in lines": '[lectures]\n00_start_here = { due = 2026-02-20 }\n04_activations = { due = "x" }\n',
    "the key in a comment, too": '# due\n[lectures.04_activations]\n# due = 1\npoints = 3\ndue = "x"\n',
    "a table of its own": '[[people]]\nstudent = "ada"\n[people.extensions]\n04_activations = "x"\n',
    "the word in a value, too": '[[people]]\nstudent = "x"\nname = "x"\nexcused = ["x"]\n',
    "people in lines": 'people = [\n {student = "a"},\n {student = "b", nme = "x"},]\n',
    "an unknown zone": "# a zone\ntimezone = []\n",
    "another encoding": '[[people]]\nstudent = "ada"\n[[people]]\nstudent = "José"\n'.encode("latin-1"),
}


@pytest.mark.parametrize("text", BROKEN.values(), ids=BROKEN)
def test_whatever_is_broken_the_line_is_named(tmp_path, text):
    content = text if isinstance(text, bytes) else text.encode()
    (tmp_path / "course.toml").write_bytes(content)
    last = content.decode("latin-1").rstrip().count("\n") + 1
    if '"""' in str(text):
        last = 3  # where the text begins
    with pytest.raises(ClassFileError, match=rf"course\.toml, line {last}: "):
        class_of(tmp_path)
