"""`radar_model`: a network built with Keras. Keras is imported where a function needs it."""

from __future__ import annotations

from helpers.judging.exercise import Exercise, Part, call, mistake
from helpers.judging.networks import Builds, Classifies, Lacks, Network, activation, dense, dropping, normalization

from .common import LECTURE


def oracle(n_features, hidden, n_classes, rate):
    return network(hidden, n_classes, rate)


def usual(units, rate):
    return [dense(units, bias=True), normalization(), activation("relu"), dropping(rate)]


def network(hidden, n_classes, rate, block=usual, last="softmax"):
    """What should be built, or a variation of it: `block(units, rate)` is repeated for each hidden layer."""
    steps = [step for units in hidden for step in block(units, rate)]
    return Network((*steps, dense(n_classes, bias=True), *([activation(last)] if last else [])))


def builds(made):
    """Knows a mistake by the steps that `made(hidden, n_classes, rate)` puts together."""
    return Builds(lambda n_features, hidden, n_classes, rate: made(hidden, n_classes, rate))


def blocks_of(block):
    return builds(lambda hidden, n_classes, rate: network(hidden, n_classes, rate, block))


CLASSIFIES = Classifies(lambda n_features, hidden, n_classes, rate: (n_features, n_classes))


def chain(n_features, hidden, n_classes, rate, block, last="softmax", inputs=True):
    import keras

    layers = [layer for units in hidden for layer in block(units, rate)]
    first = [keras.Input((n_features,))] if inputs else []
    return keras.Sequential([*first, *layers, keras.layers.Dense(n_classes, activation=last)])


def layers_of(units, rate, order=("dense", "normalization", "relu", "dropout")):
    from keras import layers

    made = {
        "dense": lambda: layers.Dense(units),
        "normalization": layers.BatchNormalization,
        "relu": layers.ReLU,
        "dropout": lambda: layers.Dropout(rate),
    }
    return [made[name]() for name in order]


def with_order(*order):
    """A mistake's block, as layers."""
    return lambda units, rate: layers_of(units, rate, order)


@mistake(
    "The normalization stands behind the activation. It belongs between the dense layer and the ReLU.",
    blocks_of(lambda units, rate: [dense(units), activation("relu"), normalization(), dropping(rate)]),
)
def normalized_afterwards(n_features, hidden, n_classes, rate):
    return chain(n_features, hidden, n_classes, rate, with_order("dense", "relu", "normalization", "dropout"))


@mistake(
    "Dropout comes before the normalization, so the normalization sees signals with holes. It is the last of the four.",
    blocks_of(lambda units, rate: [dense(units), dropping(rate), normalization(), activation("relu")]),
)
def dropped_first(n_features, hidden, n_classes, rate):
    return chain(n_features, hidden, n_classes, rate, with_order("dense", "dropout", "normalization", "relu"))


@mistake(
    "The hidden layers have no dropout.",
    blocks_of(lambda units, rate: [dense(units), normalization(), activation("relu")]),
)
def without_dropout(n_features, hidden, n_classes, rate):
    return chain(n_features, hidden, n_classes, rate, with_order("dense", "normalization", "relu"))


@mistake(
    "The hidden layers have no batch normalization.",
    blocks_of(lambda units, rate: [dense(units), activation("relu"), dropping(rate)]),
)
def without_normalization(n_features, hidden, n_classes, rate):
    return chain(n_features, hidden, n_classes, rate, with_order("dense", "relu", "dropout"))


@mistake(
    "The hidden layers have no activation, so there is nothing that is not linear in training but the dropout.",
    blocks_of(lambda units, rate: [dense(units), normalization(), dropping(rate)]),
)
def without_activation(n_features, hidden, n_classes, rate):
    return chain(n_features, hidden, n_classes, rate, with_order("dense", "normalization", "dropout"))


@mistake(
    "This rate is the share that is *kept*. In Keras, as here, the rate of dropout is the share that is dropped.",
    builds(lambda hidden, n_classes, rate: network(hidden, n_classes, 1 - rate)),
)
def rate_of_the_kept(n_features, hidden, n_classes, rate):
    return chain(n_features, hidden, n_classes, 1 - rate, layers_of)


@mistake(
    "The last layer gives scores, not probabilities: its softmax is missing.",
    builds(lambda hidden, n_classes, rate: network(hidden, n_classes, rate, last=None)),
)
def without_softmax(n_features, hidden, n_classes, rate):
    return chain(n_features, hidden, n_classes, rate, layers_of, last=None)


