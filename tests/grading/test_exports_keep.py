"""What stands in another system is what stands there after an import, but for the marks that the gradebook has."""

import csv
import json
import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from helpers.cli import main
from helpers.commands.common import OK, PROBLEM, USAGE
from helpers.grading.collecting.arrivals import Arrival
from helpers.grading.gradebook import Gradebook
from helpers.lectures import exercises_of
from tests import classroom, importers
from tests.classroom import LECTURE

FIRST = "00_start_here"
MOST = {lecture: float(sum(e.points for e in exercises_of(lecture))) for lecture in (FIRST, LECTURE)}
ASSIGNMENTS = {LECTURE: f"{LECTURE} (4711)", FIRST: f"{FIRST} (4712)"}
NAMES = {"ada": "Lovelace, Ada", "bob": "Byron, Bob", "cyd": "Charisse, Cyd", "dan": "Dare, Dan", "eve": "Eden, Eve"}
IDS = {login: str(11 + i) for i, login in enumerate(NAMES)}
# Ada handed in both, Bob the first; Cyd is excused in Canvas and handed in; Dan has an empty folder; Eve is absent.
SHARES = {"ada": {LECTURE: 0.5, FIRST: 1.0}, "bob": {FIRST: 0.5}, "cyd": {LECTURE: 1.0}, "dan": {}}
STOOD = {
    ("ada", LECTURE): "3",
    ("bob", LECTURE): "7,5",  # a site with decimal commas
    ("cyd", LECTURE): "EX",
    ("dan", LECTURE): "41",
    ("eve", LECTURE): "-1",  # a correction by hand
    ("dan", FIRST): "",
    ("eve", FIRST): "N/A",
}


def write(path, rows, separator=","):
    with open(path, "w", newline="", encoding="utf-8") as file:
        csv.writer(file, delimiter=separator).writerows(rows)
    return path


def canvas_export(path, two_names=False, possible=None, separator=","):
    """The gradebook as `lib/gradebook_exporter.rb` writes it, with two groups of one name, which repeat a heading."""
    possible = possible or MOST
    names = ["LastName", "FirstName"] if two_names else ["Student"]
    totals = ["Homework Current Score", "Homework Current Score", "Final Score"]
    head = [*names, "ID", "SIS User ID", "SIS Login ID", "Section", "Notes", *ASSIGNMENTS.values(), *totals]
    empty = [""] * (len(names) + 5)
    rows = [[*empty, "Manual Posting", "", "", "", ""]]
    rows += [["    Points Possible", *empty[1:], *(f"{possible[n]:g}" for n in ASSIGNMENTS), *["(read only)"] * 3]]
    for login, name in NAMES.items():
        last, first = name.split(", ")
        own = [STOOD.get((login, lecture), "") for lecture in ASSIGNMENTS]
        rows.append(
            [*([last, first] if two_names else [name]), IDS[login], "", login, "A", "a note", *own, "1", "2", "3"]
        )
    return write(path, [head, *rows], separator)


@pytest.fixture
def out(tmp_path):
    return classroom.write_gradebook(tmp_path / "grades", SHARES)


def export(out, *options):
    return main(["export", str(out), *map(str, options)])


def the_truth():
    """What must stand in Canvas afterwards."""
    after = {(IDS[login], ASSIGNMENTS[lecture]): STOOD.get((login, lecture), "") for login in NAMES for lecture in MOST}
    marks = {("ada", LECTURE): 0.5, ("ada", FIRST): 1.0, ("bob", FIRST): 0.5}
    return after | {(IDS[s], ASSIGNMENTS[name]): f"{share * MOST[name]:g}" for (s, name), share in marks.items()}


@pytest.mark.parametrize("separator", [",", ";"])
@pytest.mark.parametrize("two_names", [False, True])
def test_after_an_import_canvas_holds_the_marks_and_all_that_stood_there(out, tmp_path, two_names, separator):
    roster = canvas_export(tmp_path / "roster.csv", two_names, separator=separator)
    assert export(out, "--format", "canvas", "--roster", roster) == OK
    assert importers.canvas_after(out / "canvas.csv", set(IDS.values())) == the_truth()


