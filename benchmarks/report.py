"""Write docs/performance.md from benchmarks/results/*.json.

    python -m benchmarks.report

The words around the figures are here; change them here and run it again.
"""

from __future__ import annotations

import json
from functools import partial
from typing import Any

from benchmarks.harness import RESULTS, ROOT

Figures = dict[str, Any]
QUIET = 1.0  # load before a run up to which figures are worth keeping
BUSY = "**The machine was busy with other work: these times are preliminary and far too high; only ratios mean something.**"

INTRODUCTION = """# Performance

Written by `python -m benchmarks.report` from the files in `benchmarks/results/`; do not edit it by hand. Every section names
its command, date and machine. Compare figures of one run with each other rather than with those of another: a machine that
does something else at the same time shows it (the load before the run is given). Times are medians in milliseconds where
nothing else is said. Synthetic practices (`benchmarks/generate.py`) are seeded, say in every row that they are
synthetic, and are no part of the shipped data. Benchmarks need `pip install -e ".[test,dev]"`; run them on a quiet machine.
"""
HOW = """## What makes it fast

- **An index of bits in memory** (`practices_db/queries/facet_index.py`), read once for each release of the data: one bit for each practice and
  value. Selection, the count of every value and every order are a few operations on bit sets; the same through joins of
  the long facet table took 500 ms at 100,000 practices. Files still go through SQL alone; tests hold both to the same answers.
- **Only what is shown is fetched**: the cards of a page, kept for the next visitor who sees the same.
- **Aggregates before the browser**: over 500 marks a chart of practices becomes one of counts, in cells that tell how far the ranges
  in them reach; the page says so. Tables have pages of 500. Files are never cut.
- **What is published is computed once for each release**: totals, gap map, method page, one practice's answers.
- **Answers leave at once** (TCP_NODELAY): Streamlit's listening socket does not name its protocol, asyncio therefore leaves Nagle's
  algorithm on, and every rerun waited 40 ms for the delayed confirmation of the visitor's machine.
- **Garbage is collected every ten seconds, not after every click**: Streamlit collects after each script run and walks through what
  all sessions hold; with 100 sessions that was four fifths of the processor's time (p95 8.8 s, without it 0.35 s). What lives as long as
  the process is loaded before `gc.freeze()`, as soon as the server answers, and not walked through at all.
- **uvloop** is the event loop: every message wakes it, and it wakes for less (`python -m benchmarks.ratios before FOLDER`, decision 728).
- **No file watcher, charts as specifications built once** (`.streamlit/config.toml`, `pages/shared/components/charts.py`).
"""
ARRIVALS = """Visitors come on a schedule whatever the answers take, through nginx, to an app with its limits; first pages, files, uploads and
corrections are among what they ask for (the shares are guessed, `MIX` in the script). Times run from the moment that the schedule names.

**The old figure**, until 2026-11-27, was of people who changed Explore's filter and waited for the answer before the next click, without first
pages, nginx and limits, so that a slow answer hid those behind it (quiet machine, 2026-11-26): 50 sessions median 21, p95 60; 100 sessions
median 60, p95 664; with Streamlit's default settings 50 sessions median 4,068, p95 14,436 and 5 errors.
"""
BESIDE = """Processor time, times that of commit 32ebd2f (2026-11-26, the last before issue 20 that starts), with what it had installed, in turns in the
same run. A start is until the server answers.
"""
MISSED = """## Goals that are missed or narrow, and what was tried

- **100 sessions, p95 ≤ 500 ms** (the old figure): between 140 and 660 ms from run to run on 2026-11-26 (the longest after 150 sessions that had just left), median
  31 to 60 ms. 46 reruns a second of 18 ms each keep the one interpreter busy for 83 % of the time, and there waiting grows steeply: 80
  sessions have a p95 of 117 ms. Tried: collecting garbage every ten seconds (8.8 s before), research and charts made once for each
  release (25 ms a rerun before), at most two or three pages at a time (no difference), rarer collections by Python itself (no difference), uvloop (213 and 303 ms
  beside 213 and 972 ms in alternate runs: within what runs differ by), longer and shorter turns of the threads (no difference). uvloop was taken since for the processor time (728).
  What is left is Streamlit's own work for each element. More people: replicas (`docs/many-machines/`).
- **CSV of 100,000 practices ≤ 1.5 × a bare COPY** (`python -m benchmarks.exports`): 1.33 to 1.45 × for all practices in the order "best
  documented first", in which they are stored; other orders and selections have to be sorted and take about 2.1 ×. One unsorted query
  would be 1.25 ×, and hold 240 MB instead of 130.
- **Processor time of a rerun of Explore, less by a third** (issue 20): missed. Over the catalogue it is 0.76 and 0.89 times that of 32ebd2f with the libraries of that commit (`--python`) in two runs, the median of seven views (three and
  four pairs of 10 reruns of each on a busy machine, on which it was 0.94 the hour before); all cards are 0.59 and 0.61, a search 0.64 and 0.65, the table 0.92 and, since its rows are kept, 0.75, a new filter each time 0.81 and 0.89. What is folded is drawn when it is opened, a card is a name and one
  text, and one container holds all cards (decision 730): 61 messages, which were 134; 32ebd2f had 104. py-spy on a rerun (2026-11-28, uvloop, of the time that holds
  Python's lock): half is the script's thread, half the event loop's; our own functions, with what of Python, numpy and DuckDB they call, are 9 %, all the rest, 91 %, is Streamlit and its server. A message costs 0.2 to 0.4 ms. Taken before: uvloop (0.83, median of
  seven views, six pairs of 15 reruns of each), the theme read once (before, Streamlit went through all of its settings six times a rerun: 4 % of the profile), no containers around lists that stand alone, escaped texts kept: 0.81 with all of it (five
  pairs of 12 reruns). Two scores of 10,000 practices counted once and not twice: 0.89 of that view (after the table above). Tried and not taken: decision 728.
- **First start and imports, less by a third** (issue 20): met for the start (0.43); importing the app is 0.73 in this run (0.80 and 0.87 in others), the command line's help 1.00 of 32ebd2f. The command line needs pandas, Arrow and DuckDB for nearly every command; half of what it imports is these three with numpy.
"""
LIMITS = """## What is not done for very large catalogues

- *Your weighting* holds up to 400 scored practices against each other; for more it says so and asks to narrow the filter. The work grows with
  the square.
- Choosing a practice by name offers all names up to 2,000 practices; above that one searches first.
- One process, one Python interpreter: all sessions share about one core. More people than the figures below need replicas.
- The app's limits (1 GB of memory and 30 s a statement in DuckDB) hold up to 200,000 practices; making the derived tables of a
  million has 12 GB in the benchmark, and 4 GB are too little.
"""


