"""The sample project: ships with the package, runs offline through every stage."""

from __future__ import annotations

import shutil
from pathlib import Path

from kitae.core.errors import ConflictError, NotFoundError
from kitae.pipeline.recipe import RECIPE_NAME
from kitae.records.durable import raise_resource_error

SAMPLE_PARTS = ("kitae.yaml", "README.md", "data", "journal")


def sample_folder() -> Path:
    """Where the sample project lies: in the installed package, or in the repository beside it.

    Raises:
        NotFoundError: The installation is incomplete.
    """
    package = Path(__file__).resolve().parents[1]
    for folder in (package / "sample", package.parents[1] / "examples" / "fortune"):
        if (folder / RECIPE_NAME).is_file():
            return folder
    raise NotFoundError(
        "The sample project is not part of this installation.", fix="install kitae again"
    )


def make_demo(target: Path) -> None:
    """Copy the sample project to a folder; one that is there already is used as it is.

    Raises:
        ConflictError: The folder holds something else.
        ResourceError: It cannot be written.
    """
    if (target / RECIPE_NAME).exists():
        return
    if target.exists() and any(target.iterdir()):
        raise ConflictError(
            f"The folder {target} is not empty and holds no project.",
            where=str(target),
            fix="choose another one: kitae demo --dir NEW_FOLDER",
        )
    source = sample_folder()
    try:
        target.mkdir(parents=True, exist_ok=True)
        for part in SAMPLE_PARTS:
            _copy(source / part, target / part)
    except OSError as error:
        raise_resource_error(error, target / RECIPE_NAME)


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target, dirs_exist_ok=True)
    else:
        shutil.copyfile(source, target)
