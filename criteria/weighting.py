"""Weights are the reader's: what each criterion and indicator counts in a composite, and how a link says it.

The framework sets no weights between criteria, so a composite over criteria is always somebody's choice. This
module holds that choice (``Weighting``), some choices to start from (``PRESETS``), and the codec to and from link
parameters; what the choice comes to among some practices is in ``criteria.weight_effects``.

Source: OECD/JRC Handbook on Constructing Composite Indicators, 2008, step 6 "weighting and aggregation".
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from criteria.framework import Criterion, Framework
from criteria.spelling import not_known, shown
from criteria.texts import N_

Floats = npt.NDArray[np.float64]

LARGEST = 100.0  # a weight is no larger: only the proportions count, and a link stays short


@dataclass(frozen=True)
class Weighting:
    """What counts how much; made by ``weighting``, ``preset`` or ``from_params``, which check it.

    ``criteria``: (criterion id, share of the whole), every criterion in the framework's order, sum 1.
    ``indicators``: (indicator id, weight ≥ 0), every indicator in the framework's order; only the proportions
    inside a criterion count.
    """

    criteria: tuple[tuple[str, float], ...]
    indicators: tuple[tuple[str, float], ...]

    @property
    def shares(self) -> Floats:
        """The shares of the criteria as an array, in the framework's order, sum 1."""
        return np.array([share for _, share in self.criteria])


def weighting(
    framework: Framework, criteria: Mapping[str, float], indicators: Mapping[str, float] | None = None
) -> Weighting:
    """Check weights and normalise those of the criteria to sum 1.

    A criterion that is not named weighs nothing; an indicator that is not named has the framework's weight.
    Weights are 0 to 100. Raises ValueError, naming the id (and the nearest known one), for an id the framework
    does not have, for a weight that is no number from 0 to 100, where all criteria weigh nothing, and where a
    criterion weighs something but none of its indicators does.
    """
    own = {indicator.id: indicator.weight for indicator in framework.indicators}
    _check("criterion", criteria, [criterion.id for criterion in framework.criteria])
    _check("indicator", indicators or {}, list(own))
    whole = math.fsum(criteria.values())
    if whole <= 0:
        raise ValueError("criteria: at least one must weigh something")
    own |= indicators or {}
    for criterion in framework.criteria:
        if criteria.get(criterion.id, 0) > 0 and _silent(criterion, own):
            raise ValueError(f"criterion {criterion.id!r}: it has a weight, but none of its indicators has one")
    return Weighting(
        tuple((criterion.id, criteria.get(criterion.id, 0.0) / whole) for criterion in framework.criteria),
        tuple((id_, float(weight)) for id_, weight in own.items()),
    )


def _check(what: str, weights: Mapping[str, float], known: Sequence[str]) -> None:
    for id_, weight in weights.items():
        if id_ not in known:
            raise ValueError(f"{what} {not_known(id_, known)}")
        if not 0 <= weight <= LARGEST:  # also false for what is not a number
            raise ValueError(f"{what} {id_!r}: the weight must be from 0 to {LARGEST:g}, not {weight}")


def _silent(criterion: Criterion, indicators: Mapping[str, float]) -> bool:
    return not any(indicators[indicator.id] > 0 for indicator in criterion.indicators)


# --- where to start from -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Preset:
    """A weighting to start from: its name, in a sentence what it means, and (criterion, weight) of what counts.

    A composite exists only where every criterion that weighs something is scored, and nobody is scored in all. So each
    preset weighs two or three criteria: of those that go with its name, the ones in which most practices have a score.
    ``even``: whether every indicator inside a criterion weighs the same.
    """

    label: str
    meaning: str
    criteria: tuple[tuple[str, float], ...]
    even: bool = False


PRESETS: dict[str, Preset] = {
    "official": Preset(
        N_("Official"),
        N_(
            "The framework's own weights. It sets none between criteria, so the headline criteria share the whole "
            "equally and the others have no weight."
        ),
        (("effectiveness", 1), ("sustainability", 1)),
    ),
    "equal": Preset(
        N_("Equal"),
        N_(
            "Sustainability, evidence and relevance weigh the same, and so does every indicator inside them. These are "
            "the three criteria in which most practices have a score; no practice has one in all criteria."
        ),
        (("sustainability", 1), ("evidence", 1), ("relevance", 1)),
        even=True,
    ),
    "effectiveness-first": Preset(
        N_("Effectiveness first"),
        N_("Effectiveness is two thirds of the whole, sustainability one third."),
        (("effectiveness", 2), ("sustainability", 1)),
    ),
    "sustainability-first": Preset(
        N_("Sustainability first"),
        N_("Sustainability is two thirds of the whole, relevance one third."),
        (("sustainability", 2), ("relevance", 1)),
    ),
    "inclusion-first": Preset(
        N_("Inclusion first"),
        N_("Inclusivity is two thirds of the whole, relevance one third."),
        (("inclusion", 2), ("relevance", 1)),
    ),
}


def preset(framework: Framework, id_: str) -> Weighting:
    """Return a preset as weights of this framework.

    Raises ValueError for an id that is no preset, and for a preset about a criterion the framework does not have.
    """
    if id_ not in PRESETS:
        raise ValueError(f"preset {id_!r} is not known; known are {', '.join(PRESETS)}")
    of = PRESETS[id_]
    even = {one.id: 1.0 for one in framework.indicators} if of.even else {}
    return weighting(framework, dict(of.criteria), even)


