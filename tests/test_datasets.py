"""Data sets: found, fetched, or missed with a message that says what to do."""

import hashlib
from dataclasses import replace

import numpy as np
import pytest

from helpers import datasets
from helpers.datasets import DATASETS, DataSetError, DataSetMissing, digits, fetch, find, mnist, published


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
    with pytest.raises(DataSetError, match=r"no data set called 'minst'.*digits, mnist"):
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
