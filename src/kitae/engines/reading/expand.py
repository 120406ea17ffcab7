"""A file, folder, pattern or archive -> the files in it, in order, and what was passed over and why."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from kitae.core.errors import DataError, NotFoundError
from kitae.engines.reading.archives import Parcel, is_office_archive, is_parcel, open_parcel
from kitae.engines.reading.contents import PACKED_SUFFIXES, name_unpacked
from kitae.engines.reading.files import check_file
from kitae.engines.reading.kinds import Kind, is_about_the_data, is_legal, is_noise, kind_of
from kitae.engines.reading.packed import STREAMS, packing_of, peek

SkipReason = Literal[
    "hidden", "link", "about_the_data", "licence_text", "empty_file", "not_readable", "other_kind"
]

MAX_FILES = 100_000
MAX_DEPTH = 32
_PATTERN_SIGNS = "*?["
_HEAD_BYTES = 4096
_LARGEST_PEEK = 2**20


@dataclass(frozen=True)
class Member:
    """One file that a source names.

    Attributes:
        name: From the folder or archive that the source names, with `/`; unique in it.
        path: The file on disk, or the archive that it is in.
        inner: Its name in the archive; empty for a file on disk.
        kind: What it holds.
    """

    name: str
    path: Path
    inner: str
    kind: Kind


@dataclass(frozen=True)
class Skipped:
    """A file that was passed over.

    Attributes:
        name: As for a member.
        reason: Why; `reason.REASON` in the catalogue says it in words.
    """

    name: str
    reason: SkipReason


@dataclass(frozen=True)
class Expansion:
    """What a source names.

    Attributes:
        members: Sorted by name.
        skipped: Sorted by name.
    """

    members: tuple[Member, ...]
    skipped: tuple[Skipped, ...]

    def of_kind(self, kind: Kind) -> Expansion:
        """Only the members of one kind; the others are counted as skipped."""
        others = [Skipped(m.name, "other_kind") for m in self.members if m.kind != kind]
        members = tuple(m for m in self.members if m.kind == kind)
        skipped = sorted([*self.skipped, *others], key=lambda s: s.name)
        return Expansion(members, tuple(skipped))

    @property
    def reasons(self) -> dict[str, int]:
        """Reason -> number of files passed over for it, in order of reason."""
        counts: dict[str, int] = {}
        for item in sorted(self.skipped, key=lambda s: s.reason):
            counts[item.reason] = counts.get(item.reason, 0) + 1
        return counts


def expand(pattern: str, root: Path) -> Expansion:
    """Every file that a path or pattern names.

    A plain file is always a member, whatever its name. Folders are walked, archives looked into.

    Args:
        pattern: File, folder, archive, or a pattern with `*`, `?` and `**`.
        root: Where relative ones start.

    Raises:
        NotFoundError: Nothing is there, or nothing that can be read.
        ResourceError: A file may not be read.
        DataError: An archive is damaged or a trap, or there are too many files.
    """
    plain = root / pattern
    if plain.is_dir():
        found = _sorted(_in_folder(plain))
    elif plain.exists() or not any(sign in pattern for sign in _PATTERN_SIGNS):
        check_file(plain)
        found = _expand_file(plain)
    else:
        found = _by_pattern(pattern, root)
    if not found.members:
        raise _nothing(pattern, root, found)
    return found


def _expand_file(path: Path) -> Expansion:
    if is_parcel(path):
        return _sorted(_in_archive(path, ""))
    kind = kind_of(name_unpacked(path.name), _head(path)) or "rows"
    return Expansion((Member(path.name, path, "", kind),), ())


def _by_pattern(pattern: str, root: Path) -> Expansion:
    base, rest = root, pattern
    if Path(pattern).is_absolute():
        base = Path(Path(pattern).anchor)
        rest = str(Path(pattern).relative_to(base))
    fixed = _fixed_folder(base, rest)
    found: list[Member | Skipped] = []
    for path in sorted(base.glob(rest)):
        if path.is_file():
            found.extend(_look(path, path.relative_to(fixed).as_posix()))
            _check_number(len(found), pattern)
    return _sorted(found)


def _fixed_folder(base: Path, rest: str) -> Path:
    """The deepest folder that all files of a pattern share: names start there."""
    for part in Path(rest).parts[:-1]:
        if any(sign in part for sign in _PATTERN_SIGNS):
            break
        base = base / part
    return base


def _in_folder(folder: Path) -> Iterator[Member | Skipped]:
    resolved = folder.resolve()
    for number, (path, name) in enumerate(_walk(folder, "", 0), 1):
        _check_number(number, str(folder))
        if path.is_symlink() and not path.resolve().is_relative_to(resolved):
            yield Skipped(name, "link")
        elif path.is_dir():
            yield Skipped(name, "link" if path.is_symlink() else "hidden")
        elif path.is_file():
            yield from _look(path, name)


def _walk(folder: Path, prefix: str, depth: int) -> Iterator[tuple[Path, str]]:
    """Files below a folder; folders that are hidden or links come out themselves."""
    if depth > MAX_DEPTH:
        raise DataError(
            f"The folder {folder.name!r} lies more than {MAX_DEPTH} folders deep.",
            where=str(folder),
            fix="name the folder that holds the files",
        )
    with os.scandir(folder) as entries:
        ordered = sorted(entries, key=lambda entry: entry.name)
    for entry in ordered:
        name = prefix + entry.name
        if entry.is_dir(follow_symlinks=False) and not is_noise(entry.name):
            yield from _walk(Path(entry.path), f"{name}/", depth + 1)
        else:
            yield Path(entry.path), name


def _look(path: Path, name: str) -> list[Member | Skipped]:
    """What one file on disk is; an archive gives its members."""
    if (skip := _skip_by_name(name)) is not None:
        return [skip]
    if path.stat().st_size == 0:
        return [Skipped(name, "empty_file")]
    if is_parcel(path):
        return list(_in_archive(path, f"{name}/"))
    kind = kind_of(name_unpacked(name), _head(path))
    return [Member(name, path, "", kind) if kind else Skipped(name, "not_readable")]


def _in_archive(path: Path, prefix: str) -> Iterator[Member | Skipped]:
    archive = open_parcel(path)
    for inner in archive.names:
        name = prefix + inner
        if (skip := _skip_by_name(inner)) is not None:
            yield Skipped(name, skip.reason)
        elif archive.is_link(inner):
            yield Skipped(name, "link")
        elif archive.size(inner) == 0:
            yield Skipped(name, "empty_file")
        else:
            yield _archive_member(archive, path, name, inner)


def _archive_member(archive: Parcel, path: Path, name: str, inner: str) -> Member | Skipped:
    head = archive.read(inner, _HEAD_BYTES)
    packing = packing_of(head)
    is_zip = packing == "zip" and not is_office_archive(archive.read(inner))
    if packing in (*STREAMS, "tar") or is_zip:
        raise DataError(
            f"The archive {path.name!r} holds an archive: {inner!r}.",
            where=f"{path}/{inner}",
            fix="unpack the outer one and name the folder",
        )
    kind = kind_of(inner, head)
    return Member(name, path, inner, kind) if kind else Skipped(name, "not_readable")


def _skip_by_name(name: str) -> Skipped | None:
    return Skipped(name, "hidden") if is_noise(name) else None


def _sorted(found: Iterable[Member | Skipped]) -> Expansion:
    """In order of names; cards and licences beside the data are passed over."""
    items = list(found)
    members = [item for item in items if isinstance(item, Member)]
    skipped = [item for item in items if isinstance(item, Skipped)]
    has_rows = any(m.kind == "rows" and not is_about_the_data(m.name) for m in members)
    kept: list[Member] = []
    for member in members:
        if is_legal(member.name):
            skipped.append(Skipped(member.name, "licence_text"))
        elif is_about_the_data(member.name) and (has_rows or member.kind == "rows"):
            skipped.append(Skipped(member.name, "about_the_data"))
        else:
            kept.append(member)
    if not kept and len(members) == 1:
        kept, skipped = members, [item for item in items if isinstance(item, Skipped)]
    return Expansion(
        tuple(sorted(kept, key=lambda m: m.name)), tuple(sorted(skipped, key=lambda s: s.name))
    )


def _head(path: Path) -> bytes:
    """The first bytes, unpacked where the file is packed."""
    with path.open("rb") as stream:
        head = stream.read(_HEAD_BYTES)
        if path.suffix.lower() not in PACKED_SUFFIXES or packing_of(head) not in STREAMS:
            return head
        return peek(head + stream.read(_LARGEST_PEEK)) or head


def _check_number(number: int, where: str) -> None:
    if number > MAX_FILES:
        raise DataError(
            f"{where!r} names more than {MAX_FILES} files.",
            where=where,
            fix="name a smaller folder, or put the rows into fewer files",
        )


def _nothing(pattern: str, root: Path, found: Expansion) -> NotFoundError:
    passed = "; ".join(f"{s.name} ({s.reason})" for s in found.skipped[:5])
    seen = f" What is there was passed over: {passed}." if passed else ""
    return NotFoundError(
        f"No file that can be read fits {pattern!r}.{seen}",
        where=str(root / pattern),
        fix=f"check the path; it was looked for from {str(root.resolve())!r}",
    )
