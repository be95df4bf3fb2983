"""The words a practice is described with: ids (in links and files) and labels (on screen)."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import Literal

from babel import Locale
from babel.languages import get_official_languages
from babel.localedata import locale_identifiers

from criteria.framework import current_framework
from criteria.results import GROUPS
from criteria.spelling import nearest_of
from practices_db.catalogue.country_names import country_like, country_of
from practices_db.catalogue.measure_types import measure_types
from practices_db.catalogue.plain_text import plain_label
from practices_db.formats import in_order
from practices_db.translation import ENGLISH, N_, _, language, speak, texts_of

HEADLINES = ("effectiveness", "sustainability")  # the criteria that a practice is summed up by
NOT_STATED = "not-stated"
NOT_STATED_LABEL = N_("Not stated")

# Codes that CLDR lists as territories and that are no country: outlying places, groupings, placeholders.
_NO_COUNTRY = {"AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ"}

_OF_COUNTRIES = ("country", "area")
_LOCALES = frozenset(locale_identifiers())
_LEVELS = ("study_strength", "evidence_level")
_EUROPE = N_("Europe as a whole")
# Lists that the thesaurus has other words for, by what they are called there.
_SAID_OTHERWISE: dict[str, Literal["sector", "target_group", "measure_type"]] = {
    "sector": "sector",
    "theme": "sector",
    "target_group": "target_group",
    "measure_type": "measure_type",
}
# Outcomes that are not of the people a practice serves, what says least of them first: a social return is "other".
NOT_FOR_PEOPLE = ("other", "attitudes-of-receiving-society")
# The sector whose practices aim at an outcome; two outcomes have none.
SECTOR_OF = {
    "employment": "employment",
    "earnings": "employment",
    "language": "language",
    "education": "education-and-training",
    "health-and-wellbeing": "health",
    "social-ties": "social-inclusion",
    "housing": "housing-and-settlement",
    "legal-status-and-naturalisation": "rights-legal-status-non-discrimination",
    "participation": "civic-participation",
}


@cache
def vocabulary(name: str) -> dict[str, str]:  # noqa: PLR0911 - a list for each name
    """Return a vocabulary as id → label, in the order it is shown; KeyError if there is no such list.

    ``country`` holds ISO 3166-1 alpha-2 codes with the English names of CLDR (and XK for Kosovo, which
    CLDR and the EU's institutions use), sorted by name; ``area`` adds EU for Europe as a whole. ``evidence_level`` is
    the framework's scale, ``study_strength`` the same for the design of a study. ``theme``: sectors and themes of work.
    ``language``: ISO 639-1 codes. ``measure_type``: the types of measure. ``result``: the direction of a
    practice's main result. ``effectiveness_group``: what it shows.
    """
    if name == "country":
        territories = Locale("en").territories
        countries = {
            code: label
            for code, label in territories.items()
            if len(code) == 2 and code.isalpha() and code not in _NO_COUNTRY
        }
        return dict(sorted(countries.items(), key=lambda item: item[1]))
    if name == "area":
        return {"EU": _EUROPE} | vocabulary("country")
    if name == "language":
        languages = {code: label for code, label in Locale("en").languages.items() if len(code) == 2}
        return dict(sorted(languages.items(), key=lambda item: item[1]))
    if name == "theme":
        return vocabulary("sector") | vocabulary("own_theme")
    if name == "measure_type":
        return {one.id: one.label for one in measure_types().types}
    if name == "result":  # the direction of a practice's main result
        return vocabulary("result_direction") | {"not-known": N_("No result known")}
    if name == "effectiveness_group":
        return {one.id: one.label for one in GROUPS}
    if name == "study_strength":  # strongest first
        levels = {str(level.level): level.label for level in current_framework().evidence_levels}
        return {id_: f"{id_} · {levels[id_]}" for id_ in sorted(levels, reverse=True)}
    if name == "evidence_level":
        levels = {str(level.level): level.label for level in current_framework().evidence_levels}
        return {"none": N_("No answer documented")} | {id_: f"{id_} · {label}" for id_, label in levels.items()}
    with (Path(__file__).parent / "vocabularies.toml").open("rb") as file:
        lists: dict[str, dict[str, str]] = tomllib.load(file)
    return lists[name]


def label(name: str, id_: str) -> str:
    """Return the label of an id in the reader's language; the id itself where it is not in the list."""
    if id_ == NOT_STATED:
        return _(NOT_STATED_LABEL)
    code = language()
    return (vocabulary(name) if code == ENGLISH else _labels(name, code)).get(id_, id_)


@cache
def _labels(name: str, code: str) -> dict[str, str]:
    """Return a vocabulary as id → label in a language, in the order it is shown there."""
    said = texts_of(code).gettext
    if name in _OF_COUNTRIES or name == "language":
        locale = Locale(code)
        names = locale.languages if name == "language" else locale.territories
        found = {id_: names.get(id_, said(text)) for id_, text in vocabulary(name).items()}
        if name == "area":
            found["EU"] = said(_EUROPE)
        with speak(code):
            return dict(in_order(found.items(), lambda one: "" if one[0] == "EU" else one[1]))
    if name in _LEVELS:  # the level stands before its label
        return {id_: " · ".join(map(said, text.split(" · "))) for id_, text in vocabulary(name).items()}
    return {id_: said(text) for id_, text in vocabulary(name).items()}


def listed_label(name: str, id_: str) -> str:
    """Return the label of an id as a list to choose from has it: a country with its own names and the English one.

    Whoever looks for "Deu" or "Ger" finds "Deutschland · Germany" and "Germany · Deutschland".
    """
    said = label(name, id_)
    if name not in _OF_COUNTRIES or id_ not in vocabulary("country"):
        return said
    others = [one for one in (vocabulary("country")[id_], *_own_names(id_)) if one != said]
    return " · ".join([said, ", ".join(dict.fromkeys(others))]) if others else said


@lru_cache(300)
def _own_names(country: str) -> tuple[str, ...]:
    """Return what a country is called in its official languages, as far as the CLDR has them; at most three."""
    codes = get_official_languages(country) or get_official_languages(country, de_facto=True)
    names = (Locale.parse(code).territories.get(country) for code in codes if code in _LOCALES)
    return tuple(name for name in names if name)[:3]


def ids_in_order(name: str) -> list[str]:
    """Return the ids of a vocabulary in the order in which the reader is shown them: countries by their names."""
    code = language()
    return list(vocabulary(name) if code == ENGLISH else _labels(name, code))


class NotInListError(ValueError):
    """A word that its list does not hold: ``value``, and what is wrong. What would be right is looked for if asked."""

    def __init__(self, name: str, value: str) -> None:
        self.value, self._name = value, name
        self.reason = f"{value[:80]!r} is not in the list of {name.replace('_', ' ')} ids"
        super().__init__(self.reason)

    @property
    def near(self) -> str:
        """The nearest value of the list with its label; blank: none is near. Of a country it takes milliseconds."""
        near = nearest(self._name, self.value[:200])
        return f"{near!r} ({label(self._name, near)})" if near else ""

    def hinted(self) -> str:
        """Return the reason with the nearest value."""
        return f"{self.reason}; did you mean {near}?" if (near := self.near) else self.reason


class NotInListGroupError(ValueError):
    """Several words of one cell that its list does not hold."""

    def __init__(self, errors: Sequence[NotInListError]) -> None:
        self.errors = tuple(errors)
        super().__init__("; ".join(map(str, errors)))


@cache
def _searchable(name: str) -> dict[str, str]:
    words = {plain_label(text): id_ for id_, text in vocabulary(name).items()}
    return words | {plain_label(id_): id_ for id_ in vocabulary(name)}


def as_id(name: str, word: str) -> str | None:
    """Return the id that a word is, as an id or a label in any case; a country in any language. None if it is none."""
    if word in vocabulary(name):
        return word
    if found := _searchable(name).get(plain_label(word)):
        return found
    return country_of(word, vocabulary(name)) if name in _OF_COUNTRIES else None


@lru_cache(4096)  # a file of thousands of rows has the same mistake in each
def nearest(name: str, word: str) -> str | None:
    """Return the id that a word is or that is written most like it, None if none is.

    A country is only named where it is a plausible reading of the word, and a sector, group or type of measure that
    it is another word for, in a language of the thesaurus, before one that is only written like it.
    """
    from practices_db.catalogue import thesaurus  # noqa: PLC0415 - only loaded once something is not in its list

    if found := as_id(name, word):
        return found
    if name in _OF_COUNTRIES:
        return country_like(word, vocabulary(name))
    if name in _SAID_OTHERWISE and (meant := thesaurus.ids_of(_SAID_OTHERWISE[name], word)):
        return meant.pop() if len(meant) == 1 else None
    plain = plain_label(word)
    longer = {id_ for text, id_ in _searchable(name).items() if plain and text.startswith(f"{plain} ")}
    if len(longer) == 1:  # "Housing" is short for one of them
        return longer.pop()
    near = nearest_of(plain, _searchable(name))
    return _searchable(name)[near] if near else None
