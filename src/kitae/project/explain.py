"""Explains every recipe key and hyperparameter, the words around them, and the questions that everyone asks."""

from __future__ import annotations

import difflib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from pydantic import BaseModel

from kitae.core.errors import NotFoundError
from kitae.core.text import LANGUAGES, Language, say
from kitae.pipeline.recipe import Recipe, models_of

QUESTIONS = ("what", "why", "outcome", "use", "method")
WORDS = (
    "base_model",
    "lora",
    "adapter",
    "token",
    "context_length",
    "epoch",
    "step",
    "loss",
    "nll",
    "overfitting",
    "forgetting",
    "checkpoint",
    "test_set",
    "validation_set",
    "leakage",
    "exact_match",
    "label_f1",
    "chrf",
    "confidence_interval",
    "p_value",
)
"""Words that a beginner meets outside the recipe."""
RANGES = (
    "minimum",
    "exclusiveMinimum",
    "maximum",
    "exclusiveMaximum",
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
)
"""Bounds of JSON Schema, in the order in which they are told."""


@dataclass(frozen=True)
class RecipeKey:
    """One key of the recipe.

    Attributes:
        path: Dotted, e.g. `plan.method.rank`; list items and kinds of a union leave no trace in it.
        default: As JSON would show it; None where it is left empty, required or a block.
        allowed: Type and range in words.
        is_required: Whether the recipe must give it.
        is_block: Whether it only holds other keys, which have their own defaults.
    """

    path: str
    default: Any
    allowed: str
    is_required: bool
    is_block: bool


def recipe_keys(language: Language = "en") -> dict[str, RecipeKey]:
    """Every key that a recipe may hold, by dotted path, in the order of the recipe."""
    return {key.path: key for key in _all_keys(language)}


def explain_term(term: str, language: Language) -> dict[str, Any]:
    """What a term means, ready to be shown.

    Args:
        term: One of QUESTIONS, a recipe key (its full path or an unmistakable end of it), or one of WORDS
            under any of its names in any language.
        language: Of the explanation.

    Returns:
        `title`, `lines` (to print), and for keys `default`, `allowed`.

    Raises:
        NotFoundError: Nothing has that name, or several keys have; the error names the nearest.
    """
    wanted = _plain(term)
    if wanted in QUESTIONS:
        return _question(wanted, language)
    keys = recipe_keys(language)
    named = [keys[wanted]] if wanted in keys else _ending(wanted, keys)
    if len(named) == 1:
        return _key(named[0], keys, language)
    if wanted in _names():
        return _word(_names()[wanted], language)
    raise _not_found(term, wanted, named)


def known_terms(language: Language) -> dict[str, Any]:
    """Everything that can be explained, ready to be shown."""
    lines = [
        say("explain.questions", language),
        *(f"  {name:<20} {say(f'guide.{name}.title', language)}" for name in QUESTIONS),
        "",
        say("explain.words", language),
        *(f"  {name:<20} {say(f'term.{name}.title', language)}" for name in WORDS),
        "",
        say("explain.keys", language),
        *(f"  {path}" for path in recipe_keys()),
    ]
    return {"term": None, "title": say("explain.title", language), "lines": lines}


def texts_needed() -> set[str]:
    """Names of all texts that explanations use; the catalogues must hold them."""
    keys = recipe_keys()
    named = {f"explain.{path}.what" for path in keys}
    named |= {f"explain.{path}.why" for path, key in keys.items() if not key.is_required}
    named |= {f"guide.{name}.{part}" for name in QUESTIONS for part in ("title", "text")}
    return named | {
        f"term.{name}.{part}" for name in WORDS for part in ("title", "aliases", "text")
    }


def shown_default(key: RecipeKey, language: Language) -> str:
    """A default as it stands in YAML, or in words where the key is a block or left empty."""
    if key.is_block:
        return say("explain.block_default", language)
    if key.default is None:
        return say("explain.left_empty", language)
    if isinstance(key.default, str):
        return key.default
    return json.dumps(key.default, ensure_ascii=False)


def _question(name: str, language: Language) -> dict[str, Any]:
    text = say(f"guide.{name}.text", language)
    return {
        "term": name,
        "title": say(f"guide.{name}.title", language),
        "lines": text.split("\n"),
    }


