"""`batchnorm_images`: one mean and one deviation a channel. The oracle goes from channel to channel."""

from __future__ import annotations

import math
import statistics

import numpy as np

from helpers.exercises.batch_normalization.batchnorm_forward import forward_as_lists
from helpers.exercises.batch_normalization.common import (
    AXES_FROM_BEHIND,
    DDOF,
    EPSILON_OUTSIDE,
    FLOATS_ANYWAY,
    LECTURE,
    NOT_IN_PLACE,
    VARIANCE_FOR_DEVIATION,
    floats,
    scale_and_shift,
)
from helpers.judging.exercise import Exercise, Part, call, mistake


def images_oracle(x, gamma, beta, epsilon=1e-5):
    x = np.asarray(x, dtype=float)
    out = np.empty(x.shape)
    for channel, (g, b) in enumerate(zip(gamma, beta, strict=True)):
        values = x[..., channel].ravel().tolist()
        mean, var = math.fsum(values) / len(values), statistics.pvariance(values)
        out[..., channel] = [
            [[float(g) * (v - mean) / math.sqrt(var + epsilon) + float(b) for v in row] for row in picture]
            for picture in x[..., channel].tolist()
        ]
    return out


def pictures(rng, n, height, width, channels, scale=1.5, **keywords):
    # Every place of a picture has its own mean, so that statistics over the wrong axes show.
    places = rng.normal(1, 1, (1, height, width, channels)) + rng.normal(0, 1, (n, 1, 1, channels))
    x = scale * (places + rng.normal(size=(n, height, width, channels)))
    return call(x, *scale_and_shift(rng, channels), **keywords)


def images_values(rng):
    return [
        pictures(rng, 2, 2, 2, 1),
        pictures(rng, 3, 3, 3, 3),
        pictures(rng, 2, 3, 2, 2, epsilon=0.5),
        pictures(rng, 3, 2, 2, 2, scale=0.003),
        pictures(rng, 4, 5, 6, 3),
    ]


def images_shapes(rng):
    return [pictures(rng, *shape, epsilon=0.1) for shape in [(1, 2, 3, 2), (4, 1, 1, 2), (2, 3, 1, 3), (2, 1, 4, 1)]]


def images_edge_cases(rng):
    constant = pictures(rng, 2, 2, 2, 2)
    constant.arguments[0][..., 1] = 3.0
    return [
        call([[[[0.5, -1.5], [2.5, 0.5]]], [[[1.0, 2.0], [0.0, 4.0]]]], [2.0, 3.0], [1.0, -1.0]),
        call(np.array([[[[1], [4]], [[2], [2]]]]), np.array([3]), np.array([-1])),
        constant,
        call(*(array.astype(np.float32) for array in pictures(rng, 2, 2, 2, 2).arguments)),
    ]


def images_over(axes, x, gamma, beta, epsilon):
    x, gamma, beta = floats(x, gamma, beta)
    mean, var = x.mean(axis=axes, keepdims=True), x.var(axis=axes, keepdims=True)
    return gamma * (x - mean) / np.sqrt(var + epsilon) + beta


@mistake(
    "Every pixel has a mean of its own here. A filter is the same everywhere in the picture, so all places of a "
    "channel share one mean and one variance: `axis=(0, 1, 2)`."
)
def images_per_pixel(x, gamma, beta, epsilon=1e-5):
    return images_over(0, x, gamma, beta, epsilon)


@mistake(
    "Each picture was normalised by itself (that is *instance* normalisation). The batch counts too: `axis=(0, 1, 2)`."
)
def images_per_picture(x, gamma, beta, epsilon=1e-5):
    return images_over((1, 2), x, gamma, beta, epsilon)


@mistake("One mean was taken over everything. Each channel has a mean and a variance of its own.")
def images_over_everything(x, gamma, beta, epsilon=1e-5):
    return images_over(None, x, gamma, beta, epsilon)


@mistake("These axes are right for channels *first*. Here the channels are the last axis: `axis=(0, 1, 2)`.")
def images_with_channels_first(x, gamma, beta, epsilon=1e-5):
    return images_over((0, 2, 3), x, gamma, beta, epsilon)


@mistake("The channels of each place were normalised. The channels are what is kept apart: `axis=(0, 1, 2)`.")
def images_over_channels(x, gamma, beta, epsilon=1e-5):
    return images_over(-1, x, gamma, beta, epsilon)


@mistake(
    "Each picture was normalised by itself over all its channels (that is *layer* normalisation). Asked for is each "
    "channel over all pictures: `axis=(0, 1, 2)`."
)
def images_per_layer(x, gamma, beta, epsilon=1e-5):
    return images_over((1, 2, 3), x, gamma, beta, epsilon)


@mistake(DDOF)
def images_with_unbiased_variance(x, gamma, beta, epsilon=1e-5):
    x, gamma, beta = floats(x, gamma, beta)
    mean, var = x.mean(axis=(0, 1, 2)), x.var(axis=(0, 1, 2), ddof=1)
    return gamma * (x - mean) / np.sqrt(var + epsilon) + beta


