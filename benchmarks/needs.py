"""Thirty needs: how often the first practices are those that somebody who knows the catalogue would show.

python benchmarks/needs.py: prints precision of the first three and five beside sorting by score and beside chance, both
among the practices that share sector and target group, and with each reason switched off.
"""

from __future__ import annotations

import tempfile
import tomllib
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import mean
from typing import Any

from criteria.needs import REASONS, Pool, Reason, match
from practices_db.catalogue.practice_filter import PracticeFilter
from practices_db.database.store import Store
from practices_db.operations.build import build
from practices_db.queries import needs as database_needs
from practices_db.queries.needs import Asked, read_words
from practices_db.queries.practices import find_practices

NEEDS = Path(__file__).parent.parent / "tests" / "data" / "needs.toml"
Ranked = Callable[[dict[str, Any]], Sequence[str]]


def written_down() -> list[dict[str, Any]]:
    """Return the needs with what is expected."""
    found: list[dict[str, Any]] = tomllib.loads(NEEDS.read_text(encoding="utf-8"))["need"]
    return found


def asked_of(need: dict[str, Any]) -> Asked:
    """Return a need as the form holds it."""
    return Asked(
        need.get("who"), need.get("country"), tuple(need["sectors"]), tuple(need["groups"]), need["words"],
        need.get("size"), None, need.get("money"),
    )  # fmt: skip


def matched(need: dict[str, Any], pool: Pool, off: Sequence[Any] = ()) -> list[str]:
    """Return the practices for a need, the best first."""
    return [one.id for one in match(asked_of(need).need(), pool, off)]


def by_score(store: Store, need: dict[str, Any]) -> list[str]:
    """Return the practices that share sector and group in Explore's order of effectiveness, surest first."""
    chosen = PracticeFilter(sector=tuple(need["sectors"]), target_group=tuple(need["groups"]))
    with store.cursor() as cursor:
        return list(find_practices(cursor, chosen, "effectiveness")["id"])


def precision(found: Sequence[str], expected: Sequence[str], first: int) -> float:
    """Return the share of the first that is expected; of fewer where fewer are expected or found."""
    top = found[: min(first, len(expected))]
    return sum(id_ in expected for id_ in top) / min(first, len(expected))


def chance(found: Sequence[str], expected: Sequence[str]) -> float:
    """Return the precision to be expected of a random order of what was found."""
    return len(set(found) & set(expected)) / len(found)


def figures(store: Store) -> dict[str, dict[str, float]]:
    """Return precision of the first three and five: matching, sorting by score, chance."""
    with store.cursor() as cursor:
        pool = database_needs.pool(cursor)
    needs = [need for need in written_down() if need["expected"]]
    rows: dict[str, dict[str, float]] = {}

    def add(name: str, ranked: Ranked) -> None:
        lists = [(ranked(need), need["expected"]) for need in needs]
        rows[name] = {f"first {k}": mean(precision(found, wanted, k) for found, wanted in lists) for k in (3, 5)}

    add("matching", lambda need: matched(need, pool))
    # the need was written from this practice: finding it is easy, so it is left out of both sides
    without = [
        (
            [id_ for id_ in matched(need, pool) if id_ != need["source"]],
            [e for e in need["expected"] if e != need["source"]],
        )
        for need in needs
    ]
    rows["matching, without the practice the need was written from"] = {
        f"first {k}": mean(precision(found, wanted, k) for found, wanted in without if wanted) for k in (3, 5)
    }
    add("sorted by score", lambda need: by_score(store, need))
    even = mean(chance(by_score(store, need), need["expected"]) for need in needs)
    rows["chance, among those that share sector and group"] = {"first 3": even, "first 5": even}
    whole = mean(len(need["expected"]) / len(pool.all) for need in needs)
    rows["chance, in the whole catalogue"] = {"first 3": whole, "first 5": whole}
    for reason in REASONS:
        if reason not in ("groups", "sectors"):
            add(f"matching without “{reason}”", _without(reason, pool))
    return rows


def _without(reason: Reason, pool: Pool) -> Ranked:
    return lambda need: matched(need, pool, [reason])


def read_from_words() -> tuple[float, float]:
    """Return how much of sectors and groups is read from the words alone, and how much of what is read is right."""
    pairs = [(read_words(need["words"]), need) for need in written_down()]
    read = [set(asked.sectors + asked.groups) for asked, _ in pairs]
    wanted = [{*need["sectors"], *need["groups"]} for _, need in pairs]
    hits = sum(len(one & two) for one, two in zip(read, wanted, strict=True))
    return hits / sum(map(len, wanted)), hits / sum(map(len, read))


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "practices.duckdb"
        build(path)
        with Store(path) as store:
            with store.cursor() as cursor:
                pool = database_needs.pool(cursor)
            for need in written_down():
                found = matched(need, pool)
                marks = " ".join(("+" if id_ in need["expected"] else "-") + id_[:28] for id_ in found[:3])
                print(f"{need['id']:32} {len(found):3} {marks or 'none, and the page says so'}")
            print()
            for name, row in figures(store).items():
                print(f"{name:60} " + "  ".join(f"{k}: {v:.2f}" for k, v in row.items()))
    recall, right = read_from_words()
    print(f"\nread from the words alone: {recall:.2f} of sectors and groups, {right:.2f} of what is read is right")


if __name__ == "__main__":
    main()
