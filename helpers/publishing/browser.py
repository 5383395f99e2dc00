"""The notebooks in the browser, with nothing to install: a JupyterLite site whose Python is Pyodide.

The site brings JupyterLite, the kernel, Pyodide's core, every package that is pure Python, and `helpers` itself. The
compiled ones (NumPy, SciPy, scikit-learn, pandas, matplotlib) come from Pyodide's own distribution when they are first
imported. `helpers` stands in Pyodide's list of packages, so that the first `from helpers import check` fetches it
together with all that it needs; no cell has to install anything.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from packaging.utils import canonicalize_name

from helpers.lectures import lecture_named, lecture_names
from helpers.paths import ROOT

from .site import MARK, WORK, SiteError, is_installed, may_be_filled

PACKAGES = ("jupyterlite-core", "jupyterlite-pyodide-kernel", "hatchling")  # the extra `site`
CORE = ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip")
LOCK = "pyodide-lock.json"
# What `helpers` imports and Pyodide has; Keras, Optuna and Dask are not among it.
NEEDED = ("numpy", "scipy", "scikit-learn", "pandas", "matplotlib", "pillow", "jinja2", "rich", "ipywidgets")
KERNEL = ("micropip", "ipython", "jedi", "packaging", "pyodide-http", "comm")
# Pure packages that Pyodide does not list: name, what it needs.
UNLISTED = {"comm": ["traitlets"], "jupyterlab-widgets": [], "ipywidgets": ["comm", "ipython", "jupyterlab-widgets"]}
# There are neither threads nor processes in a browser; a lecture that lives from them is left out.
BESIDE = re.compile(r"^(?:import|from) (?:threading|multiprocessing|concurrent\.futures)\b", re.MULTILINE)


def lectures_for_the_browser() -> tuple[str, ...]:
    """The course's lectures whose own code starts neither threads nor processes."""
    own = (lecture_named(name) for name in lecture_names())
    return tuple(
        lecture.name
        for lecture in own
        if not lecture.from_outside
        and not any(BESIDE.search(file.read_text(encoding="utf-8")) for file in lecture.folder.rglob("*.py"))
    )


def build_browser_site(to: Path, pyodide: Path | None = None) -> tuple[str, ...]:
    """Build the JupyterLite site.

    Parameters
    ----------
    to : Path
        A folder that is empty, does not exist yet, or was made by this function.
    pyodide : Path, optional
        The folder of the npm package `pyodide`; by default the one that the message below says how to make.

    Returns
    -------
    tuple of str
        The lectures that are in it.

    Raises
    ------
    SiteError
        If something that it is made of is missing, or the folder holds something else.
    """
    missing = [name for name in PACKAGES if not is_installed(name)]
    if missing:
        raise SiteError(
            f"the browser version needs {', '.join(missing)}; type: python -m pip install {' '.join(missing)}"
        )
    may_be_filled(to)
    from jupyterlite_pyodide_kernel.constants import PYODIDE_CDN_URL, PYODIDE_VERSION

    pyodide = pyodide or WORK / "npm" / "node_modules" / "pyodide"
    _is_pyodide(pyodide, PYODIDE_VERSION)
    lite = WORK / "browser"
    shutil.rmtree(lite, ignore_errors=True)
    static, files = lite / "static" / "pyodide", lite / "files"
    static.mkdir(parents=True)
    files.mkdir()
    for name in CORE:
        shutil.copy(pyodide / name, static)
    names = lectures_for_the_browser()
    for name in names:
        shutil.copy(lecture_named(name).handed_out, files)
    listed = json.loads((pyodide / LOCK).read_text(encoding="utf-8"))
    unlisted = _complete(listed["packages"], PYODIDE_CDN_URL, static)
    (static / LOCK).write_text(json.dumps(listed), encoding="utf-8")
    command = [sys.executable, "-m", "jupyterlite_core", "build", "--lite-dir", lite, "--output-dir", to]
    command += [
        "--contents",
        files,
        "--apps",
        "lab",
        *(part for wheel in unlisted for part in ("--piplite-wheels", wheel)),
    ]
    to.mkdir(parents=True, exist_ok=True)
    (to / MARK).touch()
    done = subprocess.run(list(map(str, command)), cwd=lite, capture_output=True, text=True)
    if done.returncode:
        raise SiteError(f"JupyterLite could not build the site: ...{(done.stdout + done.stderr)[-1500:]}")
    return names


