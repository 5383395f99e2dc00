"""What a call did is written down truly, and what crosses the boundary is plain or refused."""

import enum
import json
import math
import struct
import warnings
from collections import defaultdict
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from helpers.sandbox import wire
from helpers.sandbox.observe import MAX_TEXT, Call, identical, observe
from helpers.sandbox.wire import Malformed, TooLarge, Unsendable, decode, encode

DTYPES = ["?", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8", "c8", "c16"]
NUMBERS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.complex_numbers()
    | st.text(st.characters(codec="utf-8"))
)
ARRAYS = st.sampled_from(DTYPES).flatmap(
    lambda dtype: hnp.arrays(dtype, hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=3))
)
SCALARS = st.sampled_from(DTYPES).flatmap(lambda dtype: hnp.arrays(dtype, ()).map(lambda array: array[()]))
HASHABLE = st.text(max_size=5) | st.integers() | st.booleans() | st.tuples(st.integers(), st.text(max_size=3))
PLAIN = st.recursive(
    NUMBERS | ARRAYS | SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=4).map(tuple)
        | st.dictionaries(HASHABLE, inner, max_size=4)
    ),
    max_leaves=12,
)


# The wire.


@given(PLAIN)
@example([0.0, -0.0, math.inf, math.nan, 5e-324, 2**10000 - 1])
@example((np.float32(1.5), np.array(2.0), [], (), {}, None))
def test_a_plain_value_arrives_as_it_was_sent(value):
    arrived = decode(encode(value))
    assert identical(value, arrived)
    assert encode(arrived) == encode(value)


@given(ARRAYS)
def test_an_array_arrives_fresh_and_writable_in_native_byte_order(array):
    arrived = decode(encode(array.astype(array.dtype.newbyteorder(">"))))
    assert arrived.flags.writeable
    assert arrived.flags.owndata
    assert arrived.dtype == array.dtype
    assert np.array_equal(arrived, array, equal_nan=array.dtype.kind in "fc")


def test_an_array_that_is_not_contiguous_arrives_with_its_values():
    array = np.arange(12.0).reshape(3, 4).T[::2]
    assert np.array_equal(decode(encode(array)), array)


class LyingArray(np.ndarray):
    pass


class LyingFloat(float):
    def __eq__(self, other):
        return True

    __hash__ = float.__hash__


class LyingName(type):
    @property
    def __name__(cls):
        return "float"


class Nameless(metaclass=LyingName):
    pass


class LyingText(str):
    def __iter__(self):
        return iter("another")

    __str__ = __repr__ = lambda self: "another"


class LyingList(list):
    def __iter__(self):
        return iter([0])

    def __getitem__(self, key):
        return 0


class LyingDict(dict):
    def items(self):
        return [("another", 0)]

    keys = __iter__ = lambda self: iter(["another"])


class Pair(NamedTuple):
    first: int
    second: float


class Level(enum.IntEnum):
    HIGH = 3


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        (np.ones(2).view(LyingArray), np.ones(2)),
        (np.matrix([[1, 2]]), np.array([[1, 2]])),
        (LyingFloat(1.5), 1.5),
        (LyingText("mine"), "mine"),
        (np.str_("low"), "low"),
        (LyingList([1, 2]), [1, 2]),
        (Pair(1, 2.0), (1, 2.0)),
        (LyingDict(a=1), {"a": 1}),
        (defaultdict(list, a=[1]), {"a": [1]}),
        (Level.HIGH, 3),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_subclass_of_a_plain_type_is_read_as_that_type_whatever_it_says_of_itself(value, plain):
    for wrap in (lambda v: v, lambda v: [v], lambda v: (1, v), lambda v: {"key": v}):
        assert identical(decode(encode(wrap(value))), wrap(plain))


@dataclass
class Point:
    x: float = 0.0


@pytest.mark.parametrize(
    "value",
    [
        np.ma.masked_array([1.0]),
        Point(),
        Fraction(1, 2),
        {1, 2},
        b"bytes",
        range(3),
        len,
        float,
        (n for n in range(3)),
        np.array([None]),
        np.array(["text"]),
        np.array([1.0], dtype=np.longdouble),
        np.datetime64("2020-01-01"),
        np.array([(1, 2.0)], dtype=[("a", int), ("b", float)]),
    ],
    ids=lambda value: type(value).__name__,
)
def test_everything_else_is_refused_by_name_also_inside_a_container(value):
    for wrapped in (value, [value], (1, value), {"key": value}):
        with pytest.raises(Unsendable) as caught:
            encode(wrapped)
        assert caught.value.type_name


