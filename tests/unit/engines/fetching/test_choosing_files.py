"""Which files of a repository are data, by their names alone."""

from __future__ import annotations

import pytest

from kitae.core.errors import DataError, NotFoundError
from kitae.engines.fetching.choosing import (
    Asked,
    choose_files,
    is_material,
    matching,
    missing_shards,
    split_of,
)

ASKED = Asked("some/pets")


@pytest.mark.parametrize(
    ("path", "split"),
    [
        ("data/train-00000-of-00005.parquet", "train"),
        ("data/test_matched-00000-of-00001.parquet", "test_matched"),
        ("train.csv", "train"),
        ("my_train_set.csv", "train"),
        ("dev/a.jsonl", "validation"),
        ("valid.json.gz", "validation"),
        ("pets-testing.csv", "test"),
        ("eval.csv", "test"),
        ("constraints.csv", ""),
        ("latest.csv", ""),
        ("trainee.csv", ""),
    ],
)
def test_splits_are_told_from_names(path, split):
    assert split_of(path) == split


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("data/*.csv", ["data/a.csv"]),
        ("data/**", ["data/a.csv", "data/deep/b.csv"]),
        ("data/", ["data/a.csv", "data/deep/b.csv"]),
        ("**/*.csv", ["a.csv", "data/a.csv", "data/deep/b.csv"]),
        ("./a.csv", ["a.csv"]),
        ("data/[ab].csv", ["data/a.csv"]),
        ("data/?.csv", ["data/a.csv"]),
        ("data/[!a].csv", []),
        ("a+csv", []),
    ],
)
def test_patterns_name_files_as_git_and_hubs_do(pattern, found):
    assert matching(["a.csv", "data/a.csv", "data/deep/b.csv"], [pattern]) == found


def test_the_same_rows_in_several_formats_are_taken_once():
    paths = ["train.parquet", "test.parquet", "train.jsonl", "test.jsonl", "notes.txt"]
    assert choose_files(paths, {}, ASKED) == ["test.parquet", "train.parquet"]


def test_a_format_that_lacks_a_split_does_not_win():
    paths = ["sample.parquet", "train.csv", "test.csv"]
    assert choose_files(paths, {}, ASKED) == ["test.csv", "train.csv"]


def test_files_outside_every_split_are_left_out_when_splits_are_told():
    paths = ["train.csv", "test.csv", "vocabulary.csv"]
    assert choose_files(paths, {}, ASKED) == ["test.csv", "train.csv"]


def test_without_splits_everything_is_train():
    paths = ["a.csv", "b.csv"]
    assert choose_files(paths, {}, ASKED) == paths
    assert choose_files(paths, {}, Asked("some/pets", split="train")) == paths


def test_documents_are_taken_where_there_are_no_rows():
    assert choose_files(["README.md", "book.txt", "LICENSE.txt"], {}, ASKED) == ["book.txt"]


def test_a_folder_is_a_subset_where_the_card_names_none():
    paths = ["en/train.csv", "ja/train.csv"]
    assert choose_files(paths, {}, Asked("some/pets", subset="ja")) == ["ja/train.csv"]
    with pytest.raises(NotFoundError, match="no subset 'zh'") as caught:
        choose_files(paths, {}, Asked("some/pets", subset="zh"))
    assert "en, ja" in str(caught.value.fix)


def test_a_split_that_is_not_there_names_those_that_are():
    with pytest.raises(NotFoundError, match="no split 'tets'") as caught:
        choose_files(["train.csv", "test.csv"], {}, Asked("some/pets", split="tets"))
    assert "did you mean 'test'" in str(caught.value.fix)


def test_several_subsets_without_a_default_have_to_be_chosen_from():
    card = {
        "configs": [
            {"config_name": "a", "data_files": "a.csv"},
            {"config_name": "b", "data_dir": "b"},
        ]
    }
    with pytest.raises(DataError, match="2 subsets"):
        choose_files(["a.csv", "b/c.csv"], card, ASKED)
    assert choose_files(["a.csv", "b/c.csv"], card, Asked("x/y", subset="b")) == ["b/c.csv"]


@pytest.mark.parametrize("card", [{"configs": "x"}, {"configs": [1, None]}, {"configs": None}])
def test_a_card_that_makes_no_sense_is_passed_over(card):
    assert choose_files(["a.csv"], card, ASKED) == ["a.csv"]


def test_a_repository_without_data_is_refused():
    with pytest.raises(DataError, match="no file that can be read"):
        choose_files(["model.safetensors"], {}, ASKED)


@pytest.mark.parametrize(
    ("path", "is_wanted"),
    [
        ("data/a.JSONL", True),
        ("a.jsonl.gz", True),
        ("a.csv.zst", True),
        ("docs/x.pdf", True),
        ("package.json", False),
        (".git/a.json", False),
        ("node_modules/x/a.json", False),
        ("a.py", False),
        ("README.md", False),
    ],
)
def test_material_is_told_from_settings_and_code(path, is_wanted):
    assert is_material(path) is is_wanted


def test_missing_shards_are_named():
    there = ["d/train-00000-of-00003.parquet", "d/train-00002-of-00003.parquet"]
    assert missing_shards(there) == ["d/train-00001-of-00003.parquet"]


MIXED = [
    "README.md",
    "data/train.parquet",
    "data/test.parquet",
    "extra/more.csv",
    "extra/test.csv",
    "pic.png",
]


@pytest.mark.parametrize(
    ("files", "split", "found"),
    [
        (["data/*.parquet"], None, ["data/test.parquet", "data/train.parquet"]),
        (["extra/**"], None, ["extra/more.csv", "extra/test.csv"]),
        (["**/*.csv"], "test", ["extra/test.csv"]),
        (["**/*.csv"], "train", ["extra/more.csv"]),
        (["data/*", "extra/more.csv"], "train", ["data/train.parquet", "extra/more.csv"]),
        (["README.md"], None, ["README.md"]),
    ],
)
def test_patterns_of_the_recipe_come_before_the_choice_of_a_format(files, split, found):
    assert choose_files(MIXED, {}, Asked("some/pets", None, split, tuple(files))) == found


def test_the_card_tells_the_splits_of_files_that_patterns_name():
    card = {"configs": [{"config_name": "default", "data_files": [
        {"split": "fresh", "path": "extra/more.csv"}, {"split": "old", "path": "extra/test.csv"}]}]}  # fmt: skip
    asked = Asked("some/pets", None, "fresh", ("extra/*.csv",))
    assert choose_files(MIXED, card, asked) == ["extra/more.csv"]


@pytest.mark.parametrize("pattern", ["none/*.csv", "pic.png"])
def test_a_pattern_without_a_readable_file_names_what_is_there(pattern):
    with pytest.raises(NotFoundError) as caught:
        choose_files(MIXED, {}, Asked("some/pets", files=(pattern,)))
    assert pattern in caught.value.what
    assert "data/train.parquet" in caught.value.fix
