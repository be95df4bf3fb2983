"""The recipe in every file: how it came about, so that it can be checked, cited and made again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from criteria.framework import Framework, Part, current_framework
from practices_db.catalogue import selection_texts
from practices_db.catalogue.practice_filter import SORTS, Sort, label_of
from practices_db.catalogue.selection_texts import SelectionCounts
from practices_db.queries.practices import DataVersion
from practices_db.queries.views import Page, View
from practices_db.translation import ENGLISH, N_, _, speak

APP: Literal["Integration Practices"] = "Integration Practices"
LICENCE = N_("CC BY 4.0 (facts and summaries of this project; linked pages remain their owners')")
METHOD = N_(
    "Turning answers into numbers is this project's choice, not SPRING's (Horizon 2020, 101004635). Missing is never "
    "zero: a score stands beside its coverage and its missing-information range, which is no confidence interval."
)

Contents = Literal["scores", "answers", "everything"]
FileContents = Contents | Literal["comparison"]  # the last is the matrix of Compare, and of no other page
Format = Literal["csv", "csv-semicolon", "csv-comma", "xlsx", "pdf", "html", "json", "svg", "png"]

PRACTICE = "practice"  # the filter that names practices one by one

Text = Annotated[str, Field(max_length=4_000)]
Sentence = Annotated[str, Field(max_length=100_000)]  # it may name a hundred practices, and words of any length


class Narrowing(Part):
    """One value of the filter, by name and id."""

    filter: Text
    id: Text
    name: Sentence


class Weight(Part):
    """What a criterion counts in the composite, in percent."""

    criterion: Text
    name: Text
    percent: float


class IndicatorWeight(Part):
    """What an indicator counts inside its criterion, where it is not the framework's own weight."""

    indicator: Text
    name: Text
    weight: float


class Recipe(Part):
    """Everything one needs to make a file again, or to say where a figure is from.

    ``params``: the link parameters of ``page``. ``chart``: what a chart shows, where one was taken. ``draws``,
    ``seed``, ``sha256``: only in files of earlier versions; nothing reads them.
    """

    app: Literal["Integration Practices"] = APP
    recipe: Literal[1] = 1
    page: Page
    params: dict[str, Annotated[list[Text], Field(max_length=200)]]
    selection: Sentence
    filters: Annotated[tuple[Narrowing, ...], Field(max_length=500)]
    order: Sort
    order_name: Text
    weights: tuple[Weight, ...] = ()
    indicator_weights: tuple[IndicatorWeight, ...] = ()
    draws: int | None = None
    seed: int | None = None
    chart: Text | None = None
    contents: FileContents
    format: Format
    practices: Annotated[int, Field(ge=0)]
    rows: Annotated[int, Field(ge=0)]
    framework: Text
    framework_version: Text
    data_version: int
    data_released_on: date
    data_hash: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    exported_on: date
    licence: Text = LICENCE
    method: Text = METHOD
    cite: Sentence
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")] | None = None

    def as_json(self) -> str:
        """Return the recipe as one line of JSON: the same recipe, the same text."""
        return self.model_dump_json(exclude_none=True)


def cite(made: Recipe, selection: str) -> str:
    """Say how to cite what was made of a selection, which is said in the reader's words."""
    return _("{app}, data version {version}, framework {framework}: {selection}. Exported {date}. {licence}.").format(
        app=made.app,
        version=f"{made.data_version} ({made.data_released_on.isoformat()}, {made.data_hash[:8]})",
        framework=f"{made.framework} {made.framework_version}",
        selection=selection,
        date=made.exported_on.isoformat(),
        licence=_(LICENCE),
    )


@speak(ENGLISH)
def recipe(  # noqa: PLR0913 - a file is all of these
    view: View,
    version: DataVersion,
    contents: FileContents,
    format_: Format,
    *,
    counts: SelectionCounts,
    rows: int,
    on: date,
    names: Mapping[str, str],
) -> Recipe:
    """Return the recipe of a file of ``rows`` rows on what a selection holds, exported ``on`` a day.

    ``names`` has the names of the practices that the view names one by one.
    """
    framework = current_framework()
    selection = selection_texts.found(view.chosen, counts, names)
    return Recipe(
        page=view.page,
        params=view.params(),
        selection=selection,
        filters=narrowings(view, names),
        order=view.sort,
        order_name=SORTS[view.sort],
        weights=_weights(view, framework),
        indicator_weights=_indicator_weights(view, framework),
        contents=contents,
        format=format_,
        practices=counts.practices,
        rows=rows,
        framework=framework.id,
        framework_version=framework.version,
        data_version=version.number,
        data_released_on=version.released_on,
        data_hash=version.content_hash,
        exported_on=on,
        cite=(
            f"{APP}, data version {version.short}, framework {framework.id} {framework.version}: {selection}. "
            f"Exported {on.isoformat()}. {LICENCE}."
        ),
    )


@speak(ENGLISH)
def narrowings(view: View, names: Mapping[str, str]) -> tuple[Narrowing, ...]:
    """Return every value that narrows a view, by name and id; a practice that is not in ``names`` by its id."""
    return tuple(
        Narrowing(filter=PRACTICE, id=value, name=names.get(value, value))
        if field == "practice" and value
        else Narrowing(filter=label_of(field), id=value or words, name=words)
        for field, value, words in view.chosen.parts()
    )


def _weights(view: View, framework: Framework) -> tuple[Weight, ...]:
    if view.weights is None:
        return ()
    return tuple(
        Weight(criterion=criterion.id, name=criterion.title, percent=round(100 * share, 1))
        for criterion, (_id, share) in zip(framework.criteria, view.weights.criteria, strict=True)
    )


def _indicator_weights(view: View, framework: Framework) -> tuple[IndicatorWeight, ...]:
    own = {indicator.id: indicator for indicator in framework.indicators}
    return tuple(
        IndicatorWeight(indicator=id_, name=own[id_].label, weight=round(weight, 2))
        for id_, weight in (view.weights.indicators if view.weights else ())
        if weight != own[id_].weight
    )
