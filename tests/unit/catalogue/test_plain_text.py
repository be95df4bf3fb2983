"""One folding of texts, names and labels for everything that is looked for."""

from __future__ import annotations

import pytest

from practices_db.catalogue.plain_text import normalise, plain_label


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        (" \t\n ", ""),
        ("Łódź", "lodz"),
        ("ŁÓDŹ", "lodz"),
        ("Œuvre d'Ångström", "oeuvre d'angstrom"),
        ("STRASSE straße", "strasse strasse"),
        ("Ærø Þingvellir Đorđe Ħamrun", "aero thingvellir dorde hamrun"),
        ("İstanbul ISPARTA ısparta", "istanbul isparta isparta"),
        ("e\u0301cole É\u0301", "ecole e"),
        ("ＡＢＣ１２３", "abc123"),
        ("ΣΊΣΥΦΟΣ σίσυφος", "σισυφοσ σισυφοσ"),
        ("КИЇВ київ", "киів киів"),
        ("한국", "한국"),
        ("ﬁnance", "finance"),
        ("one\u00a0two\u2003three", "one two three"),
        ("d’un d‘un d`un d´un dʼun d′un D'UN", " ".join(["d'un"] * 7)),
        ("a‐b a‑b a–b a—b a−b a－b A-B", " ".join(["a-b"] * 7)),
        ("Integra\u00adtions\u200blotsen \ufeffUlm\u2060\u200f", "integrationslotsen ulm"),
        ("👩\u200d👧 ☀\ufe0f", "👩👧 ☀"),
    ],
)
def test_text_is_normalised_for_search(text: str, expected: str) -> None:
    assert normalise(text) == expected


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("Education & training", "education and training"),
        ("rights-legal-status-non-discrimination", "rights legal status non discrimination"),
        ("Côte d’Ivoire (CI)", "cote d ivoire ci"),
        ("  5 · Randomised…", "5 randomised"),
        ("ટોગો", "ટોગો"),
    ],
)
def test_labels_are_compared_without_marks_and_with_the_vowels_of_every_script(label: str, expected: str) -> None:
    assert plain_label(label) == expected
