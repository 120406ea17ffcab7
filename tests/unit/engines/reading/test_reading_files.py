import os

import pytest

from kitae.core.errors import DataError, NotFoundError, ResourceError
from kitae.engines.reading.rows import ReadOptions
from kitae.engines.reading.source import read_file
from support.messy_files import (
    alpaca_rows,
    as_csv,
    as_json,
    as_jsonl,
    as_parquet,
    as_xlsx,
    read_bytes,
)

ROWS = alpaca_rows(6)
CELLS = [list(ROWS[0]), *(list(row.values()) for row in ROWS)]

WRITTEN = {
    "json": as_json(ROWS),
    "json with indent": as_json(ROWS, indent=2),
    "jsonl": as_jsonl(ROWS),
    "csv": as_csv(ROWS),
    "tsv": as_csv(ROWS, "\t"),
    "xlsx": as_xlsx({"Sheet": CELLS}),
    "parquet": as_parquet(ROWS),
}


@pytest.mark.parametrize("content", WRITTEN.values(), ids=WRITTEN.keys())
@pytest.mark.parametrize("name", ["rows.json", "rows.csv", "rows.dat"])
def test_every_format_is_told_by_its_content_and_gives_the_same_rows(tmp_path, content, name):
    reading = read_bytes(tmp_path, content, name=name)
    assert [row.values for row in reading.rows] == ROWS
    assert [row.number for row in reading.rows] == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32", "utf-16-le"])
@pytest.mark.parametrize("form", ["json", "json with indent", "jsonl", "csv", "tsv"])
def test_text_formats_are_read_in_wide_encodings(tmp_path, encoding, form):
    reading = read_bytes(tmp_path, WRITTEN[form].encode(encoding), name="rows.txt")
    assert [row.values for row in reading.rows] == ROWS


@pytest.mark.parametrize("content", [b"", b"\n\n  \n", b"\xef\xbb\xbf", b"\xff\xfe"])
def test_an_empty_file_is_refused_as_empty(tmp_path, content):
    with pytest.raises(DataError, match="empty") as caught:
        read_bytes(tmp_path, content)
    assert caught.value.exit_code == 7


@pytest.mark.parametrize("text", ["[]", "[ ]\n"])
def test_a_file_without_examples_is_refused(tmp_path, text):
    with pytest.raises(DataError, match="no examples"):
        read_bytes(tmp_path, text)


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"%PDF-1.7\n...", "PDF"),
        (b"BZh91AY" + b"\0" * 20, "bzip2"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 50, "PNG"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 50, "Office"),
        (b"\x80\x04\x95abc", "pickle"),
        (b"PK\x03\x04" + b"\0" * 60, "archive"),
        (bytes(range(256)) * 20, "binary"),
        (b"\0" * 3 + b"\x01\x02\x03\x04" * 50, "binary"),
    ],
)
def test_a_binary_file_is_refused_with_its_kind(tmp_path, content, kind):
    with pytest.raises(DataError, match=kind) as caught:
        read_bytes(tmp_path, content, name="thing.json")
    assert caught.value.exit_code == 7


def test_a_damaged_parquet_file_is_named_as_such(tmp_path):
    data = as_parquet(ROWS)
    with pytest.raises(DataError, match="damaged"):
        read_bytes(tmp_path, data[: len(data) // 2], name="rows.parquet")


def test_a_missing_file_is_not_found_and_a_near_name_is_shown(tmp_path):
    (tmp_path / "examples.jsonl").write_text("{}", encoding="utf-8")
    with pytest.raises(NotFoundError) as caught:
        read_file(tmp_path / "exampels.jsonl", ReadOptions(), "x")
    assert caught.value.exit_code == 8
    assert "examples.jsonl" in (caught.value.fix or "")


def test_a_folder_is_no_file(tmp_path):
    with pytest.raises(DataError, match="folder"):
        read_file(tmp_path, ReadOptions(), "x")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_a_matter_of_permissions(tmp_path):
    path = tmp_path / "rows.json"
    path.write_text("[]", encoding="utf-8")
    path.chmod(0)
    with pytest.raises(ResourceError):
        read_file(path, ReadOptions(), "x")


def test_an_error_says_which_file(tmp_path):
    with pytest.raises(DataError) as caught:
        read_bytes(tmp_path, "東京".encode("euc_jp"), name="tokyo.csv")
    assert "tokyo.csv" in (caught.value.where or "")
