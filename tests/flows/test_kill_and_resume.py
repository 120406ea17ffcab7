"""Killed at any moment, the next run ends with the hashes of an uninterrupted one."""

import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from kitae import Project
from kitae.pipeline.way import STAGE_NAMES
from support.small_projects import write_project
from support.tiny_models import make_tiny_model

SEED = 20


def child(folder, *point):
    """Run a project in a process of its own; gives its return code (negative: killed)."""
    environment = {
        **os.environ,
        "PYTHONPATH": str(Path(__file__).parents[1]),
        "OMP_NUM_THREADS": "1",
    }
    return subprocess.run(
        [sys.executable, "-m", "support.kill_child", str(folder), *map(str, point)],
        env=environment,
        check=False,
        capture_output=True,
        text=True,
    )


@pytest.fixture(scope="module")
def pristine(tmp_path_factory):
    """A project that has never run, and the artifacts of a run that nobody disturbed."""
    root = tmp_path_factory.mktemp("kill")
    base = root / "base"
    make_tiny_model(base)
    project = write_project(root / "project", base)
    clean = root / "clean"
    shutil.copytree(project, clean)
    listing = child(clean)
    assert listing.returncode == 0, listing.stderr
    return project, ids(clean), listing.stdout.split("\n")


def ids(folder):
    return {state.name: state.artifact for state in Project.open(folder).status()}


def events_of(listing, kind, stage=""):
    return sum(
        1 for line in listing if line.split()[:1] == [kind] and (not stage or line.endswith(stage))
    )


POINTS = [
    *(("stage.running", stage, 1) for stage in STAGE_NAMES),
    *(("store.files_written", stage, 1) for stage in random.Random(SEED).sample(STAGE_NAMES, 5)),
    *(("tune.in_step", "", n) for n in random.Random(SEED).sample(range(1, 20), 3)),
    ("tune.checkpoint_file", "", 1),
    ("tune.checkpoint_file", "", 4),
    ("journal.half_written", "", 1),
    ("journal.half_written", "", 2),
    ("store.manifest_written", "tune", 1),
]


@pytest.mark.parametrize(("kind", "stage", "count"), POINTS)
def test_killed_run_goes_on_to_the_same_hashes(pristine, tmp_path, kind, stage, count):
    project, wanted, listing = pristine
    assert events_of(listing, kind, stage) >= count, "the kill point is never reached"
    folder = tmp_path / "killed"
    shutil.copytree(project, folder)
    assert child(folder, kind, stage, count).returncode == -9
    again = child(folder)
    assert again.returncode == 0, again.stderr
    assert ids(folder) == wanted
    assert not list((folder / ".kitae/tmp").iterdir())


def test_run_killed_five_times_ends_with_the_same_hashes(pristine, tmp_path):
    project, wanted, _ = pristine
    folder = tmp_path / "killed"
    shutil.copytree(project, folder)
    for kind, stage, count in random.Random(SEED).sample(POINTS, 5):
        child(folder, kind, stage, count)
    assert child(folder).returncode == 0
    assert ids(folder) == wanted
