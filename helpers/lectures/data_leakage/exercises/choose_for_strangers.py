"""Exercise `choose_for_strangers`: choose columns and a number of neighbors, judged by the error for new patients.

It is open: how the choice is made is for whoever answers to decide. What a random split recommends is the baseline; it
is bad, because twins and other stays of the same patient are on both sides of it.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from helpers.judging.compare import Difference
from helpers.judging.exercise import Exercise, Part, call, mistake

from .messages import LECTURE, MASKS
from .returned import arrays_like

SECTION = "12. Close the leaks"
PEOPLE, STAYS, TWINS = 110, 3, 0.3  # patients, the stays of each, and the share of stays that were typed in twice
OWN, ILLNESS, LATE = 8, 3, 8  # columns that hardly change within a patient, that show how ill one is, that come later
NEW_PEOPLE, AT_THE_DOOR = 200, 40
_TWO = (np.zeros(0, int), np.zeros((), int))


@dataclass(frozen=True)
class Hospital:
    """A table of stays, and new patients as they are at the door: what is filled in later holds 0."""

    features: np.ndarray
    scores: np.ndarray
    fresh: np.ndarray
    truth: np.ndarray
    kinds: np.ndarray  # of the columns: "own", "illness" or "late"


@lru_cache(maxsize=64)
def _hospital(patients: bytes) -> Hospital:
    """All that belongs to a column of patients: whoever judges an answer can draw it again from the call."""
    rng = np.random.default_rng(zlib.crc32(patients))
    order, weight = rng.permutation(OWN + ILLNESS + LATE), rng.uniform(2.5, 4)
    _, place = np.unique(np.frombuffer(patients, dtype=np.int64), return_inverse=True)
    stays = _stays(rng, np.repeat(np.arange(PEOPLE), STAYS), weight)
    rows = np.zeros(len(place), dtype=int)
    for person in range(PEOPLE):  # the stays of a patient in turn; from the fourth row on, they are typed in again
        mine = np.flatnonzero(place == person)
        rows[mine] = STAYS * person + np.arange(len(mine)) % STAYS
    features = stays[0][rows] * (1 + 0.001 * rng.normal(size=(len(rows), len(order))))
    fresh, truth = _stays(rng, np.repeat(np.arange(NEW_PEOPLE), STAYS), weight)
    fresh[:, OWN + ILLNESS :] = 0.0
    kinds = np.repeat(["own", "illness", "late"], [OWN, ILLNESS, LATE])
    return Hospital(features[:, order], stays[1][rows], fresh[:, order], truth, kinds[order])


def _stays(rng, people, weight):
    """Features and scores by stay. Whoever is frail has high scores, and no column says who is frail."""
    count = len(people)
    own, frailty = rng.normal(size=(people.max() + 1, OWN))[people], rng.normal(size=people.max() + 1)[people]
    illness = rng.normal(size=count)
    scores = 10 + weight * illness + 2 * frailty + 0.3 * rng.normal(size=count)
    seen = illness[:, None] + 0.5 * rng.normal(size=(count, ILLNESS))
    late = scores[:, None] * np.exp(0.1 * rng.normal(size=(count, LATE)))
    return np.hstack([5 + own + 0.05 * rng.normal(size=own.shape), 5 + seen, late]), scores


def hospital_of(one) -> Hospital:
    return _hospital(np.ascontiguousarray(one.arguments[2], dtype=np.int64).tobytes())


def table(rng):
    again = rng.permutation(PEOPLE)[: round(TWINS * PEOPLE)]
    people = np.concatenate([np.repeat(np.arange(PEOPLE), STAYS), np.repeat(again, STAYS)])
    patients = np.sort(rng.permutation(9000)[:PEOPLE] + 1000)[rng.permutation(people)]
    drawn = _hospital(patients.astype(np.int64).tobytes())
    return call(drawn.features, drawn.scores, patients, drawn.fresh[:: len(drawn.fresh) // AT_THE_DOOR])


def cases(rng):
    return [table(rng) for _ in range(3)]


def worth(one, columns, neighbors):
    """The root mean squared error for new patients of the mean over so many neighbors, after standardizing."""
    drawn = hospital_of(one)
    mean, std = drawn.features[:, columns].mean(axis=0), drawn.features[:, columns].std(axis=0)
    train, rows = (drawn.features[:, columns] - mean) / std, (drawn.fresh[:, columns] - mean) / std
    apart = (train**2).sum(axis=1) - 2 * rows @ train.T  # but for what is the same for all training rows
    nearest = np.argpartition(apart, neighbors - 1, axis=1)[:, :neighbors]
    return float(np.sqrt(np.mean((drawn.scores[nearest].mean(axis=1) - drawn.truth) ** 2)))


def read(one, value):
    """Columns and number of neighbors of an answer, or what keeps them from being used."""
    arrays = arrays_like(_TWO, value)
    if isinstance(arrays, Difference):
        return arrays
    columns, neighbors = arrays[0], int(arrays[1])
    count, width = one.arguments[0].shape
    if not len(columns) or columns.min() < 0 or columns.max() >= width or len(np.unique(columns)) < len(columns):
        return Difference("value", f"Columns are numbers from 0 to {width - 1}, at least one, each at most once.")
    if not 1 <= neighbors <= count:
        return Difference("value", f"The number of neighbors lies between 1 and the number of stays, here {count}.")
    return columns, neighbors


def standards(one):
    """The errors of what a random split recommends (or of the mean, if that is smaller) and of the best choice known.

    A random split likes one neighbor in all columns that are known in time: the nearest stay is a twin.
    """
    kinds, everybody = hospital_of(one).kinds, len(one.arguments[0])
    illness = np.flatnonzero(kinds == "illness")
    plain = min(worth(one, np.flatnonzero(kinds != "late"), 1), worth(one, illness, everybody))
    return plain, worth(one, illness, 20)


def within(share):
    """The judge of a part: how much of the way from the best error known to the plain one may be left."""

    def judge(one, value, before=None):
        choice = read(one, value)
        if isinstance(choice, Difference):
            return choice
        plain, best = standards(one)
        found, allowed = worth(one, *choice), best + share * (plain - best)
        if found <= allowed:
            return None
        return Difference(
            "value",
            f"For new patients the error of this choice is {found:.2f}; at most {allowed:.2f} is asked for. What a "
            f"random split recommends has {plain:.2f}, the best choice known {best:.2f}.",
        )

    judge.any_shape = True
    return judge


def oracle(features, scores, patients, at_the_door):
    """The three columns known at the door that go best with the scores; the others only say who it is."""
    strength = np.abs(np.corrcoef(features.T, scores)[-1, :-1]) * (np.ptp(at_the_door, axis=0) > 0)
    return np.sort(np.argsort(strength)[-ILLNESS:]), 20


# How the wrong ones are recognized.


def recognized(test):
    """The judge of a mistake, by the kinds of the chosen columns and the number of neighbors."""

    def judge(one, value, before=None):
        choice = read(one, value)
        is_it = not isinstance(choice, Difference) and test(set(hospital_of(one).kinds[choice[0]]), choice[1], one)
        return None if is_it else Difference("value", "It is another choice.")

    judge.any_shape = True
    return judge


@mistake(
    "A column is among them that is filled in later: at the door it holds 0 for everybody. Compare the columns of "
    "`features` with those of `at_the_door`.",
    recognized(lambda kinds, neighbors, one: "late" in kinds),
)
def with_late_columns(features, scores, patients, at_the_door):
    return np.arange(features.shape[1]), 20


@mistake(
    "This is what a random split recommends: one neighbor in many columns. It finds the twin of a stay, or another "
    "stay of the same patient, and a new patient has neither. Keep the patients of the folds apart.",
    recognized(lambda kinds, neighbors, one: neighbors == 1 and kinds == {"own", "illness"}),
)
def by_random_split(features, scores, patients, at_the_door):
    return np.flatnonzero(at_the_door.std(axis=0) > 0), 1


@mistake(
    "These columns hardly change from stay to stay of one patient. They say who somebody is, and you ask about people "
    "whom nobody has seen.",
    recognized(lambda kinds, neighbors, one: kinds == {"own"}),
)
def who_it_is(features, scores, patients, at_the_door):
    known = np.flatnonzero(at_the_door.std(axis=0) > 0)
    return np.setdiff1d(known, oracle(features, scores, patients, at_the_door)[0]), 5


@mistake(
    "The columns are good. A single neighbor repeats the luck of one stay: try more neighbors, in folds that keep "
    "patients apart.",
    recognized(lambda kinds, neighbors, one: neighbors == 1 and kinds == {"illness"}),
)
def single_neighbor(features, scores, patients, at_the_door):
    return oracle(features, scores, patients, at_the_door)[0], 1


@mistake(
    "With all stays as neighbors everybody gets the same number, the mean. Fewer neighbors can tell patients apart.",
    recognized(lambda kinds, neighbors, one: "late" not in kinds and neighbors >= 0.9 * len(one.arguments[0])),
)
def everybody(features, scores, patients, at_the_door):
    return oracle(features, scores, patients, at_the_door)[0], len(scores)


def _swapped(one, value, before=None):
    swapped = isinstance(value, tuple | list) and len(value) == 2 and np.ndim(value[0]) == 0 and np.ndim(value[1]) == 1
    return None if swapped else Difference("value", "It is another choice.")


@mistake("The order is columns first, then the number of neighbors.", _swapped)
def neighbors_first(features, scores, patients, at_the_door):
    return oracle(features, scores, patients, at_the_door)[::-1]


def _masks(one, value, before=None):
    masks = isinstance(value, tuple | list) and len(value) == 2 and np.asarray(value[0]).dtype == bool
    return None if masks else Difference("type", "These are no masks.")


@mistake(MASKS, _masks)
def as_a_mask(features, scores, patients, at_the_door):
    columns, neighbors = oracle(features, scores, patients, at_the_door)
    return np.isin(np.arange(features.shape[1]), columns), neighbors


# Right ones.


def by_what_varies(features, scores, patients, at_the_door):
    """No search: keep what is filled in at the door and differs between stays of one patient, and average over many."""
    columns = []
    for j in range(features.shape[1]):
        spread = [features[patients == patient, j].std() for patient in np.unique(patients)]
        if at_the_door[:, j].std() > 0 and np.mean(spread) > 0.3 * features[:, j].std():
            columns.append(j)
    return np.array(columns), 30


def by_folds_of_patients(features, scores, patients, at_the_door):
    """Try several numbers of columns (those with the highest correlation) and of neighbors, in folds of patients."""
    known = np.flatnonzero(np.ptp(at_the_door, axis=0) > 0)
    fold = np.searchsorted(np.unique(patients), patients) % 4
    errors = {}
    for train, test in ((fold != i, fold == i) for i in range(4)):
        x, y, z = features[train][:, known], scores[train], features[test][:, known]
        order = np.argsort(-np.abs(np.corrcoef(x.T, y)[-1, :-1]))
        x, z = x / x.std(axis=0), z / x.std(axis=0)
        for count in (1, 3, len(known)):
            apart = ((z[:, None, order[:count]] - x[None, :, order[:count]]) ** 2).sum(axis=2)
            nearest = np.argsort(apart, axis=1)
            for neighbors in (1, 10, 25):
                squares = (y[nearest[:, :neighbors]].mean(axis=1) - scores[test]) ** 2
                errors[count, neighbors] = errors.get((count, neighbors), 0.0) + squares.sum()
    count, neighbors = min(errors, key=errors.get)
    order = np.argsort(-np.abs(np.corrcoef(features[:, known].T, scores)[-1, :-1]))
    return known[order[:count]], neighbors


def two_columns(features, scores, patients, at_the_door):
    return oracle(features, scores, patients, at_the_door)[0][:2], 30


def as_a_list(features, scores, patients, at_the_door):
    columns, neighbors = oracle(features, scores, patients, at_the_door)
    return [columns.tolist(), neighbors]


def backwards(features, scores, patients, at_the_door):
    return oracle(features, scores, patients, at_the_door)[0][::-1].astype(np.int32), np.int64(25)


CHOOSE_FOR_STRANGERS = Exercise(
    name="choose_for_strangers",
    judged_on_hidden=True,
    lecture=LECTURE,
    section=SECTION,
    minutes=15,
    difficulty=3,
    parts=(
        Part("better than a random split", 2, cases, judge=within(0.55)),
        Part("near the best choice known", 2, cases, judge=within(0.35)),
    ),
    oracle=oracle,
    mistakes=(
        with_late_columns,
        by_random_split,
        who_it_is,
        single_neighbor,
        everybody,
        neighbors_first,
        as_a_mask,
    ),
    spellings=(by_folds_of_patients, by_what_varies, two_columns, as_a_list, backwards),
    open_ended=True,
    hints=(
        "Which columns hold nothing but 0 in `at_the_door`? Whoever uses them is lost with a new patient.",
        "Compare choices in folds of patients (section 8), with everything that is fitted inside the folds. Try few "
        "columns and many: which of them tell how ill somebody is, and which only who it is?",
        "`GridSearchCV` around a pipeline of `StandardScaler`, `SelectKBest(f_regression)` and "
        "`KNeighborsRegressor`, with `cv=GroupKFold(3)` and the patients as `groups`, does all of it.",
    ),
)
