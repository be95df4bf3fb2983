"""Who may do what, tried through the functions: every role, every action, every state; nothing is granted too much."""

from __future__ import annotations

import itertools
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any, get_args

import pytest
from import_files import HOUSE, PAPER

from practices_db.catalogue import library_store
from practices_db.catalogue.library_items import KINDS, Item
from practices_db.catalogue.library_rows import EvidenceRow, LinkRow, OrganisationRow
from practices_db.curation import edit_library, edit_practices, releases, reviews, submissions, users
from practices_db.curation.permissions import ANYBODY, CLI, GRANTED, MOVES, Thing, allowed, require
from practices_db.curation.versioned_change import Edit
from practices_db.database import audit_log
from practices_db.database.store import Cursor, Store
from practices_db.errors import Actor, NotAllowedError, PracticesError, Role
from practices_db.operations import backup_schedule, backups
from practices_db.queries.practices import data_version

OTHER = "synthetic-lines"
PRACTICES = {"curator": "synthetic-accents", "machine": "synthetic-empty"}  # whose life goes through whose hands
PRACTICE = PRACTICES["curator"]
PAGE = "https://example.org/page"
WORDS = {"organisation": "We", "words": "We see it otherwise."}
TODAY = date(2026, 11, 25)
ROLES: tuple[Role, ...] = get_args(Role)
CURATING, RUNNING = ("curator", "machine"), ("administrator", "machine")
NOT_CURATING, NOT_RUNNING = ("viewer", "assessor", "administrator"), ("viewer", "assessor", "curator")
SUBMISSION_STATES = ("draft", "submitted", "returned", "published", "withdrawn")
# An actor of each role; the assessor holds a link to something else.
ACTORS = {role: Actor(role, "token:other" if role == "assessor" else f"{role}-1") for role in ROLES}


@dataclass(frozen=True)
class Try:
    """Who tries what, whether they may, and how it is done."""

    role: str
    what: str
    may: bool
    do: Callable[[], object]

    def __str__(self) -> str:
        return f"{self.role} may {'' if self.may else 'not '}{self.what}"


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


def faults(store: Store, tries: Iterable[Try]) -> list[str]:
    """Do what is allowed or not, in this order; return what was refused or done wrongly, or is not on record.

    Who is refused changes nothing, which is looked at once for those in a row.
    """
    found = []
    for may, row in itertools.groupby(tries, lambda one: one.may):
        before, some, so_far = None if may else everything(store), [], len(found)
        for one in row:
            some.append(one)
            lines = last(store)
            try:
                one.do()
            except PracticesError as refused:
                with store.cursor() as cursor:
                    record = cursor.execute(
                        "SELECT action, role FROM audit WHERE seq > $last", {"last": lines}
                    ).fetchall()
                if may or not isinstance(refused, NotAllowedError) or record != [("refused", one.role)]:
                    found.append(f"{one}: refused with {str(refused)!r}, on record as {record}")
            else:
                if not may or last(store) == lines:
                    found.append(f"{one}: done, and {last(store) - lines} lines on record")
        if not may and len(found) == so_far and everything(store) != before:
            found.append(f"one of these changed something: {', '.join(map(str, some))}")
    return found


def of(what: str, roles: Iterable[str], may: bool, do: Callable[..., object], *given: object) -> list[Try]:
    """Return that each of some roles tries it: ``do(store, actor, *more)``, given the store and more."""
    return [Try(role, what, may, partial(do, given[0], ACTORS[role], *given[1:])) for role in roles]


def last(store: Store) -> int:
    with store.cursor() as cursor:
        return audit_log.head(cursor)[0]


# --- submissions ------------------------------------------------------------------------------------------------

