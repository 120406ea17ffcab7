import gzip

import pytest

from kitae.core.text import Message, render
from kitae.engines.documents.reading import DocumentOptions, read_document_bytes, read_documents
from kitae.records.document import documents_table
from support.document_files import (
    PdfWriter,
    as_docx,
    as_zip,
    docx_paragraph,
    docx_table,
    japanese_pdf,
    latin_pdf,
    pdf_text,
    scanned_pdf,
)


def read(data, name, **options):
    data = data.encode() if isinstance(data, str) else data
    reading = read_document_bytes(data, name, DocumentOptions(**options), "src")
    assert len({d.id for d in reading.documents}) == len(reading.documents)
    assert len({d.locator for d in reading.documents}) == len(reading.documents)
    assert documents_table(reading.documents).num_rows == len(reading.documents)
    for finding in reading.findings:
        for language in ("en", "ja", "zh"):
            assert render(Message(key=f"reason.{finding.rule}"), language)
    return reading


def sections(reading):
    return [(d.heading, d.text) for d in reading.documents]


def findings(reading):
    return [(f.rule, f.page, f.detail) for f in reading.findings]


class TestText:
    def test_chapters_and_underlined_titles_are_headings(self):
        text = "前書き\n\n第１章 はじめに\n本文。\n第2節 細部\n文。\n\nSummary\n=======\nend\n"
        reading = read(text, "a.txt")
        assert reading.format == "text"
        assert sections(reading) == [
            ((), "前書き"),
            (("第１章 はじめに",), "本文。"),
            (("第１章 はじめに", "第2節 細部"), "文。"),
            (("Summary",), "end"),
        ]
        assert [d.locator for d in reading.documents] == ["line 1", "line 4", "line 6", "line 10"]

    def test_a_sentence_about_a_chapter_is_no_heading(self):
        text = "第3章では、これを説明する。\nChapter 3 explains this at length, as was promised.\n"
        assert len(read(text, "a.txt").documents) == 1

    def test_form_feeds_are_pages(self):
        reading = read("one\n\ftwo\n\f\n", "a.txt")
        assert [(d.page, d.text) for d in reading.documents] == [(1, "one"), (2, "two")]
        assert reading.pages == 3

    @pytest.mark.parametrize("encoding", ["cp932", "euc_jp", "utf-16", "utf-8-sig"])
    def test_the_encoding_is_found_and_reported(self, encoding):
        text = "これは日本語の文書です。長い文章がいくつか続きます。\n次の行も日本語です。\n" * 5
        reading = read(text.encode(encoding), "a.txt")
        assert reading.documents[0].text.startswith("これは日本語の文書です。")
        assert reading.is_guess == (encoding in ("cp932", "euc_jp"))
        assert reading.confidence > 0.98

    def test_bytes_that_cannot_be_read_are_counted(self):
        reading = read("これは日本語。".encode() * 30 + b"\x80\xff", "a.txt", encoding="utf-8")
        assert findings(reading) == [("undecodable", 0, "2")]
        assert "\ufffd" in reading.documents[0].text


class TestMarkdown:
    TEXT = (
        "---\ntitle: A guide\nlicense: CC-BY-4.0\n---\nBefore.\n\n# One\n\n## Two ##\ntext\n"
        "```sh\n# no heading\n```\n![a chart](chart.png)\n\nThree\n-----\n| a | b |\n|---|---|\n"
        "| 1 | 2 |\n<!-- hidden\n# comment -->\n# Four\n"
    )

    def test_headings_make_the_path_and_code_stays_whole(self):
        reading = read(self.TEXT, "a.md")
        assert (reading.format, reading.title) == ("markdown", "A guide")
        assert sections(reading) == [
            ((), "Before."),
            (("One", "Two"), "text\n```sh\n# no heading\n```\na chart"),
            (("One", "Three"), "| a | b |\n|---|---|\n| 1 | 2 |"),
        ]
        assert [d.locator for d in reading.documents] == ["line 5", "line 10", "line 18"]
        assert reading.documents[0].licence == "CC-BY-4.0"

    def test_pictures_and_headings_without_text_are_said(self):
        assert findings(read(self.TEXT, "a.md")) == [
            ("picture", 0, "1"),
            ("empty_section", 0, "Four"),
        ]

    def test_what_the_recipe_says_of_the_licence_wins(self):
        reading = read(self.TEXT, "a.md", licence="MIT", terms="asked", retrieved="2026-01-01")
        first = reading.documents[0]
        assert (first.licence, first.terms, first.retrieved) == ("MIT", "asked", "2026-01-01")


