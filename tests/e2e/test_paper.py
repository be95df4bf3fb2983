"""Pages on paper: what is printed, on how many sheets, and that a dark screen does not make a dark sheet."""

from __future__ import annotations

import io
import re
import tomllib
from datetime import datetime
from math import hypot
from typing import NamedTuple
from unicodedata import normalize

import pypdf
import pytest
from app_server import ROOT, Server
from browser_page import ALL, HOUSING_IN_ITALY, settled, walk
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.e2e

_OF_ALL = "Data version"  # the footer stands on paper as on the screen


class Paper(NamedTuple):
    """A page: its address, the most sheets of A4 it may take, what has to stand on them and what may not."""

    address: str
    most: int
    has: tuple[str, ...]
    lacks: tuple[str, ...] = ()


PAPERS = {
    "start": Paper("/", 2, ("What is best known", "Not known for"), ("Assess your own", "I want better")),
    "what works": Paper(
        "/what-works", 9, (
            "How a label is made", "without a study on this", "Access to higher education: ",
            "3 of 6 findings; the others are on the page of this type.",
        ),
        ("Show what is known",),
    ),
    "cards": Paper(
        HOUSING_IN_ITALY, 5, ("Refugees Welcome Italia", "What research says on this"), ("Copy text", "Sort by")
    ),
    "cards of many": Paper("/explore", 5, (f"1–10 of {ALL}; the download has all",)),
    "table": Paper(
        "/explore?view=table", 4,
        (f"Printed: rows 1 to 50 of {ALL}.", "FORWORK", "5 of 5", "Sustainability", "– means not known."),
        ("Click a cell",),
    ),
    "table of few": Paper(f"{HOUSING_IN_ITALY}&view=table", 2, ("Refugees Welcome", "86 (75–88)"), ("Printed:",)),
    "ranges": Paper("/explore?view=ranges&country=DE", 3, ("1–20 of 33", "50 (25–75), 1 of 4 questions answered")),
    "two scores": Paper("/explore?view=scores", 3, ("Without both scores", "HELIOS", "Koto-SIB integration social")),
    "groups": Paper("/explore?view=groups", 3, ("n = 11: 50 to 100, median 50",)),
    "practice": Paper(
        "/practice?practice=duo-for-a-job", 15, ("Result on the main outcome", "How the score for"), ("Is this yours?",)
    ),
    "compare": Paper(
        "/compare?practice=duo-for-a-job&practice=sanctuary-runners", 7,
        ("Side by side, differences first", "Secured or mixed funding", "Every pair, with the ranges"),
    ),
    "weighting": Paper(
        "/weighting", 6,
        (
            "Your combination", "Criterion Weight Influence", "Effectiveness 50 %", "DUO for a JOB is ahead of",
            "Not printed: the table of all",
        ),
        ("Point at a bar", "Weights inside a criterion", "Start from"),
    ),
    "weighting of few": Paper("/weighting?country=DE", 5, ("differ clearly", "Bike Bridge"), ("Few practices are",)),
    "gap map": Paper("/gaps", 6, ("Of 216 combinations", "What would fill the gaps", "Entrepreneurship")),
    "evidence": Paper("/evidence", 4, ("Strength 5", "Get it at"), ("Open this practice", "Cite")),
    "communities": Paper("/communities", 3, ("Community of practice", "own page, read on")),
    "needs": Paper(
        "/needs?country=IT&sector=housing-and-settlement", 4, ("Where: Italy", "Practices that fit", "Whom to ask"),
        ("Reasons that count", "For how many people?"),
    ),
    "own": Paper("/self_assessment", 1, ("Where does your practice stand?",), ("Open a file you saved",)),
    "transfer": Paper(
        "/transfer?practice=duo-for-a-job", 7,
        ("What does it cost for one person and a year, unpaid work included? Do not know yet.", "What may change"),
        ("Open this practice", "Save or download"),
    ),
    "method": Paper("/method", 15, ("From answers to a score", "The formulas", "Who answered what")),
    "about": Paper("/about", 6, ("What is not known", "Italy 4")),
    "privacy": Paper("/privacy", 1, ("Private link",)),
}  # fmt: skip


def printed(page: Page) -> pypdf.PdfReader:
    """Return a page as Chromium prints it, with the backgrounds that a person may ask for."""
    margin = dict.fromkeys(("top", "bottom", "left", "right"), "12mm")
    return pypdf.PdfReader(io.BytesIO(page.pdf(format="A4", print_background=True, margin=margin)))


