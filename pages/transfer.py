"""Would it work here? A practice's conditions beside one's own, and a small trial."""

import streamlit as st

from pages.shared.components import database, links
from pages.shared.components.screen_texts import escaped, in_own_language, of_catalogue
from pages.shared.practices import panels, transfer_sheet
from practices_db import formats
from practices_db.translation import _

practice_id = st.query_params.get("practice")
whole = database.whole()
one = database.practice(whole, practice_id) if practice_id else None
if one is None:
    panels.unknown_practice(practice_id, whole, "transfer")
    st.stop()
card, notes = one.card, one.answers

st.title(_("Would it work here?"))
st.markdown(formats.pair(in_own_language(f"**{escaped(card['name'])}**"), of_catalogue(card["summary"])))
links.practice_link(card["id"], _("Open this practice"), "arrow_forward")
st.info(
    _(
        "Compare the conditions of this practice with yours: same, different, or not known yet, and whom to ask. The "
        "sheet gives no score. Your answers stay in this browser. Download the sheet to open it elsewhere."
    ),
    icon=":material/lock:",
)
transfer_sheet.kept_line(card["id"])
transfer_sheet.place(card["id"])
sheet = transfer_sheet.sheet_of(card["id"])
transfer_sheet.progress(sheet)
with st.container(horizontal=True):
    transfer_sheet.take_away(sheet, card, notes)
    transfer_sheet.open_file(card["id"])

st.header(_("Conditions, there and with you"))
transfer_sheet.every_condition(card, notes)
st.header(_("Core, changes and a small trial"))
transfer_sheet.plan(card["id"])
st.header(_("What is still open"))
transfer_sheet.still_open(sheet, card)
transfer_sheet.forget_here(card["id"])
transfer_sheet.take_newer(card["id"])
