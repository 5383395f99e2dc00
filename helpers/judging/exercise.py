"""An exercise, declared once: inputs, oracle, parts with points, known mistakes, right spellings, hints."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from helpers.sandbox.observe import Call, Observation
from helpers.sandbox.recipes import Named, Seeded  # noqa: F401 - exercises write calls with them

PUBLIC_SEED = 0
_declared: set[str] = set()
UNTOUCHED = "inputs untouched"


def call(*arguments, **keywords) -> Call:
    """One call of the exercise's function, written as it would be made."""
    return Call(arguments, keywords)


@dataclass(frozen=True)
class Part:
    """A share of an exercise's points, earned when every one of its calls is answered rightly.

    `cases(rng)` returns the calls; what it draws from `rng` is the same for every learner and new for each grading.
    With `no_overflow` a right value that came with an overflow warning does not count. Values that are random are held
    against the oracle's in type and shape only; what they hold is judged by `judge(call, value, before)`, which returns
    a Difference or None; a judge with an attribute `any_shape` judges shapes as well, one with `any_type` types.
    `before` is the call before this one in the part with its value, or None.
    """

    name: str
    points: int
    cases: Callable[[np.random.Generator], list[Call]]
    no_overflow: bool = False
    judge: Callable | None = None


@dataclass(frozen=True)
class Mistake:
    """A wrong implementation that people really write, and what to tell them.

    Where values are random, an answer is this mistake if `judge` finds nothing wrong with what it drew; without one,
    that of the part judges.
    """

    function: Callable
    message: str
    judge: Callable | None = None
    # What it does on the public calls, where that was written down: in a hand-out there is no function.
    replies: Sequence[Observation] | None = field(default=None, compare=False)

    @property
    def name(self) -> str:
        return self.function.__name__


def mistake(message: str, judge: Callable | None = None) -> Callable[[Callable], Mistake]:
    """Declare the function below as a mistake: `@mistake("What happened, and what to do.")`."""
    return lambda function: Mistake(function, message, judge)


@dataclass(frozen=True)
class Tolerance:
    """Two floats agree when |got - expected| <= absolute + relative * |expected|."""

    relative: float = 1e-6
    absolute: float = 1e-9
    # For answers in single precision, whose rounding the formulas of a lecture magnify.
    relative_single: float = 1e-4
    absolute_single: float = 1e-5

    def for_precision_of(self, values: Iterable) -> Tolerance:
        """This tolerance, or that of single precision if any of the `values`, inputs or parts of a result, is in it."""
        if not any(isinstance(value, np.ndarray) and value.dtype == np.float32 for value in values):
            return self
        # What was computed in single precision stays so, even if it is handed back as float64.
        return replace(self, relative=self.relative_single, absolute=self.absolute_single)


@dataclass(frozen=True)
class Trial:
    """One call of one part. A public one uses the fixed seed, so its input may be shown."""

    part: str
    call: Call
    public: bool
    no_overflow: bool = False
    judge: Callable | None = None


@dataclass(frozen=True)
class Choice:
    """Another thing that an exercise may ask of somebody: another constant or convention than the course's own.

    `name` says in a few words what is asked, for whoever is asked and for others: *right for `name`*. `texts` are
    pieces of the task and the stub, each of which stands there once, and what stands in their place; `code` are pieces
    of the file of the exercise, its sentences and hints included. Where a right result follows from one of the course,
    `changed(result, *arguments)` makes it. `answer` are pieces of the lecture's own answer, which is proved to be right
    for the choice too; without it, that is changed as all others. The mistakes `without` are none here.
    """

    name: str
    texts: Mapping[str, str] = field(default_factory=dict)
    code: Mapping[str, str] = field(default_factory=dict)
    changed: Callable | None = None
    answer: Mapping[str, str] = field(default_factory=dict)
    without: tuple[str, ...] = ()


def by_default(own: str, *others: str, **more) -> tuple[Choice, ...]:
    """Choices of another default for an argument: `by_default("alpha=0.01", "0.02", "0.05")`.

    `more` are what `Choice` takes, for all of them; pieces of text may hold `{}`, where the other default goes.
    """
    name = own.partition("=")[0]
    texts, code = ({own: f"{name}={{}}"} | dict(more.pop(key, {})) for key in ("texts", "code"))

    def choice(other: str) -> Choice:
        told = [{piece: new.format(other) for piece, new in pieces.items()} for pieces in (texts, code)]
        return Choice(f"{name} = {other} by default", *told, **more)

    return tuple(map(choice, others))


def in_order(*places: int) -> Callable:
    """What `Choice.changed` takes, for a result of several things that are asked for in another order."""

    def changed(result, *arguments, **keywords):
        whole = np.iterable(result) and len(result) == len(places)
        return tuple(result[place] for place in places) if whole else result

    return changed


def in_proportion(factor: float) -> Callable:
    """What `Choice.changed` takes, for a result in another unit."""

    def changed(result, *arguments, **keywords):
        if isinstance(result, int | float) or result is None:
            return None if result is None else factor * result
        return np.multiply(factor, result)

    return changed


