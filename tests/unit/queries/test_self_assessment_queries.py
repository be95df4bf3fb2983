"""What a self-assessment reads of the catalogue: examples, peers, practices that are strong; only what is released."""

from __future__ import annotations

import shutil
from pathlib import Path

from criteria.framework import current_framework
from practices_db.database.store import Store
from practices_db.queries import library, practices

ALL = [one.id for one in current_framework().indicators]


def test_an_example_is_a_released_answer_met_with_the_best_proof(store: Store) -> None:
    with store.cursor() as cursor:
        examples = practices.example_answers(cursor, ALL)
        rows = cursor.execute(
            "SELECT indicator_id, practice_id, note, evidence_level FROM released_answer "
            "WHERE answer = 'met' AND len(coalesce(note, '')) > 0 AND basis IN ('expert-review', 'desk-review') "
            "AND framework_version = '2.0.0'"
        ).fetchall()
        assert practices.example_answers(cursor, []) == {}
    assert set(examples) == {row[0] for row in rows}
    for id_, example in examples.items():
        of = [row for row in rows if row[0] == id_]
        assert (id_, example["practice_id"], example["note"], example["evidence_level"]) in of
        assert example["evidence_level"] == max(row[3] for row in of)


def test_what_is_not_released_is_no_example(catalogue_db: Path, tmp_path: Path) -> None:
    path = tmp_path / "practices.duckdb"
    shutil.copy(catalogue_db, path)
    with Store(path) as own:
        own.write(lambda cursor: cursor.execute("UPDATE answer SET note = 'quokka'"))
        with own.cursor() as cursor:
            assert "quokka" not in str(practices.example_answers(cursor, ALL))


def test_peers_share_a_sector_and_a_group(store: Store) -> None:
    with store.cursor() as cursor:
        found = practices.peers_of(cursor, ["language"], ["refugees", "women"], "salus-space")
        every = cursor.execute("SELECT id, sectors, target_groups, assessed FROM practice_card").fetchall()
        assert practices.peers_of(cursor, [], ["refugees"]).empty
    expected = {
        id_
        for id_, sectors, groups, assessed in every
        if assessed and "language" in sectors and {"refugees", "women"} & set(groups) and id_ != "salus-space"
    }
    assert expected
    assert set(found["id"]) == expected


def test_who_meets_an_indicator_shows_it_and_is_not_a_self_assessment(store: Store) -> None:
    with store.cursor() as cursor:
        found = practices.meeting(cursor, ALL)
        rows = cursor.execute(
            "SELECT DISTINCT a.indicator_id, a.practice_id FROM released_answer a WHERE a.answer = 'met' "
            "AND a.evidence_level >= 1 AND a.basis IN ('expert-review', 'desk-review') AND framework_version = '2.0.0'"
        ).fetchall()
        one = found.iloc[0]
        without = practices.meeting(cursor, [one["indicator_id"]], one["id"])
        assert practices.meeting(cursor, []).empty
    told = list(zip(found["indicator_id"], found["id"], strict=True))
    assert told
    assert len(set(told)) == len(told)
    assert set(told) <= set(rows)
    assert {id_ for id_, _ in told} >= {"eff-result", "sus-continued"}
    assert one["id"] not in set(without["id"])
    assert list(found["answer_evidence"]) == sorted(found["answer_evidence"], reverse=True)


def test_publications_come_by_their_ids(store: Store) -> None:
    with store.cursor() as cursor:
        found = library.publications(cursor, ["iom-me-guidelines", "no-such-publication"])
    assert list(found["id"]) == ["iom-me-guidelines"]
