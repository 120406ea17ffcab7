"""Books: chapters in reading order with their headings, and the traps among them."""

import contextlib
import zlib

import pytest

from kitae.core.errors import DataError
from kitae.engines.documents.reading import DocumentOptions, read_document_bytes
from support.document_files import as_epub

CHAPTERS = {
    "1.xhtml": "<h1>Fish</h1><p>Sardines are <em>small</em>.</p><h2>Price</h2><p>One coin.</p>",
    "2.xhtml": "<p>なにもない章。</p><img src='x.png'/>",
    "0.xhtml": "<h1>End</h1><p>Bye.</p>",
}


def read(data, name="book.epub"):
    return read_document_bytes(data, name, DocumentOptions(), "book")


def found(reading):
    return [(f.rule, f.detail) for f in reading.findings]


def test_chapters_come_in_the_order_of_the_spine_with_headings_and_places():
    reading = read(as_epub(CHAPTERS, title="About fish"))
    assert reading.format == "epub"
    assert [(d.heading, d.text) for d in reading.documents] == [
        (("Fish",), "Sardines are small."),
        (("Fish", "Price"), "One coin."),
        ((), "なにもない章。"),
        (("End",), "Bye."),
    ]
    assert {d.title for d in reading.documents} == {"About fish"}
    assert [d.locator.split(",")[0] for d in reading.documents] == [
        "chapter 1",
        "chapter 1",
        "chapter 2",
        "chapter 3",
    ]
    assert found(reading) == [("picture", "chapter 2: 1")]


def test_what_a_book_says_about_its_use_goes_with_its_sections():
    cc = "https://creativecommons.org/licenses/by-sa/4.0/"
    assert read(as_epub(CHAPTERS, rights=cc)).documents[0].licence == "CC-BY-SA-4.0"
    own = read(as_epub(CHAPTERS, rights="All rights reserved")).documents[0]
    assert (own.licence, own.terms) == ("unknown", "All rights reserved")


def test_a_chapter_that_is_missing_is_a_finding_and_the_rest_is_read():
    reading = read(as_epub({**CHAPTERS, "2.xhtml": None}))
    assert len(reading.documents) == 3
    assert found(reading) == [("damaged_page", "chapter 2: OEBPS/text/2.xhtml")]


def test_encrypted_chapters_are_told_and_encrypted_fonts_do_no_harm():
    listed = (
        '<encryption xmlns="urn:oasis:names:tc:opendocument:xmlns:container" '
        'xmlns:enc="http://www.w3.org/2001/04/xmlenc#"><enc:EncryptedData><enc:CipherData>'
        '<enc:CipherReference URI="{}"/></enc:CipherData></enc:EncryptedData></encryption>'
    )
    locked = {"META-INF/encryption.xml": listed.format("OEBPS/text/1.xhtml")}
    reading = read(as_epub(CHAPTERS, extra=locked))
    assert ("encrypted", "OEBPS/text/1.xhtml") in found(reading)
    assert [d.text for d in reading.documents] == ["なにもない章。", "Bye."]
    fonts = {"META-INF/encryption.xml": listed.format("OEBPS/font.otf")}
    assert len(read(as_epub(CHAPTERS, extra=fonts)).documents) == 4


LAUGHS = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'


def refused(data):
    """Why a book is refused; empty where it is read, and then nothing but findings may come of it."""
    try:
        reading = read(data)
    except DataError as error:
        return error.what
    assert {f.rule for f in reading.findings} == {"damaged_page"}
    assert reading.documents == ()
    return ""


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (as_epub(CHAPTERS, prolog=LAUGHS, title="&b;"), "damaged"),
        (as_epub(CHAPTERS, root="../../etc/passwd"), "is not there"),
        (as_epub({}), "names no chapter"),
        (as_epub({"1.xhtml": "<p>" + "a" * 70 * 2**20 + "</p>"}), "unpacks to more than"),
        (as_epub({f"{n}.xhtml": "<div>" * 300 for n in range(3)}), ""),
        (as_epub(CHAPTERS)[:-40], "damaged"),
    ],
    ids=["entities", "root outside", "no chapter", "bomb", "nested", "cut"],
)
def test_traps_and_damage_are_refused_or_give_findings_alone(data, said):
    assert said in refused(data)


def test_a_changed_byte_anywhere_never_ends_in_a_crash():
    data = as_epub(CHAPTERS)
    for place in range(0, len(data), 37):
        broken = bytearray(data)
        broken[place] ^= 1 + zlib.crc32(bytes([place % 251])) % 255
        with contextlib.suppress(DataError):
            read(bytes(broken))
