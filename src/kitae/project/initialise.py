"""Makes a project from the user's own files. Looks at all of them before it writes anything."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
from pydantic import ValidationError

from kitae.core.errors import ConflictError, UsageError
from kitae.core.text import LANGUAGES, Language, Message
from kitae.engines.reading.expand import expand
from kitae.pipeline.recipe import RECIPE_NAME, dump_recipe, parse_recipe, recipe_schema
from kitae.project.bases import check_base
from kitae.project.mappings import check_mapping
from kitae.project.named_sources import LocalPlace, Named, read_words
from kitae.records.durable import raise_resource_error, write_atomic
from kitae.stages.collect.config import KINDS, ColumnsConfig, RemoteSourceConfig, SourceConfig
from kitae.stages.collect.proposal import SourceProposal, inspect
from kitae.stages.collect.trouble import check_rows

FIELDS = tuple(name for name in ColumnsConfig.model_fields if name != "tags")


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
        proposals: What was found in each file, folder or archive.
        remote: Sources that the first run fetches.
        notes: What a person should know about configs of other tools.
    """

    folder: Path
    values: Mapping[str, Any]
    proposals: tuple[SourceProposal, ...]
    remote: tuple[RemoteSourceConfig, ...] = ()
    notes: tuple[Message, ...] = ()


def initialise(folder: Path, words: Sequence[str | Path], options: InitOptions) -> Initialised:
    """Look at what was named, copy what is local into the project, write its recipe.

    Args:
        folder: The project to make.
        words: Files, folders, archives, dataset configs of other tools, or `hub:owner/name` and the like.
        options: What else the user said.

    Raises:
        ConflictError: The folder holds a project already.
        NotFoundError: A file does not exist.
        DataError: A file cannot be read, or there is no example in all of them. Nothing has been made.
        UsageError: An option is needed or wrong. Nothing has been made.
        ResourceError: The folder cannot be written.
    """
    if (folder / RECIPE_NAME).exists():
        raise ConflictError(
            f"The folder {folder} holds a project already.",
            where=str(folder / RECIPE_NAME),
            fix=f"run it with `kitae run {folder}`, or choose another folder",
        )
    named = read_words([*words, *options.test_files])
    names = _names_in_project([place.path for place in named.local])
    proposals = tuple(
        inspect(place.path, _source(place, names[place.path], options)) for place in named.local
    )
    check_mapping(options.columns, [proposal.report for proposal in proposals])
    _check_examples(proposals, named)
    values = _recipe_values(folder, [p.source for p in proposals], named.remote, options)
    parse_recipe(dump_recipe(values), RECIPE_NAME)
    _write(folder, names, values)
    return Initialised(folder, values, proposals, named.remote, named.notes)


def _check_examples(proposals: Sequence[SourceProposal], named: Named) -> None:
    """Stop where there are documents and nothing else."""
    sections = sum(proposal.report.documents for proposal in proposals)
    if not named.remote and not any(proposal.report.rows_out for proposal in proposals):
        check_rows((), sections)


def _source(place: LocalPlace, name: str, options: InitOptions) -> SourceConfig:
    columns = _columns(options.columns) if options.columns else None
    return SourceConfig(
        path=f"data/{name}",
        name=place.name,
        encoding=options.encoding,
        sheet=options.sheet,
        header_row=options.header_row,
        columns=place.columns or columns,
        side="test" if place.path in options.test_files else "auto",
    )


def _columns(named: Mapping[str, str]) -> ColumnsConfig:
    try:
        return ColumnsConfig.model_validate(named)
    except ValidationError as error:
        shown = " ".join(f"--map {field}={column}" for field, column in named.items())
        raise UsageError(
            f"The mapping {shown!r} cannot be used: "
            f"{error.errors()[0]['msg'].removeprefix('Value error, ')}.",
            fix="--map instruction=COLUMN --map output=COLUMN",
        ) from error


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
    folder: Path,
    local: Sequence[SourceConfig],
    remote: Sequence[RemoteSourceConfig],
    options: InitOptions,
) -> dict[str, Any]:
    sources = [_entry(source) for source in (*local, *remote)]
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


def _entry(source: SourceConfig | RemoteSourceConfig) -> dict[str, Any]:
    """A source as the recipe has it; what it is comes first."""
    values = source.model_dump(mode="json", exclude_defaults=True)
    first = next(kind for kind in KINDS if kind in values)
    return {first: values[first], **values}


def _base_reference(base: str | None) -> str:
    """The base as the recipe names it: a folder by its full path, anything else as it was given."""
    if base is None:
        return "kitae-spark"
    check_base(base)
    return str(Path(base).resolve()) if Path(base).is_dir() else base


def _write(folder: Path, names: Mapping[Path, str], values: Mapping[str, Any]) -> None:
    is_new = not folder.exists()
    try:
        (folder / "data").mkdir(parents=True, exist_ok=True)
        for path, name in names.items():
            _copy(path, folder / "data" / name)
        schema = orjson.dumps(recipe_schema(), option=orjson.OPT_INDENT_2)
        write_atomic(folder / ".kitae" / "kitae.schema.json", schema)
        write_atomic(folder / RECIPE_NAME, dump_recipe(values).encode())
    except OSError as error:
        if is_new:
            shutil.rmtree(folder, ignore_errors=True)
        raise_resource_error(error, folder / RECIPE_NAME)


def _copy(path: Path, target: Path) -> None:
    """A file, or those files of a folder that are read."""
    if target.exists() and target.samefile(path):
        return
    if not path.is_dir():
        shutil.copyfile(path, target)
        return
    for member in {m.path for m in expand(path.name, path.parent).members}:
        inside = target / member.relative_to(path)
        inside.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(member, inside)


def _pair(word: str) -> tuple[str, str]:
    name, equals, column = word.partition("=")
    if not equals or name not in FIELDS or not column:
        raise UsageError(
            f"The mapping {word!r} is not FIELD=COLUMN.",
            fix=f"--map instruction=COLUMN; fields are {', '.join(FIELDS)}",
        )
    return name, column
