"""The plain tables of the course that answers may use where they are graded."""

import pytest

from helpers.datasets.generated import CONDITIONS
from helpers.grading.lent import plain_tables
from helpers.lectures.few_labels.experiments import HORSES

MODULE = "helpers.datasets.generated"


def test_a_table_that_a_notebook_imports_is_lent():
    assert plain_tables([f"from {MODULE} import CONDITIONS, flats"]) == {MODULE: {"CONDITIONS": CONDITIONS}}


def test_a_table_of_a_module_that_a_notebook_imports_is_lent():
    cells = ["from helpers.lectures.few_labels import experiments", "print(experiments.HORSES)"]
    assert plain_tables(cells) == {"helpers.lectures.few_labels.experiments": {"HORSES": HORSES}}


@pytest.mark.parametrize(
    "cell",
    [
        f"from {MODULE} import flats",  # not in capitals
        "from helpers.neural.activations import ACTIVATIONS",  # holds functions
        "from helpers.no_such_module import TABLE",
        "from numpy import ALLOW_THREADS",
        f"from {MODULE} import (",
    ],
)
def test_nothing_else_is_lent(cell):
    assert plain_tables([cell]) == {}
