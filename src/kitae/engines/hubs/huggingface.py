"""Models from a hub that speaks Hugging Face's protocol, through the official client.

The client reads HF_HOME, HF_HUB_CACHE, HF_ENDPOINT, HF_TOKEN, HF_HUB_OFFLINE and the proxy variables by
itself. Only safetensors, tokenizer, settings, card and licence are fetched: never pickles, never code.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from kitae.core.errors import (
    DataError,
    DependencyError,
    KitaeError,
    NetworkError,
    NotFoundError,
)
from kitae.engines.hubs.safety import TOKENIZERS, weight_files
from kitae.records.durable import raise_resource_error

WANTED = (
    "*.safetensors", "*.safetensors.index.json", "config.json", "generation_config.json",
    "tokenizer.json", "tokenizer_config.json", "tokenizer.model", "special_tokens_map.json",
    "added_tokens.json", "vocab.json", "vocab.txt", "merges.txt", "chat_template.jinja",
    "chat_template.json", "adapter_config.json", "README.md", "LICENSE*",
)  # fmt: skip
UNWANTED = ("*/*", "consolidated*", "adapter_model*")
"""Subfolders, second copies of the same weights, and adapters."""
_HUB_ID = re.compile(r"[\w-][\w.-]*/[\w-][\w.-]*(?:@[\w./-]+)?")


@dataclass(frozen=True)
class HubSettings:
    """How to reach the hub; None leaves it to the client and its environment variables."""

    endpoint: str | None = None
    cache: Path | None = None
    token: str | None = None
    is_offline: bool = False


def is_hub_id(reference: str) -> bool:
    """Whether a reference is written as `owner/name` or `owner/name@revision`."""
    return bool(_HUB_ID.fullmatch(reference)) and ".." not in reference


def find_on_hub(reference: str, settings: HubSettings | None = None) -> Path:
    """The folder of a hub model: from the cache when it is whole there, else downloaded.

    What is in the cache is used as it is, so that a run never changes under its user's feet and works
    offline; `owner/name@revision` names another version.

    Raises:
        DependencyError: The client is not installed.
        NetworkError: The hub cannot be reached, or asks for credentials.
        NotFoundError: The hub has no such model or revision.
        ResourceError: The disk is full.
    """
    _check_installed()
    settings = settings or HubSettings()
    cached = _cached(reference, settings)
    if cached is not None:
        return cached
    if settings.is_offline or _is_offline():
        raise _offline(reference)
    return _downloaded(reference, settings)


def download_command(reference: str) -> str:
    """What to type to fetch a model by hand."""
    name, _, revision = reference.partition("@")
    patterns = " ".join(f"--include '{pattern}'" for pattern in (*WANTED[:2], "*.json", "*.jinja"))
    at_revision = f" --revision {revision}" if revision else ""
    return f"hf download {name}{at_revision} {patterns}"


def _check_installed() -> None:
    try:
        import huggingface_hub  # noqa: F401  # pyright: ignore[reportUnusedImport]
    except ImportError as error:
        raise DependencyError(
            "A model from a hub needs the package huggingface_hub.",
            fix='type `pip install "kitae[local]"`',
        ) from error


def _is_offline() -> bool:
    from huggingface_hub import constants

    return constants.HF_HUB_OFFLINE


def _cached(reference: str, settings: HubSettings) -> Path | None:
    from huggingface_hub.errors import LocalEntryNotFoundError

    try:
        folder = _snapshot(reference, settings, local_files_only=True)
    except LocalEntryNotFoundError:
        return None
    return folder if _is_whole(folder) else None


def _is_whole(folder: Path) -> bool:
    """Whether an earlier download came to its end."""
    has_settings = (folder / "config.json").is_file()
    if not has_settings or not any((folder / name).is_file() for name in TOKENIZERS):
        return False
    try:
        weight_files(folder)
    except DataError:
        return False
    return True


def _downloaded(reference: str, settings: HubSettings) -> Path:
    from huggingface_hub import errors

    try:
        return _snapshot(reference, settings, local_files_only=False)
    except errors.GatedRepoError as error:
        _raise_gated(reference, error)
    except errors.RepositoryNotFoundError as error:
        _raise_not_found(reference, error)
    except errors.RevisionNotFoundError as error:
        raise NotFoundError(
            f"The hub's model {reference.partition('@')[0]} has no revision "
            f"{reference.partition('@')[2] or 'main'!r}.",
            where=reference,
            fix="look at the model's page for its branches, tags and commits",
        ) from error
    except errors.LocalEntryNotFoundError as error:
        raise _cause(reference, error) from error
    except errors.HTTPError as error:  # pyright: ignore[reportPrivateImportUsage]
        raise _unreachable(reference, error) from error
    except OSError as error:
        raise_resource_error(error, Path(error.filename or "the hub's cache"))


def _snapshot(reference: str, settings: HubSettings, *, local_files_only: bool) -> Path:
    from huggingface_hub import snapshot_download

    name, _, revision = reference.partition("@")
    with _bars_on_terminals_only():
        folder = snapshot_download(
            name,
            revision=revision or None,
            endpoint=settings.endpoint,
            cache_dir=settings.cache,
            token=settings.token,
            allow_patterns=list(WANTED),
            ignore_patterns=list(UNWANTED),
            local_files_only=local_files_only,
            library_name="kitae",
        )
    return Path(folder)


@contextmanager
def _bars_on_terminals_only() -> Generator[None]:
    """The client draws its progress bars into files and pipes too; a script must not see them."""
    from huggingface_hub.utils import (
        are_progress_bars_disabled,
        disable_progress_bars,
        enable_progress_bars,
    )

    is_drawn = not are_progress_bars_disabled()
    if sys.stderr.isatty() or not is_drawn:
        yield
        return
    disable_progress_bars()
    try:
        yield
    finally:
        enable_progress_bars()


def _cause(reference: str, error: Exception) -> KitaeError:
    """The client wraps what really happened; a refusal of the hub is told apart from no network."""
    from huggingface_hub import errors

    cause = error.__cause__
    if isinstance(cause, errors.GatedRepoError):
        return _gated(reference)
    if isinstance(cause, errors.RepositoryNotFoundError):
        return _not_found(reference, cause.response.status_code)
    if isinstance(cause, errors.OfflineModeIsEnabled):
        return _offline(reference)
    return _unreachable(reference, cause or error)


def _raise_gated(reference: str, error: Exception) -> NoReturn:
    raise _gated(reference) from error


def _raise_not_found(reference: str, error: Any) -> NoReturn:  # noqa: ANN401
    raise _not_found(reference, error.response.status_code) from error


def _gated(reference: str) -> NetworkError:
    name = reference.partition("@")[0]
    return NetworkError(
        f"The hub's model {name} is given only to those who accepted its terms.",
        where=reference,
        fix=f"accept the terms on the model's page, make a token there and set HF_TOKEN "
        f"(or type `hf auth login`); or name a base that is free to take instead of {name}",
    )


def _not_found(reference: str, status: int) -> KitaeError:
    name = reference.partition("@")[0]
    if status == 404:
        return NotFoundError(
            f"The hub has no model {name!r}.",
            where=reference,
            fix="look for a typing error; a local folder is written ./name or /path/name",
        )
    return NetworkError(
        f"The hub does not show the model {name!r}: it does not exist, or it is private and the "
        "token is missing or wrong.",
        where=reference,
        fix="look for a typing error; for a private model set HF_TOKEN, or type `hf auth login`",
    )


def _offline(reference: str) -> NetworkError:
    return NetworkError(
        f"The model {reference} is not on this machine, or not whole, and the hub may not be asked "
        "(HF_HUB_OFFLINE is set).",
        where=reference,
        fix=f"where there is a network, type `HF_HUB_OFFLINE=0 {download_command(reference)}`, then "
        "run again; or name `kitae-spark` or a local folder as the base",
    )


def _unreachable(reference: str, error: BaseException) -> NetworkError:
    return NetworkError(
        f"The model {reference} is not on this machine, and the hub cannot be reached "
        f"({type(error).__name__}: {_first_line(error)}).",
        where=reference,
        fix=f"mend the network (a mirror is named with HF_ENDPOINT, a proxy with HTTPS_PROXY) and "
        f"type the same command again; or fetch it by hand: `{download_command(reference)}`",
    )


def _first_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return lines[0][:200] if lines else ""
