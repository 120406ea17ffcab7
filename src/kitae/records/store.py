"""Artifacts on disk: content-addressed folders whose manifest is written last.

    .kitae/
      objects/STAGE-ID/   the files of an artifact and manifest.json
      index/STAGE/KEY     a fingerprint (hash of all a stage's inputs) -> the artifact that it gave
      tmp/                what is being written; swept at the next start

An artifact without a valid manifest does not exist for readers. A file whose checksum is wrong is named.
"""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

import orjson
import pyarrow as pa
from pydantic import ValidationError

from kitae.core.config import Record
from kitae.core.errors import DataError, NotFoundError
from kitae.core.events import Event, EventSink, Silence
from kitae.core.hashing import digest, file_digest
from kitae.records.counts import Counts
from kitae.records.durable import fsync_file, fsync_tree, raise_resource_error, write_atomic

R = TypeVar("R", bound=Record)
T = TypeVar("T")
U = TypeVar("U")
MOST_THREADS = 4
"""Files that are written or hashed at the same time: more would wait for the disk."""
Content = bytes | Callable[[BinaryIO], None]
"""Of a file: its bytes, or what writes them into an open file, for those too large to hold."""
_arrow: Any = pa
"""Untyped, for what the stubs of pyarrow leave out."""

MANIFEST = "manifest.json"
LATEST = "latest"
SCHEMA_VERSION = 1
BATCH_ROWS = 8192
"""Rows per record batch of a stored table; fixed, so that equal rows give equal bytes."""


class Manifest(Record):
    """What an artifact is made of and where it came from. Holds no times, so equal work is equal."""

    schema_version: int = SCHEMA_VERSION
    stage: str
    stage_version: int
    fingerprint: str
    """Hash of everything that the stage depended on."""
    inputs: dict[str, str]
    """Name of each input -> its content hash (or fact, e.g. a source file's sha256)."""
    files: dict[str, str]
    """Path inside the artifact -> sha256."""
    counts: Counts | None = None

    @property
    def content_hash(self) -> str:
        """Hash over the files alone: what stages downstream depend on."""
        return digest(self.files)


@dataclass(frozen=True)
class Product:
    """What a stage gives back, before it is sealed into an artifact.

    Attributes:
        counts: Row counts, for stages that carry rows.
        tables: File stem -> Arrow table; written as `STEM.arrow`.
        records: File stem -> record; written as `STEM.json`.
        files: Path in the artifact -> content, or what writes it into an open file, piece by piece.
        folders: Name in the artifact -> a folder that is moved into it.
        table_files: File stem -> a file that a `TableWriter` wrote into the stage's work folder; moved
            into the artifact in place of writing the table of that stem.
        same_tables: File stem -> the file of an input's table that is equal to the table of that stem;
            the two share their place on the disk.
    """

    counts: Counts | None = None
    tables: Mapping[str, pa.Table] = field(default_factory=dict[str, pa.Table])
    records: Mapping[str, Record] = field(default_factory=dict[str, Record])
    files: Mapping[str, Content] = field(default_factory=dict[str, "Content"])
    folders: Mapping[str, Path] = field(default_factory=dict[str, Path])
    table_files: Mapping[str, Path] = field(default_factory=dict[str, Path])
    same_tables: Mapping[str, Path] = field(default_factory=dict[str, Path])


@dataclass(frozen=True)
class Artifact:
    """A sealed result of a stage, checked when it was opened."""

    path: Path
    manifest: Manifest

    @property
    def id(self) -> str:
        """Name of the artifact's folder: the stage and 16 hex digits of its manifest's hash."""
        return self.path.name

    @property
    def content_hash(self) -> str:
        """Hash over the files alone."""
        return self.manifest.content_hash

    @property
    def counts(self) -> Counts | None:
        """Row counts, for stages that carry rows."""
        return self.manifest.counts

    def has(self, name: str) -> bool:
        """Whether a file is part of the artifact."""
        return name in self.manifest.files

    def table(self, stem: str) -> pa.Table:
        """The Arrow table that was stored under this stem, memory-mapped."""
        return _read_table(self.path / f"{stem}.arrow")

    def record(self, stem: str, kind: type[R]) -> R:
        """The record that was stored under this stem."""
        return kind.model_validate_json((self.path / f"{stem}.json").read_bytes())

    def file(self, name: str) -> Path:
        """The path of a file or folder inside the artifact."""
        return self.path / name


