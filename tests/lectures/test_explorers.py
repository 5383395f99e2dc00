"""The explorers: what they say, what they draw, and that they keep up with a slider."""

import asyncio
import subprocess
import sys

import numpy as np
import pytest

from helpers.drawing.style import png
from helpers.lectures.activations.explorer import ActivationExplorer
from helpers.lectures.babysitting.explorer import TOO_HIGH, CommandCenter
from helpers.lectures.hyperparameter_search.explorer import SearchBoard
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
