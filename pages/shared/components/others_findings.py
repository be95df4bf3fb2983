"""What others have shown of a type of measure, in a line, and how to show it of one's own practice."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from pages.shared.components import database, links
from pages.shared.components.finding_texts import example
from pages.shared.components.screen_texts import escaped
from practices_db.catalogue import synthesis_texts as texts
from practices_db.catalogue.measure_types import measure_types
from practices_db.catalogue.vocabularies import label
from practices_db.queries.what_works import WhatWorks
from practices_db.translation import _

_MOST = 3  # outcomes of which a finding is told


def cheapest_design() -> str:
    """Return the cheapest design that can be believed, explained where it stands."""
    return _(
        "a waiting list as comparison: where there are more applicants than places, those who wait are asked the same "
        "questions at the same time as those who take part"
    )


def found_by_others(found: WhatWorks, measure_type: str) -> list[str]:
    """Return a finding for each of the surest outcomes of a type as Markdown: outcome, direction, sentence, source."""
    studied = [one for one in found.of_type(measure_type) if one.studies]
    return [f"{escaped(label('outcome', one.outcome))}. {example(one, found)}" for one in studied[:_MOST]]


def others_have_shown(sectors: Sequence[str] = ()) -> None:
    """Draw what others have shown of a type that is chosen, and the cheapest design for showing it oneself."""
    found = database.whole().what_works
    types = [one.id for one in measure_types().types if not sectors or set(one.sectors) & set(sectors)]
    st.subheader(_("What others have shown"), anchor=False)
    chosen = st.selectbox(
        _("What you do is mainly"), types, index=None, format_func=lambda id_: label("measure_type", id_),
        placeholder=_("Choose a type of measure"), key="own_type",
    )  # fmt: skip
    if not chosen:
        return
    if any(one.studies for one in found.of_type(chosen)):
        st.markdown(
            _("**Others have shown**: {text}").format(text=escaped(texts.studies_of_type(found.of_type(chosen))))
            + "\n\n"
            + "\n".join(f"- {line}" for line in found_by_others(found, chosen))
        )
    else:
        st.markdown(_("Nobody has tested this with a comparison yet, as far as we found: you could be the first."))
    st.markdown(_("**The cheapest credible design is** {design}.").format(design=escaped(cheapest_design())))
    links.type_link(chosen, _("All about this type"))
