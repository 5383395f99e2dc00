"""`subtract_channel_mean`: three numbers for all pictures. The oracle adds up single pixels."""

from __future__ import annotations

import math

import numpy as np

from helpers.exercises.preprocessing.common import LECTURE
from helpers.judging.exercise import Exercise, Part, Tolerance, call, mistake


def oracle(images):
    images = np.asarray(images, dtype=float)
    by_channel = [images[..., channel] for channel in range(images.shape[3])]
    mean = [math.fsum(plane.ravel().tolist()) / plane.size for plane in by_channel]
    return np.stack([plane - m for plane, m in zip(by_channel, mean, strict=True)], axis=-1), np.array(mean)


def pictures(rng, *shape):
    """Pictures whose channels lie at different heights, and so do the pictures and the places within them."""
    n, height, width, channels = shape
    return (
        rng.uniform(0, 50, shape)
        + rng.uniform(0, 60, (n, 1, 1, 1))
        + rng.uniform(0, 60, (1, height, width, 1))
        + rng.uniform(0, 60, channels)
    )


def values(rng):
    return [
        call(np.array([[[[1.0, 10.0]], [[3.0, 20.0]]], [[[5.0, 60.0]], [[7.0, 10.0]]]])),
        call(pictures(rng, 2, 2, 2, 3)),
        call(pictures(rng, 5, 4, 3, 3)),
    ]


def whole_numbers(rng):
    return [
        call(np.array([[[[0, 250]], [[200, 10]]]], dtype=np.uint8)),
        call(pictures(rng, 2, 2, 3, 3).astype(np.uint8)),
        call(pictures(rng, 4, 3, 3, 2).astype(np.uint8)),
    ]


def edge_cases(rng):
    return [
        call([[[[1.0, 2.0], [3.0, 8.0]]]]),
        call(pictures(rng, 1, 2, 3, 3)),
        call(pictures(rng, 3, 2, 2, 1)),
        call(pictures(rng, 2, 3, 2, 4).astype(np.float32)),
    ]


@mistake(
    "This is the mean image: one number for every place and channel. The channel mean is one number a channel, taken "
    "over all pictures and all places."
)
def mean_image(images):
    images = np.asarray(images, dtype=float)
    return images - images.mean(axis=0), images.mean(axis=0)


@mistake("One mean was taken over everything. Red, green and blue lie at different heights: one number for each.")
def one_mean(images):
    images = np.asarray(images, dtype=float)
    return images - images.mean(), images.mean()


@mistake(
    "Every picture lost its own mean, so a dark picture and a bright one now look alike. Take the mean over the "
    "pictures too: three axes disappear."
)
def own_mean_of_each_picture(images):
    images = np.asarray(images, dtype=float)
    mean = images.mean(axis=(1, 2))
    return images - mean[:, None, None], mean


@mistake("The channels were looked for on axis 1. Here they come last: `(n, height, width, channels)`.")
def channels_first(images):
    images = np.asarray(images, dtype=float)
    mean = images.mean(axis=(0, 2, 3))
    return images - mean[:, None, None], mean


@mistake(
    "The subtraction was done in whole numbers of 8 bits, where 10 - 20 is 246. Convert the pictures to float before "
    "you take anything off."
)
def wraps_around(images):
    images = np.asarray(images)
    mean = images.mean(axis=(0, 1, 2))
    return (images - mean.astype(images.dtype)).astype(float), mean


@mistake("The pictures were divided by their deviation too. Here the mean alone is taken off.")
def standardised(images):
    images = np.asarray(images, dtype=float)
    mean = images.mean(axis=(0, 1, 2))
    return (images - mean) / images.std(axis=(0, 1, 2)), mean


@mistake("The pixels were divided by 255 first. Here they keep their scale; only the mean is taken off.")
def divided_by_255(images):
    images = np.asarray(images, dtype=float) / 255
    mean = images.mean(axis=(0, 1, 2))
    return images - mean, mean


@mistake("The mean kept axes of length 1. Its shape should be `(channels,)`: leave `keepdims` out.")
def keeps_axes(images):
    images = np.asarray(images, dtype=float)
    mean = images.mean(axis=(0, 1, 2), keepdims=True)
    return images - mean, mean


@mistake("The mean is that of the *centred* pictures, which is 0. Return what you took off.")
def mean_of_the_result(images):
    images = np.asarray(images, dtype=float)
    centred = images - images.mean(axis=(0, 1, 2))
    return centred, np.zeros(images.shape[3])


@mistake("Only the pictures came back. Return the mean too: pictures that come later lose the same one.")
def without_the_mean(images):
    images = np.asarray(images, dtype=float)
    return images - images.mean(axis=(0, 1, 2))


@mistake(
    "The values are right, but the mean was taken off in the caller's array. `-=` works in place; write the difference "
    "into a new one."
)
def in_place(images):
    images = np.asarray(images, dtype=float)
    mean = images.mean(axis=(0, 1, 2))
    images -= mean
    return images, mean


def by_reshaping(images):
    images = np.array(images, dtype=float)
    mean = images.reshape(-1, images.shape[-1]).mean(axis=0)
    return images - mean, mean


def channel_by_channel(images):
    centred = np.array(images, dtype=float)
    mean = np.empty(centred.shape[3])
    for channel in range(centred.shape[3]):
        mean[channel] = np.average(centred[:, :, :, channel])
        centred[:, :, :, channel] -= mean[channel]
    return centred, mean


def in_three_steps(images):
    images = np.asarray(images, dtype=np.float64)
    mean = images.mean(axis=0).mean(axis=0).mean(axis=0)
    return np.subtract(images, mean[None, None, None, :]), mean.tolist()


def by_einsum(images):
    images = np.asarray(images, dtype=float)
    mean = np.einsum("nhwc->c", images) / np.prod(images.shape[:3])
    return [images - mean, mean]


def in_single_precision(images):
    images = np.asarray(images).astype(np.float32)
    mean = images.mean(axis=(0, 1, 2))
    return images - mean, mean


SUBTRACT_CHANNEL_MEAN = Exercise(
    name="subtract_channel_mean",
    lecture=LECTURE,
    section="7. Pictures",
    minutes=5,
    difficulty=1,
    parts=(
        Part("values", 2, values),
        Part("whole numbers", 1, whole_numbers),
        Part("edge cases", 1, edge_cases),
    ),
    oracle=oracle,
    mistakes=(
        mean_image,
        one_mean,
        own_mean_of_each_picture,
        channels_first,
        wraps_around,
        standardised,
        divided_by_255,
        keeps_axes,
        mean_of_the_result,
        without_the_mean,
        in_place,
    ),
    spellings=(by_reshaping, channel_by_channel, in_three_steps, by_einsum, in_single_precision),
    hints=(
        "Of the axes `(n, height, width, channels)` three disappear and one stays. `axis` takes a tuple.",
        "Pixels come as whole numbers from 0 to 255. What is 10 - 20 among those? Make floats first.",
    ),
    tolerance=Tolerance(absolute_single=1e-3),  # the difference of two pixels of 200 has lost that much
    equivalent_mutants={
        "line 1: `np.mean(images, axis=(0, 1, 2), dtype=float)` → `np.mean(images, axis=(0, 1, 2))`": (
            "NumPy takes the mean of whole numbers in double precision anyway."
        ),
        "line 1: `2` → `-2`": "Of four axes, number 2 and number -2 are the same.",
    },
)
