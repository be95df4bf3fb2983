"""Organisations and communities on screen: cards, table, map, and a way to ask for a correction. No persons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from pages.shared.components import charts, database, tables
from pages.shared.components.links import page_path, practice_link
from pages.shared.components.screen_texts import escaped, known, labels, web_link
from pages.shared.library import correction_form
from practices_db.catalogue.vocabularies import label
from practices_db.queries import library
from practices_db.translation import _

Row = Mapping[str, Any]
VIEWS = {"cards": "Cards", "map": "Map", "table": "Table"}
_SHOWN = 5


def how_to_read() -> None:
    """Say what the directory knows and what it does not."""
    with st.expander("How to read this", icon=":material/info:"):
        st.markdown(
            "- Kinds were given by name and not verified; levels and themes come from the practices an organisation "
            "leads. An organisation may do much that stands in none of them.\n"
            "- Where a page *describes* an organisation, the link leads to that page, not to the organisation's own.\n"
            "- How to join a community of practice is as of the copy that was read; it may have changed.\n"
            "- There are no persons and no addresses here. An organisation that finds itself described wrongly can ask "
            "for a correction on its card."
        )


def cards(found: pd.DataFrame) -> None:
    """Draw organisations as cards: what they are, how to join, which practices and publications are theirs."""
    ids = list(found["id"])
    with database.cursor() as cursor:
        links = database.grouped(library.links_of(cursor, "organisation", ids), "id")
    for row in tables.rows(found):
        with st.container(border=True, gap="xsmall"):
            st.markdown(f"**{escaped(row['name'])}**")
            st.caption(_facts(row))
            if joins := joining(row):
                st.markdown(f":material/diversity_3: {joins}")
            own = links.get(row["id"], [])
            for link in [one for one in own if one["relation"] == "leads"]:
                practice_link(link["other_id"], f"Leads {escaped(link['other'])}")
            published = [one for one in own if one["relation"] == "publishes"]
            if published:
                titles = "; ".join(web_link(one["source_url"], one["other"]) for one in published[:_SHOWN])
                more = f" and {len(published) - _SHOWN} more" if len(published) > _SHOWN else ""
                st.markdown(f":small[Published: {titles}{more}]")
            with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
                st.markdown(f":small[{where(row)}]", width="content")
                correction_form.ask_for(row["id"], row["name"])


def _facts(row: Row) -> str:
    parts = [
        label("organisation_kind", row["kind"]),
        labels("area", row["countries"]) or "country not stated",
        labels("governance_level", row["levels"]).lower(),
        "on " + labels("theme", row["themes"]).lower() if len(row["themes"]) else "",
    ]
    return " · ".join(escaped(part) for part in parts if part)


def joining(row: Row) -> str:
    """Say how one joins, as Markdown; empty where it is no community of practice and nothing is said on joining."""
    how = row["joins"] if known(row["joins"]) and row["joins"] else ""
    if known(row["community_of_practice"]) and row["community_of_practice"]:
        return f"**Community of practice.** {escaped(how) if how else 'No joining details found; contact them.'}"
    return escaped(how)


def where(row: Row) -> str:
    """Return the link to an organisation with what is known of the link."""
    seen = _("own page, read on") if row["url_seen"] == "yes" else _("a page that describes it, read on")
    alive = f"; link last seen alive on {row['alive_at']:%d %B %Y}" if known(row.get("alive_at")) else ""
    return f"{web_link(row['url'], row['url'].split('/')[2])} ({seen} {row['checked_on']:%d %B %Y}{alive})"


def table(found: pd.DataFrame) -> pd.DataFrame:
    """Return organisations as a table."""
    rows = tables.rows(found)
    return pd.DataFrame(
        {
            "Organisation": found["name"],
            "Kind": [label("organisation_kind", kind) for kind in found["kind"]],
            "Countries": [labels("area", ids) for ids in found["countries"]],
            "Levels": [labels("governance_level", ids) for ids in found["levels"]],
            "Themes": [labels("theme", ids) for ids in found["themes"]],
            "Community of practice": ["yes" if known(row["community_of_practice"]) else None for row in rows],
            "How to join": [row["joins"] if known(row["joins"]) else None for row in rows],
            "Address": found["url"],
        }
    )


def as_table(found: pd.DataFrame) -> None:
    """Draw organisations as a table that can be sorted."""
    st.dataframe(
        table(found),
        hide_index=True,
        column_config={"Address": st.column_config.LinkColumn()},
        alt="The organisations found, one a row",
    )


def on_map(counts: Mapping[str, int]) -> str | None:
    """Draw the organisations found by country; return the country that was chosen on the map."""
    rows = tables.value_counts("area", counts)
    shown = rows[rows["id"].isin(charts.countries_on_map())]
    picked = charts.draw(
        None,
        charts.map_of_europe([dict(row) for row in tables.rows(shown)], "Organisations"),
        "organisations_map",
        "Map of Europe by number of organisations in the directory",
    )
    elsewhere = rows[~rows["id"].isin(charts.countries_on_map())]
    if len(elsewhere):
        words = "; ".join(
            f"{name}: {count}" for name, count in zip(elsewhere["label"], elsewhere["count"], strict=True)
        )
        st.caption(f"Not on the map: {words}. An organisation in several countries counts in each.")
    tables.twin(
        rows[["label", "count"]].rename(columns={"label": "Country", "count": "Organisations"}),
        "Organisations by country",
    )
    return picked


def of_practice(card: Row, leads: Sequence[Row], near: Sequence[Row]) -> None:
    """Say who runs a practice, as far as the directory knows them, and who is near in theme and country."""
    if leads:
        for link in leads:
            st.page_link(
                page_path("communities"),
                label=f"Led by **{escaped(link['other'])}**",
                icon=":material/diversity_3:",
                query_params={"q": link["other"]},
            )
    elif card["lead_organisation"]:
        st.markdown(f"{escaped(card['lead_organisation'])} leads it; it is not in the directory.")
    else:
        st.markdown("Lead organisation unknown.")
    if not near:
        st.markdown("No other organisation in the directory shares a theme and a country with it.")
        return
    st.markdown("**Others near in theme and country, and communities of practice on its themes**")
    st.markdown("\n".join(_near(row) for row in near))


def _near(row: Row) -> str:
    why = "same country" if row["same_country"] else "across Europe"
    themes = labels("theme", row["shared_themes"]).lower()
    joins = joining(row)
    return f"- {web_link(row['url'], row['name'])}: {escaped(themes)}, {why}" + (f". {joins}" if joins else "")
