"""Finding a base model: the embedded one, a local folder, or a model of a hub."""

from __future__ import annotations

from difflib import get_close_matches
from importlib import resources
from pathlib import Path

from kitae.core.errors import DataError, NetworkError, NotFoundError
from kitae.engines.hubs.checksums import verify_checksums
from kitae.engines.hubs.description import describe_base
from kitae.engines.hubs.huggingface import HubSettings, find_on_hub, is_hub_id
from kitae.engines.hubs.safety import check_folder
from kitae.engines.protocols import LocatedBase

SPARK = "kitae-spark"


def find_base(reference: str, project_root: Path, hub: HubSettings | None = None) -> LocatedBase:
    """Find a base model, look it over and describe it. Loads no model library.

    Args:
        reference: `kitae-spark`, a folder (absolute or from the project), or `owner/name[@revision]`.
        project_root: Where relative folders start.
        hub: How to reach the hub; None leaves it to the client's environment variables.

    Raises:
        NotFoundError: There is no such folder or hub model.
        NetworkError: The hub cannot be reached or asks for credentials.
        DataError: The files are damaged, hold no safetensors, or ask for code to be run.
    """
    folder = _folder(reference, project_root, hub)
    weights = check_folder(folder)
    verify_checksums(folder)
    base = describe_base(folder, weights, reference)
    if reference == SPARK:
        base = base.model_copy(update={"is_for_trying": True})
    return LocatedBase(folder, base)


def _folder(reference: str, root: Path, hub: HubSettings | None) -> Path:
    if reference == SPARK:
        return Path(str(resources.files("kitae.engines.hubs") / "spark"))
    local = root / Path(reference).expanduser()
    if local.is_dir():
        return local.resolve()
    if local.exists():
        raise DataError(
            f"The base {reference!r} is a file; a base is a folder.",
            where=str(local),
            fix="name the folder that holds config.json, the tokenizer and *.safetensors",
        )
    if is_hub_id(reference):
        try:
            return find_on_hub(reference, hub)
        except (NotFoundError, NetworkError) as error:
            error.what = f"{error.what} Nor is there a folder {str(local)!r}."
            raise
    raise _nowhere(reference, root)


def _nowhere(reference: str, root: Path) -> NotFoundError:
    folders = sorted(p.name for p in root.iterdir() if p.is_dir()) if root.is_dir() else []
    near = get_close_matches(reference, [SPARK, *folders], n=1, cutoff=0.5)
    hint = f"did you mean {near[0]!r}? " if near else ""
    return NotFoundError(
        f"There is no base model {reference!r}: no such folder, and a model of a hub is written "
        "owner/name.",
        where="recipe, key choose.base",
        fix=f"{hint}write `choose: {{base: {SPARK}}}`, a folder, or owner/name",
    )
