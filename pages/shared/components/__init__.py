"""What every page draws with: charts, tables, downloads, links, texts, the database. Uses practices_db only."""
