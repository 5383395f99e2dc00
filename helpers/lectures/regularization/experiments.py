"""What lecture 09 runs: networks that memorize, and what each remedy does about it."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cache
from itertools import product

import numpy as np
from scipy import stats
from scipy.special import log_softmax, softmax
from sklearn.linear_model import lasso_path
from threadpoolctl import threadpool_limits

from helpers.datasets import digits
from helpers.neural.networks import initial_layers

CLASSES = 10


@dataclass(frozen=True)
class Run:
    """One training run: where it starts, its learning rate, and how strong each remedy is."""

    seed: int = 0
    rate: float = 0.3
    l2: float = 0.0  # of the penalty l2 * sum of squared weights
    l1: float = 0.0  # of the penalty l1 * sum of absolute weights, by soft thresholding
    dropout: float = 0.0  # share of hidden units that is dropped
    limit: float = np.inf  # of the length of a hidden unit's weights (max-norm)
    smoothing: float = 0.0  # of the labels: this share is spread over all classes
    mixup: float = 0.0  # parameter of the beta distribution from which shares come
    shift: float = 0.0  # probability that a picture is moved by a pixel, each step anew
    fog: float = 0.0  # pictures are put into fog of up to this density, each step anew
    wrong_labels: float = 0.0  # share of the training labels that are drawn at random


@dataclass(frozen=True)
class Trained:
    """Several runs after training. `epochs` says after which epochs the losses and accuracies were measured."""

    runs: tuple[Run, ...]
    layers: list  # of (weights (runs, fan_in, fan_out), biases (runs, 1, fan_out))
    chosen: np.ndarray  # (runs, samples): positions of the training samples
    labels: np.ndarray  # (runs, samples): the labels that were trained on
    epochs: np.ndarray  # (times,)
    train_loss: np.ndarray  # (times, runs), without any remedy switched on
    train_accuracy: np.ndarray
    validation_loss: np.ndarray
    validation_accuracy: np.ndarray
    test_accuracy: np.ndarray
    right: np.ndarray  # (times, runs, pictures): which of the validation and test pictures are classified rightly


@cache
def data():
    return digits()


@cache
def _moved():
    """The training digits, moved by up to one pixel in each direction: (9, samples, pixels); the first is unmoved."""
    pictures = np.pad(data().x_train.reshape(-1, 8, 8), ((0, 0), (1, 1), (1, 1)))
    places = sorted(product(range(3), repeat=2), key=lambda place: place != (1, 1))
    return np.stack([pictures[:, i : i + 8, j : j + 8].reshape(len(pictures), -1) for i, j in places])


def train_many(runs, samples=100, epochs=100, batch_size=20, hidden=50, every=None, dtype=np.float32, pictures=None):
    """Train several networks at once on the digits, or on other `pictures` (without shifts).

    Each draws its samples, weights and noise from its own seed; what a run computes does not depend on those beside it.
    Losses are measured before training and after each `every` epochs (None: at the end only).
    """
    runs = tuple(runs)
    pictures = pictures or data()
    there = {field.name: np.array([getattr(run, field.name) for run in runs]) for field in fields(Run)}
    wide = {name: values[:, None, None].astype(dtype) for name, values in there.items()}
    x, y = pictures.x_train.astype(dtype), pictures.y_train
    rngs = [np.random.default_rng(run.seed) for run in runs]
    chosen = np.stack([rng.permutation(len(x))[:samples] for rng in rngs])
    labels = y[chosen]
    for rng, run, row in zip(rngs, runs, labels, strict=True):
        if run.wrong_labels:
            wrong = rng.random(samples) < run.wrong_labels
            row[wrong] = rng.integers(0, CLASSES, wrong.sum())
    starts = [initial_layers((x.shape[1], hidden, CLASSES), rng, dtype=dtype) for rng in rngs]
    (w_1, b_1), (w_2, b_2) = (
        (np.stack([s[k][0] for s in starts]), np.stack([s[k][1] for s in starts])[:, None]) for k in (0, 1)
    )
    uses = {name: bool(np.any(values > 0)) for name, values in there.items()}
    uses["limit"] = bool(np.any(np.isfinite(there["limit"])))
    one_hot, all_runs = np.eye(CLASSES, dtype=dtype), np.arange(len(runs))[:, None]
    measured, rows = [0], [_measure([(w_1, b_1), (w_2, b_2)], chosen, labels, pictures)]
    with threadpool_limits(1, "blas"):
        for epoch in range(1, epochs + 1):
            order = np.stack([rng.permutation(samples) for rng in rngs])
            for start in range(0, samples, batch_size):
                batch = order[:, start : start + batch_size]
                inputs, targets = _prepared(batch, x, chosen, labels, one_hot, all_runs, rngs, there, uses)
                out = np.maximum(inputs @ w_1 + b_1, 0)
                if uses["dropout"]:
                    drawn = np.stack([rng.random(o.shape) for rng, o in zip(rngs, out, strict=True)])
                    out *= (drawn >= wide["dropout"]) / (1 - wide["dropout"])
                delta = (softmax(out @ w_2 + b_2, axis=2) - targets) / batch.shape[1]
                delta_1 = (delta @ w_2.swapaxes(1, 2)) * (out > 0)
                if uses["dropout"]:
                    delta_1 /= 1 - wide["dropout"]
                slopes = (inputs.swapaxes(1, 2) @ delta_1, out.swapaxes(1, 2) @ delta)
                for w, slope in zip((w_1, w_2), slopes, strict=True):
                    w -= wide["rate"] * (slope + 2 * wide["l2"] * w)
                    if uses["l1"]:
                        w[...] = np.sign(w) * np.maximum(np.abs(w) - wide["rate"] * wide["l1"], 0)
                b_1 -= wide["rate"] * delta_1.sum(axis=1, keepdims=True)
                b_2 -= wide["rate"] * delta.sum(axis=1, keepdims=True)
                if uses["limit"]:
                    w_1 /= np.maximum(1, np.linalg.norm(w_1, axis=1, keepdims=True) / wide["limit"])
            if (every and epoch % every == 0) or epoch == epochs:
                measured.append(epoch)
                rows.append(_measure([(w_1, b_1), (w_2, b_2)], chosen, labels, pictures))
    columns = (np.array(column) for column in zip(*rows, strict=True))
    return Trained(runs, [(w_1, b_1), (w_2, b_2)], chosen, labels, np.array(measured), *columns)


def _prepared(batch, x, chosen, labels, one_hot, all_runs, rngs, there, uses):
    """The inputs and targets of one step, after what the remedies do to samples and labels."""
    wide = {name: values[:, None, None].astype(x.dtype) for name, values in there.items()}
    positions, size = chosen[all_runs, batch], batch.shape[1]
    targets = one_hot[labels[all_runs, batch]]
    if uses["shift"]:
        drawn = np.stack([rng.random((2, size)) for rng in rngs])
        moves = np.where(drawn[:, 0] < wide["shift"][:, :, 0], (9 * drawn[:, 1]).astype(int), 0)
        inputs = _moved()[moves, positions].astype(x.dtype)
    else:
        inputs = x[positions]
    if uses["fog"]:
        drawn = np.stack([rng.random((size, 1)) for rng in rngs])
        inputs = in_fog(inputs, wide["fog"] * drawn.astype(x.dtype))
    if uses["smoothing"]:
        targets = (1 - wide["smoothing"]) * targets + wide["smoothing"] / CLASSES
    if uses["mixup"]:
        drawn = [
            rng.beta(a, a, (size, 1)) if a else np.ones((size, 1)) for rng, a in zip(rngs, there["mixup"], strict=True)
        ]
        shares = np.stack(drawn).astype(x.dtype)
        partners = np.stack([rng.permutation(size) for rng in rngs])
        inputs = shares * inputs + (1 - shares) * inputs[all_runs, partners]
        targets = shares * targets + (1 - shares) * targets[all_runs, partners]
    return inputs, targets


def scores_of(layers, x):
    """The scores of every run for the pictures `x`, (n, d) or (runs, n, d): an array (runs, n, classes)."""
    (w_1, b_1), (w_2, b_2) = layers
    return np.maximum(x @ w_1 + b_1, 0) @ w_2 + b_2


def cross_entropy(scores, labels):
    """Mean cross-entropy of each run; scores (runs, n, classes), labels (n,) or (runs, n)."""
    labels = np.broadcast_to(labels, scores.shape[:2])
    return -np.take_along_axis(log_softmax(scores, axis=2), labels[:, :, None], axis=2).mean(axis=(1, 2))


def accuracy(scores, labels):
    return np.mean(scores.argmax(axis=2) == labels, axis=1)


def _measure(layers, chosen, labels, there):
    dtype = layers[0][0].dtype
    on_train, on_validation, on_test = (
        scores_of(layers, x.astype(dtype)) for x in (there.x_train[chosen], there.x_validation, there.x_test)
    )
    right = np.concatenate(
        [on_validation.argmax(axis=2) == there.y_validation, on_test.argmax(axis=2) == there.y_test], axis=1
    )
    return (
        cross_entropy(on_train, labels),
        accuracy(on_train, labels),
        cross_entropy(on_validation, there.y_validation),
        accuracy(on_validation, there.y_validation),
        accuracy(on_test, there.y_test),
        right,
    )


# Memorizing.


@cache
def memorized(wrong_labels, seeds=10, samples=200, epochs=150, hidden=100):
    """Networks trained on digits whose labels were drawn at random (share `wrong_labels`), measured by epoch."""
    runs = [Run(seed, wrong_labels=wrong_labels) for seed in range(seeds)]
    return train_many(runs, samples, epochs, hidden=hidden, every=5)


# Bias and variance of a curve, and double descent.


def true_curve(x):
    return np.sin(2 * np.pi * x)


@cache
def fitted_polynomials(degree, points=25, noise=0.3, training_sets=200, seed=0):
    """Predictions on an even grid of 101 places, one row for each training set: (training sets, 101)."""
    rng = np.random.default_rng(seed)
    grid = np.linspace(-1, 1, 101)
    x = np.linspace(-1, 1, points)
    found = []
    for _ in range(training_sets):
        y = true_curve(x / 2 + 0.5) + rng.normal(0, noise, points)
        fit = np.polynomial.Chebyshev.fit(x, y, degree, domain=[-1, 1])
        found.append(fit(grid))
    return np.array(found)


def bias_variance_of_degree(degree, **settings):
    """Squared bias and variance of a polynomial fit, averaged over the places."""
    predictions = fitted_polynomials(degree, **settings)
    truth = true_curve(np.linspace(0, 1, predictions.shape[1]))
    return float(np.mean((predictions.mean(axis=0) - truth) ** 2)), float(predictions.var(axis=0).mean())


def error_with_features(features, samples=300, seed=0, ridge=0.0) -> float:
    """Test error of least squares on random ReLU features of the digits; of all that fit, the one with least norm."""
    rng = np.random.default_rng([seed, features])
    there = data()
    chosen = rng.permutation(len(there.x_train))[:samples]
    directions = rng.normal(0, 1 / 8, (there.x_train.shape[1], features))
    mean = there.x_train[chosen].mean(axis=0)
    phi, phi_test = (np.maximum((x - mean) @ directions, 0) for x in (there.x_train[chosen], there.x_test))
    targets = np.eye(CLASSES)[there.y_train[chosen]]
    # The smaller of the two Gram matrices does; the eigenvalues that rounding left are cut off, as `lstsq` does.
    by_sample = features > samples
    gram = phi @ phi.T if by_sample else phi.T @ phi
    values, vectors = np.linalg.eigh(gram)
    inverse = np.where(values > 1e-11 * values[-1], 1 / np.maximum(values + ridge, 1e-300), 0)
    solved = (vectors * inverse) @ (vectors.T @ (targets if by_sample else phi.T @ targets))
    weights = phi.T @ solved if by_sample else solved
    return float(np.mean((phi_test @ weights).argmax(axis=1) != there.y_test))


@cache
def descents(sizes, samples=300, seeds=3, ridge=0.0):
    """Test error by the number of random features: (sizes, seeds)."""
    return np.array([[error_with_features(p, samples, seed, ridge) for seed in range(seeds)] for p in sizes])


# Weights.


@cache
def weights_with(name="none", strength=0.0, seeds=10, epochs=100):
    """All first-layer weights of ten networks trained with one remedy on 100 labels."""
    runs = [Run(seed, **({name: strength} if strength else {})) for seed in range(seeds)]
    return train_many(runs, epochs=epochs)


# Early stopping.


@cache
def noisy_runs(seeds=20, samples=300, wrong_labels=0.3, epochs=60, rate=0.3):
    """Networks trained on digits of which a share has random labels, measured after every epoch."""
    return train_many(
        [Run(seed, rate, wrong_labels=wrong_labels) for seed in range(seeds)], samples, epochs, hidden=100, every=1
    )


def stopped(losses, patience) -> int:
    """The best epoch when training stops after `patience` epochs without a lower loss; losses (epochs,)."""
    best = 0
    for epoch, loss in enumerate(losses):
        if loss < losses[best]:
            best = epoch
        if epoch - best >= patience:
            break
    return best


def optimism_of_the_best_epoch(few=60, repeats=20, **settings):
    """The best of all epochs on a few held-out pictures: (its accuracy on these, on all the other ones) as rows.

    One row for each run and each draw of the few.
    """
    right = noisy_runs(**settings).right[1:]
    rng = np.random.default_rng(0)
    pairs = []
    for run in range(right.shape[1]):
        for _ in range(repeats):
            order = rng.permutation(right.shape[2])
            on_few = right[:, run, order[:few]].mean(axis=1)
            best = int(on_few.argmax())
            pairs.append((on_few[best], right[best, run, order[few:]].mean()))
    return np.array(pairs)


# What each remedy does.

STRENGTHS = {
    "L2": ("l2", (0.001, 0.005, 0.02)),
    "L1": ("l1", (0.0005, 0.002, 0.006)),
    "max-norm": ("limit", (0.5, 1.0, 1.5)),
    "dropout": ("dropout", (0.3, 0.5, 0.7)),
    "label smoothing": ("smoothing", (0.1, 0.3, 0.5)),
    "mixup": ("mixup", (0.2, 0.5, 1.0)),
    "shifted pictures": ("shift", (0.3, 0.6, 0.9)),
}
RATES = (0.1, 0.3)
SETTINGS = {
    # name: how the networks are trained, and the share of random labels
    "100 labels": ({"samples": 100, "epochs": 60, "batch_size": 20}, 0.0),
    "300 labels, three in ten random": ({"samples": 300, "epochs": 40, "batch_size": 20}, 0.3),
    "all 1077 labels": ({"samples": 1077, "epochs": 16, "batch_size": 32}, 0.0),
}


@dataclass(frozen=True)
class Outcome:
    """What one remedy did in one setting, at the strength and rate with the best validation accuracy.

    Arrays have one number for each seed.
    """

    strength: float
    rate: float
    weights: np.ndarray  # root mean square of the first layer's weights
    gap: np.ndarray  # training minus test accuracy
    test_error: np.ndarray


@cache
def outcome_of(remedy, setting, first_seed=0, seeds=10) -> Outcome:
    """Train with every strength and rate, choose on validation, and measure what was chosen on the test pictures."""
    how, wrong = SETTINGS[setting]
    name, strengths = STRENGTHS.get(remedy, ("l2", (0.0,)))
    grid = list(product(strengths, RATES))
    plans = [
        Run(first_seed + seed, rate, wrong_labels=wrong, **{name: strength})
        for strength, rate in grid
        for seed in range(seeds)
    ]
    early = remedy == "early stopping"
    trained = train_many(plans, **how, every=max(1, how["epochs"] // 20) if early else None)
    times = trained.validation_accuracy.argmax(axis=0) if early else np.full(len(plans), -1)
    there = np.arange(len(plans))
    validation, train, test = (
        values[times, there].reshape(len(grid), seeds)
        for values in (trained.validation_accuracy, trained.train_accuracy, trained.test_accuracy)
    )
    best = int(validation.mean(axis=1).argmax())
    weights = np.sqrt(np.mean(trained.layers[0][0] ** 2, axis=(1, 2))).reshape(len(grid), seeds)[best]
    return Outcome(*grid[best], weights, train[best] - test[best], 1 - test[best])


def gain(remedy, setting, **settings):
    """Test error without any remedy minus that with this one, a number for each seed."""
    return outcome_of("none", setting, **settings).test_error - outcome_of(remedy, setting, **settings).test_error


def interval(differences) -> float:
    """Half the width of the 95 % interval of a mean, by Student's t."""
    return float(stats.t.ppf(0.975, len(differences) - 1) * stats.sem(differences))