def test_an_excuse_that_hides_a_mark_is_named(out, tmp_path, capsys):
    export(out, "--format", "canvas", "--roster", canvas_export(tmp_path / "roster.csv"))
    assert f"Charisse, Cyd: EX of Canvas stays; {LECTURE} has {MOST[LECTURE]:g} points" in capsys.readouterr().out


def test_other_points_possible_are_named(out, tmp_path, capsys):
    export(out, "--format", "canvas", "--roster", canvas_export(tmp_path / "roster.csv"))
    assert "is of" not in capsys.readouterr().out
    roster = canvas_export(tmp_path / "roster.csv", possible=MOST | {LECTURE: 100.0})
    export(out, "--format", "canvas", "--roster", roster)
    said = f"{ASSIGNMENTS[LECTURE]} is of 100 points in Canvas, and {LECTURE} gives {MOST[LECTURE]:g}"
    assert said in capsys.readouterr().out


def test_a_preview_lists_every_cell_that_changes_and_writes_nothing(out, tmp_path, capsys):
    roster = canvas_export(tmp_path / "roster.csv")
    before = sorted(path.name for path in out.iterdir())
    assert export(out, "--format", "canvas", "--roster", roster, "--preview") == OK
    printed = capsys.readouterr().out
    assert sorted(path.name for path in out.iterdir()) == before
    listed = re.findall(r"^(.+, .+), (\S+ \(\d+\)): (.+) → (.+)$", printed, re.MULTILINE)
    stood = {(IDS[login], ASSIGNMENTS[lecture]): STOOD.get((login, lecture), "") for login in NAMES for lecture in MOST}
    changed = {key: mark for key, mark in the_truth().items() if mark != stood[key]}
    assert {(IDS[next(s for s in NAMES if NAMES[s] == who)], column): to for who, column, _, to in listed} == changed
    assert f"{len(changed)} cells would change" in printed


def test_zero_is_written_only_when_asked_for_and_only_into_an_empty_cell(out, tmp_path):
    roster = canvas_export(tmp_path / "roster.csv")
    assert export(out, "--format", "canvas", "--roster", roster, "--zeros") == OK
    dan_and_cyd = {(IDS["dan"], ASSIGNMENTS[FIRST]): "0", (IDS["cyd"], ASSIGNMENTS[FIRST]): "0"}
    assert importers.canvas_after(out / "canvas.csv", set(IDS.values())) == the_truth() | dan_and_cyd


def test_a_second_export_into_what_came_of_the_first_changes_nothing(out, tmp_path, capsys):
    export(out, "--format", "canvas", "--roster", canvas_export(tmp_path / "roster.csv"))
    capsys.readouterr()
    again = (out / "canvas.csv").rename(tmp_path / "again.csv")
    assert export(out, "--format", "canvas", "--roster", again, "--preview") == OK
    assert "0 cells would change" in capsys.readouterr().out


def test_only_a_repeated_heading_that_is_needed_is_refused(out, tmp_path, capsys):
    roster = write(
        tmp_path / "r.csv", [["Student", "ID", "SIS Login ID", "SIS Login ID", "Section"], ["A", 1, 2, 3, ""]]
    )
    assert export(out, "--format", "canvas", "--roster", roster) == USAGE
    assert "two columns named 'SIS Login ID'" in capsys.readouterr().err


# --- Moodle --------------------------------------------------------------------------------------------------------

LANGUAGES = {  # recordid, hiddenuser, grade, maximum, lastmodifiedgrade of the language packs
    "en": ("Identifier", "Participant ", "Grade", "Maximum grade", "Last modified (grade)"),
    "de": ("ID", "Teilnehmer/in ", "Bewertung", "Maximale Bewertung", "Zuletzt geändert (Bewertung)"),
    "es": (
        "Identificador",
        "Participante ",
        "Calificación",
        "Calificación máxima",
        "Última modificación (calificación)",
    ),
    "fr": ("Identifiant", "Participant ", "Note", "Note maximale", "Dernière modification (note)"),
    "ja": ("ID", "参加者", "評点", "最大評点", "最終更新日時 (評定)"),
}


