"""The button that hands in, for the first lecture."""

from __future__ import annotations

import getpass
from html import escape
from pathlib import Path

from .files import FolderError
from .handin import hand_in


def handin():
    """Show a field for the name and a button that writes one file to upload, from the notebooks beside this one."""
    import ipywidgets

    name = ipywidgets.Text(value=_login(), description="Your name:", style={"description_width": "initial"})
    button = ipywidgets.Button(description="Write the file to hand in", layout=ipywidgets.Layout(width="auto"))
    said = ipywidgets.HTML()
    button.on_click(lambda _: setattr(said, "value", _html(said_of(Path.cwd(), name.value))))
    return ipywidgets.VBox([name, button, said])


def said_of(folder: Path, name: str) -> list[str]:
    """Hand in the notebooks of a folder; what there is to say, line by line."""
    try:
        done = hand_in(folder, name)
    except FolderError as error:
        return [str(error)]
    except OSError as error:
        return [f"{error.filename}: {error.strerror}. The file could not be written."]
    return done.said()


def _login() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container may know no user
        return ""


def _html(lines: list[str]) -> str:
    return f"<pre>{escape(chr(10).join(lines))}</pre>"
