"""Open a file that was taken away: back to the view it shows, and what changed in the data since.

Where the data are newer, what stands in the file is compared with what the same view shows now. Nothing proves that a
file is as it was downloaded: who changes a cell is told of a change in the data that there was not.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pydantic import ValidationError

from criteria.framework import Framework, current_framework
from criteria.scoring import encode, score
from practices_db import formats
from practices_db.catalogue.csv_reader import read_csv
from practices_db.catalogue.texts import CODES, LETTERS, pairs, percent
from practices_db.catalogue.vocabularies import HEADLINES
from practices_db.database.store import Store
from practices_db.errors import PracticesError, faults
from practices_db.files.exports import columns
from practices_db.files.exports.cell_text import as_typed
from practices_db.files.exports.csv_json import FORMATS, content, write_csv
from practices_db.files.exports.export_tables import columns_of
from practices_db.files.exports.recipe import PRACTICE, Format, Narrowing, Recipe, narrowings
from practices_db.files.xlsx_reader import read_workbook
from practices_db.queries.comparison import HEADER, comparison
from practices_db.queries.practices import DataVersion, data_version, practice_names
from practices_db.queries.views import View, read_view
from practices_db.translation import ENGLISH, _, ngettext, speak

_CSV: tuple[Format, ...] = ("csv", "csv-semicolon", "csv-comma")
_FIRST = (["practice_id"], [HEADER[0]])  # the first column of a table, and of the matrix of Compare
_NUMBERS = ("score", "coverage", "low", "high", "scored")
# What differs from file to file without anything having changed in the catalogue.
_ABOUT = {
    *("practice_id", "practice_address", "view_address", "framework", "framework_version", "data_version"),
    *("exported_on", "licence", "recipe"),
}
_DERIVED = {"assessed", "answers_documented", "strongest_evidence_level", "answer_codes", "answer_source_urls"}


@dataclass(frozen=True)
class Move:
    """A main score that is not what it was: ``node``, before and after in words, and which answers did it."""

    practice_id: str
    name: str
    node: str
    before: str
    after: str
    by: float | None
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Changes:
    """What is not as it was when the file was made."""

    added: tuple[tuple[str, str], ...] = ()  # (id, name): selected now, not then
    gone: tuple[tuple[str, str], ...] = ()  # not in the catalogue any more
    unselected: tuple[tuple[str, str], ...] = ()  # in the catalogue, but the filter does not select them any more
    moves: tuple[Move, ...] = ()
    answers: tuple[tuple[str, str, str], ...] = ()  # (id, name, an answer to another criterion that is not what it was)
    facts: tuple[tuple[str, str, str], ...] = ()  # (id, name, the columns that changed)
    framework: str = ""  # another framework or version, in words

    @property
    def none(self) -> bool:
        """Whether everything is as it was."""
        return self == Changes()


@dataclass(frozen=True)
class Reopened:
    """A file that was taken: the view, the recipe, and what changed since; ``remark`` says what else to know."""

    view: View
    recipe: Recipe
    changes: Changes
    remark: str = ""


# A table in the data flavour: its rows as {column: text}, in order.
Table = list[dict[str, str]]


def reopen(store: Store, file: bytes) -> Reopened:
    """Return the view that a file shows and what changed since. Raises PracticesError with the reason."""
    if file[:5] == b"%PDF-" or file.lstrip()[:9].lower() in (b"<!doctype", b"<html lan"):
        raise PracticesError(
            _(
                "A brief is for reading and cannot be opened again. Download the CSV or the workbook of the same view, "
                "or use the link in the brief."
            )
        )
    made, view, then = _workbook(file) if file[:4] == b"PK\x03\x04" else _csv(file)
    with store.cursor() as cursor:
        version = data_version(cursor)
    if made.data_hash == version.content_hash and made.framework_version == current_framework().version:
        return Reopened(view, made, Changes())
    if made.contents == "comparison":
        return _compared_matrix(store, view, made, then)
    contents = "scores" if made.format == "xlsx" else made.contents
    now = _as_table(_read_csv(content(write_csv(store, view, contents, "csv", made.exported_on)))[0])
    try:
        return _compared(store, view, made, then, now)
    except (KeyError, ValueError) as error:
        raise PracticesError(
            _(
                "The file cannot be compared: its cells are not those it was downloaded with. Open the file as it was "
                "downloaded."
            )
        ) from error


# --- reading -------------------------------------------------------------------------------------------------


def _csv(file: bytes) -> tuple[Recipe, View, Table]:
    rows, delimiter = _read_csv(file)
    written = [row[-1] for row in rows[1:] if row[-1]]
    if len(written) != 1:
        words = _("The file has no recipe; it needs the one it was downloaded with, in the last column.")
        if written:
            words = ngettext(
                "The file has {count} recipe; it needs the one it was downloaded with, in the last column.",
                "The file has {count} recipes; it needs the one it was downloaded with, in the last column.",
                len(written),
            )
        raise PracticesError(words.format(count=len(written)))
    made = _parsed(written[0])
    if made.format not in _CSV or FORMATS[made.format].delimiter != delimiter:
        words = _(
            "The file's recipe says {format}, but the file is separated by {sign}: it was converted or changed. Open "
            "the file as it was downloaded."
        )
        raise PracticesError(words.format(format=repr(made.format), sign=repr(delimiter)))
    view = _view_of(made)
    return made, view, _table(rows, made, view)


def _workbook(file: bytes) -> tuple[Recipe, View, Table]:
    sheets = read_workbook(file)
    lines = sheets.get("recipe", [])
    text = next((line[1] for line in lines if len(line) > 1 and line[0] == "Recipe"), "")
    if not text or not sheets.get("practices"):
        raise PracticesError(_("The workbook is not one of this app's: it has no sheet with a recipe."))
    made = _parsed(text)
    if made.format != "xlsx":
        words = _("The workbook's recipe says {format}: it is not the one it was downloaded with.")
        raise PracticesError(words.format(format=repr(made.format)))
    return made, _view_of(made), _as_table(sheets["practices"])


def _read_csv(file: bytes) -> tuple[list[list[str]], str]:
    """Return the rows of one of our CSV files, and what separates its cells."""
    if file[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise PracticesError(_("The file is neither a CSV in UTF-8 nor a workbook of this app."))
    table = read_csv(file, lambda header: len(header) if header[:1] in _FIRST else 0)
    rows = table.rows
    if not rows or rows[0][:1] not in _FIRST or rows[0][-1] != columns.RECIPE.name:
        raise PracticesError(
            _(
                "The file is not one of this app's: its first column must be practice_id or part and its last "
                "one recipe."
            )
        )
    for number, row in enumerate(rows, start=1):
        if len(row) != len(rows[0]):
            words = _("Row {row} has {count} cells, {expected} expected: the file was changed.")
            raise PracticesError(words.format(row=number, count=len(row), expected=len(rows[0])))
    return rows, table.delimiter


def _parsed(text: str) -> Recipe:
    try:
        return Recipe.model_validate_json(text)
    except ValidationError as error:
        words = _("The file's recipe cannot be read ({fault}).")
        raise PracticesError(words.format(fault=faults(error)[0])) from error


def _view_of(made: Recipe) -> View:
    """Return the recipe's view; refuse a recipe that says one thing and does another."""
    view, dropped = read_view(made.page, made.params)
    if dropped:
        words = _("The file's recipe names what this app does not know: {names}")
        raise PracticesError(words.format(names=formats.parted(dropped)))
    called = {one.id: one.name for one in made.filters if one.filter == PRACTICE}
    if _values(made.filters) != _values(narrowings(view, called)) or made.order != view.sort:
        raise PracticesError(_("The file's recipe contradicts itself: its filters are not those of its link."))
    return view