def load(name: str) -> Figures | None:
    """Return a result, None where it has not been measured."""
    path = RESULTS / f"{name}.json"
    found: Figures | None = json.loads(path.read_text(encoding="utf-8")) if path.exists() else None
    return found


def source(of: Figures) -> list[str]:
    """Say how a result was made."""
    machine = of["machine"]
    return [
        f"    {of['command']}",
        "",
        f"{of['date']}, {machine['system']}, Python {machine['python']}, Streamlit {machine['streamlit']}, "
        f"DuckDB {machine['duckdb']}; load before the run {machine['load_before']:g}.",
        "",
        *([BUSY, ""] if machine["load_before"] > QUIET else []),
    ]


def goals(of: Figures) -> list[str]:
    """Return goals and figures as a table."""
    lines = ["| goal | measured | |", "|---|---|---|"]
    for what, one in of.items():
        sign = "≥" if one["at_least"] else "≤"
        met = "met" if one["met"] else "**missed**"
        lines.append(f"| {what} {sign} {one['goal']:g} {one['unit']} | {one['value']:g} {one['unit']} | {met} |")
    return [*lines, ""]


def pages(title: str, of: Figures) -> list[str]:
    """Tell of pages over a catalogue of one size: a table, the browser, the goals."""
    one = of["figures"]
    lines = [f"## Pages, {title}", "", *source(of), "| page | median | p95 | processor | first | KB sent |"]
    lines.append("|---|---|---|---|---|---|")
    for page, told in one["server"].items():
        lines.append(
            f"| {page} | {told['median']:.0f} | {told['p95']:.0f} | {told['processor']:.0f} | {told['first']:.0f} | "
            f"{told['kilobytes']:.0f} |"
        )
    lines.append("")
    if seen := one.get("chromium"):
        lines += [
            f"In Chromium: choosing a country {seen['choose a country']['median']:.0f} ms (p95 "
            f"{seen['choose a country']['p95']:.0f}), clearing it {seen['clear all']['median']:.0f} ms (p95 "
            f"{seen['clear all']['p95']:.0f}).",
            "",
            *first_views(seen["first views"]),
        ]
    missed = {what: told for what, told in one["goals"].items() if not told["met"]}
    return [*lines, *(["Goals missed:", "", *goals(missed)] if missed else ["All goals met.", ""])]


