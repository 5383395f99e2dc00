"""Marks that leave for other systems arrive there whole: formats, names, rosters, a Gradescope autograder."""

import csv
import json
import os
import random
import stat
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import pytest

from helpers.cli import main
from helpers.commands.common import OK, PROBLEM, USAGE
from helpers.grading.exports import nbgrader
from helpers.grading.exports.roster import match, read_roster
from helpers.grading.exports.tables import inert
from helpers.lectures import exercises_of
from helpers.paths import NOTEBOOKS, SOLUTIONS
from tests import classroom, importers
from tests.classroom import LECTURE
from tests.conftest import walls_hold

FIRST = "00_start_here"
MOST = {lecture: float(sum(e.points for e in exercises_of(lecture))) for lecture in (FIRST, LECTURE)}
# Login, Canvas's number, institution's number, e-mail address, last and first name.
PEOPLE = [
    ("ada", "11", "s1", "ada@x.org", "Lovelace", "Ada"),
    ("oneill", "12", "s2", "o'neill@x.org", "O'Neill, Jr.", 'Conor "Con"'),
    ("jose", "13", "s3", "jose@x.org", "Muñoz-Ağaoğlu", "José"),
    ("layla", "14", "s4", "layla@x.org", "\u200fالخوارزمي\u200f", "ليلى"),
    ("yifan", "15", "s5", "yifan@x.org", "王", "一凡"),
    ("evil", "16", "s6", "evil@x.org", "+cmd|' /C calc'!A0", '=HYPERLINK("x")'),
    ("absent", "17", "s7", "absent@x.org", "Absent", "Ann"),
]
SHARES = {login: {FIRST: 1.0, LECTURE: (i + 1) / 8} for i, (login, *_) in enumerate(PEOPLE) if login != "absent"}


def points(login: str, lecture: str) -> float:
    return SHARES[login][lecture] * MOST[lecture]


def write_csv(path: Path, rows, encoding="utf-8", separator=",") -> Path:
    with open(path, "w", newline="", encoding=encoding) as file:
        csv.writer(file, delimiter=separator).writerows(rows)
    return path


def canvas_roster(path: Path, people=PEOPLE) -> Path:
    head = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", f"{LECTURE} (4711)", "Essay (8)", "Final Score"]
    rows = [["    Points Possible", "", "", "", "", "10", "5", "(read only)"]]
    rows += [[f"{last}, {first}", id, sis, login, "A", "", "3", "1"] for login, id, sis, _, last, first in people]
    return write_csv(path, [head, *rows])


def moodle_roster(path: Path, people=PEOPLE) -> Path:
    head = ["First name", "Last name", "ID number", "Email address"]
    return write_csv(path, [head, *([first, last, sis, email] for _, _, sis, email, last, first in people)])


@pytest.fixture
def out(tmp_path) -> Path:
    return classroom.write_gradebook(tmp_path / "grades", SHARES)


@pytest.fixture
def by_email(tmp_path) -> Path:
    emails = {login: email for login, _, _, email, _, _ in PEOPLE}
    return classroom.write_gradebook(tmp_path / "grades", {emails[login]: own for login, own in SHARES.items()})


def export(out: Path, format: str, *options) -> int:
    return main(["export", str(out), "--format", format, *map(str, options)])


# --- Canvas ------------------------------------------------------------------------------------------------------


def test_canvas_takes_the_marks_of_everybody_from_a_file_filled_into_its_own_gradebook(out, tmp_path):
    assert export(out, "canvas", "--roster", canvas_roster(tmp_path / "roster.csv")) == OK
    people = [{"id": id, "sis": sis, "login": login, "name": "?"} for login, id, sis, *_ in PEOPLE]
    maxima, grades = importers.canvas(out / "canvas.csv", people)
    assert maxima == {FIRST: MOST[FIRST], f"{LECTURE} (4711)": MOST[LECTURE]}
    titles = {FIRST: FIRST, LECTURE: f"{LECTURE} (4711)"}
    number = {login: id for login, id, *_ in PEOPLE}
    expected = {(number[s], titles[lecture]): points(s, lecture) for s in SHARES for lecture in MOST}
    assert {key: float(grade) for key, grade in grades.items()} == expected


