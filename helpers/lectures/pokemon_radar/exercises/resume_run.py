"""`resume_run`: an interrupted training goes on, and ends where the uninterrupted one would have ended.

The oracle knows no epochs: it goes through a flat list of all batches that are left.
"""

from __future__ import annotations

import numpy as np
from scipy.special import log_softmax, softmax

from helpers.judging.exercise import Exercise, Part, call, mistake

from .common import LECTURE

BATCH, DECAY, BETA_1, BETA_2, EPSILON = 8, 0.8, 0.9, 0.99, 0.01


def oracle(checkpoint, features, labels, epochs):
    state = fresh(**checkpoint)
    for epoch, batch in left(state, len(labels), epochs):
        one_step(state, features, labels, epoch, batch)
    return state["weights"], np.array(state["losses"], dtype=float)


def fresh(**state):
    return {name: np.array(value) if isinstance(value, np.ndarray) else value for name, value in state.items()}


def left(state, rows, epochs):
    """The batches that are left, as pairs (epoch, batch)."""
    per_epoch = -(-rows // BATCH)
    return [
        divmod(number, per_epoch) for number in range(state["epoch"] * per_epoch + state["batch"], epochs * per_epoch)
    ]


def one_step(state, features, labels, epoch, batch, rate_of=None, order_of=None):
    """One step of Adam, in place; with the last batch of an epoch, its loss is written down."""
    order = np.random.default_rng([state["seed"], epoch if order_of is None else order_of]).permutation(len(labels))
    rows = order[BATCH * batch : BATCH * (batch + 1)]
    error = softmax(features[rows] @ state["weights"], axis=1)
    error[np.arange(len(rows)), labels[rows]] -= 1
    gradient = features[rows].T @ error / len(rows)
    state["step"] += 1
    state["first"] = BETA_1 * state["first"] + (1 - BETA_1) * gradient
    state["second"] = BETA_2 * state["second"] + (1 - BETA_2) * gradient**2
    first, second = (
        state[name] / (1 - beta ** state["step"]) for name, beta in (("first", BETA_1), ("second", BETA_2))
    )
    rate = state["rate"] * DECAY ** (epoch if rate_of is None else rate_of)
    state["weights"] = state["weights"] - rate * first / (np.sqrt(second) + EPSILON)
    if BATCH * (batch + 1) >= len(labels):
        logs = log_softmax(features @ state["weights"], axis=1)
        state["losses"] = np.append(state["losses"], -logs[np.arange(len(labels)), labels].mean())


def start(rng, columns, classes):
    """What a checkpoint holds before the first step."""
    weights = rng.normal(size=(columns, classes))
    return {
        **{"weights": weights, "first": np.zeros_like(weights), "second": np.zeros_like(weights)},
        **{"step": 0, "epoch": 0, "batch": 0, "losses": np.zeros(0)},
        **{"seed": int(rng.integers(1, 10**6)), "rate": round(rng.uniform(0.05, 0.2), 3)},
    }


def interrupted(rng, rows, epoch, batch, epochs, columns=3, classes=3):
    """A call: a training that was interrupted after so many epochs and so many batches of the next one."""
    features = rng.normal(size=(rows, columns)).round(3)
    labels = rng.permutation(np.arange(rows) % classes)
    state = start(rng, columns, classes)
    for done in left(state, rows, epoch + 1):
        if done >= (epoch, batch):
            break
        one_step(state, features, labels, *done)
    state |= {"epoch": epoch, "batch": batch}
    return call(state, features, labels, epochs)


def between_epochs(rng):
    return [interrupted(rng, 16, 1, 0, 2), interrupted(rng, 20, 2, 0, 4), interrupted(rng, 24, 2, 0, 3, 4, 4)]


def inside_an_epoch(rng):
    return [interrupted(rng, 24, 1, 2, 3), interrupted(rng, 30, 2, 1, 3), interrupted(rng, 40, 1, 3, 4, 2, 4)]


def edge_cases(rng):
    """Nothing is left to do; nothing is done yet; only the last, smaller batch is left."""
    return [interrupted(rng, 16, 2, 0, 2), interrupted(rng, 18, 0, 0, 2), interrupted(rng, 21, 1, 2, 2)]


def went_on(checkpoint, features, labels, epochs, since=(), **changes):
    """As the oracle, with other things in the checkpoint; `since` names what counts from the interruption on."""
    state = fresh(**checkpoint | changes)
    for epoch, batch in left(state, len(labels), epochs):
        settings = dict.fromkeys(since, epoch - checkpoint["epoch"])
        one_step(state, features, labels, epoch, batch, **settings)
    return state["weights"], np.array(state["losses"], dtype=float)


@mistake("The averages of Adam began anew at zero. They stand in the checkpoint, as `first` and `second`.")
def averages_anew(checkpoint, features, labels, epochs):
    zeros = np.zeros_like(checkpoint["weights"])
    return went_on(checkpoint, features, labels, epochs, first=zeros, second=zeros)


@mistake("The steps are counted anew, so the bias correction of Adam begins again. The checkpoint holds `step`.")
def steps_anew(checkpoint, features, labels, epochs):
    return went_on(checkpoint, features, labels, epochs, step=0)


@mistake("The interrupted epoch began again with its first batch, so some rows were seen twice in it.")
def epoch_anew(checkpoint, features, labels, epochs):
    return went_on(checkpoint, features, labels, epochs, batch=0)


@mistake("The rest of the interrupted epoch was left out. `batch` says how many of its batches are done.")
def rest_left_out(checkpoint, features, labels, epochs):
    if not checkpoint["batch"]:
        return oracle(checkpoint, features, labels, epochs)
    return went_on(checkpoint, features, labels, epochs, epoch=checkpoint["epoch"] + 1, batch=0)


@mistake("The rate began again at its first value. It belongs to the number of the epoch, counted from the start.")
def rate_anew(checkpoint, features, labels, epochs):
    return went_on(checkpoint, features, labels, epochs, since=("rate_of",))


@mistake("The rows came in the order of epoch 0 again. The order belongs to the number of the epoch.")
def order_anew(checkpoint, features, labels, epochs):
    return went_on(checkpoint, features, labels, epochs, since=("order_of",))


@mistake("These are `epochs` more epochs. `epochs` is the number of all epochs, with those that are done.")
def so_many_more(checkpoint, features, labels, epochs):
    return went_on(checkpoint, features, labels, epochs + checkpoint["epoch"])


@mistake("The losses of the epochs before the interruption are missing. They stand in the checkpoint.")
def new_losses_only(checkpoint, features, labels, epochs):
    weights, losses = oracle(checkpoint, features, labels, epochs)
    return weights, losses[checkpoint["epoch"] :]


@mistake("The weights are those of the checkpoint: nothing was trained.")
def nothing_done(checkpoint, features, labels, epochs):
    return checkpoint["weights"].copy(), oracle(checkpoint, features, labels, epochs)[1]


# Right ones.


def with_two_loops(checkpoint, features, labels, epochs):
    """Epochs outside, batches inside; the first epoch begins at the batch where it was interrupted."""
    weights, first, second, step = (checkpoint[name] for name in ("weights", "first", "second", "step"))
    losses, done = list(checkpoint["losses"]), checkpoint["batch"]
    hot = np.eye(weights.shape[1])[labels]
    for epoch in range(checkpoint["epoch"], epochs):
        order = np.random.default_rng([checkpoint["seed"], epoch]).permutation(len(labels))
        for start_row in range(8 * done, len(labels), 8):
            rows = order[start_row : start_row + 8]
            p = np.exp(features[rows] @ weights)
            p /= p.sum(axis=1, keepdims=True)
            gradient = features[rows].T @ (p - hot[rows]) / len(rows)
            step += 1
            first = 0.9 * first + 0.1 * gradient
            second = 0.99 * second + 0.01 * gradient**2
            scaled = (first / (1 - 0.9**step)) / (np.sqrt(second / (1 - 0.99**step)) + 0.01)
            weights = weights - checkpoint["rate"] * 0.8**epoch * scaled
        done = 0
        p = np.exp(features @ weights)
        losses.append(-np.log((p * hot).sum(axis=1) / p.sum(axis=1)).mean())
    return weights, losses


def with_a_flat_loop(checkpoint, features, labels, epochs):
    """All batches have a number; the number says which epoch it is."""
    return oracle(checkpoint, features, labels, epochs)


def with_a_skip(checkpoint, features, labels, epochs):
    """Go through all batches of the epoch, and skip those that are done."""
    state = fresh(**checkpoint)
    for epoch in range(state["epoch"], epochs):
        for batch in range(-(-len(labels) // 8)):
            if epoch == checkpoint["epoch"] and batch < checkpoint["batch"]:
                continue
            one_step(state, features, labels, epoch, batch)
    return [state["weights"], state["losses"].tolist()]


def with_slices_of_the_order(checkpoint, features, labels, epochs):
    state = fresh(**checkpoint)
    first_batch = state["batch"]
    while state["epoch"] < epochs:
        for batch in range(first_batch, -(-len(labels) // BATCH)):
            one_step(state, features, labels, state["epoch"], batch)
        state["epoch"], first_batch = state["epoch"] + 1, 0
    return state["weights"], tuple(state["losses"].tolist())


def in_place_on_copies(checkpoint, features, labels, epochs):
    """Copy the arrays once, then update the copies in place."""
    weights, first, second = (checkpoint[name].copy() for name in ("weights", "first", "second"))
    step, losses = checkpoint["step"], checkpoint["losses"].tolist()
    for epoch in range(checkpoint["epoch"], epochs):
        order = np.random.default_rng([checkpoint["seed"], epoch]).permutation(len(labels))
        batches = [order[i : i + 8] for i in range(0, len(order), 8)]
        for rows in batches[checkpoint["batch"] if epoch == checkpoint["epoch"] else 0 :]:
            error = softmax(features[rows] @ weights, axis=1)
            error[np.arange(len(rows)), labels[rows]] -= 1
            gradient = features[rows].T @ error / len(rows)
            step += 1
            first += 0.1 * (gradient - first)
            second += 0.01 * (gradient**2 - second)
            root = np.sqrt(second / (1 - 0.99**step)) + 0.01
            weights -= checkpoint["rate"] * 0.8**epoch * first / (1 - 0.9**step) / root
        losses.append(-log_softmax(features @ weights, axis=1)[np.arange(len(labels)), labels].mean())
    return weights, np.array(losses)


RESUME_RUN = Exercise(
    name="resume_run",
    lecture=LECTURE,
    section="8. How does a run go on after an interruption?",
    minutes=20,
    difficulty=3,
    parts=(
        Part("between epochs", 2, between_epochs),
        Part("inside an epoch", 2, inside_an_epoch),
        Part("edge cases", 1, edge_cases),
    ),
    oracle=oracle,
    mistakes=(
        averages_anew,
        steps_anew,
        epoch_anew,
        rest_left_out,
        rate_anew,
        order_anew,
        so_many_more,
        new_losses_only,
        nothing_done,
    ),
    spellings=(with_two_loops, with_a_flat_loop, with_a_skip, with_slices_of_the_order, in_place_on_copies),
    hints=(
        "Write the loop for a training from the start first: epochs outside, batches inside. Then give every variable "
        "of it its value from the checkpoint.",
        "Which variables change from step to step? Weights, both averages, the number of steps, the number of the "
        "epoch, the batch. None of them may begin anew.",
        "Only the first epoch that you train begins at a later batch; the next ones begin at batch 0.",
    ),
    equivalent_mutants={
        "line 21: `np.array(losses)` → `losses`": "A list of numbers is as good as an array.",
        "line 3: `1` → `-1`": "Of two axes, the second is the last one.",
        "line 7: `1` → `-1`": "Of two axes, the second is the last one.",
        "line 20: `1` → `-1`": "Of two axes, the second is the last one.",
    },
)
