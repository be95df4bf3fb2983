"""Briefs: two pages for every practice, tagged PDF, the same words in PDF and web page, text as text."""

from __future__ import annotations

import dataclasses
import html
import io
import re
import unicodedata
from collections.abc import Callable
from functools import cache
from html.parser import HTMLParser

import oracles
import pypdf
import pytest
from exported_files import DAY
from sample_views import BY_ID, random_view

from criteria.framework import current_framework
from criteria.weighting import preset, weighting
from practices_db.catalogue import own_language
from practices_db.catalogue.practice_filter import PracticeFilter
from practices_db.catalogue.synthesis_texts import studies_of_type
from practices_db.catalogue.vocabularies import label
from practices_db.database.store import Store
from practices_db.errors import PracticesError
from practices_db.files.briefs import Brief, as_html, as_pdf, brief, own_brief
from practices_db.files.briefs.content import Block
from practices_db.files.self_assessment.form import Profile, new_form
from practices_db.queries import practices
from practices_db.queries.comparison import comparison
from practices_db.queries.ranking import standings
from practices_db.queries.views import View
from practices_db.queries.what_works import WhatWorks
from practices_db.translation import speak

RICH = "duo-for-a-job"
COMPARED = ("humanitarian-corridors", RICH, "a-walk-to-museums")
VIEWS = {
    "practice": View("practice", PracticeFilter(practice=(RICH,))),
    "comparison": View("compare", PracticeFilter(practice=COMPARED)),
    "selection": View(chosen=PracticeFilter(country=("IT",), sector=("housing-and-settlement",))),
}

Printed = Callable[[str], tuple[Brief, bytes]]


def made(store: Store, view: View) -> Brief:
    with store.cursor() as cursor:
        return brief(cursor, view, DAY)


@pytest.fixture(scope="module")
def printed(store: Store) -> Printed:
    """Return a function that gives the brief of a view and its PDF, made once."""

    @cache
    def of(name: str) -> tuple[Brief, bytes]:
        one = made(store, VIEWS[name])
        return one, as_pdf(one)

    return of


def pdf_of(content: bytes) -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(content))


def text_of(reader: pypdf.PdfReader) -> str:
    return " ".join(page.extract_text() for page in reader.pages)


def squeezed(text: str) -> str:
    """Return text without blanks and break marks, as far as a PDF keeps them apart."""
    return re.sub(r"[\s\u200b\u00ad]", "", text)


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def tags_of(page: str) -> list[tuple[str, dict[str, str | None]]]:
    parser = Tags()
    parser.feed(page)
    return parser.tags


def elements(reader: pypdf.PdfReader) -> list[pypdf.generic.DictionaryObject]:
    """Return every element of the structure tree."""
    found, open_ = [], [reader.trailer["/Root"]["/StructTreeRoot"]]  # type: ignore[index]
    while open_:
        one = open_.pop().get_object()
        if isinstance(one, list):
            open_ += one
        elif isinstance(one, dict):
            found.append(one)
            if "/K" in one:
                open_.append(one["/K"])
    return found


@pytest.mark.parametrize("name", VIEWS)
def test_pdf_is_tagged_with_title_language_and_a_text_for_every_chart(name: str, printed: Printed) -> None:
    one, pdf = printed(name)
    reader = pdf_of(pdf)
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"].value is True
    assert root["/Lang"] == "en"
    assert reader.metadata is not None
    assert reader.metadata.title == one.title
    assert "pdfuaid:part>1<" in root["/Metadata"].get_data().decode()
    kinds = [element.get("/S") for element in elements(reader)]
    assert kinds.count("/H1") == 1
    assert kinds.count("/H2") == sum(block.kind == "heading" for block in one.blocks)
    assert kinds.count("/Table") == sum(block.kind == "table" for block in one.blocks)
    assert kinds.count("/TH") == sum(len(block.header) for block in one.blocks)
    texts = [str(element["/Alt"]) for element in elements(reader) if element.get("/S") == "/Figure"]
    charts = [block for block in one.blocks if block.kind == "bars"]
    assert len(texts) == len(charts) > 0
    for chart in charts:
        alt = next(text for text in texts if text.startswith(chart.text))
        assert all(f"{bar.label}: {bar.words}" in alt for bar in chart.bars)


