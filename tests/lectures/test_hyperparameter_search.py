"""Lecture 11: searches, repeated searches on a surface, the winner's luck, random answers in log space, the board."""

import asyncio
import subprocess
import sys
import threading
import time
import warnings
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from scipy.stats import qmc

from helpers.judging.distributions import ALARM, MOST_TESTS, TESTS
from helpers.judging.judge import Examination
from helpers.lectures import exercise_named
from helpers.lectures.hyperparameter_search import explorer as board_module
from helpers.lectures.hyperparameter_search.exercises import successive_halving
from helpers.lectures.hyperparameter_search.experiments import searches as searches
from helpers.lectures.hyperparameter_search.experiments.response_surface import ResponseSurface
from helpers.lectures.hyperparameter_search.explorer import NO_RANGE, SearchBoard
from helpers.lectures.hyperparameter_search.ledger import ROWS
from helpers.neural.search import prepare, train_many
from helpers.proving.checks import verdict_on
from helpers.sandbox import recipes
from helpers.sandbox.observe import observe

RANDOM = [exercise_named(name) for name in ("log_uniform", "random_points")]


@pytest.fixture(scope="module")
def pictures():
    """Three hundred pictures of 60 numbers in ten classes that a small network can tell apart."""
    rng = np.random.default_rng(0)
    centres = rng.normal(0, 40, (10, 60))

    def part(count):
        labels = rng.integers(0, 10, count)
        return (centres[labels] + rng.normal(0, 40, (count, 60))).astype(np.float32), labels

    x_train, y_train = part(300)
    x_validation, y_validation = part(200)
    x_test, y_test = part(100)
    return prepare(
        SimpleNamespace(
            **{"name": "blobs", "x_train": x_train, "y_train": y_train, "x_validation": x_validation},
            **{"y_validation": y_validation, "x_test": x_test, "y_test": y_test},
        )
    )


def surface_of(accuracy, epochs=9):
    """A surface over three decades each way, of which the accuracy at exponents (rate, regularisation) is given."""
    rates, regularizations = np.linspace(-5, -2, 31), np.linspace(-3, 0, 31)
    final = accuracy(*np.meshgrid(rates, regularizations, indexing="ij"))
    curves = final[:, :, None] * np.linspace(0, 1, epochs + 1)
    return ResponseSurface(rates, regularizations, 1 - curves, curves)


def ridge(rate, regularization):
    """Only the rate matters, and only near 10^-3.2."""
    return np.exp(-(((rate + 3.2) / 0.2) ** 2)) + 0 * regularization


# Searches.


def test_each_decade_of_a_range_gets_its_share_of_the_draws():
    rates = np.log10([c["learning_rate"] for c in searches.draw(searches.DECK_RANGES, 3000)])
    counts, _ = np.histogram(rates, [-6, -5, -4, -3])
    assert counts.sum() == 3000
    assert np.abs(counts - 1000).max() < 130  # five deviations


def test_the_same_seed_draws_the_same_configurations_and_another_one_others():
    first = searches.draw(searches.DECK_RANGES, 5, seed=1)
    assert first == searches.draw(searches.DECK_RANGES, 5, seed=1)
    assert first != searches.draw(searches.DECK_RANGES, 5, seed=2)


def test_a_place_in_a_range_is_measured_in_log_space():
    assert [searches.place(value, 1e-6, 1e-2) for value in (1e-6, 1e-4, 1e-2)] == pytest.approx([0, 0.5, 1])


def test_the_narrowed_ranges_span_the_best_runs_and_nothing_else(pictures):
    runs = searches.random_search(pictures, searches.DECK_RANGES, count=12, epochs=1)
    low, high = searches.narrowed(runs, keep=4)["learning_rate"]
    best = [run.configuration["learning_rate"] for run in searches.best_first(runs)[:4]]
    assert (low, high) == (min(best), max(best))


def test_a_run_that_was_broken_off_is_let_go_on_and_does_not_recover(pictures):
    settings = [{"learning_rate": rate, "regularization": 0.0} for rate in (1e-4, 1e6, 2e-4)]
    runs = train_many(settings, pictures, epochs=5, batch_size=searches.BATCH_SIZE)
    found = searches.break_off(pictures, runs)
    assert (found.broken_off, found.recovered) == (1, 0)
    assert searches.trained_epochs(runs) == 11


def test_evenly_spaced_rates_have_the_same_ends_in_both_spacings(pictures):
    by_value, by_exponent = searches.rates_tried(pictures, 1e-6, 1e-2, count=4, epochs=1)
    rates = [[run.configuration["learning_rate"] for run in runs] for runs in (by_value, by_exponent)]
    assert np.diff(rates[0]) == pytest.approx(np.full(3, (1e-2 - 1e-6) / 3))
    assert np.diff(np.log(rates[1])) == pytest.approx(np.full(3, np.log(1e4) / 3))