# Dropout as an ensemble.


@cache
def with_dropout(seed=0, hidden=10, rate=0.5, samples=300, epochs=60):
    """A network trained with dropout."""
    return train_many([Run(seed, 0.3, dropout=rate)], samples, epochs, hidden=hidden, dtype=float)


def all_networks(seed=0, hidden=10, rate=0.5, **settings):
    """Probabilities of all 2^hidden thinned networks for the test digits, and of the whole one without dropout.

    (networks, n, classes), the probability of each network (networks,), (n, classes).
    """
    (w_1, b_1), (w_2, b_2) = with_dropout(seed, hidden, rate, **settings).layers
    out = np.maximum(data().x_test @ w_1[0] + b_1[0], 0)
    masks = np.array(list(product([0, 1], repeat=hidden)))
    thinned = softmax((out * masks[:, None] / (1 - rate)) @ w_2[0] + b_2[0], axis=2)
    kept = masks.sum(axis=1)
    return thinned, (1 - rate) ** kept * rate ** (hidden - kept), softmax(out @ w_2[0] + b_2[0], axis=1)


def means_of(networks, shares):
    """The arithmetic mean of their probabilities, and the normalized geometric one: two arrays (n, classes)."""
    arithmetic = np.tensordot(shares, networks, 1)
    return arithmetic, softmax(np.tensordot(shares, np.log(networks), 1), axis=1)


