import re

import pytest
from pydantic import ValidationError

from kitae.core.text import LANGUAGES, Message, catalogue, render
from kitae.records.gate import CheckResult
from kitae.records.store import Product
from kitae.stages.gate import STAGE, GateConfig
from kitae.stages.gate.checks import CHECKS
from kitae.stages.gate.findings import CLASSES, Measured
from support.cleaned import cleaned
from support.frozen_datasets import context, frozen_dataset, row, seal
from support.sound_sets import fifty_labels, fifty_texts

FETCHED = {"retrieved": "2026-01-05T00:00:00Z", "licence": "MIT"}
KEY = "ghp_" + "aB3dE5fG7hJ9kL1mN3pQ5rS7tU9vW1xY3zA5"
MAIL = "mai.tanaka84@kobayashi-denki.co.jp"


def judge(root, train, test, config=None):
    build = frozen_dataset(root, train, test)
    inputs = {"build": build, "clean": cleaned(root, [*train, *test])}
    product = STAGE.run(inputs, config or GateConfig(), context(root, "gate"))
    verdict = product.records["verdict"]
    return {check.name: check for check in verdict.checks}, product


def with_rows(root, *more, config=None, examples=None):
    examples = examples or fifty_texts("en")
    return judge(root, [*examples[:40], *more], examples[40:], config)


def test_every_check_has_a_class_and_tells_once(tmp_path):
    checks, product = with_rows(tmp_path)
    assert len(checks) == len(CHECKS) == len(product.records["verdict"].checks)
    assert {name: check.check_class for name, check in checks.items()} == {
        name: CLASSES[name] for name in checks
    }


def test_a_check_that_only_warns_can_never_fail():
    said = Message(key="gate.thin.pass")
    with pytest.raises(ValidationError, match="class warn cannot fail"):
        CheckResult(name="thin", check_class="warn", outcome="fail", message=said)
    with pytest.raises(ValidationError, match="class info cannot warn"):
        CheckResult(name="power", check_class="info", outcome="warn", message=said)


def test_every_way_to_mend_names_something_to_type_or_to_write():
    for language in LANGUAGES:
        fixes = {k: v for k, v in catalogue(language).items() if re.fullmatch(r"gate\..+\.fix", k)}
        assert fixes
        assert [key for key, text in fixes.items() if "`" not in text] == []


def test_a_share_comes_with_its_interval():
    assert Measured.share(0, 100, 0.02).interval == pytest.approx((0.0, 0.036995), abs=1e-4)
    assert Measured(0.26, 0.1, 10).interval is None


def test_a_key_in_an_answer_fails_and_is_never_printed_in_full(tmp_path):
    checks, product = with_rows(tmp_path, row("How do I log in?", f"Use {KEY} as token.", id="k"))
    assert checks["private"].outcome == "fail"
    assert checks["private"].evidence[0].ids == ("k",)
    assert KEY not in product.records["verdict"].model_dump_json()
    assert "{private: {key: mask}}" in render(checks["private"].fix)


def test_evidence_of_other_checks_hides_private_values_too(tmp_path):
    twice = [row(f"Write to {MAIL} today", "Done.", id=f"d{i}") for i in range(3)]
    checks, product = with_rows(tmp_path, *twice)
    assert checks["duplicates"].outcome == "warn"
    assert MAIL not in product.records["verdict"].model_dump_json()


def test_contacts_fail_in_fetched_rows_and_not_in_ones_own(tmp_path):
    said = f"Write to {MAIL}."
    own = with_rows(tmp_path / "own", row("Who helps?", said))[0]["private"]
    fetched = with_rows(tmp_path / "web", row("Who helps?", said, **FETCHED))[0]["private"]
    assert (own.outcome, own.count) == ("pass", 1)
    assert (fetched.outcome, fetched.count) == ("fail", 1)


def test_many_different_contacts_in_ones_own_rows_warn(tmp_path):
    mails = [row(f"Who is number {i}?", f"person.{i}@werkstatt-{i}.com") for i in range(12, 20)]
    assert with_rows(tmp_path, *mails)[0]["private"].outcome == "warn"


