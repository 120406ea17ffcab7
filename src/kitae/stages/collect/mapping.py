"""A row as it stands in the file -> the content of an Example.

The form is told by the keys of each row, so a file may mix forms; one form costs one look.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple, cast

from kitae.engines.reading.roles import (
    ROLES,
    Role,
    is_translated,
    plain_name,
    rank_in_role,
    role_of,
)
from kitae.engines.reading.rows import RawRow, showable
from kitae.stages.collect.config import ColumnsConfig
from kitae.stages.collect.conversations import (
    CONVERSATION_KEYS,
    TOOLS_KEYS,
    USUAL,
    draft_of,
    turn_keys,
)
from kitae.stages.collect.drafts import Draft, Notes, RefusedRowError, shown, text_of
from kitae.stages.collect.history import history_of
from kitae.stages.collect.placeholders import LONGEST, is_placeholder
from kitae.stages.collect.plain import ReadPlain, plain_fields, plain_turns

FormName = Literal[
    "alpaca",
    "prompt_completion",
    "question_answer",
    "columns",
    "sharegpt",
    "messages",
    "self_instruct",
]

Values = dict[str, Any]


class Mapped(NamedTuple):
    """What one row (or one instance in it) became: a draft, or why not.

    Attributes:
        draft: None where the row is refused.
        refusal: None where it is not.
        notes: Repairs on the way.
        instance: 1-based place in `instances`; 0 where there are none.
    """

    draft: Draft | None
    refusal: RefusedRowError | None
    notes: Notes
    instance: int = 0


@dataclass(frozen=True)
class Fields:
    """Which columns stand for what.

    Attributes:
        by_role: Role -> columns that may stand for it, the preferred one first; maybe none.
        group: Column that keeps rows together.
    """

    by_role: Mapping[Role, tuple[str, ...]]
    group: str | None = None

    @property
    def first(self) -> dict[Role, str]:
        """Role -> its preferred column, only roles that have one."""
        return {role: columns[0] for role, columns in self.by_role.items() if columns}


@dataclass
class RowMapper:
    """Maps the rows of one source.

    Attributes:
        columns: What the recipe says; None to go by names.
        is_table: Whether the keys are the header of a table, the same for all rows.
        source: Its name, for groups.
        forms: Every form met, with the number of its rows.
        columns_found: Role -> the column that stood for it first.
        unused: Keys that no form uses, in order.
    """

    columns: ColumnsConfig | None
    is_table: bool
    source: str
    forms: dict[FormName, int] = field(default_factory=dict[FormName, int])
    columns_found: dict[Role, str] = field(default_factory=dict[Role, str])
    unused: dict[str, None] = field(default_factory=dict[str, None])
    _known: dict[tuple[str, ...], _Form | None] = field(
        default_factory=dict[tuple[str, ...], "_Form | None"]
    )

    @property
    def is_complete(self) -> bool:
        """Whether a question and an answer were found by the names of columns."""
        return {"instruction", "output"} <= self.columns_found.keys()

    def map(self, row: RawRow) -> Iterator[Mapped]:
        """What a row becomes: one result, or one per instance."""
        keys = tuple(row.values)
        if keys not in self._known:
            self._known[keys] = self._find_form(row.values)
        form = self._known[keys]
        if form is None:
            refusal = RefusedRowError("unknown_columns", None, ", ".join(keys)[:120])
            yield Mapped(None, refusal, Notes())
            return
        self.forms[form.name] = self.forms.get(form.name, 0) + 1
        if form.instances:
            yield from self._map_instances(row, form)
        else:
            yield _attempt(form.read, row.values)

    def plain_reader(self, keys: tuple[str, ...]) -> tuple[FormName, ReadPlain] | None:
        """How rows of these keys, seen before, are read when nothing in them is unusual; None: not so."""
        form = self._known.get(keys)
        return (form.name, form.plain) if form and form.plain else None

    def _find_form(self, values: Values) -> _Form | None:
        talk = self._talk(values)
        if talk is not None:
            return self._conversation_form(talk, values)
        fields = self._fields(values)
        if self.columns is None and "instances" in values:
            self._note_unused(values, {"instances", "id", *fields.by_role["instruction"]})
            return _Form("self_instruct", _field_reader(fields), "instances")
        if not fields.first.keys() & {"instruction", "output"}:
            return None
        used = {column for columns in fields.by_role.values() for column in columns}
        self._note_unused(values, used | {fields.group or ""})
        for role, column in fields.first.items():
            earlier = self.columns_found.get(role)
            if earlier is None or (is_translated(earlier) and not is_translated(column)):
                self.columns_found[role] = column
        name = _form_name(fields) if self.columns is None else "columns"
        plain = plain_fields(fields.by_role, is_table=self.is_table) if not fields.group else None
        return _Form(name, _field_reader(fields, notes_keys=not self.is_table), plain=plain)

    def _talk(self, values: Values) -> str | None:
        """The key of the list of turns; None where the row is no conversation."""
        if self.columns is not None and not self.columns.is_talk:
            return None
        if self.columns is not None and self.columns.messages in values:
            return self.columns.messages
        return next((key for key in values if key.strip().casefold() in CONVERSATION_KEYS), None)

    def _fields(self, values: Values) -> Fields:
        known = _known_columns(values)
        if self.columns is None or self.columns.is_talk:
            return Fields(known)
        columns = self.columns
        chosen: dict[Role, tuple[str, ...]] = {
            role: _chosen(columns, role, known[role], values) for role in ROLES
        }
        return Fields(chosen, columns.group)

    def _conversation_form(self, talk: str, values: Values) -> _Form:
        named = self.columns
        tools = _named(named and named.tools, values) or next(
            (key for key in values if key.strip().casefold() in TOOLS_KEYS), None
        )
        system = _named(named and named.system, values) or next(
            (key for key in values if role_of(key) == "system"), None
        )
        group = _named(named and named.group, values)
        self._note_unused(values, {talk, tools, system, group})
        turns = values[talk]
        first = cast("list[Any]", turns)[0] if isinstance(turns, list) and turns else None
        is_openai = isinstance(first, dict) and "role" in first
        keys = turn_keys(named.tags if named else None)

        def read(row: Values, notes: Notes) -> Draft:
            said = text_of(row[system], "system", notes) if system else ""
            draft = draft_of(row[talk], said, row[tools] if tools else None, notes, keys)
            return draft._replace(group=text_of(row[group], "group", notes)) if group else draft

        name = "messages" if is_openai else "sharegpt"
        is_usual = keys is USUAL and group is None
        plain = plain_turns(talk, (system, tools), is_openai=is_openai) if is_usual else None
        return _Form(name, read, plain=plain)

    def _map_instances(self, row: RawRow, form: _Form) -> Iterator[Mapped]:
        """One result per instance; all of one task share a group."""
        instances = row.values[form.instances]
        if not isinstance(instances, list) or not instances:
            refusal = RefusedRowError("missing_output", "instances", shown(instances))
            yield Mapped(None, refusal, Notes())
            return
        group = f"{self.source}:{row.values.get('id') or row.number}"
        task = {key: value for key, value in row.values.items() if key != form.instances}
        for place, instance in enumerate(cast("list[Any]", instances), 1):
            if not isinstance(instance, dict):
                refusal = RefusedRowError("wrong_type", "instances", shown(instance))
                yield Mapped(None, refusal, Notes(), place)
                continue
            values = {**task, **cast("Values", instance)}
            mapped = _attempt(_field_reader(self._fields(values)), values)
            draft = mapped.draft._replace(group=group) if mapped.draft else None
            yield mapped._replace(draft=draft, instance=place)

    def _note_unused(self, values: Values, used: set[Any]) -> None:
        self.unused.update(dict.fromkeys(showable(key) for key in values if key not in used))


class _Form(NamedTuple):
    name: FormName
    read: Callable[[Values, Notes], Draft]
    instances: str = ""
    plain: ReadPlain | None = None


def _named(column: str | None, values: Values) -> str | None:
    """A column that the recipe names, where the row has it."""
    return column if column in values else None


def _known_columns(values: Values) -> dict[Role, tuple[str, ...]]:
    """Role -> its columns by name: one English name, and its translations.

    Where an instruction stands beside a question, the question is the material.
    """
    found: dict[Role, list[str]] = {role: [] for role in ROLES}
    for column in sorted(values, key=rank_in_role):
        role = role_of(column)
        if role is None:
            continue
        is_first = all(is_translated(other) for other in found[role])
        if is_translated(column) or is_first:
            found[role].append(column)
        elif role == "instruction" and not found["input"]:
            found["input"].append(column)
    return {role: tuple(columns) for role, columns in found.items()}


def _chosen(
    columns: ColumnsConfig, role: Role, known: tuple[str, ...], values: Values
) -> tuple[str, ...]:
    """The recipe's column for a role; a row without it may have it under a known name."""
    column: str | None = getattr(columns, role)
    if column is None:
        return ()
    return (column,) if column in values else known


