"""Say what relates a wrong answer that is no known mistake to the right one: a factor, an order, an input left out.

A sentence is said only if it holds on all public inputs that it speaks of, and there are so many of them that chance is
no explanation: at least two inputs and three different numbers. What is more specific comes first. Everything is
bounded by counts and not by the clock, so that the same answer gets the same sentence everywhere.
"""

from __future__ import annotations

import inspect
import itertools
import math
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from helpers.sandbox.observe import Call
from helpers.sandbox.recipes import apply

from .compare import agree, as_array, close_places, holds_text, item_place, value_place
from .exercise import Tolerance

_ENOUGH_NUMBERS, _ENOUGH_INPUTS, _MANY_NUMBERS = 3, 2, 20
_LARGEST_FACTOR = 1e9
_MOST_NUMBERS = 20_000  # of all results together: beyond, comparing takes too long
_SOME = 0.1  # of all numbers: what is right nearly nowhere is not called wrong somewhere
_MOST_DECIMALS = 5
_USUAL = Tolerance()
_SAME = Tolerance(1e-7, 1e-10)
_EXACT = 1e-12
_NOT_SMALL, _BLUR, _LARGEST_BLURRED = 1e-2, 1e-3, 10
_NEXT_TO_0 = 1e-6  # of the largest number of an array

_FACTORS = {
    "π": math.pi,
    "2π": 2 * math.pi,
    "√(2π)": math.sqrt(2 * math.pi),
    "√(2/π)": math.sqrt(2 / math.pi),
    "e": math.e,
    "ln 2": math.log(2),
    "1/ln 2": 1 / math.log(2),
    "ln 10": math.log(10),
    "1/ln 10": 1 / math.log(10),
    "1/(ln 2)²": 1 / math.log(2) ** 2,
    "1/(ln 10)²": 1 / math.log(10) ** 2,
    "√2": math.sqrt(2),
    "1/√2": math.sqrt(0.5),
    "√3": math.sqrt(3),
    "1/√3": math.sqrt(1 / 3),
    "√6": math.sqrt(6),
}
_OF_A_COUNT: dict[str, Callable[[float], float]] = {
    "n": lambda n: n,
    "1/n": lambda n: 1 / n,
    "√n": math.sqrt,
    "1/√n": lambda n: 1 / math.sqrt(n),
    "n/(n - 1)": lambda n: n / (n - 1),
    "(n - 1)/n": lambda n: (n - 1) / n,
    "√(n/(n - 1))": lambda n: math.sqrt(n / (n - 1)),
    "√((n - 1)/n)": lambda n: math.sqrt((n - 1) / n),
    "n/(n + 1)": lambda n: n / (n + 1),
    "(n + 1)/n": lambda n: (n + 1) / n,
    "n - 1": lambda n: n - 1,
    "1/(n - 1)": lambda n: 1 / (n - 1),
    "n²": lambda n: n * n,
    "1/n²": lambda n: 1 / (n * n),
}
_OF_AN_ARGUMENT: dict[str, Callable[[float], float]] = {
    "`{0}`": lambda v: v,
    "1/`{0}`": lambda v: 1 / v,
    "`{0}`²": lambda v: v * v,
    "√`{0}`": math.sqrt,
    "1/√`{0}`": lambda v: 1 / math.sqrt(v),
    "1 - `{0}`": lambda v: 1 - v,
    "1/(1 - `{0}`)": lambda v: 1 / (1 - v),
}
NOT_ZERO = "where a number other than 0 is expected"
_TRANSFORMS: list[tuple[str, Callable]] = [
    ("the square", np.square),
    ("the square root", np.sqrt),
    ("the reciprocal", np.reciprocal),
    ("the logarithm", np.log),
    ("the logarithm to base 2", np.log2),
    ("the logarithm to base 10", np.log10),
    ("the exponential", np.exp),
    ("the absolute value", np.abs),
    ("1 minus the square", lambda e: 1 - e * e),
    ("the hyperbolic tangent", np.tanh),
]


@dataclass(frozen=True)
class Case:
    """One public call with the value that is expected and the one that came; `right` as the exercise judges it."""

    call: Call
    expected: object
    got: object
    right: bool


@dataclass(frozen=True)
class _Leaf:
    """One array of a case: all of its value, or what stands at one place of a tuple or dict."""

    call: Call
    expected: np.ndarray
    got: np.ndarray
    wrong: np.ndarray  # where the two differ; all of it if the shapes do
    right: bool

    @property
    def fits(self) -> bool:
        return self.expected.shape == self.got.shape


def relation(cases: Sequence[Case], oracle: Callable, tolerance: Tolerance = _USUAL) -> str:
    """What relates the answers to the right ones, in a sentence or two; "" if nothing is found.

    `oracle` computes what is right for a changed input: an answer may be right for another question.
    """
    names = list(inspect.signature(oracle).parameters)
    if sum(case.right is False for case in cases) == 0 or _numbers(cases) > _MOST_NUMBERS:
        return ""
    if all(isinstance(case.expected, str) for case in cases):
        return _of_texts(cases)
    with np.errstate(all="ignore"):
        return (
            _other_order_of_values(cases)
            or _other_question(cases, oracle, tolerance, _questions)
            or _of_places(cases, names, tolerance)
            or _other_question(cases, oracle, tolerance, _questions_of_size)
        )


def _of_places(cases, names, tolerance) -> str:
    """What relates the arrays at each place of the value, one place after the other."""
    places = {place for case in cases for place, _ in _leaves(case.expected)}
    said = {}
    for place in sorted(places):
        leaves = [leaf for case in cases if (leaf := _leaf_at(case, place, tolerance))]
        if any(not leaf.right for leaf in leaves):
            said[place] = _of_leaves(leaves, names)
    if len(set(said.values())) == 1 and len(said) == len(places):
        return next(iter(said.values()))
    if isinstance(cases[0].expected, dict) and len(said) > 1:
        return ""  # a dict holds things of one kind: what is true of one item alone is chance
    return next((place + sentence for place, sentence in said.items() if sentence), "")


