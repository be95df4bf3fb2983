"""Download the answers: her file, tables, and a report for a funder. All is made in memory when it is asked for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import streamlit as st

from pages.shared.components import reader_language
from pages.shared.components.file_button import file_button
from pages.shared.self_assessment import draft
from practices_db.files.self_assessment.documents import as_csv, as_xlsx, own_file_name
from practices_db.files.self_assessment.form import OwnAssessment, file_text
from practices_db.translation import _, speak


def take_away() -> None:
    """Draw every file that can be taken away."""
    form, today = draft.mine(), date.today()
    st.header(_("Download your answers"))
    st.markdown(_("Each file is made when you press its button and goes straight to you; none is kept here."))
    with st.container(border=True):
        st.markdown(
            _(
                "**Your file.** Everything you answered. Open it here again next week, next year, or send it to a "
                "colleague."
            )
        )
        st.text_input(
            _("Who filled this in (role or initials; stands in the file, can be left blank)"),
            max_chars=300,
            live="1s",
            **draft.widget("own_form_author", form.author, draft.change_author),
        )
        _button(_("Save your file (JSON)"), form, "json", lambda: file_text(form, today).encode())
    with st.container(border=True):
        st.markdown(
            _(
                "**A report for a funder.** Scores with their ranges, every answer with what it means and the evidence "
                "you named, next steps with room for who and when, what is not known, and how the scores are made. It "
                "is marked as a self-assessment."
            )
        )
        code = reader_language.of_document("own")
        with st.container(horizontal=True):
            _button(_("Report (PDF)"), form, "pdf", lambda: speak(code)(_report)(form, today, True))
            _button(_("Report (web page to print)"), form, "html", lambda: speak(code)(_report)(form, today, False))
    with st.container(border=True):
        st.markdown(_("**Tables.** For a spreadsheet; the CSV has the columns of the catalogue's own file of answers."))
        with st.container(horizontal=True):
            _button(_("Workbook (XLSX)"), form, "xlsx", lambda: as_xlsx(form, today))
            _button(_("Answers (CSV)"), form, "csv", lambda: as_csv(form, today))


_MIME = {
    "json": "application/json",
    "pdf": "application/pdf",
    "html": "text/html",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv",
}


def _report(form: OwnAssessment, on: date, pdf: bool) -> bytes:
    # the typesetter is loaded when somebody wants a report
    from practices_db.files.briefs import as_html, as_pdf, own_brief  # noqa: PLC0415

    made = own_brief(form, on)
    return as_pdf(made) if pdf else as_html(made).encode()


def _button(label: str, form: OwnAssessment, ending: str, make: Callable[[], bytes]) -> None:
    name = own_file_name(form, date.today(), ending)
    file_button(label, make, name, _MIME[ending], key=f"own_take_{ending}")