@pytest.mark.parametrize("name", PAPERS)
def test_a_page_prints_what_it_says_on_few_sheets(name: str, server: Server, reader: Page) -> None:
    paper, page = PAPERS[name], reader
    page.emulate_media(color_scheme="dark")
    walk(page, server.url + paper.address)
    settled(page)
    expect(page.get_by_text(re.compile("^Looking "))).to_have_count(0)  # for what the browser keeps
    pdf = printed(page)
    texts = [" ".join(normalize("NFKC", sheet.extract_text()).split()) for sheet in pdf.pages]  # "ff" is one letter
    whole = " ".join(texts)
    assert len(texts) <= paper.most, texts
    assert all(texts), "an empty sheet"
    for words in (*paper.has, _OF_ALL):
        assert words in whole, (words, whole)
    for words in ("Skip to", "Download chart", *paper.lacks):
        assert words not in whole, (words, whole)
    day = datetime.now().astimezone().date()
    assert re.search(rf"{re.escape(server.url)}/\S* ?\S* · {day.day} {day:%B %Y}", texts[-1]), texts[-1]
    theme = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))["theme"]
    for dark in ("backgroundColor", "secondaryBackgroundColor", "textColor"):
        assert not _painted(pdf, theme["dark"][dark]), f"the dark {dark} on paper"


CHARTS = {
    **{name: PAPERS[name].address for name in ("ranges", "two scores", "groups", "practice", "compare", "gap map")},
    "weighting of few": PAPERS["weighting of few"].address,
    "types": "/gaps?map=types",
    "type": "/what-works?type=job-coaching-and-matching",
    "about": PAPERS["about"].address,
}


def test_every_text_of_a_printed_chart_is_seven_points_or_more(server: Server, page: Page) -> None:
    page.set_viewport_size({"width": 1920, "height": 1080})  # the wider the screen, the more is made smaller
    for name, address in CHARTS.items():
        walk(page, server.url + address)
        settled(page)
        expect(page.locator("svg.marks, canvas.marks").first).to_be_attached()
        page.add_style_tag(content=".stTable, code { display: none !important }")  # whose letters are smaller
        sizes = _sizes(printed(page))
        assert min(sizes) >= 7, (name, sizes[min(sizes)])


def _sizes(pdf: pypdf.PdfReader) -> dict[float, list[str]]:
    """Return the texts of a file by their height in points."""
    found: dict[float, list[str]] = {}

    def visit(text: str, matrix: list[float], of_text: list[float], _font: object, size: float) -> None:
        if text.strip():
            across = of_text[2] * matrix[0] + of_text[3] * matrix[2]
            up = of_text[2] * matrix[1] + of_text[3] * matrix[3]
            found.setdefault(round(size * hypot(across, up), 2), []).append(text.strip())

    for sheet in pdf.pages:
        sheet.extract_text(visitor_text=visit)
    return found


def _painted(pdf: pypdf.PdfReader, colour: str) -> bool:
    """Whether a colour (#RRGGBB) is filled with on any sheet."""
    wanted = [int(colour[at : at + 2], 16) for at in (1, 3, 5)]
    for sheet in pdf.pages:
        content = sheet.get_contents()
        assert content is not None
        for operands, operator in content.operations:
            if operator == b"rg" and [round(float(one) * 255) for one in operands] == wanted:
                return True
    return False


def test_paper_has_the_names_and_no_controls(server: Server, page: Page) -> None:
    page.goto(f"{server.url}/explore?country=IT")
    settled(page)
    name = page.locator(".stPageLink strong").first
    expect(name).to_be_visible()
    page.emulate_media(media="print")
    expect(name).to_be_visible()
    for control in (".stPageLink:not(:has(strong))", ".st-key-copy", "header"):
        for one in page.locator(control).all():
            expect(one).to_be_hidden()
    cell = "e => getComputedStyle(e.closest('.stElementContainer'))"
    assert name.evaluate(cell + ".breakAfter") == "avoid", "no name without its card"
    assert page.locator(".st-key-cards .stMarkdown").first.evaluate(cell + ".breakInside") == "avoid", "no cut card"
    walk(page, f"{server.url}/about")
    settled(page)
    table = page.locator(".stTable table").first
    assert table.evaluate("e => getComputedStyle(e).display") == "table", "an inline table goes to a page of its own"
