"""The page that a browser loads first: Streamlit's own, with the app's name, styles, scripts and a link past the menu.

Styles that only came with the first run would be too late: the page would jump when they arrive. Fonts and fields that
most pages need are asked for with the first scripts: Streamlit finds out that it needs them once a page is there.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route
from streamlit import file_util

from pages.shared.components import menu
from pages.shared.components.page_titles import APP
from pages.shared.components.reader_language import PARAM, served
from pages.shared.components.skip_link import RESULT
from pages.shared.server import static_files
from practices_db import palette
from practices_db.translation import ENGLISH, LANGUAGES, _, speak

STYLES = Path(__file__).parent / "start_page.css"
_LANGUAGE, _NAME, _HEAD, _BODY = '<html lang="en">', "<title>Streamlit</title>", "</head>", "<body>"
# In Streamlit's manifest, by the end of their names.
_FONTS = ("SourceSerifVariable-Roman.ttf.woff2", "MaterialSymbols-Rounded.woff2")
_PARTS = ("Html", "PageLink", "Multiselect", "Selectbox", "Radio", "TextInput", "Button", "BidiComponent")


def _needed(manifest: dict[str, Any], names: list[str]) -> Iterator[str]:
    """Give the files of what is named and of all that it imports."""
    for name in names:
        yield manifest[name]["file"]
        yield from _needed(manifest, manifest[name].get("imports", []))


def _asked_early(page: str) -> str:
    """Return links for what Streamlit's page would ask for late; raises ValueError where its manifest has it not."""
    manifest = json.loads((Path(file_util.get_static_dir()) / "manifest.json").read_text(encoding="utf-8"))
    ends = [*(f"/{font}" for font in _FONTS), *(f"/{part}/{part}.tsx" for part in _PARTS)]
    names = [name for name in manifest if name.endswith(tuple(ends))]
    if len(names) != len(ends):
        raise ValueError(f"Streamlit's manifest has {len(names)} of {len(ends)} files: {', '.join(names)}")
    files = [file for file in dict.fromkeys(_needed(manifest, names)) if file not in page]
    font, script = 'rel="preload" as="font" type="font/woff2"', 'rel="modulepreload"'
    return "\n".join(f'<link {script if file.endswith(".js") else font} crossorigin href="./{file}">' for file in files)


@cache
def content(language: str = ENGLISH) -> str:
    """Return the page in a language; raises ValueError where Streamlit's own is not what it is changed from."""
    page = (Path(file_util.get_static_dir()) / "index.html").read_text(encoding="utf-8")
    names = {
        "accent": palette.ACCENT,
        "focus": palette.FOCUS,
        "grey": palette.GREY,
        "ink": palette.INK,
        "line": palette.LINE,
    }
    colours = f":root {{ {' '.join(f'--{name}: {colour};' for name, colour in names.items())} }}"
    # A theme cannot say the colour of axes and legends: in the light one Streamlit's is 3.7 : 1 on white.
    colours += f'\n.stVegaLiteChart text[fill="{palette.CHART_GREY}"] {{ fill: var(--grey); }}'
    # On paper charts of the dark theme have the colours of the light one.
    dark, light = (st.get_option(f"theme.{theme}.chartCategoricalColors") for theme in ("dark", "light"))
    paper = "\n".join(
        f'.stVegaLiteChart [{part}="{one}"] {{ {part}: {other} !important; }}'
        for one, other in zip(dark, light, strict=True)
        for part in ("fill", "stroke")
    )
    colours += f"\n@media print {{\n{paper}\n}}"
    for code in LANGUAGES:
        with speak(code):
            menu_word = _("Menu")
        colours += f'\n:lang({code}) {{ --menu: "{menu_word}"; }}'
    styles = f"<style>\n{colours}\n{STYLES.read_text(encoding='utf-8')}</style>"
    scripts = "\n".join(f'<script type="module" src=".{path}"></script>' for path in static_files.own())
    with speak(language):
        words = _("Skip to the result")
        cut = _("No connection. This page stays as it is, and goes on once the connection is back.")
    skip = f'<a class="skip" href="#{RESULT}">{words}</a>'
    for mark, instead in (
        (_LANGUAGE, f'<html lang="{language}">'),
        (_NAME, f"<title>{APP}</title>"),
        (_HEAD, f"{scripts}\n{_asked_early(page)}\n{styles}\n{_HEAD}"),
        (_BODY, f'{_BODY}\n    {skip}\n    <p class="cut" role="status">{cut}</p>'),
    ):
        if page.count(mark) != 1:
            raise ValueError(f"Streamlit's start page has {page.count(mark)} times {mark}")
        page = page.replace(mark, instead)
    return page


async def start_page(request: Request) -> HTMLResponse:
    """Answer with the page in the reader's language, to be asked for anew: it names the files of this release."""
    language = served(request.query_params.getlist(PARAM), request.headers.get("Accept-Language", ""))
    return HTMLResponse(content(language), headers={"Cache-Control": "no-cache", "Vary": "Accept-Language"})


_NAMES = [one.address for one in (*menu.FIRST, *menu.MORE, *menu.HIDDEN) if one.name != menu.HOME]
ROUTES = [Route(f"/{name}", start_page) for name in ("", *_NAMES, "curation")]
