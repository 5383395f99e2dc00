"""The exercise of lecture 07 that builds a network with Keras: wrong and right ways to put its layers together.

Keras is imported where a function needs it: who only judges need not load it.
"""

from __future__ import annotations

from helpers.judging.exercise import Exercise, Part, call, mistake
from helpers.judging.networks import Builds, Classifies, Lacks, Network, activation, dense, normalization

from .common import LECTURE


def normalized_network_oracle(n_features, hidden, n_classes):
    return network(hidden, n_classes)


def network(hidden, n_classes, block=None, last="softmax"):
    """What should be built, or a variation of it: `block(units)` is what is repeated for each hidden layer."""
    block = block or (lambda units: [dense(units, bias=False), normalization(), activation("relu")])
    steps = [step for units in hidden for step in block(units)]
    return Network((*steps, dense(n_classes), *([activation(last)] if last else [])))


def builds(made):
    """Knows a mistake by the steps that `made(hidden, n_classes)` puts together."""
    return Builds(lambda n_features, hidden, n_classes: made(hidden, n_classes))


def blocks_of(block):
    """Knows a mistake by what is repeated for each hidden layer."""
    return builds(lambda hidden, n_classes: network(hidden, n_classes, block))


CLASSIFIES = Classifies(lambda n_features, hidden, n_classes: (n_features, n_classes))


def chain(n_features, layers):
    import keras

    return keras.Sequential([*([keras.Input((n_features,))] if n_features else []), *layers])


def block(units, bias=False, name="relu"):
    from keras import layers

    return [layers.Dense(units, use_bias=bias), layers.BatchNormalization(), layers.Activation(name)]


def output(n_classes, name="softmax", **settings):
    from keras import layers

    return layers.Dense(n_classes, activation=name, **settings)


# --- what people get wrong


@mistake(
    "The dense layers in front of a normalization have a bias. The normalization subtracts it again with the mean, and "
    "its own beta takes its place: `use_bias=False`.",
    blocks_of(lambda units: [dense(units), normalization(), activation("relu")]),
)
def network_with_useless_biases(n_features, hidden, n_classes):
    return chain(n_features, [*(layer for units in hidden for layer in block(units, bias=True)), output(n_classes)])


@mistake(
    "The activation stands before the normalization. Here the weighted sum is normalized, and ReLU comes after it.",
    blocks_of(lambda units: [dense(units, bias=False), activation("relu"), normalization()]),
)
def network_normalized_after_relu(n_features, hidden, n_classes):
    from keras import layers

    blocks = [
        layer
        for units in hidden
        for layer in (layers.Dense(units, activation="relu", use_bias=False), layers.BatchNormalization())
    ]
    return chain(n_features, [*blocks, output(n_classes)])


@mistake(
    "The activation stands before the normalization, and the hidden dense layers have a bias. "
    "`Dense(units, activation=...)` leaves no room between the two: give the activation a layer of its own.",
    blocks_of(lambda units: [dense(units), activation("relu"), normalization()]),
)
def network_with_activation_in_the_dense_layer(n_features, hidden, n_classes):
    from keras import layers

    blocks = [
        layer for units in hidden for layer in (layers.Dense(units, activation="relu"), layers.BatchNormalization())
    ]
    return chain(n_features, [*blocks, output(n_classes)])


@mistake(
    "There is no activation between the layers, so all of them together are one linear map. ReLU follows each "
    "normalization.",
    blocks_of(lambda units: [dense(units, bias=False), normalization()]),
)
def network_without_activations(n_features, hidden, n_classes):
    layers = [layer for units in hidden for layer in block(units, name="linear")]
    return chain(n_features, [*layers, output(n_classes)])


@mistake(
    "Nothing is normalized. Put a BatchNormalization between each hidden dense layer and its ReLU.",
    blocks_of(lambda units: [dense(units), activation("relu")]),
)
def network_without_normalization(n_features, hidden, n_classes):
    from keras import layers

    return chain(n_features, [*(layers.Dense(units, activation="relu") for units in hidden), output(n_classes)])


@mistake(
    "The last layer gives weighted sums, not probabilities: its softmax is missing.",
    builds(lambda hidden, n_classes: network(hidden, n_classes, last=None)),
)
def network_without_softmax(n_features, hidden, n_classes):
    return chain(n_features, [*(layer for units in hidden for layer in block(units)), output(n_classes, None)])


