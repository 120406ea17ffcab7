"""Folders, archives, documents, several sheets: what a source may be besides one file of rows."""

import gzip
import io
import zipfile

import pytest

from kitae.core.errors import DataError
from kitae.core.text import LANGUAGES, render
from kitae.records.document import DOCUMENTS_SCHEMA
from kitae.stages.collect import STAGE, CollectConfig
from support.messy_files import (
    alpaca_rows,
    as_csv,
    as_jsonl,
    as_xlsx,
    contents,
    examples,
    make_context,
    quarantine,
)

MARKDOWN = "# Tea\n\nPour water.\n\n## Green\n\nNot too hot.\n"


def run(folder, *sources):
    chosen = CollectConfig.model_validate({"sources": sources, "max_bad_share": 1.0})
    context = make_context(folder)
    STAGE.prepare({}, chosen, context)
    return STAGE.run({}, chosen, context)


def zipped(members):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return stream.getvalue()


def test_a_folder_gives_the_rows_of_all_its_files(tmp_path):
    (tmp_path / "data" / "deep").mkdir(parents=True)
    (tmp_path / "data" / "b.jsonl").write_text(as_jsonl(alpaca_rows(1)))
    (tmp_path / "data" / "deep" / "a.csv").write_text(as_csv([{"question": "q", "answer": "a"}]))
    (tmp_path / "data" / ".hidden.jsonl").write_text("nothing")
    product = run(tmp_path, {"path": "data"})
    assert contents(product) == [("Question 1?", "", "Answer 1."), ("q", "", "a")]
    assert [s.name for s in product.records["sources"].items] == ["b.jsonl", "a.csv"]


def test_members_of_an_archive_are_told_apart(tmp_path):
    files = {"one/rows.jsonl": as_jsonl(alpaca_rows(1)), "two/rows.jsonl": as_jsonl(alpaca_rows(2))}
    (tmp_path / "all.zip").write_bytes(zipped(files))
    product = run(tmp_path, {"path": "all.zip"})
    names = ["all.zip/one/rows.jsonl", "all.zip/two/rows.jsonl"]
    assert [s.name for s in product.records["sources"].items] == names
    assert product.counts.out == 3


def test_a_packed_file_is_read_like_the_plain_one(tmp_path):
    text = as_jsonl(alpaca_rows(4))
    (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress(text.encode(), mtime=0))
    assert contents(run(tmp_path, {"path": "a.jsonl.gz"}))[3] == ("Question 4?", "", "Answer 4.")


def test_all_sheets_are_read_when_the_recipe_says_so(tmp_path):
    table = [["question", "answer"], ["a", "b"]]
    (tmp_path / "qa.xlsx").write_bytes(as_xlsx({"One": table, "Two": table, "Notes": [["x"]]}))
    product = run(tmp_path, {"path": "qa.xlsx", "sheets": "all"})
    assert [r["locator"] for r in examples(product)] == ["sheet One, row 2", "sheet Two, row 2"]


def test_documents_go_to_their_own_table_and_are_counted(tmp_path):
    (tmp_path / "rows.jsonl").write_text(as_jsonl(alpaca_rows(2)))
    (tmp_path / "tea.md").write_text(MARKDOWN)
    product = run(tmp_path, {"path": "rows.jsonl"}, {"path": "tea.md", "licence": "CC0-1.0"})
    documents = product.tables["documents"]
    assert documents.schema == DOCUMENTS_SCHEMA
    assert [d["heading"] for d in documents.to_pylist()] == [["Tea"], ["Tea", "Green"]]
    assert {d["licence"] for d in documents.to_pylist()} == {"CC0-1.0"}
    assert product.counts.out == 2
    assert product.counts.balances
    report = product.records["sources"].items[1]
    assert (report.name, report.documents) == ("tea.md", 2)
    for language in LANGUAGES:
        assert all("tea.md" in render(note, language) for note in report.notes)


def test_the_table_of_documents_is_there_without_documents(tmp_path):
    (tmp_path / "rows.jsonl").write_text(as_jsonl(alpaca_rows(2)))
    assert run(tmp_path, {"path": "rows.jsonl"}).tables["documents"].num_rows == 0


def test_documents_alone_stop_the_stage_and_say_what_is_missing(tmp_path):
    (tmp_path / "tea.md").write_text(MARKDOWN)
    with pytest.raises(DataError) as caught:
        run(tmp_path, {"path": "tea.md"})
    assert caught.value.exit_code == 7
    assert "documents" in caught.value.what
    assert "add a source" in caught.value.fix


def test_the_recipe_can_say_that_a_text_is_a_table(tmp_path):
    text = "frage;antwort\na;b\n"
    (tmp_path / "qa.txt").write_text(text)
    columns = {"instruction": "frage", "output": "antwort"}
    assert contents(run(tmp_path, {"path": "qa.txt", "columns": columns})) == [("a", "", "b")]
    named = {"path": "qa.txt", "format": "csv", "columns": columns}
    assert contents(run(tmp_path, named)) == [("a", "", "b")]


@pytest.mark.parametrize("rows", [6, 5000])
def test_a_limit_takes_the_first_rows_and_says_so(tmp_path, rows):
    text = as_jsonl(alpaca_rows(rows - 1)) + "{broken\n" + as_jsonl(alpaca_rows(1))
    (tmp_path / "rows.jsonl").write_text(text)
    product = run(tmp_path, {"path": "rows.jsonl", "limit": 4})
    assert [q for q, _, _ in contents(product)] == [f"Question {n}?" for n in range(1, 5)]
    assert quarantine(product) == ()
    assert product.counts.balances
    assert [n.key for n in product.records["findings"].notes] == ["collect.note.limit"]


def test_a_limit_counts_over_all_files_of_a_source(tmp_path):
    for name in ("a.jsonl", "b.jsonl", "c.jsonl"):
        (tmp_path / name).write_text(as_jsonl(alpaca_rows(3)))
    product = run(tmp_path, {"path": "*.jsonl", "limit": 4})
    assert [r["source"] for r in examples(product)] == ["a.jsonl"] * 3 + ["b.jsonl"]
