"""The glossary holds the words of the field that the lectures use, in the readers' languages."""

import re

import pytest

from helpers.building.build import learner_notebook
from helpers.building.glossary import glossary, terms_of
from helpers.building.source import SourceError
from helpers.lectures import lecture_named, lecture_names
from helpers.paths import SOLUTIONS


def test_the_page_is_what_the_lectures_declare():
    assert (SOLUTIONS / "glossary.md").read_text(encoding="utf-8") == glossary(lecture_names())


@pytest.mark.parametrize("lecture", lecture_names())
def test_the_words_of_every_term_stand_in_its_lecture(lecture):
    text = lecture_named(lecture).source.read_text(encoding="utf-8").lower()
    missing = [row["term"] for row in terms_of(lecture) if not all(beginning in text for beginning in beginnings(row))]
    assert missing == []


def beginnings(row):
    """The words of a term without their endings."""
    return [word[: max(4, len(word) - 3)] for word in re.findall(r"[a-z]{3,}", row["term"].lower())]


def test_a_term_has_one_name_in_each_language():
    names = {}
    for lecture in lecture_names():
        for row in terms_of(lecture):
            names.setdefault(row["term"].lower(), set()).add((row["chinese"], row["korean"], row["vietnamese"]))
    assert [term for term, found in names.items() if len(found) > 1] == []


@pytest.mark.parametrize("lecture", lecture_names()[1:])
def test_a_learner_finds_the_words_in_the_lecture_itself(lecture):
    _, link, *_, words, last = learner_notebook(lecture).cells
    if not last.source.startswith("**Next:**"):
        words = last
    heading = words.source.partition("\n")[0].removeprefix("## ")
    assert f"](#{heading.replace(' ', '-')})" in link.source
    rows = terms_of(lecture)
    assert len(rows) >= 10
    assert all(f"| {row['term']} | {row['meaning']} | {row['chinese']} |" in words.source for row in rows)


@pytest.mark.parametrize("lecture", lecture_names())
def test_the_words_are_written_in_their_scripts(lecture):
    for row in terms_of(lecture):
        assert re.search(r"[\u4e00-\u9fff]", row["chinese"]) or row["chinese"] == row["term"], row
        assert re.search(r"[\uac00-\ud7af]", row["korean"]) or row["korean"] == row["term"], row
        assert re.search(r"[a-zà-ỹđ]", row["vietnamese"].lower()), row


def test_a_file_with_other_columns_is_named(monkeypatch, tmp_path):
    (tmp_path / "glossary.csv").write_text("term,meaning\nrate,step\n", encoding="utf-8")
    place = type("Place", (), {"folder": tmp_path})
    monkeypatch.setattr("helpers.building.glossary.lecture_named", lambda name: place)
    with pytest.raises(SourceError, match=r"glossary\.csv, line 2: the columns are term, meaning, chinese"):
        terms_of("any")
