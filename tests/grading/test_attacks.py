"""The grader's promises against everything in `tests/attacks`, marked by the real command in one class."""

import csv
import re
import sys

import pytest
from bs4 import BeautifulSoup

from helpers.grading.runner import Limits
from helpers.grading.tables import safe_cell
from helpers.lectures import exercises_of
from tests.attacks import CATALOGUE
from tests.attacks.catalogue import ATTACKED
from tests.attacks.run import (
    BYSTANDERS,
    IN_FOLDER,
    IN_ZIP,
    LEFT_IN_THE_COURSE,
    LIMIT_SECONDS,
    NEIGHBOUR,
    OF_ANY_LECTURE,
    SECRETS,
    bystander,
    grade_folder,
    grade_lectures,
    grade_zip,
)
from tests.classroom import LECTURE
from tests.conftest import walls_hold

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="strict isolation is Linux's"),
]
# What the pages say of an attack on their reader shows that it got there, as text.
SHOWN = [f"READER-{number}" for number in (1, 2, 3, 4, 5, 6, 7, 8, 9, 10)]


@pytest.fixture(scope="module")
def folder_class(tmp_path_factory):
    walls_hold()
    return grade_folder(tmp_path_factory.mktemp("folder"))


@pytest.fixture(scope="module")
def zip_class(tmp_path_factory):
    walls_hold()
    return grade_zip(tmp_path_factory.mktemp("zip"))


@pytest.fixture(scope="module")
def lectures_class(tmp_path_factory):
    walls_hold()
    return grade_lectures(tmp_path_factory.mktemp("lectures"))


@pytest.fixture(scope="module", params=["folder", "zip"])
def graded(request):
    return request.getfixturevalue(f"{request.param}_class")


def names(entries):
    return [f"{entry.kind}: {entry.name}" for entry in entries]


@pytest.mark.parametrize("entry", IN_FOLDER, ids=names(IN_FOLDER))
def test_a_submission_gets_what_its_honest_part_earns(folder_class, entry):
    assert folder_class.problems(entry) == []


@pytest.mark.parametrize("entry", IN_ZIP, ids=names(IN_ZIP))
def test_a_member_of_a_zip_gets_what_its_honest_part_earns(zip_class, entry):
    assert zip_class.problems(entry) == []


@pytest.mark.parametrize("entry", OF_ANY_LECTURE, ids=names(OF_ANY_LECTURE))
def test_an_honest_notebook_gets_what_its_checks_have_shown(lectures_class, entry):
    assert lectures_class.problems(entry) == []


def test_the_catalogue_is_large_enough_to_mean_something():
    honest = [entry for entry in CATALOGUE if entry.kind in ("honest", "awkward")]
    assert len(honest) >= 15
    assert len(CATALOGUE) - len(honest) >= 60
    assert all(entry.tries.endswith(".") for entry in CATALOGUE)


@pytest.mark.parametrize("number", range(BYSTANDERS))
def test_a_bystander_gets_its_own_marks(folder_class, number):
    rows = folder_class.rows[bystander(number)]
    lost = {row["exercise"] for row in rows if float(row["points"]) < float(row["max_points"])}
    assert lost == (set() if number % 2 else {ATTACKED})
    assert len(rows) == sum(len(exercise.points_by_part) for exercise in exercises_of(LECTURE))


def test_the_command_deals_with_every_submission(graded):
    assert graded.status == 0, graded.printed[-3000:]
    assert not any(row["status"] == "grader fault" for rows in graded.rows.values() for row in rows)


def test_nobody_appears_who_handed_nothing_in(folder_class, zip_class):
    expected = {safe_cell(entry.who) for entry in IN_FOLDER if entry.statuses != ("no row",)}
    assert set(folder_class.rows) == expected | {bystander(number) for number in range(BYSTANDERS)}
    assert set(zip_class.rows) == {safe_cell(entry.who) for entry in IN_ZIP}


def test_what_is_left_out_is_said(folder_class):
    assert "a-linked-folder is left out: a-linked-folder is a symbolic link" in folder_class.printed


def test_no_file_outside_of_the_output_folder_has_changed(graded):
    assert graded.files_after == graded.files_before
    assert not [path for path in LEFT_IN_THE_COURSE if path.exists()]


