"""What the project computes, once more: slowly, in plain Python, from the text files themselves.

Nothing of the project is imported here: only the csv module, tomllib and exact fractions. Filters come in as
plain dictionaries with the field names of a filter.
"""

from __future__ import annotations

import csv
import hashlib
import itertools
import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
CATALOGUE = ROOT / "data" / "catalogue"
FRAMEWORKS = ROOT / "criteria" / "frameworks"
SYNTHETIC = ROOT / "tests" / "data" / "synthetic"

DOCUMENTED = ("met", "partly", "not-met")
BASES = ("expert-review", "desk-review", "self-assessment")
CAUTIOUS_FIRST = ("not-met", "partly", "met", "not-applicable", "not-documented")
VERSION = "2.0.0"
HEADLINES = ("effectiveness", "sustainability")
FACETS = (
    "country",
    "target_group",
    "sector",
    "governance_level",
    "funding_kind",
    "result",
    "effectiveness_group",
    "measure_type",
    "assessment_status",
    "evidence_level",
    "source_kind",
)

Row = dict[str, str]
Content = dict[str, Any]


# --- files -------------------------------------------------------------------------------------------------


def read_csv(path: Path) -> list[Row]:
    """Return the rows of a CSV file as dictionaries of text."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, strict=True))


@cache
def part() -> dict[str, list[dict[str, str]]]:
    """Return part of the real catalogue by file, of which a release costs a fifth.

    It has the practices that lead somewhere in the library, one with several types of measure, one with its main type
    only, one whose answers disagree, and one that was never assessed but is documented. Of the library it has what
    they lead to, the first rows, and two organisations that are publishers, too.
    """
    tables = {path.name: read_csv(path) for path in CATALOGUE.glob("*.csv")}
    links, rates = tables["links.csv"], tables["rates_without_comparison.csv"]
    practices = {"accelair", "acompanando-t", "casa-scalabrini-634", "south-moravian-regional-centre-for-foreigners"}
    practices |= {"ment-migrant-entrepreneurship-supported-by-mentors", *(row["to_id"] for row in links)}
    practices |= {row["practice_id"] for row in (*tables["costs.csv"], *rates)}
    papers = {"cbel-rct", tables["findings.csv"][0]["publication_id"], *(row["from_id"] for row in links)}
    papers |= {row["id"] for row in tables["evidence.csv"] if re.search("OECD|Cedefop", row["publisher"])}
    papers |= {row["publication_id"] for row in rates}
    for name, ids in (("evidence.csv", papers), ("organisations.csv", houses := {"oecd", "cedefop"})):
        ids |= {row["id"] for row in tables[name][:3]}
    kept = {"practices.csv": ("id", practices), "evidence.csv": ("id", papers), "organisations.csv": ("id", houses)}
    kept |= dict.fromkeys(("findings.csv", "publication_types.csv"), ("publication_id", papers))
    for name, rows in tables.items():
        column, ids = kept.get(name, ("practice_id", practices | {""}))
        tables[name] = [row for row in rows if row.get(column, "") in ids]
    return tables


def framework_content(version: str = VERSION) -> Content:
    """Return the file of a version of the framework as plain dictionaries and lists."""
    return tomllib.loads((FRAMEWORKS / f"integration-practices-{version}.toml").read_text(encoding="utf-8"))


def several(cell: str) -> list[str]:
    """Take a cell of several values apart."""
    return [piece.strip() for piece in cell.split(";")] if cell else []


def catalogue_hash(folder: Path) -> str:
    """Return the hash that names a state of the catalogue: its files, each after its name."""
    content = b""
    names = (
        "practices.csv",
        "sources.csv",
        "assessments.csv",
        "evidence.csv",
        "organisations.csv",
        "links.csv",
        "results.csv",
        "assessors.csv",
        "practice_types.csv",
        "publication_types.csv",
        "findings.csv",
        "costs.csv",
        "rates_without_comparison.csv",
    )
    for name in (name for name in names if (folder / name).exists()):
        content += name.encode() + b"\0" + (folder / name).read_bytes() + b"\0"
    return hashlib.sha256(content).hexdigest()


# --- scores ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class NodeScore:
    """The score of one question or criterion, exact."""

    score: Fraction | None
    coverage: Fraction | None
    low: Fraction | None
    high: Fraction | None
    scored: bool
    strongest: int | None
    median: Fraction | None
    answered: int
    applicable: int


def indicators_by_node(framework: Content) -> dict[str, list[Content]]:
    """Return the indicators of every criterion and of every question (named ``criterion/question``)."""
    found: dict[str, list[Content]] = {}
    for criterion in framework["criterion"]:
        found[criterion["id"]] = []
        for question in criterion["question"]:
            found[f"{criterion['id']}/{question['id']}"] = list(question["indicator"])
            found[criterion["id"]] += question["indicator"]
    return found


def exact(number: float) -> Fraction:
    """Return a decimal number as it is written: 0.65 is 65/100."""
    return Fraction(str(number))


def score_nodes(framework: Content, answers: Mapping[str, tuple[str, int]]) -> dict[str, NodeScore]:
    """Score every node from indicator id → (answer, evidence level); what is absent is not documented."""
    value = {option["id"]: exact(option.get("value", 0)) for option in framework["answer"]}
    scores = {}
    minimum = {one["id"]: one.get("minimum_coverage", framework["minimum_coverage"]) for one in framework["criterion"]}
    for node, indicators in indicators_by_node(framework).items():
        known_weight = unknown_weight = points = Fraction(0)
        levels: list[int] = []
        applicable = 0
        required_known = True
        for indicator in indicators:
            weight = exact(indicator.get("weight", 1))
            answer, level = answers.get(indicator["id"], ("not-documented", 0))
            if indicator.get("required") and answer not in DOCUMENTED:
                required_known = False
            if answer == "not-applicable":
                continue
            applicable += 1
            if answer == "not-documented":
                unknown_weight += weight
            else:
                known_weight += weight
                points += weight * value[answer]
                levels.append(level)
        whole = known_weight + unknown_weight
        coverage = known_weight / whole if applicable else None
        scores[node] = NodeScore(
            score=100 * points / known_weight if levels else None,
            coverage=coverage,
            low=100 * points / whole if applicable else None,
            high=100 * (points + unknown_weight) / whole if applicable else None,
            scored=bool(levels)
            and required_known
            and coverage is not None
            and coverage >= exact(minimum[node.split("/")[0]]),
            strongest=max(levels) if levels else None,
            median=median(levels),
            answered=len(levels),
            applicable=applicable,
        )
    return scores


def composite_score(
    framework: Content, answers: Mapping[str, tuple[str, int]], shares: Mapping[str, Fraction]
) -> Fraction | None:
    """Return the weighted mean of the scores of the criteria that weigh something; None where one is not scored."""
    scores = score_nodes(framework, answers)
    whole = total = Fraction(0)
    for criterion, share in shares.items():
        if share > 0:
            one = scores[criterion]
            if not one.scored or one.score is None:
                return None
            whole += share
            total += share * one.score
    return total / whole


# --- who leads whom ----------------------------------------------------------------------------------------


def possible_scores(
    framework: Content,
    answers: Mapping[str, str],
    shares: Mapping[str, Fraction],
    unknown: Mapping[str, Fraction] | str,
    error: Mapping[str, Mapping[str, Fraction]],
) -> dict[Fraction, Fraction]:
    """Return score → probability by going through every way in which all answers of one practice can be so.

    ``answers``: what is known, by indicator id; ``unknown``: how likely each answer to an unknown one is, each by
    itself, or "together"; ``error``: what is so, given what was answered.
    """
    value = {option["id"]: exact(option.get("value", 0)) for option in framework["answer"]}
    asked: list[tuple[str, Fraction, str]] = []
    for criterion in framework["criterion"]:
        inside = [one for question in criterion["question"] for one in question["indicator"]]
        inside = [one for one in inside if answers.get(one["id"]) != "not-applicable"]
        whole = sum((exact(one.get("weight", 1)) for one in inside), Fraction(0))
        if shares.get(criterion["id"], 0) > 0:
            share = shares[criterion["id"]] / sum(shares.values())
            asked += [(one["id"], share * exact(one.get("weight", 1)) / whole, criterion["id"]) for one in inside]
    known = [answers.get(id_, "not-documented") for id_, _, _ in asked]
    found: dict[Fraction, Fraction] = {}
    for so in itertools.product(DOCUMENTED, repeat=len(asked)):
        chance = Fraction(1)
        for answer, is_so in zip(known, so, strict=True):
            if answer != "not-documented":
                chance *= error[answer][is_so]
            elif unknown != "together":
                chance *= unknown[is_so]  # type: ignore[index]
        if unknown == "together":
            open_ = {is_so for answer, is_so in zip(known, so, strict=True) if answer == "not-documented"}
            chance *= Fraction(1, 3) if len(open_) == 1 else Fraction(len(open_) == 0)
        if chance:
            parts = [100 * weight * value[is_so] for (_, weight, _), is_so in zip(asked, so, strict=True)]
            score = sum(parts, Fraction(0))
            found[score] = found.get(score, Fraction(0)) + chance
    return found


def lead(one: Mapping[Fraction, Fraction], other: Mapping[Fraction, Fraction]) -> tuple[Fraction, Fraction]:
    """Return how likely one is ahead of another, and level with it."""
    ahead = tied = Fraction(0)
    for mine, my_chance in one.items():
        for theirs, their_chance in other.items():
            if mine > theirs:
                ahead += my_chance * their_chance
            elif mine == theirs:
                tied += my_chance * their_chance
    return ahead, tied


def median(levels: Iterable[int]) -> Fraction | None:
    """Return the middle of the sorted levels, the mean of the two middle ones where the count is even."""
    line = sorted(levels)
    while len(line) > 2:
        line = line[1:-1]
    return Fraction(sum(line), len(line)) if line else None


# --- which answer counts -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Counted:
    """The answer that counts for one indicator of one practice."""

    answer: str
    evidence_level: int
    basis: str
    assessor: str
    source_url: str
    assessments: int
    disagreement: bool


def counted_answers(rows: Sequence[Row]) -> dict[str, dict[str, Counted]]:
    """Return practice id → indicator id → the answer that counts, by the rule the design states.

    Only answers under the current version count, and none of a tick-list.
    """
    together: dict[tuple[str, str], list[Row]] = {}
    for row in (row for row in rows if row["framework_version"] == VERSION and row["basis"] in BASES):
        together.setdefault((row["practice_id"], row["indicator_id"]), []).append(row)
    counted: dict[str, dict[str, Counted]] = {}
    for (practice_id, indicator_id), given in together.items():
        best = given[0]
        for row in given[1:]:
            if _comes_before(row, best):
                best = row
        counted.setdefault(practice_id, {})[indicator_id] = Counted(
            best["answer"],
            int(best["evidence_level"]),
            best["basis"],
            best["assessor"],
            best["source_url"],
            len(given),
            len({row["answer"] for row in given} - {"not-documented"}) > 1,
        )
    return counted


def _comes_before(one: Row, other: Row) -> bool:
    if (one["answer"] == "not-documented") != (other["answer"] == "not-documented"):
        return other["answer"] == "not-documented"
    if one["basis"] != other["basis"]:
        return BASES.index(one["basis"]) < BASES.index(other["basis"])
    if one["evidence_level"] != other["evidence_level"]:
        return int(one["evidence_level"]) > int(other["evidence_level"])
    if one["answer"] != other["answer"]:
        return CAUTIOUS_FIRST.index(one["answer"]) < CAUTIOUS_FIRST.index(other["answer"])
    if one["assessed_on"] != other["assessed_on"]:
        return one["assessed_on"] > other["assessed_on"]
    return _assessment(one) < _assessment(other)


def _assessment(row: Row) -> str:
    of = (row["practice_id"], row["basis"], row["assessor"], row["assessed_on"])
    return ":".join((*of, f"{row['framework']}-{row['framework_version']}"))


# --- practices and filters ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Practice:
    """A practice as a filter, a list and a file need it."""

    row: Row
    answers: dict[str, Counted]
    scores: dict[str, NodeScore]
    facets: dict[str, list[str]]
    name_key: str
    search_text: str
    results: list[Row]  # the main one first

    @property
    def id(self) -> str:
        return self.row["id"]

    @property
    def answered(self) -> int:
        return sum(1 for one in self.answers.values() if one.answer in DOCUMENTED)


def plain(text: str) -> str:
    """Return text without case, accents, width and unseen signs, one apostrophe, one dash, white space collapsed."""
    letters = {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h"}
    bare = ""
    for character in unicodedata.normalize("NFKD", re.sub("[’‘ʼ′`´]", "'", text.casefold())):
        category = unicodedata.category(character)
        if category == "Pd" or character == "−":
            bare += "-"
        elif not category.startswith("M") and category != "Cf":
            bare += letters.get(character.casefold(), character.casefold())
    return " ".join(unicodedata.normalize("NFKC", bare).split())


def source_kind(row: Row) -> str:
    """Return where a record comes from: SPRING, EWSI, the lead organisation's own page, another page."""
    publisher, leader = row["source_name"].casefold(), row["lead_organisation"].casefold()
    if row["spring_url"] != "" or "spring" in publisher.split():
        return "spring"
    if "european website on integration" in publisher:
        return "ewsi"
    if leader != "" and (leader in publisher or publisher in leader):
        return "lead-organisation"
    return "other"


