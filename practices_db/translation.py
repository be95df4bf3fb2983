"""Texts on screen in the reader's language. English stands in the code; the other languages in ``locale/``.

A text is marked where it is said, with named placeholders that are filled in afterwards:
``_("Data version {version}.").format(version=…)``; one that depends on a number goes through ``ngettext``, one that
waits in a table through ``N_`` and, when it is said, ``_``. Babel collects them all (babel.cfg). Texts of the
framework, the vocabularies and the types of measure are looked up by their English too: their translations stand beside
them (``list_translations.py``).

The language belongs to one reader and never to the process: it is set for a run of a page (``speak``); where no run
has set it (a callback of a widget, a dialog), whoever ``ask_reader`` was given is asked.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar, Token
from functools import cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po

from criteria import texts as marks
from practices_db import list_translations
from practices_db.config import locale_folder

ENGLISH = "en"
# What each calls itself. The order is that of the choice on screen.
LANGUAGES = {
    ENGLISH: "English",
    "de": "Deutsch",
    "es": "Español",
    "fr": "Français",
    "it": "Italiano",
    "pl": "Polski",
}
DOMAIN = "practices"
N_ = marks.N_  # marks a text that is said later, through ``_``

_language: ContextVar[str | None] = ContextVar("language", default=None)
_asked: list[Callable[[], str | None]] = []  # at most one


def language() -> str:
    """Return the code of the reader's language, one of ``LANGUAGES``; English where nobody said."""
    return _language.get() or next((said for ask in _asked if (said := ask())), ENGLISH)


def set_language(code: str) -> Token[str | None]:
    """Set the reader's language for what follows in this thread or task; KeyError for one that there is not."""
    if code not in LANGUAGES:
        raise KeyError(code)
    return _language.set(code)


@contextmanager
def speak(code: str) -> Iterator[None]:
    """Set the reader's language within a block, for a report or a test; KeyError for one that there is not."""
    before = set_language(code)
    try:
        yield
    finally:
        _language.reset(before)


def ask_reader(who: Callable[[], str | None]) -> None:
    """Say whom to ask for the language where no run has set it; None from it means that it does not know either."""
    _asked[:] = [who]


def like_language(said: str | None) -> str | None:
    """Return the language of ours that a tag means ("de-AT", "pl_PL"), None for another one or none."""
    code = (said or "").replace("_", "-").split("-")[0].lower()
    return code if code in LANGUAGES else None


@cache
def texts_of(code: str) -> NullTranslations:
    """Return the texts of a language. They are compiled when they are first asked for: a tenth of a second."""
    if code == ENGLISH:
        return NullTranslations()
    texts = Catalog(locale=code)
    path = locale_folder() / code / "LC_MESSAGES" / f"{DOMAIN}.po"
    try:
        with path.open("rb") as file:
            texts = read_po(file, locale=code, abort_invalid=True)
    except (OSError, ValueError, PoFileError) as error:  # an operator's own file: English is better than no page
        logging.getLogger(__name__).warning("the texts in %r are in English: %s", code, error)
    for english, said in list_translations.translations(code).items():
        if english not in texts:
            texts.add(english, said)
    compiled = BytesIO()
    write_mo(compiled, texts)
    compiled.seek(0)
    return GNUTranslations(compiled)


def translations() -> NullTranslations:
    """Return the texts in the reader's language; asked for each text anew, since two sessions may differ in it."""
    return texts_of(language())


def _(text: str) -> str:
    """Return a text in the reader's language; an empty one stays empty (gettext would give the catalogue's head)."""
    return translations().gettext(text) if text else ""


def ngettext(one: str, many: str, count: int) -> str:
    """Return the form of a text that goes with a number; both forms have the placeholder ``{count}``."""
    return translations().ngettext(one, many, count)
