"""The parts of the curation page, and who has which."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from pages.shared.components import links
from pages.shared.curation import backups, import_form, library_editor, practice_editor, releases, review_queue, users
from practices_db.curation.permissions import GRANTED, Thing, allowed
from practices_db.errors import Actor


@dataclass(frozen=True)
class _Part:
    title: str
    action: str
    thing: Thing
    draw: Callable[[Actor], None]


_PARTS = {
    "queue": _Part("Queue", "read", Thing("submission"), review_queue.draw),
    "practices": _Part("Practices", "read", Thing("practice"), practice_editor.draw),
    "library": _Part("Library", "read", Thing("evidence"), library_editor.draw),
    "import": _Part("Import", "import", Thing("data"), import_form.draw),
    "release": _Part("Release", "publish", Thing("data"), releases.draw),
    "people": _Part("People", "read", Thing("person"), users.draw),
    "backups": _Part("Backups", "backup", Thing("data"), backups.draw),
}


def choose(actor: Actor) -> str:
    """Let a part be chosen of those that somebody may use; what they do there asks for permission again."""
    titles = {name: part.title for name, part in _PARTS.items() if allowed(actor, part.action, part.thing)}
    asked = _PARTS.get(st.query_params.get("part", ""))
    if asked and asked.title not in titles.values():
        roles = sorted(GRANTED[asked.thing.kind][asked.action] - {"machine", "assessor"})  # an assessor has a link
        st.warning(f"“{asked.title}” needs the role {' or '.join(roles)}.", icon=":material/lock:")
    return links.choose("What to do", "part", titles, _PARTS) if len(titles) > 1 else next(iter(titles))


def draw(name: str, actor: Actor) -> None:
    """Draw a part under its heading."""
    st.header(_PARTS[name].title)
    _PARTS[name].draw(actor)
