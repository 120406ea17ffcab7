"""Tables on disk: equal rows give equal bytes, however they come."""

import pyarrow as pa
import pytest

from kitae.records.counts import Counts
from kitae.records.store import BATCH_ROWS, Manifest, Product, Store, TableWriter, write_table

ROWS = 2 * BATCH_ROWS + 100
TABLE = pa.table(
    {
        "text": pa.array([f"{'x' * (n % 17)}{n}" for n in range(ROWS)]),
        "lists": pa.array([[{"a": "b" * (n % 3)}] * (n % 4) for n in range(ROWS)]),
        "maybe": pa.array([n if n % 5 else None for n in range(ROWS)]),
        "same": pa.array([""] * ROWS),
    }
)


@pytest.mark.parametrize("piece", [977, BATCH_ROWS - 1, BATCH_ROWS, BATCH_ROWS + 1, ROWS])
def test_pieces_of_any_size_give_the_bytes_of_the_whole_table(tmp_path, piece):
    write_table(tmp_path / "whole.arrow", TABLE)
    with TableWriter(tmp_path / "pieces.arrow", TABLE.schema) as writer:
        for start in range(0, ROWS, piece):
            writer.write(TABLE.slice(start, piece))
    assert (tmp_path / "pieces.arrow").read_bytes() == (tmp_path / "whole.arrow").read_bytes()
    assert writer.read().equals(TABLE)


def test_no_rows_are_a_table_too(tmp_path):
    with TableWriter(tmp_path / "none.arrow", TABLE.schema) as writer:
        pass
    assert writer.read().equals(TABLE.schema.empty_table())


def test_writing_again_leaves_who_still_reads_the_old_file_alone(tmp_path):
    path = tmp_path / "t.arrow"
    with TableWriter(path, TABLE.schema) as first:
        first.write(TABLE)
    held = first.read()
    with TableWriter(path, TABLE.schema) as second:
        second.write(TABLE.slice(0, 3))
    assert held.equals(TABLE)


def test_a_table_file_is_moved_into_the_artifact(tmp_path):
    store = Store(tmp_path / ".kitae")
    store.prepare()
    with TableWriter(tmp_path / "work" / "rows.arrow", TABLE.schema) as writer:
        writer.write(TABLE)
    product = Product(
        counts=Counts(rows_in=ROWS, out=ROWS),
        tables={"rows": writer.read()},
        table_files={"rows": writer.path},
    )
    plain = Product(counts=product.counts, tables={"rows": TABLE})
    manifest = Manifest(stage="s", stage_version=1, fingerprint="f", inputs={}, files={})
    moved, written = store.seal(manifest, product), store.seal(manifest, plain)
    assert moved.id == written.id
    assert not writer.path.exists()
    assert written.table("rows").equals(TABLE)
