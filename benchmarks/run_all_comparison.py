"""Does anybody get less than a fresh "Run All" shows? Honest notebooks in real kernels and in the real grader.

    .venv/bin/python benchmarks/run_all_comparison.py [--notebooks 2000] [--seed 0] [--jobs 2] [--kinds EXERCISE ...]

First, for each exercise given with `--kinds`, one notebook for every kind alone; then notebooks in which kinds are
mixed. Prints the table by kind and, for every kind on which the grader gives less, the smallest notebook that shows it.
The exit status is 0 if there is none.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterable

from rich.console import Console
from rich.progress import track
from rich.table import Table

from helpers.lectures import exercise_named
from helpers.paths import ROOT

sys.path.insert(0, str(ROOT))
from tests.honest_notebooks import HonestNotebook, notebooks, one_of_each_kind
from tests.run_all import Compared, Comparison, as_text, counts_by_kind, smallest

USUAL_KERNELS = 30
SHOWN = 20  # notebooks that are made small and printed


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--notebooks", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--kinds", nargs="*", default=["leaky_relu", "standardize", "refine"], metavar="EXERCISE")
    options = parser.parse_args()
    console = Console(highlight=False)
    alone = [one for name in options.kinds for one in one_of_each_kind(exercise_named(name))]
    mixed = notebooks(options.notebooks, options.seed)
    started = time.perf_counter()
    with Comparison(jobs=options.jobs) as comparison:
        found = list(track(comparison.compare_all(alone + mixed), "notebooks", len(alone) + len(mixed)))
        seconds = time.perf_counter() - started
        console.print(table(found))
        full = sum(len(one.shown.full) for one in found)
        strictly = sum(len(one.shown.strictly_full) for one in found)
        console.print(f"{len(found)} notebooks in {seconds:.0f} s; {full} exercises with full marks at a check,")
        console.print(f"{strictly} of them also when the run stops at the first cell that raises")
        fell_short = [one for one in found if one.less]
        show(console, comparison, fell_short[:SHOWN])
        console.print(f"The grader gives less in {len(fell_short)} notebooks.")
    differ = kernels_that_differ(found[:: max(1, len(found) // USUAL_KERNELS)][:USUAL_KERNELS])
    console.print(f"Started the usual way, {differ} of {USUAL_KERNELS} kernels show something else.")
    return 1 if fell_short or differ else 0


def show(console: Console, comparison: Comparison, fell_short: Iterable[Compared]) -> None:
    """Print the smallest notebook for each of these, with what the grader says."""
    for one in fell_short:
        name, said = next(iter(one.less.items()))
        kinds = ", ".join(sorted(one.notebook.kinds_of(name)))
        small = smallest(one.notebook, lambda notebook, name=name: name in comparison.compare(notebook).less)
        console.rule(f"{name}: {said}")
        console.print(f"{kinds}\n\n{as_text(small)}", markup=False, soft_wrap=True)


def table(found: list[Compared]) -> Table:
    """The counts of every kind."""
    result = Table(title="exercises in notebooks of each kind")
    for heading in ("kind", "notebooks", "full at a check", "graded the same", "graded less", "graded more"):
        result.add_column(heading, justify="left" if heading == "kind" else "right")
    for kind, counts in counts_by_kind(found).items():
        result.add_row(kind, *map(str, counts), style="bold" if counts[3] else "")
    return result


def kernels_that_differ(found: list[Compared]) -> int:
    """In how many notebooks a kernel that `jupyter_client` starts shows other points."""
    notebooks: list[HonestNotebook] = [one.notebook for one in found]
    with Comparison(fork=False) as usual:
        return sum(usual.shown(notebook) != one.shown for notebook, one in zip(notebooks, found, strict=True))


if __name__ == "__main__":
    sys.exit(main())
