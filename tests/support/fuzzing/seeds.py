"""Sound files to damage: rows of real data in every format, encoding and packing that can be read."""

import gzip
import io
import json
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa

from support.document_files import as_docx, as_zip, docx_paragraph, docx_table, latin_pdf
from support.messy_files import (
    CHINESE,
    JAPANESE,
    as_csv,
    as_json,
    as_jsonl,
    as_parquet,
    as_xlsx,
)

_COLUMNS = ("instruction", "input", "output")
_PLAIN = 12
_LARGE_BYTES = 300_000


class Seed(NamedTuple):
    """A sound file.

    Attributes:
        name: Of the file; its suffix tells the format.
        data: What is in it.
        family: `lines`, `array`, `table`, `columnar` or `document`.
        rows: The objects in it, for changes of their structure.
        pieces: What each row looks like in the file, where that can be told; damage elsewhere leaves it.
        encoding: Of text.
    """

    name: str
    data: bytes
    family: str
    rows: tuple = ()
    pieces: tuple = ()
    encoding: str = "utf-8"

    @property
    def suffix(self):
        """With the dot."""
        return Path(self.name).suffix


@cache
def real_rows(folder: Path):
    """Some rows of each real file: name -> rows."""
    found = {}
    for path in sorted([*folder.glob("*.json"), *folder.glob("*.jsonl")]):
        text = path.read_text(encoding="utf-8")
        if path.suffix == ".json":
            found[path.stem] = json.loads(text)[:60]
        else:
            found[path.stem] = [json.loads(line) for line in text.splitlines()[:60]]
    for path in sorted(folder.glob("t0/*.jsonl"))[::6]:
        lines = path.read_text(encoding="utf-8").splitlines()[:40]
        found[path.stem] = [json.loads(line) for line in lines]
    return found


@cache
def seeds(folder: Path):
    """All of them, always in the same order."""
    made = [*_json_seeds(folder), *_table_seeds(folder), *_document_seeds(folder)]
    return tuple(made)


@cache
def large_seeds(folder: Path):
    """Files large enough to be read block by block."""
    rows = [row for part in real_rows(folder).values() for row in part]
    made = []
    for start in (0, 90):
        taken, size = [], 0
        for row in rows[start:] * 9:
            taken.append(row)
            size += len(json.dumps(row, ensure_ascii=False).encode())
            if size > _LARGE_BYTES:
                break
        made.append(_lines(f"large{start}.jsonl", taken))
    return tuple(made)


def alpaca(folder: Path, count=_PLAIN, start=0):
    """Rows of questions and answers in English, Chinese and Japanese, without line breaks."""
    real = real_rows(folder)
    parts = [real["alpaca_en_demo"], real["alpaca_zh_demo"]]
    rows = [row for pair in zip(*parts, strict=False) for row in pair][start : start + count]
    plain = [{name: " ".join(row[name].split())[:300] for name in _COLUMNS} for row in rows]
    both = zip(JAPANESE[:4], CHINESE[:4], strict=True)
    return [*plain, *({"instruction": q, "input": "", "output": a} for q, a in both)]


def _lines(name, rows, encoding="utf-8", **options):
    pieces = [json.dumps(row, ensure_ascii=False, **options) for row in rows]
    data = "".join(piece + "\n" for piece in pieces).encode(encoding)
    return Seed(name, data, "lines", tuple(rows), tuple(pieces), encoding)


def _array(name, rows, encoding="utf-8"):
    pieces = [json.dumps(row, ensure_ascii=False) for row in rows]
    body = ",\n".join(pieces)
    data = f"[\n{body}\n]".encode(encoding)
    return Seed(name, data, "array", tuple(rows), tuple(pieces), encoding)


def _json_seeds(folder):
    for number, (stem, rows) in enumerate(real_rows(folder).items()):
        few = rows[number : number + 8]
        yield _lines(f"{stem}.jsonl", few)
        yield _array(f"{stem}.json", few)
        indented = as_json(few, indent=2).encode()
        yield Seed(f"{stem}_indented.json", indented, "array", tuple(few))
    plain = alpaca(folder, 8)
    wrapped = json.dumps({"version": 1, "data": plain}, ensure_ascii=False).encode()
    yield Seed("wrapped.json", wrapped, "array", tuple(plain))
    asked = [{"instruction": q, "input": "", "output": f"{q}と言われた。"} for q in JAPANESE]
    answered = [{"指令": q, "输出": f"{q}这是答案。"} for q in CHINESE]
    yield _lines("japanese.jsonl", asked, "cp932")
    yield _array("japanese.json", asked[:8], "euc_jp")
    yield _lines("chinese.jsonl", answered, "gb18030")
    yield _lines("marked.jsonl", plain, "utf-8-sig")
    yield _array("wide.json", plain, "utf-16")
    yield _lines("wide_unmarked.jsonl", plain, "utf-16-be")


