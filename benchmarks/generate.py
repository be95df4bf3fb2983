"""Make a database of synthetic practices, as large as asked for.

    python -m benchmarks.generate --practices 100000 --output /somewhere/synthetic.duckdb [--seed 1] [--findings 10000]

Fields and gaps are drawn from the catalogue: each synthetic practice takes where, what for whom, when and how much, and
how it is known from four different real rows, and, as seldom as in the catalogue, the pattern of answers of a fifth, with
each answer drawn among those the catalogue gives to that indicator. Nothing of it is real and every row says so:
ids begin with ``synthetic-``, names with "Synthetic", sources are pages of example.org, which do not exist. Texts are
generic words, as long as the catalogue's. The same seed gives the same practices. Never a part of the shipped data.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from criteria.framework import CURRENT, current_framework, framework_hash
from practices_db.catalogue import library_store, scorecards
from practices_db.database import store as store_module
from practices_db.database.migrate import migrate
from practices_db.database.store import Cursor, Store
from practices_db.operations.build import build

AT_ONCE = 50_000  # practices in one transaction: statements stay within the store's limits of memory and time
WITHIN_LIMITS = 200_000  # practices whose derived tables are made within the app's limits of memory and time
WORDS = [
    "advice",
    "arts",
    "arrival",
    "autonomy",
    "bridge",
    "business",
    "care",
    "centre",
    "childhood",
    "city",
    "civic",
    "classes",
    "coaching",
    "community",
    "contact",
    "counselling",
    "courses",
    "credit",
    "culture",
    "digital",
    "diploma",
    "dialogue",
    "employers",
    "encounter",
    "family",
    "farming",
    "football",
    "guidance",
    "health",
    "help",
    "homes",
    "hosting",
    "housing",
    "inclusion",
    "information",
    "internship",
    "interpreters",
    "jobs",
    "kindergarten",
    "language",
    "learning",
    "library",
    "literacy",
    "local",
    "mediation",
    "meeting",
    "mentoring",
    "mothers",
    "neighbourhood",
    "network",
    "nursing",
    "orientation",
    "outreach",
    "parents",
    "pathway",
    "peers",
    "recognition",
    "region",
    "rights",
    "school",
    "settlement",
    "skills",
    "social",
    "sponsorship",
    "sport",
    "start",
    "students",
    "support",
    "training",
    "transport",
    "tutoring",
    "village",
    "volunteers",
    "welcome",
    "women",
    "workshop",
    "youth",
]

# What is taken from the catalogue, a number (``row``) for each real row. Countries are "where", sectors and target
# groups "what", years, money and people "when", the record's source "known".
TEMPLATES = {
    "facts": """
        SELECT row_number() OVER (ORDER BY id) - 1 AS row, id, start_year, end_year, governance_level, budget_eur,
            people_reached, outcome_figures IS NOT NULL AS has_figures, evaluation_documented, transferred_elsewhere,
            len(places) AS places, lead_organisation IS NOT NULL AS has_leader, source_kind, source_confidence,
            checked_on, spring_url IS NOT NULL AS in_spring, len(string_split(name, ' ')) AS name_words,
            len(string_split(summary, ' ')) AS summary_words
        FROM practice
    """,
    "country": "SELECT practice_id, country AS value, position FROM practice_country",
    "sector": "SELECT practice_id, sector AS value, position FROM practice_sector",
    "target_group": "SELECT practice_id, target_group AS value, position FROM practice_target_group",
    "funding": "SELECT practice_id, funding_kind AS value, position FROM practice_funding",
    "type": """
        SELECT practice_id, measure_type AS value, "primary" FROM practice_type WHERE state = 'listed'
    """,
    "published": "SELECT row_number() OVER (ORDER BY id) - 1 AS row, * FROM evidence WHERE state = 'listed'",
    "found": "SELECT row_number() OVER (ORDER BY publication_id, measure_type, form, outcome) - 1 AS row, * FROM finding WHERE state = 'listed'",
    "answered": f"""
        SELECT dense_rank() OVER (ORDER BY practice_id) - 1 AS row, indicator_id, any_value(len(a.note)) AS note_length
        FROM answer a JOIN assessment s ON s.id = a.assessment_id
        WHERE s.framework_version = '{CURRENT[1]}' AND s.basis <> 'tick-list' GROUP BY practice_id, indicator_id
    """,
    "given": f"""
        SELECT indicator_id, answer, evidence_level, independent_of_operator,
            row_number() OVER (PARTITION BY indicator_id ORDER BY assessment_id) - 1 AS choice,
            count(*) OVER (PARTITION BY indicator_id) AS choices
        FROM answer a JOIN assessment s ON s.id = a.assessment_id
        WHERE s.framework_version = '{CURRENT[1]}' AND s.basis <> 'tick-list'
    """,
}
_LISTS = {
    "country": ("practice_country", "country", "where_row"),
    "sector": ("practice_sector", "sector", "what_row"),
    "target_group": ("practice_target_group", "target_group", "what_row"),
    "funding": ("practice_funding", "funding_kind", "when_row"),
}
_TEXT = (  # words chosen by a hash of the practice's number and the word's place
    "array_to_string(list_transform(range({length}), lambda spot: ($words::TEXT[])[1 + "
    "(hash($seed * 1000003 + n.number * 257 + spot + {salt}) % len($words::TEXT[]))::INT]), ' ')"
)
_PRACTICES = f"""
    INSERT INTO practice BY NAME
    SELECT
        n.id,
        'Synthetic ' || {_TEXT.format(length="known.name_words", salt=0)} || ' ' || n.number AS name,
        CASE WHEN known.has_leader THEN 'Synthetic organisation ' || n.number % 5000 END AS lead_organisation,
        list_transform(range(place.places), lambda spot: 'Synthetic place ' || (n.number + spot) % 2000) AS places,
        moment.start_year, moment.end_year, what.governance_level, moment.budget_eur, moment.people_reached,
        CASE WHEN moment.has_figures THEN 'Synthetic figures' END AS outcome_figures,
        moment.evaluation_documented, moment.transferred_elsewhere,
        'Synthetic: ' || {_TEXT.format(length="known.summary_words", salt=100)} AS summary,
        'https://example.org/synthetic/' || n.number AS source_url,
        'Synthetic source' AS source_name, known.source_kind, known.source_confidence, known.checked_on,
        CASE WHEN known.in_spring THEN 'https://example.org/synthetic/spring/' || n.number END AS spring_url
    FROM new_practices n
    JOIN facts place ON place.row = n.where_row
    JOIN facts what ON what.row = n.what_row
    JOIN facts moment ON moment.row = n.when_row
    JOIN facts known ON known.row = n.known_row