def test_canvas_finds_students_by_login_when_the_roster_is_another_table(out, tmp_path):
    head = ["Full name", "Username", "Student ID"]
    rows = [[f"{first} {last}", login, sis] for login, _, sis, _, last, first in PEOPLE]
    assert export(out, "canvas", "--roster", write_csv(tmp_path / "roster.csv", [head, *rows])) == OK
    people = [{"id": id, "sis": "?", "login": login, "name": "?"} for login, id, *_ in PEOPLE]
    _, grades = importers.canvas(out / "canvas.csv", people)
    assert float(grades["11", LECTURE]) == points("ada", LECTURE)


def test_the_folders_of_a_canvas_zip_are_found_by_their_number_and_their_letters(tmp_path):
    shares = {"lovelaceada_11": {LECTURE: 1.0}, "munozagaoglujose_13": {LECTURE: 0.5}, "group_12": {LECTURE: 0.25}}
    out = classroom.write_gradebook(tmp_path / "grades", shares)
    assert export(out, "canvas", "--roster", canvas_roster(tmp_path / "roster.csv")) == PROBLEM
    people = [{"id": id, "sis": sis, "login": login, "name": "?"} for login, id, sis, *_ in PEOPLE]
    _, grades = importers.canvas(out / "canvas.csv", people)
    assert {id for id, _ in grades} == {"11", "13"}
    assert importers.rows_of(out / "canvas.left-out.csv")[1][0] == "group_12"


def test_without_a_roster_canvas_is_given_the_folders_names(tmp_path):
    out = classroom.write_gradebook(tmp_path / "grades", {"lovelaceada_11": {LECTURE: 1.0}, "jose": {LECTURE: 0.5}})
    assert export(out, "canvas") == OK
    people = [{"id": id, "sis": sis, "login": login, "name": "?"} for login, id, sis, *_ in PEOPLE]
    _, grades = importers.canvas(out / "canvas.csv", people)
    assert {key: float(g) for key, g in grades.items()} == {
        ("11", LECTURE): MOST[LECTURE],
        ("13", LECTURE): MOST[LECTURE] / 2,
    }


def test_a_student_called_points_possible_does_not_change_the_maxima(tmp_path, capsys):
    out = classroom.write_gradebook(tmp_path / "grades", {"Points Possible": {LECTURE: 0.0}, "ada": {LECTURE: 1.0}})
    assert export(out, "canvas") == PROBLEM
    assert "row of maxima" in capsys.readouterr().out
    maxima, _ = importers.canvas(out / "canvas.csv", [{"id": "", "sis": "", "login": "ada", "name": "ada"}])
    assert maxima == {LECTURE: MOST[LECTURE]}


# --- Moodle ------------------------------------------------------------------------------------------------------


def test_moodle_takes_the_marks_of_everybody_by_address(by_email, tmp_path):
    assert export(by_email, "moodle", "--roster", moodle_roster(tmp_path / "roster.csv")) == OK
    users = {email for _, _, _, email, _, _ in PEOPLE}
    grades = importers.moodle_gradebook(by_email / "moodle.csv", "Email address", users)
    expected = {
        (email, lecture): points(login, lecture)
        for login, _, _, email, _, _ in PEOPLE
        for lecture in MOST
        if login in SHARES
    }
    assert grades == expected


def test_moodle_is_spared_the_user_who_would_stop_the_whole_import(by_email, tmp_path, capsys):
    known = [person for person in PEOPLE if person[0] != "jose"]
    assert export(by_email, "moodle", "--roster", moodle_roster(tmp_path / "roster.csv", known)) == PROBLEM
    importers.moodle_gradebook(by_email / "moodle.csv", "Email address", {person[3] for person in known})
    printed = capsys.readouterr()
    assert "jose@x.org is not in the roster" in printed.out
    assert "1 students are left out" in printed.err
    left = importers.rows_of(by_email / "moodle.left-out.csv")
    assert [float(cell) for cell in left[1][1:]] == [points("jose", lecture) for lecture in MOST]