def _is_pyodide(folder: Path, version: str) -> None:
    advice = f"type: npm install --prefix {os.path.relpath(WORK / 'npm')} pyodide@{version}"
    try:
        found = json.loads((folder / "package.json").read_text(encoding="utf-8"))["version"]
    except (OSError, ValueError, KeyError, TypeError):
        raise SiteError(f"{folder} is not the npm package pyodide; {advice}") from None
    if found != version:
        raise SiteError(f"{folder} holds Pyodide {found}, and the kernel needs {version}; {advice}")


def _complete(packages: dict, distribution: str, place: Path) -> list[Path]:
    """Put the pure packages and `helpers` into `place` and into Pyodide's list; the other packages stay elsewhere.

    Returns the wheels of those that Pyodide did not list.
    """
    for name, needs in UNLISTED.items():
        packages[name] = _entry(name, needs, [name.replace("-", "_")])
    inside = _closure(packages, (*KERNEL, *NEEDED))
    pure = [name for name in inside if name in UNLISTED or packages[name]["file_name"].endswith("-none-any.whl")]
    wheels = _fetch({name: packages[name].get("version") for name in pure})
    for name, package in packages.items():
        if name in wheels:
            shutil.copy(wheels[name], place)
            _point_to(package, wheels[name])
        else:
            package["file_name"] = f"{distribution}/{package['file_name']}"
    own = _own_wheel(place)
    packages["training-neural-networks"] = _entry("training-neural-networks", list(NEEDED), ["helpers"])
    _point_to(packages["training-neural-networks"], own)
    return [wheels[name] for name in UNLISTED]


def _entry(name, needs, imports):
    """A package for Pyodide's list, without the file."""
    fixed = {"install_dir": "site", "package_type": "package", "unvendored_tests": False}
    return {"name": name, "depends": needs, "imports": imports} | fixed


def _point_to(package: dict, wheel: Path) -> None:
    package["file_name"] = wheel.name
    package["version"] = wheel.name.split("-")[1]
    package["sha256"] = hashlib.sha256(wheel.read_bytes()).hexdigest()


def _closure(packages: dict, names) -> list[str]:
    found, to_do = set(), list(names)
    while to_do:
        name = canonicalize_name(to_do.pop())
        if name not in found:
            found.add(name)
            to_do += packages[name]["depends"]
    return sorted(found)


def _fetch(wanted: dict[str, str | None]) -> dict[str, Path]:
    """The wheels of pure packages from the package index, kept for the next time; None wants the newest version."""
    kept = WORK / "wheels"
    kept.mkdir(parents=True, exist_ok=True)

    def found():
        here = {}
        for wheel in sorted(kept.glob("*-none-any.whl")):
            name, version = wheel.name.split("-")[:2]
            name = canonicalize_name(name)
            if wanted.get(name, "no") in (None, version):
                here[name] = wheel
        return here

    missing = [f"{name}=={version}" if version else name for name, version in wanted.items() if name not in found()]
    if missing:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
        command += ["--only-binary", ":all:", "--python-version", "3.14", "--platform", "any", "--dest", kept, *missing]
        done = subprocess.run(list(map(str, command)), capture_output=True, text=True)
        if done.returncode:
            raise SiteError(f"pip could not fetch {', '.join(missing)}: ...{done.stderr[-500:]}")
    here = found()
    lost = [name for name in wanted if name not in here]
    if lost:
        raise SiteError(f"there is no pure wheel of {', '.join(lost)}")
    return here


def _own_wheel(place: Path) -> Path:
    """The wheel of this project, made in `place`."""
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(place)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        raise SiteError(f"the package could not be built: ...{done.stderr[-500:]}")
    return next(place.glob("training_neural_networks-*.whl"))
