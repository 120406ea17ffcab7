"""How the data looks on a terminal: restored rows, differences, what is forgotten, what was exported."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from kitae.cli.paper import printable
from kitae.core.words import Language, catalogue, say

if TYPE_CHECKING:
    from rich.console import Console


def print_restored(
    found: dict[str, Any], folder: str, language: Language, out: Console, *, is_undo: bool
) -> None:
    """What was restored, and what to do next."""
    key = "data.restore.undone" if is_undo else "data.restore.kept"
    for row in found["rows"]:
        reason = reason_title(row["reason"], language) if row["reason"] else ""
        line(out, say(key, language, id=row["id"], reason=reason))
    total = len(found["restored"])
    line(out, say("data.restore.next", language, total=total, command=run_command(folder)))


def print_diff(found: dict[str, Any], language: Language, out: Console, most: int) -> None:
    """Counts, then why rows went, came and changed, each with a few of them."""
    line(
        out,
        say(
            "data.diff.title",
            language,
            a=found["from"]["id"],
            a_rows=found["from"]["rows"],
            b=found["to"]["id"],
            b_rows=found["to"]["rows"],
        ),
    )
    line(out, say("data.diff.counts", language, **found["counts"]))
    for kind, sign in (("removed", "-"), ("added", "+"), ("changed", "~")):
        rows = found[kind]
        if not rows:
            continue
        out.print()
        line(out, say(f"data.diff.{kind}", language, rows=len(rows)))
        for reason in found["reasons"][kind]:
            line(out, f"    {reason['rows']:>6}  {why_text(reason, language)}")
        for row in rows[:most]:
            _print_row(row, sign, language, out)
        if len(rows) > most:
            line(out, say("data.more", language, rows=len(rows) - most))


def _print_row(row: dict[str, Any], sign: str, language: Language, out: Console) -> None:
    why: Any = row["why"]
    whys: list[Any] = list(why) if isinstance(why, list) else [why]  # pyright: ignore[reportUnknownArgumentType]
    told = "; ".join(why_text(one, language, one["detail"]) for one in whys)
    place = ", ".join(part for part in (row["source"], row["locator"]) if part)
    line(out, f"  {sign} {row['id']}  {short(row['instruction'])}")
    line(out, f"      {place}: {told}" if place else f"      {told}")
    for name, change in row.get("fields", {}).items():
        before, after = around(str(change["before"]), str(change["after"]))
        line(out, f"      {name}: {before} → {after}")


def why_text(why: dict[str, Any], language: Language, detail: str = "") -> str:
    """Why a row came, went or changed, in words."""
    text = say(f"data.diff.why.{why['code']}", language)
    if why["reason"]:
        stage = say(f"stage.{why['stage']}", language)
        text = f"{text} {stage}: {reason_title(why['reason'], language)}"
    return f"{text} ({short(detail, 60)})" if detail else text


def print_forgetting(
    found: dict[str, Any], language: Language, out: Console, *, with_files: bool
) -> None:
    """What forgetting a source would remove, before anybody is asked."""
    line(
        out,
        say("data.forget.title", language, source=found["source"], rows=found["rows"]),
    )
    for one in found["artifacts"]:
        stage = say(f"stage.{one['stage']}", language)
        kind = say(f"data.forget.kind.{one['kind']}", language)
        rows = say("data.forget.rows", language, rows=one["rows"]) if one["rows"] else ""
        line(out, f"  - {kind} {one['id']}  {stage}  {rows}".rstrip())
    if found["verdicts"]:
        line(out, say("data.forget.verdicts", language, verdicts=found["verdicts"]))
    key = "data.forget.deletes_file" if with_files else "data.forget.keeps_file"
    for path in found["your_files"]:
        line(out, say(key, language, path=path))
    line(out, say("data.forget.beyond", language))


def print_forgotten(folder: str, language: Language, out: Console, *, is_done: bool) -> None:
    """What came of it."""
    key = "data.forget.done" if is_done else "data.forget.left"
    line(out, say(key, language, command=run_command(folder)))


def print_exported(
    found: dict[str, Any], folder: str, project: Path, language: Language, out: Console
) -> None:
    """What was written where, and how other tools read it; commands name the project's folder."""
    from kitae.project.commands import with_folder
    from kitae.project.report.numbers import bytes_text

    told = {"dataset": found["dataset"], "folder": folder, **found["rows"]}
    line(out, say("data.export.done", language, **told))
    for name, size in found["files"].items():
        line(out, f"  {name}  {bytes_text(size)}")
    if found["gate"] != "pass":
        verdict = say(f"data.export.gate.{found['gate'] or 'unknown'}", language)
        line(out, with_folder(verdict, project), "yellow")
    line(out, say("data.export.hub", language, folder=folder))
    if "llamafactory" in found["forms"]:
        line(out, say("data.export.llamafactory", language, folder=folder))
    if "axolotl" in found["forms"]:
        line(out, say("data.export.axolotl", language, path=f"{folder}/axolotl.yaml"))


def short(text: str, width: int = 90) -> str:
    """A text on one line, cut where it is too long."""
    line = " ".join(text.split())
    return line if len(line) <= width else line[: width - 1] + "…"


def around(before: str, after: str, width: int = 60) -> tuple[str, str]:
    """Both texts from a little before their first difference on."""
    pairs = zip(before, after, strict=False)
    same = next((i for i, (a, b) in enumerate(pairs) if a != b), min(len(before), len(after)))
    start = max(0, same - 15)
    lead = "…" if start else ""
    return lead + shown(before[start:], width), lead + shown(after[start:], width)


def shown(text: str, width: int) -> str:
    """A text with its line ends as signs, cut; a sign of its own for an empty one."""
    line = text.replace("\n", "↵")
    return (line if len(line) <= width else line[: width - 1] + "…") or "∅"


def reason_title(code: str, language: Language) -> str:
    """A reason in words; the code itself where there are none."""
    return catalogue(language).get(f"reason.{code}", code)


def run_command(folder: str) -> str:
    """How to run the project that was named."""
    return "kitae run" if folder == "." else f"kitae run {folder}"


def line(out: Console, text: str, style: str = "") -> None:
    """Print a line as it is; what could drive the reader's terminal is taken out."""
    out.print(printable(text), markup=False, soft_wrap=True, style=style)