def test_a_german_brief_says_which_of_its_words_are_english(store: Store, printed: Printed) -> None:
    with speak("de"):
        one = made(store, VIEWS["practice"])
    page, reader = as_html(one), pdf_of(as_pdf(one))
    assert '<h1><span lang="en">DUO for a JOB</span></h1>' in page
    assert 'Verbessert: <span lang="en">53% in work within 12 months' in page
    assert ("<title>DUO for a JOB</title>" in page, own_language.SIGNS & {*page}) == (True, set())
    (heading,) = (element for element in elements(reader) if element.get("/S") == "/H1")
    assert (reader.trailer["/Root"]["/Lang"], heading["/Lang"]) == ("de", "en")
    assert reader.metadata is not None
    assert reader.metadata.title == "DUO for a JOB"
    assert "□" not in text_of(reader)
    assert "<span lang" not in as_html(printed("practice")[0])


@pytest.mark.parametrize("name", VIEWS)
def test_pdf_and_page_say_the_same_and_link_to_every_source(name: str, printed: Printed) -> None:
    one, pdf = printed(name)
    reader, page = pdf_of(pdf), as_html(one)
    in_pdf, in_page = squeezed(text_of(reader)), squeezed(html.unescape(page))
    said = [one.title, *(cell for block in one.blocks for row in block.rows for cell in row)]
    said += [block.text for block in one.blocks if block.kind in ("heading", "text", "note")]
    assert [words for words in said if squeezed(words) not in in_page] == []
    in_pdf = in_pdf.replace("-", "")
    assert [words for words in said if squeezed(words).replace("-", "") not in in_pdf] == []
    links = {
        str(note.get_object()["/A"]["/URI"])
        for sheet in reader.pages
        for note in sheet.get("/Annots", [])
        if "/URI" in note.get_object().get("/A", {})
    }
    wanted = {url for block in one.blocks if block.kind == "sources" for _, _, url in block.rows}
    wanted -= {"copy, original not found"}  # said, and no link
    assert wanted == links
    assert wanted == {attributes["href"] for tag, attributes in tags_of(page) if tag == "a"}


LONGEST = sorted(BY_ID, key=lambda id_: (-len(BY_ID[id_].answers), -len(BY_ID[id_].row["outcome_figures"])))


@pytest.mark.parametrize(
    "ids", [LONGEST[:2], pytest.param(LONGEST, marks=pytest.mark.slow)], ids=["the two longest", "every one"]
)
def test_every_practice_fits_on_two_pages(ids: list[str], store: Store) -> None:
    for id_ in ids:
        reader = pdf_of(as_pdf(made(store, View("practice", PracticeFilter(practice=(id_,))))))
        assert len(reader.pages) <= 2, id_


def test_same_brief_gives_the_same_bytes(printed: Printed) -> None:
    one, pdf = printed("practice")
    assert as_pdf(one) == pdf
    assert as_html(one) == as_html(one)


@pytest.mark.parametrize("at", [10, 1, 2, 4, 16, 24])  # every kind of page, two orders, and one that finds nothing
def test_a_brief_holds_what_the_screen_shows_in_its_order(at: int, store: Store) -> None:
    view = random_view(at)
    with store.cursor() as cursor:
        found = practices.find_practices(cursor, view.chosen, view.sort)
    if found.empty:
        with pytest.raises(PracticesError, match="no practice"):
            made(store, view)
        return
    one = made(store, view)
    names = [name.translate({0x200E: None}) for name in found["name"]]
    if view.page in ("explore", "weighting"):
        table = [block for block in one.blocks if block.header[:1] == ("Practice",)]
        assert [row[0] for row in table[-1].rows] == names  # under weights the order stands before it
    else:
        assert all(name in one.title + one.subtitle for name in names)
    assert one.recipe.practices == len(found)