def _values(filters: Sequence[Narrowing]) -> list[str | None]:
    """Return the ids of a filter's values, None for one that has words alone: a later version may say it otherwise."""
    return [None if one.id == one.name else one.id for one in filters]


def _table(rows: Sequence[Sequence[str]], made: Recipe, view: View) -> Table:
    """Return a CSV's rows in the data flavour: apostrophes taken back, decimal points, blank as ""."""
    kind = FORMATS[made.format]
    if made.contents == "comparison":
        names = [*HEADER, *view.chosen.practice, columns.RECIPE.name]
        if len(names) != len(rows[0]):
            raise PracticesError(_("The file's recipe contradicts itself: it names other practices than the table."))
        typed = [row if kind.plain else [as_typed(text) for text in row] for row in rows[1:]]
        return [dict(zip(names, row, strict=True)) for row in typed]
    kinds = {column.name: column.kind for column in columns_of(view, made.contents)}

    def cell(name: str, text: str) -> str:
        if kinds.get(name) == "number":
            return text.replace(",", ".") if kind.comma else text
        return text if kind.plain else as_typed(text)

    return [{name: cell(name, text) for name, text in zip(rows[0], row, strict=True)} for row in rows[1:]]


def _as_table(rows: Sequence[Sequence[str]]) -> Table:
    header = rows[0]
    return [dict(zip(header, [*row, *[""] * (len(header) - len(row))], strict=True)) for row in rows[1:]]


