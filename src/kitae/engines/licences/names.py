"""Names of licences in all the ways people write them, as SPDX expressions.

What SPDX has no name for is written `LicenseRef-NAME` (SPDX specification, annex on licence expressions),
e.g. `LicenseRef-llama3.1`; what nobody can tell is `unknown`.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from license_expression import Licensing

UNKNOWN = "unknown"

_SAYS_NOTHING = frozenset((
    "", "unknown", "other", "noassertion", "none", "null", "n/a", "na", "cc", "custom", "proprietary?",
    "see license", "see licence", "other (specified in description)", "其他", "未知", "その他", "不明",
))  # fmt: skip
"""Tags of hubs that name no licence (`other` of Hugging Face and ModelScope, `NOASSERTION` of GitHub)."""

_NAMED: dict[str, str] = {
    "apache": "Apache-2.0",
    "apache2": "Apache-2.0",
    "apache 2": "Apache-2.0",
    "apache 2.0": "Apache-2.0",
    "apache license": "Apache-2.0",
    "apache software license": "Apache-2.0",
    "asl 2.0": "Apache-2.0",
    "expat": "MIT",
    "x11": "X11",
    "bsd": "LicenseRef-bsd",
    "bsd 3 clause new or revised": "BSD-3-Clause",
    "bsd 2 clause simplified": "BSD-2-Clause",
    "new bsd": "BSD-3-Clause",
    "bsd 3": "BSD-3-Clause",
    "bsd 3 clause new": "BSD-3-Clause",
    "modified bsd": "BSD-3-Clause",
    "simplified bsd": "BSD-2-Clause",
    "bsd 2": "BSD-2-Clause",
    "gpl": "GPL-1.0-or-later",
    "gnu general public": "GPL-1.0-or-later",
    "gpl 2": "GPL-2.0-only",
    "gpl v2": "GPL-2.0-only",
    "gplv2": "GPL-2.0-only",
    "gpl 3": "GPL-3.0-only",
    "gpl v3": "GPL-3.0-only",
    "gplv3": "GPL-3.0-only",
    "gpl3": "GPL-3.0-only",
    "gnu general public v3.0": "GPL-3.0-only",
    "gnu general public v2.0": "GPL-2.0-only",
    "gnu gpl v3": "GPL-3.0-only",
    "lgpl": "LGPL-2.0-or-later",
    "lgpl 3": "LGPL-3.0-only",
    "lgplv3": "LGPL-3.0-only",
    "gnu lesser general public v3.0": "LGPL-3.0-only",
    "gnu lesser general public v2.1": "LGPL-2.1-only",
    "agpl": "AGPL-3.0-only",
    "agpl 3": "AGPL-3.0-only",
    "agplv3": "AGPL-3.0-only",
    "gnu affero general public v3.0": "AGPL-3.0-only",
    "gfdl": "GFDL-1.1-or-later",
    "fdl": "GFDL-1.1-or-later",
    "mozilla public 2.0": "MPL-2.0",
    "mpl": "MPL-2.0",
    "mpl 2": "MPL-2.0",
    "eclipse public 2.0": "EPL-2.0",
    "the unlicense": "Unlicense",
    "boost software 1.0": "BSL-1.0",
    "zlib": "Zlib",
    "artistic 2.0": "Artistic-2.0",
    "public domain": "LicenseRef-public-domain",
    "pd": "LicenseRef-public-domain",
    "u.s. government works": "LicenseRef-us-government-works",
    "us pd": "LicenseRef-us-government-works",
    "cc0": "CC0-1.0",
    "cc0 1.0": "CC0-1.0",
    "cc zero": "CC0-1.0",
    "cc0: public domain": "CC0-1.0",
    "creative commons zero": "CC0-1.0",
    "creative commons zero v1.0 universal": "CC0-1.0",
    "odbl": "ODbL-1.0",
    "open database": "ODbL-1.0",
    "database: open database": "ODbL-1.0",
    "database: open database, contents: database contents": "ODbL-1.0 AND LicenseRef-DbCL-1.0",
    "database: open database, contents: © original authors": "ODbL-1.0 AND LicenseRef-original-authors",
    "data files © original authors": "LicenseRef-original-authors",
    "dbcl": "LicenseRef-DbCL-1.0",
    "dbcl 1.0": "LicenseRef-DbCL-1.0",
    "odc by": "ODC-By-1.0",
    "odc attribution": "ODC-By-1.0",
    "odc attribution odc by": "ODC-By-1.0",
    "pddl": "PDDL-1.0",
    "odc public domain dedication and licence": "PDDL-1.0",
    "odc public domain dedication and pddl": "PDDL-1.0",
    "cdla permissive": "CDLA-Permissive-1.0",
    "cdla sharing": "CDLA-Sharing-1.0",
    "community data agreement permissive 1.0": "CDLA-Permissive-1.0",
    "community data agreement sharing 1.0": "CDLA-Sharing-1.0",
    "bsd 3 clause clear": "BSD-3-Clause-Clear",
    "etalab open 2.0": "etalab-2.0",
    "eupl": "EUPL-1.2",
    "ofl": "OFL-1.1",
    "ms pl": "MS-PL",
    "postgresql": "PostgreSQL",
    "all rights reserved": "LicenseRef-all-rights-reserved",
}
"""Free text, lower case, without "license", "the", "version" -> SPDX."""

_OWN_TERMS = frozenset((
    "llama2", "llama3", "llama3.1", "llama3.2", "llama3.3", "llama4", "gemma", "qwen", "qwen-research",
    "tongyi-qianwen", "tongyi-qianwen-research", "deepseek", "deepseek-license", "yi-license", "baichuan", "chatglm",
    "internlm", "mrl", "mnpl", "mistral-ai-research-licence", "openrail", "openrail++", "bigscience-openrail-m",
    "creativeml-openrail-m", "bigcode-openrail-m", "bigscience-bloom-rail-1.0", "ai2-impact-license-low-risk",
    "c-uda", "h-research", "intel-research", "apple-ascl", "apple-amlr", "deepfloyd-if-license",
    "fair-noncommercial-research-license", "grok2-community", "openmdw-1.0", "lgpl-lr", "stabilityai-ai-community",
    "stable-audio-community", "stabilityai-nc-research-community", "cogvlm2", "nvidia-open-model-license",
    "nvidia-license", "falcon-llm-license", "exaone", "hyperclovax", "plamo-community-license",
    "openai-terms-of-use", "world-bank", "eu-odp-legal-notice", "reddit-api-terms", "twitter-terms",
))  # fmt: skip
"""Tags of hubs for terms of a company's own, which SPDX does not list."""
_OTHER_SPELLINGS: tuple[tuple[str, str], ...] = (
    (r"(?:meta )?llama[ -]?(2|3\.1|3\.2|3\.3|3|4)\b.*", r"llama\1"),
    (r"gemma\b.*", "gemma"),
    (r"(?:qwen|tongyi qianwen)[ -]?research\b.*", "qwen-research"),
    (r"(?:qwen|tongyi[ -]qianwen|通义千问)\b.*", "tongyi-qianwen"),
    (r"(?:creativeml[ -])open ?rail[ -]?(?:\+\+)?-?m\b.*", "creativeml-openrail-m"),
    (r"(?:bigscience[ -])(?:open ?rail-?m|bloom[ -]rail)\b.*", "bigscience-openrail-m"),
    (r"deepseek\b.*", "deepseek-license"),
    (r"mistral (?:ai )?(?:research|non-?production)\b.*", "mrl"),
    (r"mistral-ai-research\b.*", "mrl"),
    (r"nvidia open model\b.*", "nvidia-open-model-license"),
    (r"openai(?: terms.*)?", "openai-terms-of-use"),
    (r"world bank\b.*", "world-bank"),
)

