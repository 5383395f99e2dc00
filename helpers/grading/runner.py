"""Start the untrusted process, give it jobs, and read what comes back as data that may be a lie."""

from __future__ import annotations

import contextlib
import os
import secrets
import select
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path

import numpy as np

from helpers.sandbox import server, wire
from helpers.sandbox.observe import MAX_TEXT, Call, Observation

HELPERS = Path(__file__).resolve().parents[1]
ISOLATION_LEVELS = ("strict", "process")
_START_SECONDS = 180  # until the libraries are loaded, Keras among them, on a slow and busy machine
_OBSERVED = {f.name for f in fields(Observation)}
_OUTCOMES = {"returned", "raised", "not attempted", "unsendable", "too large"}


class IsolationUnavailable(Exception):
    """The asked-for isolation cannot be had here; the message says why and what to do."""


class RunnerFault(Exception):
    """The untrusted process's server did not do its part. Never the fault of a submission's marks."""


@dataclass(frozen=True)
class Limits:
    """What one exercise of one submission may use.

    `cpu_seconds` is processor time, so a busy machine costs nobody marks; the wall clock only stops what sleeps.
    """

    cpu_seconds: int = 10
    memory_mb: int = 1024
    threads: int = 64

    @property
    def wall_seconds(self) -> float:
        return 6.0 * self.cpu_seconds + 10.0

    def for_keras(self) -> Limits:
        """What a model may use instead: every call of `fit` costs half a second and some threads before it trains."""
        return Limits(3 * self.cpu_seconds, self.memory_mb + 1024, 512)


@dataclass
class Evidence:
    """What came back for one exercise.

    `observations` are those of the calls that were answered, in order. `ending` says how the process ended: "finished",
    "time limit", "output limit", "crashed" or "tampering". `problem` is the reason why the name could not be had.
    """

    ending: str
    observations: list[Observation] = field(default_factory=list)
    problem: str | None = None
    variable: object = None
    attempted: bool = True
    cpu_seconds: float = 0.0


