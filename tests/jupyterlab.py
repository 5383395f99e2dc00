"""JupyterLab in a real browser, driven as a learner drives it: a notebook opened, cells found, typed into and run."""

import contextlib
import os
import re
import shutil
import socket
import subprocess
import sys

from helpers.paths import NOTEBOOKS
from tests.conftest import fetch_when_ready

TOKEN = "for-this-test-only"
# No script hands a promise back: Playwright would wait for it without a limit.
NOTEBOOK = "window.jupyterapp.shell.currentWidget.content"
FIND_CELLS = f"""
(pattern) => {NOTEBOOK}.widgets
  .map((cell, index) => [index, cell.model.sharedModel.getSource()])
  .filter(([index, source]) => new RegExp(pattern, 'm').test(source)).map(([index]) => index)
"""
READY = """
() => { const panel = window.jupyterapp?.shell.currentWidget;
  return panel?.content?.widgets?.length > 10 && panel.sessionContext.isReady && panel.sessionContext.session?.kernel; }
"""
ALL_HAVE_RUN = f"""
() => {NOTEBOOK}.widgets
  .filter(cell => cell.model.type === 'code' && cell.model.sharedModel.getSource().trim())
  .every(cell => cell.model.executionCount)
"""
OUTPUTS = f"(index) => {NOTEBOOK}.widgets[index].model.toJSON().outputs ?? []"
RUN_COUNT = f"(index) => {NOTEBOOK}.widgets[index].model.executionCount ?? 0"
GO_TO = f"""
(index) => {{ const notebook = {NOTEBOOK};
  notebook.activeCellIndex = index; notebook.scrollToItem(index, 'center'); }}
"""


@contextlib.contextmanager
def jupyterlab_with(lecture, tmp_path_factory, browser):
    """JupyterLab's page with one lecture open, in a folder and a home of its own."""
    home, folder = tmp_path_factory.mktemp("home"), tmp_path_factory.mktemp("notebooks")
    shutil.copy(NOTEBOOKS / f"{lecture}.ipynb", folder)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = os.environ | {"HOME": str(home), "COURSE_PROGRESS": str(home / "progress.jsonl")}
    server = subprocess.Popen(
        [
            *[sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", f"--ServerApp.port={port}"],
            *[f"--ServerApp.root_dir={folder}", f"--IdentityProvider.token={TOKEN}"],
            "--LabApp.expose_app_in_browser=True",
        ],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        fetch_when_ready(f"http://127.0.0.1:{port}/api?token={TOKEN}")
        page = browser.new_page(viewport={"width": 1400, "height": 1000})
        page.goto(f"http://127.0.0.1:{port}/lab/tree/{lecture}.ipynb?token={TOKEN}")
        page.wait_for_function(READY, timeout=60_000)
        yield page
        page.close()
    finally:
        server.terminate()
        server.wait(timeout=30)


def cell_with(page, pattern):
    """The index of the one cell in whose source a line matches."""
    (index,) = page.evaluate(FIND_CELLS, pattern)
    return index


def go_to(page, index):
    """Make the cell the active one and bring it into view."""
    page.evaluate(GO_TO, index)


def outputs_of(page, index):
    """The outputs of a cell as the notebook's file would hold them; none for a cell of text."""
    return page.evaluate(OUTPUTS, index)


def shown_by(page, index):
    """All text that a cell shows, without markup."""
    shown = []
    for output in outputs_of(page, index):
        data = output.get("data", {"text/plain": output.get("text", "")})
        for kind in ("text/html", "text/plain"):
            if kind in data:
                text = data[kind]
                shown.append(re.sub(r"<[^>]+>|\s+", " ", "".join(text) if isinstance(text, list) else text))
                break
    return " ".join(shown)


def type_into(page, index, source):
    """Replace a cell's text the way a person does, and run it."""
    go_to(page, index)
    editor = page.locator(".jp-Notebook-cell.jp-mod-active .cm-content")
    editor.click()
    page.keyboard.press("Control+A")
    page.keyboard.insert_text(source)
    run(page, index)


def run(page, index, seconds=60):
    """Run a cell and wait until it has run."""
    go_to(page, index)
    before = page.evaluate(RUN_COUNT, index)
    page.evaluate("() => { window.jupyterapp.commands.execute('notebook:run-cell'); }")
    page.wait_for_function(
        f"([index, before]) => ![0, before].includes(({RUN_COUNT})(index))",
        arg=[index, before],
        timeout=1000 * seconds,
    )


def run_all(page):
    """Run the whole notebook, wait until it has run, and return the errors among the outputs."""
    page.evaluate("() => { window.jupyterapp.commands.execute('notebook:run-all-cells'); }")
    page.wait_for_function(ALL_HAVE_RUN, timeout=400_000)
    return [
        output
        for index in page.evaluate(FIND_CELLS, ".")
        for output in outputs_of(page, index)
        if output["output_type"] == "error"
    ]


def wait_for_output(page, index):
    """Wait until a cell shows something."""
    page.wait_for_function(f"(index) => ({OUTPUTS})(index).length > 0", arg=index, timeout=60_000)
