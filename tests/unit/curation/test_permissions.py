"""Who may do what, tried through the functions: every role, every action, every state; nothing is granted too much."""

from __future__ import annotations

import itertools
import secrets
import shutil
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any, get_args

import pytest
from import_files import HOUSE, PAPER

from practices_db.catalogue import library_store
from practices_db.catalogue.library_rows import EvidenceRow, LinkRow, OrganisationRow
from practices_db.curation import edit_library, edit_practices, releases, reviews, submissions, users
from practices_db.curation.permissions import ANYBODY, CLI, GRANTED, MOVES, Thing, allowed, require
from practices_db.curation.versioned_change import Edit
from practices_db.database import audit_log
from practices_db.database.commit_marker import witness_path
from practices_db.database.store import Store
from practices_db.errors import Actor, NotAllowedError, PracticesError, Role
from practices_db.operations import backup_schedule, backups
from practices_db.queries.practices import data_version

PRACTICE, OTHER, THIRD = "synthetic-accents", "synthetic-empty", "synthetic-lines"
PAGE = "https://example.org/page"
WORDS = {"organisation": "We", "words": "We see it otherwise."}
TODAY = date(2026, 11, 25)
CURATING = {"curator", "machine"}
ROLES: tuple[Role, ...] = get_args(Role)
# Who is refused changes nothing, so all of them can try on one database; who may needs one of their own.
PARTIES = (*((role,) for role in sorted(CURATING)), tuple(role for role in ROLES if role not in CURATING))
SUBMISSION_STATES = ("draft", "submitted", "returned", "published", "withdrawn")
PRACTICE_STATES = ("listed", "archived", "merged")


def actors() -> dict[str, Actor]:
    """Return one actor of each role; the assessor holds a link to something else."""
    return {role: Actor(role, "token:other" if role == "assessor" else f"{role}-1") for role in ROLES}


def in_state(store: Store, state: str) -> submissions.Receipt:
    """Return a submission in a state; as a second assessment where it is a draft, else as a statement."""
    if state == "draft":
        receipt = submissions.invite(store, PRACTICE, CLI)
        given = {"framework": "integration-practices", "framework_version": "2.0.0", "assessor": "x"}
        submissions.save(store, receipt.token, given | {"assessed_on": "2026-11-20", "answers": []}, 1)
        return receipt
    once = WORDS | {"words": f"{WORDS['words']} {secrets.token_hex(8)}"}  # the very same is refused while it stands
    receipt = submissions.submit(store, "statement", once, None, PRACTICE)
    match state:
        case "returned":
            reviews.send_back(store, Edit(CLI, receipt.id, 1, "why"))
        case "published":
            reviews.accept(store, Edit(CLI, receipt.id, 1, "sound"))
        case "withdrawn":
            submissions.withdraw(store, receipt.token, 1)
    return receipt


def everything(store: Store) -> list[Any]:
    """Return the content of every table that a refused action could have changed."""
    with store.cursor() as cursor:
        names = (
            *("practice", "assessment", "answer", "settlement", "statement", "person", "data_version"),
            *("evidence", "organisation", "link"),
        )
        tables = [cursor.execute(f"SELECT * FROM {name} ORDER BY ALL").fetchall() for name in names]
        return [
            *tables,
            cursor.execute("SELECT * EXCLUDE (last_used, expires) FROM submission ORDER BY ALL").fetchall(),
        ]


def tried(store: Store, action: Callable[[], object], may: bool) -> None:
    """Do something that is allowed or not, and see that what is not is refused, changes nothing and is on record."""
    lines = last(store)
    if may:
        action()
        assert last(store) > lines
        return
    before = everything(store)
    with pytest.raises(NotAllowedError) as refused:
        action()
    assert "\n" not in str(refused.value)
    assert everything(store) == before
    with store.cursor() as cursor:
        (line,) = cursor.execute("SELECT action, role FROM audit WHERE seq > $last", {"last": lines}).fetchall()
    assert line == ("refused", refused.value.actor.role)


def last(store: Store) -> int:
    with store.cursor() as cursor:
        return audit_log.head(cursor)[0]


# --- submissions: five roles × four actions of curators × five states -------------------------------------------

