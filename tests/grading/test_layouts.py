"""What the systems give out is understood: whose work it is, which notebook counts, and what is no notebook is named.

The layouts are those of `helpers/grading/collecting/layouts.py`, which says where each comes from.
"""

import io
import json
import os
import unicodedata
import zipfile

import pytest

from helpers.grading.collecting.people import Member, People
from helpers.grading.submissions import NoSubmissions, find_submissions, the_notebook_of
from tests import classroom

LECTURES = ("00_start_here", "04_activations", "06_initialization", "10_babysitting")
FOUR, SIX = "04_activations", "06_initialization"


def notebook(lecture=FOUR, answers=(), **metadata) -> bytes:
    """A small notebook of a lecture, with these exercises tried."""
    cells = [
        {
            "cell_type": "code",
            "metadata": {"nbgrader": {"grade_id": name}},
            "source": f"def {name}(x):\n    return x",
        }
        for name in answers
    ]
    return json.dumps({"cells": cells, "metadata": {"course": {"lecture": lecture}, **metadata}}).encode()


BLANK, TRIED, MORE = notebook(), notebook(answers=["gelu"]), notebook(answers=["gelu", "elu"])


def lay(folder, files: dict):
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    return folder


def zipped(files: dict, times=(2026, 3, 1, 12, 0, 0)) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for path, content in files.items():
            archive.writestr(zipfile.ZipInfo(path, times), content)
    return packed.getvalue()


def found(source, lectures=LECTURES, **known):
    class_ = find_submissions(source, lectures, people=People(**known))
    return class_, {(one.student, one.lecture) for one in class_.submissions}


def moodle(*people, lecture=FOUR, first=100, content=TRIED):
    return {f"{name}_{first + i}_assignsubmission_file/{lecture}.ipynb": content for i, name in enumerate(people)}


PEOPLE = ("Ada Lovelace", "Grace Hopper", "José García")
METADATA = """---
submission_91:
  :submitters:
  - :name: Ada Lovelace
    :sid: '1815'
    :email: ada@example.org
  :created_at: 2026-03-01 22:58:36.203447000 Z
  :score: 0.0
  :results:
    tests: []
submission_92:
  :submitters:
  - :name: Grace Hopper
    :sid: '1906'
    :email: grace@example.org
  - :name: José García
    :sid: '1950'
    :email: jose@example.org
  :created_at: 2026-03-02 08:00:00.000000000 Z
"""


def handin_of(name, *lectures) -> bytes:
    """What `course handin --name NAME` writes."""
    return zipped({f"{name}/{lecture}.ipynb": TRIED for lecture in lectures or (FOUR,)})


