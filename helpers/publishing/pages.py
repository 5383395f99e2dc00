"""Which pages the site has beside the lectures, and where the links between files of the project lead on it."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

from helpers.paths import ROOT

GUIDES, PROOFS = ROOT / "docs", ROOT / "solutions"
PROOF_NAMES = ("checks", "ledger", "claims")
# [text](target) or ![text](target), but not in a line of code.
_LINK = re.compile(r"(`[^`\n]*`)|(!?)\[((?:[^\[\]]|\[[^\]]*\])*)\]\(([^)\s#]+)(#[^)\s]*)?\)")
_ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:|//|/")


@dataclass(frozen=True)
class Page:
    """A Markdown file of the project as a page of the site; `address` is its path there, without an ending."""

    source: Path
    address: str


def guides() -> tuple[Page, ...]:
    """The guides, in alphabetical order."""
    return tuple(Page(path, f"guides/{path.stem}") for path in sorted(GUIDES.glob("*.md")))


def proofs() -> tuple[Page, ...]:
    """The proofs that have been built."""
    paths = [PROOFS / f"{name}.md" for name in PROOF_NAMES]
    return tuple(Page(path, f"proofs/{path.stem}") for path in paths if path.is_file())


def glossary() -> tuple[Page, ...]:
    """The glossary, once there is one."""
    path = PROOFS / "glossary.md"
    return (Page(path, "glossary"),) if path.is_file() else ()


def with_links_for_the_site(
    text: str, source: Path, address: str, targets: dict[Path, str], repository: str = ""
) -> tuple[str, list[tuple[Path, str]]]:
    """A Markdown text whose relative links lead to pages of the site.

    A link to a file that is no page leads to the repository, or is left as plain text where its address is not known.

    Parameters
    ----------
    text, source : str, Path
        The text, and the file it stands in, from which its links count.
    address : str
        Where it will stand on the site.
    targets : dict
        For the files that are pages, where these stand, with an ending.
    repository : str
        The address of the repository's files, up to the branch.

    Returns
    -------
    str
        The text with other links.
    list of (Path, str)
        The pictures that it shows: the file, and where it has to stand on the site.
    """
    pictures: list[tuple[Path, str]] = []
    here = os.path.dirname(address)

    def replaced(found):
        code, picture, words, target, anchor = found.groups()
        if code or _ELSEWHERE.match(target):
            return found[0]
        path = Path(os.path.normpath(source.parent / target))
        if path in targets:
            return f"{picture}[{words}]({os.path.relpath(targets[path], here or '.')}{anchor or ''})"
        if picture and path.is_file():
            place = f"images/{path.name}"
            pictures.append((path, place))
            return f"![{words}]({os.path.relpath(place, here or '.')})"
        if repository and path.is_relative_to(ROOT) and path.exists():
            return f"[{words}]({repository}/{path.relative_to(ROOT).as_posix()})"
        return words

    parts = re.split(r"(^```.*?^```[^\n]*$)", text, flags=re.DOTALL | re.MULTILINE)
    return "".join(part if part.startswith("```") else _LINK.sub(replaced, part) for part in parts), pictures
