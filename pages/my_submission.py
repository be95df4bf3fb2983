"""What a private link opens: how a submission stands; correct it, withdraw it, or end the link."""

import streamlit as st

from pages.shared.components import private_links
from pages.shared.self_assessment import submit
from practices_db.translation import _

private_links.keep(submit.open_link)
st.title(_("Your submission"))
submission = submit.opened()
if submission is None:
    submit.ask_for_link()
else:
    submit.standing(submission)
