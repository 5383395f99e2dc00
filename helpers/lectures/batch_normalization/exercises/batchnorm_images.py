"""`batchnorm_images`: one mean and one deviation a channel. The oracle goes from channel to channel."""

from __future__ import annotations

import math
import statistics

import numpy as np

from helpers.judging.exercise import Exercise, Part, call, mistake

from .common import (
    DDOF,
    EPSILON_FIXED,
    EPSILON_OUTSIDE,
    LECTURE,
    NOT_IN_PLACE,
    SWAPPED,
    VARIANCE_FOR_DEVIATION,
    WITHOUT_BETA,
    WITHOUT_GAMMA,
    centers,
    deviations,
    floats,
    scale_and_shift,
    single,
    standardized,
)


def images_oracle(x, gamma, beta, epsilon=1e-5):
    x = np.asarray(x, dtype=float)
    out = np.empty(x.shape)
    for channel, (g, b) in enumerate(zip(gamma, beta, strict=True)):
        values = x[..., channel].ravel().tolist()
        mean, var = math.fsum(values) / len(values), statistics.pvariance(values)
        out[..., channel] = [
            [[float(g) * (v - mean) / math.sqrt(var + epsilon) + float(b) for v in row] for row in image]
            for image in x[..., channel].tolist()
        ]
    return out


def images(rng, n, height, width, channels, scale=1.0, **keywords):
    # Every place and every image has its own mean, so that statistics over the wrong axes show.
    means = rng.normal(0, 1, (1, height, width, channels)) + rng.normal(0, 1, (n, 1, 1, channels))
    normal = standardized(means + rng.normal(size=(n, height, width, channels)), axis=(0, 1, 2))
    x = scale * (centers(rng, channels) + deviations(rng, channels) * normal)
    return call(x, *scale_and_shift(rng, channels), **keywords)


def images_values(rng):
    return [
        images(rng, 2, 2, 2, 1),
        images(rng, 3, 3, 3, 3),
        images(rng, 2, 3, 2, 2, epsilon=0.5),
        images(rng, 3, 2, 2, 2, scale=0.003),
        images(rng, 4, 5, 6, 3),
    ]


def images_shapes(rng):
    return [images(rng, *shape, epsilon=0.1) for shape in [(1, 2, 3, 2), (4, 1, 1, 2), (2, 3, 1, 3), (2, 1, 4, 1)]]


def images_edge_cases(rng):
    constant = images(rng, 2, 2, 2, 2, epsilon=0.25)
    constant.arguments[0][..., 1] = 3.0
    return [
        call(np.array([[[[1], [4]], [[2], [2]]]]), np.array([3]), np.array([-1])),
        constant,
        call(*single(*images(rng, 2, 2, 2, 2).arguments)),
    ]


def images_over(axes, x, gamma, beta, epsilon):
    mean, var = x.mean(axis=axes, keepdims=True), x.var(axis=axes, keepdims=True)
    return gamma * (x - mean) / np.sqrt(var + epsilon) + beta


@mistake(
    "Every pixel has a mean of its own here. A filter is the same everywhere in the image, so all places of a channel "
    "share one mean and one variance: `axis=(0, 1, 2)`."
)
def images_per_pixel(x, gamma, beta, epsilon=1e-5):
    return images_over(0, x, gamma, beta, epsilon)


@mistake(
    "Each image was normalized by itself (that is *instance* normalization). Here all images of the batch share their "
    "statistics: `axis=(0, 1, 2)`."
)
def images_per_image(x, gamma, beta, epsilon=1e-5):
    return images_over((1, 2), x, gamma, beta, epsilon)


@mistake("One mean was taken over everything. Each channel has a mean and a variance of its own.")
def images_over_everything(x, gamma, beta, epsilon=1e-5):
    return images_over(None, x, gamma, beta, epsilon)


@mistake("These axes are right for channels *first*. Here the channels are the last axis: `axis=(0, 1, 2)`.")
def images_with_channels_first(x, gamma, beta, epsilon=1e-5):
    return images_over((0, 2, 3), x, gamma, beta, epsilon)


