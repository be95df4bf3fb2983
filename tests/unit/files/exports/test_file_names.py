"""Two people with different files of one size never get each other's; Streamlit calls a file by a part of it."""

from __future__ import annotations

import random
from datetime import date

from streamlit.runtime.memory_media_file_storage import MemoryMediaFileStorage

from practices_db.files.exports.csv_json import file_name
from practices_db.queries.views import View

PAIRS, SIZE = 500, (1 << 20) + (1 << 16)
UNSEEN = (100_000, 400_000)  # not hashed: head, middle and tail are, 64 KiB each
MIME = "text/csv"


def test_500_pairs_of_files_over_a_mebibyte_are_never_crossed() -> None:
    """Synthetic: two files of one size that begin and end alike and differ where Streamlit does not look."""
    storage = MemoryMediaFileStorage("/media")
    chance = random.Random(4)  # noqa: S311 - repeatable, not secret
    same = random.Random(5).randbytes(SIZE)  # noqa: S311
    view, day = View(), date(2026, 2, 3)
    for _ in range(PAIRS):
        mine, other = bytearray(same), bytearray(same)
        for at in chance.sample(range(*UNSEEN), 3):
            mine[at], other[at] = 1, 2
        taken = {}
        for file in (bytes(mine), bytes(other)):
            name = file_name(view, "csv", day)
            id_ = storage.load_and_get_id(file, MIME, "downloadable", name)  # type: ignore[arg-type]
            taken[id_] = file
        assert len(taken) == 2
        for id_, file in taken.items():
            assert storage.get_file(f"{id_}.csv").content == file
            storage.delete_file(id_)


def test_without_the_random_part_files_would_be_crossed() -> None:
    """The reason for it; where this fails, Streamlit has mended its storage and the names can be plain again."""
    storage = MemoryMediaFileStorage("/media")
    one, other = bytes(SIZE), bytes(200_000) + b"1" + bytes(SIZE - 200_001)
    ids = {storage.load_and_get_id(file, MIME, "downloadable", "same.csv") for file in (one, other)}  # type: ignore[arg-type]
    assert len(ids) == 1
