import bz2
import gzip
import lzma
import stat
import tarfile
import zipfile

import pytest

from kitae.core.errors import DataError, NotFoundError
from kitae.engines.reading.contents import load_content
from kitae.engines.reading.expand import expand
from kitae.engines.reading.kinds import kind_of
from support.document_files import as_docx, as_epub, as_tar, as_zip, latin_pdf
from support.messy_files import alpaca_rows, as_csv, as_jsonl, as_xlsx

TEXT = as_jsonl(alpaca_rows(2)).encode()


def make(folder, files):
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())


def names(found):
    return [(m.name, m.kind) for m in found.members]


def skipped(found):
    return [(s.name, s.reason) for s in found.skipped]


FOLDER = {
    "b.jsonl": TEXT,
    "a/rows.csv": as_csv(alpaca_rows(2)),
    "a/deep/table.parquet": b"PAR1",
    "packed.jsonl.gz": gzip.compress(TEXT, mtime=0),
    "README.md": "# card",
    "LICENSE": "MIT",
    "dataset_info.json": "{}",
    ".git/config": "x",
    ".hidden.jsonl": TEXT,
    "photo.png": b"\x89PNG",
    "empty.jsonl": b"",
    "guide.txt": "Text of a guide.",
    "rows.txt": TEXT,
    "~$lock.xlsx": b"x",
    "more.zip": as_zip({"x/c.jsonl": TEXT, "x/.DS_Store": b"x", "x/pic.jpg": b"x"}),
}


def test_a_folder_gives_its_files_in_order_and_counts_what_was_passed_over(tmp_path):
    make(tmp_path, FOLDER)
    found = expand(".", tmp_path)
    assert names(found) == [
        ("a/deep/table.parquet", "rows"),
        ("a/rows.csv", "rows"),
        ("b.jsonl", "rows"),
        ("guide.txt", "documents"),
        ("more.zip/x/c.jsonl", "rows"),
        ("packed.jsonl.gz", "rows"),
        ("rows.txt", "rows"),
    ]
    assert skipped(found) == [
        (".git", "hidden"),
        (".hidden.jsonl", "hidden"),
        ("LICENSE", "not_readable"),
        ("README.md", "about_the_data"),
        ("dataset_info.json", "about_the_data"),
        ("empty.jsonl", "empty_file"),
        ("more.zip/x/.DS_Store", "hidden"),
        ("more.zip/x/pic.jpg", "not_readable"),
        ("photo.png", "not_readable"),
        ("~$lock.xlsx", "hidden"),
    ]
    assert sum(found.reasons.values()) == len(found.skipped)


def test_one_kind_can_be_asked_for_and_the_others_are_counted(tmp_path):
    make(tmp_path, {"a.jsonl": TEXT, "b.md": "text"})
    found = expand(".", tmp_path).of_kind("documents")
    assert names(found) == [("b.md", "documents")]
    assert skipped(found) == [("a.jsonl", "other_kind")]


def test_a_readme_is_a_document_where_there_are_no_rows(tmp_path):
    make(
        tmp_path,
        {"README.md": "# Guide\ntext", "LICENSE.txt": "MIT", "doc.pdf": latin_pdf([["x"]])},
    )
    found = expand(".", tmp_path)
    assert names(found) == [("README.md", "documents"), ("doc.pdf", "documents")]
    assert skipped(found) == [("LICENSE.txt", "licence_text")]


def test_a_file_that_is_named_is_taken_whatever_its_name(tmp_path):
    make(tmp_path, {"README.md": "text", ".hidden.jsonl": TEXT, "odd.dat": TEXT})
    assert names(expand("README.md", tmp_path)) == [("README.md", "documents")]
    assert names(expand(".hidden.jsonl", tmp_path)) == [(".hidden.jsonl", "rows")]
    assert names(expand("odd.dat", tmp_path)) == [("odd.dat", "rows")]


def test_a_pattern_names_files_from_its_first_fixed_folder(tmp_path):
    make(tmp_path, {"d/x/a.jsonl": TEXT, "d/y/b.jsonl": TEXT, "d/c.csv": "a,b"})
    assert names(expand("d/**/*.jsonl", tmp_path)) == [("x/a.jsonl", "rows"), ("y/b.jsonl", "rows")]
    assert names(expand(str(tmp_path / "d" / "*"), tmp_path)) == [("c.csv", "rows")]


def test_an_archive_is_like_a_folder(tmp_path):
    files = {"b.jsonl": TEXT, "a.docx": as_docx(""), "t.xlsx": as_xlsx({"S": [["a"]]}), "n/": b""}
    make(tmp_path, {"all.zip": as_zip(files)})
    found = expand("all.zip", tmp_path)
    assert names(found) == [("a.docx", "documents"), ("b.jsonl", "rows"), ("t.xlsx", "rows")]
    assert (found.members[0].path.name, found.members[0].inner) == ("all.zip", "a.docx")


def test_a_workbook_is_a_file_and_no_archive(tmp_path):
    make(tmp_path, {"t.xlsx": as_xlsx({"S": [["a"]]})})
    assert names(expand("t.xlsx", tmp_path)) == [("t.xlsx", "rows")]


@pytest.mark.parametrize("inner", ["rows.jsonl.gz", "inner.zip"])
def test_an_archive_in_an_archive_is_refused(tmp_path, inner):
    content = gzip.compress(TEXT, mtime=0) if inner.endswith("gz") else as_zip({"a.jsonl": TEXT})
    make(tmp_path, {"all.zip": as_zip({inner: content, "b.jsonl": TEXT})})
    with pytest.raises(DataError, match="holds an archive") as caught:
        expand("all.zip", tmp_path)
    assert caught.value.exit_code == 7


