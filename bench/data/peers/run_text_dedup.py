"""text-dedup: its `minhash` command, in this process."""

import os

from measured import FOLDER, MODE, ROWS, Measured

os.environ |= {"HF_HUB_OFFLINE": "1", "TQDM_DISABLE": "1", "HF_DATASETS_CACHE": str(FOLDER / "hf")}

import datasets
from text_dedup.minhash import main as minhash

COMMON = {
    "path": "json",
    "data_files": str(ROWS),
    "split": "train",
    "cache_dir": str(FOLDER / "hf"),
    "output": str(FOLDER / "out"),
    "num_proc": "1",
    "min_length": "1",
}
MODES = {
    "defaults": {"column": "text"},
    "matched": {
        "column": "tokens",
        "ngram": "2",
        "num_perm": "128",
        "b": "32",
        "r": "4",
        "threshold": "0.5",
    },
}


def main() -> None:
    """Run it and read back what it wrote. `min_length 1`: by default it would drop short rows, not compare them."""
    datasets.disable_progress_bars()
    time = Measured()
    options = COMMON | MODES[MODE]
    arguments = [part for name, value in options.items() for part in (f"--{name}", value)]
    minhash(arguments, standalone_mode=False)
    time.tell(datasets.load_from_disk(str(FOLDER / "out"))["id"])


main()
