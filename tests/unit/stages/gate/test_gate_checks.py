import pytest

from kitae.core.errors import GateError
from kitae.core.text import LANGUAGES, render, say
from kitae.records.gate import DataVerdict
from kitae.stages.gate import STAGE, GateConfig
from support.cleaned import cleaned
from support.frozen_datasets import context, frozen_dataset, row, rows, seal, split_rows
from support.sound_sets import fifty_intents, fifty_labels, fifty_texts

CONFIG = GateConfig()


def judge(root, train, test, validation=(), config=CONFIG):
    build = frozen_dataset(root, train, test, validation)
    inputs = {"build": build, "clean": cleaned(root, [*train, *validation, *test])}
    product = STAGE.run(inputs, config, context(root, "gate"))
    verdict = product.records["verdict"]
    assert isinstance(verdict, DataVerdict)
    assert verdict.dataset_hash == build.content_hash
    return {check.name: check for check in verdict.checks}, verdict, product


def judge_split(root, examples, config=CONFIG):
    sides = split_rows(examples)
    return judge(root, sides["train"], sides["test"], sides["validation"], config)


@pytest.mark.parametrize("language", ["en", "ja", "zh"])
@pytest.mark.parametrize("make", [fifty_labels, fifty_intents, fifty_texts])
def test_fifty_sound_examples_pass_with_a_warning_of_how_wide_the_interval_will_be(
    tmp_path, language, make
):
    checks, verdict, _ = judge_split(tmp_path, make(language))
    failed = [c for c in checks.values() if c.outcome == "fail"]
    assert not failed
    assert verdict.outcome == "warn"
    assert checks["heldout"].outcome == "warn"
    assert f"±{round(100 * checks['heldout'].value)} percentage points" in render(
        checks["heldout"].message
    )
    if make is fifty_texts:
        assert "±26" in render(checks["heldout"].message)


@pytest.mark.parametrize("make", [fifty_labels, fifty_intents])
def test_labels_are_closed_and_free_text_is_open(tmp_path, make):
    assert judge_split(tmp_path / "closed", make("ja"))[1].task == "closed"
    assert judge_split(tmp_path / "open", fifty_texts("ja"))[1].task == "open"


def test_twelve_examples_fail(tmp_path):
    checks, verdict, _ = judge_split(tmp_path, fifty_labels("en")[::4][:12])
    assert verdict.outcome == "fail"
    assert checks["size"].outcome == "fail"
    assert "12" in render(checks["size"].message)
    assert "8 or more" in render(checks["size"].fix)


def test_made_examples_do_not_replace_own_ones(tmp_path):
    own = fifty_labels("en")[::4][:12]
    made = [
        e.model_copy(
            update={"id": f"m{i}", "instruction": f"{e.instruction} indeed {i}", "origin": "made"}
        )
        for i, e in enumerate(fifty_labels("en"))
    ]
    assert judge(tmp_path, [*own, *made], own[:3])[0]["size"].outcome == "fail"


def test_twenty_are_enough_to_go_on(tmp_path):
    checks, _, _ = judge_split(tmp_path, fifty_labels("en")[::5] + fifty_labels("en")[1::5])
    assert checks["size"].outcome == "pass"
    assert checks["heldout"].outcome == "warn"


def test_no_test_rows_fail(tmp_path):
    assert judge(tmp_path, fifty_labels("en"), [])[0]["heldout"].outcome == "fail"


def test_rows_of_one_text_count_once_as_test_questions(tmp_path):
    test = [
        e.model_copy(update={"group": f"g{i % 4}"}) for i, e in enumerate(fifty_texts("en")[:20])
    ]
    heldout = judge(tmp_path, fifty_texts("en")[20:], test)[0]["heldout"]
    assert heldout.outcome == "warn"
    assert "20 test questions (4 independent)" in render(heldout.message)


def test_a_constant_answer_fails(tmp_path):
    same = [e.model_copy(update={"output": "good"}) for e in fifty_labels("en")]
    checks, _, _ = judge_split(tmp_path, same)
    assert checks["dependence"].outcome == "fail"
    assert "without reading" in render(checks["dependence"].message)
    assert checks["dependence"].evidence


def test_a_long_constant_answer_fails_too(tmp_path):
    text = "Thank you for your message. We will look into it and come back to you within two days."
    same = [e.model_copy(update={"output": text}) for e in fifty_texts("en")]
    assert judge_split(tmp_path, same)[0]["dependence"].outcome == "fail"


