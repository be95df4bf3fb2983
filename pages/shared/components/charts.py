"""Charts as specifications, built once with Altair and drawn many times with new rows.

Each function says which columns its rows need and returns a Vega-Lite specification without data. Colours come from
the theme (.streamlit/config.toml), so that light and dark both hold; colour never stands alone: shape, place or words
say the same. Missing is drawn as missing, never as zero.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import deepcopy
from functools import cache, wraps
from gettext import NullTranslations
from typing import Any, Literal, ParamSpec

import altair as alt
import pandas as pd
import streamlit as st
from babel import Locale

from practices_db import formats
from practices_db.catalogue.vocabularies import label
from practices_db.config import DATA
from practices_db.palette import COUNT, FINE
from practices_db.translation import ENGLISH, N_, _, language, translations

Spec = dict[str, Any]
_Cursor = Literal["pointer", "default"]
_Given = ParamSpec("_Given")

EFFECTIVENESS, SUSTAINABILITY = N_("Effectiveness"), N_("Sustainability")
PROOF = (N_("claims and documents"), N_("before and after, or survey"), N_("independent evaluation or stronger"))
_HUNDRED = alt.Scale(domain=[0, 100], nice=False)
_SHAPES = ["circle", "square", "triangle-up", "diamond", "cross", "triangle-down"]
NAMED_FROM = 560  # pixels; in a narrower chart marks have no names
_OPACITIES = ["00", "20", "40", "60", "80", "a0"]  # of a colour behind a number, in hexadecimal: none, and five steps
_ROOM = "height on screen"
_PALETTE = 8  # how many chartCategoricalColors the theme has; the last is the ink of names


def _for_each_language(build: Callable[_Given, Spec]) -> Callable[_Given, Spec]:
    """Keep what a function builds, once for each language: words stand in it."""

    @cache
    def kept(_texts: NullTranslations, *args: _Given.args, **kwargs: _Given.kwargs) -> Spec:
        return build(*args, **kwargs)

    @wraps(build)
    def of_reader(*args: _Given.args, **kwargs: _Given.kwargs) -> Spec:
        made: Callable[..., Spec] = kept  # a cache wants what can be a key, which the types do not tell of these
        return made(translations(), *args, **kwargs)

    return of_reader


@cache
def _locale(code: str) -> dict[str, Any]:
    """Return how Vega writes numbers and times in a language (d3-format, d3-time-format), from CLDR."""
    of = Locale(code)
    symbols = of.number_symbols["latn"]
    sunday_first = [6, *range(6)]
    return {
        "number": {
            "decimal": symbols["decimal"], "thousands": symbols["group"], "grouping": [3], "currency": ["", "\u00a0€"]
        },
        "time": {
            "dateTime": "%A, %-d %B %Y, %H:%M", "date": "%-d %B %Y", "time": "%H:%M", "periods": ["AM", "PM"],
            "days": [of.days["stand-alone"]["wide"][day] for day in sunday_first],
            "shortDays": [of.days["stand-alone"]["abbreviated"][day] for day in sunday_first],
            "months": list(of.months["stand-alone"]["wide"].values()),
            "shortMonths": list(of.months["stand-alone"]["abbreviated"].values()),
        },
    }  # fmt: skip


def _headlines() -> list[str]:
    return [_(EFFECTIVENESS), _(SUSTAINABILITY)]


def _headline_colour() -> alt.Color:
    """Return the colour that a headline has in every chart."""
    return alt.Color("what:N", scale=alt.Scale(domain=_headlines()), legend=None)


def _finished(chart: alt.TopLevelMixin) -> Spec:
    """Return the specification without Altair's look, which is the theme's, and without its placeholder rows.

    Numbers and times are as the reader's language writes them; in English as Vega does. Whether it is valid is asked by
    a test of every chart: here it would take as long as all the rest.
    """
    spec: Spec = chart.to_dict(validate=False)
    spec.pop("config")
    if language() != ENGLISH:
        spec["config"] = {"locale": _locale(language())}
    if "empty" in spec.get("datasets", {}):
        del spec["datasets"]
    for part in (spec, *spec.get("layer", [])):
        if part.get("data", {}).get("name", "").startswith("empty"):
            del part["data"]
    return spec


def _encodings(part: Any, field: str) -> Iterator[dict[str, Any]]:
    """Yield every encoding of a field in a part of a specification."""
    if isinstance(part, dict) and part.get("field") == field:
        yield part
    for one in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
        yield from _encodings(one, field)


def _set_series(spec: Spec, field: str, series: Sequence[str]) -> None:
    """Set what a field is one of. The colours of the two headlines mean these in every chart, so no other has them."""
    for encoding in _encodings(spec, field):
        if "scale" in encoding:
            headlines = [] if "range" in encoding["scale"] else _headlines()  # shapes are no colours
            encoding["scale"]["domain"] = [*headlines, *series]
        if encoding.get("legend"):
            encoding["legend"]["values"] = list(series)


def _tips(titles: Mapping[str, str]) -> list[alt.Tooltip]:
    """Return what is said of a mark that is pointed at: columns with their types, and what they are called."""
    return [alt.Tooltip(column, title=title) for column, title in titles.items()]


def _quoted(words: str) -> str:
    """Return words as a text in an expression of Vega."""
    return json.dumps(words, ensure_ascii=False)


def _inked(layer: alt.Chart) -> alt.Chart:
    """Colour text marks with the theme's ink: Vega has no other way to ask for it in light and dark."""
    names = [str(number) for number in range(_PALETTE)]
    ink = alt.Color("ink:N", scale=alt.Scale(domain=names), legend=None)
    return layer.transform_calculate(ink=f"'{names[-1]}'").encode(color=ink)


