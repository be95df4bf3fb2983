"""A brief as PDF/UA-1, set by typst, and as a web page that any browser prints."""

from __future__ import annotations

import json
import re
import unicodedata
from collections import Counter
from dataclasses import asdict
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import jinja2
import typst

from practices_db import formats, palette
from practices_db.catalogue import own_language
from practices_db.files.briefs.content import Block, Brief
from practices_db.files.exports.recipe import Recipe
from practices_db.translation import N_, _, speak

_HERE = Path(__file__).parent
_LACKING = N_(
    "□ stands for a letter or sign that this PDF's fonts do not have, or for one of a kind of which they lack many; "
    "the web page of the same brief shows it."
)
_NO_GLYPH = re.compile(r'the text `"(.+?)"` could not be displayed', re.DOTALL)
_WRITTEN_OUT = re.compile(r"\\u\{([0-9a-f]+)\}")
# How many of a kind may be lacking before the rest is taken to be; letters of the catalogue's scripts are all tried.
_MANY, _MANY_SIGNS, _ALL_TRIED = 20, 300, {"LATIN", "GREEK", "CYRILLIC"}
_FLAGS = "[\U0001f1e6-\U0001f1ff]"
# What makes another picture of the one before it: variants, shades of skin, a frame, letters of flags.
_TURNED = "[\ufe00-\ufe0f\u20e3\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f]"
_shown: dict[str, bool] = {}  # letters that the fonts were asked for, and whether they have them
_SIZES = (9.5, 9.0, 8.5)  # points; the first that fits, where a brief has to fit


def as_pdf(brief: Brief) -> bytes:
    """Return the brief as PDF/UA-1: tagged, with a title, a language and a text for every chart.

    The same brief gives the same bytes. Where it should fit on some pages, smaller letters are tried; if even the
    smallest do not do, it is longer, since nothing is left out.
    """
    with speak(brief.language):
        return _pdf(brief)


def _pdf(brief: Brief) -> bytes:
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

    PDF/UA allows no letter without a glyph. The title that readers of PDF show stays as it is.
    """
    text = json.dumps(_data(brief), ensure_ascii=False)
    if lacking := _lacking({letter for letter in text if not letter.isascii()} - own_language.SIGNS):
        text = _without(json.dumps(_data(brief, _(_LACKING)), ensure_ascii=False), lacking)
    inputs = {"brief": text, "size": str(size), "title": own_language.unmarked(brief.title)}
    return typst.compile(
        str(_HERE / "brief.typ"), root=str(_HERE), sys_inputs=inputs, ignore_system_fonts=True, **options
    )


def _lacking(letters: set[str]) -> set[str]:
    """Return the letters that no font of the typesetter has, or that are of a kind of which it lacks many.

    The typesetter tells one letter that it lacks, and nobody can ask it for all at once: what it told is kept, and
    where it lacks many of a script, or of a kind of signs, all of that kind count as lacking.
    """
    lacking = {letter for letter in letters if not _shown.get(letter, True)}
    asked = {letter for letter in letters if letter not in _shown}
    while True:
        counts = Counter(map(_kind, lacking))
        many = {kind for kind, count in counts.items() if count >= (_MANY if kind.isupper() else _MANY_SIGNS)}
        many -= _ALL_TRIED
        asked = {letter for letter in asked if _kind(letter) not in many}
        if not asked or not (missing := _first_missing(asked)):
            _shown.update(dict.fromkeys(asked, True))
            return lacking | {letter for letter in letters if _kind(letter) in many}
        _shown.update(dict.fromkeys(missing, False))
        lacking |= missing
        asked -= missing


def _first_missing(letters: set[str]) -> set[str]:
    """Return letters among these that the typesetter says it cannot show; none where it has all."""
    source = "#set document(title: [-])\n#for one in sys.inputs.letters.codepoints() [#par(one)]"
    try:
        typst.compile(
            source.encode(),
            sys_inputs={"letters": "".join(sorted(letters))},
            ignore_system_fonts=True,
            format="pdf",
            pdf_standards=["ua-1"],
        )
    except typst.TypstError as error:
        if (told := _NO_GLYPH.search(str(error))) is None:
            raise
        said = _WRITTEN_OUT.sub(lambda code: chr(int(code[1], 16)), told[1])
        if not (missing := letters & set(said)):
            raise
        return missing
    return set()


def _without(text: str, lacking: set[str]) -> str:
    """Return text with a □ for each sign that is lacking: one also for a sign of several letters, a flag, a family."""
    any_of = f"[{re.escape(''.join(sorted(lacking)))}]"
    return re.sub(rf"(?:(?={any_of}){_FLAGS}{{2}}|{any_of}){_TURNED}*(?:\u200d[^\x00-\x7f]{_TURNED}*)*", "□", text)


def _kind(letter: str) -> str:
    """Return the script of a letter as the first word of its name: ARABIC, HEBREW, CJK; of a sign its category."""
    category = unicodedata.category(letter)
    return unicodedata.name(letter, category).split()[0] if category[0] in "LM" else category


def _data(brief: Brief, note: str = "") -> dict[str, Any]:
    made = brief.recipe
    return {
        "language": brief.language,
        "own": own_language.LANGUAGE,
        "pages": _("{page} of {all}"),
        "title": brief.title,
        "subtitle": brief.subtitle,
        "landscape": brief.landscape,
        "colours": palette.FOR_BRIEFS,
        "day": [brief.day.year, brief.day.month, brief.day.day],
        "footer": brief.footer if made is None else _footer(made),
        "blocks": [_with_alt(asdict(block)) for block in (*brief.blocks, *([Block("note", note)] if note else []))],
    }


def _with_alt(block: dict[str, Any]) -> dict[str, Any]:
    """Return a block with what a chart says to whom it is read."""
    if block["kind"] != "bars":
        return block
    bars = formats.parted(formats.pair(bar["label"], bar["words"]) for bar in block["bars"])
    return block | {"alt": own_language.unmarked(formats.pair(block["text"], bars))}


def _footer(made: Recipe) -> str:
    return _("{app} · data version {version} of {date} · CC BY 4.0").format(
        app=made.app, version=made.data_version, date=made.data_released_on.isoformat()
    )


@cache
def _template() -> jinja2.Template:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_HERE), autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True
    )
    environment.filters |= {"parts": own_language.parts, "unmarked": own_language.unmarked}
    environment.globals["pair"] = formats.pair
    return environment.get_template("brief.html.jinja")


def as_html(brief: Brief) -> str:
    """Return the brief as one web page: no scripts, nothing fetched from anywhere."""
    with speak(brief.language):
        return _template().render(_data(brief))
