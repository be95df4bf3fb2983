"""The published catalogue in memory, for the counts and orders that every click asks for.

One bit for each practice and value of a facet: a selection is a few ANDs and ORs of bit sets, a facet's count the
number of bits left (in SQL it is a join of long tables). Made once for each release of
the data from the derived tables; about 0.7 KB a practice, most of it the texts that are searched. It never
answers what a practice *is*, only which ones: rows come from the database by id, and files use ``queries`` alone.
Tests hold both selections against each other on random filters.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from practices_db import frames as pd
from practices_db.catalogue.practice_filter import FACETS, SORTS, PracticeFilter, Sort
from practices_db.catalogue.vocabularies import HEADLINES, NOT_STATED
from practices_db.database.store import Cursor
from practices_db.queries.practices import KNOWN_END, KNOWN_START, POSSIBLE_END, POSSIBLE_START, RESULT_LEAD, order_of

Bits = npt.NDArray[np.uint64]  # 64 practices a word, the first in the lowest bit
Bools = npt.NDArray[np.bool_]
Places = npt.NDArray[np.int64]
Numbers = npt.NDArray[np.float64]

_NUMBERS = (
    *("answered", "strongest_evidence", "assessed"),
    *(f"{node}_{what}" for node in HEADLINES for what in ("score", "low", "high", "coverage", "scored")),
)
_WORKED_OUT = {
    "result_lead": RESULT_LEAD,
    "known_start": KNOWN_START,
    "possible_start": POSSIBLE_START,
    "known_end": KNOWN_END,
    "possible_end": POSSIBLE_END,
}
_MOST_WORDS = 500  # searched ones that are kept


@dataclass(frozen=True)
class Relaxation:
    """What would be found if one narrowing were taken away."""

    field: str
    words: str
    count: int


@dataclass(frozen=True)
class Index:
    """Practices by place, 0 to n − 1 in the order of their names.

    ``bits``: for each facet, values × words; ``values``: the values in that order; ``orders``: the places in each
    order of the screen; ``numbers``: columns of the cards, NaN where nothing is stated, truth values as 0 and 1,
    the years in which each ran and how far its result leads (queries.practices).
    """

    ids: tuple[str, ...]
    texts: tuple[str, ...]
    values: Mapping[str, tuple[str, ...]]
    bits: Mapping[str, Bits]
    orders: Mapping[Sort, Places]
    numbers: Mapping[str, Numbers]

    @classmethod
    def read(cls, cursor: Cursor) -> Index:
        """Read the derived tables."""
        rows = cursor.execute("SELECT id, search_text FROM practice_card ORDER BY name_key, id").fetchall()
        size = len(rows)
        numbers = ", ".join([*_NUMBERS, *(f"{sql} AS {name}" for name, sql in _WORKED_OUT.items())])
        found = cursor.execute(f"SELECT {numbers} FROM practice_card c ORDER BY name_key, id").fetchnumpy()
        ids = [id_ for id_, _ in rows]
        cursor.register("placed", pd.DataFrame({"id": pd.Series(ids, dtype=object), "place": np.arange(size)}))
        orders = {sort: _order(cursor, sort) for sort in SORTS}
        facets = {facet.field: _facet(cursor, facet.field, size) for facet in FACETS}
        cursor.unregister("placed")
        return cls(
            ids=tuple(ids),
            texts=tuple(text for _, text in rows),
            values={facet: values for facet, (values, _) in facets.items()},
            bits={facet: bits for facet, (_, bits) in facets.items()},
            orders=orders,
            numbers={name: _filled(found[name]) for name in (*_NUMBERS, *_WORKED_OUT)},
        )

    @cached_property
    def place(self) -> dict[str, int]:
        """The place of each practice, by id."""
        return {id_: place for place, id_ in enumerate(self.ids)}

    def select(self, chosen: PracticeFilter) -> Selection:
        """Return what a filter selects; the same practices as ``queries.find_practices``."""
        return Selection(self, chosen)

    def relaxations(self, chosen: PracticeFilter) -> list[Relaxation]:
        """Return for each narrowed field how many practices there are without it, most first."""
        narrowed: dict[str, list[str]] = {}
        for field, _, words in chosen.parts():
            narrowed.setdefault(field, []).append(words)
        found = [
            Relaxation(field, ", ".join(words), self.select(chosen.without(field)).count)
            for field, words in narrowed.items()
        ]
        return sorted(found, key=lambda relaxation: -relaxation.count)

    def with_word(self, word: str) -> Bools:
        """Return for each practice whether its text has a word, or a part of one; kept for the next who ask."""
        found = self._words.get(word)
        if found is None:
            found = _packed(np.array([word in text for text in self.texts], dtype=bool))
            if len(self._words) >= _MOST_WORDS:
                self._words.clear()
            self._words[word] = found
        return _unpacked(found, len(self.ids))

    @cached_property
    def _words(self) -> dict[str, Bits]:
        return {}

    def of_value(self, facet: str, value: str) -> Bools:
        """Return for each practice whether it has a value."""
        if value not in self.values[facet]:
            return np.zeros(len(self.ids), dtype=bool)
        return _unpacked(self.bits[facet][self.values[facet].index(value)], len(self.ids))

    def is_(self, name: str) -> Bools:
        """Return for each practice whether a truth value of its card holds."""
        return self.numbers[name] > 0

    def similar(self, practice_id: str, most: int = 6) -> list[str]:
        """Return the practices that share a country, a sector and a target group, most of the last two shared first."""
        own = self.place[practice_id]
        shared = {facet: self._shared(facet, own) for facet in ("country", "sector", "target_group")}
        found = np.logical_and.reduce([count > 0 for count in shared.values()])
        found[own] = False
        places = np.flatnonzero(found)
        most_shared = shared["sector"][places] + shared["target_group"][places]
        order = np.lexsort((places, -self.numbers["answered"][places], -most_shared))
        return [self.ids[place] for place in places[order[:most]]]

    def peers(self, practice_id: str) -> Bools:
        """Return for each practice whether it is assessed, another one, and shares a sector and a target group."""
        own = self.place[practice_id]
        found = self.is_("assessed") & (self._shared("sector", own) > 0) & (self._shared("target_group", own) > 0)
        found[own] = False
        return found

    def _shared(self, facet: str, own: int) -> npt.NDArray[np.int64]:
        """Return how many values of a facet each practice shares with one; "not stated" is nothing to share."""
        count = np.zeros(len(self.ids), dtype=np.int64)
        for value, bits in zip(self.values[facet], self.bits[facet], strict=True):
            if value != NOT_STATED and int(bits[own // 64]) >> own % 64 & 1:
                count += _unpacked(bits, len(self.ids))
        return count


@dataclass(frozen=True)
class Selection:
    """What a filter selects."""

    index: Index
    chosen: PracticeFilter

    @cached_property
    def _hits(self) -> dict[str, Bits]:
        """For each facet that narrows, who meets it."""
        hits = {}
        for facet in FACETS:
            if chosen := self.chosen.chosen(facet.field):
                values = self.index.values[facet.field]
                rows = [self.index.bits[facet.field][values.index(one)] for one in chosen if one in values]
                every = facet.field == "target_group" and self.chosen.all_target_groups
                if not rows or (every and len(rows) < len(chosen)):
                    hits[facet.field] = np.zeros_like(self._passing)
                else:
                    hits[facet.field] = (np.bitwise_and if every else np.bitwise_or).reduce(rows)
        return hits

    @cached_property
    def _passing(self) -> Bits:
        """Who meets everything that is no facet."""
        return _packed(_passing(self.index, self.chosen))

    @cached_property
    def bits(self) -> Bits:
        """Who is selected, as a bit set."""
        return self._but(None)

    def _but(self, left_aside: str | None) -> Bits:
        met = self._passing
        for facet, hit in self._hits.items():
            if facet != left_aside:
                met = met & hit
        return met

    @cached_property
    def count(self) -> int:
        """How many practices are selected."""
        return int(np.bitwise_count(self.bits).sum())

    @cached_property
    def mask(self) -> Bools:
        """Who is selected, a truth value for each practice."""
        return _unpacked(self.bits, len(self.index.ids))

    def facet_counts(self) -> dict[str, dict[str, int]]:
        """Return for each facet and value how many practices would be found with it, under the other filters.

        Within a facet whose values are alternatives its own choice is left aside; where all target groups are asked
        for, the count is of practices that serve this group too. A value that finds nothing is not in the result.
        """
        counts = {}
        for facet in FACETS:
            name = facet.field
            together = name == "target_group" and self.chosen.all_target_groups
            under = self.bits if together or name not in self._hits else self._but(name)
            numbers = np.bitwise_count(self.index.bits[name] & under).sum(axis=1).tolist()
            counts[name] = {value: n for value, n in zip(self.index.values[name], numbers, strict=True) if n}
        return counts

    def ids(self, sort: Sort, limit: int | None = None, offset: int = 0, *, where: Bools | None = None) -> list[str]:
        """Return the ids of the selected practices, or of those among them that are ``where``, in an order."""
        if self.chosen.practice:  # named practices come in the order in which they are named
            named = [self.index.place[id_] for id_ in self.chosen.practice if id_ in self.index.place]
            order = np.array(named, dtype=np.int64)
        else:
            order = self.index.orders[sort]
        wanted = self.mask if where is None else self.mask & where
        places = order[wanted[order]]
        end = None if limit is None else offset + limit
        return [self.index.ids[place] for place in places[offset:end]]

    def numbers(self, name: str, where: Bools | None = None) -> Numbers:
        """Return a column of the selected practices, or of those among them that are ``where``; in order of names."""
        return self.index.numbers[name][self.mask if where is None else self.mask & where]


def _passing(index: Index, chosen: PracticeFilter) -> Bools:
    passing = np.ones(len(index.ids), dtype=bool)
    if chosen.practice:
        passing[:] = False
        passing[[index.place[id_] for id_ in chosen.practice if id_ in index.place]] = True
    if chosen.dated:
        begins, ends = index.numbers["possible_start"], index.numbers["possible_end"]
        first, last = chosen.running_from or 0, chosen.running_to or 9999
        within = (begins <= last) & (ends >= first)  # NaN is never within
        passing &= within | (np.isnan(begins) if chosen.undated else False)
    if chosen.minimum_coverage:
        for node in HEADLINES:
            covered = np.nan_to_num(index.numbers[f"{node}_coverage"])
            passing &= covered * 100 >= chosen.minimum_coverage - 1e-6
    for word in chosen.words:
        passing &= index.with_word(word)
    return passing


def _order(cursor: Cursor, sort: Sort) -> Places:
    found = cursor.execute(
        f"SELECT placed.place FROM practice_card c JOIN placed ON placed.id = c.id ORDER BY {order_of(sort)}"
    )
    return np.asarray(found.fetchnumpy()["place"], dtype=np.int64)


def _facet(cursor: Cursor, facet: str, size: int) -> tuple[tuple[str, ...], Bits]:
    """Return the values of a facet and who has them; a facet at a time, so that a million stay within the limits."""
    stated = "SELECT DISTINCT value FROM practice_facet WHERE facet = $facet ORDER BY value"
    values = tuple(value for (value,) in cursor.execute(stated, {"facet": facet}).fetchall())
    rows = cursor.execute(
        "SELECT list_position($values::TEXT[], f.value) - 1 AS code, placed.place "
        "FROM practice_facet f JOIN placed ON placed.id = f.practice_id WHERE f.facet = $facet",
        {"facet": facet, "values": list(values)},
    ).fetchnumpy()
    code, place = np.asarray(rows["code"]), np.asarray(rows["place"])
    bits = np.zeros((len(values), len(_packed(np.zeros(size, dtype=bool)))), dtype=np.uint64)
    for at in range(len(values)):
        has = np.zeros(size, dtype=bool)
        has[place[code == at]] = True
        bits[at] = _packed(has)
    return values, bits


def _packed(mask: Bools) -> Bits:
    padded = np.zeros(-(-len(mask) // 64) * 64, dtype=bool)
    padded[: len(mask)] = mask
    return np.packbits(padded, bitorder="little").view(np.uint64)


def _unpacked(bits: Bits, size: int) -> Bools:
    return np.unpackbits(bits.view(np.uint8), count=size, bitorder="little").view(bool)


def _filled(column: Any) -> Numbers:
    """Return a column of DuckDB as numbers, NaN for NULL."""
    masked = np.ma.asarray(column)
    return np.ma.filled(masked.astype(np.float64), np.nan)


def cross_counts(
    index: Index, across: str, down: str, evidence: Numbers
) -> list[tuple[str, str, int, int, int, int | None]]:
    """Return for each pair of values of two facets that occurs together what there is.

    ``evidence``: a level for each practice of the index, NaN where there is none. Rows of (across, down: ids;
    practices, assessed, scored on both headlines, strongest level or None), in the order of the ids.
    """
    scored = np.logical_and.reduce([index.numbers[f"{node}_scored"] > 0 for node in HEADLINES])
    kinds = [_packed(index.numbers["assessed"] > 0), _packed(scored)]
    levels = {level: _packed(evidence == level) for level in range(6)}
    rows = []
    for first, bits in zip(index.values[across], index.bits[across], strict=True):
        both = index.bits[down] & bits
        practices = _ones(both)
        assessed, of_both = (_ones(both & kind) for kind in kinds)
        strongest = np.full(len(both), -1)
        for level, has in levels.items():
            strongest[_ones(both & has) > 0] = level
        rows += [
            (first, second, int(n), int(a), int(b), int(s) if s >= 0 else None)
            for second, n, a, b, s in zip(index.values[down], practices, assessed, of_both, strongest, strict=True)
            if n
        ]
    return rows


def _ones(bits: Bits) -> Places:
    counted: Places = np.bitwise_count(bits).sum(axis=1, dtype=np.int64)
    return counted
