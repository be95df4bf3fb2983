"""Publications on screen: as cards, as a table, and as what research says on a practice or a sector."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from pages.shared.components import database, tables
from pages.shared.components.links import page_link, practice_link
from pages.shared.components.popover import popover
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
from practices_db import formats
from practices_db.catalogue.library_filter import PublicationFilter
from practices_db.catalogue.own_language import marked
from practices_db.catalogue.practice_filter import PracticeFilter
from practices_db.catalogue.vocabularies import label, vocabulary
from practices_db.files.exports import library_files
from practices_db.queries import library
from practices_db.translation import N_, _, ngettext

Row = Mapping[str, Any]
SORTED = N_("Best fit with your filters and words first, then the strongest study design.")
VIEWS = {"publications": N_("Publications"), "sectors": N_("What research says, by sector"), "table": N_("Table")}


def facts(row: Row) -> str:
    """Return kind, publisher, year, languages and strength of a publication as one line of Markdown."""
    year = str(int(row["year"])) if known(row["year"]) else _("year unknown")
    publisher = row["publisher"] if known(row["publisher"]) and row["publisher"] else _("publisher unknown")
    languages = labels("language", row["languages"])
    return " · ".join(escaped(one) for one in (label("evidence_kind", row["kind"]), publisher, year, languages) if one)


def said(row: Row) -> str:
    """Return what a publication found, in one sentence of ours; or that it was not seen, and what it is about."""
    if known(row["finding"]) and row["finding"]:
        return _("**Found:** {finding}").format(finding=of_catalogue(row["finding"]))
    return _("Finding not available to us.")


def where_to_get(row: Row) -> str:
    """Return the link to a publication with what is known of the link; a copy is named and is no link."""
    if not row["offered"]:
        seen = _("copy, original not found, {day}")
    else:
        own, other = _("page read on {day}"), _("described elsewhere, page not read; checked on {day}")
        seen = {"yes": own, "mention": other}[row["url_seen"]]
    notes = [seen.format(day=formats.day(row["checked_on"]))]
    if known(row["title_is_descriptive"]):
        notes.append(_("our title: the original title is unknown"))
    if known(row.get("alive_at")):
        notes.append(_("link last seen alive on {day}").format(day=formats.day(row["alive_at"])))
    if not row["offered"]:
        return escaped(_("Where to get it: {notes}").format(notes=formats.parted(notes)))
    where = _("Get it at {site}").format(site=row["url"].split("/")[2])
    return f"{web_link(row['url'], where)} ({escaped(formats.parted(notes))})"


def cards(found: pd.DataFrame) -> None:
    """Draw publications as cards: what it found, for whom, how strong, where to get it, what practices it is on."""
    ids = list(found["id"])
    with database.cursor() as cursor:
        links = database.grouped(library.links_of(cursor, "evidence", ids), "id")
    for row in tables.rows(found):
        with st.container(border=True, gap="xsmall"):
            title = in_own_language(f"**{escaped(row['title'])}**")
            text = (
                f"{title}  \n:small[{facts(row)}]\n\n"
                f"{_badge(row)} {said(row)} {of_catalogue(row['summary'])}  \n{faint(_subject(row))}"
            )
            of_practices = [link for link in links.get(row["id"], []) if link["other_kind"] == "practice"]
            for link in of_practices:
                about = _("About **{practice}**").format(practice=of_catalogue(link["other"]))
                st.markdown(f"{text}\n\n{about}  \n:small[{of_catalogue(link['reason'])}]")
                practice_link(link["other_id"], _("Open this practice"), "arrow_forward")
                text = ""
            st.markdown(f"{text}\n\n:small[{where_to_get(row)}]")
            with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                _relevant_to(row)
                _cite(row)


def _badge(row: Row) -> str:
    if not known(row["evidence_level"]):
        return ":gray-badge[" + _("No study design coded") + "]"
    colour = "green" if row["evidence_level"] >= 4 else "blue" if row["evidence_level"] >= 3 else "gray"
    words = _("Strength {level}").format(level=label("study_strength", str(int(row["evidence_level"]))))
    return f":{colour}-badge[{words}]"


def _subject(row: Row) -> str:
    groups = labels_within("target_group", row["target_groups"])
    said_ = (
        _("On {themes} · for {groups} · {countries}")
        if groups
        else _("On {themes} · for no group stated · {countries}")
    )
    return escaped(
        said_.format(
            themes=labels_within("theme", row["themes"]),
            groups=groups,
            countries=labels("area", row["countries"]) or _("country not stated"),
        )
    )


def _relevant_to(row: Row) -> None:
    """Draw the link to the practices that share a topic and a group with a publication, with how many there are."""
    same = PracticeFilter(
        sector=tuple(theme for theme in row["themes"] if theme in vocabulary("sector")),
        target_group=tuple(group for group in row["target_groups"] if group in vocabulary("target_group")),
    )
    count = database.whole().index.select(same).count if same.sector and same.target_group else 0
    if not count:
        st.caption(_("No practice in the catalogue has the same topic and group."))
        return
    words = ngettext(
        "Relevant to {count} practice (same topic and group)",
        "Relevant to {count} practices (same topic and group)",
        count,
    )
    page_link("explore", words.format(count=formats.count(count)), "search", same.params())


def _cite(row: Row) -> None:
    """Draw the button that opens the citations of a publication, each to be copied."""

    def citations() -> None:
        for name, words in (
            (_("Reference"), library_files.citation(row)),
            ("BibTeX", library_files.bibtex([row]).strip()),
            ("RIS", library_files.ris([row]).strip()),
        ):
            st.markdown(f"**{name}**")
            st.code(words, language=None, wrap_lines=True)

    popover(_("Cite"), citations, f"cite-{row['id']}", icon=":material/format_quote:", type="tertiary")


def table(found: pd.DataFrame) -> None:
    """Draw publications as a table that can be sorted."""
    rows = tables.rows(found)
    tables.sortable(
        {
            _("Title"): found["title"],
            _("Found"): [row["finding"] if known(row["finding"]) else None for row in rows],
            _("Strength"): found["evidence_level"],
            _("Kind"): [label("evidence_kind", kind) for kind in found["kind"]],
            _("Publisher"): found["publisher"],
            _("Year"): found["year"],
            _("Themes"): [labels("theme", ids) for ids in found["themes"]],
            _("For"): [labels("target_group", ids) for ids in found["target_groups"]],
            _("Countries"): [labels("area", ids) for ids in found["countries"]],
            _("Address"): found["url"].where(found["offered"]),
        },
        _("The publications found, one a row"),
        paper=tables.Paper("publications"),
        column_config={
            _("Year"): st.column_config.NumberColumn(format="%d"),
            _("Strength"): st.column_config.NumberColumn(
                format="%d", help=_("Of the study's design, 0 to 5; blank: none coded")
            ),
            _("Address"): st.column_config.LinkColumn(help=_("Blank: copy, original not found")),
        },
    )


def short(row: Row, extra: str = "") -> str:
    """Return one publication as an item of a list: what it found first, then which it is."""
    what = of_catalogue(row["finding"] if known(row["finding"]) and row["finding"] else row["summary"])
    not_seen = "" if known(row["finding"]) and row["finding"] else said(row) + " "
    return f"- {_badge(row)} {not_seen}{what}  \n    :small[{_title(row)} · {facts(row)}{extra}]"


def _title(row: Row) -> str:
    """Return the title of a publication as a link to where it is offered; a copy is named and is no link."""
    if not row["offered"]:
        return _("{title} (copy, original not found)").format(title=of_catalogue(row["title"]))
    return web_link(row["url"], marked(row["title"]))


def on_practice(card: Row, found: Sequence[Row]) -> None:
    """Say what research says on a practice: first about it, then on the same topic and group, strongest first."""
    about = [row for row in found if known(row["reason"])]
    others = [row for row in found if not known(row["reason"])]
    if about:
        of_it = [short(row, f" · {of_catalogue(row['reason'])}") for row in about]
        st.markdown("\n".join([_("**About this practice**"), "", *of_it]))
    else:
        st.markdown(_("No publication in the library is about this practice itself."))
    if not others:
        st.markdown(_("None is on its topics and groups either."))
        return
    matched = [short(row, " · " + _("shares {what}").format(what=_shared(row))) for row in others]
    said_ = _("**On the same topic and group** (our match, not a statement about this practice)")
    st.markdown("\n".join([said_, "", *matched]))
    library_link(card["sectors"], card["target_groups"], all_publications(int(others[0]["of_kind"])))


def _shared(row: Row) -> str:
    same = [*row["shared_sectors"], *row["shared_groups"]]
    words = [labels_within("theme" if one in vocabulary("theme") else "target_group", [one]) for one in same]
    return escaped(", ".join([*words, *([_("country")] if row["same_country"] else [])]))


def on_sectors(sectors: Sequence[str], target_groups: Sequence[str] = ()) -> None:
    """Say for each sector what research says, strongest first, and where there is nothing."""
    for sector in sectors:
        found = database.on_sector(database.whole(), sector, target_groups)
        strong = [row for row in found if known(row["evidence_level"])]
        st.header(label("sector", sector), anchor=False)
        whom = escaped(labels_within("target_group", target_groups))
        if not found:
            none = (
                _("No publication in the library is on this sector for {groups}.")
                if whom
                else _("No publication in the library is on this sector.")
            )
            st.markdown(none.format(groups=whom))
            continue
        compared = sum(row["evidence_level"] >= 4 for row in strong)
        words = _(
            "{list}: {compared} with a comparison group or drawn by lot, {other} other studies, {without} without a "
            "study design (guides, collections, reports)."
        )
        list_ = PublicationFilter.amount(len(found))
        st.caption(
            words.format(
                list=_("{list} for {groups}").format(list=list_, groups=whom) if whom else list_,
                compared=formats.count(compared),
                other=formats.count(len(strong) - compared),
                without=formats.count(len(found) - len(strong)),
            )
        )
        st.markdown("\n".join(short(row) for row in found[: database.MOST_AROUND]))
        library_link([sector], target_groups, all_publications(len(found)))


def all_publications(count: int) -> str:
    """Return the words of a link to all publications of a list."""
    return ngettext("All {count} publication", "All {count} publications", count).format(count=formats.count(count))


def library_link(sectors: Sequence[str], target_groups: Sequence[str], words: str) -> None:
    """Write a link to the publications on some sectors and for some target groups."""
    page_link("evidence", words, "library_books", {"theme": list(sectors), "target-group": list(target_groups)})


def how_to_read() -> None:
    """Say what strength, findings and matches are."""
    with st.expander(_("How to read this"), icon=":material/info:"):
        st.markdown(
            _(
                "- **Strength** is about how a study was made, not about the size or direction of what it found: 5 "
                "randomised or replicated, 4 comparison group, 3 independent evaluation, 2 before and after or a "
                "survey, 1 figures. Guides, collections and most reports are not studies and have none.\n"
                "- Findings and summaries are our own words, one sentence each, from abstracts. Without one, we do not "
                "know what was found. Several publications may be about one measure.\n"
                "- **About a practice**: a page or a name shows it; the reason is given. **Relevant to**: "
                "it has the same topic and group. That is our match, not a statement of the publication."
            )
        )