@dataclass(frozen=True)
class Sampled:
    """MC dropout on the test digits; one row for each picture."""

    plain: np.ndarray  # (n, classes): the whole network
    mean: np.ndarray  # (n, classes): mean over the masks
    spread: np.ndarray  # (n,): standard deviation of the probability of the class that the mean says
    labels: np.ndarray


@cache
def sampled(seed=0, masks=100, hidden=50, rate=0.5, samples=100, epochs=60) -> Sampled:
    """Switch dropout on for the test pictures, and repeat."""
    (w_1, b_1), (w_2, b_2) = with_dropout(seed, hidden, rate, samples, epochs).layers
    rng = np.random.default_rng(seed)
    out = np.maximum(data().x_test @ w_1[0] + b_1[0], 0)
    drawn = np.stack(
        [softmax(out * (rng.random(out.shape) >= rate) / (1 - rate) @ w_2[0] + b_2[0], axis=1) for _ in range(masks)]
    )
    mean = drawn.mean(axis=0)
    spread = drawn.std(axis=0)[np.arange(len(mean)), mean.argmax(axis=1)]
    return Sampled(softmax(out @ w_2[0] + b_2[0], axis=1), mean, spread, data().y_test)


def error_by_spread(found: Sampled, bins=5):
    """Share of wrong answers in bins of equal size, from the smallest spread to the largest."""
    wrong = found.mean.argmax(axis=1) != found.labels
    return np.array([wrong[part].mean() for part in np.array_split(np.argsort(found.spread), bins)])