def worksheet(path, language, blind=False, maximum=None):
    identifier, participant, grade, most, modified = LANGUAGES[language]
    number = f"{maximum or MOST[LECTURE]:.2f}".replace(".", "." if language in ("en", "ja") else ",")
    head = [identifier, *([] if blind else ["Name", "Mail"]), "Status", grade, most, "Can change", modified, "Comments"]
    rows = []
    for i, (login, name) in enumerate(NAMES.items()):
        last, first = name.split(", ")
        person = [] if blind else [f"{first} {last}", f"{login}@x.org"]
        stood = {"eve": "12,5" if language != "en" else "12.5"}.get(login, "-" if login == "dan" else "")
        rows.append([f"{participant}{101 + i}", *person, "handed in", stood, number, "yes", "-", "-1 for style"])
    return write(path, [head, *rows])


def folders(of, form):
    return {form(NAMES[login].split(", ")[::-1], 101 + i): of.get(login, {}) for i, login in enumerate(NAMES)}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_worksheet_in_any_language_comes_back_with_the_marks_and_nothing_else_changed(tmp_path, language):
    shares = {login: {LECTURE: own[LECTURE]} for login, own in SHARES.items() if LECTURE in own}
    named = folders(shares, lambda name, number: f"Lab 2-{' '.join(name)}_{number}")
    out = classroom.write_gradebook(tmp_path / "grades", named)
    sheet = worksheet(tmp_path / "sheet.csv", language)
    assert export(out, "--format", "moodle", "--only", LECTURE, "--roster", sheet) == OK
    _, participant, grade, *_ = LANGUAGES[language]
    was, now = importers.rows_of(sheet), importers.rows_of(out / "moodle.csv")
    place = was[0].index(grade)
    marks = {row[0].removeprefix(participant): row[place] for row in now[1:]}
    stood = {row[0].removeprefix(participant): row[place] for row in was[1:]}
    expected = {str(101 + list(NAMES).index(s)): f"{own[LECTURE] * MOST[LECTURE]:g}" for s, own in shares.items()}
    assert marks == stood | expected
    assert [row[:place] + row[place + 1 :] for row in now] == [row[:place] + row[place + 1 :] for row in was]


def test_a_blind_worksheet_is_filled_in_by_the_participants_number(tmp_path):
    shares = {login: {LECTURE: own[LECTURE]} for login, own in SHARES.items() if LECTURE in own}
    out = classroom.write_gradebook(tmp_path / "grades", folders(shares, lambda name, number: f"Participant_{number}"))
    sheet = worksheet(tmp_path / "sheet.csv", "en", blind=True)
    assert export(out, "--format", "moodle", "--only", LECTURE, "--roster", sheet) == OK
    grades = importers.moodle_worksheet(out / "moodle.csv")
    assert (grades[101], grades[103], grades[105]) == (f"{MOST[LECTURE] / 2:g}", f"{MOST[LECTURE]:g}", "12.5")


def test_the_number_of_another_assignment_gives_nobody_the_marks_of_somebody_else(tmp_path, capsys):
    out = classroom.write_gradebook(tmp_path / "grades", {"Lab 1-Grace Hopper_101": {LECTURE: 1.0}})
    sheet = worksheet(tmp_path / "sheet.csv", "de")
    assert export(out, "--format", "moodle", "--only", LECTURE, "--roster", sheet) == PROBLEM
    assert importers.rows_of(out / "moodle.csv") == importers.rows_of(sheet)
    assert "Lab 1-Grace Hopper_101 is not in the roster" in capsys.readouterr().out


