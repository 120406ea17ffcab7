"""Fingerprints: why a stage must run, or need not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kitae.core.config import Config
from kitae.core.hashing import digest
from kitae.records.store import Artifact
from kitae.stages.contract import Context, Stage


@dataclass(frozen=True)
class Fingerprint:
    """Everything that a stage's result depends on, by name.

    Attributes:
        stage: Name and declared code version.
        parts: Name -> hash: `input:build`, `journal:sides`, `fact:...`, `config`, `seed`, `version`.
    """

    stage: str
    parts: Mapping[str, str]

    @property
    def key(self) -> str:
        """One hash over all parts."""
        return digest([self.stage, dict(self.parts)])


def take_fingerprint(
    stage: Stage[Any], inputs: Mapping[str, Artifact], config: Config, context: Context
) -> Fingerprint:
    """The fingerprint of a stage as things stand now."""
    parts = {
        "version": str(stage.version),
        "seed": str(context.seed),
        "config": digest(config.model_dump(mode="json")),
    }
    parts |= {f"input:{name}": inputs[name].content_hash for name in stage.needs}
    parts |= {f"journal:{name}": context.journals[name].digest() for name in stage.journals}
    parts |= {f"fact:{name}": value for name, value in stage.facts(config, context).items()}
    return Fingerprint(stage.name, dict(sorted(parts.items())))


def changed_parts(now: Fingerprint, before: Mapping[str, str]) -> list[str]:
    """Names of the parts that differ between now and a former run, sorted."""
    names = set(now.parts) | set(before)
    return sorted(name for name in names if now.parts.get(name) != before.get(name))
