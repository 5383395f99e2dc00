"""The exercises of lecture 06: for each its inputs, its oracle, wrong answers with their messages, right spellings.

Three of them return random weights, which are judged by the distribution they come from; a wrong answer is then known
by the distribution that it has instead. The oracles take other roads than the lecture's solutions: SciPy, sets and
loops, Jacobians written out, a root searched for.
"""

from __future__ import annotations

import itertools
import math
import statistics

import numpy as np
from scipy import optimize, special, stats

from helpers.judging.distributions import ELSEWHERE, FIXED_SEED, NORMAL, ONE_SIDED, TRUNCATED, UNIFORM, Draws
from helpers.judging.exercise import Exercise, Named, Part, Question, Seeded, call, mistake

LECTURE = "06_initialization"
LAYERS = "2. Ten layers, five hundred units"
SYMMETRY = "1. Every unit the same"
VARIANCE = "3. Keep the variance"
BACKWARD = "4. The way back"
HALF = "5. ReLU throws half away"
LIMIT = "6. Normal or uniform"
MEASURE = "7. Measure, then scale"

NOT_IN_PLACE = "The values are right, but they were written into the caller's array. Put the result into a new one."
NO_LISTS = "The input may be a list, and a list knows no arithmetic. Make an array of it first, with `np.asarray`."
FIXED = (
    "Two different generators gave the same weights, so the seed is inside the function, and all layers of a shape "
    "would start alike. Use the `rng` that is handed in."
)
NOT_FROM_RNG = (
    "The distribution is right, but the numbers do not come from `rng`: the same state of the generator gave different "
    "weights. Nobody could repeat the experiment."
)
TURNED = "The shape is turned round. A unit is a column, so weights are `(fan_in, fan_out)`."
TRUNCATED_NORMAL = (
    "These weights are cut off at two deviations and rescaled, as Keras does under this name. Here a plain normal "
    "distribution is asked for: `rng.normal`."
)

# Why some changes to a solution make no difference.
ARRAYS_ANYWAY = "The next step makes an array of a list."
FLOATS_ANYWAY = "The next step gives floats for whole numbers too."
LISTS_WILL_DO = "A list of results is as good as an array."


# Random weights.


def seeded(rng):
    return Seeded(int(rng.integers(2**32)))


def layers(rng):
    """Shapes that are not square, so that fan_in and fan_out cannot be confused; as large as lists may come back."""
    return [call(*fans, seeded(rng)) for fans in [(160, 120), (60, 310), (240, 80)]]


def small_layers(rng):
    return [call(*fans, seeded(rng)) for fans in [(1, 1), (1, 6), (5, 1), (3, 2)]]


def repeated(rng):
    """The same generator twice, then another one."""
    first = seeded(rng)
    return [call(40, 70, first), call(40, 70, first), call(40, 70, seeded(rng))]


def random_parts(judge):
    return (
        Part("distribution", 3, layers, judge=judge),
        Part("shapes", 1, small_layers, judge=judge),
        Part("draws from rng", 1, repeated, judge=judge),
    )


def xavier_std(fan_in, fan_out):
    return math.sqrt(2 / (fan_in + fan_out))


def he_std(fan_in, fan_out):
    return math.sqrt(2 / fan_in)


def lecun_std(fan_in, fan_out):
    return math.sqrt(1 / fan_in)


def missing_two(fan_in, fan_out):
    return math.sqrt(1 / (fan_in + fan_out))


def truncated(std, shape, rng):
    cut = special.ndtr(-2.0)
    return special.ndtri(rng.uniform(cut, 1 - cut, shape)) * (std / 0.8796256610342398)


# --- xavier_normal


def xavier_normal_oracle(fan_in, fan_out, rng):
    mean_fan = statistics.mean([fan_in, fan_out])
    return stats.norm(scale=mean_fan**-0.5).rvs((fan_in, fan_out), random_state=rng)


@mistake(
    "This is 1/fan_in, which looks at the way forward only. Xavier's variance 2/(fan_in + fan_out) lies between what "
    "the way forward wants and what the way back wants.",
    Draws(NORMAL, lecun_std),
)
def xavier_of_fan_in(fan_in, fan_out, rng):
    return rng.normal(0, lecun_std(fan_in, fan_out), (fan_in, fan_out))


@mistake("This is He's variance, 2/fan_in. Xavier's has both fans below: 2/(fan_in + fan_out).", Draws(NORMAL, he_std))
def he_for_xavier(fan_in, fan_out, rng):
    return rng.normal(0, he_std(fan_in, fan_out), (fan_in, fan_out))


@mistake(
    "`rng.normal` takes the standard deviation, and this is the variance. Take the root.",
    Draws(NORMAL, lambda fan_in, fan_out: 2 / (fan_in + fan_out)),
)
def xavier_variance_for_deviation(fan_in, fan_out, rng):
    return rng.normal(0, 2 / (fan_in + fan_out), (fan_in, fan_out))


@mistake(
    "The variance is half of what it should be: the *mean* of both fans is (fan_in + fan_out)/2, so a 2 comes on top.",
    Draws(NORMAL, missing_two),
)
def xavier_without_the_two(fan_in, fan_out, rng):
    return rng.normal(0, missing_two(fan_in, fan_out), (fan_in, fan_out))


@mistake(
    "The variance is right and the distribution is uniform. A normal one is asked for.", Draws(UNIFORM, xavier_std)
)
def uniform_for_xavier(fan_in, fan_out, rng):
    limit = math.sqrt(6 / (fan_in + fan_out))
    return rng.uniform(-limit, limit, (fan_in, fan_out))


@mistake(TRUNCATED_NORMAL, Draws(TRUNCATED, xavier_std))
def truncated_xavier(fan_in, fan_out, rng):
    return truncated(xavier_std(fan_in, fan_out), (fan_in, fan_out), rng)


@mistake(FIXED, Draws(NORMAL, xavier_std, FIXED_SEED))
def xavier_with_its_own_seed(fan_in, fan_out, rng):
    return np.random.default_rng(0).normal(0, xavier_std(fan_in, fan_out), (fan_in, fan_out))


@mistake(NOT_FROM_RNG, Draws(NORMAL, xavier_std, ELSEWHERE))
def xavier_from_elsewhere(fan_in, fan_out, rng):
    return np.random.default_rng().normal(0, xavier_std(fan_in, fan_out), (fan_in, fan_out))


@mistake(TURNED, Draws(NORMAL, xavier_std))
def xavier_turned(fan_in, fan_out, rng):
    return rng.normal(0, xavier_std(fan_in, fan_out), (fan_out, fan_in))


def xavier_by_scaling(fan_in, fan_out, rng):
    return rng.standard_normal((fan_in, fan_out)) * xavier_std(fan_in, fan_out)


def xavier_by_scipy(fan_in, fan_out, rng):
    return stats.norm.rvs(scale=xavier_std(fan_in, fan_out), size=(fan_in, fan_out), random_state=rng)


def xavier_by_legacy_seed(fan_in, fan_out, rng):
    np.random.seed(int(rng.integers(2**32)))
    return np.random.randn(fan_in, fan_out) / np.sqrt((fan_in + fan_out) / 2)


