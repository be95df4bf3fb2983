"""The words of the catalogue within texts in the reader's language: which they are, and how each page and file knows.

Names of practices, of publications and of organisations, summaries, notes, findings and results stand as the catalogue
has them, in English, in whatever language the rest is. Where a page or a file can say so, it says it, or a screen
reader would read them as words of the reader's language (WCAG 3.1.2). Two signs that no text holds (noncharacters,
which Unicode keeps for use within a program) stand around such words until they are shown: ``screen_texts.escaped``,
``matrix.js``, ``brief.html.jinja`` and ``brief.typ`` make of them what they have for it.

Not marked are the names of places and of bodies within facts, which are of many languages; and words where nothing can
be marked: charts, lists to choose from, tables that can be sorted, titles of windows.
"""

from __future__ import annotations

import re
from typing import Final

from practices_db.translation import ENGLISH, language

LANGUAGE: Final = ENGLISH
_START, _END = "\ufdd0", "\ufdd1"
SIGNS: Final = frozenset((_START, _END))
_MARKED = re.compile(f"{_START}([^{_START}{_END}]*){_END}")
_SIGN = re.compile(f"[{_START}{_END}]")


def is_foreign() -> bool:
    """Whether the catalogue speaks another language than the reader."""
    return language() != LANGUAGE


def marked(text: str) -> str:
    """Return words of the catalogue between the signs, as they are for a reader of its language."""
    return f"{_START}{unmarked(text)}{_END}" if is_foreign() and text.strip() else text


def is_marked(text: str) -> bool:
    """Whether a text is words of the catalogue and nothing else, and marked as such."""
    return bool(_MARKED.fullmatch(text))


def unmarked(text: str) -> str:
    """Return a text without the signs."""
    return _SIGN.sub("", text)


def parts(text: str) -> list[tuple[str, bool]]:
    """Return a text in parts, each with whether it is of the catalogue; without the signs.

    >>> parts("a \\ufdd0b\\ufdd1")
    [('a ', False), ('b', True)]
    """
    return [(unmarked(part), at % 2 == 1) for at, part in enumerate(_MARKED.split(text)) if unmarked(part)]
