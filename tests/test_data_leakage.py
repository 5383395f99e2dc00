"""Lecture 02: the hospital, its leaks, the explorer, and the judges of random splits."""

import os
import subprocess
import sys

import numpy as np
import pytest

from helpers.datasets import available
from helpers.exercises import exercise_named
from helpers.experiments import leakage
from helpers.experiments.leakage import LEAKS, area_under_curve, measure
from helpers.explorers.data_leakage import NAMES, OFF, LeakageExplorer
from helpers.hospital import AFTERWARDS, AT_ADMISSION, draw_stays, hospital_stays, numbers, wave
from helpers.judging.judge import CORRECT, Examination, public_examination
from helpers.proving.checks import verdict_on

# The hospital.


def test_the_same_seed_gives_the_same_stays_and_another_gives_fresh_ones():
    one, again, other = hospital_stays(seed=4), hospital_stays(seed=4), hospital_stays(seed=5)
    assert one.equals(again)
    assert set(one["bill"]).isdisjoint(set(other["bill"]) - set(one["bill"]))
    assert not one["weight"][:50].equals(other["weight"][:50])


def test_a_register_has_what_six_leaks_need():
    stays = hospital_stays()
    assert set(stays.columns) == {"patient", "admitted", *AT_ADMISSION, *AFTERWARDS, "intensive_care"}
    assert stays["admitted"].is_monotonic_increasing
    assert stays.groupby("patient").size().median() > 4
    assert 0.1 < stays["intensive_care"].mean() < 0.4
    well = stays["intensive_care"] == 0
    assert stays["lactate"][well].isna().mean() > stays["lactate"][~well].isna().mean() + 0.05
    repeated = stays.duplicated(["patient", "admitted", "bill"], keep=False)
    assert 0.05 < repeated.mean() < 0.12


def test_the_same_calendar_serves_every_seed_and_goes_on_after_the_period():
    assert np.array_equal(wave([10, 900]), wave([10, 900]))
    assert not np.allclose(wave(np.arange(50), town=1), wave(np.arange(50), town=2))
    later = draw_stays(50, 1, first_day=730, days=180)
    assert later["day"].min() >= 730
    assert later["day"].max() < 910


def test_the_numbers_of_a_stay_are_finite_and_need_no_fitting():
    stays = draw_stays(50, 2)
    features = numbers(stays, extra=("day",))
    assert np.isfinite(features).all()
    assert np.array_equal(numbers({name: values[:9] for name, values in stays.items()}), features[:9, :-1])


# The leaks.


@pytest.mark.parametrize("leak", sorted(set(LEAKS) - {"scaler"}))
def test_a_leak_promises_too_much_and_its_remedy_does_not(leak):
    leaky, right = measure(leak), measure(leak, right=True)
    assert len(leaky.optimism) == 10
    assert leaky.optimism.mean() > 0.1
    assert leaky.optimism.mean() > 2 * leaky.optimism.std() / np.sqrt(10)
    assert abs(right.optimism.mean()) < 0.05


def test_a_scaler_fitted_on_everything_changes_the_report_by_less_than_a_hundredth():
    assert np.abs(measure("scaler").reported - measure("scaler", right=True).reported).max() < 0.02
    assert abs(np.mean(measure("scaler").reported - measure("scaler", right=True).reported)) < 0.01


@pytest.mark.parametrize("leak", ["copies", "afterwards", "selection", "person", "resampling"])
def test_more_of_a_leak_is_more_optimism(leak):
    model = None if leak == "selection" else "one tree"
    weak, strong = (measure(leak, strength, model).optimism.mean() for strength in (0.0, 1.0))
    assert strong > weak + 0.05


def test_the_area_under_the_curve_is_that_of_scikit_learn():
    from sklearn.metrics import roc_auc_score

    rng = np.random.default_rng(0)
    labels, chances = rng.integers(0, 2, 300), rng.integers(0, 20, 300) / 20  # many ties
    assert area_under_curve(labels, chances) == pytest.approx(roc_auc_score(labels, chances), abs=1e-12)