def test_a_bonus_that_moodle_would_drop_is_named(tmp_path, capsys):
    out = classroom.write_gradebook(tmp_path / "grades", {"Ada Lovelace_101": {LECTURE: 1.0}})
    exercise = exercises_of(LECTURE)[0]
    decision = ("Ada Lovelace_101", LECTURE, exercise.name, str(exercise.points + 1))
    assert main(["adjust", str(out), *decision, "--bonus", "--why", "a new proof"]) == OK
    sheet = worksheet(tmp_path / "sheet.csv", "en")
    assert export(out, "--format", "moodle", "--only", LECTURE, "--roster", sheet) == OK
    assert f"Ada Lovelace has {MOST[LECTURE] + 1:g} points with a bonus" in capsys.readouterr().out


def test_another_maximum_is_refused_in_any_language(tmp_path, capsys):
    out = classroom.write_gradebook(tmp_path / "grades", {"Ada Lovelace_101": {LECTURE: 1.0}})
    sheet = worksheet(tmp_path / "sheet.csv", "fr", maximum=100.0)
    assert export(out, "--format", "moodle", "--only", LECTURE, "--roster", sheet) == USAGE
    assert "maximum is 100,00" in capsys.readouterr().err


def test_moodles_gradebook_is_told_no_mark_where_nothing_was_handed_in(tmp_path):
    out = classroom.write_gradebook(tmp_path / "grades", SHARES)
    roster = write(tmp_path / "r.csv", [["Username", "First name"], *[[login, "x"] for login in NAMES]])
    assert export(out, "--format", "moodle", "--roster", roster) == OK
    grades = importers.moodle_gradebook(out / "moodle.csv", "Username", set(NAMES))
    assert set(grades) == {(login, lecture) for login, own in SHARES.items() for lecture in own}


# --- nbgrader ------------------------------------------------------------------------------------------------------


def test_nobody_has_a_second_row_with_zero_points_in_nbgraders_table(tmp_path, capsys):
    out = classroom.write_gradebook(tmp_path / "grades", {"ada": {LECTURE: 1.0}, "byron_b": {LECTURE: 1.0}})
    roster = write(tmp_path / "r.csv", [["Username", "First name"], ["ada", "Ada"], ["bob", "Bob"], ["eve", "Eve"]])
    assert export(out, "--format", "nbgrader", "--roster", roster) == OK
    header, *rows = importers.rows_of(out / "nbgrader.csv")
    assert {row[header.index("student_id")] for row in rows} == {"ada", "byron_b"}
    assert "2 people of the roster have no row" in capsys.readouterr().out


# --- What course.toml says of a person ---------------------------------------------------------------------------

EXCUSES = """
[late]
points_a_day = 2
file_times = false
[lectures.00_start_here]
[lectures.04_activations]
due = 2026-03-08T23:59:00Z
[[people]]
student = "ada"
excused = ["04_activations"]
[[people]]
student = "bob"
extensions = { 04_activations = 2026-03-09T23:59:00Z }
[[people]]
student = "dan"
excused = ["04_activations", "00_start_here"]
"""


@pytest.fixture
def excusing(out):
    """Ada and Dan are excused, Ada although she handed in; Bob and Cyd handed in a week late by the system's clock."""
    (out / "course.toml").write_text(EXCUSES, encoding="utf-8")
    arrival = Arrival(datetime(2026, 3, 11, 12, tzinfo=UTC), "nbgrader's timestamp.txt")
    with Gradebook(out / "gradebook.db") as book:
        of_cyd = next(p for p in book.submissions() if (p.student, p.lecture) == ("cyd", LECTURE))
        for student in ("bob", "cyd"):
            book.save(replace(of_cyd, student=student, arrival=arrival))
    return out


