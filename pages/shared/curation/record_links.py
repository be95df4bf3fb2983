"""The links of a publication or an organisation: those that somebody judged, and those that two records show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from pages.shared.components import database, tables
from pages.shared.components.screen_texts import counted, escaped, web_link
from pages.shared.curation import actions, drafts, facts, search, status
from pages.shared.curation import labels as curation_labels
from pages.shared.curation.fields import SOURCE_OF_LINK
from practices_db.catalogue.library_items import NOUNS, link_id
from practices_db.curation import edit_library
from practices_db.curation.edit_library import Curated, Named
from practices_db.curation.permissions import Thing, allowed
from practices_db.database import audit_log
from practices_db.database.store import Cursor
from practices_db.errors import Actor
from practices_db.queries import library

# What a link says, from the one at its beginning to the one at its end.
_SAYS = {"studies": "is about the practice", "leads": "leads the practice", "publishes": "publishes"}
# What something may be linked to: relation → kind of the other end.
_TO: dict[Named, dict[str, str]] = {
    "evidence": {"studies": "practice"},
    "organisation": {"leads": "practice", "publishes": "evidence"},
}
_VIEWS = {
    "facts": ("What it says", facts.draw),
    "standing": ("Status", status.draw),
    "history": ("History", search.history),
}


def draw(found: Curated, actor: Actor) -> None:
    """Draw the judged links with their forms, those that two records show, and the form of a new one."""
    item: Named = "evidence" if found.item == "evidence" else "organisation"

    def look(cursor: Cursor, who: Actor) -> tuple[list[Curated], dict[tuple[str, str], str]]:
        judged = edit_library.links(cursor, who, item, found.id)
        return judged, edit_library.names(cursor, who, judged)

    judged, names = actions.looked_up(look)
    drafts.lost(found.id, {one.thing.name for one in judged})
    if judged:
        st.markdown(f"{counted(len(judged), 'link')} checked by a person.")
        _one(judged, {one.id: _label(one, names, found) for one in judged}, actor)
    else:
        st.info("Nobody has linked it yet to a practice or a publication.", icon=":material/link_off:")
    may_add = found.state == "listed" and allowed(actor, "add", Thing("link"))
    _shown_by_records(found, item, {one.id for one in judged}, may_add)
    if may_add:
        _add(found, item)


def _label(one: Curated, names: Mapping[tuple[str, str], str], found: Curated) -> str:
    """Return what a link says of ``found``, with the id of its other end: two publications may have one title.

    Its state is not in it: a browser sends the label of what was chosen, which a press would make another one.
    """
    begins, ends = ((one.facts[f"{side}_kind"], one.facts[f"{side}_id"]) for side in ("from", "to"))
    says = _SAYS[one.facts["relation"]]
    if begins == (found.item, found.id):
        return f"{says[0].upper()}{says[1:]} {names[ends]} ({ends[1]})"
    return f"{names[begins]} ({begins[1]}) {says} it"


def _one(judged: Sequence[Curated], labels: Mapping[str, str], actor: Actor) -> None:
    """Let one of the links be chosen and draw what can be done with it."""
    ids = list(labels)
    chosen = ids[0] if len(ids) == 1 else st.selectbox("Which", ids, format_func=labels.__getitem__, key="link_chosen")
    link = next(one for one in judged if one.id == chosen)
    with st.container(border=True):
        st.markdown(f"**{escaped(labels[link.id])}**")
        taken_out = f" It was taken out: {escaped(link.left_because)}" if link.left_because else ""
        st.markdown(
            f":small[Version {link.version}, {curation_labels.STATES[link.state]}. "
            f"Last checked on {link.facts['checked_on']:%d %B %Y}. "
            f"{web_link(link.facts['source_url'], 'Its source')}.{taken_out}]"
        )
        view = st.radio(
            "Of this link", list(_VIEWS), horizontal=True, format_func=lambda one: _VIEWS[one][0], key="link_view"
        )
        _VIEWS[view][1](link, actor)


def _shown_by_records(found: Curated, item: Named, judged: set[str], may_refuse: bool) -> None:
    """List what two records show by themselves, as everybody sees it now, and let one of them be taken out."""
    with database.cursor() as cursor:
        rows = tables.rows(library.links_of(cursor, item, [found.id]))
    shown = {link_id(ends): (ends, row) for row in rows if not row["judged"] for ends in [_ends(found, item, row)]}
    shown = {id_: one for id_, one in shown.items() if id_ not in judged}
    if not shown:
        return
    with st.expander(f"{counted(len(shown), 'link')} found automatically"):
        st.markdown(
            "They follow from names and addresses: change one, and they appear or disappear with the next release.\n\n"
            + "\n".join(f"- {escaped(row['other'])}: {escaped(row['reason'])}" for _, row in shown.values())
        )
        if may_refuse:
            _refuse(shown, found.id)


def _ends(found: Curated, item: Named, row: Mapping[str, Any]) -> dict[str, str]:
    here, there = (item, found.id), (row["other_kind"], row["other_id"])
    return _link(here, row["relation"], there) if row["relation"] in _TO[item] else _link(there, row["relation"], here)


def _link(begins: tuple[str, str], relation: str, ends: tuple[str, str]) -> dict[str, str]:
    """Return a link from one record to another, each by kind and id, as it is curated."""
    (from_kind, from_id), (to_kind, to_id) = begins, ends
    return {"from_kind": from_kind, "from_id": from_id, "relation": relation, "to_kind": to_kind, "to_id": to_id}


def _refuse(shown: Mapping[str, tuple[dict[str, str], Mapping[str, Any]]], id_: str) -> None:
    with st.form(f"refuse_{id_}", border=False):
        wrong = st.selectbox(
            "One of them is wrong",
            list(shown),
            format_func=lambda one: f"{shown[one][1]['other']} ({shown[one][1]['other_id']})",
            index=None,
            key=f"refuse_which_{id_}",
        )
        reason = st.text_input("Why (everybody reads it)", max_chars=1000, key=f"refuse_reason_{id_}")
        done = st.form_submit_button("Take it out", icon=":material/link_off:")
    if done and wrong is None:
        st.error("Choose which one is wrong.", icon=":material/error:")
    elif done:
        ends, row = shown[str(wrong)]
        link = ends | {"reason": row["reason"], "source_url": row["source_url"], "checked_on": audit_log.now().date()}
        actions.act(
            lambda store, who: edit_library.refuse_link(store, who, link, reason.strip()),
            "Taken out. It disappears with the next release; you can put it back among the checked links.",
        )


def _add(found: Curated, item: Named) -> None:
    st.subheader("Add a link")
    relations = list(_TO[item])
    relation = relations[0]
    if len(relations) > 1:
        relation = st.radio(
            "What it says", relations, format_func=_SAYS.__getitem__, horizontal=True, key=f"link_relation_{found.id}"
        )
    kind = _TO[item][relation]
    key = f"link_{relation}_{found.id}"
    text = st.text_input(f"Name or id of the {NOUNS.get(kind, kind)}", max_chars=200, key=f"{key}_find")
    other = search.choose_listed(text, kind, f"{key}_to")
    if other is None:
        return
    key += f"_{other}"  # what was written of another end is not of this one
    with st.form(f"{key}_form", border=False):
        says = st.text_area(
            curation_labels.FIELDS["reason"], max_chars=4000, key=f"{key}_reason", help="Everybody reads it."
        )
        source = st.text_input(SOURCE_OF_LINK, max_chars=2000, key=f"{key}_source", placeholder="https://")
        reason = st.text_input("Why it is added (kept in the record)", max_chars=1000, key=f"{key}_why")
        done = st.form_submit_button("Add the link", icon=":material/add_link:")
    if done:
        told = {"reason": says.strip(), "source_url": source.strip(), "checked_on": audit_log.now().date()}
        link = _link((item, found.id), relation, (kind, other)) | told
        actions.act(
            lambda store, who: edit_library.add(store, who, "link", link, reason.strip()),
            "Added. Everybody sees it with the next release.",
        )
