"""Lecture 03: patches of photographs before and after whitening, pictures for a network, day and night."""

from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np
from PIL import Image

from helpers.neural.activations import ACTIVATIONS
from helpers.neural.networks import forward, train_dense

GREY = np.array([0.299, 0.587, 0.114])  # how bright red, green and blue look (ITU-R BT.601)


def photographs():
    """Two photographs as uint8 arrays (427, 640, 3): a temple and a flower.

    They come with scikit-learn, under CC BY 2.0: china.jpg by danielbuechele, flower.jpg by vultilion (Flickr).
    """
    from sklearn.datasets import load_sample_images

    return load_sample_images().images


def patches(count=4000, size=8, seed=0):
    """Grey patches of the photographs, flattened: (count, size * size), values 0 to 1."""
    rng = np.random.default_rng(seed)
    found = []
    for picture in photographs():
        grey = picture @ GREY / 255
        corners = rng.integers(0, np.array(grey.shape) - size, (count // 2, 2))
        found += [grey[y : y + size, x : x + size].ravel() for y, x in corners]
    return np.array(found)


def neighbour_correlation(flat_patches):
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
    return {"stretched": np.asarray(stretched), "padded": np.asarray(padded), "centre": np.asarray(cropped)}


@dataclass(frozen=True)
class Prepared:
    """A way to prepare pictures, made from the training pictures only; call it with uint8 (n, height, width, 3)."""

    shift: np.ndarray
    grey: bool = False
    own_statistics: bool = False  # each picture by its own mean and deviation

    def __call__(self, pictures):
        ready = pictures.astype(np.float32)
        if self.grey:
            ready = ready @ GREY.astype(np.float32)[:, None]
        ready = (ready - self.shift.astype(np.float32)).reshape(len(pictures), -1)
        if self.own_statistics:
            ready = ready - ready.mean(axis=1, keepdims=True)
            ready *= np.float32(50) / (ready.std(axis=1, keepdims=True) + 1)  # about what ordinary pictures have
        return ready


def preparations(train):
    """The usual ways to prepare pictures, measured on the training pictures uint8 (n, height, width, 3)."""
    mean_image = train.mean(axis=0)
    channel_mean = train.mean(axis=(0, 1, 2))
    return {
        "pixels as they are": Prepared(np.zeros(3)),
        "less the mean image": Prepared(mean_image),
        "less the channel mean": Prepared(channel_mean),
        "grey, less its mean image": Prepared((mean_image @ GREY)[..., None], grey=True),
        "each picture by itself": Prepared(np.zeros(3), own_statistics=True),
    }


NETWORK = {"hidden": (50,), "batch_size": 50, "weight_scale": lambda fan_in, fan_out: 0.01 / np.sqrt(fan_in)}


def train_on(pictures, prepare, rate, epochs=6, seed=0, keep=None, night=False):
    """Train the network of NETWORK on prepared ColourPictures and return its History.

    `keep` selects training pictures, a boolean array; with `night`, each of them is used a second time as
    `dimmed` makes it.
    """
    x, y = pictures.x_train, pictures.y_train
    if keep is not None:
        x, y = x[keep], y[keep]
    if night:
        x, y = np.concatenate([x, dimmed(x, seed)]), np.concatenate([y, y])
    data = SimpleNamespace(
        x_train=prepare(x),
        y_train=y,
        x_validation=prepare(pictures.x_validation),
        y_validation=pictures.y_validation,
    )
    return train_dense(data, epochs=epochs, learning_rate=rate, seed=seed, **NETWORK)


def mean_accuracy(pictures, prepare, rate, seeds=2, **training):
    """Validation accuracy after training as `train_on` does, the mean of several seeds."""
    runs = [train_on(pictures, prepare, rate, seed=seed, **training) for seed in range(seeds)]
    return float(np.mean([run.validation_accuracy[-1] for run in runs]))


def dimmed(pictures, seed=0):
    """The same pictures with less light: every one times its own factor between 0.2 and 0.8, uint8."""
    factors = np.random.default_rng(seed).uniform(0.2, 0.8, (len(pictures), 1, 1, 1))
    return (pictures * factors.astype(np.float32)).astype(np.uint8)


def accuracy(history, prepare, pictures, labels):
    """Share of pictures (n, height, width, 3) that a trained network names correctly."""
    scores = forward(history.layers, prepare(pictures), ACTIVATIONS["relu"])[1][-1]
    return float(np.mean(scores.argmax(axis=1) == labels))


def by_day_and_by_night(pictures, prepare, rate, epochs=6, seeds=3, **training):
    """Validation accuracy on day pictures and on night pictures of a network trained as `training` says: (2,)."""
    night = pictures.night_validation
    results = []
    for seed in range(seeds):
        history = train_on(pictures, prepare, rate, epochs, seed, **training)
        results.append(
            [
                accuracy(history, prepare, pictures.x_validation[side], pictures.y_validation[side])
                for side in (~night, night)
            ]
        )
    return np.mean(results, axis=0)
