"""What pages share: frame, database, filters, charts, tables, words."""
