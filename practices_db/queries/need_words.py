"""What somebody's own words say, in six languages: readings, each with the words it was read from.

Nothing is guessed beyond the thesaurus. A country that people come from is no place of work: "women from Ukraine in our
Polish town" reads people under temporary protection and Poland.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Literal, cast

from babel import Locale

from practices_db.catalogue import thesaurus
from practices_db.catalogue.plain_text import normalise
from practices_db.catalogue.thesaurus import LANGUAGES, Hit, Word
from practices_db.catalogue.vocabularies import vocabulary

Kind = Literal["target_group", "sector", "measure_type", "problem", "topic", "who", "money", "have", "country"]
# How much a reading says for a type of measure (1 would be certain).
SAID = {"measure_type": 0.8, "problem": 0.3, "topic": 0.1}
_ENDING = 6  # letters that a declined name has at most behind its beginning ("Filipińczycy" are people, no place)
_AND = frozenset({"and", "or", "und", "oder", "et", "ou", "y", "o", "e", "i", "oraz", "lub"})
_OR = frozenset({"or", "nor", "oder", "ou", "ni", "o", "lub", "ani"})
_OF_PEOPLE = frozenset({"target_group", "who", "have", "money"})
_SHORTEST = 4  # letters of a word that is named as not read
_NEAR = 2  # words between a country and the word that tells what it belongs to
_LACKING = 5  # words between a verb of having and a "no" that it belongs to
_ASKING = 4  # words between "we" or "our" and what asks
# What a profession would be read as, did it not stand beside a diploma or a job.
_SERVICES = frozenset({"health", "health-and-psychosocial-support", "doctor-visits", "service-providers", "school"})
_NUMBER = r"(\d{1,3}(?:[,. ’']\d{3})+|\d{3,9})"
_INHABITANTS = r"(?:inhabitants|residents|people live|einwohner\w*|habitants|habitantes|abitanti|mieszkanc\w*|dusz)"
_PLACE = (
    r"(?:municipality|town|city|region|county|village|stadt|gemeinde|kommune|dorf|ville|commune|village|ciudad|"
    r"municipio|pueblo|comune|citta|paese|miast\w*|gmin\w*)"
)
_OF = (
    r" ?(?:of|with|mit|von|de|con|di|da|z|o|liczac\w*)?"
    r" ?(?:about|some|around|rund|etwa|ca|environ|unos|circa|okolo|ok)?\.? ?"
)


@dataclass(frozen=True)
class Reading:
    """One thing that was read: what it is, and the words of the person that say it."""

    kind: Kind
    id: str
    words: tuple[str, ...]


@dataclass(frozen=True)
class Read:
    """All that was read; ``language`` the likeliest one, None where the words are of none we know.

    ``not_read``: words as typed that may mean something and were not read, the first first; ``unwanted``: those that
    somebody does not want.
    """

    language: str | None = None
    readings: tuple[Reading, ...] = ()
    inhabitants: int | None = None
    not_read: tuple[str, ...] = ()
    unwanted: tuple[str, ...] = ()

    def ids(self, kind: Kind) -> tuple[str, ...]:
        """Return what was read of a kind, in the order of the words."""
        return tuple(one.id for one in self.readings if one.kind == kind)


@lru_cache(512)
def read(text: str) -> Read:
    """Return what is read from somebody's words."""
    words = thesaurus.words_of(text)
    languages = thesaurus.languages_of(words)
    counted = {at for at, word in enumerate(words) if at and _is_size(words[at - 1].plain, word.plain)}
    found: dict[tuple[Kind, str], dict[str, None]] = defaultdict(dict)
    used: set[int] = set(counted)
    unwanted: set[int] = set()
    for language in languages:
        all_hits = thesaurus.find(words, language)
        hits = _told(_without_others(all_hits, words, language))
        used.update(at for hit in all_hits for at in hit.at if hit.kind in ("not_wanted", "idiom"))
        refused = _refused(hits, words)
        lacked, negated, turning = _negated(words, language)
        unwanted |= refused | negated
        occupations = _occupations(words, language)
        # "no right to work" is about a right, not about work
        of_lack = {at for hit in hits if len(hit.at) > 1 and lacked.intersection(hit.at) for at in hit.at}
        for hit in hits:
            there = {*hit.at}
            if hit.kind in ("not_wanted", "idiom") or (refused | counted) & there:
                continue
            if (there & occupations and hit.id in _SERVICES) or (hit.kind == "sector" and there <= of_lack):
                continue
            # a longer term has its "no" in it ("no papers"); what people lack they need, but nobody has it
            if not there & turning and there & (negated | (lacked if hit.kind in _OF_PEOPLE else set())):
                unwanted |= there & lacked
                continue
            used |= there
            if hit.kind in ("who", "money") and any(kind == hit.kind and id_ != hit.id for kind, id_ in found):
                continue  # it has one value, what was said first
            found[cast(Kind, hit.kind), hit.id] |= dict.fromkeys(words[place].typed for place in hit.at)
    for kind, id_, at in _countries(words, languages):
        used.add(at)
        if kind == "country" or (kind, id_) not in found:
            found[kind, id_][words[at].typed] = None
    readings = tuple(Reading(kind, id_, tuple(said)) for (kind, id_), said in found.items())
    unwanted -= used
    unread = [at for at in _meaningful(words, languages) if at not in used]
    return Read(
        languages[0] if languages else None,
        readings,
        _inhabitants(text),
        tuple(dict.fromkeys(words[at].typed for at in unread if at not in unwanted)),
        tuple(dict.fromkeys(words[at].typed for at in sorted(unwanted) if not _is_filler(words[at], languages))),
    )