def test_the_rows_of_the_deck_are_all_there_and_lie_in_their_ranges():
    assert (len(searches.DECK_COARSE), len(searches.DECK_FINE)) == (11, 22)
    for rows, ranges in (
        (searches.DECK_COARSE, searches.DECK_RANGES),
        (searches.DECK_FINE, searches.DECK_FINE_RANGES),
    ):
        for _, *values in rows:
            for value, (low, high) in zip(values, ranges.values(), strict=True):
                assert low < value < high


# Repeated searches on a surface.


def test_where_one_axis_is_idle_random_search_beats_a_grid_of_many_runs():
    short = searches.duel(surface_of(ridge), per_axis=(3,), idle=1, repeats=100)
    assert short.runs == (27,)
    lost = {name: values.mean() for name, values in short.short.items()}
    assert lost["Sobol sequence"] < lost["random"] < lost["grid, middles of cells"] < lost["grid, ends included"]
    assert min(values.min() for values in short.short.values()) >= 0


def test_where_both_axes_matter_alike_a_grid_of_middles_is_no_worse():
    def bowl(rate, regularization):
        return -((rate + 3.5) ** 2) - (regularization + 1.5) ** 2

    short = searches.duel(surface_of(bowl), per_axis=(5,), repeats=100).short
    assert short["grid, middles of cells"].mean() < short["random"].mean() + 0.02


def test_idle_axes_cost_the_grids_and_nothing_else():
    surface = surface_of(ridge)
    plain, idle = (searches.duel(surface, per_axis=(3,), idle=axes, repeats=50) for axes in (0, 2))
    assert idle.runs == (81,)
    for name in searches.LAYOUTS[:2]:
        assert idle.short[name].mean() == pytest.approx(plain.short[name].mean(), rel=0.4)
    assert idle.short["random"].mean() < plain.short["random"].mean() / 3


def test_middles_of_cells_lie_half_a_cell_inside():
    assert searches.middles([(0.0, 4.0)], 2).tolist() == [[1.0], [3.0]]


def test_the_error_of_a_difference_on_the_same_images_is_the_paired_one():
    first = np.array([True, True, False, True])
    assert searches.standard_error(first, first) == 0
    assert searches.standard_error(first) == pytest.approx(np.sqrt(0.75 * 0.25 / 4))


def test_halving_27_runs_has_three_rounds_and_costs_seven_full_runs():
    rounds = searches.rounds_of(27, budget=1, eta=3)
    assert rounds == [(27, 1), (9, 3), (3, 9)]
    assert searches.epochs_of(rounds) == 27 * 1 + 9 * 2 + 3 * 6 == 7 * 9


def test_each_round_of_halving_keeps_the_best_of_the_round_before():
    rounds = searches.rounds_of(27)
    first, second, third = searches.halve(surface_of(ridge), rounds, seed=1)
    assert [len(first), len(second), len(third)] == [27, 9, 3]
    assert second[:, 1].min() >= np.sort(first[:, 1])[-9]
    assert (np.diff(third[:, 9]) <= 0).all()


def test_halving_wins_the_race_where_early_accuracies_tell_the_final_ones():
    race = searches.halving_race(surface_of(ridge), searches.rounds_of(27), repeats=100)
    assert race.candidates == (27, 7)
    assert race.halved.mean() > race.plain.mean() + 0.1


# The winner.


def test_the_luckiest_of_equal_networks_is_as_good_as_simulation_says():
    scores = np.random.default_rng(0).binomial(200, 0.5, (20_000, 30)).max(axis=1) / 200
    assert searches.best_by_luck(30, 200, 0.5) == pytest.approx(scores.mean(), abs=0.001)
    assert searches.best_by_luck(1, 200, 0.5) == pytest.approx(0.5)


def test_a_winner_of_equals_promises_more_than_it_keeps():
    right = np.random.default_rng(0).random((40, 1000)) < 0.5
    at_home, away = searches.winners_optimism(right, 100, repeats=300)
    assert at_home.mean() > 0.58
    assert away.mean() == pytest.approx(right.mean(), abs=0.01)


def test_right_answers_are_counted_as_the_engine_counts_them(pictures):
    runs = searches.random_search(pictures, searches.DECK_RANGES, count=8, epochs=2, keep_layers=True)
    right = searches.right_answers(runs, pictures.x_validation, pictures.y_validation)
    assert right.mean(axis=1) == pytest.approx([run.score for run in runs])


# Random answers, and trainings as arguments.