LAYOUTS = {
    "Moodle": (moodle(*PEOPLE), 3, "3 people, Moodle, 1 assignment (04_activations), 3 notebooks"),
    "Moodle, several assignments in one folder": (
        moodle(*PEOPLE) | moodle(*PEOPLE, lecture=SIX, first=200),
        3,
        "3 people, Moodle, 2 assignments (04_activations, 06_initialization), 6 notebooks",
    ),
    "Moodle, one folder for each download": (
        {f"COURSE-HW 4-55/{k}": v for k, v in moodle(*PEOPLE).items()}
        | {f"COURSE-HW 6-77/{k}": v for k, v in moodle(*PEOPLE, lecture=SIX, first=200).items()},
        3,
        "3 people, Moodle, 2 assignments",
    ),
    "Moodle, teams before 4.1": (
        moodle("Group A-Ada Lovelace", "Group A-Grace Hopper", "Default group-José García")
        | moodle(*PEOPLE, lecture=SIX, first=200),
        3,
        "3 people, Moodle",
    ),
    "Moodle, teams": (
        {f"Group {name}_{i}_assignsubmission_file/{FOUR}.ipynb": TRIED for i, name in enumerate("ABC")},
        3,
        "3 people, Moodle",
    ),
    "Moodle, anonymous": (
        {f"Participant_{i}_assignsubmission_file/{FOUR}.ipynb": TRIED for i in (11, 12, 13)},
        3,
        "3 people, Moodle",
    ),
    "Moodle, flat": (
        {f"{name}_{i}_assignsubmission_file_{FOUR}.ipynb": TRIED for i, name in enumerate(PEOPLE)},
        3,
        "3 people, Moodle",
    ),
    "Canvas": (
        {
            f"lovelaceada_11_501_{FOUR}.ipynb": TRIED,
            f"lovelaceada_11_502_{FOUR}-1.ipynb": TRIED,
            f"hoppergrace_LATE_12_503_{FOUR}.ipynb": TRIED,
            f"o_brienconan_13_504_{FOUR}.ipynb": TRIED,
        },
        3,
        "3 people, Canvas, 1 assignment (04_activations), 3 notebooks, 1 late",
    ),
    "Canvas, anonymous": (
        {
            f"anon_Gx5aB_9001_{FOUR}.ipynb": TRIED,
            f"anon_Gx5aB_9044_{FOUR}-1.ipynb": TRIED,
            f"anon_Qq1zz_9002_{FOUR}.ipynb": TRIED,
            f"LATE_anon_Zz9aa_9003_{FOUR}.ipynb": TRIED,
        },
        3,
        "3 people, Canvas",
    ),
    "Canvas, in folders of assignments": (
        {f"hw4/lovelaceada_11_501_{FOUR}.ipynb": TRIED, f"hw4/hoppergrace_12_502_{FOUR}.ipynb": TRIED}
        | {f"hw6/lovelaceada_11_601_{SIX}.ipynb": TRIED, f"hw6/noetheremmy_14_602_{SIX}.ipynb": TRIED},
        3,
        "3 people, Canvas, 2 assignments",
    ),
    "Gradescope": (
        {
            "assignment_4711_export/submission_metadata.yml": METADATA.encode(),
            f"assignment_4711_export/submission_91/{FOUR}.ipynb": TRIED,
            "assignment_4711_export/submission_92/hw.ipynb": TRIED,
        },
        3,
        "3 people, Gradescope",
    ),
    "GitHub Classroom": (
        {
            f"hw4-submissions/hw4-ada/notebooks/{FOUR}.ipynb": TRIED,
            f"hw4-submissions/hw4-grace/notebooks/{FOUR}.ipynb": TRIED,
            f"hw4-submissions/hw4-the-third/notebooks/{FOUR}.ipynb": TRIED,
            "hw4-submissions/hw4-ada/README.md": b"",
        },
        3,
        "3 people, GitHub Classroom",
    ),
    "nbgrader, submitted": (
        {f"submitted/{s}/{FOUR}/{FOUR}.ipynb": TRIED for s in "abc"}
        | {f"submitted/{s}/{FOUR}/timestamp.txt": b"2026-03-01 15:58:23.948203 UTC" for s in "abc"}
        | {f"source/{FOUR}/{FOUR}.ipynb": MORE, f"release/{FOUR}/{FOUR}.ipynb": BLANK},
        3,
        "3 people, nbgrader",
    ),
    "nbgrader, the exchange": (
        {f"{s}+{FOUR}+2026-03-01 15:58:23.948203 UTC+x{s}/{FOUR}.ipynb": TRIED for s in "abc"}
        | {f"{s}+{SIX}+2026-03-08 15:58:23.948203 UTC+y{s}/{SIX}.ipynb": TRIED for s in "abc"},
        3,
        "3 people, nbgrader, 2 assignments",
    ),
    "Blackboard": (
        {
            f"HW_4_{s}_attempt_2026-03-01-14-22-1{i}_{FOUR}.ipynb": TRIED
            for i, s in enumerate(("ada", "grace", "jgarcia"))
        }
        | {"HW_4_ada_attempt_2026-03-01-14-22-10.txt": b"Name: Ada Lovelace (ada)"},
        3,
        "3 people, Blackboard",
    ),
    "Google Classroom": (
        {f"Homework 4/{name} - {FOUR}.ipynb": TRIED for name in PEOPLE},
        3,
        "3 people, Google Classroom",
    ),
    "folders": ({f"{s}/{FOUR}.ipynb": TRIED for s in "abc"}, 3, "3 people, folders"),
    "a folder around the class": ({f"class/{s}/{FOUR}.ipynb": TRIED for s in "abc"}, 3, "3 people, folders"),
    "a folder of any name around the class": (
        {f"NN 2026/{s}/{FOUR}.ipynb": TRIED for s in "abc"},
        3,
        "3 people, folders",
    ),
    "folders of weeks": (
        {f"term/week 1/{s}/{FOUR}.ipynb": TRIED for s in "abc"}
        | {f"term/week 2/{s}/homework/{SIX}.ipynb": TRIED for s in "abc"},
        3,
        "3 people, folders, 2 assignments",
    ),
    "folders of lectures inside": (
        {f"{s}/{lecture}/{lecture}.ipynb": TRIED for s in "abc" for lecture in (FOUR, SIX)},
        3,
        "3 people, folders, 2 assignments",
    ),
    "folders of lectures outside": (
        {f"{lecture}/{s}/{lecture}.ipynb": TRIED for s in "abc" for lecture in (FOUR, SIX)},
        3,
        "3 people, folders, 2 assignments",
    ),
    "folders of assignments of any name inside": (
        {f"{s}/ps{i}/{lecture}.ipynb": TRIED for s in "abc" for i, lecture in enumerate((FOUR, SIX))},
        3,
        "3 people, folders, 2 assignments",
    ),
    "folders of assignments of any name outside": (
        {f"ps{i}/{s}/{lecture}.ipynb": TRIED for s in "abc" for i, lecture in enumerate((FOUR, SIX))},
        3,
        "3 people, folders, 2 assignments",
    ),
    "attempts of any name inside": (
        {f"{s}/{t}/{FOUR}.ipynb": TRIED for s in "abc" for t in ("Montag", "Dienstag")},
        3,
        "3 people, folders, 1 assignment (04_activations), 3 notebooks",
    ),
    "nbgrader, assignments of any name": (
        {f"submitted/{s}/ps{i}/{lecture}.ipynb": TRIED for s in "abc" for i, lecture in enumerate((FOUR, SIX))},
        3,
        "3 people, nbgrader, 2 assignments",
    ),
    "Gradescope, the metadata lost": (
        {f"assignment_4711_export/submission_{i}/notebooks/{FOUR}.ipynb": TRIED for i in (91, 92, 93)},
        3,
        "3 people, folders",
    ),
    "the folder that also holds the gradebook": (
        {f"submissions/{s}/{FOUR}.ipynb": TRIED for s in "abc"}
        | {
            "grades/gradebook.db": b"x",
            "grades/feedback/a/x.html": b"",
            "roster.csv": b"a,b",
            "handout.zip": zipped({}),
        },
        3,
        "3 people, folders",
    ),
    "attempts inside": (
        {f"{s}/attempt_{i}/{FOUR}.ipynb": TRIED for s in "abc" for i in (9, 10)},
        3,
        "3 people, folders, 1 assignment (04_activations), 3 notebooks",
    ),
    "zips of people": ({f"{s}.zip": zipped({f"hw/{FOUR}.ipynb": TRIED}) for s in "abc"}, 3, "3 people, folders"),
    "zips in the folders of people": (
        {f"{s}/homework.zip": zipped({f"{FOUR}.ipynb": TRIED}) for s in "abc"},
        3,
        "3 people, folders",
    ),
    "zips of weeks": (
        {
            "COURSE-HW 4-55.zip": zipped(moodle(*PEOPLE)),
            "COURSE-HW 6-77.zip": zipped(moodle(*PEOPLE, lecture=SIX, first=200)),
        },
        3,
        "3 people, Moodle, 2 assignments",
    ),
    "a zip in a zip in a zip": (
        {"all.zip": zipped({"submissions.zip": zipped({f"{s}.zip": zipped({f"{FOUR}.ipynb": TRIED}) for s in "abc"})})},
        3,
        "3 people, folders",
    ),
    "course handin, uploaded to Moodle": (
        {f"{s}_{i}_assignsubmission_file/handin.zip": handin_of("me") for i, s in enumerate(PEOPLE)},
        3,
        "3 people, Moodle",
    ),
    "course handin, uploaded to Moodle, flat": (
        {f"{s}_{i}_assignsubmission_file_handin-2.zip": handin_of("me") for i, s in enumerate(PEOPLE)},
        3,
        "3 people, Moodle",
    ),
    "course handin, uploaded to Canvas": (
        {
            "lovelaceada_LATE_11_501_handin.zip": handin_of("jovyan"),
            "lovelaceada_LATE_11_502_handin-1.zip": handin_of("jovyan"),
            "hoppergrace_12_503_handin.zip": handin_of("jovyan"),
            f"garciajose_13_504_{FOUR}.ipynb": TRIED,
        },
        3,
        "3 people, Canvas, 1 assignment (04_activations), 3 notebooks, 1 late",
    ),
    "course handin, uploaded to Canvas without names": (
        {f"anon_Gx5a{s}_900{i}_handin.zip": handin_of("jovyan") for i, s in enumerate("abc")},
        3,
        "3 people, Canvas",
    ),
    "course handin, uploaded to Blackboard": (
        {f"HW_4_{s}_attempt_2026-03-01-14-22-10_handin.zip": handin_of(s) for s in ("ada", "grace", "jgarcia")},
        3,
        "3 people, Blackboard",
    ),
    "course handin, uploaded to Google Classroom": (
        {f"Homework 4/{s} - handin.zip": handin_of(s) for s in PEOPLE},
        3,
        "3 people, Google Classroom",
    ),
    "course handin, several in one folder": (
        {f"handin{number}.zip": handin_of(s) for number, s in zip(("", "-2", " (3)"), PEOPLE, strict=True)},
        3,
        "3 people, course handin, 1 assignment (04_activations), 3 notebooks",
    ),
    "course handin, unpacked, beside other folders": (
        {f"handin/Ada/{FOUR}.ipynb": TRIED, f"handin 2/Grace/{FOUR}.ipynb": TRIED, f"jose/{FOUR}.ipynb": TRIED},
        3,
        "3 people, course handin and folders",
    ),
    "zips that people uploaded to Canvas": (
        {
            "lovelaceada_11_501_hw.zip": zipped({f"hw/{FOUR}.ipynb": TRIED}),
            f"hoppergrace_12_502_{FOUR}.zip": zipped({f"{FOUR}/notebooks/{FOUR}.ipynb": TRIED}),
            f"garciajose_13_503_{FOUR}.ipynb": TRIED,
        },
        3,
        "3 people, Canvas",
    ),
    "zips of classes whose names only look like Canvas's": (
        {
            "hw_4_2026_submissions.zip": zipped({f"{s}/{FOUR}.ipynb": TRIED for s in "abc"}),
            "hw_6_2026_submissions.zip": zipped({f"{s}/{SIX}.ipynb": TRIED for s in "abc"}),
        },
        3,
        "3 people, folders, 2 assignments",
    ),
    "the zip of a class whose name only looks like Canvas's": (
        {"cs_231_2026_submissions.zip": zipped({f"{s}/{FOUR}.ipynb": TRIED for s in "abc"})},
        3,
        "3 people, folders",
    ),
    "the homework before the person": (
        {f"Homework 4 - {name}.ipynb": TRIED for name in PEOPLE},
        3,
        "3 people, Google Classroom",
    ),
    "Google Classroom, in a folder of any name": (
        {f"NN/{name} - {FOUR}.ipynb": TRIED for name in PEOPLE},
        3,
        "3 people, Google Classroom",
    ),
    "a zip of Windows": (
        {"class.zip": zipped({f"class\\{s}\\{FOUR}.ipynb": TRIED for s in "abc"})},
        3,
        "3 people, folders",
    ),
}


