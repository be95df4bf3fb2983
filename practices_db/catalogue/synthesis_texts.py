"""How a label is said in words, on screen and in briefs. Plain text; a shape and a word, never a colour alone."""

from __future__ import annotations

from collections.abc import Sequence

from criteria.synthesis import Direction, LabelId, Study, Synthesis, current_rule
from practices_db import formats
from practices_db.catalogue.measure_types import measure_types
from practices_db.catalogue.texts import labels
from practices_db.catalogue.vocabularies import label
from practices_db.translation import N_, _, ngettext

SHAPES: dict[LabelId, str] = {
    "consistent": "▲",
    "first-signs": "△",
    "mixed": "◆",
    "no-clear-effect": "▬",
    "points-to-harm": "▼",
    "not-enough-known": "○",
}
NO_STUDY = "·"
FORMS_DIFFER = "≠"
# Of one study: randomised, compared with a group.
ARROWS: dict[Direction, tuple[str, str]] = {
    "improved": ("▲", "△"),
    "mixed": ("◆", "◇"),
    "no-clear-effect": ("■", "□"),
    "worsened": ("▼", "▽"),
}
# Forms of types whose results differ, as findings.csv has them; one that is not here is shown in English.
FORMS = (
    N_("citizenship"), N_("day care"), N_("dispersal"), N_("earlier access"), N_("full course"), N_("home visits"),
    N_("lower benefits"), N_("mixed reception"), N_("on-the-job training"), N_("permanent permit"),
    N_("placement where jobs are"), N_("residence rule"), N_("separate classes"), N_("short course"),
    N_("tutoring and guidance"), N_("wage subsidy"),
)  # fmt: skip
_FOUND: dict[Direction, str] = {
    "improved": N_("{count} improved"),
    "mixed": N_("{count} mixed"),
    "no-clear-effect": N_("{count} without a clear effect"),
    "worsened": N_("{count} worsened"),
}


def form_name(form: str | None) -> str:
    """Return the name of a form of a type as it stands within a sentence; "" for the type as a whole."""
    return _(form) if form else ""


def name(one: Synthesis) -> str:
    """Return what was studied: the type, and the form where it has several."""
    title = label("measure_type", one.measure_type)
    return formats.pair(title, form_name(one.form)) if one.form else title


def label_words(one: Synthesis, within: bool = False) -> str:
    """Return shape and name of a label, also ``within`` a sentence; and that all studies are of one country."""
    called = _(current_rule().name(one.label))
    words = f"{SHAPES[one.label]} {formats.within(called) if within else called}"
    if one.one_country and one.label != "not-enough-known":
        return _("{label} (one country)").format(label=words)
    return words


def marks(one: Synthesis) -> str:
    """Return how sure it is as five marks."""
    return "●" * one.certainty + "○" * (5 - one.certainty)


def studies_words(count: int) -> str:
    """Say how many studies."""
    return ngettext("{count} study", "{count} studies", count).format(count=formats.count(count))


def how_sure(one: Synthesis) -> str:
    """Return how many studies there are and how many were randomised."""
    if not one.studies:
        return _("no study with a comparison")
    return f"{studies_words(len(one.studies))}, {how_randomised(one)}"


def how_randomised(one: Synthesis) -> str:
    """Return how many studies were randomised."""
    if not one.randomised:
        return _("none randomised")
    return ngettext("{count} randomised", "{count} randomised", one.randomised).format(
        count=formats.count(one.randomised)
    )


def found(studies: Sequence[Study]) -> str:
    """Return what studies found, by direction: "4 improved, 1 mixed"."""
    counts = {direction: sum(study.direction == direction for study in studies) for direction in _FOUND}
    return ", ".join(_(_FOUND[direction]).format(count=count) for direction, count in counts.items() if count)


def by_country(studies: Sequence[Study], asked: Sequence[str]) -> str:
    """Return how many studies took place in each country asked for: "2 in Germany, none in Italy"."""
    numbers = {country: len({study.family for study in studies if country in study.countries}) for country in asked}
    parts = [
        _("{count} in {country}").format(count=formats.count(number), country=label("country", country))
        for country, number in numbers.items()
        if number
    ]
    if without := [label("country", country) for country, number in numbers.items() if not number]:
        parts.append(_("none in {countries}").format(countries=formats.listed(without, last="or")))
    return ", ".join(parts)


def countries(one: Synthesis) -> str:
    """Return where it was studied."""
    return labels("area", one.countries) or _("country not stated")


def quotable(one: Synthesis) -> str:
    """Return the sentence that can be quoted: what, label, studies, directions, countries."""
    words = _("{outcome}: {label}. {studies} with a comparison of {what} ({randomised}; {countries}): {found}.")
    if not one.studies:
        return _("{outcome}: no study of {what} with a comparison was found.").format(
            outcome=label("outcome", one.outcome), what=formats.within(name(one))
        )
    return words.format(
        outcome=label("outcome", one.outcome),
        label=formats.within(_(current_rule().name(one.label))),
        what=formats.within(name(one)),
        studies=studies_words(len(one.studies)),
        randomised=how_randomised(one),
        countries=countries(one),
        found=found(one.studies),
    )


def studies_of_type(made: Sequence[Synthesis], own: tuple[int, int] | None = None, most: int = 3) -> str:
    """Return the labels of a type in one sentence, the surest outcomes first, on screen and in briefs.

    ``own``: how many of its studies are of one practice, and how many there are; said behind it.
    """
    studied = [one for one in made if one.studies]
    if not studied:
        return _("no study with a comparison was found.")
    parts = [
        formats.pair(
            formats.within(label("outcome", one.outcome)) + (f" ({form_name(one.form)})" if one.form else ""),
            f"{label_words(one, within=True)}, {how_sure(one)}",
        )
        for one in studied[:most]
    ]
    if (more := len(studied) - most) > 0:
        said = ngettext("{count} more outcome", "{count} more outcomes", more)
        parts.append(said.format(count=formats.count(more)))
    told = formats.parted(parts)
    return f"{told}." if own is None else f"{told}. {_of_one_practice(*own)}"


def no_inheritance() -> str:
    """Say that a practice does not inherit what studies found of others of its type."""
    return _("Studies of other practices of the type do not say that this one has an effect.")


def _of_one_practice(own: int, all_: int) -> str:
    if all_ == 1:
        return _("This study is of this practice.") if own else _("This study is not of this practice.")
    if not own:
        return _("None of these {all} studies is of this practice.").format(all=all_)
    return ngettext(
        "{own} of these {all} studies is of this practice.", "{own} of these {all} studies are of this practice.", own
    ).format(own=own, all=all_)


def direction_note(measure_type: str) -> str | None:
    """Return what the directions of a type are directions of, where that is not the measure itself."""
    for one in measure_types().types:
        if one.id == measure_type and one.direction_of:
            return _("Directions are those of {what}.").format(what=_(one.direction_of))
    return None
