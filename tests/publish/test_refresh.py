"""refresh.py: old or new, whole, whatever happens in between."""

import contextlib
import os
import resource
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from privileges import no_overrides, read_only

from loaders.warehouse.publish import (
    STORAGE_VERSION,
    Refresh,
    WarehouseBusy,
    WarehouseError,
    scratch_copy,
)


@pytest.fixture
def warehouse(tmp_path: Path) -> Path:
    """A warehouse of generation 1."""
    path = tmp_path / "evalhouse.duckdb"
    refresh(path, "create table state as select 1 as generation")
    return path


def refresh(path: Path, *statements: str, publish: bool = True) -> None:
    with Refresh(path) as changes:
        with duckdb.connect(changes.path) as connection:
            for statement in statements:
                connection.execute(statement)
        if publish:
            changes.publish()


def ask(path: Path, query: str) -> list[tuple]:
    with duckdb.connect(path, read_only=True) as connection:
        return connection.execute(query).fetchall()


def generation(path: Path) -> int:
    [(number,)] = ask(path, "select generation from state")
    return number


def folder_of(path: Path) -> list[str]:
    return sorted(os.listdir(path.parent))


def identity(path: Path) -> tuple[int, int]:
    status = path.stat()
    return status.st_ino, status.st_mtime_ns


def crash(path: Path, statement: str) -> None:
    """Commit a statement in a process that dies with it still in the log."""
    code = (
        "import duckdb, os, sys\n"
        "connection = duckdb.connect(sys.argv[1])\n"
        "connection.execute(sys.argv[2])\n"
        "os._exit(1)"
    )
    subprocess.run([sys.executable, "-c", code, path, statement], check=False)
    assert log_of(path).exists()


def log_of(path: Path) -> Path:
    return path.with_name(path.name + ".wal")


@contextlib.contextmanager
def process_that(code: str, *arguments: object) -> Iterator[subprocess.Popen]:
    """Run Python code until the block ends; it has printed a line by the start."""
    process = subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout.readline(), "the other process did not start"
        yield process
    finally:
        process.kill()
        process.communicate()


SHELL = """
import duckdb, sys
connection = duckdb.connect(sys.argv[1], read_only=sys.argv[2] == "readonly")
connection.execute(sys.argv[3])
print("ready", flush=True)
sys.stdin.readline()
print(connection.execute("select generation from state").fetchall(), flush=True)
"""
REFRESH = """
import sys
from loaders.warehouse.publish import Refresh
with Refresh(sys.argv[1]):
    print("ready", flush=True)
    sys.stdin.readline()
"""


def test_first_refresh_makes_a_warehouse_that_older_shells_open(warehouse):
    assert folder_of(warehouse) == ["evalhouse.duckdb"]
    tags = "select tags from duckdb_databases() where database_name = 'evalhouse'"
    [(tags,)] = ask(warehouse, tags)
    assert tags["storage_version"].startswith(STORAGE_VERSION)


def test_publishing_replaces_the_warehouse_and_leaves_nothing_else(warehouse):
    refresh(warehouse, "update state set generation = 2")
    assert generation(warehouse) == 2
    assert folder_of(warehouse) == ["evalhouse.duckdb"]


def test_without_publishing_nothing_changes(warehouse):
    before = identity(warehouse)
    refresh(warehouse, "update state set generation = 2", publish=False)
    with pytest.raises(ZeroDivisionError), Refresh(warehouse):
        raise ZeroDivisionError
    assert identity(warehouse) == before
    assert folder_of(warehouse) == ["evalhouse.duckdb"]


def test_what_users_keep_in_the_warehouse_survives(warehouse):
    refresh(
        warehouse,
        "create table my_notes as select 'keep me' as note",
        "create view my_view as select note from evalhouse.main.my_notes",
        "create macro my_macro() as (select note from evalhouse.main.my_notes)",
    )
    refresh(warehouse, "update state set generation = 2")
    assert ask(warehouse, "from my_view") == [("keep me",)]
    assert ask(warehouse, "select my_macro()") == [("keep me",)]


def test_permissions_survive(warehouse):
    warehouse.chmod(0o640)
    refresh(warehouse, "update state set generation = 2")
    assert stat.S_IMODE(warehouse.stat().st_mode) == 0o640


