"""No value that can come back from an answer makes a judge stumble, and none earns what it should not.

A judge that stumbles over an odd value is caught where judges are called; over one of the type and shape of a right one
it is not, so these tests would see it.
"""

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from helpers.checking.feedback import Feedback
from helpers.judging.behaviour import behaviour, same_value
from helpers.judging.compare import described_result, difference
from helpers.judging.examination import Raises
from helpers.judging.examples import shown, shown_pair
from helpers.judging.exercise import Exercise, Tolerance
from helpers.judging.judge import CORRECT, judge, judge_if_right, public_examination
from helpers.lectures import all_exercises
from helpers.sandbox.observe import Observation
from helpers.sandbox.wire import decode, encode

# Without making a failing example smaller, which takes minutes where a judge trains a network.
BOUNDED = settings(deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.explicit, Phase.generate])
FUNCTIONS = [e for e in all_exercises() if isinstance(e, Exercise)]
DTYPES = ["?", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8", "c8", "c16"]
ODD_NUMBERS = [0, -1, 2, 2**63, -(2**63) - 1, 10**400, 1.5, -0.0, 1e308, 5e-324, np.inf, -np.inf, np.nan, 1j, 1e308j]

SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.sampled_from(ODD_NUMBERS),
    st.floats(),
    st.complex_numbers(),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=6),
    st.sampled_from(DTYPES).map(lambda kind: np.dtype(kind).type(1)),
)
SHAPES = st.one_of(
    st.sampled_from([(), (0,), (1,), (0, 3), (3, 0), (1, 1), (2, 3), (1,) * 12, (2000,), (40, 50)]),
    hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4),
)
ARRAYS = st.builds(
    lambda kind, shape, number: np.full(shape, number, dtype=kind),
    st.sampled_from(DTYPES),
    SHAPES,
    st.sampled_from([0, 1, 2, 100]),
) | st.sampled_from(DTYPES).flatmap(lambda kind: hnp.arrays(kind, hnp.array_shapes(max_dims=3, min_side=0, max_side=4)))
KEYS = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=3), st.just((1, "a")))
PLAIN = st.recursive(
    SCALARS | ARRAYS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=4).map(tuple)
        | st.dictionaries(KEYS, inner, max_size=3)
        | st.dictionaries(st.sampled_from(["W1", "b1", "a", "keras_model", "layers"]), inner, max_size=3)
    ),
    max_leaves=8,
)
FILLERS = [np.nan, np.inf, -np.inf, 0.0, 1.0, -1.0, 1e308, -1e308, 5e-324, 2.0**53, 1e-300]


def like(expected, number, inner):
    """A value of the type and shape of the expected one, full of one number; what is not numeric becomes `inner`."""
    if isinstance(expected, tuple):
        return tuple(like(item, number, inner) for item in expected)
    if isinstance(expected, dict):
        return {key: like(item, number, inner) for key, item in expected.items()}
    if isinstance(expected, str | Raises) or not isinstance(expected, np.ndarray | np.generic | int | float):
        return inner
    kind = np.asarray(expected).dtype
    if kind.kind != "f":
        number = int(np.clip(np.nan_to_num(number), -(2**62), 2**62))
    return np.full(np.shape(expected), number, dtype=kind)


def sent(value):
    """As it would come over the wire."""
    return decode(encode(value))


def is_survived(exercise, observations):
    examination = public_examination(exercise)
    assert judge_if_right(examination, observations) is None
    verdict = judge(examination, observations)
    assert 0 <= verdict.points < verdict.max_points
    feedback = Feedback(verdict, exercise)
    assert repr(feedback)
    assert feedback._repr_html_().encode()
    assert len(behaviour(examination.trials, observations)) == 16
    return verdict


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("exercise", FUNCTIONS, ids=lambda exercise: exercise.name)
@settings(BOUNDED, max_examples=5)
@given(st.lists(PLAIN, min_size=1, max_size=3), st.sampled_from(FILLERS), st.integers(0, 2**32 - 1))
def test_every_judge_survives_every_plain_value(exercise, values, number, seed):
    examination = public_examination(exercise)
    values = [sent(value) for value in values]
    rng = np.random.default_rng(seed)

    def reply(expected):
        choice = rng.integers(len(values) + 2)
        if choice < len(values):
            return Observation("returned", values[choice])
        return Observation("returned", like(expected, number if choice == len(values) else rng.random(), values[0]))

    is_survived(exercise, [reply(expected) for expected in examination.expectations])
    is_survived(exercise, [Observation("returned", values[0])] * len(examination.trials))
    full = [Observation("returned", like(expected, number, values[0])) for expected in examination.expectations]
    is_survived(exercise, full)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("exercise", FUNCTIONS, ids=lambda exercise: exercise.name)
@settings(BOUNDED, max_examples=3)
@given(PLAIN, st.data())
def test_a_right_answer_with_one_odd_reply_is_survived(exercise, value, data):
    if exercise.uses_keras:
        return
    examination = public_examination(exercise)
    right = [
        Observation("raised", error=expected.name)
        if isinstance(expected, Raises)
        else Observation("returned", sent(expected))
        for expected in examination.expectations
    ]
    assert judge(examination, right).status == CORRECT or any(trial.judge for trial in examination.trials)
    i = data.draw(st.integers(0, len(right) - 1))
    replies = [*right[:i], Observation("returned", sent(value)), *right[i + 1 :]]
    verdict = judge(examination, replies)
    assert 0 <= verdict.points <= verdict.max_points
    assert repr(Feedback(verdict, exercise))


@settings(BOUNDED, max_examples=200)
@given(PLAIN, PLAIN)
def test_values_are_compared_told_and_shown_whatever_they_are(one, other):
    one, other = sent(one), sent(other)
    for expected in (np.ones(3), 1.0, 1, True, "good", (np.ones(2), 1.0), {"W1": np.ones(2), "b1": 0.0}):
        found = difference(expected, one, Tolerance())
        assert found is None or found.rung in ("type", "shape", "value")
    assert described_result(one)
    assert shown(one)
    assert all(shown_pair(one, other))
    assert same_value(one) == same_value(sent(one))
