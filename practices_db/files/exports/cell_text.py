"""Text in a cell of a spreadsheet's CSV: what a spreadsheet would run or turn into something else gets an apostrophe.

A cell that already begins with an apostrophe gets one more, so that taking the first apostrophe away always gives
the text back. Spreadsheets show the apostrophe of an opened CSV; the text is never changed.
"""

from __future__ import annotations

import re
from functools import cache

from babel import Locale

_BLANK = "[\\s\u200b\ufeff]"  # of every kind, those of no width too
# Then a character that begins a formula (OWASP; full-width forms; NUL), or the apostrophe itself.
_RUN = rf"^{_BLANK}*[=+\-@\t\r\x00'＝＋－＠]"
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
    return f"'{text}" if changed else text


def as_typed(cell: str) -> str:
    """Return the text that ``harmless`` was given."""
    return cell.removeprefix("'")
