import pytest

from support.messy_files import read_bytes, rules

GOOD = '{"instruction": "c", "output": "d"}'


def values(reading):
    return [row.values for row in reading.rows]


@pytest.mark.parametrize(
    ("text", "rule", "expected"),
    [
        (
            '[{"instruction": "a", "output": "b",}]',
            "trailing_comma",
            {"instruction": "a", "output": "b"},
        ),
        (
            '[{"instruction": "a", "output": "b"},]',
            "trailing_comma",
            {"instruction": "a", "output": "b"},
        ),
        (
            '[{"instruction": "a", "history": [["q", "r"],], "output": "b"}]',
            "trailing_comma",
            {"instruction": "a", "history": [["q", "r"]], "output": "b"},
        ),
        (
            '[{"instruction": "a", "input": ""、"output": "b"}]',
            "fullwidth_punctuation",
            {"instruction": "a", "input": "", "output": "b"},
        ),
        (
            '[{"instruction": "a"，"output": "b"}]',
            "fullwidth_punctuation",
            {"instruction": "a", "output": "b"},
        ),
        (
            '[{"instruction"："a", "output": "b"}]',
            "fullwidth_punctuation",
            {"instruction": "a", "output": "b"},
        ),
        (
            '[{"instruction": "a", "output": "b"}]。',
            "fullwidth_punctuation",
            {"instruction": "a", "output": "b"},
        ),
        (
            '[{"instruction": "a", "output": "b"}].',
            "fullwidth_punctuation",
            {"instruction": "a", "output": "b"},
        ),
        (
            '［｛"instruction": "a", "output": "b"｝］',
            "fullwidth_punctuation",
            {"instruction": "a", "output": "b"},
        ),
        (
            '[{"history": []。"instruction": "a", "output": "b"}]',
            "fullwidth_punctuation",
            {"history": [], "instruction": "a", "output": "b"},
        ),
        (
            "[{“instruction”: “a”, “output”: “b”}]",
            "smart_quotes",
            {"instruction": "a", "output": "b"},
        ),
        (
            '[{"instruction": "a”, "output": "b"}]',
            "smart_quotes",
            {"instruction": "a", "output": "b"},
        ),
        (
            '[{＂instruction＂: ＂a＂, "output": "b"}]',
            "smart_quotes",
            {"instruction": "a", "output": "b"},
        ),
        (
            "[{'instruction': 'it\\'s', 'output': 'isn't it'}]",
            "single_quotes",
            {"instruction": "it's", "output": "isn't it"},
        ),
        (
            '[{"instruction": "a", "x": None, "output": "b"}]',
            "python_word",
            {"instruction": "a", "x": None, "output": "b"},
        ),
        (
            '[{"instruction": "a", "x": NaN, "output": "b"}]',
            "nan",
            {"instruction": "a", "x": None, "output": "b"},
        ),
        (
            '[{"instruction": "a", "x": -Infinity, "output": "b"}]',
            "nan",
            {"instruction": "a", "x": None, "output": "b"},
        ),
        (
            '[{"instruction": "one\ntwo", "output": "b"}]',
            "raw_line_break",
            {"instruction": "one\ntwo", "output": "b"},
        ),
        (
            '[{"instruction": "one\ttwo", "output": "b"}]',
            "raw_tab",
            {"instruction": "one\ttwo", "output": "b"},
        ),
        (
            '[{"instruction": "a"\n "output": "b"}]',
            "missing_comma",
            {"instruction": "a", "output": "b"},
        ),
        (
            '[{"instruction": "a", "instruction": "a", "output": "b"}]',
            "duplicate_key",
            {"instruction": "a", "output": "b"},
        ),
        (
            '[{"instruction":\u3000"a", "output": "b"}]',
            "odd_blank",
            {"instruction": "a", "output": "b"},
        ),
        (
            '[{"instruction": "a", "output": "b"}',
            "unclosed_array",
            {"instruction": "a", "output": "b"},
        ),
        (
            '{"data": [{"instruction": "a", "output": "b"}]}',
            "wrapped_rows",
            {"instruction": "a", "output": "b"},
        ),
    ],
)
def test_what_can_be_meant_in_one_way_only_is_mended_and_listed(tmp_path, text, rule, expected):
    reading = read_bytes(tmp_path, text)
    assert values(reading) == [expected]
    assert rule in rules(reading.repairs)
    assert reading.broken == []


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        (f"[{GOOD}]\n[{GOOD}]", "several_arrays"),
        (f"[{GOOD}\n {GOOD}]", "missing_comma"),
        (f"[{GOOD},,{GOOD}]", "trailing_comma"),
        (f"[{GOOD}，{GOOD}]", "fullwidth_punctuation"),
        (f"{GOOD},\n{GOOD},\n", "trailing_comma"),
        (f"{GOOD}\n\0\0\0{GOOD}\n", "nul"),
        (f"{GOOD}\n\ufeff{GOOD}\n", "bom"),
        (f"[{GOOD},{GOOD}]]", "stray_bracket"),
    ],
)
def test_what_is_odd_between_rows_is_listed_and_costs_no_row(tmp_path, text, rule):
    reading = read_bytes(tmp_path, text)
    assert [row.values["output"] for row in reading.rows] == ["d", "d"]
    assert set(rules(reading.repairs)) == {rule}
    assert reading.broken == []