def _names(base: alt.Chart) -> alt.Chart:
    """Return the layer that writes the name of each name line, from the left edge on and never wider than the chart."""
    lines = base.transform_filter("isValid(datum.name)").mark_text(
        align="left", baseline="bottom", dy=8, fontSize=13, limit=alt.ExprRef("width"), aria=False
    )
    return _inked(lines.encode(x=alt.value(0), text="name:N"))


@_for_each_language
def bars(label_title: str) -> Spec:
    """Horizontal bars in the order of the rows: ``id``, ``label``, ``count``. Selection ``pick`` gives the ``id``."""
    pick = alt.selection_point(name="pick", fields=["id"])
    base = alt.Chart().encode(
        y=alt.Y("label:N", sort=None, title=None, axis=alt.Axis(labelLimit=220, ticks=False, domain=False)),
        x=alt.X("count:Q", title=None, axis=None),
        tooltip=_tips({"label:N": _(label_title), "count:Q": _("Practices")}),
    )
    layers = alt.layer(
        base.mark_bar(cursor="pointer", cornerRadiusEnd=2, color=COUNT, aria=False).add_params(pick),
        _inked(base.mark_text(align="left", dx=4, fontSize=12, aria=False).encode(text="count:Q")),
    )
    return _finished(layers.properties(height=alt.Step(24)))


@_for_each_language
def years() -> Spec:
    """Columns by year, in the order of the rows: ``year`` (a label), ``practices``."""
    chart = (
        alt.Chart()
        .mark_bar(color=COUNT, aria=False)
        .encode(
            x=alt.X(
                "year:N", sort=None, title=_("First year"), axis=alt.Axis(labelOverlap=True, labelAngle=0, ticks=False)
            ),
            y=alt.Y("practices:Q", title=None, axis=alt.Axis(tickMinStep=1)),
            tooltip=_tips({"year:N": _("First year"), "practices:Q": _("Practices")}),
        )
    )
    return _finished(chart.properties(height=240))


