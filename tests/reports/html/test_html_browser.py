"""The page in a real browser: it works, by mouse and keyboard, and says nothing on the console."""

from itertools import pairwise

import pytest
from browser import chromium
from sample_bills import priced_matrix, priced_story
from sample_dockerfiles import CORRECTION, OTHER_IMAGE, broken_image, worded
from sample_reports import alpine_story, big, images, mixed, nasty, today, with_cells

from wheelcheck.reports.html import render_html
from wheelcheck.reports.values.report import Loading, Report
from wheelcheck.reports.wording.headline import headline

pytestmark = pytest.mark.browser


def with_trouble() -> Report:
    """The story where a build fails, a wheel never loads, and another needs libraries."""
    never = Loading(status="no", reason="nothing brings libx.so.1")
    needs = Loading(status="needs", reason="no libz.so.1", packages=("zlib1g",))
    story = with_cells(alpine_story(), "pandas", build_fails="pandas.c uses X")
    return with_cells(with_cells(story, "pytz", loads=never), "six", loads=needs)


REPORTS = {
    "alpine story": alpine_story(),
    "mixed": mixed(),
    "big": big(),
    "sixty images": images(60),
    "nasty": nasty(),
    "priced story": priced_story(),
    "priced matrix": priced_matrix(),
    "dockerfile": broken_image(),
    "trouble": with_trouble(),
    "no targets": Report(inputs=(), targets=(), packages=()),
}


@pytest.fixture(scope="module")
def browser():
    with chromium() as started:
        yield started


@pytest.fixture
def opened(browser, tmp_path):
    """Open reports from disk, without a network; any word on the console fails the test."""
    messages = []
    contexts = []

    def open_page(report, *, width=1280, scripts=True, scheme="light", address=""):
        file = tmp_path / "report.html"
        file.write_text(render_html(report), encoding="utf-8")
        context = browser.new_context(
            viewport={"width": width, "height": 800},
            color_scheme=scheme,
            java_script_enabled=scripts,
            offline=True,
        )
        context.set_default_timeout(10_000)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: messages.append(message.text))
        page.on("pageerror", lambda error: messages.append(str(error)))
        page.on("requestfailed", lambda request: messages.append(request.url))
        page.goto(file.as_uri() + address)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert messages == []


def names(page) -> list[str]:
    heads = page.locator(".matrix tbody th[scope=row]").all_text_contents()
    return [head.split()[0] for head in heads]


def unfold(page):
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
    page.wait_for_function("[...document.querySelectorAll('.plan')].every(one => one.children[1])")
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")


def focused(page) -> str:
    return page.evaluate("document.activeElement.textContent.trim()")


@pytest.mark.parametrize("name", REPORTS)
def test_every_report_opens_in_silence(opened, name):
    page = opened(REPORTS[name])
    assert page.locator("h1").text_content() == headline(REPORTS[name])


@pytest.mark.parametrize("name", REPORTS)
def test_the_page_never_scrolls_sideways_on_a_phone(opened, name):
    page = opened(REPORTS[name], width=360)
    unfold(page)
    if page.locator(".matrix td").count():
        page.locator(".matrix td").first.click()
    overflow = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert overflow <= 0


