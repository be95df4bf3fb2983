"""What a private link opens: how a submission stands; correct it, withdraw it, or end the link."""

import streamlit as st

from pages.shared.assessing import submitting

submitting.take_token()
st.title("Your submission")
submission = submitting.opened()
if submission is None:
    submitting.ask_for_link()
else:
    submitting.standing(submission)