OPEN = ("draft", "submitted", "returned", "published")
REVIEWING: dict[str, tuple[Callable[[Store, Actor, submissions.Receipt, int], object], tuple[str, ...]]] = {
    "accept": (lambda s, a, r, v: reviews.accept(s, Edit(a, r.id, v, "sound")), ("submitted",)),
    "return": (lambda s, a, r, v: reviews.send_back(s, Edit(a, r.id, v, "why")), ("submitted",)),
    "withdraw": (lambda s, a, r, v: reviews.withdraw(s, Edit(a, r.id, v, "asked for")), OPEN),
    "renew": (lambda s, a, r, _: reviews.renew_link(s, a, r.id), OPEN),
}
HOLDING: dict[str, tuple[Callable[[Store, submissions.Receipt, int], object], tuple[str, ...]]] = {
    "correct": (lambda s, r, v: submissions.correct(s, r.token, WORDS, v), ("submitted", "returned", "published")),
    "withdraw": (lambda s, r, v: submissions.withdraw(s, r.token, v), OPEN),
    "hand in": (lambda s, r, v: submissions.hand_in(s, r.token, v), ("draft",)),
}


@pytest.mark.parametrize("state", SUBMISSION_STATES)
def test_who_may_act_on_a_submission_in_which_state(
    state: str, tiny_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(submissions, "PER_PRACTICE_AND_DAY", 1_000)
    store, what = tiny_store, {action: f"{action} what is {state}" for action in (*REVIEWING, *HOLDING)}
    stays = in_state(store, state)
    with store.cursor() as cursor:
        version = reviews.submission(cursor, CLI, stays.id).version
    tries: list[Try] = []
    for action, (do, states) in REVIEWING.items():
        tries += of(what[action], NOT_CURATING, False, do, store, stays, version)
        tries += of(what[action], ("curator",) if state not in states else (), False, do, store, stays, version)
    holding = {action: one for action, one in HOLDING.items() if (action, state) != ("correct", "draft")}
    for action, (hold, states) in holding.items():
        if state not in states:
            tries.append(Try("assessor", what[action], False, partial(hold, store, stays, version)))
    for action, (do, states) in REVIEWING.items():
        for role in CURATING if state in states else ():
            tries += of(what[action], (role,), True, do, store, in_state(store, state), version)
    for action, (hold, states) in holding.items():
        if state in states:
            tries.append(Try("assessor", what[action], True, partial(hold, store, in_state(store, state), version)))
    assert faults(store, tries) == []


# --- practices --------------------------------------------------------------------------------------------------

STATES = ("listed", "archived", "merged")
HELD = ("listed", "archived")
MOVING = {"archive": "archived", "relist": "listed", "merge": "merged"}
# A thing on which everybody tries everything goes through the curator's hands, another one through the machine's.
LIVES = {"curator": ("archive", "relist", "merge"), "machine": ("archive", "relist", "archive", "merge")}
Action = Callable[[Store, Actor, str, int], object]
ON_PRACTICES: dict[str, tuple[Action, tuple[str, ...]]] = {
    "edit": (
        lambda s, a, id_, v: edit_practices.edit_practice(
            s, Edit(a, id_, v, "why"), {"people_reached": 10**6 + v}, PAGE
        ),
        HELD,
    ),
    "checked": (
        lambda s, a, id_, v: edit_practices.checked(s, Edit(a, id_, v), TODAY + timedelta(v)),
        HELD,
    ),
    "running": (
        lambda s, a, id_, v: edit_practices.still_running(s, Edit(a, id_, v), True, "The city", TODAY + timedelta(v)),
        HELD,
    ),
    "archive": (lambda s, a, id_, v: edit_practices.KEPT.archive(s, Edit(a, id_, v, "why")), ("listed",)),
    "relist": (lambda s, a, id_, v: edit_practices.KEPT.relist(s, Edit(a, id_, v, "why")), ("archived",)),
    "merge": (lambda s, a, id_, v: edit_practices.KEPT.merge(s, Edit(a, id_, v, "why"), OTHER), HELD),
    "invite": (lambda s, a, id_, _: submissions.invite(s, id_, a), ("listed",)),
}


def life(
    store: Store,
    actions: Mapping[str, tuple[Action, tuple[str, ...]]],
    ids: Mapping[str, str],
    version: Callable[[str], int],
) -> Iterator[Try]:
    """Return what is tried on things on their way from listed over archived to merged, as far as they can go."""

    def done(store: Store, actor: Actor, name: str, id_: str) -> None:
        actions[name][0](store, actor, id_, version(id_))

    for role, moves in LIVES.items():
        id_, state, seen = ids[role], "listed", set()
        for move in (*moves, "stay"):
            what = {name: f"{name} what is {state}" for name in actions}
            new = actions if state not in seen else {}
            seen.add(state)
            if role == "curator":
                for name, (_, states) in new.items():
                    nobody = (*(NOT_CURATING if state == states[0] else ()), *((role,) if state not in states else ()))
                    yield from of(what[name], nobody, False, done, store, name, id_)
            for name, (_, states) in new.items():
                yield from (
                    of(what[name], (role,), True, done, store, name, id_)
                    if (name not in MOVING and state in states)
                    else ()
                )
            if move in actions:
                yield from of(what[move], (role,), True, done, store, move, id_)
                state = MOVING[move]


def test_who_may_act_on_a_practice_in_which_state(tiny_store: Store) -> None:
    def version(id_: str) -> int:
        with tiny_store.cursor() as cursor:
            return edit_practices.practice(cursor, CLI, id_).version

    assert faults(tiny_store, life(tiny_store, ON_PRACTICES, PRACTICES, version)) == []


# --- publications, organisations, links ---------------------------------------------------------------------------

TWIN, THIRD = {"id": "synthetic-twin"}, "synthetic-third"
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
# Publications and links stand for all that is kept by the same functions: what has a name, and what has none.
IDS: dict[Item, dict[str, str]] = {
    "evidence": {"curator": PAPER["id"], "machine": TWIN["id"]},
    "link": {"curator": edit_library.link_id(TIE), "machine": edit_library.link_id(TIE | {"to_id": TWIN["id"]})},
}


def on_knowledge(item: Item) -> dict[str, tuple[Action, tuple[str, ...]]]:
    """Return what is done to a thing of the library."""
    fact, kept = {"evidence": "summary", "link": "reason"}[item], edit_library.KEPT[item]
    actions: dict[str, tuple[Action, tuple[str, ...]]] = {
        "edit": (
            lambda s, a, id_, v: edit_library.edit(s, item, Edit(a, id_, v, "why"), {fact: f"Version {v}."}, PAGE),
            HELD,
        ),
        "checked": (
            lambda s, a, id_, v: edit_library.checked(s, item, Edit(a, id_, v), TODAY + timedelta(v)),
            HELD,
        ),
        "archive": (lambda s, a, id_, v: kept.archive(s, Edit(a, id_, v, "why")), ("listed",)),
        "relist": (lambda s, a, id_, v: kept.relist(s, Edit(a, id_, v, "why")), ("archived",)),
        "merge": (lambda s, a, id_, v: kept.merge(s, Edit(a, id_, v, "why"), THIRD), HELD),
    }
    return {name: one for name, one in actions.items() if name != "merge" or item != "link"}  # links are not merged


@pytest.fixture
def library(tiny_store: Store) -> Store:
    """Return a store with made-up publications, organisations and links, too, that a test may change."""

    def fill(cursor: Any) -> None:
        papers = [PAPER, PAPER | TWIN, PAPER | {"id": THIRD}]
        library_store.insert(cursor, "evidence", [EvidenceRow.model_validate(row) for row in papers])
        houses = [OrganisationRow.model_validate(HOUSE | more) for more in ({}, TWIN)]
        library_store.insert(cursor, "organisation", houses)
        ties = [LinkRow.model_validate(TIE | more) for more in ({}, {"to_id": TWIN["id"]})]
        library_store.insert(cursor, "link", ties)

    tiny_store.write(fill)
    return tiny_store


@pytest.mark.parametrize("item", IDS)
def test_who_may_act_on_what_is_in_the_library_in_which_state(item: Item, library: Store) -> None:
    def version(id_: str) -> int:
        with library.cursor() as cursor:
            return edit_library.read(cursor, CLI, item, id_).version

    assert faults(library, life(library, on_knowledge(item), IDS[item], version)) == []


def test_who_may_add_a_link(library: Store) -> None:
    papers = dict.fromkeys(ROLES, THIRD) | {"machine": TWIN["id"]}

    def add(store: Store, actor: Actor) -> None:
        edit_library.add(store, actor, "link", TIE | {"from_id": TWIN["id"], "to_id": papers[actor.role]}, "why")

    def take_out(store: Store, actor: Actor) -> None:
        edit_library.refuse_link(store, actor, TIE | {"to_id": THIRD}, "why")

    tries = [
        *of("add a link", NOT_CURATING, False, add, library),
        *of("take a link out", NOT_CURATING, False, take_out, library),
        *of("add a link", CURATING, True, add, library),
        *of("take a link out", ("curator",), True, take_out, library),
    ]
    assert faults(library, tries) == []


def test_who_may_read_what_only_some_may(library: Store) -> None:
    paper, queue = PAPER["id"], {*CURATING, "nobody"}
    reading: dict[str, tuple[Callable[[Cursor, Actor], object], Iterable[str]]] = {
        "a publication": (lambda c, a: edit_library.read(c, a, "evidence", paper), CURATING),
        "what is called so": (lambda c, a: edit_practices.find(c, a, "organisation", ""), CURATING),
        "links": (lambda c, a: edit_library.links(c, a, "evidence", paper), CURATING),
        "names": (lambda c, a: edit_library.names(c, a, []), CURATING),
        "the queue": (reviews.queue, queue),
        "a practice": (lambda c, a: edit_practices.practice(c, a, PRACTICE), CURATING),
        "answers": (lambda c, a: edit_practices.answers(c, a, PRACTICE), CURATING),
        "disagreements": (lambda c, a: reviews.disagreements(c, a, PRACTICE), CURATING),
        "who has a role": (users.everybody, RUNNING),
    }
    wrong = []
    with library.cursor() as cursor:
        for (what, (read, roles)), role in itertools.product(reading.items(), ROLES):
            try:
                read(cursor, ACTORS[role])
                may = True
            except NotAllowedError:
                may = False
            if may != (role in roles):
                wrong.append(f"{role} may {'' if may else 'not '}read {what}")
    assert wrong == []


def test_who_may_publish_grant_and_make_a_backup(database: Path, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()

    def publish(store: Store, actor: Actor) -> None:
        with store.cursor() as cursor:
            seen = data_version(cursor).number
        releases.publish(store, actor, "", seen)

    def grant(store: Store, actor: Actor) -> None:
        users.grant(store, actor, f"{actor.role}@example.org", users.ROLES[1])

    def back_up(store: Store, actor: Actor) -> None:
        backup_schedule.back_up(store, actor, folder)

    with Store(database, folders=[folder]) as store:
        edit_practices.KEPT.archive(store, Edit(CLI, PRACTICE, 1, "why"))
        tries = [
            *of("publish", NOT_CURATING, False, publish, store),
            *of("grant", NOT_RUNNING, False, grant, store),
            *of("make a backup", NOT_RUNNING, False, back_up, store),
            *of("grant", RUNNING, True, grant, store),
            *of("make a backup", ("administrator",), True, back_up, store),  # the machine makes one every night
            *of("publish", ("curator",), True, publish, store),  # and releases on the command line
        ]
        assert faults(store, tries) == []
    assert len(backups.backups(folder)) == 1


@pytest.mark.parametrize("kind", ["practice", "submission", *KINDS])
def test_every_role_in_every_state_may_what_is_tried_here_and_nothing_else(kind: str) -> None:
    """What an action says of a role and of a state is tried above with one of the other; here they are all crossed."""
    states: tuple[str, ...] = STATES
    if kind == "submission":
        expected, states = {action: where for action, (_, where) in REVIEWING.items()}, SUBMISSION_STATES
    else:
        actions = ON_PRACTICES if kind == "practice" else on_knowledge("evidence" if KINDS[kind].name else "link")  # type: ignore[index]
        expected = {action: where for action, (_, where) in actions.items() if action not in ("checked", "running")}
    wrong = [
        f"{role} {action} {state}"
        for action, where in expected.items()
        for role, state in itertools.product(ROLES, states)
        if allowed(ACTORS[role], action, Thing(kind, "x", state)) != (role in CURATING and state in where)
    ]
    assert wrong == []


def test_what_is_in_no_table_is_forbidden_to_everybody() -> None:
    for actor in ACTORS.values():
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