"""
_ASSESSMENTS = """
    INSERT INTO assessment BY NAME
    SELECT
        id || ':synthetic' AS id, id AS practice_id, $framework AS framework_id, $version AS framework_version,
        'desk-review' AS basis, 'synthetic-assessor' AS assessor, $on AS assessed_on, 'published' AS status
    FROM new_practices WHERE answers_row >= 0
"""
_ANSWERS = """
    INSERT INTO answer BY NAME
    SELECT
        n.id || ':synthetic' AS assessment_id, a.indicator_id, g.answer, g.evidence_level, g.independent_of_operator,
        'Synthetic note ' || repeat('-', greatest(a.note_length - 15, 0)::BIGINT) AS note,
        'https://example.org/synthetic/' || n.number || '/' || a.indicator_id AS source_url,
        'Synthetic publisher' AS source_publisher
    FROM new_practices n
    JOIN answered a ON a.row = n.answers_row
    JOIN given g ON g.indicator_id = a.indicator_id
        AND g.choice = hash($seed * 1000003 + n.number * 257, a.indicator_id) % g.choices
"""
# Facts are drawn by themselves; where an answer says the same, it is the one that is kept.
_ONE_TRUTH = """
    UPDATE practice SET
        evaluation_documented = CASE WHEN a.evaluated THEN true ELSE evaluation_documented END,
        transferred_elsewhere = CASE a.transferred WHEN 'met' THEN true WHEN 'not-met' THEN NULL
            ELSE transferred_elsewhere END
    FROM (
        SELECT s.practice_id,
            bool_or(indicator_id = 'evi-independent-evaluation' AND answer IN ('met', 'partly')) AS evaluated,
            any_value(answer) FILTER (WHERE indicator_id = 'sus-transferred') AS transferred
        FROM answer JOIN assessment s ON s.id = assessment_id GROUP BY s.practice_id
    ) a
    WHERE practice.id = a.practice_id
"""
_TYPES = """
    INSERT INTO practice_type BY NAME
    SELECT n.id AS practice_id, l.value AS measure_type, l."primary", 'Synthetic' AS why
    FROM new_practices n JOIN facts t ON t.row = n.what_row JOIN type l ON l.practice_id = t.id
"""
# A publication and a study of its own for each finding, which is otherwise like one of the catalogue.
_PUBLICATIONS = """
    INSERT INTO evidence BY NAME
    SELECT p.* EXCLUDE (row) REPLACE (
        'synthetic-publication-' || n.number AS id, 'Synthetic publication ' || n.number AS title,
        'https://example.org/synthetic/publication/' || n.number AS url
    )
    FROM (SELECT unnest(range($findings)) AS number) n
    JOIN published p ON p.row = n.number % (SELECT count(*) FROM published)
"""
_FINDINGS = """
    INSERT INTO finding BY NAME
    SELECT f.* EXCLUDE (row) REPLACE (
        'synthetic-publication-' || n.number AS publication_id, 'synthetic-study-' || n.number AS study_family,
        'Synthetic: ' || f.effect_text AS effect_text
    )
    FROM (SELECT unnest(range($findings)) AS number) n
    JOIN found f ON f.row = n.number % (SELECT count(*) FROM found)
