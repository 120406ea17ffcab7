"""A path -> its bytes, or an error that says what is in the way."""

from __future__ import annotations

from pathlib import Path

from kitae.core.errors import DataError, NotFoundError, ResourceError

READABLE = "JSON, JSONL, CSV, TSV, XLSX, Parquet or Arrow"

_BINARY_STARTS: tuple[tuple[bytes, str], ...] = (
    (b"\xd0\xcf\x11\xe0", "an old or encrypted Office file"),
    (b"%PDF", "a PDF"),
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"BZh", "bzip2-compressed"),
    (b"\xfd7zXZ", "xz-compressed"),
    (b"7z\xbc\xaf", "a 7-zip archive"),
    (b"Rar!", "a RAR archive"),
    (b"\x7fELF", "a program"),
    (b"MZ\x90", "a program"),
    (b"SQLite format 3", "a SQLite database"),
    (b"GGUF", "model weights"),
    (b"\x80\x02", "a Python pickle"),
    (b"\x80\x03", "a Python pickle"),
    (b"\x80\x04", "a Python pickle"),
    (b"\x80\x05", "a Python pickle"),
)
_BINARY_SHARE = 0.02
_HEAD = 65_536
_CONTROL = bytes(b for b in range(32) if b not in b"\t\n\r\f\x1b\0")


def check_file(path: Path) -> None:
    """Make sure that a path names a file that may be read.

    Raises:
        NotFoundError: There is nothing at this path.
        DataError: It is a folder.
        ResourceError: It may not be read.
    """
    try:
        with path.open("rb"):
            return
    except FileNotFoundError as error:
        raise NotFoundError(
            f"There is no file {path.name!r}.",
            where=str(path),
            fix=_neighbour_hint(path),
        ) from error
    except IsADirectoryError as error:
        raise DataError(
            f"{path.name!r} is a folder, not a file.",
            where=str(path),
            fix=f"name its files, e.g. `{path.name}/*.jsonl`",
        ) from error
    except OSError as error:
        raise ResourceError(
            f"The file cannot be read: {error.strerror or error}.",
            where=str(path),
            fix="change its permissions, or copy it to a folder of your own",
        ) from error


def load_file(path: Path) -> bytes:
    """The content of a file of rows.

    Raises:
        NotFoundError: There is nothing at this path.
        ResourceError: The file may not be read.
        DataError: It is a folder, or empty.
    """
    check_file(path)
    data = path.read_bytes()
    if not data.strip(b" \t\r\n\0\xef\xbb\xbf\xfe\xff"):
        raise DataError(
            f"The file {path.name!r} is empty.",
            where=str(path),
            fix="put at least one example in it, or name another file",
        )
    return data


def refuse_binary(data: bytes, path: Path, *, is_wide: bool) -> None:
    """Stop at content that is no text; Excel and Parquet have been recognised before.

    Args:
        data: The whole file.
        path: Where it came from.
        is_wide: Whether it is UTF-16 or UTF-32, where any byte may stand.

    Raises:
        DataError: The content is binary; the error says of which kind where that is known.
    """
    kind = next((kind for start, kind in _BINARY_STARTS if data.startswith(start)), None)
    if data.startswith(b"PK\x03\x04"):
        kind = "a ZIP archive without an Excel workbook in it"
    if kind is None and not is_wide and _looks_binary(data):
        kind = "binary, not text"
    if kind is not None:
        raise DataError(
            f"The file {path.name!r} is {kind}: there are no rows to read in it.",
            where=str(path),
            fix=f"save or unpack it as {READABLE}",
        )


def _looks_binary(data: bytes) -> bool:
    head = data[:_HEAD].rstrip(b"\0")
    control = len(head) - len(head.translate(None, _CONTROL))
    allowed = _BINARY_SHARE * len(head)
    return control > allowed + 1 or head.count(0) > allowed + 8


def _neighbour_hint(path: Path) -> str:
    from rapidfuzz import process

    folder = path.parent
    names = sorted(p.name for p in folder.iterdir() if p.is_file()) if folder.is_dir() else []
    found = process.extractOne(path.name, names, score_cutoff=70)
    if found:
        return f"did you mean {found[0]!r}?"
    return f"check the spelling; it was looked for in {str(folder.resolve())!r}"
