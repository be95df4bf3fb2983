"""Stems of words are the same however many ask at once."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from criteria.spelling import stem

WORDS = ("wohnungen", "berufliche", "anerkennung", "frauen", "jugendlichen", "sprachkursen", "gefluechteten") * 40


@pytest.fixture
def _many_turns() -> Iterator[None]:
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


@pytest.mark.usefixtures("_many_turns")
def test_many_at_once() -> None:
    alone = [stem(word, "german") for word in WORDS]
    with ThreadPoolExecutor(8) as threads:
        runs = [threads.submit(lambda: [stem.__wrapped__(word, "german") for word in WORDS]) for _ in range(8)]
        assert all(run.result() == alone for run in runs)
