import contextlib
import subprocess
import sys
import zipfile
import zlib

import pytest

from kitae.core.errors import DataError, DependencyError, NotFoundError
from kitae.engines.documents.needs import need
from kitae.engines.documents.reading import DocumentOptions, read_document_bytes, read_documents
from support.document_files import PdfWriter, as_docx, as_zip, docx_paragraph, latin_pdf, pdf_text


def read(data, name):
    data = data.encode() if isinstance(data, str) else data
    return read_document_bytes(data, name, DocumentOptions(), "src")


def refused(data, name, match):
    with pytest.raises(DataError, match=match) as caught:
        read(data, name)
    assert caught.value.exit_code == 7
    assert caught.value.fix
    assert caught.value.where


LAUGHS = "<!DOCTYPE x [" + "".join(
    f'<!ENTITY l{n} "{f"&l{n - 1};" * 10 if n else "ha"}">' for n in range(10)
)


def test_billion_laughs_in_a_docx_are_refused():
    refused(as_docx(docx_paragraph("&l9;"), prolog=LAUGHS + "]>"), "a.docx", "entities")


def test_an_entity_that_names_a_file_is_refused():
    prolog = '<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>'
    refused(as_docx(docx_paragraph("&f;"), prolog=prolog), "a.docx", "entities")


def test_a_docx_that_grows_beyond_all_measure_is_refused():
    body = docx_paragraph(" " * (100 * 2**20))
    refused(as_docx(body), "a.docx", "unpacks to more than 100 times")


def test_a_docx_with_too_many_parts_is_refused():
    refused(
        as_docx("", extra={f"p{n}.xml": "<a/>" for n in range(10_001)}), "a.docx", "10005 files"
    )


def test_a_docx_nested_without_end_is_read_or_refused_but_does_not_fall_over():
    inner = "<w:sdt><w:sdtContent>" * 20_000 + docx_paragraph("deep")
    reading = read(as_docx(inner + "</w:sdtContent></w:sdt>" * 20_000), "a.docx")
    assert reading.documents == ()


@pytest.mark.parametrize("cut", [100, 600, -40])
def test_a_docx_that_was_cut_is_damaged(cut):
    refused(as_docx(docx_paragraph("text") * 50)[:cut], "a.docx", "damaged|no DOCX|archive")


def flate_bomb(mib):
    packer = zlib.compressobj(9)
    piece = b"BT /F1 12 Tf 72 720 Td (Hello) Tj ET\n" * 28_340
    return b"".join(packer.compress(piece) for _ in range(mib)) + packer.flush()


def pdf_around(stream, filters="/FlateDecode"):
    writer = PdfWriter()
    writer.page("")
    writer.objects[0] = (
        f"<</Length {len(stream)}/Filter[{filters}]>>\nstream\n".encode() + stream + b"\nendstream"
    )
    return writer.to_bytes()


def test_a_stream_that_grows_beyond_all_measure_is_refused():
    refused(pdf_around(flate_bomb(100)), "a.pdf", "unpacks to more than 100 times")


def test_a_stream_that_is_packed_twice_cannot_take_more_memory_than_its_share():
    twice = zlib.compress(flate_bomb(400), 9)
    assert len(twice) < 2**16
    refused(pdf_around(twice, "/FlateDecode/FlateDecode"), "a.pdf", "wants more than 1 GiB")


def test_a_pdf_with_an_absurd_number_of_pages_is_refused():
    writer = PdfWriter()
    writer.pages = [writer.page("")] * 20_000
    refused(writer.to_bytes(), "a.pdf", "20000 pages; 10000 is the limit")


def test_a_pdf_whose_pages_point_at_themselves_comes_to_an_end():
    writer = PdfWriter()
    writer.pages = [2, writer.page(pdf_text(["x"]))]
    reading = read(writer.to_bytes(), "a.pdf")
    assert [(f.rule, f.page) for f in reading.findings] == [("damaged_page", 2)]
    assert [(d.page, d.text) for d in reading.documents] == [(1, "x")]


