from __future__ import annotations

import pyarrow as pa
import pytest

from kitae.engines.private import (
    KINDS,
    MASKS,
    column_may_have_private,
    find_private,
    mask,
    may_have_private,
    shown,
)
from support.real_data import real_rows

PRIVATE = [
    ("email", "taro@kaisha.co.jp"),
    ("email", "ｔａｒｏ＠ｋａｉｓｈａ．ｃｏ．ｊｐ"),
    ("email", "maria.o'neil+news@mail.uni-koeln.de"),
    ("phone", "090-8324-6175"),
    ("phone", "０９０－８３２４－６１７５"),
    ("phone", "03-5298-7714"),
    ("phone", "045(921)8834"),
    ("phone", "0120-444-113"),
    ("phone", "+81 90-8324-6175"),
    ("phone", "+86 138 2719 6403"),
    ("phone", "138-2719-6403"),
    ("phone", "010-62784519"),
    ("phone", "(415) 837-2964"),
    ("phone", "1-800-273-8255"),
    ("phone", "+1 415 837 2964"),
    ("phone", "+49 30 90182736"),
    ("phone", "01 47 38 29 56"),
    ("phone", "07391 825 364"),
    ("card", "4716 2938 4710 2835"),
    ("card", "5425233430109903"),
    ("iban", "DE44 5001 0517 5407 3249 31"),
    ("national_id", "11010119900307803X"),
    ("national_id", "536-22-8471"),
    ("national_id", "284067511204553"),
    ("national_id", "93.05.18-223.61"),
    ("national_id", "811228-9874"),
    ("ip", "54.239.28.85"),
    ("ip", "2a00:1450:4001:81b::200e"),
    ("key", "AKIAZ7QF3M2NPL6WTRYB"),
    ("key", "ghp_k3Jd82ksLq0ZmN7vTxW5yB1aR9cE4fG6hU2i"),
    ("key", "sk-proj-Zk38fjaLwpQ92nVbX7mT"),
    ("key", "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"),
]
ANNOUNCED = [
    ("phone", "手机：", "13827196403"),
    ("phone", "電話は", "08083246175"),
    ("phone", "Telefon: ", "030 90182736"),
    ("national_id", "PESEL: ", "92071314764"),
    ("national_id", "Steuer-ID ", "65 929 970 489"),
    ("key", 'api_key = "', "9f8a7c6e5d4b3a2f1e0d9c8b7a6f5e4d"),
    ("key", "パスワードは ", "Tg7kqLw2"),
    ("key", "密码：", "Rk82mmvQ"),
    ("key", "password: ", "Tg7#kqLw2"),
    ("url_login", "https://", "bob:Xk29fjQ"),
]
SOUND = [
    "version 1.2.3.4",
    "Windows 10.0.19041.1 build",
    "section 3.1.4.1",
    "ISBN 978-0-306-40615-7",
    "2023-01-15 12:30:45",
    "from 1990-2000",
    "1,234,567,890 yen",
    "3.14159265358979",
    "550e8400-e29b-41d4-a716-446655440000",
    "commit 3f2504e04f8911d39a0c0305e82c3301deadbeef",
    "order 415-837-2964",
    "注文番号 090-8324-6175",
    "注文番号 4539578763621486",
    "10 + 12345678901",
    "react@18.2.0",
    "logo@2x.png",
    "std::vector<int> and abc::def",
    "1 2 3 4 5 6 7 8 9 10 11 12",
    "100 200 300 400 500",
    "300-200-1000",
    "sk-learn-is-a-well-known-library-for-ml",
    "token: str = None",
    'password = os.environ["PASSWORD"]',
    "my password is strong",
    "api_key = get_api_key()",
    "売上は13827196403円",
    "doi 10.1038/s41586-020-2649-2",
    "1.3.6.1.4.1.311",
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAUAAAAFCAYAAACNbyblAAAAHElEQVQI12P4",
    "phone sales of 1,200,000 units in 2019-2020",
    "電話 2023年1月15日",
]  # fmt: skip
EXAMPLES = [
    "you@example.com",
    "john.doe@gmail.com",
    "090-0000-0000",
    "03-1234-5678",
    "555-123-4567",
    "415-555-0132",
    "123-456-7890",
    "4111 1111 1111 1111",
    "127.0.0.1",
    "192.168.10.5",
    "203.0.113.7",
    "AKIAIOSFODNN7EXAMPLE",
    "sk-xxxxxxxxxxxxxxxxxxxxxxxx",
    "DE89 3704 0044 0532 0130 00",
    "123-45-6789",
    "+8613800138000",
    "password: password123",
]


