from dataclasses import replace

import pytest

from kitae.stages.collect import STAGE, CollectConfig, SourceConfig
from support.messy_files import make_context

EXPECTED = {
    "alpaca_en_demo.json": (999, "json", "alpaca"),
    "alpaca_zh_demo.json": (1000, "json", "alpaca"),
    "identity.json": (91, "json", "alpaca"),
    "glaive_toolcall_en_demo.json": (300, "json", "sharegpt"),
    "seed_tasks.jsonl": (175, "jsonl", "self_instruct"),
}


@pytest.fixture
def collect(real_data, tmp_path):
    def collected(*paths, folder=real_data):
        config = CollectConfig(sources=tuple(SourceConfig(path=p) for p in paths))
        return STAGE.run({}, config, replace(make_context(folder), work=tmp_path))

    return collected


@pytest.mark.parametrize("name", EXPECTED)
def test_a_real_file_is_read_whole_and_needs_no_mending(collect, name):
    rows, form, shape = EXPECTED[name]
    product = collect(name)
    report = product.records["sources"].items[0]
    assert (report.rows_in, report.rows_out, report.quarantined, report.repaired) == (
        rows,
        rows,
        0,
        0,
    )
    assert (report.format, report.forms, report.encoding) == (form, {shape: rows}, "utf-8")
    assert product.counts.balances


def test_all_families_of_t0_are_read_whole(collect):
    product = collect("t0/*.jsonl")
    reports = product.records["sources"].items
    assert len(reports) == 28
    assert {r.rows_out for r in reports} == {200}
    assert product.counts.out == 5600
    ids = product.tables["examples"].column("id").to_pylist()
    assert len(set(ids)) == 5600


def test_calls_and_tools_of_the_real_conversations_are_all_kept(collect):
    table = collect("glaive_toolcall_en_demo.json").tables["examples"]
    rows = table.to_pylist()
    texts = [t for r in rows for h in r["history"] for t in (h["instruction"], h["answer"])]
    texts += [t for r in rows for t in (r["instruction"], r["output"])]
    assert sum(t.count("<function_call>") for t in texts) == 211
    assert sum(t.count("<observation>") for t in texts) == 211
    assert sum("<tools>" in r["system"] for r in rows) == 191
    assert sum(len(r["history"]) + 1 for r in rows) == 746 + 211


def test_each_real_task_is_a_group(collect):
    groups = collect("seed_tasks.jsonl").tables["examples"].column("group").to_pylist()
    assert len(set(groups)) == 175
    assert groups[0] == "seed_tasks.jsonl:seed_task_0"


@pytest.mark.parametrize("encoding", ["gb18030", "utf-16", "utf-8-sig"])
def test_the_chinese_file_in_other_encodings_gives_the_same_rows(
    collect, real_data, tmp_path, encoding
):
    text = (real_data / "alpaca_zh_demo.json").read_text(encoding="utf-8")
    (tmp_path / "alpaca_zh_demo.json").write_bytes(text.encode(encoding))
    wanted = collect("alpaca_zh_demo.json").tables["examples"].to_pylist()
    found = collect("alpaca_zh_demo.json", folder=tmp_path).tables["examples"]
    assert found.to_pylist() == wanted
