"""Repositories of GitHub: REST, raw files and GraphQL against a server on loopback."""

from __future__ import annotations

import pytest

from kitae.core.errors import DataError, NetworkError, NotFoundError
from kitae.engines.fetching import GitHubRepositories
from kitae.records.source import GitHubSource
from support.hub_servers.github_server import github_server
from support.hub_servers.machines import NOON, Pauses
from support.hub_servers.repositories import repository, sha256

NAME = "some/pets"
ROWS = b'{"q": "cat", "a": "meow"}\n' * 40_000
FILES = {
    "data/train.jsonl": ROWS,
    "data/deep/er/more.csv": b"a,b\n1,2\n",
    "docs/guide.md": b"# Guide\n",
    "package.json": b"{}",
    ".github/workflows/ci.json": b"{}",
    "main.py": b"print()",
}
TRAIN = "data/train.jsonl"
SOURCE = GitHubSource(github=NAME)
WANTED = ["data/deep/er/more.csv", TRAIN, "docs/guide.md"]


@pytest.fixture
def pauses():
    return Pauses()


@pytest.fixture
def server():
    with github_server({NAME: repository(FILES, licence="MIT")}) as running:
        yield running


@pytest.fixture
def fetcher(server, pauses):
    return GitHubRepositories(
        api_url=server.url, raw_url=f"{server.url}/raw", token="secret", machine=pauses.machine()
    )


def test_a_pin_of_github_is_a_commit_with_the_repositorys_licence(fetcher, server):
    pin = fetcher.pin(SOURCE)
    assert (pin.revision, pin.licence) == (server.repositories[NAME].references["main"], "MIT")
    server.repositories[NAME].licence = "NOASSERTION"
    pin = fetcher.pin(SOURCE)
    assert (pin.licence, pin.terms) == ("unknown", "A licence")
    server.repositories[NAME].licence = ""
    assert fetcher.pin(SOURCE).licence == "unknown"


def test_the_material_of_a_repository_comes_without_its_settings_and_code(fetcher, tmp_path):
    pin = fetcher.pin(SOURCE)
    fetched = fetcher.fetch(SOURCE, pin, tmp_path / "pets")
    assert [file.path for file in fetched.files] == WANTED
    train = fetched.files[1]
    assert (tmp_path / "pets" / TRAIN).read_bytes() == ROWS
    assert (train.sha256, train.licence) == (sha256(ROWS), "MIT")
    assert train.origin == f"{NAME}@{pin.revision}/{TRAIN}"
    assert train.retrieved == NOON.isoformat()


def test_patterns_choose_files_of_a_repository(fetcher, tmp_path):
    source = SOURCE.model_copy(update={"files": ("data/*.jsonl", "main.py")})
    fetched = fetcher.fetch(source, fetcher.pin(source), tmp_path / "pets")
    assert [file.path for file in fetched.files] == [TRAIN]
    assert [item.reason for item in fetched.refused] == ["not_readable"]
    nothing = SOURCE.model_copy(update={"files": ("*.parquet",)})
    with pytest.raises(NotFoundError, match="no files that match"):
        fetcher.fetch(nothing, fetcher.pin(nothing), tmp_path / "none")


def test_a_pinned_commit_of_github_stays_when_the_branch_moves(fetcher, server, tmp_path):
    pin = fetcher.pin(SOURCE)
    server.repositories[NAME].commit({TRAIN: b"{}\n"})
    fetcher.fetch(SOURCE, pin, tmp_path / "pets")
    assert (tmp_path / "pets" / TRAIN).read_bytes() == ROWS
    assert fetcher.pin(SOURCE).revision != pin.revision


def test_a_tree_too_large_for_one_answer_is_walked_folder_by_folder(fetcher, server, tmp_path):
    server.largest_tree = 2
    fetched = fetcher.fetch(SOURCE, fetcher.pin(SOURCE), tmp_path / "pets")
    assert [file.path for file in fetched.files] == WANTED


def test_another_server_gives_its_files_through_the_rest_interface(server, tmp_path, pauses):
    fetcher = GitHubRepositories(api_url=server.url, machine=pauses.machine())
    fetcher.fetch(SOURCE, fetcher.pin(SOURCE), tmp_path / "pets")
    assert (tmp_path / "pets" / TRAIN).read_bytes() == ROWS
    assert server.asked("/contents/")
    assert not server.asked("/raw/")


def test_a_second_fetch_from_github_asks_nobody(fetcher, server, tmp_path):
    pin = fetcher.pin(SOURCE)
    first = fetcher.fetch(SOURCE, pin, tmp_path / "pets")
    server.requests.clear()
    assert fetcher.fetch(SOURCE, pin, tmp_path / "pets") == first
    assert server.requests == []


