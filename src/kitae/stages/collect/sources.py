"""The recipe's sources -> files on disk, each with a name of its own."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from kitae.core.errors import NotFoundError, RecipeError
from kitae.stages.collect.config import CollectConfig, SourceConfig

_PATTERN_SIGNS = "*?["


@dataclass(frozen=True)
class SourceFile:
    """One file of a source.

    Attributes:
        name: Unique in the recipe.
        path: Where it is.
        config: What the recipe says about it.
    """

    name: str
    path: Path
    config: SourceConfig


def source_paths(config: CollectConfig, root: Path) -> list[Path]:
    """Every file that the sources name and the folders they lie in: what a change of them shows in."""
    files = [path for source in config.sources for path in _paths(source, root)]
    return sorted({*files, *(path.parent for path in files)})


def find_files(config: CollectConfig, root: Path) -> list[SourceFile]:
    """All files that the sources name, in the order of the recipe and then of their names.

    Raises:
        NotFoundError: A pattern fits no file. A plain path is only looked at when it is read.
        RecipeError: A file is named twice.
    """
    found = [(path, source) for source in config.sources for path in _paths(source, root)]
    _refuse_twice([path for path, _ in found])
    short = Counter(_name(path, source) for path, source in found)
    return [
        SourceFile(
            name if short[name := _name(path, source)] == 1 else _long_name(path, root),
            path,
            source,
        )
        for path, source in found
    ]


def _paths(source: SourceConfig, root: Path) -> list[Path]:
    plain = root / source.path
    if plain.exists() or not any(sign in source.path for sign in _PATTERN_SIGNS):
        return [plain]
    pattern = Path(source.path)
    base, rest = root, source.path
    if pattern.is_absolute():
        base, rest = Path(pattern.anchor), str(pattern.relative_to(pattern.anchor))
    files = sorted(p for p in base.glob(rest) if p.is_file())
    if not files:
        raise NotFoundError(
            f"No file fits the pattern {source.path!r}.",
            where="recipe, key `collect.sources`",
            fix="check the pattern; it starts in the project folder",
        )
    return files


def _refuse_twice(paths: list[Path]) -> None:
    times = Counter(path.resolve() for path in paths)
    twice = next((path for path, count in times.items() if count > 1), None)
    if twice is not None:
        raise RecipeError(
            f"The file {twice.name!r} is named twice.",
            where="recipe, key `collect.sources`",
            fix="name each file once",
        )


def _name(path: Path, source: SourceConfig) -> str:
    return source.name or path.name


def _long_name(path: Path, root: Path) -> str:
    """The path from the project folder; files outside it keep only the last two parts."""
    try:
        relative = path.resolve().relative_to(root.resolve())
    except ValueError:
        relative = Path(*path.parts[-2:])
    return str(PurePosixPath(relative))