def test_examples_of_private_values_are_no_alarm(tmp_path):
    answer = "For example you@example.com, card 4111 1111 1111 1111 or 192.168.0.1."
    found = with_rows(tmp_path, row("Give examples", answer, **FETCHED))[0]["private"]
    assert (found.outcome, found.count) == ("pass", 0)


@pytest.mark.parametrize(
    ("licence", "uses", "outcome"),
    [
        ("all rights reserved", ("train",), "fail"),
        ("CC-BY-NC-4.0", ("train",), "pass"),
        ("CC-BY-NC-4.0", ("train", "commercial"), "fail"),
        ("unknown", ("train",), "warn"),
        ("CC-BY-4.0", ("train", "commercial"), "pass"),
    ],
)
def test_a_licence_is_judged_by_the_use(tmp_path, licence, uses, outcome):
    fetched = row("What is steel?", "Iron with carbon.", **{**FETCHED, "licence": licence})
    checks, _ = with_rows(tmp_path, fetched, config=GateConfig(uses=uses))
    assert checks["licence"].outcome == outcome
    for language in LANGUAGES:
        assert "@" not in render(checks["licence"].message, language)


@pytest.mark.parametrize("licence", ["unknown", "all rights reserved"])
def test_what_is_in_ones_own_files_is_ones_own(tmp_path, licence):
    own = row("What is steel?", "Iron with carbon.", licence=licence)
    assert with_rows(tmp_path, own)[0]["licence"].outcome == "pass"


def test_refusals_warn_from_a_share_on(tmp_path):
    refusals = [row(f"Tell me fact {i}", "I'm sorry, but I can't help with that.") for i in "abc"]
    few = with_rows(tmp_path / "few", *refusals[:1])[0]["refusals"]
    many = with_rows(tmp_path / "many", *refusals)[0]["refusals"]
    assert (few.outcome, few.count) == ("pass", 1)
    assert (many.outcome, many.count) == ("warn", 3)


def test_a_set_full_of_blanks_is_not_told_to_drop_them(tmp_path):
    blanks = [
        e.model_copy(update={"output": f"I am {{{{name}}}}. {e.output}"}) for e in fifty_texts("en")
    ]
    found = judge(tmp_path, blanks[:40], blanks[40:])[0]["flaws"]
    assert found.outcome == "warn"
    assert "drop" not in render(found.fix)


def test_an_id_that_stands_twice_is_no_record(tmp_path):
    checks, _ = with_rows(tmp_path, row("One?", "1", id="x"), row("Two?", "2", id="x"))
    assert (checks["schema"].outcome, checks["schema"].count) == ("fail", 1)


def test_a_round_without_an_answer_is_no_record(tmp_path):
    half = row("And then?", "Nothing.", history=({"instruction": "Hi", "answer": " "},))
    assert with_rows(tmp_path, half)[0]["schema"].outcome == "fail"


def test_the_wanted_effect_decides_how_many_test_questions_are_enough(tmp_path):
    modest = GateConfig(wanted_effect=0.7, warn_half_width=0.3)
    assert with_rows(tmp_path / "a", config=modest)[0]["heldout"].outcome == "pass"
    strict = GateConfig(wanted_effect=0.05, warn_half_width=0.3)
    checks, _ = with_rows(tmp_path / "b", config=strict)
    assert checks["heldout"].outcome == "warn"
    assert "about 312 independent test questions" in render(checks["heldout"].fix)
    assert "For 5 points it takes 312" in render(checks["power"].message)


def test_a_language_that_training_hardly_shows_is_thin(tmp_path):
    examples = fifty_labels("en")
    foreign = fifty_labels("zh")
    checks, _ = judge(tmp_path, [*examples[:40], foreign[0]], foreign[1:9])
    assert checks["language"].outcome == "pass"
    assert checks["thin"].outcome == "warn"
    assert "zh" in render(checks["thin"].message)


