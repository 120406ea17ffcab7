"""Mail addresses, addresses of machines, and logins inside links."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator

from kitae.engines.private.finding import Finding
from kitae.engines.private.view import in_windows, says_around, windows_around

_EMAIL = re.compile(
    r"(?<![A-Za-z0-9._%+@/\\-])(?P<local>[A-Za-z0-9_%+-](?:[A-Za-z0-9._%+'-]{0,62}[A-Za-z0-9_%+-])?)"
    r"@(?P<domain>(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,62})\.){1,6}(?P<top>[A-Za-z]{2,24}))(?![A-Za-z0-9@-])"
)
_LONGEST_LOCAL = 64
_LONGEST_DOMAIN = 6 * 64 + 24 + 2
"""Characters behind the `@`, with two that must not follow."""
_FILE_ENDINGS = frozenset((
    "png", "jpg", "jpeg", "gif", "svg", "webp", "js", "ts", "css", "py", "html", "json", "md",
    "txt", "tar", "gz", "zip",
))  # fmt: skip
_RESERVED_TOP = frozenset(("test", "example", "invalid", "localhost", "local"))
_EXAMPLE_DOMAIN = re.compile(
    r"(?:^|\.)(?:example[a-z0-9-]*|(?:your|my|the|some)-?(?:company|domain|email|mail|site|organi[sz]ation|business)"
    r"|domain|company(?:name)?|email|site|website|organi[sz]ation|host|foo|bar|abc|xyz|acme|test)\.[a-z.]+$"
)
_EXAMPLE_LOCAL = re.compile(
    r"^(?:your|my|some)?[._-]?(?:name|full[._-]?name|firstname[._-]?lastname|first[._-]?last|user(?:name)?|e?mail|address"
    r"|someone|somebody|anyone|nobody|foo|bar|abc|xyz|x{2,}|test|example|john[._-]?doe|jane[._-]?doe"
    r"|john[._-]?smith|jane[._-]?smith|j[._-]?doe|git|no-?reply)[0-9]{0,4}$"
)

_IPV4 = re.compile(
    r"(?<![0-9A-Za-z_./-])(?<![0-9A-Fa-f]:)(?:https?://)?((?:[0-9]{1,3}\.){3}[0-9]{1,3})(?!\.?[0-9A-Za-z_])"
)
_IPV6 = re.compile(
    r"(?<![0-9A-Za-z_.])(?<![0-9A-Fa-f]:)(?<!::)(?=[0-9A-Fa-f]|::)(?=[0-9A-Fa-f:]*:[0-9A-Fa-f]*:)[0-9A-Fa-f:]{6,39}(?!\.?[0-9A-Za-z_:])"
)
_VERSION = re.compile(
    r"(?:\bv(?:er(?:sion)?)?|release|build|firmware|driver|section|chapter|clause|figure|python|java"
    r"|バージョン|版本|版|リリース|章|§)[^\n]{0,12}$",
    re.IGNORECASE,
)
_MACHINE = re.compile(
    r"\bips?\b|\baddress|server|host|\bdns\b|\bping\b|アドレス|サーバ|地址|服务器|主机",
    re.IGNORECASE,
)
_RESOLVERS = frozenset((
    "8.8.8.8", "8.8.4.4", "1.1.1.1", "1.0.0.1", "9.9.9.9", "208.67.222.222", "208.67.220.220",
    "114.114.114.114", "223.5.5.5", "223.6.6.6", "119.29.29.29", "2001:4860:4860::8888",
    "2001:4860:4860::8844", "2606:4700:4700::1111",
))  # fmt: skip
SMALL_OCTET = 32
"""Four numbers below this may as well be a version or a section."""

_LOGIN = re.compile(
    r"(?<![A-Za-z0-9])[A-Za-z][A-Za-z0-9+.-]{1,20}://(?P<login>[^\s/:@\"'<>\[\]]{1,64}:[^\s/@\"'<>\[\]]{1,128})"
    r"@(?P<host>[A-Za-z0-9._-]{1,253})"
)
_IN_LOGIN = re.compile(r"://[^\s/:@]{1,64}:[^\s/@]{0,128}$")
_EXAMPLE_LOGIN = re.compile(
    r":(?:pass(?:word|wd)?|pwd|secret|token|x+|\*+|[.…]+|changeme|your[\w-]*|my[\w-]*|\$?\{[^}]*\}|%s)$",
    re.IGNORECASE,
)


def find_emails(view: str) -> Iterator[Finding]:
    """Mail addresses; those of example domains and example people are marked as examples."""
    for found in in_windows(
        _EMAIL, view, windows_around("@", view, _LONGEST_LOCAL, _LONGEST_DOMAIN)
    ):
        if found["top"].lower() in _FILE_ENDINGS or _IN_LOGIN.search(view[: found.start()][-200:]):
            continue
        local, domain = found["local"].lower(), found["domain"].lower()
        yield Finding(
            kind="email",
            start=found.start(),
            end=found.end(),
            evidence="mail address",
            hint=f"{local[0]}…@{domain}",
            is_example=_is_example_email(local, domain),
        )


def _is_example_email(local: str, domain: str) -> bool:
    """RFC 2606 and 6761 names, JPRS example names, and names that documentation makes up."""
    if domain.rsplit(".", 1)[-1] in _RESERVED_TOP or _EXAMPLE_DOMAIN.search(domain):
        return True
    return _EXAMPLE_LOCAL.match(local) is not None


def find_machines(view: str) -> Iterator[Finding]:
    """Addresses of machines on the internet; private, reserved and public service ones are examples."""
    for found in _IPV4.finditer(view):
        value = found[1]
        octets = [int(part) for part in value.split(".")]
        if any(len(part) > 1 and part[0] == "0" for part in value.split(".")) or max(octets) > 255:
            continue
        if _VERSION.search(view[max(0, found.start() - 40) : found.start()]):
            continue
        if max(octets) < SMALL_OCTET and not says_around(
            view, found.start(), found.end(), _MACHINE
        ):
            continue
        hint = f"{octets[0]}.….….…"
        yield _machine(found.start(1), found.end(1), ipaddress.IPv4Address(value), hint)
    for found in _IPV6.finditer(view):
        yield from _version_6(found)


def _version_6(found: re.Match[str]) -> Iterator[Finding]:
    value = found.group()
    groups = [part for part in value.split(":") if part]
    if len(groups) < 3 or not any(letter.isdigit() for letter in value):
        return
    try:
        address = ipaddress.IPv6Address(value)
    except ValueError:
        return
    yield _machine(found.start(), found.end(), address, f"{groups[0]}:…")


def _machine(
    start: int, end: int, address: ipaddress.IPv4Address | ipaddress.IPv6Address, hint: str
) -> Finding:
    is_example = not address.is_global or address.is_multicast or str(address) in _RESOLVERS
    evidence = f"IPv{address.version} address"
    return Finding("ip", start, end, evidence, hint=hint, is_example=is_example)


def find_logins(view: str) -> Iterator[Finding]:
    """The `user:password` part of links such as `https://user:password@host`."""
    for found in _LOGIN.finditer(view) if "://" in view else ():
        host = found["host"].lower()
        is_local = host in ("localhost", "127.0.0.1") or host.rsplit(".", 1)[-1] in _RESERVED_TOP
        yield Finding(
            kind="url_login",
            start=found.start("login"),
            end=found.end("login"),
            evidence="login in a link",
            hint=f"…@{host}",
            is_example=is_local
            or _EXAMPLE_DOMAIN.search(host) is not None
            or _EXAMPLE_LOGIN.search(found["login"]) is not None,
        )
