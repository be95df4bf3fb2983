"""What stands between the network and the app, asked as a hostile client asks."""

from __future__ import annotations

import asyncio
import csv
import json
import re
import secrets
import socket
import threading
import time
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlsplit

import pytest
from app_server import Server
from protocol_visitor import Visitor, asked, xsrf_cookie
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.components.v2.bidi_component.main import _make_trigger_id
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.exceptions import ConnectionClosed, InvalidStatus

from pages.shared.server import startup
from pages.shared.server.guard.faults import Faults
from pages.shared.server.guard.limits import Limits, client
from pages.shared.server.guard.rates import HiddenClients, cost
from practices_db.catalogue.read_files import CATALOGUE
from practices_db.curation.budgets import Budgets
from practices_db.errors import PracticesError

BROWSER = {"Accept": "text/html,*/*"}


def headers_of(url: str, path: str, sent: Mapping[str, str]) -> tuple[int, Mapping[str, str]]:
    connection = HTTPConnection(urlsplit(url).netloc, timeout=30)
    try:
        connection.request("GET", path, headers=dict(sent))
        answer = connection.getresponse()
        answer.read()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}
    finally:
        connection.close()


def refused(url: str, **options: object) -> int:
    """Return the status with which a connection is refused, 101 where it is not."""
    try:
        with Visitor(url, **options):  # type: ignore[arg-type]
            return 101
    except InvalidStatus as error:
        return error.response.status_code


# --- headers, names, paths, origins ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "sent", "status"),
    [
        ("/", {}, 200),
        ("/explore?country=IT", BROWSER, 200),
        ("/healthz", {}, 200),
        ("/api/nothing", {}, 404),
        ("/api/practices.csv?nothing=1", {}, 400),
        ("/_stcore/metrics", BROWSER, 404),
        ("/media/nothing", {}, 404),
        ("/static/../../etc/passwd", {}, 400),
        ("/", {"Host": "evil.example"}, 400),
    ],
)
def test_every_answer_has_the_headers_refusals_too(
    server: Server, path: str, sent: dict[str, str], status: int
) -> None:
    got, headers = headers_of(server.url, path, sent)
    assert got == status
    policy = dict(part.strip().split(" ", 1) for part in headers["content-security-policy"].split(";"))
    assert policy["script-src"] == "'self' blob:"
    assert policy["frame-ancestors"] == policy["object-src"] == policy["frame-src"] == "'none'"
    assert headers["x-frame-options"] == "DENY"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert "camera=()" in headers["permissions-policy"]
    assert headers["cross-origin-resource-policy"] == "same-origin"


@pytest.mark.parametrize(
    "path",
    [
        *("/_stcore/metrics", "/_stcore/metrics/", "/_stcore//metrics", "//_stcore/metrics", "/_STCORE/Metrics"),
        *("/_stcore/%6detrics", "/x/../_stcore/metrics", "/_stcore/metrics?families=session_events_total"),
        *("/_stcore/agent", "/_stcore/agent/run", "/_stcore/script-health-check"),
    ],
)
def test_figures_of_the_process_and_the_door_for_agents_are_closed(server: Server, path: str) -> None:
    status, body = asked(server.url, "GET", path)
    assert status == 404
    assert json.loads(body) == {"errors": ["There is nothing here."]}


@pytest.mark.parametrize(
    ("host", "status"),
    [
        *(("localhost", 200), ("127.0.0.1:8501", 200), ("[::1]:8501", 200), ("LOCALHOST.", 200)),
        *(("evil.example", 400), ("localhost.evil.example", 400), ("evil.example:8501", 400), ("", 400)),
        *(("localhost@evil.example", 400), ("evil.example/localhost", 400), ("practices.example.org", 400)),
    ],
)
def test_only_names_of_this_machine_are_answered_where_nothing_else_is_set(
    server: Server, host: str, status: int
) -> None:
    assert asked(server.url, "GET", "/healthz", headers={"Host": host})[0] == status


@pytest.mark.parametrize(
    ("host", "status"),
    [
        *(("practices.example.org", 200), ("a.example.net", 200), ("a.b.example.net:443", 200), ("localhost", 200)),
        *(("example.net", 400), ("evilexample.net", 400), ("practices.example.org.evil.example", 400)),
    ],
)
def test_names_are_set_by_the_environment(tight_server: Server, host: str, status: int) -> None:
    assert asked(tight_server.url, "GET", "/healthz", headers={"Host": host})[0] == status