def about_types(cases: Sequence[Case]) -> str:
    """What to do about numbers of the wrong type: advice where all of them show the same."""
    wrong, pairs = [case for case in cases if not case.right], []
    for case in wrong:
        leaves = [_leaf_at(case, place, _USUAL) for place, _ in _leaves(case.expected)]
        if any(leaf is None or not leaf.fits for leaf in leaves):
            return ""
        pairs += [(leaf.expected, leaf.got) for leaf in leaves if leaf.expected.dtype.kind != leaf.got.dtype.kind]
    if not pairs or any(e.dtype.kind not in "biuf" or g.dtype.kind not in "biuf" for e, g in pairs):
        return ""
    if all(_equal(e.astype(float), g.astype(float)) for e, g in pairs):
        kind = {"f": "float", "i": "int", "u": "int", "b": "bool"}[pairs[0][0].dtype.kind]
        return f"The numbers are right, their type is not: `.astype({kind})` or `{kind}(...)` changes it."
    given = all(any(_is_whole(value) for value in case.call.values()) for case in wrong)
    cut = (np.trunc, np.floor, np.round)
    if given and all(g.dtype.kind in "iu" and any(_equal(way(e), g) for way in cut) for e, g in pairs):
        return "Here the input holds integers, and so does the result, which cuts it. Convert the input to float first."
    return ""


def _is_whole(value) -> bool:
    if isinstance(value, bool | str | dict) or holds_text(value):
        return False
    array = as_array(value)
    return array is not None and array.dtype.kind in "iu"


def how_much(cases: Sequence[Case], tolerance: Tolerance = _USUAL) -> str:
    """The last resort: how many of the numbers differ, and by how much."""
    numbers, wrong, largest = 0, 0, 0.0
    for case in cases:
        for place, _ in _leaves(case.expected):
            leaf = _leaf_at(case, place, tolerance)
            if leaf is not None and leaf.fits:
                numbers += leaf.wrong.size
                wrong += int(leaf.wrong.sum())
                largest = max(largest, _largest(leaf))
    if numbers == wrong == 1:
        return ""
    share = f"{wrong} of {numbers} numbers" if wrong < numbers else f"all {numbers} numbers"
    by = f", the largest difference is {largest:.3g}" if 0 < largest < np.inf else ""
    return f"On the inputs of `check`, {share} differ{by}." if wrong else ""


def _largest(leaf: _Leaf) -> float:
    if leaf.expected.dtype.kind == "b" or not leaf.wrong.any():
        return 0.0
    with np.errstate(all="ignore"):
        gaps = np.abs(leaf.got.astype(complex) - leaf.expected.astype(complex))[leaf.wrong]
    return float(gaps[np.isfinite(gaps)].max(initial=0.0))


# Cases and their arrays.


def _numbers(cases) -> int:
    return sum(np.size(value) for case in cases for _, value in _leaves(case.expected))


def _leaves(value, place: str = "") -> Iterator[tuple[str, object]]:
    """Each array or number in tuples and dicts, with the words for where it stands."""
    if isinstance(value, tuple):
        for i, item in enumerate(value, 1):
            yield from _leaves(item, place + value_place(i, len(value)))
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _leaves(item, place + item_place(key))
    else:
        yield place, value


def _at(expected, got, place: str, here: str = ""):
    """Both values at a place, or None where one of them has no such place."""
    if here == place and not isinstance(expected, tuple | dict):
        return expected, got
    if isinstance(expected, tuple):
        whole = isinstance(got, list | tuple | np.ndarray) and np.ndim(got if isinstance(got, np.ndarray) else 1) >= 0
        if not whole or (isinstance(got, np.ndarray) and not got.ndim) or len(got) != len(expected):
            return None
        items = [(value_place(i, len(expected)), e, g) for i, (e, g) in enumerate(zip(expected, got, strict=True), 1)]
    elif isinstance(expected, dict):
        if not isinstance(got, dict):
            return None
        items = [(item_place(key), e, got[key]) for key, e in expected.items() if key in got]
    else:
        return None
    return next((_at(e, g, place, here + more) for more, e, g in items if place.startswith(here + more)), None)


def _leaf_at(case: Case, place: str, tolerance: Tolerance) -> _Leaf | None:
    pair = _at(case.expected, case.got, place)
    if pair is None or isinstance(pair[0], str) or pair[1] is None or holds_text(pair[1]) or isinstance(pair[1], dict):
        return None
    expected, got = np.asarray(pair[0]), as_array(pair[1])
    if got is None or got.dtype.kind not in "biufc":
        return None
    if got.dtype.kind == "b" and expected.dtype.kind != "b":
        return None
    if expected.shape != got.shape:
        return _Leaf(case.call, expected, got, np.ones(expected.shape, bool), False)
    if expected.dtype.kind == "b":
        wrong = expected != got
    else:
        wrong = ~close_places(expected, got, tolerance.for_precision_of(case.call.values()))
    return _Leaf(case.call, expected, got, np.asarray(wrong), not np.any(wrong))


# The whole value: an answer to another question.


def _other_order_of_values(cases) -> str:
    """Several values, returned in another order."""
    count = len(cases[0].expected) if isinstance(cases[0].expected, tuple) else 0
    if not 2 <= count <= 3 or not all(isinstance(c.got, list | tuple) and len(c.got) == count for c in cases):
        return ""
    orders = [(1, 0)] if count == 2 else [(1, 0, 2), (0, 2, 1), (2, 1, 0), (1, 2, 0), (2, 0, 1)]
    for order in orders:
        turned = [replace(case, got=tuple(case.got[i] for i in order)) for case in cases]
        if _enough_wrong(cases) and all(agree(c.expected, c.got, _for(c)) for c in turned):
            came = " and ".join(str(i + 1) for i in range(count) if order[i] != i)
            return f"The values are right and come in another order: values {came} are exchanged."
    return ""


def _other_question(cases, oracle, tolerance, questions) -> str:
    """Whether the answer is right for other arguments than those it was given."""
    if not _enough_wrong(cases):
        return ""
    parameters = inspect.signature(oracle).parameters
    arrays = _given_arrays(cases, list(parameters))
    for sentence, changed, back in questions(parameters, arrays):
        if _answers(cases, oracle, changed, back, tolerance):
            return sentence
    return ""


