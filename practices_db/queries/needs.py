"""A need in a link and in words, the practices it can be matched with, and what nobody documents about it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any, Literal

import numpy as np

from criteria import needs
from criteria.needs import REASONS, Candidate, Held, Match, Need, Pool, Ranking, Reason
from criteria.spelling import shown
from practices_db import formats
from practices_db.catalogue import thesaurus
from practices_db.catalogue.own_language import marked
from practices_db.catalogue.plain_text import normalise
from practices_db.catalogue.texts import known, labels
from practices_db.catalogue.vocabularies import label, vocabulary
from practices_db.database.store import Cursor, records, rows_of
from practices_db.queries import evidence_by_type, need_words, practices
from practices_db.queries import library as library_queries
from practices_db.translation import N_, _, language, ngettext

WHO = {
    "municipality": N_("Municipality"),
    "region": N_("Region or county"),
    "ministry": N_("Ministry or national agency"),
    "ngo": N_("NGO or association"),
    "school": N_("School or university"),
    "employer": N_("Employer"),
    "health": N_("Health service"),
}
_LEVEL = {"municipality": "local", "region": "regional", "ministry": "national"}
MONEY = {"little": N_("Little (up to 100,000 euro)"), "some": N_("Some (up to a million)"), "much": N_("Much")}
HAVE = {
    "volunteers": N_("Volunteers"),
    "homes": N_("Flats or rooms"),
    "employers": N_("Employers"),
    "schools": N_("Schools"),
}
REASON_NAMES: dict[Reason, str] = {
    "types": N_("Type of measure"),
    "groups": N_("Same target group"),
    "sectors": N_("Same sector"),
    "topics": N_("Topics"),
    "words": N_("Your words"),
    "country": N_("Same country"),
    "level": N_("Same level of government"),
    "size": N_("Similar number of people"),
    "money": N_("Money"),
    "have": N_("What you have"),
    "proof": N_("Evidence"),
    "carried": N_("Taken up elsewhere"),
}
READ_LANGUAGES = N_("We can read English, German, French, Spanish, Italian and Polish.")
# What each thing at hand is called in the texts of practices.
_HAVE_IN_PRACTICES = {
    "volunteers": ("volunteer", "volunteering", "host"),
    "homes": ("flat", "room", "home", "housing"),
    "employers": ("employer", "company", "firm"),
    "schools": ("school", "university"),
}
_LARGEST = 10**9
LONGEST = 3000  # characters of own words: a page of text, and a link that servers still take
_SELDOM = 20  # a word tells something where at most one title in so many has it
FEW = 5  # with fewer matches the nearest are shown too
FIRST = 10  # practices whose cards an answer has; those of further ones are asked for


@dataclass(frozen=True)
class Asked:
    """What somebody said of their need, as the form and the link hold it; ids, not labels."""

    who: str | None = None
    country: tuple[str, ...] = ()
    sectors: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    words: str = ""
    size: int | None = None
    inhabitants: int | None = None
    money: str | None = None
    have: tuple[str, ...] = ()
    off: tuple[Reason, ...] = ()
    types: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether too little is said to look for anything."""
        return not (self.has_subject or self.words)

    @property
    def has_subject(self) -> bool:
        """Whether it is chosen on what or for whom."""
        return bool(self.sectors or self.groups or self.types or self.topics)

    @property
    def countries(self) -> list[str]:
        """Return the countries as a list, empty where none is said or it is no reason."""
        return [] if "country" in self.off else list(self.country)

    def need(self) -> Need:
        """Return what practices are matched with."""
        meant = need_words.expected_types(need_words.read(self.words).readings)
        kin = thesaurus.entries("target_group")
        return Need(
            self.sectors,
            self.groups,
            self.country,
            _LEVEL.get(self.who or ""),
            self.size,
            self.money,  # type: ignore[arg-type]  # checked when it was read
            need_words.telling(self.words),
            {name: _HAVE_IN_PRACTICES[name] for name in self.have},
            # a type that the person chose, and did not only describe, is wholly meant
            {type_: meant.get(type_, 1.0) for type_ in self.types},
            self.topics,
            {group: tuple(kin[group]["kin"]) for group in self.groups},
            frozenset(group for group in self.groups if kin[group].get("alone")),
        )

    def params(self) -> dict[str, list[str]]:
        """Return the link parameters; what is not said is left out."""
        one = {"who": self.who, "money": self.money, "q": self.words}
        one |= {"people": str(self.size or ""), "inhabitants": str(self.inhabitants or "")}
        several = {"country": self.country, "sector": self.sectors, "target-group": self.groups, "have": self.have}
        several |= {"off": self.off, "type": self.types, "topic": self.topics}
        return {name: [value] for name, value in one.items() if value} | {
            name: list(values) for name, values in several.items() if values
        }

    def in_words(self) -> list[tuple[str, str]]:
        """Return what was said as (name, words)."""
        said = {
            _("In your words"): self.words,
            _("You are"): _(WHO[self.who]) if self.who else "",
            _("Where"): labels("country", self.country),
            _("On"): labels("sector", self.sectors),
            _("For"): labels("target_group", self.groups),
            _("Types of measure"): labels("measure_type", self.types),
            _("Topics"): ", ".join(_(topics()[topic]) for topic in self.topics),
            _("For how many people"): formats.count(self.size) if self.size else "",
            _("Inhabitants of your place"): formats.count(self.inhabitants) if self.inhabitants else "",
            _("Money"): _(MONEY[self.money]) if self.money else "",
            _("You have"): ", ".join(_(HAVE[name]) for name in self.have),
            _("Reasons not counted"): ", ".join(_(REASON_NAMES[reason]) for reason in self.off),
        }
        return [(name, words) for name, words in said.items() if words]


