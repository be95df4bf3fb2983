"""How texts, names and labels are compared, wherever one is looked for: a leaf that everything may import."""

from __future__ import annotations

import re
import unicodedata

# Letters that Unicode does not take apart into a base letter and a mark.
_PLAIN = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h"})
# However an apostrophe or a dash is typed, they are one; Unicode takes some apart into a blank and a mark.
_SIGNS = dict.fromkeys(map(ord, "’‘‛′`´ʹʻʼʽˈʾʿ᾽᾿´῾՚׳ꞌ＇｀"), "'") | dict.fromkeys(map(ord, "‐‑‒–—―−⁃־﹘﹣－"), "-")
# What nobody sees beside the signs of the category Cf: joiners of marks, variants of signs, blanks of no width.
_UNSEEN = dict.fromkeys(
    (0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, *range(0x180B, 0x1810), 0x3164, *range(0xFE00, 0xFE10), 0xFFA0)
)
_FOLDED = {**_PLAIN, **_SIGNS, **_UNSEEN}


def normalise(text: str) -> str:
    """Return text as every search compares it, on both sides; white space is collapsed.

    Alike are capitals and small letters, letters with and without accents, composed or not, of every width, all
    apostrophes, and all dashes. Signs that nobody sees count for nothing: soft hyphens, joiners, marks of direction.

    >>> normalise("  Łódź:  ŒUVRE  d’Ångström, 2019–20 ")
    "lodz: oeuvre d'angstrom, 2019-20"
    """
    if text.isascii():  # most of it; twenty times faster
        return " ".join(text.lower().replace("`", "'").split())
    apart = unicodedata.normalize("NFKD", text.translate(_SIGNS)).casefold().translate(_FOLDED)
    bare = "".join(one for one in apart if not unicodedata.combining(one) and unicodedata.category(one) != "Cf")
    return " ".join(unicodedata.normalize("NFKC", bare).split())


# Blanks, marks of ASCII and the like; \W would hold the vowel signs of Indian scripts, too.
_MARKS = re.compile(r"[\s!-/:-@\[-`{-~·…“”„«»]+")


def plain_label(text: str) -> str:
    """Return a label, id or name without marks, too: "Education & training" is "education and training"."""
    return _MARKS.sub(" ", normalise(text).replace("&", " and ")).strip()
