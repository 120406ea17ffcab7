"""The way: all twelve stages in their order."""

from __future__ import annotations

import difflib
from typing import Any

from kitae.core.errors import NotFoundError
from kitae.stages import (
    build,
    choose,
    clean,
    collect,
    evaluate,
    export,
    gate,
    generate,
    plan,
    review,
    split,
    tune,
)
from kitae.stages.contract import Stage

WAY: tuple[Stage[Any], ...] = (
    collect.STAGE,
    split.STAGE,
    generate.STAGE,
    review.STAGE,
    clean.STAGE,
    build.STAGE,
    gate.STAGE,
    choose.STAGE,
    plan.STAGE,
    tune.STAGE,
    evaluate.STAGE,
    export.STAGE,
)
STAGE_NAMES: tuple[str, ...] = tuple(stage.name for stage in WAY)


def stage_named(name: str) -> Stage[Any]:
    """The stage of that name.

    Raises:
        NotFoundError: There is none; the error names the nearest.
    """
    for stage in WAY:
        if stage.name == name:
            return stage
    near = difflib.get_close_matches(name, STAGE_NAMES, n=1)
    hint = f"did you mean {near[0]!r}? The stages are: " if near else "use one of: "
    raise NotFoundError(f"No stage is called {name!r}.", fix=hint + ", ".join(STAGE_NAMES))
