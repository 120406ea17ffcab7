"""`kitae init` takes folders, archives, documents, configs of other tools and remote sources."""

import json
import zipfile

import pytest

from kitae import Project
from kitae.core.errors import DataError, NotFoundError, UsageError
from kitae.pipeline.recipe import load_recipe
from kitae.project.initialise import InitOptions, initialise
from support.messy_files import alpaca_rows, as_json, as_jsonl


@pytest.fixture
def make(tmp_path):
    def made(*words):
        found = initialise(tmp_path / "p", [*words], InitOptions())
        return found, load_recipe(tmp_path / "p" / "kitae.yaml").collect.sources

    return made


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_a_folder_is_copied_without_what_is_not_read(tmp_path, make):
    write(tmp_path / "raw" / "deep" / "a.jsonl", as_jsonl(alpaca_rows(2)))
    write(tmp_path / "raw" / "tea.md", "# Tea\n\nPour.\n")
    write(tmp_path / "raw" / ".git" / "config", "secret")
    write(tmp_path / "raw" / "picture.png", "no text")
    found, sources = make(tmp_path / "raw")
    assert [s.path for s in sources] == ["data/raw"]
    copied = {str(p.relative_to(tmp_path / "p")) for p in (tmp_path / "p").rglob("*.*")}
    assert {"data/raw/deep/a.jsonl", "data/raw/tea.md"} <= copied
    assert not any(".git" in name or ".png" in name for name in copied)
    report = found.proposals[0].report
    assert (report.rows_out, report.documents) == (2, 1)
    assert len(found.proposals[0].samples) == 2


def test_an_archive_stays_an_archive(tmp_path, make):
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        archive.writestr("one.jsonl", as_jsonl(alpaca_rows(1)))
        archive.writestr("two.jsonl", as_jsonl(alpaca_rows(3)))
    found, sources = make(str(tmp_path / "all.zip"))
    assert [s.path for s in sources] == ["data/all.zip"]
    assert found.proposals[0].report.rows_out == 4


def test_documents_alone_make_no_project(tmp_path, make):
    with pytest.raises(DataError) as caught:
        make(write(tmp_path / "tea.md", "# Tea\n\nPour.\n"))
    assert caught.value.exit_code == 7
    assert not (tmp_path / "p").exists()


def test_remote_sources_are_written_and_not_asked(make):
    found, sources = make("hub:owner/name", "github:owner/code@v2", "kaggle:a/b@3")
    assert [s.KIND for s in sources] == ["hub", "github", "kaggle"]
    assert sources[1].revision == "v2"
    assert sources[2].version == 3
    assert [s.title for s in found.remote] == ["owner/name", "owner/code", "a/b"]


@pytest.mark.parametrize("word", ["hub:name", "github:a/b/c", "kaggle:a/b@newest"])
def test_a_remote_source_that_cannot_be_is_refused_before_anything_is_made(tmp_path, make, word):
    with pytest.raises(UsageError) as caught:
        make(word)
    assert "hub:owner/name" in caught.value.fix
    assert not (tmp_path / "p").exists()


def test_a_crawl_wants_a_contact_and_says_where_to_write_it(make):
    with pytest.raises(UsageError) as caught:
        make("web:https://example.org/")
    assert "contact" in caught.value.fix


def test_a_config_of_another_tool_brings_its_files_columns_and_hubs(tmp_path, make):
    rows = [{"q": "a?", "a": "b."}, {"q": "c?", "a": "d."}]
    write(tmp_path / "lf" / "mine.json", as_json(rows))
    config = {
        "mine": {"file_name": "mine.json", "columns": {"prompt": "q", "response": "a"}},
        "theirs": {"hf_hub_url": "owner/name"},
        "script": {"script_url": "run.py"},
    }
    found, sources = make(write(tmp_path / "lf" / "dataset_info.json", json.dumps(config)))
    assert (sources[0].path, sources[0].name) == ("data/mine.json", "mine")
    assert sources[0].columns.instruction == "q"
    assert sources[1].hub == "owner/name"
    assert len(found.notes) == 1


def test_what_a_source_is_stands_first_in_the_recipe(tmp_path, make):
    make(write(tmp_path / "a.json", as_json(alpaca_rows(2))), "hub:owner/name")
    text = (tmp_path / "p" / "kitae.yaml").read_text(encoding="utf-8")
    assert "- path: data/a.json\n" in text
    assert "- hub: owner/name\n" in text


@pytest.mark.parametrize("name", ["nothere.jsonl", "empty", "*.csv"])
def test_what_is_not_there_is_told_with_the_folder_it_was_looked_for_in(tmp_path, name):
    (tmp_path / "in" / "empty").mkdir(parents=True)
    with pytest.raises(NotFoundError) as caught:
        Project.init(tmp_path / "p", [tmp_path / "in" / name])
    assert str(tmp_path / "in") in caught.value.fix
    assert "project folder" not in caught.value.fix
    assert not (tmp_path / "p").exists()


def test_conversations_with_keys_of_their_own_run_from_another_tools_config(tmp_path):
    rows = [
        {"dialog": [{"who": "A", "said": f"q{n}"}, {"who": "B", "said": f"a{n}"}]} for n in range(3)
    ]
    (tmp_path / "talk.json").write_text(json.dumps(rows), encoding="utf-8")
    entry = {
        "file_name": "talk.json",
        "formatting": "sharegpt",
        "columns": {"messages": "dialog"},
        "tags": {"role_tag": "who", "content_tag": "said", "user_tag": "A", "assistant_tag": "B"},
    }
    config = tmp_path / "dataset_info.json"
    config.write_text(json.dumps({"talk": entry}), encoding="utf-8")
    made = Project.init(tmp_path / "p", [config])
    made.run(until="collect").raise_for_error()
    assert made.artifact("collect").table("examples")["output"].to_pylist() == ["a0", "a1", "a2"]


def test_a_mapping_that_is_not_complete_is_told_as_it_was_typed(tmp_path):
    (tmp_path / "a.csv").write_text("x,y\n1,2\n", encoding="utf-8")
    options = InitOptions(columns={"instruction": "x"})
    with pytest.raises(UsageError, match="--map instruction=x"):
        initialise(tmp_path / "p", [tmp_path / "a.csv"], options)
