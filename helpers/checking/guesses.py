"""A guess is typed before an experiment runs, and its result is set beside it afterwards.

`predict("gradient_at_layer_1", unit="%")` shows a small control; `outcome("gradient_at_layer_1", 4.1)` ends the cell
that runs the experiment. A guess gives no points and stops nothing: without one, the result stands alone. Guesses are
remembered in `progress.jsonl`, so that they are there after a restart, and `progress()` shows how good they get.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from fractions import Fraction

from helpers.lectures import lecture_named, lecture_names
from helpers.templates import render

from . import progress

CLOSE, NEAR = 1.25, 2.0  # as a factor between a guessed number and the measured one
RIGHT, ALMOST, WRONG = "right", "almost", "wrong"
SIGNS = {RIGHT: "●", ALMOST: "◐", WRONG: "○", "": ""}
_CALL = re.compile(r'\bpredict\(\s*\\?"([^"\\]+)\\?"')


@dataclass(frozen=True)
class Asked:
    """What `predict` asks for: one of the `choices`, or, without any, a number with its unit."""

    name: str
    choices: tuple[str, ...]
    unit: str

    def read(self, text: str) -> float | str | None:
        """The guess that a text means, or None if it means none. `30`, `30 %`, `1/3`, `1e-6`, `10^-6` are numbers."""
        if self.choices:
            return text if text in self.choices else None
        return number(text, self.unit)

    def shown(self, value: float | str) -> str:
        """A guess or a result as people read it."""
        if isinstance(value, str):
            return value
        unit = f" {self.unit}" if self.unit else ""
        return f"{value:,.0f}{unit}" if 1000 <= abs(value) < 1e7 else f"{value:.3g}{unit}"


@dataclass(frozen=True)
class Outcome:
    """A result with the guess that was typed for it, if there is one."""

    asked: Asked
    guess: float | str | None
    measured: float | str

    @property
    def sentence(self) -> str:
        """Result and guess in words."""
        result = self.asked.shown(self.measured)
        if self.guess is None:
            return f"Result: {result}."
        return f"Your guess: {self.asked.shown(self.guess)}. Result: {result}. {comparison(self.guess, self.measured)}"

    @property
    def how_good(self) -> str:
        """`RIGHT`, `ALMOST` or `WRONG`; "" without a guess."""
        return "" if self.guess is None else how_good(self.guess, self.measured)

    def _repr_html_(self) -> str:
        return render("outcome.html", sentence=self.sentence, how_good=self.how_good, sign=SIGNS[self.how_good])

    def __repr__(self) -> str:
        return self.sentence


_asked: dict[str, Asked] = {}  # in this session
_typed: dict[str, float | str] = {}  # in this session, whether or not it could be saved


def predict(name: str, *choices: str, unit: str = ""):
    """Show the control for a guess: a list of `choices`, or a field for a number in `unit`.

    The question itself stands in the text above. `name` is unique in the course; `outcome` uses it.
    """
    asked = _asked[name] = Asked(name, tuple(choices), unit)
    return _control(asked)


def outcome(name: str, measured: float | str) -> Outcome:
    """Set a result beside the guess that was typed for it."""
    asked = _asked.get(name) or Asked(name, (), "")
    if not isinstance(measured, str):
        measured = float(measured)
    elif asked.choices and measured not in asked.choices:
        raise ValueError(f"{measured!r} is none of the choices of {name!r}: {', '.join(asked.choices)}")
    guess = remembered(name)
    if isinstance(guess, str) != isinstance(measured, str):
        guess = None  # typed for an earlier version of the question
    result = Outcome(asked, guess, measured)
    if guess is not None:
        progress.append({"outcome": name, "guess": guess, "measured": measured, "how_good": result.how_good})
    return result


def number(text: str, unit: str = "") -> float | None:
    """The number that somebody typed, with or without the unit; None if it is none."""
    text = text.strip().removesuffix(unit).strip().replace("−", "-").replace("×", "*").replace(" ", "")
    if power := re.fullmatch(r"(?:([-+\d.]+)\*)?10(?:\^|\*\*)([-+]?\d{1,3})", text):
        text = f"{power[1] or 1}e{power[2]}"
    if re.fullmatch(r"[-+]?\d{1,3}(,\d{3})+(\.\d*)?", text):
        text = text.replace(",", "")
    try:
        value = float(Fraction(text.replace(",", ".")))
    except (ValueError, ZeroDivisionError, OverflowError):
        return None
    return value if math.isfinite(value) else None


def how_good(guess: float | str, measured: float | str) -> str:
    """A guess against its result: a choice is right or wrong, a number also almost right (within a factor of two)."""
    if isinstance(guess, str):
        return RIGHT if guess == measured else WRONG
    if guess == measured:
        return RIGHT
    if guess * measured <= 0:
        return WRONG
    factor = max(guess / measured, measured / guess)
    return RIGHT if factor <= CLOSE else ALMOST if factor <= NEAR else WRONG


def comparison(guess: float | str, measured: float | str) -> str:
    """A sentence about the distance between a guess and its result."""
    good = how_good(guess, measured)
    if good == RIGHT:
        return "Right." if isinstance(guess, str) or guess == measured else "Close."
    if isinstance(guess, str):
        return "The other way: read on for why."
    if guess * measured <= 0:
        return f"The difference is {abs(guess - measured):.2g}."
    larger, smaller = ("guess", "result") if guess / measured > 1 else ("result", "guess")
    factor = max(guess / measured, measured / guess)
    times = f"{factor:.2g}" if factor < 1000 else f"10^{math.log10(factor):.0f}"
    return f"The {larger} is {times} times the {smaller}."


def remembered(name: str) -> float | str | None:
    """The newest guess that was typed for this question, in this session or before."""
    if name in _typed:
        return _typed[name]
    found = None
    for line in progress.lines():
        if line.get("guess_for") == name and isinstance(line.get("guess"), str | int | float):
            found = line["guess"]
    return found


def guesses_by_lecture() -> dict[str, list[str]]:
    """How good the guesses were, in the order of their results: {lecture: [RIGHT, ALMOST or WRONG]}.

    Of several results for one question the first counts: who has seen a result guesses no more.
    """
    first = {}
    for line in progress.lines():
        if isinstance(line.get("outcome"), str) and line.get("how_good") in (RIGHT, ALMOST, WRONG):
            first.setdefault(line["outcome"], line["how_good"])
    if not first:
        return {}
    asked = {lecture: set(questions_of(lecture)) for lecture in lecture_names()}
    found = {lecture: [good for name, good in first.items() if name in asked[lecture]] for lecture in asked}
    return {lecture: marks for lecture, marks in found.items() if marks}


def questions_of(lecture: str) -> list[str]:
    """The names of a lecture's questions, from the notebook that was handed out."""
    try:
        return _CALL.findall(lecture_named(lecture).handed_out.read_text(encoding="utf-8"))
    except OSError:
        return []


