"""Briefs to read and print: one practice, a comparison, or a selection; as PDF and as a web page."""

from practices_db.files.briefs.content import MOST_IN_A_BRIEF, Brief, brief
from practices_db.files.briefs.rendering import as_html, as_pdf
from practices_db.files.briefs.self_assessment import own_brief

__all__ = ["MOST_IN_A_BRIEF", "Brief", "as_html", "as_pdf", "brief", "own_brief"]
