"""The facts of something, changed with a source and a reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import streamlit as st

from pages.shared.curation import actions, drafts
from pages.shared.curation.drafts import Draft
from pages.shared.curation.fields import EVIDENCE, LINK, ORGANISATION, PRACTICE, Fields
from practices_db.catalogue.library_items import NOUNS, Item
from practices_db.curation import edit_library, edit_practices
from practices_db.curation.edit_library import Curated
from practices_db.curation.edit_practices import CuratedPractice
from practices_db.curation.permissions import Thing, allowed
from practices_db.curation.versioned_change import Edit
from practices_db.errors import Actor

_SAVED = {
    "listed": "Saved. It becomes public with the next release.",
    "archived": "Saved. Nobody else sees it before it is put back.",
}
_FIELDS: dict[Item, Fields] = {"evidence": EVIDENCE, "organisation": ORGANISATION, "link": LINK}


@dataclass(frozen=True)
class _Filled:
    """What was typed into a form that is to be saved: the changed facts, and the version they were made on."""

    changed: dict[str, Any]
    version: int
    source: str
    reason: str
    public: str | None


def practice(found: CuratedPractice, actor: Actor) -> None:
    """Draw the form of a practice."""
    id_ = found.facts["id"]
    said = _form(PRACTICE, f"facts_{id_}", found, actor, "The page that says so")
    if said:
        actions.act(
            lambda store, who: edit_practices.edit_practice(
                store, Edit(who, id_, said.version, said.reason, said.public), said.changed, said.source
            ),
            _SAVED[found.state],
            drafts.close,
        )


def item(found: Curated, actor: Actor) -> None:
    """Draw the form of a publication, an organisation or a link; a link is its own source."""
    source = None if found.item == "link" else "The page that says so (kept in the record)"
    said = _form(_FIELDS[found.item], found.thing.name, found, actor, source)
    if said:
        actions.act(
            lambda store, who: edit_library.edit(
                store,
                found.item,
                Edit(who, found.id, said.version, said.reason, said.public),
                said.changed,
                said.source,
            ),
            _SAVED[found.state],
            drafts.close,
        )


def _form(
    fields: Fields, name: str, found: CuratedPractice | Curated, actor: Actor, source_label: str | None
) -> _Filled | None:
    """Draw the form; where somebody else changed the facts meanwhile, what they changed beside it."""
    thing: Thing = found.thing
    if not allowed(actor, "edit", thing):
        st.info("Its facts stay as they are: it was merged into another one.", icon=":material/lock:")
        return None
    now = fields.as_widgets(found.facts)
    draft = drafts.opened(name, found.version, now)
    drafts.stale(draft, found.version, now)
    with st.form(f"form_{draft.name}"):
        fields.draw(draft)
        source, reason, public = why(draft, source_label, NOUNS.get(thing.kind, thing.kind))
        saved = st.form_submit_button("Save", icon=":material/save:", type="primary")
    st.caption("Blank means not seen, never none.")
    return _Filled(fields.as_facts(draft.changed), draft.version, source, reason, public) if saved else None


def why(draft: Draft, source_label: str | None, noun: str) -> tuple[str, str, str | None]:
    """Ask for source, reason and public words of a change; the source only where it has a label."""
    st.divider()
    source = st.text_input(source_label, key=draft.key("source"), placeholder="https://") if source_label else ""
    reason = st.text_input("Why it is changed (kept in the record)", max_chars=1000, key=draft.key("why"))
    where = "in the practice's history" if noun == "practice" else "beside the change, in the list of the release"
    public = st.text_input(
        f"What everybody may read {where} (optional)",
        max_chars=300,
        key=draft.key("public"),
        help="For example: Year corrected to 2003, as the page says.",
    )
    return source.strip(), reason.strip(), public.strip() or None
