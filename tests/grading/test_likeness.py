"""Answers that are alike: what is found in a class whose truth is known, how rarely anything else is, and bad input."""

import ast
import csv
import re

import numpy as np
import pytest
from bs4 import BeautifulSoup

from helpers.cli import main
from helpers.commands.common import OK, USAGE
from helpers.grading.gradebook import Gradebook
from helpers.grading.handed_in import NAME
from helpers.grading.likeness import pages, reading
from helpers.grading.likeness.chance import false_alarms, likeness, surprises, together, without_habits
from helpers.grading.likeness.pairs import compare
from helpers.grading.likeness.reading import independent_answers
from helpers.grading.likeness.structure import answers_in, features_of
from helpers.lectures import functions_of
from tests import simulated_answers
from tests.classroom import LECTURE

PLAIN = """
def f(x, axis):
    total = np.exp(x).sum(axis=axis)
    if axis > 1:
        total += 1
    return x / total + 2 * axis
"""
SAME = {
    "other names": PLAIN.replace("total", "denominator_1"),
    "another format": 'def f( x, axis ):\n  """Mine."""\n  total=(np.exp( x ).sum(axis = axis))  # why not\n\n'
    "  if (axis>1): total+=1\n  return x/total+2*axis",
    "another order": PLAIN.replace("axis > 1", "1 < axis").replace("x / total + 2 * axis", "axis * 2 + x / total"),
    "another import": PLAIN.replace("np.exp", "numpy.exp"),
    "written out": PLAIN.replace("total += 1", "total = total + 1.0"),
    "annotated": PLAIN.replace("(x, axis)", "(x: object, axis: int) -> object").replace("total =", "total: float ="),
}


def _features(source):
    return features_of(f"import numpy as np\nimport numpy\n{source}")


@pytest.mark.parametrize("how", SAME)
def test_an_answer_has_the_same_structure_with(how):
    assert _features(SAME[how]) == _features(PLAIN)


def test_another_formula_is_another_structure():
    changed = _features(PLAIN.replace("np.exp", "np.log"))
    assert changed != _features(PLAIN)
    assert len(changed & _features(PLAIN)) > len(changed) / 2


def test_an_answer_is_what_the_learner_wrote_for_it_and_no_more():
    cells = ["import numpy as np", "LIMIT = 3\n\ndef helper(x):\n    return x + LIMIT", "def other(x):\n    return x"]
    cells += ["def f(x):\n    return helper(other(x))", "def unused(x):\n    return 5"]
    answers, failed = answers_in(cells, ["f", "other", "not_there"])
    assert "\n".join(answers["f"].lines) == "LIMIT = 3\ndef helper(x):\n    return x + LIMIT\n" + cells[3]
    assert set(answers) == {"f", "other"}
    assert failed == []


def test_what_many_share_and_what_was_handed_out_count_little():
    common, rare = {"a", "b", "c"}, {"x", "y", "z"}
    answers = [dict.fromkeys(features, 1.0) for features in [common] * 8 + [rare] * 2]
    values = likeness(answers, [{"a"}])
    assert values[0, 1] < values[8, 9] / 5
    assert likeness(answers, [{"a"}], known=rare)[8, 9] == 0


def test_a_habit_is_one_coincidence_however_many_exercises_show_it():
    answers = without_habits({"f": {"guard", "sum"}, "g": {"guard", "exp"}, "h": {"guard"}, "i": {"guard"}})
    assert answers["f"] == {"guard": 0.5, "sum": 1.0}
    habit, once = answers["h"], {"guard": 1.0}
    others = [{f"other {i}": 1.0} for i in range(8)]
    assert likeness([habit, habit, *others], [])[0, 1] == pytest.approx(likeness([once, once, *others], [])[0, 1] / 4)


def test_the_most_alike_pair_of_a_hundred_is_as_surprising_as_one_in_a_hundred():
    surprise = surprises(np.arange(100.0), np.ones(100, dtype=bool))
    assert np.exp(-surprise) == pytest.approx(np.arange(100, 0, -1) / 100)
    assert together(surprise[None]) == pytest.approx(np.exp(-surprise), rel=0.05)


def test_the_chance_of_a_sum_is_what_drawing_gives():
    rng = np.random.default_rng(1)
    everybody = np.ones(3000, bool)
    drawn = np.array([surprises(rng.integers(0, kinds, 3000).astype(float), everybody) for kinds in (2, 5, 50)])
    chance = together(drawn)
    for level in (0.3, 0.03):  # of independent exercises; 3000 draws, so 1 % counts 30 +- 5
        assert (chance <= level).mean() == pytest.approx(level, rel=0.35)


