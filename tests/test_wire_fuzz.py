"""Arbitrary and damaged bytes at the boundary: the grader's side reads them as nothing worse than tampering."""

import struct
import time
import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.grading.runner import Evidence, _read_message, _read_observation, _read_value, _split
from helpers.sandbox import server, wire

NONCE = "0123456789abcdef"
OBSERVATION = {
    "outcome": "returned",
    "value": [np.arange(6.0).reshape(2, 3), 1.5, -7, "text", None, True, (2 + 1j, {"a": np.float32(1)})],
    "error": "",
    "message": "",
    "overflow": False,
    "changed": False,
}
VALID = [
    wire.encode({"nonce": NONCE, "observation": OBSERVATION}),
    wire.encode(
        {"nonce": NONCE, "observation": OBSERVATION | {"outcome": "raised", "value": None, "error": "KeyError"}}
    ),
    wire.encode({"nonce": NONCE, "problem": "NameError"}),
    wire.encode({"nonce": NONCE, "variable": "b", "attempted": True}),
]
TREES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["int", "float", "complex", "tuple", "dict", "array", "scalar", "shape", "x"]),
            inner,
            max_size=3,
        )
    ),
    max_leaves=20,
)
KEYS = ["nonce", "observation", "problem", "variable", "attempted", "outcome", "error", "x"]
PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.text(max_size=8)
    | st.just(NONCE)
    | st.integers()
    | st.floats()
    | st.just(np.zeros((2, 2))),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS + list(OBSERVATION)), inner, max_size=6)
    ),
    max_leaves=12,
)


@st.composite
def damaged(draw):
    """A valid message with bytes changed, cut out, repeated or put in."""
    message = bytearray(draw(st.sampled_from(VALID)))
    for _ in range(draw(st.integers(1, 6))):
        place = draw(st.integers(0, max(0, len(message) - 1)))
        match draw(st.sampled_from(["change", "cut", "repeat", "insert"])):
            case "change" if message:
                message[place] = draw(st.integers(0, 255))
            case "cut":
                del message[place : place + draw(st.integers(1, 40))]
            case "repeat":
                message[place:place] = message[place : place + draw(st.integers(1, 40))]
            case "insert":
                message[place:place] = draw(st.binary(max_size=12))
    return bytes(message)


def framed(header: bytes, buffers: bytes = b"") -> bytes:
    return struct.pack("<I", len(header)) + header + buffers


def with_length(message: bytes) -> bytes:
    return server.LENGTH.pack(len(message)) + message


def decode(message: bytes):
    """What the decoder makes of bytes: a value of exact plain types, or None for Malformed; anything else is a bug."""
    try:
        value = wire.decode(message)
    except wire.Malformed:
        return None
    wire.encode(value)  # and so nothing but plain types, within the caps
    return value


def read(reply: bytes, most: int = 3) -> Evidence | None:
    """What the grader makes of a reply: evidence, or None for tampering."""
    messages = _split(reply, NONCE, most)
    evidence = Evidence("finished")
    for message in messages or []:
        _read_value(dict(message), Evidence("finished"))  # never raises: it says "tampering"
    try:
        for message in messages or []:
            _read_message(dict(message), evidence)
        for message in messages or []:
            _read_observation(dict(message), Evidence("finished"))
    except (KeyError, TypeError, ValueError):
        return None
    assert len(evidence.observations) <= most
    for seen in evidence.observations:
        assert (type(seen.error), type(seen.message), type(seen.overflow), type(seen.changed)) == (str, str, bool, bool)
        (seen.error + seen.message).encode()
    assert evidence.problem is None or type(evidence.problem) is str
    return evidence


@settings(max_examples=400, deadline=None)
@given(st.binary(max_size=300))
def test_arbitrary_bytes_are_malformed_or_plain(data):
    decode(data)
    decode(framed(data))
    read(data)
    read(with_length(data))


@settings(max_examples=600, deadline=None)
@given(damaged())
def test_damaged_messages_are_malformed_or_plain(message):
    decode(message)
    read(with_length(message))
    read(with_length(VALID[0]) + with_length(message))


