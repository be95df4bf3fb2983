"""Take a database back to what an earlier release left, so that the way forward can be tried."""

from __future__ import annotations

import re

from practices_db.catalogue.library_items import PLAIN
from practices_db.database.migrate import MIGRATIONS
from practices_db.database.store import Cursor


def before_results_and_types(cursor: Cursor) -> None:
    """Take away what migration 0006 and the catalogue that came with it brought: tables, columns, tick-lists."""
    for kind in PLAIN:
        cursor.execute(f"DROP TABLE {kind.item}")
        cursor.execute(f"DROP TABLE {kind.shown}")
    cursor.execute("ALTER TABLE evidence_card DROP COLUMN offered")
    for script in sorted(MIGRATIONS.glob("000[78]_*.sql")):  # what stands on cards of practices since
        for column in re.findall(r"ADD COLUMN (\w+)", script.read_text(encoding="utf-8")):
            cursor.execute(f"ALTER TABLE practice_card DROP COLUMN {column}")
        cursor.execute("DELETE FROM _migration WHERE name = $name", {"name": script.stem})
    cursor.execute("DELETE FROM answer WHERE assessment_id IN (FROM assessment SELECT id WHERE basis = 'tick-list')")
    cursor.execute("DELETE FROM released_answer WHERE basis = 'tick-list'")
    cursor.execute("CREATE TABLE kept AS FROM assessment WHERE basis <> 'tick-list'")
    cursor.execute("DROP TABLE assessment")
    made = re.search(r"CREATE TABLE assessment \(.*?\n\);", (MIGRATIONS / "0001_catalogue.sql").read_text(), re.DOTALL)
    assert made
    cursor.execute(made[0])
    cursor.execute("ALTER TABLE assessment ADD COLUMN submission_id TEXT")
    cursor.execute("ALTER TABLE assessment ADD COLUMN blind BOOLEAN DEFAULT false")
    cursor.execute("INSERT INTO assessment BY NAME FROM kept")
    cursor.execute("DROP TABLE kept")
    cursor.execute("DELETE FROM _migration WHERE name = '0006_results_and_types'")


def before_framework_2(cursor: Cursor) -> None:
    """Take away the answers of framework 2.0.0, settlements of them too."""
    cursor.execute("DELETE FROM settlement")
    cursor.execute(
        "DELETE FROM answer WHERE assessment_id IN (SELECT id FROM assessment WHERE framework_version = '2.0.0')"
    )
    cursor.execute("DELETE FROM assessment WHERE framework_version = '2.0.0'")
    cursor.execute("DELETE FROM released_answer WHERE framework_version = '2.0.0'")
