"""What lecture 08 runs: valleys with paths drawn into them, races of all rules on the digits, schedules, stability."""

from __future__ import annotations

import math
from functools import cache

import numpy as np

from helpers.datasets import digits
from helpers.neural import schedules
from helpers.neural.optimizers import RULES, VARIANTS, path
from helpers.neural.race import Entry, race

# --- Valleys ----------------------------------------------------------------------------------------------------------


def valley(condition=100.0):
    """Curvature 1 along the valley and `condition` across: the loss, and its gradient, at points (..., 2)."""
    curvatures = np.array([1.0, condition])
    return lambda w: 0.5 * (curvatures * w**2).sum(axis=-1), lambda w: curvatures * w


def saddle(condition=10.0):
    """Up across, with curvature `condition`, and down along, until the walls at +-2 rise."""
    return (
        lambda w: 0.5 * condition * w[..., 1] ** 2 - 0.5 * w[..., 0] ** 2 + w[..., 0] ** 4 / 16 + 1,
        lambda w: np.stack([-w[..., 0] + w[..., 0] ** 3 / 4, condition * w[..., 1]], axis=-1),
    )


def ravine(condition=10.0):
    """A valley along the diagonal: no coordinate is steep or flat by itself."""
    turn = np.array([[1.0, 1.0], [-1.0, 1.0]]) / math.sqrt(2)
    value, gradient = valley(condition)
    return lambda w: value(w @ turn.T), lambda w: gradient(w @ turn.T) @ turn


def rosenbrock(condition=10.0):
    """A valley that bends (Rosenbrock 1960), a tenth as steep: its floor is y = x^2, its minimum (1, 1)."""

    def value(w):
        x, y = w[..., 0], w[..., 1]
        return 0.1 * ((1 - x) ** 2 + condition * (y - x**2) ** 2)

    def gradient(w):
        x, y = w[..., 0], w[..., 1]
        off = condition * (y - x**2)
        return 0.1 * np.stack([-2 * (1 - x) - 4 * x * off, 2 * off], axis=-1)

    return value, gradient


SURFACES = {"valley": valley, "ravine": ravine, "saddle": saddle, "Rosenbrock": rosenbrock}


def steps_until(distances, share=1e-3):
    """The number of the first step after which every distance stays below `share` of the first one."""
    above = np.flatnonzero(~(distances < share * distances[0]))
    return int(above[-1]) + 1


def best_of_descent(condition):
    """The rate at which plain gradient descent shrinks both distances of the valley by one factor, and the factor."""
    return 2 / (1 + condition), (condition - 1) / (condition + 1)


def best_of_momentum(condition):
    """The same for momentum: rate, momentum, factor (Polyak 1964)."""
    root = math.sqrt(condition)
    factor = (root - 1) / (root + 1)
    return 4 / (1 + root) ** 2, factor**2, factor


def steps_needed(condition=100.0, share=1e-3, start=(1.0, 1.0)):
    """Steps until the distance to the minimum has shrunk to `share`: (plain, with momentum), each at its best."""
    _, gradient = valley(condition)
    rate, momentum, _ = best_of_momentum(condition)
    found = []
    for rule, its_rate in (
        (RULES["SGD"], best_of_descent(condition)[0]),
        (RULES["momentum"].having(momentum=momentum), rate),
    ):
        steps = 40 + int(20 * condition)
        distances = np.linalg.norm(path(rule, gradient, np.array(start), its_rate, steps), axis=1)
        found.append(steps_until(distances, share))
    return tuple(found)


def growth_at(rate, condition=100.0, steps=50):
    """By what factor plain gradient descent multiplies the distance across the valley in `steps` steps."""
    places = path(RULES["SGD"], valley(condition)[1], np.array([1.0, 1.0]), rate, steps)
    return abs(places[-1, 1])


def steps_to_leave_saddle(rate, rule="SGD", start=1e-3, condition=10.0, most=5000):
    """Steps until a path that begins `start` beside the ridge of the saddle is 1 away from it."""
    places = path(RULES[rule], saddle(condition)[1], np.array([start, 0.1]), rate, most)
    outside = np.flatnonzero(np.abs(places[:, 0]) > 1)
    return int(outside[0]) if len(outside) else most


# --- A rate for each weight -----------------------------------------------------------------------------------------

DECK_GRADIENTS = {"W1": (0.001, 0.003, 0.002, 0.1), "W2": (1.8, 2.1, 1.5, 0.1)}


def deck_adagrad(gradients):
    """Deck 001's Adagrad by hand: the root mean squares so far, and the gradients divided by them."""
    gradients = np.array(gradients)
    roots = np.sqrt(np.cumsum(gradients**2) / np.arange(1, len(gradients) + 1))
    return roots, gradients / roots


