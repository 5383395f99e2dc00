"""What exercises ask in place of the course's own: written without a contradiction, and proved as that is."""

import copy
import doctest
import re
import warnings
from collections import Counter
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from helpers.building.source import read_lecture, without_answers
from helpers.handout.notebooks import ask, choices_in, task_cells
from helpers.judging.choices import NotWritten, choice_of, right_for, variants_of
from helpers.judging.exercise import by_default
from helpers.judging.judge import CORRECT, Examination, public_examination
from helpers.lectures import all_exercises, exercise_named, functions_of, lecture_names
from helpers.proving import checks, fairness, solutions
from helpers.sandbox.observe import observe
from tests.proved import of_exercise, unless_proved

VARIED = [exercise for lecture in lecture_names() for exercise in functions_of(lecture) if exercise.choices]
EACH = [(exercise, choice.name) for exercise in VARIED for choice in exercise.choices]
for_each = pytest.mark.parametrize(("exercise", "name"), EACH, ids=[f"{e.name}, {name}" for e, name in EACH])


@cache
def sheet(lecture):
    return without_answers(read_lecture(lecture))


def asked(exercise, name):
    """The task and the stub of somebody who has this choice."""
    own = copy.deepcopy(sheet(exercise.lecture))
    ask(own, exercise, variants_of(exercise)[name].choice)
    return [cell.source for cell in task_cells(own, exercise)]


def test_two_exercises_of_every_lecture_but_the_first_differ():
    assert {lecture: len(choices_in(lecture)) for lecture in lecture_names() if len(choices_in(lecture)) < 2} == {
        "00_start_here": 0
    }
    for exercise in VARIED:
        names = [choice.name for choice in exercise.choices]
        assert len(names) == len(set(names)) >= 2


# Proved as the course's own.


@for_each
def test_every_choice_is_proved_as_the_courses_own_is(exercise, name):
    with unless_proved(f"{exercise.name}, {name}", *of_exercise(exercise)) as needed:
        if not needed:
            return
        own = variants_of(exercise)[name]
        proof = checks.prove(own)
        assert proof.failures == []
        assert proof.mistakes == [(mistake.name, True) for mistake in own.mistakes]
        assert proof.spellings == [(spelling.__name__, True) for spelling in own.spellings]
        assert len(own.spellings) >= 4
        assert proof.solution_accepted
        assert proof.stub_not_attempted
        assert proof.mutants >= 5
        assert list(fairness.offenders(fairness.fairness(own, seeds=3, luck_seeds=3))) == []
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            for trial in own.fresh_trials(9):
                seen = observe(own.oracle, trial.call)
                assert (seen.outcome in ("returned", "raised"), seen.changed) == (True, False)


@for_each
def test_an_answer_to_what_others_are_asked_is_told_so_and_fails(exercise, name):
    own = variants_of(exercise)[name]
    examinations = [public_examination(own), Examination(own, 5)]
    others = {other: one.oracle for other, one in variants_of(exercise).items()} | {"the course": exercise.oracle}
    for other, oracle in others.items():
        for examination in examinations:
            verdict = checks.verdict_on(oracle, examination)
            if other == name:
                assert verdict.status == CORRECT
                continue
            # Most of the points are lost: what is asked is no matter of an edge.
            assert verdict.points <= verdict.max_points / 2
            assert right_for(verdict.mistake) == other
            assert f"Your notebook asks for {name}: read the task again." in verdict.message
            assert other == "the course" or f"This is right for {other}." in verdict.message


# Written without a contradiction.


@for_each
def test_the_notebook_of_a_choice_says_it_and_holds_nothing_of_the_courses_own(exercise, name):
    own = variants_of(exercise)[name]
    task, stub = asked(exercise, name)
    assert f"**Your variant: {name}.**" in task
    said = [*(mistake.message for mistake in own.mistakes), *own.hints]
    for piece, new in own.choice.texts.items():
        assert piece in new or piece not in task + stub
    for piece, new in own.choice.code.items():
        assert piece in new or not [text for text in said if piece in text]


@for_each
def test_the_examples_of_a_choice_are_right(exercise, name):
    own = variants_of(exercise)[name]
    answer = solutions.answer_from(solutions.answer_source(own), own)
    _, stub = asked(exercise, name)
    examples = doctest.DocTestParser().get_doctest(
        re.search(r'"""(.*?)"""', stub, re.DOTALL)[1], {"np": np, exercise.name: answer}, exercise.name, None, 0
    )
    told = []
    doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE).run(examples, out=told.append)
    assert told == []


def test_a_text_that_is_not_written_for_a_choice_is_named():
    exercise = VARIED[0]
    for texts in ({"nowhere": "here"}, {"e": "twice"}):
        with pytest.raises(NotWritten, match=next(iter(texts))):
            ask(copy.deepcopy(sheet(exercise.lecture)), exercise, replace(exercise.choices[0], texts=texts))
    lost = copy.deepcopy(sheet(exercise.lecture))
    lost.cells.remove(task_cells(lost, exercise)[0])
    with pytest.raises(NotWritten, match="0 cells with its task"):
        ask(lost, exercise, exercise.choices[0])


# Who is asked what.


@pytest.mark.parametrize("exercise", VARIED, ids=lambda exercise: exercise.name)
def test_every_choice_comes_up_about_equally_often(exercise):
    names = [choice.name for choice in exercise.choices]
    counts = Counter(choice_of(exercise.name, names, f"seed {number}") for number in range(300 * len(names)))
    assert set(counts) == set(names)
    assert sum((count - 300) ** 2 / 300 for count in counts.values()) < 25  # p below 1e-4 with up to 5 choices


def test_a_choice_depends_on_the_seed_and_the_exercise_and_not_on_the_order_in_which_choices_are_written():
    names = ["one", "two", "three", "four"]
    seeds = [f"seed {number}" for number in range(1600)]
    assert all(choice_of("elu", names, seed) == choice_of("elu", names[::-1], seed) for seed in seeds)
    assert 320 < sum(choice_of("elu", names, seed) == choice_of("gelu", names, seed) for seed in seeds) < 480
    # Written down, so that a change of the rule, which would mark a class wrongly, does not go unseen.
    assert [choice_of("elu", names, seed) for seed in ("ada", "grace", "linus")] == ["three", "one", "three"]


def test_the_course_itself_asks_what_it_asked():
    for exercise in VARIED:
        assert exercise.choice is None
        assert not [mistake.name for mistake in exercise.mistakes if right_for(mistake.name)]
    assert not any(one.choice for one in all_exercises() if hasattr(one, "choice"))


def test_choices_of_a_default_are_written_in_one_line():
    one, two = by_default("alpha=1.0", "0.5", "2.0", code={"is 1": "is {}"}, without=("gone",))
    assert (one.name, two.name) == ("alpha = 0.5 by default", "alpha = 2.0 by default")
    assert one.texts == {"alpha=1.0": "alpha=0.5"}
    assert two.code == {"alpha=1.0": "alpha=2.0", "is 1": "is 2.0"}
    assert one.without == ("gone",)


def test_a_variant_of_an_exercise_is_found_where_the_course_looks_exercises_up():
    own = variants_of(exercise_named("elu"))["alpha = 0.5 by default"]
    assert (own.name, own.lecture, own.points) == ("elu", "04_activations", exercise_named("elu").points)
    assert own.oracle(np.array([-800.0])) == pytest.approx(-0.5)
    assert exercise_named("elu").oracle(np.array([-800.0])) == pytest.approx(-1.0)
