-- Publications, organisations, and what links them to practices and to each other.
-- As everywhere: no FOREIGN KEY, a version on every editable row; integrity is knowledge.integrity_problems.

CREATE TABLE evidence (
    id                   TEXT PRIMARY KEY CHECK (regexp_full_match(id, '[a-z0-9]+(-[a-z0-9]+)*')),
    title                TEXT NOT NULL,
    publisher            TEXT,
    year                 SMALLINT,
    kind                 TEXT NOT NULL,
    evidence_level       TINYINT CHECK (evidence_level BETWEEN 0 AND 5),  -- of the design; NULL: none coded
    finding              TEXT,
    summary              TEXT NOT NULL,
    url                  TEXT NOT NULL,
    title_is_descriptive BOOLEAN,
    url_is_copy          BOOLEAN,
    url_seen             TEXT NOT NULL CHECK (url_seen IN ('yes', 'mention', 'derived')),
    checked_on           DATE NOT NULL,
    version              INTEGER NOT NULL DEFAULT 1
);

CREATE TABLE organisation (
    id                    TEXT PRIMARY KEY CHECK (regexp_full_match(id, '[a-z0-9]+(-[a-z0-9]+)*')),
    name                  TEXT NOT NULL,
    kind                  TEXT NOT NULL,
    community_of_practice BOOLEAN,             -- true or not seen; never false
    joins                 TEXT,
    url                   TEXT NOT NULL,
    url_seen              TEXT NOT NULL CHECK (url_seen IN ('yes', 'mention')),
    checked_on            DATE NOT NULL,
    version               INTEGER NOT NULL DEFAULT 1
);

-- Several-valued fields in the order of their source; list: language, theme, target_group, area, governance_level.
CREATE TABLE evidence_value (
    evidence_id TEXT, list TEXT, value TEXT, position SMALLINT NOT NULL, PRIMARY KEY (evidence_id, list, value)
);
CREATE TABLE organisation_value (
    organisation_id TEXT, list TEXT, value TEXT, position SMALLINT NOT NULL,
    PRIMARY KEY (organisation_id, list, value)
);

-- Links that somebody read and judged.
CREATE TABLE link (
    from_kind TEXT, from_id TEXT, relation TEXT, to_kind TEXT, to_id TEXT,
    reason TEXT NOT NULL, source_url TEXT NOT NULL, checked_on DATE NOT NULL, version INTEGER NOT NULL DEFAULT 1,
    PRIMARY KEY (from_kind, from_id, relation, to_kind, to_id)
);

-- When an address was last tried and last seen alive (practices_db.operations.link_check).
CREATE TABLE address_check (
    url TEXT PRIMARY KEY, tried_at TIMESTAMP NOT NULL, alive_at TIMESTAMP, said TEXT NOT NULL
);

-- Derived, written only by knowledge_store.rebuild; the tables above are the truth.

-- Every link there is: those above, and those that two records show by themselves (same name, same address).
CREATE TABLE known_link (
    from_kind TEXT, from_id TEXT, relation TEXT, to_kind TEXT, to_id TEXT,
    reason TEXT NOT NULL, source_url TEXT NOT NULL, judged BOOLEAN NOT NULL,
    PRIMARY KEY (from_kind, from_id, relation, to_kind, to_id)
);

CREATE TABLE evidence_card (
    id TEXT PRIMARY KEY, title TEXT NOT NULL, publisher TEXT, year SMALLINT, kind TEXT NOT NULL, languages TEXT[],
    themes TEXT[], target_groups TEXT[], countries TEXT[], evidence_level TINYINT, finding TEXT, summary TEXT NOT NULL,
    url TEXT NOT NULL, title_is_descriptive BOOLEAN, url_is_copy BOOLEAN, url_seen TEXT NOT NULL,
    checked_on DATE NOT NULL, name_key TEXT NOT NULL
);
CREATE TABLE organisation_card (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, kind TEXT NOT NULL, countries TEXT[], levels TEXT[], themes TEXT[],
    community_of_practice BOOLEAN, joins TEXT, url TEXT NOT NULL, url_seen TEXT NOT NULL, checked_on DATE NOT NULL,
    name_key TEXT NOT NULL
);

-- Every value a publication or an organisation can be filtered by, "not-stated" where it states none.
CREATE TABLE knowledge_facet (kind TEXT, facet TEXT, value TEXT, id TEXT, PRIMARY KEY (kind, facet, value, id));
