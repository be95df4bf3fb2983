"""Organisations and communities on screen: cards, table, map, and a way to ask for a correction. No persons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from pages.shared.components import charts, database, tables
from pages.shared.components.links import page_link, practice_link
from pages.shared.components.screen_texts import (
    escaped,
    faint,
    in_own_language,
    known,
    labels,
    labels_within,
    of_catalogue,
    web_link,
)
from pages.shared.library import correction_form
from practices_db import formats
from practices_db.catalogue.own_language import marked
from practices_db.catalogue.vocabularies import label
from practices_db.queries import library
from practices_db.translation import N_, _

Row = Mapping[str, Any]
VIEWS = {"cards": N_("Cards"), "map": N_("Map"), "table": N_("Table")}
_SHOWN = 5


def how_to_read() -> None:
    """Say what the directory knows and what it does not."""
    with st.expander(_("How to read this"), icon=":material/info:"):
        st.markdown(
            _(
                "- Kinds were given by name and not verified; levels and themes come from the practices an "
                "organisation leads. An organisation may do much that stands in none of them.\n"
                "- Where a page *describes* an organisation, the link leads to that page, not to the organisation's "
                "own.\n"
                "- How to join a community of practice is as of the copy that was read; it may have changed.\n"
                "- There are no persons and no addresses here. An organisation that finds itself described wrongly can "
                "ask for a correction on its card."
            )
        )


def cards(found: pd.DataFrame) -> None:
    """Draw organisations as cards: what they are, how to join, which practices and publications are theirs."""
    ids = list(found["id"])
    with database.cursor() as cursor:
        links = database.grouped(library.links_of(cursor, "organisation", ids), "id")
    for row in tables.rows(found):
        with st.container(border=True, gap="xsmall"):
            name = in_own_language(f"**{escaped(row['name'])}**")
            joins = f"  \n:material/diversity_3: {how}" if (how := joining(row)) else ""
            st.markdown(f"{name}  \n{faint(_facts(row))}{joins}")
            own = links.get(row["id"], [])
            for link in [one for one in own if one["relation"] == "leads"]:
                practice_link(link["other_id"], _("Leads {practice}").format(practice=of_catalogue(link["other"])))
            published = [one for one in own if one["relation"] == "publishes"]
            if published:
                titles = formats.parted(web_link(one["source_url"], marked(one["other"])) for one in published[:_SHOWN])
                more = len(published) - _SHOWN
                words = _("Published: {titles} and {count} more") if more > 0 else _("Published: {titles}")
                st.markdown(f":small[{words.format(titles=titles, count=more)}]")
            with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
                st.markdown(f":small[{where(row)}]", width="content")
                correction_form.ask_for(row["id"], row["name"])


def _facts(row: Row) -> str:
    parts = [
        label("organisation_kind", row["kind"]),
        labels("area", row["countries"]) or _("country not stated"),
        labels_within("governance_level", row["levels"]),
        _("on {themes}").format(themes=labels_within("theme", row["themes"])) if len(row["themes"]) else "",
    ]
    return " · ".join(escaped(part) for part in parts if part)


def joining(row: Row) -> str:
    """Say how one joins, as Markdown; empty where it is no community of practice and nothing is said on joining."""
    how = row["joins"] if known(row["joins"]) and row["joins"] else ""
    if known(row["community_of_practice"]) and row["community_of_practice"]:
        told = of_catalogue(how) if how else _("No joining details found; contact them.")
        return _("**Community of practice.** {text}").format(text=told)
    return of_catalogue(how)


def where(row: Row) -> str:
    """Return the link to an organisation with what is known of the link."""
    seen = _("own page, read on {day}") if row["url_seen"] == "yes" else _("a page that describes it, read on {day}")
    notes = [seen.format(day=formats.day(row["checked_on"]))]
    if known(row.get("alive_at")):
        notes.append(_("link last seen alive on {day}").format(day=formats.day(row["alive_at"])))
    return f"{web_link(row['url'], row['url'].split('/')[2])} ({formats.parted(notes)})"


def table(found: pd.DataFrame) -> None:
    """Draw organisations as a table that can be sorted."""
    rows = tables.rows(found)
    tables.sortable(
        {
            _("Organisation"): found["name"],
            _("Kind"): [label("organisation_kind", kind) for kind in found["kind"]],
            _("Countries"): [labels("area", ids) for ids in found["countries"]],
            _("Levels of government"): [labels("governance_level", ids) for ids in found["levels"]],
            _("Themes"): [labels("theme", ids) for ids in found["themes"]],
            _("Community of practice"): [_("yes") if known(row["community_of_practice"]) else None for row in rows],
            _("How to join"): [row["joins"] if known(row["joins"]) else None for row in rows],
            _("Address"): found["url"],
        },
        _("The organisations found, one a row"),
        paper=tables.Paper("organisations"),
        column_config={_("Address"): st.column_config.LinkColumn()},
    )


def on_map(counts: Mapping[str, int]) -> str | None:
    """Draw the organisations found by country; return the country that was chosen on the map."""
    rows = tables.value_counts("area", counts)
    picked = charts.draw(
        None,
        charts.map_of_europe(tables.on_the_map(rows), _("Organisations")),
        "organisations_map",
        _("Map of Europe by number of organisations in the directory"),
    )
    elsewhere = rows[~rows["id"].isin(charts.countries_on_map())]
    if len(elsewhere):
        words = formats.parted(
            formats.pair(name, formats.count(count))
            for name, count in zip(elsewhere["label"], elsewhere["count"], strict=True)
        )
        st.caption(
            _("Not on the map: {countries}. An organisation in several countries counts in each.").format(
                countries=words
            )
        )
    tables.twin(
        rows[["label", "count"]].rename(columns={"label": _("Country"), "count": _("Organisations")}),
        _("Organisations by country"),
    )
    return picked


def of_practice(card: Row, leads: Sequence[Row], near: Sequence[Row]) -> None:
    """Say who runs a practice, as far as the directory knows them, and who is near in theme and country."""
    if leads:
        for link in leads:
            label_ = _("Led by **{organisation}**").format(organisation=of_catalogue(link["other"]))
            page_link("communities", label_, "diversity_3", {"q": link["other"]})
    elif card["lead_organisation"]:
        st.markdown(
            _("{organisation} leads it; it is not in the directory.").format(
                organisation=escaped(card["lead_organisation"])
            )
        )
    else:
        st.markdown(_("Lead organisation unknown."))
    if not near:
        st.markdown(_("No other organisation in the directory shares a theme and a country with it."))
        return
    st.markdown(_("**Others near in theme and country, and communities of practice on its themes**"))
    st.markdown("\n".join(_near(row) for row in near))


def _near(row: Row) -> str:
    why = _("same country") if row["same_country"] else _("across Europe")
    themes = labels_within("theme", row["shared_themes"])
    joins = joining(row)
    said = formats.pair(web_link(row["url"], marked(row["name"])), f"{escaped(themes)}, {why}")
    return f"- {said}" + (f". {joins}" if joins else "")
