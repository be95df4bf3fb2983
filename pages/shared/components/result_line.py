"""The result of a practice, in its own unit and with the mark of its evidence: one line, or all results."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from pages.shared.components.screen_texts import escaped, known, web_link
from practices_db import formats
from practices_db.catalogue.own_language import marked
from practices_db.catalogue.result_texts import ResultWords, group_words, no_result
from practices_db.translation import _, ngettext


def line(card: Mapping[str, Any]) -> str:
    """Return the main result of a card as Markdown: what was found, and below it how it is known."""
    result = ResultWords.of_card(card)
    if result is None:
        return f"**{no_result()}**"
    below = [escaped(part) for part in (result.evidence, result.limits, result.more) if part]
    return f"**{escaped(result.found)}**  \n:small[{' · '.join(below)}]"


def block(card: Mapping[str, Any], results: Sequence[Mapping[str, Any]]) -> None:
    """Draw the main result of a practice, what it shows, and all its results with base, time and source."""
    if not results:
        with st.container(border=True, gap="xsmall"):
            st.markdown(line(card))
            st.caption(
                _(
                    "In the sources we read, nothing was measured of the participants. It may have been measured and "
                    "not published. That is no judgement."
                )
            )
        return
    first, *others = results
    with st.container(border=True, gap="xsmall"):
        shows = _("What the result shows: **{group}**").format(group=escaped(group_words(card)))
        st.markdown(f"{_one(first)}\n\n{shows}")
    if others:
        count = len(others)
        words = ngettext("{count} more result", "{count} more results", count).format(count=formats.count(count))
        with st.expander(words, icon=":material/monitoring:", expanded=count < 4):
            st.markdown("\n".join("- " + _one(other, limits=False).replace("\n", "\n    ") for other in others))


def _one(row: Mapping[str, Any], limits: bool = True) -> str:
    result = ResultWords.of_row(row)
    told = [result.evidence, *([result.limits] if limits else [])]
    if result.base:
        told.append(_("measured on: {base}").format(base=marked(result.base)))
    if result.years:
        told.append(result.years)
    publisher = row["source_publisher"] if known(row["source_publisher"]) and row["source_publisher"] else ""
    source = web_link(row["source_url"], publisher or row["source_url"].split("/")[2])
    below = " · ".join([*(escaped(part) for part in told if part), _("source: {link}").format(link=source)])
    return f"**{escaped(result.found)}**  \n:small[{below}]"
