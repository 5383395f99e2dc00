"""`minibatches`: every sample once, in an order drawn from `rng`. It is random, and judged by what it must obey."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from helpers.judging.compare import Difference
from helpers.judging.exercise import Exercise, Part, Seeded, call, mistake
from helpers.sandbox.observe import identical

from .common import LECTURE

RNG, OWN, ELSEWHERE = "rng", "a seed of its own", "elsewhere"
MANY = 30  # samples of which two orders are the same with a probability below 1e-30


@dataclass(frozen=True)
class Batches:
    """The judge: what of a list of batches is wrong. The arguments describe what a mistake does instead.

    order: "random", "given" (0, 1, 2, ...) or "ascending inside" (random batches whose samples stand in order) or
    "blocks" (the batches are shuffled, not the samples) or "stepped" (the same step from each sample to the next);
    last: "kept", "dropped", "filled"; source: where the order comes from.
    """

    order: str = "random"
    last: str = "kept"
    source: str = RNG
    any_shape = True  # how many batches there are, and how long, is told in words
    any_type = True

    def __call__(self, call, value, before=None):
        n_samples, size = call.arguments[:2]
        batches = _read(value)
        if batches is None:
            return Difference("type", "A list of arrays of indices is expected.")
        if any(batch.ndim != 1 or (batch.size and batch.dtype.kind == "f") for batch in batches):
            return Difference("type", "Each batch is an array of integers with one axis: the indices of its samples.")
        sentence = self._wrong(n_samples, size, batches) or self._wrong_source(call, batches, before)
        return Difference("value", sentence) if sentence else None

    def _wrong(self, n_samples, size, batches) -> str:
        lengths = [len(batch) for batch in batches]
        together = np.concatenate([*batches, np.zeros(0, int)])
        if self.last == "dropped":
            wanted = [size] * (n_samples // size)
            every = len(set(together.tolist())) == len(together)
        elif self.last == "filled":
            wanted = [size] * -(-n_samples // size)
            every = set(together.tolist()) == set(range(n_samples))
        else:
            wanted = [size] * (n_samples // size) + [n_samples % size] * (n_samples % size > 0)
            every = sorted(together.tolist()) == list(range(n_samples))
        if 0 in lengths:
            return "A batch is empty."
        if lengths != wanted:
            return f"The batches have {_listed(lengths)} samples; {_listed(wanted)} are expected."
        if not every:
            return "Every sample should come exactly once."
        found = _order_of(batches)
        # A few blocks may come in their order by chance; an order that only starts elsewhere may be cut into blocks.
        alike = (found, self.order) in (("given", "blocks"), ("blocks", "stepped"))
        if len(together) < MANY or found == self.order or alike:
            return ""
        return "Every order of the samples should be equally likely. This one is too regular for chance."

    def _wrong_source(self, call, batches, before) -> str:
        if before is None or call.arguments[0] < MANY or self.order in ("given", "blocks", "stepped"):
            return ""
        earlier, value = before
        others = _read(value)
        if not others or any(batch.ndim != 1 for batch in others):
            return ""
        same_call = identical(list(call.values()), list(earlier.values()))
        same = np.array_equal(np.concatenate(batches), np.concatenate(others))
        expected = {RNG: same_call, OWN: True, ELSEWHERE: False}[self.source]
        if call.arguments[:2] != earlier.arguments[:2] or same == expected:
            return ""
        if same_call:
            return "Two generators in the same state gave different orders, so the order does not come from `rng`."
        return "Two different generators gave the same order, so the order does not come from `rng`."


def _read(value) -> list[np.ndarray] | None:
    """The batches as arrays; None if they are no list of arrays with an axis."""
    if not isinstance(value, list | tuple | np.ndarray):
        return None
    try:
        batches = [np.asarray(batch) for batch in value]
    except (TypeError, ValueError):
        return None
    return None if any(batch.ndim == 0 or batch.dtype.kind not in "iuf" for batch in batches) else batches


def _listed(lengths) -> str:
    return ", ".join(map(str, lengths[:6])) + (", ..." if len(lengths) > 6 else "")


def _order_of(batches) -> str:
    together = np.concatenate(batches)
    if np.array_equal(together, np.arange(len(together))):
        return "given"
    if all(np.all(np.diff(batch) == 1) for batch in batches):
        return "blocks"
    if len(batches) > 1 and all(np.all(np.diff(batch) > 0) for batch in batches):
        return "ascending inside"
    return "stepped" if _is_stepped(together) else "random"


def _is_stepped(order) -> bool:
    """Whether most samples are followed by the one that is as many places further on, beginning anew at the end.

    Of 30 samples in a random order, this happens with a probability below 1e-10.
    """
    steps = np.diff(order) % len(order) if len(order) > 1 else np.zeros(1, int)
    return np.bincount(steps).max() > len(order) / 2


def seeded(rng):
    return Seeded(int(rng.integers(2**31)))


def oracle(n_samples, batch_size, rng):
    order = np.argsort(rng.random(n_samples))
    return tuple(order[start : start + batch_size] for start in range(0, n_samples, batch_size))


def batches(rng):
    return [
        call(6, 2, seeded(rng)),
        call(40, 8, seeded(rng)),
        call(int(rng.integers(50, 90)), 7, seeded(rng)),
        call(int(rng.integers(100, 200)), int(rng.integers(5, 30)), seeded(rng)),
    ]


def edge_cases(rng):
    return [call(7, 3, seeded(rng)), call(5, 5, seeded(rng)), call(4, 9, seeded(rng)), call(3, 1, seeded(rng))]


def same_and_other(rng):
    one, other = Seeded(5), Seeded(int(rng.integers(6, 2**31)))
    return [call(60, 16, one), call(60, 16, one), call(60, 16, other)]


def cut(order, size):
    return [order[start : start + size] for start in range(0, len(order), size)]


@mistake(
    "The samples come in the given order. Data are often sorted, and then a batch is all of one kind: shuffle first.",
    Batches(order="given"),
)
def not_shuffled(n_samples, batch_size, rng):
    return cut(np.arange(n_samples), batch_size)


@mistake(
    "The batches were shuffled, but each still holds neighbors. Shuffle the samples, then cut.",
    Batches(order="blocks"),
)
def shuffled_blocks(n_samples, batch_size, rng):
    blocks = cut(np.arange(n_samples), batch_size)
    whole = [block for block in blocks if len(block) == batch_size]
    return [whole[i] for i in rng.permutation(len(whole))] + blocks[len(whole) :]


@mistake(
    "Only the start of the order is drawn, or its direction: neighbors stay neighbors. Draw the whole order: "
    "`rng.permutation`.",
    Batches(order="stepped"),
)
def rotated(n_samples, batch_size, rng):
    return cut(np.roll(np.arange(n_samples), rng.integers(1, n_samples)), batch_size)


@mistake(
    "Each batch is sorted. That does no harm to a mean, but the docstring asks for every order, inside of a batch too.",
    Batches(order="ascending inside"),
)
def sorted_inside(n_samples, batch_size, rng):
    return [np.sort(batch) for batch in cut(rng.permutation(n_samples), batch_size)]


@mistake("The last, smaller batch was dropped. Every sample belongs into an epoch.", Batches(last="dropped"))
def last_dropped(n_samples, batch_size, rng):
    order = rng.permutation(n_samples)
    return [order[i * batch_size : (i + 1) * batch_size] for i in range(n_samples // batch_size)]


@mistake("The last batch was filled up with samples that had been used. It may be smaller.", Batches(last="filled"))
def last_filled(n_samples, batch_size, rng):
    order = rng.permutation(n_samples)
    return cut(np.resize(order, -(-n_samples // batch_size) * batch_size), batch_size)


@mistake("The order comes from a seed of its own, so it is the same in every epoch. Use `rng`.", Batches(source=OWN))
def with_its_own_seed(n_samples, batch_size, rng):
    return cut(np.random.default_rng(0).permutation(n_samples), batch_size)


@mistake(
    "The order does not come from `rng` but from another generator. Use the one that is handed in.",
    Batches(source=ELSEWHERE),
)
def from_elsewhere(n_samples, batch_size, rng):
    return cut(np.random.permutation(n_samples), batch_size)


@dataclass(frozen=True)
class DrawnAgain(Batches):
    """Knows batches whose samples were drawn with replacement."""

    def _wrong(self, n_samples, size, batches):
        together = np.concatenate([*batches, np.zeros(0, int)])
        again = len(together) == n_samples and len(set(together.tolist())) < n_samples
        inside = not together.size or 0 <= together.min() <= together.max() < n_samples
        return "" if inside and (again or n_samples < MANY) else "Every sample comes once."


@mistake(
    "Some samples come twice and others never: they were drawn with replacement. Use `rng.permutation`.", DrawnAgain()
)
def with_replacement(n_samples, batch_size, rng):
    return cut(rng.integers(0, n_samples, n_samples), batch_size)


def with_permutation(n_samples, batch_size, rng):
    """A permutation of all indices, cut into pieces by slices."""
    order = rng.permutation(n_samples)
    return [order[start : start + batch_size] for start in range(0, n_samples, batch_size)]


def with_array_split(n_samples, batch_size, rng):
    """`np.split` cuts at given places: after every `batch_size` samples."""
    return np.split(rng.permutation(n_samples), range(batch_size, n_samples, batch_size))


def as_tuples_of_lists(n_samples, batch_size, rng):
    order = np.arange(n_samples)
    rng.shuffle(order)
    return tuple(order[i : i + batch_size].tolist() for i in range(0, n_samples, batch_size))


def by_sorting(n_samples, batch_size, rng):
    order = np.argsort(rng.standard_normal(n_samples))
    count = int(np.ceil(n_samples / batch_size))
    return [order[k * batch_size : (k + 1) * batch_size] for k in range(count)]


def one_after_the_other(n_samples, batch_size, rng):
    left, found = list(range(n_samples)), []
    while left:
        batch = [left.pop(int(rng.integers(len(left)))) for _ in range(min(batch_size, len(left)))]
        found.append(np.array(batch, dtype=np.int32))
    return found


def without_replacement(n_samples, batch_size, rng):
    order = rng.choice(n_samples, n_samples, replace=False)
    found, start = [], 0
    while start < n_samples:
        found.append(order[start : start + batch_size])
        start += batch_size
    return found


MINIBATCHES = Exercise(
    name="minibatches",
    lecture=LECTURE,
    section="6. One step for how many samples?",
    minutes=6,
    difficulty=2,
    parts=(
        Part("batches", 3, batches, judge=Batches()),
        Part("edge cases", 1, edge_cases, judge=Batches()),
        Part("draws from rng", 1, same_and_other, judge=Batches()),
    ),
    oracle=oracle,
    mistakes=(
        not_shuffled,
        shuffled_blocks,
        rotated,
        sorted_inside,
        last_dropped,
        last_filled,
        with_its_own_seed,
        from_elsewhere,
        with_replacement,
    ),
    spellings=(
        with_permutation,
        with_array_split,
        as_tuples_of_lists,
        by_sorting,
        one_after_the_other,
        without_replacement,
    ),
    hints=(
        "Shuffle once, then cut: `rng.permutation(n_samples)` gives all indices in a random order.",
        "`range(0, n_samples, batch_size)` gives the places where a batch starts. A slice may reach past the end.",
    ),
)