def usual_adagrad(gradients):
    """The same with the root of the sum."""
    gradients = np.array(gradients)
    return gradients / np.sqrt(np.cumsum(gradients**2))


def step_lengths(rule, gradients, rate=1.0):
    """How far one weight moves in each step, for given gradients (steps,) or (steps, weights)."""
    gradients = np.array(gradients, dtype=float)
    rule = RULES.get(rule) or VARIANTS[rule]
    weights, lengths = np.zeros(gradients.shape[1:]), []
    state = rule.state_like(weights)
    for count, gradient in enumerate(gradients, start=1):
        before = np.array(weights)
        weights = np.array(weights)
        rule.step(weights, state, gradient, rate, count)
        lengths.append(np.abs(weights - before))
    return np.array(lengths)


def left_of_weights(inside, sizes=(0.01, 0.1, 1.0), decay=0.1, rate=0.003, steps=1000, seed=0):
    """What is left of weights of 1 whose gradients are noise of some size: a share for each size.

    `inside` adds decay * weights to the gradient of Adam; otherwise the weights shrink beside it (AdamW). Averaged over
    200 weights of each size.
    """
    rng = np.random.default_rng(seed)
    rule = RULES["Adam"].having(**({"l2": decay} if inside else {"decay": decay}))
    scale = np.repeat(np.array(sizes)[:, None], 200, axis=1)
    places = path(rule, lambda w: scale * rng.normal(size=w.shape), np.ones(scale.shape), rate, steps)
    return places[-1].mean(axis=1)


def reddi(rule, large=3.0, steps=3000, rate=0.5):
    """Reddi, Kale and Kumar (2018): every third gradient is `large`, the others are -1; x stays within -1 and 1.

    Returns the places (steps + 1,). On average the gradient is positive, so the best place is -1. `rule` is "SGD",
    "Adam" (beta_1 = 0, beta_2 = 1 / (1 + large^2)) or "AMSGrad", which never lets the second moment shrink.
    """
    beta, x, second, most = 1 / (1 + large**2), 0.0, 0.0, 0.0
    places = [x]
    for step in range(1, steps + 1):
        gradient = large if step % 3 == 1 else -1.0
        second = beta * second + (1 - beta) * gradient**2
        most = max(most, second)
        divisor = {"SGD": 1.0, "Adam": math.sqrt(second), "AMSGrad": math.sqrt(most)}[rule]
        x = min(1.0, max(-1.0, x - rate / math.sqrt(step) * gradient / divisor))
        places.append(x)
    return np.array(places)


# --- A race on the digits -------------------------------------------------------------------------------------------

SEEDS = 10
# Seven rates for each rule, each twice the one before; the best one is never at an end (a claim).
LOWEST = {
    "SGD": 0.04,
    "momentum": 0.01,
    "Nesterov": 0.01,
    "Adagrad": 0.02,
    "RMSprop": 0.002,
    "Adam": 0.002,
    "Nadam": 0.002,
    "AdaMax": 0.005,
}
EPOCHS = 20
EARLY = 2  # epochs after which speed is measured


def rates_of(rule):
    return LOWEST[rule] * 2.0 ** np.arange(7)


@cache
def rules_race(hidden=30, batch_size=32, epochs=EPOCHS, seeds=SEEDS, activation="relu", rules=tuple(RULES)):
    """Every rule at every one of its rates.

    {rule: (training losses (7, seeds, epochs + 1), validation accuracies at the end (7, seeds))}.
    """
    entries = [Entry(rule, float(rate), seed) for rule in rules for rate in rates_of(rule) for seed in range(seeds)]
    found = race(entries, digits(), hidden=hidden, batch_size=batch_size, epochs=epochs, activation=activation)
    losses = found.train_loss.reshape(len(rules), 7, seeds, -1)
    accuracy = found.validation_accuracy.reshape(len(rules), 7, seeds)
    return {rule: (losses[i], accuracy[i]) for i, rule in enumerate(rules)}


def at_its_best(losses):
    """Of losses (rates, seeds): the place of the rate with the smallest geometric mean, and its losses (seeds,)."""
    with np.errstate(divide="ignore"):
        place = int(np.log(losses).mean(axis=1).argmin())
    return place, losses[place]


def typical(losses):
    """The geometric mean of losses, and the factor by which they spread around it (one standard deviation)."""
    logs = np.log(losses)
    return float(np.exp(logs.mean())), float(np.exp(logs.std()))


def scoreboard(epoch, **settings):
    """After some epochs, each rule at its best rate: {rule: (rate, losses (seeds,))}."""
    board = {}
    for rule, (losses, _) in rules_race(**settings).items():
        place, best = at_its_best(losses[:, :, epoch])
        board[rule] = float(rates_of(rule)[place]), best
    return board


