import bz2
import gzip
import io
import lzma
import zipfile
import zlib

import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet as pq
import pytest

from kitae.core.errors import DataError
from kitae.engines.reading.rows import ReadOptions
from kitae.engines.reading.source import read_file, read_sheets
from support.document_files import as_tar, as_zip, sparse_tar
from support.messy_files import alpaca_rows, as_csv, as_jsonl, as_parquet, as_xlsx, read_bytes
from support.real_data import real_data

ROWS = alpaca_rows(6)
TEXT = as_jsonl(ROWS).encode()
TABLE = pa.Table.from_pylist(ROWS)


def as_arrow(table, *, is_stream=False, compression=None):
    stream = io.BytesIO()
    options = pa.ipc.IpcWriteOptions(compression=compression)
    make = pa.ipc.new_stream if is_stream else pa.ipc.new_file
    with make(stream, table.schema, options=options) as writer:
        writer.write_table(table)
    return stream.getvalue()


def as_zst(data):
    return pa.Codec("zstd").compress(data, asbytes=True)


def as_feather(table):
    stream = io.BytesIO()
    pyarrow.feather.write_feather(table, stream)
    return stream.getvalue()


PACKED = {
    "rows.jsonl.bz2": bz2.compress(TEXT),
    "two streams.bz2": bz2.compress(TEXT[:100]) + bz2.compress(TEXT[100:]),
    "rows.jsonl.xz": lzma.compress(TEXT),
    "two streams.xz": lzma.compress(TEXT[:100]) + lzma.compress(TEXT[100:]),
    "rows.tar": as_tar({"rows.jsonl": TEXT}),
    "rows.tgz": gzip.compress(as_tar({"./a/rows.jsonl": TEXT}), mtime=0),
    "rows.tar.bz2": bz2.compress(as_tar({"rows.jsonl": TEXT})),
    "rows.tar.xz": lzma.compress(as_tar({"rows.jsonl": TEXT})),
    "rows.tar.zst": as_zst(as_tar({"rows.jsonl": TEXT})),
    "rows.jsonl.gz": gzip.compress(TEXT, mtime=0),
    "rows.jsonl.zst": as_zst(TEXT),
    "two frames.zst": as_zst(TEXT[:100]) + as_zst(TEXT[100:]),
    "two members.gz": gzip.compress(TEXT[:100], mtime=0) + gzip.compress(TEXT[100:], mtime=0),
    "rows.zip": as_zip({"rows.jsonl": TEXT, "__MACOSX/._rows.jsonl": b"x"}),
    "table.tsv.gz": gzip.compress(as_csv(ROWS, "\t").encode(), mtime=0),
    "rows.parquet.gz": gzip.compress(as_parquet(ROWS), mtime=0),
    "file.arrow": as_arrow(TABLE),
    "stream.arrow": as_arrow(TABLE, is_stream=True),
    "packed.arrow": as_arrow(TABLE, compression="zstd"),
    "rows.feather": as_feather(TABLE),
    "noname": as_arrow(TABLE, is_stream=True, compression="lz4"),
}


@pytest.mark.parametrize("name", PACKED)
def test_packed_and_arrow_files_give_the_same_rows_as_plain_ones(tmp_path, name):
    reading = read_bytes(tmp_path, PACKED[name], name=name)
    assert [row.values for row in reading.rows] == ROWS


@pytest.mark.parametrize("pack", ["gz", "zst", "zip", "arrow"])
@pytest.mark.parametrize("name", ["alpaca_zh_demo.json", "t0/common_gen_Put_together.jsonl"])
def test_real_data_is_the_same_packed_and_plain(tmp_path, name, pack):
    plain = real_data() / name
    rows = [row.values for row in read_file(plain, ReadOptions(), "x").rows]
    data = plain.read_bytes()
    packed = {
        "gz": lambda: gzip.compress(data, 1, mtime=0),
        "zst": lambda: as_zst(data),
        "zip": lambda: as_zip({plain.name: data}),
        "arrow": lambda: as_arrow(pa.Table.from_pylist(rows), compression="zstd"),
    }
    path = tmp_path / f"{plain.name}.{pack}"
    path.write_bytes(packed[pack]())
    found = [row.values for row in read_file(path, ReadOptions(), "x").rows]
    keys = {key for row in rows for key in row}
    wanted = rows if pack != "arrow" else [{k: row.get(k) for k in found[0]} for row in rows]
    assert set(found[0]) <= keys
    assert found == wanted


