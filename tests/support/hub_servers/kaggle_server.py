"""Datasets as Kaggle serves them: questions by POST, files by a redirect to a storage with ranges.

Kaggle's client knows no other address than Kaggle's own, so the server stands as an HTTP proxy before
`http://localhost` (KAGGLE_API_ENVIRONMENT=LOCALHOST with HTTP_PROXY).
"""

from __future__ import annotations

import base64
import hashlib
import io
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from support.hub_servers.serving import Answers, HubState, Request, running

SERVICE = "/api/v1/datasets.DatasetApiService/"
PAGE = 2


@dataclass
class KaggleDataset:
    """Versions of one dataset, oldest first; files whose names are in `packed` come as a zip."""

    versions: list[dict[str, bytes]]
    licence: str = "CC0: Public Domain"
    needs_key: tuple[str, str] | None = None
    packed: set[str] = field(default_factory=set)


@dataclass
class Kaggle(HubState):
    """The running site."""

    datasets: dict[str, KaggleDataset] = field(default_factory=dict)
    has_checksums: bool = True


@contextmanager
def kaggle_site(datasets: dict[str, KaggleDataset]) -> Iterator[Kaggle]:
    site = Kaggle(datasets=datasets)
    with running(site, _Site):
        yield site


def zipped(name: str, content: bytes) -> bytes:
    """A zip with one file, the same at every call."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        entry = zipfile.ZipInfo(name, (2024, 1, 1, 0, 0, 0))
        archive.writestr(entry, content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


class _Site(Answers):
    def answer(self, request: Request) -> None:
        if request.path.startswith("/storage/"):
            return self._stored(request)
        asked = request.body or {}
        dataset = self.state.datasets.get(f"{asked.get('ownerSlug')}/{asked.get('datasetSlug')}")
        if dataset is None:
            return self.send_json({"code": 404, "message": "Not found"}, 404)
        if dataset.needs_key and not _has_key(request, dataset.needs_key):
            return self.send_json({"code": 403, "message": "Permission denied"}, 403)
        question = request.path.removeprefix(SERVICE)
        if question == "GetDataset":
            return self.send_json(_about(dataset))
        version = int(asked.get("datasetVersionNumber") or len(dataset.versions))
        if version > len(dataset.versions):
            return self.send_json({"code": 404, "message": "No such version"}, 404)
        files = dataset.versions[version - 1]
        if question == "ListDatasetFiles":
            return self.send_json(_page(files, int(asked.get("pageToken") or 0)))
        path = asked["fileName"]
        if path not in files:
            return self.send_json({"code": 404, "message": "No such file"}, 404)
        name = f"{asked['ownerSlug']}/{asked['datasetSlug']}/{version}/{path}"
        ending = ".zip" if path in dataset.packed else ""
        return self.send_whole(b"", 302, {"Location": f"http://localhost/storage/{name}{ending}"})

    def _stored(self, request: Request) -> None:
        owner, name, version, *parts = request.path.removeprefix("/storage/").split("/")
        dataset = self.state.datasets[f"{owner}/{name}"]
        path = "/".join(parts)
        files = dataset.versions[int(version) - 1]
        content = files.get(path)
        if content is None:
            path = path.removesuffix(".zip")
            content = zipped(path.split("/")[-1], files[path])
        headers = {}
        if self.state.has_checksums:
            md5 = base64.b64encode(hashlib.md5(content, usedforsecurity=False).digest()).decode()
            headers = {"x-goog-hash": f"crc32c=AAAAAA==,md5={md5}"}
        return self.send_file(path, content, request, headers)


def _about(dataset: KaggleDataset) -> dict[str, Any]:
    return {
        "id": 1, "ref": "", "licenseName": dataset.licence, "totalBytes": 0,
        "currentVersionNumber": len(dataset.versions), "lastUpdated": "2024-01-01T00:00:00Z",
    }  # fmt: skip


def _page(files: dict[str, bytes], start: int) -> dict[str, Any]:
    listed = [
        {"name": path, "totalBytes": len(files[path]), "creationDate": "2024-01-01T00:00:00Z"}
        for path in sorted(files)
    ]
    more = str(start + PAGE) if start + PAGE < len(listed) else ""
    return {"datasetFiles": listed[start : start + PAGE], "nextPageToken": more}


def _has_key(request: Request, wanted: tuple[str, str]) -> bool:
    given = request.headers.get("authorization", "").removeprefix("Basic ")
    return given == base64.b64encode(":".join(wanted).encode()).decode()
