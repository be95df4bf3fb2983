"""What is wrong with a table that was brought, so that the person who brought it can mend it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Literal, get_args

from pydantic import BaseModel, TypeAdapter, ValidationError

from criteria.spelling import nearest_of
from practices_db.catalogue.practice_rows import ColumnError
from practices_db.catalogue.vocabularies import NotInListError, NotInListGroupError
from practices_db.errors import PracticesError

SHOWN_AT_MOST = 200
# A misspelt country costs milliseconds, and a file of 5 MB holds hundreds of thousands of them.
PROPOSED_AT_MOST = 500
_VALUE_AT_MOST = 80
_IDS = "holds small letters a to z, digits and single hyphens, like 'my-practice-2'"


@dataclass(frozen=True)
class Problem:
    """One mistake: where, what stands there, what is wrong with it, and the nearest value that would be right.

    ``row`` is the row that a spreadsheet shows, None for the whole file; ``place`` is the file or sheet. ``unless``:
    what a person can say so that it is none.
    """

    reason: str
    row: int | None = None
    column: str = ""
    value: str = ""
    nearest: str = ""
    place: str = ""
    unless: Literal["", "archived"] = ""

    def __str__(self) -> str:
        where = [self.place, f"row {self.row}" if self.row else "", self.column]
        hint = f"; did you mean {self.nearest}?" if self.nearest else ""
        said = ", ".join(part for part in where if part)
        return f"{said}: {self.reason}{hint}" if said else f"{self.reason}{hint}"


class RefusedError(PracticesError):
    """A file, or the catalogue, was refused whole: ``problems`` has every mistake, the message the first ones."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = list(problems)
        shown = [str(problem) for problem in self.problems[:SHOWN_AT_MOST]]
        more = [f"… and {len(self.problems) - len(shown)} more"] if len(self.problems) > len(shown) else []
        super().__init__("\n".join(["Nothing was written. Please correct:", *shown, *more]))


def mistakes(  # noqa: PLR0913, PLR0917 - a mistake is told with all of these
    error: ValidationError,
    model: type[BaseModel],
    place: str = "",
    row: int | None = None,
    cells: Mapping[str, Any] | None = None,
    proposals: int = PROPOSED_AT_MOST,
) -> list[Problem]:
    """Return what Pydantic found wrong with a row, in plain words.

    With the row's ``cells`` also what its fields say of each other, which Pydantic leaves out where one is at fault.
    ``proposals``: for so many of the mistakes the nearest value of a list is looked for.
    """
    left = iter(range(proposals))
    found = [one for fault in error.errors(include_url=False) for one in _mistakes(fault, model, place, row, left)]
    if cells is None or not all(one.column in model.model_fields for one in found):
        return found
    said = {str(fault["loc"][0]) for fault in error.errors(include_url=False) if fault["loc"]}
    return found + [Problem(str(one), row, one.column, place=place) for one in _between_fields(model, cells, said)]


def _between_fields(model: type[BaseModel], cells: Mapping[str, Any], wrong: Collection[str]) -> Iterator[ColumnError]:
    """Yield what is wrong between those fields of a row that are right each by itself."""
    if not wrong:  # then Pydantic has asked
        return
    values = {name: _adapter(model, name).validate_python(cells[name]) for name in cells if name not in wrong}
    row = model.model_construct(**values)
    for name in wrong:
        row.__dict__.pop(name, None)
    for rule in model.__pydantic_decorators__.model_validators.values():
        try:
            rule.func(row)
        except ColumnError as error:
            if error.column not in wrong:
                yield error
        except AttributeError:  # it asks for a field that is at fault
            continue


@cache
def _adapter(model: type[BaseModel], name: str) -> TypeAdapter[Any]:
    return TypeAdapter(model.model_fields[name].rebuild_annotation())


def _mistakes(
    fault: Any, model: type[BaseModel], place: str, row: int | None, left: Iterator[int]
) -> Iterator[Problem]:
    column = str(fault["loc"][0]) if fault["loc"] else ""
    value = fault["input"] if isinstance(fault["input"], str) else ""
    cause = (fault.get("ctx") or {}).get("error")
    found = Problem("", row, column, value[:_VALUE_AT_MOST], place=place)
    if fault["input"] in ("", None) and not isinstance(cause, ColumnError):
        yield replace(found, reason="is blank, but must be filled in")
        return
    match cause:
        case NotInListError() | NotInListGroupError():
            for one in cause.errors if isinstance(cause, NotInListGroupError) else (cause,):
                near = one.near if next(left, None) is not None else ""
                yield replace(found, reason=one.reason, value=one.value[:_VALUE_AT_MOST], nearest=near)
        case ColumnError():
            yield replace(found, reason=str(cause), column=cause.column, value="")
        case ValueError():
            yield replace(found, reason=str(cause))
        case _:
            reason, near = _in_words(fault, value, model)
            yield replace(found, reason=reason, nearest=near)


def _in_words(fault: Any, value: str, model: type[BaseModel]) -> tuple[str, str]:
    """Return what is wrong with a value, and the nearest right one."""
    given, limits = repr(value[:_VALUE_AT_MOST]), fault.get("ctx") or {}
    reason, near = f"{given}: {fault['msg']}", None
    match fault["type"]:
        case "string_too_long":
            reason = f"has {len(value):,} characters, at most {limits['max_length']:,}"
        case "literal_error" if value:
            allowed = [str(one) for one in get_args(model.model_fields[str(fault["loc"][0])].annotation)]
            near = nearest_of(value, allowed)
            reason = f"{given} is not one of {', '.join(map(repr, allowed))}"
        case "greater_than_equal":
            reason = f"{given} is below {limits['ge']}"
        case "less_than_equal":
            reason = f"{given} is above {limits['le']}"
        case "missing":
            reason = "is blank, but must be filled in"
        case "string_pattern_mismatch":
            reason = f"{given}: an id {_IDS}"
        case "date_from_datetime_parsing" | "date_parsing":
            reason = f"{given} is not a valid date; write it like 2026-01-31"
    return reason, repr(near) if near else ""