def _table_seeds(folder):
    rows = alpaca(folder)
    for name, sign in (("table.csv", ","), ("table.tsv", "\t"), ("semicolons.csv", ";")):
        text = as_csv(rows, sign)
        yield Seed(name, text.encode(), "table", tuple(rows), tuple(text.split("\n")[1:-1]))
    real = real_rows(folder)["alpaca_en_demo"][:8]
    yield Seed("broken_lines.csv", as_csv(real).encode(), "table", tuple(real))
    asked = [{"質問": q, "回答": f"{q}と言われた。"} for q in JAPANESE]
    text = as_csv(asked)
    pieces = tuple(text.split("\n")[1:-1])
    yield Seed("japanese.csv", text.encode("cp932"), "table", tuple(asked), pieces, "cp932")
    wide = as_csv(rows, "\t").encode("utf-16")
    yield Seed("wide.csv", wide, "table", tuple(rows), (), "utf-16")
    cells = [list(_COLUMNS), *([row[name] for name in _COLUMNS] for row in rows)]
    sheets = {"Notes": [["made by hand"]], "Examples": cells, "More": cells[:4]}
    yield Seed("book.xlsx", as_xlsx(sheets), "columnar", tuple(rows))
    yield Seed("rows.parquet", as_parquet(rows), "columnar", tuple(rows))
    talks = real_rows(folder)["glaive_toolcall_en_demo"][:6]
    yield Seed("talks.parquet", as_parquet(talks), "columnar", tuple(talks))
    table = pa.Table.from_pylist(rows)
    for name, is_stream, packing in (("rows.arrow", False, "zstd"), ("stream.arrow", True, None)):
        stream = io.BytesIO()
        options = pa.ipc.IpcWriteOptions(compression=packing)
        make = pa.ipc.new_stream if is_stream else pa.ipc.new_file
        with make(stream, table.schema, options=options) as writer:
            writer.write_table(table)
        yield Seed(name, stream.getvalue(), "columnar", tuple(rows))


def _document_seeds(folder):
    rows = alpaca(folder, 10)
    prose = [(row["instruction"], row["output"]) for row in rows]
    text = "\n\n".join(f"{q}\n\n{a}" for q, a in prose)
    yield Seed("prose.txt", text.encode(), "document")
    yield Seed("prose_cp932.txt", "\n".join(JAPANESE * 4).encode("cp932"), "document")
    marked = "---\ntitle: Questions\nlicense: MIT\n---\n\n" + "\n\n".join(
        f"## {q}\n\n{a}\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n```\ncode {{x}}\n```"
        for q, a in prose
    )
    yield Seed("prose.md", marked.encode(), "document")
    body = "".join(f"<h2>{q}</h2><p>{a}</p><ul><li>one<li>two</ul>" for q, a in prose)
    page = f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Questions</title></head><body><article>{body}<table><tr><td>1<td>2</table></article></body></html>'
    yield Seed("prose.html", page.encode(), "document")
    escaped = [
        (q.replace("&", "&amp;").replace("<", "&lt;"), a.replace("&", "&amp;").replace("<", "&lt;"))
        for q, a in prose
    ]
    word = "".join(docx_paragraph(q, "1") + docx_paragraph(a) for q, a in escaped)
    yield Seed("prose.docx", as_docx(word + docx_table([["a", "b"], ["1", "2"]])), "document")
    ascii_only = [
        [q.encode("ascii", "ignore").decode(), a[:60].encode("ascii", "ignore").decode()]
        for q, a in prose
    ]
    yield Seed("prose.pdf", latin_pdf(ascii_only), "document")


def packed(data, name, packing):
    """A file, packed: (name, bytes)."""
    if packing == "gz":
        return f"{name}.gz", gzip.compress(data, 6, mtime=0)
    if packing == "zst":
        return f"{name}.zst", pa.Codec("zstd").compress(data, asbytes=True)
    if packing == "zip":
        return f"{name}.zip", as_zip({name: data})
    return "several.zip", as_zip(
        {
            f"in/{name}": data,
            "in/README.md": "# Rows",
            "more.jsonl": as_jsonl([{"instruction": "Which sea?", "output": "The North Sea."}]),
        }
    )
