"""Build a class out of the whole catalogue, mark it with the real command, and collect what came of it."""

from __future__ import annotations

import csv
import hashlib
import os
import sqlite3
import subprocess
import sys
import time
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

from helpers.grading.tables import safe_cell
from helpers.judging.judge import CORRECT
from helpers.lectures import exercises_of
from helpers.paths import ROOT
from tests import classroom
from tests.classroom import LECTURE

from . import CATALOGUE
from .catalogue import ATTACKED, NOBODY, WRONG, Entry, solution

LIMIT_SECONDS = 2
LIMIT_MB = 512
JOBS = 2
# Planted where no submission may look; any of them in an output file is a hole.
SECRETS = {place: f"CANARY-{place}-7f3a9c" for place in ("HOME", "OTHER", "ENVIRONMENT")}
# What a submission tries to leave in the course itself: only new files, lest a hole cost the project its sources.
LEFT_IN_THE_COURSE = [ROOT / folder / "written-by-a-submission.py" for folder in ("solutions", "helpers/lectures")]
NEIGHBOUR = "NEIGHBOUR-SECRET-"  # stands, with the name, in the notebook of every bystander
BYSTANDERS = 12


@dataclass(frozen=True)
class Graded:
    """A marked class: where it lies, its rows by student, and what the machine was like before and after."""

    root: Path
    out: Path
    rows: dict[str, list[dict]]
    status: int
    printed: str
    seconds: float
    seconds_by_student: dict[str, float]
    files_before: dict[str, str]
    files_after: dict[str, str]
    survivors: list[str]

    def rows_of(self, entry: Entry) -> list[dict]:
        return [row for row in self.rows.get(safe_cell(entry.who), []) if row["lecture"] == entry.lecture]

    def outcome(self, entry: Entry) -> str:
        """How an entry ended, in one line."""
        rows = self.rows_of(entry)
        if not rows:
            return "not in the tables"
        points = sum(float(row["points"]) for row in rows)
        if entry.exercise != "everything":
            rows = [row for row in rows if row["exercise"] == entry.exercise]
        statuses = dict.fromkeys(row["status"] for row in rows)
        return f"{', '.join(statuses)}; {points:g} points in all"

    def problems(self, entry: Entry) -> list[str]:
        """What is not as the entry expects; nothing, if all is well."""
        rows = self.rows_of(entry)
        if entry.statuses == (NOBODY,):
            return [f"{entry.who} has rows"] if rows else []
        found = []
        for exercise in exercises_of(entry.lecture):
            own = [row for row in rows if row["exercise"] == exercise.name]
            statuses, full = entry.expected(exercise.name)
            points, most = sum(float(row["points"]) for row in own), sum(exercise.points_by_part.values())
            if points != (most if full else 0):
                found.append(f"{exercise.name}: {points:g} of {most} points")
            if not {row["status"] for row in own} & set(statuses) or (not full and CORRECT in statuses):
                found.append(f"{exercise.name}: {[row['status'] for row in own]}, not {statuses}")
        return found


IN_ZIP = [entry for entry in CATALOGUE if entry.in_zip]
OF_ANY_LECTURE = [entry for entry in CATALOGUE if entry.full]
IN_FOLDER = [entry for entry in CATALOGUE if not entry.in_zip and not entry.full]


def grade_folder(root: Path, isolation: str = "strict", entries: Sequence[Entry] = IN_FOLDER) -> Graded:
    """Mark the class of all folder entries of the one lecture (or of some), and of the bystanders."""
    places = _places(root)
    source = root / "class"
    for entry in entries:
        entry.build(source, entry.who, places)
    for number in range(BYSTANDERS):
        classroom.write_submission(source, bystander(number), bystanders_notebook(number))
    return _grade(root, source, places, isolation)


def grade_lectures(root: Path) -> Graded:
    """Mark the class of the honest entries of any lecture."""
    places = _places(root)
    for entry in OF_ANY_LECTURE:
        entry.build(root / "class", entry.who, places)
    return _grade(root, root / "class", places)


