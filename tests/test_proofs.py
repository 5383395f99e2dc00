"""The two proofs on disk are what the code computes now."""

import re

import pytest

from helpers.exercises import LECTURES, exercises_of
from helpers.judging.exercise import Exercise
from helpers.paths import SOLUTIONS
from helpers.proving import ledger
from helpers.proving.checks import checks_table, prove_all

ROWS = [row for lecture in LECTURES for row in ledger.rows_of(lecture)]


@pytest.mark.slow
def test_the_table_of_checks_is_up_to_date_and_without_failures():
    proofs = prove_all()
    assert [failure for proof in proofs for failure in proof.failures] == []
    assert (SOLUTIONS / "checks.md").read_text(encoding="utf-8") == checks_table(proofs)


def test_every_exercise_has_at_least_four_mistakes_and_four_spellings():
    for lecture in LECTURES:
        for exercise in exercises_of(lecture):
            if isinstance(exercise, Exercise):
                assert len(exercise.mistakes) >= 4
                assert len(exercise.spellings) >= 4


def test_the_ledger_holds_every_row_once_and_no_other():
    identities = [ledger.identity(row) for row in ROWS]
    assert len(set(identities)) == len(identities)
    assert list(ledger.written()) == identities


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.deck} {row.key}")
def test_a_row_of_the_ledger_is_what_the_course_computes(row):
    if not ledger.computable(row):
        pytest.skip(f"needs the data set {row.needs}; set COURSE_DATA_DIR or fetch it")
    computed, verdict = ledger.written()[ledger.identity(row)]
    now = ledger.compute(row)
    assert now.verdict == verdict
    if re.fullmatch(r"-?[\d.]+(e-?\d+)?", computed):
        last_digit = 10.0 ** -len(computed.partition(".")[2]) if "e" not in computed else 0.1 * float(computed)
        assert float(now.computed) == pytest.approx(float(computed), abs=max(row.tolerance, last_digit), rel=0)
    else:
        assert now.computed == computed