def questions_about(call: Call, parameters) -> Iterator[Call]:
    """Every call other than `call` about which `relation` may ask the oracle, whatever came of the other inputs."""
    arrays = _given_arrays([Case(call, None, None, False)], list(parameters))
    # Which arrays are given in all cases depends on the cases: each may be the first, and each two may be exchanged.
    for given in [[], *([name] for name in arrays), *map(list, itertools.combinations(arrays, 2))]:
        for _, changed, _ in itertools.chain(_questions(parameters, given), _questions_of_size(parameters, given)):
            try:
                other = changed(call)
            except Exception:  # as in `_answers`: a change need not make sense for every call
                continue
            if other is not None:
                yield other


def _questions(parameters, arrays: list[str]) -> Iterator[tuple[str, Callable, Callable]]:
    names = list(parameters)
    for name, parameter in parameters.items():
        if parameter.default is not parameter.empty and np.isscalar(parameter.default):
            yield (
                f"It is right for `{name}={parameter.default}` only: that is what it computes whatever `{name}` is. "
                f"Is `{name}` used?",
                lambda call, name=name, value=parameter.default: _with(call, names, name, value),
                _as_it_is,
            )
    for name in arrays[1:]:
        for filler, word in ((np.zeros_like, "0"), (np.ones_like, "1")):
            yield (
                f"It is right for a `{name}` of all {word}: that is what it computes whatever `{name}` is. "
                f"Is `{name}` used?",
                lambda call, name=name, filler=filler: _with(call, names, name, filler(_argument(call, names, name))),
                _as_it_is,
            )
    for i, one in enumerate(arrays):
        for other in arrays[i + 1 :]:
            yield (
                f"It is right if `{one}` and `{other}` are exchanged.",
                lambda call, one=one, other=other: _exchanged(call, names, one, other),
                _as_it_is,
            )
    for name in arrays[:1]:
        yield (
            "It takes one axis for the other: it does to the columns what should be done to the rows, or the other way "
            "round.",
            lambda call, name=name: _turned(call, names, name),
            _transposed,
        )
        yield (
            f"It is right for the transpose of `{name}`: rows and columns are exchanged.",
            lambda call, name=name: _turned(call, names, name),
            _as_it_is,
        )
        for words, shorter in (
            ("without its last", lambda a: a[:-1]),
            ("without its first", lambda a: a[1:]),
            ("without its last column", lambda a: a[:, :-1]),
        ):
            yield (
                f"It is right for `{name}` {words}: one is left out.",
                lambda call, name=name, shorter=shorter: _with(
                    call, names, name, shorter(_argument(call, names, name))
                ),
                _as_it_is,
            )


def _questions_of_size(parameters, arrays: list[str]) -> Iterator[tuple[str, Callable, Callable]]:
    """Asked last: for many a function another sign or size of the input is one of the result."""
    names = list(parameters)
    for name in arrays[:1]:
        yield (
            f"It is right for -`{name}`: the sign of the input is turned.",
            lambda call, name=name: _with(call, names, name, _negative(_argument(call, names, name))),
            _as_it_is,
        )
        yield (
            f"It is right for the absolute value of `{name}`: the sign of the input gets lost.",
            lambda call, name=name: _with(call, names, name, np.abs(_argument(call, names, name))),
            _as_it_is,
        )
        for factor, word in ((2.0, "twice"), (0.5, "half of")):
            yield (
                f"It is right for {word} `{name}`.",
                lambda call, name=name, factor=factor: _with(
                    call, names, name, np.multiply(_argument(call, names, name), factor)
                ),
                _as_it_is,
            )


def _given_arrays(cases, names) -> list[str]:
    """The arguments that are arrays, given by position, in every case."""
    return [
        name
        for i, name in enumerate(names)
        if all(len(c.call.arguments) > i and isinstance(c.call.arguments[i], np.ndarray) for c in cases)
    ]


def _answers(cases, oracle, changed, back, tolerance) -> bool:
    """Whether every answer is what is right for the changed call, the first wrong ones tried first."""
    differ, numbers = 0, set()
    for case in sorted(cases, key=lambda case: case.right):
        try:
            call = changed(case.call)
            with np.errstate(all="ignore"), warnings.catch_warnings():
                warnings.simplefilter("ignore")
                value = case.expected if call is None else back(apply(oracle, call.arguments, call.keywords))
        except Exception:  # the changed call need not make sense to the oracle; then it is not what was answered
            return False
        if not agree(value, case.got, _for(case, tolerance)):
            return False
        if not case.right:
            differ += 1
            numbers.update(_distinct(case.got))
    return differ >= _ENOUGH_INPUTS and len(numbers) >= _ENOUGH_NUMBERS


def _distinct(value) -> set:
    array = None if holds_text(value) else as_array(value)
    if array is None or array.dtype.kind not in "biufc":
        items = value.values() if isinstance(value, dict) else value
        return set().union(*map(_distinct, items)) if isinstance(items, list | tuple) or items is not value else set()
    return set(np.round(array.ravel()[:200].astype(complex), 9).tolist())


def _with(call: Call, names, name, value) -> Call | None:
    """The call with another value for one argument; None if the argument is not given, so that nothing changes."""
    if name in call.keywords:
        return Call(call.arguments, call.keywords | {name: value})
    place = names.index(name)
    if place >= len(call.arguments):
        return None
    return Call((*call.arguments[:place], value, *call.arguments[place + 1 :]), call.keywords)


def _argument(call: Call, names, name):
    return call.keywords[name] if name in call.keywords else call.arguments[names.index(name)]


def _exchanged(call, names, one, other):
    a, b = _argument(call, names, one), _argument(call, names, other)
    if a.shape != b.shape:
        raise ValueError("arrays of different shapes cannot stand for each other")
    return _with(_with(call, names, one, b), names, other, a)


def _turned(call, names, name):
    array = _argument(call, names, name)
    if array.ndim < 2:
        return None
    return _with(call, names, name, np.swapaxes(array, -1, -2))


def _negative(array):
    return np.multiply(array, -1)


def _transposed(value):
    if isinstance(value, tuple):
        return tuple(map(_transposed, value))
    return np.swapaxes(value, -1, -2) if np.ndim(value) >= 2 else value


def _as_it_is(value):
    return value


