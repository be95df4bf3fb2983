"""Six languages on every page a reader or an NGO sees: nothing is left in English, and nothing else changes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from google.protobuf.message import Message
from screen import Visit, as_read
from streamlit.testing.v1 import AppTest

from criteria.framework import current_framework
from pages.shared.components import database
from practices_db import translation
from practices_db.catalogue.vocabularies import label, listed_label, vocabulary
from tests import pseudo_locale

# What stands in a message and is never read by a person.
_UNSEEN = {
    "id",
    "key",
    "query_string",
    "url",
    "page",
    "page_script_hash",
    "spec",
    "data",
    "json",
    "form_id",
    "icon",
    "type",
}
_UNSEEN |= {"html_content", "css_content", "js_content", "element_id", "query_param_key", "component_name", "columns"}
_UNSEEN |= {
    "arrow_data",
    "color",
    "group_id",
    "allowed_url",
    "src",
    "name",
    "mime_type",
    "file_name",
    "anchor",
    "format",
}
# Names that are the same in every language, and the signs of formulas and files.
_NAMES = {
    *("Integration", "Practices", "SPRING", "Horizon", "CC", "BY", "Deutsch", "English", "Español", "Français"),
    *("Italiano", "Polski", "Pseudo", "streamlit", "info@organisation", "kaj", "CSV", "JSON", "PDF", "Excel", "Word"),
    *("BibTeX", "RIS", "APA", "UTC", "EUR", "Markdown"),
}  # fmt: skip
_LITTLE = {
    *("a", "an", "and", "are", "as", "at", "by", "for", "from", "has", "in", "is", "it", "more", "no", "none", "not"),
    *("of", "on", "or", "out", "that", "the", "this", "to", "was", "with", "yes"),
}  # fmt: skip
_NO_WORDS = {"code"}  # a citation, which is the same in every language
_WORD = re.compile(r"[^\W\d_]{2,}")
_CHANGED = re.compile("[aceinosuyzACEINOSUYZ]")
PAGES = {
    "overview": {}, "what_works": {"outcome": "employment"}, "about": {}, "explore": {"country": "IT"},
    "compare": {"practice": ["duo-for-a-job", "accelair"]}, "evidence": {}, "communities": {},
    "needs": {"q": "work"}, "gaps": {}, "weighting": {}, "method": {}, "reopen": {}, "contact": {},
    "imprint": {}, "privacy": {}, "my_submission": {}, "practice": {"practice": "duo-for-a-job"},
    "transfer": {"practice": "duo-for-a-job"}, "self_assessment": {},
}  # fmt: skip


@pytest.fixture(scope="module")
def pseudo_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return pseudo_locale.write(tmp_path_factory.mktemp("locale"))


@pytest.fixture
def pseudo(pseudo_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the app have the pseudo-language, too."""
    monkeypatch.setenv("PRACTICES_LOCALE", str(pseudo_folder))
    monkeypatch.setitem(translation.LANGUAGES, pseudo_locale.CODE, "Pseudo")


def _said(message: Message) -> Iterator[str]:
    for field, value in message.ListFields():
        if field.name in _UNSEEN:
            continue
        for one in value if field.is_repeated else [value]:
            if isinstance(one, str):
                yield one
            elif isinstance(one, Message):
                yield from _said(one)


def _titles(spec: Any) -> Iterator[str]:
    if isinstance(spec, dict):
        for key, value in spec.items():
            if key in ("title", "description", "subtitle") and isinstance(value, str):
                yield value
            yield from _titles(value)
    elif isinstance(spec, list):
        for value in spec:
            yield from _titles(value)


def shown(app: AppTest) -> Iterator[str]:
    """Yield every text that a page sent: messages, heads and cells of tables, titles within charts."""
    for node in app.main:
        if isinstance(proto := getattr(node, "proto", None), Message) and node.type not in _NO_WORDS:
            yield from _said(proto)
    for table in (*app.table, *app.dataframe):
        yield from map(str, table.value.columns)
    for chart in app.get("vega_lite_chart"):
        yield from _titles(json.loads(chart.proto.spec))


_CLAUSE = re.compile(r"\S*[åçéîñöšüýžÅÇÉÎÑÖŠÜÝŽ]\S*|[·|\n.:;,()\[\]“”„]|\s[-–]\s")
_NO_TEXT = re.compile(
    r":[a-z_/-]+:|:[a-z-]+\[|\]\([^)]*\)|https?://\S+|`[^`]*`|\$[^$]*\$|<[^>]*>|&[a-z]+;|\b[0-9a-f]{32}\b"
)


def left_in_english(texts: Iterator[str], catalogue: str) -> set[str]:
    """Return parts of texts that are neither in the pseudo-language nor a text of the catalogue or a name."""
    countries = {listed_label("area", id_) for id_ in vocabulary("area")} | {
        label("area", id_) for id_ in vocabulary("area")
    }
    named = re.compile("|".join(map(re.escape, sorted(countries, key=len, reverse=True))))
    found = set()
    for text in texts:
        for part in _CLAUSE.split(named.sub(" ", _NO_TEXT.sub(" ", as_read(text)))):
            words = [one for one in _WORD.findall(part or "") if one not in _NAMES and _CHANGED.search(one)]
            plain = " ".join(_WORD.findall(part or "")).lower()
            if (
                words
                and not all(one.isupper() for one in words)
                and (set(plain.split()) <= _LITTLE or plain not in catalogue)
            ):
                found.add(part.strip())
    return found


@pytest.fixture
def catalogue_texts(_database: None) -> str:
    """Return all text of the catalogue and all names of countries, in small letters, words only."""
    with database.cursor() as cursor:
        tables = [
            name for (name,) in cursor.execute("SELECT table_name FROM duckdb_tables() WHERE NOT internal").fetchall()
        ]
        cells = {str(cell) for name in tables for row in cursor.execute(f'FROM "{name}"').fetchall() for cell in row}
    with translation.speak(pseudo_locale.CODE):
        cells |= {label("language", id_) for id_ in vocabulary("language")}
    cells |= {text for one in current_framework().sources for text in (one.title, one.publisher)}
    return "\n".join(" ".join(_WORD.findall(cell)).lower() for cell in cells)


@pytest.mark.usefixtures("pseudo")
@pytest.mark.parametrize("page", PAGES)
def test_nothing_is_left_in_english(page: str, visit: Visit, catalogue_texts: str) -> None:
    app = visit(page, lang=pseudo_locale.CODE, **PAGES[page])  # type: ignore[arg-type]
    assert not app.exception
    assert app.session_state["reader_language"] == pseudo_locale.CODE
    with translation.speak(pseudo_locale.CODE):
        assert sorted(left_in_english(shown(app), catalogue_texts)) == []