ARTICLE = "これは本文です。とても長い文章が続きます。" * 8
PAGE = (
    "<!DOCTYPE html><html><head><meta charset='{codec}'><title>題名</title>"
    "<link rel='license' href='https://creativecommons.org/licenses/by-sa/4.0/'>"
    "<meta name='robots' content='index, noai'><meta name='tdm-reservation' content='1'></head>"
    "<body><nav><a href='/'>Home page</a></nav><article><h1>見出し</h1><p>" + ARTICLE + "</p>"
    "<h2>料金表</h2><table><tr><th>名前</th><th>値段</th></tr><tr><td>米</td><td>500</td></tr></table>"
    "<p>" + ARTICLE + "</p><img src='http://127.0.0.1:9/x.png'></article>"
    "<footer>All rights reserved</footer></body></html>"
)


class TestHtml:
    @pytest.mark.parametrize("codec", ["utf-8", "shift_jis", "euc-jp"])
    def test_the_main_text_is_split_at_headings_in_the_declared_encoding(self, codec):
        reading = read(PAGE.format(codec=codec).encode(codec), "a.html")
        assert sections(reading) == [
            (("見出し",), ARTICLE),
            (("見出し", "料金表"), f"名前 | 値段\n米 | 500\n\n{ARTICLE}"),
        ]
        assert reading.title == "題名"
        assert not reading.is_guess
        assert findings(reading) == [("picture", 0, "1")]

    def test_licence_and_reservations_are_taken_from_the_page(self):
        first = read(PAGE.format(codec="utf-8"), "a.html").documents[0]
        assert (first.licence, first.terms) == ("CC-BY-SA-4.0", "noai; tdm-reservation")

    def test_a_wrong_declaration_does_not_garble_the_text(self):
        reading = read(PAGE.format(codec="shift_jis").encode(), "a.html")
        assert reading.documents[0].text == ARTICLE

    def test_a_short_page_is_taken_whole_and_said_so(self):
        page = "<html><body><form><h1>Hi</h1><p>short<br>text</p><ul><li>one</ul></form></body>"
        reading = read(page, "a.html")
        assert sections(reading) == [(("Hi",), "short\ntext\n\n- one")]
        assert findings(reading) == [("whole_page", 0, "")]

    def test_html_is_told_by_its_start_whatever_its_name(self):
        assert read("<!doctype html><p>text</p>", "a.txt").format == "html"

    def test_a_page_with_too_many_elements_is_taken_whole(self):
        body = "".join(f"<p>Paragraph number {n} of the page.</p>" for n in range(12_000))
        reading = read(f"<html><body>{body}<script>var x</script></body></html>", "a.html")
        assert findings(reading) == [("whole_page", 0, "")]
        assert reading.documents[0].text.count("Paragraph number") == 12_000
        assert "var x" not in reading.documents[0].text


P = docx_paragraph


