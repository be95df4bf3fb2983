"""Which language a visitor is answered in."""

from __future__ import annotations

import pytest

from pages.shared.components.reader_language import preferred, served


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "en"),
        ("de-AT,de;q=0.9,en;q=0.8", "de"),
        ("nl-NL,nl;q=0.9,fr;q=0.8,en;q=0.7", "fr"),  # the first of ours, not the first of all
        ("en;q=0.5, pl;q=0.9", "pl"),
        ("it;q=0, es", "es"),
        ("zh-CN,zh;q=0.9", "en"),
        ("*", "en"),
        ("fr;q=abc, de", "de"),
        ("de; q=0.5", "de"),
        ("de;q=0.0, it;q=0.2", "it"),
        ("de;q=\N{SUPERSCRIPT TWO}", "en"),
        ("de;q=-1", "en"),
        ("x" * 5_000 + ",pl", "en"),
        (";;q=,,,", "en"),
    ],
)
def test_the_browser_is_answered_in_the_language_it_likes_best(header: str, language: str) -> None:
    assert preferred(header) == language


def test_the_link_goes_before_the_browser_if_it_names_a_language_of_ours() -> None:
    assert served(["it"], "de") == "it"
    assert served(["it", "PL"], "de") == "pl"
    assert served(["xx", "<script>"], "de") == "de"
    assert served([], "") == "en"
