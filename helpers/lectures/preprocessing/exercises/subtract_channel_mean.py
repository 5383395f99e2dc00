"""`subtract_channel_mean`: three numbers for all pictures. The oracle adds up single pixels."""

from __future__ import annotations

import math

import numpy as np

from helpers.judging.exercise import Exercise, Part, call, mistake

from .common import LECTURE

OWN_MEAN = (
    "Every picture lost its own mean, so a dark picture and a bright one now look alike. Take the mean over the "
    "pictures too: three axes disappear."
)


def oracle(images):
    images = np.asarray(images, dtype=float)
    by_channel = [images[..., channel] for channel in range(images.shape[3])]
    mean = [math.fsum(plane.ravel().tolist()) / plane.size for plane in by_channel]
    return np.stack([plane - m for plane, m in zip(by_channel, mean, strict=True)], axis=-1), np.array(mean)


def pictures(rng, *shape):
    """Pictures from 0 to 1 whose channels lie at different heights, and so do the pictures and the places in them."""
    n, height, width, channels = shape
    return (
        rng.uniform(0, 0.2, shape)
        + rng.uniform(0, 0.3, (n, 1, 1, 1))
        + rng.uniform(0, 0.3, (1, height, width, 1))
        + rng.permutation(np.linspace(0, 0.2, channels))
    )


def whole_pictures(rng, *shape):
    """The same from 0 to 255. Of 8 or 16 pixels for each channel, every mean is a number that floats represent."""
    return np.round(255 * pictures(rng, *shape)).astype(np.uint8)


def values(rng):
    return [
        call(np.array([[[[1.0, 10.0]], [[3.0, 20.0]]], [[[5.0, 60.0]], [[7.0, 10.0]]]])),
        call(pictures(rng, 2, 2, 2, 3)),
        call(pictures(rng, 5, 4, 3, 3)),
    ]


def whole_numbers(rng):
    return [
        call(np.array([[[[0, 250]], [[201, 11]]]], dtype=np.uint8)),
        call(whole_pictures(rng, 2, 2, 2, 3)),
        call(whole_pictures(rng, 4, 1, 4, 2)),
    ]


def edge_cases(rng):
    return [
        call(np.array([[[[1.0, 2.0], [3.0, 8.0]]]])),
        call(pictures(rng, 1, 2, 3, 3)),
        call(pictures(rng, 3, 2, 2, 1)),
        call(pictures(rng, 2, 3, 2, 4).astype(np.float32)),
    ]


@mistake(
    "This is the mean image: one number for every place and channel. The channel mean is one number for each channel, "
    "taken over all pictures and all places."
)
def mean_image(images):
    return images - images.mean(axis=0), images.mean(axis=0)


@mistake("One mean was taken over everything. Red, green and blue lie at different heights: one number for each.")
def one_mean(images):
    return images - images.mean(), images.mean()


@mistake(OWN_MEAN)
def own_mean_of_each_picture(images):
    mean = images.mean(axis=(1, 2), keepdims=True)
    return images - mean, mean


@mistake(OWN_MEAN)
def own_mean_as_a_table(images):
    mean = images.mean(axis=(1, 2))
    return images - mean[:, None, None], mean


@mistake("The channels were looked for on axis 1. Here they come last: `(n, height, width, channels)`.")
def channels_first(images):
    mean = images.mean(axis=(0, 2, 3))
    return images - mean[:, None, None], mean


@mistake("The mean was taken over the channels of each pixel. Take it over the other three axes: axis=(0, 1, 2).")
def over_the_channels(images):
    mean = images.mean(axis=3, keepdims=True)
    return images - mean, mean


@mistake(
    "The subtraction was done in whole numbers of 8 bits, where 10 - 20 is 246. Convert the pictures to float before "
    "you subtract anything."
)
def wraps_around(images):
    mean = images.mean(axis=(0, 1, 2))
    return (images - mean.astype(images.dtype)).astype(float), mean


@mistake(
    "The centered pictures were converted back to the type of the pictures. Whole numbers of 8 bits hold neither "
    "fractions nor negative numbers: return floats."
)
def converted_back(images):
    centered, mean = oracle(images)
    return centered.astype(int).astype(images.dtype), mean


@mistake("The mean was rounded to a whole number. Keep its fraction: otherwise the pictures are not quite centered.")
def rounded_mean(images):
    mean = np.round(images.mean(axis=(0, 1, 2)))
    return images - mean, mean


@mistake("The fraction of the mean was cut off. Keep it as a float: otherwise the pictures are not quite centered.")
def mean_as_integer(images):
    mean = images.mean(axis=(0, 1, 2)).astype(int)
    return images - mean, mean


