from hypothesis import given, settings
from hypothesis import strategies as st

from kitae.engines.tokens import load_encoder
from kitae.records.example import Example, Round, to_messages
from support.tiny_models import shared_tiny_model

PIECES = st.sampled_from(
    ["the ", "question", "今日", "の仕事です。", "什么？", "的", "😀", "👩‍👩‍👧", "é", "\n", " ", "\t", '{"a": 1}',
     "<|im_end|>", "<|im_start|>", "<|endoftext|>", "\u200b", "ﾊﾟ", "𠮷"]
)  # fmt: skip
TEXTS = st.lists(PIECES | st.characters(exclude_categories=("Cs",)), min_size=1).map("".join)
ROUNDS = st.lists(st.builds(Round, instruction=TEXTS, answer=TEXTS), max_size=2).map(tuple)
ROWS = st.builds(
    Example, id=st.just("a"), instruction=TEXTS, output=TEXTS, system=TEXTS | st.just(""), history=ROUNDS
)  # fmt: skip


@settings(deadline=None, max_examples=60)
@given(ROWS)
def test_only_the_answer_and_its_stop_token_train(example):
    encoder = load_encoder_once()
    row = encoder.encode_example(example)
    prompt = encoder.encode_prompt(to_messages(example, with_answer=False))
    assert len(row.ids) == len(row.is_answer)
    assert list(row.ids[: len(prompt)]) == prompt
    assert row.is_answer == (False,) * len(prompt) + (True,) * (len(row.ids) - len(prompt))
    *answer, stop = row.ids[len(prompt) :]
    assert stop in encoder.stop_ids
    assert not set(answer) & set(encoder.stop_ids)
    assert encoder.decode(answer) == example.output


@settings(deadline=None, max_examples=40)
@given(ROWS)
def test_with_history_every_answer_trains_and_no_question_does(example):
    encoder = load_encoder_once()
    row = encoder.encode_example(example, train_on_history=True)
    trained = [i for i, is_answer in zip(row.ids, row.is_answer, strict=True) if is_answer]
    answers = [*(past.answer for past in example.history), example.output]
    assert trained.count(2) == len(answers)
    assert encoder.tokenizer.decode(trained) == "".join(f"{text}<|im_end|>" for text in answers)


@settings(deadline=None, max_examples=40)
@given(TEXTS)
def test_no_text_of_a_person_adds_a_special_token(text):
    encoder = load_encoder_once()
    ids = encoder.encode_prompt([{"role": "user", "content": text}])
    assert [i for i in ids if i < 3] == [1, 2, 1]
    assert text in encoder.tokenizer.decode(ids)


def load_encoder_once():
    if "encoder" not in _KEPT:
        _KEPT["encoder"] = load_encoder(shared_tiny_model())
    return _KEPT["encoder"]


_KEPT = {}
