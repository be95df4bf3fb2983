"""Bringing a table in: choosing the file, what only a person can say, mistakes, what it would do, doing it.

The page asks step by step: ``choose`` → ``read`` → ``preview`` → ``decide`` and ``changes`` → ``import_button``. Each
draws what it has to say and returns None where the page should wait.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, get_args

import pandas as pd
import streamlit as st

from pages.shared.components import database, tables
from pages.shared.components.screen_texts import counted, escaped
from practices_db.catalogue.library_items import KINDS as ITEMS
from practices_db.catalogue.problems import SHOWN_AT_MOST, Problem, RefusedError
from practices_db.errors import Actor, PracticesError
from practices_db.files.imports import templates
from practices_db.files.imports.apply import apply, record_refusal
from practices_db.files.imports.kinds import KIND_NAMES
from practices_db.files.imports.preview import Decision, Duplicate, Preview, State
from practices_db.files.imports.preview import preview as compared
from practices_db.files.imports.read import About, Confirmed, Question, Upload, read_file

_FILE, _DONE, _DECIDE, _READ = "import_file", "import_done", "import_decide_", "import_read"
_KINDS = {
    "practices": "practice",
    "answers": "answer",
    "sources": "source",
    **{kind.table: kind.noun for kind in ITEMS.values()},
}
_TEMPLATES: tuple[tuple[str, templates.TemplateKind, templates.TemplateFormat], ...] = (
    ("Excel workbook, practices and answers", "practices", "xlsx"),
    ("CSV of practices", "practices", "csv"),
    ("CSV of answers", "answers", "csv"),
    ("Excel workbook, publications, organisations and links", "evidence", "xlsx"),
    ("CSV of publications", "evidence", "csv"),
    ("CSV of organisations", "organisations", "csv"),
    ("CSV of links between them", "links", "csv"),
    ("Excel workbook, results, types of measure of practices, assessors", "results", "xlsx"),
    ("CSV of results", "results", "csv"),
    ("CSV of types of measure of practices", "practice_types", "csv"),
    ("Excel workbook, findings, types of measure of publications, costs and rates", "findings", "xlsx"),
    ("CSV of findings", "findings", "csv"),
    ("CSV of types of measure of publications", "publication_types", "csv"),
)
_STATES: dict[State, str] = {"added": "Added", "changed": "Changed", "unchanged": "Unchanged"}
_IF_NOT = {
    "encoding": "If not, open the file where it was made and save it as “CSV UTF-8”, or as a workbook.",
    "decimal-comma": "If not, write the numbers in plain digits and drop the file again.",
}
_REASON_WIDE, _THREE_LINES = 230, 68  # pixels
_SHOWN = 500  # rows of a table on screen; all are imported
_ADD, _LEAVE = "It is another one: add it", "Leave it out, with all that belongs to it"


def draw(actor: Actor) -> None:
    """Draw the steps from a file to the import, as far as what was said so far leads."""
    chosen = choose()
    if chosen is None:
        return
    try:
        upload = read(chosen)
        shown = preview(upload) if upload else None
    except RefusedError as error:
        refused(error.problems)
        _put_on_record(chosen, error, actor)
        return
    if shown:
        decide(shown)
        changes(shown)
        import_button(shown, actor)


@dataclass(frozen=True)
class Chosen:
    """A file that was dropped."""

    name: str
    content: bytes


def choose() -> Chosen | None:
    """Draw the templates and the place to drop a file; return what was dropped."""
    _templates()
    st.caption(f"A table of {KIND_NAMES.replace('_', ' ')}; a workbook may have several.")
    dropped = st.file_uploader(
        "A table (CSV or Excel workbook)",
        type=["csv", "tsv", "txt", "xlsx"],
        key=_FILE,
        on_change=_forget,
        help="At most 5 MB and 5,000 rows. Files downloaded here can be imported again, changed or not.",
    )
    if done := st.session_state.get(_DONE):
        # the file is still there, and what it would do now is nothing: one thing is said
        st.success(escaped(done), icon=":material/task_alt:")
        return None
    if dropped is None:
        st.caption("Nothing is written before you have seen what the file would do and pressed “Import”.")
        return None
    return Chosen(dropped.name, dropped.getvalue())


def _forget() -> None:
    """Forget what was said about another file."""
    for key in [name for name in st.session_state if str(name).startswith("import_") and name != _FILE]:
        del st.session_state[key]


def _templates() -> None:
    with st.popover("Templates", icon=":material/table_view:"):
        st.markdown(
            "Every column, with something of the catalogue as the example. In a workbook each column says what it "
            "means, and single values can be chosen from a list."
        )
        for label, kind, format_ in _TEMPLATES:
            _take(label, templates.template_name(kind, format_), partial(_template, kind, format_))
        _take("Allowed values (CSV)", "allowed_values.csv", templates.allowed_values_csv)


def _template(kind: templates.TemplateKind, format_: templates.TemplateFormat) -> bytes:
    with database.cursor() as cursor:
        return templates.template(cursor, kind, format_)


def _take(label: str, name: str, make: Callable[[], bytes]) -> None:
    """Draw a button for a file that is made when it is pressed."""
    st.download_button(label, make, name, on_click="ignore", icon=":material/download:", key=f"take_{name}")


def read(chosen: Chosen) -> Upload | None:
    """Return the file as it is read; ask what only a person can say. Raises RefusedError without a table in it."""
    said = {name: st.session_state.get(f"import_{name}_said") for name in get_args(About)}
    confirmed = Confirmed(
        said["encoding"],
        bool(said["decimal-comma"]),
        said["merged"],
        said["hidden"],
        said["sheets"],
        bool(st.session_state.get("import_archived")),
        bool(st.session_state.get("import_erase")),
    )
    key = (chosen, confirmed)
    before = st.session_state.get(_READ)
    found: Upload | Question
    if before and before[0] == key:  # a run of the page is no reason to read a file once more
        found = before[1]
    else:
        with st.spinner("Reading the file", show_time=True):
            found = read_file(chosen.content, chosen.name, confirmed)
        st.session_state[_READ] = (key, found)
    if isinstance(found, Question):
        for question in (found, *found.also):
            _ask(question)
        return None
    return found


def _ask(question: Question) -> None:
    """Ask what only a person can say, with lines of the file to judge by."""
    encoding = question.about == "encoding"
    st.warning(
        "The file is not in UTF-8. Are the letters right in these lines?" if encoding else escaped(question.words),
        icon=":material/help:",
    )
    st.code("\n".join(question.samples), language=None, wrap_lines=True)
    with st.container(horizontal=True):
        for at, (value, words) in enumerate(question.answers):
            st.button(
                words,
                key=f"import_{question.about}" + (f"_{value}" if at else ""),
                on_click=st.session_state.update,
                kwargs={f"import_{question.about}_said": value},
                type="primary" if len(question.answers) == 1 else "secondary",
            )
    if question.about in _IF_NOT:
        st.caption(_IF_NOT[question.about])


def _put_on_record(chosen: Chosen, error: RefusedError, actor: Actor) -> None:
    """Put a refusal on record, once for a file."""
    if st.session_state.get("import_refused") != chosen and not database.store().read_only:
        record_refusal(database.store(), chosen.name, chosen.content, error, actor)
        st.session_state["import_refused"] = chosen


def refused(problems: Sequence[Problem]) -> None:
    """Show everything that is wrong with a file: row, column, value, reason, nearest allowed value."""
    st.error(
        f"Nothing was imported: {counted(len(problems), 'mistake')} to correct. Correct the file and drop it again.",
        icon=":material/block:",
    )
    _mistakes(_problems(problems[:SHOWN_AT_MOST]), "What is wrong with the file, and where")
    if len(problems) > SHOWN_AT_MOST:
        st.caption(f"The first {SHOWN_AT_MOST} of {len(problems):,} are shown.")
    if any(one.unless == "archived" for one in problems):
        _switch("archived", "Change what was archived, too")


def _problems(problems: Sequence[Problem]) -> pd.DataFrame:
    columns: dict[str, list[Any]] = {
        "Row": [one.row for one in problems],
        "Column": [one.column for one in problems],
        "What is wrong": [_visible(one.reason) for one in problems],
        "Nearest allowed": [one.nearest for one in problems],
        "Value": [_visible(one.value) for one in problems],
    }
    if any(one.place for one in problems):
        columns["Sheet or file"] = [one.place for one in problems]
    return pd.DataFrame(columns).astype({"Row": "Int64"})


def _mistakes(told: pd.DataFrame, alt: str) -> None:
    """Draw what was found in cells, what it is first, so that a telephone shows it, and in several lines."""
    narrow = {"Row": st.column_config.NumberColumn(width=50), "Column": st.column_config.TextColumn(width=110)}
    wide = dict.fromkeys(("What is wrong", "What was noticed"), st.column_config.TextColumn(width=_REASON_WIDE))
    tables.sortable(told, alt, row_height=_THREE_LINES, column_config=narrow | wide)


def _visible(text: str) -> str:
    """Return text of a stranger's file so that it can be sent to a browser."""
    return text.encode("utf-8", "replace").decode("utf-8")


