"""Repositories as GitHub serves them: REST for trees, licence, issues; raw files; GraphQL for discussions."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from support.hub_servers.repositories import Repository, git_sha1
from support.hub_servers.serving import Answers, HubState, Request, running


@dataclass
class GitHub(HubState):
    """The running server: `threads` and `discussions` are lists in the interface's own words."""

    repositories: dict[str, Repository] = field(default_factory=dict)
    issues: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    comments: dict[tuple[str, int], list[dict[str, Any]]] = field(default_factory=dict)
    discussions: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    largest_tree: int = 1000


@contextmanager
def github_server(repositories: dict[str, Repository]) -> Iterator[GitHub]:
    server = GitHub(repositories=repositories)
    with running(server, _Server):
        yield server


class _Server(Answers):
    def answer(self, request: Request) -> None:
        if request.path == "/graphql":
            return self._graphql(request)
        parts = request.path.strip("/").split("/")
        is_raw = parts[0] == "raw"
        name = "/".join(parts[1:3])
        repository: Repository | None = self.state.repositories.get(name)
        if repository is None:
            return self.send_json({"message": "Not Found"}, 404)
        if repository.needs_token and request.token != repository.needs_token:
            status = 401 if request.token else 404
            return self.send_json({"message": "Bad credentials"}, status)
        rest = parts[3:]
        if is_raw:
            return self._file(repository, rest[0], "/".join(rest[1:]), request)
        if not rest:
            licence = {"spdx_id": repository.licence, "name": repository.licence}
            return self.send_json({"default_branch": "main", "license": licence})
        return self._rest(name, repository, rest, request)

    def _rest(self, name: str, repository: Repository, rest: list[str], request: Request) -> None:
        if rest[0] == "contents":
            return self._file(repository, request.query["ref"], "/".join(rest[1:]), request)
        if rest[0] == "license":
            if not repository.licence:
                return self.send_json({"message": "Not Found"}, 404)
            return self.send_json({"license": {"spdx_id": repository.licence, "name": "A licence"}})
        if rest[0] == "issues":
            return self._issues(name, rest[1:], request)
        commit = repository.resolve("/".join(rest[1:] if rest[0] == "commits" else rest[2:]))
        if rest[0] == "commits":
            if commit is None:
                return self.send_json({"message": "No commit found for SHA"}, 422)
            return self.send_whole(commit.encode(), 200, {"Content-Type": "text/plain"})
        return self._tree(repository, rest[2], request)

    def _tree(self, repository: Repository, sha: str, request: Request) -> None:
        for files in repository.commits.values():
            for folder in _folders(files):
                if sha == _folder_sha(folder, files):
                    return self.send_json({"tree": _branch(folder, files), "truncated": False})
        commit = repository.resolve(sha)
        if commit is None:
            return self.send_json({"message": "Not Found"}, 404)
        files = repository.commits[commit]
        if "recursive" not in request.query:
            return self.send_json({"tree": _branch("", files), "truncated": False})
        whole = [_blob(path, content) for path, content in sorted(files.items())]
        is_cut = len(whole) > self.state.largest_tree
        return self.send_json({"tree": whole[: self.state.largest_tree], "truncated": is_cut})

    def _file(self, repository: Repository, revision: str, path: str, request: Request) -> None:
        commit = repository.resolve(revision)
        if commit is None or path not in repository.commits[commit]:
            return self.send_json({"message": "Not Found"}, 404)
        return self.send_file(path, repository.commits[commit][path], request)

    def _issues(self, name: str, rest: list[str], request: Request) -> None:
        issues = self.state.issues.get(name, [])
        if len(rest) == 2:
            listed = self.state.comments.get((name, int(rest[0])), [])
        elif rest:
            found = [issue for issue in issues if issue["number"] == int(rest[0])]
            return self.send_json(found[0]) if found else self.send_json({"message": "Gone"}, 410)
        else:
            key = "updated_at" if request.query["sort"] == "updated" else "created_at"
            listed = sorted(issues, key=lambda issue: issue[key], reverse=True)
        size, page = int(request.query["per_page"]), int(request.query.get("page", "1"))
        return self.send_json(listed[size * (page - 1) : size * page])

    def _graphql(self, request: Request) -> None:
        if not request.token:
            return self.send_json(
                {"message": "This endpoint requires you to be authenticated."}, 401
            )
        asked = request.body["variables"]
        name = f"{asked['owner']}/{asked['name']}"
        if name not in self.state.repositories:
            missing = {"type": "NOT_FOUND", "message": f"Could not resolve to {name}"}
            return self.send_json({"data": {"repository": None}, "errors": [missing]})
        found = self.state.discussions.get(name, [])
        if "number" in asked:
            thread = next(t for t in found if t["number"] == asked["number"])
            start = int(asked.get("after") or 0)
            page = _connection(thread["comments"], start, 1)
            return self._data({"discussion": {**thread, "comments": page}})
        if "UPDATED_AT" in request.body["query"]:
            newest = max(found, key=lambda t: t["updatedAt"], default=None)
            return self._data({"discussions": {"nodes": [newest] if newest else []}})
        ordered = sorted(found, key=lambda t: t["createdAt"], reverse=True)
        return self._data({"discussions": _connection(ordered, int(asked.get("after") or 0), 1)})

    def _data(self, repository: dict[str, Any]) -> None:
        return self.send_json({"data": {"repository": repository}})


def _connection(nodes: list[Any], start: int, size: int) -> dict[str, Any]:
    """A page of a GraphQL list; of one entry, so that pages are always needed."""
    has_more = start + size < len(nodes)
    page_info = {"hasNextPage": has_more, "endCursor": str(start + size)}
    return {"pageInfo": page_info, "nodes": nodes[start : start + size]}


def _blob(path: str, content: bytes) -> dict[str, Any]:
    return {
        "path": path, "type": "blob", "mode": "100644", "size": len(content), "sha": git_sha1(content),
    }  # fmt: skip


def _folders(files: dict[str, bytes]) -> set[str]:
    return {
        "/".join(path.split("/")[:depth])
        for path in files
        for depth in range(1, path.count("/") + 1)
    }


def _folder_sha(folder: str, files: dict[str, bytes]) -> str:
    inside = repr((folder, sorted(p for p in files if p.startswith(f"{folder}/"))))
    return hashlib.sha1(inside.encode(), usedforsecurity=False).hexdigest()


def _branch(folder: str, files: dict[str, bytes]) -> list[dict[str, Any]]:
    """Direct children of a folder, by their own names."""
    above = f"{folder}/" if folder else ""
    blobs = [
        _blob(path[len(above) :], content)
        for path, content in sorted(files.items())
        if path.startswith(above) and "/" not in path[len(above) :]
    ]
    trees = [
        {"path": child[len(above) :], "type": "tree", "sha": _folder_sha(child, files)}
        for child in sorted(_folders(files))
        if child.startswith(above) and child != folder and "/" not in child[len(above) :]
    ]
    return blobs + trees
