"""Repositories of GitHub: data files of a pinned commit, or issues and discussions as documents."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from kitae.core.errors import DataError, NotFoundError
from kitae.engines.fetching.asking import offline
from kitae.engines.fetching.bringing import Job, Machine, bring, refused
from kitae.engines.fetching.choosing import is_material, is_readable, matching
from kitae.engines.fetching.github_api import HUB, PUBLIC_API, PUBLIC_RAW, GitHubApi
from kitae.engines.fetching.github_threads import Threads, pin_threads
from kitae.engines.fetching.ledger import COMMIT, Listing, RemoteFile
from kitae.engines.fetching.licences import UNKNOWN, read_licence
from kitae.engines.fetching.transfer import continue_into
from kitae.records.source import Fetched, GitHubSource, Pin, RemoteSource

SYMLINK = "120000"
ATTRIBUTES = ".gitattributes"


class GitHubRepositories:
    """Fetches repositories; implements `Fetcher` for `github:` sources."""

    def __init__(
        self,
        *,
        api_url: str = PUBLIC_API,
        raw_url: str | None = None,
        token: str | None = None,
        is_offline: bool = False,
        machine: Machine | None = None,
    ) -> None:
        """Remember how to reach the server; nothing is loaded or asked yet.

        Args:
            api_url: Address of the REST interface, GITHUB_API_URL for another server.
            raw_url: Address of raw files. None: GitHub's own for GitHub itself, and for another server
                the REST interface.
            token: Credentials, GITHUB_TOKEN or GH_TOKEN; None asks as nobody, 60 questions an hour.
            is_offline: Ask nobody: only folders that are whole are of use then.
            machine: Patience, clock and disk.
        """
        self._machine = machine or Machine()
        self._is_offline = is_offline
        if raw_url is None and api_url.rstrip("/") == PUBLIC_API:
            raw_url = PUBLIC_RAW
        self._api = GitHubApi(api_url, raw_url, token, self._machine.patience)

    def pin(self, source: RemoteSource) -> Pin:
        """The commit, or for threads the time of the newest change; with the licence."""
        assert isinstance(source, GitHubSource)
        name = source.github
        if self._is_offline:
            return _offline_pin(source)
        repository = self._api.json(name, f"the repository {name}", f"repos/{name}")
        if source.take != "files":
            return pin_threads(self._api, source, _licence_name(repository))
        revision = source.revision or str(repository["default_branch"])
        commit = self._api.text(
            name,
            f"the revision {revision!r} of {name}",
            f"repos/{name}/commits/{quote(revision, safe='')}",
            "application/vnd.github.sha",
        )
        licence, terms = self._licence(name, commit.strip())
        return Pin(revision=commit.strip(), licence=licence, terms=terms)

    def fetch(
        self,
        source: RemoteSource,
        pin: Pin,
        folder: Path,
        on_progress: Callable[[int, int], None] = lambda done, total: None,  # noqa: ARG005
    ) -> Fetched:
        """The data files of the commit, or the threads as they were written up to the pin."""
        assert isinstance(source, GitHubSource)
        threads = Threads(self._api, source.github, source.take, pin)
        files = _Files(self._api, source, pin)
        is_files = source.take == "files"
        return bring(
            Job(
                hub=HUB,
                name=source.github,
                selection=_selection(source),
                pin=pin,
                folder=folder,
                list_files=files.listing if is_files else threads.listing(source.max_threads),
                download=files.download if is_files else threads.download,
                on_progress=on_progress,
                is_offline=self._is_offline,
                machine=self._machine,
            )
        )

    def _licence(self, name: str, commit: str) -> tuple[str, str]:
        what = f"the licence of {name}"
        try:
            found = self._api.json(name, what, f"repos/{name}/license", {"ref": commit})
        except NotFoundError:
            return UNKNOWN, ""
        return read_licence(_licence_name(found))


@dataclass(frozen=True)
class _Files:
    """The data files of one commit."""

    api: GitHubApi
    source: GitHubSource
    pin: Pin

    def listing(self, partial: Path) -> Listing:
        """The wanted files; what lies in large file storage is refused by name."""
        name = self.source.github
        entries = {entry["path"]: entry for entry in self._tree()}
        large = (
            _large_file_patterns(self._text(ATTRIBUTES, partial)) if ATTRIBUTES in entries else []
        )
        wanted, left_out = self._wanted(list(entries))
        in_storage = set(matching(wanted, large))
        files = [
            RemoteFile(path=path, bytes=entries[path]["size"], git_sha1=entries[path]["sha"])
            for path in sorted(wanted)
            if path not in in_storage
        ]
        refusals = [refused(name, self.pin, path, "not_readable") for path in sorted(left_out)]
        refusals += [refused(name, self.pin, path, "git_lfs") for path in sorted(in_storage)]
        if not files:
            raise self._nothing(list(entries), in_storage)
        return Listing(files=tuple(files), refused=tuple(refusals))

    def download(self, file: RemoteFile, partial: Path, on_bytes: Callable[[int], None]) -> Path:
        """One file, in the partial folder; a part of an earlier try is continued."""
        part = partial / f"{file.path}.part"
        self.api.raw_file(
            self.source.github,
            self.pin.revision,
            file.path,
            lambda opened: continue_into(part, opened, on_bytes, file.bytes),
        )
        return part

    def _wanted(self, paths: Sequence[str]) -> tuple[list[str], list[str]]:
        if not self.source.files:
            return [path for path in paths if is_material(path)], []
        named = matching(paths, self.source.files)
        return [p for p in named if is_readable(p)], [p for p in named if not is_readable(p)]

    def _tree(self) -> list[dict[str, Any]]:
        """Every file of the commit; a tree too large for one answer is asked for folder by folder."""
        whole = self._branch(self.pin.revision, {"recursive": "1"})
        if not whole.get("truncated"):
            return [entry for entry in whole["tree"] if _is_file(entry)]
        files: list[dict[str, Any]] = []
        waiting = [("", self.pin.revision)]
        while waiting:
            above, sha = waiting.pop()
            for entry in self._branch(sha, {})["tree"]:
                path = f"{above}{entry['path']}"
                if entry["type"] == "tree":
                    waiting.append((f"{path}/", entry["sha"]))
                elif _is_file(entry):
                    files.append({**entry, "path": path})
        return files

    def _branch(self, sha: str, params: Mapping[str, Any]) -> dict[str, Any]:
        name = self.source.github
        path = f"repos/{name}/git/trees/{sha}"
        return self.api.json(name, f"the list of files of {name}", path, params)

    def _text(self, path: str, partial: Path) -> str:
        got = self.download(RemoteFile(path=path), partial, lambda _: None)
        text = got.read_text("utf-8", "replace")
        got.unlink()
        return text

    def _nothing(self, paths: Sequence[str], in_storage: set[str]) -> Exception:
        name = self.source.github
        if in_storage:
            return DataError(
                f"The wanted files of {name} lie in git's large file storage, which Kitae does not ask.",
                where=name,
                fix=f"clone it with `git lfs` and name the local folder, e.g. {min(in_storage)}",
            )
        asked = f" that match {', '.join(self.source.files)}" if self.source.files else ""
        example = f", e.g. {min(paths)}" if paths else ""
        return NotFoundError(
            f"{name} has no files{asked} that can be read as rows or documents ({len(paths)} files"
            f"{example}).",
            where=f"{name}@{self.pin.revision}",
            fix="name others in `files`, e.g. `data/*.jsonl`; `**` goes through all folders",
        )


def _selection(source: GitHubSource) -> dict[str, object]:
    if source.take == "files":
        return {"take": source.take, "files": list(source.files)}
    return {"take": source.take, "max_threads": source.max_threads}


def _is_file(entry: Mapping[str, Any]) -> bool:
    return entry["type"] == "blob" and entry.get("mode") != SYMLINK


def _large_file_patterns(attributes: str) -> list[str]:
    """Patterns of `.gitattributes` whose files are pointers into large file storage."""
    lines = [line.split() for line in attributes.splitlines() if "filter=lfs" in line.split()]
    names = [words[0].lstrip("/") for words in lines if not words[0].startswith("#")]
    return [name if "/" in name else f"**/{name}" for name in names]


def _licence_name(found: Mapping[str, Any]) -> str:
    """SPDX id that GitHub told, else the licence's own name."""
    licence: Any = found.get("license") or {}
    spdx = str(licence.get("spdx_id") or "")
    return spdx if spdx not in ("", "NOASSERTION") else str(licence.get("name") or "")


def _offline_pin(source: GitHubSource) -> Pin:
    if source.take == "files" and source.revision and COMMIT.fullmatch(source.revision):
        return Pin(revision=source.revision)
    raise offline(
        HUB,
        source.github,
        f"revision {source.revision or 'of the default branch'}",
        "run once where there is a network; what was pinned then is kept",
    )
