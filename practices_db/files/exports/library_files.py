"""Publications and organisations as files: CSV as in the catalogue, BibTeX and RIS for reference managers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

import numpy as np

from practices_db.catalogue.filters import one_line
from practices_db.catalogue.library_filter import LibraryFilter
from practices_db.catalogue.library_rows import EvidenceRow, OrganisationRow
from practices_db.catalogue.practice_rows import columns
from practices_db.catalogue.texts import known
from practices_db.catalogue.write_files import cell_text
from practices_db.files.exports.cell_text import harmless, harmless_inside
from practices_db.files.exports.csv_json import FORMATS, FileKind, csv_bytes, unique_name
from practices_db.files.exports.recipe import LICENCE
from practices_db.translation import ENGLISH, N_, speak

Row = Mapping[str, Any]

OWN_FORMATS: dict[str, FileKind] = {
    "bibtex": FileKind("BibTeX", N_("For LaTeX, Zotero, JabRef and others."), ".bib", "application/x-bibtex"),
    "ris": FileKind(
        "RIS", N_("For EndNote, Zotero, Mendeley and others."), ".ris", "application/x-research-info-systems"
    ),
}
# What each row of a file says of the file, besides its own columns.
ABOUT = ("link", "selection", "format", "data_version", "exported_on", "licence")
NO_TEXT = {"id", "kind", "year", "evidence_level", "url", "url_seen", "checked_on"}
# What a publication is called in BibTeX and in RIS.
_BIBTEX = {"trial": "techreport", "evaluation": "techreport", "review": "techreport", "report": "techreport"}
_RIS = {
    "trial": "RPRT",
    "evaluation": "RPRT",
    "review": "RPRT",
    "report": "RPRT",
    "policy-brief": "RPRT",
    "dataset": "DATA",
}


def format_of(name: str) -> FileKind:
    """Return how a format is called and written."""
    return OWN_FORMATS[name] if name in OWN_FORMATS else FORMATS[name]  # type: ignore[index]


def file_name(chosen: LibraryFilter, format_: str, on: date) -> str:
    """Return a name that tells a filtered file from a complete one and is never used twice."""
    scope = "all" if chosen.is_empty else "filtered"
    what = {"evidence": "publications", "organisation": "organisations"}[chosen.kind]
    return unique_name(f"{what}_{scope}", on, format_of(format_).suffix)


@speak(ENGLISH)
def written(chosen: LibraryFilter, rows: Sequence[Row], format_: str, data_version: str, on: date) -> bytes:
    """Return the selected rows as the content of a file; all of them, in the order given."""
    if format_ == "bibtex":
        return bibtex(rows).encode()
    if format_ == "ris":
        return ris(rows).encode()
    page = {"evidence": "evidence", "organisation": "communities"}[chosen.kind]
    link = urlencode(chosen.params(), doseq=True)
    address = f"{page}?{link}" if link else page
    said = (address, chosen.in_words() or "all", format_, data_version, on.isoformat(), LICENCE)
    about = dict(zip(ABOUT, said, strict=True))
    model = EvidenceRow if chosen.kind == "evidence" else OrganisationRow
    return _csv(columns(model), rows, about, FORMATS[format_])  # type: ignore[index]


def _csv(names: Sequence[str], rows: Iterable[Row], about: Mapping[str, str], kind: FileKind) -> bytes:
    """Return the columns of the catalogue's file, as its file writes them, and what the file is."""
    guard = (lambda _name, cell: cell) if kind.plain else guarded
    said = list(about.values() if kind.plain else map(harmless_inside, about.values()))
    lines = ([*(guard(name, _cell(row[name])) for name in names), *said] for row in rows)
    return csv_bytes([[*names, *about], *lines], kind.delimiter)


def guarded(column: str, cell: str) -> str:
    """Return a cell of the catalogue's files as a spreadsheet takes it."""
    return harmless_inside(cell) if column in NO_TEXT else harmless(cell)


def _cell(value: Any) -> str:
    """Return a value of a data frame as the catalogue's files write it."""
    if not isinstance(value, Iterable) and not known(value):
        return ""
    if isinstance(value, np.ndarray | np.generic):
        value = value.tolist()
    elif isinstance(value, datetime):
        value = value.date()
    return cell_text(int(value) if isinstance(value, float) else value)


# --- references ------------------------------------------------------------------------------------------

