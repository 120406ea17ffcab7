"""The choices of `collect`: which files, hubs and pages, and what is known about them."""

from __future__ import annotations

import difflib
from typing import Annotated, Any, ClassVar, Literal, Self, cast

from pydantic import Discriminator, Field, Tag, model_validator

from kitae.core.config import Config
from kitae.records.source import (
    GitHubSource,
    HuggingFaceSource,
    KaggleSource,
    ModelScopeSource,
    RemoteSource,
    WebSource,
)

RowFormat = Literal["json", "jsonl", "csv", "tsv", "xlsx", "parquet", "arrow"]
TextFormat = Literal["txt", "md", "html", "pdf", "docx", "epub"]
Words = tuple[Annotated[str, Field(min_length=1)], ...]
VOICE_NAMES = ("user", "assistant", "system", "function_call", "observation")


class TagsConfig(Config):
    """How the turns of a conversation are written, where that is not the usual way."""

    role: str | None = None
    """Key of a turn that says who speaks. Left out: `from` or `role`."""
    content: str | None = None
    """Key of a turn with the text. Left out: `value` or `content`."""
    user: Words = ()
    """What stands under `role` when the user speaks, beside the usual names."""
    assistant: Words = ()
    """What stands under `role` when the model answers, beside the usual names."""
    system: Words = ()
    """What stands under `role` where the turn tells the model its part."""
    function_call: Words = ()
    """What stands under `role` when the model calls a tool."""
    observation: Words = ()
    """What stands under `role` where a tool's result is told."""

    @model_validator(mode="after")
    def _check_voices(self) -> Self:
        words = [word.strip().casefold() for voice in VOICE_NAMES for word in getattr(self, voice)]
        twice = next((word for word in words if words.count(word) > 1), None)
        if twice is not None:
            raise ValueError(f"{twice!r} stands for two speakers")
        return self


class ColumnsConfig(Config):
    """Which column (or key) of a source stands for what."""

    instruction: str | None = None
    """Column with the question or the task. Needed, but for conversations."""
    output: str | None = None
    """Column with the answer wanted. Needed, but for conversations."""
    input: str | None = None
    """Column with the material that the question is about."""
    system: str | None = None
    """Column with the role that the model plays."""
    history: str | None = None
    """Column with the earlier rounds of a conversation."""
    group: str | None = None
    """Column whose equal values keep rows together: they never come to different sides."""
    messages: str | None = None
    """For conversations: column with the list of turns, in place of `instruction` and `output`."""
    tools: str | None = None
    """For conversations: column with the tools that the model may call."""
    tags: TagsConfig | None = None
    """For conversations: how turns are written. Left out: the usual ways are understood."""

    @property
    def is_talk(self) -> bool:
        """Whether the rows are conversations."""
        return self.messages is not None or self.tags is not None

    @model_validator(mode="after")
    def _check_complete(self) -> Self:
        told = [
            name for name in ("instruction", "output", "input", "history") if getattr(self, name)
        ]
        if self.is_talk and told:
            raise ValueError(f"conversations (`messages`, `tags`) have no column {told[0]!r}")
        if not self.is_talk and self.tools:
            raise ValueError("`tools` goes with `messages`: only conversations have tools")
        if not self.is_talk and (self.instruction is None or self.output is None):
            raise ValueError(
                "name both `instruction` and `output`, or for conversations `messages`"
            )
        return self


class AnySource(Config):
    """What can be said of every source, wherever it is."""

    name: str | None = Field(default=None, min_length=1)
    """What it is called in reports. Left out: the name of the file, or `owner/name`."""
    format: Literal["auto"] | RowFormat | TextFormat = "auto"
    """`auto` finds it out from the content."""
    columns: ColumnsConfig | None = None
    """Which column stands for what. Left out: found out by the names."""
    side: Literal["auto", "train", "validation", "test"] = "auto"
    """`test` sets the whole source aside as the exam; `auto` lets `split` decide row by row."""
    licence: str = "unknown"
    """Under which terms the rows may be used, e.g. `CC-BY-4.0`."""
    limit: int | None = Field(default=None, ge=1)
    """Most examples to take, from the first one on. Left out: all of them."""


