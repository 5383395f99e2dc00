"""The reading site as `course site` builds it, in Chromium: every page, on a desk and on a phone."""

import collections
import functools
import html.parser
import http.server
import os
import re
import subprocess
import threading
import urllib.parse
from pathlib import Path

import pytest

from helpers.commands.common import PROBLEM
from helpers.lectures import lecture_names
from helpers.paths import NOTEBOOKS, ROOT
from tests.publishing.environment import python_with

pytestmark = [pytest.mark.browser, pytest.mark.slow]

DESK, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
LECTURE = "04_activations"
ALL_SET = "() => [...document.querySelectorAll('.math')].every(formula => formula.querySelector('mjx-container'))"


def run(python, *arguments, **variables):
    # The course of this folder, in a home without settings; on a machine of GitHub's no address of its own.
    environment = os.environ | {"PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1", "GITHUB_REPOSITORY": ""}
    command = [python, "-m", "helpers.cli", "site", *map(str, arguments)]
    return subprocess.run(command, env=environment | variables, capture_output=True, text=True, timeout=600)


@pytest.fixture(scope="module")
def python():
    return python_with("site", "sphinx_book_theme")


@pytest.fixture(scope="module")
def built(python, tmp_path_factory):
    folder = tmp_path_factory.mktemp("published") / "site"
    done = run(python, "--to", folder, "--repository", "owner/course")
    assert done.returncode == 0, done.stderr
    assert "WARNING" not in done.stderr
    return folder


@pytest.fixture(scope="module")
def address(built):
    handler = functools.partial(Quiet, directory=str(built))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *arguments):
        pass


@pytest.fixture(scope="module")
def names(built):
    """Every page, as a path."""
    found = sorted(path.relative_to(built).as_posix() for path in built.rglob("*.html"))
    return [name for name in found if not name.startswith("_static/")]


class Visit:
    """A page and what it asked for and complained about."""

    def __init__(self, browser, address, name, viewport=DESK, **options):
        self.page = browser.new_context(viewport=viewport, **options).new_page()
        self.requests, self.complaints = [], []
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on(
            "console", lambda said: self.complaints.append(said.text) if said.type in ("error", "warning") else None
        )
        self.page.goto(f"{address}/{name}")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.page.context.close()


def test_there_is_a_page_for_every_lecture_guide_and_proof(names):
    assert {f"{name}.html" for name in lecture_names()} <= set(names)
    expected = {"index.html", "search.html", "proofs/checks.html", "proofs/ledger.html"}
    assert expected | {f"guides/{path.stem}.html" for path in (ROOT / "docs").glob("*.md")} <= set(names)


def test_every_page_is_complete_and_asks_no_other_host(browser, address, names):
    for name in names:
        with Visit(browser, address, name) as visit:
            visit.page.wait_for_load_state("networkidle")
            if visit.page.locator(".math").count():
                visit.page.wait_for_function(ALL_SET)
            assert visit.page.locator("mjx-merror, .math .error").count() == 0, name
            assert visit.page.locator("main img:not([alt]), main img[alt='']").count() == 0, name
            elsewhere = [url for url in visit.requests if not url.startswith((address, "data:"))]
            assert elsewhere == [], name
            assert visit.complaints == [], name
            visit.page.set_viewport_size(PHONE)
            width = visit.page.evaluate("document.documentElement.scrollWidth")
            assert width <= PHONE["width"], name


def test_every_link_within_the_site_leads_somewhere(built, names):
    links = {
        (name, link) for name in names for link in written_in(built / name)["href"] | written_in(built / name)["src"]
    }
    inside = {(name, link) for name, link in links if not re.match(r"[a-z]+:|//", link)}
    assert len(inside) > 50
    for name, link in inside:
        path, _, anchor = link.partition("#")
        place = built / name if not path else (built / name).parent / urllib.parse.unquote(path.partition("?")[0])
        assert place.is_file(), f"{link} on {name}"
        if anchor and place.suffix == ".html":
            assert urllib.parse.unquote(anchor) in written_in(place)["id"], f"{link} on {name}"


@functools.cache
def written_in(page):
    """The values that the attributes of all elements of a page have, by the attribute's name."""
    values = collections.defaultdict(set)
    parser = html.parser.HTMLParser()
    parser.handle_starttag = lambda tag, attributes: [values[name].add(value or "") for name, value in attributes]
    parser.feed(page.read_text(encoding="utf-8"))
    return values


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["index", "00_start_here", LECTURE, "guides/instructors-guide"])
def test_an_automatic_audit_finds_nothing_to_improve(browser, address, name, scheme):
    from axe_playwright_python.sync_playwright import Axe

    with Visit(browser, address, f"{name}.html", color_scheme=scheme, reduced_motion="reduce") as visit:
        visit.page.evaluate("() => document.querySelectorAll('details').forEach(part => { part.open = true; })")
        found = Axe().run(visit.page)
        assert found.violations_count == 0, found.generate_report()
        assert "color-contrast" in {rule["id"] for rule in found.response["passes"]}


