"""Exercise `oversample_train`: balance the classes of train, and of train only. Judged by what the result must obey."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np
from scipy import stats

from helpers.exercises.data_leakage.messages import ARRAYS_ANYWAY, LECTURE, NOT_FROM_RNG, OWN_SEED, RESAMPLING
from helpers.exercises.data_leakage.returned import arrays_like
from helpers.judging.compare import Difference
from helpers.judging.exercise import Exercise, Part, Seeded, call, mistake

_BALANCED = (np.zeros((0, 0)), np.zeros(0, int))
RNG, OWN, ELSEWHERE = "rng", "own seed", "elsewhere"
RARE = 1e-9  # chance of a right draw being as uneven, or as even, as this one; at most 60 classes are tested
ENOUGH = 100  # extra rows of a class from which that is looked at


@dataclass(frozen=True)
class Balanced:
    """The judge: what of features and labels is wrong. The arguments describe what a mistake does instead.

    pool: "train", "everything", or "test" for where the rows come from; keep: whether all train rows are kept; evenly:
    whether the extra rows are drawn at random, all "alike" often, or all the "same" row; labels: "own" of each row or
    "mixed" up; source: what the choice depends on.
    """

    pool: str = "train"
    keep: bool = True
    balanced: bool = True
    evenly: str = "at random"
    labels: str = "own"
    source: str = RNG

    def __call__(self, call, value, before=None):
        value = arrays_like(_BALANCED, value)
        if isinstance(value, Difference):
            return value
        features, labels = value
        if len(labels) != len(features):
            return Difference("shape", "There should be one label for each row of the features.")
        sentence = self._wrong(call, features, labels) or self._wrong_source(call, value, before)
        return Difference("value", sentence) if sentence else None

    def _wrong(self, call, features, labels):
        table, known = _floats(call.arguments[0]), np.asarray(call.arguments[1])
        features = features.astype(float)
        train = np.asarray(call.arguments[2], dtype=int)
        inside = Counter(map(_key, table[train], known[train]))
        everywhere = {_key(row, label) for row, label in zip(table, known, strict=True)}
        found = Counter(map(_key, features, labels))
        if self.labels == "mixed":
            rows = {tuple(row) for row in table}
            return "" if all(tuple(row) in rows for row in features) else "These are other rows."
        if not set(found) <= everywhere:
            return "Some rows are none of the table's, or carry another label than their own."
        if not set(found) <= set(inside) and self.pool == "train":
            return "Some rows are not in train."
        if self.pool == "train" and self.keep and any(found[key] < count for key, count in inside.items()):
            return "A row of train is missing."
        _, sizes = np.unique(labels, return_counts=True)
        if self.balanced and len(set(sizes)) > 1:
            return f"The classes have {', '.join(map(str, sizes))} rows; they should have equally many."
        if self.pool == "train" and self.keep:
            return self._wrong_draws(found - inside, inside)
        return ""

    def _wrong_draws(self, extra, inside):
        """Whether the extra rows of a class are as uneven as draws with replacement are."""
        for label in {label for _, label in extra}:
            counts = np.array([extra[key] / count for key, count in inside.items() if key[1] == label])
            total = counts.sum()
            if total < ENOUGH or len(counts) < 2:
                continue
            spread = float(np.sum((counts - counts.mean()) ** 2) / counts.mean())
            below, above = stats.chi2.cdf(spread, len(counts) - 1), stats.chi2.sf(spread, len(counts) - 1)
            kind = "alike" if below < RARE else "same" if above < RARE else "at random"
            if kind != self.evenly:
                return "The extra rows should be drawn at random with replacement."
        return ""

    def _wrong_source(self, call, value, before):
        extra = len(value[1]) - len(call.arguments[2])
        if before is None or extra < ENOUGH or not np.array_equal(call.arguments[0], before[0].arguments[0]):
            return ""
        earlier = arrays_like(_BALANCED, before[1])
        if isinstance(earlier, Difference):
            return ""
        same_call = call.arguments[-1] == before[0].arguments[-1]
        same = all(
            np.array_equal(np.sort(np.ravel(a)), np.sort(np.ravel(b))) for a, b in zip(value, earlier, strict=True)
        )
        if same_call and same == (self.source == ELSEWHERE):
            return "The same state of the generator should give the same rows."
        # Of a class that one row is added to, two generators may choose the same.
        if not same_call and same != (self.source == OWN) and self.evenly != "same":
            return "Another generator should give other rows."
        return ""


def _key(row, label):
    return tuple(row), int(label)


def _floats(table):
    return np.array(table, dtype=float)


def seeded(rng):
    return Seeded(int(rng.integers(2**32)))


def stays(rng, sizes, test_rows):
    """Rows that are all different, classes of these sizes in train and a few rows of each class in test."""
    labels = np.concatenate([np.repeat(np.arange(len(sizes)), sizes), rng.integers(0, len(sizes), test_rows)])
    in_train = np.arange(len(labels)) < sum(sizes)
    order = rng.permutation(len(labels))
    features = rng.integers(-64, 65, (len(labels), 3)) / 32  # exact in single precision too
    features[:, 0] += 10 * np.arange(len(labels))
    return features, labels[order], np.flatnonzero(in_train[order])


def values(rng):
    return [
        call(*stays(rng, (4, 2), 3), seeded(rng)),
        call(*stays(rng, (20, 5), 10), seeded(rng)),
        call(*stays(rng, (9, 3, 14), 8), seeded(rng)),
    ]


def fair_draws(rng):
    return [call(*stays(rng, (230, 30), 40), seeded(rng)), call(*stays(rng, (25, 230, 40), 20), seeded(rng))]


def edge_cases(rng):
    features, labels, train = stays(rng, (5, 2), 4)
    return [
        call([[1.0], [2.5], [4.0], [8.0]], [0, 0, 1, 1], [0, 1, 3], seeded(rng)),
        call(*stays(rng, (6, 6), 3), seeded(rng)),
        call(*stays(rng, (7,), 0), seeded(rng)),
        call(features, 5 + 2 * labels, train[::-1].copy(), seeded(rng)),
    ]


def repeated(rng):
    table, first = stays(rng, (150, 40), 30), seeded(rng)
    return [call(*table, first), call(*table, first), call(*table, seeded(rng))]


def oracle(features, labels, train_indices, rng):
    table = [(list(map(float, features[i])), int(labels[i])) for i in train_indices]
    sizes = Counter(label for _, label in table)
    largest = max(sizes.values())
    result = list(table)
    for label, size in sorted(sizes.items()):
        own = [row for row in table if row[1] == label]
        result += [own[int(rng.integers(len(own)))] for _ in range(largest - size)]
    return np.array([row for row, _ in result]), np.array([label for _, label in result])


def drawn(labels, rows, rng):
    """Positions: all of `rows`, and extra ones of every class among them."""
    found, sizes = np.unique(labels[rows], return_counts=True)
    extra = [rng.choice(rows[labels[rows] == c], sizes.max() - n) for c, n in zip(found, sizes, strict=True)]
    return np.concatenate([rows, *extra])


def arrays(features, labels, train_indices):
    return _floats(features), np.array(labels), np.array(train_indices, dtype=int)


@mistake(
    "All rows were balanced, those of test among them. Copies of test rows are now in what the model trains on: "
    "the leak "
    "itself. Take the rows of `train_indices` first.",
    Balanced(pool="everything"),
)
def everything(features, labels, train_indices, rng):
    features, labels, _ = arrays(features, labels, train_indices)
    rows = drawn(labels, np.arange(len(labels)), rng)
    return features[rows], labels[rows]


@mistake(
    "Nothing was drawn: these are the rows of train as they were. The rare classes still need their extra rows.",
    Balanced(balanced=False),
)
def nothing_drawn(features, labels, train_indices, rng):
    features, labels, train = arrays(features, labels, train_indices)
    return features[train], labels[train]


@mistake(
    "The frequent classes were cut down to the rarest. That balances too, but throws rows away; draw extra rows of the "
    "rare classes instead.",
    Balanced(keep=False),
)
def cut_down(features, labels, train_indices, rng):
    features, labels, train = arrays(features, labels, train_indices)
    found, sizes = np.unique(labels[train], return_counts=True)
    kept = [rng.choice(train[labels[train] == c], sizes.min(), replace=False) for c in found]
    return features[np.concatenate(kept)], labels[np.concatenate(kept)]


@mistake(
    "Every class was drawn anew, so some rows of train are lost by chance. Keep all of them and draw only the "
    "extra ones.",
    Balanced(keep=False),
)
def drawn_anew(features, labels, train_indices, rng):
    features, labels, train = arrays(features, labels, train_indices)
    found, sizes = np.unique(labels[train], return_counts=True)
    rows = np.concatenate([rng.choice(train[labels[train] == c], sizes.max()) for c in found])
    return features[rows], labels[rows]


@mistake(
    "Positions within train were used as positions in the whole table, so rows of other classes, and of test, came in. "
    "Look the position up in `train_indices` first.",
    Balanced(pool="everything", balanced=False),
)
def positions_mixed_up(features, labels, train_indices, rng):
    features, labels, train = arrays(features, labels, train_indices)
    found, sizes = np.unique(labels[train], return_counts=True)
    extra = [rng.choice(np.flatnonzero(labels[train] == c), sizes.max() - n) for c, n in zip(found, sizes, strict=True)]
    rows = np.concatenate([train, *extra])
    return features[rows], labels[rows]


@mistake(
    "The extra rows repeat those of the class in turn, each as often as the others. Draw them at random with "
    "replacement, "
    "or the order of the file decides.",
    Balanced(evenly="alike", source=OWN),
)
def in_turn(features, labels, train_indices, rng):
    features, labels, train = arrays(features, labels, train_indices)
    found, sizes = np.unique(labels[train], return_counts=True)
    extra = [np.resize(np.sort(train[labels[train] == c]), sizes.max() - n) for c, n in zip(found, sizes, strict=True)]
    rows = np.concatenate([train, *extra])
    return features[rows], labels[rows]


@mistake(
    "One and the same row of the class was added again and again. Draw a new one every time: `rng.choice(rows, "
    "count)`.",
    Balanced(evenly="same"),
)
def one_row_again_and_again(features, labels, train_indices, rng):
    features, labels, train = arrays(features, labels, train_indices)
    found, sizes = np.unique(labels[train], return_counts=True)
    extra = [
        np.repeat(rng.choice(train[labels[train] == c]), sizes.max() - n) for c, n in zip(found, sizes, strict=True)
    ]
    rows = np.concatenate([train, *extra])
    return features[rows], labels[rows]


@mistake(
    "Features and labels were drawn or shuffled separately, so rows carry the labels of others. Draw positions "
    "once and use "
    "them for both.",
    Balanced(labels="mixed"),
)
def drawn_separately(features, labels, train_indices, rng):
    features, labels, train = arrays(features, labels, train_indices)
    rows = drawn(labels, train, rng)
    return features[rows], np.sort(labels[rows])[::-1]


@mistake(OWN_SEED, Balanced(source=OWN))
def with_its_own_seed(features, labels, train_indices, rng):
    return by_choice(features, labels, train_indices, np.random.default_rng(0))


@mistake(NOT_FROM_RNG, Balanced(source=ELSEWHERE))
def from_elsewhere(features, labels, train_indices, rng):
    return by_choice(features, labels, train_indices, np.random.default_rng())


def by_choice(features, labels, train_indices, rng):
    features, labels, train = arrays(features, labels, train_indices)
    rows = drawn(labels, train, rng)
    return features[rows], labels[rows]


def by_integers(features, labels, train_indices, rng):
    x = np.asarray(features, dtype=float)[np.asarray(train_indices)]
    y = np.asarray(labels)[np.asarray(train_indices)]
    largest = np.bincount(y).max()
    parts = [(x, y)]
    for c in np.unique(y):
        own = x[y == c]
        extra = own[rng.integers(0, len(own), largest - len(own))]
        parts.append((extra, np.full(len(extra), c)))
    return np.vstack([p[0] for p in parts]), np.concatenate([p[1] for p in parts])


def by_lists(features, labels, train_indices, rng):
    rows = [int(i) for i in train_indices]
    by_class = {}
    for i in rows:
        by_class.setdefault(int(labels[i]), []).append(i)
    largest = max(map(len, by_class.values()))
    for own in list(by_class.values()):
        rows += [own[int(rng.integers(len(own)))] for _ in range(largest - len(own))]
    return [[float(v) for v in features[i]] for i in rows], [int(labels[i]) for i in rows]


def shuffled_at_the_end(features, labels, train_indices, rng):
    features, labels, train = arrays(features, labels, train_indices)
    rows = rng.permutation(drawn(labels, train, rng))
    return features[rows], labels[rows]


def by_scikit_learn(features, labels, train_indices, rng):
    from sklearn.utils import resample

    x, y, train = arrays(features, labels, train_indices)
    x, y = x[train], y[train]
    classes, sizes = np.unique(y, return_counts=True)
    new_x, new_y = [x], [y]
    for c, size in zip(classes, sizes, strict=True):
        if size < sizes.max():
            seed = int(rng.integers(2**31))
            new_x.append(resample(x[y == c], n_samples=int(sizes.max() - size), random_state=seed))
            new_y.append(np.full(sizes.max() - size, c))
    return np.concatenate(new_x), np.concatenate(new_y)


def in_single_precision(features, labels, train_indices, rng):
    features, labels = by_choice(features, labels, train_indices, rng)
    return features.astype(np.float32), labels


def class_by_class(features, labels, train_indices, rng):
    features, labels, train = arrays(features, labels, train_indices)
    count = {c: int(np.sum(labels[train] == c)) for c in set(labels[train].tolist())}
    rows = []
    for c in sorted(count):
        own = train[labels[train] == c]
        rows += [*own, *own[(rng.random(max(count.values()) - count[c]) * len(own)).astype(int)]]
    return features[rows], labels[rows]


OVERSAMPLE_TRAIN = Exercise(
    name="oversample_train",
    lecture=LECTURE,
    section=RESAMPLING,
    minutes=12,
    difficulty=3,
    parts=(
        Part("train rows, balanced", 3, values, judge=Balanced()),
        Part("fair draws", 1, fair_draws, judge=Balanced()),
        Part("edge cases", 1, edge_cases, judge=Balanced()),
        Part("draws from rng", 1, repeated, judge=Balanced()),
    ),
    oracle=oracle,
    mistakes=(
        with_its_own_seed,
        from_elsewhere,
        in_turn,
        one_row_again_and_again,
        drawn_anew,
        positions_mixed_up,
        everything,
        nothing_drawn,
        cut_down,
        drawn_separately,
    ),
    spellings=(
        by_choice,
        by_integers,
        by_lists,
        shuffled_at_the_end,
        by_scikit_learn,
        in_single_precision,
        class_by_class,
    ),
    hints=(
        "Work with positions: all of `train_indices`, then the extra ones of each class; index features and "
        "labels once, "
        "at the end.",
        "`np.unique(labels[train], return_counts=True)` gives the classes and their sizes; each lacks "
        "`sizes.max() - size` "
        "rows.",
        "`rng.choice(rows, count)` draws with replacement. `rows` are the positions of that class among the "
        "train rows.",
    ),
    equivalent_mutants={
        "line 1: `np.asarray(train_indices)` → `train_indices`": ARRAYS_ANYWAY,
        "line 6: `np.asarray(features, dtype=float)` → `np.asarray(features)`": "Every table of the check holds "
        "floats.",
    },
)
