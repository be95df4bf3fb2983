"""How often the first practices shown for a need are those that somebody who knows the catalogue would show.

python -m benchmarks.needs FOLDER: needs in people's own words with judged practices, read from needs.csv (need_id, lang,
text) and judgements.csv (need_id, practice_id, grade 2 or 1; no row: not relevant). Prints nDCG@5 (gain 2^grade - 1;
Järvelin and Kekäläinen 2002) and precision@5 (relevant among the first five, of the smaller of five and all relevant)
by language beside sorting by score and chance, and for how many needs without any relevant practice it is said so.

python -m benchmarks.needs: the project's own thirty needs with the form filled in: precision of the first three and
five beside sorting by score and chance, both among the practices that share sector and target group, and with each
reason switched off. The words of the first thesaurus were fitted to these: they guard against relapse, no more.
"""

from __future__ import annotations

import csv
import math
import sys
import tempfile
import tomllib
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import mean
from typing import Any, NamedTuple

from criteria.needs import REASONS, Pool, Ranking, Reason
from practices_db.catalogue.practice_filter import PracticeFilter
from practices_db.database.store import Store
from practices_db.operations.build import build
from practices_db.queries import needs as database_needs
from practices_db.queries.needs import Asked, answer, filled_in, read_words
from practices_db.queries.practices import find_practices

NEEDS = Path(__file__).parent.parent / "tests" / "data" / "needs.toml"
Ranked = Callable[[dict[str, Any]], Sequence[str]]


def written_down() -> list[dict[str, Any]]:
    """Return the needs with what is expected."""
    found: list[dict[str, Any]] = tomllib.loads(NEEDS.read_text(encoding="utf-8"))["need"]
    return found


def asked_of(need: dict[str, Any]) -> Asked:
    """Return a need as the form holds it: sectors, groups and who as given, the rest as read from the words."""
    given = Asked(
        need.get("who"), tuple(filter(None, [need.get("country")])), tuple(need["sectors"]), tuple(need["groups"]), need["words"],
        need.get("size"), None, need.get("money"),
    )  # fmt: skip
    return filled_in(given)


def matched(need: dict[str, Any], pool: Pool, off: Sequence[Any] = ()) -> list[str]:
    """Return the practices for a need, the best first."""
    return [one.id for one in Ranking(asked_of(need).need(), pool, off)]


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


# --- a folder of needs in own words ------------------------------------------------------------------------

FIRST = 5


class Judged(NamedTuple):
    """A need in own words and the practices that are relevant, with their grade."""

    id: str
    language: str
    words: str
    grades: dict[str, int]


def judged(folder: Path) -> list[Judged]:
    """Read needs and judgements of a folder."""
    grades: dict[str, dict[str, int]] = {}
    with (folder / "judgements.csv").open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            grades.setdefault(row["need_id"], {})[row["practice_id"]] = int(row["grade"])
    with (folder / "needs.csv").open(encoding="utf-8-sig", newline="") as file:
        return [
            Judged(row["need_id"], row["lang"], row["text"], grades.get(row["need_id"], {}))
            for row in csv.DictReader(file)
        ]


def precision_at_5(found: Sequence[str], grades: dict[str, int]) -> float:
    """Return the share of relevant ones among the first five, of the most that there could be."""
    return sum(id_ in grades for id_ in found[:FIRST]) / min(FIRST, len(grades))


def ndcg_at_5(found: Sequence[str], grades: dict[str, int]) -> float:
    """Return the discounted gain of the first five, of the most that there could be."""

    def gain(of: Sequence[int]) -> float:
        return sum((pow(2.0, grade) - 1) / math.log2(place + 2) for place, grade in enumerate(of[:FIRST]))

    return gain([grades.get(id_, 0) for id_ in found]) / gain(sorted(grades.values(), reverse=True))


def shown_for(store: Store, words: str, pool: Pool) -> tuple[list[str], bool]:
    """Return the first five practices that the page shows for words alone, and whether it says that any fits."""
    with store.cursor() as cursor:
        found = answer(cursor, filled_in(Asked(words=words)), pool)
    return [one.id for one in [*found.matches[:FIRST], *found.near]][:FIRST], bool(found.matches)


def folder_figures(store: Store, folder: Path) -> list[str]:
    """Return lines of figures by language: matching, sorting by score, chance; then needs that nothing meets."""
    with store.cursor() as cursor:
        pool = database_needs.pool(cursor)
        scored = list(find_practices(cursor, PracticeFilter(), "effectiveness")["id"])
    needs = judged(folder)
    shown = {need.id: shown_for(store, need.words, pool) for need in needs}
    met = [need for need in needs if need.grades]
    lines = [f"{'':10}{'needs':>6}{'nDCG@5':>8}{'P@5':>6}   by score{'':8}chance"]
    for language in ["all", *sorted({need.language for need in met})]:
        some = [need for need in met if language in ("all", need.language)]
        ours = [mean(of(shown[need.id][0], need.grades) for need in some) for of in (ndcg_at_5, precision_at_5)]
        score = [mean(of(scored, need.grades) for need in some) for of in (ndcg_at_5, precision_at_5)]
        # of five at random; the most that there could be is less where fewer than five are relevant
        even = mean(FIRST * len(need.grades) / len(pool.all) / min(FIRST, len(need.grades)) for need in some)
        lines.append(
            f"{language:10}{len(some):6}{ours[0]:8.2f}{ours[1]:6.2f}   {score[0]:.2f} {score[1]:.2f}{'':8}     {even:.2f}"
        )
    unmet = [need for need in needs if not need.grades]
    lines.append(
        f"nothing suitable: said for {sum(not shown[need.id][1] for need in unmet)} of {len(unmet)} that have none"
    )
    lines.append(
        f"nothing suitable: said for {sum(not shown[need.id][1] for need in met)} of {len(met)} that have some"
    )
    return lines


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    with tempfile.TemporaryDirectory() as temporary:
        path = Path(temporary) / "practices.duckdb"
        build(path)
        with Store(path) as store:
            if folder is not None:
                print("\n".join(folder_figures(store, folder)))
                return
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
