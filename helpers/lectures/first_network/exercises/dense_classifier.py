"""`dense_classifier`: a network built with Keras. Keras is imported where a function needs it."""

from __future__ import annotations

from helpers.judging.exercise import Exercise, Part, call, mistake
from helpers.judging.networks import Builds, Classifies, Lacks, Network, activation, dense

from .common import LECTURE


def oracle(n_features, hidden, n_classes):
    return network(hidden, n_classes)


def network(hidden, n_classes, between="relu", last="softmax", bias=True):
    """What should be built, or a variation of it."""
    steps = []
    for units in hidden:
        steps += [dense(units, bias=bias), *([activation(between)] if between else [])]
    return Network((*steps, dense(n_classes, bias=bias), *([activation(last)] if last else [])))


def builds(made):
    """Knows a mistake by the steps that `made(hidden, n_classes)` puts together."""
    return Builds(lambda n_features, hidden, n_classes: made(hidden, n_classes))


CLASSIFIES = Classifies(lambda n_features, hidden, n_classes: (n_features, n_classes))


def chain(n_features, hidden, n_classes, between="relu", last="softmax", **settings):
    import keras

    layers = [keras.layers.Dense(units, activation=between, **settings) for units in hidden]
    layers.append(keras.layers.Dense(n_classes, activation=last, **settings))
    return keras.Sequential([*([keras.Input((n_features,))] if n_features else []), *layers])


@mistake(
    'The hidden layers have no activation, so all layers together are one linear map: `activation="relu"`.',
    builds(lambda hidden, n_classes: network(hidden, n_classes, between=None)),
)
def without_activations(n_features, hidden, n_classes):
    return chain(n_features, hidden, n_classes, between=None)


@mistake(
    "The last layer gives scores, not probabilities: its softmax is missing.",
    builds(lambda hidden, n_classes: network(hidden, n_classes, last=None)),
)
def without_softmax(n_features, hidden, n_classes):
    return chain(n_features, hidden, n_classes, last=None)


@mistake(
    "With a sigmoid for each class the outputs do not sum to 1. One class out of several needs softmax.",
    builds(lambda hidden, n_classes: network(hidden, n_classes, last="sigmoid")),
)
def with_sigmoids_at_the_end(n_features, hidden, n_classes):
    return chain(n_features, hidden, n_classes, last="sigmoid")


@mistake(
    "The last layer ends in ReLU. Probabilities come from softmax.",
    builds(lambda hidden, n_classes: network(hidden, n_classes, last="relu")),
)
def with_relu_at_the_end(n_features, hidden, n_classes):
    return chain(n_features, hidden, n_classes, last="relu")


@mistake(
    "Between the layers stands a sigmoid. ReLU is asked for.",
    builds(lambda hidden, n_classes: network(hidden, n_classes, between="sigmoid")),
)
def with_sigmoids_between(n_features, hidden, n_classes):
    return chain(n_features, hidden, n_classes, between="sigmoid")


@mistake(
    "The layers have no biases. Keras adds them unless `use_bias=False` is given.",
    builds(lambda hidden, n_classes: network(hidden, n_classes, bias=False)),
)
def without_biases(n_features, hidden, n_classes):
    return chain(n_features, hidden, n_classes, use_bias=False)


@mistake(
    "The hidden layers are built in the reverse order. The first number in `hidden` belongs to the layer that gets the "
    "inputs.",
    builds(lambda hidden, n_classes: network(hidden[::-1], n_classes)),
)
def in_reverse(n_features, hidden, n_classes):
    return chain(n_features, hidden[::-1], n_classes)


@mistake(
    "There is one hidden layer only. Go through all numbers in `hidden`.",
    builds(lambda hidden, n_classes: network(hidden[:1], n_classes)),
)
def with_one_hidden_layer(n_features, hidden, n_classes):
    return chain(n_features, hidden[:1], n_classes)


