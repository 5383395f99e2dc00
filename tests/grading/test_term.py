"""A term: 120 people, eight lectures, ten weeks, eight systems, much that is awkward, and the truth known all the time.

Nothing is run: a notebook's answers say themselves what they are worth. All the rest is real: the zips, who is who,
which notebook counts, the gradebook, late work, totals, kills, and the exports as the other systems read them.
"""

from __future__ import annotations

import contextlib
import csv
import io
import itertools
import json
import os
import random
import re
import signal
import unicodedata
import zipfile
from concurrent.futures import Future
from datetime import UTC, datetime, timedelta

import pytest

from helpers.cli import main
from helpers.commands.common import OK, PROBLEM
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
from tests import importers

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
        """What each paper reached (nobody has decided anything)."""
        query = "SELECT student, lecture, sum(points) FROM submission JOIN part USING (student, lecture) GROUP BY 1, 2"
        with Gradebook(self.out / "gradebook.db") as book:
            return {(student, lecture): points for student, lecture, points in book._db.execute(query)}


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
        if term.rng.random() < 0.2:  # what `course handin` wrote
            files[f"{folder}/handin.zip"] = packed({f"jovyan/{lecture}.ipynb": term.hand_in(s, lecture)})
            continue
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
            head, notebook = f"{s.canvas}{late}_{500 + s.number}_{upload}", term.hand_in(s, lecture)
            if term.rng.random() < 0.2:
                files[f"{head}_handin{copy}.zip"] = packed({f"jovyan/{lecture}.ipynb": notebook})
            else:
                files[f"{head}_{lecture}{copy}.ipynb"] = notebook
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


def killed(work, rows: int) -> bool:
    """Do this in a process of its own and kill that in the middle of a paper, when so many rows were written."""
    process = os.fork()
    if process == 0:
        real, written = Gradebook._insert, itertools.count(1)

        def insert(book, *given, **values):
            real(book, *given, **values)
            if next(written) == rows:
                os.kill(os.getpid(), signal.SIGKILL)

        Gradebook._insert = insert
        with contextlib.suppress(BaseException):
            work()
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]) == -signal.SIGKILL


def counting(term: Term) -> dict[tuple[str, str], tuple[float, float]]:
    """What every paper that there is reached, and what it loses for being late."""
    found = {}
    for (login, lecture), reached in term.truth.items():
        most = sum(e.points for e in exercises_of(lecture))
        found[login, lecture] = (reached, min(reached, 0.1 * most * term.late.get((login, lecture), 0)))
    return found


def exports_hold_the_truth(term: Term, lectures: tuple[str, ...], roster: list[Student]) -> None:
    """Every system has the marks that count after importing ours, and all that stood there of everybody else."""
    truth = {key: reached - lost for key, (reached, lost) in counting(term).items()}
    gone = {s.login for s in term.people} - {s.login for s in roster}
    status = PROBLEM if gone else OK

    def export(*options):
        return main(["export", str(term.out), *options])

    def write(name, rows):
        with open(term.folder / name, "w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows(rows)
        return str(term.folder / name)

    stood = {(s.login, name): term.rng.choice(("", "EX", "41")) for s in term.people for name in lectures}
    stood |= dict.fromkeys(truth, "")  # what is in the gradebook is new in Canvas
    head = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", *(f"{name} (77)" for name in lectures)]
    maxima = ["    Points Possible", *[""] * 4, *(sum(e.points for e in exercises_of(name)) for name in lectures)]
    people = [
        [s.last_first, 500 + s.number, f"s{s.number}", s.login, "A", *(stood[s.login, name] for name in lectures)]
        for s in roster
    ]
    assert export("--format", "canvas", "--roster", write("canvas-now.csv", [head, maxima, *people])) == status
    after = importers.canvas_after(term.out / "canvas.csv", {str(500 + s.number) for s in roster})
    for s in roster:
        for name in lectures:
            cell, key = after[str(500 + s.number), f"{name} (77)"], (s.login, name)
            assert (float(cell) == pytest.approx(truth[key])) if key in truth else cell == stood[key], key
    if gone:
        rows = importers.rows_of(term.out / "canvas.left-out.csv")[1:]
        assert {row[0]: sum(map(float, filter(None, row[1:]))) for row in rows} == pytest.approx(
            {login: sum(mark for (who, _), mark in truth.items() if who == login) for login in gone}
        )

    sheet = [["Full name", "Email address"], *([s.name, s.email] for s in roster)]
    assert export("--format", "moodle", "--roster", write("moodle-now.csv", sheet)) == status
    grades = importers.moodle_gradebook(term.out / "moodle.csv", "Email address", {s.email for s in roster})
    email = {s.login: s.email for s in roster}
    assert grades == pytest.approx({(email[w], name): mark for (w, name), mark in truth.items() if w not in gone})

    lecture = lectures[0]
    most = f"{sum(e.points for e in exercises_of(lecture))},00"
    sheet = [["ID", "Vollständiger Name", "Status", "Bewertung", "Bestwertung", "Zuletzt geändert (Bewertung)"]]
    sheet += [[f"Teilnehmer/in {s.moodle(lecture)}", s.name, "", "", most, "-"] for s in roster]
    only = ("--only", lecture)
    assert export("--format", "moodle", *only, "--roster", write("sheet.csv", sheet)) == status
    rows = importers.rows_of(term.out / "moodle.csv")[1:]
    mine = {f"Teilnehmer/in {s.moodle(lecture)}": truth.get((s.login, lecture)) for s in roster}
    assert {row[0]: float(row[3]) if row[3] else None for row in rows} == pytest.approx(mine)

    assert export("--format", "nbgrader") == OK
    rows = importers.nbgrader(term.out / "nbgrader.csv")
    told = {key: (row["raw_score"], row["late_submission_penalty"]) for key, row in rows.items()}
    everything = dict.fromkeys([(s.login, name) for s in term.people for name in lectures], (0.0, 0.0))
    for key, pair in (everything | counting(term)).items():
        assert told[key] == pytest.approx(pair), key
    assert len(told) == len(everything)


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
        if week in (2, 5, 7):
            before = {key: mark for key, mark in term.truth.items() if key[1] != lecture}
            assert killed(lambda: collect(term, week, files, as_zip=week % 3 != 0), term.rng.randint(1, 40))  # noqa: B023
            assert before.items() <= term.marks().items() <= term.truth.items()
        collect(term, week, files, as_zip=week % 3 != 0)
        assert term.marks() == term.truth, f"week {week}, {shape.__name__}"
        with Gradebook(term.out / "gradebook.db") as book:
            assert sorted(book.students()) == sorted(s.login for s in term.people)
            papers = class_papers(book)
        assert len(papers) == PEOPLE * week  # also those who have not handed in
        assert {(p.student, p.lecture): p.lateness.days for p in papers if p.lateness.days} == {
            key: days for key, days in term.late.items() if key in term.truth
        }
        if week in (1, 4):
            exports_hold_the_truth(term, LECTURES[:week], term.people if week < 5 else term.people[3:])

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

    exports_hold_the_truth(term, LECTURES, term.people[3:])
    with Gradebook(term.out / "gradebook.db") as book:
        reckoned = {paper.student: paper.total for paper in class_papers(book)}
    for s in term.people:
        expected = 0.0
        for lecture in LECTURES:
            most = sum(e.points for e in exercises_of(lecture))
            reached = term.truth.get((s.login, lecture), 0.0)
            expected += max(0.0, reached - 0.1 * most * term.late.get((s.login, lecture), 0))
        assert reckoned[s.login].points == pytest.approx(expected), s.login