def worksheet(path: Path, maximum: str) -> Path:
    head = ["Identifier", "Full name", "Email address", "Status", "Grade", "Maximum Grade", "Grade can be changed"]
    head += ["Last modified (submission)", "Last modified (grade)", "Feedback comments"]
    rows = [
        [f"Participant {9000 + i}", f"{first} {last}", email, "Submitted", "", maximum, "Yes", "then", "-", ""]
        for i, (_, _, _, email, last, first) in enumerate(PEOPLE)
    ]
    return write_csv(path, [head, *rows], encoding="utf-8-sig")


def test_moodles_grading_worksheet_is_filled_in_and_otherwise_left_as_it_is(tmp_path):
    folders = {f"{first} {last}_{9000 + i}": person for i, person in enumerate(PEOPLE) for *_, last, first in [person]}
    shares = {
        folder: {LECTURE: SHARES[person[0]][LECTURE]} for folder, person in folders.items() if person[0] in SHARES
    }
    out = classroom.write_gradebook(tmp_path / "grades", shares)
    sheet = worksheet(tmp_path / "sheet.csv", f"{MOST[LECTURE]:.2f}")
    assert export(out, "moodle", "--only", LECTURE, "--roster", sheet) == OK
    grades = importers.moodle_worksheet(out / "moodle.csv")
    assert {i: float(g) for i, g in grades.items() if g} == {
        9000 + i: points(login, LECTURE) for i, (login, *_) in enumerate(PEOPLE) if login in SHARES
    }
    assert grades[9006] == ""
    was, now = read_roster(sheet), read_roster(out / "moodle.csv")
    assert now.columns == was.columns
    same = [c for c in was.columns if c not in ("Grade", "Full name")]
    assert [[p[c] for c in same] for p in now.people] == [[p[c] for c in same] for p in was.people]


def test_a_worksheet_with_another_maximum_is_refused_rather_than_misread(tmp_path, capsys):
    out = classroom.write_gradebook(tmp_path / "grades", {"Ada Lovelace_9000": {LECTURE: 1.0}})
    assert export(out, "moodle", "--only", LECTURE, "--roster", worksheet(tmp_path / "sheet.csv", "100.00")) == USAGE
    assert f"set the assignment's maximum grade to {MOST[LECTURE]:g}" in capsys.readouterr().err
    assert not (out / "moodle.csv").exists()


# --- nbgrader ----------------------------------------------------------------------------------------------------


def test_nbgraders_table_has_a_row_for_each_assignment_and_student(by_email, tmp_path):
    assert export(by_email, "nbgrader", "--roster", moodle_roster(tmp_path / "roster.csv")) == OK
    header, *rows = importers.rows_of(by_email / "nbgrader.csv")
    assert tuple(header) == nbgrader.COLUMNS
    table = [dict(zip(header, row, strict=True)) for row in rows]
    assert len(table) == len(PEOPLE) * len(MOST)
    for login, _, _, email, last, first in PEOPLE:
        for lecture in MOST:
            (row,) = [r for r in table if r["email"] == email and r["assignment"] == lecture]
            expected = points(login, lecture) if login in SHARES else 0.0
            assert float(row["raw_score"]) == float(row["score"]) == expected
            assert float(row["max_score"]) == MOST[lecture]
            assert (row["last_name"], row["first_name"]) == (inert(last), inert(first))


# --- Rosters and names -------------------------------------------------------------------------------------------


def test_names_survive_a_roster_and_an_export(out, tmp_path):
    export(out, "canvas", "--roster", canvas_roster(tmp_path / "roster.csv"))
    names = {row[3]: row[0] for row in importers.rows_of(out / "canvas.csv")[2:]}
    evil = "'+cmd|' /C calc'!A0, =HYPERLINK(\"x\")"
    assert names == {login: f"{last}, {first}" for login, *_, last, first in PEOPLE} | {"evil": evil}


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\u200f=1+1", " \u2066=1", "＝1", "\t=1", "\n=1"])
def test_no_cell_is_a_formula(text):
    assert inert(text).startswith("'")


