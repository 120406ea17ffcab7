"""datatrove: ftfy, two filters, its four MinHash steps, JSONL written; one task, one worker."""

import re
from pathlib import Path

from datatrove.executor import LocalPipelineExecutor
from datatrove.pipeline.dedup import (
    MinhashDedupBuckets,
    MinhashDedupCluster,
    MinhashDedupFilter,
    MinhashDedupSignature,
)
from datatrove.pipeline.dedup.minhash import MinhashConfig
from datatrove.pipeline.filters import LambdaFilter
from datatrove.pipeline.formatters import FTFYFormatter
from datatrove.pipeline.readers import JsonlReader
from datatrove.pipeline.writers import JsonlWriter
from datatrove.utils.word_tokenizers import WordTokenizer
from measured import FOLDER, MODE, ROWS, Measured, records

TOKENS = re.compile(r"[^\W_\u3040-\u30ff\u3400-\u9fff]+|[\u3040-\u30ff\u3400-\u9fff]")


class Hybrid(WordTokenizer):
    """Words of Latin script, single characters of Chinese and Japanese."""

    def __init__(self) -> None:
        super().__init__("hybrid")

    def word_tokenize(self, text: str) -> list[str]:
        """Tokens of a text."""
        return TOKENS.findall(text)

    def sent_tokenize(self, text: str) -> list[str]:
        """The text as one sentence; not used."""
        return [text]

    def span_tokenize(self, text: str) -> list[tuple[int, int]]:
        """The text as one span; not used."""
        return [(0, len(text))]


def step(name: str, pipeline: list, tasks: int = 1) -> None:
    """One of the jobs that the way consists of."""
    logs = str(FOLDER / "logs" / name)
    LocalPipelineExecutor(pipeline=pipeline, tasks=tasks, workers=1, logging_dir=logs).run()


def signs_share(text: str) -> float:
    """Share of characters that are neither letters, digits nor blanks."""
    return sum(not one.isalnum() and not one.isspace() for one in text) / max(1, len(text))


def cleaning() -> list:
    """Text mended, rows of unlikely length or of signs left out."""
    return [
        JsonlReader(str(ROWS.parent), glob_pattern=ROWS.name, text_key="text", id_key="id"),
        FTFYFormatter(),
        LambdaFilter(lambda document: 20 <= len(document.text) <= 20_000),
        LambdaFilter(lambda document: signs_share(document.text) < 0.6),
        JsonlWriter(str(FOLDER / "clean"), compression=None),
    ]


def ids(folder: Path) -> list[str]:
    """Ids of what lies in a folder."""
    return [row["id"] for path in folder.glob("*.jsonl") for row in records(path)]


def main() -> None:
    """By default English words, 5-grams, 14 buckets of 8; or Kitae's shingles and bands."""
    is_matched = MODE == "matched"
    config = (
        MinhashConfig(n_grams=2, num_buckets=32, hashes_per_bucket=4)
        if is_matched
        else MinhashConfig()
    )
    language = Hybrid() if is_matched else "eng"
    clean, signed, buckets, removed = (
        str(FOLDER / name) for name in ("clean", "signed", "buckets", "removed")
    )
    time = Measured()
    step("clean", cleaning())
    sign = MinhashDedupSignature(output_folder=signed, config=config, language=language)
    step("sign", [JsonlReader(clean), sign])
    match = MinhashDedupBuckets(input_folder=signed, output_folder=buckets, config=config)
    step("match", [match], tasks=config.num_buckets)
    step("group", [MinhashDedupCluster(input_folder=buckets, output_folder=removed, config=config)])
    out = JsonlWriter(str(FOLDER / "out"), compression=None)
    step("filter", [JsonlReader(clean), MinhashDedupFilter(input_folder=removed), out])
    time.tell(ids(FOLDER / "out"), ids(FOLDER / "clean"))


if __name__ == "__main__":
    main()
