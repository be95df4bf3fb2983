"""What people say when they mean a sector, a group, a type of measure, a problem or a topic, in six languages.

thesaurus.toml holds the terms; here they are looked up in a text. Forms of a word are told by Snowball's stemmers
(https://snowballstem.org) and by the endings of the language, since a stem is shared by words of other senses too
("travel" and "travellers", "hospital" and "hospitality"); accents and case are left out on both sides.
"""

from __future__ import annotations

import re
import tomllib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Literal, get_args

from criteria import spelling
from practices_db.catalogue.plain_text import normalise

Kind = Literal[
    "target_group", "sector", "measure_type", "problem", "topic", "who", "money", "have", "not_wanted", "idiom"
]
KINDS: tuple[Kind, ...] = get_args(Kind)
_List = Literal["stop_words", "negation", "asking", "profession", "qualification", "common", "frequent", "real_words"]
LANGUAGES = {"en": "english", "de": "german", "fr": "french", "es": "spanish", "it": "italian", "pl": "polish"}
_FILE = Path(__file__).parent / "thesaurus.toml"
_APART = 2  # so many other words may stand between those of a term
_SPELT = 6  # letters from which a word may be misspelt; beside the other words of a longer term two fewer
_ALIKE = 87  # of 100, how alike a misspelt word is (rapidfuzz's ratio): one letter in seven, or two in fifteen
_LONGEST = 100  # letters of a word that are looked at: whoever pastes a million without a space stops nobody
# A term of several words is told without its filler, save where that turns its sense round.
_TURNING = frozenset(
    {"no", "not", "without", "never", "nobody", "nothing", "kein", "keine", "keinen", "nicht", "ohne", "pas", "sans"}
    | {"sin", "nunca", "senza", "non", "bez", "nie", "brak"}
)


@dataclass(frozen=True)
class Word:
    """A word of a text: as typed, plain (lower case, no accents), and in which clause it stands."""

    typed: str
    plain: str
    clause: int


@dataclass(frozen=True)
class Hit:
    """A term found: what it stands for, and where (places of words)."""

    kind: Kind
    id: str
    at: tuple[int, ...]


@dataclass(frozen=True)
class _Term:
    kind: Kind
    id: str
    words: tuple[str, ...]

    @property
    def key(self) -> str:
        """Return the longest word, the rarest: the term is looked for where it stands."""
        return max(self.words, key=len)

    @property
    def is_thing(self) -> bool:
        """Whether it is one word for a thing: as a verb ("tailored", "fostering") it would mean something else."""
        return self.kind == "topic" and len(self.words) == 1


class _Terms:
    """The terms of one language, by a word that each has."""

    def __init__(self, language: str, kinds: Sequence[Kind]) -> None:
        self.language = language
        self.exact: defaultdict[str, list[_Term]] = defaultdict(list)
        self.beginning: defaultdict[str, list[_Term]] = defaultdict(list)
        self.end: defaultdict[str, list[_Term]] = defaultdict(list)
        for kind in kinds:
            for id_, entry in _toml()[kind].items():
                said = entry.get(language, "") if isinstance(entry, dict) else entry if id_ == language else ""
                for term in filter(None, (term.strip() for term in said.split(","))):
                    self._add(_Term(kind, id_, self._words(term)))
        keys = {term.key for terms in self.exact.values() for term in terms}
        plural = {f"{key}s" for key in keys if not key.endswith("s")} if "s" in _endings(language, "things") else set()
        self.spellings = sorted(word for word in keys | plural if len(word) >= _SPELT - 1)

    def _words(self, term: str) -> tuple[str, ...]:
        words = re.findall(r"\*?[^\W_]+\*?", normalise(term))
        telling = [word for word in words if word not in stop_words(self.language) or word in _TURNING]
        return tuple(telling if len({*telling} - _TURNING) > 1 else words)

    def _add(self, term: _Term) -> None:
        key = term.key
        if key.endswith("*"):
            self.beginning[key.strip("*")].append(term)
        elif key.startswith("*"):
            self.end[key.strip("*")].append(term)
        else:
            for form in {key, stem(key, self.language)}:
                self.exact[form].append(term)

    def starting(self, plain: str, name: bool) -> list[_Term]:
        """Return the terms whose longest word this one may be; a name is no form of another word."""
        if name:
            return [term for term in self.exact.get(plain, ()) if plain in term.words]
        forms = dict.fromkeys((stem(plain, self.language), plain))
        same = dict.fromkeys(term for form in forms for term in self.exact.get(form, ()))
        found = [term for term in same if _is(plain, term.key, self.language, term.is_thing)]
        for length in range(2, len(plain) + 1):
            found += self.beginning.get(plain[:length], ())
            found += self.end.get(plain[-length:], ())
        return found

    def corrected(self, plain: str) -> list[_Term]:
        """Return the terms of the word that was most likely meant."""
        if len(plain) < _SPELT - 2 or stem(plain, self.language) in self.exact:
            return []
        if not {plain, plain.removesuffix("s")}.isdisjoint(words_in("real_words", self.language)):
            return []
        from rapidfuzz import fuzz, process  # noqa: PLC0415 - only loaded once something is misspelt

        near = process.extract(plain, self.spellings, scorer=fuzz.ratio, score_cutoff=_ALIKE)
        said = {word: self.starting(word, name=False) for word, _, _ in near if word[0] == plain[0]}
        # of words that are as near the one of most terms, the commonest ("hosing": housing, not hosting)
        best = max(near, key=lambda one: (one[1], len(said.get(one[0], ()))), default=None)
        meant = said.get(best[0], []) if best else []
        return [term for term in meant if len(term.words) > 1 or len(plain) >= _SPELT]


