"""Briefs to read and print: one practice, a comparison, or a selection; as PDF and as a web page."""

from practices_db.briefs.content import MOST_IN_A_BRIEF, Brief, brief
from practices_db.briefs.own import own_brief
from practices_db.briefs.rendering import as_html, as_pdf

__all__ = ["MOST_IN_A_BRIEF", "Brief", "as_html", "as_pdf", "brief", "own_brief"]
