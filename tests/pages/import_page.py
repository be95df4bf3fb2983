"""A page that does nothing but bring a file in, for the tests; run by AppTest."""

from pages.shared import importing
from practices_db.permissions import CLI

if (chosen := importing.choose()) and (upload := importing.read(chosen)) and (shown := importing.preview(upload)):
    importing.decide(shown)
    importing.changes(shown)
    importing.import_button(shown, CLI)
