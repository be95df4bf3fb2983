"""The links of a publication or an organisation: those that somebody judged, and those that two records show."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from pages.shared import database, tables
from pages.shared.curation import acting, facts, finding, standing, words
from pages.shared.curation.fields import LINK
from pages.shared.wording import counted, escaped, web_link
from practices_db import audit, curating, knowledge, knowledge_curating
from practices_db.changing import Found
from practices_db.errors import Actor
from practices_db.knowledge_curating import Curated, Named
from practices_db.permissions import Thing, allowed
from practices_db.store import Cursor

# What a link says, from the one at its beginning to the one at its end.
_SAYS = {"studies": "is about the practice", "leads": "leads the practice", "publishes": "publishes"}
# What something may be linked to: relation → (kind of the other end, what it is called in a sentence).
_TO: dict[Named, dict[str, tuple[str, str]]] = {
    "evidence": {"studies": ("practice", "practice")},
    "organisation": {"leads": ("practice", "practice"), "publishes": ("evidence", "publication")},
}
_VIEWS = {"facts": "What it says", "standing": "Standing", "history": "History"}


def draw(found: Curated, shelf: Named, actor: Actor) -> None:
    """Draw the judged links with their forms, those that two records show, and the form of a new one."""

    def look(cursor: Cursor, who: Actor) -> tuple[list[Curated], dict[tuple[str, str], str]]:
        judged = knowledge_curating.links(cursor, who, shelf, found.id)
        return judged, knowledge_curating.names(cursor, who, judged)

    judged, names = acting.looked_up(look)
    labels = {one.id: _label(one, names) for one in judged}
    if judged:
        st.markdown(f"{counted(len(judged), 'link')} that somebody read and judged.")
        _one(judged, labels, actor)
    else:
        st.info("Nobody has linked it yet to a practice or a publication.", icon=":material/link_off:")
    _shown_by_records(found, shelf)
    if found.state == "listed" and allowed(actor, "add", Thing("link")):
        _add(found, shelf)


def _label(one: Curated, names: dict[tuple[str, str], str]) -> str:
    ends = [names[one.facts[f"{side}_kind"], one.facts[f"{side}_id"]] for side in ("from", "to")]
    state = "" if one.state == "listed" else f" ({words.STATES[one.state]})"
    return f"{ends[0]} {_SAYS[one.facts['relation']]} {ends[1]}{state}"


def _one(judged: Sequence[Curated], labels: dict[str, str], actor: Actor) -> None:
    """Let one of the links be chosen and draw what can be done with it."""
    ids = list(labels)
    chosen = ids[0] if len(ids) == 1 else st.selectbox("Which", ids, format_func=labels.__getitem__, key="link_chosen")
    link = next(one for one in judged if one.id == chosen)
    with st.container(border=True):
        st.markdown(f"**{escaped(labels[link.id])}**")
        taken_out = f" It was taken out: {escaped(link.left_because)}" if link.left_because else ""
        st.markdown(
            f":small[Version {link.version}. Last checked on {link.facts['checked_on']:%d %B %Y}. "
            f"{web_link(link.facts['source_url'], 'Its source')}.{taken_out}]"
        )
        view = st.radio("Of this link", list(_VIEWS), horizontal=True, format_func=_VIEWS.__getitem__, key="link_view")
        match view:
            case "facts":
                facts.item(link, actor)
            case "standing":
                standing.item(link, actor)
            case _:
                finding.history(link.thing, actor)


def _shown_by_records(found: Curated, shelf: Named) -> None:
    """List what two records show by themselves, as everybody sees it now."""
    with database.cursor() as cursor:
        rows = tables.rows(knowledge.links_of(cursor, shelf, [found.id]))
    shown = [row for row in rows if not row["judged"]]
    if not shown:
        return
    with st.expander(f"{counted(len(shown), 'link')} that two records show by themselves"):
        st.caption("They follow the facts: change an address or a name, and they come or go with the next release.")
        st.markdown("\n".join(f"- {escaped(row['other'])}: {escaped(row['reason'])}" for row in shown))


def _add(found: Curated, shelf: Named) -> None:
    st.subheader("Add a link")
    relations = list(_TO[shelf])
    relation = relations[0]
    if len(relations) > 1:
        relation = st.radio(
            "What it says", relations, format_func=_SAYS.__getitem__, horizontal=True, key=f"link_relation_{found.id}"
        )
    kind, noun = _TO[shelf][relation]
    key = f"link_{relation}_{found.id}"
    text = st.text_input(f"Name or id of the {noun}", max_chars=200, key=f"{key}_find")
    find = curating.find if kind == "practice" else _publications
    other = standing.choose_listed(text, noun, find, f"{key}_to")
    if other is None:
        return
    with st.form(f"{key}_form", border=False):
        says = st.text_area(words.FIELDS["reason"], max_chars=4000, key=f"{key}_reason", help="Everybody reads it.")
        source = st.text_input(LINK.labels["source_url"], max_chars=2000, key=f"{key}_source", placeholder="https://")
        reason = st.text_input("Why it is added (kept in the record)", max_chars=1000, key=f"{key}_why")
        done = st.form_submit_button("Add the link", icon=":material/add_link:")
    if done:
        link = {
            "from_kind": shelf,
            "from_id": found.id,
            "relation": relation,
            "to_kind": kind,
            "to_id": other,
            "reason": says.strip(),
            "source_url": source.strip(),
            "checked_on": audit.now().date(),
        }
        acting.act(
            lambda store, who: knowledge_curating.add_link(store, who, link, reason.strip()),
            "Added. Everybody sees it with the next release.",
        )


def _publications(cursor: Cursor, actor: Actor, text: str, most: int) -> list[Found]:
    return knowledge_curating.find(cursor, actor, "evidence", text, most)
