"""The report in the terminal."""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest
from rich.cells import cell_len
from rich.console import Console

from kitae.cli.paper import wrapped
from kitae.cli.report import render_terminal
from kitae.core.text import LANGUAGES, catalogue
from kitae.project.report import gather
from support.report_fixtures import (
    HOSTILE,
    ProjectMaker,
    free_text,
    improved_project,
)


def rendered(project, language="en", width=80, **options):
    stream = io.StringIO()
    console = Console(file=stream, width=width, **options)
    render_terminal(gather(*project.arguments), language, console)
    return stream.getvalue()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("width", [80, 100])
def test_no_line_is_wider_than_the_terminal(language, width, improved, refused, empty):
    for project in (improved, refused, empty):
        text = rendered(project, language, width)
        assert max(cell_len(line) for line in text.splitlines()) <= width


def test_without_a_terminal_there_is_no_escape_code(improved):
    text = rendered(improved, no_color=True)
    assert "\x1b" not in text


def test_escape_codes_in_data_never_reach_the_terminal(tmp_path):
    maker = ProjectMaker(tmp_path)
    text = rendered(maker.project("evil\x1b[2Jname"))
    assert "\x1b" not in text
    assert "evil\ufffd[2Jname" in text


def test_markup_in_data_is_shown_as_it_is(improved):
    text = rendered(improved, width=200)
    assert HOSTILE in text


def test_unusable_free_text_is_shown_with_its_reason(tmp_path):
    text = rendered(improved_project(tmp_path, **free_text()), width=400)
    assert catalogue("en")["report.title.improved_unusable"] in text


def test_commands_of_the_report_name_the_folder_that_the_person_named(refused):
    stream = io.StringIO()
    console = Console(file=stream, width=200)
    render_terminal(gather(*refused.arguments), "en", console, Path("sb"))
    assert "`kitae run sb`" in stream.getvalue()
    assert "`kitae run`" not in stream.getvalue()


def test_report_names_the_folder_of_the_model(improved):
    text = rendered(improved, width=200)
    assert f".kitae/objects/{improved.artifacts['export'].id}" in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_headline_and_measurement_read_as_recorded(language, improved, repository):
    """Set KITAE_UPDATE_GOLDEN=1 to record anew."""
    text = rendered(improved, language)
    end = text.index(catalogue(language)["report.answers.heading"])
    lines = [line.rstrip() for line in text[:end].splitlines()]
    golden = repository / "tests" / "golden" / f"report_terminal.{language}.txt"
    if os.environ.get("KITAE_UPDATE_GOLDEN"):
        golden.write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert golden.read_text(encoding="utf-8").splitlines() == lines


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("aaa bbb ccc", 7, ["aaa bbb", "ccc"]),
        ("占いの結果です。", 8, ["占いの結", "果です。"]),
        ("占いの結果。です", 10, ["占いの結", "果。です"]),
        ("1. aaa bbb", 6, ["1. aaa", "   bbb"]),
        ("x" * 9, 4, ["xxxx", "xxxx", "x"]),
        ("", 10, [""]),
        ("type `kitae run` now", 12, ["type", "`kitae run`", "now"]),
    ],
)
def test_lines_break_where_a_reader_expects(text, width, lines):
    assert wrapped(text, width) == lines
