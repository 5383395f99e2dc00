"""What is said of a wrong answer that is no known mistake is true, and is said where it can be known."""

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.judging.examination import Raises
from helpers.judging.examples import shown, written_call
from helpers.judging.exercise import Exercise, Tolerance, call
from helpers.judging.judge import judge, public_examination
from helpers.judging.relations import Case, about_types, how_much, relation
from helpers.lectures import all_exercises, exercise_named
from helpers.sandbox.observe import Observation, observe
from helpers.sandbox.wire import decode, encode
from tests.proved import proves_each

FUNCTIONS = [e for e in all_exercises() if isinstance(e, Exercise) and not e.uses_keras]
ARRAYS = [
    exercise_named(name) for name in ("sigmoid", "gelu", "min_max", "robust_scale", "maxout", "batchnorm_inference")
]


def said(function, exercise):
    """What `relation` says of an answer to an exercise, over its public inputs."""
    examination = public_examination(exercise)
    cases = []
    for trial, expected in zip(examination.trials, examination.expectations, strict=True):
        seen = observe(function, trial.call)
        if not isinstance(expected, Raises) and seen.outcome == "returned":
            right = np.array_equal(np.asarray(expected), np.asarray(seen.value), equal_nan=True)
            cases.append(Case(trial.call, expected, decode(encode(seen.value)), bool(right)))
    return relation(cases, exercise.oracle)


def changed(exercise, way):
    return lambda *arguments, **keywords: way(np.asarray(exercise.oracle(*arguments, **keywords)))


CHANGES = {
    "twice": (lambda e: 2 * e, "Every number is 2 times as large as the right one."),
    "half": (lambda e: e / 2, "Every number is 1/2 of the right one."),
    "sign": (lambda e: -e, "Every number has the wrong sign."),
    "factor": (lambda e: 1.37 * e, "Every number is 1.37 times the right one."),
    "percent": (lambda e: 100 * e, "Every number is 100 times as large as the right one."),
    "root of two": (lambda e: e * 2**0.5, "√2 times the right one"),
    "per pi": (lambda e: e * np.pi, "π times the right one"),
    "offset": (lambda e: e + 0.25, "Every number is larger than the right one by 0.25."),
    "smaller": (lambda e: e - 3, "Every number is smaller than the right one by 3."),
    "complement": (lambda e: 1 - e, "Every number is 1 minus the right one."),
    "exponential": (np.exp, "Every number is the exponential of the right one."),
    "rounded": (lambda e: np.round(e, 2), "but for rounding: they have 2 decimals"),
    "float16": (lambda e: e.astype(np.float16).astype(float), "float16"),
    "constant": (lambda e: np.full_like(e, 0.5), "0.5, whatever the input is"),
    "NaN": (lambda e: np.full_like(e, np.nan), "Every number that it returns is NaN."),
}


@pytest.mark.parametrize("exercise", ARRAYS, ids=lambda exercise: exercise.name)
@pytest.mark.parametrize(("way", "sentence"), CHANGES.values(), ids=CHANGES)
def test_what_was_done_to_right_numbers_is_said(exercise, way, sentence):
    assert sentence in said(changed(exercise, way), exercise)


SHAPES = {
    "reversed columns": (lambda e: e[..., ::-1], "in the opposite order"),
    "flattened": (lambda e: e.ravel(), "The numbers are right and in order; only their shape is another."),
    "an axis too many": (lambda e: e[np.newaxis], "an axis of length 1 is too many or missing"),
    "without the last": (lambda e: e[:-1], "The last one is missing"),
    "one too many": (lambda e: np.concatenate([e, e[:1]]), "one too many at the end"),
    "repeated": (lambda e: np.stack([e, e, e]), "repeated along an axis"),
}


@pytest.mark.parametrize("name", ["min_max", "robust_scale", "batchnorm_inference"])
@pytest.mark.parametrize(("way", "sentence"), SHAPES.values(), ids=SHAPES)
def test_what_was_done_to_right_tables_is_said(name, way, sentence):
    assert sentence in said(changed(exercise_named(name), way), exercise_named(name))


