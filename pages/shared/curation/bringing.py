"""Bringing practices and answers in from a file, as a curator."""

from __future__ import annotations

from pages.shared.curation import import_form
from practices_db.errors import Actor


def draw(actor: Actor) -> None:
    """Draw the steps from a file to the import."""
    if (
        (chosen := import_form.choose())
        and (upload := import_form.read(chosen))
        and (shown := import_form.preview(upload))
    ):
        import_form.decide(shown)
        import_form.changes(shown)
        import_form.import_button(shown, actor)
