"""export: write the tuned model in each form, load it again, and prove that it is what was evaluated."""

from __future__ import annotations

import shutil
from pathlib import Path

from kitae.core.errors import DataError
from kitae.engines.exporting import write_adapter
from kitae.engines.hubs.checksums import write_checksums
from kitae.engines.protocols import LocatedBase
from kitae.records.base_model import BaseChoice
from kitae.records.bundle import Bundle, Parity
from kitae.records.dataset import Dataset
from kitae.records.durable import raise_resource_error
from kitae.records.evaluation import Evaluation
from kitae.records.plan import Plan
from kitae.records.store import Product
from kitae.records.tuned import TunedModel
from kitae.stages.contract import Context, Inputs, Stage
from kitae.stages.export.card import CardSources, write_card
from kitae.stages.export.config import ExportConfig, Form
from kitae.stages.export.parity import Yardstick, check_parity, measure_yardstick, prove


def run(inputs: Inputs, config: ExportConfig, context: Context) -> Product:
    """The forms that the recipe wants, each with card, checksums and proof.

    Raises:
        DataError: The base is not the one that was tuned any more.
        KitaeError: A form, loaded again, answers otherwise than the evaluated model.
        ResourceError: The disk is full.
    """
    base = _tuned_base(inputs, context)
    adapter = inputs["tune"].file("adapter")
    yardstick = measure_yardstick(
        base.folder, adapter, inputs["build"].table("test"), config, context
    )
    folders = _fresh_folders(config, context)
    parity: list[Parity] = []
    for form in config.forms:
        folder = folders[form]
        _write_form(form, folder, base, adapter, context)
        found = _proof(form, folder, base, yardstick, context)
        check_parity(found)
        parity.append(found)
        write_card(folder, form, found, _card_sources(inputs), config.card_language)
        write_checksums(folder)
    bundle = Bundle(
        base_reference=base.base.reference,
        base_revision=base.base.revision,
        forms=tuple(folders),
        bytes={form: _size(folder) for form, folder in folders.items()},
        parity=tuple(parity),
    )
    return Product(records={"bundle": bundle}, folders=folders)


def _tuned_base(inputs: Inputs, context: Context) -> LocatedBase:
    chosen = inputs["choose"].record("choice", BaseChoice).base
    located = context.engines.find_base(chosen.reference, context.root)
    if located.base.revision != chosen.revision:
        raise DataError(
            f"The files of the base {chosen.reference} changed since it was tuned.",
            where=str(located.folder),
            fix="run `kitae run` again: it starts over from `choose`",
        )
    return located


def _fresh_folders(config: ExportConfig, context: Context) -> dict[str, Path]:
    """An empty place for each form; what a crash left half-written goes away."""
    forms = context.work / "forms"
    try:
        shutil.rmtree(forms, ignore_errors=True)
        forms.mkdir(parents=True)
    except OSError as error:
        raise_resource_error(error, forms)
    return {form: forms / form for form in config.forms}


def _write_form(
    form: Form, folder: Path, base: LocatedBase, adapter: Path, context: Context
) -> None:
    context.check_interrupt()
    try:
        if form == "merged":
            context.engines.merge(base.folder, adapter, folder)
        else:
            stops = context.engines.load_encoder(base.folder).stop_ids
            write_adapter(adapter, base.folder, base.base.reference, stops, folder)
    except OSError as error:
        raise_resource_error(error, folder)


def _proof(
    form: Form, folder: Path, base: LocatedBase, yardstick: Yardstick, context: Context
) -> Parity:
    """The form, loaded from the files just written, against the evaluated model."""
    if form == "merged":
        model = context.engines.load_model(folder, None)
    else:
        model = context.engines.load_model(base.folder, folder)
    return prove(form, yardstick, model, context.engines.load_encoder(folder), context)


def _card_sources(inputs: Inputs) -> CardSources:
    return CardSources(
        base=inputs["choose"].record("choice", BaseChoice).base,
        dataset=inputs["build"].record("dataset", Dataset),
        train=inputs["build"].table("train"),
        plan=inputs["plan"].record("plan", Plan),
        tuned=inputs["tune"].record("tuned", TunedModel),
        evaluation=inputs["evaluate"].record("evaluation", Evaluation),
    )


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


STAGE = Stage(
    name="export",
    version=1,
    config=ExportConfig,
    needs=("build", "gate", "choose", "plan", "tune", "evaluate"),
    run=run,
)
