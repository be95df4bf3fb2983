"""Errors that are meant for people. Everything else that is raised is a bug."""


class PracticesError(Exception):
    """Something a person can mend; the message is safe to show and says what to do."""


class DatabaseBusyError(PracticesError):
    """Another process holds the database file, or two writers met too often."""


class ReadOnlyError(PracticesError):
    """The database is only read here; the message says why and where changes can be made."""


class DiskFullError(PracticesError):
    """There is no room on the disk; nothing was saved."""