def xavier_by_quantiles(fan_in, fan_out, rng):
    return special.ndtri(1 - rng.random((fan_in, fan_out))) * xavier_std(fan_in, fan_out)


def xavier_in_single_precision(fan_in, fan_out, rng):
    return rng.standard_normal((fan_in, fan_out), dtype=np.float32) * np.float32(xavier_std(fan_in, fan_out))


def xavier_as_lists(fan_in, fan_out, rng):
    std = xavier_std(fan_in, fan_out)
    return [[float(rng.normal(0, std)) for _ in range(fan_out)] for _ in range(fan_in)]


def xavier_unit_by_unit(fan_in, fan_out, rng):
    std = xavier_std(fan_in, fan_out)
    return np.stack([rng.normal(0, std, fan_in) for _ in range(fan_out)], axis=1)


def xavier_with_a_work_array(fan_in, fan_out, rng):
    weights = np.empty((fan_in, fan_out))
    rng.standard_normal(out=weights)
    weights *= xavier_std(fan_in, fan_out)
    return weights


XAVIER_NORMAL = Exercise(
    name="xavier_normal",
    lecture=LECTURE,
    section=BACKWARD,
    minutes=5,
    difficulty=1,
    parts=random_parts(Draws(NORMAL, xavier_std)),
    oracle=xavier_normal_oracle,
    mistakes=(
        xavier_of_fan_in,
        he_for_xavier,
        xavier_variance_for_deviation,
        xavier_without_the_two,
        uniform_for_xavier,
        truncated_xavier,
        xavier_with_its_own_seed,
        xavier_from_elsewhere,
        xavier_turned,
    ),
    spellings=(
        xavier_by_scaling,
        xavier_by_scipy,
        xavier_by_legacy_seed,
        xavier_by_quantiles,
        xavier_in_single_precision,
        xavier_as_lists,
        xavier_unit_by_unit,
        xavier_with_a_work_array,
    ),
    hints=(
        "The variance is one over the mean of both fans. What is the deviation?",
        "`rng.normal` takes the mean, the deviation and the shape; `rng.standard_normal` only the shape.",
    ),
)


# --- he_normal


def he_normal_oracle(fan_in, fan_out, rng):
    return stats.norm(scale=(fan_in / 2) ** -0.5).rvs((fan_in, fan_out), random_state=rng)


@mistake(
    "The fan_out stands where fan_in belongs. A unit adds up fan_in numbers, so it is fan_in that its weights have to "
    "make up for.",
    Draws(NORMAL, lambda fan_in, fan_out: math.sqrt(2 / fan_out)),
)
def he_of_fan_out(fan_in, fan_out, rng):
    return rng.normal(0, math.sqrt(2 / fan_out), (fan_in, fan_out))


@mistake(
    "`rng.normal` takes the standard deviation, and this is the variance. Take the root.",
    Draws(NORMAL, lambda fan_in, fan_out: 2 / fan_in),
)
def he_variance_for_deviation(fan_in, fan_out, rng):
    return rng.normal(0, 2 / fan_in, (fan_in, fan_out))


@mistake(
    "The 2 is missing: this is 1/fan_in, right for a linear layer. ReLU throws half of the mean square away, so the "
    "variance has to be twice as large.",
    Draws(NORMAL, lecun_std),
)
def he_without_the_two(fan_in, fan_out, rng):
    return rng.normal(0, lecun_std(fan_in, fan_out), (fan_in, fan_out))


@mistake(
    "The 2 stands outside of the root: the deviation is the root of 2/fan_in, not 2 over the root of fan_in.",
    Draws(NORMAL, lambda fan_in, fan_out: 2 / math.sqrt(fan_in)),
)
def he_two_outside_the_root(fan_in, fan_out, rng):
    return rng.normal(0, 2 / math.sqrt(fan_in), (fan_in, fan_out))


@mistake("This is Xavier's variance, 2/(fan_in + fan_out). He's is 2/fan_in.", Draws(NORMAL, xavier_std))
def xavier_for_he(fan_in, fan_out, rng):
    return rng.normal(0, xavier_std(fan_in, fan_out), (fan_in, fan_out))


@mistake("The variance is right and the distribution is uniform. A normal one is asked for.", Draws(UNIFORM, he_std))
def uniform_for_he(fan_in, fan_out, rng):
    limit = math.sqrt(6 / fan_in)
    return rng.uniform(-limit, limit, (fan_in, fan_out))


@mistake(TRUNCATED_NORMAL, Draws(TRUNCATED, he_std))
def truncated_he(fan_in, fan_out, rng):
    return truncated(he_std(fan_in, fan_out), (fan_in, fan_out), rng)


@mistake(FIXED, Draws(NORMAL, he_std, FIXED_SEED))
def he_with_its_own_seed(fan_in, fan_out, rng):
    return np.random.RandomState(42).randn(fan_in, fan_out) * he_std(fan_in, fan_out)


@mistake(NOT_FROM_RNG, Draws(NORMAL, he_std, ELSEWHERE))
def he_from_elsewhere(fan_in, fan_out, rng):
    return np.random.default_rng().standard_normal((fan_in, fan_out)) * he_std(fan_in, fan_out)


@mistake(TURNED, Draws(NORMAL, he_std))
def he_turned(fan_in, fan_out, rng):
    return rng.normal(0, he_std(fan_in, fan_out), (fan_out, fan_in))


def he_by_scaling(fan_in, fan_out, rng):
    return rng.standard_normal((fan_in, fan_out)) * np.sqrt(2 / fan_in)


def he_by_the_deck(fan_in, fan_out, rng):
    return rng.standard_normal(fan_in * fan_out).reshape(fan_in, fan_out) / np.sqrt(fan_in / 2)


def he_by_scipy(fan_in, fan_out, rng):
    return stats.norm(0, he_std(fan_in, fan_out)).rvs(size=(fan_in, fan_out), random_state=rng)


def he_by_legacy_generator(fan_in, fan_out, rng):
    old = np.random.RandomState(rng.integers(2**32))
    return old.normal(scale=he_std(fan_in, fan_out), size=(fan_in, fan_out))


def he_by_box_muller(fan_in, fan_out, rng):
    radius = np.sqrt(-2 * np.log(1 - rng.random((fan_in, fan_out))))
    return radius * np.cos(2 * np.pi * rng.random((fan_in, fan_out))) * he_std(fan_in, fan_out)


def he_in_single_precision(fan_in, fan_out, rng):
    return (rng.standard_normal((fan_in, fan_out)) * he_std(fan_in, fan_out)).astype(np.float32)


def he_drawn_turned(fan_in, fan_out, rng):
    return rng.normal(0, he_std(fan_in, fan_out), (fan_out, fan_in)).T


def he_as_lists(fan_in, fan_out, rng):
    return [rng.normal(0, he_std(fan_in, fan_out), fan_out).tolist() for _ in range(fan_in)]


