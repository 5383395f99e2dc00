"""JupyterLab in a real browser: what a learner sees and touches in lecture 04."""

import contextlib
import os
import re
import shutil
import socket
import subprocess
import sys

import pytest

from helpers.paths import NOTEBOOKS
from tests import classroom
from tests.conftest import fetch_when_ready

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LECTURE = classroom.LECTURE
TOKEN = "for-this-test-only"
# No script hands a promise back: Playwright would wait for it without a limit.
_FIND_CELLS = """
(pattern) => window.jupyterapp.shell.currentWidget.content.widgets
  .map((cell, index) => [index, cell.model.sharedModel.getSource()])
  .filter(([index, source]) => new RegExp(pattern, 'm').test(source)).map(([index]) => index)
"""
_READY = """
() => { const panel = window.jupyterapp?.shell.currentWidget;
  return panel?.content?.widgets?.length > 10 && panel.sessionContext.isReady && panel.sessionContext.session?.kernel; }
"""
_OUTPUTS = """
(index) => window.jupyterapp.shell.currentWidget.content.widgets[index].model.toJSON().outputs
"""
_UNFINISHED = """
() => window.jupyterapp.shell.currentWidget.content.widgets
  .filter(cell => cell.model.type === 'code' && cell.model.sharedModel.getSource().trim())
  .filter(cell => !cell.model.executionCount).length
"""
_GO_TO = """
(index) => { const notebook = window.jupyterapp.shell.currentWidget.content;
  notebook.activeCellIndex = index; notebook.scrollToItem(index, 'center'); }
"""


@pytest.fixture(scope="module")
def page(tmp_path_factory, browser):
    with jupyterlab_with(LECTURE, tmp_path_factory, browser) as page:
        yield page


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
        page.wait_for_function(_READY, timeout=60_000)
        yield page
        page.close()
    finally:
        server.terminate()
        server.wait(timeout=30)


def cell_with(page, pattern):
    (index,) = page.evaluate(_FIND_CELLS, pattern)
    return index


def text_of(outputs):
    """All text that a cell shows, without markup."""
    shown = []
    for output in outputs:
        data = output.get("data", {"text/plain": output.get("text", "")})
        for kind in ("text/html", "text/plain"):
            if kind in data:
                text = data[kind]
                shown.append(re.sub(r"<[^>]+>|\s+", " ", "".join(text) if isinstance(text, list) else text))
                break
    return " ".join(shown)


def type_into(page, index, source):
    """Replace a cell's text the way a person does, and run it."""
    page.evaluate(_GO_TO, index)
    editor = page.locator(".jp-Notebook-cell.jp-mod-active .cm-content")
    editor.click()
    page.keyboard.press("Control+A")
    page.keyboard.insert_text(source)
    run(page, index)


def run(page, index):
    page.evaluate(_GO_TO, index)
    before = page.evaluate(f"() => window.jupyterapp.shell.currentWidget.content.widgets[{index}].model.executionCount")
    page.evaluate("() => { window.jupyterapp.commands.execute('notebook:run-cell'); }")
    page.wait_for_function(
        f"""() => {{ const count = window.jupyterapp.shell.currentWidget.content.widgets[{index}].model.executionCount;
                     return count && count !== {before or 0}; }}""",
        timeout=60_000,
    )


def test_run_all_succeeds_on_an_untouched_notebook(page):
    page.evaluate("() => { window.jupyterapp.commands.execute('notebook:run-all-cells'); }")
    page.wait_for_function(f"{_UNFINISHED.strip()}".replace("() =>", "() => 0 ===", 1), timeout=180_000)
    errors = [
        output
        for index in page.evaluate(_FIND_CELLS, ".")
        for output in page.evaluate(
            "(i) => { const m = window.jupyterapp.shell.currentWidget.content.widgets[i].model;"
            " return m.type === 'code' ? m.toJSON().outputs : []; }",
            index,
        )
        if output["output_type"] == "error"
    ]
    assert errors == []
    assert "not attempted" in text_of(page.evaluate(_OUTPUTS, cell_with(page, r"^check\(leaky_relu\)$")))


def test_every_figure_has_alt_text_in_the_page(page):
    page.evaluate(_GO_TO, cell_with(page, r"draw_gallery"))
    image = page.locator(".jp-OutputArea img[alt]").first
    image.wait_for(timeout=20_000)
    assert len(image.get_attribute("alt")) > 40


def test_the_explorer_redraws_when_a_control_moves(page):
    page.evaluate(_GO_TO, cell_with(page, r"^explorer$"))
    picture = page.locator(".jp-OutputArea img.widget-image").first
    picture.wait_for(timeout=20_000)
    words = page.locator(".jp-OutputArea [role=status]").first
    before, words_before = picture.get_attribute("src"), words.inner_text()
    handle = page.locator(".jp-OutputArea .widget-slider .noUi-handle").first
    handle.focus()
    for _ in range(4):
        page.keyboard.press("ArrowRight")
    page.wait_for_function(
        "(before) => document.querySelector('.jp-OutputArea img.widget-image').src !== before",
        arg=before,
        timeout=20_000,
    )
    page.wait_for_timeout(300)
    assert words.inner_text() != words_before
    page.get_by_role("button", name="reset").first.click()
    page.wait_for_function(
        "(words) => document.querySelector('.jp-OutputArea [role=status]').innerText === words",
        arg=words_before,
        timeout=20_000,
    )


WRONG = "def leaky_relu(x, alpha=0.01):\n    return np.where(np.asarray(x, dtype=float) > 0, x, 0.01 * np.asarray(x))"
RIGHT = "def leaky_relu(x, alpha=0.01):\n    x = np.asarray(x, dtype=float)\n    return np.where(x > 0, x, alpha * x)"


def test_a_wrong_answer_gets_its_message_and_the_right_one_its_points(page):
    answer, check = cell_with(page, r"^def leaky_relu\("), cell_with(page, r"^check\(leaky_relu\)$")
    type_into(page, answer, WRONG)
    run(page, check)
    said = text_of(page.evaluate(_OUTPUTS, check))
    assert "wrong" in said
    assert "alpha" in said
    type_into(page, answer, RIGHT)
    run(page, check)
    most = next(sum(e.points_by_part.values()) for e in classroom.exercises() if e.name == "leaky_relu")
    assert f"correct, {most} of {most} points" in text_of(page.evaluate(_OUTPUTS, check))
    shown = page.locator(".jp-Notebook-cell.jp-mod-active .jp-OutputArea").inner_text()
    assert "correct" in shown