@cache
def _europe() -> Spec:
    topology: Spec = json.loads((DATA / "europe.topo.json").read_text(encoding="utf-8"))
    return topology


@_for_each_language
def _europe_in_words() -> Spec:
    """Return the shapes with the names of the countries in the reader's language; in English those of the file."""
    if language() == ENGLISH:
        return _europe()
    named = deepcopy(_europe())
    for shape in named["objects"]["countries"]["geometries"]:
        if (name := label("country", shape["id"])) != shape["id"]:
            shape["properties"]["name"] = name
    return named


@cache
def countries_on_map() -> frozenset[str]:
    """Return the codes of the countries that the map can show."""
    return frozenset(shape["id"] for shape in _europe()["objects"]["countries"]["geometries"])


@_for_each_language
def _map(counted: str) -> Spec:
    pick = alt.selection_point(name="pick", fields=["id"])
    # named, as Altair would copy what it holds at every step
    shapes = alt.NamedData(name="shapes", format=alt.TopoDataFormat(type="topojson", feature="countries"))
    counts = alt.LookupData(data=alt.NamedData(name="counts"), key="id", fields=["count", "label"])
    empty = (
        alt.Chart(shapes)
        .mark_geoshape(fill=FINE, fillOpacity=0.15, stroke=FINE, strokeWidth=0.5, aria=False)
        .encode(tooltip=_tips({"properties.name:N": _("Country"), "none:N": _(counted)}))
        .transform_calculate(none=_quoted(_("none")))
    )
    filled = (
        alt.Chart(shapes)
        .mark_geoshape(stroke=FINE, strokeWidth=0.5, cursor="pointer", aria=False)
        .encode(
            color=alt.Color(
                "count:Q",
                title=_(counted),
                scale=alt.Scale(type="sqrt"),
                legend=alt.Legend(orient="top-left", direction="vertical", gradientLength=110, tickCount=4),
            ),
            tooltip=_tips({"label:N": _("Country"), "count:Q": _(counted)}),
        )
        .transform_lookup(lookup="id", from_=counts)
        .transform_filter("isValid(datum.count)")
        .add_params(pick)
    )
    projected = alt.layer(empty, filled).project("azimuthalEqualArea", rotate=[-13, -52, 0])
    return _finished(projected.properties(height=460))


def map_of_europe(rows: list[dict[str, Any]], counted: str = "Practices") -> Spec:
    """Europe by number of what is ``counted``. Rows: ``id`` (country code), ``label``, ``count``.

    Selection ``pick``: ``id``.
    """
    return _map(counted) | {"datasets": {"shapes": _europe_in_words(), "counts": rows}}


@_for_each_language
def two_scores() -> Spec:
    """Effectiveness × sustainability: a mark with its two ranges for each practice that has both scores.

    Rows: ``id``, ``name``, ``proof`` (of effectiveness), ``words_e``, ``words_s``, ``e``, ``e_low``, ``e_high``,
    ``s``, ``s_low``, ``s_high``; ``label`` and ``side`` where the name fits beside the mark. The pointer picks out the
    nearest mark. Selection ``pick`` gives the ``id``.
    """
    pick = alt.selection_point(name="pick", fields=["id"], nearest=True)
    hover = alt.selection_point(name="hover", fields=["id"], nearest=True, on="pointerover", clear="pointerout")
    faded = alt.condition(hover, alt.value(1), alt.value(0.15))
    tooltip = _tips(
        {"name:N": _("Practice"), "words_e:N": _(EFFECTIVENESS), "words_s:N": _(SUSTAINABILITY)}
        | {"proof:N": _("Evidence for the effectiveness score")}
    )
    axis = alt.Axis(tickCount=5)
    x = alt.X("e:Q", title=_("Effectiveness →"), scale=_HUNDRED, axis=axis)
    y = alt.Y("s:Q", title=_("Sustainability →"), scale=_HUNDRED, axis=axis)
    base = alt.Chart().encode(x=x, y=y)
    lines = base.mark_rule(strokeWidth=1.5, aria=False).encode(
        opacity=alt.condition(hover, alt.value(0.4), alt.value(0.08))
    )
    across = lines.transform_calculate(what=_quoted(_(EFFECTIVENESS))).encode(
        x="e_low:Q", x2="e_high:Q", color=_headline_colour()
    )
    along = lines.transform_calculate(what=_quoted(_(SUSTAINABILITY))).encode(
        y="s_low:Q", y2="s_high:Q", color=_headline_colour()
    )
    dots = (
        base.mark_point(filled=True, size=110, cursor="pointer", color=COUNT, aria=False)
        .encode(
            shape=alt.Shape(
                "proof:N",
                title=_("Evidence for the effectiveness score"),
                scale=alt.Scale(domain=[_(one) for one in PROOF], range=["circle", "square", "diamond"]),
                legend=alt.Legend(orient="bottom", direction="vertical", labelLimit=300, titleLimit=340),
            ),
            opacity=faded,
            tooltip=tooltip,
        )
        .add_params(hover, pick)
    )
    layered = alt.layer(across, along, *_mark_names(base, faded), dots).resolve_scale(color="independent")
    return _finished(layered.properties(height=640))


