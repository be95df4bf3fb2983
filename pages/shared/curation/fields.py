"""A form over the facts of something, described by its fields."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from pages.shared.curation import labels as curation_labels
from pages.shared.curation.drafts import Draft
from practices_db.catalogue import practice_fields
from practices_db.catalogue.library_items import Item, ItemKind, vocabularies
from practices_db.catalogue.vocabularies import vocabulary


@dataclass(frozen=True)
class Fields:
    """How the facts of a kind of thing are asked for, ``order`` as they stand in the form; a plain line if not said.

    ``several`` and ``one_of``: field → the vocabulary that it takes values from. ``lines``: several values, one a line.
    ``long``: a text. ``yes``: true or not seen. ``labels``: what is called otherwise here than elsewhere.
    """

    order: tuple[str, ...]
    several: Mapping[str, str] = field(default_factory=dict)
    one_of: Mapping[str, str] = field(default_factory=dict)
    lines: tuple[str, ...] = ()
    long: tuple[str, ...] = ()
    yes: tuple[str, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)

    def draw(self, draft: Draft) -> None:
        """Draw a widget for each field; what they hold is the draft's."""
        for name in self.order:
            self._one(draft, name)

    def as_widgets(self, facts: Mapping[str, Any]) -> dict[str, Any]:
        """Return facts as the widgets hold them."""

        def one(name: str) -> Any:
            given = facts[name]
            if name in self.several:
                return list(given)
            if name in self.lines:
                return "\n".join(given)
            return bool(given) if name in self.yes else curation_labels.value(given)

        return {name: one(name) for name in self.order}

    def as_facts(self, changed: Mapping[str, Any]) -> dict[str, Any]:
        """Return what the widgets hold as facts."""

        def one(name: str, given: Any) -> Any:
            if name in self.several:
                return tuple(given)
            if name in self.lines:
                return tuple(line.strip() for line in given.splitlines() if line.strip())
            if name in self.yes:
                return True if given else None
            return given.strip()

        return {name: one(name, given) for name, given in changed.items()}

    def _one(self, draft: Draft, name: str) -> None:
        label, key = self.labels.get(name) or curation_labels.of(name), draft.key(name)
        if name in self.several:
            options = vocabulary(self.several[name])
            st.multiselect(label, list(options), format_func=options.__getitem__, key=key)
        elif name in self.one_of:
            choices = {"": "Not seen"} | vocabulary(self.one_of[name])
            st.selectbox(label, list(choices), format_func=choices.__getitem__, key=key)
        elif name in self.yes:
            st.checkbox(label, key=key)
        elif name in self.lines:
            st.text_area(f"{label}, one a line", key=key, height="content")
        elif name in self.long:
            st.text_area(label, max_chars=4000, key=key)
        else:
            st.text_input(label, max_chars=2000, key=key)


_EDITED = tuple(field for field in practice_fields.FIELDS if field.edited)


def _of(*kinds: practice_fields.Kind) -> tuple[str, ...]:
    return tuple(field.id for field in _EDITED if field.kind in kinds)


PRACTICE = Fields(
    # what it is comes before the lists
    tuple(
        sorted((field.id for field in _EDITED), key=lambda name: name not in ("name", "lead_organisation", "summary"))
    ),
    several={field.id: field.vocabulary for field in _EDITED if field.kind == "codes"},
    one_of={field.id: field.vocabulary for field in _EDITED if field.kind == "code"},
    lines=_of("lines"),
    long=_of("prose"),
    yes=_of("yes"),
)
# What the columns of a library's file do not say of themselves.
_LISTS: dict[Item, dict[str, str]] = {
    "evidence": {"evidence_level": "study_strength", "url_seen": "evidence_seen"},
    "organisation": {"url_seen": "organisation_seen"},
}
_LONG = ("finding", "summary", "joins", "reason", "effect_text", "rate_text", "why", "how", "note")
_YES = ("title_is_descriptive", "url_is_copy", "community_of_practice")
SOURCE_OF_LINK = "The page that shows it"
_LABELS: dict[Item, dict[str, str]] = {
    "evidence": {"evidence_level": "Strength of evidence"},
    "link": {"source_url": SOURCE_OF_LINK},
}


def of_kind(kind: ItemKind) -> Fields:
    """Return the form of a kind of the library: every column of its file but those it is called by."""
    left_out = {*kind.key, *kind.ends, "checked_on"}
    names = [name for name in kind.model.model_fields if name not in left_out]
    lists = {name: of for name, of in vocabularies(kind.model).items() if name in names} | _LISTS.get(kind.item, {})
    return Fields(
        tuple(sorted(names, key=lambda name: name not in ("title", "title_is_descriptive"))),
        several={name: of for name, of in lists.items() if name in kind.lists},
        one_of={name: of for name, of in lists.items() if name not in kind.lists},
        long=_LONG,
        yes=_YES,
        labels=_LABELS.get(kind.item, {}),
    )