def _enough_wrong(cases) -> bool:
    return sum(not case.right for case in cases) >= _ENOUGH_INPUTS


def _for(case: Case, tolerance: Tolerance = _USUAL) -> Tolerance:
    return tolerance.for_precision_of(case.call.values())


# Texts.


def _of_texts(cases) -> str:
    if not all(isinstance(case.got, str) for case in cases):
        return ""
    wrong = [case for case in cases if not case.right]
    if all(case.got.strip().casefold() == case.expected for case in wrong):
        return "The words are right; capital letters or blanks make them different."
    if len(cases) > _ENOUGH_INPUTS and len({case.got for case in cases}) == 1:
        return f"It returns {cases[0].got[:80]!r} for every input."
    confused = {(case.expected, case.got) for case in wrong}
    if len(confused) == 1 and len(wrong) >= _ENOUGH_INPUTS:
        ((expected, got),) = confused
        return f"It says {got[:80]!r} where {expected!r} is expected; whatever else it says is right."
    return f"{len(wrong)} of the {len(cases)} answers of `check` are wrong."


# The numbers of one place, over all inputs.


def _of_leaves(leaves: list[_Leaf], names: list[str]) -> str:
    misshaped = [leaf for leaf in leaves if not leaf.fits]
    if misshaped:
        return _of_shapes(misshaped)
    leaves = [leaf for leaf in leaves if leaf.expected.size]
    whole = _of_all(leaves, names)
    if whole:
        return whole
    for words, part in _conditions(leaves, names):
        there = _of_all(part, names)
        if there or NOT_ZERO not in words:  # which alone says next to nothing: any factor leaves zeros right
            return f"{words} There: {there[0].lower()}{there[1:]}" if there else words
    return _nearly(leaves) or _blurred_factor(leaves)


def _of_all(leaves: list[_Leaf], names: list[str]) -> str:
    """What holds for every number of these leaves."""
    expected = [leaf.expected.astype(float) if leaf.expected.dtype.kind in "iub" else leaf.expected for leaf in leaves]
    got = [leaf.got.astype(float) if leaf.got.dtype.kind in "iub" else leaf.got for leaf in leaves]
    if not leaves or not _informative(leaves, expected):
        return ""
    if leaves[0].expected.dtype.kind == "b":
        if all((~leaf.expected == leaf.got).all() for leaf in leaves):
            return "True and False are exchanged."
        return _constant(leaves, expected, got, names)
    finders = (
        _constant,
        _input_returned,
        _not_numbers,
        _complement,
        _factor,
        _offset,
        _factor_by_count,
        _with_an_argument,
        _by_column,
        _one_factor_each,
        _transformed,
        _rearranged,
        _rounded,
    )
    for finder in finders:
        sentence = finder(leaves, expected, got, names)
        if sentence:
            return sentence
    return ""


def _informative(leaves, expected) -> bool:
    """Whether these are enough inputs and numbers to exclude chance."""
    if leaves[0].expected.dtype.kind == "b":
        return sum(leaf.expected.size for leaf in leaves) >= _ENOUGH_NUMBERS and len(leaves) >= _ENOUGH_INPUTS
    numbers = set()
    for array in expected:
        numbers.update(np.round(array.ravel()[:50].astype(complex), 9).tolist())
    # A table of zeros and ones has no third number, but many of these two.
    many = len(numbers) == 2 and sum(leaf.expected.size for leaf in leaves) >= _MANY_NUMBERS
    return len(leaves) >= _ENOUGH_INPUTS and (len(numbers - {0}) >= _ENOUGH_NUMBERS or many)


def _equal(a, b) -> bool:
    with np.errstate(all="ignore"):
        return bool(np.all(close_places(np.asarray(a), np.asarray(b), _SAME)))


def _all_equal(left, right) -> bool:
    return all(a.shape == b.shape and _equal(a, b) for a, b in zip(left, right, strict=True))


def _constant(leaves, expected, got, names) -> str:
    flat = np.concatenate([array.ravel() for array in got])
    if len(flat) < _ENOUGH_NUMBERS:
        return ""
    if np.isnan(flat).all():
        return "Every number that it returns is NaN."
    if not np.all(flat == flat[0]):
        return ""
    if leaves[0].expected.dtype.kind == "b":
        if len({bool(v) for leaf in leaves for v in leaf.expected.ravel()}) == 1:
            return ""
        return f"It returns {bool(flat[0])} for every input."
    what = "It returns" if all(array.ndim == 0 for array in got) else "All of its numbers are"
    return f"{what} {_number(flat[0])}, whatever the input is."


def _input_returned(leaves, expected, got, names) -> str:
    for i, name in enumerate(names):
        given = [_numeric_argument(leaf.call, i) for leaf in leaves]
        if all(value is not None for value in given) and all(
            value.shape == array.shape and _equal(value, array) for value, array in zip(given, got, strict=True)
        ):
            return f"It equals `{name}`."
    return ""


def _not_numbers(leaves, expected, got, names) -> str:
    bad = [np.isnan(g) & ~np.isnan(e) for e, g in zip(expected, got, strict=True)]
    count, total = sum(int(b.sum()) for b in bad), sum(b.size for b in bad)
    if count == 0:
        return ""
    others = [leaf.wrong & ~b for leaf, b in zip(leaves, bad, strict=True)]
    wrong = sum(int(o.sum()) for o in others)
    rest = " The others are right." if not wrong else f" {wrong} others are wrong, too."
    return f"{count} of {total} numbers are NaN, where numbers are expected.{rest}"


def _complement(leaves, expected, got, names) -> str:
    if _all_equal([1 - e for e in expected], got):
        return "Every number is 1 minus the right one."
    return ""


def _factor(leaves, expected, got, names) -> str:
    ratio = _common(_ratios(expected, got))
    if ratio is None or not _all_equal([ratio * e for e in expected], got) or abs(ratio - 1) < 1e-4:
        return ""
    if np.iscomplexobj(ratio):
        return ""
    return _times(float(ratio))


