"""Nobody gets another one's file, and nobody is shown what was true before a change."""

from __future__ import annotations

import ast
import dataclasses
import importlib
import math
import os
import random
import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.error import HTTPError

import numpy as np
import pandas as pd
import pytest
import streamlit as st
from app_server import ROOT, Server
from protocol_visitor import Visitor, WidgetState
from streamlit.runtime import Runtime, RuntimeConfig
from streamlit.runtime.media_file_manager import MediaFileManager
from streamlit.runtime.media_file_storage import MediaFileKind
from streamlit.runtime.memory_media_file_storage import MemoryMediaFileStorage
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.testing.v1 import AppTest

from criteria.needs import Pool
from pages.shared.components import database
from pages.shared.server import streamlit_patches
from practices_db.catalogue import scorecards
from practices_db.database.store import Cursor, Store
from practices_db.files.exports.csv_json import FORMATS, file_name
from practices_db.queries import full_text
from practices_db.queries.views import View

# --- files -------------------------------------------------------------------------------------------------

LARGE = 1_200_000  # characters: above 1 MiB Streamlit looks at parts of a file only when it names it


def test_files_alike_where_streamlit_looks_are_still_told_apart_by_their_names() -> None:
    storage = MemoryMediaFileStorage("/media")
    alike = [b"a" * 300_000 + bytes([number]) + b"a" * LARGE for number in range(20)]

    def kept(name: Callable[[], str]) -> list[bytes]:
        ids = [storage.load_and_get_id(one, "text/csv", MediaFileKind.DOWNLOADABLE, name()) for one in alike]
        return [storage.get_file(f"{id_}.csv").content for id_ in ids]

    assert kept(lambda: "practices.csv") != alike, "Streamlit names them apart by now: the random part can go"
    assert kept(lambda: file_name(View(), "csv", date.today())) == alike


def test_a_file_made_for_a_download_is_there_when_the_browser_comes_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(MediaFileManager, "execute_deferred", streamlit_patches.make_and_hold)
    monkeypatch.setattr(Runtime, "_instance", None)  # made here, and no longer there after the test
    parts = {
        "media_file_storage": MemoryMediaFileStorage("/media"),
        "uploaded_file_manager": MemoryUploadedFileManager("/upload"),
    }
    manager = Runtime(RuntimeConfig(script_path="", **parts)).media_file_mgr
    first, second = (
        manager.add_deferred(lambda n=number: b"file" + bytes([n]), "text/csv", str(number), f"{number}.csv")
        for number in range(2)
    )
    url = manager.execute_deferred(first)
    for _ in range(5):  # pages of others end meanwhile
        manager.remove_orphaned_files()
    assert manager._storage.get_file(PurePosixPath(url).name).content == b"file\x00"
    monkeypatch.setattr(streamlit_patches, "_SECONDS", -1)
    manager.execute_deferred(second)
    for _ in range(2):
        manager.remove_orphaned_files()
    assert list(manager._storage._files_by_id) == []


