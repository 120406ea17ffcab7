"""Files of lines that are longer than a block: read block by block, nothing lost at the seams."""

import json

import pytest

from kitae.engines.reading.json_lines import BLOCK_BYTES, TAKES_NOTHING, TakesNothing
from kitae.engines.reading.line_file import open_lines
from kitae.engines.reading.rows import ReadOptions

AUTO = ReadOptions()


def row(number, width=200):
    return {"instruction": f"q{number}", "output": "あ" * (4 * (number % width)) + "."}


def lines_of(rows):
    return [json.dumps(values, ensure_ascii=False) for values in rows]


def write(folder, text, name="rows.jsonl"):
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


class Taking(TakesNothing):
    def __init__(self, take):
        self.take = take


def read(path, taker=TAKES_NOTHING):
    with open_lines(path, AUTO, "rows") as file:
        rows = list(file.lines.rows(taker))
        places = [file.places.at(r.position) for r in rows]
        return rows, places, file.findings


@pytest.mark.parametrize("ending", ["\n", "", "\n\n \n"])
def test_every_row_comes_out_with_its_line_and_place(tmp_path, ending):
    written = [row(n) for n in range(4000)]
    text = "\n".join(lines_of(written)) + ending
    path = write(tmp_path, text)
    assert path.stat().st_size > 3 * BLOCK_BYTES
    rows, places, findings = read(path)
    assert [r.values for r in rows] == written
    assert [r.line for r in rows] == list(range(1, 4001))
    assert [r.number for r in rows] == list(range(1, 4001))
    raw = text.encode()
    assert all(raw[p.byte_offset : p.byte_offset + 1] == b"{" for p in places)
    assert [(p.line, p.column) for p in places] == [(n, 1) for n in range(1, 4001)]
    assert findings.broken == []


def test_odd_lines_are_read_with_care_wherever_a_block_ends(tmp_path):
    written = lines_of(row(n) for n in range(4000))
    odd = set(range(7, 4000, 97))
    text = "\n".join(line[:-1] + ",}" if n in odd else line for n, line in enumerate(written))
    rows, _, findings = read(write(tmp_path, text))
    assert len(rows) == 4000
    assert {r.number - 1 for r in rows if r.repairs} == odd
    assert [issue.line for issue in findings.repairs] == [n + 1 for n in sorted(odd)]
    assert {issue.rule for issue in findings.repairs} == {"trailing_comma"}


def test_a_stray_comma_line_belongs_to_the_row_before_it(tmp_path):
    written = lines_of(row(n) for n in range(3000))
    written.insert(2000, ",")
    rows, _, findings = read(write(tmp_path, "\n".join(written)))
    assert [r.number for r in rows if r.repairs] == [2000]
    assert [issue.line for issue in findings.repairs] == [2001]


def test_rows_that_are_taken_do_not_come_out_and_count(tmp_path):
    path = write(tmp_path, "\n".join(lines_of(row(n) for n in range(3000))))
    taken = []

    def take(rows, line, is_clean):
        fits = 0
        for values in rows:
            if values["instruction"].endswith("7"):
                break
            taken.append((line + fits, values["instruction"], is_clean))
            fits += 1
        return fits

    rows, _, _ = read(path, Taking(take))
    assert {r.values["instruction"][-1] for r in rows} == {"7"}
    assert [r.number for r in rows] == [r.line for r in rows]
    assert len(rows) + len(taken) == 3000
    assert all(name == f"q{line - 1}" for line, name, _ in taken)
    assert all(is_clean for *_, is_clean in taken)


@pytest.mark.parametrize("sign", ["\\u0000", "\ufffd", "\\ufffd"])
def test_a_block_that_may_hold_a_lost_character_is_not_called_clean(tmp_path, sign):
    written = lines_of(row(n) for n in range(3000))
    written[1500] = f'{{"instruction": "a{sign}b", "output": "x"}}'
    seen = []

    def take(rows, line, is_clean):
        seen.extend((line + n, is_clean) for n in range(len(rows)))
        return len(rows)

    read(write(tmp_path, "\n".join(written)), Taking(take))
    assert dict(seen)[1501] is False
    assert dict(seen)[1] is True


def test_a_line_longer_than_many_blocks_is_one_row(tmp_path):
    written = [row(1), row(3), {"instruction": "long", "output": "x" * (5 * BLOCK_BYTES)}, row(2)]
    rows, _, _ = read(write(tmp_path, "\n".join(lines_of(written))))
    assert [r.values for r in rows] == written


@pytest.mark.parametrize(
    "text",
    [
        "[" + ",\n".join(lines_of(row(n) for n in range(3000))) + "]",
        "\n".join(lines_of(row(n) for n in range(3000))).encode("utf-16"),
        "\n".join(lines_of(row(n) for n in range(5000))).encode("gb18030", "replace"),
        "instruction,output\n" + "a,b\n" * 90_000,
        json.dumps({"data": [row(n) for n in range(3000)]}),
        "\n".join(lines_of(row(n) for n in range(10))),
    ],
    ids=["array", "utf-16", "gb18030", "csv", "wrapped", "small"],
)
def test_what_is_no_long_file_of_lines_in_utf8_is_left_to_the_other_readers(tmp_path, text):
    with open_lines(write(tmp_path, text), AUTO, "rows") as file:
        assert file is None


def test_a_few_damaged_lines_leave_it_a_file_in_utf8(tmp_path):
    written = [line.encode() for line in lines_of(row(n) for n in range(3000))]
    written[2500] = written[2500][:-20] + b"\xe3\x81"
    rows, _, findings = read(write(tmp_path, b"\n".join(written)))
    assert len(rows) == 2999
    assert [(i.line, i.rule) for i in findings.broken] == [(2501, "undecodable")]


def test_a_byte_order_mark_shifts_places_only(tmp_path):
    text = "\ufeff" + "\n".join(lines_of(row(n) for n in range(3000)))
    rows, places, _ = read(write(tmp_path, text))
    assert len(rows) == 3000
    assert places[0].byte_offset == 3