@settings(max_examples=400, deadline=None)
@given(TREES, st.binary(max_size=64))
def test_any_json_in_the_header_is_malformed_or_plain(tree, buffers):
    import json

    decode(framed(json.dumps(tree).encode(), buffers))


@settings(max_examples=600, deadline=None)
@given(PLAIN, st.dictionaries(st.sampled_from(KEYS), PLAIN, max_size=3))
def test_well_formed_messages_of_any_shape_are_evidence_or_tampering(value, more):
    for message in (value, {"nonce": NONCE, "observation": value}, {"nonce": NONCE} | more, {"nonce": value} | more):
        read(with_length(wire.encode(message)))


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(VALID), max_size=4), st.integers(0, 400))
def test_a_reply_that_was_cut_off_keeps_its_whole_messages(messages, cut):
    reply = b"".join(map(with_length, messages))
    kept = _split(reply[: max(0, len(reply) - cut)], NONCE, len(messages))
    assert kept is not None
    assert len(kept) <= len(messages)


def brackets(count):
    return framed(b"[" + b"[]," * count + b"[]]")


def pairs(keys):
    return framed(b'{"dict":[' + b",".join(b'[{"int":"%d"},null]' % key for key in keys) + b"]}")


HEAVY = {
    "empty lists": brackets(7_000_000),
    "empty lists below the cap of a header": brackets(600_000),
    "deep nesting": framed(b"[" * 10**6 + b"]" * 10**6),
    "a long number": framed(b'{"int":"' + b"9" * 10**6 + b'"}'),
    "a bare long number": framed(b"9" * 10**6),
    "keys with one hash": pairs(i * (2**61 - 1) for i in range(1, 45_000)),
    "as many of those as are let through": pairs(i * (2**61 - 1) for i in range(1, 1000)),
    "a huge shape": framed(b'{"array":"<f8","shape":[999999999999,999999999999,999999999999]}'),
    "a huge empty shape": framed(b'{"array":"<f8","shape":[0,999999999999,999999999999]}'),
    "many dimensions": framed(b'{"array":"<f8","shape":[' + b",".join([b"1"] * 100) + b"]}", bytes(8)),
    "text": framed(b'"' + b"x" * 30_000_000 + b'"'),
    "one number after another": framed(b"[" + b'{"float":"0x1p0"},' * 19_000 + b"null]"),
}


def pace() -> float:
    """Seconds of processor time for adding ten million numbers, here and now.

    The heaviest of the messages takes about 12 of these; a dict of 45 000 keys with one hash would take about 100.
    """
    started = time.process_time()
    sum(range(10**7))
    return time.process_time() - started


@pytest.mark.parametrize("message", HEAVY.values(), ids=HEAVY.keys())
def test_no_message_costs_much_time_or_memory(message):
    started = time.process_time()
    decode(message)
    assert time.process_time() - started < 30 * pace()
    tracemalloc.start()
    decode(message)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 160 * 2**20


def test_a_full_reply_of_the_worst_messages_is_read_in_time():
    message = framed(b"[" + b"[]," * 19_990 + b"[]]")
    reply = with_length(message) * (server.MAX_REPLY // len(message))
    started = time.process_time()
    assert _split(reply, NONCE, 100) is None
    assert time.process_time() - started < 40 * pace()


@pytest.mark.parametrize(
    "nonce",
    [np.zeros(2), np.array("x" * 2) == "xx", None, True, b"", 7, [NONCE], {"a": NONCE}, NONCE + "0", NONCE[:-1]],
)
def test_a_nonce_that_is_not_the_text_itself_is_tampering(nonce):
    try:
        message = wire.encode({"nonce": nonce, "problem": "x"})
    except wire.Unsendable:
        return
    assert _split(with_length(message), NONCE, 1) is None


def test_text_that_no_file_can_hold_is_malformed():
    assert decode(framed(b'"\\ud800"')) is None


def test_booleans_are_zero_or_one():
    assert decode(framed(b'{"array":"|b1","shape":[2]}', b"\x01\x02")) is None
    assert decode(framed(b'{"array":"|b1","shape":[2]}', b"\x01\x00")).tolist() == [True, False]
