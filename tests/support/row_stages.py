"""Runs split, clean and build on rows given in a test: no project, no pipeline, no store."""

import io
from pathlib import Path

from kitae.core.hashing import digest
from kitae.records.example import Example, Round, content_id, to_examples, to_table
from kitae.records.journal import Journal
from kitae.records.store import write_content
from kitae.stages.build import STAGE as BUILD
from kitae.stages.build import BuildConfig
from kitae.stages.clean import STAGE as CLEAN
from kitae.stages.clean import CleanConfig
from kitae.stages.contract import Context
from kitae.stages.split import STAGE as SPLIT
from kitae.stages.split import SplitConfig


def rows_of(*rows, **common):
    """Examples from (question, answer) pairs or dicts of fields; equal contents are numbered."""
    seen = {}
    examples = []
    for row in rows:
        fields = {"input": "", "system": "", "history": (), **common}
        fields |= row if isinstance(row, dict) else {"instruction": row[0], "output": row[1]}
        history = tuple(Round(instruction=a, answer=b) for a, b in fields.pop("history"))
        key = content_id(
            fields["instruction"], fields["input"], fields["output"], fields["system"], history
        )
        number = seen[key] = seen.get(key, 0) + 1
        row_id = f"{key}-{number - 1}" if number > 1 else key
        examples.append(Example(**{"id": row_id, "history": history, **fields}))
    return examples


class RowStages:
    """The three stages over one folder; its journal `sides` lives as long as the object."""

    def __init__(self, folder: Path, seed: int = 7):
        self.journal = Journal(folder / "journal" / "sides.jsonl")
        self.context = Context(
            root=folder,
            stage="",
            seed=seed,
            work=folder,
            journals={"sides": self.journal},
            engines=None,
        )

    def split(self, examples, **choices):
        inputs = {"collect": Rows(examples)}
        config = SplitConfig(**choices)
        SPLIT.prepare(inputs, config, self.context)
        return SPLIT.run(inputs, config, self.context)

    def clean(self, examples, **choices):
        inputs = {"review": Rows(examples)}
        return CLEAN.run(inputs, CleanConfig(**choices), self.context)

    def build(self, examples, **choices):
        inputs = {"clean": Rows(examples)}
        return BUILD.run(inputs, BuildConfig(**choices), self.context)


class Rows:
    """Stands for the artifact of the stage before: it has one table, `examples`."""

    def __init__(self, examples):
        self._table = to_table(examples)
        self.content_hash = digest([row.model_dump(mode="json") for row in examples])

    def table(self, stem):
        assert stem == "examples"
        return self._table


def kept(product, table="examples"):
    """The rows of a product's table."""
    return to_examples(product.tables[table])


def file_of(product, name):
    """The bytes of a file of a product."""
    stream = io.BytesIO()
    write_content(product.files[name], stream)
    return stream.getvalue()


def reasons(product):
    """Id of each dropped row -> its reason."""
    dropped = product.tables["dropped"]
    return dict(zip(dropped["id"].to_pylist(), dropped["reason"].to_pylist(), strict=True))


def sides(product):
    """Id -> side."""
    return {example.id: example.side for example in kept(product)}
