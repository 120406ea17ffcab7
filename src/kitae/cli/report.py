"""The report in the terminal: the same findings as the page, in short form."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kitae.core.text import Language, Message
from kitae.project.report import numbers
from kitae.project.report.view import AnswerRow, ReportView, StageFlow
from kitae.project.report.words import Words
from kitae.records.evaluation import Evaluation
from kitae.records.gate import CheckResult

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

TONE_STYLES = {"good": "bold green", "mixed": "bold yellow", "bad": "bold red", "neutral": "bold"}
OUTCOME_STYLES = {"pass": "green", "warn": "yellow", "fail": "bold red"}
OUTCOME_ORDER = ("fail", "warn", "pass")
REASONS_SHOWN = 6
ANSWERS_SHOWN = 3
CELL_CHARACTERS = 160
WIDE = "぀-ヿ㐀-䶿一-鿿豈-﫿"
"""Letters between which a line may break."""
CLOSING = "、。，．）」』】！？：；ー々…"
OPENING = "（「『【"


def render_terminal(view: ReportView, language: Language, console: Console) -> None:
    """Print the report, section by section; sections of stages that did not run are left out."""
    _TerminalReport(view, Words(language), console).show()


class _TerminalReport:
    """One report on one console."""

    def __init__(self, view: ReportView, words: Words, console: Console) -> None:
        self._view = view
        self._words = words
        self._console = console

    def show(self) -> None:
        self._headline()
        self._overrides()
        self._next_steps()
        if self._view.evaluation:
            self._result(self._view.evaluation)
            self._answers(self._view.evaluation)
        self._flow()
        self._gate()
        self._plan()
        self._curve()
        self._stages()

    def _headline(self) -> None:
        headline = self._view.headline
        self._console.print()
        self._line(self._view.project, "bold")
        self._line(self._words.message(headline.badge), TONE_STYLES[headline.tone])
        self._line(self._words.message(headline.title), "bold")
        gap = self._words.say("report.sentence_gap")
        for paragraph in headline.paragraphs:
            self._console.print()
            self._line(gap.join(self._words.message(sentence) for sentence in paragraph))
        for point in headline.points:
            self._console.print()
            self._line(self._words.check(point.name), "bold red")
            self._line(self._words.message(point.message))
            self._fix(point.fix)

    def _overrides(self) -> None:
        if not self._view.overrides:
            return
        self._title("report.overrides.heading", "bold yellow")
        self._line(self._words.say("report.overrides.why"))
        for override in self._view.overrides:
            stage = f"{self._words.stage(override.stage)}: " if override.stage else ""
            self._line(f"  {stage}{override.reason}", "bold")

    def _next_steps(self) -> None:
        if not self._view.next_steps:
            return
        self._title("report.next.heading")
        for number, step in enumerate(self._view.next_steps, 1):
            self._line(f"{number}. {self._words.message(step)}")

    def _result(self, evaluation: Evaluation) -> None:
        self._title("report.result.heading")
        metric, say = evaluation.metric, self._words.say
        table = self._table(self._words.metric(metric), "", say("report.ci"))
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
        self._console.print(table)
        looks = "once" if evaluation.looks <= 1 else "many"
        self._line(say(f"report.looks.{looks}", looks=evaluation.looks))

    def _answers(self, evaluation: Evaluation) -> None:
        answers = self._view.answers
        if answers is None:
            return
        say = self._words.say
        self._title("report.answers.heading")
        tally = {"wins": evaluation.wins, "losses": evaluation.losses, "ties": evaluation.ties}
        self._line(say("report.answers.tally", **tally))
        unit = "share" if numbers.is_share(evaluation.metric) else "nats"
        groups = (
            (f"report.answers.worse.{unit}", answers.got_worse),
            ("report.answers.better", answers.got_better),
        )
        for key, rows in groups:
            if rows:
                self._line(say(key), "bold")
            for row in rows[:ANSWERS_SHOWN]:
                self._answer(row)

    def _answer(self, row: AnswerRow) -> None:
        self._line(f"  {_one_line(row.question)}")
        for name, text in (("wanted", row.wanted), ("before", row.before), ("after", row.after)):
            said = _one_line(text) or self._words.say("report.empty")
            self._line(f"    {self._words.say(f'report.answers.{name}')}: {said}", "dim")

    def _flow(self) -> None:
        if not self._view.flow:
            return
        self._title("report.flow.heading")
        names = ("in", "made", "out", "dropped", "quarantined", "pending", "repaired")
        heads = [self._words.say(f"report.flow.{name}") for name in ("stage", *names)]
        table = self._table(*heads)
        for flow in self._view.flow:
            c = flow.counts
            cells = (c.rows_in, c.made, c.out, c.dropped, c.quarantined, c.pending, c.repaired)
            counts = [numbers.count_text(n) for n in cells]
            table.add_row(self._words.stage(flow.stage), *counts)
        self._console.print(table)
        for flow in self._view.flow:
            self._reasons(flow)

    def _reasons(self, flow: StageFlow) -> None:
        if not flow.reasons:
            return
        self._line(self._words.stage(flow.stage), "bold")
        for group in flow.reasons[:REASONS_SHOWN]:
            kind = self._words.say(f"report.kind.{group.kind}")
            self._line(f"  {group.count:>7,}  {kind}: {self._words.reason(group.code)}")
        hidden = len(flow.reasons) - REASONS_SHOWN
        if hidden > 0:
            more = self._words.say("report.flow.more", n=hidden, stage=flow.stage)
            self._line(f"           {more}", "dim")

    def _gate(self) -> None:
        gate = self._view.gate
        if gate is None:
            return
        self._title("report.gate.heading")
        self._checks(gate.checks)

    def _checks(self, checks: tuple[CheckResult, ...]) -> None:
        for check in sorted(checks, key=lambda c: OUTCOME_ORDER.index(c.outcome)):
            outcome = self._words.say(f"report.outcome.{check.outcome}")
            title = f"[{outcome}] {self._words.check(check.name)}"
            self._line(title, OUTCOME_STYLES[check.outcome])
            if check.outcome != "pass":
                self._line(f"  {self._words.message(check.message)}")
                self._fix(check.fix, "  ")

    def _plan(self) -> None:
        plan, say = self._view.plan, self._words.say
        if plan is None:
            return
        self._title("report.plan.heading")
        heads = [say(f"report.plan.{name}") for name in ("name", "value", "reason")]
        table = self._table(*heads, right=(1,))
        for value in plan.values:
            reason = self._words.message(value.reason)
            table.add_row(value.name, numbers.value_text(value.value), reason)
        self._console.print(table)
        self._checks(plan.fit.checks)
        self._line(say("report.forecast.heading"), "bold")
        heads = [say(f"report.forecast.{name}") for name in ("quantity", "forecast", "actual")]
        forecast = self._table(*heads)
        for compared in self._view.comparisons:
            forecast.add_row(
                say(f"report.forecast.{compared.quantity}"),
                self._words.quantity(compared, compared.forecast),
                self._words.quantity(compared, compared.actual),
            )
        self._console.print(forecast)

    def _curve(self) -> None:
        if self._view.curve is None:
            return
        self._title("report.curve.heading")
        for sentence in self._view.curve.summary:
            self._line(self._words.message(sentence))

    def _stages(self) -> None:
        say = self._words.say
        self._title("report.stages.heading")
        heads = (
            say("report.flow.stage"),
            say("report.stages.state"),
            say("report.stages.artifact"),
        )
        table = self._table(*heads, right=())
        for state in self._view.stages:
            name = self._words.stage(state.name)
            table.add_row(name, say(f"report.state.{state.state}"), state.artifact or "–")
        self._console.print(table)

    def _fix(self, fix: Message | None, indent: str = "") -> None:
        if fix is not None:
            self._line(f"{indent}{self._words.say('report.fix')} {self._words.message(fix)}")

    def _title(self, key: str, style: str = "bold") -> None:
        self._console.print()
        self._line(self._words.say(key), f"{style} underline")

    def _line(self, text: str, style: str = "") -> None:
        """Print text as it is: what comes from a user's data is never read as markup.

        Lines after the first hang under the first one's text.
        """
        from rich.text import Text

        for line in wrapped(_printable(text), self._console.width):
            self._console.print(Text(line, style=style), soft_wrap=True)

    def _table(self, *heads: str, right: tuple[int, ...] | None = None) -> Table:
        """A plain table; its columns but the first are numbers unless `right` says which are."""
        from rich import box
        from rich.table import Table
        from rich.text import Text

        table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1), show_edge=False)
        numeric = tuple(range(1, len(heads))) if right is None else right
        for index, head in enumerate(heads):
            table.add_column(
                Text(head),
                justify="right" if index in numeric else "left",
                overflow="fold",
                no_wrap=index in numeric,
            )
        return table


def wrapped(text: str, width: int) -> list[str]:
    """The text in lines of at most `width` cells, with a hanging indent.

    Between Japanese or Chinese letters a line may break anywhere, but none starts with a closing mark;
    elsewhere it breaks at a space. A word longer than a line is cut.
    """
    from rich.cells import cell_len

    indent = " " * len(re.match(r"\s*(\d+\. +)?", text)[0])  # type: ignore[index]
    lines: list[str] = []
    line = ""
    for piece in _pieces(text.replace("\n", " "), width - len(indent)):
        if line.strip() and cell_len(line) + cell_len(piece.rstrip(" ")) > width:
            lines.append(line.rstrip(" "))
            line = indent + piece.lstrip(" ")
        else:
            line += piece
    return [*lines, line.rstrip(" ")]


def _pieces(text: str, width: int) -> list[str]:
    """What a line may not break inside: a wide letter with the marks after it, or a word."""
    pieces = re.findall(
        rf"[{OPENING}]*`[^`]{{1,40}}`[{CLOSING},.;:)]* *"
        rf"|[{OPENING}]+(?:[{WIDE}]|[^ {WIDE}{OPENING}]*)[{CLOSING}]*"
        rf"|[{WIDE}][{CLOSING}]*"
        rf"|[^ {WIDE}{OPENING}`]+ *| +|`",
        text,
    )
    return [piece[i : i + width] for piece in pieces for i in range(0, len(piece), width)]


def _printable(text: str) -> str:
    """The text without control characters, which could drive the reader's terminal."""
    return "".join(c if c == "\n" or c.isprintable() or c == numbers.NBSP else "�" for c in text)


def _one_line(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= CELL_CHARACTERS else line[: CELL_CHARACTERS - 1] + "…"