HE_NORMAL = Exercise(
    name="he_normal",
    lecture=LECTURE,
    section=HALF,
    minutes=3,
    difficulty=1,
    parts=random_parts(Draws(NORMAL, he_std)),
    oracle=he_normal_oracle,
    mistakes=(
        he_of_fan_out,
        he_variance_for_deviation,
        he_without_the_two,
        he_two_outside_the_root,
        xavier_for_he,
        uniform_for_he,
        truncated_he,
        he_with_its_own_seed,
        he_from_elsewhere,
        he_turned,
    ),
    spellings=(
        he_by_scaling,
        he_by_the_deck,
        he_by_scipy,
        he_by_legacy_generator,
        he_by_box_muller,
        he_in_single_precision,
        he_drawn_turned,
        he_as_lists,
    ),
    hints=(
        "It differs from your Xavier in one place: what the variance is.",
        "The variance is 2/fan_in; `rng.normal` wants its root.",
    ),
)


# --- glorot_uniform


def glorot_uniform_oracle(fan_in, fan_out, rng):
    width = math.sqrt(12) * statistics.mean([fan_in, fan_out]) ** -0.5
    return stats.uniform(loc=-width / 2, scale=width).rvs((fan_in, fan_out), random_state=rng)


def drawn_between(limit, fan_in, fan_out, rng):
    return rng.uniform(-limit, limit, (fan_in, fan_out))


@mistake(
    "The deviation was taken for the limit: numbers between -r and r have the deviation r/sqrt(3). The 3 is missing.",
    Draws(UNIFORM, lambda fan_in, fan_out: xavier_std(fan_in, fan_out) / math.sqrt(3)),
)
def glorot_without_the_three(fan_in, fan_out, rng):
    return drawn_between(xavier_std(fan_in, fan_out), fan_in, fan_out, rng)


@mistake(
    "The limit is 6/(fan_in + fan_out), without the root. That is a variance, and a limit is a length.",
    Draws(UNIFORM, lambda fan_in, fan_out: 6 / (fan_in + fan_out) / math.sqrt(3)),
)
def glorot_without_the_root(fan_in, fan_out, rng):
    return drawn_between(6 / (fan_in + fan_out), fan_in, fan_out, rng)


@mistake(
    "The limit is the root of 3/(fan_in + fan_out), so the variance is half of Glorot's 2/(fan_in + fan_out).",
    Draws(UNIFORM, missing_two),
)
def glorot_without_the_two(fan_in, fan_out, rng):
    return drawn_between(math.sqrt(3 / (fan_in + fan_out)), fan_in, fan_out, rng)


@mistake(
    "The whole width of the interval, twice the limit, was taken for the limit: the deviation is twice as large as it "
    "should be.",
    Draws(UNIFORM, lambda fan_in, fan_out: 2 * xavier_std(fan_in, fan_out)),
)
def glorot_width_for_limit(fan_in, fan_out, rng):
    return drawn_between(math.sqrt(24 / (fan_in + fan_out)), fan_in, fan_out, rng)


@mistake(
    "This is He's uniform limit, the root of 6/fan_in. Glorot's has both fans below: 6/(fan_in + fan_out).",
    Draws(UNIFORM, he_std),
)
def he_uniform_for_glorot(fan_in, fan_out, rng):
    return drawn_between(math.sqrt(6 / fan_in), fan_in, fan_out, rng)


@mistake(
    "All weights are positive: they lie between 0 and the limit. `rng.random` starts at 0, and "
    "`rng.uniform(-limit, limit)` is centred.",
    Draws(ONE_SIDED, lambda fan_in, fan_out: xavier_std(fan_in, fan_out) / 2),
)
def glorot_from_zero(fan_in, fan_out, rng):
    return math.sqrt(6 / (fan_in + fan_out)) * rng.random((fan_in, fan_out))


@mistake("The variance is right and the distribution is normal. A uniform one is asked for.", Draws(NORMAL, xavier_std))
def normal_for_glorot(fan_in, fan_out, rng):
    return rng.normal(0, xavier_std(fan_in, fan_out), (fan_in, fan_out))


@mistake(FIXED, Draws(UNIFORM, xavier_std, FIXED_SEED))
def glorot_with_its_own_seed(fan_in, fan_out, rng):
    limit = math.sqrt(6 / (fan_in + fan_out))
    return drawn_between(limit, fan_in, fan_out, np.random.default_rng(1))


@mistake(NOT_FROM_RNG, Draws(UNIFORM, xavier_std, ELSEWHERE))
def glorot_from_elsewhere(fan_in, fan_out, rng):
    limit = math.sqrt(6 / (fan_in + fan_out))
    return drawn_between(limit, fan_in, fan_out, np.random.default_rng())


@mistake(TURNED, Draws(UNIFORM, xavier_std))
def glorot_turned(fan_in, fan_out, rng):
    return drawn_between(math.sqrt(6 / (fan_in + fan_out)), fan_out, fan_in, rng)


def glorot_by_random(fan_in, fan_out, rng):
    return (2 * rng.random((fan_in, fan_out)) - 1) * np.sqrt(6 / (fan_in + fan_out))


def glorot_by_scipy(fan_in, fan_out, rng):
    limit = np.sqrt(6 / (fan_in + fan_out))
    return stats.uniform.rvs(-limit, 2 * limit, size=(fan_in, fan_out), random_state=rng)


def glorot_by_legacy_seed(fan_in, fan_out, rng):
    np.random.seed(int(rng.integers(2**32)))
    limit = np.sqrt(3) * xavier_std(fan_in, fan_out)
    return np.random.uniform(-limit, limit, (fan_in, fan_out))


def glorot_in_single_precision(fan_in, fan_out, rng):
    limit = np.float32(np.sqrt(6 / (fan_in + fan_out)))
    return limit * (2 * rng.random((fan_in, fan_out), dtype=np.float32) - 1)


def glorot_as_lists(fan_in, fan_out, rng):
    limit = math.sqrt(6 / (fan_in + fan_out))
    return [[float(rng.uniform(-limit, limit)) for _ in range(fan_out)] for _ in range(fan_in)]


def glorot_by_sign(fan_in, fan_out, rng):
    size = rng.random((fan_in, fan_out)) * math.sqrt(6 / (fan_in + fan_out))
    return np.where(rng.random((fan_in, fan_out)) < 0.5, -size, size)


GLOROT_UNIFORM = Exercise(
    name="glorot_uniform",
    lecture=LECTURE,
    section=LIMIT,
    minutes=4,
    difficulty=2,
    parts=random_parts(Draws(UNIFORM, xavier_std)),
    oracle=glorot_uniform_oracle,
    mistakes=(
        glorot_without_the_three,
        glorot_without_the_root,
        glorot_without_the_two,
        glorot_width_for_limit,
        he_uniform_for_glorot,
        glorot_from_zero,
        normal_for_glorot,
        glorot_with_its_own_seed,
        glorot_from_elsewhere,
        glorot_turned,
    ),
    spellings=(
        glorot_by_random,
        glorot_by_scipy,
        glorot_by_legacy_seed,
        glorot_in_single_precision,
        glorot_as_lists,
        glorot_by_sign,
    ),
    hints=(
        "First the deviation of Xavier's weights, then the limit that belongs to it: you have a function for that.",
        "A 2 under the root and a 3 under the root make a 6. `rng.uniform` takes low, high and the shape.",
    ),
)


# --- layer_statistics


