"""Runs generate and review on rows given in a test: no project, no pipeline, a real store and real journals."""

import json
from pathlib import Path

from kitae.records.example import Example, content_id, to_examples, to_table
from kitae.records.journal import Journal
from kitae.records.store import Manifest, Product, Store
from kitae.stages.contract import Context
from kitae.stages.generate import STAGE as GENERATE
from kitae.stages.generate import GenerateConfig, Recombine
from kitae.stages.review import STAGE as REVIEW
from kitae.stages.review import ReviewConfig
from kitae.stages.review.session import ReviewSession

RECOMBINE = GenerateConfig(method=Recombine(target_rows=60))

DISHES = {
    "fish": ["trout", "salmon"],
    "meat": ["a steak", "roast beef"],
    "sweet": ["ice cream", "a cake"],
}
DAYS = {"weekday": ["on Monday", "on Tuesday"], "weekend": ["on Saturday", "on Sunday"]}
PHRASINGS = ["Can I have {dish} {day}?", "Please keep {dish} {day}.", "Is there {dish} {day}?"]


def labelled(question, output, side="train", **more):
    """One original row; an output that is no text becomes JSON."""
    answer = output if isinstance(output, str) else json.dumps(output)
    row_id = content_id(question, "", answer, "", ())
    return Example(id=row_id, instruction=question, output=answer, side=side, **more)


def menu_rows(side="train"):
    """Twenty-four orders in three phrasings, half of what the words allow."""
    rows = []
    for number, phrasing in enumerate(PHRASINGS):
        for d, (dish, names) in enumerate(DISHES.items()):
            for p, (day, words) in enumerate(DAYS.items()):
                pick = (number + d + p) % 2
                text = phrasing.format(dish=names[pick], day=words[(number + d) % 2])
                rows.append(labelled(text, {"dish": dish, "day": day}, side))
    more = [
        ("Can I have trout on Sunday?", "fish", "weekend"),
        ("Please keep a cake on Monday.", "sweet", "weekday"),
        ("Is there salmon on Tuesday?", "fish", "weekday"),
        ("Can I have roast beef on Saturday?", "meat", "weekend"),
        ("Please keep a steak on Sunday.", "meat", "weekend"),
        ("Is there ice cream on Monday?", "sweet", "weekday"),
    ]
    rows += [labelled(q, {"dish": d, "day": p}, side) for q, d, p in more]
    return list({row.id: row for row in rows}.values())


def fortune_rows():
    """The fifty hand-written examples of the sample project, as train-side rows."""
    folder = Path(__file__).parents[2] / "examples" / "fortune" / "data"
    path = next(
        p for p in (folder / "data/examples.jsonl", folder / "examples.jsonl") if p.exists()
    )
    lines = path.read_text(encoding="utf-8").splitlines()
    return [labelled(r["instruction"], r["output"]) for r in map(json.loads, lines)]


class MakingRows:
    """Generate and review over one folder; its journals live as long as the folder."""

    def __init__(self, folder: Path, seed: int = 7):
        self.store = Store(folder / ".kitae")
        self.store.prepare()
        self.verdicts = Journal(folder / "journal" / "verdicts.jsonl")
        self.overrides = Journal(folder / "journal" / "overrides.jsonl")
        self.context = Context(
            root=folder,
            stage="",
            seed=seed,
            work=folder / "work",
            journals={"verdicts": self.verdicts, "overrides": self.overrides},
            engines=None,
        )
        self.runs = 0

    def generate(self, rows, config=RECOMBINE):
        """The sealed artifact of generate over these rows."""
        split = self.seal("split", Product(tables={"examples": to_table(rows)}))
        return self.seal("generate", GENERATE.run({"split": split}, config, self.context))

    def review(self, generated, config=None):
        """The sealed artifact of review over an artifact of generate."""
        config = config or ReviewConfig()
        return self.seal("review", REVIEW.run({"generate": generated}, config, self.context))

    def refusal(self, reviewed):
        """What stops a run after this review, or None."""
        return REVIEW.refusal(reviewed, ReviewConfig(), self.context)

    def session(self, reviewed, reviewer="Aki"):
        """A review session over an artifact of review."""
        config = ReviewConfig()
        return ReviewSession.open(
            reviewed, self.verdicts, config, now=lambda: "2030-01-01T00:00:00Z", reviewer=reviewer
        )

    def judge(self, rows, config=RECOMBINE, reject=0):
        """Let the waiting batch be judged: the first `reject` rows rejected, the others accepted."""
        session = self.session(self.review(self.generate(rows, config)))
        for _ in range(session.progress.total):
            if session.progress.rejected < reject:
                session.reject(["nonsense"])
            else:
                session.accept()
        return [row.id for row in session.rows]

    def seal(self, stage, product):
        """A product as an artifact of its own, however often it is made."""
        self.runs += 1
        manifest = Manifest(
            stage=stage,
            stage_version=1,
            fingerprint=f"{self.runs:064x}",
            inputs={},
            files={},
            counts=product.counts,
        )
        return self.store.seal(manifest, product)


def made(artifact):
    """The made rows of an artifact."""
    return [e for e in to_examples(artifact.table("examples")) if e.origin == "made"]
