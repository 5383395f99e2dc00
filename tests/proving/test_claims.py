"""Every general sentence of a lecture is an experiment that came out as the sentence says."""

import re

import pytest

from helpers.evidence.claim import FAILS, HOLDS, OWN, Claim, Evidence, gather, margin_of
from helpers.lectures import lecture_named, lecture_names
from helpers.paths import SOLUTIONS
from helpers.proving import claims
from tests.proved import of_experiments, unless_proved

PATH = SOLUTIONS / "claims.md"
CLAIMS = [(lecture, claim) for lecture in lecture_names() for claim in claims.claims_of(lecture)]
IDS = [f"{lecture}-{number}" for number, (lecture, _) in enumerate(CLAIMS)]
RECORDED = claims.written(PATH) if PATH.exists() else {}


def words(text):
    """A text without the signs of Markdown, as its words follow each other."""
    return " ".join(re.sub(r"[*_|`]", " ", text).split())


@pytest.mark.parametrize(("lecture", "claim"), CLAIMS, ids=IDS)
def test_the_sentence_stands_in_the_lecture(lecture, claim):
    source = lecture_named(lecture).source.read_text(encoding="utf-8")
    assert words(claim.sentence) in words(source)


@pytest.mark.parametrize(("lecture", "claim"), CLAIMS, ids=IDS)
def test_a_claim_is_tried_over_seeds_and_in_neighboring_settings(lecture, claim):
    assert next(iter(claim.settings)) == OWN
    assert claim.seeds == 1 or (claim.seeds >= 10 and len(claim.settings) + len(claim.limits) >= 2)
    assert not set(claim.settings) & set(claim.limits)


@pytest.mark.parametrize(("lecture", "claim"), CLAIMS, ids=IDS)
def test_the_table_says_that_it_holds_where_the_lecture_says_so(lecture, claim):
    for setting in (*claim.settings, *claim.limits):
        holds, _, _, verdict = RECORDED[" ".join(claim.sentence.split()), setting]
        assert verdict == (HOLDS if setting in claim.settings else FAILS), setting
        assert holds.endswith(f" of {claim.seeds}")


@pytest.mark.parametrize(("lecture", "claim"), CLAIMS, ids=IDS)
def test_what_the_table_says_is_what_the_experiment_gives(lecture, claim):
    """One seed and one setting of each, another one for each claim; `course build` computes all."""
    with unless_proved(f"claim {lecture}: {claim.sentence}", PATH, *of_experiments(lecture)) as needed:
        if needed:
            is_recorded(claim)


def is_recorded(claim):
    settings = (*claim.settings, *claim.limits)
    number = sum(map(ord, claim.sentence))
    setting, seed = settings[number % len(settings)], number % claim.seeds
    _, lowest, highest, _ = RECORDED[" ".join(claim.sentence.split()), setting]
    margin = margin_of(claim, setting, seed)
    slack = 0.06 * max(abs(float(lowest)), abs(float(highest)), 1e-12)  # two digits are written
    assert float(lowest) - slack <= margin <= float(highest) + slack


def test_a_claim_holds_where_it_holds_for_nine_of_ten_seeds():
    claim = Claim(
        "", lambda seed, failing: seed - failing + 0.5, settings={"one": {"failing": 1}, "two": {"failing": 2}}
    )
    assert (gather(claim, "one").times, gather(claim, "one").verdict) == (9, HOLDS)
    assert (gather(claim, "two").times, gather(claim, "two").verdict) == (8, FAILS)


def test_a_margin_that_is_no_number_does_not_hold():
    claim = Claim("", lambda seed: float("nan"), seeds=1)
    assert gather(claim, OWN).verdict == FAILS


def test_a_limit_in_which_the_sentence_holds_is_not_as_the_lecture_says():
    claim = Claim("", lambda seed: 1, limits={"deep": {}})
    assert not Evidence(claim, "deep", (1.0,)).as_said
    assert Evidence(claim, OWN, (1.0,)).as_said
    assert "| **holds** |" in claims.line(Evidence(claim, "deep", (1.0,)))
