"""The general sentences of lecture 10, as experiments.

Most train many networks on the first 64 principal components of the images: `experiments.many`. All seeds of a setting
are trained at once, and kept.
"""

from dataclasses import replace
from functools import cache

import numpy as np

from helpers.datasets import digits, shapes10
from helpers.evidence.claim import OWN, Claim
from helpers.neural import schedules
from helpers.neural.principal import on_principal_axes

from .experiments.many import TINY, train_stack
from .experiments.training import FAULTS, gradient_errors, on_a_parabola, prepared

SEEDS = 10
RATES = {"sgd": (1.2e-3, 2.4e-3, 3.0e-3), "momentum": (1.2e-4, 2.4e-4, 4e-4), "adam": (1e-4, 3e-4, 1e-3)}
# Each as a function of the number of updates, which gives the schedule.
PLANS = {
    "constant": lambda updates: None,
    "linear": lambda updates: schedules.linear_decay(1.0, updates),
    "step": lambda updates: schedules.step_decay(1.0, 0.1, 2 * updates // 3),
    "cosine": lambda updates: schedules.cosine_decay(1.0, updates),
    "exponential": lambda updates: schedules.exponential_decay(1.0, 0.05 ** (1 / updates)),
    "warm-up": lambda updates: schedules.warmup(
        1.0, updates // 8, schedules.exponential_decay(1.0, 0.05 ** (8 / 7 / updates))
    ),
}


@cache
def data_set(name):
    """shapes10 on 64 principal axes, or scikit-learn's digits minus their mean, on the same scale."""
    if name == "shapes10":
        return on_principal_axes(prepared(shapes10()), 64)
    data = digits()
    mean = data.x_train.mean(axis=0)
    scale = 8  # pixels from 0 to 16 become pixels from 0 to 128
    parts = {part: (scale * (getattr(data, part) - mean)).astype(np.float32) for part in ("x_train", "x_validation")}
    return replace(data, **parts)


@cache
def stack(rate, updates=600, plan="constant", data="shapes10", **options):
    """The runs of all seeds with one rate."""
    schedule = PLANS[plan](updates)
    every = max(updates // 20, 1)
    return train_stack(
        data_set(data), np.full(SEEDS, rate), np.arange(SEEDS), updates, schedule=schedule, every=every, **options
    )


@cache
def best(plan, optimizer="sgd", **options):
    """The validation losses of all seeds at the end, with the rate whose median is the lowest."""
    ends = [stack(rate, plan=plan, optimizer=optimizer, **options).ending(readings=3) for rate in RATES[optimizer]]
    return min(ends, key=np.median)


def first_loss(seed, data="shapes10", scale=TINY, hidden=50):
    run = stack(1e-4, 1, data=data, scale=scale, hidden=hidden)
    return 0.01 - abs(run.train_loss[seed, 0] - np.log(10))


def blind_loss(seed, classes=10, updates=4000):
    """Only the last bias learns, by gradient descent; against the entropy of random class shares."""
    shares = np.random.default_rng(seed).dirichlet(np.ones(classes))
    bias = np.zeros(classes)
    for _ in range(updates):
        probabilities = np.exp(bias - bias.max())
        probabilities /= probabilities.sum()
        bias -= 1.0 * (probabilities - shares)
    return 0.01 - (-np.sum(shares * np.log(probabilities)) + np.sum(shares * np.log(shares)))


def gradients_agree(seed, **options):
    return -6 - np.log10(gradient_errors(seed=seed, **options).max())


def last_layer_stays_right(seed, fault=FAULTS[3]):
    errors = gradient_errors(fault, seed=seed)
    last = errors[8 * 6 + 6 :]  # weights and biases of layer 1 come first
    return min(-6 - np.log10(last.max()), np.log10(errors.max()) + 2)


def memorizes_wrong_labels(seed, data="shapes10", rate=1e-3, updates=1500, count=20, optimizer="sgd"):
    return 0.1 - _memorized(data, rate, updates, count, optimizer)[seed]


@cache
def _memorized(data, rate, updates, count, optimizer):
    few = data_set(data)
    labels = np.random.default_rng(0).permutation(few.y_train[:count])
    few = replace(few, x_train=few.x_train[:count], y_train=labels)
    runs = train_stack(
        few, np.full(SEEDS, rate), np.arange(SEEDS), updates, optimizer=optimizer, batch=count, every=updates
    )
    return np.nan_to_num(runs.train_loss[:, -1], nan=np.inf)


def weights_stay(seed, rate=1e-6, updates=1000):
    run = stack(rate, updates)
    now, then = (arrays[0][seed].ravel().astype(float) for arrays in (run.weights, run.start))
    return now @ then / np.linalg.norm(now) / np.linalg.norm(then) - 0.98


def decay_lowers_the_loss(seed, **options):
    return best("constant", **options)[seed] - best("linear", **options)[seed]


def every_schedule_helps(seed, plans=("step", "cosine"), **options):
    return best("constant", **options)[seed] - max(best(plan, **options)[seed] for plan in plans)


def warmup_changes_little(seed, **options):
    return 0.08 - abs(best("warm-up", **options)[seed] - best("exponential", **options)[seed])


@cache
def _third(updates, hidden, batch):
    """The losses at a third of the lowest rate of a grid at which most runs explode, and at the best rate of it."""
    rates = 1e-3 * 1.5 ** np.arange(-1, 5)
    runs = [stack(float(rate), updates, hidden=hidden, batch=batch) for rate in rates]
    exploding = rates[np.argmax([np.mean(run.diverged) > 0.5 for run in runs])]
    lowest = min((run.ending(readings=3) for run in runs), key=np.median)
    return stack(float(exploding / 3), updates, hidden=hidden, batch=batch).ending(readings=3), lowest


def a_third_is_good(seed, updates=600, hidden=50, batch=100):
    third, lowest = _third(updates, hidden, batch)
    return 0.25 - (third[seed] - np.median(lowest))


def smaller_gap(seed, penalties=(0.0, 3.0, 10.0), rate=1e-3, **options):
    gaps = []
    for penalty in penalties:
        run = stack(rate, 800, regularization=penalty, measured=500, **options)
        gaps.append(run.ending()[seed] - run.ending("train_loss")[seed])
    return float(-np.max(np.diff(gaps)))


def penalty_pays(seed, penalty=3.0, rate=1e-3, **options):
    plain, held = (stack(rate, 800, regularization=value, measured=500, **options) for value in (0.0, penalty))
    return plain.ending()[seed] - held.ending()[seed]


def too_strong_underfits(seed, rate=1e-3, **options):
    some, strong = (stack(rate, 800, regularization=value, measured=500, **options) for value in (3.0, 10.0))
    return strong.ending("train_loss")[seed] - some.ending("train_loss")[seed]


def ratio_is_usual(seed, rate=1e-3, **options):
    ratio = np.log10(np.median(stack(rate, **options).ratios[seed, -5:, 0]))
    return min(ratio + 4, -1 - ratio)


def clipping_holds(seed, rate=3e-3, clip=10):
    run = stack(rate, clip=clip)
    return 0.0 - float(run.diverged[seed]) + 0.5


def forgets_the_others(seed, rate=1e-3, **options):
    sorted_, shuffled = (stack(rate, 600, by_class=by_class, **options) for by_class in (True, False))
    return sorted_.ending()[seed] - shuffled.ending()[seed] - 0.3


def leaves_the_parabola(seed, curvature=1.0):
    """Just below 2 / curvature it comes nearer, just above it goes away."""
    near, away = (abs(on_a_parabola(share * 2 / curvature, curvature)[-1]) for share in (0.99, 1.01))
    return min(2 - near, away - 2)


POINTS = "of the loss"
FEW, ADAM, MOMENTUM = {"pictures": 500}, {"optimizer": "adam"}, {"rate": 1e-4, "optimizer": "momentum"}
CLAIMS = (
    Claim(
        "2. first loss | $\\log n$ for $n$ equally frequent classes",
        first_loss,
        POINTS,
        {
            OWN: {},
            "standard deviation doubled": {"scale": 2e-4},
            "200 units": {"hidden": 200},
            "digits": {"data": "digits"},
        },
        {"standard deviation 0.1": {"scale": 0.1}},
    ),
    Claim(
        "The lowest loss without any input is the *entropy* of the labels",
        blind_loss,
        POINTS,
        {OWN: {}, "3 classes": {"classes": 3}, "30 classes": {"classes": 30, "updates": 20_000}},
        {"10 updates": {"updates": 10}},
    ),
    Claim(
        "3. gradient | numerical and analytic agree to 1e-6, in every array",
        gradients_agree,
        "powers of ten",
        {OWN: {}, "no penalty": {"regularization": 0.0}, "step 3e-6": {"step": 3e-6}},
        {"float32": {"dtype": np.float32}, "step 1e-2": {"step": 1e-2}, "one side": {"central": False}},
    ),
    Claim(
        "a bug in the first layer leaves the gradient of the last layer right",
        last_layer_stays_right,
        "powers of ten",
        {OWN: {}},
        {"a sum in place of the mean": {"fault": FAULTS[2]}},
    ),
    Claim(
        "Memorizing needs no truth.",
        memorizes_wrong_labels,
        POINTS,
        {
            OWN: {},
            "40 images": {"count": 40},
            "Adam": {"optimizer": "adam", "rate": 1e-3},
        },
        {"rate 1e-5": {"rate": 1e-5}, "rate doubled": {"rate": 2e-3}},
    ),
    Claim(
        "The weights are nearly the ones that were drawn",
        weights_stay,
        "of the cosine",
        {OWN: {}, "rate halved": {"rate": 5e-7}, "rate doubled": {"rate": 2e-6}},
        {"rate 1e-3": {"rate": 1e-3}},
    ),
    Claim(
        "5. rate | a constant rate about a third of the one that explodes",
        a_third_is_good,
        "of the loss, above 0: within 0.25 of the best rate",
        {OWN: {}, "100 units": {"hidden": 100}, "minibatches of 50": {"batch": 50}},
    ),
    Claim(
        "A rate that is lowered may begin close to the edge, and ends with a lower loss.",
        decay_lowers_the_loss,
        POINTS,
        {OWN: {}, "momentum": {"optimizer": "momentum"}, "100 units": {"hidden": 100}, "400 updates": {"updates": 400}},
    ),
    Claim(
        "every minibatch holds one class, and the network forgets the others",
        forgets_the_others,
        "of the loss, above 0: worse by more than 0.3 than with shuffled images",
        {OWN: {}, "rate halved": {"rate": 5e-4}, "minibatches of 50": {"batch": 50}},
        {"rate 1e-5": {"rate": 1e-5}},
    ),
    Claim(
        "A strong penalty makes the gap smaller.",
        smaller_gap,
        POINTS,
        {
            OWN: {},
            "500 images": {"pictures": 500},
            "rate halved": {"rate": 5e-4},
            "momentum": {"rate": 1e-4, "optimizer": "momentum"},
        },
    ),
    Claim(
        "On 500 images that pays, up to a point",
        penalty_pays,
        POINTS,
        {
            OWN: {"pictures": 500},
            "momentum": {"pictures": 500, "rate": 1e-4, "optimizer": "momentum"},
            "penalty 1": {"pictures": 500, "penalty": 1.0},
        },
        {"4000 images": {}},
    ),
    Claim(
        "because the network cannot even learn the training images",
        too_strong_underfits,
        POINTS,
        {OWN: {"pictures": 500}, "4000 images": {}, "100 units": {"pictures": 500, "hidden": 100}},
    ),
    Claim(
        "update / weights between 1e-4 and 1e-1",
        ratio_is_usual,
        "powers of ten",
        {
            OWN: {},
            "rate 3e-4": {"rate": 3e-4},
            "rate doubled": {"rate": 2e-3},
            "Adam": {"rate": 3e-4, "optimizer": "adam"},
        },
        {"rate 1e-7": {"rate": 1e-7}},
    ),
    Claim(
        "Above $2/a$ each step overshoots by more than the last.",
        leaves_the_parabola,
        "of the weight",
        {OWN: {}, "curvature 10": {"curvature": 10.0}},
        seeds=1,
    ),
    Claim(
        "7. schedule | high first, low at the end, highest rate chosen for the schedule",
        every_schedule_helps,
        POINTS,
        {OWN: {}, "momentum": {"optimizer": "momentum"}, "100 units": {"hidden": 100}},
        {},
    ),
    Claim(
        "Here it does not matter, because weights this small make the first gradients small.",
        warmup_changes_little,
        "of the loss, above 0: within 0.08",
        {OWN: {}, "100 units": {"hidden": 100}},
    ),
    Claim(
        "a gradient longer than $c$ is shortened to length $c$ and keeps its direction",
        clipping_holds,
        "of a run, above 0: it does not explode",
        {OWN: {}, "rate doubled": {"rate": 6e-3}, "norm 30": {"clip": 30}},
        {"not clipped": {"clip": None}},
    ),
)