def test_exercises_that_go_together_make_a_sum_less_surprising():
    rng = np.random.default_rng(1)
    style = rng.normal(size=3000)
    everybody = np.ones(3000, bool)
    related = np.array([surprises(style + 0.5 * rng.normal(size=3000), everybody) for _ in range(6)])
    unrelated = np.array([rng.permutation(row) for row in related])
    assert np.nanmin(together(related)) > 100 * np.nanmin(together(np.c_[unrelated, related.max(axis=1)[:, None]]))
    assert (together(related) <= 0.01).mean() < 0.03


def test_false_alarms_are_as_rare_as_is_stated():
    """Of 150 classes of independent answers 0.3 pairs each are expected: then at most 26 % of the classes have any."""
    exercises = functions_of(LECTURE)
    independent = [independent_answers(exercise) for exercise in exercises]
    assert min(map(len, independent)) > 5
    rate = false_alarms(independent, [()] * len(exercises), 20, 0.3, 150, np.random.default_rng(5))
    assert 0.08 < rate < 0.36  # 0.26, and 2.8 standard errors above


@pytest.fixture(scope="module")
def copied(tmp_path_factory):
    """A class of 30 with one pair for each disguise, the truth, and what was found."""
    out = tmp_path_factory.mktemp("likeness")
    truth = simulated_answers.simulated(LECTURE, 30, dict.fromkeys(simulated_answers.DISGUISES, 1.0), seed=1)
    simulated_answers.write(out, truth, LECTURE)
    found = compare(out)
    pages.write(found, out)
    return out, truth, found


def test_copied_notebooks_are_found_whatever_hides_them(copied):
    _, truth, found = copied
    assert {frozenset((pair.first, pair.second)) for pair in found.listed} == set(truth.copied)
    assert len(found.pairs) == 30 * 29 // 2


def test_the_most_surprising_come_first_and_the_rest_is_as_chance_has_it(copied):
    _, truth, found = copied
    expected = [pair.expected for pair in found.pairs]
    assert expected == sorted(expected)
    alone = [pair.expected for pair in found.pairs if frozenset((pair.first, pair.second)) not in truth.copied]
    assert sum(value <= 1 for value in alone) <= 4  # 1 is expected