def from_params(params: Mapping[str, Sequence[str]]) -> tuple[Asked, list[str]]:
    """Read a need from link parameters and say what was not understood and left out. Never raises."""
    dropped: list[str] = []

    def several(name: str, known_: Sequence[str]) -> tuple[str, ...]:
        values = dict.fromkeys(params.get(name, ()))
        dropped.extend(_unknown(name, value) for value in values if value not in known_)
        return tuple(value for value in values if value in known_)

    def one(name: str, known_: Sequence[str]) -> str | None:
        return next(iter(several(name, known_)), None)

    def number(name: str) -> int | None:
        value = (params.get(name) or [""])[-1]
        if not value:
            return None
        if value.isascii() and value.isdigit() and 0 < int(value[:12]) <= _LARGEST and len(value) < 12:
            return int(value)
        dropped.append(_unknown(name, value))
        return None

    given = "".join(c if c.isprintable() else " " for c in (params.get("q") or [""])[-1])
    off = several("off", list(REASONS))
    words, rest = given[:LONGEST], given[LONGEST:].strip()
    if rest:
        said = _("q: {count} characters, of which the first {most} are read")
        dropped.append(said.format(count=formats.count(len(given)), most=formats.count(LONGEST)))
    return Asked(
        one("who", list(WHO)),
        several("country", list(vocabulary("country"))),
        several("sector", list(vocabulary("sector"))),
        several("target-group", list(vocabulary("target_group"))),
        " ".join(words.split()),
        number("people"),
        number("inhabitants"),
        one("money", list(MONEY)),
        several("have", list(HAVE)),
        tuple(reason for reason in REASONS if reason in off),
        several("type", list(vocabulary("measure_type"))),
        several("topic", list(topics())),
    ), dropped


def _unknown(name: str, value: str) -> str:
    return _("{what} {value} is unknown").format(what=name, value=shown(value))


@cache
def topics() -> dict[str, str]:
    """Return the topics that a need may be about, by id, with their English names."""
    return {id_: entry["label"] for id_, entry in thesaurus.entries("topic").items()}


def topic_within(id_: str) -> str:
    """Return what a topic is called within a sentence."""
    called = _(topics()[id_])
    return called if thesaurus.entries("topic")[id_].get("name") else formats.within(called)


# --- what somebody's own words say -----------------------------------------------------------------------


