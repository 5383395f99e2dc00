"""The data sets of the course: what they are, where they lie, and how to get those that are not shipped.

Files are looked for in the folder named by COURSE_DATA_DIR, then in the cache (`data/cache/` in a checkout). Nothing is
downloaded unless `fetch` is called.
"""

import csv
import hashlib
import os
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import platformdirs

from helpers.paths import DATA, INSTALLED

from . import shapes

CACHE = platformdirs.user_cache_path("training-neural-networks") if INSTALLED else DATA / "cache"


class DataSetError(Exception):
    """Something about a data set that the reader can put right; the message says how."""


class DataSetMissing(DataSetError):
    """The file is neither in COURSE_DATA_DIR nor in the cache."""


@dataclass(frozen=True)
class Card:
    """What a data set is, who made it, and how to recognise its file."""

    what: str
    licence: str
    origin: str
    file_name: str | None = None  # None: it comes with an installed package
    sha256: str | None = None
    url: str | None = None  # None: there is no address that serves exactly this file


DATASETS = {
    "digits": Card(
        what="1797 grey pictures of handwritten digits, 8 x 8 pixels with values 0 to 16",
        licence="CC BY 4.0",
        origin="E. Alpaydin and C. Kaynak, UCI 80, Optical Recognition of Handwritten Digits; comes with scikit-learn",
    ),
    "shapes10": Card(
        what="6000 colour pictures of ten shapes by day and by night, 32 x 32 pixels, drawn by code",
        licence="that of the course",
        origin="the course (helpers/datasets/shapes.py; data/generated/shapes10.md)",
    ),
    "mnist": Card(
        what="70 000 grey pictures of handwritten digits, 28 x 28 pixels with values 0 to 255",
        licence="CC BY-SA 3.0",
        origin="Y. LeCun, C. Cortes and C. Burges; in the form that Keras hands out",
        file_name="mnist.npz",
        sha256="06af5dfe73b70e3bc1c36439982b18a8d76803db9b544f6fdf838a37fbb01b64",
        url="https://storage.googleapis.com/tensorflow/tf-keras-datasets/mnist.npz",
    ),
    "cifar10_small": Card(
        what="12 000 colour pictures of CIFAR-10: the first training batch and 2000 test pictures",
        licence="none stated",
        origin="A. Krizhevsky, Learning Multiple Layers of Features from Tiny Images, 2009",
        file_name="cifar10_small.npz",
        sha256="d60658f93271c7f70119dfda9835db6c46625eace1ee76124003227125a361d1",
    ),
    "parkinsons": Card(
        what="5875 voice recordings of 42 patients over six months",
        licence="CC BY 4.0",
        origin="A. Tsanas and M. Little, UCI 189, Parkinsons Telemonitoring",
        file_name="parkinsons_updrs.csv",
        sha256="f2c7d5025dec4e92e7feae367a5f7ccf58789a10ac6b54bdf15976c599f9dd39",
    ),
    "bike": Card(
        what="17 379 hours of a bicycle hire in 2011 and 2012",
        licence="CC BY 4.0",
        origin="H. Fanaee-T and J. Gama, UCI 275, Bike Sharing",
        file_name="bike_hour.csv",
        sha256="e03de4ee4ef4dc376ac6e04bf829673c6269e8eba5c60fa121640fa2f829504f",
    ),
    "pokemon_radar": Card(
        what="1836 sightings in a game, 200 features, 5 classes",
        licence="none stated",
        origin="the hands-on course of Academia Sinica (deck 001)",
        file_name="pkgo_city66_class5_v1.csv",
        sha256="463e099d0c8d0ed4cbcd08e115b5ce9f84e76c8423e5aa3d4fabc8c343337493",
    ),
    "radar": Card(
        what="1836 sightings in a game, 200 features of mixed scales, 5 classes, written by code",
        licence="that of the course",
        origin="the course (helpers/datasets/radar.py; data/generated/pokemon_radar.md)",
    ),
}


@dataclass(frozen=True)
class Pictures:
    """Flattened pictures with values 0..1 and their labels, in three fixed parts.

    `x_train`, `x_validation`, `x_test`: float arrays (samples, pixels); `y_train`, `y_validation`, `y_test`: integer
    arrays (samples,) with values 0 to 9.
    """

    name: str
    x_train: np.ndarray
    y_train: np.ndarray
    x_validation: np.ndarray
    y_validation: np.ndarray
    x_test: np.ndarray
    y_test: np.ndarray


