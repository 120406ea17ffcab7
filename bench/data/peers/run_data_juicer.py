"""Data-Juicer: its executor with text mended, mail addresses cleaned, three filters, exact and near duplicates.

It would install torch for CUDA while it runs, only to empty the cache of a graphics card that is not used: that call has a stand-in.
"""

import json
import os
from pathlib import Path
from types import SimpleNamespace

from measured import FOLDER, MODE, ROWS, Measured, records

os.environ |= {
    "HF_DATASETS_CACHE": str(FOLDER / "hf"),
    "DATA_JUICER_CACHE_HOME": str(FOLDER / "dj"),
}

from data_juicer.config import init_configs
from data_juicer.core import DefaultExecutor
from data_juicer.utils import model_utils
from data_juicer.utils.lazy_loader import LazyLoader

MINHASH = {
    "defaults": {"tokenization": "character"},
    "matched": {
        "text_key": "tokens",
        "tokenization": "space",
        "window_size": 2,
        "num_permutations": 128,
        "jaccard_threshold": 0.5,
        "num_bands": 32,
        "num_rows_per_band": 4,
    },
}
CLEANING = [
    {"fix_unicode_mapper": {}},
    {"clean_email_mapper": {}},
    {"text_length_filter": {"min_len": 20, "max_len": 20_000}},
    {"special_characters_filter": {"min_ratio": 0.0, "max_ratio": 0.6}},
    {"character_repetition_filter": {"rep_len": 10, "max_ratio": 0.8}},
]
DUPLICATES = [
    {"document_deduplicator": {"lowercase": False}},
    {"document_minhash_deduplicator": MINHASH[MODE]},
]


def never_install(package: str, *_: object) -> None:
    """In place of what would install torch for CUDA, and more, while the time runs."""
    raise ImportError(package)


def recipe() -> Path:
    """The configuration as a file (JSON is YAML)."""
    values = {
        "project_name": "bench",
        "dataset_path": str(ROWS),
        "export_path": str(FOLDER / "out" / "out.jsonl"),
        "work_dir": str(FOLDER / "work"),
        "np": 1,
        "text_keys": ["text", "tokens"],
        "use_cache": False,
        "open_tracer": False,
        "auto_op_parallelism": False,
        "process": CLEANING + DUPLICATES,
    }
    path = FOLDER / "recipe.yaml"
    path.write_text(json.dumps(values), encoding="utf-8")
    return path


def main() -> None:
    """Run the executor and read back what it wrote."""
    LazyLoader._install_package = staticmethod(never_install)
    model_utils.torch = SimpleNamespace(cuda=SimpleNamespace(empty_cache=lambda: None))
    (FOLDER / "out").mkdir()
    config = init_configs(["--config", str(recipe())])
    time = Measured()
    DefaultExecutor(config).run()
    time.tell(row["id"] for row in records(FOLDER / "out" / "out.jsonl"))


if __name__ == "__main__":
    main()
