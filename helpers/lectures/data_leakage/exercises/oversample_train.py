"""Exercise `oversample_train`: balance the classes of train, and of train only. Judged by what the result must obey."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import scipy
from sklearn.utils import resample

from helpers.judging.compare import Difference
from helpers.judging.exercise import Exercise, Part, Seeded, call, mistake

from .messages import LECTURE, NOT_FROM_RNG, OWN_SEED, RESAMPLING
from .returned import arrays_like

_BALANCED = (np.zeros((0, 0)), np.zeros(0, int))
RNG, OWN, ELSEWHERE, ANY = "rng", "own seed", "elsewhere", "any"
# Where chi-squared is that rare, a right draw is rarer than 1e-10 as uneven or as even as that, though the numbers of
# draws of a row are small: below, it cannot be far from even, and above, its distribution has the lighter tail.
RARE = 1e-15
ENOUGH = 100  # extra rows of a class from which that is looked at


@dataclass(frozen=True)
class Balanced:
    """The judge: what of features and labels is wrong. The arguments describe what a mistake does instead.

    rule: which rows are there, "right" or what a method named `_rule_...` says; evenly: whether the extra rows are
    drawn "at random", all "alike" often, all the "same" row, or each at most "once" while they last; source: what the
    choice depends on.
    """

    rule: str = "right"
    evenly: str = "at random"
    source: str = RNG
    any_shape = True  # a wrong number of rows is told by class

    def __call__(self, call, value, before=None):
        value = arrays_like(_BALANCED, value)
        if isinstance(value, Difference):
            return value
        features, labels = value
        table = Table(call)
        if features.shape[1:] != table.features.shape[1:]:
            return Difference("shape", "The features should have the columns of the table, in the same order.")
        if len(labels) != len(features):
            return Difference("shape", "There should be one label for each row of the features.")
        sentence = getattr(table, f"rule_{self.rule}")(features.astype(float), labels)
        if not sentence and self.rule == "right":
            sentence = self._wrong_draws(table, _count(features, labels)) or self._wrong_source(call, value, before)
        return Difference("value", sentence) if sentence else None

    def _wrong_draws(self, table, found):
        """Whether the extra rows of a class are as uneven as draws with replacement are."""
        for label, size in table.sizes.items():
            counts = np.array([found[key] - 1 for key in table.inside if key[1] == label])
            total = counts.sum()
            if total < ENOUGH or len(counts) < 2:
                continue
            spread = float(np.sum((counts - counts.mean()) ** 2) / counts.mean())
            below, above = scipy.stats.chi2.cdf(spread, size - 1), scipy.stats.chi2.sf(spread, size - 1)
            match self.evenly:
                case "at random":
                    as_described = min(below, above) >= RARE
                case "alike":
                    as_described = np.ptp(counts) <= 1
                case "same":
                    as_described = np.count_nonzero(counts) == 1
                case "once":
                    as_described = counts.max() == 1 if total <= size else min(below, above) >= RARE
            if not as_described:
                return f"The extra rows of class {label} should be drawn at random with replacement."
        return ""

    def _wrong_source(self, call, value, before):
        extra = len(value[1]) - len(call.arguments[2])
        if self.source == ANY or before is None or extra < ENOUGH:
            return ""
        if not np.array_equal(call.arguments[0], before[0].arguments[0]):
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


class Table:
    """A call's table: its rows are all different, so a row says where it comes from."""

    def __init__(self, call):
        self.features, self.labels = call.arguments[0].astype(float), call.arguments[1]
        self.train = call.arguments[2]
        self.everywhere = _count(self.features, self.labels)
        self.inside = _count(self.features[self.train], self.labels[self.train])
        self.sizes = Counter(self.labels[self.train].tolist())
        self.largest = max(self.sizes.values())
        self.largest_of_all = max(Counter(self.labels.tolist()).values())
        self.missing = sum(self.largest - size for size in self.sizes.values())

    def rule_right(self, features, labels):
        found = _count(features, labels)
        if not set(labels.tolist()) <= set(self.labels.tolist()):
            return "Some labels are not in the table: a row keeps the label that it has there."
        if not set(map(tuple, features.tolist())) <= set(map(tuple, self.features.tolist())):
            return "Some rows are not in the table."
        if not set(found) <= set(self.everywhere):
            return "Some rows have the label of another row."
        if not set(found) <= set(self.inside):
            return "Some rows are not in train."
        if not set(self.inside) <= set(found):
            return "A row of train is missing."
        sizes = Counter(labels.tolist())
        if set(sizes.values()) != {self.largest}:
            text = ", ".join(f"{sizes[label]} rows of class {label}" for label in sorted(sizes))
            return f"There are {text}; each class should have {self.largest} rows."
        return ""

    def rule_everything(self, features, labels):
        """The whole table, balanced."""
        found, sizes = _count(features, labels), Counter(labels.tolist())
        return self._described(set(found) == set(self.everywhere) and set(sizes.values()) == {self.largest_of_all})

    def rule_from_everywhere(self, features, labels):
        """Train, and extra rows of the right class, some of them out of test."""
        found = set(_count(features, labels))
        own = set(self.inside) <= found <= set(self.everywhere) and not found <= set(self.inside)
        return self._described(own and self._is_balanced(labels), features, labels)

    def rule_as_many_as_the_whole_table(self, features, labels):
        """Train, balanced up to the largest class of the whole table."""
        found, sizes = _count(features, labels), Counter(labels.tolist())
        return self._described(set(found) == set(self.inside) and set(sizes.values()) == {self.largest_of_all})

    def rule_as_many_more(self, features, labels):
        """Train, and as many extra rows of each class (or each but the largest) as the largest class has."""
        found, sizes = _count(features, labels), Counter(labels.tolist())
        more = [(sizes[label] - size, size) for label, size in self.sizes.items()]
        right = all(extra == self.largest or (extra == 0 and size == self.largest) for extra, size in more)
        return self._described(set(found) == set(self.inside) and right)

    def rule_train(self, features, labels):
        """The rows of train, nothing else."""
        return self._described(_count(features, labels) == self.inside)

    def rule_extra_rows(self, features, labels):
        """Nothing but the extra rows."""
        wanted = {label: self.largest - size for label, size in self.sizes.items() if size < self.largest}
        own = set(_count(features, labels)) <= set(self.inside)
        return self._described(own and Counter(labels.tolist()) == wanted)

    def rule_as_few_as_the_smallest(self, features, labels):
        """Rows of train, of each class as many as the smallest has."""
        own = set(_count(features, labels)) <= set(self.inside)
        few = dict.fromkeys(self.sizes, min(self.sizes.values()))
        return self._described(own and Counter(labels.tolist()) == few)

    def rule_drawn_anew(self, features, labels):
        """Rows of train, balanced, but not all of them."""
        own = set(_count(features, labels)) < set(self.inside)
        return self._described(own and self._is_balanced(labels), features, labels)

    def rule_positions_mixed_up(self, features, labels):
        """The extra rows stand where the positions within train, taken for positions in the table, point to."""
        within = self.labels[self.train]
        rare = np.flatnonzero([self.sizes[label] < self.largest for label in within.tolist()])
        pointed_to = set(_count(self.features[rare], self.labels[rare]))
        extra = _count(features, labels) - self.inside
        return self._described(set(extra) <= pointed_to and extra.total() == self.missing)

    def rule_made_up(self, features, labels):
        """Train, and new rows."""
        found = set(_count(features, labels))
        own = set(self.inside) <= found and not found <= set(self.everywhere)
        return self._described(own and self._is_balanced(labels), features, labels)

    def rule_one_label_for_all(self, features, labels):
        """Train, and as many extra rows of train as are missing, all of them with the same label."""
        extra = _count(features, labels) - self.inside
        own = {row for row, _ in extra} <= {row for row, _ in self.inside}
        as_many = extra.total() == self.missing and len(labels) == self.inside.total() + self.missing
        return self._described(own and as_many and len({label for _, label in extra}) <= 1)

    def rule_wrong_labels(self, features, labels):
        """Rows of train, and labels of train, but not each with its own."""
        own = set(map(tuple, features.tolist())) <= {row for row, _ in self.inside}
        own = own and set(labels.tolist()) <= set(self.sizes)
        mixed = not set(_count(features, labels)) <= set(self.everywhere)
        return self._described(own and mixed, features, labels)

    def _is_balanced(self, labels):
        return Counter(labels.tolist()) == dict.fromkeys(self.sizes, self.largest)

    def _described(self, as_described, features=None, labels=None):
        """Whether rows are as a mistake has them; in a small table chance may make them right (if they are given)."""
        by_chance = features is not None and self.missing < ENOUGH and not self.rule_right(features, labels)
        return "" if as_described or by_chance else "This is another mistake."


