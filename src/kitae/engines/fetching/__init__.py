"""Bringing material from hubs onto this machine: pinned, verified, with provenance; nothing else comes in."""

from kitae.engines.fetching.asking import Patience
from kitae.engines.fetching.bringing import Machine
from kitae.engines.fetching.github import GitHubRepositories
from kitae.engines.fetching.huggingface import HuggingFaceDatasets
from kitae.engines.fetching.kaggle import KaggleDatasets
from kitae.engines.fetching.modelscope import ModelScopeDatasets

__all__ = [
    "GitHubRepositories",
    "HuggingFaceDatasets",
    "KaggleDatasets",
    "Machine",
    "ModelScopeDatasets",
    "Patience",
]
