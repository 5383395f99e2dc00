"""The table of flats, the experiments of lecture 03 and its explorer."""

import doctest
import inspect
import subprocess
import sys
import time

import numpy as np
import pytest
from scipy import linalg, special
from sklearn.preprocessing import minmax_scale, robust_scale

from helpers.datasets import available, shapes10
from helpers.datasets.generated import CONDITIONS, HEATINGS, flats
from helpers.drawing.style import png
from helpers.judging.exercise import call
from helpers.judging.judge import CORRECT, public_examination
from helpers.judging.signs import UpToSigns
from helpers.lectures import functions_of
from helpers.lectures.preprocessing.exercises import common
from helpers.lectures.preprocessing.exercises.pca_whiten import oracle as pca_oracle
from helpers.lectures.preprocessing.exercises.zca_whiten import oracle as zca_oracle
from helpers.lectures.preprocessing.experiments import pictures as photo
from helpers.lectures.preprocessing.experiments.transformations import (
    TRANSFORMATIONS,
    cloud,
    descend,
    rotated,
    steps_with,
    transformed,
    trips,
)
from helpers.lectures.preprocessing.explorer import PreprocessingExplorer, RotationExplorer
from helpers.lectures.preprocessing.figures import level_lines
from helpers.lectures.preprocessing.ledger import ROWS
from helpers.proving.checks import verdict_on
from helpers.proving.solutions import function_from, solution_source

LECTURE = "03_preprocessing"


@pytest.fixture(scope="module")
def table():
    return flats()


@pytest.fixture(scope="module")
def shapes():
    return shapes10()


def solution(name):
    return function_from(solution_source(LECTURE, name), LECTURE, name)


# The table.


def test_the_same_seed_writes_the_same_flats_and_another_writes_others(table):
    assert table.equals(flats())
    assert not table.equals(flats(seed=1))


def test_the_table_has_what_its_card_says(table):
    assert len(table) == 1300
    assert table.duplicated().sum() == 60
    assert (table["kind"] == "parking").sum() == 40
    assert set(table["heating"]) == set(HEATINGS)
    spelt = set(table["condition"])
    assert set(CONDITIONS) < spelt
    assert len(spelt) == 2 * len(CONDITIONS)
    assert 0.1 < (~table["condition"].isin(CONDITIONS)).mean() < 0.15
    assert 0.3 < table["renovated"].isna().mean() < 0.4


def test_a_gap_in_the_year_of_renovation_means_a_lower_rent(table):
    whole = table[(table["kind"] == "flat") & (table["area_m2"] < 200)]
    never = whole["renovated"].isna()
    assert whole.loc[never, "rent"].mean() < whole.loc[~never, "rent"].mean() - 200


def test_areas_without_their_decimal_point_can_be_told_from_the_penthouse(table):
    far_out = table[table["area_m2"] > 250]
    per_metre = far_out["rent"] / far_out["area_m2"]
    assert sorted(per_metre > 4) == [False] * (len(far_out) - 1) + [True]


# Transformations.


def test_standardized_columns_have_mean_0_and_deviation_1():
    table = transformed(cloud(outlier=9.0), "standardized")
    assert np.allclose(table.mean(axis=0), 0)
    assert np.allclose(table.std(axis=0), 1)


@pytest.mark.parametrize("name", ["PCA, white", "ZCA, white"])
def test_white_tables_have_the_identity_for_covariance(name):
    # scikit-learn divides the variances of PCA by n - 1, which 200 points forgive.
    assert np.allclose(np.cov(transformed(cloud(), name).T, bias=True), np.eye(2), atol=0.01)


def test_zca_stays_nearer_to_the_original_than_any_other_turn_of_the_white_cloud():
    centered, white = transformed(cloud(), "centered"), transformed(cloud(), "ZCA, white")

    def distance(angle):
        turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        return np.sum((white @ turn - centered) ** 2)

    assert all(distance(0) < distance(angle) for angle in (-0.3, -0.05, 0.05, 0.3, 3.0))


def test_an_outlier_does_not_change_the_other_points_of_the_cloud():
    assert np.array_equal(cloud(outlier=50.0)[:-1], cloud()[:-1])
    assert cloud(outlier=50.0)[-1, 0] == cloud()[-1, 0] + 50


