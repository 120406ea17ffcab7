"""Whether material holds the texts of a benchmark: word for word, in part, inside something else, edited."""

from kitae.engines.contamination.files import Benchmark, read_benchmark
from kitae.engines.contamination.search import Contamination, contaminated
from kitae.engines.contamination.settings import EDITED, INSIDE, PASSAGE, WHOLE, Settings

__all__ = [
    "EDITED",
    "INSIDE",
    "PASSAGE",
    "WHOLE",
    "Benchmark",
    "Contamination",
    "Settings",
    "contaminated",
    "read_benchmark",
]
