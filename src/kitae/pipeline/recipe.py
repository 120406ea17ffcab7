"""The recipe: `kitae.yaml`, the only thing a user edits. One key per stage, each that stage's config."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, cast, get_args

import yaml
from pydantic import BaseModel, Field, ValidationError
from pydantic_core import ErrorDetails

from kitae.core.config import Config
from kitae.core.errors import KitaeError, NotFoundError, RecipeError
from kitae.core.text import Language
from kitae.pipeline.problems import wrong_value
from kitae.stages.build.config import BuildConfig
from kitae.stages.choose.config import ChooseConfig
from kitae.stages.clean.config import CleanConfig
from kitae.stages.collect.config import CollectConfig
from kitae.stages.evaluate.config import EvaluateConfig
from kitae.stages.export.config import ExportConfig
from kitae.stages.gate.config import GateConfig
from kitae.stages.generate.config import GenerateConfig
from kitae.stages.plan.config import PlanConfig
from kitae.stages.review.config import ReviewConfig
from kitae.stages.split.config import SplitConfig
from kitae.stages.tune.config import TuneConfig

RECIPE_NAME = "kitae.yaml"
SCHEMA_HEADER = "# yaml-language-server: $schema=.kitae/kitae.schema.json\n"

Location = tuple[str | int, ...]


class Recipe(Config):
    """Everything that someone chose for one project."""

    schema_version: Literal[1] = 1
    """Version of this file's form."""
    name: str = Field(default="my-model", min_length=1, max_length=80)
    """Name of the project and of the model that comes out."""
    language: Language = "en"
    """Language of the report and of messages: en, ja or zh."""
    seed: int = Field(default=7, ge=0, lt=2**31)
    """Seed of everything random: which rows are held out, what is made, how weights start."""
    collect: CollectConfig
    split: SplitConfig = SplitConfig()
    generate: GenerateConfig = GenerateConfig()
    review: ReviewConfig = ReviewConfig()
    clean: CleanConfig = CleanConfig()
    build: BuildConfig = BuildConfig()
    gate: GateConfig = GateConfig()
    choose: ChooseConfig = ChooseConfig()
    plan: PlanConfig = PlanConfig()
    tune: TuneConfig = TuneConfig()
    evaluate: EvaluateConfig = EvaluateConfig()
    export: ExportConfig = ExportConfig()

    def stage_config(self, stage: str) -> Config:
        """The part of the recipe that belongs to one stage."""
        return cast("Config", getattr(self, stage))


def load_recipe(path: Path) -> Recipe:
    """Read and check a recipe.

    Raises:
        NotFoundError: There is no such file.
        RecipeError: It is not YAML, or says something that cannot be; all problems at once, each
            with its line, column and, for a mistyped key, the nearest known one.
    """
    if not path.is_file():
        place = "this folder" if path.parent == Path() else f"the folder {path.parent}"
        raise NotFoundError(
            f"There is no {path.name} in {place}.",
            where=str(path.absolute()),
            fix="make a project with `kitae init DIR FILE`, or go into its folder",
        )
    return parse_recipe(_read_text(path), str(path))


def _read_text(path: Path) -> str:
    data = path.read_bytes()
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise _not_utf8(data, f"{path}, line {line}") from error


def _not_utf8(data: bytes, where: str) -> RecipeError:
    from kitae.engines.reading.encodings import candidates, decode

    try:
        encoding = decode(data).encoding
    except KitaeError:
        encoding = candidates(data)[0].encoding
    return RecipeError(
        f"The recipe is not UTF-8; it seems to be saved as {encoding}.",
        where=where,
        fix="save the file as UTF-8: in the editor choose 'Save as' and the encoding UTF-8, or type "
        f"`iconv -f {encoding} -t UTF-8 {RECIPE_NAME} > new.yaml && mv new.yaml {RECIPE_NAME}`",
    )


def parse_recipe(text: str, where: str) -> Recipe:
    """Check a recipe's text. `where` names it in errors.

    Raises:
        RecipeError: As in `load_recipe`.
    """
    values, places = _parse_yaml(text, where)
    try:
        return Recipe.model_validate(values)
    except ValidationError as error:
        problems = [_problem(details, places) for details in _by_place(error.errors(), places)]
        problems.sort(key=lambda p: (p.line, p.column))
        lines = [f"{where}:{p.line}:{p.column}: {p.text}" for p in problems]
        count = len(lines)
        raise RecipeError(
            f"The recipe has {count} problem{'s' if count > 1 else ''}:\n" + "\n".join(lines),
            where=f"{where}, line {problems[0].line}",
            fix="`kitae explain KEY` tells what a key takes; `kitae config schema` prints all of them",
        ) from error


def recipe_schema() -> dict[str, Any]:
    """The JSON Schema of the recipe, as editors read it."""
    schema = Recipe.model_json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def dump_recipe(values: Mapping[str, Any]) -> str:
    """A recipe as the text of `kitae.yaml`, with the header that editors look for."""
    body = yaml.safe_dump(dict(values), allow_unicode=True, sort_keys=False, width=100)
    return SCHEMA_HEADER + body


@dataclass(frozen=True)
class _Problem:
    line: int
    column: int
    text: str


