"""What a brief says: a list of blocks, the same for PDF and web page.

Texts are data all the way: no block holds markup, and the templates show what they are given.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal
from urllib.parse import urlencode

from criteria.framework import Framework, current_framework
from criteria.weighting import Weighting
from practices_db import formats
from practices_db import frames as pd
from practices_db.catalogue import practice_facts, synthesis_texts
from practices_db.catalogue.addresses import is_offered
from practices_db.catalogue.order_texts import clearly_ahead, finding
from practices_db.catalogue.own_language import marked
from practices_db.catalogue.practice_filter import SORTS, label_of
from practices_db.catalogue.result_texts import ResultWords, evidence_of_answers, group_words, main_result, no_result
from practices_db.catalogue.selection_texts import answer
from practices_db.catalogue.selection_texts import found as found_words
from practices_db.catalogue.texts import (
    criterion_sentence,
    known,
    labels,
    score_sentence,
    score_state,
    with_range,
    years,
)
from practices_db.catalogue.vocabularies import HEADLINES
from practices_db.database.store import Cursor, rows_of
from practices_db.errors import PracticesError
from practices_db.files.briefs import types_of_measure
from practices_db.files.exports.export_tables import recipe_of
from practices_db.files.exports.recipe import LICENCE, METHOD, PRACTICE, Recipe, cite
from practices_db.queries import practices, results
from practices_db.queries.comparison import Comparison, comparison
from practices_db.queries.ranking import AT_LEAST, AT_MOST, standings
from practices_db.queries.selection_counts import read_counts
from practices_db.queries.views import View
from practices_db.translation import N_, _, language, ngettext

MOST_IN_A_BRIEF = 1_000
# Characters that no page can show, and those that turn the direction of what follows.
_UNSEEN: dict[int, str | None] = dict.fromkeys([*range(9), 11, 12, *range(14, 32), *range(127, 160), 65534, 65535], "�")
_UNSEEN |= dict.fromkeys([0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)])

# What narrows a selection besides facets.

Card = Mapping[str, Any]


@dataclass(frozen=True)
class Bar:
    """A range on 0–100 with its score; None where nothing is documented. ``words`` say the same."""

    label: str
    words: str
    low: float | None = None
    high: float | None = None
    score: float | None = None
    scored: bool = False


@dataclass(frozen=True)
class Block:
    """One part of a brief; which fields are filled depends on ``kind``. Words of the catalogue are marked as such.

    heading: text. text, note: text. facts: rows of (name, value). bars: text (its caption) and bars. table: text (what
    it shows), header, rows, widths (in parts). sources: rows of (number, what, address).
    """

    kind: Literal["heading", "text", "note", "facts", "bars", "table", "sources"]
    text: str = ""
    header: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    widths: tuple[float, ...] = ()
    bars: tuple[Bar, ...] = ()


@dataclass(frozen=True)
class Brief:
    """A whole brief. ``pages`` is what it should fit on, 0 where it may be as long as it needs."""

    title: str
    subtitle: str
    blocks: tuple[Block, ...]
    recipe: Recipe | None  # None for what is not of the catalogue; ``footer`` says then what stands at the bottom
    day: date
    pages: int = 0
    landscape: bool = False
    footer: str = ""
    language: str = field(default_factory=language)


def brief(cursor: Cursor, view: View, on: date) -> Brief:
    """Return the brief of a view: of one practice, of a comparison, or of a selection.

    Raises PracticesError where the view has no practice, or more than a brief can hold.
    """
    made = recipe_of(cursor, view, "scores", "pdf", on)
    if not made.practices:
        raise PracticesError(_("There is no practice to write a brief on."))
    match view.page:
        case "practice":
            return _of_practice(cursor, view, made)
        case "compare":
            return _of_comparison(cursor, view, made)
        case _:
            return _of_selection(cursor, view, made)


# --- one practice ----------------------------------------------------------------------------------------------


def _of_practice(cursor: Cursor, view: View, made: Recipe) -> Brief:
    framework = current_framework()
    card = _cards(cursor, view)[0]
    scores = practices.scores(cursor, card["id"])
    answers = _counted(practices.answers(cursor, card["id"]))
    pages = Sources()
    pages.add(card["source_url"], _("{source} (the record)").format(source=card["source_name"]))
    for row in rows_of(practices.further_sources(cursor, card["id"])):
        pages.add(row["url"], f"{_host(row['url'])} ({practice_facts.supplied(row['field'])})")
    found = rows_of(results.results_of(cursor, [card["id"]]))
    blocks = [Block("text", marked(card["summary"])), Block("heading", _("Result"))]
    blocks.append(Block("facts", rows=tuple(_results(card, found, pages))))
    blocks += [Block("heading", _("Facts")), Block("facts", rows=tuple(_facts(card)))]
    blocks += _studies(cursor, [card])
    blocks.append(Block("heading", _("Scores")))
    if card["assessed"]:
        blocks += [
            Block("facts", rows=tuple((_(one.title), _headline_words(card, one.id)) for one in framework.headlines)),
            _profile(framework, scores),
            Block("note", how_to_read()),
            Block("heading", _("Answers")),
            _answers_table(framework, answers, pages),
            Block("heading", _("What is not known")),
            Block("text", _undocumented(framework, answers)),
        ]
    else:
        blocks.append(
            Block(
                "text",
                _("Nobody has published an assessment of this practice. It has no scores, which is no judgement."),
            )
        )
    blocks += _ending(cursor, view, made, pages)
    where = ", ".join(part for part in (labels("country", card["countries"]), card["lead_organisation"]) if part)
    return cleaned(Brief(marked(card["name"]), where, tuple(blocks), made, made.exported_on, pages=2))


def _results(card: Card, found: Sequence[Mapping[str, Any]], pages: Sources) -> Iterable[tuple[str, str]]:
    """Yield the main result, what it shows, and all others, each with the number of its source."""
    if not found:
        yield _("Main result"), no_result()
    for place, row in enumerate(found):
        told = ResultWords.of_row(row)
        base = _("measured on: {base}").format(base=marked(told.base)) if told.base else ""
        source = _("source {number}").format(number=pages.add(row["source_url"], row["source_publisher"]))
        words = [told.found, told.evidence, told.limits, base, told.years, source]
        yield (_("Further result") if place else _("Main result")), " · ".join(part for part in words if part)
        if not place:
            yield _("What it shows"), group_words(card)


def _studies(cursor: Cursor, cards: Sequence[Card]) -> list[Block]:
    """Return what studies say of the types of measure of these practices, where their types are known."""
    rows = types_of_measure.rows(cursor, cards)
    if not rows:
        return []
    return [
        Block("heading", _("What studies say of the types of measure")),
        Block("facts", rows=rows),
        Block("note", synthesis_texts.no_inheritance()),
    ]


def _headline_words(card: Card, node: str) -> str:
    """Say a score, and the evidence of its answers."""
    strongest = evidence_of_answers(card[f"{node}_strongest_evidence"])
    return " · ".join(part for part in (score_sentence(card, node), strongest) if part)


def _facts(card: Card) -> Iterable[tuple[str, str]]:
    facts = {
        fact.title: fact.words(card) or (fact.missing(card) if fact.is_answered(card) else "")
        for fact in practice_facts.facts("brief")
    }
    facts[_("Type of measure")] = labels("measure_type", card["measure_types"])
    for name, value in facts.items():
        if value:
            yield name, value
    missing = [formats.within(name) for name, value in facts.items() if not value]
    if missing:
        yield _("Not seen in the sources"), ", ".join(missing)
    yield _("Last checked"), formats.day(card["checked_on"])


def _profile(framework: Framework, scores: pd.DataFrame) -> Block:
    found = {row["node"]: row for row in rows_of(scores)}
    return Block(
        "bars",
        _("The criteria, 0 to 100"),
        bars=tuple(criterion_bar(_(criterion.title), found.get(criterion.id)) for criterion in framework.criteria),
    )


def criterion_bar(name: str, row: Mapping[str, Any] | None) -> Bar:
    """Return the bar of one criterion of one practice, None for a practice without assessment."""
    if row is None:
        return Bar(name, _("not assessed"))
    words = criterion_sentence(row)
    if not known(row["coverage"]) or not row["answered"]:
        return Bar(name, words)
    return Bar(name, words, row["low"], row["high"], row["score"], bool(row["scored"]))


def _headline_bar(card: Card, node: str, name: str) -> Bar:
    state = score_state(card, node)
    if state not in ("scored", "not enough documented"):
        return Bar(name, score_sentence(card, node))
    low, high, score = (float(card[f"{node}_{what}"]) for what in ("low", "high", "score"))
    return Bar(name, score_sentence(card, node), low, high, score, bool(card[f"{node}_scored"]))


def _answers_table(framework: Framework, answers: Mapping[str, Mapping[str, Any]], pages: Sources) -> Block:
    """Return every documented answer, criterion by criterion, with the number of its source."""
    rows: list[tuple[str, ...]] = []
    for criterion, _question, indicator in framework.walk():
        if (answer := answers.get(indicator.id)) is None or answer["answer"] == "not-documented":
            continue
        at = pages.add(answer["source_url"], answer["source_publisher"]) if answer["source_url"] else ""
        rows.append(
            (
                _(criterion.title),
                _(indicator.label),
                _(framework.answer_label(answer["answer"])),
                _(framework.evidence_label(int(answer["evidence_level"]))),
                at,
            )
        )
    return Block(
        "table",
        _("Answers that count, with the evidence behind each and the number of its source"),
        (_("Criterion"), _("Indicator"), _("Answer"), _("Evidence"), _("Source")),
        tuple(rows),
        (2.3, 2.8, 1.1, 2.9, 0.8),
    )


def _undocumented(framework: Framework, answers: Mapping[str, Mapping[str, Any]]) -> str:
    unknown: list[str] = []
    for criterion in framework.criteria:
        missing = [
            formats.within(_(indicator.label))
            for indicator in criterion.indicators
            if answers.get(indicator.id, {"answer": "not-documented"})["answer"] == "not-documented"
        ]
        if missing:
            unknown.append(formats.pair(_(criterion.title), f"{', '.join(missing)}."))
    if not unknown:
        return _("Every answer is known.")
    return " ".join([_("No public source seen says whether these hold."), *unknown])


# --- several practices -----------------------------------------------------------------------------------------


def _of_comparison(cursor: Cursor, view: View, made: Recipe) -> Brief:
    framework = current_framework()
    cards = _cards(cursor, view)
    scores = {card["id"]: {row["node"]: row for row in rows_of(practices.scores(cursor, card["id"]))} for card in cards}
    pages = Sources()
    blocks = [Block("facts", rows=tuple((marked(card["name"]), marked(card["summary"])) for card in cards))]
    blocks += _matrix(comparison(cursor, [card["id"] for card in cards]))
    blocks += [Block("heading", _("Scores as bars")), Block("note", how_to_read())]
    for criterion in framework.criteria:
        bars = tuple(criterion_bar(marked(card["name"]), scores[card["id"]].get(criterion.id)) for card in cards)
        blocks.append(Block("bars", _(criterion.title), bars=bars))
    for card in cards:
        name = marked(card["name"])
        record = formats.pair(name, card["source_name"])
        pages.add(card["source_url"], _("{source} (the record)").format(source=record))
        for url in card["answer_sources"]:
            pages.add(url, formats.pair(name, _host(url)))
    blocks += [Block("heading", _("What is not known")), Block("facts", rows=tuple(_unknown_of(cards, framework)))]
    blocks += _studies(cursor, cards)
    blocks += _ending(cursor, view, made, pages)
    several = ngettext("{count} practice side by side", "{count} practices side by side", len(cards))
    title = several.format(count=formats.count(len(cards))) if len(cards) > 1 else marked(cards[0]["name"])
    subtitle = " · ".join(marked(card["name"]) for card in cards)
    return cleaned(Brief(title, subtitle, tuple(blocks), made, made.exported_on, landscape=len(cards) > 2))


def _matrix(made: Comparison) -> Iterable[Block]:
    """Yield the rows of a comparison, a table for each part."""
    header = ("", *(marked(name) for _id, name in made.practices))
    for title, rows in made.parts():
        yield Block("heading", title)
        cells = tuple((row.title, *(cell.text for cell in row.cells)) for row in rows)
        yield Block("table", title, header, cells, (1.6, *[3.0] * len(made.practices)))


def _result_and_group(card: Card) -> str:
    if not known(card["result"]):
        return no_result()
    return _("{result}. What it shows: {group}").format(result=main_result(card), group=group_words(card))


def _unknown_of(cards: Sequence[Card], framework: Framework) -> Iterable[tuple[str, str]]:
    whole = len(framework.indicators)
    for card in cards:
        if card["assessed"]:
            words = _("{count} of {all} indicators are documented; the rest is not known.")
            words = words.format(count=card["answered"], all=whole)
        else:
            words = _("Not assessed: it has no scores, which is no judgement.")
        yield marked(card["name"]), words


def _of_selection(cursor: Cursor, view: View, made: Recipe) -> Brief:
    if made.practices > MOST_IN_A_BRIEF:
        words = _(
            "The selection has {count} practices; a brief holds {most}. Narrow the filter, or download the CSV, which "
            "has all."
        )
        raise PracticesError(words.format(count=formats.count(made.practices), most=formats.count(MOST_IN_A_BRIEF)))
    cards = _cards(cursor, view)
    framework = current_framework()
    assessed = [card for card in cards if card["assessed"]]
    pages = Sources()
    said = answer(view.chosen, read_counts(cursor, view.chosen))
    order = _("Order: {order}.").format(order=formats.within(_(SORTS[view.sort])))
    blocks = [Block("text", f"{said} {order}")]
    if made.filters:
        blocks.append(Block("facts", rows=tuple(_by_filter(view, made))))
    if view.weights is not None:
        blocks += _order(cursor, view, view.weights, {card["id"]: marked(card["name"]) for card in cards})
    if assessed:
        blocks += [Block("heading", _("What is known of those assessed")), Block("note", how_to_read())]
        for node in HEADLINES:
            bars = tuple(_headline_bar(card, node, marked(card["name"])) for card in assessed)
            blocks.append(Block("bars", _(framework.criterion(node).title), bars=bars))
    blocks += [
        Block("heading", _("All of them")),
        Block(
            "table",
            _("Every practice of the selection, in its order, with the number of its source"),
            (
                *(_("Practice"), _("Where"), _("On"), _("For"), _("Years"), _("Result")),
                *(_(framework.criterion(node).title) for node in HEADLINES),
                _("Source"),
            ),
            tuple(_line(card, pages) for card in cards),
            (2.4, 1.3, 1.8, 1.8, 1.2, 3.6, 2, 2, 0.8),
        ),
        Block("heading", _("What is not known")),
        Block("text", _not_known(cards)),
        *_studies(cursor, cards),
    ]
    blocks += _ending(cursor, view, made, pages)
    words = view.chosen.in_words()
    title = _("Practices {filter}").format(filter=words) if words else _("All practices in the catalogue")
    return cleaned(Brief(title, "", tuple(blocks), made, made.exported_on, landscape=True))


def _order(cursor: Cursor, view: View, weights: Weighting, names: Mapping[str, str]) -> Iterable[Block]:
    """Yield how the practices stand under the reader's weights, by the middle of the bounds of their places."""
    shares = ", ".join(f"{title} {share}" for title, share, counts in _weights(weights) if counts)
    yield Block("heading", _("Who is clearly ahead, under these weights"))
    yield Block("text", _("Weights: {shares}.").format(shares=shares))
    rows = rows_of(standings(cursor, view.chosen, weights, view.reading))
    if any(row["place_from"] is None for row in rows) or len(rows) < AT_LEAST:
        told = _("{count} of them have a score in every criterion with a weight; a comparison takes {least} to {most}.")
        yield Block("text", told.format(count=formats.count(len(rows)), least=AT_LEAST, most=formats.count(AT_MOST)))
        return
    rows.sort(key=lambda row: (row["place_from"] + row["place_to"], names[row["practice_id"]]))
    yield Block("text", finding([(names[row["practice_id"]], int(row["ahead"])) for row in rows]))
    yield Block(
        "table",
        _("Whom each practice is clearly ahead of and behind, and the bounds of its place"),
        (_("Practice"), _("Your weighting"), _("Ahead of"), _("Behind"), _("Open"), _("Place in the order")),
        tuple(
            (
                names[row["practice_id"]],
                with_range(row["score"], row["low"], row["high"]),
                *(str(int(row[name])) for name in ("ahead", "behind", "open")),
                _("{best} to {worst}").format(best=int(row["place_from"]), worst=int(row["place_to"])),
            )
            for row in rows
        ),
        (3.6, 1.8, 1, 1, 1, 1.2),
    )
    yield Block("note", clearly_ahead())


