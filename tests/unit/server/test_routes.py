"""The read-only routes: filters of the links, reasons for refusals, ETags, pieces, published data only."""

from __future__ import annotations

import shutil
from pathlib import Path
from urllib.parse import urlencode

import pytest
from route_answers import get
from sample_views import FILTERS, SORT_ORDERS

from pages.shared.components import database
from pages.shared.server import routes
from practices_db.catalogue import scorecards
from practices_db.catalogue.practice_filter import PracticeFilter
from practices_db.config import DATA
from practices_db.database.store import Cursor, Store
from practices_db.files.reopen import reopen
from practices_db.operations import release_tables, replica
from practices_db.queries import practices
from practices_db.queries.views import View


def query_of(chosen: PracticeFilter, **more: str) -> str:
    return urlencode(chosen.params() | {name: [value] for name, value in more.items()}, doseq=True)


@pytest.fixture
def changing(catalogue_db: Path, _file_to_read: Path, tmp_path: Path) -> Store:
    """Return the store that the routes answer from, on a copy that a test may change; closed after the last test."""
    shutil.copy(catalogue_db, tmp_path / "practices.duckdb")
    return database.store()


# --- what is asked for ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("at", range(3, 200, 46))
def test_routes_answer_what_the_screen_shows_in_its_order(at: int, served: Store) -> None:
    chosen, sort = FILTERS[at], SORT_ORDERS[at % len(SORT_ORDERS)]
    with served.cursor() as cursor:
        expected = practices.find_practices(cursor, chosen, sort)["id"].tolist()
    as_csv, as_json = (get(f"/api/practices.{kind}", query_of(chosen, sort=sort)) for kind in ("csv", "json"))
    assert [row["practice_id"] for row in as_csv.rows()] == expected
    assert [one["practice_id"] for one in as_json.json()["practices"]] == expected
    assert as_json.json()["recipe"]["practices"] == len(expected)
    for answer in (as_csv, as_json):
        assert answer.status == 200
        assert int(answer.headers["content-length"]) == len(answer.body)
    if expected:
        assert reopen(served, as_csv.body).view == View(chosen=chosen, sort=sort)


def test_contents_and_format_are_chosen_by_parameters(served: Store) -> None:  # noqa: ARG001 - asked by the routes
    answer = get("/api/practices.csv", "country=IT&contents=answers&format=csv-semicolon")
    rows = answer.rows(";")
    assert {"indicator_id", "evidence_level"} <= set(rows[0])
    assert "_answers_" in answer.headers["content-disposition"]
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"


def test_one_practice_has_its_scores_answers_and_sources(served: Store) -> None:
    found = get("/api/practices/duo-for-a-job.json").json()
    with served.cursor() as cursor:
        answers = practices.answers(cursor, "duo-for-a-job")
        scores = practices.scores(cursor, "duo-for-a-job")
    assert found["practice"]["name"] == "DUO for a JOB"
    assert {one["indicator_id"] for one in found["answers"]} == set(answers["indicator_id"])
    assert {one["node"] for one in found["scores"]} == set(scores["node"])
    assert found["sources"]
    assert found["recipe"]["filters"] == [{"filter": "practice", "id": "duo-for-a-job", "name": "DUO for a JOB"}]


@pytest.mark.parametrize("id_", ["nobody", "x" * 200, "../etc", "%00", "Ł", "DUO", "a'--"])
def test_practice_that_is_not_there_is_404_with_the_reason(id_: str, served: Store) -> None:  # noqa: ARG001
    answer = get(f"/api/practices/{id_}.json")
    assert answer.status == 404
    assert answer.json()["errors"]


@pytest.mark.parametrize("path", ["/api", "/api/", "/api/practices", "/api/practices.xml", "/api/../x"])
def test_other_addresses_name_the_routes(path: str) -> None:
    answer = get(path)
    assert answer.status == 404
    assert "/api/practices.csv" in answer.json()["routes"]


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_pages_of_other_sites_may_read(method: str, served: Store) -> None:  # noqa: ARG001 - asked by the routes
    asked = {"origin": "https://elsewhere.example", "access_control_request_method": "GET"}
    for path in (
        "/api/practices.csv",
        "/api/findings.json",
        "/api/practices/nobody.json",
        "/api/practices.json?sort=x",
    ):
        answer = get(*path.partition("?")[::2], method=method, **asked)
        assert answer.headers["access-control-allow-origin"] == "*"
        assert answer.headers["access-control-allow-methods"] == "GET, HEAD, OPTIONS"
        assert "ETag" in answer.headers["access-control-expose-headers"]
        assert "access-control-allow-credentials" not in answer.headers
        assert (answer.status == 204) == (method == "OPTIONS")