@pytest.mark.parametrize("packed", ["folder", "zip"])
@pytest.mark.parametrize(("files", "count", "line"), LAYOUTS.values(), ids=LAYOUTS)
def test_every_layout_is_understood(tmp_path, files, count, line, packed):
    if packed == "folder":
        source = lay(tmp_path / "everything", files)
    else:
        source = tmp_path / "everything.zip"
        source.write_bytes(zipped(files))
    class_, _ = found(source)
    assert len(class_.students) == count, class_.students
    assert class_.understood.startswith(line)
    assert {one.student for one in class_.submissions} == set(class_.students)
    assert all(one.read().content == TRIED for one in class_.submissions)


def test_times_come_from_the_system_where_it_tells(tmp_path):
    for name in ("Gradescope", "nbgrader, submitted", "nbgrader, the exchange", "Blackboard"):
        class_, _ = found(lay(tmp_path / name, LAYOUTS[name][0]))
        assert all(one.arrival.is_certain and one.arrival.time.year == 2026 for one in class_.submissions), name
    class_, _ = found(lay(tmp_path / "moodle", LAYOUTS["Moodle"][0]))
    assert not any(one.arrival.is_certain for one in class_.submissions)
    class_, _ = found(lay(tmp_path / "canvas", LAYOUTS["Canvas"][0]))
    assert {one.student: one.arrival.late for one in class_.submissions} == {
        "lovelaceada_11": False,
        "hoppergrace_12": True,
        "o_brienconan_13": False,
    }


