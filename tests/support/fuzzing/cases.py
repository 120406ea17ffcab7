"""A number -> a damaged file: the same number gives the same file everywhere."""

import io
import random
import zipfile
from pathlib import Path
from typing import NamedTuple

from support.document_files import as_zip
from support.fuzzing.mutations import BYTE_CHANGES, TOKENS, change_rows, written
from support.fuzzing.seeds import Seed, large_seeds, packed, seeds

_PACKINGS = ("gz", "zst", "zip", "several")
_FAMILIES = ("lines",) * 6 + ("array",) * 5 + ("table",) * 3 + ("columnar",) * 3 + ("document",) * 3
_LONGEST = 600_000


class Case(NamedTuple):
    """A damaged file.

    Attributes:
        number: Makes it again.
        seed: What it was made from.
        name: Of the file.
        data: What is in the file.
        plain: The same before it was packed; None where the packing was damaged too.
        choices: What the recipe says about it.
        steps: What was done to it, in order.
    """

    number: int
    seed: Seed
    name: str
    data: bytes
    plain: bytes | None
    choices: dict
    steps: tuple

    @property
    def title(self):
        """How a failure names it."""
        said = f", {self.choices}" if self.choices else ""
        return f"case {self.number}: {self.name} ({', '.join(self.steps)}{said}), {len(self.data)} bytes"


def make_case(folder: Path, number: int) -> Case:
    """The case of a number."""
    rng = random.Random(number)
    seed = _pick(rng, folder)
    data, steps = seed.data, []
    if seed.rows and seed.family in ("lines", "array") and rng.random() < 0.35:
        data = written(rng, change_rows(rng, seed.rows), seed.family)
        steps.append("change_rows")
        seed = seed._replace(pieces=(), encoding="utf-8")
    for _ in range(rng.choice((0, 1, 1, 2, 5)) if steps else rng.choice((1, 1, 1, 2, 3, 8))):
        data, step = _damaged(rng, data, seed, folder)
        steps.append(step)
    data = data[:_LONGEST]
    name, plain, whole = seed.name, data, data
    if rng.random() < 0.04:
        name = f"rows{rng.choice(('', '.txt', '.json', '.csv', '.bin', '.md', '.xlsx'))}"
        steps.append("rename")
    if rng.random() < 0.12:
        name, whole = packed(data, name, rng.choice(_PACKINGS))
        steps.append(f"pack as {name.rsplit('.', 1)[1]}")
        if rng.random() < 0.3:
            change = rng.choice(BYTE_CHANGES)
            whole, plain = change(rng, whole), None
            steps.append(change.__name__)
    return Case(number, seed, name, whole, plain, _choices(rng, seed), tuple(steps))


def _pick(rng, folder):
    if rng.random() < 0.03:
        return rng.choice(large_seeds(folder))
    family = rng.choice(_FAMILIES)
    chosen = [seed for seed in seeds(folder) if seed.family == family]
    if family == "document" and rng.random() < 0.8:
        chosen = [seed for seed in chosen if seed.suffix != ".pdf"]
    return rng.choice(chosen)


def _damaged(rng, data, seed, folder):
    if seed.suffix in (".xlsx", ".docx") and rng.random() < 0.7:
        inside = _damaged_inside(rng, data)
        if inside is not None:
            return inside
    if rng.random() < 0.05:
        other = rng.choice(seeds(folder)).data
        at, start = rng.randrange(len(data) + 1), rng.randrange(len(other))
        return data[:at] + other[start : start + rng.randrange(1, 3000)], "splice"
    change = rng.choice(BYTE_CHANGES)
    return change(rng, data), change.__name__


def _damaged_inside(rng, data):
    """Damage a part of an office file and pack it again."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = {name: archive.read(name) for name in archive.namelist()}
    except Exception:  # noqa: BLE001
        return None
    if not parts:
        return None
    name = max(rng.sample(sorted(parts), min(2, len(parts))), key=lambda part: len(parts[part]))
    change = rng.choice(BYTE_CHANGES)
    if rng.random() < 0.05:
        parts.pop(name)
        return as_zip(parts), f"no {name}"
    parts[name] = change(rng, parts[name])
    return as_zip(parts), f"{change.__name__} in {name}"


def _choices(rng, seed):
    chosen = {}
    if rng.random() < 0.08:
        chosen["encoding"] = rng.choice(
            ("utf-8", "cp932", "gb18030", "utf-16", "latin-1", "euc_jp")
        )
    if rng.random() < 0.05 and seed.family in ("lines", "array", "table"):
        chosen["format"] = rng.choice(("json", "jsonl", "csv", "tsv", "xlsx", "parquet", "arrow"))
    if rng.random() < 0.05 and seed.family != "document":
        chosen["columns"] = {
            "instruction": rng.choice(("instruction", "question", "input")),
            "output": "output",
        }
    if seed.suffix == ".xlsx" and rng.random() < 0.3:
        chosen["sheets"] = "all"
    if seed.family in ("table", "columnar") and rng.random() < 0.05:
        chosen["header_row"] = rng.choice((0, 1, 2, 9))
    if rng.random() < 0.03:
        chosen["limit"] = rng.choice((1, 3, 100))
    return chosen


_STRETCHED = (
    "alpaca_en_demo.jsonl",
    "alpaca_en_demo.json",
    "glaive_toolcall_en_demo_indented.json",
    "table.csv",
    "prose.txt",
    "prose.md",
    "prose.html",
)


def stretched_cases(folder: Path, size: int) -> list[Case]:
    """Files with one word, or a few together, so often that anything but linear work shows."""
    rng = random.Random(7)
    few = [b"".join(rng.choices(TOKENS, k=rng.randint(2, 4))) for _ in TOKENS]
    known = {seed.name: seed for seed in seeds(folder)}
    cases = []
    for word in (*TOKENS, *few):
        for name in _STRETCHED:
            seed = known[name]._replace(pieces=())
            at = rng.choice((0, _in_a_text(seed.data), len(seed.data)))
            data = seed.data[:at] + word * (size // len(word)) + seed.data[at:]
            step = f"{word[:30]!r} at {at}"
            cases.append(Case(-len(cases), seed, name, data, data, {}, (step,)))
    return cases


def _in_a_text(data):
    """A place in the middle of an answer, or of the file."""
    found = data.find(b'output": "')
    return found + 20 if found >= 0 else len(data) // 2