BEGINS = {"xlsx": b"PK", "pdf": b"%PDF-", "html": b"<!doctype html>", "bib": b"@", "ris": b"TY  - "}


def test_every_format_of_the_screen_is_given(served: Store) -> None:
    for path in ("practices.xlsx", "practices.pdf", "practices.html", "publications.bib", "publications.ris"):
        answer = get(f"/api/{path}", "country=MT")
        suffix = path.rsplit(".", maxsplit=1)[-1]
        assert answer.body.lower().startswith(BEGINS[suffix].lower()), path
        assert answer.headers["content-disposition"].endswith(f'.{suffix}"')
    for suffix in ("xlsx", "pdf", "html"):
        answer = get(f"/api/practices/duo-for-a-job.{suffix}")
        assert answer.body.lower().startswith(BEGINS[suffix].lower())
        assert "duo-for-a-job" in answer.headers["content-disposition"]
    chosen = PracticeFilter(country=("IT",))
    with served.cursor() as cursor:
        ids = practices.find_practices(cursor, chosen, "name")["id"].tolist()
        expected = cursor.execute(
            "SELECT count(*) FROM released_result WHERE practice_id IN $ids", {"ids": ids}
        ).fetchone()
    results = get("/api/results.csv", "country=IT&sort=name").rows()
    assert (len(results),) == expected
    assert {row["practice_id"] for row in results} <= set(ids)
    assert not list(served.exports.iterdir())


@pytest.mark.parametrize("name", ["publications", "organisations", "findings"])
def test_the_library_is_given_as_the_screen_writes_it(name: str, served: Store) -> None:  # noqa: ARG001
    whole = get(f"/api/{name}.csv")
    assert len(whole.rows()) > 100
    for_sheets = get(f"/api/{name}.csv", "format=csv-semicolon").rows(";")
    assert {row["format"] for row in for_sheets} == {"csv-semicolon"}
    assert len(for_sheets) == len(whole.rows())
    assert get(f"/api/{name}.csv", "colour=red").status == 400
    if name != "findings":
        assert 0 < len(get(f"/api/{name}.csv", "country=DE&q=integration").rows()) < len(whole.rows())
        assert "country: 'ZZ'" in get(f"/api/{name}.csv", "country=ZZ").json()["errors"][0]


def test_too_many_practices_for_a_brief_are_said(served: Store, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ARG001
    monkeypatch.setattr("practices_db.files.briefs.content.MOST_IN_A_BRIEF", 3)
    answer = get("/api/practices.pdf")
    assert answer.status == 400
    assert answer.json()["errors"]


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_nothing_can_be_written(method: str) -> None:
    for path in ("/api/practices.csv", "/api/practices.json", "/api/practices/duo-for-a-job.json"):
        answer = get(path, method=method)
        assert answer.status == 405
        assert answer.json()["errors"] == [f"{method} is not answered here; GET, HEAD, OPTIONS are."]


# --- mistakes ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "reasons"),
    [
        ("country=ZZ", ["country: 'ZZ'"]),
        ("country=Italy", ["did you mean", "IT"]),
        ("colour=red", ["'colour' is no parameter", "target-group"]),
        ("country=ZZ&colour=red&sort=x", ["'ZZ'", "'colour'", "sort: 'x' is not known"]),
        ("sort=worst", ["sort: 'worst' is not known", "documented"]),
        ("sort=name&sort=newest", ["sort is given 2 times"]),
        ("contents=all", ["contents: 'all'", "scores, answers, everything"]),
        ("format=xml", ["format: 'xml'", "csv-semicolon"]),
        ("from=soon", ["from soon is not a whole number from 1900 to 2100"]),
        ("from=2020&to=2010", ["ends before it begins"]),
        ("coverage=101", ["coverage 101 is not a whole number from 0 to 100"]),
        ("id=NOT_AN_ID&id=", ["id NOT_AN_ID is unknown", "id “” is unknown"]),
        ("id=nope&id=no-more", ["id nope is unknown", "id no-more is unknown"]),
        ("&".join(f"id=x{at}" for at in range(150)), ["id names more than 100 practices"]),
        ("q=" + "x" * 5_000, ["q is longer than 200 characters"]),
        *(
            (f"{name}=1990&{name}=2000", [f"{name} is given 2 times"])
            for name in ("q", "from", "to", "coverage", "undated", "all-groups")
        ),
        ("undated=yes", ["undated: yes"]),
        ("q=" + "x" * 9_000, ["longer than 8,000"]),
        ("country=%00", ["country"]),
        ("country=<script>alert(1)</script>", ["country"]),
    ],
)
def test_bad_parameters_are_400_with_every_reason(query: str, reasons: list[str], served: Store) -> None:
    answer = get("/api/practices.csv", query)
    assert answer.status == 400
    assert answer.headers["content-type"] == "application/json"
    said = " ".join(answer.json()["errors"])
    assert all(reason in said for reason in reasons), said
    assert not list(served.exports.iterdir())