def test_symlink_stays_one(warehouse, tmp_path):
    link = tmp_path / "elsewhere" / "linked.duckdb"
    link.parent.mkdir()
    link.symlink_to(warehouse)
    # The catalog is called so whatever the name of the warehouse is.
    refresh(link, "update evalhouse.main.state set generation = 2")
    assert link.is_symlink()
    assert generation(warehouse) == 2
    assert folder_of(link) == ["linked.duckdb"]


def test_a_second_refresh_is_refused_and_names_the_first(warehouse):
    with process_that(REFRESH, warehouse) as first:
        with pytest.raises(WarehouseBusy, match=rf"process {first.pid}; wait"):
            refresh(warehouse)
        assert generation(warehouse) == 1
    refresh(warehouse, "update state set generation = 2")
    assert generation(warehouse) == 2


def test_killed_refresh_is_cleared_by_the_next(warehouse):
    with process_that(REFRESH, warehouse):
        pass
    assert folder_of(warehouse) == [".evalhouse.duckdb.build", "evalhouse.duckdb"]
    refresh(warehouse, "update state set generation = 2")
    assert folder_of(warehouse) == ["evalhouse.duckdb"]


def test_open_shell_is_named(warehouse):
    with process_that(SHELL, warehouse, "readwrite", "select 1") as shell:
        message = rf"process {shell.pid};.*duckdb -readonly evalhouse\.duckdb"
        with pytest.raises(WarehouseBusy, match=message):
            refresh(warehouse)
        with (
            pytest.raises(WarehouseBusy, match=message),
            scratch_copy(warehouse),
        ):
            pass
    assert folder_of(warehouse) == ["evalhouse.duckdb"]


def test_shell_is_refused_during_a_refresh(warehouse):
    with process_that(REFRESH, warehouse), pytest.raises(duckdb.IOException):
        duckdb.connect(warehouse)


def test_reader_keeps_the_generation_it_opened(warehouse):
    with process_that(SHELL, warehouse, "readonly", "select 1") as reader:
        refresh(warehouse, "update state set generation = 2")
        assert generation(warehouse) == 2
        assert reader.communicate("\n")[0] == "[(1,)]\n"


def test_log_of_a_crashed_shell_is_recovered(warehouse):
    crash(warehouse, "create table committed as select 7 as number")
    refresh(warehouse, "update state set generation = 2")
    assert ask(warehouse, "from committed") == [(7,)]
    assert folder_of(warehouse) == ["evalhouse.duckdb"]


def test_log_waits_for_readers_to_be_recovered(warehouse):
    crash(warehouse, "create table committed as select 7 as number")
    with (
        process_that(SHELL, warehouse, "readonly", "select 1") as reader,
        pytest.raises(WarehouseBusy, match=rf"write-ahead log.*PID {reader.pid}"),
    ):
        refresh(warehouse)
    assert log_of(warehouse).exists()


@pytest.mark.parametrize("is_same_database", [True, False])
def test_foreign_log_is_set_aside(warehouse, tmp_path, caplog, is_same_database):
    if is_same_database:
        crash(warehouse, "create table older as select 7 as number")
        foreign = log_of(warehouse).read_bytes()
        refresh(warehouse, "update state set generation = 2")
    else:
        other = tmp_path / "other" / "evalhouse.duckdb"
        other.parent.mkdir()
        refresh(other, "create table other as select 7 as number")
        crash(other, "insert into other values (8)")
        foreign = log_of(other).read_bytes()
    log_of(warehouse).write_bytes(foreign)
    refresh(warehouse, "update state set generation = 3")
    assert generation(warehouse) == 3
    aside = warehouse.with_name("evalhouse.duckdb.wal.foreign-1")
    assert aside.read_bytes() == foreign
    assert aside.name in caplog.text


def test_log_without_a_warehouse_is_set_aside(tmp_path):
    path = tmp_path / "evalhouse.duckdb"
    log_of(path).write_bytes(b"of a warehouse that was moved away")
    refresh(path, "create table state as select 1 as generation")
    assert folder_of(path) == ["evalhouse.duckdb", "evalhouse.duckdb.wal.foreign-1"]


def test_warehouse_made_meanwhile_is_not_overwritten(tmp_path):
    path = tmp_path / "evalhouse.duckdb"
    with Refresh(path) as changes:
        with duckdb.connect(path) as connection:
            connection.execute("create table state as select 5 as generation")
        with pytest.raises(WarehouseBusy, match=r"made .* meanwhile"):
            changes.publish()
    assert generation(path) == 5
    assert folder_of(path) == ["evalhouse.duckdb"]


