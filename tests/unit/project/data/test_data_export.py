import json
import os
import subprocess
import sys

import orjson
import pytest
import yaml

from kitae import Project
from kitae.cli.app import run
from kitae.core.errors import ConflictError, NotFoundError, ResourceError, UsageError
from kitae.core.text import LANGUAGES
from kitae.project.data.export import FORMS, NOTE, export_dataset
from support.data_projects import animal_rows, built, change_recipe, write_rows, write_sources

ROWS = [
    *animal_rows(),
    {
        "instruction": "続きは?",
        "input": "物語",
        "output": "昔々。",
        "system": "短く。",
        "history": [["こんにちは", "どうぞ"]],
    },
]


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    """A built project that no test changes."""
    return built(write_sources(tmp_path_factory.mktemp("shared") / "p", {"a.jsonl": ROWS}))


@pytest.fixture
def project(tmp_path):
    """A built project for tests that change it."""
    return built(write_sources(tmp_path / "p", {"a.jsonl": animal_rows()}))


def files_below(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_the_folder_holds_the_recipes_forms_and_a_card(shared, tmp_path):
    found = export_dataset(shared, tmp_path / "out")
    files = files_below(tmp_path / "out")
    assert set(found["files"]) == set(files) - {NOTE}
    expected = {"README.md", "dataset_info.json", "axolotl.yaml", "parquet/train.parquet"}
    assert expected | {"alpaca/train.json", "jsonl/train.jsonl", "messages/train.jsonl"} <= set(
        files
    )
    assert sum(found["rows"].values()) == len(ROWS)


def test_the_files_are_those_that_build_wrote(shared, tmp_path):
    export_dataset(shared, tmp_path / "out")
    build = shared.artifact("build")
    files = files_below(tmp_path / "out")
    assert {n: c for n, c in files.items() if n != NOTE} == {
        name: build.file(name).read_bytes() for name in files if name != NOTE
    }


@pytest.mark.parametrize("form", FORMS)
def test_every_form_can_be_had_whether_or_not_the_recipe_names_it(shared, tmp_path, form):
    export_dataset(shared, tmp_path / "out", [form])
    files = files_below(tmp_path / "out")
    names = {"llamafactory": "dataset_info.json", "axolotl": "axolotl.yaml"}
    assert any(name == names.get(form) or name.startswith(f"{form}/") for name in files)
    front = yaml.safe_load(files["README.md"].decode().split("---")[1])
    for one in front["configs"][0]["data_files"]:
        assert one["path"] in files


def test_equal_datasets_give_equal_folders(shared, tmp_path):
    export_dataset(shared, tmp_path / "one")
    export_dataset(shared, tmp_path / "two")
    assert files_below(tmp_path / "one") == files_below(tmp_path / "two")


def test_an_unknown_form_is_refused_with_the_known_ones(shared, tmp_path):
    with pytest.raises(UsageError, match="'csv'") as caught:
        export_dataset(shared, tmp_path / "out", ["csv"])
    assert "parquet" in caught.value.fix
    assert not (tmp_path / "out").exists()


def test_an_earlier_export_is_replaced_whole(project, tmp_path):
    export_dataset(project, tmp_path / "out", ["alpaca", "sharegpt"])
    write_rows(project.root / "data/a.jsonl", animal_rows()[:40])
    found = export_dataset(built(project.root), tmp_path / "out", ["parquet"])
    files = files_below(tmp_path / "out")
    assert sum(found["rows"].values()) == 40
    assert not [name for name in files if name.startswith(("alpaca/", "sharegpt/"))]


def test_an_empty_folder_is_filled(shared, tmp_path):
    (tmp_path / "out").mkdir()
    export_dataset(shared, tmp_path / "out")
    assert (tmp_path / "out/README.md").is_file()


def test_a_folder_with_something_else_in_it_stays_as_it_is(shared, tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    (out / "thesis.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(ConflictError, match="no export of kitae"):
        export_dataset(shared, out)
    assert files_below(out) == {"thesis.txt": b"mine"}


@pytest.mark.parametrize("name", ["notes.txt", "README.md", "alpaca/mine.json"])
def test_what_a_person_put_into_an_export_is_not_lost(shared, tmp_path, name):
    out = tmp_path / "out"
    export_dataset(shared, out)
    (out / name).write_text("mine", encoding="utf-8")
    before = files_below(out)
    with pytest.raises(ConflictError, match=name):
        export_dataset(shared, out)
    assert files_below(out) == before


def test_a_link_in_an_export_is_not_lost(shared, tmp_path):
    out = tmp_path / "out"
    export_dataset(shared, out)
    (out / "elsewhere").symlink_to(tmp_path)
    with pytest.raises(ConflictError, match="elsewhere"):
        export_dataset(shared, out)


def test_the_export_of_another_project_stays(shared, project, tmp_path):
    change_recipe(project.root, name="other")
    export_dataset(shared, tmp_path / "out")
    with pytest.raises(ConflictError, match="another project, 'small'"):
        export_dataset(built(project.root), tmp_path / "out")


def test_a_file_in_the_place_of_the_folder_is_refused(shared, tmp_path):
    (tmp_path / "out").write_text("mine", encoding="utf-8")
    with pytest.raises(ConflictError, match="is a file"):
        export_dataset(shared, tmp_path / "out")


def test_the_project_itself_is_no_place_for_an_export(shared):
    with pytest.raises(ConflictError):
        export_dataset(shared, shared.root)


def test_without_a_dataset_of_today_there_is_nothing_to_export(project, tmp_path):
    write_rows(project.root / "data/a.jsonl", animal_rows()[:40])
    with pytest.raises(NotFoundError, match="no current result"):
        export_dataset(Project.open(project.root), tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_folder_that_cannot_be_written_is_told(shared, tmp_path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(ResourceError):
        export_dataset(shared, tmp_path / "file" / "out")


KILLED = """
import os, sys
from kitae import Project
from kitae.project.data import export
def killed(*_):
    os._exit(9)
export.fsync_tree = killed
export.export_dataset(Project.open(sys.argv[1]), sys.argv[2])
"""


def test_a_killed_export_shows_nothing_and_the_next_one_sweeps_it(shared, tmp_path):
    out = tmp_path / "out"
    export_dataset(shared, out, ["parquet"])
    before = files_below(out)
    command = [sys.executable, "-c", KILLED, str(shared.root), str(out)]
    assert subprocess.run(command, check=False).returncode == 9
    assert files_below(out) == before
    assert len(list(tmp_path.iterdir())) == 2
    export_dataset(shared, out)
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_the_draft_of_an_export_that_runs_is_left_alone(shared, tmp_path):
    draft = tmp_path / f".out.kitae-{os.getppid()}-00000000"
    draft.mkdir()
    export_dataset(shared, tmp_path / "out")
    assert draft.is_dir()


def test_the_note_names_what_the_folder_was_made_from(shared, tmp_path):
    export_dataset(shared, tmp_path / "out", ["jsonl"])
    note = orjson.loads((tmp_path / "out" / NOTE).read_bytes())
    assert note["dataset"] == shared.artifact("build").id
    assert note["rows_hash"] in (tmp_path / "out/README.md").read_text(encoding="utf-8")
    assert str(tmp_path) not in json.dumps(note)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_command_says_how_other_tools_read_the_folder(shared, tmp_path, capsys, language):
    out = tmp_path / "out"
    words = ["data", "export", str(out), "--dir", str(shared.root), "--language", language]
    assert run(words) == 0
    printed = capsys.readouterr().out
    assert f'load_dataset("{out}")' in printed
    assert f"kitae run {shared.root} --until gate" in printed
    assert "{" not in printed


def test_the_command_gives_one_document_and_the_documented_exit_codes(shared, tmp_path, capsys):
    out = str(tmp_path / "out")
    words = ["data", "export", out, "--dir", str(shared.root), "--format", "json"]
    assert run([*words, "--form", "parquet", "--form", "messages"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["forms"] == ["parquet", "messages"]
    assert document["gate"] is None
    assert run([*words, "--form", "csv"]) == 2
    (tmp_path / "out/mine").write_text("", encoding="utf-8")
    assert run(words) == 8
    capsys.readouterr()