def test_answers_far_longer_than_the_others_warn(tmp_path):
    long = row("Tell all", "word and another word " * 600)
    checks, _ = with_rows(tmp_path, long)
    assert (checks["length"].outcome, checks["length"].count) == ("warn", 1)


def test_every_row_concerned_is_listed_where_the_verdict_shows_a_few(tmp_path):
    examples = fifty_labels("en")
    checks, product = judge(tmp_path, [*examples[:40], *examples[:20]], examples[40:])
    named = [r for r in product.tables["concerned"].to_pylist() if r["check"] == "duplicates"]
    assert len(checks["duplicates"].evidence) == 5
    assert len(named) == checks["duplicates"].count == 20


def test_the_verdict_speaks_of_the_dataset_that_it_judged(tmp_path):
    examples = fifty_labels("en")
    build = frozen_dataset(tmp_path / "1", examples[:40], examples[40:])
    other = frozen_dataset(tmp_path / "2", examples[:39], examples[40:])
    inputs = {"build": build, "clean": cleaned(tmp_path / "1", examples)}
    product = STAGE.run(inputs, GateConfig(), context(tmp_path / "1", "gate"))
    verdict = product.records["verdict"]
    assert verdict.dataset_hash == build.content_hash != other.content_hash
    again = seal(tmp_path / "3", "gate", Product(records=product.records, tables=product.tables))
    assert again.content_hash == seal(tmp_path / "1", "gate", product).content_hash


LONG_QUESTION = (
    "A blacksmith heats a steel bar of two kilograms to nine hundred degrees and quenches it in twelve litres of oil. "
    "How warm does the oil become if nothing is lost to the air?"
)


def test_a_held_out_question_inside_a_training_text_fails(tmp_path):
    examples = fifty_texts("en")
    around = row("Tell a story", f"Then the master asked: {LONG_QUESTION} Nobody knew.", id="hides")
    asked = row(LONG_QUESTION, "About seventy degrees.", id="asked")
    checks, _ = judge(tmp_path, [*examples[:40], around], [*examples[40:], asked])
    assert checks["leakage"].outcome == "pass"
    assert checks["contamination"].outcome == "fail"
    assert checks["contamination"].evidence[0].ids == ("hides",)


def test_a_benchmark_that_the_recipe_names_is_looked_for(tmp_path):
    (tmp_path / "exam.txt").write_text(f"{LONG_QUESTION}\n\nWhat is nine times nine?\n")
    config = GateConfig(benchmarks=("exam.txt",))
    sound = with_rows(tmp_path, config=config)[0]["contamination"]
    known = with_rows(tmp_path, row(LONG_QUESTION, "Seventy."), config=config)[0]["contamination"]
    assert sound.outcome == "pass"
    assert (known.outcome, known.count) == ("fail", 1)
    assert "exam.txt" in render(known.message)
    assert STAGE.facts(config, context(tmp_path, "gate")).keys() == {"exam.txt"}


def test_test_questions_far_longer_than_those_of_training_are_thin(tmp_path):
    examples = fifty_texts("en")
    little = [e.model_copy(update={"input": "word " * 15}) for e in examples[40:45]]
    far = [e.model_copy(update={"input": "word " * 80}) for e in examples[45:]]
    assert judge(tmp_path / "a", examples[:40], little)[0]["thin"].outcome == "pass"
    found = judge(tmp_path / "b", examples[:40], far)[0]["thin"]
    assert (found.outcome, found.count) == ("warn", 5)
    assert "more than 200 characters" in render(found.message)


def test_the_same_words_under_another_system_prompt_are_another_question(tmp_path):
    examples = fifty_texts("en")
    one = row(f"Please. {LONG_QUESTION}", "70", system="Answer in degrees Celsius.")
    asked = row(LONG_QUESTION, "343", system="Answer in kelvin.")
    checks, _ = judge(tmp_path, [*examples[:40], one], [*examples[40:], asked])
    assert checks["contamination"].outcome == "pass"
