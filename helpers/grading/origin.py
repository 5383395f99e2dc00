"""Which hand-out a notebook came with, as far as it says so itself."""

from __future__ import annotations

from collections import Counter

from helpers.handout.manifest import KEY, shown

from .notebook import Unreadable, read_notebook

_LONGEST_NAME = 40


def origin(content: bytes) -> str:
    """The hand-out in words; "" for a notebook that names none. Anyone may have written what it says."""
    told = _told(content)
    if not shown(told.get("digest", "")):
        return ""
    name = "".join(c for c in str(told.get("name", "")) if c.isprintable())[:_LONGEST_NAME]
    return f"hand-out {shown(told['digest'])}" + (f" ({name})" if name else "")


def variant(content: bytes) -> str:
    """What a notebook says of the variant that it came with; "" for one that names none."""
    said = _told(content).get("variant", "")
    return said if isinstance(said, str) else ""


def note(content: bytes) -> str:
    """What a student's page says of it."""
    found = origin(content)
    return f"This notebook came with {found}." if found else ""


def remarks(origins: Counter) -> list[str]:
    """What there is to say of a class: `origins` counts the notebooks by `origin`."""
    if not any(origins):
        return []
    counted = [f"{number} with {one or 'none'}" for one, number in sorted(origins.items())]
    return [f"The notebooks came with these hand-outs: {', '.join(counted)}"]


def _told(content: bytes) -> dict:
    """What the metadata of a notebook say of a hand-out."""
    if f'"{KEY}"'.encode() not in content:
        return {}
    try:
        metadata, _ = read_notebook(content)
    except Unreadable:
        return {}
    course = metadata.get("course")
    told = course.get(KEY) if isinstance(course, dict) else None
    return told if isinstance(told, dict) else {}
