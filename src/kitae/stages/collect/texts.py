"""Documents -> sections of text, each with its place, counted and reported source by source."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from kitae.core.config import Record
from kitae.core.text import Message
from kitae.engines.documents.findings import DocumentFinding, Rule
from kitae.engines.documents.reading import DocumentFormat, DocumentOptions, read_documents
from kitae.engines.fetching.web.injection import injection_signs
from kitae.records.document import Document
from kitae.stages.collect.config import SourceConfig
from kitae.stages.collect.report import SourceReport
from kitae.stages.collect.sources import SourceFile

_FORMATS: dict[str, DocumentFormat] = {
    "txt": "text",
    "md": "markdown",
    "html": "html",
    "pdf": "pdf",
    "docx": "docx",
    "epub": "epub",
}
_SPEAKS: Rule = "speaks_to_model"
_SHOWN = 3


class DocumentFindings(Record):
    """What could not be read in documents, and what in them speaks to a model, as stored."""

    items: tuple[DocumentFinding, ...]


@dataclass
class Texts:
    """All documents of one source.

    Attributes:
        name: Of the source.
        documents: Their sections, in reading order.
        findings: What could not be read, and what speaks to a model.
        speaking: Where the latter is, in reading order.
        files: How many documents there were.
    """

    name: str
    documents: list[Document] = field(default_factory=list[Document])
    findings: list[DocumentFinding] = field(default_factory=list[DocumentFinding])
    speaking: list[str] = field(default_factory=list[str])
    files: int = 0


def read_texts(files: Sequence[SourceFile]) -> list[Texts]:
    """The sections of all files that hold documents, by source."""
    found: dict[int, Texts] = {}
    for file in files:
        options = DocumentOptions(
            format=_FORMATS.get(file.config.format, "auto"),
            encoding=file.config.encoding if isinstance(file.config, SourceConfig) else None,
            licence=file.licence,
            terms=file.terms,
            retrieved=file.retrieved,
            origin=file.origin,
        )
        reading = read_documents(file.path, options, file.source, file.inner)
        texts = found.setdefault(file.number, Texts(file.source))
        texts.documents.extend(reading.documents)
        texts.findings.extend(reading.findings)
        if file.origin:
            _note_speaking(texts, file, reading.documents)
        texts.files += 1
    return list(found.values())


def _note_speaking(texts: Texts, file: SourceFile, documents: Sequence[Document]) -> None:
    """List what in fetched material speaks to a model: by section, or for the page where the text lost it."""
    found = [(d.locator, d.page, signs) for d in documents if (signs := injection_signs(d.text))]
    seen = {sign for _, _, signs in found for sign in signs}
    hidden = tuple(sign for sign in file.signs if sign not in seen)
    if hidden:
        found.insert(0, (file.origin, 0, hidden))
    for place, page, signs in found:
        detail = f"{place}: {', '.join(signs)}"
        texts.findings.append(
            DocumentFinding(source=file.source, page=page, rule=_SPEAKS, detail=detail)
        )
    texts.speaking.extend([file.origin] if found else [])


def texts_report(texts: Texts, files: Sequence[SourceFile]) -> SourceReport:
    """The facts about the documents of one source."""
    first = next(file for file in files if file.source == texts.name)
    return SourceReport(
        name=texts.name,
        format="documents",
        forms={},
        columns={},
        rows_in=0,
        rows_out=0,
        quarantined=0,
        repaired=0,
        side=first.config.side,
        licence=first.licence,
        notes=_notes(texts),
        documents=len(texts.documents),
    )


def _notes(texts: Texts) -> tuple[Message, ...]:
    sections = {"source": texts.name, "files": texts.files, "sections": len(texts.documents)}
    notes = [Message(key="collect.note.documents", values={**sections})]
    if texts.speaking:
        places = ", ".join(texts.speaking[:_SHOWN])
        more = "" if len(texts.speaking) <= _SHOWN else " …"
        values = {"source": texts.name, "count": len(texts.speaking), "places": f"{places}{more}"}
        notes.append(Message(key="collect.note.speaks_to_model", values={**values}))
    times = Counter(finding.rule for finding in texts.findings if finding.rule != _SPEAKS)
    notes.extend(
        Message(
            key="collect.note.unread",
            values={"source": texts.name, "count": count, "reason": f"@reason.{rule}"},
        )
        for rule, count in sorted(times.items())
    )
    return tuple(notes)