def stacks(rng, shapes, samples, names):
    """Calls with random layers: `shapes` lists the widths of each stack, the input's first."""
    calls = []
    for widths, name in zip(shapes, names, strict=True):
        weights = [rng.normal(0, 0.8, fans) for fans in itertools.pairwise(widths)]
        calls.append(call(rng.normal(0, 1, (samples, widths[0])), weights, Named(name)))
    return calls


def small_stack(name):
    first, second = np.array([[1.0, -1.0], [0.5, 2.0]]), np.array([[2.0, 0.5], [-1.0, 1.0]])
    return call(np.array([[1.0, 2.0], [-1.0, 0.5], [3.0, -2.0]]), [first, second], Named(name))


def statistics_values(rng):
    return [
        small_stack("identity"),
        small_stack("relu"),
        *stacks(rng, [(4, 4, 4, 4), (5, 5, 5)], 6, ("tanh", "leaky_relu")),
    ]


def statistics_shapes(rng):
    return [
        *stacks(rng, [(3, 7), (2, 5, 3), (6, 1, 4)], 5, ("relu", "tanh", "identity")),
        *stacks(rng, [(3, 4, 2)], 1, ("tanh",)),
    ]


def statistics_lists(rng):
    one = stacks(rng, [(3, 4, 2)], 4, ("relu",))[0]
    inputs, weights, activation = one.arguments
    return [
        call(inputs.tolist(), [w.tolist() for w in weights], activation),
        call([[1, 2], [3, -4]], [[[1, -1, 0], [2, 0, 1]]], activation=Named("relu")),
        call(inputs.astype(np.float32), [w.astype(np.float32) for w in weights], activation),
    ]


def outputs_of(inputs, weights, activation):
    """The outputs of every layer."""
    signal, outputs = np.asarray(inputs, dtype=float), []
    for layer in weights:
        signal = activation(signal @ np.asarray(layer, dtype=float))
        outputs.append(signal)
    return outputs


def layer_statistics_oracle(inputs, weights, activation):
    rows = [[float(number) for number in row] for row in inputs]
    means, stds = [], []
    for layer in weights:
        columns = [[float(row[unit]) for row in layer] for unit in range(len(layer[0]))]
        sums = [[math.fsum(a * b for a, b in zip(row, column, strict=True)) for column in columns] for row in rows]
        rows = [[float(activation(np.array(number))) for number in row] for row in sums]
        every = [number for row in rows for number in row]
        means.append(statistics.fmean(every))
        stds.append(statistics.pstdev(every))
    return np.array(means), np.array(stds)


@mistake("These are the statistics of the weighted sums. Take them after the activation.")
def statistics_before_the_activation(inputs, weights, activation):
    signal, means, stds = np.asarray(inputs, dtype=float), [], []
    for layer in weights:
        sums = signal @ np.asarray(layer, dtype=float)
        means.append(sums.mean())
        stds.append(sums.std())
        signal = activation(sums)
    return np.array(means), np.array(stds)


@mistake("The activation is missing: these are the statistics of a linear network.")
def statistics_without_activation(inputs, weights, activation):
    outputs = outputs_of(inputs, weights, lambda x: x)
    return np.array([h.mean() for h in outputs]), np.array([h.std() for h in outputs])


@mistake("The second value should be the standard deviation, and this is the variance.")
def statistics_variance(inputs, weights, activation):
    outputs = outputs_of(inputs, weights, activation)
    return np.array([h.mean() for h in outputs]), np.array([h.var() for h in outputs])


@mistake("The deviation divides by n - 1. These are all the numbers there are, so divide by n (`ddof=0`).")
def statistics_of_a_sample(inputs, weights, activation):
    outputs = outputs_of(inputs, weights, activation)
    return np.array([h.mean() for h in outputs]), np.array([h.std(ddof=1) for h in outputs])


@mistake("This is the root of the mean square. The deviation is taken around the mean, which ReLU shifts away from 0.")
def statistics_root_mean_square(inputs, weights, activation):
    outputs = outputs_of(inputs, weights, activation)
    return np.array([h.mean() for h in outputs]), np.array([np.sqrt(np.mean(h**2)) for h in outputs])


@mistake("Both values are there, in the wrong order: the means come first.")
def statistics_swapped(inputs, weights, activation):
    outputs = outputs_of(inputs, weights, activation)
    return np.array([h.std() for h in outputs]), np.array([h.mean() for h in outputs])


@mistake("The input is counted as a layer. One number for each weight matrix is asked for.")
def statistics_of_the_input_too(inputs, weights, activation):
    outputs = [np.asarray(inputs, dtype=float), *outputs_of(inputs, weights, activation)]
    return np.array([h.mean() for h in outputs]), np.array([h.std() for h in outputs])


@mistake("Only the last layer's statistics came back. Collect one mean and one deviation a layer.")
def statistics_of_the_last_layer(inputs, weights, activation):
    last = outputs_of(inputs, weights, activation)[-1]
    return np.array([last.mean()]), np.array([last.std()])


@mistake("Every layer got the original inputs. What a layer puts out is what the next one receives.")
def statistics_without_passing_on(inputs, weights, activation):
    inputs = np.asarray(inputs, dtype=float)
    outputs = [activation(inputs @ np.asarray(layer, dtype=float)) for layer in weights]
    return np.array([h.mean() for h in outputs]), np.array([h.std() for h in outputs])


def statistics_by_comprehension(inputs, weights, activation):
    outputs = outputs_of(inputs, weights, activation)
    return np.array([np.mean(h) for h in outputs]), np.array([np.std(h) for h in outputs])


def statistics_as_lists(inputs, weights, activation):
    outputs = outputs_of(inputs, weights, activation)
    return [float(h.mean()) for h in outputs], [float(h.std()) for h in outputs]


def statistics_by_einsum(inputs, weights, activation):
    signal, rows = np.asarray(inputs, dtype=float), []
    for layer in weights:
        signal = activation(np.einsum("ni,io->no", signal, layer))
        rows.append((signal.mean(), np.sqrt(np.mean((signal - signal.mean()) ** 2))))
    means, stds = np.array(rows).T
    return means, stds


def statistics_in_single_precision(inputs, weights, activation):
    signal, means, stds = np.asarray(inputs, dtype=np.float32), [], []
    for layer in weights:
        signal = activation(signal @ np.asarray(layer, dtype=np.float32)).astype(np.float32)
        means.append(signal.mean())
        stds.append(signal.std())
    return np.array(means), np.array(stds)


def statistics_by_recursion(inputs, weights, activation):
    if not len(weights):
        return [], []
    signal = activation(np.dot(inputs, weights[0]))
    means, stds = statistics_by_recursion(signal, weights[1:], activation)
    return [np.mean(signal), *means], [np.std(signal), *stds]


def statistics_by_moments(inputs, weights, activation):
    table = np.empty((2, len(weights)))
    signal = np.array(inputs, dtype=float)
    for i, layer in enumerate(weights):
        signal = activation(np.matmul(signal, layer))
        table[:, i] = signal.mean(), statistics.pstdev(np.ravel(signal).tolist())
    return table[0], table[1]