def _told(hits: Sequence[Hit]) -> list[Hit]:
    """Leave out what only a part of a longer term says: "work" in "social worker", "young" in "young children".

    A word that says who asks ("we are an association") says no sector or topic besides.
    """
    covered: dict[str, set[int]] = defaultdict(set)
    for hit in hits:
        if len(hit.at) > 1:
            covered[hit.kind].update(hit.at)
    longer = covered["measure_type"] | covered["problem"]
    asking = {hit.at[0] for hit in hits if hit.kind == "who" and len(hit.at) == 1}
    # what they say stands beside others
    beside = {"target_group": set(), "topic": asking, "sector": covered["problem"] | asking}

    def told(hit: Hit) -> bool:
        if len(hit.at) > 1:
            return hit.kind == "idiom" or not covered["idiom"].issuperset(hit.at)
        return hit.at[0] not in covered[hit.kind] | covered["idiom"] | beside.get(hit.kind, longer)

    return [hit for hit in hits if told(hit)]


def _refused(hits: Iterable[Hit], words: Sequence[Word]) -> set[int]:
    """Return the places behind "we do not need" and the like, up to the end of the clause."""
    refused: set[int] = set()
    for hit in hits:
        if hit.kind == "not_wanted":
            last = max(hit.at)
            refused.update(at for at in range(last + 1, len(words)) if words[at].clause == words[last].clause)
    return refused


def _negated(words: Sequence[Word], language: str) -> tuple[set[int], set[int], set[int]]:
    """Return the places of what people lack ("have no work"), of what is not wanted ("no hostels"), and of each "no".

    What follows such a word is meant up to the next filler, beyond an "or" too.
    """
    lacking = thesaurus.words_in("negation", "lacking")
    before = thesaurus.words_in("negation", "lacking_before") if language == "en" else frozenset[str]()
    filler = thesaurus.stop_words(language)
    lacked: set[int] = set()
    unwanted: set[int] = set()
    turning: set[int] = set()
    for start in range(len(words)):
        clause = [at for at in range(len(words)) if words[at].clause == words[start].clause]
        plain = [words[at].plain for at in clause]
        here = start - clause[0]
        phrase = next((p for p in thesaurus.phrases_in("negation", language) if tuple(plain[here:][: len(p)]) == p), ())
        behind = clause[here + len(phrase) :]
        if not phrase or (behind and words[behind[0]].plain in thesaurus.words_in("negation", "unless")):
            continue
        turning.update(clause[here : here + len(phrase)])
        near = {*plain[max(0, here - _LACKING) : here], *(plain[here + 1 :][:_NEAR] if language != "en" else ())}
        has = near & lacking or {*plain[max(0, here - 1) : here]} & before
        (lacked if has else unwanted).update(_behind(words, behind, filler))
    return lacked, unwanted, turning


def _behind(words: Sequence[Word], places: Sequence[int], filler: frozenset[str]) -> Iterable[int]:
    """Return the places of the first words that are no filler, and of those joined to them by an "or"."""
    begun = False
    for at in places:
        plain = words[at].plain
        if plain not in filler:
            begun = True
            yield at
        elif begun and plain not in _OR:
            return