def _count(features, labels):
    return Counter(zip(map(tuple, features.tolist()), labels.tolist(), strict=True))


def seeded(rng):
    return Seeded(int(rng.integers(2**32)))


def stays(rng, sizes, test_sizes):
    """Rows that are all different, in disorder, with this many of each class in train and in test."""
    classes = [np.repeat(np.arange(len(counts)), counts) for counts in (sizes, test_sizes)]
    labels = np.concatenate(classes)
    in_train = np.arange(len(labels)) < sum(sizes)
    order = rng.permutation(len(labels))
    features = rng.integers(-64, 65, (len(labels), 3)) / 32  # exact in single precision too
    features[:, 0] += 10 * np.arange(len(labels))
    return features, labels[order], np.flatnonzero(in_train[order])


# In test the classes are as frequent as they are not in train, so that whatever looks at test is found out.


def values(rng):
    return [
        call(*stays(rng, (4, 2), (1, 4)), seeded(rng)),
        call(*stays(rng, (20, 5), (8, 30)), seeded(rng)),
        call(*stays(rng, (9, 3, 14), (6, 40, 2)), seeded(rng)),
    ]


def fair_draws(rng):
    return [
        call(*stays(rng, (230, 30), (20, 40)), seeded(rng)),
        call(*stays(rng, (25, 230, 40), (10, 10, 10)), seeded(rng)),
        call(*stays(rng, (240, 130), (10, 30)), seeded(rng)),
    ]


