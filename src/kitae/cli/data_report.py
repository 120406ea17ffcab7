"""The data report on a terminal: a funnel, bars for languages and lengths, clusters, the scorecard."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kitae.cli.data_tables import line, reason_title, run_command, short
from kitae.core.words import Language, say
from kitae.project.report.data_section import length_label
from kitae.project.report.words import Words

if TYPE_CHECKING:
    from rich.console import Console

BAR = 32


def print_data_report(found: dict[str, Any], folder: str, language: Language, out: Console) -> None:
    """The whole report, from the first row collected to the gate's verdict."""
    if found["outdated"]:
        stages = ", ".join(say(f"stage.{name}", language) for name in found["outdated"])
        line(out, say("data.report.outdated", language, stages=stages, command=run_command(folder)))
    _print_funnel(found["funnel"], language, out)
    look = found["look"]
    if look:
        _print_languages(look["languages"], language, out)
        _print_lengths("questions", look["questions"], language, out)
        _print_lengths("answers", look["answers"], language, out)
        _print_sources(look["sources"], language, out)
        _print_clusters(look["clusters"], folder, language, out)
    if found["scorecard"]:
        _print_scorecard(found["scorecard"], language, out)


def _print_funnel(funnel: list[dict[str, Any]], language: Language, out: Console) -> None:
    _title("data.report.funnel", language, out)
    most = max((one["counts"]["in"] + one["counts"]["made"] for one in funnel), default=1)
    rows = [
        (say(f"stage.{one['stage']}", language), one["counts"]["out"], _moves(one, language))
        for one in funnel
    ]
    for (label, number, moves), one in zip(rows, funnel, strict=True):
        _bar(out, label, number, most, [each[0] for each in rows], moves)
        for reason in one["reasons"]:
            kind = say(f"data.report.kind.{reason['kind']}", language)
            title = _what(reason, language)
            line(out, f"      {reason['rows']:>7,}  {kind}: {title}")


def _what(reason: dict[str, Any], language: Language) -> str:
    """What a reason code says; kinds of private data have words of their own."""
    if reason["kind"] == "masked":
        return Words(language).title(reason["code"], f"private.{reason['code']}")
    return reason_title(reason["code"], language)


def _moves(one: dict[str, Any], language: Language) -> str:
    """How many rows came and went at a stage."""
    counts = one["counts"]
    parts = [f"+{counts['made']:,} {say('report.flow.made', language)}"] if counts["made"] else []
    parts += [
        f"−{counts[name]:,} {say(f'report.flow.{name}', language)}"
        for name in ("dropped", "quarantined", "pending")
        if counts[name]
    ]
    return " · ".join(parts)


def _print_languages(languages: list[dict[str, Any]], language: Language, out: Console) -> None:
    _title("data.look.languages", language, out)
    words = Words(language)
    most = max(one["rows"] for one in languages)
    labels = [words.language_name(one["language"] or "und") for one in languages]
    for label, one in zip(labels, languages, strict=True):
        sides = " · ".join(
            f"{words.say(f'report.side.{side}')} {one['sides'][side]:,}"
            for side in ("train", "validation", "test")
            if side in one["sides"]
        )
        _bar(out, label, one["rows"], most, labels, sides)


def _print_lengths(name: str, lengths: dict[str, Any], language: Language, out: Console) -> None:
    _title(f"data.look.{name}", language, out)
    line(
        out,
        "  "
        + say(
            "data.look.shape",
            language,
            median=f"{lengths['median']:,}",
            p95=f"{lengths['p95']:,}",
            longest=f"{lengths['longest']:,}",
        ),
    )
    most = max((one["rows"] for one in lengths["bins"]), default=1)
    labels = [length_label(one["low"], one["high"]) for one in lengths["bins"]]
    for label, one in zip(labels, lengths["bins"], strict=True):
        _bar(out, label, one["rows"], most, labels)


def _print_sources(sources: list[dict[str, Any]], language: Language, out: Console) -> None:
    _title("data.look.sources", language, out)
    most = max(one["rows"] for one in sources)
    labels = [short(one["source"], 40) for one in sources]
    for label, one in zip(labels, sources, strict=True):
        licence = say("data.look.licence", language, licence=_licence(one["licence"], language))
        _bar(out, label, one["rows"], most, labels, licence)


def _licence(name: str, language: Language) -> str:
    return say("data.look.licence_unknown", language) if name == "unknown" else name


def _print_clusters(
    clusters: dict[str, Any] | None, folder: str, language: Language, out: Console
) -> None:
    if clusters is None:
        return
    _title("data.look.clusters", language, out)
    key = "data.look.clusters_found" if clusters["clusters"] else "data.look.clusters_none"
    line(out, "  " + say(key, language, **{k: clusters[k] for k in ("clusters", "dropped")}))
    for one in clusters["largest"]:
        kept = one["kept"]
        told = short(kept["question"]) if kept else say("data.look.kept_left", language)
        line(out, f"  {say('data.look.cluster', language, rows=one['rows'])}  {told}")
        for row in one["dropped"]:
            line(out, f"      − {row['id']}  {row['where']}: {short(row['question'], 70)}")
    if clusters["clusters"]:
        command = "kitae restore ID" + ("" if folder == "." else f" --dir {folder}")
        line(out, "  " + say("data.look.clusters_undo", language, command=command))


def _print_scorecard(card: dict[str, Any], language: Language, out: Console) -> None:
    _title("data.report.scorecard", language, out)
    from rich.cells import cell_len

    names = {one: say(f"report.outcome.{one}", language) for one in ("fail", "warn", "pass")}
    width = max(cell_len(name) for name in names.values())
    for outcome in ("fail", "warn", "pass"):
        for check in card["checks"]:
            if check["outcome"] != outcome:
                continue
            mark = names[outcome] + " " * (width - cell_len(names[outcome]))
            line(out, f"  {mark}  {check['title']}: {check['message']}")
            if outcome != "pass" and check["fix"]:
                line(out, " " * (width + 4) + say("report.fix", language) + " " + check["fix"])


def _title(key: str, language: Language, out: Console) -> None:
    out.print()
    line(out, say(key, language), style="bold")


def _bar(out: Console, label: str, rows: int, most: int, labels: list[str], note: str = "") -> None:
    """A label, a bar of its share of the largest, the number, and what else there is to say."""
    from rich.cells import cell_len

    wide = max(cell_len(one) for one in labels)
    length = 0 if not rows else max(1, round(BAR * rows / max(1, most)))
    bar = "█" * length + "·" * (BAR - length)
    text = f"  {label}{' ' * (wide - cell_len(label))}  {bar} {rows:>9,}  {note}"
    line(out, text.rstrip())