def preview(upload: Upload) -> Preview | None:
    """Compare the file with the database and show what it would do, under the decisions made so far.

    Raises RefusedError with every mistake of the file.
    """
    for note in upload.notes:
        st.caption(escaped(note))
    if upload.warnings:
        with st.expander(f"To look at: {counted(len(upload.warnings), 'cell')} not read as typed, or in doubt"):
            told = _problems(upload.warnings).drop(columns="Nearest allowed")
            _mistakes(
                told.rename(columns={"What is wrong": "What was noticed"}),
                "Cells that were not read as they were typed",
            )
    try:
        with st.spinner("Comparing with the database", show_time=True), database.cursor() as cursor:
            shown = compared(cursor, upload, _decisions())
    except RefusedError:
        _take_back()
        raise
    except PracticesError as error:
        st.error(escaped(str(error)), icon=":material/block:")
        _take_back()
        return None
    _blanks(shown)
    if shown.nothing_new and not shown.duplicates:
        but = "Apart from that the" if shown.blanks else "The"
        st.info(f"{but} database holds all of this already: there is nothing to import.", icon=":material/done_all:")
        return None
    return shown


def _blanks(shown: Preview) -> None:
    """Set the facts apart that the file has blank, with the switch that erases them."""
    blanks = shown.blanks
    if not blanks:
        return
    erased = shown.upload.confirmed.erase
    facts, are = counted(len(blanks), "fact"), "is" if len(blanks) == 1 else "are"
    st.warning(
        f"{facts} of the database {are} blank in the file. {'It' if len(blanks) == 1 else 'They'} "
        + ("would be erased." if erased else f"{'stays' if len(blanks) == 1 else 'stay'}, unless you say otherwise."),
        icon=":material/ink_eraser:",
    )
    _table(
        {
            "Row": [entry.row for entry, _ in blanks],
            "Of": [entry.title for entry, _ in blanks],
            "Field": [one.column for _, one in blanks],
            "Now": [one.before for _, one in blanks],
        },
        "Facts that the file has blank",
    )
    _switch("erase", f"Erase {'this fact' if len(blanks) == 1 else f'these {len(blanks):,} facts'}")


