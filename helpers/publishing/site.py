"""Put the pages before Sphinx and have the site built; nothing is executed, and nothing is asked of another host."""

from __future__ import annotations

import html
import importlib.metadata
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

import nbformat

from helpers.lectures import Lecture, lecture_named, lecture_names
from helpers.paths import ROOT

from . import pages, strips
from .notebooks import read_notebook, readable

SETTINGS = ROOT / "docs" / "site"
WORK = ROOT / ".site"  # what is prepared for Sphinx, and the frames that were drawn before
FORMULAS = "sphinx-mathjax-offline"  # brings MathJax's files; its folder cannot be imported
PACKAGES = ("sphinx", "myst-nb", "sphinx-book-theme", "sphinx-copybutton", FORMULAS)  # the extra `site`
FORMULA_FILES = (
    "tex-chtml.js",
    "output/chtml/",
    "input/tex/extensions/",
)  # what a page may ask for, of 24 MB
MARK = ".made-by-course-site"


class SiteError(Exception):
    """Why the site cannot be built, and what to do."""


@dataclass(frozen=True)
class Addresses:
    """Where the project and the browser version are, as far as it is known.

    `repository` is OWNER/NAME on GitHub, `branch` the one that holds the notebooks, `browser` the address of the
    JupyterLite site, absolute or from the first page of this one. Buttons appear for what is known.
    """

    repository: str = ""
    branch: str = "main"
    browser: str = ""

    @property
    def files(self) -> str:
        return f"https://github.com/{self.repository}/blob/{self.branch}" if self.repository else ""


def build_site(to: Path, addresses: Addresses) -> list[str]:
    """Build the site into a folder.

    Parameters
    ----------
    to : Path
        A folder that is empty, does not exist yet, or was made by this function.
    addresses : Addresses
        Where the buttons lead.

    Returns
    -------
    list of str
        The lectures that are in it.

    Raises
    ------
    SiteError
        If a package is missing, the folder holds something else, or a file cannot be used.
    """
    _packages_are_there()
    may_be_filled(to)
    names = [name for name in lecture_names() if not lecture_named(name).from_outside]
    if not names:
        raise SiteError("there is no lecture to show")
    try:
        notebooks = {name: read_notebook(lecture_named(name).executed) for name in names}
        drawn = strips.draw_all(names, WORK / "frames")
    except ValueError as error:
        raise SiteError(error) from error
    source = WORK / "source"
    shutil.rmtree(source, ignore_errors=True)
    shutil.copytree(SETTINGS, source)  # one folder with all: Sphinx looks for static files beside its settings
    _write_pages(source, notebooks, drawn, addresses)
    _copy_files(source, drawn)
    to.mkdir(parents=True, exist_ok=True)
    (to / MARK).touch()
    from sphinx.cmd.build import build_main

    doctrees = WORK / "doctrees"
    if build_main(["-q", "-b", "html", "-d", str(doctrees), str(source), str(to)]):
        raise SiteError("Sphinx could not build the site; its reason is above")
    return names


def _packages_are_there() -> None:
    missing = [name for name in PACKAGES if not is_installed(name)]
    if missing:
        raise SiteError(f"the site needs {', '.join(missing)}; type: python -m pip install {' '.join(missing)}")


def is_installed(name: str) -> bool:
    """Whether a package of this name is installed."""
    try:
        importlib.metadata.distribution(name)
    except importlib.metadata.PackageNotFoundError:
        return False
    return True


def may_be_filled(folder: Path) -> None:
    """Raise `SiteError` where a folder holds what did not come from here."""
    if folder.exists() and not folder.is_dir():
        raise SiteError(f"{folder} is a file; name a folder for the site with --to")
    if folder.is_dir() and any(folder.iterdir()) and not (folder / MARK).exists():
        raise SiteError(f"{folder} holds files that are not a site's; name another folder with --to")