def _weights(weights: Weighting) -> Iterable[tuple[str, str, bool]]:
    """Yield each criterion with its share of the whole in words, and whether it has any."""
    for criterion, (_id, share) in zip(current_framework().criteria, weights.criteria, strict=True):
        percent_ = _("{number} %").format(number=_number(round(100 * share, 1)))
        yield _(criterion.title), percent_, bool(round(100 * share, 1))


def _number(value: float) -> str:
    """Say a number with no more digits than it has."""
    return formats.decimal(value, len(f"{value:g}".partition(".")[2]))


def _narrowings(view: View, made: Recipe) -> Iterable[tuple[str, str, str]]:
    """Yield what narrows a selection, as (filter, value, id or ""): the recipe's in the reader's words."""
    for (narrowed, value, words), one in zip(view.chosen.parts(), made.filters, strict=True):
        if one.filter == PRACTICE:
            yield _("Practice"), marked(one.name), one.id
        else:
            yield _(label_of(narrowed)), words, value or ""


def _by_filter(view: View, made: Recipe) -> Iterable[tuple[str, str]]:
    names: dict[str, list[str]] = {}
    for name, words, _id in _narrowings(view, made):
        names.setdefault(name, []).append(words)
    for name, values in names.items():
        yield name, ", ".join(values)


