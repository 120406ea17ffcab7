"""Which engine serves a run. The only place below the adapters that reads the environment."""

from __future__ import annotations

import os
import re
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from kitae.core.errors import DependencyError, UsageError
from kitae.engines.dataflow import Dataflow, LocalFlow
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
INSTALL_RAY = 'pip install "kitae[ray]"'

MOST_WORKERS = 8
"""Threads of the backend `local` unless more are asked for: beyond it the memory grows, the speed hardly."""
_CLUSTER = re.compile(r"ray://\S+|auto|[\w.\-]+:\d+|\[[0-9a-fA-F:]+\]:\d+")


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


def check_backend(name: str, workers: int | None = None) -> None:
    """Check that a backend can be had, without starting anything.

    Args:
        name: `local`, `ray` (a cluster is started on this machine), or the address of a running cluster.
        workers: How many are asked for; None leaves it to the backend.

    Raises:
        UsageError: It is not known here, or no number of workers.
        DependencyError: It needs a library that is not installed.
    """
    if workers is not None and workers < 1:
        raise UsageError(f"{workers} workers can do nothing.", fix="--workers 1, or more")
    if name == "local":
        return
    if name != "ray" and not _CLUSTER.fullmatch(name):
        raise UsageError(
            f"No backend is called {name!r}.",
            fix="--backend local, --backend ray, or an address as in ray://HOST:10001",
        )
    from importlib.util import find_spec

    if find_spec("ray") is None:
        raise DependencyError(
            f"The backend {name!r} needs ray, which is not installed.", fix=INSTALL_RAY
        )


@contextmanager
def open_flow(backend: str = "local", workers: int | None = None) -> Generator[Dataflow]:
    """Where the work on many rows of one run is done; what it starts ends with the block.

    Raises:
        UsageError: As `check_backend`.
        DependencyError: As `check_backend`.
    """
    import pyarrow as pa

    check_backend(backend, workers)
    pa.set_memory_pool(
        pa.system_memory_pool()
    )  # gives back what it does not need: 13 % less at the peak
    if backend == "local":
        flow = LocalFlow(workers or _default_workers())
    else:
        from kitae.engines.dataflow.ray_flow import RayFlow

        is_started_here = backend == "ray"
        flow = RayFlow(
            None if is_started_here else backend,
            workers or (_default_workers() if is_started_here else None),
        )
    try:
        yield flow
    finally:
        flow.close()


def _default_workers() -> int:
    from kitae.engines.hardware.machine import usable_cores

    return min(usable_cores(), MOST_WORKERS)