@cache
def practices(folder: Path = CATALOGUE) -> list[Practice]:
    """Read a catalogue and work everything out, once for all tests: look at it, never change it."""
    framework = framework_content()
    counted = counted_answers(read_csv(folder / "assessments.csv"))
    results: dict[str, list[Row]] = {}
    for row in read_csv(folder / "results.csv") if (folder / "results.csv").exists() else []:
        of_practice = results.setdefault(row["practice_id"], [])
        of_practice.insert(0 if row["main"] == "yes" else len(of_practice), row)
    types = read_csv(folder / "practice_types.csv") if (folder / "practice_types.csv").exists() else []
    found = []
    for row in read_csv(folder / "practices.csv"):
        answers = counted.get(row["id"], {})
        scores = score_nodes(framework, {id_: (one.answer, one.evidence_level) for id_, one in answers.items()})
        levels = [one.evidence_level for one in answers.values() if one.answer in DOCUMENTED]
        status = ["assessed" if row["id"] in counted else "not-assessed"]
        status += [f"{headline}-scored" for headline in HEADLINES if scores[headline].scored]
        facets = {
            "country": several(row["countries"]) or ["not-stated"],
            "target_group": several(row["target_groups"]) or ["not-stated"],
            "sector": several(row["sectors"]) or ["not-stated"],
            "governance_level": [row["governance_level"] or "not-stated"],
            "funding_kind": several(row["funding_kinds"]) or ["not-stated"],
            "result": [main["direction"] if (main := next(iter(results.get(row["id"], [])), None)) else "not-known"],
            "effectiveness_group": [shown_by(answers["eff-result"].answer if "eff-result" in answers else "", main)],
            "measure_type": sorted(one["measure_type"] for one in types if one["practice_id"] == row["id"])
            or ["not-stated"],
            "assessment_status": status,
            "evidence_level": [str(max(levels)) if levels else "none"],
            "source_kind": [source_kind(row)],
        }
        searched = [row["name"], row["lead_organisation"], *several(row["place"]), row["summary"]]
        text = " ".join(part for part in searched if part)
        found.append(
            Practice(row, answers, scores, facets, plain(row["name"]), plain(text), results.get(row["id"], []))
        )
    return found


