"""`course build`: make the notebooks from their sources, or check that they agree with them."""

from __future__ import annotations

import os
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbformat import NotebookNode

from helpers.fingerprint import as_built, fingerprint
from helpers.lectures import lecture_named, lecture_names
from helpers.paths import ROOT

from . import leaks, readme
from .around import complete
from .source import name_cells, read_lecture, source_path, without_answers

CELL_SECONDS = 300
WIDGET = "application/vnd.jupyter.widget-view+json"


@dataclass(frozen=True)
class Outcome:
    """What building one lecture came to: the sentences are for the person at the terminal."""

    lecture: str
    done: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()


def build(lectures: list[str], backup: bool = False, jobs: int | None = None) -> list[Outcome]:
    """Execute each lecture and write both of its notebooks; lectures run at the same time.

    A learner's notebook that was changed since it was built stays as it is, unless `backup` moves it aside.
    Raises `SourceError` for a lecture that does not exist.
    """
    names = lectures or lecture_names()
    for name in names:
        source_path(name)
    with ThreadPoolExecutor(jobs or os.cpu_count()) as pool:
        return list(pool.map(lambda name: _build_one(name, backup), names))


def check(lectures: list[str]) -> list[Outcome]:
    """Compare each lecture's notebooks with its source, without executing, and look for leaked answers."""
    return [Outcome(name, problems=tuple(_drift(name))) for name in lectures or lecture_names()]


def learner_notebook(lecture: str) -> NotebookNode:
    """The notebook that a learner opens, as the source says it should be now."""
    learner = without_answers(read_lecture(lecture))
    complete(learner, lecture)
    name_cells(learner)
    learner.metadata.course["built"] = fingerprint(learner)
    learner.metadata.course["cells"] = [cell.id for cell in learner.cells]  # what an update compares with
    return learner


def changed_by_learner(path: Path) -> bool:
    """Whether the notebook at `path` holds anything that the build did not write. Outputs do not count."""
    try:
        return not as_built(nbformat.read(path, as_version=4))
    except (OSError, ValueError, AttributeError, nbformat.reader.NotJSONError):
        return True  # not ours, so not ours to overwrite


def execute(notebook: NotebookNode) -> NotebookNode:
    """Run all cells in a fresh kernel and keep the outputs, without what differs from run to run."""
    environment = {k: v for k, v in os.environ.items() if k != "COURSE_DATA_DIR"}
    environment |= {"COURSE_PROGRESS": "off", "PYTHONHASHSEED": "0", "TF_CPP_MIN_LOG_LEVEL": "3"}
    environment["OPENBLAS_NUM_THREADS"] = "1"  # one order of summation, on machines with any number of cores
    with tempfile.TemporaryDirectory() as folder:
        client = NotebookClient(
            notebook,
            timeout=CELL_SECONDS,
            resources={"metadata": {"path": folder}},
            extra_arguments=["--IPKernelApp.log_level=40"],
        )
        client.execute(env=environment)
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        if cell.cell_type == "code":
            cell.outputs = _steady(cell.outputs)
    notebook.metadata.pop("widgets", None)
    notebook.metadata.language_info = NotebookNode(name="python")
    return notebook


def _build_one(lecture: str, backup: bool) -> Outcome:
    notebook = read_lecture(lecture)
    try:
        execute(notebook)
    except Exception as error:  # nbclient's errors carry the traceback of the cell
        return Outcome(lecture, problems=(f"{lecture}: a cell failed\n{error}",))
    problems = _traces(lecture, notebook)
    if lecture == readme.MAP:
        readme.write_map()
    places = lecture_named(lecture)
    _write(places.executed, _text(notebook))
    done, path = [_place(places.executed)], places.handed_out
    if path.exists() and changed_by_learner(path):
        if not backup:
            problem = f"{_place(path)} has been changed and stays as it is; --backup moves it aside first"
            return Outcome(lecture, tuple(done), (*problems, problem))
        done.append(f"your version is now {_place(_move_aside(path))}")
    _write(path, _text(learner_notebook(lecture)))
    return Outcome(lecture, (*done, _place(path)), tuple(problems))


def _drift(lecture: str) -> list[str]:
    problems = []
    remedy = f"run: course build {lecture}"
    wanted = read_lecture(lecture)
    places = lecture_named(lecture)
    solution_path, learner_path = places.executed, places.handed_out
    if not solution_path.exists():
        return [f"{_place(solution_path)} is missing; {remedy}"]
    solution = nbformat.read(solution_path, as_version=4)
    if [(c.cell_type, c.id, c.source, c.metadata) for c in solution.cells] != [
        (c.cell_type, c.id, c.source, c.metadata) for c in wanted.cells
    ]:
        problems.append(f"{_place(solution_path)} is not what its source says; {remedy}")
    counts = [c.execution_count for c in solution.cells if c.cell_type == "code"]
    if counts != list(range(1, len(counts) + 1)):
        problems.append(f"{_place(solution_path)} was not executed from top to bottom; {remedy}")
    problems += _traces(lecture, solution)
    if lecture == readme.MAP and not readme.holds_map():
        problems.append(f"README.md does not show the map of {lecture}; {remedy}")
    text = _text(learner_notebook(lecture))
    if not learner_path.exists() or learner_path.read_text(encoding="utf-8") != text:
        problems.append(f"{_place(learner_path)} is not what its source says; {remedy}")
    return problems + leaks.find(lecture, learner_path)


def _place(path: Path) -> str:
    return path.relative_to(ROOT).as_posix() if path.is_relative_to(ROOT) else str(path)


def _traces(lecture: str, notebook) -> list[str]:
    """Signs of the machine or of trouble in a lecture's outputs."""
    problems = []
    marks = {str(ROOT), str(Path.home()), "ipykernel_", tempfile.gettempdir() + "/"}
    for number, cell in enumerate(notebook.cells, 1):
        outputs = nbformat.writes(nbformat.v4.new_notebook(cells=[cell])) if cell.cell_type == "code" else ""
        if found := [mark for mark in marks if mark in outputs]:
            problems.append(f"{lecture}, cell {number}: its output names a place on this machine ({found[0]})")
        for output in cell.get("outputs", []):
            if output.output_type == "error" or output.get("name") == "stderr":
                problems.append(
                    f"{lecture}, cell {number}: it prints a warning or an error:\n{output.get('text', '')[:500]}"
                )
    return problems


def _steady(outputs) -> list:
    """Outputs without widgets and their scripts (identifiers are random; the static twin stays), streams joined."""
    kept: list = []
    for output in outputs:
        if WIDGET in output.get("data", {}) or "application/javascript" in output.get("data", {}):
            continue
        output.pop("transient", None)
        if kept and output.output_type == "stream" == kept[-1].output_type and output.name == kept[-1].name:
            kept[-1].text += output.text
        else:
            kept.append(output)
    return kept


def _text(notebook) -> str:
    nbformat.validate(notebook)
    return nbformat.writes(notebook, version=4) + "\n"


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(".tmp")
    temporary.write_text(text, encoding="utf-8")
    os.replace(temporary, path)


def _move_aside(path: Path) -> Path:
    number = 1
    while (aside := path.with_name(f"{path.stem}.backup-{number}.ipynb")).exists():
        number += 1
    return path.rename(aside)
