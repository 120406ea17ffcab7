import json

import numpy as np
import pytest

from kitae import Project
from kitae.cli.app import run
from kitae.core.errors import NotFoundError
from kitae.core.text import LANGUAGES, catalogue
from kitae.project.data.look import lengths, look_at
from kitae.project.data.report import data_report
from kitae.project.report import render_html
from kitae.project.report.data_section import language_bars, length_bars, share_text
from support.data_projects import animal_rows, built, change_recipe, write_sources

JAPANESE = [
    {"instruction": f"{name}はどこで眠りますか。", "output": f"{name}は森の奥で静かに眠ります。"}
    for name in ("狐", "梟", "狼", "鹿", "猪")
]
TWINS = [animal_rows()[0]] * 3
SHORT = {"instruction": "Is the sea wet, tell me?", "output": "y"}


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    folder = tmp_path_factory.mktemp("report") / "p"
    sources = {"a.jsonl": [*animal_rows(), *TWINS, SHORT], "b.jsonl": JAPANESE}
    write_sources(folder, sources, clean={"min_answer_characters": 3})
    project = built(folder)
    project.run(until="gate")
    return project


def test_the_funnel_accounts_for_every_row_at_every_stage(project):
    funnel = data_report(project, "en")["funnel"]
    assert [one["stage"] for one in funnel] == [
        "collect",
        "split",
        "generate",
        "review",
        "clean",
        "build",
    ]
    for one in funnel:
        left = sum(r["rows"] for r in one["reasons"] if r["kind"] in ("dropped", "quarantined"))
        counts = one["counts"]
        assert left == counts["dropped"] + counts["quarantined"]
        assert counts["in"] + counts["made"] == counts["out"] + left + counts["pending"]
    clean = next(one for one in funnel if one["stage"] == "clean")
    reasons = {reason["code"]: reason["rows"] for reason in clean["reasons"]}
    assert reasons["answer_too_short"] == 1
    assert reasons["exact_duplicate"] == 3


def test_languages_and_lengths_count_every_row_of_the_dataset_once(project):
    look = look_at({"build": project.artifact("build"), "clean": project.artifact("clean")})
    assert look.rows == 55
    assert {one.language: one.rows for one in look.languages} == {"en": 50, "ja": 5}
    assert all(sum(one.sides.values()) == one.rows for one in look.languages)
    for shape in (look.questions, look.answers):
        assert sum(one.rows for one in shape.bins) == look.rows
        assert shape.median <= shape.p95 <= shape.longest


def test_a_cluster_shows_the_row_that_was_kept_and_those_that_left(project):
    look = look_at({"build": project.artifact("build"), "clean": project.artifact("clean")})
    assert (look.clusters.clusters, look.clusters.dropped) == (1, 3)
    (cluster,) = look.clusters.largest
    assert cluster.rows == 4
    assert cluster.kept.where == "a.jsonl, line 1"
    assert [row.reason for row in cluster.dropped] == ["exact_duplicate"] * 3
    assert len({row.id for row in cluster.dropped} | {cluster.kept.id}) == 4


def test_lengths_fall_into_steps_without_gaps():
    shape = lengths(np.array([0, 4, 5, 9, 10, 1999, 30_000]))
    assert [one.low for one in shape.bins][:3] == [0, 5, 10]
    assert all(
        one.high + 1 == after.low for one, after in zip(shape.bins, shape.bins[1:], strict=False)
    )
    assert shape.bins[-1].high is None
    assert sum(one.rows for one in shape.bins) == 7
    assert (shape.longest, shape.median) == (30_000, 9)
    assert lengths(np.zeros(0, np.int64)).bins == ()


def test_bars_stay_in_their_frame(project):
    look = look_at({"build": project.artifact("build")})
    for bar in [*language_bars(look), *length_bars(look.questions)]:
        assert all(0 <= one.x <= 100.001 for one in bar.segments)
        assert sum(one.width for one in bar.segments) <= 100.001
    assert look.clusters is None


def test_what_is_there_is_never_shown_as_nothing():
    assert share_text(0.0) == "0.0%"
    assert share_text(0.0001) == "< 0.1%"
    assert share_text(0.5) == "50.0%"


def test_the_scorecard_has_every_check_of_the_gate(project):
    card = data_report(project, "ja")["scorecard"]
    assert {"leakage", "duplicates"} <= {check["name"] for check in card["checks"]}
    assert card["outcome"] in ("pass", "warn", "fail")


def test_results_older_than_the_recipe_are_shown_and_named(project):
    recipe = project.root / "kitae.yaml"
    before = recipe.read_text(encoding="utf-8")
    change_recipe(project.root, clean={"min_answer_characters": 4})
    try:
        found = data_report(Project.open(project.root), "en")
    finally:
        recipe.write_text(before, encoding="utf-8")
    assert found["outdated"] == ["clean", "build", "gate"]
    assert found["look"]["rows"] == 55


def test_a_project_that_never_ran_says_what_to_type(tmp_path):
    folder = write_sources(tmp_path / "p", {"a.jsonl": animal_rows()})
    with pytest.raises(NotFoundError, match="no data yet"):
        data_report(Project.open(folder), "en")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_command_and_the_page_say_it_in_the_readers_language(project, capsys, language):
    assert run(["data", "report", str(project.root), "--language", language]) == 0
    said = capsys.readouterr().out
    texts = catalogue(language)
    for key in ("data.look.languages", "data.look.answers", "data.report.scorecard"):
        assert texts[key] in said
    page = render_html(project.report(), language)
    assert texts["data.look.heading"] in page
    assert texts["data.look.clusters"] in page


def test_the_json_document_is_one_document(project, capsys):
    assert run(["data", "report", str(project.root), "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert set(found) == {"project", "outdated", "funnel", "look", "scorecard"}