def cases() -> list[tuple[str, str, str]]:
    alone = [(kind, "", value) for kind, value in PRIVATE]
    return [*alone, *ANNOUNCED]


@pytest.mark.parametrize(("kind", "before", "value"), cases())
@pytest.mark.parametrize("around", ["{}", "書いてください：{}まで", "My data: {}.", "({})"])
def test_a_private_value_is_found_whole_and_is_no_example(kind, before, value, around):
    tail = "@db.kaisha.jp/x" if kind == "url_login" else ""
    text = around.format(before + value + tail)
    found = [one for one in find_private(text) if one.kind == kind]
    assert [text[one.start : one.end] for one in found] == [value]
    assert not found[0].is_example


@pytest.mark.parametrize("text", SOUND)
def test_numbers_and_words_of_other_kinds_are_left_alone(text):
    assert find_private(text) == ()


@pytest.mark.parametrize("text", EXAMPLES)
def test_reserved_and_made_up_values_are_marked_as_examples(text):
    found = find_private(text)
    assert len(found) == 1
    assert found[0].is_example


def test_a_private_key_is_found_from_its_first_to_its_last_line():
    body = "\n".join(["MIIEowIBAAKCAQEAx7Qe2k9fH3jLmNpRsTuVwXyZ0123aBcDeFgHiJkL"] * 4)
    key = f"-----BEGIN RSA PRIVATE KEY-----\n{body}\n-----END RSA PRIVATE KEY-----"
    found = find_private(f"Here:\n{key}\nDone.")
    assert mask(f"Here:\n{key}\nDone.", found) == "Here:\n[KEY]\nDone."


@pytest.mark.parametrize(("kind", "before", "value"), cases())
def test_what_is_shown_never_holds_the_value(kind, before, value):
    text = before + value + ("@db.kaisha.jp" if kind == "url_login" else "")
    for finding in find_private(text):
        assert value not in shown(finding) + finding.evidence
        hidden = [letter for letter in value if letter.isalnum()]
        visible = [letter for letter in shown(finding).split("@")[0] if letter.isalnum()]
        assert len(visible) <= max(4, len(hidden) // 2)


def test_the_domain_of_a_mail_address_and_the_end_of_a_card_are_shown():
    assert shown(find_private("taro@kaisha.co.jp")[0]) == "t…@kaisha.co.jp"
    assert shown(find_private("5425233430109903")[0]) == "…9903"


def test_masked_text_keeps_its_words():
    text = "Mail taro@kaisha.co.jp or call 090-8324-6175."
    assert mask(text, find_private(text)) == "Mail [EMAIL] or call [PHONE]."
    assert set(MASKS) == set(KINDS)


def test_examples_can_be_left_in_the_text():
    text = "Write to you@example.com, not to taro@kaisha.co.jp."
    found = [one for one in find_private(text) if not one.is_example]
    assert mask(text, found) == "Write to you@example.com, not to [EMAIL]."


def test_the_gate_of_a_column_answers_as_the_gate_of_each_text():
    texts = [before + value for _, before, value in cases()] + SOUND + EXAMPLES + ["", "hello"]
    assert column_may_have_private(pa.array(texts)).to_pylist() == list(
        map(may_have_private, texts)
    )


def test_real_data_raise_few_findings_and_none_of_numbers():
    rows = real_rows("alpaca_en_demo.json", "alpaca_zh_demo.json", "seed_tasks.jsonl")
    texts = [text for row in rows for text in (row.instruction, row.input, row.output)]
    found = [one for text in texts for one in find_private(text) if not one.is_example]
    assert {one.kind for one in found} <= {"email"}
    assert len(found) <= 1
