"""Data sets: found, fetched, or missed with a message that says what to do."""

import hashlib
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from helpers import datasets
from helpers.datasets import (
    DATASETS,
    DataSetError,
    DataSetMissing,
    cifar10,
    digits,
    fetch,
    find,
    mnist,
    published,
    shapes10,
)
from helpers.neural.networks import train_dense


@pytest.fixture
def empty_cache(tmp_path, monkeypatch):
    monkeypatch.delenv("COURSE_DATA_DIR", raising=False)
    monkeypatch.setattr(datasets, "CACHE", tmp_path / "cache")
    return tmp_path / "cache"


@pytest.fixture
def on_offer(tmp_path, monkeypatch):
    """A file that stands in for MNIST behind a file:// address; returns a function that sets its content."""
    source = tmp_path / "served.npz"

    def offer(content, sha256=None):
        source.write_bytes(content)
        card = replace(DATASETS["mnist"], url=source.as_uri(), sha256=sha256 or hashlib.sha256(content).hexdigest())
        monkeypatch.setitem(DATASETS, "mnist", card)

    return offer


def test_the_digits_are_split_once_and_for_all_with_every_class_in_proportion():
    data = digits()
    assert [len(data.y_train), len(data.y_validation), len(data.y_test)] == [1077, 360, 360]
    assert np.bincount(data.y_test).min() >= 34
    assert data.x_train.min() == 0
    assert data.x_train.max() == 1
    assert np.array_equal(data.x_test, digits().x_test)


def test_no_digit_stands_on_two_sides_of_the_split():
    data = digits()
    train = {row.tobytes() for row in data.x_train}
    assert not any(row.tobytes() in train for row in data.x_test)


@pytest.fixture(scope="module")
def drawn():
    return shapes10()


