"""What a selection of practices holds, in words that can be quoted: how many, how sure, what is not known.

Screen, brief, recipe and files say it with these functions. Plain text, no markup.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from practices_db import formats
from practices_db.catalogue.filters import Facet
from practices_db.catalogue.own_language import marked
from practices_db.catalogue.practice_filter import PracticeFilter
from practices_db.catalogue.result_texts import MOST, ResultWords
from practices_db.catalogue.vocabularies import NOT_FOR_PEOPLE
from practices_db.translation import _, ngettext


@dataclass(frozen=True)
class FoundCounts:
    """How many practices a selection has, and for each facet of which several values are asked for, how many each.

    Of those in a period that is asked for: ``open_end`` started before it and state no end, ``open_start`` ended after
    it and state no start, ``undated`` state no year; all others are known to have run in it.
    """

    practices: int
    values: Mapping[str, Mapping[str, int]]
    open_end: int
    open_start: int
    undated: int


@dataclass(frozen=True)
class SelectionCounts(FoundCounts):
    """What a selection holds.

    ``assessed``: with a published assessment; ``scored``: with both main scores; ``unknown``: with neither of result
    and assessment. ``best``: the card with the strongest evidence on outcomes for people, where there is none on
    others or on money, the first in the default order; None: no result is known. ``alike``: how many are as strong.
    """

    assessed: int
    scored: int
    unknown: int
    best: Mapping[str, Any] | None
    alike: int


def found(chosen: PracticeFilter, counts: FoundCounts, names: Mapping[str, str] | None = None) -> str:
    """Say what was found: "6 practices for refugees on housing and settlement: 6 in Italy, none in Germany".

    A value that finds nothing is said as such. ``names`` are those of practices that the filter names, by id.
    """
    if chosen.is_empty:
        return _("All {list}").format(list=chosen.amount(counts.practices))
    if not counts.practices:
        return _("No practice {filter}").format(filter=chosen.in_words(names))
    split = chosen.alternatives
    filter_ = chosen.in_words(names, {facet.field for facet in split})
    said = chosen.amount(counts.practices)
    if filter_:
        said = _("{count} {filter}").format(count=said, filter=filter_)
    each = formats.parted([*(_each(facet, chosen, counts) for facet in split), *_in_period(counts)])
    return _("{found}: {each}").format(found=said, each=each) if each else said


def _each(facet: Facet, chosen: PracticeFilter, counts: FoundCounts) -> str:
    """Say how many practices have each value that is asked for: "6 in Italy, none in Germany or Malta"."""
    numbers = {value: counts.values[facet.field].get(value, 0) for value in chosen.chosen(facet.field)}
    parts = [
        _("{count} {filter}").format(count=formats.count(number), filter=facet.said([value]))
        for value, number in numbers.items()
        if number
    ]
    if without := [value for value, number in numbers.items() if not number]:
        parts.append(_("none {filter}").format(filter=facet.said(without)))
    each = ", ".join(parts)
    several = sum(numbers.values()) > counts.practices
    return _("{each} (some in more than one)").format(each=each) if several else each


def _in_period(counts: FoundCounts) -> Iterator[str]:
    """Say how many are known to have run in a period, and of how many that is not known; nothing where it is of all."""
    unknown = counts.open_end + counts.open_start + counts.undated
    if not unknown:
        return
    running = counts.practices - unknown
    parts = [_("{count} known to run then").format(count=formats.count(running))]
    if counts.open_end:
        parts.append(_("{count} with no end stated").format(count=formats.count(counts.open_end)))
    if counts.open_start:
        parts.append(_("{count} with no start stated").format(count=formats.count(counts.open_start)))
    if counts.undated:
        parts.append(_("{count} with no year stated").format(count=formats.count(counts.undated)))
    yield ", ".join(parts)


def known(counts: SelectionCounts) -> str:
    """Say how much is known of a selection: assessed and scored, best evidence, how many nothing is known of."""
    if not counts.practices:
        return ""
    if not counts.assessed:
        first = _("None assessed, none scored on both effectiveness and sustainability.")
    elif not counts.scored:
        words = _("{count} assessed, none scored on both effectiveness and sustainability.")
        first = words.format(count=formats.count(counts.assessed))
    else:
        words = _("{count} assessed, {scored} scored on both effectiveness and sustainability.")
        first = words.format(count=formats.count(counts.assessed), scored=formats.count(counts.scored))
    sentences = [first, _best(counts)]
    if counts.unknown:
        words = _("Nothing is known of {count} (no assessment, no result).")
        sentences.append(words.format(count=formats.count(counts.unknown)))
    return " ".join(sentences)


def answer(chosen: PracticeFilter, counts: SelectionCounts, names: Mapping[str, str] | None = None) -> str:
    """Say what was found and how much is known of it, as sentences that can be quoted."""
    return f"{found(chosen, counts, names)}. {known(counts)}".rstrip()


def _best(counts: SelectionCounts) -> str:
    result = ResultWords.of_card(counts.best) if counts.best else None
    if counts.best is None or result is None:
        return _("No result is known.")
    words, level = result.strength
    about = [words, _("{level} of {most}").format(level=level, most=MOST), *([result.whose] if result.whose else [])]
    if others := counts.alike - 1:
        more = ngettext("{count} more practice at this level", "{count} more practices at this level", others)
        about.append(more.format(count=formats.count(others)))
    if result.outcome in NOT_FOR_PEOPLE:
        said = _("Best evidence ({about}): {practice}. {result}.")
    else:
        said = _("Best evidence on outcomes for people ({about}): {practice}. {result}.")
    return said.format(
        about=", ".join(about),
        practice=marked(counts.best["name"].rstrip(".")),
        result=formats.parted([result.found, *([result.limits] if result.limits else [])]),
    )