def _switch(name: str, label: str) -> None:
    """Draw a switch of ``Confirmed`` that outlives the runs in which it is not drawn."""
    kept = f"import_{name}"
    st.toggle(label, value=bool(st.session_state.get(kept)), key=f"{kept}_now", on_change=_keep, args=(kept,))


def _keep(name: str) -> None:
    # the page has forgotten it where another file was dropped, and a browser that still draws it sends it once more
    st.session_state[name] = st.session_state.get(f"{name}_now", False)


def _take_back() -> None:
    """Offer to decide anew: two rows of the file may have been said to be the same one."""
    if _decisions():
        st.button("Undo my choices on possible duplicates", on_click=_undecide, key="import_undecide")


def _undecide() -> None:
    for key in [name for name in st.session_state if str(name).startswith(_DECIDE)]:
        del st.session_state[key]


def _decisions() -> dict[str, Decision]:
    """Return what was decided on each row that looks like another one."""
    found: dict[str, Decision] = {}
    for key, chosen in st.session_state.items():
        id_ = str(key).removeprefix(_DECIDE)
        if id_ != key and chosen is not None:
            found[id_] = chosen
    return found


def decide(shown: Preview) -> None:
    """Ask what to do with each row that looks like another one."""
    if not shown.duplicates:
        return
    by_key: dict[str, list[Duplicate]] = {}
    for one in shown.duplicates:
        by_key.setdefault(one.key, []).append(one)
    st.subheader("Possible duplicates")
    st.caption("These rows of the file look like others. Say for each what it is.")
    for key, like in by_key.items():
        options = [Decision("same", one.other.id) for one in like if not one.in_file]
        names = {one.other.id: one.other.name for one in like}
        with st.container(border=True):
            st.markdown(
                f"**{escaped(like[0].name)}** ({_KINDS[like[0].kind]}, row {like[0].row}, {escaped(like[0].id)}) "
                "looks like "
                + "; ".join(
                    f"**{escaped(one.other.name)}** ({escaped(one.other.id)}"
                    f"{', in the same file' if one.in_file else ''}): {one.why}"
                    for one in like
                )
            )
            st.radio(
                f"What is {escaped(like[0].name)}?",
                [*options, Decision("add"), Decision("leave")],
                index=None,
                format_func=partial(_in_words, names),
                key=f"{_DECIDE}{key}",
            )


