import json

import pytest

from kitae.core.errors import DataError
from kitae.records.example import to_examples, to_messages
from kitae.stages.collect.config import ColumnsConfig
from kitae.stages.collect.conversations import named_turn, named_turns
from support.messy_files import as_json, collect_bytes, examples, quarantine, repairs, rules


def share(*turns, **more):
    names = {"H": "human", "G": "gpt", "S": "system", "F": "function_call", "O": "observation"}
    talk = [{"from": names[name], "value": text} for name, text in turns]
    return {"conversations": talk, **more}


def collect_one(tmp_path, row):
    product = collect_bytes(tmp_path, as_json([row]))
    return product, examples(product)


def rounds(row):
    pairs = [(r["instruction"], r["answer"]) for r in row["history"]]
    return [*pairs, (row["instruction"], row["output"])]


def test_a_conversation_is_one_example_with_its_history(tmp_path):
    row = share(("S", "be kind"), ("H", "q1"), ("G", "a1"), ("H", "q2"), ("G", "a2"))
    product, found = collect_one(tmp_path, row)
    assert len(found) == 1
    assert rounds(found[0]) == [("q1", "a1"), ("q2", "a2")]
    assert found[0]["system"] == "be kind"
    assert product.records["sources"].items[0].forms == {"sharegpt": 1}


def test_a_tool_keeps_its_name_and_its_side(tmp_path):
    call = '{"name": "f", "arguments": {}}'
    row = share(("H", "q"), ("F", call), ("O", "42"), ("G", "It is 42."), tools='[{"name": "f"}]')
    _, found = collect_one(tmp_path, row)
    assert rounds(found[0]) == [
        ("q", f"<function_call>{call}</function_call>"),
        ("<observation>42</observation>", "It is 42."),
    ]
    assert found[0]["system"] == '<tools>\n[{"name": "f"}]\n</tools>'


@pytest.mark.parametrize("tools", ["[]", "", None, []])
def test_no_tools_leave_no_trace(tmp_path, tools):
    _, found = collect_one(tmp_path, share(("H", "q"), ("G", "a"), tools=tools))
    assert found[0]["system"] == ""


@pytest.mark.parametrize(
    "body", ["42", '{"a": "<b>x</b>"}', "</observation>", "a</function_call>b\n<observation>"]
)
@pytest.mark.parametrize("name", ["function_call", "observation"])
def test_named_turns_come_apart_as_they_were_put_together(name, body):
    text = f"Let me look.\n{named_turn(name, body)}\n{named_turn('observation', '1')}"
    assert named_turns(text) == [("", "Let me look."), (name, body), ("observation", "1")]
    assert named_turns("plain <b>text</b>\n") == [("", "plain <b>text</b>\n")]


def test_openai_messages_with_tool_calls_become_named_turns(tmp_path):
    row = {
        "messages": [
            {"role": "developer", "content": "S"},
            {
                "role": "user",
                "content": [{"type": "text", "text": "What is "}, {"type": "text", "text": "6x7?"}],
            },
            {
                "role": "assistant",
                "content": "Let me see.",
                "tool_calls": [
                    {
                        "id": "c1",
                        "type": "function",
                        "function": {"name": "mul", "arguments": '{"a": 6}'},
                    }
                ],
            },
            {"role": "tool", "tool_call_id": "c1", "content": "42"},
            {"role": "assistant", "content": "42."},
        ],
        "tools": [{"type": "function", "function": {"name": "mul"}}],
    }
    product, found = collect_one(tmp_path, row)
    (question, said), last = rounds(found[0])
    assert question == "What is 6x7?"
    plain, call = named_turns(said)
    assert plain == ("", "Let me see.")
    assert json.loads(call[1]) == {"id": "c1", "name": "mul", "arguments": {"a": 6}}
    assert last == ("<observation>42</observation>", "42.")
    assert found[0]["system"].startswith("S\n\n<tools>\n[{")
    assert product.records["sources"].items[0].forms == {"messages": 1}


def test_a_conversation_can_be_rendered_as_messages_again(tmp_path):
    row = share(("S", "be kind"), ("H", "q1"), ("G", "a1"), ("H", "q2"), ("G", "a2"))
    product, _ = collect_one(tmp_path, row)
    messages = to_messages(to_examples(product.tables["examples"])[0], with_answer=True)
    assert [m["role"] for m in messages] == ["system", "user", "assistant", "user", "assistant"]
    assert [m["content"] for m in messages] == ["be kind", "q1", "a1", "q2", "a2"]


