"""How numbers and lists are said on screen. Text of the catalogue is escaped before it meets Markdown."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from typing import Any

from practices_db import formats
from practices_db.catalogue import own_language
from practices_db.catalogue.addresses import is_offered
from practices_db.catalogue.texts import (
    SHOWN_WITH_RANGE,
    counted,
    known,
    labels,
    number,
    percent,
    score_sentence,
    score_state,
    span,
    why_not_scored,
    with_range,
    years,
)
from practices_db.catalogue.vocabularies import label
from practices_db.translation import _

__all__ = [
    "SHOWN_WITH_RANGE",
    "counted",
    "escaped",
    "in_own_language",
    "known",
    "labels",
    "labels_within",
    "number",
    "of_catalogue",
    "percent",
    "rounded_down",
    "score_state",
    "score_words",
    "span",
    "web_link",
    "why_not_scored",
    "with_range",
    "years",
]

# Markdown makes links of bare addresses even where every sign is escaped; an invisible word joiner breaks them up.
_ADDRESS = re.compile(r"https?:|www|@", re.IGNORECASE)
_BLANKS = re.compile(r"[^\S\u00a0\u202f]+")  # not those that hold a French colon to its word
_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")
_ESCAPED = re.compile(rf"\\{_PUNCTUATION.pattern}")


def escaped(text: str) -> str:
    """Return a text so that Markdown shows it as it is: no links, images, colours or formulas.

    Words of the catalogue in it that are marked as such (own_language) are marked for the browser.
    """
    shown = _BLANKS.sub(" ", text).strip()
    return "".join(
        in_own_language(_escaped(words)) if own else _escaped(words) for words, own in own_language.parts(shown)
    )


def _escaped(text: str) -> str:
    return _PUNCTUATION.sub(r"\\\1", _ADDRESS.sub("\\g<0>\u2060", text))


def as_read(markdown: str) -> str:
    """Return Markdown of ours as plain text: without bold, and without what ``escaped`` put in."""
    return _ESCAPED.sub(r"\1", markdown.replace("**", "").replace("\u2060", ""))


def faint(markdown: str) -> str:
    """Return Markdown as a caption has it, for a paragraph among others: a text of its own costs a page more."""
    return f":small[:gray[{markdown}]]"


def of_catalogue(text: str) -> str:
    """Return text of the catalogue, escaped; for readers of another language marked as such."""
    return in_own_language(escaped(text))


def in_own_language(markdown: str) -> str:
    """Return Markdown that shows words of the catalogue; for readers of another language marked as such.

    Markdown cannot say the language of a text. The colour "violet" is that of all text here (.streamlit/config.toml),
    and ``reader_language.js`` gives what is written in it its ``lang``. Another colour, a link stand within it.
    """
    return f":violet[{markdown}]" if own_language.is_foreign() and markdown else markdown


def web_link(url: str, text: str) -> str:
    """Return a Markdown link to a source; a page of a site that keeps copies is named and is no link.

    ``text`` that is all of the catalogue is marked around the link, which keeps its colour.
    """
    if not is_offered(url):
        return _("{title} (copy, original not found)").format(title=escaped(text))
    words = own_language.unmarked(text)
    link = f"[{escaped(words)}](<{url.replace('<', '%3C').replace('>', '%3E')}>)"
    return in_own_language(link) if own_language.is_marked(text) else link


def rounded_down(share: float) -> str:
    """Return a share in whole per cent, never rounded up to what a verdict asks for."""
    return percent(math.floor(100 * share + 1e-9) / 100)


def labels_within(name: str, ids: Iterable[str]) -> str:
    """Return the labels of several ids of a vocabulary as they stand within a sentence, separated by commas."""
    return ", ".join(formats.within(label(name, id_)) for id_ in ids)


def score_words(card: Mapping[str, Any], node: str) -> str:
    """Say a headline of a card in one line, the score in bold."""
    return re.sub(r"^(\d+)/100", r"**\1**/100", score_sentence(card, node))