@mistake("The channels of each place were normalized together. Each channel has its own statistics: `axis=(0, 1, 2)`.")
def images_over_channels(x, gamma, beta, epsilon=1e-5):
    return images_over(-1, x, gamma, beta, epsilon)


@mistake(
    "Each image was normalized by itself over all its channels (that is *layer* normalization). Here each channel is "
    "normalized over all images: `axis=(0, 1, 2)`."
)
def images_per_layer(x, gamma, beta, epsilon=1e-5):
    return images_over((1, 2, 3), x, gamma, beta, epsilon)


@mistake("Each row of pixels has a mean of its own here. All places of a channel share one: `axis=(0, 1, 2)`.")
def images_per_row(x, gamma, beta, epsilon=1e-5):
    return images_over((0, 2), x, gamma, beta, epsilon)


@mistake("Each column of pixels has a mean of its own here. All places of a channel share one: `axis=(0, 1, 2)`.")
def images_per_column(x, gamma, beta, epsilon=1e-5):
    return images_over((0, 1), x, gamma, beta, epsilon)


@mistake(DDOF)
def images_with_unbiased_variance(x, gamma, beta, epsilon=1e-5):
    mean, var = x.mean(axis=(0, 1, 2)), x.var(axis=(0, 1, 2), ddof=1)
    return gamma * (x - mean) / np.sqrt(var + epsilon) + beta


@mistake(EPSILON_OUTSIDE)
def images_with_epsilon_outside(x, gamma, beta, epsilon=1e-5):
    mean, var = x.mean(axis=(0, 1, 2)), x.var(axis=(0, 1, 2))
    return gamma * (x - mean) / (np.sqrt(var) + epsilon) + beta


@mistake(EPSILON_FIXED)
def images_with_a_fixed_epsilon(x, gamma, beta, epsilon=1e-5):
    return images_over((0, 1, 2), x, gamma, beta, 1e-5)


@mistake("Epsilon is missing. Add it to the variance before you take the root, or a constant channel divides 0 by 0.")
def images_without_epsilon(x, gamma, beta, epsilon=1e-5):
    with np.errstate(all="ignore"):
        return images_over((0, 1, 2), x, gamma, beta, 0)


@mistake(VARIANCE_FOR_DEVIATION)
def images_divided_by_variance(x, gamma, beta, epsilon=1e-5):
    mean, var = x.mean(axis=(0, 1, 2)), x.var(axis=(0, 1, 2))
    return gamma * (x - mean) / (var + epsilon) + beta


@mistake("The mean was not subtracted before the division.")
def images_without_centering(x, gamma, beta, epsilon=1e-5):
    return gamma * x / np.sqrt(x.var(axis=(0, 1, 2)) + epsilon) + beta


@mistake("Scale and shift are missing: after normalizing, multiply by `gamma` and add `beta`.")
def images_without_scale_and_shift(x, gamma, beta, epsilon=1e-5):
    return images_over((0, 1, 2), x, 1, 0, epsilon)


@mistake(WITHOUT_GAMMA)
def images_without_gamma(x, gamma, beta, epsilon=1e-5):
    return images_over((0, 1, 2), x, 1, beta, epsilon)


@mistake(WITHOUT_BETA)
def images_without_beta(x, gamma, beta, epsilon=1e-5):
    return images_over((0, 1, 2), x, gamma, 0, epsilon)


@mistake("`beta` was added before the multiplication, so `gamma` multiplies it too. Multiply first, then add.")
def images_shifts_first(x, gamma, beta, epsilon=1e-5):
    return gamma * (images_over((0, 1, 2), x, 1, 0, epsilon) + beta)


@mistake(SWAPPED)
def images_with_swapped_parameters(x, gamma, beta, epsilon=1e-5):
    return images_over((0, 1, 2), x, beta, gamma, epsilon)


@mistake("Three values came back. For images `out` alone is asked for.")
def images_with_statistics(x, gamma, beta, epsilon=1e-5):
    return images_by_formula(x, gamma, beta, epsilon), x.mean(axis=(0, 1, 2)), x.var(axis=(0, 1, 2))


