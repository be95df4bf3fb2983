-- Every transaction counts itself (Store.write), so that the witness file beside the database can tell whether
-- acknowledged changes are missing (practices_db.database.commit_marker). The id tells one database from another put in its place.
CREATE TABLE write_count (
    only_row    INTEGER PRIMARY KEY CHECK (only_row = 1),
    database_id TEXT NOT NULL,
    writes      BIGINT NOT NULL
);
INSERT INTO write_count VALUES (1, uuid()::TEXT, 0);
