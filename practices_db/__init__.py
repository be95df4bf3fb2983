"""Storing, finding, importing and exporting practices. Knows no screen."""
