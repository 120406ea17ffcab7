"""The report as one HTML file: style and charts inside, nothing fetched, no script."""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache, partial
from importlib import resources
from typing import TYPE_CHECKING, Any

from kitae.core.text import Language, Message
from kitae.project.report import charts, data_section, numbers
from kitae.project.report.view import ReportView
from kitae.project.report.words import Words, language_of

if TYPE_CHECKING:
    from jinja2 import Environment

SHORT_COMMAND = 40
"""Characters up to which a command is not broken into two lines."""
UNBROKEN_DASH = "\u00a0–\u2060\u00a0"
"""A browser may break a line after a dash, even before a no-break space; a word joiner stops it."""
OUTCOME_ORDER = ("fail", "warn", "pass")


def render_html(view: ReportView, language: Language) -> str:
    """The report as a page in one language. Equal views give equal text."""
    style = _shipped("report.css")
    words = Words(language)
    page = _environment().get_template("report.html.j2")
    return page.render(
        v=view,
        w=words,
        style=_trusted(style),
        policy=_content_policy(style),
        language=language,
        lang_of=partial(language_of, reader=language),
        ticked=partial(_ticked, words),
        charts=charts,
        look=data_section,
        numbers=numbers,
        checks_in_order=_checks_in_order,
        lineage_of={entry.stage: entry for entry in view.lineage}.get,
        parity_of={p.form: p for p in (view.bundle.parity if view.bundle else ())}.get,
        term=words.term,
    )


@cache
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    return Environment(
        loader=PackageLoader("kitae.project.report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _shipped(name: str) -> str:
    folder = resources.files("kitae.project.report") / "templates"
    return (folder / name).read_text(encoding="utf-8")


def _trusted(text: str) -> Any:  # noqa: ANN401
    """The package's own stylesheet; nothing of a user's ever comes here."""
    from markupsafe import Markup

    return Markup(text)


def _content_policy(style: str) -> str:
    """A policy under which only this very stylesheet applies and nothing is fetched or run."""
    checksum = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{checksum}'; base-uri 'none'; form-action 'none'"


def _ticked(words: Words, said: Message | str) -> Any:  # noqa: ANN401
    """A text or message, escaped, with what stands between backticks as code."""
    from markupsafe import Markup, escape

    text = said if isinstance(said, str) else words.message(said)
    pieces = re.split(r"`([^`\n]+)`", text.replace(numbers.DASH, UNBROKEN_DASH))
    marked = [_as_code(piece) if index % 2 else escape(piece) for index, piece in enumerate(pieces)]
    return Markup("").join(marked)


def _as_code(text: str) -> Any:  # noqa: ANN401
    """A command as code; one that fits a line is kept on one."""
    from markupsafe import Markup

    kind = "short" if len(text) <= SHORT_COMMAND else "long"
    return Markup('<code class="{}">{}</code>').format(kind, text)


def _checks_in_order(checks: Any) -> Any:  # noqa: ANN401
    """What failed first, then what warns, then what passed; within these as the gate has them."""
    return sorted(checks, key=lambda check: OUTCOME_ORDER.index(check.outcome))
