"""The recipe's JSON Schema is a promise to editors and to old projects: it changes on purpose only."""

import json
import os
from pathlib import Path

from kitae.pipeline.recipe import recipe_schema

GOLDEN = Path(__file__).parent / "recipe.schema.json"


def test_recipe_schema_is_the_recorded_one():
    schema = recipe_schema()
    if os.environ.get("KITAE_UPDATE_GOLDEN"):
        GOLDEN.write_text(json.dumps(schema, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    assert schema == json.loads(GOLDEN.read_text(encoding="utf-8"))
