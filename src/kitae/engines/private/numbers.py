"""Payment cards, bank accounts and national identity numbers, each with its check digits.

Where a check digit alone would let one of ten numbers through, a word that announces the number is needed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from kitae.engines.private import checksums
from kitae.engines.private.examples import EXAMPLE_IBANS, EXAMPLE_IDS, TEST_CARDS
from kitae.engines.private.finding import Finding, tail_of
from kitae.engines.private.view import Window, in_windows, says_around

_START = r"(?<![0-9A-Za-z_.])(?<![0-9A-Fa-f][-.,])"
_END = r"(?![0-9A-Za-z_])(?![-.,][0-9A-Za-z])"

_CARD = re.compile(
    rf"{_START}(?:[0-9]{{13,19}}|[0-9]{{4}}([ -])[0-9]{{4,6}}\1[0-9]{{4,5}}(?:\1[0-9]{{4}}(?:\1[0-9]{{3}})?)?){_END}"
)
_ISSUERS: tuple[tuple[str, re.Pattern[str], frozenset[int]], ...] = (
    ("visa", re.compile(r"4"), frozenset((13, 16, 19))),
    ("mastercard", re.compile(r"5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720"), frozenset((16,))),
    ("amex", re.compile(r"3[47]"), frozenset((15,))),
    ("jcb", re.compile(r"35(?:2[89]|[3-8])"), frozenset((16, 17, 18, 19))),
    ("diners", re.compile(r"30[0-5]|3095|3[689]"), frozenset((14, 16, 17, 18, 19))),
    ("discover", re.compile(r"6011|64[4-9]|65"), frozenset((16, 17, 18, 19))),
    ("unionpay", re.compile(r"62|81"), frozenset((16, 17, 18, 19))),
    ("maestro", re.compile(r"50|5[6-9]|6"), frozenset(range(13, 20))),
)
"""Issuer, first digits, lengths (ISO/IEC 7812 ranges as the networks publish them)."""
_USUAL = frozenset(("visa", "mastercard", "amex", "jcb"))
_CARD_WORDS = re.compile(
    r"card|visa|master|amex|credit|debit|\bpan\b|カード|クレジット|信用卡|银行卡|銀行卡|卡号|卡號|karte|carte|tarjeta",
    re.IGNORECASE,
)
_OTHER_NUMBER = re.compile(
    r"(?:order|ticket|invoice|tracking|serial|isbn|imei|\bid\b|\bids\b|uuid|timestamp|注文|订单|訂單|单号|編號|编号|番号)[^0-9\n]{0,12}$",
    re.IGNORECASE,
)
_IN_CODE = re.compile(r"(?:[=\[{$€£¥#/+*^-]|[A-Za-z0-9_]\(|[\"']\s*:)\s*[\"']?$")

_IBAN_START = re.compile("[A-Z]{2}[0-9]{2}")
_IBAN = re.compile(r"(?<![0-9A-Za-z_])[A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]){11,30}")


@dataclass(frozen=True)
class _NationalId:
    """One country's number: its shape, its check, and the words it needs before or behind it."""

    name: str
    shape: re.Pattern[str]
    is_valid: Callable[[str], bool]
    words: re.Pattern[str] | None = None


def _shape(body: str) -> re.Pattern[str]:
    return re.compile(_START + body + _END)


def _words(body: str) -> re.Pattern[str]:
    return re.compile(body, re.IGNORECASE)


_SSN_WORDS = _words(r"\bssn\b|social security|社会保障番号|社会安全号")
_TAX_WORDS = _words(r"steuer|tax id|\btin\b|idnr|identifikationsnummer|税号")
_NATIONAL: tuple[_NationalId, ...] = (
    _NationalId("China, resident number", _shape(r"[0-9]{17}[0-9Xx]"), checksums.cn_resident_id),
    _NationalId(
        "Japan, My Number",
        _shape(r"[0-9]{4}([ -]?)[0-9]{4}\1[0-9]{4}"),
        checksums.jp_my_number,
        _words(r"マイナンバー|個人番号|my ?number"),
    ),
    _NationalId(
        "USA, social security number", _shape(r"[0-8][0-9]{2}-[0-9]{2}-[0-9]{4}"), checksums.us_ssn
    ),
    _NationalId(
        "USA, social security number",
        _shape(r"[0-8][0-9]{2} ?[0-9]{2} ?[0-9]{4}"),
        checksums.us_ssn,
        _SSN_WORDS,
    ),
    _NationalId(
        "France, NIR",
        _shape(r"[1-478] ?[0-9]{2} ?[0-9]{2} ?(?:[0-9]{2}|2[ABab]) ?[0-9]{3} ?[0-9]{3} ?[0-9]{2}"),
        checksums.fr_nir,
    ),
    _NationalId(
        "Spain, DNI or NIE",
        _shape(r"(?:[0-9]{8}|[XYZxyz][ -]?[0-9]{7})[ -]?[A-HJ-NP-TV-Za-hj-np-tv-z]"),
        checksums.es_dni,
        _words(r"\bdni\b|\bnif\b|\bnie\b|documento|identidad|identity"),
    ),
    _NationalId(
        "Germany, tax id", _shape(r"[1-9][0-9](?: ?[0-9]{3}){3}"), checksums.de_tax_id, _TAX_WORDS
    ),
    _NationalId(
        "Netherlands, BSN",
        _shape(r"[0-9]{4}([ .]?)[0-9]{2}\1[0-9]{3}"),
        checksums.nl_bsn,
        _words(r"\bbsn\b|burgerservice|sofi"),
    ),
    _NationalId(
        "Belgium, national number",
        _shape(r"[0-9]{2}\.[0-9]{2}\.[0-9]{2}-[0-9]{3}\.[0-9]{2}"),
        checksums.be_national_number,
    ),
    _NationalId(
        "Belgium, national number",
        _shape(r"[0-9]{11}"),
        checksums.be_national_number,
        _words(r"rijksregister|registre national|national number|\bniss\b|\binsz\b"),
    ),
    _NationalId("Poland, PESEL", _shape(r"[0-9]{11}"), checksums.pl_pesel, _words(r"pesel")),
    _NationalId(
        "Sweden, personnummer", _shape(r"(?:19|20)?[0-9]{6}[-+][0-9]{4}"), checksums.se_personnummer
    ),
    _NationalId(
        "Sweden, personnummer",
        _shape(r"(?:19|20)?[0-9]{10}"),
        checksums.se_personnummer,
        _words(r"personnummer|samordningsnummer"),
    ),
    _NationalId(
        "Korea, resident number", _shape(r"[0-9]{6}-[1-8][0-9]{6}"), checksums.kr_resident_number
    ),
)


