"""A page that does nothing but bring a file in, for the tests; run by AppTest."""

from pages.shared.curation import import_form
from practices_db.curation.permissions import CLI

import_form.draw(CLI)
