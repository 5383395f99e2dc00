"""The class report and a feedback page in a real browser: seen, sorted, filtered, printed, and audited."""

import pytest

from helpers.grading import outputs
from helpers.grading.gradebook import Gradebook
from tests import classroom
from tests.simulated_class import fill_gradebook, plan_class

pytestmark = pytest.mark.browser

DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
NASTY = '<img src=x onerror="document.title=1"></script><script>document.title=2</script>'
SETTINGS = {"isolation": "strict: as probed", "limits": [10, 1024], "seed": 7, "version": "0123", "python": "3.11"}
SETTINGS |= {"libraries": {"numpy": "2.0"}, "remarks": ["x.txt is left out: no notebook"]}
CLASS = f"""
[lectures.00_start_here]
[lectures.{classroom.LECTURE}]
weight = 2
[[people]]
student = "student-000"
excused = ["00_start_here"]
"""


@pytest.fixture(scope="module")
def out(tmp_path_factory):
    """The pages of a class of thirty, with one decision by a person, an excuse and a weight."""
    folder = tmp_path_factory.mktemp("pages")
    (folder / "course.toml").write_text(CLASS, encoding="utf-8")
    plan = plan_class(30, ("00_start_here", classroom.LECTURE), grading_seed=7, seed=3)
    with Gradebook(folder / "gradebook.db", create=True) as book:
        fill_gradebook(plan, book)
        book.set(**SETTINGS)
        book.adjust("student-000", classroom.LECTURE, "gelu", 2.5, f"half right {NASTY}", "ada")
        outputs.write_all(book, folder)
    return folder


@pytest.fixture(params=["desktop", "phone"])
def size(request):
    return {"desktop": DESKTOP, "phone": PHONE}[request.param]


def opened(browser, path, complaints=None, viewport=DESKTOP, **options):
    page = browser.new_context(viewport=viewport, offline=True, **options).new_page()
    if complaints is not None:
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(path.as_uri())
    return page


def report(out):
    return out / "report.html"


def feedback(out, student="student-000"):
    return out / "feedback" / student / f"{classroom.LECTURE}.html"


def column(page, table, number):
    """The texts of a table's column, without hidden rows."""
    cells = page.locator(f"{table} tbody tr:not([hidden]) > :nth-child({number})")
    return cells.all_inner_texts()


@pytest.mark.parametrize("which", [report, feedback])
def test_an_automatic_audit_finds_nothing_to_improve(browser, out, which, size):
    from axe_playwright_python.sync_playwright import Axe

    page = opened(browser, which(out), viewport=size)
    # What is folded away is audited as well.
    page.evaluate("() => document.querySelectorAll('details').forEach(d => { d.open = true; })")
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert {"color-contrast", "heading-order", "region"} <= {rule["id"] for rule in found.response["passes"]}


@pytest.mark.parametrize("which", [report, feedback])
def test_a_page_opens_without_complaints_and_fits_the_screen(browser, out, which, size):
    complaints = []
    page = opened(browser, which(out), complaints, viewport=size)
    assert complaints == []
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert page.locator("h1").count() == 1


def test_what_a_stranger_wrote_does_not_run(browser, out):
    for which in (report, feedback):
        page = opened(browser, which(out))
        assert page.title() not in ("1", "2")
        assert NASTY in page.locator("main").inner_text()
    page = opened(browser, report(out), complaints := [])
    page.evaluate(
        "() => { const added = document.createElement('script');"
        " added.textContent = 'document.title = 3'; document.body.append(added); }"
    )
    assert page.title() != "3"
    assert any("Content Security Policy" in complaint for complaint in complaints)


def test_a_table_sorts_by_a_column_both_ways(browser, out):
    page = opened(browser, report(out))
    header = page.locator("#items th", has=page.get_by_role("button", name="difficulty"))
    button = header.get_by_role("button")
    for direction in ("descending", "ascending"):
        button.click()
        assert header.get_attribute("aria-sort") == direction
        found = list(map(float, column(page, "#items", 5)))
        assert found == sorted(found, reverse=direction == "descending")
        assert len(set(found)) > 3
    page.locator("#items button").get_by_text("exercise", exact=True).click()
    names = column(page, "#items", 2)
    assert names == sorted(names)
    assert page.locator("#items [aria-sort]").count() == 1


def test_signs_in_the_place_of_points_come_last_in_the_map(browser, out):
    page = opened(browser, report(out))
    button = page.locator("#map").get_by_role("button", name="gelu")
    place = page.locator("#map thead tr:last-child th").all_inner_texts().index(button.inner_text()) + 1
    for _ in range(2):
        button.click()
        points = [text[0].isdigit() for text in column(page, "#map", place)]
        assert True in points
        assert False in points
        assert points == sorted(points, reverse=True)