def test_moodles_times_are_those_of_the_worksheet_beside_the_folders(tmp_path):
    sheet = "Identifier,Full name,Grade,Last modified (submission)\n"
    sheet += 'Participant 100,Ada Lovelace,,"Sunday, 1 March 2026, 10:58 PM"\nParticipant 101,Grace Hopper,,-\n'
    class_, _ = found(lay(tmp_path, moodle(*PEOPLE) | {"Grades-hw4.csv": sheet.encode()}))
    times = {one.student: one.arrival.time for one in class_.submissions if one.arrival.is_certain}
    assert {student: time.isoformat()[:16] for student, time in times.items()} == {
        "Ada Lovelace_100": "2026-03-01T22:58"
    }


def test_a_files_time_is_taken_only_where_it_can_be_that_of_the_work(tmp_path):
    """Zips of Moodle and Canvas, and clones, have the time at which they were fetched: by it, all would be late."""
    for name in ("Moodle", "Canvas", "GitHub Classroom", "folders"):
        class_, _ = found(lay(tmp_path / name, LAYOUTS[name][0]))
        assert all(one.arrival.time is None for one in class_.submissions), name
    for hours, path in enumerate(sorted((tmp_path / "folders").rglob("*.ipynb"))):
        os.utime(path, (1_700_000_000 + 3600 * hours,) * 2)
    class_, _ = found(tmp_path / "folders")
    assert [one.arrival.time.timestamp() - 1_700_000_000 for one in class_.submissions] == [0, 3600, 7200]
    assert not any(one.arrival.is_certain for one in class_.submissions)


