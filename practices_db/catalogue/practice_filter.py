"""What somebody looks for among practices: facets (of target groups alone all can be asked for), a period, coverage."""

from __future__ import annotations

import re
from collections.abc import Container, Mapping, Sequence
from typing import Annotated, Any, ClassVar, Literal, Self, get_args

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, model_validator

from criteria.spelling import shown
from practices_db import formats
from practices_db.catalogue.filters import LONGEST_TEXT, Chosen, Facet, Filter, Part, one_after_another, one_line
from practices_db.catalogue.practice_fields import FIELDS
from practices_db.catalogue.texts import percent
from practices_db.translation import N_, _, ngettext

Sort = Literal["result", "name", "documented", "effectiveness", "sustainability", "newest"]
SORTS: dict[Sort, str] = {
    "result": N_("Strongest evidence of a result first"),
    "documented": N_("Most documented first"),
    "effectiveness": N_("Effectiveness, highest low end first"),
    "sustainability": N_("Sustainability, highest low end first"),
    "newest": N_("Latest start first"),
    "name": N_("Name"),
}
DEFAULT_SORT: Sort = "result"

FIRST_YEAR, LAST_YEAR = 1900, 2100


FIRST_FACETS = ("country", "target_group", "sector")  # what one asks for first


def _facets(of_source: bool) -> list[Facet]:
    return [field.facet for field in FIELDS if field.facet and field.of_source == of_source]


_LATER = len(FIRST_FACETS)
FACETS: tuple[Facet, ...] = (
    *sorted(_facets(False), key=lambda one: FIRST_FACETS.index(one.field) if one.field in FIRST_FACETS else _LATER),
    Facet("result", "result", N_("Result"), N_("with the result: {values}")),
    Facet("effectiveness_group", "shows", N_("What the result shows"), N_("whose result shows: {values}")),
    Facet("measure_type", "type", N_("Type of measure"), N_("of type {values}"), N_("with no type of measure stated")),
    Facet("assessment_status", "status", N_("Assessed and scored"), N_("that are {values}")),
    Facet("evidence_level", "evidence", N_("Strongest evidence"), N_("with strongest evidence {values}")),
    *_facets(True),
)
FACET = {facet.field: facet for facet in FACETS}
_FURTHER = {"period": N_("Period"), "minimum_coverage": N_("Minimum coverage"), "text": N_("Text")}


def label_of(field: str) -> str:
    """Return what a part of a filter is called; to be translated. A practice that is named is no facet."""
    return FACET[field].label if field in FACET else _FURTHER[field]


def _one_line(text: Any) -> Any:
    return one_line(text) if isinstance(text, str) else text


_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
MOST_NAMED = 100  # practices that a link can name one by one


def _ids(values: tuple[str, ...]) -> tuple[str, ...]:
    for value in values:
        if not _is_id(value):
            raise ValueError(f"{shown(value)!r} is not the id of a practice")
    return tuple(dict.fromkeys(values))


def _is_id(value: str) -> bool:
    return len(value) <= 80 and _ID.fullmatch(value) is not None


def _unknown_id(value: str) -> str:
    return _("{what} {value} is unknown").format(what="id", value=shown(value) or "“”")


Year = Annotated[int, Field(ge=FIRST_YEAR, le=LAST_YEAR)]


