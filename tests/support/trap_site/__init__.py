"""A web site on 127.0.0.1 that tries everything on a crawler: loops, floods, bombs, bad redirects."""

from support.trap_site.network import FakeNetwork, crawl_surroundings
from support.trap_site.pages import DOCS, PLAIN_PAGES, TRAP_HOSTS
from support.trap_site.server import Page, TrapSite, running_site

__all__ = [
    "DOCS",
    "PLAIN_PAGES",
    "TRAP_HOSTS",
    "FakeNetwork",
    "Page",
    "TrapSite",
    "crawl_surroundings",
    "running_site",
]
