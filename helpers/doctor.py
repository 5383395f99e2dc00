"""Say what is installed, what is missing and what to type, without importing anything heavy."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import shlex
import shutil
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.version import Version

from .paths import INSTALLED, NOTEBOOKS, ROOT

COURSE = "training-neural-networks"
# What waits for the packages of each extra; "" are those that are always installed.
_PURPOSE = {
    "": "every lecture",
    "keras": "the sections that train with Keras",
    "search": "the lecture on hyperparameter search",
    "grading": "marking a class",
    "authoring": "building a lecture",
}


@dataclass(frozen=True)
class Finding:
    """One line of the examination; `advice` is what to type, empty when all is well."""

    what: str
    ok: bool
    advice: str = ""

    def __str__(self) -> str:
        return f"{'✓' if self.ok else '✗'} {self.what}" + (f"\n    {self.advice}" if self.advice else "")


@dataclass(frozen=True)
class Diagnosis:
    """All findings, as text in a terminal and a notebook."""

    findings: tuple[Finding, ...]

    @property
    def healthy(self) -> bool:
        return all(finding.ok for finding in self.findings)

    def __repr__(self) -> str:
        wrong = sum(not finding.ok for finding in self.findings)
        verdict = "Everything is in place." if self.healthy else f"{wrong} of {len(self.findings)} need attention."
        return "\n".join([*map(str, self.findings), verdict])


def examine(grading: bool = False, terminal: bool = False) -> Diagnosis:
    """Examine Python, the packages, the notebooks and the data.

    With `grading` also the walls around submissions, with `terminal` also whether it finds the command `course`.
    """
    needs = _requirements()
    findings = [_python(needs.python)]
    for extra in _PURPOSE:
        findings += _packages(extra, needs.packages.get(extra, []))
    findings += [_environment(), *([_command()] if terminal else []), _notebooks(), *_data_sets()]
    if grading:
        findings += _walls()
    return Diagnosis(tuple(findings))


@dataclass(frozen=True)
class _Needs:
    """What pyproject.toml says that the course needs: of Python, and of packages by extra."""

    python: SpecifierSet
    packages: dict[str, list[Requirement]]


def _requirements() -> _Needs:
    """Read pyproject.toml itself in a checkout, and what a wheel kept of it elsewhere."""
    if not INSTALLED:
        project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
        packages = {"": project["dependencies"], **project["optional-dependencies"]}
        return _Needs(
            SpecifierSet(project["requires-python"]),
            {extra: list(map(Requirement, texts)) for extra, texts in packages.items()},
        )
    facts = importlib.metadata.metadata(COURSE)
    packages = {}
    for requirement in map(Requirement, importlib.metadata.requires(COURSE) or []):
        # A wheel marks what belongs to an extra by `extra == "..."`.
        extras = [e for e in _PURPOSE if e and not _holds(requirement, "") and _holds(requirement, e)]
        packages.setdefault(extras[0] if extras else "", []).append(requirement)
    return _Needs(SpecifierSet(facts["Requires-Python"]), packages)


def _holds(requirement: Requirement, extra: str) -> bool:
    """Whether this machine needs a package, for an extra."""
    return requirement.marker is None or requirement.marker.evaluate({"extra": extra})


def _python(allowed: SpecifierSet) -> Finding:
    found = ".".join(map(str, sys.version_info[:3]))
    if found in allowed:
        return Finding(f"Python {found}", True)
    advice = f"Install a Python that is {allowed}, and set the course up with it."
    return Finding(f"Python {found}; the course needs {allowed}", False, advice)


def _packages(extra: str, requirements: list[Requirement]) -> list[Finding]:
    """A line for each package; one for all that an extra lacks, which is no fault: one can learn without it."""
    here = [requirement for requirement in requirements if _holds(requirement, extra)]
    lacking = [requirement for requirement in here if extra and _version(requirement) is None]
    findings = [_package(requirement, extra) for requirement in here if requirement not in lacking]
    if lacking:
        names = ", ".join(requirement.name for requirement in lacking)
        what = f"not installed, and needed only for {_PURPOSE[extra]}: {names}. If you want it, type"
        findings.append(Finding(what, True, _install(*map(_plain, lacking))))
    return findings


def _package(requirement: Requirement, extra: str) -> Finding:
    name, found = requirement.name, _version(requirement)
    if found is None:
        return Finding(f"{name} is missing; it is for {_PURPOSE[extra]}", False, _install(_plain(requirement)))
    if not requirement.specifier.contains(found, prereleases=True):
        age = (
            "old"
            if any(Version(found) < Version(s.version) for s in requirement.specifier if ">" in s.operator)
            else "new"
        )
        return Finding(f"{name} {found} is too {age} for {_PURPOSE[extra]}", False, _install(_plain(requirement)))
    return Finding(f"{name} {found}", True)


def _version(requirement: Requirement) -> str | None:
    try:
        return importlib.metadata.version(requirement.name)
    except importlib.metadata.PackageNotFoundError:
        return None


def _plain(requirement: Requirement) -> str:
    return f"{requirement.name}{requirement.specifier}"


def _install(*packages: str) -> str:
    """The command that installs packages where this Python looks, from the terminal in which this was started."""
    if importlib.util.find_spec("pip"):
        return _typed(_this_python(), "-m", "pip", "install", *packages)
    return _typed("uv", "pip", "install", "--python", sys.executable, *packages)  # uv makes environments without pip


def _this_python() -> str:
    """What to type for the Python that runs now: `python` only where that is the same one."""
    found = shutil.which("python")
    return "python" if found and Path(found).parent == Path(sys.executable).parent else sys.executable


def _typed(*words: str) -> str:
    """A command with quotes as the shell of this system needs them (PowerShell on Windows)."""
    if os.name != "nt":
        return shlex.join(words)
    quoted = [word if word.replace("-", "").replace("_", "").isalnum() else f'"{word}"' for word in words]
    return ("& " if quoted[0].startswith('"') else "") + " ".join(quoted)


def _environment() -> Finding:
    """Whether the environment lies where it was made: its commands name their Python by its place."""
    script = Path(sys.executable).with_name("course")
    named = _python_of(script)
    if named is None or named.exists():
        return Finding("the environment lies where it was made", True)
    repair = "make lab" if not INSTALLED else _install("--force-reinstall", "--no-deps", COURSE)
    return Finding(f"the folder was moved or renamed: {script} looks for {named}, which is not there", False, repair)


def _python_of(script: Path) -> Path | None:
    """The Python that a command of an environment starts, if the file says so."""
    try:
        head = script.read_bytes()[:1000].decode("utf-8", "replace").splitlines()
    except OSError:
        return None
    first = head[0] if head else ""
    if first == "#!/bin/sh" and len(head) > 1:  # the form for a path that is long or holds a space
        words = shlex.split(head[1])  # ''''exec' "/a path/python" "$0" "$@"
        first = f"#!{words[1]}" if len(words) > 1 else ""
    return Path(first[2:].strip()) if first.startswith("#!") else None


def _command() -> Finding:
    found = shutil.which("course")
    if found and Path(found).parent == Path(sys.executable).parent:
        return Finding("the command course", True)
    return Finding(
        "this terminal does not find the command course of this environment; type instead",
        True,
        f"{_typed(_this_python(), '-m', 'helpers.cli')} ...",
    )


def _notebooks() -> Finding:
    if any(NOTEBOOKS.glob("[0-9][0-9]_*.ipynb")):
        return Finding(f"the notebooks in {NOTEBOOKS.name}/", True)
    return Finding("there are no notebooks", False, _typed(_this_python(), "-m", "helpers.cli", "build"))


def _data_sets() -> list[Finding]:
    from .datasets import DATASETS, available

    # A missing set is no fault: the embedded data carry every lecture.
    return [
        Finding(f"data set {name}" if available(name) else f"data set {name} is not here; nothing needs it", True)
        for name in DATASETS
    ]


def _walls() -> list[Finding]:
    """Strict isolation; where it is not to be had, the level below it, too."""
    strict = _level("strict", "strict isolation for grading")
    return [strict] if strict.ok else [strict, _level("landlock", "isolation by Landlock for grading")]


def _level(level: str, name: str) -> Finding:
    from .grading.runner import IsolationUnavailable, Runner

    try:
        with Runner(level) as runner:
            holes = runner.probe()
    except IsolationUnavailable as error:
        return Finding(f"{name} is not available here", False, str(error))
    if holes:
        return Finding(f"{name} has a hole: a submission could {', '.join(holes)}", False, "do not grade here")
    return Finding(f"{name}, probed from inside", True)
