"""Benchmark texts planted in real sets, and what of them is found; false alarms on untouched sets; cost.

usage: python -m bench.contamination [--show] [--rows FILE.jsonl]
Reads the folder named by KITAE_REAL_DATA (default ../shared/data/real). `--show` prints what was found among untouched rows,
to be read by eye; `--rows` names JSONL rows whose texts are the material for the cost.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from bench.contamination_texts import JAPANESE, NUMBERS, PARAPHRASES, TEMPLATES, WRAPS
from kitae.engines.contamination import Contamination, contaminated
from kitae.engines.contamination.settings import KINDS
from kitae.engines.texts.column import TextColumn
from kitae.engines.texts.tokens import CJK, KIND_BITS, tokenise

REAL = Path(os.environ.get("KITAE_REAL_DATA", "../shared/data/real"))
PLANTED = 150
_WIDE = {ord(c): ord(c) + 0xFEE0 for c in map(chr, range(0x21, 0x7F))}
_PARTS = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]|[^\s\u3040-\u30ff\u4e00-\u9fff]+|\s+")
_MARKS = re.compile(r"[,.!?;:，。！？；：、]")

Edit = Callable[[str, random.Random], str]


def texts_of(name: str) -> list[tuple[str, str]]:
    """(question with its input, answer) of each row of a real file."""
    if name == "ja":
        return list(JAPANESE)
    text = (REAL / name).read_text(encoding="utf-8")
    rows = json.loads(text) if name.endswith(".json") else map(json.loads, text.splitlines())
    return [pair for row in rows for pair in _pairs(row)]


def _pairs(row: dict[str, Any]) -> list[tuple[str, str]]:
    if "prompt" in row:
        return [(row["prompt"], row["completion"].replace("<|endoftext|>", ""))]
    instances = row.get("instances", [row])
    return [
        ("\n".join(filter(None, (row["instruction"], one.get("input")))), one["output"])
        for one in instances
    ]


def edited(rate: float, words: list[str]) -> Edit:
    """Each word (CJK character) left out, replaced or followed by another, with a probability."""

    def edit(text: str, rng: random.Random) -> str:
        found: list[str] = []
        for part in _PARTS.findall(text):
            if part.isspace() or rng.random() >= rate:
                found.append(part)
                continue
            other = rng.choice(words)
            found += rng.choice(([], [other], [part, " " if other.isascii() else "", other]))
        return "".join(found)

    return edit


def restyled(text: str, rng: random.Random) -> str:
    """Case, width and sentence marks changed."""
    text = _MARKS.sub(lambda m: rng.choice((m[0], "", " ", "!")), text)
    return rng.choice((text.upper(), text.title(), text.translate(_WIDE)))


def wrapped(language: str) -> Edit:
    """Inside another prompt, with other text around."""
    return lambda text, rng: rng.choice(WRAPS[language]).format(text=text)


def first_half(text: str, rng: random.Random) -> str:  # noqa: ARG001
    """The first half of its words and a little more."""
    parts = _PARTS.findall(text)
    return "".join(parts[: round(len(parts) * 0.55)])


def weight(texts: list[str]) -> np.ndarray:
    """Words of each text; three CJK characters are two words."""
    tokens = tokenise(TextColumn.from_texts(texts))
    values = np.where((tokens.values & KIND_BITS) == CJK, 2 / 3, 1.0)
    sums = np.concatenate([[0.0], np.cumsum(values)])
    return sums[tokens.offsets[1:]] - sums[tokens.offsets[:-1]]


def planted(language: str, name: str) -> list[str]:
    """Lines of the table of one language."""
    rng = random.Random(7)
    rows = texts_of(name)
    rng.shuffle(rows)
    number = min(PLANTED, len(rows) // 2)
    base = [f"{asked}\n{told}" for asked, told in rows[number:]]
    words = [part for text in base for part in _PARTS.findall(text) if part.strip()]
    held_out = [text for row in rows[:number] for text in row]
    sizes = weight(held_out)
    groups = {
        "5 to 9": [t for t, w in zip(held_out, sizes, strict=True) if 5 <= w < 10],
        "10 to 23": [t for t, w in zip(held_out, sizes, strict=True) if 10 <= w < 24],
        "24 and more": [t for t, w in zip(held_out, sizes, strict=True) if w >= 24],
    }
    edits: dict[str, Edit] = {
        "word for word": lambda text, rng: text,  # noqa: ARG005
        "case, width, marks": restyled,
        "wrapped": wrapped(language),
        "first half": first_half,
        **{f"{rate} % edited": edited(rate / 100, words) for rate in (5, 10, 15)},
    }
    lines = []
    for title, edit in edits.items():
        cells = [_recall(texts, edit, base, rng) for texts in groups.values()]
        lines.append(f"| {language} | {title} | " + " | ".join(cells) + " |")
    return lines


def _recall(texts: list[str], edit: Edit, base: list[str], rng: random.Random) -> str:
    """Share of planted texts that are found, each planted in an answer of its own."""
    if not texts:
        return "-"
    made = [edit(text, rng) for text in texts]
    hosts = [rng.choice(base) for _ in made]
    material = base + [f"{one}\n{host}" for one, host in zip(made, hosts, strict=True)]
    found = contaminated(TextColumn.from_texts(material), TextColumn.from_texts(texts))
    hits = set(zip(found.benchmark.tolist(), found.material.tolist(), strict=True))
    recall = np.mean([(i, len(base) + i) in hits for i in range(len(texts))])
    wrong = sum(1 for i, row in hits if row < len(base) and made[i] not in material[row])
    return f"{recall:.3f} of {len(texts)}, {wrong} elsewhere"


def negatives(language: str, name: str) -> list[str]:
    """Pairs that are alike and are no contamination; how many of them are taken for it."""
    rng = random.Random(8)
    answers = [re.split(r"(?<=[.。！？!?])\s*", told)[0] for _, told in texts_of(name)]
    sizes = weight(answers)
    sentences = [a for a, w in zip(answers, sizes, strict=True) if 8 <= w <= 40]
    sentences = list(dict.fromkeys(sentences))
    rng.shuffle(sentences)
    half = len(sentences) // 2
    base = [told for _, told in texts_of(name)]
    one_each = TEMPLATES[language]
    cases = {
        "paraphrase": list(PARAPHRASES[language]),
        "form, other content, once": [
            (form.format(text=sentences[i]), form.format(text=sentences[half + i]))
            for i, form in enumerate(one_each)
        ],
        "form, other content, many": [
            (one_each[0].format(text=a), one_each[0].format(text=b))
            for a, b in zip(sentences[:half][:100], sentences[half:], strict=False)
        ],
        "other numbers": [
            (
                form.format(*(rng.randint(2, 90) for _ in range(4))),
                form.format(*(rng.randint(100, 900) for _ in range(4))),
            )
            for form in NUMBERS[language]
        ],
    }
    lines = []
    for title, pairs in cases.items():
        material = [told for _, told in pairs] + base
        found = contaminated(
            TextColumn.from_texts(material), TextColumn.from_texts([asked for asked, _ in pairs])
        )
        wrong = sum(1 for row in found.material.tolist() if row < len(pairs))
        lines.append(f"| {language} | {title} | {wrong} of {len(pairs)} |")
    return lines


def untouched(material: str, benchmark: str, *, is_shown: bool) -> str:
    """Two real sets, one as the benchmark of the other."""
    held = [f"{asked}\n{told}" for name in _names(material) for asked, told in texts_of(name)]
    asked = [text for name in _names(benchmark) for text, _ in texts_of(name)]
    found = contaminated(TextColumn.from_texts(held), TextColumn.from_texts(asked))
    if is_shown:
        _show(found, held, asked)
    rows = len(set(found.benchmark.tolist()))
    return f"| {material} | {benchmark} | {len(held)} | {len(asked)} | {rows} | {len(found)} |"


def _names(pattern: str) -> list[str]:
    return sorted(path.relative_to(REAL).as_posix() for path in REAL.glob(pattern))


def _show(found: Contamination, held: list[str], asked: list[str]) -> None:
    for i in range(min(len(found), 25)):
        first, end = found.material_span[i]
        span = held[found.material[i]].encode()[first:end].decode()
        print(
            f"  {KINDS[found.kind[i]]} {found.share[i]:.2f} {asked[found.benchmark[i]]!r:.200} <- {span!r:.160}"
        )


def cost(path: Path) -> str:
    """CPU microseconds per row of material at 10,000 benchmark rows that it does not have."""
    texts = []
    for line in path.open(encoding="utf-8", errors="replace"):
        try:
            row = json.loads(line)
        except ValueError:
            continue
        if isinstance(row, dict):
            texts.append(
                "\n".join(str(row.get(k) or "") for k in ("instruction", "input", "output"))
            )
    material = TextColumn.from_texts(texts)
    rng = random.Random(1)
    sound = [text for text in texts if len(text) > 40 and "\u00e3" not in text]
    chosen = [_shuffled(text, rng) for text in rng.sample(sound, 10_000)]
    benchmark = TextColumn.from_texts(chosen)
    contaminated(material.take(np.arange(100)), benchmark)
    empty = material.take(np.arange(0))
    times = {"index": [], "all": []}
    for _ in range(7):
        for name, column in (("index", empty), ("all", material)):
            start = time.process_time()
            found = contaminated(column, benchmark)
            times[name].append(time.process_time() - start)
    index, whole = min(times["index"]), min(times["all"])
    micro = (whole - index) / len(texts) * 1e6
    size = len(material.data) / len(texts)
    return (
        f"{len(texts):,} rows of {size:.0f} bytes: {micro:.2f} µs of CPU a row ({micro / size * 700:.2f} for 700 bytes), "
        f"index of 10,000 benchmark rows {index:.2f} s, {found.compared} pairs compared, {len(found)} found"
    )


def _shuffled(text: str, rng: random.Random) -> str:
    parts = [part for part in _PARTS.findall(text) if part.strip()]
    rng.shuffle(parts)
    return "".join(part if part > "\u3000" else f" {part}" for part in parts)


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--show", action="store_true")
    parser.add_argument("--rows", type=Path)
    args = parser.parse_args()
    if args.rows:
        print(cost(args.rows))
        return
    if not REAL.is_dir():
        print(f"skipped: no real data at {REAL}; set KITAE_REAL_DATA")
        return
    sets = {"en": "alpaca_en_demo.json", "zh": "alpaca_zh_demo.json", "ja": "ja"}
    print("| language | planted | recall, 5 to 9 words | 10 to 23 words | 24 words and more |")
    print("|---|---|---|---|---|")
    for language, name in sets.items():
        print("\n".join(planted(language, name)), flush=True)
    print("\n| language | alike, but no contamination | taken for it |\n|---|---|---|")
    for language, name in sets.items():
        print("\n".join(negatives(language, name)), flush=True)
    print("\n| material | benchmark | rows | benchmark rows | of these found | pairs |")
    print("|---|---|---|---|---|---|")
    for material, benchmark in (
        ("alpaca_en_demo.json", "seed_tasks.jsonl"),
        ("alpaca_en_demo.json", "t0/*.jsonl"),
        ("t0/*.jsonl", "alpaca_en_demo.json"),
        ("t0/*.jsonl", "seed_tasks.jsonl"),
        ("alpaca_zh_demo.json", "alpaca_en_demo.json"),
        ("alpaca_en_demo.json", "alpaca_zh_demo.json"),
        (
            "t0/rotten_tomatoes_Reviewer_Opinion_bad_good_choices.jsonl",
            "t0/rotten_tomatoes_Writer_Expressed_Sentiment.jsonl",
        ),
    ):
        print(untouched(material, benchmark, is_shown=args.show), flush=True)


if __name__ == "__main__":
    main()
