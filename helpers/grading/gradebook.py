"""The gradebook: one SQLite file in which every submission is committed as soon as it is finished.

It only grows. Marking a folder adds the people and the papers of that folder, and replaces papers of theirs that were
handed in again; whoever is not in the folder stays. `forget` is the only way out, and `recall` the way back.
"""

from __future__ import annotations

import contextlib
import difflib
import json
import math
import os
import re
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from helpers.judging.judge import Example, PartResult, Verdict
from helpers.lectures import exercises_of

from .collecting.people import same
from .marking import GRADER_FAULT, MarkedSubmission
from .submissions import Arrival

VERSION = 4
_SCHEMA = """
CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE student (name TEXT PRIMARY KEY);
CREATE TABLE submission (
    student TEXT NOT NULL, lecture TEXT NOT NULL, path TEXT NOT NULL, digest TEXT NOT NULL,
    note TEXT NOT NULL, seconds REAL NOT NULL, cpu_seconds REAL NOT NULL, rules TEXT NOT NULL DEFAULT '',
    handed_in TEXT NOT NULL DEFAULT '', time_from TEXT NOT NULL DEFAULT '', late INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (student, lecture));
CREATE TABLE verdict (
    student TEXT NOT NULL, lecture TEXT NOT NULL, position INTEGER NOT NULL, exercise TEXT NOT NULL,
    status TEXT NOT NULL, message TEXT NOT NULL, mistake TEXT NOT NULL, example TEXT NOT NULL,
    behaviour TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (student, lecture, exercise));
CREATE TABLE part (
    student TEXT NOT NULL, lecture TEXT NOT NULL, exercise TEXT NOT NULL, position INTEGER NOT NULL, part TEXT NOT NULL,
    points REAL NOT NULL, max_points REAL NOT NULL, status TEXT NOT NULL, message TEXT NOT NULL,
    PRIMARY KEY (student, lecture, exercise, part));
CREATE TABLE adjustment (
    number INTEGER PRIMARY KEY, student TEXT NOT NULL, lecture TEXT NOT NULL, exercise TEXT NOT NULL,
    points REAL NOT NULL, why TEXT NOT NULL, author TEXT NOT NULL, time TEXT NOT NULL, instead_of REAL);
CREATE TABLE alias (name TEXT PRIMARY KEY, student TEXT NOT NULL);
CREATE TABLE forgotten (
    number INTEGER PRIMARY KEY, student TEXT NOT NULL, lecture TEXT NOT NULL, author TEXT NOT NULL, time TEXT NOT NULL,
    content TEXT NOT NULL);
"""
BONUS = "Bonus: "  # so begins the reason of a decision that gives more than the exercise is worth
_TAKEN_BACK = -1.0  # in the place of a decision's points: what was decided before counts no longer
_SECONDS = 30  # to wait for another process that is writing
_TABLES = {"setting", "student", "submission", "verdict", "part", "adjustment"}  # of every version
_PAPERS = ("submission", "verdict", "part")
# From each older version to the next one. All steps are one transaction: all of it happens, or nothing.
_MIGRATIONS = {
    1: "ALTER TABLE adjustment ADD COLUMN instead_of REAL;",
    2: "ALTER TABLE verdict ADD COLUMN behaviour TEXT NOT NULL DEFAULT '';",
    3: """
    ALTER TABLE submission ADD COLUMN rules TEXT NOT NULL DEFAULT '';
    ALTER TABLE submission ADD COLUMN handed_in TEXT NOT NULL DEFAULT '';
    ALTER TABLE submission ADD COLUMN time_from TEXT NOT NULL DEFAULT '';
    ALTER TABLE submission ADD COLUMN late INTEGER NOT NULL DEFAULT 0;
    UPDATE submission SET rules = coalesce((
        SELECT '{"version": ' || v.value || ', "limits": ' || l.value || ', "seed": ' || s.value || '}'
        FROM setting v, setting l, setting s WHERE v.name = 'version' AND l.name = 'limits' AND s.name = 'seed'), '');
    CREATE TABLE alias (name TEXT PRIMARY KEY, student TEXT NOT NULL);
    CREATE TABLE forgotten (
        number INTEGER PRIMARY KEY, student TEXT NOT NULL, lecture TEXT NOT NULL, author TEXT NOT NULL,
        time TEXT NOT NULL, content TEXT NOT NULL);
    """,
}


class GradebookError(Exception):
    """The gradebook cannot be used as asked; it is left as it was."""


