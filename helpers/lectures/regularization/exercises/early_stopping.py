"""`early_stopping`: when training ends, and which epoch was the best. The oracle first marks the better epochs."""

from __future__ import annotations

import numpy as np

from helpers.judging.exercise import Choice, Exercise, Part, call, in_order, mistake

from .common import LECTURE, STOP


def oracle(losses, patience, min_delta=0.0):
    better = [0]
    for epoch, loss in enumerate(losses):
        if epoch and loss < losses[better[-1]] - min_delta:
            better.append(epoch)
    for this, following in zip(better, [*better[1:], len(losses) + patience], strict=True):
        if following - this > patience and this + patience < len(losses):
            return this + patience, this
    return len(losses) - 1, better[-1]


def grid(rng, n, fall=0.5):
    """Losses that fall and scatter, in sixteenths: exact in any precision."""
    steps = np.arange(n)
    return np.round(16 * (4 * np.exp(-fall * steps) + 1 + 0.02 * steps + rng.uniform(0, 0.6, n))) / 16


def values(rng):
    return [
        call(np.array([4.0, 3.0, 2.0, 2.5, 2.25, 2.75, 1.0]), 3),
        call(np.array([4.0, 3.0, 3.5, 2.0, 2.5, 1.5, 1.75, 1.0, 1.25, 1.5]), 2),
        call(np.array([3.0, 2.0, 2.0, 2.5, 1.0]), 2),  # chance alone would draw equal losses in some gradings only
        call(grid(rng, 20), 3),
        call(grid(rng, 30, 0.2), 4),
    ]


def with_a_margin(rng):
    return [
        call(np.array([4.0, 3.75, 3.5, 3.25, 2.0, 1.75, 1.5, 1.25, 1.0]), 3, 0.5),
        call(np.array([4.0, 3.5, 3.25, 3.0, 2.75, 2.5]), 3, min_delta=0.5),
        call(np.array([1.0, 1.25, 1.125, 0.75, 0.875, 0.5, 1.0, 1.0]), 2, 0.25),
        call(np.array([8.0, 7.0, 6.0, 5.0]), 2, 0.5),
        call(grid(rng, 25, 0.3), 3, min_delta=0.25),
    ]


def edge_cases(rng):
    return [
        call(np.array([3.0, 2.0, 1.0]), 2),  # it goes on falling: no stop
        call(np.array([2.0, 2.0, 2.0, 1.0]), 2),  # equal is not better
        call(np.array([1.5]), 1),
        call(np.array([2.0, 1.0, 1.5, 0.5]), 1),
        call(np.array([5, 4, 6, 3, 7, 8, 2]), 2),
        call(np.array([2.0, 1.0, 1.5]), 5),
        call(2 - 2.0**-12 * np.arange(4), 2),  # lower by little is better all the same
    ]


def followed(losses, patience, better, reset=True):
    """Early stopping with a rule of one's own: better(loss, best loss so far, loss before)."""
    best = wait = 0
    for epoch in range(1, len(losses)):
        if better(losses[epoch], losses[best], losses[epoch - 1]):
            best, wait = epoch, 0 if reset else wait
        else:
            wait += 1
            if wait >= patience:
                return epoch, best
    return len(losses) - 1, best


@mistake("An equal loss was taken for a better one. It has to be *below* the best one.")
def equal_is_better(losses, patience, min_delta=0.0):
    return followed(losses, patience, lambda loss, best, _: loss <= best - min_delta)


@mistake(
    "It waits one epoch too long: it stops with the epoch that is the `patience`-th in a row without a better one."
)
def one_too_long(losses, patience, min_delta=0.0):
    return oracle(losses, patience + 1, min_delta)


@mistake("The best epoch was looked for among all losses. After the stop, nobody knows the rest.")
def best_of_the_future(losses, patience, min_delta=0.0):
    return oracle(losses, patience, min_delta)[0], int(np.argmin(losses))


