"""Who changed what, when and why: an append-only, hash-chained record, written with the change itself.

Each line's ``hash`` covers the line before it, so that a line that is changed, added or taken out later is noticed. The
content of a line (before, after, reason, public) enters by its own salted hash: content that somebody has a right to
have erased can go (``erase``) without breaking the chain. What the chain alone cannot show, that its last lines are
missing, shows against the sequence number and hash kept elsewhere (``head``).
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, TypeVar

from practices_db.database.store import Cursor, Store, value_of
from practices_db.errors import Actor, NotAllowedError

Result = TypeVar("Result")

FIRST = "0" * 64  # what stands before the first line
_BATCH = 2_000
_COLUMNS = (
    *("seq", "ts", "actor", "role", "action", "object", "version", "before", "after", "reason", "public"),
    *("salt", "content_hash", "previous_hash", "hash"),
)
_REFUSALS = 100  # lines an hour of one actor: whoever tries tokens by the thousand must not fill the file


@dataclass(frozen=True)
class Line:
    """One line of the audit; ``before`` and ``after`` hold only what changed."""

    seq: int
    ts: datetime
    actor: str
    role: str
    action: str
    object: str
    version: int | None
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    reason: str
    public: str | None
    erased: bool


@dataclass(frozen=True)
class Entry:
    """What is put on record.

    ``object`` is 'practice:<id>', 'assessment:<id>', 'submission:<id>', 'person:<pseudonym>', 'data' or 'session'.
    ``public`` is what everybody may read of it ("corrected because …"), from the next release on.
    """

    action: str
    object: str
    version: int | None = None
    before: Mapping[str, Any] | None = None
    after: Mapping[str, Any] | None = None
    reason: str = ""
    public: str | None = None


def now() -> datetime:
    """Return this moment in UTC, without a zone: what a TIMESTAMP of the database holds."""
    return datetime.now(UTC).replace(tzinfo=None)


def record(cursor: Cursor, actor: Actor, *entries: Entry) -> int:
    """Append a line for each entry, in order, in the caller's transaction; return the sequence number of the last."""
    seq, previous = head(cursor)
    moment = now()
    rows = []
    for entry in entries:
        seq += 1
        salt = secrets.token_hex(16)
        content = (_json(entry.before), _json(entry.after), entry.reason, entry.public)
        digest = _digest(salt, *content)
        line = (seq, moment, actor.id, actor.role, entry.action, entry.object, entry.version)
        own = _chained(line, digest, previous)
        rows.append((*line, *content, salt, digest, previous, own))
        previous = own
    for start in range(0, len(rows), _BATCH):
        _append(cursor, rows[start : start + _BATCH])
    return seq


def _append(cursor: Cursor, rows: Sequence[tuple[Any, ...]]) -> None:
    """Write lines a column at a time: one statement for two thousand lines."""
    cursor.execute(
        """
        INSERT INTO audit BY NAME
        SELECT
            unnest($seq::BIGINT[]) AS seq, unnest($ts::TIMESTAMP[]) AS ts, unnest($actor::TEXT[]) AS actor,
            unnest($role::TEXT[]) AS role, unnest($action::TEXT[]) AS action, unnest($object::TEXT[]) AS object,
            unnest($version::INTEGER[]) AS version, unnest($before::JSON[]) AS before, unnest($after::JSON[]) AS after,
            unnest($reason::TEXT[]) AS reason, unnest($public::TEXT[]) AS public, unnest($salt::TEXT[]) AS salt,
            unnest($content_hash::TEXT[]) AS content_hash, unnest($previous_hash::TEXT[]) AS previous_hash,
            unnest($hash::TEXT[]) AS hash
        """,
        dict(zip(_COLUMNS, map(list, zip(*rows, strict=True)), strict=True)),
    )


def guarded(store: Store, work: Callable[[Cursor], Result], rehearsal: bool = False) -> Result:
    """Run ``work`` as ``Store.write`` does; a refusal (NotAllowedError) is put on record before it is raised on.

    A rehearsal keeps nothing of it (``Store.rehearse``).
    """
    try:
        return store.rehearse(work) if rehearsal else store.write(work)
    except NotAllowedError as refused:
        record_refusal(store, refused)
        raise


def record_refusal(store: Store, refused: NotAllowedError) -> None:
    """Record a refusal: the first of each hour and actor singly, then one line that says there are more.

    Counted for each actor, so that a flood of one does not hide another's; what is not recorded is not written at all.
    """
    with store.cursor() as cursor:
        if _refusals(cursor, refused.actor) > _REFUSALS:
            return
    store.write(partial(_record_refusal, refused))


def _record_refusal(refused: NotAllowedError, cursor: Cursor) -> None:
    so_far = _refusals(cursor, refused.actor)
    if so_far <= _REFUSALS:
        more = "; further ones of this hour are not recorded" if so_far == _REFUSALS else ""
        record(cursor, refused.actor, Entry("refused", refused.object, reason=f"{refused.action}{more}"))


