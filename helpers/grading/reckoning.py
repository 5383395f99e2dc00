"""From marks to what counts: late work, excuses, weights, what is dropped, letters; each with the reason in words."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from fractions import Fraction

from .class_file import ClassFile, Counted
from .collecting.arrivals import FILE_TIME, Arrival

_DAY = timedelta(days=1)
_CALLED_LATE = "The system in which it was handed in calls it late and does not say by how much"


@dataclass(frozen=True)
class Lateness:
    """What a paper loses for being late, and why in a sentence; also one that was late and loses nothing."""

    deduction: float = 0.0
    days: int = 0
    why: str = ""


ON_TIME = Lateness()


@dataclass(frozen=True)
class Line:
    """One lecture in a student's total. `counts` says how: "", "dropped", "excused", "extra credit", "no weight"."""

    lecture: str
    points: float
    worth: float
    weight: float
    counts: str = ""

    @property
    def share(self) -> Fraction:
        return _exact(self.points) / _exact(self.worth) if self.worth else Fraction(0)


@dataclass(frozen=True)
class Total:
    """What a student has altogether. `percent` is rounded as the class file says; None if nothing counts yet."""

    points: float
    max_points: float
    percent: float | None
    letter: str
    lines: tuple[Line, ...]
    why: tuple[str, ...]


def lateness(class_: ClassFile, student: str, lecture: str, arrival: Arrival, points: float, worth: float) -> Lateness:
    """What late work of `points` of `worth` points loses under the rules of a class."""
    due, extended = class_.due(student, lecture)
    policy = class_.late
    time = arrival.time if arrival.is_certain or policy.file_times else None
    if due is None:
        if not arrival.late:
            return ON_TIME
        return _loses(
            class_, policy.days_if_unknown, points, worth, "The system calls it late; course.toml has no date."
        )
    if arrival.late and not arrival.is_certain:
        if extended:
            return Lateness(why=f"{_CALLED_LATE}. You have until {_said(due)}, so nothing is taken off.")
        days = policy.days_if_unknown
        return _loses(class_, days, points, worth, f"{_CALLED_LATE}; it is taken for {_days(days)}.")
    if time is None or time - due <= policy.grace:
        return ON_TIME
    days = max(1, math.ceil((_on_the_clock(time, class_.zone) - _on_the_clock(due, class_.zone)) / _DAY))
    source = "the file's own time says so, no system tells" if arrival.time_from == FILE_TIME else arrival.time_from
    own = ", with the extension" if extended else ""
    return _loses(
        class_,
        days,
        points,
        worth,
        f"Late by {_days(days)}: in at {_said(time.astimezone(due.tzinfo))} ({source}), due {_said(due)}{own}.",
    )


def _on_the_clock(moment: datetime, zone: tzinfo | None) -> datetime:
    """What a clock on the wall shows: a day late is until the same time of the next day, also if clocks change."""
    return moment.astimezone(zone).replace(tzinfo=None)


def _loses(class_: ClassFile, days: int, points: float, worth: float, why: str) -> Lateness:
    policy = class_.late
    if policy.last_day is not None and days > policy.last_day:
        taken = points
        why += f" After {_days(policy.last_day)} nothing counts."
    else:
        a_day = policy.points_a_day or worth * policy.percent_a_day / 100
        taken = min(days * a_day, worth * policy.most_percent / 100, points)
        if not taken and not a_day:
            why += " Nothing is taken off."
    taken = round(max(taken, 0.0), 6)
    if taken:
        why += f" {points:g} points were reached, {taken:g} are taken off, {round(points - taken, 6):g} count."
    return Lateness(taken, days, why)


def total(class_: ClassFile, student: str, marks: Sequence[tuple[str, float, float]]) -> Total:
    """The total of a student from (lecture, points after what late work lost, the lecture's own maximum)."""
    lines = []
    for lecture, points, own_max in marks:
        counted = class_.lectures.get(lecture)
        if class_.lectures and counted is None:
            continue  # the file says which lectures count
        counted = counted or Counted(own_max, own_max)
        scaled = points * counted.points / own_max if own_max else 0.0
        how = "excused" if class_.excused(student, lecture) else "extra credit" if counted.extra_credit else ""
        lines.append(Line(lecture, round(scaled, 6), counted.points, counted.weight, how))
    lines = _with_dropped(lines, class_.drop_lowest)
    counting = [line for line in lines if not line.counts]
    extra = [line for line in lines if line.counts == "extra credit"]
    points = round(sum(line.points for line in (*counting, *extra)), 6)
    most = round(sum(line.worth for line in counting), 6)
    weights = sum((_exact(line.weight) for line in counting), Fraction(0))
    percent = None
    if weights:
        reached = sum((_exact(line.weight) * line.share for line in (*counting, *extra)), Fraction(0))
        percent = rounded(100 * reached / weights, class_.round_to, class_.rounding)
    letter = "" if percent is None else next((name for name, least in class_.letters if percent >= least), "")
    return Total(points, most, percent, letter, tuple(lines), tuple(_reasons(class_, lines, percent, letter)))


def rounded(value: Fraction, step: float | None, mode: str) -> float:
    """A number on the grid of `step`, "half up", "up" or "down"; as it is without a step."""
    if not step:
        return float(value)
    steps = value / _exact(step)
    whole = {"up": math.ceil(steps), "down": math.floor(steps)}.get(mode, math.floor(steps + Fraction(1, 2)))
    return float(whole * _exact(step))


def _with_dropped(lines: list[Line], how_many: int) -> list[Line]:
    """The lowest shares leave the total; at least one lecture stays."""
    candidates = [line for line in lines if not line.counts and line.weight]
    lowest = sorted(candidates, key=lambda line: (line.share, line.weight))[
        : max(0, min(how_many, len(candidates) - 1))
    ]
    return [Line(l.lecture, l.points, l.worth, l.weight, "dropped") if l in lowest else l for l in lines]  # noqa: E741


def _reasons(class_: ClassFile, lines: list[Line], percent: float | None, letter: str):
    for line in lines:
        if line.counts == "dropped":
            yield f"{line.lecture} is dropped: it is the lowest."
        elif line.counts == "excused":
            yield f"{line.lecture} is excused and does not count."
        elif line.counts == "extra credit":
            yield f"{line.lecture} is extra credit: it adds and takes nothing away."
    counting = [line for line in lines if not line.counts]
    if percent is not None and len({line.weight / line.worth for line in counting if line.worth}) > 1:
        parts = " + ".join(f"{float(100 * line.share):.4g} % × {line.weight:g}" for line in counting)
        yield f"Weighed: ({parts}) / {sum(line.weight for line in counting):g}."
    if class_.round_to and percent is not None:
        yield f"Rounded {class_.rounding} to steps of {class_.round_to:g}."
    if letter:
        least = dict(class_.letters)[letter]
        yield f"{letter} is given from {least:g} %."


def _exact(number: float) -> Fraction:
    """The decimal number that a person wrote, and not its binary neighbor."""
    return Fraction(repr(float(number)))


def _days(days: int) -> str:
    return "1 day" if days == 1 else f"{days} days"


def _said(moment: datetime) -> str:
    seconds = ":%S" if moment.second else ""  # else 23:59 would look late after 23:59
    return moment.strftime(f"%Y-%m-%d %H:%M{seconds} %Z").strip()
