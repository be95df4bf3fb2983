"""The columns of every exported table: what each is called, where it comes from, what it means.

One list serves CSV, JSON, XLSX and the glossary, so that a column cannot mean two things.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Literal

from criteria.framework import Indicator, current_framework
from practices_db.catalogue.practice_fields import FIELDS
from practices_db.catalogue.practice_fields import Kind as FieldKind
from practices_db.catalogue.vocabularies import HEADLINES

Kind = Literal["text", "code", "list", "codes", "urls", "number", "whole", "date", "flag"]


@dataclass(frozen=True)
class Column:
    """A column: ``sql`` names what stands in it, ``kind`` how it is written.

    text: as typed. list: several of them. code: an id, address or word of a fixed list, which no spreadsheet runs.
    codes: several ids. urls: several addresses. number: rounded to 4 decimals. whole: a whole number. date: a day.
    flag: a boolean, "yes" or "no" (blank where it is NULL). ``vocabulary`` is the list that its ids are of.
    """

    name: str
    sql: str
    meaning: str
    kind: Kind = "text"
    vocabulary: str = ""


_KINDS: dict[FieldKind, Kind] = {
    **{"id": "text", "line": "text", "prose": "text", "lines": "list", "code": "code", "codes": "codes"},
    **{"yes": "flag", "year": "whole", "number": "whole", "date": "date", "url": "code"},
}


def _fields(of_source: bool) -> tuple[Column, ...]:
    return tuple(
        Column(field.exported or field.id, f"c.{field.column}", field.meaning, _KINDS[field.kind], field.vocabulary)
        for field in FIELDS
        if field.of_source == of_source
    )


_ASSESSED = (
    Column("assessed", "c.assessed", "Whether a published assessment exists; no: nothing is known", "flag"),
    Column("assessment_bases", "c.bases", "desk-review, expert-review, self-assessment", "codes", "basis"),
    Column("answers_documented", "c.answered", "Indicators answered met, partly or not met", "whole"),
    Column("strongest_evidence_level", "c.strongest_evidence", "Strongest evidence behind an answer, 0 to 5", "whole"),
)
_TYPE = "measure_type"
_TYPES = (
    Column("measure_types", "c.measure_types", "Types of measure it belongs to, the main one first", "codes", _TYPE),
    Column(
        "primary_type", "c.primary_type", "The main one: what it mainly does for the people it serves", "code", _TYPE
    ),
)
_SOURCES = (
    *_fields(of_source=True),
    Column("answer_source_urls", "c.answer_sources", "The pages behind the answers", "urls"),
)
_ANSWER_CODES = Column(
    "answer_codes",
    "c.answer_codes",
    "Two characters for each indicator in the framework's order: M met, P partly, N not met, A not applicable, "
    "- not documented, and the evidence level; two dots: no answer",
)
_DIRECTION = "improved, mixed, no-clear-effect, worsened or level-only"
_OUTCOME = "Id of the outcome that the result is about"
_DESIGN = "How this figure came about: id of the design"
_SHOWS = "effectiveness_group"
_RESULT = (
    Column("result", "c.result", "Main result, in its own unit; blank: no result known"),
    Column("result_direction", "c.result_direction", _DIRECTION, "code", "result_direction"),
    Column("result_outcome", "c.result_outcome", _OUTCOME, "code", "outcome"),
    Column("result_design", "c.result_design", _DESIGN, "code", "result_design"),
    Column("result_evidence_level", "c.result_mark", "Evidence of this figure, by its design, 1 to 5", "whole"),
    Column("result_independent", "c.result_independent", "Whether the source is independent", "flag"),
    Column("result_base", "c.result_base", "Who was counted"),
    Column("result_horizon", "c.result_horizon", "When it was measured, after what"),
    Column("result_source", "c.result_source", "The page it was taken from", "code"),
    Column("results_further", "c.results_further", "How many more results are known", "whole"),
    Column("effectiveness_group", "c.effectiveness_group", "What the result shows: one of six groups", "code", _SHOWS),
)
_ABOUT = (
    Column("practice_address", "$base || '/practice?practice=' || c.id", "Address of the practice in the app", "code"),
    Column("view_address", "$view_address", "Address of this selection in the app", "code"),
    Column("framework", "$framework", "The framework that scores are made with"),
    Column("framework_version", "$framework_version", "Its version"),
    Column("data_version", "$data_version", "The release of the data"),
    Column("exported_on", "$exported_on::DATE", "When this file was made", "date"),
    Column("licence", "$licence", "Licence of the data"),
)
RECIPE = Column("recipe", "$recipe", "In the first row: how this file was made, as JSON; it reopens the same view")


_NODE: tuple[tuple[str, str, Kind], ...] = (
    (
        "score",
        "100 × weighted mean of the documented answers; counts only where {node}_scored is yes, else it is no score",
        "number",
    ),
    ("coverage", "documented share of the weight of what applies, 0 to 1", "number"),
    ("low", "the score if everything undocumented were not met", "number"),
    ("high", "the score if everything undocumented were met", "number"),
    ("scored", "whether coverage reaches the framework's minimum; no: too little is documented for a score", "flag"),
)
_OF_HEADLINE: tuple[tuple[str, str, str, Kind], ...] = (
    ("strongest_evidence_level", "strongest_evidence", "strongest evidence, 0 to 5", "whole"),
    ("median_evidence_level", "median_evidence", "median of the evidence levels", "number"),
    ("answers", "answered", "indicators answered", "whole"),
)


def _headline(node: str) -> tuple[Column, ...]:
    title = current_framework().criterion(node).title
    return _criterion(node, title, f"c.{node}") + tuple(
        Column(f"{node}_{name}", f"c.{node}_{source}", f"{title}: {meaning}", kind)
        for name, source, meaning, kind in _OF_HEADLINE
    )


def _criterion(node: str, title: str, source: str) -> tuple[Column, ...]:
    return tuple(
        Column(f"{node}_{name}", f"{source}_{name}", f"{title}: {meaning.format(node=node)}", kind)
        for name, meaning, kind in _NODE
    )


_COMPOSITE: tuple[tuple[str, str, Kind], ...] = (
    ("score", "weighted mean of the criteria's scores; blank: not every criterion with a weight has one", "number"),
    ("coverage", "documented share of the weight of what applies, 0 to 1", "number"),
    ("low", "the composite if everything undocumented were not met", "number"),
    ("high", "the composite if everything undocumented were met", "number"),
    (
        "ahead",
        "how many of the others with a composite it is clearly ahead of (leads in 95 % or more of what the unknown "
        "answers could be, coding errors included)",
        "whole",
    ),
    ("behind", "how many of them are clearly ahead of it", "whole"),
    ("open", "from how many of them it does not differ clearly", "whole"),
    ("place_from", "best place it could have among them: 1 + behind", "whole"),
    ("place_to", "worst place it could have among them: all − ahead", "whole"),
    ("group", "nobody-ahead: nobody is clearly ahead of it; ahead-of-nobody: the reverse; else between", "text"),
)
_WEIGHTED = tuple(
    Column(f"weighting_{name}", f"w.{name}", f"Your weighting: {meaning}", kind) for name, meaning, kind in _COMPOSITE
)


@cache
def practices(weighted: bool = False) -> tuple[Column, ...]:
    """Return the columns of a table with one row for each practice: facts, headline scores, sources."""
    headlines = tuple(column for node in HEADLINES for column in _headline(node))
    own = _WEIGHTED if weighted else ()
    return (
        *_fields(of_source=False),
        *_ASSESSED,
        *headlines,
        *own,
        *_SOURCES,
        _ANSWER_CODES,
        *_RESULT,
        *_TYPES,
        *_ABOUT,
    )


@cache
def everything(weighted: bool = False) -> tuple[Column, ...]:
    """Return ``practices`` with the scores of the other criteria and the counted answer to every indicator."""
    framework = current_framework()
    others = tuple(
        column
        for criterion in framework.criteria
        if criterion.id not in HEADLINES
        for column in _criterion(criterion.id, criterion.title, f"x.{criterion.id}")
    )
    answers = tuple(column for indicator in framework.indicators for column in _indicator(indicator))
    of_practice = practices(weighted)
    split = len(of_practice) - len(_ABOUT)
    return (*of_practice[:split], *others, *answers, *of_practice[split:])


def _indicator(indicator: Indicator) -> tuple[Column, ...]:
    """Return the columns of one indicator; ``k.answers`` maps indicators to the answer that counts."""
    words, stem, of = indicator.label, indicator.id.replace("-", "_"), f"k.answers['{indicator.id}']"
    return (
        Column(f"{stem}_answer", f"{of}.answer", f"{words}: the answer that counts", "code"),
        Column(f"{stem}_evidence_level", f"{of}.evidence_level", f"{words}: its evidence level, 0 to 5", "whole"),
        Column(f"{stem}_source_url", f"{of}.source_url", f"{words}: the page behind it", "code"),
    )


ANSWERS = (
    Column("practice_id", "c.id", "The practice's id"),
    Column("name", "c.name", "Name of the practice"),
    Column("criterion", "i.criterion", "Id of the criterion", "code"),
    Column("question", "i.question", "Id of the question", "code"),
    Column("indicator_id", "a.indicator_id", "Id of the indicator; blank: the practice has no published answer"),
    Column("indicator", "i.label", "The indicator in words"),
    Column("answer", "a.answer", "met, partly, not-met, not-documented or not-applicable", "code"),
    Column("evidence_level", "a.evidence_level", "How strong the evidence behind the answer is, 0 to 5", "whole"),
    Column("counts", "a.counts", "Whether this is the answer that the score is made with", "flag"),
    Column("disagreement", "a.disagreement", "Whether assessments disagree on this indicator", "flag"),
    Column("note", "a.note", "The assessor's note"),
    Column("source_url", "a.source_url", "The page behind the answer", "code"),
    Column("source_publisher", "a.source_publisher", "Who publishes that page"),
    Column("independent_of_operator", "a.independent_of_operator", "Whether the source is independent", "flag"),
    Column("basis", "a.basis", "expert-review, desk-review, self-assessment; a tick-list never counts", "code"),
    Column("assessor", "a.assessor", "Who answered"),
    Column("assessed_on", "a.assessed_on", "When", "date"),
    Column("answer_framework", "a.framework_id", "The framework the answer was given under"),
    Column("answer_framework_version", "a.framework_version", "Its version"),
    *_ABOUT,
)

SCORES = (
    Column("practice_id", "c.id", "The practice's id"),
    Column("name", "c.name", "Name of the practice"),
    Column("criterion", "s.criterion_id", "Id of the criterion", "code"),
    Column("level", "s.level", "criterion or question", "code"),
    Column("node", "s.node", "Id of the criterion, or criterion/question", "code"),
    Column(
        "score", "s.score", "100 × weighted mean of the documented answers; counts only where scored is yes", "number"
    ),
    Column("coverage", "s.coverage", "Documented share of the weight of what applies, 0 to 1", "number"),
    Column("low", "s.low", "The score if everything undocumented were not met", "number"),
    Column("high", "s.high", "The score if everything undocumented were met", "number"),
    Column("scored", "s.scored", "Whether coverage reaches the framework's minimum", "flag"),
    Column("strongest_evidence_level", "s.strongest_evidence", "Strongest evidence behind an answer, 0 to 5", "whole"),
    Column("median_evidence_level", "s.median_evidence", "Median of the evidence levels", "number"),
    Column("answered", "s.answered", "Indicators answered met, partly or not met", "whole"),
    Column("applicable", "s.applicable", "Indicators that apply", "whole"),
)

SOURCES = (
    Column("practice_id", "c.id", "The practice's id"),
    Column("name", "c.name", "Name of the practice"),
    Column("supplies", "s.supplies", "What the page supplied: the record, one fact, or answers", "code"),
    Column("url", "s.url", "Address of the page", "code"),
    Column("remark", "s.remark", "Remark on the page"),
    Column("copy", "s.copy", "yes: a copy on another site, original not found", "flag"),
)

RESULTS = (
    Column("practice_id", "c.id", "The practice's id"),
    Column("name", "c.name", "Name of the practice"),
    Column("main", "coalesce(r.main, false)", "Whether it is the one that is shown first", "flag"),
    Column("outcome", "r.outcome", _OUTCOME, "code", "outcome"),
    Column("direction", "r.direction", _DIRECTION, "code", "result_direction"),
    Column("result", "r.effect_text", "What was found, in its own unit"),
    Column("design", "r.design", _DESIGN, "code", "result_design"),
    Column("design_level", "r.level", "Evidence of this figure, by its design, 1 to 5", "whole"),
    Column("base", "r.base", "Who was counted"),
    Column("horizon", "r.horizon", "When it was measured, after what"),
    Column("year_from", "r.year_from", "First year of the measurement", "whole"),
    Column("year_to", "r.year_to", "Last year of the measurement", "whole"),
    Column("independent_of_operator", "r.independent_of_operator", "Whether the source is independent", "flag"),
    Column("source_url", "r.source_url", "The page it was taken from", "code"),
    Column("source_publisher", "r.source_publisher", "Who publishes that page"),
    Column("checked_on", "r.checked_on", "When that page was read", "date"),
)
