"""Lecture 03: patches of photographs before and after whitening, pictures for a network, day and night."""

from dataclasses import dataclass, replace
from functools import cache

import numpy as np
from PIL import Image
from scipy.special import softmax
from threadpoolctl import threadpool_limits

from helpers.datasets import shapes10

GRAY = np.array([0.299, 0.587, 0.114])  # how bright red, green and blue look (ITU-R BT.601)


def photographs():
    """Two photographs as uint8 arrays (427, 640, 3): a temple and a flower.

    They come with scikit-learn, under CC BY 2.0: china.jpg by danielbuechele, flower.jpg by vultilion (Flickr).
    """
    from sklearn.datasets import load_sample_images

    return load_sample_images().images


def patches(count=4000, size=8, seed=0):
    """Gray patches of the photographs, flattened: (count, size * size), values 0 to 1."""
    rng = np.random.default_rng(seed)
    found = []
    for picture in photographs():
        gray = picture @ GRAY / 255
        corners = rng.integers(0, np.array(gray.shape) - size, (count // 2, 2))
        found += [gray[y : y + size, x : x + size].ravel() for y, x in corners]
    return np.array(found)


def neighbor_correlation(flat_patches):
    """Correlation of a pixel with the one to its right, over all patches (count, size * size)."""
    size = int(np.sqrt(flat_patches.shape[1]))
    square = flat_patches.reshape(-1, size, size)
    return float(np.corrcoef(square[:, :, :-1].ravel(), square[:, :, 1:].ravel())[0, 1])


def fitted_to(picture, size=32):
    """One picture brought to size x size in three ways: {how: uint8 (size, size, 3)}."""
    height, width = picture.shape[:2]
    image = Image.fromarray(picture)
    short = min(height, width)
    left, top = (width - short) // 2, (height - short) // 2
    scale = size / max(height, width)
    inside = image.resize((round(width * scale), round(height * scale)), Image.Resampling.BOX)
    padded = Image.new("RGB", (size, size), (128, 128, 128))
    padded.paste(inside, ((size - inside.width) // 2, (size - inside.height) // 2))
    cropped = image.crop((left, top, left + short, top + short)).resize((size, size), Image.Resampling.BOX)
    stretched = image.resize((size, size), Image.Resampling.BOX)
    return {"stretched": np.asarray(stretched), "padded": np.asarray(padded), "center": np.asarray(cropped)}


@dataclass(frozen=True)
class Prepared:
    """A way to prepare pictures, made from the training pictures only; call it with (n, height, width, channels)."""

    shift: np.ndarray | float = 0.0
    scale: np.ndarray | float = 255.0
    own_statistics: bool = False  # each picture by its own mean and standard deviation

    def __call__(self, pictures):
        ready = pictures.astype(np.float32)
        shift, scale = np.asarray(self.shift, np.float32), np.asarray(self.scale, np.float32)
        if self.own_statistics:
            shift = ready.mean(axis=(1, 2, 3), keepdims=True)
            scale = ready.std(axis=(1, 2, 3), keepdims=True) + 1  # a picture of one gray stays finite
        return ((ready - shift) / scale).reshape(len(pictures), -1)


def preparations(train):
    """The usual ways to prepare pictures, measured on the training pictures (n, height, width, channels), 0 to 255."""
    return {
        "0 to 255": Prepared(scale=1.0),
        "divided by 255": Prepared(),
        "minus the mean image": Prepared(train.mean(axis=0)),
        "channel mean and standard deviation": Prepared(train.mean(axis=(0, 1, 2)), train.std(axis=(0, 1, 2))),
        "each picture by itself": Prepared(own_statistics=True),
    }


def small(pictures, gray=False):
    """Half the width and height, each pixel the mean of four: (n, 16, 16, 3), or (n, 16, 16, 1) if `gray`."""
    n, height, width, channels = pictures.shape
    halved = pictures.reshape(n, height // 2, 2, width // 2, 2, channels).mean(axis=(2, 4))
    return (halved @ GRAY[:, None] if gray else halved).astype(np.float32)


@cache
def shapes(seed=0, gray=False):
    """`shapes10` with pictures of 16 x 16, which train in a fifth of the time. Another `seed`: other pictures."""
    full = shapes10(seed)
    fields = ("x_train", "x_validation")
    return replace(full, **{name: small(getattr(full, name), gray) for name in fields})


HIDDEN, BATCH = 50, 50
OPTIMIZERS = {"plain": 0.0, "momentum": 0.9, "Adam": 0.9}


def train(x, y, rate, updates, seed=0, optimizer="plain"):
    """Train inputs-50-10 with ReLU from He's start: x float32 (n, d), y (n,); the parameters (W1, b1, W2, b2).

    It takes `updates` steps with batches of 50, so that trainings on more pictures cost the same.
    """
    rng = np.random.default_rng(seed)
    parameters = []
    for fan_in, fan_out in ((x.shape[1], HIDDEN), (HIDDEN, 10)):
        scale = np.sqrt(2 / fan_in).astype(np.float32)
        parameters += [scale * rng.standard_normal((fan_in, fan_out), np.float32), np.zeros(fan_out, np.float32)]
    means, squares = ([np.zeros_like(p) for p in parameters] for _ in range(2))
    keep, rate, order = np.float32(OPTIMIZERS[optimizer]), np.float32(rate), np.array([], int)
    with np.errstate(all="ignore"), threadpool_limits(1, "blas"):  # a run that explodes is a result
        for step in range(1, updates + 1):
            if len(order) < BATCH:
                order = rng.permutation(len(x))
            batch, order = order[:BATCH], order[BATCH:]
            gradients = _gradients(parameters, x[batch], y[batch])
            for number, gradient in enumerate(gradients):
                if optimizer == "Adam":
                    means[number] = keep * means[number] + (1 - keep) * gradient
                    squares[number] = np.float32(0.999) * squares[number] + np.float32(0.001) * gradient**2
                    root = np.sqrt(squares[number] / np.float32(1 - 0.999**step)) + np.float32(1e-7)
                    parameters[number] -= rate / np.float32(1 - 0.9**step) * means[number] / root
                else:
                    means[number] = keep * means[number] + gradient
                    parameters[number] -= rate * means[number]
    return parameters


def _gradients(parameters, x, y):
    first, shift, second, last = parameters
    hidden = np.maximum(x @ first + shift, 0)
    error = softmax(hidden @ second + last, axis=1)
    error[np.arange(len(y)), y] -= 1
    error /= len(y)
    below = (error @ second.T) * (hidden > 0)
    return x.T @ below, below.sum(axis=0), hidden.T @ error, error.sum(axis=0)


def accuracy(parameters, x, y):
    """Share of prepared pictures x (n, d) that the trained network names correctly."""
    first, shift, second, last = parameters
    scores = np.maximum(x @ first + shift, 0) @ second + last
    return float(np.mean(scores.argmax(axis=1) == y))


@cache
def prepared_accuracy(name, rate, seed=0, updates=480, optimizer="plain", data=0):
    """Validation accuracy of one training on `shapes(data)` prepared as `name` of `preparations` says."""
    pictures = shapes(data)
    prepare = preparations(pictures.x_train)[name]
    parameters = train(prepare(pictures.x_train), pictures.y_train, rate, updates, seed, optimizer)
    return accuracy(parameters, prepare(pictures.x_validation), pictures.y_validation)


def dimmed(pictures, seed=0):
    """The same pictures with less light: every one times its own factor between 0.2 and 0.8."""
    factors = np.random.default_rng(seed).uniform(0.2, 0.8, (len(pictures), 1, 1, 1))
    return (pictures * factors.astype(np.float32)).astype(pictures.dtype)


@cache
def by_day_and_at_night(name, extra="nothing", seed=0, updates=2400, optimizer="momentum", rate=0.01, data=0):
    """Train on gray pictures by day; validation accuracy by day and at night: (2,).

    `extra` pictures come on top: "nothing", "darkened" copies, or "equal" copies (which teach nothing new). All three
    take the same number of updates.
    """
    pictures = shapes(data, gray=True)
    x, y = pictures.x_train[~pictures.night_train], pictures.y_train[~pictures.night_train]
    prepare = preparations(x)[name]
    if extra != "nothing":
        x, y = np.concatenate([x, dimmed(x, seed) if extra == "darkened" else x]), np.concatenate([y, y])
    parameters = train(prepare(x), y, rate, updates, seed, optimizer)
    night = pictures.night_validation
    return np.array(
        [
            accuracy(parameters, prepare(pictures.x_validation[side]), pictures.y_validation[side])
            for side in (~night, night)
        ]
    )


def reconstructed(flat_patches, components):
    """Patches (count, size) from their first principal components alone, and the share of the variance that is kept."""
    mean = flat_patches.mean(axis=0)
    variances, axes = np.linalg.eigh(np.cov(flat_patches.T, bias=True))
    axes = axes[:, ::-1][:, :components]
    again = (flat_patches - mean) @ axes @ axes.T + mean
    return again, float(variances[::-1][:components].sum() / variances.sum())