@mistake(EPSILON_OUTSIDE)
def images_with_epsilon_outside(x, gamma, beta, epsilon=1e-5):
    x, gamma, beta = floats(x, gamma, beta)
    mean, var = x.mean(axis=(0, 1, 2)), x.var(axis=(0, 1, 2))
    return gamma * (x - mean) / (np.sqrt(var) + epsilon) + beta


@mistake(VARIANCE_FOR_DEVIATION)
def images_divided_by_variance(x, gamma, beta, epsilon=1e-5):
    x, gamma, beta = floats(x, gamma, beta)
    mean, var = x.mean(axis=(0, 1, 2)), x.var(axis=(0, 1, 2))
    return gamma * (x - mean) / (var + epsilon) + beta


@mistake("Scale and shift are missing: after normalising, multiply by `gamma` and add `beta`.")
def images_without_scale_and_shift(x, gamma, beta, epsilon=1e-5):
    return images_by_formula(x, np.ones(len(gamma)), np.zeros(len(beta)), epsilon)


@mistake("Three values came back. For pictures `out` alone is asked for.")
def images_with_statistics(x, gamma, beta, epsilon=1e-5):
    (array,) = floats(x)
    return images_by_formula(x, gamma, beta, epsilon), array.mean(axis=(0, 1, 2)), array.var(axis=(0, 1, 2))


@mistake(NOT_IN_PLACE)
def images_in_place(x, gamma, beta, epsilon=1e-5):
    (x,) = floats(x)
    mean, var = x.mean(axis=(0, 1, 2)), x.var(axis=(0, 1, 2))
    x -= mean
    return gamma * x / np.sqrt(var + epsilon) + beta


def images_by_formula(x, gamma, beta, epsilon=1e-5):
    x, gamma, beta = floats(x, gamma, beta)
    mean, var = x.mean(axis=(0, 1, 2)), x.var(axis=(0, 1, 2))
    return gamma * (x - mean) / np.sqrt(var + epsilon) + beta


def images_as_rows(x, gamma, beta, epsilon=1e-5):
    x = np.asarray(x, dtype=float)
    rows = x.reshape(-1, x.shape[-1])
    out = (rows - rows.mean(axis=0)) / np.sqrt(rows.var(axis=0) + epsilon) * gamma + beta
    return out.reshape(x.shape)


def images_channel_by_channel(x, gamma, beta, epsilon=1e-5):
    x = np.asarray(x, dtype=float)
    channels = [
        (x[..., c] - x[..., c].mean()) / math.sqrt(x[..., c].var() + epsilon) * gamma[c] + beta[c]
        for c in range(x.shape[-1])
    ]
    return np.stack(channels, axis=-1)


def images_axis_by_axis(x, gamma, beta, epsilon=1e-5):
    x = np.array(x, dtype=float)
    centred = x - x.mean(axis=0).mean(axis=0).mean(axis=0)
    var = (centred**2).mean(axis=(0, 1, 2), keepdims=True)
    return np.asarray(gamma) * centred * (var + epsilon) ** -0.5 + np.asarray(beta)


def images_by_the_forward_pass(x, gamma, beta, epsilon=1e-5):
    x = np.asarray(x, dtype=float)
    out, _, _ = forward_as_lists(x.reshape(-1, x.shape[-1]).tolist(), gamma, beta, epsilon)
    return np.reshape(out, x.shape).tolist()


def images_in_single_precision(x, gamma, beta, epsilon=1e-5):
    x, gamma, beta = (np.asarray(array, dtype=np.float32) for array in (x, gamma, beta))
    mean, var = x.mean(axis=(0, 1, 2)), x.var(axis=(0, 1, 2))
    return gamma * (x - mean) / np.sqrt(var + np.float32(epsilon)) + beta


def images_with_a_work_array(x, gamma, beta, epsilon=1e-5):
    work = np.array(x, dtype=float)
    work -= work.mean(axis=(0, 1, 2))
    work /= np.sqrt(np.einsum("nhwc,nhwc->c", work, work) / work[..., 0].size + epsilon)
    work *= gamma
    work += beta
    return work


IMAGES = Exercise(
    name="batchnorm_images",
    lecture=LECTURE,
    section="One channel, many places",
    minutes=5,
    difficulty=2,
    parts=(
        Part("values", 2, images_values),
        Part("shapes", 1, images_shapes),
        Part("edge cases", 1, images_edge_cases),
    ),
    oracle=images_oracle,
    mistakes=(
        images_per_pixel,
        images_per_picture,
        images_over_everything,
        images_with_channels_first,
        images_over_channels,
        images_per_layer,
        images_with_unbiased_variance,
        images_with_epsilon_outside,
        images_divided_by_variance,
        images_without_scale_and_shift,
        images_with_statistics,
        images_in_place,
    ),
    spellings=(
        images_by_formula,
        images_as_rows,
        images_channel_by_channel,
        images_axis_by_axis,
        images_by_the_forward_pass,
        images_in_single_precision,
        images_with_a_work_array,
    ),
    hints=(
        "Which axes share a mean? Samples do, and so do all places of a picture. Channels do not.",
        "`mean` and `var` accept several axes at once, as a tuple.",
    ),
    equivalent_mutants={
        "line 1: `np.asarray(x, dtype=float)` → `np.asarray(x)`": FLOATS_ANYWAY,
        "line 2: `2` → `-2`": AXES_FROM_BEHIND,
    },
)