def test_no_secret_is_in_any_output(graded):
    wanted = [*SECRETS.values(), NEIGHBOUR, "LOOT"]
    for path in graded.out.rglob("*"):
        content = path.read_bytes().decode("utf-8", "replace") if path.is_file() else ""
        assert not [secret for secret in wanted if secret in content], path
    assert not [secret for secret in wanted if secret in graded.printed]


def test_no_process_is_left(graded):
    assert graded.survivors == []


def test_the_time_of_a_submission_is_bounded(graded):
    # For each exercise, and once for all of them together: the limit on the clock, the second in which a worker may
    # linger, and a second to judge.
    bound = (len(exercises_of(LECTURE)) + 1) * (Limits(LIMIT_SECONDS).wall_seconds + 2)
    assert max(graded.seconds_by_student.values()) < bound


def test_one_endless_exercise_costs_little_more_than_its_limit(folder_class):
    # Eleven other exercises, and room for a machine that does other things too.
    assert folder_class.seconds_by_student["a-loop-in-python"] < LIMIT_SECONDS * 6 + 10


def pages(graded):
    return [graded.out / "report.html", *sorted((graded.out / "feedback").rglob("*.html"))]


TAGS = {
    "html",
    "head",
    "meta",
    "title",
    "style",
    "body",
    "main",
    "section",
    "nav",
    "h1",
    "h2",
    "h3",
    "p",
    "b",
    "em",
    "a",
}
TAGS |= {"ul", "ol", "li", "pre", "code", "div", "span", "br", "bdi", "details", "summary", "caption"}
TAGS |= {"table", "thead", "tbody", "tr", "th", "td", "svg", "rect", "line", "circle", "path", "text"}
ATTRIBUTES = {"charset", "http-equiv", "content", "name", "lang", "style", "class", "id", "title", "role", "tabindex"}
ATTRIBUTES |= {"aria-hidden", "aria-label", "aria-labelledby", "scope", "colspan", "href", "viewbox", "width", "height"}
ATTRIBUTES |= {"x", "y", "x1", "x2", "y1", "y2", "cx", "cy", "r", "d", "fill", "fill-opacity", "stroke", "transform"}
ATTRIBUTES |= {"font-size", "text-anchor", "data-mistake", "data-label", "data-value", "data-filter"}


def test_pages_cannot_run_or_fetch_anything(graded):
    for path in pages(graded):
        page = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
        policy = page.find("meta", attrs={"http-equiv": "Content-Security-Policy"})["content"]
        assert "default-src 'none'" in policy
        # The report sorts its tables by a script, which the policy names by its hash (test_report.py).
        scripts = [script.extract() for script in page.find_all("script")]
        assert len(scripts) == policy.count("script-src") == (path.name == "report.html"), path
        for tag in page.find_all():
            assert tag.name in TAGS, (path, tag)
            assert {name.lower() for name in tag.attrs} <= ATTRIBUTES, (path, tag)
            assert tag.get("href", "#").startswith("#"), (path, tag)


def test_pages_have_no_control_or_direction_characters(graded):
    for path in pages(graded):
        text = path.read_text(encoding="utf-8")
        assert not re.findall(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069]", text), path


def test_attacks_on_the_reader_are_shown_as_text(folder_class):
    text = "".join(path.read_text(encoding="utf-8") for path in pages(folder_class))
    assert [mark for mark in SHOWN if mark not in text] == []


def test_tables_cannot_compute_anything(graded):
    for name in ("grades.csv", "results.csv"):
        with open(graded.out / name, newline="", encoding="utf-8") as file:
            for row in csv.reader(file):
                for cell in row:
                    assert cell.isprintable(), (name, cell)
                    assert not cell.startswith(("=", "+", "@")), (name, cell)
                    assert not cell.startswith("-") or re.fullmatch(r"-\d+(\.\d+)?", cell), (name, cell)


def test_the_terminal_shows_no_escapes(graded):
    assert not re.findall(r"[\x00-\x08\x0e-\x1f\x7f-\x9f\u202e]", graded.printed)


def test_students_with_similar_names_have_pages_of_their_own(folder_class):
    titles = [
        BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser").bdi.text
        for path in sorted((folder_class.out / "feedback").rglob("*.html"))
    ]
    assert len(titles) == len(set(titles)) == len(folder_class.rows)