def test_a_transpose_is_said_for_tables():
    exercise = exercise_named("min_max")
    assert "transpose" in said(changed(exercise, np.transpose), exercise)


def cases_of(function, oracle, calls):
    made = [
        Case(one, oracle(*one.arguments, **one.keywords), function(*one.arguments, **one.keywords), True)
        for one in calls
    ]
    return [Case(c.call, c.expected, c.got, bool(np.allclose(c.expected, c.got))) for c in made]


def about(function, oracle, calls):
    return relation(cases_of(function, oracle, calls), oracle)


RNG = np.random.default_rng(5)
TABLES = [call(RNG.normal(size=shape)) for shape in [(3, 2), (5, 4), (2, 6), (7, 3), (4, 4)]]
VECTORS = [call(RNG.normal(size=n)) for n in (3, 5, 8, 2)]


def column_mean(x):
    return x.mean(axis=0)


def centered(x):
    return x - x.mean(axis=0)


def spread(x, ddof=0):
    return x.var(axis=0, ddof=ddof)


def scaled(x, gamma, beta=2.0):
    return x * gamma + beta


@pytest.mark.parametrize(
    ("function", "oracle", "sentence"),
    [
        (lambda x: x.sum(axis=0), column_mean, "n times the right one, where n is the number of rows of `x`"),
        (lambda x: x.var(axis=0, ddof=1), spread, "n/(n - 1) times the right one, where n is the number of rows"),
        (lambda x: x - x.mean(axis=1, keepdims=True), centered, "It takes one axis for the other"),
        (lambda x: x, centered, "It equals `x`."),
        (lambda x: -centered(x), centered, "wrong sign"),
        (lambda x: np.sort(centered(x), axis=0), centered, "every column is sorted"),
        (lambda x: centered(x)[::-1], centered, "The rows are right, in the opposite order."),
        (lambda x: np.roll(centered(x), 1, axis=0), centered, "The rows are right, but one place too late"),
        (lambda x: np.where(x > 0, x, 0.1 * x), lambda x: np.where(x > 0, x, 0.2 * x), "where `x` is negative. There"),
        (lambda x: np.where(x > 0, 2 * x, x), lambda x: x + 0.0, "There: every number is 2 times"),
    ],
)
def test_what_relates_tables_is_said(function, oracle, sentence):
    assert sentence in about(function, oracle, TABLES)


def test_an_argument_that_is_left_out_is_named():
    calls = [call(RNG.normal(size=(4, 3)), RNG.normal(size=3)) for _ in range(3)]
    calls += [call(RNG.normal(size=(4, 3)), RNG.normal(size=3), beta=3.5), call(np.ones((2, 2)), np.ones(2), 1.5)]
    assert "It is right for `beta=2.0` only" in about(lambda x, gamma, beta=2.0: scaled(x, gamma), scaled, calls)
    assert "a `gamma` of all 1" in about(lambda x, gamma, beta=2.0: scaled(x, 1, beta), scaled, calls)
    assert "a `gamma` of all 0" in about(lambda x, gamma, beta=2.0: scaled(x, 0 * gamma, beta), scaled, calls)


def test_exchanged_arguments_and_exchanged_results_are_named():
    calls = [call(RNG.normal(size=3), RNG.normal(size=3)) for _ in range(3)]
    assert "`a` and `b` are exchanged" in about(lambda a, b: b - 2 * a, lambda a, b: a - 2 * b, calls)

    def both(a, b):
        return a + b, a * b

    cases = [Case(one, both(*one.arguments), both(*one.arguments)[::-1], False) for one in calls]
    assert "values 1 and 2 are exchanged" in relation(cases, both)


def test_one_wrong_value_of_several_is_said_with_its_place():
    def both(x):
        return x - x.mean(axis=0), x.mean(axis=0)

    cases = [
        Case(one, both(*one.arguments), (both(*one.arguments)[0], 2 * both(*one.arguments)[1]), False) for one in TABLES
    ]
    assert relation(cases, both) == "Value 2 of 2: Every number is 2 times as large as the right one."


