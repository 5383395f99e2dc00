"""A class of submissions made from the real notebooks, with the marks that each must get."""

from __future__ import annotations

import ast
import copy
import importlib
import inspect
import json
import textwrap
from functools import cache
from pathlib import Path

from helpers.grading.gradebook import Gradebook
from helpers.grading.marking import MarkedSubmission
from helpers.judging.exercise import Exercise, Mistake, Question
from helpers.judging.judge import CORRECT, WRONG, Examination, PartResult, Verdict, judge, judge_letter
from helpers.lectures import exercises_of, functions_of
from helpers.paths import NOTEBOOKS
from helpers.sandbox.cells import needed_statements, statements_of
from helpers.sandbox.observe import observe

LECTURE = "04_activations"


def exercises(lecture: str = LECTURE) -> list[Exercise]:
    return list(functions_of(lecture))


def questions(lecture: str = LECTURE) -> list[Question]:
    return [e for e in exercises_of(lecture) if isinstance(e, Question)]


def untouched_notebook(lecture: str = LECTURE) -> dict:
    return json.loads((NOTEBOOKS / f"{lecture}.ipynb").read_text(encoding="utf-8"))


def notebook_with(answers: dict[str, str], lecture: str = LECTURE) -> dict:
    """The learner's notebook with the answer cells of some exercises replaced by other source."""
    notebook = copy.deepcopy(untouched_notebook(lecture))
    left = dict(answers)
    for cell in notebook["cells"]:
        name = cell["metadata"].get("nbgrader", {}).get("grade_id")
        if name in left:
            cell["source"] = left.pop(name)
    assert not left, f"the notebook has no cell for {left}"
    return notebook


def write_submission(folder: Path, student: str, notebook: dict | bytes, lecture: str = LECTURE) -> Path:
    path = folder / student / f"{lecture}.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(notebook if isinstance(notebook, bytes) else json.dumps(notebook).encode())
    return path


def source_of(name: str, function) -> str:
    """A cell that answers exercise `name` with a function of the exercises' own module (a spelling or a mistake).

    What it needs stands inside the function, as learners often write: helpers have the same names in several modules,
    and a notebook has one namespace.
    """
    function = getattr(function, "function", function)
    needed = needed_statements(_statements_of(function.__module__), function.__name__)
    kept = [ast.unparse(s.node) for s in needed if not _is_of_the_course(s.node)]
    signature = inspect.signature(function)
    given = ", ".join(f"*{p.name}" if p.kind is p.VAR_POSITIONAL else p.name for p in signature.parameters.values())
    body = textwrap.indent("\n\n".join([*kept, f"return {function.__name__}({given})"]), "    ")
    return f"def {name}{signature}:\n{body}"


@cache
def _statements_of(module: str) -> list:
    """The statements of a module of exercises, after those of the modules that it imports from beside it."""
    source = ast.parse(inspect.getsource(importlib.import_module(module)))
    own = statements_of(ast.unparse(_Undecorated().visit(source)))
    beside = [_imported(s.node, module) for s in own if _is_of_the_course(s.node)]
    return [
        statement
        for name in beside
        if ".exercises." in name or name.endswith(".given")
        for statement in _statements_of(name)
    ] + own


def _is_of_the_course(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.ImportFrom) and (statement.level > 0 or statement.module.startswith("helpers."))


def _imported(statement: ast.ImportFrom, module: str) -> str:
    """The full name of the module from which a statement in `module` imports."""
    package = module.split(".")[: -statement.level] if statement.level else []
    return ".".join([*package, *filter(None, [statement.module])])


class _Undecorated(ast.NodeTransformer):
    """Functions without `@mistake(...)`, which only the course knows, and no `.function` that looks behind it."""

    def visit_FunctionDef(self, node):
        node.decorator_list = []
        return self.generic_visit(node)

    def visit_Attribute(self, node):
        node = self.generic_visit(node)
        return node.value if node.attr == "function" else node


def right_answers(turn: int, lecture: str = LECTURE) -> dict[str, str]:
    """Right answers to everything, each in its spelling number `turn` (counted round)."""
    functions = {e.name: source_of(e.name, e.spellings[turn % len(e.spellings)]) for e in exercises(lecture)}
    return functions | {q.name: f'{q.name} = "{q.answer}"' for q in questions(lecture)}


def wrong_answers(turn: int, lecture: str = LECTURE) -> dict[str, str]:
    """Wrong answers to everything: each exercise's mistake number `turn`, each question's wrong letter."""
    functions = {e.name: source_of(e.name, mistake_number(e, turn)) for e in exercises(lecture)}
    letters = {q.name: sorted(q.why_wrong)[turn % len(q.why_wrong)] for q in questions(lecture)}
    return functions | {name: f'{name} = "{letter}"' for name, letter in letters.items()}


def mistake_number(exercise: Exercise, turn: int) -> Mistake:
    """The mistake number `turn` (counted round) among those that stand in a function of their own."""
    written = [mistake for mistake in exercise.mistakes if mistake.function.__closure__ is None]
    return written[turn % len(written)]


def predicted(exercise: Exercise | Question, answer, seed: int) -> Verdict:
    """What an answer must get, from calling it right here: no notebook, no process, no boundary."""
    if isinstance(exercise, Question):
        return judge_letter(exercise, answer)
    examination = _examination(exercise, seed)
    function = getattr(answer, "function", answer)
    return judge(examination, [observe(function, call) for call in examination.calls])


@cache
def _examination(exercise: Exercise, seed: int) -> Examination:
    return Examination(exercise, seed)


def write_gradebook(out: Path, shares: dict[str, dict[str, float]]) -> Path:
    """A gradebook without any grading: each student has a share (0 to 1) of every part's points, by lecture."""
    out.mkdir(parents=True, exist_ok=True)
    with Gradebook(out / "gradebook.db", create=True) as book:
        book.set(seed=1, version="test", isolation="strict: not probed in this test", remarks=[])
        book.set(limits=[10, 1024], libraries={}, python="3")
        book.add_students(tuple(shares))
        for student, lectures in shares.items():
            for lecture, share in lectures.items():
                verdicts = tuple(_verdict_with(exercise, share) for exercise in exercises_of(lecture))
                book.save(
                    MarkedSubmission(
                        student, lecture, f"{student}/{lecture}.ipynb", digest_of(student, lecture), verdicts
                    )
                )
    return out


def digest_of(student: str, lecture: str) -> str:
    """The digest that `write_gradebook` gives to a paper."""
    return f"digest of {student}, {lecture}"


def _verdict_with(exercise: Exercise | Question, share: float) -> Verdict:
    status = CORRECT if share == 1 else WRONG
    parts = [PartResult(name, share * most, most, status) for name, most in exercise.points_by_part.items()]
    return Verdict(exercise.name, status, tuple(parts), "" if share == 1 else "Not quite.")