def mark(one: Practice) -> int:
    """Return the evidence of a practice's main result, 0 where none is known."""
    marks = {"randomised": 5, "comparison-group": 4, "before-after": 2, "survey": 2, "monitoring": 1, "qualitative": 1}
    return marks[one.results[0]["design"]] if one.results else 0


def leads_by(one: Practice) -> int:
    """Return how far a practice's main result leads: on participants, then on others, then all else; then by mark."""
    if not one.results:
        return 0
    return mark(one) + {"other": 100, "attitudes-of-receiving-society": 200}.get(one.results[0]["outcome"], 300)


def found_by_others(one: Practice) -> bool:
    """Whether a practice's main result is known to come from someone other than its operator."""
    return bool(one.results) and one.results[0]["independent_of_operator"] == "yes"


def shown_by(answer: str, main: Row | None) -> str:
    """Return what a result shows, as issue 14 words it, from the counted answer to ``eff-result`` and the main row."""
    if main and main["direction"] == "worsened":
        return "worse"
    if answer not in DOCUMENTED:
        return "level-only" if main else "unknown"
    if answer == "not-met" or (main and main["direction"] in ("no-clear-effect", "mixed")):
        return "no-difference"
    if main and main["direction"] == "improved" and main["design"] in ("randomised", "comparison-group"):
        return "better-than-others"
    return "better-than-before"


