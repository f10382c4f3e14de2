import logging
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError, OperationalError

from servicekit.sqlite import (
    DatabaseNotMigrated,
    SqliteChoice,
    assert_at_head,
    choose_sqlite,
    head_revision,
    migrate,
    one_transaction,
    open_engine,
    read_transaction,
    write_transaction,
)


def pragma(engine: Engine, name: str) -> object:
    with read_transaction(engine) as connection:
        return connection.execute(text(f"PRAGMA {name}")).scalar()


def test_the_wheel_brings_a_version_with_a_safe_wal() -> None:
    assert choose_sqlite().has_safe_wal


def test_a_new_sqlite_uses_wal_foreign_keys_and_a_busy_timeout(engine: Engine) -> None:
    assert pragma(engine, "journal_mode") == "wal"
    assert pragma(engine, "foreign_keys") == 1
    assert pragma(engine, "synchronous") == 2
    assert pragma(engine, "busy_timeout") == 15_000


def test_a_read_model_may_sync_less(database_path: Path) -> None:
    engine = open_engine(database_path, synchronous="NORMAL")
    assert pragma(engine, "synchronous") == 1
    engine.dispose()


def test_an_old_sqlite_falls_back_to_a_rollback_journal_and_says_so(
    database_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    old = SqliteChoice(module=sqlite3, version=(3, 51, 2))

    with caplog.at_level(logging.WARNING):
        engine = open_engine(database_path, synchronous="NORMAL", sqlite=old)

    assert pragma(engine, "journal_mode") == "delete"
    assert pragma(engine, "synchronous") == 2
    assert "sqlite_too_old_for_wal" in caplog.text
    engine.dispose()


def test_a_write_transaction_holds_the_write_lock_from_its_start(
    engine: Engine, database_path: Path
) -> None:
    impatient = open_engine(database_path)
    with write_transaction(engine), impatient.connect() as other:
        other.exec_driver_sql("PRAGMA busy_timeout = 0")
        with pytest.raises(OperationalError, match="locked"):
            other.exec_driver_sql("BEGIN IMMEDIATE")
    impatient.dispose()


def test_readers_go_on_while_someone_writes(engine: Engine) -> None:
    with write_transaction(engine) as writer:
        writer.execute(text("INSERT INTO numbers VALUES (1)"))
        with read_transaction(engine) as reader:
            assert reader.execute(text("SELECT count(*) FROM numbers")).scalar() == 0


def test_writers_from_many_threads_all_get_their_turn(engine: Engine) -> None:
    def add() -> None:
        for _ in range(5):
            with write_transaction(engine) as connection:
                count = connection.execute(text("SELECT count(*) FROM numbers")).scalar_one()
                connection.execute(text("INSERT INTO numbers VALUES (:n)"), {"n": count})

    threads = [threading.Thread(target=add) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with read_transaction(engine) as connection:
        numbers = connection.execute(text("SELECT n FROM numbers ORDER BY n")).scalars().all()
    assert numbers == list(range(30))


def test_an_error_rolls_everything_back(engine: Engine) -> None:
    def write_half() -> None:
        with write_transaction(engine) as connection:
            connection.execute(text("INSERT INTO numbers VALUES (1)"))
            connection.execute(text("INSERT INTO children VALUES (1, 99)"))

    with pytest.raises(IntegrityError):
        write_half()

    with read_transaction(engine) as connection:
        assert connection.execute(text("SELECT count(*) FROM numbers")).scalar() == 0


def test_the_head_is_found_without_alembic(
    migrations_dir: Path, add_revision: Callable[..., None]
) -> None:
    add_revision("0002", after="0001", body="pass")

    assert head_revision(migrations_dir) == "0002"


def test_two_heads_are_refused(migrations_dir: Path, add_revision: Callable[..., None]) -> None:
    add_revision("0002", after="0001", body="pass")
    add_revision("0003", after="0001", body="pass")

    with pytest.raises(DatabaseNotMigrated, match="0002"):
        head_revision(migrations_dir)


def test_a_database_off_head_is_refused(
    engine: Engine, migrations_dir: Path, add_revision: Callable[..., None]
) -> None:
    assert_at_head(engine, migrations_dir)
    add_revision("0002", after="0001", body="pass")

    with pytest.raises(DatabaseNotMigrated, match="0001"):
        assert_at_head(engine, migrations_dir)


def test_a_database_that_was_never_migrated_is_refused(
    tmp_path: Path, migrations_dir: Path
) -> None:
    engine = open_engine(tmp_path / "empty.sqlite3")
    with pytest.raises(DatabaseNotMigrated):
        assert_at_head(engine, migrations_dir)
    engine.dispose()


def test_a_failing_migration_leaves_the_database_as_it_was(
    engine: Engine,
    database_path: Path,
    migrations_dir: Path,
    add_revision: Callable[..., None],
) -> None:
    body = "op.execute('CREATE TABLE halfway (n)'); raise RuntimeError"
    add_revision("0002", after="0001", body=body)

    with pytest.raises(RuntimeError):
        migrate(database_path=database_path, migrations_dir=migrations_dir)

    with read_transaction(engine) as connection:
        names = connection.execute(text("SELECT name FROM sqlite_master")).scalars().all()
        version = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    assert "halfway" not in names
    assert version == "0001"


def test_a_migration_that_breaks_a_foreign_key_is_refused(
    database_path: Path, migrations_dir: Path, add_revision: Callable[..., None]
) -> None:
    add_revision("0002", after="0001", body="op.execute('INSERT INTO children VALUES (1, 99)')")

    with pytest.raises(DatabaseNotMigrated, match="children"):
        migrate(database_path=database_path, migrations_dir=migrations_dir)


@pytest.mark.integration
def test_processes_that_migrate_at_once_take_turns(
    tmp_path: Path, migrations_dir: Path, add_revision: Callable[..., None]
) -> None:
    add_revision("0002", after="0001", body="op.execute('CREATE TABLE once (n)')")
    path = tmp_path / "shared.sqlite3"
    code = (
        "import sys; from servicekit.sqlite import migrate; "
        "migrate(database_path=sys.argv[1], migrations_dir=sys.argv[2])"
    )
    command = [sys.executable, "-c", code, str(path), str(migrations_dir)]
    children = [subprocess.Popen(command, stderr=subprocess.PIPE) for _ in range(3)]
    errors = [child.communicate()[1] for child in children]

    assert [child.returncode for child in children] == [0, 0, 0], errors
    engine = open_engine(path)
    assert_at_head(engine, migrations_dir)
    engine.dispose()


def test_transactions_inside_one_are_committed_together_or_not_at_all(engine: Engine) -> None:
    with write_transaction(engine) as connection:
        connection.exec_driver_sql("CREATE TABLE notes (n INTEGER)")

    def note(number: int, *, fails: bool = False) -> None:
        with write_transaction(engine) as connection:
            connection.exec_driver_sql("INSERT INTO notes VALUES (?)", (number,))
            if fails:
                raise ZeroDivisionError

    def note_all_and_fail() -> None:
        with one_transaction(engine):
            note(1)
            note(2)
            assert noted() == [1, 2]
            raise ZeroDivisionError

    def noted() -> list[int]:
        with read_transaction(engine) as connection:
            return list(connection.exec_driver_sql("SELECT n FROM notes").scalars())

    with pytest.raises(ZeroDivisionError):
        note_all_and_fail()
    assert noted() == []

    with one_transaction(engine):
        note(1)
        with pytest.raises(ZeroDivisionError):
            note(2, fails=True)
        note(3)
    assert noted() == [1, 3]
