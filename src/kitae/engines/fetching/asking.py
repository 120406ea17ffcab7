"""Asking a hub: bounded patience with a busy one, and refusals told so that people can mend them."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import TypeVar

from kitae.core.errors import DependencyError, KitaeError, NetworkError, NotFoundError

T = TypeVar("T")
NO_ANSWER = 0
"""The status of an answer that never came: no connection, a time-out, a broken one."""
BUSY = frozenset({NO_ANSWER, 408, 425, 429, 500, 502, 503, 504})


@dataclass(frozen=True)
class HubName:
    """What error texts say of a hub.

    Attributes:
        name: As people call it.
        login: How to give it credentials, as a command or setting.
        mirror: How another address is named.
        page: Where a person looks at a source; `{name}` stands for `owner/name`.
    """

    name: str
    login: str
    mirror: str
    page: str


@dataclass(frozen=True)
class Answer:
    """An answer that is no success.

    Attributes:
        status: HTTP status, `NO_ANSWER` where none came.
        words: What the server or the connection said.
        retry_after_s: How long the server asks to wait.
        is_limit: Whether a limit on requests was met (some servers say 403 then).
        is_gated: Whether somebody has to accept terms first.
    """

    status: int
    words: str = ""
    retry_after_s: float | None = None
    is_limit: bool = False
    is_gated: bool = False


@dataclass(frozen=True)
class Patience:
    """How long a busy hub is waited for.

    Attributes:
        tries: How often it is asked at most.
        first_wait_s: First pause; each later one is twice as long.
        longest_wait_s: No single pause is longer; a hub that asks for more is given up at once.
        sleep: Waits; tests hand in one that does not.
    """

    tries: int = 5
    first_wait_s: float = 1.0
    longest_wait_s: float = 60.0
    sleep: Callable[[float], None] = time.sleep

    def pause_s(self, attempt: int, answer: Answer) -> float | None:
        """Seconds until the next try after this one (1, 2, ...), or None to give up."""
        is_busy = answer.status in BUSY or answer.is_limit
        if not is_busy or attempt >= self.tries:
            return None
        if answer.retry_after_s is not None:
            wanted = answer.retry_after_s
            return wanted if wanted <= self.longest_wait_s else None
        return min(self.longest_wait_s, self.first_wait_s * 2.0 ** (attempt - 1))


@dataclass(frozen=True)
class Asker:
    """Asks one hub, with patience.

    Attributes:
        hub: Names for error texts.
        patience: How long a busy hub is waited for.
        failures: What the hub's client raises.
        read: Such an exception -> what the hub answered; None when it is about something else.
    """

    hub: HubName
    patience: Patience
    failures: tuple[type[Exception], ...]
    read: Callable[[Exception], Answer | None]

    def ask(self, name: str, what: str, action: Callable[[], T]) -> T:
        """What the action returns, tried again while the hub is busy.

        Args:
            name: `owner/name`.
            what: What was asked for, for people, e.g. `the dataset owner/name` or `a file`.
            action: One request.

        Raises:
            NetworkError: The hub cannot be reached, refuses, or stays busy.
            NotFoundError: It has nothing of that name.
        """
        attempt = 1
        while True:
            try:
                return action()
            except self.failures as error:
                answer = self.read(error)
                if answer is None:
                    raise
                pause_s = self.patience.pause_s(attempt, answer)
                if pause_s is None:
                    raise refusal(self.hub, name, what, answer) from error
            self.patience.sleep(pause_s)
            attempt += 1


def refusal(hub: HubName, name: str, what: str, answer: Answer) -> KitaeError:
    """The error that an answer becomes: what, where, and how to mend it."""
    page = hub.page.format(name=name)
    said = f" It said: {first_line(answer.words)}" if answer.words else ""
    if answer.is_limit or answer.status == 429:
        return NetworkError(
            f"{hub.name} takes no more requests for now ({_wait(answer)}).{said}",
            where=name,
            fix=f"wait and type the same command again, what was fetched is kept; with credentials "
            f"the limit is higher: {hub.login}",
        )
    if answer.is_gated:
        return NetworkError(
            f"{hub.name} gives {what} only to those who accepted its terms.",
            where=page,
            fix=f"accept the terms on that page, then {hub.login}",
        )
    if answer.status in (401, 403):
        return NetworkError(
            f"{hub.name} refuses {what} (status {answer.status}): it is private or does not exist, "
            f"or the credentials are missing or wrong.{said}",
            where=page,
            fix=f"look for a typing error; for a private source {hub.login}",
        )
    if answer.status in (404, 410, 451):
        return NotFoundError(
            f"{hub.name} has no such thing: {what} (status {answer.status}).{said}",
            where=page,
            fix=f"look for a typing error in its name and revision; if it is private, {hub.login}",
        )
    return _unreachable(hub, name, what, answer)


def offline(hub: HubName, name: str, missing: str, fix: str) -> NotFoundError:
    """What is wanted is not on this machine, and the network may not be used."""
    return NotFoundError(
        f"Offline: {missing} of {name} on {hub.name} is not on this machine.", where=name, fix=fix
    )


def extra_missing(package: str, error: ImportError) -> DependencyError:
    """The client of a hub is not installed."""
    return DependencyError(
        f"Taking data from a hub needs the package {package} ({first_line(str(error))}).",
        fix='type `pip install "kitae[hubs]"`',
    )


def retry_after_s(value: str | None, now_s: float) -> float | None:
    """Seconds in a `Retry-After` header: a number, or a date to compare with the time now."""
    if not value:
        return None
    try:
        return max(0.0, float(value))
    except ValueError:
        pass
    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - now_s)
    except ValueError:
        return None


def first_line(text: str) -> str:
    """The first line of what somebody else's library said, at most 200 characters."""
    lines = text.strip().splitlines()
    return lines[0][:200] if lines else ""


def _wait(answer: Answer) -> str:
    if answer.retry_after_s is None:
        return f"status {answer.status}"
    return f"status {answer.status}, it asks to wait {answer.retry_after_s:.0f} s"


def _unreachable(hub: HubName, name: str, what: str, answer: Answer) -> NetworkError:
    said = f": {first_line(answer.words)}" if answer.words else ""
    if answer.status == NO_ANSWER:
        return NetworkError(
            f"{hub.name} cannot be reached for {what}{said}.",
            where=name,
            fix=f"mend the network and type the same command again, what was fetched is kept; "
            f"{hub.mirror}; a proxy is named with HTTPS_PROXY",
        )
    return NetworkError(
        f"{hub.name} failed to give {what} (status {answer.status}{said}).",
        where=name,
        fix=f"try again later, what was fetched is kept; {hub.mirror}",
    )
