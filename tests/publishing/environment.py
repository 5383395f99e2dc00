"""A Python that has the packages of the extra `site`, beside the course's own.

They are no part of the environment in which the course is proved. Where they are installed all the same, that one
serves; else an environment is made in the folder that `PEER_ENVIRONMENTS` names, which takes a network and a minute.
`.ci/run` names one.
"""

import fcntl
import os
import site
import subprocess
import sys
import tomllib
import venv
from pathlib import Path

import pytest

from helpers.paths import ROOT


def python_with(extra: str, name_of_one: str) -> Path:
    """An interpreter that has all packages of an extra; `name_of_one` is a module among them. Skips where none is."""
    if subprocess.run([sys.executable, "-c", f"import {name_of_one}"], capture_output=True).returncode == 0:
        return Path(sys.executable)
    if not os.environ.get("PEER_ENVIRONMENTS"):
        pytest.skip(
            f"needs the packages of [{extra}]: install them, or name a folder with PEER_ENVIRONMENTS=/some/folder"
        )
    folder = Path(os.environ["PEER_ENVIRONMENTS"]) / extra
    wanted = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"][extra]
    ready = folder / "installed.txt"
    folder.parent.mkdir(parents=True, exist_ok=True)
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # another process of the tests may be making it
        if not ready.exists() or ready.read_text() != "\n".join(wanted):
            _make(folder, wanted)
            ready.write_text("\n".join(wanted))
    return folder / "bin" / "python"


def _make(folder: Path, wanted: list[str]) -> None:
    venv.create(folder, with_pip=True, clear=True)
    (own,) = folder.glob("lib/python*/site-packages")
    (own / "course.pth").write_text("\n".join(site.getsitepackages()))  # the course's packages, after its own
    install = [folder / "bin" / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *wanted]
    done = subprocess.run(install, capture_output=True, text=True, timeout=900)
    assert done.returncode == 0, f"{', '.join(wanted)} could not be installed: ...{done.stderr[-500:]}"
