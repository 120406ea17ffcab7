from __future__ import annotations

from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kitae.engines.hubs import find_base
from kitae.services.serve.answer_text import BROKEN, AnswerText


@cache
def tokenizer():
    """The embedded model's own byte-level tokenizer."""
    from pathlib import Path

    from tokenizers import Tokenizer

    return Tokenizer.from_file(str(find_base("kitae-spark", Path()).folder / "tokenizer.json"))


def decode(ids) -> str:
    return tokenizer().decode(list(ids), skip_special_tokens=True)


def pieces_of(ids, stops=()) -> tuple[list[str], bool]:
    text = AnswerText(decode, stops)
    pieces: list[str] = []
    for token in ids:
        pieces.append(text.push(token))
        if text.is_stopped:
            return pieces, True
    return [*pieces, text.finish()], text.is_stopped


def test_japanese_comes_without_broken_characters():
    wanted = "今期は順調ですか？鍛冶屋の𠮷野家🗻です。"
    ids = tokenizer().encode(wanted).ids
    assert len(ids) > len(wanted)
    pieces, _ = pieces_of(ids)
    assert "".join(pieces) == wanted
    assert not any(BROKEN in piece for piece in pieces)


@given(st.text(max_size=40))
@settings(max_examples=60, deadline=None)
def test_all_pieces_together_are_the_decoded_answer(wanted: str):
    ids = tokenizer().encode(wanted).ids
    pieces, _ = pieces_of(ids)
    assert "".join(pieces) == decode(ids)


@given(st.lists(st.integers(3, 3583), max_size=40))
@settings(max_examples=60, deadline=None)
def test_any_tokens_give_what_decoding_them_at_once_gives(ids: list[int]):
    pieces, _ = pieces_of(ids)
    assert "".join(pieces) == decode(ids)


@given(
    st.text(alphabet="ab。今", max_size=30),
    st.lists(st.text("ab。今", min_size=1, max_size=3), min_size=1, max_size=3),
)
@settings(max_examples=80, deadline=None)
def test_the_text_ends_before_the_first_stop_text(wanted: str, stops: list[str]):
    pieces, is_stopped = pieces_of(tokenizer().encode(wanted).ids, stops)
    text = "".join(pieces)
    assert wanted.startswith(text)
    assert not any(stop in text for stop in stops)
    assert is_stopped == any(stop in wanted for stop in stops)
    if not is_stopped:
        assert text == wanted


@pytest.mark.parametrize("stops", [("cd",), ("cde", "xx")])
def test_a_possible_beginning_of_a_stop_text_is_held_back(stops):
    text = AnswerText(lambda ids: "".join(chr(i) for i in ids), stops)
    assert [text.push(ord(letter)) for letter in "abc"] == ["a", "b", ""]
    assert text.push(ord("q")) == "cq"
    assert text.finish() == ""


def test_half_a_character_at_the_end_is_not_lost():
    ids = tokenizer().encode("今期は𠮷").ids[:-1]
    pieces, _ = pieces_of(ids)
    assert "".join(pieces) == decode(ids)
    assert "".join(pieces).startswith("今期は")
