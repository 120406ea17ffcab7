import json

import pytest

from kitae.engines.reading.rows import MAX_ROW_CHARACTERS
from support.messy_files import alpaca_rows, as_json, as_jsonl, read_bytes, rules

GOOD = '{"instruction": "c", "output": "d"}'


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ('{"instruction": "a", "output": "b', "truncated"),
        ('{"instruction": "a", "outp', "truncated"),
        ('{"instruction": "a", "output": }', "missing_value"),
        ('{"instruction": "a", "output": "b"', "truncated"),
        ('{"instruction": "a", "output": tr', "truncated"),
        ('{"instruction": "He said "hi" to me", "output": "b"}', "stray_quote"),
        ('{"instruction": "a, "output": "b"}', "stray_quote"),
        ('{"instruction": "C:\\path", "output": "b"}', "bad_escape"),
        ('{"instruction": "a\0b", "output": "b"}', "nul_in_text"),
        ('{"instruction": "a\x01b", "output": "b"}', "raw_control_character"),
        ('{"instruction": "a", "output": "b", "output": "c"}', "duplicate_key"),
        ('{"instruction": "a", "output": ?}', "unreadable"),
        ('{"instruction": "a", "output": ' + "[" * 70 + "]" * 70 + "}", "too_deep"),
    ],
)
@pytest.mark.parametrize("form", ["{0}\n{1}\n{0}\n{0}\n", "[\n{0},\n{1},\n{0},\n{0}\n]"])
def test_a_broken_row_is_set_aside_and_the_rows_around_it_are_kept(tmp_path, text, rule, form):
    reading = read_bytes(tmp_path, form.format(GOOD, text))
    assert [row.values for row in reading.rows] == [json.loads(GOOD)] * 3
    assert rules(reading.broken) == [rule]
    assert reading.rows_seen == 4


@pytest.mark.parametrize("cut", range(3, 34))
def test_wherever_a_row_of_one_line_arrays_is_cut_the_others_survive(tmp_path, cut):
    text = f"[{GOOD},{GOOD[:cut]}{GOOD},{GOOD}]"
    reading = read_bytes(tmp_path, text)
    assert [row.values for row in reading.rows][-2:] == [json.loads(GOOD)] * 2
    assert len(reading.rows) == 3
    assert len(reading.broken) == 1


@pytest.mark.parametrize("indent", [None, 2])
def test_wherever_the_file_ends_early_all_whole_rows_are_kept(tmp_path, indent):
    rows = alpaca_rows(4)
    text = as_json(rows, indent=indent)
    for cut in range(len(text) - 1, text.index("}") + 1, -7):
        reading = read_bytes(tmp_path, text[:cut])
        whole = [row.values for row in reading.rows]
        assert whole == rows[: len(whole)]
        assert len(reading.broken) <= 1
        assert text[:cut].count("}") == len(whole)


def test_a_row_cut_at_a_line_end_of_a_pretty_array_loses_only_itself(tmp_path):
    rows = alpaca_rows(5)
    lines = as_json(rows, indent=2).split("\n")
    at = next(i for i, line in enumerate(lines) if "Answer 3" in line)
    cut = [*lines[:at], '    "output": "Answer', *lines[at + 1 :]]
    reading = read_bytes(tmp_path, "\n".join(cut))
    assert [row.values for row in reading.rows] == [r for r in rows if r["output"] != "Answer 3."]
    assert rules(reading.broken) == ["truncated"]
    assert reading.broken[0].line == at + 1


def test_a_key_given_twice_with_different_values_is_shown_with_both(tmp_path):
    text = '[{"instruction": "a", "output": "yes", "output": "no"}]' + GOOD
    issue = read_bytes(tmp_path, text).broken[0]
    assert issue.rule == "duplicate_key"
    assert "yes" in issue.detail
    assert "no" in issue.detail


@pytest.mark.parametrize("spacing", ['"output" : "no"', '"output":"no"', '"output"\t: "no"'])
def test_the_fast_way_through_jsonl_sees_a_key_given_twice(tmp_path, spacing):
    text = as_jsonl(alpaca_rows(5)) + '{"instruction": "a: b", "output": "yes", ' + spacing + "}\n"
    reading = read_bytes(tmp_path, text, name="rows.jsonl")
    assert rules(reading.broken) == ["duplicate_key"]
    assert len(reading.rows) == 5


def test_a_damaged_byte_costs_its_own_row(tmp_path):
    data = as_jsonl([{"instruction": f"質問{n}です", "output": "東京"} for n in range(9)]).encode()
    broken = data.replace("質問4".encode(), b"\xe8\xb3" + "問4".encode())
    reading = read_bytes(tmp_path, broken, name="rows.jsonl")
    assert reading.rows_seen == 9
    assert reading.encoding == "utf-8"


def test_a_row_over_sixteen_megabytes_is_set_aside(tmp_path):
    long = {"instruction": "x" * MAX_ROW_CHARACTERS, "output": "y"}
    for text in (as_jsonl([*alpaca_rows(2), long]), as_json([*alpaca_rows(2), long])):
        reading = read_bytes(tmp_path, text, name="rows.jsonl")
        assert rules(reading.broken) == ["too_long"]
        assert len(reading.rows) == 2


def test_values_that_are_no_objects_are_pieces_not_rows(tmp_path):
    reading = read_bytes(tmp_path, f'[{GOOD},\n"text",\n{GOOD},\nnull\n,{GOOD}]')
    assert len(reading.rows) == 3
    assert rules(reading.broken) == ["not_an_object", "not_an_object"]


def test_an_excerpt_is_never_longer_than_two_hundred_bytes(tmp_path):
    text = as_jsonl(alpaca_rows(3)) + '{"instruction": "' + "長" * 500
    issue = read_bytes(tmp_path, text, name="rows.jsonl").broken[0]
    assert len(issue.excerpt.encode()) <= 200


HOSTILE = {
    "quotes": '{"' + '"' * 1_000_000,
    "quotes in an array": "[" + '"' * 1_000_000,
    "stray quotes": '{"a":"' + '"x' * 300_000,
    "objects that never end": '{"instruction":' * 5_000,
    "brackets": "[" * 200_000,
    "braces": "{" * 200_000,
    "closing braces": "}" * 200_000,
    "single quotes that never end": "{'instruction':'x" * 5_000,
    "smart quotes that never end": "{“instruction”:“x" * 5_000,
    "rows cut off": '{"instruction":"x' * 5_000,
    "deep lists": ('{"id":[' + "1," * 500) * 500,
    "a long text before an error": '[{"a":"' + "y" * 1_000_000 + '" "b":1,}]',
    "line breaks in a text": '{"instruction":"' + "x\n" * 300_000,
    "blanks": '{"a"' + " " * 1_000_000,
    "backslashes": '{"a":"' + "\\" * 1_000_001,
    "commas": "[" + "," * 200_000,
    "full stops": "[]" + "。" * 200_000,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_nonsense_of_any_length_is_read_in_one_pass(text):
    from kitae.engines.reading.encodings import decode
    from kitae.engines.reading.json_rows import read_json

    data = text.encode()
    reading = read_json(decode(data), data, "hostile")
    assert reading.rows == []