@pytest.fixture
def served_alike(catalogue_db: Path, tmp_path: Path) -> Iterator[Server]:
    """Return a server on ten made-up practices whose files have the same length and differ in few places."""
    path = Path(shutil.copy(catalogue_db, tmp_path / "alike.duckdb"))
    store = Store(path)

    def clone(cursor: Cursor) -> None:
        for number in range(10):
            text = "a" * (LARGE // 2) + str(number) + "a" * (LARGE // 2)
            cursor.execute(
                "INSERT INTO practice SELECT * REPLACE ($id AS id, $name AS name, $text AS summary) "
                "FROM practice LIMIT 1",
                {"id": f"synthetic-{number}", "name": f"Synthetic {number}", "text": text},
            )
        scorecards.rebuild(cursor)

    store.write(clone)
    store.close()
    running = Server(path)
    try:
        yield running.wait_until_healthy()
    finally:
        running.stop()


def crossed(server: Server, sessions: int, each: int) -> tuple[int, int, set[int], int]:
    """Take files away from many sessions at once; return how many, how many went astray, and their lengths.

    The last figure is how often the button had to be pressed again: Streamlit clears a file that was just made where
    another session's page ends before it is fetched (docs/security.md).
    """
    again = Counter[int]()

    def visit(number: int) -> list[tuple[bool, int]]:
        own = f"synthetic-{number % 10}"
        with Visitor(server.url) as visitor:
            taking = visitor.visit("practice", f"practice={own}").opened("Download")
            screen = visitor.visit("practice", f"practice={own}", [taking])
            (format_,) = [one for one in screen.elements("radio") if one.label == "Format"]
            csv = WidgetState(id=format_.id, string_value=FORMATS["csv"].label)  # a text fits in no cell of a workbook
            files = []
            while len(files) < each:
                try:
                    files.append(visitor.download(visitor.visit("practice", f"practice={own}", [taking, csv])))
                except HTTPError as error:
                    if error.code != 404:
                        raise
                    error.close()
                    again[number] += 1
        others = [f"Synthetic {other}" for other in range(10) if other != number % 10]
        own_name, texts = f"Synthetic {number % 10}", [file.decode("utf-8-sig") for file in files]
        return [(own_name not in text or any(other in text for other in others), len(text)) for text in texts]

    with ThreadPoolExecutor(sessions) as together:
        found = [one for of_session in together.map(visit, range(sessions)) for one in of_session]
    return len(found), sum(astray for astray, _ in found), {length for _, length in found}, again.total()


@pytest.mark.e2e
def test_files_of_equal_size_reach_those_who_asked(served_alike: Server) -> None:
    count, astray, lengths, _ = crossed(served_alike, sessions=4, each=2)
    assert (count, astray, len(lengths)) == (8, 0, 1)
    assert min(lengths) > 1 << 20


@pytest.mark.slow
def test_five_hundred_files_of_equal_size_reach_those_who_asked(served_alike: Server) -> None:
    count, astray, lengths, again = crossed(served_alike, sessions=10, each=50)
    print(
        f"{count} files of {lengths} characters by 10 sessions at once, {astray} to somebody else, {again} asked again"
    )
    assert (count, astray, len(lengths)) == (500, 0, 1)


# --- caches ------------------------------------------------------------------------------------------------


def cached_functions() -> dict[str, str]:
    """Return every function that Streamlit caches for all sessions, by module and name; and its decorator.

    Those with ``on_release`` hold something open (a file, an index) and answer nothing themselves.
    """
    found = {}
    for path in [ROOT / "app.py", *(ROOT / "pages").rglob("*.py")]:
        module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                for decorator in map(ast.unparse, node.decorator_list):
                    if "cache_data" in decorator or "cache_resource" in decorator:
                        found[f"{module}:{node.name}"] = decorator
    return found


def test_no_cached_function_takes_a_table_as_its_key() -> None:
    """Streamlit looks at a sample of a large table only: a changed cell would be answered with the old result."""
    assert len(cached_functions()) >= 3
    for name in cached_functions():
        module, function = name.split(":")
        arguments = ast.parse((ROOT / Path(*module.split("."))).with_suffix(".py").read_text(encoding="utf-8"))
        (node,) = [one for one in ast.walk(arguments) if isinstance(one, ast.FunctionDef) and one.name == function]
        for argument in node.args.args + node.args.kwonlyargs:
            kind = ast.unparse(argument.annotation) if argument.annotation else "nothing said"
            sampled = any(word in kind for word in ("DataFrame", "Series", "ndarray", "nothing said"))
            assert argument.arg.startswith("_") or not sampled, f"{name}: {argument.arg} is {kind}"


def searchable(index: full_text.Index) -> tuple[list[str], list[tuple[str, str]]]:
    """Return what a full-text index holds: its ids and their texts."""
    return index._ids, index._database.execute("SELECT title, body FROM item ORDER BY rowid").fetchall()


def same(one: Any, other: Any) -> bool:  # noqa: PLR0911 - one answer for each kind of value
    """Whether two results are equal through and through; private fields hold what was asked of them since."""
    if type(one) is not type(other):
        return False
    if dataclasses.is_dataclass(one):
        once = {name for name, what in vars(type(one)).items() if isinstance(what, cached_property)}
        names = [field.name for field in dataclasses.fields(one) if not field.name.startswith("_")]
        names += once & vars(one).keys()
        return all(same(getattr(one, name), getattr(other, name)) for name in names)
    if isinstance(one, Mapping):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, np.ndarray):
        return bool(np.array_equal(one, other, equal_nan=one.dtype.kind == "f"))
    if isinstance(one, pd.DataFrame | pd.Series):
        return bool(one.equals(other))
    if isinstance(one, Pool):
        return same(vars(one), vars(other))
    if isinstance(one, full_text.Index):
        return searchable(one) == searchable(other)
    return bool(one == other or (isinstance(one, float) and math.isnan(one) and math.isnan(other)))


