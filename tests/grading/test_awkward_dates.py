"""Times in other zones, over changes of the clock, on the minute; and class files that are hardly what was meant."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from helpers.cli import main
from helpers.commands.common import PROBLEM, USAGE
from helpers.grading.class_file import class_of
from helpers.grading.collecting.arrivals import Arrival
from helpers.grading.collecting.layouts import _moment
from helpers.grading.reckoning import lateness
from helpers.grading.submissions import find_submissions
from tests.grading.test_layouts import FOUR, LECTURES, TRIED, found, lay, moodle

NEW_YORK, TAIPEI = ZoneInfo("America/New_York"), ZoneInfo("Asia/Taipei")


def class_file(folder, text):
    folder.mkdir(exist_ok=True)
    (folder / "course.toml").write_text(text, encoding="utf-8")
    return class_of(folder)


def late_by(folder, due, came):
    text = f'timezone = "America/New_York"\n[late]\npercent_a_day = 10\n[lectures.{FOUR}]\ndue = {due}\n'
    return lateness(class_file(folder, text), "ada", FOUR, Arrival(came, "Gradescope"), 50, 50)


@pytest.mark.parametrize(
    ("due", "came", "days"),
    [
        ("2026-10-31T23:59:00", datetime(2026, 11, 1, 23, 50, tzinfo=NEW_YORK), 1),  # this day has 25 hours
        ("2026-10-31T23:59:00", datetime(2026, 11, 2, 0, 10, tzinfo=NEW_YORK), 2),
        ("2026-03-07T23:59:00", datetime(2026, 3, 9, 0, 10, tzinfo=NEW_YORK), 2),  # and this one 23
        ("2026-11-01T01:30:00", datetime(2026, 11, 1, 6, 29, tzinfo=UTC), 1),  # half past one, an hour later
        ("2026-03-07T23:59:00", datetime(2026, 3, 8, 4, 58, tzinfo=UTC), 0),
    ],
)
def test_a_day_late_ends_at_the_same_time_of_the_next_day(tmp_path, due, came, days):
    assert late_by(tmp_path, due, came).days == days


def test_late_by_seconds_does_not_look_like_being_on_time(tmp_path):
    why = late_by(tmp_path, "2026-03-07T23:59:00", datetime(2026, 3, 8, 4, 59, 20, tzinfo=UTC)).why
    assert "in at 2026-03-07 23:59:20 EST (Gradescope), due 2026-03-07 23:59 EST" in why


@pytest.mark.parametrize(
    ("written", "utc"),
    [
        ("2026-03-01 22:58:36.203447 UTC", "2026-03-01T22:58:36"),
        ("2026-03-01 22:58:36 +0800", "2026-03-01T14:58:36"),
        ("2026-03-01 22:58:36.5 America/Los_Angeles", "2026-03-02T06:58:36"),
        ("2026-03-01 22:58:36 Mars/Base", None),
        ("2026-03-01-22-58-36", None),
        ("2026-02-30 22:58:36 UTC", ""),
    ],
)
def test_the_zone_that_a_time_tells_is_believed(written, utc):
    moment = _moment(written)
    if utc:
        assert moment.astimezone(UTC).isoformat()[:19] == utc
    else:
        assert (moment and moment.tzinfo) is None
        assert bool(moment) == (utc is None)


@pytest.mark.parametrize(
    "written",
    [
        "Sunday, 1 March 2026, 10:58\u202fPM",
        "Sunday, 1 March 2026, 22:58",
        "Sunday, March 1, 2026, 10:58 PM",
        "1 March 2026, 22:58",
        "2026-03-01 22:58",
    ],
)
def test_times_without_a_zone_are_in_that_of_the_class(tmp_path, written):
    sheet = f'Identifier;Last modified (submission)\nParticipant 100;"{written}"\n'
    files = moodle("Ada Lovelace") | {"Grades.csv": sheet.encode()}
    source = lay(tmp_path / "class", files)
    (one,) = find_submissions(source, LECTURES, zone=TAIPEI).submissions
    assert one.arrival.time == datetime(2026, 3, 1, 22, 58, tzinfo=TAIPEI)


def test_a_worksheet_whose_times_cannot_be_read_is_named(tmp_path):
    sheet = 'ID,Zuletzt geändert (Abgabe)\n"Teilnehmer/in 100","Sonntag, 1. März 2026, 22:58"\n'
    class_, _ = found(lay(tmp_path, moodle("Ada Lovelace") | {"Bewertung.csv": sheet.encode()}))
    (remark,) = class_.remarks
    assert "Bewertung.csv tells no time that can be read; set Moodle to English and download it again" in remark


def test_a_table_beside_the_folders_that_is_no_worksheet_is_no_matter(tmp_path):
    class_, _ = found(lay(tmp_path, {f"ada/{FOUR}.ipynb": TRIED, "notes.csv": b"a,b\n1,2\n", "empty.csv": b""}))
    assert class_.remarks == ()


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[marks]\nletters = { A = 0.9, B = 0.8 }\n", "the highest is 0.9; write 90, not 0.9"),
        ("[marks]\nletters = { A = 90, B = 90 }\n", "one of them is never given"),
        ("[marks]\nletters = { A = 70, B = 80, C = 90 }\n", "C from 90, B from 80, A from 70"),
        (f"[lectures.{FOUR}]\nweight = 0\n", "no lecture has a weight"),
        (f"[lectures.{FOUR}]\nextra_credit = true\n", "no lecture has a weight"),
        (f"[marks]\ndrop_lowest = 2\n[lectures.{FOUR}]\n", "drop_lowest is 2 of 1 lectures"),
        (
            f"[lectures.{FOUR}]\ndue = 2026-03-08\n"
            f'[[people]]\nstudent = "ada"\nextensions = {{ {FOUR} = 2026-01-01 }}\n',
            f"the extension of ada for {FOUR} ends before the lecture is due",
        ),
    ],
)
def test_what_a_class_file_may_say_and_hardly_means_is_named(tmp_path, capsys, text, sentence):
    class_file(tmp_path, text)
    assert main(["class", "check", str(tmp_path)]) == PROBLEM
    assert sentence in capsys.readouterr().out


def test_letters_in_any_order_are_no_matter(tmp_path, capsys):
    class_file(tmp_path, '[marks]\nletters = { C = 70, "A+" = 95, A = 90, B = 80, pass = 50, F = 0 }\n')
    main(["class", "check", str(tmp_path)])
    assert "Everything is in place" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("line", "advice"),
    [
        ("timezone = “Asia/Taipei”", "write straight quotes"),
        ("timezone = Asia/Taipei", "write a text in quotes"),
        (f"[lectures.{FOUR}]\ndue = 08/03/2026", "write the time so: due = 2026-03-08T23:59:00"),
        (f"[lectures.{FOUR}]\nextra_credit = True", "write true or false"),
        ("[late]\npercent_a_day = 10%", "write the number alone"),
        ("[late]\npercent_a_day: 10", "write = between a name and its value"),
    ],
)
def test_what_people_write_by_hand_is_answered_with_what_to_write(tmp_path, capsys, line, advice):
    (tmp_path / "course.toml").write_text(line + "\n", encoding="utf-8")
    assert main(["class", "check", str(tmp_path)]) == USAGE
    said = capsys.readouterr().err
    assert advice in said
    assert f"line {line.count(chr(10)) + 1}:" in said
