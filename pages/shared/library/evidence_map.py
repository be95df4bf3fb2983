"""Types of measure against outcomes: no study, not enough studies, or a label, beside the number of practices."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from criteria.synthesis import current_rule
from pages.shared.components import chart_with_download, charts, database, links, reader_language, tables
from pages.shared.components.chart_with_download import Drawn
from pages.shared.components.screen_texts import escaped
from practices_db import formats
from practices_db.catalogue import synthesis_texts as texts
from practices_db.catalogue.measure_types import measure_types
from practices_db.catalogue.practice_filter import PracticeFilter
from practices_db.catalogue.vocabularies import label, vocabulary
from practices_db.queries.views import View
from practices_db.queries.what_works import WhatWorks
from practices_db.translation import _, ngettext

MOST_NAMED = 8


def draw() -> None:
    """Draw the map, its table, and what most practices do and nobody tested."""
    whole = database.whole()
    found = whole.what_works
    counts = whole.counts["measure_type"]
    st.markdown(sentence(found, counts))
    shapes = formats.parted(f"{texts.SHAPES[one.id]} {formats.within(_(one.name))}" for one in current_rule().label)
    words = _(
        "{nothing} no study; {shapes}; {differ} forms of the type differ. A sign leads to the studies of its type; the "
        "number before a type is that of its practices."
    )
    st.caption(words.format(nothing=texts.NO_STUDY, shapes=shapes, differ=texts.FORMS_DIFFER))
    picked = chart_with_download.show(
        View(),
        lambda: _drawn(cells(found, counts)),
        "evidence_map",
        lambda: _("What studies say, for each type of measure and outcome"),
    )
    table = cells(found, counts)
    tables.twin(
        grid(table),
        _("Types of measure by outcome: practices, label and number of studies"),
        texts=list(table["outcome"].unique()),
    )
    if picked:
        type_, outcome = picked.split("|")
        st.switch_page(links.page_path("what_works"), query_params={"type": type_, "outcome": outcome})


def _drawn(table: pd.DataFrame) -> Drawn:
    return Drawn(table, charts.evidence_map(tuple(table["outcome"].unique()), tuple(table["row"].unique())))


def cells(found: WhatWorks, practices: Mapping[str, int]) -> pd.DataFrame:
    """Return a row for each type and outcome, ready for the chart; where forms differ no label stands for all."""
    rows = []
    for one in measure_types().types:
        made = found.of_type(one.id)
        for outcome in vocabulary("outcome"):
            of = [synthesis for synthesis in made if synthesis.outcome == outcome and synthesis.studies]
            words = formats.parted(
                formats.pair(texts.form_name(one_.form), texts.label_words(one_))
                if one_.form
                else texts.label_words(one_)
                for one_ in of
            )
            signs = {texts.SHAPES[synthesis.label] for synthesis in of} or {texts.NO_STUDY}
            if len(signs) > 1:
                words = _("forms differ: {forms}").format(forms=words)
            studies = len({study.family for synthesis in of for study in synthesis.studies})
            rows.append(
                {
                    "row": f"{formats.count(practices.get(one.id, 0))} · {label('measure_type', one.id)}",
                    "type": label("measure_type", one.id),
                    "outcome": label("outcome", outcome),
                    "id": f"{one.id}|{outcome}",
                    "mark": signs.pop() if len(signs) == 1 else texts.FORMS_DIFFER,
                    "label": words or _("no study"),
                    "studies": str(studies),
                    "practices": PracticeFilter.amount(practices.get(one.id, 0)),
                }
            )
    return pd.DataFrame(rows)


def sentence(found: WhatWorks, practices: Mapping[str, int]) -> str:
    """Say how many types nobody tested, and which of them have most practices."""
    unstudied = sorted(found.unstudied(), key=lambda id_: (-practices.get(id_, 0), id_))
    words = ngettext(
        "Of {all} types of measure, **{count}** has no study with a comparison on any outcome.",
        "Of {all} types of measure, **{count}** have no study with a comparison on any outcome.",
        len(unstudied),
    ).format(all=len(measure_types().types), count=len(unstudied))
    named = ", ".join(
        f"{escaped(formats.within(label('measure_type', id_)))} ({formats.count(practices.get(id_, 0))})"
        for id_ in unstudied[:MOST_NAMED]
    )
    return " ".join([words, *([_("Many practices, no study: {types}.").format(types=named)] if named else [])])


def grid(table: pd.DataFrame) -> pd.DataFrame:
    """Return the table twin: a row a type, with its practices, and a column an outcome, each cell in words."""
    words = table.assign(
        words=[
            text if studies == "0" else f"{text} ({studies})"
            for text, studies in zip(table["label"], table["studies"], strict=True)
        ],
        type=[
            f"[{escaped(name)}](what-works?type={id_.split('|')[0]}{reader_language.in_address()})"
            for name, id_ in zip(table["type"], table["id"], strict=True)
        ],
    )
    wide = words.pivot(index=["type", "practices"], columns="outcome", values="words")
    order = pd.MultiIndex.from_frame(words[["type", "practices"]].drop_duplicates())
    wide = wide.reindex(order).reindex(columns=list(table["outcome"].unique()))
    return wide.reset_index().rename(columns={"type": _("Type of measure"), "practices": _("Practices")})
