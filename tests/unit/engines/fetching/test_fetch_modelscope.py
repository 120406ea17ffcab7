"""Datasets of ModelScope: the real client against a hub on loopback."""

from __future__ import annotations

import pytest

from kitae.core.errors import DataError, NetworkError, NotFoundError
from kitae.engines.fetching import ModelScopeDatasets
from kitae.records.source import ModelScopeSource
from support.hub_servers.machines import NOON, Pauses
from support.hub_servers.modelscope_server import modelscope_hub
from support.hub_servers.repositories import repository, sha256

NAME = "some/pets"
ROWS = b'{"q": "cat", "a": "meow"}\n' * 4000
FILES = {
    "README.md": b"---\nlicense: Apache License 2.0\n---\n",
    "dataset_infos.json": b"{}",
    "data/train.jsonl": ROWS,
    "data/test.jsonl": b'{"q": "dog"}\n',
}
TRAIN = "data/train.jsonl"
SOURCE = ModelScopeSource(modelscope=NAME)


@pytest.fixture(autouse=True)
def _no_login(monkeypatch, tmp_path):
    monkeypatch.setenv("MODELSCOPE_HOME", str(tmp_path / "home"))
    for name in ("MODELSCOPE_API_TOKEN", "MODELSCOPE_ENDPOINT", "MODELSCOPE_DOMAIN"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def hub():
    dataset = repository(FILES, "master", licence="Apache License 2.0")
    with modelscope_hub({NAME: dataset}) as running:
        yield running


@pytest.fixture
def fetcher(hub):
    return ModelScopeDatasets(endpoint=hub.url, machine=Pauses().machine())


def test_a_branch_of_modelscope_is_pinned_to_the_commit_behind_it(fetcher, hub):
    dataset = hub.datasets[NAME]
    head = dataset.commit({**FILES, "data/test.jsonl": b'{"q": "fox"}\n'}, "master")
    pin = fetcher.pin(SOURCE)
    assert (pin.revision, pin.licence) == (head, "Apache-2.0")


def test_the_files_of_modelscope_come_with_their_provenance(fetcher, tmp_path):
    pin = fetcher.pin(SOURCE)
    fetched = fetcher.fetch(SOURCE, pin, tmp_path / "pets")
    assert [file.path for file in fetched.files] == ["data/test.jsonl", TRAIN]
    train = fetched.files[1]
    assert (tmp_path / "pets" / TRAIN).read_bytes() == ROWS
    assert (train.sha256, train.bytes, train.licence) == (sha256(ROWS), len(ROWS), "Apache-2.0")
    assert train.origin == f"{NAME}@{pin.revision}/{TRAIN}"
    assert train.retrieved == NOON.isoformat()
    left = {p.name for p in (tmp_path / "pets").rglob("*") if p.is_file()}
    assert left == {"train.jsonl", "test.jsonl", ".fetched.json", ".listing.json"}


def test_a_pinned_commit_of_modelscope_stays_when_the_branch_moves(fetcher, hub, tmp_path):
    pin = fetcher.pin(SOURCE)
    hub.datasets[NAME].commit({**FILES, TRAIN: b"{}\n"}, "master")
    fetcher.fetch(SOURCE, pin, tmp_path / "pets")
    assert (tmp_path / "pets" / TRAIN).read_bytes() == ROWS
    assert fetcher.pin(SOURCE).revision != pin.revision


def test_a_removal_is_never_undone_by_a_pin(fetcher, hub, tmp_path):
    dataset = hub.datasets[NAME]
    dataset.commit({"README.md": FILES["README.md"], TRAIN: ROWS}, "master")
    pin = fetcher.pin(SOURCE)
    assert pin.revision.startswith("master#")
    assert [f.path for f in fetcher.fetch(SOURCE, pin, tmp_path / "a").files] == [TRAIN]
    dataset.commit({TRAIN: b"{}\n"}, "master")
    with pytest.raises(NotFoundError, match="is gone"):
        fetcher.fetch(SOURCE, pin, tmp_path / "b")


def test_a_second_fetch_from_modelscope_asks_nobody(fetcher, hub, tmp_path):
    pin = fetcher.pin(SOURCE)
    first = fetcher.fetch(SOURCE, pin, tmp_path / "pets")
    hub.requests.clear()
    assert fetcher.fetch(SOURCE, pin, tmp_path / "pets") == first
    assert hub.requests == []


def test_a_broken_download_from_modelscope_goes_on_at_the_byte_where_it_broke(
    fetcher, hub, tmp_path
):
    hub.faults.break_once.add(TRAIN)
    fetcher.fetch(SOURCE, fetcher.pin(SOURCE), tmp_path / "pets")
    assert (tmp_path / "pets" / TRAIN).read_bytes() == ROWS
    assert len([r for r in hub.requests if r.query.get("FilePath") == TRAIN]) == 2


def test_a_later_fetch_continues_a_part_of_an_earlier_one(fetcher, hub, tmp_path):
    pin = fetcher.pin(SOURCE)
    part = tmp_path / "pets/.partial" / f"{TRAIN}.incomplete"
    part.parent.mkdir(parents=True)
    part.write_bytes(ROWS[:50_000])
    fetcher.fetch(SOURCE, pin, tmp_path / "pets")
    assert (tmp_path / "pets" / TRAIN).read_bytes() == ROWS
    assert [r.first_byte for r in hub.requests if r.query.get("FilePath") == TRAIN] == [50_000]


def test_a_part_with_other_content_is_noticed_and_fetched_anew(fetcher, hub, tmp_path):
    pin = fetcher.pin(SOURCE)
    part = tmp_path / "pets/.partial" / f"{TRAIN}.incomplete"
    part.parent.mkdir(parents=True)
    part.write_bytes(bytes(50_000))
    fetcher.fetch(SOURCE, pin, tmp_path / "pets")
    assert (tmp_path / "pets" / TRAIN).read_bytes() == ROWS


def test_corrupt_content_from_modelscope_is_refused(fetcher, hub, tmp_path):
    hub.faults.corrupt.add(TRAIN)
    with pytest.raises(DataError, match="not what ModelScope announced"):
        fetcher.fetch(SOURCE, fetcher.pin(SOURCE), tmp_path / "pets")
    assert not (tmp_path / "pets" / TRAIN).exists()


def test_a_missing_dataset_or_revision_of_modelscope_is_not_found(fetcher):
    with pytest.raises(NotFoundError, match="the dataset some/birds"):
        fetcher.pin(ModelScopeSource(modelscope="some/birds"))
    with pytest.raises(NotFoundError, match="at revision 'v9'"):
        fetcher.pin(ModelScopeSource(modelscope=NAME, revision="v9"))


def test_a_wrong_token_of_modelscope_says_how_to_give_the_right_one(hub):
    hub.datasets[NAME].needs_token = "secret"
    with pytest.raises(NetworkError, match="refuses the dataset") as caught:
        ModelScopeDatasets(endpoint=hub.url, token="wrong").pin(SOURCE)
    assert "MODELSCOPE_API_TOKEN" in str(caught.value.fix)
    assert ModelScopeDatasets(endpoint=hub.url, token="secret").pin(SOURCE).licence == "Apache-2.0"


def test_the_address_and_token_of_the_environment_reach_modelscope(hub, monkeypatch):
    hub.datasets[NAME].needs_token = "from-env"
    monkeypatch.setenv("MODELSCOPE_ENDPOINT", hub.url)
    monkeypatch.setenv("MODELSCOPE_API_TOKEN", "from-env")
    assert ModelScopeDatasets().pin(SOURCE).licence == "Apache-2.0"


def test_a_busy_modelscope_is_asked_again_by_its_client(fetcher, hub):
    hub.faults.busy["/repo/tree"] = [(429, {"Retry-After": "0"}), (503, {"Retry-After": "0"})]
    assert fetcher.pin(SOURCE).revision


def test_no_number_of_this_installation_is_sent_or_stored(fetcher, hub, tmp_path):
    fetcher.fetch(SOURCE, fetcher.pin(SOURCE), tmp_path / "pets")
    assert not (tmp_path / "home/credentials/session").exists()
    assert all("kitae" in request.headers["user-agent"] for request in hub.asked("/repo"))


def test_offline_names_what_of_modelscope_is_missing(hub, fetcher, tmp_path):
    pin = fetcher.pin(SOURCE)
    hub.faults.corrupt.add(TRAIN)
    with pytest.raises(DataError):
        fetcher.fetch(SOURCE, pin, tmp_path / "pets")
    hub.requests.clear()
    offline = ModelScopeDatasets(endpoint=hub.url, is_offline=True)
    with pytest.raises(NotFoundError, match=r"1 of 2 files \(data/train.jsonl\)"):
        offline.fetch(SOURCE, pin, tmp_path / "pets")
    with pytest.raises(NotFoundError, match="Offline"):
        offline.fetch(SOURCE, pin, tmp_path / "others")
    with pytest.raises(NotFoundError, match="Offline"):
        offline.pin(SOURCE)
    assert hub.requests == []
