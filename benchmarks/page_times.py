"""How long pages take: the server's rerun of every page, and from a changed filter to a changed page in Chromium.

    python -m benchmarks.page_times [--sizes 0 10000 100000] [--findings 0] [--reruns 30] [--clicks 15] [--no-browser]

0 stands for the real catalogue; other sizes are synthetic (generate.py). The server part speaks Streamlit's protocol
over a websocket: a time is from sending the request to the message that the script has finished, each rerun with
other parameters. The browser part is Debian's chromium-headless-shell: a time is from the key that chooses a filter to the changed
sentence above the result; and the first view of every page and view, in a profile of its own: its largest paint, and how
far it jumps while it comes (cumulative layout shift, as web.dev defines it, in the first seconds); three visits, the
median of the paints and the worst of the shifts; beside it an app of a title and a sentence, whose paint is what the
machine and Streamlit take by themselves. Both servers have done what they do after a start. Goals: the catalogue
≤ 150 ms in Chromium and ≤ 60 ms on the server, 100,000 practices ≤ 300 ms (medians), the largest paint of a first view
≤ 1.5 s on a quiet machine, its layout shift ≤ 0.1 at 1280 and at 390 pixels.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import shutil
import statistics
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from benchmarks.harness import CATALOGUE, Visitor, cpu, database, filters, goal, server, spread, wait_until_idle, write
from practices_db.database.store import Store

WARM_UP = 5
NOTHING = "nothing but a title"
BARE = """import streamlit as st
st.title("Nothing but a title")
st.write("and a sentence. Data version: none")
"""


def ids(path: Path, scored: bool) -> list[str]:
    """Return ids of practices to look at: scored ones, or any."""
    with Store(path) as store, store.cursor() as cursor:
        rows = cursor.execute(
            "SELECT id FROM practice_card WHERE assessed OR NOT $scored ORDER BY hash(id) LIMIT 200",
            {"scored": scored},
        ).fetchall()
        return [id_ for (id_,) in rows]


def links(path: Path) -> dict[str, tuple[str, Callable[[], Iterator[str]]]]:
    """Return for each page and view its name in the address and the parameters of its reruns."""
    any_, assessed = ids(path, scored=False), ids(path, scored=True)
    wide = [""] + [f"country={country}" for country in ("IT", "DE", "ES", "FR", "SE", "NL")]

    def explore(view: str) -> Callable[[], Iterator[str]]:
        return lambda: (f"{link}&view={view}&page={1 + at % 2}" for at, link in enumerate(itertools.cycle(wide)))

    return {
        "overview": ("", lambda: itertools.cycle([""])),
        "what works": (
            "what-works",
            lambda: (
                f"outcome={outcome}&target-group={group}"
                for group in itertools.cycle(["refugees", "women", "youth"])
                for outcome in ("employment", "language", "earnings", "education")
            ),
        ),
        "what works, a type": (
            "what-works",
            lambda: (
                f"type={one}"
                for one in itertools.cycle(["job-coaching-and-matching", "befriending", "case-management"])
            ),
        ),
        "about": ("about", lambda: itertools.cycle([""])),
        "explore": ("explore", filters),
        "explore, everything": ("explore", lambda: (f"page={at % 9 + 1}" for at in itertools.count())),
        "explore, ranges": ("explore", explore("ranges")),
        "explore, two scores": ("explore", explore("scores")),
        "explore, table": ("explore", explore("table")),
        "explore, groups": ("explore", explore("groups")),
        "explore, search": (
            "explore",
            lambda: (f"q={word}" for word in itertools.cycle(["mentoring", "youth housing", "language", "work"])),
        ),
        "practice": (
            "practice",
            lambda: (
                f"practice={id_}"
                for id_ in itertools.cycle([one for two in zip(any_, assessed, strict=False) for one in two])
            ),
        ),
        "practice, none named": ("practice", lambda: itertools.cycle([""])),
        "compare": (
            "compare",
            lambda: (f"practice={one}&practice={two}" for one, two in itertools.pairwise(itertools.cycle(assessed))),
        ),
        "compare, none chosen": ("compare", lambda: itertools.cycle([""])),
        "weighting": ("weighting", lambda: (f"country={c}" for c in itertools.cycle(["IT", "DE", "ES", "GR", "AT"]))),
        "weighting, everything": (
            "weighting",
            lambda: (f"weights={name}" for name in itertools.cycle(["equal", "official"])),
        ),
        "gaps": ("gaps", lambda: itertools.cycle(["", "down=country"])),
        "needs": (
            "needs",
            lambda: (
                f"who=municipality&country={country}&sector={sector}&target-group=refugees"
                for country in itertools.cycle(["IT", "DE", "GR"])
                for sector in ("housing-and-settlement", "language", "health")
            ),
        ),
        "evidence": ("evidence", lambda: (f"theme={one}" for one in itertools.cycle(["language", "health", "work"]))),
        "evidence, search": ("evidence", lambda: (f"q={one}" for one in itertools.cycle(["mentor", "youth", "trial"]))),
        "communities": ("communities", lambda: (f"country={one}" for one in itertools.cycle(["IT", "DE", "EU"]))),
        "transfer": ("transfer", lambda: (f"practice={one}" for one in itertools.cycle(assessed))),
        "self-assessment": ("self_assessment", lambda: itertools.cycle([""])),
        "self-assessment, a question": ("self_assessment", lambda: itertools.cycle(["step=eff-result"])),
        "open a file": ("reopen", lambda: itertools.cycle([""])),
        "method": ("method", lambda: itertools.cycle([""])),
    }


async def on_the_server(port: int, pid: int, path: Path, reruns: int, only: list[str]) -> dict[str, Any]:
    """Return for each page the milliseconds of its reruns, and the bytes sent."""
    told: dict[str, Any] = {}
    for name, (page, make) in links(path).items():
        if only and name not in only:
            continue
        async with Visitor(port) as visitor:
            parameters = make()
            first = await visitor.rerun(page, next(parameters))
            slow = first.milliseconds > 5000
            for _ in range(0 if slow else WARM_UP):
                await visitor.rerun(page, next(parameters))
            before = cpu(pid)
            answers = [await visitor.rerun(page, next(parameters)) for _ in range(3 if slow else reruns)]
            used = (cpu(pid) - before) * 1000 / len(answers)
        errors = {answer.error for answer in answers if answer.error}
        told[name] = spread([answer.milliseconds for answer in answers]) | {
            "processor": round(used, 1),
            "first": round(first.milliseconds, 1),
            "kilobytes": round(statistics.median(answer.bytes for answer in answers) / 1024, 1),
        }
        if errors:
            told[name]["errors"] = sorted(errors)
        print(
            f"  {name:24} {told[name]['median']:8.1f} ms  processor {used:6.1f}  p95 {told[name]['p95']:8.1f}  first {first.milliseconds:8.1f}"
            f"  {told[name]['kilobytes']:8.1f} KB {errors or ''}",
            flush=True,
        )
    return told


# --- in the browser --------------------------------------------------------------------------------------

# The clock starts with the key or click and stops when the sentence above the result has changed and is painted.
_CLOCK = """
() => {
  const words = () => [...document.querySelectorAll('[data-testid="stMarkdownContainer"] p')]
    .map(p => p.textContent).find(t => /^(All )?[0-9,]+( of [0-9,]+)? practices?/.test(t) || /^All /.test(t)) || '';
  window.__before = words();
  window.__took = null;
  let start = null;
  const begin = event => { if (start === null && (event.type !== 'keydown' || event.key === 'Enter')) start = performance.now(); };
  for (const type of ['keydown', 'pointerdown']) document.addEventListener(type, begin, {capture: true, once: false});
  const observer = new MutationObserver(() => {
    const now = words();
    if (start !== null && now && now !== window.__before) {
      observer.disconnect();
      requestAnimationFrame(() => { window.__took = performance.now() - start; });
    }
  });
  observer.observe(document.body, {subtree: true, childList: true, characterData: true});
}
"""
# Both are watched from the first byte on.
_FIRST_VIEW = """
window.__shift = 0; window.__paint = 0;
new PerformanceObserver(list => { for (const one of list.getEntries()) if (!one.hadRecentInput) __shift += one.value; })
  .observe({type: 'layout-shift', buffered: true});
