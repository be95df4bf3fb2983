"""What a visitor sees on a page, read from what the page sent to the browser."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

from google.protobuf.message import Message
from streamlit.dataframe_util import convert_arrow_bytes_to_pandas_df
from streamlit.testing.v1 import AppTest

from pages.shared.components.screen_texts import as_read

ROOT = Path(__file__).resolve().parents[2]
FRAME = ROOT / "pages" / "shared" / "frame.py"
PAGES = (
    *("overview", "what_works", "explore", "practice", "self_assessment", "gaps", "method", "evidence", "communities"),
    *("needs", "about"),
)

# What a person typed or what is a file, a link or a key of the program: shown or used as it is, never as Markdown.
_NO_MARKDOWN = {
    "id",
    "value",
    "default",
    "placeholder",
    "query_string",
    "url",
    "page",
    "spec",
    "data",
    "options",
    *("html_content", "css_content", "js_content", "json"),  # a component's own code, and what it gets as data
}


class Visit(Protocol):
    """Goes to a page with a link's parameters; ``_`` stands for ``-`` in their names."""

    def __call__(self, page: str, /, **params: str | list[str]) -> AppTest: ...


def opened() -> AppTest:
    """Return a new visit, on the overview."""
    return AppTest.from_file(FRAME, default_timeout=30).run()


def all_open(app: AppTest) -> AppTest:
    """Press every button that opens something which is drawn only then."""
    ids = [*(box.proto.popover.id for box in app.get("popover")), *(box.proto.id for box in app.expander)]
    for id_ in filter(None, ids):
        app.session_state[id_.split("-", 2)[2]] = True
    return app.run() if any(ids) else app


def title(app: AppTest) -> str:
    (one,) = app.title
    return str(one.value)


def footer(app: AppTest) -> str:
    return str(app.caption[-1].value)


def bodies(app: AppTest) -> list[str]:
    return [str(element.value) for element in app.markdown]


def parts(app: AppTest) -> list[str]:
    """Return the paragraphs and the outer items of lists of every text."""
    return [part for body in bodies(app) for part in re.split(r"\n\n|\n(?=- )", body)]


# Explore's answer, and the sentence of the other lists
_SENTENCE = r"\*\*(All [\d,]+|[\d,]+|No) practices?\b(?! have | has )|(All )?\*\*[\d,]+ (of [\d,]+ )?practices?\*\*"


def sentence(app: AppTest) -> str:
    """Return the sentence above the result, as a person reads it."""
    (one,) = (body for body in bodies(app) if re.match(_SENTENCE, body))
    return as_read(one)


def facts(app: AppTest) -> list[tuple[str, str]]:
    """Return the facts of the practice shown, as (title, words)."""
    lists = [body for body in bodies(app) if body.startswith(("- **Organisation**", "- **Funding**"))]
    lines = [line.removeprefix("- **").partition("**: ") for body in lists for line in body.splitlines()]
    return [(name, as_read(re.sub(r"^:gray\[(.*)\]$", r"\1", words))) for name, _, words in lines]


def found(app: AppTest) -> int:
    """Return how many practices the sentence says are shown."""
    words = sentence(app).replace("All ", "").replace("No ", "0 ")
    return int(words.split()[0].replace(",", ""))


def card_ids(app: AppTest) -> list[str]:
    """Return the practices shown as cards, by their links."""
    links = (link.proto for link in app.get("page_link"))
    return [link.query_string.removeprefix("practice=") for link in links if link.label.startswith(":blue[**")]


def download_label(app: AppTest) -> str:
    labels = [
        str(button.label) for button in all_open(app).get("download_button") if button.label.startswith("Download")
    ]
    (label,) = (label for label in labels if label != "Download as CSV")  # the other kind of file
    return label


def matrix(app: AppTest) -> dict[str, Any]:
    """Return what was sent to the browser to draw practices side by side."""
    (one,) = (part for part in app.get("bidi_component") if part.proto.component_name == "matrix")
    sent: dict[str, Any] = json.loads(one.proto.json)
    return sent


def charts(app: AppTest) -> list[Any]:
    return [element.proto for element in app.get("vega_lite_chart")]


def dataset(chart: Any, name: str) -> list[dict[str, Any]]:
    """Return the rows that were sent with a chart under a name."""
    (sent,) = (one.data.data for one in chart.datasets if one.name == name)
    return list(convert_arrow_bytes_to_pandas_df(sent).to_dict("records"))


def alt_texts(app: AppTest) -> list[str]:
    """Return the alternative text of every chart, table and data frame drawn, empty where there is none."""
    drawn = [*app.get("vega_lite_chart"), *app.table, *app.dataframe, *app.get("imgs")]
    return [element.proto.alt for element in drawn]


def strings(app: AppTest) -> list[str]:
    """Return every text sent to the browser that it may read as Markdown."""
    sent = []
    for node in app.main:
        proto = getattr(node, "proto", None)
        if isinstance(proto, Message):
            sent += _texts(proto)
    return sent


def _texts(proto: Message) -> Iterator[str]:
    for field, value in proto.ListFields():
        if field.name in _NO_MARKDOWN:
            continue
        for one in value if field.is_repeated else [value]:
            if isinstance(one, str):
                yield one
            elif isinstance(one, Message):
                yield from _texts(one)


def rows(name: str) -> list[dict[str, str]]:
    """Return a file of the catalogue."""
    with (ROOT / "data" / "catalogue" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))