# Signs that BibTeX would read as its own; letters of every script are left as they are (UTF-8, as biber reads it).
_SIGNS = {
    "\\": "\\textbackslash{}", "{": "\\{", "}": "\\}", "&": "\\&", "%": "\\%", "$": "\\$", "#": "\\#", "_": "\\_",
    "~": "\\textasciitilde{}", "^": "\\textasciicircum{}",
}  # fmt: skip
_SIGN = re.compile("|".join(re.escape(sign) for sign in _SIGNS))


def citation(row: Row) -> str:
    """Return a publication as a reference after APA style (7th edition): publisher as author, year, title, address.

    A title that is ours stands in brackets, as APA has it; what was not seen is left out; "n.d." is its "no date". The
    address of a copy is not given.
    """
    title = _one_line(row["title"]).rstrip(".")
    if known(row["title_is_descriptive"]) and row["title_is_descriptive"]:
        title = f"[{title}]"
    year = f"({int(row['year'])})." if known(row["year"]) else "(n.d.)."
    publisher = _one_line(row["publisher"]).rstrip(".")
    parts = [f"{publisher}.", year, f"{title}."] if publisher else [f"{title}.", year]
    return " ".join([*parts, *([_one_line(row["url"])] if row.get("offered", True) else [])])


def bibtex(rows: Iterable[Row]) -> str:
    """Return publications as BibTeX, UTF-8. What was not seen is left out; nothing is made up, no author either."""
    return "\n".join(_bibtex_entry(row) for row in rows)


def _bibtex_entry(row: Row) -> str:
    year = str(int(row["year"])) if known(row["year"]) else ""
    fields = {
        "title": "{" + _escaped(row["title"]) + "}",  # the second pair of braces keeps capitals as they are
        ("institution" if row["kind"] in _BIBTEX else "publisher"): _escaped(row["publisher"]),
        "year": year,
        "language": ", ".join(row["languages"]),
        "url": _one_line(row["url"]).replace("{", "%7B").replace("}", "%7D").replace("\\", "%5C"),
        "urldate": row["checked_on"].strftime("%Y-%m-%d"),
        "abstract": _escaped(_abstract(row)),
        "note": _escaped(_note(row)),
        "keywords": ", ".join([*row["themes"], *row["target_groups"]]),
    }
    lines = [f"  {name} = {{{value}}}," for name, value in fields.items() if value]
    return "\n".join([f"@{_BIBTEX.get(row['kind'], 'misc')}{{{row['id']},", *lines, "}", ""])


def _escaped(text: Any) -> str:
    return _SIGN.sub(lambda sign: _SIGNS[sign[0]], _one_line(text))


def _one_line(text: Any) -> str:
    """Return text on one line, without what no reference manager can show; "" where there is none."""
    return one_line(text) if isinstance(text, str) else ""


def _abstract(row: Row) -> str:
    found = _one_line(row["finding"])
    return " ".join(part for part in (_one_line(row["summary"]), f"Found: {found}" if found else "") if part)


def _note(row: Row) -> str:
    notes = ["Summary by Integration Practices, not the publisher's"]
    if row["title_is_descriptive"] is True or known(row["title_is_descriptive"]):
        notes.append("the title is ours, the original title is not known")
    if not row.get("offered", True):
        notes.append("the address is a copy, original not found")
    return "; ".join(notes) + "."


def ris(rows: Iterable[Row]) -> str:
    """Return publications as RIS, UTF-8, with the line ends that the format asks for."""
    return "".join(_ris_entry(row) for row in rows)


def _ris_entry(row: Row) -> str:
    tags: list[tuple[str, str]] = [("TY", _RIS.get(row["kind"], "GEN")), ("ID", row["id"])]
    tags.append(("TI", _one_line(row["title"])))
    if known(row["year"]):
        tags.append(("PY", str(int(row["year"]))))
    tags += [("PB", _one_line(row["publisher"])), ("LA", ", ".join(row["languages"]))]
    tags += [("AB", _abstract(row)), ("N1", _note(row)), ("UR", _one_line(row["url"]))]
    tags += [("KW", word) for word in (*row["themes"], *row["target_groups"])]
    tags.append(("Y2", row["checked_on"].strftime("%Y/%m/%d")))
    lines = [f"{tag}  - {value}" for tag, value in tags if value]
    return "\r\n".join([*lines, "ER  - ", "", ""])
