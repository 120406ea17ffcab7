"""One writer per project."""

import subprocess
import sys

import pytest

from kitae.core.errors import AbortedError, ConflictError
from kitae.records.lock import project_lock

HOLD = """
import sys, time
from pathlib import Path
from kitae.records.lock import project_lock
with project_lock(Path(sys.argv[1]), "2026-01-01T00:00:00"):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def holder(tmp_path):
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path / "lock")], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.wait()
    process.stdout.close()


def test_second_writer_is_refused_and_told_who_holds_it(tmp_path, holder):
    with (
        pytest.raises(ConflictError, match=f"pid {holder.pid}"),
        project_lock(tmp_path / "lock", "now"),
    ):
        pass


def test_lock_left_by_a_killed_holder_is_taken_over(tmp_path, holder):
    holder.kill()
    holder.wait()
    with project_lock(tmp_path / "lock", "now") as leftover:
        assert f'"pid":{holder.pid}' in leftover


@pytest.mark.parametrize("stop", [AbortedError("Ctrl-C twice"), KeyboardInterrupt()])
def test_aborted_holder_has_ended_properly(tmp_path, stop):
    with pytest.raises(type(stop)), project_lock(tmp_path / "lock", "now"):
        raise stop
    with project_lock(tmp_path / "lock", "now") as leftover:
        assert leftover is None


def test_properly_ended_holder_leaves_nothing(tmp_path):
    with project_lock(tmp_path / "lock", "now") as leftover:
        assert leftover is None
    with project_lock(tmp_path / "lock", "now") as leftover:
        assert leftover is None
