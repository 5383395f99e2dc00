"""A guess is typed before the result, and nothing around it gives the result away."""

import ast
import re
from collections import Counter

import nbformat
import pytest

from helpers.building.source import read_lecture, without_answers
from helpers.lectures import lecture_named, lecture_names

NAMES = lecture_names()
MOST_WORDS = 10  # of a string in a cell below a question: a label, but no description
# What a heading says when it answers; one that asks may use them.
ANSWERING = re.compile(
    r"\b(is|are|was|were|makes|dies|die|helps?|wins?|loses?|fails?|faster|slower|better|worse|never|than|because)\b"
    r"|\d+(\.\d+)? ?%",
    re.IGNORECASE,
)
for_each_lecture = pytest.mark.parametrize("name", NAMES)


def asked(name):
    """Each question of a lecture: the cell with `predict`, and the cells up to the one that ends in `outcome`."""
    cells = without_answers(read_lecture(name)).cells
    for start, cell in enumerate(cells):
        if cell.cell_type == "code" and (call := re.match(r'predict\(\s*"(\w+)"', cell.source)):
            ends = [
                end
                for end in range(start + 1, len(cells))
                if cells[end].cell_type == "code" and f'outcome("{call[1]}"' in cells[end].source
            ]
            yield call[1], cells, start, ends


@for_each_lecture
def test_every_question_is_typed(name):
    cells = read_lecture(name).cells
    for cell, following in zip(cells, [*cells[1:], None], strict=True):
        if cell.cell_type == "markdown" and "*Predict.*" in cell.source:
            assert following is not None
            assert following.source.startswith("predict("), cell.source[:80]
    text = "\n".join(cell.source for cell in cells)
    assert text.count("*Predict.*") == len(re.findall(r"^predict\(", text, re.MULTILINE))


def test_names_of_questions_are_unique_in_the_course():
    names = Counter(question for name in NAMES for question, *_ in asked(name))
    assert [question for question, count in names.items() if count > 1] == []


@for_each_lecture
def test_the_result_is_set_beside_the_guess_at_the_end_of_the_experiment(name):
    for question, cells, start, ends in asked(name):
        assert len(ends) == 1, f"{question} has {len(ends)} outcomes"
        last = ast.parse(cells[ends[0]].source).body[-1]
        assert isinstance(last, ast.Expr), question
        assert ast.unparse(last).startswith(f"outcome('{question}'"), question
        between = [cell.source for cell in cells[start : ends[0]] if cell.cell_type == "markdown"]
        assert not any(re.search(r"^#", source, re.MULTILINE) for source in between), question


@for_each_lecture
def test_no_cell_below_a_question_describes_the_result(name):
    for question, cells, start, ends in asked(name):
        for cell in cells[start + 1 : ends[0] + 1]:
            if cell.cell_type == "code":
                strings = [node.value for node in ast.walk(ast.parse(cell.source)) if isinstance(node, ast.Constant)]
                long = [text for text in strings if isinstance(text, str) and len(text.split()) > MOST_WORDS]
                assert long == [], question


@for_each_lecture
def test_what_explains_a_result_is_folded(name):
    questions = list(asked(name))
    folded = [cells[ends[0] + 1].source.lstrip().startswith("<details>") for _, cells, _, ends in questions]
    assert sum(folded) >= 0.7 * len(questions) or len(questions) == 1  # the others go on with the next question
    source = lecture_named(name).source.read_text(encoding="utf-8")
    assert "*Explain.*" not in source
    assert source.count("<details>") == source.count("</details>")


@for_each_lecture
def test_headings_ask_or_name_instead_of_answering(name):
    source = lecture_named(name).source.read_text(encoding="utf-8")
    source = re.sub(r"^```.*?^```", "", source, flags=re.MULTILINE | re.DOTALL)
    headings = re.findall(r"^#+ (.+)$", source, re.MULTILINE)
    answering = [heading for heading in headings if not heading.endswith("?") and ANSWERING.search(heading)]
    assert answering == []


@for_each_lecture
def test_a_result_is_there_where_a_lecture_was_executed(name):
    notebook = nbformat.read(lecture_named(name).executed, as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "code" and re.search(r"^outcome\(", cell.source, re.MULTILINE):
            assert "Result: " in str(cell.outputs[-1])
