"""The words of one language for a reader of a report; never fails for a text that is missing."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from kitae.core.text import Language, Message, catalogue, render, say
from kitae.project.report.numbers import bytes_text, count_text
from kitae.project.report.view import Compared, RowExcerpt

KANA = re.compile(r"[ぁ-ゖァ-ヺ]")
HAN = re.compile(r"[㐀-䶿一-鿿]")
HANGUL = re.compile(r"[가-힣]")


@dataclass(frozen=True)
class Words:
    """Speaks one language.

    Attributes:
        language: The reader's.
    """

    language: Language

    def say(self, key: str, **values: Any) -> str:  # noqa: ANN401
        """The text for a key of the report's own catalogue."""
        return say(key, self.language, **values)

    def message(self, message: Message) -> str:
        """A message in words; one whose text is gone (an old project) shows its key and values."""
        try:
            return render(message, self.language)
        except (KeyError, ValueError, IndexError):
            values = ", ".join(f"{k}: {v}" for k, v in message.values.items())
            return f"{message.key} ({values})" if values else message.key

    def title(self, code: str, *keys: str) -> str:
        """The first of the keys that the catalogue has, or the code made readable."""
        texts = catalogue(self.language)
        return next((texts[key] for key in keys if key in texts), code.replace("_", " "))

    def reason(self, code: str) -> str:
        """Title of a reason code; the bare code where there is none."""
        title = catalogue(self.language).get(f"reason.{code}", code)
        return title[:1].upper() + title[1:] if title != code else code

    def stage(self, name: str) -> str:
        """A stage's name."""
        return self.title(name, f"stage.{name}")

    def check(self, name: str) -> str:
        """Title of a check of the gate or of the fit verdict."""
        return self.title(name, f"gate.{name}.title", f"plan.{name}.title", f"fit.{name}.title")

    def term(self, name: str) -> str:
        """What a key of the recipe or the plan does, or an empty text."""
        return self.title("", f"explain.{name}.what")

    def metric(self, name: str) -> str:
        """A metric's name."""
        if name.startswith("field:"):
            return self.say("report.metric.field", name=name.removeprefix("field:"))
        return self.title(name, f"report.metric.{name}", f"evaluate.metric.{name}")

    def language_name(self, code: str) -> str:
        """A language's name, or its code."""
        return self.title(code or "–", f"report.language.{code}")

    def place(self, excerpt: RowExcerpt) -> str:
        """Where a row stands, as one line."""
        parts = [excerpt.where] if excerpt.where else []
        if excerpt.line is not None:
            parts.append(self.say("report.place.line", line=excerpt.line))
        if excerpt.column is not None:
            parts.append(self.say("report.place.column", column=excerpt.column))
        if excerpt.field:
            parts.append(self.say("report.place.field", field=excerpt.field))
        return self.say("report.place.separator").join(parts)

    def duration(self, seconds: float) -> str:
        """A duration in its natural unit."""
        if seconds < 90:
            return self.say("report.duration.seconds", s=f"{seconds:.1f}")
        minutes, rest = divmod(round(seconds), 60)
        if minutes < 90:
            return self.say("report.duration.minutes", m=minutes, s=rest)
        return self.say("report.duration.hours", h=minutes // 60, m=minutes % 60)

    def quantity(self, compared: Compared, value: float | None) -> str:
        """One side of a comparison, with its unit."""
        if value is None:
            return self.say("report.forecast.not_measured")
        if compared.quantity == "duration_s":
            return self.duration(value)
        if compared.quantity in ("memory_gib", "disk_gib"):
            return bytes_text(value * 2**30)
        return count_text(value)


def language_of(text: str, reader: Language) -> str | None:
    """A guess at a text's language for its `lang` attribute, so that Han letters get the right shapes.

    None where the reader's own language serves. Han letters without kana cannot tell Japanese from
    Chinese in a short text: a Japanese reader's page shows them in its own shapes.
    """
    if KANA.search(text):
        found = "ja"
    elif HANGUL.search(text):
        found = "ko"
    elif HAN.search(text):
        found = "zh" if reader == "en" else reader
    else:
        found = "en"
    return None if found == reader else found