def _in_words(names: Mapping[str, str], decision: Decision) -> str:
    if decision.action == "same":
        return f"It is {escaped(names.get(decision.id, decision.id))}: update that one"
    return _ADD if decision.action == "add" else _LEAVE


def changes(shown: Preview) -> None:
    """Show what would be added, changed field by field, and left as it is."""
    st.subheader("What the file would do")
    columns = st.columns(len(shown.counts), border=True)
    for column, (kind, counts) in zip(columns, shown.counts.items(), strict=True):
        column.markdown(f"**{kind.replace('_', ' ').capitalize()}**")
        column.markdown("  \n".join(f"{counts[state]:,} {words.lower()}" for state, words in _STATES.items()))
    if shown.left_out:
        st.caption(f"{counted(shown.left_out, 'row')} left out, as you decided.")
    changed, added, same = shown.of("changed"), shown.of("added"), shown.of("unchanged")
    if changed:
        st.markdown("**Changed, field by field**")
        rows = [(entry, one) for entry in changed for one in entry.changes]
        _table(
            {
                "Row": [entry.row for entry, _ in rows],
                "Of": [entry.title for entry, _ in rows],
                "Field": [one.column for _, one in rows],
                "Now": [one.before for _, one in rows],
                "In the file": [one.after for _, one in rows],
            },
            "Fields that would change, with what they are now and what the file says",
        )
    if added:
        st.markdown("**Added**")
        _table(
            {
                "Row": [entry.row for entry in added],
                "What": [_KINDS.get(entry.kind, entry.kind) for entry in added],
                "Name": [entry.title for entry in added],
                "Id": [" ".join(entry.key) if entry.kind == "links" else entry.key[0] for entry in added],
            },
            "Rows that would be added",
        )
    if same:
        with st.expander(f"Unchanged ({counted(len(same), 'row')})"):
            _table({"Row": [one.row for one in same], "Name": [one.title for one in same]}, "Rows that change nothing")


def _table(columns: dict[str, list[Any]], alt: str) -> None:
    frame = pd.DataFrame(columns)
    # so that both sides of a change are on screen, however long the texts are
    wide = {name: st.column_config.TextColumn(width="medium") for name in ("Of", "Now", "In the file")}
    tables.sortable(frame.head(_SHOWN), alt, column_config=wide)
    if len(frame) > _SHOWN:
        st.caption(f"The first {_SHOWN} of {len(frame):,} are shown; all are imported.")


def import_button(shown: Preview, actor: Actor) -> None:
    """Draw why and the button; import with progress where it is pressed, and say what was done.

    ``actor``: as it is now, asked anew by the page on every run.
    """
    reason = st.text_input(
        "Why are these changed?",
        key="import_reason",
        max_chars=300,
        help="Kept with every change, beside the file's name.",
    )
    if shown.undecided:
        st.caption(f"Decide on {counted(len(shown.undecided), 'possible duplicate')} above first.")
    if not st.button(
        "Import",
        type="primary",
        icon=":material/publish:",
        disabled=bool(shown.undecided) or shown.nothing_new,
        key="import_now",
    ):
        return
    bar = st.progress(0.0, text="Importing")

    def tell(share: float, what: str) -> None:
        bar.progress(share, text=what)

    try:
        apply(database.store(), shown, actor, reason.strip(), tell)
    except PracticesError as error:
        bar.empty()
        st.error(escaped(str(error)), icon=":material/block:")
        return
    bar.empty()
    _forget()
    st.session_state[_DONE] = f"Imported: {shown.summary()}. It becomes public when it is published."
    st.rerun()
