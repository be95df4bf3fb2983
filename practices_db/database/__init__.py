"""The one DuckDB file: store, migrations, audit log, commit marker, temporary folders. Uses criteria only."""
