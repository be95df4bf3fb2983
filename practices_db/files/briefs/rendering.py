"""A brief as PDF/UA-1, set by typst, and as a web page that any browser prints."""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import asdict
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import jinja2
import typst

from practices_db import palette
from practices_db.errors import PracticesError
from practices_db.files.briefs.content import Block, Brief
from practices_db.files.exports.recipe import Recipe

_HERE = Path(__file__).parent
_LACKING = "□ stands for letters that this PDF's fonts do not have; the web page of the same brief shows them."
_NO_GLYPH = re.compile(r'the text `"(.+?)"` could not be displayed', re.DOTALL)
_SCRIPTS_AT_MOST = 30
_SIZES = (9.5, 9.0, 8.5)  # points; the first that fits, where a brief has to fit


def as_pdf(brief: Brief) -> bytes:
    """Return the brief as PDF/UA-1: tagged, with a title, a language and a text for every chart.

    The same brief gives the same bytes. Where it should fit on some pages, smaller letters are tried; if even the
    smallest do not do, it is longer, since nothing is left out.
    """
    fitting = (size for size in _SIZES if not brief.pages or _pages(brief, size) <= brief.pages)
    day = datetime(brief.day.year, brief.day.month, brief.day.day, tzinfo=UTC)
    size = next(fitting, _SIZES[-1])
    made: bytes = _compile(brief, size, format="pdf", pdf_standards=["ua-1"], timestamp=int(day.timestamp()))
    return made


def _pages(brief: Brief, size: float) -> int:
    made = _compile(brief, size, format="svg")
    return len(made) if isinstance(made, list) else 1


def _compile(brief: Brief, size: float, **options: Any) -> Any:
    """Set the brief; letters that no font of the typesetter has are shown as □, and the brief says so.

    PDF/UA allows no letter without a glyph. The typesetter names one that it lacks; with it goes its whole script, so
    that a text in another script takes one more try and not one for each letter.
    """
    text = json.dumps(_data(brief), ensure_ascii=False)
    for _ in range(_SCRIPTS_AT_MOST):
        try:
            return typst.compile(
                str(_HERE / "brief.typ"),
                root=str(_HERE),
                sys_inputs={"brief": text, "size": str(size)},
                ignore_system_fonts=True,
                **options,
            )
        except typst.TypstError as error:
            if (lacking := _NO_GLYPH.search(str(error))) is None:
                raise
            if _LACKING not in text:
                text = json.dumps(_data(brief, (_LACKING,)), ensure_ascii=False)
            text = _without(text, lacking[1])
    raise PracticesError("The brief has letters of too many scripts for a PDF. Take the web page, which has them all.")


def _without(text: str, lacking: str) -> str:
    scripts = {_script(letter) for letter in lacking if not letter.isascii()}
    return "".join("□" if not letter.isascii() and _script(letter) in scripts else letter for letter in text)


def _script(letter: str) -> str:
    """Return the script of a letter as the first word of its name: ARABIC, HEBREW, CJK; a letter without a name: it."""
    return unicodedata.name(letter, letter).split()[0]


def _data(brief: Brief, notes: tuple[str, ...] = ()) -> dict[str, Any]:
    made = brief.recipe
    return {
        "title": brief.title,
        "subtitle": brief.subtitle,
        "landscape": brief.landscape,
        "colours": palette.FOR_BRIEFS,
        "day": [brief.day.year, brief.day.month, brief.day.day],
        "footer": brief.footer if made is None else _footer(made),
        "blocks": [asdict(block) for block in (*brief.blocks, *(Block("note", note) for note in notes))],
    }


def _footer(made: Recipe) -> str:
    return f"{made.app} · data version {made.data_version} of {made.data_released_on.isoformat()} · CC BY 4.0"


@cache
def _template() -> jinja2.Template:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_HERE), autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True
    )
    return environment.get_template("brief.html.jinja")


def as_html(brief: Brief) -> str:
    """Return the brief as one web page: no scripts, nothing fetched from anywhere."""
    return _template().render(_data(brief))