def test_a_refused_name_is_told_what_to_do_in_one_page(server: Server) -> None:
    _, page = asked(server.url, "GET", "/", headers={"Host": "evil.example", **BROWSER})
    assert "STREAMLIT_SERVER_ALLOWED_HOSTS" in page
    assert "evil.example" not in page


@pytest.mark.parametrize(
    "origin",
    [
        *("https://evil.example", "http://localhost.evil.example", "http://evil.example:8501", "null", "file://"),
        *(
            "http://8.8.8.8",
            "http://0.0.0.0:1",
            "javascript:alert(1)",
            "http://[",
            "http://user@evil.example",
            "chrome://x",
        ),
    ],
)
def test_foreign_pages_cannot_connect_and_nobody_outside_is_asked(server: Server, origin: str) -> None:
    start = time.monotonic()
    assert refused(server.url, origin=origin) == 403
    # Streamlit alone would ask a host outside for this machine's address, for up to two seconds, and refuse then.
    assert time.monotonic() - start < 1
    assert "Did not auto detect external IP" not in server.console


def test_the_apps_own_pages_can_connect(server: Server) -> None:
    assert refused(server.url, origin=server.url) == 101
    assert refused(server.url, origin="http://127.0.0.1:1") == 101  # a proxy on this machine


# --- messages ----------------------------------------------------------------------------------------------


def _orders() -> dict[str, bytes]:
    def made(**fields: bool) -> bytes:
        return BackMsg(**fields).SerializeToString()  # type: ignore[arg-type]

    skills = BackMsg()
    skills.backend_operation_request.request_id = "x"
    skills.backend_operation_request.install_skills.SetInParent()
    nudge = BackMsg()
    nudge.backend_operation_request.dismiss_skills_nudge.SetInParent()
    return {
        "clear the cache": made(clear_cache=True),
        "show the repository": made(load_git_info=True),
        "rerun on save": made(set_run_on_save=True),
        "shut down": made(debug_shutdown_runtime=True),
        "disconnect": made(debug_disconnect_websocket=True),
        "install files": skills.SerializeToString(),
        "nudge": nudge.SerializeToString(),
        "nothing": b"",
        "no message": b"\xff\xff\xff not a message",
    }


@pytest.mark.parametrize("order", list(_orders()))
def test_orders_that_are_not_for_visitors_do_nothing(server: Server, order: str) -> None:
    with Visitor(server.url, origin=server.url) as visitor:
        visitor.visit("imprint")
        before = server.console.count("not for visitors")
        visitor.send(_orders()[order])
        screen = visitor.visit("imprint")
    assert screen.finished
    assert {message.WhichOneof("type") for message in screen.messages} <= {
        *("new_session", "session_status_changed", "navigation", "delta", "script_finished", "page_info_changed"),
        *("page_config_changed", "logo", "session_event", "auth_redirect", "auto_rerun", "parent_message"),
    }
    assert server.console.count("not for visitors") == before + 1
    assert server.health() == (200, {"status": "ok", "practices": 325})


def test_a_message_that_is_too_long_ends_the_connection(tight_server: Server) -> None:
    with Visitor(tight_server.url, origin=tight_server.url) as visitor:
        visitor.visit("imprint")
        visitor.send(b"x" * 70_000)
        with pytest.raises(ConnectionClosed):
            list(iter(visitor.receive, None))


# --- how much one may ask for ------------------------------------------------------------------------------


def from_address(server: Server, address: str, path: str = "/_stcore/health", **headers: str) -> int:
    """Ask as the proxy on this machine would for a client at an address."""
    return asked(server.url, "GET", path, headers={"X-Forwarded-For": address, **headers})[0]


