"""What a lecture becomes for the page: folded results and answers, a strip for the explorer, links that lead on."""

import json
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from helpers.drawing.explorer import Choice, Slider
from helpers.paths import ROOT
from helpers.publishing import pages, strips
from helpers.publishing.notebooks import ANSWER, RESULT, read_notebook, readable


def ran(source, said="42"):
    return new_code_cell(source, outputs=[new_output("stream", name="stdout", text=said)] if said else [])


def page_of(*cells, **options):
    return readable(new_notebook(cells=list(cells)), **options).cells


def shape(cells):
    """The cells in short: text as it begins, code with how many outputs it has."""
    return [
        cell.source.splitlines()[0] if cell.cell_type == "markdown" else (cell.source, len(cell.outputs))
        for cell in cells
    ]


SHOWN = ("# shown above", 1)
OPENED, CLOSED = '<details class="until-opened" open>', "</details>"


def test_what_an_experiment_shows_is_folded_with_its_explanation_up_to_the_next_heading():
    cells = page_of(
        new_markdown_cell("## One\n\n*Predict.* How many?"),
        ran("print(6 * 7)"),
        new_markdown_cell("*Explain.* It is 42.\n\nAnd more.\n\n## Two\n\nOther things."),
        ran("print(1)"),
    )
    assert shape(cells) == [
        *["## One", ("print(6 * 7)", 0), OPENED, SHOWN, "*Explain.* It is 42.", CLOSED, "## Two", ("print(1)", 1)]
    ]
    assert RESULT in cells[2].source
    assert cells[3].metadata.tags == ["remove-input"]


def test_a_second_question_in_an_explanation_is_not_folded_with_the_first():
    cells = page_of(
        new_markdown_cell("*Predict.* First?"),
        ran("a"),
        new_markdown_cell("*Explain.* So.\n\n*Predict.* Second?"),
        ran("b"),
    )
    assert shape(cells) == [
        *["*Predict.* First?", ("a", 0), OPENED, SHOWN, "*Explain.* So.", CLOSED],
        *["*Predict.* Second?", ("b", 0), OPENED, SHOWN, CLOSED],
    ]


def test_a_guess_has_no_cell_but_its_choices_and_the_experiment_may_follow_later():
    cells = page_of(
        new_markdown_cell("*Predict.* Which?"),
        ran('predict("first", choices=["more", "less"])'),
        ran("x = 1", said=""),
        ran("outcome(x)"),
    )
    assert shape(cells) == [*["*Predict.* Which?", "- more", ("x = 1", 0), ("outcome(x)", 0), OPENED, SHOWN, CLOSED]]


def test_a_question_without_an_experiment_folds_nothing_of_the_next_section():
    cells = page_of(new_markdown_cell("*Predict.* Which?"), new_markdown_cell("## Next"), ran("print(1)"))
    assert shape(cells) == ["*Predict.* Which?", "## Next", ("print(1)", 1)]


def test_what_a_lecture_folds_itself_is_open_until_the_script_closes_it_and_is_not_folded_twice():
    own = "<details><summary>Why</summary>\n\nSo.\n\n</details>"
    cells = page_of(new_markdown_cell("*Predict.* Which?"), ran("a"), new_markdown_cell(own))
    assert shape(cells) == [
        *["*Predict.* Which?", ("a", 0), OPENED, SHOWN, CLOSED, "<details open><summary>Why</summary>"]
    ]


def test_a_heading_sign_in_a_block_of_code_ends_no_explanation():
    text = "*Explain.*\n\n```python\n# a comment\n```\n\nStill the explanation."
    cells = page_of(new_markdown_cell("*Predict.* Which?"), ran("a"), new_markdown_cell(text))
    assert cells[-2].source == text


def test_an_exercise_shows_its_stub_and_folds_the_answer_with_the_check():
    answer = "def f(x):\n    ### BEGIN SOLUTION\n    return 2 * x\n    ### END SOLUTION"
    cells = page_of(ran(answer, said=""), ran("check(f)", said="correct"), ran("after()"))
    assert "raise NotImplementedError" in cells[0].source
    assert "2 * x" not in cells[0].source
    assert ANSWER in cells[1].source
    assert cells[2].source == "def f(x):\n    return 2 * x"
    assert shape(cells[3:]) == [("check(f)", 1), CLOSED, ("after()", 1)]


