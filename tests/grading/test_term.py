"""A term: 120 people, eight lectures, ten weeks, eight systems, much that is awkward, and the truth known all the time.

Nothing is run: a notebook's answers say themselves what they are worth. All the rest is real: the zips, who is who,
which notebook counts, the gradebook, late work, totals.
"""

from __future__ import annotations

import contextlib
import csv
import io
import json
import random
import re
import unicodedata
import zipfile
from concurrent.futures import Future
from datetime import UTC, datetime, timedelta

import pytest

from helpers.cli import main
from helpers.commands.common import OK
from helpers.grading import grade as grading
from helpers.grading import outputs
from helpers.grading.collecting.contents import stubs
from helpers.grading.grade import Order
from helpers.grading.gradebook import Gradebook
from helpers.grading.marking import UNREADABLE, MarkedSubmission, content_digest, without_evidence
from helpers.grading.notebook import Unreadable, read_notebook
from helpers.grading.papers import class_papers
from helpers.judging.judge import CORRECT, NOT_ATTEMPTED, WRONG, PartResult, Verdict
from helpers.lectures import exercises_of, lecture_names

PEOPLE, ABSENT, LATE = 120, 0.1, 0.08
LECTURES = tuple(name for name in lecture_names() if exercises_of(name))[:8]  # one a week
FIRST = (
    *("Ada", "Grace", "José", "Zoë", "Jean-Pierre", "Łukasz", "Søren", "Müge", "伟", "민준", "Anh", "Ngọc"),
    *("Emmy", "Conan", "Wei", "Olga", "Iñaki", "Björk", "Chloé"),
)
LAST = (
    *("Lovelace", "Hopper", "García", "O'Brien", "Müller", "王", "김", "Trần", "Noether", "Kovalevskaya"),
    *("Şahin", "Ångström", "de-la-Cruz", "Smith"),
)
DUE = datetime(2026, 3, 1, 23, 59, tzinfo=UTC)
RIGHT, WRONG_ANSWER = "    return 1  # right", "    return 0  # wrong"


class Student:
    def __init__(self, number: int, name: str, group: str):
        self.number, self.name, self.group, self.login = number, name, group, f"u{number:03}"
        self.email = f"{self.login}@example.org"

    @property
    def last_first(self) -> str:
        first, _, last = self.name.rpartition(" ")
        return f"{last}, {first}"

    @property
    def canvas(self) -> str:
        """As `sanitize_user_name` and `sanitize_file_name` of Canvas write it."""
        return re.sub(r"\W", "", self.last_first.lower())

    def moodle(self, lecture: str) -> int:
        return 10_000 * (LECTURES.index(lecture) + 1) + self.number