def test_a_client_behind_the_proxy_that_asks_too_much_is_told_to_wait_and_others_are_not(tight_server: Server) -> None:
    answers = [from_address(tight_server, "203.0.113.7") for _ in range(70)]
    assert answers[:55] == [200] * 55
    assert answers[-5:] == [429] * 5
    status, headers = headers_of(tight_server.url, "/", {"X-Forwarded-For": "203.0.113.7", **BROWSER})
    assert status == 429
    assert 1 <= int(headers["retry-after"]) <= 60
    assert from_address(tight_server, "203.0.113.8") == 200
    # who writes further addresses in front does not become somebody else
    assert from_address(tight_server, "198.51.100.1, 203.0.113.7") == 429
    assert asked(tight_server.url, "GET", "/healthz")[0] == 200


def test_one_network_counts_as_one_client(tight_server: Server) -> None:
    for number in range(70):
        status = from_address(tight_server, f"2001:db8:1:2::{number:x}")
    assert status == 429
    assert from_address(tight_server, "2001:db8:1:3::1") == 200


def test_files_made_anew_cost_more_and_files_of_the_screen_hardly_anything(tight_server: Server) -> None:
    made = [from_address(tight_server, "203.0.113.20", "/api/practices/nothing.json") for _ in range(8)]
    assert made == [404] * 6 + [429] * 2
    screen = [from_address(tight_server, "203.0.113.21", "/static/nothing.js") for _ in range(80)]
    assert 429 not in screen


@pytest.mark.parametrize("query", [b"release=1", b"country=IT&%72elease=1", b"release="])
def test_a_past_release_costs_as_much_as_a_workbook(query: bytes) -> None:
    scope = {"type": "http", "path": "/api/practices.csv", "query_string": query}
    assert cost(scope) == cost(scope | {"path": "/api/practices.xlsx", "query_string": b""})


def test_this_machine_has_no_limit_of_requests(tight_server: Server) -> None:
    assert {asked(tight_server.url, "GET", "/_stcore/health")[0] for _ in range(70)} == {200}


def test_open_sessions_are_counted_for_each_client_and_for_all(tight_server: Server) -> None:
    def visitor(address: str) -> Visitor:
        return Visitor(tight_server.url, headers={"X-Forwarded-For": address})

    with ExitStack() as stack:
        for _ in range(2):
            stack.enter_context(visitor("203.0.113.30"))
        with pytest.raises(InvalidStatus) as refusal:
            visitor("203.0.113.30")
        assert refusal.value.response.status_code == 503
        assert from_address(tight_server, "203.0.113.30", "/", **BROWSER) == 503  # a page would come up empty
        assert from_address(tight_server, "203.0.113.30") == 200
        for address in ("203.0.113.31", "203.0.113.32"):
            stack.enter_context(visitor(address))
        with pytest.raises(InvalidStatus):
            visitor("203.0.113.33")
        assert from_address(tight_server, "203.0.113.33", "/", **BROWSER) == 503
    deadline = time.monotonic() + 10
    while from_address(tight_server, "203.0.113.34", "/", **BROWSER) != 200:
        assert time.monotonic() < deadline, "closed sessions are still counted"
        time.sleep(0.05)


# --- uploads -----------------------------------------------------------------------------------------------


def test_the_eleventh_file_of_a_minute_waits(server: Server) -> None:
    with Visitor(server.url, origin=server.url) as visitor:
        visitor.visit("reopen")
        statuses = [visitor.upload("a.csv", b"x", f"file-{number}")[0] for number in range(12)]
        assert statuses == [204] * 10 + [429] * 2
        assert "wait" in json.loads(visitor.upload("a.csv", b"x")[1])["errors"][0]
        assert visitor.visit("reopen").finished
    with Visitor(server.url, origin=server.url) as other:
        other.visit("reopen")
        assert other.upload("a.csv", b"x")[0] == 204


def test_a_session_holds_25_megabytes_and_what_is_taken_away_counts_no_more(server: Server) -> None:
    large = b"x" * (4900 * 1024)
    with Visitor(server.url, origin=server.url) as visitor:
        visitor.visit("reopen")
        assert [visitor.upload("a.csv", large, f"file-{number}")[0] for number in range(6)] == [204] * 5 + [413]
        sent = {"X-Xsrftoken": visitor.xsrf, "Cookie": f"_streamlit_xsrf={visitor.xsrf}"}
        path = f"/_stcore/upload_file/{visitor.session}/file-0"
        assert asked(server.url, "DELETE", path, headers=sent)[0] == 204
        assert visitor.upload("a.csv", large, "again")[0] == 204


