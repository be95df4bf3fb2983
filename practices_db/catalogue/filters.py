"""What somebody looks for in a list: one object for screen, count, file and link, whatever the list is of.

A facet is a list of values. Values of one facet are alternatives (OR), facets narrow each other (AND); ids stand in
links, labels on screen. "Not stated" is a value of every facet that may be empty.
"""

from __future__ import annotations

import unicodedata
from abc import abstractmethod
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from pydantic import BaseModel, ConfigDict, ValidationInfo, field_validator

from criteria.spelling import shown
from practices_db import formats
from practices_db.catalogue.plain_text import normalise
from practices_db.catalogue.vocabularies import NOT_STATED, NotInListError, label, vocabulary
from practices_db.errors import PracticesError
from practices_db.translation import _

Chosen = tuple[str, ...]
Part = tuple[str, str | None, str]  # field, value, words
LONGEST_TEXT = 200  # characters of a search
_TOLD = 20  # unknown values for which the nearest one is looked for


@dataclass(frozen=True)
class Facet:
    """A list one can filter by: its field in the filter, its name in links, its words on screen.

    ``phrase`` and ``unstated`` say at the end of a sentence that one of some values is asked for, or that none is
    stated. They follow a number ("6 practices", "6", "none"), so a language whose endings would depend on it says
    "sector: {values}" instead.
    """

    field: str
    param: str
    label: str
    phrase: str
    unstated: str = ""
    together: str = ""  # the field that asks for all of the values at once, where there is one
    proper: bool = False  # its values are names, capital also inside a sentence

    @property
    def may_be_missing(self) -> bool:
        """Whether "not stated" is one of the values."""
        return bool(self.unstated)

    def options(self) -> list[str]:
        """Return every id that may be chosen, "not-stated" last."""
        return [*vocabulary(self.field), *([NOT_STATED] if self.may_be_missing else [])]

    def said(self, values: Sequence[str], every: bool = False) -> str:
        """Say some of its values, or ``every`` one, inside a sentence: "on housing and settlement or language"."""
        last = "standard" if every else "or"
        named = [self._in_sentence(value) for value in values if value != NOT_STATED]
        said = [_(self.phrase).format(values=formats.listed(named, last=last))] if named else []
        if NOT_STATED in values:
            said.append(_(self.unstated))
        return formats.listed(said, last=last)

    def _in_sentence(self, value: str) -> str:
        words = label(self.field, value)
        return words if self.proper or value == "ewsi" else formats.within(words)