def test_nobody_can_hand_in_a_folder_that_is_taken_for_anothers(tmp_path):
    files = {f"{s}/{FOUR}.ipynb": TRIED for s in ("ada", "bob", "cyd")}
    files |= {f"eve/bob_99_assignsubmission_file_/{FOUR}.ipynb": MORE, f"eve/x/bob/{FOUR}.ipynb": MORE}
    files |= {f"eve/lovelaceada_1_2_{FOUR}.ipynb": MORE, "eve/dan.zip": zipped({f"bob/{FOUR}.ipynb": MORE})}
    class_, _ = found(lay(tmp_path, files))
    assert class_.students == ("ada", "bob", "cyd", "eve")
    assert {one.student: one.read().content for one in class_.submissions}["bob"] == TRIED


# --- Who is one person -------------------------------------------------------------------------------------------


def test_composed_and_decomposed_accents_are_one_person_and_case_is_said(tmp_path):
    jose = "José García"
    files = {f"week 1/{unicodedata.normalize('NFC', jose)}/{FOUR}.ipynb": TRIED, f"week 1/ada/{FOUR}.ipynb": TRIED}
    files |= {f"week 2/{unicodedata.normalize('NFD', jose)}/{SIX}.ipynb": TRIED, f"week 2/Ada/{SIX}.ipynb": TRIED}
    class_, have = found(lay(tmp_path, files))
    assert len(class_.students) == 2
    assert len(have) == 4
    assert [remark for remark in class_.remarks if "taken for one person" in remark] == [
        f"Ada and ada are taken for one person, {next(s for s in class_.students if s.lower() == 'ada')}"
    ]


def test_names_that_a_mac_packed_are_read_as_written(tmp_path):
    name = unicodedata.normalize("NFD", f"José García/{FOUR}.ipynb")
    info = zipfile.ZipInfo("x" * len(name.encode()))
    with zipfile.ZipFile(tmp_path / "class.zip", "w") as archive:
        archive.writestr(info, TRIED)
    packed = (tmp_path / "class.zip").read_bytes().replace(info.filename.encode(), name.encode())
    (tmp_path / "class.zip").write_bytes(packed)
    class_, _ = found(tmp_path / "class.zip")
    assert class_.students == ("José García",)


