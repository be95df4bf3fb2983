"""A page that does nothing but bring a file in, for the tests; run by AppTest."""

from pages.shared.curation import import_form
from practices_db.curation.permissions import CLI

if (chosen := import_form.choose()) and (upload := import_form.read(chosen)) and (shown := import_form.preview(upload)):
    import_form.decide(shown)
    import_form.changes(shown)
    import_form.import_button(shown, CLI)
