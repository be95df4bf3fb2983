"""The catalogue as text files, written from what is released: git shows the difference, and a build gives it back.

The files are always the same for the same content (order of rows, quoting, line ends), so that their hash names a state
of the data. Files that say nothing are not there.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from practices_db.catalogue.library_items import KINDS
from practices_db.catalogue.library_rows import FormerLinkRow
from practices_db.catalogue.practice_rows import (
    AnswerRow,
    CatalogueRow,
    FormerRow,
    HistoryRow,
    PracticeRow,
    ReleaseRow,
    RunningRow,
    SettlementRow,
    SourceRow,
    StatementRow,
    columns,
)
from practices_db.database.store import Cursor, Store
from practices_db.errors import PracticesError

# file → (its rows, whether it is always there); the hash of the data covers them in this order.
FILES: dict[str, tuple[type[CatalogueRow], bool]] = {
    "practices.csv": (PracticeRow, True),
    "sources.csv": (SourceRow, True),
    "assessments.csv": (AnswerRow, True),
    "settlements.csv": (SettlementRow, False),
    "running.csv": (RunningRow, False),
    "statements.csv": (StatementRow, False),
    "former.csv": (FormerRow, False),
    "history.csv": (HistoryRow, False),
    **{kind.file: (kind.model, False) for kind in KINDS.values()},
    "former_links.csv": (FormerLinkRow, False),
}
_QUOTED = re.compile(r"""[,"\r\n]""")
RELEASES = "releases.csv"  # says which release it is: not part of the content, so not of its hash

_QUERIES = {
    "practices.csv": "SELECT *, places AS place FROM released_practice ORDER BY id",
    "sources.csv": """
        SELECT practice_id, field, url || coalesce(' (' || remark || ')', '') AS url
        FROM released_source ORDER BY practice_id, field, url
    """,
    "assessments.csv": """
        SELECT *, framework_id AS framework FROM released_answer
        ORDER BY practice_id, indicator_id,
            CASE basis WHEN 'expert-review' THEN 1 WHEN 'desk-review' THEN 2 WHEN 'self-assessment' THEN 3 ELSE 4 END,
            assessor, assessed_on, framework_id, framework_version
    """,
    "settlements.csv": """
        SELECT practice_id, indicator_id, assessment_id, settled_note AS note FROM released_answer WHERE settled
        ORDER BY practice_id, indicator_id
    """,
    "running.csv": """
        SELECT id AS practice_id, still_running, running_said_by AS said_by, running_said_on AS said_on
        FROM released_practice WHERE running_said_by IS NOT NULL ORDER BY id
    """,
    "statements.csv": "SELECT * FROM released_statement ORDER BY practice_id",
    "former.csv": "SELECT id, name, practice_id AS merged_into, left_on, reason FROM released_former ORDER BY id",
    "history.csv": """
        SELECT practice_id, happened_on, words
        FROM released_history h SEMI JOIN released_practice p ON p.id = h.practice_id
        ORDER BY practice_id, happened_on, seq
    """,
    **{kind.file: f"SELECT * FROM {kind.shown} ORDER BY {', '.join(kind.key)}" for kind in KINDS.values()},
    "links.csv": f"SELECT * FROM known_link WHERE judged ORDER BY {', '.join(KINDS['link'].key)}",
    "former_links.csv": "SELECT * FROM former_link ORDER BY ALL",
    RELEASES: "SELECT number, released_on, content_hash, origin, note FROM data_version ORDER BY number",
}


def texts(cursor: Cursor) -> dict[str, bytes]:
    """Return the released catalogue as the content of its files, by name."""
    return {
        name: content
        for name, (model, always) in FILES.items()
        if (content := _text(cursor, name, model)).count(b"\n") > 1 or always
    }


def content_hash(files: Mapping[str, bytes]) -> str:
    """Return the hash that names a state of the data: every file's name and content, in the order of FILES."""
    digest = hashlib.sha256()
    for name in FILES:
        if name in files:
            digest.update(name.encode() + b"\0" + files[name] + b"\0")
    return digest.hexdigest()


def write_catalogue(store: Store, folder: Path) -> list[str]:
    """Write what is released into a folder and return the names of the files whose content changed.

    A file of the catalogue that would be empty is removed; whatever else lies there is left alone.
    """
    with store.cursor() as cursor:
        made = texts(cursor) | {RELEASES: _text(cursor, RELEASES, ReleaseRow)}
    changed = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name in (*FILES, RELEASES):
            path, content = folder / name, made.get(name)
            if (path.read_bytes() if path.exists() else None) == content:
                continue
            changed.append(name)
            if content is None:
                path.unlink()
            else:
                beside = path.with_name(name + ".writing")
                beside.write_bytes(content)
                beside.replace(path)
    except OSError as error:
        raise PracticesError(f"{folder} cannot be written ({error.strerror}).") from error
    return changed


def file_text(cursor: Cursor, name: str) -> bytes:
    """Return the content of one file of the released catalogue; with its header alone where nothing is in it."""
    return _text(cursor, name, FILES[name][0])


def _text(cursor: Cursor, name: str, model: type[CatalogueRow]) -> bytes:
    found = cursor.execute(_QUERIES[name])
    places = [[column[0] for column in found.description].index(column) for column in columns(model)]
    lines = [",".join(columns(model)), *(",".join(_cell(row[place]) for place in places) for row in found.fetchall())]
    return "".join(f"{line}\n" for line in lines).encode()


def _cell(value: Any) -> str:
    """Return a value as a cell. The csv module leaves a lone carriage return unquoted, and cannot read that back."""
    text = cell_text(value)
    return '"' + text.replace('"', '""') + '"' if _QUOTED.search(text) else text


def cell_text(value: Any) -> str:
    """Return a value as the catalogue's files write it: lists with ; between, days like 2026-01-31, blank for none."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case list() | tuple():
            return ";".join(value)
        case _:
            return str(value)
