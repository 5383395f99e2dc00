"""The explorers: what they say, what they draw, and that they keep up with a slider."""

import asyncio
import subprocess
import sys
import threading
import time

import numpy as np
import pytest

from helpers.drawing.style import png
from helpers.lectures import lecture_named, lecture_names
from helpers.lectures.activations.explorer import ActivationExplorer
from helpers.lectures.babysitting.explorer import TOO_HIGH, CommandCenter
from helpers.lectures.first_network.explorer import BackpropagationExplorer
from helpers.lectures.hyperparameter_search.explorer import SearchBoard
from helpers.lectures.losses.explorer import LOSSES, LossExplorer
from helpers.lectures.optimizers.explorer import RaceExplorer
from helpers.lectures.regularization.explorer import LEVELS, CurveExplorer
from helpers.neural.search import Run


@pytest.fixture
def explorer():
    explorer = ActivationExplorer()
    explorer.panel()
    return explorer


def test_the_panel_has_at_most_five_controls_named_for_a_reader():
    controls = ActivationExplorer.controls.values()
    assert len(controls) <= 5
    assert len({control.label for control in controls}) == len(controls)


def test_moving_a_control_changes_picture_and_words(explorer):
    picture, words = explorer.image.value, explorer.words.value
    explorer.widgets["scale"].value = 5.0
    explorer.widgets["first"].value = "tanh"
    assert explorer.image.value != picture
    assert "tanh" in explorer.words.value
    assert "saturated" in explorer.words.value
    assert explorer.words.value != words


def test_reset_brings_the_first_picture_back(explorer):
    picture = explorer.image.value
    explorer.widgets["depth"].value = 20
    explorer.reset()
    assert explorer.image.value == picture


def test_events_that_pile_up_lead_to_one_frame_with_the_newest_values(explorer):
    frames = []
    explorer.update, update = lambda **values: frames.append(values["depth"]) or update(**values), explorer.update

    async def drag():
        for depth in range(3, 20):
            explorer.widgets["depth"].value = depth
        await asyncio.sleep(0.2)

    asyncio.run(drag())
    assert frames == [19]