def test_a_mended_row_says_by_which_rules(tmp_path):
    reading = read_bytes(tmp_path, f'[{GOOD}, {{"instruction": "a"，"output": "b",}}]')
    assert reading.rows[0].repairs == ()
    assert set(reading.rows[1].repairs) == {"fullwidth_punctuation", "trailing_comma"}


def test_a_repair_is_listed_with_file_line_column_and_byte(tmp_path):
    text = '[\n {"instruction": "日本"，"output": "b"}\n]'
    issue = read_bytes(tmp_path, text, name="ja.json").repairs[0]
    assert (issue.source, issue.line, issue.column) == (
        "ja.json",
        2,
        text.split("\n")[1].index("，") + 1,
    )
    assert issue.byte_offset == len(text[: text.index("，")].encode())
    assert issue.excerpt.startswith("，")


def test_byte_offsets_are_those_of_the_file_in_its_own_encoding(tmp_path):
    text = '[\n {"instruction": "日本の首都は？"，"output": "東京"}\n]'
    issue = read_bytes(tmp_path, text.encode("cp932")).repairs[0]
    assert issue.byte_offset == len(text[: text.index("，")].encode("cp932"))
    wide = read_bytes(tmp_path, text.encode("utf-16"))
    assert wide.repairs[0].byte_offset == 2 + len(text[: text.index("，")].encode("utf-16-le"))


def test_smart_quotes_inside_a_text_are_left_alone(tmp_path):
    text = '[{"instruction": "他说“你好”，然后走了", "output": "「はい」、と。"}]'
    reading = read_bytes(tmp_path, text)
    assert reading.rows[0].values["instruction"] == "他说“你好”，然后走了"
    assert reading.repairs == []


def test_a_smart_quoted_text_may_hold_smart_quotes(tmp_path):
    reading = read_bytes(tmp_path, "[{“instruction”: “他说“你好”。”, “output”: “b”}]")
    assert reading.rows[0].values == {"instruction": "他说“你好”。", "output": "b"}


def test_code_with_braces_and_raw_line_breaks_is_one_text(tmp_path):
    code = "function f() {\n  return 1\n}\n"
    reading = read_bytes(tmp_path, '{"instruction": "' + code + '", "output": "b"}')
    assert reading.rows[0].values["instruction"] == code


def test_a_raw_line_break_in_jsonl_joins_the_two_lines(tmp_path):
    text = f'{GOOD}\n{{"instruction": "one\ntwo", "output": "b"}}\n{GOOD}\n'
    reading = read_bytes(tmp_path, text, name="rows.jsonl")
    assert [row.values["instruction"] for row in reading.rows] == ["c", "one\ntwo", "c"]
    assert [row.line for row in reading.rows] == [1, 2, 4]
    assert rules(reading.repairs) == ["raw_line_break"]


def test_line_separators_of_unicode_are_no_line_ends(tmp_path):
    text = '{"instruction": "a\u2028b\u0085c", "output": "d"}\r\n' + GOOD + "\r\n"
    reading = read_bytes(tmp_path, text, name="rows.jsonl")
    assert len(reading.rows) == 2
    assert reading.rows[0].values["instruction"] == "a\u2028b\u0085c"


def test_array_and_jsonl_give_the_same_rows(tmp_path):
    rows = [
        GOOD,
        '{"instruction": "é 日本", "output": "\\u00e9\\n"}',
        '{"instruction": "x : \\": y", "output": ""}',
    ]
    array = read_bytes(tmp_path, "[" + ",\n".join(rows) + "]")
    lines = read_bytes(tmp_path, "\n".join(rows), name="rows.jsonl")
    one_line = read_bytes(tmp_path, "[" + ",".join(rows) + "]")
    assert values(array) == values(lines) == values(one_line)
    assert [row.line for row in array.rows] == [row.line for row in lines.rows] == [1, 2, 3]