class PracticeFilter(Filter):
    """A selection of practices; the empty filter selects all. Every value is checked, whoever made it."""

    noun = N_("practice")
    facets = FACETS
    parts_of: ClassVar[Mapping[str, frozenset[str]]] = {
        "period": frozenset({"running_from", "running_to", "undated"}),
    }

    # practices named one by one; they come in the order in which they are named
    practice: Annotated[Chosen, AfterValidator(_ids), Field(max_length=MOST_NAMED)] = ()
    country: Chosen = ()
    target_group: Chosen = ()
    sector: Chosen = ()
    governance_level: Chosen = ()
    funding_kind: Chosen = ()
    result: Chosen = ()
    effectiveness_group: Chosen = ()
    measure_type: Chosen = ()
    assessment_status: Chosen = ()
    evidence_level: Chosen = ()
    source_kind: Chosen = ()
    all_target_groups: bool = False
    running_from: Year | None = None
    running_to: Year | None = None
    undated: bool = False
    minimum_coverage: Annotated[int, Field(ge=0, le=100)] = 0
    text: Annotated[str, BeforeValidator(_one_line), StringConstraints(max_length=LONGEST_TEXT)] = ""

    @model_validator(mode="after")
    def _years_in_order(self) -> Self:
        if self.running_from and self.running_to and self.running_from > self.running_to:
            raise ValueError(f"the period ends ({self.running_to}) before it begins ({self.running_from})")
        return self

    @classmethod
    def amount(cls, count: int) -> str:
        """Say how many."""
        return ngettext("{count} practice", "{count} practices", count).format(count=formats.count(count))

    @property
    def dated(self) -> bool:
        """Whether a period is asked for."""
        return self.running_from is not None or self.running_to is not None

    def parts(self) -> list[Part]:
        """Return what narrows the result: one entry for each value chosen, practices that are named first."""
        return [
            *(("practice", id_, _("only {practice}").format(practice=id_)) for id_ in self.practice),
            *super().parts(),
        ]

    @property
    def alternatives(self) -> tuple[Facet, ...]:
        """The facets of which one value or another may be met."""
        return tuple(
            facet
            for facet in self.facets
            if len(self.chosen(facet.field)) > 1 and not (facet.together and getattr(self, facet.together))
        )

    def in_words(self, names: Mapping[str, str] | None = None, without: Container[str] = ()) -> str:
        """Say the filter as the end of a sentence: "in Italy or Germany on housing and settlement, matching “x”".

        ``names`` are those of practices by id, where they are to be called by name; facets ``without`` are left out.
        """
        called = [(names or {}).get(id_, id_) for id_ in self.practice]
        first = sum(1 for field in FIRST_FACETS if self.chosen(field) and field not in without)
        phrases = self._phrases(without)
        words = _("named {practices}").format(practices=formats.listed(called, last="or")) if called else ""
        asked = ""
        for phrase in phrases[:first]:
            asked = _("{phrase} {next}").format(phrase=asked, next=phrase) if asked else phrase
        return one_after_another([part for part in (words, asked, *phrases[first:]) if part])

    def _further(self) -> list[tuple[str, str, str]]:
        found = [("period", _period(self), _period(self))] if self.dated else []
        if least := self.minimum_coverage:
            share = percent(least / 100)
            documented = _("with at least {share} of both headline scores documented").format(share=share)
            found.append(("minimum_coverage", _("coverage at least {share}").format(share=share), documented))
        return found + super()._further()

    @classmethod
    def link_names(cls) -> frozenset[str]:
        """Return every name in a link that belongs to the filter."""
        return super().link_names() | {*_FLAGS.values(), *(param for param, *_ in _NUMBERS.values()), "id"}

    @classmethod
    def single_names(cls) -> frozenset[str]:
        """Return the names in a link that take one value."""
        return super().single_names() - {"id"}

    def _further_params(self) -> dict[str, list[str]]:
        flags = {param: ["1"] for field, param in _FLAGS.items() if getattr(self, field)}
        numbers = {param: [str(value)] for field, (param, *_) in _NUMBERS.items() if (value := getattr(self, field))}
        return flags | numbers | super()._further_params() | {"id": list(self.practice)}

    @classmethod
    def _read_further(cls, params: Mapping[str, Sequence[str]]) -> tuple[dict[str, Any], list[str]]:
        named = list(dict.fromkeys(params.get("id", ())))
        ids = [value for value in named if _is_id(value)]
        values, dropped = super()._read_further(params)
        values["practice"] = tuple(ids[:MOST_NAMED])
        dropped += [_unknown_id(value) for value in named if not _is_id(value)]
        if len(ids) > MOST_NAMED:
            dropped.append(_("{what} names more than {most} practices").format(what="id", most=MOST_NAMED))
        for field, param in _FLAGS.items():
            if given := params.get(param):
                values[field] = given[-1] == "1"
                dropped += [f"{param}: {shown(given[-1])}"] if given[-1] != "1" else []
        for field, (param, least, most) in _NUMBERS.items():
            if given := params.get(param):
                last = given[-1]
                if last.isascii() and last.isdigit() and len(last) < 5 and least <= int(last) <= most:
                    values[field] = int(last)
                else:
                    words = _("{what} {value} is not a whole number from {least} to {most}")
                    dropped.append(words.format(what=param, value=shown(last) or "“”", least=least, most=most))
        begin, end = values.get("running_from"), values.get("running_to")
        if begin and end and begin > end:
            words = _("from {begin} to {end}: the period ends before it begins")
            dropped.append(words.format(begin=begin, end=end))
            values["running_from"] = values["running_to"] = None
        return values, dropped

    @classmethod
    def from_widgets(cls, values: Mapping[str, Any], changed: str) -> Self:
        """Return the filter that widgets hold; of an impossible period the end that was just ``changed`` stays."""
        first, last = values["running_from"], values["running_to"]
        if first and last and first > last:
            first, last = (last, last) if changed == "running_to" else (first, first)
        mended = {"running_from": first, "running_to": last, "undated": values["undated"] and bool(first or last)}
        mended["all_target_groups"] = values["all_target_groups"] and len(values["target_group"]) > 1
        return cls(**{**values, **mended})


def _period(chosen: PracticeFilter) -> str:
    first, last, undated = chosen.running_from, chosen.running_to, chosen.undated
    if last is None:
        words = _("running in or after {first}")
    elif first is None:
        words = _("running in or before {last}")
    elif first == last:
        words = _("running in {first}")
    else:
        words = _("running between {first} and {last}")
    words = words.format(first=first, last=last)
    if first is not None:  # whoever began by the last year asked for did run before it
        words = _("{period}, or started before with no end stated").format(period=words)
    if last is not None:  # whoever ended after it may have begun by then
        words = _("{period}, or ended later with no start stated").format(period=words)
    return _("{period}, or with no year stated").format(period=words) if undated else words


# --- links -----------------------------------------------------------------------------------------------

# Field: name in the link, least and most.
_FLAGS = {"all_target_groups": "all-groups", "undated": "undated"}
_NUMBERS = {
    "running_from": ("from", FIRST_YEAR, LAST_YEAR),
    "running_to": ("to", FIRST_YEAR, LAST_YEAR),
    "minimum_coverage": ("coverage", 0, 100),
}


def checked(params: Mapping[str, Sequence[str]], name: str = "--{}") -> PracticeFilter:
    """Read a filter of practices where a mistake must not pass: ``Filter.checked``."""
    return PracticeFilter.checked(params, name)


def checked_sort(value: str) -> Sort:
    """Return the sort order of a link; the default where it is not known."""
    return next((sort for sort in get_args(Sort) if sort == value), DEFAULT_SORT)