def test_a_class_cannot_choose_the_name_under_which_it_is_refused():
    with pytest.raises(Unsendable) as caught:
        encode(Nameless())
    assert caught.value.type_name == "Nameless"


def test_a_container_that_holds_itself_is_too_large():
    endless = []
    endless.append(endless)
    with pytest.raises(TooLarge):
        encode(endless)


def test_each_cap_holds_and_what_stays_below_it_passes():
    deep = 0.0
    for _ in range(wire.MAX_DEPTH):
        deep = [deep]
    assert decode(encode(deep)) == deep
    for value in (
        [deep],
        [0.0] * wire.MAX_ITEMS,
        np.zeros(wire.MAX_BYTES // 8 + 1),
        [np.zeros(wire.MAX_BYTES // 16)] * 3,
        "x" * (wire.MAX_BYTES + 1),
        "\x00" * (wire.MAX_BYTES // 4),  # six characters each in JSON
        1 << 10_001,
    ):
        with pytest.raises(TooLarge):
            encode(value)


@given(st.binary(max_size=200))
def test_random_bytes_are_malformed_and_nothing_worse(message):
    with pytest.raises(Malformed):
        decode(message)


@given(PLAIN, st.data())
def test_a_damaged_message_is_malformed_or_a_plain_value(value, data):
    message = bytearray(encode(value))
    for _ in range(data.draw(st.integers(1, 3))):
        message[data.draw(st.integers(0, len(message) - 1))] = data.draw(st.integers(0, 255))
    if data.draw(st.booleans()):
        message = message[: data.draw(st.integers(0, len(message)))]
    try:
        arrived = decode(bytes(message))
    except Malformed:
        return
    encode(arrived)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**15), 10**15) | st.floats() | st.text(max_size=6),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["int", "float", "complex", "tuple", "dict", "array", "scalar", "shape", "x"]),
            inner,
            max_size=3,
        )
    ),
    max_leaves=10,
)


def message_of(tree, buffers=b""):
    header = json.dumps(tree).encode()
    return struct.pack("<I", len(header)) + header + buffers


@given(JSON, st.binary(max_size=16))
@example({"array": "<f8", "shape": [-1]}, b"12345678")
@example({"array": "<f8", "shape": [10**11, 10**11, 0]}, b"")
@example({"array": "<f8", "shape": [0] * 33}, b"")
@example({"array": "<f8", "shape": [True]}, b"12345678")
@example({"array": "|O", "shape": [1]}, b"12345678")
@example({"dict": [[[], None]]}, b"")
@example({"dict": [[{"tuple": [[]]}, None]]}, b"")
@example({"int": "9" * 5000}, b"")
@example({"float": "0x1p99999"}, b"")
@example({"complex": ["nan", "x"]}, b"")
@example({"int": "1", "float": "0x1p0"}, b"")
def test_a_made_up_header_is_malformed_or_a_plain_value(tree, buffers):
    try:
        arrived = decode(message_of(tree, buffers))
    except Malformed:
        return
    encode(arrived)


@pytest.mark.parametrize(
    "message",
    [
        b"",
        b"\x00",
        struct.pack("<I", 10) + b"{}",
        struct.pack("<I", 2**32 - 1) + b"{}",
        message_of(None, b"left over"),
        message_of(1.5),
        message_of(3),
        struct.pack("<I", 3) + b"NaN",
        struct.pack("<I", 200_000) + b"[" * 200_000,
        struct.pack("<I", 4) + b'"\xff\xfe"',
        message_of([0 for _ in range(wire.MAX_ITEMS + 5)]),
        message_of({"array": "<f8", "shape": [2]}, b"12345678"),
        bytes(wire.MAX_BYTES + 1),
    ],
    ids=range(13),
)
def test_hostile_messages_are_malformed(message):
    with pytest.raises(Malformed):
        decode(message)


# Observing a call.


