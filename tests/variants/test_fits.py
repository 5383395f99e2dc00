"""Answers that fit somebody else's variant: what chance explains is not listed, and who copied is."""

import math
import random

import pytest

from helpers.grading.class_file import ClassFile, Person
from helpers.grading.collecting.layouts import CANVAS
from helpers.grading.keys import Holder, Keys
from helpers.grading.marking import MarkedSubmission
from helpers.grading.papers import Entry, Paper
from helpers.grading.variants import Variants
from helpers.judging.choices import OTHER, choice_of
from helpers.judging.exercise import Exercise, Question
from helpers.judging.judge import WRONG, Verdict
from helpers.lectures import all_exercises, exercise_named, lecture_names
from helpers.variants.fits import EXPECTED, fits
from helpers.variants.letters import as_read, in_the_course, letters_of, order

QUESTIONS = [one for one in all_exercises() if isinstance(one, Question)]
CHOICES = {
    one.name: [c.name for c in one.choices] for one in all_exercises() if isinstance(one, Exercise) if one.choices
}


def a_class(size, rng, knows=0.5, popular=0.0):
    """Seeds of a class, and what each chose, in the course's letters; `popular` of them fall for the same mistake."""
    seeds = {f"s{i}": f"{rng.random()}" for i in range(size)}

    def choice(question):
        wrong = sorted(question.why_wrong)
        return question.answer if rng.random() < knows else wrong[0] if rng.random() < popular else rng.choice(wrong)

    return seeds, {student: {question: choice(question) for question in QUESTIONS} for student in seeds}


def wrong_of(chosen):
    return {s: {q: letter for q, letter in own.items() if letter != q.answer} for s, own in chosen.items()}


def copied(chosen, seeds, copier, other, share, rng):
    """The copier types the other's letters, as they stand there, for a share of the questions."""
    for question in rng.sample(QUESTIONS, round(share * len(QUESTIONS))):
        typed = as_read(chosen[other][question], order(question, seeds[other]))
        chosen[copier][question] = in_the_course(typed, order(question, seeds[copier]))


@pytest.mark.parametrize("popular", [0.0, 0.9])
def test_of_classes_in_which_everybody_worked_alone_hardly_any_has_an_entry(popular):
    rng = random.Random(1)
    entries = 0
    for _ in range(100):
        seeds, chosen = a_class(12, rng, popular=popular)
        entries += len(fits(wrong_of(chosen), seeds))
    assert entries <= 100 * EXPECTED + 7  # three standard deviations above what is expected at most


@pytest.mark.parametrize(("share", "least"), [(1.0, 40), (0.6, 30)])
def test_who_copied_most_letters_is_found_with_whose_they_are(share, least):
    rng = random.Random(2)
    found = 0
    for _ in range(40):
        seeds, chosen = a_class(12, rng, knows=0.8)
        copied(chosen, seeds, "s1", "s0", share, rng)
        first = fits(wrong_of(chosen), seeds)[:1]
        found += [(one.student, one.other) for one in first] == [("s1", "s0")]
    assert found >= least


def test_the_chance_is_the_exact_one():
    seeds = {"s0": "x", "s1": "y", "s2": "z"}
    eight = [q for q in QUESTIONS if order(q, "x") != order(q, "y")][:8]
    wrong, count = {}, 0
    for question in eight:
        letter = as_read(question.answer, order(question, "y"))
        if in_the_course(letter, order(question, "x")) != question.answer:
            wrong[question] = in_the_course(letter, order(question, "x"))
            count += 1
    (one,) = fits({"s0": wrong}, seeds)
    assert (one.wrong, one.right_there) == (count, count)
    assert one.chance == pytest.approx(2 * 0.25**count)


def test_nobody_is_listed_without_wrong_letters_or_others():
    assert fits({"s0": {}}, {"s0": "x", "s1": "y"}) == []
    assert fits({"s0": {QUESTIONS[0]: sorted(QUESTIONS[0].why_wrong)[0]}}, {"s0": "x"}) == []
    assert all(len(letters_of(question)) > 2 for question in QUESTIONS)


# Functions: an answer that is right for another choice than one's own.


def asked(seeds, student):
    return {name: choice_of(name, names, seeds[student]) for name, names in CHOICES.items()}


def misread(seeds, student, rng, share):
    """Somebody who worked alone, and now and then answered what they were not asked."""
    own = asked(seeds, student)
    return {
        name: rng.choice([other for other in CHOICES[name] if other != own[name]])
        for name in CHOICES
        if rng.random() < share
    }


@pytest.mark.parametrize("share", [0.2, 1.0])
def test_of_classes_in_which_people_misread_what_they_are_asked_hardly_any_has_an_entry(share):
    rng = random.Random(4)
    entries = 0
    for _ in range(100):
        seeds = {f"s{i}": f"{rng.random()}" for i in range(12)}
        entries += len(fits({s: misread(seeds, s, rng, share) for s in seeds}, seeds, CHOICES))
    assert entries <= 100 * EXPECTED + 7