@pytest.mark.parametrize("query", [b"\xff\xfe", b"a=1&&&=", b"%", b"country=%ff", b"=", b";", b"country[]=IT"])
def test_damaged_addresses_are_no_failure(query: bytes, served: Store) -> None:  # noqa: ARG001
    assert get("/api/practices.json", query).status in (200, 400)


def test_parameters_of_the_csv_are_none_of_the_json(served: Store) -> None:  # noqa: ARG001
    assert get("/api/practices.json", "format=csv").status == 400


# --- past releases -------------------------------------------------------------------------------------------


def test_a_past_release_is_answered_as_it_was(changing: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    release_tables.write(changing)
    [(id_, old)] = rows_of(changing, "SELECT id, name FROM practice_card ORDER BY id LIMIT 1")
    [(paper,)] = rows_of(changing, "SELECT id FROM evidence_card WHERE title ILIKE '%refugee%' ORDER BY id LIMIT 1")
    for sql in (
        "UPDATE practice_card SET name = 'A newer name' WHERE id = (SELECT min(id) FROM practice_card)",
        f"DELETE FROM evidence_card WHERE id = '{paper}'",
        "INSERT INTO data_version VALUES (2, DATE '2026-03-01', repeat('b', 64), 'test', NULL)",
    ):
        changing.write(lambda cursor, sql=sql: cursor.execute(sql))
    release_tables.write(changing)
    path = f"/api/practices/{id_}.json"
    assert "A newer name" in get(path).body.decode()
    assert "A newer name" in get(path, "release=2").body.decode()
    answer = get("/api/practices.csv", "release=99")
    assert (answer.status, answer.json()) == (404, {"errors": ["There is no release 99; there are 1 to 2."]})
    before = get(path, "release=1")
    assert old in before.body.decode()
    assert "A newer name" not in before.body.decode()
    assert before.headers["etag"].startswith('W/"1-')
    assert get(path, "release=1", if_none_match=before.headers["etag"]).status == 304
    listed = {row["practice_id"]: row for row in get("/api/practices.csv", "release=1").rows()}
    assert listed[id_]["name"] == old
    assert {row["data_version"].split()[0] for row in listed.values()} != {
        row["data_version"].split()[0] for row in get("/api/practices.csv").rows()
    }
    assert paper in get("/api/publications.csv", "q=refugee&release=1").body.decode()
    assert paper not in get("/api/publications.csv", "q=refugee").body.decode()
    third = "INSERT INTO data_version VALUES (3, DATE '2026-04-01', repeat('c', 64), 'test', NULL)"
    changing.write(lambda cursor: cursor.execute(third))
    release_tables.write(changing)
    monkeypatch.setattr(replica, "_MOST", 1)  # one that is open and one that is about to be closed
    answers = [get(path, f"release={number}") for number in (1, 2, 1)]
    assert [one.status for one in answers] == [200, 200, 503]
    assert "try again in a minute" in answers[-1].json()["errors"][0]


def test_tables_that_cannot_be_read_say_so_and_no_more(changing: Store) -> None:  # noqa: ARG001 - none were written
    answer = get("/api/practices.csv", "release=99")
    assert (answer.status, answer.json()) == (503, {"errors": ["Past releases cannot be read at the moment."]})


def test_a_release_is_one_whole_number_and_of_some_routes_only(served: Store) -> None:  # noqa: ARG001
    for wrong in ("release=0", "release=x", "release=1&release=1", "release="):
        answer = get("/api/practices.csv", wrong)
        assert answer.status == 400
        assert answer.json()["errors"] == ["release is one whole number, as in release=1"]
    assert "no parameter" in get("/api/openapi.json", "release=1").json()["errors"][0]


def rows_of(store: Store, sql: str) -> list[tuple[str, ...]]:
    with store.cursor() as cursor:
        return cursor.execute(sql).fetchall()


# --- ETag ----------------------------------------------------------------------------------------------------


def test_etag_is_the_data_version_s_and_spares_a_second_transfer(changing: Store) -> None:
    for path, query in (
        ("/api/practices.csv", "country=IT"),
        ("/api/practices.json", "country=IT"),
        ("/api/practices/duo-for-a-job.json", ""),
    ):
        first = get(path, query)
        tag = first.headers["etag"]
        again = get(path, query, if_none_match=f'"other", {tag}')
        assert (again.status, again.body, again.headers["etag"]) == (304, b"", tag)
        assert get(path, query, if_none_match='"other"').status == 200
    tags = {
        get("/api/practices.csv", query).headers["etag"]
        for query in ("", "country=IT", "sort=name", "contents=answers")
    }
    assert len(tags) == 4
    tag = get("/api/practices.csv").headers["etag"]
    changing.write(
        lambda cursor: cursor.execute(
            "INSERT INTO data_version VALUES (2, DATE '2026-03-01', repeat('b', 64), 'test', NULL)"
        )
    )
    answer = get("/api/practices.csv", if_none_match=tag)
    assert answer.status == 200
    assert answer.headers["etag"].startswith('W/"2-')


def test_another_program_answers_anew(served: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ARG001
    tags = set()
    for program in ("one = 1\n", "one = 2\n"):
        (tmp_path / "program.py").write_text(program, encoding="utf-8")
        routes._program.cache_clear()
        with monkeypatch.context() as patch:
            patch.setattr(routes, "_PROGRAM", [tmp_path])
            tags |= {get(f"/api/{name}").headers["etag"] for name in ("openapi.json", "schema.json")}
            (tmp_path / "program.pyc").write_bytes(b"compiled")
    routes._program.cache_clear()
    assert len(tags) == 4


# --- published only, in pieces, nothing left -----------------------------------------------------------------


def test_what_is_not_published_is_in_no_answer(changing: Store) -> None:
    def work(cursor: Cursor) -> None:
        for status in ("draft", "submitted", "returned", "withdrawn"):
            cursor.execute(
                "INSERT INTO assessment (id, practice_id, framework_id, framework_version, "
                "basis, assessor, assessed_on, status, version) "
                "VALUES ($status, 'a-walk-to-museums', 'integration-practices', '2.0.0', "
                "'self-assessment', 'hidden-assessor-' || $status, DATE '2026-02-20', $status, 1)",
                {"status": status},
            )
            cursor.execute(
                "INSERT INTO answer VALUES ($status, 'eff-result', 'met', 1, 'hidden note of ' || $status, "
                "'https://hidden.example.org', 'hidden', false, 1)",
                {"status": status},
            )
        scorecards.rebuild(cursor)

    changing.write(work)
    asked = [
        ("/api/practices.csv", f"id=a-walk-to-museums&contents={what}") for what in ("scores", "answers", "everything")
    ]
    asked += [("/api/practices.json", "id=a-walk-to-museums"), ("/api/practices/a-walk-to-museums.json", "")]
    for path, query in asked:
        answer = get(path, query)
        assert answer.status == 200
        assert b"hidden" not in answer.body


def test_answers_come_in_pieces_and_leave_nothing_behind(served: Store) -> None:
    answer = get("/api/practices.csv", "contents=everything")
    assert len(answer.pieces) > 1
    assert max(map(len, answer.pieces)) <= 1 << 18
    assert not list(served.exports.iterdir())


def test_asker_that_goes_away_leaves_nothing_behind(served: Store) -> None:
    answer = get("/api/practices.csv", "contents=everything", gone_after=0)
    assert len(answer.pieces) == 1
    assert not list(served.exports.iterdir())


def test_failure_is_said_with_an_id_and_nothing_of_the_inside(
    changing: Store, caplog: pytest.LogCaptureFixture
) -> None:
    changing.write(lambda cursor: cursor.execute("ALTER TABLE practice_card DROP COLUMN people_reached"))
    answer = get("/api/practices.csv")
    assert answer.status == 500
    (said,) = answer.json()["errors"]
    assert said.startswith("Please try again; if it stays, report error ")
    assert said[-9:-1] in caplog.text
    assert "people_reached" not in said
    assert not list(changing.exports.iterdir())


def test_findings_come_whole_with_families_coders_and_labels(served: Store) -> None:  # noqa: ARG001 - what the routes answer from
    answer = get("/api/findings.csv")
    assert answer.body == (DATA / "catalogue" / "findings.csv").read_bytes()
    again = get("/api/findings.csv", if_none_match=answer.headers["etag"])
    assert again.status == 304
    told = get("/api/findings.json").json()
    assert len(told["findings"]) == len(answer.rows())
    assert {row["study_family"] for row in told["findings"]} == {row["study_family"] for row in answer.rows()}
    (label,) = (
        one
        for one in told["labels"]
        if (one["measure_type"], one["outcome"]) == ("job-coaching-and-matching", "employment")
    )
    assert (label["label"], label["studies"], label["randomised"]) == ("consistent", 5, 4)
    assert told["rule"]["version"] == "1"
    assert get("/api/findings.csv", "type=befriending").status == 400