def read_words(words: str) -> Asked:
    """Return what is read from somebody's words; nothing is guessed beyond the thesaurus."""
    read = need_words.read(words)
    money, who = read.ids("money"), read.ids("who")
    return Asked(
        who[0] if who else None,
        read.ids("country"),
        read.ids("sector"),
        read.ids("target_group"),
        words,
        None,
        read.inhabitants,
        money[0] if money else None,
        read.ids("have"),
        (),
        tuple(need_words.expected_types(read.readings)),
        read.ids("topic"),
    )


def reading_name(one: need_words.Reading) -> str:
    """Return what a reading is called."""
    names = {"who": WHO, "money": MONEY, "have": HAVE, "topic": topics()}
    if one.kind == "problem":
        return _(str(thesaurus.entries("problem")[one.id]["label"]))
    return _(names[one.kind][one.id]) if one.kind in names else label(one.kind, one.id)


def filled_in(asked: Asked, before: str = "") -> Asked:
    """Return a need whose fields hold what its words say where they are empty or hold what words said ``before``.

    What somebody chose otherwise stays.
    """
    read, old = read_words(asked.words), read_words(before)
    new = {
        name: getattr(read, name)
        for name in ("who", "country", "sectors", "groups", "types", "topics", "inhabitants", "money", "have")
        if not getattr(asked, name) or (before and getattr(asked, name) == getattr(old, name))
    }
    return replace(asked, **new)


# --- matching --------------------------------------------------------------------------------------------


def pool(cursor: Cursor) -> Pool:
    """Return every practice as far as it can be matched."""
    rows = cursor.execute(
        """
        SELECT p.id, name, coalesce(summary, ''), sectors, target_groups,
            countries, governance_level, people_reached, budget_eur, funding_kinds, strongest_evidence,
            coalesce(transferred_elsewhere, false), assessed, coalesce(types, [])
        FROM practice_card p LEFT JOIN (
            SELECT practice_id, list(measure_type ORDER BY NOT "primary", measure_type) AS types
            FROM released_practice_type GROUP BY practice_id
        ) t ON t.practice_id = p.id
        ORDER BY p.id
        """
    ).fetchall()
    return Pool(
        Candidate(
            id_, normalise(name), normalise(text), tuple(sectors), tuple(groups), tuple(countries), level, people,
            budget, tuple(kinds), evidence, bool(carried), assessed, tuple(types),
            need_words.topics_of(f"{name}. {text}"),
        )
        for id_, name, text, sectors, groups, countries, level, people, budget, kinds, evidence, carried, assessed,
        types in rows
    )  # fmt: skip


def reason_words(held: Held, asked: Asked) -> str:  # noqa: PLR0911, PLR0912 - a sentence for each reason
    """Say a reason in words."""
    what = held.what
    match held.reason:
        case "types":
            return _("Type of measure: {types}").format(types=labels("measure_type", what))
        case "groups":
            same = [group for group in what if group in asked.groups]
            if not same:
                return _("For a neighbouring group: {groups}").format(groups=labels("target_group", what))
            return _of(_("Same target group: {what}"), labels("target_group", same), len(same), len(asked.groups))
        case "sectors":
            return _of(_("Same sector: {what}"), labels("sector", what), len(what), len(asked.sectors))
        case "topics":
            told = ", ".join(_(topics()[topic]) for topic in what)
            return _("Its description is about: {topics}").format(topics=told)
        case "words":
            return _("Words like yours in its description: {words}").format(words=", ".join(what))
        case "country":
            return _("Same country: {country}").format(country=labels("country", what))
        case "level":
            return _("Works at your level: {level}").format(level=formats.within(label("governance_level", what[0])))
        case "size":
            return _("Similar number of people: it reached {people}, as its source counts").format(
                people=formats.count(int(what[0]))
            )
        case "money":
            if what and what[0].isdigit():
                return _("Within your budget: this practice had {amount} euro, according to its source").format(
                    amount=formats.count(int(what[0]))
                )
            paid_by = ", ".join(formats.within(label("funding_kind", kind)) for kind in what)
            return _("Partly within your budget: the practice states no budget and is funded by {funding} only").format(
                funding=paid_by
            )
        case "have":
            told = ", ".join(formats.within(_(HAVE[name])) for name in what)
            return _of(_("Uses what you have: {what}"), told, len(what), len(asked.have))
        case "proof":
            return _("Evidence: {level} (strongest behind any of its answers)").format(
                level=label("evidence_level", what[0])
            )
        case "carried":
            return _("Taken up elsewhere, according to its source")


