"""A look at the base model when a project is made: a mistyped folder is told before anything runs."""

from __future__ import annotations

from pathlib import Path

from kitae.core.errors import DataError, NotFoundError
from kitae.engines.hubs import SPARK
from kitae.engines.hubs.huggingface import is_hub_id
from kitae.engines.hubs.safety import check_folder


def check_base(base: str) -> None:
    """Check a local folder as far as its names and settings tell; asks no hub.

    Args:
        base: As typed: a folder from here, `kitae-spark`, or a hub id, which the run looks for.

    Raises:
        NotFoundError: It is no folder, and it is not written as a hub id.
        DataError: It is a file, or the folder holds no base model.
    """
    folder = Path(base).expanduser()
    if folder.is_dir():
        check_folder(folder)
    elif folder.exists():
        raise DataError(
            f"The base {base!r} is a file; a base is a folder.",
            where="--base",
            fix="name the folder that holds config.json, the tokenizer and *.safetensors",
        )
    elif base != SPARK and not is_hub_id(base):
        raise NotFoundError(
            f"There is no folder {base!r}, and a model of a hub is written owner/name.",
            where="--base",
            fix=f"look for a typing error, or leave --base away to try the way with {SPARK}",
        )


def is_from_hub(base: str) -> bool:
    """Whether the run will look for a base on the hub."""
    return base != SPARK and not Path(base).is_dir()
