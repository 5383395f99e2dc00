"""What to do about an exception, or about a result that is no plain value: a sentence where the cause is certain."""

from __future__ import annotations

import re

from helpers.sandbox.observe import Call, Observation

from .compare import as_array, described, holds_text

_LIST_GIVEN = "Here the input is a list, which does not calculate; `np.asarray(..., dtype=float)` makes an array of it."
_LIST_OF_THINGS = "The input is a list here, neither an array nor a dict."
_NOTHING_RETURNED = "Something is None here: a function without `return` gives None. Is a `return` missing?"
_TO_LIST = "Wrap it in `list(...)`."
_TO_FLOAT64 = "`.astype(float)` (or `float(...)`) makes it float64."
_ARITHMETIC = "`float(...)` makes a number of it."

# A pattern for "type: text" of an exception, and the advice; the groups of the pattern are at hand.
_EXCEPTIONS = [
    (
        r"ValueError: The truth value of an array",
        "`if`, `and` and `or` ask one question about a whole array. `np.where(condition, a, b)` asks it for each "
        "number.",
    ),
    (r"AttributeError: 'NoneType' object", _NOTHING_RETURNED),
    (r"TypeError: (?:.*'NoneType'|cannot unpack non-iterable NoneType)", _NOTHING_RETURNED),
    (
        r"ValueError: operands could not be broadcast together with shapes (\([\d, ]*\)) (\([\d, ]*\))",
        "The shapes {0} and {1} do not fit together: compared from the right, two sizes must be equal, or one of them "
        "1.",
    ),
    (
        r"ValueError: shapes (\([\d, ]*\)) and (\([\d, ]*\)) not aligned",
        "The shapes {0} and {1} have no matrix product: the first needs as many columns as the second has rows.",
    ),
    (
        r"ValueError: matmul: .*\(size (\d+) is different from (\d+)\)",
        "`a @ b` needs as many columns in `a` as there are rows in `b`; here they are {1} and {0}.",
    ),
    (
        r"UFuncTypeError: Cannot cast ufunc .* output from dtype\('float\d+'\) to dtype\('u?int\d+'\)",
        "`+=`, `-=` and `*=` write into the array that is there, and one of integers holds no fractions. "
        "`a = a - b` makes a new one.",
    ),
    (
        r"(?:NameError: name|UnboundLocalError: cannot access local variable) '(\w+)'(?!.*; the cell that makes it)",
        "Nothing has this name here. Is `{0}` spelled as where it is defined or imported, and did that cell run?",
    ),
    (
        r"IndexError: index (\d+) is out of bounds for axis \d+ with size \1\b",
        "Indices count from 0: the last of {0} is one less.",
    ),
    (r"RecursionError:", "It calls itself without end."),
    (
        r"TypeError: '[<>]=?' not supported between instances of 'dict' and 'dict'",
        "Dicts have no order: `sorted`, `min` and `max` need a `key` that says by what to compare, and they go on to "
        "the next item of a pair where the first ones are equal.",
    ),
]

_RESULTS = {
    **dict.fromkeys(
        ("map", "filter", "zip", "range", "set", "frozenset", "dict_keys", "dict_values", "dict_items"), _TO_LIST
    ),
    **dict.fromkeys(("reversed", "enumerate", "deque", "array"), _TO_LIST),
    **dict.fromkeys(("product", "chain", "combinations", "permutations", "zip_longest", "islice"), _TO_LIST),
    "generator": f"{_TO_LIST} (A function with `yield`, or round brackets around `... for ...`, makes a generator.)",
    **dict.fromkeys(("DataFrame", "Series", "Index", "RangeIndex"), "`.to_numpy()` makes an array of it."),
    "MaskedArray": "`.filled(...)` makes a plain array of it.",
    **dict.fromkeys(("EagerTensor", "Tensor", "ResourceVariable", "Variable"), "`.numpy()` makes an array of it."),
    **dict.fromkeys(("csr_matrix", "csc_matrix", "coo_matrix", "csr_array"), "`.toarray()` makes an array of it."),
    **dict.fromkeys(("Decimal", "Fraction", "Float"), _ARITHMETIC),
    **dict.fromkeys(("function", "method", "builtin_function_or_method"), "It returned a function: was it called?"),
    **dict.fromkeys(("partial", "ufunc", "vectorize"), "It returned a function: was it called?"),
    "type": "It returned a class: was it called?",
    "coroutine": "`async def` makes a coroutine: take `async` away.",
    "NotImplementedType": "`NotImplemented` is returned by operators only; an error is raised.",
    "ellipsis": "`...` stands where the result should.",
    **dict.fromkeys(("longdouble", "clongdouble", "array of float128", "array of float96"), _TO_FLOAT64),
    "array of object": "Its rows may be of unequal length, or hold None or text; "
    "`np.array(..., dtype=float)` says where.",
}


def about_exception(seen: Observation, call: Call, name: str) -> str:
    """A sentence about an exception of the answer to the exercise `name`, or "" where its cause is not certain."""
    text = f"{seen.error}: {seen.message}"
    if seen.error == "TypeError":
        if unknown := re.search(r"got an unexpected keyword argument '(\w+)'", seen.message):
            if unknown[1] in call.keywords:
                return (
                    "The names in the stub are part of the task: there is an argument "
                    f"`{unknown[1]}`, which this function lacks."
                )
        elif re.match(rf"{re.escape(name)}\(\) (?:missing|takes) ", seen.message):
            return "It is called with the arguments that the stub names: keep that line as it was handed out."
    for pattern, sentence in _EXCEPTIONS:
        if found := re.match(pattern, text):
            return sentence.format(*found.groups())
    if not stumbles_over_a_list(seen, call):
        return ""
    return _LIST_GIVEN if all(map(_is_numeric, call.values())) else _LIST_OF_THINGS


def _is_numeric(value) -> bool:
    """Whether a value that may be a list can become an array of floats."""
    array = None if holds_text(value) else as_array(value)
    return not isinstance(value, list) or (array is not None and array.dtype.kind in "biuf")


def stumbles_over_a_list(seen: Observation, call: Call) -> bool:
    """Whether a call may have failed only because a list does not calculate."""
    given_a_list = any(isinstance(value, list) for value in call.values())
    stumbled = seen.outcome == "raised" and seen.error in ("TypeError", "AttributeError")
    return given_a_list and stumbled and re.search(r"'list'|sequence|list indices", seen.message) is not None


def about_result(type_name: str, expected, shaped: bool = True) -> str:
    """The sentence about a result, or part of one, whose type cannot be judged."""
    verb = "are" if isinstance(expected, tuple) else "is"
    sentence = f"A value of type `{type_name}` came back; {described(expected, shaped)} {verb} expected."
    advice = _RESULTS.get(type_name, "")
    if not advice and type_name.endswith("Error"):
        advice = "An exception is raised, not returned: write `raise`."
    if not advice and re.match(r"array of (datetime|timedelta)64", type_name):
        advice = "Dates are no numbers."
    if not advice and re.match(r"array of (<U|\|S|StringDType)", type_name):
        advice = "It holds text."
    return f"{sentence} {advice}".rstrip()
