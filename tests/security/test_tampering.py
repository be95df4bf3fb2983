"""Links, filters, widgets, paths and uploads tampered with: nothing is granted, and nobody sees a traceback.

The small tests try a sample of everything; the slow one tries all of it and prints how many tries there were.
Pages, parameters and widgets are those of the running app, so that a new page is tried without a word here.
"""

from __future__ import annotations

import itertools
import json
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from unicodedata import category
from urllib.parse import quote, urlencode

import corpora
import hostile
import pytest
from app_server import ROOT, Server
from google.protobuf.message import Message
from protocol_visitor import Screen, Visitor, asked
from streamlit import file_util
from streamlit.proto.WidgetStates_pb2 import WidgetState

from pages.shared.components.filter_form import own_params
from practices_db.catalogue.library_filter import OrganisationFilter, PublicationFilter
from practices_db.catalogue.plain_text import normalise
from practices_db.catalogue.practice_filter import PracticeFilter
from practices_db.database.store import Store
from practices_db.queries import practices

SQL = (
    "payloads/Auth_Bypass.txt",
    "payloads/FUZZDB_Postgres_Enumeration.txt",
    "payloads/Generic_ErrorBased.txt",
    "payloads/Generic_Fuzz.txt",
    "payloads/SQLi_Polyglots.txt",
)
OWN_SQL = [
    "' OR 1=1 --",
    "'; DROP TABLE practice; --",
    "x') OR ('1'='1",
    "1 UNION SELECT * FROM practice",
    "$q",
    "?",
]
OWN_PATHS = [
    "../../../etc/passwd",
    "..%2f..%2fetc%2fpasswd",
    "....//....//etc/passwd",
    "/etc/passwd",
    "..\\..\\win.ini",
]
OWN_VALUES = [
    "",
    "-1",
    "1e9",
    "NaN",
    "'; DROP TABLE practice;--",
    "<script>alert(1)</script>",
    "[]",
    "9" * 300,
    "\u202e",
]
OWN_NAMES = ["../../../etc/passwd.csv", "a.csv.exe", "-rf.csv", "<img src=x onerror=alert(1)>.csv", "CON.csv", ".csv"]
PREFIXES = ("/", "/static/", "/media/", "/component/", "/_stcore/bidi-components/", "/app/static/", "/api/practices/")
NONSENSE = "xqzzyqqx"
TARGETS = ("root:x:0", "/bin/bash", "[fonts]", "st.App(", "PRACTICES_DB", "DUCK", "Traceback (most recent", 'File "/')