def _without_others(hits: Iterable[Hit], words: Sequence[Word], language: str) -> list[Hit]:
    """Leave out who is told of but does not ask: that is "our hospital", "we are a hospital", or begins the text."""
    asking = {at for at, word in enumerate(words) if word.plain in thesaurus.words_in("asking", language)}
    begun = next((at for at, word in enumerate(words) if word.plain not in thesaurus.stop_words(language)), 0)
    kept = []
    for hit in hits:
        if hit.kind == "who":
            near = range(max(0, hit.at[0] - _ASKING), hit.at[-1] + 1)
            clause = words[hit.at[0]].clause
            if hit.at[0] > begun and not any(at in asking and words[at].clause == clause for at in near):
                continue
            asking.update(hit.at)  # "an association in a parish"
        kept.append(hit)
    return kept


def _occupations(words: Sequence[Word], language: str) -> set[int]:
    """Return the places of professions beside a diploma, a job or the like: "a diploma of doctor or nurse"."""
    stems = [thesaurus.stem(word.plain, language) for word in words]
    professions = thesaurus.stems_in("profession", language)
    qualifications = thesaurus.stems_in("qualification", language)
    joined = thesaurus.words_in("qualification", "joined") | {"s"}
    found: set[int] = set()
    for at, one in enumerate(stems):
        if one not in professions:
            continue
        clause = words[at].clause
        back = [n for n in range(at - 1, -1, -1) if words[n].clause == clause and words[n].plain not in joined][:2]
        ahead = [n for n in range(at + 1, len(words)) if words[n].clause == clause and words[n].plain not in joined][:1]
        beside = any(stems[n] in qualifications for n in (*back[:1], *ahead))
        fellow = len(back) > 1 and words[back[0]].plain in _AND and back[1] in found
        if beside or fellow:
            found.add(at)
    return found


def _is_filler(word: Word, languages: Sequence[str]) -> bool:
    return not word.plain.isalpha() or any(word.plain in thesaurus.stop_words(one) for one in languages)


def _is_general(word: Word, languages: Sequence[str]) -> bool:
    return any(thesaurus.stem(word.plain, one) in thesaurus.stems_in("common", one) for one in languages)


def _meaningful(words: Sequence[Word], languages: Sequence[str]) -> Iterable[int]:
    """Return the places of words that may mean something by themselves: names, and of English what is not frequent.

    In other languages a noun cannot be told by its looks, save in German, which writes it as a name.
    """
    english = "en" in languages[:1]
    for at, word in enumerate(words):
        name = at > 0 and words[at - 1].clause == word.clause and word.typed[:1].isupper()
        frequent = not english or thesaurus.stem(word.plain, "en") in thesaurus.stems_in("frequent", "en")
        if len(word.plain) < _SHORTEST or _is_filler(word, languages) or _is_general(word, languages):
            continue
        if name or not frequent:
            yield at


def expected_types(readings: Iterable[Reading]) -> dict[str, float]:
    """Return types of measure with how much was said for each, from 0 to 1; readings that agree add up (noisy or).

    What is named counts most, then what a problem asks for, then what a topic mostly goes with: a word that names a
    topic ("sewing") names no type of measure besides.
    """
    readings = list(readings)
    of_topics = {word for one in readings if one.kind == "topic" for word in one.words}
    unsaid: dict[str, float] = {}

    def say(type_: str, how_much: float) -> None:
        unsaid[type_] = unsaid.get(type_, 1.0) * (1 - how_much)

    for one in readings:
        if one.kind == "measure_type":
            say(one.id, SAID["topic" if of_topics.issuperset(one.words) else "measure_type"])
        elif one.kind in ("problem", "topic"):
            for type_ in thesaurus.entries(one.kind)[one.id].get("types", ()):
                say(type_, SAID[one.kind])
    return {type_: 1 - rest for type_, rest in unsaid.items()}


def telling(text: str) -> tuple[str, ...]:
    """Return the stems of the words of a need that are no filler in any language it may be in, in their order.

    What somebody does not want is none of them.

    The catalogue speaks English: of other languages none ("marche" is no march).
    """
    words = thesaurus.words_of(text)
    languages = thesaurus.languages_of(words) or list(LANGUAGES)
    if "en" not in languages:
        return ()
    filler = frozenset[str]().union(*map(thesaurus.stop_words, languages))
    unwanted = {*read(text).unwanted}
    telling_ = (word for word in words if len(word.plain) > 2 and word.plain not in filler)
    stems = (thesaurus.stem(word.plain, "en") for word in telling_ if word.typed not in unwanted)
    return tuple(dict.fromkeys(stems))


