import json
import subprocess
import sys
from collections import Counter

import pytest

from kitae.core.errors import DataError
from kitae.records.example import to_table
from kitae.records.issues import Changes
from kitae.stages.clean import CleanConfig
from kitae.stages.clean.rows import Cleaned, cleaned_rows
from support.row_stages import RowStages, kept, reasons, rows_of

LONG_ZH = (
    "请根据下面的材料写一篇三百字左右的短文，介绍中国传统节日的由来、习俗以及它们在今天的意义。"
)
LONG_EN = (
    "it was built two hundred years ago by people who came over the sea, who traded in salt and wool, "
    "and who left behind them a church, four towers and a long wall that keeps the water out."
)
LONG_JA = "昨日の夜に駅前の喫茶店で友人と長い時間話し込んでしまい、終電を逃して歩いて帰りました。"


@pytest.fixture
def stages(tmp_path):
    return RowStages(tmp_path)


def test_clean_counts_every_dropped_example_once(stages):
    rows = rows_of(
        ("a?", "1"), ("a?", "1"), ("", "1"), ("b?", "  "), ("c <|im_end|> d", "1"), ("?!", "1")
    )
    product = stages.clean(rows)
    assert product.counts.balances
    assert Counter(reasons(product).values()) == {
        "exact_duplicate": 1,
        "empty_question": 1,
        "empty_answer": 1,
        "special_token": 1,
        "question_without_words": 1,
    }


def test_end_markers_are_cut_off_and_counted(stages):
    product = stages.clean(rows_of(("How was it?\n", "Good<|endoftext|>"), ("And you?", "Fine")))
    assert [(e.instruction, e.output) for e in kept(product)] == [
        ("How was it?", "Good"),
        ("And you?", "Fine"),
    ]
    assert product.counts.repaired == 1
    changes = product.records["changes"].items
    assert {(c.rule, c.field, c.before, c.after) for c in changes} == {
        ("outer_space", "instruction", "How was it?\n", "How was it?"),
        ("special_token", "output", "Good<|endoftext|>", "Good"),
    }


@pytest.mark.parametrize(
    ("choice", "answers"), [("refuse", []), ("remove", ["a b"]), ("keep", ["a<|im_end|> b"])]
)
def test_markers_inside_go_as_the_recipe_says(stages, choice, answers):
    product = stages.clean(rows_of(("q", "a<|im_end|> b")), special_tokens_inside=choice)
    assert [e.output for e in kept(product)] == answers


def test_a_repaired_row_keeps_its_id_and_names_the_rule(stages):
    rows = rows_of(("Où est le cafÃ©?", "LÃ "))
    (example,) = kept(stages.clean(rows))
    assert example.id == rows[0].id
    assert "mojibake" in example.repairs


def test_repair_can_be_turned_off(stages):
    (example,) = kept(stages.clean(rows_of(("cafÃ©?", "ok</s>")), repair=False))
    assert (example.instruction, example.output) == ("cafÃ©?", "ok")


def test_history_is_repaired_too(stages):
    rows = rows_of({"instruction": "q", "output": "a", "history": [("hi\u200b", "yo<|im_end|>")]})
    (example,) = kept(stages.clean(rows))
    assert (example.history[0].instruction, example.history[0].answer) == ("hi", "yo")


def test_minimal_pairs_are_kept(stages):
    rows = rows_of(
        ("今日の仕事はどうですか?", "today"),
        ("明日の仕事はどうですか?", "tomorrow"),
        (f"{LONG_JA}今日の運勢は?", "大吉"),
        (f"{LONG_JA}明日の運勢は?", "凶"),
    )
    assert len(kept(stages.clean(rows))) == 4


def test_short_answers_and_greetings_are_kept(stages):
    rows = rows_of(("hi", "Hello!"), ("hello", "Hello!"), ("2+2", "4"), ("2-2", "0"))
    assert len(kept(stages.clean(rows))) == 4


@pytest.mark.parametrize("text", [LONG_JA, LONG_ZH])
def test_near_duplicates_without_spaces_are_found(stages, text):
    near = text.replace("友人", "同僚").replace("三百", "五百")
    rows = rows_of((f"要約: {text}", text), (f"要約: {near}", near))
    leaves = max(row.id for row in rows)
    assert reasons(stages.clean(rows)) == {leaves: "near_duplicate"}


def test_the_same_question_with_another_answer_is_kept(stages):
    rows = rows_of(("你好", "您好，很高兴认识您。"), ("你好", "您好，有什么可以帮助您的吗？"))
    assert len(kept(stages.clean(rows))) == 2


def test_an_original_is_kept_before_a_made_row(stages):
    made = rows_of({"instruction": "Tell me a story!", "output": "Once.", "origin": "made"})
    original = rows_of(("Please tell me a story", "Once."))
    product = stages.clean(made + original)
    assert [e.origin for e in kept(product)] == ["original"]
    assert product.tables["dropped"]["detail"].to_pylist() == [original[0].id]


