"""`xor_network`: weights of threshold units. Any that compute XOR are right: the judge runs the network."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np

from helpers.judging.compare import Difference, as_array
from helpers.judging.exercise import Exercise, Part, call, mistake

from .common import LECTURE

PAIRS = np.array(list(itertools.product([0, 1], repeat=2)))
XOR, AND, OR, NAND, SAME = (0, 1, 1, 0), (0, 0, 0, 1), (0, 1, 1, 1), (1, 1, 1, 0), (1, 0, 0, 1)
FEWEST, MOST = 2, 16
A_LIST = "A list is as good as an array."
STILL_XOR = "Any weights that compute XOR are right, and these do."
NAMES = ("W1", "b1", "W2", "b2")


def oracle():
    return {
        "W1": np.array([[1.0, 1.0], [1.0, 1.0]]),
        "b1": np.array([-0.5, -1.5]),
        "W2": np.array([1.0, -1.0]),
        "b2": -0.5,
    }


@dataclass(frozen=True)
class Computes:
    """The judge: what the network gives for the four pairs (0, 0), (0, 1), (1, 0), (1, 1)."""

    table: tuple[int, ...] = XOR
    columns: bool = True  # whether a hidden unit is a column of W1
    strict: bool = False  # whether a unit fires only above 0
    any_shape = True  # how many hidden units there are is the learner's choice
    any_type = True  # and whether weights are written as whole numbers

    def __call__(self, call, value, before=None):
        if not isinstance(value, dict) or set(value) != set(NAMES):
            return Difference("type", "It should return a dict with the keys W1, b1, W2 and b2.")
        entries = [as_array(value[name]) for name in NAMES]
        if any(entry is None or entry.dtype.kind not in "fiu" for entry in entries):
            return Difference("type", "Each entry should be an array of numbers, b2 a number.")
        w1, b1, w2, b2 = (entry.astype(float) for entry in entries)
        if not self.columns and w1.ndim == 2:
            w1 = w1.T
        problem = self._shapes(w1, b1, w2, b2)
        if problem:
            return Difference("shape", problem)
        fires = np.greater if self.strict else np.greater_equal
        with np.errstate(all="ignore"):  # weights may be as large as they like
            hidden = fires(PAIRS @ w1 + b1, 0).astype(float)
            given = tuple(fires(hidden @ w2 + b2, 0).astype(int).tolist())
        if given == self.table:
            return None
        wrong = next(pair for pair, got, want in zip(PAIRS, given, self.table, strict=True) if got != want)
        pair = ", ".join(map(str, wrong))
        return Difference(
            "value", f"For the inputs ({pair}) the network gives {given[PAIRS.tolist().index(wrong.tolist())]}."
        )

    @staticmethod
    def _shapes(w1, b1, w2, b2) -> str:
        if w1.ndim != 2 or w1.shape[0] != 2:
            return f"W1 has shape {w1.shape}; (2, hidden) is expected: a row for each input, a column for each unit."
        hidden = w1.shape[1]
        if not FEWEST <= hidden <= MOST:
            return f"There are {hidden} hidden units; {FEWEST} to {MOST} are allowed."
        if b1.shape != (hidden,):
            return f"b1 has shape {b1.shape}; ({hidden},) is expected: one bias for each hidden unit."
        if w2.shape != (hidden,):
            return f"W2 has shape {w2.shape}; ({hidden},) is expected: one weight for each hidden unit."
        if b2.shape != ():
            return f"b2 has shape {b2.shape}; a single number is expected."
        return ""


def network(w1, b1, w2, b2):
    return {"W1": np.array(w1, dtype=float), "b1": np.array(b1, dtype=float), "W2": np.array(w2, dtype=float), "b2": b2}


ONES = [[1, 1], [1, 1]]


@mistake(
    "The network computes OR: it also fires for (1, 1). Let a second hidden unit, AND, hold it back.", Computes(OR)
)
def computes_or():
    return network(ONES, [-0.5, -0.5], [1, 1], -0.5)


@mistake("The network computes AND: it fires for (1, 1) only. XOR fires when exactly one input is 1.", Computes(AND))
def computes_and():
    return network(ONES, [-1.5, -1.5], [1, 1], -0.5)


@mistake(
    "The network computes NAND: it fires for (0, 0) as well. Combine it with OR: both have to fire.", Computes(NAND)
)
def computes_nand():
    return network([[-1, -1], [-1, -1]], [1.5, 1.5], [1, 1], -0.5)


@mistake(
    "This is the opposite of XOR: it fires when both inputs are equal. Change the signs of W2 and b2.", Computes(SAME)
)
def computes_equality():
    return network(ONES, [-0.5, -1.5], [-1, 1], 0.5)


@mistake("The network never fires: the last bias is so negative that no sum reaches 0.", Computes((0, 0, 0, 0)))
def never_fires():
    return network(ONES, [-0.5, -1.5], [1, -1], -1.5)


@mistake(
    "The network always fires. Is the last bias positive? It has to be negative here: without inputs the sum is the "
    "bias.",
    Computes((1, 1, 1, 1)),
)
def always_fires():
    return network(ONES, [-0.5, -1.5], [1, -1], 1.5)


@mistake("The network passes the first input on. Both inputs have to count.", Computes((0, 0, 1, 1)))
def first_input():
    return network([[1, 1], [0, 0]], [-0.5, -0.5], [1, 1], -0.5)


@mistake(
    "With units that fire only above 0 this would be XOR. Here a unit also fires at exactly 0: put the thresholds "
    "between the sums, at a half, also that of the output unit.",
    Computes(XOR, strict=True),
)
def thresholds_on_the_sums():
    return network(ONES, [0, -1], [1, -1], 0)


@mistake(
    "W1 is transposed: each hidden unit is a *column*, so the shape is (2, hidden).",
    Computes(XOR, columns=False),
)
def transposed():
    return network([[1, 1], [1, 1], [1, 1]], [-0.5, -1.5, -0.5], [1, -2, 0], -0.5)


def by_or_and_nand():
    """XOR is OR and NAND: both hidden units have to fire."""
    return {"W1": [[1.0, -1.0], [1.0, -1.0]], "b1": [-0.5, 1.5], "W2": [1.0, 1.0], "b2": -1.5}


def one_unit_for_each_case():
    """The first unit fires for (1, 0), the second for (0, 1); the output is their OR."""
    return {"W1": np.array([[1, -1], [-1, 1]]), "b1": np.array([-0.5, -0.5]), "W2": np.array([1, 1]), "b2": -0.5}


def with_whole_numbers():
    return {"W1": np.array([[2, 2], [2, 2]]), "b1": np.array([-1, -3]), "W2": np.array([2, -2]), "b2": np.int64(-1)}


def with_a_unit_too_many():
    w1 = np.array([[1.0, 1.0, 0.3], [1.0, 1.0, -0.2]], dtype=np.float32)
    return {"W1": w1, "b1": np.array([-0.5, -1.5, 9]), "W2": np.array([1, -1, 0.0]), "b2": np.array(-0.5)}


def with_sixteen():
    rng = np.random.default_rng(0)
    w1, b1, w2 = rng.normal(size=(2, 16)), rng.normal(size=16), np.zeros(16)
    w1[:, :2], b1[:2], w2[:2] = 1.0, [-0.5, -1.5], [3.0, -3.0]
    return {"W1": w1, "b1": b1, "W2": w2, "b2": -1.0}


def twice(rng):
    return [call(), call()]


XOR_NETWORK = Exercise(
    name="xor_network",
    lecture=LECTURE,
    section="2. Why layers?",
    minutes=8,
    difficulty=2,
    parts=(Part("computes XOR", 4, twice, judge=Computes()),),
    oracle=oracle,
    mistakes=(
        thresholds_on_the_sums,
        computes_or,
        computes_and,
        computes_nand,
        computes_equality,
        never_fires,
        always_fires,
        first_input,
        transposed,
    ),
    spellings=(by_or_and_nand, one_unit_for_each_case, with_whole_numbers, with_a_unit_too_many, with_sixteen),
    equivalent_mutants={
        "line 2: `np.array([[1.0, 1.0], [1.0, 1.0]])` → `[[1.0, 1.0], [1.0, 1.0]]`": A_LIST,
        "line 3: `np.array([-0.5, -1.5])` → `[-0.5, -1.5]`": A_LIST,
        "line 4: `np.array([1.0, -1.0])` → `[1.0, -1.0]`": A_LIST,
        "line 5: `0.5` → `1.0`": STILL_XOR,
        "line 2: `1.0` → `2.0`": STILL_XOR,
        "line 3: `0.5` → `1.0`": STILL_XOR,
        "line 4: `1.0` → `2.0`": STILL_XOR,
    },
    hints=(
        "XOR is OR without AND. Which weights and biases make one hidden unit OR and the other AND?",
        "OR: weights 1 and 1, bias -0.5. AND: the same weights, bias -1.5.",
        "The output unit adds OR and subtracts AND. Its bias lies between the two sums that must be told apart.",
    ),
)
