"""Measured runs: the real pipeline, other programs, and what is told where something is missing."""

import sys

import pytest
from bench.data.corpus import write_corpus
from bench.data.kitae_run import DEFAULTS, EVERYTHING, FEW_STEPS, GATED, Machine, run_kitae
from bench.data.measuring import Command, FailedError, figures_of
from bench.data.memory import MOST_BYTES, growth
from bench.data.peers.environments import NotInstalledError, Requirements, environment
from bench.data.peers.tools import TOOLS

from kitae.pipeline.recipe import Recipe

CORES = (0,)


def recipe_of(setting):
    collect = {"sources": [{"path": "data/rows.jsonl"}]}
    return {"schema_version": 1, "name": "bench", "collect": collect, **setting.recipe}


@pytest.mark.parametrize("setting", [DEFAULTS, EVERYTHING, GATED, FEW_STEPS], ids=lambda s: s.name)
def test_every_setting_is_a_recipe(setting):
    Recipe.model_validate(recipe_of(setting))


def test_every_check_means_every_kind_of_private_data_and_every_defect():
    from kitae.stages.clean.config import CleanConfig

    clean = CleanConfig.model_validate(EVERYTHING.recipe["clean"])
    assert "keep" not in clean.private.model_dump().values()
    assert "mask_fetched" not in clean.private.model_dump().values()
    assert "keep" not in clean.defects.model_dump().values()


def test_the_real_pipeline_is_run_and_its_rows_are_held_against_the_truth(tmp_path):
    files = write_corpus(tmp_path / "corpus", 400)
    run = run_kitae(files, DEFAULTS, Machine(tmp_path / "work", CORES))
    assert run.rows == 400
    assert run.cpu_s > 0
    assert run.stages["build"] > 0
    assert run.quality.exact == 1.0
    assert 300 < run.kept < 400


def test_a_program_that_takes_too_long_is_ended_and_told():
    command = Command([sys.executable, "-c", "import time; time.sleep(60)"], CORES, seconds=1)
    with pytest.raises(FailedError, match="not done after 1 s"):
        figures_of(command)


def test_a_program_that_fails_is_told_with_its_last_words():
    with pytest.raises(FailedError, match="exit 3: no such thing"):
        figures_of(
            Command(
                [
                    sys.executable,
                    "-c",
                    "import sys; print('no such thing', file=sys.stderr); sys.exit(3)",
                ],
                CORES,
            )
        )


def test_memory_of_children_counts_too():
    child = "x = bytearray(200_000_000); import time; time.sleep(1)"
    parent = (
        f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}]); print('{{}}')"
    )
    _, memory = figures_of(Command([sys.executable, "-c", parent], CORES))
    assert memory.anonymous > 190


def test_a_tool_that_would_not_install_leaves_no_half_made_environment(tmp_path):
    wanted = Requirements("nothing", ("./no-such-folder",))
    with pytest.raises(NotInstalledError):
        environment(tmp_path, wanted)
    assert not list(tmp_path.rglob("installed.txt"))


def test_every_tool_is_pinned_and_has_a_row_for_its_defaults_and_one_that_matches():
    for tool in TOOLS:
        assert "==" in tool.requirements.packages[0]
        assert list(tool.modes) == ["defaults", "matched"]


@pytest.mark.slow
@pytest.mark.xfail(strict=True, reason="the stages still hold all rows at once")
def test_ten_million_rows_would_fit_in_eight_gigabytes(tmp_path):
    corpora = (write_corpus(tmp_path / "corpus", count) for count in (20_000, 60_000))
    found = growth(*corpora, Machine(tmp_path / "work", CORES))
    assert found.bytes_at_most_rows <= MOST_BYTES
