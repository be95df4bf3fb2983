"""How fields, indicators and lines of the record are called on the curation pages."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from criteria.framework import published_frameworks
from pages.shared.components.links import page_link
from pages.shared.components.screen_texts import escaped
from practices_db.catalogue.practice_fields import LABELS
from practices_db.curation.edit_library import Curated
from practices_db.curation.edit_practices import CuratedPractice

FIELDS = {
    **LABELS,
    "title": "Title",
    "url": "Address",
    "answer": "Answer",
    "evidence_level": "Evidence level",
    "note": "Note",
    "source_publisher": "Source: publisher",
    "independent_of_operator": "Source is independent of the operator",
    "what": "What is wrong",
    "field": "About",
    "words": "Words",
    "statement": "Statement",
    "organisation": "Organisation",
    "title_is_descriptive": "The title is ours, the original title is not known",
    "publisher": "Publisher",
    "year": "Year",
    "kind": "Kind",
    "languages": "Languages",
    "themes": "Themes",
    "finding": "What it found",
    "url_is_copy": "The address is of a copy on another site",
    "url_seen": "What was seen at the address",
    "levels": "Levels of government",
    "community_of_practice": "It is a community of practice",
    "joins": "How to join",
    "reason": "What both records say",
}
STATES = {"listed": "listed", "archived": "archived", "merged": "merged into another one"}


@cache
def _indicators() -> dict[str, str]:
    return {one.id: one.label for framework in published_frameworks().values() for one in framework.indicators}


def of(name: str) -> str:
    """Return what a field or an indicator is called, as Markdown."""
    return FIELDS.get(name) or escaped(_indicators().get(name) or name.replace("_", " ").capitalize())


def value(given: Any) -> str:
    """Return a value of a field in words; "" where there is none."""
    match given:
        case None:
            return ""
        case bool():
            return "yes" if given else "no"
        case list() | tuple():
            return "; ".join(map(str, given))
        case _:
            return str(given)


def values(given: Mapping[str, Any] | None) -> str:
    """Return the content of a line of the record as one text."""
    return " · ".join(f"{of(name)}: {escaped(value(one)) or '–'}" for name, one in (given or {}).items())


def stands(found: CuratedPractice | Curated) -> str:
    """Say what something is called, what became of it and when it was last checked, as Markdown."""
    checked = f" Last checked on {found.facts['checked_on']:%d %B %Y}." if "checked_on" in found.facts else ""
    return f"{escaped(found.thing.id)}, {STATES[found.state]}, version {found.version}.{checked}"


def curated_link(practice_id: str, label: str) -> None:
    """Write a link to a practice as curators see it."""
    page_link("curation", label, params={"part": "practices", "practice": practice_id})


def library_link(shelf: str, id_: str, label: str) -> None:
    """Write a link to a publication or an organisation as curators see it."""
    page_link("curation", label, params={"part": "library", "shelf": shelf, "item": id_})
