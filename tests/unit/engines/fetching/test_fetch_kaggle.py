"""Datasets of Kaggle: the real clients, through an HTTP proxy on loopback that plays Kaggle."""

from __future__ import annotations

import hashlib

import pytest

from kitae.core.errors import DataError, NetworkError, NotFoundError
from kitae.engines.fetching import KaggleDatasets
from kitae.records.source import KaggleSource
from support.hub_servers.kaggle_server import KaggleDataset, kaggle_site, zipped
from support.hub_servers.machines import Pauses
from support.hub_servers.repositories import sha256

NAME = "some/pets"
TABLE = b"question,answer\n" + b"".join(
    b"%s,meow\n" % hashlib.sha256(b"%d" % n).hexdigest().encode() for n in range(10_000)
)
FILES = {
    "train.csv": TABLE,
    "more/notes.txt": b"about pets\n" * 100,
    "pictures/cat.png": b"\x89PNG",
    "dataset-metadata.json": b"{}",
}
SOURCE = KaggleSource(kaggle=NAME)


@pytest.fixture
def pauses():
    return Pauses()


@pytest.fixture
def site(monkeypatch, tmp_path):
    with kaggle_site({NAME: KaggleDataset([FILES])}) as running:
        for name in (
            "KAGGLE_USERNAME",
            "KAGGLE_KEY",
            "KAGGLE_API_TOKEN",
            "NO_PROXY",
            "no_proxy",
            "http_proxy",
        ):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("HOME", str(tmp_path))
        monkeypatch.setenv("KAGGLE_CONFIG_DIR", str(tmp_path))
        monkeypatch.setenv("KAGGLE_API_ENVIRONMENT", "LOCALHOST")
        monkeypatch.setenv("HTTP_PROXY", running.url)
        yield running


@pytest.fixture
def fetcher(site, pauses):
    return KaggleDatasets(machine=pauses.machine())


def test_a_pin_of_kaggle_is_the_newest_version_with_its_licence(fetcher, site):
    pin = fetcher.pin(SOURCE)
    assert (pin.revision, pin.licence) == ("1", "CC0-1.0")
    site.datasets[NAME].licence = "Data files © Original Authors"
    pin = fetcher.pin(SOURCE)
    assert (pin.licence, pin.terms) == ("unknown", "Data files © Original Authors")


def test_every_readable_file_of_kaggle_comes(fetcher, tmp_path):
    fetched = fetcher.fetch(SOURCE, fetcher.pin(SOURCE), tmp_path / "pets")
    assert [file.path for file in fetched.files] == ["more/notes.txt", "train.csv"]
    assert (tmp_path / "pets/train.csv").read_bytes() == TABLE
    assert fetched.files[1].sha256 == sha256(TABLE)
    assert fetched.files[1].origin == f"{NAME}@1/train.csv"


def test_patterns_choose_files_and_name_what_cannot_be_read(fetcher, tmp_path):
    source = SOURCE.model_copy(update={"files": ("more", "pictures/*")})
    fetched = fetcher.fetch(source, fetcher.pin(source), tmp_path / "pets")
    assert [file.path for file in fetched.files] == ["more/notes.txt"]
    assert [(r.origin, r.reason) for r in fetched.refused] == [
        (f"{NAME}@1/pictures/cat.png", "not_readable")
    ]
    nothing = SOURCE.model_copy(update={"files": ("*.parquet",)})
    with pytest.raises(NotFoundError, match=r"no files that match \*.parquet"):
        fetcher.fetch(nothing, fetcher.pin(nothing), tmp_path / "none")


def test_a_file_that_kaggle_packed_is_taken_out_of_its_zip(fetcher, site, tmp_path):
    site.datasets[NAME].packed.add("train.csv")
    fetched = fetcher.fetch(SOURCE, fetcher.pin(SOURCE), tmp_path / "pets")
    assert (tmp_path / "pets/train.csv").read_bytes() == TABLE
    assert fetched.files[1].bytes == len(TABLE)


def test_a_zip_that_grows_beyond_belief_is_refused(fetcher, site, tmp_path):
    dataset = site.datasets[NAME]
    bomb = zipped("bomb.csv", bytes(30_000_000))
    dataset.versions.append({"bomb.csv.zip": bomb, "bomb.csv": b"a"})
    dataset.packed.add("bomb.csv")
    source = SOURCE.model_copy(update={"files": ("bomb.csv",)})
    with pytest.raises(DataError, match="would grow"):
        fetcher.fetch(source, fetcher.pin(source), tmp_path / "pets")


def test_a_pinned_version_stays_when_a_newer_one_comes(fetcher, site, tmp_path):
    pin = fetcher.pin(SOURCE)
    site.datasets[NAME].versions.append({"train.csv": b"a\n1\n"})
    fetcher.fetch(SOURCE, pin, tmp_path / "pets")
    assert (tmp_path / "pets/train.csv").read_bytes() == TABLE
    assert fetcher.pin(SOURCE).revision == "2"
    assert fetcher.pin(SOURCE.model_copy(update={"version": 1})).revision == "1"