def stars(losses, most=3):
    """Three stars for a loss up to 1.5 times the smallest, two up to three times, else one: {rule: stars}."""
    best = min(losses.values())
    return {rule: most - (loss > 1.5 * best) - (loss > 3 * best) for rule, loss in losses.items()}


def accuracies(**settings):
    """Each rule at the rate with the best mean validation accuracy at the end: {rule: (rate, accuracies (seeds,))}."""
    board = {}
    for rule, (_, accuracy) in rules_race(**settings).items():
        place = int(accuracy.mean(axis=1).argmax())
        board[rule] = float(rates_of(rule)[place]), accuracy[place]
    return board


def at_one_rate(rule, rate=0.01, epoch=EARLY, seeds=SEEDS):
    """The training loss of a rule at a rate that was not chosen for it, (seeds,)."""
    found = race([Entry(rule, rate, seed) for seed in range(seeds)], digits(), epochs=epoch)
    return found.train_loss[:, -1]


# --- Schedules ------------------------------------------------------------------------------------------------------


def _share(function):
    """A schedule as a function of the share of the training that is over."""
    return lambda step, steps: function(step / steps)


SHAPES = {
    "constant": None,
    "1/t": _share(lambda t: 1 / (1 + 30 * t)),
    "exponential": _share(lambda t: 0.1 ** (2 * t)),
    "piecewise": _share(lambda t: 1.0 if t < 0.5 else 0.1 if t < 0.8 else 0.01),
    "plateau": None,
    "cosine": _share(lambda t: 0.5 * (1 + math.cos(math.pi * t))),
    "cyclic": lambda step, steps: schedules.cyclic(0.05, 1.0, steps / 8)(step),
    "1cycle": _share(lambda t: 1 - 0.98 * abs(2 * t - 1)),
}
PEAKS = 0.01 * 2.0 ** np.arange(7)


@cache
def schedules_race(
    rule="momentum", epochs=5, seeds=SEEDS, batch_size=8, hidden=30, peaks=tuple(PEAKS), names=tuple(SHAPES)
):
    """Every schedule at every peak: {schedule: (train loss, validation loss, accuracy), each (peaks, seeds)}."""
    entries = [
        Entry(rule, float(peak), seed, SHAPES[name], plateau=(0.3, 1) if name == "plateau" else None)
        for name in names
        for peak in peaks
        for seed in range(seeds)
    ]
    found = race(entries, digits(), epochs=epochs, batch_size=batch_size, hidden=hidden)
    columns = (found.train_loss[:, -1], found.validation_loss, found.validation_accuracy)
    tables = [column.reshape(len(names), len(peaks), seeds) for column in columns]
    return {name: tuple(table[i] for table in tables) for i, name in enumerate(names)}


def schedule_board(**settings):
    """Each schedule at its best peak: {schedule: (peak, training losses (seeds,))}."""
    peaks = settings.get("peaks", tuple(PEAKS))
    board = {}
    for name, (losses, _, _) in schedules_race(**settings).items():
        place, best = at_its_best(losses)
        board[name] = float(peaks[place]), best
    return board


def range_test(rule="momentum", low=1e-4, high=10.0, epochs=2, seed=0, batch_size=8):
    """One run whose rate grows from `low` to `high` by equal factors (Smith 2017): rates, and smoothed batch losses."""
    growth = high / low
    entry = Entry(rule, low, seed, lambda step, steps: growth ** (step / steps))
    losses = race([entry], digits(), epochs=epochs, batch_size=batch_size).batch_loss[0]
    rates = low * growth ** (np.arange(len(losses)) / len(losses))
    smooth, average = [], 0.0
    for step, loss in enumerate(np.minimum(losses, 100.0), start=1):
        average = 0.95 * average + 0.05 * loss
        smooth.append(average / (1 - 0.95**step))
    return rates, np.array(smooth)


def rate_of_range_test(**settings):
    """A fifth of the rate at which the smoothed loss of a range test is lowest."""
    rates, losses = range_test(**settings)
    return float(rates[losses.argmin()] / 5)


# --- Clipping -------------------------------------------------------------------------------------------------------

CLIP_RATES = 0.02 * 2.0 ** np.arange(8)


@cache
def clipping_race(limit=1.0, rule="momentum", epochs=3, seeds=SEEDS, batch_size=16, hidden=30):
    """Training losses with and without clipping, both (rates, seeds)."""
    entries = [
        Entry(rule, float(rate), seed, clip=clip)
        for clip in (0.0, limit)
        for rate in CLIP_RATES
        for seed in range(seeds)
    ]
    found = race(entries, digits(), epochs=epochs, batch_size=batch_size, hidden=hidden)
    return found.train_loss[:, -1].reshape(2, len(CLIP_RATES), seeds)


