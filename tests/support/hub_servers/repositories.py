"""A repository of the tests: branches and tags that name commits, commits that hold files."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def git_sha1(content: bytes) -> str:
    blob = b"blob %d\0" % len(content) + content
    return hashlib.sha1(blob, usedforsecurity=False).hexdigest()


@dataclass
class Repository:
    """One repository of a hub.

    Attributes:
        commits: Commit -> its files.
        references: Branch or tag -> commit.
        licence: As the hub's pages tell it.
        needs_token: Nobody else may see it.
        is_gated: Everybody sees it, nobody gets a file.
    """

    commits: dict[str, dict[str, bytes]] = field(default_factory=dict)
    references: dict[str, str] = field(default_factory=dict)
    licence: str = ""
    needs_token: str | None = None
    is_gated: bool = False
    times: dict[str, int] = field(default_factory=dict)
    """Commit -> when it was made, counted up."""

    def commit(self, files: dict[str, bytes], branch: str = "main") -> str:
        """Make a commit on a branch; its name hangs on everything before it."""
        whole = repr((sorted(files.items()), len(self.commits))).encode()
        name = hashlib.sha1(whole, usedforsecurity=False).hexdigest()
        self.commits[name] = dict(files)
        self.times[name] = 1_700_000_000 + len(self.commits)
        self.references[branch] = name
        return name

    def resolve(self, revision: str) -> str | None:
        """The commit of a branch, tag or commit."""
        commit = self.references.get(revision, revision)
        return commit if commit in self.commits else None


def repository(files: dict[str, bytes], branch: str = "main", **words: object) -> Repository:
    """A repository with one commit."""
    made = Repository(**words)  # type: ignore[arg-type]
    made.commit(files, branch)
    return made
