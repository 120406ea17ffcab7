"""The proof that an exported form, loaded again, gives the tokens of the model that was evaluated."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from kitae.core.errors import DataError, KitaeError
from kitae.engines.protocols import Encoder, LanguageModel
from kitae.records.bundle import Parity
from kitae.records.example import ChatMessage, to_examples, to_messages
from kitae.stages.contract import Context
from kitae.stages.export.config import ExportConfig


@dataclass(frozen=True)
class Yardstick:
    """What the evaluated model does.

    Attributes:
        questions: Test conversations.
        prompts: Their token ids, in the same order.
        answers: Its greedy answers' token ids, in the same order.
        max_tokens: Longest answer asked for.
    """

    questions: tuple[tuple[ChatMessage, ...], ...]
    prompts: tuple[tuple[int, ...], ...]
    answers: tuple[tuple[int, ...], ...]
    max_tokens: int


def measure_yardstick(
    base: Path, adapter: Path, test: pa.Table, config: ExportConfig, context: Context
) -> Yardstick:
    """The greedy answers of base plus adapter to questions spread over the test rows.

    Raises:
        DataError: No test row leaves room for an answer.
    """
    model = context.engines.load_model(base, adapter)
    room = model.context_length - config.parity_tokens
    asked: list[tuple[tuple[ChatMessage, ...], tuple[int, ...]]] = []
    for row in _spread(test.num_rows, config.parity_prompts):
        (example,) = to_examples(test.slice(row, 1))
        messages = tuple(to_messages(example, with_answer=False))
        ids = tuple(model.encoder.encode_prompt(messages))
        if len(ids) <= room:
            asked.append((messages, ids))
    if not asked:
        raise DataError(
            "No test question is short enough for the comparison of the exported forms.",
            where="recipe, key export.parity_tokens",
            fix="write a smaller number of `parity_tokens` under `export`",
        )
    questions, prompts = zip(*asked, strict=True)
    answers = _answers(model, prompts, config.parity_tokens, context)
    return Yardstick(questions, prompts, answers, config.parity_tokens)


def prove(
    form: str, yardstick: Yardstick, model: LanguageModel, shipped: Encoder, context: Context
) -> Parity:
    """Compare a reloaded form with the evaluated model.

    Args:
        form: Its name.
        yardstick: What the evaluated model does.
        model: The form, loaded again.
        shipped: The encoder of the tokenizer that lies in the form's folder.
        context: For progress.
    """
    first = ""
    for question, wanted in zip(yardstick.questions, yardstick.prompts, strict=True):
        if not first and tuple(shipped.encode_prompt(question)) != wanted:
            first = f"another prompt for the question {question[-1]['content'][:80]!r}"
    if shipped.stop_ids != model.encoder.stop_ids:
        first = first or f"stop tokens {shipped.stop_ids}, not {model.encoder.stop_ids}"
    got = _answers(model, yardstick.prompts, yardstick.max_tokens, context)
    equal = sum(a == b for a, b in zip(got, yardstick.answers, strict=True))
    if not first and equal < len(got):
        first = _first_difference(yardstick, got, model.encoder)
    return Parity(form=form, prompts=len(got), equal=equal, first_difference=first)


def check_parity(found: Parity) -> None:
    """Stop the export where a form is not what was evaluated.

    Raises:
        KitaeError: It answers otherwise.
    """
    if found.equal == found.prompts and not found.first_difference:
        return
    others = "adapter" if found.form == "merged" else "merged"
    raise KitaeError(
        f"The exported form {found.form!r} is not what was evaluated: {found.equal} of "
        f"{found.prompts} answers are equal; first difference: {found.first_difference}.",
        where=f"stage export, form {found.form}",
        fix=f"leave this form out with `export: {{forms: [{others}]}}` in kitae.yaml, "
        "or report it: this should not happen",
    )


def _spread(rows: int, wanted: int) -> list[int]:
    """Row numbers evenly spread from the first row on."""
    count = min(rows, wanted)
    return [place * rows // count for place in range(count)]


def _answers(
    model: LanguageModel, prompts: Sequence[Sequence[int]], max_tokens: int, context: Context
) -> tuple[tuple[int, ...], ...]:
    found = model.generate(prompts, max_tokens, context.progress)
    return tuple(answer.ids for answer in found)


def _first_difference(
    yardstick: Yardstick, got: Sequence[tuple[int, ...]], encoder: Encoder
) -> str:
    for question, wanted, found in zip(yardstick.questions, yardstick.answers, got, strict=True):
        if wanted != found:
            pairs = enumerate(zip(wanted, found, strict=False))
            short = min(len(wanted), len(found))
            place = next((i for i, (a, b) in pairs if a != b), short)
            return (
                f"token {place} of the answer to {question[-1]['content'][:80]!r}: "
                f"{encoder.decode(wanted)[:80]!r} became {encoder.decode(found)[:80]!r}"
            )
    return ""