def grade_zip(root: Path) -> Graded:
    """Mark the zip of all zip entries."""
    places = _places(root)
    source = root / "class" / "class.zip"
    with zipfile.ZipFile(source, "w", zipfile.ZIP_DEFLATED) as archive:
        for entry in IN_ZIP:
            entry.build(archive, entry.who, places)
    source.write_bytes(source.read_bytes().replace(b"DAMAGE-ME", b"DAMAGED!!"))
    return _grade(root, source, places)


def bystander(number: int) -> str:
    # Names all over the alphabet, so that every runner meets them between attacks.
    return f"{'abcdefghijklmnopqrstuvwxyz'[2 * number]}-bystander-{number}"


def bystanders_notebook(number: int) -> dict:
    """A notebook with right answers to everything; those with even numbers get one exercise wrong."""
    answers = {e.name: solution(e.name) for e in exercises_of(LECTURE)}
    notebook = classroom.notebook_with(answers if number % 2 else answers | {ATTACKED: WRONG})
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell["source"] = "".join(cell["source"]) + f"\n# {NEIGHBOUR}{bystander(number)}"
    return notebook


def _places(root: Path) -> dict[str, str]:
    places = {"HOME": root / "home", "OTHER": root / "other-class", "CLASS": root / "class", "OUT": root / "out"}
    for place in places.values():
        place.mkdir(parents=True)
    (places["HOME"] / "canary.txt").write_text(SECRETS["HOME"])
    with sqlite3.connect(places["OTHER"] / "gradebook.db") as book:
        book.execute("CREATE TABLE canary (text)")
        book.execute("INSERT INTO canary VALUES (?)", (SECRETS["OTHER"],))
    classroom.write_submission(places["OTHER"], "somebody", SECRETS["OTHER"].encode())
    return {name: str(path) for name, path in places.items()} | {"COURSE": str(ROOT)}


def _grade(root: Path, source: Path, places: dict[str, str], isolation: str = "strict") -> Graded:
    out = Path(places["OUT"])
    command = [sys.executable, "-m", "helpers.cli", "grade", source, "--out", out, "--jobs", str(JOBS), "--seed", "4"]
    command += ["--limit-seconds", str(LIMIT_SECONDS), "--limit-mb", str(LIMIT_MB), "--isolation", isolation]
    environment = os.environ | {"HOME": places["HOME"], "COURSE_CANARY": SECRETS["ENVIRONMENT"]}
    before = _fingerprints(root, out)
    started = time.monotonic()
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, errors="replace", timeout=900
    )
    seconds = time.monotonic() - started
    return Graded(
        root,
        out,
        _rows(out / "results.csv"),
        done.returncode,
        done.stdout + done.stderr,
        seconds,
        _seconds_by_student(out / "gradebook.db"),
        before,
        _fingerprints(root, out),
        processes_that_name(root),
    )


def _rows(path: Path) -> dict[str, list[dict]]:
    rows: dict[str, list[dict]] = {}
    if path.exists():
        with open(path, newline="", encoding="utf-8") as file:
            for row in csv.DictReader(file):
                rows.setdefault(row["student"], []).append(row)
    return rows


def _seconds_by_student(path: Path) -> dict[str, float]:
    with sqlite3.connect(path) as book:
        try:
            return dict(book.execute("SELECT student, seconds FROM submission"))
        except sqlite3.OperationalError:
            return {}


def _fingerprints(root: Path, out: Path) -> dict[str, str]:
    """What every file below `root` is, except for the output folder; no link is followed."""
    found = {}
    for folder, _, files in os.walk(root):
        if Path(folder).is_relative_to(out):
            continue
        for name in files:
            path = Path(folder, name)
            regular = path.is_file() and not path.is_symlink()
            found[str(path)] = hashlib.sha256(path.read_bytes()).hexdigest() if regular else "special"
        found[folder] = "folder"
    return found


def processes_that_name(root: Path) -> list[str]:
    """Processes that were started for this class: its folder stands in the command line of every one of them."""
    found = []
    for process in psutil.process_iter():
        try:
            command = " ".join(process.cmdline())
        except psutil.Error:
            continue
        if str(root) in command and process.pid != os.getpid():
            found.append(command)
    return found
