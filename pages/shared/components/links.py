"""Where the pages are, and how one leads to another."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from functools import cache, partial
from pathlib import Path
from typing import NoReturn
from urllib.parse import urlsplit

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from criteria.spelling import shown
from pages.shared.components import reader_language
from pages.shared.components.screen_texts import escaped, in_own_language
from practices_db import formats
from practices_db.catalogue.practice_filter import PracticeFilter
from practices_db.catalogue.vocabularies import NOT_STATED
from practices_db.config import address_in_files
from practices_db.queries.views import Page, View, read_view
from practices_db.translation import _

MOST_COMPARED = 6
PAGES = Path(__file__).resolve().parents[2]


@cache
def page_path(name: str) -> str:
    """Return the absolute path of a page's script, as Streamlit names pages."""
    return str(PAGES / f"{name}.py")


def address(name: str) -> str:
    """Return a page's name in the address."""
    return "what-works" if name == "what_works" else name


@cache
def _target(name: str) -> StreamlitPage:
    """Return a page for links: given its path, Streamlit looks for the file again with every link."""
    return st.Page(page_path(name), url_path=address(name))


def current_view(page: Page) -> View:
    """Return what the link shows on this page; the pages themselves say what of it was not understood."""
    here = urlsplit(st.context.url or "")
    path = st.get_option("server.baseUrlPath").strip("/")
    reached_at = address_in_files(f"{here.scheme}://{here.netloc}" + (f"/{path}" if path else ""))
    return read_view(page, params(), reached_at)[0]


def open_view(view: View) -> NoReturn:
    """Go to where a view is shown."""
    st.switch_page(page_path(view.page), query_params=view.params())


def in_table(practice_id: str, name: str) -> str:
    """Return the name of a practice as Markdown that leads to it in the reader's language: the cell of a table."""
    return in_own_language(f"[{escaped(name)}](practice?practice={practice_id}{reader_language.in_address()})")


def page_link(page: str, label: str, icon: str = "", params: Mapping[str, str | Iterable[str]] | None = None) -> None:
    """Write a link to a page; opened in another tab, too, it is in the language that was chosen here.

    ``label`` is Markdown, so escape what comes from data. ``icon``: the name of its sign.
    """
    sign = f":material/{icon}:" if icon else None
    in_language = {**(params or {}), **reader_language.in_link()}
    st.page_link(_target(page), label=label, icon=sign, query_params=in_language)


def practice_link(practice_id: str, label: str, icon: str = "", page: str = "practice") -> None:
    """Write a link to a practice on its page or another."""
    page_link(page, label, icon, {"practice": practice_id})


def practice_name(practice_id: str, name: str) -> None:
    """Write the name of a practice as a link to its page, in the colour of links."""
    practice_link(practice_id, in_own_language(f":blue[**{escaped(name)}**]"))


def params(*without: str) -> dict[str, list[str]]:
    """Return the parameters of the link, each with all of its values; not those named, nothing empty, nothing twice."""
    given = {key: st.query_params.get_all(key) for key in st.query_params if key not in without}
    each = {key: list(dict.fromkeys(value for value in values if value.strip())) for key, values in given.items()}
    return {key: values for key, values in each.items() if values}


def keep_params() -> None:
    """Write what was asked for into the address bar, without what is empty or repeated (``params``).

    A link to the very page it stands on leaves it as it was; a press of the menu right after a change of the page that
    is left brings that page's parameters along.
    """
    st.query_params.from_dict(params())


def not_understood(dropped: Sequence[str]) -> None:
    """Say which parts of the link were left out."""
    if dropped:
        st.warning(
            _("We ignored part of this link: {parts}").format(parts=formats.parted(escaped(part) for part in dropped)),
            icon=":material/link_off:",
        )


def asked(param: str, options: Container[str], default: str) -> str:
    """Return what the link asks for, one of the options; what is none of them is said, and the default holds."""
    given = st.query_params.get(param, default)
    if given in options:
        return given
    not_understood([_("{what} {value} is unknown").format(what=param, value=shown(given))])
    return default


def choose(
    label: str, param: str, options: Mapping[str, str], known: Container[str] = (), *, boxed: bool = False
) -> str:
    """Draw a choice of one and keep it in the link as ``param``; the first option is the default and is left out.

    ``known``: what may be asked for, though it is no option now; the default holds then, and nothing is said.
    ``boxed``: in a box that opens, where several choices share a line.
    """
    default = next(iter(options))
    key = f"choose_{param}"
    elsewhere = st.query_params.get(param) not in options and st.query_params.get(param) in known
    st.session_state[key] = default if elsewhere else asked(param, options, default)
    chosen = (st.selectbox if boxed else partial(st.radio, horizontal=True))(
        label,
        list(options),
        format_func=options.__getitem__,
        key=key,
        on_change=write_param,
        args=(param, key, default),
    )
    return str(chosen)


def write_param(param: str, key: str, default: str) -> None:
    """Put what a widget holds, one value or several, into the link; the default is left out."""
    held = st.session_state[key] or default
    value = held if isinstance(held, list) else str(held)
    if value == default:
        st.query_params.pop(param, None)
    else:
        st.query_params[param] = value


def type_link(measure_type: str, label: str, outcome: str | None = None) -> None:
    """Write a link to what studies say of a type of measure."""
    params = {"type": measure_type} | ({"outcome": outcome} if outcome else {})
    page_link("what_works", label, "arrow_forward", params)


def open_practice(practice_id: str, page: str = "practice") -> NoReturn:
    """Go to a practice on its page or another."""
    st.switch_page(page_path(page), query_params={"practice": practice_id})


def compare_button(practice_ids: Sequence[str]) -> None:
    """Draw the button that leads to the comparison of the ticked practices; it says how many may be ticked."""
    count = len(practice_ids)
    few, tick = _("Compare {count} practices"), _("Compare: tick 2 to {most} rows")
    label = (few if 2 <= count <= MOST_COMPARED else tick).format(count=count, most=MOST_COMPARED)
    if st.button(label, icon=":material/compare_arrows:", disabled=not 2 <= count <= MOST_COMPARED):
        st.switch_page(page_path("compare"), query_params={"practice": list(practice_ids)})


def transfer_link(practice_id: str) -> None:
    """Write a link to the sheet that sets a practice's conditions beside one's own."""
    practice_link(practice_id, _("Would it work here?"), "local_shipping", "transfer")


def assess_link(practice_id: str) -> None:
    """Write a link to the questions, to be answered for a practice."""
    practice_link(practice_id, _("Assess this practice"), "checklist", "self_assessment")


def weighting_link(chosen: PracticeFilter) -> None:
    """Write a link to the weights for the practices of a filter."""
    page_link("weighting", _("Set my own weights"), "balance", chosen.params())


def need_link(chosen: PracticeFilter) -> None:
    """Write a link to the search by need, filled in with what of a filter a need can say."""
    said = {"country": chosen.country, "sector": chosen.sector, "target-group": chosen.target_group}
    params = {name: [one for one in values if one != NOT_STATED] for name, values in said.items()}
    params = {name: values for name, values in params.items() if values}
    page_link("needs", _("What do you need?"), "contact_support", params)


def open_explore(chosen: PracticeFilter) -> NoReturn:
    """Go to Explore with a filter."""
    st.switch_page(page_path("explore"), query_params=chosen.params())
