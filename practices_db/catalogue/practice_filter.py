"""What somebody looks for: one object for screen, count, file and link.

A facet is a list of values. Values of one facet are alternatives (OR), facets narrow each other (AND); target
groups alone can be asked for all at once. "Not stated" is a value of every facet that may be empty.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator

from practices_db.catalogue.practice_fields import FIELDS
from practices_db.catalogue.vocabularies import Facet, label, unknown
from practices_db.errors import PracticesError

Sort = Literal["name", "documented", "effectiveness", "sustainability", "newest"]
SORTS: dict[Sort, str] = {
    "documented": "Most documented first",
    "effectiveness": "Effectiveness, surest first",
    "sustainability": "Sustainability, surest first",
    "newest": "Latest start first",
    "name": "Name",
}
DEFAULT_SORT: Sort = "documented"

FIRST_YEAR, LAST_YEAR = 1900, 2100


FIRST_FACETS = ("country", "target_group", "sector")  # what one asks for first


def _facets(of_source: bool) -> list[Facet]:
    return [field.facet for field in FIELDS if field.facet and field.of_source == of_source]


_LATER = len(FIRST_FACETS)
FACETS: tuple[Facet, ...] = (
    *sorted(_facets(False), key=lambda one: FIRST_FACETS.index(one.field) if one.field in FIRST_FACETS else _LATER),
    Facet("assessment_status", "status", "Assessed and scored", "that are {}", may_be_missing=False),
    Facet("evidence_level", "evidence", "Strongest evidence", "with strongest evidence {}", may_be_missing=False),
    *_facets(True),
)
FACET = {facet.field: facet for facet in FACETS}


def _known(field: str) -> AfterValidator:
    def check(values: tuple[str, ...]) -> tuple[str, ...]:
        options = FACET[field].options()
        for value in values:
            if value not in options:
                raise unknown(field, value)
        return tuple(dict.fromkeys(values))

    return AfterValidator(check)


def _printable(text: Any) -> Any:
    """Return text as a link carries it: blanks of every kind as spaces, nothing invisible."""
    if not isinstance(text, str):
        return text
    return "".join(c if c.isprintable() else " " for c in text if c.isprintable() or c.isspace())


Chosen = tuple[str, ...]
_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
MOST_NAMED = 100  # practices that a link can name one by one


def _ids(values: tuple[str, ...]) -> tuple[str, ...]:
    for value in values:
        if not _is_id(value):
            raise ValueError(f"{_shown(value)!r} is not the id of a practice")
    return tuple(dict.fromkeys(values))


def _is_id(value: str) -> bool:
    return len(value) <= 80 and _ID.fullmatch(value) is not None


Year = Annotated[int, Field(ge=FIRST_YEAR, le=LAST_YEAR)]


class PracticeFilter(BaseModel):
    """A selection of practices; the empty filter selects all. Every value is checked, whoever made it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    # practices named one by one; they come in the order in which they are named
    practice: Annotated[Chosen, AfterValidator(_ids), Field(max_length=MOST_NAMED)] = ()
    country: Annotated[Chosen, _known("country")] = ()
    target_group: Annotated[Chosen, _known("target_group")] = ()
    sector: Annotated[Chosen, _known("sector")] = ()
    governance_level: Annotated[Chosen, _known("governance_level")] = ()
    funding_kind: Annotated[Chosen, _known("funding_kind")] = ()
    assessment_status: Annotated[Chosen, _known("assessment_status")] = ()
    evidence_level: Annotated[Chosen, _known("evidence_level")] = ()
    source_kind: Annotated[Chosen, _known("source_kind")] = ()
    all_target_groups: bool = False
    running_from: Year | None = None
    running_to: Year | None = None
    undated: bool = False
    minimum_coverage: Annotated[int, Field(ge=0, le=100)] = 0
    text: Annotated[str, BeforeValidator(_printable), StringConstraints(strip_whitespace=True, max_length=200)] = ""

    @model_validator(mode="after")
    def _years_in_order(self) -> Self:
        if self.running_from and self.running_to and self.running_from > self.running_to:
            raise ValueError(f"the period ends ({self.running_to}) before it begins ({self.running_from})")
        return self

    def chosen(self, field: str) -> Chosen:
        """Return the values chosen in a facet."""
        values: Chosen = getattr(self, field)
        return values

    @property
    def dated(self) -> bool:
        """Whether a period is asked for."""
        return self.running_from is not None or self.running_to is not None

    @property
    def words(self) -> list[str]:
        """The words of the free-text search, normalised; each must occur."""
        return normalise(self.text).split()

    @property
    def is_empty(self) -> bool:
        """Whether nothing is narrowed."""
        return not self.parts()

    def without(self, field: str, value: str | None = None) -> PracticeFilter:
        """Return the filter with one value of a facet, or a whole field, taken out."""
        kept = tuple(v for v in self.chosen(field) if v != value) if value is not None else None
        data = self.model_dump(exclude={"running_from", "running_to", "undated"} if field == "period" else {field})
        return PracticeFilter(**data, **({field: kept} if kept else {}))

    def parts(self) -> list[tuple[str, str | None, str]]:
        """Return what narrows the result, as (field, value, words): one entry for each value chosen."""
        found: list[tuple[str, str | None, str]] = [("practice", id_, f"only {id_}") for id_ in self.practice]
        found += [
            (facet.field, value, label(facet.field, value)) for facet in FACETS for value in self.chosen(facet.field)
        ]
        if self.dated:
            found.append(("period", None, _period(self)))
        if self.minimum_coverage:
            found.append(("minimum_coverage", None, f"coverage at least {self.minimum_coverage} %"))
        if self.words:
            found.append(("text", None, f"“{self.text}”"))
        return found

    def in_words(self, names: Mapping[str, str] | None = None) -> str:
        """Say the filter as the end of a sentence: "in Italy or Germany, on Housing and settlement".

        ``names`` are those of practices by id, where they are to be called by name.
        """
        called = [(names or {}).get(id_, id_) for id_ in self.practice]
        phrases = [f"named {_joined(called, 'or')}"] if called else []
        for facet in FACETS:
            if values := [label(facet.field, value) for value in self.chosen(facet.field)]:
                together = facet.field == "target_group" and self.all_target_groups
                phrases.append(facet.phrase.format(_joined(values, "and" if together else "or")))
        if self.dated:
            phrases.append(_period(self))
        if self.minimum_coverage:
            phrases.append(f"with at least {self.minimum_coverage} % of both headline scores documented")
        if self.words:
            phrases.append(f"matching “{self.text}”")
        return ", ".join(phrases)


