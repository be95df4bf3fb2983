"""Your weighting: the panel of weights in the link, the draws behind the tiers, and two practices in detail."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from criteria import robustness
from criteria.framework import Criterion, Framework, current_framework
from criteria.proof import CompositeProof, prove_composite
from criteria.robustness import SEPARATED, Simulation
from criteria.scoring import YOUR_WEIGHTING, Answers, Scores, midpoints
from criteria.weighting import (
    PRESETS,
    EffectiveWeight,
    Weighting,
    effective_weights,
    from_params,
    preset,
    preset_of,
    to_params,
    weighting,
)
from pages.shared.components.database import Card, Whole
from pages.shared.components.screen_texts import counted, escaped, number, percent, score_words
from pages.shared.components.tables import HEADLINES
from practices_db.queries.ranking import DRAWS, SEED

_PARAMS = ("weights", "w", "wi")
_OWN = "own"
AT_MOST = 500  # scored practices whose places are drawn while somebody waits
SUREST = 50


# --- the link --------------------------------------------------------------------------------------------


def read_link(framework: Framework) -> Weighting:
    """Return the weights in the link; what cannot be understood is dropped and said."""
    params = {key: st.query_params.get_all(key) for key in _PARAMS if key in st.query_params}
    weights, dropped = from_params(framework, params)
    if dropped:
        shown = "; ".join(escaped(part) for part in dropped)
        st.warning(
            f"Part of the weights in the link was not understood and left out: {shown}", icon=":material/link_off:"
        )
    return weights


def _write_link(framework: Framework, weights: Weighting) -> None:
    kept = {key: st.query_params.get_all(key) for key in st.query_params if key not in _PARAMS}
    st.query_params.from_dict({**kept, **to_params(framework, weights)})


# --- the panel -------------------------------------------------------------------------------------------


def panel(framework: Framework, weights: Weighting, scores: Scores) -> None:
    """Draw presets and a slider for each criterion, with what it really decides among the practices selected."""
    current = preset_of(framework, weights) or _OWN
    st.session_state["preset"] = current
    st.radio(
        "Start from",
        [*PRESETS, *([_OWN] if current == _OWN else [])],
        format_func=lambda id_: PRESETS[id_].label if id_ in PRESETS else "Your own",
        horizontal=True,
        key="preset",
        on_change=_use_preset,
    )
    st.caption(
        PRESETS[current].meaning if current in PRESETS else "Your own weights. A preset takes you back at any time."
    )
    effective = effective_weights(framework, midpoints(scores, known_only=True), weights)
    with st.grid(3, min_column_width=260):
        for criterion, one in zip(framework.criteria, effective, strict=True):
            with st.container(gap="xsmall"):
                _slider(criterion, one)
    with st.expander("Weights inside a criterion", icon=":material/tune:"):
        _indicators(framework, weights)


def _use_preset() -> None:
    framework = current_framework()
    if st.session_state["preset"] in PRESETS:
        _write_link(framework, preset(framework, st.session_state["preset"]))


def _slider(criterion: Criterion, one: EffectiveWeight) -> None:
    """Draw one criterion's weight; moving it scales the others so that the whole stays 100 %."""
    key = f"weight-{criterion.id}"
    st.session_state[key] = round(100 * one.chosen, 1)
    st.slider(
        criterion.title,
        0.0,
        100.0,
        step=0.5,  # the presets' weights stand on its steps; between two of them a slider would show another number
        format="%g %%",
        key=key,
        on_change=_use_slider,
        args=(criterion.id, key),
    )
    if not one.reason:
        st.caption(f"Really decides {percent(one.effective)} here: its weight times how far these practices lie apart.")
    else:
        st.caption(f"Decides nothing here: {one.reason}.")