def test_links_that_lead_out_of_a_folder_are_passed_over(tmp_path):
    make(tmp_path, {"out/secret.jsonl": TEXT, "in/a.jsonl": TEXT})
    (tmp_path / "in" / "b.jsonl").symlink_to(tmp_path / "out" / "secret.jsonl")
    (tmp_path / "in" / "c").symlink_to(tmp_path / "out")
    (tmp_path / "in" / "loop").symlink_to(tmp_path / "in")
    (tmp_path / "in" / "d.jsonl").symlink_to(tmp_path / "in" / "a.jsonl")
    found = expand("in", tmp_path)
    assert names(found) == [("a.jsonl", "rows"), ("d.jsonl", "rows")]
    assert skipped(found) == [("b.jsonl", "link"), ("c", "link"), ("loop", "link")]


def test_links_in_an_archive_are_passed_over(tmp_path):
    path = tmp_path / "all.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.jsonl", TEXT)
        link = zipfile.ZipInfo("b.jsonl")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
    assert skipped(expand("all.zip", tmp_path)) == [("b.jsonl", "link")]


def test_names_of_old_archives_are_shown_in_their_own_encoding(tmp_path):
    data = as_zip({"XXXX.jsonl": TEXT}).replace(b"XXXX", "質問".encode("cp932"))
    make(tmp_path, {"old.zip": data})
    assert names(expand("old.zip", tmp_path)) == [("質問.jsonl", "rows")]


@pytest.mark.parametrize("pattern", ["nothing.jsonl", "*.jsonl", "folder"])
def test_nothing_found_says_what_was_passed_over(tmp_path, pattern):
    make(tmp_path, {"folder/photo.png": b"x"})
    with pytest.raises(NotFoundError) as caught:
        expand(pattern, tmp_path)
    assert caught.value.exit_code == 8
    assert pattern != "folder" or "photo.png (not_readable)" in caught.value.what


def test_too_many_members_are_refused(tmp_path):
    make(tmp_path, {"many.zip": as_zip({f"{n}.txt": b"x" for n in range(10_001)})})
    with pytest.raises(DataError, match="10001 files") as caught:
        expand("many.zip", tmp_path)
    assert caught.value.exit_code == 7


@pytest.mark.parametrize(
    ("name", "head", "kind"),
    [
        ("a.txt", b'{"a": 1}', "rows"),
        ("a.txt", b'[{"a": 1}]', "rows"),
        ("a.txt", b"[1] a footnote", "documents"),
        ("a", b"%PDF-1.7", "documents"),
        ("a", b"text", None),
        ("a.PDF", b"", "documents"),
        ("a.png", b"", None),
    ],
)
def test_the_kind_is_told_by_name_and_first_bytes(name, head, kind):
    assert kind_of(name, head) == kind


PACK = {"tar": bytes, "tgz": gzip.compress, "tar.bz2": bz2.compress, "tar.xz": lzma.compress}


@pytest.mark.parametrize("suffix", PACK)
def test_a_tar_is_looked_into_as_a_zip_is(tmp_path, suffix):
    members = {
        "./x/a.jsonl": TEXT, "x/link.jsonl": "/etc/passwd", "x/b.md": "# Text", "dev": "",
        "x/.hidden": "y", "empty.csv": "", "pic.png": "z",
    }  # fmt: skip
    kinds = {"x/link.jsonl": tarfile.SYMTYPE, "dev": tarfile.CHRTYPE}
    path = tmp_path / f"all.{suffix}"
    path.write_bytes(PACK[suffix](as_tar(members, **kinds)))
    found = expand(path.name, tmp_path)
    assert names(found) == [("x/a.jsonl", "rows"), ("x/b.md", "documents")]
    assert skipped(found) == [
        ("empty.csv", "empty_file"),
        ("pic.png", "not_readable"),
        ("x/.hidden", "hidden"),
        ("x/link.jsonl", "link"),
    ]
    assert load_content(path, "x/a.jsonl").data == TEXT
    make(tmp_path / "folder", {path.name: path.read_bytes()})
    assert names(expand("folder", tmp_path))[0] == (f"{path.name}/x/a.jsonl", "rows")


@pytest.mark.parametrize(
    "name", ["../up.jsonl", "/etc/rows.jsonl", "a/../../b.jsonl", "C:/x.jsonl"]
)
def test_a_tar_whose_names_lead_out_of_it_is_refused(tmp_path, name):
    make(tmp_path, {"all.tar": as_tar({name: TEXT})})
    with pytest.raises(DataError, match="leads out of it") as caught:
        expand("all.tar", tmp_path)
    assert caught.value.exit_code == 7


def test_a_tar_with_very_many_members_is_refused(tmp_path):
    make(tmp_path, {"all.tar": as_tar({f"{n}.jsonl": "x" for n in range(10_001)})})
    with pytest.raises(DataError, match="more than 10000 files"):
        expand("all.tar", tmp_path)


def test_a_tar_that_is_damaged_between_two_files_is_told(tmp_path):
    data = bytearray(as_tar({"a.jsonl": TEXT[:100], "b.jsonl": TEXT}))
    data[1024:1040] = b"?" * 16
    make(tmp_path, {"all.tar": bytes(data)})
    with pytest.raises(DataError, match="damaged after its first 1 files"):
        expand("all.tar", tmp_path)


def test_packed_documents_and_rows_are_told_apart_by_what_is_in_them(tmp_path):
    files = {"a.txt.bz2": bz2.compress(b"A text."), "b.txt.xz": lzma.compress(TEXT)}
    make(tmp_path, {**files, "book.epub": as_epub({"1.xhtml": "<p>Text.</p>"})})
    assert names(expand(".", tmp_path)) == [
        ("a.txt.bz2", "documents"),
        ("b.txt.xz", "rows"),
        ("book.epub", "documents"),
    ]
