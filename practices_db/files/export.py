"""Every file that can be taken away, by its format: one door for pages, routes and the command line."""

from __future__ import annotations

from datetime import date

from practices_db.database.store import Store
from practices_db.files.exports.comparison_file import write_comparison
from practices_db.files.exports.csv_json import content, write_csv, write_json
from practices_db.files.exports.recipe import FileContents, Format
from practices_db.files.exports.workbook import write_xlsx
from practices_db.queries.views import View


def file_content(
    store: Store, view: View, on: date, contents: FileContents = "scores", format_: Format = "csv"
) -> bytes:
    """Return a view as the content of a file.

    ``contents`` chooses the table of a CSV; "comparison" is that of a view of Compare. The other formats hold what they
    hold. Raises PracticesError where the view is too large for the format.
    """
    match format_:
        case "pdf" | "html":
            # the typesetter is loaded when somebody wants a brief
            from practices_db.files.briefs import as_html, as_pdf, brief  # noqa: PLC0415

            with store.cursor() as cursor:
                made = brief(cursor, view, on)
            return as_pdf(made) if format_ == "pdf" else as_html(made).encode()
        case "xlsx":
            return content(write_xlsx(store, view, on))
        case "json":
            return content(write_json(store, view, on))
        case _ if contents == "comparison":
            return content(write_comparison(store, view, format_, on))
        case _:
            return content(write_csv(store, view, contents, format_, on))
