"""`prepare_table`: columns for a linear model, judged by its error on rows whose targets nobody has seen.

Any preparation is right with which a linear model gets far enough. The baseline is the table as it is, its gaps filled
with the mean of the column; the best known way is that of the course.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from helpers.judging.compare import Difference
from helpers.judging.exercise import Exercise, Part, call, mistake

from .common import LECTURE

ROWS, NEW, DISTRICTS = 240, 160, 5
DISTRICT, INCOME, HOUR, HUMIDITY, TEMPERATURE = range(5)


@dataclass(frozen=True)
class Rentals:
    """Rows and targets to train on, and new ones, which are warmer."""

    train: np.ndarray
    targets: np.ndarray
    new: np.ndarray
    truth: np.ndarray


@lru_cache(maxsize=64)
def _rentals(districts: bytes) -> Rentals:
    """All that belongs to a column of districts: whoever judges an answer can draw it again from the call."""
    rng = np.random.default_rng(zlib.crc32(districts))
    old = np.frombuffer(districts, dtype=np.float64)
    levels, phase = 3 * rng.permutation([-2.0, -1.0, 0.5, 1.0, 2.0]), rng.uniform(0, 24)
    signs = rng.choice([-1, 1], 3)

    def rows(district, warmer):
        count = len(district)
        income, hour = np.exp(rng.normal(3, 0.8, count)), rng.uniform(0, 24, count)
        humidity, temperature = rng.normal(60, 10, count), rng.normal(12 + warmer, 5, count)
        gap = rng.random(count) < 0.3
        targets = (
            40
            + levels[district.astype(int)]
            + 6 * signs[0] * np.log(income)
            + 6 * np.cos(2 * np.pi * (hour - phase) / 24)
            + signs[1] * np.where(gap, 6, 0.3 * (humidity - 60))
            + 0.6 * signs[2] * temperature
            + rng.normal(0, 1.5, count)
        )
        humidity[gap] = np.nan
        return np.stack([district, income, hour, humidity, temperature], axis=1), targets

    return Rentals(*rows(old, 0), *rows(rng.integers(0, DISTRICTS, NEW).astype(float), 6))


def rentals_of(one) -> Rentals:
    return _rentals(np.ascontiguousarray(one.arguments[0][:, DISTRICT], dtype=np.float64).tobytes())


def drawn(rng):
    districts = rng.permutation(np.arange(ROWS) % DISTRICTS).astype(float)
    found = _rentals(districts.tobytes())
    return call(found.train, found.targets, found.new)


def cases(rng):
    return [drawn(rng), drawn(rng)]


def error(one, train, new):
    """The root mean squared error, on the new rows, of a linear model that was fitted to the prepared table."""
    found = rentals_of(one)
    mean, spread = train.mean(axis=0), train.std(axis=0)
    spread = np.where(spread > 1e-9 * (1 + np.abs(mean)), spread, np.inf)  # a constant column says nothing
    x, z = (train - mean) / spread, (new - mean) / spread
    # A trace of a ridge, so that columns which add up to another do no harm.
    weights = np.linalg.solve(x.T @ x + 1e-3 * np.eye(x.shape[1]), x.T @ (found.targets - found.targets.mean()))
    return float(np.sqrt(np.mean((z @ weights + found.targets.mean() - found.truth) ** 2)))


def read(one, value):
    """The two prepared tables of an answer, or what is wrong with them."""
    if not isinstance(value, tuple | list) or len(value) != 2:
        return Difference("type", "Two tables are expected, separated by a comma: the prepared train and new.")
    tables = [np.asarray(item, dtype=float) for item in value]
    if any(table.ndim != 2 for table in tables) or tables[0].shape[1] != tables[1].shape[1]:
        return Difference("shape", "Both tables need rows and columns, and the same number of columns.")
    if [len(table) for table in tables] != [ROWS, NEW]:
        return Difference("shape", f"Every row is needed: {ROWS} in the first table, {NEW} in the second.")
    if tables[0].shape[1] > 100:
        return Difference("shape", "No more than 100 columns are allowed.")
    if not all(np.isfinite(table).all() and np.abs(table).max() < 1e9 for table in tables):
        return Difference("value", "The linear model cannot use gaps (NaN) or numbers that are not finite.")
    return tables


def leaving(share):
    """The judge of a part: how much of the way from the best error known to that of the plain table may be left."""

    def judge(one, value, before=None):
        tables = read(one, value)
        if isinstance(tables, Difference):
            return tables
        plain, best = error(one, *as_it_is.function(*one.arguments)), error(one, *oracle(*one.arguments))
        found, allowed = error(one, *tables), best + share * (plain - best)
        if found <= allowed:
            return None
        return Difference(
            "value",
            f"On the new rows the linear model has an error of {found:.2f}; at most {allowed:.2f} is asked for. With "
            f"the table as it is, the error is {plain:.2f}, with the best preparation known {best:.2f}.",
        )

    judge.any_shape = True
    return judge


def oracle(train, targets, new):
    """Column by column: districts apart, the logarithm, a circle, a fill with an indicator."""
    middle = np.nanmedian(train[:, HUMIDITY])

    def prepared(table):
        circle = 2 * np.pi * table[:, HOUR] / 24
        gap = np.isnan(table[:, HUMIDITY])
        columns = [table[:, DISTRICT] == name for name in range(DISTRICTS)]
        columns += [np.log(table[:, INCOME]), np.sin(circle), np.cos(circle)]
        columns += [np.where(gap, middle, table[:, HUMIDITY]), gap, table[:, TEMPERATURE]]
        return np.stack(columns, axis=1).astype(float)

    return prepared(train), prepared(new)


# Wrong ones: each does one thing less than the oracle, or does it differently.


def _without(*left_out, put=None):
    """The oracle's tables without some of its columns, and with others in their place."""

    def prepared(train, targets, new):
        tables = []
        for table, full in zip((train, new), oracle(train, targets, new), strict=True):
            kept = np.delete(full, left_out, axis=1)
            tables.append(kept if put is None else np.column_stack([kept, table[:, put]]))
        return tuple(tables)

    return prepared