"""
_LIST = """
    INSERT INTO {table} BY NAME
    SELECT n.id AS practice_id, l.value AS {column}, l.position
    FROM new_practices n JOIN facts t ON t.row = n.{row} JOIN {list} l ON l.practice_id = t.id
"""


@cache
def templates() -> dict[str, pd.DataFrame]:
    """Return what is drawn from: the catalogue's fields, gaps and answers."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "catalogue.duckdb"
        build(path)
        with Store(path) as store, store.cursor() as cursor:
            return {name: cursor.execute(sql).df() for name, sql in TEMPLATES.items()}


def generate(path: Path, practices: int, seed: int = 1, findings: int = 0) -> None:
    """Write a new database of synthetic practices with everything derived from them; an old file is replaced.

    ``findings``: how many findings on types of measure come with them, a publication each.
    """
    path.unlink(missing_ok=True)
    drawn_from = templates()
    with limits_for(practices), Store(path) as store:
        migrate(store)
        for part, first in enumerate(range(0, practices, AT_ONCE)):
            new = _draw(drawn_from, first, min(AT_ONCE, practices - first), np.random.default_rng([seed, part]))
            store.write(lambda cursor, new=new: _insert(cursor, drawn_from, new, seed))  # type: ignore[misc]
        store.write(lambda cursor: cursor.execute(_ONE_TRUTH))
        store.write(lambda cursor: _insert_versions(cursor, practices, seed))
        store.write(lambda cursor: _insert_findings(cursor, drawn_from, findings))
        store.checkpoint()
        store.write(scorecards.rebuild)
        if findings:
            store.write(library_store.rebuild)
        store.checkpoint()


@contextmanager
def limits_for(practices: int) -> Iterator[None]:
    """Open databases with the limits that so many practices need: the app's are for the app's size."""
    before = dict(store_module._CONFIG)
    store_module._CONFIG |= {"max_execution_time": 600_000}
    if practices > WITHIN_LIMITS:
        store_module._CONFIG |= {"memory_limit": "12GB"}
    try:
        yield
    finally:
        store_module._CONFIG |= before


def _draw(drawn_from: dict[str, pd.DataFrame], first: int, count: int, random: np.random.Generator) -> pd.DataFrame:
    """Return which real rows each new practice takes its fields from; ``answers_row`` is -1 where it is not assessed."""
    real, assessed = len(drawn_from["facts"]), int(drawn_from["answered"]["row"].max()) + 1
    numbers = np.arange(first, first + count)
    rows = {name: random.integers(0, real, count) for name in ("where_row", "what_row", "when_row", "known_row")}
    answers = np.where(random.random(count) < assessed / real, random.integers(0, assessed, count), -1)
    ids = [f"synthetic-{number:07}" for number in numbers]
    return pd.DataFrame({"number": numbers, "id": ids, **rows, "answers_row": answers})


def _insert(cursor: Cursor, drawn_from: dict[str, pd.DataFrame], new: pd.DataFrame, seed: int) -> None:
    for name, rows in (*drawn_from.items(), ("new_practices", new)):
        cursor.register(name, rows)
    cursor.execute(_PRACTICES, {"words": WORDS, "seed": seed})
    for name, (table, column, row) in _LISTS.items():
        cursor.execute(_LIST.format(table=table, column=column, row=row, list=name))
    cursor.execute(_TYPES)
    cursor.execute(_ASSESSMENTS, {"framework": CURRENT[0], "version": CURRENT[1], "on": date(2026, 1, 1)})
    cursor.execute(_ANSWERS, {"seed": seed})
    for name in (*drawn_from, "new_practices"):
        cursor.unregister(name)


def _insert_findings(cursor: Cursor, drawn_from: dict[str, pd.DataFrame], findings: int) -> None:
    for name in ("published", "found"):
        cursor.register(name, drawn_from[name])
    for statement in (_PUBLICATIONS, _FINDINGS):
        cursor.execute(statement, {"findings": findings})
    for name in ("published", "found"):
        cursor.unregister(name)


def _insert_versions(cursor: Cursor, practices: int, seed: int) -> None:
    framework = current_framework()
    cursor.execute(
        "INSERT INTO framework VALUES ($id, $version, $title, $hash)",
        {"id": framework.id, "version": framework.version, "title": framework.title, "hash": framework_hash(framework)},
    )
    cursor.execute(
        "INSERT INTO data_version VALUES (1, $on, $hash, 'synthetic', NULL)",
        {"on": date(2026, 1, 1), "hash": f"{seed:032x}{practices:032x}"},
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--practices", type=int, default=100_000)
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--findings", type=int, default=0)
    asked = parser.parse_args()
    start = time.perf_counter()
    generate(asked.output, asked.practices, asked.seed, asked.findings)
    size = asked.output.stat().st_size / 2**20
    print(
        f"{asked.practices:,} synthetic practices in {time.perf_counter() - start:.1f} s, {size:.0f} MB: {asked.output}"
    )


if __name__ == "__main__":
    main()
