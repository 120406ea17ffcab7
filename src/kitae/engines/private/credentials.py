"""Keys, tokens and passwords: by the marks that providers give them, and by the words before them."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator

from kitae.engines.private.finding import Finding, head_of
from kitae.engines.private.gate import may_announce_key, may_have_token

PROVIDERS: tuple[tuple[str, str], ...] = (
    (
        "private key",
        r"-----BEGIN (?:[A-Z0-9]+ ){0,3}PRIVATE KEY(?: BLOCK)?-----[\s\S]{0,8000}?(?:-----END [A-Z0-9 ]{0,40}-----|\Z)",
    ),
    ("Amazon access key", r"(?:AKIA|ASIA)[A-Z0-9]{16}"),
    ("Google key", r"AIza[0-9A-Za-z_-]{35}|ya29\.[0-9A-Za-z_-]{20,}|GOCSPX-[0-9A-Za-z_-]{28}"),
    ("GitHub token", r"gh[pousr]_[0-9A-Za-z]{36,255}|github_pat_[0-9A-Za-z_]{40,255}"),
    ("GitLab token", r"gl(?:pat|dt|rt|ptt)-[0-9A-Za-z_-]{20,}"),
    (
        "Slack token",
        r"xox[abeoprs]-[0-9A-Za-z-]{10,}|hooks\.slack\.com/services/T[0-9A-Z]+/B[0-9A-Z]+/[0-9A-Za-z]{16,}",
    ),
    ("Stripe key", r"[sr]k_(?:live|test)_[0-9A-Za-z]{16,}|whsec_[0-9A-Za-z]{24,}"),
    ("Anthropic key", r"sk-ant-[0-9A-Za-z_-]{20,}"),
    ("OpenAI key", r"sk-(?:proj-|svcacct-|admin-)?[0-9A-Za-z_-]{20,}"),
    ("Hugging Face token", r"(?:hf|api_org)_[0-9A-Za-z]{30,}"),
    ("JSON web token", r"eyJ[0-9A-Za-z_-]{10,}\.eyJ[0-9A-Za-z_-]{10,}\.[0-9A-Za-z_-]{10,}"),
    ("SendGrid key", r"SG\.[0-9A-Za-z_-]{16,32}\.[0-9A-Za-z_-]{16,64}"),
    ("npm token", r"npm_[0-9A-Za-z]{36}"),
    ("PyPI token", r"pypi-AgE[0-9A-Za-z_-]{50,}"),
    ("DigitalOcean token", r"do[opr]_v1_[0-9a-f]{64}"),
    ("Shopify token", r"shp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}"),
    ("Telegram token", r"[0-9]{8,10}:AA[0-9A-Za-z_-]{33}"),
    ("Alibaba Cloud key", r"LTAI[0-9A-Za-z]{12,26}"),
    ("Tencent Cloud key", r"AKID[0-9A-Za-z]{13,40}"),
    (
        "Groq, xAI or Replicate key",
        r"gsk_[0-9A-Za-z]{40,}|xai-[0-9A-Za-z]{40,}|r8_[0-9A-Za-z]{30,}",
    ),
    ("Azure storage key", r"(?<=AccountKey=)[0-9A-Za-z+/]{60,}={0,2}"),
)
"""Provider and shape, from the providers' own documents on secret scanning."""
_TOKEN = re.compile(
    "(?<![0-9A-Za-z_-])(?:" + "|".join(f"({shape})" for _, shape in PROVIDERS) + ")(?![0-9A-Za-z])"
)

