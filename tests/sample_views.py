"""States of the screen to try: filters drawn around real practices, orders, weights, comparisons. Repeatable."""

from __future__ import annotations

import random
import unicodedata
from typing import Any, get_args

import oracles
import pytest

from criteria.framework import current_framework
from criteria.weighting import PRESETS, preset
from practices_db.catalogue.practice_filter import FACETS, PracticeFilter, Sort
from practices_db.queries.views import View

EVERYONE = oracles.practices()
BY_ID = {one.id: one for one in EVERYONE}
SORT_ORDERS: tuple[Sort, ...] = get_args(Sort)
NUMBER_OF_FILTERS = 200
# All of them are tried by "-m slow", every eighth always.
NUMBERS = [at if at % 8 == 0 else pytest.param(at, marks=pytest.mark.slow) for at in range(NUMBER_OF_FILTERS)]


def disguised(word: str, chance: random.Random) -> str:
    """Return a word in another case, or with its accents written another way."""
    return chance.choice(
        [
            word,
            word.upper(),
            word.title(),
            word.swapcase(),
            unicodedata.normalize("NFD", word),
            word.replace("e", "é"),
        ]
    )


def random_filter(number: int) -> PracticeFilter:
    """Draw a filter around one practice, so that many find something."""
    chance = random.Random(number)  # noqa: S311 - repeatable, not secret
    target = chance.choice(EVERYONE)
    values: dict[str, Any] = {}
    for facet in FACETS:
        if chance.random() < 0.3:
            own = target.facets[facet.field]
            values[facet.field] = chance.sample(own, chance.randint(1, len(own)))
            while chance.random() < 0.4:
                values[facet.field].append(chance.choice(chance.choice(EVERYONE).facets[facet.field]))
    values["all_target_groups"] = chance.random() < 0.4
    if chance.random() < 0.35:
        around = int(target.row["start_year"] or target.row["end_year"] or chance.randint(1990, 2026))
        period = sorted([around + chance.randint(-4, 2), around + chance.randint(-2, 8)])
        if chance.random() < 0.7:
            values["running_from"] = period[0]
        if chance.random() < 0.7:
            values["running_to"] = period[1]
    values["undated"] = chance.random() < 0.3
    if chance.random() < 0.15:
        values["minimum_coverage"] = chance.choice([1, 10, 20, 35, 50, 65, 80, 100])
    if chance.random() < 0.3:
        words = chance.sample(target.row["summary"].split() + target.row["name"].split(), chance.randint(1, 2))
        values["text"] = " ".join(disguised(word, chance) for word in words)
    return PracticeFilter.model_validate(values)


FILTERS = [random_filter(number) for number in range(NUMBER_OF_FILTERS)]


def random_view(number: int) -> View:
    """Return a state of one of the pages that files are taken from."""
    chance = random.Random(number)  # noqa: S311 - repeatable, not secret
    match number % 10:
        case 0:
            weights = preset(current_framework(), chance.choice(list(PRESETS)))
            few = {"country": tuple(chance.sample(["IT", "NL", "PL"], 2))}
            return View("weighting", PracticeFilter(**few if number % 20 else {}), "name", weights)
        case 1:
            ids = chance.sample([one.id for one in EVERYONE], chance.randint(2, 6))
            return View("compare", PracticeFilter(practice=tuple(ids)))
        case 2:
            return View("practice", PracticeFilter(practice=(chance.choice(EVERYONE).id,)))
        case _:
            shown = chance.choice([(), (("view", "ranges"),), (("view", "groups"), ("group", "country"))])
            return View("explore", FILTERS[number], chance.choice(SORT_ORDERS), None, shown)