def test_a_value_and_nothing_else_is_observed():
    seen = observe(lambda x, factor: factor * x, Call((3.0,), {"factor": 2.0}))
    assert (seen.outcome, seen.value, seen.error, seen.overflow, seen.changed) == ("returned", 6.0, "", False, False)


def test_the_stub_is_not_attempted():
    def stub():
        raise NotImplementedError

    assert observe(stub, Call()).outcome == "not attempted"


@pytest.mark.parametrize(
    "error", [ValueError, SystemExit, KeyboardInterrupt, GeneratorExit, MemoryError, RecursionError]
)
def test_every_exception_is_observed_and_none_gets_through(error):
    def fails():
        raise error("why")

    seen = observe(fails, Call(), where=lambda _: " (cell 3)")
    assert (seen.outcome, seen.error, seen.message) == ("raised", error.__name__, "why (cell 3)")


def test_an_exception_whose_text_cannot_be_made_is_observed_too():
    class Mute(Exception):
        def __str__(self):
            raise RuntimeError

    class Long(Exception):
        def __str__(self):
            return "x" * 10**6

    def fails(kind):
        raise kind

    assert observe(fails, Call((Mute,))).message == "(its message cannot be shown)"
    assert len(observe(fails, Call((Long,))).message) == MAX_TEXT


def test_an_overflow_is_noticed_whatever_the_notebook_set_and_other_warnings_are_not_taken_for_one():
    with np.errstate(all="ignore"):
        assert observe(lambda: np.exp(np.array([1000.0])), Call()).overflow
        assert observe(lambda: np.float64(1e308) * 10, Call()).overflow
        assert not observe(lambda: np.log(np.zeros(1)), Call()).overflow
        assert not observe(lambda: warnings.warn("overflow of the river", UserWarning, stacklevel=1), Call()).overflow


def test_an_overflow_that_the_answer_itself_expects_does_not_count():
    def careful():
        with np.errstate(over="ignore"):
            return np.exp(np.array([1000.0]))

    assert not observe(careful, Call()).overflow


def test_no_warning_of_an_answer_reaches_the_reader():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        observe(lambda: np.exp(np.array([1000.0])), Call())


@pytest.mark.parametrize(
    "change",
    [
        lambda array, items, table: array.__setitem__(0, 9.0),
        lambda array, items, table: array.sort(),
        lambda array, items, table: array.resize((3, 1), refcheck=False),
        lambda array, items, table: items.append(1),
        lambda array, items, table: items[1].reverse(),
        lambda array, items, table: table.update(b=1),
        lambda array, items, table: table["a"].__setitem__(0, 9.0),
    ],
)
def test_a_changed_input_is_noticed_and_the_original_stays_whole(change):
    def one_call():
        return Call((np.array([2.0, 1.0, 0.0]), [1, [2, 3]]), {"table": {"a": np.ones(2)}})

    call, untouched = one_call(), one_call()
    assert observe(change, call).changed
    assert identical(list(call.values()), list(untouched.values()))


def test_reading_an_input_or_rebinding_its_name_changes_nothing():
    def harmless(array, items):
        array = array * 2
        items = [*items, 4]
        return array.sum() + len(items)

    assert not observe(harmless, Call((np.ones(3), [1, 2]))).changed


# identical()


@given(PLAIN)
def test_a_value_is_identical_to_its_copy(value):
    assert identical(value, decode(encode(value)))


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (1, True),
        (1, 1.0),
        (1.0, np.float64(1.0)),
        ([1], (1,)),
        ([1], [1, 1]),
        (np.ones(2), np.ones(2, dtype=np.float32)),
        (np.ones(2), np.ones((2, 1))),
        (np.ones(2), [1.0, 1.0]),
        (np.array([0.0]), np.array([-0.0])),
        ({"a": 1}, {"a": 2}),
        ({"a": 1}, {"b": 1}),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}),
        (None, 0),
        ("a", "b"),
        (math.nan, 0.0),
    ],
)
def test_values_that_differ_in_anything_are_not_identical(a, b):
    assert not identical(a, b)
    assert not identical([a], [b])


def test_nan_is_identical_to_nan():
    assert identical(math.nan, float("nan"))
    assert identical(np.array([math.nan, 1.0]), np.array([math.nan, 1.0]))
    assert identical(np.float32("nan"), np.float32("nan"))
