"""The ledger on disk is what the code computes now (for the table of checks, see test_exercises)."""

import re

import pytest

from helpers.judging.exercise import Exercise
from helpers.lectures import exercises_of, lecture_names
from helpers.proving import ledger
from tests.proved import of_experiments, unless_proved

ROWS_OF = {lecture: ledger.rows_of(lecture) for lecture in lecture_names()}
ROWS = [row for rows in ROWS_OF.values() for row in rows]
PLACED = [pytest.param(lecture, row, id=f"{row.deck} {row.key}") for lecture, rows in ROWS_OF.items() for row in rows]


def test_every_exercise_has_at_least_four_mistakes_and_four_spellings():
    for lecture in lecture_names():
        for exercise in exercises_of(lecture):
            if isinstance(exercise, Exercise):
                assert len(exercise.mistakes) >= 4
                assert len(exercise.spellings) >= 4


def test_the_ledger_holds_every_row_once_and_no_other():
    identities = [ledger.identity(row) for row in ROWS]
    assert len(set(identities)) == len(identities)
    assert list(ledger.written()) == identities


@pytest.mark.parametrize(("lecture", "row"), PLACED)
def test_a_row_of_the_ledger_is_what_the_course_computes(lecture, row):
    if not ledger.computable(row):
        pytest.skip(f"needs the data set {row.needs}; set COURSE_DATA_DIR or fetch it")
    computed, verdict = ledger.written()[ledger.identity(row)]
    what = f"ledger {row.deck} {row.key}: {computed}"
    with unless_proved(what, *of_experiments(lecture)) as needed:
        if needed:
            is_computed(row, computed, verdict)


def is_computed(row, computed, verdict):
    now = ledger.compute(row)
    assert now.verdict == verdict
    if re.fullmatch(r"-?[\d.]+(e-?\d+)?", computed):
        last_digit = 10.0 ** -len(computed.partition(".")[2]) if "e" not in computed else 0.1 * float(computed)
        assert float(now.computed) == pytest.approx(float(computed), abs=max(row.tolerance, last_digit), rel=0)
    else:
        assert now.computed == computed
