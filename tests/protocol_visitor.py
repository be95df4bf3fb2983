"""A visitor without a browser: speaks Streamlit's own protocol to a running server, as it is or forged."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from http.client import HTTPConnection
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from google.protobuf.message import Message
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin, Subprotocol

PATIENCE = 60  # seconds


class Screen:
    """What one run of a page sent."""

    def __init__(self, messages: Iterable[ForwardMsg]) -> None:
        self.messages = list(messages)

    def elements(self, kind: str | None = None) -> Iterator[Any]:
        """Yield what was drawn, of one kind or all."""
        for message in self.messages:
            if message.WhichOneof("type") == "delta" and message.delta.WhichOneof("type") == "new_element":
                element = message.delta.new_element
                found = element.WhichOneof("type")
                if kind in (None, found):
                    yield getattr(element, found)

    @property
    def widgets(self) -> list[tuple[str, Message]]:
        """Return kind and content of everything that takes a value from the browser."""
        return [
            (type(element).__name__, element)
            for element in self.elements()
            if getattr(element, "id", "") and element.id
        ]

    def opened(self, label: str) -> WidgetState:
        """Return what a browser sends when the button of this name is pressed, which opens something."""
        deltas = [message.delta for message in self.messages if message.WhichOneof("type") == "delta"]
        (id_,) = (one.add_block.popover.id for one in deltas if one.add_block.popover.label == label)
        return WidgetState(id=id_, bool_value=True)

    @property
    def faults(self) -> list[str]:
        """Return what should never be seen: exceptions as Streamlit draws them, traces of the program in any text."""
        drawn = [str(element) for element in self.elements("exception")]
        traces = ("Traceback (most recent call last)", 'File "/', "duckdb.", "Error: ")
        sent = [str(message) for message in self.messages if message.WhichOneof("type") == "delta"]
        return drawn + [text[:500] for text in sent if any(trace in text for trace in traces)]

    @property
    def error_ids(self) -> list[str]:
        """Return the errors that are reported under an id."""
        return [alert.body for alert in self.elements("alert") if "report error" in alert.body]

    @property
    def finished(self) -> bool:
        """Whether the page came to its end: the footer is there."""
        return any("Data version" in str(getattr(element, "body", "")) for element in self.elements("markdown"))


class Visitor:
    """One open session."""

    def __init__(self, url: str, *, origin: str | None = None, headers: Mapping[str, str] | None = None) -> None:
        self.url = url
        self.session = ""
        self.xsrf = xsrf_cookie(url)
        self.headers = dict(headers or {})
        self._open = ExitStack()
        opening = connect(
            url.replace("http", "ws", 1) + "/_stcore/stream",
            origin=Origin(origin) if origin else None,
            subprotocols=[Subprotocol("streamlit"), Subprotocol(self.xsrf)],
            additional_headers={"Cookie": f"_streamlit_xsrf={self.xsrf}", **self.headers},
            max_size=None,
            open_timeout=PATIENCE,
            close_timeout=1,
        )
        self._socket: ClientConnection = self._open.enter_context(opening)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None) -> None:
        self._open.close()

    def send(self, message: BackMsg | bytes) -> None:
        self._socket.send(message if isinstance(message, bytes) else message.SerializeToString())

    def receive(self, timeout: float = PATIENCE) -> ForwardMsg:
        content = self._socket.recv(timeout)
        assert isinstance(content, bytes)
        return ForwardMsg.FromString(content)

    def visit(self, page: str = "", query: str = "", widgets: Iterable[WidgetState] = ()) -> Screen:
        """Run a page with a link's parameters and the values of its widgets."""
        message = BackMsg()
        message.rerun_script.query_string = query
        message.rerun_script.page_name = page
        message.rerun_script.widget_states.widgets.extend(widgets)
        self.send(message)
        return Screen(self._until_finished())

    def _until_finished(self) -> Iterator[ForwardMsg]:
        while True:
            message = self.receive()
            kind = message.WhichOneof("type")
            if kind == "new_session":
                self.session = message.new_session.initialize.session_id or self.session
            yield message
            if kind == "script_finished":
                return

    def download(self, screen: Screen, session: str = "") -> bytes:
        """Press the first button of a page that downloads what it shows (not its codebook); return the file."""
        offered = [one for one in screen.elements("download_button") if one.deferred_file_id]
        button = next(one for one in offered if one.label.startswith("Download "))
        message = BackMsg()
        message.backend_operation_request.request_id = button.deferred_file_id
        message.backend_operation_request.session_id = session or self.session
        message.backend_operation_request.deferred_file.file_id = button.deferred_file_id
        self.send(message)
        while (answer := self.receive()).WhichOneof("type") != "backend_operation_response":
            pass
        assert not answer.backend_operation_response.error_msg, answer
        return self.fetch(answer.backend_operation_response.deferred_file.url)

    def fetch(self, path: str) -> bytes:
        """Return a file of a page, asked for as this visitor's browser does."""
        asking = Request(self.url + path, headers={"Cookie": f"_streamlit_xsrf={self.xsrf}"})  # noqa: S310
        with urlopen(asking, timeout=PATIENCE) as file:  # noqa: S310
            self.fetched = path, dict(file.headers)
            return bytes(file.read())

    def upload(self, name: str, content: bytes, file_id: str = "one", type_: str = "text/csv") -> tuple[int, str]:
        """Send a file as the browser does and return status and answer."""
        border = "practices-border"
        head = (
            f'--{border}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
            f"Content-Type: {type_}\r\n\r\n"
        ).encode()
        body = head + content + f"\r\n--{border}--\r\n".encode()
        headers = self.headers | {
            "Content-Type": f"multipart/form-data; boundary={border}",
            "X-Xsrftoken": self.xsrf,
            "Cookie": f"_streamlit_xsrf={self.xsrf}",
        }
        return asked(self.url, "PUT", f"/_stcore/upload_file/{self.session}/{file_id}", body, headers)


def asked(
    url: str, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
) -> tuple[int, str]:
    """Ask exactly for a path, nothing made tidy, and return status and body."""
    connection = HTTPConnection(urlsplit(url).netloc, timeout=PATIENCE)
    try:
        connection.request(method, path, body, dict(headers or {}))
        answer = connection.getresponse()
        return answer.status, answer.read().decode("utf-8", "replace")
    finally:
        connection.close()


def xsrf_cookie(url: str) -> str:
    """Return the cookie that a first visit sets."""
    connection = HTTPConnection(urlsplit(url).netloc, timeout=PATIENCE)
    try:
        connection.request("GET", "/_stcore/health")
        answer = connection.getresponse()
        answer.read()
        cookie = answer.getheader("Set-Cookie", "")
    finally:
        connection.close()
    return cookie.split("_streamlit_xsrf=", 1)[1].split(";", 1)[0]
