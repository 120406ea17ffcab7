from __future__ import annotations

import pyarrow as pa
import pytest

from kitae.core.text import LANGUAGES, catalogue
from kitae.engines.defects import CHECKS, MARKS, defects_of, find_defects
from kitae.engines.private import MASKS
from support.real_data import real_rows

LONG = "The town lies by the sea. Its harbour is old and quiet. Many people come in summer. "
DEFECTIVE: list[tuple[str, str, str, str]] = [
    ("refusal", "Find the price of a ticket.", "", "I'm sorry, but I don't have access to prices."),
    ("refusal", "Order a pizza.", "", "Unfortunately, I cannot order food for you."),
    ("refusal", "東京の今の天気は？", "", "申し訳ありませんが、今の天気をお調べすることはできません。"),
    ("refusal", "找出票价。", "", "很抱歉，我无法提供实时价格。"),
    ("ai_self_reference", "Name a good film.", "", "As an AI language model, I like none, but try Ikiru."),
    ("ai_self_reference", "おすすめの映画は？", "", "AIとして、個人の好みはありませんが、「生きる」です。"),
    ("ai_self_reference", "推荐一部电影。", "", "作为一个人工智能助手，我推荐《活着》。"),
    ("truncated_answer", "Describe the town.", "", LONG + "It is one of the"),
    ("truncated_answer", "Describe the town.", "", LONG + "In winter the streets are empty and the wind blows"),
    ("truncated_answer", "Write a loop.", "", "Here it is:\n```python\nfor i in range(3):\n    print(i)\n"),
    ("truncated_answer", "町を説明して。", "", "この町は海のそばにあります。港は古くて静かです。夏には多くの人が遠くからこの町を訪れるため、通りはとてもにぎやかで、地元の店も夜遅くまで開いており、"),
    ("truncated_answer", "介绍这座城市。", "", "这座城市位于海边，历史悠久，港口安静而美丽。每年夏天都有许多游客从各地来到这里度假，品尝当地的海鲜，因此这里的旅馆也"),
    ("placeholder", "Write to my manager.", "", "Dear [Manager's Name], I am ill today. Best, [Your Name]"),
    ("placeholder", "hi", "", "Hello! I am {{name}}, how can I help?"),
    ("placeholder", "上司に休みの連絡を書いて。", "", "お疲れさまです。【氏名】です。本日休みます。"),
    ("placeholder", "写一封求职信。", "", "尊敬的招聘负责人：我毕业于××大学。[您的姓名]"),
    ("impossible_request", "Draw a picture of a cat.", "", "Here is a cat."),
    ("impossible_request", "Describe what you see in the following photo.", "", "A cat."),
    ("impossible_request", "この画像を見て感想を書いてください。", "", "きれいです。"),
    ("impossible_request", "请生成一张小猫的图片。", "", "好的。"),
    ("unreachable_link", "Summarise this article.", "https://news.kaisha.jp/a/1", "It is about tax."),
    ("unreachable_link", "总结 https://news.kaisha.cn/1 的内容", "", "关于税收。"),
    ("empty_input_mismatch", "Summarize the following text.", "", "It is about tax."),
    ("empty_input_mismatch", "以下の文章を要約してください。", "", "税金の話です。"),
    ("empty_input_mismatch", "总结以下文章。", "", "关于税收。"),
    ("unused_input_mark", "Name a colour.", "<noinput>", "Red."),
    ("unused_input_mark", "色を一つ挙げて。", "なし", "赤。"),
    ("unused_input_mark", "说一种颜色。", "无", "红色。"),
    ("merged_instructions", "Name a colour.", "", "Red.\n##\n18. Instruction: Name a fruit."),
    ("merged_instructions", "指令：说一种颜色。\n指令：说一种水果。", "", "红色。"),
    ("html_leftovers", "Describe the town.", "", "It is old.<br />It lies by the sea."),
    ("html_leftovers", "町を説明して。", "", "東京&nbsp;大阪"),
    ("template_leftovers", "Name a colour.", "", "Red.\n\n### Response: Blue."),
    ("template_leftovers", "Name a colour.", "", "Red.<|im_end|>"),
    ("template_leftovers", "说一种颜色。", "### 输入：\n红", "红色。"),
    ("template_leftovers", "Name a colour.", "", "Red.\nHuman: And a fruit?\nAssistant: Apple."),
    ("repetition", "Review the film.", "", "I like it very much. " * 12),
    ("repetition", "映画の感想を。", "", "とても良い映画だと思います。" * 12),
    ("repetition", "评价这部电影。", "", "我非常喜欢这部电影的音乐。" * 12),
    ("symbol_share", "Describe the town.", "", "@@## %%^^ &&** ~~~ !!! ??? ...... ab"),
    ("boilerplate", "What is a harbour?", "", "A place for ships. Click here to subscribe to our newsletter."),
    ("boilerplate", "港とは何ですか。", "", "船の泊まる所です。続きを読む"),
    ("boilerplate", "什么是港口？", "", "停船的地方。未经授权不得转载。"),
    ("mojibake", "Describe the town.", "", "It isnâ€™t big."),
    ("mojibake", "町は？", "", "縺薙ｓ縺ｫ縺｡縺ｯ"),
    ("mojibake", "城市？", "", "锟斤拷锟斤拷"),
    ("no_answer", "Name a colour.", "", "N/A"),
]  # fmt: skip
SOUND: list[tuple[str, str, str]] = [
    ("Write a letter that turns down an invitation.", "", "I'm sorry, but I cannot come to your party."),
    ("Who are you?", "", "I am an AI assistant made by Kitae."),
    ("你是谁？", "", "我是人工智能助手小北。"),
    ("Explain AI.", "", "Artificial intelligence is the study of machines that learn."),
    ("人工智能是什么？", "", "人工智能作为计算机科学的一个分支，研究会学习的机器。"),
    ("Is this review positive?", "A great book.", "Positive"),
    ("List three colours.", "", "- Red as the sun in the evening over the sea\n- Blue\n- Green like grass in early spring"),
    ("Write a closing.", "", LONG + "\n\nBest regards,"),
    ("Write a template for an invitation.", "", "Dear [Name], please come to [Place]."),
    ("Mask the private data.", "Mail taro@kaisha.co.jp", f"Mail {MASKS['email']}"),
    ("Describe a picture in words.", "", "A cat sits on a wall."),
    ("Write a caption for an image of a cat.", "", "Nap time."),
    ("Write SVG code that draws a picture of a cat.", "", "A circle and two ears."),
    ("Summarize the following text: the sun is hot.", "", "It is hot."),
    ("Summarize the following text.", "The sun is hot and far away.", "It is hot."),
    ("次の文を英語に訳してください。「猫が好きです」", "", "I like cats."),
    ("把以下句子翻译成英文：我喜欢猫。", "", "I like cats."),
    ("Write a function that sorts the given list.", "", "Use sorted(items)."),
    ("How do I break a line in HTML?", "", "Write <br>."),
    ("What does R&B mean?", "", "Rhythm & blues, if 3 < 4."),
    ("Write a dialogue about bees.", "", "Human: Do bees sleep?\nAssistant: They do."),
    ("Write a chorus.", "", "La la la, we sing along. " * 10),
    ("Solve x + 1 = 3.", "", "x = 3 - 1 = 2"),
    ("Rate it from 1 to 5.", "", "5"),
    ("Write a newsletter footer.", "", "Subscribe to our newsletter. All rights reserved."),
    ("Translate into French.", "The coffee is hot.", "Le café est très chaud à Québec."),
    ("恋愛運を教えて。", "", '{"topic": "love", "period": "today"}'),
]  # fmt: skip