@pytest.mark.parametrize("text", ["José", "\u200fليلى", "Zoë\u200d", 'a "b", c', "x=1", "O'Neill", "-", ""])
def test_a_harmless_name_stays_as_it_is(text):
    assert inert(text) == text


@pytest.mark.parametrize(
    ("encoding", "separator"), [("utf-8", ";"), ("utf-8-sig", ","), ("utf-16", "\t"), ("utf-8", "\t")]
)
def test_a_roster_may_come_from_any_spreadsheet(tmp_path, encoding, separator):
    path = write_csv(
        tmp_path / "r.csv", [["Email", "Name"], ["ada@x.org", "Lovelace, Ada; Countess"]], encoding, separator
    )
    assert match(read_roster(path), ["ada@x.org"]).person_of["ada@x.org"]["Name"] == "Lovelace, Ada; Countess"


@pytest.mark.parametrize(
    ("student", "written"),
    [
        ("José Muñoz", "Jose\u0301 Mun\u0303oz"),  # the same letters in another spelling
        ("\\u200fLayla K", "\u200fLayla K"),  # the gradebook spells out what cannot be shown
        ("ADA LOVELACE", "Ada  Lovelace"),
        ("Lovelace Ada", "Lovelace, Ada"),
        ("Ada Lovelace", "Lovelace, Ada"),
    ],
)
def test_the_same_name_is_known_in_another_spelling(tmp_path, student, written):
    roster = read_roster(write_csv(tmp_path / "r.csv", [["Student", "ID"], [written, "5"]]))
    assert match(roster, [student]).person_of[student]["ID"] == "5"


def test_nobody_is_guessed(tmp_path):
    rows = [["Full name", "Email"], ["Kim Lee", "kim1@x.org"], ["Kim Lee", "kim2@x.org"], ["Jo March", "jo@x.org"]]
    roster = read_roster(write_csv(tmp_path / "r.csv", rows))
    matching = match(roster, ["Kim Lee", "kim2@x.org", "Jo March", "jo@x.org", "stranger"])
    assert {s: p["Email"] for s, p in matching.person_of.items()} == {"kim2@x.org": "kim2@x.org"}
    assert set(matching.unknown) == {"Kim Lee", "Jo March", "jo@x.org", "stranger"}
    assert len(matching.remarks) == 4
    assert {p["Email"] for p in matching.absent} >= {"kim1@x.org"}


def test_no_mark_is_lost_whatever_the_roster(tmp_path):
    rng = random.Random(7)
    for turn in range(20):
        known = rng.sample(PEOPLE, rng.randrange(1, len(PEOPLE)))
        out = classroom.write_gradebook(tmp_path / f"grades-{turn}", SHARES)
        status = export(out, "canvas", "--roster", canvas_roster(tmp_path / "roster.csv", known))
        _, _, *rows = importers.rows_of(out / "canvas.csv")
        exported = {row[3]: row[-1] for row in rows if row[-1]}
        left = {}
        if status == PROBLEM:
            left = {row[0]: row[-1] for row in importers.rows_of(out / "canvas.left-out.csv")[1:]}
        assert not set(exported) & set(left)
        assert {s: float(p) for s, p in (exported | left).items()} == {s: points(s, LECTURE) for s in SHARES}


def test_a_file_of_those_left_out_goes_when_nobody_is_left_out_any_more(out, tmp_path):
    export(out, "canvas", "--roster", canvas_roster(tmp_path / "roster.csv", PEOPLE[:2]))
    assert (out / "canvas.left-out.csv").exists()
    export(out, "canvas", "--roster", canvas_roster(tmp_path / "roster.csv"))
    assert not (out / "canvas.left-out.csv").exists()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "should hold headings: Student"),
        (b"\x00\x01\x02", "should hold headings"),
        (b"colour,size\nred,3\n", "should hold headings: Student"),
        ("Email\njosé@x.org\n".encode("latin-1"), "save it as “CSV UTF-8”"),
        (b"Email,Email\na,b\n", "two columns named 'Email'"),
        (b"Email,Name\na@x.org,Lovelace,Ada\n", "row 2 of the roster"),
    ],
)
def test_a_roster_that_cannot_be_understood_is_refused_with_a_sentence(out, tmp_path, capsys, content, sentence):
    path = tmp_path / "roster.csv"
    path.write_bytes(content)
    assert export(out, "canvas", "--roster", path) == USAGE
    assert sentence in capsys.readouterr().err
    assert not (out / "canvas.csv").exists()


