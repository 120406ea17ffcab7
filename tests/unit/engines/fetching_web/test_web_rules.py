import pytest

from kitae.engines.fetching.web.client import Answer
from kitae.engines.fetching.web.reservations import MiningRules, header_marks, meta_marks
from kitae.engines.fetching.web.robots import RobotsRules

SITE = "https://a.example"


@pytest.mark.parametrize(
    ("text", "path", "line"),
    [
        ("User-agent: *\nDisallow: /private/", "/private/x", "Disallow: /private/"),
        ("User-agent: *\nDisallow: /*.php$", "/a/b.php", "Disallow: /*.php$"),
        ("User-agent: *\nDisallow: /a\nDisallow: /a/b", "/a/b/c", "Disallow: /a/b"),
        ("User-agent: other\nDisallow: /a\n\nUser-agent: Kitae\nDisallow: /b", "/b", "Disallow: /b"),
        ("User-agent: x\nUser-agent: kitae\nDisallow: /", "/", "Disallow: /"),
        ("\ufeffUser-agent: *\nDisallow: /bom", "/bom", "Disallow: /bom"),
        ("User-agent: *\nDisallow: /日本", "/%E6%97%A5%E6%9C%AC/", "Disallow: /日本"),
    ],
)  # fmt: skip
def test_a_refusal_names_the_line_of_robots_txt(text, path, line):
    refusal = RobotsRules(text).refusal(SITE + path)
    assert (refusal.reason, refusal.detail) == ("robots", line)


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("", "/x"),
        ("User-agent: *\nDisallow:", "/x"),
        ("User-agent: *\nDisallow: /\nAllow: /docs/", "/docs/x"),
        ("User-agent: *\nDisallow: /\n\nUser-agent: kitae\nDisallow: /only", "/x"),
        ("User-agent: kitaebot-other\nDisallow: /", "/x"),
        ("<html>soft 404</html>", "/x"),
    ],
)
def test_what_robots_txt_allows_is_allowed(text, path):
    assert RobotsRules(text).refusal(SITE + path) is None


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("User-agent: *\nCrawl-delay: 7.5", 7.5),
        ("User-agent: *\nRequest-rate: 1/30", 30),
        ("User-agent: *\nCrawl-delay: 3\nRequest-rate: 10/1m", 6),
        ("User-agent: kitae\nCrawl-delay: 9\n\nUser-agent: *\nCrawl-delay: 1", 9),
        ("User-agent: *\nCrawl-delay: soon", 0),
        ("", 0),
    ],
)
def test_the_longer_of_delay_and_rate_is_kept(text, seconds):
    assert RobotsRules(text).delay_s() == seconds


@pytest.mark.parametrize(
    ("text", "path", "is_refused"),
    [
        ("User-agent: *\nContent-Signal: search=yes, ai-train=no\nAllow: /", "/x", True),
        ("User-agent: *\nContent-Signal: ai-train=yes", "/x", False),
        ("User-agent: *\nContent-Usage: train-ai=n", "/x", True),
        ("User-agent: *\nContent-Usage: /art/ train-ai=n", "/art/x", True),
        ("User-agent: *\nContent-Usage: /art/ train-ai=n", "/text/x", False),
    ],
)
def test_preferences_against_training_are_honoured(text, path, is_refused):
    refusal = RobotsRules(text).refusal(SITE + path)
    assert (refusal is not None and refusal.reason == "noai") == is_refused


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        ((("x-robots-tag", "noindex, nofollow"),), "noindex"),
        ((("x-robots-tag", "none"),), "noindex"),
        ((("x-robots-tag", "noai"),), "noai"),
        ((("x-robots-tag", "kitae: noindex"),), "noindex"),
        ((("x-robots-tag", "otherbot: noindex"),), None),
        ((("x-robots-tag", "unavailable_after: 25 Jun 2030"),), None),
        ((("x-robots-tag", "max-snippet: 20, noindex"),), "noindex"),
        ((("tdm-reservation", "1"),), "tdm_reserved"),
        ((("tdm-reservation", "0"),), None),
        ((("content-usage", "train-ai=n"),), "noai"),
    ],
)
def test_headers_are_taken_at_their_word(headers, reason):
    refusal = header_marks(Answer(200, headers)).refusal
    assert (refusal.reason if refusal else None) == reason


def test_meta_marks_speak_to_all_robots_or_to_us_alone():
    assert meta_marks([{"name": "robots", "content": "NOINDEX"}]).refusal.reason == "noindex"
    assert meta_marks([{"name": "kitae", "content": "noai"}]).refusal.reason == "noai"
    assert meta_marks([{"name": "googlebot", "content": "noindex"}]).refusal is None
    marks = meta_marks([{"name": "robots", "content": "nofollow,noarchive"}])
    assert marks.is_nofollow
    assert marks.terms == ("robots: noarchive",)
    policy = [{"name": "tdm-reservation", "content": "1"}, {"name": "tdm-policy", "content": "P"}]
    assert meta_marks(policy).refusal.detail == "meta: tdm-reservation P"


def test_a_site_reserves_mining_by_path():
    rules = MiningRules.parse(
        b'[{"location": "/open/*", "tdm-reservation": 0}, {"location": "/", "tdm-reservation": 1,'
        b' "tdm-policy": "https://a.example/policy"}]'
    )
    assert rules.refusal(f"{SITE}/open/x") is None
    refusal = rules.refusal(f"{SITE}/else")
    assert refusal.reason == "tdm_reserved"
    assert refusal.detail.endswith("https://a.example/policy")
    assert MiningRules.parse(b"[]").refusal(f"{SITE}/x") is None
    with pytest.raises(ValueError, match="JSON"):
        MiningRules.parse(b"[oops")


def test_where_the_first_and_the_most_exact_rule_differ_the_stricter_wins():
    rules = MiningRules.parse(
        b'[{"location": "/", "tdm-reservation": 1}, {"location": "/open/", "tdm-reservation": 0}]'
    )
    assert rules.refusal(f"{SITE}/open/x").reason == "tdm_reserved"
