"""Rows that say the same in other words, with a small model that knows which words mean the same."""

import random

import pytest

from kitae.core.errors import DataError, NotFoundError
from kitae.records.example import to_table
from kitae.stages.clean import CleanConfig
from kitae.stages.clean.config import SemanticConfig
from kitae.stages.clean.semantic import REASON, semantic_duplicates, semantic_facts
from support.embedding_models import make_static_model
from support.row_stages import RowStages, rows_of

WORDS = [f"w{one}{other}" for one in "bcdfgh" for other in "aeiouxyzqk"]
MEANINGS = (
    "boil cook",
    "egg eggs",
    "sky heaven",
    "blue azure",
    "water",
    "hot",
    "how",
    "why",
    "france spain",
    "capital city",
    "not no",
    "safe",
    "空 天",
    "青 蓝",
    "水",
    *WORDS,
)
LONG = " ".join(WORDS[:40])
LONG_AGAIN = " ".join(reversed(WORDS[:40]))
OTHER = " ".join(WORDS[30:]) + " hot hot"
FORK = "Why azure heaven is"


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return make_static_model(tmp_path_factory.mktemp("embedding") / "m", MEANINGS)


@pytest.fixture
def told(model, tmp_path):
    """Runs the step; gives for each dropped row (by its place) the place of the one that is kept."""

    def run(rows, threshold=0.9):
        config = SemanticConfig(embeddings=str(model), threshold=threshold)
        found = semantic_duplicates(to_table(rows), config, RowStages(tmp_path).context)
        places = {row.id: place for place, row in enumerate(rows)}
        assert {reason for reason, _ in found.values()} <= {REASON}
        return {row: places[kept] for row, (_, kept) in found.items()}

    return run


def test_the_same_in_other_words_leaves_one_row(told):
    rows = rows_of(("Why is the sky blue?", LONG), ("The azure heaven: why so?", LONG_AGAIN))
    assert told(rows) == {1: 0}


def test_a_short_answer_is_a_label_and_must_be_the_same(told):
    same = rows_of(("Why is the sky blue?", "light"), ("The azure heaven: why so?", "Light."))
    other = rows_of(("Why is the sky blue?", "light"), ("The azure heaven: why so?", "water"))
    first = 0 if same[0].id < same[1].id else 1
    assert told(same) == {1 - first: first}
    assert told(other) == {}


def test_another_long_answer_keeps_both(told):
    rows = rows_of(("Why is the sky blue?", LONG), ("The azure heaven: why so?", OTHER))
    assert told(rows) == {}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("What is the capital of France?", "What is the capital of Spain?"),
        ("Why boil 2 eggs in hot water?", "In hot water, why cook 3 eggs?"),
        ("Is hot water safe?", "Hot water: is it not safe?"),
        ("空はなぜ青", "水はなぜ青"),
    ],
)
def test_minimal_pairs_stay_whatever_the_vectors_say(told, one, other):
    assert told(rows_of((one, LONG), (other, LONG_AGAIN)), threshold=0.51) == {}


def test_the_same_in_another_language_stays(told):
    fields = {"output": LONG}
    rows = rows_of(
        {"instruction": "空 青", "language": "ja", **fields},
        {"instruction": "天 蓝", "language": "zh", **fields},
    )
    assert told(rows) == {}
    both = [row.model_copy(update={"language": "zh"}) for row in rows]
    assert told(both) == {1: 0}


def test_rows_of_two_sides_are_not_compared(told):
    rows = rows_of(("Why is the sky blue?", LONG), ("The azure heaven: why so?", LONG_AGAIN))
    sides = [
        row.model_copy(update={"side": s}) for row, s in zip(rows, ("train", "test"), strict=True)
    ]
    assert told(sides) == {}


def test_an_original_is_kept_before_a_made_row(told):
    made = rows_of({"instruction": "The azure heaven: why so?", "output": LONG, "origin": "made"})
    assert told([*made, *rows_of(("Why is the sky blue?", LONG))]) == {0: 1}


def test_a_row_leaves_only_for_a_row_that_stays(told):
    questions = [
        "Why is the sky blue?",
        "The azure heaven: why so?",
        f"{FORK} blue?",
        f"{FORK} sky?",
    ]
    rows = rows_of(*((question, LONG) for question in questions))
    found = told(rows, threshold=0.8)
    assert found
    assert not set(found) & set(found.values())
    left = [row for place, row in enumerate(rows) if place not in found]
    assert told(left, threshold=0.8) == {}


def test_the_order_of_made_and_given_rows_decides_not_their_neighbours(told):
    questions = ["Why is the sky blue?", "The azure heaven: why so?", "How do I boil an egg?"]
    questions += ["Eggs, how to cook them in hot water?", "Is hot water safe?"]
    rows = rows_of(*((question, LONG) for question in questions))
    clusters = {frozenset(pair) for pair in told(rows, threshold=0.75).items()}
    order = list(range(len(rows)))
    random.Random(5).shuffle(order)
    turned = told([rows[place] for place in order], threshold=0.75)
    assert {frozenset((order[a], order[b])) for a, b in turned.items()} == clusters


def test_few_rows_are_no_trouble(told):
    assert told([]) == {}
    assert told(rows_of(("Why?", "wba"))) == {}
    assert told(rows_of(("zzz", "qqq"), ("yyy", "qqq"))) == {}


def test_a_missing_folder_and_a_wrong_one_are_told(tmp_path):
    context = RowStages(tmp_path).context
    table = to_table(rows_of(("a", "b"), ("c", "d")))
    with pytest.raises(NotFoundError, match="nowhere"):
        semantic_duplicates(table, SemanticConfig(embeddings="nowhere"), context)
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match="embedding model"):
        semantic_duplicates(table, SemanticConfig(embeddings="empty"), context)


def test_the_models_content_is_a_fact_of_the_stage(tmp_path):
    context = RowStages(tmp_path).context
    assert semantic_facts(CleanConfig(), context) == {}
    config = CleanConfig(semantic_duplicates=SemanticConfig(embeddings="m"))
    missing = semantic_facts(config, context)
    make_static_model(tmp_path / "m", MEANINGS)
    one = semantic_facts(config, context)
    make_static_model(tmp_path / "m", MEANINGS, seed=1)
    assert len({str(found) for found in (missing, one, semantic_facts(config, context))}) == 3
