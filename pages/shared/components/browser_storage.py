"""The browser's own storage: a text is kept there, given back to a new session, and never left on the server.

Streamlit has no command for it, so this is a small component of ours (browser_storage.js). Each slot keeps one text
with a revision; a group is one slot or several side by side. Which text holds is decided by four rules: a new session
takes what the browser keeps; what was typed or chosen since that was written holds over it, field by field; inside a
session the session's text is written; and where another tab has written in between, nothing is overwritten: this
page's text is kept beside the other, and its reader decides.
"""

from __future__ import annotations

import re
import secrets
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, NamedTuple

import streamlit as st

from pages.shared.components.file_button import file_button
from pages.shared.components.screen_texts import escaped
from practices_db import formats
from practices_db.errors import PracticesError
from practices_db.translation import ENGLISH, _, language, ngettext

_JS = (Path(__file__).parent / "browser_storage.js").read_text(encoding="utf-8")
_CSS = """
p {
  margin: 0; padding: 0.35rem 0.75rem; border-radius: var(--st-base-radius);
  border: 1px solid var(--st-border-color); background: var(--st-secondary-background-color);
  font-size: 0.875rem; color: var(--st-text-color); font-family: var(--st-font);
}
p[data-state="offline"], p[data-state="conflict"], p[data-state="unavailable"] {
  font-weight: 600; border-color: var(--st-orange-color);
}
button {
  padding: 0; border: 0; background: none; color: var(--st-link-color); font: inherit;
  text-decoration: underline; cursor: pointer;
}
"""
_COMPONENT = st.components.v2.component("browser_storage", html='<p role="status"></p>', css=_CSS, js=_JS)

GONE = "gone"  # the stamp of an entry that is not there any more
_REMEMBERED = 40  # fields; what was taken longer ago is no longer waited for
_RETURN = 5.0  # seconds after a return in which Streamlit may repeat an earlier choice
_EVERY = "*"


@dataclass(frozen=True)
class Entry:
    """What the browser keeps in a slot: the text, its revision, and a stamp that is new at every writing."""

    text: str
    revision: int
    stamp: str
    kept: str


class Listed(NamedTuple):
    """A slot of a group as it is listed: its name, and when it was kept (ISO 8601, "" where unknown)."""

    slot: str
    name: str
    kept: str


class Difference(NamedTuple):
    """One thing that two texts say differently: what it is, how it is here, how it is in the other tab."""

    what: str
    here: str
    there: str


@dataclass(frozen=True)
class Report:
    """What the browser tells: how it stands (``state``), that another tab wrote, or that it keeps nothing.

    ``typed``: raw values of fields by name that are not in the text yet. ``fields``: the fields whose value in the
    browser is newer than the text. ``beside``: the slot in which this page's text is kept beside another tab's.
    """

    kind: Literal["state", "other", "unavailable"]
    entry: Entry | None = None
    n: int = 0
    slot: str = ""
    typed: Mapping[str, str] = field(default_factory=dict)
    drafts: tuple[Listed, ...] = ()
    fields: frozenset[str] = frozenset()
    beside: str = ""