@dataclass(frozen=True)
class _Places:
    """Where each key and value of the YAML stands: location -> (line, column), both from 1."""

    keys: Mapping[Location, tuple[int, int]]
    values: Mapping[Location, tuple[int, int]]

    def of(self, location: Location, *, key_first: bool) -> tuple[int, int]:
        """The place of a location, or of the nearest thing around it."""
        first, second = (self.keys, self.values) if key_first else (self.values, self.keys)
        while location:
            place = first.get(location) or second.get(location)
            if place:
                return place
            location = location[:-1]
        return (1, 1)

    def plain(self, location: Location) -> Location:
        """A location without the names of kinds and types, which stand in no recipe."""
        kept: Location = ()
        for part in location:
            if (*kept, part) in self.keys or (*kept, part) in self.values:
                kept = (*kept, part)
        return kept


def _parse_yaml(text: str, where: str) -> tuple[Any, _Places]:
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        places = _Places({}, {})
        if node is not None:
            _note_places(node, (), places, where)
        return yaml.safe_load(text), places
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise RecipeError(
            f"The recipe holds a character that no text has: U+{ord(text[error.position]):04X}.",
            where=f"{where}, line {line}",
            fix="delete it, and save the file as UTF-8",
        ) from error
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        spot = f"{where}:{mark.line + 1}:{mark.column + 1}" if mark else where
        raise RecipeError(
            f"The recipe is not valid YAML: {error.problem}.",
            where=spot,
            fix="mind the indentation (spaces, no tabs) and put text with ':' or '#' in quotes",
        ) from error


def _note_places(node: yaml.Node, location: Location, places: _Places, where: str) -> None:
    keys = cast("dict[Location, tuple[int, int]]", places.keys)
    values = cast("dict[Location, tuple[int, int]]", places.values)
    values[location] = (node.start_mark.line + 1, node.start_mark.column + 1)
    if isinstance(node, yaml.MappingNode):
        for key, value in cast("list[tuple[yaml.ScalarNode, yaml.Node]]", node.value):
            inner = (*location, str(key.value))
            place = (key.start_mark.line + 1, key.start_mark.column + 1)
            if inner in keys:
                raise RecipeError(
                    f"The key {key.value!r} stands twice.",
                    where=f"{where}:{place[0]}:{place[1]}",
                    fix=f"keep one of them (the first is on line {keys[inner][0]})",
                )
            keys[inner] = place
            _note_places(value, inner, places, where)
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(cast("list[yaml.Node]", node.value)):
            _note_places(value, (*location, index), places, where)


def _by_place(details: list[ErrorDetails], places: _Places) -> list[list[ErrorDetails]]:
    """What is wrong, together where it is said of one value (one error for each form it may have).

    A list that is too short only because its items are wrong is left out.
    """
    groups: dict[Location, list[ErrorDetails]] = {}
    locations = [tuple(detail["loc"]) for detail in details]
    for detail, location in zip(details, locations, strict=True):
        if detail["type"] == "too_short" and any(
            _is_inside(other, location) for other in locations
        ):
            continue
        is_of_key = detail["type"] in ("extra_forbidden", "missing", "union_tag_not_found")
        place = (*location, detail["type"]) if is_of_key else places.plain(location)
        groups.setdefault(place, []).append(detail)
    return list(groups.values())


def _is_inside(location: Location, outer: Location) -> bool:
    return len(location) > len(outer) and location[: len(outer)] == outer


def _problem(details: list[ErrorDetails], places: _Places) -> _Problem:
    """One problem; `details` are all errors of one value, or the one error of a key."""
    kind, tagged = details[0]["type"], tuple(details[0]["loc"])
    is_extra = kind == "extra_forbidden"
    if kind == "union_tag_not_found":
        kind, tagged = (
            "missing",
            (*tagged, str(details[0].get("ctx", {})["discriminator"]).strip("'")),
        )
    location = places.plain(tagged)
    if kind == "missing":
        location = (*location, tagged[-1])
    line, column = places.of(location, key_first=is_extra)
    name = ".".join(str(part) for part in location) or "recipe"
    if is_extra:
        return _Problem(line, column, f"unknown key {name!r}{_did_you_mean(tagged)}")
    if kind == "missing":
        return _Problem(line, column, f"the key {name!r} is missing")
    return _Problem(line, column, f"{name}: {wrong_value(details)}")


def _did_you_mean(location: Location) -> str:
    known = _known_keys(Recipe, location[:-1])
    near = difflib.get_close_matches(str(location[-1]), known, n=1, cutoff=0.6)
    if near:
        return f"; did you mean {near[0]!r}?"
    return f"; known keys here: {', '.join(known)}" if known else ""


def _known_keys(model: type[BaseModel], location: Sequence[str | int]) -> list[str]:
    """Names of the fields that a place in the recipe may hold.

    Of a union, the kind that the place names (`hub:`, or the kind's own word) gives them, or all do.
    """
    models = [model]
    for part in location:
        if _is_kind(part):
            models = [found for found in models if str(part)[:-1] in found.model_fields] or models
            continue
        models = [
            inner
            for outer in models
            for inner in (_models_inside(outer, part) if part in outer.model_fields else [outer])
        ]
    return sorted({name for found in models for name in found.model_fields})


def _is_kind(part: str | int) -> bool:
    """Whether a part of a location is the name of a kind of source."""
    return isinstance(part, str) and part.endswith(":")


def _models_inside(model: type[BaseModel], field: str | int) -> list[type[BaseModel]]:
    return models_of(model.model_fields[str(field)].annotation)


def models_of(annotation: Any) -> list[type[BaseModel]]:  # noqa: ANN401
    """The models that a type annotation names, also inside unions, lists and optional parts."""
    parts = get_args(annotation)
    if parts:
        return [model for part in parts for model in models_of(part)]
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return []
