"""Where a run works: what can be asked for, and that it is told before anything starts."""

import subprocess
import sys

import pytest

from kitae.cli.app import run
from kitae.core.errors import UsageError
from kitae.engines.dataflow import LocalFlow
from kitae.project import Project
from kitae.project.wiring import check_backend, open_flow
from support.data_projects import animal_rows, write_sources


@pytest.mark.parametrize("name", ["spark", "ray 2", "Local", "", "http://host:1"])
def test_an_unknown_backend_is_refused_with_those_that_there_are(name):
    with pytest.raises(UsageError, match="No backend") as refusal:
        check_backend(name)
    assert "--backend ray" in refusal.value.fix


@pytest.mark.parametrize("workers", [0, -2])
def test_no_workers_at_all_are_refused(workers):
    with pytest.raises(UsageError, match="can do nothing"):
        check_backend("local", workers)


def test_the_local_flow_has_the_workers_that_were_asked_for():
    with open_flow("local", 3) as flow:
        assert isinstance(flow, LocalFlow)
        assert flow.workers == 3


def test_without_a_wish_the_local_flow_uses_the_cores_but_not_too_many():
    with open_flow() as flow:
        assert 1 <= flow.workers <= 8


def test_a_backend_is_checked_before_the_project_is_touched(tmp_path):
    folder = write_sources(tmp_path, {"rows.jsonl": animal_rows()})
    with pytest.raises(UsageError):
        Project.open(folder).run(backend="spark")
    assert not (folder / ".kitae").exists()


def test_the_command_line_hands_on_backend_and_workers(tmp_path, capsys):
    folder = write_sources(tmp_path, {"rows.jsonl": animal_rows()})
    arguments = ["run", str(folder), "--until", "build", "--workers", "2", "--backend"]
    assert run([*arguments, "local"]) == 0
    assert run([*arguments, "nowhere"]) == 2
    assert "No backend is called 'nowhere'" in capsys.readouterr().err


WITHOUT_RAY = """
import sys
sys.modules["ray"] = None
from kitae.cli.app import run
sys.exit(run(["run", sys.argv[1], "--backend", "ray"]))
"""


def test_a_missing_ray_is_told_with_the_line_to_type(tmp_path):
    folder = write_sources(tmp_path, {"rows.jsonl": animal_rows()})
    command = [sys.executable, "-c", WITHOUT_RAY, str(folder)]
    told = subprocess.run(command, capture_output=True, text=True, check=False)
    assert told.returncode == 4
    assert 'pip install "kitae[ray]"' in told.stderr
    assert not (folder / ".kitae").exists()
