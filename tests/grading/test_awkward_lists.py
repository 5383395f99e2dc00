"""Tables that went through a spreadsheet, a mail program or another hand: nobody is merged, nothing is guessed."""

import unicodedata

import pytest

from helpers.cli import main
from helpers.commands.common import OK, USAGE
from helpers.grading import by_hand, outputs
from helpers.grading.class_file import class_of
from helpers.grading.gradebook import Gradebook
from helpers.grading.papers import class_papers
from tests import classroom
from tests.classroom import LECTURE

TWO = "Full name,Username,ID number,Email address\n"


def made(folder, capsys, *rosters):
    given = []
    for place, content in enumerate(rosters):
        (folder / f"{place}.csv").write_bytes(content if isinstance(content, bytes) else content.encode())
        given += ["--roster", str(folder / f"{place}.csv")]
    status = main(["class", "init", str(folder), *given])
    said = capsys.readouterr()
    people = {person.student: person for person in class_of(folder).people} if status == OK else {}
    return status, people, said.out + said.err


@pytest.mark.parametrize(
    ("roster", "students", "sentence"),
    [
        (TWO + "Ann,ann,1.2E+11,\nBob,bob,1.2E+11,\n", {"ann", "bob"}, "a spreadsheet has shortened numbers of ID"),
        (TWO + "Ann,,1.2E+05,a@x.org\nBob,,1.2E+05,b@x.org\n", {"a@x.org", "b@x.org"}, "shortened"),
        (TWO + "Ann,ann,-,\nBob,bob,-,\nCyd,cyd,N/A,\nDan,dan,N/A,\n", {"ann", "bob", "cyd", "dan"}, ""),
        (TWO + "Ann,ann,,lab@x.org\nBob,bob,,lab@x.org\n", {"ann", "bob"}, "lab@x.org is said to be of Ann and Bob"),
        (TWO + "Ann,,,lab@x.org\nBob,,,lab@x.org\n", {"Ann", "Bob"}, "(Ann and Bob) stands 2 times in a roster"),
        (TWO + "Ann,1001,2002,\nBob,2002,1001,\n", {"1001", "2002"}, "1001 is said to be of Ann and Bob"),
        (TWO + "Ann,ann,,\nAnn B,ANN,,\n", {"Ann", "Ann B"}, "ann (Ann and Ann B) stands 2 times in a roster"),
        (TWO + "Ann,ann,,a@x.org\nAnn,ann,,a@x.org\n", {"ann"}, ""),
        (TWO + "Ann,ann,,\n" + TWO + "Bob,bob,,\n , , ,\n", {"ann", "bob"}, ""),
        (
            "Student,ID,SIS Login ID,Section\nAnn Lee,1,ann,A\nAnn Lee,1,ann,B\n"
            f'"Student, Test",9,{"a1" * 20},A\n    Points Possible,,,\n',
            {"ann"},
            "Student, Test is the test student of Canvas and is left out",
        ),
        (
            "Họ và tên,Email\nAn,an@x.vn\n",
            {"an@x.vn"},
            "no column of a roster (Họ và tên, Email) is known to be of names",
        ),
    ],
)
def test_everybody_of_a_roster_is_one_person_and_what_is_odd_is_said(tmp_path, capsys, roster, students, sentence):
    status, people, said = made(tmp_path, capsys, roster)
    assert (status, set(people)) == (OK, students)
    assert sentence in said
    assert sentence or "!" not in said


def test_numbers_are_read_as_they_were_before_a_spreadsheet_saved_them(tmp_path, capsys):
    rows = TWO + 'Ann,ann,"=""00123""",<ann@x.org>\nBob,bob,123456.0,\nCyd,cyd,\'007,\nDan,dan,0123,\n'
    _, people, _ = made(tmp_path, capsys, rows)
    assert [person.identifiers for person in people.values()] == [
        ("ann@x.org", "00123"),
        ("123456",),
        ("007",),
        ("0123",),
    ]


def test_two_rows_of_one_roster_never_become_one_person_of_another(tmp_path, capsys):
    first = "Full name,ID number,Email address\nAnn Lee,00123,a@x.org\nBob Lee,00124,b@x.org\n"
    _, people, _ = made(tmp_path, capsys, first, "Name,SID\nAnn Lee,123\nBob Lee,123\n")
    assert {student: person.name for student, person in people.items()} == {"a@x.org": "Ann Lee", "b@x.org": "Bob Lee"}


def test_a_spreadsheets_own_format_is_refused_with_what_to_do(tmp_path, capsys):
    status, _, said = made(tmp_path, capsys, b"PK\x03\x04" + bytes(90))
    assert status == USAGE
    assert "this is a spreadsheet or an archive and no CSV file; save it as “CSV UTF-8”" in said