def _form_name(fields: Fields) -> FormName:
    name = plain_name(fields.first.get("instruction", "instruction"))
    if name in ("prompt", "提示词", "プロンプト"):
        return "prompt_completion"
    if name in ("instruction", "instructions", "指令", "指示", "命令"):
        return "alpaca"
    return "question_answer"


def _attempt(read: Callable[[Values, Notes], Draft], values: Values) -> Mapped:
    notes = Notes()
    try:
        return Mapped(read(values, notes), None, notes)
    except RefusedRowError as refusal:
        return Mapped(None, refusal, notes)


def _field_reader(fields: Fields, *, notes_keys: bool = True) -> Callable[[Values, Notes], Draft]:
    translated = _translated(fields) if notes_keys else ""
    by_role = fields.by_role

    def read(values: Values, notes: Notes) -> Draft:
        if translated:
            notes.add("translated_key", None, translated)
        instruction = _required(values, by_role["instruction"], "instruction", notes)
        output = _required(values, by_role["output"], "output", notes)
        return Draft(
            instruction,
            _optional(values, by_role["input"], "input", notes),
            output,
            _optional(values, by_role["system"], "system", notes),
            history_of(_first(values, by_role["history"], "history", notes), notes),
            text_of(values.get(fields.group), "group", notes) if fields.group else "",
        )

    return read


