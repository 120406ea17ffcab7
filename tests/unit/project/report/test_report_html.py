"""The page: whole, safe, in the reader's language."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from itertools import pairwise

import pytest

from kitae.core.text import LANGUAGES, Message, catalogue
from kitae.project.report import gather, render_html
from kitae.project.report.words import Words, language_of
from support.report_fixtures import (
    HOSTILE,
    empty_project,
    free_text,
    improved_project,
    not_better,
    refused_project,
    waiting_project,
    zero_row_project,
)

PROJECTS = {
    "improved": improved_project,
    "free_text": lambda root: improved_project(root, **free_text()),
    "not_better": lambda root: improved_project(root, **not_better()),
    "refused": refused_project,
    "waiting": waiting_project,
    "empty": empty_project,
    "zero": zero_row_project,
}
VOID = {"meta", "br", "img", "input", "link", "hr"}


class Page(HTMLParser):
    """Elements, attributes and headings of a page; fails on tags that do not match."""

    def __init__(self, html):
        super().__init__()
        self.open, self.tags, self.attributes, self.headings, self.ids = [], [], [], [], []
        self.feed(html)
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs
        self.ids += [value for name, value in attrs if name == "id"]
        if tag in ("h1", "h2", "h3"):
            self.headings.append([int(tag[1]), ""])
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if any(tag in self.open for tag in ("h1", "h2", "h3")):
            self.headings[-1][1] += data


@pytest.fixture(scope="module", params=list(PROJECTS))
def view(request, tmp_path_factory):
    return gather(*PROJECTS[request.param](tmp_path_factory.mktemp("project")).arguments)


@pytest.mark.parametrize("language", LANGUAGES)
def test_page_is_well_formed_and_names_its_language(view, language):
    html = render_html(view, language)
    page = Page(html)
    assert ("lang", language) in page.attributes
    assert len(page.ids) == len(set(page.ids))
    levels = [level for level, _ in page.headings]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(b - a <= 1 for a, b in pairwise(levels)), "no level is skipped"
    anchors = [v[1:] for n, v in page.attributes if n == "href" and v.startswith("#")]
    assert set(anchors) <= set(page.ids)


def test_page_loads_nothing_and_runs_nothing(view):
    html = render_html(view, "en")
    page = Page(html)
    assert not {"script", "img", "link", "iframe", "object", "form"} & set(page.tags)
    assert not [n for n, _ in page.attributes if n in ("src", "style") or n.startswith("on")]
    assert all(v.startswith("#") for n, v in page.attributes if n == "href")
    style = re.search(r"<style>(.*?)</style>", html, re.DOTALL)[1]
    assert "url(" not in style
    assert "@import" not in style
    policies = [v for n, v in page.attributes if n == "content" and "default-src" in v]
    assert policies[0].startswith("default-src 'none'; style-src 'sha256-")


def test_text_of_users_is_escaped_everywhere(improved):
    html = render_html(gather(*improved.arguments), "en")
    assert HOSTILE not in html
    assert "<script" not in html
    assert "<b>evil" not in html
    assert "&lt;script&gt;" in html


def test_equal_views_give_equal_pages(tmp_path):
    views = [gather(*improved_project(tmp_path / name).arguments) for name in ("a", "b")]
    assert render_html(views[0], "ja") == render_html(views[1], "ja")


@pytest.mark.parametrize("language", LANGUAGES)
def test_headings_are_in_the_readers_language(language, improved):
    view = gather(*improved.arguments)
    headings = " ".join(text for _, text in Page(render_html(view, language)).headings)
    for key in ("report.result.heading", "report.flow.heading", "report.gate.heading"):
        assert catalogue(language)[key] in headings


def test_refused_project_says_so_before_anything_else_and_has_no_model_section(tmp_path):
    html = render_html(gather(*refused_project(tmp_path).arguments), "en")
    first = html.index(catalogue("en")["report.title.gate_refused"])
    assert first < html.index(catalogue("en")["report.flow.heading"])
    assert 'id="result"' not in html
    assert 'id="curve"' not in html
    assert 'id="plan"' not in html


@pytest.mark.parametrize("language", LANGUAGES)
def test_page_names_the_folder_of_the_model(language, improved):
    folder = f".kitae/objects/{improved.artifacts['export'].id}"
    assert f"<code>{folder}</code>" in render_html(gather(*improved.arguments), language)


def test_commands_stand_as_code(tmp_path):
    html = render_html(gather(*empty_project(tmp_path).arguments), "en")
    assert '<code class="short">kitae run</code>' in html


def test_message_without_text_shows_its_key_instead_of_failing():
    said = Words("en").message(Message(key="gone.key", values={"n": 3}))
    assert said == "gone.key (n: 3)"


def test_unknown_codes_are_shown_as_they_are():
    assert Words("ja").reason("no_such_code") == "no_such_code"
    assert Words("ja").check("no_such_check") == "no such check"


@pytest.mark.parametrize(
    ("text", "reader", "found"),
    [
        ("今日の運勢", "en", "ja"),
        ("今日の運勢", "ja", None),
        ("财运", "en", "zh"),
        ("财运", "zh", None),
        ("luck", "zh", "en"),
        ("운세", "ja", "ko"),
    ],
)
def test_language_of_quoted_text_is_told_where_it_differs(text, reader, found):
    assert language_of(text, reader) == found
