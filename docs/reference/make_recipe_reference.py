"""Writes recipe.md beside this file from the code and its texts: `python docs/reference/make_recipe_reference.py`."""

from __future__ import annotations

from pathlib import Path

from kitae.core.text import say
from kitae.project.explain import RecipeKey, recipe_keys, shown_default

TARGET = Path(__file__).parent / "recipe.md"
HEAD = """# Every key of kitae.yaml

Written by `make_recipe_reference.py` beside this file; to change a text, change the catalogue `explain.json`.
`kitae explain KEY` shows the same in the terminal, in English, Japanese or Chinese.

All keys but those marked *required* can be left out. Behind each explanation stands, in italics, why its default is
what it is.
"""
COLUMNS = "| key | default | allowed | what it is |\n|---|---|---|---|\n"


def reference() -> str:
    """The whole page."""
    keys = recipe_keys()
    tops = [path for path in keys if "." not in path]
    plain = [path for path in tops if not _inside(path, keys)]
    parts = [
        HEAD,
        f"## The project\n\n{COLUMNS}{''.join(_row(keys[path], path) for path in plain)}",
    ]
    parts += [_stage(path, keys) for path in tops if path not in plain]
    return "\n".join(parts)


def _stage(stage: str, keys: dict[str, RecipeKey]) -> str:
    inside = _inside(stage, keys)
    rows = "".join(_row(key, key.path.removeprefix(f"{stage}.")) for key in inside)
    return f"## {stage}\n\n{say(f'explain.{stage}.what')}\n\n{COLUMNS}{rows}"


def _inside(path: str, keys: dict[str, RecipeKey]) -> list[RecipeKey]:
    return [key for key in keys.values() if key.path.startswith(f"{path}.")]


def _row(key: RecipeKey, name: str) -> str:
    default = "*required*" if key.is_required else _default(key)
    text = say(f"explain.{key.path}.what")
    if not key.is_required:
        text += f" *{say(f'explain.{key.path}.why')}*"
    cells = (f"`{name}`", default, key.allowed, text)
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"


def _default(key: RecipeKey) -> str:
    shown = shown_default(key, "en")
    return shown if key.is_block or key.default is None else f"`{shown}`"


if __name__ == "__main__":
    TARGET.write_text(reference(), encoding="utf-8")