HEAD = "student,lecture,exercise,points,why\n"


@pytest.fixture
def marked(tmp_path, monkeypatch):
    monkeypatch.setattr(outputs, "write_all", lambda *_: None)
    return classroom.write_gradebook(tmp_path / "grades", {name: {LECTURE: 0.5} for name in ("ada", "Zoë", "=eve")})


def adjusted(out, capsys, *tables):
    paths = []
    for place, text in enumerate(tables):
        paths.append(out.parent / f"decisions{place}.csv")
        paths[-1].write_text(text, encoding="utf-8")
    status = main(["adjust", str(out), "--csv", *map(str, paths)])
    with Gradebook(out / "gradebook.db") as book:
        return (
            status,
            {key[0]: decision.points for key, decision in book.adjustments().items()},
            capsys.readouterr().err,
        )


@pytest.mark.parametrize(
    ("tables", "sentence"),
    [
        ([HEAD + f"ada,{LECTURE},gelu,1,a\nADA,{LECTURE},gelu,2,a\n"], "row 3: row 2 decides otherwise about the same"),
        (
            [HEAD + f"ada,{LECTURE},gelu,1,a\n", HEAD + f"ada,{LECTURE},gelu,2,a\n"],
            f"otherwise about ada, {LECTURE}, gelu",
        ),
        ([HEAD.replace("why", "points,why") + f"ada,{LECTURE},gelu,1,2,a\n"], "two columns 'points'"),
        ([HEAD + f"ada,{LECTURE},gelu,1,good, but late\n"], "row 2: there are more cells than headings"),
        ([HEAD.strip() + f",bonus\nada,{LECTURE},gelu,99,a,ja\n"], "bonus is yes or no, not 'ja'"),
        ([HEAD + f"ada,{LECTURE},GELU,1,a\n"], "it has gelu, elu"),
    ],
)
def test_a_table_of_decisions_that_says_two_things_is_refused_whole(marked, capsys, tables, sentence):
    status, decided, said = adjusted(marked, capsys, *tables)
    assert (status, decided) == (USAGE, {})
    assert sentence in said


def test_a_decision_finds_its_student_however_the_name_is_spelled(marked, capsys):
    names = ["ADA", unicodedata.normalize("NFD", "Zoë"), "'=eve"]
    rows = "".join(f"{name},{LECTURE},gelu,1,a\n" for name in names)
    assert adjusted(marked, capsys, HEAD + rows)[:2] == (OK, {"ada": 1.0, "Zoë": 1.0, "=eve": 1.0})


def test_a_table_by_hand_without_the_columns_of_points_is_refused(marked, capsys):
    with Gradebook(marked / "gradebook.db") as book:
        entry = next(e for paper in class_papers(book) for e in paper.entries if e.verdict.exercise == "gelu")
        code = by_hand._code(book, entry)
    table = f"answer,lecture,exercise,pts,comment\n{code},{LECTURE},gelu,1,ok\n"
    assert adjusted(marked, capsys, table)[0] == USAGE
    assert adjusted(marked, capsys, table)[2].count("row 2: there is no column points") == 1


def test_a_request_whose_text_has_a_comma_is_refused_and_not_cut(marked, capsys):
    (marked / "r.csv").write_text(f"student,lecture,exercise,text\nada,{LECTURE},gelu,please, look\n", encoding="utf-8")
    assert main(["requests", str(marked), "--csv", str(marked / "r.csv")]) == USAGE
    assert "row 2: there are more cells than headings" in capsys.readouterr().err


TWINS = '[[people]]\nstudent = "al1"\nname = "Ada Lee"\n[[people]]\nstudent = "al2"\nname = "Ada Lee"\n'


@pytest.mark.parametrize(
    ("rows", "status", "sentence", "students"),
    [
        ("x_11;al1\nx_12; AL2 ", OK, "x_12 is al2", {"al1", "al2"}),
        ("x_11;al1\nx_12;all2", OK, "says that x_12 is all2, and there is no student of that name", {"al1", "x_12"}),
        ("x_11;al1\nx_11;al2", USAGE, "says that Moodle:x_11 is al1 and al2; keep one of the rows", {"x_11", "x_12"}),
    ],
)
def test_an_answer_names_somebody_who_is_there(tmp_path, monkeypatch, capsys, rows, status, sentence, students):
    monkeypatch.setattr(outputs, "write_all", lambda *_: None)
    out = classroom.write_gradebook(tmp_path / "grades", {"x_11": {LECTURE: 0.5}, "x_12": {LECTURE: 1.0}})
    with Gradebook(out / "gradebook.db") as book:
        book.add_aliases({"Moodle:x_11": "x_11", "Moodle:x_12": "x_12"})
    (out / "course.toml").write_text(TWINS, encoding="utf-8")
    answers = "found;student\n" + "\n".join(f"Moodle:{row}" for row in rows.split("\n"))
    (out / "who-is-who.csv").write_text(answers + "\n", encoding="utf-8")
    assert main(["report", str(out)]) == status
    said = capsys.readouterr()
    assert sentence in said.out + said.err
    with Gradebook(out / "gradebook.db") as book:
        assert {paper.student for paper in book.submissions()} == students


