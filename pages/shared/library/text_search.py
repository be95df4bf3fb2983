"""What a search by text finds in the library, and what would be found with one filter less."""

from __future__ import annotations

import streamlit as st

from pages.shared.components import database
from practices_db.catalogue.library_filter import Kind, LibraryFilter
from practices_db.config import database_path
from practices_db.database.store import Store
from practices_db.queries import library, practices
from practices_db.queries.facet_index import Relaxation
from practices_db.queries.full_text import Index


@st.cache_resource(max_entries=4, show_spinner=False)
def _index(path: str, content_hash: str, kind: Kind, _of: Store) -> Index:  # noqa: ARG001 - the arguments are the cache's key
    with _of.cursor() as one:
        return Index(library.texts(one, kind))


@st.cache_resource(max_entries=4, show_spinner=False)
def _held(path: str, content_hash: str, every: LibraryFilter) -> dict[str, dict[str, int]]:  # noqa: ARG001 - a key
    with database.cursor() as one:
        return library.facet_counts(one, every, None)


def held(every: LibraryFilter) -> dict[str, dict[str, int]]:
    """Return for each facet and value how many of a kind there are at all; ``every``: a filter that narrows nothing."""
    with database.cursor() as one:
        version = practices.data_version(one)
    return _held(str(database_path()), version.content_hash, every)


def searched(chosen: LibraryFilter, release: Store | None = None) -> list[str] | None:
    """Return what the text of a filter finds, the best first, in a release or the newest; None where it has no text."""
    if not chosen.words:
        return None
    store = release or database.store()
    with store.cursor() as one:
        version = practices.data_version(one)
    return library.searched(_index(str(database_path()), version.content_hash, chosen.kind, store), chosen)


def relaxations(chosen: LibraryFilter) -> list[Relaxation]:
    """Return for each narrowed field how many there are without it."""
    found = []
    for field in dict.fromkeys(field for field, *_ in chosen.parts()):
        without = chosen.without(field)
        with database.cursor() as one:
            count = len(library.find(one, without, searched(without)))
        found.append(Relaxation(field, ", ".join(words for of, _, words in chosen.parts() if of == field), count))
    return found
