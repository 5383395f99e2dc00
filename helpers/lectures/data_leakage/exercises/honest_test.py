"""Exercise `honest_test`: find and close the leaks of a table, so that its report is what fresh stays will give.

It is open: which rows are left out, and how many, is for whoever answers to decide. It is judged by what it achieves.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from helpers.judging.compare import Difference
from helpers.judging.exercise import Exercise, Part, call, mistake

from .messages import LECTURE, MASKS
from .returned import arrays_like
from .ward import ADMISSION, CUTOFF, KNOWN_AT, area_under_curve, draw_ward, fresh_stays, neighbors_report

SECTION = "12. Close the leaks"
_THREE = (np.zeros(0, int), np.zeros(0, int), np.zeros(0, int))
ENOUGH = 0.6  # of the rows that could have been used
SCORED = 600  # rows of test and fresh rows, to say what an answer achieves
PEOPLE = 350


@dataclass(frozen=True)
class Found:
    """What an answer does: the judge of a part looks at one of these, that of a mistake at all."""

    columns: str  # "in time", "late" or "few"
    people: str  # "apart" or "on both sides"
    time: str  # "cut" or "mixed"
    amount: str  # "enough" or "few"


RIGHT = Found("in time", "apart", "cut", "enough")
_SENTENCES = {
    ("columns", "late"): "A column is among them that nobody knows yet at `predict_at`.",
    ("columns", "few"): "A column that is known in time has been left out.",
    ("people", "on both sides"): "A patient has stays in train and in test.",
    ("time", "mixed"): "Train should hold stays before the cutoff only, and test stays from the cutoff on.",
    ("amount", "few"): "Rows were left out without need: far more of them could be in train or in test.",
}


def looked_at(call, value) -> Found | Difference:
    """What the three arrays of an answer do, or what keeps them from being read."""
    patients, days, known_at, predict_at, cutoff = call.arguments[2:]
    arrays = arrays_like(_THREE, value)
    if isinstance(arrays, Difference):
        return arrays
    columns, train, test = arrays
    for indices, limit, name in (
        (columns, len(known_at), "columns"),
        (train, len(days), "rows"),
        (test, len(days), "rows"),
    ):
        if len(indices) and (indices.min() < 0 or indices.max() >= limit):
            return Difference("value", f"There are no such {name}: indices go from 0 to {limit - 1}.")
        if len(np.unique(indices)) < len(indices):
            return Difference("value", f"The same index stands among the {name} twice.")
    if np.isin(test, train).any():
        return Difference("value", "The same row is in train and in test.")
    in_time = np.flatnonzero(known_at <= predict_at)
    early = days < cutoff
    later_people = ~early & ~np.isin(patients, patients[early])
    return Found(
        "late" if not np.isin(columns, in_time).all() else "in time" if len(columns) == len(in_time) else "few",
        "on both sides" if np.isin(patients[test], patients[train]).any() else "apart",
        "cut" if early[train].all() and not early[test].any() else "mixed",
        "enough" if len(train) >= ENOUGH * early.sum() and len(test) >= ENOUGH * later_people.sum() else "few",
    )


@dataclass(frozen=True)
class Closes:
    """The judge of one part: whether this leak is closed."""

    leak: str
    any_shape = True

    def __call__(self, call, value, before=None):
        found = looked_at(call, value)
        if isinstance(found, Difference):
            return found
        state = getattr(found, self.leak)
        return None if state == getattr(RIGHT, self.leak) else Difference("value", _SENTENCES[self.leak, state])


@dataclass(frozen=True)
class Does:
    """The judge of a mistake: whether an answer does just this."""

    found: Found
    any_shape = True

    def __call__(self, call, value, before=None):
        return None if looked_at(call, value) == self.found else Difference("value", "It does something else.")


def report_is_honest(call, value, before=None):
    """The judge of the last part: every leak is closed. If one is not, it says what test reports and what is true."""
    found = looked_at(call, value)
    if isinstance(found, Difference) or found == RIGHT:
        return found if isinstance(found, Difference) else None
    leak = next(
        name for name in ("columns", "people", "time", "amount") if getattr(found, name) != getattr(RIGHT, name)
    )
    sentence = _SENTENCES[leak, getattr(found, leak)]
    columns, train, test = (np.asarray(item, dtype=int) for item in value)
    if len(columns) and len(train) and len(np.unique(call.arguments[1][test])) == 2:
        reported, honest = scores(call, columns, train, test)
        sentence = f"Test reports {reported:.2f}, and fresh stays of new patients give {honest:.2f}. {sentence}"
    return Difference("value", sentence)


def scores(call, columns, train, test):
    """What a model that remembers rows reports with a choice of columns and rows, and what it scores on fresh stays."""
    features, labels = call.arguments[:2]
    fresh, truth = fresh_stays(features)
    return [
        area_under_curve(answers, neighbors_report(features[train][:, columns], labels[train], rows[:, columns]))
        for rows, answers in ((features[test][:SCORED], labels[test][:SCORED]), (fresh[:SCORED], truth[:SCORED]))
    ]


report_is_honest.any_shape = True


def table(rng, people=PEOPLE):
    ward = draw_ward(int(rng.integers(2**31)), people)
    order = rng.permutation(len(KNOWN_AT))
    return call(ward.features[:, order], ward.labels, ward.patients, ward.days, KNOWN_AT[order], ADMISSION, CUTOFF)


def small(rng):
    """So many people that some surely come before and after the cutoff: about one in eleven does."""
    return [table(rng, 250), table(rng, 300)]


def large(rng):
    return [table(rng), table(rng)]


def oracle(features, labels, patients, days, known_at, predict_at, cutoff):
    before = {patient for patient, day in zip(patients.tolist(), days.tolist(), strict=True) if day < cutoff}
    columns = [i for i, moment in enumerate(known_at.tolist()) if moment <= predict_at]
    train = [i for i, day in enumerate(days.tolist()) if day < cutoff]
    test = [i for i, day in enumerate(days.tolist()) if day >= cutoff and patients[i] not in before]
    return tuple(np.array(indices, dtype=int) for indices in (columns, train, test))


def parts_of(patients, days, known_at, predict_at, cutoff):
    """The columns known in time, the early rows, the later rows, the later rows of new patients."""
    early = days < cutoff
    new = ~early & ~np.isin(patients, patients[early])
    return [np.flatnonzero(mask) for mask in (known_at <= predict_at, early, ~early, new)]


@mistake(
    "Many patients have stays before and after the cutoff, and their later stays are in test. The model recognizes "
    "them. Leave these rows out of test.",
    Does(Found("in time", "on both sides", "cut", "enough")),
)
def cut_by_time_alone(features, labels, patients, days, known_at, predict_at, cutoff):
    columns, early, later, _ = parts_of(patients, days, known_at, predict_at, cutoff)
    return columns, early, later


@mistake(
    "The patients are apart, but the cutoff is not kept: train holds stays from the cutoff on, or test holds earlier "
    "ones. Train is what comes strictly before it.",
    Does(Found("in time", "apart", "mixed", "enough")),
)
def split_by_patient_alone(features, labels, patients, days, known_at, predict_at, cutoff):
    columns = parts_of(patients, days, known_at, predict_at, cutoff)[0]
    names = np.unique(patients)
    is_test = np.isin(patients, names[::3])
    return columns, np.flatnonzero(~is_test), np.flatnonzero(is_test)


@mistake(
    "The rows were split at random: patients, twins and weeks are on both sides. Train is what comes before the "
    "cutoff; test is what comes after it, of patients who are new by then.",
    Does(Found("in time", "on both sides", "mixed", "enough")),
)
def rows_at_random(features, labels, patients, days, known_at, predict_at, cutoff):
    columns = parts_of(patients, days, known_at, predict_at, cutoff)[0]
    rows = np.random.default_rng(0).permutation(len(days))
    return columns, np.sort(rows[len(rows) // 3 :]), np.sort(rows[: len(rows) // 3])


@mistake(
    "The rows are right. Among the columns are some that become known after `predict_at`: compare `known_at` with it.",
    Does(Found("late", "apart", "cut", "enough")),
)
def all_columns(features, labels, patients, days, known_at, predict_at, cutoff):
    _, early, _, new = parts_of(patients, days, known_at, predict_at, cutoff)
    return np.arange(len(known_at)), early, new


@mistake(
    "The rows are right, but a column that is known in time is missing. What becomes known up to `predict_at`, that "
    "moment included, may be used; not only what was known at hour 0.",
    Does(Found("few", "apart", "cut", "enough")),
)
def known_at_the_door(features, labels, patients, days, known_at, predict_at, cutoff):
    _, early, _, new = parts_of(patients, days, known_at, predict_at, cutoff)
    return np.flatnonzero(known_at <= 0), early, new


@mistake(
    "All leaks are closed, but too many rows are gone. Leave out of test only the patients who are in train; train may "
    "hold everything before the cutoff.",
    Does(Found("in time", "apart", "cut", "few")),
)
def one_row_a_patient(features, labels, patients, days, known_at, predict_at, cutoff):
    columns, early, _, new = parts_of(patients, days, known_at, predict_at, cutoff)
    first = np.unique(patients, return_index=True)[1]
    return columns, np.intersect1d(early, first), np.intersect1d(new, first)


def are_masks(call, value, before=None):
    """The judge of the mistake that returns masks."""
    masks = isinstance(value, tuple | list) and len(value) == 3 and all(np.asarray(v).dtype == bool for v in value)
    return None if masks else Difference("type", "These are no masks.")


@mistake(MASKS, are_masks)
def as_masks(features, labels, patients, days, known_at, predict_at, cutoff):
    early = days < cutoff
    return known_at <= predict_at, early, ~early & ~np.isin(patients, patients[early])


def by_masks(features, labels, patients, days, known_at, predict_at, cutoff):
    """What is early is train; what is later is test if its patient is new. Twins share both, so they stay together."""
    early = days < cutoff
    new = ~early & ~np.isin(patients, patients[early])
    return np.flatnonzero(known_at <= predict_at), np.flatnonzero(early), np.flatnonzero(new)


def by_first_day(features, labels, patients, days, known_at, predict_at, cutoff):
    """A patient is new if the first stay is late: the earliest day of each patient decides."""
    names, place = np.unique(patients, return_inverse=True)
    first = np.full(len(names), np.inf)
    np.minimum.at(first, place, days)
    columns = [i for i in range(len(known_at)) if not known_at[i] > predict_at]
    return columns, np.flatnonzero(days < cutoff), np.flatnonzero(first[place] >= cutoff)


def out_of_train(features, labels, patients, days, known_at, predict_at, cutoff):
    late = days >= cutoff
    train = ~late & ~np.isin(patients, patients[late])
    return np.flatnonzero(known_at <= predict_at), np.flatnonzero(train), np.flatnonzero(late)


def without_twins(features, labels, patients, days, known_at, predict_at, cutoff):
    columns, early, _, new = parts_of(patients, days, known_at, predict_at, cutoff)
    seen, single = set(), []
    for i in range(len(days)):
        stay = (patients[i], days[i], *np.round(np.nan_to_num(features[i, :1]), 0))
        if stay not in seen:
            single.append(i)
            seen.add(stay)
    return columns, np.intersect1d(early, single), np.intersect1d(new, single)


def as_lists(features, labels, patients, days, known_at, predict_at, cutoff):
    return [indices.tolist() for indices in by_masks(features, labels, patients, days, known_at, predict_at, cutoff)]


HONEST_TEST = Exercise(
    name="honest_test",
    judged_on_hidden=True,
    lecture=LECTURE,
    section=SECTION,
    minutes=15,
    difficulty=3,
    parts=(
        Part("columns in time", 2, small, judge=Closes("columns")),
        Part("people apart", 1, small, judge=Closes("people")),
        Part("cut by time", 1, small, judge=Closes("time")),
        Part("honest on fresh stays", 3, large, judge=report_is_honest),
    ),
    oracle=oracle,
    mistakes=(
        cut_by_time_alone,
        split_by_patient_alone,
        rows_at_random,
        all_columns,
        known_at_the_door,
        one_row_a_patient,
        as_masks,
    ),
    spellings=(by_masks, by_first_day, out_of_train, without_twins, as_lists),
    hints=(
        "Ask what will be new when the model is used: the patients, the time, and the fields that are still empty.",
        "`early = days < cutoff` is train. Which later rows belong to patients who are not in `patients[early]`?",
        "`known_at <= predict_at` are the columns. Twins have the same patient and the same day, so a split by patient "
        "keeps them together.",
    ),
)
