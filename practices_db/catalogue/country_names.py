"""Which country a word names, in any language of the CLDR: exact names first, then near spellings that are plausible.

Names are those of the Common Locale Data Repository as Babel carries it, and the common others below. A name that
means two countries in two languages ("Kongo") means neither, unless it is the English one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from functools import cache

from babel import Locale
from babel.localedata import locale_identifiers

from practices_db.catalogue.plain_text import plain_label

# Names and codes in common use that the CLDR has as variants, or that the EU's institutions write.
_OTHERS = {
    "EL": "GR", "UK": "GB", "U.K.": "GB", "Great Britain": "GB", "USA": "US", "U.S.": "US", "U.S.A.": "US",
    "United States of America": "US", "America": "US", "Czech Republic": "CZ", "Tschechische Republik": "CZ",
    "République tchèque": "CZ", "República Checa": "CZ", "Repubblica Ceca": "CZ", "Turkey": "TR", "Holland": "NL",
    "The Netherlands": "NL", "Macedonia": "MK", "FYROM": "MK", "Republic of Ireland": "IE", "Slovak Republic": "SK",
    "Russian Federation": "RU", "Moldova, Republic of": "MD", "Republic of Moldova": "MD", "Burma": "MM",
    "Ivory Coast": "CI", "Cape Verde": "CV", "Swaziland": "SZ", "East Timor": "TL", "Viet Nam": "VN",
    "Syrian Arab Republic": "SY", "Islamic Republic of Iran": "IR", "Republic of Korea": "KR", "Palestine": "PS",
    "Bosnia and Herzegovina": "BA", "Bosnia": "BA", "The Gambia": "GM", "DRC": "CD", "Vatican": "VA", "Kosova": "XK",
}  # fmt: skip
# Countries' ways of writing a language that differ from the language's own.
_REGIONAL = ("de_AT", "de_CH", "en_GB", "es_419", "fr_CA", "fr_CH", "pt_PT", "sr_Latn", "zh_Hant")
_NEAR, _APART = 85, 5  # of 100: how like a spelling must be, and how much more than any other country's
_LONG = 5  # letters; below, one letter more or less is another country


def country_of(word: str, codes: Collection[str]) -> str | None:
    """Return the code of the country that a word is the name or code of, None where it is none or several."""
    code = word.strip().upper()
    if code in codes:
        return code
    plain = plain_label(word)
    for names in (_english(), _all()):
        if found := [one for one in names.get(plain, ()) if one in codes]:
            return found[0] if len(found) == 1 else None
    return None


def country_like(word: str, codes: Collection[str]) -> str | None:
    """Return the country one of whose names is written nearly like a word; None where none is, or two are."""
    from rapidfuzz import fuzz, process  # noqa: PLC0415 - only loaded once something is misspelt

    plain, names = plain_label(word[:100]), _all()
    if len(plain) < _LONG or plain in names:  # a name of two countries is no misspelling
        return None
    best: dict[str, float] = defaultdict(float)
    for name, score, _ in process.extract(
        plain, names.keys(), scorer=fuzz.ratio, score_cutoff=_NEAR - _APART, limit=50
    ):
        for code in names[name].intersection(codes):
            best[code] = max(best[code], score)
    ranked = sorted(best, key=lambda code: -best[code])
    if not ranked or best[ranked[0]] < _NEAR or (len(ranked) > 1 and best[ranked[0]] - best[ranked[1]] < _APART):
        return None
    return ranked[0]


def _names(locales: Collection[str]) -> Iterator[tuple[str, str]]:
    for one in locales:
        for code, name in Locale.parse(one).territories.items():
            if len(code) == 2 and code.isalpha():
                yield name, code


def _by_name(pairs: Iterable[tuple[str, str]]) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for name, code in pairs:
        found[plain_label(name)].add(code)
    return {name: frozenset(codes) for name, codes in found.items()}


@cache
def _english() -> dict[str, frozenset[str]]:
    return _by_name([*_names(["en"]), *_OTHERS.items()])


@cache
def _all() -> dict[str, frozenset[str]]:
    """Return the countries of every name in every language; it takes a second, once."""
    locales = [one for one in locale_identifiers() if "_" not in one] + list(_REGIONAL)
    return _by_name(dict.fromkeys((*_names(locales), *_OTHERS.items())))
