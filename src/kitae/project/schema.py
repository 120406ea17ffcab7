"""The JSON Schema beside a project, which the first line of its recipe names for editors."""

from __future__ import annotations

from pathlib import Path

import orjson

from kitae.pipeline.recipe import recipe_schema
from kitae.records.durable import write_atomic

SCHEMA = Path(".kitae") / "kitae.schema.json"


def keep_schema(root: Path) -> None:
    """Write the schema where it is missing or of another version.

    Raises:
        ResourceError: The folder cannot be written.
    """
    wanted = orjson.dumps(recipe_schema(), option=orjson.OPT_INDENT_2)
    path = root / SCHEMA
    if not path.is_file() or path.read_bytes() != wanted:
        write_atomic(path, wanted)
