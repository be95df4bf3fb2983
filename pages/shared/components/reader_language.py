"""The reader's language: asked for in the link (``lang=de``), else the browser's; chosen in the frame."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from practices_db.translation import ENGLISH, LANGUAGES, _, ask_reader, language, like_language, set_language

PARAM = "lang"
_TAG = re.compile(r"([A-Za-z]{1,8})(?:-[A-Za-z0-9]+)*\s*(?:;\s*q\s*=\s*([01](?:\.[0-9]{0,3})?))?\s*(?:,|$)", re.ASCII)
_LONGEST = 1_000  # signs of a header that are looked at
_ID = re.compile(r"[A-Za-z0-9][\w-]*", re.ASCII)
_KEY, _SERVED, _BEFORE, _SAID = "reader_language", "language_served", "language_before", "language_was_said"
_JS = (Path(__file__).parent / "reader_language.js").read_text(encoding="utf-8")
_COMPONENT = st.components.v2.component("reader_language", html="<span></span>", js=_JS)


def preferred(accept_language: str) -> str:
    """Return the language of ours that a browser's header ``Accept-Language`` likes best, English if none."""
    weighed: list[tuple[float, str]] = []
    for tag, weight in _TAG.findall(accept_language[:_LONGEST]):
        if (code := like_language(tag)) and (likes := float(weight or 1)):
            weighed.append((-likes, code))
    return min(weighed, key=lambda one: one[0])[1] if weighed else ENGLISH


def served(params: Iterable[str], accept_language: str) -> str:
    """Return the language that a page is loaded in: the last of its parameters ``lang``, else the browser's."""
    asked = [code for given in params if (code := like_language(given))]
    return asked[-1] if asked else preferred(accept_language)


def _is_ours(said: object) -> bool:
    """Whether it is the code of a language of ours, whatever a forged message made of the choice."""
    return isinstance(said, str) and said in LANGUAGES


def _of_session() -> str | None:
    """Return what the session at work has chosen; None outside of one and before its first run."""
    said = st.session_state.get(_KEY) if get_script_run_ctx(suppress_warning=True) else None
    return said if _is_ours(said) else None


ask_reader(_of_session)  # callbacks of widgets run before the frame, dialogs without it


def settle() -> None:
    """Set the language of this run, and keep it in the link where it is not the browser's."""
    header = st.context.headers.get("Accept-Language") or ""
    if not _is_ours(st.session_state.get(_KEY)):
        st.session_state[_KEY] = st.session_state[_SERVED] = served(st.query_params.get_all(PARAM), header)
    elif asked := like_language(st.query_params.get(PARAM)):
        st.session_state[_KEY] = asked
    code = st.session_state[_KEY]
    set_language(code)
    if st.session_state.get(_BEFORE, code) != code:
        _show_choices_anew()
    st.session_state[_BEFORE] = code
    wanted = code if code != preferred(header) or PARAM in st.query_params else None
    if wanted and st.query_params.get(PARAM) != wanted:
        st.query_params[PARAM] = wanted


def in_link() -> dict[str, list[str]]:
    """Return what of the link says the language; for who writes all the rest of it."""
    return {PARAM: st.query_params.get_all(PARAM)} if PARAM in st.query_params else {}


def in_address() -> str:
    """Return what an address ends in to be opened in this language: "&lang=de", nothing for the browser's."""
    return f"&{PARAM}={language()}" if PARAM in st.query_params else ""


def _show_choices_anew() -> None:
    """Send every choice to the browser once more: it holds their words, which are those of the other language.

    Choices are ids and numbers. What somebody types, and has perhaps not sent yet, is left alone where it is more than
    one word: told apart is the value, for Streamlit does not say what a key is of.
    """
    for key, value in st.session_state.items():
        parts = value if isinstance(value, list) else [value]
        chosen = [isinstance(one, int | str) and not isinstance(one, bool) and _ID.fullmatch(str(one)) for one in parts]
        if chosen and all(chosen):
            st.session_state[key] = value


def choice() -> None:
    """Draw the choice of the language; tell the browser which the page is in, and which of its texts are English."""
    st.selectbox(
        _("Language"),
        list(LANGUAGES),
        format_func=LANGUAGES.__getitem__,
        key=_KEY,
        label_visibility="collapsed",
        filter_mode=None,
        on_change=_chosen,
    )
    code = st.session_state[_KEY]
    if code != ENGLISH or st.session_state[_SERVED] != ENGLISH or st.session_state.get(_SAID):
        st.session_state[_SAID] = True
        _COMPONENT(data={"language": code, "colours": _of_catalogue()}, key="language_said", height=1)


def _of_catalogue() -> list[str]:
    """Return the colour of ``screen_texts.in_own_language`` in both themes, as browsers say it."""
    colours = (str(st.get_option(f"theme.{theme}.violetTextColor")).lstrip("#") for theme in ("light", "dark"))
    return [f"rgb({', '.join(str(byte) for byte in bytes.fromhex(colour))})" for colour in colours]


def of_document(key: str) -> str:
    """Draw the choice of a brief's or a report's language, the screen's unless another is chosen; return its code."""
    here = language()
    chosen = st.selectbox(
        _("Language of the document"),
        list(LANGUAGES),
        index=list(LANGUAGES).index(here),
        format_func=LANGUAGES.__getitem__,
        key=f"{key}_language_{here}",
        filter_mode=None,
    )
    return str(chosen)


def _chosen() -> None:
    """Put the choice into the link, which would win over it."""
    st.query_params[PARAM] = st.session_state[_KEY]
