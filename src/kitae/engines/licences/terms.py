"""What licences allow, as far as the table below says. No legal advice: it points at what a person must read.

Where the words behind each line of the table stand:

- Creative Commons 4.0 legal code, sections 1 and 2(a): NC "not primarily intended for or directed towards
  commercial advantage"; ND: adapted material may be made but not shared; SA: section 3(b).
  Whether training makes "adapted material" is open; Creative Commons' own guidance says that
  NC and ND conditions bind only where copyright permission is needed. So these are warnings, not refusals,
  except where the recipe itself says commercial use.
- GPL-3.0 and AGPL-3.0 section 5, GPL-2.0 section 2(b), ODbL-1.0 section 4.4, CDLA-Sharing-1.0 section 3: share alike.
- Llama 2 section 1(b)(v) and Llama 3 section 1(b)(v): not to be used "to improve any other large language model";
  Llama 3.1, 3.2, 3.3 and 4 section 1(b)(i): allowed, the name must begin with "Llama"; section 2: 700 million users.
- Gemma Terms of Use sections 1.1(e) and 3.1: models trained on Gemma's output are derivatives under the same terms.
- OpenAI terms of use, "What you cannot do": no use of output "to develop models that compete with OpenAI".
- OpenRAIL family, attachment A: uses that are forbidden must be passed on.
- Licences with `research` or `nc` in their names: the words of their grants.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from kitae.engines.licences.names import UNKNOWN, spdx

Use = Literal["train", "redistribute", "commercial"]
USES: tuple[Use, ...] = ("train", "redistribute", "commercial")
Level = Literal["block", "warn"]


@dataclass(frozen=True)
class Terms:
    """What one licence asks for."""

    noncommercial: bool = False
    research_only: bool = False
    no_derivatives: bool = False
    share_alike: bool = False
    """Adapted data must keep the licence."""
    copyleft: bool = False
    """Works based on it must keep the licence, source included."""
    use_limits: bool = False
    """Terms of the owner's own: forbidden uses, names, numbers of users."""
    no_other_models: bool = False
    """Its material or output must not improve models of others."""
    all_reserved: bool = False
    """Nothing is allowed without asking."""


@dataclass(frozen=True)
class Objection:
    """Why a licence stands in the way. A reason to read it, never legal advice."""

    code: str
    """Stable, e.g. `noncommercial`; the text for people is `licences.CODE`."""
    licence: str
    level: Level
    """`block`: its words forbid the use. `warn`: it binds the result, or nobody can tell."""


_TABLE: tuple[tuple[str, Terms], ...] = (
    (r"(LicenseRef-)?CC-BY-NC-ND.*", Terms(noncommercial=True, no_derivatives=True)),
    (r"(LicenseRef-)?CC-BY-NC-SA.*", Terms(noncommercial=True, share_alike=True)),
    (r"(LicenseRef-)?CC-BY-NC.*", Terms(noncommercial=True)),
    (r"(LicenseRef-)?CC-BY-ND.*", Terms(no_derivatives=True)),
    (r"(LicenseRef-)?CC-BY-SA.*", Terms(share_alike=True)),
    (r"ODbL.*|CDLA-Sharing.*|C-UDA.*", Terms(share_alike=True)),
    (r"A?GPL.*|GFDL.*|OSL.*|EUPL.*|CECILL-.*|SSPL.*", Terms(copyleft=True)),
    (r"LicenseRef-llama[23]", Terms(use_limits=True, no_other_models=True)),
    (r"LicenseRef-(llama3\.[123]|llama4|gemma)", Terms(use_limits=True)),
    (r"LicenseRef-openai-terms-of-use", Terms(use_limits=True, no_other_models=True)),
    (
        r"LicenseRef-(qwen-research|tongyi-qianwen-research|mrl|mnpl|h-research|intel-research|apple-amlr|exaone|deepfloyd.*"
        r"|fair-noncommercial-research-license|stabilityai-nc-research-community|lgpl-lr)",
        Terms(noncommercial=True, research_only=True, use_limits=True),
    ),
    (r"LicenseRef-(all-rights-reserved|original-authors)", Terms(all_reserved=True)),
    (r"LicenseRef-(public-domain|us-government-works|bsd|CC-BY|DbCL.*|openmdw.*)", Terms()),
    (
        r"LicenseRef-.*(research|non-?commercial|-nc\b).*",
        Terms(noncommercial=True, research_only=True),
    ),
    (r"LicenseRef-.*", Terms(use_limits=True)),
)
"""SPDX name -> terms, the first line that fits; every other name of SPDX is taken as permissive."""
_SHAPES = tuple((re.compile(shape, re.IGNORECASE), terms) for shape, terms in _TABLE)
_FAMILIES = ("llama", "gemma", "qwen", "openai")


