"""Answers that are Keras models: built and trained behind the walls, judged outside as configurations and weights."""

import csv
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from helpers.judging.compare import Difference
from helpers.judging.exercise import call
from helpers.judging.networks import Builds, NotANetwork, Step, outputs, read
from helpers.lectures.batch_normalization.exercises.normalized_network import CLASSIFIES, NORMALIZED_NETWORK
from helpers.sandbox.models import CHAIN, GRAPH
from tests import classroom
from tests.conftest import walls_hold
from tests.proved import of_every_mark, proves

LECTURE = NORMALIZED_NETWORK.lecture
NAME = NORMALIZED_NETWORK.name
MARKS = (*of_every_mark(LECTURE), "tests/classroom.py")
RIGHT = """
import keras
def right(n_features, hidden, n_classes):
    blocks = []
    for units in hidden:
        blocks += [keras.layers.Dense(units, use_bias=False), keras.layers.BatchNormalization(), keras.layers.ReLU()]
    return keras.Sequential([keras.Input((n_features,)), *blocks, keras.layers.Dense(n_classes, activation="softmax")])
"""
TRAINED = f"""{RIGHT}
import numpy as np
def {NAME}(n_features, hidden, n_classes):
    model = right(n_features, hidden, n_classes)
    model.compile("adam", "sparse_categorical_crossentropy")
    model.fit(np.random.normal(size=(64, n_features)), np.arange(64) % n_classes, epochs=1, batch_size=32, verbose=0)
    return model
"""


def attack(body: str, before: str = "") -> str:
    """An answer that does something else than it should; `right` builds what should be built."""
    indented = "\n".join(f"    {line}" for line in body.splitlines())
    return f"{RIGHT}\n{before}\ndef {NAME}(n_features, hidden, n_classes):\n{indented}\n"