def _translated(fields: Fields) -> str:
    pairs = [(c, role) for role, columns in fields.by_role.items() for c in columns]
    return ", ".join(f"{column} → {role}" for column, role in pairs if is_translated(column))


def _first(values: Values, columns: tuple[str, ...], role: Role, notes: Notes) -> Any:  # noqa: ANN401
    """The value of a role; where two columns stand for it, they must agree or one be empty."""
    if len(columns) == 1:
        return values[columns[0]]
    filled = [(c, values[c]) for c in columns if values[c] not in (None, "", [])]
    if not filled:
        return values[columns[0]] if columns else None
    column, value = filled[0]
    for other, second in filled[1:]:
        if second == value:
            notes.add("duplicate_key", role, f"{column}, {other}")
        elif is_translated(column) != is_translated(other):
            detail = f"{column}: {str(value)[:40]!r} ≠ {other}: {str(second)[:40]!r}"
            raise RefusedRowError("duplicate_key", role, detail)
    return value


def _required(values: Values, columns: tuple[str, ...], role: Role, notes: Notes) -> str:
    if not columns:
        raise RefusedRowError(f"missing_{role}", role)
    text = text_of(_first(values, columns, role, notes), role, notes)
    if not text.strip():
        raise RefusedRowError(f"empty_{role}", role)
    if len(text) <= LONGEST and is_placeholder(text):
        raise RefusedRowError("documentation_row", role, text[:60])
    return text


def _optional(values: Values, columns: tuple[str, ...], role: Role, notes: Notes) -> str:
    if not columns:
        return ""
    text = text_of(_first(values, columns, role, notes), role, notes)
    if text and len(text) <= LONGEST and is_placeholder(text):
        notes.add("placeholder_field", role, text[:60])
        return ""
    return text
