"""The headline: what came out, in one title and a few sentences, each with its numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from kitae.core.text import Message
from kitae.project.report.numbers import (
    change_span_text,
    change_text,
    is_share,
    p_text,
    score_text,
    share_text,
    size_text,
    span_text,
)
from kitae.project.report.view import Headline, Point, Tone
from kitae.records.base_model import BaseChoice
from kitae.records.evaluation import Constant, Difference, Evaluation
from kitae.records.gate import CheckResult, DataVerdict
from kitae.records.plan import Plan
from kitae.records.status import StageState


@dataclass(frozen=True)
class Findings:
    """What the headline and the advice are drawn from.

    Attributes:
        stopped: The stage that stopped the run, or None.
        unfinished: The first stage without a result, or None.
        error: What the stage that stopped said, as the run log has it.
        gate: The data verdict.
        base: The base model.
        plan: The plan with its fit verdict.
        evaluation: Before and after.
    """

    stopped: StageState | None = None
    unfinished: str | None = None
    error: str = ""
    gate: DataVerdict | None = None
    base: BaseChoice | None = None
    plan: Plan | None = None
    evaluation: Evaluation | None = None

    @property
    def is_for_trying(self) -> bool:
        """Whether the base is the embedded one, whose answers are not for use."""
        return self.base is not None and self.base.base.is_for_trying


def find_headline(findings: Findings) -> Headline:
    """The headline that fits: what stopped the run, or the verdict, or how far things are."""
    if findings.stopped is not None:
        return _stopped(findings.stopped, findings)
    if findings.evaluation is not None:
        return _measured(findings.evaluation, findings)
    return _unfinished(findings)


def reasons_against(evaluation: Evaluation) -> tuple[Message, ...]:
    """Why a measurement is not (only) good news, in the order of weight; empty where it is.

    A difference that is beyond chance and still no improvement has its reason in the best constant
    answer; an improvement may still be of no use.
    """
    if evaluation.verdict == "improved":
        return () if evaluation.usability.is_usable else _usability(evaluation)
    if evaluation.verdict == "worse":
        return ()
    if evaluation.constant is not None and _standing(evaluation, evaluation.constant) == "decides":
        return (_against_constant(evaluation, evaluation.constant),)
    return (_message("report.result.chance"), _detectable(evaluation))


def _usability(evaluation: Evaluation) -> tuple[Message, ...]:
    """Whether the answers can be used, and why not."""
    usability = evaluation.usability
    if not usability.is_usable:
        return (_message("report.usable.no"), *usability.reasons)
    return (
        _message(
            "report.usable.yes",
            stopped=share_text(usability.stopped_share),
            looping=share_text(usability.looping_share),
            valid=share_text(usability.valid_form_share),
        ),
    )


def _stopped(stopped: StageState, findings: Findings) -> Headline:
    if stopped.state == "waiting":
        return _headline("mixed", "waiting", _message("report.waiting.why"))
    if stopped.state == "refused" and stopped.name == "gate" and findings.gate:
        return _refused("gate", findings.gate.checks)
    if stopped.state == "refused" and stopped.name == "plan" and findings.plan:
        return _refused("fit", findings.plan.fit.checks)
    said = _message("report.failed.said", what=findings.error) if findings.error else None
    return _headline("bad", "failed", said, stage=stopped.name)


def _refused(name: str, checks: tuple[CheckResult, ...]) -> Headline:
    failed = [check for check in checks if check.outcome == "fail"]
    points = tuple(Point(name=c.name, message=c.message, fix=c.fix) for c in failed)
    said = _message(f"report.{name}_refused.why", failed=len(failed), checks=len(checks))
    return _headline("bad", f"{name}_refused", said).model_copy(update={"points": points})


def _unfinished(findings: Findings) -> Headline:
    name = "unstarted" if findings.unfinished in (None, "collect") else "unfinished"
    return _headline("neutral", name, None, stage=findings.unfinished or "collect")


def _measured(evaluation: Evaluation, findings: Findings) -> Headline:
    context = [_detectable(evaluation)]
    if evaluation.constant is not None:
        context.insert(0, _against_constant(evaluation, evaluation.constant))
    paragraphs = [
        (_scores(evaluation), _difference(evaluation)),
        tuple(context),
        _usability(evaluation),
    ]
    if findings.is_for_trying and findings.base:
        paragraphs.append((_message("report.trying.why", base=findings.base.base.reference),))
    name = _verdict_name(evaluation, is_for_trying=findings.is_for_trying)
    return Headline(
        tone=_tone(evaluation),
        badge=_message(f"report.verdict.{evaluation.verdict}"),
        title=_message(f"report.title.{name}"),
        paragraphs=tuple(paragraphs),
    )


def _tone(evaluation: Evaluation) -> Tone:
    if evaluation.verdict == "worse":
        return "bad"
    return "good" if _is_sound(evaluation) else "mixed"


def _is_sound(evaluation: Evaluation) -> bool:
    return evaluation.verdict == "improved" and evaluation.usability.is_usable


def _verdict_name(evaluation: Evaluation, *, is_for_trying: bool) -> str:
    if evaluation.verdict != "improved":
        return evaluation.verdict
    if not evaluation.usability.is_usable:
        return "improved_unusable"
    return "improved_trying" if is_for_trying else "improved_usable"


def _scores(evaluation: Evaluation) -> Message:
    metric, before, after = evaluation.metric, evaluation.before, evaluation.after
    return _message(
        f"report.result.{metric}",
        n=evaluation.n,
        before=score_text(metric, before.score),
        before_span=span_text(metric, *before.ci95),
        after=score_text(metric, after.score),
        after_span=span_text(metric, *after.ci95),
    )


def _difference(evaluation: Evaluation) -> Message:
    name = "in_groups" if evaluation.groups < evaluation.n else "alone"
    key = _by_metric(f"report.result.difference_{name}", evaluation)
    return _message(
        key,
        n=evaluation.n,
        groups=evaluation.groups,
        **_difference_values(evaluation.metric, evaluation.difference),
    )


def _against_constant(evaluation: Evaluation, constant: Constant) -> Message:
    return _message(
        _by_metric(f"report.result.constant_{_standing(evaluation, constant)}", evaluation),
        score=score_text(evaluation.metric, constant.score),
        span=span_text(evaluation.metric, *constant.ci95),
        **_difference_values(evaluation.metric, constant.difference),
    )


def _standing(evaluation: Evaluation, constant: Constant) -> str:
    """Whether the constant answer is beaten, and if not, whether it alone holds the verdict back."""
    if constant.difference.ci95[0] > 0:
        return "beaten"
    return "decides" if evaluation.difference.ci95[0] > 0 else "unbeaten"


def _detectable(evaluation: Evaluation) -> Message:
    return _message(
        _by_metric("report.result.detectable", evaluation),
        size=size_text(evaluation.metric, evaluation.minimum_detectable_difference),
        n=evaluation.n,
    )


def _difference_values(metric: str, difference: Difference) -> dict[str, str]:
    return {
        "change": change_text(metric, difference.score),
        "size": size_text(metric, difference.score),
        "change_span": change_span_text(metric, *difference.ci95),
        "p": p_text(difference.p_value),
    }


def _by_metric(key: str, evaluation: Evaluation) -> str:
    return f"{key}.{'share' if is_share(evaluation.metric) else 'nats'}"


def _headline(tone: Tone, name: str, said: Message | None, **values: str) -> Headline:
    """A headline by name; a value `stage` becomes the stage's own name in the reader's language."""
    if "stage" in values:
        values["stage"] = f"@stage.{values['stage']}"
    return Headline(
        tone=tone,
        badge=_message(f"report.badge.{name}"),
        title=_message(f"report.title.{name}", **values),
        paragraphs=((said,),) if said else (),
    )


def _message(key: str, **values: Any) -> Message:  # noqa: ANN401
    return Message(key=key, values=values)