def _word(name: str, language: Language) -> dict[str, Any]:
    others = say("explain.also", language, names=say(f"term.{name}.aliases", language))
    return {
        "term": name,
        "title": say(f"term.{name}.title", language),
        "lines": [say(f"term.{name}.text", language), others],
    }


def _key(key: RecipeKey, keys: Mapping[str, RecipeKey], language: Language) -> dict[str, Any]:
    lines = [
        say(f"explain.{key.path}.what", language),
        say("explain.allowed", language, text=key.allowed),
    ]
    inside = [path for path in keys if path.rpartition(".")[0] == key.path]
    if inside:
        lines.append(say("explain.inside", language, keys=", ".join(inside)))
    if key.is_required:
        lines.append(say("explain.required", language))
    else:
        reason = say(f"explain.{key.path}.why", language)
        shown = shown_default(key, language)
        lines.append(say("explain.default", language, value=shown, reason=reason))
    return {
        "term": key.path,
        "title": key.path,
        "lines": lines,
        "default": key.default,
        "allowed": key.allowed,
    }


def _ending(wanted: str, keys: Mapping[str, RecipeKey]) -> list[RecipeKey]:
    return [key for path, key in keys.items() if path.endswith(f".{wanted}")]


@cache
def _names() -> Mapping[str, str]:
    """Every name of every word, in all languages, to the word."""
    names: dict[str, str] = {name: name for name in WORDS}
    for language in LANGUAGES:
        for word in WORDS:
            aliases = say(f"term.{word}.aliases", language).split(", ")
            for name in (say(f"term.{word}.title", language), *aliases):
                names.setdefault(_plain(name), word)
    return names


def _plain(term: str) -> str:
    """`Learning rate` and `learning-rate` mean `learning_rate`."""
    return "_".join(term.casefold().replace("-", " ").split())


def _not_found(term: str, wanted: str, named: list[RecipeKey]) -> NotFoundError:
    if named:
        return NotFoundError(
            f"{term!r} stands in several places.",
            fix="name one in full: " + ", ".join(key.path for key in named),
        )
    keys = recipe_keys()
    known = [*keys, *(path.rpartition(".")[2] for path in keys), *QUESTIONS, *_names()]
    near = difflib.get_close_matches(wanted, dict.fromkeys(known), n=3, cutoff=0.5)
    hint = f"did you mean {', '.join(near)}?" if near else "`kitae explain` lists all terms"
    return NotFoundError(f"There is no term {term!r}.", fix=hint)


@cache
def _all_keys(language: Language) -> tuple[RecipeKey, ...]:
    return tuple(_keys_of(Recipe, "", language))


def _keys_of(model: type[BaseModel], prefix: str, language: Language) -> list[RecipeKey]:
    schema = model.model_json_schema(ref_template="#/$defs/{model}")
    found: dict[str, RecipeKey] = {}
    for name, field in model.model_fields.items():
        path = f"{prefix}{name}"
        shape = schema["properties"][name]
        inner = models_of(field.annotation)
        key = RecipeKey(
            path,
            default=None if inner or field.is_required() else shape.get("default"),
            allowed=_allowed(shape, language),
            is_required=field.is_required(),
            is_block="$ref" in shape,
        )
        found.setdefault(path, key)
        for part in inner:
            for deeper in _keys_of(part, f"{path}.", language):
                found.setdefault(deeper.path, deeper)
    return list(found.values())


def _allowed(shape: Mapping[str, Any], language: Language) -> str:
    """A JSON Schema fragment in a few words, e.g. `whole number, at least 1, at most 256`."""
    if "anyOf" in shape or "oneOf" in shape:
        options: list[Mapping[str, Any]] = shape.get("anyOf") or shape["oneOf"]
        words = dict.fromkeys(_allowed(option, language) for option in options)
        return say("explain.or", language).join(words)
    if "const" in shape:
        return str(shape["const"])
    if "enum" in shape:
        names = ", ".join(str(value) for value in shape["enum"])
        return say("explain.shape.enum", language, names=names)
    kind = "object" if "$ref" in shape else str(shape["type"])
    item = _allowed(shape["items"], language) if kind == "array" else ""
    words = say(f"explain.shape.{kind}", language, item=item)
    bounds = [
        say(f"explain.range.{name}", language, value=shape[name])
        for name in RANGES
        if name in shape
    ]
    joined = say("explain.and", language).join(bounds)
    return say("explain.bounded", language, kind=words, bounds=joined) if bounds else words