def test_right_for_some_inputs_is_said_with_which():
    def cumulative(x):
        return np.cumsum(x, axis=-1)

    calls = VECTORS + TABLES
    found = about(lambda x: cumulative(x) * (x if x.ndim == 2 else 1), cumulative, calls)
    assert "It is wrong where `x` has two axes, and right for all other inputs." in found


def test_exchanged_truths_constants_and_conditions_on_truths():
    calls = [call(value) for value in (-2.0, -1.0, 0.5, 3.0, 4.0)]

    def positive(x):
        return bool(x > 0)

    assert about(lambda x: not positive(x), positive, calls) == "True and False are exchanged."
    assert about(lambda x: True, positive, calls) == "It returns True for every input."


def test_texts_are_told_what_they_confuse():
    def word(x):
        return "good" if x > 0 else "low" if x > -2 else "high"

    calls = [call(value) for value in (-3.0, -2.5, -1.0, -1.5, 1.0, 2.0)]

    def told(function):
        cases = [
            Case(c, word(*c.arguments), function(*c.arguments), word(*c.arguments) == function(*c.arguments))
            for c in calls
        ]
        return relation(cases, word)

    assert told(lambda x: word(x).title()) == "The words are right; capital letters or blanks make them different."
    assert told(lambda x: "good") == "It returns 'good' for every input."
    assert told(lambda x: "low" if word(x) == "high" else word(x)).startswith("It says 'low' where 'high' is expected")


def test_a_number_of_its_own_for_each_column_is_told():
    def scaled(features):
        return features - features.mean(axis=0)

    tables = [np.random.default_rng(seed).normal(size=(5, 3)) for seed in range(3)]
    own = np.array([1.5, -2.0, 0.25])
    for way, told in ((np.add, "plus a number of its own"), (np.multiply, "times a number of its own")):
        cases = [Case(call(table), scaled(table), way(scaled(table), own), False) for table in tables]
        assert told in relation(cases, scaled)
    noise = [Case(call(t), scaled(t), scaled(t) + np.random.default_rng(9).normal(size=t.shape), False) for t in tables]
    assert "of its own" not in relation(noise, scaled)


def test_a_factor_is_told_although_noise_hides_it():
    def cubed(x):
        return x**3

    rng = np.random.default_rng(3)
    arrays = [rng.uniform(1, 2, 12) for _ in range(3)]
    for size, told in ((1e-5, "But for noise: every number is 1/2 of the right one."), (0.1, "")):
        came = [cubed(x) / 2 * (1 + size * rng.normal(size=x.shape)) for x in arrays]
        said = relation([Case(call(x), cubed(x), y, False) for x, y in zip(arrays, came, strict=True)], cubed)
        assert said == told


def test_types_are_advised_only_where_it_is_certain():
    def third(x):
        return x / 3

    calls = [call(np.array([1, 2, 7])), call(np.array([4, 5]))]
    cut = [Case(c, third(*c.arguments), third(*c.arguments).astype(int), False) for c in calls]
    assert "Convert the input to float first" in about_types(cut)
    floats = [Case(call(c.call.arguments[0].astype(float)), c.expected, c.got, False) for c in cut]
    assert about_types(floats) == ""
    whole = [Case(c, 2.0 * c.arguments[0], 2 * c.arguments[0], False) for c in calls]
    assert "The numbers are right, their type is not" in about_types(whole)


# Nothing is said that does not hold.


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_nothing_is_said_of_numbers_that_have_nothing_to_do_with_the_right_ones(seed):
    rng = np.random.default_rng(seed)

    def oracle(x, scale=2.0):
        return x * scale

    calls = [call(rng.normal(size=(n, 3))) for n in (2, 4, 5)]
    cases = [Case(c, oracle(*c.arguments), rng.normal(size=c.arguments[0].shape), False) for c in calls]
    assert relation(cases, oracle) == ""
    assert "numbers differ" in how_much(cases)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from(sorted(CHANGES)))
