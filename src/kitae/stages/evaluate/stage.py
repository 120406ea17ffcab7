"""The exam: both models, the same frozen questions, and a verdict that never claims more than was measured."""

from __future__ import annotations

from collections.abc import Sequence

from kitae.core.errors import DataError
from kitae.records.base_model import BaseChoice
from kitae.records.evaluation import Evaluation, ImprovementVerdict
from kitae.records.example import Example, to_examples
from kitae.records.gate import DataVerdict
from kitae.records.store import Product
from kitae.stages.contract import Context, Inputs, Stage
from kitae.stages.evaluate.config import EvaluateConfig
from kitae.stages.evaluate.constant import best_constant
from kitae.stages.evaluate.exam import Exam, exam_hash, write_exam
from kitae.stages.evaluate.forgetting import measure_forgetting
from kitae.stages.evaluate.journals import count_looks, note_look, override_reasons
from kitae.stages.evaluate.pairs import got_better, got_worse, wins_losses_ties
from kitae.stages.evaluate.scoring import (
    both_scores,
    compare,
    detectable,
    rounded_difference,
    score_exam,
)
from kitae.stages.evaluate.secondary import secondary_scores
from kitae.stages.evaluate.sitting import Clock, Sitting, exam_size, take_exam
from kitae.stages.evaluate.usability import judge_usability
from kitae.stages.evaluate.verdict import improvement


def prepare(inputs: Inputs, _config: EvaluateConfig, context: Context) -> None:
    """Note in the journal that this model looks at this test set."""
    test, model = exam_hash(inputs["build"]), inputs["tune"].content_hash
    note_look(context.journals["looks"], test, model, context.now())


def run(inputs: Inputs, config: EvaluateConfig, context: Context) -> Product:
    """Let base and tuned model take the same exam, and compare them row by row."""
    train = to_examples(inputs["build"].table("train"))
    exam, before, after = _sit(inputs, train, config, context)
    test, model = exam_hash(inputs["build"]), inputs["tune"].content_hash
    evaluation = _evaluate(exam, (before, after), train, config, context.seed).model_copy(
        update={
            "looks": count_looks(context.journals["looks"], test, model),
            "test_hash": test,
            "overrides": override_reasons(inputs, train, context),
        }
    )
    return Product(records={"evaluation": evaluation})


def _sit(
    inputs: Inputs, train: Sequence[Example], config: EvaluateConfig, context: Context
) -> tuple[Exam, Sitting, Sitting]:
    """Both sittings, one model in memory at a time."""
    engines = context.engines
    base = inputs["choose"].record("choice", BaseChoice).base
    folder = engines.find_base(base.reference, context.root).folder
    rows = to_examples(inputs["build"].table("test"))
    is_closed = inputs["gate"].record("verdict", DataVerdict).task == "closed"
    exam = write_exam(
        rows,
        [*train, *rows] if is_closed else [],
        encoder=engines.load_encoder(folder),
        context_length=base.context_length,
        config=config,
    )
    _check_takeable(exam)
    clock = Clock(context, total=2 * exam_size(exam))
    adapter = inputs["tune"].file("adapter")
    before = take_exam("before", lambda: engines.load_model(folder, None), exam, clock)
    after = take_exam("after", lambda: engines.load_model(folder, adapter), exam, clock)
    return exam, before, after


def _evaluate(
    exam: Exam,
    sittings: tuple[Sitting, Sitting],
    train: Sequence[Example],
    config: EvaluateConfig,
    seed: int,
) -> Evaluation:
    before, after = sittings
    paired = score_exam(exam, before, after)
    scores = both_scores(paired, seed)
    found = compare(paired, seed)
    constant, over_constant = (
        best_constant(exam, train, paired, seed) if exam.is_closed else (None, None)
    )
    wins, losses, ties = wins_losses_ties(paired)
    verdict: ImprovementVerdict = improvement(found, over_constant)
    return Evaluation(
        metric=paired.metric,
        n=len(paired.places),
        groups=len(set(paired.groups)),
        before=scores[0],
        after=scores[1],
        difference=rounded_difference(found),
        constant=constant,
        verdict=verdict,
        minimum_detectable_difference=detectable(paired),
        secondary=secondary_scores(exam, before, after, seed),
        usability=judge_usability(exam, after, scores[1].score, constant, config),
        forgetting=measure_forgetting(before, after, config, seed),
        looks=0,
        wins=wins,
        losses=losses,
        ties=ties,
        got_better=got_better(exam, paired, before, after, config.listed_answers),
        got_worse=got_worse(exam, paired, before, after, config.listed_answers),
        test_hash="",
    )


def _check_takeable(exam: Exam) -> None:
    if not exam.rows:
        raise DataError(
            "There are no test rows, so nothing can be measured.",
            where="stage evaluate, table `test` of `build`",
            fix="add examples, or name a test file in the recipe (`side: test`)",
        )
    if not exam.is_closed and not exam.weighable:
        raise DataError(
            f"None of the {len(exam.rows)} test rows fits into the model's context of"
            f" {exam.context_length} tokens.",
            where="stage evaluate, table `test` of `build`",
            fix="choose a base with a longer context (`choose: base`), or shorten the test rows",
        )


STAGE = Stage(
    name="evaluate",
    version=1,
    config=EvaluateConfig,
    needs=("build", "gate", "choose", "plan", "tune"),
    run=run,
    journals=("overrides",),
    prepare=prepare,
)
