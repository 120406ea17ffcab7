"""Generate: rows made from the train side, twenty first, the bulk once a person has read and accepted them.

Entered again after each review: its inputs are the train side and the journal of verdicts, and the batch it
stands at follows from these alone. Held-out rows pass through and are never looked at.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import pyarrow as pa

from kitae.core.config import Record
from kitae.core.text import Message
from kitae.engines.recombine import Candidate, Grammar, Pool, Refusal, learn, make_candidates
from kitae.records.counts import Counts
from kitae.records.example import EXAMPLES_SCHEMA, Example, to_examples, to_table
from kitae.records.generation import Generation, LearntPhrasing, LearntWords
from kitae.records.store import Product
from kitae.records.verdict import read_verdicts, standing_verdicts
from kitae.stages.contract import Context, Inputs, Stage
from kitae.stages.generate.config import GenerateConfig, Recombine
from kitae.stages.generate.drawing import Drawing, draw
from kitae.stages.generate.refusals import refusal_error

VERSION = 1
GROWTH = 9
"""Rows made for each example where the recipe names no number: ten times the size in the end."""


class GenerateFindings(Record):
    """What the report says of this stage."""

    notes: tuple[Message, ...]


def run(inputs: Inputs, config: GenerateConfig, context: Context) -> Product:
    """Pass all rows on, with the rows made so far after them.

    Raises:
        DataError: The train side cannot be varied by the method; the error says why.
    """
    rows = inputs["split"].table("examples").select(EXAMPLES_SCHEMA.names)
    if config.method is None:
        counts = Counts(rows_in=rows.num_rows, out=rows.num_rows)
        return Product(
            counts,
            {"examples": rows},
            {"generation": Generation(state="off")},
            same_tables={"examples": inputs["split"].file("examples.arrow")},
        )
    sources = train_side(rows)
    grammar, pool = _learn(sources, context.seed)
    wanted = _wanted(config.method, len(sources))
    drawing = draw(
        iter(pool),
        standing_verdicts(read_verdicts(context.journals["verdicts"].entries())),
        batch_size=config.first_batch,
        wanted=wanted,
        max_rejected_share=config.max_rejected_share,
    )
    made = (*drawing.shown, *drawing.bulk)
    generation = _generation(grammar, drawing, possible=len(pool), wanted=wanted)
    return Product(
        counts=Counts(rows_in=rows.num_rows, made=len(made), out=rows.num_rows + len(made)),
        tables={"examples": pa.concat_tables([rows, to_table(c.example for c in made)])},
        records={"generation": generation, "findings": GenerateFindings(notes=_notes(generation))},
    )


def train_side(rows: pa.Table) -> list[Example]:
    """The originals that rows may be made from; never a held-out one."""
    return [e for e in to_examples(rows) if e.side == "train" and e.origin == "original"]


def _learn(sources: Sequence[Example], seed: int) -> tuple[Grammar, Pool]:
    grammar = learn(sources)
    if isinstance(grammar, Refusal):
        raise refusal_error(grammar)
    pool = make_candidates(grammar, seed, [e.input or e.instruction for e in sources])
    if len(pool) < len(sources):
        numbers = {"rows": len(sources), "possible": len(pool), "phrasings": len(grammar.frames)}
        raise refusal_error(Refusal("too_little_variety", numbers))
    return grammar, pool


def _wanted(method: Recombine, sources: int) -> int:
    return GROWTH * sources if method.target_rows is None else method.target_rows


def _generation(grammar: Grammar, drawing: Drawing, *, possible: int, wanted: int) -> Generation:
    made: Sequence[Candidate] = (*drawing.shown, *drawing.bulk)
    return Generation(
        state=drawing.state,
        method="recombine",
        learnt_from=len(grammar.rows),
        possible=possible,
        wanted=wanted,
        made=len(made),
        batches=drawing.batches,
        phrasings=_phrasings(grammar, Counter(c.frame for c in made)),
        words=_words(grammar),
        given_up=drawing.given_up,
    )


def _phrasings(grammar: Grammar, made: Counter[str]) -> tuple[LearntPhrasing, ...]:
    rows: Counter[str] = Counter()
    for frame in grammar.frames:
        rows[frame.text] += len(frame.rows)
    return tuple(
        LearntPhrasing(text=text, rows=count, made=made[text])
        for text, count in sorted(rows.items())
    )


def _words(grammar: Grammar) -> tuple[LearntWords, ...]:
    found: dict[tuple[str, str], set[str]] = {}
    for filler in grammar.uses:
        found.setdefault((filler.field, filler.value), set()).add(filler.text)
    return tuple(
        LearntWords(field=field, value=value, words=tuple(sorted(words)))
        for (field, value), words in sorted(found.items())
    )


def _notes(generation: Generation) -> tuple[Message, ...]:
    learnt = Message(
        key="generate.note.learnt",
        values={
            "rows": generation.learnt_from,
            "phrasings": len(generation.phrasings),
            "words": sum(len(words.words) for words in generation.words),
            "possible": generation.possible,
        },
    )
    state = Message(
        key=f"generate.note.{generation.state}",
        values={
            "made": generation.made,
            "wanted": generation.wanted,
            "batches": len(generation.batches),
            "read": sum(batch.judged for batch in generation.batches),
            "rejected": sum(batch.rejected for batch in generation.batches),
        },
    )
    given_up = Message(
        key="generate.note.given_up", values={"what": "; ".join(generation.given_up)}
    )
    return (learnt, state, given_up) if generation.given_up else (learnt, state)


STAGE = Stage(
    name="generate",
    version=VERSION,
    config=GenerateConfig,
    needs=("split",),
    run=run,
    journals=("verdicts",),
)
