import datetime as dt
import io

import openpyxl
import pytest

from kitae.core.errors import DataError, UsageError
from support.messy_files import alpaca_rows, as_csv, as_xlsx, read_bytes, rules

HEADER = ["instruction", "input", "output"]
ROWS = [["What is a dog?", "", "An animal."], ["What is red?", "", "A colour."]]


def values(reading):
    return [row.values for row in reading.rows]


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
def test_the_delimiter_is_found(tmp_path, delimiter):
    rows = alpaca_rows(5)
    reading = read_bytes(tmp_path, as_csv(rows, delimiter), name="rows.csv")
    assert values(reading) == rows
    assert reading.format == ("tsv" if delimiter == "\t" else "csv")


def test_commas_in_texts_do_not_mislead_a_table_of_tabs(tmp_path):
    text = "question\tanswer\n" + "a, b, c\td, e\n" * 5
    assert values(read_bytes(tmp_path, text, name="rows.txt"))[0] == {
        "question": "a, b, c",
        "answer": "d, e",
    }


def test_quoted_cells_hold_line_breaks_quotes_and_delimiters(tmp_path):
    rows = [{"question": 'say "hi",\nplease', "answer": "hi\u2028there"}] * 3
    reading = read_bytes(tmp_path, as_csv(rows), name="rows.csv")
    assert values(reading) == rows
    assert [row.line for row in reading.rows] == [2, 4, 6]


def test_windows_and_old_mac_line_ends_are_read(tmp_path):
    text = as_csv(alpaca_rows(3))
    assert values(read_bytes(tmp_path, text.replace("\n", "\r\n"), name="rows.csv")) == alpaca_rows(
        3
    )
    assert values(read_bytes(tmp_path, text.replace("\n", "\r"), name="rows.csv")) == alpaca_rows(3)


def test_a_line_that_names_the_delimiter_is_obeyed(tmp_path):
    text = "sep=;\nquestion;answer\na,a;b\n"
    assert values(read_bytes(tmp_path, text, name="rows.csv")) == [
        {"question": "a,a", "answer": "b"}
    ]


def test_a_quotation_mark_never_closed_costs_its_own_row(tmp_path):
    lines = as_csv(alpaca_rows(20)).split("\n")
    lines[5] = '"Question 5?,,Answer 5.'
    reading = read_bytes(tmp_path, "\n".join(lines), name="rows.csv")
    assert len(reading.rows) == 19
    assert rules(reading.broken) == ["stray_quote"]
    assert reading.broken[0].line == 6


def test_many_open_quotation_marks_are_read_in_one_pass(tmp_path):
    text = "question,answer\n" + '"a,b\n"c"d,e\n' * 4_000
    reading = read_bytes(tmp_path, text, name="rows.csv")
    assert reading.rows_seen >= 4_000


def test_a_row_with_too_many_cells_is_set_aside(tmp_path):
    reading = read_bytes(tmp_path, "question,answer\na,b,c\nd,e\nf,g,,\n", name="rows.csv")
    assert values(reading) == [{"question": "d", "answer": "e"}, {"question": "f", "answer": "g"}]
    assert rules(reading.broken) == ["column_count"]


def test_a_row_with_too_few_cells_is_filled_and_listed(tmp_path):
    reading = read_bytes(tmp_path, "question,answer,context\na,b\n", name="rows.csv")
    assert values(reading) == [{"question": "a", "answer": "b", "context": ""}]
    assert rules(reading.repairs) == ["short_row"]
    assert reading.rows[0].repairs == ("short_row",)


def test_the_header_is_found_below_a_title(tmp_path):
    text = "FAQ of our shop,,\nVersion 3,,\n,,\nquestion,answer,note\na,b,c\n"
    reading = read_bytes(tmp_path, text, name="rows.csv")
    assert reading.header_row == 4
    assert values(reading) == [{"question": "a", "answer": "b", "note": "c"}]


def test_a_table_without_header_gets_numbered_columns(tmp_path):
    reading = read_bytes(tmp_path, "a,b\nc,d\n", name="rows.csv", header_row=0)
    assert values(reading) == [{"column1": "a", "column2": "b"}, {"column1": "c", "column2": "d"}]


def test_a_column_name_given_twice_gets_a_number(tmp_path):
    reading = read_bytes(tmp_path, "question,answer,note,note\na,b,c,d\n", name="rows.csv")
    assert reading.columns == ("question", "answer", "note", "note_2")


def test_an_unclear_header_is_asked_for(tmp_path):
    text = "Title\nx,\n2024,3\n1,2\nname,value\na,b\nc,d\ne,f\n"
    with pytest.raises(UsageError) as caught:
        read_bytes(tmp_path, text, name="rows.csv")
    assert "--header-row" in (caught.value.fix or "")