@mistake("The order is (last_epoch, best_epoch).")
def best_first(losses, patience, min_delta=0.0):
    return oracle(losses, patience, min_delta)[::-1]


@mistake("The first number is how many epochs were trained. Epochs count from 0, so the last one is one less.")
def number_of_epochs(losses, patience, min_delta=0.0):
    last, best = oracle(losses, patience, min_delta)
    return last + 1, best


@mistake("The count of epochs without a better one is never set back. They have to come in a row.")
def not_in_a_row(losses, patience, min_delta=0.0):
    return followed(losses, patience, lambda loss, best, _: loss < best - min_delta, reset=False)


@mistake("`min_delta` is not used.")
def without_min_delta(losses, patience, min_delta=0.0):
    return oracle(losses, patience, 0.0)


@mistake("`min_delta` was taken for a share of the loss. It is subtracted: better is below best - min_delta.")
def min_delta_as_a_share(losses, patience, min_delta=0.0):
    return followed(losses, patience, lambda loss, best, _: loss < best * (1 - min_delta))


@mistake("Without `min_delta` a loss that is lower by little should be better too: its default is 0.")
def small_progress_ignored(losses, patience, min_delta=0.0):
    return oracle(losses, patience, max(min_delta, 1e-3))


@mistake("`min_delta` has the wrong sign: here a loss may even be a little higher. Better is below best - min_delta.")
def wrong_sign(losses, patience, min_delta=0.0):
    return followed(losses, patience, lambda loss, best, _: loss < best + min_delta)


@mistake("Each loss was compared with the one before it. Compare it with the loss of the last better epoch.")
def with_the_one_before(losses, patience, min_delta=0.0):
    return followed(losses, patience, lambda loss, _, before: loss < before - min_delta)


@mistake("It never stops: after `patience` epochs in a row that are not better, training ends.")
def never(losses, patience, min_delta=0.0):
    return len(losses) - 1, oracle(losses, len(losses) + 1, min_delta)[1]


@mistake(
    "The reference moved with every new lowest loss, also with one that was not better by `min_delta`. It stays that "
    "of the last better epoch."
)
def reference_creeps(losses, patience, min_delta=0.0):
    best = wait = 0
    for epoch in range(1, len(losses)):
        if losses[epoch] < np.min(losses[:epoch]) - min_delta:
            best, wait = epoch, 0
        else:
            wait += 1
            if wait >= patience:
                return epoch, best
    return len(losses) - 1, best


@mistake("The epoch with the lowest loss was returned, also where it is not better by `min_delta`.")
def lowest_so_far(losses, patience, min_delta=0.0):
    last, _ = oracle(losses, patience, min_delta)
    return last, int(np.argmin(losses[: last + 1]))


@mistake("The last epoch was returned as the best one too. The best one is the last that was better.")
def last_is_best(losses, patience, min_delta=0.0):
    last, _ = oracle(losses, patience, min_delta)
    return last, last


@mistake("The larger loss was taken for the better one. A loss is better when it is lower.")
def upside_down(losses, patience, min_delta=0.0):
    return followed(losses, patience, lambda loss, best, _: loss > best + min_delta)


def with_a_counter(losses, patience, min_delta=0.0):
    """A counter goes up with every epoch that is not better, and back to 0 with one that is."""
    best_epoch, best, wait = 0, losses[0], 0
    for epoch, loss in enumerate(losses[1:], start=1):
        if loss < best - min_delta:
            best_epoch, best, wait = epoch, loss, 0
        else:
            wait += 1
        if wait == patience:
            return epoch, best_epoch
    return len(losses) - 1, best_epoch


def without_a_counter(losses, patience, min_delta=0.0):
    """The distance to the last better epoch says how long one has waited."""
    best = 0
    for epoch in range(len(losses)):
        if losses[epoch] < losses[best] - min_delta:
            best = epoch
        if epoch - best == patience:
            break
    return epoch, best


