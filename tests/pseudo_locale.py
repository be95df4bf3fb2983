"""A language that nobody speaks: every text in strange letters and a third longer, so that what is left in English, or
has no room, is seen. It has a code of its own, so that nothing of it is kept for a real language."""

from __future__ import annotations

import re
from functools import cache
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

from babel.messages.catalog import Catalog, Message
from babel.messages.frontend import CommandLineInterface
from babel.messages.pofile import read_po, write_po

from practices_db import list_translations
from practices_db.translation import DOMAIN

ROOT = Path(__file__).resolve().parents[1]
CODE = "eo"  # none of the app's: two plural forms, as in English
_STRANGE = str.maketrans("aceinosuyzACEINOSUYZ", "åçéîñöšüýžÅÇÉÎÑÖŠÜÝŽ")
# What must stay as it is: placeholders, formats of Vega and Streamlit's icons and colours, addresses, code, tags.
_KEPT = re.compile(r"(\{[^{}]*\}|:[a-z_/]+:|:[a-z-]+\[|\]\([^)]*\)|https?://\S+|`[^`]*`|<[^>]*>|&[a-z]+;)")


def strange(text: str) -> str:
    """Return a text as the pseudo-language says it: its letters changed, a third longer, between signs of its own."""
    parts = _KEPT.split(text)
    said = "".join(part if at % 2 else part.translate(_STRANGE) for at, part in enumerate(parts))
    start, end = len(said) - len(said.lstrip()), len(said.rstrip())
    return f"{said[:start]}{said[start:end]}{'·' * max(1, len(text) // 3)}{said[end:]}"


@cache
def messages() -> Catalog:
    """Return every text of the code that is marked, as Babel collects them (babel.cfg)."""
    with TemporaryDirectory() as folder:
        found = Path(folder) / f"{DOMAIN}.pot"
        command = ["pybabel", "-q", "extract", "-F", str(ROOT / "babel.cfg"), "-k", "N_", "-o", str(found), str(ROOT)]
        CommandLineInterface().run(command)
        with found.open("rb") as file:
            return read_po(file)


def write(folder: Path, code: str = CODE) -> Path:
    """Write the pseudo-language into a folder and return it: the texts of the code and of the lists.

    A server of its own takes it in the place of one of the app's languages, whose ``code`` is given then.
    """
    texts = Catalog(locale=code, domain=DOMAIN)
    for message in messages():
        if message.id:
            texts.add(message.id)
    for source in list_translations.SOURCES:
        for text in list_translations.english(source).values():
            texts.add(text)
    for message in texts:
        if message.id:
            message.string = _strange(message)
    content = BytesIO()
    write_po(content, texts, width=0)
    file = folder / code / "LC_MESSAGES" / f"{DOMAIN}.po"
    file.parent.mkdir(parents=True)
    file.write_bytes(content.getvalue())
    return folder


def _strange(message: Message) -> str | tuple[str, ...]:
    return strange(message.id) if isinstance(message.id, str) else tuple(map(strange, message.id))
