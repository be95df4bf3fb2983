"""Translations of the lists that the project is made of: framework, next steps, rule of synthesis, vocabularies …

Beside each such file stands one for each language, ``integration-practices-2.0.0.de.toml``: texts only, by the place
of the English one, each with a hash of the English that it translates. Where that has changed since, the translation
counts no more, and the English is shown until somebody has looked at it (``stale``). Scoring never reads them.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from criteria import framework, steps, synthesis

_CATALOGUE = Path(__file__).parent / "catalogue"
_CURRENT = "-".join(framework.CURRENT)
SOURCES = (
    framework.FRAMEWORKS / f"{_CURRENT}.toml",
    steps.STEPS / f"{_CURRENT}.toml",
    synthesis.RULE_FILE,
    _CATALOGUE / "vocabularies.toml",
    _CATALOGUE / "measure_types.toml",
    _CATALOGUE / "thesaurus.toml",  # the names of its topics and problems
    Path(__file__).parent / "files" / "briefs" / "transfer.toml",
)
# What of such a file is said on screen, by the name of its key; a vocabulary is texts throughout.
_SAID = {"label", "title", "name", "summary", "text", "met", "partly", "not_met", "how", "definition", "not_this"}
_SAID |= {"direction_of", "whom"}
_NAMED_BY = ("id", "indicator", "level", "mark")
_OF_OTHERS = {"source"}  # titles of publications


class Translated(NamedTuple):
    """A text in another language and the hash of the English one that it was made from."""

    of: str
    text: str


def hash_of(english: str) -> str:
    """Return what a translation notes of the English it was made from: the first eight signs of its SHA-256."""
    return hashlib.sha256(english.encode()).hexdigest()[:8]


def beside(source: Path, code: str) -> Path:
    """Return the file of a language beside an English one."""
    return source.with_suffix(f".{code}.toml")


def _texts(table: Mapping[str, Any], place: str, throughout: bool) -> Iterator[tuple[str, str]]:
    for key, value in table.items():
        here = f"{place}.{key}" if place else key
        if isinstance(value, str):
            if throughout or key in _SAID:
                yield here, value
        elif isinstance(value, dict):
            yield from _texts(value, here, throughout)
        elif isinstance(value, list) and key not in _OF_OTHERS:
            for at, one in enumerate(value):
                if isinstance(one, dict):
                    name = next((one[by] for by in _NAMED_BY if by in one), at)
                    yield from _texts(one, f"{here}.{name}", throughout)
                elif key in _SAID:
                    yield f"{here}.{at}", one


@cache
def english(source: Path) -> Mapping[str, str]:
    """Return the texts of an English file by their places: "criterion.effectiveness.title"."""
    content = tomllib.loads(source.read_text(encoding="utf-8"))
    if source.stem == "thesaurus":
        content = {name: content[name] for name in ("topic", "problem")}
    return dict(_texts(content, "", throughout=source.stem == "vocabularies"))


def translated(source: Path, code: str) -> Mapping[str, Translated]:
    """Return what the file of a language holds, by the same places; nothing where there is none."""
    file = beside(source, code)
    content = tomllib.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    return {place: Translated(**entry) for place, entry in content.items()}


def stale(source: Path, code: str) -> dict[str, str]:
    """Return what has to be looked at in the file of a language: place → "missing", "changed" or "gone"."""
    texts, held = english(source), translated(source, code)
    found = {place: "missing" for place in texts if place not in held}
    found |= {place: "gone" for place in held if place not in texts}
    return found | {place: "changed" for place in texts if place in held and held[place].of != hash_of(texts[place])}


def translations(code: str) -> dict[str, str]:
    """Return English text → its translation, of all lists; texts whose English has changed since are left out."""
    found: dict[str, str] = {}
    for source in SOURCES:
        texts, held = english(source), translated(source, code)
        found |= {texts[place]: held[place].text for place in texts.keys() - stale(source, code).keys()}
    return found
