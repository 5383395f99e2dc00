"""The explorers: what they say, what they draw, and that they keep up with a slider."""

import asyncio
import subprocess
import sys

import pytest

from helpers.lectures.activations.explorer import ActivationExplorer


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
