"""Arbitrary and damaged bytes at the boundary: the grader's side reads them as nothing worse than tampering."""

import struct
import time
import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.grading.runner import Evidence, Plan, Request, add_further, read_replies, read_survey
from helpers.sandbox import server, wire
from helpers.sandbox.observe import Call

NONCE = "0123456789abcdef"
VALUE = [np.arange(6.0).reshape(2, 3), 1.5, -7, "text", None, True, (2 + 1j, {"a": np.float32(1)})]
OBSERVATION = ["returned", VALUE, "", "", False, False]
VALID = [
    wire.encode({"nonce": NONCE, "observation": OBSERVATION}),
    wire.encode({"nonce": NONCE, "observation": ["raised", None, "KeyError", "", False, False]}),
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
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=6),
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


REQUESTS = [Request("f", [Call()], [Call()]), Request("letter"), Request("g", [Call(), Call()])]
ENDINGS = {"finished", "crashed", "tampering"}


def read(first: bytes, later: bytes = b"") -> list[Evidence]:
    """What the grader makes of a reply, which must be evidence of exact types or tampering, whatever the bytes are."""
    found = read_replies(REQUESTS, first, NONCE, "crashed")
    add_further(REQUESTS, found, later, NONCE, "crashed")
    assert len(found) == len(REQUESTS)
    for request, evidence in zip(REQUESTS, found, strict=True):
        assert evidence.ending in ENDINGS
        assert evidence.problem is None or type(evidence.problem) is str
        assert type(evidence.attempted) is bool
        wire.encode(evidence.variable)
        assert len(evidence.observations) <= sum(request.counts)
        answered = evidence.problem is not None or len(evidence.observations) == sum(request.counts)
        assert not request.is_function or evidence.ending != "finished" or answered
        for seen in evidence.observations:
            types = (type(seen.error), type(seen.message), type(seen.overflow), type(seen.changed))
            assert types == (str, str, bool, bool)
            (seen.error + seen.message).encode()
    return found


def plan(reply: bytes) -> Plan:
    """The plan that a reply begins with, which must be of exact types, whatever the bytes are."""
    found, _ = read_survey(REQUESTS, reply, NONCE, "crashed")
    assert type(found.plain) is bool
    for name, ways in found.ways.items():
        assert type(name) is str
        assert all(kind in ("short", "run") and type(place) is int for kind, place in ways)
    assert all(type(name) is str for name in found.stubs)
    assert all(type(name) is type(letter) is str for name, (_, letter) in found.letters.items())
    return found


def endings(found: list[Evidence]) -> list[str]:
    return [evidence.ending for evidence in found]


TAMPERING = ["tampering"] * len(REQUESTS)
OBSERVED, RAISED, PROBLEM, VARIABLE = VALID


def test_an_honest_reply_is_shared_out_among_the_requests():
    first = [OBSERVED, VARIABLE, RAISED, OBSERVED]
    found = read(b"".join(map(with_length, first)), with_length(RAISED))
    assert endings(found) == ["finished"] * 3
    outcomes = [[seen.outcome for seen in evidence.observations] for evidence in found]
    assert outcomes == [["returned", "raised"], [], ["raised", "returned"]]
    assert found[1].variable == "b"
    found = read(b"".join(map(with_length, [PROBLEM, PROBLEM, PROBLEM])))
    assert [evidence.problem for evidence in found] == ["NameError"] * 3


@pytest.mark.parametrize("later", [[], [OBSERVED]])
@pytest.mark.parametrize("count", range(5))
def test_what_a_process_did_not_come_to_is_left_open(count, later):
    """Without the further calls the first function is not answered whole, whatever the others are."""
    first = [OBSERVED, VARIABLE, RAISED, OBSERVED][:count]
    found = read(b"".join(map(with_length, first)), b"".join(map(with_length, later if count else [])))
    whole = [count >= 1 and bool(later), count >= 2, count >= 4]
    assert endings(found) == ["finished" if answered else "crashed" for answered in whole]


