"""The finished dataset as a folder that can be uploaded or handed on.

The folder is written beside its place and moved there when it is whole. `kitae-export.json` in it says
what it was made from; by it an export knows its own earlier one, which is the only thing it replaces.
"""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, get_args

import orjson
import psutil
from pydantic import ValidationError

from kitae.core.config import Record
from kitae.core.errors import ConflictError, UsageError
from kitae.core.hashing import file_digest
from kitae.project.project import Project
from kitae.records.dataset import Dataset
from kitae.records.durable import fsync_file, fsync_tree, raise_resource_error
from kitae.records.example import SIDES, Side
from kitae.records.gate import DataVerdict
from kitae.records.store import Artifact, Content, write_content
from kitae.stages.build.config import BuildConfig, Form

NOTE = "kitae-export.json"
FORMS: tuple[Form, ...] = get_args(Form)
FOREIGN_SHOWN = 3
_ELSEWHERE = "name another folder, or delete this one if nobody needs it"


class ExportNote(Record):
    """What a folder of an export was made from, and what it holds."""

    schema_version: int = 1
    project: str
    dataset: str
    """Id of the `build` artifact."""
    rows_hash: str
    """Over the rows of all sides, as in the README."""
    rows: dict[str, int]
    """Side -> rows."""
    forms: tuple[str, ...]
    files: dict[str, str]
    """Path in the folder -> sha256."""


def export_dataset(
    project: Project, folder: str | Path, forms: Sequence[str] = ()
) -> dict[str, Any]:
    """Write the finished dataset into a folder of its own, ready to be uploaded or handed on.

    Args:
        project: The project.
        folder: Where to; made when missing. An earlier export of this project is replaced in one step.
        forms: Which forms to write; empty for those that the recipe names.

    Returns:
        What was written: folder, dataset, rows per side, forms, files with their sizes, the gate's outcome.

    Raises:
        UsageError: There is no such form.
        NotFoundError: There is no dataset that fits the recipe as it is now.
        DataError: The stored dataset is damaged.
        ConflictError: The folder holds something else.
        ResourceError: It cannot be written.
    """
    config = _config(project.recipe.build, forms)
    build = project.artifact("build")
    target = Path(folder).expanduser().resolve()
    _require_free(target, project.recipe.name)
    note = _write(target, build, config, project.recipe.name)
    return {
        "folder": str(target),
        "dataset": build.id,
        "rows": note.rows,
        "forms": list(note.forms),
        "files": {name: (target / name).stat().st_size for name in sorted(note.files)},
        "gate": _gate_outcome(project, build),
    }


def _config(recipe: BuildConfig, forms: Sequence[str]) -> BuildConfig:
    """The recipe's choices with the forms that are asked for.

    Raises:
        UsageError: There is no such form.
    """
    unknown = [form for form in forms if form not in FORMS]
    if unknown:
        raise UsageError(
            f"There is no form {unknown[0]!r}.", fix=f"--form with one of {', '.join(FORMS)}"
        )
    wanted = tuple(dict.fromkeys(forms)) or recipe.forms
    return BuildConfig.model_validate({**recipe.model_dump(), "forms": wanted})


def _require_free(target: Path, project: str) -> None:
    """A folder that is not there, is empty, or is an untouched earlier export of the same project.

    Raises:
        ConflictError: It is something else.
    """
    if target.exists() and not target.is_dir():
        raise ConflictError(f"{target} is a file.", where=str(target), fix="name a folder")
    if not target.is_dir() or not any(target.iterdir()):
        return
    note = _read_note(target)
    if note is None or note.project != project:
        whose = f"an export of another project, {note.project!r}" if note else "no export of kitae"
        raise ConflictError(
            f"The folder is not empty, and it is {whose}.", where=str(target), fix=_ELSEWHERE
        )
    foreign = _foreign(target, note)
    if foreign:
        more = "" if len(foreign) <= FOREIGN_SHOWN else f" and {len(foreign) - FOREIGN_SHOWN} more"
        raise ConflictError(
            "The folder was changed since it was exported; replacing it would lose"
            f" {', '.join(foreign[:FOREIGN_SHOWN])}{more}.",
            where=str(target),
            fix=_ELSEWHERE,
        )


