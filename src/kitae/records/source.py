"""Where material comes from beyond local files: hubs, repositories, the web. What the recipe says of each.

Each kind is a type of its own, told apart by its first key (`hub:`, `modelscope:`, `kaggle:`, `github:`,
`web:`). What was found and fetched is a `Fetched`: the pin (which revision), then files with provenance.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from kitae.core.config import Config, Record

RepositoryName = Annotated[str, Field(pattern=r"^[\w.-]+/[\w.-]+$")]


class HuggingFaceSource(Config):
    """A dataset of a hub that speaks the Hugging Face protocol (`HF_ENDPOINT` names a mirror)."""

    hub: RepositoryName
    """The dataset, e.g. `owner/name`."""
    subset: str | None = None
    """Configuration of the dataset. Left out: its default one."""
    split: str | None = None
    """One split, e.g. `train`. Left out: all of them."""
    files: tuple[str, ...] = ()
    """Patterns of the files wanted, e.g. `data/*.parquet`. Empty: what its card and their names tell."""
    revision: str | None = None
    """Branch, tag or commit. Left out: the newest at the first run; pinned to its commit from then on."""


class ModelScopeSource(Config):
    """A dataset of ModelScope."""

    modelscope: RepositoryName
    """The dataset, e.g. `owner/name`."""
    subset: str | None = None
    """Subset of the dataset. Left out: its default one."""
    split: str | None = None
    """One split. Left out: all of them."""
    files: tuple[str, ...] = ()
    """Patterns of the files wanted. Empty: what its card and their names tell."""
    revision: str | None = None
    """Branch, tag or commit; pinned at the first run."""


class KaggleSource(Config):
    """A dataset of Kaggle."""

    kaggle: RepositoryName
    """The dataset, e.g. `owner/name`."""
    files: tuple[str, ...] = ()
    """Patterns of the files wanted. Empty: every file that can be read as rows or documents."""
    version: int | None = Field(default=None, ge=1)
    """Version number. Left out: the newest at the first run; pinned from then on."""


class GitHubSource(Config):
    """A repository of GitHub: its data files, or its issues or discussions as documents."""

    github: RepositoryName
    """The repository, e.g. `owner/name`."""
    take: Literal["files", "issues", "discussions"] = "files"
    """`files` takes data files and documents; `issues` and `discussions` one document per thread."""
    files: tuple[str, ...] = ()
    """Patterns of the files wanted, e.g. `data/*.jsonl`. Empty: every file that can be read."""
    revision: str | None = None
    """Branch, tag or commit; pinned to a commit at the first run."""
    max_threads: int = Field(default=1000, ge=1)
    """Most issues or discussions to take, newest first."""


class WebSource(Config):
    """Pages of a web site, fetched politely: robots.txt obeyed, one request after another per host."""

    web: tuple[str, ...] = Field(min_length=1)
    """Addresses to start from. A sitemap (`…/sitemap.xml`) stands for all pages that it lists."""
    contact: str = Field(pattern=r"^[!-~]*(@|://)[!-~]+$", max_length=200)
    """A mail address or page where the site's owner reaches you; sent with every request."""
    scope: tuple[str, ...] = ()
    """Prefixes of addresses that may be fetched. Empty: the folders of the start addresses."""
    follow_links: bool = True
    """Whether links inside the scope are followed; without it only the named pages are fetched."""
    max_pages: int = Field(default=500, ge=1)
    """Most pages to ask for, those that turn out to be of no use included."""
    max_depth: int = Field(default=5, ge=0)
    """Most links between a start address and a page."""
    max_per_pattern: int = Field(default=100, ge=1)
    """Most addresses that differ only in a query's values or a date: calendars and filters never end."""
    max_page_mib: float = Field(default=5.0, gt=0)
    """Larger bodies are given up."""
    max_total_mib: float = Field(default=1000.0, gt=0)
    """The crawl ends when it has stored this much."""
    max_page_s: float = Field(default=30.0, gt=0)
    """A page that takes longer is given up."""
    pause_s: float = Field(default=1.0, ge=0)
    """Least pause between two requests to one host; a longer crawl-delay of the site wins."""
    private_hosts: tuple[str, ...] = ()
    """Hosts on private addresses that may be reached, named on purpose. All others are refused."""


RemoteSource = HuggingFaceSource | ModelScopeSource | KaggleSource | GitHubSource | WebSource


class Pin(Record):
    """Which version of a remote source was taken; decided once, then kept in the journal `sources`."""

    revision: str
    """Commit, version number, or for web pages the time of the crawl's start."""
    licence: str = "unknown"
    """SPDX expression where it can be told, else `unknown`."""
    terms: str = ""
    """What else the source says about use, e.g. the licence's name in its own words or a `noai` mark."""


class FetchedFile(Record):
    """One file of a remote source, on this disk."""

    path: str
    """Relative to the folder it was fetched into."""
    origin: str
    """Address or `owner/name@revision/path`, for people: the locator starts with it."""
    sha256: str
    bytes: int
    retrieved: str
    """ISO 8601 time in UTC."""
    licence: str = "unknown"
    terms: str = ""
    signs: tuple[str, ...] = ()
    """Signs that its text speaks to a model instead of to a reader, e.g. `override_instructions`."""


class RefusedItem(Record):
    """Something of a remote source that was not fetched, and why."""

    origin: str
    reason: str
    """A stable code, e.g. `robots`, `private_address`, `too_large`, `not_readable`."""
    detail: str = ""


class Fetched(Record):
    """What came of fetching one remote source."""

    pin: Pin
    files: tuple[FetchedFile, ...]
    refused: tuple[RefusedItem, ...] = ()
