"""Types of measure: what kind of thing a practice is, with the border to its neighbours. Text, like the framework."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from criteria.framework import Id, Part, Text, load

MEASURE_TYPES = Path(__file__).parent / "measure_types.toml"


class MeasureType(Part):
    """A type of measure. ``not_this`` says which neighbour takes what is not meant; ``sectors``: where it is used.

    ``field_terms``: what the OECD, EMN, MIPEX and others call it. ``direction_of``: what directions of its findings are
    directions of, where that is not the measure itself.
    """

    id: Id
    label: Text
    definition: Text
    not_this: Text
    sectors: tuple[Id, ...] = Field(min_length=1)
    field_terms: Text
    direction_of: Text | None = None


class MeasureTypes(Part):
    """All types of one version of the list, in the order they are shown."""

    version: Annotated[str, StringConstraints(pattern=r"^[0-9]+[.][0-9]+[.][0-9]+$")]
    types: tuple[MeasureType, ...] = Field(alias="measure_type", min_length=1)

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        ids = [one.id for one in self.types]
        if twice := sorted({id_ for id_ in ids if ids.count(id_) > 1}):
            raise ValueError(f"{', '.join(twice)}: is listed twice")
        return self


@cache
def measure_types() -> MeasureTypes:
    """Return the types that practices, publications and findings are sorted by."""
    return load(MEASURE_TYPES, MeasureTypes)