@pytest.mark.parametrize("exercise", RANDOM, ids=lambda exercise: exercise.name)
def test_no_examination_makes_more_tests_than_the_promise_counts(exercise):
    assert len(exercise.fresh_trials(0)) * TESTS <= MOST_TESTS
    assert pytest.approx(1e-6) == ALARM


@pytest.mark.parametrize("exercise", RANDOM, ids=lambda exercise: exercise.name)
def test_right_random_answers_pass_a_hundred_gradings(exercise):
    for seed in range(100):
        spelling = exercise.spellings[seed % len(exercise.spellings)]
        verdict = verdict_on(spelling, Examination(exercise, seed))
        assert verdict.points == verdict.max_points, (spelling.__name__, verdict.message)


def sobol(ranges, count, rng):
    low, high = np.array(ranges).T
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its numbers are balanced for powers of 2
        return low + (high - low) * qmc.Sobol(len(low), rng=rng).random(count)


def sorted_by_the_first_axis(ranges, count, rng):
    points = exercise_named("random_points").spellings[0](ranges, count, rng)
    return points[np.argsort(points[:, 0])]


def to_two_digits(ranges, count, rng):
    return np.round(exercise_named("random_points").spellings[0](ranges, count, rng), 2)


DEPENDENT = {sobol: "evenly", sorted_by_the_first_axis: "depend", to_two_digits: "different"}


@pytest.mark.parametrize(("answer", "words"), DEPENDENT.items(), ids=lambda item: getattr(item, "__name__", ""))
def test_points_that_depend_on_each_other_are_told_from_independent_ones(answer, words):
    exercise = exercise_named("random_points")
    examination = Examination(replace(exercise, mistakes=()), 1)
    verdict = verdict_on(answer, examination)
    assert {part.part: part.points for part in verdict.parts}["distribution"] == 0
    assert words in verdict.message


@pytest.mark.parametrize(
    "answer", [np.sort, lambda values: np.round(values, 1), lambda values: np.full_like(values, values[0])]
)
def test_exponents_that_depend_on_each_other_are_told_from_independent_ones(answer):
    exercise = exercise_named("log_uniform")

    def dependent(low, high, size, rng):
        return 10 ** answer(rng.uniform(np.log10(low), np.log10(high), size))

    verdict = verdict_on(dependent, Examination(exercise, 1))
    assert {part.part: part.points for part in verdict.parts}["distribution"] == 0


@pytest.mark.parametrize("factor", [0.5, 1.25])
def test_a_range_of_exponents_that_is_wrong_by_a_little_is_caught(factor):
    exercise = exercise_named("log_uniform")
    off = exercise.spellings[0]
    verdict = verdict_on(lambda low, high, size, rng: off(low, high * factor, size, rng), Examination(exercise, 1))
    assert verdict.points < verdict.max_points
    assert "Measured in exponents, and stretched so that the range goes from -1 to 1" in verdict.message


@pytest.mark.parametrize("name", list(recipes.TRAININGS))
def test_a_training_gives_the_same_score_whenever_it_is_asked_and_minds_its_budget(name):
    train = recipes.TRAININGS[name]
    configuration = {"learning_rate": 0.001, "speed": 0.1, "ceiling": 0.8}
    assert train(configuration, 3) == train(configuration, 3)
    assert train(configuration, 3) != train(configuration, 9)


def test_a_training_may_crown_somebody_else_when_the_budget_grows():
    early, late = {"speed": 1.0, "ceiling": 0.5}, {"speed": 0.1, "ceiling": 0.9}
    train = recipes.TRAININGS["train_rising"]
    assert train(early, 1) > train(late, 1)
    assert train(early, 30) < train(late, 30)


def test_no_round_of_the_search_has_two_scores_that_rounding_could_exchange():
    for seed in range(10):
        for trial in exercise_named("successive_halving")._trials(seed, public=False):
            configurations, train, budget = trial.call.arguments
            train = recipes.TRAININGS[train.name]
            assert successive_halving.nearest_scores(configurations, train, budget, **trial.call.keywords) > 1e-6


def test_the_fields_of_the_tournament_are_the_same_for_the_same_seed():
    exercise = exercise_named("successive_halving")
    first, again = (exercise._trials(4, public=False) for _ in range(2))
    assert [trial.call for trial in first] == [trial.call for trial in again]
    winners = [observe(exercise.oracle, trial.call).value for trial in first]
    assert all(isinstance(winner, dict) for winner in winners)


# The board.


@pytest.fixture
def board(pictures):
    board = SearchBoard(pictures)
    board.panel()
    yield board
    board.stop()
    if board.search:
        board.search.stop(wait=20)


def wait_until(condition, seconds=30):
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.02)
    assert condition()


def buttons(board):
    return {
        button.description: button
        for widget in board.panel().children[0].children
        for button in (widget.children if hasattr(widget, "children") else [widget])
        if type(button).__name__ == "Button"
    }


