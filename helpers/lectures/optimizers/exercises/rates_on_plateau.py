"""`rates_on_plateau`: a smaller rate when the loss no longer falls. The oracle looks back at each epoch."""

from __future__ import annotations

import numpy as np

from helpers.judging.exercise import Exercise, Part, by_default, call, mistake

from .common import LECTURE


def oracle(losses, learning_rate, factor=0.5, patience=3):
    losses = np.asarray(losses, dtype=float)
    # Number of epochs up to each one since the last new lowest loss; 0 where it is one itself.
    best = np.minimum.accumulate(losses)
    is_new = np.concatenate([[True], losses[1:] < best[:-1]])
    places = np.arange(len(losses))
    since = places - np.maximum.accumulate(np.where(is_new, places, 0))
    # A run of epochs that are not new ends in a reduction whenever its length is a multiple of `patience`.
    reduced = (since > 0) & (since % patience == 0)
    earlier = np.concatenate([[0], np.cumsum(reduced)[:-1]])
    return float(learning_rate) * float(factor) ** earlier


def run(*places, learning_rate=0.5, **named):
    return call(np.array(places, dtype=float), learning_rate, **named)


def plateaus(rng, n, *rest, **named):
    """Losses that fall, stay and rise again, in eighths, so that equal ones are equal."""
    steps = rng.choice([-3, -1, 0, 1, 2], n - 1, p=[0.18, 0.12, 0.2, 0.3, 0.2])
    return call(np.concatenate([[40], 40 + np.cumsum(steps)]) / 8, float(rng.uniform(0.2, 0.9)), *rest, **named)


def values(rng):
    return [
        run(2.0, 1.0, 1.5, 1.25, 1.5, 1.5),
        run(4.0, 3.0, 3.5, 2.0, 2.5, 2.5, 2.5, 2.5, 1.0),
        run(3.0, 4.0, 3.0, 5.0, 2.0, 2.5, 2.5, 2.5, 2.5, 2.5, 2.5, 2.5),
        plateaus(rng, 30),
        plateaus(rng, 40),
    ]


def other_settings(rng):
    return [
        run(2.0, 1.0, 1.5, 1.5, 1.5, 1.5, learning_rate=1.0, factor=0.1, patience=2),
        plateaus(rng, 30, 0.25, 2),
        plateaus(rng, 40, factor=0.9, patience=5),
    ]


def edge_cases(rng):
    return [
        run(1.0),
        run(1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0),
        run(5.0, 4.0, 3.0, 2.0, 1.0),
        run(1.0, 2.0, 3.0, 2.0, patience=1),
        # After a reduction the lowest loss so far still counts.
        run(1.0, 3.0, 3.0, 3.0, 2.5, 2.25, 2.0, 1.75, 1.5),
        call(np.array([3, 4, 4, 4, 4, 2, 5]), 1),
        # Slow progress is progress: each loss is lower by less than a hundred-thousandth.
        run(*(1 - 2.0**-17 * np.arange(7))),
    ]


def followed(
    losses,
    rate,
    factor,
    patience,
    *,
    at_once=False,
    equal=False,
    keep_count=False,
    to_previous=False,
    lowest_reset=False,
    in_a_row=True,
    once=False,
    change=lambda rate, factor: rate * factor,
):
    """The loop, with the ways in which it goes wrong."""
    lowest, count, rates, done = np.inf, 0, [], False
    for loss in np.asarray(losses, dtype=float):
        before = rate
        if loss < lowest or (equal and loss == lowest):
            lowest, count = loss, (0 if in_a_row else count)
        else:
            count += 1
        if to_previous:
            lowest = loss
        if count >= patience and not (once and done):
            rate, done = change(rate, factor), True
            count = count if keep_count else 0
            lowest = np.inf if lowest_reset else lowest
        rates.append(rate if at_once else before)
    return np.array(rates, dtype=float)


@mistake(
    "The rate changes one epoch too early. The epoch whose loss uses up the patience was trained with the old rate; "
    "the "
    "next one has the new rate."
)
def at_once(losses, learning_rate, factor=0.5, patience=3):
    return followed(losses, learning_rate, factor, patience, at_once=True)


@mistake("It waits for one epoch more than `patience`. After exactly `patience` epochs the next one has the new rate.")
def too_patient(losses, learning_rate, factor=0.5, patience=3):
    return followed(losses, learning_rate, factor, patience + 1)


@mistake("It waits for one epoch less than `patience`.")
def too_impatient(losses, learning_rate, factor=0.5, patience=3):
    return followed(losses, learning_rate, factor, max(patience - 1, 1))


@mistake("The count was not set back after a reduction, so the rate falls again with every epoch.")
def count_kept(losses, learning_rate, factor=0.5, patience=3):
    return followed(losses, learning_rate, factor, patience, keep_count=True)


@mistake("Each loss was compared with the one before. Compare it with the lowest so far.")
def compared_with_the_last(losses, learning_rate, factor=0.5, patience=3):
    return followed(losses, learning_rate, factor, patience, to_previous=True)


@mistake("A loss that equals the lowest counts as new here. It is no progress: only a smaller one counts.")
def equal_is_new(losses, learning_rate, factor=0.5, patience=3):
    return followed(losses, learning_rate, factor, patience, equal=True)


@mistake("The lowest loss was forgotten at the reduction. It stays: only the count begins anew.")
def lowest_forgotten(losses, learning_rate, factor=0.5, patience=3):
    return followed(losses, learning_rate, factor, patience, lowest_reset=True)


