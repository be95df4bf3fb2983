"""What a check says of a fault that is put into a database by hand."""

from __future__ import annotations

from practices_db.database.store import Cursor, Store
from practices_db.queries.integrity import integrity_problems


def problems_after(store: Store, sql: str) -> list[str]:
    """Return what does not hang together after some SQL; nothing of it stays."""

    def planted(cursor: Cursor) -> list[str]:
        cursor.execute(sql)
        return integrity_problems(cursor)

    return store.rehearse(planted)
