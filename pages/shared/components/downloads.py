"""Taking away what a page shows, as a file."""

from __future__ import annotations

from datetime import date
from functools import partial

import streamlit as st

from pages.shared.components import database, reader_language
from pages.shared.components.file_button import file_button
from pages.shared.components.popover import popover
from practices_db import formats
from practices_db.catalogue.practice_filter import PracticeFilter
from practices_db.files.export import file_content
from practices_db.files.exports import data_package
from practices_db.files.exports.codebook import FILE_NAME, codebook_csv
from practices_db.files.exports.csv_json import CONTENTS, FORMATS, SAFE_FIRST, file_name
from practices_db.files.exports.export_tables import count_rows
from practices_db.files.exports.recipe import Contents, FileContents, Format
from practices_db.queries.practices import data_version
from practices_db.queries.views import View
from practices_db.translation import N_, _, language, ngettext, speak

_COMPARISON = N_("The comparison as on this page: a row for each result, fact and answer, a column for each practice.")
OFFERED: tuple[Format, ...] = ("xlsx", *SAFE_FIRST, "pdf", "html")
BRIEFS = ("pdf", "html")
_CONTENTS: dict[FileContents, str] = {
    **{"comparison": N_("Comparison"), "scores": N_("Scores"), "answers": N_("Answers")},
    "everything": N_("Everything"),
}
CONTENTS_KEY, FORMAT_KEY = "take_contents", "take_format"


def take_away(view: View, count: int) -> None:
    """Draw what a page shows as a file: which, of what, and the button; it is made when the button is pressed.

    The view is the one object for screen, count and file: all rows, in the screen's order.
    """
    popover(_("Download"), partial(_choices, view, count), "take", icon=":material/download:", disabled=not count)


def _choices(view: View, count: int) -> None:
    buttons = st.container(gap="xsmall")  # first, whatever is chosen below
    format_: Format = st.radio(
        _("Format"), OFFERED, format_func=lambda one: _(FORMATS[one].label), key=FORMAT_KEY, persist_state="session"
    )
    contents: FileContents = "scores"
    matrix: list[FileContents] = ["comparison"] if view.page == "compare" else []
    offered: list[FileContents] = [*matrix, *CONTENTS]
    if is_csv := FORMATS[format_].mime == "text/csv":
        if st.session_state.get(CONTENTS_KEY) not in offered:
            st.session_state[CONTENTS_KEY] = offered[0]  # kept from a page that offers something else
        contents = st.radio(
            _("Content"),
            offered,
            format_func=lambda one: _(_CONTENTS[one]),
            horizontal=True,
            key=CONTENTS_KEY,
            persist_state="session",
        )
        st.caption(_(_COMPARISON if contents == "comparison" else CONTENTS[contents]))
    st.caption(_(FORMATS[format_].meaning))
    code = reader_language.of_document("take") if format_ in BRIEFS else language()
    with buttons:
        words = _("Download {list} ({format})").format(
            list=_amount(view, contents, count), format=_(FORMATS[format_].label)
        )
        with st.container(horizontal=True, gap="xsmall"):
            _button(words, view, contents, format_, count, code)
            if format_ == "xlsx":  # what a visitor finds; a table of it takes no second choice
                _button(_("Download as CSV"), view, offered[0], SAFE_FIRST[0], count, code)
        if format_ == "xlsx":
            _codebooks(view, offered[0], SAFE_FIRST[0], for_programs=False)
        if is_csv:
            _codebooks(view, contents, format_)
    st.caption(_("Every file says how it was made. CSV and workbook can be opened again here (“Open a file”)."))


def _button(  # noqa: PLR0913, PLR0917 - what is in the file, how many rows, and in which language
    words: str, view: View, contents: FileContents, format_: Format, count: int, code: str
) -> None:
    today, chosen = date.today(), format_ == st.session_state[FORMAT_KEY]

    def made() -> bytes:
        with speak(code):
            return file_content(database.store(), view, today, contents, format_)

    file_button(
        words,
        made,
        file_name(view, format_, today, contents),
        FORMATS[format_].mime,
        type="primary" if chosen else "secondary",
        help=None if chosen else _(FORMATS[format_].meaning),
        disabled=not count,
    )


def _codebooks(view: View, contents: FileContents, format_: Format, for_programs: bool = True) -> None:
    if contents == "comparison":  # a matrix says itself what stands in each row
        return
    words, mime = _("Codebook: what each column means"), FORMATS[format_].mime
    file_button(words, partial(codebook_csv, view, contents, format_), FILE_NAME, mime, "menu_book", type="tertiary")
    if for_programs:
        words, make = _("Codebook for programs (Frictionless data package)"), partial(_package, view, contents, format_)
        file_button(words, make, data_package.FILE_NAME, "application/json", "data_object", type="tertiary")


def _package(view: View, contents: Contents, format_: Format) -> bytes:
    name = file_name(view, format_, date.today(), contents)
    with database.cursor() as cursor:
        return data_package.export_package(view, contents, format_, name, data_version(cursor))


def comparison(view: View, count: int) -> None:
    """Draw the button that downloads a comparison as a workbook, and beside it every other format."""
    today = date.today()
    with st.container(horizontal=True, vertical_alignment="center"):
        file_button(
            _("Download comparison (Excel)"),
            lambda: file_content(database.store(), view, today, format_="xlsx"),
            file_name(view, "xlsx", today),
            FORMATS["xlsx"].mime,
            type="primary",
        )
        take_away(view, count)


def _amount(view: View, contents: FileContents, count: int) -> str:
    """Say how much is in the file."""
    if contents != "answers":
        return PracticeFilter.amount(count)
    with database.cursor() as cursor:
        rows = count_rows(cursor, view, contents)
    found = ngettext("{count} row of {list}", "{count} rows of {list}", rows)
    return found.format(count=formats.count(rows), list=PracticeFilter.amount(count))
