"""The recipe: every problem at once, with its place and a hint."""

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