def meets_facet(one: Practice, facet: str, chosen: Mapping[str, Any]) -> bool:
    """Whether a practice meets what is chosen in one facet."""
    values = chosen[facet]
    if not values:
        return True
    if facet == "target_group" and chosen["all_target_groups"]:
        return all(value in one.facets[facet] for value in values)
    return any(value in one.facets[facet] for value in values)


def meets_the_rest(one: Practice, chosen: Mapping[str, Any]) -> bool:
    """Whether a practice meets everything chosen that is no facet: period, coverage, words."""
    first, last = chosen["running_from"], chosen["running_to"]
    if first is not None or last is not None:
        start, end = one.row["start_year"], one.row["end_year"]
        if not start and not end:
            if not chosen["undated"]:
                return False
        else:
            began = int(start or 0)  # no start stated: likewise
            ended = int(end) if end else 9999  # no end stated: found, and counted apart (ran_to, ran_from)
            if first is not None and ended < first:
                return False
            if last is not None and began > last:
                return False
    if chosen["minimum_coverage"]:
        for headline in HEADLINES:
            coverage = one.scores[headline].coverage if one.answers else None
            if coverage is None or 100 * coverage < chosen["minimum_coverage"]:
                return False
    return all(word in one.search_text for word in plain(chosen["text"]).split())