def _mark_names(base: alt.Chart, faded: Any) -> Iterator[alt.Chart]:
    """Yield the layers that write the names beside their marks, where the chart is wide enough for them."""
    ways: dict[str, dict[str, Any]] = {
        "right": {"align": "left", "dx": 9, "dy": -7},
        "left": {"align": "right", "dx": -9, "dy": -7},
        "low right": {"align": "left", "dx": 9, "dy": 8},
        "low left": {"align": "right", "dx": -9, "dy": 8},
    }
    for side, way in ways.items():
        names = base.transform_filter(f"datum.side == '{side}'").mark_text(fontSize=12, aria=False, **way)
        yield _inked(names.encode(text=alt.condition(f"width > {NAMED_FROM}", "label:N", alt.value("")), opacity=faded))


@_for_each_language
def score_cells(size: int) -> Spec:
    """Effectiveness × sustainability as counts: a cell for each ``size`` × ``size`` points that anything lies in.

    Rows: ``x``, ``x2``, ``y``, ``y2`` (the cell's ends), ``practices``, ``across``, ``upwards``, ``ranges`` (words).
    """
    axis = alt.Axis(tickCount=5)
    cells = (
        alt.Chart()
        .mark_rect(stroke=FINE, strokeOpacity=0.35, aria=False)
        .encode(
            x=alt.X("x:Q", title=_("Effectiveness →"), scale=_HUNDRED, axis=axis),
            x2="x2:Q",
            y=alt.Y("y:Q", title=_("Sustainability →"), scale=_HUNDRED, axis=axis),
            y2="y2:Q",
            color=alt.Color(
                "practices:Q",
                title=_("Practices in {size} × {size} points").format(size=size),
                scale=alt.Scale(type="sqrt", zero=True),
                legend=alt.Legend(orient="bottom", gradientLength=160, tickCount=4, tickMinStep=1, format="d"),
            ),
            tooltip=_tips(
                {
                    "practices:Q": _("Practices"),
                    "across:N": _(EFFECTIVENESS),
                    "upwards:N": _(SUSTAINABILITY),
                    "ranges:N": _("Their ranges reach"),
                }
            ),
        )
    )
    return _finished(cells.properties(height=620))