# --- The edge of stability --------------------------------------------------------------------------------------------


@cache
def sharpness_path(rate, steps=2000, seed=0, samples=100, hidden=20, every=50):
    """Gradient descent with all samples at once: steps, losses and sharpness on the way.

    Half the squared error of a tanh network on digits, averaged over the samples. Sharpness is the largest eigenvalue
    of the Hessian, found by power iteration; the product of Hessian and vector is a difference of gradients.
    """
    data, rng = digits(), np.random.default_rng(seed)
    x, targets = data.x_train[:samples] - data.x_train[:samples].mean(axis=0), np.eye(10)[data.y_train[:samples]]
    sizes = [(64, hidden), (hidden,), (hidden, 10), (10,)]
    weights = np.concatenate([rng.normal(0, s[0] ** -0.5, s).ravel() if len(s) == 2 else np.zeros(s) for s in sizes])
    ends = np.cumsum([math.prod(s) for s in sizes])

    def loss_and_gradient(w):
        w_1, b_1, w_2, b_2 = (part.reshape(s) for part, s in zip(np.split(w, ends[:-1]), sizes, strict=True))
        out = np.tanh(x @ w_1 + b_1)
        error = out @ w_2 + b_2 - targets
        back = (error @ w_2.T) * (1 - out**2)
        parts = (x.T @ back, back.sum(axis=0), out.T @ error, error.sum(axis=0))
        return 0.5 * np.sum(error**2) / samples, np.concatenate([part.ravel() for part in parts]) / samples

    direction = rng.normal(size=len(weights))
    places, losses, sharpness = [], [], []
    for step in range(steps + 1):
        loss, gradient = loss_and_gradient(weights)
        if step % every == 0:
            for _ in range(12):
                direction /= np.linalg.norm(direction)
                nudge = 1e-4 * direction
                product = (loss_and_gradient(weights + nudge)[1] - loss_and_gradient(weights - nudge)[1]) / 2e-4
                value, direction = float(direction @ product), product
            places.append(step)
            losses.append(loss)
            sharpness.append(value)
        weights = weights - rate * gradient
    return np.array(places), np.array(losses), np.array(sharpness)


# --- Keras ------------------------------------------------------------------------------------------------------------


def gigabytes_of_hessian(parameters, bytes_each=4):
    return parameters**2 * bytes_each / 1e9


BETAS = (0.875, 1 - 2.0**-10)  # exact in the single precision in which Keras keeps them; 0.9 and 0.999 are not


def keras_optimizer(keras, rule, rate):
    """Keras' own optimizer for a rule of RULES, with epsilon so small that its place does not matter."""
    k, tiny = keras.optimizers, 1e-20
    betas = dict(zip(("beta_1", "beta_2"), BETAS, strict=True))
    return {
        "SGD": lambda: k.SGD(rate),
        "momentum": lambda: k.SGD(rate, momentum=0.9),
        "Nesterov": lambda: k.SGD(rate, momentum=0.9, nesterov=True),
        "Adagrad": lambda: k.Adagrad(rate, initial_accumulator_value=0.0, epsilon=tiny),
        "RMSprop": lambda: k.RMSprop(rate, rho=0.9, epsilon=tiny),
        "Adam": lambda: k.Adam(rate, epsilon=tiny, **betas),
        "Nadam": lambda: k.Nadam(rate, epsilon=tiny, **betas),
        "AdaMax": lambda: k.Adamax(rate, epsilon=tiny, **betas),
    }[rule]()


def difference_from_keras(keras, rule, rate=2.0**-6, steps=100):
    """The largest difference between our path and Keras' own on the ravine, relative to the size of the weights."""
    _, gradient = ravine(20.0)
    start = np.array([1.5, -0.5])
    settings = {} if rule in ("SGD", "momentum", "Nesterov") else {"epsilon": 1e-20}
    if rule in ("Adam", "Nadam", "AdaMax"):
        settings |= dict(zip(("beta_1", "beta_2"), BETAS, strict=True))
    ours = path(RULES[rule].having(**settings), gradient, start, rate, steps)
    optimizer = keras_optimizer(keras, rule, rate)
    weights = keras.Variable(start, dtype="float64")
    optimizer.build([weights])
    worst = 0.0
    for place in ours[1:]:
        here = keras.ops.convert_to_numpy(weights)
        optimizer.apply([keras.ops.convert_to_tensor(gradient(here), dtype="float64")])
        worst = max(worst, float(np.abs(keras.ops.convert_to_numpy(weights) - place).max()))
    return worst / float(np.abs(ours).max())
