"""Addresses of pages: one spelling for each, the scope they must stay in, and the signs of a trap.

courlan's cleaning is not used: it drops parameters without a value, `source`, `keyword` and `cid`, and
reads `&copy=2` as a copyright sign, so that different pages become one.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from itertools import pairwise
from urllib.parse import quote, unquote_to_bytes, urljoin, urlsplit, urlunsplit

MAX_LENGTH = 2000
DEFAULT_PORTS = {"http": 80, "https": 443}
_SESSION_IN_PATH = re.compile(r";(?:jsessionid|phpsessid|sid)=[^/;]*", re.IGNORECASE)
_IGNORED_NAMES = re.compile(
    r"(?:utm|mtm|pk|itm|vero|oly)_.*|(?:fb|g|dc|y|tw|msclk|ttc|li_fat_|mk)(?:cl)?id|gbraid|wbraid|igshid"
    r"|mc_[ce]id|_ga|_gl|_hsenc|_hsmi|phpsessid|jsessionid|aspsessionid\w*|session_?id|oscsid|zenid|cfid"
    r"|cftoken",
    re.IGNORECASE,
)
_SHORT_SESSION = re.compile(r"s(?:id)?=[0-9a-z]{16,}", re.IGNORECASE)
_UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")
_HOST = re.compile(r"[a-z0-9_][a-z0-9_.-]{0,252}")
_DATE = re.compile(r"\d{4}-\d{1,2}(?:-\d{1,2})?")
_NOT_TEXT = re.compile(
    r"\.(?:jpe?g|png|gif|webp|svg|ico|bmp|tiff?|avif|css|js|mjs|map|json|woff2?|ttf|otf|eot|mp[34]|m4[av]"
    r"|ogg|og[av]|wav|flac|webm|avi|mov|mkv|zip|gz|tgz|bz2|xz|7z|rar|zst|tar|iso|dmg|exe|msi|deb|rpm|apk"
    r"|jar|whl|rss|atom|ics|swf|docx?|xlsx?|pptx?|epub)",
    re.IGNORECASE,
)


def canonical(url: str, base: str = "") -> str | None:
    """The one spelling of a page's address; None for what is no http(s) page.

    Fragments, session ids and tracking parameters go; host and escapes get one spelling; the order of the
    remaining parameters stays, because a few sites depend on it.
    """
    try:
        cleaned = re.sub(r"[\t\r\n]", "", url).strip(" \x00\x0b\x0c")
        parts = urlsplit(urljoin(base, cleaned) if base else cleaned)
        scheme, port = parts.scheme.lower(), parts.port
        host = _host(parts.hostname or "")
    except (ValueError, UnicodeError):
        return None
    if scheme not in DEFAULT_PORTS or not host or "@" in parts.netloc:
        return None
    place = host if port in (None, DEFAULT_PORTS[scheme]) else f"{host}:{port}"
    path = urljoin("/", _SESSION_IN_PATH.sub("", _escaped(parts.path)) or "/")
    path = re.sub(r"^(?:/\.\.)+(?=/|$)", "", path) or "/"
    return urlunsplit((scheme, place, path, _query(parts.query), ""))


def identity(url: str) -> str:
    """What two addresses share when they stand for one page: parameters in any order."""
    head, mark, query = url.partition("?")
    return head + mark + "&".join(sorted(query.split("&")))


def origin(url: str) -> str:
    """Scheme, host and port: what a robots.txt speaks for."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def host_and_port(url: str) -> tuple[str, int]:
    """Where a canonical address is asked."""
    parts = urlsplit(url)
    return parts.hostname or "", parts.port or DEFAULT_PORTS[parts.scheme]


def is_text_like(url: str) -> bool:
    """False for what its name says is a picture, archive, program, feed or the like."""
    return not _NOT_TEXT.fullmatch(_suffix(url))


def is_sitemap_name(url: str) -> bool:
    """Whether an address looks like a sitemap rather than a page."""
    return urlsplit(url).path.lower().endswith((".xml", ".xml.gz"))


@dataclass(frozen=True)
class Scope:
    """Prefixes of addresses that may be fetched; http and https on their default ports count as one."""

    prefixes: tuple[str, ...]

    @classmethod
    def of(cls, starts: tuple[str, ...], named: tuple[str, ...]) -> Scope:
        """The named prefixes, or the folders of the start addresses."""
        folders = (start.partition("?")[0].rpartition("/")[0] + "/" for start in starts)
        return cls(tuple(_without_scheme(prefix) for prefix in (named or tuple(folders))))

    def holds(self, url: str) -> bool:
        """Whether an address lies inside."""
        return _without_scheme(url).startswith(self.prefixes)


def endless_pattern(url: str) -> str | None:
    """The pattern of an address that may be one of endlessly many; None for an ordinary one.

    Endless are queries (their values count for nothing), dates, and two numbers in a row in the path.
    """
    parts = urlsplit(url)
    segments = ["DATE" if _DATE.fullmatch(part) else part for part in parts.path.split("/")]
    segments = ["N" if part.isdigit() else part for part in segments]
    is_dated = "DATE" in segments or ("N", "N") in pairwise(segments)
    if not parts.query and not is_dated:
        return None
    names = sorted({pair.partition("=")[0] for pair in parts.query.split("&") if pair})
    return f"{parts.netloc}{'/'.join(segments)}?{'&'.join(names)}"


def is_path_loop(url: str) -> bool:
    """Whether a path goes round in circles: one segment, not a number, more than three times."""
    segments = [part for part in urlsplit(url).path.split("/") if part and not part.isdigit()]
    return any(segments.count(part) > 3 for part in set(segments))


def _host(host: str) -> str:
    import idna

    bare = host.rstrip(".").lower()
    if ":" in bare:
        return f"[{ipaddress.IPv6Address(bare.partition('%')[0])}]"
    name = bare if bare.isascii() else idna.encode(bare, uts46=True).decode("ascii")
    return name if _HOST.fullmatch(name) else ""


def _escaped(text: str) -> str:
    """Percent escapes in one spelling: upper case, none where none is needed."""

    def one(found: re.Match[str]) -> str:
        value = unquote_to_bytes(found.group())
        return value.decode("ascii") if value[0] in _UNRESERVED else found.group().upper()

    kept = quote(text, safe="/%!$&'()*+,;=:@~?[]|")
    return _ESCAPE.sub(one, re.sub(r"%(?![0-9A-Fa-f]{2})", "%25", kept))


def _query(query: str) -> str:
    return "&".join(pair for pair in _escaped(query).split("&") if pair and not _is_ignored(pair))


def _is_ignored(pair: str) -> bool:
    name = pair.partition("=")[0]
    return bool(_IGNORED_NAMES.fullmatch(name) or _SHORT_SESSION.fullmatch(pair))


def _suffix(url: str) -> str:
    name = urlsplit(url).path.rpartition("/")[2]
    return "." + name.rpartition(".")[2] if "." in name else ""


def _without_scheme(url: str) -> str:
    return url.partition("://")[2]
