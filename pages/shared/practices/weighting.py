"""Your weighting: the panel of weights in the link, what comes out, and two practices in detail."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import streamlit as st

from criteria.framework import Criterion, Framework, current_framework
from criteria.order import CLEARLY, PartialOrder
from criteria.proof import CompositeProof, prove_composite
from criteria.scoring import YOUR_WEIGHTING, Scores
from criteria.weight_effects import (
    DifferenceShare,
    difference_shares,
    first_shares,
    flip_points,
    share_ahead,
    weight_costs,
)
from criteria.weighting import PRESETS, Floats, Weighting, from_params, preset, preset_of, to_params, weighting
from pages.shared.components import links
from pages.shared.components.popover import popover
from pages.shared.components.screen_texts import escaped, percent, rounded_down, with_range
from practices_db import formats
from practices_db.catalogue.practice_filter import PracticeFilter
from practices_db.translation import N_, _, ngettext

_PARAMS = ("weights", "w", "wi")
_OWN = "own"
_FEW = 10  # with fewer practices the page says which weight costs how many
_MOST_COSTS = 3
_SUMS = {
    "coverage": N_("coverage"),
    "low": N_("low end"),
    "high": N_("high end"),
    "score": N_("your weighting"),
}
_WANTED = "pair wanted"  # who was chosen to be compared, also while somebody of them has no composite


# --- the link --------------------------------------------------------------------------------------------


def read_link(framework: Framework) -> Weighting:
    """Return the weights in the link; what cannot be understood is dropped and said."""
    weights, dropped = _in_link(framework)
    if dropped:
        shown = formats.parted(escaped(part) for part in dropped)
        st.warning(
            _("We ignored part of the weights in this link: {parts}").format(parts=shown), icon=":material/link_off:"
        )
    return weights


def _in_link(framework: Framework) -> tuple[Weighting, list[str]]:
    return from_params(framework, {key: st.query_params.get_all(key) for key in _PARAMS if key in st.query_params})


def _write_link(framework: Framework, weights: Weighting) -> None:
    kept = links.params(*_PARAMS)
    st.query_params.from_dict({**kept, **to_params(framework, weights)})


# --- the panel -------------------------------------------------------------------------------------------


def in_words(framework: Framework, weights: Weighting) -> str:
    """Return the criteria that weigh something, with their weights, and in which of them indicators weigh otherwise."""
    named = [(one, share) for one, share in zip(framework.criteria, weights.shares, strict=True) if share > 0]
    told = [", ".join(f"{_(criterion.title)} {percent(share)}" for criterion, share in named)]
    given = dict(weights.indicators)
    if inside := [_(one.title) for one, _share in named if any(given[it.id] != it.weight for it in one.indicators)]:
        told.append(_("weights inside {criteria} changed").format(criteria=", ".join(inside)))
    return formats.parted(told)


def panel(framework: Framework, weights: Weighting, scores: Scores) -> None:
    """Draw presets and a slider for each criterion, with its share of the differences between those compared."""
    current = preset_of(framework, weights) or _OWN
    st.session_state["preset"] = current
    st.radio(
        _("Start from"),
        [*PRESETS, *([_OWN] if current == _OWN else [])],
        format_func=lambda id_: _(PRESETS[id_].label) if id_ in PRESETS else _("Your own"),
        horizontal=True,
        key="preset",
        on_change=_use_preset,
    )
    st.caption(
        _(PRESETS[current].meaning)
        if current in PRESETS
        else _("Your own weights. A preset takes you back at any time.")
    )
    shares = difference_shares(framework, criterion_scores(scores), weights)
    told = [
        f"{_drives(one)} "
        + ngettext("{count} practice has a score.", "{count} practices have a score.", count).format(count=count)
        for one, count in zip(shares, map(int, scores.scored.sum(axis=0)), strict=False)
    ]
    with st.container(key="screen_weights").grid(3, min_column_width=260):
        for criterion, one, words in zip(framework.criteria, shares, told, strict=True):
            with st.container(gap="xsmall"):
                _slider(criterion, one)
                st.caption(words)
    with st.container(key="paper"):  # start_page.css shows it only there
        _on_paper(framework, shares, told)
    popover(
        _("Weights inside a criterion"),
        lambda: _indicators(framework, weights),
        "screen_indicators",
        st.expander,
        icon=":material/tune:",
    )


def _use_preset() -> None:
    framework = current_framework()
    if st.session_state["preset"] in PRESETS:
        _write_link(framework, preset(framework, st.session_state["preset"]))


def _on_paper(framework: Framework, shares: Sequence[DifferenceShare], told: Sequence[str]) -> None:
    """Draw the weights as a table."""
    table = {
        _("Criterion"): [_(criterion.title) for criterion in framework.criteria],
        _("Weight"): [percent(one.chosen) for one in shares],
        _("Influence"): told,
    }
    st.table(pd.DataFrame(table), hide_index=True, border="horizontal", alt=_("The weights of the criteria"))


def _slider(criterion: Criterion, one: DifferenceShare) -> None:
    """Draw one criterion's weight; moving it scales the others so that the whole stays 100 %."""
    key = f"weight-{criterion.id}"
    st.session_state[key] = round(100 * one.chosen, 1)
    st.slider(
        _(criterion.title),
        0.0,
        100.0,
        step=0.1,  # as fine as a link says weights; between two steps a slider would show another number
        format="%g %%",
        key=key,
        on_change=lambda: _set_share(criterion.id, st.session_state[key] / 100),
    )