def words_of(text: str) -> list[Word]:
    """Return the words of a text with their clauses."""
    words = []
    for clause, part in enumerate(re.split(r"[.;:!?,\n()–—]", text)):
        words += [Word(typed, _plain(typed[:_LONGEST]), clause) for typed in re.findall(r"[^\W_]+", part)]
    return words


def find(
    words: Sequence[Word], language: str, spelling: bool = True, kinds: tuple[Kind, ...] = KINDS, strict: bool = False
) -> list[Hit]:
    """Return every term of a language found in a text, in the order of its words.

    ``strict``: the words of a term stand in its order, with filler and at most one other word between two of them; a
    term of common words only has no other word between.
    """
    terms = _terms(language, kinds)
    hits: dict[tuple[str, str, tuple[int, ...]], Hit] = {}
    for at, word in enumerate(words):
        name = _is_name(words, at, language)
        starting = _starting(word.plain, name, language, kinds)
        misspelt = not starting and spelling and not name and word.plain not in stop_words(language)
        filler = word.plain in stop_words(language) and not (len(word.typed) > 1 and word.typed.isupper())
        for term in terms.corrected(word.plain) if misspelt else starting:
            if filler and len(term.words) == 1:  # "it" is no IT
                continue
            places = _places(term, words, at, language)
            together = not misspelt and _is_common(term, language)
            apart = 0 if together else len(places) - 1 if strict else None
            if places and not (apart is not None and _is_apart(term, words, places, language, apart)):
                hits.setdefault((term.kind, term.id, places), Hit(term.kind, term.id, places))
    return sorted(hits.values(), key=lambda hit: (hit.at, hit.kind, hit.id))


def _is_name(words: Sequence[Word], at: int, language: str) -> bool:
    """Whether a word is written as a name, and so is no form of another: "Madrid" is no "madre"."""
    inside = at > 0 and words[at - 1].clause == words[at].clause and words[at - 1].typed[:1].islower()
    typed = words[at].typed
    return inside and language != "de" and typed[:1].isupper() and not typed.isupper()


def _places(term: _Term, words: Sequence[Word], at: int, language: str) -> tuple[int, ...]:
    if len(term.words) == 1:
        return (at,)
    reach = len(term.words) + _APART
    near = [
        place
        for place in range(max(0, at - reach), min(len(words), at + reach + 1))
        if words[place].clause == words[at].clause
    ]
    places = [at]
    others = list(term.words)
    key = term.key
    others.remove(key)
    for wanted in others:
        free = [place for place in near if place not in places and _is(words[place].plain, wanted, language)]
        if wanted in _TURNING:  # "a flat but know no one" is no "no flat"
            before = term.words.index(wanted) < term.words.index(key)
            free = [place for place in free if (place < at) is before]
        if not free:
            return ()
        places.append(min(free, key=lambda place: abs(place - at)))
    return tuple(sorted(places)) if max(places) - min(places) < reach else ()


def _is_common(term: _Term, language: str) -> bool:
    """Whether a term has several words and all of them are common ones, which say something only together."""
    common = words_in("common", language)
    return len(term.words) > 1 and all(word in common or word in stop_words(language) for word in term.words)