@_for_each_language
def range_rows() -> Spec:
    """A row for each practice: its name, the bars of both scores, at the right the evidence of its result.

    Rows, one for each bar: ``id``, ``name``, ``evidence`` (dots), ``told`` (the result in words), ``what`` (which
    score), ``state``, ``score``, ``low``, ``high``, ``words``; a practice without bars has one row with a ``note``. The
    mark at the score is filled where it is scored and hollow where too little is known. Selection ``pick``: ``id``.
    """
    scale = alt.Scale(domain=_headlines())
    legend = alt.Legend(orient="top", direction="horizontal")
    room = alt.Scale(domain=[0, 128], nice=False)  # above 100 stands the evidence
    heading, short = _quoted(_("Evidence of the result")), _quoted(_("Result"))
    shown = f"datum.value > 100 ? (width > {NAMED_FROM} ? {heading} : {short}) : datum.label"
    labels = alt.Axis(labelLimit=alt.ExprRef("containerSize()[0] < 560 ? 120 : 300"), ticks=False, domain=False)
    base = alt.Chart().encode(y=alt.Y("name:N", sort=None, title=None, axis=labels))
    told = base.encode(
        yOffset=alt.YOffset("what:N", scale=alt.Scale(domain=_headlines(), paddingOuter=0.9)),
        tooltip=_tips({"name:N": _("Practice"), "what:N": _("Score"), "words:N": _("Known"), "told:N": _("Result")}),
    )
    axis = alt.Axis(orient="top", tickCount=6, grid=True, labelExpr=shown, labelLimit=200)
    colour = alt.Color("what:N", scale=scale, legend=None)
    spans = _spans(told, 6, "pointer").encode(x=alt.X("low:Q", title=None, scale=room, axis=axis), color=colour)
    spans = spans.add_params(alt.selection_point(name="pick", fields=["id"]))
    fill = alt.Fill("what:N", title=None, scale=scale, legend=legend)
    shape = alt.Shape("what:N", title=None, scale=scale, legend=legend)
    marks = _score_marks(told, 60, fill, "pointer").encode(color=colour, shape=shape)
    first = base.transform_filter(f"datum.what != {_quoted(_(SUSTAINABILITY))}")
    dots = first.mark_text(align="center", fontSize=12, aria=False)
    evidence = _inked(dots.encode(x=alt.datum(116), text="evidence:N"))
    notes = _inked(
        base.transform_filter("isValid(datum.note)")
        .mark_text(align="left", dx=4, fontSize=12, aria=False)
        .encode(x=alt.datum(0), text="note:N")
    )
    layered = alt.layer(spans, marks, evidence, notes).resolve_scale(color="independent")
    return _finished(layered.properties(height=alt.Step(step=38, **{"for": "position"})))


def _spans(base: alt.Chart, height: int, cursor: _Cursor = "default") -> alt.Chart:
    """Return the layer of bars from ``low``, which the caller places, to ``high``."""
    bounded = base.transform_filter("isValid(datum.low)").encode(x2="high:Q")
    layer: alt.Chart = bounded.mark_bar(height=height, opacity=0.35, cornerRadius=3, cursor=cursor, aria=False)
    return layer


def _score_marks(base: alt.Chart, size: int, fill: alt.Fill, cursor: _Cursor = "default") -> alt.Chart:
    """Return the layer of marks at the scores, hollow where too little is known."""
    filled = alt.condition("datum.state == 'scored'", fill, alt.value("transparent"))
    placed = base.transform_filter("isValid(datum.score)").encode(x="score:Q", fill=filled)
    layer: alt.Chart = placed.mark_point(size=size, strokeWidth=2, opacity=1, cursor=cursor, aria=False)
    return layer


def ranges(series: tuple[str, ...]) -> Spec:
    """Range bars under the name they belong to, readable at any width; ``series`` are the values of ``what``.

    Rows, one a line: ``line`` (order), ``id``, ``practice``, ``name`` (on name lines), ``what`` (which score, on bar
    lines), ``state``, ``score``, ``low``, ``high``, ``words``. The bar runs from low to high; the mark at the score is
    filled where it is scored and hollow where not enough is documented.
    """
    spec = deepcopy(_ranges(len(series)))
    _set_series(spec, "what", series)
    return spec