def test_a_broken_download_from_github_goes_on_at_the_byte_where_it_broke(
    fetcher, server, tmp_path, pauses
):
    server.faults.break_once.add(TRAIN)
    fetcher.fetch(SOURCE, fetcher.pin(SOURCE), tmp_path / "pets")
    assert (tmp_path / "pets" / TRAIN).read_bytes() == ROWS
    assert [r.first_byte > 0 for r in server.asked(TRAIN)] == [False, True]
    assert pauses.seconds == [1.0]


def test_a_download_that_breaks_every_time_is_given_up_and_continued_later(
    fetcher, server, tmp_path
):
    pin = fetcher.pin(SOURCE)
    server.faults.break_always.add(TRAIN)
    with pytest.raises(NetworkError, match="cannot be reached"):
        fetcher.fetch(SOURCE, pin, tmp_path / "pets")
    assert not (tmp_path / "pets" / TRAIN).exists()
    assert (tmp_path / "pets/.partial" / f"{TRAIN}.part").stat().st_size < len(ROWS)
    server.faults.break_always.clear()
    server.requests.clear()
    fetcher.fetch(SOURCE, pin, tmp_path / "pets")
    assert (tmp_path / "pets" / TRAIN).read_bytes() == ROWS
    assert [r.first_byte > 0 for r in server.asked(TRAIN)] == [True]


def test_corrupt_content_from_github_is_refused(fetcher, server, tmp_path):
    server.faults.corrupt.add(TRAIN)
    with pytest.raises(DataError, match="not what GitHub announced"):
        fetcher.fetch(SOURCE, fetcher.pin(SOURCE), tmp_path / "pets")
    assert not (tmp_path / "pets" / TRAIN).exists()


def test_pointers_into_large_file_storage_are_refused_by_name(fetcher, server, tmp_path):
    files = {
        ".gitattributes": b"*.parquet filter=lfs diff=lfs merge=lfs -text\n",
        "big/train.parquet": b"version https://git-lfs.github.com/spec/v1\n",
        "small.csv": b"a\n1\n",
    }
    server.repositories["some/large"] = repository(files)
    source = GitHubSource(github="some/large")
    fetched = fetcher.fetch(source, fetcher.pin(source), tmp_path / "a")
    assert [file.path for file in fetched.files] == ["small.csv"]
    assert [item.reason for item in fetched.refused] == ["git_lfs"]
    only = source.model_copy(update={"files": ("big/*",)})
    with pytest.raises(DataError, match="large file storage"):
        fetcher.fetch(only, fetcher.pin(only), tmp_path / "b")


def test_a_missing_repository_or_revision_of_github_is_not_found(fetcher):
    with pytest.raises(NotFoundError, match="the repository some/birds"):
        fetcher.pin(GitHubSource(github="some/birds"))
    with pytest.raises(NotFoundError, match="revision 'v9'"):
        fetcher.pin(GitHubSource(github=NAME, revision="v9"))


def test_a_wrong_token_of_github_says_how_to_give_the_right_one(server, pauses):
    server.repositories[NAME].needs_token = "secret"
    with pytest.raises(NetworkError, match="status 401") as caught:
        GitHubRepositories(api_url=server.url, token="wrong", machine=pauses.machine()).pin(SOURCE)
    assert "GITHUB_TOKEN" in str(caught.value.fix)


def test_a_spent_limit_of_github_is_waited_for_when_short_and_told_when_long(
    fetcher, server, pauses
):
    server.faults.busy["/repos/some/pets"] = [
        (403, {"Retry-After": "5", "X-RateLimit-Remaining": "0"})
    ]
    assert fetcher.pin(SOURCE).revision
    assert pauses.seconds == [5.0]
    server.faults.busy["/repos/some/pets"] = [
        (403, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "99999999999"})
    ]
    with pytest.raises(NetworkError, match="takes no more requests") as caught:
        fetcher.pin(SOURCE)
    assert "GITHUB_TOKEN" in str(caught.value.fix)


def test_an_address_where_nobody_answers_is_a_network_error(pauses):
    fetcher = GitHubRepositories(api_url="http://127.0.0.1:9", machine=pauses.machine())
    with pytest.raises(NetworkError, match="cannot be reached"):
        fetcher.pin(SOURCE)
    assert len(pauses.seconds) == 4


def test_offline_github_uses_whole_folders_only(server, fetcher, tmp_path):
    pin = fetcher.pin(SOURCE)
    first = fetcher.fetch(SOURCE, pin, tmp_path / "pets")
    server.requests.clear()
    offline = GitHubRepositories(api_url=server.url, is_offline=True)
    assert offline.fetch(SOURCE, pin, tmp_path / "pets") == first
    with pytest.raises(NotFoundError, match="Offline"):
        offline.pin(SOURCE)
    assert (
        offline.pin(SOURCE.model_copy(update={"revision": pin.revision})).revision == pin.revision
    )
    assert server.requests == []