def _times(ratio: float) -> str:
    if _near(ratio, -1):
        return "Every number has the wrong sign."
    minus = "The sign is wrong, and every" if ratio < 0 else "Every"
    size = abs(ratio)
    for name, value in _FACTORS.items():
        if _near(size, value):
            return f"{minus} number is {name} times the right one ({name} = {value:.4g})."
    if not 1 / _LARGEST_FACTOR < size < _LARGEST_FACTOR:
        return f"{minus} number is {size:.6g} times the right one."
    if _near(size, round(size)) and round(size) > 1:
        return f"{minus} number is {round(size)} times as large as the right one."
    if _near(1 / size, round(1 / size)) and round(1 / size) > 1:
        return f"{minus} number is 1/{round(1 / size)} of the right one."
    return f"{minus} number is {size:.6g} times the right one."


def _ratios(expected, got) -> list[np.ndarray]:
    """How many times as large as they should be the numbers are that are not next to 0."""
    telling = [np.abs(e) > _NEXT_TO_0 * np.abs(e).max(initial=0) for e in expected]
    with np.errstate(all="ignore"):
        return [g[t] / e[t] for e, g, t in zip(expected, got, telling, strict=True)]


def _common(groups) -> float | None:
    """The one number in all of these arrays, or None if there are several."""
    flat = np.concatenate([np.ravel(group) for group in groups]) if groups else np.array([])
    if flat.size < _ENOUGH_NUMBERS or not np.isfinite(flat).all():
        return None
    middle = np.median(flat.real) if np.iscomplexobj(flat) else np.median(flat)
    return middle if np.allclose(flat, middle, rtol=1e-5, atol=1e-9) else None


def _offset(leaves, expected, got, names) -> str:
    shift = _common([g - e for e, g in zip(expected, got, strict=True)])
    if shift is None or abs(shift) < 1e-8 or not _all_equal([e + shift for e in expected], got):
        return ""
    return f"Every number is {'larger' if shift > 0 else 'smaller'} than the right one by {_number(abs(shift))}."


def _by_column(leaves, expected, got, names) -> str:
    """Another factor, or another number to add, for each column (the last axis), in columns that are long enough."""
    columns = [
        pair
        for e, g in zip(expected, got, strict=True)
        if e.ndim > 1
        for pair in zip(e.reshape(-1, e.shape[-1]).T, g.reshape(-1, e.shape[-1]).T, strict=True)
    ]
    wrong = [(e, g) for e, g in columns if not _equal(e, g)]
    telling = [(e, g) for e, g in wrong if len(np.unique(np.round(e, 9))) >= _ENOUGH_NUMBERS]
    if len(telling) < _ENOUGH_NUMBERS or not all(np.isfinite(g).all() for _, g in wrong):
        return ""
    column = "column" if all(e.ndim == 2 for e in expected) else "channel (place on the last axis)"
    shifts = [np.median(g - e) for e, g in telling]
    if all(_equal(e + np.median(g - e), g) for e, g in wrong) and len(set(np.round(shifts, 6))) >= _ENOUGH_INPUTS:
        return (
            f"Every {column} is the right one plus a number of its own: something is added or subtracted that should "
            "not be, or is missing."
        )
    factors = [_common(_ratios([e], [g])) for e, g in telling]
    if all(factor is not None and _equal(factor * e, g) for factor, (e, g) in zip(factors, telling, strict=True)):
        if _one_factor_each(leaves, expected, got, names):
            return ""
        return f"Every {column} is the right one times a number of its own: what is it multiplied or divided by?"
    return ""


def _one_factor_each(leaves, expected, got, names) -> str:
    """One factor for all numbers of an input, another one for each input."""
    factors = [_common(_ratios([e], [g])) for e, g in zip(expected, got, strict=True)]
    if any(factor is None or not _equal(factor * e, g) for factor, e, g in zip(factors, expected, got, strict=True)):
        return ""
    if len({round(float(np.real(factor)), 6) for factor in factors}) < _ENOUGH_INPUTS:
        return ""
    return (
        "For each input, every number is the right one times one number, another one for each input: what is "
        "multiplied or divided by?"
    )


def _factor_by_count(leaves, expected, got, names) -> str:
    """A factor that is another one for each input: a count, or a number that was given."""
    ratios = _ratios(expected, got)
    each = []
    for e, g, group in zip(expected, got, ratios, strict=True):
        if not group.size:
            each.append(None if not np.any(g) else np.nan)
            continue
        ratio = np.median(group.real)
        each.append(ratio if _equal(ratio * e, g) else np.nan)
    told = [ratio for ratio in each if ratio is not None]
    if len({round(r, 9) for r in told}) < _ENOUGH_INPUTS or not np.isfinite(told).all() or not np.all(told):
        return ""
    for words, sizes in _sizes(leaves, names):
        for name, of in _OF_A_COUNT.items():
            if _fits(of, sizes, each):
                return f"Every number is {name} times the right one, where n is {words}."
    for i, name in enumerate(names):
        given = [_scalar_argument(leaf.call, i, name) for leaf in leaves]
        for words, of in _OF_AN_ARGUMENT.items():
            if _fits(of, given, each):
                return f"Every number is {words.format(name)} times the right one."
    return ""


def _sizes(leaves, names) -> Iterator[tuple[str, list]]:
    for i, name in enumerate(names):
        given = [leaf.call.arguments[i] if i < len(leaf.call.arguments) else None for leaf in leaves]
        if all(isinstance(value, np.ndarray) for value in given):
            if all(value.ndim == 1 for value in given):
                yield f"the length of `{name}`", [len(value) for value in given]
                continue
            if all(value.ndim >= 2 for value in given):
                yield f"the number of rows of `{name}`", [len(value) for value in given]
                yield f"the size of the last axis of `{name}`", [value.shape[-1] for value in given]
            yield f"how many numbers `{name}` has", [value.size for value in given]
        elif all(isinstance(value, list | dict) for value in given):
            yield f"the length of `{name}`", [len(value) for value in given]
        elif all(isinstance(value, int) and not isinstance(value, bool) for value in given):
            yield f"`{name}`", given


def _fits(of, given, ratios) -> bool:
    told = [(value, ratio) for value, ratio in zip(given, ratios, strict=True) if ratio is not None]
    try:
        found = [of(float(value)) for value, _ in told if value is not None]
    except (ValueError, ZeroDivisionError, OverflowError):
        return False
    return (
        len(found) == len(told) and len(set(found)) >= _ENOUGH_INPUTS and all(map(_near, found, [r for _, r in told]))
    )


