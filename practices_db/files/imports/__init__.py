"""Bringing tables of the catalogue in from a file: read, look at the preview, decide, apply.

``read_file`` → ``Upload`` (or a ``Question`` to a person) → ``preview`` → decisions on what looks alike → ``apply``.
Every step refuses with all mistakes at once (``RefusedError`` of catalogue.problems) and only ``apply`` writes.
"""
