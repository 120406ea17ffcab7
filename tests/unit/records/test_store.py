"""The artifact store: whole or not at all, and damage is named."""

import os

import pyarrow as pa
import pytest

from kitae.core.errors import DataError, NotFoundError, ResourceError
from kitae.core.events import Collected
from kitae.records.counts import Counts
from kitae.records.store import Manifest, Product, Store

PRODUCT = Product(
    counts=Counts(rows_in=2, out=2),
    tables={"examples": pa.table({"a": [1, 2]})},
    files={"notes/one.txt": b"one"},
)


def manifest(fingerprint="f" * 64):
    return Manifest(
        stage="clean", stage_version=1, fingerprint=fingerprint, inputs={"x": "y"}, files={}
    )


@pytest.fixture
def store(tmp_path):
    made = Store(tmp_path / ".kitae")
    made.prepare()
    return made


def test_sealed_artifact_is_found_by_its_fingerprint(store):
    sealed = store.seal(manifest(), PRODUCT)
    found = store.find("clean", "f" * 64)
    assert found is not None
    assert found.id == sealed.id
    assert found.table("examples").to_pydict() == {"a": [1, 2]}
    assert found.counts == Counts(rows_in=2, out=2)


def test_equal_work_gives_equal_hashes(tmp_path):
    ids = []
    for name in ("one", "two"):
        store = Store(tmp_path / name)
        store.prepare()
        ids.append(store.seal(manifest(), PRODUCT).id)
    assert ids[0] == ids[1]


@pytest.mark.parametrize("change", ["flip", "truncate", "delete"])
def test_damaged_file_is_detected_and_named(store, change):
    sealed = store.seal(manifest(), PRODUCT)
    path = sealed.path / "examples.arrow"
    raw = bytearray(path.read_bytes())
    if change == "flip":
        raw[len(raw) // 2] ^= 1
        path.write_bytes(raw)
    elif change == "truncate":
        path.write_bytes(raw[:-1])
    else:
        path.unlink()
    with pytest.raises(DataError, match=r"examples\.arrow"):
        store.open(sealed.id)


def test_damaged_artifact_counts_as_missing_and_is_reported(tmp_path):
    events = Collected()
    store = Store(tmp_path, events)
    store.prepare()
    sealed = store.seal(manifest(), PRODUCT)
    (sealed.path / "notes/one.txt").write_bytes(b"two")
    assert store.find("clean", "f" * 64) is None
    assert [e.kind for e in events.events][-1] == "store.damaged"


def test_changed_manifest_is_detected(store):
    sealed = store.seal(manifest(), PRODUCT)
    path = sealed.path / "manifest.json"
    path.write_bytes(path.read_bytes().replace(b'"y"', b'"z"'))
    with pytest.raises(DataError, match="manifest"):
        store.open(sealed.id)


@pytest.mark.parametrize("kept_bytes", [0, 1, 40])
def test_half_cut_manifest_is_damage_that_names_stage_and_artifact(tmp_path, kept_bytes):
    events = Collected()
    store = Store(tmp_path, events)
    store.prepare()
    sealed = store.seal(manifest(), PRODUCT)
    path = sealed.path / "manifest.json"
    path.write_bytes(path.read_bytes()[:kept_bytes])
    with pytest.raises(DataError, match=f"stage 'clean' .artifact {sealed.id}. is damaged"):
        store.open(sealed.id)
    assert store.find("clean", "f" * 64) is None
    assert events.events[-1].kind == "store.damaged"
    assert store.latest_inputs("clean") is None


def test_damaged_file_is_told_with_its_stage_and_artifact(store):
    sealed = store.seal(manifest(), PRODUCT)
    (sealed.path / "notes/one.txt").write_bytes(b"two")
    with pytest.raises(DataError, match=r"notes/one\.txt") as caught:
        store.open(sealed.id)
    assert "stage 'clean'" in caught.value.what
    assert sealed.id in caught.value.what


@pytest.mark.parametrize("content", [b"", b"cle", b"\xff\xfe"])
def test_half_cut_index_entry_counts_as_no_result(store, content):
    store.seal(manifest(), PRODUCT)
    (store._root / "index/clean" / ("f" * 64)).write_bytes(content)
    assert store.find("clean", "f" * 64) is None


def test_resealing_after_damage_mends_the_artifact(store):
    sealed = store.seal(manifest(), PRODUCT)
    (sealed.path / "notes/one.txt").write_bytes(b"two")
    store.seal(manifest(), PRODUCT)
    assert store.open(sealed.id).file("notes/one.txt").read_bytes() == b"one"


def test_half_written_drafts_are_swept_at_the_next_start(tmp_path):
    draft = tmp_path / "tmp" / "deadbeef"
    draft.mkdir(parents=True)
    (draft / "examples.arrow").write_bytes(b"half")
    Store(tmp_path).prepare()
    assert not draft.exists()


def test_folders_are_copied_into_the_artifact(store, tmp_path):
    folder = tmp_path / "adapter"
    folder.mkdir()
    (folder / "a.bin").write_bytes(b"weights")
    sealed = store.seal(manifest(), Product(folders={"adapter": folder}))
    assert sealed.file("adapter/a.bin").read_bytes() == b"weights"
    assert "adapter/a.bin" in sealed.manifest.files


def test_unknown_artifact_is_not_found(store):
    with pytest.raises(NotFoundError):
        store.open("clean-0000")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_unwritable_folder_is_a_resource_error(tmp_path):
    folder = tmp_path / "locked"
    folder.mkdir(mode=0o500)
    with pytest.raises(ResourceError):
        Store(folder / ".kitae").prepare()


def test_unbalanced_counts_say_so():
    assert Counts(rows_in=3, made=1, out=2, dropped=1, pending=1).balances
    assert not Counts(rows_in=3, out=2).balances
