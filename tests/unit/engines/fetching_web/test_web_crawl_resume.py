"""Kills, second crawls, and certificates."""

import os
import shutil
import signal
import ssl
import subprocess
import sys
import threading
from collections import Counter
from datetime import timedelta
from http.server import ThreadingHTTPServer
from pathlib import Path

import pytest

from kitae.core.errors import NetworkError
from kitae.engines.fetching.web import WebCrawler
from kitae.engines.fetching.web.connection import Deadline
from kitae.engines.fetching.web.refusals import RefusedError
from kitae.records.source import Pin, WebSource
from support.trap_site import FakeNetwork, Page, crawl_surroundings, running_site
from support.trap_site import server as trap_server
from support.trap_site.pages import html, links

TESTS = Path(__file__).resolve().parents[3]
COUNT = 40
PAGES = {
    f"/p{n}.html": Page(html(f"page {n} " + links(f"/p{(n * 7 + 1) % COUNT}.html", f"/p{n // 2}.html", "/gone.html")))
    for n in range(COUNT)
}  # fmt: skip
PIN = Pin(revision="2026-01-02T03:04:05+00:00")


def _source(port):
    return WebSource(
        web=(f"http://127.0.0.1:{port}/p1.html",), contact="me@example.org", pause_s=0,
        private_hosts=("127.0.0.1",), max_depth=50,
    )  # fmt: skip


def _content(fetched, folder):
    return [(file.origin, (folder / file.path).read_bytes()) for file in fetched.files]


CHILD = """
import sys
from pathlib import Path
from kitae.engines.fetching.web import WebCrawler
from kitae.records.source import Pin, WebSource
WebCrawler().fetch(WebSource.model_validate_json(sys.argv[1]), Pin(revision=sys.argv[2]), Path(sys.argv[3]))
"""


def _killed_at(site, source, folder, count):
    """Crawl in a process of its own that is killed while its COUNT-th request is under way."""
    arguments = [source.model_dump_json(), PIN.revision, str(folder)]
    child = subprocess.Popen([sys.executable, "-c", CHILD, *arguments], cwd=TESTS)
    first = len(site.requests)
    site.on_request = lambda now: (
        os.kill(child.pid, signal.SIGKILL) if now == first + count else None
    )
    assert child.wait() == -signal.SIGKILL
    site.on_request = lambda _: None


def test_a_killed_crawl_goes_on_and_asks_for_no_stored_page_again(tmp_path):
    with running_site({"127.0.0.1": PAGES}) as site:
        source = _source(site.port)
        whole = WebCrawler().fetch(source, PIN, tmp_path / "whole")
        assert len(whole.files) == 30
        site.requests.clear()
        folder = tmp_path / "killed"
        for count in (2, 9, 8):
            _killed_at(site, source, folder, count)
        resumed = WebCrawler().fetch(source, PIN, folder)
        assert _content(resumed, folder) == _content(whole, tmp_path / "whole")
        assert resumed.refused == whole.refused
        again = Counter(site.asked()) - Counter(dict.fromkeys(site.asked(), 1))
        assert sum(again.values()) <= 3


def test_a_torn_line_costs_one_page(tmp_path):
    with running_site({"127.0.0.1": PAGES}) as site:
        source = _source(site.port)
        whole = WebCrawler().fetch(source, PIN, tmp_path)
        (log,) = tmp_path.glob("log-*.jsonl")
        lines = log.read_bytes().splitlines(keepends=True)
        log.write_bytes(b"".join(lines[:-2]) + lines[-2][:40])
        site.requests.clear()
        resumed = WebCrawler().fetch(source, PIN, tmp_path)
        assert [file.origin for file in resumed.files] == [file.origin for file in whole.files]
        assert len(site.requests) == 1


def test_a_body_that_was_deleted_is_fetched_again(tmp_path):
    with running_site({"127.0.0.1": PAGES}) as site:
        source = _source(site.port)
        whole = WebCrawler().fetch(source, PIN, tmp_path)
        (tmp_path / whole.files[3].path).unlink()
        site.requests.clear()
        WebCrawler().fetch(source, PIN, tmp_path)
        assert [r.path for r in site.requests] == ["/" + whole.files[3].origin.rpartition("/")[2]]


def test_what_failed_for_the_moment_is_tried_again_when_the_crawl_goes_on(tmp_path):
    with running_site({"a.test": {}}) as site:
        site.hosts["a.test"] = {"/": Page(html(links("/x.html"))), "/x.html": Page(b"", 500)}
        source = WebSource(web=("http://a.test/",), contact="me@example.org")
        network = FakeNetwork(site.port)

        def interrupt(done, total):
            if done == 2:
                raise KeyboardInterrupt

        crawler = WebCrawler(crawl_surroundings(network))
        with pytest.raises(KeyboardInterrupt):
            crawler.fetch(source, PIN, tmp_path, interrupt)
        site.hosts["a.test"]["/x.html"] = Page(html("mended"))
        assert len(crawler.fetch(source, PIN, tmp_path).files) == 2