class Term:
    """Who is there, what they handed in, and what each of it is worth."""

    def __init__(self, folder):
        self.rng, self.folder, self.out = random.Random(7), folder, folder / "out"
        pairs = [f"{first} {last}" for first in FIRST for last in LAST]
        names = self.rng.sample(pairs, PEOPLE - 1)
        self.people = [
            Student(i, name, f"Group {i % 9}") for i, name in enumerate([*names, names[0]])
        ]  # two of one name
        self.truth: dict[tuple[str, str], float] = {}
        self.late: dict[tuple[str, str], int] = {}
        self.listed = self.people[:-2]

    def answers(self, lecture: str) -> dict[str, bool]:
        """What somebody tried, and whether it is right; at least one exercise was tried."""
        names = list(stubs(lecture))
        tried = {name: self.rng.random() < 0.7 for name in names if self.rng.random() < 0.8}
        return tried or {names[0]: True}

    def notebook(self, lecture: str, answers: dict[str, bool], metadata: bool = True) -> bytes:
        cells = []
        for name, stub in stubs(lecture).items():
            source = stub
            if name in answers:
                source = f"def {name}(*given):\n{RIGHT if answers[name] else WRONG_ANSWER}"
            cells.append({"cell_type": "code", "metadata": {"nbgrader": {"grade_id": name}}, "source": source})
        about = {"course": {"lecture": lecture}} if metadata else {}
        return json.dumps({"cells": cells, "metadata": about, "nbformat": 4}).encode()

    def hand_in(self, student: Student, lecture: str, metadata: bool = True) -> bytes:
        """A notebook that is to count."""
        answers = self.answers(lecture)
        self.truth[student.login, lecture] = sum(e.points for e in exercises_of(lecture) if answers.get(e.name))
        return self.notebook(lecture, answers, metadata)

    def present(self, lecture: str):
        """Those who hand in on time; the others are absent."""
        return [student for student in self.people if self.rng.random() > ABSENT]

    def is_late(self, student: Student, lecture: str) -> int:
        """How many days late somebody is, written into the truth."""
        days = self.rng.randint(1, 3) if self.rng.random() < LATE else 0
        if days:
            self.late[student.login, lecture] = days
        return days

    def rosters(self, folder, people) -> list[str]:
        rows = [["Student", "ID", "SIS User ID", "SIS Login ID", "Section"], ["    Points Possible", "", "", "", ""]]
        rows += [[s.last_first, str(500 + s.number), f"s{s.number}", s.login, "A"] for s in people]
        sheet = [["Full name", "Username", "Email address", "Group"]]
        sheet += [[s.name, s.login, s.email, s.group] for s in people]
        given = []
        for name, table in (("canvas", rows), ("moodle", sheet)):
            path = folder / f"{name}.csv"
            with open(path, "w", newline="", encoding="utf-8") as file:
                csv.writer(file).writerows(table)
            given += ["--roster", str(path)]
        return given

    def init(self, people) -> None:
        """Make or extend the class list, and write in what only the instructor knows."""
        assert main(["class", "init", str(self.out), *self.rosters(self.folder, people)]) == OK

    def twins(self) -> None:
        """Two people have one name; the instructor gives Moodle's numbers."""
        text = "".join(
            f'\n[[moodle]]\nstudent = "{s.login}"\nnumber = "{s.moodle(lecture)}"\n'
            for s in (self.people[0], self.people[-1])
            for lecture in LECTURES
        )
        with open(self.out / "course.toml", "a", encoding="utf-8") as file:
            file.write(text)

    def marks(self) -> dict[tuple[str, str], float]:
        with Gradebook(self.out / "gradebook.db") as book:
            return {(p.student, p.lecture): p.reached for p in class_papers(book) if p.submission}


class OfAMac(zipfile.ZipInfo):
    """A member whose name is written in UTF-8, and nothing says so."""

    def _encodeFilenameFlags(self):
        return self.filename.encode(), 0


