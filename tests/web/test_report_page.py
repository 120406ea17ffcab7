"""The report in a real browser: it fits, it can be read in the light and in the dark, it fetches nothing."""

from __future__ import annotations

import shutil

import pytest

from kitae.core.text import LANGUAGES, catalogue
from kitae.project.report import gather, render_html
from support.report_fixtures import (
    free_text,
    improved_project,
    not_better,
    refused_project,
    zero_row_project,
)

PROJECTS = {
    "improved": improved_project,
    "free_text": lambda root: improved_project(root, **free_text(overrides=("By law.",))),
    "not_better": lambda root: improved_project(root, **not_better()),
    "refused": refused_project,
    "zero": zero_row_project,
}
CHROMIUM_OPTIONS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update",
]  # fmt: skip
CONTRASTS = """() => {
  const parse = c => (c.match(/[\\d.]+/g) || []).map(Number);
  const light = ([r, g, b]) => {
    const f = v => { v /= 255; return v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4; };
    return .2126 * f(r) + .7152 * f(g) + .0722 * f(b);
  };
  const ground = e => {
    for (; e; e = e.parentElement) {
      const c = parse(getComputedStyle(e).backgroundColor);
      if (c.length === 3 || c[3] === 1) return c;
    }
    return [255, 255, 255];
  };
  const found = [];
  for (const e of document.body.querySelectorAll('*')) {
    const own = [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim());
    if (!own || !e.checkVisibility()) continue;
    const style = getComputedStyle(e);
    const ink = parse(e instanceof SVGElement ? style.fill : style.color);
    const [a, b] = [light(ink), light(ground(e))].sort((x, y) => y - x);
    found.push([(a + .05) / (b + .05), e.className.baseVal ?? e.className, e.textContent.slice(0, 40)]);
  }
  return found;
}"""


@pytest.fixture(scope="module")
def browser():
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        pytest.skip("no chromium is installed on this machine")
    with sync_api.sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_OPTIONS)
        yield running
        running.close()


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """Project name and language -> the file of its page."""
    folder = tmp_path_factory.mktemp("pages")
    files = {}
    for name, make in PROJECTS.items():
        view = gather(*make(folder / name).arguments)
        for language in LANGUAGES:
            path = folder / f"{name}.{language}.html"
            path.write_text(render_html(view, language), encoding="utf-8")
            files[name, language] = path
    return files


@pytest.fixture(scope="module")
def tab(browser):
    """One tab for all tests; notes what a page asked for and what it said."""
    page = browser.new_context().new_page()
    page.requested, page.said = [], []
    page.on("request", lambda request: page.requested.append(request.url))
    page.on("console", lambda message: page.said.append(message.text))
    page.on("pageerror", lambda error: page.said.append(str(error)))
    return page


@pytest.fixture
def opened(tab, pages):
    """Opens a page in the tab."""

    def open_page(name, language, *, width=1100, scheme="light"):
        tab.set_viewport_size({"width": width, "height": 900})
        tab.emulate_media(color_scheme=scheme, media="screen")
        tab.requested.clear()
        tab.said.clear()
        tab.goto(pages[name, language].as_uri())
        return tab

    return open_page


def unfold(page):
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")


SHOWN = [("improved", language) for language in LANGUAGES] + [
    (name, "ja") for name in PROJECTS if name != "improved"
]


@pytest.mark.parametrize(("name", "language"), SHOWN)
def test_page_never_scrolls_sideways(opened, name, language):
    page = opened(name, language, width=400)
    unfold(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 400
    page.set_viewport_size({"width": 1100, "height": 900})
    assert page.evaluate("document.documentElement.scrollWidth") <= 1100


@pytest.mark.parametrize("name", ["improved", "free_text", "refused"])
def test_every_text_has_contrast_enough_in_light_and_dark(opened, name):
    page = opened(name, "ja")
    unfold(page)
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        found = page.evaluate(CONTRASTS)
        assert len(found) > 50
        assert [faint for faint in found if faint[0] < 4.5] == []


def test_dark_is_dark_and_light_is_light(opened):
    page = opened("improved", "en")
    ground = "getComputedStyle(document.body).backgroundColor.match(/\\d+/g).map(Number)"
    assert min(page.evaluate(ground)) > 240
    page.emulate_media(color_scheme="dark")
    assert max(page.evaluate(ground)) < 40


@pytest.mark.parametrize("name", ["improved", "refused"])
def test_page_asks_for_nothing_but_itself_and_runs_nothing(opened, pages, name):
    page = opened(name, "zh")
    unfold(page)
    assert page.requested == [pages[name, "zh"].as_uri()]
    assert page.said == [], "no error, no refused style, no script of a user's text"


@pytest.mark.parametrize("language", LANGUAGES)
def test_headings_are_in_the_readers_language(opened, language):
    page = opened("improved", language)
    headings = " ".join(page.locator("h2").all_inner_texts())
    for key in ("report.title.improved_trying", "report.result.heading", "report.flow.heading"):
        assert catalogue(language)[key] in headings
    assert page.locator("html").get_attribute("lang") == language


def test_links_of_the_contents_lead_to_their_sections(opened):
    page = opened("improved", "en")
    for link in page.locator(".contents a").all():
        target = link.get_attribute("href")
        assert page.locator(target).count() == 1


def test_everything_can_be_reached_by_keyboard(opened):
    page = opened("improved", "en")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    summary = page.locator("#curve summary")
    summary.focus()
    page.keyboard.press("Enter")
    assert page.locator("#curve details table").is_visible()


def test_print_unfolds_the_evidence(opened):
    page = opened("improved", "en")
    page.emulate_media(media="print")
    visible = "e => e.checkVisibility({contentVisibilityAuto: true, visibilityProperty: true})"
    assert page.locator("details.reason .evidence").first.evaluate(visible)
    assert page.locator("#stages details").evaluate(visible) is False