def _line(card: Card, pages: Sources) -> tuple[str, ...]:
    return (
        marked(card["name"]),
        labels("country", card["countries"]) or _("not stated"),
        labels("sector", card["sectors"]) or _("not stated"),
        labels("target_group", card["target_groups"]) or _("not stated"),
        years(card["start_year"], card["end_year"], card["still_running"]),
        _result_and_group(card),
        *(_headline_bar(card, node, "").words for node in HEADLINES),
        pages.add(card["source_url"], card["source_name"]),
    )


def _not_known(cards: Sequence[Card]) -> str:
    funding = next(
        fact for fact in practice_facts.facts("brief") if any(one.column == "funding_kinds" for one in fact.fields)
    )

    assessment = sum(not card["assessed"] for card in cards)
    year = sum(not known(card["start_year"]) and not known(card["end_year"]) for card in cards)
    money = sum(not len(card["funding_kinds"]) and not funding.is_answered(card) for card in cards)
    result = sum(not known(card["result"]) for card in cards)
    evaluation = sum(not card["evaluation_documented"] for card in cards)
    said = [
        (
            assessment,
            ngettext("{count} has no published assessment", "{count} have no published assessment", assessment),
        ),
        (year, ngettext("{count} states no year", "{count} state no year", year)),
        (money, ngettext("{count} states no funding", "{count} state no funding", money)),
        (result, ngettext("{count} has no known result", "{count} have no known result", result)),
        (
            evaluation,
            ngettext(
                "{count} has no evaluation on the source page we read",
                "{count} have no evaluation on the source page we read",
                evaluation,
            ),
        ),
    ]
    told = ", ".join(words.format(count=formats.count(count)) for count, words in said if count)
    if not told:
        return _("Nothing is missing.")
    return ngettext("Of {count} practice, {said}.", "Of {count} practices, {said}.", len(cards)).format(
        count=formats.count(len(cards)), said=told
    )


