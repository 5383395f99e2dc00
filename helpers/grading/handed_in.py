"""What was handed in, kept beside the gradebook: to be read by a person, and never run again.

`DIR/handed-in.db` holds, for each paper of the gradebook, the text of the cells, and of the cells that answer a free
exercise also the pictures and the printed text that were saved with them. A paper is found by the digest that the
gradebook has of it, so what is shown is what was marked, also after `course forget` and its undoing, and under whatever
name its author has by now.
"""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
import zlib
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from helpers.judging.exercise import Free
from helpers.lectures import exercises_of

from .free_answers import Cell, cells_of
from .gradebook import GradebookError
from .notebook import Unreadable
from .submissions import Submission

NAME = "handed-in.db"
_TABLE = """CREATE TABLE IF NOT EXISTS handed_in (
    student TEXT NOT NULL, lecture TEXT NOT NULL, digest TEXT NOT NULL, cells BLOB NOT NULL,
    PRIMARY KEY (student, lecture, digest))"""
_SECONDS = 30  # to wait for another process that is writing
_BEFORE = "PRIMARY KEY (student, lecture))"  # it held only the last paper


class HandedInBook:
    """Access to `DIR/handed-in.db`. Use as a context manager. Raises `GradebookError` for a file of another kind."""

    def __init__(self, out: Path):
        self._path = out / NAME
        if self._path.is_symlink():
            raise GradebookError(f"{self._path} is a link; it is not followed, and left as it is")
        os.close(os.open(self._path, os.O_CREAT | os.O_RDWR, 0o600))
        self._db = sqlite3.connect(self._path, timeout=_SECONDS)
        try:
            self._db.execute("PRAGMA trusted_schema = OFF")
            self._db.execute(_TABLE)
            (sql,) = self._db.execute("SELECT sql FROM sqlite_master WHERE name = 'handed_in'").fetchone()
            if sql and sql.endswith(_BEFORE):
                moved = "INSERT INTO handed_in SELECT * FROM before; DROP TABLE before;"
                self._db.executescript(f"BEGIN; ALTER TABLE handed_in RENAME TO before; {_TABLE}; {moved} COMMIT;")
            objects = self._db.execute("SELECT type, name FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
        except sqlite3.DatabaseError as error:
            self._db.close()
            if isinstance(error, sqlite3.OperationalError):
                raise self._not_now(error) from error
            raise GradebookError(
                f"{self._path} cannot be used ({error}). Move it away and run course grade again; no mark is in it"
            ) from error
        if objects != [("table", "handed_in")]:
            self._db.close()
            raise GradebookError(f"{self._path} was not written by course grade; move it away. It is left as it is")

    def __enter__(self) -> HandedInBook:
        return self

    def __exit__(self, *exception) -> None:
        self._db.close()

    def keep(self, submission: Submission, digest: str) -> None:
        """Keep what this submission holds, if it is not kept yet; nothing of a file that is no notebook."""
        key = (submission.student, submission.lecture)
        query = "SELECT 1 FROM handed_in WHERE student = ? AND lecture = ? AND digest = ?"
        if self._db.execute(query, (*key, digest)).fetchone() or submission.problem:
            return
        free = [e.name for e in exercises_of(submission.lecture) if isinstance(e, Free)]
        try:
            cells = cells_of(submission.content, free)
        except Unreadable:
            return
        packed = zlib.compress(json.dumps([asdict(cell) for cell in cells]).encode())
        with self._writing():
            self._db.execute("INSERT OR REPLACE INTO handed_in VALUES (?, ?, ?, ?)", (*key, digest, packed))

    def keep_only(self, digests: set[str]) -> None:
        """Let go of what the gradebook does not know any longer."""
        kept = {digest for (digest,) in self._db.execute("SELECT DISTINCT digest FROM handed_in")}
        with self._writing():
            self._db.executemany("DELETE FROM handed_in WHERE digest = ?", [(digest,) for digest in kept - digests])

    @contextlib.contextmanager
    def _writing(self) -> Iterator[None]:
        """One transaction. Raises `GradebookError`."""
        try:
            with self._db:
                yield
        except sqlite3.DatabaseError as error:
            raise self._not_now(error) from error

    def _not_now(self, error: Exception) -> GradebookError:
        return GradebookError(
            f"{self._path} cannot be written now ({error}). Is another course command at work on it, the disk full, or "
            "the folder read-only? Type the command again then; what was marked is kept"
        )

    def cells(self, digest: str | None, lecture: str) -> list[Cell] | None:
        """What was handed in as the paper that the gradebook has under this digest; None if nothing is kept of it."""
        query = "SELECT cells FROM handed_in WHERE digest = ? AND lecture = ?"
        row = self._db.execute(query, (digest, lecture)).fetchone()
        if row is None:
            return None
        return [Cell(**(cell | {"pictures": tuple(cell["pictures"])})) for cell in json.loads(zlib.decompress(row[0]))]