class SourceConfig(AnySource):
    """A file, an archive or a folder, or several files by a pattern such as `data/*.jsonl`."""

    path: str = Field(min_length=1)
    """Where it is, from the project folder. `*`, `?` and `**` name several files."""
    encoding: str | None = None
    """Encoding of the text, e.g. `cp932`. Left out: found out, and asked for where unclear."""
    sheet: str | None = None
    """Sheet of a workbook. Left out: the one that has a question and an answer column."""
    sheets: Literal["one", "all"] = "one"
    """`all` reads every sheet of a workbook that has rows."""
    header_row: int | None = Field(default=None, ge=0)
    """Row with the names of the columns; 0 where there is none. Left out: found out."""


class _Remote(AnySource):
    """What the sources beyond this machine share."""

    KIND: ClassVar[str]
    REMOTE: ClassVar[type[Config]]

    @property
    def remote(self) -> RemoteSource:
        """What is fetched, without what is done with it afterwards."""
        names = set(self.REMOTE.model_fields)
        return cast("RemoteSource", self.REMOTE.model_validate(self.model_dump(include=names)))

    @property
    def title(self) -> str:
        """What it is called: its own name, or what it names."""
        named: Any = getattr(self, self.KIND)
        return self.name or (named if isinstance(named, str) else named[0])


class HubSourceConfig(_Remote, HuggingFaceSource):
    """A dataset of a hub, with what is known about its rows."""

    KIND = "hub"
    REMOTE = HuggingFaceSource


class ModelScopeSourceConfig(_Remote, ModelScopeSource):
    """A dataset of ModelScope, with what is known about its rows."""

    KIND = "modelscope"
    REMOTE = ModelScopeSource


class KaggleSourceConfig(_Remote, KaggleSource):
    """A dataset of Kaggle, with what is known about its rows."""

    KIND = "kaggle"
    REMOTE = KaggleSource


class GitHubSourceConfig(_Remote, GitHubSource):
    """A repository of GitHub, with what is known about its rows."""

    KIND = "github"
    REMOTE = GitHubSource


class WebSourceConfig(_Remote, WebSource):
    """Pages of a web site, with what is known about them."""

    KIND = "web"
    REMOTE = WebSource


RemoteSourceConfig = (
    HubSourceConfig
    | ModelScopeSourceConfig
    | KaggleSourceConfig
    | GitHubSourceConfig
    | WebSourceConfig
)
KINDS = ("path", "hub", "modelscope", "kaggle", "github", "web")
"""The keys that tell what a source is; each stands in one kind of source only."""


def kind_of_source(value: Any) -> str:  # noqa: ANN401
    """Which kind of source a part of the recipe means; a mistyped key counts as the nearest one."""
    names = cast("dict[str, Any]", value) if isinstance(value, dict) else {}
    if isinstance(value, AnySource):
        return f"{value.KIND if isinstance(value, _Remote) else 'path'}:"
    named = next((kind for kind in KINDS if kind in names), None)
    if named is None:
        near = [difflib.get_close_matches(str(name), KINDS, n=1) for name in names]
        named = next((found[0] for found in near if found), "path")
    return f"{named}:"


def place_of(source: SourceConfig | RemoteSourceConfig) -> str:
    """What a source names: a path, or `KIND:NAME` for what is fetched, e.g. `hub:owner/name`."""
    if isinstance(source, SourceConfig):
        return source.path
    named: Any = getattr(source, source.KIND)
    return f"{source.KIND}:{named if isinstance(named, str) else ' '.join(named)}"


AnySourceConfig = Annotated[
    Annotated[SourceConfig, Tag("path:")]
    | Annotated[HubSourceConfig, Tag("hub:")]
    | Annotated[ModelScopeSourceConfig, Tag("modelscope:")]
    | Annotated[KaggleSourceConfig, Tag("kaggle:")]
    | Annotated[GitHubSourceConfig, Tag("github:")]
    | Annotated[WebSourceConfig, Tag("web:")],
    Discriminator(kind_of_source),
]


class CollectConfig(Config):
    """Where the examples come from and how many bad rows are tolerated."""

    sources: tuple[AnySourceConfig, ...] = Field(min_length=1)
    """The files, datasets and pages with the examples."""
    max_bad_share: float = Field(default=0.2, ge=0, le=1)
    """Share of rows that may be unusable before the stage stops."""
    max_bad_rows_tolerated: int = Field(default=5, ge=0)
    """Up to this many unusable rows never stop the stage, whatever their share."""