class Runner:
    """A connection to one untrusted server process. Use as a context manager.

    `hidden` are folders that must stay out of sight, `familiar` the code cells of the notebooks that were handed out.
    With `keras` its answers may use Keras, which takes seconds to load, under limits of their own.
    Raises `IsolationUnavailable` at the start if the walls cannot be put up.
    """

    def __init__(
        self,
        isolation: str = "strict",
        limits: Limits | None = None,
        hidden: Sequence[Path] = (),
        familiar: Sequence[str] = (),
        keras: bool = False,
    ):
        self.isolation = isolation
        self.limits = (limits or Limits()).for_keras() if keras else limits or Limits()
        self.hidden = [str(HELPERS.parent), *map(str, hidden), str(Path.home())]
        self.familiar = list(familiar)
        self.keras = keras
        self._process: subprocess.Popen | None = None

    def __enter__(self) -> Runner:
        self.launch()
        self.wait_until_ready()
        return self

    def __exit__(self, *exception) -> None:
        self.stop()

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            with contextlib.suppress(OSError):  # what was not yet written to a server that has ended
                self._process.stdin.close()
            self._process.stdout.close()
            self._process = None

    def probe(self) -> list[str]:
        """What a submission could reach from inside, one sentence each; empty behind walls that hold."""
        with tempfile.NamedTemporaryFile(prefix="canary") as canary, tempfile.TemporaryDirectory() as folder:
            request = {
                "readable": [canary.name, str(HELPERS / "exercises" / "__init__.py"), "/etc/passwd"],
                "writable": [os.path.join(folder, "planted")],
                "server_pid": os.getpid(),
            }
            messages, _, _ = self._exchange([], [], request, 1)
        if not messages or not isinstance(messages[0].get("found"), list):
            raise RunnerFault("the probe of the walls did not answer")
        return messages[0]["found"]

    def run(self, cells: list[str], name: str, calls: list[Call], further_calls: Sequence[Call] = ()) -> Evidence:
        """Let the untrusted process look `name` up in `cells` and call it.

        The `further_calls` reach it when it has answered the first ones: its texts about those cannot tell of these.
        Raises `RunnerFault` when the server itself fails; it is started afresh first.
        """
        first, later, answer = self._exchange(cells, [name], _plain_calls(calls), len(calls), further_calls)
        evidence = Evidence(answer["ending"], cpu_seconds=answer["cpu_seconds"])
        if first is None or later is None:
            evidence.ending = "tampering"
            return evidence
        try:
            for message in first:
                _read_message(message, evidence)
            if len(evidence.observations) == len(calls):
                for message in later:
                    _read_observation(message, evidence)
        except (KeyError, TypeError, ValueError):
            return Evidence("tampering", cpu_seconds=answer["cpu_seconds"])
        answered = len(evidence.observations) == len(calls) + len(further_calls)
        if evidence.ending == "finished" and not (evidence.problem is not None or answered):
            evidence.ending = "crashed"
        return evidence

    def look_up(self, cells: list[str], names: Sequence[str]) -> dict[str, Evidence]:
        """Let the untrusted process look up the values of variables; the evidence for each name.

        One process does it for all of them, which is quick; if it does not come to its end, each name gets its own.
        Raises `RunnerFault` when the server itself fails; it is started afresh first.
        """
        messages, _, answer = self._exchange(cells, list(names), None, len(names))
        found = {name: Evidence(answer["ending"]) for name in names}
        complete = answer["ending"] == "finished" and messages is not None and len(messages) == len(names)
        if not complete and len(names) > 1:
            found = {name: self.look_up(cells, [name])[name] for name in names}
        elif complete:
            for evidence, message in zip(found.values(), messages, strict=True):
                _read_value(message, evidence)
        elif answer["ending"] == "finished":
            found[names[0]].ending = "tampering" if messages is None else "crashed"
        found[names[0]].cpu_seconds += answer["cpu_seconds"]
        return found

    def _exchange(self, cells, names, calls, expected, further_calls=()):
        nonce = secrets.token_hex(16)
        job = {
            "cells": [np.frombuffer(source.encode(), dtype="u1") for source in cells],
            "names": names,
            "calls": calls,
            "nonce": nonce,
        }
        try:
            self._send(wire.encode(job, recipes=True), wire.encode(_plain_calls(further_calls), recipes=True))
            deadline = time.monotonic() + self.limits.wall_seconds + 30
            answer = wire.decode(self._receive(deadline))
            first, later = (self._read(answer[reply], deadline) for reply in ("reply", "later_reply"))
        except (OSError, wire.Malformed, RunnerFault) as error:
            self.stop()
            self.launch()
            self.wait_until_ready()
            raise RunnerFault(f"the untrusted process's server stopped ({error})") from error
        return _split(first, nonce, expected), _split(later, nonce, len(further_calls)), answer

    def launch(self) -> None:
        """Start the server process, which takes a second or two until it is ready."""
        command = (
            "import sys; sys.path.insert(0, sys.argv[1]); from sandbox import server; "
            "server.main(sys.argv[2], sys.argv[3:])"
        )
        environment = dict.fromkeys(server.THREADS, "1")
        environment |= {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "MPLBACKEND": "Agg", "PYTHONHASHSEED": "0"}
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-B", "-c", command, str(HELPERS), self.isolation, *self.hidden],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=None if os.environ.get("COURSE_DEBUG") else subprocess.DEVNULL,
            env=environment,
            cwd="/",
            start_new_session=True,  # an interrupt from the keyboard is for the grader, which then ends its servers
        )

    def wait_until_ready(self) -> None:
        """Raises `IsolationUnavailable` if the walls cannot be put up."""
        try:
            limits = {"cpu_seconds": self.limits.cpu_seconds, "wall_seconds": self.limits.wall_seconds}
            limits |= {"memory_mb": self.limits.memory_mb, "threads": self.limits.threads}
            self._send(wire.encode({"familiar": self.familiar, "keras": self.keras, **limits}))
            ready = wire.decode(self._receive(time.monotonic() + _START_SECONDS))
        except (OSError, RunnerFault, wire.Malformed) as error:
            self.stop()
            raise IsolationUnavailable(f"the untrusted process did not start ({error})") from error
        if not ready["ready"]:
            self.stop()
            raise IsolationUnavailable(
                f"{ready['why']}. On a system without these walls, ask for less by name: --isolation process "
                "(separate process and limits only; every output will say so)"
            )

    def _send(self, *messages: bytes) -> None:
        for message in messages:
            self._process.stdin.write(server.LENGTH.pack(len(message)) + message)
        self._process.stdin.flush()

    def _receive(self, deadline: float) -> bytes:
        head = self._read(server.LENGTH.size, deadline)
        (length,) = server.LENGTH.unpack(head)
        if length > wire.MAX_BYTES:
            raise RunnerFault("message too long")
        return self._read(length, deadline)

    def _read(self, count: int, deadline: float) -> bytes:
        fd, chunks = self._process.stdout.fileno(), []
        while count:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([fd], [], [], left)[0]:
                raise RunnerFault("no answer in time")
            chunk = os.read(fd, min(count, 1 << 20))
            if not chunk:
                raise RunnerFault("it ended")
            chunks.append(chunk)
            count -= len(chunk)
        return b"".join(chunks)