new PerformanceObserver(list => { __paint = list.getEntries().at(-1).startTime; })
  .observe({type: 'largest-contentful-paint', buffered: true});
"""
_WIDTHS = (1280, 390)
_SETTLES = 1_500  # ms after the script has finished, in which charts are drawn
_VISITS = 3


def _first_view(browser: Any, address: str, width: int) -> tuple[float, float]:
    """Return the largest paint (ms) and the layout shift of one visit of somebody who has never been here."""
    context = browser.new_context(viewport={"width": width, "height": 800})
    page = context.new_page()
    page.add_init_script(_FIRST_VIEW)
    page.goto(address)
    page.get_by_text("Data version").last.wait_for(timeout=60_000)
    page.locator('[data-testid="stApp"][data-test-script-state="notRunning"]').wait_for(timeout=60_000)
    page.wait_for_timeout(_SETTLES)
    paint, shift = page.evaluate("() => [window.__paint, window.__shift]")
    context.close()
    return float(paint), float(shift)


def first_views(browser: Any, port: int, path: Path, only: list[str]) -> dict[str, dict[str, float]]:
    """Return the first view of every page by width in pixels: median largest paint (ms), worst layout shift."""
    told = {}
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "bare.py"
        script.write_text(BARE, encoding="utf-8")
        with server(path, [str(script), "--browser.gatherUsageStats=false"], where=Path(folder)) as (bare, pid):
            wait_until_idle(pid)
            told[NOTHING] = _at_each_width(browser, NOTHING, f"http://127.0.0.1:{bare}")
    for name, (address, make) in links(path).items():
        if not only or name in only:
            told[name] = _at_each_width(browser, name, f"http://127.0.0.1:{port}/{address}?{next(make())}")
    return told


def _at_each_width(browser: Any, name: str, address: str) -> dict[str, float]:
    told: dict[str, float] = {}
    for width in _WIDTHS:
        paints, shifts = zip(*(_first_view(browser, address, width) for _ in range(_VISITS)), strict=True)
        told |= {f"paint {width}": round(statistics.median(paints), 1), f"shift {width}": round(max(shifts), 3)}
    print(f"  first view, {name:24} {'  '.join(f'{what} {value:8.3f}' for what, value in told.items())}", flush=True)
    return told


def in_chromium(port: int, path: Path, clicks: int, only: list[str]) -> dict[str, Any]:
    """Return first views, and milliseconds from choosing a country (key) and clearing it (click) to the new sentence."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - only where there is a browser

    chosen, cleared = [], []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium-headless-shell"),
            args=["--no-sandbox", "--disable-gpu", "--no-first-run"],
        )
        views = first_views(browser, port, path, only)
        if only:
            return {"first views": views}
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.goto(f"http://127.0.0.1:{port}/explore")
        page.get_by_text("Data version").wait_for(timeout=60_000)
        for at in range(clicks + 2):
            country = ("Italy", "Germany", "Spain", "Sweden", "France", "Austria")[at % 6]
            page.get_by_role("combobox", name="Country").click()
            page.get_by_role("combobox", name="Country").fill(country)
            page.get_by_role("option", name=country).first.wait_for()
            page.wait_for_timeout(300)
            page.evaluate(_CLOCK)
            page.keyboard.press("Enter")
            chosen.append(page.wait_for_function("() => window.__took", timeout=60_000).json_value())
            page.keyboard.press("Escape")
            page.wait_for_timeout(400)
            page.evaluate(_CLOCK)
            page.get_by_test_id("stBaseButton-tertiary").filter(has_text="Clear all").click()
            cleared.append(page.wait_for_function("() => window.__took", timeout=60_000).json_value())
            page.wait_for_timeout(400)
        browser.close()
    return {"choose a country": spread(chosen[2:]), "clear all": spread(cleared[2:]), "first views": views}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=[CATALOGUE, 10_000, 100_000])
    parser.add_argument("--findings", type=int, default=0, help="on types of measure, in the synthetic databases")
    parser.add_argument("--reruns", type=int, default=30)
    parser.add_argument("--clicks", type=int, default=15)
    parser.add_argument("--only", nargs="*", default=[], help="only these pages; nothing is written then")
    parser.add_argument("--no-browser", action="store_true")
    asked = parser.parse_args()
    for size in asked.sizes:
        path = database(size, asked.findings)
        print(f"{size:,} practices" if size else "the catalogue")
        with server(path) as (port, pid):
            wait_until_idle(pid)
            of_server = asyncio.run(on_the_server(port, pid, path, asked.reruns, asked.only))
        limit = 60 if size == CATALOGUE else 300
        goals = {f"server, {page}": goal(one["median"], limit) for page, one in of_server.items()}
        figures: dict[str, Any] = {"server": of_server, "goals": goals}
        if not asked.no_browser:
            with server(path) as (port, pid):
                wait_until_idle(pid)
                seen = in_chromium(port, path, asked.clicks, asked.only)
            figures["chromium"] = seen
            limit = 150 if size == CATALOGUE else 300
            for what in ("choose a country", "clear all"):
                if what in seen:
                    goals[f"Chromium, {what}"] = goal(seen[what]["median"], limit)
            for page, view in seen["first views"].items():
                for what, value in view.items() if page != NOTHING else ():
                    of = goal(value, 1500) if what.startswith("paint") else goal(value, 0.1, "")
                    goals[f"first view, {page}, {what}"] = of
            print("  Chromium", json.dumps({what: seen[what] for what in seen if what != "first views"}))
        print(f"  goals missed: {', '.join(what for what, one in goals.items() if not one['met']) or 'none'}")
        if not asked.only:
            write(f"pages-{size or 'catalogue'}", figures)


if __name__ == "__main__":
    main()
