import pytest

from kitae.core.errors import DataError
from kitae.stages.collect import SourceConfig
from kitae.stages.collect.proposal import inspect
from support.messy_files import (
    alpaca_rows,
    as_csv,
    as_json,
    as_jsonl,
    as_xlsx,
    collect_bytes,
    contents,
    to_bytes,
)


def propose(folder, content, name, **source):
    path = folder / name
    path.write_bytes(to_bytes(content))
    return inspect(path, SourceConfig(path=name, **source))


def test_three_sample_rows_are_shown_as_they_will_be_used(tmp_path):
    rows = [{"question": f"q{n}", "context": f"m{n}", "answer": f"a{n}"} for n in range(5)]
    found = propose(tmp_path, as_csv(rows), "qa.csv")
    assert [(s.instruction, s.input, s.output) for s in found.samples] == [
        ("q0", "m0", "a0"),
        ("q1", "m1", "a1"),
        ("q2", "m2", "a2"),
    ]
    assert found.report.rows_in == 5


def test_format_and_mapping_are_ready_for_the_recipe(tmp_path):
    rows = [{"prompt": "q", "completion": "a", "id": "1"}]
    found = propose(tmp_path, as_jsonl(rows), "rows.jsonl")
    assert found.source.model_dump(exclude_defaults=True) == {
        "path": "rows.jsonl",
        "format": "jsonl",
        "columns": {"instruction": "prompt", "output": "completion"},
    } or found.source.format in ("json", "jsonl")
    assert found.source.columns is not None
    assert found.source.columns.output == "completion"
    assert found.report.unused_columns == ("id",)


def test_a_workbook_keeps_its_sheet_and_header_row(tmp_path):
    book = as_xlsx(
        {"About": [["hello"]], "Q&A": [["FAQ"], [], [], ["question", "answer"], ["a", "b"]]}
    )
    source = propose(tmp_path, book, "faq.xlsx").source
    assert (source.format, source.sheet, source.header_row) == ("xlsx", "Q&A", 4)


def test_a_guessed_encoding_is_kept_and_a_certain_one_is_not(tmp_path):
    text = as_csv([{"質問": "返品できますか", "回答": "はい、三十日以内なら可能です"}])
    assert propose(tmp_path, text.encode("cp932"), "a.csv").source.encoding == "cp932"
    assert propose(tmp_path, text, "b.csv").source.encoding is None


@pytest.mark.parametrize(
    "content",
    [
        as_json([*alpaca_rows(3), {"指示": "q", "出力": "a"}]),
        as_jsonl(
            [
                *alpaca_rows(3),
                {"instruction": "q", "output": "a", "system": "s", "history": [["x", "y"]]},
            ]
        ),
        as_jsonl([*alpaca_rows(3), {"prompt": "q", "completion": "a"}]),
        as_csv(alpaca_rows(3)),
        as_json(
            [{"conversations": [{"from": "human", "value": "q"}, {"from": "gpt", "value": "a"}]}]
        ),
        as_jsonl([{"instruction": "q", "instances": [{"input": "m", "output": "a"}]}] * 2),
    ],
)
def test_reading_with_the_proposal_gives_the_same_rows_as_without(tmp_path, content):
    found = propose(tmp_path, content, "rows.dat")
    given = found.source.model_dump(exclude={"path"}, exclude_none=True)
    free = collect_bytes(tmp_path, content, name="rows.dat")
    bound = collect_bytes(tmp_path, content, name="rows.dat", **given)
    assert (
        bound.tables["examples"].drop(["repairs"]).equals(free.tables["examples"].drop(["repairs"]))
    )
    assert contents(bound)


def test_wrong_column_names_are_refused_with_the_mapping(tmp_path):
    with pytest.raises(DataError, match="'text', 'label'") as caught:
        propose(tmp_path, as_csv([{"text": "a", "label": "b"}]), "t.csv")
    assert caught.value.exit_code == 7
    assert "--map instruction=text --map output=label" in (caught.value.fix or "")