def test_a_missing_roster_and_a_missing_lecture_are_refused(out, tmp_path, capsys):
    assert export(out, "moodle", "--roster", tmp_path / "none.csv") == USAGE
    assert "cannot be read" in capsys.readouterr().err
    assert export(out, "nbgrader", "--only", "99_x") == USAGE
    assert f"it has lectures: {FIRST}, {LECTURE}" in capsys.readouterr().err


# --- A decision counts everywhere --------------------------------------------------------------------------------


def test_a_decision_is_what_every_export_gives(out):
    name = exercises_of(FIRST)[0].name
    assert main(["adjust", str(out), "ada", FIRST, name, "1.25", "--why", "half of it by hand"]) == OK
    expected = MOST[FIRST] - exercises_of(FIRST)[0].points + 1.25
    for format in ("canvas", "moodle", "nbgrader"):
        assert export(out, format, "--only", FIRST) == OK
        (row,) = [row for row in importers.rows_of(out / f"{format}.csv") if "ada" in row]
        assert f"{expected:g}" in row
    assert export(out, "gradescope") == OK
    results = json.loads((out / "gradescope" / FIRST / "ada" / "results.json").read_text(encoding="utf-8"))
    assert importers.gradescope(results) == expected
    assert "half of it by hand" in results["tests"][0]["output"]


# --- Gradescope --------------------------------------------------------------------------------------------------


def test_gradescope_takes_the_results_of_everybody(out):
    assert export(out, "gradescope") == OK
    for login in SHARES:
        for lecture, most in MOST.items():
            path = out / "gradescope" / lecture / login / "results.json"
            results = json.loads(path.read_text(encoding="utf-8"))
            assert importers.gradescope(results) == pytest.approx(points(login, lecture))
            assert sum(test["score"] for test in results["tests"]) == pytest.approx(results["score"])
            assert sum(test["max_score"] for test in results["tests"]) == most


@pytest.fixture
def autograder_root():
    """Gradescope's folder, where everybody may look: pytest's own are closed to other users."""
    with tempfile.TemporaryDirectory(prefix="autograder-test-") as folder:
        os.chmod(folder, 0o755)
        yield Path(folder)


def install_autograder(root: Path, *options) -> None:
    """Do with the zip what Gradescope does when it builds the image, except for running `setup.sh`."""
    assert main(["autograder", LECTURE, "--to", str(root / "autograder.zip"), "--seed", "5", *options]) == OK
    (root / "submission").mkdir()
    (root / "results").mkdir()
    with zipfile.ZipFile(root / "autograder.zip") as archive:
        archive.extractall(root / "source")
        modes = {info.filename: info.external_attr >> 16 for info in archive.infolist()}
    assert modes["setup.sh"] & stat.S_IXUSR
    assert modes["run_autograder"] & stat.S_IXUSR
    (root / "run_autograder").write_bytes((root / "source" / "run_autograder").read_bytes())
    (root / "run_autograder").chmod(0o755)


def run_autograder(root: Path) -> tuple[subprocess.CompletedProcess, dict | None]:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    environment |= {"AUTOGRADER_ROOT": str(root), "COURSE_PYTHON": sys.executable}
    command = [str(root / "run_autograder")]
    done = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, timeout=120)
    path = root / "results" / "results.json"
    return done, json.loads(path.read_text(encoding="utf-8")) if path.exists() else None