@_for_each_language
def _ranges(count: int) -> Spec:
    scale = alt.Scale()  # the names of the series are set for each chart
    # many names go below each other, so that none is cut on a phone
    direction: Literal["vertical", "horizontal"] = "vertical" if count > 2 else "horizontal"
    legend = alt.Legend(orient="top", labelLimit=300, direction=direction) if count > 1 else None
    colour = alt.Color("what:N", title=None, scale=scale, legend=None)
    base = alt.Chart().encode(y=alt.Y("line:O", axis=None))
    told = base.encode(tooltip=_tips({"practice:N": _("Of"), "what:N": _("Score"), "words:N": _("Known")}))
    x = alt.X("low:Q", title=None, scale=_HUNDRED, axis=alt.Axis(orient="top", tickCount=5, grid=True))
    spans = _spans(told, 7).encode(x=x, color=colour)
    shape = alt.Shape("what:N", title=None, scale=alt.Scale(range=_SHAPES), legend=legend)
    marks = _score_marks(told, 90, alt.Fill("what:N", title=None, scale=scale, legend=legend)).encode(
        color=colour, shape=shape
    )
    layered = alt.layer(spans, marks, _names(base)).resolve_scale(color="independent")
    return _finished(layered.properties(height=alt.Step(21)))


def places(count: int, groups: tuple[str, ...], named: bool = True) -> Spec:
    """Bounds of places, 1 to ``count``: a bar from the best to the worst, and at its middle the mark of its group.

    Rows, one a line: ``line`` (order), ``id``, ``name`` (on name lines), and on bar lines ``practice``, ``from``,
    ``to``, ``middle``, ``group`` (one of ``groups``, which are the names of the three), ``words``. Where the practices
    are not ``named``, there are bar lines only, near to each other. Selection ``pick`` gives the ``id``.
    """
    spec = deepcopy(_places(named))
    for encoding in _encodings(spec, "from"):
        encoding["title"] = _("Place among these {count} (1 is highest)").format(count=formats.count(count))
        encoding["scale"]["domain"] = [0.5, count + 0.5]
    _set_series(spec, "group", groups)
    return spec


@_for_each_language
def _places(named: bool) -> Spec:
    base = alt.Chart().encode(y=alt.Y("line:O", axis=None))
    told = base.transform_filter("isValid(datum.from)").encode(
        tooltip=_tips({"practice:N": _("Practice"), "words:N": _("Clear differences"), "group:N": _("Group")})
    )
    bars_ = (
        told.mark_bar(height=7 if named else 3, cornerRadius=2, opacity=0.35, cursor="pointer", aria=False)
        .encode(
            x=alt.X(
                "from:Q",
                scale=alt.Scale(nice=False),
                axis=alt.Axis(orient="top", tickCount=5, tickMinStep=1, format="d"),
            ),
            x2="to:Q",
            color=alt.Color("group:N", scale=alt.Scale(), legend=None),
        )
        .add_params(alt.selection_point(name="pick", fields=["id"]))
    )
    legend = alt.Legend(orient="top", direction="vertical", labelLimit=320)
    marks = told.mark_point(filled=True, size=80 if named else 30, opacity=1, cursor="pointer", aria=False).encode(
        x="middle:Q",
        fill=alt.Fill("group:N", title=None, scale=alt.Scale(), legend=legend),
        shape=alt.Shape(
            "group:N", title=None, scale=alt.Scale(range=["triangle-up", "circle", "triangle-down"]), legend=legend
        ),
    )
    layers = alt.layer(bars_, marks, *([_names(base)] if named else [])).resolve_scale(color="independent")
    return _finished(layers.properties(height=alt.Step(21 if named else 7)))


