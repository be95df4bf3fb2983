"""What one cell of a stranger's table says: cleaned, placeholders blank, labels as ids; what may have been meant."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin

from practices_db.catalogue.plain_text import normalise
from practices_db.catalogue.practice_filter import LAST_YEAR
from practices_db.catalogue.practice_rows import CatalogueRow, FromList
from practices_db.catalogue.problems import Problem
from practices_db.catalogue.vocabularies import as_id, nearest, vocabulary

# Signs that nobody sees, that turn the direction of what follows, or that are none: no text keeps them, and that is
# said. Joiners belong to a text behind signs of emoji and of scripts that join, not behind Latin, Greek or Cyrillic.
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164"
    "\ufdd0-\ufdef\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff\U000e0000-\U000e0fff]|(?<![^\u0000-\u058f])[\u200c\u200d]+"
)
_LINE_ENDS = re.compile("[\u0085\u2028\u2029]")  # a spreadsheet shows them as nothing or as a box
# Letters of UTF-8 that were read as Windows-1252 once, and signs of a letter that was lost or of one font only.
_BROKEN = re.compile(
    "[\ufffd\ue000-\uf8ff]|[\u00c2\u00c3\u00c4\u00c5][\u0080-\u00bf\u0152-\u0178\u2013-\u2122]|\u00e2\u20ac"
)
# What says "not known" in any column: errors of spreadsheets, bare signs, abbreviations that are no words, days of
# noughts and patterns of a day.
_NO_VALUE = re.compile(
    r"#(?:REF!|N/A|NAME\?|VALUE!|DIV/0!|NUM!|NULL!|SPILL!|CALC!|BEZUG!|NV|WERT!|ZAHL!)|[-–—−?.…/_*]+|x{2,}"
    r"|n[./]\s?[avdcr]\.?|n\.?\s?/\s?a\.?|k\.\s?A\.|n\.\s?n\.|[so]\.\s?[odf]\.|s/[odf]|b\.\s?d\.|n\.\s?t\."
    r"|n\.[vn]\.[tb]\.|<NA>|\(blank\)|0{1,4}([./-])0{1,2}\1(?:0{4}|00?)|1900-01-00"
    r"|([yjar]{2,4}|[dtjg]{1,2})([./-])m{1,2}\3(?:[yjar]{2,4}|[dtjg]{1,2})",
    re.IGNORECASE,
)
# Words that say so, too, except in a column that must be filled in: there they may be a name. Without accents.
_SAID = (
    "na, null, nil, none, nan, unknown, not known, not available, not applicable, no data, not stated, no answer, "
    "not specified, no information, no date, undated, missing, blank, empty, pending, tbd, tbc, tba, todo, to do, "
    "to be determined, to be defined, to be confirmed, to be announced, to be completed, to follow, "
    "unbekannt, nicht bekannt, keine angabe, keine angaben, ohne angabe, keine daten, nicht verfugbar, fehlt, "
    "entfallt, nicht zutreffend, ohne datum, folgt, noch offen, wird nachgereicht, "
    "inconnu, inconnue, non connu, non disponible, non renseigne, non communique, non precise, sans objet, "
    "sans date, pas de donnees, a completer, a definir, a determiner, a preciser, a confirmer, en attente, "
    "desconocido, desconocida, no disponible, no consta, no aplica, sin datos, sin fecha, sin informacion, "
    "por determinar, por definir, por confirmar, pendiente, a confirmar, "
    "sconosciuto, sconosciuta, non noto, non disponibile, non applicabile, nessun dato, senza data, da definire, "
    "da determinare, da confermare, da completare, in attesa, "
    "nieznany, nieznana, nieznane, brak, brak danych, nie dotyczy, nie wiadomo, do ustalenia, do uzupelnienia, "
    "onbekend, niet bekend, geen gegevens, niet van toepassing, nog te bepalen, ntb, nnb, nvt, "
    "okand, uppgift saknas, saknas, ej tillampligt, ukendt, ukjent, ikke oplyst, tuntematon, ei tiedossa, "
    "desconhecido, nao disponivel, sem dados, necunoscut, neznamy, neznamo, neuvedeno, nezname, nepoznato, "
    "ismeretlen, nincs adat, αγνωστο, неизвестно, неизвестен, невідомо, bilinmiyor, غير معروف"
)
_NO_VALUE_WORDS = frozenset(_SAID.split(", "))
_CURRENCIES = re.compile(r"\s*(?:€|EUR|euros?)\s*", re.IGNORECASE)
_ABOUT = re.compile(
    r"^(?:ca\.?|circa|about|approx\.?|approximately|around|over|more than|since|from|~|>)\s*", re.IGNORECASE
)
_GROUPED = re.compile(r"[0-9]{1,3}(?:([.,'’ \u00a0\u202f])[0-9]{3})(?:\1[0-9]{3})*")
_PARTED = re.compile(r"[,/|\n\u037e\u061b\u204f\ufe14\ufe54\uff1b]")
_BARE_ADDRESS = re.compile(r"(?:[\w-]+\.)+[a-z]{2,}(?:/[^\s,;]*)?", re.IGNORECASE)
_FIRST_DAY = date(1990, 1, 1)  # before that nobody checked a page
_YEARS_AHEAD = {"end_year": 30, "year_to": 30}  # a plan may have an end
_SHOWN = 40  # characters of what a cell said
_PEOPLE_ON_EARTH = 8_500_000_000


@dataclass(frozen=True)
class Column:
    """What a column of a row model holds. ``words``: the values that a literal may have."""

    list_: str = ""
    several: bool = False
    day: bool = False
    number: bool = False
    yes: bool = False
    words: tuple[str, ...] = ()
    required: bool = False

    @property
    def text(self) -> bool:
        """Whether a cell of it is text, so that a number in a workbook means what the sheet shows."""
        return not (self.day or self.number or self.yes)


@cache
def column_of(model: type[CatalogueRow], name: str) -> Column:
    """Return what a column holds; text where the model has none of this name."""
    if name not in model.model_fields:
        return Column()
    one = model.model_fields[name]
    types = list(_types(one.annotation))
    return Column(
        next((found.name for found in one.metadata if isinstance(found, FromList)), ""),
        get_origin(one.annotation) is tuple,
        date in types,
        int in types,
        bool in types,
        tuple(str(word) for type_ in types if get_origin(type_) is Literal for word in get_args(type_)),
        one.is_required(),
    )


def _types(annotation: Any) -> list[Any]:
    """Return the types that an annotation allows, without what is said of them."""
    if hasattr(annotation, "__metadata__"):
        return _types(annotation.__origin__)
    if get_origin(annotation) in (Union, UnionType):
        return [one for part in get_args(annotation) for one in _types(part)]
    return [annotation]


@dataclass
class Noticed:
    """What came to light while the cells were read: how many of each sort, and the first ones by place."""

    placeholders: dict[str, int] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)
    labelled: int = 0
    shown: int = 0
    warnings: list[Problem] = field(default_factory=list)

    def notes(self) -> list[str]:
        """Say it in sentences."""
        said = []
        if self.placeholders:
            count, words = sum(self.placeholders.values()), ", ".join(list(self.placeholders)[:8])
            more = ", …" if len(self.placeholders) > 8 else ""
            said.append(f"{count:,} {'cell' if count == 1 else 'cells'} said {words}{more}: read as not known.")
        if self.labels:
            some = ", ".join(f"{label}: {id_}" for label, id_ in list(self.labels.items())[:5])
            more = ", …" if len(self.labels) > 5 else ""
            labels = (
                "1 label is read as its id" if self.labelled == 1 else f"{self.labelled:,} labels are read as their ids"
            )
            said.append(f"{labels} ({some}{more}).")
        if self.shown:
            numbers = "1 number" if self.shown == 1 else f"{self.shown:,} numbers"
            said.append(f"{numbers} in columns of text: read as the sheet shows them.")
        return said


@dataclass(frozen=True)
class Place:
    """Where a cell stands: sheet or file, row, column."""

    place: str
    row: int
    column: str

    def problem(self, reason: str, value: str) -> Problem:
        """Return what is to be said of the cell."""
        return Problem(reason, self.row, self.column, value[:80], place=self.place)


def read_cell(column: Column, cell: str, where: Place, noticed: Noticed, *, comma: bool = False) -> str:
    """Return a cell as the row model reads it; what was changed about it goes into ``noticed``.

    ``comma``: it is a decimal mark.
    """
    text = clean(cell, where, noticed)
    if not text:
        return ""
    if column.number:
        text = re.sub(r"^([0-9]+)[,]0{1,2}$" if comma else r"^([0-9]+)[.]0{1,2}$", r"\1", text)
    if not column.several:
        return _value(column, text, where, noticed)
    values = [_value(column, piece.strip(), where, noticed) if piece.strip() else None for piece in text.split(";")]
    if len(values) == 1:
        return values[0] or ""
    # a placeholder among several says nothing; nothing between two semicolons is a mistake and stays
    kept = ["" if value is None else value for value in values if value != ""]
    once = list(dict.fromkeys(kept))
    if len(once) < len(kept) and "" not in once:
        warn(noticed, where.problem("has the same value twice; it is read once", text))
        kept = once
    return ";".join(kept)


def clean(cell: str, where: Place, noticed: Noticed) -> str:
    """Return a cell composed (NFC), without white space around it and without signs that nobody sees, each told."""
    if cell.isascii():
        return cell.strip()
    text = cell
    if found := _LINE_ENDS.search(text.strip()):
        text = _LINE_ENDS.sub("\n", text.strip())
        reason = f"holds a line end that no spreadsheet shows (U+{ord(found[0]):04X}); it is read as a line break"
        warn(noticed, where.problem(reason, text))
    if found := _INVISIBLE.search(text):
        text = _INVISIBLE.sub("", text)
        reason = "held an invisible character, or one that reverses the direction of the text"
        warn(noticed, where.problem(f"{reason} (U+{ord(found[0]):04X}); it is removed", text.strip()))
    text = unicodedata.normalize("NFC", text).strip()
    if _BROKEN.search(text):
        warn(noticed, where.problem("holds letters that look broken; compare them with the source", text))
    return text


def warn(noticed: Noticed, problem: Problem, at_most: int = 200) -> None:
    """Keep what a person should look at; thousands are no help."""
    if len(noticed.warnings) < at_most:
        noticed.warnings.append(problem)


def _value(column: Column, text: str, where: Place, noticed: Noticed) -> str:
    """Return one value: blank for a placeholder, the id for a label."""
    allowed = vocabulary(column.list_) if column.list_ else column.words
    if text in allowed:
        return text
    if is_placeholder(text, named=column.required and column.text and not allowed):
        short = text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
        noticed.placeholders[short] = noticed.placeholders.get(short, 0) + 1
        warn(noticed, where.problem("is read as not known", text))
        return ""
    id_ = as_id(column.list_, text) if column.list_ else _word(column, text)
    if id_ is None or id_ == text:
        return text
    noticed.labels.setdefault(text, id_)
    noticed.labelled += 1
    return id_


def is_placeholder(text: str, *, named: bool = False) -> bool:
    """Whether a text only says that nothing is known. ``named``: it may be a name, where it is a word."""
    return bool(_NO_VALUE.fullmatch(text)) or (
        not named and len(text) < 30 and normalise(text) in _NO_VALUE_WORDS and text != "Nan"
    )


def _word(column: Column, text: str) -> str | None:
    """Return which of the words of a column a text is, in any case and with blanks for hyphens."""
    plain = re.sub(r"[\s_]+", "-", text.casefold())
    return plain if plain in (("yes", "no") if column.yes else column.words) else None


# --- what may have been meant ------------------------------------------------------------------------------------


def proposed(column: Column, name: str, text: str, cells: Mapping[str, str]) -> str:
    """Return the value that somebody may have meant who wrote ``text``, "" where nothing comes to mind."""
    meant = ""
    if name == "id":
        meant = _id_of(cells.get("name") or cells.get("title") or text)
    elif column.day:
        meant = _day(text)
    elif column.number:
        meant = _year(text) if "year" in name else _number(text)
    elif column.list_ and column.several:
        pieces = [piece.strip() for piece in _PARTED.split(text)]
        ids = [nearest(column.list_, piece) for piece in pieces]
        meant = ";".join(dict.fromkeys(one for one in ids if one)) if len(ids) > 1 and all(ids) else ""
    elif name.endswith("url") and _BARE_ADDRESS.fullmatch(text):
        meant = f"https://{text}"
    elif column.yes and text == "TRUE":
        meant = "yes"
    return meant


def _id_of(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", normalise(name)).strip("-")[:80].strip("-")


def _day(text: str) -> str:
    """Return a day that is written otherwise; none where day and month could be either."""
    if re.fullmatch(r"[0-9]{5}", text) and (day := date(1899, 12, 30) + timedelta(int(text))) >= _FIRST_DAY:
        return day.isoformat() if day <= _tomorrow() else ""
    found = re.fullmatch(r"([0-9]{1,2})([./-])\s?([0-9]{1,2})\2\s?([0-9]{4})(?:[T ].*)?", text)
    readings = [(found[4], found[3], found[1])] if found else []
    if found and found[2] != ".":
        readings.append((found[4], found[1], found[3]))
    if found := re.fullmatch(r"([0-9]{4})[./-]?([0-9]{1,2})[./-]?([0-9]{1,2})(?:[T ].*)?", text):
        readings = [(found[1], found[2], found[3])]
    days = set()
    for year, month, day_ in readings:
        try:
            days.add(date(int(year), int(month), int(day_)).isoformat())
        except ValueError:
            continue
    return days.pop() if len(days) == 1 else ""


def _year(text: str) -> str:
    found = re.findall(r"(?<![0-9])(?:19|20)[0-9]{2}(?![0-9])", text)
    return found[0] if len(found) == 1 else ""


def _number(text: str) -> str:
    """Return a whole number that is written with marks or a word; an amount in other money is none."""
    plain = _ABOUT.sub("", _CURRENCIES.sub("", text)).strip()
    plain = re.sub(r"(?<=[0-9])[.,](?:00?|-)$", "", plain)
    if _GROUPED.fullmatch(plain):
        return re.sub(r"[^0-9]", "", plain)
    return plain if plain.isascii() and plain.isdigit() else ""


# --- what cannot be ------------------------------------------------------------------------------------------------


def _tomorrow() -> date:
    """Return tomorrow's day: somewhere it is later than here."""
    return datetime.now(UTC).date() + timedelta(days=1)


def impossible(column: Column, name: str, text: str) -> str:
    """Return why a well-formed value cannot be true: a day or a year ahead, more people than there are; else ""."""
    if column.day and _day(text) == text:  # what is no day of the calendar is said by the row model
        if text > _tomorrow().isoformat():
            return f"{text!r} is in the future"
        if text < _FIRST_DAY.isoformat():
            return f"{text!r} is before {_FIRST_DAY.year}, too early for a check"
    if column.number and "year" in name and re.fullmatch(r"[0-9]{4}", text):
        last = _tomorrow().year + _YEARS_AHEAD.get(name, 1)
        if last < int(text) <= LAST_YEAR:
            return f"{text!r} is too far in the future; {last} is the last year allowed"
    if name == "people_reached" and text.isascii() and text.isdigit() and _PEOPLE_ON_EARTH < int(text) <= 10**12:
        return f"{text!r} is more than the population of the world"
    return ""
