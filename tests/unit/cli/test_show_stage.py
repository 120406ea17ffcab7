"""What `kitae show STAGE` tells a person: words in the reader's language, never raw records."""

import io
from pathlib import Path

import pytest
from rich.console import Console

from kitae.cli.paper import Paper
from kitae.cli.show import render_stage
from kitae.core.text import LANGUAGES, catalogue, say
from kitae.project.report import gather
from kitae.project.report.words import Words
from kitae.project.views import stage_view
from kitae.records.status import StageState
from support.report_fixtures import improved_project, refused_project


@pytest.fixture(scope="module")
def improved(tmp_path_factory):
    return improved_project(tmp_path_factory.mktemp("improved"))


@pytest.fixture(scope="module")
def refused(tmp_path_factory):
    return refused_project(tmp_path_factory.mktemp("refused"))


def shown(project, stage, language="en", **options):
    artifact = project.artifacts[stage]
    state = StageState(name=stage, state="up_to_date", artifact=artifact.id)
    view = gather(project.name, {stage: artifact}, [state], project.events)
    stream = io.StringIO()
    console = Console(file=stream, width=100)
    paper = Paper(Words(language), console, Path("sb"))
    render_stage(stage_view(artifact, 10, **options), view, paper)
    return stream.getvalue()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "stage", ["collect", "clean", "gate", "choose", "plan", "tune", "evaluate", "export"]
)
def test_show_speaks_the_readers_language_and_prints_no_records(improved, stage, language):
    text = shown(improved, stage, language)
    assert say(f"stage.{stage}", language) in text
    for raw in ('"key"', '"values"', '"outcome"', "dataset_hash", "null"):
        assert raw not in text


def test_shown_gate_is_a_scorecard_with_evidence_and_fixes(refused):
    text = shown(refused, "gate")
    texts = catalogue("en")
    assert f"[{texts['report.outcome.fail']}]" in text
    assert f"[{texts['report.outcome.pass']}]" in text
    assert texts["report.fix"] in text
    assert "00aa11bb22cc33dd + 11aa11bb22cc33dd: 今日の運勢は? / 明日の運勢は?" in text


def test_shown_plan_gives_every_value_with_its_reason(improved):
    text = shown(improved, "plan")
    assert "learning_rate" in text
    assert "You set it." in text
    assert "steps" in text


def test_shown_clean_tells_drops_by_reason_and_the_rows_themselves(improved):
    text = shown(improved, "clean", only_dropped=True)
    dropped = improved.artifacts["clean"].table("dropped").to_pylist()
    assert dropped[0]["id"] in text
    assert Words("en").reason(dropped[0]["reason"]) in text
    assert catalogue("en")["cli.show.rows"] + "\n" not in text


def test_shown_evaluation_leads_with_the_verdict_and_its_numbers(improved):
    text = shown(improved, "evaluate")
    assert catalogue("en")["report.verdict.improved"] in text
    assert catalogue("en")["report.answers.heading"] in text


def test_shown_export_names_the_folder_of_the_model(improved):
    assert f".kitae/objects/{improved.artifacts['export'].id}" in shown(improved, "export")
