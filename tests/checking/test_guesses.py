"""A guess is typed, remembered, and set beside the result; it gives no points and stops nothing."""

import json

import pytest

from helpers import outcome, predict, progress
from helpers.checking import guesses
from helpers.checking.guesses import ALMOST, RIGHT, WRONG, how_good, number


@pytest.fixture
def memory(tmp_path, monkeypatch):
    path = tmp_path / "progress.jsonl"
    monkeypatch.setenv("COURSE_PROGRESS", str(path))
    restart(monkeypatch)
    return path


def restart(monkeypatch):
    monkeypatch.setattr(guesses, "_asked", {})
    monkeypatch.setattr(guesses, "_typed", {})


def typed(control, text):
    field, answer = control.children
    field.value = text
    return answer.value


def test_a_number_is_set_beside_the_result(memory):
    assert "Remembered: 30 %" in typed(predict("share", unit="%"), "30 %")
    assert repr(outcome("share", 4.0)) == "Your guess: 30 %. Result: 4 %. The guess is 7.5 times the result."


def test_a_choice_is_set_beside_the_result(memory):
    typed(predict("which", "tanh", "ReLU"), "tanh")
    assert repr(outcome("which", "ReLU")) == "Your guess: tanh. Result: ReLU. The other way: read on for why."


def test_without_a_guess_the_result_stands_alone_and_nothing_is_recorded(memory):
    predict("share", unit="%")
    assert repr(outcome("share", 4.0)) == "Result: 4 %."
    assert repr(outcome("never asked", 4.0)) == "Result: 4."
    assert not memory.exists()


def test_a_guess_is_there_after_a_restart(memory, monkeypatch):
    typed(predict("share", unit="%"), "30")
    typed(predict("which", "tanh", "ReLU"), "ReLU")
    restart(monkeypatch)
    assert predict("share", unit="%").children[0].value == "30 %"
    assert predict("which", "tanh", "ReLU").children[0].value == "ReLU"


def test_a_choice_that_is_offered_no_more_is_forgotten(memory, monkeypatch):
    typed(predict("which", "tanh", "ReLU"), "ReLU")
    restart(monkeypatch)
    assert predict("which", "tanh", "GELU").children[0].value is None
    predict("which", unit="%")
    assert repr(outcome("which", 4.0)) == "Result: 4 %."


def test_what_is_no_number_is_said_and_not_remembered(memory):
    assert "not a number" in typed(predict("share", unit="%"), "a lot")
    assert repr(outcome("share", 4.0)) == "Result: 4 %."


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("30", 30), ("30 %", 30), ("0,5", 0.5), ("1/4", 0.25), ("1e-6", 1e-6), ("10^-6", 1e-6), ("10**3", 1000),
        ("2*10^3", 2000), ("−3", -3), ("12,000", 12000), ("", None), ("1/0", None), ("inf", None), ("many", None),
        ("1e999", None), ("10^9999", None),
    ],
)  # fmt: skip
def test_numbers_are_read_as_people_write_them(text, value):
    assert number(text, "%") == value


def test_how_good_a_guess_is():
    assert [how_good(guess, 100.0) for guess in (100, 81, 120, 55, 190, 49, 300, 0, -100)] == [
        RIGHT, RIGHT, RIGHT, ALMOST, ALMOST, WRONG, WRONG, WRONG, WRONG,
    ]  # fmt: skip
    assert (how_good(0, 0.0), how_good(1, 0.0), how_good("a", "a"), how_good("a", "b")) == (RIGHT, WRONG, RIGHT, WRONG)


def test_a_result_that_is_none_of_the_choices_is_a_mistake_of_the_lecture(memory):
    predict("which", "tanh", "ReLU")
    with pytest.raises(ValueError, match="none of the choices of 'which': tanh, ReLU"):
        outcome("which", "GELU")


def test_progress_shows_how_good_the_guesses_were_and_the_first_result_counts(memory, monkeypatch):
    monkeypatch.setattr(guesses, "questions_of", lambda lecture: ["share", "width"] if "04" in lecture else [])
    for name, text in (("share", "30"), ("width", "4"), ("share", "4")):
        typed(predict(name, unit="%"), text)
        outcome(name, 4.0)
    assert "guesses: ○●\n" in repr(progress())
    assert "1 right, 0 almost right, 1 wrong" in progress()._repr_html_()


def test_a_broken_file_of_progress_stops_nothing(memory):
    memory.write_text('{"guess_for": "share", "guess": [1]}\n7\n{"outcome": {}}\nno json\n', encoding="utf-8")
    predict("share")
    assert repr(outcome("share", 4.0)) == "Result: 4."
    assert json.loads(memory.read_text().splitlines()[1]) == 7
    assert "guesses" not in repr(progress())


def test_a_folder_that_cannot_be_written_is_said(monkeypatch, tmp_path):
    monkeypatch.setenv("COURSE_PROGRESS", str(tmp_path / "missing" / "progress.jsonl"))
    restart(monkeypatch)
    assert "could not be saved" in typed(predict("share"), "30")
    assert repr(outcome("share", 30.0)).startswith("Your guess: 30. Result: 30. Right.")
