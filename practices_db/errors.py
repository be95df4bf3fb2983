"""Errors that are meant for people. Everything else that is raised is a bug."""


class PracticesError(Exception):
    """Something a person can mend; the message is safe to show and says what to do."""


class DatabaseBusyError(PracticesError):
    """Another process holds the database file, or two writers met too often."""