def as_keras(losses, patience, min_delta=0.0):
    best, best_epoch, wait, last = np.inf, 0, 0, 0
    for epoch, loss in enumerate(losses):
        last = epoch
        wait += 1
        if loss + min_delta < best:
            best, best_epoch, wait = loss, epoch, 0
            continue
        if wait >= patience and epoch > 0:
            break
    return last, best_epoch


def with_while(losses, patience, min_delta=0.0):
    best, epoch = 0, 0
    while epoch < len(losses) - 1 and epoch - best < patience:
        epoch += 1
        best = epoch if losses[epoch] < losses[best] - min_delta else best
    return [np.int64(epoch), np.int64(best)]


def looking_ahead(losses, patience, min_delta=0.0):
    best = 0
    while True:
        ahead = np.asarray(losses[best + 1 : best + 1 + patience])
        found = np.flatnonzero(ahead < losses[best] - min_delta)
        if not len(found):
            return np.array([best + len(ahead), best])
        best += 1 + int(found[0])


EARLY_STOPPING = Exercise(
    name="early_stopping",
    lecture=LECTURE,
    section=STOP,
    minutes=8,
    difficulty=2,
    parts=(Part("values", 3, values), Part("min_delta", 1, with_a_margin), Part("edge cases", 1, edge_cases)),
    oracle=oracle,
    mistakes=(
        equal_is_better,
        one_too_long,
        best_of_the_future,
        best_first,
        number_of_epochs,
        not_in_a_row,
        without_min_delta,
        min_delta_as_a_share,
        small_progress_ignored,
        wrong_sign,
        with_the_one_before,
        never,
        reference_creeps,
        lowest_so_far,
        last_is_best,
        upside_down,
    ),
    spellings=(with_a_counter, without_a_counter, as_keras, with_while, looking_ahead),
    hints=(
        "Keep two things: the best epoch so far, and for how many epochs in a row there was no better one.",
        "Better means: loss < losses[best_epoch] - min_delta. Then best_epoch moves, and the count begins anew.",
        "Stop as soon as the count reaches `patience`; without a stop the last epoch is len(losses) - 1.",
    ),
    choices=(
        Choice(
            "the best epoch first",
            texts={
                (
                    "last_epoch, best_epoch : integers, epochs count from 0; the last epoch that is trained (without "
                    "a stop, the last of\n    all) and the last better one"
                ): (
                    "best_epoch, last_epoch : integers, epochs count from 0; the last better epoch, and the last one "
                    "that is trained\n    (without a stop, the last of all)"
                ),
                "(3, 1)": "(1, 3)",
            },
            code={
                "The first number is how": "The second number is how",
            },
            changed=in_order(1, 0),
            without=("best_first",),
        ),
        Choice(
            "epochs that count from 1",
            texts={"integers, epochs count from 0;": "integers, epochs count from 1;", "(3, 1)": "(4, 2)"},
            code={
                "Epochs count from 0, so the last one is one less.": "Epochs count from 1, so it is the last one.",
                "the last epoch is len(losses) - 1.": "the last epoch is len(losses).",
            },
            changed=lambda result, *others, **named: tuple(epoch + 1 for epoch in result),
            without=("best_first",),
        ),
        Choice(
            "the best epoch first, and epochs that count from 1",
            texts={
                (
                    "last_epoch, best_epoch : integers, epochs count from 0; the last epoch that is trained (without "
                    "a stop, the last of\n    all) and the last better one"
                ): (
                    "best_epoch, last_epoch : integers, epochs count from 1; the last better epoch, and the last one "
                    "that is trained\n    (without a stop, the last of all)"
                ),
                "(3, 1)": "(2, 4)",
            },
            code={
                "The first number is how": "The second number is how",
                "Epochs count from 0, so the last one is one less.": "Epochs count from 1, so it is the last one.",
                "the last epoch is len(losses) - 1.": "the last epoch is len(losses).",
            },
            changed=lambda result, *others, **named: tuple(epoch + 1 for epoch in reversed(result)),
            without=("best_first",),
        ),
    ),
)