class As:
    """Knows an answer by the error to which it leads, which is as good as a fingerprint."""

    any_shape = True

    def __init__(self, formula):
        self.formula = formula

    def __call__(self, one, value, before=None):
        tables = read(one, value)
        if isinstance(tables, Difference):
            return tables
        if abs(error(one, *tables) / error(one, *self.formula(*one.arguments)) - 1) < 1e-4:
            return None
        return Difference("value", "It is another preparation.")


def _as_it_is(train, targets, new):
    mean = np.nanmean(train, axis=0)
    return np.where(np.isnan(train), mean, train), np.where(np.isnan(new), mean, new)


@mistake(
    "The gaps are filled, and everything else is as it was. Ask of each column what a linear model makes of it: a "
    "number without order, an income, an hour of the day.",
    As(_as_it_is),
)
def as_it_is(train, targets, new):
    return _as_it_is(train, targets, new)


def _each_for_itself(train, targets, new):
    tables = []
    for table in oracle(train, targets, new):
        spread = table.std(axis=0)
        tables.append((table - table.mean(axis=0)) / np.where(spread > 0, spread, 1))
    return tuple(tables)


@mistake(
    "Each table was standardized with its own mean. The new rows are warmer, and that is gone: what is learned from "
    "`train` is applied to `new`.",
    As(_each_for_itself),
)
def each_for_itself(train, targets, new):
    return _each_for_itself(train, targets, new)


_numbered = _without(0, 1, 2, 3, 4, put=DISTRICT)
_raw_income = _without(5, put=INCOME)
_raw_hour = _without(6, 7, put=HOUR)
_no_indicator = _without(9)


