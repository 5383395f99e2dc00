"""A table shows its rows as HTML and as plain text, and everything in it is text."""

import numpy as np
import pytest

from helpers.drawing.tables import table


@pytest.fixture
def shown(monkeypatch):
    """What `table` displays: a list of {type: text}."""
    displayed = []
    monkeypatch.setattr("IPython.display.display", lambda data, raw: displayed.append(data))
    return displayed


def test_the_plain_text_holds_labels_headings_and_values_in_columns(shown):
    table({"sigmoid": [0.25, "left"], "tanh": [1, "both"]}, ["derivative", "flat"])
    assert shown[0]["text/plain"].splitlines() == [
        "         derivative  flat",
        "sigmoid        0.25  left",
        "tanh              1  both",
    ]


def test_the_html_has_a_heading_for_each_row_and_column(shown):
    table({1: ["12 %"], 2: ["9 %"]}, ["dead"])
    html = shown[0]["text/html"]
    assert html.count('scope="row"') == 2
    assert '<th scope="col" style="text-align:right">dead</th>' in html
    assert '<td style="text-align:right">9 %</td>' in html


def test_signs_of_html_are_text(shown):
    table({"<b>": ["a < b & c"]}, ["<script>"])
    assert "<b>" not in shown[0]["text/html"]
    assert "<script>" not in shown[0]["text/html"]
    assert "a &lt; b &amp; c" in shown[0]["text/html"]
    assert "a < b & c" in shown[0]["text/plain"]


def test_a_row_that_does_not_fit_is_named(shown):
    with pytest.raises(ValueError, match="Row 'tanh' has 1 values for 2 columns"):
        table({"tanh": [1]}, ["a", "b"])
    assert shown == []


def test_numbers_are_written_as_the_form_says(shown):
    table(
        {"tanh": [0.256, 0.5, "none"], "sigmoid": [-0.001, np.float32(1), True]},
        ["a", "b", "c"],
        ("z.2f", ".0%", ".1f"),
    )
    assert shown[0]["text/plain"].splitlines()[1:] == ["tanh     0.26   50 %  none", "sigmoid  0.00  100 %  True"]


def test_one_value_needs_no_list_and_headings_are_short(shown):
    table({0.001: 1234.5}, [0.1], ",.0f", label="rate {}")
    assert shown[0]["text/plain"].split() == ["rate", "0.1", "0.001", "1,234"]


def test_an_array_is_written_as_its_mean_and_its_standard_deviation(shown):
    results = np.array([0.5, 0.7])
    table({"tanh": [results, 100 * results, results]}, ["share", "points", "gain"], (".0%", ".1f", "+.2f"))
    assert shown[0]["text/plain"].splitlines()[1].split("  ")[1:] == ["60 ± 10 %", "60.0 ± 10.0", "+0.60 ± 0.10"]


def test_as_many_forms_as_columns():
    with pytest.raises(ValueError, match="2 forms are given for 1 columns"):
        table({"tanh": 1}, ["a"], (".1f", ".2f"))