@dataclass(kw_only=True)
class KeptText(ABC):
    """What a session knows of a text that the browser keeps. ``fields``: pattern of the names of its fields."""

    group: str
    fields: str
    slot: str = ""
    revision: int = 0
    loaded: bool = False  # whether the browser has told what it keeps
    ask: str = field(default_factory=lambda: secrets.token_hex(8))
    heard: int = 0  # the number of the last report
    took: int = 0  # the number of the report from which the text was taken
    over: str = ""  # the stamp of another tab's entry that may be overwritten
    taken: dict[str, str] = field(default_factory=dict)
    orders: list[dict[str, str]] = field(default_factory=list)
    listed: tuple[Listed, ...] = ()
    other: Entry | None = None  # what another tab of the browser wrote
    gone: bool = False  # another tab made the browser forget
    beside: str = ""
    damaged: str = ""  # what the browser kept and nobody can read
    problem: str = ""
    unavailable: bool = False
    newer: frozenset[str] = frozenset()  # fields that show what the text does not have yet
    returned: dict[str, tuple[str, float]] = field(default_factory=dict)  # fields a return told of: (raw value, when)
    _shown: dict[str, Any] = field(default_factory=dict)
    _takers: dict[str, Callable[[Any], None]] = field(default_factory=dict)

    # --- what a text is; a group says it ---

    @property
    @abstractmethod
    def text(self) -> str:
        """Return the text as it is kept."""

    @property
    @abstractmethod
    def name(self) -> str:
        """Return the name under which it is listed."""

    @abstractmethod
    def read(self, text: str) -> None:
        """Take a text; PracticesError where it cannot be read."""

    @abstractmethod
    def take_field(self, name: str, raw: str) -> None:
        """Take the raw value of a field as the browser has it; a value that cannot be is dropped."""

    @abstractmethod
    def raw(self, name: str, value: Any) -> str:
        """Return a field's value as the browser has it."""

    @abstractmethod
    def differences(self, text: str) -> Sequence[Difference]:
        """Return in what another text differs; PracticesError where it cannot be read."""

    @abstractmethod
    def clear(self) -> None:
        """Empty the text."""

    # --- how it changes ---

    def changed(self) -> None:
        """Count a change; the browser keeps it with this run of the page."""
        self.revision, self.loaded = self.revision + 1, True

    def absorb(self, report: Report | None) -> None:
        """Take what the browser told; what is late or of another slot is dropped."""
        if report is None or (self.slot and report.slot and report.slot != self.slot):
            return
        if report.kind == "unavailable":
            self.loaded, self.unavailable = True, True
            return
        if report.n <= self.heard:
            return
        self.heard = report.n
        if report.kind == "other":
            self._another(report)
            return
        self.listed = report.drafts
        if self.loaded:
            self.returned = {name: (report.typed.get(name, raw), at) for name, (raw, at) in self.returned.items()}
        else:
            self.returned = {name: (raw, time.monotonic()) for name, raw in report.typed.items()}
        if not self.loaded:
            self.loaded, self.slot, self.took, self.newer = True, report.slot, report.n, report.fields
            if report.entry:
                self._take(report.entry)
        for name, raw in report.typed.items():
            self.taken.pop(name, None)
            if re.fullmatch(self.fields, name):
                self.take_field(name, raw)
                self.newer -= {name}

    def _another(self, report: Report) -> None:
        self.other, self.gone, self.beside = report.entry, report.entry is None, report.beside
        if report.entry and not self.told_apart():
            self.over, self.revision, self.other = report.entry.stamp, max(self.revision, report.entry.revision), None

    def told_apart(self) -> Sequence[Difference]:
        """Return in what the other tab's text differs; one line where that cannot be read."""
        if not self.other:
            return ()
        try:
            return self.differences(self.other.text)
        except PracticesError as error:
            return (Difference(_("The other tab's text"), "", str(error)),)

    def _take(self, entry: Entry) -> None:
        """Take what the browser keeps; what cannot be read stays there until its reader decides."""
        try:
            self.read(entry.text)
            self.revision, self.over, self.problem = max(entry.revision, 1), entry.stamp, ""
        except PracticesError as error:
            self.damaged, self.problem, self.over = entry.text, str(error), ""

    def order_drop(self, slot: str = _EVERY) -> None:
        """Make the browser forget a slot, or every slot of the group."""
        self.orders.append({"id": secrets.token_hex(8), "slot": slot})

    def forget(self) -> None:
        """Empty the text and make the browser forget every slot of the group."""
        self.clear()
        self.slot, self.revision, self.loaded, self.listed, self.taken = self.group, 0, True, (), {}
        self.other, self.gone, self.beside, self.problem = None, False, "", ""
        self.order_drop()

    def use_other(self) -> None:
        """Take the other tab's text instead of this page's."""
        if self.other:
            self._take(self.other)
        else:
            self.clear()
            self.over, self.revision = GONE, 0
        self._decided()

    def use_this(self) -> None:
        """Keep this page's text instead of the other tab's."""
        self.over = self.other.stamp if self.other else GONE
        self.revision = max(self.revision, self.other.revision if self.other else 0) + 1
        self._decided()

    def use_both(self) -> None:
        """Keep this page's text in a slot of its own, and the other tab's where it is."""
        self.slot, self.over = self.new_slot(), ""
        self.revision += 1
        self._decided()

    def _decided(self) -> None:
        if self.beside:
            self.order_drop(self.beside)
        self.other, self.gone, self.beside = None, False, ""

    def new_slot(self) -> str:
        """Return the name of a slot that is not there yet."""
        return f"{self.group}/{secrets.token_hex(6)}"

    # --- widgets over it ---

    def widget(self, key: str, value: Any, take: Callable[[Any], None], choice: bool = False) -> dict[str, Any]:
        """Make a widget show a value of the text; return its key and what it calls when that changed.

        ``choice``: it is one of several, and no text. Nothing is sent where the widget shows the value already, since
        somebody may be typing, nor where the browser shows a newer one (``take_newer``).

        What is chosen without a connection is not Streamlit's: after the return it sends the choice before that once
        more, as if somebody had made it now. For a moment such a choice counts only if the browser tells it, too.
        """
        if key in self.newer:
            self._shown[key], self._takers[key] = value, take
        elif key not in st.session_state or st.session_state[key] != value:
            st.session_state[key] = value

        def changed() -> None:
            given = st.session_state[key]
            raw, since = self.returned.get(key, ("", 0.0))
            if choice and key in self.returned and raw != self.raw(key, given) and time.monotonic() - since < _RETURN:
                return
            take(given)
            self.taken.pop(key, None)
            self.taken[key] = self.raw(key, given)
            if len(self.taken) > _REMEMBERED:
                del self.taken[next(iter(self.taken))]

        return {"key": key, "on_change": changed}

    def take_newer(self) -> None:
        """Take what the fields of this page show, once, after a connection came back to a new session.

        In its first run the browser brings the widgets' values and nobody is told that they changed.
        """
        if not self.newer:
            return
        takers, shown = self._takers, self._shown
        self.newer, self._takers, self._shown = frozenset(), {}, {}
        changed = [key for key, value in shown.items() if key in takers and st.session_state.get(key, value) != value]
        for key in changed:
            takers[key](st.session_state[key])
        if changed:
            st.rerun()


