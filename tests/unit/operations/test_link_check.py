"""The link checker against a server of its own: polite, bounded, off by default, never to a private address."""

from __future__ import annotations

import ipaddress
import random
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

import pytest
from pydantic import TypeAdapter, ValidationError

from practices_db.__main__ import main
from practices_db.catalogue.practice_rows import Url
from practices_db.database.store import Store
from practices_db.operations import link_check
from practices_db.operations.link_check import Manners, check, is_public, look, recorded

HERE = Manners(pause=0, timeout=2, private=True)
PUBLIC = Manners(pause=0, timeout=2)


class Handler(BaseHTTPRequestHandler):
    asked: ClassVar[list[tuple[str, str, str]]] = []

    def do_HEAD(self) -> None:
        self.answer("HEAD")

    def do_GET(self) -> None:
        self.answer("GET")

    def answer(self, method: str) -> None:
        self.asked.append((method, self.path, self.headers["User-Agent"]))
        plain = {"/there": 200, "/gone": 404, "/busy": 429, "/broken": 500}
        status, to = plain.get(self.path, 200), ""
        if self.path == "/no-head":
            status = 405 if method == "HEAD" else 200
        if self.path == "/moved":
            status, to = 301, "/there"
        if self.path == "/loop":
            status, to = 302, "/loop"
        if self.path == "/to-file":
            status, to = 302, "file:///etc/passwd"
        self.send_response(status)
        if to:
            self.send_header("Location", to)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def address() -> Iterator[str]:
    Handler.asked = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    thread.join()


def connect_to_addresses_only(to: tuple[str, int], timeout: float | None = None, **_: Any) -> socket.socket:
    """Connect without resolving a name."""
    connection = socket.socket()
    connection.settimeout(timeout)
    ipaddress.ip_address(to[0])
    connection.connect(to)
    return connection


def seen(url: str, manners: Manners = HERE) -> link_check.Seen:
    (one,) = look([url], manners)
    return one


@pytest.mark.parametrize(
    ("path", "alive", "said"),
    [
        ("/there", True, "HTTP 200"),
        ("/moved", True, "HTTP 200"),
        ("/no-head", True, "HTTP 200"),
        ("/gone", False, "HTTP 404"),
        ("/broken", False, "HTTP 500"),
        ("/loop", False, "more than 5 redirections"),
        ("/to-file", False, "not a web address: file scheme"),
        ("/mit-ü?q=ä", True, "HTTP 200"),
    ],
)
def test_a_page_is_alive_or_not(address: str, path: str, alive: bool, said: str) -> None:
    found = seen(address + path)
    assert (found.alive, found.said) == (alive, said)


def test_it_asks_for_the_head_first_and_says_who_it_is(address: str) -> None:
    seen(address + "/there")
    assert Handler.asked == [("HEAD", "/there", link_check.AGENT)]


def test_it_does_not_connect_to_private_addresses() -> None:
    found = seen("http://127.0.0.1/there", PUBLIC)
    assert (found.alive, found.said) == (False, "its name leads to an address that is not public")


@pytest.mark.parametrize("url", ["ftp://example.org/", "file:///etc/passwd", "http:///nowhere", "javascript:alert(1)"])
def test_it_asks_web_addresses_only(url: str) -> None:
    assert not seen(url).alive


@pytest.mark.parametrize(
    "url", ["http://[::1", "https://x:y/", f"http://{'a' * 300}/", "http:///path", "http://a:99999/"]
)
def test_an_address_that_cannot_be_read_is_refused_on_entry(url: str) -> None:
    with pytest.raises(ValidationError, match=r"cannot be read|has no host name"):
        TypeAdapter(Url).validate_python(url)


def test_addresses_in_other_scripts_are_taken() -> None:
    for url in ("https://bücher.example/ä?q=é", "http://example.org:8080/x", "https://[2001:db8::1]/"):
        assert TypeAdapter(Url).validate_python(url) == url


@pytest.mark.parametrize("url", ["http://[::1", "http://a\nb/", "https://x:y/", f"http://{'a' * 300}/", ""])
def test_an_address_that_cannot_be_read_does_not_end_the_run(address: str, url: str) -> None:
    found = list(look([url, address + "/there"], HERE))
    assert [one.alive for one in found] == [False, True]


@pytest.mark.slow
def test_two_thousand_spoilt_addresses_do_not_end_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(host: object, *_: object, **__: object) -> list[Any]:
        raise socket.gaierror(f"{host!r} is not asked for: only literal addresses here")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    chance, good = random.Random(1), "https://[2001:db8::1]:443/ä?q=1#x"  # noqa: S311 - repeatable, not secret
    signs = [*"[]@:/?#%\\ \t\n\r\0.ä\u202e\ud800😀", "%zz", "xn--", "::", "0x", "a" * 70]
    urls = set()
    while len(urls) < 2_000:
        spoilt = list(good)
        for _ in range(chance.randint(1, 6)):
            spoilt[chance.randrange(len(spoilt))] = chance.choice(signs)
        urls.add("".join(spoilt))
    found = list(look(sorted(urls), PUBLIC))
    assert [one.alive for one in found] == [False] * 2_000


def test_it_asks_on_the_ports_of_web_pages_only(address: str) -> None:
    assert seen("http://example.org:6379/", PUBLIC).said == "port 6379 is not one of web pages"
    assert seen("https://example.org:80/", PUBLIC).said == "port 80 is not one of web pages"
    assert not Handler.asked
    assert address