_ADDRESSES: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"creativecommons\.org/publicdomain/zero(?:/(?P<version>[\d.]+))?"), "CC0-1.0"),
    (re.compile(r"creativecommons\.org/publicdomain/mark"), "LicenseRef-public-domain"),
    (re.compile(r"opendatacommons\.org/licenses/odbl"), "ODbL-1.0"),
    (re.compile(r"opendatacommons\.org/licenses/dbcl"), "LicenseRef-DbCL-1.0"),
    (re.compile(r"opendatacommons\.org/licenses/by"), "ODC-By-1.0"),
    (re.compile(r"opendatacommons\.org/licenses/pddl"), "PDDL-1.0"),
    (re.compile(r"apache\.org/licenses/license-2\.0"), "Apache-2.0"),
    (re.compile(r"gnu\.org/(?:licenses|copyleft)/(?P<name>a?gpl|lgpl|fdl)(?:-(?P<version>[\d.]+))?"), ""),
    (re.compile(r"cdla\.(?:dev|io)/(?P<name>permissive|sharing)-(?P<version>\d)-0"), ""),
    (re.compile(r"mozilla\.org/[a-z-/]*mpl/2\.0"), "MPL-2.0"),
    (re.compile(r"ai\.google\.dev/gemma/terms"), "LicenseRef-gemma"),
    (re.compile(r"openai\.com/policies/terms"), "LicenseRef-openai-terms-of-use"),
    (re.compile(r"(?:opensource\.org/licen[sc]es?|spdx\.org/licenses|choosealicense\.com/licenses)/(?P<key>[a-z0-9.+-]+?)(?:\.html|\.php|/|$)"), ""),
)  # fmt: skip

