"""Dense classifiers trained by plain minibatch gradient descent, in NumPy, with their history."""

import copy
import itertools
from dataclasses import dataclass

import numpy as np
from scipy.special import expit, logsumexp
from threadpoolctl import threadpool_limits

from .activations import ACTIVATIONS, softmax, softplus
from .signal import lecun


@dataclass(frozen=True)
class History:
    """One row an epoch; row 0 is before training. A diverged run holds NaN or infinity."""

    train_loss: np.ndarray  # (epochs + 1,)
    train_accuracy: np.ndarray
    validation_loss: np.ndarray
    validation_accuracy: np.ndarray
    gradient_norms: np.ndarray  # (epochs + 1, layers): length of the gradient of the loss in each layer's biases
    dead: np.ndarray  # (epochs + 1, hidden layers): share of units whose output is 0 for every training sample
    layers: list  # of (weights (fan_in, fan_out), bias (fan_out,)), as they are after the last epoch


def initial_layers(sizes, rng, weight_scale=lecun, bias_mean=0.0, bias_std=0.0, dtype=float):
    """Random layers between `sizes`, for example (64, 30, 10): a list of (weights, bias)."""
    layers = []
    for fan_in, fan_out in itertools.pairwise(sizes):
        weights = rng.standard_normal((fan_in, fan_out)) * weight_scale(fan_in, fan_out)
        bias = bias_mean + bias_std * rng.standard_normal(fan_out)
        layers.append((weights.astype(dtype), bias.astype(dtype)))
    return layers


def forward(layers, features, activation):
    """The weighted sums and the outputs of every layer; the last layer's output is its weighted sum, the scores."""
    sums, outputs = [], []
    signal = features
    for number, (weights, bias) in enumerate(layers, start=1):
        sums.append(signal @ weights + bias)
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


def gradients(layers, features, labels, activation, l2=0.0, output="softmax"):
    """The gradient of loss + l2/2 * (sum of squared weights) in every layer: a list of (weights, bias)."""
    sums, outputs = forward(layers, features, activation)
    error = expit(outputs[-1]) if output == "sigmoid" else softmax(outputs[-1])
    error[np.arange(len(labels)), labels] -= 1
    error /= len(labels)
    result = []
    for number in reversed(range(len(layers))):
        inputs = outputs[number - 1] if number else features
        weights = layers[number][0]
        in_weights = inputs.T @ error
        if l2:
            in_weights += l2 * weights
        result.append((in_weights, error.sum(axis=0)))
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
    start=None,
):
    """Train a dense network on `data` (datasets.Pictures) and return its History.

    `activation` is a name from ACTIVATIONS or an Activation. `weight_scale` is a function of (fan_in, fan_out); biases
    start normal with `bias_mean` and `bias_std`. `start` is a list of (weights, bias) to start from instead; it is not
    changed. Every epoch visits all training samples once, in a new order.
    """
    activation = ACTIVATIONS.get(activation, activation) if isinstance(activation, str) else activation
    rng = np.random.default_rng(seed)
    x, y = data.x_train, data.y_train
    sizes = (x.shape[1], *hidden, int(y.max()) + 1)
    layers = copy.deepcopy(start) or initial_layers(sizes, rng, weight_scale, bias_mean, bias_std, x.dtype)
    rows = []
    # A run that explodes is a result here, not an accident. The matrices are too small to be worth sharing out among
    # threads, which would mostly wait for each other.
    with np.errstate(over="ignore", invalid="ignore"), threadpool_limits(1, "blas"):
        rows.append(_measure(layers, data, activation, l2, output))
        for _ in range(epochs):
            order = rng.permutation(len(x))
            for start in range(0, len(x), batch_size):
                batch = order[start : start + batch_size]
                slopes = gradients(layers, x[batch], y[batch], activation, l2, output)
                for (weights, bias), (in_weights, in_bias) in zip(layers, slopes, strict=True):
                    weights -= learning_rate * in_weights
                    bias -= learning_rate * in_bias
            rows.append(_measure(layers, data, activation, l2, output))
    columns = [np.array(column) for column in zip(*rows, strict=True)]
    return History(*columns, layers)


def _measure(layers, data, activation, l2, output):
    """One row of the History."""
    _, outputs = forward(layers, data.x_train, activation)
    scores = outputs[-1]
    validation_scores = forward(layers, data.x_validation, activation)[1][-1]
    sample = slice(1000)  # enough for the size of a gradient
    slopes = gradients(layers, data.x_train[sample], data.y_train[sample], activation, l2, output)
    return (
        loss(scores, data.y_train, output),
        np.mean(scores.argmax(axis=1) == data.y_train),
        loss(validation_scores, data.y_validation, output),
        np.mean(validation_scores.argmax(axis=1) == data.y_validation),
        [np.linalg.norm(in_bias) for _, in_bias in slopes],
        [np.mean(np.all(hidden == 0, axis=0)) for hidden in outputs[:-1]],
    )