def digits():
    """scikit-learn's digits: 1077 to train, 360 to validate, 360 to test, each class in proportion; 64 pixels, float64.

    The pixels are counts from 0 to 16, so they are divided by that known constant and not by anything measured.
    """
    from sklearn.datasets import load_digits
    from sklearn.model_selection import train_test_split

    pixels, labels = load_digits(return_X_y=True)
    pixels = pixels / 16
    x_rest, x_test, y_rest, y_test = train_test_split(pixels, labels, test_size=360, stratify=labels, random_state=0)
    x_train, x_validation, y_train, y_validation = train_test_split(
        x_rest, y_rest, test_size=360, stratify=y_rest, random_state=0
    )
    return Pictures("digits", x_train, y_train, x_validation, y_validation, x_test, y_test)


# Where another form begins in scikit-learn's digits: the sequence of digits that was to be copied starts anew there.
_SHEETS = (0, 130, 256, 386, 516, 646, 776, 915, 1029, 1157, 1287, 1415, 1545, 1667)


def digit_sheets():
    """scikit-learn's digits in the order of the file, with the form on which each was written.

    Thirteen people wrote them, and each form was filled in by one hand. The file does not say which form a row comes
    from; the order of its labels does.

    Returns
    -------
    pixels : array of floats, shape (1797, 64)
        0 to 1.
    labels : array of integers, shape (1797,)
    sheets : array of integers, shape (1797,)
        0 to 13.
    """
    from sklearn.datasets import load_digits

    pixels, labels = load_digits(return_X_y=True)
    return pixels / 16, labels, np.searchsorted(_SHEETS, np.arange(len(labels)), side="right") - 1


def mnist():
    """MNIST: 50 000 pictures to train, the training set's last 10 000 to validate, 10 000 to test; 784 pixels, float32.

    Raises DataSetMissing, with what to type, when the file is not there.
    """
    with np.load(find("mnist")) as file:
        x, y = _flat(file["x_train"]), file["y_train"].astype(int)
        x_test, y_test = _flat(file["x_test"]), file["y_test"].astype(int)
    return Pictures("MNIST", x[:50_000], y[:50_000], x[50_000:], y[50_000:], x_test, y_test)


@dataclass(frozen=True)
class ColourPictures:
    """Colour pictures as they come, and their labels, in three fixed parts.

    `x_train`, `x_validation`, `x_test`: uint8 arrays (samples, 32, 32, 3), red, green and blue; `y_train`,
    `y_validation`, `y_test`: integer arrays (samples,) with values 0 to 9. Where it is known which pictures were taken
    at night, `night_train`, `night_validation` and `night_test` are boolean arrays (samples,), else None.
    """

    name: str
    x_train: np.ndarray
    y_train: np.ndarray
    x_validation: np.ndarray
    y_validation: np.ndarray
    x_test: np.ndarray
    y_test: np.ndarray
    class_names: tuple
    night_train: np.ndarray | None = None
    night_validation: np.ndarray | None = None
    night_test: np.ndarray | None = None


def shapes10(seed=0):
    """Ten kinds of shapes by day and by night: 4000 pictures to train, 1000 to validate, 1000 to test.

    Drawn anew each time, in about a second; another `seed` draws other pictures from the same source. As hard for a
    small dense network as CIFAR-10: the network 3072-50-10 gets about half of the validation pictures right after five
    epochs.
    """
    parts = [
        shapes.draw(count, rng)
        for count, rng in zip((4000, 1000, 1000), np.random.default_rng(seed).spawn(3), strict=True)
    ]
    (x_train, y_train, night), (x_validation, y_validation, night_too), (x_test, y_test, night_test) = parts
    return ColourPictures(
        *("shapes10", x_train, y_train, x_validation, y_validation, x_test, y_test, shapes.CLASS_NAMES),
        *(night, night_too, night_test),
    )


