"""What to do next, as far as the findings tell."""

from __future__ import annotations

from kitae.core.text import Message
from kitae.project.report.headline import Findings
from kitae.records.evaluation import Evaluation

FEW_TEST_ROWS = 100
MANY_LOOKS = 3


def advise(findings: Findings) -> tuple[Message, ...]:
    """Steps to take, the most useful first; each a sentence with what to type."""
    if findings.stopped is not None:
        return _after_stop(findings)
    if findings.evaluation is None:
        return (_step("run"),)
    return _after_measurement(findings, findings.evaluation)


def _after_stop(findings: Findings) -> tuple[Message, ...]:
    stopped = findings.stopped
    if stopped is not None and stopped.state == "waiting":
        return (_step("review"), _step("override_review"))
    if stopped is not None and stopped.name in ("gate", "plan") and stopped.state == "refused":
        return (
            _step("mend"),
            _step("show", stage=stopped.name),
            _step("override", stage=stopped.name),
        )
    return (_step("mend_error"), _step("doctor"))


def _after_measurement(findings: Findings, evaluation: Evaluation) -> tuple[Message, ...]:
    steps: list[Message] = []
    if findings.is_for_trying:
        steps.append(_step("real_base"))
    if evaluation.verdict == "improved" and evaluation.usability.is_usable:
        steps.append(_step("chat"))
        steps.append(_step("serve"))
    else:
        steps += _towards_better(findings, evaluation)
    if evaluation.n < FEW_TEST_ROWS:
        steps.append(_step("more_test_rows", n=evaluation.n))
    if evaluation.looks > MANY_LOOKS:
        steps.append(_step("fresh_test", looks=evaluation.looks))
    return tuple(steps)


def _towards_better(findings: Findings, evaluation: Evaluation) -> list[Message]:
    steps: list[Message] = []
    if evaluation.got_worse:
        steps.append(_step("read_worse", n=evaluation.losses))
    if evaluation.verdict != "improved":
        steps.append(_step("more_examples"))
    if not evaluation.usability.is_usable and not findings.is_for_trying:
        steps.append(_step("larger_base"))
    return steps


def _step(name: str, **values: str | int) -> Message:
    return Message(key=f"report.next.{name}", values=dict(values))
