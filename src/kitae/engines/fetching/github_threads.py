"""Issues and discussions of a repository as Markdown, one file per thread.

Who wrote what is left out: no names, and `@name` of those who took part becomes `@user`; only the part that a
writer plays stays (author, maintainer), which tells answers from questions. Bots are left out. Comments
that templates put into the text are left out too.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from kitae.core.errors import NotFoundError
from kitae.engines.fetching.github_api import GitHubApi
from kitae.engines.fetching.ledger import Listing, RemoteFile
from kitae.engines.fetching.licences import UNKNOWN
from kitae.records.source import GitHubSource, Pin

MAINTAINERS = frozenset({"OWNER", "MEMBER", "COLLABORATOR"})
_TEMPLATE_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_CODE = re.compile(r"(```.*?(?:```|\Z)|`[^`\n]*`)", re.DOTALL)

_NEWEST = """query($owner: String!, $name: String!) { repository(owner: $owner, name: $name) {
  discussions(first: 1, orderBy: {field: UPDATED_AT, direction: DESC}) { nodes { updatedAt } } } }"""
_LIST = """query($owner: String!, $name: String!, $after: String) {
  repository(owner: $owner, name: $name) {
    discussions(first: 100, after: $after, orderBy: {field: CREATED_AT, direction: DESC}) {
      pageInfo { hasNextPage endCursor } nodes { number createdAt } } } }"""
_WRITER = "body createdAt authorAssociation author { login __typename }"
_THREAD = """query($owner: String!, $name: String!, $number: Int!, $after: String) {
  repository(owner: $owner, name: $name) { discussion(number: $number) { title WRITER
    comments(first: 50, after: $after) { pageInfo { hasNextPage endCursor }
      nodes { isAnswer WRITER replies(first: 100) { nodes { isAnswer WRITER } } } } } } }""".replace(
    "WRITER", _WRITER
)


@dataclass(frozen=True)
class Post:
    """One text of a thread.

    Attributes:
        body: Markdown.
        created: ISO 8601 time in UTC.
        login: Who wrote it, only to find the name in the texts; empty for deleted accounts.
        association: The writer's part in the repository, in GitHub's words.
        is_bot: Whether a program wrote it.
        is_answer: Whether it was chosen as the answer.
    """

    body: str
    created: str
    login: str = ""
    association: str = ""
    is_bot: bool = False
    is_answer: bool = False


def pin_threads(api: GitHubApi, source: GitHubSource, repository_licence: str) -> Pin:
    """The time of the newest change of any thread: the same state gives the same pin.

    What people write in threads is theirs: the repository's licence does not cover it.
    """
    name = source.github
    newest = _newest_issue(api, name) if source.take == "issues" else _newest_discussion(api, name)
    if not newest:
        raise NotFoundError(
            f"{name} has no {source.take}.",
            where=name,
            fix="take `files`, `issues` or `discussions` of another repository",
        )
    covers = f" (its licence is {repository_licence})" if repository_licence else ""
    terms = f"texts of users of GitHub; the licence of the repository does not cover them{covers}"
    return Pin(revision=newest, licence=UNKNOWN, terms=terms)


@dataclass(frozen=True)
class Threads:
    """The issues or discussions of one repository, as written up to a pin."""

    api: GitHubApi
    name: str
    take: str
    pin: Pin

    def listing(self, max_threads: int) -> Callable[[Path], Listing]:
        """A function that lists the newest threads that were there at the pin."""

        def listed(_: Path) -> Listing:
            numbers = self._issues() if self.take == "issues" else self._discussions()
            files: list[RemoteFile] = []
            for number, created in numbers:
                if len(files) == max_threads:
                    break
                if created <= self.pin.revision:
                    files.append(RemoteFile(path=f"{self.take}/{number}.md"))
            return Listing(files=tuple(files))

        return listed

    def download(self, file: RemoteFile, partial: Path, on_bytes: Callable[[int], None]) -> Path:
        """One thread as Markdown, in the partial folder."""
        number = int(PurePosixPath(file.path).stem)
        is_issue = self.take == "issues"
        title, posts = self._issue(number) if is_issue else self._discussion(number)
        content = as_markdown(title, [p for p in posts if p.created <= self.pin.revision])
        path = partial / file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode())
        on_bytes(len(content))
        return path

    def _issues(self) -> Iterable[tuple[int, str]]:
        params = {"state": "all", "sort": "created", "direction": "desc"}
        pages = self.api.pages(
            self.name, f"the issues of {self.name}", f"repos/{self.name}/issues", params
        )
        return ((i["number"], i["created_at"]) for i in pages if "pull_request" not in i)

    def _discussions(self) -> Iterable[tuple[int, str]]:
        after: str | None = None
        while True:
            what = f"the discussions of {self.name}"
            found = _query(self.api, self.name, what, _LIST, {"after": after})["discussions"]
            yield from ((node["number"], node["createdAt"]) for node in found["nodes"])
            after = found["pageInfo"]["endCursor"]
            if not found["pageInfo"]["hasNextPage"]:
                return

    def _issue(self, number: int) -> tuple[str, list[Post]]:
        path = f"repos/{self.name}/issues/{number}"
        what = f"issue {number} of {self.name}"
        issue = self.api.json(self.name, what, path)
        posts = [_rest_post(issue)]
        if issue.get("comments"):
            comments = self.api.pages(self.name, what, f"{path}/comments", {})
            posts += [_rest_post(comment) for comment in comments]
        return str(issue["title"]), posts

    def _discussion(self, number: int) -> tuple[str, list[Post]]:
        after: str | None = None
        posts: list[Post] = []
        while True:
            what = f"discussion {number} of {self.name}"
            asked = {"number": number, "after": after}
            thread = _query(self.api, self.name, what, _THREAD, asked)["discussion"]
            posts = posts or [_graphql_post(thread)]
            for node in thread["comments"]["nodes"]:
                posts.append(_graphql_post(node))
                posts += [_graphql_post(reply) for reply in node["replies"]["nodes"]]
            after = thread["comments"]["pageInfo"]["endCursor"]
            if not thread["comments"]["pageInfo"]["hasNextPage"]:
                return str(thread["title"]), posts


def as_markdown(title: str, posts: list[Post]) -> str:
    """A thread as one document: title, first text, then every reply in order under its own heading."""
    logins = sorted({post.login for post in posts if post.login}, key=len, reverse=True)
    people = [post for post in posts[1:] if not post.is_bot]
    opener = posts[0] if posts else Post("", "")
    parts = [f"# {_clean(title, logins)}", _clean(opener.body, logins)]
    for number, post in enumerate(people, 1):
        parts += [f"## Reply {number}{_part(post, opener)}", _clean(post.body, logins)]
    return "\n\n".join(part for part in parts if part) + "\n"


def _part(post: Post, opener: Post) -> str:
    parts = [
        "author" if post.login and post.login == opener.login else "",
        "maintainer" if post.association in MAINTAINERS else "",
        "chosen answer" if post.is_answer else "",
    ]
    told = ", ".join(part for part in parts if part)
    return f" ({told})" if told else ""


def _clean(text: str, logins: list[str]) -> str:
    """Text without template comments and names; code is left as it is."""
    pieces = _CODE.split(text.replace("\r\n", "\n").replace("\r", "\n"))
    return "".join(
        piece if number % 2 else _without_names(_TEMPLATE_COMMENT.sub("", piece), logins)
        for number, piece in enumerate(pieces)
    ).strip()


def _without_names(text: str, logins: list[str]) -> str:
    for login in logins:
        text = re.sub(rf"@{re.escape(login)}(?![\w-])", "@user", text, flags=re.IGNORECASE)
    return text


def _rest_post(entry: Mapping[str, Any]) -> Post:
    user: Mapping[str, Any] = entry.get("user") or {}
    return Post(
        body=str(entry.get("body") or ""),
        created=str(entry["created_at"]),
        login=str(user.get("login", "")),
        association=str(entry.get("author_association", "")),
        is_bot=user.get("type") == "Bot",
    )


def _graphql_post(node: Mapping[str, Any]) -> Post:
    author: Mapping[str, Any] = node.get("author") or {}
    return Post(
        body=str(node.get("body") or ""),
        created=str(node["createdAt"]),
        login=str(author.get("login", "")),
        association=str(node.get("authorAssociation", "")),
        is_bot=author.get("__typename") == "Bot",
        is_answer=bool(node.get("isAnswer")),
    )


def _newest_issue(api: GitHubApi, name: str) -> str:
    params = {"state": "all", "sort": "updated", "direction": "desc", "per_page": 1}
    found = api.json(name, f"the issues of {name}", f"repos/{name}/issues", params)
    return str(found[0]["updated_at"]) if found else ""


def _newest_discussion(api: GitHubApi, name: str) -> str:
    found = _query(api, name, f"the discussions of {name}", _NEWEST, {})["discussions"]["nodes"]
    return str(found[0]["updatedAt"]) if found else ""


def _query(api: GitHubApi, name: str, what: str, query: str, more: Mapping[str, Any]) -> Any:  # noqa: ANN401
    owner, _, repository = name.partition("/")
    return api.graphql(name, what, query, {"owner": owner, "name": repository, **more})[
        "repository"
    ]
