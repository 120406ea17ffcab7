"""Journals: acknowledged is kept; a torn line is nothing; damage is named."""

import pytest

from kitae.core.errors import DataError
from kitae.core.events import Collected
from kitae.records.journal import Journal


def test_entries_come_back_in_order(tmp_path):
    journal = Journal(tmp_path / "verdicts.jsonl")
    journal.append([{"a": 1}])
    journal.append([{"a": 2}, {"a": 3}])
    assert [e["a"] for e in Journal(journal.path).entries()] == [1, 2, 3]


def test_missing_journal_is_empty(tmp_path):
    assert Journal(tmp_path / "none.jsonl").entries() == []


def test_torn_last_line_is_ignored_then_overwritten(tmp_path):
    journal = Journal(tmp_path / "j.jsonl")
    journal.append([{"a": 1}])
    with journal.path.open("ab") as stream:
        stream.write(b'[{"a": 2')
    assert journal.entries() == [{"a": 1}]
    journal.append([{"a": 3}])
    assert journal.entries() == [{"a": 1}, {"a": 3}]


def test_broken_line_in_the_middle_is_named(tmp_path):
    journal = Journal(tmp_path / "j.jsonl")
    journal.path.write_bytes(b'[{"a": 1}]\n[{"a"\n[{"a": 2}]\n')
    with pytest.raises(DataError, match="Line 2"):
        journal.entries()


def test_digest_ignores_times_and_sees_everything_else(tmp_path):
    one, two, three = (Journal(tmp_path / f"{n}.jsonl") for n in "abc")
    one.append([{"row": "x", "at": "2026-01-01"}])
    two.append([{"row": "x", "at": "2027-01-01"}])
    three.append([{"row": "y", "at": "2026-01-01"}])
    assert one.digest() == two.digest() != three.digest()


def test_half_written_append_leaves_earlier_entries_readable(tmp_path):
    seen = []
    journal = Journal(tmp_path / "j.jsonl")
    journal.append([{"a": 1}])

    class Look:
        def emit(self, event):
            if event.kind == "journal.half_written":
                seen.append(Journal(journal.path).entries())

    Journal(journal.path, Look()).append([{"a": 2}])
    assert seen == [[{"a": 1}]]


def test_append_reports_when_it_is_on_disk(tmp_path):
    events = Collected()
    Journal(tmp_path / "j.jsonl", events).append([{"a": 1}])
    assert [e.kind for e in events.events] == ["journal.half_written", "journal.synced"]
