"""Pages of web sites, fetched politely by construction: `WebSource` -> files with provenance."""

from kitae.engines.fetching.web.crawler import Surroundings, WebCrawler
from kitae.engines.fetching.web.injection import injection_signs

__all__ = ["Surroundings", "WebCrawler", "injection_signs"]
