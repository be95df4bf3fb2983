"""What a screen shows: one object for the screen, its count, its files, its brief, its link and its route."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import urlencode

from criteria import weighting
from criteria.framework import current_framework
from criteria.order import READINGS, Reading
from criteria.weighting import Weighting
from practices_db.catalogue.practice_filter import DEFAULT_SORT, PracticeFilter, Sort, checked_sort

Page = Literal["explore", "compare", "practice", "weighting"]

# How a page shows what it shows; the page itself knows the values and takes its default for any other.
_SHOWN = ("view", "group", "free", "reading")
_WORD = re.compile(r"[a-z0-9_-]{1,40}")


@dataclass(frozen=True)
class View:
    """Which practices, in which order, under which weights, on which page.

    ``weights`` is None where the page puts no composite over the criteria. ``shown`` holds the link parameters that
    say how the page shows it, as (name, value). ``base`` is where the app is reached, "" where nobody knows; it makes
    no view another.
    """

    page: Page = "explore"
    chosen: PracticeFilter = field(default_factory=PracticeFilter)
    sort: Sort = DEFAULT_SORT
    weights: Weighting | None = None
    shown: tuple[tuple[str, str], ...] = ()
    base: str = field(default="", compare=False)

    @property
    def address(self) -> str:
        """The link that shows this; the path alone where nobody knows where the app is reached."""
        query = urlencode(self.params(), doseq=True)
        return f"{self.base}/{self.page}" + (f"?{query}" if query else "")

    def params(self) -> dict[str, list[str]]:
        """Return the parameters of the link that shows this on its page."""
        if self.page in ("compare", "practice"):
            return {"practice": list(self.chosen.practice)}
        params = self.chosen.params()
        if self.page == "explore" and self.sort != DEFAULT_SORT:
            params["sort"] = [self.sort]
        if self.weights is not None:
            params |= weighting.to_params(current_framework(), self.weights)
        return params | {name: [value] for name, value in self.shown}

    @property
    def reading(self) -> Reading:
        """What an answer that nobody documented is taken to be."""
        given = dict(self.shown).get("reading")
        return next((one for one in READINGS if one == given), READINGS[0])


def read_view(page: Page, params: Mapping[str, Sequence[str]], base: str = "") -> tuple[View, list[str]]:
    """Return what a link to a page shows, and what of the link was not understood and left out. Never raises.

    ``base`` is where the app is reached.
    """
    if page in ("compare", "practice"):
        chosen, dropped = PracticeFilter.from_params({"id": params.get("practice", ())})
        return View(page, chosen, base=base), dropped
    chosen, dropped = PracticeFilter.from_params(params)
    weights: Weighting | None = None
    if page == "weighting":
        weights, more = weighting.from_params(current_framework(), params)
        dropped += more
    shown = tuple((name, params[name][-1]) for name in _SHOWN if params.get(name) and _WORD.fullmatch(params[name][-1]))
    # practices whose places have the same middle are listed by name
    sort = "name" if page == "weighting" else checked_sort((params.get("sort") or [DEFAULT_SORT])[-1])
    return View(page, chosen, sort, weights, shown, base), dropped
