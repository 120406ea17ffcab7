"""The report in the terminal: the same findings as the page, in short form."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from kitae.cli.paper import Paper, one_line
from kitae.core.text import Language
from kitae.project.report import numbers
from kitae.project.report.view import AnswerRow, ReportView, StageFlow
from kitae.project.report.words import Words
from kitae.records.evaluation import Evaluation
from kitae.records.gate import CheckResult

if TYPE_CHECKING:
    from rich.console import Console

TONE_STYLES = {"good": "bold green", "mixed": "bold yellow", "bad": "bold red", "neutral": "bold"}
OUTCOME_STYLES = {"pass": "green", "warn": "yellow", "fail": "bold red"}
OUTCOME_ORDER = ("fail", "warn", "pass")
REASONS_SHOWN = 6
ANSWERS_SHOWN = 3


def render_terminal(
    view: ReportView, language: Language, console: Console, folder: Path | None = None
) -> None:
    """Print the report, section by section; sections of stages that did not run are left out.

    Args:
        view: What it says.
        language: Of the reader.
        console: Where it goes.
        folder: The project as the person named it, for the commands; None for the present one.
    """
    Sections(view, Paper(Words(language), console, folder or Path())).show_all()


class Sections:
    """The parts of a report, each printed by itself or all in their order."""

    def __init__(self, view: ReportView, paper: Paper) -> None:
        self._view = view
        self._paper = paper
        self._words = paper.words

    def show_all(self) -> None:
        """The whole report."""
        self.headline()
        self._overrides()
        self._next_steps()
        self.measurement()
        self.flow()
        self.gate()
        self.plan()
        self.curve()
        self.bundle()
        self._stages()

    def headline(self) -> None:
        """What a reader in a hurry takes away."""
        headline = self._view.headline
        self._paper.console.print()
        self._paper.line(self._view.project, "bold")
        self._paper.line(self._words.message(headline.badge), TONE_STYLES[headline.tone])
        self._paper.line(self._words.message(headline.title), "bold")
        gap = self._words.say("report.sentence_gap")
        for paragraph in headline.paragraphs:
            self._paper.console.print()
            self._paper.line(gap.join(self._words.message(sentence) for sentence in paragraph))
        for point in headline.points:
            self._paper.console.print()
            self._paper.line(self._words.check(point.name), "bold red")
            self._paper.line(self._words.message(point.message))
            self._paper.fix(point.fix)

    def measurement(self) -> None:
        """Before and after, and answers side by side."""
        if self._view.evaluation:
            self._result(self._view.evaluation)
            self._answers(self._view.evaluation)

    def _overrides(self) -> None:
        if not self._view.overrides:
            return
        self._paper.title("report.overrides.heading", "bold yellow")
        self._paper.line(self._words.say("report.overrides.why"))
        for override in self._view.overrides:
            stage = f"{self._words.stage(override.stage)}: " if override.stage else ""
            self._paper.line(f"  {stage}{override.reason}", "bold")

    def _next_steps(self) -> None:
        if not self._view.next_steps:
            return
        self._paper.title("report.next.heading")
        for number, step in enumerate(self._view.next_steps, 1):
            self._paper.line(f"{number}. {self._words.message(step)}")

    def _result(self, evaluation: Evaluation) -> None:
        self._paper.title("report.result.heading")
        metric, say = evaluation.metric, self._words.say
        table = self._paper.table(self._words.metric(metric), "", say("report.ci"))
        rows = [("before", evaluation.before), ("after", evaluation.after)]
        for name, score in rows:
            table.add_row(
                say(f"report.chart.{name}"),
                numbers.score_text(metric, score.score),
                numbers.span_text(metric, *score.ci95),
            )
        if evaluation.constant:
            table.add_row(
                say("report.chart.constant"),
                numbers.score_text(metric, evaluation.constant.score),
                numbers.span_text(metric, *evaluation.constant.ci95),
            )
        table.add_row(
            say("report.figure.difference"),
            numbers.change_text(metric, evaluation.difference.score),
            numbers.change_span_text(metric, *evaluation.difference.ci95),
        )
        self._paper.console.print(table)
        looks = "once" if evaluation.looks <= 1 else "many"
        self._paper.line(say(f"report.looks.{looks}", looks=evaluation.looks))

    def _answers(self, evaluation: Evaluation) -> None:
        answers = self._view.answers
        if answers is None:
            return
        say = self._words.say
        self._paper.title("report.answers.heading")
        tally = {"wins": evaluation.wins, "losses": evaluation.losses, "ties": evaluation.ties}
        self._paper.line(say("report.answers.tally", **tally))
        unit = "share" if numbers.is_share(evaluation.metric) else "nats"
        groups = (
            (f"report.answers.worse.{unit}", answers.got_worse),
            ("report.answers.better", answers.got_better),
        )
        for key, rows in groups:
            if rows:
                self._paper.line(say(key), "bold")
            for row in rows[:ANSWERS_SHOWN]:
                self._answer(row)

    def _answer(self, row: AnswerRow) -> None:
        self._paper.line(f"  {one_line(row.question)}")
        for name, text in (("wanted", row.wanted), ("before", row.before), ("after", row.after)):
            said = one_line(text) or self._words.say("report.empty")
            self._paper.line(f"    {self._words.say(f'report.answers.{name}')}: {said}", "dim")

    def flow(self) -> None:
        """Where the rows went, stage by stage, with the commonest reasons."""
        if not self._view.flow:
            return
        self._paper.title("report.flow.heading")
        names = ("in", "made", "out", "dropped", "quarantined", "pending", "repaired")
        heads = [self._words.say(f"report.flow.{name}") for name in ("stage", *names)]
        table = self._paper.table(*heads)
        for flow in self._view.flow:
            c = flow.counts
            cells = (c.rows_in, c.made, c.out, c.dropped, c.quarantined, c.pending, c.repaired)
            counts = [numbers.count_text(n) for n in cells]
            table.add_row(self._words.stage(flow.stage), *counts)
        self._paper.console.print(table)
        for flow in self._view.flow:
            self._reasons(flow)

    def _reasons(self, flow: StageFlow) -> None:
        if not flow.reasons:
            return
        self._paper.line(self._words.stage(flow.stage), "bold")
        for group in flow.reasons[:REASONS_SHOWN]:
            kind = self._words.say(f"report.kind.{group.kind}")
            self._paper.line(f"  {group.count:>7,}  {kind}: {self._words.reason(group.code)}")
        hidden = len(flow.reasons) - REASONS_SHOWN
        if hidden > 0:
            more = self._words.say("report.flow.more", n=hidden, stage=flow.stage)
            self._paper.line(f"           {more}", "dim")

    def gate(self, *, in_full: bool = False) -> None:
        """The scorecard of the data; in full with what passed and the rows that show a finding."""
        gate = self._view.gate
        if gate is None:
            return
        self._paper.title("report.gate.heading")
        if in_full:
            self._paper.line(self._words.say(f"report.gate.{gate.task}"))
        self._checks(gate.checks, in_full=in_full)

    def _checks(self, checks: tuple[CheckResult, ...], *, in_full: bool = False) -> None:
        for check in sorted(checks, key=lambda c: OUTCOME_ORDER.index(c.outcome)):
            outcome = self._words.say(f"report.outcome.{check.outcome}")
            title = f"[{outcome}] {self._words.check(check.name)}"
            self._paper.line(title, OUTCOME_STYLES[check.outcome])
            if in_full or check.outcome != "pass":
                self._paper.line(f"  {self._words.message(check.message)}")
            if check.outcome != "pass":
                self._paper.fix(check.fix, "  ")
            if in_full:
                self._evidence(check)

    def _evidence(self, check: CheckResult) -> None:
        if check.evidence:
            n = max(check.count, len(check.evidence))
            self._paper.line(f"  {self._words.say('report.evidence', n=n)}", "dim")
        for row in check.evidence:
            self._paper.line(f"    {' + '.join(row.ids)}: {one_line(row.text)}", "dim")

    def plan(self, *, in_full: bool = False) -> None:
        """Every value with its reason, whether the data fits, and the forecast."""
        plan, say = self._view.plan, self._words.say
        if plan is None:
            return
        self._paper.title("report.plan.heading")
        heads = [say(f"report.plan.{name}") for name in ("name", "value", "reason")]
        table = self._paper.table(*heads, right=(1,))
        for value in plan.values:
            reason = self._words.message(value.reason)
            table.add_row(value.name, numbers.value_text(value.value), reason)
        self._paper.console.print(table)
        self._checks(plan.fit.checks, in_full=in_full)
        self._paper.line(say("report.forecast.heading"), "bold")
        heads = [say(f"report.forecast.{name}") for name in ("quantity", "forecast", "actual")]
        forecast = self._paper.table(*heads)
        for compared in self._view.comparisons:
            forecast.add_row(
                say(f"report.forecast.{compared.quantity}"),
                self._words.quantity(compared, compared.forecast),
                self._words.quantity(compared, compared.actual),
            )
        self._paper.console.print(forecast)

    def curve(self) -> None:
        """What the loss did."""
        if self._view.curve is None:
            return
        self._paper.title("report.curve.heading")
        for sentence in self._view.curve.summary:
            self._paper.line(self._words.message(sentence))

    def bundle(self) -> None:
        """The exported forms, proven equal, and where they lie."""
        bundle, say = self._view.bundle, self._words.say
        if bundle is None:
            return
        self._paper.title("report.bundle.heading")
        heads = [say(f"report.bundle.{name}") for name in ("form", "size", "parity")]
        table = self._paper.table(*heads)
        proofs = {proof.form: proof for proof in bundle.parity}
        for form in bundle.forms:
            proof = proofs.get(form)
            told = {"equal": proof.equal, "prompts": proof.prompts} if proof else None
            equal = say("report.bundle.equal", **told) if told else "–"
            size = numbers.bytes_text(bundle.bytes.get(form, 0))
            table.add_row(self._words.title(form, f"report.form.{form}"), size, equal)
        self._paper.console.print(table)
        self._paper.line(f"{say('report.bundle.folder')} {self._view.bundle_folder}")

    def _stages(self) -> None:
        say = self._words.say
        self._paper.title("report.stages.heading")
        heads = (
            say("report.flow.stage"),
            say("report.stages.state"),
            say("report.stages.artifact"),
        )
        table = self._paper.table(*heads, right=())
        for state in self._view.stages:
            name = self._words.stage(state.name)
            table.add_row(name, say(f"report.state.{state.state}"), state.artifact or "–")
        self._paper.console.print(table)