def test_prose_is_no_table(tmp_path):
    with pytest.raises(DataError, match="no table"):
        read_bytes(tmp_path, "Once upon a time\nthere was a smith.\n", name="story.txt")


def test_a_table_with_a_header_only_has_no_rows(tmp_path):
    with pytest.raises(DataError, match="no rows"):
        read_bytes(tmp_path, "question,answer\n", name="rows.csv")


def test_three_sheets_with_the_header_on_row_four_are_found_and_shown(tmp_path):
    book = as_xlsx(
        {
            "使い方": [["このファイルについて"], ["回答を入れてください"]],
            "Q&A": [
                ["社内FAQ"],
                ["2026年版"],
                [],
                ["No", "質問", "回答"],
                [1, "返品は？", "三十日以内"],
            ],
            "履歴": [["日付", "内容"], [dt.date(2026, 1, 2), "作成"]],
        }
    )
    reading = read_bytes(tmp_path, book, name="faq.xlsx")
    assert (reading.sheet, reading.header_row) == ("Q&A", 4)
    assert reading.other_sheets == ("使い方", "履歴")
    assert values(reading) == [{"No": "1", "質問": "返品は？", "回答": "三十日以内"}]
    assert reading.rows[0].line == 5


def test_two_sheets_that_fit_are_asked_about(tmp_path):
    book = as_xlsx({"A": [HEADER, *ROWS], "B": [HEADER, *ROWS]})
    with pytest.raises(UsageError) as caught:
        read_bytes(tmp_path, book, name="two.xlsx")
    assert "--sheet" in (caught.value.fix or "")
    assert "'B'" in caught.value.what
    assert len(read_bytes(tmp_path, book, name="two.xlsx", sheet="B").rows) == 2


def test_sheets_without_known_names_are_asked_about(tmp_path):
    book = as_xlsx({"A": [["x", "y"], ["1", "2"]], "B": [["v", "w"], ["3", "4"]]})
    with pytest.raises(UsageError):
        read_bytes(tmp_path, book, name="two.xlsx")


def test_a_sheet_that_is_not_there_is_named_with_those_that_are(tmp_path):
    book = as_xlsx({"Data": [HEADER, *ROWS]})
    with pytest.raises(UsageError, match="Data"):
        read_bytes(tmp_path, book, name="one.xlsx", sheet="Sheet1")


def test_cells_are_read_as_a_person_sees_them(tmp_path):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["question", "answer"])
    moment = dt.datetime.fromisoformat("2026-01-02T03:04:00")
    for value in [3, 3.0, 2.5, True, dt.date(2026, 11, 22), moment]:
        sheet.append(["q", value])
    sheet.append(["q", 42])
    sheet["B8"].number_format = "00000"
    sheet.append(["q", 0.25])
    sheet["B9"].number_format = "0%"
    stream = io.BytesIO()
    book.save(stream)
    reading = read_bytes(tmp_path, stream.getvalue(), name="cells.xlsx")
    answers = [row.values["answer"] for row in reading.rows]
    assert answers == ["3", "3", "2.5", "TRUE", "2026-11-22", "2026-01-02 03:04:00", "00042", "25%"]


def test_a_merged_cell_holds_for_all_of_its_rows(tmp_path):
    book = openpyxl.Workbook()
    sheet = book.active
    for row in [["question", "answer"], ["Name a colour.", "red"], [None, "blue"], ["q", "a"]]:
        sheet.append(row)
    sheet.merge_cells("A2:A3")
    stream = io.BytesIO()
    book.save(stream)
    reading = read_bytes(tmp_path, stream.getvalue(), name="merged.xlsx")
    assert [row.values["question"] for row in reading.rows] == [
        "Name a colour.",
        "Name a colour.",
        "q",
    ]
    assert rules(reading.repairs) == ["merged_cell"]


def test_a_cell_with_an_error_costs_its_row(tmp_path):
    book = openpyxl.Workbook()
    sheet = book.active
    for row in [["question", "answer"], ["a", "b"], ["c", "#N/A"]]:
        sheet.append(row)
    stream = io.BytesIO()
    book.save(stream)
    reading = read_bytes(tmp_path, stream.getvalue(), name="error.xlsx")
    assert len(reading.rows) == 1
    assert rules(reading.broken) == ["cell_error"]


def test_a_damaged_workbook_is_named_as_such(tmp_path):
    book = as_xlsx({"A": [HEADER, *ROWS]})
    with pytest.raises(DataError, match="damaged"):
        read_bytes(tmp_path, book[: len(book) // 2], name="half.xlsx")
