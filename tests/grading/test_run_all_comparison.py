"""Nobody gets less than a fresh "Run All" of the notebook shows: honest notebooks in real kernels and in the grader.

`benchmarks/run_all_comparison.py` does the same with thousands and prints the table by kind.
"""

from dataclasses import replace

import pytest

from helpers.lectures import exercise_named, lecture_named
from tests.conftest import walls_hold
from tests.honest_notebooks import Cell, notebooks, one_of_each_kind
from tests.proved import GRADER, proves, unless_proved
from tests.run_all import Comparison, as_text, smallest

LECTURES = ("00_start_here", "03_preprocessing", "04_activations", "06_initialization", "11_hyperparameter_search")
NOTEBOOKS = 100
COMPARED = (
    *GRADER,
    *(f"tests/{name}.py" for name in ("honest_notebooks", "real_kernels", "run_all")),
    *(path for one in map(lecture_named, LECTURES) for path in (one.folder / "exercises", one.source)),
)


@pytest.fixture(scope="module")
def comparison():
    walls_hold()
    with Comparison(LECTURES, jobs=2) as comparison:
        yield comparison


def test_the_grader_gives_no_less_than_a_check_of_the_run_showed(comparison):
    with unless_proved(f"no less than {NOTEBOOKS} notebooks have shown", *COMPARED) as needed:
        if needed:
            no_less(comparison)


def no_less(comparison):
    found = list(comparison.compare_all(notebooks(NOTEBOOKS, lectures=LECTURES)))
    # Unless many answers are right at their check, nothing has been proved.
    assert sum(len(one.shown.full) for one in found) > NOTEBOOKS / 2
    for one in found:
        for name, said in one.less.items():
            small = smallest(one.notebook, lambda notebook, name=name: name in comparison.compare(notebook).less)
            pytest.fail(f"{name} is graded {said}\n{sorted(one.notebook.kinds_of(name))}\n\n{as_text(small)}")


@proves(*COMPARED)
def test_a_kernel_started_the_usual_way_shows_the_same():
    one = notebooks(12, lectures=LECTURES)[-1]
    with Comparison(LECTURES) as forked, Comparison(LECTURES, fork=False) as usual:
        assert forked.shown(one) == usual.shown(one)


def test_notebooks_are_the_same_for_the_same_seed():
    first, again, other = notebooks(5), notebooks(5), notebooks(5, seed_number=1)
    assert [one.content for one in first] == [one.content for one in again]
    assert [one.content for one in first] != [one.content for one in other]


def test_every_kind_has_a_notebook_of_its_own():
    alone = one_of_each_kind(exercise_named("mean_square"))
    plainest = alone[0].kinds_of("mean_square")
    assert len({frozenset(one.kinds_of("mean_square")) for one in alone}) > 0.9 * len(alone)
    assert all(len(one.kinds_of("mean_square") - plainest) <= 2 for one in alone)


def test_what_a_disagreement_does_not_need_is_left_out():
    one = notebooks(3)[-1]
    needed = Cell("needed", "own"), Cell("needed too", "own")
    cells = [*one.cells[:5], needed[0], *one.cells[5:], needed[1]]
    small = smallest(replace(one, cells=cells), lambda notebook: set(needed) <= set(notebook.cells))
    assert tuple(small.cells) == needed
