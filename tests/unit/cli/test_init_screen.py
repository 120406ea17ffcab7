"""What `kitae init` tells of the files."""

import json

import pytest

from kitae.cli.app import run
from support.small_projects import colour_rows


@pytest.fixture
def files(tmp_path):
    """A file with column names of its own, and one of conversations."""
    rows = [{"question": r["instruction"], "reply": r["output"]} for r in colour_rows(40)]
    (tmp_path / "own.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    talks = [
        {
            "messages": [
                {"role": "user", "content": r["instruction"]},
                {"role": "assistant", "content": r["output"]},
            ]
        }
        for r in colour_rows(40, seed=5)
    ]
    (tmp_path / "talks.json").write_text(json.dumps(talks), encoding="utf-8")
    return [tmp_path / "own.jsonl", tmp_path / "talks.json"]


@pytest.mark.parametrize(
    ("language", "format_word"), [("en", "format:"), ("ja", "形式:"), ("zh", "格式：")]
)
def test_init_shows_format_mapping_and_three_rows_of_every_file(
    tmp_path, files, capsys, language, format_word
):
    options = ["--map", "instruction=question", "--map", "output=reply"]
    assert run(["init", str(tmp_path / "p"), str(files[0]), *options, "-l", language]) == 0
    out = capsys.readouterr().out
    assert f"{format_word}" in out
    assert "question → instruction" in out
    assert "reply → output" in out
    assert "3. " in out


def test_init_shows_the_form_of_rows_without_columns(tmp_path, files, capsys):
    assert run(["init", str(tmp_path / "p"), str(files[1])]) == 0
    out = capsys.readouterr().out
    assert "format: json, 40 rows" in out
    assert "columns: by their shape (" in out
    assert out.count("     -> ") == 3


def test_init_says_when_a_base_will_be_looked_for_on_the_hub(tmp_path, files, capsys):
    assert run(["init", str(tmp_path / "p"), str(files[1]), "--base", "m/nonexist"]) == 0
    assert "no folder m/nonexist here" in capsys.readouterr().out


def test_init_refuses_a_mistyped_base_folder_and_makes_nothing(tmp_path, files, capsys):
    assert run(["init", str(tmp_path / "p"), str(files[1]), "--base", "./nope"]) == 8
    assert "./nope" in capsys.readouterr().err
    assert not (tmp_path / "p").exists()


def test_mapping_to_a_column_that_is_not_there_names_it_and_those_that_are(tmp_path, files, capsys):
    options = ["--map", "instruction=aaaa", "--map", "output=reply"]
    assert run(["init", str(tmp_path / "p"), str(files[0]), *options]) == 2
    told = capsys.readouterr().err
    assert "'aaaa'" in told
    assert "question, reply" in told
    assert not (tmp_path / "p").exists()