@dataclass(frozen=True, eq=False)
class Exercise:
    """An exercise whose answer is a function of this `name`.

    `oracle` computes the expected value (or raises the expected exception) by other means than the solution.
    `section` is the heading of the lecture to read again. `equivalent_mutants` explains, by its description, each
    generic mutant of the solution that no input can tell from the original.
    """

    name: str
    lecture: str
    section: str
    minutes: int
    difficulty: int  # 1 to 3
    parts: tuple[Part, ...]
    oracle: Callable
    mistakes: tuple[Mistake, ...]
    spellings: tuple[Callable, ...]
    hints: tuple[str, ...]
    untouched_points: int = 1
    tolerance: Tolerance = Tolerance()
    equivalent_mutants: dict[str, str] = field(default_factory=dict)
    # Many answers are right, and parts ask how far one gets: a changed solution that earns all points is one of them.
    open_ended: bool = False
    # The answer builds a model; the oracle returns a `networks.Network`, and judges of parts and mistakes get one.
    uses_keras: bool = False
    # The judge knows data that no answer may see, and would tell them to whoever reads it: it is in no hand-out.
    judged_on_hidden: bool = False
    # In a hand-out, which holds what is public and draws nothing: the parts whose inputs are new in every grading.
    new_inputs: frozenset[str] | None = None
    # Only whether it runs, and the type and shape of its results, may be told before it is marked: in an exam.
    outline: bool = False
    # What it may ask of somebody in its place (`helpers.judging.choices`), and of an exercise that does, which it is.
    choices: tuple[Choice, ...] = ()
    choice: Choice | None = None
    # In a hand-out, which holds no choices: the exercises that they make, by the name of the choice.
    variants: Mapping[str, Exercise] = field(default_factory=dict)

    def __post_init__(self):
        _declared.add(self.name)

    @property
    def points_by_part(self) -> dict[str, int]:
        return {part.name: part.points for part in self.parts} | {UNTOUCHED: self.untouched_points}

    @property
    def points(self) -> int:
        return sum(self.points_by_part.values())

    @cached_property
    def public_trials(self) -> list[Trial]:
        return self._trials(PUBLIC_SEED, public=True)

    def fresh_trials(self, seed: int) -> list[Trial]:
        """The public trials, then those of a grading with this seed."""
        return self.public_trials + self.new_trials(seed)

    def new_trials(self, seed: int) -> list[Trial]:
        """Those of a grading with this seed which `check` does not know."""
        return self._trials(seed, public=False)

    def _trials(self, seed: int, public: bool) -> list[Trial]:
        trials = []
        for part in self.parts:
            # crc32 and not hash(): the same inputs in every process.
            # With `public` among the seeds, no grading draws the public inputs a second time.
            rng = np.random.default_rng([public, seed, zlib.crc32(f"{self.name}/{part.name}".encode())])
            trials += [Trial(part.name, call, public, part.no_overflow, part.judge) for call in part.cases(rng)]
        return trials


def is_declared(name: str) -> bool:
    """Whether an exercise of this name has been declared in this process."""
    return name in _declared


@dataclass(frozen=True, eq=False)
class Question:
    """A concept question: the answer is one letter, and every letter has a sentence of its own.

    `why_right` says why the right letter is right; it is shown with it. In a hand-out the `answer` is "": nothing
    there can tell the letter.
    """

    name: str
    lecture: str
    section: str
    minutes: int
    difficulty: int
    answer: str
    why_wrong: dict[str, str]
    why_right: str = ""
    hints: tuple[str, ...] = ()
    points: int = 2

    @property
    def points_by_part(self) -> dict[str, int]:
        return {"answer": self.points}


@dataclass(frozen=True)
class Criterion:
    """A row of a rubric: what a person looks at, for how many points, and what earns all of them."""

    name: str
    points: int
    full: str = ""


TAKEN_COLUMNS = ("answer", "lecture", "exercise", "comment")  # of the table to mark by, beside the criteria


@dataclass(frozen=True, eq=False)
class Free:
    """An exercise that a person marks: a text, a plot, a project. Its answer is a cell of its own (`answers: name`).

    The rubric is shown to learners with the exercise and to whoever marks; `comments` are sentences to choose from.
    """

    name: str
    lecture: str
    section: str
    minutes: int
    difficulty: int
    rubric: tuple[Criterion, ...]
    comments: tuple[str, ...] = ()
    hints: tuple[str, ...] = ()

    def __post_init__(self):
        names = [criterion.name.lower() for criterion in self.rubric]
        for name in names:
            if name in TAKEN_COLUMNS or names.count(name) > 1:
                raise ValueError(
                    f"{self.name}: the table to mark by has a column {name!r} already; rename the criterion"
                )

    @property
    def points_by_part(self) -> dict[str, int]:
        return {criterion.name: criterion.points for criterion in self.rubric}

    @property
    def points(self) -> int:
        return sum(self.points_by_part.values())
