"""Files -> Examples. Every row of every file comes out, or is quarantined with its reason.

1. Find the files that the recipe names.
2. Read each: format, encoding, sheet and header are found out or taken from the recipe.
3. Map each row to the Alpaca record; mend by named rules what can be meant in one way only.
4. Stop when too much of it cannot be used.
"""

from __future__ import annotations

from collections.abc import Mapping

from kitae.core.hashing import file_digest
from kitae.engines.reading.files import check_file
from kitae.records.counts import Counts
from kitae.records.example import DROPPED_SCHEMA
from kitae.records.issues import RowIssues
from kitae.records.store import Product
from kitae.stages.collect.config import CollectConfig
from kitae.stages.collect.harvest import Columns, Harvest, harvest, source_report
from kitae.stages.collect.report import CollectFindings, SourceReports
from kitae.stages.collect.sources import find_files
from kitae.stages.collect.trouble import check_columns, check_share
from kitae.stages.contract import Context, Inputs, Stage


def run(_inputs: Inputs, config: CollectConfig, context: Context) -> Product:
    """All rows of all sources as Examples, with the evidence of what was mended or refused."""
    files = find_files(config, context.root)
    columns = Columns()
    found: list[Harvest] = []
    for done, file in enumerate(files):
        context.progress(done, len(files), source=file.name)
        found.append(harvest(file.name, file.path, file.config, columns))
        check_columns(found[-1], file.config.path)
    context.progress(len(files), len(files))
    check_share(found, config)
    reports = [source_report(h, f.config) for h, f in zip(found, files, strict=True)]
    return Product(
        counts=_counts(found),
        tables={"examples": columns.table(), "dropped": DROPPED_SCHEMA.empty_table()},
        records={
            "quarantine": RowIssues(items=tuple(i for h in found for i in h.quarantined)),
            "repairs": RowIssues(items=tuple(i for h in found for i in h.repairs)),
            "sources": SourceReports(items=tuple(reports)),
            "findings": CollectFindings(notes=tuple(n for r in reports for n in r.notes)),
        },
    )


def facts(config: CollectConfig, context: Context) -> Mapping[str, str]:
    """The content of every source file: name -> sha256."""
    digests: dict[str, str] = {}
    for file in find_files(config, context.root):
        check_file(file.path)
        digests[f"source {file.name}"] = file_digest(file.path)
    return digests


def _counts(found: list[Harvest]) -> Counts:
    return Counts(
        rows_in=sum(h.rows_in for h in found),
        out=sum(h.rows_out for h in found),
        quarantined=sum(len(h.quarantined) for h in found),
        repaired=sum(h.rows_repaired for h in found),
    )


STAGE = Stage(
    name="collect",
    version=1,
    config=CollectConfig,
    needs=(),
    run=run,
    facts=facts,
)
