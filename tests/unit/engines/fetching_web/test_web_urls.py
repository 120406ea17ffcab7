import pytest
from hypothesis import given
from hypothesis import strategies as st

from kitae.engines.fetching.web.urls import (
    Scope,
    canonical,
    endless_pattern,
    identity,
    is_path_loop,
    is_text_like,
)

BASE = "https://a.example/docs/page.html"


@pytest.mark.parametrize(
    ("url", "spelled"),
    [
        ("HTTPS://A.Example:443/docs/#top", "https://a.example/docs/"),
        ("http://a.example", "http://a.example/"),
        ("other.html?b=2&a=1", "https://a.example/docs/other.html?b=2&a=1"),
        ("/x/../y/./z", "https://a.example/y/z"),
        ("../../../up", "https://a.example/up"),
        ("p?utm_source=x&id=4&fbclid=9&gclid=1", "https://a.example/docs/p?id=4"),
        ("p;jsessionid=ABC?PHPSESSID=12", "https://a.example/docs/p"),
        ("p?sid=0123456789abcdef0123&n=1", "https://a.example/docs/p?n=1"),
        ("p?sid=7", "https://a.example/docs/p?sid=7"),
        ("p?flag&copy=2", "https://a.example/docs/p?flag&copy=2"),
        ("search?keyword=x&source=y", "https://a.example/docs/search?keyword=x&source=y"),
        ("あ?q=い", "https://a.example/docs/%E3%81%82?q=%E3%81%84"),
        ("%e3%81%82/%7Euser/100%", "https://a.example/docs/%E3%81%82/~user/100%25"),
        ("https://日本.example./", "https://xn--wgv71a.example/"),
        ("java\nscript.html", "https://a.example/docs/javascript.html"),
        ("//b.example:8080/", "https://b.example:8080/"),
        ("http://[::1]:80/", "http://[::1]/"),
    ],
)
def test_a_page_has_one_spelling(url, spelled):
    assert canonical(url, BASE) == spelled


@pytest.mark.parametrize(
    "url",
    ["mailto:a@b.example", "javascript:void(0)", "file:///etc/passwd", "ftp://a.example/", "data:text/html,x",
     "http://user:pass@a.example/", "http://", "http://[::1", "http://a.example:99999/", "http://a b/", "http://a\x00b/", "http://[nonsense:1]/", "gopher://x/"],
)  # fmt: skip
def test_what_is_no_plain_web_address_is_none(url):
    assert canonical(url, BASE) is None


@given(st.text(max_size=60))
def test_the_spelling_of_a_spelling_is_itself(text):
    first = canonical(text, BASE)
    assert first is None or canonical(first) == first
    second = canonical(f"http://{text}")
    assert second is None or (canonical(second) == second and second.isascii())


def test_parameters_in_another_order_are_the_same_page():
    assert identity("http://a.example/?b=1&a=2") == identity("http://a.example/?a=2&b=1")
    assert identity("http://a.example/?a=1") != identity("http://a.example/?a=2")


def test_the_scope_is_the_folder_of_the_start_and_never_another_host():
    scope = Scope.of(("https://a.example/docs/start.html",), ())
    assert scope.holds("https://a.example/docs/deep/er.html")
    assert scope.holds("http://a.example/docs/")
    assert not scope.holds("https://a.example/other/")
    assert not scope.holds("https://a.example.evil.test/docs/")
    assert not scope.holds("https://a.example:8443/docs/")
    named = Scope.of(("https://a.example/x/",), ("https://b.example/",))
    assert named.holds("https://b.example/y")
    assert not named.holds("https://a.example/x/")


def test_queries_and_dates_are_endless_and_articles_are_not():
    first = endless_pattern("http://a.example/cal?year=2024&month=5")
    assert first == endless_pattern("http://a.example/cal?month=6&year=1999")
    assert endless_pattern("http://a.example/2024/05/") == endless_pattern("http://a.example/1/2/")
    assert endless_pattern("http://a.example/day/2024-05-12") is not None
    assert endless_pattern("http://a.example/articles/1234.html") is None
    assert endless_pattern("http://a.example/blog/1234") is None


def test_a_path_that_goes_in_circles_is_told():
    assert is_path_loop("http://a.example/x/y/x/y/x/y/x/")
    assert not is_path_loop("http://a.example/1/1/1/1/1/")
    assert not is_path_loop("http://a.example/en/docs/en/")


def test_names_of_pictures_and_archives_are_not_asked_for():
    assert not is_text_like("http://a.example/x.JPG")
    assert not is_text_like("http://a.example/x.tar.gz")
    assert is_text_like("http://a.example/x.html")
    assert is_text_like("http://a.example/paper.pdf")
    assert is_text_like("http://a.example/v1.2")
    assert is_text_like("http://a.example/no-name?file=x.jpg")