@mistake("The pictures were divided by their standard deviation too. Here only the mean is subtracted.")
def standardized(images):
    mean = images.mean(axis=(0, 1, 2))
    return (images - mean) / images.std(axis=(0, 1, 2)), mean


@mistake("The pixels were divided by 255 first. Here they keep their scale; only the mean is subtracted.")
def divided_by_255(images):
    images = images / 255
    mean = images.mean(axis=(0, 1, 2))
    return images - mean, mean


@mistake("The mean kept axes of length 1. Its shape should be `(channels,)`: leave `keepdims` out.")
def keeps_axes(images):
    mean = images.mean(axis=(0, 1, 2), keepdims=True)
    return images - mean, mean


@mistake("The mean is that of the *centered* pictures, which is 0. Return the mean that you subtracted.")
def mean_of_the_result(images):
    centered, mean = oracle(images)
    return centered, np.zeros_like(mean)


@mistake("Only the pictures were returned. Return the mean too: it is subtracted from later pictures as well.")
def without_the_mean(images):
    return images - images.mean(axis=(0, 1, 2))


@mistake("The two are swapped: return the centered pictures first, then the mean.")
def swapped(images):
    return oracle(images)[::-1]


@mistake("The sign is wrong: the pictures were subtracted from the mean. Subtract the mean from the pictures.")
def mean_minus_pictures(images):
    centered, mean = oracle(images)
    return -centered, mean


@mistake(
    "The values are right, but the mean was subtracted in the caller's array. `-=` works in place; write the "
    "difference into a new one."
)
def in_place(images):
    images = np.asarray(images, dtype=float)
    mean = images.mean(axis=(0, 1, 2))
    images -= mean
    return images, mean


@mistake(
    "`-=` works in place: it writes the difference into the caller's array, and into whole numbers it cannot. Write "
    "the difference into a new array."
)
def in_place_as_given(images):
    mean = images.mean(axis=(0, 1, 2))
    images -= mean
    return images, mean


@mistake("One mean was taken over all channels. Each channel has its own: all axes but the last one disappear.")
def one_mean_for_all_channels(images):
    mean = images.mean()
    return images - mean, np.full(images.shape[-1], mean)


def by_reshaping(images):
    """Put all pixels below each other, one column for each channel: then it is the mean of the columns of a table."""
    mean = images.reshape(-1, images.shape[-1]).mean(axis=0)
    return images - mean, mean


def channel_by_channel(images):
    """One channel at a time, in a new array: longer, and it says step by step what happens."""
    centered = images.astype(float)
    mean = np.zeros(images.shape[3])
    for channel in range(images.shape[3]):
        mean[channel] = centered[..., channel].mean()
        centered[..., channel] -= mean[channel]
    return centered, mean


def in_three_steps(images):
    mean = images.mean(axis=0).mean(axis=0).mean(axis=0)
    return np.subtract(images, mean[None, None, None, :]), mean.tolist()


def by_einsum(images):
    images = np.asarray(images, dtype=float)
    mean = np.einsum("nhwc->c", images) / np.prod(images.shape[:3])
    return [images - mean, tuple(mean)]


def as_list_of_pictures(images):
    mean = np.average(images, axis=(0, 1, 2))
    return [picture - mean for picture in images], mean


def in_single_precision(images):
    images = np.asarray(images).astype(np.float32)
    mean = images.mean(axis=(0, 1, 2))
    return images - mean, mean


SUBTRACT_CHANNEL_MEAN = Exercise(
    name="subtract_channel_mean",
    lecture=LECTURE,
    section="9. Pictures",
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
        own_mean_as_a_table,
        channels_first,
        over_the_channels,
        wraps_around,
        converted_back,
        rounded_mean,
        mean_as_integer,
        standardized,
        divided_by_255,
        keeps_axes,
        mean_of_the_result,
        without_the_mean,
        swapped,
        mean_minus_pictures,
        in_place,
        in_place_as_given,
        one_mean_for_all_channels,
    ),
    spellings=(
        by_reshaping,
        channel_by_channel,
        in_three_steps,
        by_einsum,
        as_list_of_pictures,
        in_single_precision,
    ),
    hints=(
        "Of the axes `(n, height, width, channels)` three disappear and one stays. `axis` takes a tuple.",
        "Pixels may be whole numbers from 0 to 255. What is 10 - 20 among those? The mean is a float: does the "
        "difference become one too?",
    ),
    equivalent_mutants={"line 1: `2` → `-2`": "Of four axes, number 2 and number -2 are the same."},
)
