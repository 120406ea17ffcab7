"""What counts as contamination, and how."""

from __future__ import annotations

from dataclasses import dataclass

WHOLE, INSIDE, PASSAGE, EDITED = range(4)
"""The material is the benchmark text; has it in it word for word; has a passage of it; has it in other words here and there."""
_FEW = 3
KINDS = ("whole", "inside", "passage", "edited")


@dataclass(frozen=True)
class Settings:
    """When a benchmark text counts as known to the material.

    Lengths are weighed so that `words` of an alphabet are as long as `characters` of Chinese or Japanese;
    a text of both is weighed together.

    Attributes:
        words: A passage of this many words in both is a copied passage.
        characters: Likewise, of CJK characters.
        share: Part of the benchmark text's own words that must stand in the material.
        edited_share: That part where no passage is as long, but one of four words.
        short_share: That part for short texts: one other word in them is another question.
        common_share: What more than this part of all rows have, is a form that nobody copied,
        least_common: if they are more than so many, or a fifth of a small set.
        most_common: What so many rows have, is a form in any case.
    """

    words: int = 10
    characters: int = 15
    share: float = 0.5
    edited_share: float = 0.5
    short_share: float = 0.8
    common_share: float = 0.005
    least_common: int = 20
    most_common: int = 1000

    @property
    def passage(self) -> int:
        """Weight of a copied passage."""
        return self.words * self.characters

    @property
    def inside(self) -> int:
        """Weight from which on a whole text is looked for inside others."""
        return self.passage // 2

    @property
    def seed(self) -> int:
        """Weight of what two texts must share to be compared at all."""
        return self.passage * 2 // 5

    @property
    def weights(self) -> tuple[int, int]:
        """Weight of a word, and of a CJK character."""
        return self.characters, self.words

    def common_rows(self, rows: int) -> int:
        """Most rows of a column that may share a passage before it is a form."""
        least = min(self.least_common, max(_FEW, rows // 5))
        return min(max(least, int(self.common_share * rows)), self.most_common)
