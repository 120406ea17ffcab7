"""Frozen datasets for tests of what comes after `build`, sealed as real artifacts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from kitae.core.hashing import unit_interval
from kitae.engines.language import is_label_set
from kitae.engines.similarity import row_texts, shared_text_groups
from kitae.records.dataset import Dataset, SideStatistics
from kitae.records.example import Example, Side, content_id, to_table
from kitae.records.journal import Journal
from kitae.records.store import Artifact, Manifest, Product, Store
from kitae.stages.contract import Context

Pairs = Iterable[tuple[str, str]]


def row(question: str, answer: str, **more: Any) -> Example:
    """One original row with its content id; two equal rows get equal ids unless `id` is given."""
    values: dict[str, Any] = {"instruction": question, "output": answer, **more}
    identity = content_id(question, values.get("input", ""), answer, values.get("system", ""), ())
    return Example(**{"id": identity, **values})


def rows(pairs: Pairs, **more: Any) -> list[Example]:
    """Original rows from (question, answer) pairs."""
    return [row(question, answer, **more) for question, answer in pairs]


def split_rows(
    examples: Sequence[Example], test_share: float = 0.2, validation_share: float = 0.1
) -> dict[Side, list[Example]]:
    """Sides by group, the groups lowest in a keyed hash first: what `split` does, in few lines."""
    groups = shared_text_groups(row_texts(to_table(examples))).tolist()
    order = sorted(set(groups), key=lambda g: unit_interval(examples[g].id, "test"))
    sides: dict[Side, list[Example]] = {"train": [], "validation": [], "test": []}
    wanted = {"test": test_share * len(examples), "validation": validation_share * len(examples)}
    for group in order:
        members = [e for e, g in zip(examples, groups, strict=True) if g == group]
        side: Side = "train"
        for name in ("test", "validation"):
            if len(sides[name]) < wanted[name]:
                side = name
                break
        name = f"g{group}" if len(members) > 1 else ""
        sides[side] += [e.model_copy(update={"group": name}) for e in members]
    return sides


def seal(root: Path, stage: str, product: Product) -> Artifact:
    """A product as an artifact of a store below `root`."""
    store = Store(root / ".kitae")
    store.prepare()
    manifest = Manifest(stage=stage, stage_version=1, fingerprint="f" * 64, inputs={}, files={})
    return store.seal(manifest, product)


def frozen_dataset(
    root: Path,
    train: Sequence[Example],
    test: Sequence[Example],
    validation: Sequence[Example] = (),
) -> Artifact:
    """A `build` artifact with these sides."""
    sides = {"train": train, "validation": validation, "test": test}
    answers = [e.output for examples in sides.values() for e in examples]
    record = Dataset(
        rows_hash="0" * 64,
        train=_statistics(train),
        validation=_statistics(validation),
        test=_statistics(test),
        distinct_answers=len(set(answers)),
        is_closed=is_label_set(answers),
        languages={},
    )
    tables = {side: to_table(examples) for side, examples in sides.items()}
    return seal(root, "build", Product(tables=tables, records={"dataset": record}))


def context(root: Path, stage: str, engines: Any = None, **more: Any) -> Context:
    """A context with empty journals below `root`."""
    names = ("sides", "verdicts", "overrides", "looks")
    journals: Mapping[str, Journal] = {n: Journal(root / "journal" / f"{n}.jsonl") for n in names}
    work = root / "work"
    work.mkdir(parents=True, exist_ok=True)
    return Context(
        root=root,
        stage=stage,
        seed=7,
        work=work,
        journals=journals,
        engines=engines,
        **more,
    )


def _statistics(examples: Sequence[Example]) -> SideStatistics:
    return SideStatistics(
        rows=len(examples),
        groups=len({e.group or e.id for e in examples}),
        made_rows=sum(e.origin == "made" for e in examples),
        characters_mean=0.0,
        answer_characters_mean=0.0,
    )
