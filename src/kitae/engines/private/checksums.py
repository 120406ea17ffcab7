"""Check digits. Each answers whether a value without separators is well-formed; the source is named."""

from __future__ import annotations

import calendar

IBAN_LENGTHS = {
    "AD": 24, "AE": 23, "AL": 28, "AT": 20, "AZ": 28, "BA": 20, "BE": 16, "BG": 22, "BH": 22,
    "BI": 27, "BR": 29, "BY": 28, "CH": 21, "CR": 22, "CY": 28, "CZ": 24, "DE": 22, "DJ": 27,
    "DK": 18, "DO": 28, "EE": 20, "EG": 29, "ES": 24, "FI": 18, "FK": 18, "FO": 18, "FR": 27,
    "GB": 22, "GE": 22, "GI": 23, "GL": 18, "GR": 27, "GT": 28, "HR": 21, "HU": 28, "IE": 22,
    "IL": 23, "IQ": 23, "IS": 26, "IT": 27, "JO": 30, "KW": 30, "KZ": 20, "LB": 28, "LC": 32,
    "LI": 21, "LT": 20, "LU": 20, "LV": 21, "LY": 25, "MC": 27, "MD": 24, "ME": 22, "MK": 19,
    "MN": 20, "MR": 27, "MT": 31, "MU": 30, "NI": 28, "NL": 18, "NO": 15, "OM": 23, "PK": 24,
    "PL": 28, "PS": 29, "PT": 25, "QA": 29, "RO": 24, "RS": 22, "RU": 33, "SA": 24, "SC": 31,
    "SD": 18, "SE": 24, "SI": 19, "SK": 24, "SM": 27, "SO": 23, "ST": 25, "SV": 28, "TL": 23,
    "TN": 24, "TR": 26, "UA": 29, "VA": 22, "VG": 24, "XK": 20, "YE": 30,
}  # fmt: skip
"""Country -> characters of its account numbers (SWIFT IBAN registry)."""


def luhn(digits: str) -> bool:
    """ISO/IEC 7812-1 annex B: every second digit from the right doubled, digit sums a multiple of 10."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def iban(value: str) -> bool:
    """ISO 13616: the country's length, and mod 97 is 1 with the first four moved to the end."""
    if IBAN_LENGTHS.get(value[:2]) != len(value):
        return False
    moved = value[4:] + value[:4]
    return int("".join(str(int(letter, 36)) for letter in moved)) % 97 == 1


def date(year: int, month: int, day: int) -> bool:
    """Whether there is such a day."""
    return 1 <= month <= 12 and 1 <= day <= calendar.monthrange(max(year, 1), month)[1]


def _weighted(digits: str, weights: tuple[int, ...]) -> int:
    return sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=False))


def jp_my_number(digits: str) -> bool:
    """Japan, 12 digits: Ordinance No. 85 of 2014 (Ministry of Internal Affairs), article 5."""
    rest = _weighted(digits, (6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)) % 11
    return int(digits[-1]) == (0 if rest <= 1 else 11 - rest)


_CHINESE_PROVINCES = frozenset((
    "11", "12", "13", "14", "15", "21", "22", "23", "31", "32", "33", "34", "35", "36", "37",
    "41", "42", "43", "44", "45", "46", "50", "51", "52", "53", "54", "61", "62", "63", "64",
    "65", "71", "81", "82", "83",
))  # fmt: skip


def cn_resident_id(value: str) -> bool:
    """China, 17 digits and a digit or X: GB 11643-1999 (province, birthday, ISO 7064 mod 11-2)."""
    if value[:2] not in _CHINESE_PROVINCES or not 1900 <= int(value[6:10]) <= 2099:
        return False
    if not date(int(value[6:10]), int(value[10:12]), int(value[12:14])):
        return False
    rest = _weighted(value, (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)) % 11
    return value[-1].upper() == "10X98765432"[rest]


def us_ssn(digits: str) -> bool:
    """USA, 9 digits, no check digit: Social Security Administration, POMS RM 10201.035."""
    area, group, serial = digits[:3], digits[3:5], digits[5:]
    return area not in ("000", "666") and area < "900" and group != "00" and serial != "0000"


