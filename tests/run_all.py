"""The promise "never less than the learner saw": the same notebooks in real kernels and in the real grader."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

from helpers.grading.marking import MarkedSubmission
from helpers.grading.runner import Limits
from helpers.grading.station import Station, Terms
from helpers.grading.submissions import Submission
from helpers.lectures import exercise_named

from .honest_notebooks import PLAIN_LECTURES, HonestNotebook, warming
from .real_kernels import Kernels, Shown


@dataclass(frozen=True)
class Compared:
    """One notebook with what its checks showed and how it was graded."""

    notebook: HonestNotebook
    shown: Shown
    marked: MarkedSubmission

    @property
    def full(self) -> frozenset[str]:
        """The exercises with full marks in the grading."""
        return frozenset(v.exercise for v in self.marked.verdicts if v.points == exercise_named(v.exercise).points)

    @property
    def less(self) -> dict[str, str]:
        """The exercises with full marks at a check and not in the grading, and what the grader says about each."""
        said = {v.exercise: f"{v.points:g} of {v.max_points:g}: {v.message}" for v in self.marked.verdicts}
        return {name: said[name] for name in sorted(self.shown.full - self.full)}


class Comparison:
    """Real kernels and a real grader that ask the public inputs only. Use as a context manager."""

    def __init__(self, lectures: tuple[str, ...] = PLAIN_LECTURES, jobs: int = 1, fork: bool = True):
        self._jobs = jobs
        self._kernels = Kernels(warming(lectures), fork)
        # Without a seed there are no fresh inputs: an answer that is right by luck in `check` proves nothing here.
        self._station = Station(Terms(None, Limits(), "strict", ()), jobs)

    def __enter__(self) -> Comparison:
        self._kernels.__enter__()
        self._station.__enter__()
        self._station.open()
        return self

    def __exit__(self, *exception) -> None:
        self._station.close()
        self._kernels.__exit__(*exception)

    def shown(self, notebook: HonestNotebook) -> Shown:
        """What the checks of a fresh "Run All" show."""
        return self._kernels.run_all(notebook.sources)

    def compare(self, notebook: HonestNotebook) -> Compared:
        """Run one notebook and grade it."""
        path = f"ada/{notebook.lecture}.ipynb"
        submission = Submission("ada", notebook.lecture, path, notebook.content)
        return Compared(notebook, self.shown(notebook), self._station.mark(submission))

    def compare_all(self, notebooks: Iterable[HonestNotebook]) -> Iterator[Compared]:
        """The same for many, in their order."""
        with ThreadPoolExecutor(self._jobs) as pool:
            yield from pool.map(self.compare, notebooks)


def smallest(notebook: HonestNotebook, disagrees: Callable[[HonestNotebook], bool]) -> HonestNotebook:
    """The notebook without the cells that the disagreement does not need."""
    size = len(notebook.cells)
    while size:
        place = 0
        while place < len(notebook.cells):
            fewer = replace(notebook, cells=notebook.cells[:place] + notebook.cells[place + size :])
            if disagrees(fewer):
                notebook = fewer
            else:
                place += size
        size //= 2
    return notebook


def as_text(notebook: HonestNotebook) -> str:
    """The code cells one after the other."""
    return "\n\n# ---- next cell\n".join(notebook.sources) + f"\n\n# ---- saved: {notebook.tool}"


def counts_by_kind(found: Iterable[Compared]) -> dict[str, list[int]]:
    """For each kind: notebooks, exercises with full marks at a check, graded the same, graded less, graded more.

    An exercise counts for the kinds of its own answer and for those of the whole notebook.
    """
    counts: dict[str, list[int]] = defaultdict(lambda: [0] * 5)
    for one in found:
        kinds_met = set()
        for name in one.notebook.kinds:
            if not name:
                continue
            at_check, graded = name in one.shown.full, name in one.full
            for kind in {"all", *one.notebook.kinds_of(name)}:
                row = counts[kind]
                row[0] += kind not in kinds_met
                kinds_met.add(kind)
                row[1] += at_check
                row[2] += at_check and graded
                row[3] += at_check and not graded
                row[4] += graded and not at_check
    return dict(sorted(counts.items(), key=lambda item: (item[0] != "all", item[0])))
