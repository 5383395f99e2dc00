"""A recorded proof counts while nothing has changed, and no longer."""

import inspect

import pytest

from tests import proved


@pytest.fixture
def record(tmp_path, monkeypatch):
    monkeypatch.setattr(proved, "RECORD", tmp_path / "proved.json")
    monkeypatch.setattr(proved, "ROOT", tmp_path)
    source = tmp_path / "source.py"
    source.write_text("a = 1")
    yield source
    proved._digest_of_one.cache_clear()


def proof(source, monkeypatch, wanted="", fails=False):
    """Whether it was proved now."""
    monkeypatch.setenv("COURSE_PROVE", wanted)
    proved._digest_of_one.cache_clear()
    with proved.unless_proved("something", source) as needed:
        if needed and fails:
            raise AssertionError
        return needed


def test_a_proof_is_taken_from_the_record_until_its_source_changes(record, monkeypatch):
    assert proof(record, monkeypatch)
    assert proof(record, monkeypatch), "nothing is recorded unless that is asked for"
    assert proof(record, monkeypatch, "record")
    assert not proof(record, monkeypatch)
    record.write_text("a = 2")
    assert proof(record, monkeypatch)


def test_everything_is_proved_anew_when_that_is_asked_for(record, monkeypatch):
    assert proof(record, monkeypatch, "record")
    assert proof(record, monkeypatch, "all")
    assert not proof(record, monkeypatch, "record")


def test_what_fails_is_not_recorded(record, monkeypatch):
    with pytest.raises(AssertionError):
        proof(record, monkeypatch, "record", fails=True)
    assert proof(record, monkeypatch)


def test_words_around_an_answer_are_no_part_of_its_proof(record, monkeypatch):
    lecture = record.with_suffix(".md")

    def needed(words, code, wanted=""):
        lecture.write_text(f"{words}\n\n```{{code-cell}} ipython3\n{code}\n```\n\n{words}\n")
        return proof(proved.Code(lecture), monkeypatch, wanted)

    assert needed("Some words.", "a = 1", "record")
    assert not needed("Other words.", "a = 1")
    assert needed("Some words.", "a = 2")


def test_a_test_that_is_proved_makes_no_fixture(record, monkeypatch):
    ran = []
    monkeypatch.setattr(proved.inspect, "getfile", lambda test: record)

    @proved.proves(record)
    @pytest.mark.parametrize("number", [1])
    def example(number, costly):
        """What it shows."""
        ran.append((number, costly))

    class Request:
        node = type("node", (), {"nodeid": "tests/example[1]"})

        def getfixturevalue(self, name):
            return f"made {name}"

    assert list(inspect.signature(example).parameters) == ["request", "number"]
    assert (example.__name__, example.__doc__, len(example.pytestmark)) == ("example", "What it shows.", 1)
    monkeypatch.setenv("COURSE_PROVE", "record")
    example(request=Request(), number=1)
    example(request=Request(), number=1)
    assert ran == [(1, "made costly")]
