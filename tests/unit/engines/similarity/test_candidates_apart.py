"""Near-duplicate candidates are the same wherever they are looked for."""

import random

import numpy as np
import pytest

from kitae.engines.dataflow import LocalFlow
from kitae.engines.similarity.neighbours import Signed, near_candidates
from kitae.engines.texts.column import TextColumn
from kitae.engines.texts.memo import SignatureMemo

WORDS = [f"word{n}" for n in range(400)]


class WorkersApart(LocalFlow):
    """Works in this process as if the workers were elsewhere."""

    @property
    def shares_memory(self):
        return False


def near_copies(number, seed=5):
    """Texts of fifty words, many of them near copies of others, and a form that forty share."""
    draw = random.Random(seed)
    texts = []
    for _ in range(number):
        words = (
            draw.choice(texts).split()
            if texts and draw.random() < 0.5
            else draw.choices(WORDS, k=50)
        )
        for _ in range(draw.randrange(4)):
            words[draw.randrange(len(words))] = draw.choice(WORDS)
        texts.append(" ".join(words))
    form = draw.choices(WORDS, k=50)
    return texts + [" ".join([*form, WORDS[n], WORDS[-n]]) for n in range(40)]


def signed(texts, focus=None):
    signs = SignatureMemo().sign(TextColumn.from_texts(texts))
    rows = np.arange(len(texts))
    return Signed.of(signs.minhash, rows, signs.normal, focus)


def pairs(found, focus=None):
    kept = {
        (a, b): estimate for a, b, estimate in zip(*(part.tolist() for part in found), strict=True)
    }
    return {p: e for p, e in kept.items() if focus is None or focus[p[0]] or focus[p[1]]}


@pytest.mark.parametrize("workers", [1, 3])
@pytest.mark.parametrize("flow", [LocalFlow, WorkersApart])
def test_candidates_do_not_depend_on_the_flow(flow, workers):
    texts = signed(near_copies(1500))
    wanted = pairs(near_candidates(texts, 0.5))
    assert len(wanted) > 1000
    assert pairs(near_candidates(texts, 0.5, flow(workers))) == wanted


@pytest.mark.parametrize("flow", [LocalFlow, WorkersApart])
def test_candidates_with_a_focus_do_not_depend_on_the_flow(flow):
    texts = near_copies(600)
    focus = np.arange(len(texts)) % 5 == 0
    wanted = pairs(near_candidates(signed(texts, focus), 0.5), focus)
    assert wanted
    assert pairs(near_candidates(signed(texts, focus), 0.5, flow(2)), focus) == wanted


def test_no_texts_give_no_candidates():
    assert pairs(near_candidates(signed([]), 0.5, WorkersApart())) == {}
