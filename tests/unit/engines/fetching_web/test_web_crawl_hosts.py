"""Small crawls: robots variants, addresses, sitemaps, start addresses."""

import itertools

import pytest
from pydantic import ValidationError

from kitae.core.errors import DataError, DependencyError, NetworkError, NotFoundError, UsageError
from kitae.engines.fetching.web import Surroundings, WebCrawler
from kitae.records.source import GitHubSource, WebSource
from support.trap_site import FakeNetwork, Page, crawl_surroundings, running_site
from support.trap_site.pages import html, links, redirect

TEXT = (("Content-Type", "text/plain"),)
XML = (("Content-Type", "application/xml"),)
HOME = Page(html(links("a.html", "b.html")))
SITE = {"/": HOME, "/a.html": Page(html("a")), "/b.html": Page(html("b"))}


def _rules(text, status=200):
    return Page(text.encode(), status, TEXT)


class Bench:
    """One crawl of some hosts."""

    def __init__(self, site, folder):
        self.site = site
        self.folder = folder
        self.network = FakeNetwork(site.port)

    def crawl(self, *urls, around=None, **choices):
        choices = {"contact": "me@example.org", "max_page_s": 5, "max_page_mib": 0.5} | choices
        source = WebSource(web=urls, **choices)
        crawler = WebCrawler(crawl_surroundings(self.network, **(around or {})))
        return crawler.fetch(source, crawler.pin(source), self.folder)

    def paths(self, host="a.test"):
        return [r.path for r in self.site.requests if r.host == host]


@pytest.fixture
def bench(tmp_path):
    with running_site({}) as site:
        yield Bench(site, tmp_path / "crawl")


def _origins(fetched):
    return sorted(file.origin.partition("://")[2] for file in fetched.files)


def _reasons(fetched):
    return {r.origin.partition("://")[2]: r.reason for r in fetched.refused}


def _endless():
    return itertools.repeat(b"# nothing but words\n" * 4000)


def _garbage():
    yield b"User-agent: *\nDisallow: /a.html\n"
    yield from itertools.repeat(b"x" * 60000)


@pytest.mark.parametrize(
    "robots",
    [
        Page(b"", 404),
        Page(b"", 403),
        _rules(""),
        _rules("User-agent: *\nDisallow:\n"),
        Page(b"<html>no such page</html>"),
        Page(_endless, headers=TEXT),
        redirect("/rules.txt"),
    ],
    ids=["404", "403", "empty", "allows", "soft404", "endless", "redirect"],
)
def test_a_host_without_prohibitions_is_crawled(bench, robots):
    bench.site.hosts["a.test"] = {**SITE, "/robots.txt": robots, "/rules.txt": _rules("")}
    assert len(bench.crawl("http://a.test/").files) == 3


@pytest.mark.parametrize(
    "robots",
    [
        _rules("User-agent: *\nDisallow: /a.html"),
        _rules("User-agent: *\nDisallow: /*a.html$"),
        _rules("User-agent: kitae\nDisallow: /a\nUser-agent: *\nAllow: /"),
        Page(_garbage, headers=TEXT),
        redirect("/rules.txt"),
    ],
    ids=["plain", "wildcard", "named", "endless", "redirect"],
)
def test_a_disallowed_page_is_not_asked_for(bench, robots):
    rules = _rules("User-agent: *\nDisallow: /a.html")
    bench.site.hosts["a.test"] = {**SITE, "/robots.txt": robots, "/rules.txt": rules}
    fetched = bench.crawl("http://a.test/")
    assert _reasons(fetched) == {"a.test/a.html": "robots"}
    assert "/a.html" not in bench.paths()


def _never():
    import time

    while True:
        time.sleep(0.05)
        yield b""