# --- what every brief ends with --------------------------------------------------------------------------------


class Sources:
    """The pages a brief rests on, each with its number."""

    def __init__(self) -> None:
        self._numbers: dict[str, tuple[str, str]] = {}

    def add(self, url: str, what: str | None) -> str:
        """Return the number of a page, which is added where it is not there."""
        if url not in self._numbers:
            name = what if isinstance(what, str) and what else _host(url)
            self._numbers[url] = (str(len(self._numbers) + 1), name)
        return self._numbers[url][0]

    def block(self) -> Block:
        """Return the list of the pages; of sites that keep copies the address is not given."""
        return Block(
            "sources",
            rows=tuple(
                (at, name, url if is_offered(url) else _("copy, original not found"))
                for url, (at, name) in self._numbers.items()
            ),
        )


_HOW_TO_READ = N_(
    "The bar shows where the score could end up once the missing answers are known; a filled mark is a score, a hollow "
    "one says that too little is known to call it one."
)


def how_to_read() -> str:
    """Return what the bars of a brief show."""
    return _(_HOW_TO_READ)


def _ending(cursor: Cursor, view: View, made: Recipe, pages: Sources) -> list[Block]:
    """Return sources, method and recipe, in the reader's words; ids and numbers are the recipe's."""
    link = urlencode(made.params, doseq=True)
    names = {one.id: marked(one.name) for one in made.filters if one.filter == PRACTICE}
    selection = found_words(view.chosen, read_counts(cursor, view.chosen), names)
    framework = current_framework()
    recipe = [
        (_("Selection"), selection),
        *((name, f"{words} ({id_})" if id_ else words) for name, words, id_ in _narrowings(view, made)),
        (_("Order"), f"{_(SORTS[view.sort])} ({made.order})"),
        *(
            (_("Weight of {name}").format(name=name), share)
            for name, share, _counts in (_weights(view.weights) if view.weights else ())
        ),
        *(
            (
                _("Weight of {name}").format(name=_(framework.indicator(one.indicator).label)),
                _("{weight} inside its criterion").format(weight=_number(one.weight)),
            )
            for one in made.indicator_weights
        ),
        (_("Framework"), f"{made.framework} {made.framework_version}"),
        (_("Data version"), data_words(made)),
        (_("Page"), f"{made.page}?{link}" if link else made.page),
        (_("Made on"), made.exported_on.isoformat()),
        (_("Licence"), _(LICENCE)),
        (_("How to cite"), cite(made, selection)),
    ]
    return [
        Block("heading", _("Sources")),
        pages.block(),
        Block("heading", _("How this was made")),
        Block("note", _(METHOD)),
        Block("facts", rows=tuple(recipe)),
    ]


def data_words(made: Recipe) -> str:
    """Say which data a brief is made of."""
    return _("{version} of {date}, SHA-256 {hash}").format(
        version=made.data_version, date=made.data_released_on.isoformat(), hash=made.data_hash
    )


def _cards(cursor: Cursor, view: View) -> Sequence[Card]:
    return rows_of(practices.find_practices(cursor, view.chosen, view.sort))


def _counted(answers: pd.DataFrame) -> dict[str, dict[str, Any]]:
    """Return the answer that counts for each indicator."""
    return {row["indicator_id"]: row for row in rows_of(answers) if row["counts"]}


def _host(url: str) -> str:
    return url.split("/")[2].removeprefix("www.")


def cleaned(made: Brief) -> Brief:
    """Return a brief whose texts hold nothing that no page can show, and nothing that turns its direction."""

    def clean(value: Any) -> Any:
        match value:
            case str():
                return value.translate(_UNSEEN)
            case tuple():
                return tuple(clean(one) for one in value)
            case Block() | Bar() | Brief():
                return type(value)(**{name: clean(one) for name, one in vars(value).items()})
            case _:
                return value

    done: Brief = clean(made)
    return done
