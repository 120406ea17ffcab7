import pytest

from kitae.engines.fetching.web import charset
from kitae.engines.fetching.web.client import Answer
from kitae.engines.fetching.web.licences import spdx
from kitae.engines.fetching.web.page import read_page
from kitae.engines.fetching.web.refusals import RefusedError
from kitae.engines.fetching.web.sitemaps import read_sitemap

URL = "https://a.example/docs/p.html"
HTML = (("content-type", "text/html"),)


def _read(body, headers=HTML, kind="text/html"):
    return read_page(URL, kind, Answer(200, headers, body.encode()))


def test_links_are_joined_to_the_base_and_nofollow_ones_left_out():
    reading = _read(
        "<base href='/other/'><a href='a'>1</a><a rel='nofollow ugc' href='b'>2</a>"
        "<area href='c'><link rel=next href=d><link rel=stylesheet href=e><a href='mailto:x@y.z'>3</a>"
    )
    assert reading.links == tuple(f"https://a.example/other/{name}" for name in "acd")


def test_a_page_that_says_nofollow_has_no_links():
    assert _read("<meta name=robots content=nofollow><a href=a>1</a>").links == ()


@pytest.mark.parametrize(
    ("hint", "name"),
    [
        ("https://creativecommons.org/licenses/by/4.0/", "CC-BY-4.0"),
        ("http://creativecommons.org/licenses/by-nc-sa/3.0/deed.ja", "CC-BY-NC-SA-3.0"),
        ("https://creativecommons.org/publicdomain/zero/1.0/", "CC0-1.0"),
        ("https://opensource.org/licenses/MIT", "MIT"),
        ("https://www.apache.org/licenses/LICENSE-2.0.html", "Apache-2.0"),
        ("https://spdx.org/licenses/ODbL-1.0.html", "ODbL-1.0"),
        ("cc by-sa 4.0", "CC-BY-SA-4.0"),
        ("https://a.example/our-licence", None),
        ("all rights reserved", None),
    ],
)
def test_a_licence_is_named_where_it_can_be_told(hint, name):
    assert spdx(hint) == name


BY = "https://creativecommons.org/licenses/by/4.0/"


@pytest.mark.parametrize(
    "body",
    [
        f"<a rel=license href='{BY}'>x</a>",
        f"<link rel=license href='{BY}'>",
        "<meta name='dcterms.license' content='CC-BY-4.0'>",
        f"<div itemprop=license content='{BY}'>x</div>",
        f"""<script type="application/ld+json">{{"@graph":[{{"license":{{"@id":"{BY}"}}}}]}}</script>""",
    ],
)
def test_a_page_states_its_licence_in_many_ways(body):
    assert _read(f"<html><body>{body}</body></html>").licence == "CC-BY-4.0"


def test_a_header_states_the_licence_of_any_kind_of_file():
    headers = (("link", f'<{BY}>; rel="license"'),)
    assert _read("%PDF-", headers, "application/pdf").licence == "CC-BY-4.0"


def test_a_link_to_a_licence_is_no_licence_and_two_licences_are_none():
    linked = _read(f"<p>An article about <a href='{BY}'>CC</a></p>")
    assert (linked.licence, linked.terms) == ("unknown", f"links to: {BY}")
    two = _read(f"<a rel=license href='{BY}'>1</a><meta name=license content=MIT>")
    assert two.licence == "unknown"
    assert two.terms == f"licence: {BY}; licence: MIT"


def test_rights_are_kept_as_terms():
    body = "<meta name=copyright content='© A'><a rel=terms-of-service href=/t>T</a>"
    assert _read(body).terms == "copyright: © A; terms of service: /t"


@pytest.mark.parametrize("body", ["", "<", "\0\0", "<a href", "<html>" * 3000 + "<a href=x>"])
def test_a_broken_page_is_read_without_a_crash(body):
    assert _read(body).licence == "unknown"


def test_a_charset_that_only_the_header_knows_survives_as_utf8():
    body = "日本語".encode("cp932")
    stored, name = charset.as_utf8(body, "text/html; charset=Shift_JIS", is_html=True)
    assert (stored.decode("utf-8-sig"), name) == ("日本語", "cp932")


def test_a_charset_of_the_page_itself_is_read():
    body = '<meta http-equiv=Content-Type content="text/html; charset=gb2312">汉字'.encode(
        "gb18030"
    )
    stored, name = charset.as_utf8(body, "text/html", is_html=True)
    assert "汉字" in stored.decode("utf-8-sig")
    assert name == "gb18030"


def test_bytes_that_nothing_reads_stay_as_they_came():
    body = b"<p>ok</p>\xff\xfe\x80"
    assert charset.as_utf8(body, "text/html", is_html=True) == (body, "")
    assert charset.as_utf8(body, "text/html; charset=nonsense", is_html=True) == (body, "")


def test_utf8_is_stored_as_it_came():
    body = "<meta charset=utf-8>é".encode()
    assert charset.as_utf8(body, "text/html", is_html=True) == (body, "utf-8")


def test_a_sitemap_lists_what_changed_last_first():
    found = read_sitemap(
        b'<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
        b"<url><loc>https://a.example/old</loc><lastmod>2020-01-01</lastmod></url>"
        b"<url><loc> https://a.example/new </loc><lastmod>2024-01-01</lastmod></url>"
        b"<url><loc>mailto:x</loc></url></urlset>",
        URL,
    )
    assert found.urls == ("https://a.example/new", "https://a.example/old")
    assert not found.is_index


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"<urlset><url>", "bad_sitemap"),
        (b"no xml", "bad_sitemap"),
        (b"<rss/>", "content_type"),
        (b'<!DOCTYPE x [<!ENTITY a "b">]><urlset><url><loc>&a;</loc></url></urlset>', "bad_sitemap"),
    ],
)  # fmt: skip
def test_what_is_no_sound_sitemap_is_refused(body, reason):
    with pytest.raises(RefusedError) as caught:
        read_sitemap(body, URL)
    assert caught.value.refusal.reason == reason
