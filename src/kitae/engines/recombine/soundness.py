"""Which phrasings can be trusted to tell the values that they fix.

A phrasing with an open place fixes every field that has no place in it. That is right only when the rest of the
words, or the lack of any, carries that value, and not the words that were taken out: from `{topic} は順調ですか?`
nobody can tell a period, if the period went away with the topic's words.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from kitae.engines.recombine.ledger import Ledger, filler_keys
from kitae.engines.recombine.pieces import FUNCTION_WORDS, Pieces, kind_of
from kitae.engines.recombine.rows import FrameKey, Row, Slot, contains

UNSPOKEN_SHARE = 0.6
LONGEST_EVIDENCE = 4


def sound_frames(ledger: Ledger, rows_by_key: Mapping[FrameKey, Sequence[int]]) -> list[FrameKey]:
    """The phrasings that tell one answer, together with what fills their places."""
    fixed: dict[tuple[object, ...], set[tuple[tuple[str, str], ...]]] = defaultdict(set)
    for key in rows_by_key:
        fixed[key.setting, key.skeleton].add(key.constants)
    unspoken = _unspoken_values(ledger)
    return [
        key
        for key, rows in rows_by_key.items()
        if len(fixed[key.setting, key.skeleton]) == 1
        and all(
            pair in unspoken
            or _is_independent(ledger, rows, pair[0])
            or _is_told_elsewhere(ledger, key, rows, pair)
            for pair in key.constants
        )
    ]


def _unspoken_values(ledger: Ledger) -> set[tuple[str, str]]:
    """Values that are told by saying nothing: their rows hold no word for the field, others' rows do."""
    spoken: Counter[tuple[str, str]] = Counter()
    total: Counter[tuple[str, str]] = Counter()
    for row, reading in zip(ledger.rows, ledger.readings, strict=True):
        for pair in row.fields.items() if reading else ():
            total[pair] += 1
            spoken[pair] += any(hole.field == pair[0] for hole in reading)
    return {pair for pair in total if _is_unspoken(pair, spoken, total)}


def _is_unspoken(
    pair: tuple[str, str], spoken: Counter[tuple[str, str]], total: Counter[tuple[str, str]]
) -> bool:
    others = [p for p in total if p[0] == pair[0] and p != pair]
    others_total = sum(total[p] for p in others)
    is_silent = spoken[pair] == 0 and total[pair] >= 2
    return is_silent and sum(spoken[p] for p in others) >= UNSPOKEN_SHARE * others_total > 0


def _is_independent(ledger: Ledger, rows: Sequence[int], field: str) -> bool:
    """Whether every word that fills the phrasing's places was also seen with another value of the field."""
    seen: dict[object, set[str]] = defaultdict(set)
    for row, reading in zip(ledger.rows, ledger.readings, strict=True):
        for key in filler_keys(row, reading):
            seen[key].add(row.fields[field])
    fillers = [key for i in rows for key in filler_keys(ledger.rows[i], ledger.readings[i])]
    return all(len(seen[key]) > 1 for key in fillers)


def _is_told_elsewhere(
    ledger: Ledger, key: FrameKey, rows: Sequence[int], pair: tuple[str, str]
) -> bool:
    """Whether fixed words of the phrasing stand for this value in other rows, at least two and all of them."""
    field, value = pair
    script = key.setting[0]
    others = [r for i, r in enumerate(ledger.rows) if i not in rows and r.script == script]
    known = {k[3] for k in ledger.fillers if ledger.fillers[k] and k[:3] == (script, field, value)}
    return any(
        part in known or _tells(part, others, field, value) for part in _fixed_stretches(key)
    )


def _tells(part: Pieces, rows: Sequence[Row], field: str, value: str) -> bool:
    values = [row.fields[field] for row in rows if contains(row.pieces, part)]
    return len(values) >= 2 and set(values) == {value}


def _fixed_stretches(key: FrameKey) -> list[Pieces]:
    """Stretches of the phrasing's own words that carry content."""
    runs: list[list[str]] = [[]]
    for item in key.skeleton:
        if isinstance(item, Slot):
            runs.append([])
        else:
            runs[-1].append(item)
    return [
        tuple(run[i : i + size])
        for run in runs
        for size in range(1, LONGEST_EVIDENCE + 1)
        for i in range(len(run) - size + 1)
        if _has_content(run[i : i + size])
    ]


def _has_content(pieces: Sequence[str]) -> bool:
    return any(
        kind_of(piece) in ("han", "katakana", "word") and piece.lower() not in FUNCTION_WORDS
        for piece in pieces
    )
