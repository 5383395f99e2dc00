"""Lecture 13: what its experiments promise, and what its explorer says."""

import re

import numpy as np
import pytest

from helpers.lectures.few_labels import experiments
from helpers.lectures.few_labels.explorer import LABELS, PseudoLabelExplorer
from helpers.neural.networks import gradients


@pytest.mark.parametrize("count", [10, 50, 250])
def test_every_class_has_a_label_and_every_picture_is_on_one_side(count):
    few, data = experiments.few_labels(count, seed=3), experiments.pictures()
    assert set(few.y) == set(range(10))
    assert len(few.x) == count
    together = np.concatenate([few.x, few.unlabeled])
    assert sorted(map(tuple, together)) == sorted(map(tuple, data.x_train))


def test_frozen_layers_stay_where_they_are_and_the_start_is_not_changed():
    few = experiments.few_labels(50)
    start = experiments.initial_layers((64, 8, 8, 10), np.random.default_rng(0))
    kept = [(w.copy(), b.copy()) for w, b in start]
    layers = experiments.fit(few.x, few.y, start=start, frozen=1, steps=5)
    assert all(
        np.array_equal(a, b) for one, other in zip(start, kept, strict=True) for a, b in zip(one, other, strict=True)
    )
    assert np.array_equal(layers[0][0], start[0][0])
    assert not np.array_equal(layers[1][0], start[1][0])


def test_the_quick_gradients_are_those_of_the_course():
    few = experiments.few_labels(50)
    layers = experiments.initial_layers((64, 8, 8, 10), np.random.default_rng(0))
    for frozen in (0, 2):
        found = experiments.slopes_of(layers, few.x, few.y, frozen)
        expected = gradients(layers, few.x, few.y, experiments.RELU)[frozen:]
        for one, other in zip(found, expected, strict=True):
            assert all(np.allclose(a, b) for a, b in zip(one, other, strict=True))


def test_balanced_choices_take_as_many_of_each_class_and_the_surest_of_them():
    p = np.array([[0.9, 0.1], [0.8, 0.2], [0.7, 0.3], [0.45, 0.55]])
    rows, labels = experiments.equally_many(1)(p)
    assert (rows.tolist(), labels.tolist()) == ([0, 3], [0, 1])
    rows, _ = experiments.surest(2)(p)
    assert rows.tolist() == [0, 1]


def test_pictures_are_moved_by_a_pixel_at_most_and_patches_only_take_away():
    rng = np.random.default_rng(0)
    dot = np.zeros((50, 64))
    dot[:, 8 * 4 + 4] = 1
    places = np.argwhere(experiments.moved(dot, rng).reshape(50, 8, 8))[:, 1:]
    assert set(places.ravel()) == {3, 4, 5}
    ones = np.ones((20, 64))
    assert (experiments.patched(ones, rng).sum(axis=1) == 64 - 9).all()


def test_labels_spread_within_groups_and_parts_that_hang_apart_are_joined():
    rng = np.random.default_rng(0)
    groups = np.concatenate([rng.normal(0, 0.1, (20, 2)), rng.normal(5, 0.1, (20, 2))])
    labels = experiments.spread(groups[[0, 20]], np.array([0, 1]), np.delete(groups, [0, 20], axis=0))
    assert labels.tolist() == [0, 1] + [0] * 19 + [1] * 19


def test_the_old_task_and_the_new_one_share_no_picture():
    one, other = experiments.halves(seed=2)
    assert not set(one) & set(other)


@pytest.fixture(scope="module")
def explorer():
    return PseudoLabelExplorer()


def test_the_explorer_counts_fewer_pictures_with_a_higher_threshold(explorer):
    def pictures(**values):
        return int(re.match(r"\d+", explorer.draw(**explorer.defaults() | values))[0])

    assert pictures(threshold=0.5) > pictures(threshold=0.9)
    assert pictures(threshold=0.5, most=20) <= 200


def test_the_explorer_tells_of_a_class_that_takes_most_places(explorer):
    words = explorer.draw(labels=LABELS[-1], threshold=0.5, most=250)
    assert "most frequent class is 8" in words


def test_the_explorer_says_when_the_network_is_sure_of_nothing(explorer):
    assert explorer.draw(labels="10", threshold=0.98, most=250)