def _of(words: str, what: str, met: int, asked: int) -> str:
    said = words.format(what=what)
    return _("{reason} ({met} of your {asked})").format(reason=said, met=met, asked=asked) if asked > 1 else said


@dataclass(frozen=True)
class Documented:
    """For how many of the practices that fit something is known; ``groups``: target groups that none is for."""

    practices: int
    assessed: int
    independent: int  # resting on an independent evaluation
    in_country: int
    budgets: int
    transferred: int
    no_groups: tuple[str, ...]


@dataclass(frozen=True)
class Why:
    """A reason to ask an organisation; ``what``: names of practices, ids of themes or countries, or how to join."""

    reason: Literal["leads", "theme", "country", "community"]
    what: tuple[str, ...]


def why_words(why: Why) -> str:
    """Say a reason to ask an organisation."""
    match why.reason:
        case "leads":
            return _("Leads {practice}").format(practice=marked(why.what[0]))
        case "theme":
            return _("Same theme: {themes}").format(themes=labels("theme", why.what))
        case "country":
            return _("Same country: {country}").format(country=labels("country", why.what))
        case "community":
            if not why.what:
                return _("Community of practice; no joining details found, contact them")
            return _("Community of practice: {how_to_join}").format(how_to_join=marked(why.what[0]))


@dataclass(frozen=True)
class Answer:
    """What is there for a need.

    ``near``: where fewer than FEW match, those that share only the subject or only the people; ``cards`` has the first
    ones'; ``missing``: topics that no practice is about; ``not_understood``: words that nothing was found by.
    """

    asked: Asked
    matches: Sequence[Match]
    near: Sequence[Match]
    documented: Documented
    cards: dict[str, dict[str, Any]] = field(default_factory=dict)
    evidence: list[dict[str, Any]] = field(default_factory=list)
    organisations: list[tuple[dict[str, Any], list[Why]]] = field(default_factory=list)
    missing: tuple[str, ...] = ()
    not_understood: tuple[str, ...] = ()

    @property
    def has_theme(self) -> bool:
        """Whether publications and organisations were looked for: a sector was said, or the practices have one."""
        return bool(self.asked.sectors or self.matches or self.near)

    @property
    def nothing_read(self) -> str:
        """Return the sentence that nothing was understood, in the language of the words; empty where something was."""
        asked, read = self.asked, need_words.read(self.asked.words)
        # what was read and then removed was understood all the same
        if asked.has_subject or any(one.kind not in ("who", "money", "have", "country") for one in read.readings):
            return ""
        said = thesaurus.nothing_read(read.language or language())
        return said if read.language else f"{said} {_(READ_LANGUAGES)}"


def answer(cursor: Cursor, asked: Asked, of: Pool) -> Answer:
    """Return practices, publications and organisations for a need."""
    need = asked.need()
    matches = Ranking(need, of, asked.off)
    near = []
    if len(matches) < FEW:
        fitting = {one.id for one in matches}
        near = [one for one in needs.nearest(need, of, asked.off) if one.id not in fitting][: FEW - len(matches)]
    shown = [one.id for one in [*matches[:FIRST], *near]]
    found = cards(cursor, shown)
    on = asked.sectors or tuple(dict.fromkeys(sector for id_ in shown[:3] for sector in found[id_]["sectors"]))
    evidence = _bearing(cursor, asked, on) if on else []
    organisations = _to_ask(cursor, asked, shown, found, on)
    return Answer(
        asked, matches, near, _documented(asked, of, matches.places), found, evidence, organisations,
        tuple(needs.missing_topics(need, of)), _not_understood(asked, of),
    )  # fmt: skip


def _not_understood(asked: Asked, of: Pool) -> tuple[str, ...]:
    """Return the words of a need that say something and were neither read nor found in any practice."""
    words = need_words.read(asked.words).not_read
    said = of.words(stem for word in words for stem in needs.stems_in(normalise(word)))
    return tuple(word for word in words if said.keys().isdisjoint(needs.stems_in(normalise(word))))