def _joined(values: Sequence[str], word: str) -> str:
    return f" {word} ".join([", ".join(values[:-1]), values[-1]]) if len(values) > 1 else values[0]


def _period(chosen: PracticeFilter) -> str:
    match chosen.running_from, chosen.running_to:
        case first, None:
            words = f"running in or after {first}"
        case None, last:
            words = f"running in or before {last}"
        case first, last:
            words = f"running in {first}" if first == last else f"running between {first} and {last}"
    return f"{words} or with no year stated" if chosen.undated else words


# --- links -----------------------------------------------------------------------------------------------

_FLAGS = {"all_target_groups": "all-groups", "undated": "undated"}
_YEARS = {"running_from": "from", "running_to": "to"}

# Every name in a link that belongs to the filter.
PARAMS = frozenset({*(facet.param for facet in FACETS), *_FLAGS.values(), *_YEARS.values(), "coverage", "q", "id"})


def to_params(chosen: PracticeFilter) -> dict[str, list[str]]:
    """Return the filter as link parameters, ids only; what is not narrowed is left out."""
    params = {facet.param: list(chosen.chosen(facet.field)) for facet in FACETS}
    params |= {param: ["1"] for field, param in _FLAGS.items() if getattr(chosen, field)}
    params |= {param: [str(year)] for field, param in _YEARS.items() if (year := getattr(chosen, field)) is not None}
    if chosen.minimum_coverage:
        params["coverage"] = [str(chosen.minimum_coverage)]
    if chosen.text:
        params["q"] = [chosen.text]
    params["id"] = list(chosen.practice)
    return {param: values for param, values in params.items() if values}