def edge_cases(rng):
    features, labels, train = stays(rng, (5, 2), (1, 6))
    return [
        call(np.array([[1.0], [2.5], [4.0], [8.0]]), np.array([0, 0, 1, 1]), np.array([0, 1, 3]), seeded(rng)),
        call(*stays(rng, (6, 6), (1, 7)), seeded(rng)),
        call(*stays(rng, (7,), (0,)), seeded(rng)),
        call(*stays(rng, (8, 1), (2, 11)), seeded(rng)),
        call(features, 5 + 2 * labels, rng.permutation(train), seeded(rng)),
        call(features.astype(np.float32), labels, train, seeded(rng)),
    ]


def repeated(rng):
    table, first = stays(rng, (150, 40), (5, 30)), seeded(rng)
    return [call(*table, first), call(*table, first), call(*table, seeded(rng))]


def oracle(features, labels, train_indices, rng):
    table = [(features[i].tolist(), int(labels[i])) for i in train_indices]
    sizes = Counter(label for _, label in table)
    largest = max(sizes.values())
    result = list(table)
    for label, size in sorted(sizes.items()):
        own = [row for row in table if row[1] == label]
        result += [own[int(rng.integers(len(own)))] for _ in range(largest - size)]
    return np.array([row for row, _ in result]), np.array([label for _, label in result])


def with_extra(features, labels, train_indices, pick):
    """The rows of train and, of each class, those that `pick(rows of the class in train, number missing)` adds."""
    rows = extra(labels, train_indices, pick)
    return features[rows], labels[rows]


def extra(labels, train_indices, pick):
    found, sizes = np.unique(labels[train_indices], return_counts=True)
    picked = [
        pick(train_indices[labels[train_indices] == c], sizes.max() - n) for c, n in zip(found, sizes, strict=True)
    ]
    return np.concatenate([train_indices, *picked])


@mistake(
    "All rows were balanced, those of test among them. Copies of test rows are now in what the model trains on, which "
    "is the leak. Take the rows of `train_indices` first.",
    Balanced("everything"),
)
def everything(features, labels, train_indices, rng):
    return with_extra(features, labels, np.arange(len(labels)), rng.choice)


@mistake(
    "The extra rows of a class were drawn from the whole table, so rows of test are now in train. Draw from the rows "
    "of the class that are in `train_indices`.",
    Balanced("from_everywhere"),
)
def from_the_whole_table(features, labels, train_indices, rng):
    def pick(own, count):
        return rng.choice(np.flatnonzero(labels == labels[own[0]]), count)

    return with_extra(features, labels, train_indices, pick)


@mistake(
    "The classes were filled up to the largest class of the whole table. Count the rows of train only.",
    Balanced("as_many_as_the_whole_table"),
)
def as_many_as_in_the_whole_table(features, labels, train_indices, rng):
    largest = np.bincount(labels).max()
    return with_extra(features, labels, train_indices, lambda own, count: rng.choice(own, largest - len(own)))