def test_commands_find_a_student_however_the_name_is_spelled(marked, capsys):
    decomposed = unicodedata.normalize("NFD", "ZOË")
    assert main(["adjust", str(marked), decomposed, LECTURE, "gelu", "1", "--why", "x"]) == OK
    assert main(["show", str(marked), decomposed, LECTURE]) == USAGE  # nothing was kept of it, but she is there
    assert "nothing of Zoë is kept" in capsys.readouterr().err
    assert main(["forget", str(marked), decomposed]) == OK
    assert main(["forget", str(marked), decomposed]) == USAGE


ONE = TWO + "Ann Lee,u1,1,a@x.org\n"


@pytest.mark.parametrize(
    ("second", "students", "sentence"),
    [
        (TWO + "Ann Lee,u1,1,new@x.org\n", ["u1"], "u1 stays as written; the roster says email new@x.org"),
        (TWO + "Ann Park,apark,1,a@x.org\n", ["u1"], "u1 stays as written; the roster says name Ann Park"),
        (TWO + '"LEE, Ann",u1,1,a@x.org\n', ["u1"], ""),
        (
            "Name,SID\nAnn Lee,44\n",
            ["u1"],
            "1 people stay as written, of whom the roster tells more (such as u1: id 44)",
        ),
        (
            TWO + "Zoe Zed,u1,9,z@x.org\n",
            ["u1"],
            "Zoe Zed of the roster has what identifies u1 (Ann Lee), and is otherwise",
        ),
        (ONE + "Ann Lee,u7,7,c@x.org\n", ["u1", "u7"], ""),
    ],
)
def test_a_later_roster_says_where_it_differs_and_changes_nothing(tmp_path, capsys, second, students, sentence):
    made(tmp_path, capsys, ONE)
    before = (tmp_path / "course.toml").read_text(encoding="utf-8")
    status, people, said = made(tmp_path, capsys, second)
    assert (status, list(people)) == (OK, students)
    assert (tmp_path / "course.toml").read_text(encoding="utf-8").startswith(before)
    assert sentence in said
    assert sentence or "!" not in said


def test_numbers_of_moodle_that_cross_leave_a_class_file_that_can_be_read(tmp_path, capsys):
    head = "Identifier,Full name,Email address,Grade,Last modified (grade)\n"
    sheet = head + "Participant {},Ann,a@x,,-\nParticipant {},Bob,b@x,,-\n"
    made(tmp_path, capsys, sheet.format(10, 11))
    status, people, said = made(tmp_path, capsys, sheet.format(11, 10))
    assert (status, [person.moodle for person in people.values()]) == (OK, [("10",), ("11",)])
    assert "number 11 of Moodle is b@x's in course.toml and Ann's in the roster" in said


@pytest.mark.parametrize("text", ['people = [{ student = "ann" }]\n', "[people]\n"])
def test_what_does_not_fit_below_a_class_file_is_not_written_into_it(tmp_path, capsys, text):
    (tmp_path / "course.toml").write_text(text, encoding="utf-8")
    assert made(tmp_path, capsys, TWO + "Bob,bob,2,b@x.org\n")[0] == USAGE
    assert (tmp_path / "course.toml").read_text(encoding="utf-8") == text


def test_without_a_class_list_an_answer_may_be_a_new_name(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(outputs, "write_all", lambda *_: None)
    out = classroom.write_gradebook(tmp_path / "grades", {"jovyan": {LECTURE: 0.5}})
    with Gradebook(out / "gradebook.db") as book:
        book.add_aliases({"course handin:jovyan": "jovyan"})
    (out / "who-is-who.csv").write_text("found,student\ncourse handin:jovyan,ada\n", encoding="utf-8")
    assert main(["report", str(out)]) == OK
    assert "jovyan is ada" in capsys.readouterr().out
    with Gradebook(out / "gradebook.db") as book:
        assert book.students() == ["ada"]