@dataclass(frozen=True)
class Adjustment:
    """A person's decision about one exercise of one student. The latest one wins over any marking.

    `instead_of` is what the marking gave when it was made; None where that was not written down yet (version 1).
    """

    points: float
    why: str
    author: str
    time: str
    instead_of: float | None = None


@dataclass(frozen=True)
class Decision:
    """What a person wants to have recorded about one exercise of one student."""

    student: str
    lecture: str
    exercise: str
    points: float
    why: str
    bonus: bool = False


class Gradebook:
    """Access to `DIR/gradebook.db`. Use as a context manager; only one process may write.

    A gradebook of an older version is brought up to this one. Raises `GradebookError` if the file is damaged, no
    gradebook, or of a newer version; it is left as it is then.
    """

    def __init__(self, path: Path, create: bool = False):
        if not create and not path.exists():
            raise GradebookError(f"there is no gradebook {path}; run: course grade SUBMISSIONS --out {path.parent}")
        self._path = path
        for beside in ("", "-journal", "-wal", "-shm"):
            if path.with_name(path.name + beside).is_symlink():
                raise GradebookError(f"{path}{beside} is a link; it is not followed, and left as it is")
        if create and not path.exists():
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))  # marks are nobody else's business
        try:
            self._db = sqlite3.connect(path, timeout=_SECONDS)
            try:
                self._open(path, create)
            except BaseException:
                self._db.close()  # which also takes back what a failed migration began
                raise
        except sqlite3.DatabaseError as error:
            raise GradebookError(f"{path} cannot be used as a gradebook ({error}); it is left as it is") from error

    def _open(self, path: Path, create: bool) -> None:
        # Somebody else may have written the file, and a database can hold code.
        self._db.execute("PRAGMA trusted_schema = OFF")
        if hasattr(self._db, "setconfig"):  # from Python 3.12
            self._db.setconfig(sqlite3.SQLITE_DBCONFIG_DEFENSIVE, True)
        version = self._db.execute("PRAGMA user_version").fetchone()[0]
        tables = self._db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        if version == 0 and tables == 0 and create:
            self._db.executescript(f"BEGIN; {_SCHEMA} PRAGMA user_version = {VERSION}; COMMIT;")
        else:
            self._accept(path, version)

    def _accept(self, path: Path, version: int) -> None:
        objects = self._db.execute("SELECT type, name, sql FROM sqlite_master").fetchall()
        tables = {name for kind, name, _ in objects if kind == "table"}
        if version < 1 or not tables >= _TABLES:
            raise GradebookError(f"{path} is a database, but no gradebook; it is left as it is")
        if version > VERSION:
            raise GradebookError(
                f"{path} was written by a newer version of the course (gradebook {version}, this one knows {VERSION}); "
                "update the course. It is left as it is"
            )
        wanted = dict(map(_definitions, _SCHEMA.split(";")[:-1]))
        for kind, name, sql in objects:
            # The indexes that SQLite makes for primary keys have no text.
            if name not in wanted if kind == "table" else (kind != "index" or sql is not None):
                raise _foreign(path, f"a {kind} {name!r}")
        if version < VERSION:
            steps = "".join(_MIGRATIONS[step] for step in range(version, VERSION))
            self._db.executescript(f"BEGIN IMMEDIATE; {steps} PRAGMA user_version = {VERSION};")
        for (sql,) in self._db.execute("SELECT sql FROM sqlite_master WHERE type = 'table'").fetchall():
            name, definitions = _definitions(sql)
            if wanted.get(name) != definitions:
                raise _foreign(path, f"another table {name!r}")
        if (damage := self._db.execute("PRAGMA quick_check(1)").fetchone()[0]) != "ok":
            raise GradebookError(f"{path} is damaged ({damage}); it is left as it is")
        self._db.commit()

    def __enter__(self) -> Gradebook:
        return self

    def __exit__(self, *exception) -> None:
        self._db.close()

    @property
    def folder(self) -> Path:
        """Where the gradebook lies, with what else belongs to the class."""
        return self._path.parent

    def forgotten(self) -> set[str]:
        """Students who were taken out as a whole and have not come back."""
        rows = self._db.execute("SELECT DISTINCT student FROM forgotten WHERE lecture = ''")
        return {student for (student,) in rows} - set(self.students())

    def forgotten_papers(self) -> set[tuple[str, str]]:
        """Papers (student, lecture) that were taken out one by one and are not there again."""
        gone = self._db.execute("SELECT DISTINCT student, lecture FROM forgotten WHERE lecture != ''").fetchall()
        return set(gone) - set(self._db.execute("SELECT student, lecture FROM submission"))

    def digest(self, student: str, lecture: str) -> str | None:
        """What identifies the paper that a student has for a lecture; None if there is none."""
        query = "SELECT digest FROM submission WHERE student = ? AND lecture = ?"
        row = self._db.execute(query, (student, lecture)).fetchone()
        return row[0] if row else None

    def digests(self) -> set[str]:
        """Those of all papers, and of all that were taken out and may come back."""
        known = {digest for (digest,) in self._db.execute("SELECT DISTINCT digest FROM submission")}
        gone = [json.loads(content) for (content,) in self._db.execute("SELECT content FROM forgotten")]
        return known | {row["digest"] for content in gone for row in content["submission"]}

    def settings(self) -> dict:
        """How this class was graded: seed, limits, isolation as probed, versions."""
        return {name: json.loads(value) for name, value in self._db.execute("SELECT name, value FROM setting")}

    def set(self, **settings) -> None:
        with self._writing():
            rows = [(name, json.dumps(value)) for name, value in settings.items()]
            self._db.executemany("INSERT OR REPLACE INTO setting VALUES (?, ?)", rows)

    def add_students(self, names: Iterable[str]) -> None:
        """Put people into the class. Whoever is in it stays."""
        with self._writing():
            self._db.executemany("INSERT OR IGNORE INTO student VALUES (?)", [(name,) for name in names])

    def students(self) -> list[str]:
        return [name for (name,) in self._db.execute("SELECT name FROM student ORDER BY name")]

    def named(self, name: str) -> str:
        """The student whom a person means by a name: spelled so, or the only one of that name otherwise spelled.

        A name that fits nobody, or two, comes back as it is.
        """
        students = self.students()
        alike = [student for student in students if same(student) == same(name)]
        return alike[0] if name not in students and len(alike) == 1 else name

    def lectures(self) -> list[str]:
        return [name for (name,) in self._db.execute("SELECT DISTINCT lecture FROM submission ORDER BY lecture")]

    def save(self, marked: MarkedSubmission, rules: str = "") -> None:
        """Write one submission, all of it or nothing; it replaces what stood there for this student and lecture.

        `rules` says what the marks depend on besides the notebook: version, limits, seed.
        """
        key = (marked.student, marked.lecture)
        with self._writing():
            self._forget(key)
            arrival = marked.arrival
            self._insert(
                "submission",
                student=marked.student,
                lecture=marked.lecture,
                path=marked.path,
                digest=marked.digest,
                note=marked.note,
                seconds=marked.seconds,
                cpu_seconds=marked.cpu_seconds,
                rules=rules,
                handed_in=arrival.time.isoformat() if arrival.time else "",
                time_from=arrival.time_from,
                late=int(arrival.late),
            )
            for position, verdict in enumerate(marked.verdicts):
                example = json.dumps(asdict(verdict.example)) if verdict.example else ""
                row = (verdict.exercise, verdict.status, verdict.message, verdict.mistake, example, verdict.behaviour)
                self._db.execute("INSERT INTO verdict VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", (*key, position, *row))
                self._db.executemany(
                    "INSERT INTO part VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    [
                        (*key, verdict.exercise, i, p.part, p.points, p.max_points, p.status, p.message)
                        for i, p in enumerate(verdict.parts)
                    ],
                )

    def finished(self, rules: str) -> dict[tuple[str, str], str]:
        """The digests of the submissions that these rules need not mark again, by student and lecture."""
        rows = self._db.execute(
            "SELECT student, lecture, digest FROM submission WHERE rules = ? AND NOT EXISTS (SELECT 1 FROM verdict "
            "WHERE verdict.student = submission.student AND verdict.lecture = submission.lecture AND "
            "verdict.status = ?)",
            (rules, GRADER_FAULT),
        )
        return {(student, lecture): digest for student, lecture, digest in rows}

    def arrived(self, key: tuple[str, str], path: str, note: str, arrival: Arrival) -> None:
        """Write down anew how a paper came in whose marks stand."""
        with self._writing():
            self._db.execute(
                "UPDATE submission SET path = ?, note = ?, handed_in = ?, time_from = ?, late = ? "
                "WHERE student = ? AND lecture = ?",
                (
                    path,
                    note,
                    arrival.time.isoformat() if arrival.time else "",
                    arrival.time_from,
                    int(arrival.late),
                    *key,
                ),
            )

    def count_by_other_rules(self, rules: str) -> int:
        """How many papers were marked by other rules than these."""
        return self._db.execute("SELECT count(*) FROM submission WHERE rules != ?", (rules,)).fetchone()[0]

    def forget(self, student: str, lecture: str | None, author: str) -> int:
        """Take a student, or one lecture's paper and decisions of theirs, out; return how many papers went.

        All of it is kept aside for `recall`. Raises `GradebookError` if there is nobody and nothing of that name.
        """
        self._known("student", student, self.students())
        if lecture is not None:
            self._known("lecture", lecture, self.lectures())
        where, key = "student = ?", (student,)
        if lecture is not None:
            where, key = "student = ? AND lecture = ?", (student, lecture)
        now = datetime.now(UTC).isoformat(timespec="seconds")
        with self._writing():
            content = {table: self._rows(table, where, key) for table in (*_PAPERS, "adjustment")}
            if lecture is None:
                content["alias"] = self._rows("alias", where, key)
            elif not any(content.values()):
                raise GradebookError(f"{student} has no paper and no decision for {lecture}; nothing was changed")
            for table in content:
                self._db.execute(f"DELETE FROM {table} WHERE {where}", key)
            if lecture is None:
                self._db.execute("DELETE FROM student WHERE name = ?", key)
            self._insert(
                "forgotten",
                student=student,
                lecture=lecture or "",
                author=author,
                time=now,
                content=json.dumps(content),
            )
        return len(content["submission"])

    def recall(self, student: str, lecture: str | None = None) -> tuple[int, list[str]]:
        """Undo the last `forget` of a student (and lecture); return how many papers came back, and what did not.

        A paper that was handed in since is newer and stays. Raises `GradebookError` if nothing was forgotten.
        """
        query = "SELECT number, content FROM forgotten WHERE student = ? AND lecture = ? ORDER BY number DESC"
        row = self._db.execute(query, (student, lecture or "")).fetchone()
        if row is None:
            gone = [name for (name,) in self._db.execute("SELECT DISTINCT student FROM forgotten ORDER BY 1")]
            what = f"{student} {lecture}" if lecture else student
            raise GradebookError(f"nothing of {what} was taken out; taken out were: {', '.join(gone) or 'nobody'}")
        number, content = row[0], json.loads(row[1])
        since = {(s, name) for s, name in self._db.execute("SELECT student, lecture FROM submission")}
        stay, back = [], 0
        with self._writing():
            self._db.execute("INSERT OR IGNORE INTO student VALUES (?)", (student,))
            for table, rows in content.items():
                for values in rows:
                    if table in _PAPERS and (student, values["lecture"]) in since:
                        if table == "submission":
                            stay.append(f"{student} has handed in {values['lecture']} since; that paper stays")
                        continue
                    back += table == "submission"
                    values.pop("number", None)  # of a decision: another may have it by now
                    self._insert(table, or_else="OR IGNORE" if table == "alias" else "", **values)
            self._db.execute("DELETE FROM forgotten WHERE number = ?", (number,))
        return back, stay

    def aliases(self) -> dict[str, str]:
        """The student that each name stands for under which work was found before."""
        return dict(self._db.execute("SELECT name, student FROM alias").fetchall())

    def add_aliases(self, aliases: dict[str, str]) -> None:
        """Remember which student a name stands for."""
        with self._writing():
            self._db.executemany("INSERT OR REPLACE INTO alias VALUES (?, ?)", list(aliases.items()))

    def rename(self, old: str, new: str, only: tuple[str, ...] | None = None) -> list[str]:
        """Give what stands under one name (or `only` these lectures) to another; tell which papers could not move.

        Where both have a paper for a lecture, the later one counts, else that of `new`; the other one is kept aside as
        if it were forgotten.
        """
        remarks = []
        if old == new or old not in self.students():
            return remarks
        self.add_students([new])
        papers = {(s.student, s.lecture): s for s in self.submissions()}
        moving = [lecture for student, lecture in papers if student == old and (only is None or lecture in only)]
        for lecture in moving:
            if theirs := papers.get((new, lecture)):
                ours = papers[old, lecture]
                later = ours.arrival.time and theirs.arrival.time and ours.arrival.time > theirs.arrival.time
                self.forget(new if later else old, lecture, "identity")
                counts = "the later one" if later else f"that of {new}"
                remarks.append(f"{old} and {new} are one person, and both have {lecture}: {counts} counts")
        with self._writing():
            for table in (*_PAPERS, "adjustment", "alias") if only is None else ():
                self._db.execute(f"UPDATE {table} SET student = ? WHERE student = ?", (new, old))
            for table in (*_PAPERS, "adjustment") if only is not None else ():
                for lecture in only:
                    key = (new, old, lecture)
                    self._db.execute(f"UPDATE {table} SET student = ? WHERE student = ? AND lecture = ?", key)
            requests = self.settings().get("requests", [])
            for request in requests:
                if request["student"] == old and (only is None or request["lecture"] in only):
                    request["student"] = new
            self._db.execute("UPDATE setting SET value = ? WHERE name = 'requests'", (json.dumps(requests),))
            if only is None:
                self._db.execute("DELETE FROM student WHERE name = ?", (old,))
        return remarks

    def submissions(self) -> list[MarkedSubmission]:
        """Everything that was marked, ordered by student and lecture, before adjustments."""
        parts: dict[tuple, list[PartResult]] = {}
        query = (
            "SELECT student, lecture, exercise, part, points, max_points, status, message FROM part ORDER BY position"
        )
        for student, lecture, exercise, *rest in self._db.execute(query):
            parts.setdefault((student, lecture, exercise), []).append(PartResult(*rest))
        verdicts: dict[tuple, list[Verdict]] = {}
        columns = "student, lecture, exercise, status, message, mistake, behaviour, example"
        rows = self._db.execute(f"SELECT {columns} FROM verdict ORDER BY position")
        for student, lecture, exercise, status, message, mistake, behaviour, example in rows:
            own = tuple(parts[student, lecture, exercise])
            shown = Example(**json.loads(example)) if example else None
            verdict = Verdict(exercise, status, own, message, mistake, shown, behaviour)
            verdicts.setdefault((student, lecture), []).append(verdict)
        columns = "student, lecture, path, digest, note, seconds, cpu_seconds, handed_in, time_from, late"
        return [
            MarkedSubmission(
                student, lecture, path, digest, tuple(verdicts.get((student, lecture), ())), note, seconds, cpu, arrival
            )
            for student, lecture, path, digest, note, seconds, cpu, *how in self._db.execute(
                f"SELECT {columns} FROM submission ORDER BY 1, 2"
            )
            for arrival in [_arrival(*how)]
        ]

    def copy_to(self, path: Path) -> None:
        """Write a copy of everything to a new file."""
        copy = sqlite3.connect(path)
        try:
            self._db.backup(copy)
        finally:
            copy.close()

    def adjust(
        self, student: str, lecture: str, exercise: str, points: float, why: str, author: str, bonus: bool = False
    ) -> None:
        """Record a person's decision, also on what was not handed in. Raises `GradebookError` if it fits nobody.

        Only with `bonus` there may be more points than the exercise is worth.
        """
        self.adjust_all([Decision(student, lecture, exercise, points, why, bonus)], author)

    def adjust_all(self, decisions: list[Decision], author: str) -> None:
        """Record decisions, all of them or none. Raises `GradebookError` for the first that fits nobody."""
        now = datetime.now(UTC).isoformat(timespec="seconds")
        rows = [self._decided(decision, author, now) for decision in decisions]
        with self._writing():
            self._db.executemany("INSERT INTO adjustment VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?)", rows)

    def take_back(self, student: str, lecture: str, exercise: str, why: str, author: str) -> None:
        """Let the marking count again; the decision stays on record. Raises `GradebookError` if there is none."""
        if (student, lecture, exercise) not in self.adjustments():
            raise GradebookError(f"nobody has decided about {exercise} of {student} in {lecture}")
        now = datetime.now(UTC).isoformat(timespec="seconds")
        row = (student, lecture, exercise, _TAKEN_BACK, why, author, now, None)
        with self._writing():
            self._db.execute("INSERT INTO adjustment VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?)", row)

    def check_decision(self, decision: Decision) -> None:
        """Raises `GradebookError` if this decision could not be recorded."""
        self._decided(decision, "", "")

    def _decided(self, decision: Decision, author: str, now: str) -> tuple:
        key, exercise, points = (
            (decision.student, decision.lecture, decision.exercise),
            decision.exercise,
            decision.points,
        )
        query = "SELECT sum(max_points), sum(points) FROM part WHERE student = ? AND lecture = ? AND exercise = ?"
        most, marked = self._db.execute(query, key).fetchone()
        if most is None:
            most, marked = self._worth(*key), 0.0
        if not (math.isfinite(points) and points >= 0 and (points <= most or decision.bonus)):
            more = "; more are a bonus: --bonus" if points > most else ""
            raise GradebookError(f"{exercise} is worth 0 to {most:g} points, not {points:g}{more}")
        if not decision.why.strip():
            raise GradebookError('a decision needs its reason: --why "..."')
        why = decision.why if points <= most or decision.why.startswith(BONUS) else BONUS + decision.why
        return (*key, points, why, author, now, marked)

    def adjustments(self) -> dict[tuple[str, str, str], Adjustment]:
        """The decision in force for each student, lecture and exercise that has one."""
        columns = "student, lecture, exercise, points, why, author, time, instead_of"
        query = f"SELECT {columns} FROM adjustment ORDER BY time, number"
        found = {(s, lecture, e): Adjustment(*rest) for s, lecture, e, *rest in self._db.execute(query)}
        return {key: decision for key, decision in found.items() if decision.points != _TAKEN_BACK}

    def reasons(self, lecture: str, exercise: str) -> list[str]:
        """The reasons that were ever given for a decision about this exercise, the last one first."""
        query = "SELECT why FROM adjustment WHERE lecture = ? AND exercise = ? AND points >= 0 ORDER BY number DESC"
        return [why for (why,) in self._db.execute(query, (lecture, exercise))]

    def _worth(self, student: str, lecture: str, exercise: str) -> float:
        """The points of an exercise of which this student, who is in the class, handed in nothing."""
        exercises = {e.name: float(e.points) for e in exercises_of(lecture)} if lecture in self.lectures() else {}
        named = {
            "student": (student, self.students()),
            "lecture": (lecture, self.lectures()),
            "exercise": (exercise, list(exercises)),
        }
        for kind, (name, known) in named.items():
            self._known(kind, name, known)
        return exercises[exercise]

    def _known(self, kind: str, name: str, known: list[str]) -> None:
        if name not in known:
            alike = {one.casefold(): one for one in known}
            near = difflib.get_close_matches(name.casefold(), alike, n=3)
            near = [alike[one] for one in near] or known[:3]
            raise GradebookError(f"the gradebook has no {kind} {name!r}; it has {', '.join(near) or 'none'}, ...")

    def _rows(self, table: str, where: str, values: tuple) -> list[dict]:
        found = self._db.execute(f"SELECT * FROM {table} WHERE {where}", values)
        names = [column[0] for column in found.description]
        return [dict(zip(names, row, strict=True)) for row in found]

    def _insert(self, table: str, or_else: str = "", **values) -> None:
        marks = ", ".join("?" * len(values))
        self._db.execute(
            f"INSERT {or_else} INTO {table} ({', '.join(values)}) VALUES ({marks})", tuple(values.values())
        )

    @contextlib.contextmanager
    def _writing(self) -> Iterator[None]:
        """One transaction: all that is written in the block is kept, or nothing. Raises `GradebookError`."""
        try:
            with self._db:
                yield
        except sqlite3.DatabaseError as error:
            raise GradebookError(
                f"{self._path} cannot be written now ({error}); what stood in it is still there. Is another course "
                "command at work on it, the disk full, or the folder read-only?"
            ) from error

    def _forget(self, key: tuple[str, str]) -> None:
        for table in _PAPERS:
            self._db.execute(f"DELETE FROM {table} WHERE student = ? AND lecture = ?", key)


def _arrival(handed_in: str, time_from: str, late: int) -> Arrival:
    return Arrival(datetime.fromisoformat(handed_in) if handed_in else None, time_from, bool(late))


def _foreign(path: Path, what: str) -> GradebookError:
    return GradebookError(f"{path} was not written by course grade: it holds {what}. It is left as it is")


def _definitions(sql: str) -> tuple[str, list[str]]:
    """A table's name and what `CREATE TABLE` says of it: first the columns in their order, then the constraints.

    Whatever is not exactly of that form, such as a comment or a column that is computed, stays in the texts and so
    equals nothing that we wrote. (A column that a migration added may stand behind the constraints.)
    """
    head, _, rest = " ".join(sql.split()).partition("(")
    parts = [part.strip() for part in re.split(r",(?![^(]*\))", rest.removesuffix(")"))]
    return head.removeprefix("CREATE TABLE ").strip(), sorted(parts, key=lambda part: part.startswith("PRIMARY KEY"))
