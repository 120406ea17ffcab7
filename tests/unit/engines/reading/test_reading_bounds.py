"""Odd files that once cost too much, or lost what they should have told."""

import io
import json
import zipfile

import pytest

from kitae.core.errors import DataError
from kitae.engines.reading.rows import BytePlaces
from kitae.engines.reading.tables import GridRow, find_header
from support.bombs import workbook
from support.fuzzing.trial import counted_steps
from support.messy_files import (
    alpaca_rows,
    as_jsonl,
    collect_bytes,
    quarantine,
    read_bytes,
    rules,
)


def test_a_text_of_line_breaks_only_is_mended_once(tmp_path):
    text = '[{"instruction": "q", "output": "a' + "\n" * 20_000 + '\tb"}]'
    with counted_steps() as steps:
        reading = read_bytes(tmp_path, text)
    assert rules(reading.repairs) == ["raw_line_break", "raw_tab"]
    assert steps[0] < 60_000


def test_a_break_before_blanks_and_a_next_field_is_still_a_cut(tmp_path):
    text = '[{"instruction": "q", "output": "a\n \n\t"input": ""}, {"instruction": "r", "output": "b"}]'
    reading = read_bytes(tmp_path, text)
    assert rules(reading.broken) == ["truncated"]
    assert [row.values["output"] for row in reading.rows] == ["b"]


def test_columns_of_the_same_name_all_get_names_of_their_own():
    header = find_header([GridRow(["a", "a", "a_2", "a", "", "b"], 1, 0)], 1)
    assert header is not None
    assert header.columns == ("a", "a_3", "a_2", "a_4", "", "b")


def test_many_columns_of_the_same_name_cost_a_look_each():
    with counted_steps() as steps:
        header = find_header([GridRow(["a"] * 5000, 1, 0)], 1)
    assert header is not None
    assert len(set(header.columns)) == 5000
    assert steps[0] < 200_000


def test_short_rows_below_a_wide_header_are_not_spelled_out(tmp_path):
    names = ",".join(["instruction", "output", *(f"c{n}" for n in range(5000))])
    with pytest.raises(DataError, match="cells are missing") as caught:
        read_bytes(tmp_path, f"{names}\n" + "q,a\n" * 1000, name="wide.csv")
    assert caught.value.exit_code == 7


def test_two_members_of_one_name_are_refused(tmp_path):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("rows.jsonl", as_jsonl(alpaca_rows(2)))
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("rows.jsonl", as_jsonl(alpaca_rows(3)))
    with pytest.raises(DataError, match="same name"):
        read_bytes(tmp_path, stream.getvalue(), name="rows.zip")


@pytest.mark.parametrize("cut", [4, 60])
def test_an_archive_whose_index_leads_before_its_start_is_damaged(tmp_path, cut):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("rows.jsonl", as_jsonl(alpaca_rows(3)))
    data = stream.getvalue()
    with pytest.raises(DataError, match="damaged"):
        read_bytes(tmp_path, data[:8] + data[8 + cut :], name="rows.zip")


def test_names_of_columns_that_cannot_be_written_do_not_stop_the_report(tmp_path):
    rows = [{"instruction": "q", "output": "a", "\ud800": 1}, *alpaca_rows(2)]
    data = "".join(json.dumps(row) + "\n" for row in rows)
    product = collect_bytes(tmp_path, data, name="rows.jsonl")
    (report,) = product.records["sources"].items
    assert report.model_dump_json()
    assert report.rows_in == 3


def test_errors_can_always_be_printed():
    error = DataError("bad \udc80", where="a\ud800.csv", fix="say \udcff")
    assert (error.what, error.where, error.fix) == ("bad ?", "a?.csv", "say ?")
    str(error).encode()


def test_evidence_in_wide_text_stands_inside_the_file(tmp_path):
    data = as_jsonl(alpaca_rows(3)).encode("utf-16")[:-41]
    product = collect_bytes(tmp_path, data, name="rows.jsonl")
    assert [issue.rule for issue in quarantine(product)]
    assert all(issue.byte_offset <= len(data) for issue in quarantine(product))


def test_places_in_bytes_are_the_same_in_any_order():
    data = 'ab\n一二{"x"}\n\nend'.encode()
    wanted = {at: BytePlaces(data, 3).at(at) for at in range(len(data) + 1)}
    rising, falling = BytePlaces(data, 3), BytePlaces(data, 3)
    starts = [0, 1, 3, 6, 9, 12, 14, 15, 18]
    assert [rising.at(at) for at in starts] == [wanted[at] for at in starts]
    assert [falling.at(at) for at in starts[::-1]] == [wanted[at] for at in starts[::-1]]
    told = BytePlaces(data, 3)
    told.mark(9, 2)
    assert told.at(12) == wanted[12]


def test_cells_merged_downwards_all_hold_their_value_though_the_area_is_wider(tmp_path):
    data = workbook(
        '<row r="3"><c r="C3" t="inlineStr"><is><t>Also a lake.</t></is></c></row>',
        after='<mergeCells count="1"><mergeCell ref="A2:B1048576"/></mergeCells>',
    )
    reading = read_bytes(tmp_path, data, name="book.xlsx")
    assert [row.values["instruction"] for row in reading.rows] == ["What is it?"] * 2
    assert rules(reading.repairs) == ["merged_cell"]