def _same_number(one: str, other: str) -> bool:
    try:
        return float(one) == float(other)
    except ValueError:
        return False


# --- what changed --------------------------------------------------------------------------------------------


def _compared_matrix(store: Store, view: View, made: Recipe, then: Table) -> Reopened:
    """Return which rows of a comparison changed, for each practice in it."""
    with store.cursor() as cursor, speak(ENGLISH):  # as the file has it
        version, known = data_version(cursor), practice_names(cursor)
        now = comparison(cursor, [id_ for id_ in view.chosen.practice if id_ in known])
    _refuse_newer(made, version)
    framework = current_framework()
    told = {(row[HEADER[0]], row[HEADER[1]]): row for row in then}
    changed: dict[str, list[str]] = {}
    for row in now.rows:
        before = told.get((row.part, row.title), {})
        for (id_, _name), cell in zip(now.practices, row.cells, strict=True):
            if before.get(id_) != cell.text:
                changed.setdefault(id_, []).append(row.title)
    changes = Changes(
        gone=tuple((id_, id_) for id_ in view.chosen.practice if id_ not in known),
        facts=tuple((id_, known[id_], ", ".join(map(_, titles))) for id_, titles in changed.items()),
        framework=_other_framework(made, framework),
    )
    return Reopened(view, made, changes, _remark(changes, version))


def _refuse_newer(made: Recipe, version: DataVersion) -> None:
    if made.data_version > version.number:
        words = _(
            "The file was made from data version {made}; this app has version {version}. Open it where the newer data "
            "are."
        )
        raise PracticesError(words.format(made=made.data_version, version=version.number))


def _other_framework(made: Recipe, framework: Framework) -> str:
    return "" if made.framework_version == framework.version else f"{made.framework_version} → {framework.version}"


def _remark(changes: Changes, version: DataVersion) -> str:
    words = _("The data are newer now (version {version}), but nothing in this view changed.")
    return words.format(version=version.short) if changes.none else ""


def _compared(store: Store, view: View, made: Recipe, then: Table, now: Table) -> Reopened:
    """Return what is in the file beside what the same view shows now."""
    with store.cursor() as cursor:
        version, known = data_version(cursor), practice_names(cursor)
    _refuse_newer(made, version)
    framework = current_framework()
    old, new = _by_practice(then, made, framework), _by_practice(now, made, framework)
    both = [id_ for id_ in new if id_ in old]
    other = _other_framework(made, framework)
    changes = Changes(
        added=tuple((id_, row["name"]) for id_, row in new.items() if id_ not in old),
        gone=tuple((id_, row["name"]) for id_, row in old.items() if id_ not in new and id_ not in known),
        unselected=tuple((id_, known[id_]) for id_ in old if id_ not in new and id_ in known),
        moves=tuple(move for id_ in both for move in _moves(old[id_], new[id_], other, framework)),
        answers=tuple(
            (id_, new[id_]["name"], words)
            for id_ in both
            for criterion, words in _reasons(old[id_], new[id_], framework)
            if criterion not in HEADLINES
        ),
        facts=tuple(
            (id_, new[id_]["name"], ", ".join(changed)) for id_ in both if (changed := _facts(old[id_], new[id_]))
        ),
        framework=other,
    )
    return Reopened(view, made, changes, _remark(changes, version))


def _by_practice(rows: Table, made: Recipe, framework: Framework) -> dict[str, dict[str, str]]:
    """Return one row for each practice, with its answers as codes and both main scores."""
    if made.contents != "answers":
        return {row["practice_id"]: row for row in rows}
    found: dict[str, dict[str, str]] = {}
    places = {indicator.id: at for at, indicator in enumerate(framework.indicators)}
    codes: dict[str, list[str]] = {}
    for row in rows:
        found.setdefault(row["practice_id"], {"practice_id": row["practice_id"], "name": row["name"]})
        if row["counts"] == "yes" and row["indicator_id"] in places:
            letter = CODES[row["answer"]]
            codes.setdefault(row["practice_id"], [".."] * len(places))
            codes[row["practice_id"]][places[row["indicator_id"]]] = letter + row["evidence_level"]
    for id_, of_practice in codes.items():
        found[id_] |= {"answer_codes": "".join(of_practice)} | _scores("".join(of_practice), framework)
    return found