@pytest.mark.parametrize(
    "data",
    [
        gzip.compress(TEXT * 50, mtime=0)[:-200],
        as_zst(TEXT * 50)[:-20],
        PACKED["rows.zip"][:-30],
        bz2.compress(TEXT * 50)[:-20],
        lzma.compress(TEXT * 50)[:-20],
        PACKED["rows.tgz"][:-20],
        PACKED["rows.tar"][:700],
        PACKED["file.arrow"][:300],
        PACKED["stream.arrow"][:300],
    ],
)
def test_a_packed_file_that_was_cut_is_damaged(tmp_path, data):
    with pytest.raises(DataError, match="damaged") as caught:
        read_bytes(tmp_path, data, name="rows.bin")
    assert caught.value.exit_code == 7


def zeros(mib):
    piece = bytes(2**20)
    return (piece for _ in range(mib))


def gz_bomb(mib):
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    return b"".join(packer.compress(piece) for piece in zeros(mib)) + packer.flush()


def zst_bomb(mib):
    sink = pa.BufferOutputStream()
    with pa.CompressedOutputStream(sink, "zstd") as stream:
        for piece in zeros(mib):
            stream.write(piece)
    return sink.getvalue().to_pybytes()


def zip_bomb(mib, members=1):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(members):
            with archive.open(f"rows{number}.jsonl", "w") as member:
                for piece in zeros(mib):
                    member.write(piece)
    return stream.getvalue()


def arrow_bomb(mib):
    table = pa.table({"instruction": pa.array([bytes(2**20).decode()] * mib, pa.large_string())})
    return as_arrow(table, compression="zstd")


def repeated_parquet(values, mib):
    column = pa.DictionaryArray.from_arrays(
        pa.array([0] * values, pa.int32()), pa.array(["x" * (mib * 2**20)])
    )
    stream = io.BytesIO()
    pq.write_table(
        pa.table({"output": column.cast(pa.dictionary(pa.int32(), pa.string()))}), stream
    )
    return stream.getvalue()


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("gz", gz_bomb(100)),
        ("zst", zst_bomb(100)),
        ("zip", zip_bomb(100)),
        ("bz2", bz2.compress(bytes(2**20)) * 100),
        ("xz", lzma.compress(bytes(2**20)) * 100),
        ("tar.gz", gzip.compress(as_tar({"a.jsonl": bytes(70 * 2**20)}), 1)),
        ("tar", sparse_tar(100)),
        ("many", zip_bomb(10, 8)),
        ("arrow", arrow_bomb(80)),
        ("parquet", repeated_parquet(10_000, 1)),
    ],
    ids=["gz", "zst", "zip", "bz2", "xz", "tar.gz", "tar", "many", "arrow", "parquet"],
)
def test_a_bomb_is_refused_before_it_fills_the_memory(tmp_path, name, data):
    assert len(data) < 2**21
    with pytest.raises(DataError, match=r"unpacks to|choose from") as caught:
        read_bytes(tmp_path, data, name=f"rows.{name}")
    assert caught.value.exit_code == 7
    assert caught.value.fix


@pytest.mark.parametrize(
    "inner",
    [
        gzip.compress(gzip.compress(TEXT, mtime=0), mtime=0),
        gzip.compress(PACKED["rows.zip"], mtime=0),
        as_zst(PACKED["rows.jsonl.gz"]),
        as_zip({"inner.zip": PACKED["rows.zip"]}),
        as_zip({"rows.jsonl.gz": PACKED["rows.jsonl.gz"]}),
    ],
)
def test_an_archive_in_an_archive_is_refused(tmp_path, inner):
    with pytest.raises(DataError, match="packed once more") as caught:
        read_bytes(tmp_path, inner, name="rows.gz")
    assert caught.value.exit_code == 7


@pytest.mark.parametrize(
    "name", ["../../etc/rows.jsonl", "/etc/rows.jsonl", "..\\rows.jsonl", "C:/x"]
)
def test_names_that_lead_out_of_an_archive_are_refused(tmp_path, name):
    with pytest.raises(DataError, match="leads out of it") as caught:
        read_bytes(tmp_path, as_zip({name: TEXT}), name="rows.zip")
    assert caught.value.exit_code == 7


