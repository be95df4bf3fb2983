-- Curation: who may, what was submitted, who changed what, and what of it is released.
-- The tables of 0001 (practice, its lists, assessment, answer) are what curators work on; nobody else reads them. What
-- the public reads is the copy made at the last release (released_*) and what is derived from that copy.

-- A practice is never deleted: it is archived, or merged into the one that is kept.
ALTER TABLE practice ADD COLUMN state TEXT DEFAULT 'listed';        -- listed, archived, merged
ALTER TABLE practice ADD COLUMN merged_into TEXT;
ALTER TABLE practice ADD COLUMN left_on DATE;
ALTER TABLE practice ADD COLUMN left_because TEXT;
ALTER TABLE practice ADD COLUMN still_running BOOLEAN;              -- NULL: nobody said
ALTER TABLE practice ADD COLUMN running_said_by TEXT;
ALTER TABLE practice ADD COLUMN running_said_on DATE;
ALTER TABLE practice ADD COLUMN checked_by TEXT;                    -- an actor of the audit; not released

ALTER TABLE assessment ADD COLUMN submission_id TEXT;               -- the submission it came in with
ALTER TABLE assessment ADD COLUMN blind BOOLEAN DEFAULT false;      -- made without seeing the other assessments

ALTER TABLE data_version ADD COLUMN note TEXT;

-- Which of several assessments counts for one indicator, where a curator settled a disagreement.
CREATE TABLE settlement (
    practice_id TEXT, indicator_id TEXT, assessment_id TEXT NOT NULL, note TEXT NOT NULL, settled_on DATE NOT NULL,
    version INTEGER NOT NULL DEFAULT 1,
    PRIMARY KEY (practice_id, indicator_id)
);

-- The owner's own words beside the scores.
CREATE TABLE statement (
    practice_id TEXT PRIMARY KEY, organisation TEXT NOT NULL, words TEXT NOT NULL, stated_on DATE NOT NULL,
    submission_id TEXT, version INTEGER NOT NULL DEFAULT 1
);

-- Who may do what on the curation pages, by the e-mail address of the login.
CREATE TABLE person (
    email      TEXT PRIMARY KEY CHECK (email = lower(email)),
    role       TEXT NOT NULL CHECK (role IN ('assessor', 'curator', 'administrator')),
    granted_on DATE NOT NULL,
    version    INTEGER NOT NULL DEFAULT 1
);

-- The review queue. The private link holds a token of which only the SHA-256 is kept.
CREATE TABLE submission (
    id           TEXT PRIMARY KEY,
    kind         TEXT NOT NULL CHECK (kind IN (
                     'self-assessment', 'second-assessment', 'correction', 'statement', 'organisation-correction'
                 )),
    practice_id  TEXT,                                              -- NULL: not in the catalogue yet
    payload      JSON,                                              -- NULL once withdrawn
    contact      TEXT,                                              -- a functional mailbox; never published
    status       TEXT NOT NULL CHECK (status IN ('draft', 'submitted', 'returned', 'published', 'withdrawn')),
    token_hash   TEXT UNIQUE,                                       -- NULL: revoked
    created      TIMESTAMP NOT NULL,                                -- UTC, as every TIMESTAMP here
    last_used    TIMESTAMP NOT NULL,
    expires      TIMESTAMP NOT NULL,
    curator_note TEXT,                                              -- why it was returned, or what was done
    version      INTEGER NOT NULL DEFAULT 1
);

-- Append-only. `hash` covers every column but the content, for which `content_hash` stands: content that somebody has a
-- right to have erased (before, after, reason, public, salt) can go, and the chain still holds (practices_db/database/audit_log.py).
CREATE TABLE audit (
    seq           BIGINT PRIMARY KEY,
    ts            TIMESTAMP NOT NULL,
    actor         TEXT NOT NULL,
    role          TEXT NOT NULL,
    action        TEXT NOT NULL,
    object        TEXT NOT NULL,
    version       INTEGER,
    before        JSON,
    after         JSON,
    reason        TEXT,
    public        TEXT,                                             -- what everybody may read of it
    salt          TEXT,
    content_hash  TEXT NOT NULL,
    previous_hash TEXT NOT NULL,
    hash          TEXT NOT NULL,
    erased_by     BIGINT                                            -- the line that says why the content is gone
);

-- What a release changed, for the page that says so.
CREATE TABLE release_change (
    number INTEGER, position INTEGER, kind TEXT NOT NULL, practice_id TEXT, name TEXT, node TEXT,
    score_before DOUBLE, score_after DOUBLE, words TEXT NOT NULL, why TEXT,
    PRIMARY KEY (number, position)
);