def _drives(one: DifferenceShare) -> str:
    if one.chosen <= 0:
        return _("Weight 0: not used.")
    if one.differences is None:
        return _("Drives nothing: there are no differences to compare.")
    if one.differences < 0:
        return _("Pulls against the differences between these practices.")
    return _("Drives {share} of the differences between these practices.").format(share=percent(one.differences))


def _set_share(criterion_id: str, share: float) -> None:
    framework = current_framework()
    weights = _in_link(framework)[0]
    others = {id_: of for id_, of in weights.criteria if id_ != criterion_id}
    rest = sum(others.values())
    # the others keep their proportions; where they all weighed nothing they share the rest equally
    scaled = {id_: (1 - share) * (of / rest if rest else 1 / len(others)) for id_, of in others.items()}
    _write_link(framework, weighting(framework, scaled | {criterion_id: share}, dict(weights.indicators)))


def _indicators(framework: Framework, weights: Weighting) -> None:
    """Draw the weight of every indicator; only the proportions inside a criterion count."""
    own = dict(weights.indicators)
    for criterion in framework.criteria:
        st.markdown(f"**{_(criterion.title)}**")
        with st.grid(3, min_column_width=220):
            for indicator in criterion.indicators:
                key = f"indicator-{indicator.id}"
                st.session_state[key] = float(own[indicator.id])
                st.number_input(
                    _(indicator.label),
                    min_value=0.0,
                    max_value=10.0,
                    step=0.5,
                    format="%g",
                    key=key,
                    on_change=_use_indicator,
                    args=(indicator.id, key),
                )


def _use_indicator(indicator_id: str, key: str) -> None:
    framework = current_framework()
    weights = _in_link(framework)[0]
    changed = dict(weights.indicators) | {indicator_id: float(st.session_state[key])}
    try:
        _write_link(framework, weighting(framework, dict(weights.criteria), changed))
    except ValueError:
        st.toast(_("A criterion with a weight needs at least one indicator that counts."), icon=":material/error:")


# --- what comes out --------------------------------------------------------------------------------------


def every_weighting() -> bool:
    """Draw whether to say in what share of all possible weightings one leads; kept in the link."""
    st.session_state["free"] = links.asked("free", ("1", ""), "") == "1"
    return st.toggle(
        _("Try every possible weighting"),
        key="free",
        on_change=_use_freedom,
        help=_("Every way of sharing the whole between the criteria that you use is equally likely."),
    )


def _use_freedom() -> None:
    if st.session_state["free"]:
        st.query_params["free"] = "1"
    else:
        st.query_params.pop("free", None)


