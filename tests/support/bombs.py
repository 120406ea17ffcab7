"""Files that are small on disk and have no end when they are read."""

import gzip
import io
import zipfile
import zlib

import pyarrow as pa

from support.document_files import PdfWriter, as_docx, as_zip, docx_paragraph, pdf_text
from support.messy_files import as_jsonl, as_xlsx

HEAD = ["instruction", "input", "output"]
ROW = ["What is it?", "", "It is a sea."]
LAUGHS = "<!DOCTYPE x [" + "".join(
    f'<!ENTITY l{n} "{f"&l{n - 1};" * 10 if n else "ha"}">' for n in range(10)
)
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def stretched(mib, piece=bytes(2**16)):
    """A gzip file of so many MiB, made without having them in memory."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    return (
        b"".join(packer.compress(piece) for _ in range(mib * 2**20 // len(piece))) + packer.flush()
    )


def rows_gz(mib):
    """Valid rows without end, packed."""
    line = as_jsonl([{"instruction": "What is it?", "output": "It is a sea."}]).encode()
    return stretched(mib, line * (2**16 // len(line)))


def zst(mib):
    """Zeros without end, packed by zstandard."""
    sink = pa.BufferOutputStream()
    with pa.CompressedOutputStream(sink, "zstd") as stream:
        for _ in range(mib):
            stream.write(bytes(2**20))
    return sink.getvalue().to_pybytes()


def zip_of(mib, members=1):
    """Members of zeros."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(members):
            with archive.open(f"rows{number}.jsonl", "w") as member:
                for _ in range(mib):
                    member.write(bytes(2**20))
    return stream.getvalue()


def nested_zip(depth):
    """A ZIP in a ZIP in a ZIP."""
    data = as_jsonl([{"instruction": "What?", "output": "That."}]).encode()
    name = "rows.jsonl"
    for number in range(depth):
        data, name = as_zip({name: data}), f"level{number}.zip"
    return data