def _with_an_argument(leaves, expected, got, names) -> str:
    """The right number times, over, plus or minus an argument."""
    ways = (
        ("times `{0}`", np.multiply),
        ("divided by `{0}`", np.divide),
        ("plus `{0}`", np.add),
        ("minus `{0}`", np.subtract),
    )
    for i, name in enumerate(names):
        given = [_numeric_argument(leaf.call, i, name) for leaf in leaves]
        if any(value is None for value in given) or sum(bool(np.any(value)) for value in given) < _ENOUGH_INPUTS:
            continue
        for words, way in ways:
            try:
                with np.errstate(all="ignore"):
                    turned = [way(e, value) for e, value in zip(expected, given, strict=True)]
            except ValueError:  # shapes that do not fit together
                break
            if _all_equal(turned, got):
                return f"Every number is the right one {words.format(name)}."
    return ""


def _transformed(leaves, expected, got, names) -> str:
    for words, way in _TRANSFORMS:
        with np.errstate(all="ignore"):
            if _all_equal([way(e) for e in expected], got):
                return f"Every number is {words} of the right one."
            # The other way round: what came still has to go through the transform.
            if words in ("the exponential", "the hyperbolic tangent") and _all_equal(expected, [way(g) for g in got]):
                return f"Every number is what the right one is {words} of: the last step is missing."
    return ""


def _rearranged(leaves, expected, got, names) -> str:
    if all(e.size < 2 for e in expected):
        return ""
    for words, way in _ARRANGEMENTS:
        if all(e.ndim >= way.axes for e in expected) and _all_equal([way(e) for e in expected], got):
            return words
    pairs = [(np.sort(e, axis=None), np.sort(g, axis=None)) for e, g in zip(expected, got, strict=True)]
    if any(len(np.unique(e)) > 2 for e, _ in pairs) and all(_equal(e, g) for e, g in pairs):
        return "The numbers are right, their order is not."
    return ""


@dataclass(frozen=True)
class _Way:
    function: Callable
    axes: int = 1

    def __call__(self, array):
        return self.function(array)


_ARRANGEMENTS = [
    ("The result is transposed: rows and columns are exchanged.", _Way(lambda e: np.swapaxes(e, -1, -2), 2)),
    ("The numbers are right, in the opposite order.", _Way(lambda e: e.ravel()[::-1].reshape(e.shape))),
    ("The rows are right, in the opposite order.", _Way(lambda e: e[::-1], 2)),
    ("The columns are right, in the opposite order.", _Way(lambda e: e[..., ::-1], 2)),
    ("The numbers are right, but sorted.", _Way(lambda e: np.sort(e, axis=-1))),
    ("The numbers are right, but sorted from the largest to the smallest.", _Way(lambda e: -np.sort(-e, axis=-1))),
    ("The numbers are right, but every column is sorted.", _Way(lambda e: np.sort(e, axis=0), 2)),
    ("The numbers are right, but one place too late: the last stands first.", _Way(lambda e: np.roll(e, 1, -1))),
    ("The numbers are right, but one place too early: the first stands last.", _Way(lambda e: np.roll(e, -1, -1))),
    ("The rows are right, but one place too late: the last stands first.", _Way(lambda e: np.roll(e, 1, 0), 2)),
    ("The rows are right, but one place too early: the first stands last.", _Way(lambda e: np.roll(e, -1, 0), 2)),
]


def _rounded(leaves, expected, got, names) -> str:
    def equal(way):
        with np.errstate(all="ignore"):
            return all(np.allclose(way(e), g, rtol=_EXACT, atol=_EXACT) for e, g in zip(expected, got, strict=True))

    broken = {number for e in expected for number in e.ravel().tolist() if number % 1}
    if len(broken) < _ENOUGH_NUMBERS:
        return ""
    for words, way in (("rounded down", np.floor), ("cut to a whole number", np.trunc), ("rounded up", np.ceil)):
        if equal(way):
            return f"Every number is {words}."
    for decimals in range(_MOST_DECIMALS + 1):
        if equal(lambda e, k=decimals: np.round(e, k)):
            return f"The numbers are right but for rounding: they have {decimals or 'no'} decimals."
    if equal(lambda e: e.astype(np.float16).astype(float)):
        return "The numbers are right but for rounding: float16 holds about three digits."
    return ""


def _nearly(leaves: list[_Leaf]) -> str:
    """Numbers that agree in their first digits."""
    expected = np.concatenate([leaf.expected.ravel() for leaf in leaves] or [np.array([])])
    got = np.concatenate([leaf.got.ravel() for leaf in leaves] or [np.array([])])
    if expected.dtype.kind not in "f" or got.dtype.kind not in "f" or expected.size < _ENOUGH_NUMBERS:
        return ""
    with np.errstate(all="ignore"):
        off = np.abs(got - expected) / np.maximum(np.abs(expected), 1e-3 * np.abs(expected).max())
    worst = off.max() if np.isfinite(off).all() else np.inf
    if 0 < worst < 2e-3:
        return f"It is right to about {int(-math.log10(worst))} digits: the largest relative difference is {worst:.1g}."
    return ""


def _blurred_factor(leaves: list[_Leaf]) -> str:
    """A small whole factor that the noise of a calculation hides, as of a numerical gradient with a tiny step."""
    ratios = []
    for leaf in leaves:
        if leaf.expected.dtype.kind == leaf.got.dtype.kind == "f":
            size = np.abs(leaf.expected)
            telling = size > _NOT_SMALL * size.max()
            ratios.append(leaf.got[telling] / leaf.expected[telling])
    found = np.concatenate(ratios or [np.array([])])
    if len(ratios) < len(leaves) or found.size < _MANY_NUMBERS or not np.isfinite(found).all():
        return ""
    middle = float(np.median(found))
    if not 1 / (_LARGEST_BLURRED + 1) < abs(middle) < _LARGEST_BLURRED + 1:
        return ""
    whole = round(abs(middle) if abs(middle) > 1 else 1 / abs(middle)) if middle else 0
    factor = math.copysign(whole if abs(middle) > 1 else 1 / max(whole, 1), middle)
    if not 1 <= whole <= _LARGEST_BLURRED or factor == 1 or not np.allclose(found, factor, rtol=_BLUR, atol=0):
        return ""
    return f"But for noise: {_times(factor)[0].lower()}{_times(factor)[1:]}"


