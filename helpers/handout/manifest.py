"""Which hand-out this is, whether its files are as they were handed out, and whether a notebook belongs to it."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from helpers.paths import PACKAGE

FORMAT = 1
FILE = "handout.json"
KEY = "handout"  # in the metadata of a notebook, below "course"
_SHOWN = 8  # characters of a digest that people read
_belongs_to: list[str] = []
_choices: dict[str, str] = {}
_said: list[str] = []


def manifest(files: dict[str, bytes], **said) -> dict:
    """What a hand-out says of itself: its format, what else there is to say, its files, and a digest of all that."""
    told = {"format": FORMAT} | said | {"files": {name: _digest(content) for name, content in sorted(files.items())}}
    return told | {"digest": digest_of(told)}


def digest_of(told: dict) -> str:
    """The digest of all else that a manifest says."""
    rest = {key: value for key, value in told.items() if key != "digest"}
    return _digest(json.dumps(rest, sort_keys=True, ensure_ascii=False).encode())


def shown(digest: str) -> str:
    """A digest as people read it. It may come from anywhere."""
    return "".join(c for c in str(digest) if c.isalnum())[:_SHOWN]


def opened(digest: str, **choices: str) -> None:
    """Remember which hand-out the notebook came with that is being read; its first cell says so.

    `choices` are what its exercises ask of this person, by the exercise's name, where not everybody is asked the same.
    """
    _belongs_to[:] = [digest]
    _choices.clear()
    _choices.update(choices)


def choice_here(exercise: str) -> str:
    """What the notebook says that an exercise asks; "" if it says nothing of it. Anyone may have changed it."""
    return str(_choices.get(exercise, ""))


def said_once() -> str:
    """What is wrong with this hand-out, in words: at the first check only, "" ever after."""
    if _said:
        return ""
    _said.append(_wrong())
    return _said[0]


def closed(now: datetime | None = None) -> str:
    """A sentence if the exam is not open now, by this computer's clock; else ""."""
    told = _here()
    now = now or datetime.now(UTC)
    opens, closes = (datetime.fromisoformat(told[key]) if told and told.get(key) else None for key in ("from", "until"))
    if opens and now < opens:
        return f"The exam begins on {opens:%Y-%m-%d at %H:%M (UTC%z)}. Until then nothing is checked."
    if closes and now > closes:
        return f"The exam ended on {closes:%Y-%m-%d at %H:%M (UTC%z)}. Nothing more is checked; hand in what you have."
    return ""


@cache
def _here() -> dict | None:
    """The manifest beside this package; None in the course itself, which is no hand-out."""
    try:
        told = json.loads((PACKAGE / FILE).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError):
        return {}
    return told if isinstance(told, dict) else {}


def _wrong() -> str:
    told = _here()
    if told is None:
        return _of_another("the whole course") if _belongs_to else ""
    if told.get("format") != FORMAT or not isinstance(told.get("files"), dict):
        return "The file helpers/handout.json of this hand-out cannot be read. Unpack the hand-out again."
    changed = [name for name, digest in told["files"].items() if _digest_of_file(PACKAGE.parent / name) != digest]
    if changed or digest_of(told) != told.get("digest"):
        which = f" ({changed[0]}{' and others' if len(changed) > 1 else ''})" if changed else ""
        return (
            f"The files of this hand-out were changed after they were handed out{which}. What a check says may be "
            "wrong, and marks do not come from it. Unpack the hand-out again."
        )
    if _belongs_to and _belongs_to[0] != told["digest"]:
        return _of_another(f"hand-out {shown(told['digest'])}")
    return ""


def _of_another(here: str) -> str:
    return (
        f"This notebook came with hand-out {shown(_belongs_to[0])}, and the folder `helpers` that it found is "
        f"{here}: another version, or of another class. Put the notebook beside the `helpers` that it came with."
    )


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _digest_of_file(path: Path) -> str:
    try:
        return _digest(path.read_bytes())
    except OSError:
        return ""