def test_events_in_two_threads_are_drawn_one_after_the_other(explorer):
    started, update = [], explorer.update

    def slow_update(**values):
        started.append(values["depth"])
        before = len(started)
        time.sleep(0.1)
        assert len(started) == before, "another frame began before this one was drawn"
        return update(**values)

    explorer.update = slow_update
    problems = []
    threading.excepthook, hook = problems.append, threading.excepthook
    try:
        threads = [threading.Thread(target=explorer.redraw) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        threading.excepthook = hook
    assert len(started) == 2
    assert not problems


@pytest.mark.parametrize("extreme", [{"scale": 5.0, "depth": 20}, {"scale": 0.2, "depth": 20}, {"first": "step"}])
def test_extreme_settings_are_drawn_and_described(extreme):
    explorer = ActivationExplorer()
    words = explorer.draw(**explorer.defaults() | extreme)
    assert "nan" not in words
    assert words.endswith(".")


def test_a_strip_shows_the_default_frame_as_the_panel_does_and_others_beside_it(monkeypatch):
    monkeypatch.setattr("helpers.drawing.explorer.MOST_FRAMES", 3)
    explorer = ActivationExplorer()
    strip = explorer.strip()
    assert strip.label == "weight scale"
    assert len({frame.picture for frame in strip.frames}) == len(strip.frames) == 3
    default = strip.frames[strip.default]
    words = explorer.draw(**explorer.defaults())
    assert (default.value, default.picture, default.words) == ("1", png(explorer.figure.canvas), words)
    assert default.description == explorer.describe(**explorer.defaults())


def test_the_strip_of_the_command_center_is_its_steered_run_until_it_diverges(monkeypatch):
    monkeypatch.setattr("helpers.lectures.babysitting.explorer.LIMIT", 400)
    monkeypatch.setattr("helpers.lectures.babysitting.explorer.SCRIPT", ((0, -3.0), (200, 3.0)))
    strip = CommandCenter.for_readers().strip()
    assert [frame.value for frame in strip.frames] == ["100", "200", "300"]
    assert strip.default == 2
    assert strip.frames[0].words.startswith("Update 100, rate 1.0e-03")
    assert strip.frames[-1].words.endswith(TOO_HIGH)
    assert not any("Press" in frame.words or "Reset" in frame.words for frame in strip.frames)


def test_the_strip_of_the_search_board_fills_with_runs():
    scores = np.linspace(0.1, 0.5, 20)
    runs = [Run({"learning_rate": score / 1000, "regularization": 1.0}, *[np.full(2, score)] * 3) for score in scores]
    strip = SearchBoard(None, runs).strip()
    assert [frame.value for frame in strip.frames] == ["10", "20"]
    said = [frame.words.partition(",")[0] for frame in strip.frames]
    assert said == ["A finished search of 10 runs", "A finished search of 20 runs"]


def test_the_static_twin_needs_neither_ipywidgets_nor_tensorflow():
    code = """
import sys
from helpers.lectures.activations.explorer import ActivationExplorer
ActivationExplorer().static()
print([name for name in ("ipywidgets", "tensorflow", "keras") if name in sys.modules])
"""
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert "sigmoid: layer 1 gets about 10^-6 times the gradient" in out
    assert out.strip().endswith("[]")


@pytest.mark.parametrize("lecture", lecture_names())
def test_a_lecture_shows_the_explorer_itself_whose_sliders_then_have_names(lecture):
    """A panel alone lacks the script by which a screen reader can say which slider it is."""
    assert ".panel()" not in lecture_named(lecture).source.read_text(encoding="utf-8")


def test_a_moved_target_is_seen_from_the_first_step_on():
    explorer = BackpropagationExplorer()
    pictures = []
    for target in (0.01, 0.5):
        explorer.draw(**explorer.defaults() | {"step": 1, "target": target})
        pictures.append(png(explorer.figure.canvas))
    assert pictures[0] != pictures[1]


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize(("target", "first", "second"), [(1, -8.0, 8.0), (0, 8.0, -8.0), (0, 8.0, 8.0), (1, 4.0, 4.25)])
def test_both_predictions_and_their_letters_are_inside_of_the_picture(loss, target, first, second):
    explorer = LossExplorer()
    explorer.draw(loss=loss, target=target, first=first, second=second, gamma=5.0)
    for text in explorer.letters:
        corners, inside = text.get_window_extent().get_points(), text.axes.bbox.get_points()
        assert np.all(inside[0] <= corners[0])
        assert np.all(corners[1] <= inside[1])
    for mark in explorer.marks:
        places = mark.get_transform().transform(mark.get_xydata())
        assert all(mark.axes.bbox.contains(*place) for place in places)
    letters = [text.get_window_extent() for text in explorer.letters]
    assert not letters[0].overlaps(letters[1])


@pytest.mark.parametrize(
    ("settings", "last"),
    [
        ({}, "The pull at B is 8.2 times that at A."),
        ({"first": -4.0, "second": 2.0}, "The pull at A is 8.2 times that at B."),
        ({"loss": "focal", "first": 3.0, "second": -3.0}, "The pull at B is 3,600 times that at A."),
        ({"loss": "hinge", "first": 3.0}, "At A the loss does not pull at all."),
        ({"loss": "hinge", "first": 3.0, "second": 4.0}, "The loss pulls at neither of them."),
        ({"target": 0, "first": 8.0, "second": 8.0}, "The loss pulls equally hard at both."),
        ({"loss": "focal", "gamma": 5.0, "first": 8.0}, "At A the loss hardly pulls at all."),
    ],
)
def test_what_a_loss_does_to_two_predictions_is_said_in_plain_numbers(settings, last):
    explorer = LossExplorer()
    words = explorer.draw(**explorer.defaults() | settings)
    assert words.endswith(last)
    assert "-0.000." not in words
    assert "e+" not in words


def test_gamma_can_be_moved_for_focal_loss_only():
    explorer = LossExplorer()
    explorer.panel()
    assert explorer.widgets["gamma"].disabled
    explorer.widgets["loss"].value = "focal"
    assert not explorer.widgets["gamma"].disabled


def test_the_race_says_which_path_belongs_to_which_rule_and_marks_the_minimum():
    explorer = RaceExplorer()
    explorer.draw(**explorer.defaults() | {"surface": "saddle", "second": "Adam"})
    assert [text.get_text() for text in explorer.names] == ["SGD", "Adam"]
    assert explorer.minima.get_xydata().tolist() == [[-2, 0], [2, 0]]


def test_a_race_at_the_minimum_has_no_winner_and_a_rule_alone_is_said_once():
    explorer = RaceExplorer()
    there = {"surface": "saddle", "first": "RMSprop", "second": "Adagrad"}
    assert explorer.draw(**explorer.defaults() | there).endswith("Both are there.")
    alone = explorer.draw(**explorer.defaults() | {"surface": "ravine", "condition": 1, "second": "SGD"})
    assert alone.count("SGD") == 1
    assert "loss below 0.00001" in alone


@pytest.mark.parametrize("strength", [0, LEVELS - 1])
def test_the_line_at_the_chosen_strength_is_beside_the_axis(strength):
    explorer = CurveExplorer()
    explorer.draw(**explorer.defaults() | {"strength": strength})
    (low, high), place = explorer.mark.axes.get_xlim(), explorer.mark.get_xdata()[0]
    assert low + 0.2 < place < high - 0.2
