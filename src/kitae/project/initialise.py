"""Makes a project from the user's own files. Looks at all of them before it writes anything."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from kitae.core.errors import ConflictError, UsageError
from kitae.core.text import LANGUAGES, Language
from kitae.pipeline.recipe import RECIPE_NAME, dump_recipe, parse_recipe, recipe_schema
from kitae.records.durable import raise_resource_error, write_atomic
from kitae.stages.collect.config import ColumnsConfig, SourceConfig
from kitae.stages.collect.proposal import SourceProposal, inspect

FIELDS = tuple(ColumnsConfig.model_fields)


@dataclass(frozen=True)
class InitOptions:
    """What the user says when a project is made; None is found out or left at its default.

    Attributes:
        base: The base model: a local folder or a hub id.
        grow: Rows to make by the offline augmenter; None leaves `generate` off.
        test_files: Files that are only for the test.
        encoding: Of text files.
        sheet: Of a workbook.
        header_row: Of a workbook, from 1.
        columns: Field -> column name.
        language: Of report and messages.
    """

    base: str | None = None
    grow: int | None = None
    test_files: tuple[Path, ...] = ()
    encoding: str | None = None
    sheet: str | None = None
    header_row: int | None = None
    columns: Mapping[str, str] = field(default_factory=dict[str, str])
    language: Language | None = None

    @classmethod
    def from_words(
        cls,
        *,
        mapping: Sequence[str],
        language: str | None,
        **given: Any,  # noqa: ANN401
    ) -> InitOptions:
        """Options from the words of a command line.

        Raises:
            UsageError: A mapping is not FIELD=COLUMN, or the language is not known.
        """
        if language is not None and language not in LANGUAGES:
            raise UsageError(f"The language {language!r} is not known.", fix="use en, ja or zh")
        return cls(columns=dict(_pair(word) for word in mapping), language=language, **given)


@dataclass(frozen=True)
class Initialised:
    """A project that was just made.

    Attributes:
        folder: The project folder.
        values: The recipe's content.
        proposals: What was found in each file.
    """

    folder: Path
    values: Mapping[str, Any]
    proposals: tuple[SourceProposal, ...]


def initialise(folder: Path, files: Sequence[Path], options: InitOptions) -> Initialised:
    """Look at the files, copy them into the project, write its recipe.

    Raises:
        ConflictError: The folder holds a project already.
        NotFoundError: A file does not exist.
        DataError: A file cannot be read as examples. Nothing has been made.
        UsageError: An option is needed or wrong. Nothing has been made.
        ResourceError: The folder cannot be written.
    """
    if (folder / RECIPE_NAME).exists():
        raise ConflictError(
            f"The folder {folder} holds a project already.",
            where=str(folder / RECIPE_NAME),
            fix=f"run it with `kitae run {folder}`, or choose another folder",
        )
    names = _names_in_project([*files, *options.test_files])
    proposals = tuple(
        inspect(path, _source(path, names[path], options)) for path in [*files, *options.test_files]
    )
    values = _recipe_values(folder, proposals, options)
    parse_recipe(dump_recipe(values), RECIPE_NAME)
    _write(folder, names, values)
    return Initialised(folder, values, proposals)


def _source(path: Path, name: str, options: InitOptions) -> SourceConfig:
    columns = ColumnsConfig.model_validate(options.columns) if options.columns else None
    return SourceConfig(
        path=f"data/{name}",
        encoding=options.encoding,
        sheet=options.sheet,
        header_row=options.header_row,
        columns=columns,
        side="test" if path in options.test_files else "auto",
    )


def _names_in_project(files: Sequence[Path]) -> dict[Path, str]:
    """The name that each file gets below `data/`; equal names are told apart by a number."""
    names: dict[Path, str] = {}
    for path in files:
        name, number = path.name, 2
        while name in names.values() and path not in names:
            name, number = f"{path.stem}-{number}{path.suffix}", number + 1
        names[path] = name
    return names


def _recipe_values(
    folder: Path, proposals: Sequence[SourceProposal], options: InitOptions
) -> dict[str, Any]:
    sources = [p.source.model_dump(mode="json", exclude_defaults=True) for p in proposals]
    values: dict[str, Any] = {
        "schema_version": 1,
        "name": folder.resolve().name[:80],
        "language": options.language or "en",
        "seed": 7,
        "collect": {"sources": sources},
    }
    if options.grow is not None:
        values["generate"] = {"method": {"kind": "recombine", "target_rows": options.grow}}
    values["choose"] = {"base": _base_reference(options.base)}
    return values


def _base_reference(base: str | None) -> str:
    """The base as the recipe names it: a folder by its full path, anything else as it was given."""
    if base is None:
        return "kitae-spark"
    return str(Path(base).resolve()) if Path(base).is_dir() else base


def _write(folder: Path, names: Mapping[Path, str], values: Mapping[str, Any]) -> None:
    is_new = not folder.exists()
    try:
        (folder / "data").mkdir(parents=True, exist_ok=True)
        for path, name in names.items():
            target = folder / "data" / name
            if not (target.exists() and target.samefile(path)):
                shutil.copyfile(path, target)
        schema = orjson.dumps(recipe_schema(), option=orjson.OPT_INDENT_2)
        write_atomic(folder / ".kitae" / "kitae.schema.json", schema)
        write_atomic(folder / RECIPE_NAME, dump_recipe(values).encode())
    except OSError as error:
        if is_new:
            shutil.rmtree(folder, ignore_errors=True)
        raise_resource_error(error, folder / RECIPE_NAME)


def _pair(word: str) -> tuple[str, str]:
    name, equals, column = word.partition("=")
    if not equals or name not in FIELDS or not column:
        raise UsageError(
            f"The mapping {word!r} is not FIELD=COLUMN.",
            fix=f"--map instruction=COLUMN; fields are {', '.join(FIELDS)}",
        )
    return name, column