def _control(asked: Asked):
    import ipywidgets

    known = remembered(asked.name)
    wide = {"style": {"description_width": "initial"}, "layout": ipywidgets.Layout(width="auto", max_width="100%")}
    if asked.choices:
        value = known if known in asked.choices else None
        field = ipywidgets.RadioButtons(options=asked.choices, value=value, description="Your guess:", **wide)
    else:
        shown = asked.shown(known) if isinstance(known, int | float) else ""
        unit = f" ({asked.unit})" if asked.unit else ""
        field = ipywidgets.Text(
            value=shown, placeholder="a number", description=f"Your guess{unit}:", continuous_update=False, **wide
        )
        field.layout.width = "20em"
    answer = ipywidgets.HTML()

    def remember(change) -> None:
        text = change["new"]
        if not text:
            return
        guess = asked.read(text)
        if guess is None:
            note = "This is not a number. Type one, such as 30, 0.5, 1/3 or 1e-6."
        else:
            _typed[asked.name] = guess
            note = progress.append({"guess_for": asked.name, "guess": guess})
            note = note or f"Remembered: {asked.shown(guess)}. Now run the next cell."
        answer.value = f'<span role="status">{render("prose.html", text=note)}</span>'

    field.observe(remember, "value")
    return ipywidgets.VBox([field, answer])
