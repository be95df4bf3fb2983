"""Everything that enters or leaves as a file. Uses curation and below."""