# What a submission tries: its answer, the status that it must end with, and what of its message tells that it was met.
ATTACKS = {
    "a layer of its own that gives what it likes": (
        attack(
            "return keras.Sequential([keras.Input((n_features,)), Dense(n_classes)])",
            "class Dense(keras.layers.Layer):\n"
            "    def __init__(self, units):\n        super().__init__()\n"
            "    def call(self, x):\n        return keras.ops.ones((16, 3)) / 3",
        ),
        "wrong",
        "which this exercise has no use for",
    ),
    "a Lambda layer": (
        attack(
            "return keras.Sequential([keras.Input((n_features,)), keras.layers.Lambda(lambda x: open('/etc/passwd'))])"
        ),
        "wrong",
        "a layer of the class Lambda",
    ),
    "a layer whose code runs when its configuration is read": (
        attack(
            "model = right(n_features, hidden, n_classes)\nmodel.layers[0].get_config = lambda: 1 / 0\nreturn model"
        ),
        "error",
        "It raised ZeroDivisionError",
    ),
    "weights that equal everything": (
        attack(
            "model = right(n_features, [9] * len(hidden), n_classes)\n"
            "model.layers[0].get_weights = lambda: [Equal(), Equal()]\nreturn model",
            "class Equal:\n    shape = dtype = property(lambda self: self)\n    __eq__ = lambda self, other: True\n"
            "    def __array__(self, *_, **__):\n"
            "        return np.frompyfunc(lambda _: self, 1, 1)(np.ones((4, 9)))\nimport numpy as np",
        ),
        "wrong",
        "came back; a Keras model is expected",
    ),
    "a model class that names its layers as it likes": (
        attack(
            "return Model()",
            "class Model(keras.Model):\n    layers = property(lambda self: right(4, [8], 3).layers)\n"
            "    def get_config(self):\n        return {'layers': [], 'output_layers': [['x', 0, 0]]}",
        ),
        "wrong",
        "a model with branches",
    ),
    "a configuration far too deep": (
        attack(
            "model = right(n_features, hidden, n_classes)\ndeep = []\n"
            "for _ in range(10**5):\n    deep = [deep]\n"
            "model.layers[0].get_config = lambda: {'units': deep}\nreturn model"
        ),
        "error",
        "It raised RecursionError",
    ),
    "a network too large to send": (
        attack("return right(n_features, [4000, 4000], n_classes)"),
        "output limit",
        "far more than was asked for",
    ),
    "a description in the place of a model": (
        attack("return {'keras_model': 'chain', 'layers': [{'class': 'Dense', 'config': {}, 'weights': []}]}"),
        "wrong",
        "does not say how many units",
    ),
    "training without an end": (
        TRAINED.replace("epochs=1", "epochs=10**9"),
        "time limit",
        "It did not finish",
    ),
    "a download": (
        attack("keras.datasets.mnist.load_data()\nreturn right(n_features, hidden, n_classes)"),
        "error",
        "It raised",
    ),
    "a look into the folder of the class": (
        attack("import os\nprint(os.listdir('@CLASS@'))\nreturn right(n_features, hidden, n_classes)"),
        "error",
        "It raised FileNotFoundError",
    ),
}
HONEST = {
    "trained": TRAINED,
    "with-a-file-of-weights": attack(
        "model = right(n_features, hidden, n_classes)\nmodel.save_weights('mine.weights.h5')\n"
        "again = right(n_features, hidden, n_classes)\nagain.load_weights('mine.weights.h5')\nreturn again"
    ),
    "copied-by-its-configuration": attack(
        "return keras.Sequential.from_config(right(n_features, hidden, n_classes).get_config())"
    ),
    "on-threads-of-its-own": attack(
        "from concurrent.futures import ThreadPoolExecutor\nwith ThreadPoolExecutor(2) as pool:\n"
        "    return pool.submit(right, n_features, hidden, n_classes).result()"
    ),
}


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """Rows by student and part of a class in which everybody answers this one exercise."""
    walls_hold()
    root = tmp_path_factory.mktemp("keras")
    answers = {mistake.name: classroom.source_of(NAME, mistake) for mistake in NORMALIZED_NETWORK.mistakes}
    answers |= {spelling.__name__: classroom.source_of(NAME, spelling) for spelling in NORMALIZED_NETWORK.spellings}
    answers |= {name: source for name, (source, _, _) in ATTACKS.items()} | HONEST
    for student, source in answers.items():
        source = source.replace("@CLASS@", str(root / "class"))
        notebook = classroom.notebook_with({NAME: source}, LECTURE)
        classroom.write_submission(root / "class", student, notebook, LECTURE)
    classroom.write_submission(root / "class", "untouched", classroom.untouched_notebook(LECTURE), LECTURE)
    command = [sys.executable, "-m", "helpers.cli", "grade", root / "class", "--out", root / "out", "--seed", "3"]
    done = subprocess.run([*command, "--limit-seconds", "8"], capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr
    with (root / "out" / "results.csv").open(newline="", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["exercise"] == NAME]
    found = {}
    for row in rows:
        found.setdefault(row["student"], []).append(row)
    return found


def points(rows):
    return sum(float(row["points"]) for row in rows)


def status_of(rows):
    return next((row["status"] for row in rows if row["status"] != "correct"), "correct")


@proves(*MARKS)
@pytest.mark.slow
@pytest.mark.parametrize("spelling", NORMALIZED_NETWORK.spellings, ids=lambda spelling: spelling.__name__)
def test_a_right_model_earns_all_points_behind_the_walls(graded, spelling):
    rows = graded[spelling.__name__]
    assert points(rows) == NORMALIZED_NETWORK.points, rows


@proves(*MARKS)
@pytest.mark.slow
@pytest.mark.parametrize("student", HONEST)
def test_what_honest_people_do_with_models_works_behind_the_walls(graded, student):
    assert points(graded[student]) == NORMALIZED_NETWORK.points, graded[student]


@proves(*MARKS)
@pytest.mark.slow
@pytest.mark.parametrize("mistake", NORMALIZED_NETWORK.mistakes, ids=lambda mistake: mistake.name)
def test_a_wrong_model_is_known_behind_the_walls(graded, mistake):
    rows = graded[mistake.name]
    assert points(rows) < NORMALIZED_NETWORK.points
    assert all(mistake.message in row["message"] for row in rows if row["status"] != "correct"), rows


@proves(*MARKS)
@pytest.mark.slow
@pytest.mark.parametrize("name", ATTACKS)
def test_no_model_earns_what_it_does_not_deserve(graded, name):
    _, status, said = ATTACKS[name]
    rows = graded[name]
    assert points(rows) == 0, rows
    assert status_of(rows) == status, rows
    assert any(said in row["message"] for row in rows), rows


@proves(*MARKS)
@pytest.mark.slow
def test_an_untouched_notebook_is_not_attempted(graded):
    assert {row["status"] for row in graded["untouched"]} == {"not attempted"}


# --- The judge by itself: whatever is said of a model, it is judged.

WEIGHTS = st.one_of(
    arrays.arrays(st.sampled_from([np.float32, np.float64, np.int64, np.bool_]), arrays.array_shapes(min_dims=0)),
    st.none(),
    st.text(max_size=3),
)
LEAVES = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5), WEIGHTS,
    st.sampled_from(["relu", "softmax", "linear", "Dense", "Activation", "BatchNormalization", "ReLU", "InputLayer"]),
)  # fmt: skip
KEYS = st.sampled_from(["units", "use_bias", "activation", "epsilon", "center", "scale", "other"])
LAYER = st.fixed_dictionaries(
    {
        "class": st.one_of(
            st.sampled_from(["Dense", "Activation", "BatchNormalization", "ReLU", "InputLayer"]), LEAVES
        ),
        "config": st.one_of(st.dictionaries(KEYS, LEAVES), LEAVES),
        "weights": st.one_of(st.lists(WEIGHTS, max_size=4), LEAVES),
    }
)
CLAIMS = st.one_of(
    LEAVES,
    st.dictionaries(st.one_of(st.text(max_size=3), st.integers()), LEAVES),
    st.fixed_dictionaries(
        {
            "keras_model": st.one_of(st.just(CHAIN), st.just(GRAPH), LEAVES),
            "layers": st.one_of(st.lists(st.one_of(LAYER, LEAVES), max_size=4), LEAVES),
        }
    ),
)