def test_the_answer_to_a_question_opens_with_a_click_and_on_paper_and_without_scripts(browser, address):
    answer = "details.until-opened"
    with Visit(browser, address, f"{LECTURE}.html") as visit:
        first = visit.page.locator(answer).first
        shown = first.locator(".cell_output").first
        assert visit.page.locator(f"{answer}[open]").count() == 0
        assert not shown.is_visible()
        first.locator("summary").click()
        assert shown.is_visible()
        visit.page.evaluate("dispatchEvent(new Event('beforeprint'))")
        assert visit.page.locator(f"{answer}:not([open])").count() == 0
        visit.page.evaluate("dispatchEvent(new Event('afterprint'))")
        assert visit.page.locator(f"{answer}[open]").count() == 1
    with Visit(browser, address, f"{LECTURE}.html", java_script_enabled=False) as visit:
        assert visit.page.locator(answer).count() > 5
        assert visit.page.locator(f"{answer}:not([open])").count() == 0


def test_the_slider_moves_picture_description_and_words_with_the_keyboard(browser, address):
    with Visit(browser, address, f"{LECTURE}.html") as visit:
        figure = visit.page.locator("figure.strip")
        slider, picture, words = figure.get_by_role("slider"), figure.locator("img"), figure.get_by_role("status")

        def seen():
            return picture.get_attribute("src"), picture.get_attribute("alt"), words.inner_text()

        first = seen()
        assert visit.page.get_by_label("weight scale").count() == 1
        value = slider.get_attribute("aria-valuetext")
        slider.focus()
        for _ in range(4):
            visit.page.keyboard.press("ArrowRight")
        assert all(before != after for before, after in zip(first, seen(), strict=True))
        assert float(slider.get_attribute("aria-valuetext")) > float(value)
        visit.page.wait_for_function("document.querySelector('figure.strip img').naturalWidth > 100")
        figure.get_by_role("button", name="reset").click()
        assert seen() == first


def test_every_explorer_has_its_strip_and_without_a_script_its_first_picture(browser, address, built):
    with_explorer = [name for name in lecture_names() if (built / "_static" / "frames" / name).is_dir()]
    assert len(with_explorer) == len(list((ROOT / "helpers" / "lectures").glob("*/explorer.py")))
    for name in with_explorer:
        frames = list((built / "_static" / "frames" / name).glob("*.png"))
        assert len(frames) >= 5
        assert sum(frame.stat().st_size for frame in frames) <= 2e6
        with Visit(browser, address, f"{name}.html", java_script_enabled=False) as visit:
            figure = visit.page.locator("figure.strip")
            assert figure.locator("img").evaluate("picture => picture.naturalWidth") > 300
            assert len(figure.locator("figcaption p").inner_text()) > 30
            assert figure.get_by_role("slider").count() == 0


def test_each_lecture_offers_the_learners_notebook_and_the_programs_that_open_it(browser, address):
    with Visit(browser, address, f"{LECTURE}.html") as visit:
        with visit.page.expect_download() as download:
            visit.page.get_by_role("link", name="Download the notebook").click()
        assert Path(download.value.path()).read_bytes() == (NOTEBOOKS / f"{LECTURE}.ipynb").read_bytes()
        colab = visit.page.get_by_role("link", name="Open in Colab").get_attribute("href")
        assert colab == f"https://colab.research.google.com/github/owner/course/blob/main/notebooks/{LECTURE}.ipynb"
        binder = visit.page.get_by_role("link", name="Open on Binder").get_attribute("href")
        assert binder == f"https://mybinder.org/v2/gh/owner/course/main?urlpath=lab/tree/notebooks/{LECTURE}.ipynb"


def test_search_finds_a_word_and_the_lectures_follow_each_other(browser, address):
    with Visit(browser, address, "search.html?q=saturated") as visit:
        visit.page.locator(f"#search-results a[href^='{LECTURE}']").first.wait_for()
    names = lecture_names()
    with Visit(browser, address, f"{names[1]}.html") as visit:
        for title, name in (("previous page", names[0]), ("next page", names[2])):
            assert visit.page.locator(f"a[title='{title}']").get_attribute("href") == f"{name}.html"


def test_a_folder_with_other_files_is_left_alone(python, tmp_path):
    mine = tmp_path / "mine.txt"
    mine.write_text("mine")
    done = run(python, "--to", tmp_path)
    assert done.returncode == PROBLEM
    assert f"{tmp_path} holds files that are not a site's; name another folder with --to" in done.stderr
    done = run(python, "--to", mine)
    assert done.returncode == PROBLEM
    assert "is a file" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