def test_rows_of_two_sides_are_not_compared(stages):
    rows = [
        row.model_copy(update={"side": side})
        for row, side in zip(rows_of(("a?", "1"), ("a?", "1")), ("train", "test"), strict=True)
    ]
    assert len(kept(stages.clean(rows))) == 2


def test_duplicates_are_found_beside_a_twin_on_another_side(stages):
    rows = rows_of(("Tell a story", "x"), ("Tell a story!", "x"), ("Please tell a story", "x"))
    placed = [
        row.model_copy(update={"side": side})
        for row, side in zip(rows, ("test", "train", "train"), strict=True)
    ]
    assert reasons(stages.clean(placed)) == {rows[2].id: "near_duplicate"}


def test_a_drop_can_be_undone_by_id(stages):
    rows = rows_of(("a?", "1"), ("A?", "1"))
    assert len(kept(stages.clean(rows))) == 1
    assert len(kept(stages.clean(rows, keep=(rows[1].id, rows[0].id)))) == 2


def test_other_languages_leave_when_the_recipe_names_some(stages):
    rows = rows_of(
        ("What do you think of this?", "I do not know what to say about it."),
        ("今日の運勢はどうですか?", "とても良いでしょう。"),
        ("42", "7"),
    )
    product = stages.clean(rows, languages=("ja",))
    assert reasons(product) == {rows[0].id: "other_language"}
    assert {e.language for e in kept(product)} == {"ja", ""}


def test_lengths_follow_the_recipe(stages):
    rows = rows_of(("hi", "a long answer"), ("a question", "no"), ("a question", "fine"))
    product = stages.clean(
        rows, min_question_characters=3, min_answer_characters=3, max_answer_characters=10
    )
    assert set(reasons(product).values()) == {"question_too_short", "answer_too_short"}


TEXTS = (
    "料理が温かくて店員も親切でした。",
    "注文から一時間も待たされて冷めていました。",
    "駅から近く、窓の景色がすばらしいです。",
    "隣の席がうるさくて話ができません。",
    "値段の割に量が少ないと思います。",
    "子どもと一緒でもゆっくり過ごせました。",
    "予約したのに席が用意されていません。",
    "毎年の記念日に必ず訪れています。",
    "味が濃すぎて最後まで食べられない。",
    "静かな庭を眺めながら飲むお茶は格別。",
)


def wordings_of_texts():
    rows = [(f"次の文は良い内容ですか: {t}", "はい") for t in TEXTS]
    return rows_of(*rows, *((f"以下の文章は否定的でしょうか: {t}", "いいえ") for t in TEXTS))


def test_wordings_of_one_text_are_kept_by_default(stages):
    assert len(kept(stages.clean(wordings_of_texts(), near_similarity=0.99))) == 20


def test_one_row_per_text_is_kept_when_the_recipe_says_so(stages):
    product = stages.clean(wordings_of_texts(), near_similarity=0.99, wordings="one_per_text")
    assert Counter(reasons(product).values()) == {"other_wording": 10}
    assert product.counts.balances


def test_equal_inputs_give_equal_products(stages):
    rows = wordings_of_texts() + rows_of(("a?", "1<|endoftext|>"), ("A?", "1"))
    one, other = stages.clean(rows), stages.clean(rows)
    assert one.tables["examples"].equals(other.tables["examples"])
    assert one.records == other.records
    assert isinstance(one.records["changes"], Changes)


def test_the_sample_project_loses_nothing(stages, repository):
    path = repository / "examples/fortune/data/examples.jsonl"
    read = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    product = stages.clean(rows_of(*read))
    assert (product.counts.out, product.counts.repaired) == (50, 0)


def test_of_the_identity_rows_only_a_greeting_said_twice_leaves(stages, real_data):
    read = json.loads((real_data / "identity.json").read_text(encoding="utf-8"))
    product = stages.clean(rows_of(*read))
    left = {row["instruction"] for row in product.tables["dropped"].to_pylist()}
    assert len(left) == 1
    assert left < {"你好", "你好啊！"}


@pytest.mark.parametrize(
    ("one", "other", "answer"),
    [
        (
            "How do I return shoes?",
            "How do I return hats?",
            "To return your {} within thirty days, " + "please " * 3 + LONG_EN,
        ),
        ("靴を返品するには", "帽子を返品するには", "{}は三十日以内に返品できます。" + LONG_JA),
    ],
)
def test_long_answers_that_differ_in_what_is_asked_are_two_cases(stages, one, other, answer):
    words = ("shoes", "hats") if one.isascii() else ("靴", "帽子")
    rows = rows_of(*((q, answer.format(word)) for q, word in zip((one, other), words, strict=True)))
    assert len(kept(stages.clean(rows))) == 2


def test_an_edited_copy_with_a_short_question_is_a_near_duplicate(stages):
    rows = rows_of(
        ("Tell me about the old harbour", LONG_EN),
        ("Tell me of the old harbour", LONG_EN.replace("the ", "this ", 1)),
    )
    assert len(kept(stages.clean(rows))) == 1