@given(CLAIMS)
@settings(max_examples=600, deadline=None)
def test_any_claim_gets_a_judgement(claim):
    one = call(4, [8], 3)
    network = read(claim)
    for judge in (Builds(NORMALIZED_NETWORK.oracle), CLASSIFIES, *(m.judge for m in NORMALIZED_NETWORK.mistakes)):
        assert isinstance(judge(one, network), Difference | None)
    assert isinstance(repr(network), str)


def described(**changes):
    """The description of a right answer to (2, [3], 2), with other weights where asked."""
    weights = {
        "first": [np.ones((2, 3))],
        "normal": [np.ones(3), np.zeros(3), np.zeros(3), np.ones(3)],
        "last": [np.arange(6.0).reshape(3, 2), np.zeros(2)],
    } | changes
    return {
        "keras_model": CHAIN,
        "layers": [
            {"class": "Dense", "config": {"units": 3, "use_bias": False}, "weights": weights["first"]},
            {
                "class": "BatchNormalization",
                "config": {"epsilon": 0.001, "center": True, "scale": True},
                "weights": weights["normal"],
            },
            {"class": "ReLU", "config": {}, "weights": []},
            {
                "class": "Dense",
                "config": {"units": 2, "use_bias": True, "activation": "softmax"},
                "weights": weights["last"],
            },
        ],
    }


def test_what_a_description_makes_of_inputs_is_what_its_formulas_say():
    x = np.array([[1.0, 2.0], [0.0, -1.0]])
    hidden = np.maximum(x @ np.ones((2, 3)) / np.sqrt(1.001), 0)
    raised = np.exp(hidden @ np.arange(6.0).reshape(3, 2))
    found = outputs(read(described()), x)
    np.testing.assert_allclose(found, raised / raised.sum(axis=1, keepdims=True))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"first": [np.ones((3, 2))]}, "have shapes"),
        ({"first": []}, "no weights yet"),
        ({"normal": [np.ones(3)] * 3}, "have shapes"),
        ({"last": [np.full((3, 2), np.nan), np.zeros(2)]}, "do not sum to 1"),
        ({"last": [np.zeros((3, 2)), np.zeros(2)]}, "the same of every input"),
        ({"first": [np.ones((2, 3), dtype=int)]}, "could not be read"),
    ],
)
def test_weights_that_do_not_fit_are_said(changes, said):
    assert said in CLASSIFIES(call(2, [3], 2), read(described(**changes))).sentence


def test_numpy_and_keras_make_the_same_of_a_model():
    keras = pytest.importorskip("keras")
    from helpers.sandbox.models import described as by_keras

    for spelling in NORMALIZED_NETWORK.spellings:
        model = spelling(4, [8, 5], 3)
        x = np.random.default_rng(1).normal(size=(16, 4)).astype("float32")
        expected = keras.ops.convert_to_numpy(model(x))
        np.testing.assert_allclose(outputs(read(by_keras(model)), x), expected, rtol=1e-4, atol=1e-6)


def test_branches_are_no_chain():
    keras = pytest.importorskip("keras")
    from helpers.sandbox.models import described as by_keras

    inputs = keras.Input((4,))
    both = keras.layers.Concatenate()([keras.layers.Dense(2)(inputs), keras.layers.Dense(2)(inputs)])
    assert read(by_keras(keras.Model(inputs, both))).problem == (
        "It returned a model with branches; one layer after the other is expected."
    )


def test_a_step_reads_as_it_is_called():
    assert [repr(step) for step in (Step("dense", 3), Step("dense", 3, True), Step("relu"))] == [
        "dense 3 without bias",
        "dense 3",
        "ReLU",
    ]
    with pytest.raises(NotANetwork):
        outputs(read(described(first=[np.ones((9, 9))])), np.ones((1, 2)))
