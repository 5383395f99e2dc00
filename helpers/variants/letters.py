"""The letters of concept questions in another order for each seed: in the notebook, and in what is marked.

An order is a text such as "cadb": the person reads first what the course calls c, and calls it a. It depends on the
seed and on the question's name and letters, and on nothing that could tell which of them is right.
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

from helpers.judging.choices import NotWritten
from helpers.judging.exercise import Question
from helpers.lectures import exercises_of

if TYPE_CHECKING:  # whoever marks needs no notebooks, and their library takes a second to load
    from nbformat import NotebookNode

_OPTION = re.compile(r"(?<=\n\n)([a-z])\. (.+?)(?=\n\n|\n*\Z)", re.DOTALL)


def letters_of(question: Question) -> list[str]:
    """The letters that may be chosen."""
    return sorted({question.answer, *question.why_wrong} - {""})


def order(question: Question, seed: int | str) -> str:
    """The course's letters in the order in which a person with this seed reads them."""

    def rank(letter: str) -> str:
        return hashlib.sha256(f"{seed}\0{question.name}\0{letter}".encode()).hexdigest()

    return "".join(sorted(letters_of(question), key=rank))


def in_the_course(letter, order: str):
    """What the course calls the letter that a person chose; whatever is none of their letters stays as it is."""
    chosen = letter.strip().lower() if isinstance(letter, str) else ""
    letters = "".join(sorted(order))
    return order[letters.index(chosen)] if chosen and chosen in list(letters) else letter


def as_read(letter: str, order: str) -> str:
    """The letter by which a person with this order knows what the course calls `letter`."""
    return sorted(order)[order.index(letter)]


def options(text: str) -> dict[str, str]:
    """The options in the text of a question, by letter."""
    return {found[1]: found[2] for found in _OPTION.finditer(text)}


def reordered(text: str, order: str) -> str:
    """The text of a question with its options in this order. Raises `NotWritten` if they are not its letters."""
    own = options(text)
    if list(own) != sorted(order):
        raise NotWritten(f"options {', '.join(sorted(order))} are expected, each in a paragraph of its own:\n{text}")
    told = zip(sorted(order), order, strict=True)

    def next_option(_) -> str:
        letter, in_the_course = next(told)
        return f"{letter}. {own[in_the_course]}"

    return _OPTION.sub(next_option, text)


def question_cells(notebook: NotebookNode, lecture: str) -> dict[str, NotebookNode]:
    """The cells that hold the questions of a lecture, by the question's name. Raises `NotWritten`."""
    found = {}
    for question in exercises_of(lecture):
        if isinstance(question, Question):
            headed = [
                c for c in notebook.cells if c.cell_type == "markdown" and f"*Question `{question.name}`" in c.source
            ]
            if len(headed) != 1:
                raise NotWritten(f"{question.name} stands in {len(headed)} cells of {lecture}; it should be one")
            found[question.name] = headed[0]
    return found
