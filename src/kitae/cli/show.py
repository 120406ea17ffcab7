"""What `kitae show` prints of one stage: words and tables in the reader's language."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from kitae.cli.paper import Paper, one_line
from kitae.cli.report import OUTCOME_STYLES, Sections
from kitae.project.report import numbers
from kitae.project.report.view import ReasonGroup, ReportView, StageFlow
from kitae.records.base_model import BaseModel
from kitae.records.dataset import Dataset

SIDES = ("train", "validation", "test")


def render_stage(rows: Mapping[str, Any], view: ReportView, paper: Paper) -> None:
    """Print one stage.

    Args:
        rows: Its counts and sample rows, as `--format json` has them; without `rows`, only what left.
        view: What the report says of it.
        paper: Where it goes.
    """
    _StagePage(rows, view, paper).show()


class _StagePage:
    """One stage on one console."""

    def __init__(self, rows: Mapping[str, Any], view: ReportView, paper: Paper) -> None:
        self._rows = rows
        self._view = view
        self._paper = paper
        self._words = paper.words

    def show(self) -> None:
        name = self._rows["stage"]
        self._paper.line(f"{self._words.stage(name)}  ({self._rows['artifact']})", "bold")
        for flow in self._view.flow:
            self._flow(flow)
        self._dropped(self._rows["dropped"])
        if "rows" in self._rows:
            self._findings(name)
            self._sample(self._rows["rows"])
        self._concerned(self._rows.get("concerned", ()))

    def _findings(self, name: str) -> None:
        sections = Sections(self._view, self._paper)
        parts: dict[str, Callable[[], None]] = {
            "collect": self._sources,
            "build": self._dataset,
            "gate": lambda: sections.gate(in_full=True),
            "choose": self._base,
            "plan": lambda: sections.plan(in_full=True),
            "tune": sections.curve,
            "evaluate": lambda: (sections.headline(), sections.measurement())[-1],
            "export": sections.bundle,
        }
        if name in parts:
            parts[name]()

    def _flow(self, flow: StageFlow) -> None:
        """Counts that are not zero, what the stage says of its work, and each reason with examples."""
        counts = flow.counts.model_dump(by_alias=True)
        told = [
            f"{self._words.say(f'report.flow.{name}')} {numbers.count_text(count)}"
            for name, count in counts.items()
            if count or name in ("in", "out")
        ]
        self._paper.line("  " + " · ".join(told))
        for note in flow.notes:
            self._paper.line(self._words.message(note))
        for group in flow.reasons:
            self._reason(group)

    def _reason(self, group: ReasonGroup) -> None:
        kind = self._words.say(f"report.kind.{group.kind}")
        self._paper.line(f"{group.count:>7,}  {kind}: {self._words.reason(group.code)}")
        if group.kind == "dropped":
            return
        for row in group.examples:
            after = f" → {one_line(row.answer)}" if row.answer else ""
            self._paper.line(
                f"         {self._words.place(row)}: {one_line(row.text)}{after}", "dim"
            )

    def _dropped(self, rows: Sequence[Mapping[str, Any]]) -> None:
        if rows:
            self._paper.title("cli.show.dropped")
        for row in rows:
            place = ", ".join(part for part in (row["source"], row["locator"]) if part)
            self._paper.line(f"{row['id']}  {place}")
            self._paper.line(f"    {_question_and_answer(row)}")
            detail = f" ({one_line(row['detail'])})" if row["detail"] else ""
            self._paper.line(f"    {self._words.reason(row['reason'])}{detail}", "yellow")

    def _concerned(self, checks: Sequence[Mapping[str, Any]]) -> None:
        """Which rows each check means, by id."""
        if checks:
            self._paper.title("cli.show.concerned")
        for check in checks:
            rows, total = check["rows"], check["rows_in_all"]
            outcome = self._words.say(f"report.outcome.{check['outcome']}")
            self._paper.line(
                f"[{outcome}] {self._words.check(check['check'])}: {numbers.count_text(total)}",
                OUTCOME_STYLES[check["outcome"]],
            )
            for row in rows:
                side = self._words.say(f"report.side.{row['side']}")
                self._paper.line(f"  {row['id']}  {side}  {one_line(row['text'])}")
            if len(rows) < total:
                command = f"kitae show gate --check {check['check']} --all"
                more = {"rows": numbers.count_text(total - len(rows)), "command": command}
                self._paper.line(self._words.say("cli.show.concerned_more", **more), "dim")

    def _sample(self, rows: Sequence[Mapping[str, Any]]) -> None:
        if rows:
            self._paper.title("cli.show.rows")
        for row in rows:
            side = self._words.say(f"report.side.{row['side']}") if row["side"] else "–"
            self._paper.line(f"{row['id']}  {side}  {_question_and_answer(row)}")

    def _sources(self) -> None:
        say = self._words.say
        self._paper.title("report.sources.heading")
        heads = [say(f"report.sources.{name}") for name in ("name", "read_as", "columns", "rows")]
        table = self._paper.table(*heads, right=(3,))
        for source in self._view.sources:
            read_as = ", ".join(p for p in (source.format, source.encoding, source.sheet) if p)
            pairs = [f"{role} ← {column}" for role, column in source.columns.items()]
            columns = ", ".join(pairs or source.forms)
            cells = [self._paper.cell(text) for text in (source.name, read_as, columns)]
            table.add_row(*cells, numbers.count_text(source.rows_in))
        self._paper.console.print(table)

    def _dataset(self) -> None:
        dataset, say = self._view.dataset, self._words.say
        if dataset is None:
            return
        self._paper.title("report.dataset.heading")
        names = ("side", "rows", "groups", "made", "characters", "answer_characters")
        table = self._paper.table(*(say(f"report.dataset.{name}") for name in names))
        for side in SIDES:
            table.add_row(say(f"report.side.{side}"), *_side_numbers(dataset, side))
        self._paper.console.print(table)
        form = "closed" if dataset.is_closed else "open"
        self._paper.line(say(f"report.dataset.{form}", answers=dataset.distinct_answers))
        languages = ", ".join(
            f"{self._words.language_name(code)} {numbers.count_text(rows)}"
            for code, rows in dataset.languages.items()
        )
        self._paper.line(f"{say('report.dataset.languages')} {languages}")

    def _base(self) -> None:
        choice, say = self._view.base, self._words.say
        if choice is None:
            return
        self._paper.title("report.base.heading")
        table = self._paper.table("", "", right=())
        for name, value in _base_facts(choice.base).items():
            table.add_row(say(f"cli.show.base.{name}"), self._paper.cell(value))
        self._paper.console.print(table)
        for note in choice.notes:
            self._paper.line(self._words.message(note))


def _question_and_answer(row: Mapping[str, Any]) -> str:
    question = f"{row['instruction']} {row['input']}".strip()
    return f"{one_line(question)} → {one_line(row['output'])}"


def _side_numbers(dataset: Dataset, side: str) -> list[str]:
    found = getattr(dataset, side)
    counts = [numbers.count_text(n) for n in (found.rows, found.groups, found.made_rows)]
    return [*counts, f"{found.characters_mean:.1f}", f"{found.answer_characters_mean:.1f}"]


def _base_facts(base: BaseModel) -> dict[str, str]:
    return {
        "reference": base.reference,
        "architecture": base.architecture,
        "parameters": numbers.count_text(base.parameters),
        "context_length": numbers.count_text(base.context_length),
        "size": f"{numbers.bytes_text(base.weights_bytes)} ({base.dtype})",
        "licence": base.licence,
        "revision": base.revision[:16],
    }