class Recorder:
    """Stands in for a cached function and remembers what it answered to what."""

    def __init__(self, function: Any) -> None:
        self.function = function
        self.calls: list[tuple[tuple[Any, ...], dict[str, Any], Any]] = []

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        result = self.function(*arguments, **named)
        self.calls.append((arguments, named, result))
        return result

    def __getattr__(self, name: str) -> Any:
        return getattr(self.function, name)

    def stale(self) -> list[str]:
        """Compare each answer with a fresh one, one and the same to one question only once, and forget them."""
        calls, self.calls = self.calls, []
        found = []
        for at, (arguments, named, result) in enumerate(calls):
            if any(result is other and question == [arguments, named] for *question, other in calls[:at]):
                continue
            if not same(result, self.function.__wrapped__(*arguments, **named)):
                found.append(f"{self.function.__name__}{arguments!r:.200}")
        return found


@pytest.fixture
def recorders(monkeypatch: pytest.MonkeyPatch, catalogue_db: Path) -> Iterator[dict[str, Recorder]]:
    """Return every cached function with a recorder in its place."""
    shutil.copy(catalogue_db, os.environ["PRACTICES_DB"])
    put = {}
    for name, decorator in cached_functions().items():
        if "on_release" in decorator:
            continue
        module, function = name.split(":")
        assert module.startswith("pages.shared"), (
            f"{name}: cached functions live in pages/shared, where tests reach them"
        )
        put[name] = Recorder(getattr(importlib.import_module(module), function))
        monkeypatch.setattr(f"{module}.{function}", put[name])
    yield put
    monkeypatch.undo()
    st.cache_data.clear()
    st.cache_resource.clear()


Visit = Callable[[str, dict[str, list[str]]], AppTest]


LIST = "answers worth looking for"  # what only curators see, opened


def _answers_worth_looking_for() -> None:
    from pages.shared.curation import answer_gaps  # noqa: PLC0415 - AppTest runs this as a script of its own

    answer_gaps.draw()


@pytest.fixture
def visit() -> Visit:
    """Return a function that goes to a page by the path of its script, with a link; "" is the start."""
    app = AppTest.from_file(ROOT / "pages" / "shared" / "frame.py", default_timeout=120)

    def go(page: str, link: dict[str, list[str]]) -> AppTest:
        if page == LIST:
            drawn = AppTest.from_function(_answers_worth_looking_for, default_timeout=120).run()
            ran = drawn.toggle(key="answer_gaps").set_value(True).run()
            assert not ran.exception, ran.exception
            return ran
        app.query_params = dict(link)
        ran = app.switch_page(page).run() if page else app.run()
        assert not ran.exception, (page, ran.exception)
        return ran

    return go


def page_paths(monkeypatch: pytest.MonkeyPatch, visit: Visit) -> list[str]:
    """Return the pages of the app's own menu, as AppTest names them."""
    seen: list[Any] = []
    navigation = st.navigation

    def listening(pages: Any, **options: Any) -> Any:
        groups = pages.values() if isinstance(pages, dict) else [pages]
        seen[:] = [page for group in groups for page in group]
        return navigation(pages, **options)

    with monkeypatch.context() as patch:
        patch.setattr(st, "navigation", listening)
        visit("", {})
    return [os.path.relpath(page._page, ROOT / "pages" / "shared") for page in seen]


