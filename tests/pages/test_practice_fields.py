"""Every field of the registry that is told in words stands on the page and in the comparison, and in the form."""

from __future__ import annotations

import pytest
import screen
from screen import Visit

from pages.shared.components import database
from pages.shared.curation.fields import PRACTICE as FORM
from pages.shared.curation.labels import FIELDS as LABELS
from practices_db.catalogue.practice_facts import Fact, facts
from practices_db.catalogue.practice_fields import FIELDS, PracticeField
from practices_db.queries import practices

RICH, POOR = "duo-for-a-job", "humanitarian-corridors"


def words(fact: Fact, id_: str) -> str:
    """Return what a fact of a practice is, blanks and all, as a reader has it."""
    with database.cursor() as cursor:
        card = practices.practice(cursor, id_)
    assert card is not None
    return " ".join((fact.words(card) or fact.missing(card)).split())


def test_page_tells_every_fact(visit: Visit) -> None:
    rows = dict(screen.facts(visit("practice", practice=RICH)))
    assert list(rows) == list(dict.fromkeys(field.fact for field in FIELDS if "page" in field.shown))
    assert rows == {fact.title: words(fact, RICH) for fact in facts("page")}


def test_comparison_tells_every_fact_of_every_practice(visit: Visit) -> None:
    matrix = screen.matrix(visit("compare", practice=[RICH, POOR]))
    (rows,) = (part["rows"] for part in matrix["parts"] if part["title"] == "Facts")
    told = {row["title"]: [" ".join(cell["words"].split()) for cell in row["cells"]] for row in rows}
    assert set(told) == {field.fact for field in FIELDS if "comparison" in field.shown}
    assert told == {fact.title: [words(fact, RICH), words(fact, POOR)] for fact in facts("comparison")}


@pytest.mark.parametrize("field", FIELDS, ids=[field.id for field in FIELDS])
def test_curators_have_the_field_in_their_form(field: PracticeField) -> None:
    assert (field.id in FORM.order) == field.edited
    assert LABELS[field.id] == field.label
    if field.vocabulary and field.edited and field.kind != "yes":
        assert (FORM.several | FORM.one_of)[field.id] == field.vocabulary  # type: ignore[operator]