def _read_note(folder: Path) -> ExportNote | None:
    try:
        return ExportNote.model_validate_json((folder / NOTE).read_bytes())
    except (OSError, ValidationError):
        return None


def _foreign(folder: Path, note: ExportNote) -> list[str]:
    """Files of a folder that its export did not write as they are now."""
    found = {
        path.relative_to(folder).as_posix(): path
        for path in sorted(folder.rglob("*"))
        if path.is_symlink() or not path.is_dir()
    }
    return [
        name
        for name, path in found.items()
        if name != NOTE
        and (path.is_symlink() or name not in note.files or file_digest(path) != note.files[name])
    ]


def _write(target: Path, build: Artifact, config: BuildConfig, project: str) -> ExportNote:
    draft = target.with_name(f".{target.name}.kitae-{os.getpid()}-{uuid.uuid4().hex[:8]}")
    try:
        draft.mkdir(parents=True)
        _sweep(target, draft)
        note = _fill(draft, build, config, project)
        fsync_tree(draft)
        _put(draft, target)
    except OSError as error:
        raise_resource_error(error, target)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return note


def _sweep(target: Path, draft: Path) -> None:
    """Drafts that exports to this folder left behind when they were killed."""
    prefix = f".{target.name}.kitae-"
    for leftover in target.parent.iterdir():
        owner = leftover.name.removeprefix(prefix).partition("-")[0]
        if leftover == draft or not leftover.name.startswith(prefix) or not owner.isdecimal():
            continue
        if not psutil.pid_exists(int(owner)):
            shutil.rmtree(leftover, ignore_errors=True)


def _fill(draft: Path, build: Artifact, config: BuildConfig, project: str) -> ExportNote:
    from kitae.stages.build.card import card
    from kitae.stages.build.forms import written

    dataset = build.record("dataset", Dataset)
    sides: dict[Side, Any] = {side: build.table(side) for side in SIDES}
    _write_files(draft, {**written(sides, config), "README.md": card(sides, dataset, config)})
    names = (path for path in draft.rglob("*") if path.is_file())
    note = ExportNote(
        project=project,
        dataset=build.id,
        rows_hash=dataset.rows_hash,
        rows={side: table.num_rows for side, table in sides.items()},
        forms=config.forms,
        files=_digests(draft, names),
    )
    text = orjson.dumps(note.model_dump(mode="json"), option=orjson.OPT_INDENT_2)
    (draft / NOTE).write_bytes(text + b"\n")
    return note


def _digests(folder: Path, paths: Iterable[Path]) -> dict[str, str]:
    return {path.relative_to(folder).as_posix(): file_digest(path) for path in sorted(paths)}


def _write_files(folder: Path, files: Mapping[str, Content]) -> None:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as stream:
            write_content(content, stream)


def _put(draft: Path, target: Path) -> None:
    """Move the whole folder to its place; what stood there goes, or comes back if that fails."""
    earlier = draft.with_name(f"{draft.name}-earlier")
    if target.exists():
        target.replace(earlier)
    try:
        draft.replace(target)
    except OSError:
        with suppress(OSError):
            earlier.replace(target)
        raise
    fsync_file(target.parent)
    shutil.rmtree(earlier, ignore_errors=True)


def _gate_outcome(project: Project, build: Artifact) -> str | None:
    """What the gate says of this dataset; None where it has not looked at it."""
    gate = project.artifacts().get("gate")
    if gate is None:
        return None
    verdict = gate.record("verdict", DataVerdict)
    return verdict.outcome if verdict.dataset_hash == build.content_hash else None
