"""Small projects for flows: a closed task of about sixty rows, a tiny base, twenty steps."""

import json
import random
from pathlib import Path

import yaml

COLOURS = {
    "red": "warm",
    "orange": "warm",
    "yellow": "warm",
    "blue": "cold",
    "green": "cold",
    "violet": "cold",
}
THINGS = [
    "door",
    "car",
    "hat",
    "boat",
    "house",
    "bag",
    "shirt",
    "lamp",
    "chair",
    "cup",
    "ball",
    "book",
]
FRAMES = ["Is the {c} {t} warm or cold in colour?", "Say the temperature of a {c} {t}."]


def colour_rows(count=72, seed=3):
    """Alpaca rows: colour questions with the answers `warm` and `cold`."""
    combos = [(c, t, f) for c in COLOURS for t in THINGS for f in FRAMES]
    random.Random(seed).shuffle(combos)
    return [
        {"instruction": f.format(c=c, t=t), "input": "", "output": COLOURS[c]}
        for c, t, f in combos[:count]
    ]


def write_project(folder: Path, base: Path, rows=None, **recipe):
    """A project folder with its data and recipe; further recipe keys as keyword arguments."""
    (folder / "data").mkdir(parents=True)
    rows = colour_rows() if rows is None else rows
    text = json.dumps(rows, ensure_ascii=False)
    (folder / "data/rows.json").write_text(text, encoding="utf-8")
    values = {
        "schema_version": 1,
        "name": "small",
        "collect": {"sources": [{"path": "data/rows.json"}]},
        "choose": {"base": str(base)},
        "plan": {"batch_examples": 6, "epochs": 2},
        **recipe,
    }
    (folder / "kitae.yaml").write_text(yaml.safe_dump(values), encoding="utf-8")
    return folder