def own_columns(scores: Scores, ids: Sequence[str], weights: Weighting, every: bool) -> pd.DataFrame:
    """Return what the table says of the composite, by practice id: its value and range, and how often it is first.

    ``scores`` are those of ``scoring.composite``; ``ids`` have a composite each; ``every``: whether every weighting of
    the criteria that weigh something was tried.
    """
    words = [scores.of(id_, YOUR_WEIGHTING) for id_ in ids]
    columns = {_("Your weighting"): [with_range(own.score or 0, own.low or 0, own.high or 0) for own in words]}
    if every:
        table = criterion_scores(scores)[np.isin(scores.practice_ids, ids)][:, weights.shares > 0]
        columns[_("First in")] = [
            _("{share} of all weightings").format(share=percent(share)) for share in first_shares(table)
        ]
    return pd.DataFrame(columns, index=pd.Index(ids))


def criterion_scores(scores: Scores) -> Floats:
    """Return the scores of every criterion, practices × criteria, 0–100; NaN where it is not scored."""
    return np.where(scores.scored, scores.score, np.nan)[:, :-1]


def selection(selected: int, assessed: int, scored: int) -> None:
    """Say how many of the selection can be compared at all."""
    enough = ngettext(
        "**{count}** of {list} has a score in every criterion that you use",
        "**{count}** of {list} have a score in every criterion that you use",
        scored,
    ).format(count=scored, list=PracticeFilter.amount(selected))
    little = ngettext(
        "{count} is assessed but too thinly documented",
        "{count} are assessed but too thinly documented",
        assessed - scored,
    ).format(count=assessed - scored)
    none = ngettext("{count} is not assessed", "{count} are not assessed", selected - assessed).format(
        count=selected - assessed
    )
    st.markdown(formats.parted([enough, f"{little}, {none}."]))
    st.caption(_("Your combination is the weighted mean of these scores: 50 : 50 is 50 : 50."))


def costs(framework: Framework, scores: Scores, weights: Weighting) -> None:
    """Where few practices have a composite, say which weight costs how many, with a button that sets it to 0."""
    scored = int(scores.scored[:, -1].sum())
    found = weight_costs(framework, scores.scored[:, :-1], weights)
    if scored >= _FEW or not found:
        return
    titles = {criterion.id: _(criterion.title) for criterion in framework.criteria}
    gain = [one for one in found if one.without > scored]
    with st.container(border=True, gap="small", key="screen_costs"):
        st.markdown(
            _("**Few practices are left.** Each needs a score in every criterion that you use. Set a weight to 0:")
        )
        for one in (gain or found)[:_MOST_COSTS]:
            told = (
                _("costs {gain}: without it {without} have a score instead of {scored}").format(
                    gain=one.without - scored, without=one.without, scored=scored
                )
                if gain
                else ngettext(
                    "{count} practice has a score in it", "{count} practices have a score in it", one.scored
                ).format(count=one.scored)
            )
            with st.container(horizontal=True, vertical_alignment="center"):
                st.button(
                    _("Set {criterion} to 0").format(criterion=titles[one.criterion]),
                    key=f"zero-{one.criterion}",
                    on_click=_set_share,
                    args=(one.criterion, 0.0),
                )
                st.markdown(told)


# --- two practices ---------------------------------------------------------------------------------------


def pair(
    framework: Framework, names: Mapping[str, str], scores: Scores, order: PartialOrder, weights: Weighting
) -> None:
    """Draw the choice of two practices; say how sure the lead of one is, and what weights would change it.

    ``names``: by id, of those that have a composite, in the order of the choice.
    """
    one, other = _two(names)
    st.markdown(lead_words(names, order, one, other))
    row = dict(zip(scores.practice_ids, criterion_scores(scores), strict=True))
    mine, theirs = row[one], row[other]
    weighs = weights.shares > 0
    if weighs.sum() > 1:
        first, last = share_ahead(mine[weighs], theirs[weighs]), share_ahead(theirs[weighs], mine[weighs])
        st.markdown(
            _(
                "Over all possible weightings of the criteria that you use, {one} has the higher score in {first} of "
                "them, {other} in {last}."
            ).format(one=escaped(names[one]), other=escaped(names[other]), first=percent(first), last=percent(last))
        )
    st.markdown(_reversals(framework, mine, theirs, weights))
    for id_ in (one, other):
        _sum(framework, names[id_], prove_composite(framework, scores, weights, id_))