def test_copy_that_is_still_open_is_not_published(warehouse):
    with Refresh(warehouse) as changes:
        connection = duckdb.connect(changes.path)
        connection.execute("update state set generation = 2")
        with pytest.raises(WarehouseError, match="not closed"):
            changes.publish()
        connection.close()
    assert generation(warehouse) == 1


@pytest.mark.parametrize("copy", ["Refresh", "scratch_copy"])
def test_full_disk_changes_nothing(warehouse, copy):
    code = (
        "import resource, sys\n"
        f"from loaders.warehouse.publish import {copy}\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))\n"
        f"{copy}(sys.argv[1]).__enter__()"
    )
    assert warehouse.stat().st_size > 100_000
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] == resource.RLIM_INFINITY
    full = subprocess.run(
        [sys.executable, "-c", code, warehouse],
        check=False,
        capture_output=True,
        text=True,
    )
    message = full.stderr.splitlines()[-1]
    assert f"WarehouseError: {warehouse} is unchanged: File too large while" in message
    assert message.endswith("evalhouse.duckdb; make room there and run this again")
    assert folder_of(warehouse) == ["evalhouse.duckdb"]
    assert generation(warehouse) == 1


def test_missing_folder_is_named(tmp_path):
    with pytest.raises(WarehouseError, match=r"nowhere does not exist; create it"):
        refresh(tmp_path / "nowhere" / "evalhouse.duckdb")


def test_read_only_folder_is_named(warehouse):
    with read_only(warehouse.parent):
        with pytest.raises(WarehouseError, match=r"cannot write in the folder"):
            refresh(warehouse)
        with scratch_copy(warehouse) as path:
            assert generation(path) == 1


def test_write_protected_warehouse_is_left_alone(warehouse):
    warehouse.chmod(0o400)
    with no_overrides(), pytest.raises(WarehouseError, match="write-protected"):
        refresh(warehouse)


def test_missing_temporary_folder_is_named(warehouse, monkeypatch):
    """Only throw-away copies need one; a refresh does without."""
    nowhere = warehouse.parent / "nowhere"
    monkeypatch.setattr(tempfile, "tempdir", str(nowhere))
    with (
        pytest.raises(WarehouseError, match=rf"temporary folder {nowhere}.*TMPDIR"),
        scratch_copy(warehouse),
    ):
        pass
    refresh(warehouse, "update state set generation = 2")


@pytest.mark.parametrize("kind", ["text", "folder", "pipe"])
def test_something_else_in_its_place_is_left_alone(tmp_path, kind):
    path = tmp_path / "evalhouse.duckdb"
    if kind == "text":
        path.write_text("my notes")
    elif kind == "folder":
        path.mkdir()
    else:
        os.mkfifo(path)
    with pytest.raises(WarehouseError, match="not a DuckDB database"):
        refresh(path)
    assert folder_of(path) == ["evalhouse.duckdb"]


def test_scratch_copy_is_thrown_away(warehouse):
    before = identity(warehouse)
    with scratch_copy(warehouse) as path, duckdb.connect(path) as connection:
        connection.execute("update evalhouse.main.state set generation = 2")
    assert not os.path.exists(path)
    assert identity(warehouse) == before


def test_scratch_copy_neither_waits_nor_holds_up(warehouse):
    with process_that(REFRESH, warehouse), scratch_copy(warehouse) as path:
        assert generation(path) == 1
    with scratch_copy(warehouse):
        refresh(warehouse, "update state set generation = 2")


def test_scratch_copy_holds_what_a_crashed_shell_committed(warehouse):
    crash(warehouse, "update state set generation = 2")
    with scratch_copy(warehouse) as path:
        assert generation(path) == 2
    assert log_of(warehouse).exists()


def test_scratch_copy_does_without_a_foreign_log(warehouse):
    crash(warehouse, "update state set generation = 2")
    foreign = log_of(warehouse).read_bytes()
    refresh(warehouse, "update state set generation = 3")
    log_of(warehouse).write_bytes(foreign)
    with scratch_copy(warehouse) as path:
        assert generation(path) == 3
    assert log_of(warehouse).read_bytes() == foreign


def test_scratch_copy_without_a_warehouse_is_empty(tmp_path):
    with scratch_copy(tmp_path / "evalhouse.duckdb") as path:
        assert ask(path, "select count(*) from duckdb_tables()") == [(0,)]
    assert list(tmp_path.iterdir()) == []