@mistake(
    "A class got as many extra rows as the largest class has. It needs only those that it lacks: the size of the "
    "largest minus its own.",
    Balanced("as_many_more"),
)
def as_many_more(features, labels, train_indices, rng):
    def pick(own, count):
        return rng.choice(own, len(own) + count if count else 0)

    return with_extra(features, labels, train_indices, pick)


@mistake(
    "Nothing was drawn: these are the rows of train as they were. The rare classes still need their extra rows.",
    Balanced("train"),
)
def nothing_drawn(features, labels, train_indices, rng):
    return features[train_indices], labels[train_indices]


@mistake("These are the extra rows alone. Add them to the rows of train.", Balanced("extra_rows"))
def extra_rows_alone(features, labels, train_indices, rng):
    rows = extra(labels, train_indices, rng.choice)[len(train_indices) :]
    return features[rows], labels[rows]


@mistake(
    "The frequent classes were cut down to the rarest. That balances them too, but throws rows away. Draw extra rows "
    "of the rare classes.",
    Balanced("as_few_as_the_smallest"),
)
def cut_down(features, labels, train_indices, rng):
    found, sizes = np.unique(labels[train_indices], return_counts=True)
    own = [train_indices[labels[train_indices] == c] for c in found]
    rows = np.concatenate([rng.choice(rows, sizes.min(), replace=False) for rows in own])
    return features[rows], labels[rows]


@mistake(
    "Each class was drawn anew, so some rows of train are lost by chance. Keep all of them and draw only the extra "
    "ones.",
    Balanced("drawn_anew"),
)
def drawn_anew(features, labels, train_indices, rng):
    found, sizes = np.unique(labels[train_indices], return_counts=True)
    own = [train_indices[labels[train_indices] == c] for c in found]
    rows = np.concatenate([rng.choice(rows, sizes.max()) for rows in own])
    return features[rows], labels[rows]


@mistake(
    "Positions within train were used as positions in the whole table, so rows of other classes, and of test, came in. "
    "Look the position up in `train_indices` first.",
    Balanced("positions_mixed_up"),
)
def positions_mixed_up(features, labels, train_indices, rng):
    def pick(own, count):
        return rng.choice(np.flatnonzero(labels[train_indices] == labels[own[0]]), count)

    return with_extra(features, labels, train_indices, pick)


@mistake(
    "The extra rows repeat those of the class in turn, each as often as the others. Draw them at random with "
    "replacement, or the order of the file decides.",
    Balanced(evenly="alike", source=ANY),
)
def in_turn(features, labels, train_indices, rng):
    return with_extra(features, labels, train_indices, lambda own, count: np.resize(np.sort(own), count))


@mistake(
    "The same row of the class was added again and again. Draw a new one each time: `rng.choice(rows, count)`.",
    Balanced(evenly="same"),
)
def one_row_again_and_again(features, labels, train_indices, rng):
    return with_extra(features, labels, train_indices, lambda own, count: np.repeat(rng.choice(own), count))


@mistake(
    "Where a class has enough rows, its extra ones are all different: they were drawn *without* replacement. Draw with "
    "replacement, as `rng.choice` does unless it is told otherwise.",
    Balanced(evenly="once"),
)
def without_replacement(features, labels, train_indices, rng):
    def pick(own, count):
        return rng.choice(own, count, replace=count > len(own))

    return with_extra(features, labels, train_indices, pick)


@mistake(
    "All extra rows have the same label, whatever class they come from. Each keeps its own: use the same positions for "
    "`features` and `labels`.",
    Balanced("one_label_for_all"),
)
def one_label_for_all(features, labels, train_indices, rng):
    rows, kept = extra(labels, train_indices, rng.choice), len(train_indices)
    added = np.full(len(rows) - kept, labels[train_indices].min())
    return features[rows], np.concatenate([labels[train_indices], added])


@mistake(
    "Features and labels were drawn or shuffled separately, so rows have the labels of others. Draw positions once and "
    "use them for both.",
    Balanced("wrong_labels"),
)
def drawn_separately(features, labels, train_indices, rng):
    features, labels = with_extra(features, labels, train_indices, rng.choice)
    return features, np.sort(labels)[::-1]


@mistake(
    "The extra rows are new ones, not in the table, as SMOTE makes them. Here rows of train are repeated as they are.",
    Balanced("made_up"),
)
def between_two_rows(features, labels, train_indices, rng):
    rows = extra(labels, train_indices, rng.choice)
    result, others, kept = features[rows], rng.permutation(rows), len(train_indices)
    for i in range(kept, len(rows)):
        other = next(row for row in others if labels[row] == labels[rows[i]])
        result[i] = (result[i] + features[other]) / 2 + 1 / 64
    return result, labels[rows]


