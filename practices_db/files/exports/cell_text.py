"""Text in a cell of a spreadsheet's CSV: what a spreadsheet would run or turn into something else gets an apostrophe.

A spreadsheet may cut the file at another separator than the one it was written with. So an apostrophe stands also
inside a text, behind every sign that may be taken for a separator, where what follows would be run.

What has an apostrophe at such a place already gets one more, so that taking one away always gives the text back
(``as_typed``). Spreadsheets show the apostrophe of an opened CSV; the text is never changed.
"""

from __future__ import annotations

import re
from functools import cache

from babel import Locale

_BLANK = "[\\s\u200b\ufeff]"  # of every kind, those of no width too
# Then a character that begins a formula (OWASP; full-width forms; NUL), or the apostrophe itself.
_RUN = rf"^{_BLANK}*[=+\-@\t\r\x00'＝＋－＠]"
# Behind a separator, or the end of a line: what quotes a cell for one separator does not for another.
_STARTS_A_CELL = "[,;\t|\r\n]"
_WITH_BLANKS = re.compile(f"{_STARTS_A_CELL}[{_STARTS_A_CELL[1:-1]}{_BLANK[1:-1]}\"']*+([=+\\-@\\x00＝＋－＠])?")
_JSON_TEXT = re.compile(r'"(?:[^"\\]|\\.)*"')
_IN_JSON = re.compile(rf'(^"|{_STARTS_A_CELL})({_BLANK}*)([=+\-@＝＋－＠])')
# Dates, times, amounts and truth values, which a spreadsheet would store as numbers: text of nothing but digits,
# punctuation and the words that go with them, in the languages of the countries that the catalogue covers.
_LOCALES = "bg hr cs da nl en et fi fr de el hu ga it lv lt mt pl pt ro sk sl es sv nb is tr uk ru mk sr sq bs"
_WITH_NUMBERS = (
    "e x de di do del of the den dne am pm a p m th st nd rd er re do no nr eur usd gbp chf sek nok dkk pln czk "
    "huf ron bgn kr zł kč ft lei лв"
)
_TRUTH = (
    "true false wahr falsch vrai faux verdadero falso vero verdadeiro waar onwaar sant falskt sand falsk tosi "
    "epätosi prawda fałsz pravda nepravda igaz hamis adevărat adevarat fals αληθες ψευδες ψευδης αληθης αληθής ψευδής "
    "истина ложь"
)


@cache
def _taken_for_values() -> tuple[str, str]:
    """Return the patterns of texts that a spreadsheet takes for a number or a date, and for true or false."""
    words = {word.rstrip(".").casefold() for word in _WITH_NUMBERS.split()}
    for one in _LOCALES.split():
        locale = Locale(one)
        for names in (locale.months, locale.days):
            for context in ("format", "stand-alone"):
                for width in ("wide", "abbreviated"):
                    words |= set(re.findall(r"[^\W\d_]+", " ".join(names[context][width].values()).casefold()))
    alternatives = "|".join(sorted({word.replace("ς", "σ") for word in words}))
    between = "[0-9" + _BLANK[1:-1] + r".,:;/\\()%‰'’°€$£¥₺₴#_–−+\-]"  # no letter: a run of letters is one word
    truth = _TRUTH.replace("ς", "σ").replace(" ", "|")
    # Only linear time: words are set apart by what is no letter.
    return (
        rf"^{between}*(?:(?:{alternatives}){between}+)*(?:{alternatives})?$",
        rf"^{_BLANK}*(?:{truth}){_BLANK}*$",
    )


@cache
def _patterns() -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(pattern) for pattern in (_RUN, *_taken_for_values()))


def harmless(text: str) -> str:
    """Return the text of a cell so that a spreadsheet shows it as it is: with an apostrophe where it would not."""
    run, number, truth = _patterns()
    lower = text.replace("İ", "i").lower().replace("ς", "σ")
    changed = run.match(text) or truth.match(lower) or (number.match(lower) and re.search("[0-9]", text))
    return f"'{harmless_inside(text)}" if changed else harmless_inside(text)


def harmless_inside(text: str) -> str:
    """Return an address or an id, which is never run as a whole, so that no part of it is run either."""
    return _WITH_BLANKS.sub(lambda at: re.sub(_STARTS_A_CELL, r"\g<0>'", at[0]) if at[1] else at[0], text)


def harmless_json(text: str) -> str:
    """Return JSON that says the same and of which no part is run: signs that would be are written as their codes."""
    return _JSON_TEXT.sub(lambda one: _IN_JSON.sub(lambda at: f"{at[1]}{at[2]}\\u{ord(at[3]):04x}", one[0]), text)


def as_typed(cell: str) -> str:
    """Return the text that ``harmless`` or ``harmless_inside`` was given."""
    text = cell.removeprefix("'")
    return _WITH_BLANKS.sub(lambda at: re.sub(f"({_STARTS_A_CELL})'", r"\1", at[0]) if at[1] else at[0], text)