def spread(values: Sequence[str], most: int | None) -> Sequence[str]:
    """Return all values, or so many from all over the list."""
    return values if most is None or len(values) <= most else values[:: max(1, len(values) // most)][:most]


def sql_strings() -> list[str]:
    return [*OWN_SQL, *corpora.lines(*SQL)]


def link_values() -> list[str]:
    return [*OWN_VALUES, *corpora.lines("own/query_param_values.txt")][-25:]


def parameters() -> list[str]:
    """Return every name that a page or route reads from a link."""
    asked_for = re.compile(r"""(?:query_params(?:\.get(?:_all)?\(|\[)|choose\([^)]*?,\s*)["']([a-z_-]+)["']""")
    sources = [path.read_text(encoding="utf-8") for path in (ROOT / "pages").rglob("*.py")]
    named = {name for source in sources for name in asked_for.findall(source)}
    for source in sources:
        for listed in re.findall(r"_PARAMS\b[^=\n]*=[^(\[{\n]*[(\[{]([^)\]}]*)", source):
            named |= set(re.findall(r"""["']([a-z_-]+)["']""", listed))
    return sorted(
        own_params(PracticeFilter)
        | own_params(PublicationFilter)
        | own_params(OrganisationFilter)
        | named
        | {"practice", "embed", "embed_options"}
    )


def pages_of(visitor: Visitor) -> list[str]:
    navigation = [one.navigation for one in visitor.visit().messages if one.WhichOneof("type") == "navigation"]
    return [page.url_pathname for page in navigation[-1].app_pages]


class Tally:
    """How many tries of each kind, and what went wrong."""

    def __init__(self) -> None:
        self.tries: Counter[str] = Counter()
        self.wrong: list[str] = []
        self.reported: Counter[str] = Counter()

    def note(self, kind: str, what: object, fault: object, times: int = 1) -> None:
        self.tries[kind] += times
        if fault:
            self.wrong.append(f"{kind}: {ascii(what)[:200]}: {str(fault)[:400]}")

    def page(self, kind: str, what: object, screen: Screen, times: int = 1, *, may_fail: bool = False) -> None:
        """A page that was tampered with must come to its end; ``may_fail`` allows an error under an id."""
        fault: object = screen.faults
        if screen.error_ids:
            self.reported[kind] += 1
            fault = fault or (not may_fail and screen.error_ids)
        elif not screen.finished:
            fault = fault or "did not come to its end"
        self.note(kind, what, fault, times)


# --- links -------------------------------------------------------------------------------------------------


def try_links(server: Server, tally: Tally, values: Sequence[str], alone: int) -> None:
    """Try every value in every parameter of every page, all at once; and each parameter alone with some of them."""
    names = parameters()
    with Visitor(server.url) as visitor:
        for page in pages_of(visitor):
            for turn in range(len(values)):
                link = urlencode([(name, values[(turn + at) % len(values)]) for at, name in enumerate(names)])
                tally.page("link", (page, link), visitor.visit(page, link), len(names))
            for at, name in enumerate(names):
                for step in range(alone):
                    link = urlencode({name: values[(at * alone + step) % len(values)]})
                    tally.page("link", (page, link), visitor.visit(page, link))


def try_filters(server: Server, database: Path, tally: Tally, strings: Sequence[str]) -> None:
    """Ask the route with every string in every parameter: the answer is that to a nonsense word."""
    with Store(database) as store, store.cursor() as cursor:
        texts = dict(cursor.execute("SELECT id, search_text FROM practice_card").fetchall())
        for text in strings:
            # read as words and nothing else: an obvious search over the same texts finds the same
            words = normalise("".join(c if c.isprintable() or category(c) == "Cf" else " " for c in text[:200])).split()
            expected = {id_ for id_, content in texts.items() if all(word in content for word in words)}
            found = set(practices.find_practices(cursor, PracticeFilter(text=text[:200]))["id"])
            tally.note("SQL search", text, found != expected and f"{len(found)} for {len(expected)}")
    for name in sorted(PracticeFilter.link_names() - {"q"}):
        nonsense = answer_to(server, name, NONSENSE)
        for text in strings:
            understood = not PracticeFilter.from_params({name: [text]})[
                1
            ]  # "1" is a year's digit or a yes, and no attack
            answer = answer_to(server, name, text)
            tally.note("SQL filter", (name, text), not understood and answer != nonsense and (answer, nonsense))


def answer_to(server: Server, name: str, value: str) -> tuple[bool, list[object]]:
    """Return whether the route took or refused a parameter as it should, and the practices it gave."""
    status, body = asked(server.url, "GET", f"/api/practices.json?{urlencode({name: value})}")
    answer = json.loads(body)
    refused = status == 400 and name in "".join(answer["errors"])
    return status == 200 or refused, answer.get("practices", [])


# --- widgets -----------------------------------------------------------------------------------------------

_SELECTIONS = (
    '{"selection": {"rows": [99999, -1], "columns": ["x"], "cells": [[9, "y"]]}}',
    '{"selection": {"param_1": [{"id": "../x", "practice": 7}]}}',
    "[",
)
FORGED: list[tuple[str, object]] = [
    *(("trigger_value", True), ("bool_value", True), ("double_value", float("nan")), ("double_value", 1e308)),
    *(("int_value", -1), ("int_value", 2**31), ("bytes_value", b"\xff\x00"), ("json_trigger_value", "{}")),
    *(("string_value", text) for text in ("'; DROP TABLE practice;--", "x" * 9999)),
    *(("json_value", text) for text in _SELECTIONS),
    *(("string_array_value", ["x", "'; --", "IT", "IT"]), ("int_array_value", [99999, -1])),
    *(("double_array_value", [float("inf"), -1.0]), ("file_uploader_state_value", "../../etc/passwd")),
]


def forged(widget: Message, field: str, value: object) -> WidgetState:
    state = WidgetState(id=widget.id)  # type: ignore[attr-defined]
    if field == "file_uploader_state_value":
        entry = state.file_uploader_state_value.uploaded_file_info.add()
        entry.file_id, entry.name, entry.size = str(value), "x.csv", 10**12
    elif field.endswith("array_value"):
        getattr(state, field).data.extend(value)
    else:
        setattr(state, field, value)
    return state


def try_widgets(server: Server, tally: Tally, links: Sequence[str], most: int | None) -> None:
    """Send values of every kind as those of the widgets of every page, two of each sort.

    A forged value can spoil the session it is sent in, so each that did gets a new one; the session of somebody else
    must not notice.
    """
    with Visitor(server.url) as bystander:
        for page, link in [(page, link) for page in pages_of(bystander) for link in links]:
            of_sort: dict[str, list[Message]] = {}
            for sort, widget in bystander.visit(page, link).widgets:
                of_sort.setdefault(sort, []).append(widget)
            chosen = [widget for widgets in of_sort.values() for widget in widgets[:2]]
            tries = [(widget, *value) for widget in chosen for value in FORGED]
            waiting = tries[:: max(1, len(tries) // most)] if most else tries
            while waiting:
                with Visitor(server.url) as visitor:
                    visitor.visit(page, link)
                    while waiting:
                        widget, field, value = waiting.pop()
                        screen = visitor.visit(page, link, [forged(widget, field, value)])
                        tally.page("widget", (page, type(widget).__name__, field, value), screen, may_fail=True)
                        if screen.error_ids:
                            break
            tally.page("widget", "somebody else", bystander.visit(page, link))


# --- paths -------------------------------------------------------------------------------------------------


def try_paths(server: Server, tally: Tally, tricks: Sequence[str]) -> None:
    """Ask for files outside under every folder that is served, written plainly and disguised."""
    # the page a browser loads first, and Streamlit's own, which it gives for a page it does not know
    own = (Path(file_util.get_static_dir()) / "index.html").read_text(encoding="utf-8")
    app_pages = {asked(server.url, "GET", "/")[1], own}
    for trick in tricks:
        for prefix in PREFIXES:
            for path in {prefix + quote(trick, safe="/%\\"), prefix + quote(trick, safe="")}:
                status, body = asked(server.url, "GET", path)
                granted = [target for target in TARGETS if target in body and body not in app_pages]
                harmless = (status, bool(body)) in {(400, True), (404, True), (301, False)} or (
                    status == 200 and body in app_pages
                )
                tally.note("path", path, granted or (not harmless and (status, body[:100])))


# --- uploads -----------------------------------------------------------------------------------------------


def lying_contents() -> list[tuple[str, bytes]]:
    """Return files that are not what they say, or not what the page takes."""
    made = [
        ("program", b"MZ" + bytes(range(256)) * 8),
        ("page", b"<html><script>alert(1)</script></html>"),
        ("zip", b"PK\x03\x04" + b"\0" * 500),
        ("nothing", b""),
        ("zeros", b"\0" * 5000),
        ("a line of a million", b"a" * 1_000_000),
        ("other table", b"a,b\r\n1,2\r\n"),
        ("latin", "id;name\r\n1;caf\xe9\r\n".encode("latin-1")),
    ]
    bad = ("62_bomb_50MB_sheet.xlsx", "64_xxe.xlsx", "66_zip_slip_name.xlsx", "56_surrogate_invalid_utf8.csv")
    folder = corpora.FOLDER
    return made + [(name, (folder / "own" / name).read_bytes()) for name in bad if folder]


def try_uploads(server: Server, tally: Tally, names: Sequence[str], contents: Sequence[tuple[str, bytes]]) -> None:
    """Send each content under each name to every page that takes a file, and let the page read it."""
    before = set(ROOT.iterdir())
    with Visitor(server.url) as visitor:
        takers = [
            (page, widget)
            for page in pages_of(visitor)
            for sort, widget in visitor.visit(page).widgets
            if sort == "FileUploader"
        ]
    assert takers
    waiting = [(*taker, *turn) for taker in takers for turn in itertools.product(names, contents)]
    while waiting:
        with Visitor(server.url) as visitor:
            for number in range(4):  # a session may hold 25 MB and send 10 files a minute
                if not waiting:
                    break
                page, widget, name, (what, content) = waiting.pop()
                visitor.visit(page)
                sent = name.replace('"', "%22").replace("\r", "").replace("\n", "")
                status, _ = visitor.upload(sent, content, str(number))
                state = WidgetState(id=widget.id)  # type: ignore[attr-defined]
                entry = state.file_uploader_state_value.uploaded_file_info.add()
                entry.file_id, entry.name, entry.size = str(number), name, len(content)
                screen = visitor.visit(page, "", [state])
                tally.page("upload", (page, name, what), screen, may_fail=True)
                taken = [button.label for button in screen.elements("button") if button.label.startswith("Open this")]
                if taken or status not in (204, 400):
                    tally.note("upload", (page, name, what), (status, taken), 0)
                if screen.error_ids:  # a refused name spoils the session it is sent in
                    break
    left = [path.name for path in set(ROOT.iterdir()) - before if not path.name.startswith(".")]
    tally.note("upload", "left on the disk", left)


# --- the tests ---------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def practice(catalogue_db: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the id of a practice with an assessment."""
    copy = tmp_path_factory.mktemp("tampering") / "copy.duckdb"
    copy.write_bytes(catalogue_db.read_bytes())
    with Store(copy) as store, store.cursor() as cursor:
        (id_,) = cursor.execute("SELECT min(id) FROM practice_card WHERE assessed").fetchall()[0]
    return str(id_)


@pytest.fixture
def copied_db(catalogue_db: Path, tmp_path: Path) -> Path:
    copy = tmp_path / "copy.duckdb"
    copy.write_bytes(catalogue_db.read_bytes())
    return copy


@pytest.fixture
def tally() -> Tally:
    return Tally()


def test_parameters_are_found_in_the_pages() -> None:
    assert {"country", "q", "practice", "view", "sort", "page", "w", "free"} <= set(parameters())


@pytest.mark.corpora
def test_tampered_links_show_every_page(server: Server, tally: Tally) -> None:
    try_links(server, tally, spread(link_values(), 2), alone=0)
    assert tally.wrong == []


@pytest.mark.corpora
def test_sql_in_a_filter_is_a_word_like_any_other(server: Server, copied_db: Path, tally: Tally) -> None:
    try_filters(server, copied_db, tally, spread(sql_strings(), 10))
    assert tally.wrong == []


def test_forged_widgets_show_no_traceback(server: Server, tally: Tally) -> None:
    try_widgets(server, tally, [""], most=1)
    assert tally.wrong == []


@pytest.mark.corpora
def test_paths_lead_nowhere(server: Server, tally: Tally) -> None:
    try_paths(server, tally, spread([*OWN_PATHS, *corpora.lines("payloads/directory_traversal.txt")], 12))
    assert tally.wrong == []


def test_files_that_lie_are_refused(server: Server, tally: Tally) -> None:
    try_uploads(server, tally, OWN_NAMES[:2], lying_contents()[:2])
    assert tally.wrong == []


@pytest.mark.corpora
@pytest.mark.slow
def test_twelve_thousand_tries(server: Server, copied_db: Path, tally: Tally, practice: str) -> None:
    def told() -> None:
        tries = ", ".join(f"{kind} {count}" for kind, count in tally.tries.items())
        print(
            f"{tally.tries.total()} tries ({tries}), {len(tally.wrong)} wrong, {dict(tally.reported)} by id", flush=True
        )

    try_filters(server, copied_db, tally, sql_strings())
    told()
    try_paths(server, tally, [*OWN_PATHS, *corpora.lines("payloads/directory_traversal.txt")])
    for text in hostile.strings():
        status, body = asked(server.url, "GET", f"/api/practices/{quote(text[:2000], safe='')}.json")
        tally.note("route", text, (status not in (400, 404) or "Traceback" in body) and (status, body[:200]))
    told()
    try_links(server, tally, link_values(), alone=3)
    told()
    try_uploads(server, tally, [*OWN_NAMES, *corpora.lines("own/hostile_file_names.txt")], lying_contents())
    told()
    try_widgets(server, tally, ["", f"practice={practice}"], most=None)
    told()
    assert tally.wrong == []
    assert sum(tally.tries.values()) >= 12_000 or not corpora.FOLDER
