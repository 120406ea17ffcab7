"""Which address comes next: breadth first, hosts in turn, every address once, traps bounded.

The order depends on the pages alone, never on time: a crawl that goes on after a kill takes the same way.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable
from dataclasses import dataclass, replace

from kitae.engines.fetching.web.urls import (
    MAX_LENGTH,
    endless_pattern,
    host_and_port,
    identity,
    is_path_loop,
    is_text_like,
)
from kitae.records.source import RefusedItem


@dataclass(frozen=True)
class Item:
    """One address to ask for.

    Attributes:
        url: As it is asked.
        depth: Links between a start address and it.
        is_start: The recipe names it, or a start address redirects to it.
        nesting: Sitemaps above it; None for what cannot be a sitemap.
        chain: Addresses that redirected to it, the first one first.
    """

    url: str
    depth: int = 0
    is_start: bool = False
    nesting: int | None = None
    chain: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """What tells it from other pages."""
        return identity(self.url)

    @property
    def origin(self) -> str:
        """The address that people know it by."""
        return self.chain[0] if self.chain else self.url


class Frontier:
    """Addresses yet to be asked.

    Args:
        max_depth: Most links between a start address and a page.
        max_per_pattern: Most linked addresses of one endless-looking pattern.
    """

    def __init__(self, max_depth: int, max_per_pattern: int) -> None:
        self._max_depth = max_depth
        self._max_per_pattern = max_per_pattern
        self._known: set[str] = set()
        self._level: deque[Item] = deque()
        self._next: list[Item] = []
        self._patterns: Counter[str] = Counter()
        self._left: dict[tuple[str, str], list[str | int]] = {}

    def __len__(self) -> int:
        return len(self._level) + len(self._next)

    def offer(self, items: Iterable[Item]) -> None:
        """Addresses that the recipe or a sitemap names: taken in this level, free of trap bounds."""
        self._level.extend(item for item in items if self._is_new(item))

    def offer_target(self, item: Item) -> None:
        """Where a redirect leads: comes next, unless it is known already."""
        if self._is_new(item):
            self._level.appendleft(item)

    def offer_links(self, urls: Iterable[str], depth: int) -> None:
        """Links of a page, to be asked in the next level."""
        for url in urls:
            item = Item(url, depth)
            if is_text_like(url) and self._is_new(item):
                reason, group = self._bound(item)
                if reason:
                    self.leave(item, reason, group)
                else:
                    self._next.append(item)

    def take(self) -> Item | None:
        """The next address, or None at the end."""
        if not self._level:
            self._level.extend(_in_turn(self._next))
            self._next = []
        return self._level.popleft() if self._level else None

    def leave(self, item: Item, reason: str, group: str = "") -> None:
        """Count an address that is not asked because of a bound."""
        self._left.setdefault((reason, group), [item.url, 0])[1] += 1  # type: ignore[operator]

    def left(self) -> list[RefusedItem]:
        """One item per bound, with the number of addresses that fell to it."""
        return [
            RefusedItem(
                origin=str(first), reason=reason, detail=f"{count} addresses {group}".strip()
            )
            for (reason, group), (first, count) in self._left.items()
        ]

    def _is_new(self, item: Item) -> bool:
        if item.key in self._known:
            return False
        self._known.add(item.key)
        return True

    def _bound(self, item: Item) -> tuple[str, str]:
        """The bound that an address meets, and what it is counted under; empty when it meets none."""
        if len(item.url) > MAX_LENGTH:
            return "too_long", ""
        if is_path_loop(item.url):
            return "path_loop", ""
        if item.depth > self._max_depth:
            return "too_deep", ""
        pattern = endless_pattern(item.url)
        if pattern is None:
            return "", ""
        self._patterns[pattern] += 1
        return (
            ("endless_pattern", pattern)
            if self._patterns[pattern] > self._max_per_pattern
            else ("", "")
        )


def followed(item: Item, url: str) -> Item:
    """The item behind a redirect."""
    return replace(item, url=url, chain=(*item.chain, item.url))


def _in_turn(items: list[Item]) -> list[Item]:
    """Hosts one after another, so that one rests while the next is asked."""
    counts: Counter[str] = Counter()
    ranked: list[tuple[int, int, Item]] = []
    for number, item in enumerate(items):
        host = host_and_port(item.url)[0]
        ranked.append((counts[host], number, item))
        counts[host] += 1
    return [item for _, _, item in sorted(ranked, key=lambda entry: entry[:2])]
