"""The fields of a practice: one entry a field, from which everything that knows of fields is made.

Files, templates, exports, the database's statements, the curators' form, page, comparison, brief and filter read this
table. A new field is a migration (its column in ``practice``, ``released_practice`` and ``practice_card``), an entry
here, its line in ``PracticeRow`` and, where it takes values of a list, the list in vocabularies.toml; where one can
filter by it, its line in ``PracticeFilter``. Names of columns and tables in SQL come from here only.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from practices_db.catalogue.filters import Facet
from practices_db.translation import N_

# line: a short text. prose: a long one. lines: several short texts. code: a value of a list. codes: several of them.
# yes: "yes", or blank for "not seen". year, number (whole), date, url: what they say. id: the practice's own.
Kind = Literal["id", "line", "prose", "lines", "code", "codes", "yes", "year", "number", "date", "url"]
# Where a fact is told in words.
Place = Literal["page", "comparison", "brief"]

_EVERYWHERE: tuple[Place, ...] = ("page", "comparison", "brief")
_ALONE: tuple[Place, ...] = ("page", "brief")


@dataclass(frozen=True)
class PracticeField:
    """A field of a practice.

    ``id``: its column in practices.csv. ``label``: its name in forms and records. ``meaning``: what a value means, for
    the glossary of exports. ``filling``: what to fill in, for the template; the meaning where nothing is said.
    ``vocabulary``: the list of its values, of "yes" its one value. ``facet``: how one filters by it.
    ``fact`` and ``shown``: what it is called where it is told in words, and where that is; fields of one fact are told
    together. ``said``: how its value is said there. ``blank``: what stands there where nothing was seen.
    ``answered_by``: the indicator whose answer tells of the same, where it is one of ``answered_as`` (codes of
    ``answer_codes``); ``seen_from``: the evidence level from which on any answer does.
    ``table`` and ``value``: the table of its values and their column, where there may be several.
    ``stored``: its column where that is called otherwise; ``exported``: the same for exported tables.
    ``of_source``: it is about the page that the record stands on. ``edited``: curators have it in their form.
    ``derived``: it follows from other fields (a property of ``PracticeRow``) and stands in no file.
    """

    id: str
    kind: Kind
    label: str
    meaning: str
    filling: str = ""
    vocabulary: str = ""
    facet: Facet | None = None
    fact: str = ""
    shown: tuple[Place, ...] = ()
    said: str = "{value}"
    blank: str = N_("not stated")
    answered_by: str = ""
    answered_as: str = "MP"
    seen_from: int | None = None
    table: str = ""
    value: str = ""
    stored: str = ""
    exported: str = ""
    of_source: bool = False
    edited: bool = True
    derived: bool = False

    @property
    def column(self) -> str:
        """Its column in ``released_practice`` and ``practice_card``, and in ``practice`` where it has one value."""
        return self.stored or self.id


# A paragraph an entry, in the order of exports, pages and forms; practices.csv has the order of PracticeRow.
# fmt: off
FIELDS: tuple[PracticeField, ...] = (
    PracticeField("id", "id", "Id", "The practice's id: stable, the same in links and in every file",
        filling="Small letters, digits and hyphens; never changed and never used for another practice",
        exported="practice_id", edited=False),
    PracticeField("name", "line", "Name", "Name of the practice",
        filling="Name of the practice, at most 300 characters"),
    PracticeField("lead_organisation", "line", "Lead organisation", "Who leads it", fact=N_("Organisation"),
        shown=_EVERYWHERE),
    PracticeField("countries", "codes", "Countries", "ISO 3166-1 codes of the countries, the main one first",
        filling="ISO 3166-1 codes, the main one first; separate several with ;", vocabulary="country",
        facet=Facet("country", "country", N_("Country"), N_("in {values}"), N_("with no country stated"),
            proper=True), fact=N_("Country"), shown=_EVERYWHERE, table="practice_country", value="country"),
    PracticeField("place", "lines", "Places", "Towns or regions", filling="Towns or regions; separate several with ;",
        fact=N_("Place"), shown=_EVERYWHERE, stored="places"),
    PracticeField("sectors", "codes", "Sectors", "Ids of the sectors",
        filling="From the list, the main one first; separate several with ;", vocabulary="sector",
        facet=Facet("sector", "sector", N_("Sector"), N_("on {values}"), N_("with no sector stated")),
        fact=N_("Sectors"), shown=_EVERYWHERE, table="practice_sector", value="sector"),
    PracticeField("target_groups", "codes", "Target groups", "Ids of the target groups",
        filling="From the list, the main one first; separate several with ;", vocabulary="target_group",
        facet=Facet("target_group", "target-group", N_("Target group"), N_("for {values}"),
            N_("with no target group stated"), together="all_target_groups"), fact=N_("Target groups"),
        shown=_EVERYWHERE, table="practice_target_group", value="target_group"),
    PracticeField("start_year", "year", N_("First year"), "First year", filling="Four digits", fact=N_("Years"),
        shown=_EVERYWHERE),
    PracticeField("end_year", "year", N_("Last year"), "Last year; blank: running, or no end seen",
        filling="Four digits; blank: running, or no end seen", fact=N_("Years"), shown=_EVERYWHERE),
    PracticeField("governance_level", "code", "Level of government", "Level of government it works at",
        filling="From the list", vocabulary="governance_level",
        facet=Facet("governance_level", "governance", N_("Level of government"), N_("at {values} level"),
            N_("with no level of government stated")), fact=N_("Level of government"), shown=_EVERYWHERE),
    PracticeField("funding_kinds", "codes", "Kinds of funding", "Ids of the kinds of funding",
        filling="From the list; separate several with ;", vocabulary="funding_kind",
        facet=Facet("funding_kind", "funding", N_("Funding"), N_("funded by {values}"),
            N_("with no funding stated")), fact=N_("Funding"), shown=_EVERYWHERE, table="practice_funding",
        value="funding_kind", answered_by="sus-funding-mix", answered_as="MPN"),
    PracticeField("funding_sources", "lines", "Funding sources", "Who funds it",
        filling="Who funds it, in words; separate several with ;", fact=N_("Funding"), shown=_ALONE,
        table="practice_funding_source", value="funding_source"),
    PracticeField("budget_eur", "number", "Budget in euro", "Budget in euro, as the source gives it",
        filling="Whole euro in plain digits, as the source gives it: 1250000", fact=N_("Budget"), shown=_ALONE,
        said=N_("{value} euro, as the source gives it")),
    PracticeField("people_reached", "number", "People reached", "People reached, as the source gives it",
        filling="A whole number in plain digits, as the source gives it", fact=N_("People reached"),
        shown=_ALONE, said=N_("{value}, as the source counts them")),
    PracticeField("outcome_figures", "prose", "Outcome figures", "Outcomes in the source's figures",
        filling="Outcomes in the source's figures, at most 4,000 characters", fact=N_("Figures"), shown=_ALONE),
    PracticeField("evaluation_documented", "yes", "An evaluation is documented",
        "yes: an evaluation was seen; blank: none on the source page we read",
        vocabulary="evaluation_documented", fact=N_("Evaluation"), shown=_ALONE, said=N_("documented"),
        blank=N_("none on the source page we read"), answered_by="evi-independent-evaluation", seen_from=3),
    PracticeField("transferred_elsewhere", "yes", "Transferred elsewhere", "yes: taken up elsewhere; blank: not seen",
        vocabulary="transferred_elsewhere", fact=N_("Taken up elsewhere"), shown=_ALONE, said=N_("yes"),
        blank=N_("not known")),
    PracticeField("summary", "prose", "Summary", "This project's own summary",
        filling="What it does, in your own words, at most 4,000 characters"),
    PracticeField("source_url", "url", "Main source: address", "The page the record comes from",
        filling="The page it stands on, with https://", of_source=True),
    PracticeField("source_name", "line", "Main source: publisher", "Who publishes that page", of_source=True),
    PracticeField("source_kind", "code", "Main source: kind", "Kind of that page", vocabulary="source_kind",
        facet=Facet("source_kind", "source", N_("Kind of source"), N_("known from {values}")),
        of_source=True, edited=False, derived=True),
    PracticeField("source_confidence", "code", "Main source: confidence", "How sure the reading of that page is",
        filling="From the list", vocabulary="source_confidence", of_source=True),
    PracticeField("checked_on", "date", "Checked on", "When the record was last checked",
        filling="The day the page was read, like 2026-01-31", of_source=True, edited=False),
    PracticeField("spring_url", "url", "Page at SPRING", "The practice's page at SPRING",
        filling="The practice's page at SPRING, if it has one", of_source=True),
)
# fmt: on
SINGLE = tuple(field for field in FIELDS if not field.table)
SEVERAL = tuple(field for field in FIELDS if field.table)


@dataclass(frozen=True)
class RecordColumn:
    """A column of ``practice`` that no file brings: how its record stands. ``public``: a release shows it."""

    id: str
    label: str
    public: bool = False


RECORD: tuple[RecordColumn, ...] = (
    RecordColumn("version", "Version"),
    RecordColumn("state", "State"),
    RecordColumn("merged_into", "Merged into"),
    RecordColumn("left_on", "Left on"),
    RecordColumn("left_because", "Left because"),
    RecordColumn("still_running", "Still running", public=True),
    RecordColumn("running_said_by", "Said by", public=True),
    RecordColumn("running_said_on", "Said on", public=True),
    RecordColumn("checked_by", "Checked by"),
)
LABELS = {one.id: one.label for one in FIELDS} | {one.id: one.label for one in RECORD}


def _stated(field: PracticeField) -> str:
    return f"coalesce({field.id}.found, []::TEXT[])" if field.table else f"p.{field.column}"


# Every practice ``p`` with its several values, in the order of their source (joined: faster than a subquery for each),
# and what stands before FROM: columns as a release keeps them (RELEASED).
PRACTICES = "practice p" + "".join(
    f" LEFT JOIN (SELECT practice_id, list({field.value} ORDER BY position) AS found FROM {field.table} GROUP BY ALL)"
    f" {field.id} ON {field.id}.practice_id = p.id"
    for field in SEVERAL
)
# Its single values as practices.csv calls them, and the several ones of all practices, a row each: to plan the joins
# above takes twice as long as to ask for these.
IN_THE_FILE = ", ".join(f"p.{field.column} AS {field.id}" for field in SINGLE if not field.derived)
SEVERAL_ROWS = " UNION ALL ".join(
    f"SELECT practice_id, '{field.id}' AS field, position, {field.value} AS value FROM {field.table}"
    for field in SEVERAL
)
RELEASED = ", ".join(
    (
        *(f"{_stated(field)} AS {field.column}" for field in FIELDS),
        *(f"p.{column.id}" for column in RECORD if column.public),
    )
)
