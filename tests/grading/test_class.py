"""A class is a thing: people over systems and weeks, made from rosters, asked for where it is not clear."""

import csv
import unicodedata

import pytest

from helpers.cli import main
from helpers.commands.common import OK, PROBLEM, USAGE
from helpers.grading import identity
from helpers.grading.class_file import class_of
from helpers.grading.collecting.people import FILE, People
from helpers.grading.gradebook import Gradebook
from helpers.grading.submissions import find_submissions
from tests import classroom
from tests.grading.test_layouts import FOUR, LECTURES, SIX, TRIED, lay, moodle

CANVAS = """Student,ID,SIS User ID,SIS Login ID,Section,04_activations (77)
    Points Possible,,,,,57
"Lovelace, Ada",11,1815,ada,A,
"Hopper, Grace",12,1906,grace,A,
"García, José",13,1950,jose,B,
"Wang, Wei",14,2001,wei1,B,
"Wang, Wei",15,2002,wei2,B,
"""
WORKSHEET = """Identifier,Full name,Email address,Status,Grade,Last modified (grade)
Participant 101,Ada Lovelace,ada@example.org,,,-
Participant 102,Grace Hopper,grace@example.org,,,-
"""


@pytest.fixture
def out(tmp_path):
    (tmp_path / "canvas.csv").write_text(CANVAS, encoding="utf-8")
    (tmp_path / "moodle.csv").write_text(WORKSHEET, encoding="utf-8")
    rosters = [part for name in ("canvas", "moodle") for part in ("--roster", str(tmp_path / f"{name}.csv"))]
    assert main(["class", "init", str(tmp_path / "out"), *rosters]) == OK
    return tmp_path / "out"


def students(out, files, folder) -> dict[str, str]:
    people = People(members=class_of(out).people)
    class_ = find_submissions(lay(folder, files), LECTURES, people=people)
    return {one.path.partition("/")[0]: one.student for one in class_.submissions}


def test_the_people_of_several_systems_are_one_list(out, capsys):
    people = {person.student: person for person in class_of(out).people}
    assert set(people) == {"ada", "grace", "jose", "wei1", "wei2"}
    assert people["ada"].identifiers == ("ada@example.org", "1815")
    assert (people["ada"].canvas, people["ada"].moodle) == ("11", ("101",))
    assert main(["class", "check", str(out)]) == PROBLEM
    said = capsys.readouterr().out
    assert "5 people, " in said
    assert "jose has no e-mail address" in said
    assert "ada has no" not in said


def test_one_person_is_found_under_every_name_that_a_system_gives(out, tmp_path):
    names = ["lovelaceada_11_5_04_activations.ipynb", f"Ada Lovelace_999_assignsubmission_file/{FOUR}.ipynb"]
    names += [f"Participant_101_assignsubmission_file/{FOUR}.ipynb", f"ADA/{FOUR}.ipynb", f"Lovelace Ada/{FOUR}.ipynb"]
    names += [f"ada@example.org/{FOUR}.ipynb", f"1815/{FOUR}.ipynb", f"Ada Lovelace - {FOUR}.ipynb"]
    names += [f"hw-submissions/hw-ada/{FOUR}.ipynb", f"ada+{FOUR}+2026-03-01 10:00:00 UTC+x/{FOUR}.ipynb"]
    names += [f"HW_ada_attempt_2026-03-01-10-00-00_{FOUR}.ipynb", f"HW_grace_attempt_2026-03-01-10-00-00_{FOUR}.ipynb"]
    for number, name in enumerate(names[:-2]):
        assert set(students(out, {name: TRIED}, tmp_path / str(number)).values()) == {"ada"}, name
    assert set(students(out, dict.fromkeys(names[-2:], TRIED), tmp_path / "both").values()) == {"ada", "grace"}
    accents = {
        f"{unicodedata.normalize(form, 'José García')}_1_assignsubmission_file/x.ipynb" for form in ("NFC", "NFD")
    }
    assert set(students(out, dict.fromkeys(accents, TRIED), tmp_path / "accents").values()) == {"jose"}


def test_a_team_before_the_name_is_taken_off(out, tmp_path):
    files = moodle("Group A-Ada Lovelace", "Lab-2-Grace Hopper", "José García", first=300)
    assert set(students(out, files, tmp_path / "in").values()) == {"ada", "grace", "jose"}