@mistake("The epochs without progress were counted in total. They count in a row: a new lowest loss sets them to 0.")
def not_in_a_row(losses, learning_rate, factor=0.5, patience=3):
    return followed(losses, learning_rate, factor, patience, in_a_row=False)


@mistake(
    "A loss that is lower by very little does not count here, as with the `min_delta` of Keras. Any lower loss is a "
    "new lowest one."
)
def small_progress_ignored(losses, learning_rate, factor=0.5, patience=3):
    return followed(np.round(losses, 4), learning_rate, factor, patience)


@mistake("The rate was reduced once only. Whenever the patience is used up, it is multiplied by `factor` again.")
def only_once(losses, learning_rate, factor=0.5, patience=3):
    return followed(losses, learning_rate, factor, patience, once=True)


@mistake("The rate was divided by `factor`, so it grows. Multiply by it.")
def divided(losses, learning_rate, factor=0.5, patience=3):
    return followed(losses, learning_rate, factor, patience, change=lambda rate, factor: rate / factor)


@mistake("`factor` was subtracted from the rate. Multiply by it.")
def subtracted(losses, learning_rate, factor=0.5, patience=3):
    return followed(losses, learning_rate, factor, patience, change=lambda rate, factor: rate - factor)


@mistake("`factor` and `patience` are always 0.5 and 3 here. Use the arguments.")
def settings_fixed(losses, learning_rate, factor=0.5, patience=3):
    return followed(losses, learning_rate, 0.5, 3)


@mistake("Only the last rate came back. Return the rate of each epoch.")
def only_the_last(losses, learning_rate, factor=0.5, patience=3):
    return float(followed(losses, learning_rate, factor, patience)[-1])


@mistake("There is one rate too many: the last one belongs to an epoch that was not trained.")
def one_too_many(losses, learning_rate, factor=0.5, patience=3):
    rates = followed(losses, learning_rate, factor, patience)
    return np.append(rates, followed(losses, learning_rate, factor, patience, at_once=True)[-1])


def in_a_loop(losses, learning_rate, factor=0.5, patience=3):
    """Three things are remembered: the lowest loss, the epochs since, and the rate of the next epoch."""
    lowest, waited, rates = float("inf"), 0, []
    for loss in losses:
        rates.append(learning_rate)
        waited = 0 if loss < lowest else waited + 1
        lowest = min(lowest, loss)
        if waited == patience:
            learning_rate, waited = learning_rate * factor, 0
    return np.array(rates, dtype=float)


def counting_reductions(losses, learning_rate, factor=0.5, patience=3):
    """The rate is the first one times a power of the factor; only the reductions are counted."""
    reductions, counts, lowest, waited = 0, [], losses[0] + 1, 0
    for loss in losses:
        counts.append(reductions)
        if loss < lowest:
            lowest, waited = loss, 0
        else:
            waited += 1
            if waited % patience == 0:
                reductions += 1
    return learning_rate * factor ** np.array(counts, dtype=float)


def filled_from_behind(losses, learning_rate, factor=0.5, patience=3):
    rates, lowest, waited = np.full(len(losses), float(learning_rate)), np.inf, 0
    for epoch, loss in enumerate(losses):
        if loss < lowest:
            lowest, waited = loss, 0
            continue
        waited += 1
        if waited == patience:
            rates[epoch + 1 :] *= factor
            waited = 0
    return rates


def as_a_list(losses, learning_rate, factor=0.5, patience=3):
    losses = [float(loss) for loss in losses]
    best, rates = 0, [float(learning_rate)]
    for epoch in range(1, len(losses)):
        since = epoch - 1 - best
        reduce_now = since > 0 and since % patience == 0
        rates.append(rates[-1] * factor if reduce_now else rates[-1])
        if losses[epoch] < losses[best]:
            best = epoch
    return rates


def in_single_precision(losses, learning_rate, factor=0.5, patience=3):
    return tuple(np.float32(rate) for rate in in_a_loop(losses, learning_rate, factor, patience))


RATES_ON_PLATEAU = Exercise(
    name="rates_on_plateau",
    lecture=LECTURE,
    section="6. A rate that changes",
    minutes=8,
    difficulty=3,
    parts=(Part("values", 3, values), Part("other settings", 1, other_settings), Part("edge cases", 1, edge_cases)),
    oracle=oracle,
    mistakes=(
        at_once,
        too_patient,
        too_impatient,
        count_kept,
        compared_with_the_last,
        equal_is_new,
        lowest_forgotten,
        not_in_a_row,
        small_progress_ignored,
        only_once,
        divided,
        subtracted,
        settings_fixed,
        only_the_last,
        one_too_many,
    ),
    spellings=(in_a_loop, counting_reductions, filled_from_behind, as_a_list, in_single_precision),
    hints=(
        "Go through the epochs and remember the lowest loss, how many epochs it is ago, and the rate.",
        "Note the rate of an epoch first; then look at its loss, which may change the rate of the next one.",
        "After a reduction set the count to 0, and keep the lowest loss.",
    ),
    equivalent_mutants={
        "line 10: `np.array(rates, dtype=float)` → `np.array(rates)`": (
            "The rates are floats already, but for a whole first rate that never changes."
        ),
        "line 10: `np.array(rates, dtype=float)` → `rates`": "A list of numbers counts as an array.",
        "line 1: `0` → `1`": "The first epoch is a new lowest and sets the count to 0.",
        "line 8: `waited == patience` → `waited >= patience`": (
            "The count grows by one and is set back as soon as it gets there."
        ),
    },
    choices=by_default("patience=3", "2", "4"),
)