def test_a_brief_says_every_result_before_the_scores_with_the_number_of_its_source(store: Store) -> None:
    most = max(BY_ID.values(), key=lambda one: len(one.results))
    blocks = made(store, View("practice", PracticeFilter(practice=(most.id,)))).blocks
    headings = [block.text for block in blocks if block.kind == "heading"]
    assert headings[:4] == ["Result", "Facts", "What studies say of the types of measure", "Scores"]
    told = next(block for at, block in enumerate(blocks) if blocks[at - 1].text == "Result")
    sources = {url: at for block in blocks if block.kind == "sources" for at, _, url in block.rows}
    said = [words for name, words in told.rows if name != "What it shows"]
    assert len(said) == len(most.results)
    for row in most.results:
        (words,) = (one for one in said if f": {row['effect_text']} (" in one)
        assert words.endswith(f"source {sources[row['source_url']]}")
    assert said[0].startswith(f"{label('result_direction', most.results[0]['direction'])}: ")


@pytest.mark.parametrize("name", VIEWS)
def test_a_brief_says_what_studies_say_of_each_type_apart_from_the_practices(
    name: str, store: Store, printed: Printed
) -> None:
    one, _ = printed(name)
    with store.cursor() as cursor:
        found = WhatWorks.read(cursor)
        cards = practices.find_practices(cursor, VIEWS[name].chosen, VIEWS[name].sort).to_dict("records")
    at = next(at for at, block in enumerate(one.blocks) if block.text == "What studies say of the types of measure")
    told, note = dict(one.blocks[at + 1].rows), one.blocks[at + 2]
    assert set(told) == {label("measure_type", id_) for card in cards for id_ in card["measure_types"]}
    for card in cards:
        for id_ in card["measure_types"]:
            assert studies_of_type(found.of_type(id_)) in told[label("measure_type", id_)]
    assert "do not say that this one has an effect" in note.text
    if name == "practice":
        assert "This study is of this practice." in told["Mentoring for work"]


def test_a_brief_has_the_evidence_of_the_answers_beside_each_score(store: Store) -> None:
    one = BY_ID["integration-halland"]  # its result is from a comparison group, its answers are claims
    blocks = made(store, View("practice", PracticeFilter(practice=(one.id,)))).blocks
    told = next(block for at, block in enumerate(blocks) if blocks[at - 1].text == "Scores")
    assert [words.rpartition("(")[2] for _, words in told.rows] == [
        f"{one.scores[node].strongest} of 5)" for node in oracles.HEADLINES
    ]
    assert all(" · strongest evidence of its answers: " in words for _, words in told.rows)


def test_a_selection_has_the_group_of_each_result_and_says_why_a_result_has_no_score(store: Store) -> None:
    id_ = "elderlearn"  # improved in a survey, no answer on the result
    (line,) = next(
        block for block in made(store, View(chosen=PracticeFilter(practice=(id_,)))).blocks
        if block.header[:1] == ("Practice",)
    ).rows  # fmt: skip
    assert (
        "What it shows: Result stated, effect not assessed (not counted as better: no answer on the result" in line[5]
    )
    assert line[6] == "no score, no answer on the result"


def test_what_is_missing_agrees_with_the_page_and_in_number(store: Store) -> None:
    told = next(
        block.text for block in made(store, View(chosen=PracticeFilter(practice=(RICH,)))).blocks
        if block.text.startswith(("Of ", "Nothing is missing"))
    )  # fmt: skip
    assert "funding" not in told  # described in the answers, as the page says
    assert not re.search(r"\b1 (have|state)\b|\b1 practices", told)


def test_a_brief_on_a_copy_gives_no_address_to_get_it_at(store: Store) -> None:
    id_ = next(one.id for one in BY_ID.values() if any("docslib.org" in row.source_url for row in one.answers.values()))
    page = as_html(made(store, View("practice", PracticeFilter(practice=(id_,)))))
    assert "docslib.org/" not in page
    assert "copy, original not found" in page


def test_a_comparison_has_the_matrix_of_the_screen(store: Store, printed: Printed) -> None:
    with store.cursor() as cursor:
        matrix = comparison(cursor, COMPARED)
    tables = [block for block in printed("comparison")[0].blocks if block.kind == "table"]
    assert [block.text for block in tables] == [title for title, _rows in matrix.parts()]
    told = [row for block in tables for row in block.rows]
    assert told == [(row.title, *(cell.text for cell in row.cells)) for row in matrix.rows]


