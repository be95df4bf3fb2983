"""What a page is called in tabs, history, bookmarks and by screen readers: what it shows, its name, the app's name."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from textwrap import shorten

from pages.shared.components.database import Whole
from practices_db import formats
from practices_db.catalogue.filters import Filter, one_line
from practices_db.catalogue.library_filter import OrganisationFilter, PublicationFilter
from practices_db.catalogue.practice_filter import PracticeFilter
from practices_db.catalogue.vocabularies import label, vocabulary
from practices_db.translation import _

APP = "Integration Practices"
LONGEST = 70  # signs of what is shown; a tab has less, a list of bookmarks hardly more
_FILTERS: Mapping[str, type[Filter]] = {
    "explore": PracticeFilter,
    "weighting": PracticeFilter,
    "needs": PracticeFilter,
    "evidence": PublicationFilter,
    "communities": OrganisationFilter,
}
_NAMED = {"practice", "compare", "transfer"}  # pages of practices that the link names
_TOPICS, _GROUPS, _COUNTRIES = ("sector", "theme", "measure_type"), ("target_group",), ("country", "area")

Params = Mapping[str, Sequence[str]]


def title(name: str, called: str, params: Params, whole: Whole) -> str:
    """Return the title of a page: ``name`` of its script, what the menu has ``called`` it, its link's parameters."""
    parts = [shorten(_state(name, params, whole), LONGEST, placeholder=" …"), called, APP]
    return " · ".join(part for part in parts if part)


def _state(name: str, params: Params, whole: Whole) -> str:
    """Return what the link asks the page to show, empty where it asks for nothing that is known."""
    if name in _NAMED:
        return ", ".join(card["name"] for card in whole.cards([*params.get("practice", ())]))
    if name == "what_works":
        return _question(params)
    if name == "gaps" and params.get("map") == ["types"]:
        return _("Studies by type of measure and outcome")
    return of_filter(_FILTERS[name].from_params(params)[0]) if name in _FILTERS else ""


def _question(params: Params) -> str:
    for param, of in (("type", "measure_type"), ("outcome", "outcome")):
        if (given := params.get(param, ())) and given[-1] in vocabulary(of):
            known, asked = vocabulary("target_group"), params.get("target-group", ())[-1:]
            groups = [formats.within(label("target_group", one)) for one in asked if one in known]
            return _about(label(of, given[-1]), "".join(groups), "")
    return ""


def of_filter(chosen: Filter) -> str:
    """Say a filter as a title: "Housing and settlement for refugees in Italy or Germany"."""
    said: dict[str, list[str]] = {}
    for field, value, words in chosen.parts():
        said.setdefault(field if value is not None else "", []).append(words)

    def values(fields: Sequence[str], as_said: Callable[[str], str] = str) -> str:
        found = [as_said(words) for field in fields for words in said.pop(field, [])]
        return formats.listed(found, last="or") if found else ""

    about = _about(values(_TOPICS), values(_GROUPS, formats.within), values(_COUNTRIES))
    further = [words for of_field in said.values() for words in of_field]
    return _capital(", ".join(part for part in (about, *further) if part))


def _about(topics: str, groups: str, countries: str) -> str:
    words = {
        (True, True, True): _("{topics} for {groups} in {countries}"),
        (True, True, False): _("{topics} for {groups}"),
        (True, False, True): _("{topics} in {countries}"),
        (False, True, True): _("for {groups} in {countries}"),
        (False, True, False): _("for {groups}"),
        (False, False, True): _("in {countries}"),
    }.get((bool(topics), bool(groups), bool(countries)), "{topics}")
    return words.format(topics=topics, groups=groups, countries=countries)


def _capital(words: str) -> str:
    """Return words as a title begins: printable, on one line, with a capital."""
    plain = one_line(words)
    return plain[:1].upper() + plain[1:]
