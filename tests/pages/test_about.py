"""About the catalogue: every number is a count of the catalogue's files."""

from __future__ import annotations

from collections import Counter

import oracles
import pytest
import screen
from screen import Visit

PRACTICES = screen.rows("practices")
ASSESSED = [one.id for one in oracles.practices() if one.answers]


def counted(column: str) -> Counter[str]:
    return Counter(value for row in PRACTICES for value in oracles.several(row[column]))


def test_the_metrics_are_counts_of_the_files(visit: Visit) -> None:
    both = [one for one in oracles.practices() if all(one.scores[node].scored for node in oracles.HEADLINES)]
    assert {metric.label: metric.value for metric in visit("about").metric} == {
        "Practices": str(len(PRACTICES)),
        "Countries": str(len(counted("countries"))),
        "Assessed": str(len(ASSESSED)),
        "Enough evidence to score": str(len(both)),
    }


def test_what_is_not_known_is_counted_from_the_files(visit: Visit) -> None:
    (words,) = (body for body in screen.bodies(visit("about")) if "have no assessment" in body)
    independent = {
        one.id
        for one in oracles.practices()
        if any(a.answer in oracles.DOCUMENTED and a.evidence_level >= 3 for a in one.answers.values())
    }
    for sentence in (
        f"**{len(PRACTICES) - len(ASSESSED)} of {len(PRACTICES)}** practices have no assessment",
        f"Only **{len(independent)}** practices have at least one answer that rests on an independent evaluation",
        f"**{sum(not row['evaluation_documented'] for row in PRACTICES)}** show no evaluation",
        f"**{sum(not row['start_year'] for row in PRACTICES)}** no first year",
        f"**{sum(not row['funding_kinds'] for row in PRACTICES)}** no funding",
        f"**{sum(not row['countries'] for row in PRACTICES)}** no country",
    ):
        assert sentence in words


@pytest.mark.parametrize(
    ("alt", "column", "name"),
    [
        ("Practices by country", "countries", "Country"),
        ("Practices by sector", "sectors", "Sector"),
        ("Practices by target group", "target_groups", "Target group"),
    ],
)
def test_the_table_beside_a_chart_counts_the_files(visit: Visit, alt: str, column: str, name: str) -> None:
    (table,) = (table for table in visit("about").table if table.proto.alt == alt)
    stated = table.value[table.value[name] != "Not stated"]
    assert sorted(int(n) for n in stated["Practices"]) == sorted(counted(column).values())
    missing = sum(not row[column] for row in PRACTICES)
    not_stated = [int(n) for n in table.value[table.value[name] == "Not stated"]["Practices"]]
    assert not_stated == ([missing] if missing else [])


def test_titles_say_what_the_charts_show(visit: Visit) -> None:
    heads = [head.value for head in visit("about").header]
    for column, words in (("countries", "are in"), ("sectors", "are on"), ("target_groups", "are for")):
        (_one, first), (_other, second) = counted(column).most_common(2)
        (head,) = (head for head in heads if f"{first} of {len(PRACTICES)} practices {words} " in head)
        assert f", {second} {words.removeprefix('are ')} " in head


def test_first_years_are_counted_from_the_files(visit: Visit) -> None:
    app = visit("about")
    (table,) = (table for table in app.table if table.proto.alt == "Practices by first year")
    years = Counter(int(row["start_year"]) for row in PRACTICES if row["start_year"])
    shown = {str(year): int(practices) for year, practices in table.value.itertuples(index=False)}
    assert sum(shown.values()) == years.total()
    assert {int(year): n for year, n in shown.items() if year.isdigit()}.items() <= years.items()
    most = max(shown.values())
    named = [year for year, n in shown.items() if n == most]
    said = [f"{most} of {years.total()} practices with a known first year began in {year}" for year in named]
    assert set(said) & {header.value for header in app.header}
    assert f"{sum(not row['start_year'] for row in PRACTICES)} practices state no year" in "\n".join(
        caption.value for caption in app.caption
    )


def test_the_map_and_what_is_off_it_make_up_the_whole_catalogue(visit: Visit) -> None:
    app = visit("about")
    chart = next(one for one in screen.charts(app) if one.alt.startswith("Map of Europe"))
    on_map = {row["id"]: row["count"] for row in screen.dataset(chart, "counts")}
    every = counted("countries")
    assert on_map == {code: every[code] for code in on_map}
    (caption,) = (one.value for one in app.caption if one.value.startswith("Not on the map: "))
    off = [code for code in every if code not in on_map]
    assert f"{sum(not row['countries'] for row in PRACTICES)} state no country" in caption
    assert caption.count(": ") == 1 + len(off)


def test_what_is_kept_and_not_counted_is_said(visit: Visit) -> None:
    rows = screen.rows("assessments")
    earlier = sum(row["framework_version"] == "1.0.0" for row in rows)
    ticks = sum(row["basis"] == "tick-list" for row in rows)
    assert earlier
    assert ticks
    said = f"Stored but not counted: {earlier} answers to version 1.0.0 of the questions; {ticks} answers from another"
    assert any(one.value.startswith(said) for one in visit("overview").caption)
