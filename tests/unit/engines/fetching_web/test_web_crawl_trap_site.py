"""One crawl of the whole trap site, looked at from many sides."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest

from kitae.engines.fetching.web import WebCrawler
from kitae.engines.fetching.web.page_log import PageEntry, read_page_log
from kitae.engines.fetching.web.refusals import REASONS
from kitae.records.source import Fetched, WebSource
from support.trap_site import (
    DOCS,
    PLAIN_PAGES,
    TRAP_HOSTS,
    FakeNetwork,
    TrapSite,
    crawl_surroundings,
    running_site,
)

SOURCE = WebSource(
    web=(DOCS,), contact="owner@example.org", max_pages=2000, max_page_mib=1, max_page_s=5,
    max_per_pattern=10, max_depth=8,
)  # fmt: skip


@dataclass
class Crawled:
    fetched: Fetched
    again: Fetched
    folder: Path
    site: TrapSite
    network: FakeNetwork
    progress: list[tuple[int, int]]
    requests_of_first: int

    def entries(self) -> dict[str, PageEntry]:
        (log,) = self.folder.glob("log-*.jsonl")
        return {entry.url.removeprefix(DOCS): entry for entry in read_page_log(log)}

    def refused(self) -> dict[str, str]:
        return {r.origin.removeprefix(DOCS): r.reason for r in self.fetched.refused}

    def body(self, name: str) -> bytes:
        (file,) = [file for file in self.fetched.files if file.origin == DOCS + name]
        return (self.folder / file.path).read_bytes()


@pytest.fixture(scope="module")
def crawled(tmp_path_factory) -> Crawled:
    folder = tmp_path_factory.mktemp("crawl")
    progress: list[tuple[int, int]] = []
    with running_site(TRAP_HOSTS()) as site:
        network = FakeNetwork(site.port)
        crawler = WebCrawler(crawl_surroundings(network))
        pin = crawler.pin(SOURCE)
        fetched = crawler.fetch(SOURCE, pin, folder, lambda *at: progress.append(at))
        count = len(site.requests)
        again = crawler.fetch(SOURCE, pin, folder)
        return Crawled(fetched, again, folder, site, network, progress, count)


def test_every_ordinary_page_is_fetched_exactly_once(crawled):
    asked = crawled.site.asked("trap.test")
    ordinary = {path: count for path, count in asked.items() if path.startswith("/docs/s")}
    plain = {path for path in ordinary if "/p" in path}
    assert len(plain) == PLAIN_PAGES >= 500
    assert all(ordinary[path] == 1 for path in plain)
    stored = {file.origin for file in crawled.fetched.files}
    assert {f"http://trap.test{path}" for path in plain} <= stored


def test_robots_txt_and_its_sisters_are_asked_once_per_host(crawled):
    asked = crawled.site.asked()
    assert asked["/robots.txt"] == asked["/ai.txt"] == asked["/.well-known/tdmrep.json"] == 1


def test_every_request_says_who_asks(crawled):
    agents = {request.headers["User-Agent"] for request in crawled.site.requests}
    (agent,) = agents
    assert agent.startswith("kitae/")
    assert agent.endswith("(+owner@example.org)")


def test_the_crawl_delay_is_kept_between_all_requests(crawled):
    assert all(pause >= 2 for pause in crawled.network.slept[1:])
    assert len(crawled.network.slept) >= crawled.requests_of_first - 1
    assert 7.0 in crawled.network.slept


TRAPS = {
    "drip.html": "too_slow",
    "headers-drip.html": "too_slow",
    "flood-announced.html": "too_large",
    "flood.html": "too_large",
    "bomb.html": "too_large",
    "broken.html": "broken_body",
    "to-loopback": "private_address",
    "to-metadata": "private_address",
    "to-elsewhere": "out_of_scope",
    "to-file": "scheme",
    "ring-a": "redirect_loop",
    "chain-0": "too_many_redirects",
    "noindex.html": "noindex",
    "noindex-header.html": "noindex",
    "noai.html": "noai",
    "noai-header.html": "noai",
    "tdm-header.html": "tdm_reserved",
    "tdm-meta.html": "tdm_reserved",
    "private/secret.html": "robots",
    "gone.html": "not_found",
    "forbidden.html": "forbidden",
    "failing.html": "server_error",
    "brotli.html": "content_encoding",
    "feed": "content_type",
    "picture": "content_type",
    "nothing-said": "content_type",
}


@pytest.mark.parametrize(("name", "reason"), TRAPS.items())
def test_a_trap_is_refused_with_its_reason(crawled, name, reason):
    assert crawled.refused()[name] == reason
    assert DOCS + name not in {file.origin for file in crawled.fetched.files}


def test_bounds_are_told_once_each_with_a_count(crawled):
    bounds = Counter(r.reason for r in crawled.fetched.refused)
    assert bounds["path_loop"] == bounds["too_long"] == 1
    assert bounds["endless_pattern"] == 2
    assert all(r.reason in REASONS for r in crawled.fetched.refused)


def test_a_calendar_is_left_after_its_share(crawled):
    asked = crawled.site.asked("trap.test")
    assert sum(count for path, count in asked.items() if path.startswith("/docs/calendar")) == 10
    assert sum(count for path, count in asked.items() if path.startswith("/docs/cal/")) == 10


def test_what_is_forbidden_is_never_asked_for(crawled):
    asked = crawled.site.asked("trap.test")
    assert asked["/docs/private/secret.html"] == 0
    assert asked["/docs/behind-nofollow.html"] == 0
    assert asked["/docs/image.png"] == 0
    assert asked["/docs/behind-noindex.html"] == 1
    assert crawled.site.asked("elsewhere.test") == Counter()
    assert {address for address, _ in crawled.network.connected} == {"93.184.216.34"}


def test_a_busy_page_is_asked_again_after_its_own_pause(crawled):
    assert crawled.site.asked("trap.test")["/docs/busy.html"] == 2
    assert b"at last" in crawled.body("busy.html")


def test_every_file_is_there_with_its_hash(crawled):
    from kitae.core.hashing import file_digest

    for file in crawled.fetched.files:
        path = crawled.folder / file.path
        assert (file_digest(path), path.stat().st_size) == (file.sha256, file.bytes)


def test_characters_survive_whatever_told_the_charset(crawled):
    assert "日本語の文章" in crawled.body("sjis.html").decode("utf-8-sig")
    assert "漢字と仮名" in crawled.body("eucjp.html").decode("utf-8-sig")
    assert crawled.body("broken-bytes.html").endswith(b"\xff\xfe\x80")
    assert crawled.entries()["broken-bytes.html"].charset == ""


def test_other_kinds_of_text_are_kept_by_their_kind(crawled):
    suffix = {f.origin.removeprefix(DOCS): Path(f.path).suffix for f in crawled.fetched.files}
    assert (suffix["paper.pdf"], suffix["notes.md"], suffix["plain.txt"]) == (".pdf", ".md", ".txt")


def test_a_licence_goes_with_the_page(crawled):
    (page,) = [f for f in crawled.fetched.files if f.origin == f"{DOCS}cc.html"]
    assert page.licence == "CC-BY-SA-4.0"
    assert "creativecommons.org" in page.terms


def test_instructions_in_a_page_are_flagged_and_the_page_is_kept(crawled):
    entry = crawled.entries()["inject.html"]
    assert (entry.outcome, entry.signs) == ("stored", ("override_instructions",))
    flagged = {f.origin: f.signs for f in crawled.fetched.files if f.signs}
    assert flagged[f"{DOCS}inject.html"] == ("override_instructions",)


def test_a_moved_page_is_stored_under_its_new_address(crawled):
    stored = {file.origin for file in crawled.fetched.files}
    assert f"{DOCS}target-of-move.html" in stored
    assert f"{DOCS}moved.html" not in stored


def test_fetching_a_finished_crawl_again_asks_nobody_and_gives_the_same(crawled):
    assert crawled.again == crawled.fetched
    assert len(crawled.site.requests) == crawled.requests_of_first


def test_progress_only_grows(crawled):
    done = [at for at, _ in crawled.progress]
    assert done == sorted(done)
    assert all(at <= total for at, total in crawled.progress)
