"""Words: what their forms share, which known one is nearest, how a stranger's is shown back."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from typing import Any


def nearest_of(word: str, words: Iterable[str]) -> str | None:
    """Return which of some words is written most like one (ratio of rapidfuzz, at least 60 of 100), None if none is."""
    from rapidfuzz import fuzz, process  # noqa: PLC0415 - only loaded once something is misspelt

    found = process.extractOne(word[:200].casefold(), list(words), scorer=fuzz.ratio, score_cutoff=60)
    return found[0] if found else None


def not_known(word: str, known: Sequence[str]) -> str:
    """Say that a word is none of those known, and which is meant; all of them where none is near."""
    near = nearest_of(word, known)
    hint = f"did you mean {near!r}?" if near else f"known are {', '.join(known)}"
    return f"{word[:80]!r} is not known; {hint}"


def shown(value: str) -> str:
    """Return a stranger's text short, on one line and printable, to be shown back as text."""
    return "".join(character if character.isprintable() else "�" for character in value[:40])


_stemming = threading.Lock()  # a stemmer keeps the word at work in itself


@cache
def _stemmer(language: str) -> Any:
    import snowballstemmer  # noqa: PLC0415 - thirty modules, only for who reads words

    return snowballstemmer.stemmer(language)


@lru_cache(200_000)
def stem(word: str, language: str = "english") -> str:
    """Return what forms of a word share (Snowball, https://snowballstem.org), in small letters and without accents.

    >>> stem("mentors"), stem("mentoring"), stem("flats"), stem("wohnungen", "german")
    ('mentor', 'mentor', 'flat', 'wohnung')
    """
    with _stemming:
        return str(_stemmer(language).stemWord(word))