def test_neither_one_address_nor_all_sessions_together_fill_the_room_for_files(tight_server: Server) -> None:
    large = b"x" * (4 << 20)
    asking = ["203.0.113.40", "203.0.113.40", "203.0.113.41", "127.0.0.1"]
    with ExitStack() as open_:
        *hostile, other, last = [
            open_.enter_context(Visitor(tight_server.url, headers={"X-Forwarded-For": address})) for address in asking
        ]
        for one in (*hostile, other, last):
            one.visit("reopen")
        assert [one.upload("a.csv", large, file)[0] for file in "12" for one in hostile] == [204, 204, 413, 413]
        assert other.upload("a.csv", large)[0] == 204
        assert [last.upload("a.csv", large[: 7 << 19], file)[0] for file in "12"] == [204, 503]


def test_a_file_over_five_megabytes_is_refused_before_it_is_read(server: Server) -> None:
    with Visitor(server.url, origin=server.url) as visitor:
        visitor.visit("reopen")
        head = upload_head(visitor, f"Content-Length: {6 << 20}")
        assert b" 413 " in first_line(server, head)
        assert b" 411 " in first_line(server, upload_head(visitor, "Transfer-Encoding: chunked"))
        assert b" 4" in first_line(server, upload_head(visitor, "Content-Length: -5"))


def test_a_file_that_comes_too_slowly_is_given_up(tight_server: Server) -> None:
    with Visitor(tight_server.url) as visitor:
        visitor.visit("reopen")
        start = time.monotonic()
        assert b" 408 " in first_line(tight_server, upload_head(visitor, "Content-Length: 1000") + b"--b\r\n")
        assert time.monotonic() - start < 10
        assert visitor.visit("reopen").finished


def test_an_upload_needs_an_open_session_and_the_token_of_its_page(server: Server) -> None:
    with Visitor(server.url, origin=server.url) as visitor:
        visitor.visit("reopen")
        path = f"/_stcore/upload_file/{visitor.session}/one"
        cookie = {"Cookie": f"_streamlit_xsrf={visitor.xsrf}"}
        for sent in ({}, cookie, {"X-Xsrftoken": visitor.xsrf}, cookie | {"X-Xsrftoken": xsrf_cookie(server.url)}):
            assert asked(server.url, "PUT", path, b"x", sent)[0] == 403
        visitor.session = "00000000-0000-0000-0000-000000000000"
        assert visitor.upload("a.csv", b"x")[0] == 400


def test_guesses_of_private_links_are_counted_by_address(server: Server) -> None:
    """The browser takes the token out of the fragment and tells it (private_links.js)."""

    def tried(address: str, times: int) -> str:
        with Visitor(server.url, headers={"X-Forwarded-For": address}) as visitor:
            (browser,) = visitor.visit("my_submission").elements("bidi_component")
            for number in range(times):
                told = {"token": secrets.token_urlsafe(32), "receipts": [], "n": number + 1}
                report = WidgetState(id=_make_trigger_id(browser.id, "events"))
                report.json_trigger_value = json.dumps([{"event": "report", "value": told}])
                state = WidgetState(id=browser.id, json_value="{}")
                screen = visitor.visit("my_submission", widgets=[state, report])
        assert screen.finished
        (alert,) = screen.elements("alert")
        return str(alert.body)

    assert "does not open anything" in tried("203.0.113.50", 20)
    assert "came from your address" in tried("203.0.113.50", 1)
    assert "does not open anything" in tried("203.0.113.51", 1)


def test_a_file_of_a_page_is_kept_nowhere_and_goes_to_its_own_browser_only(server: Server) -> None:
    with Visitor(server.url) as own, Visitor(server.url) as other:
        with (CATALOGUE / "practices.csv").open(encoding="utf-8") as file:
            practice = next(csv.DictReader(file))["id"]
        taking = own.visit("practice", f"practice={practice}").opened("Download")
        assert own.download(own.visit("practice", f"practice={practice}", [taking]))
        path, sent = own.fetched
        assert sent["cache-control"] == "no-store"
        assert asked(server.url, "GET", path)[0] == 404
        with pytest.raises(HTTPError, match="404"):
            other.fetch(path)
        assert own.fetch(path)
    assert own.fetch(path)  # also where the page is closed before the browser has the file


