"""`audit_split`: which leaks can be seen from the two tables alone, and how sure one can be of each."""

from . import afterwards, copies, membership, resampling, scaling
from .report import CERTAIN, LIKELY, POSSIBLE, Audit
from .tables import Tables

KINDS = ("duplicates", "near-duplicates", "groups", "future", "afterwards", "scaler", "resampling")


def audit_split(train, test, *, group=None, time=None, target=None):
    """Look for leaks between the rows that train a model and the rows that test it.

    train, test: pandas data frames with the same columns, or arrays (n, d), whose columns are called 0 to d - 1.
    group: the column that says to whom a row belongs (a patient, a customer); time: the column that says when it was
    recorded; target: the column that is predicted. Each may be left out; the audit then says what it could not look at.
    Returns an Audit, which prints itself. Its findings are of these kinds:

    duplicates, near-duplicates   rows of test that stand in train too, exactly or within 2 % of a deviation
    groups                        somebody with rows on both sides
    future                        train rows that are later than test rows
    afterwards                    a column that alone, or columns that together, give the target away
    scaler                        columns standardised or squeezed into 0..1 by statistics of both tables
    resampling                    rows of a rare class drawn again, or made from two others, before the split

    CERTAIN findings follow from the data. Whether one column predicts too well to be honest is a question for the
    person who knows when it gets filled in, so `afterwards` is rarely more than LIKELY. Neither tables that agree in
    nothing nor an audit without findings prove that there is no leak.
    Raises ValueError when the tables' columns or their types differ, a named column does not exist, a table is empty,
    or times are text that is no date.
    """
    tables = Tables.of(train, test, group=group, time=time, target=target)
    matches = copies.find(tables)
    resampled = resampling.check(tables, matches)
    findings = [
        *resampled,
        *([] if resampled else copies.check(tables, matches)),
        *membership.check_groups(tables),
        *membership.check_time(tables),
        *afterwards.check(tables),
        *scaling.check(tables),
    ]
    findings.sort(key=lambda finding: (CERTAIN, LIKELY, POSSIBLE).index(finding.sure))
    return Audit(tables.train_rows, tables.test_rows, tuple(findings), tuple(_not_checked(tables)))


def _not_checked(tables):
    if not (tables.spreads > 0).any():
        yield "copies: no feature has two different values in train."
    if tables.group is None:
        yield "people on both sides: name the column with group=, if rows belong to somebody."
    elif tables.group.isna().all():
        yield f"people on both sides: {tables.group.name!r} is empty."
    if tables.time is None:
        yield "the future used for the past: name the column with time=, if rows have a date."
    elif any(side.isna().all() for side in (tables.time[: tables.train_rows], tables.time[tables.train_rows :])):
        yield f"the future used for the past: {tables.time.name!r} is empty in train or in test."
    if tables.target is None:
        yield "columns known only afterwards: name what is predicted with target=."
    elif not afterwards.can_be_judged(tables):
        yield f"columns known only afterwards: train knows too few values of {tables.target.name!r}."
