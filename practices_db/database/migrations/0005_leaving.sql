-- Publications, organisations and links leave as practices do: archived, or merged into the one that is kept.

ALTER TABLE evidence ADD COLUMN state TEXT DEFAULT 'listed';        -- listed, archived, merged
ALTER TABLE evidence ADD COLUMN merged_into TEXT;
ALTER TABLE evidence ADD COLUMN left_on DATE;
ALTER TABLE evidence ADD COLUMN left_because TEXT;

ALTER TABLE organisation ADD COLUMN state TEXT DEFAULT 'listed';    -- listed, archived, merged
ALTER TABLE organisation ADD COLUMN merged_into TEXT;
ALTER TABLE organisation ADD COLUMN left_on DATE;
ALTER TABLE organisation ADD COLUMN left_because TEXT;

ALTER TABLE link ADD COLUMN state TEXT DEFAULT 'listed';            -- listed, archived
ALTER TABLE link ADD COLUMN left_on DATE;
ALTER TABLE link ADD COLUMN left_because TEXT;

-- Links that were taken out, as of the last release: no rule shows them again.
CREATE TABLE former_link (
    from_kind TEXT, from_id TEXT, relation TEXT, to_kind TEXT, to_id TEXT,
    reason TEXT NOT NULL, source_url TEXT NOT NULL, checked_on DATE NOT NULL, left_on DATE NOT NULL,
    left_because TEXT NOT NULL,
    PRIMARY KEY (from_kind, from_id, relation, to_kind, to_id)
);

-- What is released of a judged link is whole without the curators' table. Until now everybody read the day that stood
-- there, released or not: it stays.
ALTER TABLE known_link ADD COLUMN checked_on DATE;                  -- NULL: two records show it by themselves
UPDATE known_link SET checked_on = l.checked_on FROM link l
WHERE known_link.judged AND known_link.relation = l.relation
    AND known_link.from_kind = l.from_kind AND known_link.from_id = l.from_id
    AND known_link.to_kind = l.to_kind AND known_link.to_id = l.to_id;

-- A change is one of a practice, a publication, an organisation or a link.
ALTER TABLE release_change RENAME COLUMN practice_id TO subject_id;
