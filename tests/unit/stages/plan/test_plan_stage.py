import json

import pytest

from kitae.core.errors import GateError
from kitae.core.text import LANGUAGES, catalogue, render
from kitae.engines.training.forecast import Workload
from kitae.records.hardware import Hardware
from kitae.records.plan import Plan
from kitae.records.store import record_bytes
from kitae.stages.plan import STAGE, PlanConfig
from kitae.stages.plan.config import Lora
from kitae.stages.plan.values import TRIAL_TOKENS, Situation, plan_values
from support.frozen_datasets import context, row, seal
from support.planning import LAPTOP, examples, inputs, tiny_base, tiny_engines
from support.tiny_models import shared_tiny_model

LONG = row("a very long question " * 60, "answer", side="train")


def planned(root, config=None, base=None, train=None, **more):
    base = base or tiny_base()
    hardware = more.pop("hardware", LAPTOP)
    engines = tiny_engines(base, hardware, more.pop("folder", None))
    found = inputs(root, base, train if train is not None else examples(), **more)
    product = STAGE.run(found, config or PlanConfig(), context(root, "plan", engines))
    return product.records["plan"]


def values(plan):
    return {value.name: value.value for value in plan.values}


def outcomes(plan):
    return {check.name: check.outcome for check in plan.fit.checks}


def refusal(root, plan, entries=()):
    from kitae.records.store import Product

    artifact = seal(root, "plan", Product(records={"plan": plan}))
    where = context(root, "plan")
    for reason in entries:
        where.journals["overrides"].append(
            [{"stage": "plan", "artifact": artifact.content_hash, "reason": reason, "at": "now"}]
        )
    return STAGE.refusal(artifact, PlanConfig(), where)


def test_every_setting_of_the_training_loop_is_a_line_of_the_plan_with_its_reason(tmp_path):
    plan = planned(tmp_path)
    settings = plan.settings.model_dump()
    method = settings.pop("method")
    shown = values(plan)
    for name in method:
        assert name in {*shown, "kind", "targets"}
    assert set(settings) <= set(shown)
    for name in ("rank", "learning_rate", "steps"):
        assert shown[name] == (method | settings)[name]


@pytest.mark.parametrize("language", LANGUAGES)
def test_reasons_and_findings_can_be_read_in_every_language(tmp_path, language):
    plan = planned(tmp_path, train=[*examples(), LONG], config=PlanConfig(epochs=300))
    said = [render(value.reason, language) for value in plan.values]
    said += [render(check.message, language) for check in plan.fit.checks]
    said += [render(check.fix, language) for check in plan.fit.checks if check.fix]
    assert all(said)
    assert not any("{" in text.replace("{{", "") for text in said)
    assert {f"gate.{check.name}.title" for check in plan.fit.checks} <= set(catalogue(language))


def test_the_catalogues_hold_the_same_keys_and_placeholders():
    import re
    from importlib import resources

    def texts(language):
        folder = resources.files("kitae.core") / "locales" / language
        return {k: v for n in ("plan", "tune") for k, v in json.loads((folder / f"{n}.json").read_text("utf-8")).items()}  # fmt: skip

    english = texts("en")
    for language in ("ja", "zh"):
        other = texts(language)
        assert set(other) == set(english)
        for key, text in english.items():
            assert sorted(re.findall(r"{(\w+)}", text)) == sorted(
                re.findall(r"{(\w+)}", other[key])
            )


def test_equal_inputs_give_byte_equal_plans(tmp_path):
    one, two = planned(tmp_path / "a"), planned(tmp_path / "b")
    assert record_bytes(one) == record_bytes(two)


def test_what_the_recipe_says_is_taken_and_marked_so(tmp_path):
    config = PlanConfig(
        method=Lora(rank=3, alpha=5.0, dropout=0.1), epochs=2, learning_rate=0.001,
        batch_examples=5, max_length_tokens=64, schedule="linear", seed=9, precision="bf16",
    )  # fmt: skip
    plan = planned(tmp_path, config)
    assert plan.settings.method.model_dump() == {
        "kind": "lora", "rank": 3, "alpha": 5.0, "dropout": 0.1, "targets": "all-linear",
    }  # fmt: skip
    assert (plan.settings.batch_examples, plan.settings.seed) == (5, 9)
    assert plan.settings.steps == 16
    from_recipe = {value.name for value in plan.values if value.source == "recipe"}
    assert from_recipe == {
        "rank", "alpha", "dropout", "epochs", "learning_rate", "batch_examples",
        "max_length_tokens", "schedule", "precision", "seed",
    }  # fmt: skip


def test_a_very_small_base_gets_a_high_rate_and_many_passes(tmp_path):
    small = planned(tmp_path / "a")
    usual = planned(tmp_path / "b", base=tiny_base(parameters=7_000_000_000, layers=32))
    assert small.settings.learning_rate >= 2e-3
    assert small.settings.epochs >= 10
    assert 1e-4 <= usual.settings.learning_rate <= 2e-4
    assert 2 <= usual.settings.epochs <= 4


def derived(base, rows, config=None):
    work = Workload(rows=rows, tokens=40 * rows, answer_tokens=10 * rows, longest=60)
    return {
        v.name: v for v in plan_values(config or PlanConfig(), Situation(base, LAPTOP, work, 0))
    }


@pytest.mark.parametrize("rows", [2000, 6000, 100_000])
def test_the_base_for_trying_is_bounded_in_tokens_and_says_so(rows):
    found = derived(tiny_base(is_for_trying=True), rows)
    assert found["epochs"].reason.key == "plan.reason.epochs_trying"
    tokens = found["steps"].value * found["batch_examples"].value * 40
    assert tokens == pytest.approx(TRIAL_TOKENS, rel=0.05)


