"""YAML that others wrote -> plain values; no objects are made, and no reference grows without end."""

from __future__ import annotations

from typing import Any

import yaml

_MOST_KEYS = 10_000


class _Loader(yaml.SafeLoader):
    """The safe loader; mappings that are merged into each other may not grow without end either."""

    def flatten_mapping(self, node: yaml.MappingNode) -> None:
        super().flatten_mapping(node)
        if len(node.value) > _MOST_KEYS:
            raise yaml.constructor.ConstructorError(
                None, None, f"more than {_MOST_KEYS} keys in one mapping", node.start_mark
            )


def load_yaml(text: str) -> Any:  # noqa: ANN401
    """The value of a YAML text. Lists in it may be the same object many times: never spell them out.

    Raises:
        ValueError: It is no YAML, or nested too deep.
    """
    try:
        return yaml.load(text, _Loader)  # noqa: S506
    except (yaml.YAMLError, RecursionError) as error:
        raise ValueError(str(error)) from error
