"""The private link that is open in this session, and what an invitation to a second assessment is about."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from pages.shared.components import database
from practices_db.curation.submissions import Submission
from practices_db.files.self_assessment.submission import KIND
from practices_db.queries import practices

SECOND = "second-assessment"
_LINK = "own_link"


@dataclass(frozen=True)
class OpenedLink:
    """A private link with what it opens."""

    token: str
    submission: Submission


def opened() -> OpenedLink | None:
    """Return the link that is open."""
    return st.session_state.get(_LINK)


def keep(link: OpenedLink) -> None:
    """Let a link be the open one."""
    st.session_state[_LINK] = link


def close() -> None:
    """Forget the private link in this session; the link itself stays as it is."""
    st.session_state.pop(_LINK, None)


def of_answers() -> OpenedLink | None:
    """Return the link that is open, where it is one of answers that can still be sent."""
    link = opened()
    held = link and link.submission.kind in (KIND, SECOND) and link.submission.status != "withdrawn"
    return link if held else None


def invitation() -> OpenedLink | None:
    """Return the link that is open, where a curator asked its holder for a second assessment."""
    link = of_answers()
    return link if link and link.submission.kind == SECOND else None


def practice_of(link: OpenedLink) -> tuple[str, str]:
    """Return id and name of the practice that a link is about."""
    id_ = str(link.submission.practice_id)
    with database.cursor() as cursor:
        return id_, practices.practice_names(cursor).get(id_, id_)