def test_the_course_is_a_gradescope_autograder(autograder_root):
    walls_hold()
    install_autograder(autograder_root)
    submission = autograder_root / "submission"
    (submission / "my homework (1).ipynb").write_bytes((SOLUTIONS / f"{LECTURE}.ipynb").read_bytes())
    done, results = run_autograder(autograder_root)
    assert done.returncode == 0, done.stderr
    assert importers.gradescope(results) == MOST[LECTURE]
    assert "strict: probed from inside" in results["output"]

    (submission / f"{LECTURE}.ipynb").write_bytes((NOTEBOOKS / f"{LECTURE}.ipynb").read_bytes())
    done, results = run_autograder(autograder_root)
    assert done.returncode == 0, done.stderr
    assert importers.gradescope(results) == MOST[LECTURE]  # an untouched copy does not beat one that was worked on

    for path in submission.iterdir():
        path.unlink()
    (submission / "link.ipynb").symlink_to(SOLUTIONS / f"{LECTURE}.ipynb")
    done, results = run_autograder(autograder_root)
    assert done.returncode == 0, done.stderr
    assert importers.gradescope(results) == 0
    assert "link.ipynb is a symbolic link; hand in the notebook itself" in results["output"]
    assert sum(test["max_score"] for test in results["tests"]) == MOST[LECTURE]


def test_the_autograders_files_are_those_that_gradescope_asks_for(tmp_path):
    for name in ("one.zip", "two.zip"):
        assert main(["autograder", LECTURE, "--to", str(tmp_path / name), "--seed", "5"]) == OK
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()
    with zipfile.ZipFile(tmp_path / "one.zip") as archive:
        names = set(archive.namelist())
        assert {"setup.sh", "run_autograder", "requirements.lock", "course.json"} <= names
        assert not any(name.startswith(("solutions/", "tests/")) or "__pycache__" in name for name in names)
        for script in ("setup.sh", "run_autograder"):
            text = archive.read(script).decode()
            assert text.startswith("#!/usr/bin/env bash\n")
            assert subprocess.run(["bash", "-n"], input=text, text=True).returncode == 0


def test_without_walls_the_autograder_gives_no_mark_in_silence(autograder_root):
    """As root it marks as nobody and says so; where nobody may not run this Python, it gives no mark at all."""
    install_autograder(autograder_root, "--isolation", "process")
    path = autograder_root / "submission" / f"{LECTURE}.ipynb"
    path.write_bytes((SOLUTIONS / f"{LECTURE}.ipynb").read_bytes())
    done, results = run_autograder(autograder_root)
    if results is None:
        assert done.returncode == 1
        assert "nobody may not run" in done.stderr
    else:
        assert importers.gradescope(results) == MOST[LECTURE]
        assert "process: separate process and limits only" in results["output"]


def test_a_broken_grader_is_no_zero(autograder_root):
    install_autograder(autograder_root)
    (autograder_root / "submission" / f"{LECTURE}.ipynb").write_bytes(b"{}")
    (autograder_root / "results" / "results.json").write_text('{"score": 57}')
    (autograder_root / "source" / "helpers" / "sandbox" / "server.py").write_text("raise SystemExit('broken')")
    done, results = run_autograder(autograder_root)
    assert done.returncode == 1
    assert results is None


def test_an_unknown_lecture_is_refused(tmp_path, capsys):
    assert main(["autograder", "99_x", "--to", str(tmp_path / "a.zip")]) == USAGE
    assert "there are 00_start_here" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_roster_is_read_as_spreadsheets_save_it(tmp_path, encoding, end, separator):
    rows = ["Email|Name", '"jose@x.org"|"Nuñez, José ""Pepe"""', ""]
    path = tmp_path / "r.csv"
    path.write_bytes(end.join(rows).replace("|", separator).encode(encoding))
    (person,) = read_roster(path).people
    assert person == {"Email": "jose@x.org", "Name": 'Nuñez, José "Pepe"'}


def test_a_roster_of_the_whole_school_is_read_and_not_recited(out, tmp_path, capsys):
    others = [("", f"9{i}", f"u{i}", f"u{i}@x.org", f"Last{i}", f"First{i}") for i in range(10_000)]
    assert export(out, "canvas", "--roster", canvas_roster(tmp_path / "roster.csv", [*PEOPLE, *others])) == OK
    printed = capsys.readouterr().out
    assert "others of the roster handed in nothing" in printed
    assert len(printed.splitlines()) < 10
    assert len(importers.rows_of(out / "canvas.csv")) == 2 + len(PEOPLE) + len(others)
