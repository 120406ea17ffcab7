"""Files as newcomers bring them: in every format, encoding and state of repair."""

import csv
import io
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from kitae.core.errors import KitaeError
from kitae.core.events import Silence
from kitae.engines.reading.rows import ReadOptions
from kitae.engines.reading.source import read_file
from kitae.stages.collect import STAGE, CollectConfig, SourceConfig
from kitae.stages.contract import Context

JAPANESE = [
    "今期は順調ですか?",
    "恋愛運を教えてください。",
    "明日の天気は？",
    "ありがとうございます",
    "この商品は返品できますか。",
    "東京から大阪まで何時間かかりますか",
    "次の文を英語に翻訳してください。",
    "面接の日程を変更したいです",
    "ｶﾌﾞｼｷｶﾞｲｼｬ ﾔﾏﾀﾞ の電話番号は？",
    "①番の答えを説明してください",
]
CHINESE = [
    "今天天气怎么样？",
    "请把下面的句子翻译成英文。",
    "我喜欢编程",
    "这个商品可以退货吗",
    "人工智能是什么",
    "简述光合作用",
    "订单已发货，请注意查收",
    "首都是哪里?",
    "写一首关于春天的诗。",
    "细胞理论和日心说",
]


def alpaca_rows(count):
    """Plain Alpaca rows, all different."""
    return [
        {"instruction": f"Question {n}?", "input": "", "output": f"Answer {n}."}
        for n in range(1, count + 1)
    ]


def as_json(rows, **options):
    """A JSON array."""
    return json.dumps(rows, ensure_ascii=False, **options)


def as_jsonl(rows):
    """One object per line."""
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def as_csv(rows, delimiter=","):
    """A table with a header."""
    stream = io.StringIO(newline="")
    writer = csv.DictWriter(stream, list(rows[0]), delimiter=delimiter, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return stream.getvalue()


def as_xlsx(sheets):
    """A workbook: name of a sheet -> list of rows of cells."""
    import openpyxl

    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def as_parquet(rows):
    """A Parquet file."""
    stream = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows), stream)
    return stream.getvalue()


def to_bytes(content):
    """Text as UTF-8; bytes as they are."""
    return content.encode() if isinstance(content, str) else content


def read_bytes(folder: Path, content, name="rows.json", **options):
    """What the reading engine makes of a file with this content."""
    path = folder / name
    path.write_bytes(to_bytes(content))
    return read_file(path, ReadOptions(**options), name)


def attempt(action):
    """(result, None), or (None, the error of Kitae that stopped it)."""
    try:
        return action(), None
    except KitaeError as error:
        return None, error


def rules(issues):
    """The rules of a list of issues, in order."""
    return [issue.rule for issue in issues]


def make_context(folder: Path, events=None):
    """A context that needs no engines."""
    return Context(
        root=folder,
        stage="collect",
        seed=0,
        work=folder,
        journals={},
        engines=None,
        events=events or Silence(),
    )


def collect_bytes(folder: Path, content, name="rows.json", max_bad_share=1.0, **source):
    """The product of `collect` for one file with this content."""
    (folder / name).write_bytes(to_bytes(content))
    config = CollectConfig(
        sources=(SourceConfig(path=name, **source),), max_bad_share=max_bad_share
    )
    return STAGE.run({}, config, make_context(folder))


def examples(product):
    """The rows of the table `examples`."""
    return product.tables["examples"].to_pylist()


def contents(product):
    """(instruction, input, output) of each example."""
    return [(r["instruction"], r["input"], r["output"]) for r in examples(product)]


def quarantine(product):
    """The issues of rows that were set aside."""
    return product.records["quarantine"].items


def repairs(product):
    """The issues of rows that were mended."""
    return product.records["repairs"].items