class Store:
    """The artifacts of one project, below `.kitae/`."""

    def __init__(self, root: Path, events: EventSink | None = None) -> None:
        self._root = root
        self._events = events or Silence()

    def prepare(self) -> None:
        """Make the folders and sweep what a crash left half-written. Needs the project's lock."""
        try:
            for name in ("objects", "index", "tmp", "work"):
                (self._root / name).mkdir(parents=True, exist_ok=True)
            for leftover in (self._root / "tmp").iterdir():
                shutil.rmtree(leftover, ignore_errors=True)
        except OSError as error:
            raise_resource_error(error, self._root)

    def work_folder(self, stage: str, fingerprint: str) -> Path:
        """A folder that outlives a crash, for the checkpoints of one piece of work."""
        return self._root / "work" / f"{stage}-{fingerprint[:16]}"

    def find(self, stage: str, fingerprint: str) -> Artifact | None:
        """The sound artifact that this fingerprint gave before, or None.

        A damaged artifact counts as not there (the stage runs again) and is reported as an event.
        """
        artifact_id = self.indexed(stage, fingerprint)
        if artifact_id is None:
            return None
        try:
            return self.open(artifact_id)
        except (DataError, NotFoundError) as error:
            self._events.emit(
                Event("store.damaged", stage, {"artifact": artifact_id, "why": error.what})
            )
            return None

    def indexed(self, stage: str, fingerprint: str) -> str | None:
        """The id of the artifact that this fingerprint gave before, sound or not; None for none."""
        entry = self._root / "index" / stage / fingerprint
        if not entry.exists():
            return None
        return entry.read_text(encoding="utf-8", errors="replace").strip()

    def open(self, artifact_id: str) -> Artifact:
        """An artifact by its id, every checksum verified.

        Raises:
            NotFoundError: There is no such artifact.
            DataError: A file is missing or its content is not what was sealed; the error names the
                stage, the artifact and the file.
        """
        path = self._root / "objects" / artifact_id
        if not (path / MANIFEST).exists():
            raise NotFoundError(f"There is no artifact {artifact_id!r}.", where=str(path))
        manifest = _read_manifest(path)
        try:
            verify_files(path, manifest.files)
        except DataError as error:
            raise _damaged(path, error.what) from error
        return Artifact(path, manifest)

    def ids(self) -> list[str]:
        """The ids of all artifacts, sound or not, sorted."""
        objects = self._root / "objects"
        return sorted(p.name for p in objects.iterdir()) if objects.is_dir() else []

    def peek(self, artifact_id: str) -> Artifact:
        """An artifact by its id, its manifest checked but none of its files.

        Raises:
            NotFoundError: There is no such artifact.
            DataError: Its manifest is damaged.
        """
        path = self._root / "objects" / artifact_id
        if not (path / MANIFEST).exists():
            raise NotFoundError(f"There is no artifact {artifact_id!r}.", where=str(path))
        return Artifact(path, _read_manifest(path))

    def latest(self, stage: str) -> str | None:
        """The id of the newest artifact of a stage, sound or not; None for none."""
        return self.indexed(stage, LATEST)

    def artifact_paths(self, artifact_ids: Iterable[str]) -> list[Path]:
        """The folders of some artifacts and the files in them: what damage shows in."""
        objects = [self._root / "objects" / name for name in artifact_ids]
        files = [path for folder in objects for path in folder.rglob("*") if path.is_file()]
        return [*objects, *files]

    def index_paths(self) -> list[Path]:
        """The folders of the index, there or not: what every new artifact shows in."""
        index = self._root / "index"
        return [index, *sorted(index.iterdir())] if index.is_dir() else [index]

    def latest_inputs(self, stage: str) -> dict[str, str] | None:
        """What the newest artifact of a stage was made from, or None when there is none."""
        entry = self._root / "index" / stage / LATEST
        if not entry.exists():
            return None
        artifact_id = entry.read_text(encoding="utf-8", errors="replace").strip()
        folder = self._root / "objects" / artifact_id
        if not (folder / MANIFEST).exists():
            return None
        try:
            return _read_manifest(folder).inputs
        except DataError:
            return None

    def seal(self, manifest_without_files: Manifest, product: Product) -> Artifact:
        """Write a product as an artifact: files, fsync, manifest, rename, index.

        Args:
            manifest_without_files: Where it came from; files and counts are filled in here.
            product: What the stage gave back.

        Raises:
            ResourceError: The disk is full or not writable; nothing half-written is left visible.
        """
        stage = manifest_without_files.stage
        draft = self._root / "tmp" / uuid.uuid4().hex
        try:
            draft.mkdir(parents=True)
            self._write_product(draft, product, stage)
            fsync_tree(draft)
            names = _file_names(draft)
            digests = in_parallel(lambda name: file_digest(draft / name), names)
            files = dict(zip(names, digests, strict=True))
            manifest = manifest_without_files.model_copy(
                update={"files": files, "counts": product.counts}
            )
            self._events.emit(Event("store.files_written", stage, {"draft": draft.name}))
            write_atomic(draft / MANIFEST, _manifest_bytes(manifest))
            self._events.emit(Event("store.manifest_written", stage, {"draft": draft.name}))
            return self._publish(draft, manifest)
        except OSError as error:
            shutil.rmtree(draft, ignore_errors=True)
            raise_resource_error(error, draft)

    def _write_product(self, draft: Path, product: Product, stage: str) -> None:
        for stem, table in product.tables.items():
            if stem in product.table_files:
                product.table_files[stem].replace(draft / f"{stem}.arrow")
            elif stem in product.same_tables:
                _link(product.same_tables[stem], draft / f"{stem}.arrow")
            else:
                write_table(draft / f"{stem}.arrow", table)
            self._events.emit(Event("store.file_written", stage, {"file": f"{stem}.arrow"}))
        for stem, record in product.records.items():
            (draft / f"{stem}.json").write_bytes(record_bytes(record))
            self._events.emit(Event("store.file_written", stage, {"file": f"{stem}.json"}))
        contents = [(draft / name, content) for name, content in product.files.items()]
        for name, _ in zip(product.files, in_parallel(_write_file, contents), strict=True):
            self._events.emit(Event("store.file_written", stage, {"file": name}))
        for name, folder in product.folders.items():
            shutil.copytree(folder, draft / name)
            self._events.emit(Event("store.file_written", stage, {"file": name}))

    def _publish(self, draft: Path, manifest: Manifest) -> Artifact:
        artifact_id = _artifact_id(manifest)
        target = self._root / "objects" / artifact_id
        if target.exists():
            shutil.rmtree(target)
        draft.replace(target)
        fsync_file(target.parent)
        index = self._root / "index" / manifest.stage
        write_atomic(index / manifest.fingerprint, artifact_id.encode())
        write_atomic(index / LATEST, artifact_id.encode())
        self._events.emit(Event("store.published", manifest.stage, {"artifact": artifact_id}))
        return Artifact(target, manifest)


