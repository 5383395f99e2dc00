"""The search engine: many small networks of one shape, trained at once over many configurations.

A configuration is a dict with "learning_rate" and "regularization", and optionally "decay" (the factor of the rate
from one epoch to the next) and "hidden" (the widths of the hidden layers). Every network starts from the same weights
and sees the same minibatches in the same order, so a result does not depend on which others are trained beside it.

How it is fast. The networks of one stack share their minibatches, so their first layers are one large matrix product
instead of many small ones. The first layer is updated once in several minibatches: the change D' X of its weights W
shows in the next one, Y, as W Y' + D' (X Y'), and the products X Y' of pictures are the same for every network. Its
gradient is added to the weights inside the product that computes it (`blas.add_product`). L2 regularisation only
multiplies the weights by a number, so that number is kept beside them and multiplied in later. Stacks run in threads,
each with BLAS on one core.
"""

import itertools
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from joblib import cpu_count
from threadpoolctl import threadpool_limits

from helpers.datasets import Pictures

from .blas import add_product
from .networks import initial_layers
from .signal import fixed

STACK = 10  # networks trained together: enough for BLAS to run at full speed, few enough to share out among cores
# 200 steps an epoch on shapes10 and 450 on the small CIFAR-10; deck 004, with 100 of 49 000 pictures, has 490.
BATCH = 20
BLOCK = 200  # pictures between two updates of the first layer, in whole minibatches, at least one
MEASURED_TOGETHER = 1000  # pictures that pass through a stack at once when it is measured
TINY = fixed(1e-4)  # the deviation of the first weights in deck 004
STOP_RUN = "stop this run"
STOP_SEARCH = "stop the search"


@dataclass(frozen=True)
class Run:
    """The history of one configuration; row 0 is before training, then one row an epoch.

    `losses`: mean cross-entropy over the minibatches of the epoch, plus regularization/2 * (sum of squared weights) at
    its end; `train_accuracies`: over the same minibatches, as the weights were when each was seen;
    `validation_accuracies`: after the epoch. `stopped_after` is the epoch after which the run was broken off, None when
    it ran to the end. `layers` are the final (weights (fan_in, fan_out), bias (fan_out,)), if they were asked for.
    """

    configuration: dict
    losses: np.ndarray
    train_accuracies: np.ndarray
    validation_accuracies: np.ndarray
    stopped_after: int | None = None
    layers: list | None = None

    @property
    def score(self):
        """The validation accuracy after the last epoch; 0 when the loss is no longer a number."""
        return float(self.validation_accuracies[-1]) if np.isfinite(self.losses[-1]) else 0.0


def prepare(pictures):
    """`pictures` as the engine takes them: flattened, float32, the mean picture of train subtracted everywhere.

    Takes anything with the fields of `datasets.Pictures`; the scale of the pixels stays as it is.
    """
    flat = [part.reshape(len(part), -1) for part in (pictures.x_train, pictures.x_validation, pictures.x_test)]
    mean = flat[0].mean(axis=0, dtype=float)
    x_train, x_validation, x_test = ((part - mean).astype(np.float32) for part in flat)
    return Pictures(
        pictures.name, x_train, pictures.y_train, x_validation, pictures.y_validation, x_test, pictures.y_test
    )


