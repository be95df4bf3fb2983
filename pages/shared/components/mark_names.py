"""Names beside the marks of a chart, where they fit: no name lies over a mark or another name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import shorten
from typing import Literal

Side = Literal["right", "left", "low right", "low left"]  # above or below the line of the range through the mark
# What the chart is at least as wide and high as, in pixels; a letter of its type, a line of it, and half a mark.
WIDTH, HEIGHT = 620, 410
_LETTER, _LINE, _MARK = 6.2, 14, 8
_LONGEST = 26  # letters

Box = tuple[float, float, float, float]  # left, top, right, bottom


@dataclass(frozen=True)
class Name:
    """A name that fits, and on which side of its mark."""

    text: str
    side: Side


def fitted(points: Sequence[tuple[float, float, str]]) -> list[Name | None]:
    """Return for each (across, upwards, name), both 0 to 100, its name where it fits, else None; first come, first."""
    centres = [(x * WIDTH / 100, (100 - y) * HEIGHT / 100) for x, y, _ in points]
    taken: list[Box] = [(x - _MARK, y - _MARK, x + _MARK, y + _MARK) for x, y in centres]
    found: list[Name | None] = []
    for (x, y), (*_, name) in zip(centres, points, strict=True):
        text = shorten(name, _LONGEST, placeholder="…")
        long = len(text) * _LETTER
        sides: dict[Side, Box] = {
            "right": (x + _MARK, y - _LINE, x + _MARK + long, y),
            "left": (x - _MARK - long, y - _LINE, x - _MARK, y),
            "low right": (x + _MARK, y, x + _MARK + long, y + _LINE),
            "low left": (x - _MARK - long, y, x - _MARK, y + _LINE),
        }
        free = (side for side, box in sides.items() if _inside(box) and not any(_meet(box, other) for other in taken))
        side = next(free, None)
        found.append(Name(text, side) if side else None)
        if side:
            taken.append(sides[side])
    return found


def _inside(box: Box) -> bool:
    left, top, right, bottom = box
    return left >= 0 and top >= -_LINE and right <= WIDTH and bottom <= HEIGHT


def _meet(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