@mistake(
    "With a sigmoid for each class the outputs do not sum to 1. One class out of several needs softmax.",
    builds(lambda hidden, n_classes: network(hidden, n_classes, last="sigmoid")),
)
def network_ending_in_sigmoids(n_features, hidden, n_classes):
    return chain(n_features, [*(layer for units in hidden for layer in block(units)), output(n_classes, "sigmoid")])


@mistake(
    "The last layer was built like the hidden ones, so its outputs are normalized before the softmax. Their size "
    "should not depend on the batch: leave that layer plain, with its bias.",
    builds(
        lambda hidden, n_classes: Network(
            (
                *network(hidden, n_classes).steps[:-2],
                dense(n_classes, bias=False),
                normalization(),
                activation("softmax"),
            )
        )
    ),
)
def network_normalized_to_the_end(n_features, hidden, n_classes):
    layers = [layer for units in hidden for layer in block(units)]
    return chain(n_features, [*layers, *block(n_classes, name="softmax")])


@mistake(
    "The last dense layer has no bias. No normalization follows it, so nothing takes the place of the bias there.",
    builds(
        lambda hidden, n_classes: Network(
            (*network(hidden, n_classes).steps[:-2], dense(n_classes, bias=False), activation("softmax"))
        )
    ),
)
def network_without_any_bias(n_features, hidden, n_classes):
    layers = [layer for units in hidden for layer in block(units)]
    return chain(n_features, [*layers, output(n_classes, use_bias=False)])


@mistake(
    "There is one hidden layer only. Go through all numbers in `hidden`.",
    builds(lambda hidden, n_classes: network(hidden[:1], n_classes)),
)
def network_with_one_hidden_layer(n_features, hidden, n_classes):
    return chain(n_features, [*block(hidden[0]), output(n_classes)])


@mistake(
    "Only the first hidden layer is normalized. Each of them should be.",
    builds(
        lambda hidden, n_classes: Network(
            (
                *network(hidden[:1], n_classes).steps[:-2],
                *(step for units in hidden[1:] for step in (dense(units), activation("relu"))),
                *network([], n_classes).steps,
            )
        )
    ),
)
def network_normalized_once(n_features, hidden, n_classes):
    from keras import layers

    rest = [layers.Dense(units, activation="relu") for units in hidden[1:]]
    return chain(n_features, [*block(hidden[0]), *rest, output(n_classes)])


@mistake(
    "The inputs are normalized as well. Only the hidden layers should be: begin with a dense layer.",
    builds(lambda hidden, n_classes: Network((normalization(), *network(hidden, n_classes).steps))),
)
def network_with_normalized_inputs(n_features, hidden, n_classes):
    from keras import layers

    blocks = [layer for units in hidden for layer in block(units)]
    return chain(n_features, [layers.BatchNormalization(), *blocks, output(n_classes)])


@mistake(
    "The hidden layers are built in the reverse order. The first number in `hidden` belongs to the layer that gets the "
    "inputs.",
    builds(lambda hidden, n_classes: network(hidden[::-1], n_classes)),
)
def network_in_reverse(n_features, hidden, n_classes):
    return chain(n_features, [*(layer for units in hidden[::-1] for layer in block(units)), output(n_classes)])


@mistake(
    "The layers are right, but the model does not know how many features will come, so it has no weights yet. Begin "
    "with `keras.Input((n_features,))`.",
    Lacks(normalized_network_oracle, CLASSIFIES, "no weights yet"),
)
def network_without_input(n_features, hidden, n_classes):
    return chain(None, [*(layer for units in hidden for layer in block(units)), output(n_classes)])


@mistake(
    "The layers are right, but their weights all start at zero: the network gives the same output for every input, and "
    "its hidden units would always stay alike. Leave the initialization to Keras.",
    Lacks(normalized_network_oracle, CLASSIFIES, "the same of every input"),
)
def network_of_zeros(n_features, hidden, n_classes):
    from keras import layers

    blocks = [
        layer
        for units in hidden
        for layer in (
            layers.Dense(units, use_bias=False, kernel_initializer="zeros"),
            layers.BatchNormalization(),
            layers.ReLU(),
        )
    ]
    return chain(n_features, [*blocks, output(n_classes, kernel_initializer="zeros")])