def test_a_filter_leaves_the_rows_that_hold_its_words_and_counts_them(browser, out):
    page = opened(browser, report(out))
    rows = len(column(page, "#mistakes", 1))
    bar = page.locator(".filter", has=page.locator("xpath=following-sibling::div[1]//table[@id='mistakes']"))
    bar.get_by_role("searchbox").fill("GELU erf")
    left = page.locator("#mistakes tbody tr:not([hidden])").all_inner_texts()
    assert 0 < len(left) < rows
    assert all("gelu" in text and "erf" in text for text in left)
    assert bar.get_by_role("status").inner_text() == f"{len(left)} of {rows} rows"
    bar.get_by_role("searchbox").fill("")
    assert len(column(page, "#mistakes", 1)) == rows


def test_the_map_is_filtered_by_student(browser, out):
    page = opened(browser, report(out))
    page.get_by_label("Only students with").fill("student-007")
    assert column(page, "#map", 1) == ["student-007"]


def test_everything_can_be_reached_and_used_with_the_keyboard(browser, out):
    page = opened(browser, report(out))
    seen = set()
    for _ in range(400):
        page.keyboard.press("Tab")
        here = page.evaluate(
            "() => { const e = document.activeElement; return e.tagName + ' ' + (e.textContent || e.type).trim() }"
        )
        if here.startswith("BODY"):
            break
        seen.add(here)
        if here == "BUTTON students":
            page.keyboard.press("Enter")
    assert page.locator("[aria-sort=descending]").count() > 1
    assert {"A Misconceptions", "BUTTON difficulty", "INPUT search"} <= seen
    assert any(name.startswith("SUMMARY") for name in seen)


def test_without_scripts_all_rows_are_there_and_no_control_that_does_nothing(browser, out):
    with_script, without = opened(browser, report(out)), opened(browser, report(out), java_script_enabled=False)
    assert column(without, "#map", 1) == column(with_script, "#map", 1)
    assert column(without, "#mistakes", 4) == column(with_script, "#mistakes", 4)
    assert without.locator("button, input").count() == 0


def test_every_figure_has_a_text_of_its_own_and_a_table(browser, out):
    page = opened(browser, report(out))
    figures = page.locator("svg[role=img]")
    assert figures.count() == 3
    for figure in figures.all():
        name = page.locator(f"#{figure.get_attribute('aria-labelledby')}").text_content()
        assert "the table below holds the same numbers" in name
        assert figure.locator("xpath=following::table").count()


def test_print_shows_whole_tables_and_no_controls(browser, out):
    page = opened(browser, report(out))
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 1040, "height": 700})  # A4 on its side
    assert not page.locator(".filter").first.is_visible()
    for name in ("#repeat", "#mistakes", "#items", "#map table"):
        table, box = page.locator(name).bounding_box(), page.locator(name).locator("xpath=..").bounding_box()
        assert table["height"] <= box["height"] + 1
        assert table["width"] <= 1041, name
    assert page.pdf(format="A4", prefer_css_page_size=True).startswith(b"%PDF")


def test_a_phone_reads_misconceptions_without_scrolling_sideways(browser, out):
    page = opened(browser, report(out), viewport=PHONE)
    box = page.locator("#mistakes").locator("xpath=..")
    assert box.evaluate("box => box.scrollWidth <= box.clientWidth")
    label = "cell => getComputedStyle(cell, '::before').content"
    assert page.locator("#mistakes tbody td").first.evaluate(label) == '"students: "'


def test_a_phone_sorts_by_a_menu(browser, out):
    page = opened(browser, report(out), viewport=PHONE)
    page.locator("#exercises").get_by_label("Sort by").select_option("difficulty")
    found = list(map(float, column(page, "#items", 5)))
    assert found == sorted(found, reverse=True)
    assert not opened(browser, report(out)).locator(".menu").first.is_visible()


def test_the_first_lines_say_what_to_do_about_this_class(browser, out):
    page = opened(browser, report(out))
    lines = page.locator("#glance li").all_inner_texts()
    for what in ("Marks", "Repeat first", "Most frequent mistake", "Needs your eye"):
        assert any(line.startswith(f"{what}: ") for line in lines), what
    most = page.locator("#mistakes tbody tr").first.locator("td").first.inner_text()
    assert any(line.startswith(f"Most frequent mistake: {most} students") for line in lines)
    for link in page.locator("#glance a").all():
        assert page.locator(link.get_attribute("href")).count() == 1


def test_feedback_shows_a_decision_by_a_person(browser, out):
    card = opened(browser, feedback(out)).locator(".card", has_text="decided by a person")
    assert card.count() == 1
    assert "ada decided on 2.5 points: half right" in card.inner_text()
