"""The figures of lectures 01, 05 and 08: what is drawn without a name on an axis has one in the key."""

import numpy as np
import pytest

from helpers.lectures.first_network import figures as first_network
from helpers.lectures.losses import figures as losses
from helpers.lectures.optimizers import figures as optimizers


def fires(points):
    return (points.sum(axis=1) >= 0.5).astype(int)


STEPS = np.arange(0, 100, 10)
FIGURES = {
    "where a unit fires": (
        lambda: first_network.draw_decisions({"OR": (fires, (0, 1, 1, 1)), "XOR": (fires, (0, 1, 1, 0))}),
        {"wanted: 1", "wanted: 0", "the unit gives 1"},
    ),
    "batches": (
        lambda: first_network.draw_batches([4, 16], np.array([[0.5, 0.6], [0.8, 0.9]])),
        {"one seed", "mean"},
    ),
    "bars": (lambda: losses.draw_bars(np.array([0.1, 4.0])), {"mean"}),
    "sharpness": (
        lambda: optimizers.draw_sharpness({0.5: (STEPS, 3 + STEPS / 100)}),
        {"rate 0.5", "2 / 0.5"},
    ),
    "distances": (
        lambda: optimizers.draw_distances({"plain": 0.9**STEPS}),
        {"plain", "0.001 of the first distance"},
    ),
    "range test": (
        lambda: optimizers.draw_range_test(np.geomspace(1e-4, 1, 5), np.linspace(3, 1, 5), 0.1),
        {"suggested rate"},
    ),
}


@pytest.mark.parametrize(("draw", "named"), FIGURES.values(), ids=FIGURES)
def test_the_key_names_what_is_drawn(draw, named):
    figure = draw()
    keys = [*figure.legends, *(ax.get_legend() for ax in figure.axes if ax.get_legend())]
    assert {text.get_text() for key in keys for text in key.get_texts()} == named


def test_the_axis_of_batch_sizes_shows_the_sizes_themselves():
    (ax,) = first_network.draw_batches([4, 16], np.array([[0.5, 0.6], [0.8, 0.9]])).axes
    assert [label.get_text() for label in ax.get_xticklabels()] == ["4", "16"]
