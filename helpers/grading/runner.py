"""Start the untrusted process, give it jobs, and read what comes back as data that may be a lie."""

from __future__ import annotations

import contextlib
import copy
import hashlib
import os
import secrets
import select
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from pathlib import Path

import numpy as np

from helpers.sandbox import APART, END, RUN, SHORT, server, wire
from helpers.sandbox.observe import MAX_TEXT, Call, Observation

HELPERS = Path(__file__).resolve().parents[1]
ISOLATION_LEVELS = ("strict", "landlock", "process")
# What to ask for by name where a level cannot be had. Every output says which one it was.
_LESS = {
    "strict": "Less can be asked for by name: --isolation landlock (no namespaces: files and system calls only), or "
    "--isolation process (a separate process and limits only)",
    "landlock": "Less can be asked for by name: --isolation process (a separate process and limits only)",
    "process": "Nothing less can be asked for",
}
Way = tuple[str, int]  # SHORT, RUN or APART, and a place (`helpers.sandbox.cells`)
_BACKEND = "module://matplotlib_inline.backend_inline"  # the kernel's, which closes figures at the end of a cell
_ODD = (LookupError, TypeError, ValueError, AttributeError, OverflowError)  # what reading an odd message may raise
_START_SECONDS = 180  # until the libraries are loaded, Keras among them, on a slow and busy machine
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

    def for_all_together(self) -> Limits:
        """What the exercises of a submission may use when one process answers them all: what most of them need."""
        return replace(self, cpu_seconds=max(1, self.cpu_seconds // 5))

    def for_keras(self) -> Limits:
        """What a model may use instead: every call of `fit` costs half a second and some threads before it trains."""
        return Limits(3 * self.cpu_seconds, self.memory_mb + 1024, 512)


class Request:
    """What is asked about one name: to call its function, or without `calls` for the value of a variable.

    The `further_calls` are for later, when its author reads no more of what the untrusted process says.
    """

    def __init__(self, name: str, calls: Sequence[Call] | None = None, further_calls: Sequence[Call] = ()):
        self.name, self.is_function = name, calls is not None
        self.counts = (len(calls), len(further_calls)) if self.is_function else (1, 0)
        # Written once for a whole class.
        first = None if calls is None else _plain_calls(calls)
        self.messages = tuple(
            server.with_length(wire.encode(part, recipes=True)) for part in (first, _plain_calls(further_calls))
        )

    @cached_property
    def later(self) -> Request:
        """The request for the further calls alone."""
        later = copy.copy(self)
        later.counts, later.messages = (self.counts[1], 0), (self.messages[1], b"")
        return later

    @cached_property
    def no_more(self) -> Request:
        """The request without the further calls."""
        no_more = copy.copy(self)
        no_more.counts, no_more.messages = (self.counts[0], 0), (self.messages[0], _NO_CALLS)
        return no_more


_NO_CALLS = server.with_length(wire.encode([]))


@dataclass(frozen=True)
class Received(Observation):
    """An observation as it came. Others that came with the same `digest` are the same to the bit.

    Its value is shared with them: whoever may change it takes a copy.
    """

    digest: bytes = b""

    def to_judge(self) -> Observation:
        """The same with a value of its own."""
        return replace(self, value=copy.deepcopy(self.value))


@dataclass
class Evidence:
    """What came back for one request.

    `observations` are those of the calls that were answered, in order. `ending` is "finished" if there is an answer to
    all that was asked, else says how the process ended: "time limit", "output limit", "crashed" or "tampering".
    `problem` is the reason why the name could not be had.
    """

    ending: str
    observations: list[Received] = field(default_factory=list)
    problem: str | None = None
    variable: object = None
    attempted: bool = True

    def ended(self, ending: str) -> Evidence:
        """The same evidence, to which more can be added; if the process left something open, it ended like this."""
        ending = ending if self.ending == "crashed" else self.ending
        return replace(self, ending=ending, observations=list(self.observations))


@dataclass(frozen=True)
class Plan:
    """What the text of a notebook shows of some names, before any of it has run.

    In a `plain` one no answer can change another, and the short way to an answer gives what running all cells would.
    `ways` are those to each name, the quickest first: none where the learner wrote nothing. `stubs` are the names that
    were handed out; `letters` what the text gives to variables: is it attempted, and the letter.
    """

    plain: bool = False
    ways: dict[str, tuple[Way, ...]] = field(default_factory=dict)
    stubs: frozenset[str] = frozenset()
    letters: dict[str, tuple[bool, str]] = field(default_factory=dict)

    def ways_to(self, name: str) -> tuple[Way, ...]:
        return self.ways.get(name, ((SHORT, END),))


@dataclass
class Survey:
    """What one process says of a whole notebook: a plan, and for a plain notebook the evidence for each request."""

    plan: Plan
    evidence: list[Evidence]
    cpu_seconds: float = 0.0


class Runner:
    """A connection to one untrusted server process. Use as a context manager.

    `hidden` are folders that must stay out of sight, `familiar` the code cells of the notebook that was handed out; of
    several, `notebook` says which one the next submission began as. With `keras` its answers may use Keras, which takes
    seconds to load, under limits of their own.
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
        if isolation not in ISOLATION_LEVELS:  # an unknown word must not end as no walls at all
            raise IsolationUnavailable(f"there is no isolation {isolation!r}; there are {', '.join(ISOLATION_LEVELS)}")
        self.isolation = isolation
        self.limits = (limits or Limits()).for_keras() if keras else limits or Limits()
        self.hidden = [str(HELPERS.parent), *map(str, hidden), str(Path.home())]
        self.familiar, self.notebook = [list(familiar)], 0
        self.tables: dict[str, dict[str, object]] = {}  # what modules of the course lend to answers (`lent`)
        self.points: dict[str, float] = {}  # of the exercises, as `check` shows them
        self.keras = keras
        self._places: list[dict[str, int]] = [{}]  # of the familiar cells that the server knows
        self._process: subprocess.Popen | None = None

    def __enter__(self) -> Runner:
        self._start()
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
            probe = {
                "readable": [canary.name, str(HELPERS / "exercises" / "__init__.py"), "/etc/passwd"],
                "writable": [os.path.join(folder, "planted")],
                "server_pid": os.getpid(),
            }
            first, *_, nonce = self._exchange({"probe": probe}, [], self.limits)
        messages = _split(first, nonce, 1)
        if not messages or not isinstance(messages[0].content.get("found"), list):
            raise RunnerFault("the probe of the walls did not answer")
        return messages[0].content["found"]

    def survey(
        self,
        cells: list[str],
        names: Sequence[str],
        requests: Sequence[Request],
        go_on: Callable[[Survey], Collection[str]] = lambda survey: (),
    ) -> Survey:
        """Let one process look at a notebook, make a plan for `names`, and answer `requests` if the notebook is plain.

        The same process answers the further calls of the requests that `go_on(survey)` names as well; whatever process
        of this submission is asked afterwards may know them. Together the requests have less time than each would have
        alone.
        Raises `RunnerFault` when the server itself fails; it is started afresh first.
        """
        job = {"cells": self._sent(cells), "plan_for": list(names), "names": [r.name for r in requests], "way": None}
        survey = Survey(Plan(), [Evidence("crashed") for _ in requests])

        asked: list[Request] = []

        def further(first: bytes, nonce: str) -> bytes:
            survey.plan, survey.evidence = read_survey(requests, first, nonce, "crashed")
            names = go_on(survey)
            asked[:] = [request if request.name in names else request.no_more for request in requests]
            return b"".join(request.messages[1] for request in asked) if names else b""

        _, later, answer, nonce = self._exchange(job, requests, self.limits.for_all_together(), further)
        ending = "crashed" if answer["ending"] == "finished" else answer["ending"]
        survey.evidence = [evidence.ended(ending) for evidence in survey.evidence]
        if later and survey.plan.plain:
            add_further(asked, survey.evidence, later, nonce, ending)
        survey.cpu_seconds = answer["cpu_seconds"]
        return survey

    def ask(self, cells: list[str], request: Request, way: Way) -> tuple[Evidence, float]:
        """Let one process answer one request by one way: the evidence, seconds of processor.

        Raises `RunnerFault` when the server itself fails; it is started afresh first.
        """
        job = {"cells": self._sent(cells), "names": [request.name], "way": list(way)}
        for attempt in (1, 2):
            first, _, answer, nonce = self._exchange(job, [request], self.limits)
            waited = answer["ending"] == "time limit" and answer["cpu_seconds"] < self.limits.cpu_seconds / 2
            if attempt == 2 or not waited:
                break  # time that it did not use itself may be its neighbours' doing, so it has a second try
        ending = "crashed" if answer["ending"] == "finished" else answer["ending"]
        (evidence,) = read_replies([request], first, nonce, ending)
        return evidence, answer["cpu_seconds"]

    def _sent(self, cells: list[str]) -> list:
        places = self._places[self.notebook]
        return [places[cell] if cell in places else np.frombuffer(cell.encode(), dtype="u1") for cell in cells]

    def _exchange(
        self,
        job: dict,
        requests: Sequence[Request],
        limits: Limits,
        further: Callable[[bytes, str], bytes] = lambda first, nonce: b"",
    ) -> tuple[bytes, bytes, dict, str]:
        """Have one job done: what it wrote for the first and the further calls, how it ended, what stamps its words.

        `further(first, nonce)` gives the bundle of further calls when it has been read what was written for the first.
        """
        nonce = secrets.token_hex(16)
        bundle = [
            server.with_length(wire.encode({**job, "nonce": nonce})),
            *(request.messages[0] for request in requests),
        ]
        try:
            self._process.stdin.write(server.BOUNDS.pack(limits.cpu_seconds, limits.wall_seconds, self.notebook))
            self._send(b"".join(bundle))
            deadline = time.monotonic() + limits.wall_seconds + 30
            first = self._read(wire.decode(self._receive(deadline))["reply"], deadline)
            self._send(further(first, nonce))
            deadline = time.monotonic() + limits.wall_seconds + 30
            answer = wire.decode(self._receive(deadline))
            later = self._read(answer["reply"], deadline)
        except (OSError, wire.Malformed, RunnerFault) as error:
            self.stop()
            self._start()
            raise RunnerFault(f"the untrusted process's server stopped ({error})") from error
        return first, later, answer, nonce

    def _start(self) -> None:
        self.launch()
        self.tell_what_was_handed_out()
        self.wait_until_ready()

    def launch(self) -> None:
        """Start the server process, which takes a second or two until it is ready."""
        command = (
            "import sys; sys.path.insert(0, sys.argv[1]); from sandbox import server; "
            "server.main(sys.argv[2], sys.argv[3:])"
        )
        environment = dict.fromkeys(server.THREADS, "1")
        environment |= {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "MPLBACKEND": _BACKEND, "PYTHONHASHSEED": "0"}
        # Not -I: it would overlook PYTHONHASHSEED, and the order of a set would be another in every grading.
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-s", "-B", "-c", command, str(HELPERS), self.isolation, *self.hidden],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=None if os.environ.get("COURSE_DEBUG") else subprocess.DEVNULL,
            env=environment,
            cwd="/",
            start_new_session=True,  # an interrupt from the keyboard is for the grader, which then ends its servers
        )

    def tell_what_was_handed_out(self) -> None:
        """The first message, which the server waits for before it loads anything."""
        start = {"memory_mb": self.limits.memory_mb, "threads": self.limits.threads}
        start |= {"familiar": self.familiar, "tables": self.tables, "points": self.points, "keras": self.keras}
        self._places = [{source: place for place, source in enumerate(cells)} for cells in self.familiar]
        # If it has ended already, waiting for it will say so.
        with contextlib.suppress(OSError):
            self._send(wire.encode(start))

    def wait_until_ready(self) -> None:
        """Raises `IsolationUnavailable` if the walls cannot be put up."""
        try:
            ready = wire.decode(self._receive(time.monotonic() + _START_SECONDS))
        except (OSError, RunnerFault, wire.Malformed) as error:
            self.stop()
            raise IsolationUnavailable(f"the untrusted process did not start ({error})") from error
        if not ready["ready"]:
            self.stop()
            raise IsolationUnavailable(f"{ready['why']}. {_LESS[self.isolation]}")

    def _send(self, *messages: bytes) -> None:
        for message in messages:
            self._process.stdin.write(server.with_length(message))
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


def read_replies(requests: Sequence[Request], reply: bytes, nonce: str, ending: str) -> list[Evidence]:
    """The evidence for each request, from whatever a process wrote for their first calls.

    `ending` is that of what it leaves open. Bytes that are no answer to these requests are tampering with all of them.
    """
    try:
        return _evidence(requests, deque(_split(reply, nonce, _most(requests))), ending)
    except _ODD:
        return [Evidence("tampering") for _ in requests]


def add_further(requests: Sequence[Request], found: list[Evidence], reply: bytes, nonce: str, ending: str) -> None:
    """Add what a process wrote for the further calls to the evidence that it gave for the first ones."""
    try:
        later = deque(_split(reply, nonce, sum(request.counts[1] for request in requests)))
        for request, evidence in zip(requests, found, strict=True):
            if evidence.ending == "finished" and evidence.problem is None:
                _read_observations(later, request.counts[1], evidence, ending)
        if later:
            raise ValueError("more than was asked for")
    except _ODD:
        found[:] = [Evidence("tampering") for _ in requests]


def read_survey(requests: Sequence[Request], reply: bytes, nonce: str, ending: str) -> tuple[Plan, list[Evidence]]:
    """The plan and the evidence of a survey; no plan and nothing answered if the process ended before."""
    try:
        messages = deque(_split(reply, nonce, 1 + _most(requests)))
        if not messages:
            return Plan(), [Evidence(ending) for _ in requests]
        # The first message is written before any line of the submission runs.
        plan = _read_plan(messages.popleft().content)
    except _ODD:
        return Plan(), [Evidence("tampering") for _ in requests]
    try:
        return plan, _evidence(requests, messages, ending)
    except _ODD:
        return plan, [Evidence("tampering") for _ in requests]


def _read_plan(message: dict) -> Plan:
    """Raises `ValueError` or its like for a message that holds no plan."""
    plan = message["plan"]
    ways = {
        str(name): tuple((kind, int(place)) for kind, place in ways if kind in (SHORT, RUN, APART))
        for name, ways in plan["ways"].items()
    }
    letters = {str(name): (attempted is True, str(letter)) for name, (attempted, letter) in plan["letters"].items()}
    return Plan(plan["plain"] is True, ways, frozenset(map(str, plan["stubs"])), letters)


def _most(requests: Sequence[Request]) -> int:
    return sum(request.counts[0] for request in requests)


@dataclass(frozen=True)
class _Message:
    """What a message of a worker says, without its stamp, and what tells whether another one says the same."""

    content: dict
    digest: bytes


# How a worker begins a message; then follows the stamp.
_BEGINNING = wire.encode({"nonce": "|"})[wire.HEADER.size :].partition(b"|")[0]
_SMALL = 2000  # bytes of a message that is remembered


def _split(reply: bytes, nonce: str, most: int) -> list[_Message]:
    """The messages of a reply. Raises `ValueError` if it is anything else than whole messages of this job, `most`."""
    stamped = _BEGINNING + nonce.encode() + b'"'
    messages, position = [], 0
    while len(reply) - position >= server.LENGTH.size:
        (length,) = server.LENGTH.unpack_from(reply, position)
        position += server.LENGTH.size
        if len(reply) - position < length:
            return messages  # the process died while it wrote
        if len(messages) == most:
            raise ValueError("more than was asked for")
        message = reply[position : position + length]
        head, rest = message[: wire.HEADER.size], message[wire.HEADER.size + len(stamped) :]
        if length <= _SMALL and message[wire.HEADER.size :].startswith(stamped):
            messages.append(_remembered(head, len(nonce), rest))
        else:
            messages.append(_Message(_opened(message, nonce), hashlib.sha256(head + rest).digest()))
        position += length
    return messages


@lru_cache(maxsize=5000)  # much of what answers do is the same for a whole class
def _remembered(head: bytes, stamp: int, rest: bytes) -> _Message:
    """A message that begins as it should, by what is not its stamp. Raises `ValueError` as `_opened` does."""
    nonce = "0" * stamp
    whole = head + _BEGINNING + nonce.encode() + b'"' + rest
    return _Message(_opened(whole, nonce), hashlib.sha256(head + rest).digest())


def _opened(message: bytes, nonce: str) -> dict:
    """What a message says. Raises `ValueError` if it is none of this job."""
    try:
        content = wire.decode(message)
    except wire.Malformed as error:
        raise ValueError("not a message") from error
    # The type first: an array in the place of the nonce would be compared item by item.
    if type(content) is not dict or type(stamp := content.pop("nonce", None)) is not str or stamp != nonce:
        raise ValueError("not of this job")
    return content


def _evidence(requests: Sequence[Request], messages: deque[_Message], ending: str) -> list[Evidence]:
    """Share the messages of a process out among the requests; `ending` is that of what they leave open.

    Raises `ValueError` or its like for messages that fit no requests.
    """
    found = []
    for request in requests:
        evidence = Evidence("finished")
        if not messages and request.counts[0]:
            evidence.ending = ending
        elif messages and set(messages[0].content) == {"problem"}:
            evidence.problem = _sentence(messages.popleft().content["problem"])
        elif request.is_function:
            _read_observations(messages, request.counts[0], evidence, ending)
        else:
            _read_value(messages.popleft().content, evidence)
        found.append(evidence)
    if messages:
        raise ValueError("more than was asked for")
    return found


def _read_observations(messages: deque[_Message], count: int, evidence: Evidence, ending: str) -> None:
    for _ in range(count):
        if not messages:
            evidence.ending = ending
            return
        digest, message = messages[0].digest, messages.popleft().content
        if set(message) != {"observation"} or type(message["observation"]) is not list:
            raise ValueError("not an observation")
        outcome, value, error, text, overflow, changed = message["observation"]
        if not all(type(words) is str for words in (outcome, error, text)) or outcome not in _OUTCOMES:
            raise ValueError("not an observation")
        text = text[: MAX_TEXT + 80]
        evidence.observations.append(
            Received(outcome, value, error[:80], text, overflow is True, changed is not False, digest)
        )


def _read_value(message: dict, evidence: Evidence) -> None:
    """Take the message about a variable into the evidence. Raises `ValueError` if it is none."""
    match message:
        case {"variable": variable, "attempted": bool(attempted)} if len(message) == 2:
            evidence.variable, evidence.attempted = variable, attempted
        case {"outcome": str()}:
            evidence.variable = ""  # something that cannot be sent is an answer, and no letter
        case _:
            raise ValueError("not a value")


def _sentence(text) -> str:
    if type(text) is not str:
        raise ValueError("not a sentence")
    return text[:MAX_TEXT]
