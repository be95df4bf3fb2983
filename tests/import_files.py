"""Files as people bring them, and what an import did with them."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from functools import lru_cache

from practices_db.curation.permissions import CLI
from practices_db.database.store import Store
from practices_db.files.imports.apply import apply
from practices_db.files.imports.preview import Decision, Preview, preview
from practices_db.files.imports.read import Confirmed, Question, Upload, read_file

NOTHING = Confirmed()
TABLES = (
    *("practice", "practice_country", "practice_source", "assessment", "answer", "audit"),
    *("evidence", "evidence_value", "organisation", "organisation_value", "link"),
)
_COUNTED = " UNION ALL ".join(f"SELECT '{name}', count(*) FROM {name}" for name in TABLES)

# A synthetic practice with nothing but what must be there, and one with everything.
LEAST = {
    "id": "synthetic-new",
    "name": "Synthetic tea",
    "summary": "Made up.",
    "source_url": "https://example.org/tea",
    "source_name": "Made up",
    "source_confidence": "low",
    "checked_on": "2026-01-02",
}
MOST = LEAST | {
    "id": "synthetic-most",
    "name": "Synthetische Brücke – Łódź",
    "lead_organisation": "Verein “Brücke”; e.V.",
    "countries": "DE;PL",
    "place": "Łódź",
    "sectors": "language;employment",
    "target_groups": "women",
    "start_year": "2019",
    "end_year": "2021",
    "governance_level": "local",
    "funding_sources": "Made-up fund",
    "funding_kinds": "eu-fund",
    "budget_eur": "1200",
    "people_reached": "25",
    "outcome_figures": 'Tea, talk & "first words".\nSecond line',
    "evaluation_documented": "yes",
    "transferred_elsewhere": "yes",
    "source_url": "https://example.org/bridge",
    "spring_url": "https://example.org/spring",
}
# A synthetic publication and a synthetic organisation.
PAPER = {
    "id": "synthetic-paper",
    "title": "Synthetic paper on “Brücken”",
    "publisher": "Łódź; press",
    "year": "2019",
    "kind": "evaluation",
    "languages": "de;pl",
    "themes": "language;employment",
    "target_groups": "women",
    "countries": "DE;PL",
    "evidence_level": "3",
    "finding": 'Talk, and "first words".\nSecond line',
    "summary": "Made up.",
    "url": "https://example.org/paper",
    "title_is_descriptive": "yes",
    "url_is_copy": "",
    "url_seen": "yes",
    "checked_on": "2026-01-02",
}
HOUSE = {
    "id": "synthetic-house",
    "name": "Synthetic house",
    "kind": "network",
    "countries": "DE",
    "levels": "local",
    "themes": "language",
    "community_of_practice": "yes",
    "joins": "Made up.",
    "url": "https://example.org/house",
    "url_seen": "yes",
    "checked_on": "2026-01-02",
}


def rows_with(column: str, texts: Sequence[str]) -> list[dict[str, str]]:
    """Return a synthetic practice for each text, with it in one column."""
    names = [{"id": f"synthetic-{at}", "name": f"Synthetic tea {at}"} for at in range(len(texts))]
    return [LEAST | name | {column: text} for name, text in zip(names, texts, strict=True)]


def table(
    *rows: Mapping[str, str], delimiter: str = ",", columns: Sequence[str] = tuple(MOST), end: str = "\r\n"
) -> str:
    """Return rows as the text of a CSV."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, columns, delimiter=delimiter, lineterminator=end, restval="")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def held(store: Store) -> dict[str, int]:
    """Return how many rows each table has."""
    with store.cursor() as cursor:
        return dict(cursor.execute(_COUNTED).fetchall())


@lru_cache(maxsize=4)
def read_once(content: bytes, confirmed: Confirmed) -> Upload | Question:
    """Return what is in a file: a process of its own reads a workbook, and not again for another decision on it."""
    return read_file(content, "file.csv", confirmed)


def looked_at(
    store: Store, content: bytes, confirmed: Confirmed = NOTHING, decisions: Mapping[str, Decision] | None = None
) -> Preview:
    """Return the preview of a file that raises no question."""
    read = read_once(content, confirmed)
    assert not isinstance(read, Question), read
    with store.cursor() as cursor:
        return preview(cursor, read, decisions)


def bring(
    store: Store, content: bytes, confirmed: Confirmed = NOTHING, decisions: Mapping[str, Decision] | None = None
) -> Preview:
    """Import a file and return what it did."""
    shown = looked_at(store, content, confirmed, decisions)
    apply(store, shown, CLI)
    return shown


def stored(store: Store, id_: str) -> dict[str, object]:
    """Return a practice as it is in the database, with its lists."""
    with store.cursor() as cursor:
        row = cursor.execute("SELECT * FROM practice WHERE id = $id", {"id": id_}).fetchdf().to_dict("records")[0]
        for name, (of, column) in LISTS.items():
            found = cursor.execute(f"SELECT {column} FROM {of} WHERE practice_id = $id ORDER BY position", {"id": id_})
            row[name] = [value for (value,) in found.fetchall()]
    return row


LISTS = {
    "countries": ("practice_country", "country"),
    "sectors": ("practice_sector", "sector"),
    "target_groups": ("practice_target_group", "target_group"),
    "funding_kinds": ("practice_funding", "funding_kind"),
    "funding_sources": ("practice_funding_source", "funding_source"),
}