@pytest.mark.parametrize(
    ("first", "later"),
    [
        ([VARIABLE], []),
        ([OBSERVED, OBSERVED], []),
        ([OBSERVED, VARIABLE, OBSERVED, OBSERVED, OBSERVED], []),
        ([OBSERVED, VARIABLE, OBSERVED, OBSERVED], [OBSERVED, OBSERVED]),
        ([OBSERVED, VARIABLE, OBSERVED, OBSERVED], [PROBLEM]),
        ([PROBLEM, VARIABLE, OBSERVED, OBSERVED], [OBSERVED]),
        ([OBSERVED, VARIABLE, OBSERVED, PROBLEM], []),
        ([], [OBSERVED]),
    ],
)
def test_whole_messages_that_do_not_fit_the_requests_are_tampering(first, later):
    assert endings(read(b"".join(map(with_length, first)), b"".join(map(with_length, later)))) == TAMPERING


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
    read(b"".join(map(with_length, [OBSERVED, VARIABLE, OBSERVED, OBSERVED])), with_length(message))


@settings(max_examples=400, deadline=None)
@given(TREES, st.binary(max_size=64))
def test_any_json_in_the_header_is_malformed_or_plain(tree, buffers):
    import json

    decode(framed(json.dumps(tree).encode(), buffers))


@settings(max_examples=600, deadline=None)
@given(PLAIN, st.dictionaries(st.sampled_from(KEYS), PLAIN, max_size=3), st.lists(PLAIN, min_size=4, max_size=6))
def test_well_formed_messages_of_any_shape_are_evidence_or_tampering(value, more, rest):
    observed = {"nonce": NONCE, "observation": ["returned", *rest]}
    other = {"nonce": NONCE, "observation": value}
    for message in (value, observed, other, {"nonce": NONCE} | more, {"nonce": value} | more):
        read(with_length(wire.encode(message)))
        plan(with_length(wire.encode(message)))


PLAN = {"plain": True, "ways": {"f": [["short", 3], ["run", -1]]}, "stubs": ["g"], "letters": {"letter": [True, "b"]}}


def test_a_plan_is_read_as_it_was_sent():
    found = plan(with_length(wire.encode({"nonce": NONCE, "plan": PLAN})))
    assert found == Plan(True, {"f": (("short", 3), ("run", -1))}, frozenset("g"), {"letter": (True, "b")})


@settings(max_examples=400, deadline=None)
@given(PLAIN, st.sampled_from(sorted(PLAN)))
def test_a_plan_of_any_other_shape_is_tampering_or_a_plan(value, key):
    for spoilt in (value, PLAN | {key: value}, PLAN | {key: [value]}, PLAN | {key: {"f": value}}):
        plan(with_length(wire.encode({"nonce": NONCE, "plan": spoilt})))


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 2000))
def test_a_reply_that_was_cut_off_keeps_its_whole_messages(cut):
    messages = list(map(with_length, [OBSERVED, VARIABLE, RAISED, OBSERVED]))
    reply = b"".join(messages)
    end = max(0, len(reply) - cut)
    arrived = sum(len(b"".join(messages[:n])) <= end for n in range(1, 5))
    found = read(reply[:end])
    assert sum(len(evidence.observations) for evidence in found) + (found[1].variable == "b") == arrived


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
    assert endings(read_replies([Request("f", [Call()] * 100)], reply, NONCE, "crashed")) == ["tampering"]
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
    assert endings(read(with_length(message))) == TAMPERING


def test_text_that_no_file_can_hold_is_malformed():
    assert decode(framed(b'"\\ud800"')) is None


def test_booleans_are_zero_or_one():
    assert decode(framed(b'{"array":"|b1","shape":[2]}', b"\x01\x02")) is None
    assert decode(framed(b'{"array":"|b1","shape":[2]}', b"\x01\x00")).tolist() == [True, False]
