"""`audit_split` sees the leaks that leave traces, is quiet about clean splits, and says how sure it is."""

import time
import warnings

import numpy as np
import pandas
import pytest

from helpers.audit import audit_split
from helpers.audit.report import CERTAIN, LIKELY
from helpers.audit.tables import share
from helpers.datasets.hospital import hospital_stays
from helpers.lectures.data_leakage.experiments.audited import LEAKY, clean_split, false_alarms, seen


@pytest.fixture
def table():
    rng = np.random.default_rng(0)
    frame = pandas.DataFrame(rng.normal(size=(600, 6)), columns=list("abcdef"))
    frame["kind"] = rng.choice(["x", "y", "z"], 600)
    frame["target"] = (frame["a"] + rng.normal(size=600) > 0).astype(int)
    return frame


def halves(table):
    return table[:400], table[400:].copy()


def at_day(table, zone):
    return table.assign(day=pandas.date_range("2024-01-01", periods=len(table), tz=zone))


@pytest.mark.parametrize("leak", LEAKY)
def test_every_leak_is_seen(leak):
    assert sum(seen(leak, seed) for seed in range(4)) >= 3


def test_clean_splits_of_six_sources_raise_no_alarm():
    assert false_alarms(splits=24, first=2000) == []


def test_a_clean_split_is_said_to_be_without_findings_not_without_leaks(table):
    report = audit_split(*halves(table))
    assert report.findings == ()
    assert "no leak found" in str(report)
    assert len(report.not_checked) == 3


def test_an_exact_copy_is_certain_and_named(table):
    train, test = halves(table)
    test.iloc[7] = train.iloc[31]
    (finding,) = audit_split(train, test, target="target").findings
    assert (finding.kind, finding.sure) == ("duplicates", CERTAIN)
    assert finding.test_rows.tolist() == [7]
    assert "row 7 of test, row 31 of train" in finding.evidence


def test_near_copies_are_likely_and_most_of_them_found_and_nothing_else(table):
    train, test = halves(table)
    for row in range(20):
        test.iloc[row] = train.iloc[100 + row]
    test.iloc[:20, :6] += np.random.default_rng(1).uniform(-0.005, 0.005, (20, 6))
    (finding,) = audit_split(train, test, target="target").findings
    assert (finding.kind, finding.sure) == ("near-duplicates", LIKELY)
    # In so few columns, the farthest of them might be chance.
    assert set(finding.test_rows) <= set(range(20))
    assert len(finding.test_rows) >= 14


def test_equal_rows_of_a_coarse_table_are_no_news():
    values = np.random.default_rng(0).integers(0, 2, (2000, 8))
    assert audit_split(values[:1500], values[1500:]).findings == ()


def test_a_scaler_fitted_on_train_alone_is_no_leak(table):
    train, test = halves(table.drop(columns=["kind", "target"]))
    mean, std = train.mean(), train.std(ddof=0)
    assert audit_split((train - mean) / std, (test - mean) / std).findings == ()
    low, high = train.min(), train.max()
    assert audit_split((train - low) / (high - low), (test - low) / (high - low)).findings == ()


@pytest.mark.parametrize("ddof", [0, 1])
def test_a_scaler_fitted_on_both_is_certain(table, ddof):
    both = table.drop(columns=["kind", "target"])
    (finding,) = audit_split(*halves((both - both.mean()) / both.std(ddof=ddof))).findings
    assert (finding.kind, finding.sure) == ("scaler", CERTAIN)
    assert len(finding.columns) == 6


def test_people_and_time_are_looked_at_where_they_are_named(table):
    train, test = halves(table.assign(who=np.arange(600) % 300, when=np.arange(600)[::-1]))
    assert audit_split(train, test).findings == ()
    assert audit_split(train, test, group="who", time="when").kinds == {"groups", "future"}
    assert audit_split(test, train, time="when").findings == ()


def test_parts_of_a_sum_are_named(table):
    table["sum"] = table["a"] + 2 * table["b"]
    (finding,) = audit_split(*halves(table.drop(columns="target")), target="sum").findings
    assert (finding.kind, finding.sure, finding.columns) == ("afterwards", CERTAIN, ("a", "b"))


def test_that_a_value_is_missing_can_give_the_target_away(table):
    table["filled in later"] = np.where(table["target"] == 1, table["b"], np.nan)
    (finding,) = audit_split(*halves(table), target="target").findings
    assert finding.columns == ("filled in later",)


def test_an_honest_strong_feature_is_left_alone(table):
    table["strong"] = table["target"] + np.random.default_rng(3).normal(0, 0.5, 600)
    assert audit_split(*halves(table), target="target").findings == ()


def test_drawing_again_from_train_alone_is_no_leak():
    train, test, named = clean_split(5)
    rare = train[train["intensive_care"] == 1]
    train = pandas.concat([train, rare, rare])
    assert audit_split(train, test, **named).findings == ()