def _refusals(cursor: Cursor, actor: Actor) -> int:
    """Return how many refusals of an actor the last hour has on record; none of a clock that was set back since."""
    moment = now()
    sql = "SELECT count(*) FROM audit WHERE action = 'refused' AND actor = $actor AND ts > $since AND ts <= $now"
    return int(value_of(cursor, sql, {"actor": actor.id, "since": moment - timedelta(hours=1), "now": moment}))


def head(cursor: Cursor) -> tuple[int, str]:
    """Return sequence number and hash of the last line; (0, zeros) where there is none."""
    row = cursor.execute("SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1").fetchone()
    return (row[0], row[1]) if row else (0, FIRST)


def verify(cursor: Cursor) -> list[str]:
    """Return what is wrong with the chain, a line each; nothing where it holds."""
    problems: list[str] = []
    last, previous = 0, FIRST
    erasures: dict[int, list[int]] = {}
    cursor.execute(
        "SELECT seq, ts, actor, role, action, object, version, before, after, reason, public, salt, content_hash, "
        "previous_hash, hash, erased_by FROM audit ORDER BY seq"
    )
    erased_said: dict[int, str] = {}
    objects: dict[int, str] = {}
    while rows := cursor.fetchmany(_BATCH):
        for row in rows:
            line, content, (salt, digest, before_it, own, erased_by) = row[:7], row[7:11], row[11:]
            seq = line[0]
            if seq != last + 1:
                problems.append(f"audit: lines {last + 1} to {seq - 1} are missing")
            if before_it != previous or own != _chained(line, digest, before_it):
                problems.append(f"audit: line {seq} was changed, or the line before it")
            if erased_by is None and digest != _digest(salt, *content):
                problems.append(f"audit: the content of line {seq} was changed")
            if erased_by is not None:
                erasures.setdefault(erased_by, []).append(seq)
                objects[seq] = line[5]
            if line[4] == "erased":
                erased_said[seq] = line[5]
            last, previous = seq, own
    problems += [
        f"audit: the content of line {seq} is gone, and line {by} does not say so"
        for by, lines in erasures.items()
        for seq in lines
        if by <= seq or erased_said.get(by) != objects[seq]
    ]
    return problems


def history(cursor: Cursor, object_: str) -> list[Line]:
    """Return every line about an object, the newest first; of a practice also those about its assessments.

    What a thing was called before (an assessment or a link of a practice that was merged) counts as well.
    """
    rows = cursor.execute(
        """
        WITH RECURSIVE called AS (
            SELECT $object AS object
            UNION SELECT 'assessment:' || id FROM assessment WHERE 'practice:' || practice_id = $object
            UNION SELECT split_part(a.object, ':', 1) || ':' || (a.before ->> '$.id')
            FROM audit a JOIN called USING (object) WHERE a.action = 'rename' AND a.before IS NOT NULL
        )
        SELECT seq, ts, actor, role, action, object, version, before, after, reason, public, erased_by IS NOT NULL
        FROM audit SEMI JOIN called USING (object)
        ORDER BY seq DESC
        """,
        {"object": object_},
    ).fetchall()
    return [_line(row) for row in rows]


def _line(row: tuple[Any, ...]) -> Line:
    values = list(row)
    values[7:10] = _parsed(row[7]), _parsed(row[8]), row[9] or ""
    return Line(*values)


def erase(cursor: Cursor, actor: Actor, object_: str, reason: str) -> int:
    """Take the content out of every line about an object, say so in a new line and return how many lines it was.

    That the lines stood there, when, by whom and what for stays.
    """
    seq = record(cursor, actor, Entry("erased", object_, reason=reason))
    sql = """
        UPDATE audit SET before = NULL, after = NULL, reason = NULL, public = NULL, salt = NULL, erased_by = $seq
        WHERE object = $object AND seq < $seq AND erased_by IS NULL
    """
    return int(value_of(cursor, sql, {"object": object_, "seq": seq}))


def _json(content: Mapping[str, Any] | None) -> str | None:
    """Return content as JSON that is the same for the same content; days and moments as ISO text."""
    if content is None:
        return None
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_as_text)


def _as_text(value: Any) -> Any:
    return list(value) if isinstance(value, (set, frozenset, tuple)) else str(value)


def _parsed(text: str | None) -> dict[str, Any] | None:
    return None if text is None else dict(json.loads(text))


def _digest(*parts: str | None) -> str:
    return hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode()).hexdigest()


def _chained(line: tuple[Any, ...], digest: str, previous: str) -> str:
    written = [value.isoformat() if isinstance(value, datetime) else value for value in line]
    return hashlib.sha256(json.dumps([*written, digest, previous], ensure_ascii=False).encode()).hexdigest()
