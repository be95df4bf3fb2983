"""Numbers, dates, lists and their order as the reader's language writes them (CLDR, through Babel).

For what is read by people. Files for machines (CSV, JSON, links) never go through here.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import TypeVar

from babel.dates import format_date, format_time
from babel.lists import format_list
from babel.numbers import format_decimal

from practices_db.catalogue.plain_text import plain_label
from practices_db.translation import ENGLISH, _, language

_ITEM = TypeVar("_ITEM")

# Letters that an alphabet has after the one they look like.
_LETTERS = {
    "pl": {"ą": "a", "ć": "c", "ę": "e", "ł": "l", "ń": "n", "ó": "o", "ś": "s", "ź": "z", "ż": "zz"},
    "es": {"ñ": "n"},
}
_AFTER = "zz"  # no word goes on like this
# Words that a German label may begin with and that are no nouns; "Zugewanderte", which can be both, is not among them.
_NO_GERMAN_NOUNS = {
    "Zugewanderte", "allgemeine", "am", "andere", "angemessene", "auf", "berufliche", "besser", "digitale",
    "eigene", "erfüllt", "erste", "europäisch", "experimentelle", "föderale", "gemeinsame", "gemischt", "gering",
    "gesellschaftliche", "gute", "gutes", "hoch", "in", "internationale", "irreguläre", "junge", "kein", "keine",
    "kommunale", "lokal", "mehrere", "messbare", "mittel", "national", "nationale", "nicht", "nichts", "nur",
    "politische", "private", "randomisierte", "rechtliche", "regional", "regionale", "religiöse", "schlechter",
    "sexuelle", "soziale", "stärkste", "teilweise", "unabhängige", "unbegleitete", "verbessert", "verschlechtert",
    "wir", "ältere", "öffentliche",
}  # fmt: skip


def _locale() -> str:
    """Return the locale of the reader's language; the English of Europe, with the day before the month."""
    code = language()
    return "en_GB" if code == ENGLISH else code


@lru_cache(20_000)
def _decimal(value: float, digits: int, locale: str) -> str:
    return format_decimal(value, format=f"#,##0.{'0' * digits}" if digits else "#,##0", locale=locale)


def count(value: float) -> str:
    """Return a whole number with its thousands apart: 12,345."""
    return _decimal(int(value), 0, _locale())


def decimal(value: float, digits: int) -> str:
    """Return a number with so many digits after the decimal sign: 1,234.50."""
    return _decimal(float(value), digits, _locale())


def short(value: float) -> str:
    """Return a number with as many digits after the decimal sign as it has, of six in all: 0.5, 2."""
    return decimal(value, len(f"{value:g}".partition(".")[2]))


def day(value: datetime.date) -> str:
    """Return a day in words, of a date or a moment: 5 November 2026."""
    return format_date(value, format="d MMMM y" if language() == ENGLISH else "long", locale=_locale())


def time_of_day(value: datetime.datetime) -> str:
    """Return hours and minutes of a moment, in its own time zone: 14:05."""
    return format_time(value.time(), format="HH:mm", locale=_locale())


def listed(items: Iterable[str], *, last: str = "standard") -> str:
    """Return a list in words: "A, B and C"; with ``last="or"``: "A, B or C"."""
    return format_list(list(items), style=last, locale=_locale())  # type: ignore[arg-type] # Babel's own names


def pair(name: str, value: str) -> str:
    """Return a name and what it has, as the language sets a colon: "Country: Italy"."""
    return _("{name}: {value}").format(name=name, value=value)


def parted(items: Iterable[str]) -> str:
    """Return texts that hold commas themselves, with semicolons between them: "A, B; C"."""
    return _("{one}; {other}").format(one="", other="").join(items)


def quoted(text: str) -> str:
    """Return text between the quotation marks of the language."""
    return _("“{text}”").format(text=text)


def within(label: str) -> str:
    """Return a label as it stands within a sentence: with a small first letter, except a noun, a name, an acronym."""
    noun = language() == "de" and label.split(" ", 1)[0].strip(",:;").lower() not in _NO_GERMAN_NOUNS
    named = language() == ENGLISH and label.startswith("European")
    small = not noun and not named and not label[1:2].isupper()
    return label[:1].lower() + label[1:] if small else label


def in_order(items: Iterable[_ITEM], name: Callable[[_ITEM], str] = str) -> list[_ITEM]:
    """Return items sorted by their names, as the alphabet of the reader's language has them."""
    later = {letter: f"{base}{_AFTER}" for letter, base in _LETTERS.get(language(), {}).items()}

    def key(item: _ITEM) -> str:
        return plain_label("".join(later.get(letter, letter) for letter in name(item).lower()))

    return sorted(items, key=key)
