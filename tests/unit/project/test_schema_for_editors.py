"""The schema that the first line of a recipe names is there, and of this version."""

from pathlib import Path

import pytest

from kitae import Project
from kitae.pipeline.recipe import SCHEMA_HEADER
from support.small_projects import write_project


@pytest.mark.parametrize("before", [None, b"{}"])
def test_every_run_writes_the_schema_where_it_is_missing_or_of_another_version(tmp_path, before):
    folder = write_project(tmp_path / "p", Path("kitae-spark"))
    schema = folder / SCHEMA_HEADER.rpartition("=")[2].strip()
    if before is not None:
        schema.parent.mkdir()
        schema.write_bytes(before)
    Project.open(folder).run(until="collect")
    assert b'"title": "Recipe"' in schema.read_bytes()
    written = schema.stat().st_mtime_ns
    Project.open(folder).run(until="collect")
    assert schema.stat().st_mtime_ns == written
