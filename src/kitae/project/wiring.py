"""Which engine serves a run. The only place below the adapters that reads the environment."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from kitae.core.errors import DependencyError, UsageError
from kitae.engines.protocols import (
    Encoder,
    Engines,
    Fetcher,
    LanguageModel,
    TrainingJob,
    TrainingResult,
)

if TYPE_CHECKING:
    from kitae.engines.protocols import LocatedBase
    from kitae.records.hardware import Hardware

INSTALL_LOCAL = 'pip install "kitae[local]"'


def local_engines() -> Engines:
    """The engines of this machine; each loads its heavy library at its first call."""
    return Engines(
        find_hardware=_find_hardware,
        find_base=_find_base,
        load_encoder=_load_encoder,
        load_model=_load_model,
        train=_train,
        merge=_merge,
        fetchers={
            "hub": _hub_fetcher,
            "modelscope": _modelscope_fetcher,
            "kaggle": _kaggle_fetcher,
            "github": _github_fetcher,
            "web": _web_fetcher,
        },
        versions=_versions,
    )


def need_local() -> None:
    """Check that the model libraries are installed, without loading them.

    Raises:
        DependencyError: One is missing; the error holds the line to type.
    """
    from importlib.util import find_spec

    absent = [name for name in ("torch", "transformers", "peft") if find_spec(name) is None]
    if absent:
        raise DependencyError(
            f"This needs {', '.join(absent)}, which {'is' if len(absent) == 1 else 'are'} not installed.",
            fix=INSTALL_LOCAL,
        )


def _find_hardware() -> Hardware:
    from kitae.engines.hardware import find_hardware

    return find_hardware()


def _find_base(reference: str, root: Path) -> LocatedBase:
    from kitae.engines.hubs import find_base

    return find_base(reference, root)


def _load_encoder(folder: Path) -> Encoder:
    need_local()
    from kitae.engines.tokens import load_encoder

    return load_encoder(folder)


def _load_model(base: Path, adapter: Path | None) -> LanguageModel:
    need_local()
    from kitae.engines.inference import load_model

    return load_model(base, adapter)


def _train(job: TrainingJob) -> TrainingResult:
    need_local()
    from kitae.engines.training import train

    return train(job)


def _merge(base: Path, adapter: Path, target: Path) -> None:
    need_local()
    from kitae.engines.exporting import merge_adapter

    merge_adapter(base, adapter, target)


def _hub_fetcher() -> Fetcher:
    from kitae.engines.fetching import HuggingFaceDatasets

    return HuggingFaceDatasets(is_offline=_is_offline())


def _modelscope_fetcher() -> Fetcher:
    from kitae.engines.fetching import ModelScopeDatasets

    return ModelScopeDatasets(is_offline=_is_offline())


def _kaggle_fetcher() -> Fetcher:
    from kitae.engines.fetching import KaggleDatasets

    return KaggleDatasets(is_offline=_is_offline())


def _github_fetcher() -> Fetcher:
    from kitae.engines.fetching import GitHubRepositories
    from kitae.engines.fetching.github import PUBLIC_API

    address = os.environ.get("GITHUB_API_URL") or PUBLIC_API
    token = os.environ.get("GITHUB_TOKEN") or os.environ.get("GH_TOKEN")
    return GitHubRepositories(api_url=address, token=token, is_offline=_is_offline())


def _web_fetcher() -> Fetcher:
    from kitae.engines.fetching.web import Surroundings, WebCrawler

    proxy = os.environ.get("HTTPS_PROXY") or os.environ.get("https_proxy")
    return WebCrawler(Surroundings(proxy=proxy))


def _is_offline() -> bool:
    """Whether the user said that the network is not to be used."""
    said = (os.environ.get(name, "") for name in ("KITAE_OFFLINE", "HF_HUB_OFFLINE"))
    return any(word.strip().lower() in ("1", "true", "yes", "on") for word in said)


def _versions() -> dict[str, str]:
    from kitae.engines.hardware import library_versions

    return library_versions()


def check_backend(name: str) -> None:
    """Check that a backend can be had.

    Raises:
        UsageError: It is not known here.
    """
    if name != "local":
        raise UsageError(f"The backend {name!r} is not there yet.", fix="--backend local")