def train_many(
    configurations,
    pictures,
    *,
    epochs=5,
    hidden=(50,),
    batch_size=BATCH,
    stop_factor=3.0,
    seed=0,
    jobs=None,
    on_epoch=None,
    weight_scale=TINY,
    keep_layers=False,
    stack=STACK,
):
    """Train one ReLU network a configuration by plain minibatch gradient descent; a list of Run, in the same order.

    `pictures` comes from `prepare`. A run is broken off after an epoch whose loss is not finite or above `stop_factor`
    times its first. `on_epoch(index, run)` is called after each epoch of each run with its Run so far, whose
    `stopped_after` is set when its loss ends it, by one thread at a time; when it returns STOP_RUN that run is broken
    off, when it returns STOP_SEARCH all are, and those that have not begun keep their row 0. `jobs` is the number of
    cores, all by default; the results are the same, bit for bit, whatever it is. `weight_scale(fan_in, fan_out)` is the
    deviation of the first weights.

    Raises ValueError for pictures that are not prepared and configurations that cannot be trained.
    """
    _refuse_unprepared(pictures)
    plan = _Plan(
        pictures,
        epochs,
        tuple(hidden),
        batch_size,
        stop_factor,
        seed,
        weight_scale,
        keep_layers,
    )
    runs = [None] * len(configurations)
    teller = _Teller(on_epoch)

    def train(indices):
        trained = _train_stack(plan, [configurations[index] for index in indices], indices, teller)
        for index, run in zip(indices, trained, strict=True):
            runs[index] = run

    parts = stacks(configurations, hidden, stack)
    jobs = min(jobs or cpu_count(), max(1, len(parts)))
    with threadpool_limits(1, "blas"):
        if jobs == 1:
            for part in parts:
                train(part)
        else:
            with ThreadPoolExecutor(jobs) as pool:
                list(pool.map(train, parts))
    return runs


def stacks(configurations, hidden=(50,), stack=STACK):
    """The indices of the configurations that are trained together: of one shape, at most `stack`, in their order.

    They depend on nothing else, so a search that is divided along them has the same results wherever it runs.
    """
    shapes = {}
    for index, configuration in enumerate(configurations):
        unknown = set(configuration) - {"learning_rate", "regularization", "decay", "hidden"}
        if unknown or not {"learning_rate", "regularization"} <= set(configuration):
            raise ValueError(f"Configuration {index} cannot be trained: {configuration}.")
        shapes.setdefault(tuple(configuration.get("hidden", hidden)), []).append(index)
    return [
        list(part)
        for indices in shapes.values()
        for part in (indices[i : i + stack] for i in range(0, len(indices), stack))
    ]


