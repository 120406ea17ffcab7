import subprocess
import sys

import pytest

from kitae.core.errors import DataError, KitaeError, NotFoundError, RecipeError
from kitae.core.events import Collected
from kitae.core.text import LANGUAGES, catalogue, render
from kitae.records.example import DROPPED_SCHEMA, EXAMPLES_SCHEMA, Round, content_id
from kitae.records.store import record_bytes
from kitae.stages.collect import STAGE, CollectConfig, SourceConfig
from support.messy_files import (
    alpaca_rows,
    as_csv,
    as_json,
    as_jsonl,
    as_xlsx,
    collect_bytes,
    contents,
    examples,
    make_context,
    quarantine,
    repairs,
    rules,
)


def run(folder, *paths, **config):
    sources = tuple(p if isinstance(p, SourceConfig) else SourceConfig(path=p) for p in paths)
    return STAGE.run({}, CollectConfig(sources=sources, **config), make_context(folder))


def write(folder, name, text):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_collect_counts_every_row_once(tmp_path):
    rows = [*alpaca_rows(6), {"instruction": "x"}, {"instruction": "q", "output": 3}]
    product = collect_bytes(tmp_path, as_jsonl(rows) + '{"instruction": "cut')
    counts = product.counts
    assert (counts.rows_in, counts.out, counts.quarantined, counts.repaired) == (9, 7, 2, 1)
    assert counts.balances
    assert len(quarantine(product)) == counts.quarantined
    assert product.tables["examples"].num_rows == counts.out


def test_the_tables_have_the_schemas_that_all_stages_share(tmp_path):
    product = collect_bytes(tmp_path, as_json(alpaca_rows(2)))
    assert product.tables["examples"].schema == EXAMPLES_SCHEMA
    assert product.tables["dropped"].schema == DROPPED_SCHEMA
    assert product.tables["dropped"].num_rows == 0


def test_ids_follow_from_content_and_repeats_are_numbered_over_all_files(tmp_path):
    write(tmp_path, "a.json", as_json([*alpaca_rows(1), *alpaca_rows(2)]))
    write(tmp_path, "b.jsonl", as_jsonl(alpaca_rows(1)))
    rows = examples(run(tmp_path, "a.json", "b.jsonl"))
    first = content_id("Question 1?", "", "Answer 1.", "", [])
    assert [r["id"] for r in rows][0::1] == [first, f"{first}-2", rows[2]["id"], f"{first}-3"]
    with_history = {"instruction": "q", "output": "a", "history": [["x", "y"]]}
    found = examples(collect_bytes(tmp_path, as_json([with_history])))[0]
    assert found["id"] == content_id("q", "", "a", "", [Round(instruction="x", answer="y")])


def test_each_row_knows_its_source_place_licence_and_side(tmp_path):
    write(tmp_path, "exam.jsonl", as_jsonl(alpaca_rows(2)))
    source = SourceConfig(path="exam.jsonl", name="exam", side="test", licence="CC0-1.0")
    row = examples(run(tmp_path, source))[1]
    assert (row["source"], row["side"], row["licence"], row["locator"]) == (
        "exam",
        "test",
        "CC0-1.0",
        "line 2",
    )
    assert (row["origin"], row["language"], row["group"]) == ("original", "", "")


def test_rows_of_one_line_and_of_sheets_are_told_apart_by_number(tmp_path):
    product = collect_bytes(tmp_path, as_json(alpaca_rows(3)))
    assert [r["locator"] for r in examples(product)] == ["line 1", "line 1, row 2", "line 1, row 3"]
    book = as_xlsx({"Q&A": [["question", "answer"], ["a", "b"]]})
    assert (
        examples(collect_bytes(tmp_path, book, name="qa.xlsx"))[0]["locator"] == "sheet Q&A, row 2"
    )


def test_a_pattern_names_files_in_the_order_of_their_names(tmp_path):
    for name in ("data/b.json", "data/a.json", "data/c.txt"):
        write(tmp_path, name, as_json([{"instruction": name, "output": "x"}]))
    product = run(tmp_path, "data/*.json")
    assert [q for q, _, _ in contents(product)] == ["data/a.json", "data/b.json"]
    assert [s.name for s in product.records["sources"].items] == ["a.json", "b.json"]


def test_files_of_one_name_in_two_folders_get_longer_names(tmp_path):
    for name in ("one/rows.json", "two/rows.json"):
        write(tmp_path, name, as_json(alpaca_rows(1)))
    product = run(tmp_path, "one/rows.json", "two/rows.json")
    assert [s.name for s in product.records["sources"].items] == ["one/rows.json", "two/rows.json"]


def test_a_file_named_twice_is_a_mistake_in_the_recipe(tmp_path):
    write(tmp_path, "a.json", as_json(alpaca_rows(1)))
    with pytest.raises(RecipeError, match="twice"):
        run(tmp_path, "a.json", "*.json")


def test_a_pattern_that_fits_nothing_is_not_found(tmp_path):
    with pytest.raises(NotFoundError) as caught:
        run(tmp_path, "*.jsonl")
    assert caught.value.exit_code == 8


def test_facts_are_the_content_of_the_files(tmp_path):
    config = CollectConfig(sources=(SourceConfig(path="a.json"),))
    write(tmp_path, "a.json", as_json(alpaca_rows(1)))
    before = STAGE.facts(config, make_context(tmp_path))
    assert list(before) == ["source a.json"]
    write(tmp_path, "a.json", as_json(alpaca_rows(2)))
    assert STAGE.facts(config, make_context(tmp_path)) != before
    (tmp_path / "a.json").unlink()
    with pytest.raises(NotFoundError):
        STAGE.facts(config, make_context(tmp_path))


