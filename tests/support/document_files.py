"""Documents as newcomers bring them, written byte by byte: PDF, DOCX, and the traps among them."""

import io
import tarfile
import zipfile
import zlib

_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="xml" ContentType="application/xml"/></Types>'
)
_STYLES = "".join(
    f'<w:style w:type="paragraph" w:styleId="{style_id}"><w:name w:val="{name}"/></w:style>'
    for style_id, name in (("1", "heading 1"), ("2", "heading 2"), ("a3", "Title"))
)


def as_zip(members, *, method=zipfile.ZIP_DEFLATED):
    """A ZIP archive: name -> text or bytes."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name), content, method)
    return stream.getvalue()


def as_tar(members, **kinds):
    """A tar archive: name -> text or bytes; `kinds` gives the type of a member by its name."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for name, content in members.items():
            data = content.encode() if isinstance(content, str) else content
            entry = tarfile.TarInfo(name)
            entry.type = kinds.get(name, tarfile.REGTYPE)
            if entry.type == tarfile.REGTYPE:
                entry.size = len(data)
                archive.addfile(entry, io.BytesIO(data))
            else:
                entry.linkname = data.decode()
                archive.addfile(entry)
    return stream.getvalue()


def sparse_tar(mib):
    """A tar archive of one file that is nothing but holes: small on disk, large when it is read."""
    size = mib * 2**20
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w", format=tarfile.PAX_FORMAT) as archive:
        entry = tarfile.TarInfo("rows.jsonl")
        data = b"0\n".ljust(512, b"\0")
        entry.size = len(data)
        entry.pax_headers = {
            "GNU.sparse.major": "1",
            "GNU.sparse.minor": "0",
            "GNU.sparse.name": "rows.jsonl",
            "GNU.sparse.realsize": str(size),
        }
        archive.addfile(entry, io.BytesIO(data))
    return stream.getvalue()


_OPF = """<?xml version="1.0"?>{prolog}<package xmlns="http://www.idpf.org/2007/opf" version="3.0">
<metadata xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>{title}</dc:title><dc:rights>{rights}</dc:rights>
</metadata><manifest>{items}</manifest><spine>{spine}</spine></package>"""
_CONTAINER = """<?xml version="1.0"?><container xmlns="urn:oasis:names:tc:opendocument:xmlns:container" version="1.0">
<rootfiles><rootfile full-path="{root}" media-type="application/oebps-package+xml"/></rootfiles></container>"""


def as_epub(chapters, *, title="A book", rights="", extra=None, prolog="", root="OEBPS/book.opf"):
    """An EPUB: name of each chapter below `OEBPS/text` -> the inside of its body."""
    names = {name: f"text/{name}" for name in chapters}
    page = '<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><head><title/></head><body>{}</body></html>'
    items = "".join(
        f'<item id="{name}" href="{href}" media-type="application/xhtml+xml"/>'
        for name, href in names.items()
    )
    opf = _OPF.format(
        prolog=prolog,
        title=title,
        rights=rights,
        items=items,
        spine="".join(f'<itemref idref="{name}"/>' for name in names),
    )
    pages = {
        f"OEBPS/text/{n}": page.format(body) for n, body in chapters.items() if body is not None
    }
    return as_zip(
        {
            "mimetype": "application/epub+zip",
            "META-INF/container.xml": _CONTAINER.format(root=root),
            "OEBPS/book.opf": opf,
            **pages,
            **(extra or {}),
        }
    )


def as_docx(body, *, core="", styles=_STYLES, extra=None, prolog=""):
    """A DOCX file around the XML of its body."""
    head = f'<?xml version="1.0" encoding="UTF-8"?>{prolog}'
    return as_zip(
        {
            "[Content_Types].xml": _TYPES,
            "word/document.xml": f'{head}<w:document xmlns:w="{_WORD}"><w:body>{body}</w:body></w:document>',
            "word/styles.xml": f'<?xml version="1.0"?><w:styles xmlns:w="{_WORD}">{styles}</w:styles>',
            "docProps/core.xml": '<?xml version="1.0"?><cp:coreProperties xmlns:cp="urn:core" '
            f'xmlns:dc="http://purl.org/dc/elements/1.1/">{core}</cp:coreProperties>',
            **(extra or {}),
        }
    )


def docx_paragraph(text, style=""):
    """A paragraph; style `1` and `2` are headings."""
    named = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f"<w:p>{named}<w:r><w:t>{text}</w:t></w:r></w:p>"


def docx_table(rows):
    """A table of texts."""
    cells = "".join(
        "<w:tr>" + "".join(f"<w:tc>{docx_paragraph(cell)}</w:tc>" for cell in row) + "</w:tr>"
        for row in rows
    )
    return f"<w:tbl>{cells}</w:tbl>"


