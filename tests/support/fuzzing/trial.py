"""What the importers make of a damaged file, and what must hold for it."""

import io
import json
import re
import sys
import tempfile
import tracemalloc
from collections import Counter
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa

from kitae.core.errors import DependencyError, KitaeError
from kitae.records.store import record_bytes
from kitae.stages.collect import STAGE, CollectConfig, SourceConfig
from support.messy_files import as_jsonl, make_context

SOUND = as_jsonl([{"instruction": f"Sound {n}?", "output": f"Yes {n}."} for n in range(3)])
_LINE = re.compile(r"line (\d+)")
_TABLES = ("examples", "dropped", "documents")
_EXIT_CODES = (2, 7, 8)
"""8: what is in an archive is of no kind that is read."""
_LONGEST_MESSAGE = 20_000
_MOST_PLACES = 200


class Outcome:
    """What came of a case: a product, or the error that stopped it."""

    def __init__(self, product, error):
        self.product = product
        self.error = error

    def to_bytes(self, folder):
        """All of it, to compare two runs; the folder may have another name each time."""
        if self.error is not None:
            return str(self.error).replace(str(folder), "").encode()
        parts = [record_bytes(record) for _, record in sorted(self.product.records.items())]
        for name in _TABLES:
            stream = io.BytesIO()
            table = self.product.tables[name]
            with pa.ipc.new_stream(stream, table.schema) as writer:
                writer.write_table(table.combine_chunks())
            parts.append(stream.getvalue())
        return b"\n".join(parts)


def run(case, folder: Path) -> Outcome:
    """Collect the file of a case; documents need some sound rows beside them."""
    (folder / case.name).write_bytes(case.data)
    (folder / "sound.jsonl").write_text(SOUND, encoding="utf-8")
    sources = (SourceConfig(path=case.name, **case.choices), SourceConfig(path="sound.jsonl"))
    if case.seed.family != "document":
        sources = sources[:1]
    config = CollectConfig(sources=sources, max_bad_share=1.0)
    try:
        return Outcome(STAGE.run({}, config, make_context(folder)), None)
    except KitaeError as error:
        return Outcome(None, error)


def check(case) -> Outcome:
    """Run a case and hold what came of it against everything that was promised."""
    with tempfile.TemporaryDirectory() as name:
        outcome = run(case, Path(name))
        check_outcome(case, outcome)
        return outcome


def check_twice(case):
    """Two runs of a case give the same bytes."""
    found = []
    for _ in range(2):
        with tempfile.TemporaryDirectory() as name:
            found.append(run(case, Path(name)).to_bytes(name))
    assert found[0] == found[1], case.title


def check_outcome(case, outcome):
    """Everything that must hold, whatever was done to the file."""
    if outcome.error is not None:
        _check_error(outcome.error)
        return
    product = outcome.product
    outcome.to_bytes(Path())
    issues = product.records["quarantine"].items
    _check_totals(product, issues)
    _check_places(case, [*issues, *product.records["repairs"].items])
    if case.plain is not None and "limit" not in case.choices:
        _check_nothing_lost(case, product, issues)


def _check_error(error):
    assert not isinstance(error, DependencyError)
    assert error.exit_code in _EXIT_CODES, error
    assert error.what
    assert error.where
    assert error.fix
    text = json.dumps(error.as_dict(), ensure_ascii=False)
    text.encode()
    assert len(text) < _LONGEST_MESSAGE, len(text)


def _check_totals(product, issues):
    counts, examples = product.counts, product.tables["examples"]
    assert counts.balances
    assert counts.out == examples.num_rows
    assert counts.quarantined == len(issues)
    assert len(set(examples["id"].to_pylist())) == examples.num_rows
    assert counts.repaired == sum(bool(rules) for rules in examples["repairs"].to_pylist())
    reports = product.records["sources"].items
    assert sum(report.rows_in for report in reports) == counts.rows_in
    assert sum(report.rows_out for report in reports) == counts.out
    examples.validate(full=True)
    product.tables["documents"].validate(full=True)


def _check_places(case, issues):
    """Evidence stands inside the file, its line fits its offset, and its excerpt stands there."""
    if case.plain is None or case.name == "several.zip":
        return
    size = len(case.plain)
    num_lines = case.plain.count(b"\n") + case.plain.count(b"\r") + 1
    is_plain = case.plain.isascii() and not {0, 13} & set(case.plain)
    is_plain &= case.seed.encoding == "utf-8" and "encoding" not in case.choices
    for issue in issues[:_MOST_PLACES]:
        assert issue.source
        assert len(issue.excerpt.encode()) <= 200
        if case.seed.family in ("lines", "array", "table"):
            assert 1 <= issue.line <= num_lines, issue
        if issue.byte_offset is None:
            continue
        assert 0 <= issue.byte_offset <= size, issue
        assert issue.column >= 1, issue
        if is_plain:
            before = case.plain[: issue.byte_offset]
            assert issue.line == before.count(b"\n") + 1, issue
            assert issue.column == issue.byte_offset - before.rfind(b"\n"), issue


def _check_nothing_lost(case, product, issues):
    """Rows that the damage left alone came out, or as many were set aside."""
    if case.seed.encoding != "utf-8" or {"columns", "format", "encoding", "header_row"} & set(
        case.choices
    ):
        return
    if case.name == "several.zip" and "rename" in case.steps:
        return  # in an archive, a file of no known kind is passed over
    if case.seed.family == "lines":
        _check_lines(case, product, issues)
    wanted = Counter(_texts_of_rows(case))
    found = Counter(_texts(row) for row in product.tables["examples"].to_pylist())
    lost = wanted - found
    assert sum(lost.values()) <= len(issues), (lost, issues)


def _check_lines(case, product, issues):
    """Each line that is an object of its own gave a row, or a piece of evidence."""
    if product.records["sources"].items[0].format != "jsonl" or case.name == "several.zip":
        return
    places = product.tables["examples"]["locator"].to_pylist()
    seen = {int(_LINE.search(place)[1]) for place in places} | {issue.line for issue in issues}
    for number, line in enumerate(case.plain.split(b"\n"), 1):
        if number not in seen and _is_object(line):
            raise AssertionError(f"line {number} is lost: {line[:200]!r}")


def _is_object(line):
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False


def _texts_of_rows(case):
    """(question, answer) of the rows whose text still stands in the file as it was."""
    lines = Counter(line.strip(b",\r") for line in case.plain.split(b"\n"))
    for piece, row in dict(zip(case.seed.pieces, case.seed.rows, strict=False)).items():
        if "instruction" in row and "output" in row:
            yield from [(row["instruction"], row["output"])] * lines[piece.encode()]


def _texts(row):
    return row["instruction"], row["output"]


@contextmanager
def counted_steps():
    """Counts calls, of Python's own functions too: the same on every machine and under any load."""
    steps = [0]

    def count(_frame, event, _argument):
        steps[0] += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        yield steps
    finally:
        sys.setprofile(before)


@contextmanager
def measured_memory():
    """The most bytes that Python objects took at one time."""
    peak = [0]
    tracemalloc.start(1)
    try:
        yield peak
    finally:
        peak[0] = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