def test_who_copied_functions_is_found_with_whose_they_are():
    rng = random.Random(5)
    found = 0
    for _ in range(40):
        seeds = {f"s{i}": f"{rng.random()}" for i in range(12)}
        own, theirs = asked(seeds, "s1"), asked(seeds, "s0")
        wrong = {name: choice for name, choice in theirs.items() if choice != own[name]}
        first = fits({"s1": wrong}, seeds, CHOICES)[:1]
        found += [(one.student, one.other) for one in first] == [("s1", "s0")]
    assert found >= 38


def test_the_chance_of_a_function_is_one_in_as_many_as_were_handed_out_and_multiplies_with_that_of_letters():
    seeds = {"s0": "x", "s1": "y", "s2": "z"}
    own, theirs = asked(seeds, "s0"), asked(seeds, "s1")
    wrong = {name: choice for name, choice in theirs.items() if choice != own[name]}
    assert len(wrong) > 8
    (one,) = fits({"s0": wrong}, seeds, CHOICES)
    assert (one.other, one.wrong, one.right_there) == ("s1", len(wrong), len(wrong))
    chance = math.prod(1 / len(CHOICES[name]) for name in wrong)
    assert one.chance == pytest.approx(2 * chance)
    question = next(q for q in QUESTIONS if order(q, "x") != order(q, "y"))
    typed = in_the_course(as_read(question.answer, order(question, "y")), order(question, "x"))
    (one,) = fits({"s0": wrong | {question: typed}}, seeds, CHOICES)
    assert one.chance == pytest.approx(2 * chance / len(letters_of(question)))


def handed_in(student, folder, answers):
    """A student's papers, whose functions are right for these choices and not for their own."""
    for lecture in sorted({exercise_named(name).lecture for name in answers}):
        here = [name for name in answers if exercise_named(name).lecture == lecture]
        verdicts = tuple(Verdict(name, WRONG, (), mistake=OTHER + answers[name]) for name in here)
        marked = MarkedSubmission(student, lecture, f"{folder}/{lecture}.ipynb", folder, verdicts)
        entries = tuple(Entry(student, lecture, verdict, None) for verdict in verdicts)
        yield Paper(student, lecture, entries, submission=marked)


def test_what_a_team_answers_together_fits_nobody_else():
    students = ("s0", "s1", "s2")
    holders = tuple(Holder(student, seed=student) for student in students)
    variants = Variants(Keys(lecture_names(), holders, CHOICES), students, {}, ClassFile())
    own, theirs = asked({"s0": "s0"}, "s0"), asked({"s1": "s1"}, "s1")
    wrong = {name: choice for name, choice in theirs.items() if choice != own[name]}
    alone = list(handed_in("s0", "s0", wrong))
    assert [(one.student, one.other) for one in variants.fits(alone)] == [("s0", "s1")]
    team = [paper for student in ("s0", "s2") for paper in handed_in(student, "Group A", wrong)]
    assert variants.fits(team) == []


# Whose seed is whose.

ADA = Holder("ada", "Ada Lovelace", ("ada@example.org", "1815"), canvas="11", seed="1")
WEI = Holder("wei1", "Wei Chen", ("wei1@example.org",), seed="2")
WEI_TOO = Holder("wei2", "Wei Chen", ("wei2@example.org",), seed="3")


def found(student, holders=(ADA, WEI, WEI_TOO), aliases=None, people=(), others=()):
    variants = Variants(Keys(("05_losses",), holders), [student, *others], aliases or {}, ClassFile(tuple(people)))
    own = variants.of(student)
    return own.seed or own.problem


@pytest.mark.parametrize("student", ["ada", "ADA", "Ada Lovelace", "Lovelace, Ada", "ada@example.org", "1815"])
def test_a_person_is_found_under_every_name_that_tells_who_they_are(student):
    assert found(student) == "1"


def test_what_course_toml_and_the_systems_numbers_tell_is_used():
    assert found("countess", people=[Person("countess", identifiers=("1815",))]) == "1"
    assert found("lovelaceada", aliases={f"{CANVAS}:lovelaceada_11": "lovelaceada"}) == "1"


def test_nobody_is_guessed():
    assert "not clear that this is wei1 or wei2" in found("Wei Chen")
    assert found("wei2") == "3"
    assert "does not name this person" in found("grace")
    assert "does not name this person" in found("a")


def test_an_identifier_tells_more_than_a_name_and_two_claims_of_one_kind_tell_nothing():
    assert found("ada", others=["Ada Lovelace"]) == "1"
    assert "not clear that this is ada" in found("Ada Lovelace", others=["ada"])
    assert "not clear that this is ada" in found("Ada Lovelace", others=["Lovelace, Ada"])
    assert "not clear that this is ada" in found("1815", others=["ada@example.org"])