REVIEWING: dict[str, tuple[Callable[..., object], set[str], set[str]]] = {
    "accept": (lambda s, a, r, v: reviews.accept(s, Edit(a, r.id, v, "sound")), CURATING, {"submitted"}),
    "return": (lambda s, a, r, v: reviews.send_back(s, Edit(a, r.id, v, "why")), CURATING, {"submitted"}),
    "withdraw": (
        lambda s, a, r, v: reviews.withdraw(s, Edit(a, r.id, v, "asked for")),
        CURATING,
        {"draft", "submitted", "returned", "published"},
    ),
    "renew": (
        lambda s, a, r, v: reviews.renew_link(s, a, r.id),  # noqa: ARG005
        CURATING,
        {"draft", "submitted", "returned", "published"},
    ),
}


@pytest.mark.parametrize("state", SUBMISSION_STATES)
@pytest.mark.parametrize("action", REVIEWING)
def test_who_may_act_on_a_submission_in_which_state(action: str, state: str, tiny_store: Store) -> None:
    do, roles, states = REVIEWING[action]
    for role, actor in actors().items():
        receipt = in_state(tiny_store, state)
        with tiny_store.cursor() as cursor:
            version = reviews.submission(cursor, CLI, receipt.id).version
        may = role in roles and state in states
        tried(tiny_store, lambda: do(tiny_store, actor, receipt, version), may)  # noqa: B023


HOLDING: dict[str, tuple[Callable[..., object], set[str]]] = {
    "correct": (lambda s, r, v: submissions.correct(s, r.token, WORDS, v), {"submitted", "returned", "published"}),
    "withdraw": (
        lambda s, r, v: submissions.withdraw(s, r.token, v),
        {"draft", "submitted", "returned", "published"},
    ),
    "hand in": (lambda s, r, v: submissions.hand_in(s, r.token, v), {"draft"}),
}


@pytest.mark.parametrize("state", SUBMISSION_STATES)
@pytest.mark.parametrize("action", HOLDING)
def test_what_the_holder_of_a_link_may_do_in_which_state(action: str, state: str, tiny_store: Store) -> None:
    do, states = HOLDING[action]
    if (action, state) == ("correct", "draft"):
        pytest.skip("a draft is saved, not corrected; its content is of another kind")
    receipt = in_state(tiny_store, state)
    version = submissions.open_by_token(tiny_store, receipt.token).version
    tried(tiny_store, lambda: do(tiny_store, receipt, version), state in states)


# --- practices --------------------------------------------------------------------------------------------------

ON_PRACTICES: dict[str, tuple[Callable[..., object], set[str]]] = {
    "edit": (
        lambda s, a, v: edit_practices.edit_practice(
            s, Edit(a, PRACTICE, v, "why"), {"people_reached": 10**6 + v}, PAGE
        ),
        {"listed", "archived"},
    ),
    "checked": (lambda s, a, v: edit_practices.checked(s, Edit(a, PRACTICE, v), TODAY), {"listed", "archived"}),
    "running": (
        lambda s, a, v: edit_practices.still_running(s, Edit(a, PRACTICE, v), True, "The city", TODAY),
        {"listed", "archived"},
    ),
    "archive": (lambda s, a, v: edit_practices.KEPT.archive(s, Edit(a, PRACTICE, v, "why")), {"listed"}),
    "relist": (lambda s, a, v: edit_practices.KEPT.relist(s, Edit(a, PRACTICE, v, "why")), {"archived"}),
    "merge": (lambda s, a, v: edit_practices.KEPT.merge(s, Edit(a, PRACTICE, v, "why"), OTHER), {"listed", "archived"}),
    "invite": (lambda s, a, _: submissions.invite(s, PRACTICE, a), {"listed"}),
}


@pytest.mark.parametrize(
    ("action", "state", "roles"),
    [
        (action, state, roles)
        for (action, (_, states)), state in itertools.product(ON_PRACTICES.items(), PRACTICE_STATES)
        for roles in (PARTIES if state in states else [tuple(ROLES)])
    ],
)
def test_who_may_act_on_a_practice_in_which_state(
    action: str, roles: tuple[str, ...], state: str, tiny_store: Store
) -> None:
    do, states = ON_PRACTICES[action]
    if state == "archived":
        edit_practices.KEPT.archive(tiny_store, Edit(CLI, PRACTICE, 1, "why"))
    if state == "merged":
        edit_practices.KEPT.merge(tiny_store, Edit(CLI, PRACTICE, 1, "why"), THIRD)
    version = 1 if state == "listed" else 2
    for role in roles:
        tried(tiny_store, lambda: do(tiny_store, actors()[role], version), role in CURATING and state in states)  # noqa: B023


# --- publications, organisations, links ---------------------------------------------------------------------------