def test_two_people_of_one_name_stay_two_and_are_asked_for(tmp_path):
    files = moodle("Wei Wang", "Wei Wang", "Ada Lovelace")
    class_, have = found(lay(tmp_path, files))
    assert have == {("Wei Wang_100", FOUR), ("Wei Wang_101", FOUR), ("Ada Lovelace_102", FOUR)}
    assert [question.found for question in class_.questions] == ["Moodle:Wei Wang_100", "Moodle:Wei Wang_101"]
    later = lay(tmp_path / "later", moodle("Wei Wang", lecture=SIX, first=200))
    class_, have = found(
        later,
        students=["Wei Wang_100", "Wei Wang_101"],
        aliases={"Moodle:Wei Wang_100": "Wei Wang_100", "Moodle:Wei Wang_101": "Wei Wang_101"},
    )
    assert have == {("Wei Wang_200", SIX)}
    assert "could be Wei Wang_100 or Wei Wang_101" in class_.questions[0].why
    class_, have = found(
        later, students=["Wei Wang_100", "Wei Wang_101"], answers={"Moodle:Wei Wang_200": "Wei Wang_101"}
    )
    assert have == {("Wei Wang_101", SIX)}
    assert not class_.questions


def test_the_next_weeks_number_of_moodle_is_the_same_person(tmp_path):
    _, have = found(
        lay(tmp_path, moodle(*PEOPLE, lecture=SIX, first=200)),
        students=["Ada Lovelace_100"],
        aliases={"Moodle:Ada Lovelace_100": "Ada Lovelace_100"},
    )
    assert have == {("Ada Lovelace_100", SIX), ("Grace Hopper_201", SIX), ("José García_202", SIX)}


def test_two_who_are_both_called_by_one_login_stay_two_and_are_asked_for(tmp_path):
    files = {"handin.zip": handin_of("jovyan"), "handin-2.zip": handin_of("jovyan"), "handin-3.zip": handin_of("ada")}
    class_, have = found(lay(tmp_path, files))
    assert have == {("jovyan", FOUR), ("jovyan (handin-2)", FOUR), ("ada", FOUR)}
    assert [question.found.partition(":")[2] for question in class_.questions] == ["jovyan", "jovyan (handin-2)"]
    _, have = found(tmp_path, answers={"course handin:jovyan (handin-2)": "jovyan", "course handin:jovyan": "jovyan"})
    assert have == {("jovyan", FOUR), ("ada", FOUR)}


def test_what_is_handed_in_as_two_zips_of_course_handin_is_read_from_the_later_one(tmp_path):
    files = {f"ada/handin{number}.zip": handin_of("ada") for number in ("", "-2", "-10")}
    class_, _ = found(lay(tmp_path, files | {f"bob/{FOUR}.ipynb": TRIED}))
    assert class_.submissions[0].path == f"ada/handin-10.zip/ada/{FOUR}.ipynb"


def test_teams_before_names_of_one_week_make_no_other_people(tmp_path):
    """Without a class list; the names without teams are known from another download, or from the week before."""
    names = ("Jean-Pierre Petit", "Ada Lovelace")
    teams = moodle(*(f"Lab-2-{name}" for name in names))
    plain = moodle(*names, lecture=SIX, first=200)
    together = {f"w1/{k}": v for k, v in teams.items()} | {f"w2/{k}": v for k, v in plain.items()}
    assert len(found(lay(tmp_path / "together", together))[0].students) == 2
    for first, second in ((teams, plain), (plain, teams)):
        week1, _ = found(lay(tmp_path / f"a{len(first)}{id(first)}", first))
        week2, _ = found(lay(tmp_path / f"b{id(second)}", second), students=week1.students, aliases=week1.aliases)
        assert week2.students == week1.students


def test_upper_and_lower_case_of_turkish_are_one_person(tmp_path):
    files = {f"week 1/{s}/{FOUR}.ipynb": TRIED for s in ("IŞIL İNCE", "bob")}
    files |= {f"week 2/{s}/{SIX}.ipynb": TRIED for s in ("ışıl ince", "bob")}
    assert len(found(lay(tmp_path, files))[0].students) == 2


LISTED = [
    Member("ada", "Ada Lovelace", ("ada@example.org", "1815")),
    Member("jp", "Jean-Pierre Petit", ("jp@example.org", "1900")),
    Member("wei1", "Wei Wang", ("w1@example.org", "2001")),
    Member("wei2", "Wei Wang", ("w2@example.org", "2002")),
    Member("jose", "José García", ("jose@example.org", "3000")),
]


