"""A guess is typed in JupyterLab, by keyboard, and its result stands beside it, in both themes."""

import os
from pathlib import Path

import pytest

from tests.jupyterlab import cell_with, go_to, jupyterlab_with, run, shown_by

pytestmark = [pytest.mark.browser, pytest.mark.slow]
LECTURE = "01_first_network"


@pytest.fixture(scope="module")
def page(tmp_path_factory, browser):
    with jupyterlab_with(LECTURE, tmp_path_factory, browser) as page:
        run(page, cell_with(page, r"^import numpy as np$"))
        yield page


def keep(page, name):
    """A picture for whoever wants to look, in the folder that COURSE_PICTURES names."""
    if folder := os.environ.get("COURSE_PICTURES"):
        page.screenshot(path=Path(folder) / f"{name}.png")


def test_a_number_is_typed_and_the_result_stands_beside_it(page):
    ask = cell_with(page, r'^predict\("functions_of_one_unit"')
    run(page, ask)
    field = page.get_by_label("Your guess (of 16):")
    field.wait_for(timeout=60_000)
    field.focus()
    page.keyboard.type("16")
    page.keyboard.press("Enter")
    page.get_by_text("Remembered: 16 of 16").wait_for(timeout=30_000)
    keep(page, "typed")
    experiment = cell_with(page, r'^outcome\("functions_of_one_unit"')
    run(page, experiment)
    assert "Your guess: 16 of 16. Result: 14 of 16. Close." in shown_by(page, experiment)
    go_to(page, experiment)
    page.wait_for_timeout(500)
    keep(page, "result, light")


def test_an_explanation_is_folded_until_it_is_opened_and_renders_mathematics(page):
    details = page.locator(".jp-RenderedMarkdown details").first
    details.scroll_into_view_if_needed()
    assert details.get_attribute("open") is None
    details.locator("summary").click()
    assert details.locator("p").first.is_visible()


def test_it_can_be_read_in_the_dark_theme(page):
    page.evaluate("() => { window.jupyterapp.commands.execute('apputils:change-theme', {theme: 'JupyterLab Dark'}); }")
    page.wait_for_function("() => document.body.dataset.jpThemeLight === 'false'", timeout=30_000)
    go_to(page, cell_with(page, r'^outcome\("functions_of_one_unit"'))
    page.wait_for_timeout(500)
    keep(page, "result, dark")
    shown = page.get_by_text("Result: 14 of 16").last
    color = shown.evaluate("node => getComputedStyle(node).color")
    assert max(int(part) for part in color[4:-1].split(",")[:3]) > 150, color