def test_what_holds_for_all_inputs_but_one_is_not_said_of_all(seed, name):
    rng = np.random.default_rng(seed)
    way, sentence = CHANGES[name]

    def oracle(x):
        return np.tanh(x)

    calls = [call(rng.normal(size=(n, 3))) for n in (2, 3, 4, 5)]
    cases = [Case(c, oracle(*c.arguments), way(oracle(*c.arguments)), False) for c in calls]
    assert sentence in relation(cases, oracle)
    odd = Case(calls[0], cases[0].expected, rng.normal(size=cases[0].got.shape), False)
    assert sentence not in relation([odd, *cases[1:]], oracle)


@pytest.mark.parametrize("cases", [1, 2])
def test_one_input_or_two_numbers_are_no_relation(cases):
    calls = [call(np.array([2.0, 3.0])), call(np.array([2.0, 3.0]))][:cases]
    found = [Case(c, 2 * c.arguments[0], 4 * c.arguments[0], False) for c in calls]
    assert relation(found, lambda x: 2 * x) == ""


def test_the_last_resort_counts_and_measures():
    cases = [Case(call(np.zeros(4)), np.arange(4.0), np.array([0.0, 1.0, 2.5, 3.0]), False)]
    assert how_much(cases) == "On the inputs of `check`, 1 of 4 numbers differ, the largest difference is 0.5."
    assert how_much([Case(call(1.0), 1.0, 1.0, True)], Tolerance()) == ""


# Examples.


@pytest.mark.parametrize("exercise", FUNCTIONS, ids=lambda exercise: exercise.name)
@proves_each
def test_every_call_of_check_can_be_written_down_and_read_again(exercise):
    for trial in public_examination(exercise).trials:
        namespace = {"np": np, "answer": lambda *arguments, **keywords: (arguments, keywords)}
        source = written_call("answer", trial.call)
        *imports, last = source.split("\n")
        exec("\n".join(imports), namespace)
        arguments, keywords = eval(last, namespace)
        again = observe(exercise.oracle, call(*arguments, **keywords))
        assert shown(again.value, 17) == shown(observe(exercise.oracle, trial.call).value, 17)


@pytest.mark.parametrize("exercise", FUNCTIONS, ids=lambda exercise: exercise.name)
@proves_each
def test_every_example_can_be_typed_and_gives_what_the_message_says(exercise):
    examination = public_examination(exercise)
    typed = 0
    for mistake, replies in examination.known.items():
        replies = [_over_the_wire(seen) for seen in replies]
        example = judge(examination, replies).example
        if example is None or "<" in example.call:
            continue
        typed += 1
        assert example.expected != example.got
        *imports, last = example.call.split("\n")
        namespace = {"np": np}
        exec("\n".join(imports), namespace)
        namespace[exercise.name] = mistake.function
        seen = _over_the_wire(_evaluated(last, namespace))
        if seen.outcome != "returned":
            assert example.got == (seen.error or seen.outcome)
        elif not any(trial.judge for trial in examination.trials):
            texts = {shown(value, digits) for digits in (6, 9, 12, 17) for value in _ways_to_show(seen.value)}
            if place := re.fullmatch(r"(.+) at \[([\d, ]+)\], in an array of shape .*", example.got):
                item = np.asarray(seen.value)[tuple(map(int, place[2].split(", ")))]
                assert float(place[1]) == item
            else:
                assert any(example.got.startswith(text) for text in texts), (mistake.name, example)
    small = [c for c in examination.calls if sum(np.size(v) for v in c.values() if isinstance(v, np.ndarray)) <= 30]
    # Where every input is larger than people would type, it is described instead.
    assert typed >= len(examination.known) / 3 or len(small) < 2 or exercise.open_ended


def _evaluated(source, namespace):
    return observe(lambda: eval(source, namespace), call())


def _ways_to_show(value):
    yield value
    if isinstance(value, list):
        try:
            yield np.asarray(value)
        except ValueError:
            return


def _over_the_wire(seen):
    try:
        return Observation(
            seen.outcome, decode(encode(seen.value)), seen.error, seen.message, seen.overflow, seen.changed
        )
    except Exception as refusal:  # a mistake may return what cannot be sent
        return Observation("unsendable", error=getattr(refusal, "type_name", ""))