def calibration_error(probabilities, labels, bins=5) -> float:
    """Mean distance between confidence and share of right answers, over bins of equal size."""
    sure, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == labels
    parts = np.array_split(np.argsort(sure), bins)
    return float(np.average([abs(sure[i].mean() - right[i].mean()) for i in parts], weights=[len(i) for i in parts]))


@cache
def dropout_costs(hidden, seed=0, epochs=20):
    """Test accuracy without dropout minus that with a rate of one half, trained on all digits.

    Both have the better of RATES, chosen on validation.
    """
    plans = [Run(seed, rate, dropout=dropout) for dropout in (0.0, 0.5) for rate in RATES]
    trained = train_many(plans, 1077, epochs, 32, hidden)
    validation, test = (a[-1].reshape(2, -1) for a in (trained.validation_accuracy, trained.test_accuracy))
    without, with_it = np.take_along_axis(test, validation.argmax(axis=1)[:, None], axis=1)[:, 0]
    return float(without - with_it)


# Penalty and decay.


def shrunk(optimizer, decoupled, scales=(1.0, 0.01), strength=0.01, rate=0.01, steps=500, seed=0):
    """Two weights whose gradients are noise of different `scales`, after training with L2 or with weight decay.

    Both start at 1. With `decoupled` the weights are multiplied by 1 - 2 * rate * strength, beside the optimizer; else
    2 * strength * w is added to the gradient.
    """
    rng = np.random.default_rng(seed)
    w, first, second = np.ones(2), np.zeros(2), np.zeros(2)
    for step in range(1, steps + 1):
        gradient = rng.normal(0, 1, 2) * scales
        if decoupled:
            w = w * (1 - 2 * rate * strength)
        else:
            gradient = gradient + 2 * strength * w
        if optimizer == "SGD":
            w = w - rate * gradient
            continue
        first = 0.9 * first + 0.1 * gradient
        second = 0.999 * second + 0.001 * gradient**2
        w = w - rate * (first / (1 - 0.9**step)) / (np.sqrt(second / (1 - 0.999**step)) + 1e-8)
    return w