def test_arrays_are_taken_as_well_as_frames(table):
    values = table.drop(columns="kind").to_numpy()
    report = audit_split(values[:400], values[390:], target=6)
    assert report.kinds == {"duplicates"}
    assert report.test_rows == 210


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda a, b: (a, b.drop(columns="a"), {}), "different columns: a"),
        (lambda a, b: (a, b, {"target": "outcome"}), "no column 'outcome'; there are a, b"),
        (lambda a, b: (a, b[:0], {}), "at least one row"),
        (lambda a, b: (a["a"].to_numpy(), b, {}), "1 dimension"),
        (lambda a, b: (a[["a", "a"]], b, {}), "train has more than one column 'a'"),
        (lambda a, b: (a, b, {"target": "kind", "group": "kind"}), "named twice"),
        (lambda a, b: (a, b.astype({"a": str}), {}), "column 'a' holds numbers in train and text in test"),
        (lambda a, b: (a, b, {"time": "kind"}), "in 'kind' is neither a number nor a date written like"),
        (lambda a, b: (at_day(a, "UTC"), at_day(b, None), {"time": "day"}), "'day' have a time zone and others"),
    ],
)
def test_what_cannot_be_compared_is_refused_with_a_reason(table, change, message):
    train, test, named = change(*halves(table))
    with pytest.raises(ValueError, match=message):
        audit_split(train, test, **named)


def test_odd_columns_do_no_harm(table):
    table = table.assign(constant=1.0, empty=np.nan, flag=table["a"] > 0, day=pandas.Timestamp("2024-01-01"))
    table["category"] = table["kind"].astype("category")
    table.loc[3, "b"] = np.inf
    assert audit_split(*halves(table), target="target").findings == ()
    table["list"] = [[1, 2]] * len(table)
    table["mixed"] = [1, "a", None] * (len(table) // 3)
    table["huge"], table["tiny"] = 1e300 * table["b"], 1e-300 * table["c"]
    table["nullable"] = pandas.array([1, None] * (len(table) // 2), dtype="Int64")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert audit_split(*halves(table), target="target").findings == ()


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda table: table.assign(target=np.nan), "train knows too few values of 'target'"),
        (lambda table: table.assign(target=1), "train knows too few values of 'target'"),
        (lambda table: table.assign(when=pandas.NaT), "'when' is empty"),
        (lambda table: table.assign(who=None), "'who' is empty"),
        (lambda table: table.assign(**dict.fromkeys([*"abcdef", "kind"], 1)), "no feature has two different values"),
    ],
)
def test_what_a_table_is_too_poor_for_is_said(table, change, reason):
    table = change(table.assign(who=np.arange(600), when=np.arange(600)))
    report = audit_split(*halves(table), group="who", time="when", target="target")
    assert report.findings == ()
    assert [reason in text for text in report.not_checked] == [True]


@pytest.mark.parametrize("written", ["%Y-%m-%d", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S%z", "%Y%m%d"])
def test_times_may_be_text_in_the_order_of_the_calendar(table, written):
    table["when"] = pandas.date_range("2024-01-01", periods=600, tz="UTC").strftime(written)
    assert audit_split(*halves(table), time="when").findings == ()
    assert audit_split(*halves(table)[::-1], time="when").kinds == {"future"}


def test_numbers_that_are_text_are_in_the_order_of_numbers(table):
    assert audit_split(*halves(table.assign(when=np.arange(600).astype(str))), time="when").findings == ()


def test_whose_rows_they_are_may_be_said_in_any_way(table):
    table["who"] = ["Ann", 7, None] * 200
    (finding,) = audit_split(*halves(table), group="who").findings
    assert finding.kind == "groups"
    assert len(finding.test_rows) == pytest.approx(2 / 3 * 200, abs=1)


def test_nearly_all_is_not_called_all():
    assert [share(count, 1000) for count in (0, 1, 500, 999, 1000)] == [
        "0 of 1000 (0 %)",
        "1 of 1000 (under 1 %)",
        "500 of 1000 (50 %)",
        "999 of 1000 (over 99 %)",
        "1000 of 1000 (100 %)",
    ]


def test_names_and_values_are_inert_in_html(table):
    train, test = halves(table.assign(who="<script>alert(1)</script>"))
    html = audit_split(train, test, group="who")._repr_html_()
    assert "<script>" not in html
    assert "&lt;script&gt;" in html


def test_the_tables_are_not_changed():
    stays = hospital_stays(60)
    before = stays.copy(deep=True)
    audit_split(stays[:200], stays[200:], group="patient", time="admitted", target="intensive_care")
    pandas.testing.assert_frame_equal(stays, before)


def test_four_times_the_rows_do_not_take_sixteen_times_as_long():
    rng = np.random.default_rng(0)
    seconds = []
    for rows in (8_000, 32_000):
        values = rng.normal(size=(rows, 30))
        started = time.process_time()
        audit_split(values[: rows // 2], values[rows // 2 :])
        seconds.append(time.process_time() - started)
    assert seconds[1] < 10 * seconds[0]


def test_the_frame_of_findings_has_a_row_each(table):
    train, test = halves(table)
    assert list(audit_split(train, test).to_frame().columns) == ["kind", "sure", "evidence", "advice"]
    assert len(audit_split(train, train.copy(), target="target").to_frame()) >= 1
