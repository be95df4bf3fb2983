"""Hostile text as practice data, on every page in a real browser: nothing runs, nothing leaves, nothing breaks."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

import corpora
import duckdb
import hostile
import pytest
from app_server import Server
from conftest import NewServer
from playwright.sync_api import Browser
from protocol_visitor import Visitor
from script_watch import Watch

from practices_db.catalogue.practice_filter import PracticeFilter
from practices_db.database.store import Store
from practices_db.files.export import file_content
from practices_db.queries.views import View

MOST_COMPARED, CARDS = 6, 10
VIEWS = ("ranges", "scores", "table", "groups")
SAMPLE = 30  # strings of the corpora in the small version


def poisoned(catalogue_db: Path, folder: Path, texts: Sequence[str]) -> Path:
    path = Path(shutil.copy(catalogue_db, folder / "practices.duckdb"))
    assert len(hostile.poison(path, texts)) >= 10
    return path


def covering(path: Path) -> list[str]:
    """Return ids of practices that show every string between them: in their notes (these first), in their facts."""
    with duckdb.connect(path, read_only=True) as connection:
        facts = connection.execute("SELECT min(id) FROM practice_card WHERE NOT assessed GROUP BY name").fetchall()
        noted = connection.execute(
            "SELECT practice_id, list(note) FROM assessment JOIN answer ON id = assessment_id GROUP BY ALL ORDER BY ALL"
        ).fetchall()
    open_ = {note for _, notes in noted for note in notes}
    chosen = []
    while open_:
        best, notes = max(noted, key=lambda row: len(open_.intersection(row[1])))
        chosen.append(best)
        open_ -= set(notes)
    return chosen + sorted(id_ for (id_,) in facts)


def in_bits(ids: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    return (ids[at : at + size] for at in range(0, len(ids), size))


def addresses(server: Server, ids: Sequence[str], *, few: bool = False) -> list[str]:
    """Return an address for everything the app can show of these practices; its pages are those of its own menu.

    ``few`` leaves out what shows the same texts in the same way again.
    """
    with Visitor(server.url) as visitor:
        navigation = [one.navigation for one in visitor.visit().messages if one.WhichOneof("type") == "navigation"]
    pages = [page.url_pathname for page in navigation[-1].app_pages]
    assert {"explore", "practice", "compare", "method"} <= set(pages)
    every = [f"/{page}" for page in pages if page != "practice"]
    every += [f"/explore?view={view}" for view in VIEWS]
    every += [] if few else [f"/{page}?practice={ids[0]}" for page in pages] + ["/practice"]
    every += [f"/practice?practice={id_}" for id_ in ids]
    every += ["/explore?" + "&".join(f"id={id_}" for id_ in some) for some in in_bits(ids, CARDS)] * (not few)
    every += ["/compare?" + "&".join(f"practice={id_}" for id_ in some) for some in in_bits(ids, MOST_COMPARED)]
    return list(dict.fromkeys(every))


def briefs(path: Path, ids: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield every kind of printable page that can be taken away."""
    with Store(path) as store:
        for view in (
            View(),
            View("practice", PracticeFilter(practice=(ids[0],))),
            View("practice", PracticeFilter(practice=(ids[-1],))),
            View("compare", PracticeFilter(practice=tuple(ids[:MOST_COMPARED]))),
        ):
            yield f"brief of {view.page}", file_content(store, view, date.today(), format_="html").decode()


def looked_at(browser: Browser, server: Server, every: Sequence[str], pages: dict[str, str]) -> Watch:
    with Watch(browser, server.url) as watch:
        for address in every:
            watch.visit(address)
            if watch.pages % 25 == 0:
                print(f"{watch.pages} of {len(every)} pages, {len(watch.faults)} faults", flush=True)
        for name, content in pages.items():
            watch.read(content, name)
    return watch


@pytest.mark.corpora
@pytest.mark.e2e
def test_some_hostile_strings_on_every_page(
    browser: Browser, new_server: NewServer, catalogue_db: Path, tmp_path: Path
) -> None:
    texts = hostile.strings()
    texts = texts[:18] + texts[18 :: max(1, len(texts) // SAMPLE)]
    path = poisoned(catalogue_db, tmp_path, texts)
    ids = covering(path)
    pages = dict(briefs(path, ids))
    server = new_server(path).wait_until_healthy()
    watch = looked_at(browser, server, addresses(server, [ids[0], ids[-1]], few=True), pages)
    assert watch.faults == []
    assert "error " not in server.console


@pytest.mark.corpora
@pytest.mark.slow
def test_every_hostile_string_at_every_place_of_every_page(
    browser: Browser, new_server: NewServer, catalogue_db: Path, tmp_path: Path
) -> None:
    """Prints what it did: strings, places in the database, pages looked at."""
    texts = hostile.strings()
    path = poisoned(catalogue_db, tmp_path, texts)
    ids = covering(path)
    pages = dict(briefs(path, ids))
    server = new_server(path).wait_until_healthy()
    watch = looked_at(browser, server, addresses(server, ids), pages)
    print(f"{len(texts)} strings, {len(ids)} practices, {watch.pages} pages, {len(watch.faults)} faults", *watch.faults)
    assert watch.faults == []
    assert "error " not in server.console
    assert len(texts) >= 660 or not corpora.FOLDER
    assert watch.pages >= len(ids)


@pytest.mark.e2e
def test_the_watch_notices_what_it_is_for(browser: Browser) -> None:
    """Each kind of harm, done on purpose: a watch that sees nothing would make the tests above worthless."""
    harms = {
        "alert": "<script>alert(1)</script>",
        "attribute: onerror": "<img src=x onerror='1'>",
        "address: href": "<a href=' javascript:alert(1)'>x</a>",
        "element: <iframe": "<iframe></iframe>",
        "request: https://tracker.example/": "<img src='https://tracker.example/'>",
    }
    for what, content in harms.items():
        with Watch(browser) as watch:
            watch.page.goto("about:blank")
            watch.read(f"<body>{content}</body>", what)
            watch.page.wait_for_load_state()
        assert any(what in fault for fault in watch.faults), what
