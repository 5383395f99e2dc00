"""The course as a Gradescope autograder: the zip to upload, and what runs in it for every submission.

Layout: "Autograder Specifications" of gradescope-autograders.readthedocs.io. `setup.sh` and `run_autograder` stand at
the root of the zip, which Gradescope unpacks to `/autograder/source`. The submission is in `/autograder/submission`,
and `/autograder/results/results.json` is to be written. The environment variable `AUTOGRADER_ROOT` names another place
than `/autograder`, `COURSE_PYTHON` an interpreter that has the packages already. Who uploaded stands in
`/autograder/submission_metadata.json`; it is read where people got notebooks that differ.

If a submission cannot be marked for a reason that is not its own, no `results.json` is written and the exit status is
not 0: Gradescope then says that the autograder failed, which is true, and gives no mark.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import stat
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import replace
from pathlib import Path

from helpers.judging.judge import nothing
from helpers.lectures import exercises_of, lecture_named, lecture_names
from helpers.paths import DATA, LOCK, NOTEBOOKS, PACKAGE

from .. import keys
from ..class_file import ClassFile, Person
from ..grade import GradebookError, GradingError, Order, grade
from ..gradebook import Gradebook
from ..keys import Holder, Keys
from ..marking import MISSING
from ..papers import Entry, Paper, class_papers
from ..runner import IsolationUnavailable, Limits
from ..submissions import HandedIn, NoSubmissions, the_notebook_of
from ..variants import Variants
from . import gradescope
from .tables import Exported, ExportError

SETTINGS = "course.json"
_STUDENT = "submission"
_UNPRIVILEGED = "nobody"
_SCRIPTS = Path(__file__).with_name("autograder_files")


def write(
    path: Path,
    lecture: str,
    seed: int | None = None,
    isolation: str = "strict",
    limits: Limits | None = None,
    variants: Path | None = None,
) -> Exported:
    """Write the zip for one lecture. Raises `ExportError` if that cannot be.

    The seed of the fresh inputs (drawn if None) is in the zip: everybody gets the same ones, at every attempt. So is
    the file that says who has which variant.
    """
    if lecture not in lecture_names():
        raise ExportError(f"there is no lecture {lecture!r}; there are {', '.join(lecture_names())}")
    if not LOCK.is_file():
        raise ExportError(
            "the exact versions of all packages belong into the zip; run this in a checkout of the course"
        )
    if variants:
        _check_variants(variants, lecture, isolation)
    limits = limits or Limits()
    settings = {
        "lecture": lecture,
        "seed": secrets.randbits(32) if seed is None else seed,
        "isolation": isolation,
        "limit_seconds": limits.cpu_seconds,
        "limit_mb": limits.memory_mb,
    }
    places = lecture_named(lecture)
    files = {"requirements.lock": LOCK, f"{NOTEBOOKS.name}/{lecture}.ipynb": places.handed_out}
    if variants:
        files[keys.FILE] = variants
    folders = {"helpers": PACKAGE, DATA.name: DATA}
    if places.from_outside:  # in the zip it is one of the course's
        folders[places.package.replace(".", "/")] = places.folder
    for name, folder in folders.items():
        inside = [file for file in sorted(folder.rglob("*")) if _belongs(file)]
        files |= {f"{name}/{file.relative_to(folder).as_posix()}": file for file in inside}
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(path.name + ".new")
    with zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED) as archive:
        for script in sorted(_SCRIPTS.iterdir()):
            _add(
                archive, script.name, script.read_bytes().replace(b"\r\n", b"\n"), 0o755
            )  # a checkout may have changed them
        _add(archive, SETTINGS, json.dumps(settings, indent=1).encode())
        for name, file in files.items():
            _add(archive, name, file.read_bytes())
    os.replace(temporary, path)
    return Exported((path,))


def main(root: Path) -> int:
    """Mark the submission in the autograder's folder `root` and write its `results.json`."""
    settings = json.loads((root / "source" / SETTINGS).read_text(encoding="utf-8"))
    target = root / "results" / "results.json"
    chosen, note = the_notebook_of(root / "submission", settings["lecture"])
    if chosen is None:
        results = gradescope.results(_nothing_handed_in(settings["lecture"], note), "nothing was run")
    else:
        try:
            variants = _keys_of_uploader(root, chosen)
        except (OSError, ValueError, LookupError, TypeError, AttributeError, keys.VariantsError) as error:
            print(f"✗ it is not known whose variant this is: {error}", file=sys.stderr)
            return 1
        results = _mark_apart(chosen, settings, variants)
        if results is None:
            print("The submission was not marked; the reason is above.", file=sys.stderr)
            return 1
    results["output"] = "\n".join(filter(None, (note, results["output"])))
    target.parent.mkdir(exist_ok=True)
    target.write_text(json.dumps(results, ensure_ascii=False, indent=1), encoding="utf-8")
    print(f"{results['score']:g} points.")
    return 0


