"""Texts as vectors of their meaning, by a model in a local folder, and which of them lie near each other."""

from kitae.engines.embedding.contrast import Contrast
from kitae.engines.embedding.folder import EmbeddingFolder, folder_digest, read_folder
from kitae.engines.embedding.neighbours import near_pairs, partitions, true_cosines
from kitae.engines.embedding.vectors import embed

__all__ = [
    "Contrast",
    "EmbeddingFolder",
    "embed",
    "folder_digest",
    "near_pairs",
    "partitions",
    "read_folder",
    "true_cosines",
]