def _of_shapes(leaves: list[_Leaf]) -> str:
    """What makes the right value of these of another shape."""
    if sum(leaf.expected.size for leaf in leaves) < _ENOUGH_NUMBERS:
        return ""
    leaves = [leaf for leaf in leaves if leaf.expected.size or leaf.got.size]
    if sum(leaf.expected.size for leaf in leaves if leaf.got.size) < _ENOUGH_NUMBERS:
        return ""
    for words, test in _RESHAPED:
        if all(test(leaf.expected, leaf.got) for leaf in leaves):
            return words
    return ""


def _is(e, g) -> bool:
    return e.shape == g.shape and _equal(e, g)


def _repeated(e, g) -> bool:
    try:
        return g.size > e.size and _equal(np.broadcast_to(e, g.shape), g)
    except ValueError:
        return False


_RESHAPED = [
    (
        "It is the transpose of what is expected: rows and columns are exchanged.",
        lambda e, g: e.ndim >= 2 and _is(np.swapaxes(e, -1, -2), g),
    ),
    (
        "It is the transpose of what is expected: all axes stand in the opposite order.",
        lambda e, g: e.ndim >= 2 and _is(e.T, g),
    ),
    (
        "The numbers are right; an axis of length 1 is too many or missing.",
        lambda e, g: e.size == g.size and _is(np.squeeze(e), np.squeeze(g)),
    ),
    ("The numbers are right and in order; only their shape is another.", lambda e, g: _is(e.ravel(), g.ravel())),
    (
        "The numbers are right, and each of them is repeated along an axis that should not be there.",
        _repeated,
    ),
    ("The last one is missing; the others are right.", lambda e, g: e.ndim > 0 and _is(e[:-1], g)),
    ("The first one is missing; the others are right.", lambda e, g: e.ndim > 0 and _is(e[1:], g)),
    ("The last column is missing; the others are right.", lambda e, g: e.ndim > 1 and _is(e[..., :-1], g)),
    ("The first column is missing; the others are right.", lambda e, g: e.ndim > 1 and _is(e[..., 1:], g)),
    ("There is one too many at the end; the others are right.", lambda e, g: g.ndim > 0 and _is(e, g[:-1])),
    ("There is one too many at the beginning; the others are right.", lambda e, g: g.ndim > 0 and _is(e, g[1:])),
    ("It is the mean of what is expected.", lambda e, g: g.ndim == 0 and e.size > 1 and _equal(e.mean(), g)),
    ("It is the sum of what is expected.", lambda e, g: g.ndim == 0 and e.size > 1 and _equal(e.sum(), g)),
    ("It is the mean over the rows of what is expected.", lambda e, g: e.ndim > 1 and _is(e.mean(axis=0), g)),
    ("It is the sum over the rows of what is expected.", lambda e, g: e.ndim > 1 and _is(e.sum(axis=0), g)),
]


# Right for some inputs, wrong for others.


def _conditions(leaves: list[_Leaf], names) -> Iterator[tuple[str, list[_Leaf]]]:
    """Words for where it is wrong, with the wrong part: kinds of input, then of numbers, then places."""
    right, wrong = [leaf for leaf in leaves if leaf.right], [leaf for leaf in leaves if not leaf.right]
    if len(right) >= _ENOUGH_INPUTS and len(wrong) >= _ENOUGH_INPUTS:
        for words, test in _kinds_of_input(names):
            if all(test(leaf) for leaf in wrong) and not any(test(leaf) for leaf in right):
                yield f"It is wrong {words}, and right for all other inputs.", wrong
    inputs = [("", leaves)]
    for words, test in _kinds_of_input(names):
        part = [leaf for leaf in leaves if test(leaf)]
        if len(part) < len(leaves) and all(map(test, wrong)):
            inputs.append((words.partition(" ")[2], part))
    for words_of_input, part in inputs:
        for words, test in _kinds_of_number(names):
            some = _only_wrong_there(part, test) if len(wrong) >= _ENOUGH_INPUTS else None
            if some:
                link = " and " if words.startswith("where") else ", where "
                yield f"All wrong numbers stand {words}{link + words_of_input if words_of_input else ''}.", some


def _only_wrong_there(leaves: list[_Leaf], test) -> list[_Leaf] | None:
    """The numbers of one kind, if they are mostly wrong and all others right, with enough of both."""
    masks = [test(leaf) for leaf in leaves]
    if any(mask is None for mask in masks):
        return None
    numbers, bad = sum(leaf.wrong.size for leaf in leaves), sum(int(leaf.wrong.sum()) for leaf in leaves)
    covered = sum(int(mask.sum()) for mask in masks)
    if numbers - covered < max(_ENOUGH_NUMBERS, _SOME * numbers) or bad < max(_ENOUGH_NUMBERS, covered / 2):
        return None
    if any((leaf.wrong & ~mask).any() for leaf, mask in zip(leaves, masks, strict=True)):
        return None
    return [_part(leaf, mask) for leaf, mask in zip(leaves, masks, strict=True) if mask.any()]


def _part(leaf: _Leaf, mask) -> _Leaf:
    """Some numbers of a leaf, with the same ones of each argument that has one for each."""

    def cut(value):
        if isinstance(value, np.ndarray):
            return value[mask] if value.shape == mask.shape else None
        return value if np.isscalar(value) else None

    keywords = {name: cut(value) for name, value in leaf.call.keywords.items()}
    call = Call(tuple(map(cut, leaf.call.arguments)), keywords)
    return replace(leaf, call=call, expected=leaf.expected[mask], got=leaf.got[mask], wrong=leaf.wrong[mask])