def test_a_folder_of_a_team_counts_for_each_of_its_members(out, tmp_path):
    text = (out / "course.toml").read_text(encoding="utf-8")
    for name in ("ada", "grace"):
        text = text.replace(f'student = "{name}"', f'student = "{name}"\ngroup = "Group A"')
    (out / "course.toml").write_text(text, encoding="utf-8")
    files = {f"Group A_17_assignsubmission_file/{FOUR}.ipynb": TRIED}
    class_ = find_submissions(lay(tmp_path / "in", files), LECTURES, people=People(members=class_of(out).people))
    assert [(one.student, one.lecture) for one in class_.submissions] == [("ada", FOUR), ("grace", FOUR)]


def test_whoever_could_be_two_people_is_asked_for_and_not_dropped(out, tmp_path):
    files = moodle("Wei Wang", "Ada Lovelace", "Eve Stranger", first=300)
    class_ = find_submissions(lay(tmp_path / "in", files), LECTURES, people=People(members=class_of(out).people))
    assert {one.student for one in class_.submissions} == {"Wei Wang_300", "ada", "Eve Stranger_302"}
    assert {q.found: q.why for q in class_.questions} == {
        "Moodle:Wei Wang_300": "could be wei1 or wei2",
        "Moodle:Eve Stranger_302": "is nobody of course.toml",
    }


def test_a_number_and_a_name_of_two_people_are_asked_for(out, tmp_path):
    files = moodle("Grace Hopper", first=101)  # which is Ada's number
    class_ = find_submissions(lay(tmp_path / "in", files), LECTURES, people=People(members=class_of(out).people))
    assert class_.students == ("Grace Hopper_101",)
    assert class_.questions[0].why == "could be ada or grace"