def test_under_weights_the_brief_has_the_order_by_the_middle_of_the_bounds(store: Store) -> None:
    weights = preset(current_framework(), "official")
    view = View("weighting", PracticeFilter(), "name", weights)
    with store.cursor() as cursor:
        rows = standings(cursor, view.chosen, weights).to_dict("records")
        names = practices.practice_names(cursor)
    rows.sort(key=lambda row: (row["place_from"] + row["place_to"], names[row["practice_id"]]))
    blocks = made(store, view).blocks
    at = next(place for place, block in enumerate(blocks) if block.text == "Who is clearly ahead, under these weights")
    shares, found, table = blocks[at + 1 : at + 4]
    assert shares.text == "Weights: Effectiveness 50 %, Sustainability 50 %."
    assert re.match(rf"{int(sum(row['ahead'] for row in rows))} of 120 pairs differ clearly; ", found.text)
    assert [row[0] for row in table.rows] == [names[row["practice_id"]] for row in rows]
    assert [row[2:] for row in table.rows] == [
        (f"{row['ahead']:g}", f"{row['behind']:g}", f"{row['open']:g}", f"{row['place_from']:g} to {row['place_to']:g}")
        for row in rows
    ]


def test_where_nobody_can_be_compared_the_brief_says_how_many_have_a_score(store: Store) -> None:
    weights = weighting(current_framework(), {"effectiveness": 1, "partnership": 1, "inclusion": 1})
    blocks = made(store, View("weighting", PracticeFilter(country=("MT",)), "name", weights)).blocks
    assert any(block.text.startswith("0 of them have a score in every criterion with a weight") for block in blocks)


def test_unassessed_practice_is_said_to_be_no_judgement(store: Store) -> None:
    id_ = next(one.id for one in BY_ID.values() if not one.answers)
    one = made(store, View("practice", PracticeFilter(practice=(id_,))))
    assert any("no judgement" in block.text for block in one.blocks)
    assert not any(block.kind in ("bars", "table") for block in one.blocks)