def change_one_cell(chance: random.Random) -> None:
    """Change one answer or one fact, score anew and release the data, as a publication does."""
    answer = chance.random() < 0.5

    def work(cursor: Cursor) -> None:
        if answer:
            rows = cursor.execute(
                "SELECT assessment_id, indicator_id FROM answer WHERE answer IN ('met', 'not-met') ORDER BY ALL"
            ).fetchall()
            assessment, indicator = chance.choice(rows)
            cursor.execute(
                "UPDATE answer SET answer = CASE answer WHEN 'met' THEN 'not-met' ELSE 'met' END "
                "WHERE assessment_id = $assessment AND indicator_id = $indicator",
                {"assessment": assessment, "indicator": indicator},
            )
        else:
            ids = [id_ for (id_,) in cursor.execute("SELECT id FROM practice ORDER BY id").fetchall()]
            cursor.execute(
                "UPDATE practice SET start_year = CASE WHEN start_year IS NULL THEN 2000 END, end_year = NULL "
                "WHERE id = $id",
                {"id": chance.choice(ids)},
            )
        release(cursor, chance.getrandbits(256))

    database.store().write(work)


def change_everything() -> None:
    """Change something of every practice, answer and publication, and release the data."""

    def work(cursor: Cursor) -> None:
        cursor.execute("UPDATE answer SET answer = CASE answer WHEN 'met' THEN 'not-met' ELSE 'met' END")
        cursor.execute("UPDATE practice SET start_year = 2000, end_year = NULL, name = name || ' changed'")
        cursor.execute("DELETE FROM practice_target_group WHERE practice_id < 'm'")
        cursor.execute("UPDATE evidence_card SET title = title || ' changed'")
        cursor.execute("DELETE FROM knowledge_facet WHERE facet = 'theme'")
        release(cursor, 1)

    database.store().write(work)


def release(cursor: Cursor, content_hash: int) -> None:
    scorecards.rebuild(cursor)
    cursor.execute(
        "INSERT INTO data_version BY NAME SELECT * REPLACE (number + 1 AS number, $hash AS content_hash) "
        "FROM data_version ORDER BY number DESC LIMIT 1",
        {"hash": f"{content_hash:064x}"},
    )


def stale_after(
    changes: Iterable[Callable[[], None]],
    recorders: dict[str, Recorder],
    visit: Visit,
    monkeypatch: pytest.MonkeyPatch,
) -> tuple[int, Counter[str], list[str]]:
    """Return how many answers were compared, how often each function answered otherwise, and what was stale."""
    with database.cursor() as cursor:
        assessed = cursor.execute("SELECT id FROM practice_card WHERE assessed ORDER BY id LIMIT 2").fetchall()
    links: list[dict[str, list[str]]] = [
        {"practice": [id_ for (id_,) in assessed], "sector": ["health"]},
        {"q": ["housing"]},
        {},
    ]
    pages = page_paths(monkeypatch, visit)
    ways = [(LIST, links[-1]), *((page, link) for link in links for page in pages)]
    chosen, missing = [], set(recorders)
    for way in ways:  # as many visits as call all of them
        if not missing:
            break
        for recorder in recorders.values():
            recorder.calls.clear()
        visit(*way)
        reached = {name for name, recorder in recorders.items() if recorder.calls}
        if reached & missing:
            chosen.append(way)
            missing -= reached
    assert not missing, f"no visit calls {sorted(missing)}: add to the links above what their pages need"
    compared, moved, stale, before = 0, Counter[str](), [], {}
    for change in (lambda: None, *changes):
        change()
        for recorder in recorders.values():
            recorder.calls.clear()
        for way in chosen:
            visit(*way)
        now = {name: recorder.calls[-1][2] for name, recorder in recorders.items() if recorder.calls}
        if before:
            compared += sum(len(recorder.calls) for recorder in recorders.values())
            stale += [one for recorder in recorders.values() for one in recorder.stale()]
            moved.update(name for name, result in now.items() if not same(before[name], result))
        before |= now
    return compared, moved, stale


def test_no_cached_function_answers_with_what_was(
    recorders: dict[str, Recorder], visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, moved, stale = stale_after([change_everything], recorders, visit, monkeypatch)
    assert stale == []
    assert set(moved) == set(recorders)


@pytest.mark.slow
def test_two_hundred_changes_leave_nothing_stale(
    recorders: dict[str, Recorder], visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = random.Random(7)  # noqa: S311 - repeatable, not secret
    changes = [lambda: change_one_cell(chance)] * 200
    compared, moved, stale = stale_after(changes, recorders, visit, monkeypatch)
    print(f"200 changes, {compared} answers compared, {len(stale)} stale; answered otherwise: {dict(moved)}")
    assert stale == []
