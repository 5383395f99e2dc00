"""Say what is installed, what is missing and what to type, without importing anything heavy."""

from __future__ import annotations

import importlib.metadata
import re
import sys
from dataclasses import dataclass

from .paths import NOTEBOOKS

# What each package is for, so that a missing one says which lectures wait for it.
_PURPOSE = {
    "numpy": "every lecture",
    "scipy": "every check",
    "scikit-learn": "the embedded data",
    "matplotlib": "every figure",
    "ipywidgets": "the explorers",
    "jupyterlab": "opening the notebooks",
    "jupytext": "building the notebooks",
    "nbclient": "building the notebooks",
    "jinja2": "feedback pages",
    "rich": "progress bars",
    "tensorflow": "the sections that train with Keras",
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


def examine(grading: bool = False) -> Diagnosis:
    """Examine Python, the packages, the notebooks and the data; with `grading` also the walls around submissions."""
    findings = [_python(), *map(_package, _PURPOSE), _notebooks(), *_data_sets()]
    if grading:
        findings += _walls()
    return Diagnosis(tuple(findings))


def _python() -> Finding:
    found = ".".join(map(str, sys.version_info[:3]))
    if (3, 11) <= sys.version_info[:2] < (3, 14):
        return Finding(f"Python {found}", True)
    return Finding(f"Python {found}; the course needs 3.11 to 3.13", False, "make clean && make lab PYTHON=python3.11")


def _package(name: str) -> Finding:
    candidates = ("tensorflow", "tensorflow-cpu") if name == "tensorflow" else (name,)
    for candidate in candidates:
        try:
            found = importlib.metadata.version(candidate)
        except importlib.metadata.PackageNotFoundError:
            continue
        if _number(found) < _number(_oldest(candidate)):
            return Finding(f"{name} {found} is too old for {_PURPOSE[name]}", False, "make clean && make lab")
        return Finding(f"{name} {found}", True)
    return Finding(f"{name} is missing; it is for {_PURPOSE[name]}", False, f"python -m pip install {name}")


def _oldest(name: str) -> str:
    for requirement in importlib.metadata.requires("training-neural-networks") or []:
        match = re.match(rf"{re.escape(name)}\s*(?:\([^)]*)?.*?>=\s*([\d.]+)", requirement)
        if match and re.match(rf"{re.escape(name)}[^\w-]", requirement):
            return match[1]
    return "0"


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version)[:2])


def _notebooks() -> Finding:
    if any(NOTEBOOKS.glob("[0-9][0-9]_*.ipynb")):
        return Finding(f"the notebooks in {NOTEBOOKS.name}/", True)
    return Finding("there are no notebooks", False, "course build")


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
