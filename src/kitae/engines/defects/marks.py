"""What must stand in a row for a check to find anything: a table that a column can be searched for.

A kernel over bytes looks for the needles; Arrow's RE2 for `gates`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from kitae.engines.defects import answers, leftovers, questions

Field = Literal["instruction", "input", "output"]
FIELDS: tuple[Field, ...] = ("instruction", "input", "output")


@dataclass(frozen=True)
class Marks:
    """What must stand in one of the fields for a check to find anything; one of it is enough."""

    fields: tuple[Field, ...]
    needles: tuple[str, ...] = ()
    """Texts, whatever their case."""
    at_start: bool = False
    """The field must begin with a needle, after signs and blanks."""
    patterns: tuple[str, ...] = ()
    """Regular expressions without look-around, as RE2 reads them."""
    least_characters: int = 0
    """Shorter fields are sound."""
    most_characters: int = 0
    """Longer ones too; 0 sets no bound."""

    @property
    def gates(self) -> tuple[str, ...]:
        """Needles and patterns as regular expressions for RE2; a match of one is enough. None: length alone."""
        texts = "|".join(map(re.escape, self.needles))
        start = r"^[^\pL\pN]*" if self.at_start else ""
        return ((f"(?i){start}(?:{texts})",) if texts else ()) + self.patterns


def _needles(text: str) -> tuple[str, ...]:
    return tuple(text.split("|"))


_ASKED: tuple[Field, ...] = ("instruction",)
_ANSWERED: tuple[Field, ...] = ("output",)
MARKS: dict[str, Marks] = {
    "refusal": Marks(
        _ANSWERED,
        _needles(
            "i'm|i’m|i am |i do|i can|i could|i won|i apolog|i regret|sorry|my apolog|"
            "unfortunately|we can|we could|we do|we are|we won|as an ai|as a language|"
            "as a large|as an a|as a l|as an l|大変|誠に|まことに|申し訳|すみません|"
            "すいません|恐れ入り|恐縮|残念|私はai|私は人工|私は言語|ai|人工|言語|その|"
            "この|ご質|ご要|ご依|ごリ|質問|要求|依頼|リクエスト|要望|我|很|非常|十分|真的|"
            "实在|感到|抱歉|对不起|不好意思|遗憾|作为|您好|由于"
        ),
        at_start=True,
    ),
    "ai_self_reference": Marks(
        _ANSWERED,
        _needles(
            "language model|an ai|artificial intelligence|llm|chatbot|"
            "machine learning model|my training data|my knowledge cut|my last update|"
            "my last knowledge|openai|chatgpt|virtual ai|digital ai|helpful ai|aiとして|"
            "aiアシ|ai言語|aiである|aiなので|aiですの|私はai|単なるai|わたしはai|人工知能|"
            "言語モデル|学習データ|人工智能|语言模型|机器人|训练数据|知识截止|为ai|一个ai|"
            "一名ai|一款ai|一位ai|是ai|型ai|的ai"
        ),
    ),
    "truncated_answer": Marks(
        _ANSWERED,
        _needles("```"),
        patterns=(answers.UNENDED,),
        least_characters=answers.LEAST_CUT // 2,
    ),
    "repetition": Marks(
        _ANSWERED,
        least_characters=answers.LEAST_LOOP,
    ),
    "symbol_share": Marks(
        _ANSWERED,
        patterns=(answers.SYMBOLS,),
        least_characters=answers.LEAST_SYMBOLS,
    ),
    "impossible_request": Marks(
        _ASKED,
        _needles(
            "image|picture|photo|drawing|painting|illustration|sketch|portrait|infographic|cartoon"
            "|animation|video|audio|screenshot|meme| gif|draw |paint |attached|uploaded|enclosed|play "
            "|sing |画像|イラスト|写真|絵|動画|音声|アニメ|似顔絵|ポスター|添付|アップロード|図"
            "|图|照片|插画|漫画|动画|视频|音频|海报|幅画|的画|画作|附件|附上|上传"
        ),
        most_characters=questions.LONGEST_REQUEST,
    ),
    "unreachable_link": Marks(("instruction", "input"), ("http://", "https://")),
    "empty_input_mismatch": Marks(
        _ASKED,
        _needles(
            "following|given|provided|below|above|次の|以下|下記|与えられた|上記|この|"
            "下面|下列|给定|所给|上述|上面|提供"
        ),
        most_characters=questions.LONGEST_REQUEST,
    ),
    "unused_input_mark": Marks(
        ("input",),
        patterns=(questions.SHORT,),
    ),
    "merged_instructions": Marks(
        FIELDS,
        _needles("instruction|指令|指示|##|#\n"),
    ),
    "placeholder": Marks(
        _ANSWERED,
        _needles("{{|[|<|【|＜|××|✕✕|ｘｘ|xxx|〇〇|○○|todo|tbd|lorem ipsum|insert "),
    ),
    "html_leftovers": Marks(
        FIELDS,
        patterns=(leftovers.TAG_START,),
    ),
    "template_leftovers": Marks(
        FIELDS,
        (
            "<|",
            *_needles(
                "<｜|[inst|[/inst|<<sys|<</sys|_of_turn>|<s>|</s>|##|below is an instruction"
                "|a chat between a curious|下面是描述任务|タスクを説明する指示|human:|human："
                "|assistant:|assistant：|user:|user：|用户:|用户：|助手:|助手：|ユーザー:|ユーザー："
                "|アシスタント:|アシスタント：|人类:|人类："
            ),
        ),
    ),
    "boilerplate": Marks(
        _ANSWERED,
        _needles(
            "cookie|subscribe to|sign up for|click here|rights reserved|share this|"
            "javascript|skip to|read more|view more|see more|full article|follow us on|"
            "terms of|advertisement\n|powered by|版权所有|转载|未经|点击|扫码|二维码|"
            "公众号|责任编辑|阅读全文|上一篇|下一篇|無断転載|クッキー|メルマガ|クリック|"
            "続きを読む|シェアする|チャンネル登録"
        ),
    ),
    "mojibake": Marks(
        FIELDS,
        patterns=(leftovers.MOJIBAKE,),
    ),
    "no_answer": Marks(
        _ANSWERED,
        patterns=(leftovers.NO_ANSWER,),
    ),
}