@pytest.mark.parametrize("exercise", ["standardize", "min_max", "robust_scale", "zca_whiten"])
def test_the_exercises_compute_what_the_lecture_shows(exercise):
    table = cloud(outlier=4.0)
    expected = {
        "standardize": lambda: transformed(table, "standardized"),
        "min_max": lambda: minmax_scale(table),
        "robust_scale": lambda: robust_scale(table),
        "zca_whiten": lambda: transformed(table, "ZCA, white"),
    }[exercise]()
    got = solution(exercise)(table)
    assert np.allclose(got[0] if exercise == "standardize" else got, expected)


def test_both_whitenings_agree_up_to_a_turn():
    table = cloud(n=30)
    pca, zca = pca_oracle(table), zca_oracle(table)
    assert np.allclose(pca @ pca.T, zca @ zca.T)


# What the exercises ask, and what they show afterwards.


@pytest.fixture(params=range(20))
def rng(request):
    return np.random.default_rng(request.param)


def test_no_drawn_column_has_a_mean_near_0_near_ties_or_a_mean_like_its_median(rng):
    for n, d in ((4, 3), (11, 2)):
        columns = common.table(rng, n, d)
        std = columns.std(axis=0)
        assert (np.abs(columns.mean(axis=0)) > std).all()
        assert (np.diff(np.sort(columns, axis=0), axis=0) > 0.05 * std).all()
        assert (np.abs(columns.mean(axis=0) - np.median(columns, axis=0)) > 0.01 * std).all()
        assert std.max() > 10 * std.min()


def test_tiny_columns_are_below_the_usual_bound_by_every_measure_and_not_constant(rng):
    tiny = common.with_tiny(common.table(rng, 5, 2), 1)[:, 1]
    assert 0 < tiny.std() < np.ptp(tiny) < 1e-8


def test_the_axes_of_a_drawn_table_are_unique_and_come_in_another_order_than_its_columns(rng):
    features = common.correlated(rng, 9, 3)
    variances = np.linalg.eigvalsh(np.cov(features.T))
    assert (variances[1:] > 2 * variances[:-1]).all()
    assert np.argmax(features.var(axis=0)) == 2
    assert (np.abs(features.mean(axis=0)) > 1).all()


@pytest.mark.parametrize("exercise", functions_of(LECTURE), ids=lambda exercise: exercise.name)
def test_arrays_are_given_as_arrays(exercise):
    # The order of words is the one list that an exercise of this lecture speaks of.
    for trial in exercise.fresh_trials(4):
        first = trial.call.arguments[0]
        assert isinstance(first, list if exercise.name == "encode_ordinal" else np.ndarray)
        assert len(first) > 0


@pytest.mark.parametrize("exercise", functions_of(LECTURE), ids=lambda exercise: exercise.name)
def test_the_example_in_a_docstring_is_true(exercise):
    answer = solution(exercise.name)
    names = {"np": np, exercise.name: answer}
    (example,) = doctest.DocTestFinder().find(answer, exercise.name, globs=names)
    assert example.examples
    assert doctest.DocTestRunner().run(example).failed == 0


@pytest.mark.parametrize("exercise", functions_of(LECTURE), ids=lambda exercise: exercise.name)
def test_two_spellings_are_shown_in_one_sentence_each_and_stand_on_their_own(exercise):
    shown = [spelling for spelling in exercise.spellings if spelling.__doc__]
    assert len(shown) == 2
    for spelling in shown:
        assert spelling.__doc__.endswith(".")
        assert "\n" not in spelling.__doc__
        names = {"np": np, "linalg": linalg}
        exec(inspect.getsource(spelling), names)
        assert verdict_on(names[spelling.__name__], public_examination(exercise)).status == CORRECT


# Columns whose sign is free.


def test_a_column_may_have_either_sign_but_no_other_value():
    judge = UpToSigns(pca_oracle)
    table = cloud(n=12)
    right = pca_oracle(table)
    for signs in ([1, 1], [-1, 1], [1, -1], [-1, -1]):
        assert judge(call(table), right * signs, None) is None
    assert judge(call(table), np.abs(right), None).rung == "value"
    assert judge(call(table), right[:, ::-1], None).rung == "value"
    assert judge(call(table), np.full_like(right, np.nan), None).rung == "value"


# Descent.