def test_the_board_has_five_controls_and_three_buttons(board):
    assert len(SearchBoard.controls) <= 5
    assert set(buttons(board)) == {"start", "stop", "reset"}


def test_the_board_fills_while_the_search_runs_beside_the_interface(board):
    board.widgets["count"].value = 30
    before = board.image.value
    board.start()
    assert board.search.running  # it does not wait for the search
    wait_until(lambda: not board.search.running)
    board.redraw()
    assert len(board.runs()) == 30
    assert board.image.value != before
    assert "Search ended: 30 of 30 runs begun" in board.words.value
    assert "Best: " in board.words.value


def test_runs_that_explode_become_crosses_on_the_board(board):
    board.widgets["rate_high"].value = -1.0
    board.widgets["rate_low"].value = -1.5
    board.widgets["count"].value = 10
    board.start()
    wait_until(lambda: not board.search.running)
    board.redraw()
    broken = [run for run in board.runs() if run.stopped_after is not None]
    assert 0 < len(broken) == len(board.crosses.get_xdata())
    assert f"{len(broken)} broken off" in board.words.value


def test_stop_ends_the_search_and_keeps_what_was_found(board):
    board.epochs = 10_000
    board.start()
    wait_until(lambda: len(board.runs()) > 0)
    buttons(board)["stop"].click()
    wait_until(lambda: not board.search.running)
    found = len(board.runs())
    board.redraw()
    assert found > 0
    assert "Search ended" in board.words.value


def test_reset_ends_the_search_and_brings_the_first_picture_back(board):
    first = board.image.value.partition("src=")[2]
    board.epochs = 10_000
    board.widgets["rate_high"].value = -2.0
    board.start()
    wait_until(lambda: len(board.runs()) > 0)
    search = board.search
    board.reset()
    wait_until(lambda: not search.running)
    assert board.image.value.partition("src=")[2] == first  # the words tell of the searches


def test_only_one_search_runs_at_a_time(board, pictures):
    board.epochs = 10_000
    board.start()
    other = SearchBoard(pictures)
    other.panel()
    other.start()
    wait_until(lambda: not board.search.running)
    other.search.stop(wait=20)


def test_a_board_that_is_made_anew_ends_the_search_of_the_one_before(pictures):
    board = SearchBoard(pictures, epochs=10_000)
    board.panel()
    board.start()
    search = board.search
    SearchBoard(pictures)
    wait_until(lambda: not search.running)
    assert not [thread for thread in threading.enumerate() if thread.name == "search board"]


def test_what_goes_wrong_in_the_search_is_said(board, monkeypatch):
    def broken(*arguments, **options):
        raise MemoryError("no room")

    monkeypatch.setattr(board_module, "train_many", broken)
    board.start()
    wait_until(lambda: not board.search.running)
    board.redraw()
    assert "The search broke off: MemoryError: no room" in board.words.value


def test_ends_in_the_wrong_order_are_refused_in_words(board):
    board.widgets["rate_low"].value = -2.0
    board.start()
    assert board.search is None
    assert NO_RANGE in board.words.value


def test_in_a_notebook_the_picture_follows_by_itself(board):
    frames = []
    board.redraw, redraw = lambda: frames.append(time.monotonic()) or redraw(), board.redraw
    board.widgets["count"].value = 20
    board.epochs = 10_000

    async def watch():
        board.start()
        await asyncio.sleep(1.2)
        board.stop()
        await asyncio.sleep(0.6)

    asyncio.run(watch())
    assert 3 <= len(frames) <= 9
    wait_until(lambda: not board.search.running)


def test_a_best_run_at_the_end_of_the_rates_is_pointed_out(pictures):
    runs = train_many([{"learning_rate": 0.00098, "regularization": 0.1}], pictures, epochs=1)
    board = SearchBoard(pictures, runs)
    assert "upper end of the rates" in board.draw(**board.defaults())
    assert "upper end" not in board.draw(**board.defaults() | {"rate_high": -1.0})


def test_the_static_twin_needs_neither_ipywidgets_nor_tensorflow():
    code = """
import sys
from helpers.lectures.hyperparameter_search.explorer import SearchBoard
SearchBoard(None).static()
print([name for name in ("ipywidgets", "tensorflow", "keras", "optuna", "distributed") if name in sys.modules])
"""
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert "Nothing searched yet" in out
    assert out.strip().endswith("[]")


# The ledger.


def test_every_printed_row_of_the_deck_has_a_line_in_the_ledger():
    printed = [row for row in ROWS if ", row " in row.key]
    assert len(printed) == 33
    assert {row.needs for row in printed} == {"cifar10_small"}
    assert len({row.key for row in ROWS}) == len(ROWS)