@pytest.mark.parametrize(("sent", "secure"), [({}, False), ({"X-Forwarded-Proto": "https"}, True)])
def test_the_cookie_goes_over_tls_only_where_there_is_tls(
    server: Server, sent: Mapping[str, str], secure: bool
) -> None:
    _, headers = headers_of(server.url, "/_stcore/health", {"X-Forwarded-For": "203.0.113.60", **sent})
    assert ("; Secure" in headers["set-cookie"]) == secure


def test_a_proxy_that_hides_its_clients_is_said_before_anybody_comes(tight_server: Server) -> None:
    end = time.monotonic() + 60
    while "does not say for whom (no X-Forwarded-For)" not in tight_server.console:
        assert time.monotonic() < end, tight_server.console
        time.sleep(0.2)
    assert json.loads(asked(tight_server.url, "GET", "/healthz")[1])["status"] == "the proxy hides its clients"


def noticed(asks: str, headers: Mapping[str, str], monkeypatch: pytest.MonkeyPatch) -> str:
    """Return what is noticed of a request from an address."""
    monkeypatch.setattr(HiddenClients, "noticed", "")
    sent = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    HiddenClients().look({"type": "http", "client": (asks, 1), "headers": sent, "path": "/"})
    return HiddenClients.noticed


def test_a_proxy_that_hides_its_clients_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    named = {"Host": "practices.example.org", "X-Forwarded-For": "203.0.113.61"}
    for host in ("LOCALHOST.", "[::1]", "127.0.0.1:8501"):  # a name of this machine, however written, is no proxy's
        assert noticed("127.0.0.1", {"Host": host}, monkeypatch) == ""
    assert noticed("203.0.113.61", named, monkeypatch) == startup._warning() == ""
    assert noticed("127.0.0.1", {"Host": named["Host"]}, monkeypatch) == "the proxy hides its clients"
    assert startup._warning() == "the proxy hides its clients"


def test_a_proxy_that_is_not_believed_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    named = {"Host": "practices.example.org", "X-Forwarded-For": "8.8.4.61"}
    assert noticed("172.18.0.2", named, monkeypatch) == "the proxy is not believed"
    assert noticed("8.8.4.61", named, monkeypatch) == ""  # believed: the server has put the client in
    assert noticed("8.8.4.99", named, monkeypatch) == ""  # a visitor who says so from far away
    assert noticed("172.18.0.2", {"Host": "practices.example.org"}, monkeypatch) == ""  # a visitor from near
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", "*")
    assert noticed("8.8.4.99", named, monkeypatch) == "any client can call itself anything"


def test_healthz_says_when_the_last_whole_backup_is_too_old(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def backup(age: timedelta, problems: list[str]) -> None:
        made_at = datetime.now(UTC) - age
        folder = tmp_path / f"practices-{made_at:%Y%m%dT%H%M%S}Z"
        folder.mkdir()
        (folder / "manifest.json").write_text(json.dumps({"made_at": made_at.isoformat(), "problems": problems}))

    monkeypatch.setenv("PRACTICES_BACKUPS", str(tmp_path))
    assert startup._warning() == ""  # the first one is being made
    monkeypatch.setattr(startup, "_STARTED", time.monotonic() - 4_000)
    assert startup._warning() == "no whole backup"
    backup(timedelta(days=3), [])
    backup(timedelta(hours=1), ["the database has a problem"])
    assert startup._warning().startswith("the last whole backup is of 20")
    backup(timedelta(days=-400), [])  # made while the clock was ahead: hides nothing
    (tmp_path / "practices-noneZ").mkdir()
    (tmp_path / "practices-noneZ" / "manifest.json").write_text("{}")
    assert startup._warning().startswith("the last whole backup is of 20")
    backup(timedelta(days=1), [])
    assert startup._warning().endswith("the clock is or was wrong")


def upload_head(visitor: Visitor, length: str) -> bytes:
    return (
        f"PUT /_stcore/upload_file/{visitor.session}/one HTTP/1.1\r\nHost: localhost\r\n{length}\r\n"
        f"Content-Type: multipart/form-data; boundary=b\r\nX-Xsrftoken: {visitor.xsrf}\r\n"
        f"Cookie: _streamlit_xsrf={visitor.xsrf}\r\n\r\n"
    ).encode()


def first_line(server: Server, content: bytes) -> bytes:
    """Send bytes, nothing more, and return the first line of the answer."""
    with socket.create_connection(("localhost", urlsplit(server.url).port or 0), timeout=30) as connection:
        connection.sendall(content)
        return connection.recv(4096).split(b"\r\n", 1)[0]


# --- faults ------------------------------------------------------------------------------------------------


def answered(app: ASGIApp, accept: str) -> list[Message]:
    """Ask an app once, in this process, and return what it sent."""
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request"}

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "GET", "path": "/", "headers": [(b"accept", accept.encode())]}
    asyncio.run(Faults(app)(scope, receive, send))  # type: ignore[arg-type]
    return sent


