"""Telephone numbers: the shapes of Japan, China, North America and Europe, and what words announce.

Shapes that only a telephone number has count by themselves; bare digits only where a word such as `phone`
or `電話` stands before them. Numbering plans: E.164 (country codes), NANP, Japan's MIC plan, YD/T 1.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise

from kitae.engines.private.finding import Finding, tail_of
from kitae.engines.private.view import Window, in_windows, says_before

_START = r"(?<![0-9A-Za-z_$€£¥#=/*^<>])(?<![0-9A-Fa-f][-.,:])(?<![0-9] )"
_END = r"(?![0-9A-Za-z_%°])(?![-.,:/*^=] ?[0-9])(?! [0-9])(?!-[A-Za-z])(?! ?[円元件个個名人年台条])"

_COUNTRY_CODES = (
    r"1|7|2(?:0|7|1[1-8]|[2346]\d|5[0-8]|9[01789])|3(?:[0123469]|5\d|7[0-8]|8[0-35-79])|4(?:[013-9]|2[013])"
    r"|5(?:[1-8]|0\d|9\d)|6(?:[0-6]|7[02-9]|8[0-35-9]|9[0-2])|8(?:[1246]|5[02356]|8[0168])"
    r"|9(?:[0-58]|6[0-8]|7[0-7]|9[2-68])"
)
_INTERNATIONAL = re.compile(
    rf"(?<![0-9A-Za-z_+)\]}}])(?<![0-9A-Za-z)] )\(?\+ ?(?P<code>{_COUNTRY_CODES})\)?(?P<rest>(?:[ .()/-]{{0,2}}[0-9]){{6,13}}){_END}"
)
_SHAPES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("Japan, mobile", re.compile(rf"{_START}0[5789]0-[0-9]{{4}}-[0-9]{{4}}{_END}")),
    (
        "Japan, free call",
        re.compile(rf"{_START}(?:0120|0800|0570)-[0-9]{{2,3}}-[0-9]{{3,4}}{_END}"),
    ),
    (
        "Japan, landline",
        re.compile(
            rf"{_START}\(?(?=[0-9()-]{{11,14}}(?![0-9]))0(?:[1-9][-()]{{1,2}}[0-9]{{4}}|[1-9][0-9][-()]{{1,2}}[0-9]{{3}}"
            rf"|[1-9][0-9]{{2}}[-()]{{1,2}}[0-9]{{2}}|[1-9][0-9]{{3}}[-()]{{1,2}}[0-9])[-)][0-9]{{4}}{_END}"
        ),
    ),
    ("China, mobile", re.compile(rf"{_START}1[3-9][0-9]([- ])[0-9]{{4}}\1[0-9]{{4}}{_END}")),
    (
        "China, landline",
        re.compile(rf"{_START}\(?0(?:10|2[0-9]|[3-9][0-9]{{2}})[-)] ?[2-8][0-9]{{6,7}}{_END}"),
    ),
    (
        "China, service",
        re.compile(rf"{_START}[48]00-(?:[0-9]{{3}}-[0-9]{{4}}|[0-9]{{4}}-[0-9]{{3}}){_END}"),
    ),
    (
        "North America",
        re.compile(
            rf"{_START}(?:1[-. ])?(?:\([0-9]{{3}}\) ?[0-9]{{3}}[-. ]"
            rf"|[0-9]{{3}}-[0-9]{{3}}-|[2-9][0-9]{{2}}\.[2-9][0-9]{{2}}\.)[0-9]{{4}}{_END}"
        ),
    ),
    (
        "France",
        re.compile(rf"{_START}0[1-9]([ .-])[0-9]{{2}}\1[0-9]{{2}}\1[0-9]{{2}}\1[0-9]{{2}}{_END}"),
    ),
    (
        "United Kingdom",
        re.compile(
            rf"{_START}\(?0(?:20\)? [0-9]{{4}} [0-9]{{4}}|7[0-9]{{3}} [0-9]{{3}} ?[0-9]{{3}}|1[0-9]{{3}}\)? [0-9]{{6}}){_END}"
        ),
    ),
)
_CHINESE_MOBILE = re.compile(rf"{_START}1[3-9][0-9]{{9}}{_END}")
_JAPANESE_MOBILE = re.compile(rf"{_START}0[789]0[0-9]{{8}}{_END}")
_ANNOUNCED = re.compile(rf"{_START}\+?\(?[0-9](?:[ .()/-]{{0,2}}[0-9]){{6,14}}{_END}")
_WORDS = re.compile(
    r"\b(?:(?:tele)?phone|tel\b|mobile|cell\b|fax\b|call (?:us|me|him|her|them|at|on)\b|text (?:me|us) at|whatsapp"
    r"|telefon|téléphone|teléfono|portable\b|handy\b|contact number)"
    r"|電話|携帯|ファックス|ファクス|连络电话|電话|电话|手机|手機|热线|联系方式|微信|☎|📞",
    re.IGNORECASE,
)
_OTHER_NUMBERS = (
    "order|ticket|invoice|tracking|serial|model|part|case|reference|ref|account|isbn|issn|zip|postal|postcode"
    "|date|since|price|cost|total|population|注文|订单|訂單|型番|型号|号码牌|郵便|邮编|邮政"
)
_ANNOUNCES_OTHER = re.compile(rf"(?:{_OTHER_NUMBERS}|\bid)[^0-9\n]{{0,14}}$", re.IGNORECASE)
_STEMS = (*_OTHER_NUMBERS.split("|"), "id")
_DATE = re.compile(
    r"^(?:(?:1[5-9]|20|21)[0-9]{2}([-/. ])[0-9]{1,2}\1[0-9]{1,2}|[0-9]{1,2}([-/.])[0-9]{1,2}\2(?:1[5-9]|20)?[0-9]{2}"
    r"|(?:1[5-9]|20)[0-9]{2}[-/ ]+(?:1[5-9]|20)[0-9]{2}|(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])[0-3][0-9])"
)
_NATIONAL_LENGTHS = {
    "1": (10, 10),
    "7": (10, 10),
    "81": (9, 10),
    "86": (9, 11),
    "82": (8, 10),
    "44": (9, 10),
    "33": (9, 9),
}
_FICTIONAL = re.compile(
    r"^(?:1?[2-9]\d\d555\d{4}|1?555\d{7}|555\d{4}"  # NANP 555
    r"|(?:44|0)(?:1632960|7700900|207946|1134960|1144960|1154960|1164960|1174960|1184960|1214960|1314960|1414960|1514960"
    r"|1614960|1914980|2890180|2920180|8081570|9098790|3069990)\d{2,4}"  # Ofcom, numbers for drama
    r"|(?:33|0)(?:19900|26191|35301|46571|53649|63998)\d{4}"  # Arcep
    r"|(?:49|0)(?:3023125|6990009|4066969|2214710|8999998|1522881|1522889|1713920|17299259|17490913)\d{2,4})$"  # BNetzA
)
_NO_EXCHANGE = re.compile(r"^1?(?:[01]\d{2}[1-9]\d{6}|[2-9]\d{2}[01]\d{6})$")
"""Ten digits as in North America with an area or exchange that cannot be."""
_RUNS = ("0123456789012", "9876543210987")


def find_phones(view: str, windows: Sequence[Window]) -> Iterator[Finding]:
    """Telephone numbers; reserved, repeated and counting ones (`090-0000-0000`) are examples."""
    for found in in_windows(_INTERNATIONAL, view, windows):
        low, high = _NATIONAL_LENGTHS.get(found["code"], (7, 12))
        digits = _digits(found["rest"]).removeprefix("0")
        if low <= len(digits) <= high:
            yield _phone(found, "international")
    for name, shape in _SHAPES:
        for found in in_windows(shape, view, windows):
            is_round = all(part.endswith("00") for part in re.findall("[0-9]+", found.group()))
            before = view[max(0, found.start() - 30) : found.start()]
            if not is_round and not _announces_other(before):
                yield _phone(found, name)
    yield from _bare_mobiles(view, windows)
    yield from _announced(view, windows)


def _bare_mobiles(view: str, windows: Sequence[Window]) -> Iterator[Finding]:
    """Eleven digits that start as a mobile number, in a text with Chinese characters, or announced."""
    for name, shape in (("China, mobile", _CHINESE_MOBILE), ("Japan, mobile", _JAPANESE_MOBILE)):
        for found in in_windows(shape, view, windows):
            before = view[max(0, found.start() - 20) : found.start()]
            near = before + view[found.end() : found.end() + 10]
            is_cjk = any("\u3040" <= letter <= "\u9fff" for letter in near)
            is_named = is_cjk or says_before(view, found.start(), _WORDS)
            if is_named and not _announces_other(before):
                yield _phone(found, name)


def _announced(view: str, windows: Sequence[Window]) -> Iterator[Finding]:
    for found in in_windows(_ANNOUNCED, view, windows):
        digits = _digits(found.group())
        if (
            len(digits) > 15
            or _DATE.match(found.group())
            or not says_before(view, found.start(), _WORDS)
        ):
            continue
        before = view[max(0, found.start() - 30) : found.start()]
        is_long = digits[0] == "0" or len(digits) >= 8 or "-" in found.group()
        if is_long and not _announces_other(before):
            yield _phone(found, "announced by a word")


@lru_cache(maxsize=256)
def _announces_other(before: str) -> bool:
    """Whether the words before a number say that it is an order, a date or a price."""
    lower = before.lower()
    return any(stem in lower for stem in _STEMS) and _ANNOUNCES_OTHER.search(before) is not None


def _phone(found: re.Match[str], evidence: str) -> Finding:
    digits = _digits(found.group())
    is_open = found.group().count("(") > found.group().count(")")
    return Finding(
        kind="phone",
        start=found.start() + is_open,
        end=found.end(),
        evidence=f"{evidence} telephone number",
        hint=tail_of(digits),
        is_example=is_made_up(digits)
        or (evidence == "North America" and _NO_EXCHANGE.match(digits) is not None),
    )


@lru_cache(maxsize=256)
def is_made_up(digits: str) -> bool:
    """Reserved for films and manuals, or repeating or counting digits as people invent them."""
    tail = digits[-8:]
    if _FICTIONAL.match(digits) or len(set(tail)) <= 2:
        return True
    return any(tail in run or digits[-7:] in run for run in _RUNS) or _is_counting(digits)


def _is_counting(digits: str) -> bool:
    """`…1234-5678`, `123-4567`, `…567-8901`, `138 0013 8000`, `XXX-000-0000`: half of it one step each."""
    if digits.endswith(("0000", "13800138000", "12345", "123456")):
        return True
    steps = sum((int(b) - int(a)) % 10 == 1 for a, b in pairwise(digits))
    return steps >= len(digits) - 4


def _digits(text: str) -> str:
    return "".join(letter for letter in text if letter.isdigit())