def _read_manifest(folder: Path) -> Manifest:
    """The manifest of an artifact's folder.

    Raises:
        DataError: It is not whole, or not what was sealed.
    """
    try:
        manifest = Manifest.model_validate_json((folder / MANIFEST).read_bytes())
    except ValidationError as error:
        raise _damaged(folder, f"{MANIFEST} is cut off or broken.") from error
    if _artifact_id(manifest) != folder.name:
        raise _damaged(folder, f"{MANIFEST} was changed after it was sealed.")
    return manifest


def _damaged(folder: Path, why: str) -> DataError:
    stage = folder.name.rpartition("-")[0]
    return DataError(
        f"The stored result of stage {stage!r} (artifact {folder.name}) is damaged: {why}",
        where=str(folder),
        fix=f"`kitae run --until {stage}` makes it again",
    )


def verify_files(folder: Path, files: Mapping[str, str]) -> None:
    """Compare the files of a folder with their recorded checksums.

    Raises:
        DataError: A file is missing or differs; the error names it.
    """
    for name, expected in files.items():
        path = folder / name
        if not path.is_file():
            raise DataError(
                f"A file is missing: {name}.",
                where=str(path),
                fix="run `kitae run` to make it again",
            )
        if file_digest(path) != expected:
            raise DataError(
                f"A file is damaged: {name} is not what was written (wrong checksum).",
                where=str(path),
                fix="run `kitae run` to make it again",
            )