@pytest.mark.parametrize(
    "robots",
    [
        Page(b"", 500),
        Page(b"", 503),
        Page(b"", 429),
        redirect("/robots.txt"),
        redirect("http://127.0.0.1:9/robots.txt"),
        redirect("http://a.test:9/robots.txt"),
        redirect("ftp://a.test/robots.txt"),
        Page(lambda: iter([b"x"]), headers=(*TEXT, ("Content-Length", "50"))),
    ],
    ids=["500", "503", "429", "loop", "loopback", "port", "scheme", "broken-off"],
)
def test_a_host_whose_rules_cannot_be_read_is_left_alone(bench, robots):
    bench.site.hosts["a.test"] = {**SITE, "/robots.txt": robots}
    with pytest.raises(NetworkError, match="robots_unreachable") as caught:
        bench.crawl("http://a.test/")
    assert caught.value.exit_code == 5
    assert "/" not in bench.paths()


def test_a_robots_txt_that_never_comes_closes_the_host(bench):
    bench.site.hosts["a.test"] = {**SITE, "/robots.txt": Page(_never, headers=TEXT)}
    import time

    with pytest.raises(NetworkError, match="robots_unreachable"):
        bench.crawl("http://a.test/", max_page_s=0.3, around={"timer": time.monotonic})


def test_rules_that_cannot_be_read_close_only_their_host(bench):
    bench.site.hosts["a.test"] = {**SITE, "/": Page(html(links("a.html", "http://b.test/x")))}
    bench.site.hosts["b.test"] = {"/x": HOME, "/robots.txt": Page(b"", 500)}
    fetched = bench.crawl("http://a.test/", scope=("http://a.test/", "http://b.test/"))
    assert _origins(fetched) == ["a.test/", "a.test/a.html"]
    assert _reasons(fetched) == {"b.test/x": "robots_unreachable"}


@pytest.mark.parametrize(
    ("path", "page", "reason"),
    [
        ("/ai.txt", _rules("User-Agent: *\nDisallow: /\n"), "ai_txt"),
        ("/ai.txt", _rules("", 500), "reservation_unreadable"),
        ("/.well-known/tdmrep.json", _rules('[{"location":"/","tdm-reservation":1}]'), "tdm_reserved"),
        ("/.well-known/tdmrep.json", _rules("[broken"), "tdm_reserved"),
    ],
)  # fmt: skip
def test_a_reserved_site_is_not_fetched(bench, path, page, reason):
    bench.site.hosts["a.test"] = {**SITE, path: page}
    with pytest.raises((DataError, NetworkError), match=reason):
        bench.crawl("http://a.test/")
    assert "/" not in bench.paths()


@pytest.mark.parametrize("path", ["/ai.txt", "/.well-known/tdmrep.json"])
def test_a_page_in_place_of_a_reservation_reserves_nothing(bench, path):
    bench.site.hosts["a.test"] = {**SITE, path: Page(b"<html>User-agent: *\nDisallow: /</html>")}
    assert len(bench.crawl("http://a.test/").files) == 3


def test_ai_txt_speaks_by_kind_of_file(bench):
    rules = _rules("User-Agent: *\nDisallow: *b.html\n")
    bench.site.hosts["a.test"] = {**SITE, "/ai.txt": rules}
    assert _reasons(bench.crawl("http://a.test/")) == {"a.test/b.html": "ai_txt"}


def test_a_host_that_wants_rests_of_an_hour_is_left_alone(bench):
    rules = _rules("User-agent: *\nCrawl-delay: 3600")
    bench.site.hosts["a.test"] = {**SITE, "/robots.txt": rules}
    with pytest.raises(DataError, match="crawl_delay"):
        bench.crawl("http://a.test/")


def test_the_least_pause_holds_where_the_site_asks_for_none(bench):
    bench.site.hosts["a.test"] = SITE
    bench.crawl("http://a.test/", pause_s=1.5)
    assert bench.network.slept == [1.5] * (len(bench.site.requests) - 1)


def test_while_one_host_rests_another_is_asked(bench):
    pages = {f"/{n}.html": Page(html("x")) for n in range(4)}
    bench.site.hosts["a.test"] = {"/": Page(html(links(*pages))), **pages}
    bench.site.hosts["b.test"] = bench.site.hosts["a.test"]
    bench.crawl("http://a.test/", "http://b.test/")
    hosts = [r.host for r in bench.site.requests if r.path.endswith("html")]
    assert hosts == ["a.test", "b.test"] * 4