@pytest.mark.parametrize("form", ["{1}_{0}", "{1} {0}", "{1}-{0}", "{0}_{1}", "{0} ({1})", "{0} - {1}", "{1}"])
def test_a_student_number_before_or_behind_the_name_tells_who_it_is(tmp_path, form):
    people = {"1815": "Ada Lovelace", "1900": "Petit, Jean-Pierre", "2002": "Wei Wang", "3000": "Jose Garcia"}
    files = {f"{form.format(name, number)}/{FOUR}.ipynb": TRIED for number, name in people.items()}
    class_, _ = found(lay(tmp_path, files), members=LISTED)
    assert (class_.students, class_.questions) == (("ada", "jose", "jp", "wei2"), ())


def test_a_number_and_a_name_of_two_people_are_asked_for(tmp_path):
    files = {
        f"{name}/{FOUR}.ipynb": TRIED
        for name in ("1815_Jean-Pierre Petit", "Wang_Wei", "group_1900", "Petit.Jean-Pierre")
    }
    class_, _ = found(lay(tmp_path, files), members=LISTED)
    assert class_.students == ("1815_Jean-Pierre Petit", "Wang_Wei", "group_1900", "jp")
    assert [question.why for question in class_.questions] == [
        "could be ada or jp",
        "could be wei1 or wei2",
        "is nobody of course.toml",
    ]


# --- Which notebook counts ---------------------------------------------------------------------------------------

CHOICES = {
    "an untouched copy never beats one that was worked on": (
        {f"{FOUR}.ipynb": BLANK, f"{FOUR} (1).ipynb": TRIED},
        f"{FOUR} (1).ipynb",
        "worked on",
    ),
    "nor the other way round": ({f"{FOUR}.ipynb": TRIED, f"{FOUR} (1).ipynb": BLANK}, f"{FOUR}.ipynb", "worked on"),
    "attempts are counted": (
        {f"attempt_9/{FOUR}.ipynb": MORE, f"attempt_10/{FOUR}.ipynb": TRIED},
        f"attempt_10/{FOUR}.ipynb",
        "attempt",
    ),
    "old is older": ({f"{FOUR}.ipynb": TRIED, f"{FOUR}_old.ipynb": MORE}, f"{FOUR}.ipynb", "attempt"),
    "a number is newer": ({f"{FOUR}.ipynb": MORE, f"{FOUR} (2).ipynb": TRIED}, f"{FOUR} (2).ipynb", "number"),
    "what cannot be read loses": ({f"{FOUR}.ipynb": TRIED, f"{FOUR}-v2.ipynb": b"{"}, f"{FOUR}.ipynb", "read"),
}


@pytest.mark.parametrize(("files", "counts", "why"), CHOICES.values(), ids=CHOICES)
def test_the_newest_complete_work_counts_here_and_at_gradescope_and_it_is_said(tmp_path, files, counts, why):
    lay(tmp_path / "class" / "ada", files)
    for path in (tmp_path / "class").rglob("*.ipynb"):
        os.utime(path, (1_700_000_000, 1_700_000_000))
    class_, _ = found(tmp_path / "class")
    (one,) = class_.submissions
    assert one.path == f"ada/{counts}"
    assert why in one.note
    assert [remark for remark in class_.remarks if counts in remark]
    alone, note = the_notebook_of(tmp_path / "class" / "ada", FOUR)
    assert alone.path == counts
    assert why in note


def test_the_files_time_decides_if_nothing_else_does(tmp_path):
    lay(tmp_path, {f"ada/{FOUR}.ipynb": TRIED, f"ada/{FOUR}-Copy1.ipynb": MORE})
    for hour, name in enumerate((f"{FOUR}-Copy1", FOUR)):
        os.utime(tmp_path / "ada" / f"{name}.ipynb", (1_700_000_000 + 3600 * hour,) * 2)
    (one,) = found(tmp_path)[0].submissions
    assert one.path == f"ada/{FOUR}.ipynb"
    assert "changed last" in one.note