def ran_to(one: Practice, first: int) -> bool:
    """Whether a practice with a year stated is known to have run in ``first`` or later."""
    return int(one.row["end_year"] or one.row["start_year"]) >= first


def ran_from(one: Practice, last: int) -> bool:
    """Whether a practice with a year stated is known to have run in ``last`` or before."""
    return int(one.row["start_year"] or one.row["end_year"]) <= last


def matches(one: Practice, chosen: Mapping[str, Any]) -> bool:
    """Whether a filter selects a practice."""
    return meets_the_rest(one, chosen) and all(meets_facet(one, facet, chosen) for facet in FACETS)


def facet_counts(everyone: Sequence[Practice], chosen: Mapping[str, Any]) -> dict[str, dict[str, int]]:
    """Count for each value the practices that would be found with it, under the other filters."""
    counts: dict[str, dict[str, int]] = {facet: {} for facet in FACETS}
    for facet in FACETS:
        own_counts_too = facet == "target_group" and chosen["all_target_groups"]
        for one in everyone:
            others = [other for other in FACETS if other != facet or own_counts_too]
            if meets_the_rest(one, chosen) and all(meets_facet(one, other, chosen) for other in others):
                for value in one.facets[facet]:
                    counts[facet][value] = counts[facet].get(value, 0) + 1
    return counts


def in_order(found: Iterable[Practice], sort: str) -> list[str]:
    """Return the ids of practices in a sort order; whatever ties ends by name, then id."""
    by_name = sorted(found, key=lambda one: (one.name_key, one.id))
    match sort:
        case "name":
            line = by_name
        case "result":
            line = sorted(by_name, key=lambda one: (-mark(one), not found_by_others(one), -one.answered))
        case "documented":
            line = sorted(by_name, key=lambda one: -one.answered)
        case "newest":
            line = sorted(by_name, key=lambda one: -int(one.row["start_year"] or 0))
        case _:
            line = sorted(by_name, key=lambda one: _surest_first(one, sort))
    return [one.id for one in line]


def _surest_first(one: Practice, headline: str) -> tuple[int, int, Fraction]:
    score = one.scores[headline]
    if not one.answers or score.low is None:
        return 1, 1, Fraction(0)
    return (0 if score.scored else 1), 0, -score.low


def similar(everyone: Sequence[Practice], practice_id: str) -> list[tuple[str, set[str], set[str], set[str]]]:
    """Return (id, shared countries, sectors and groups) of practices that share all three kinds."""
    this = next(one for one in everyone if one.id == practice_id)
    found = []
    for one in everyone:
        countries, sectors, groups = (
            set(several(one.row[field])) & set(several(this.row[field]))
            for field in ("countries", "sectors", "target_groups")
        )
        if one is not this and countries and sectors and groups:
            order = (-len(sectors) - len(groups), -one.answered, one.name_key, one.id)
            found.append((order, (one.id, countries, sectors, groups)))
    return [entry for _, entry in sorted(found, key=lambda pair: pair[0])]