def test_a_start_address_that_robots_txt_forbids_names_the_rule(bench):
    bench.site.hosts["a.test"] = {**SITE, "/robots.txt": _rules("User-agent: *\nDisallow: /")}
    with pytest.raises(DataError, match="robots: Disallow: /") as caught:
        bench.crawl("http://a.test/")
    assert caught.value.where == "web: http://a.test/"


def test_a_start_address_that_is_not_there_is_not_found(bench):
    bench.site.hosts["a.test"] = SITE
    with pytest.raises(NotFoundError, match="404"):
        bench.crawl("http://a.test/nowhere")


def test_a_host_without_an_address_is_a_network_error(bench):
    bench.network.answers["a.test"] = [[]]
    with pytest.raises(NetworkError, match="no address"):
        bench.crawl("http://a.test/")


def test_a_closed_port_is_a_network_error(tmp_path):
    def refuse(address, port, timeout_s):
        raise ConnectionRefusedError("refused")

    around = crawl_surroundings(FakeNetwork(0), connect=refuse)
    source = WebSource(web=("http://a.test/",), contact="me@example.org")
    crawler = WebCrawler(around)
    with pytest.raises(NetworkError, match="refused"):
        crawler.fetch(source, crawler.pin(source), tmp_path)


@pytest.mark.parametrize(
    "addresses",
    [["127.0.0.1"], ["93.184.216.34", "10.0.0.1"], ["169.254.169.254"], ["::1"], ["64:ff9b::7f00:1"]],
)  # fmt: skip
def test_a_name_with_any_private_address_is_never_connected_to(bench, addresses):
    bench.site.hosts["a.test"] = SITE
    bench.network.answers["a.test"] = [addresses]
    with pytest.raises(DataError, match="private_address") as caught:
        bench.crawl("http://a.test/")
    assert "private_hosts" in caught.value.fix
    assert bench.network.connected == []


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "[::1]", "2130706433", "0x7f.1", "127.1", "localhost"]
)
def test_loopback_in_any_spelling_is_refused(bench, host):
    from kitae.engines.fetching.web.addresses import resolve

    with pytest.raises(DataError, match="private_address"):
        bench.crawl(f"http://{host}/", around={"resolve": resolve})
    assert bench.network.connected == []


def test_a_private_host_that_is_named_is_reached_on_its_port_alone(tmp_path):
    with running_site({"127.0.0.1": SITE}) as site:
        start = f"http://127.0.0.1:{site.port}/"
        bench = Bench(site, tmp_path)
        around = {"resolve": None, "connect": None}
        named = bench.crawl(start, private_hosts=("127.0.0.1",), around=around)
        assert len(named.files) == 3
        site.hosts["127.0.0.1"] = {"/": redirect(f"http://127.0.0.1:{site.port + 1}/x")}
        scope = ("http://127.0.0.1/", start)
        with pytest.raises(DataError, match="port"):
            bench.crawl(start, private_hosts=("127.0.0.1",), around=around, scope=scope)


def test_a_changed_dns_answer_is_checked_anew_and_never_connected_to(bench):
    """Each connection resolves once; what was checked is what is connected to."""
    close = (("Content-Type", "text/html"), ("Connection", "close"))
    bench.site.hosts["a.test"] = {
        "/": Page(html(links("a.html")), headers=close),
        "/robots.txt": Page(b"", 404, close),
        "/ai.txt": Page(b"", 404, close),
        "/.well-known/tdmrep.json": Page(b"", 404, close),
        "/a.html": Page(html("secret")),
    }
    public = ["93.184.216.34"]
    bench.network.answers["a.test"] = [public, public, public, public, ["169.254.169.254"]]
    fetched = bench.crawl("http://a.test/")
    assert _reasons(fetched) == {"a.test/a.html": "private_address"}
    assert len(bench.network.connected) == len(bench.network.resolved) - 1 == 4
    assert {address for address, _ in bench.network.connected} == set(public)