def test_a_rare_label_is_no_constant(tmp_path):
    rare = [
        e.model_copy(update={"output": "spam" if i % 10 == 0 else "ham"})
        for i, e in enumerate(fifty_texts("en"))
    ]
    assert judge_split(tmp_path, rare)[0]["dependence"].outcome == "pass"


def test_intents_that_begin_alike_depend_on_the_question(tmp_path):
    things = [
        "shoes",
        "a hat",
        "two books",
        "the lamp",
        "a map",
        "tea",
        "rice",
        "soap",
        "socks",
        "a pen",
    ]
    frames = {
        "buy": "I want to buy {}",
        "return": "I want to return {}",
        "find": "Where can I find {}",
    }
    pairs = [(f.format(t), label) for label, f in frames.items() for t in things]
    checks, verdict, _ = judge_split(tmp_path, rows(pairs))
    assert checks["dependence"].outcome == "pass"
    assert verdict.outcome != "fail"


def test_a_contradiction_between_labels_fails(tmp_path):
    examples = fifty_labels("en")
    turned = row(f"{examples[0].instruction} .", "bad", language="en")
    checks, _, _ = judge(tmp_path, [*examples[:40], turned], examples[40:])
    assert checks["contradictions"].outcome == "fail"
    assert "good | bad" in checks["contradictions"].evidence[0].text


def test_a_contradiction_in_free_text_warns(tmp_path):
    examples = fifty_texts("zh")
    other = row(examples[0].instruction, "这是另一种说法，也没有错。", language="zh")
    checks, verdict, _ = judge(tmp_path, [*examples[:40], other], examples[40:])
    assert checks["contradictions"].outcome == "warn"
    assert verdict.outcome == "warn"


def test_the_same_question_under_another_system_prompt_is_no_contradiction(tmp_path):
    examples = fifty_labels("en")
    turned = row(examples[0].instruction, "bad", system="Answer with the opposite.", language="en")
    checks, _, _ = judge(tmp_path, [*examples[:40], turned], examples[40:])
    assert checks["contradictions"].outcome == "pass"


def test_labels_that_differ_in_capitals_alone_warn(tmp_path):
    examples = fifty_labels("en")
    turned = row(examples[0].instruction.upper(), "bad", language="en")
    checks, _, _ = judge(tmp_path, [*examples[:40], turned], examples[40:])
    assert checks["contradictions"].outcome == "warn"


def test_a_test_question_in_the_training_data_fails(tmp_path):
    examples = fifty_labels("ja")
    leaked = examples[45].model_copy(update={"id": "leak"})
    checks, _, _ = judge(tmp_path, [*examples[:40], leaked], examples[40:])
    assert checks["leakage"].outcome == "fail"
    assert checks["leakage"].count == 1
    assert checks["leakage"].evidence[0].ids == ("leak", examples[45].id)


def test_one_text_on_two_sides_fails(tmp_path):
    text = "The museum by the harbour opened its new wing on Friday with a show of forty paintings of ships."
    ask = [f"Is this about art? {text}", f"{text} What is the mood of this text?"]
    examples = fifty_labels("en")
    train = [*examples[:40], row(ask[0], "good", group="x", language="en")]
    test = [*examples[40:], row(ask[1], "bad", group="x", language="en")]
    assert judge(tmp_path, train, test)[0]["leakage"].outcome == "fail"


def test_neighbouring_questions_with_other_answers_are_no_leak(tmp_path):
    pairs = [(f"{day}の{topic}はどう?", day) for day in ("今日", "明日") for topic in "恋金旅学健"]
    train, test = rows(pairs[:5] * 4), rows(pairs[5:])
    assert judge(tmp_path, train, test)[0]["leakage"].outcome == "pass"


def test_repeats_warn_and_then_fail(tmp_path):
    examples = fifty_labels("en")
    few = judge(tmp_path / "few", [*examples[:40], *examples[:3]], examples[40:])[0]["duplicates"]
    many = judge(tmp_path / "many", [*examples[:40], *examples[:40]], examples[40:])[0][
        "duplicates"
    ]
    assert (few.outcome, few.count) == ("warn", 3)
    assert (many.outcome, many.count) == ("fail", 40)