TWIN = {"id": "synthetic-twin"}
TIE = {
    "from_kind": "organisation",
    "from_id": "synthetic-house",
    "relation": "publishes",
    "to_kind": "evidence",
    "to_id": "synthetic-paper",
    "reason": "Made up.",
    "source_url": PAGE,
    "checked_on": "2026-01-02",
}
IDS: dict[Any, str] = {"evidence": PAPER["id"], "organisation": HOUSE["id"], "link": edit_library.link_id(TIE)}
OTHER_FACT: dict[Any, str] = {"evidence": "summary", "organisation": "joins", "link": "reason"}
ON_KNOWLEDGE: dict[str, tuple[Callable[..., object], set[str]]] = {
    "edit": (
        lambda s, a, item, v: edit_library.edit(
            s, item, Edit(a, IDS[item], v, "why"), {OTHER_FACT[item]: f"Version {v}."}, PAGE
        ),
        {"listed", "archived"},
    ),
    "checked": (
        lambda s, a, item, v: edit_library.checked(s, item, Edit(a, IDS[item], v), TODAY),
        {"listed", "archived"},
    ),
    "archive": (lambda s, a, item, v: edit_library.KEPT[item].archive(s, Edit(a, IDS[item], v, "why")), {"listed"}),
    "relist": (lambda s, a, item, v: edit_library.KEPT[item].relist(s, Edit(a, IDS[item], v, "why")), {"archived"}),
    "merge": (
        lambda s, a, item, v: edit_library.KEPT[item].merge(s, Edit(a, IDS[item], v, "why"), TWIN["id"]),
        {"listed", "archived"},
    ),
}