def _use_slider(criterion_id: str, key: str) -> None:
    framework = current_framework()
    weights = _read_silently(framework)
    share = st.session_state[key] / 100
    others = {id_: of for id_, of in weights.criteria if id_ != criterion_id}
    rest = sum(others.values())
    # the others keep their proportions; where they all weighed nothing they share the rest equally
    scaled = {id_: (1 - share) * (of / rest if rest else 1 / len(others)) for id_, of in others.items()}
    _write_link(framework, weighting(framework, scaled | {criterion_id: share}, dict(weights.indicators)))


def _read_silently(framework: Framework) -> Weighting:
    params = {key: st.query_params.get_all(key) for key in _PARAMS if key in st.query_params}
    return from_params(framework, params)[0]


def _indicators(framework: Framework, weights: Weighting) -> None:
    """Draw the weight of every indicator; only the proportions inside a criterion count."""
    own = dict(weights.indicators)
    for criterion in framework.criteria:
        st.markdown(f"**{criterion.title}**")
        with st.grid(3, min_column_width=220):
            for indicator in criterion.indicators:
                key = f"indicator-{indicator.id}"
                st.session_state[key] = float(own[indicator.id])
                st.number_input(
                    indicator.label,
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
    weights = _read_silently(framework)
    changed = dict(weights.indicators) | {indicator_id: float(st.session_state[key])}
    try:
        _write_link(framework, weighting(framework, dict(weights.criteria), changed))
    except ValueError:
        st.toast("At least one indicator of a criterion that weighs something must count.", icon=":material/error:")


# --- the draws -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Standings:
    """The draws, and who can come first at all."""

    simulation: Simulation
    can_be_first: frozenset[str]
    apart: Mapping[str, tuple[int, int]]  # of how many it is ahead, and behind how many, by practice


@st.cache_resource(max_entries=16, show_spinner=False)
def _standings(key: tuple[Any, ...], weights: Weighting, free: bool, _answers: Answers) -> Standings:  # noqa: ARG001
    framework = current_framework()
    simulation = robustness.simulate(framework, _answers, weights, draws=DRAWS, seed=SEED, free=free)
    first = robustness.can_be_first(framework, _answers, weights)
    return Standings(
        simulation, frozenset(np.array(_answers.practice_ids)[first].tolist()), simulation.told_apart_counts()
    )


def standings(answers: Answers, weights: Weighting, free: bool) -> Standings:
    """Return the draws for these practices; made once for the same answers and weights, with progress when it takes "
    "long."""
    key = (answers.practice_ids, answers.value.tobytes(), answers.applicable.tobytes())
    with st.spinner(f"Drawing weights and missing answers {DRAWS:,} times", show_time=True):
        return _standings(key, weights, free, answers)


def choose_freedom() -> bool:
    """Draw whether weights vary around the chosen ones or freely; kept in the link."""
    st.session_state["free"] = st.query_params.get("free") == "1"
    return st.toggle(
        "Let the criteria weigh anything at all",
        key="free",
        on_change=_use_freedom,
        help="Off: in each draw the weights vary around yours. On: every split of the whole is equally likely.",
    )


def _use_freedom() -> None:
    if st.session_state["free"]:
        st.query_params["free"] = "1"
    else:
        st.query_params.pop("free", None)


def by_name(whole: Whole, ids: Iterable[str]) -> list[Card]:
    """Return the cards of practices by name, as the practices of a tier are listed."""
    return whole.cards(sorted(ids, key=whole.index.place.__getitem__))


def too_many(scored: int) -> None:
    """Say why there are no intervals of places for so many, and what to do."""
    st.info(
        f"{scored:,} practices are too many to compare each with every other in {DRAWS:,} draws; up to {AT_MOST:,} can "
        "be. Choose a country, a sector or a target group above to see intervals of places and tiers. Until then here "
        f"are the {SUREST} whose range begins highest: what holds even if nothing undocumented were met.",
        icon=":material/filter_alt:",
    )


def surest(whole: Whole, scores: Scores) -> pd.DataFrame:
    """Return the scored practices whose composite's range begins highest; no places, since nothing was drawn."""
    scored = scores.scored[:, -1]
    low = np.where(scored, scores.low[:, -1], -np.inf)
    place = np.array([whole.index.place[id_] for id_ in scores.practice_ids])
    first = np.lexsort((place, -low))[:SUREST]
    cards = whole.cards([scores.practice_ids[at] for at in first])
    table_ = []
    for card in cards:
        own = scores.of(card["id"], YOUR_WEIGHTING)
        table_.append(
            {
                "Practice": f"[{escaped(card['name'])}](practice?practice={card['id']})",
                "Your weighting": f"{number(own.score or 0)} ({number(own.low or 0)}–{number(own.high or 0)})",
                "Documented": percent(own.coverage or 0),
            }
            | {f"Official {title.lower()}": score_words(card, node) for node, title in HEADLINES.items()}
        )
    return pd.DataFrame(table_)


def selection(selected: int, assessed: int, scored: int) -> None:
    """Say how many of the selection can be compared at all."""
    st.markdown(
        f"**{scored}** of {counted(selected, 'practice')} are documented enough under these weights; "
        f"{assessed - scored} are assessed but not documented enough, {selected - assessed} are not assessed."
    )


def tiers_in_words(standing: Standings) -> None:
    """Say how many tiers there are and what a tier is."""
    tiers = standing.simulation.tiers()
    if len(tiers) == 1:
        st.markdown(
            "**As a group they cannot be told apart**: no line between better and worse holds in "
            f"{percent(SEPARATED)} of the draws. Single pairs may well be; the table says how many."
        )
    else:
        sizes = ", ".join(f"{len(ids)} in tier {at}" for at, ids in enumerate(tiers, start=1))
        st.markdown(f"**{len(tiers)} tiers**: {sizes}. As a group, the practices of one tier cannot be told apart.")
    st.caption(
        f"{standing.simulation.draws:,} draws, seed {SEED}. In each draw the weights vary and every undocumented "
        f"answer is "
        "met, partly met or not met by chance. A bar holds the places of a practice in nine of ten draws. "
        f"Practices are in different tiers only where every pair across is separated in {percent(SEPARATED)} of the "
        f"draws."
    )


def interval_lines(names: Mapping[str, str], standing: Standings) -> pd.DataFrame:
    """Return the lines for charts.intervals: by tier, inside a tier by name."""
    lines: list[dict[str, Any]] = []
    tiers = standing.simulation.tiers()
    for at, ids in enumerate(tiers, start=1):
        title = f"Tier {at} of {len(tiers)}" if len(tiers) > 1 else "Cannot be told apart"
        lines.append({"heading": title})
        for id_ in in_order(ids, names):
            of = standing.simulation.of(id_)
            lines.append({"id": id_, "name": names[id_]})
            lines.append(
                {"id": id_, "practice": names[id_], "from": of.place_from - 0.4, "to": of.place_to + 0.4}
                | {"words": f"{of.place_from} to {of.place_to} of {len(names_of(standing))}"}
            )
    columns = ["heading", "id", "name", "practice", "from", "to", "words"]
    return pd.DataFrame(lines, columns=columns).astype({"from": float, "to": float}).assign(line=range(len(lines)))


def in_order(ids: Iterable[str], names: Mapping[str, str]) -> list[str]:
    """Return ids in the order of ``names``, which is by name: the order of the file that is taken away."""
    wanted = set(ids)
    return [id_ for id_ in names if id_ in wanted]


def names_of(standing: Standings) -> tuple[str, ...]:
    """Return the ids of the practices in the draws."""
    return standing.simulation.practice_ids


def table(names: Mapping[str, str], scores: Scores, standing: Standings, found: Sequence[Card]) -> pd.DataFrame:
    """Return the table twin: your weighting with its range, the interval of places, and the official scores beside."""
    cards = {card["id"]: card for card in found}
    apart = standing.apart
    table_ = []
    for at, ids in enumerate(standing.simulation.tiers(), start=1):
        for id_ in in_order(ids, names):
            own, of = scores.of(id_, YOUR_WEIGHTING), standing.simulation.of(id_)
            behind, ahead = apart[id_]
            table_.append(
                {
                    "Practice": f"[{escaped(names[id_])}](practice?practice={id_})",
                    "Tier": str(at),
                    "Your weighting": f"{number(own.score or 0)} ({number(own.low or 0)}–{number(own.high or 0)})",
                    "Places in 90 % of draws": f"{of.place_from} to {of.place_to}",
                    "Told apart": f"ahead of {behind}, behind {ahead}",
                    "In the top tier": percent(of.top_tier_share),
                    "Can come first": "yes" if id_ in standing.can_be_first else "no",
                }
                | {f"Official {title.lower()}": score_words(cards[id_], node) for node, title in HEADLINES.items()}
            )
    return pd.DataFrame(table_)


# --- two practices ---------------------------------------------------------------------------------------


def pair(
    framework: Framework, names: Mapping[str, str], scores: Scores, standing: Standings, weights: Weighting
) -> None:
    """Draw the choice of two practices and say how sure the lead of one is and what would change it."""
    ids = in_order(names_of(standing), names)
    with st.grid(2, min_column_width=260):
        one = st.selectbox("One practice", ids, index=0, format_func=names.__getitem__, key="pair_one")
        other = st.selectbox("Another practice", ids, index=1, format_func=names.__getitem__, key="pair_other")
    if one == other:
        st.info("Choose two different practices.")
        return
    st.markdown(lead_words(names, standing.simulation, one, other))
    middle = dict(zip(scores.practice_ids, midpoints(scores), strict=True))
    flips = robustness.flip_points(middle[one], middle[other], weights)
    lines = [
        f"- {criterion.title} (weighs {percent(dict(weights.criteria)[criterion.id])}): "
        f"{flip_words(flips[criterion.id])}"
        for criterion in framework.criteria
    ]
    st.markdown("With the middle of each range, the lead changes sides …\n\n" + "\n".join(lines))
    for id_ in (one, other):
        _sum(framework, names[id_], prove_composite(framework, scores, weights, id_))


def _sum(framework: Framework, name: str, proof: CompositeProof) -> None:
    """Open the composite of one practice: what each criterion brings, and the sums with their values."""
    with st.expander(f"Show the sum for {escaped(name)}", icon=":material/calculate:"):
        lines = [
            f"- {one.criterion.title}: share {one.share:.4f}, score {one.score:.4f}, coverage {one.coverage:.4f}, "
            f"range {one.low:.4f} to {one.high:.4f}"
            for one in proof.shares
        ]
        sums = {"coverage": "coverage", "low end": "low", "high end": "high", "your weighting": "score"}
        for words, what in sums.items():
            terms = " + ".join(f"{one.share:.4f} · {getattr(one, what):.4f}" for one in proof.shares)
            lines.append(f"- {words} = {terms} = {getattr(proof, what):.4f}")
        st.markdown("\n".join(lines))
        st.caption(
            f"Framework {framework.id} {framework.version}. Each criterion's own sum stands on the practice's page."
        )


def lead_words(names: Mapping[str, str], simulation: Simulation, one: str, other: str) -> str:
    """Say in how many draws one practice leads another, and whether that is a real difference."""
    share = simulation.leads(one, other)
    ahead, behind, share = (one, other, share) if share >= 0.5 else (other, one, 1 - share)
    verdict = "a real difference" if share >= SEPARATED else "no real difference"
    return (
        f"**{escaped(names[ahead])}** leads **{escaped(names[behind])}** in {percent(share)} of the draws: {verdict}."
    )


def flip_words(at: float | None) -> str:
    """Say at which weight of a criterion the lead changes sides."""
    return "never, whatever it weighs" if at is None else f"where it weighs {percent(at)}"