LAYER_STATISTICS = Exercise(
    name="layer_statistics",
    lecture=LECTURE,
    section=LAYERS,
    minutes=8,
    difficulty=2,
    parts=(
        Part("values", 2, statistics_values),
        Part("shapes", 1, statistics_shapes),
        Part("edge cases", 1, statistics_lists),
    ),
    oracle=layer_statistics_oracle,
    mistakes=(
        statistics_before_the_activation,
        statistics_without_activation,
        statistics_variance,
        statistics_of_a_sample,
        statistics_root_mean_square,
        statistics_swapped,
        statistics_of_the_input_too,
        statistics_of_the_last_layer,
        statistics_without_passing_on,
    ),
    spellings=(
        statistics_by_comprehension,
        statistics_as_lists,
        statistics_by_einsum,
        statistics_in_single_precision,
        statistics_by_recursion,
        statistics_by_moments,
    ),
    hints=(
        "One loop over the weights. Keep one variable for the signal and replace it in each round.",
        "`signal = activation(signal @ layer)`, then append its mean and its deviation to two lists.",
    ),
    equivalent_mutants={
        "line 1: `np.asarray(inputs, dtype=float)` → `np.asarray(inputs)`": FLOATS_ANYWAY,
        "line 1: `np.asarray(inputs, dtype=float)` → `inputs`": ARRAYS_ANYWAY,
        "line 4: `np.asarray(layer, dtype=float)` → `np.asarray(layer)`": FLOATS_ANYWAY,
        "line 4: `np.asarray(layer, dtype=float)` → `layer`": ARRAYS_ANYWAY,
        "line 7: `np.array(means)` → `means`": LISTS_WILL_DO,
        "line 7: `np.array(stds)` → `stds`": LISTS_WILL_DO,
    },
)


# --- gradient_stds


def with_gradient(one, rng):
    """The same stack with the slope of its activation and a gradient from above."""
    inputs, weights, activation = (*one.arguments, *one.keywords.values())
    gradient = rng.normal(0, 1, (len(inputs), np.shape(weights[-1])[1]))
    return call(inputs, weights, activation, Named(f"{activation.name}_gradient"), gradient)


def gradient_values(rng):
    simple = small_stack("identity").arguments
    ones = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, -1.0]])
    return [
        call(*simple, Named("identity_gradient"), ones),
        *(with_gradient(one, rng) for one in statistics_values(rng)[1:]),
    ]


def gradient_shapes(rng):
    return [with_gradient(one, rng) for one in statistics_shapes(rng)]


def gradient_lists(rng):
    as_arrays = with_gradient(stacks(rng, [(3, 4, 2)], 4, ("tanh",))[0], rng)
    inputs, weights, activation, slope, gradient = as_arrays.arguments
    return [
        call(inputs.tolist(), [w.tolist() for w in weights], activation, slope, gradient.tolist()),
        call([[1, 2], [3, -4]], [[[1, -1], [2, 1]]], Named("relu"), Named("relu_gradient"), gradient=[[1, 2], [3, 5]]),
        call(
            *(inputs.astype(np.float32), [w.astype(np.float32) for w in weights], activation, slope),
            gradient.astype(np.float32),
        ),
    ]


def sums_of(inputs, weights, activation):
    """Weights as arrays, and the weighted sums of every layer."""
    weights = [np.asarray(layer, dtype=float) for layer in weights]
    signal, sums = np.asarray(inputs, dtype=float), []
    for layer in weights:
        sums.append(signal @ layer)
        signal = activation(sums[-1])
    return weights, sums


def gradient_stds_oracle(inputs, weights, activation, activation_gradient, gradient):
    """Sample by sample: the Jacobian of the top outputs in the sums of each layer, as a product of matrices."""
    weights, sums = sums_of(inputs, weights, activation)
    gradient = np.asarray(gradient, dtype=float)
    at_layers = [[] for _ in weights]
    for sample in range(len(gradient)):
        for layer, found in enumerate(at_layers):
            jacobian = np.diag(activation_gradient(sums[layer][sample]))
            for above in range(layer + 1, len(weights)):
                jacobian = jacobian @ weights[above] @ np.diag(activation_gradient(sums[above][sample]))
            found.extend((jacobian @ gradient[sample]).tolist())
    return np.array([statistics.pstdev(found) for found in at_layers])


def walk_back(weights, slopes, gradient):
    """Gradients at the sums, first layer first."""
    found = []
    for layer, slope in zip(reversed(weights), reversed(slopes), strict=True):
        gradient = np.asarray(gradient, dtype=float) * slope
        found.append(gradient)
        gradient = gradient @ layer.T
    return found[::-1]


@mistake("The slope is missing on the way back: multiply by `activation_gradient(sums)` at each layer.")
def gradient_without_slopes(inputs, weights, activation, activation_gradient, gradient):
    weights, sums = sums_of(inputs, weights, activation)
    return np.array([g.std() for g in walk_back(weights, [1.0] * len(sums), gradient)])


@mistake("The slope is taken at the layer's output. It belongs at the weighted sum, before the activation.")
def gradient_with_slopes_at_outputs(inputs, weights, activation, activation_gradient, gradient):
    weights, sums = sums_of(inputs, weights, activation)
    slopes = [activation_gradient(activation(s)) for s in sums]
    return np.array([g.std() for g in walk_back(weights, slopes, gradient)])


@mistake("The order is that of the way back. The first number belongs to the first layer: turn the list round.")
def gradient_last_layer_first(inputs, weights, activation, activation_gradient, gradient):
    weights, sums = sums_of(inputs, weights, activation)
    return np.array([g.std() for g in walk_back(weights, [activation_gradient(s) for s in sums], gradient)[::-1]])


@mistake("These are the gradients at the outputs of the layers. Multiply by the slope first, then measure.")
def gradient_at_outputs(inputs, weights, activation, activation_gradient, gradient):
    weights, sums = sums_of(inputs, weights, activation)
    found, gradient = [], np.asarray(gradient, dtype=float)
    for layer, s in zip(reversed(weights), reversed(sums), strict=True):
        found.append(gradient.std())
        gradient = (gradient * activation_gradient(s)) @ layer.T
    return np.array(found[::-1])


@mistake("On the way back the weights are turned: `gradient @ weights.T`. Without that the shapes rarely fit.")
def gradient_without_turning(inputs, weights, activation, activation_gradient, gradient):
    weights, sums = sums_of(inputs, weights, activation)
    turned = [layer.T for layer in weights]
    return np.array([g.std() for g in walk_back(turned, [activation_gradient(s) for s in sums], gradient)])


@mistake("This is the variance. The standard deviation is asked for.")
def gradient_variances(inputs, weights, activation, activation_gradient, gradient):
    weights, sums = sums_of(inputs, weights, activation)
    return np.array([g.var() for g in walk_back(weights, [activation_gradient(s) for s in sums], gradient)])


@mistake("One number more than there are layers: the gradient at the inputs, or the one from above, is not asked for.")
def gradient_of_the_input_too(inputs, weights, activation, activation_gradient, gradient):
    weights, sums = sums_of(inputs, weights, activation)
    found = walk_back(weights, [activation_gradient(s) for s in sums], gradient)
    return np.array([(found[0] @ weights[0].T).std(), *(g.std() for g in found)])