class TestDocx:
    def test_headings_tables_and_title_are_read(self):
        body = (
            P("はじめに", "1")
            + P("本文です。")
            + P("細部", "2")
            + docx_table([["項目", "値"], ["速さ", "3"]])
            + P("おわり。")
        )
        reading = read(as_docx(body, core="<dc:title>題名</dc:title>"), "a.docx")
        assert (reading.format, reading.title) == ("docx", "題名")
        assert sections(reading) == [
            (("はじめに",), "本文です。"),
            (("はじめに", "細部"), "項目 | 値\n速さ | 3\n\nおわり。"),
        ]
        assert findings(reading) == []

    def test_headings_are_found_through_inherited_styles(self):
        styles = (
            '<w:style w:styleId="Base"><w:name w:val="mine"/><w:pPr><w:outlineLvl w:val="0"/></w:pPr>'
            '</w:style><w:style w:styleId="Child"><w:name w:val="x"/><w:basedOn w:val="Base"/></w:style>'
            '<w:style w:styleId="Loop"><w:name w:val="y"/><w:basedOn w:val="Loop"/></w:style>'
        )
        body = P("Head", "Child") + P("text", "Loop")
        assert sections(read(as_docx(body, styles=styles), "a.docx")) == [(("Head",), "text")]

    def test_merged_cells_stand_in_each_row_and_column(self):
        def cell(text, properties=""):
            return f"<w:tc><w:tcPr>{properties}</w:tcPr>{P(text)}</w:tc>"

        rows = (
            "<w:tr>" + cell("both", '<w:gridSpan w:val="2"/>') + cell("c") + "</w:tr>"
            "<w:tr>"
            + cell("down", '<w:vMerge w:val="restart"/>')
            + cell("1")
            + cell("2")
            + "</w:tr>"
            "<w:tr>" + cell("", "<w:vMerge/>") + cell("3") + cell("4") + "</w:tr>"
        )
        reading = read(as_docx(f"<w:tbl>{rows}</w:tbl>"), "a.docx")
        assert reading.documents[0].text == "both | both | c\ndown | 1 | 2\ndown | 3 | 4"
        assert findings(reading) == []

    def test_tracked_changes_are_read_as_accepted(self):
        body = (
            "<w:p><w:r><w:t>kept </w:t></w:r><w:ins><w:r><w:t>new</w:t></w:r></w:ins>"
            "<w:del><w:r><w:delText>old</w:delText></w:r></w:del></w:p>"
        )
        assert read(as_docx(body), "a.docx").documents[0].text == "kept new"

    def test_pictures_notes_objects_and_ragged_tables_are_said(self):
        body = (
            P("text") + "<w:p><w:r><w:drawing/></w:r><w:r><w:pict/></w:r><w:r><w:object/></w:r>"
            '<w:r><w:footnoteReference w:id="1"/></w:r></w:p>'
            + docx_table([["a", "b"], ["c"]])
            + P("End", "1")
        )
        assert findings(read(as_docx(body), "a.docx")) == [
            ("table_shape", 0, "table 1"),
            ("empty_section", 0, "End"),
            ("picture", 0, "2"),
            ("embedded_object", 0, "1"),
            ("notes_left_out", 0, "1"),
        ]

    def test_a_text_box_is_read_once(self):
        box = f"<w:txbxContent>{P('in the box')}</w:txbxContent>"
        mc = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
        body = (
            f"<w:p><w:r><mc:AlternateContent {mc}><mc:Choice><w:drawing>{box}</w:drawing></mc:Choice>"
            f"<mc:Fallback><w:pict>{box}</w:pict></mc:Fallback></mc:AlternateContent></w:r></w:p>"
        )
        assert read(as_docx(body), "a.docx").documents[0].text == "in the box"

    def test_an_encrypted_file_gives_a_finding_and_no_text(self):
        data = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le")
        reading = read(data, "a.docx")
        assert reading.documents == ()
        assert findings(reading) == [("encrypted", 0, "")]

    def test_the_real_library_writes_what_is_read_here(self, tmp_path):
        docx = pytest.importorskip("docx")
        book = docx.Document()
        book.add_heading("題名", 0)
        book.add_heading("Chapter", 1)
        book.add_paragraph("Some text.")
        book.add_paragraph("An item", style="List Bullet")
        table = book.add_table(rows=2, cols=2)
        for number, cell in enumerate(c for row in table.rows for c in row.cells):
            cell.text = f"c{number}"
        book.save(tmp_path / "a.docx")
        reading = read_documents(tmp_path / "a.docx", DocumentOptions(), "src")
        assert sections(reading) == [
            (("題名", "Chapter"), "Some text.\nAn item\n\nc0 | c1\nc2 | c3"),
        ]


