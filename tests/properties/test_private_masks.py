from __future__ import annotations

import re
import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kitae.engines.private import checksums, find_private, mask, may_have_private

PIECES = st.sampled_from(
    [
        "taro@kaisha.co.jp", "090-8324-6175", "+1 415 837 2964", "4716 2938 4710 2835", "536-22-8471",
        "DE44 5001 0517 5407 3249 31", "54.239.28.85", "password: Tg7#kqLw2", "api_key=9f8a7c6e5d4b3a2f1e0d",
        "https://bob:Xk29fjQ@db.kaisha.jp", "ghp_k3Jd82ksLq0ZmN7vTxW5yB1aR9cE4fG6hU2i", "電話", "手机", "SSN", "card",
        "密码：", "パスワードは", " ", "-", ".", "@", ":", "/", "１２３", "12", "0", "+", "(", ")", "\n", "a", "ー", "[EMAIL]", "X",
    ]
)  # fmt: skip
TEXTS = st.one_of(
    st.lists(PIECES, max_size=12).map("".join),
    st.text(alphabet=string.digits + "-+(). @:aA電＠０", max_size=60),
)


@settings(max_examples=400, deadline=None)
@given(TEXTS)
def test_a_masked_text_has_nothing_left_to_find(text):
    assert find_private(mask(text, find_private(text))) == ()


@settings(max_examples=300, deadline=None)
@given(TEXTS)
def test_findings_stand_in_order_inside_the_text_and_never_overlap(text):
    found = find_private(text)
    places = [0, *(place for one in found for place in (one.start, one.end)), len(text)]
    assert places == sorted(places)
    assert all(one.start < one.end for one in found)
    assert not found or may_have_private(text)


SHAPES = {
    "luhn": (st.from_regex(r"[3-6][0-9]{14}", fullmatch=True), checksums.luhn, string.digits),
    "jp_my_number": (st.from_regex(r"[0-9]{11}", fullmatch=True), checksums.jp_my_number, string.digits),
    "cn_resident_id": (
        st.from_regex(r"110101(?:19|20)[0-9]{2}0[1-9][12][0-9][0-9]{3}", fullmatch=True).filter(
            lambda v: not v[10:14].startswith("0229")
        ),
        checksums.cn_resident_id,
        string.digits + "X",
    ),
    "es_dni": (st.from_regex(r"[0-9]{8}", fullmatch=True), checksums.es_dni, string.ascii_uppercase),
    "it_codice_fiscale": (
        st.from_regex(r"[A-Z]{6}[0-9]{2}[A-E][0-9]{2}[A-Z][0-9]{3}", fullmatch=True),
        checksums.it_codice_fiscale,
        string.ascii_uppercase,
    ),
    "se_personnummer": (
        st.from_regex(r"[0-9]{2}(?:0[1-9])(?:1[0-9])[0-9]{3}", fullmatch=True),
        checksums.se_personnummer,
        string.digits,
    ),
    "pl_pesel": (st.from_regex(r"[0-9]{2}0[1-9]1[0-9][0-9]{4}", fullmatch=True), checksums.pl_pesel, string.digits),
}  # fmt: skip


@pytest.mark.parametrize("name", SHAPES)
@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_exactly_one_last_character_makes_a_number_valid(name, data):
    bodies, is_valid, alphabet = SHAPES[name]
    body = data.draw(bodies)
    assert sum(is_valid(body + last) for last in alphabet) == 1


@settings(max_examples=100, deadline=None)
@given(st.from_regex(r"[0-9]{18}", fullmatch=True), st.integers(0, 17), st.integers(1, 9))
def test_an_account_number_with_one_wrong_digit_is_not_valid(body, place, shift):
    key = next(f"{k:02d}" for k in range(2, 99) if checksums.iban(f"DE{k:02d}{body}"))
    wrong = body[:place] + str((int(body[place]) + shift) % 10) + body[place + 1 :]
    assert not checksums.iban(f"DE{key}{wrong}")


PUBLISHED = [
    (checksums.luhn, "79927398713"),
    (checksums.jp_my_number, "123456789018"),
    (checksums.cn_resident_id, "11010519491231002X"),
    (checksums.fr_nir, "255081416802538"),
    (checksums.es_dni, "12345678Z"),
    (checksums.es_dni, "X1234567L"),
    (checksums.it_codice_fiscale, "RSSMRA85T10A562S"),
    (checksums.de_tax_id, "86095742719"),
    (checksums.nl_bsn, "111222333"),
    (checksums.be_national_number, "93051822361"),
    (checksums.pl_pesel, "44051401458"),
    (checksums.se_personnummer, "8112189876"),
    (checksums.iban, "GB82WEST12345698765432"),
]


@pytest.mark.parametrize(("is_valid", "value"), PUBLISHED)
def test_the_published_example_of_each_number_is_valid_and_its_neighbour_is_not(is_valid, value):
    assert is_valid(value)
    place = re.search(r"[0-9](?=[^0-9]*$)", value)
    assert place is not None
    wrong = value[: place.start()] + str((int(place.group()) + 1) % 10) + value[place.end() :]
    assert not is_valid(wrong)
