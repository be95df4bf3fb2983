"""The app's one open database, for all sessions of this process, and what is published in it, kept in memory."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any, Self, TypeVar, cast

import streamlit as st

from criteria.agreement import WeightedAgreement
from criteria.framework import current_framework
from criteria.needs import Pool
from criteria.results import GroupId
from criteria.scoring import Answers, encode
from practices_db import frames as pd
from practices_db.catalogue.practice_filter import PracticeFilter
from practices_db.config import backups_folder, database_path, main_address, read_only_mode
from practices_db.curation import releases as curation_releases
from practices_db.database.store import Cursor, Store
from practices_db.operations.build import open_store
from practices_db.operations.replica import PastReleases, Replica
from practices_db.queries import library, needs, practices, results
from practices_db.queries.agreement import agreement_of
from practices_db.queries.facet_index import Bools, Index
from practices_db.queries.figures import Figures, Limits, figures, limits
from practices_db.queries.ranking import result_groups
from practices_db.queries.what_works import WhatWorks
from practices_db.translation import language

log = logging.getLogger("practices")

Card = Mapping[str, Any]
Told = TypeVar("Told")
MOST_AROUND = 5  # publications or organisations that are shown with something else
_MOST_CARDS = 5_000
_SEEN = "release seen"


@st.cache_resource(show_spinner=False, on_release=Store.close)
def _open(path: str) -> Store:
    return open_store(Path(path), progress=tell, backups_folder=backups_folder())


def tell(share: float, what: str) -> None:
    """Put into the log how far the building of the database is."""
    log.info("Building %s: %3.0f%% %s", database_path(), share * 100, what)


@st.cache_resource(show_spinner=False, on_release=Replica.close)
def _replica(path: str) -> Replica:
    return Replica(Path(path), main_address())


def store() -> Store:
    """Return the open database; the first call opens it and builds it if it is not there.

    In read-only mode it is the newest release of the tables: ask anew in each run. There and where the database was
    found damaged, ``store().read_only`` is the sentence with which writes are refused.
    """
    if read_only_mode():
        return _replica(str(database_path())).store
    return _open(str(database_path()))


@st.cache_resource(show_spinner=False, on_release=PastReleases.close)
def _past(path: str) -> PastReleases:
    return PastReleases(Path(path))


@contextmanager
def release(number: int) -> Iterator[Store]:
    """Yield a release of the data, by its number, as a database that is only read; it stays open in between.

    NoSuchReleaseError, ReleasesBusyError, or PracticesError where the release tables cannot be read.
    """
    newest = store()
    if number == _version(newest.opening, newest.changes, newest).number:
        yield newest
    else:
        with _past(str(database_path())).lent(number, newest) as past:
            yield past


def close() -> None:
    """Close what is open, at the end of the process."""
    _past.clear()
    _replica.clear()
    _open.clear()


@contextmanager
def cursor() -> Iterator[Cursor]:
    """Yield a cursor for the queries of one script run."""
    with store().cursor() as one:
        yield one


@dataclass(frozen=True)
class OnePractice:
    """Everything published on one practice. Shared by all sessions: look at it, never change it."""

    card: Card
    further: list[dict[str, Any]]
    scores: list[dict[str, Any]]
    answers: dict[str, list[dict[str, Any]]]  # by indicator, the one that counts first
    results: list[dict[str, Any]]  # the main one first
    statement: dict[str, Any] | None  # the owner's
    corrections: list[tuple[date, str]]
    not_counted: tuple[practices.NotCounted, ...]

    @cached_property
    def surroundings(self) -> Surroundings:
        """What the libraries know around it."""
        id_, sectors, countries = (self.card[what] for what in ("id", "sectors", "countries"))
        with cursor() as one:
            research = library.research(one, sectors, self.card["target_groups"], countries, id_, each=MOST_AROUND)
            links = records(library.links_of(one, "practice", [id_]))
            leads = [link for link in links if link["relation"] == "leads"]
            own = [link["other_id"] for link in leads]
            near = library.organisations_near(one, sectors, countries, own, each=MOST_AROUND)
        return Surroundings(records(research), leads, records(near))


@dataclass(frozen=True)
class Whole:
    """What holds for the whole published catalogue: the same for everybody until the next release of the data.

    Shared by all sessions: look at it, never change it. What not every page needs is read when it is first asked for.
    """

    version: practices.DataVersion
    totals: practices.Totals
    counts: dict[str, dict[str, int]]
    starts: pd.DataFrame
    index: Index
    answers: Answers  # that count, of all assessed practices
    not_counted: tuple[practices.NotCounted, ...]
    _cards: dict[str, Card] = field(default_factory=dict)
    _told: dict[tuple[Callable[[Card], Any], str, str], Any] = field(default_factory=dict)

    @cached_property
    def names(self) -> dict[str, str]:
        """The name of every practice by id, in the order of the names; ask only where they are few."""
        with cursor() as one:
            return practices.practice_names(one)

    @cached_property
    def what_works(self) -> WhatWorks:
        """What studies say of types of measure."""
        with cursor() as one:
            return WhatWorks.read(one)

    @cached_property
    def documentation(self) -> Documentation:
        """What the page on the method tells."""
        with cursor() as one:
            return Documentation.read(one)

    @cached_property
    def read_twice(self) -> WeightedAgreement:
        """How far two readings from own sources agree."""
        with cursor() as one:
            return agreement_of(one, "own-sources")

    @cached_property
    def groups_of_results(self) -> dict[str, GroupId]:
        """The group of what is shown by practice; of those that are not in it nothing is known."""
        with cursor() as one:
            return result_groups(one)

    @cached_property
    def pool(self) -> Pool:
        """Every practice as far as it can be matched to a need."""
        with cursor() as one:
            return needs.pool(one)

    def answers_of(self, selected: Bools) -> Answers:
        """Return the answers of those assessed practices that are selected (a truth value a practice of the index)."""
        return self.answers.only(selected[self._places])

    @cached_property
    def _places(self) -> list[int]:
        return [self.index.place[id_] for id_ in self.answers.practice_ids]

    def cards(self, ids: Sequence[str]) -> list[Card]:
        """Return the rows of ``practice_card`` with these ids, in their order; kept for whoever asks next."""
        found = {id_: card for id_ in ids if (card := self._cards.get(id_))}
        if missing := [id_ for id_ in ids if id_ not in found]:
            with cursor() as one:
                new = {card["id"]: MappingProxyType(card) for card in practices.cards(one, missing)}
            if len(self._cards) + len(new) > _MOST_CARDS:
                self._cards.clear()
            self._cards.update(new)
            found |= new
        return [found[id_] for id_ in ids if id_ in found]

    def told_of(self, card: Card, write: Callable[[Card], Told]) -> Told:
        """Return what ``write`` says of a card in the reader's language; kept for whoever asks next."""
        key = write, card["id"], language()
        if (told := self._told.get(key)) is None:
            if len(self._told) >= _MOST_CARDS:
                self._told.clear()
            told = self._told[key] = write(card)
        return cast("Told", told)