@pytest.mark.parametrize("is_same_folder", [True, False])
def test_a_later_crawl_keeps_the_bodies_that_did_not_change(tmp_path, is_same_folder):
    tagged = {path: Page(page.body, etag=f'"{path}"') for path, page in PAGES.items()}
    with running_site({"a.test": dict(tagged)}) as site:
        network = FakeNetwork(site.port)
        source = WebSource(web=("http://a.test/p1.html",), contact="me@example.org", max_depth=50)
        crawler = WebCrawler(crawl_surroundings(network))
        old = crawler.fetch(source, crawler.pin(source), tmp_path / "old")
        network.time_s += timedelta(days=3).total_seconds()
        changed = old.files[2].origin.partition("a.test")[2]
        site.hosts["a.test"][changed] = Page(html("new text" + links("/fresh.html")), etag='"n"')
        site.hosts["a.test"]["/fresh.html"] = Page(html("fresh"))
        folder = tmp_path / "old" if is_same_folder else tmp_path / "new"
        later = WebCrawler(crawl_surroundings(network, earlier=tmp_path / "old"))
        site.requests.clear()
        new = later.fetch(source, later.pin(source), folder)
        asked_plainly = [r.path for r in site.requests if "If-None-Match" not in r.headers]
    assert {"/fresh.html", "/robots.txt"} <= set(asked_plainly)
    assert not set(asked_plainly) & set(PAGES)
    before = {file.origin: file for file in old.files}
    for file in new.files:
        assert (folder / file.path).is_file()
        is_new = file.origin.endswith((changed, "/fresh.html"))
        assert is_new or file.sha256 == before[file.origin].sha256
        assert is_new or file.retrieved > before[file.origin].retrieved
    assert len(new.files) == len(old.files) + 1


def test_robots_txt_is_asked_again_after_a_day(tmp_path):
    with running_site(
        {"a.test": {"/": Page(html(links("/x.html"))), "/x.html": Page(b"", 500)}}
    ) as site:
        network = FakeNetwork(site.port)
        source = WebSource(web=("http://a.test/",), contact="me@example.org")

        def interrupt(done, total):
            raise KeyboardInterrupt

        crawler = WebCrawler(crawl_surroundings(network))
        for pause in (0, timedelta(hours=23), timedelta(hours=2)):
            network.time_s += pause.total_seconds() if pause else 0
            with pytest.raises(KeyboardInterrupt):
                crawler.fetch(source, PIN, tmp_path, interrupt)
        assert site.asked()["/robots.txt"] == 2


def test_a_deadline_ends_every_step():
    ticks = iter([0.0, 1.0, 4.0, 6.0])
    deadline = Deadline(lambda: next(ticks))
    deadline.start(5)
    assert deadline.left(None) == 4.0
    assert deadline.left(0.5) == 0.5
    with pytest.raises(RefusedError) as caught:
        deadline.left(1)
    assert caught.value.refusal.reason == "too_slow"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl is not installed: no certificate for the test")
    folder = tmp_path_factory.mktemp("tls")
    command = [
        openssl, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
        "-days", "2", "-subj", "/CN=tls.test", "-addext", "subjectAltName=DNS:tls.test",
        "-keyout", "key.pem", "-out", "cert.pem",
    ]  # fmt: skip
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    return folder


@pytest.fixture
def tls_site(certificate):
    """The trap site behind TLS; gives the port and the names that clients asked for."""
    names = []
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate / "cert.pem", certificate / "key.pem")
    context.sni_callback = lambda _sock, name, _context: names.append(name)
    server = ThreadingHTTPServer(("127.0.0.1", 0), trap_server._Answers)
    server.daemon_threads = True
    server.socket = context.wrap_socket(server.socket, server_side=True)
    site = trap_server.TrapSite(server.server_port, {"tls.test": {"/": Page(html("safe"))}})
    server.site = site
    server.handle_error = lambda *_: None
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield site, names
    server.shutdown()
    server.server_close()
    thread.join()


def test_tls_speaks_to_the_name_and_connects_to_the_checked_address(
    tls_site, certificate, tmp_path
):
    site, names = tls_site
    network = FakeNetwork(site.port)
    context = ssl.create_default_context(cafile=str(certificate / "cert.pem"))
    crawler = WebCrawler(crawl_surroundings(network, ssl_context=context))
    source = WebSource(web=("https://tls.test/",), contact="me@example.org")
    assert len(crawler.fetch(source, PIN, tmp_path).files) == 1
    assert set(names) == {"tls.test"}
    assert set(network.connected) == {("93.184.216.34", 443)}
    assert {request.host for request in site.requests} == {"tls.test"}


def test_a_certificate_that_is_not_trusted_or_of_another_name_is_refused(
    tls_site, certificate, tmp_path
):
    site, _ = tls_site
    network = FakeNetwork(site.port)
    source = WebSource(web=("https://other.test/",), contact="me@example.org")
    trusted = ssl.create_default_context(cafile=str(certificate / "cert.pem"))
    for number, context in enumerate((None, trusted)):
        crawler = WebCrawler(crawl_surroundings(network, ssl_context=context))
        with pytest.raises(NetworkError, match="certificate verify failed"):
            crawler.fetch(source, PIN, tmp_path / str(number))
    assert site.requests == []