@_for_each_language
def strips(counted: bool = False) -> Spec:
    """Dot strips: where each practice stands among its peers.

    Rows, one a dot or a name: ``line`` (order), ``name`` (on name lines), ``practice``, ``what`` (which score),
    ``score``, ``own`` (true for the practice itself, drawn large and filled). Where they are ``counted``, a dot stands
    for the ``n`` practices near its score, and its area for their number.
    """
    scale = alt.Scale(domain=_headlines())
    base = alt.Chart().encode(y=alt.Y("line:O", axis=None))
    dots = base.transform_filter("isValid(datum.score)").encode(
        x=alt.X("score:Q", title=None, scale=_HUNDRED, axis=alt.Axis(orient="top", tickCount=5)),
        color=alt.Color("what:N", title=None, scale=scale, legend=alt.Legend(orient="top", labelLimit=200)),
        shape=alt.Shape("what:N", title=None, scale=scale, legend=alt.Legend(orient="top", labelLimit=200)),
        tooltip=[
            alt.Tooltip("practice:N", title=_("Practice")),
            alt.Tooltip("what:N", title=_("Score")),
            alt.Tooltip("score:Q", title=_("Of 100"), format=".0f"),
        ],
    )
    others = dots.transform_filter("!datum.own").mark_point(size=45, opacity=0.45, strokeWidth=1.5, aria=False)
    others = others.encode(
        color=alt.Color("what:N", scale=scale, legend=None), shape=alt.Shape("what:N", scale=scale, legend=None)
    )
    if counted:
        size = alt.Size("n:Q", title=_("Practices"), scale=alt.Scale(range=[8, 220]), legend=None)
        others = others.encode(size=size)
    own = dots.transform_filter("datum.own").mark_point(size=150, opacity=1, filled=True, aria=False)
    layered = alt.layer(others, own, _names(base)).resolve_scale(color="independent", shape="independent")
    return _finished(layered.properties(height=alt.Step(22)))


@_for_each_language
def gap_map(step_title: str, steps: tuple[str, ...], across: tuple[str, ...], down: tuple[str, ...]) -> Spec:
    """Draw two lists against each other, a cell for each pair; ``across`` and ``down`` are their labels in order.

    Rows: ``across``, ``down`` (labels), ``id`` (both ids), ``shown`` (the number in the cell; NULL for an empty one),
    ``step`` (one of ``steps``, from least to most), ``practices``, ``assessed``, ``proof``, ``needed``. An empty cell
    is a dashed frame. Selection ``pick``.
    """
    pick = alt.selection_point(name="pick", fields=["id"])
    base = alt.Chart().encode(
        x=alt.X(
            "across:N",
            title=None,
            scale=alt.Scale(domain=list(across), paddingInner=0.06),
            axis=alt.Axis(orient="top", labelAngle=-90, labelLimit=240, labelOverlap=False, ticks=False, domain=False),
        ),
        y=alt.Y(
            "down:N",
            title=None,
            scale=alt.Scale(domain=list(down), paddingInner=0.1),
            axis=alt.Axis(labelLimit=130, labelOverlap=False, ticks=False, domain=False),
        ),
        tooltip=_tips(
            {
                "down:N": _("For"),
                "across:N": _("On"),
                "practices:Q": _("Practices"),
                "assessed:Q": _("Assessed"),
                "proof:N": _("Strongest evidence on outcomes"),
                "needed:N": _("To fill it"),
            }
        ),
    )
    empty = base.transform_filter("!isValid(datum.shown)").mark_rect(
        filled=False, stroke=FINE, strokeDash=[3, 3], aria=False
    )
    held = base.transform_filter("isValid(datum.shown)")
    # One colour, more or less of it: the number in the theme's ink can be read on every step, in light and in dark.
    shades = alt.Scale(domain=list(steps), range=[f"{COUNT}{opacity}" for opacity in _OPACITIES[-len(steps) :]])
    legend = alt.Legend(
        orient="bottom", direction="horizontal", columns=2, symbolType="square", symbolSize=250,
        symbolStrokeColor=FINE, symbolStrokeWidth=1, labelLimit=0, titleLimit=0,
    )  # fmt: skip
    filled = (
        held.mark_rect(cursor="pointer", stroke=FINE, aria=False)
        .encode(fill=alt.Fill("step:N", title=step_title, scale=shades, legend=legend))
        .add_params(pick)
    )
    numbers = _inked(held.mark_text(fontSize=12, aria=False, tooltip=None).encode(text="shown:Q"))
    return _with_room(_finished(alt.layer(empty, filled, numbers).properties(height=alt.Step(26))), len(down))


