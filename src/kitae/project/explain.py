"""Explains every recipe key and hyperparameter, and the five questions that everyone asks."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from kitae.core.errors import NotFoundError
from kitae.core.text import Language, say
from kitae.pipeline.recipe import Recipe, models_of, recipe_schema

QUESTIONS = ("what", "why", "outcome", "use", "method")


@dataclass(frozen=True)
class RecipeKey:
    """One key of the recipe.

    Attributes:
        path: Dotted, e.g. `plan.method.rank`; list items and kinds of a union leave no trace in it.
        default: As JSON would show it; None where it is derived or required.
        allowed: Type and range in the words of JSON Schema.
        is_required: Whether the recipe must give it.
    """

    path: str
    default: Any
    allowed: str
    is_required: bool


def recipe_keys() -> dict[str, RecipeKey]:
    """Every key that a recipe may hold, by dotted path, in the order of the recipe."""
    return {key.path: key for key in _keys_of(Recipe, "", recipe_schema()["$defs"])}


def explain_term(term: str, language: Language) -> dict[str, Any]:
    """What a term means, ready to be shown.

    Args:
        term: A recipe key (its full path or an unmistakable end of it) or one of QUESTIONS.
        language: Of the explanation.

    Returns:
        `title`, `lines` (to print), and for keys `default`, `allowed`.

    Raises:
        NotFoundError: Nothing has that name; the error names the nearest.
    """
    if term in QUESTIONS:
        text = say(f"guide.{term}.text", language)
        return {
            "term": term,
            "title": say(f"guide.{term}.title", language),
            "lines": text.split("\n"),
        }
    key = _find_key(term)
    lines = [
        say(f"explain.{key.path}.what", language),
        say("explain.allowed", language, text=key.allowed),
    ]
    if key.is_required:
        lines.append(say("explain.required", language))
    else:
        shown = say("explain.derived", language) if key.default is None else str(key.default)
        reason = say(f"explain.{key.path}.why", language)
        lines.append(say("explain.default", language, value=shown, reason=reason))
    return {
        "term": key.path,
        "title": key.path,
        "lines": lines,
        "default": key.default,
        "allowed": key.allowed,
    }


def known_terms(language: Language) -> dict[str, Any]:
    """Everything that can be explained, ready to be shown."""
    questions = [f"  {name:<10} {say(f'guide.{name}.title', language)}" for name in QUESTIONS]
    keys = [f"  {path}" for path in recipe_keys()]
    lines = [
        say("explain.questions", language),
        *questions,
        "",
        say("explain.keys", language),
        *keys,
    ]
    return {"term": None, "title": say("explain.title", language), "lines": lines}


def texts_needed() -> set[str]:
    """Names of all texts that explanations use; the catalogues must hold them."""
    named = {f"explain.{path}.what" for path in recipe_keys()}
    named |= {f"explain.{p}.why" for p, key in recipe_keys().items() if not key.is_required}
    return named | {f"guide.{name}.{part}" for name in QUESTIONS for part in ("title", "text")}


def _find_key(term: str) -> RecipeKey:
    keys = recipe_keys()
    if term in keys:
        return keys[term]
    ending = [key for path, key in keys.items() if path.endswith(f".{term}")]
    if len(ending) == 1:
        return ending[0]
    if ending:
        raise NotFoundError(
            f"{term!r} stands in several places.",
            fix="name one in full: " + ", ".join(key.path for key in ending),
        )
    words = [*keys, *(path.rsplit(".", 1)[-1] for path in keys), *QUESTIONS]
    near = difflib.get_close_matches(term, words, n=3, cutoff=0.5)
    hint = f"did you mean {', '.join(near)}?" if near else "`kitae explain` lists all terms"
    raise NotFoundError(f"There is no term {term!r}.", fix=hint)


def _keys_of(
    model: type[BaseModel], prefix: str, definitions: Mapping[str, Any]
) -> list[RecipeKey]:
    schema = model.model_json_schema(ref_template="#/$defs/{model}")
    found: dict[str, RecipeKey] = {}
    for name, field in model.model_fields.items():
        path = f"{prefix}{name}"
        shape = schema["properties"][name]
        inner = models_of(field.annotation)
        default = None if inner or field.is_required() else shape.get("default")
        key = RecipeKey(path, default, _allowed(shape, definitions), field.is_required())
        found.setdefault(path, key)
        for part in inner:
            for deeper in _keys_of(part, f"{path}.", definitions):
                found.setdefault(deeper.path, deeper)
    return list(found.values())


def _allowed(shape: Mapping[str, Any], definitions: Mapping[str, Any]) -> str:
    """A JSON Schema fragment in a few words, e.g. `integer, 1 to 256`."""
    if "$ref" in shape:
        return f"a block with the keys of {str(shape['$ref']).rsplit('/', 1)[-1]}"
    if "anyOf" in shape or "oneOf" in shape:
        options: list[Mapping[str, Any]] = shape.get("anyOf") or shape["oneOf"]
        return " or ".join(dict.fromkeys(_allowed(option, definitions) for option in options))
    if "const" in shape:
        return repr(shape["const"])
    if "enum" in shape:
        return "one of " + ", ".join(str(value) for value in shape["enum"])
    kind = str(shape.get("type", "anything"))
    if kind == "null":
        return "null (derived)"
    if kind == "array":
        return f"a list of: {_allowed(shape.get('items', {}), definitions)}"
    return kind + _range(shape)


def _range(shape: Mapping[str, Any]) -> str:
    words = [
        f"{word} {shape[name]}"
        for name, word in (
            ("minimum", "at least"),
            ("exclusiveMinimum", "more than"),
            ("maximum", "at most"),
            ("exclusiveMaximum", "less than"),
            ("minLength", "length at least"),
            ("maxLength", "length at most"),
        )
        if name in shape
    ]
    return f", {', '.join(words)}" if words else ""