@mistake(
    "Dropout also stands behind the output layer, so the probabilities of some classes become 0 in training. Behind "
    "the output layer there is only softmax.",
    builds(lambda hidden, n_classes, rate: Network((*network(hidden, n_classes, rate).steps, dropping(rate)))),
)
def dropping_outputs(n_features, hidden, n_classes, rate):
    import keras

    model = chain(n_features, hidden, n_classes, rate, layers_of)
    model.add(keras.layers.Dropout(rate))
    return model


@mistake(
    "The hidden layers are built in the reverse order. The first number in `hidden` belongs to the layer that gets the "
    "inputs.",
    builds(lambda hidden, n_classes, rate: network(hidden[::-1], n_classes, rate)),
)
def in_reverse(n_features, hidden, n_classes, rate):
    return chain(n_features, hidden[::-1], n_classes, rate, layers_of)


@mistake(
    "The layers are right, but the model does not know how many features will come, so it has no weights yet. Begin "
    "with `keras.Input((n_features,))`.",
    Lacks(oracle, CLASSIFIES, "no weights yet"),
)
def without_input(n_features, hidden, n_classes, rate):
    return chain(n_features, hidden, n_classes, rate, layers_of, inputs=False)


# Right ones.


def one_layer_after_the_other(n_features, hidden, n_classes, rate):
    """An empty model gets its layers with `add`, in a loop."""
    import keras

    model = keras.Sequential()
    model.add(keras.Input(shape=(n_features,)))
    for units in hidden:
        model.add(keras.layers.Dense(units))
        model.add(keras.layers.BatchNormalization())
        model.add(keras.layers.Activation("relu"))
        model.add(keras.layers.Dropout(rate))
    model.add(keras.layers.Dense(n_classes, activation="softmax"))
    return model


def as_functions(n_features, hidden, n_classes, rate):
    """Layers are called like functions; this form also allows branches."""
    import keras
    from keras import layers

    inputs = x = keras.Input((n_features,))
    for units in hidden:
        x = layers.Dropout(rate)(layers.ReLU()(layers.BatchNormalization()(layers.Dense(units)(x))))
    return keras.Model(inputs, layers.Dense(n_classes, activation="softmax")(x))


def with_a_list(n_features, hidden, n_classes, rate):
    return chain(n_features, hidden, n_classes, rate, layers_of)


def with_a_softmax_layer(n_features, hidden, n_classes, rate):
    import keras

    model = chain(n_features, hidden, n_classes, rate, layers_of, last=None)
    model.add(keras.layers.Softmax())
    return model


def compiled(n_features, hidden, n_classes, rate):
    model = chain(n_features, hidden, n_classes, rate, layers_of)
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def sizes(rng):
    """Numbers of features, hidden units, classes, and a rate; no two hidden layers have one size."""
    middle, small, large = rng.integers(11, 20), rng.integers(4, 11), rng.integers(20, 30)
    rate = float(rng.choice([0.1, 0.15, 0.2, 0.3, 0.35, 0.4]))  # never a half: kept and dropped must differ
    return int(rng.integers(5, 30)), [int(middle), int(small), int(large)], int(rng.integers(3, 12)), rate


def layers_asked_for(rng):
    return [call(4, [8], 3, 0.2), call(*sizes(rng))]


def classifiers_asked_for(rng):
    return [call(3, [6], 2, 0.4), call(*sizes(rng))]


RADAR_MODEL = Exercise(
    name="radar_model",
    lecture=LECTURE,
    section="6. Dropout or batch normalization?",
    minutes=6,
    difficulty=2,
    parts=(
        Part("layers", 3, layers_asked_for, judge=Builds(oracle)),
        Part("probabilities", 2, classifiers_asked_for, judge=CLASSIFIES),
    ),
    oracle=oracle,
    mistakes=(
        normalized_afterwards,
        dropped_first,
        without_dropout,
        without_normalization,
        without_activation,
        rate_of_the_kept,
        without_softmax,
        dropping_outputs,
        in_reverse,
        without_input,
    ),
    spellings=(one_layer_after_the_other, as_functions, with_a_list, with_a_softmax_layer, compiled),
    hints=(
        "A loop over `hidden` adds four layers each time: `Dense`, `BatchNormalization`, `ReLU`, `Dropout`.",
        "`keras.Input((n_features,))` comes first. The last layer has one unit for each class, and softmax.",
    ),
    uses_keras=True,
)