@mistake(
    "The district is still one column of numbers, as if district 4 were twice district 2. Give each district a column "
    "of its own.",
    As(_numbered),
)
def districts_as_numbers(train, targets, new):
    return _numbered(train, targets, new)


@mistake(
    "The income is used as it is. A few very large values carry most of its spread: draw its histogram, and that of "
    "its logarithm.",
    As(_raw_income),
)
def income_as_it_is(train, targets, new):
    return _raw_income(train, targets, new)


@mistake(
    "For a linear model hour 23 is far from hour 0. On a clock they are neighbors: an hour is an angle.",
    As(_raw_hour),
)
def hour_as_a_number(train, targets, new):
    return _raw_hour(train, targets, new)


@mistake(
    "The gaps of the humidity are filled, and nothing says where they were. Compare the targets of rows with a gap and "
    "without one.",
    As(_no_indicator),
)
def without_indicator(train, targets, new):
    return _no_indicator(train, targets, new)


# Right ones.


def with_scikit_learn(train, targets, new):
    """A `ColumnTransformer`, fitted to the training rows."""
    from sklearn.compose import ColumnTransformer
    from sklearn.impute import SimpleImputer
    from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, SplineTransformer, StandardScaler

    transformer = ColumnTransformer(
        [
            ("district", OneHotEncoder(sparse_output=False), [0]),
            ("income", FunctionTransformer(np.log), [1]),
            (
                "hour",
                SplineTransformer(6, extrapolation="periodic", knots=np.linspace(0, 24, 6)[:, None], degree=3),
                [2],
            ),
            ("humidity", SimpleImputer(add_indicator=True), [3]),
            ("temperature", StandardScaler(), [4]),
        ]
    )
    return transformer.fit_transform(train), transformer.transform(new)


def by_hand(train, targets, new):
    """Rows of the unit matrix for the districts, the circle, the logarithm, and the gaps by hand."""
    tables = []
    for table in (train, new):
        hour, humidity = table[:, 2] * np.pi / 12, table[:, 3]
        filled = np.nan_to_num(humidity, nan=np.nanmean(train[:, 3]))
        columns = [np.log(table[:, 1]), np.sin(hour), np.cos(hour), filled, np.isnan(humidity), table[:, 4]]
        tables.append(np.column_stack([np.eye(5)[table[:, 0].astype(int)], *columns]))
    return tables


def standardized(train, targets, new):
    a, b = oracle(train, targets, new)
    mean, spread = a.mean(axis=0), a.std(axis=0)
    return (a - mean) / spread, (b - mean) / spread


def as_lists(train, targets, new):
    return [table.tolist() for table in oracle(train, targets, new)]


def gaps_at_zero(train, targets, new):
    return tuple(
        np.where(np.arange(11) == 8, table * (table[:, 9:10] == 0), table) for table in oracle(train, targets, new)
    )


PREPARE_TABLE = Exercise(
    name="prepare_table",
    judged_on_hidden=True,
    lecture=LECTURE,
    section="11. All of it in one object, fitted on train",
    minutes=15,
    difficulty=3,
    parts=(
        Part("better than the plain table", 2, cases, judge=leaving(0.97)),
        Part("near the best known", 3, cases, judge=leaving(0.1)),
    ),
    oracle=oracle,
    mistakes=(
        as_it_is,
        each_for_itself,
        districts_as_numbers,
        income_as_it_is,
        hour_as_a_number,
        without_indicator,
    ),
    spellings=(with_scikit_learn, by_hand, standardized, as_lists, gaps_at_zero),
    open_ended=True,
    hints=(
        "Hold back some training rows, fit `LinearRegression` to the others, and see by how much each change of a "
        "column lowers the error.",
        "One column has no order, one spans several powers of ten, one goes round in a circle, and one has gaps that "
        "tell something.",
        "A circle needs two columns, the sine and the cosine of its angle; 24 hours are one turn.",
    ),
)
