"""A Ray cluster: started on this machine for one run, or one that is there already."""

from __future__ import annotations

import logging
import os
import secrets
import shutil
import signal
import sys
import tempfile
import threading
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from kitae.core.errors import ConflictError, DependencyError, NetworkError, ResourceError
from kitae.core.version import __version__

INSTALL_RAY = 'pip install "kitae[ray]"'

_QUIET = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_ENABLE_UV_RUN_RUNTIME_ENV": "0",
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",
}
"""Nothing is reported to anybody, and nothing is uploaded."""
_LOOPBACK = "127.0.0.1"
_FOLDER_PREFIX = "kitae-ray-"


def ray_library(*, is_local: bool = False) -> Any:  # noqa: ANN401
    """Ray, imported at the first call.

    Args:
        is_local: Whether the cluster will be one that runs on this machine and listens to it alone.

    Raises:
        DependencyError: It is not installed.
    """
    if "ray" not in sys.modules:
        os.environ.update(_QUIET | (_closed() if is_local else {}))
    try:
        import ray
    except ImportError as error:
        raise DependencyError(
            "The backend ray needs Ray, which is not installed.", fix=INSTALL_RAY
        ) from error
    return ray


class Cluster:
    """A connection to a Ray cluster. What it started it also stops.

    Attributes:
        ray: The library.
    """

    def __init__(self, address: str | None, workers: int | None) -> None:
        self.ray = ray_library(is_local=address is None)
        self._folder: Path | None = None
        if self.ray.is_initialized():
            raise ConflictError(
                "This process is connected to a Ray cluster already.",
                fix="call ray.shutdown() first",
            )
        # Ray tells of dead workers on stdout, which belongs to --format json.
        self.ray._private.worker._worker_logs_enabled = False
        with _own_signals():
            if address is None:
                self._start(workers or 1)
            else:
                self._connect(address)
        try:
            self._compare_versions()
        except BaseException:
            self.close()
            raise

    @property
    def cpus(self) -> int:
        """CPUs that the cluster has now."""
        return max(1, int(self.ray.cluster_resources().get("CPU", 1)))

    def give_up(self, references: Iterable[Any]) -> None:
        """Stop the tasks whose results nobody waits for any more."""
        for reference in references:
            self.ray.cancel(reference)

    def close(self) -> None:
        """Disconnect; stop the cluster if it was started here."""
        with _own_signals():
            self.ray.shutdown()
        if self._folder:
            shutil.rmtree(self._folder, ignore_errors=True)

    def _start(self, workers: int) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix=_FOLDER_PREFIX, dir=_short_folder()))
        try:
            with _same_modules():
                self.ray.init(
                    address="local",
                    num_cpus=workers,
                    num_gpus=0,
                    include_dashboard=False,
                    log_to_driver=False,
                    logging_level=logging.CRITICAL,
                    _node_ip_address=_LOOPBACK,
                    _temp_dir=str(self._folder),
                )
        except Exception as error:
            shutil.rmtree(self._folder, ignore_errors=True)
            raise ResourceError(
                f"No Ray cluster could be started on this machine: {_first_line(error)}",
                fix="--backend local",
            ) from error

    def _connect(self, address: str) -> None:
        try:
            self.ray.init(address, log_to_driver=False, logging_level=logging.CRITICAL)
        except Exception as error:
            raise NetworkError(
                f"No Ray cluster answers at {address!r}: {_first_line(error)}",
                fix="look whether it runs (`GRPC_ENABLE_FORK_SUPPORT=0 ray start --head` there) and whether it wants "
                "RAY_AUTH_MODE=token; `--backend ray` starts one on this machine",
            ) from error

    def _compare_versions(self) -> None:
        """Equal results need equal code on the workers.

        Raises:
            DependencyError: Kitae is missing on a worker, or is another version.
        """
        there = self.ray.get(self.ray.remote(_version_finder()).remote())
        if there != __version__:
            found = f"have Kitae {there}" if there else "do not have Kitae"
            raise DependencyError(
                f"The workers of the Ray cluster {found}; this machine has {__version__}.",
                fix=f'on every node of the cluster: `pip install "kitae[ray]=={__version__}"`',
            )


def _first_line(error: Exception) -> str:
    return next(iter(str(error).splitlines()), type(error).__name__)


def _version_finder() -> Any:  # noqa: ANN401
    def version_there() -> str:
        """Travels as code, so that it works where Kitae is missing."""
        from importlib.metadata import PackageNotFoundError, version

        try:
            return version("kitae")
        except PackageNotFoundError:
            return ""

    return version_there


def _closed() -> dict[str, str]:
    """How Ray listens to this machine alone, and there only to those that have the token.

    Ray reads this when it is imported; its processes inherit it.
    """
    return {
        "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0",
        "RAY_AUTH_MODE": "token",
        "RAY_AUTH_TOKEN": secrets.token_hex(32),
    }


def _short_folder() -> str | None:
    """Where sockets can be made: their paths have at most 107 characters."""
    return "/tmp" if len(tempfile.gettempdir()) > 30 and Path("/tmp").is_dir() else None


@contextmanager
def _same_modules() -> Generator[None]:
    """Processes that are started meanwhile find the modules that this one finds."""
    former = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = os.pathsep.join(str(Path(entry).absolute()) for entry in sys.path)
    try:
        yield
    finally:
        if former is None:
            del os.environ["PYTHONPATH"]
        else:
            os.environ["PYTHONPATH"] = former


@contextmanager
def _own_signals() -> Generator[None]:
    """Keep our answers to Ctrl-C and to a request to end: Ray puts its own in their place."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    former = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, answer in former.items():
            signal.signal(number, answer)
