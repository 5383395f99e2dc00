"""What the tests share."""

import contextlib
import os
import shutil
import time
import urllib.request

import hypothesis
import pytest

# How long an example takes says more about the machine than about the course. A profile of the same name replaces the
# one in use, and leaves that alone which `--hypothesis-profile` names.
hypothesis.settings.register_profile("default", deadline=None)


def cannot_run_here(reason: str) -> None:
    """Skip with a reason on somebody's machine; fail where everything is meant to be installed (`CI=true`)."""
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(autouse=True)
def no_learners_progress(monkeypatch):
    """No test writes into the progress of the person who runs it."""
    monkeypatch.setenv("COURSE_PROGRESS", "off")


def walls_hold() -> None:
    """Skip what grades strictly where the kernel does not allow the walls."""
    from helpers.grading.runner import IsolationUnavailable, Runner

    try:
        with Runner("strict"):
            pass
    except IsolationUnavailable as error:
        cannot_run_here(f"strict isolation is not available: {error}")


def fetch_when_ready(address: str, seconds: float = 60) -> bytes:
    """The page at `address` of a server that has just been started."""
    for _ in range(round(4 * seconds)):
        try:
            with urllib.request.urlopen(address, timeout=10) as page:
                return page.read()
        except OSError:
            time.sleep(0.25)
    raise TimeoutError(f"nothing answered within {seconds} s")


CHROMIUM_OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@contextlib.contextmanager
def chromium():
    """Chromium, without a window; None if it is not installed."""
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        yield None
        return
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM_OPTIONS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def browser():
    """Chromium for the tests of a module."""
    with chromium() as found:
        if found is None:
            cannot_run_here("no Chromium; install it (Debian: apt install chromium) to run the browser tests")
        yield found