def fr_nir(value: str) -> bool:
    """France, 13 characters and a key of 97 minus the rest mod 97; Corsica 2A is 19, 2B is 18 (INSEE)."""
    month = int(value[3:5])
    if not (1 <= month <= 12 or 20 <= month <= 42 or month >= 50) or value[5:7] == "00":
        return False
    number = value[:13].upper().replace("2A", "19").replace("2B", "18")
    return int(value[13:]) == 97 - int(number) % 97


def es_dni(value: str) -> bool:
    """Spain, DNI (8 digits) or NIE (X, Y or Z and 7 digits) with a letter mod 23: RD 1553/2005."""
    number = value[:-1].upper().translate({ord("X"): "0", ord("Y"): "1", ord("Z"): "2"})
    return value[-1].upper() == "TRWAGMYFPDXBNJZSQVHLCKE"[int(number) % 23]


_CF_ODD = (
    1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6,
    8, 12, 14, 16, 10, 22, 25, 24, 23,
)  # fmt: skip


def it_codice_fiscale(value: str) -> bool:
    """Italy, 16 characters, the last a check letter: DM 23 December 1976, table of odd places."""
    value = value.upper()
    total = 0
    for place, letter in enumerate(value[:15]):
        rank = int(letter) if letter.isdigit() else ord(letter) - ord("A")
        total += _CF_ODD[rank] if place % 2 == 0 else rank
    return value[15] == chr(ord("A") + total % 26)


def de_tax_id(digits: str) -> bool:
    """Germany, 11 digits: one of the first ten two or three times, ISO 7064 mod 11,10 (section 139b AO)."""
    counts = sorted(digits[:10].count(digit) for digit in set(digits[:10]))
    if digits[0] == "0" or counts[-1] not in (2, 3) or counts[:-1] != [1] * (len(counts) - 1):
        return False
    product = 10
    for digit in digits[:10]:
        total = (int(digit) + product) % 10 or 10
        product = total * 2 % 11
    return int(digits[10]) == (11 - product) % 10


def nl_bsn(digits: str) -> bool:
    """Netherlands, 9 digits: the eleven test with weight -1 for the last."""
    weights = (9, 8, 7, 6, 5, 4, 3, 2, -1)
    return digits != "000000000" and _weighted(digits, weights) % 11 == 0


def be_national_number(digits: str) -> bool:
    """Belgium, 11 digits: 97 minus nine digits mod 97, with a 2 before them for births from 2000 on."""
    month, day = int(digits[2:4]), int(digits[4:6])
    if month % 20 > 12 or day > 31:
        return False
    key = int(digits[9:])
    return key in (97 - int(digits[:9]) % 97, 97 - int("2" + digits[:9]) % 97)


_PESEL_CENTURIES = {0: 1900, 20: 2000, 40: 2100, 60: 2200, 80: 1800}


def pl_pesel(digits: str) -> bool:
    """Poland, 11 digits: birthday with the century in the month, weights 1 3 7 9 (Act of 2010 on records)."""
    month = int(digits[2:4])
    year = _PESEL_CENTURIES[month // 20 * 20] + int(digits[:2])
    if not date(year, month % 20, int(digits[4:6])):
        return False
    return _weighted(digits, (1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1)) % 10 == 0


def se_personnummer(digits: str) -> bool:
    """Sweden, 10 digits (without century): birthday (day + 60 for a coordination number) and Luhn."""
    day = int(digits[4:6])
    return date(2000 + int(digits[:2]), int(digits[2:4]), day - 60 if day > 60 else day) and luhn(
        digits
    )


def kr_resident_number(digits: str) -> bool:
    """Korea, 13 digits: birthday, century digit 1 to 8, weights 2 to 9 and 2 to 5, mod 11."""
    century = 1900 if digits[6] in "1256" else 2000
    if digits[6] in "09" or not date(century + int(digits[:2]), int(digits[2:4]), int(digits[4:6])):
        return False
    rest = _weighted(digits, (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)) % 11
    return int(digits[12]) == (11 - rest) % 10
