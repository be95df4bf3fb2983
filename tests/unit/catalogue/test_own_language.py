"""Words of the catalogue within another language: where they are marked, and that no mark is left in English."""

from __future__ import annotations

import pytest

from pages.shared.components.screen_texts import escaped, in_own_language, of_catalogue, web_link
from practices_db.catalogue import own_language
from practices_db.catalogue.own_language import marked, parts, unmarked
from practices_db.catalogue.synthesis_texts import FORMS
from practices_db.database.store import Store
from practices_db.translation import LANGUAGES, _, speak


def test_a_reader_of_another_language_is_told_which_words_are_the_catalogues() -> None:
    assert (marked("A name"), escaped("A name."), of_catalogue("A name.")) == ("A name", "A name\\.", "A name\\.")
    with speak("de"):
        text = f"Verbessert: {marked('5 points [net]')} (Arbeit)"
        assert unmarked(text) == "Verbessert: 5 points [net] (Arbeit)"
        assert parts(text) == [("Verbessert: ", False), ("5 points [net]", True), (" (Arbeit)", False)]
        assert escaped(text) == r"Verbessert\: :violet[5 points \[net\]] \(Arbeit\)"
        assert (of_catalogue("A"), marked(" "), in_own_language("")) == (":violet[A]", " ", "")
        assert web_link("https://example.org/a", marked("A")) == ":violet[[A](<https://example.org/a>)]"
        assert web_link("https://example.org/a", "Quelle") == "[Quelle](<https://example.org/a>)"


@pytest.mark.parametrize("code", LANGUAGES)
def test_signs_that_stand_in_data_are_shown_to_nobody_and_end_no_mark(code: str) -> None:
    start, end = sorted(own_language.SIGNS)
    with speak(code):
        shown = escaped(f"{end}a{start}b{marked(f'c{end}](javascript:d){start}')}")
    assert not own_language.SIGNS & {*shown}
    assert shown.replace(":violet[", "").rstrip("]").replace("\\", "") == "abc](javascript:d)"


def test_every_form_that_a_finding_has_is_said_in_every_language(store: Store) -> None:
    with store.cursor() as cursor:
        held = {
            form for (form,) in cursor.execute("SELECT DISTINCT form FROM finding WHERE form IS NOT NULL").fetchall()
        }
    assert held - {""} == {*FORMS}
    for code in LANGUAGES:
        with speak(code):
            assert len({_(form) for form in FORMS}) == len(FORMS)
            assert all((_(form) == form) == (code == "en") for form in FORMS)