def terms_of(name: str) -> Terms:
    """The terms of one SPDX name."""
    return next((terms for shape, terms in _SHAPES if shape.fullmatch(name)), Terms())


def allows(licence: str, use: Use) -> Objection | None:
    """What in a licence stands against a use, or None.

    Args:
        licence: In any spelling that `spdx` understands. Of alternatives (`OR`) the mildest counts, of
            licences that hold together (`AND`) the strictest.
        use: `train` a model for oneself, `redistribute` the data, or `commercial` use of the result.
    """
    expression = spdx(licence)
    if expression == UNKNOWN:
        return Objection("unknown", UNKNOWN, "warn")
    return _judged(expression, lambda name: _objection(name, use))


def clash(data_licence: str, base_licence: str) -> Objection | None:
    """Why data and base model do not go together without a look at both, or None.

    The tuned model has the base's terms and what the data's licence asks of works made from it. What is
    unknown clashes with nothing: `allows` says that it is unknown.
    """
    data, base = spdx(data_licence), spdx(base_licence)
    if UNKNOWN in (data, base) or data == base:
        return None
    return _judged(data, lambda name: _clash(name, base))


def _objection(name: str, use: Use) -> Objection | None:
    terms = terms_of(name)
    if terms.all_reserved:
        return Objection("all_rights_reserved", name, "block")
    if use == "commercial":
        return _commercial(name, terms)
    if use == "redistribute":
        return _redistribution(name, terms)
    return Objection("no_other_models", name, "warn") if terms.no_other_models else None


def _commercial(name: str, terms: Terms) -> Objection | None:
    if terms.research_only:
        return Objection("research_only", name, "block")
    if terms.noncommercial:
        return Objection("noncommercial", name, "block")
    if terms.no_other_models:
        return Objection("no_other_models", name, "warn")
    return Objection("own_terms", name, "warn") if terms.use_limits else None


def _redistribution(name: str, terms: Terms) -> Objection | None:
    if terms.no_derivatives:
        return Objection("no_derivatives", name, "block")
    if terms.share_alike or terms.copyleft:
        return Objection("share_alike" if terms.share_alike else "copyleft", name, "warn")
    return Objection("own_terms", name, "warn") if terms.use_limits else None


def _clash(data: str, base: str) -> Objection | None:
    """The first that holds, gravest first."""
    of_data, of_base = terms_of(data), terms_of(base)
    if of_data.all_reserved:
        return Objection("all_rights_reserved", data, "block")
    if of_data.no_other_models and _family(data) != _family(base):
        return Objection("no_other_models", data, "block")
    if of_data.noncommercial and not of_base.noncommercial:
        return Objection("noncommercial_data", data, "warn")
    if of_data.no_derivatives:
        return Objection("no_derivatives", data, "warn")
    if of_data.copyleft or of_data.share_alike:
        return Objection("share_alike_data", data, "warn")
    return Objection("own_terms_data", data, "warn") if of_data.use_limits else None


def _family(name: str) -> str:
    plain = name.lower()
    return next((family for family in _FAMILIES if family in plain), plain)


def _judged(expression: str, judge: Callable[[str], Objection | None]) -> Objection | None:
    """The judgement of each name, joined: of `OR` the mildest, of `AND` the strictest."""
    from license_expression import Licensing

    licensing = Licensing()

    def judged(node: Any) -> Objection | None:  # noqa: ANN401
        if isinstance(node, licensing.AND):
            return max(map(judged, node.args), key=_level)
        if isinstance(node, licensing.OR):
            return min(map(judged, node.args), key=_level)
        return judge(re.sub(r"\s+WITH\s.*", "", str(node)))

    return judged(licensing.parse(expression))


_ORDER: dict[str | None, int] = {None: 0, "warn": 1, "block": 2}


def _level(objection: Objection | None) -> int:
    return _ORDER[objection.level if objection else None]