def _plain_calls(calls: Sequence[Call]) -> list:
    return [[list(call.arguments), call.keywords] for call in calls]


def _split(reply: bytes, nonce: str, most: int) -> list[dict] | None:
    """The messages of a reply, or None if it holds anything else than whole messages of this job, `most` of them."""
    messages, position = [], 0
    while len(reply) - position >= server.LENGTH.size:
        (length,) = server.LENGTH.unpack_from(reply, position)
        position += server.LENGTH.size
        if len(reply) - position < length:
            return messages  # the process died while it wrote
        if len(messages) == most:
            return None
        try:
            message = wire.decode(reply[position : position + length])
        except wire.Malformed:
            return None
        # The type first: an array in the place of the nonce would be compared item by item.
        if type(message) is not dict or type(stamp := message.pop("nonce", None)) is not str or stamp != nonce:
            return None
        messages.append(message)
        position += length
    return messages


def _read_message(message: dict, evidence: Evidence) -> None:
    """Take one message about a function into the evidence. Raises `ValueError` or its like for what is none."""
    if set(message) == {"problem"}:
        evidence.problem = _sentence(message["problem"])
    else:
        _read_observation(message, evidence)


def _read_value(message: dict, evidence: Evidence) -> None:
    """Take the message about a variable into the evidence; "tampering" if it is none."""
    match message:
        case {"problem": str()} if len(message) == 1:
            evidence.problem = _sentence(message["problem"])
        case {"variable": variable, "attempted": bool(attempted)} if len(message) == 2:
            evidence.variable, evidence.attempted = variable, attempted
        case {"outcome": str()}:
            evidence.variable = ""  # something that cannot be sent is an answer, and no letter
        case _:
            evidence.ending = "tampering"


def _sentence(text) -> str:
    if type(text) is not str:
        raise ValueError("not a sentence")
    return text[:MAX_TEXT]


def _read_observation(message: dict, evidence: Evidence) -> None:
    seen = message["observation"]
    if set(message) != {"observation"} or type(seen) is not dict or set(seen) != _OBSERVED:
        raise ValueError("not an observation")
    if not all(type(seen[text]) is str for text in ("outcome", "error", "message")) or seen["outcome"] not in _OUTCOMES:
        raise ValueError("not an observation")
    seen["error"], seen["message"] = seen["error"][:80], seen["message"][: MAX_TEXT + 80]
    seen["overflow"], seen["changed"] = seen["overflow"] is True, seen["changed"] is not False
    evidence.observations.append(Observation(**seen))
