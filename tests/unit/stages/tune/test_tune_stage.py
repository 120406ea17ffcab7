import dataclasses

import pytest

from kitae.core.errors import ConflictError, GateError, InterruptedRunError
from kitae.core.events import Collected
from kitae.records.gate import DataVerdict
from kitae.records.store import Product
from kitae.stages.plan import STAGE as PLAN
from kitae.stages.plan import PlanConfig
from kitae.stages.tune import STAGE, TuneConfig
from support.frozen_datasets import context, row, seal
from support.planning import examples, inputs, tiny_base, tiny_engines

FAST = PlanConfig(epochs=1, batch_examples=8, method={"kind": "lora", "rank": 2})
LONG = row("a very long question " * 60, "answer")


class Asked:
    requested = True


def ready(root, config=FAST, train=None, base=None, **more):
    base = base or tiny_base()
    found = inputs(root, base, train or examples(24), validation=examples(30)[24:], **more)
    where = context(root, "plan", tiny_engines(base))
    found["plan"] = seal(root, "plan", PLAN.run(found, config, where))
    return found, dataclasses.replace(where, stage="tune", events=Collected())


def test_tune_gives_an_adapter_and_says_what_it_was_made_from(tmp_path):
    found, where = ready(tmp_path)
    product = STAGE.run(found, TuneConfig(), where)
    tuned = product.records["tuned"]
    assert (tuned.base_reference, tuned.base_revision) == ("tiny", "r1")
    assert (tuned.steps, tuned.train_rows) == (3, 24)
    assert product.counts is not None
    assert product.counts.balances
    assert product.counts.out == 30
    names = {path.name for path in product.folders["adapter"].iterdir()}
    assert names == {"adapter_model.safetensors", "adapter_config.json"}


def test_equal_inputs_give_byte_equal_products_wherever_they_run(tmp_path):
    sealed = []
    for name in ("one", "two"):
        found, where = ready(tmp_path / name)
        sealed.append(seal(tmp_path / name, "tune", STAGE.run(found, TuneConfig(), where)))
    assert sealed[0].content_hash == sealed[1].content_hash


def test_how_often_work_is_kept_changes_nothing_in_the_result(tmp_path):
    results = []
    for name, every in (("one", 1), ("two", 3)):
        found, where = ready(tmp_path / name)
        product = STAGE.run(found, TuneConfig(checkpoint_every_steps=every), where)
        results.append(product.records["tuned"])
    assert results[0] == results[1]


def test_ctrl_c_keeps_the_step_and_the_next_run_goes_on_to_the_same_result(tmp_path):
    found, where = ready(tmp_path / "stopped")
    with pytest.raises(InterruptedRunError) as caught:
        STAGE.run(found, TuneConfig(), dataclasses.replace(where, interrupt=Asked()))
    assert "kitae run" in (caught.value.fix or "")
    resumed = STAGE.run(found, TuneConfig(), where).records["tuned"]
    assert "tune.resumed" in {event.kind for event in where.events.events}
    found, where = ready(tmp_path / "straight")
    assert STAGE.run(found, TuneConfig(), where).records["tuned"] == resumed


def test_rows_too_long_are_dropped_with_their_reason_when_the_recipe_says_so(tmp_path):
    config = FAST.model_copy(update={"overlong": "drop"})
    found, where = ready(tmp_path, PlanConfig(**config.model_dump()), [*examples(24), LONG])
    product = STAGE.run(found, TuneConfig(), where)
    dropped = product.tables["dropped"].to_pylist()
    assert [(d["id"], d["reason"]) for d in dropped] == [(LONG.id, "overlong")]
    assert "512" in dropped[0]["detail"]
    assert product.counts is not None
    assert (product.counts.rows_in, product.counts.out, product.counts.dropped) == (31, 30, 1)


@pytest.mark.parametrize("stage", ["gate", "plan"])
def test_tune_obeys_a_verdict_that_says_no_unless_a_reason_was_typed(tmp_path, stage):
    more = {"outcome": "fail"} if stage == "gate" else {}
    train = [*examples(24), LONG] if stage == "plan" else None
    found, where = ready(tmp_path, train=train, **more)
    with pytest.raises(GateError, match=f"Stage {stage} says no"):
        STAGE.run(found, TuneConfig(), where)
    override = {"stage": stage, "artifact": found[stage].content_hash, "reason": "on purpose"}
    where.journals["overrides"].append([override])
    assert STAGE.run(found, TuneConfig(), where).records["tuned"].steps == 3


def test_a_verdict_on_another_dataset_is_refused(tmp_path):
    found, where = ready(tmp_path)
    other = DataVerdict(dataset_hash="f" * 64, outcome="pass", task="closed", checks=())
    found["gate"] = seal(tmp_path, "gate", Product(records={"verdict": other}))
    with pytest.raises(ConflictError, match="another dataset"):
        STAGE.run(found, TuneConfig(), where)


def test_library_versions_are_inputs_of_tuning(tmp_path):
    assert set(STAGE.facts(TuneConfig(), context(tmp_path, "tune", tiny_engines(tiny_base())))) == {
        "engines"
    }