def test_whom_the_class_file_excuses_has_ex_in_canvas_and_it_is_previewed(excusing, tmp_path, capsys):
    roster = canvas_export(tmp_path / "roster.csv")
    assert export(excusing, "--format", "canvas", "--roster", roster, "--zeros", "--preview") == OK
    assert f"Lovelace, Ada, {ASSIGNMENTS[LECTURE]}: 3 → EX" in capsys.readouterr().out
    assert export(excusing, "--format", "canvas", "--roster", roster, "--zeros") == OK
    after = importers.canvas_after(excusing / "canvas.csv", set(IDS.values()))
    assert {key for key, cell in after.items() if cell == "EX"} == {
        (IDS["ada"], ASSIGNMENTS[LECTURE]),
        (IDS["cyd"], ASSIGNMENTS[LECTURE]),  # by Canvas itself
        (IDS["dan"], ASSIGNMENTS[LECTURE]),
        (IDS["dan"], ASSIGNMENTS[FIRST]),
    }


def test_moodle_is_told_nothing_of_whom_the_class_file_excuses(excusing, tmp_path, capsys):
    roster = write(
        tmp_path / "r.csv", [["Full name", "Username", "Email address"], *([s, s, f"{s}@x.org"] for s in NAMES)]
    )
    assert export(excusing, "--format", "moodle", "--roster", roster, "--zeros") == OK
    grades = importers.moodle_gradebook(excusing / "moodle.csv", "Username", set(NAMES))
    assert not {("ada", LECTURE), ("dan", LECTURE), ("dan", FIRST)} & set(grades)
    assert grades["ada", FIRST] == MOST[FIRST]
    assert f"ada is excused from {LECTURE}; Moodle's file cannot say so" in capsys.readouterr().out


def test_nbgraders_table_has_dates_penalties_and_no_row_for_an_excuse(excusing, capsys):
    assert export(excusing, "--format", "nbgrader") == OK
    rows = importers.nbgrader(excusing / "nbgrader.csv")
    assert set(rows) == {("ada", FIRST), ("bob", FIRST), ("bob", LECTURE), ("cyd", FIRST), ("cyd", LECTURE)}
    told = {s: (rows[s, LECTURE]["late_submission_penalty"], rows[s, LECTURE]["duedate"]) for s in ("bob", "cyd")}
    assert told == {"bob": (4.0, datetime(2026, 3, 9, 23, 59)), "cyd": (6.0, datetime(2026, 3, 8, 23, 59))}
    assert rows["cyd", LECTURE]["timestamp"] == datetime(2026, 3, 11, 12)
    assert rows["cyd", LECTURE]["score"] == MOST[LECTURE] - 6
    assert "nbgrader knows no excuse" in capsys.readouterr().out


def test_gradescope_shows_why_late_work_lost_points(excusing):
    assert export(excusing, "--format", "gradescope") == OK
    results = json.loads((excusing / "gradescope" / LECTURE / "cyd" / "results.json").read_text(encoding="utf-8"))
    assert importers.gradescope(results) == MOST[LECTURE] - 6
    assert "Late by 3 days" in results["output"]


HEAD = "Student,ID,SIS User ID,SIS Login ID,Section"


def canvas_of(folder, out, column, possible, cells, options=()):
    """The column's heading and cells after an export into a gradebook of Canvas with this one assignment."""
    rows = [f"{HEAD},{column}", f"    {possible[0]},,,,,{possible[1]}"]
    rows += [f'"{NAMES[login]}",{IDS[login]},,{login},A,"{cell}"' for login, cell in cells.items()]
    (folder / "r.csv").write_text("\n".join(rows), encoding="utf-8")
    export(out, "--format", "canvas", "--only", LECTURE, "--roster", folder / "r.csv", *options)
    with open(out / "canvas.csv", newline="", encoding="utf-8") as file:
        heading, *rest = csv.reader(file)
    return heading[5], {row[3]: row[5] for row in rest if row[3]}


@pytest.mark.parametrize("cell", ["EXCUSED", "B+", "complete", "90%"])
def test_what_canvas_says_in_words_stays_and_is_named(out, tmp_path, capsys, cell):
    _, cells = canvas_of(tmp_path, out, ASSIGNMENTS[LECTURE], ("Points Possible", MOST[LECTURE]), {"ada": cell})
    assert cells["ada"] == cell
    assert (
        f"Lovelace, Ada: {cell} of Canvas stays; {LECTURE} has {MOST[LECTURE] / 2:g} points" in capsys.readouterr().out
    )