def mark(work: Path, settings: dict) -> int:
    """Mark the class of one student in `work/class`, and write `work/results.json`."""
    limits = Limits(settings["limit_seconds"], settings["limit_mb"])
    variants = work / keys.FILE
    order = Order(
        work / "class",
        work / "out",
        1,
        settings["seed"],
        limits,
        settings["isolation"],
        settings["lecture"],
        variants=variants if variants.exists() else None,
    )
    try:
        summary = grade(order)
    except (GradingError, GradebookError, NoSubmissions, IsolationUnavailable) as error:
        print(f"✗ {error}", file=sys.stderr)
        return 1
    with Gradebook(order.out / "gradebook.db") as book:
        (paper,) = class_papers(book)
    if summary["grader_faults"]:
        print(f"✗ {summary['grader_faults']} exercises met a fault of the grader", file=sys.stderr)
        return 1
    (work / "results.json").write_text(json.dumps(gradescope.results(paper, summary["isolation"])), encoding="utf-8")
    return 0


def _check_variants(file: Path, lecture: str, isolation: str) -> None:
    """Raises `ExportError` if the file of variants must not, or need not, be in the zip."""
    if isolation == "process":
        raise ExportError("without walls a submission could read who has which variant; use strict or landlock")
    try:
        known = keys.read(file)
    except keys.VariantsError as error:
        raise ExportError(str(error)) from error
    if lecture not in known.lectures:
        raise ExportError(f"{lecture} was not handed out in variants; leave out --variants")


def _keys_of_uploader(root: Path, notebook: HandedIn) -> Keys | None:
    """The variant that a submission is marked by, of a class of one; None if nobody has one.

    Raises `VariantsError` where it is not known who uploaded; an odd `submission_metadata.json` raises what it raises.
    """
    file = root / "source" / keys.FILE
    if not file.exists():
        return None
    known = keys.read(file)
    users = json.loads((root / "submission_metadata.json").read_text(encoding="utf-8"))["users"]
    people = [
        Person(user["email"], user["name"], tuple(str(user[key]) for key in ("email", "id", "sid") if user.get(key)))
        for user in users
    ]
    submissions = [replace(notebook, student=person.student) for person in people]  # of a team, one for each
    variants = Variants(known, [person.student for person in people], {}, ClassFile(tuple(people)), submissions)
    found = [variants.to_mark(one.read()) for one in submissions]
    problems = {person.student: variant.problem for person, variant in zip(people, found, strict=True)}
    seed = next((variant.seed for variant in found if not variant.problem), None)
    if seed is None:
        raise keys.VariantsError(
            "; ".join(f"{who}: {problem}" for who, problem in problems.items()) or "nobody uploaded"
        )
    return replace(known, people=(Holder(_STUDENT, seed=seed),))


def _mark_apart(notebook: HandedIn, settings: dict, variants: Keys | None) -> dict | None:
    """Mark in a process of its own, which is nobody's where this one is root and there are no walls."""
    with tempfile.TemporaryDirectory(prefix="autograder-") as folder:
        work = Path(folder)
        copy = work / "class" / _STUDENT / f"{settings['lecture']}.ipynb"
        copy.parent.mkdir(parents=True)
        # What cannot be read is marked as an empty file; what is too large, the grader itself says.
        copy.write_bytes(notebook.file.content()[0])
        if variants:
            keys.write(work / keys.FILE, variants)
        options = {}
        if settings["isolation"] == "process" and os.geteuid() == 0:
            options = {"user": _UNPRIVILEGED, "extra_groups": []}
            for path in (work, *work.rglob("*")):
                shutil.chown(path, _UNPRIVILEGED)
        # `work` is its home too, so that no library looks for another one.
        environment = os.environ | {"HOME": folder, "TMPDIR": folder}
        command = [sys.executable, "-m", "helpers.grading.exports.autograder", "--mark", folder, json.dumps(settings)]
        try:
            done = subprocess.run(command, stdin=subprocess.DEVNULL, env=environment, **options)
        except PermissionError:
            print(f"✗ {_UNPRIVILEGED} may not run {sys.executable}; put Python where everybody can", file=sys.stderr)
            return None
        if done.returncode != 0:
            return None
        return json.loads((work / "results.json").read_text(encoding="utf-8"))


def _nothing_handed_in(lecture: str, message: str) -> Paper:
    entries = [Entry(_STUDENT, lecture, nothing(e, MISSING, message), None) for e in exercises_of(lecture)]
    return Paper(_STUDENT, lecture, tuple(entries))


def _belongs(file: Path) -> bool:
    return file.is_file() and "__pycache__" not in file.parts and DATA / "cache" not in file.parents


def _add(archive: zipfile.ZipFile, name: str, content: bytes, mode: int = 0o644) -> None:
    # With a fixed date the same course gives the same zip.
    info = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = (stat.S_IFREG | mode) << 16
    archive.writestr(info, content)


if __name__ == "__main__":
    if sys.argv[1] == "--mark":
        sys.exit(mark(Path(sys.argv[2]), json.loads(sys.argv[3])))
    sys.exit(main(Path(sys.argv[1])))