def _is_apart(term: _Term, words: Sequence[Word], places: Sequence[int], language: str, most: int) -> bool:
    """Whether the words of a term stand in another order, or with more than ``most`` other words between."""
    if not all(_is(words[at].plain, wanted, language) for at, wanted in zip(places, term.words, strict=True)):
        return True
    within = (words[at].plain for at in range(places[0] + 1, places[-1]) if at not in places)
    return sum(plain not in stop_words(language) for plain in within) > most


def _is(plain: str, wanted: str, language: str, thing: bool = False) -> bool:
    if wanted.endswith("*"):
        return plain.startswith(wanted[:-1])
    if wanted.startswith("*"):
        return plain.endswith(wanted[1:])
    # a stemmer may cut a base form shorter than its plural ("mujer" to "muj", "mujeres" to "mujer")
    if {plain, stem(plain, language)}.isdisjoint({wanted, stem(wanted, language)}):
        return False
    return _inflected(plain, wanted, language, thing)


@lru_cache(100_000)
def _inflected(one: str, other: str, language: str, thing: bool) -> bool:
    """Whether two words differ in their endings only; where a ``thing`` is named, in number, gender and case."""
    pairs = enumerate(zip(one, other, strict=False))
    shared = next((at for at, (a, b) in pairs if a != b), min(len(one), len(other)))
    known = _endings(language, "things") | (frozenset() if thing else _endings(language, "verbs"))
    # a last letter may be doubled before an ending ("swim", "swimming")
    return all({end, end.removeprefix(one[shared - 1 : shared])} & known for end in (one[shared:], other[shared:]))


@cache
def _endings(language: str, of: Literal["things", "verbs"]) -> frozenset[str]:
    return frozenset({"", *_toml()["endings"][of][language].replace(",", " ").split()})


def ids_of(kind: Kind, label: str) -> set[str]:
    """Return what a label stands for in any of the languages; a term within a longer one counts for nothing."""
    words = words_of(label[:_LONGEST])
    hits = [hit for one in LANGUAGES for hit in find(words, one, spelling=False, kinds=(kind,))]
    return {hit.id for hit in hits if not any({*hit.at} < {*other.at} for other in hits)}


def languages_of(words: Sequence[Word]) -> list[str]:
    """Return the languages a text may be in, the likeliest first: by filler words, then by terms found in it."""
    counted = {
        language: sum(word.plain in stop_words(language) for word in words)
        + 0.5 * len({hit.at for hit in find(words, language, spelling=False)})
        for language in LANGUAGES
    }
    best = max(counted.values())
    if not best:
        return []
    likely = [language for language, count in counted.items() if count >= 0.8 * best]
    return sorted(likely, key=lambda language: -counted[language])


@cache
def _toml() -> dict[str, Any]:
    with _FILE.open("rb") as file:
        return tomllib.load(file)


def entries(kind: Literal["target_group", "problem", "topic", "origin", "adjective", "around"]) -> Mapping[str, Any]:
    """Return what the file says of a kind."""
    found: dict[str, Any] = _toml()[kind]
    return found


def nothing_read(language: str | None) -> str:
    """Return the sentence for a need in which nothing was read, in the language it was asked in, else in English."""
    return str(_toml()["nothing_read"][language or "en"])


def stop_words(language: str) -> frozenset[str]:
    """Return the words that say nothing, plain."""
    return words_in("stop_words", language)


@cache
def words_in(name: _List, which: str) -> frozenset[str]:
    """Return the words of a list of the file, plain: those of a language, or of a part of it."""
    return frozenset(normalise(_toml()[name][which]).replace(",", " ").split())


@cache
def stems_in(name: _List, language: str) -> frozenset[str]:
    """Return what forms of the words of a list share."""
    return frozenset(stem(word, language) for word in words_in(name, language))


@cache
def phrases_in(name: _List, language: str) -> tuple[tuple[str, ...], ...]:
    """Return the entries of a list of the file, each as its words."""
    return tuple(tuple(entry.split()) for entry in normalise(_toml()[name][language]).split(","))


@cache
def _terms(language: str, kinds: tuple[Kind, ...]) -> _Terms:
    return _Terms(language, kinds)


@lru_cache(100_000)
def _starting(plain: str, name: bool, language: str, kinds: tuple[Kind, ...]) -> tuple[_Term, ...]:
    return tuple(_terms(language, kinds).starting(plain, name))


@lru_cache(100_000)
def _plain(typed: str) -> str:
    return normalise(typed)


def stem(plain: str, language: str) -> str:
    """Return what forms of a word share; of a word that is plain already, in one of LANGUAGES."""
    return spelling.stem(plain, LANGUAGES[language])