def test_a_second_fetch_from_kaggle_asks_nobody(fetcher, site, tmp_path):
    pin = fetcher.pin(SOURCE)
    first = fetcher.fetch(SOURCE, pin, tmp_path / "pets")
    site.requests.clear()
    assert fetcher.fetch(SOURCE, pin, tmp_path / "pets") == first
    assert site.requests == []


@pytest.mark.parametrize("packed", [False, True])
def test_a_broken_download_from_kaggle_goes_on_at_the_byte_where_it_broke(
    fetcher, site, tmp_path, packed
):
    if packed:
        site.datasets[NAME].packed.add("train.csv")
    site.faults.break_once.add("train.csv")
    fetcher.fetch(SOURCE, fetcher.pin(SOURCE), tmp_path / "pets")
    assert (tmp_path / "pets/train.csv").read_bytes() == TABLE
    assert any(r.first_byte for r in site.asked("/storage/", "GET"))


def test_a_part_that_was_whole_already_is_verified_and_kept_or_begun_again(fetcher, site, tmp_path):
    pin = fetcher.pin(SOURCE)
    part = tmp_path / "pets/.partial/train.csv.part"
    part.parent.mkdir(parents=True)
    part.write_bytes(bytes(len(TABLE)))
    fetcher.fetch(SOURCE, pin, tmp_path / "pets")
    assert (tmp_path / "pets/train.csv").read_bytes() == TABLE


def test_a_part_with_other_content_is_noticed_by_its_checksum(fetcher, site, tmp_path):
    part = tmp_path / "pets/.partial/train.csv.part"
    part.parent.mkdir(parents=True)
    part.write_bytes(b"x" * 1000)
    fetcher.fetch(SOURCE, fetcher.pin(SOURCE), tmp_path / "pets")
    assert (tmp_path / "pets/train.csv").read_bytes() == TABLE


def test_a_missing_dataset_or_version_of_kaggle_is_not_found(fetcher, tmp_path):
    with pytest.raises(NotFoundError, match="the dataset some/birds"):
        fetcher.pin(KaggleSource(kaggle="some/birds"))
    source = SOURCE.model_copy(update={"version": 7})
    with pytest.raises(NotFoundError, match="version 7"):
        fetcher.fetch(source, fetcher.pin(source), tmp_path / "pets")


def test_wrong_keys_of_kaggle_say_how_to_give_the_right_ones(site, pauses, monkeypatch):
    site.datasets[NAME].needs_key = ("ann", "k3y")
    with pytest.raises(NetworkError, match="status 403") as caught:
        KaggleDatasets(machine=pauses.machine()).pin(SOURCE)
    assert "KAGGLE_API_TOKEN" in str(caught.value.fix)
    monkeypatch.setenv("KAGGLE_USERNAME", "ann")
    monkeypatch.setenv("KAGGLE_KEY", "k3y")
    assert KaggleDatasets(machine=pauses.machine()).pin(SOURCE).revision == "1"


def test_keys_of_kaggle_are_read_from_its_file(site, pauses, tmp_path):
    site.datasets[NAME].needs_key = ("ann", "k3y")
    (tmp_path / "kaggle.json").write_text('{"username": "ann", "key": "k3y"}')
    assert KaggleDatasets(machine=pauses.machine()).pin(SOURCE).revision == "1"
    (tmp_path / "kaggle.json").write_text("{")
    with pytest.raises(NetworkError, match="Invalid Kaggle credentials file"):
        KaggleDatasets(machine=pauses.machine()).pin(SOURCE)


def test_a_busy_kaggle_is_asked_again(fetcher, site, pauses):
    site.faults.busy["GetDataset"] = [(429, {"Retry-After": "3"}), (500, {})]
    assert fetcher.pin(SOURCE).revision == "1"
    assert pauses.seconds == [3.0, 2.0]


def test_corrupt_content_from_kaggle_is_refused(fetcher, site, tmp_path):
    site.faults.corrupt.add("train.csv")
    with pytest.raises(DataError, match="not what Kaggle announced"):
        fetcher.fetch(SOURCE, fetcher.pin(SOURCE), tmp_path / "pets")
    assert not (tmp_path / "pets/train.csv").exists()


def test_offline_kaggle_uses_whole_folders_only(site, fetcher, tmp_path):
    pin = fetcher.pin(SOURCE)
    first = fetcher.fetch(SOURCE, pin, tmp_path / "pets")
    site.requests.clear()
    offline = KaggleDatasets(is_offline=True)
    assert offline.fetch(SOURCE, pin, tmp_path / "pets") == first
    assert offline.pin(SOURCE.model_copy(update={"version": 1})).revision == "1"
    with pytest.raises(NotFoundError, match="newest version"):
        offline.pin(SOURCE)
    with pytest.raises(NotFoundError, match="version 1"):
        offline.fetch(SOURCE, pin, tmp_path / "others")
    assert site.requests == []


def test_nothing_is_printed_beside_the_answer(fetcher, tmp_path, capsys):
    fetcher.fetch(SOURCE, fetcher.pin(SOURCE), tmp_path / "pets")
    assert capsys.readouterr().out == ""
