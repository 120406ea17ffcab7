"""Drawing: which rows are made now, given what a person said of those made before.

The order of all candidates is fixed by the examples and the seed. A batch is the next so many of that order that
use nothing a person rejected in the batches before; so a batch never changes while it is being judged.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from kitae.engines.recombine import Candidate
from kitae.records.generation import Batch, GenerationState
from kitae.records.verdict import Verdict

TIMES_REJECTED = 2
"""A phrasing, or a word, that was rejected this often (and in most cases) is given up."""

Trait = tuple[str, ...]
"""A phrasing `(phrasing,)`, a word `(field, words)`, or a word in a phrasing `(phrasing, field, words)`."""


@dataclass(frozen=True)
class Drawing:
    """The rows made so far.

    Attributes:
        state: How far it is.
        batches: The batches that a person was asked to read; the last one may be unfinished.
        shown: Their rows, rejected ones included.
        bulk: Rows made without being read.
        given_up: What is no longer used, as people read it.
    """

    state: GenerationState
    batches: tuple[Batch, ...]
    shown: tuple[Candidate, ...]
    bulk: tuple[Candidate, ...]
    given_up: tuple[str, ...]


def draw(
    candidates: Iterator[Candidate],
    verdicts: Mapping[str, Verdict],
    *,
    batch_size: int,
    wanted: int,
    max_rejected_share: float,
) -> Drawing:
    """Batches until one waits for its verdicts or was good enough; in that case the bulk too."""
    shown: list[Candidate] = []
    batches: list[Batch] = []
    while True:
        banned = rejected_traits(shown, verdicts)
        drawn = _take(candidates, min(batch_size, wanted), banned)
        if not drawn:
            return _drawing("exhausted", batches, shown, verdicts)
        shown += drawn
        batches.append(_batch(drawn, verdicts))
        if batches[-1].judged < len(drawn):
            state: GenerationState = "first_batch" if len(batches) == 1 else "next_batch"
            return _drawing(state, batches, shown, verdicts)
        if batches[-1].rejected <= max_rejected_share * len(drawn):
            break
    kept = sum(not _is_rejected(c, verdicts) for c in shown)
    bulk = _take(candidates, max(0, wanted - kept), rejected_traits(shown, verdicts))
    return _drawing("bulk", batches, shown, verdicts, bulk)


def rejected_traits(
    shown: Sequence[Candidate], verdicts: Mapping[str, Verdict]
) -> frozenset[Trait]:
    """What must not be used again.

    A phrasing or a word rejected twice, and oftener than not; a word in a phrasing that was rejected once and
    never accepted.
    """
    rejected: Counter[Trait] = Counter()
    accepted: Counter[Trait] = Counter()
    for candidate in shown:
        verdict = verdicts.get(candidate.example.id)
        if verdict and verdict.decision == "reject":
            rejected.update(_traits(candidate))
        elif verdict and verdict.decision == "accept":
            accepted.update(_traits(candidate))
    return frozenset(t for t, count in rejected.items() if _is_banned(t, count, accepted[t]))


def _is_banned(trait: Trait, rejected: int, accepted: int) -> bool:
    if len(trait) == 3:
        return accepted == 0
    return rejected >= TIMES_REJECTED and rejected > accepted


def _traits(candidate: Candidate) -> list[Trait]:
    words: list[Trait] = [(field, text) for field, text in candidate.fillers]
    return [(candidate.frame,), *words, *((candidate.frame, *word) for word in words)]


def _take(
    candidates: Iterator[Candidate], number: int, banned: frozenset[Trait]
) -> list[Candidate]:
    taken: list[Candidate] = []
    while len(taken) < number:
        candidate = next(candidates, None)
        if candidate is None:
            break
        if banned.isdisjoint(_traits(candidate)):
            taken.append(candidate)
    return taken


def _batch(drawn: Sequence[Candidate], verdicts: Mapping[str, Verdict]) -> Batch:
    return Batch(
        row_ids=tuple(c.example.id for c in drawn),
        judged=sum(c.example.id in verdicts for c in drawn),
        rejected=sum(_is_rejected(c, verdicts) for c in drawn),
    )


def _is_rejected(candidate: Candidate, verdicts: Mapping[str, Verdict]) -> bool:
    verdict = verdicts.get(candidate.example.id)
    return verdict is not None and verdict.decision == "reject"


def _drawing(
    state: GenerationState,
    batches: Sequence[Batch],
    shown: Sequence[Candidate],
    verdicts: Mapping[str, Verdict],
    bulk: Sequence[Candidate] = (),
) -> Drawing:
    given_up = sorted(rejected_traits(shown, verdicts))
    return Drawing(
        state, tuple(batches), tuple(shown), tuple(bulk), tuple(" · ".join(t) for t in given_up)
    )