def from_params(params: Mapping[str, Sequence[str]]) -> tuple[PracticeFilter, list[str]]:
    """Read a filter from link parameters and say what of them was not understood and left out.

    Never raises: whatever stands in a link, the result is a filter and a list of messages.
    """
    dropped: list[str] = []
    values: dict[str, object] = {}
    for facet in FACETS:
        options = set(facet.options())
        known = [value for value in params.get(facet.param, ()) if value in options]
        dropped += [f"{facet.label}: {_shown(value)}" for value in params.get(facet.param, ()) if value not in options]
        values[facet.field] = tuple(known)
    named = list(dict.fromkeys(params.get("id", ())))
    known_ids = [value for value in named if _is_id(value)][:MOST_NAMED]
    values["practice"] = tuple(known_ids)
    dropped += [f"id: {_shown(value)}" for value in named if value not in known_ids]
    for field, param in _FLAGS.items():
        if given := params.get(param):
            values[field] = given[-1] == "1"
            dropped += [f"{param}: {_shown(given[-1])}"] if given[-1] != "1" else []
    numbers = {"running_from": ("from", FIRST_YEAR, LAST_YEAR), "running_to": ("to", FIRST_YEAR, LAST_YEAR)}
    numbers["minimum_coverage"] = ("coverage", 0, 100)
    for field, (param, least, most) in numbers.items():
        if given := params.get(param):
            if given[-1].isascii() and given[-1].isdigit() and len(given[-1]) < 5 and least <= int(given[-1]) <= most:
                values[field] = int(given[-1])
            else:
                dropped.append(f"{param}: {_shown(given[-1])}")
    if text := params.get("q"):
        values["text"] = "".join(c for c in text[-1] if c.isprintable())[:200]
        dropped += [f"q: {_shown(text[-1])}"] if values["text"] != text[-1] else []
    first, last = values.get("running_from"), values.get("running_to")
    if isinstance(first, int) and isinstance(last, int) and first > last:
        dropped.append(f"from {first} to {last}: the period ends before it begins")
        values["running_from"] = values["running_to"] = None
    return PracticeFilter.model_validate(values), dropped


def _shown(value: str) -> str:
    """Return a stranger's text short, on one line and printable, to be shown back as text."""
    return "".join(character if character.isprintable() else "�" for character in value[:40])


def checked(params: Mapping[str, Sequence[str]], name: str = "--{}") -> PracticeFilter:
    """Read a filter where a mistake must not pass (command line, routes): raises PracticesError naming each.

    ``name`` says how a parameter is called there.
    """
    mistakes = [
        f"{name.format(facet.param)}: {unknown(facet.field, value)}"
        for facet in FACETS
        for value in params.get(facet.param, ())
        if value not in facet.options()
    ]
    facets = {facet.param for facet in FACETS}
    _, dropped = from_params({param: values for param, values in params.items() if param not in facets})
    mistakes += [f"Not understood: {message}" for message in dropped]
    if mistakes:
        raise PracticesError("\n".join(mistakes))
    return from_params(params)[0]


def checked_sort(value: str) -> Sort:
    """Return the sort order of a link; the default where it is not known."""
    return next((sort for sort in get_args(Sort) if sort == value), DEFAULT_SORT)


# --- text ------------------------------------------------------------------------------------------------

# Letters that Unicode does not take apart into a base letter and a mark.
_PLAIN = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h"})


def normalise(text: str) -> str:
    """Return text for search: case, accents and width ignored, white space collapsed.

    >>> normalise("  Łódź:  ŒUVRE  d'Ångström ")
    "lodz: oeuvre d'angstrom"
    """
    apart = unicodedata.normalize("NFKD", text).casefold().translate(_PLAIN)
    bare = "".join(character for character in apart if not unicodedata.combining(character))
    return " ".join(unicodedata.normalize("NFKC", bare).split())