# --- right answers that look different


def with_layers_added_one_by_one(n_features, hidden, n_classes):
    """An empty model gets its layers with `add`, which suits a loop with conditions better than one long list."""
    import keras

    model = keras.Sequential()
    model.add(keras.Input(shape=(n_features,)))
    for units in hidden:
        model.add(keras.layers.Dense(units, use_bias=False))
        model.add(keras.layers.BatchNormalization())
        model.add(keras.layers.ReLU())
    model.add(keras.layers.Dense(n_classes))
    model.add(keras.layers.Softmax())
    return model


def as_functions(n_features, hidden, n_classes):
    """Layers are called like functions; this form also allows branches, shortcuts and several inputs."""
    import keras
    from keras import layers

    inputs = x = keras.Input((n_features,))
    for units in hidden:
        x = layers.Dense(units, use_bias=False)(x)
        x = layers.BatchNormalization(momentum=0.9)(x)
        x = layers.Activation("relu")(x)
    return keras.Model(inputs, layers.Dense(n_classes, activation="softmax")(x))


def with_activation_objects(n_features, hidden, n_classes):
    import keras
    from keras import layers

    blocks = []
    for units in hidden:
        blocks += [
            layers.Dense(units, use_bias=False, kernel_initializer="he_normal"),
            layers.BatchNormalization(),
            layers.Activation(keras.activations.relu),
        ]
    last = layers.Dense(n_classes, activation=keras.activations.softmax)
    return keras.Sequential([layers.InputLayer(shape=(n_features,)), *blocks, last], name="normalized")


def built_afterwards(n_features, hidden, n_classes):
    model = chain(None, [*(layer for units in hidden for layer in block(units)), output(n_classes)])
    model.build((None, n_features))
    return model


def compiled_and_trained(n_features, hidden, n_classes):
    import numpy as np

    model = with_layers_added_one_by_one(n_features, hidden, n_classes)
    model.compile("sgd", "sparse_categorical_crossentropy", run_eagerly=True)
    rng = np.random.default_rng(0)
    model.fit(rng.normal(size=(64, n_features)), rng.integers(0, n_classes, 64), verbose=0)
    return model


# --- inputs


def sizes(rng):
    """Numbers of features, hidden units and classes; the hidden layers are in no order, and no two have one size."""
    middle, small, large = rng.integers(11, 20), rng.integers(4, 11), rng.integers(20, 30)
    return int(rng.integers(5, 30)), [int(middle), int(small), int(large)], int(rng.integers(3, 12))


def layers_asked_for(rng):
    return [call(4, [8], 3), call(*sizes(rng))]


def classifiers_asked_for(rng):
    return [call(3, [6], 2), call(*sizes(rng))]


NORMALIZED_NETWORK = Exercise(
    name="normalized_network",
    lecture=LECTURE,
    section="17. The same in Keras",
    minutes=8,
    difficulty=2,
    parts=(
        Part("layers", 3, layers_asked_for, judge=Builds(normalized_network_oracle)),
        Part("probabilities", 2, classifiers_asked_for, judge=CLASSIFIES),
    ),
    oracle=normalized_network_oracle,
    mistakes=(
        network_with_useless_biases,
        network_normalized_after_relu,
        network_with_activation_in_the_dense_layer,
        network_without_activations,
        network_without_normalization,
        network_without_softmax,
        network_ending_in_sigmoids,
        network_normalized_to_the_end,
        network_without_any_bias,
        network_with_one_hidden_layer,
        network_normalized_once,
        network_with_normalized_inputs,
        network_in_reverse,
        network_without_input,
        network_of_zeros,
    ),
    spellings=(
        with_layers_added_one_by_one,
        as_functions,
        with_activation_objects,
        built_afterwards,
        compiled_and_trained,
    ),
    hints=(
        "A loop over `hidden` adds three layers each time: Dense, BatchNormalization, ReLU.",
        "The normalization has a shift of its own, so a dense layer in front of it needs no bias: `use_bias=False`.",
        "`keras.Input((n_features,))` comes first. The last layer has one unit for each class, and softmax.",
    ),
    uses_keras=True,
)