def _write_pages(source: Path, notebooks: dict, drawn: dict, addresses: Addresses) -> None:
    titles = {name: _title(notebook) for name, notebook in notebooks.items()}
    others = [*pages.glossary(), *pages.guides(), *pages.proofs()]
    targets = {page.source: f"{page.address}.md" for page in others}
    for name in notebooks:
        lecture = lecture_named(name)
        targets |= dict.fromkeys((lecture.source, lecture.executed, lecture.handed_out), f"{name}.ipynb")
    exist = {name[:2]: name for name in notebooks}
    for name, notebook in notebooks.items():
        lecture = lecture_named(name)
        strip = strips.figure_of(drawn[name], f"_static/frames/{name}") if name in drawn else None
        page = readable(notebook, strip, _ways(lecture, addresses), exist)
        for cell in page.cells:
            if cell.cell_type == "markdown":
                cell.source = _for_the_site(cell.source, lecture.executed, name, source, targets, addresses)
        nbformat.write(page, source / f"{name}.ipynb")
    for page in others:
        text = page.source.read_text(encoding="utf-8")
        place = source / f"{page.address}.md"
        place.parent.mkdir(exist_ok=True)
        place.write_text(_for_the_site(text, page.source, page.address, source, targets, addresses), encoding="utf-8")
    first = (SETTINGS / "index.md").read_text(encoding="utf-8")
    contents = [
        _tree("Lectures", [f"{name[:2]} · {titles[name]} <{name}>" for name in notebooks]),
        _tree("Look up", [page.address for page in pages.glossary()]),
        _tree("Guides", [page.address for page in pages.guides()]),
        _tree("Proofs", [page.address for page in pages.proofs()]),
    ]
    (source / "index.md").write_text(first + "\n" + "\n".join(contents), encoding="utf-8")


def _for_the_site(text, file, address, source, targets, addresses):
    text, pictures = pages.with_links_for_the_site(text, file, address, targets, addresses.files)
    for path, place in pictures:
        (source / place).parent.mkdir(exist_ok=True)
        shutil.copy(path, source / place)
    return text


def _title(notebook) -> str:
    return next(
        line.removeprefix("# ")
        for cell in notebook.cells
        if cell.cell_type == "markdown"
        for line in cell.source.splitlines()
        if line.startswith("# ")
    )


def _tree(caption: str, entries: list[str]) -> str:
    """A part of the contents, for the bar at the side and for the first page; nothing for no entries."""
    return f"```{{toctree}}\n:caption: {caption}\n:maxdepth: 1\n\n" + "\n".join(entries) + "\n```\n" if entries else ""


def _ways(lecture: Lecture, addresses: Addresses) -> str:
    """The ways to the notebook itself: its file, and programs that open it."""
    file = lecture.handed_out.name
    ways = [(f"_static/notebooks/{file}", "Download the notebook", " download")]
    if addresses.repository:
        where = f"{addresses.repository}/blob/{addresses.branch}/notebooks/{file}"
        ways.append((f"https://colab.research.google.com/github/{where}", "Open in Colab", ""))
        where = f"{addresses.repository}/{addresses.branch}?urlpath=lab/tree/notebooks/{file}"
        ways.append((f"https://mybinder.org/v2/gh/{where}", "Open on Binder", ""))
    if addresses.browser:
        ways.append((f"{addresses.browser.rstrip('/')}/lab/index.html?path={file}", "Run in the browser", ""))
    links = "\n".join(f'<a href="{html.escape(address)}"{how}>{words}</a>' for address, words, how in ways)
    return f'<p class="ways">\n{links}\n</p>\n'


def _copy_files(source: Path, drawn: dict) -> None:
    static = source / "_static"
    for name, strip in drawn.items():
        shutil.copytree(strip.folder, static / "frames" / name, ignore=shutil.ignore_patterns(strips.LIST))
    (static / "notebooks").mkdir()
    for name in lecture_names():
        lecture = lecture_named(name)
        if not lecture.from_outside:
            shutil.copy(lecture.handed_out, static / "notebooks")
    for file in importlib.metadata.files(FORMULAS) or ():
        _, _, inside = file.as_posix().partition("/static/mathjax/")
        if inside.startswith(FORMULA_FILES):
            place = static / "mathjax" / inside
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(os.fspath(file.locate()), place)