@pytest.mark.parametrize("name", ["mixed", "priced story", "sixty images", "dockerfile"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_an_accessibility_checker_finds_nothing(opened, name, scheme):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    page = opened(REPORTS[name], scheme=scheme)
    page.locator(".matrix td").first.click()
    unfold(page)
    found = axe.run(page).response["violations"]
    assert [(violation["id"], [n["html"] for n in violation["nodes"]]) for violation in found] == []


def test_trouble_is_shown_first_and_wheels_on_demand(opened):
    page = opened(mixed())
    assert names(page) == ["torch", "scikit-learn", "cffi", "mylib", "odd-thing", "docopt"]
    assert page.locator("#shown").text_content() == "6 of 10 packages"
    page.get_by_label("only wheels").check()
    assert len(names(page)) == 10
    assert page.locator("#shown").text_content() == "10 of 10 packages"


@pytest.mark.parametrize("name", REPORTS)
def test_scripts_draw_the_cells_that_stand_without_them(opened, name):
    def cells(page) -> dict[str, list[tuple[str, str]]]:
        return {
            row.locator("th").text_content(): [
                (cell.get_attribute("class"), cell.text_content())
                for cell in row.locator("td").all()
            ]
            for row in page.locator(".matrix tbody tr").all()[:12]
        }

    still, drawn = (cells(opened(REPORTS[name], scripts=scripts)) for scripts in (False, True))
    assert list(still) == list(drawn)[: len(still)]
    for package, marks in still.items():
        for (kind, text), (drawn_kind, drawn_text) in zip(marks, drawn[package], strict=True):
            assert drawn_kind == kind
            assert drawn_text.startswith(text)  # a version may follow


def test_builds_that_fail_and_wheels_that_do_not_load_are_marked(opened):
    page = opened(with_trouble())
    assert names(page)[0] == "pandas"
    assert page.locator(".matrix tbody tr").first.locator("td").all_text_contents() == [
        "✗ build fails",
        "✗ build fails",
    ]
    chips = page.locator(".chips").text_content()
    assert all(word in chips for word in ("build fails", "never loads", "needs libs"))
    page.locator(".matrix td").first.click()
    assert "The build fails: pandas.c uses X" in page.locator("#details").text_content()


def test_a_verdict_filters_the_packages_shown(opened):
    page = opened(mixed())
    chips = page.locator(".chips")
    for word in ("no file", "unknown", "may compile", "builds"):
        chips.get_by_label(word).uncheck()
    assert names(page) == ["scikit-learn", "cffi"]
    chips.get_by_label("compiles").uncheck()
    assert names(page) == []
    assert "No sign is chosen" in page.locator("#matrix-box").text_content()


def test_searching_packages_and_targets(opened):
    page = opened(mixed())
    page.get_by_label("Package", exact=True).fill("LEARN")
    assert names(page) == ["scikit-learn"]
    page.get_by_label("Package", exact=True).fill("")
    page.get_by_label("Target", exact=True).fill("musl aarch64")
    assert page.locator(".matrix thead .axes th").all_text_contents() == [
        "3.11", "3.12", "3.13", "3.14", "3.15", "3.15t",
    ]  # fmt: skip
    assert "on 6 of 24 targets" in page.locator("#shown").text_content()
    page.get_by_label("Target", exact=True).fill("glibc")
    assert "torch" not in names(page)


def test_sorting_by_a_heading(opened):
    page = opened(mixed())
    corner = page.get_by_role("columnheader", name="Package", exact=True)
    corner.click()
    assert corner.get_attribute("aria-sort") == "ascending"
    assert names(page) == sorted(names(page))
    corner.click()
    assert names(page) == sorted(names(page), reverse=True)
    corner.click()
    assert corner.get_attribute("aria-sort") == "none"
    assert names(page)[0] == "torch"
    page.keyboard.press("End")
    column = page.locator(".matrix thead .axes th").nth(5)
    for _ in range(18):
        page.keyboard.press("ArrowLeft")
    page.keyboard.press("Enter")
    assert column.get_attribute("aria-sort") == "descending"
    assert focused(page) == "3.15t"
    assert names(page)[0] == "cffi"  # it compiles on free-threaded glibc


def test_packages_are_grouped_by_verdict_or_by_pattern(opened):
    page = opened(mixed())
    page.get_by_label("Group").select_option("verdict")
    groups = page.locator(".matrix .group").all_text_contents()
    assert groups[:2] == [
        "✗ no file fits: cannot be installed: 1 package",
        "▲ compiles from source: 2 packages",
    ]
    page.get_by_label("Group").select_option("pattern")
    groups = page.locator(".matrix .group").all_text_contents()
    assert groups == ["no two packages have the same verdicts"]
    page.get_by_label("only wheels").check()
    groups = page.locator(".matrix .group").all_text_contents()
    assert groups == ["3 packages with the same verdicts", "each with verdicts of its own"]


def test_the_matrix_is_a_single_tab_stop_with_arrow_keys_inside(opened):
    page = opened(mixed())
    assert page.locator("#matrix-box [tabindex='0']").count() == 1
    page.get_by_label("Group").focus()
    page.keyboard.press("Tab")
    assert focused(page).startswith("torch")
    page.keyboard.press("ArrowDown")
    assert focused(page).startswith("scikit-learn")
    page.keyboard.press("End")
    assert focused(page) == "▲"
    page.keyboard.press("Control+Home")
    page.keyboard.press("ArrowUp")
    assert focused(page) == "Package"
    page.keyboard.press("Control+End")
    assert focused(page) == "○"
    assert page.locator("#matrix-box [tabindex='0']").count() == 1


def test_details_open_and_close_by_keyboard(opened):
    page = opened(priced_story())
    page.locator("#matrix-box [tabindex='0']").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    details = page.get_by_role("complementary")
    assert focused(page) == "pandas 2.0.0"
    text = details.text_content()
    for words in (
        "On python:3.8-alpine",
        "compiles from source",
        "requirements.txt:2",
        "built for manylinux_2_17 (glibc), target has musl 1.2",
        "the build script declares extension modules",
        "c, c++",
        "16 min",
        "scaled from a measured release, pandas 1.0, measured",
    ):
        assert words in text
    page.keyboard.press("Escape")
    assert not details.is_visible()
    assert focused(page) == "▲ compiles"


def test_details_lead_from_an_outcome_to_another(opened):
    page = opened(alpine_story())
    page.get_by_role("rowheader", name="numpy").click()
    details = page.get_by_role("complementary")
    assert "On python:3.8-alpine" in details.text_content()
    details.get_by_role("button", name="python:3.8-slim").click()
    assert "On python:3.8-slim" in details.text_content()


def test_an_address_opens_the_details_of_a_package(opened):
    page = opened(alpine_story(), address="#package=scipy")
    assert page.get_by_role("complementary").locator("h2").text_content() == "scipy 1.10.1"
    opened(alpine_story(), address="#package=%E0%A4%A")


def test_advice_is_shown_where_it_helps(opened):
    page = opened(priced_story())
    page.get_by_role("rowheader", name="pandas").click()
    text = page.get_by_role("complementary").inner_text()
    assert "take python:3.8-slim → · comes as a wheel" in text
    assert "FROM python:3.8-slim" in text
    assert "py3-numpy" not in text


def test_the_answer_can_be_copied(opened):
    page = opened(alpine_story())
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy the answer").click()
    page.get_by_role("button", name="Copied").wait_for()
    first, second = page.evaluate("navigator.clipboard.readText()").splitlines()
    assert first == headline(alpine_story())
    assert second.endswith("scipy 1.10.1 compile from source on python:3.8-alpine")


def test_the_build_plan_is_a_tree_with_commands_to_paste(opened):
    page = opened(priced_story())
    plans = page.locator("#plans")
    text = plans.inner_text()
    assert "7 sdists are built, 10 builds in all" in text
    assert "numpy 1.17.3 × 4" in text
    assert "apk add --no-cache --virtual .build-deps" in text
    assert "circle 1.0 → wheel-of-it 2 → circle 1.0" in text
    nested = plans.locator(".tree .tree .tree > li").first
    assert "numpy 1.17.3" in nested.inner_text()


def test_dark_and_light_follow_the_system_and_the_button(opened):
    def paper(page):
        return page.evaluate("getComputedStyle(document.body).backgroundColor")

    light, dark = opened(today()), opened(today(), scheme="dark")
    assert paper(light) != paper(dark)
    before = paper(light)
    light.get_by_role("button", name="Dark").click()
    assert paper(light) == paper(dark)
    light.get_by_role("button", name="Light").click()
    assert paper(light) == before


def test_without_scripts_the_answer_matrix_and_costs_are_there(opened):
    page = opened(priced_story(), scripts=False)
    assert "4 of 10 packages compile" in page.locator("h1").text_content()
    assert names(page) == ["numpy", "pandas", "scikit-learn", "scipy"]
    assert "1 h 42 min" in page.locator("#bill").text_content()


def test_on_paper_nothing_is_cut_off_and_nothing_is_to_be_pressed(opened):
    page = opened(big())
    page.emulate_media(media="print")
    box = page.locator("#matrix-box")
    assert box.evaluate("box => getComputedStyle(box).overflow") == "visible"
    assert not page.get_by_role("button").first.is_visible()


def test_hostile_words_run_nothing_and_stay_words(opened):
    words = "</script><img src=x onerror=document.title='owned'>"
    story = priced_story()
    packages = [
        package.model_copy(
            update={
                "name": f"{package.name}{words}",
                "on": {k: c.model_copy(update={"reason": words}) for k, c in package.on.items()},
            }
        )
        for package in story.packages
    ]
    page = opened(story.model_copy(update={"packages": tuple(packages)}))
    page.locator(".matrix td").first.click()
    assert words in page.get_by_role("complementary").text_content()
    assert page.locator("img").count() == 0
    assert page.title().startswith("wheelcheck: ")


def test_all_packages_of_a_big_report_can_be_drawn(opened):
    page = opened(big())
    page.get_by_label("only wheels").check()
    assert page.locator(".matrix tbody tr").count() == 330
    assert page.locator(".matrix tbody td").count() == 330 * 24


def test_colours_of_verdicts_differ_in_lightness_for_those_who_see_no_hue(opened):
    page = opened(mixed())
    page.get_by_label("only wheels").check()
    lightness = {}
    for verdict in ("unavailable", "source-native", "source-pure", "wheel"):
        colour = page.locator(f".matrix td.{verdict}").first.evaluate(
            "cell => getComputedStyle(cell).backgroundColor.match(/\\d+/g).map(Number)"
        )
        red, green, blue = colour[:3]
        lightness[verdict] = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    ordered = list(lightness.values())
    assert ordered == sorted(ordered)
    assert min(b - a for a, b in pairwise(ordered)) > 15


def test_corrections_can_be_copied_whole(opened):
    page = opened(broken_image())
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    for number, diff in enumerate((OTHER_IMAGE, CORRECTION)):
        box = page.locator("#dockerfile .paste").nth(number)
        box.get_by_role("button", name="Copy").click()
        box.get_by_role("button", name="Copied").wait_for()
        assert page.evaluate("navigator.clipboard.readText()") == diff


def test_corrections_selected_by_hand_are_the_same_lines(opened):
    page = opened(broken_image())
    selected = page.locator("#dockerfile .diff").last.evaluate(
        "diff => { getSelection().selectAllChildren(diff); return getSelection().toString(); }"
    )
    assert selected.strip("\n") == CORRECTION.strip("\n")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_diffs_are_coloured_and_scroll_in_their_own_box_on_a_phone(opened, scheme):
    page = opened(broken_image(), width=360, scheme=scheme)
    diff = page.locator("#dockerfile .diff").last
    assert diff.evaluate("box => box.scrollWidth > box.clientWidth")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    colours = {
        diff.locator(tag).first.evaluate("line => getComputedStyle(line).backgroundColor")
        for tag in ("ins", "del", "span")
    }
    assert len(colours) == 3
    widths = diff.locator("ins").evaluate_all("lines => lines.map(one => one.offsetWidth)")
    assert len(set(widths)) == 1  # the colour of a short line is as wide as that of the longest


def test_a_dockerfile_is_shown_without_scripts(opened):
    page = opened(broken_image(), scripts=False)
    assert page.locator("#dockerfile .diff").last.text_content() == CORRECTION
    assert "Add gcc, musl-dev" in page.locator("#dockerfile").text_content()
    assert page.locator("#dockerfile button").count() == 0


def test_a_hostile_dockerfile_runs_nothing(opened):
    words = "</pre></script><img src=x onerror=document.title='owned'>"
    page = opened(worded(words))
    assert f"+{words}\n" in page.locator("#dockerfile .diff").last.text_content()
    assert page.locator("img").count() == 0
    assert page.title().startswith("wheelcheck: ")
