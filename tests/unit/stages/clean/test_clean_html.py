"""HTML left in prose: which rows are mended, and how it is told."""

from kitae.records.example import Example, Round, content_id, to_table
from kitae.stages.clean.batch import Batch
from kitae.stages.clean.config import CleanConfig
from kitae.stages.clean.html import with_html_mended
from kitae.stages.clean.repairing import repaired_batch


def row(instruction, output, given="", history=()):
    rounds = tuple(Round(instruction=q, answer=a) for q, a in history)
    found = content_id(instruction, given, output, "", rounds)
    return Example(id=found, instruction=instruction, input=given, output=output, history=rounds)


def mended(*rows, **config):
    chosen = CleanConfig(**config)
    return with_html_mended(*repaired_batch(Batch.of(to_table(rows)), chosen), chosen)


def test_every_text_of_a_row_is_mended_and_each_change_is_told():
    history = [("Where is it?", "Near the station.<br>Five minutes.")]
    batch, changes = mended(
        row("Nothing to do.", "Sound text & more."),
        row("Sum it &quot;up&quot;.", "&nbsp;Good&amp;cheap.", "Tasty.<br /><br />Fine.", history),
    )
    table = batch.current.to_pylist()
    assert table[0]["output"] == "Sound text & more."
    assert (table[1]["instruction"], table[1]["input"]) == ('Sum it "up".', "Tasty.\n\nFine.")
    assert table[1]["output"] == "Good&cheap."
    assert table[1]["history"][0]["answer"] == "Near the station.\nFive minutes."
    told = [(one.row, one.field, one.rule) for one in changes]
    assert told == [
        (1, "history[0].answer", "html_leftovers"),
        (1, "instruction", "html_leftovers"),
        (1, "input", "html_leftovers"),
        (1, "output", "html_leftovers"),
        (1, "output", "outer_space"),
    ]


def test_rows_about_markup_stay_whatever_text_of_theirs_says_so():
    rows = [
        row("Write HTML for a bold word.", "Text.<br>More &amp; more."),
        row("What does it do?", "It ends a line in every browser.", "Text<br>Text"),
        row("And this?", "a &amp; b", history=[("Which tag is it?", "The br one.")]),
    ]
    _, changes = mended(*rows)
    assert changes == []


def test_nothing_is_mended_where_nothing_is_repaired():
    _, changes = mended(row("Describe it.", "Cheap.<br>Good &amp; fast."), repair=False)
    assert changes == []


def test_what_is_mended_once_is_not_mended_again():
    batch, _ = mended(row("Describe it.", "Cat &amp;amp; mouse.<br>&nbsp;<br>"))
    assert batch.current["output"].to_pylist() == ["Cat & mouse."]
    config = CleanConfig()
    _, changes = with_html_mended(*repaired_batch(Batch.of(batch.current), config), config)
    assert changes == []