@pytest.mark.parametrize(("check", "instruction", "input_text", "output"), DEFECTIVE)
def test_each_check_finds_its_defect_and_tells_what(check, instruction, input_text, output):
    found = {one.check: one.evidence for one in find_defects(instruction, input_text, output)}
    assert check in found
    assert "\n" not in found[check]
    assert len(found[check]) <= 80


@pytest.mark.parametrize(("instruction", "input_text", "output"), SOUND)
def test_sound_rows_are_left_alone(instruction, input_text, output):
    assert find_defects(instruction, input_text, output) == ()


def test_a_table_is_judged_as_its_rows_are():
    rows = [one[1:] for one in DEFECTIVE] + SOUND
    table = pa.table(
        {
            name: [row[place] for row in rows]
            for place, name in enumerate(("instruction", "input", "output"))
        }
        | {"language": [""] * len(rows)}
    )
    alone = {place: found for place, row in enumerate(rows) if (found := find_defects(*row))}
    assert defects_of(table) == alone


def test_only_the_named_checks_run():
    found = find_defects("Draw a picture of a cat.", "none", "N/A", checks=("no_answer",))
    assert [one.check for one in found] == ["no_answer"]


def test_every_check_has_marks_and_words_in_every_language():
    assert [check.name for check in CHECKS] == list(MARKS)
    for language in LANGUAGES:
        assert {f"defects.{name}" for name in MARKS} <= set(catalogue(language))


def test_labelled_real_data_raise_no_alarm():
    rows = real_rows(
        "t0/amazon_polarity_Is_this_review.jsonl",
        "t0/common_gen_Example_prompt.jsonl",
        "t0/rotten_tomatoes_Movie_Expressed_Sentiment.jsonl",
    )
    assert [row.id for row in rows if find_defects(row.instruction, row.input, row.output)] == []


def test_placeholders_of_the_identity_set_are_found():
    rows = real_rows("identity.json")
    found = [row for row in rows if find_defects(row.instruction, row.input, row.output)]
    assert len(found) >= 0.9 * len(rows)
