"""Lecture 02: the hospital, its leaks, the explorer, and the judges of random splits."""

import dis
import doctest
import os
import subprocess
import sys

import numpy as np
import pytest
from scipy import stats

from helpers.datasets import available
from helpers.datasets.hospital import AFTERWARDS, AT_ADMISSION, draw_stays, hospital_stays, numbers, wave
from helpers.judging.exercise import Seeded
from helpers.judging.judge import CORRECT, Examination, public_examination
from helpers.lectures import exercise_named, functions_of
from helpers.lectures.data_leakage.exercises.oversample_train import RARE
from helpers.lectures.data_leakage.experiments import leakage
from helpers.lectures.data_leakage.experiments.leakage import LEAKS, area_under_curve, measure
from helpers.lectures.data_leakage.explorer import NAMES, OFF, LeakageExplorer
from helpers.proving import solutions
from helpers.proving.checks import verdict_on

LECTURE = "02_data_leakage"
EXERCISES = functions_of(LECTURE)

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
def test_voices_are_recognized_rather_than_their_illness():
    from helpers.lectures.data_leakage.experiments.real_leaks import parkinsons_r2

    assert parkinsons_r2(by_patient=False).mean() == pytest.approx(0.47, abs=0.03)
    assert parkinsons_r2(by_patient=True).mean() < -0.5


@pytest.mark.skipif(not available("bike"), reason="needs bike_hour.csv; set COURSE_DATA_DIR")
def test_the_riders_add_up():
    from helpers.audit import audit_split
    from helpers.lectures.data_leakage.experiments.real_leaks import bike_parts_add_up, bikes

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
        "import sys, helpers.lectures.data_leakage.explorer, helpers.lectures.data_leakage.figures;"
        "sys.exit(any(name in sys.modules for name in ('pandas', 'sklearn', 'tensorflow')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False, env=os.environ).returncode == 0


# What an exercise promises, shows and says.


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.name)
def test_the_example_in_a_docstring_is_true(exercise):
    solution = solutions.function_from(solutions.solution_source(LECTURE, exercise.name), LECTURE, exercise.name)
    names = {"np": np, exercise.name: solution}
    (example,) = doctest.DocTestFinder().find(solution, exercise.name, globs=names)
    assert len(example.examples) >= 1
    assert doctest.DocTestRunner().run(example).failed == 0


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.name)
def test_two_right_ways_are_shown_and_stand_on_their_own(exercise):
    shown = [spelling for spelling in exercise.spellings if spelling.__doc__]
    assert len(shown) == 2
    for spelling in shown:
        used = {step.argval for step in dis.get_instructions(spelling) if step.opname == "LOAD_GLOBAL"}
        things = [spelling.__globals__[name] for name in used if name in spelling.__globals__]
        assert not [thing for thing in things if getattr(thing, "__module__", "").startswith("helpers")]


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.name)
def test_arrays_are_given_as_arrays_of_at_least_one_axis(exercise):
    for trial in exercise.fresh_trials(3):
        for value in trial.call.values():
            assert type(value) in (np.ndarray, float, int, Seeded)
            assert np.ndim(value) >= (type(value) is np.ndarray)


def rows_until_the_fraction_is_full(groups, test_fraction, rng):
    names, sizes = np.unique(groups, return_counts=True)
    chosen, rows = [], 0
    for i in rng.permutation(len(names)):
        if rows + sizes[i] <= test_fraction * len(groups):
            chosen.append(names[i])
            rows += sizes[i]
    is_test = np.isin(groups, chosen)
    return np.flatnonzero(~is_test), np.flatnonzero(is_test)


def one_group_too_many(groups, test_fraction, rng):
    names = np.unique(groups)
    wanted = min(round(test_fraction * len(names)) + 1, len(names) - 1)
    is_test = np.isin(groups, rng.permutation(names)[:wanted])
    return np.flatnonzero(~is_test), np.flatnonzero(is_test)


def the_last_row_is_lost(groups, test_fraction, rng):
    train, test = exercise_named("split_by_group").spellings[0](groups, test_fraction, rng)
    return train[:-1], test


def from_the_first_half_of_a_class(features, labels, train_indices, rng):
    classes, sizes = np.unique(labels[train_indices], return_counts=True)
    rows = train_indices
    for label, size in zip(classes, sizes, strict=True):
        own = train_indices[labels[train_indices] == label]
        rows = np.concatenate([rows, rng.choice(own[: max(size // 2, 1)], sizes.max() - size)])
    return features[rows], labels[rows]


def the_rarest_class_alone(features, labels, train_indices, rng):
    classes, sizes = np.unique(labels[train_indices], return_counts=True)
    own = train_indices[labels[train_indices] == classes[sizes.argmin()]]
    rows = np.concatenate([train_indices, rng.choice(own, sizes.max() - sizes.min())])
    return features[rows], labels[rows]


@pytest.mark.parametrize(
    ("name", "answer", "says"),
    [
        ("split_by_group", rows_until_the_fraction_is_full, "The groups stay whole, but their number is wrong."),
        ("split_by_group", one_group_too_many, "The groups stay whole, but their number is wrong."),
        ("split_by_group", the_last_row_is_lost, "Every row must be on one side"),
        ("oversample_train", from_the_first_half_of_a_class, "should be drawn at random with replacement"),
        ("oversample_train", the_rarest_class_alone, "each class should have"),
    ],
)
def test_a_wrong_random_answer_is_told_what_it_did_and_accused_of_nothing_else(name, answer, says):
    exercise = exercise_named(name)
    for examination in (public_examination(exercise), Examination(exercise, 8)):
        verdict = verdict_on(answer, examination)
        assert verdict.points < verdict.max_points
        assert says in verdict.message
        assert verdict.mistake in ("", "a_coin_for_each_group")


def test_fair_draws_of_extra_rows_are_never_called_unfair():
    rng = np.random.default_rng(0)
    for rows, draws in ((130, 110), (30, 200), (40, 110)):
        counts = rng.multinomial(draws, np.full(rows, 1 / rows), 20_000)
        spread = ((counts - draws / rows) ** 2).sum(axis=1) / (draws / rows)
        assert spread.min() > stats.chi2.ppf(RARE, rows - 1)
        assert spread.max() < stats.chi2.isf(RARE, rows - 1)


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


@pytest.mark.parametrize(
    "number",
    [
        lambda rows, groups, fraction: groups - 1,
        lambda rows, groups, fraction: max(1, round(fraction * groups) - 1),
        lambda rows, groups, fraction: min(max(1, round(fraction * rows)), groups - 1),
    ],
)
def test_a_wrong_number_of_groups_is_not_told_as_a_way_of_counting_that_nobody_used(number):
    def answer(groups, test_fraction, rng):
        names = np.unique(groups)
        chosen = rng.permutation(names)[: number(len(groups), len(names), test_fraction)]
        is_test = np.isin(groups, chosen)
        return np.flatnonzero(~is_test), np.flatnonzero(is_test)

    for examination in (Examination(exercise_named("split_by_group"), seed) for seed in (1, 2, 3)):
        verdict = verdict_on(answer, examination)
        assert verdict.mistake == "a_coin_for_each_group"
        assert "rows are counted" not in verdict.message
        assert "drawn twice" not in verdict.message