def packed(files: dict[str, bytes], utf8_flag: bool = True) -> bytes:
    """A zip; without the flag, as a Mac writes it."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_STORED) as archive:
        for name, content in files.items():
            kind = zipfile.ZipInfo if utf8_flag else OfAMac
            info = kind(name, (2026, 2, 20, 10, 0, 0))
            archive.writestr(info, content)
    return data.getvalue()


# --- The weeks, each in the shape of another system --------------------------------------------------------------


def moodle(term: Term, lecture: str, teams: bool = False) -> dict[str, bytes]:
    files = {}
    for s in term.present(lecture):
        name = unicodedata.normalize(term.rng.choice(("NFC", "NFD")), s.name)
        head = f"{s.group}-" if teams else ""
        folder = f"{head}{name}_{s.moodle(lecture)}_assignsubmission_file"
        files[f"{folder}/{term.rng.choice((lecture, 'my homework', 'Untitled'))}.ipynb"] = term.hand_in(s, lecture)
        if term.rng.random() < 0.2:
            files[f"{folder}/{lecture} (1).ipynb"] = term.notebook(lecture, {})  # an untouched copy
    return files


def canvas(term: Term, lecture: str) -> dict[str, bytes]:
    files, upload = {}, 9000
    for s in term.present(lecture):
        late = "_LATE" if term.is_late(s, lecture) else ""
        if late:
            term.late[s.login, lecture] = 1  # Canvas does not say by how much
        for attempt in range(term.rng.randint(1, 3)):
            upload += term.rng.randint(1, 900)
            copy = f"-{attempt}" if attempt else ""
            files[f"{s.canvas}{late}_{500 + s.number}_{upload}_{lecture}{copy}.ipynb"] = term.hand_in(s, lecture)
    return files


def nbgrader(term: Term, lecture: str) -> dict[str, bytes]:
    files = {}
    for s in term.present(lecture):
        time = DUE - timedelta(hours=5) + timedelta(days=term.is_late(s, lecture))
        files[f"submitted/{s.login}/{lecture}/{lecture}.ipynb"] = term.hand_in(s, lecture)
        files[f"submitted/{s.login}/{lecture}/timestamp.txt"] = f"{time:%Y-%m-%d %H:%M:%S.%f} UTC".encode()
    return files | {f"source/{lecture}/{lecture}.ipynb": b"{}"}


def gradescope(term: Term, lecture: str) -> dict[str, bytes]:
    top, metadata, files = "assignment_4711_export", "---\n", {}
    for s in term.present(lecture):
        time = DUE - timedelta(hours=5) + timedelta(days=term.is_late(s, lecture))
        metadata += f"submission_{s.number}:\n  :submitters:\n  - :name: {json.dumps(s.name)}\n    :sid: s{s.number}\n"
        metadata += f"    :email: {s.email}\n  :created_at: {time:%Y-%m-%d %H:%M:%S.%f000} Z\n  :results:\n    a: 1\n"
        name = term.rng.choice((f"{lecture}.ipynb", "hw.ipynb", f"{lecture}.ipynb.txt"))
        files[f"{top}/submission_{s.number}/{name}"] = term.hand_in(s, lecture)
    return files | {f"{top}/submission_metadata.yml": metadata.encode()}


def github(term: Term, lecture: str) -> dict[str, bytes]:
    files = {}
    for s in term.present(lecture):
        top = f"everything/hw-submissions/hw-{s.login}"
        files[f"{top}/notebooks/{lecture}.ipynb"] = term.hand_in(s, lecture)
        files[f"{top}/README.md"] = b""
    return files


def blackboard(term: Term, lecture: str) -> dict[str, bytes]:
    files = {}
    for s in term.present(lecture):
        days = term.is_late(s, lecture)
        for minutes in range(term.rng.randint(1, 2)):
            time = DUE.astimezone() - timedelta(hours=5) + timedelta(days=days, minutes=minutes)
            head = f"Home_work_{s.login}_attempt_{time:%Y-%m-%d-%H-%M-%S}"
            files[f"{head}_{lecture}.ipynb"] = term.hand_in(s, lecture)
            files[f"{head}.txt"] = b"Name: somebody"
    return files


def google(term: Term, lecture: str) -> dict[str, bytes]:
    """Two people of one name cannot be told apart here, so they hand in under their addresses."""
    twins = (term.people[0], term.people[-1])
    return {
        f"Homework/{s.email if s in twins else s.name} - {lecture}.ipynb": term.hand_in(s, lecture)
        for s in term.present(lecture)
    }


def folders(term: Term, lecture: str) -> dict[str, bytes]:
    files = {}
    for s in term.present(lecture):
        name = term.rng.choice((s.login, s.login.upper(), s.email, f"s{s.number}"))
        notebook = term.hand_in(s, lecture, metadata=False)
        if term.rng.random() < 0.3:
            files[f"Section {s.number % 3}/{name}.zip"] = packed({f"homework\\{lecture}.ipynb": notebook})
        elif term.rng.random() < 0.3:
            files[f"Section {s.number % 3}/{name}/hw/hw.zip"] = packed({"Hausaufgabe.ipynb": notebook})
        else:
            files[f"Section {s.number % 3}/{name}/hw/{lecture}.IPYNB"] = notebook
    return files


WEEKS = (moodle, canvas, nbgrader, gradescope, github, blackboard, google, folders)


# --- The marking, without running anything -----------------------------------------------------------------------


class Reads:
    """A place where submissions are marked by reading what their answers say."""

    width, isolation = 4, "strict: nothing is run in this test"

    def submit(self, submission) -> Future:
        done = Future()
        done.set_result(marked(submission))
        return done


def marked(submission) -> MarkedSubmission:
    digest = content_digest(submission)
    if submission.problem:
        return without_evidence(submission, digest, UNREADABLE, submission.problem)
    try:
        _, cells = read_notebook(submission.content)
    except Unreadable as problem:
        return without_evidence(submission, digest, UNREADABLE, str(problem))
    said = {cell.grade_id: cell.source for cell in cells}
    verdicts = tuple(_verdict(e, said.get(e.name, "")) for e in exercises_of(submission.lecture))
    return MarkedSubmission(
        submission.student,
        submission.lecture,
        submission.path,
        digest,
        verdicts,
        submission.note,
        arrival=submission.arrival,
    )


def _verdict(exercise, source: str) -> Verdict:
    status = CORRECT if RIGHT in source else WRONG if WRONG_ANSWER in source else NOT_ATTEMPTED
    share = status == CORRECT
    return Verdict(
        exercise.name,
        status,
        tuple(PartResult(n, share * most, most, status) for n, most in exercise.points_by_part.items()),
    )


@pytest.fixture
def term(tmp_path, monkeypatch):
    monkeypatch.setattr(grading, "_backend", lambda *_: contextlib.nullcontext(Reads()))
    monkeypatch.setattr(outputs, "write_all", lambda *_: None)  # the pages of 120 people, ten times
    opened = Gradebook._open

    def in_memory_of_the_machine(book, *given):
        opened(book, *given)
        book._db.execute("PRAGMA synchronous = OFF")  # a thousand times on the disk takes minutes on a busy machine

    monkeypatch.setattr(Gradebook, "_open", in_memory_of_the_machine)
    return Term(tmp_path)


def collect(term: Term, week: int, files: dict[str, bytes], as_zip: bool) -> dict:
    source = term.folder / f"week {week}"
    if as_zip:
        source = source.with_suffix(".zip")
        source.write_bytes(packed(files, utf8_flag=week % 2 == 0))
    else:
        for path, content in files.items():
            (source / path).parent.mkdir(parents=True, exist_ok=True)
            (source / path).write_bytes(content)
    return grading.grade(Order(source, term.out, isolation="strict", seed=1))


def test_after_every_week_of_a_term_everybody_has_the_marks_that_are_theirs(term):
    term.init(term.listed)
    text = (term.out / "course.toml").read_text(encoding="utf-8")
    text = text.replace("# due = 2026-03-08T23:59:00", "due = 2026-03-01T23:59:00Z")
    text = text.replace("# [late]", "[late]\npercent_a_day = 10\nfile_times = false\n#")
    (term.out / "course.toml").write_text(text, encoding="utf-8")
    for week, (shape, lecture) in enumerate(zip(WEEKS, LECTURES, strict=True), 1):
        files = shape(term, lecture)
        if week == 1:
            # Two are in no list yet, and one of them has the name of somebody who is: asked for, and not lost.
            assert collect(term, week, files, True)["marked"] == len([k for k in term.truth if k[1] == lecture])
            assert sorted(term.marks().values()) == sorted(term.truth.values())
            term.init(term.people)
            term.twins()
        elif week == 5:
            term.init(term.people[3:])  # three are in the roster no more
        collect(term, week, files, as_zip=week % 3 != 0)
        assert term.marks() == term.truth, f"week {week}, {shape.__name__}"
        with Gradebook(term.out / "gradebook.db") as book:
            assert sorted(book.students()) == sorted(s.login for s in term.people)
            papers = class_papers(book)
        assert len(papers) == PEOPLE * week  # also those who have not handed in
        assert {(p.student, p.lecture): p.lateness.days for p in papers if p.lateness.days} == {
            key: days for key, days in term.late.items() if key in term.truth
        }

    # Week 9: work that was missing comes late, in every bad shape, with what the others have anyway.
    late, lecture = {}, LECTURES[3]
    missing = [s for s in term.people if (s.login, lecture) not in term.truth]
    for place, s in enumerate(missing):
        if place % 3 == 0:
            late[f"late/{s.login}/{lecture}.html"] = b"<html>"
            term.truth[s.login, lecture] = 0.0
        elif place % 3 == 1:
            late[f"late/{s.login}/hw.zip"] = packed({f"{lecture}.ipynb": term.hand_in(s, lecture)})
        else:
            late[f"late/{s.login}/{lecture}_old.ipynb"] = term.notebook(lecture, {})
            late[f"late/{s.login}/{lecture}.ipynb.txt"] = term.hand_in(s, lecture)
    summary = collect(term, 9, late, as_zip=False)
    assert term.marks() == term.truth
    pages = [remark for remark in summary["remarks"] if "a web page made from a notebook" in remark]
    assert len(pages) == len([path for path in late if path.endswith(".html")])

    # Week 10: everybody's clone of everything, untouched, and one who handed in better work again.
    clones = {
        f"hw-submissions/hw-{s.login}/{lecture}.ipynb": term.notebook(lecture, {})
        for s in term.people[:40]
        for lecture in LECTURES[:2]
        if (s.login, lecture) in term.truth
    }
    again = term.people[50]
    clones[f"hw-submissions/hw-{again.login}/{LECTURES[0]}.ipynb"] = term.hand_in(again, LECTURES[0])
    collect(term, 10, clones, as_zip=True)
    assert term.marks() == term.truth

    with Gradebook(term.out / "gradebook.db") as book:
        reckoned = {paper.student: paper.total for paper in class_papers(book)}
    for s in term.people:
        expected = 0.0
        for lecture in LECTURES:
            most = sum(e.points for e in exercises_of(lecture))
            reached = term.truth.get((s.login, lecture), 0.0)
            expected += max(0.0, reached - 0.1 * most * term.late.get((s.login, lecture), 0))
        assert reckoned[s.login].points == pytest.approx(expected), s.login