def memory_needed(
    count, pictures, *, epochs=5, hidden=(50,), batch_size=BATCH, jobs=None, keep_layers=False, stack=STACK, **_unused
):
    """Bytes that `train_many` takes at most for `count` configurations, the prepared pictures included.

    It grows with `count` only by the histories, and by the layers when they are kept.
    """
    pixels, classes = pictures.x_train.shape[1], int(pictures.y_train.max()) + 1
    sizes = (pixels, *hidden, classes)
    weights = 4 * sum(fan_in * fan_out + fan_out for fan_in, fan_out in itertools.pairwise(sizes))
    together = max(batch_size, min(MEASURED_TOGETHER, max(len(pictures.x_train), len(pictures.x_validation))))
    block = max(batch_size, BLOCK // batch_size * batch_size)
    signals = 4 * (together * sum(sizes[1:]) + 3 * batch_size * sum(sizes[1:]) + 2 * block * sizes[1])
    # Twice the weights: what is left of a stack is copied when a run is broken off.
    of_stack = stack * (2 * weights + signals) + 4 * block * pixels
    data = sum(part.nbytes for part in (pictures.x_train, pictures.x_validation, pictures.x_test))
    running = min(jobs or cpu_count(), -(-count // stack))
    products = 4 * epochs * len(pictures.x_train) * (block - batch_size) // 2
    return data + products + running * of_stack + count * (2000 + keep_layers * weights)


# --- One stack ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Plan:
    """What is the same for every stack."""

    pictures: Pictures
    epochs: int
    hidden: tuple
    batch_size: int
    stop_factor: float
    seed: int
    weight_scale: object
    keep_layers: bool
    products: dict = field(default_factory=dict)

    def start(self, hidden):
        """The first layers, the same for every network of this shape."""
        sizes = (self.pictures.x_train.shape[1], *hidden, int(self.pictures.y_train.max()) + 1)
        return initial_layers(sizes, np.random.default_rng([self.seed, 0]), self.weight_scale, dtype=np.float32)

    @cached_property
    def orders(self):
        """The order in which each epoch visits the training pictures, (epochs, pictures), whatever the shape."""
        rng = np.random.default_rng([self.seed, 1])
        return [rng.permutation(len(self.pictures.x_train)) for _ in range(self.epochs)]

    def blocks(self, epoch):
        """The minibatches of an epoch (counted from 1), several of them at a time."""
        order = self.orders[epoch - 1]
        size = max(self.batch_size, BLOCK // self.batch_size * self.batch_size)
        for first in range(0, len(order), size):
            of_block = order[first : first + size]
            features = self.pictures.x_train[of_block]
            starts = range(0, len(of_block), self.batch_size)
            parts = [slice(start, min(start + self.batch_size, len(of_block))) for start in starts]
            # Every stack needs the same products; two threads may compute one twice, with the same result.
            products = self.products.get((epoch, first))
            if products is None:
                products = [features[: part.start] @ features[part].T for part in parts]
                self.products[epoch, first] = products
            yield _Block(features, self.pictures.y_train[of_block], parts, products)


@dataclass(frozen=True)
class _Block:
    """Consecutive minibatches: `parts` are the slices, `products` those of all earlier pictures with each of them."""

    features: np.ndarray
    labels: np.ndarray
    parts: list
    products: list


class _Teller:
    """Hands on what happens, one thread at a time, and remembers that the search is to stop."""

    def __init__(self, on_epoch):
        self.on_epoch, self.lock, self.stopped = on_epoch, threading.Lock(), False

    def wants_to_stop(self, index, run):
        if self.on_epoch is None:
            return False
        with self.lock:
            if not self.stopped:
                answer = self.on_epoch(index, run)
                self.stopped = answer == STOP_SEARCH
                return answer in (STOP_RUN, STOP_SEARCH)
        return True


def _train_stack(plan, configurations, indices, teller):
    """The Runs of configurations of one shape."""
    pictures = plan.pictures
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):  # a run that explodes is a result
        hidden = tuple(configurations[0].get("hidden", plan.hidden))
        networks = Networks(plan.start(hidden), configurations)
        loss, train_accuracy = networks.first(1).measure(pictures.x_train, pictures.y_train)
        _, validation_accuracy = networks.first(1).measure(pictures.x_validation, pictures.y_validation)
        rows = [[(loss[0] + penalty, train_accuracy[0], validation_accuracy[0])] for penalty in networks.penalties()]
        runs = [None] * len(configurations)
        alive = list(range(len(configurations)))
        for epoch in range(1, plan.epochs + 1):
            if teller.stopped or not alive:
                break
            losses, train_accuracies = networks.train_epoch(plan.blocks(epoch), epoch)
            losses = losses + networks.penalties()
            _, validation_accuracies = networks.measure(pictures.x_validation, pictures.y_validation)
            kept = []
            for place, number in enumerate(alive):
                rows[number].append((losses[place], train_accuracies[place], validation_accuracies[place]))
                exploded = not losses[place] <= plan.stop_factor * rows[number][0][0]  # also when it is not a number
                run = _run(configurations[number], rows[number], epoch if exploded else None)
                asked = teller.wants_to_stop(indices[number], run)
                last = epoch == plan.epochs
                if asked and not last:
                    run = replace(run, stopped_after=epoch)
                if run.stopped_after is None:
                    kept.append(place)
                if plan.keep_layers and (last or run.stopped_after):
                    run = replace(run, layers=networks.layers(place))
                runs[number] = run
            networks, alive = networks.only(kept), [alive[place] for place in kept]
        return [run or _run(configurations[number], rows[number]) for number, run in enumerate(runs)]


def _run(configuration, rows, stopped_after=None):
    return Run(configuration, *(np.array(column, dtype=float) for column in zip(*rows, strict=True)), stopped_after)


class Networks:
    """A stack of ReLU networks of one shape; a sample is a column, so that a network's units are rows of one matrix.

    The first layer's weights are `scales[i] * weights[0][i]`: see `_shrink`.
    """

    def __init__(self, start, configurations):
        """`start`: the layers (weights (fan_in, fan_out), bias) that every network begins with."""
        count = len(configurations)
        self.weights = [np.repeat(weights.T[None], count, axis=0) for weights, _ in start]  # (networks, out, in)
        self.biases = [np.repeat(bias[None, :, None], count, axis=0) for _, bias in start]  # (networks, out, 1)
        self.scales = np.ones(count)
        self.rates = np.array([configuration["learning_rate"] for configuration in configurations], dtype=float)
        self.l2 = np.array([configuration["regularization"] for configuration in configurations], dtype=float)
        self.decays = np.array([configuration.get("decay", 1.0) for configuration in configurations], dtype=float)
        self.room = {}

    def only(self, places):
        """The networks at these places."""
        if len(places) == len(self.scales):
            return self
        part = object.__new__(Networks)
        part.weights = [weights[places] for weights in self.weights]
        part.biases = [bias[places] for bias in self.biases]
        for name in ("scales", "rates", "l2", "decays"):
            setattr(part, name, getattr(self, name)[places])
        part.room = {}
        return part

    def first(self, count):
        return self.only(list(range(count)))

    def layers(self, place):
        """The layers of one network: a list of (weights (fan_in, fan_out), bias (fan_out,))."""
        weights = [weights[place].T.copy() for weights in self.weights]
        weights[0] *= np.float32(self.scales[place])
        return [(array, bias[place, :, 0].copy()) for array, bias in zip(weights, self.biases, strict=True)]

    def penalties(self):
        """regularization/2 * (sum of squared weights) of each network."""
        squares = np.array([[float(np.vdot(array, array)) for array in weights] for weights in self.weights])
        squares[0] *= self.scales**2
        return self.l2 / 2 * squares.sum(axis=0)

    def train_epoch(self, blocks, epoch):
        """One pass over the data; the mean loss and the accuracy of each network over its minibatches."""
        rates = self.rates * self.decays ** (epoch - 1)
        losses, right, count = np.zeros(len(rates)), np.zeros(len(rates)), 0
        for block in blocks:
            size = len(block.features)
            ahead, changes = (self._array(name, self.weights[0].shape[1], size) for name in ("ahead", "changes"))
            np.matmul(_rows(self.weights[0]), block.features.T, out=_rows(ahead))
            for part, products in zip(block.parts, block.products, strict=True):
                sums = self._array(0, ahead.shape[1], part.stop - part.start)
                np.add(ahead[:, :, part], self.biases[0] / _column(self.scales), out=sums)
                if part.start:
                    add_product(_rows(sums), _rows(changes)[:, : part.start], products)
                part_losses, part_right = self._step(sums, block.labels[part], rates, ahead, changes, part)
                losses += part_losses
                right += part_right
            add_product(_rows(self.weights[0]), _rows(changes), block.features)
            count += size
        return losses / count, right / count

    def measure(self, features, labels):
        """The mean cross-entropy and the accuracy of each network on these pictures."""
        losses, right = np.zeros(len(self.scales)), np.zeros(len(self.scales))
        for first in range(0, len(features), MEASURED_TOGETHER):
            part = slice(first, first + MEASURED_TOGETHER)
            sums = self._array(0, self.weights[0].shape[1], len(features[part]))
            np.matmul(_rows(self.weights[0]), features[part].T, out=_rows(sums))
            sums += self.biases[0] / _column(self.scales)
            scores = self._forward(sums)[-1]
            right += (scores.argmax(axis=1) == labels[part]).sum(axis=1)
            losses += _softmax(scores, labels[part])[0]
        return losses / len(features), right / len(features)

    def _forward(self, sums):
        """The outputs of every layer, (networks, units, samples), from the first one's sums, both divided by `scales`.

        `sums` is written over.
        """
        outputs = [sums]
        if len(self.weights) == 1:
            sums *= _column(self.scales)
        for number in range(1, len(self.weights)):
            np.maximum(outputs[-1], 0, out=outputs[-1])
            weights = self.weights[number] * _column(self.scales) if number == 1 else self.weights[number]
            outputs.append(self._array(number, weights.shape[1], sums.shape[2]))
            np.matmul(weights, outputs[number - 1], out=outputs[number])
            outputs[number] += self.biases[number]
        return outputs

    def _step(self, sums, labels, rates, ahead, changes, part):
        """One minibatch: forward, backward, update; the summed loss and the number of right answers before it.

        The first layer's update is written into `changes[:, :, part]`, to be multiplied with the pictures.
        """
        outputs = self._forward(sums)
        error = outputs[-1]
        losses, right = _softmax(error, labels)
        error[:, labels, np.arange(len(labels))] -= 1
        error /= np.float32(len(labels))
        before, steps = _column(self.scales), _column(-rates)
        factors = self._shrink(rates, ahead, changes[:, :, : part.start])
        for number in range(len(self.weights) - 1, 0, -1):
            weights, inputs = self.weights[number], outputs[number - 1]
            in_weights = error @ inputs.transpose(0, 2, 1)
            in_weights *= steps * before if number == 1 else steps
            in_bias = error.sum(axis=2, keepdims=True)
            back = self._array(f"back {number}", weights.shape[2], len(labels))
            np.matmul(weights.transpose(0, 2, 1), error, out=back)
            back *= np.greater(inputs, 0, out=self._array(f"alive {number}", weights.shape[2], len(labels), bool))
            weights *= _column(factors)
            weights += in_weights
            self.biases[number] += steps * in_bias
            error = back
        self.biases[0] += steps * error.sum(axis=2, keepdims=True)
        np.multiply(error, steps / _column(self.scales), out=changes[:, :, part])
        return losses, right

    def _shrink(self, rates, *in_units_of_the_scale):
        """L2 regularisation of one step: the factor of each network's weights, taken into `scales` for the first layer.

        The first layer's weights are many, so they are multiplied only when the scale has become too small (or when one
        step turns them around: rate * regularization >= 1), and with them all that is counted in units of the scale.
        """
        factors = 1 - rates * self.l2
        self.scales = self.scales * factors
        for place in np.flatnonzero(~((self.scales > 1e-3) & (self.scales < 1e3))):
            for array in (self.weights[0], *in_units_of_the_scale):
                array[place] *= np.float32(self.scales[place])
            self.scales[place] = 1.0
        return factors

    def _array(self, name, units, samples, dtype=np.float32):
        """Room for (networks, units, samples), the same at every call."""
        key = name, units, samples
        if key not in self.room:
            self.room[key] = np.empty((len(self.scales), units, samples), dtype)
        return self.room[key]


def _rows(stack):
    """(networks, units, samples) as one matrix (networks * units, samples), without copying."""
    return stack.reshape(-1, stack.shape[2])


def _column(numbers):
    """One number a network, to be multiplied with its arrays."""
    return numbers[:, None, None].astype(np.float32)


def _softmax(scores, labels):
    """Turn `scores` (networks, classes, samples) into probabilities in place.

    Returns the summed cross-entropy and the number of right answers of each network.
    """
    scores -= scores.max(axis=1, keepdims=True)
    of_label = scores[:, labels, np.arange(len(labels))]
    right = np.count_nonzero(of_label == 0, axis=1)  # the largest score is 0 now
    np.exp(scores, out=scores)
    total = scores.sum(axis=1, keepdims=True)
    scores /= total
    return (np.log(total[:, 0]) - of_label).sum(axis=1, dtype=float), right


def _refuse_unprepared(pictures):
    for part in (pictures.x_train, pictures.x_validation):
        if part.ndim != 2 or part.dtype != np.float32:
            raise ValueError("The search engine takes flattened float32 pictures: call prepare(pictures) first.")
