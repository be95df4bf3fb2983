"""The log tells what happened, and nothing of who was there and what they typed."""

from __future__ import annotations

import asyncio
import gc
import json
import logging
import shutil
import sys
import threading
from pathlib import Path
from urllib.parse import urlencode

import duckdb
import pytest
from app_server import Server
from protocol_visitor import Visitor, asked
from streamlit.proto.WidgetStates_pb2 import WidgetState

from pages.shared.server import log_lines
from practices_db.errors import PracticesError
from security.conftest import NewServer
from security.test_tampering import forged, pages_of

SECRET = "Quokka Zebedee 7391"  # noqa: S105
FIELDS = ("TextInput", "TextArea", "NumberInput", "Selectbox", "MultiSelect", "ChatInput")
PRACTICE = "practice=humanitarian-corridors"


def typed(visitor: Visitor, page: str) -> int:
    """Type the secret into every field of a page, then press every button; return how many fields there were."""
    widgets = visitor.visit(page).widgets
    states: list[WidgetState] = []
    for sort, widget in widgets:
        if sort == "MultiSelect":
            states.append(forged(widget, "string_array_value", [SECRET]))
        elif sort in FIELDS:
            states.append(forged(widget, "string_value", SECRET))
    visitor.visit(page, widgets=states)
    for widget in [widget for sort, widget in widgets if sort == "Button"][:20]:
        visitor.visit(page, widgets=[*states, forged(widget, "trigger_value", True)])
    return len(states)


@pytest.mark.parametrize("form", ["json", pytest.param("plain", marks=pytest.mark.slow)])
def test_what_is_typed_is_in_no_line(form: str, catalogue_db: Path, tmp_path: Path, new_server: NewServer) -> None:
    broken = Path(shutil.copy(catalogue_db, tmp_path / "practices.duckdb"))
    with duckdb.connect(broken) as connection:
        connection.execute("DROP TABLE practice_score")  # so that some pages fail with what was typed at hand
    token = "made up for this test, and long enough"  # noqa: S105
    server = new_server(broken, {"PRACTICES_LOG": form, "PRACTICES_METRICS_TOKEN": token}).wait_until_healthy()
    with Visitor(server.url) as visitor:
        pages = pages_of(visitor)
    fields = 0
    for page in pages if form == "json" else pages[:3]:
        with Visitor(server.url) as visitor:
            fields += typed(visitor, page)
    assert fields > (60 if form == "json" else 10)
    asked(server.url, "GET", "/api/practices.json?" + urlencode({"q": SECRET, "from": SECRET}))
    asked(server.url, "GET", "/metrics", headers={"Authorization": f"Bearer {token}"})
    with Visitor(server.url) as visitor:
        assert visitor.visit("practice", PRACTICE).error_ids
    server.stop()
    assert "error " in server.console
    assert "duckdb" in server.console  # the type of the fault
    for words in (SECRET, "Quokka", urlencode({"": SECRET})[1:], token, "127.0.0.1", "::1"):
        assert words.lower() not in server.console.lower(), words
    if form == "json":
        check_lines(server)


def check_lines(server: Server) -> None:
    lines = [json.loads(line) for line in server.console.splitlines() if line.startswith("{")]
    assert {"time", "level", "from", "event", "text"} <= set.intersection(*(set(line) for line in lines))
    (started,) = [line for line in lines if line["event"].startswith("started")]
    assert started["values"]["data_version"] in started["text"]
    assert lines[-1]["text"] == "stopped"
    fault = [line for line in lines if line["text"].startswith("error ")][-1]
    assert fault["level"] == "error"
    assert fault["error"][0]["type"] == "_duckdb.CatalogException"
    assert any("queries/practices.py" in place for place in fault["error"][0]["at"])
    banner = [line for line in server.console.splitlines() if line.strip() and not line.startswith("{")]
    assert len(banner) == 2, banner  # Streamlit's own, on standard output


def fault() -> logging.LogRecord:
    try:
        try:
            int(SECRET)
        except ValueError as error:
            raise OSError(28, "No space left on device", f"/home/{SECRET}") from error
    except OSError as error:
        return logging.LogRecord(
            "practices", logging.ERROR, __file__, 1, "error %s", ("ab12",), (OSError, error, error.__traceback__)
        )


@pytest.mark.parametrize("form", [log_lines._Sentences(), log_lines._JsonLines()])
def test_of_an_error_type_and_places_are_told_and_no_message(form: logging.Formatter) -> None:
    line = form.format(fault())
    for words in ("error ab12", "OSError", "ValueError", "No space left on device", "test_log_lines.py", " fault"):
        assert words in line
    assert SECRET not in line


def test_what_nobody_takes_ends_a_thread_or_a_task_without_its_message(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)  # put back in the end, as the others
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    monkeypatch.setattr(logging.lastResort, "formatter", None)
    gc.collect()  # what other tests left behind is told when it is collected: here, and not among what is looked for
    caplog.clear()
    log_lines.begin()
    thread = threading.Thread(target=int, args=(SECRET,))
    thread.start()
    thread.join()

    async def forget() -> None:
        log_lines.in_tasks(asyncio.get_running_loop())
        task = asyncio.create_task(asyncio.to_thread(int, SECRET))
        await asyncio.wait([task])
        del task
        gc.collect()

    asyncio.run(forget())
    told = [json.loads(log_lines._JsonLines().format(record)) for record in caplog.records]
    assert [line["text"] for line in told] == ["a thread ended by an error", "a task ended by an error"]
    assert [line["error"][0]["type"] for line in told] == ["ValueError"] * 2
    assert SECRET not in str(told)
    assert SECRET not in "".join(capsys.readouterr())


def test_another_form_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRACTICES_LOG", "yaml")
    with pytest.raises(PracticesError, match="PRACTICES_LOG must be plain or json"):
        log_lines.begin()
