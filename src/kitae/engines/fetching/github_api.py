"""GitHub's REST and GraphQL interfaces, asked with patience. The token goes to GitHub's own hosts only."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import quote

from kitae.engines.fetching.asking import (
    NO_ANSWER,
    Answer,
    Asker,
    HubName,
    Patience,
    extra_missing,
    retry_after_s,
)
from kitae.engines.fetching.transfer import NOTHING_THERE, Body, ShortBodyError

if TYPE_CHECKING:
    import httpx

T = TypeVar("T")
PUBLIC_API = "https://api.github.com"
PUBLIC_RAW = "https://raw.githubusercontent.com"
HUB = HubName(
    name="GitHub",
    login="set GITHUB_TOKEN to a token of your account (it needs read access only)",
    mirror="another server is named with GITHUB_API_URL",
    page="the repository's page, {name} on GitHub",
)
TIMEOUT_S = 30.0
PAGE_SIZE = 100
CHUNK_BYTES = 2**16
_JSON = "application/vnd.github+json"


class GraphQLError(Exception):
    """GraphQL answers refusals with status 200 and a list of errors."""

    def __init__(self, kind: str, words: str) -> None:
        super().__init__(words)
        self.kind = kind


@dataclass(frozen=True)
class GitHubApi:
    """One GitHub server.

    Attributes:
        api_url: Address of the REST interface.
        raw_url: Address of raw files; None takes them through the REST interface.
        token: Credentials, None for none.
        patience: How long a busy server is waited for.
    """

    api_url: str
    raw_url: str | None
    token: str | None
    patience: Patience

    def json(self, name: str, what: str, path: str, params: Mapping[str, Any] | None = None) -> Any:  # noqa: ANN401
        """One REST answer."""
        return self._ask(name, what, lambda client: self._get(client, path, params, _JSON).json())

    def text(self, name: str, what: str, path: str, accept: str) -> str:
        """One REST answer in another form than JSON."""
        return self._ask(name, what, lambda client: self._get(client, path, None, accept).text)

    def pages(self, name: str, what: str, path: str, params: Mapping[str, Any]) -> Iterator[Any]:
        """Every entry of a list, asked for page by page as it is needed."""
        page = 1
        while True:
            asked = {**params, "per_page": PAGE_SIZE, "page": page}
            entries = self.json(name, what, path, asked)
            yield from entries
            if len(entries) < PAGE_SIZE:
                return
            page += 1

    def graphql(self, name: str, what: str, query: str, variables: Mapping[str, Any]) -> Any:  # noqa: ANN401
        """The data of one GraphQL answer."""
        return self._ask(name, what, lambda client: self._post_query(client, query, variables))

    def raw_file(self, name: str, commit: str, path: str, bring: Callable[[Any], None]) -> None:
        """Call `bring` with an opener of the file's body (see `transfer.continue_into`)."""

        @contextmanager
        def opened(start: int) -> Generator[Body]:
            headers = {"Accept-Encoding": "identity", "Accept": "application/vnd.github.raw+json"}
            if start:
                headers["Range"] = f"bytes={start}-"
            url = self._raw_address(name, commit, path)
            with self._client.stream("GET", url, headers=headers) as response:
                if response.status_code != NOTHING_THERE:
                    response.raise_for_status()
                told = {key.lower(): value for key, value in response.headers.items()}
                yield Body(response.status_code, told, response.iter_bytes(CHUNK_BYTES))

        self._ask(name, f"the file {path} of {name}", lambda _: bring(opened))

    def _raw_address(self, name: str, commit: str, path: str) -> str:
        if self.raw_url is not None:
            return f"{self.raw_url.rstrip('/')}/{name}/{commit}/{quote(path)}"
        return f"{self.api_url.rstrip('/')}/repos/{name}/contents/{quote(path)}?ref={commit}"

    def _get(
        self, client: httpx.Client, path: str, params: Mapping[str, Any] | None, accept: str
    ) -> httpx.Response:
        url = f"{self.api_url.rstrip('/')}/{path}"
        response = client.get(url, params=dict(params or {}), headers={"Accept": accept})
        return response.raise_for_status()

    def _post_query(self, client: httpx.Client, query: str, variables: Mapping[str, Any]) -> Any:  # noqa: ANN401
        url = f"{self.api_url.rstrip('/').removesuffix('/v3')}/graphql"
        body = {"query": query, "variables": dict(variables)}
        answer = client.post(url, json=body).raise_for_status().json()
        errors = answer.get("errors")
        if errors:
            raise GraphQLError(str(errors[0].get("type", "")), str(errors[0].get("message", "")))
        return answer["data"]

    @cached_property
    def _client(self) -> httpx.Client:
        try:
            import httpx
        except ImportError as error:
            raise extra_missing("httpx", error) from error
        headers = {"User-Agent": "kitae", "X-GitHub-Api-Version": "2022-11-28"}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        return httpx.Client(headers=headers, timeout=TIMEOUT_S, follow_redirects=True)

    def _ask(self, name: str, what: str, action: Callable[[httpx.Client], T]) -> T:
        client = self._client
        import httpx

        failures = (httpx.HTTPError, httpx.InvalidURL, GraphQLError, ShortBodyError)
        asker = Asker(HUB, self.patience, failures, _read_failure)
        return asker.ask(name, what, lambda: action(client))


def _read_failure(error: Exception) -> Answer:
    import httpx

    if isinstance(error, GraphQLError):
        return _read_graphql(error)
    if not isinstance(error, httpx.HTTPStatusError):
        return Answer(NO_ANSWER, f"{type(error).__name__}: {error}")
    headers = error.response.headers
    wait_s = retry_after_s(headers.get("Retry-After"), time.time())
    is_spent = headers.get("x-ratelimit-remaining") == "0"
    if is_spent and wait_s is None and headers.get("x-ratelimit-reset", "").isdigit():
        wait_s = max(0.0, float(headers["x-ratelimit-reset"]) - time.time())
    status = error.response.status_code
    is_limit = status in (403, 429) and (is_spent or "Retry-After" in headers)
    words = _message(error.response)
    if status == 422 and words.startswith("No commit found"):
        status = 404
    return Answer(status, words, wait_s, is_limit=is_limit)


def _read_graphql(error: GraphQLError) -> Answer:
    if error.kind == "RATE_LIMITED":
        return Answer(429, str(error), is_limit=True)
    return Answer({"NOT_FOUND": 404, "FORBIDDEN": 403}.get(error.kind, 400), str(error))


def _message(response: httpx.Response) -> str:
    """GitHub's own words, where the body is there and JSON."""
    try:
        content = response.json()
    except (ValueError, RuntimeError):
        return ""
    return str(content.get("message", "")) if isinstance(content, dict) else ""