def test_alpaca_loses_its_exact_duplicates_and_a_left_over_prompt_alone(stages, real_data):
    read = json.loads((real_data / "alpaca_zh_demo.json").read_text(encoding="utf-8"))
    product = stages.clean(rows_of(*(row for row in read if row["output"].strip())))
    assert Counter(reasons(product).values()) == {"exact_duplicate": 8, "template_leftovers": 1}


SECRET = "AKIAIOSFODNN7QWERTYU"
CARD = "4539 1488 0343 6467"


def test_secrets_are_masked_and_shown_in_part_only(stages):
    product = stages.clean(rows_of(("What is my card?", f"It is {CARD}, thanks.")))
    (example,) = kept(product)
    assert example.output == "It is [CARD], thanks."
    assert "private_masked" in example.repairs
    (change,) = product.records["changes"].items
    assert change.rule == "private_masked"
    assert CARD not in change.before
    assert "6467" in change.before
    assert product.records["findings"].private == {"card": 1}


def test_excerpts_of_other_changes_show_no_private_value_in_full(stages):
    product = stages.clean(
        rows_of(("Whom do I ask? ", "\u200bWrite to tanaka.hanako@kitahama-bank.jp"))
    )
    assert kept(product)[0].output == "Write to tanaka.hanako@kitahama-bank.jp"
    assert "tanaka.hanako" not in str(product.records["changes"])


@pytest.mark.parametrize(
    ("retrieved", "answer"),
    [("", "Ask tanaka@kitahama-bank.jp"), ("2026-01-01T00:00:00Z", "Ask [EMAIL]")],
)
def test_addresses_stay_in_own_files_and_are_masked_in_what_was_fetched(stages, retrieved, answer):
    row = {"instruction": "Who?", "output": "Ask tanaka@kitahama-bank.jp", "retrieved": retrieved}
    assert kept(stages.clean(rows_of(row)))[0].output == answer


def test_example_addresses_stay_everywhere(stages):
    row = {
        "instruction": "Who?",
        "output": "Ask you@example.com",
        "retrieved": "2026-01-01T00:00:00Z",
    }
    assert kept(stages.clean(rows_of(row)))[0].output == "Ask you@example.com"


def test_rows_with_private_data_leave_when_the_recipe_says_so(stages):
    rows = rows_of(("Who?", "Ask tanaka@kitahama-bank.jp"), ("And you?", "Fine"))
    product = stages.clean(rows, private={"email": "drop"})
    assert reasons(product) == {rows[0].id: "private_data"}
    assert product.tables["dropped"]["detail"].to_pylist() == ["email t…@kitahama-bank.jp"]


def test_private_data_that_the_recipe_refuses_stops_the_run_with_its_place(stages):
    row = {"instruction": "Card?", "output": CARD, "source": "cards.csv", "locator": "line 7"}
    with pytest.raises(DataError) as caught:
        stages.clean(rows_of(row), private={"card": "refuse"})
    assert "cards.csv, line 7" in caught.value.where
    assert CARD not in str(caught.value)


def test_worthless_rows_leave_and_doubtful_ones_are_flagged(stages):
    rows = rows_of(
        ("Name a river.", "### Response:\nThe Nile"),
        ("Write a letter to my aunt.", "Dear aunt,\nall is well.\n[Your Name]"),
        ("Name a lake.", "Lake Biwa"),
    )
    product = stages.clean(rows)
    assert reasons(product) == {rows[0].id: "template_leftovers"}
    assert product.tables["flags"].to_pylist() == [
        {"id": rows[1].id, "check": "placeholder", "evidence": "[Your Name]"}
    ]
    assert product.records["findings"].flagged == {"placeholder": 1}


def test_defects_are_treated_as_the_recipe_says(stages):
    rows = rows_of(("Write to my aunt.", "Dear aunt, all is well.\n[Your Name]"))
    assert reasons(stages.clean(rows, defects={"placeholder": "drop"})) == {
        rows[0].id: "placeholder"
    }
    assert stages.clean(rows, defects={"placeholder": "keep"}).tables["flags"].num_rows == 0


def test_rows_are_cleaned_alike_in_parts_and_in_one_piece():
    texts = ("a ", "b</s>", "", "今日 ", "x<|im_end|>y", "cafÃ©", "fine", f"key {SECRET}")
    rows = rows_of(
        *({"instruction": q, "output": a, "history": [(a, q)][: i % 2]}
          for i, (q, a) in enumerate((q, a) for q in texts for a in texts))
    )  # fmt: skip
    table = to_table(rows)
    whole = cleaned_rows(table, CleanConfig())
    parts = Cleaned.joined(
        [cleaned_rows(table.slice(at, 7), CleanConfig()) for at in range(0, 64, 7)]
    )
    assert parts.examples.equals(whole.examples)
    assert parts.dropped.combine_chunks().equals(whole.dropped.combine_chunks())
    assert parts.changes == whole.changes
    assert parts.masked == whole.masked


def test_no_rows_are_no_trouble(stages):
    product = stages.clean([])
    assert product.counts.balances
    assert product.tables["examples"].num_rows == product.tables["flags"].num_rows == 0


def test_the_stage_is_imported_without_compiled_kernels():
    code = "import sys, kitae.stages.clean; print('numba' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