def in_parallel(work: Callable[[T], U], items: Sequence[T]) -> Iterator[U]:
    """Do work that leaves the interpreter free for most of its time: writing, hashing. In order."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    if len(items) < 2 or (cores or 1) < 2:
        yield from map(work, items)
        return
    with ThreadPoolExecutor(min(cores or 1, MOST_THREADS)) as pool:
        yield from pool.map(work, items)


def _write_file(target_and_content: tuple[Path, Content]) -> None:
    target, content = target_and_content
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("wb") as stream:
        write_content(content, stream)


def write_content(content: Content, stream: BinaryIO) -> None:
    """Write what a file holds."""
    if isinstance(content, bytes):
        stream.write(content)
    else:
        content(stream)


def _link(file: Path, target: Path) -> None:
    """One more name for a file that nobody changes; a copy where the file system knows no such thing."""
    try:
        target.hardlink_to(file)
    except OSError:
        shutil.copyfile(file, target)


class TableWriter:
    """Writes a table to an Arrow IPC file batch by batch; equal rows give equal bytes, however they come."""

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        self.path = path
        self._schema = schema.remove_metadata()
        self._sink = pa.OSFile(str(path), "wb")
        self._writer: Any = pa.ipc.new_file(self._sink, self._schema)
        self._waiting: list[pa.RecordBatch] = []
        self._rows_waiting = 0

    def __enter__(self) -> TableWriter:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def write(self, rows: pa.RecordBatch | pa.Table) -> None:
        """Add rows; what does not fill a batch yet waits."""
        batches = rows.to_batches() if isinstance(rows, pa.Table) else [rows]
        for batch in batches:
            self._waiting.append(batch)
            self._rows_waiting += batch.num_rows
            if self._rows_waiting >= BATCH_ROWS:
                self._write_full()

    def close(self) -> None:
        """Write what waits, and the end of the file."""
        try:
            if self._rows_waiting:
                self._writer.write_batch(_joined(self._waiting))
            self._waiting, self._rows_waiting = [], 0
            self._writer.close()
        finally:
            self._sink.close()

    def read(self) -> pa.Table:
        """The table as it was written, memory-mapped; after `close`."""
        return _read_table(self.path)

    def _write_full(self) -> None:
        waiting, self._waiting, self._rows_waiting = self._waiting, [], 0
        parts: list[pa.RecordBatch] = []
        missing = BATCH_ROWS
        for batch in waiting:
            start = 0
            while batch.num_rows - start >= missing:
                parts.append(batch.slice(start, missing))
                self._writer.write_batch(_joined(parts))
                start, parts, missing = start + missing, [], BATCH_ROWS
            if start < batch.num_rows:
                parts.append(batch.slice(start))
                missing -= batch.num_rows - start
        self._waiting, self._rows_waiting = parts, BATCH_ROWS - missing


def _joined(parts: list[pa.RecordBatch]) -> pa.RecordBatch:
    """Batches as one whose buffers hold its own rows and nothing else: a slice would show its origin."""
    return _arrow.concat_batches([*parts, parts[0].slice(0, 0)])


def _read_table(path: Path) -> pa.Table:
    with pa.memory_map(str(path)) as source:
        return pa.ipc.open_file(source).read_all()


def write_table(path: Path, table: pa.Table) -> None:
    """Write a table as an Arrow IPC file; equal tables give equal bytes."""
    with TableWriter(path, table.schema) as writer:
        writer.write(table)


def record_bytes(record: Record) -> bytes:
    """A record as readable JSON with sorted keys."""
    plain: Any = record.model_dump(mode="json", by_alias=True)
    return orjson.dumps(plain, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS)


def _manifest_bytes(manifest: Manifest) -> bytes:
    return record_bytes(manifest)


def _artifact_id(manifest: Manifest) -> str:
    return f"{manifest.stage}-{digest(manifest.model_dump(mode='json', by_alias=True))[:16]}"


def _file_names(folder: Path) -> list[str]:
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file())
