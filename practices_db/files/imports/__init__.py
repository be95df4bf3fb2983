"""Bringing tables of the catalogue in from a file: read, look at the preview, decide, apply.

``read_file`` → ``Upload`` (or a ``Question`` to a person) → ``preview`` → decisions on what looks alike → ``apply``.
Every step refuses with all mistakes at once (``RefusedError`` of catalogue.problems) and only ``apply`` writes.
"""

from practices_db.files.imports.apply import apply, record_refusal
from practices_db.files.imports.preview import Decision, Duplicate, Preview, State, preview
from practices_db.files.imports.read import Confirmed, Question, Upload, read_file
from practices_db.files.imports.templates import (
    TemplateFormat,
    TemplateKind,
    allowed_values_csv,
    template,
    template_name,
)

__all__ = [
    "Confirmed",
    "Decision",
    "Duplicate",
    "Preview",
    "Question",
    "State",
    "TemplateFormat",
    "TemplateKind",
    "Upload",
    "allowed_values_csv",
    "apply",
    "preview",
    "read_file",
    "record_refusal",
    "template",
    "template_name",
]