@pytest.mark.parametrize(
    "given",
    [
        "127.0.0.1",
        "10.1.2.3",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",  # noqa: S104
        "224.0.0.1",
        "::1",
        "fe80::1",
        "fd00::1",
        "::ffff:8.8.8.8",
        "::127.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b::808:808",
        "64:ff9b:1::808:808",
        "2002:7f00:1::1",
        "2001:0:4136:e378:8000:63bf:3fff:fdd2",
        "fec0::1",
        "5f00::1",
        "192.88.99.1",
        "2a00:1450::5efe:10.0.0.1",
        "2a00:1450::200:5efe:8.8.8.8",
    ],
)
def test_private_translated_and_tunnelled_addresses_are_not_public(given: str) -> None:
    assert not is_public(given)


def test_public_addresses_are_public() -> None:
    assert is_public("93.184.215.14")
    assert is_public("2606:2800:21f:cb07:6820:80da:af6b:8b2c")


def test_an_address_that_answers_a_byte_now_and_then_has_one_deadline() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, ThreadPoolExecutor() as pool:
        done = threading.Event()

        def drip() -> None:
            connection, _ = server.accept()
            with connection, suppress(OSError):
                while not done.wait(0.1) and time.monotonic() < began + 3:
                    connection.sendall(b"H")

        pool.submit(drip)
        began = time.monotonic()
        found = seen(f"http://127.0.0.1:{server.getsockname()[1]}/", Manners(pause=0, timeout=0.5, private=True))
        done.set()
    assert found.said == "no answer within 0.5 seconds"
    assert time.monotonic() - began < 2


def test_the_connection_goes_to_the_address_that_was_looked_at(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that answers otherwise the second time it is resolved leads nowhere: it is resolved once."""
    resolved: list[str] = []
    genuine = socket.getaddrinfo

    def resolve(host: str, port: int, **rest: Any) -> Any:
        resolved.append(host)
        return genuine("127.0.0.1", port, **rest)

    monkeypatch.setattr(link_check.socket, "getaddrinfo", resolve)
    monkeypatch.setattr(socket, "create_connection", connect_to_addresses_only)
    assert seen(f"http://rebinding.example:{address.rpartition(':')[2]}/there").alive
    assert resolved == ["rebinding.example"]


def test_a_server_that_is_not_there_is_no_error_of_ours() -> None:
    found = seen("http://127.0.0.1:9/")
    assert not found.alive
    assert found.said.startswith("no answer: ")


def test_a_host_that_wants_to_be_left_alone_is_left_alone(address: str) -> None:
    found = list(look([address + "/busy", address + "/there"], HERE))
    assert [one.said for one in found] == ["HTTP 429"]


def test_two_requests_to_a_host_are_apart(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    monkeypatch.setattr(link_check.time, "sleep", slept.append)
    list(look([address + "/there", address + "/gone"], Manners(pause=30, timeout=2, private=True)))
    assert slept[0] == 0
    assert slept[-1] > 29


@pytest.fixture
def store(tiny_store: Store, address: str) -> Store:
    def put(cursor: Any) -> None:
        cursor.execute("UPDATE practice_source SET url = $url", {"url": address + "/there"})
        cursor.execute("UPDATE answer SET source_url = NULL")
        cursor.execute("UPDATE practice SET source_url = $url", {"url": address + "/gone"})

    tiny_store.write(put)
    return tiny_store


def test_what_was_seen_is_recorded_and_the_last_time_alive_is_kept(store: Store, address: str) -> None:
    found = check(store, 10, HERE)
    assert sorted((one.url.removeprefix(address), one.alive) for one in found) == [("/gone", False), ("/there", True)]
    with store.cursor() as cursor:
        kept = {str(row["url"]).removeprefix(address): row for row in recorded(cursor)}
    assert kept["/there"]["alive_at"] == kept["/there"]["tried_at"]
    assert kept["/gone"]["alive_at"] is None
    store.write(lambda cursor: cursor.execute("UPDATE address_check SET alive_at = TIMESTAMP '2020-01-01'"))
    check(store, 10, HERE)
    with store.cursor() as cursor:
        again = {str(row["url"]).removeprefix(address): row for row in recorded(cursor)}
    assert again["/gone"]["alive_at"] is not None
    assert again["/gone"]["alive_at"].year == 2020
    assert again["/there"]["alive_at"].year > 2020


def test_no_more_are_asked_than_allowed_and_the_next_time_the_others_come(store: Store) -> None:
    first, second = check(store, 1, HERE), check(store, 1, HERE)
    assert len(first) == len(second) == 1
    assert first[0].url != second[0].url


def test_the_command_asks_nothing_unless_it_is_told_to(
    store: Store, capsys: pytest.CaptureFixture[str], address: str
) -> None:
    path = store.path
    store.close()
    assert main(["check-links", "--database", str(path), "--most", "5"]) == 0
    assert "2 addresses would be asked" in capsys.readouterr().out
    assert Handler.asked == []
    assert main(["check-links", "--database", str(path), "--use-the-network", "--pause", "1"]) == 0
    out = capsys.readouterr()
    assert "2 addresses asked, 0 alive, 2 without a page" in out.out
    assert "is not one of web pages" in out.err
    assert Handler.asked == []
    assert address