@mistake(OWN_SEED, Balanced(source=OWN))
def with_its_own_seed(features, labels, train_indices, rng):
    return with_extra(features, labels, train_indices, np.random.default_rng(0).choice)


@mistake(NOT_FROM_RNG, Balanced(source=ELSEWHERE))
def from_elsewhere(features, labels, train_indices, rng):
    return with_extra(features, labels, train_indices, np.random.default_rng().choice)


def by_choice(features, labels, train_indices, rng):
    return with_extra(features, labels, train_indices, rng.choice)


def by_integers(features, labels, train_indices, rng):
    x, y = features[train_indices], labels[train_indices]
    largest = np.bincount(y).max()
    parts = [(x, y)]
    for c in np.unique(y):
        own = x[y == c]
        more = own[rng.integers(0, len(own), largest - len(own))]
        parts.append((more, np.full(len(more), c)))
    return np.vstack([p[0] for p in parts]), np.concatenate([p[1] for p in parts])


def by_lists(features, labels, train_indices, rng):
    """A dict of lists, one for each class: the steps are the same, and each can be printed and looked at."""
    rows = train_indices.tolist()
    by_class = {}
    for i in rows:
        by_class.setdefault(int(labels[i]), []).append(i)
    largest = max(len(own) for own in by_class.values())
    for own in by_class.values():
        rows += [own[rng.integers(len(own))] for _ in range(largest - len(own))]
    return features[rows], labels[rows]


def as_lists(features, labels, train_indices, rng):
    features, labels = by_choice(features, labels, train_indices, rng)
    return features.tolist(), labels.tolist()


def shuffled_at_the_end(features, labels, train_indices, rng):
    rows = rng.permutation(extra(labels, train_indices, rng.choice))
    return features[rows], labels[rows]


def by_scikit_learn(features, labels, train_indices, rng):
    """scikit-learn's `resample` draws rows of several arrays together, so a row cannot lose its label."""
    x, y = features[train_indices], labels[train_indices]
    classes, sizes = np.unique(y, return_counts=True)
    all_x, all_y = [x], [y]
    for label, size in zip(classes, sizes, strict=True):
        if size < sizes.max():
            seed = int(rng.integers(2**31))
            missing = int(sizes.max() - size)
            more_x, more_y = resample(x[y == label], y[y == label], n_samples=missing, random_state=seed)
            all_x.append(more_x)
            all_y.append(more_y)
    return np.concatenate(all_x), np.concatenate(all_y)


def in_single_precision(features, labels, train_indices, rng):
    features, labels = by_choice(features, labels, train_indices, rng)
    return features.astype(np.float32), labels


def class_by_class(features, labels, train_indices, rng):
    count = {c: int(np.sum(labels[train_indices] == c)) for c in set(labels[train_indices].tolist())}
    rows = []
    for c in sorted(count):
        own = train_indices[labels[train_indices] == c]
        rows += [*own, *own[(rng.random(max(count.values()) - count[c]) * len(own)).astype(int)]]
    return features[rows], labels[rows]


def as_named_tuple(features, labels, train_indices, rng):
    return Rows(*by_choice(features, labels, train_indices, rng))


class Rows(NamedTuple):
    features: np.ndarray
    labels: np.ndarray


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
        without_replacement,
        drawn_anew,
        nothing_drawn,
        extra_rows_alone,
        from_the_whole_table,
        as_many_as_in_the_whole_table,
        as_many_more,
        everything,
        positions_mixed_up,
        cut_down,
        one_label_for_all,
        drawn_separately,
        between_two_rows,
    ),
    spellings=(
        by_choice,
        by_integers,
        by_lists,
        as_lists,
        shuffled_at_the_end,
        by_scikit_learn,
        in_single_precision,
        class_by_class,
        as_named_tuple,
    ),
    hints=(
        "Work with positions: all of `train_indices`, then the extra ones of each class. Index features and labels "
        "once, at the end.",
        "`np.unique(labels[train_indices], return_counts=True)` gives the classes and their sizes; each lacks "
        "`sizes.max() - size` rows.",
        "`rng.choice(rows, count)` draws with replacement. `rows` are the positions of that class among the train "
        "rows.",
    ),
)