_CC_ADDRESS = re.compile(
    r"creativecommons\.org/licenses/(?P<parts>by[a-z-]*)(?:/(?P<version>\d\.\d))?"
)
_CC_WORDS = re.compile(r"^(?:cc|creative commons)\b")
_CC_PARTS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("NC", re.compile(r"\bnc\b|non-? ?commercial|非商业|非商用|非営利")),
    ("ND", re.compile(r"\bnd\b|no-? ?deriv|禁止演绎|改変禁止")),
    ("SA", re.compile(r"\bsa\b|share-? ?alike|相同方式共享|継承")),
)
_CC_BY = re.compile(r"\bby\b|attribution|署名|表示")
_CC_TITLE = re.compile(r"^(?:attribution|署名|表示)")
_VERSION = re.compile(r"(?<![\d.])([1-4]\.[0-5])(?![\d.])")
_NOISE = re.compile(
    r"\b(?:the|licen[cs]es?|licensed under|version|ver\.?|许可证|许可协议|ライセンス)\b|许可证|许可协议|ライセンス|[(),\"'“”]"
)
_JOINED = re.compile(r"\s(?:AND|OR)\s")
_PARTS = re.compile(r"\(|\)|\s(?:AND|OR)\s")


@lru_cache(maxsize=4096)
def spdx(text: str) -> str:
    """The SPDX expression that a text means; `unknown` where it names no licence.

    Understands SPDX expressions, tags of Hugging Face, ModelScope, Kaggle and GitHub, addresses of licences
    and common free text such as `CC BY-NC 4.0`, `Apache License 2.0`, `署名-非商业性使用 4.0 国际`.
    """
    words = " ".join(text.split()).strip(" .;")
    plain = words.lower()
    if plain in _SAYS_NOTHING or len(plain) > 200:
        return UNKNOWN
    if plain.startswith("license:"):
        return spdx(words[len("license:") :])
    steps = (_from_address, _from_words, _from_expression, _from_creative_commons, _from_own_terms)
    return next((found for step in steps if (found := step(words))), UNKNOWN)


def _from_address(words: str) -> str:
    plain = words.lower()
    if "." not in plain or "/" not in plain:
        return ""
    if found := _CC_ADDRESS.search(plain):
        return _creative_commons(found["parts"].split("-")[1:], found["version"] or "")
    for address, name in _ADDRESSES:
        if found := address.search(plain):
            return name or _named_address(found.groupdict())
    return ""


def _named_address(parts: dict[str, str | None]) -> str:
    if key := parts.get("key"):
        return spdx(key)
    name, version = parts.get("name") or "", parts.get("version") or ""
    if name in ("permissive", "sharing"):
        return f"CDLA-{name.title()}-{version}.0"
    return spdx(f"{name} {version.removesuffix('.0')}".strip())


def _from_words(words: str) -> str:
    plain = words.lower()
    if plain in _NAMED:
        return _NAMED[plain]
    bare = " ".join(_NOISE.sub(" ", plain).replace("-", " ").split())
    return _NAMED.get(bare, "") or _NAMED.get(bare.replace(" v", " "), "")


def _from_expression(words: str) -> str:
    """An SPDX expression, each name of which is known to SPDX or to this table."""
    from license_expression import ExpressionError

    if _JOINED.search(words):
        named = {part.strip(): spdx(part) for part in _PARTS.split(words) if part.strip()}
        if UNKNOWN in named.values():
            return ""
        pattern = "|".join(re.escape(part) for part in sorted(named, key=len, reverse=True))
        return _parsed(re.sub(pattern, lambda found: named[found.group()], words))
    for spelled in (
        words,
        re.sub(r"(?i)^the |\s*licen[sc]e\b", "", words).strip().replace(" ", "-"),
    ):
        try:
            parsed = _licensing().parse(spelled, validate=True)
        except ExpressionError:
            continue
        if parsed is not None:
            return str(parsed)
    return words if re.fullmatch(r"LicenseRef-[A-Za-z0-9.-]+", words) else ""


def _parsed(expression: str) -> str:
    """The expression as the library writes it, or nothing where it is none."""
    from license_expression import ExpressionError, Licensing

    try:
        parsed = Licensing().parse(expression)
    except ExpressionError:
        return ""
    return "" if parsed is None else str(parsed)


def _from_creative_commons(words: str) -> str:
    plain = words.lower().replace("-", " ").replace("_", " ")
    if not _CC_WORDS.search(plain) and not (_CC_TITLE.search(plain) and _VERSION.search(plain)):
        return ""
    if not _CC_BY.search(plain):
        return ""
    version = _VERSION.search(plain)
    parts = [code for code, shape in _CC_PARTS if shape.search(plain)]
    return _creative_commons(parts, version[1] if version else "")


def _creative_commons(parts: list[str], version: str) -> str:
    """`CC-BY-NC-4.0`; without a version it is no name of SPDX: `LicenseRef-CC-BY-NC`."""
    code = "-".join(["CC-BY", *(part.upper() for part in parts)])
    return f"{code}-{version}" if version else f"LicenseRef-{code}"


def _from_own_terms(words: str) -> str:
    plain = words.lower()
    for shape, name in _OTHER_SPELLINGS:
        if re.fullmatch(shape, plain):
            return "LicenseRef-" + re.sub(shape, name, plain)
    key = plain.replace(" ", "-").replace("_", "-")
    return f"LicenseRef-{key.replace('++', '-plus')}" if key in _OWN_TERMS else ""


@cache
def _licensing() -> Licensing:
    from license_expression import get_spdx_licensing

    return get_spdx_licensing()