# Other pictures than those in training.


def in_fog(pictures, density):
    """Pictures in which every pixel has gone a share `density` of the way to its largest value."""
    return pictures + density * (1 - pictures)


REMEDIES_IN_FOG = {
    "none": {},
    "L2": {"l2": 0.002},
    "dropout": {"dropout": 0.5},
    "shifted pictures": {"shift": 0.6},
    "pictures in fog": {"fog": 0.7},
}


@cache
def seen_in_fog(density=0.6, seeds=10):
    """Accuracy on clear test pictures and on the same in fog, after training on clear ones: {remedy: (2, seeds)}.

    Each remedy has the better of RATES, by its mean accuracy on validation pictures in fog.
    """
    there, found = data(), {}
    for name in REMEDIES_IN_FOG:
        trained = [_trained_for_fog(name, rate, seeds) for rate in RATES]
        foggy = [
            accuracy(scores_of(one.layers, in_fog(there.x_validation, density)), there.y_validation) for one in trained
        ]
        best = trained[int(np.argmax([right.mean() for right in foggy]))]
        in_use = accuracy(scores_of(best.layers, in_fog(there.x_test, density)), there.y_test)
        found[name] = np.stack([best.test_accuracy[-1], in_use])
    return found


@cache
def _trained_for_fog(name, rate, seeds):
    return train_many([Run(seed, rate, **REMEDIES_IN_FOG[name]) for seed in range(seeds)], 300, 60)


