"""A finding of a study as Markdown: what was found, its direction, where, and the source. And a cost."""

from __future__ import annotations

from criteria.synthesis import Synthesis
from pages.shared.components.screen_texts import escaped, known, of_catalogue, web_link
from practices_db import formats
from practices_db.catalogue.addresses import is_offered
from practices_db.catalogue.own_language import marked
from practices_db.catalogue.vocabularies import label
from practices_db.queries.what_works import Row, WhatWorks
from practices_db.translation import _, ngettext


def _address(row: Row) -> str:
    return str(row["url"] if row["offered"] else row["source_url"])


def example(one: Synthesis, found: WhatWorks) -> str:
    """Return a finding that stands for a label with its direction, as Markdown: one whose source opens, if any."""
    told = found.examples(one)
    row = next((row for row in told if is_offered(_address(row))), told[0])
    return formats.pair(label("finding_direction", row["direction"]), with_doubt(row))


def with_doubt(row: Row) -> str:
    """Return what one publication found, as Markdown, and beside it where two coders saw other directions in it."""
    return f"{said(row)} :small[{escaped(differed(row))}]" if differed(row) else said(row)


def differed(row: Row) -> str:
    """Say which directions two coders saw, "" where one coder read the finding or both agreed."""
    if row["coded_by"] == "one" or row["agreed"]:
        return ""
    return _("read by two coders, who differed ({first}, {second}); the cautious one counts").format(
        first=formats.within(label("finding_direction", row["first_direction"])),
        second=formats.within(label("finding_direction", row["second_direction"])),
    )


def source(row: Row) -> str:
    """Return the publication behind a finding as Markdown: a link where its own page is known, else its name."""
    who = ", ".join(
        part
        for part in (
            row["publisher"] if known(row["publisher"]) else "",
            str(int(row["year"])) if known(row["year"]) else "",
        )
        if part
    )
    url = _address(row)
    return web_link(url, who or _("source")) if is_offered(url) else escaped(who or marked(row["title"]))


def said(row: Row) -> str:
    """Return what one publication found, in its own unit, with where and the source."""
    where = label("area", row["country"]) if known(row["country"]) else _("country not stated")
    months = ngettext("after {count} month", "after {count} months", int(row["horizon"])).format(
        count=int(row["horizon"])
    ) if known(row["horizon"]) else ""  # fmt: skip
    design = formats.within(label("study_design", row["design"]))
    beside = escaped(", ".join(part for part in (where, design, months) if part))
    return f"{of_catalogue(row['effect_text'])} :small[({formats.parted([beside, source(row)])})]"


def cost(row: Row) -> str:
    """Return a cost as its source states it, as Markdown: whose it is, for what, of which year, how it came about."""
    in_source = marked(row["amount_in_source"])
    amount, basis = in_source, formats.within(label("cost_basis", row["basis"]))
    if known(row["euros"]):
        amount = f"EUR {formats.count(row['euros'])}"
        basis = basis if row["basis"] == "stated" else formats.pair(basis, in_source)
    year = row["year"] if known(row["year"]) else _("year not stated")
    words = _("{amount} per {what}").format(amount=amount, what=marked(row["per_what"]))
    said_ = formats.pair(marked(row["practice"]), words) if known(row["practice"]) else words
    beside = [escaped(year), escaped(basis), web_link(row["source_url"], _("source"))]
    return f"{escaped(said_)} :small[({formats.parted(beside)})]"
