"""The facts of something, changed with a source and a reason."""

from __future__ import annotations

from functools import partial

import streamlit as st

from pages.shared.curation import actions, drafts
from pages.shared.curation.drafts import Draft
from pages.shared.curation.fields import PRACTICE, of_kind
from practices_db.catalogue.library_items import KINDS, NOUNS
from practices_db.curation import edit_library, edit_practices
from practices_db.curation.edit_library import Curated
from practices_db.curation.edit_practices import CuratedPractice
from practices_db.curation.permissions import allowed
from practices_db.curation.versioned_change import Edit
from practices_db.database.store import Store
from practices_db.errors import Actor

_SAVED = {
    "listed": "Saved. It becomes public with the next release.",
    "archived": "Saved. Nobody else sees it before it is put back.",
}
_IN_THE_RECORD = "The page that says so (kept in the record)"
# How the source of a change is asked for; what has no name is its own source.
_SOURCES = {
    "practice": "The page that says so",
    "evidence": _IN_THE_RECORD,
    "organisation": _IN_THE_RECORD,
}


def draw(found: CuratedPractice | Curated, actor: Actor) -> None:
    """Draw the form of something; where somebody else changed its facts meanwhile, what they changed beside it."""
    thing = found.thing
    if not allowed(actor, "edit", thing):
        st.info("Its facts stay as they are: it was merged into another one.", icon=":material/lock:")
        return
    fields = of_kind(KINDS[found.item]) if isinstance(found, Curated) else PRACTICE
    if not fields.order:
        noun = NOUNS.get(thing.kind, thing.kind)
        st.info(f"A {noun} has nothing to change: take it out, and import another one.", icon=":material/lock:")
        return
    now = fields.as_widgets(found.facts)
    draft = drafts.opened(thing.name, found.version, now)
    drafts.stale(draft, found.version, now)
    with st.container(border=True):
        fields.draw(draft)
        source, reason, public = why(draft, _SOURCES.get(thing.kind), NOUNS.get(thing.kind, thing.kind))
        saved = st.button("Save", key=f"save_{draft.name}", icon=":material/save:", type="primary")
    st.caption("Blank means not seen, never none.")
    if not saved:
        return
    changed = fields.as_facts(draft.changed)

    def save(store: Store, who: Actor) -> int:
        edit = Edit(who, thing.id, draft.version, reason, public)
        if isinstance(found, Curated):
            return edit_library.edit(store, found.item, edit, changed, source)
        return edit_practices.edit_practice(store, edit, changed, source)

    actions.act(save, _SAVED[found.state], partial(drafts.close, draft))


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