def _kinds_of_input(names) -> Iterator[tuple[str, Callable[[_Leaf], bool]]]:
    def first(leaf):
        return _numeric_argument(leaf.call, 0)

    def of_first(test):
        return lambda leaf: (array := first(leaf)) is not None and bool(test(array))

    for i, name in enumerate(names):
        yield f"wherever `{name}` is given by its name", lambda leaf, name=name: name in leaf.call.keywords
        if i:
            yield (
                f"wherever `{name}` is given",
                lambda leaf, i=i, name=name: len(leaf.call.arguments) > i or name in leaf.call.keywords,
            )
            yield (
                f"wherever `{name}` is not given",
                lambda leaf, i=i, name=name: not (len(leaf.call.arguments) > i or name in leaf.call.keywords),
            )
    x = f"`{names[0]}`" if names else "the input"
    yield f"where {x} has one axis", of_first(lambda a: a.ndim == 1)
    yield f"where {x} has two axes", of_first(lambda a: a.ndim == 2)
    yield f"where {x} has more than two axes", of_first(lambda a: a.ndim > 2)
    yield f"where {x} has more than one axis", of_first(lambda a: a.ndim > 1)
    yield f"where {x} holds integers", of_first(lambda a: a.dtype.kind in "iu")
    yield f"where {x} is float32", of_first(lambda a: a.dtype == np.float32)
    yield f"where {x} holds NaN or infinity", of_first(lambda a: not np.isfinite(a).all())
    yield f"where {x} has one row", of_first(lambda a: a.ndim == 2 and len(a) == 1)
    yield f"where {x} has several rows", of_first(lambda a: a.ndim == 2 and len(a) > 1)
    yield f"where the first axis of {x} has length 1", of_first(lambda a: a.ndim > 2 and len(a) == 1)
    yield f"where the first axis of {x} is longer than 1", of_first(lambda a: a.ndim > 2 and len(a) > 1)
    yield f"where the last axis of {x} is longer than 1", of_first(lambda a: a.ndim > 2 and a.shape[-1] > 1)
    yield f"where {x} has several columns", of_first(lambda a: a.ndim == 2 and a.shape[-1] > 1)
    yield f"where {x} is not square", of_first(lambda a: a.ndim > 1 and a.shape[-1] != a.shape[-2])
    yield f"where {x} has several numbers", of_first(lambda a: a.size > 1)
    yield f"where {x} holds negative numbers", of_first(lambda a: (a < 0).any())
    yield f"where {x} holds positive numbers", of_first(lambda a: (a > 0).any())
    yield f"where {x} holds a 0", of_first(lambda a: (a == 0).any())
    yield f"where a number of {x} comes twice", of_first(lambda a: len(np.unique(a)) < a.size)
    yield f"where {x} is not in ascending order", of_first(lambda a: a.ndim == 1 and (np.diff(a) < 0).any())
    yield f"where a column of {x} is constant", of_first(lambda a: a.ndim > 1 and (np.ptp(a, axis=0) == 0).any())
    yield "where True is expected", lambda leaf: leaf.expected.dtype.kind == "b" and bool(leaf.expected.all())
    yield (
        "where False is expected",
        lambda leaf: leaf.expected.dtype.kind == "b" and not leaf.expected.any(),
    )


def _kinds_of_number(names) -> Iterator[tuple[str, Callable[[_Leaf], np.ndarray | None]]]:
    def of_input(test):
        def mask(leaf):
            array = _numeric_argument(leaf.call, 0)
            return test(array) if array is not None and array.shape == leaf.expected.shape else None

        return mask

    def of_expected(test):
        return lambda leaf: test(leaf.expected) if leaf.expected.dtype.kind in "iuf" else None

    def along(axis, place):
        def mask(leaf):
            if leaf.expected.ndim <= (axis if axis >= 0 else 0):
                return None
            found = np.zeros(leaf.expected.shape, bool)
            np.moveaxis(found, axis, 0)[place] = True
            return found

        return mask

    x = f"`{names[0]}`" if names else "the input"
    yield f"where {x} is 0", of_input(lambda a: a == 0)
    yield f"where {x} is negative", of_input(lambda a: a < 0)
    yield f"where {x} is positive", of_input(lambda a: a > 0)
    yield f"where {x} is negative or 0", of_input(lambda a: a <= 0)
    yield f"where {x} is positive or 0", of_input(lambda a: a >= 0)
    yield f"where {x} is larger than 1", of_input(lambda a: a > 1)
    yield f"where {x} is smaller than -1", of_input(lambda a: a < -1)
    yield f"where {x} is NaN", of_input(lambda a: np.isnan(a))
    yield f"where {x} is not NaN", of_input(lambda a: ~np.isnan(a))
    yield "where 0 is expected", of_expected(lambda e: e == 0)
    yield NOT_ZERO, of_expected(lambda e: e != 0)
    yield "where a negative number is expected", of_expected(lambda e: e < 0)
    yield "where a positive number is expected", of_expected(lambda e: e > 0)
    yield "in the last place", lambda leaf: along(0, -1)(leaf) if leaf.expected.ndim == 1 else None
    yield "in the first place", lambda leaf: along(0, 0)(leaf) if leaf.expected.ndim == 1 else None
    yield "in the last column", lambda leaf: along(-1, -1)(leaf) if leaf.expected.ndim > 1 else None
    yield "in the first column", lambda leaf: along(-1, 0)(leaf) if leaf.expected.ndim > 1 else None
    yield "in the last row", lambda leaf: along(0, -1)(leaf) if leaf.expected.ndim > 1 else None
    yield "in the first row", lambda leaf: along(0, 0)(leaf) if leaf.expected.ndim > 1 else None


def _numeric_argument(call: Call, place: int, name: str = "") -> np.ndarray | None:
    if place < len(call.arguments):
        value = call.arguments[place]
    elif name in call.keywords:
        value = call.keywords[name]
    else:
        return None
    if isinstance(value, np.ndarray | int | float | list) and not holds_text(value) and not isinstance(value, bool):
        array = as_array(value)
        return array if array is not None and array.dtype.kind in "iuf" else None
    return None


def _scalar_argument(call: Call, place: int, name: str) -> float | None:
    array = _numeric_argument(call, place, name)
    return float(array) if array is not None and array.ndim == 0 else None


def _near(a: float, b: float) -> bool:
    return math.isclose(a, b, rel_tol=1e-5)


def _number(value) -> str:
    return f"{float(np.real(value)):.6g}"