def kept_line(kept: KeptText) -> bool:
    """Draw the line that says what is kept, with what has to be decided; return whether the browser has told.

    Until it has, nothing is written.
    """
    with st.container():  # always there: what comes into it moves no field, which would lose what is typed in it
        _decide(kept)
    key = f"storage-{kept.group}"

    def reported() -> None:
        kept.absorb(_report(st.session_state[key].get("report")))

    data = {
        "group": kept.group,
        "slot": kept.slot,
        "fields": kept.fields,
        "ask": kept.ask,
        "loaded": kept.loaded,
        "revision": kept.revision,
        "text": kept.text if kept.loaded and kept.revision else "",
        "name": kept.name,
        "over": kept.over,
        "taken": kept.taken,
        "heard": kept.heard,
        "took": kept.took,
        "orders": kept.orders,
        "words": _words(),
        "locale": "en-GB" if language() == ENGLISH else language(),
    }
    result = _COMPONENT(key=key, data=data, on_report_change=reported)
    if not kept.loaded:
        # A connection that came back to a new session brings the report with the first run: nobody is called then.
        kept.absorb(_report(result.get("report")))
        if kept.loaded:
            st.rerun()
    return kept.loaded


def _words() -> dict[str, str]:
    """Return what the line says; the browser fills in the placeholders."""
    return {
        "unavailable": _("This browser does not let the page keep anything. Save a file before you leave."),
        "offline": _("No connection: kept in this browser, not yet counted."),
        "away": _("No connection. This page stays as it is, and goes on once the connection is back."),
        "looking": _("Looking for what this browser keeps …"),
        "forgotten": _("Forgotten: this browser keeps nothing of it."),
        "empty": _("Nothing to save yet."),
        "kept": _("Kept in this browser at {time}."),
        "keptOn": _("Kept in this browser at {time} on {day}."),
        "keptOnce": _("Kept in this browser at an unknown time."),
        "changed": _("Another tab has changed these answers."),
        "deleted": _("Another tab has deleted these answers."),
        "both": _("Yours are kept too."),
        "differs": _("See what differs"),
        "second": _("{name} (second tab)"),
    }


