"""Tables and files that leave: columns, CSV, JSON, workbook, recipe. Uses queries and below."""
