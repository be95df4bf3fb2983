"""What was withdrawn stays withdrawn: no rescue, restore or release shows it, and a rescue serves the newest state."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import writers
from test_damage import flip_log

from criteria.framework import CURRENT
from practices_db.curation import releases, reviews, submissions, users, withdrawal_list
from practices_db.curation.permissions import CLI
from practices_db.curation.versioned_change import Edit
from practices_db.database.commit_marker import table_names, wal_path
from practices_db.database.store import Store
from practices_db.errors import PracticesError
from practices_db.operations import release_tables
from practices_db.operations.backups import FORMS, backups, make_backup, restore
from practices_db.operations.build import open_store
from practices_db.operations.check import all_problems
from practices_db.operations.release_tables import NAMESPACE, Place
from practices_db.queries.practices import data_version

WORDS = "made-up-words-that-were-taken-back"
MAILBOX = "made.up@example.org"


def shows(store: Store) -> list[str]:
    """Return the tables of a database that hold what was withdrawn."""
    with store.cursor() as cursor:
        return [
            name
            for name in table_names(cursor)
            if cursor.execute(
                f"SELECT count(*) FROM {name} t WHERE t::TEXT LIKE $a OR t::TEXT LIKE $b",
                {"a": f"%{WORDS}%", "b": f"%{MAILBOX}%"},
            ).fetchone()
            != (0,)
        ]


def told(place: Place) -> list[str]:
    """Return the files of the release tables that hold what was withdrawn, and those that no release leads to.

    Looks at the bytes, the columns of Parquet files and the bounds of columns in manifests; which files are led to is
    asked of pyiceberg's own inspection.
    """
    assert place.folder
    found, led_to = [], set()
    with release_tables.opened(place) as releases:
        catalog = releases._catalog
        for _, name in catalog.list_tables(NAMESPACE):
            table = catalog.load_table((NAMESPACE, name))
            written = any(one.manifests(table.io) for one in table.snapshots())  # one without a row has no file
            files = table.inspect.all_files().to_pylist() if written else []
            found += [one["file_path"] for one in files if one["lower_bounds"] or one["upper_bounds"]]
            led_to |= {table.metadata_location, *(one["file_path"] for one in files)}
            led_to |= {one["path"] for one in (table.inspect.all_manifests().to_pylist() if written else [])}
            led_to |= {one.manifest_list for one in table.snapshots()}
    for path in (one for one in (place.folder / NAMESPACE).rglob("*") if one.is_file()):
        content = path.read_bytes().decode(errors="replace")
        if path.suffix == ".parquet":
            content += str(pq.read_table(path).to_pylist())
        left_over = f"file://{path}" not in led_to
        if WORDS in content or MAILBOX in content or left_over:
            found.append(str(path))
    return found


class World:
    """A database from which an organisation has withdrawn, and what was made of it before: a backup and a release."""

    def __init__(self, database: Path, folder: Path) -> None:
        self.path = database
        self.backups, self.tables = folder / "backups", Place.of(database)
        self.old = folder / "old"  # the release tables before
        self.backups.mkdir()
        with open_store(database, backups_folder=self.backups) as store:
            tokens = self._send(store)
            make_backup(store, self.backups)
            release_tables.write(store)
            assert {"released_answer", "released_statement", "submission", "person"} <= set(shows(store))
            assert told(self.tables)
            shutil.copytree(self.folder, self.old)
            for token in tokens:
                submissions.withdraw(store, token, submissions.open_by_token(store, token).version)
            users.dismiss(store, CLI, MAILBOX)
            self._release(store)
            release_tables.write(store)
            assert shows(store) == []
            self.writes = store.state().writes  # type: ignore[union-attr]

    @property
    def folder(self) -> Path:
        assert self.tables.folder
        return self.tables.folder

    def _send(self, store: Store) -> list[str]:
        users.grant(store, CLI, "other@example.org", "administrator")
        users.grant(store, CLI, MAILBOX, "curator")
        with store.cursor() as cursor:
            row = cursor.execute("SELECT practice_id, indicator_id FROM counted_answer ORDER BY ALL").fetchone()
            assert row
            practice, indicator = row
            framework = cursor.execute(
                "SELECT DISTINCT framework_id, framework_version FROM released_answer"
            ).fetchone()
        assert framework
        answer = {"indicator_id": indicator, "answer": "met", "evidence_level": 1, "note": WORDS}
        own = {"framework": CURRENT[0], "framework_version": CURRENT[1], "assessor": "made-up"}
        sent = [
            ("self-assessment", own | {"assessed_on": "2026-01-01", "answers": [answer]}),
            ("statement", {"organisation": "Made-up organisation", "words": WORDS}),
        ]
        tokens = []
        for kind, content in sent:
            receipt = submissions.submit(store, kind, content, MAILBOX, practice)
            reviews.accept(store, Edit(writers.CURATOR, receipt.id, 1, "made up"))
            tokens.append(receipt.token)
        tokens.append(submissions.submit(store, "correction", {"what": WORDS}, MAILBOX).token)
        self._release(store)
        return tokens

    @staticmethod
    def _release(store: Store) -> None:
        with store.cursor() as cursor:
            seen = data_version(cursor).number
        releases.publish(store, writers.CURATOR, "made up", seen)

    def copied(self, to: Path, *, log: bool) -> Path:
        """Copy all of it; with a log of further writes, as a killed process leaves it."""
        shutil.copytree(self.path.parent, to, ignore=shutil.ignore_patterns("*.releases", "old"))
        path = to / self.path.name
        if log:
            with open_store(path) as store:
                submissions.submit(store, "correction", {"what": "something else"})
                kept = [
                    (one, one.read_bytes()) for one in (path, wal_path(path), path.with_name(path.name + ".witness"))
                ]
            for one, content in kept:
                one.write_bytes(content)
        return path


@pytest.fixture(scope="module")
def world(begun: tuple[Path, list[str]], tmp_path_factory: pytest.TempPathFactory) -> World:
    folder = tmp_path_factory.mktemp("withdrawn")
    for one in begun[0].parent.iterdir():
        shutil.copy(one, folder / one.name)
    return World(folder / begun[0].name, folder)


@pytest.fixture
def look(world: World, tmp_path: Path) -> Callable[[int], list[str]]:
    """Return what shows what was withdrawn after rescue or restore number n."""

    def looked(number: int) -> list[str]:
        path = world.copied(tmp_path / str(number), log=number % 3 < 2)
        chance = random.Random(number)  # noqa: S311 - the same every time, not a secret
        if number % 3 == 0:
            flip_log(path, chance)
        elif number % 3 == 1:  # neither log nor file: a backup from before the withdrawal is all there is
            wal_path(path).write_bytes(b"not a log")
            path.write_bytes(path.read_bytes()[:50_000])
            withdrawal_list.kept_path(path.parent / "backups").unlink()  # it is newer than the withdrawal
        else:
            restore(backups(path.parent / "backups")[0], path, FORMS[number // 3 % 2])
        try:
            with open_store(path, backups_folder=path.parent / "backups") as store:
                assert bool(store.read_only) == (number % 3 == 1) or number % 3 == 0
                return shows(store)
        finally:
            shutil.rmtree(path.parent)

    return looked


# The last two of the few restore from one form each.
@pytest.mark.parametrize("tries", [[0, 1, 2, 5], pytest.param(range(200), marks=pytest.mark.slow)], ids=["few", "200"])
def test_withdrawn_words_are_shown_by_no_rescue_or_restore(
    look: Callable[[int], list[str]], tries: Sequence[int]
) -> None:
    shown = {number: found for number in tries if (found := look(number))}
    print(f"{len(tries)} rescues and restores: {len(shown)} show what was withdrawn")
    assert shown == {}


def test_withdrawn_words_are_in_no_file_and_no_release_of_the_tables(world: World) -> None:
    assert told(world.tables) == []
    with release_tables.opened(world.tables) as releases:
        kept = releases.kept()
        assert [one.number for one in kept] == [2, 3]
        assert [bool(one.taken_out_on) for one in kept] == [True, False]
        for one in kept:
            with releases.open(one, "it is looked at") as store, store.cursor() as cursor:
                assert shows(store) == []
                assert cursor.execute("SELECT count(*) FROM practice_card").fetchone() == (5,)


def test_tables_put_back_to_before_are_cleaned_by_the_next_start(world: World) -> None:
    shutil.rmtree(world.folder)
    shutil.copytree(world.old, world.folder)
    assert [one for one in told(world.tables) if one.endswith(".parquet")]
    with open_store(world.path, backups_folder=world.backups) as store:
        release_tables.keep_up(store)
    assert release_tables.Behind.because == ""
    assert told(world.tables) == []


def test_a_flipped_log_leaves_the_release_and_the_withdrawal_in_the_file(world: World, tmp_path: Path) -> None:
    path = world.copied(tmp_path / "one", log=True)
    wal_path(path).write_bytes(b"not a log")
    for one in path.parent.rglob("*withdrawn*"):  # not by the list: by the file itself
        one.unlink()
    with open_store(path, backups_folder=path.parent / "backups") as store:
        assert store.read_only
        assert shows(store) == []
        assert (store.state() or writers).writes >= world.writes  # type: ignore[union-attr]


def test_rescue_serves_the_newest_whole_state(database: Path, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    store = open_store(database, backups_folder=folder)
    submissions.submit(store, "correction", {"what": "before the backup"})
    newest = make_backup(store, folder).state
    submissions.submit(store, "correction", {"what": "after the backup"})
    kept = [(one, one.read_bytes()) for one in (database, wal_path(database))]
    store.close()
    for one, content in kept:
        one.write_bytes(content)
    wal_path(database).write_bytes(b"not a log")  # the file alone is older than the backup
    with open_store(database, backups_folder=folder) as served:
        assert served.read_only
        assert served.state() == newest
        assert "newest backup" in served.notice


def test_a_block_that_is_torn_in_a_checkpoint_loses_nothing(database: Path, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    with open_store(database, backups_folder=folder) as store:
        submissions.submit(store, "correction", {"what": "saved before the checkpoint"})
        withdrawal_list.in_one_file(store)
        state = store.state()
    with database.open("r+b") as file:
        file.seek(12_288 + 1_000)  # the first block, which DuckDB writes over last
        file.write(b"\0" * 100_000)
    with open_store(database, backups_folder=folder) as served:
        assert served.read_only
        assert served.state() == state


def test_a_list_that_cannot_be_read_shows_nothing_rather_than_what_was_withdrawn(world: World, tmp_path: Path) -> None:
    path = world.copied(tmp_path / "one", log=False)
    path.with_name(path.name + ".withdrawn").write_text("{")
    with pytest.raises(PracticesError, match="list of what was withdrawn, cannot be read"):
        restore(backups(path.parent / "backups")[0], path)


def test_restored_without_what_was_withdrawn_is_whole(world: World, tmp_path: Path) -> None:
    path = world.copied(tmp_path / "one", log=False)
    restore(backups(path.parent / "backups")[0], path)
    assert all_problems(path)[0] == []
    with Store(path, read_only="looked at") as store:  # as an operator holds it: a start would take it out once more
        assert shows(store) == []
        with store.cursor() as cursor:
            assert cursor.execute("SELECT origin FROM data_version ORDER BY number DESC").fetchone() == ("withdrawal",)


def test_what_is_sent_and_granted_again_is_not_taken_out(world: World, tmp_path: Path) -> None:
    path = world.copied(tmp_path / "one", log=False)
    with open_store(path, backups_folder=path.parent / "backups") as store:
        users.grant(store, CLI, MAILBOX, "curator")
        made = make_backup(store, path.parent / "backups")
    restore(made, path)
    with open_store(path) as store, store.cursor() as cursor:
        assert cursor.execute("SELECT role FROM person WHERE email = $email", {"email": MAILBOX}).fetchone() == (
            "curator",
        )