def test_steps_are_bounded_with_a_reason():
    found = derived(tiny_base(parameters=10**9), 12_000, PlanConfig(batch_examples=1))
    assert found["epochs"].reason.key == "plan.reason.epochs_bounded"
    assert found["steps"].value <= 20_000


@pytest.mark.parametrize("rows", [1, 12, 50, 300, 5000])
@pytest.mark.parametrize("parameters", [5_000_000, 10**9, 7 * 10**9])
def test_any_number_of_rows_gives_a_plan(rows, parameters):
    found = derived(tiny_base(parameters=parameters), rows)
    assert found["steps"].value >= 1
    assert 1 <= found["warmup_steps"].value <= max(1, found["steps"].value // 10)


def test_sound_rows_fit(tmp_path):
    rows = examples(60)
    plan = planned(tmp_path, train=rows[:40], validation=rows[40:50], test=rows[50:])
    assert plan.fit.outcome == "pass"
    assert plan.fit.rows == 60
    assert refusal(tmp_path, plan) is None


@pytest.mark.parametrize("side", ["train", "validation", "test"])
def test_a_row_whose_answer_would_be_cut_fails_on_every_side_and_is_shown(tmp_path, side):
    rows = examples(60)
    sides = {"train": rows[:40], "validation": rows[40:50], "test": rows[50:]}
    sides[side] = [*sides[side], LONG]
    plan = planned(tmp_path, **sides)
    check = next(check for check in plan.fit.checks if check.name == "fit_overlong")
    assert (check.outcome, check.count, plan.fit.overlong_rows) == ("fail", 1, 1)
    assert check.evidence[0].ids == (LONG.id,)
    error = refusal(tmp_path, plan)
    assert isinstance(error, GateError)
    assert error.exit_code == 3
    assert "512" in error.what
    assert "overlong: drop" in (error.fix or "")


def test_an_overlong_row_may_be_left_out_when_the_recipe_says_so(tmp_path):
    plan = planned(tmp_path, PlanConfig(overlong="drop"), train=[*examples(), LONG])
    assert outcomes(plan)["fit_overlong"] == "warn"
    assert refusal(tmp_path, plan) is None
    sound = planned(tmp_path / "without")
    assert plan.fit.total_tokens == sound.fit.total_tokens
    assert plan.settings.steps == sound.settings.steps


def test_an_override_with_a_reason_lets_a_failed_plan_pass(tmp_path):
    plan = planned(tmp_path, train=[*examples(), LONG])
    assert refusal(tmp_path, plan, entries=["I know"]) is None


def test_a_base_that_cannot_stop_fails(tmp_path):
    template = "{% for m in messages %}{{ m['content'] + '\n' }}{% endfor %}"
    plan = planned(tmp_path, folder=shared_tiny_model(template, None))
    assert outcomes(plan)["fit_stop"] == "fail"
    assert plan.fit.rows_without_stop == 40


def test_a_row_without_anything_to_learn_fails(tmp_path):
    plan = planned(tmp_path, train=[*examples(), row("what?", " ")])
    assert outcomes(plan)["fit_trainable"] == "fail"
    assert plan.fit.rows_without_trainable_token == 1


def test_nonsense_is_refused_or_warned_of_with_a_reason(tmp_path):
    many = planned(tmp_path / "a", PlanConfig(epochs=1000), train=examples(12))
    assert outcomes(many)["fit_passes"] == "fail"
    hot = planned(tmp_path / "b", PlanConfig(learning_rate=0.5, epochs=0.1, batch_examples=40))
    assert outcomes(hot)["fit_rate"] == "warn"
    assert outcomes(hot)["fit_steps"] == "warn"
    over = planned(tmp_path / "c", PlanConfig(max_length_tokens=4096))
    assert outcomes(over)["fit_context"] == "fail"


def test_a_base_that_does_not_fit_in_memory_fails(tmp_path):
    base = tiny_base(parameters=7_000_000_000, layers=32, hidden_size=4096, intermediate_size=11008)
    assert outcomes(planned(tmp_path / "a", base=base))["fit_memory"] == "fail"
    large = Hardware(kind="cpu", cores=16, memory_gib=128)
    assert outcomes(planned(tmp_path / "b", base=base, hardware=large))["fit_memory"] == "pass"


def test_hardware_and_library_versions_are_inputs_of_the_plan(tmp_path):
    base = tiny_base()
    facts = [
        STAGE.facts(PlanConfig(), context(tmp_path, "plan", tiny_engines(base, hardware)))
        for hardware in (LAPTOP, LAPTOP.model_copy(update={"cores": 8}))
    ]
    assert set(facts[0]) == {"hardware", "engines"}
    assert facts[0]["hardware"] != facts[1]["hardware"]
    assert facts[0]["engines"] == facts[1]["engines"]


def test_a_plan_survives_being_written_and_read(tmp_path):
    plan = planned(tmp_path)
    assert Plan.model_validate_json(record_bytes(plan)) == plan


def test_looking_at_validation_rows_costs_little_beside_training():
    few, many = (
        plan_values(
            PlanConfig(),
            Situation(tiny_base(), LAPTOP, Workload(400, 16_000, 4_000, 60, tokens), 0),
        )
        for tokens in (500, 10_000_000)
    )
    few_steps, many_steps = (
        next(v.value for v in found if v.name == "validate_every_steps") for found in (few, many)
    )
    steps = next(v.value for v in few if v.name == "steps")
    assert steps / few_steps == pytest.approx(10, abs=1)
    assert steps / many_steps == pytest.approx(2, abs=0.1)