def first_views(seen: dict[str, dict[str, float]]) -> list[str]:
    """Tell of the first view of each page, by width in pixels: when its largest paint was, and how far it jumped."""
    columns = ("paint 1280", "shift 1280", "paint 390", "shift 390")
    lines = ["| first view in Chromium | " + " | ".join(columns) + " |", "|---|---|---|---|---|"]
    for page, one in seen.items():
        cells = [
            f"{one[column]:.{0 if column.startswith('paint') else 3}f}" if column in one else "–" for column in columns
        ]
        lines.append(f"| {page} | " + " | ".join(cells) + " |")
    return [*lines, ""]


def languages(of: Figures) -> list[str]:
    """Tell what another language costs."""
    ratios = of["figures"]["ratios"]
    codes = list(next(iter(ratios.values())))
    lines = ["## Languages", "", *source(of), "Processor time of a rerun, times that of English in the same run:", ""]
    lines += ["| page | " + " | ".join(codes) + " |", "|---|" + "---|" * len(codes)]
    lines += [f"| {page} | " + " | ".join(f"{one[code]:.2f}" for code in codes) + " |" for page, one in ratios.items()]
    return [*lines, "", *goals(of["figures"]["goals"])]


def before(of: Figures) -> list[str]:
    """Tell what this version costs beside an earlier one."""
    lines = ["## Beside an earlier version", "", *source(of), BESIDE]
    for name, ratios in of["figures"]["ratios"].items():
        lines += [
            f"| {name} | × |",
            "|---|---|",
            *(f"| {what} | {one['now']:.2f} |" for what, one in ratios.items()),
            "",
        ]
    return [*lines, *goals(of["figures"]["goals"])]


def queries(of: Figures) -> list[str]:
    """Tell of queries: a table for each size with what others take."""
    lines = ["## Queries", "", *source(of)]
    for size, one in of["figures"].items():
        lines += [f"### {size}", "", f"The index is read in {one['index read (s)']:g} s.", ""]
        lines += ["| what | how | median | p95 |", "|---|---|---|---|"]
        told = {f"facets, {name}": ways for name, ways in one["facets"].items()}
        told["top 50 under new weights"] = one["top 50 under new weights"]
        told["filter + facets + chart data"] = {"Explore's own": one["filter + facets + chart data"]}
        for what, ways in told.items():
            lines += [f"| {what} | {how} | {ms['median']:.2f} | {ms['p95']:.2f} |" for how, ms in ways.items()]
        lines += ["", *goals(one["goals"])]
    return lines


def arrivals(of: Figures) -> list[str]:
    """Tell of arrivals on a schedule: each crowd, then what the largest asked for."""
    lines = ["## Arrivals", "", *source(of), ARRIVALS]
    lines += ["| | arrivals a second | p50 | p95 | p99 | answered or failed | refused by limits | errors | processor |"]
    lines += ["|---|---|---|---|---|---|---|---|---|"]
    crowds = {name: one for name, one in of["figures"].items() if name != "goals"}
    for name, one in crowds.items():
        lines.append(
            f"| {name} | {one['arrivals a second']:g} | {one['p50']:.0f} | {one['p95']:.0f} | {one['p99']:.0f} | "
            f"{one['n']} | {one['refused by limits']} | {one['errors']} | {one['processor (ms an arrival)']:.0f} |"
        )
    name, largest = list(crowds.items())[-1]
    lines += ["", f"| {name} | p50 | p95 | p99 | answered or failed |", "|---|---|---|---|---|"]
    for kind, one in largest["by kind"].items():
        lines.append(f"| {kind} | {one['p50']:.0f} | {one['p95']:.0f} | {one['p99']:.0f} | {one['n']} |")
    return [*lines, "", *(goals(of["figures"]["goals"]) if of["figures"]["goals"] else [])]


def sessions(of: Figures) -> list[str]:
    """Tell of those connected, and of memory."""
    gone = of["figures"]["come and go"]
    return [
        "## Sessions",
        "",
        *source(of),
        f"{gone['sessions']:,} sessions opened, clicked and closed: {gone['after a tenth (MB)']:g} MB after the first tenth, "
        f"{gone['at the end (MB)']:g} MB at the end, {gone['after the last was forgotten (MB)']:g} MB later.",
        "",
        *goals(of["figures"]["goals"]),
    ]


