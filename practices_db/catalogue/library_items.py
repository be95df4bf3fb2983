"""The kinds of things that curators hold beside practices and assessments. A new kind is told here and nowhere else.

Its table (in a migration) has the columns of its file, ``version``, ``state``, ``left_on`` and ``left_because``; the
public reads the copy of it that the last release made.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from practices_db.catalogue.library_rows import EvidenceRow, LinkRow, OrganisationRow
from practices_db.catalogue.practice_rows import CatalogueRow, FromList
from practices_db.catalogue.result_rows import AssessorRow, ResultRow
from practices_db.catalogue.type_rows import CostRow, FindingRow, PracticeTypeRow, PublicationTypeRow, RateRow

Item = Literal[
    "evidence", "organisation", "link", "result", "assessor", "practice_type", "publication_type", "finding", "cost",
    "rate",
]  # fmt: skip
_PRACTICE, _PUBLICATION = {"practice_id": "practice"}, {"publication_id": "evidence"}


@dataclass(frozen=True)
class ItemKind:
    """A kind of thing: its table is called like ``item``, its file like the kind of table in an import.

    ``shown``: the table in which the public reads it. ``key``: what one is called by, and may be there once only.
    ``name``: the column of its name; without one it is merged into nothing. ``ends``: columns that hold the id of
    something else → what that is. ``one``: within the first column's value exactly one row has the second. ``words``:
    what a release calls one, in SQL over its own columns.
    """

    item: Item
    file: str
    model: type[CatalogueRow]
    noun: str
    shown: str
    key: tuple[str, ...] = ("id",)
    name: str = ""
    ends: Mapping[str, str] = field(default_factory=dict)
    one: tuple[str, str] | None = None
    words: str = ""

    @property
    def table(self) -> str:
        """What its table is called in an import: the name of its file."""
        return self.file.removesuffix(".csv")

    @property
    def id_sql(self) -> str:
        """What one is called, in SQL over its own columns."""
        return self.key[0] if len(self.key) == 1 else f"concat_ws('>', {', '.join(self.key)})"

    @property
    def where(self) -> str:
        """Which one it is, in SQL with the parameter ``id``."""
        return f"{self.id_sql} = $id"

    def id_of(self, facts: Mapping[str, Any]) -> str:
        """Return what one is called: of a link "evidence>some-report>studies>practice>some-practice"."""
        return ">".join(str(facts[column]) for column in self.key)

    def ends_of(self, facts: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
        """Return what one leads to, by column: kind and id; what is blank is left out."""
        if self.item == "link":
            return {f"{side}_id": (facts[f"{side}_kind"], facts[f"{side}_id"]) for side in ("from", "to")}
        return {column: (kind, facts[column]) for column, kind in self.ends.items() if facts[column]}

    @property
    def lists(self) -> dict[str, str]:
        """Its several-valued columns → the vocabulary of their values."""
        return {name: of for name, of in vocabularies(self.model).items() if _is_several(self.model, name)}

    @property
    def in_rows(self) -> bool:
        """Whether several values of a column stand in rows of a table of their own, and not in the column."""
        return bool(self.name and self.lists)


def vocabularies(model: type[CatalogueRow]) -> dict[str, str]:
    """Return the columns of a file whose values are in a vocabulary → its name."""
    return {
        name: check.name
        for name, one in model.model_fields.items()
        for check in one.metadata
        if isinstance(check, FromList)
    }


def _is_several(model: type[CatalogueRow], name: str) -> bool:
    return model.model_fields[name].annotation == tuple[str, ...]


def _plain(item: Item, file: str, model: type[CatalogueRow], noun: str = "", **more: Any) -> ItemKind:
    """Return a kind that is released as it is; its noun is its own name where no other is given."""
    return ItemKind(item, file, model, noun or item, f"released_{item}", **more)


_OF_PRACTICE = "concat_ws(': ', (SELECT p.name FROM practice_card p WHERE p.id = practice_id), {})"
_OF_PUBLICATION = "concat_ws(': ', (SELECT e.title FROM evidence_card e WHERE e.id = publication_id), {})"

# A paragraph an entry.
# fmt: off
_KINDS = (
    ItemKind("evidence", "evidence.csv", EvidenceRow, "publication", "evidence_card", name="title", words="title"),
    ItemKind("organisation", "organisations.csv", OrganisationRow, "organisation", "organisation_card", name="name",
        words="name"),
    ItemKind("link", "links.csv", LinkRow, "link", "known_link",
        key=("from_kind", "from_id", "relation", "to_kind", "to_id")),
    _plain("result", "results.csv", ResultRow, ends=_PRACTICE, one=("practice_id", "main"),
        words=_OF_PRACTICE.format("effect_text")),
    _plain("assessor", "assessors.csv", AssessorRow, key=("assessor",), words="assessor"),
    _plain("practice_type", "practice_types.csv", PracticeTypeRow, "type of measure of a practice", ends=_PRACTICE,
        key=("practice_id", "measure_type"), one=("practice_id", "primary"),
        words=_OF_PRACTICE.format("measure_type")),
    _plain("publication_type", "publication_types.csv", PublicationTypeRow, "type of measure of a publication",
        key=("publication_id", "measure_type"), ends=_PUBLICATION, words=_OF_PUBLICATION.format("measure_type")),
    _plain("finding", "findings.csv", FindingRow, key=("publication_id", "measure_type", "form", "outcome"),
        ends=_PUBLICATION, words=_OF_PUBLICATION.format("effect_text")),
    _plain("cost", "costs.csv", CostRow, key=("measure_type", "practice_id", "per_what", "source_url"), ends=_PRACTICE,
        words="concat_ws(', ', measure_type, amount_in_source || ' for each ' || per_what)"),
    _plain("rate", "rates_without_comparison.csv", RateRow, "rate without comparison", ends=_PUBLICATION | _PRACTICE,
        key=("publication_id", "practice_id", "measure_type", "outcome", "source_url"),
        words="concat_ws(': ', measure_type, rate_text)"),
)
# fmt: on
KINDS: dict[Item, ItemKind] = {kind.item: kind for kind in _KINDS}
# Kinds that are released as they are; publications, organisations and links have cards and rules of their own.
PLAIN: tuple[ItemKind, ...] = tuple(kind for kind in KINDS.values() if kind.shown.startswith("released_"))
OF_TABLE: dict[str, ItemKind] = {kind.table: kind for kind in KINDS.values()}
NOUNS: dict[str, str] = {kind.item: kind.noun for kind in KINDS.values()}
LINK_ID = KINDS["link"].id_sql


def link_id(facts: Mapping[str, object]) -> str:
    """Return what a link is called: "evidence>some-report>studies>practice>some-practice"."""
    return KINDS["link"].id_of(facts)
