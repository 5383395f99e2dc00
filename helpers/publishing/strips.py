"""The explorers' frames for the site: drawn once for each state of the code, kept, and said in HTML."""

from __future__ import annotations

import hashlib
import html
import importlib
import inspect
import json
import os
import shutil
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

from helpers.drawing.explorer import Explorer
from helpers.lectures import Lecture, lecture_named
from helpers.paths import ROOT

SHARED = ("helpers/drawing", "helpers/neural", "helpers/datasets")  # what every explorer draws and computes with
MEGABYTES = 2  # that the frames of one lecture may weigh
LIST = "strip.json"


@dataclass(frozen=True)
class DrawnStrip:
    """A strip on disk: `folder` holds a PNG for each of the `frames` (value, picture, description, words)."""

    folder: Path
    label: str
    default: int
    frames: tuple[dict, ...]


def draw_all(lectures: list[str], kept: Path) -> dict[str, DrawnStrip]:
    """The strips of these lectures, of those that have an explorer; `kept` holds the ones drawn before.

    Raises `ValueError`, which names the lecture, where frames weigh more than they may.
    """
    with_explorer = [name for name in lectures if (lecture_named(name).folder / "explorer.py").is_file()]
    folders = {name: kept / f"{name}-{_state_of(lecture_named(name))}" for name in with_explorer}
    to_draw = [name for name, folder in folders.items() if not (folder / LIST).is_file()]
    if to_draw:
        # New processes: matplotlib and the threads of NumPy's library do not like to be forked.
        with ProcessPoolExecutor(min(len(to_draw), os.cpu_count() or 1), mp_context=get_context("spawn")) as pool:
            list(pool.map(_draw, to_draw, [folders[name] for name in to_draw]))
        for folder in set(kept.glob("*/")) - set(folders.values()):
            shutil.rmtree(folder)  # drawn by code that is another now
    return {name: _read(folder) for name, folder in folders.items()}


def figure_of(strip: DrawnStrip, address: str) -> str:
    """The strip, whose pictures lie at `address`, as HTML: its default frame, and the others for the page's script."""
    shown = strip.frames[strip.default]
    script = json.dumps({"label": strip.label, "default": strip.default, "address": address, "frames": strip.frames})
    script = script.replace("<", "\\u003c")  # no word of a frame can end the script element
    return (
        f'<figure class="strip">\n'
        f'<img src="{address}/{shown["picture"]}" alt="{html.escape(shown["description"])}">\n'
        f"<figcaption><p>{html.escape(shown['words'])}</p></figcaption>\n"
        f'<script type="application/json">{script}</script>\n'
        f"</figure>"
    )


def _draw(name: str, folder: Path) -> None:
    strip = _explorer_of(lecture_named(name)).for_readers().strip()
    weight = sum(len(frame.picture) for frame in strip.frames)
    if weight > MEGABYTES * 1e6:
        raise ValueError(f"{name}: the frames weigh {weight / 1e6:.1f} MB, more than {MEGABYTES}; draw fewer")
    folder.mkdir(parents=True, exist_ok=True)
    frames = []
    for number, frame in enumerate(strip.frames):
        picture = f"{number:02d}.png"
        (folder / picture).write_bytes(frame.picture)
        frames.append(
            {"value": frame.value, "picture": picture, "description": frame.description, "words": frame.words}
        )
    # Written last, so that a strip of which some is missing is drawn again.
    listed = {"label": strip.label, "default": strip.default, "frames": frames}
    (folder / LIST).write_text(json.dumps(listed, indent=1), encoding="utf-8")


def _read(folder: Path) -> DrawnStrip:
    listed = json.loads((folder / LIST).read_text(encoding="utf-8"))
    return DrawnStrip(folder, listed["label"], listed["default"], tuple(listed["frames"]))


def _explorer_of(lecture: Lecture) -> type[Explorer]:
    """The explorer that the lecture's module defines; the first, where it has several."""
    module = importlib.import_module(f"{lecture.package}.explorer")
    own = [
        member
        for member in vars(module).values()
        if inspect.isclass(member) and issubclass(member, Explorer) and member.__module__ == module.__name__
    ]
    if not own:
        raise ValueError(f"{module.__file__} should define an Explorer")
    return own[0]


def _state_of(lecture: Lecture) -> str:
    """A digest of the code that draws a lecture's explorer."""
    digest = hashlib.sha256()
    for folder in (lecture.folder, *(ROOT / name for name in SHARED)):
        for file in sorted(folder.rglob("*.py")):
            if "exercises" not in file.relative_to(folder).parts:
                digest.update(file.name.encode() + file.read_bytes())
    return digest.hexdigest()[:16]