def test_the_shapes_come_in_three_parts_with_every_class_as_often_as_the_others(drawn):
    parts = (drawn.x_train, drawn.y_train), (drawn.x_validation, drawn.y_validation), (drawn.x_test, drawn.y_test)
    for (pictures, labels), count in zip(parts, (4000, 1000, 1000), strict=True):
        assert pictures.shape == (count, 32, 32, 3)
        assert pictures.dtype == np.uint8
        assert np.bincount(labels).tolist() == [count // 10] * 10
    assert len(drawn.class_names) == 10


def test_the_same_seed_draws_the_same_shapes_and_another_draws_others(drawn):
    again, others = shapes10(seed=0), shapes10(seed=1)
    assert np.array_equal(drawn.x_train, again.x_train)
    assert np.array_equal(drawn.night_test, again.night_test)
    assert not np.array_equal(drawn.x_train, others.x_train)


def test_no_shape_stands_on_two_sides_of_the_split(drawn):
    train = {picture.tobytes() for picture in drawn.x_train}
    assert len(train) == 4000
    assert not any(picture.tobytes() in train for picture in (*drawn.x_validation, *drawn.x_test))


def test_pictures_taken_at_night_are_darker_than_any_day(drawn):
    light = drawn.x_test.mean(axis=(1, 2, 3))
    assert 0.2 < drawn.night_test.mean() < 0.3
    assert light[drawn.night_test].mean() < light[~drawn.night_test].mean() / 2


def test_the_shapes_are_as_hard_for_a_small_network_as_cifar10(drawn):
    def prepared(pictures):
        return pictures.reshape(len(pictures), -1).astype(np.float32)

    mean = prepared(drawn.x_train).mean(axis=0)
    data = SimpleNamespace(
        x_train=prepared(drawn.x_train) - mean,
        y_train=drawn.y_train,
        x_validation=prepared(drawn.x_validation) - mean,
        y_validation=drawn.y_validation,
    )
    tiny = {"hidden": (50,), "epochs": 5, "batch_size": 50, "weight_scale": lambda *_: 1e-4}
    good, exploding = (train_dense(data, learning_rate=rate, **tiny) for rate in (1e-3, 6e-3))
    assert good.train_loss[0] == pytest.approx(np.log(10), abs=1e-3)
    assert 0.4 < good.validation_accuracy.max() < 0.65
    assert not exploding.train_loss[-1] < 2.4


def test_cifar10_is_read_from_the_folder_that_is_named(tmp_path, monkeypatch):
    pictures = np.zeros((10_000, 2, 2, 3), np.uint8)
    pictures[9000:] = 1
    labels = np.zeros(10_000, np.uint8)
    held_out = {"x_test": pictures[:9], "y_test": labels[:9], "label_names": np.array(["cat", "dog"])}
    np.savez(tmp_path / "cifar10_small.npz", x_train=pictures, y_train=labels, **held_out)
    monkeypatch.setenv("COURSE_DATA_DIR", str(tmp_path))
    data = cifar10()
    assert data.x_train.shape == (9000, 2, 2, 3)
    assert len(data.x_validation) == 1000
    assert data.x_validation.min() == 1
    assert data.class_names == ("cat", "dog")
    assert data.night_train is None


def test_missing_cifar10_says_where_to_get_it(empty_cache):
    with pytest.raises(DataSetMissing, match=r"Krizhevsky.*COURSE_DATA_DIR"):
        cifar10()


def test_missing_mnist_says_what_to_type(empty_cache):
    with pytest.raises(DataSetMissing, match=r"course data mnist.*COURSE_DATA_DIR"):
        mnist()


def test_mnist_is_read_from_the_folder_that_is_named(tmp_path, monkeypatch):
    pictures = np.full((60_000, 2, 2), 255, np.uint8)
    labels = np.zeros(60_000, np.uint8)
    np.savez(tmp_path / "mnist.npz", x_train=pictures, y_train=labels, x_test=pictures[:9], y_test=labels[:9])
    monkeypatch.setenv("COURSE_DATA_DIR", str(tmp_path))
    data = mnist()
    assert data.x_train.shape == (50_000, 4)
    assert data.x_validation.shape == (10_000, 4)
    assert data.x_train.dtype == np.float32
    assert data.x_test.max() == 1


def test_fetching_verifies_and_keeps_the_file(empty_cache, on_offer):
    on_offer(b"pictures")
    path = fetch("mnist")
    assert path == empty_cache / "mnist.npz"
    assert path.read_bytes() == b"pictures"
    assert find("mnist") == path


def test_fetching_again_does_not_download_again(empty_cache, on_offer):
    on_offer(b"pictures")
    fetch("mnist")
    on_offer(b"other pictures")
    assert fetch("mnist").read_bytes() == b"pictures"


def test_a_wrong_checksum_is_refused_and_leaves_nothing_behind(empty_cache, on_offer):
    on_offer(b"something else", sha256="0" * 64)
    with pytest.raises(DataSetError, match=r"not mnist\.npz"):
        fetch("mnist")
    assert list(empty_cache.iterdir()) == []


def test_no_network_is_said_plainly(empty_cache, monkeypatch):
    card = replace(DATASETS["mnist"], url="file:///no/such/file")
    monkeypatch.setitem(DATASETS, "mnist", card)
    with pytest.raises(DataSetError, match=r"No connection.*COURSE_DATA_DIR"):
        fetch("mnist")


def test_a_set_without_an_address_names_its_origin(empty_cache):
    with pytest.raises(DataSetError, match="UCI 275"):
        fetch("bike")


def test_an_unknown_name_lists_those_that_exist():
    with pytest.raises(DataSetError, match=r"no data set called 'minst'.*digits, shapes10, mnist"):
        fetch("minst")


def test_the_published_tables_keep_what_was_printed():
    table = published("cifar10_senet50_misra_2019")
    assert table.functions[0] == "Mish"
    assert table.printed[0][0] == "90.7931"
    assert table.values.shape == (6, 3)
    with pytest.raises(DataSetError, match="cifar10_ramachandran_2017"):
        published("nothing")


@pytest.mark.parametrize("name", DATASETS)
def test_every_card_says_what_whose_and_under_which_licence(name):
    card = DATASETS[name]
    assert card.what
    assert card.licence
    assert card.origin
    assert (card.file_name is None) == (card.sha256 is None)
