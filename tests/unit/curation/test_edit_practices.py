"""Curators change, everybody sees it at a release; nobody's change is lost; what is withdrawn is gone."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import oracles
import pytest
from refusals import refusal_of

from practices_db.__main__ import main
from practices_db.catalogue import write_files
from practices_db.catalogue.library_items import KINDS
from practices_db.catalogue.practice_filter import PracticeFilter
from practices_db.curation import edit_practices, releases, reviews, submissions
from practices_db.curation.permissions import CLI, Actor
from practices_db.curation.versioned_change import Edit
from practices_db.database import audit_log
from practices_db.database.store import Store
from practices_db.errors import ConflictError, NoSuchLinkError, PracticesError
from practices_db.files.exports.csv_json import content, practice_json, write_csv, write_json
from practices_db.operations.build import build, open_store
from practices_db.operations.compact import rewrite
from practices_db.queries import agreement, integrity, practices
from practices_db.queries.facet_index import Index
from practices_db.queries.views import View

CURATOR = Actor("curator", "person:0123456789abcdef")
PRACTICE, OTHER = "synthetic-accents", "synthetic-empty"
PAGE = "https://example.org/other-page"
FRAMEWORK = {"framework": "integration-practices", "framework_version": "2.0.0"}
TODAY = date(2026, 11, 25)


def version_of(store: Store, practice_id: str = PRACTICE) -> int:
    with store.cursor() as cursor:
        return edit_practices.practice(cursor, CLI, practice_id).version


def release(store: Store) -> releases.Release:
    with store.cursor() as cursor:
        seen = practices.data_version(cursor).number
    return releases.publish(store, CURATOR, "test", seen)


def rows(store: Store, sql: str) -> list[Any]:
    with store.cursor() as cursor:
        return cursor.execute(sql).fetchall()


def answers_of(indicators: dict[str, str], assessor: str = "the-operator", note: str = "said so") -> dict[str, Any]:
    given = [
        {"indicator_id": id_, "answer": answer, "evidence_level": 1, "note": note, "source_url": PAGE}
        for id_, answer in indicators.items()
    ]
    return FRAMEWORK | {"assessor": assessor, "assessed_on": "2026-11-20", "answers": given}


# --- nothing is seen before a release -------------------------------------------------------------------------


def everything_public(store: Store) -> list[Any]:
    """Return all that pages, files and routes are made of."""
    view = View()
    with store.cursor() as cursor:
        cards = practices.find_practices(cursor, PracticeFilter())
        seen: list[Any] = [
            cards.to_csv(),
            practices.totals(cursor),
            Index.read(cursor).select(PracticeFilter()).facet_counts(),
            practices.data_version(cursor),
            practices.assessors(cursor).to_csv(),
            practices.documentation(cursor).to_csv(),
            practices.selection_shares(cursor),
            agreement.readings(cursor),
            [practices.former(cursor, id_) for id_ in (PRACTICE, OTHER)],
        ]
        for id_ in cards["id"]:
            seen += [
                practices.answers(cursor, id_).to_csv(),
                practices.further_sources(cursor, id_).to_csv(),
                practices.scores(cursor, id_).to_csv(),
                practices.statement(cursor, id_),
                practices.corrections(cursor, id_),
            ]
    seen += [practice_json(store, id_, TODAY) for id_ in cards["id"]]
    seen += [
        content(write_csv(store, view, contents, "csv", TODAY)) for contents in ("scores", "everything", "answers")
    ]
    return [*seen, content(write_json(store, view, TODAY))]


def test_curators_change_everything_and_the_public_sees_it_at_the_release(tiny_store: Store) -> None:
    store, before = tiny_store, everything_public(tiny_store)
    edit_practices.edit_practice(
        store,
        Edit(CURATOR, PRACTICE, 1, "internal words", "Name corrected"),
        {"name": "Zażółć", "countries": "IT;FR"},
        PAGE,
    )
    with store.cursor() as cursor:
        given = next(one for one in edit_practices.answers(cursor, CURATOR, PRACTICE) if one["answer"] == "met")
    changes = {"answer": "not-met", "evidence_level": 3, "source_url": PAGE}
    edit_practices.edit_answer(
        store, Edit(CURATOR, given["assessment_id"], 1, "it was misread"), given["indicator_id"], changes
    )
    edit_practices.KEPT.archive(store, Edit(CURATOR, OTHER, 1, "never began"))
    edit_practices.still_running(store, Edit(CURATOR, PRACTICE, 2), True, "The city", TODAY)
    statement = {"organisation": "We", "words": "We see it otherwise."}
    sent = submissions.submit(store, "statement", statement, None, PRACTICE)
    reviews.accept(store, Edit(CURATOR, sent.id, 1, "looked at"))
    assert releases.pending(store, CURATOR) != []  # looking at what is to come releases nothing either
    assert everything_public(store) == before
    made = release(store)
    assert "internal words" not in repr((made, everything_public(store)))  # the reason is for the record
    assert {change.kind for change in made.changes} >= {"facts", "removed", "statement"}
    why = {change.kind: change.why for change in made.changes}
    assert (why["facts"], why["statement"]) == ("Name corrected", None)  # a reason stands at what it is given for
    with store.cursor() as cursor:
        card = practices.practice(cursor, PRACTICE)
        assert card is not None
        assert (card["name"], card["countries"], card["still_running"]) == ("Zażółć", ["IT", "FR"], True)
        assert card["sectors"] == ["language", "employment"]  # in the order of the file
        assert practices.practice(cursor, OTHER) is None
        gone = practices.former(cursor, OTHER)
        assert gone is not None
        assert (gone.practice_id, gone.reason) == (None, "never began")
        assert practices.statement(cursor, PRACTICE) is not None
        assert [words for _, words in practices.corrections(cursor, PRACTICE)] == ["Name corrected"]
        assert releases.changes(cursor) == list(made.changes)
        assert integrity.integrity_problems(cursor) == []
        assert audit_log.verify(cursor) == []


def test_moved_score_is_listed_with_by_how_much_and_why(tiny_store: Store) -> None:
    with tiny_store.cursor() as cursor:
        given = [
            one for one in edit_practices.answers(cursor, CURATOR, PRACTICE) if one["indicator_id"].startswith("eff-")
        ]
        before = practices.practice(cursor, PRACTICE)
    for one in given:
        new = "not-met" if one["answer"] != "not-met" else "met"
        place = (one["assessment_id"], one["indicator_id"])
        what = {"answer": new, "source_url": PAGE, "evidence_level": 3}
        edit_practices.edit_answer(
            tiny_store, Edit(CURATOR, place[0], one["version"], "misread", "An answer was misread"), place[1], what
        )
    made = release(tiny_store)
    with tiny_store.cursor() as cursor:
        after = practices.practice(cursor, PRACTICE)
    assert before is not None
    assert after is not None
    (move,) = [one for one in made.changes if one.node == "effectiveness"]
    assert move.why is not None
    assert "→" in move.why
    assert "An answer was misread" in move.why
    if before["effectiveness_scored"] or after["effectiveness_scored"]:
        assert move.kind == "moved"
    expected = after["effectiveness_score"] if after["effectiveness_scored"] else None
    assert move.score_after == expected


def test_release_without_a_change_is_refused(tiny_store: Store) -> None:
    with pytest.raises(PracticesError, match="nothing to release"):
        release(tiny_store)
    assert rows(tiny_store, "SELECT max(number) FROM data_version") == [(1,)]


# --- a change says why, keeps what stood before, and never overwrites ---------------------------------------------


def editing(reason: str, change: dict[str, str], page: str = PAGE, of: str = PRACTICE) -> Callable[[Store], object]:
    return lambda store: edit_practices.edit_practice(store, Edit(CURATOR, of, 1, reason), change, page)


def test_change_that_cannot_stand_is_refused_in_words(tiny_store: Store) -> None:
    refused: list[tuple[Callable[[Store], object], str]] = [
        (editing(" ", {"name": "x"}), "why"),
        (editing("why", {"name": "x"}, page=""), "Main source: address"),
        (editing("why", {}), "Nothing was changed"),
        (editing("why", {"countries": "XX"}), "Countries: 'XX'"),
        (editing("why", {"id": "other"}), "never changes"),
        (editing("why", {"role": "x"}), "Role"),
        (editing("why", {"name": "x"}, of="nobody"), "no practice 'nobody'"),
        (lambda s: edit_practices.KEPT.archive(s, Edit(CURATOR, PRACTICE, 1, "")), "why"),
        (lambda s: edit_practices.KEPT.merge(s, Edit(CURATOR, PRACTICE, 1, "why"), PRACTICE), "another one"),
        (lambda s: reviews.settle(s, Edit(CURATOR, PRACTICE, 0, "why"), "eff-result", "nothing"), "no disagreement"),
    ]
    before = rows(tiny_store, "SELECT * FROM practice ORDER BY id")
    told = [(words, refusal_of(partial(change, tiny_store))) for change, words in refused]
    assert [(words, said) for words, said in told if words not in said] == []
    assert rows(tiny_store, "SELECT * FROM practice ORDER BY id") == before


def test_answer_is_not_changed_without_its_source(tiny_store: Store) -> None:
    with tiny_store.cursor() as cursor:
        one = next(one for one in edit_practices.answers(cursor, CURATOR, PRACTICE) if one["answer"] == "met")
    place = (one["assessment_id"], one["indicator_id"])
    with pytest.raises(PracticesError, match="address of its source page"):
        edit_practices.edit_answer(
            tiny_store, Edit(CURATOR, place[0], 1, "why"), place[1], {"answer": "partly", "source_url": None}
        )
    edit_practices.edit_answer(
        tiny_store, Edit(CURATOR, place[0], 1, "misread"), place[1], {"answer": "partly", "source_url": PAGE}
    )
    with tiny_store.cursor() as cursor:
        line = audit_log.history(cursor, f"practice:{PRACTICE}")[0]
    assert line.before is not None
    assert line.after is not None
    assert (line.before["answer"], line.after["answer"], line.reason) == ("met", "partly", "misread")


def test_conflict_says_who_and_what_and_saves_nothing(tiny_store: Store) -> None:
    edit_practices.edit_practice(tiny_store, Edit(CURATOR, PRACTICE, 1, "why"), {"name": "First"}, PAGE)
    with pytest.raises(ConflictError, match=r"person:0123456789abcdef \(edit, .*\): name, source"):
        edit_practices.edit_practice(tiny_store, Edit(CLI, PRACTICE, 1, "why"), {"name": "Second"}, PAGE)
    assert rows(tiny_store, f"SELECT name, version FROM practice WHERE id = '{PRACTICE}'") == [("First", 2)]


def test_merged_practice_is_found_by_both_ids(tiny_store: Store) -> None:
    had = rows(tiny_store, f"SELECT count(*) FROM released_answer WHERE practice_id = '{PRACTICE}'")
    edit_practices.KEPT.merge(tiny_store, Edit(CURATOR, PRACTICE, 1, "the same project"), OTHER)
    release(tiny_store)
    with tiny_store.cursor() as cursor:
        found = practices.practice(cursor, PRACTICE)
        assert found is not None
        assert found["id"] == OTHER
        listed = practices.find_practices(cursor, PracticeFilter(practice=(PRACTICE,)))
        assert list(listed["id"]) == [OTHER]
        assert len(practices.answers(cursor, OTHER)) == had[0][0]
        assert integrity.integrity_problems(cursor) == []
    edit_practices.KEPT.merge(
        tiny_store, Edit(CURATOR, OTHER, version_of(tiny_store, OTHER), "the same, too"), "synthetic-lines"
    )
    release(tiny_store)
    with tiny_store.cursor() as cursor:
        further = practices.practice(cursor, PRACTICE)
    assert further is not None
    assert further["id"] == "synthetic-lines"


def test_archived_practice_comes_back_as_it_was(tiny_store: Store) -> None:
    before = rows(tiny_store, "SELECT * EXCLUDE (version) FROM practice ORDER BY id")
    edit_practices.KEPT.archive(tiny_store, Edit(CURATOR, PRACTICE, 1, "ended"))
    release(tiny_store)
    practices.require_named(tiny_store, PracticeFilter(practice=(PRACTICE, OTHER)))  # a list used every month goes on
    with pytest.raises(PracticesError, match=r"^id nobody is unknown$"):
        practices.require_named(tiny_store, PracticeFilter(practice=(PRACTICE, OTHER, "nobody")))
    with tiny_store.cursor() as cursor:
        told = practices.not_found(cursor, [PRACTICE, OTHER])
    assert told == [f"practice {PRACTICE} is no longer in the catalogue"]
    edit_practices.KEPT.relist(tiny_store, Edit(CURATOR, PRACTICE, 2, "it goes on"))
    release(tiny_store)
    assert rows(tiny_store, "SELECT * EXCLUDE (version) FROM practice ORDER BY id") == before
    with tiny_store.cursor() as cursor:
        assert practices.practice(cursor, PRACTICE) is not None
        assert practices.former(cursor, PRACTICE) is None


# --- the queue --------------------------------------------------------------------------------------------------


def test_self_assessment_goes_from_queue_to_catalogue_and_back(tiny_store: Store) -> None:
    receipt = submissions.submit(tiny_store, "self-assessment", answers_of({"eff-result": "met"}), None, OTHER)
    with tiny_store.cursor() as cursor:
        assert [one.id for one in reviews.queue(cursor, CURATOR)] == [receipt.id]
        (difference,) = reviews.differences(cursor, CURATOR, receipt.id)
    assert (difference.before, difference.after) == ("", "met, evidence level 1")
    back = reviews.send_back(tiny_store, Edit(CURATOR, receipt.id, 1, "Which year?"))
    opened = submissions.open_by_token(tiny_store, receipt.token)
    assert (opened.status, opened.curator_note) == ("returned", "Which year?")
    again = submissions.correct(tiny_store, receipt.token, answers_of({"eff-result": "partly"}), back)
    taken = reviews.accept(tiny_store, Edit(CURATOR, receipt.id, again, "sound"))
    release(tiny_store)
    assert rows(tiny_store, f"SELECT basis, answer FROM released_answer WHERE practice_id = '{OTHER}'") == [
        ("self-assessment", "partly")
    ]
    corrected = submissions.correct(tiny_store, receipt.token, answers_of({"eff-result": "not-met"}), taken)
    taken = reviews.accept(tiny_store, Edit(CURATOR, receipt.id, corrected, "sound, too"))
    release(tiny_store)
    assert rows(tiny_store, f"SELECT answer FROM released_answer WHERE practice_id = '{OTHER}'") == [("not-met",)]
    submissions.withdraw(tiny_store, receipt.token, taken)
    release(tiny_store)
    assert rows(tiny_store, f"SELECT answer FROM released_answer WHERE practice_id = '{OTHER}'") == []
    with tiny_store.cursor() as cursor:
        assert integrity.integrity_problems(cursor) == []
        assert audit_log.verify(cursor) == []


def test_a_link_does_not_lapse_while_what_came_in_with_it_is_public(tiny_store: Store) -> None:
    receipt = submissions.submit(tiny_store, "self-assessment", answers_of({"eff-result": "met"}), None, OTHER)
    past = {"past": audit_log.now() - timedelta(days=1)}

    def lapse() -> None:
        tiny_store.write(lambda cursor: cursor.execute("UPDATE submission SET expires = $past", past))

    lapse()
    with pytest.raises(NoSuchLinkError):
        submissions.open_by_token(tiny_store, receipt.token)
    version = reviews.accept(tiny_store, Edit(CURATOR, receipt.id, 1, "sound"))
    assert submissions.open_by_token(tiny_store, receipt.token).version == version
    lapse()
    submissions.withdraw(tiny_store, receipt.token, version)
    with pytest.raises(NoSuchLinkError):
        submissions.open_by_token(tiny_store, receipt.token)


def test_new_practice_comes_in_with_its_self_assessment(tiny_store: Store) -> None:
    profile = {
        "id": "synthetic-new",
        "name": "New",
        "countries": ["IT"],
        "summary": "Made up.",
        "source_url": PAGE,
        "source_name": "We",
        "source_confidence": "high",
        "checked_on": "2026-11-20",
    }
    content_ = answers_of({"eff-result": "met"}) | {"practice": profile}
    receipt = submissions.submit(tiny_store, "self-assessment", content_)
    reviews.accept(tiny_store, Edit(CURATOR, receipt.id, 1, "sound"))
    release(tiny_store)
    with tiny_store.cursor() as cursor:
        card = practices.practice(cursor, "synthetic-new")
    assert card is not None
    assert (card["name"], card["countries"], card["answered"]) == ("New", ["IT"], 1)


def test_second_assessor_answers_blind_and_disagreement_is_settled(tiny_store: Store) -> None:
    with tiny_store.cursor() as cursor:
        first = next(one for one in edit_practices.answers(cursor, CURATOR, PRACTICE) if one["answer"] == "met")
    receipt = submissions.invite(tiny_store, PRACTICE, CURATOR)
    opened = submissions.open_by_token(tiny_store, receipt.token)
    assert (opened.status, opened.payload) == ("draft", None)
    given = answers_of({first["indicator_id"]: "not-met"}, "second-reader")
    with pytest.raises(PracticesError, match="no answers yet"):
        submissions.hand_in(tiny_store, receipt.token, 1)
    saved = submissions.save(tiny_store, receipt.token, given, 1)
    handed = submissions.hand_in(tiny_store, receipt.token, saved)
    reviews.accept(tiny_store, Edit(CURATOR, receipt.id, handed, "complete"))
    with tiny_store.cursor() as cursor:
        (open_,) = [
            one for one in reviews.disagreements(cursor, CURATOR, PRACTICE) if one.indicator_id == first["indicator_id"]
        ]
    second = next(id_ for id_ in open_.answers if "second-reader" in id_)
    reviews.settle(
        tiny_store, Edit(CURATOR, PRACTICE, open_.version, "The report says so."), open_.indicator_id, second
    )
    release(tiny_store)
    counted = rows(tiny_store, f"SELECT answer, disagreement FROM counted_answer WHERE assessment_id = '{second}'")
    assert counted == [("not-met", True)]
    with tiny_store.cursor() as cursor:
        (found,) = agreement.readings(cursor)
        assert (found.way, found.practices, found.agreement.same, found.agreement.differences) == (
            "own-sources",
            1,
            0,
            1,
        )
        assert [(one.indicator_id, one.steps) for one in found.drifts] == [(open_.indicator_id, -2.0)]


# --- many at once -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("writers", "each"), [(4, 3), pytest.param(16, 50, marks=pytest.mark.slow)])
def test_writers_at_once_lose_no_save(writers: int, each: int, tiny_store: Store) -> None:
    """Writers save at once, each is told of its refusals, and nobody's save is lost."""
    store = tiny_store
    refused = []

    def write(writer: int) -> int:
        done = 0
        while done < each:
            seen = version_of(store)
            people = {"people_reached": writer * 1_000 + done}
            try:
                edit_practices.edit_practice(store, Edit(CURATOR, PRACTICE, seen, f"{writer}.{done}"), people, PAGE)
            except ConflictError as error:
                refused.append(str(error))
            else:
                done += 1
        return done

    with ThreadPoolExecutor(writers) as pool:
        assert sum(pool.map(write, range(1, writers + 1))) == writers * each
    assert version_of(store) == 1 + writers * each
    with store.cursor() as cursor:
        lines = audit_log.history(cursor, f"practice:{PRACTICE}")
        assert audit_log.verify(cursor) == []
    assert len({line.reason for line in lines}) == writers * each
    assert [line.version for line in reversed(lines)] == list(range(2, 2 + writers * each))
    assert all("changed in between" in message for message in refused)
    for older, newer in zip(lines[1:], lines[:-1], strict=True):  # each save began from what the one before it left
        assert older.after is not None
        assert newer.before is not None
        assert newer.before["people_reached"] == older.after["people_reached"]


