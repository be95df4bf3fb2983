"""What a self-assessment reads of the catalogue: examples, peers, practices that are strong; only what is released."""

from __future__ import annotations

import shutil
from pathlib import Path

from criteria.framework import current_framework
from practices_db.database.store import Store
from practices_db.queries import practices

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


def test_strong_is_documented_enough_sure_and_with_proof(store: Store) -> None:
    with store.cursor() as cursor:
        for criterion in current_framework().criteria:
            found = practices.strong_in(cursor, criterion.id, 50.0)
            rows = cursor.execute(
                "SELECT practice_id FROM practice_score WHERE node = $node AND scored AND low >= 50 "
                "AND strongest_evidence >= 1",
                {"node": criterion.id},
            ).fetchall()
            assert set(found["id"]) == {id_ for (id_,) in rows}
            assert list(found["node_low"]) == sorted(found["node_low"], reverse=True)
