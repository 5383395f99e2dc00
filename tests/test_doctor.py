"""What the doctor says about an environment, and what it says to type."""

import os
import subprocess
import sys
import tomllib

import pytest
from packaging.requirements import Requirement

from helpers import doctor
from helpers.paths import ROOT


def advice(diagnosis):
    return [finding.advice for finding in diagnosis.findings if finding.advice]


def without(monkeypatch, *missing, **versions):
    """Let the doctor find these packages missing, or in these versions."""
    real = doctor._version

    def version(requirement):
        return None if requirement.name in missing else versions.get(requirement.name, real(requirement))

    monkeypatch.setattr(doctor, "_version", version)


def test_every_package_of_the_project_file_is_examined(monkeypatch):
    seen = []
    monkeypatch.setattr(doctor, "_version", lambda requirement: seen.append(requirement.name) or "99999")
    doctor.examine()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    texts = [*project["dependencies"], *(t for e in ("keras", "search") for t in project["optional-dependencies"][e])]
    here = [r for r in map(Requirement, texts) if r.marker is None or r.marker.evaluate({"extra": ""})]
    assert {requirement.name for requirement in here} <= set(seen)


def test_a_missing_package_comes_with_the_command_that_installs_it_for_this_python(monkeypatch):
    without(monkeypatch, "numpy")
    monkeypatch.setattr(doctor.shutil, "which", lambda name: None)
    (command,) = [text for text in advice(doctor.examine()) if "numpy" in text]
    assert command == f"{sys.executable} -m pip install 'numpy>=2.0'"


def test_the_command_says_python_where_that_is_this_python(monkeypatch):
    without(monkeypatch, "numpy")
    monkeypatch.setattr(doctor.shutil, "which", lambda name: os.path.join(os.path.dirname(sys.executable), name))
    assert "python -m pip install 'numpy>=2.0'" in advice(doctor.examine())


def test_an_environment_without_pip_is_told_of_uv(monkeypatch):
    without(monkeypatch, "numpy")
    monkeypatch.setattr(doctor.importlib.util, "find_spec", lambda name: None)
    assert f"uv pip install --python {sys.executable} 'numpy>=2.0'" in advice(doctor.examine())


@pytest.mark.parametrize(("version", "age"), [("1.26.4", "old"), ("99", "new")])
def test_a_version_out_of_range_is_named(monkeypatch, version, age):
    without(monkeypatch, pandas="99" if age == "new" else "1.5")
    (finding,) = [f for f in doctor.examine().findings if f.what.startswith("pandas")]
    assert not finding.ok
    assert f"too {age}" in finding.what


def test_what_an_extra_lacks_is_no_fault(monkeypatch):
    """Some of its packages may be there for another reason, so a missing one does not mean that anything broke."""
    without(monkeypatch, "optuna", "distributed")
    (finding,) = [f for f in doctor.examine().findings if "hyperparameter search" in f.what]
    assert finding.ok
    assert "'optuna<5,>=4.1' 'distributed>=2025.1'" in finding.advice


@pytest.mark.parametrize(
    "script",
    ["#!/gone/away/bin/python\nimport re\n", "#!/bin/sh\n'''exec' \"/gone/away/bin/python\" \"$0\" \"$@\"\n' '''\n"],
)
def test_a_folder_that_was_moved_is_noticed(tmp_path, monkeypatch, script):
    (tmp_path / "course").write_text(script, encoding="utf-8")
    monkeypatch.setattr(doctor.sys, "executable", str(tmp_path / "python"))
    (finding,) = [f for f in doctor.examine().findings if "moved" in f.what]
    assert not finding.ok
    assert "/gone/away/bin/python" in finding.what
    assert finding.advice == "make lab"


def test_windows_gets_a_command_for_powershell(monkeypatch):
    monkeypatch.setattr(doctor.os, "name", "nt")
    assert doctor._typed(r"C:\My course\python.exe", "-m", "pip", "install", "numpy>=2.0") == (
        r'& "C:\My course\python.exe" -m pip install "numpy>=2.0"'
    )


@pytest.mark.skipif(os.name != "posix", reason="a POSIX shell reads the command")
def test_the_shell_reads_a_command_as_it_was_meant():
    words = ["printf", "%s|", "numpy>=2.0", "a b", "it's"]
    shown = subprocess.run(doctor._typed(*words), shell=True, capture_output=True, text=True, check=True)
    assert shown.stdout == "numpy>=2.0|a b|it's|"


def test_a_terminal_that_does_not_find_the_command_is_told_what_to_type_instead(monkeypatch):
    monkeypatch.setattr(doctor.shutil, "which", lambda name: None)
    assert f"{sys.executable} -m helpers.cli ..." in advice(doctor.examine(terminal=True))
    assert not [text for text in advice(doctor.examine()) if "helpers.cli" in text]
