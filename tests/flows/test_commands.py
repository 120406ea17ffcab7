"""Every command that shows something: readable, and one JSON document on stdout when asked."""

import json
from pathlib import Path

import pytest

from kitae import Project
from kitae.cli.app import run
from support.small_projects import write_project
from support.tiny_models import make_tiny_model


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A small project that went the whole way."""
    root = tmp_path_factory.mktemp("commands")
    folder = write_project(root / "p", make_tiny_model(root / "base"))
    result = Project.open(folder).run()
    assert result.error is None, str(result.error)
    return folder


@pytest.fixture
def asked(capsys):
    """Runs a command with --format json; gives the document."""

    def call(*words):
        assert run([*map(str, words), "--format", "json"]) == 0
        printed = capsys.readouterr()
        assert words[0] == "run" or printed.err == ""
        return json.loads(printed.out)

    return call


def test_status_and_run_tell_the_same_stages(project, asked):
    status, again = asked("status", project), asked("run", project)
    assert [s["name"] for s in status["stages"]] == [s["name"] for s in again["stages"]]
    assert {s["state"] for s in again["stages"]} == {"up_to_date"}
    assert all(set(s["counts"]) >= {"in", "made", "out", "dropped"} for s in status["stages"])


def test_explained_run_runs_nothing_and_names_what_changed(project, asked):
    recipe = project / "kitae.yaml"
    before = recipe.read_text(encoding="utf-8")
    recipe.write_text(before + "clean:\n  min_answer_characters: 2\n", encoding="utf-8")
    try:
        states = {s["name"]: s for s in asked("run", project, "--explain")["stages"]}
    finally:
        recipe.write_text(before, encoding="utf-8")
    assert states["split"]["state"] == "up_to_date"
    assert states["clean"]["why"] == ["config"]
    assert states["build"]["state"] == "missing"


def test_changed_choice_reruns_its_stage_and_stops_where_nothing_changes(project, asked):
    recipe = project / "kitae.yaml"
    before = recipe.read_text(encoding="utf-8")
    recipe.write_text(before + "clean:\n  max_answer_characters: 31000\n", encoding="utf-8")
    try:
        states = {s["name"]: s["state"] for s in asked("run", project)["stages"]}
    finally:
        recipe.write_text(before, encoding="utf-8")
    assert states.pop("clean") == "done"
    assert set(states.values()) == {"up_to_date"}


@pytest.mark.parametrize(
    "stage", ["collect", "split", "clean", "build", "gate", "plan", "evaluate"]
)
def test_show_tells_what_a_stage_gave(project, asked, capsys, stage):
    view = asked("show", stage, project)
    assert view["stage"] == stage
    assert view["records"] or view["rows"]
    assert run(["show", stage, str(project)]) == 0
    assert stage in capsys.readouterr().out


def test_lineage_leads_from_the_bundle_back_to_the_file(project, asked):
    entries = {entry["stage"]: entry for entry in asked("lineage", project)}
    assert entries["export"]["inputs"]["input:tune"] == entries["tune"]["content"]
    assert any(name.startswith("fact:source") for name in entries["collect"]["inputs"])


def test_explained_run_heeds_from_and_until(project, asked):
    states = {
        s["name"]: s
        for s in asked("run", project, "--explain", "--from", "clean", "--until", "gate")["stages"]
    }
    assert states["review"]["state"] == "up_to_date"
    assert {states[name]["why"][0] for name in ("clean", "build", "gate")} == {"asked for"}
    assert {states[name]["why"][0] for name in ("choose", "tune", "export")} == {"not asked for"}


def test_explained_run_with_a_broken_journal_names_file_and_line_and_exits_seven(project, capsys):
    journal = project / "journal" / "verdicts.jsonl"
    journal.write_text('[{"a":1}]\n{broken\n[]\n', encoding="utf-8")
    try:
        assert run(["run", str(project), "--explain"]) == 7
        told = capsys.readouterr().err
        assert run(["run", str(project), "--explain", "--format", "json"]) == 7
    finally:
        journal.unlink()
    assert "verdicts.jsonl, line 2" in told
    assert json.loads(capsys.readouterr().out)["error"]["exit_code"] == 7


def test_run_for_a_script_writes_the_report_and_tells_progress_on_stderr(project, capsys):
    for report in project.glob("report.*.html"):
        report.unlink()
    assert run(["run", str(project), "--from", "evaluate", "--format", "json"]) == 0
    printed = capsys.readouterr()
    document = json.loads(printed.out)
    assert Path(document["report"]).is_file()
    assert (Path(document["bundle"]) / "merged/config.json").is_file()
    assert "> evaluate ..." in printed.err
    assert "+ export: done" in printed.err


def test_end_of_a_run_names_the_folder_of_the_model(project, capsys):
    assert run(["run", str(project)]) == 0
    line = next(x for x in capsys.readouterr().out.splitlines() if x.startswith("Model: "))
    assert (Path(line.removeprefix("Model: ")) / "merged/config.json").is_file()


@pytest.mark.parametrize("language", ["en", "ja", "zh"])
def test_explained_use_says_where_the_model_lies(asked, language):
    assert ".kitae/objects/export-" in "\n".join(asked("explain", "use", "-l", language)["lines"])


def test_doctor_tells_hardware_and_versions(asked):
    found = asked("doctor")
    assert found["cores"] >= 1
    assert found["packages"]["torch"]
    assert found["missing"] == []


@pytest.mark.parametrize("language", ["en", "ja", "zh"])
@pytest.mark.parametrize("term", ["what", "why", "outcome", "use", "method", "plan.learning_rate"])
def test_explanations_come_in_three_languages(asked, language, term):
    assert asked("explain", term, "-l", language)["lines"]


def test_report_repeats_the_evaluation_of_the_run(project, asked):
    assert asked("report", project)["evaluate"] == asked("status", project)["evaluate"]


def test_tuning_alone_can_be_asked_for_again(project, asked):
    states = {s["name"]: s for s in asked("run", project, "--from", "export")["stages"]}
    assert states["export"]["why"] == ["asked for"]
    assert states["evaluate"]["state"] == "up_to_date"


def test_config_schema_is_printed(capsys):
    assert run(["config", "schema"]) == 0
    assert json.loads(capsys.readouterr().out)["title"] == "Recipe"
