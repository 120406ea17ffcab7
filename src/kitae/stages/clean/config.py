"""The choices of `clean`."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from kitae.core.config import Config

Treatment = Literal["mask", "mask_fetched", "drop", "refuse", "keep"]
"""`mask_fetched` masks in rows from hubs and the web, and keeps what stands in your own files."""
DefectTreatment = Literal["drop", "warn", "keep"]


class PrivateConfig(Config):
    """What happens to each kind of private data. Values that are plainly examples always stay.

    `mask` writes `[EMAIL]` and the like in its place, `mask_fetched` does so only in rows from hubs and
    the web, `drop` drops the row, `refuse` stops the run, `keep` leaves it.
    """

    key: Treatment = "mask"
    """Passwords, API keys and tokens."""
    url_login: Treatment = "mask"
    """Name and password inside a link, as in `https://user:password@host`."""
    iban: Treatment = "mask"
    """International bank account numbers with a valid checksum."""
    national_id: Treatment = "mask"
    """Numbers of identity cards, tax and social insurance, with a valid checksum where they have one."""
    card: Treatment = "mask"
    """Credit card numbers with a valid checksum."""
    email: Treatment = "mask_fetched"
    """Mail addresses."""
    ip: Treatment = "mask_fetched"
    """Public addresses of machines on the internet."""
    phone: Treatment = "mask_fetched"
    """Telephone numbers."""


class DefectsConfig(Config):
    """What happens to rows with each defect that is common in instruction data.

    `drop` drops the row, `warn` keeps it and tells of it in the gate and the report, `keep` says nothing.
    """

    refusal: DefectTreatment = "warn"
    """The answer refuses, as in "I'm sorry, but I can't help with that"."""
    ai_self_reference: DefectTreatment = "warn"
    """The answer speaks of itself as a machine, as in "as an AI language model"."""
    truncated_answer: DefectTreatment = "warn"
    """The answer stops in the middle."""
    repetition: DefectTreatment = "warn"
    """The answer says the same thing over and over."""
    symbol_share: DefectTreatment = "warn"
    """The answer is mostly signs."""
    impossible_request: DefectTreatment = "warn"
    """The task asks for an image, a sound or a film, which a text cannot be."""
    unreachable_link: DefectTreatment = "warn"
    """The task is about a page or a file behind a link, which is not in the row."""
    empty_input_mismatch: DefectTreatment = "warn"
    """The task speaks of a text that is given, and none is."""
    unused_input_mark: DefectTreatment = "warn"
    """The input is a mark such as `No input`."""
    merged_instructions: DefectTreatment = "drop"
    """Two rows have run into one: another instruction stands in the text."""
    placeholder: DefectTreatment = "warn"
    """Something in the answer was to be filled in: `{{name}}`, `[Your Name]`."""
    html_leftovers: DefectTreatment = "warn"
    """Tags or entities of HTML in running text."""
    template_leftovers: DefectTreatment = "drop"
    """Marks of a chat or prompt format, such as `### Response:`."""
    boilerplate: DefectTreatment = "warn"
    """Furniture of a web page: cookies, subscriptions, copyright lines."""
    mojibake: DefectTreatment = "drop"
    """Text read in the wrong encoding that could not be mended. With `repair: false` it only warns."""
    no_answer: DefectTreatment = "warn"
    """A mark in place of an answer, such as `N/A` or `<nooutput>`."""


class SemanticConfig(Config):
    """Dropping rows that say the same in other words, told by an embedding model in a local folder."""

    embeddings: str
    """Folder (from the project) of a sentence embedding model: sentence-transformers or model2vec, with
    model.safetensors and tokenizer.json. Nothing is downloaded."""
    threshold: float = Field(default=0.92, gt=0.5, le=1.0)
    """From which cosine on two questions, and two long answers, say the same. Depends on the model."""


class CleanConfig(Config):
    """What is repaired, what is dropped."""

    repair: bool = True
    """Repair text that was read in a wrong encoding, write letters in one form (Unicode NFC), and take
    out control characters, zero-width characters and blank space around a text. Each change is listed."""
    special_tokens_inside: Literal["refuse", "remove", "keep"] = "refuse"
    """Chat markers such as `<|im_end|>` in the middle of a text: drop the row, cut the marker out, or
    leave it. At the two ends of a text they are always cut off: there they are left-overs."""
    min_question_characters: int = Field(default=1, ge=1)
    """Shorter questions are dropped. 1 keeps all that are not empty: `hi` is a question."""
    min_answer_characters: int = Field(default=1, ge=1)
    """Shorter answers are dropped. 1 keeps all that are not empty: `No` is an answer."""
    max_question_characters: int = Field(default=32_000, ge=1)
    """Longer questions are dropped. What fits in the base model is checked later, by `plan`."""
    max_answer_characters: int = Field(default=32_000, ge=1)
    """Longer answers are dropped."""
    languages: tuple[str, ...] = ()
    """Keep only rows in these languages (`en`, `ja`, `zh`, `ko`, `other`). Empty keeps all. Rows whose
    language cannot be told (a number, a name, code) are always kept."""
    private: PrivateConfig = PrivateConfig()
    """What happens to private data and secrets, kind by kind."""
    defects: DefectsConfig = DefectsConfig()
    """What happens to rows with known defects, one by one."""
    exact_duplicates: bool = True
    """Drop rows whose question and answer another row of the same side has word for word."""
    near_duplicates: bool = True
    """Drop rows that say nearly the same as another row of their side: a near question **and** a near
    answer. A near question with another answer is always kept."""
    near_similarity: float = Field(default=0.5, gt=0.0, le=1.0)
    """From which similarity on (shared word pairs over all word pairs) two long texts count as near."""
    semantic_duplicates: SemanticConfig | None = None
    """Drop rows that say the same as another row of their side in other words. Off unless a folder with
    an embedding model is named. Questions that differ in a number, a name, a negation or in single words
    are always kept, and so are the same ones in another language."""
    wordings: Literal["keep", "one_per_text"] = "keep"
    """Where the same text is asked about in several wordings: keep them all (they stay together on one
    side), or keep one row per text."""
    keep: tuple[str, ...] = ()
    """Ids of rows that are never dropped here: the way to undo a drop."""