ANNOUNCED = re.compile(
    r"(?P<name>(?:api|access|secret|auth|private|client|account)[ _-]?(?:key|token|secret)(?:[ _-]?(?:id|key))?|apikey|bearer"
    r"|authorization|token|secret|パスワード|暗証番号|密码|密碼|口令|passw(?:or)?d|passwort|passphrase|pwd)"
    r"(?![A-Za-z])[\"'”]?(?:\]\s*)?(?:\s*(?:[:=]|=>|->|\bis\b|は|是|为)\s*|\s+(?=[0-9A-Za-z_-]{24,}))(?:bearer\s+)?"
    r"(?P<quote>[\"'“`]?)(?P<value>[!-~]{6,200})",
    re.IGNORECASE,
)
_PASSWORD = re.compile(r"pass|pwd|パスワード|暗証|密|口令", re.IGNORECASE)
_VALUE = re.compile(r"[0-9A-Za-z+/=_.~-]+")
_IN_CODE = re.compile(r"[(){}\[\]<>|`]|\$|\.\w+\.|%s|://|^[A-Za-z_]+\.[A-Za-z_.]+$|^\\")
_MADE_UP = re.compile(
    r"example|your|changeme|placeholder|dummy|sample|test|x{4,}|\*{3,}|\.{3,}|…|12345|abcd|0000|passw|secret|qwerty|letmein|admin|foo|hunter2"
    r"|insert|my[_-]|redacted|token|key",
    re.IGNORECASE,
)
_MADE_UP_TOKEN = re.compile(
    r"example|your|changeme|placeholder|dummy|sample|x{5,}|\*{3,}|\.{3,}|123456|abcdef|0{6,}|redacted|insert",
    re.IGNORECASE,
)
LEAST_KEY = 16
LEAST_ENTROPY = 3.3
"""Bits per character: 16 random hex digits have about 3.2 to 3.6, 20 random letters and digits about 4."""


def find_keys(view: str) -> Iterator[Finding]:
    """Keys of known providers, then values that words such as `api_key` or `パスワード` announce."""
    tokens = _TOKEN.finditer(view) if may_have_token(view) else ()
    for found in tokens:
        name = PROVIDERS[(found.lastindex or 1) - 1][0]
        if name != "private key" and not _is_random(found.group(), name):
            continue
        is_example = _is_example_key(found.group(), name)
        yield Finding("key", found.start(), found.end(), name, head_of(found.group()), is_example)
    announced = ANNOUNCED.finditer(view) if may_announce_key(view) else ()
    for found in announced:
        yield from _announced(found)


def _is_random(value: str, name: str) -> bool:
    """Not words joined by hyphens, such as `sk-learn-is-a-well-known-library`."""
    body = value.split("_", 1)[-1] if "_" in value[:12] else value.split("-", 1)[-1]
    has_digit = any(letter.isdigit() for letter in body)
    return (
        has_digit
        or not re.search(r"[-_]", body[3:])
        or name in ("JSON web token", "Azure storage key")
    )


def _is_example_key(value: str, name: str) -> bool:
    if name == "private key":
        return len(value) < 120 or "..." in value or "…" in value
    return _looks_made_up(value) or re.match(r"[sr]k_test_", value) is not None


def _looks_made_up(value: str) -> bool:
    body = re.sub(r"^(?:sk-(?:ant|proj)|[a-z]{2,5}[_-])", "", value)
    return _MADE_UP_TOKEN.search(body) is not None or entropy(body) < 2.5


def _announced(found: re.Match[str]) -> Iterator[Finding]:
    is_password = _PASSWORD.search(found["name"]) is not None
    value = _clean_value(found["value"], found["quote"], is_password=is_password)
    is_secret = _is_password(value) if is_password else _is_key(value)
    if is_secret and not _IN_CODE.search(value):
        start = found.start("value")
        is_example = _MADE_UP.search(value) is not None
        evidence = "announced as a password" if is_password else "announced as a key"
        yield Finding("key", start, start + len(value), evidence, "…", is_example)


def _clean_value(value: str, quote: str, *, is_password: bool) -> str:
    """The value without its closing quote and what follows, or without the sentence's end."""
    quoted = re.split(r"[\"'”`]", value, maxsplit=1)
    if quote and len(quoted) > 1:
        return quoted[0]
    border = r"[\"'<\\`]" if is_password else r"[\"',;&#<\\`]"
    return re.split(border, value, maxsplit=1)[0].rstrip(".!?:;,)")


def _is_key(value: str) -> bool:
    if len(value) < LEAST_KEY or not _VALUE.fullmatch(value) or entropy(value) < LEAST_ENTROPY:
        return False
    kinds = (any(map(str.isdigit, value)), any(map(str.isalpha, value)))
    return all(kinds) and max(map(len, re.split(r"[^A-Za-z0-9]", value))) >= 12


def _is_password(value: str) -> bool:
    """Six characters or more with letters and digits: words alone say nothing, dates and prices neither."""
    has_letter, has_digit = any(map(str.isalpha, value)), any(map(str.isdigit, value))
    return 6 <= len(value) <= 64 and has_letter and has_digit and entropy(value) >= 2.0


def entropy(value: str) -> float:
    """Shannon entropy in bits per character; 0 for an empty value."""
    counts = Counter(value)
    return -sum(n / len(value) * math.log2(n / len(value)) for n in counts.values())