def test_the_path_is_that_of_gradient_descent_step_by_step():
    features, target = transformed(cloud(), "centered"), np.random.default_rng(0).normal(size=200)
    run = descend(features, target, rate=0.05, steps=30)
    weights = np.zeros(2)
    for step in range(31):
        assert np.allclose(run.path[step], weights)
        weights = weights - 0.05 * features.T @ (features @ weights - target) / 200


def test_the_steps_needed_are_the_first_with_a_thousandth_of_the_excess_loss():
    features, target = trips(unit=1000)
    run = descend(features, target, steps=200)
    least = np.mean((features @ run.goal - target) ** 2)
    excess = np.mean((run.path @ features.T - target) ** 2, axis=1) - least
    assert run.steps_needed == np.argmax(excess <= excess[0] / 1000)


def test_a_rate_beyond_the_steepest_wall_never_arrives():
    features, target = trips(unit=1000)
    best = descend(features, target)
    assert np.isfinite(best.steps_needed)
    assert descend(features, target, rate=2.01 / best.curvatures[0]).steps_needed == np.inf


def test_the_unit_of_a_column_decides_how_long_descent_takes_and_standardizing_undoes_it():
    steps = [descend(*trips(unit=unit)).steps_needed for unit in (1.0, 1000.0)]
    assert steps[0] > 1000 * steps[1]
    tables = [transformed(trips(unit=unit)[0], "standardized") for unit in (1.0, 1000.0)]
    assert np.allclose(*tables)


def test_every_level_line_has_one_loss():
    features, target = transformed(cloud(), "centered"), np.random.default_rng(0).normal(size=200)
    for line in level_lines(descend(features, target)):
        losses = np.mean((line @ features.T - target) ** 2, axis=1)
        assert np.ptp(losses) < 1e-9 * losses.mean()


# Pictures.


def test_whitening_takes_from_a_pixel_what_its_neighbor_says():
    patches = photo.patches(count=2000)
    assert photo.neighbor_correlation(patches) > 0.9
    assert abs(photo.neighbor_correlation(transformed(patches, "ZCA, white"))) < 0.05


def test_pictures_of_any_shape_are_brought_to_one_size():
    tall = np.zeros((60, 20, 3), np.uint8)
    tall[20:40] = 255  # the middle third is white
    fitted = photo.fitted_to(tall, size=12)
    assert {picture.shape for picture in fitted.values()} == {(12, 12, 3)}
    assert fitted["center"].min() == 255
    assert (fitted["padded"][:, 0] == 128).all()
    assert fitted["stretched"][0].max() == 0


def test_what_prepares_pictures_is_measured_on_the_training_pictures_alone(shapes):
    prepare = photo.preparations(shapes.x_train)["minus the mean image"]
    assert np.abs(prepare(shapes.x_train).mean(axis=0)).max() < 1e-4
    assert np.abs(prepare(shapes.x_validation).mean(axis=0)).max() > 1 / 255