def preset_of(framework: Framework, weights: Weighting) -> str | None:
    """Return the id of the preset that says the same in a link, None where the weights are the reader's own."""
    canonical = _tenths(weights), _own_indicators(framework, weights)
    for id_ in _presets(framework):
        of_preset = preset(framework, id_)
        if canonical == (_tenths(of_preset), _own_indicators(framework, of_preset)):
            return id_
    return None


def _presets(framework: Framework) -> list[str]:
    """Return the presets that make sense in this framework."""
    ids = {criterion.id for criterion in framework.criteria}
    return [id_ for id_, one in PRESETS.items() if ids.issuperset(dict(one.criteria))]


# --- links -------------------------------------------------------------------------------------------------

_PERCENT = re.compile(r"(\d{1,3}(?:\.\d)?)", re.ASCII)
_WEIGHT = re.compile(r"(\d{1,3}(?:\.\d{1,2})?)", re.ASCII)


def to_params(framework: Framework, weights: Weighting) -> dict[str, list[str]]:
    """Return weights as link parameters.

    ``weights=<preset>`` where they are a preset; otherwise ``w=<criterion>:<percent>`` for every criterion, rounded
    to 0.1 so that they sum to exactly 100, and ``wi=<indicator>:<weight>`` (rounded to 0.01) for every
    indicator whose weight is not the framework's.
    """
    if id_ := preset_of(framework, weights):
        return {"weights": [id_]}
    params = {"w": [f"{id_}:{tenths / 10:g}" for id_, tenths in _tenths(weights)]}
    if own := _own_indicators(framework, weights):
        params["wi"] = [f"{id_}:{weight:g}" for id_, weight in own]
    return params


def _tenths(weights: Weighting) -> list[tuple[str, int]]:
    """Return the criteria's shares in tenths of a percent, sum 1,000.

    Largest remainder (Hamilton): everything rounded down, what is left over goes to the largest remainders.
    Without it 33.3 + 33.3 + 33.3 would be read back as other shares than were written.
    """
    exact = [round(share * 1000, 6) for _, share in weights.criteria]
    down = [math.floor(share) for share in exact]
    by_remainder = sorted(range(len(exact)), key=lambda at: (down[at] - exact[at], at))
    for at in by_remainder[: 1000 - sum(down)]:
        down[at] += 1
    return [(id_, tenths) for (id_, _), tenths in zip(weights.criteria, down, strict=True)]


def _own_indicators(framework: Framework, weights: Weighting) -> list[tuple[str, float]]:
    """Return the indicators whose weight, as a link can say it, is not the framework's.

    A weight above 0 stays above 0, so that a link never silences an indicator that counted.
    """
    framework_says = {indicator.id: indicator.weight for indicator in framework.indicators}
    sayable = [(id_, max(round(weight, 2), 0.01) if weight > 0 else 0.0) for id_, weight in weights.indicators]
    exact = dict(weights.indicators)
    return [(id_, weight) for id_, weight in sayable if framework_says[id_] not in (weight, exact[id_])]


def from_params(framework: Framework, params: Mapping[str, Sequence[str]]) -> tuple[Weighting, list[str]]:
    """Read weights from link parameters and say what of them was not understood and left out.

    Never raises: whatever stands in a link, the result is a weighting and a list of short messages of one line
    each. Without anything usable it is the official weighting.
    """
    dropped: list[str] = []
    start = _chosen_preset(framework, params, dropped)
    shares = _read("w", _PERCENT, params, [criterion.id for criterion in framework.criteria], dropped)
    indicators = _read("wi", _WEIGHT, params, [indicator.id for indicator in framework.indicators], dropped)
    if shares and not any(shares.values()):
        dropped.append("w: every criterion would have the weight 0")
    if not any(shares.values()):
        shares = dict(start.criteria)
    indicators = dict(start.indicators) | indicators
    for criterion in framework.criteria:
        if shares.get(criterion.id, 0) > 0 and _silent(criterion, indicators):
            dropped.append(f"wi: no indicator of {criterion.id} would weigh anything")
            indicators |= {indicator.id: indicator.weight for indicator in criterion.indicators}
    return weighting(framework, shares, indicators), dropped


def _chosen_preset(framework: Framework, params: Mapping[str, Sequence[str]], dropped: list[str]) -> Weighting:
    """Return the preset of a link to start from; weights written out beside it count and it does not."""
    known = _presets(framework)
    *others, last = params.get("weights") or ["official"]
    if params.get("weights") and (params.get("w") or params.get("wi") or last not in known):
        others, last = [*others, last], "official"
    dropped += [f"weights: {shown(value)}" for value in others]
    return preset(framework, last)


def _read(
    name: str, number: re.Pattern[str], params: Mapping[str, Sequence[str]], known: Iterable[str], dropped: list[str]
) -> dict[str, float]:
    """Read ``id:number`` values of one parameter; the first for an id counts, a second one is left out."""
    ids = set(known)
    found: dict[str, float] = {}
    for value in params.get(name, ()):
        id_, _, digits = value.partition(":")
        if id_ in ids and id_ not in found and number.fullmatch(digits) and float(digits) <= LARGEST:
            found[id_] = float(digits)
        else:
            dropped.append(f"{name}: {shown(value)}")
    return found
