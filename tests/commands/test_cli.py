"""The command `course`, as people type it."""

import json
import os
import re
import subprocess
import sys
import threading
import urllib.request

import pytest

from helpers.commands.common import USAGE
from helpers.paths import NOTEBOOKS
from tests.conftest import fetch_when_ready


def run(*arguments, **options):
    command = [sys.executable, "-m", "helpers.cli", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, **options)


def test_bare_make_lists_the_targets():
    listed = subprocess.run(["make"], capture_output=True, text=True, cwd=NOTEBOOKS.parent, timeout=20)
    assert listed.returncode == 0
    assert {"lab", "test", "build", "grade"} <= set(re.findall(r"make (\w+)", listed.stdout))


def test_help_names_every_command():
    text = run("--help").stdout
    names = (
        "start",
        "update",
        "handin",
        "lab",
        "doctor",
        "build",
        "grade",
        "report",
        "adjust",
        "collect",
        "show",
        "requests",
        "export",
        "send",
        "autograder",
        "data",
    )
    assert all(name in text for name in names)


def test_doctor_finds_this_environment_healthy():
    done = run("doctor")
    assert done.returncode == 0, done.stdout
    assert "Everything is in place." in done.stdout


def test_data_lists_the_sets_and_refuses_an_unknown_one():
    assert "mnist" in run("data").stdout
    unknown = run("data", "imagenet")
    assert unknown.returncode == USAGE
    assert "mnist" in unknown.stderr


def test_a_report_needs_a_gradebook(tmp_path):
    done = run("report", tmp_path)
    assert done.returncode == USAGE
    assert "course grade" in done.stderr


def test_importing_helpers_imports_nothing_heavy():
    code = "import helpers, sys; print([m for m in ('numpy', 'scipy', 'matplotlib', 'tensorflow') if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "[]\n"


@pytest.mark.slow
def test_start_serves_the_notebooks_from_an_empty_home_without_asking_about_news_or_noting_the_kernel(tmp_path):
    mine = tmp_path / "mine" / "00_start_here.ipynb"
    environment = {"HOME": str(tmp_path), "PATH": os.environ["PATH"], "LANG": "C.UTF-8"}
    command = [sys.executable, "-m", "helpers.cli", "start", mine.parent, "--no-browser"]
    server = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)
    watchdog = threading.Timer(90, server.kill)
    watchdog.start()
    try:
        address = next(m for line in server.stderr if (m := re.search(r"(http://\S+?)/lab\S*\?token=(\w+)", line)))
        base, token = address.groups()
        place = f"{base}/api/contents/{mine.name}?token={token}"
        model = json.loads(fetch_when_ready(place))
        assert "Start here" in model["content"]["cells"][0]["source"]
        # What JupyterLab adds when a notebook is opened, and saves after two minutes.
        model["content"]["metadata"]["language_info"] |= {"version": "3.12.1", "mimetype": "text/x-python"}
        before = mine.read_bytes()
        save = urllib.request.Request(place, json.dumps(model).encode(), method="PUT")
        assert urllib.request.urlopen(save, timeout=20).status == 200
        assert mine.read_bytes() == before
        settings = f"{base}/lab/api/settings/@jupyterlab/apputils-extension:notification?token={token}"
        news = json.loads(fetch_when_ready(settings))["schema"]["properties"]["fetchNews"]
        assert news["default"] == "false"
    finally:
        watchdog.cancel()
        server.terminate()
        server.wait(timeout=30)
    with pytest.raises(OSError, match="refused"):
        urllib.request.urlopen(base, timeout=5)
