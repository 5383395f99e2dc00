"""A new version of a lecture meets a notebook in which somebody has worked."""

import copy
import json
from collections import Counter

import nbformat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.fingerprint import as_built, cell_digest, fingerprint
from helpers.folder.merge import merge, untouched_cells

MINE = "I wrote this"


def lecture(*cells):
    """A notebook as the build writes it, from texts: `task:...` and `check:...` belong to an exercise."""
    notebook, seen = {"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}, Counter()
    for text in cells:
        kind, _, rest = text.partition(":")
        cell = {"cell_type": "markdown", "metadata": {}, "source": text}
        if kind in ("task", "check", "code"):
            cell |= {"cell_type": "code", "outputs": [], "execution_count": None}
        if kind in ("task", "check"):
            exercise = rest.split()[0]
            marks = {"grade": kind == "check", "locked": kind == "check", "solution": kind == "task", "task": False}
            marks |= {"schema_version": 3, "grade_id": exercise if kind == "task" else f"check_{exercise}"}
            cell["metadata"] = {"nbgrader": marks | ({"points": 1} if kind == "check" else {})}
        digest = cell_digest(cell)
        seen[digest] += 1
        cell["id"] = digest if seen[digest] == 1 else f"{digest}-{seen[digest]}"
        notebook["cells"].append(cell)
    identifiers = [cell["id"] for cell in notebook["cells"]]
    notebook["metadata"]["course"] = {"lecture": "20_x", "built": fingerprint(notebook), "cells": identifiers}
    return notebook


def texts(notebook):
    return ["".join(cell["source"]) for cell in notebook["cells"]]


def own(text, kind="markdown"):
    code = {"outputs": [], "execution_count": None} if kind == "code" else {}
    return {"cell_type": kind, "id": f"own{abs(hash(text))}"[:40], "metadata": {}, "source": text} | code


FIRST = ("title", "code:a", "text one", "task:f old", "check:f", "text two")
SECOND = ("title", "code:b", "text one, corrected", "task:f new", "check:f", "a new text", "text two")


def test_a_notebook_that_nobody_touched_becomes_the_new_one():
    merged = merge(lecture(*FIRST), lecture(*SECOND))
    assert merged["cells"] == lecture(*SECOND)["cells"]
    assert as_built(merged)


def test_outputs_of_a_cell_whose_text_stays_are_kept():
    mine = lecture(*FIRST)
    mine["cells"][4] |= {"execution_count": 7, "outputs": [{"output_type": "stream", "name": "stdout", "text": "12"}]}
    assert merge(mine, lecture(*SECOND))["cells"][4] == mine["cells"][4]


def test_an_answer_stays_and_the_changed_task_is_shown_below_it_as_text():
    mine = lecture(*FIRST)
    mine["cells"][3]["source"] = "task:f old\nmy answer"
    merged = merge(mine, lecture(*SECOND))
    place = texts(merged).index("task:f old\nmy answer")
    notice = merged["cells"][place + 1]
    assert notice["cell_type"] == "markdown"
    assert "`f` has changed" in notice["source"]
    assert "task:f new" in notice["source"]
    assert [c["cell_type"] for c in merged["cells"] if "task:f" in c["source"]] == ["code", "markdown"]


def test_an_answer_to_a_task_that_did_not_change_stays_without_a_word():
    mine = lecture(*FIRST)
    mine["cells"][3]["source"] = "task:f old\nmy answer"
    merged = merge(mine, lecture("title", "task:f old", "check:f"))
    assert texts(merged) == ["title", "task:f old\nmy answer", "check:f"]


def test_the_notice_goes_when_the_task_is_again_the_one_that_was_answered():
    mine = lecture(*FIRST)
    mine["cells"][3]["source"] = "my answer"
    there = merge(mine, lecture(*SECOND))
    assert texts(merge(there, lecture(*FIRST))) == ["title", "code:a", "text one", "my answer", "check:f", "text two"]


def test_a_notice_that_the_learner_deleted_does_not_come_back_until_the_task_changes_again():
    mine = lecture(*FIRST)
    mine["cells"][3]["source"] = "my answer"
    merged = merge(mine, lecture(*SECOND))
    merged["cells"] = [cell for cell in merged["cells"] if not cell["id"].startswith("new-task")]
    later = merge(merged, lecture(*SECOND, "the end"))
    assert not any("has changed" in text for text in texts(later))
    latest = merge(later, lecture("title", "task:f newest", "check:f"))
    assert sum("task:f newest" in text for text in texts(latest)) == 1


def test_an_edited_lecture_cell_stays_and_its_successor_comes_below_it():
    mine = lecture(*FIRST)
    mine["cells"][1]["source"] = "code:a with a rate of my own"
    assert texts(merge(mine, lecture(*SECOND)))[1:3] == ["code:a with a rate of my own", "code:b"]


def test_own_cells_stay_below_what_they_stood_below():
    mine = lecture(*FIRST)
    mine["cells"].insert(3, own("my note on text one"))
    merged = texts(merge(mine, lecture(*SECOND)))
    assert merged[merged.index("my note on text one") - 1] == "text one, corrected"


def test_a_deleted_cell_stays_away_until_it_says_something_new():
    mine = lecture(*FIRST)
    del mine["cells"][2], mine["cells"][-1]
    merged = texts(merge(mine, lecture(*SECOND)))
    assert "text two" not in merged
    assert "text one, corrected" in merged


def test_cells_that_the_learner_moved_stay_where_they_are():
    mine = lecture("a", "b", "c")
    mine["cells"].reverse()
    assert texts(merge(mine, lecture("a", "b", "b and a half", "c"))) == ["c", "b", "b and a half", "a"]


def test_a_notebook_whose_identifiers_a_tool_dropped_is_merged_by_its_texts():
    mine = lecture(*FIRST)
    mine["cells"][3]["source"] = "my answer"
    for cell in mine["cells"]:
        del cell["id"]
    mine["nbformat_minor"] = 0
    merged = merge(mine, lecture(*SECOND))
    assert texts(merged)[:4] == ["title", "code:b", "text one, corrected", "my answer"]
    assert texts(merged)[5:] == ["check:f", "a new text", "text two"]
    nbformat.validate(merged)


def test_a_notebook_from_before_bases_were_written_down_loses_nothing():
    mine = lecture(*FIRST)
    del mine["metadata"]["course"]
    mine["cells"][3]["source"] = "my answer"
    merged = merge(mine, lecture(*SECOND))
    assert "my answer" in texts(merged)
    assert set(SECOND) - {"task:f new"} < set(texts(merged))


def test_untouched_cells_are_told_from_changed_ones():
    mine = lecture("a", "a", "b")
    mine["cells"][2]["source"] = "c"
    mine["cells"].append(own("a"))
    assert untouched_cells(mine) == [True, True, False, False]


# Any edits, any order of versions.

SLOTS = ["text:{} of p", "text:{} of q", "code:x = {}", "task:f {}", "check:f", "task:g {}", "check:g", "same"]
versions = st.lists(
    st.tuples(st.sampled_from(range(len(SLOTS))), st.integers(1, 3)), max_size=10, unique_by=lambda cell: cell[0]
)
# The last two stand for tools that drop identifiers, and for a folder from before notebooks knew their base.
KINDS = ("write", "add", "delete", "move", "copy", "cut and paste", "split", "turn", "run", "anonymous", "forget")
edits = st.lists(st.tuples(st.sampled_from(KINDS), st.integers(0, 30), st.integers(0, 30)), max_size=5)


def edit(notebook, step, kind, at, to):
    """What a person, or a program that a person uses, does to a notebook."""
    cells = notebook["cells"]
    if kind == "forget":
        notebook["metadata"].pop("course", None)
    elif kind == "anonymous":
        for cell in cells:
            cell.pop("id", None)
        notebook["nbformat_minor"] = 4
    elif kind == "add":
        cells.insert(at % (len(cells) + 1), own(f"{MINE} {step}", "code" if to % 2 else "markdown"))
    elif cells:
        place, goal = at % len(cells), to % len(cells)
        cell = cells[place]
        if kind == "write":
            cell["source"] = f"{cell['source']}\n{MINE} {step}"
        elif kind == "delete":
            del cells[place]
        elif kind == "move":
            cells.insert(goal, cells.pop(place))
        elif kind == "copy":
            cells.insert(goal, copy.deepcopy(cell) | {"id": f"copy{step}", "source": f"{MINE} {step}"})
        elif kind == "cut and paste":
            cells.insert(goal, cells.pop(place) | {"id": f"pasted{step}"})
        elif kind == "split":
            cells.insert(place, copy.deepcopy(cell) | {"id": f"half{step}", "source": f"{MINE} {step}"})
            cell["source"] = f"{cell['source'][: len(cell['source']) // 2]} {MINE} {step}"
        elif kind == "turn" and MINE in cell["source"]:
            for key in ("outputs", "execution_count"):
                cell.pop(key, None)
            cell["cell_type"] = "raw"
        elif kind == "run" and cell["cell_type"] == "code":
            cell["execution_count"] = step + 1


def learners(notebook):
    """How often each text that a learner wrote stands in a notebook, with what running it showed."""
    cells = [c for c in notebook["cells"] if MINE in c["source"]]
    return Counter((c["cell_type"], c["source"], c.get("execution_count")) for c in cells)


HISTORIES = 400


@settings(max_examples=HISTORIES, deadline=None)
@given(first=versions, history=st.lists(st.tuples(edits, versions), min_size=1, max_size=5))
def test_whatever_was_edited_and_whichever_versions_come_nothing_of_the_learner_is_lost(first, history):
    notebook, step = written(first), 0
    for changes, version in history:
        touched = False
        for kind, at, to in changes:
            edit(notebook, step := step + 1, kind, at, to)
            touched = touched or kind != "run"
        new = written(version)
        base = (notebook["metadata"].get("course") or {}).get("cells")
        before = json.dumps([notebook, new])
        was_built = as_built(notebook) and not touched
        merged = merge(notebook, new)

        assert json.dumps([notebook, new]) == before
        assert merge(merged, new) is merged
        assert learners(merged) == learners(notebook)
        if merged is not notebook:
            nbformat.validate(merged)
        # Everything new is there: as it is, in words below an answer, or as what the learner made of this very text.
        for cell in new["cells"]:
            if base is not None and cell["id"] not in base:
                assert any(cell["source"] in c["source"] or cell["id"] == c["id"] for c in merged["cells"]), cell
        if was_built:
            assert texts(merged) == texts(new)
            assert as_built(merged)
        # Nothing is there that is neither the learner's nor handed out today. (Without a record of what was handed
        # out, or identifiers, an older text cannot be told from the learner's own.)
        if not any(
            kind in ("forget", "anonymous", "cut and paste", "copy", "split") for c, _ in history for kind, *_ in c
        ):
            assert all(MINE in text or "has changed" in text or text in texts(new) for text in texts(merged))
        notebook = merged


def written(version):
    return lecture(*(SLOTS[slot].format(revision) for slot, revision in version))


@pytest.mark.parametrize("drop", ["id", "metadata"])
def test_neither_argument_is_changed(drop):
    mine, new = lecture(*FIRST), lecture(*SECOND)
    mine["cells"][3].pop(drop)
    before = copy.deepcopy((mine, new))
    merge(mine, new)
    assert (mine, new) == before
