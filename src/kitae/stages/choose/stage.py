"""choose v1: take the base that the recipe names, and say what speaks for or against it."""

from __future__ import annotations

from collections.abc import Mapping

from kitae.core.text import Message
from kitae.records.base_model import BaseChoice
from kitae.records.store import Product
from kitae.stages.choose.checks import check_context, check_memory, licence_note, memory_note
from kitae.stages.choose.config import ChooseConfig
from kitae.stages.contract import Context, Inputs, Stage


def run(_inputs: Inputs, config: ChooseConfig, context: Context) -> Product:
    """The base that the recipe names, looked over and found usable, with notes for its user.

    Raises:
        NotFoundError: There is no such base.
        DataError: Its files cannot be used (no safetensors, code, damage, another kind of model).
        ResourceError: It does not fit in this machine's memory.
    """
    base = context.engines.find_base(config.base, context.root).base
    check_context(base, config.minimum_context)
    check_memory(base, context.engines.find_hardware())
    notes = [_purpose_note(is_for_trying=base.is_for_trying, reference=base.reference)]
    notes.append(licence_note(base, is_accepted=config.licence_ok))
    notes.append(memory_note(base))
    if not base.has_chat_template:
        notes.append(Message(key="choose.template.plain"))
    return Product(records={"choice": BaseChoice(base=base, notes=tuple(notes))})


def facts(config: ChooseConfig, context: Context) -> Mapping[str, str]:
    """The content of the base's files: another version of them is another choice."""
    base = context.engines.find_base(config.base, context.root).base
    return {"base": base.revision, "licence": base.licence}


def _purpose_note(*, is_for_trying: bool, reference: str) -> Message:
    if is_for_trying:
        return Message(key="choose.spark")
    return Message(key="choose.base", values={"reference": reference})


STAGE = Stage(
    name="choose",
    version=1,
    config=ChooseConfig,
    needs=(),
    run=run,
    facts=facts,
)
