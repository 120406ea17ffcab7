"""A damaged result is named, and made again."""

from pathlib import Path

import pytest

from kitae import Project
from kitae.cli.app import run
from kitae.core.errors import DataError
from support.small_projects import write_project


@pytest.fixture
def project(tmp_path):
    folder = write_project(tmp_path / "p", Path("kitae-spark"))
    opened = Project.open(folder)
    assert opened.run(until="split").error is None
    return opened


def cut(project, stage="split", name="manifest.json"):
    """Cut a file of a stage's artifact in half."""
    artifact = next(s.artifact for s in project.status() if s.name == stage)
    path = project.root / ".kitae/objects" / artifact / name
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    return artifact


def test_half_cut_manifest_makes_its_stage_missing_and_says_why(project, capsys):
    cut(project)
    state = next(s for s in project.status() if s.name == "split")
    assert (state.state, state.why) == ("missing", ("damaged",))
    assert run(["status", str(project.root)]) == 0
    assert run(["lineage", str(project.root)]) == 0
    assert "split-" not in capsys.readouterr().out


def test_half_cut_manifest_is_made_again_by_the_next_run_which_names_it(project, capsys):
    artifact = cut(project)
    assert run(["run", str(project.root), "--until", "split"]) == 0
    told = capsys.readouterr().err
    assert artifact in told
    assert "split" in told
    assert project.artifact("split").id == artifact


@pytest.mark.parametrize("name", ["manifest.json", "examples.arrow"])
def test_show_of_a_damaged_result_says_damaged_and_names_the_file(project, name):
    artifact = cut(project, name=name)
    with pytest.raises(DataError, match="is damaged") as caught:
        project.artifact("split")
    assert artifact in caught.value.what
    assert name in caught.value.what
    assert caught.value.exit_code == 7
    assert "--until split` makes it again" in caught.value.fix