def test_the_next_checked_address_is_tried_when_one_does_not_answer(bench):
    bench.site.hosts["a.test"] = SITE
    bench.network.answers["a.test"] = [["93.184.216.35", "93.184.216.34"]]
    tried = []

    def connect(address, port, timeout_s):
        tried.append(address)
        if address.endswith("35"):
            raise ConnectionRefusedError
        return bench.network.connect(address, port, timeout_s)

    assert len(bench.crawl("http://a.test/", around={"connect": connect}).files) == 3
    assert set(tried) == {"93.184.216.35", "93.184.216.34"}


@pytest.mark.parametrize(
    ("target", "scope", "reason"),
    [
        ("http://127.0.0.1/x", "http://127.0.0.1/", "private_address"),
        ("http://169.254.169.254/x", "http://169.254.169.254/", "private_address"),
        ("http://inside.test/x", "http://inside.test/", "private_address"),
        ("http://a.test:8080/x", "http://other.test/", "port"),
        ("http://strange.test/x", "http://other.test/", "out_of_scope"),
        ("https://user:pass@a.test/", "http://other.test/", "scheme"),
        ("/forbidden", "http://other.test/", "robots"),
    ],
)
def test_every_hop_of_a_redirect_is_checked_again(bench, target, scope, reason):
    rules = _rules("User-agent: *\nDisallow: /forbidden")
    start = Page(html(links("hop")))
    bench.site.hosts["a.test"] = {"/": start, "/hop": redirect(target), "/robots.txt": rules}
    bench.network.answers["inside.test"] = [["192.168.0.1"]]
    fetched = bench.crawl("http://a.test/", scope=("http://a.test/", scope))
    assert _reasons(fetched) == {"a.test/hop": reason}
    assert {address for address, _ in bench.network.connected} == {"93.184.216.34"}


def test_a_start_that_leads_out_of_scope_says_what_to_name(bench):
    bench.site.hosts["a.test"] = {"/": redirect("http://www.a.test/")}
    with pytest.raises(DataError, match=r"redirected to http://www\.a\.test/") as caught:
        bench.crawl("http://a.test/")
    assert "`web`" in caught.value.fix


def _sitemap(*urls, kind="urlset"):
    entry = "sitemap" if kind == "sitemapindex" else "url"
    inside = "".join(f"<{entry}><loc>{url}</loc></{entry}>" for url in urls)
    return f'<?xml version="1.0"?><{kind}>{inside}</{kind}>'.encode()


def test_a_sitemap_index_with_packed_sitemaps_stands_for_its_pages(bench):
    import gzip

    pages = [f"http://a.test/p{n}.html" for n in range(3)]
    inner = _sitemap(*pages[:2], "http://b.test/not-ours.html")
    bench.site.hosts["a.test"] = {
        "/sitemap.xml": Page(
            _sitemap(
                "http://a.test/one.xml.gz", "http://a.test/two.xml", "http://c.test/three.xml",
                kind="sitemapindex",
            ),
            headers=XML,
        ),
        "/one.xml.gz": Page(gzip.compress(inner), headers=(("Content-Type", "application/gzip"),)),
        "/two.xml": Page(_sitemap(pages[2], "http://a.test/gone.html"), headers=XML),
        **{f"/p{n}.html": Page(html(links("/linked.html"))) for n in range(3)},
        "/linked.html": Page(html("linked")),
    }  # fmt: skip
    fetched = bench.crawl("http://a.test/sitemap.xml", follow_links=False)
    assert _origins(fetched) == ["a.test/p0.html", "a.test/p1.html", "a.test/p2.html"]
    assert _reasons(fetched) == {"a.test/gone.html": "not_found"}
    assert bench.paths("c.test") == []


def test_a_packed_sitemap_that_unpacks_without_end_is_refused(bench):
    import gzip

    bomb = gzip.compress(b"<urlset>" + b" " * 60_000_000, 1)
    bench.site.hosts["a.test"] = {
        "/sitemap.xml.gz": Page(bomb, headers=(("Content-Type", "application/gzip"),))
    }
    with pytest.raises(DataError, match="too_large"):
        bench.crawl("http://a.test/sitemap.xml.gz")