@pytest.mark.parametrize("accept", ["text/html", "application/json"])
def test_a_fault_gets_an_id_that_stands_in_the_log_beside_the_rest(
    accept: str, caplog: pytest.LogCaptureFixture
) -> None:
    async def broken(_scope: Scope, _receive: Receive, _send: Send) -> None:
        raise ValueError("inner workings")

    start, body = answered(broken, accept)
    assert start["status"] == 500
    text = body["body"].decode()
    assert "inner workings" not in text
    assert "Traceback" not in text
    (error_id,) = re.findall(r"report error ([0-9a-f]{8})\.", text)
    assert f"error {error_id}" in caplog.text
    assert "inner workings" in caplog.text


def test_an_answer_that_breaks_off_is_not_finished_by_another() -> None:
    async def broken(_scope: Scope, _receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        raise ValueError("inner workings")

    with pytest.raises(ValueError, match="inner workings"):
        answered(broken, "text/html")


# --- the parts ---------------------------------------------------------------------------------------------


def test_limits_come_from_the_environment_and_a_mistake_is_named() -> None:
    assert Limits.from_environment({}) == Limits()
    assert Limits.from_environment({"PRACTICES_SOCKETS": " 7 "}).sockets == 7
    for wrong in ("many", "-1", "1e9", "٣", "1" * 12):
        with pytest.raises(PracticesError, match="PRACTICES_SOCKETS must be a whole number"):
            Limits.from_environment({"PRACTICES_SOCKETS": wrong})


def test_a_budget_holds_a_minute_and_fills_again() -> None:
    budgets = Budgets(600)
    assert [budgets.take("a") for _ in range(600)] == [0.0] * 600
    wait = budgets.take("a")
    assert 0 < wait <= 0.1
    time.sleep(wait)
    assert budgets.take("a") == 0.0
    assert budgets.take("b") == 0.0
    assert Budgets(0).take("a", 1e9) == 0.0


def test_clients_are_told_apart_by_address() -> None:
    def of(host: str) -> str | None:
        return client({"client": (host, 1)})

    assert [of("127.0.0.1"), of("::1"), of("127.8.9.1"), of("::ffff:127.0.0.1")] == [None] * 4
    assert of("::ffff:203.0.113.7") == of("203.0.113.7") == "203.0.113.7"
    assert of("2001:db8::1") == of("2001:db8::ffff") != of("2001:db8:0:1::1")
    assert client({}) == "unknown"


def test_budgets_of_many_addresses_do_not_fill_the_memory() -> None:
    budgets = Budgets(1)
    for number in range(25_000):
        budgets.take(str(number))
    assert len(budgets._left) == 20_000


def test_a_flood_of_messages_leaves_the_app_answering(server: Server) -> None:
    beat = BackMsg(app_heartbeat=True).SerializeToString()
    with Visitor(server.url, origin=server.url) as hostile, Visitor(server.url, origin=server.url) as other:
        other.visit("imprint")

        def flood() -> None:
            with suppress(ConnectionClosed):  # the end of the test closes the connection under it
                for _ in range(20_000):
                    hostile.send(beat)

        sending = threading.Thread(target=flood, daemon=True)
        sending.start()
        assert other.visit("imprint").finished
        assert server.health() == (200, {"status": "ok", "practices": 325})
    sending.join(timeout=30)
    assert not sending.is_alive()