@mistake(
    "The output layer is missing: after the hidden layers comes one with a unit for each class.",
    builds(lambda hidden, n_classes: Network(network(hidden, n_classes).steps[:-2])),
)
def without_the_output(n_features, hidden, n_classes):
    import keras

    return keras.Sequential([keras.Input((n_features,)), *(keras.layers.Dense(u, activation="relu") for u in hidden)])


@mistake(
    "The layers are right, but the model does not know how many features will come, so it has no weights yet. Begin "
    "with `keras.Input((n_features,))`.",
    Lacks(oracle, CLASSIFIES, "no weights yet"),
)
def without_input(n_features, hidden, n_classes):
    return chain(None, hidden, n_classes)


@mistake(
    "The layers are right, but their weights all start at zero: the network gives the same output for every input, and "
    "its hidden units would always stay alike. Leave the initialization to Keras.",
    Lacks(oracle, CLASSIFIES, "the same of every input"),
)
def of_zeros(n_features, hidden, n_classes):
    return chain(n_features, hidden, n_classes, kernel_initializer="zeros")


def one_layer_after_the_other(n_features, hidden, n_classes):
    """An empty model gets its layers with `add`, in a loop."""
    import keras

    model = keras.Sequential()
    model.add(keras.Input(shape=(n_features,)))
    for units in hidden:
        model.add(keras.layers.Dense(units, activation="relu"))
    model.add(keras.layers.Dense(n_classes, activation="softmax"))
    return model


def as_functions(n_features, hidden, n_classes):
    """Layers are called like functions; this form also allows branches, shared layers and several inputs."""
    import keras
    from keras import layers

    inputs = x = keras.Input((n_features,))
    for units in hidden:
        x = layers.Dense(units, activation="relu")(x)
    return keras.Model(inputs, layers.Dense(n_classes, activation="softmax")(x))


def with_layers_for_activations(n_features, hidden, n_classes):
    import keras
    from keras import layers

    blocks = [layer for units in hidden for layer in (layers.Dense(units), layers.ReLU())]
    return keras.Sequential([keras.Input((n_features,)), *blocks, layers.Dense(n_classes), layers.Softmax()])


def with_he(n_features, hidden, n_classes):
    return chain(n_features, hidden, n_classes, kernel_initializer="he_normal")


def compiled(n_features, hidden, n_classes):
    model = chain(n_features, hidden, n_classes)
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def built_afterwards(n_features, hidden, n_classes):
    model = chain(None, hidden, n_classes)
    model.build((None, n_features))
    return model


def sizes(rng):
    """Numbers of features, hidden units and classes; the hidden layers are in no order, and no two have one size."""
    middle, small, large = rng.integers(11, 20), rng.integers(4, 11), rng.integers(20, 30)
    return int(rng.integers(5, 30)), [int(middle), int(small), int(large)], int(rng.integers(3, 12))


def layers_asked_for(rng):
    return [call(4, [8], 3), call(*sizes(rng)), call(5, [], 3)]


def classifiers_asked_for(rng):
    return [call(3, [6], 2), call(*sizes(rng))]


DENSE_CLASSIFIER = Exercise(
    name="dense_classifier",
    lecture=LECTURE,
    section="8. The same network in Keras",
    minutes=6,
    difficulty=1,
    parts=(
        Part("layers", 3, layers_asked_for, judge=Builds(oracle)),
        Part("probabilities", 2, classifiers_asked_for, judge=CLASSIFIES),
    ),
    oracle=oracle,
    mistakes=(
        without_activations,
        without_softmax,
        with_sigmoids_at_the_end,
        with_relu_at_the_end,
        with_sigmoids_between,
        without_biases,
        in_reverse,
        with_one_hidden_layer,
        without_the_output,
        without_input,
        of_zeros,
    ),
    spellings=(
        one_layer_after_the_other,
        as_functions,
        with_layers_for_activations,
        with_he,
        compiled,
        built_afterwards,
    ),
    hints=(
        'A loop over `hidden` adds one `Dense` layer each time, with `activation="relu"`.',
        "`keras.Input((n_features,))` comes first. The last layer has one unit for each class, and softmax.",
    ),
    uses_keras=True,
)