def test_a_feed_is_no_start(bench):
    bench.site.hosts["a.test"] = {"/feed.xml": Page(b"<rss/>", headers=XML)}
    with pytest.raises(DataError, match="not a sitemap"):
        bench.crawl("http://a.test/feed.xml")


def test_limits_on_pages_depth_and_bytes_are_told(bench):
    chain = {f"/{n}": Page(html(links(f"/{n + 1}") + "x" * 1000)) for n in range(30)}
    bench.site.hosts["a.test"] = chain
    few = bench.crawl("http://a.test/0", max_pages=4)
    assert (len(few.files), few.refused[-1].reason) == (4, "page_limit")
    shallow = bench.crawl("http://a.test/0", max_depth=2)
    assert (len(shallow.files), shallow.refused[-1].reason) == (3, "too_deep")
    small = bench.crawl("http://a.test/0", max_total_mib=0.002)
    assert (len(small.files), small.refused[-1].reason) == (2, "total_limit")


def test_without_following_links_only_the_named_pages_are_fetched(bench):
    bench.site.hosts["a.test"] = SITE
    fetched = bench.crawl("http://a.test/", "http://a.test/b.html", follow_links=False)
    assert _origins(fetched) == ["a.test/", "a.test/b.html"]


def test_a_host_that_fails_again_and_again_is_given_up(bench):
    pages = [f"/{n}.html" for n in range(9)]
    bench.site.hosts["a.test"] = lambda request: (
        Page(html(links(*pages)))
        if request.path == "/"
        else Page(b"", 404 if request.path[1:2] in "ra." else 500)
    )
    reasons = list(_reasons(bench.crawl("http://a.test/")).values())
    assert reasons == ["server_error"] * 5 + ["host_given_up"] * 4


def test_a_start_page_that_marks_itself_still_leads_on(bench):
    marked = Page(html(links("a.html"), '<meta name="robots" content="noindex">'))
    bench.site.hosts["a.test"] = {**SITE, "/": marked}
    fetched = bench.crawl("http://a.test/")
    assert _origins(fetched) == ["a.test/a.html"]
    assert _reasons(fetched) == {"a.test/": "noindex"}


def test_an_address_of_another_kind_is_a_mistake_in_the_recipe(bench):
    with pytest.raises(UsageError, match="ftp://"):
        bench.crawl("ftp://a.test/")
    with pytest.raises(UsageError, match="GitHubSource"):
        WebCrawler(Surroundings()).pin(GitHubSource(github="a/b"))


@pytest.mark.parametrize("contact", ["", "nobody", "a@b.c\r\nX-Evil: 1", "日本@例.jp"])
def test_a_contact_is_an_address_that_fits_a_header(contact):
    with pytest.raises(ValidationError):
        WebSource(web=("http://a.test/",), contact=contact)


def test_a_missing_package_says_what_to_install(tmp_path, monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "protego", None)
    source = WebSource(web=("http://a.test/",), contact="me@example.org")
    crawler = WebCrawler()
    with pytest.raises(DependencyError) as caught:
        crawler.fetch(source, crawler.pin(source), tmp_path)
    assert 'pip install "kitae[web]"' in caught.value.fix


def test_a_proxy_that_was_handed_in_is_asked_with_the_whole_address(tmp_path):
    seen = []

    def answer(request):
        seen.append((request.host, request.path))
        path = request.path.removeprefix("http://a.test")
        return SITE.get(path)

    with running_site({"a.test": answer}) as site:
        bench = Bench(site, tmp_path)
        around = {"proxy": f"http://127.0.0.1:{site.port}", "connect": None}
        assert len(bench.crawl("http://a.test/", around=around).files) == 3
        assert bench.network.resolved == []
        assert ("a.test", "http://a.test/a.html") in seen


def test_proxies_of_the_environment_are_not_used(bench, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    bench.site.hosts["a.test"] = SITE
    assert len(bench.crawl("http://a.test/").files) == 3