def _with_room(spec: Spec, rows: int) -> Spec:
    """Return the specification of a map with the height on screen that keeps its room free until it is drawn.

    Pixels, the names above its ``rows`` and the legend below them included.
    """
    return spec | {"usermeta": {_ROOM: 28 * rows + 330}}


def effect_directions(outcomes: tuple[str, ...], studies: tuple[str, ...]) -> Spec:
    """Draw the direction of each study: a row a study, a column an outcome; both are labels in order.

    Rows: ``study``, ``outcome``, ``mark`` (a filled or hollow sign), ``direction``, ``design``, ``form``, ``effect``
    (words). Two findings of a study on one outcome, of two forms, lie on each other; the table has both.
    """
    return _signs(
        outcomes,
        studies,
        ("outcome", "study"),
        {"direction:N": _("Direction"), "design:N": _("Design"), "form:N": _("Form"), "effect:N": _("Found")},
    )


def evidence_map(outcomes: tuple[str, ...], types: tuple[str, ...]) -> Spec:
    """Draw types of measure against outcomes; both are labels in order. Selection ``pick`` gives the ``id``.

    Rows: ``row`` (the type, with its practices), ``outcome``, ``id``, ``mark`` (a sign for the label, or for no study),
    ``label``, ``studies``, ``practices`` (words).
    """
    titles = {"label:N": _("Label"), "studies:N": _("Studies"), "practices:N": _("Practices of the type")}
    return _signs(outcomes, types, ("outcome", "row"), titles, pickable=True)


def _signs(
    across: tuple[str, ...],
    down: tuple[str, ...],
    columns: tuple[str, str],
    titles: Mapping[str, str],
    pickable: bool = False,
) -> Spec:
    of_across, of_down = columns
    chart = (
        alt.Chart()
        .mark_text(fontSize=16, aria=False, cursor="pointer" if pickable else "default")
        .encode(
            x=alt.X(
                f"{of_across}:N",
                title=None,
                scale=alt.Scale(domain=list(across)),
                axis=alt.Axis(orient="top", labelAngle=-90, labelLimit=240, labelOverlap=False, grid=True),
            ),
            y=alt.Y(
                f"{of_down}:N",
                title=None,
                scale=alt.Scale(domain=list(down)),
                axis=alt.Axis(labelLimit=190, labelOverlap=False, grid=True),
            ),
            text="mark:N",
            tooltip=_tips({f"{of_down}:N": _("Row"), f"{of_across}:N": _("Column"), **titles}),
        )
    )
    if pickable:
        chart = chart.add_params(alt.selection_point(name="pick", fields=["id"]))
    return _with_room(_finished(_inked(chart).properties(height=alt.Step(26))), len(down))


def draw(rows: pd.DataFrame | None, spec: Spec, key: str, alt_text: str) -> str | None:
    """Draw a chart and return the ``id`` of the mark that was chosen in it, None where none was."""
    height = spec.get("usermeta", {}).get(_ROOM, "content")
    room = st.container(key=f"chart-{key}")  # that start_page.css keeps until the chart is drawn
    if "params" not in spec:
        room.vega_lite_chart(rows, spec, key=key, height=height, alt=alt_text)
        return None
    event: Any = room.vega_lite_chart(
        rows, spec, key=key, height=height, on_select="rerun", selection_mode="pick", alt=alt_text
    )
    chosen = event["selection"].get("pick", [])
    return str(chosen[0]["id"]) if chosen else None
