"""robots.txt and ai.txt: what a site allows, how fast, and which line says so (RFC 9309, protego)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from protego import Protego

from kitae.engines.fetching.web.refusals import Refusal

TOKEN = "kitae"
"""The product token that groups of a robots.txt name us by."""
MAX_BYTES = 500 * 1024
"""RFC 9309 wants at least this much of a robots.txt read; what follows is left out at a line's end."""
_AGENT = re.compile(r"\s*user-?\s?agent\s*:\s*(.*)", re.IGNORECASE)
_LINE = re.compile(r"\s*([A-Za-z][A-Za-z -]*?)\s*:\s*(.*)")
_NO_TRAINING = re.compile(r"\b(?:ai-train\s*=\s*no|train-ai\s*=\s*n)\b", re.IGNORECASE)


@dataclass(frozen=True)
class RobotsRules:
    """One file of rules in robots.txt's language.

    Args:
        text: Its content.
        reason: Reason code of what it refuses.
    """

    text: str
    reason: str = "robots"
    _rules: Protego = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", self.text.removeprefix("\ufeff"))
        object.__setattr__(self, "_rules", Protego.parse(self.text))

    def refusal(self, url: str) -> Refusal | None:
        """Why an address is refused, with the line that says so; None when it is allowed."""
        if not self._rules.can_fetch(url, TOKEN):
            return Refusal(self.reason, self._line(url))
        path = url.partition("://")[2].partition("/")[2]
        for name, value in _own_lines(self.text):
            if name in ("content-signal", "content-usage") and _forbids_training(value, path):
                return Refusal("noai", f"{name}: {value}")
        return None

    def delay_s(self) -> float:
        """Seconds between two requests that the file asks for; 0 where it asks for none."""
        rate = self._rules.request_rate(TOKEN)
        by_rate = rate.seconds / rate.requests if rate else 0.0
        return max(self._rules.crawl_delay(TOKEN) or 0.0, by_rate)

    def _line(self, url: str) -> str:
        """The longest rule that refuses this address by itself."""
        values = [value for name, value in _own_lines(self.text) if name == "disallow" and value]
        for value in sorted(set(values), key=lambda value: (-len(value), value)):
            alone = Protego.parse(f"User-agent: *\nDisallow: {value}")
            if not alone.can_fetch(url, TOKEN):
                return f"Disallow: {value}"
        return "a rule that disallows it"


def rules_text(body: bytes) -> str:
    """A robots.txt as text."""
    return body.decode("utf-8-sig", "replace")


def _own_lines(text: str) -> list[tuple[str, str]]:
    """Lines of the groups that name us, or of those for everybody."""
    groups = list(_groups(text))
    own = [lines for agents, lines in groups if TOKEN in agents]
    everybody = [lines for agents, lines in groups if "*" in agents]
    return [line for lines in (own or everybody) for line in lines]


def _groups(text: str) -> Iterator[tuple[set[str], list[tuple[str, str]]]]:
    agents: set[str] = set()
    lines: list[tuple[str, str]] = []
    for raw in text.splitlines():
        line = raw.partition("#")[0]
        agent = _AGENT.fullmatch(line)
        if agent:
            if lines:
                yield agents, lines
                agents, lines = set(), []
            agents.add(agent.group(1).strip().lower().partition("/")[0])
        elif found := _LINE.fullmatch(line):
            lines.append((found.group(1).lower(), found.group(2).strip()))
    yield agents, lines


def _forbids_training(value: str, path: str) -> bool:
    """Whether a preference (with a path before it or for the whole site) keeps a page out of training."""
    if not _NO_TRAINING.search(value):
        return False
    prefix = value.split()[0] if value.startswith("/") else "/"
    return f"/{path}".startswith(prefix)
