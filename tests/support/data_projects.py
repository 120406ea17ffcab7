"""Small projects of two sources, for what a person does with the data; they run up to `build` in a moment."""

import json
from pathlib import Path

import yaml

from kitae import Project

ANIMALS = ["cat", "dog", "owl", "fox", "bee", "cow", "hen", "ant", "elk", "eel"]
PLACES = ["river", "forest", "village", "harbour", "mountain"]


def animal_rows(places=PLACES, animals=ANIMALS):
    """Rows that share no text with each other beyond a frame."""
    return [
        {"instruction": f"Where does the {a} of the {p} sleep?", "output": f"{a} {p} {i * j}"}
        for i, p in enumerate(places)
        for j, a in enumerate(animals)
    ]


def write_sources(folder: Path, sources, **recipe):
    """A project folder with one JSONL file per source."""
    (folder / "data").mkdir(parents=True, exist_ok=True)
    for name, rows in sources.items():
        write_rows(folder / "data" / name, rows)
    values = {
        "schema_version": 1,
        "name": "small",
        "collect": {"sources": [{"path": f"data/{name}"} for name in sources]},
        **recipe,
    }
    (folder / "kitae.yaml").write_text(yaml.safe_dump(values, sort_keys=False), encoding="utf-8")
    return folder


def write_rows(path: Path, rows):
    """Rows as JSONL."""
    lines = [json.dumps(row, ensure_ascii=False) + "\n" for row in rows]
    path.write_text("".join(lines), encoding="utf-8")


def change_recipe(folder: Path, **keys):
    """Change keys of a recipe."""
    path = folder / "kitae.yaml"
    values = yaml.safe_load(path.read_text(encoding="utf-8"))
    path.write_text(yaml.safe_dump({**values, **keys}, sort_keys=False), encoding="utf-8")


def built(folder: Path):
    """Run up to `build`; gives the project."""
    project = Project.open(folder)
    project.run(until="build").raise_for_error()
    return project


def ids_in(project, stage="build", stems=("train", "validation", "test")):
    """Ids of all rows of a stage's result."""
    artifact = project.artifact(stage)
    return {one for stem in stems for one in artifact.table(stem)["id"].to_pylist()}


def id_of(project, instruction, stem="dropped", stage="clean"):
    """The id of the row with an instruction."""
    table = project.artifact(stage).table(stem)
    return dict(zip(table["instruction"].to_pylist(), table["id"].to_pylist(), strict=True))[
        instruction
    ]
