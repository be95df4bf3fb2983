"""Answer the framework's questions for one's own practice and see where it stands."""

import streamlit as st

from criteria.framework import current_framework
from criteria.scoring import score
from pages.shared import assessing, database
from practices_db import queries

framework = current_framework()
with database.cursor() as cursor:
    card = queries.practice(cursor, st.query_params.get("practice", ""))

st.title("Assess your own practice")
st.markdown(
    "The same questions as for every practice in the catalogue, in any order. A score shows from the first answer "
    "on, with "
    "the range it could still move in. Plan about 25 minutes."
)
st.info(
    "Your answers stay in this open page: they are not written to a disk, sent to anyone or put in the catalogue. "
    "They are gone when you close or reload the page, so download them before you leave.",
    icon=":material/lock:",
)
name = assessing.name(card)
criterion = assessing.choose_criterion(framework)
answers = assessing.answers(framework)
assessing.results(framework, score(framework, answers))
assessing.questions(framework, criterion)
assessing.download(framework, name, card)
