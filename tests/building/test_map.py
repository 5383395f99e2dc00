"""The map in 00_start_here and in README: every lecture once, with what it builds on and its minutes; nothing typed."""

import re

from helpers.building import build, readme
from helpers.building.source import builds_on, minutes_of, read_lecture
from helpers.lectures import lecture_names


def lines():
    return [
        [cell.strip() for cell in line[1:-1].split("|")]
        for line in readme.the_map().splitlines()
        if line.startswith("|")
    ]


def test_the_map_shows_every_lecture_once_in_order_with_its_links():
    written = [link for _, link, *_ in lines() if link.startswith("[")]
    assert written == [f"[{name.replace('_', ' ')}](solutions/{name}.ipynb)" for name in lecture_names()]


def test_the_minutes_on_the_map_are_those_in_the_head_of_the_lecture():
    for _, link, _, reading, doing in lines():
        if link.startswith("["):
            lecture = re.search(r"\d\d_\w+", link)[0]
            head = "".join(cell.source for cell in read_lecture(lecture).cells[:3])
            assert f"about {reading} minutes to read and run, {doing} for the exercises" in head


def test_a_lecture_builds_on_those_that_its_head_names_and_no_later_one():
    assert builds_on("09_regularization") == ["01", "05"]
    for lecture in lecture_names():
        assert all(number < lecture[:2] for number in builds_on(lecture))


def test_the_time_of_the_course_is_the_sum():
    reading = sum(minutes_of(lecture)[0] for lecture in lecture_names())
    assert f"All of it: about {round(reading / 60)} hours to read and run" in readme.the_map()


def test_readme_shows_the_map():
    assert readme.holds_map()


def test_a_readme_with_another_map_is_reported_and_mended(tmp_path, monkeypatch):
    stale = tmp_path / "README.md"
    right = readme.place().read_text(encoding="utf-8")
    stale.write_text(right.replace(readme.the_map(), "| 1 hour |"), encoding="utf-8")
    monkeypatch.setattr(readme, "place", lambda: stale)
    (outcome,) = build.check([readme.MAP])
    assert any("README.md does not show the map" in problem for problem in outcome.problems)
    readme.write_map()
    assert stale.read_text(encoding="utf-8") == right


def test_a_readme_without_a_map_stays_as_it_is(tmp_path, monkeypatch):
    other = tmp_path / "README.md"
    other.write_text("Mine.\n", encoding="utf-8")
    monkeypatch.setattr(readme, "place", lambda: other)
    readme.write_map()
    assert other.read_text(encoding="utf-8") == "Mine.\n"
