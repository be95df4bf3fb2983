"""One palette: the theme of the screen and the files' colours are the same, and no colour stands anywhere else."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from practices_db import palette

ROOT = Path(__file__).parent.parent.parent
COLOUR = re.compile(r"#[0-9a-f]{6}\b", re.IGNORECASE)


def test_the_theme_of_the_screen_has_the_colours_of_the_files() -> None:
    theme = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))["theme"]["light"]
    assert theme["primaryColor"] == theme["linkColor"] == theme["blueTextColor"] == palette.ACCENT
    assert (theme["textColor"], theme["grayTextColor"], theme["borderColor"]) == (
        palette.INK,
        palette.GREY,
        palette.LINE,
    )
    assert tuple(theme["chartSequentialColors"]) == palette.RAMP


def test_no_colour_stands_beside_the_palette() -> None:
    files = [
        path
        for folder in ("pages", "practices_db", "criteria")
        for path in (ROOT / folder).rglob("*")
        if path.suffix in (".py", ".typ", ".jinja", ".js", ".css") and path.name != "palette.py"
    ]
    assert len(files) > 100
    assert {path.name: found for path in files if (found := COLOUR.findall(path.read_text(encoding="utf-8")))} == {}
