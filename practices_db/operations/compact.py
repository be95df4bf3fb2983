"""Write the database file anew, so that what was deleted is gone from its bytes and not only from its tables."""

from __future__ import annotations

from pathlib import Path

import duckdb

from practices_db.database.commit_marker import remove_database
from practices_db.database.store import Store, copy_database
from practices_db.errors import PracticesError
from practices_db.operations.check import read_everything


def rewrite(path: Path) -> tuple[int, int]:
    """Copy a database into a fresh file, compare the two, swap them; return the sizes before and after, in bytes.

    No process may have the file open. Raises PracticesError; the old file is then as it was.
    """
    beside = path.with_name(path.name + ".rewriting")
    remove_database(beside)
    try:
        with Store(path, folders=[path.resolve().parent]) as store:
            store.checkpoint()  # what is in the write-ahead log goes into the file
            with store.cursor() as cursor:
                before = read_everything(cursor, path)
            copy_database(store, beside.resolve())
        with Store(beside, read_only="A copy is being compared.") as copy, copy.cursor() as cursor:
            after = read_everything(cursor, beside)
        if before != after:
            raise PracticesError(f"The copy of {path} is not the same. The old file was left as it was.")
        sizes = path.stat().st_size
        beside.replace(path)
    except (duckdb.Error, OSError) as error:
        raise PracticesError(f"{path} could not be written anew ({str(error).splitlines()[0]}).") from error
    finally:
        remove_database(beside)
    return sizes, path.stat().st_size