@pytest.fixture(scope="module")
def library_db(tiny_db: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the made-up catalogue with two made-up publications, two organisations and a link; copy it first."""
    path = tmp_path_factory.mktemp("library") / "practices.duckdb"
    shutil.copy(tiny_db, path)
    shutil.copy(witness_path(tiny_db), witness_path(path))

    def fill(cursor: Any) -> None:
        papers = [EvidenceRow.model_validate(PAPER | more) for more in ({}, TWIN)]
        houses = [OrganisationRow.model_validate(HOUSE | more) for more in ({}, TWIN)]
        library_store.insert(cursor, "evidence", papers)
        library_store.insert(cursor, "organisation", houses)
        library_store.insert(cursor, "link", [LinkRow.model_validate(TIE)])

    with Store(path) as store:
        store.write(fill)
    return path


@pytest.fixture
def library(library_db: Path, tmp_path: Path) -> Iterator[Store]:
    """Return a store on a copy of it that a test may change."""
    path = Path(shutil.copy(library_db, tmp_path / "library.duckdb"))
    shutil.copy(witness_path(library_db), witness_path(path))
    with Store(path) as opened:
        yield opened


@pytest.mark.parametrize(
    ("item", "action", "state", "roles"),
    [
        (item, action, state, roles)
        for item, (action, (_, states)), state in itertools.product(IDS, ON_KNOWLEDGE.items(), PRACTICE_STATES)
        if item != "link" or (action != "merge" and state != "merged")  # links are not merged
        for roles in (PARTIES if state in states else [tuple(ROLES)])
    ],
)
def test_who_may_act_on_what_is_in_the_library_in_which_state(
    item: Any, action: str, roles: tuple[str, ...], state: str, library: Store
) -> None:
    do, states = ON_KNOWLEDGE[action]
    if state == "archived":
        edit_library.KEPT[item].archive(library, Edit(CLI, IDS[item], 1, "why"))
    if state == "merged":
        edit_library.KEPT[item].merge(library, Edit(CLI, IDS[item], 1, "why"), TWIN["id"])
    version = 1 if state == "listed" else 2
    for role in roles:
        may = role in CURATING and state in states
        tried(library, lambda: do(library, actors()[role], item, version), may)  # noqa: B023


@pytest.mark.parametrize("role", ROLES)
def test_who_may_add_a_link_and_read_the_library(role: str, library: Store) -> None:
    actor = actors()[role]
    more = TIE | {"from_id": TWIN["id"]}
    tried(library, lambda: edit_library.add(library, actor, "link", more, "why"), role in CURATING)
    more |= {"to_id": TWIN["id"]}
    tried(library, lambda: edit_library.refuse_link(library, actor, more, "why"), role in CURATING)
    with library.cursor() as cursor:
        for read in (
            lambda: edit_library.read(cursor, actor, "evidence", IDS["evidence"]),
            lambda: edit_practices.find(cursor, actor, "organisation", ""),
            lambda: edit_library.links(cursor, actor, "evidence", IDS["evidence"]),
            lambda: edit_library.names(cursor, actor, []),
        ):
            if role in CURATING:
                read()
            else:
                with pytest.raises(NotAllowedError):
                    read()


@pytest.mark.parametrize("role", ROLES)
def test_who_may_publish_grant_and_read(role: str, tiny_store: Store) -> None:
    actor = actors()[role]
    edit_practices.KEPT.archive(tiny_store, Edit(CLI, PRACTICE, 1, "why"))
    with tiny_store.cursor() as cursor:
        seen = data_version(cursor).number
        reading: list[tuple[Callable[[], object], set[str]]] = [
            (lambda: reviews.queue(cursor, actor), CURATING | {"nobody"}),
            (lambda: edit_practices.practice(cursor, actor, PRACTICE), CURATING),
            (lambda: edit_practices.answers(cursor, actor, PRACTICE), CURATING),
            (lambda: reviews.disagreements(cursor, actor, PRACTICE), CURATING),
            (lambda: users.everybody(cursor, actor), {"administrator", "machine"}),
        ]
        for read, roles in reading:
            if role in roles:
                read()
            else:
                with pytest.raises(NotAllowedError):
                    read()
    grant = users.ROLES[1]
    tried(
        tiny_store,
        lambda: users.grant(tiny_store, actor, "a@example.org", grant),
        role in {"administrator", "machine"},
    )
    tried(tiny_store, lambda: releases.publish(tiny_store, actor, "", seen), role in CURATING)


@pytest.mark.parametrize("role", ROLES)
def test_who_may_make_a_backup(role: str, tiny_db: Path, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    shutil.copy(tiny_db, tmp_path / "practices.duckdb")
    with Store(tmp_path / "practices.duckdb", folders=[folder]) as store:
        may = role in {"administrator", "machine"}
        tried(store, lambda: backup_schedule.back_up(store, actors()[role], folder), may)
        assert len(backups.backups(folder)) == may


def test_what_is_in_no_table_is_forbidden_to_everybody() -> None:
    for actor in actors().values():
        for thing in (Thing("practice", "x", "listed"), Thing("money", "x"), Thing("submission", "x", "submitted")):
            assert not allowed(actor, "delete", thing)
        for kind, actions in GRANTED.items():
            for action in actions:
                for state in ("", "unheard-of"):
                    if MOVES.get(kind, {}).get(action):
                        assert not allowed(actor, action, Thing(kind, "x", state))
        with pytest.raises(NotAllowedError):
            require(actor, "delete", Thing("practice", "x", "listed"))


def test_link_to_one_submission_allows_nothing_on_another() -> None:
    mine = Actor("assessor", "token:mine")
    for action in GRANTED["submission"]:
        for state in SUBMISSION_STATES:
            assert not allowed(mine, action, Thing("submission", "theirs", state))


def test_the_last_administrator_stays_but_for_whoever_has_the_machine(tiny_store: Store) -> None:
    users.grant(tiny_store, CLI, "who@example.org", "administrator")
    with tiny_store.cursor() as cursor:
        last = users.actor_of(cursor, "who@example.org")
    for take_away in (
        lambda: users.dismiss(tiny_store, last, "who@example.org"),
        lambda: users.grant(tiny_store, last, "Who@example.org", "curator"),
    ):
        with pytest.raises(PracticesError, match="last administrator"):
            take_away()
    users.grant(tiny_store, last, "other@example.org", "administrator")
    users.dismiss(tiny_store, last, "who@example.org")
    users.dismiss(tiny_store, CLI, "other@example.org")


def test_role_that_is_taken_away_ends_at_once(tiny_store: Store) -> None:
    users.grant(tiny_store, CLI, " Who@Example.org ", "curator", "she starts")
    with tiny_store.cursor() as cursor:
        actor = users.actor_of(cursor, "WHO@example.org")
        assert (actor.role, "example" in actor.id) == ("curator", False)
    users.grant(tiny_store, CLI, "who@example.org", "administrator")
    users.dismiss(tiny_store, CLI, "who@example.org", "she left")
    with tiny_store.cursor() as cursor:
        assert users.actor_of(cursor, "who@example.org") == ANYBODY
        assert users.actor_of(cursor, None) == ANYBODY
        lines = audit_log.history(cursor, actor.id)
        assert "example.org" not in repr(cursor.execute("FROM audit").fetchall())
    assert [line.action for line in lines] == ["dismiss", "grant", "grant"]
    with pytest.raises(PracticesError, match="has no role"):
        users.dismiss(tiny_store, CLI, "who@example.org")
