"""The quick answer of `kitae status`, which must never be a stale one."""

import json
import os
from pathlib import Path

import pytest

from kitae import Project
from kitae.cli.app import run
from kitae.project.commands import addressed_document
from kitae.project.snapshot import read_snapshot
from support.small_projects import colour_rows, write_project
from support.tiny_models import make_tiny_model


@pytest.fixture
def project(tmp_path):
    folder = write_project(tmp_path / "p", make_tiny_model(tmp_path / "base"))
    opened = Project.open(folder)
    opened.run(until="build")
    return opened


def test_snapshot_says_what_a_fresh_look_says(project):
    assert read_snapshot(project.root) == project.document(project.look())


@pytest.mark.parametrize(
    "path", ["kitae.yaml", "data/rows.json", "journal/sides.jsonl", "../base/config.json"]
)
def test_snapshot_is_not_used_after_a_change(project, path):
    target = project.root / path
    os.utime(target, ns=(1, 1))
    assert read_snapshot(project.root) is None


def test_snapshot_is_not_used_after_a_result_was_deleted(project):
    next((project.root / ".kitae/objects").rglob("train.arrow")).unlink()
    assert read_snapshot(project.root) is None


def test_new_verdict_journal_makes_the_snapshot_stale(project):
    (project.root / "journal/verdicts.jsonl").write_text("", encoding="utf-8")
    assert read_snapshot(project.root) is None


def test_broken_snapshot_is_no_snapshot(project):
    (project.root / ".kitae/status.json").write_bytes(b"{")
    assert read_snapshot(project.root) is None


def test_status_after_a_touched_recipe_is_kept_for_the_next_one(project):
    os.utime(project.root / "kitae.yaml", ns=(1, 1))
    assert run(["status", str(project.root)]) == 0
    assert read_snapshot(project.root) == project.document(project.look())


def test_status_before_the_first_run_is_kept_and_made_stale_by_a_run(tmp_path):
    folder = write_project(tmp_path / "p", Path("kitae-spark"))
    assert run(["status", str(folder)]) == 0
    kept = read_snapshot(folder)
    assert {stage["state"] for stage in kept["stages"]} >= {"missing"}
    Project.open(folder).run(until="collect")
    assert read_snapshot(folder)["stages"][0]["state"] == "up_to_date"


def test_init_keeps_the_answer_of_the_first_status(tmp_path):
    rows = tmp_path / "rows.json"
    rows.write_text(json.dumps(colour_rows()), encoding="utf-8")
    assert run(["init", str(tmp_path / "p"), str(rows)]) == 0
    assert read_snapshot(tmp_path / "p") is not None


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_status_of_a_read_only_folder_is_answered_all_the_same(tmp_path, capsys):
    folder = write_project(tmp_path / "p", Path("kitae-spark"))
    folder.chmod(0o500)
    try:
        assert run(["status", str(folder)]) == 0
    finally:
        folder.chmod(0o700)
    assert "collect" in capsys.readouterr().out


def test_status_that_cannot_be_kept_is_answered_all_the_same(tmp_path, capsys):
    folder = write_project(tmp_path / "p", Path("kitae-spark"))
    (folder / ".kitae").write_text("in the way", encoding="utf-8")
    assert run(["status", str(folder)]) == 0
    assert "collect" in capsys.readouterr().out


def test_failed_look_is_never_kept(tmp_path, capsys):
    folder = write_project(tmp_path / "p", Path("kitae-spark"))
    (folder / "data/rows.json").unlink()
    assert run(["status", str(folder)]) == 0
    assert "rows.json" in capsys.readouterr().err
    assert read_snapshot(folder) is None


def test_kept_commands_name_the_folder_as_it_is_named_now(tmp_path):
    error = {"fix": "type `kitae review`", "where": None, "what": "w"}
    document = {"stages": [], "error": error}
    assert addressed_document(document, Path("a b"))["error"]["fix"] == "type `kitae review 'a b'`"
    assert addressed_document(document, Path())["error"] == error
