-- What was measured of participants, types of measure, and what studies found on them.
-- As everywhere: no FOREIGN KEY, a version on every editable row. The public reads the released copies, written only by
-- library_store. A blank that is part of a key is '', never NULL.

CREATE TABLE result (
    id TEXT PRIMARY KEY, practice_id TEXT NOT NULL, main BOOLEAN, outcome TEXT NOT NULL, direction TEXT NOT NULL,
    effect_text TEXT NOT NULL, design TEXT NOT NULL, base TEXT, horizon TEXT, year_from SMALLINT, year_to SMALLINT,
    independent_of_operator BOOLEAN, source_url TEXT NOT NULL, source_publisher TEXT, checked_on DATE NOT NULL,
    version INTEGER NOT NULL DEFAULT 1, state TEXT DEFAULT 'listed', left_on DATE, left_because TEXT
);
CREATE TABLE assessor (
    assessor TEXT PRIMARY KEY, kind TEXT NOT NULL, how TEXT NOT NULL,
    version INTEGER NOT NULL DEFAULT 1, state TEXT DEFAULT 'listed', left_on DATE, left_because TEXT
);
CREATE TABLE practice_type (
    practice_id TEXT, measure_type TEXT, "primary" BOOLEAN NOT NULL, why TEXT NOT NULL,
    version INTEGER NOT NULL DEFAULT 1, state TEXT DEFAULT 'listed', left_on DATE, left_because TEXT,
    PRIMARY KEY (practice_id, measure_type)
);
CREATE TABLE publication_type (
    publication_id TEXT, measure_type TEXT,
    version INTEGER NOT NULL DEFAULT 1, state TEXT DEFAULT 'listed', left_on DATE, left_because TEXT,
    PRIMARY KEY (publication_id, measure_type)
);
CREATE TABLE finding (
    publication_id TEXT, measure_type TEXT, form TEXT, outcome TEXT, direction TEXT NOT NULL, effect_text TEXT NOT NULL,
    design TEXT NOT NULL, for_whom TEXT[] NOT NULL, country TEXT, horizon SMALLINT, study_family TEXT NOT NULL,
    first_direction TEXT NOT NULL, second_direction TEXT, coded_by TEXT NOT NULL, agreed BOOLEAN,
    source_url TEXT NOT NULL, checked_on DATE NOT NULL,
    version INTEGER NOT NULL DEFAULT 1, state TEXT DEFAULT 'listed', left_on DATE, left_because TEXT,
    PRIMARY KEY (publication_id, measure_type, form, outcome)
);
CREATE TABLE cost (
    measure_type TEXT, practice_id TEXT, euros BIGINT, per_what TEXT, "year" TEXT, source_url TEXT,
    amount_in_source TEXT NOT NULL, basis TEXT NOT NULL, note TEXT,
    version INTEGER NOT NULL DEFAULT 1, state TEXT DEFAULT 'listed', left_on DATE, left_because TEXT,
    PRIMARY KEY (measure_type, practice_id, per_what, source_url)
);
CREATE TABLE rate (
    publication_id TEXT, practice_id TEXT, measure_type TEXT, outcome TEXT, rate_text TEXT NOT NULL, source_url TEXT,
    version INTEGER NOT NULL DEFAULT 1, state TEXT DEFAULT 'listed', left_on DATE, left_because TEXT,
    PRIMARY KEY (publication_id, practice_id, measure_type, outcome, source_url)
);

CREATE TABLE released_result (
    id TEXT PRIMARY KEY, practice_id TEXT NOT NULL, main BOOLEAN, outcome TEXT NOT NULL, direction TEXT NOT NULL,
    effect_text TEXT NOT NULL, design TEXT NOT NULL, base TEXT, horizon TEXT, year_from SMALLINT, year_to SMALLINT,
    independent_of_operator BOOLEAN, source_url TEXT NOT NULL, source_publisher TEXT, checked_on DATE NOT NULL
);
CREATE TABLE released_assessor (assessor TEXT PRIMARY KEY, kind TEXT NOT NULL, how TEXT NOT NULL);
CREATE TABLE released_practice_type (
    practice_id TEXT, measure_type TEXT, "primary" BOOLEAN NOT NULL, why TEXT NOT NULL,
    PRIMARY KEY (practice_id, measure_type)
);
CREATE TABLE released_publication_type (
    publication_id TEXT, measure_type TEXT, PRIMARY KEY (publication_id, measure_type)
);
CREATE TABLE released_finding (
    publication_id TEXT, measure_type TEXT, form TEXT, outcome TEXT, direction TEXT NOT NULL, effect_text TEXT NOT NULL,
    design TEXT NOT NULL, for_whom TEXT[] NOT NULL, country TEXT, horizon SMALLINT, study_family TEXT NOT NULL,
    first_direction TEXT NOT NULL, second_direction TEXT, coded_by TEXT NOT NULL, agreed BOOLEAN,
    source_url TEXT NOT NULL, checked_on DATE NOT NULL,
    PRIMARY KEY (publication_id, measure_type, form, outcome)
);
CREATE TABLE released_cost (
    measure_type TEXT, practice_id TEXT, euros BIGINT, per_what TEXT, "year" TEXT, source_url TEXT,
    amount_in_source TEXT NOT NULL, basis TEXT NOT NULL, note TEXT,
    PRIMARY KEY (measure_type, practice_id, per_what, source_url)
);
CREATE TABLE released_rate (
    publication_id TEXT, practice_id TEXT, measure_type TEXT, outcome TEXT, rate_text TEXT NOT NULL, source_url TEXT,
    PRIMARY KEY (publication_id, practice_id, measure_type, outcome, source_url)
);

-- Whether its address is offered as the place to get it: not a copy, not put together from one (catalogue/addresses.py).
ALTER TABLE evidence_card ADD COLUMN offered BOOLEAN;

-- A further basis: somebody else's checklist, shown and never counted. A CHECK cannot be changed, so the table is made anew.
CREATE TABLE assessment_before AS SELECT * FROM assessment;
DROP TABLE assessment;
CREATE TABLE assessment (
    id                TEXT PRIMARY KEY,
    practice_id       TEXT NOT NULL,
    framework_id      TEXT NOT NULL,
    framework_version TEXT NOT NULL,
    basis             TEXT NOT NULL
                      CHECK (basis IN ('expert-review', 'desk-review', 'self-assessment', 'tick-list')),
    assessor          TEXT NOT NULL,
    assessed_on       DATE NOT NULL,
    status            TEXT NOT NULL CHECK (status IN ('draft', 'submitted', 'returned', 'published', 'withdrawn')),
    version           INTEGER NOT NULL DEFAULT 1,
    submission_id     TEXT,                                          -- the submission it came in with
    blind             BOOLEAN DEFAULT false,                         -- made without seeing the other assessments
    UNIQUE (practice_id, framework_id, framework_version, basis, assessor, assessed_on)
);
INSERT INTO assessment BY NAME SELECT * FROM assessment_before;
DROP TABLE assessment_before;
