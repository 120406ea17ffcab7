"""Taking a source out of kitae.yaml while everything else in it, comments too, stays as it was written."""

from __future__ import annotations

from typing import Any, cast

import yaml

from kitae.core.errors import UsageError
from kitae.pipeline.recipe import RECIPE_NAME, parse_recipe


def without_source(text: str, number: int) -> str:
    """The recipe without one of its sources.

    Args:
        text: Of the recipe.
        number: Of the source, from 0.

    Raises:
        UsageError: It is the only source, or written in a way that cannot be cut out.
    """
    before = parse_recipe(text, RECIPE_NAME)
    sources = before.collect.sources
    if len(sources) == 1:
        raise UsageError(
            "It is the only source of this project; nothing would be left.",
            where=f"{RECIPE_NAME}, key `collect.sources`",
            fix="name another source first, or delete the project folder as a whole",
        )
    first, last = _lines(text, number)
    lines = text.splitlines(keepends=True)
    after = "".join([*lines[:first], *lines[last + 1 :]])
    wanted = (*sources[:number], *sources[number + 1 :])
    if not _says(after, wanted):
        raise UsageError(
            f"The source cannot be cut out of {RECIPE_NAME} by itself, as it is written there.",
            where=f"{RECIPE_NAME}:{first + 1}",
            fix="take it out of `collect.sources` with an editor, then type the same command again",
        )
    return after


def _says(text: str, sources: tuple[Any, ...]) -> bool:
    """Whether a recipe can be read and names just these sources."""
    try:
        return parse_recipe(text, RECIPE_NAME).collect.sources == sources
    except UsageError:
        return False


def _lines(text: str, number: int) -> tuple[int, int]:
    """First and last line (from 0) of a source's entry; comments after its last word are not its own."""
    root: Any = yaml.compose(text, Loader=yaml.SafeLoader)
    item = _value(_value(root, "collect"), "sources").value[number]
    return item.start_mark.line, _last_line(item)


def _value(node: Any, key: str) -> Any:  # noqa: ANN401
    return next(value for name, value in node.value if name.value == key)


def _last_line(node: Any) -> int:  # noqa: ANN401
    """The last line on which something of a node stands."""
    inner = [part for item in node.value for part in _parts(item)] if _is_block(node) else []
    if inner:
        return max(_last_line(part) for part in inner)
    end = node.end_mark
    return int(end.line if end.column else end.line - 1)


def _is_block(node: Any) -> bool:  # noqa: ANN401
    return isinstance(node, yaml.CollectionNode) and not cast("Any", node).flow_style


def _parts(item: Any) -> tuple[Any, ...]:  # noqa: ANN401
    return cast("tuple[Any, ...]", item) if isinstance(item, tuple) else (item,)
