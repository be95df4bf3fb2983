"""Hostile strings, and a database in which every free text is made of them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import corpora
import pandas as pd

from practices_db.catalogue import scorecards
from practices_db.database.store import Cursor, Store

MARK = " ¦ "  # stands between the strings of one text
_XSS = ("payloads/RSNAKE_XSS.txt", "payloads/xss_payloads_quick.txt", "payloads/XSS_Polyglots.txt")
_OWN = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg><script>/<@/>alert(1)</script>",
    "![x](https://tracker.example/pixel.png)",
    "[click](javascript:alert(1))",
    "<a href='javascript:alert(1)'>x</a>",
    "<iframe src=https://evil.example></iframe>",
    "<style>@import 'https://evil.example/x.css';</style>",
    "$\\href{javascript:alert(1)}{x}$ :red[x] :material/home: :violet-badge[x]",
    "https://tracker.example www.tracker.example a@tracker.example",
    "</textarea><script>alert(1)</script>",
    "javascript:alert(1)",
    "{{constructor.constructor('alert(1)')()}} ${alert(1)} #{alert(1)}",
    "| a | b |\n|---|---|\n| <img src=//evil.example/x> | x |",
    "# heading\n\n- list\n\n> quote\n\n```\ncode",
    "\u202eright to left\u202c a\u0300\u0301\u0302\u0303",
    "𝕬" * 50,
    "=cmd|'/C calc'!A0",
)


# What our own strings are put into, each in turn.
_FRAMES = ("{}", "**{}**", "[{}](https://example.org)", "`{}`", '"{}"', "> {}")
LONGEST = 4_000  # characters: the longest text that an import lets through


def strings() -> list[str]:
    """Return every hostile text: our own, plain and framed, and those of the larger corpora, in a fixed order."""
    own = [frame.format(text) for frame in _FRAMES for text in _OWN]
    others = (*corpora.naughty_strings(), *corpora.lines(*_XSS, "own/query_param_values.txt"))
    return [text[:LONGEST] for text in (*own, *others)]


def bundles(texts: Sequence[str], rows: int, least: int = 16) -> list[str]:
    """Return as many texts as there are rows, each of ``least`` strings or more, so that every string is in one.

    A round that has used every string is followed by one that begins a string later: rows near each other differ,
    as the keys of some tables demand.
    """
    size = max(least, -(-len(texts) // rows))
    round_ = -(-len(texts) // size)
    starts = [row % round_ * size + row // round_ for row in range(rows)]
    return [MARK.join(texts[at % len(texts)] for at in range(start, start + size)) for start in starts]


def poison(path: Path, texts: Sequence[str]) -> list[tuple[str, str]]:
    """Put hostile strings into every free text of every table of a database and return (table, column) of each.

    Free is a text column in which some value has a blank: ids and words of the vocabularies have none. Web addresses
    keep their beginning. Scored, merely assessed and other practices each get all strings, so that pages that show
    only some of them still show all.
    """
    with Store(path) as store:
        return store.write(lambda cursor: _poison(cursor, texts))


def _poison(cursor: Cursor, texts: Sequence[str]) -> list[tuple[str, str]]:
    columns = cursor.execute(
        "SELECT table_name, column_name, data_type FROM duckdb_columns() WHERE NOT internal "
        "AND data_type IN ('VARCHAR', 'VARCHAR[]') "
        "AND table_name NOT IN ('_migration', 'framework', 'data_version', 'practice_card') ORDER BY ALL"
    ).fetchall()
    scored = {
        id_: 2 if scored else 1 if assessed else 0
        for id_, scored, assessed in cursor.execute(
            "SELECT id, effectiveness_scored OR sustainability_scored, assessed FROM practice_card"
        ).fetchall()
    }
    done = []
    for table, column, kind in columns:
        listed = kind.endswith("[]")
        text = f"array_to_string({column}, ' ')" if listed else column
        (free, address) = cursor.execute(
            f"SELECT bool_or(contains({text}, ' ')), bool_or({text} LIKE 'http%') FROM {table}"
        ).fetchall()[0]
        if (address and listed) or not (free or address):
            continue
        owner = "practice_id" if any(c == (table, "practice_id", "VARCHAR") for c in columns) else "id"
        known = any(c[:2] == (table, owner) for c in columns)
        rows = cursor.execute(f"SELECT rowid, {owner if known else 'NULL'} FROM {table} ORDER BY rowid").fetchall()
        groups: dict[int, list[int]] = {}
        for rowid, id_ in rows:
            groups.setdefault(scored.get(id_, 0), []).append(rowid)
        made = [pair for rowids in groups.values() for pair in zip(bundles(texts, len(rowids)), rowids, strict=True)]
        if address:  # no two of them are the same
            new = "'https://example.org/' || hostile.row_ || '/' || left(regexp_replace($1, '\\s', '', 'g'), 1900)"
        else:
            new = "string_split($1, ' ¦ ')" if listed else "$1"
        only = f" AND {column} IS NOT NULL" if address else ""
        cursor.register("hostile", pd.DataFrame(made, columns=["value", "row_"]))
        cursor.execute(
            f"UPDATE {table} SET {column} = {new.replace('$1', 'hostile.value')} FROM hostile "
            f"WHERE {table}.rowid = hostile.row_{only}"
        )
        cursor.unregister("hostile")
        done.append((table, column))
    scorecards.rebuild(cursor)
    return done
