"""Ctrl-C: once to finish the step, save and stop; twice to stop at once. Nothing is lost either way."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from kitae import Project
from support.small_projects import write_project
from support.tiny_models import make_tiny_model

CHILD = """
import os, signal, sys
from kitae.cli import screen
from kitae.cli.app import run
from kitae.project import Project

class Presses:
    def __init__(self, times):
        self.times = times
    def emit(self, event):
        if event.kind == "tune.step" and event.data["step"] == 7:
            for _ in range(self.times):
                os.kill(os.getpid(), signal.SIGINT)

result = Project.open(sys.argv[1], events=Presses(int(sys.argv[2]))).run()
print(result.error)
sys.exit(result.error.exit_code if result.error else 0)
"""


def press(folder, times):
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    return subprocess.run(
        [sys.executable, "-c", CHILD, str(folder), str(times)],
        env=environment, check=False, capture_output=True, text=True,
    )  # fmt: skip


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    return make_tiny_model(tmp_path_factory.mktemp("base"))


def tuned(folder: Path):
    return next(state.artifact for state in Project.open(folder).status() if state.name == "tune")


@pytest.mark.parametrize(("times", "code"), [(1, 75), (2, 130)])
def test_interrupted_tuning_goes_on_to_the_same_weights(tmp_path, base, times, code):
    undisturbed = write_project(tmp_path / "undisturbed", base)
    assert Project.open(undisturbed).run(until="tune").error is None
    folder = write_project(tmp_path / "interrupted", base)
    stopped = press(folder, times)
    assert stopped.returncode == code, stopped.stderr
    assert "kitae run" in stopped.stdout
    assert tuned(folder) is None
    assert Project.open(folder).run(until="tune").error is None
    assert tuned(folder) == tuned(undisturbed)


def test_signal_handlers_are_given_back_after_a_run(tmp_path, base):
    before = signal.getsignal(signal.SIGINT)
    Project.open(write_project(tmp_path / "p", base)).run(until="collect")
    assert signal.getsignal(signal.SIGINT) is before