def cifar10():
    """A sixth of CIFAR-10: 9000 pictures to train, the batch's last 1000 to validate, 2000 test pictures.

    Raises DataSetMissing, with what to do, when the file is not there.
    """
    with np.load(find("cifar10_small")) as file:
        x, y = file["x_train"], file["y_train"].astype(int)
        x_test, y_test = file["x_test"], file["y_test"].astype(int)
        names = tuple(str(name) for name in file["label_names"])
    return ColourPictures("CIFAR-10", x[:9000], y[:9000], x[9000:], y[9000:], x_test, y_test, names)


@dataclass(frozen=True)
class PublishedTable:
    """A table of results from the literature: facts with a source, not measurements of this course."""

    source: str
    functions: tuple  # row names
    columns: tuple
    printed: tuple  # the rows as printed, tuples of strings: the number of decimals is part of what was published
    values: np.ndarray  # (functions, columns)


PUBLISHED = {
    "cifar10_ramachandran_2017": "Ramachandran, Zoph and Le 2017, Table 2",
    "cifar10_senet50_misra_2019": "Misra 2019",
}


def published(name):
    """One of the tables in `data/published`, whose README says where each comes from."""
    if name not in PUBLISHED:
        raise DataSetError(f"There is no published table called {name!r}. There are: {', '.join(PUBLISHED)}.")
    with (DATA / "published" / f"{name}.csv").open(newline="") as file:
        (_, *columns), *rows = csv.reader(file)
    printed = tuple(tuple(row[1:]) for row in rows)
    return PublishedTable(
        PUBLISHED[name], tuple(row[0] for row in rows), tuple(columns), printed, np.array(printed, dtype=float)
    )


def available(name):
    """Is the data set on this computer? The embedded ones always are."""
    card = _card(name)
    return card.file_name is None or any((folder / card.file_name).is_file() for folder in _folders())


def find(name):
    """The path of a data set's file; raises DataSetMissing, with what to type, when it is nowhere."""
    card = _card(name)
    if card.file_name is None:
        raise DataSetError(f"{name} is not a file: {card.origin}.")
    for folder in _folders():
        if (folder / card.file_name).is_file():
            return folder / card.file_name
    get_it = f"type `course data {name}` to download it" if card.url else f"get it from its origin ({card.origin})"
    raise DataSetMissing(
        f"{card.file_name} is not here. Either {get_it}, or set COURSE_DATA_DIR to a folder that holds it."
    )


def fetch(name):
    """Download a data set into the cache, unless it is there already, and return its path.

    The checksum is verified before the file gets its name, so a broken download never looks like a data set.
    Raises DataSetError with a plain message: unknown name, no address, no network, or not the file that was expected.
    """
    try:
        return find(name)
    except DataSetMissing as missing:
        card = _card(name)
        if card.url is None:
            raise DataSetError(f"{name} cannot be downloaded by the course. {missing}") from None
    CACHE.mkdir(parents=True, exist_ok=True)
    partial = CACHE / f"{card.file_name}.{os.getpid()}.part"
    try:
        digest = _download(card.url, partial)
        if digest != card.sha256:
            raise DataSetError(f"What came from {card.url} is not {card.file_name} (SHA-256 {digest}). Try again.")
        partial.replace(CACHE / card.file_name)
    finally:
        partial.unlink(missing_ok=True)
    return CACHE / card.file_name


def _download(url, path):
    """Write what the address holds to `path` and return its SHA-256."""
    digest = hashlib.sha256()
    try:
        with urllib.request.urlopen(url, timeout=30) as answer, path.open("wb") as file:
            while chunk := answer.read(1 << 20):
                digest.update(chunk)
                file.write(chunk)
    except (urllib.error.URLError, TimeoutError, ConnectionError) as error:
        reason = getattr(error, "reason", error)
        raise DataSetError(
            f"No connection to {url} ({reason}). Without a network, set COURSE_DATA_DIR to a folder that has the file."
        ) from None
    return digest.hexdigest()


def _folders():
    """Where data sets are looked for, in this order."""
    named = os.environ.get("COURSE_DATA_DIR")
    return [Path(named).expanduser(), CACHE] if named else [CACHE]


def _card(name):
    if name not in DATASETS:
        raise DataSetError(f"There is no data set called {name!r}. There are: {', '.join(DATASETS)}.")
    return DATASETS[name]


def _flat(pictures):
    return pictures.reshape(len(pictures), -1).astype(np.float32) / 255
