import pytest

from kitae.engines.embedding import Contrast

ON_PURPOSE = [
    ("What is the capital of France?", "What is the capital of Spain?"),
    ("What is the capital of France?", "Spain's capital city, which one is it?"),
    ("Convert 5 kilometres to miles.", "Convert 6 kilometres to miles."),
    ("Is it safe to drink this water?", "Is it not safe to drink this water?"),
    ("Why can't I open the file?", "Why can I open the file?"),
    ("When did the war begin?", "Where did the war begin?"),
    ("Does the dog chase the cat?", "Does the cat chase the dog?"),
    ("How do I boil an egg?", "How do I fry an egg?"),
    ("Tell me about Python.", "Please say something about Ruby."),
    ("今日の運勢は?", "明日の運勢は?"),
    ("東京の天気を教えて", "大阪の天気を教えてください"),
    ("犬が猫を追いますか", "猫が犬を追いますか"),
    ("この水は飲めますか", "この水は飲めませんか"),
    ("ピアノの始め方は?", "バイオリンを始めるには?"),
    ("中国的首都是哪里?", "法国的首都是哪里?"),
    ("这个可以吃吗", "这个不可以吃吗"),
]
THE_SAME = [
    ("What is the capital of France?", "What's the capital of France?"),
    ("How do I boil an egg?", "What is the best way to cook eggs in hot water?"),
    ("List three animals.", "Please list three animals"),
    ("Why is the sky blue?", "What causes the blue colour of the sky above us?"),
    ("運勢を教えて", "運勢を教えてください。"),
    ("ピアノの始め方は?", "ピアノを習い始めるには何をすればいい?"),
    ("天空为什么是蓝色的", "请问天空为什么是蓝色的呢?"),
]


@pytest.mark.parametrize(("one", "other"), ON_PURPOSE)
def test_a_difference_on_purpose_is_seen_whichever_comes_first(one, other):
    contrast = Contrast([one, other].__getitem__)
    assert contrast.differ(0, 1)
    assert contrast.differ(1, 0)


@pytest.mark.parametrize(("one", "other"), THE_SAME)
def test_another_way_to_say_it_is_no_difference(one, other):
    assert not Contrast([one, other].__getitem__).differ(0, 1)
