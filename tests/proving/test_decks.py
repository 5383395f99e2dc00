"""docs/decks.md says where the course has each topic and each number of the decks; the lectures and ledgers agree."""

import re
from dataclasses import dataclass

import pytest

from helpers.lectures import lecture_named, lecture_names
from helpers.paths import ROOT
from helpers.proving.ledger import rows_of

PAGE = ROOT / "docs" / "decks.md"
MAP = ROOT / "solutions" / "00_start_here.md"
DECKS = ("000", "001", "002", "003", "004")
# A lecture whose sections and rows are not in the table yet: a topic that names it is enough.
OPEN = {"12_pokemon_radar"}


@dataclass(frozen=True)
class Topic:
    """A line of the tables: where the course has it, as {lecture: headings}, and {pattern of rows: how many}."""

    name: str
    decks: set[str]
    where: dict[str, list[str]]
    numbers: dict[str, int]


def tables(columns):
    """The lines of all tables with these columns, each as a list of cells."""
    head = "| " + " | ".join(columns) + " |\n|" + "---|" * len(columns) + "\n"
    found = re.findall(re.escape(head) + r"((?:\|.*\n)+)", PAGE.read_text(encoding="utf-8"))
    return [[cell.strip() for cell in line[1:-1].split("|")] for table in found for line in table.splitlines()]


def read(cells):
    name, decks, where, numbers = cells
    lectures = {
        lecture: re.findall(r"\*([^*]+)\*", headings)
        for lecture, headings in re.findall(r"(\d\d_\w+)(?::((?: \*[^*]+\*,?)+))?", where)
    }
    # What stands in the cell is nothing else than what was read from it.
    written = "; ".join(
        f"{lecture}: {', '.join(f'*{heading}*' for heading in headings)}" if headings else lecture
        for lecture, headings in lectures.items()
    )
    assert written == where, name
    patterns = dict.fromkeys(re.findall(r"`([^`]+)`", numbers), 1)
    assert ", ".join(f"`{pattern}`" for pattern in patterns) == numbers, name
    counted = {}
    for pattern in patterns:
        key, _, count = re.fullmatch(r"(.+?)( \((\d+)\))?", pattern).groups()
        counted[key] = int(count or 1)
    return Topic(name, set(decks.split(", ")), lectures, counted)


TOPICS = [read(cells) for cells in tables(("topic", "decks", "where", "numbers"))]
DECK_ROWS = [
    (lecture, row) for lecture in lecture_names() for row in rows_of(lecture) if re.match(r"\d{3}\b", row.deck)
]


def fits(pattern, key):
    return re.fullmatch(".*".join(map(re.escape, pattern.split("…"))), key) is not None


def headings_of(lecture):
    text = lecture_named(lecture).source.read_text(encoding="utf-8")
    prose = re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE)
    return re.findall(r"^#+ (?:\d+\. )?(.+)$", prose, re.MULTILINE)


def topics_of(lecture, row):
    decks = set(row.deck.split(", "))
    return [
        topic.name
        for topic in TOPICS
        if lecture in topic.where and decks <= topic.decks and any(fits(pattern, row.key) for pattern in topic.numbers)
    ]


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.name)
def test_a_topic_stands_where_the_page_says(topic):
    assert topic.where
    assert topic.decks <= set(DECKS)
    for lecture, headings in topic.where.items():
        if lecture in lecture_names():
            assert headings or lecture in OPEN, lecture
            assert set(headings) <= set(headings_of(lecture)), lecture
        else:  # announced on the map, and not written yet
            assert f" {lecture} }}}}" in MAP.read_text(encoding="utf-8"), lecture


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.name)
def test_a_topic_has_the_rows_of_the_ledger_that_it_names(topic):
    rows = [row for lecture, row in DECK_ROWS if lecture in topic.where]
    for pattern, count in topic.numbers.items():
        found = [row.key for row in rows if fits(pattern, row.key) and set(row.deck.split(", ")) <= topic.decks]
        assert len(found) == count, pattern


def test_every_row_of_the_ledger_belongs_to_one_topic():
    homeless = [
        (lecture, row.deck, row.key, found)
        for lecture, row in DECK_ROWS
        if lecture not in OPEN and len(found := topics_of(lecture, row)) != 1
    ]
    assert not homeless


def test_what_is_left_out_has_a_reason():
    left_out = tables(("topic", "decks", "why")) + tables(("number", "decks", "why"))
    assert left_out
    for what, decks, why in left_out:
        assert what
        assert set(decks.split(", ")) <= set(DECKS), what
        assert why.endswith((".", ".)")), what


def test_every_lecture_and_every_deck_has_a_topic():
    taught = {lecture for topic in TOPICS for lecture in topic.where}
    assert set(lecture_names()) - {"00_start_here"} <= taught
    assert set.union(*(topic.decks for topic in TOPICS)) == set(DECKS)


@pytest.mark.parametrize("table", ["10-1", "10-2", "11-3"])
def test_the_default_tables_are_tested(table):
    lines = [topic for topic in TOPICS if table in topic.name.partition(":")[0]]
    assert lines
    assert all(topic.numbers for topic in lines)