@pytest.mark.parametrize("times", [2, pytest.param(100, marks=pytest.mark.slow)])
def test_nothing_is_published_twice(times: int, tiny_store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two curators accept the same submission and release the same data at once: one of each succeeds."""
    monkeypatch.setattr(submissions, "PER_HOUR", 1_000)
    monkeypatch.setattr(submissions, "PER_PRACTICE_AND_DAY", 1_000)
    store = tiny_store
    for turn in range(times):
        words = {"organisation": "We", "words": f"Statement {turn}."}
        sent = submissions.submit(store, "statement", words, None, PRACTICE)
        with store.cursor() as cursor:
            seen = practices.data_version(cursor).number

        def accept(_: int, sent: submissions.Receipt = sent) -> bool:
            return succeeded(lambda: reviews.accept(store, Edit(CURATOR, sent.id, 1, "sound")))

        def publish(_: int, seen: int = seen) -> bool:
            return succeeded(lambda: releases.publish(store, CURATOR, "", seen))

        with ThreadPoolExecutor(2) as pool:
            assert sorted(pool.map(accept, range(2))) == [False, True]
            assert sorted(pool.map(publish, range(2))) == [False, True]
    assert rows(store, "SELECT max(number), count(*) FROM data_version") == [(times + 1, times + 1)]


def succeeded(work: Callable[[], object]) -> bool:
    try:
        work()
    except PracticesError:
        return False
    return True


# --- files, bytes, start -------------------------------------------------------------------------------------------


def released_state(store: Store) -> list[Any]:
    with store.cursor() as cursor:
        files = write_files.texts(cursor)
    cards = rows(store, "SELECT * FROM practice_card ORDER BY id")
    scores = rows(store, "SELECT * FROM practice_score ORDER BY ALL")
    return [files, cards, scores, rows(store, "SELECT number, content_hash FROM data_version ORDER BY number")]


def test_shipped_files_are_written_back_byte_for_byte(store: Store, tmp_path: Path) -> None:
    shipped = [name for name in write_files.FILES if (oracles.CATALOGUE / name).exists()]
    assert len(shipped) == 13
    assert write_files.write_catalogue(store, tmp_path) == [*shipped, "releases.csv"]
    for name in shipped:
        assert (tmp_path / name).read_bytes() == (oracles.CATALOGUE / name).read_bytes()


def test_a_merge_after_which_fact_and_answer_differ_is_refused_at_once(own: Store) -> None:
    ((old,), *_) = rows(
        own,
        "SELECT practice_id FROM counted_answer WHERE indicator_id = 'sus-transferred' AND answer = 'met' ORDER BY ALL",
    )
    ((kept,), *_) = rows(
        own,
        "SELECT id FROM practice_card WHERE NOT assessed AND transferred_elsewhere IS NULL AND evaluation_documented "
        "ORDER BY ALL",
    )
    with pytest.raises(PracticesError, match="Nothing was merged: transferred_elsewhere is blank"):
        edit_practices.KEPT.merge(own, Edit(CURATOR, old, 1, "the same"), kept)
    with own.cursor() as cursor:
        assert edit_practices.practice(cursor, CURATOR, old).state == "listed"
    edit_practices.edit_practice(own, Edit(CURATOR, kept, 1, "so"), {"transferred_elsewhere": "yes"}, PAGE)
    edit_practices.KEPT.merge(own, Edit(CURATOR, old, 1, "the same"), kept)
    release(own)
    with own.cursor() as cursor:
        assert integrity.integrity_problems(cursor) == []


def test_written_catalogue_builds_the_same_data(tiny_store: Store, tmp_path: Path) -> None:
    edit_practices.edit_practice(
        tiny_store, Edit(CURATOR, PRACTICE, 1, "page (of 2020)", "Ł, “why”\nso"), {"place": "Łódź;Bari"}, PAGE
    )
    edit_practices.still_running(tiny_store, Edit(CURATOR, PRACTICE, 2), False, "The city", TODAY)
    edit_practices.KEPT.merge(tiny_store, Edit(CURATOR, OTHER, 1, "the same"), "synthetic-lines")
    edit_practices.KEPT.archive(tiny_store, Edit(CURATOR, "synthetic-formula", 1, '=cmd|"x"'))
    sent = submissions.submit(tiny_store, "statement", {"organisation": "Ø", "words": 'a\n\n,b;"c"'}, None, PRACTICE)
    reviews.accept(tiny_store, Edit(CURATOR, sent.id, 1, "sound"))
    release(tiny_store)
    folder = tmp_path / "written"
    # the synthetic catalogue has none
    knowledge = {*(kind.file for kind in KINDS.values()), "former_links.csv", "settlements.csv"}
    assert set(write_files.write_catalogue(tiny_store, folder)) == {*write_files.FILES, "releases.csv"} - knowledge
    build(tmp_path / "again.duckdb", folder)
    with Store(tmp_path / "again.duckdb") as again:
        assert released_state(again) == released_state(tiny_store)
        assert write_files.write_catalogue(again, folder) == []


def test_withdrawn_content_is_gone_from_the_bytes_of_the_file(database: Path, tmp_path: Path) -> None:
    store = Store(database)
    secrets_ = [secrets.token_hex(24) for _ in range(3)]
    given = answers_of({"eff-result": "met"}, note=f"a client's story {secrets_[0]}")
    receipt = submissions.submit(store, "self-assessment", given, f"{secrets_[1]}@example.org", OTHER)
    reviews.accept(store, Edit(CURATOR, receipt.id, 1, "sound"))
    release(store)
    with store.cursor() as cursor:
        (one,) = edit_practices.answers(cursor, CURATOR, OTHER)
    place = (one["assessment_id"], one["indicator_id"])
    edit_practices.edit_answer(
        store, Edit(CURATOR, place[0], 1, "shortened"), place[1], {"note": f"shorter {secrets_[2]}"}
    )
    assert all(
        any(text in repr(rows(store, f"FROM {t}")) for t in ("submission", "answer", "audit")) for text in secrets_
    )
    submissions.withdraw(store, receipt.token, 2)
    release(store)
    for table in rows(store, "SELECT table_name FROM duckdb_tables()"):
        assert not any(text in repr(rows(store, f"FROM {table[0]}")) for text in secrets_)
    store.close()
    rewrite(database)
    files = {file.name: file.read_bytes() for file in tmp_path.iterdir() if file.name.startswith("made-up")}
    assert sorted(files) == [database.name, f"{database.name}.withdrawn", f"{database.name}.witness"]
    assert not any(text.encode() in content for text in secrets_ for content in files.values())
    with open_store(database) as again, again.cursor() as cursor:
        assert integrity.integrity_problems(cursor) == []
        assert audit_log.verify(cursor) == []


def test_broken_record_is_noticed_at_start_and_by_check(database: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with Store(database) as store:
        edit_practices.KEPT.archive(store, Edit(CURATOR, PRACTICE, 1, "ended"))
        store.write(lambda cursor: cursor.execute("UPDATE audit SET actor = 'nobody'"))
    with pytest.raises(PracticesError, match="record of changes does not hold together"):
        open_store(database)
    assert main(["check", "--database", str(database)]) == 1
    assert "line 1 was changed" in capsys.readouterr().err


def test_command_line_releases_grants_and_tells_the_history(
    database: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PRACTICES_SNAPSHOT", str(tmp_path / "for-replicas"))
    with Store(database) as store:
        edit_practices.edit_practice(
            store, Edit(CURATOR, PRACTICE, 1, "why", "Name corrected"), {"name": "New name"}, PAGE
        )

    def run(*arguments: str) -> str:
        assert main([*arguments, "--database", str(database)]) == 0
        return capsys.readouterr().out

    assert "because: Name corrected\n1 change would be released" in run("publish", "--dry-run")
    assert not (tmp_path / "for-replicas.releases").exists()
    assert "in release 2" in run("publish", "--note", "first")
    assert (tmp_path / "for-replicas.releases").exists()
    assert "releases.csv" in run("write-catalogue", "--folder", str(tmp_path / "out"))
    assert "somebody@example.org  curator" in run("grant", "somebody@example.org", "curator")
    assert run("grant", "somebody@example.org", "none") == ""
    assert "name: " in run("history", f"practice:{PRACTICE}")
    assert "role: viewer → curator" in run("history", "user:Somebody@example.org")  # person: is below
    assert run("history", f"practice:{OTHER}").endswith("0 lines\n")  # nobody has changed it
    for unknown, said in (
        ("practice:nope", "There is no practice"),
        ("evidence:nope", "There is no publication"),
        ("person:nobody@example.org", "The record has no line on 'person:"),
        ("foo", "practice:ID, "),
        ("foo:bar", "person:EMAIL, data or session."),
        ("practice", "practice:ID, "),
    ):
        assert main(["history", unknown, "--database", str(database)]) == 1
        assert said in capsys.readouterr().err
    assert "written anew" in run("rewrite")
    assert "no problems" in run("check")