@mistake("The way forward lacks its activation, so the slopes are taken at the wrong sums.")
def gradient_of_a_linear_way_forward(inputs, weights, activation, activation_gradient, gradient):
    weights, sums = sums_of(inputs, weights, lambda x: x)
    return np.array([g.std() for g in walk_back(weights, [activation_gradient(s) for s in sums], gradient)])


def gradient_by_two_loops(inputs, weights, activation, activation_gradient, gradient):
    weights, sums = sums_of(inputs, weights, activation)
    return np.array([g.std() for g in walk_back(weights, [activation_gradient(s) for s in sums], gradient)])


def gradient_as_lists(inputs, weights, activation, activation_gradient, gradient):
    return gradient_by_two_loops(inputs, weights, activation, activation_gradient, gradient).tolist()


def gradient_by_recursion(inputs, weights, activation, activation_gradient, gradient):
    found = []

    def back(signal, layers):
        if not len(layers):
            return np.asarray(gradient, dtype=float)
        sums = np.dot(signal, layers[0])
        below = back(activation(sums), layers[1:]) * activation_gradient(sums)
        found.insert(0, below.std())
        return below @ np.transpose(layers[0])

    back(inputs, list(weights))
    return np.array(found)


def gradient_by_einsum(inputs, weights, activation, activation_gradient, gradient):
    weights, sums = sums_of(inputs, weights, activation)
    stds, flow = np.empty(len(weights)), np.array(gradient, dtype=float)
    for i in range(len(weights) - 1, -1, -1):
        flow *= activation_gradient(sums[i])
        stds[i] = np.sqrt(np.mean((flow - flow.mean()) ** 2))
        flow = np.einsum("no,io->ni", flow, weights[i])
    return stds


def gradient_in_single_precision(inputs, weights, activation, activation_gradient, gradient):
    weights, sums = sums_of(inputs, weights, activation)
    weights = [layer.astype(np.float32) for layer in weights]
    slopes = [activation_gradient(s).astype(np.float32) for s in sums]
    found, flow = [], np.asarray(gradient, dtype=np.float32)
    for layer, slope in zip(weights[::-1], slopes[::-1], strict=True):
        flow = flow * slope
        found.append(flow.std())
        flow = flow @ layer.T
    return np.array(found[::-1], dtype=np.float32)


GRADIENT_STDS = Exercise(
    name="gradient_stds",
    lecture=LECTURE,
    section=BACKWARD,
    minutes=12,
    difficulty=3,
    parts=(
        Part("values", 2, gradient_values),
        Part("shapes", 1, gradient_shapes),
        Part("edge cases", 1, gradient_lists),
    ),
    oracle=gradient_stds_oracle,
    mistakes=(
        gradient_without_slopes,
        gradient_with_slopes_at_outputs,
        gradient_last_layer_first,
        gradient_at_outputs,
        gradient_without_turning,
        gradient_variances,
        gradient_of_the_input_too,
        gradient_of_a_linear_way_forward,
    ),
    spellings=(
        gradient_by_two_loops,
        gradient_as_lists,
        gradient_by_recursion,
        gradient_by_einsum,
        gradient_in_single_precision,
    ),
    hints=(
        "Go forward first and keep the weighted sums of every layer in a list. Then go through the layers in reverse.",
        "At each layer: multiply by the slope at its sums, measure, multiply by the turned weights.",
        "`reversed(list(zip(weights, sums)))` gives both from the top down. Turn the list of results round at the end.",
    ),
    equivalent_mutants={
        "line 1: `np.asarray(layer, dtype=float)` → `np.asarray(layer)`": FLOATS_ANYWAY,
        "line 2: `np.asarray(inputs, dtype=float)` → `np.asarray(inputs)`": FLOATS_ANYWAY,
        "line 2: `np.asarray(inputs, dtype=float)` → `inputs`": ARRAYS_ANYWAY,
        "line 6: `np.asarray(gradient, dtype=float)` → `np.asarray(gradient)`": FLOATS_ANYWAY,
        "line 6: `np.asarray(gradient, dtype=float)` → `gradient`": ARRAYS_ANYWAY,
        "line 11: `np.array(stds[::-1])` → `stds[::-1]`": LISTS_WILL_DO,
    },
)


# --- uniform_limit


def limit_values(rng):
    return [
        call(0.5),
        call(2.0),
        call(np.array([1.0, 0.1, 3.0])),
        call(rng.uniform(0.01, 4, 6)),
    ]


def limit_edges(rng):
    return [
        call(0.0),
        call(3),
        call([0.5, 2.0]),
        call([[1, 2], [0, 4]]),
        call(rng.uniform(0.01, 4, (2, 3)).astype(np.float32)),
    ]


def uniform_limit_oracle(sigma):
    # The deviation of a uniform distribution grows with its width.
    return np.asarray(sigma, dtype=float) / stats.uniform(loc=-1, scale=2).std()


@mistake("The square is missing: under the root belongs 3 sigma², so sigma itself comes out of it.")
def limit_without_the_square(sigma):
    return np.sqrt(3 * np.asarray(sigma, dtype=float))


@mistake("The root of the 3 is missing.")
def limit_without_the_root(sigma):
    return 3 * np.asarray(sigma, dtype=float)


@mistake("This is the other way round: the deviation that belongs to the limit sigma.")
def limit_upside_down(sigma):
    return np.asarray(sigma, dtype=float) / np.sqrt(3)


@mistake("This is the whole width of the interval, from -r to r. The limit r is half of it.")
def limit_whole_width(sigma):
    return np.sqrt(12) * np.asarray(sigma, dtype=float)


@mistake("The limit is not the deviation: most numbers of a uniform distribution lie nearer to 0 than its limit.")
def limit_is_sigma(sigma):
    return np.array(sigma, dtype=float)


@mistake("This is 3 sigma²: the root is still to be taken.")
def limit_squared(sigma):
    return 3 * np.asarray(sigma, dtype=float) ** 2


@mistake(NO_LISTS)
def limit_of_no_lists(sigma):
    return math.sqrt(3) * sigma


@mistake("`math.sqrt` takes one number at a time. `np.sqrt` takes whole arrays.")
def limit_of_one_number(sigma):
    return math.sqrt(3 * sigma**2)


@mistake(NOT_IN_PLACE)
def limit_in_place(sigma):
    sigma = np.asarray(sigma, dtype=float)
    sigma *= np.sqrt(3)
    return sigma


def limit_by_the_deck(sigma):
    return np.sqrt(3 * np.square(np.asarray(sigma, dtype=float)))


def limit_by_power(sigma):
    return np.multiply(sigma, 3**0.5)


def limit_by_width(sigma):
    return np.sqrt(12.0) * np.asarray(sigma) / 2


def limit_by_tangent(sigma):
    return np.tan(np.pi / 3) * np.array(sigma)


def limit_as_lists(sigma):
    def one(value):
        return [one(item) for item in value] if np.ndim(value) else math.sqrt(3) * float(value)

    return one(sigma)


def limit_in_single_precision(sigma):
    return np.sqrt(np.float32(3)) * np.asarray(sigma, dtype=np.float32)


