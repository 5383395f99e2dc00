"""Dense classifiers trained by plain minibatch gradient descent, in NumPy, with their history."""

import copy
import itertools
from dataclasses import dataclass

import numpy as np
from scipy.special import expit, logsumexp
from threadpoolctl import threadpool_limits

from .activations import ACTIVATIONS, softmax, softplus
from .batch_normalization import BatchNormalization
from .signal import lecun


@dataclass(frozen=True)
class History:
    """One row an epoch; row 0 is before training. A diverged run holds NaN or infinity."""

    train_loss: np.ndarray  # (epochs + 1,)
    train_accuracy: np.ndarray
    validation_loss: np.ndarray
    validation_accuracy: np.ndarray
    gradient_norms: np.ndarray  # (epochs + 1, layers): length of the gradient of the loss in each layer's shift
    dead: np.ndarray  # (epochs + 1, hidden layers): share of units whose output is 0 for every training sample
    layers: list  # of (weights (fan_in, fan_out), bias (fan_out,)), as they are after the last epoch
    norms: list  # of BatchNormalization, one a hidden layer; empty without batch normalisation


def initial_layers(sizes, rng, weight_scale=lecun, bias_mean=0.0, bias_std=0.0, dtype=float):
    """Random layers between `sizes`, for example (64, 30, 10): a list of (weights, bias)."""
    layers = []
    for fan_in, fan_out in itertools.pairwise(sizes):
        weights = rng.standard_normal((fan_in, fan_out)) * weight_scale(fan_in, fan_out)
        bias = bias_mean + bias_std * rng.standard_normal(fan_out)
        layers.append((weights.astype(dtype), bias.astype(dtype)))
    return layers


def forward(layers, features, activation, norms=(), training=False):
    """What every layer's activation receives, and the outputs; the last layer's output is its weighted sum, the scores.

    With `norms`, one BatchNormalization a hidden layer, the weighted sums are normalised before the activation: by
    their own statistics when `training`, else by the running averages.
    """
    sums, outputs = [], []
    signal = features
    for number, (weights, bias) in enumerate(layers, start=1):
        sums.append(signal @ weights + bias)
        if number <= len(norms):
            norm = norms[number - 1]
            sums[-1] = norm.training(sums[-1]) if training else norm.inference(sums[-1])
        signal = activation.function(sums[-1]) if number < len(layers) else sums[-1]
        outputs.append(signal)
    return sums, outputs


def loss(scores, labels, output="softmax"):
    """Mean cross-entropy of `scores` (n, classes) for the integer `labels` (n,).

    `output="sigmoid"` treats each class as a yes-or-no question of its own, as Nielsen's book does.
    """
    of_label = scores[np.arange(len(labels)), labels]
    total = softplus(scores).sum(axis=1) if output == "sigmoid" else logsumexp(scores, axis=1)
    return float(np.mean(total - of_label))


def gradients(layers, features, labels, activation, l2=0.0, output="softmax", norms=()):
    """The gradient of loss + l2/2 * (sum of squared weights) in every layer: a list of (weights, bias).

    With `norms` it is that of a training step, and normalised layers have (weights, bias, gamma, beta).
    """
    sums, outputs = forward(layers, features, activation, norms, training=True)
    error = expit(outputs[-1]) if output == "sigmoid" else softmax(outputs[-1])
    error[np.arange(len(labels)), labels] -= 1
    error /= len(labels)
    result = []
    for number in reversed(range(len(layers))):
        inputs = outputs[number - 1] if number else features
        weights = layers[number][0]
        in_norm = ()
        if number < len(norms):
            error, *in_norm = norms[number].backward(error)
        in_weights = inputs.T @ error
        if l2:
            in_weights += l2 * weights
        result.append((in_weights, error.sum(axis=0), *in_norm))
        if number:
            error = (error @ weights.T) * activation.derivative(sums[number - 1])
    return result[::-1]


def train_dense(
    data,
    hidden=(30,),
    activation="relu",
    epochs=30,
    batch_size=10,
    learning_rate=0.1,
    l2=0.0,
    output="softmax",
    weight_scale=lecun,
    bias_mean=0.0,
    bias_std=0.0,
    seed=0,
    batch_norm=False,
    momentum=0.9,
    start=None,
):
    """Train a dense network on `data` (datasets.Pictures) and return its History.

    `activation` is a name from ACTIVATIONS or an Activation. `weight_scale` is a function of (fan_in, fan_out); biases
    start normal with `bias_mean` and `bias_std`. `start` is a list of (weights, bias) to start from instead; it is not
    changed. Every epoch visits all training samples once, in a new order. `batch_norm` normalises what each hidden
    activation receives; `momentum` is that of its running averages.
    """
    activation = ACTIVATIONS.get(activation, activation) if isinstance(activation, str) else activation
    rng = np.random.default_rng(seed)
    x, y = data.x_train, data.y_train
    sizes = (x.shape[1], *hidden, int(y.max()) + 1)
    layers = copy.deepcopy(start) or initial_layers(sizes, rng, weight_scale, bias_mean, bias_std, x.dtype)
    norms = [BatchNormalization.fresh(units, momentum, x.dtype) for units in hidden] if batch_norm else []
    parameters = [list(layer) for layer in layers]
    for arrays, norm in zip(parameters, norms, strict=False):
        arrays += [norm.gamma, norm.beta]
    rows = []
    # A run that explodes is a result here, not an accident. The matrices are too small to be worth sharing out among
    # threads, which would mostly wait for each other.
    with np.errstate(over="ignore", invalid="ignore"), threadpool_limits(1, "blas"):
        rows.append(_measure(layers, data, activation, l2, output, norms))
        for _ in range(epochs):
            order = rng.permutation(len(x))
            for first in range(0, len(x), batch_size):
                batch = order[first : first + batch_size]
                slopes = gradients(layers, x[batch], y[batch], activation, l2, output, norms)
                for array, slope in zip(itertools.chain(*parameters), itertools.chain(*slopes), strict=True):
                    array -= learning_rate * slope
                for norm in norms:
                    norm.update_running()
            rows.append(_measure(layers, data, activation, l2, output, norms))
    columns = [np.array(column) for column in zip(*rows, strict=True)]
    return History(*columns, layers, norms)


def _measure(layers, data, activation, l2, output, norms):
    """One row of the History."""
    _, outputs = forward(layers, data.x_train, activation, norms)
    scores = outputs[-1]
    validation_scores = forward(layers, data.x_validation, activation, norms)[1][-1]
    sample = slice(1000)  # enough for the size of a gradient
    slopes = gradients(layers, data.x_train[sample], data.y_train[sample], activation, l2, output, norms)
    return (
        loss(scores, data.y_train, output),
        np.mean(scores.argmax(axis=1) == data.y_train),
        loss(validation_scores, data.y_validation, output),
        np.mean(validation_scores.argmax(axis=1) == data.y_validation),
        # Behind a normalisation it is beta that shifts; the bias in front of it has no gradient.
        [np.linalg.norm(in_layer[-1]) for in_layer in slopes],
        [np.mean(np.all(hidden == 0, axis=0)) for hidden in outputs[:-1]],
    )
