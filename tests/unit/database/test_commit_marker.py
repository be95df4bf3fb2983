"""The witness file, and what the store does when something under it fails."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from practices_db.database.commit_marker import State, Witness, losses
from practices_db.database.store import Store
from practices_db.errors import DatabaseLostError, PracticesError, ReadOnlyError

STATE = State("a", 7, 3, "hash", 1, {"practice": 5, "answer": 10})


def write_one(store: Store) -> None:
    store.write(lambda cursor: cursor.execute("UPDATE practice SET version = version + 1"))


def test_each_write_is_noted_before_it_is_acknowledged(tiny_store: Store) -> None:
    assert tiny_store.path
    write_one(tiny_store)
    first = Witness(tiny_store.path).read()
    write_one(tiny_store)
    second = Witness(tiny_store.path).read()
    assert first and second and second.writes == first.writes + 1  # noqa: PT018
    assert second == tiny_store.state()


def test_a_write_that_fails_is_not_counted(tiny_store: Store) -> None:
    before = tiny_store.state()
    with pytest.raises(duckdb.Error):
        tiny_store.write(lambda cursor: cursor.execute("INSERT INTO nowhere VALUES (1)"))
    assert tiny_store.state() == before


@pytest.mark.parametrize(
    ("found", "noticed"),
    [
        (STATE, False),
        (replace(STATE, writes=8, rows={"practice": 6, "answer": 10}), False),  # committed, not yet noted
        (replace(STATE, database_id="b", writes=1), False),  # another database has a history of its own
        (replace(STATE, writes=6), True),
        (replace(STATE, writes=9), True),
        (replace(STATE, writes=8, audit_sequence=2), True),
        (replace(STATE, rows={"practice": 5, "answer": 9}), True),
        (replace(STATE, rows={"practice": 5}), True),
        (replace(STATE, audit_hash="other"), True),
        (replace(STATE, data_version=0), True),
    ],
)
def test_what_is_a_loss(found: State, noticed: bool) -> None:
    assert bool(losses(STATE, found)) is noticed


def test_torn_note_leaves_the_one_before(tmp_path: Path) -> None:
    witness = Witness(tmp_path / "x.duckdb")
    witness.begin(STATE)
    for writes in (8, 9):
        witness.note(replace(STATE, writes=writes))
    content = bytearray(witness.path.read_bytes())
    half = len(content) // 2
    newest = 0 if b'"writes":9' in content[:half] else half
    content[newest + 40] ^= 1
    witness.path.write_bytes(content)
    assert witness.read() == replace(STATE, writes=8)
    witness.path.write_bytes(b"x" * 100)
    with pytest.raises(ValueError, match="is damaged"):
        witness.read()


def test_witness_that_cannot_be_written_ends_writing_and_keeps_the_change(
    tiny_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(5, "Input/output error")

    before = tiny_store.state()
    assert before
    monkeypatch.setattr(os, "fdatasync", refuse)
    monkeypatch.setattr(os, "fsync", refuse)
    write_one(tiny_store)
    now = tiny_store.state()
    assert now and now.writes == before.writes + 1  # noqa: PT018
    with pytest.raises(ReadOnlyError, match="Nothing can be saved at the moment"):
        write_one(tiny_store)
    assert tiny_store.notice


def test_fatal_fault_opens_the_file_once_more(tiny_store: Store) -> None:
    def fail() -> None:
        with tiny_store.cursor():
            raise duckdb.FatalException("made up: the database has been invalidated")

    with pytest.raises(PracticesError, match="was opened anew"):
        fail()
    with tiny_store.cursor() as cursor:
        assert cursor.execute("SELECT count(*) FROM practice").fetchone() == (5,)
    write_one(tiny_store)


def test_after_a_second_fatal_fault_the_database_is_lost(tiny_store: Store) -> None:
    def fail() -> None:
        with tiny_store.cursor():
            raise duckdb.FatalException("made up: the database has been invalidated")

    with pytest.raises(PracticesError, match="was opened anew"):
        fail()
    assert not tiny_store.lost
    for _ in range(2):
        with pytest.raises(DatabaseLostError, match="has to be started anew"):
            fail()
        assert tiny_store.lost
