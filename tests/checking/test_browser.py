"""JupyterLab in a real browser: what a learner sees and touches in lecture 04."""

import pytest
from playwright.sync_api import expect

from tests import classroom
from tests.jupyterlab import cell_with, go_to, jupyterlab_with, run, run_all, shown_by, type_into

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LECTURE = classroom.LECTURE


@pytest.fixture(scope="module")
def page(tmp_path_factory, browser):
    with jupyterlab_with(LECTURE, tmp_path_factory, browser) as page:
        yield page


def test_run_all_succeeds_on_an_untouched_notebook(page):
    assert run_all(page) == []
    assert "not attempted" in shown_by(page, cell_with(page, r"^check\(leaky_relu\)$"))


def test_every_figure_has_alt_text_in_the_page(page):
    go_to(page, cell_with(page, r"draw_gallery"))
    image = page.locator(".jp-OutputArea img[alt]").first
    image.wait_for(timeout=60_000)
    assert len(image.get_attribute("alt")) > 40


def test_the_explorer_redraws_when_a_control_moves(page):
    go_to(page, cell_with(page, r"^explorer$"))
    picture = page.locator(".jp-OutputArea .widget-html img").first
    picture.wait_for(timeout=60_000)
    # Guesses have a status of their own; this is the explorer's.
    words = picture.locator("xpath=ancestor::*[contains(@class, 'jp-OutputArea ')][1]").locator("[role=status]")
    before, words_before = picture.get_attribute("src"), words.inner_text()
    handle = page.locator(".jp-OutputArea .widget-slider .noUi-handle").first
    handle.focus()
    for _ in range(4):
        page.keyboard.press("ArrowRight")
    page.wait_for_function(
        "(before) => document.querySelector('.jp-OutputArea .widget-html img').src !== before",
        arg=before,
        timeout=60_000,
    )
    page.wait_for_timeout(300)
    assert words.inner_text() != words_before
    page.get_by_role("button", name="reset").first.click()
    expect(words).to_have_text(words_before, use_inner_text=True, timeout=60_000)


WRONG = "def leaky_relu(x, alpha=0.01):\n    return np.where(np.asarray(x, dtype=float) > 0, x, 0.01 * np.asarray(x))"
RIGHT = "def leaky_relu(x, alpha=0.01):\n    x = np.asarray(x, dtype=float)\n    return np.where(x > 0, x, alpha * x)"


def test_a_wrong_answer_gets_its_message_and_the_right_one_its_points(page):
    answer, check = cell_with(page, r"^def leaky_relu\("), cell_with(page, r"^check\(leaky_relu\)$")
    type_into(page, answer, WRONG)
    run(page, check)
    said = shown_by(page, check)
    assert "wrong" in said
    assert "alpha" in said
    type_into(page, answer, RIGHT)
    run(page, check)
    most = next(sum(e.points_by_part.values()) for e in classroom.exercises() if e.name == "leaky_relu")
    assert f"correct, {most} of {most} points" in shown_by(page, check)
    shown = page.locator(".jp-Notebook-cell.jp-mod-active .jp-OutputArea").inner_text()
    assert "correct" in shown
