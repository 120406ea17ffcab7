import json

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kitae.engines.recombine import Refusal, learn, make_candidates
from support.making_rows import fortune_rows, labelled

FORTUNE = fortune_rows()

ONES = ["a letter", "the door", "my bike", "tea", "bread", "a new coat"]
TWOS = ["at home", "in town", "by the sea", "on the roof", "under the tree"]
PHRASINGS = ["Do you see {a} {b}?", "There was {a} {b}.", "Who put {a} {b}?", "I like {a} {b}."]

subsets = st.sets(st.sampled_from(range(len(FORTUNE))), min_size=30, max_size=42)
few = settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))


def values_of(rows):
    seen = {}
    for row in rows:
        for name, value in json.loads(row.output).items():
            seen.setdefault(name, set()).add(value)
    return seen


@few
@given(subsets, st.integers(0, 1000))
def test_made_answers_hold_only_values_that_were_seen(indices, seed):
    rows = [FORTUNE[i] for i in sorted(indices)]
    grammar = learn(rows)
    if isinstance(grammar, Refusal):
        return
    seen = values_of(rows)
    ids = {row.id for row in rows}
    for candidate in make_candidates(grammar, seed).candidates:
        made = candidate.example
        answer = json.loads(made.output)
        assert set(answer) == set(seen)
        assert all(value in seen[name] for name, value in answer.items())
        assert set(made.parents) <= ids
        assert (made.side, made.origin) == ("train", "made")
        parents = [json.loads(row.output) for row in rows if row.id in made.parents]
        for name, value in answer.items():
            assert any(parent[name] == value for parent in parents)


@few
@given(
    st.lists(
        st.tuples(st.sampled_from(PHRASINGS), st.sampled_from(ONES), st.sampled_from(TWOS)),
        min_size=20,
        max_size=36,
        unique=True,
    )
)
def test_what_is_learnt_from_a_known_grammar_is_labelled_as_that_grammar_says(triples):
    rows = [labelled(p.format(a=a, b=b), {"one": a, "two": b}) for p, a, b in triples]
    grammar = learn(rows)
    if isinstance(grammar, Refusal):
        return
    for candidate in make_candidates(grammar, 1).candidates:
        made = candidate.example
        answer = json.loads(made.output)
        assert answer["one"] in made.instruction
        assert answer["two"] in made.instruction