def test_no_fresh_stay_stands_in_train_or_test():
    for leak in LEAKS:
        trial = LEAKS[leak](1.0, 60, 3)
        seen = {row.tobytes() for part in (trial.train, trial.test) for row in part[0]}
        assert not any(row.tobytes() in seen for row in trial.fresh[0])


def test_the_remedies_keep_apart_what_belongs_together():
    stays = draw_stays(60, 3)
    is_test = leakage._groups(stays["patient"], np.random.default_rng(0))
    assert not set(stays["patient"][is_test]) & set(stays["patient"][~is_test])


# Real tables, where they are.


@pytest.mark.skipif(not available("parkinsons"), reason="needs parkinsons_updrs.csv; set COURSE_DATA_DIR")
def test_voices_are_recognised_rather_than_their_illness():
    from helpers.experiments.real_leaks import parkinsons_r2

    assert parkinsons_r2(by_patient=False).mean() == pytest.approx(0.47, abs=0.03)
    assert parkinsons_r2(by_patient=True).mean() < -0.5


@pytest.mark.skipif(not available("bike"), reason="needs bike_hour.csv; set COURSE_DATA_DIR")
def test_the_riders_add_up():
    from helpers.audit import audit_split
    from helpers.experiments.real_leaks import bike_parts_add_up, bikes

    assert bike_parts_add_up() == 1.0
    table = bikes()
    findings = audit_split(table[:13_000], table[13_000:], target="cnt").findings
    assert any(finding.columns == ("casual", "registered") for finding in findings)


# The explorer.


@pytest.mark.parametrize("leak", NAMES)
def test_switching_a_leak_off_brings_both_scores_together(leak):
    explorer = LeakageExplorer()
    explorer.draw(**explorer.defaults() | {"leak": leak, "switch": OFF})
    gaps = explorer.reported.get_ydata() - explorer.fresh.get_ydata()
    assert abs(gaps.mean()) < 0.06


def test_the_words_follow_the_controls():
    explorer = LeakageExplorer()
    on = explorer.draw(**explorer.defaults())
    assert "is on, strength 1" in on
    assert "is off" in explorer.draw(**explorer.defaults() | {"switch": OFF})
    assert explorer.draw(**explorer.defaults() | {"strength": 0.5}) != on
    assert len(LeakageExplorer.controls) <= 5


# What the start of the notebook costs.


def test_the_experiments_import_neither_pandas_nor_scikit_learn_nor_tensorflow():
    code = (
        "import sys, helpers, helpers.hospital, helpers.experiments.leakage, helpers.explorers.data_leakage;"
        "sys.exit(any(name in sys.modules for name in ('pandas', 'sklearn', 'tensorflow')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False, env=os.environ).returncode == 0


# The judges of random answers.


@pytest.mark.parametrize("name", ["split_by_group", "oversample_train"])
def test_no_right_answer_fails_whatever_the_seed(name):
    exercise = exercise_named(name)
    for seed in range(1000, 1040):
        assert verdict_on(exercise.spellings[0], Examination(exercise, seed)).status == CORRECT


@pytest.mark.parametrize("name", ["split_by_group", "oversample_train"])
@pytest.mark.parametrize(
    "answer",
    [
        (None, None),
        ("train", "test"),
        ([0], None),
        ([], []),
        (np.zeros((2, 2, 2)), np.zeros(3)),
        ({"a": 1}, [1.5]),
        (np.array(1), np.array(2)),
        ([[1.0]], ["x"]),
        ([10**9], [-(10**9)]),
        5,
    ],
)
def test_no_answer_however_odd_puts_a_judge_out_of_order(name, answer):
    verdict = verdict_on(lambda *arguments: answer, public_examination(exercise_named(name)))
    assert verdict.points == 0
    assert verdict.message
