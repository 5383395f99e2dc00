"""`course lab`: the notebooks in JupyterLab."""

from __future__ import annotations

import copy
import json
import os
import subprocess
import sys
from pathlib import Path

from helpers.fingerprint import KERNEL_METADATA
from helpers.paths import INSTALLED, NOTEBOOKS

from .common import refuse


def add(commands) -> None:
    parser = commands.add_parser("lab", help="open the notebooks in JupyterLab")
    parser.add_argument("--no-browser", action="store_true", help="print the address instead of opening it")
    parser.set_defaults(run=run)


def run(options) -> int:
    if not INSTALLED:
        return open_lab(NOTEBOOKS, options.no_browser)
    from helpers.folder.files import FolderError, lectures_in

    try:  # nobody should work inside the installed package
        return open_lab(next(iter(lectures_in(Path.cwd()).values())).parent, options.no_browser)
    except FolderError as error:
        return refuse(error)


def open_lab(folder: Path, no_browser: bool = False) -> int:
    """Open JupyterLab on a folder, at the first lecture. Returns the exit status, where it returns at all."""
    command = [
        sys.executable,
        "-m",
        "jupyterlab",
        f"--ServerApp.root_dir={folder.resolve()}",
        "--ServerApp.port_retries=100",
        "--LabApp.default_url=/lab/tree/00_start_here.ipynb",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
        "--LabApp.news_url=",
        f"--FileContentsManager.pre_save_hook={keep_metadata.__module__}.{keep_metadata.__name__}",
    ]
    if no_browser:
        command.append("--no-browser")
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append("--allow-root")
    _silence_news()
    # JupyterLab's own terminal finds `course` and this Python, whether or not the environment is activated.
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
    if os.name == "posix":
        os.execv(command[0], command)  # become JupyterLab, so that whoever ends this command ends it
    return subprocess.call(command)


def keep_metadata(model: dict, **_) -> None:
    """Before a notebook is saved: what Jupyter notes about the kernel goes, so that opening one changes nothing.

    Parameters
    ----------
    model : dict
        What is to be saved, as Jupyter Server's contents manager hands it to a `pre_save_hook`.
    """
    if model["type"] == "notebook" and "course" in model["content"]["metadata"]:
        model["content"]["metadata"] |= copy.deepcopy(KERNEL_METADATA)


def _silence_news() -> None:
    """Answer JupyterLab's question about news with no, in this environment only."""
    settings = Path(sys.prefix) / "share" / "jupyter" / "lab" / "settings"
    path = settings / "overrides.json"
    try:
        known = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
        wanted = known | {
            "@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False}
        }
        if wanted != known:
            settings.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(wanted, indent=2), encoding="utf-8")
    except OSError:
        print("JupyterLab may ask about news once: this environment is read-only.", file=sys.stderr)