class Filter(BaseModel):
    """A selection; the empty filter selects all. Every value is checked, whoever made it.

    A kind of list has a subclass: with its ``facets``, a field of the same name for each, and what else narrows it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    noun: ClassVar[str]  # one of what is selected, marked for translation
    facets: ClassVar[tuple[Facet, ...]]
    parts_of: ClassVar[Mapping[str, frozenset[str]]] = {}  # fields that one part stands for, where it is not its own

    text: str = ""

    @field_validator("*")
    @classmethod
    def _known(cls, values: Any, info: ValidationInfo) -> Any:
        for facet in cls.facets:
            if facet.field == info.field_name:
                options = facet.options()
                for value in values:
                    if value not in options:
                        raise ValueError(NotInListError(facet.field, value).hinted())
                return tuple(dict.fromkeys(values))
        return values

    @classmethod
    @abstractmethod
    def amount(cls, count: int) -> str:
        """Say how many of what is selected: "1 practice", "1,200 practices"."""

    def chosen(self, field: str) -> Chosen:
        """Return the values chosen in a facet."""
        values: Chosen = getattr(self, field)
        return values

    @property
    def words(self) -> list[str]:
        """The words of the free-text search, normalised; each must occur."""
        return normalise(self.text).split()

    @property
    def is_empty(self) -> bool:
        """Whether nothing is narrowed."""
        return not self.parts()

    def without(self, field: str, value: str | None = None) -> Self:
        """Return the filter with one value of a facet, or a whole part, taken out."""
        kept = tuple(v for v in self.chosen(field) if v != value) if value is not None else None
        data = self.model_dump(exclude=set(self.parts_of.get(field, {field})))
        return type(self)(**data, **({field: kept} if kept else {}))

    def parts(self) -> list[Part]:
        """Return what narrows the result: one entry for each value chosen."""
        found: list[Part] = [
            (facet.field, value, label(facet.field, value))
            for facet in self.facets
            for value in self.chosen(facet.field)
        ]
        return [*found, *((field, None, words) for field, words, _ in self._further())]

    def in_words(self) -> str:
        """Say the filter as the end of a sentence: "in Italy or Germany, on housing and settlement"."""
        return one_after_another(self._phrases())

    def _phrases(self, without: Container[str] = ()) -> list[str]:
        """Return a phrase for everything that narrows; facets ``without`` are left out."""
        phrases = [
            facet.said(values, every=self._every(facet))
            for facet in self.facets
            if (values := self.chosen(facet.field)) and facet.field not in without
        ]
        return [*phrases, *(phrase for _, _, phrase in self._further())]

    def _every(self, facet: Facet) -> bool:
        return bool(facet.together and getattr(self, facet.together))

    def _further(self) -> list[tuple[str, str, str]]:
        """Return what narrows besides facets, as (field, words of its own, words at the end of a sentence)."""
        if not self.words:
            return []
        return [("text", formats.quoted(self.text), _("matching “{text}”").format(text=self.text))]

    # --- links -------------------------------------------------------------------------------------------

    @classmethod
    def link_names(cls) -> frozenset[str]:
        """Return every name in a link that belongs to the filter."""
        return frozenset({*(facet.param for facet in cls.facets), "q"})

    @classmethod
    def single_names(cls) -> frozenset[str]:
        """Return the names in a link that take one value."""
        return cls.link_names() - {facet.param for facet in cls.facets}

    def params(self) -> dict[str, list[str]]:
        """Return the filter as link parameters, ids only; what is not narrowed is left out."""
        params = {facet.param: list(self.chosen(facet.field)) for facet in self.facets}
        return {param: values for param, values in (params | self._further_params()).items() if values}

    def _further_params(self) -> dict[str, list[str]]:
        return {"q": [self.text] if self.text else []}

    @classmethod
    def from_params(cls, params: Mapping[str, Sequence[str]]) -> tuple[Self, list[str]]:
        """Read a filter from link parameters and say what of them was not understood and left out.

        Never raises: whatever stands in a link, the result is a filter and a list of messages.
        """
        values: dict[str, Any] = {}
        dropped: list[str] = []
        for facet in cls.facets:
            options = facet.options()
            given = list(dict.fromkeys(params.get(facet.param, ())))
            values[facet.field] = tuple(value for value in given if value in options)
            dropped += [
                _("{what} {value} is unknown").format(what=formats.within(_(facet.label)), value=shown(value))
                for value in given
                if value not in options
            ]
        further, not_understood = cls._read_further(params)
        return cls(**values, **further), dropped + not_understood

    @classmethod
    def checked(cls, params: Mapping[str, Sequence[str]], name: str = "--{}") -> Self:
        """Read a filter where a mistake must not pass (command line, routes): raises PracticesError naming each.

        ``name`` says how a parameter is called there.
        """
        wrong = [
            (facet, value)
            for facet in cls.facets
            for value in params.get(facet.param, ())
            if value not in facet.options()
        ]
        mistakes = [
            f"{name.format(facet.param)}: {NotInListError(facet.field, value).hinted()}"
            for facet, value in wrong[:_TOLD]
        ]
        mistakes += [f"and {len(wrong) - _TOLD:,} more values that are not known"] if len(wrong) > _TOLD else []
        facets = {facet.param for facet in cls.facets}
        _, dropped = cls.from_params({param: values for param, values in params.items() if param not in facets})
        mistakes += [f"Not understood: {message}" for message in dropped]
        if mistakes:
            raise PracticesError("\n".join(mistakes))
        return cls.from_params(params)[0]

    @classmethod
    def _read_further(cls, params: Mapping[str, Sequence[str]]) -> tuple[dict[str, Any], list[str]]:
        given = (params.get("q") or [""])[-1]
        text = one_line(given)
        if len(text) > LONGEST_TEXT:
            return {"text": text[:LONGEST_TEXT]}, [
                _("{what} is longer than {most} characters").format(what="q", most=LONGEST_TEXT)
            ]
        return {"text": text}, [f"q: {shown(given)}"] if normalise(text) != normalise(given) else []

    @classmethod
    def from_widgets(cls, values: Mapping[str, Any], changed: str) -> Self:
        """Return the filter that widgets hold, of which ``changed`` is the field that was just changed."""
        del changed  # matters where fields depend on each other
        return cls(**values)


def one_after_another(phrases: Sequence[str]) -> str:
    """Return phrases at the end of a sentence: "in Italy, on language courses"."""
    words = ""
    for phrase in phrases:
        words = _("{phrase}, {next}").format(phrase=words, next=phrase) if words else phrase
    return words


_JOINERS = "\u200c\u200d"  # of letters and of emoji; they belong to a text


def one_line(text: str) -> str:
    """Return text as it was meant, on one line: signs that nobody sees are no part of it and split no word."""
    seen = (c for c in text if c in _JOINERS or unicodedata.category(c) != "Cf")
    return " ".join("".join(c if c.isprintable() or c in _JOINERS else " " for c in seen).split())