def not_used(answer_: Answer) -> list[str]:
    """Say which words of a need the answer does not rest on; where nothing was read, only what is not wanted."""
    unwanted = need_words.read(answer_.asked.words).unwanted
    said = {
        _("Not understood: {words}."): () if answer_.nothing_read else answer_.not_understood,
        _("Not wanted, but practices with it are not left out: {words}."): unwanted,
    }
    return [sentence.format(words=", ".join(words)) for sentence, words in said.items() if words]


def _bearing(cursor: Cursor, asked: Asked, sectors: Sequence[str]) -> list[dict[str, Any]]:
    """Return publications by how well they fit, then by strength.

    Shared topics and types of measure count double, and so does a word of the need in its title that few titles have.
    """
    rows = rows_of(library_queries.research(cursor, sectors, asked.groups, asked.countries))
    types: dict[str, set[str]] = {}
    for row in rows_of(evidence_by_type.types_of_publications(cursor, [row["id"] for row in rows])):
        types.setdefault(row["publication_id"], set()).add(row["measure_type"])

    titles = {row["id"]: {*needs.stems_in(normalise(row["title"]))} for row in rows}
    named = Counter(stem for stems in titles.values() for stem in stems)
    people = (one for one in need_words.read(asked.words).readings if one.kind in ("target_group", "country"))
    counted = need_words.telling(" ".join(word for one in people for word in one.words))
    telling = {*need_words.telling(asked.words)}.difference(counted)
    rare = {stem for stem in telling if named[stem] <= max(1, len(rows) // _SELDOM)}

    def fit(row: Mapping[str, Any]) -> int:
        shared = types.get(row["id"], set()).intersection(asked.types)
        about = {*need_words.topics_of(f"{row['title']}. {row['summary'] or ''}")}.intersection(asked.topics)
        exact = len(shared) + len(about) + len(rare & titles[row["id"]])
        return 2 * exact + len(row["shared_sectors"]) + len(row["shared_groups"])

    return sorted(rows, key=lambda row: -fit(row))  # stable: as they came, the strongest first


def cards(cursor: Cursor, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Return the cards of practices by id."""
    return {row["id"]: row for row in practices.cards(cursor, ids)}


def _documented(asked: Asked, of: Pool, places: needs.Places) -> Documented:
    def count(of_all: Any) -> int:
        return int(np.count_nonzero(of_all[places]))

    return Documented(
        len(places),
        count(of.assessed),
        count(of.evidence >= 3),
        count(np.logical_or.reduce([of.having("country", one) for one in ("", *asked.country)])),
        count(~np.isnan(of.budget)),
        count(of.transferred),
        tuple(group for group in asked.groups if not count(of.having("groups", group))),
    )


def _to_ask(
    cursor: Cursor, asked: Asked, shown: Sequence[str], cards: Mapping[str, Mapping[str, Any]], themes: Sequence[str]
) -> list[tuple[dict[str, Any], list[Why]]]:
    """Return organisations with the reasons to ask them: leaders of the first practices, then those near."""
    led: dict[str, list[Why]] = {}
    for link in rows_of(library_queries.links_of(cursor, "practice", shown[:6])):
        if link["relation"] == "leads":
            led.setdefault(link["other_id"], []).append(Why("leads", (cards[link["id"]]["name"],)))
    leaders = "SELECT * FROM organisation_card WHERE list_contains($ids::TEXT[], id)"
    found = [(row, led[row["id"]]) for row in records(cursor.execute(leaders, {"ids": list(led)}))]
    found.sort(key=lambda one: list(led).index(one[0]["id"]))
    countries = asked.countries
    for row in rows_of(library_queries.organisations_near(cursor, themes, countries, list(led))) if themes else []:
        why = [Why("theme", tuple(row["shared_themes"]))]
        if row["same_country"]:
            why.append(Why("country", tuple(one for one in asked.country if one in row["countries"])))
        if row["community_of_practice"]:
            why.append(Why("community", (row["joins"],) if row["joins"] else ()))
        found.append((row, why))
    return found


def first_to_ask(answer_: Answer, most: int = 4) -> list[tuple[dict[str, Any], list[str]]]:
    """Return whom to ask first, with reasons in words: some who lead the first practices, some near, some to join."""
    leaders = [pair for pair in answer_.organisations if "same_country" not in pair[0]]
    near = [pair for pair in answer_.organisations if pair[0].get("same_country") is True]
    communities = [pair for pair in answer_.organisations if pair[0].get("same_country") is False]
    first = (*leaders[:most], *near[:most], *communities[:most])
    return [(row, [why_words(one) for one in why]) for row, why in first]


def not_documented(answer_: Answer) -> list[str]:
    """Say what nobody documents about a need, as far as the catalogue can tell; of one not understood, nothing."""
    asked, documented = answer_.asked, answer_.documented
    if answer_.nothing_read:
        return []
    said = [
        _("No practice in the catalogue is about {topic}.").format(topic=topic_within(topic))
        for topic in answer_.missing
    ]
    if not documented.practices and not said:
        said.append(_no_practice(asked))
    if documented.practices:
        said += _of_practices(documented, asked)
        for group in documented.no_groups if len(asked.groups) > 1 else ():
            words = _("None of them says that it is for {group}.")
            said.append(words.format(group=formats.within(label("target_group", group))))
    strong = [row for row in answer_.evidence if known(row["evidence_level"]) and row["evidence_level"] >= 4]
    if not answer_.evidence:
        said += [_no_publication(asked)] if answer_.has_theme else []
    elif not strong:
        said.append(
            _("No study with a comparison group is about it: whether such measures help more than none is not known.")
        )
    elif not any(row["finding"] for row in strong):
        said.append(_("Studies with a comparison group are about it, but their findings are not available to us."))
    if asked.inhabitants:
        words = _("No record says how large a place is. Ask whether a practice works in a place of {inhabitants}.")
        said.append(words.format(inhabitants=formats.count(asked.inhabitants)))
    return said


def _no_practice(asked: Asked) -> str:
    if asked.sectors and asked.groups:
        words = _(
            "No practice in the catalogue is on {sectors} for {groups}: it may exist, but none was found to record."
        )
    elif asked.sectors:
        words = _("No practice in the catalogue is on {sectors}: it may exist, but none was found to record.")
    elif asked.groups:
        words = _("No practice in the catalogue is for {groups}: it may exist, but none was found to record.")
    else:
        words = _("No practice in the catalogue is on what you describe: it may exist, but none was found to record.")
    return words.format(sectors=labels("sector", asked.sectors), groups=labels("target_group", asked.groups))


def _no_publication(asked: Asked) -> str:
    if asked.sectors and asked.groups:
        words = _("No publication in the library is on {sectors} for {groups}.")
    elif asked.sectors:
        words = _("No publication in the library is on {sectors}.")
    elif asked.groups:
        words = _("No publication in the library is for {groups}.")
    else:
        words = _("No publication in the library is on what you describe.")
    return words.format(sectors=labels("sector", asked.sectors), groups=labels("target_group", asked.groups))


def _of_practices(documented: Documented, asked: Asked) -> list[str]:
    whole = documented.practices
    said = []
    if missing := whole - documented.assessed:
        words = ngettext(
            "Of these {count} practice, {some} have no assessment: what changed for people is not known here.",
            "Of these {count} practices, {some} have no assessment: what changed for people is not known here.",
            whole,
        )
        said.append(words.format(count=formats.count(whole), some=formats.count(missing)))
    if not documented.independent:
        said.append(_("None of them rests on an independent evaluation."))
    if asked.country and not documented.in_country:
        countries = formats.listed((label("country", one) for one in asked.country), last="or")
        said.append(_("None of them is in {country}.").format(country=countries))
    if documented.budgets:
        words = ngettext(
            "What it costs is stated for {some} of these {count} practice.",
            "What it costs is stated for {some} of these {count} practices.",
            whole,
        )
        said.append(words.format(count=formats.count(whole), some=formats.count(documented.budgets)))
    else:
        said.append(_("None of them states what it costs."))
    if not documented.transferred:
        said.append(_("None of them is known to have been taken up elsewhere."))
    return said