def _scores(codes: str, framework: Framework) -> dict[str, str]:
    """Return the main scores that answer codes come to, as the cells of a file of scores would have them."""
    answers = [
        ("", indicator.id, LETTERS[code[0]], int(code[1]))
        for indicator, code in zip(framework.indicators, pairs(codes), strict=True)
        if code != ".."
    ]
    scores = score(framework, encode(framework, answers))
    cells: dict[str, str] = {}
    for node in HEADLINES:
        of = scores.of("", node)
        numbers = {"score": of.score, "coverage": of.coverage, "low": of.low, "high": of.high}
        cells |= {f"{node}_{name}": "" if one is None else str(round(one, 4)) for name, one in numbers.items()}
        cells[f"{node}_scored"] = "yes" if of.scored else "no"
    return cells


def _moves(old: dict[str, str], new: dict[str, str], other: str, framework: Framework) -> Iterable[Move]:
    """Yield a move for each main score that is not what it was, with the answers that did it."""
    reasons = _reasons(old, new, framework)
    for node in (*HEADLINES, "weighting"):
        if all(_same(old.get(f"{node}_{name}", ""), new.get(f"{node}_{name}", "")) for name in _NUMBERS):
            continue
        scores = [row.get(f"{node}_score", "") if _is_scored(row, node) else "" for row in (old, new)]
        mine = tuple(words for criterion, words in reasons if node in (criterion, "weighting"))
        if not mine:
            another = _("the framework is another ({versions})").format(versions=other)
            mine = (another if other else _("the answers in the file do not say why"),)
        yield Move(
            practice_id=new["practice_id"],
            name=new["name"],
            node=node,
            before=_in_words(old, node),
            after=_in_words(new, node),
            by=round(float(scores[1]) - float(scores[0]), 4) if all(scores) else None,
            reasons=mine,
        )


def _is_scored(row: dict[str, str], node: str) -> bool:
    """Whether enough is documented; the reader's composite says it by its score alone."""
    return row.get(f"{node}_scored", "yes" if row.get(f"{node}_score") else "no") == "yes"


def _same(one: str, other: str) -> bool:
    return one == other or _same_number(one, other)


def _in_words(row: dict[str, str], node: str) -> str:
    """Say a main score of a row, to one decimal: small moves are to be seen."""
    if not row.get(f"{node}_coverage"):
        return _("no question answered")
    low, high, coverage = (float(row[f"{node}_{name}"]) for name in ("low", "high", "coverage"))
    answered = _("answers with {share} of the weight").format(share=percent(coverage))
    if not _is_scored(row, node):
        return _("too little known for a score (between {low} and {high}; {answered})").format(
            low=formats.decimal(low, 1), high=formats.decimal(high, 1), answered=answered
        )
    score = formats.decimal(float(row[f"{node}_score"]), 1)
    if formats.decimal(low, 1) == formats.decimal(high, 1):
        return f"{score}/100 ({answered})"
    return _("{score}/100 (could be {low}–{high}; {answered})").format(
        score=score,
        low=formats.decimal(low, 1),
        high=formats.decimal(high, 1),
        answered=answered,
    )


def _reasons(old: dict[str, str], new: dict[str, str], framework: Framework) -> list[tuple[str, str]]:
    """Return (criterion id, words) for each indicator whose answer or proof is not what it was."""
    none = ".." * len(framework.indicators)
    changed = []
    codes = [pairs(row.get("answer_codes") or none) for row in (old, new)]
    for (criterion, _question, indicator), before, after in zip(framework.walk(), *codes, strict=False):
        if before != after:
            words = _("{question}: {before} → {after}")
            if before[0] == after[0]:
                words = _("{question}: {before} → {after}, evidence level {low} → {high}")
            told = (_answer(before, framework), _answer(after, framework))
            words = words.format(
                question=_(indicator.label), before=told[0], after=told[1], low=before[1], high=after[1]
            )
            changed.append((criterion.id, words))
    return changed


def _answer(code: str, framework: Framework) -> str:
    known = code[0] in LETTERS
    return formats.within(_(framework.answer_label(LETTERS[code[0]]))) if known else _("no answer")


def _facts(old: dict[str, str], new: dict[str, str]) -> list[str]:
    """Return the names of the facts that changed: neither scores nor answers, which the moves say."""
    derived = ("weighting_", *(f"{criterion.id}_" for criterion in current_framework().criteria))
    answers = tuple(f"{indicator.id.replace('-', '_')}_" for indicator in current_framework().indicators)
    return [
        name
        for name, text in new.items()
        if name not in _ABOUT | _DERIVED
        and not name.startswith(derived + answers)
        and not _same(text, old.get(name, ""))
    ]