def test_each_picture_by_itself_does_not_mind_how_much_light_there_is(shapes):
    prepare = photo.preparations(shapes.x_train)["each picture by itself"]
    bright = shapes.x_train[~shapes.night_train][:50] // 2 * 2
    assert np.allclose(prepare(bright), prepare(bright // 2), rtol=0.1, atol=0.1)


def test_darkened_copies_are_darker_and_every_one_by_its_own_factor(shapes):
    day = shapes.x_train[~shapes.night_train][:100]
    share = photo.dimmed(day).mean(axis=(1, 2, 3)) / day.mean(axis=(1, 2, 3))
    assert 0.15 < share.min() < 0.3
    assert 0.7 < share.max() < 0.81


def test_pictures_are_halved_by_the_mean_of_four_pixels(shapes):
    picture = shapes.x_train[:1].astype(float)
    assert photo.small(picture)[0, 3, 5] == pytest.approx(picture[0, 6:8, 10:12].mean(axis=(0, 1)), rel=1e-5)
    assert photo.small(picture, gray=True).shape == (1, 16, 16, 1)


def test_the_gradient_of_the_small_network_is_that_of_its_loss():
    rng = np.random.default_rng(0)
    x, y = rng.standard_normal((6, 4)), rng.integers(0, 10, 6)
    parameters = [rng.standard_normal(shape) for shape in ((4, 5), 5, (5, 10), 10)]

    def loss():
        first, shift, second, last = parameters
        scores = np.maximum(x @ first + shift, 0) @ second + last
        return np.mean(special.logsumexp(scores, axis=1) - scores[np.arange(6), y])

    for array, gradient in zip(parameters, photo._gradients(parameters, x, y), strict=True):
        place = (0,) * array.ndim
        array[place] += 1e-5
        above = loss()
        array[place] -= 2e-5
        below = loss()
        array[place] += 1e-5
        assert gradient[place] == pytest.approx((above - below) / 2e-5, abs=1e-6)


def test_all_trainings_take_as_many_updates_whatever_the_number_of_pictures():
    x = np.zeros((120, 3), np.float32)
    few, many = (photo.train(np.tile(x, (n, 1)), np.zeros(120 * n, int), 0.1, 7) for n in (1, 3))
    assert all(np.allclose(a, b) for a, b in zip(few[2:], many[2:], strict=True))


def test_more_components_give_back_more_of_the_patches():
    patches = photo.patches(count=500)
    errors = [np.mean((photo.reconstructed(patches, count)[0] - patches) ** 2) for count in (1, 8, 64)]
    assert errors[0] > errors[1] > errors[2]
    assert errors[2] < 1e-12


def test_adam_does_not_mind_the_unit_of_a_column_and_plain_descent_does():
    metres, kilometers = trips(), trips(unit=1000)
    assert steps_with("Adam", *metres) < 2 * steps_with("Adam", *kilometers)
    assert steps_with("plain", *metres) > 1000 * steps_with("plain", *kilometers)


def test_a_rotation_keeps_the_total_variance():
    points = cloud()
    assert rotated(points, 37).var(axis=0).sum() == pytest.approx(points.var(axis=0).sum())


# The explorers.


def test_at_the_angle_of_an_eigenvector_the_words_say_that_the_covariance_vanishes():
    rotation = RotationExplorer()
    angles = range(0, 181)
    words = [rotation.draw(**rotation.defaults() | {"angle": angle}) for angle in angles]
    covariances = [float(line.rstrip(".").split()[-1]) for line in words]
    assert min(map(abs, covariances)) < 0.1 < max(map(abs, covariances))


@pytest.fixture(scope="module")
def explorer():
    return PreprocessingExplorer()


@pytest.mark.parametrize("name", TRANSFORMATIONS)
def test_every_transformation_is_drawn_and_described_at_its_extremes(explorer, name):
    for extreme in ({}, {"outlier": 60, "correlation": 0.95, "share": 1.5}, {"spread": 0.5, "correlation": 0.0}):
        words = explorer.draw(**explorer.defaults() | {"name": name} | extreme)
        assert "nan" not in words
        assert words.endswith(".")


def test_an_outlier_ruins_min_max_and_leaves_the_robust_scaler_alone(explorer):
    values = explorer.defaults()

    def deviations(name, outlier):
        explorer.draw(**values | {"name": name, "outlier": outlier})
        return explorer.dots.get_xdata().std()

    assert deviations("min-max", 60) < deviations("min-max", 0) / 5
    assert deviations("robust", 60) == pytest.approx(deviations("robust", 0), rel=0.05)


def test_white_data_need_one_step(explorer):
    assert "1 step to a thousandth" in explorer.draw(**explorer.defaults() | {"name": "ZCA, white"})


def test_a_frame_takes_less_than_a_tenth_of_a_second(explorer):
    seconds = []
    for _ in range(5):
        started = time.perf_counter()
        explorer.draw(**explorer.defaults())
        png(explorer.figure.canvas, quick=True)
        seconds.append(time.perf_counter() - started)
    assert min(seconds) < 0.1


# The ledger.


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.key)
def test_a_row_of_the_ledger_is_computed(row):
    if row.needs and not available(row.needs):
        pytest.skip(f"needs {row.needs}")
    computed = row.compute()
    assert isinstance(computed, type(row.slide_says))


def test_the_first_imports_of_the_lecture_are_quick_ones():
    code = (
        "import sys, helpers, helpers.datasets.generated, helpers.datasets, helpers.lectures.preprocessing.figures;"
        "sys.exit(bool({'pandas', 'sklearn', 'scipy', 'tensorflow'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
