"""Full-text search with SQLite's FTS5 in memory: every word must occur, its beginning is enough, accents and case do
not matter. Built once for a state of the data and shared; SQLite ranks (bm25).
"""

from __future__ import annotations

import re
import sqlite3
import threading
import weakref
from collections.abc import Iterable

from practices_db.catalogue.plain_text import normalise

# A word of more letters may come without its last s: who types the plural finds the singular too.
_PLURAL = 5
_WORDS_AT_MOST = 12
# Beyond so many hits the best are not worth the wait: they come in the order in which they were added.
RANKED_AT_MOST = 1_000


class Index:
    """A searchable set of texts."""

    def __init__(self, texts: Iterable[tuple[str, str, str]]) -> None:
        """Take (id, title, text) of each item; words of the title weigh more."""
        self._lock = threading.Lock()
        self._database = sqlite3.connect(":memory:", check_same_thread=False)
        # nobody knows when the last page that holds it is done with it; left open, Python 3.13 warns
        weakref.finalize(self, self._database.close)
        self._database.execute(
            "CREATE VIRTUAL TABLE item USING fts5(title, body, tokenize = 'unicode61 remove_diacritics 2', "
            "prefix = '1 2 3 4 5 6 7 8 9 10')"
        )
        self._ids: list[str] = []

        def rows() -> Iterable[tuple[int, str, str]]:
            for id_, title, text in texts:
                self._ids.append(id_)
                # letters that Unicode does not take apart (ø, ł, æ) are made plain as everywhere else in the app
                yield len(self._ids), normalise(title), normalise(text)

        with self._database:
            self._database.executemany("INSERT INTO item (rowid, title, body) VALUES (?, ?, ?)", rows())
            self._database.execute("INSERT INTO item (item) VALUES ('optimize')")

    def find(self, text: str, limit: int | None = None) -> list[str]:
        """Return the ids of the items that hold every word, the best first; at most ``limit``.

        Where more than RANKED_AT_MOST items do, the first ones in the order of the index are returned unranked.
        """
        query = expression(text)
        if not query:
            return []
        with self._lock:
            hits = self._database.execute(
                "SELECT rowid FROM item WHERE item MATCH ? LIMIT ?", (query, RANKED_AT_MOST + 1)
            ).fetchall()
            if len(hits) <= RANKED_AT_MOST:
                hits = self._database.execute(
                    "SELECT rowid FROM item WHERE item MATCH ? ORDER BY bm25(item, 4.0, 1.0), rowid", (query,)
                ).fetchall()
            elif limit is None:
                hits = self._database.execute("SELECT rowid FROM item WHERE item MATCH ?", (query,)).fetchall()
        return [self._ids[number - 1] for (number,) in hits[:limit]]


def expression(text: str) -> str:
    """Return what FTS5 is asked for: every word quoted, as a beginning; empty where there is no word.

    >>> expression("Réfugiés: housing (NEAR)")
    '"refugie"* "housing"* "near"*'
    """
    words = re.findall(r"[^\W_]+", normalise(text))[:_WORDS_AT_MOST]
    return " ".join(f'"{word[:-1] if len(word) > _PLURAL and word.endswith("s") else word}"*' for word in words)