def test_an_encrypted_archive_says_so(tmp_path):
    data = bytearray(as_zip({"rows.jsonl": TEXT}))
    data[6] |= 1
    data[data.rindex(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(DataError, match="encrypted"):
        read_bytes(tmp_path, bytes(data), name="rows.zip")


def test_an_archive_of_several_files_asks_to_be_named_as_a_source(tmp_path):
    data = as_zip({"a.jsonl": TEXT, "b.jsonl": TEXT})
    with pytest.raises(DataError, match=r"2 files.*a\.jsonl, b\.jsonl"):
        read_bytes(tmp_path, data, name="rows.zip")
    reading = read_file(tmp_path / "rows.zip", ReadOptions(), "x", "b.jsonl")
    assert len(reading.rows) == 6


def test_a_tar_archive_inside_another_archive_says_how_to_unpack_it(tmp_path):
    inner = as_tar({"rows.jsonl": TEXT})
    for packed in (as_zip({"rows.tar": inner}), gzip.compress(gzip.compress(inner))):
        with pytest.raises(DataError, match=r"tar archive|packed once more") as caught:
            read_bytes(tmp_path, packed, name="rows.bin")
        assert "unpack" in (caught.value.fix or "")


def test_an_empty_packed_file_is_empty(tmp_path):
    with pytest.raises(DataError, match="empty"):
        read_bytes(tmp_path, gzip.compress(b"\n", mtime=0), name="rows.gz")


HEAD = ["instruction", "input", "output"]
SHEETS = {
    "2024": [HEAD, ["a?", "", "A"], ["b?", "", "B"]],
    "Notes": [["written by", "somebody"], ["on", "Monday"]],
    "2025": [["all of 2025"], HEAD, ["c?", "", "C"]],
    "Empty": [],
}


def test_all_sheets_are_read_when_asked_for_and_each_row_knows_its_own(tmp_path):
    path = tmp_path / "book.xlsx"
    path.write_bytes(as_xlsx(SHEETS))
    readings = read_sheets(path, ReadOptions(sheet="*"), "book")
    rows = [(r.sheet, row.line, row.values["output"]) for r in readings for row in r.rows]
    assert rows == [("2024", 2, "A"), ("2024", 3, "B"), ("2025", 3, "C")]
    assert [r.other_sheets for r in readings] == [("Notes", "Empty")] * 2
    assert [r.header_row for r in readings] == [1, 2]


def test_a_file_without_sheets_ignores_the_wish_for_all_of_them(tmp_path):
    path = tmp_path / "rows.jsonl"
    path.write_bytes(TEXT)
    assert [len(r.rows) for r in read_sheets(path, ReadOptions(sheet="*"), "x")] == [6]


def big_workbook(rows):
    """A workbook written by hand: openpyxl would take a minute for a million rows."""
    row = "<row><c t='inlineStr'><is><t>q</t></is></c><c t='inlineStr'><is><t>a</t></is></c></row>"
    sheet = f"<worksheet><sheetData>{row * rows}</sheetData></worksheet>"
    return as_zip(
        {
            "[Content_Types].xml": "<Types/>",
            "xl/workbook.xml": "<workbook/>",
            "xl/worksheets/sheet1.xml": sheet,
        }
    )


def test_a_sheet_of_a_million_rows_is_refused_with_a_way_to_convert_it(tmp_path):
    stored = big_workbook(1_000_000)
    with pytest.raises(DataError, match=r"1000000 rows|unpacks to") as caught:
        read_bytes(tmp_path, stored, name="rows.xlsx")
    assert caught.value.exit_code == 7


def test_rows_of_a_sheet_are_counted_before_they_are_parsed(tmp_path):
    with pytest.raises(DataError, match="250000 rows") as caught:
        read_bytes(tmp_path, big_workbook(250_000), name="rows.xlsx")
    assert "CSV" in (caught.value.fix or "")


LAUGHS = "<!DOCTYPE x [" + "".join(
    f'<!ENTITY l{n} "{f"&l{n - 1};" * 10 if n else "ha"}">' for n in range(10)
)


@pytest.mark.parametrize("codec", ["utf-8", "utf-16"])
@pytest.mark.parametrize("part", ["xl/sharedStrings.xml", "xl/workbook.xml", "xl/styles.xml"])
def test_a_workbook_that_declares_entities_is_refused(tmp_path, part, codec):
    data = as_zip(
        {
            "[Content_Types].xml": "<Types/>",
            "xl/workbook.xml": "<workbook/>",
            part: f"<?xml version='1.0'?>{LAUGHS}]><sst>&l9;</sst>".encode(codec),
        }
    )
    with pytest.raises(DataError, match="entities") as caught:
        read_bytes(tmp_path, data, name="rows.xlsx")
    assert caught.value.exit_code == 7