def _two(names: Mapping[str, str]) -> tuple[str, str]:
    """Draw the choice of two practices, which are always different and stay chosen while they can be."""
    ids = list(names)
    one, other, *_rest = dict.fromkeys([*(id_ for id_ in st.session_state.get(_WANTED, ()) if id_ in names), *ids])
    with st.grid(2, min_column_width=260):
        for side, (title, id_) in enumerate(((_("One practice"), one), (_("Another practice"), other))):
            key = f"pair_{side}"
            st.session_state[key] = id_
            st.selectbox(title, ids, format_func=names.__getitem__, key=key, on_change=_want, args=(side, [one, other]))
    return one, other


def _want(side: int, shown: list[str]) -> None:
    """Remember who was chosen; who chooses the one on the other side lets both change places."""
    chosen = st.session_state[f"pair_{side}"]
    if chosen == shown[1 - side]:
        shown[1 - side] = shown[side]
    shown[side] = chosen
    st.session_state[_WANTED] = tuple(shown)


def _reversals(framework: Framework, mine: Floats, theirs: Floats, weights: Weighting) -> str:
    """Say at which weight of each criterion the order of two practices would reverse, as far as both are scored."""
    both = ~np.isnan(mine) & ~np.isnan(theirs)
    flips = flip_points(np.where(both, mine, np.nan), np.where(both, theirs, np.nan), weights)
    shares = dict(weights.criteria)
    lines = [
        _("- {criterion} (weight {share}): at a weight of {at}").format(
            criterion=_(criterion.title), share=percent(shares[criterion.id]), at=percent(at)
        )
        for criterion, known in zip(framework.criteria, both, strict=True)
        if known and (at := flips[criterion.id]) is not None
    ]
    if not lines:
        return _("No change of the weight of one criterion would reverse this order.")
    return _("By their scores, the order would reverse …") + "\n\n" + "\n".join(lines)


def _sum(framework: Framework, name: str, proof: CompositeProof) -> None:
    """Open the composite of one practice: what each criterion brings, and the sums with their values."""
    words = _("How the combination is calculated for {practice}").format(practice=escaped(name))
    with st.expander(words, icon=":material/calculate:"):
        lines = [
            _("- {criterion}: share {share}, score {score}, coverage {coverage}, range {low} to {high}").format(
                criterion=_(one.criterion.title),
                share=_exact(one.share),
                score=_exact(one.score),
                coverage=_exact(one.coverage),
                low=_exact(one.low),
                high=_exact(one.high),
            )
            for one in proof.shares
        ]
        for what, title in _SUMS.items():
            terms = " + ".join(f"{_exact(one.share)} · {_exact(getattr(one, what))}" for one in proof.shares)
            lines.append(f"- {_(title)} = {terms} = {_exact(getattr(proof, what))}")
        st.markdown("\n".join(lines))
        st.caption(
            _("Framework {framework}. Each criterion's own sum stands on the practice's page.").format(
                framework=f"{framework.id} {framework.version}"
            )
        )


def _exact(value: float) -> str:
    return formats.decimal(value, 4)


def lead_words(names: Mapping[str, str], order: PartialOrder, one: str, other: str) -> str:
    """Say in how much of what the unknown answers could be one practice is ahead of another, and if that is clear."""
    row = {id_: at for at, id_ in enumerate(order.practice_ids)}
    share = float(order.leads[row[one], row[other]])
    ahead, behind, share = (one, other, share) if share >= 0.5 else (other, one, 1 - share)
    words = (
        _(
            "**{ahead}** is ahead of **{behind}** in {share} of what the unknown answers could be, coding errors "
            "included: a clear difference."
        )
        if share >= CLEARLY
        else _(
            "**{ahead}** is ahead of **{behind}** in {share} of what the unknown answers could be, coding errors "
            "included: no clear difference."
        )
    )
    return words.format(ahead=escaped(names[ahead]), behind=escaped(names[behind]), share=rounded_down(share))