class PdfWriter:
    """Writes a PDF page by page."""

    def __init__(self):
        self.objects = []
        self.pages = []
        self.catalog = ""
        self.info = ""
        self.encrypt = ""

    def add(self, content):
        """An object; gives its number."""
        self.objects.append(content if isinstance(content, bytes) else content.encode("latin-1"))
        return len(self.objects) + 2

    def stream(self, data, entries="", *, packed=True):
        """A stream object; gives its number."""
        body = zlib.compress(data, 9) if packed else data
        kind = "/Filter/FlateDecode" if packed else ""
        head = f"<</Length {len(body)}{kind}{entries}>>\nstream\n".encode()
        return self.add(head + body + b"\nendstream")

    def page(self, content, resources=""):
        """A page with a content stream; gives its number as an object."""
        if isinstance(content, str):
            content = content.encode("latin-1")
        stream = self.stream(content)
        number = self.add(
            f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents {stream} 0 R"
            f"/Resources<<{resources}>>>>"
        )
        self.pages.append(number)
        return number

    def to_bytes(self):
        """The file."""
        kids = " ".join(f"{page} 0 R" for page in self.pages)
        first = [
            f"<</Type/Catalog/Pages 2 0 R{self.catalog}>>".encode(),
            f"<</Type/Pages/Kids[{kids}]/Count {len(self.pages)}>>".encode(),
        ]
        out = bytearray(b"%PDF-1.7\n")
        places = []
        for number, content in enumerate([*first, *self.objects], 1):
            places.append(len(out))
            out += b"%d 0 obj\n" % number + content + b"\nendobj\n"
        start = len(out)
        out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(places) + 1)
        out += b"".join(b"%010d 00000 n \n" % place for place in places)
        out += (
            f"trailer\n<</Size {len(places) + 1}/Root 1 0 R{self.info}{self.encrypt}>>\n".encode()
        )
        return bytes(out) + b"startxref\n%d\n%%%%EOF\n" % start


def pdf_text(lines, *, font="F1", size=11, top=740):
    """Operators that write lines of Latin text, one below the other."""
    out = []
    for number, line in enumerate(lines):
        text, points = line if isinstance(line, tuple) else (line, size)
        escaped = text.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
        out.append(f"BT /{font} {points} Tf 72 {top - 20 * number} Td ({escaped}) Tj ET")
    return "\n".join(out)


def latin_pdf(pages, **parts):
    """A PDF of Latin pages, each a list of lines (or of (line, size))."""
    writer = PdfWriter()
    font = writer.add("<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>")
    for lines in pages:
        writer.page(pdf_text(lines), f"/Font<</F1 {font} 0 R>>")
    for name, value in parts.items():
        setattr(writer, name, value)
    return writer.to_bytes()


def japanese_pdf(lines, *, has_map=True):
    """A PDF whose letters are bare numbers; only its ToUnicode map says which characters they are."""
    writer = PdfWriter()
    letters = sorted({char for line in lines for char in line})
    code = {char: number for number, char in enumerate(letters, 1)}
    pairs = "".join(f"<{code[c]:04X}> <{ord(c):04X}>\n" for c in letters)
    cmap = (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /X def\n"
        "1 begincodespacerange <0000> <FFFF> endcodespacerange\n"
        f"{len(letters)} beginbfchar\n{pairs}endbfchar endcmap end end"
    )
    to_unicode = writer.stream(cmap.encode())
    descendant = writer.add(
        "<</Type/Font/Subtype/CIDFontType2/BaseFont/Nowhere/CIDSystemInfo<</Registry(Adobe)"
        "/Ordering(Identity)/Supplement 0>>/DW 1000>>"
    )
    mapped = f"/ToUnicode {to_unicode} 0 R" if has_map else ""
    font = writer.add(
        "<</Type/Font/Subtype/Type0/BaseFont/Nowhere/Encoding/Identity-H"
        f"/DescendantFonts[{descendant} 0 R]{mapped}>>"
    )
    content = "\n".join(
        f"BT /F1 12 Tf 72 {740 - 20 * n} Td <{''.join(f'{code[c]:04X}' for c in line)}> Tj ET"
        for n, line in enumerate(lines)
    )
    writer.page(content, f"/Font<</F1 {font} 0 R>>")
    return writer.to_bytes()


def scanned_pdf(num_pages=1):
    """A PDF whose pages are pictures only."""
    writer = PdfWriter()
    picture = writer.stream(
        bytes(range(256)) * 12,
        "/Type/XObject/Subtype/Image/Width 32/Height 32/ColorSpace/DeviceRGB/BitsPerComponent 8",
    )
    for _ in range(num_pages):
        writer.page("q 500 0 0 700 50 50 cm /I1 Do Q", f"/XObject<</I1 {picture} 0 R>>")
    return writer.to_bytes()
