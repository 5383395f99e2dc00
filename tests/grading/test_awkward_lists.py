"""Class lists that went through a spreadsheet, a mail program or another hand: nobody is merged, nobody invented."""

import pytest

from helpers.cli import main
from helpers.commands.common import OK, USAGE
from helpers.grading.class_file import class_of

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
        (TWO + "Ann,,,lab@x.org\nBob,,,lab@x.org\n", {"Ann", "Bob"}, "it does not tell them apart and is left out"),
        (TWO + "Ann,1001,2002,\nBob,2002,1001,\n", {"1001", "2002"}, "1001 is said to be of Ann and Bob"),
        (TWO + "Ann,ann,,\nAnn B,ANN,,\n", {"Ann", "Ann B"}, "ann is said to be of Ann and Ann B"),
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