@pytest.mark.parametrize(
    ("turns", "rule", "expected"),
    [
        ([("G", "hello"), ("H", "q"), ("G", "a")], "leading_answer", [("q", "a")]),
        ([("H", "q"), ("G", "a"), ("H", "more?")], "unanswered_turn", [("q", "a")]),
        ([("H", "q"), ("H", "and?"), ("G", "a")], "joined_turns", [("q\nand?", "a")]),
        ([("H", "q"), ("G", "a"), ("G", "b")], "joined_turns", [("q", "a\nb")]),
    ],
)
def test_an_uneven_conversation_is_evened_out_by_a_named_rule(tmp_path, turns, rule, expected):
    product, found = collect_one(tmp_path, share(*turns))
    assert rounds(found[0]) == expected
    assert rules(repairs(product)) == [rule]


@pytest.mark.parametrize(
    ("talk", "rule"),
    [
        ([{"from": "human", "value": "q"}], "missing_output"),
        ([{"from": "gpt", "value": "a"}], "missing_instruction"),
        ([], "missing_instruction"),
        ([{"from": "human", "value": "q"}, {"from": "gpt", "value": " "}], "empty_output"),
        ([{"from": "human", "value": ""}, {"from": "gpt", "value": "a"}], "empty_instruction"),
        ([{"from": "robot", "value": "q"}, {"from": "gpt", "value": "a"}], "unknown_role"),
        (
            [{"from": "human", "value": [{"type": "image_url"}]}, {"from": "gpt", "value": "a"}],
            "unsupported_part",
        ),
        (["q", "a"], "wrong_type"),
        ("q", "wrong_type"),
        ({"from": "human"}, "wrong_type"),
    ],
)
def test_a_conversation_without_sense_is_set_aside(tmp_path, talk, rule):
    good = share(("H", "q"), ("G", "a"))
    product = collect_bytes(tmp_path, as_json([good, {"conversations": talk}]))
    assert product.counts.out == 1
    assert rules(quarantine(product)) == [rule]


def test_rounds_written_as_pairs_are_read(tmp_path):
    row = {"conversation": [{"human": "q1", "assistant": "a1"}, {"human": "q2", "assistant": "a2"}]}
    _, found = collect_one(tmp_path, row)
    assert rounds(found[0]) == [("q1", "a1"), ("q2", "a2")]


def odd_talk(*turns, **more):
    return {"dialog": [{"speaker": who, "said": text} for who, text in turns], **more}


TAGS = {"role": "speaker", "content": "said", "user": ["Kunde"], "assistant": ["Agentin", "Chef"]}


def test_tags_tell_how_turns_are_written(tmp_path):
    row = odd_talk(
        ("system", "Be brief."), ("KUNDE", "q1"), ("Agentin", "a1"), ("Kunde", "q2"), ("Chef", "a2"),
        rules="Never lie.", case="7",
    )  # fmt: skip
    columns = {"messages": "dialog", "system": "rules", "group": "case", "tags": TAGS}
    product = collect_bytes(tmp_path, as_json([row]), columns=columns)
    (found,) = examples(product)
    assert rounds(found) == [("q1", "a1"), ("q2", "a2")]
    assert (found["system"], found["group"]) == ("Never lie.\n\nBe brief.", "7")


def test_tags_alone_leave_the_column_to_be_found_out(tmp_path):
    row = odd_talk(("Kunde", "q"), ("Agentin", "a"))
    product = collect_bytes(tmp_path, as_json([row]), columns={"tags": TAGS})
    assert rounds(examples(product)[0]) == [("q", "a")]


def test_a_column_of_messages_with_the_usual_turns_needs_no_tags(tmp_path):
    row = {"completion": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}]}
    product = collect_bytes(tmp_path, as_json([row]), columns={"messages": "completion"})
    assert rounds(examples(product)[0]) == [("q", "a")]


def test_unknown_speakers_are_told_with_the_tags_to_write(tmp_path):
    rows = [odd_talk(("Kunde", "q"), ("Agentin", "a"))] * 8
    with pytest.raises(DataError) as caught:
        collect_bytes(tmp_path, as_json(rows), max_bad_share=0.2)
    assert "tags:" in caught.value.fix
    assert "unknown_role" in caught.value.what


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"instruction": "a"}, "`instruction` and `output`"),
        ({"messages": "m", "output": "b"}, "have no column 'output'"),
        ({"instruction": "a", "output": "b", "tools": "t"}, "`messages`"),
        ({"tags": {"user": ["x"], "assistant": ["X"]}}, "two speakers"),
    ],
)
def test_columns_that_contradict_one_another_are_refused(columns, said):
    with pytest.raises(ValueError, match=said):
        ColumnsConfig.model_validate(columns)
