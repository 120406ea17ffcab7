"""Issues and discussions as documents: what comes, in which order, and what is left out."""

from __future__ import annotations

import pytest

from kitae.core.errors import NetworkError, NotFoundError
from kitae.engines.fetching import GitHubRepositories
from kitae.engines.fetching.github_threads import Post, as_markdown
from kitae.records.source import GitHubSource
from support.hub_servers.github_server import github_server
from support.hub_servers.machines import Pauses
from support.hub_servers.repositories import repository

NAME = "some/pets"


def issue(number: int, created: str, body: str = "text", **words: object) -> dict[str, object]:
    return {
        "number": number, "title": f"Issue {number}", "body": body, "created_at": created,
        "updated_at": created, "user": {"login": "ann", "type": "User"}, "author_association": "NONE",
        "comments": 0, **words,
    }  # fmt: skip


def comment(body: str, created: str, login: str = "bob", **words: object) -> dict[str, object]:
    return {
        "body": body, "created_at": created, "user": {"login": login, "type": "User"},
        "author_association": "NONE", **words,
    }  # fmt: skip


def node(body: str, created: str, login: str | None = "bob", **words: object) -> dict[str, object]:
    author = {"login": login, "__typename": "User"} if login else None
    return {
        "body": body, "createdAt": created, "author": author, "authorAssociation": "NONE",
        "isAnswer": False, "replies": {"nodes": []}, **words,
    }  # fmt: skip


@pytest.fixture
def server():
    with github_server({NAME: repository({"a.md": b""}, licence="MIT")}) as running:
        running.issues[NAME] = [
            issue(1, "2024-01-01T00:00:00Z", "Hello @bob\r\n<!-- fill this in -->", comments=2),
            issue(2, "2024-02-01T00:00:00Z", pull_request={}),
            issue(3, "2024-03-01T00:00:00Z"),
        ]
        running.comments[NAME, 1] = [
            comment(
                "An answer for @Ann, see `@bob`", "2024-01-02T00:00:00Z", author_association="OWNER"
            ),
            comment(
                "Stale.", "2024-01-03T00:00:00Z", "stale[bot]", user={"login": "s", "type": "Bot"}
            ),
            comment("Thanks!", "2024-01-04T00:00:00Z", "ann"),
        ]
        running.discussions[NAME] = [
            {
                "number": 7,
                "updatedAt": "2024-05-01T00:00:00Z",
                "title": "How?",
                **node("How is it done?", "2024-04-01T00:00:00Z", "ann"),
                "comments": [
                    node("Not so.", "2024-04-02T00:00:00Z"),
                    node(
                        "So.",
                        "2024-04-03T00:00:00Z",
                        None,
                        isAnswer=True,
                        replies={"nodes": [node("Great", "2024-04-04T00:00:00Z", "ann")]},
                    ),
                ],
            },
            {"number": 8, "updatedAt": "2024-04-05T00:00:00Z", "title": "Second",
             **node("?", "2024-04-05T00:00:00Z"), "comments": []},
        ]  # fmt: skip
        yield running


@pytest.fixture
def fetcher(server):
    return GitHubRepositories(api_url=server.url, token="secret", machine=Pauses().machine())


ISSUES = GitHubSource(github=NAME, take="issues")
DISCUSSIONS = GitHubSource(github=NAME, take="discussions")


def test_an_issue_becomes_one_document_without_names_bots_and_template_comments(fetcher, tmp_path):
    fetched = fetcher.fetch(ISSUES, fetcher.pin(ISSUES), tmp_path / "a")
    assert [file.path for file in fetched.files] == ["issues/3.md", "issues/1.md"]
    text = (tmp_path / "a/issues/1.md").read_text()
    assert text == (
        "# Issue 1\n\nHello @user\n\n## Reply 1 (maintainer)\n\nAn answer for @user, see `@bob`\n\n"
        "## Reply 2 (author)\n\nThanks!\n"
    )


def test_a_discussion_tells_the_chosen_answer_and_keeps_replies_in_their_place(fetcher, tmp_path):
    fetched = fetcher.fetch(DISCUSSIONS, fetcher.pin(DISCUSSIONS), tmp_path / "a")
    assert [file.path for file in fetched.files] == ["discussions/8.md", "discussions/7.md"]
    assert (tmp_path / "a/discussions/7.md").read_text() == (
        "# How?\n\nHow is it done?\n\n## Reply 1\n\nNot so.\n\n## Reply 2 (chosen answer)\n\nSo.\n\n"
        "## Reply 3 (author)\n\nGreat\n"
    )


def test_what_people_wrote_is_not_under_the_repositorys_licence(fetcher, tmp_path):
    for source in (ISSUES, DISCUSSIONS):
        pin = fetcher.pin(source)
        assert pin.licence == "unknown"
        assert "does not cover them (its licence is MIT)" in pin.terms


def test_threads_are_pinned_to_their_newest_change_and_later_ones_stay_out(
    fetcher, server, tmp_path
):
    pin = fetcher.pin(ISSUES)
    assert pin.revision == "2024-03-01T00:00:00Z"
    server.issues[NAME].append(issue(4, "2024-06-01T00:00:00Z"))
    server.comments[NAME, 1].append(comment("late", "2024-06-02T00:00:00Z"))
    fetched = fetcher.fetch(ISSUES, pin, tmp_path / "a")
    assert [file.path for file in fetched.files] == ["issues/3.md", "issues/1.md"]
    assert "late" not in (tmp_path / "a/issues/1.md").read_text()


def test_the_newest_threads_come_first_and_no_more_than_asked(fetcher, tmp_path):
    source = ISSUES.model_copy(update={"max_threads": 1})
    fetched = fetcher.fetch(source, fetcher.pin(source), tmp_path / "a")
    assert [file.path for file in fetched.files] == ["issues/3.md"]


def test_a_fetch_of_threads_that_broke_goes_on_with_the_next_thread(fetcher, server, tmp_path):
    pin = fetcher.pin(ISSUES)
    server.faults.busy["/issues/1"] = [(403, {})]
    with pytest.raises(NetworkError):
        fetcher.fetch(ISSUES, pin, tmp_path / "a")
    server.requests.clear()
    fetcher.fetch(ISSUES, pin, tmp_path / "a")
    assert not server.asked("/issues/3")
    assert server.asked("/issues/1")


def test_discussions_without_a_token_say_that_they_need_one(server):
    fetcher = GitHubRepositories(api_url=server.url, machine=Pauses().machine())
    with pytest.raises(NetworkError, match="discussions") as caught:
        fetcher.pin(DISCUSSIONS)
    assert "GITHUB_TOKEN" in str(caught.value.fix)


def test_a_repository_without_threads_is_not_found(fetcher, server):
    server.issues.clear()
    with pytest.raises(NotFoundError, match="has no issues"):
        fetcher.pin(ISSUES)


def test_only_names_of_those_who_took_part_are_replaced():
    posts = [Post("Use @scope/package, ask @ann-lee or @ann", "", "ann"), Post("@ann.", "", "bob")]
    assert as_markdown("@bob asks", posts) == (
        "# @user asks\n\nUse @scope/package, ask @ann-lee or @user\n\n## Reply 1\n\n@user.\n"
    )
