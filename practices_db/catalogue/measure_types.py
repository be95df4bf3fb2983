"""Types of measure: what kind of thing a practice is, with the border to its neighbours. Text, like the framework."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from criteria.framework import Id, Text
from practices_db.errors import PracticesError, faults

MEASURE_TYPES = Path(__file__).parent / "measure_types.toml"


class MeasureType(BaseModel):
    """A type of measure. ``not_this`` says which neighbour takes what is not meant; ``sectors``: where it is used.

    ``field_terms``: what the OECD, EMN, MIPEX and others call it. ``direction_of``: what directions of its findings are
    directions of, where that is not the measure itself.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Id
    label: Text
    definition: Text
    not_this: Text
    sectors: tuple[Id, ...] = Field(min_length=1)
    field_terms: Text
    direction_of: Text | None = None


class MeasureTypes(BaseModel):
    """All types of one version of the list, in the order they are shown."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: Annotated[str, StringConstraints(pattern=r"^[0-9]+[.][0-9]+[.][0-9]+$")]
    types: tuple[MeasureType, ...] = Field(alias="measure_type", min_length=1)

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        ids = [one.id for one in self.types]
        if twice := sorted({id_ for id_ in ids if ids.count(id_) > 1}):
            raise ValueError(f"{', '.join(twice)}: is listed twice")
        return self


def load_measure_types(path: Path) -> MeasureTypes:
    """Read a list of types; PracticesError names file, key and what is wrong."""
    try:
        return MeasureTypes.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValidationError, tomllib.TOMLDecodeError) as error:
        said = faults(error) if isinstance(error, ValidationError) else [str(error)]
        raise PracticesError("\n".join(f"{path.name}: {line}" for line in said)) from error


@cache
def measure_types() -> MeasureTypes:
    """Return the types that practices, publications and findings are sorted by."""
    return load_measure_types(MEASURE_TYPES)