-- Released copies, written only by a release (released.copy_truth). The public reads these and what derives from
-- them (practices_db/catalogue/scorecards.py).

CREATE TABLE released_practice (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, lead_organisation TEXT, places TEXT[] NOT NULL,
    countries TEXT[] NOT NULL, sectors TEXT[] NOT NULL, target_groups TEXT[] NOT NULL,
    funding_kinds TEXT[] NOT NULL, funding_sources TEXT[] NOT NULL,
    start_year SMALLINT, end_year SMALLINT, governance_level TEXT, budget_eur BIGINT, people_reached BIGINT,
    outcome_figures TEXT, evaluation_documented BOOLEAN, transferred_elsewhere BOOLEAN, summary TEXT NOT NULL,
    source_url TEXT NOT NULL, source_name TEXT NOT NULL, source_kind TEXT NOT NULL, source_confidence TEXT NOT NULL,
    checked_on DATE NOT NULL, spring_url TEXT, still_running BOOLEAN, running_said_by TEXT, running_said_on DATE
);
CREATE TABLE released_source (
    practice_id TEXT, field TEXT, url TEXT, remark TEXT, PRIMARY KEY (practice_id, field, url)
);
-- The published answers, each with what is to be known of its assessment.
CREATE TABLE released_answer (
    assessment_id TEXT, indicator_id TEXT, practice_id TEXT NOT NULL, answer TEXT NOT NULL, evidence_level TINYINT NOT NULL,
    note TEXT, source_url TEXT, source_publisher TEXT, independent_of_operator BOOLEAN,
    framework_id TEXT NOT NULL, framework_version TEXT NOT NULL, basis TEXT NOT NULL, assessor TEXT NOT NULL,
    assessed_on DATE NOT NULL, blind BOOLEAN NOT NULL,
    settled BOOLEAN NOT NULL, settled_note TEXT,                    -- settled: a curator decided that this one counts
    PRIMARY KEY (assessment_id, indicator_id)
);
CREATE TABLE released_statement (
    practice_id TEXT PRIMARY KEY, organisation TEXT NOT NULL, words TEXT NOT NULL, stated_on DATE NOT NULL
);
-- Ids that are not shown any more: where they lead (merged), or why they are gone (archived, practice_id NULL).
CREATE TABLE released_former (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, practice_id TEXT, left_on DATE NOT NULL, reason TEXT NOT NULL
);
-- What was corrected, when and why: lines of the audit that everybody may read (seq), and those of the catalogue's files
-- from before this database (seq below 0).
CREATE TABLE released_history (
    practice_id TEXT, seq BIGINT, happened_on DATE NOT NULL, words TEXT NOT NULL, PRIMARY KEY (practice_id, seq)
);

ALTER TABLE practice_card ADD COLUMN still_running BOOLEAN;
ALTER TABLE practice_card ADD COLUMN running_said_by TEXT;
ALTER TABLE practice_card ADD COLUMN running_said_on DATE;

-- Until now every practice and every published answer was shown: that is the first release.
INSERT INTO released_practice BY NAME
SELECT
    id, name, lead_organisation, places, start_year, end_year, governance_level, budget_eur, people_reached,
    outcome_figures, evaluation_documented, transferred_elsewhere, summary, source_url, source_name, source_kind,
    source_confidence, checked_on, spring_url,
    coalesce((SELECT list(country ORDER BY position) FROM practice_country WHERE practice_id = p.id), []) AS countries,
    coalesce((SELECT list(sector ORDER BY position) FROM practice_sector WHERE practice_id = p.id), []) AS sectors,
    coalesce((SELECT list(target_group ORDER BY position) FROM practice_target_group WHERE practice_id = p.id), [])
        AS target_groups,
    coalesce((SELECT list(funding_kind ORDER BY position) FROM practice_funding WHERE practice_id = p.id), [])
        AS funding_kinds,
    coalesce((SELECT list(funding_source ORDER BY position) FROM practice_funding_source WHERE practice_id = p.id), [])
        AS funding_sources
FROM practice p;
INSERT INTO released_source BY NAME SELECT * FROM practice_source;
INSERT INTO released_answer BY NAME
SELECT
    a.* EXCLUDE (version), s.practice_id, s.framework_id, s.framework_version, s.basis, s.assessor, s.assessed_on,
    false AS blind, false AS settled
FROM answer a JOIN assessment s ON s.id = a.assessment_id
WHERE s.status = 'published';