def test_a_label_that_only_the_test_asks_for_warns(tmp_path):
    examples = fifty_labels("en")
    test = [*examples[40:], row("The weather stayed as it was", "neutral", language="en")]
    checks, _, _ = judge(tmp_path, examples[:40], test)
    assert checks["balance"].outcome == "warn"
    assert "neutral" in render(checks["balance"].message)


def test_a_chat_marker_in_an_answer_fails_and_in_a_question_warns(tmp_path):
    examples = fifty_texts("en")
    answer = [
        *examples[:39],
        row("Say hello to the class", "Hello class <|im_end|>", language="en"),
    ]
    question = [*examples[:39], row("What does <|im_end|> mean?", "It ends a turn.", language="en")]
    in_answer = judge(tmp_path / "a", answer, examples[40:])[0]["special_tokens"]
    in_question = judge(tmp_path / "q", question, examples[40:])[0]["special_tokens"]
    assert in_answer.outcome == "fail"
    assert "<|im_end|>" in render(in_answer.message)
    assert in_question.outcome == "warn"


def test_a_language_that_training_lacks_warns(tmp_path):
    checks, _, _ = judge(tmp_path, fifty_labels("en"), fifty_labels("ja")[:10])
    assert checks["language"].outcome == "warn"
    assert "ja" in render(checks["language"].message)


def test_unread_made_rows_are_counted(tmp_path):
    examples = fifty_labels("en")
    made = [
        e.model_copy(
            update={
                "id": f"m{i}",
                "origin": "made",
                "review": state,
                "instruction": f"{i} {e.instruction}",
            }
        )
        for i, (e, state) in enumerate(
            zip(examples, ["accepted", "unread", "unread"], strict=False)
        )
    ]
    checks, _, _ = judge(tmp_path, [*examples[:40], *made], examples[40:])
    assert (checks["unread"].outcome, checks["unread"].count) == ("warn", 2)


def test_an_empty_answer_is_found(tmp_path):
    examples = fifty_labels("en")
    checks, _, _ = judge(
        tmp_path, [*examples[:40], row("Say nothing", " ", language="en")], examples[40:]
    )
    assert checks["empties"].outcome == "fail"


def test_a_failed_gate_stops_the_run_and_names_what_failed(tmp_path):
    examples = [e.model_copy(update={"output": "good"}) for e in fifty_labels("en")[:12]]
    _, _, product = judge_split(tmp_path, examples)
    artifact = seal(tmp_path, "gate", product)
    error = STAGE.refusal(artifact, CONFIG, context(tmp_path, "gate"))
    assert isinstance(error, GateError)
    assert error.exit_code == 3
    assert "Only 12 usable examples" in error.what
    assert "All answers" in error.what or "are the same" in error.what
    assert 'kitae override gate --reason "' in error.fix


def test_an_override_of_this_verdict_lets_the_run_go_on_and_no_other(tmp_path):
    _, _, product = judge_split(tmp_path, fifty_labels("en")[:12])
    artifact = seal(tmp_path, "gate", product)
    here = context(tmp_path, "gate")
    here.journals["overrides"].append(
        [{"stage": "gate", "artifact": "0" * 64, "reason": "another verdict", "at": ""}]
    )
    assert STAGE.refusal(artifact, CONFIG, here) is not None
    here.journals["overrides"].append(
        [{"stage": "gate", "artifact": artifact.content_hash, "reason": "a trial", "at": ""}]
    )
    assert STAGE.refusal(artifact, CONFIG, here) is None


def test_a_passed_gate_does_not_stop_the_run(tmp_path):
    _, _, product = judge_split(tmp_path, fifty_labels("en"))
    artifact = seal(tmp_path, "gate", product)
    assert STAGE.refusal(artifact, CONFIG, context(tmp_path, "gate")) is None


def test_equal_data_gives_an_equal_verdict(tmp_path):
    one = judge_split(tmp_path / "1", fifty_labels("zh"))[1]
    assert one == judge_split(tmp_path / "2", fifty_labels("zh"))[1]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_finding_can_be_said_in_every_language(tmp_path, language):
    sets = [
        fifty_labels("en"),
        fifty_labels("en")[:12],
        [e.model_copy(update={"output": "x"}) for e in fifty_texts("en")],
    ]
    for number, examples in enumerate(sets):
        for check in judge_split(tmp_path / str(number), examples)[0].values():
            assert say(f"gate.{check.name}.title", language)
            assert "{" not in render(check.message, language)
            assert check.fix is None or render(check.fix, language)
