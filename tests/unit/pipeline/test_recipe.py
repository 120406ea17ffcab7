"""The recipe: every problem at once, with its place and a hint."""

from pathlib import Path

import pytest

from kitae.core.errors import NotFoundError, RecipeError
from kitae.pipeline.recipe import dump_recipe, load_recipe, parse_recipe, recipe_schema

GOOD = """\
schema_version: 1
name: my-bot
collect:
  sources:
    - path: data/rows.json
"""


def problems(text):
    with pytest.raises(RecipeError) as caught:
        parse_recipe(text, "kitae.yaml")
    return caught.value


def test_small_recipe_takes_defaults_for_everything_else():
    recipe = parse_recipe(GOOD, "kitae.yaml")
    assert recipe.name == "my-bot"
    assert recipe.choose.base == "kitae-spark"
    assert recipe.generate.method is None


def test_unknown_key_names_line_column_and_the_nearest_key():
    error = problems(GOOD + "chose:\n  base: x\n")
    assert "kitae.yaml:6:1" in error.what
    assert "did you mean 'choose'?" in error.what
    assert error.exit_code == 2


def test_unknown_key_deep_inside_is_found_too():
    error = problems(GOOD.replace("path:", "encodin: utf-8\n      path:"))
    assert "kitae.yaml:5:7" in error.what
    assert "did you mean 'encoding'?" in error.what


def test_all_problems_are_reported_at_once():
    error = problems(GOOD + "seeed: 3\nlanguage: fr\nsplit:\n  tset_share: 0.2\n")
    assert "3 problems" in error.what
    assert all(
        line in error.what for line in ("kitae.yaml:6:1", "kitae.yaml:7:11", "kitae.yaml:9:3")
    )


def test_wrong_value_shows_what_was_given():
    assert "'fr'" in problems(GOOD + "language: fr\n").what


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (GOOD + "      format: jsnl\n", "did you mean 'jsonl'"),
        (GOOD + "plan: {schedule: cosin}\n", "did you mean 'cosine'"),
        (GOOD + "generate: {method: {kind: recombin}}\n", "did you mean 'recombine'"),
        (GOOD + "plan: {method: {kind: lroa}}\n", "did you mean 'lora'"),
        (GOOD + "language: JA\n", "did you mean 'ja'"),
    ],
)
def test_wrong_word_of_a_closed_set_names_the_nearest_allowed_one(text, told):
    error = problems(text)
    assert "1 problem:" in error.what
    assert told in error.what


@pytest.mark.parametrize("bad", ["format: jsnl", "limit: many", "side: left", "columns: [a]"])
def test_wrong_source_is_one_problem_and_not_an_empty_list_too(bad):
    assert "1 problem:" in problems(GOOD + f"      {bad}\n").what


@pytest.mark.parametrize(
    "text",
    [
        "",
        "- a\n",
        "collect:\n",
        "collect: {sources: a}\n",
        "collect: {sources: [a]}\n",
        "collect: {sources: []}\n",
        GOOD + "plan: 3\n",
        GOOD + "seed: x\nlanguage: ''\nsplit: [1]\nplan: {epochs: many, method: {}}\n",
        GOOD + "plan: {method: {kind: lora, rank: 0, dropout: yes please}}\n",
        GOOD + "      columns: {instruction: 3, output: }\n      limit: 1.5\n",
    ],
)
def test_problems_are_told_in_the_words_of_the_recipe(text):
    told = problems(text).what
    for foreign in ("dictionary", "instance of", "Input should", "Tuple", "String", "valid "):
        assert foreign not in told
    assert "kitae.yaml:" in told


@pytest.mark.parametrize("encoding", ["cp932", "euc_jp", "utf-16", "cp1252"])
def test_recipe_in_another_encoding_is_a_recipe_error_that_says_how_to_mend_it(tmp_path, encoding):
    name = "Müller & Söhne, größte Bäckerei" if encoding == "cp1252" else "占いの先生と相談の記録"
    path = tmp_path / "kitae.yaml"
    path.write_bytes(GOOD.replace("my-bot", name).encode(encoding))
    with pytest.raises(RecipeError, match="not UTF-8") as caught:
        load_recipe(path)
    assert caught.value.exit_code == 2
    assert encoding in caught.value.what
    assert "UTF-8" in caught.value.fix


def test_recipe_with_a_byte_order_mark_is_read(tmp_path):
    path = tmp_path / "kitae.yaml"
    path.write_text(GOOD, encoding="utf-8-sig")
    assert load_recipe(path).name == "my-bot"


def test_recipe_with_an_unprintable_character_names_its_line():
    error = problems(GOOD + "# bell: \x07\n")
    assert error.exit_code == 2
    assert error.where == "kitae.yaml, line 6"


def test_folder_without_recipe_is_named_without_double_dots(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(NotFoundError) as caught:
        load_recipe(Path("kitae.yaml"))
    assert caught.value.what == "There is no kitae.yaml in this folder."
    assert caught.value.where == str(tmp_path / "kitae.yaml")


def test_missing_key_is_named():
    assert "'collect'" in problems("schema_version: 1\n").what


def test_broken_yaml_names_its_place():
    error = problems("collect: [1,\n")
    assert "not valid YAML" in error.what
    assert error.where.startswith("kitae.yaml:")


def test_key_given_twice_is_refused():
    error = problems(GOOD + "name: other\n")
    assert "stands twice" in error.what
    assert "line 2" in error.fix


def test_folder_without_recipe_is_not_a_project(tmp_path):
    with pytest.raises(NotFoundError, match=r"kitae\.yaml"):
        load_recipe(tmp_path / "kitae.yaml")


def test_schema_refuses_unknown_keys_and_knows_every_stage():
    schema = recipe_schema()
    assert schema["additionalProperties"] is False
    assert {"collect", "tune", "export"} <= set(schema["properties"])


def test_dumped_recipe_reads_back_and_names_its_schema():
    text = dump_recipe(
        {"schema_version": 1, "name": "鍛え", "collect": {"sources": [{"path": "a.csv"}]}}
    )
    assert text.startswith("# yaml-language-server: $schema=")
    assert parse_recipe(text, "x").name == "鍛え"


REMOTE = """\
collect:
  sources:
    - path: data/rows.json
    - hub: owner/name
      split: train
      limit: 100
"""


def test_a_source_is_told_by_its_first_key():
    sources = parse_recipe(REMOTE, "kitae.yaml").collect.sources
    assert [type(s).__name__ for s in sources] == ["SourceConfig", "HubSourceConfig"]
    assert (sources[1].split, sources[1].limit) == ("train", 100)


@pytest.mark.parametrize(
    ("wrong", "place", "hint"),
    [
        ("splt: train", "5:7", "did you mean 'split'?"),
        ("encoding: utf-8", "5:7", "unknown key 'collect.sources.1.encoding'"),
        ("limit: none", "5:14", "collect.sources.1.limit"),
    ],
)
def test_a_wrong_key_of_a_remote_source_is_named_with_its_place(wrong, place, hint):
    error = problems(REMOTE.replace("split: train\n      limit: 100", wrong))
    assert "has 1 problem" in error.what
    assert f"kitae.yaml:{place}" in error.what
    assert hint in error.what


def test_a_mistyped_kind_counts_as_the_nearest_one():
    error = problems(REMOTE.replace("hub:", "hubb:"))
    assert "did you mean 'hub'?" in error.what
    assert "did you mean 'split'?" not in error.what
    assert "kitae.yaml:4:7" in error.what