@st.cache_resource(max_entries=2, show_spinner=False)
def _whole(path: str, number: int, content_hash: str) -> Whole:  # noqa: ARG001 - the arguments are the cache's key
    with cursor() as one:
        one.begin()  # all of it from one state of the data
        try:
            index = Index.read(one)
            return Whole(
                practices.data_version(one),
                practices.totals(one),
                index.select(PracticeFilter()).facet_counts(),
                practices.starts_by_year(one),
                index,
                encode(current_framework(), practices.answer_matrix(one, PracticeFilter())),
                practices.not_counted(one),
            )
        finally:
            one.rollback()


@st.cache_resource(max_entries=2, show_spinner=False)
def _version(opening: int, changes: int, _of: Store) -> practices.DataVersion:  # noqa: ARG001 - it is the same until then
    with _of.cursor() as one:
        return practices.data_version(one)


def version_now() -> practices.DataVersion:
    """Find out which release of the data there is."""
    now = store()
    return _version(now.opening, now.changes, now)


def published() -> Whole:
    """Find out which release of the data there is, and return what holds for it."""
    version = version_now()
    return _whole(str(database_path()), version.number, version.content_hash)


def look() -> Whole:
    """Return what is published now, and remember which release it is for this script run."""
    found = published()
    st.session_state[_SEEN] = found.version.number, found.version.content_hash
    return found