def test_the_page_and_the_table_say_how_surprising_every_pair_is(copied):
    out, truth, found = copied
    page = BeautifulSoup((out / "likeness.html").read_text(), "html.parser")
    assert len(page.find_all("section")) == len(truth.copied)
    first = page.find("section")
    assert found.pairs[0].first in first.h2.text
    assert first.select("pre .same .match")[0].text == "1"
    assert not page.find_all(["script", "img", "link", "iframe"])
    with open(out / "likeness.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 435
    assert [row["on the list"] for row in rows].count("yes") == 4


def test_no_word_of_the_page_accuses_anybody(copied):
    out, _, _ = copied
    text = BeautifulSoup((out / "likeness.html").read_text(), "html.parser")
    for code in text.find_all("pre"):
        code.decompose()
    words = r"cheat|plagiar|copi|copy|fraud|suspect|guilt|stole|honest|dishonest|misconduct|collu"
    assert not re.findall(words, text.text, re.IGNORECASE)


def _class(out, answers: dict[str, str]):
    """A class in which each student answers `sigmoid` with a source of their own."""
    truth = simulated_answers.SimulatedClass({who: {"sigmoid": source} for who, source in answers.items()}, {})
    simulated_answers.write(out, truth, LECTURE)


def test_code_and_names_are_shown_and_cannot_act(tmp_path, capsys):
    evil = "<script>alert(1)</script>"
    source = f"def sigmoid(x):\n    note = '{evil}\u202e'\n    return x * 3 + len(note)"
    _class(tmp_path, {f"=cmd{evil}": source, "ada": source, "bo": "sigmoid = abs"})
    assert main(["likeness", str(tmp_path), "--expected", "1"]) == OK
    assert "Pairs compared: 3; on the list: 1" in capsys.readouterr().out
    page = (tmp_path / "likeness.html").read_text()
    assert "&lt;script&gt;" in page
    assert evil not in page
    assert "\u202e" not in page
    assert "'=cmd" in (tmp_path / "likeness.csv").read_text()


def test_untouched_exercises_are_no_answers(tmp_path):
    _class(tmp_path, {"ada": "def sigmoid(x):\n    return x", "grace": "def sigmoid(x):\n    return x + 1"})
    [pair] = compare(tmp_path).pairs
    assert [alike.exercise for alike in pair.exercises] == ["sigmoid"]
    assert pair.expected == pytest.approx(1)  # one pair alone is never surprising


def test_earlier_years_are_compared_with_this_one_and_not_with_each_other(tmp_path):
    now, before = tmp_path / "now", tmp_path / "before"
    _class(now, {"ada": "def sigmoid(x):\n    return x", "bo": "def sigmoid(x):\n    return x - 1"})
    _class(
        before, {"ada": "def sigmoid(x):\n    return x", "cy": "def sigmoid(x):\n    return x", "di": "sigmoid = abs"}
    )
    pairs = {(pair.first, pair.second) for pair in compare(now, [before]).pairs}
    year = f"({before})"
    assert pairs == {
        ("ada", "bo"),
        ("ada", f"cy {year}"),
        ("ada", f"di {year}"),
        ("bo", f"ada {year}"),
        ("bo", f"cy {year}"),
        ("bo", f"di {year}"),
    }


def test_a_folder_without_a_gradebook_is_refused_with_what_to_do(tmp_path, capsys):
    assert main(["likeness", str(tmp_path)]) == USAGE
    assert "run: course grade SUBMISSIONS" in capsys.readouterr().err
    _class(tmp_path / "a", {"ada": "sigmoid = abs"})
    assert main(["likeness", str(tmp_path / "a"), "--earlier", str(tmp_path / "b")]) == USAGE
    assert str(tmp_path / "b") in capsys.readouterr().err
    assert main(["likeness", str(tmp_path / "a"), "--earlier", str(tmp_path / "a")]) == USAGE


def test_where_no_notebook_is_kept_it_is_said(tmp_path, capsys):
    _class(tmp_path, {"ada": "sigmoid = abs", "bo": "sigmoid = abs"})
    with Gradebook(tmp_path / "gradebook.db") as book:
        marked = book.submissions()[0]
        book.add_students(["cy"])
        book.save(type(marked)("cy", LECTURE, "cy.ipynb", "other", marked.verdicts))
    assert main(["likeness", str(tmp_path)]) == OK
    assert f"cy, {LECTURE}: the notebook is not kept" in capsys.readouterr().out
    (tmp_path / NAME).unlink()
    assert main(["likeness", str(tmp_path)]) == USAGE
    assert "course grade again" in capsys.readouterr().err
    assert not (tmp_path / NAME).exists()


def test_an_answer_that_cannot_be_taken_apart_costs_only_itself(tmp_path):
    deep = "def sigmoid(x):\n    return " + "x + " * 3000 + "x"
    long = "def sigmoid(x):\n" + "    x = x + 1\n" * 5000 + "    return x"
    hard = {"cy": deep, "di": "def sigmoid(x:", "ed": long}
    _class(tmp_path, {"ada": "sigmoid = abs", "bo": "def sigmoid(x):\n    return 1", **hard})
    found = compare(tmp_path)
    assert [(pair.first, pair.second) for pair in found.pairs] == [("ada", "bo")]
    assert [remark[:4] for remark in found.remarks] == ["cy, ", "di, ", "ed, "]
    assert all("the answer to sigmoid is no Python, or too large" in remark for remark in found.remarks)


def test_a_notebook_that_takes_too_long_costs_only_itself(tmp_path, monkeypatch):
    monkeypatch.setattr(reading, "SECONDS", 1)
    monkeypatch.setattr(reading, "answers_in", _never_ends_for_abs)
    _class(tmp_path, {"ada": "sigmoid = abs", "bo": "def sigmoid(x):\n    return 1"})
    found = compare(tmp_path)
    assert ["within 1 s" in remark and remark.startswith("ada") for remark in found.remarks] == [True]
    assert [row.people for row in found.lectures] == [1]


def _never_ends_for_abs(cells, names):
    while "sigmoid = abs" in cells:
        pass
    return answers_in(cells, names)


def test_every_right_answer_of_the_course_can_be_read_as_an_independent_one():
    for exercise in functions_of(LECTURE):
        assert len(independent_answers(exercise)) == 1 + len(exercise.spellings)
        assert ast.parse(simulated_answers.right_answers(LECTURE)[exercise.name][0])
