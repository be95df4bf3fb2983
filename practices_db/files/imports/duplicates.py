"""What looks like one we have: the same name in other letters, nearly the same name, or the same page.

A name's key ignores case, accents, punctuation and look-alike letters of other scripts (Unicode's confusables).
Names that are nearly the same are found with rapidfuzz. What is found is a question to a person, never a decision.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from rapidfuzz import fuzz, process

from practices_db.catalogue.plain_text import normalise

# Found on the catalogue's own practices: above it lie no two that are different (tests of the imports).
ALIKE = 88
_SHORT = 8  # names shorter than this must be the same: a letter is too much of them
_BLOCK = 500
# A file may hold thousands of rows of one name: for each, a few of the nearest are looked at and fewer told.
_TRIED, _TOLD = 20, 3


@dataclass(frozen=True)
class Named:
    """What is compared."""

    id: str
    name: str
    source_url: str


@dataclass(frozen=True)
class Alike:
    """What in the file (``id``) looks like another one, in the database or earlier in the file."""

    id: str
    other: Named
    why: str


@cache
def _look_alikes() -> dict[int, str]:
    """Return letters of other scripts that look like a Latin one: {code point: Latin letter}."""
    from confusable_homoglyphs.confusables import confusables_data  # noqa: PLC0415 - reads a large file

    return {
        ord(sign): letter
        for letter in "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
        for one in confusables_data.get(letter, ())
        if len(sign := one["c"].strip("\u200e")) == 1 and not sign.isascii() and sign.isalpha()
    }


def name_key(name: str) -> str:
    """Return what two spellings of one name have in common.

    >>> name_key("“Cafe\u0301 Welcome!”") == name_key("CAFÉ  WELCOME") == name_key("Саfé Welcome")
    True
    """
    for _ in range(2):  # a letter may look like a Latin one only as a capital, or only without its accent
        name = normalise(name.translate(_look_alikes()))
    return " ".join(re.findall(r"\w+", name))


def page_key(url: str) -> str:
    """Return what two spellings of one web address have in common."""
    bare = re.sub(r"^https?://(www\.)?", "", url.strip(), flags=re.IGNORECASE)
    host, slash, path = bare.partition("/")
    return host.lower() + slash + path.split("#")[0].rstrip("/")


def alike(new: Sequence[Named], known: Sequence[Named]) -> list[Alike]:
    """Return which of ``new`` look like a known one, or like one before them in ``new``; each pair once."""
    everybody = [*known, *new]
    keys = [name_key(one.name) for one in everybody]
    found: dict[tuple[str, int], str] = {}
    for mine, other, why in (*_same(everybody, keys, len(known)), *_nearly(everybody, keys, len(known))):
        found.setdefault((everybody[mine].id, other), why)
    return [Alike(id_, everybody[other], why) for (id_, other), why in found.items()]


def _same(everybody: Sequence[Named], keys: Sequence[str], first: int) -> Iterator[tuple[int, int, str]]:
    """Yield (new, other, why) where names have one key, or where only the two stand on one page."""
    by_name, by_page = defaultdict(list), defaultdict(list)
    for at, one in enumerate(everybody):
        by_name[keys[at] or f"\0{at}"].append(at)
        by_page[page_key(one.source_url)].append(at)
    for group in by_name.values():
        for mine in group[1:]:
            if mine >= first:
                yield mine, group[0], "the same name"
    for group in by_page.values():
        if len(group) == 2 and group[1] >= first and _words_shared(keys[group[0]], keys[group[1]]):
            yield group[1], group[0], "the same source page and a similar name"


def _words_shared(one: str, other: str) -> bool:
    return fuzz.token_set_ratio(one, other) >= 70


def _nearly(everybody: Sequence[Named], keys: Sequence[str], first: int) -> Iterator[tuple[int, int, str]]:
    """Yield (new, other, why) where names are nearly the same, whatever the order of their words."""
    sorted_keys = [" ".join(sorted(key.split())) for key in keys]
    for start in range(first, len(everybody), _BLOCK):
        block = sorted_keys[start : start + _BLOCK]
        ratios = process.cdist(
            block,
            sorted_keys[: start + len(block)],
            scorer=fuzz.ratio,
            score_cutoff=ALIKE,
            dtype=np.uint8,
        )
        for mine, row in enumerate(ratios, start=start):
            if len(keys[mine]) < _SHORT or not row[:mine].any():
                continue
            nearest = np.argsort(-row[:mine].astype(int), kind="stable")[:_TRIED]
            fitting = [
                int(other)
                for other in nearest
                if row[other] and len(keys[other]) >= _SHORT and _numbers_agree(keys, mine, int(other))
            ]
            for other in fitting[:_TOLD]:
                yield mine, other, "nearly the same name"


def _numbers_agree(keys: Sequence[str], one: int, other: int) -> bool:
    """Whether the numbers in two names are the same: phase 1 is not phase 2."""
    return re.findall(r"\d+", keys[one]) == re.findall(r"\d+", keys[other])