# A curve through noisy points, with the strength of a remedy to choose.

LEVELS = 21  # strengths from 0 to 20
BUMPS = np.linspace(-0.1, 1.1, 30)
PLACES = np.linspace(0, 1, 201)
CURVE_REMEDIES = ("L2", "L1", "early stopping", "dropout")


@dataclass(frozen=True)
class Path:
    """Fits of one remedy at all its strengths."""

    x: np.ndarray
    y: np.ndarray
    strengths: np.ndarray  # (LEVELS,), in the remedy's own unit
    fits: np.ndarray  # (LEVELS, places)
    weights: np.ndarray  # (LEVELS, features)
    train: np.ndarray  # (LEVELS,): root mean squared error on the points
    test: np.ndarray  # ... on fresh points


def _bumps(x):
    return np.exp(-0.5 * (np.subtract.outer(x, BUMPS) / 0.06) ** 2)


@cache
def path(remedy, points, noise, seed) -> Path:
    """Fit 30 bumps to noisy points of a curve, with each strength of a remedy."""
    rng = np.random.default_rng(seed)
    x = np.sort(rng.random(points))
    y = true_curve(x) + noise * rng.normal(0, 1, points)
    phi, level = _bumps(x), np.linspace(0, 1, LEVELS)
    u, d, vt = np.linalg.svd(phi, full_matrices=False)
    if remedy == "early stopping":
        strengths = np.round(10 ** (6 - 6 * level))  # steps of gradient descent
        filters = 1 - (1 - (d / d[0]) ** 2) ** strengths[:, None]
        weights = (filters / np.maximum(d, 1e-12) * (u.T @ y)) @ vt
    elif remedy == "L2":
        strengths = 10 ** (7 * level - 6)
        weights = (d / (d**2 + strengths[:, None]) * (u.T @ y)) @ vt
    elif remedy == "dropout":
        strengths = 1 - 10 ** (-2 * level) * (1 - 1e-4)  # share of features that is dropped
        gram, odds = phi.T @ phi, strengths / (1 - strengths)
        # Averaged over all masks, dropout of the features of a linear model is a penalty on each weight.
        weights = np.stack([np.linalg.solve(gram + np.diag(o * np.diag(gram) + 1e-8), phi.T @ y) for o in odds])
    else:
        strengths = 10 ** (3 * level - 3.5)
        found = lasso_path(phi, y, alphas=strengths[::-1] / 2, max_iter=20_000, tol=1e-2)[1]
        weights = found.T[::-1]
    fits = weights @ _bumps(PLACES).T
    train = np.sqrt(np.mean((weights @ phi.T - y) ** 2, axis=1))
    test = np.sqrt(np.mean((fits - true_curve(PLACES)) ** 2, axis=1) + noise**2)
    return Path(x, y, strengths, fits, weights, train, test)
