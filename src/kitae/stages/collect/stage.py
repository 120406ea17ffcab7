"""Files, hubs and pages -> Examples. Every row comes out, or is quarantined with its reason.

1. Fetch what lies beyond this machine, once; the journal `sources` keeps which version.
2. Find the files that the recipe names, in folders and archives too.
3. Read each: format, encoding, sheet and header are found out or taken from the recipe.
4. Map each row to the Alpaca record; mend by named rules what can be meant in one way only.
5. Keep documents as sections of text. Stop when too much cannot be used.
"""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Generator, Mapping
from contextlib import contextmanager

from kitae.core.hashing import file_digest
from kitae.records.counts import Counts
from kitae.records.document import documents_table
from kitae.records.example import DROPPED_SCHEMA, EXAMPLES_SCHEMA
from kitae.records.issues import RowIssues
from kitae.records.source import Fetched
from kitae.records.store import Product, TableWriter
from kitae.stages.collect.columns import Columns
from kitae.stages.collect.config import CollectConfig, SourceConfig
from kitae.stages.collect.harvest import Harvest, harvest, source_report
from kitae.stages.collect.remote import (
    JOURNAL,
    bring_sources,
    fetched_sources,
    remote_facts,
    remote_notes,
    remote_sources,
)
from kitae.stages.collect.report import CollectFindings, SourceReports
from kitae.stages.collect.sources import SourceFile, find_files
from kitae.stages.collect.texts import DocumentFindings, read_texts, texts_report
from kitae.stages.collect.trouble import check_columns, check_rows, check_share
from kitae.stages.contract import Context, Inputs, Stage


def run(_inputs: Inputs, config: CollectConfig, context: Context) -> Product:
    """All rows of all sources as Examples, with the evidence of what was mended or refused."""
    fetched = _fetched(config, context)
    files = find_files(config, context.root, fetched)
    of_rows = [file for file in files if file.kind == "rows"]
    of_text = [file for file in files if file.kind == "documents"]
    with TableWriter(context.work / "examples.arrow", EXAMPLES_SCHEMA) as examples:
        found = _harvest_all(of_rows, examples, context)
    texts = read_texts(of_text)
    documents = [document for part in texts for document in part.documents]
    check_rows(found, len(documents))
    check_share(found, config)
    reports = [*map(source_report, found), *(texts_report(part, of_text) for part in texts)]
    notes = [*remote_notes(config, fetched), *(note for report in reports for note in report.notes)]
    unread = tuple(finding for part in texts for finding in part.findings)
    return Product(
        counts=_counts(found),
        tables={
            "examples": examples.read(),
            "dropped": DROPPED_SCHEMA.empty_table(),
            "documents": documents_table(documents),
        },
        table_files={"examples": examples.path},
        records={
            "quarantine": RowIssues(items=tuple(i for h in found for i in h.quarantined)),
            "repairs": RowIssues(items=tuple(i for h in found for i in h.repairs)),
            "sources": SourceReports(items=tuple(reports)),
            "unread": DocumentFindings(items=unread),
            "findings": CollectFindings(notes=tuple(notes)),
        },
    )


def _harvest_all(files: list[SourceFile], examples: TableWriter, context: Context) -> list[Harvest]:
    found: list[Harvest] = []
    columns = Columns(examples.write)
    taken: Counter[int] = Counter()
    with _no_garbage():
        for done, file in enumerate(files):
            context.progress(done, len(files), source=file.name)
            limit = file.config.limit
            room = None if limit is None else limit - taken[file.number]
            if room == 0:
                continue
            part = harvest(file, columns, room, context.flow)
            for harvested in part:
                check_columns(harvested, _where(file))
            taken[file.number] += sum(harvested.rows_out for harvested in part)
            found.extend(part)
        columns.flush()
    context.progress(len(files), len(files))
    return found


def _where(file: SourceFile) -> str:
    """A file as the recipe names it, or else by its own name."""
    config = file.config
    if isinstance(config, SourceConfig) and not file.inner:
        return config.path if config.path.endswith(file.path.name) else file.name
    return file.origin or file.name


@contextmanager
def _no_garbage() -> Generator[None]:
    """Without the search for cycles: rows have none, and looking for them costs a tenth of the time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def prepare(_inputs: Inputs, config: CollectConfig, context: Context) -> None:
    """Pin and fetch what lies beyond this machine; the only place where the network may be used."""
    bring_sources(config, context)


def facts(config: CollectConfig, context: Context) -> Mapping[str, str]:
    """The content of every local file (name -> sha256), and every remote source as it was fetched."""
    known = _fetched(config, context)
    local = [file for file in find_files(config, context.root, {}) if not file.origin]
    paths = {file.path: file.name for file in local}
    digests = {f"source {name}": file_digest(path) for path, name in paths.items()}
    return digests | remote_facts(config, known)


def _fetched(config: CollectConfig, context: Context) -> dict[str, Fetched]:
    has_remote = any(remote_sources(config))
    return fetched_sources(context.journals[JOURNAL]) if has_remote else {}


def _counts(found: list[Harvest]) -> Counts:
    return Counts(
        rows_in=sum(h.rows_in for h in found),
        out=sum(h.rows_out for h in found),
        quarantined=sum(len(h.quarantined) for h in found),
        repaired=sum(h.rows_repaired for h in found),
    )


STAGE = Stage(
    name="collect",
    version=3,
    config=CollectConfig,
    needs=(),
    run=run,
    facts=facts,
    prepare=prepare,
)
