"""Datasets as ModelScope serves them: metadata, tree in pages, files with ranges."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from support.hub_servers.repositories import Repository, sha256
from support.hub_servers.serving import Answers, HubState, Request, running


@dataclass
class ModelScope(HubState):
    """The running hub."""

    datasets: dict[str, Repository] = field(default_factory=dict)


@contextmanager
def modelscope_hub(datasets: dict[str, Repository]) -> Iterator[ModelScope]:
    hub = ModelScope(datasets=datasets)
    with running(hub, _Hub):
        yield hub


class _Hub(Answers):
    def answer(self, request: Request) -> None:
        path = request.path.removeprefix("/openapi/v1").removeprefix("/api/v1")
        _, kind, owner, name, *more = path.split("/")
        dataset: Repository | None = self.state.datasets.get(f"{owner}/{name}")
        if kind != "datasets" or dataset is None:
            return self.send_json({"Code": 10010205001, "Message": "dataset not exist"}, 404)
        if dataset.needs_token and request.token != dataset.needs_token:
            return self.send_json({"Code": 10010104001, "Message": "please login"}, 403)
        if not more:
            data = {"id": f"{owner}/{name}", "license": dataset.licence, "private": False}
            return self.send_json({"success": True, "data": data, "Data": data, "Code": 200})
        commit = dataset.resolve(request.query.get("Revision", "master"))
        if commit is None:
            return self.send_json({"Code": 10010205002, "Message": "revision not exist"}, 404)
        if more == ["repo", "tree"]:
            return self._tree(dataset, commit, request)
        return self._file(dataset.commits[commit], request)

    def _tree(self, dataset: Repository, commit: str, request: Request) -> None:
        size, page = int(request.query["PageSize"]), int(request.query["PageNumber"])
        entries = _entries(dataset, commit)[size * (page - 1) : size * page]
        return self.send_json({"Code": 200, "Data": {"Files": entries, "TotalCount": len(entries)}})

    def _file(self, files: dict[str, bytes], request: Request) -> None:
        path = request.query["FilePath"]
        if path not in files:
            return self.send_json({"Code": 10010205003, "Message": "file not exist"}, 404)
        return self.send_file(path, files[path], request)


def _entries(dataset: Repository, commit: str) -> list[dict[str, Any]]:
    """Files with the commit that touched them last, as the hub tells it, and their folders."""
    order = sorted(dataset.commits, key=dataset.times.__getitem__)
    before = order[: order.index(commit) + 1]
    entries: list[dict[str, Any]] = []
    for path, content in sorted(dataset.commits[commit].items()):
        touched = before[0]
        for earlier, later in pairwise(before):
            if dataset.commits[earlier].get(path) != dataset.commits[later].get(path):
                touched = later
        entries.append({
            "Path": path, "Name": path.split("/")[-1], "Type": "blob", "Size": len(content),
            "Sha256": sha256(content), "Revision": touched, "CommittedDate": dataset.times[touched],
        })  # fmt: skip
    folders = sorted({entry["Path"].rpartition("/")[0] for entry in entries} - {""})
    return [
        {"Path": f, "Name": f, "Type": "tree", "Size": 0, "Sha256": ""} for f in folders
    ] + entries