def overlapping_zip(members, mib):
    """Members that all stand on the same packed bytes."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    plain = bytes(range(256)) * (mib * 4096)
    body = packer.compress(plain) + packer.flush()
    crc = zlib.crc32(plain)
    names = [b"rows%05d.jsonl" % n for n in range(members)]

    def fields(name):
        return (
            b"\x14\0\0\0\x08\0\0\0\x21\0" + crc.to_bytes(4, "little")
            + len(body).to_bytes(4, "little") + len(plain).to_bytes(4, "little")
            + len(name).to_bytes(2, "little") + b"\0\0"
        )  # fmt: skip

    out = b"PK\x03\x04" + fields(names[0]) + names[0] + body
    index = b"".join(b"PK\x01\x02\x14\0" + fields(name) + bytes(14) + name for name in names)
    count = members.to_bytes(2, "little")
    return (
        out + index + b"PK\x05\x06" + bytes(4) + count * 2
        + len(index).to_bytes(4, "little") + len(out).to_bytes(4, "little") + b"\0\0"
    )  # fmt: skip


def workbook(sheet="", *, strings="", after="", prefix=""):
    """A sound workbook whose sheet (and shared texts) are written by hand."""
    with zipfile.ZipFile(io.BytesIO(as_xlsx({"Sheet": [HEAD, ROW]}))) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    p = f"{prefix}:" if prefix else ""
    space = f"xmlns:{prefix}" if prefix else "xmlns"
    head = sheet_row(1, HEAD, p) + sheet_row(2, ROW, p)
    parts["xl/worksheets/sheet1.xml"] = (
        f'<{p}worksheet {space}="{_MAIN}"><{p}sheetData>{head}{sheet}</{p}sheetData>{after}</{p}worksheet>'
    )
    if strings:
        parts["xl/sharedStrings.xml"] = f'<sst xmlns="{_MAIN}">{strings}</sst>'
        kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
        named = f'<Override PartName="/xl/sharedStrings.xml" ContentType="{kind}"/></Types>'
        types = parts["[Content_Types].xml"].decode()
        parts["[Content_Types].xml"] = types.replace("</Types>", named)
    return as_zip(parts)


def sheet_row(number, cells, p=""):
    """A row of texts."""
    made = "".join(
        f'<{p}c r="{letter}{number}" t="inlineStr"><{p}is><{p}t>{cell}</{p}t></{p}is></{p}c>'
        for letter, cell in zip("ABC", cells, strict=True)
    )
    return f'<{p}row r="{number}">{made}</{p}row>'


def million_rows(prefix="", count=1_000_000):
    """A sheet with about as many rows as a spreadsheet program allows."""
    p = f"{prefix}:" if prefix else ""
    cells = f'<{p}c t="n"><{p}v>1</{p}v></{p}c>' * 2
    return workbook(f'<{p}row spans="1:2">{cells}</{p}row>' * count, prefix=prefix)


def laughing_workbook():
    """Entities in the shared texts."""
    with zipfile.ZipFile(io.BytesIO(workbook())) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts["xl/sharedStrings.xml"] = f'<?xml version="1.0"?>{LAUGHS}]><sst>&l9;</sst>'
    return as_zip(parts)


HARMLESS = {
    "last_cell.xlsx": lambda: workbook('<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'),
    "merged_all.xlsx": lambda: workbook(
        after='<mergeCells count="1"><mergeCell ref="A2:XFD1048576"/></mergeCells>'
    ),
    "merged_often.xlsx": lambda: workbook(
        after="<mergeCells>" + '<mergeCell ref="A2:A1048576"/>' * 10_000 + "</mergeCells>"
    ),
    "linked_all.xlsx": lambda: workbook(
        after='<hyperlinks><hyperlink ref="A1:XFD1048576" location="x"/></hyperlinks>'
    ),
}
"""Sheets that name areas of milliards of cells, with little in them."""

WORKBOOKS = {
    "million_rows.xlsx": million_rows,
    "million_rows_prefixed.xlsx": lambda: million_rows("x", 250_000),
    "row_beyond.xlsx": lambda: workbook(f'<row r="{10**12}"><c r="A1"><v>1</v></c></row>'),
    "wide_rows.xlsx": lambda: workbook(
        "".join(f'<row r="{n}"><c r="XFD{n}"><v>1</v></c></row>' for n in range(3, 3000))
    ),
    "many_strings.xlsx": lambda: workbook(strings="<si><t/></si>" * 2_100_000),
    "one_long_string.xlsx": lambda: workbook(
        "".join(
            f'<row r="{n}"><c r="A{n}" t="s"><v>0</v></c><c r="C{n}" t="s"><v>0</v></c></row>'
            for n in range(3, 2000)
        ),
        strings="<si><t>" + "sea " * 2_000_000 + "</t></si>",
    ),
    "laughs.xlsx": laughing_workbook,
}


def deep_pdf(depth):
    """Forms that draw each other ten times, level by level."""
    writer = PdfWriter()
    font = writer.add("<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>")
    resources = f"/Font<</F1 {font} 0 R>>"
    form = "/Type/XObject/Subtype/Form/BBox[0 0 612 792]"
    inner = writer.stream(pdf_text(["ha"]).encode(), f"{form}/Resources<<{resources}>>")
    for _ in range(depth):
        inner = writer.stream(b"/X Do " * 10, f"{form}/Resources<</XObject<</X {inner} 0 R>>>>")
    writer.page("/X Do", f"/XObject<</X {inner} 0 R>>")
    return writer.to_bytes()


def flat_docx(paragraphs):
    """Very many empty paragraphs."""
    return as_docx("<w:p/>" * paragraphs + docx_paragraph("end"))


OTHERS = {
    "zeros.jsonl.gz": lambda: stretched(80),
    "rows.jsonl.gz": lambda: rows_gz(80),
    "zeros.jsonl.zst": lambda: zst(80),
    "zeros.zip": lambda: zip_of(80),
    "many.zip": lambda: zip_of(10, 20),
    "nested.zip": lambda: nested_zip(40),
    "overlapping.zip": lambda: overlapping_zip(5000, 4),
    "twice.jsonl.gz": lambda: gzip.compress(stretched(80), mtime=0),
    "deep.json": lambda: b"[" * 400_000,
    "deep_objects.json": lambda: b'{"a":' * 200_000,
    "deep_row.jsonl": lambda: (
        b'{"instruction": "q", "output": ' + b"[" * 1_000_000 + b"]" * 1_000_000 + b"}\n"
    ),
    "long_line.jsonl": lambda: b'{"instruction": "q", "output": "' + b"x" * (2**24 + 1) + b'"}\n',
    "wide_table.csv": lambda: (
        (",".join(f"c{n}" for n in range(60_000)) + ",instruction,output\n").encode()
        + b"1,2\n" * 60_000
    ),
    "laughs.docx": lambda: as_docx(docx_paragraph("&l9;"), prolog=LAUGHS + "]>"),
    "outside.docx": lambda: as_docx(
        docx_paragraph("&f;"), prolog='<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>'
    ),
    "flat.docx": lambda: flat_docx(6_000_000),
    "stretched.docx": lambda: as_docx(docx_paragraph(" " * (100 * 2**20))),
    "deep_forms.pdf": lambda: deep_pdf(12),
    "deep.html": lambda: b"<html><body>" + b"<div>" * 1_000_000 + b"text",
}
BOMBS = {**WORKBOOKS, **OTHERS}
