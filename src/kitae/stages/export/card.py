"""The model card: what the model is, what was measured, whether its answers can be used."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from kitae.core.text import Language, render, say
from kitae.engines.exporting import CardFacts, MeasuredScore, make_card
from kitae.engines.hubs.huggingface import is_hub_id
from kitae.records.base_model import BaseModel
from kitae.records.bundle import Parity
from kitae.records.dataset import Dataset
from kitae.records.evaluation import Evaluation, Score
from kitae.records.plan import Plan
from kitae.records.tuned import TunedModel
from kitae.stages.export.config import Form


@dataclass(frozen=True)
class CardSources:
    """Where the card's statements come from."""

    base: BaseModel
    dataset: Dataset
    train: pa.Table
    plan: Plan
    tuned: TunedModel
    evaluation: Evaluation


def write_card(
    folder: Path, form: Form, parity: Parity, sources: CardSources, language: Language
) -> None:
    """Write README.md into an exported form's folder."""
    sections = [
        _heading(form, sources, language),
        _usability(sources, language),
        _scores(sources, language),
        _overrides(sources, language),
        _usage(form, sources, language),
        _data(sources, language),
        _licence(sources, language),
        _proof(parity, language),
    ]
    text = "\n\n".join(section for section in sections if section) + "\n"
    card = make_card(_facts(form, sources, language), text)
    (folder / "README.md").write_text(card, encoding="utf-8")


def _facts(form: Form, sources: CardSources, language: Language) -> CardFacts:
    reference = sources.base.reference
    evaluation = sources.evaluation
    languages = sources.dataset.languages
    return CardFacts(
        model_name=_model_name(sources),
        base_model=reference.partition("@")[0] if _has_public_name(sources.base) else "",
        relation="adapter" if form == "adapter" else "merge",
        library="peft" if form == "adapter" else "transformers",
        licence=sources.base.licence,
        languages=tuple(sorted((k for k in languages if k), key=lambda k: (-languages[k], k))),
        test_name=say("export.card.test_name", language),
        test_hash=evaluation.test_hash,
        scores=(
            MeasuredScore(
                evaluation.metric, _score_name("before", sources, language), evaluation.before.score
            ),
            MeasuredScore(
                evaluation.metric, _score_name("after", sources, language), evaluation.after.score
            ),
        ),
    )


def _has_public_name(base: BaseModel) -> bool:
    """Whether the reference means the same on other machines; a local folder's does not."""
    is_folder = base.reference.startswith((".", "/", "~"))
    return base.is_for_trying or (is_hub_id(base.reference) and not is_folder)


def _score_name(when: str, sources: CardSources, language: Language) -> str:
    metric = say(f"export.card.metric.{sources.evaluation.metric}", language)
    return say(f"export.card.score_name.{when}", language, metric=metric)


def _model_name(sources: CardSources) -> str:
    return Path(sources.base.reference.partition("@")[0]).name + "-tuned"


def _heading(form: Form, sources: CardSources, language: Language) -> str:
    what = say(f"export.card.{form}", language, base=sources.base.reference)
    return f"# {_model_name(sources)}\n\n{what}"


def _usability(sources: CardSources, language: Language) -> str:
    usability = sources.evaluation.usability
    lines = [f"## {say('export.card.usable_title', language)}", ""]
    if usability.is_usable:
        lines.append(say("export.card.usable", language))
    else:
        lines += [say("export.card.not_usable", language), ""]
        lines += [f"- {render(reason, language)}" for reason in usability.reasons]
    if sources.base.is_for_trying:
        lines += ["", say("export.card.for_trying", language)]
    return "\n".join(lines)


def _scores(sources: CardSources, language: Language) -> str:
    evaluation = sources.evaluation
    columns = [say(f"export.card.column.{c}", language) for c in
               ("metric", "before", "after", "difference")]  # fmt: skip
    cells = [
        say(f"export.card.metric.{evaluation.metric}", language),
        _interval(evaluation.before),
        _interval(evaluation.after),
        _interval(Score(score=evaluation.difference.score, ci95=evaluation.difference.ci95)),
    ]
    lines = [
        f"## {say('export.card.scores_title', language)}",
        "",
        say(f"export.card.verdict.{evaluation.verdict}", language),
        "",
        f"| {' | '.join(columns)} |",
        "|---|---|---|---|",
        f"| {' | '.join(cells)} |",
        "",
        say("export.card.scores_note", language, n=evaluation.n, groups=evaluation.groups),
        say("export.card.looks", language, looks=evaluation.looks),
    ]
    if evaluation.forgetting is not None and evaluation.forgetting.has_forgotten:
        lines += ["", say("export.card.forgotten", language)]
    return "\n".join(lines)


def _interval(score: Score) -> str:
    return f"{score.score:.3f} [{score.ci95[0]:.3f}, {score.ci95[1]:.3f}]"


def _overrides(sources: CardSources, language: Language) -> str:
    reasons = sources.evaluation.overrides
    if not reasons:
        return ""
    lines = [
        f"## {say('export.card.overrides_title', language)}",
        "",
        say("export.card.overrides_note", language),
        "",
    ]
    return "\n".join([*lines, *(f"> {' '.join(reason.split())}\n" for reason in reasons)]).rstrip()


def _usage(form: Form, sources: CardSources, language: Language) -> str:
    title, text = say("export.card.use_title", language), say("export.card.use", language)
    call = (
        "from transformers import AutoModelForCausalLM, AutoTokenizer\n\n"
        'tokenizer = AutoTokenizer.from_pretrained("this-folder")\n'
    )
    if form == "merged":
        call += 'model = AutoModelForCausalLM.from_pretrained("this-folder")\n'
    else:
        call = "from peft import PeftModel\n" + call
        call += (
            f'base = AutoModelForCausalLM.from_pretrained("{sources.base.reference}")\n'
            'model = PeftModel.from_pretrained(base, "this-folder")\n'
        )
    return f"## {title}\n\n{text}\n\n```python\n{call}```"


def _data(sources: CardSources, language: Language) -> str:
    dataset = sources.dataset
    licences = sorted({str(name) for name in sources.train.column("licence").unique().to_pylist()})
    data = say(
        "export.card.data",
        language,
        train=dataset.train.rows,
        made=dataset.train.made_rows,
        validation=dataset.validation.rows,
        test=dataset.test.rows,
        licences=", ".join(licences),
    )
    tuning = say(
        "export.card.tuning",
        language,
        rank=sources.plan.settings.method.rank,
        steps=sources.tuned.steps,
    )
    return f"## {say('export.card.data_title', language)}\n\n{data}\n{tuning}"


def _licence(sources: CardSources, language: Language) -> str:
    licence = sources.base.licence
    key = "export.card.licence_unknown" if licence == "unknown" else "export.card.licence"
    title = say("export.card.licence_title", language)
    return f"## {title}\n\n{say(key, language, licence=licence)}"


def _proof(parity: Parity, language: Language) -> str:
    title = say("export.card.proof_title", language)
    text = say("export.card.proof", language, equal=parity.equal, prompts=parity.prompts)
    return f"## {title}\n\n{text}"
