"""Datasets as the Hugging Face hub serves them: info, tree in pages, resolve with ranges and etags."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import yaml

from support.hub_servers.repositories import Repository, git_sha1, sha256
from support.hub_servers.serving import Answers, HubState, Request, running

LFS = (".parquet", ".zip", ".gz")
PAGE = 3
"""Entries of one page of the tree, so small that pages are always needed."""


@dataclass
class HuggingFaceHub(HubState):
    """The running hub."""

    datasets: dict[str, Repository] = field(default_factory=dict)


@contextmanager
def huggingface_hub(datasets: dict[str, Repository]) -> Iterator[HuggingFaceHub]:
    hub = HuggingFaceHub(datasets=datasets)
    with running(hub, _Hub):
        yield hub


def etag(path: str, content: bytes) -> str:
    """sha256 for what stands in large file storage, git's sha1 for the rest."""
    return sha256(content) if path.endswith(LFS) else git_sha1(content)


class _Hub(Answers):
    def answer(self, request: Request) -> None:
        is_api = request.path.startswith("/api/datasets/")
        rest = request.path.removeprefix("/api").removeprefix("/datasets/")
        owner, name, *more = rest.split("/")
        dataset: Repository | None = self.state.datasets.get(f"{owner}/{name}")
        if dataset is None:
            return self._refuse(404, "RepoNotFound", "Repository not found")
        if dataset.needs_token and request.token != dataset.needs_token:
            return self._refuse(401, "RepoNotFound", "Invalid username or password.")
        if dataset.is_gated and not is_api:
            return self._refuse(403, "GatedRepo", f"Access to dataset {owner}/{name} is restricted")
        kind, revision, path = _split(more, dataset)
        commit = dataset.resolve(revision)
        if commit is None:
            return self._refuse(404, "RevisionNotFound", "Invalid rev id")
        files = dataset.commits[commit]
        if not is_api:
            return self._file(files, path, commit, request)
        if kind == "tree":
            return self._tree(files, request)
        return self.send_json(_info(f"{owner}/{name}", commit, files))

    def _file(self, files: dict[str, bytes], path: str, commit: str, request: Request) -> None:
        if path not in files:
            return self._refuse(404, "EntryNotFound", "Entry not found")
        told = {"ETag": f'"{etag(path, files[path])}"', "X-Repo-Commit": commit}
        return self.send_file(path, files[path], request, told)

    def _tree(self, files: dict[str, bytes], request: Request) -> None:
        entries = [_entry(path, content) for path, content in sorted(files.items())]
        start = int(request.query.get("cursor", "0"))
        headers = {}
        if start + PAGE < len(entries):
            url = f"{self.state.url}{request.path}?recursive=true&cursor={start + PAGE}"
            headers = {"Link": f'<{url}>; rel="next"'}
        return self.send_json(entries[start : start + PAGE], headers=headers)

    def _refuse(self, status: int, code: str, message: str) -> None:
        headers = {"X-Error-Code": code, "X-Error-Message": message}
        return self.send_json({"error": message}, status, headers)


def _split(more: list[str], dataset: Repository) -> tuple[str, str, str]:
    """(kind, revision, path): a revision may hold slashes, as `refs/convert/parquet` does."""
    if not more:
        return "", "main", ""
    kind, rest = more[0], "/".join(more[1:])
    for known in (*dataset.references, *dataset.commits):
        if rest == known or rest.startswith(f"{known}/"):
            return kind, known, rest[len(known) + 1 :]
    return kind, rest.split("/")[0], "/".join(rest.split("/")[1:])


def _entry(path: str, content: bytes) -> dict[str, Any]:
    entry = {"type": "file", "path": path, "size": len(content), "oid": git_sha1(content)}
    if path.endswith(LFS):
        entry["lfs"] = {"oid": sha256(content), "size": len(content), "pointerSize": 134}
    return entry


def _info(name: str, commit: str, files: dict[str, bytes]) -> dict[str, Any]:
    card = files.get("README.md", b"").decode()
    front = yaml.safe_load(card.split("---")[1]) if card.startswith("---") else {}
    return {
        "id": name,
        "sha": commit,
        "cardData": front,
        "tags": [f"license:{front['license']}"] if isinstance(front.get("license"), str) else [],
        "siblings": [{"rfilename": path} for path in sorted(files)],
        "private": False, "gated": False, "disabled": False, "downloads": 0, "likes": 0,
    }  # fmt: skip
