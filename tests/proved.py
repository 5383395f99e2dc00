"""What has been proved is not proved again until something that it depends on has changed.

Proofs that take long (mutants of every solution, numbers of the ledger, hundreds of seeds, notebooks in real kernels)
are recorded in `proved.json` by what they depend on: the text of the course's files, and the versions of the libraries.
While that is the same, `make test` takes the recorded proof. `COURSE_PROVE=record` (`make prove`) also writes down what
was proved now; `COURSE_PROVE=all` proves everything anew.
"""

import contextlib
import fcntl
import hashlib
import inspect
import json
import os
import re
from dataclasses import dataclass
from functools import cache, wraps
from pathlib import Path

from helpers.lectures import lecture_named, lecture_names
from helpers.paths import ROOT

RECORD = Path(__file__).with_name("proved.json")
SHARED = ("helpers/neural", "helpers/datasets", "helpers/evidence", "helpers/audit", "requirements.lock")
JUDGING = ("helpers/judging", "helpers/sandbox", "helpers/proving", "requirements.lock")
GRADER = (*JUDGING, "helpers/grading", "helpers/variants", "helpers/checking", "helpers/lectures/__init__.py")


@dataclass(frozen=True)
class Code:
    """The cells of code of a lecture's source or notebook, with their outputs. What words say proves nothing."""

    source: Path

    def content(self) -> bytes:
        text = self.source.read_text(encoding="utf-8")
        if self.source.suffix == ".ipynb":
            cells = [cell for cell in json.loads(text)["cells"] if cell["cell_type"] == "code"]
            return json.dumps([(cell["source"], cell["metadata"], cell["outputs"]) for cell in cells]).encode()
        return "".join(re.findall(r"^```\{code-cell\}.*?^```", text, re.MULTILINE | re.DOTALL)).encode()


@contextlib.contextmanager
def unless_proved(what: str, *depends: str | Path | Code):
    """Whether `what` has to be proved now; if so and nothing is raised, it is recorded where that is asked for."""
    wanted = os.environ.get("COURSE_PROVE", "")
    digest = digest_of(*depends)
    needed = wanted == "all" or _recorded().get(what) != digest
    yield needed
    if needed and wanted == "record":
        _remember(what, digest)


def proves(*depends: str | Path | Code):
    """Decorate a test that need not run, nor its fixtures be made, until something that it depends on has changed.

    It goes above the other decorators.
    """

    def decorate(test):
        marks = getattr(test, "pytestmark", [])
        given = [mark.args[0] for mark in marks if mark.name == "parametrize"]
        fixtures = [name for name in inspect.signature(test).parameters if name not in given]
        depend = [*depends, Path(inspect.getfile(test))]

        def once(request, **parameters):
            with unless_proved(request.node.nodeid, *depend) as needed:
                if needed:
                    test(**parameters, **{name: request.getfixturevalue(name) for name in fixtures})

        # pytest reads here what to give; `functools.wraps` would show it the fixtures as well.
        names = ["request", *given]
        once.__signature__ = inspect.Signature([inspect.Parameter(n, inspect.Parameter.KEYWORD_ONLY) for n in names])
        once.__name__, once.__doc__, once.__module__ = test.__name__, test.__doc__, test.__module__
        once.pytestmark = marks
        return once

    return decorate


def proves_each(test):
    """Decorate a test of one `exercise` that need not run until something that its check depends on has changed.

    It goes below the other decorators.
    """
    file = Path(inspect.getfile(test))

    @wraps(test)
    def once(exercise):
        with unless_proved(f"{test.__name__}[{exercise.name}]", *of_exercise(exercise), file) as needed:
            if needed:
                test(exercise)

    return once


def of_exercise(exercise) -> tuple[str | Path | Code, ...]:
    """What the proof of an exercise's check depends on."""
    lecture = lecture_named(exercise.lecture)
    given = [path for path in [lecture.folder / "given.py"] if path.exists()]
    return (*JUDGING, lecture.folder / "exercises", *given, Code(lecture.source))


def of_every_mark(*lectures: str) -> tuple[str | Path | Code, ...]:
    """What marks depend on: the grader, and the lectures, of which none means all."""
    found = [lecture_named(name) for name in lectures or lecture_names()]
    return (*GRADER, *(path for one in found for path in (one.folder, Code(one.source))))


def of_experiments(lecture: str) -> tuple[str | Path, ...]:
    """What the numbers of a lecture depend on."""
    folder = lecture_named(lecture).folder
    beside = ("experiments", "experiments.py", "ledger.py", "claims.py")
    return (*SHARED, *(folder / name for name in beside if (folder / name).exists()))


def of_notebook(lecture: str, path: Path) -> tuple[str | Path | Code, ...]:
    """What the numbers and pictures of a lecture's notebook depend on."""
    return (*SHARED, "helpers/drawing", "helpers/checking", lecture_named(lecture).folder, Code(path))


def of_checks_in_notebook(lecture: str, path: Path) -> tuple[str | Path | Code, ...]:
    """What the words of the checks in a lecture's notebook depend on."""
    return (*JUDGING, "helpers/checking", "helpers/templates", lecture_named(lecture).folder / "exercises", Code(path))


def digest_of(*depends: str | Path | Code) -> str:
    """A digest of the files and folders named."""
    digest = hashlib.sha256()
    named = {(one.source, True) if isinstance(one, Code) else (ROOT / one, False) for one in depends}
    for path, is_code in sorted(named):
        digest.update(_digest_of_one(path, is_code))
    return digest.hexdigest()[:16]


@cache
def _digest_of_one(path: Path, is_code: bool) -> bytes:
    digest = hashlib.sha256()
    files = [file for file in path.rglob("*") if file.suffix == ".py"] if path.is_dir() else [path]
    for file in sorted(files):
        content = Code(file).content() if is_code else file.read_bytes()
        digest.update(file.relative_to(ROOT).as_posix().encode() + b"\0" + content)
    return digest.digest()


def _recorded() -> dict[str, str]:
    return json.loads(RECORD.read_text(encoding="utf-8")) if RECORD.exists() else {}


def _remember(what: str, digest: str) -> None:
    with open(RECORD.with_suffix(".lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # the processes of a test run record side by side
        text = json.dumps(_recorded() | {what: digest}, indent=0, sort_keys=True)
        temporary = RECORD.with_suffix(".new")
        temporary.write_text(text + "\n", encoding="utf-8")
        os.replace(temporary, RECORD)
