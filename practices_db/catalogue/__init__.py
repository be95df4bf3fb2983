"""What a practice, publication, organisation, link and answer is, and its tables. Uses database."""
