"""Dataset configs of other tools (LLaMA-Factory, Axolotl, Unsloth) -> sources as the recipe writes them.

A pure function of one file: nothing that it names is looked up. What has no counterpart is a note.
"""

from __future__ import annotations

from kitae.engines.reading.configs.found import ConfigReading, ConfiguredSource, ConversationKeys
from kitae.engines.reading.configs.one_file import sources_from_config

__all__ = ["ConfigReading", "ConfiguredSource", "ConversationKeys", "sources_from_config"]
