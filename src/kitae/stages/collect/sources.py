"""The recipe's sources -> files on disk, each with a name of its own and where it comes from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from kitae.core.errors import RecipeError
from kitae.engines.reading.expand import Expansion, Member, expand
from kitae.engines.reading.kinds import Kind
from kitae.engines.reading.roles import role_of
from kitae.records.source import Fetched, FetchedFile
from kitae.stages.collect.config import (
    AnySource,
    CollectConfig,
    RemoteSourceConfig,
    SourceConfig,
    TextFormat,
)
from kitae.stages.collect.remote import remote_folder, remote_key

_TEXT_FORMATS: tuple[str, ...] = TextFormat.__args__
_TEXTS = (".txt", ".text")
_HEAD_BYTES = 4096
"""A file that was changed less than two seconds ago may change again without showing it."""


@dataclass(frozen=True)
class SourceFile:
    """One file of a source, or one member of an archive.

    Attributes:
        name: Unique in the recipe; reports and evidence use it.
        source: What its rows say where they come from.
        path: Where it is on disk.
        inner: Its name in the archive at that path; empty for a file of its own.
        kind: Whether it holds rows or a document.
        config: What the recipe says about it.
        number: Of the source in the recipe, from 0.
        origin: Where it was fetched from; empty for local files.
        licence: SPDX expression, or `unknown`.
        terms: What else the source says about use.
        retrieved: When it was fetched.
        signs: Signs that its text speaks to a model instead of to a reader.
    """

    name: str
    source: str
    path: Path
    inner: str
    kind: Kind
    config: AnySource
    number: int = 0
    origin: str = ""
    licence: str = "unknown"
    terms: str = ""
    retrieved: str = ""
    signs: tuple[str, ...] = ()


def source_paths(config: CollectConfig, root: Path) -> list[Path]:
    """Every local file that the sources name and the folders they lie in: what a change shows in."""
    local = [source for source in config.sources if isinstance(source, SourceConfig)]
    files = [m.path for source in local for m in expand(source.path, root).members]
    named = [root / source.path for source in local]
    return sorted({*files, *(path.parent for path in [*files, *named])})


def find_files(
    config: CollectConfig, root: Path, fetched: Mapping[str, Fetched]
) -> list[SourceFile]:
    """All files that the sources name, in the order of the recipe and then of their names.

    Args:
        config: The recipe's part.
        root: The project folder.
        fetched: What was fetched, by `remote_key`; a source without it has no files yet.

    Raises:
        NotFoundError: There is no such file, or a pattern fits none.
        RecipeError: A file is named twice.
    """
    found: list[SourceFile] = []
    for number, source in enumerate(config.sources):
        if isinstance(source, SourceConfig):
            files = _files_of(source, expand(source.path, root))
        else:
            there = fetched.get(remote_key(source))
            files = _remote_files(source, there, root) if there else []
        found.extend(replace(file, number=number) for file in files)
    _refuse_twice(found)
    return _with_own_names(found, root)


def local_files(source: SourceConfig, path: Path) -> list[SourceFile]:
    """The files of one source that lies at a path now, wherever the recipe will have it."""
    return _with_own_names(_files_of(source, expand(path.name, path.parent)), path.parent)


def _files_of(source: SourceConfig, found: Expansion) -> list[SourceFile]:
    files: list[SourceFile] = []
    for member in found.members:
        name = source.name or PurePosixPath(member.inner or member.path.name).name
        kind = _kind(source, member)
        files.append(
            SourceFile(name, name, member.path, member.inner, kind, source, licence=source.licence)
        )
    return files


def _remote_files(source: RemoteSourceConfig, fetched: Fetched, root: Path) -> list[SourceFile]:
    folder = remote_folder(root, source, fetched.pin)
    return [file for item in fetched.files for file in _fetched_file(source, item, fetched, folder)]


def _fetched_file(
    source: RemoteSourceConfig, item: FetchedFile, fetched: Fetched, folder: Path
) -> Iterable[SourceFile]:
    """What one fetched file holds: itself, or the members of an archive."""
    own = next(
        (word for word in (item.licence, fetched.pin.licence) if word != "unknown"), "unknown"
    )
    licence = source.licence if source.licence != "unknown" else own
    for member in expand(item.path, folder).members:
        inside = f"/{member.inner}" if member.inner else ""
        yield SourceFile(
            name=f"{source.title}/{item.path}{inside}",
            source=source.title,
            path=member.path,
            inner=member.inner,
            kind=_kind(source, member),
            config=source,
            origin=f"{item.origin}{inside}",
            licence=licence,
            terms=item.terms or fetched.pin.terms,
            retrieved=item.retrieved,
            signs=item.signs,
        )


def _kind(source: AnySource, member: Member) -> Kind:
    """What a file holds, as the recipe says or else as it looks."""
    if source.format != "auto":
        return "documents" if source.format in _TEXT_FORMATS else "rows"
    is_table = source.columns is not None or _has_header(member)
    return "rows" if is_table else member.kind


def _has_header(member: Member) -> bool:
    """Whether a text file starts with the names of a question and an answer column."""
    if member.inner or member.kind != "documents" or member.path.suffix.lower() not in _TEXTS:
        return False
    with member.path.open("rb") as stream:
        head = stream.read(_HEAD_BYTES).decode("utf-8-sig", "replace")
    first = next((line for line in head.splitlines() if line.strip()), "")
    return any(
        {"instruction", "output"} <= {role_of(cell.strip('"')) for cell in first.split(sign)}
        for sign in "\t,;|"
    )


def _refuse_twice(files: list[SourceFile]) -> None:
    times = Counter((file.path.resolve(), file.inner) for file in files if not file.origin)
    twice = next((path for (path, _), count in times.items() if count > 1), None)
    if twice is not None:
        raise RecipeError(
            f"The file {twice.name!r} is named twice.",
            where="recipe, key `collect.sources`",
            fix="name each file once",
        )


def _with_own_names(files: list[SourceFile], root: Path) -> list[SourceFile]:
    """Files whose short names are the same get their paths as names."""
    times = Counter(file.name for file in files)
    named: list[SourceFile] = []
    for file in files:
        if times[file.name] == 1:
            named.append(file)
        elif file.origin:
            named.append(replace(file, name=f"{file.name} ({file.number + 1})"))
        else:
            name = _long_name(file.path, root) + (f"/{file.inner}" if file.inner else "")
            named.append(replace(file, name=name, source=name))
    return named


def _long_name(path: Path, root: Path) -> str:
    """The path from the project folder; files outside it keep only the last two parts."""
    try:
        relative = path.resolve().relative_to(root.resolve())
    except ValueError:
        relative = Path(*path.parts[-2:])
    return str(PurePosixPath(relative))