@pytest.mark.parametrize("keep", [9, 300, 0.5, 0.9])
def test_a_pdf_that_was_cut_is_mended_or_refused(keep):
    data = latin_pdf([["some text"]] * 3)
    cut = data[: keep if isinstance(keep, int) else int(len(data) * keep)]
    with contextlib.suppress(DataError):
        assert read(cut, "a.pdf").pages <= 3


def test_a_page_of_a_hundred_megabytes_is_refused():
    refused(b"<html>" + b"<p>x</p>" * (100 * 2**17), "a.html", "100 MiB; 16 is the limit")


def test_a_page_of_tags_only_is_refused():
    refused("<html>" + "<p>x</p>" * 300_001, "a.html", "600003 tags; 600000 is the limit")


def test_a_page_nested_without_end_is_refused():
    refused("<html><body>" + "<div>" * 100_000 + "text", "a.html", "nested more than")


def test_a_page_without_text_is_refused():
    refused("<!-- nothing -->", "a.html", "no text")


def test_entities_in_a_page_are_not_spelled_out():
    reading = read(f"{LAUGHS}]><html><body><p>&l9;</p></body></html>", "a.html")
    assert sum(len(d.text) for d in reading.documents) < 2000


@pytest.mark.parametrize(
    ("data", "name", "match"),
    [
        (b"\xd0\xcf\x11\xe0" + bytes(100), "a.doc", "old kind"),
        (as_zip({"[Content_Types].xml": "x", "ppt/presentation.xml": "x"}), "a.pptx", "no DOCX"),
        (b"\x89PNG" + bytes(100), "a.txt", "PNG"),
        (bytes(range(256)) * 20, "a.txt", "binary"),
        ("東京".encode("euc_jp"), "a.txt", "encoding"),
        (b"x" * (65 * 2**20), "a.txt", "64 is the limit"),
    ],
)
def test_what_is_no_document_is_refused_with_its_kind(data, name, match):
    with pytest.raises(DataError, match=match) as caught:
        read(data, name)
    assert caught.value.exit_code == 7


@pytest.mark.parametrize(
    "text",
    [
        "![" * 50_000,
        "![](" * 50_000,
        "<!--" * 50_000,
        " " * 200_000 + "x",
        "#" * 200_000,
        "|" * 200_000,
        "\n---" * 50_000,
        "```\n" * 50_001,
        "# a\n" * 50_000,
    ],
    ids=range(9),
)
@pytest.mark.parametrize("name", ["a.md", "a.txt"])
def test_odd_texts_take_no_more_time_than_their_length(text, name):
    reading = read(text + "\nend", name)
    assert "end" in reading.documents[-1].text


def test_a_damaged_file_names_its_path_and_member(tmp_path):
    path = tmp_path / "all.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("in/a.pdf", b"%PDF-1.4 nothing")
        archive.writestr("b.txt", b"x")
    with pytest.raises(DataError) as caught:
        read_documents(path, DocumentOptions(), "src", "in/a.pdf")
    assert caught.value.where == f"{path}/in/a.pdf"


def test_a_missing_document_is_not_found(tmp_path):
    with pytest.raises(NotFoundError):
        read_documents(tmp_path / "none.pdf", DocumentOptions(), "src")


def test_a_missing_library_says_what_to_install():
    with pytest.raises(DependencyError, match="PDF") as caught:
        need("no_such_library_at_all", "PDF")
    assert caught.value.exit_code == 4
    assert caught.value.fix == 'pip install "kitae[documents]"'


def test_naming_the_readers_loads_none_of_their_libraries():
    body = (
        "import sys, kitae.engines.documents.reading, kitae.engines.reading.expand\n"
        "import kitae.engines.reading.configs\n"
        "heavy = {'pypdfium2', 'trafilatura', 'lxml', 'openpyxl', 'docx', 'zstandard'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", body], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
