"""A finished (or stopped) project made by hand: real records sealed in a real store, for tests of the report."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa

from kitae.core.text import Message
from kitae.records.base_model import BaseChoice, BaseModel
from kitae.records.bundle import Bundle, Parity
from kitae.records.counts import Counts
from kitae.records.dataset import Dataset, SideStatistics
from kitae.records.evaluation import (
    AnswerPair,
    Constant,
    Difference,
    Evaluation,
    Forgetting,
    Score,
    Usability,
)
from kitae.records.example import Example, dropped_table, to_table
from kitae.records.gate import CheckResult, DataVerdict, EvidenceRow
from kitae.records.hardware import Hardware
from kitae.records.issues import Change, Changes, RowIssue, RowIssues
from kitae.records.plan import (
    FitVerdict,
    Forecast,
    LoraSettings,
    Plan,
    PlannedValue,
    TrainingSettings,
)
from kitae.records.status import StageState
from kitae.records.store import Artifact, Manifest, Product, Store
from kitae.records.tuned import LossPoint, TunedModel, ValidationPoint

STAGES = (
    "collect",
    "split",
    "generate",
    "review",
    "clean",
    "build",
    "gate",
    "choose",
    "plan",
    "tune",
    "evaluate",
    "export",
)
HOSTILE = (
    '<script>alert("x")</script><img src=https://evil.example/x.png onerror=alert(1)> & `code`'
)
LONG_JAPANESE = (
    "来月から新しい部署で働くことになったのですが、人間関係がうまくいくかどうか、そして今の仕事を続けるべきか、"
    "それとも思い切って転職した方がよいのかについて、総合的に占っていただけないでしょうか。" * 3
)
LONG_WORD = "https://example.org/" + "averyveryverylongpathwithoutanybreak" * 6
CHINESE = "请根据我的生日，算一算今年下半年的财运怎么样？"


@dataclass(frozen=True)
class MadeProject:
    """What `gather` takes."""

    name: str
    artifacts: Mapping[str, Artifact]
    states: tuple[StageState, ...]
    events: list[dict[str, Any]] = field(default_factory=list)

    @property
    def arguments(self) -> tuple[Any, ...]:
        """The positional arguments of `gather`."""
        return self.name, self.artifacts, self.states, self.events


class ProjectMaker:
    """Seals artifacts stage by stage in a store of its own."""

    def __init__(self, root: Path) -> None:
        self._store = Store(root / ".kitae")
        self._store.prepare()
        self.artifacts: dict[str, Artifact] = {}

    def seal(self, stage: str, product: Product) -> Artifact:
        """Seal one product; its inputs are the artifacts sealed so far."""
        inputs = {f"input:{n}": a.content_hash for n, a in list(self.artifacts.items())[-2:]}
        manifest = Manifest(
            stage=stage,
            stage_version=1,
            fingerprint=f"{len(self.artifacts):064x}",
            inputs={"config": "c0ffee" * 10 + "abcd", **inputs},
            files={},
            counts=product.counts,
        )
        self.artifacts[stage] = self._store.seal(manifest, product)
        return self.artifacts[stage]

    def project(self, name: str, stop: tuple[str, str] | None = None, **events: Any) -> MadeProject:
        """The project as it stands; `stop` is (stage, state)."""
        states = tuple(
            StageState(
                name=stage,
                state=self._state(stage, stop),
                counts=self.artifacts[stage].counts if stage in self.artifacts else None,
                artifact=self.artifacts[stage].id if stage in self.artifacts else None,
            )
            for stage in STAGES
        )
        return MadeProject(name, dict(self.artifacts), states, run_log(tuple(self.artifacts)))

    def _state(self, stage: str, stop: tuple[str, str] | None) -> Any:
        if stop and stage == stop[0]:
            return stop[1]
        return "done" if stage in self.artifacts else "missing"


def run_log(stages: tuple[str, ...]) -> list[dict[str, Any]]:
    """A run log in which every stage took as many seconds as it has letters, tuning 76.4."""
    events: list[dict[str, Any]] = []

    def add(kind: str, stage: str, t: float, **data: Any) -> None:
        at = f"2026-03-01T09:{int(t) // 60:02}:{int(t) % 60:02}+00:00"
        events.append({"at": at, "t": t, "kind": kind, "stage": stage, "data": data})

    clock = 0.0
    add("run.started", "", clock, until=None, versions={"torch": "2.9.0", "peft": "0.19.0"})
    for stage in stages:
        took = 76.4 if stage == "tune" else len(stage) / 10
        add("stage.started", stage, clock, why=["never ran"], fingerprint="f" * 64)
        clock += took
        add("stage.finished", stage, clock, duration_s=took, peak_memory_gib=0.913)
    add("run.finished", "", clock, code=None)
    return events


def improved_project(root: Path, **changes: Any) -> MadeProject:
    """All twelve stages, fortune questions, the embedded base, verdict improved."""
    maker = ProjectMaker(root)
    for stage, product in data_products().items():
        maker.seal(stage, product)
    maker.seal("gate", Product(records={"verdict": gate_verdict("warn")}))
    for stage, product in model_products(**changes).items():
        maker.seal(stage, product)
    return maker.project("fortune")


def refused_project(root: Path) -> MadeProject:
    """The gate said no; nothing was trained."""
    maker = ProjectMaker(root)
    for stage, product in data_products().items():
        maker.seal(stage, product)
    maker.seal("gate", Product(records={"verdict": gate_verdict("fail")}))
    return maker.project("rotten_tomatoes", ("gate", "refused"))


def waiting_project(root: Path) -> MadeProject:
    """Twenty rows wait for a person."""
    maker = ProjectMaker(root)
    for stage in ("collect", "split", "generate"):
        maker.seal(stage, data_products()[stage])
    pending = Counts(rows_in=66, out=46, pending=20)
    maker.seal("review", Product(counts=pending))
    return maker.project("占い", ("review", "waiting"))


def empty_project(root: Path) -> MadeProject:
    """Not one stage has run."""
    return ProjectMaker(root).project("empty")


def zero_row_project(root: Path) -> MadeProject:
    """Stages that carried no row at all."""
    maker = ProjectMaker(root)
    maker.seal("collect", Product(counts=Counts(), tables={"dropped": dropped_table([])}))
    maker.seal("split", Product(counts=Counts()))
    return maker.project("zero")


def data_products() -> dict[str, Product]:
    """The six stages that carry rows."""
    return {
        "collect": Product(
            counts=Counts(rows_in=1_248, out=1_240, quarantined=8, repaired=31),
            records={"quarantine": quarantine(), "repairs": repairs()},
        ),
        "split": Product(
            counts=Counts(rows_in=1_240, out=1_238, dropped=2),
            tables={"dropped": dropped_table(_drops("ties_sides", 2))},
        ),
        "generate": Product(counts=Counts(rows_in=1_238, made=420, out=1_658)),
        "review": Product(
            counts=Counts(rows_in=1_658, out=1_655, dropped=3),
            tables={"dropped": dropped_table(_drops("rejected", 3))},
        ),
        "clean": Product(
            counts=Counts(rows_in=1_655, out=1_608, dropped=47),
            tables={
                "dropped": dropped_table(
                    [*_drops("near_duplicate", 30), *_drops("exact_duplicate", 16), _hostile_drop()]
                )
            },
            records={"changes": changes()},
        ),
        "build": Product(
            counts=Counts(rows_in=1_608, out=1_601, dropped=7),
            tables={"dropped": dropped_table(_drops("near_heldout", 7)), **sides()},
            records={"dataset": dataset()},
        ),
    }


def sides() -> dict[str, pa.Table]:
    """A few rows of each side, some of them awkward to show."""
    texts = [(LONG_JAPANESE, "ja"), (HOSTILE, "en"), ("今天的运势如何？", "zh"), ("42", "")]
    found: dict[str, pa.Table] = {}
    for side, number in (("train", 12), ("validation", 2), ("test", 4)):
        rows = [
            Example(
                id=f"{side}{row:x}",
                instruction=texts[row % 4][0],
                input="x" * (30 * row),
                output=texts[row % 4][0] * row or "yes",
                language=texts[row % 4][1],
                side=side,
                source="<b>evil</b>.json"
                if row % 4 == 1
                else "a_file_with_a_rather_long_name.json",
                licence="CC-BY-SA-4.0" if row % 2 else "unknown",
            )
            for row in range(number)
        ]
        found[side] = to_table(rows)
    return found


def quarantine() -> RowIssues:
    """Rows that could not be read."""
    cut = RowIssue(
        source="fortune.json",
        line=318,
        column=5,
        rule="truncated",
        detail="the row ends inside a string",
        excerpt='{"instruction": "今期は順調ですか',
    )
    missing = RowIssue(
        source="fortune.json",
        line=402,
        field="output",
        rule="missing_output",
        excerpt='{"instruction": ' + HOSTILE,
    )
    return RowIssues(items=(cut, *(missing for _ in range(7))))


def repairs() -> RowIssues:
    """Rows that were mended."""
    comma = RowIssue(
        source="fortune.json", line=12, column=44, rule="trailing_comma", excerpt='"},]'
    )
    return RowIssues(items=tuple(comma for _ in range(31)))


def changes() -> Changes:
    """Fields that a rule of clean changed."""
    token = Change(
        id="00aa11bb22cc33dd",
        rule="special_token",
        field="output",
        before="良い一日になります。<|endoftext|>",
        after="良い一日になります。",
    )
    deep = Change(
        id="11aa11bb22cc33dd",
        rule="mojibake",
        field="input",
        before="x" * 200 + "cafÃ©",
        after="x" * 200 + "café",
    )
    return Changes(items=(token, token, deep))


def dataset() -> Dataset:
    """Sizes of the frozen data."""
    return Dataset(
        rows_hash="ab" * 32,
        train=SideStatistics(
            rows=1_361,
            groups=1_180,
            made_rows=417,
            characters_mean=61.2,
            answer_characters_mean=38.9,
        ),
        validation=SideStatistics(
            rows=120, groups=104, made_rows=0, characters_mean=60.1, answer_characters_mean=38.2
        ),
        test=SideStatistics(
            rows=120, groups=112, made_rows=0, characters_mean=63.5, answer_characters_mean=39.0
        ),
        distinct_answers=24,
        is_closed=True,
        languages={"ja": 1_004, "en": 560, "zh": 37},
    )


def gate_verdict(outcome: str) -> DataVerdict:
    """A verdict whose worst check is `outcome`."""
    said = Message(key="report.failed.said", values={"what": "40 of 44 answers are the same."})
    mend = Message(key="report.next.more_examples")
    evidence = (
        EvidenceRow(
            ids=("00aa11bb22cc33dd", "11aa11bb22cc33dd"), text="今日の運勢は? / 明日の運勢は?"
        ),
        EvidenceRow(ids=("22aa11bb22cc33dd",), text=HOSTILE),
    )
    checks = [
        CheckResult(name="size", outcome="pass", value=1601, threshold=50, message=_said("size")),
        CheckResult(
            name="balance",
            outcome="warn",
            value=0.41,
            count=12,
            message=_said("balance"),
            fix=mend,
            evidence=evidence,
        ),
        CheckResult(name="leakage", outcome="pass", value=0, message=_said("leakage")),
    ]
    if outcome == "fail":
        checks.append(
            CheckResult(
                name="constant_answers",
                outcome="fail",
                value=0.91,
                threshold=0.5,
                count=40,
                message=said,
                fix=mend,
                evidence=evidence,
            )
        )
    return DataVerdict(dataset_hash="cd" * 32, outcome=outcome, task="closed", checks=tuple(checks))


def model_products(**changes: Any) -> dict[str, Product]:
    """The stages after the gate; `changes` go into the evaluation."""
    base = BaseChoice(base=base_model(is_for_trying=changes.pop("is_for_trying", True)))
    return {
        "choose": Product(records={"choice": base}),
        "plan": Product(records={"plan": plan()}),
        "tune": Product(
            records={"tuned": tuned()}, files={"adapter/adapter_model.safetensors": b"0" * 80_000}
        ),
        "evaluate": Product(records={"evaluation": evaluation(**changes)}),
        "export": Product(records={"bundle": bundle()}),
    }


def base_model(*, is_for_trying: bool) -> BaseModel:
    """The embedded base, or another."""
    return BaseModel(
        reference="kitae-spark" if is_for_trying else "Qwen/Qwen3-0.6B",
        revision="ef" * 32,
        architecture="LlamaForCausalLM",
        model_type="llama",
        parameters=5_300_000,
        context_length=2048,
        vocabulary_size=4096,
        weights_bytes=10_600_000,
        dtype="bfloat16",
        licence="apache-2.0",
        is_for_trying=is_for_trying,
    )


def plan() -> Plan:
    """A plan with one value of each source."""
    settings = TrainingSettings(
        method=LoraSettings(rank=16, alpha=32, dropout=0.05),
        learning_rate=2e-3,
        warmup_steps=20,
        schedule="cosine",
        weight_decay=0.01,
        max_gradient_norm=1.0,
        epochs=4,
        steps=340,
        batch_examples=16,
        max_length_tokens=256,
        precision="fp32",
        train_on_history=False,
        checkpoint_every_steps=50,
        validate_every_steps=34,
        seed=7,
        overlong="fail",
    )
    values = (
        PlannedValue(
            name="rank", value=16, source="derived", reason=_said("1,361 rows carry a width of 16.")
        ),
        PlannedValue(
            name="learning_rate", value=0.002, source="recipe", reason=_said("You set it.")
        ),
        PlannedValue(
            name="weight_decay", value=0.01, source="default", reason=_said("Usual for AdamW.")
        ),
        PlannedValue(
            name="steps",
            value=340,
            source="derived",
            reason=_said("1,361 rows, 4 epochs, 16 at a time."),
        ),
        PlannedValue(
            name="precision", value="fp32", source="derived", reason=_said("A CPU without bf16.")
        ),
    )
    return Plan(
        dataset_hash="cd" * 32,
        base_revision="ef" * 32,
        hardware=Hardware(kind="cpu", cores=2, memory_gib=23),
        settings=settings,
        values=values,
        forecast=Forecast(
            steps=340, train_tokens=310_000, memory_gib=0.85, duration_s=71.0, disk_gib=0.12
        ),
        fit=FitVerdict(
            outcome="pass",
            rows=1601,
            longest_tokens=148,
            overlong_rows=0,
            rows_without_stop=0,
            rows_without_trainable_token=0,
            answer_tokens=31_020,
            total_tokens=77_400,
            checks=(),
        ),
    )


def tuned(*, steps: int = 340) -> TunedModel:
    """A loss that falls with some noise; validation rises a little at the end."""

    def loss(step: int) -> float:
        return (
            0.08 + 2.6 * math.exp(-step / 45) + 0.16 * math.exp(-step / 200) * math.sin(step * 1.7)
        )

    validation = [
        ValidationPoint(step=s, loss=0.15 + 2.4 * math.exp(-s / 50) + max(0, s - 204) * 0.0004)
        for s in range(0, steps + 1, 34)
    ]
    return TunedModel(
        base_reference="kitae-spark",
        base_revision="ef" * 32,
        method="lora",
        adapter_hash="12" * 32,
        steps=steps,
        train_rows=1361,
        trained_tokens=309_600,
        answer_tokens=124_080,
        trainable_parameters=442_368,
        losses=tuple(
            LossPoint(step=s, train_loss=loss(s), learning_rate=1e-3, gradient_norm=0.7, tokens=910)
            for s in range(1, steps + 1)
        ),
        validation=tuple(validation),
        best_step=min(validation, key=lambda v: v.loss).step,
    )


def evaluation(**changes: Any) -> Evaluation:
    """Verdict improved on exact match, 120 rows; any field can be given another value."""
    fields: dict[str, Any] = {
        "metric": "exact_match",
        "n": 120,
        "groups": 112,
        "before": Score(score=0.025, ci95=(0.0, 0.058)),
        "after": Score(score=0.9333, ci95=(0.883, 0.975)),
        "difference": Difference(score=0.9083, ci95=(0.85, 0.958), p_value=1e-9),
        "constant": Constant(
            score=0.0667,
            ci95=(0.025, 0.1167),
            answers={
                "": '{"topic": "work", "period": "today"}',
                "今日の__は?": '{"topic": "love"}',
            },
            difference=Difference(score=0.8667, ci95=(0.80, 0.925), p_value=1e-9),
        ),
        "verdict": "improved",
        "minimum_detectable_difference": 0.092,
        "secondary": {
            "label_f1": (
                Score(score=0.012, ci95=(0.0, 0.03)),
                Score(score=0.921, ci95=(0.86, 0.968)),
            ),
            "nll_per_byte": (
                Score(score=1.734, ci95=(1.69, 1.78)),
                Score(score=0.041, ci95=(0.02, 0.07)),
            ),
        },
        "usability": Usability(
            is_usable=True,
            stopped_share=1.0,
            looping_share=0.0,
            valid_form_share=0.9917,
            floor=0.5,
            reasons=(),
        ),
        "forgetting": Forgetting(
            rows=64,
            before=Score(score=1.12, ci95=(1.05, 1.19)),
            after=Score(score=1.14, ci95=(1.07, 1.21)),
            difference=Difference(score=-0.02, ci95=(-0.05, 0.01), p_value=0.18),
            has_forgotten=False,
        ),
        "looks": 1,
        "wins": 110,
        "losses": 1,
        "ties": 9,
        "got_better": better_answers(),
        "got_worse": worse_answers(),
        "test_hash": "34" * 32,
    }
    return Evaluation(**{**fields, **changes})


def better_answers() -> tuple[AnswerPair, ...]:
    """Wins: Japanese, Chinese, hostile, long."""
    texts = (
        "今期は順調ですか?",
        CHINESE,
        HOSTILE,
        LONG_JAPANESE,
        LONG_WORD,
        "Will I be lucky this week?",
    )
    rows = [
        AnswerPair(
            id=f"{i:016x}",
            question=text,
            wanted='{"topic": "work", "period": "term"}',
            before="The day of the day of the day of",
            after='{"topic": "work", "period": "term"}',
            before_score=0.0,
            after_score=1.0,
        )
        for i, text in enumerate(texts)
    ]
    return tuple(rows * 6)


def worse_answers() -> tuple[AnswerPair, ...]:
    """The one loss."""
    return (
        AnswerPair(
            id="ff" * 8,
            question="今年の恋愛運を教えてください。",
            wanted='{"topic": "love", "period": "year"}',
            before='{"topic": "love", "period": "year"}',
            after='{"topic": "love", "period": "today"}',
            before_score=1.0,
            after_score=0.0,
        ),
    )


def not_better(**changes: Any) -> dict[str, Any]:
    """Fields of an evaluation without a measurable improvement (n = 60, delta 0.4 points)."""
    return {
        "n": 60,
        "groups": 60,
        "before": Score(score=0.55, ci95=(0.42, 0.67)),
        "after": Score(score=0.554, ci95=(0.43, 0.68)),
        "difference": Difference(score=0.004, ci95=(-0.019, 0.027), p_value=0.73),
        "verdict": "no_measurable_improvement",
        "constant": None,
        "wins": 2,
        "losses": 2,
        "ties": 56,
        "got_better": better_answers()[:2],
        "got_worse": worse_answers() * 2,
        **changes,
    }


def free_text(**changes: Any) -> dict[str, Any]:
    """Fields of an evaluation of free text: better by loss, not usable."""
    reason = Message(key="report.next.larger_base")
    return {
        "metric": "nll_per_byte",
        "before": Score(score=1.734, ci95=(1.69, 1.78)),
        "after": Score(score=1.512, ci95=(1.47, 1.55)),
        "difference": Difference(score=0.222, ci95=(0.19, 0.254), p_value=1e-6),
        "constant": None,
        "minimum_detectable_difference": 0.041,
        "usability": Usability(
            is_usable=False,
            stopped_share=0.31,
            looping_share=0.58,
            valid_form_share=1.0,
            floor=0.9,
            reasons=(reason,),
        ),
        "secondary": {},
        **changes,
    }


def bundle() -> Bundle:
    """Both forms, equal."""
    return Bundle(
        base_reference="kitae-spark",
        base_revision="ef" * 32,
        forms=("adapter", "merged"),
        bytes={"adapter": 1_800_000, "merged": 21_400_000},
        parity=(
            Parity(form="adapter", prompts=16, equal=16),
            Parity(form="merged", prompts=16, equal=16),
        ),
    )


def _said(what: str) -> Message:
    return Message(key="report.failed.said", values={"what": what})


def _drops(reason: str, count: int) -> list[tuple[Example, str, str]]:
    return [
        (
            Example(
                id=f"{i:016x}",
                instruction=(LONG_JAPANESE if i == 1 else f"今日の運勢は? ({i})"),
                output='{"topic": "luck"}',
                source="fortune.json",
                locator=f"line {i + 3}",
            ),
            reason,
            f"twin {i + 1:016x}, similarity 0.93",
        )
        for i in range(count)
    ]


def _hostile_drop() -> tuple[Example, str, str]:
    row = Example(id="9" * 16, instruction=HOSTILE, output=HOSTILE, source="<b>evil</b>.json")
    return row, "question_too_short", HOSTILE