UNIFORM_LIMIT = Exercise(
    name="uniform_limit",
    lecture=LECTURE,
    section=LIMIT,
    minutes=3,
    difficulty=1,
    parts=(Part("values", 1, limit_values), Part("edge cases", 1, limit_edges)),
    oracle=uniform_limit_oracle,
    mistakes=(
        limit_without_the_square,
        limit_without_the_root,
        limit_upside_down,
        limit_whole_width,
        limit_is_sigma,
        limit_squared,
        limit_of_no_lists,
        limit_of_one_number,
        limit_in_place,
    ),
    spellings=(
        limit_by_the_deck,
        limit_by_power,
        limit_by_width,
        limit_by_tangent,
        limit_as_lists,
        limit_in_single_precision,
    ),
    hints=(
        "The mean of x² over the interval from -r to r is r²/3. Set that equal to the variance.",
        "Solve sigma² = r²/3 for r.",
    ),
    equivalent_mutants={
        "line 1: `np.asarray(sigma, dtype=float)` → `np.asarray(sigma)`": FLOATS_ANYWAY,
    },
)


# --- count_distinct_units


def unit_values(rng):
    base = rng.normal(0, 1, (4, 3))
    return [
        call(np.array([[1.0, 1.0, 2.0], [0.5, 0.5, 3.0]])),
        call(np.array([[1.0, 2.0, 3.0], [3.0, 2.0, 1.0]])),
        call(np.array([[1.0, -1.0, 1.0, 2.0], [2.0, -2.0, 2.0, 4.0]])),
        call(np.full((3, 5), 0.1)),
        call(base[:, rng.permutation([0, 0, 1, 2, 2, 2])]),
        call(np.concatenate([base, base[:, :1] + 1e-6], axis=1)),
    ]


def unit_edges(rng):
    return [
        call([[1.0, 1.0], [2.0, 2.0]]),
        call([[1, 2, 1]]),
        call([[1], [1], [2]]),
        call(np.zeros((2, 4))),
        call(rng.integers(0, 2, (2, 9))),
        call(rng.normal(0, 1, (3, 4)).astype(np.float32)[:, [0, 1, 1, 3, 0]]),
    ]


def count_distinct_units_oracle(weights):
    return len({tuple(float(number) for number in unit) for unit in zip(*weights, strict=True)})


@mistake("You counted different rows. A unit is a column: its incoming weights stand below one another.")
def count_rows(weights):
    return len(np.unique(np.asarray(weights), axis=0))


@mistake("You counted different numbers. Two units are the same when *all* their weights are.")
def count_numbers(weights):
    return np.unique(np.asarray(weights)).size


@mistake("This is the rank. A unit that is a multiple of another one is still a different unit.")
def count_rank(weights):
    return int(np.linalg.matrix_rank(np.asarray(weights, dtype=float)))


@mistake("You counted units of which there is only one. Of two equal ones, one counts.")
def count_single(weights):
    return int(np.sum(np.unique(np.asarray(weights), axis=1, return_counts=True)[1] == 1))


@mistake("These are all units. Equal ones count once.")
def count_all(weights):
    return np.shape(weights)[1]


@mistake("Different units can have the same sum. Compare all the weights.")
def count_sums(weights):
    return np.unique(np.sum(np.asarray(weights), axis=0)).size


@mistake("These are the units that another one repeats. The different ones are asked for.")
def count_repetitions(weights):
    return np.shape(weights)[1] - np.unique(np.asarray(weights), axis=1).shape[1]


def count_by_unique(weights):
    return np.unique(np.asarray(weights), axis=1).shape[1]


def count_by_turning(weights):
    return len(np.unique(np.transpose(weights), axis=0))


def count_by_tuples(weights):
    return len(set(map(tuple, np.asarray(weights).T.tolist())))


def count_by_bytes(weights):
    return np.int64(len({column.tobytes() for column in np.ascontiguousarray(np.asarray(weights, dtype=float).T)}))


def count_by_loops(weights):
    kept = []
    for column in np.asarray(weights).T:
        if not any(np.array_equal(column, other) for other in kept):
            kept.append(column)
    return np.array(len(kept))


def count_by_sorting(weights):
    weights = np.asarray(weights)
    ordered = weights[:, np.lexsort(weights)]
    return 1 + int(np.any(np.diff(ordered, axis=1) != 0, axis=0).sum())


COUNT_DISTINCT_UNITS = Exercise(
    name="count_distinct_units",
    lecture=LECTURE,
    section=SYMMETRY,
    minutes=5,
    difficulty=1,
    parts=(Part("values", 1, unit_values), Part("edge cases", 1, unit_edges)),
    oracle=count_distinct_units_oracle,
    mistakes=(
        count_rows,
        count_numbers,
        count_rank,
        count_single,
        count_all,
        count_sums,
        count_repetitions,
    ),
    spellings=(
        count_by_unique,
        count_by_turning,
        count_by_tuples,
        count_by_bytes,
        count_by_loops,
        count_by_sorting,
    ),
    hints=(
        "`np.unique` finds different numbers. It also finds different rows or columns, if you tell it the axis.",
        "`np.unique(..., axis=1)` keeps one of each column. How many has it?",
    ),
    equivalent_mutants={
        "line 1: `1` → `-1`": "A table has two axes, so the last one is number 1.",
        "line 1: `np.asarray(weights)` → `weights`": ARRAYS_ANYWAY,
    },
)


# --- lsuv_scale


def lsuv_calls(rng, shapes, names):
    return [
        call(rng.normal(0.3, 1, (samples, fan_in)), rng.normal(0, 0.7, (fan_in, fan_out)), Named(name))
        for (samples, fan_in, fan_out), name in zip(shapes, names, strict=True)
    ]


def lsuv_values(rng):
    inputs = np.array([[1.0, 2.0], [-1.0, 0.5], [3.0, -2.0]])
    return [
        call(inputs, np.array([[1.0, -1.0], [0.5, 2.0]]), Named("identity")),
        call(inputs, np.array([[1.0, -1.0], [0.5, 2.0]]), Named("relu")),
        *lsuv_calls(rng, [(6, 4, 4), (8, 5, 3)], ("leaky_relu", "relu")),
    ]


def lsuv_shapes(rng):
    return lsuv_calls(rng, [(4, 3, 1), (9, 1, 4), (1, 4, 6), (5, 2, 7)], ("identity", "relu", "leaky_relu", "relu"))


def lsuv_lists(rng):
    inputs, weights, activation = lsuv_calls(rng, [(6, 3, 4)], ("relu",))[0].arguments
    return [
        call(inputs.tolist(), weights.tolist(), activation),
        call([[1, 2], [3, -4]], [[1, -1, 0], [2, 0, 1]], activation=Named("relu")),
        call(inputs.astype(np.float32), weights.astype(np.float32), activation),
    ]


def lsuv_scale_oracle(inputs, weights, activation):
    """Search for the factor, knowing nothing of how outputs scale."""
    inputs, weights = np.asarray(inputs, dtype=float), np.asarray(weights, dtype=float)

    def excess(logarithm):
        return np.std(activation(inputs @ (weights * np.exp(logarithm)))) - 1

    return weights * np.exp(optimize.brentq(excess, -12, 12, xtol=1e-14))


def sums_and_outputs(inputs, weights, activation):
    inputs, weights = np.asarray(inputs, dtype=float), np.asarray(weights, dtype=float)
    sums = inputs @ weights
    return weights, sums, activation(sums)