def startup(of: Figures) -> list[str]:
    """Tell of start-up and imports."""
    figures = of["figures"]
    lines = ["## Start", "", *source(of), "| | median | p95 |", "|---|---|---|"]
    lines += [f"| {name} | {one['median']:.0f} | {one['p95']:.0f} |" for name, one in figures["start (ms)"].items()]
    lines += ["", "| import | ms | most of it in |", "|---|---|---|"]
    for name, one in figures["imports (ms)"].items():
        most = ", ".join(f"{package} {took:.0f}" for package, took in list(one["packages"].items())[:5])
        lines.append(f"| {name} | {one['all']:.0f} | {most} |")
    return [*lines, "", *goals(figures["goals"])]


def releases(of: Figures) -> list[str]:
    """Tell of release tables and of a replica made from them."""
    figures = of["figures"]
    made, replica = figures["release"], figures["replica"]
    lines = [f"## Release tables, {figures['practices']:,} practices", "", *source(of)]
    lines += ["| | s | processor, s | MB on disk afterwards |", "|---|---|---|---|"]
    for name in ("first release", "one name changed"):
        lines.append("| {} | {s} | {processor (s)} | {MB on disk} |".format(name, **made[name]))
    lines += ["", f"{made['rows']:,} rows; the releasing process took {made['memory (GB)']} GB at most.", ""]
    lines += ["| a replica | |", "|---|---|", *(f"| {name} | {value:,} |" for name, value in replica.items())]
    return [*lines, ""]


def release_from_nothing(of: Figures) -> list[str]:
    """Tell of a release on the main app, and of those who read it."""
    figures = of["figures"]
    lines = ["## A release on its way to replicas", "", *source(of)]
    lines += [
        f"PostgreSQL, an S3 server, main app, two replicas and nginx: up after {figures['started (s)']:g} s. From the press of "
        f"*Publish* until both replicas show it {figures['release on both replicas (s)']:g} s; the main app used "
        f"{figures['release, processor of the main app (s)']:g} s of processor time. Counted: "
        + "; ".join(
            f"{who} {', '.join(f'{count:,} {what}' for what, count in one.items())}"
            for who, one in figures["counts"].items()
        )
        + ".",
        "",
    ]
    return [*lines, *goals(figures["goals"])]


def replicas(of: Figures) -> list[str]:
    """Tell of what replicas give, what an arrival costs, and of the simulation."""
    figures = of["figures"]
    lines = ["## Replicas", "", *source(of)]
    lines += ["| asked for | processor, ms | p95 |", "|---|---|---|"]
    for kind, one in figures["cost of an arrival (processor, ms)"].items():
        lines.append(f"| {kind} | {one['p50']:.0f} | {one['p95']:.0f} |")
    lines += ["", f"By the mix: {figures['mean by the mix (processor, ms)']:g} ms on average.", ""]
    lines += ["| | arrivals a CPU-second, each | answers a second | p50 | p95 | processor of each | pace |"]
    lines += ["|---|---|---|---|---|---|---|"]
    for name in ("one alone, before", "two", "one alone, after"):
        one = figures[name]
        each = " and ".join(f"{rate:g}" for rate in one["arrivals a CPU-second"])
        lines.append(
            f"| {name} | {each} | {one['answers a second']:g} | {one['p50']:.0f} | {one['p95']:.0f} | "
            f"{one['processor time of a replica (%)']} % | {one['pace']:g} |"
        )
    told = figures["simulated two"]
    lines.append(f"| two, simulated | | {told['answers a second']:g} | {told['p50']:.0f} | {told['p95']:.0f} | | |")
    memory = figures["memory"]
    lines += [
        "",
        "Pace: how much longer than its processor time a replica's thread took, because others had the processors.",
        "",
        f"Memory: a replica {memory['a replica (MB)']} MB, a session {memory['KB a session']} KB more ({memory['sessions']} held open).",
        "",
    ]
    return [*lines, *goals(figures["goals"])]


def main() -> None:
    lines = [INTRODUCTION, HOW]
    for name, tell in (
        ("pages-catalogue", partial(pages, "the catalogue")),
        ("pages-10000", partial(pages, "10,000 practices")),
        ("pages-100000", partial(pages, "100,000 practices")),
        ("languages", languages),
        ("before", before),
        ("queries", queries),
        ("arrivals", arrivals),
        ("sessions", sessions),
        ("startup", startup),
        ("releases", releases),
        ("machines-release", release_from_nothing),
        ("machines-replicas", replicas),
    ):
        if found := load(name):
            lines += tell(found)
    path = ROOT / "docs" / "performance.md"
    path.write_text("\n".join([*lines, MISSED, LIMITS]), encoding="utf-8")
    print(f"written to {path.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