def answered(out, **answers):
    with open(out / FILE, newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        row["student"] = answers.get(row["found"].rpartition("_")[2], row["student"])
    with open(out / FILE, "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)


def test_an_answer_moves_what_was_marked_under_another_name(out, capsys):
    classroom.write_gradebook(out, {"Wei Wang_100": {FOUR: 1.0}, "ada": {FOUR: 0.5}})
    with Gradebook(out / "gradebook.db") as book:
        book.add_aliases({"Moodle:Wei Wang_100": "Wei Wang_100"})
        before = [paper.verdicts for paper in book.submissions() if paper.student == "Wei Wang_100"]
    identity.ask(out / FILE, [identity.Question("Moodle:Wei Wang_100", "could be wei1 or wei2")])
    assert main(["class", "check", str(out)]) == PROBLEM
    assert "asks whose these names are: Moodle:Wei Wang_100" in capsys.readouterr().out
    answered(out, **{"100": "wei2"})
    assert main(["report", str(out)]) == OK
    assert "Wei Wang_100 is wei2" in capsys.readouterr().out
    with Gradebook(out / "gradebook.db") as book:
        assert book.students() == ["ada", "grace", "jose", "wei1", "wei2"]
        assert [paper.verdicts for paper in book.submissions() if paper.student == "wei2"] == before


def test_a_class_list_that_comes_later_gives_the_marked_their_names(tmp_path, capsys):
    out = classroom.write_gradebook(tmp_path / "out", {"Ada Lovelace_100": {FOUR: 1.0}, "lovelaceada_11": {SIX: 1.0}})
    with Gradebook(out / "gradebook.db") as book:
        book.adjust("Ada Lovelace_100", FOUR, "gelu", 1, "x", "me")
    (tmp_path / "canvas.csv").write_text(CANVAS, encoding="utf-8")
    assert main(["class", "init", str(out), "--roster", str(tmp_path / "canvas.csv")]) == OK
    assert main(["report", str(out)]) == OK
    with Gradebook(out / "gradebook.db") as book:
        assert {(s.student, s.lecture) for s in book.submissions()} == {("ada", FOUR), ("ada", SIX)}
        assert ("ada", FOUR, "gelu") in book.adjustments()


def test_a_roster_that_changes_adds_people_and_takes_nobody_out(out, tmp_path, capsys):
    before = (out / "course.toml").read_text(encoding="utf-8")
    lines = [line for line in CANVAS.splitlines() if "Grace" not in line]
    (tmp_path / "canvas.csv").write_text("\n".join([*lines, '"Noether, Emmy",16,1882,emmy,A,']), encoding="utf-8")
    (tmp_path / "moodle.csv").write_text(WORKSHEET.replace("Participant 10", "Participant 20"), encoding="utf-8")
    rosters = [part for name in ("canvas", "moodle") for part in ("--roster", str(tmp_path / f"{name}.csv"))]
    assert main(["class", "init", str(out), *rosters[:2]]) == OK
    assert "grace: in course.toml and in no roster given now; they stay" in capsys.readouterr().out
    assert main(["class", "init", str(out), *rosters[2:]]) == OK
    text = (out / "course.toml").read_text(encoding="utf-8")
    assert text.startswith(before)
    people = {person.student: person for person in class_of(out).people}
    assert set(people) == {"ada", "grace", "jose", "wei1", "wei2", "emmy"}
    assert people["ada"].moodle == ("101", "201")
    assert main(["class", "init", str(out), *rosters]) == OK
    assert (out / "course.toml").read_text(encoding="utf-8") == text  # a second time there is nothing to add


def test_whoever_was_forgotten_does_not_come_back_by_the_class_list(out):
    classroom.write_gradebook(out, {"ada": {FOUR: 1.0}, "grace": {FOUR: 1.0}})
    assert main(["forget", str(out), "grace"]) == OK
    assert main(["report", str(out)]) == OK
    with Gradebook(out / "gradebook.db") as book:
        assert book.students() == ["ada", "jose", "wei1", "wei2"]


@pytest.mark.parametrize("text", ["nothing\n", "\xff\xfe", "found;who\na;b"])
def test_a_file_of_answers_that_cannot_be_read_is_a_sentence(out, text, capsys):
    classroom.write_gradebook(out, {"ada": {FOUR: 1.0}})
    (out / FILE).write_bytes(text.encode("latin-1"))
    assert main(["report", str(out)]) == USAGE
    assert FILE in capsys.readouterr().err
    assert (out / FILE).read_bytes() == text.encode("latin-1")


def test_names_in_a_roster_cannot_break_the_class_file(tmp_path):
    names = ['Robert"]; [[people]]', "back\\slash", "new\x0bline", "=1+1", "名前", 'a """ b', "x\x7fy"]
    rows = "\n".join(f'"{name.replace(chr(34), chr(34) * 2)}",u{i}' for i, name in enumerate(names))
    (tmp_path / "roster.csv").write_text(f"Full name,Username\n{rows}\n", encoding="utf-8")
    assert main(["class", "init", str(tmp_path), "--roster", str(tmp_path / "roster.csv")]) == OK
    assert [person.student for person in class_of(tmp_path).people] == [f"u{i}" for i in range(len(names))]


SHEETS = {
    "with a line for Excel": b"sep=;\nFull name;Username;Email\nLovelace, Ada;ada;ada@example.org\n",
    "in UTF-16, by tabs": "Full name\tUsername\tEmail\nAda Lovelace\tada\tada@example.org\n".encode("utf-16"),
    "with empty rows and CRLF": b"Full name,Username,Email\r\n\r\n,,\r\nAda Lovelace,ada,ada@example.org\r\n",
    "with a heading twice": b"\xef\xbb\xbfFull name,Username,Note,Note,Email\nAda Lovelace,ada,x,y,ada@example.org\n",
}


@pytest.mark.parametrize("content", SHEETS.values(), ids=SHEETS)
def test_a_roster_is_read_however_it_was_saved(tmp_path, content):
    (tmp_path / "r.csv").write_bytes(content)
    assert main(["class", "init", str(tmp_path), "--roster", str(tmp_path / "r.csv")]) == OK
    assert [(p.student, p.name, p.email) for p in class_of(tmp_path).people] == [
        ("ada", "Ada Lovelace", "ada@example.org")
    ]


def test_a_worksheet_in_another_language_tells_names_addresses_and_numbers(tmp_path):
    sheet = "ID;Vollständiger Name;E-Mail-Adresse;Status;Bewertung;Bestwertung;Zuletzt geändert (Bewertung)\n"
    sheet += "Teilnehmer/in 101;Ada Lovelace;ada@x.org;;;57,00;-\nTeilnehmer/in 102;José García;jose@x.org;;;57,00;-\n"
    (tmp_path / "r.csv").write_text(sheet, encoding="utf-8")
    assert main(["class", "init", str(tmp_path), "--roster", str(tmp_path / "r.csv")]) == OK
    assert [(p.student, p.name, p.moodle, p.identifiers) for p in class_of(tmp_path).people] == [
        ("ada@x.org", "Ada Lovelace", ("101",), ("ada@x.org",)),
        ("jose@x.org", "José García", ("102",), ("jose@x.org",)),
    ]


@pytest.mark.parametrize("rows", ["Full name\nWei Wang\nWei Wang\n", "Full name,Username\nAda,ada\nAda B,ADA\n"])
def test_people_whom_a_roster_does_not_tell_apart_are_named(tmp_path, capsys, rows):
    (tmp_path / "r.csv").write_text(rows, encoding="utf-8")
    main(["class", "init", str(tmp_path), "--roster", str(tmp_path / "r.csv")])
    assert "stands 2 times in a roster, and nothing tells these people apart" in capsys.readouterr().out