class TestPdf:
    def test_sections_follow_pages_and_larger_letters(self):
        first = [
            ("The Big Title", 24),
            "This is the first line of the body text that goes on to a wide",
            "second line of it, with a hyphen-",
            "ated word at the end.",
            ("A Sub Heading", 16),
            "More of the body text stands here.",
        ]
        reading = read(latin_pdf([first, ["The second page."]]), "a.pdf")
        assert (reading.format, reading.pages) == ("pdf", 2)
        assert [(d.page, d.heading, d.text) for d in reading.documents] == [
            (
                1,
                ("The Big Title",),
                "This is the first line of the body text that goes on to a wide second line of it, "
                "with a hyphenated word at the end.",
            ),
            (1, ("The Big Title", "A Sub Heading"), "More of the body text stands here."),
            (2, ("The Big Title", "A Sub Heading"), "The second page."),
        ]
        assert [d.locator for d in reading.documents] == ["page 1", "page 1, part 2", "page 2"]

    def test_the_outline_names_the_headings(self):
        writer = PdfWriter()
        font = writer.add("<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>")
        fonts = f"/Font<</F1 {font} 0 R>>"
        one = writer.page(pdf_text(["Intro", "some text"]), fonts)
        two = writer.page(pdf_text(["only text"]), fonts)
        root = len(writer.objects) + 3
        writer.add(f"<</Type/Outlines/First {root + 1} 0 R/Last {root + 2} 0 R/Count 2>>")
        writer.add(f"<</Title(Intro)/Parent {root} 0 R/Next {root + 2} 0 R/Dest[{one} 0 R/Fit]>>")
        writer.add(f"<</Title(Unseen)/Parent {root} 0 R/Prev {root + 1} 0 R/Dest[{two} 0 R/Fit]>>")
        writer.catalog = f"/Outlines {root} 0 R"
        info = writer.add("<</Title(A PDF)>>")
        writer.info = f"/Info {info} 0 R"
        reading = read(writer.to_bytes(), "a.pdf")
        assert reading.title == "A PDF"
        assert sections(reading) == [(("Intro",), "some text"), (("Unseen",), "only text")]

    def test_japanese_is_read_through_the_map_of_the_font(self):
        lines = [
            "第一章　はじめに",
            "これは日本語の文書です。改行をまたいで文が続くことがありますので",
            "そのときは一つにまとめます。",
        ]
        reading = read(japanese_pdf(lines), "a.pdf")
        assert reading.documents[0].text == f"{lines[0]}\n{lines[1]}{lines[2]}"
        assert findings(reading) == []

    def test_letters_that_stand_for_nothing_are_said_and_not_taken(self):
        reading = read(japanese_pdf(["これは日本語"], has_map=False), "a.pdf")
        assert reading.documents == ()
        assert [(f.rule, f.page) for f in reading.findings] == [("unmapped_text", 1)]

    def test_scanned_and_empty_pages_are_told_apart(self):
        writer = PdfWriter()
        writer.page("")
        assert findings(read(writer.to_bytes(), "a.pdf")) == [("empty_page", 1, "")]
        reading = read(scanned_pdf(2), "a.pdf")
        assert reading.documents == ()
        assert findings(reading) == [("scanned_page", 1, ""), ("scanned_page", 2, "")]

    def test_a_ruled_table_is_said_to_have_lost_its_shape(self):
        writer = PdfWriter()
        font = writer.add("<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>")
        rules = "0 0 m 99 0 l S\n0 20 m 99 20 l S\n0 0 m 0 20 l S\n50 0 m 50 20 l S\n"
        writer.page(rules + pdf_text(["a b"]), f"/Font<</F1 {font} 0 R>>")
        assert findings(read(writer.to_bytes(), "a.pdf")) == [("table_shape", 1, "")]

    def test_lines_that_run_through_all_pages_are_left_out_and_said(self):
        pages = [["The Book of Rice", f"Text {n}: {'abcdef'[n]}", f"- {n} -"] for n in range(6)]
        reading = read(latin_pdf(pages), "a.pdf")
        assert [d.text for d in reading.documents] == [page[1] for page in pages]
        assert findings(reading) == [
            ("running_line", 0, "The Book of Rice"),
            ("running_line", 0, "- 0 -"),
        ]

    def test_headers_of_left_and_right_pages_are_left_out_too(self):
        pages = [[f"{'Rice' if n % 2 else 'Tea'} {n}", f"Text {'abcdef'[n]}"] for n in range(6)]
        reading = read(latin_pdf(pages), "a.pdf")
        assert [d.text for d in reading.documents] == [page[1] for page in pages]

    def test_an_encrypted_file_gives_a_finding_and_no_text(self):
        key = "00" * 32
        data = latin_pdf(
            [["secret"]],
            encrypt=f"/Encrypt<</Filter/Standard/V 1/R 2/P -4/O<{key}>/U<{key}>>>/ID[<00><00>]",
        )
        reading = read(data, "a.pdf")
        assert reading.documents == ()
        assert findings(reading) == [("encrypted", 0, "")]


class TestPacking:
    def test_packed_documents_and_members_are_read(self, tmp_path):
        (tmp_path / "a.md.gz").write_bytes(gzip.compress(b"# T\ntext", mtime=0))
        (tmp_path / "all.zip").write_bytes(as_zip({"b/x.md": b"# T\ntext", "c.txt": b"y"}))
        packed = read_documents(tmp_path / "a.md.gz", DocumentOptions(), "src")
        member = read_documents(tmp_path / "all.zip", DocumentOptions(), "src", "b/x.md")
        assert sections(packed) == sections(member) == [(("T",), "text")]

    def test_equal_bytes_give_equal_documents(self):
        data = latin_pdf([["some text"], ["more text"]])
        assert read(data, "a.pdf") == read(data, "a.pdf")

    def test_the_origin_stands_before_the_place(self):
        reading = read("text", "a.txt", origin="https://example.org/a.txt")
        assert reading.documents[0].locator == "https://example.org/a.txt, line 1"
