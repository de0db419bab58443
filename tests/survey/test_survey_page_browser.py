"""The page of a survey in a real browser."""

import random
from datetime import date

import numpy as np
import pytest
from browser import chromium

from wheelcheck.survey.day import LETTERS, DayOfSurvey
from wheelcheck.survey.page import render_page

pytestmark = pytest.mark.browser

PROJECTS = 15_000
TARGETS = tuple(
    f"cp{python}-{platform}_{cpu}"
    for python in ("311", "312", "313", "314", "315", "315t")
    for platform in ("manylinux_2_41", "musllinux_1_2")
    for cpu in ("x86_64", "aarch64")
)


def survey(projects: int = PROJECTS) -> DayOfSurvey:
    """A made-up day: most projects pure, the others with gaps."""
    draw = random.Random(7)
    names = sorted(f"project-{number:05d}" for number in range(projects))
    letters = np.full((projects, len(TARGETS)), ord("p"), dtype=np.uint8)
    since = np.zeros((projects, len(TARGETS)), dtype=np.int64)
    kinds = [ord(letter) for letter in LETTERS.values()]
    for row in range(0, projects, 4):
        letters[row] = [draw.choice(kinds) for _ in TARGETS]
        since[row] = [draw.randrange(-1, 40) for _ in TARGETS]
    versions = tuple(f"{draw.randrange(9)}.{draw.randrange(30)}.0" for _ in names)
    known = tuple(f"1.{number}.0" for number in range(40))
    return DayOfSurvey(date(2026, 11, 28), TARGETS, tuple(names), letters, versions, since, known)


@pytest.fixture(scope="module")
def browser():
    with chromium() as opened:
        yield opened


@pytest.fixture
def opened(browser, tmp_path):
    pages = []

    def open_page(day, *, width=1280, scheme="light", address=""):
        file = tmp_path / "survey.html"
        file.write_text(render_page([day]), encoding="utf-8")
        context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
        page = context.new_page()
        page.complaints = []
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.on("console", lambda m: m.type == "error" and page.complaints.append(m.text))
        page.goto(f"file://{file}{address}")
        pages.append(context)
        return page

    yield open_page
    for context in pages:
        context.close()


def test_a_page_of_15_000_projects_on_24_targets_is_under_5_megabytes():
    assert len(render_page([survey()]).encode()) < 5_000_000


def test_a_large_page_opens_in_silence_and_finds_a_project(opened):
    page = opened(survey())
    page.fill("#name", "Project_00004")
    assert page.locator("#found tbody tr").count() == len(TARGETS)
    assert "wheelcheck explain project-00004 --target" in page.locator("#found code").text_content()
    page.fill("#name", "project-0000")
    page.locator("#found button", has_text="project-00008").click()
    assert page.locator("#found h3").text_content().startswith("project-00008")
    assert page.complaints == []


def test_an_address_opens_a_project(opened):
    page = opened(survey(100), address="#project-00012")
    assert page.locator("#found h3").text_content().startswith("project-00012")


def test_those_without_a_wheel_are_listed_for_the_chosen_target(opened):
    day = survey(100)
    page = opened(day)
    page.select_option("#target", str(day.targets.index("cp314-musllinux_1_2_aarch64")))
    column = day.letters[:, day.targets.index("cp314-musllinux_1_2_aarch64")]
    without = [
        name
        for name, letter in zip(day.projects, column.tolist(), strict=True)
        if chr(letter) in "sqnx"
    ]
    shown = page.locator("#without li").all_text_contents()
    assert len(shown) == len(without)
    assert all(name in text for name, text in zip(without, shown, strict=True))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_an_accessibility_checker_finds_nothing(opened, scheme):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    page = opened(survey(200), scheme=scheme, address="#project-00004")
    assert axe.run(page).response["violations"] == []


def test_the_page_never_scrolls_sideways_on_a_phone(opened):
    page = opened(survey(200), width=360, address="#project-00004")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
