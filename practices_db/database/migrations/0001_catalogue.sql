-- The catalogue: practices, their facts and sources, the assessments and answers.
-- No FOREIGN KEY anywhere: they block ordinary updates and do not hold under concurrency (docs/decisions, 302);
-- integrity is a query that must return nothing (queries.integrity_problems).
-- Every editable row has a version that each UPDATE compares and bumps.

CREATE TABLE practice (
    id                    TEXT PRIMARY KEY CHECK (regexp_full_match(id, '[a-z0-9]+(-[a-z0-9]+)*')),
    name                  TEXT NOT NULL,
    lead_organisation     TEXT,
    places                TEXT[] NOT NULL,
    start_year            SMALLINT,
    end_year              SMALLINT,
    governance_level      TEXT,
    budget_eur            BIGINT,
    people_reached        BIGINT,
    outcome_figures       TEXT,
    evaluation_documented BOOLEAN,               -- true or not seen; never false
    transferred_elsewhere BOOLEAN,               -- true or not seen; never false
    summary               TEXT NOT NULL,
    source_url            TEXT NOT NULL,         -- the page the record comes from; further ones in practice_source
    source_name           TEXT NOT NULL,
    source_kind           TEXT NOT NULL,
    source_confidence     TEXT NOT NULL,
    checked_on            DATE NOT NULL,
    spring_url            TEXT,
    version               INTEGER NOT NULL DEFAULT 1,
    CHECK (end_year IS NULL OR start_year IS NULL OR end_year >= start_year)
);

-- The order of a practice's values is the order of its source: the first is the main one.
CREATE TABLE practice_country (
    practice_id TEXT, country TEXT, position SMALLINT NOT NULL, PRIMARY KEY (practice_id, country)
);
CREATE TABLE practice_sector (
    practice_id TEXT, sector TEXT, position SMALLINT NOT NULL, PRIMARY KEY (practice_id, sector)
);
CREATE TABLE practice_target_group (
    practice_id TEXT, target_group TEXT, position SMALLINT NOT NULL, PRIMARY KEY (practice_id, target_group)
);
CREATE TABLE practice_funding (
    practice_id TEXT, funding_kind TEXT, position SMALLINT NOT NULL, PRIMARY KEY (practice_id, funding_kind)
);
CREATE TABLE practice_funding_source (
    practice_id TEXT, funding_source TEXT, position SMALLINT NOT NULL, PRIMARY KEY (practice_id, funding_source)
);
-- A further page that supplied one fact.
CREATE TABLE practice_source (
    practice_id TEXT, field TEXT, url TEXT, remark TEXT, PRIMARY KEY (practice_id, field, url)
);

CREATE TABLE framework (
    id TEXT, version TEXT, title TEXT NOT NULL, content_hash TEXT NOT NULL, PRIMARY KEY (id, version)
);

CREATE TABLE assessment (
    id                TEXT PRIMARY KEY,
    practice_id       TEXT NOT NULL,
    framework_id      TEXT NOT NULL,
    framework_version TEXT NOT NULL,
    basis             TEXT NOT NULL CHECK (basis IN ('expert-review', 'desk-review', 'self-assessment')),
    assessor          TEXT NOT NULL,
    assessed_on       DATE NOT NULL,
    status            TEXT NOT NULL CHECK (status IN ('draft', 'submitted', 'returned', 'published', 'withdrawn')),
    version           INTEGER NOT NULL DEFAULT 1,
    UNIQUE (practice_id, framework_id, framework_version, basis, assessor, assessed_on)
);

CREATE TABLE answer (
    assessment_id           TEXT,
    indicator_id            TEXT,
    answer                  TEXT NOT NULL
                            CHECK (answer IN ('met', 'partly', 'not-met', 'not-documented', 'not-applicable')),
    evidence_level          TINYINT NOT NULL CHECK (evidence_level BETWEEN 0 AND 5),
    note                    TEXT,
    source_url              TEXT,
    source_publisher        TEXT,
    independent_of_operator BOOLEAN,
    version                 INTEGER NOT NULL DEFAULT 1,
    PRIMARY KEY (assessment_id, indicator_id)
);

-- One row for each release of the data; the newest is what the app shows.
CREATE TABLE data_version (
    number       INTEGER PRIMARY KEY,
    released_on  DATE NOT NULL,
    content_hash TEXT NOT NULL,
    origin       TEXT NOT NULL
);

-- Derived, written only by scorecards.rebuild; the tables above are the truth.

-- The answer that counts for each practice and indicator, by the rule in scorecards.COUNTED_ANSWERS.
CREATE TABLE counted_answer (
    practice_id TEXT, indicator_id TEXT, answer TEXT NOT NULL, evidence_level TINYINT NOT NULL,
    assessment_id TEXT NOT NULL, assessments INTEGER NOT NULL, disagreement BOOLEAN NOT NULL,
    PRIMARY KEY (practice_id, indicator_id)
);

-- Scores of every question (node 'criterion/question') and criterion of the assessed practices.
CREATE TABLE practice_score (
    practice_id TEXT, node TEXT, level TEXT NOT NULL, criterion_id TEXT NOT NULL,
    score DOUBLE, coverage DOUBLE, low DOUBLE, high DOUBLE, scored BOOLEAN NOT NULL,
    strongest_evidence TINYINT, median_evidence DOUBLE, answered INTEGER NOT NULL, applicable INTEGER NOT NULL,
    PRIMARY KEY (practice_id, node)
);

-- One row a practice: what lists, charts and files show of it, ready to read.
CREATE TABLE practice_card (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, lead_organisation TEXT, places TEXT[], countries TEXT[], sectors TEXT[],
    target_groups TEXT[], funding_kinds TEXT[], funding_sources TEXT[], governance_level TEXT,
    start_year SMALLINT, end_year SMALLINT, budget_eur BIGINT, people_reached BIGINT, outcome_figures TEXT,
    evaluation_documented BOOLEAN, transferred_elsewhere BOOLEAN, summary TEXT NOT NULL,
    source_url TEXT NOT NULL, source_name TEXT NOT NULL, source_kind TEXT NOT NULL, source_confidence TEXT NOT NULL,
    checked_on DATE NOT NULL, spring_url TEXT, answer_sources TEXT[],
    assessed BOOLEAN NOT NULL, answered INTEGER NOT NULL, strongest_evidence TINYINT,
    bases TEXT[], framework TEXT, framework_version TEXT, answer_codes TEXT,
    effectiveness_score DOUBLE, effectiveness_coverage DOUBLE, effectiveness_low DOUBLE, effectiveness_high DOUBLE,
    effectiveness_scored BOOLEAN NOT NULL, effectiveness_strongest_evidence TINYINT,
    effectiveness_median_evidence DOUBLE, effectiveness_answered INTEGER NOT NULL,
    sustainability_score DOUBLE, sustainability_coverage DOUBLE, sustainability_low DOUBLE, sustainability_high DOUBLE,
    sustainability_scored BOOLEAN NOT NULL, sustainability_strongest_evidence TINYINT,
    sustainability_median_evidence DOUBLE, sustainability_answered INTEGER NOT NULL,
    name_key TEXT NOT NULL, search_text TEXT NOT NULL
);

-- Every value a practice can be filtered by, "not-stated" where it states none.
CREATE TABLE practice_facet (facet TEXT, value TEXT, practice_id TEXT, PRIMARY KEY (facet, value, practice_id));