def whole() -> Whole:
    """Return what holds for the whole catalogue; computed once for each release of the data.

    The release is the one that the frame saw when the script run began.
    """
    if _SEEN not in st.session_state:
        return look()
    return _whole(str(database_path()), *st.session_state[_SEEN])


def records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return a table as dicts."""
    return [{str(name): value for name, value in row.items()} for row in table.to_dict("records")]


def grouped(table: pd.DataFrame, column: str) -> dict[str, list[dict[str, Any]]]:
    """Return the rows of a table by the value of one column, in the order of the table."""
    found: dict[str, list[dict[str, Any]]] = {}
    for row in records(table):
        found.setdefault(row[column], []).append(row)
    return found


@st.cache_resource(max_entries=1_000, show_spinner=False)
def _practice(path: str, content_hash: str, practice_id: str) -> OnePractice | None:  # noqa: ARG001 - the cache's key
    with cursor() as one:
        card = practices.practice(one, practice_id)
        if card is None:
            return None
        return OnePractice(
            MappingProxyType(card),
            records(practices.further_sources(one, practice_id)),
            records(practices.scores(one, practice_id)),
            grouped(practices.answers(one, practice_id), "indicator_id"),
            records(results.results_of(one, [practice_id])),
            practices.statement(one, practice_id),
            practices.corrections(one, practice_id),
            practices.not_counted(one, practice_id),
        )


def practice(of: Whole, practice_id: str) -> OnePractice | None:
    """Return everything published on a practice, None where there is none with this id.

    The id of a practice that was merged into another one leads to that one.
    """
    if practice_id not in of.index.place:
        with cursor() as one:
            gone = practices.former(one, practice_id)
        if gone is None or gone.practice_id not in of.index.place:
            return None
        practice_id = gone.practice_id
    return _practice(str(database_path()), of.version.content_hash, practice_id)


@dataclass(frozen=True)
class Surroundings:
    """What the libraries know around a practice. Shared by all sessions: look at it, never change it."""

    research: list[dict[str, Any]]  # about it, then MOST_AROUND on the same topics
    leads: list[dict[str, Any]]  # links to the organisations that lead it
    near: list[dict[str, Any]]  # organisations in its countries, then across Europe: MOST_AROUND of each


@st.cache_resource(max_entries=200, show_spinner=False)
def _on_sector(path: str, content_hash: str, sector: str, target_groups: tuple[str, ...]) -> list[dict[str, Any]]:  # noqa: ARG001 - a key
    with cursor() as one:
        return records(library.research(one, [sector], target_groups))


def on_sector(of: Whole, sector: str, target_groups: Sequence[str]) -> list[dict[str, Any]]:
    """Return the publications on a sector and for target groups, strongest first; read once for each release."""
    return _on_sector(str(database_path()), of.version.content_hash, sector, tuple(sorted(target_groups)))


@dataclass(frozen=True)
class Documentation:
    """What the page on the method tells of the whole catalogue."""

    makers: pd.DataFrame
    each: pd.DataFrame
    shares: practices.SelectionShares
    figures: Figures
    limits: Limits
    releases: list[tuple[int, date]]  # number and day, the newest first
    example: dict[str, Any] | None
    answers: dict[str, list[dict[str, Any]]]

    @classmethod
    def read(cls, one: Cursor) -> Self:
        """Read all of it from the database."""
        example = practices.example(one)
        return cls(
            practices.assessors(one),
            practices.documentation(one),
            practices.selection_shares(one),
            figures(one),
            limits(one),
            curation_releases.releases(one),
            example,
            grouped(practices.answers(one, example["id"] if example else ""), "indicator_id"),
        )
