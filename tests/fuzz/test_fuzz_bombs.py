"""What is small on disk and has no end when it is read: refused in bounded work, with exit code 7."""

import sys

import pytest
import yaml

from kitae.cli.app import run
from kitae.core.errors import DataError
from kitae.stages.collect import STAGE, CollectConfig, SourceConfig
from support.bombs import BOMBS, HARMLESS
from support.fuzzing.trial import SOUND, counted_steps
from support.messy_files import make_context

_MOST_STEPS = 4_000_000
"""Calls. The dearest of them is a sheet whose rows are as wide as a sheet can be."""
_MEMORY_LIMIT = 700 * 2**20


def collect(folder, name):
    (folder / name).write_bytes(BOMBS[name]() if name in BOMBS else HARMLESS[name]())
    (folder / "sound.jsonl").write_text(SOUND, encoding="utf-8")
    sources = (SourceConfig(path=name), SourceConfig(path="sound.jsonl"))
    return STAGE.run({}, CollectConfig(sources=sources), make_context(folder))


def most_memory():
    """The most memory that this process had at one time."""
    resource = pytest.importorskip("resource", reason="this system does not tell")
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused_in_bounded_work_and_memory(tmp_path, name):
    before = most_memory()
    with counted_steps() as steps, pytest.raises(DataError) as caught:
        collect(tmp_path, name)
    assert most_memory() - before < _MEMORY_LIMIT
    assert caught.value.exit_code == 7
    assert caught.value.where
    assert caught.value.fix
    assert steps[0] < _MOST_STEPS


@pytest.mark.parametrize("name", HARMLESS)
def test_an_area_of_a_sheet_is_not_spelled_out_cell_by_cell(tmp_path, name):
    with counted_steps() as steps:
        product = collect(tmp_path, name)
    assert "It is a sea." in product.tables["examples"]["output"].to_pylist()
    assert product.counts.balances
    assert steps[0] < _MOST_STEPS


@pytest.mark.parametrize(
    "name", ["zeros.jsonl.gz", "million_rows.xlsx", "laughs.docx", "deep.json"]
)
def test_the_command_refuses_a_bomb_with_exit_code_7(tmp_path, name, monkeypatch, capsys):
    (tmp_path / name).write_bytes(BOMBS[name]())
    recipe = {"schema_version": 1, "name": "bomb", "collect": {"sources": [{"path": name}]}}
    (tmp_path / "kitae.yaml").write_text(yaml.safe_dump(recipe), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert run(["run", "--until", "collect"]) == 7
    printed = capsys.readouterr().err
    assert name in printed
    assert "how to mend" in printed
