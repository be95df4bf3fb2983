"""Bringing practices and answers in from a file, as a curator."""

from __future__ import annotations

from pages.shared import importing
from practices_db.errors import Actor


def draw(actor: Actor) -> None:
    """Draw the steps from a file to the import."""
    if (chosen := importing.choose()) and (upload := importing.read(chosen)) and (shown := importing.preview(upload)):
        importing.decide(shown)
        importing.changes(shown)
        importing.import_button(shown, actor)
