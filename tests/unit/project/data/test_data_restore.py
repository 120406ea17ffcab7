import json

import pytest

from kitae import Project
from kitae.cli.app import run
from kitae.core.errors import NotFoundError, UsageError
from kitae.project.data.restore import restore
from support.data_projects import animal_rows, built, id_of, ids_in, write_rows, write_sources

SHORT = {"instruction": "Is the sea wet, tell me?", "output": "y"}
TWIN = animal_rows()[0]
EMPTY = {"instruction": "Where does the whale of the lake sleep?", "output": "  \u200b"}


@pytest.fixture
def project(tmp_path):
    rows = [*animal_rows(), SHORT, TWIN]
    return built(
        write_sources(tmp_path / "p", {"a.jsonl": rows}, clean={"min_answer_characters": 3})
    )


def test_a_restored_row_is_in_the_data_of_every_later_run(project):
    row = id_of(project, SHORT["instruction"])
    assert row not in ids_in(project)
    found = restore(project, [row])
    assert [(one["id"], one["reason"]) for one in found["rows"]] == [(row, "answer_too_short")]
    assert row in ids_in(built(project.root))
    write_rows(project.root / "data/a.jsonl", [*animal_rows(), SHORT, {**TWIN, "output": "other"}])
    assert row in ids_in(built(project.root))


def test_a_restored_duplicate_comes_back_beside_its_twin(project):
    row = id_of(project, TWIN["instruction"])
    before = ids_in(project)
    restore(project, [row])
    assert ids_in(built(project.root)) == before | {row}


def test_the_beginning_of_an_id_names_its_row(project):
    row = id_of(project, SHORT["instruction"])
    assert restore(project, [row[:8]])["restored"] == [row]


def test_restoring_twice_before_a_run_is_as_good_as_once(project):
    row = id_of(project, SHORT["instruction"])
    first = restore(project, [row])
    assert restore(project, [row]) == first


def test_a_restoration_can_be_taken_back(project):
    row = id_of(project, SHORT["instruction"])
    before = ids_in(project)
    restore(project, [row])
    built(project.root)
    assert restore(project, [row], undo=True)["restored"] == []
    assert ids_in(built(project.root)) == before
    with pytest.raises(NotFoundError, match="is not restored"):
        restore(project, [row], undo=True)


def test_a_row_that_is_in_the_data_or_unknown_cannot_be_restored(project):
    kept = sorted(ids_in(project))[0]
    with pytest.raises(UsageError, match="was not dropped"):
        restore(project, [kept])
    with pytest.raises(NotFoundError, match="No dropped row"):
        restore(project, ["ffffffffffffffff"])
    with pytest.raises(UsageError, match="too short"):
        restore(project, ["ab"])


def test_nothing_is_restored_when_one_of_the_rows_cannot_be(project):
    row = id_of(project, SHORT["instruction"])
    with pytest.raises(NotFoundError):
        restore(project, [row, "ffffffffffffffff"])
    assert not (project.root / "journal/restored.jsonl").exists()


def test_a_row_without_content_is_not_restored(tmp_path):
    rows = [*animal_rows(), EMPTY]
    project = built(write_sources(tmp_path / "p", {"a.jsonl": rows}))
    dropped = project.artifact("clean").table("dropped").to_pylist()
    (row,) = [one for one in dropped if one["reason"] == "empty_answer"]
    with pytest.raises(UsageError, match="nothing to learn"):
        restore(project, [row["id"]])


def test_what_build_took_out_says_why_it_stays_out(tmp_path):
    rows = animal_rows()
    held = {"instruction": "Where does the lynx of the island sleep?", "output": "lynx island"}
    twin = {"instruction": "where does the lynx of the island sleep", "output": "elsewhere now"}
    folder = write_sources(tmp_path / "p", {"a.jsonl": [*rows, twin], "t.jsonl": [held]})
    recipe = folder / "kitae.yaml"
    text = recipe.read_text(encoding="utf-8")
    recipe.write_text(
        text.replace("data/t.jsonl", "data/t.jsonl\n    side: test"), encoding="utf-8"
    )
    project = built(folder)
    stage = next(
        stage
        for stage in ("split", "build")
        if twin["instruction"]
        in project.artifact(stage).table("dropped")["instruction"].to_pylist()
    )
    row = id_of(project, twin["instruction"], stage=stage)
    with pytest.raises(UsageError, match=f"left at {stage}") as caught:
        restore(project, [row])
    assert caught.value.fix


def test_the_command_says_what_comes_back_and_what_to_type(project, capsys):
    row = id_of(project, SHORT["instruction"])
    assert run(["restore", row, "--dir", str(project.root), "--language", "ja"]) == 0
    said = capsys.readouterr().out
    assert row in said
    assert f"kitae run {project.root}" in said
    assert run(["restore", row, "--dir", str(project.root), "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["restored"] == [row]
    assert Project.open(project.root).look().states[4].why == ("journal:restored",)