@lru_cache(20_000)
def topics_of(text: str) -> tuple[str, ...]:
    """Return the topics that an English text of the catalogue is about; a longer term has its words in their order."""
    hits = _told(thesaurus.find(thesaurus.words_of(text), "en", spelling=False, kinds=("topic", "idiom"), strict=True))
    return tuple(dict.fromkeys(hit.id for hit in hits if hit.kind == "topic"))


# --- countries and numbers -------------------------------------------------------------------------------


@cache
def _names(declined: bool) -> dict[str, str]:
    """Return countries by the name in each language; of Polish names the beginning, since they are ``declined``."""
    names: dict[str, str] = {}
    known = {*vocabulary("country"), *(id_ for ids in thesaurus.entries("origin").values() for id_ in ids)}
    for language in LANGUAGES:
        for id_ in sorted(known):
            name = normalise(Locale(language).territories.get(id_, ""))
            if name and " " not in name:
                names[name[:-2] + "*" if declined and language == "pl" and len(name) >= 6 else name] = id_
    return names


@cache
def _adjectives() -> dict[str, str]:
    return {term.strip(): id_ for id_, terms in thesaurus.entries("adjective").items() for term in terms.split(",")}


def _looked_up(plain: str, table: dict[str, str]) -> str | None:
    if plain in table:
        return table[plain]
    shortest = max(3, len(plain) - _ENDING)
    return next((table[plain[:n] + "*"] for n in range(len(plain), shortest, -1) if plain[:n] + "*" in table), None)


@cache
def _around() -> dict[str, frozenset[str]]:
    return {
        role: frozenset(normalise(word) for word in words.replace(",", " ").split())
        for role, words in thesaurus.entries("around").items()
    }


def _countries(words: Sequence[Word], languages: Sequence[str]) -> list[tuple[Kind, str, int]]:
    """Return for each country named what it says: where one works, who people are, or what language they learn."""
    names = _names("pl" in languages)
    origins = {id_: group for group, ids in thesaurus.entries("origin").items() for id_ in ids}
    said: list[tuple[Kind, str, int]] = []
    roles: dict[int, str] = {}
    for at, word in enumerate(words):
        adjective = _looked_up(word.plain, _adjectives())
        country = adjective or _looked_up(word.plain, names)
        if country is None:
            continue
        joined = roles.get(at - 2) if at > 1 and words[at - 1].plain in _AND else None
        role = roles[at] = joined or _role(words, at, adjective is not None, country in origins)
        if role == "place" and country in vocabulary("country"):
            said.append(("country", country, at))
        elif role == "origin" and country in origins:
            said.append(("target_group", origins[country], at))
    return said


def _role(words: Sequence[Word], at: int, adjective: bool, left: bool) -> str:
    """Return what a country is: a place, an origin (most likely where many have ``left`` it), or a tongue."""
    clause = words[at].clause
    before = [words[n].plain for n in range(max(0, at - _NEAR), at) if words[n].clause == clause]
    after = [words[n].plain for n in range(at + 1, min(len(words), at + 1 + _NEAR)) if words[n].clause == clause]
    beside = {*before[-1:], *after[:1]}
    around = _around()
    if adjective:
        if beside & around["tongue"]:
            return "tongue"
        return "place" if {*before, *after} & around["place"] else "origin"
    if {*before} & around["place"]:
        return "place"
    return "origin" if left or {*before} & around["from"] else "place"


def _is_size(before: str, word: str) -> bool:
    """Whether a word says how large a place is ("40 000 habitants"), and not whom a practice is for."""
    return before[-1:].isdigit() and re.fullmatch(_INHABITANTS, word) is not None


def _inhabitants(text: str) -> int | None:
    """Return the number after "municipality of" and the like, or before "inhabitants"."""
    found = re.search(rf"{_PLACE}{_OF}{_NUMBER}|{_NUMBER} {_INHABITANTS}", normalise(text))
    if not found:
        return None
    return int(re.sub(r"\D", "", found[1] or found[2]))