@pytest.mark.parametrize(
    ("column", "possible", "sentence"),
    [
        (f"{LECTURE} reflection (9)", "5", "in its title and other points, so it is left as it is"),
        (f"{LECTURE} Current Score", "(read only)", "is no assignment of the roster"),
        (f"{LECTURE} Notes", "", "is no assignment of the roster"),
    ],
)
def test_a_column_that_only_has_the_lectures_name_in_it_is_not_written_into(
    out, tmp_path, capsys, column, possible, sentence
):
    heading, _ = canvas_of(tmp_path, out, column, ("Points Possible", possible), {"ada": "1"})
    assert heading == LECTURE
    assert sentence in capsys.readouterr().out


def test_an_assignment_with_a_longer_title_is_taken_if_its_points_fit_and_that_is_said(out, tmp_path, capsys):
    column = f"Homework 4: {LECTURE} (9)"
    heading, cells = canvas_of(tmp_path, out, column, ("Points Possible", MOST[LECTURE]), {"ada": "1"})
    assert (heading, cells["ada"]) == (column, f"{MOST[LECTURE] / 2:g}")
    assert f"{column} is taken for {LECTURE}" in capsys.readouterr().out


def test_canvass_row_of_maxima_is_nobody_in_any_language_and_a_number_may_have_decimals(out, tmp_path, capsys):
    rows = [f"{HEAD},{ASSIGNMENTS[LECTURE]}", "    Punkte möglich,,,,,5", '"Lovelace, Ada",11.0,,ada,A,']
    (tmp_path / "r.csv").write_text("\n".join(rows), encoding="utf-8")
    export(out, "--format", "canvas", "--roster", tmp_path / "r.csv")
    said = capsys.readouterr().out
    assert "is of 5 points in Canvas" in said
    assert "Punkte" not in said
    assert "Punkte" not in (out / "canvas.csv").read_text(encoding="utf-8")


def test_a_scale_and_the_lines_of_a_comment_stay_in_moodles_worksheet(out, tmp_path, capsys):
    head = "Identifier,Full name,Grade,Maximum grade,Last modified (grade),Feedback comments"
    rows = f'Participant 7,Ada Lovelace,Satisfactory,{MOST[LECTURE]:g},-,"<p>Good,\nbut</p>"\n'
    (tmp_path / "r.csv").write_text(f"{head}\n{rows}", encoding="utf-8")
    with Gradebook(out / "gradebook.db") as book:
        book.rename("ada", "Ada Lovelace_7")
    export(out, "--format", "moodle", "--only", LECTURE, "--roster", tmp_path / "r.csv")
    assert "Ada Lovelace: Satisfactory of Moodle stays" in capsys.readouterr().out
    assert (out / "moodle.csv").read_bytes().replace(b"\r\n", b"\n").decode() == f"{head}\n{rows}"


def test_who_has_nothing_by_which_moodle_finds_people_is_left_out_and_named(out, tmp_path, capsys):
    rows = "Username,Full name,Email address\n,Ada,\nbob,Bob,\n"
    (tmp_path / "r.csv").write_text(rows, encoding="utf-8")
    with Gradebook(out / "gradebook.db") as book:
        book.rename("ada", "Ada")
    assert export(out, "--format", "moodle", "--roster", tmp_path / "r.csv") == PROBLEM
    said = capsys.readouterr().out
    assert "Ada has no Email address, Username in the roster, without which Moodle finds nobody" in said
    assert "Email address is empty for 1 of them; let another column find the users" in said
    rows = list(csv.DictReader((out / "moodle.csv").read_text(encoding="utf-8").splitlines()))
    assert [row["Username"] for row in rows] == ["bob"]
    assert "Ada" in (out / "moodle.left-out.csv").read_text(encoding="utf-8")
