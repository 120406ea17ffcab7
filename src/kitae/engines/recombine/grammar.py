"""What was learnt: phrasings with open places, and what may stand in them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kitae.engines.recombine.answers import Fields, LabelSpace
from kitae.engines.recombine.ledger import FillerKey, Ledger, filler_keys, is_ragged
from kitae.engines.recombine.pieces import Pieces, Script, to_text
from kitae.engines.recombine.rows import FrameKey, Row, Slot, frame_of
from kitae.engines.recombine.soundness import sound_frames


@dataclass(frozen=True, order=True)
class Filler:
    """A word or phrase that stands for one value of one field."""

    script: Script
    field: str
    value: str
    pieces: Pieces

    @property
    def text(self) -> str:
        """The filler as it is written."""
        return to_text(self.pieces)


@dataclass(frozen=True)
class Frame:
    """A phrasing with open places, and the rows that use it."""

    key: FrameKey
    rows: tuple[int, ...]
    is_capitalised: bool
    """Whether its rows start with a capital."""

    @property
    def script(self) -> Script:
        """How the phrasing is written."""
        script = self.key.setting[0]
        return "ja" if script == "ja" else "zh" if script == "zh" else "spaced"

    @property
    def slots(self) -> tuple[int, ...]:
        """Positions of the open places among the pieces."""
        return tuple(i for i, item in enumerate(self.key.skeleton) if isinstance(item, Slot))

    @property
    def fields(self) -> tuple[str, ...]:
        """The field of each open place, in order."""
        return tuple(item.field for item in self.key.skeleton if isinstance(item, Slot))

    @property
    def text(self) -> str:
        """The phrasing as people read it: `How will {topic} be {period}?`."""
        shown = [f"{{{i.field}}}" if isinstance(i, Slot) else i for i in self.key.skeleton]
        if self.script != "spaced":
            return "".join(shown)
        text = to_text(shown)
        return text[0].upper() + text[1:] if self.is_capitalised else text

    def filled(self, fillers: Sequence[Filler]) -> tuple[str, ...]:
        """The pieces with the open places filled, in order."""
        pieces: list[str] = []
        rest = iter(fillers)
        for item in self.key.skeleton:
            pieces += next(rest).pieces if isinstance(item, Slot) else (item,)
        return tuple(pieces)

    def values(self, fillers: Sequence[Filler]) -> Fields:
        """The answer's fields: what the fillers stand for, and what the phrasing fixes."""
        return {**dict(self.key.constants), **{f.field: f.value for f in fillers}}


@dataclass(frozen=True)
class Use:
    """One place in one row where a filler stands."""

    row: int
    frame: int
    slot: int
    """Number of the open place in the frame, from 0."""
    is_ragged: bool
    """Whether the place cuts a phrase or a word in two, so that what fills it stands nowhere else."""


@dataclass(frozen=True)
class Grammar:
    """Everything learnt from one set of examples.

    Attributes:
        rows: What was learnt from.
        space: The answers' fields and values.
        frames: Phrasings with at least one open place.
        uses: Filler -> where it stands.
    """

    rows: tuple[Row, ...]
    space: LabelSpace
    frames: tuple[Frame, ...]
    uses: Mapping[Filler, tuple[Use, ...]]

    def fillers_in(self, frame: int, slot: int) -> tuple[Filler, ...]:
        """Fillers that were seen in one open place, sorted."""
        return tuple(
            filler
            for filler, uses in self.uses.items()
            if any(use.frame == frame and use.slot == slot for use in uses)
        )

    def fillers_for(self, script: Script, field: str) -> tuple[Filler, ...]:
        """All fillers of a field in one script, sorted."""
        return tuple(f for f in self.uses if f.script == script and f.field == field)


def to_grammar(ledger: Ledger, space: LabelSpace) -> Grammar:
    """The frames and fillers of a set of readings, without those that do not tell the answer."""
    read = [i for i, reading in enumerate(ledger.readings) if reading]
    keys = {i: frame_of(ledger.rows[i], ledger.readings[i]) for i in read}
    rows_by_key: dict[FrameKey, list[int]] = defaultdict(list)
    for index, key in keys.items():
        rows_by_key[key].append(index)
    sound = sound_frames(ledger, rows_by_key)
    ordered = sorted(sound, key=lambda k: (k.setting, str(k.skeleton), k.constants))
    frames = tuple(_frame(ledger, key, rows_by_key[key]) for key in ordered)
    uses: dict[Filler, list[Use]] = defaultdict(list)
    for number, frame in enumerate(frames):
        for index in frame.rows:
            found = filler_keys(ledger.rows[index], ledger.readings[index])
            for slot, filler_key in enumerate(found):
                cuts = is_ragged(ledger.rows[index], ledger.readings[index], slot)
                use = Use(index, number, slot, is_ragged=cuts)
                uses[_filler(frame.script, filler_key)].append(use)
    kept = {f: tuple(uses[f]) for f in sorted(uses) if not _has_rival(f, uses)}
    return Grammar(tuple(ledger.rows), space, frames, kept)


def _frame(ledger: Ledger, key: FrameKey, rows: Sequence[int]) -> Frame:
    return Frame(key, tuple(rows), all(ledger.rows[row].is_capitalised for row in rows))


def _has_rival(filler: Filler, uses: Mapping[Filler, Sequence[Use]]) -> bool:
    """Whether the same words stand for another value of the field at least as often."""
    return any(
        other.pieces == filler.pieces
        and (other.script, other.field) == (filler.script, filler.field)
        and other.value != filler.value
        and len(uses[other]) >= len(uses[filler])
        for other in uses
    )


def _filler(script: Script, key: FillerKey) -> Filler:
    return Filler(script, key[1], key[2], key[3])
