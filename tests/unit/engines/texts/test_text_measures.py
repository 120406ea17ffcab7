import json

import numpy as np
import pytest

from kitae.engines.language import RULES, detect_language, repaired, tokens
from kitae.engines.texts import gates as g
from kitae.engines.texts.column import TextColumn
from kitae.engines.texts.gates import Gate, character_table
from kitae.engines.texts.languages import LANGUAGES, languages
from kitae.engines.texts.measures import measure
from kitae.engines.texts.repairs import GATES, mended_column, repair_step


def gates_of(text):
    return Gate(int(measure(TextColumn.from_texts([text])).gates[0]))


@pytest.mark.parametrize(
    ("text", "gate"),
    [
        ("é", Gate.NON_ASCII),
        ("cafÃ©", Gate.MOJIBAKE),
        ("縺薙ｓ縺ｫ", Gate.MOJIBAKE),
        ("a\u200bb", Gate.CONTROL),
        ("a\rb", Gate.CONTROL),
        ("e\u0301", Gate.COMPOSING),
        ("か\u3099", Gate.COMPOSING),
        ("{{name}}", Gate.BRACE),
        ("[name]", Gate.BRACKET),
        ("a@b", Gate.AT_SIGN),
        ("\ufffd", Gate.REPLACEMENT),
        ("語", Gate.WORD),
        ("a<|im_end|>", Gate.SPECIAL_TOKEN),
        ("[/INST]", Gate.SPECIAL_TOKEN),
        ("end</s>", Gate.SPECIAL_TOKEN),
        (" a", Gate.OUTER_SPACE),
        ("a\u3000", Gate.OUTER_SPACE),
        ("```py", Gate.FENCE),
        ("see https://x", Gate.LINK),
        ("<br>", Gate.TAG),
        ("a &amp; b", Gate.ENTITY),
        ("090-1234-5678", Gate.MANY_DIGITS),
        ("０９０－１２３４－５６７８", Gate.MANY_DIGITS),
    ],
)
def test_a_gate_is_open_where_its_sign_stands(text, gate):
    assert gate in gates_of(text)


def test_running_text_opens_no_gate_but_that_it_has_words():
    assert gates_of("It is 5 < 6 & that's all: a/b - 12.5 km") == Gate.WORD
    assert gates_of("今日は良い天気です。") == Gate.WORD | Gate.NON_ASCII
    assert gates_of("") == Gate(0)


def test_characters_are_counted_by_kind():
    found = measure(TextColumn.from_texts(["Ab 1.", "かカ漢한я", "x" * 5000 + "、" * 2000]))
    kinds = found.kinds
    latin, space, digit, sign = (kinds[0, kind] for kind in (g.LATIN, g.SPACE, g.DIGIT, g.SIGN))
    assert [latin, space, digit, sign] == [2, 1, 1, 1]
    counted = [kinds[1, kind] for kind in (g.KANA, g.HAN, g.HANGUL, g.OTHER_SCRIPT)]
    assert counted == [2, 1, 1, 1]
    assert found.characters.tolist() == [5, 5, 7000]
    assert found.longest_run.tolist() == [0, 1, 5000]


@pytest.mark.parametrize(
    ("text", "run"), [("aaaa", 4), ("a    b", 1), ("wow!!!!!!", 6), ("。。。", 3)]
)
def test_the_longest_run_is_found(text, run):
    found = int(measure(TextColumn.from_texts([text])).longest_run[0])
    assert found == run or (run < 4 and found <= run)


def test_a_character_that_opens_the_word_gate_is_a_token_by_itself():
    has_word = character_table() & np.uint32(g.bits(Gate.WORD))
    assert [code for code in np.flatnonzero(has_word).tolist() if not tokens(chr(code))] == []


def test_every_rule_of_repair_has_a_gate():
    assert set(GATES) == set(RULES)


def test_each_single_character_is_repaired_only_where_a_gate_is_open():
    characters = [chr(code) for code in range(0x30000) if not 0xD800 <= code < 0xE000]
    around = [f"a{character}a" for character in characters]
    column = TextColumn.from_texts(around)
    mended = mended_column(column, measure(column), [repair_step()])
    changed = {change.row for change in mended.changes}
    rules = [rule for name, rule in RULES.items() if name != "mojibake"]
    missed = [
        text
        for row, text in enumerate(around)
        if row not in changed and any(rule(text) != text for rule in rules)
    ]
    assert missed == []


def records(folder, name):
    return json.loads((folder / name).read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", ["alpaca_en_demo.json", "alpaca_zh_demo.json", "identity.json"])
def test_real_texts_have_the_language_that_detect_language_says(real_data, name):
    rows = records(real_data, name)
    columns = [
        TextColumn.from_texts([row[field] for row in rows])
        for field in ("instruction", "input", "output")
    ]
    found = languages(columns, [measure(column) for column in columns])
    wanted = ["\n".join(row[field] for field in ("instruction", "input", "output")) for row in rows]
    assert [LANGUAGES[code] for code in found] == [detect_language(text) for text in wanted]


def test_real_texts_are_repaired_as_one_by_one(real_data):
    lines = [
        json.loads(line)
        for path in sorted((real_data / "t0").glob("*.jsonl"))
        for line in path.read_text(encoding="utf-8").splitlines()[:40]
    ]
    texts = [line[field] for line in lines for field in ("prompt", "completion")]
    column = TextColumn.from_texts(texts)
    mended = mended_column(column, measure(column), [repair_step()])
    one_by_one = [repaired(text) for text in texts]
    assert list(mended.column.texts(range(len(texts)))) == [text for text, _ in one_by_one]
    made = {}
    for change in mended.changes:
        made.setdefault(change.row, []).append((change.rule, change.before, change.after))
    assert made == {row: changes for row, (_, changes) in enumerate(one_by_one) if changes}