def test_the_first_picture_of_an_explorer_becomes_a_strip_and_the_live_panel_goes():
    cells = page_of(ran("e = E()\ne.static()"), ran("e", said=""), strip='<figure class="strip"></figure>')
    assert shape(cells) == [("e = E()\ne.static()", 0), '<figure class="strip"></figure>']


def test_the_map_is_a_list_of_links_to_what_exists():
    drawn = "```mermaid\nflowchart TB\n  subgraph a [to begin]\n    A[00 start here] --> B[01 first]\n  end\n```"
    (cell,) = page_of(new_markdown_cell(drawn), exist={"00": "00_start_here"})
    assert '<a href="00_start_here.html">00 start here</a>' in cell.source
    assert "01 first <small>(to come)</small>" in cell.source
    other = "```mermaid\nsequenceDiagram\n```"
    assert page_of(new_markdown_cell(other))[0].source == other


def test_the_executed_notebook_is_not_changed():
    notebook = new_notebook(
        cells=[new_markdown_cell("*Predict.* ?"), ran("a"), new_markdown_cell("<details>x</details>")]
    )
    before = json.dumps(notebook)
    readable(notebook, ways="<p>x</p>")
    assert json.dumps(notebook) == before


@pytest.mark.parametrize("content", ["", "{", "[]", '{"cells": 3}', "\x00\xff"])
def test_a_file_that_is_no_notebook_is_named_with_what_to_do(tmp_path, content):
    path = tmp_path / "04_activations.ipynb"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ValueError, match=r"04_activations\.ipynb is not a notebook.*course build 04_activations"):
        read_notebook(path)
    path.unlink()
    with pytest.raises(ValueError, match=r"is missing.*course build 04_activations"):
        read_notebook(path)


GUIDE = ROOT / "docs" / "guide.md"
TARGETS = {ROOT / "docs" / "other.md": "guides/other.md", ROOT / "solutions" / "04_a.md": "04_a.ipynb"}


@pytest.mark.parametrize(
    ("written", "becomes"),
    [
        ("[o](other.md)", "[o](other.md)"),
        ("[o](other.md#part)", "[o](other.md#part)"),
        ("[a](../solutions/04_a.md)", "[a](../04_a.ipynb)"),
        ("[r](../README.md)", "[r](https://x/README.md)"),
        ("[gone](nowhere.md)", "gone"),
        ("[w](https://example.org/a.md)", "[w](https://example.org/a.md)"),
        ("[here](#part)", "[here](#part)"),
        ("`f[0](other.md)`", "`f[0](other.md)`"),
        ("```\n[o](../README.md)\n```", "```\n[o](../README.md)\n```"),
    ],
)
def test_links_lead_to_pages_of_the_site_or_to_the_repository(written, becomes):
    text, _ = pages.with_links_for_the_site(written, GUIDE, "guides/guide", TARGETS, "https://x")
    assert text == becomes


def test_without_a_repository_a_link_to_a_file_is_text_and_a_picture_comes_along():
    text, pictures = pages.with_links_for_the_site(
        "[r](../README.md) ![e](images/explorer.png)", GUIDE, "guides/guide", TARGETS
    )
    assert text == "r ![e](../images/explorer.png)"
    assert pictures == [(ROOT / "docs" / "images" / "explorer.png", "images/explorer.png")]


@pytest.mark.parametrize("most", [1, 2, 7, 33, 500])
@pytest.mark.parametrize(
    "control", [Slider("a", 0.01, 3.0, 0.01, 1.0), Slider("b", 2, 64, 1, 32), Choice("c", ("x", "y", "z"), "y")]
)
def test_a_strip_has_few_values_in_order_with_the_default_among_them(control, most):
    values = control.some_values(most)
    assert control.default in values
    assert len(values) <= most
    everything = control.some_values(10_000)
    assert [value for value in everything if value in values] == values


def test_words_of_a_frame_cannot_end_the_script_that_holds_them():
    nasty = '</script><script>alert(1)</script> "quoted" & more'
    frame = {"value": "1", "picture": "00.png", "description": nasty, "words": nasty}
    figure = strips.figure_of(strips.DrawnStrip(Path(), nasty, 0, (frame,)), "frames")
    assert figure.count("</script>") == 1
    held = figure.partition('json">')[2].partition("</script>")[0]
    assert json.loads(held)["frames"][0]["words"] == nasty


def test_a_page_is_a_valid_notebook():
    cells = [new_markdown_cell("# T\n\n*Predict.* ?"), ran("a"), new_markdown_cell("*Explain.*")]
    nbformat.validate(readable(new_notebook(cells=cells), ways="<p>x</p>"))
