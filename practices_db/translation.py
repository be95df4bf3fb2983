"""Texts on screen in the reader's language. English stands in the code, and so far everybody reads it.

A text is marked where it is said, with named placeholders that are filled in afterwards:
``_("Data version {version}.").format(version=…)``; one that depends on a number goes through ``ngettext``, one that
waits in a table through ``N_`` and, when it is said, ``_``. Babel collects them all (babel.cfg).
"""

from gettext import NullTranslations

_ENGLISH = NullTranslations()


def translations() -> NullTranslations:
    """Return the texts in the reader's language; asked for each text anew, since two sessions may differ in it."""
    return _ENGLISH


def _(text: str) -> str:
    """Return a text in the reader's language."""
    return translations().gettext(text)


def ngettext(one: str, many: str, count: int) -> str:
    """Return the form of a text that goes with a number; both forms have the placeholder ``{count}``."""
    return translations().ngettext(one, many, count)


def N_(text: str) -> str:  # noqa: N802 - the name that tools of translation know
    """Mark a text that is translated later, when it is said."""
    return text