def _report(told: Any) -> Report | None:
    """Return a report that is well-formed; anything else is dropped."""
    if not isinstance(told, dict):
        return None
    kind, n, slot = told.get("kind"), _whole(told.get("n")), told.get("slot")
    if kind not in ("state", "other", "unavailable") or not (isinstance(slot, str) or kind == "unavailable"):
        return None
    entry: Entry | None = None
    if isinstance(given := told.get("entry"), dict):
        text, stamp = given.get("text"), given.get("stamp")
        if not (isinstance(text, str) and isinstance(stamp, str)):
            return None
        entry = Entry(text, _whole(given.get("revision")), stamp, str(given.get("kept")))
    typed, drafts, fields = told.get("typed"), told.get("drafts"), told.get("fields")
    return Report(
        kind,
        entry,
        n,
        slot if isinstance(slot, str) else "",
        {name: raw for name, raw in typed.items() if isinstance(raw, str)} if isinstance(typed, dict) else {},
        tuple(
            Listed(*(str(one.get(part) or "") for part in Listed._fields))
            for one in (drafts if isinstance(drafts, list) else [])
            if isinstance(one, dict)
        ),
        frozenset(name for name in (fields if isinstance(fields, list) else []) if isinstance(name, str)),
        str(told.get("beside") or ""),
    )


def _whole(value: Any) -> int:
    return int(value) if isinstance(value, int | float) and 0 <= value < 2**53 else 0


# --- what has to be decided ------------------------------------------------------------------------------------


def _decide(kept: KeptText) -> None:
    if kept.other or kept.gone:
        _other_tab(kept)
    if kept.problem:
        _damaged(kept)
    if kept.unavailable:
        st.warning(
            _(
                "This browser does not let pages keep anything (a private window, or a setting). Your answers are only "
                "in this open page: download a file before you leave it."
            ),
            icon=":material/warning:",
        )


def _other_tab(kept: KeptText) -> None:
    with st.container(border=True, key="kept_other_tab"):
        differences = kept.told_apart()
        if kept.gone:
            st.warning(_("Another tab of this browser has deleted these answers."), icon=":material/tab:")
        else:
            st.warning(
                _("Another tab of this browser has changed these answers. Nothing was overwritten.")
                + " "
                + ngettext("They differ in {count} place:", "They differ in {count} places:", len(differences)).format(
                    count=formats.count(len(differences))
                ),
                icon=":material/tab:",
            )
            st.markdown("\n".join(f"- {_said(one)}" for one in differences))
        with st.container(horizontal=True):
            st.button(
                _("Delete them here too") if kept.gone else _("Use the other tab's answers"),
                on_click=kept.use_other,
                key="kept_use_other",
            )
            st.button(_("Use the answers of this page"), on_click=kept.use_this, key="kept_use_this")
            if kept.beside and not kept.gone:
                st.button(_("Keep both, side by side"), on_click=kept.use_both, key="kept_use_both")


def _said(one: Difference) -> str:
    here, there = (escaped(words) if words.strip() else _("*nothing*") for words in (one.here, one.there))
    return _("**{what}** – here: {here}; in the other tab: {there}").format(
        what=escaped(one.what), here=here, there=there
    )


def _damaged(kept: KeptText) -> None:
    st.error(escaped(kept.problem), icon=":material/broken_image:")
    content = kept.damaged.encode("utf-8", "replace")
    file_button(_("Download what is there"), content, "kept-in-this-browser.txt", "text/plain")
    st.caption(_("It is replaced as soon as you answer something here."))