def find_cards(view: str, windows: Sequence[Window]) -> Iterator[Finding]:
    """Payment cards: an issuer's first digits and length, and the Luhn digit."""
    for found in in_windows(_CARD, view, windows):
        digits = re.sub(r"[ -]", "", found.group())
        issuer = next(
            (
                name
                for name, start, sizes in _ISSUERS
                if start.match(digits) and len(digits) in sizes
            ),
            "",
        )
        if not issuer or not checksums.luhn(digits) or len(set(digits)) < 2:
            continue
        is_named = says_around(view, found.start(), found.end(), _CARD_WORDS)
        if not is_named and (issuer not in _USUAL or not _is_free_standing(view, found)):
            continue
        is_example = digits in TEST_CARDS or len(set(digits[:-1])) <= 2
        yield Finding(
            "card",
            found.start(),
            found.end(),
            f"{issuer}, check digit",
            tail_of(digits),
            is_example,
        )


def _is_free_standing(view: str, found: re.Match[str]) -> bool:
    """Written in groups; or no code, sum of money or announcement of another number before it."""
    before = view[max(0, found.start() - 30) : found.start()]
    if _OTHER_NUMBER.search(before):
        return False
    return not found.group().isdigit() or not _IN_CODE.search(before)


def find_ibans(view: str) -> Iterator[Finding]:
    """Bank accounts: the country's length, and mod 97."""
    for found in _IBAN.finditer(view) if _IBAN_START.search(view) else ():
        end = _iban_end(found)
        value = view[found.start() : end].replace(" ", "")
        is_whole = not re.match(r"[A-Za-z0-9_]", view[end : end + 1])
        if is_whole and checksums.iban(value):
            is_example = value in EXAMPLE_IBANS
            hint = value[:2] + tail_of(value)
            yield Finding("iban", found.start(), end, f"{value[:2]}, mod 97", hint, is_example)


def _iban_end(found: re.Match[str]) -> int:
    """Where the country's length is reached, blanks not counted."""
    left = checksums.IBAN_LENGTHS.get(found.group()[:2], 0)
    for place, letter in enumerate(found.group()):
        left -= letter != " "
        if left <= 0:
            return found.start() + place + 1
    return found.end()


_CODICE = _shape(r"[A-Za-z]{6}[0-9]{2}[A-EHLMPR-Ta-ehlmpr-t][0-9]{2}[A-Za-z][0-9]{3}[A-Za-z]")


def find_tax_codes(view: str) -> Iterator[Finding]:
    """Italy's codice fiscale: letters, digits and a check letter, which need no announcement."""
    for found in _CODICE.finditer(view):
        value = found.group().upper()
        if checksums.it_codice_fiscale(value):
            is_example = value in EXAMPLE_IDS
            name = "Italy, codice fiscale"
            yield Finding(
                "national_id", found.start(), found.end(), name, tail_of(value), is_example
            )


def find_national_ids(view: str, windows: Sequence[Window]) -> Iterator[Finding]:
    """Identity numbers of persons by country; ambiguous ones only where a word names them."""
    for one in _NATIONAL:
        for found in in_windows(one.shape, view, windows):
            value = re.sub(r"[ .+-]", "", found.group())
            if one.name.startswith("Sweden"):
                value = value[-10:]
            if not one.is_valid(value):
                continue
            if one.words is None or says_around(view, found.start(), found.end(), one.words):
                yield Finding(
                    kind="national_id",
                    start=found.start(),
                    end=found.end(),
                    evidence=one.name,
                    hint=tail_of(value),
                    is_example=value.upper() in EXAMPLE_IDS or len(set(value)) <= 2,
                )
