"""The quick answer of `kitae status`, which must never be a stale one."""

import os

import pytest

from kitae import Project
from kitae.project.snapshot import read_snapshot
from support.small_projects import write_project
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