@mistake("You divided by the variance. The output grows with the weights themselves, so divide by its deviation.")
def lsuv_by_the_variance(inputs, weights, activation):
    weights, _, outputs = sums_and_outputs(inputs, weights, activation)
    return weights / outputs.var()


@mistake("The deviation was measured before the activation. It is the layer's output that should have deviation 1.")
def lsuv_before_the_activation(inputs, weights, activation):
    weights, sums, _ = sums_and_outputs(inputs, weights, activation)
    return weights / sums.std()


@mistake("You scaled the weights to deviation 1. It is the output that should have it: run the layer and measure.")
def lsuv_of_the_weights(inputs, weights, activation):
    weights, _, _ = sums_and_outputs(inputs, weights, activation)
    return weights / weights.std()


@mistake("Each unit got a factor of its own (`axis=0`). One factor for the whole layer is asked for.")
def lsuv_unit_by_unit(inputs, weights, activation):
    weights, _, outputs = sums_and_outputs(inputs, weights, activation)
    with np.errstate(all="ignore"):
        return weights / outputs.std(axis=0)


@mistake("This divides by the root of the mean square. The deviation is taken around the mean, which ReLU shifts.")
def lsuv_by_root_mean_square(inputs, weights, activation):
    weights, _, outputs = sums_and_outputs(inputs, weights, activation)
    return weights / np.sqrt(np.mean(outputs**2))


@mistake("The factor is upside down: a layer that is too loud gets louder. Divide by the deviation.")
def lsuv_upside_down(inputs, weights, activation):
    weights, _, outputs = sums_and_outputs(inputs, weights, activation)
    return weights * outputs.std()


@mistake("The deviation divides by n - 1. These are all the numbers there are, so divide by n (`ddof=0`).")
def lsuv_of_a_sample(inputs, weights, activation):
    weights, _, outputs = sums_and_outputs(inputs, weights, activation)
    return weights / outputs.std(ddof=1)


@mistake("These are the outputs. The scaled weights are asked for.")
def lsuv_returns_outputs(inputs, weights, activation):
    _, _, outputs = sums_and_outputs(inputs, weights, activation)
    return outputs / outputs.std()


@mistake(NOT_IN_PLACE)
def lsuv_in_place(inputs, weights, activation):
    weights, _, outputs = sums_and_outputs(inputs, weights, activation)
    weights /= outputs.std()
    return weights


def lsuv_by_dividing(inputs, weights, activation):
    weights, _, outputs = sums_and_outputs(inputs, weights, activation)
    return weights / outputs.std()


def lsuv_by_rounds(inputs, weights, activation):
    weights = np.array(weights, dtype=float)
    for _ in range(3):
        weights /= np.std(activation(np.dot(inputs, weights)))
    return weights


def lsuv_as_lists(inputs, weights, activation):
    weights, _, outputs = sums_and_outputs(inputs, weights, activation)
    return (weights / statistics.pstdev(outputs.ravel().tolist())).tolist()


def lsuv_by_factor(inputs, weights, activation):
    factor = 1 / np.sqrt(np.var(activation(np.asarray(inputs) @ np.asarray(weights))))
    return factor * np.asarray(weights)


def lsuv_in_single_precision(inputs, weights, activation):
    inputs, weights = np.asarray(inputs, dtype=np.float32), np.asarray(weights, dtype=np.float32)
    return weights / np.float32(activation(inputs @ weights).std())


LSUV_SCALE = Exercise(
    name="lsuv_scale",
    lecture=LECTURE,
    section=MEASURE,
    minutes=5,
    difficulty=2,
    parts=(
        Part("values", 2, lsuv_values),
        Part("shapes", 1, lsuv_shapes),
        Part("edge cases", 1, lsuv_lists),
    ),
    oracle=lsuv_scale_oracle,
    mistakes=(
        lsuv_by_the_variance,
        lsuv_before_the_activation,
        lsuv_of_the_weights,
        lsuv_unit_by_unit,
        lsuv_by_root_mean_square,
        lsuv_upside_down,
        lsuv_of_a_sample,
        lsuv_returns_outputs,
        lsuv_in_place,
    ),
    spellings=(
        lsuv_by_dividing,
        lsuv_by_rounds,
        lsuv_as_lists,
        lsuv_by_factor,
        lsuv_in_single_precision,
    ),
    hints=(
        "What happens to the output of a ReLU layer, and to its deviation, when all weights are doubled?",
        "Run the layer once, measure the deviation of all its outputs, and divide the weights by it.",
    ),
    equivalent_mutants={
        "line 1: `np.asarray(inputs, dtype=float)` → `np.asarray(inputs)`": FLOATS_ANYWAY,
        "line 1: `np.asarray(inputs, dtype=float)` → `inputs`": ARRAYS_ANYWAY,
        "line 1: `np.asarray(weights, dtype=float)` → `np.asarray(weights)`": FLOATS_ANYWAY,
        "line 1: `np.asarray(weights, dtype=float)` → `weights`": ARRAYS_ANYWAY,
    },
)


# --- concept questions

SAME_START = Question(
    name="same_start",
    lecture=LECTURE,
    section=SYMMETRY,
    minutes=2,
    difficulty=1,
    answer="c",
    why_wrong={
        "a": "Gradient descent cannot tell them apart: same output, same gradient, so each step moves them alike.",
        "b": "That would be so if all weights were 0. Here a gradient comes back and every unit moves, all alike.",
        "d": "The batches differ from step to step, but every unit sees the same ones. What differs between samples "
        "does not differ between units.",
    },
    hints=("Two units with the same incoming weights: which number in their gradients could still differ?",),
)
DEEP_RELU = Question(
    name="deep_relu",
    lecture=LECTURE,
    section=HALF,
    minutes=2,
    difficulty=2,
    answer="d",
    why_wrong={
        "a": "That would be so if the layers were linear. ReLU throws half of the mean square away, at every layer.",
        "b": "ReLU does not saturate on the right, and nothing here makes the signal grow.",
        "c": "The mean square is halved, so the deviation shrinks by the *root* of 2 a layer, not by 2.",
    },
    hints=("By what factor does the mean square change in one layer? And its root, twenty times over?",),
)
HUNDRED_TIMES_WIDER = Question(
    name="hundred_times_wider",
    lecture=LECTURE,
    section=VARIANCE,
    minutes=2,
    difficulty=2,
    answer="a",
    why_wrong={
        "b": "That holds for the variance of the weights. The question is about their deviation, its root.",
        "c": "A wider layer adds up more numbers. With the same weights the sums would be ten times as large.",
        "d": "More summands make the sum larger, so each weight has to be smaller.",
    },
    hints=("The variance of a sum of n independent terms is n times that of one.",),
)

EXERCISES = (
    COUNT_DISTINCT_UNITS,
    LAYER_STATISTICS,
    XAVIER_NORMAL,
    GRADIENT_STDS,
    HE_NORMAL,
    UNIFORM_LIMIT,
    GLOROT_UNIFORM,
    LSUV_SCALE,
    SAME_START,
    HUNDRED_TIMES_WIDER,
    DEEP_RELU,
)