def test_selection_too_large_for_a_brief_is_refused_with_both_numbers(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    count = sum("IT" in oracles.several(one.row["countries"]) for one in BY_ID.values())
    monkeypatch.setattr("practices_db.files.briefs.content.MOST_IN_A_BRIEF", count - 1)
    with pytest.raises(PracticesError, match=f"{count} practices; a brief holds {count - 1}"):
        made(store, View(chosen=PracticeFilter(country=("IT",))))


HOSTILE = [
    '#read("/etc/passwd")',
    "*bold* _x_ $1+1$ <label> @ref `raw` = heading",
    "</script><script>alert(1)</script>",
    '"quotes" \\ & <b>',
    "{{ 7 * 7 }} {% raw %}",
    "x" * 500,
    "🙂 家族",
    "a\u0000b\u0007c\ufffe",
    "שלום مرحبا \u202egnp.exe",
]


def test_text_is_shown_as_it_is_and_never_read_as_markup(tiny_store: Store) -> None:
    """Synthetic: the names and summaries of made-up practices are replaced by strings that might do harm."""
    sql = "UPDATE practice_card SET name = $text, summary = $text, lead_organisation = $text, outcome_figures = $text"
    tiny_store.write(lambda cursor: cursor.execute(sql, {"text": " ".join(HOSTILE)}))
    for view in (SELECTION_OF_TINY, VIEW_OF_TINY):
        one = made(tiny_store, view)
        page, shown = as_html(one), text_of(pdf_of(as_pdf(one)))
        assert "<script" not in page
        assert "49" not in re.sub(r"[0-9a-f]{64}|\d{4}-\d\d-\d\d", "", page)
        assert "root:" not in shown
        in_page = squeezed(html.unescape(page)).replace("\ufffd", "")
        in_pdf = squeezed(shown).replace("-", "")
        for text in HOSTILE:
            visible = squeezed(re.sub(r"[\u0000-\u0008\u202e\ufffe]", "", text)).replace("\ufffd", "")
            assert visible in in_page
            assert not text.isascii() or not text.isprintable() or visible.replace("-", "") in in_pdf, text


VIEW_OF_TINY = View("practice", PracticeFilter(practice=("synthetic-accents",)))
SELECTION_OF_TINY = View(chosen=VIEW_OF_TINY.chosen)
# Synthetic: (a part of a name, how the PDF shows it); a sign of several letters is one □, what the fonts have stays.
SIGNS = [
    ("Ψηφιακή · Україна · Łódź ąęśćżźńó · șțăî · őű · ß ı İ", "Ψηφιακή · Україна · Łódź ąęśćżźńó · șțăî · őű · ß ı İ"),
    ("Rainbow Welcome 🏳️\u200d🌈", "Rainbow Welcome □"),
    ("Home 🏠🤝🎓📚🌍☀️💬👩\u200d👧", "Home □□□□□☀□□"),
    ("Probe 👍🏽 🇺🇦 ★ ✓ ①", "Probe □ □ ★ ✓ ①"),
    ("Rescue 👩🏿\u200d🚒 and 🧑🏽\u200d🤝\u200d🧑🏻", "Rescue □ and □"),
    ("한국 እንኳን \U0010ffff e\u0301", "□□ □□□□ □ é"),
    ("日本" + "".join(map(chr, range(0x4E00, 0x4E80))), "□" * 130),
    ("".join(map(chr, range(0x1F600, 0x1F640))), "□" * 64),
]


def test_letters_without_a_glyph_are_boxes_in_a_pdf_that_says_so_and_keeps_the_title(
    tiny_store: Store,
) -> None:
    sql = "UPDATE practice_card SET name = $text WHERE id = 'synthetic-accents'"
    name = " | ".join(name for name, _ in SIGNS)
    tiny_store.write(lambda cursor: cursor.execute(sql, {"text": name}))
    one = made(tiny_store, VIEW_OF_TINY)
    of_practice = pdf_of(as_pdf(one))
    assert of_practice.metadata["/Title"] == name
    assert name in as_html(one)
    for pdf in (of_practice, pdf_of(as_pdf(made(tiny_store, SELECTION_OF_TINY)))):
        told = unicodedata.normalize("NFC", squeezed(text_of(pdf)).replace("\ufe0f", ""))
        boxes = squeezed(" | ".join(shown for _, shown in SIGNS))
        assert boxes in told, [shown for _, shown in SIGNS if squeezed(shown) not in told]
        assert squeezed("□ stands for a letter or sign that this PDF") in told


def test_own_report_shows_a_name_of_any_script() -> None:
    form = new_form(DAY).model_copy(update={"profile": Profile(name="Home 🏠 家族")})
    pdf = pdf_of(as_pdf(own_brief(form, DAY)))
    assert pdf.metadata["/Title"] == "Home 🏠 家族"
    assert squeezed("Home □ □□") in squeezed(text_of(pdf))
    assert "Home 🏠 家族" in as_html(own_brief(form, DAY))


def test_only_web_addresses_become_links(printed: Printed) -> None:
    one, _ = printed("practice")
    harm = Block("sources", rows=(("1", "harm", "javascript:alert(1)"), ("2", "fine", "https://example.org/")))
    harmed = dataclasses.replace(one, blocks=(harm,))
    hrefs = [attributes.get("href") for tag, attributes in tags_of(as_html(harmed)) if tag == "a"]
    assert hrefs == ["https://example.org/"]
    assert b"javascript" not in b"".join(
        str(note.get_object().get("/A", "")).encode()
        for sheet in pdf_of(as_pdf(harmed)).pages
        for note in sheet.get("/Annots", [])
    )


def test_page_runs_nothing_and_fetches_nothing(printed: Printed) -> None:
    page = as_html(printed("comparison")[0])
    assert {tag for tag, _ in tags_of(page)} & {"script", "img", "iframe", "link", "object", "form"} == set()
    assert "default-src 'none'" in page
    assert all(not name.startswith("on") for _, attributes in tags_of(page) for name in attributes)
