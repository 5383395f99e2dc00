"""How an answer is judged: what counts as equal, in which order problems are told, how points are given."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from helpers.judging.compare import Difference, agree, difference
from helpers.judging.distributions import UNIFORM, unlike
from helpers.judging.exercise import Exercise, Part, Question, Seeded, Tolerance, call, mistake
from helpers.judging.judge import (
    CORRECT,
    ERROR,
    NOT_ATTEMPTED,
    WRONG,
    Examination,
    judge,
    judge_letter,
    nothing,
    public_examination,
)
from helpers.judging.parts import leading_rung
from helpers.lectures import exercise_named
from helpers.sandbox.observe import Observation, observe

USUAL = Tolerance()
FLOATS = st.floats(-1e6, 1e6)
ARRAYS = hnp.arrays(np.float64, hnp.array_shapes(min_dims=0, max_dims=3, max_side=4), elements=FLOATS)


def rung(expected, got):
    found = difference(expected, got, USUAL)
    return found and found.rung


# What counts as equal.


@given(ARRAYS)
def test_a_value_agrees_with_itself_as_array_list_and_copy(array):
    for same in (array, array.copy(), array.tolist(), array.copy(order="F")):
        assert agree(array, same, USUAL)


@given(ARRAYS)
def test_single_precision_is_compared_at_its_precision(array):
    assert agree(array, array.astype(np.float32), USUAL)


@given(FLOATS)
def test_a_number_may_be_a_python_float_a_numpy_float_or_an_array_of_no_dimension(number):
    for same in (number, np.float64(number), np.array(number), np.float32(number)):
        assert agree(number, same, USUAL)


@given(ARRAYS, st.floats(1e-5, 1e3), st.data())
def test_one_number_that_is_off_is_noticed_wherever_it_stands(array, error, data):
    place = data.draw(st.integers(0, array.size - 1))
    wrong = array.copy()
    wrong.flat[place] += error * (1 + abs(wrong.flat[place]))
    assert rung(array, wrong) == "value"


@given(ARRAYS)
def test_another_shape_is_no_match_even_if_it_would_broadcast(array):
    assert rung(array, array[np.newaxis]) == "shape"
    assert rung(array[np.newaxis], array) == "shape"


@pytest.mark.parametrize("special", [np.nan, np.inf, -np.inf])
def test_infinity_and_nan_agree_with_themselves_only(special):
    assert agree(np.array([special, 1.0]), [special, 1.0], USUAL)
    assert rung(np.array([special, 1.0]), [0.0, 1.0]) == "value"
    assert rung(np.array([0.0, 1.0]), [special, 1.0]) == "value"
    assert rung(np.array([np.inf]), [-np.inf]) == "value"


def test_double_precision_is_compared_more_strictly_than_single():
    expected = np.array([1.0])
    assert rung(expected, np.array([1.00002])) == "value"
    assert agree(expected, np.array([1.00002], dtype=np.float32), USUAL)
    assert rung(expected, np.array([1.001], dtype=np.float32)) == "value"


def test_what_was_given_in_single_precision_may_come_back_as_double_with_single_digits():
    tolerance = USUAL.for_precision_of([np.ones(2, dtype=np.float32)])
    assert agree(np.array([1.0]), np.array([1.00002]), tolerance)
    assert USUAL.for_precision_of([np.ones(2), 3.0, [1.0]]) == USUAL


def test_a_result_with_a_part_in_single_precision_was_computed_in_it():
    weights = np.ones(2, dtype=np.float32)
    assert agree((np.ones(2), 3.0), (weights, 3.00005), USUAL)
    assert agree({"w": np.ones(2), "b": 3.0}, {"w": weights, "b": 3.00005}, USUAL)
    assert rung((np.ones(2), 3.0), (np.ones(2), 3.00005)) == "value"


# Types.


@pytest.mark.parametrize(
    ("got", "sentence"),
    [
        (None, "Is there a `return`?"),
        ("0.5", "It returned a string; an array of shape (2,) is expected."),
        ({"a": 1.0}, "It returned a dict"),
        ([[1.0], [1.0, 2.0]], "unequal length"),
        ([1, 2], "It returned integers; floats are expected."),
        (np.array([[1], [2]]), "It returned an array of integers of shape (2, 1); an array of shape (2,) is expected."),
        ((np.ones(2), np.ones(3)), "It returned 2 values; one array of shape (2,) is expected."),
        ((np.ones(2), np.ones(2)), "It returned 2 values; one array of shape (2,) is expected."),
        (np.array([True, False]), "It returned booleans"),
        (np.array([1j, 2j]), "complex"),
        (np.array([1.0, 2.0], dtype=np.float16), "float16"),
        (np.array([1.0, 2.0], dtype=np.longdouble), "Use float32 or float64"),
        ([None, 1.0], "a list with None in it"),
        (object(), "not numbers"),
    ],
)
def test_a_wrong_type_is_named(got, sentence):
    found = difference(np.array([1.0, 2.0]), got, USUAL)
    assert found.rung == "type"
    assert sentence in found.sentence


def test_a_whole_number_may_come_as_an_integer():
    assert agree(0.0, 0, USUAL)
    assert agree((1.0, np.ones(2)), (np.int32(1), np.ones(2)), USUAL)
    assert rung(0.5, 0) == "value"
    assert rung(1.0, True) == "type"


def test_integers_booleans_and_strings_are_compared_exactly():
    assert agree(np.array([1, 2]), [1, 2], USUAL)
    assert agree(np.array([1, 2]), np.array([1, 2], dtype=np.uint8), USUAL)
    assert rung(np.array([1, 2]), [1.0, 2.0]) == "type"
    assert rung(np.array([1, 2]), [1, 3]) == "value"
    assert rung(np.array([True]), [False]) == "value"
    assert agree("good", "good", USUAL)
    assert rung("good", "too low") == "value"
    assert rung("good", 3) == "type"


def test_an_empty_list_is_as_good_as_an_empty_array_of_any_kind():
    assert agree(np.array([], dtype=int), [], USUAL)
    assert agree(np.array([], dtype=float), [], USUAL)


def test_several_values_may_come_as_tuple_or_list_and_each_is_compared():
    expected = (np.array([1.0]), 2.0)
    assert agree(expected, ([1.0], 2.0), USUAL)
    assert agree(expected, [np.array([1.0]), 2.0], USUAL)
    assert rung(expected, ([1.0], 2.0, 3.0)) == "type"
    assert rung(expected, np.array([1.0])) == "type"
    found = difference(expected, ([1.0], 3.0), USUAL)
    assert found.rung == "value"
    assert found.sentence.startswith("Value 2 of 2")


def test_a_dict_needs_the_same_keys_and_each_item_is_compared():
    assert agree({"W1": np.ones(2), "b1": 0.0}, {"b1": 0.0, "W1": [1.0, 1.0]}, USUAL)
    assert rung({"W1": 1.0}, {"W2": 1.0}) == "type"
    assert "'W1'" in difference({"W1": 1.0}, {"W1": 2.0}, USUAL).sentence


# The ladder, on a small exercise: twice(x).


@mistake("It was halved. Multiply by 2.")
def halved(x):
    return np.asarray(x, dtype=float) / 2


@mistake("The caller's array was doubled. Work on a new one, please.")
def doubled_in_place(x):
    x = np.asarray(x, dtype=float)
    x *= 2
    return x


@mistake("There is no return.")
def returns_none(x):
    np.multiply(x, 2.0)


@mistake("It overflows on the way.")
def overflows(x):
    np.exp(1000 * np.abs(np.asarray(x, dtype=float)).max())
    return np.multiply(x, 2.0)


@mistake("It is not clipped. Clip it at 1000.")
def unclipped(x):
    return np.multiply(x, 2.0) + 0.5 * (np.asarray(x) > 1000)


def values(rng):
    return [call(np.array([1.0, -2.0, 3.0])), call(np.array([4.0])), call(rng.normal(size=4))]


TWICE = Exercise(
    name="twice",
    lecture="00_start_here",
    section="",
    minutes=1,
    difficulty=1,
    parts=(
        Part("values", 2, values),
        Part("lists", 1, lambda rng: [call([5.0, 6.0]), call([7, 8])]),
        Part("numerical range", 1, lambda rng: [call(np.array([2000.0]))], no_overflow=True),
    ),
    oracle=lambda x: np.asarray(x, dtype=float) + np.asarray(x, dtype=float),
    mistakes=(halved, doubled_in_place, returns_none, overflows, unclipped),
    spellings=(),
    hints=(),
)
PUBLIC = Examination(TWICE)
GRADING = Examination(TWICE, seed=8)


def verdict_on(function, examination=PUBLIC, count=None, **ending):
    return judge(examination, [observe(function, one) for one in examination.calls[:count]], **ending)


def points(verdict):
    return {part.part: part.points for part in verdict.parts}


def test_a_right_answer_earns_everything_and_needs_no_words():
    verdict = verdict_on(lambda x: np.multiply(x, 2.0))
    assert (verdict.status, verdict.points, verdict.max_points) == (CORRECT, 5, 5)
    assert (verdict.message, verdict.mistake, verdict.example) == ("", "", None)


def test_the_stub_is_not_attempted_and_earns_nothing():
    def stub(x):
        raise NotImplementedError

    verdict = verdict_on(stub)
    assert (verdict.status, verdict.points) == (NOT_ATTEMPTED, 0)
    assert {part.status for part in verdict.parts} == {NOT_ATTEMPTED}


def test_an_exception_is_told_before_a_wrong_type_that_before_a_shape_and_that_before_a_value():
    def all_wrong(x):
        if len(x) == 3:
            return np.array([0.0, 0.0, 0.0])
        if isinstance(x, list):
            return np.array([[1.0]])
        if len(x) == 4:
            return None
        raise ValueError("one number is too few")

    def without(*lengths):
        return lambda x: np.multiply(x, 2.0) if len(x) in lengths else all_wrong(x)

    assert verdict_on(all_wrong).message == "It raised ValueError: one number is too few."
    assert verdict_on(without(1, 2)).message == "For some inputs no `return` is reached, so the result is None."
    assert verdict_on(without(1, 4)).message.startswith("It returned shape (1, 1); shape (2,) is expected.")
    assert verdict_on(without(1, 2, 4)).message.startswith("The values differ.")


def test_an_exception_at_the_edge_is_told_behind_what_is_wrong_with_most_inputs():
    def at_the_edge(x):
        if len(x) == 1:
            raise ZeroDivisionError
        return np.multiply(x, [2.5, 2.25, 3, 1][: len(x)])

    verdict = verdict_on(at_the_edge)
    assert verdict.message.startswith("The values differ.")
    assert verdict.message.endswith("For `twice(np.array([4.0]))` it raised ZeroDivisionError.")
    assert verdict.example.got.startswith("[")


def test_a_known_mistake_is_named_in_the_place_of_a_bare_difference():
    verdict = verdict_on(halved.function)
    assert (verdict.status, verdict.mistake, verdict.message) == (WRONG, "halved", halved.message)
    assert verdict.points == 0


def test_a_mistake_that_returns_nothing_is_known_too():
    verdict = verdict_on(returns_none.function)
    assert verdict.mistake == "returns_none"
    assert verdict.message == "It returned None. Is there a `return`? There is no return."


def test_the_example_is_the_smallest_public_input_that_fails():
    verdict = verdict_on(lambda x: np.multiply(x, 3.0))
    assert (verdict.example.call, verdict.example.expected, verdict.example.got) == (
        "twice([7, 8])",
        "[14., 16.]",
        "[21., 24.]",
    )


def test_an_example_shows_the_digit_in_which_it_differs():
    verdict = verdict_on(lambda x: np.multiply(x, 2.00001))
    assert verdict.example.expected != verdict.example.got


def test_list_results_are_shown_as_numbers():
    verdict = verdict_on(lambda x: [np.float64(v) * 3 for v in np.ravel(x)])
    assert "float64" not in verdict.example.got


def test_parts_are_judged_apart():
    verdict = verdict_on(lambda x: x * 2.0)  # a list cannot be multiplied by a float
    assert points(verdict) == {"values": 2, "lists": 0, "numerical range": 1, "inputs untouched": 1}
    assert verdict.status == ERROR
    assert "Here the input is a list" in verdict.message


def test_a_mistake_is_recognised_in_the_arrays_even_if_every_list_raises():
    verdict = verdict_on(lambda x: x / 2)
    assert verdict.mistake == "halved"
    assert "it raised TypeError" in verdict.message
    assert "Here the input is a list" in verdict.message
    assert verdict.message.startswith(halved.message)


def test_a_mistake_is_recognised_beside_an_overflow_and_the_example_belongs_to_it():
    verdict = verdict_on(lambda x: np.asarray(x) / 2 + 0 * np.exp(-np.exp(np.asarray(x).max())))
    assert (verdict.mistake, verdict.message) == ("halved", halved.message)
    assert verdict.example.call == "twice([7, 8])"


def test_a_mistake_is_recognised_although_whole_numbers_came_out_as_integers():
    def doubled_and_halved(x):
        x = np.asarray(x)
        return x // 2 if x.dtype.kind == "i" and not (x % 2).any() else x / 2

    examination = Examination(replace(TWICE, parts=(Part("values", 2, lambda rng: [call([2, 4]), call([1.0, 3.0])]),)))
    assert verdict_on(doubled_and_halved, examination).mistake == "halved"


def test_an_exception_for_arrays_is_shown_before_one_for_lists():
    verdict = verdict_on(lambda x: x.nothing_of_the_kind)
    assert verdict.example.call == "twice(np.array([4.0]))"
    assert "list" not in verdict.message


def test_a_changed_input_costs_its_own_point_only():
    verdict = verdict_on(doubled_in_place.function)
    assert points(verdict) == {"values": 2, "lists": 1, "numerical range": 1, "inputs untouched": 0}
    assert (verdict.status, verdict.mistake) == (WRONG, "doubled_in_place")
    assert verdict.message == doubled_in_place.message


def test_leaving_the_inputs_alone_earns_nothing_by_itself():
    assert verdict_on(lambda x: None).points == 0
    assert verdict_on(lambda x: 0.0).points == 0


def test_an_overflow_on_the_way_counts_in_the_numerical_range_only():
    verdict = verdict_on(overflows.function)
    assert points(verdict) == {"values": 2, "lists": 1, "numerical range": 0, "inputs untouched": 1}
    assert verdict.mistake == "overflows"
    assert verdict.example.got == "[4000.] with an overflow warning"


def test_a_value_is_not_called_right_but_for_an_overflow_where_others_are_wrong():
    assert leading_rung(["overflow", "overflow", "overflow", "value"]) == "value"
    assert leading_rung(["overflow", "overflow"]) == "overflow"


def test_a_near_miss_accounts_for_most_of_what_is_wrong():
    def never_decays_but_late(step, peak, warmup_steps, decay):
        if step <= warmup_steps + 1:
            return peak * step / warmup_steps if step < warmup_steps else peak
        return peak * decay ** (step - warmup_steps - 2)

    verdict = verdict_on(never_decays_but_late, public_examination(exercise_named("warmup_then_decay")))
    assert verdict.mistake == ""


def test_none_within_a_result_is_not_taken_for_a_missing_return():
    assert difference((1.0, 2.0), (1.0, None), USUAL).sentence == "Value 2 of 2: It is None; a number is expected."
    assert difference({"a": 1.0}, {"a": None}, USUAL).sentence == "Item 'a': It is None; a number is expected."


def test_numbers_that_are_few_and_spread_otherwise_are_not_said_to_have_the_right_deviation():
    numbers = np.clip(np.random.default_rng(0).normal(0, 0.38, (40, 2)), -0.99, 0.99)
    said = unlike(numbers, UNIFORM, 3**-0.5)
    assert said
    assert "fit" not in said


def test_other_warnings_cost_nothing():
    verdict = verdict_on(lambda x: np.multiply(x, 2.0) + 0 * np.log(np.zeros(1)).clip(0))
    assert verdict.status == CORRECT


def test_inputs_of_a_grading_are_judged_and_never_shown():
    public = {repr(one) for one in PUBLIC.calls}

    def fitted_to_the_examples(x):
        if repr(call(x)) in public:
            return np.multiply(x, 2.0)
        raise ValueError(f"what I was given: {x}")

    assert verdict_on(fitted_to_the_examples).status == CORRECT
    verdict = verdict_on(fitted_to_the_examples, GRADING)
    assert points(verdict)["values"] == 0
    assert verdict.example is None
    text = verdict.message + "".join(part.message for part in verdict.parts)
    assert "new inputs of the same kind do not" in text
    assert "what I was given" not in text


def test_text_from_fresh_inputs_stays_out_even_beside_a_public_failure():
    public = {repr(one) for one in PUBLIC.calls}

    def tells(x):
        if repr(call(x)) in public:
            return np.multiply(x, 3.0)
        raise ValueError(f"what I was given: {x}")

    verdict = verdict_on(tells, GRADING)
    assert "what I was given" not in verdict.message + "".join(part.message for part in verdict.parts)


def test_control_characters_of_an_answer_do_not_reach_the_reader():
    def noisy(x):
        raise ValueError("\x1b[31mred")

    verdict = verdict_on(noisy)
    assert "\x1b" not in verdict.message + "".join(part.message for part in verdict.parts)


def test_what_was_not_answered_earns_nothing_and_says_why():
    verdict = verdict_on(lambda x: np.multiply(x, 2.0), count=4, ending="time limit", because="It took too long.")
    assert points(verdict) == {"values": 2, "lists": 0, "numerical range": 0, "inputs untouched": 0}
    assert (verdict.status, verdict.message) == ("time limit", "It took too long.")
    assert {part.status for part in verdict.parts[1:]} == {"time limit"}


def test_an_answer_stopped_while_it_was_right_is_not_taken_for_a_mistake():
    verdict = verdict_on(lambda x: np.multiply(x, 2.0), count=3, ending="time limit")
    assert verdict.mistake == ""


def test_no_evidence_no_points():
    assert judge(PUBLIC, [], ending="crashed").points == 0
    assert nothing(TWICE, "missing", "No cell defines it.").points == 0


@pytest.mark.parametrize(
    ("outcome", "error", "status", "sentence"),
    [
        ("raised", "MemoryError", "memory limit", "ran out of memory"),
        ("too large", "", "output limit", "far more than was asked for"),
        ("unsendable", "Lazy", WRONG, "A value of type `Lazy` came back; an array of shape (1,) is expected."),
        ("unsendable", "CourseHelper", WRONG, "the course's own `helpers`"),
        ("not attempted", "", ERROR, "NotImplementedError for this input"),
    ],
)
def test_what_the_boundary_reports_has_a_status_and_a_sentence(outcome, error, status, sentence):
    right = [observe(TWICE.oracle, one) for one in PUBLIC.calls]
    verdict = judge(PUBLIC, [right[0], Observation(outcome, error=error), *right[2:]])
    assert verdict.status == status
    assert sentence in verdict.message


def test_an_expected_exception_has_to_be_raised_and_no_other():
    def only_positive(x):
        if np.min(x) < 0:
            raise ValueError
        return np.multiply(x, 2.0)

    def raises_another(x):
        if np.min(x) < 0:
            raise KeyError("negative")
        return np.multiply(x, 2.0)

    examination = Examination(replace(TWICE, oracle=only_positive, mistakes=()))
    assert verdict_on(only_positive, examination).status == CORRECT
    assert verdict_on(raises_another, examination).status == ERROR
    verdict = verdict_on(lambda x: np.multiply(x, 2.0), examination)
    assert verdict.message == "It should raise ValueError for this input."
    assert verdict.example.expected == "ValueError"


@given(st.integers(0, 2**32 - 1))
def test_a_right_answer_is_right_with_every_seed(seed):
    assert verdict_on(lambda x: [2.0 * v for v in x], Examination(TWICE, seed)).status == CORRECT


@given(st.floats(-10, 10), st.integers(0, 1000))
def test_points_lie_between_nothing_and_everything_and_full_points_mean_correct(factor, seed):
    verdict = verdict_on(lambda x: np.multiply(x, factor), Examination(TWICE, seed))
    assert 0 <= verdict.points <= verdict.max_points
    assert verdict.word == ("partly right" if 0 < verdict.points < verdict.max_points else verdict.status)
    assert (verdict.points == verdict.max_points) == (verdict.status == CORRECT)
    assert (verdict.status == CORRECT) == math.isclose(factor, 2.0, rel_tol=1e-6)


# Mistakes beside an edge case, and parts that need an idea.


def test_a_mistake_is_recognised_although_an_edge_case_differs():
    def halved_unless_large(x):
        return np.asarray(x, dtype=float) / (2 if np.max(x) < 1000 else 4)

    verdict = verdict_on(halved_unless_large)
    assert (verdict.mistake, verdict.message) == ("halved", halved.message)
    assert verdict_on(halved_unless_large, GRADING).mistake == "halved"


def test_a_mistake_that_is_itself_right_at_a_place_explains_nothing_there():
    @mistake("Small numbers were halved.")
    def small_ones_halved(x):
        return np.asarray(x, dtype=float) * np.where(np.abs(x) < 1e-3, 0.5, 2)

    def whole(x):
        return (np.asarray(x) * 2).astype(int) if len(x) > 3 else np.asarray(x) * 2.0

    known = Examination(replace(TWICE, mistakes=(small_ones_halved,)))
    assert verdict_on(whole, known).mistake == ""


def test_a_mistake_is_not_recognised_by_halves_of_the_first_part():
    def halved_now_and_then(x):
        return np.asarray(x, dtype=float) / (2 if len(x) != 4 else 4)

    assert verdict_on(halved_now_and_then).mistake == ""


def test_two_mistakes_that_fit_as_well_are_none():
    @mistake("It was halved, and large numbers were cut. Multiply by 2.")
    def halved_and_cut(x):
        return np.minimum(np.asarray(x, dtype=float) / 2, 900)

    def halved_and_large_ones_doubled(x):
        return np.asarray(x, dtype=float) / 2 + (np.max(x) > 1000)

    both = Examination(replace(TWICE, mistakes=(halved, halved_and_cut)))
    assert verdict_on(halved_and_large_ones_doubled, both).mistake == ""
    assert (
        verdict_on(halved_and_large_ones_doubled, Examination(replace(TWICE, mistakes=(halved,)))).mistake == "halved"
    )


def test_an_exception_of_another_kind_of_trouble_is_no_known_mistake():
    @mistake("`math.exp` takes one number.")
    def by_math(x):
        raise TypeError("only length-1 arrays can be converted to Python scalars")

    examination = Examination(replace(TWICE, mistakes=(by_math,)))
    assert verdict_on(by_math.function, examination).mistake == "by_math"

    def takes_nothing():
        pass

    assert verdict_on(takes_nothing, examination).mistake == ""


def test_a_part_that_needs_no_idea_counts_once_another_is_right():
    def by_heart(x):
        known = {tuple(np.ravel(c.arguments[0])): 2.0 * np.asarray(c.arguments[0]) for c in PUBLIC.calls}
        return known.get(tuple(np.ravel(x)), np.zeros(1))

    verdict = verdict_on(by_heart, GRADING)
    assert verdict.points == 0
    waiting = [part for part in verdict.parts if part.waits]
    assert [part.part for part in waiting] == ["lists", "numerical range", "inputs untouched"]
    assert {part.message for part in waiting} == {"Counts once `values` is right."}


def test_a_part_of_exceptions_counts_beside_a_right_one_in_check_as_in_grading():
    def only_positive(x):
        if np.min(x) < 0:
            raise ValueError("negative")
        return np.multiply(x, 2.0)

    parts = (
        Part("values", 2, lambda rng: [call(rng.uniform(1, 2, size=n)) for n in (2, 3)]),
        Part("what is refused", 1, lambda rng: [call(-rng.uniform(1, 2, size=2)), call(np.array([-1.0]))]),
    )
    exercise = replace(TWICE, parts=parts, oracle=only_positive, mistakes=())

    def always_refuses(x):
        raise ValueError

    for examination in (Examination(exercise), Examination(exercise, 3)):
        assert verdict_on(always_refuses, examination).points == 0
        assert verdict_on(only_positive, examination).status == CORRECT
        assert points(verdict_on(lambda x: np.multiply(x, 2.0), examination))["what is refused"] == 0


def test_where_no_part_needs_an_idea_all_count():
    fixed = replace(TWICE, parts=tuple(replace(part, cases=TWICE.parts[1].cases) for part in TWICE.parts[:2]))
    verdict = verdict_on(lambda x: np.multiply(x, 2.0), Examination(fixed, 4))
    assert verdict.status == CORRECT


def drawn(judge):
    """An exercise whose numbers are random, asked twice for the same."""
    same = Seeded(1)
    parts = (
        Part("distribution", 2, lambda rng: [call(20, Seeded(int(rng.integers(99)))) for _ in range(2)], judge=judge),
        Part("draws from rng", 1, lambda rng: [call(20, same), call(20, same), call(20, Seeded(2))], judge=judge),
    )
    return replace(TWICE, parts=parts, oracle=lambda count, rng: rng.normal(size=count), mistakes=(), spellings=())


def positive_and_repeatable(one, value, before=None):
    if np.min(value) < 0:
        return Difference("value", "Some are negative.")
    if before is not None and one.arguments == before[0].arguments and not np.array_equal(value, before[1]):
        return Difference("value", "The same generator gave other numbers.")
    return None


def test_whether_numbers_come_from_rng_is_not_judged_while_the_numbers_are_wrong():
    examination = Examination(drawn(positive_and_repeatable))
    verdict = verdict_on(lambda count, rng: rng.normal(size=count), examination)
    assert verdict.parts[1].waits
    stray = np.random.default_rng(0)
    verdict = verdict_on(lambda count, rng: stray.random(count), examination)
    assert points(verdict) == {"distribution": 2, "draws from rng": 0, "inputs untouched": 1}
    assert not verdict.parts[1].waits


def test_a_judge_that_stumbles_over_an_odd_value_rejects_it_and_one_that_stumbles_over_a_right_one_is_faulty():
    def faulty(one, value, before=None):
        if np.max(value) > 1:
            raise TypeError("a fault of the judge")
        return Difference("value", "Too small.")

    faulty.any_shape = True
    examination = Examination(drawn(faulty))
    verdict = verdict_on(lambda count, rng: np.full((1, 2), 5.0), examination)
    assert verdict.points == 0
    assert "cannot be read from that" in verdict.message
    with pytest.raises(TypeError, match="a fault of the judge"):
        verdict_on(lambda count, rng: np.full(count, 5.0), examination)


def test_what_came_before_is_shown_to_a_judge_only_if_it_could_be_judged():
    seen = []

    def remembers(one, value, before=None):
        seen.append(before)

    examination = Examination(drawn(remembers))
    replies = iter([None, 10**400, np.ones(20), np.ones(20), np.ones(20)])
    seen.clear()
    verdict_on(lambda count, rng: next(replies), examination, count=5)
    assert [before and type(before[1]) for before in seen if before] == [np.ndarray] * sum(map(bool, seen))
    assert any(seen)


def test_an_answer_that_calls_another_stub_is_told_which_to_write_first():
    exercise_named("two_layer_loss")  # an exercise that is known by now
    twice = replace(TWICE, name="sgd_step", lecture="10_babysitting")
    examination = Examination(twice)
    said = judge(examination, [Observation("not attempted", message="two_layer_loss")])
    assert said.status == ERROR
    assert said.message.startswith("It calls `two_layer_loss`, which is not written yet")
    for name in ("sgd_step", "", "<lambda>", "my_own"):
        assert judge(examination, [Observation("not attempted", message=name)]).status == NOT_ATTEMPTED


# What to do about exceptions and about values of other types.


def raising(source):
    def function(x):
        return eval(source, {"np": np, "x": x, "none": lambda: None})

    return function


@pytest.mark.parametrize(
    ("source", "advice"),
    [
        ("1 if x > np.zeros(len(x) + 3)[3:] and len(x) else 0", "np.where(condition, a, b)"),
        ("none().shape", "Is a `return` missing?"),
        ("none() + 1", "Is a `return` missing?"),
        ("np.ones(3) + np.ones(2)", "The shapes (3,) and (2,) do not fit together"),
        ("np.ones((2, 3)) @ np.ones((2, 3))", "they are 3 and 2"),
        ("np.dot(np.ones((2, 3)), np.ones((2, 3)))", "have no matrix product"),
        ("nump.exp(x)", "Is `nump` spelled as"),
        ("np.ones(3)[3]", "Indices count from 0"),
        ("np.subtract(np.arange(3), 0.5, out=np.arange(3))", "holds no fractions"),
    ],
)
def test_an_exception_whose_cause_is_certain_comes_with_advice(source, advice):
    single = Examination(
        replace(TWICE, parts=(Part("values", 2, lambda rng: [call(rng.normal(size=3)) for _ in "ab"]),))
    )
    assert advice in verdict_on(raising(source), single).message


def test_a_renamed_argument_is_told_so():
    single = Examination(
        replace(TWICE, parts=(Part("values", 2, lambda rng: [call(x=np.ones(2)), call(x=np.ones(3))]),))
    )
    assert "there is an argument `x`, which this function lacks" in verdict_on(lambda values: values, single).message


@pytest.mark.parametrize(
    ("kind", "advice"),
    [
        ("generator", "list(...)"),
        ("DataFrame", "`.to_numpy()`"),
        ("EagerTensor", "`.numpy()`"),
        ("MaskedArray", "`.filled(...)`"),
        ("function", "was it called?"),
        ("Fraction", "`float(...)`"),
        ("array of datetime64[ns]", "Dates are no numbers."),
    ],
)
def test_a_value_of_another_type_is_told_what_is_expected_and_what_to_do(kind, advice):
    verdict = judge(PUBLIC, [Observation("unsendable", error=kind)] * len(PUBLIC.trials))
    assert f"`{kind}` came back; an array of shape (" in verdict.message
    assert advice in verdict.message


# Questions.

QUESTION = Question("which", "00_start_here", "", 1, 1, "b", {"a": "Too small.", "c": "Too large."}, points=2)


@pytest.mark.parametrize("letter", ["b", "B", " b "])
def test_the_right_letter_counts_in_either_case_and_with_blanks(letter):
    assert judge_letter(QUESTION, letter).points == 2


def test_a_wrong_letter_gets_its_own_sentence():
    verdict = judge_letter(QUESTION, "c")
    assert (verdict.status, verdict.points, verdict.message, verdict.mistake) == (WRONG, 0, "Too large.", "c")


@pytest.mark.parametrize("answer", ["bb", "", "d", 2, ["b"], np.array(["b"])])
def test_anything_else_is_told_which_letters_there_are(answer):
    assert judge_letter(QUESTION, answer).message == "The answer is one letter in quotes: a, b, c."


@pytest.mark.parametrize("answer", [..., None])
def test_a_question_without_an_answer_is_not_attempted(answer):
    assert judge_letter(QUESTION, answer).status == NOT_ATTEMPTED
