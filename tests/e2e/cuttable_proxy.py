"""A connection that can be cut: a small TCP proxy between the browser and the server."""

from __future__ import annotations

import contextlib
import socket
import threading


class Proxy:
    """Passes everything on to ``target`` (a port on this machine) until it is cut."""

    def __init__(self, target: int) -> None:
        self.target = target
        self._open = True
        self._passing = threading.Event()
        self._passing.set()
        self._sockets: list[socket.socket] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://localhost:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        """End every connection and let no new one through."""
        self._open = False
        for one in self._sockets:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()
        self._sockets.clear()

    def silence(self) -> None:
        """Keep every connection and pass nothing on, as in a tunnel: neither side is told."""
        self._passing.clear()

    def mend(self) -> None:
        """Let connections through again."""
        self._open = True
        self._passing.set()

    def close(self) -> None:
        """Stop for good."""
        self.cut()
        self._passing.set()
        self._listener.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                if not self._open:
                    near.close()
                    continue
                try:
                    far = socket.create_connection(("localhost", self.target), timeout=5)
                except OSError:
                    near.close()
                    continue
                far.settimeout(None)
                self._sockets += [near, far]
                for one, other in ((near, far), (far, near)):
                    threading.Thread(target=self._pass_on, args=(one, other), daemon=True).start()

    def _pass_on(self, one: socket.socket, other: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while piece := one.recv(1 << 16):
                self._passing.wait()
                other.sendall(piece)
        for each in (one, other):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
