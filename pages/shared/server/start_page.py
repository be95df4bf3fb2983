"""The page that a browser loads first: Streamlit's own, with the app's name, its styles and a link past the menu.

Styles that only came with the first run would be too late: the page would jump when they arrive.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route
from streamlit import file_util

from pages.shared.components import menu
from pages.shared.components.page_titles import APP
from pages.shared.components.skip_link import RESULT
from practices_db import palette
from practices_db.translation import _

STYLES = Path(__file__).parent / "start_page.css"
_NAME, _HEAD, _BODY = "<title>Streamlit</title>", "</head>", "<body>"


@cache
def content() -> str:
    """Return the page; raises ValueError where Streamlit's own is not what it is changed from."""
    page = (Path(file_util.get_static_dir()) / "index.html").read_text(encoding="utf-8")
    colours = f":root {{ --accent: {palette.ACCENT}; --focus: {palette.FOCUS}; --grey: {palette.GREY}; }}"
    # A theme cannot say the colour of axes and legends: in the light one Streamlit's is 3.7 : 1 on white.
    colours += f'\n.stVegaLiteChart text[fill="{palette.CHART_GREY}"] {{ fill: var(--grey); }}'
    styles = f"<style>\n{colours}\n{STYLES.read_text(encoding='utf-8')}</style>"
    skip = f'<a class="skip" href="#{RESULT}">{_("Skip to the result")}</a>'
    for mark, instead in (
        (_NAME, f"<title>{APP}</title>"),
        (_HEAD, f"{styles}\n{_HEAD}"),
        (_BODY, f"{_BODY}\n    {skip}"),
    ):
        if page.count(mark) != 1:
            raise ValueError(f"Streamlit's start page has {page.count(mark)} times {mark}")
        page = page.replace(mark, instead)
    return page


async def start_page(request: Request) -> HTMLResponse:  # noqa: ARG001 - the signature Starlette calls
    """Answer with the page, to be asked for anew each time: it names the files of this release."""
    return HTMLResponse(content(), headers={"Cache-Control": "no-cache"})


_NAMES = [one.address for one in (*menu.FIRST, *menu.MORE, *menu.HIDDEN) if one.name != menu.HOME]
ROUTES = [Route(f"/{name}", start_page) for name in ("", *_NAMES, "curation")]
