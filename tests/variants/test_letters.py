"""The letters of a question in another order say the same, and are judged as what they say."""

import itertools
import re
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from functools import cache

import pytest

from helpers.building.source import read_lecture
from helpers.judging.exercise import Question
from helpers.judging.judge import CORRECT, WRONG, judge_letter
from helpers.lectures import all_exercises
from helpers.variants.letters import (
    NotWritten,
    as_read,
    in_the_course,
    letters_of,
    options,
    order,
    question_cells,
    reordered,
)

QUESTIONS = [one for one in all_exercises() if isinstance(one, Question)]
SEEDS = [0, 1, 2**63, "ada", "Ада", "8f3c" * 8, *range(10, 60)]
# Words by which a text would speak of an option by its letter or place.
_WORD = r"(answers?|options?|choices?|letters?)"
BY_LETTER = re.compile(
    "|".join(
        [
            rf"\b{_WORD} ([a-d]\b|`[a-d]`)",
            r"\([a-d]\)",
            r"[`\"'][a-d][`\"']",
            rf"\b(see|of the|ones?|{_WORD}) (above|below)\b",
            r"\b[a-d] (and|or|nor|to) [`a-d]",
            rf"\b(first|second|third|fourth|last) {_WORD}\b",
        ]
    ),
    re.IGNORECASE,
)


@cache
def cells(lecture):
    notebook = read_lecture(lecture)
    return {name: cell.source for name, cell in question_cells(notebook, lecture).items()}


def test_every_question_of_the_course_is_there():
    assert len(QUESTIONS) >= 39
    for question in QUESTIONS:
        assert list(options(cells(question.lecture)[question.name])) == letters_of(question)


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.name)
def test_each_option_stays_whole_and_keeps_its_sentence(question):
    text = cells(question.lecture)[question.name]
    own = options(text)
    for seed in SEEDS:
        found = order(question, seed)
        read = options(reordered(text, found))
        assert sorted(found) == letters_of(question) == list(read)
        for letter, words in read.items():
            there = in_the_course(letter, found)
            assert words == own[there]
            assert as_read(there, found) == letter
            verdict = judge_letter(question, there)
            assert (verdict.status == CORRECT) == (words == own[question.answer])
            assert verdict.message == question.why_wrong.get(there, "")
        # Nothing but the options has moved.
        rest = re.split(r"\n\na\. ", text)[0]
        assert reordered(text, found).startswith(rest + "\n\na. ")
        assert sorted(reordered(text, found)) == sorted(text)


def test_no_text_speaks_of_an_option_by_its_letter_or_place():
    for question in QUESTIONS:
        said = [cells(question.lecture)[question.name].partition(f"*Question `{question.name}`")[2]]
        said += [*question.why_wrong.values(), question.why_right, *question.hints]
        assert [text for text in said if BY_LETTER.search(text)] == []


@pytest.mark.parametrize(
    "text", ["As in answer b, it is zero.", "Neither a nor `c` holds.", "See above.", "the last option"]
)
def test_a_text_that_did_would_be_found(text):
    assert BY_LETTER.search(text)


def test_all_orders_come_up_about_equally_often():
    question = QUESTIONS[0]
    counts = Counter(order(question, seed) for seed in range(24 * 200))
    assert set(counts) == {"".join(one) for one in itertools.permutations("abcd")}
    assert sum((n - 200) ** 2 / 200 for n in counts.values()) < 60  # chi-square with 23 degrees of freedom: p = 4e-5


def test_the_orders_of_two_questions_and_of_two_seeds_have_nothing_to_do_with_each_other():
    first, second = QUESTIONS[:2]
    same_seed = sum(order(first, seed) == order(second, seed) for seed in range(2400))
    near_seeds = sum(order(first, seed) == order(first, seed + 1) for seed in range(2400))
    assert 60 < same_seed < 140  # 100 expected, standard deviation 10
    assert 60 < near_seeds < 140


def test_an_order_does_not_depend_on_which_letter_is_right():
    question = QUESTIONS[0]
    for letter in letters_of(question):
        other = replace(question, answer=letter, why_wrong=dict.fromkeys(set(letters_of(question)) - {letter}, "no"))
        assert order(other, "ada") == order(question, "ada")


def test_an_order_is_the_same_in_every_process_and_version():
    # Written down, so that a change of the rule, which would mark a class wrongly, does not go unseen.
    names = ["layers_without_activation", "threshold_of_costs", "when_to_transfer"]
    known = {question.name: question for question in QUESTIONS}
    code = (
        "from helpers.lectures import exercise_named; from helpers.variants.letters import order\n"
        f"print([order(exercise_named(name), 'ada') for name in {names}])"
    )
    there = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    here = [order(known[name], "ada") for name in names]
    assert there.stdout.strip() == str(here)
    assert here == ["dcba", "badc", "badc"]


@pytest.mark.parametrize("letter", [" B ", "b", "B"])
def test_case_and_blanks_of_a_letter_do_not_matter(letter):
    assert in_the_course(letter, "cadb") == "a"


@pytest.mark.parametrize("letter", ["", "ab", "e", None, 3, ["b"], ..., "bb"])
def test_what_is_no_letter_stays_what_it_is(letter):
    assert in_the_course(letter, "cadb") is letter
    assert judge_letter(QUESTIONS[0], "ab").status == WRONG


def test_a_question_that_is_written_otherwise_is_refused():
    for text in ("Which?\n\na. One.\n\nb. Two.", "Which?\na. One.\nb. Two.\nc. Three.\nd. Four.", ""):
        with pytest.raises(NotWritten):
            reordered(text, "cadb")