@mistake(NOT_IN_PLACE)
def images_in_place(x, gamma, beta, epsilon=1e-5):
    mean, var = x.mean(axis=(0, 1, 2)), x.var(axis=(0, 1, 2))
    x -= mean
    x /= np.sqrt(var + epsilon)
    return gamma * x + beta


@mistake(NOT_IN_PLACE)
def images_in_place_of_floats(x, gamma, beta, epsilon=1e-5):
    (x,) = floats(x)
    mean, var = x.mean(axis=(0, 1, 2)), x.var(axis=(0, 1, 2))
    x -= mean
    return gamma * x / np.sqrt(var + epsilon) + beta


@mistake("`beta` was subtracted. It is added at the end.")
def images_with_beta_subtracted(x, gamma, beta, epsilon=1e-5):
    mean, var = x.mean(axis=(0, 1, 2)), x.var(axis=(0, 1, 2))
    return gamma * (x - mean) / np.sqrt(var + epsilon) - beta


def images_by_formula(x, gamma, beta, epsilon=1e-5):
    mean, var = x.mean(axis=(0, 1, 2)), x.var(axis=(0, 1, 2))
    return gamma * (x - mean) / np.sqrt(var + epsilon) + beta


def images_as_rows(x, gamma, beta, epsilon=1e-5):
    """Each pixel becomes a row, as if it were a sample, and the forward pass of a dense layer does the rest."""
    rows = x.reshape(-1, x.shape[-1])
    out = gamma * (rows - rows.mean(axis=0)) / np.sqrt(rows.var(axis=0) + epsilon) + beta
    return out.reshape(x.shape)


def images_channel_by_channel(x, gamma, beta, epsilon=1e-5):
    """A loop over the channels needs no axes, since all numbers of a channel share their statistics."""
    out = np.empty(x.shape)
    for c in range(x.shape[-1]):
        channel = x[..., c]
        out[..., c] = gamma[c] * (channel - channel.mean()) / np.sqrt(channel.var() + epsilon) + beta[c]
    return out


def images_axis_by_axis(x, gamma, beta, epsilon=1e-5):
    centered = x - x.mean(axis=0).mean(axis=0).mean(axis=0)
    var = (centered**2).mean(axis=(0, 1, 2), keepdims=True)
    return gamma * centered * (var + epsilon) ** -0.5 + beta


def images_by_moments(x, gamma, beta, epsilon=1e-5):
    mean = x.mean(axis=(0, 1, 2))
    var = np.square(x).mean(axis=(0, 1, 2)) - mean**2
    return (x - mean) * (gamma / np.sqrt(var + epsilon)) + beta


def images_as_lists(x, gamma, beta, epsilon=1e-5):
    return images_by_formula(x, gamma, beta, epsilon).tolist()


def images_as_a_tuple(x, gamma, beta, epsilon=1e-5):
    return tuple(images_by_formula(x, gamma, beta, epsilon))


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
    section="16. Images, and other normalizations",
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
        images_per_image,
        images_over_everything,
        images_with_channels_first,
        images_over_channels,
        images_per_layer,
        images_per_row,
        images_per_column,
        images_with_unbiased_variance,
        images_with_epsilon_outside,
        images_with_a_fixed_epsilon,
        images_without_epsilon,
        images_divided_by_variance,
        images_without_centering,
        images_without_scale_and_shift,
        images_without_gamma,
        images_without_beta,
        images_shifts_first,
        images_with_swapped_parameters,
        images_with_statistics,
        images_in_place,
        images_in_place_of_floats,
        images_with_beta_subtracted,
    ),
    spellings=(
        images_by_formula,
        images_as_rows,
        images_channel_by_channel,
        images_axis_by_axis,
        images_by_moments,
        images_as_lists,
        images_as_a_tuple,
        images_in_single_precision,
        images_with_a_work_array,
    ),
    hints=(
        "Which axes share a mean? Samples do, and so do all places of an image. Channels do not.",
        "`mean` and `var` accept several axes at once, as a tuple.",
    ),
    equivalent_mutants={
        "line 1: `2` → `-2`": "Of four axes, number 2 and number -2 are the same.",
    },
)