def test_the_time_that_the_system_tells_goes_before_all_names(tmp_path):
    files = {
        f"HW_ada_attempt_2026-03-02-10-00-00_{FOUR}_attempt_1.ipynb": TRIED,
        f"HW_ada_attempt_2026-03-01-10-00-00_{FOUR}_attempt_2.ipynb": MORE,
    }
    (one,) = found(lay(tmp_path, files))[0].submissions
    assert one.read().content == TRIED
    assert "came in last" in one.note


# --- Names and files that are not as asked for -------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        "04_Activations.ipynb",
        "Ada HW4.ipynb",
        "04_activations.ipynb.txt",
        "04_activations.ipynb.json",
        "04_activations.IPYNB",
        "Untitled1.ipynb",
        "homework.json",
        "Copy of homework.ipynb",
    ],
)
def test_a_notebook_is_recognised_whatever_its_name(tmp_path, name):
    assert found(lay(tmp_path, {f"ada/{name}": TRIED, f"bob/{FOUR}.ipynb": TRIED}))[1] == {("ada", FOUR), ("bob", FOUR)}


def test_a_notebook_whose_metadata_are_gone_is_recognised_by_its_exercises(tmp_path):
    bare = classroom.untouched_notebook(SIX)
    bare["metadata"] = {}
    files = {"ada/mine.ipynb": json.dumps(bare).encode(), f"bob/{FOUR}.ipynb": TRIED}
    assert found(lay(tmp_path, files))[1] == {("ada", SIX), ("bob", FOUR)}


@pytest.mark.parametrize(
    ("name", "content", "what"),
    [
        (f"{FOUR}.html", b"<html>", "a web page made from a notebook"),
        (f"{FOUR}.py", b"", "a Python file"),
        ("homework.pdf", b"", "a PDF"),
        ("homework.zip", b"no zip", "the zip cannot be read"),
        ("homework.rar", b"", "an archive that cannot be read"),
        ("homework.ipynb", b"<html>", "damaged, or a file of another kind"),
        ("homework.zip", zipped({}), "the zip is empty"),
        ("homework.zip", zipped({"__MACOSX/._x.ipynb": b"x", "hw/.DS_Store": b""}), "the zip is empty"),
        ("homework.gdoc", b"{}", "not a notebook"),
        ("homework", b"", "not a notebook"),
    ],
)
def test_what_is_no_notebook_is_named_with_what_to_do(tmp_path, name, content, what):
    class_, have = found(lay(tmp_path, {f"ada/{name}": content, f"bob/{FOUR}.ipynb": TRIED}))
    assert have == {("ada", FOUR), ("bob", FOUR)}
    (ada,) = [one for one in class_.submissions if one.student == "ada"]
    assert what in ada.read().problem
    assert "the file that ends in .ipynb" in ada.read().problem
    assert any(f"ada/{name} is" in remark and what in remark for remark in class_.remarks)


def test_files_beside_a_notebook_are_no_matter(tmp_path):
    files = {f"ada/{FOUR}.ipynb": TRIED, "ada/plot.png": b"", "ada/utils.py": b"", "bob/readme.txt": b""}
    class_, have = found(lay(tmp_path, files))
    assert (class_.students, have, class_.remarks) == (("ada", "bob"), {("ada", FOUR)}, ())


def test_a_zip_with_a_password_is_named(tmp_path):
    secret = bytearray(zipped({f"{FOUR}.ipynb": TRIED}))
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        secret[secret.index(mark) + at] |= 1
    class_, _ = found(lay(tmp_path, {"ada/hw.zip": bytes(secret), f"bob/{FOUR}.ipynb": TRIED}))
    assert "password" in {one.student: one.read().problem for one in class_.submissions}["ada"]


def test_other_lectures_are_passed_over_where_one_is_asked_for(tmp_path):
    class_, have = found(lay(tmp_path, {f"ada/{FOUR}.ipynb": TRIED, f"ada/{SIX}.ipynb": TRIED}), (FOUR,))
    assert (have, class_.remarks) == ({("ada", FOUR)}, ())


@pytest.mark.parametrize("files", [{}, {"a.txt": b"x"}])
def test_a_zip_without_people_is_refused_with_what_was_expected(tmp_path, files):
    (tmp_path / "class.zip").write_bytes(zipped(files))
    with pytest.raises(NoSubmissions, match=r"holds no submissions; expected class.zip/<student>/<lecture>\.ipynb"):
        found(tmp_path / "class.zip")