def test_equal_files_in_two_places_give_equal_bytes(tmp_path):
    text = as_jsonl(alpaca_rows(5)) + '{"instruction": "cut'
    products = []
    for folder in (tmp_path / "one", tmp_path / "two"):
        folder.mkdir()
        products.append(collect_bytes(folder, text))
    one, two = products
    assert one.tables["examples"].equals(two.tables["examples"])
    assert {k: record_bytes(r) for k, r in one.records.items()} == {
        k: record_bytes(r) for k, r in two.records.items()
    }


def test_one_row_cut_in_the_middle_passes_and_is_listed(tmp_path):
    text = as_json(alpaca_rows(8), indent=2)
    product = collect_bytes(tmp_path, text[: text.index("Answer 8")], max_bad_share=0.2)
    assert product.counts.out == 7
    assert rules(quarantine(product)) == ["truncated"]


def test_many_broken_rows_stop_the_stage_and_the_first_are_shown(tmp_path):
    lines = as_jsonl(alpaca_rows(20)).split("\n")
    broken = [line[:-3] if n % 3 == 0 else line for n, line in enumerate(lines)]
    with pytest.raises(DataError) as caught:
        collect_bytes(tmp_path, "\n".join(broken), max_bad_share=0.2)
    error = caught.value
    assert error.exit_code == 7
    assert "7 of 20 rows" in error.what
    assert "rows.json, line 1, column" in error.what
    assert error.what.count("the row is cut off in the middle") == 5
    assert "max_bad_share" in (error.fix or "")


@pytest.mark.parametrize(("bad", "good", "passes"), [(5, 2, True), (6, 24, True), (6, 23, False)])
def test_the_limit_is_a_share_and_more_than_five_rows(tmp_path, bad, good, passes):
    rows = [*alpaca_rows(good), *({"instruction": f"q{n}"} for n in range(bad))]
    if passes:
        assert collect_bytes(tmp_path, as_json(rows), max_bad_share=0.2).counts.out == good
    else:
        with pytest.raises(DataError, match="cannot be used"):
            collect_bytes(tmp_path, as_json(rows), max_bad_share=0.2)


def test_a_bad_file_is_not_hidden_by_a_large_good_one(tmp_path):
    write(tmp_path, "good.json", as_json(alpaca_rows(200)))
    write(
        tmp_path, "bad.json", as_json([*alpaca_rows(4), *({"instruction": "q"} for _ in range(8))])
    )
    with pytest.raises(DataError) as caught:
        run(tmp_path, "good.json", "bad.json")
    assert caught.value.where == "bad.json"


def test_no_usable_row_at_all_stops_whatever_is_tolerated(tmp_path):
    with pytest.raises(DataError, match="cannot be used"):
        collect_bytes(tmp_path, as_json([{"instruction": "q", "output": ""}]))


def test_a_guess_about_the_encoding_is_reported(tmp_path):
    text = as_csv([{"質問": "返品できますか", "回答": "はい、三十日以内なら可能です"}] * 3)
    product = collect_bytes(tmp_path, text.encode("cp932"), name="qa.csv")
    report = product.records["sources"].items[0]
    assert (report.encoding, report.is_guess) == ("cp932", True)
    assert [n.key for n in report.notes] == ["collect.note.encoding_guess"]
    assert product.records["findings"].notes == report.notes


def test_every_note_and_every_rule_has_words_in_every_language(tmp_path):
    book = as_xlsx(
        {
            "About": [["x"]],
            "Q&A": [["Title"], ["question", "answer", "note"], ["a", "b", "c"], ["d", "", ""]],
        }
    )
    product = collect_bytes(tmp_path, book, name="qa.xlsx")
    notes = product.records["findings"].notes
    assert len(notes) == 4
    for language in LANGUAGES:
        assert all("qa.xlsx" in render(note, language) for note in notes)
        assert "reason.empty_output" in catalogue(language)


def test_rules_that_can_be_met_all_have_words(repository):
    import re

    folders = ("src/kitae/engines/reading", "src/kitae/stages/collect")
    code = "".join(
        p.read_text(encoding="utf-8") for f in folders for p in (repository / f).glob("*.py")
    )
    pattern = r'(?:quarantined|repaired|_repair|_refuse|_note|notes\.add|BrokenRowError|RefusedRowError)\(\s*"([a-z_0-9]+)"'
    met = set(re.findall(pattern, code))
    assert len(met) > 30
    assert {rule for rule in met if f"reason.{rule}" not in catalogue("ja")} == set()


def test_progress_names_each_file(tmp_path):
    write(tmp_path, "a.json", as_json(alpaca_rows(1)))
    events = Collected()
    config = CollectConfig(sources=(SourceConfig(path="a.json"),))
    STAGE.run({}, config, make_context(tmp_path, events))
    assert [e.kind for e in events.events] == ["stage.progress", "stage.progress"]
    assert events.events[0].data["source"] == "a.json"


def test_importing_the_stage_loads_nothing_heavy():
    heavy = ("torch", "transformers", "scipy", "openpyxl", "ftfy", "rapidfuzz")
    code = f"import sys, kitae.stages.collect; print([m for m in {heavy!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("name", ["missing.json", "*.nothing"])
def test_what_is_not_there_is_exit_code_eight(tmp_path, name):
    with pytest.raises(KitaeError) as caught:
        run(tmp_path, name)
    assert caught.value.exit_code == 8


def test_repairs_are_listed_in_file_order(tmp_path):
    text = '[{"instruction": "a"，"output": "b"},\n{"指示": "c", "出力": "d"},\n{"instruction": "e", "output": "f",}]'
    product = collect_bytes(tmp_path, text)
    assert rules(repairs(product)) == ["fullwidth_punctuation", "translated_key", "trailing_comma"]
