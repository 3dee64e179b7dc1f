"""warehouse.py: every record is loaded or quarantined, once, and all of it or none."""

import contextlib
import hashlib
import io
import os
import random
import re
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from common.warehouse import open_read_only
from loaders.contract.arrow import ColumnBuffers, Constant, as_buffers
from loaders.contract.records import Batch, FileRefused, LoadResult, Quarantined
from loaders.formats import FORMATS
from loaders.metr.tables import METR_HORIZON_RUNS, METR_RUNS, METR_WARNINGS
from loaders.warehouse import (
    FileManifest,
    Warehouse,
    WarehouseBusy,
    WarehouseError,
    duplicates,
    ensure_schema,
    schema,
)
from loaders.warehouse.publish import scratch_copy
from loaders.warehouse.sql import as_warehouse_error
from loaders.workers import messages

RUNS = METR_RUNS


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "evalhouse.duckdb"


def run(line: int, run_id: str, **changes: object) -> tuple:
    """A record of raw.metr_runs."""
    record = {
        "line": line,
        "task_family": "family",
        "variant": "variant",
        "run_id": run_id,
        "agent": "agent",
        "score": 0.5,
        "action_count": 3,
        "human_minutes": 1.5,
        "extra": None,
    }
    assert list(record) == list(RUNS.types)
    return tuple({**record, **changes}.values())


def bad(
    line: int, reason_code: str = "missing_field", run_id: str | None = None
) -> Quarantined:
    key = run_id and (run_id,)
    return Quarantined(str(line), line, reason_code, "score is missing.", "{}", key)


def batch(*records: tuple | Quarantined) -> Batch:
    refused = [record for record in records if isinstance(record, Quarantined)]
    rows = [record for record in records if not isinstance(record, Quarantined)]
    return Batch(RUNS, rows, refused, byte_offset=0)


def manifest(content: str, path: str = "/data/runs.yaml", version: int = 1):
    sha256 = hashlib.sha256(content.encode()).hexdigest()
    return FileManifest(path, sha256, "metr-yaml", len(content), f"metr-yaml {version}")


def load(
    path: Path, file: FileManifest, *batches: Batch, strict: bool = False
) -> LoadResult:
    """Load a file in a session of its own, unless it is known."""
    with Warehouse(path) as warehouse:
        return load_into(warehouse, file, *batches, strict=strict)


def load_into(
    warehouse: Warehouse, file: FileManifest, *batches: Batch, strict: bool = False
) -> LoadResult:
    known = warehouse.known_file(file)
    return known or warehouse.load_file(file, iter(batches), strict=strict)


def refused_after(*batches: Batch) -> Iterator[Batch]:
    yield from batches
    raise FileRefused("syntax", "A bracket is missing: correct it.", line=9)


def ask(path: Path, query: str) -> list[tuple]:
    with duckdb.connect(path, read_only=True) as connection:
        return connection.execute(query).fetchall()


def run_ids(path: Path) -> list[str]:
    return [row[0] for row in ask(path, "select run_id from raw.metr_runs order by 1")]


def paths(path: Path) -> list[str]:
    return [row[0] for row in ask(path, "select path from raw.file_paths order by 1")]


def identity(path: Path) -> tuple[int, int]:
    status = path.stat()
    return status.st_ino, status.st_mtime_ns


def test_round_trip(path):
    records = [
        run(2, "0123", extra='{"note": "a"}'),
        run(3, "1e5", task_family="ünï ✓ \0 'quoted\"", score=0.1 + 0.2),
        run(4, "no", action_count=2**63 - 1, agent=""),
    ]
    file = manifest("v1")
    result = load(path, file, batch(*records[:2]), batch(records[2]))
    assert result == LoadResult(
        path="/data/runs.yaml",
        file_id=file.sha256[:16],
        format="metr-yaml",
        status="loaded",
        record_count=3,
        loaded_count=3,
        quarantined_count=0,
    )
    expected = [(file.file_id, *record) for record in records]
    assert ask(path, "from raw.metr_runs order by line") == expected
    [row] = ask(path, "select * exclude (loaded_at) from raw.files")
    assert row == (
        file.file_id,
        "/data/runs.yaml",
        "metr-yaml",
        file.sha256,
        2,
        "loaded",
        3,
        3,
        0,
        "metr-yaml 1",
        None,
    )
    assert os.listdir(path.parent) == [path.name]


@pytest.mark.parametrize("most", [1, 200, 10**9])
def test_batches_are_the_same_rows_however_many_are_inserted_at_a_time(
    path, monkeypatch, most
):
    """A column may have one value in all rows of a batch, null in another, or both."""
    monkeypatch.setattr(schema, "_WAITING_BYTES", most)
    batches = [
        [run(2, "a", extra=None), run(3, "b", extra=None)],
        [run(4, "c", extra="{}", score=None), run(5, "é", agent="ü", score=None)],
        [run(6, f"r{n}", variant=str(n), action_count=None) for n in range(9)],
        [run(7, "d", variant=None, agent=None), run(8, "e", agent="x" * 99)],
    ]
    said = Batch(METR_WARNINGS, [(2, "code", "it is odd")], [], 0)
    one_value = Constant("one")
    buffers = as_buffers(RUNS, batches[3]).buffers
    buffers[list(RUNS.types).index("task_family")] = one_value
    last = replace(as_buffers(RUNS, batches[3]), buffers=buffers)
    batches[3] = [(row[0], "one", *row[2:]) for row in batches[3]]
    written = [batch(*rows) for rows in batches[:3]] + [Batch(RUNS, last, [], 0)]
    load(path, manifest("v1"), *written[:2], said, *written[2:])
    rows = ask(path, "select * exclude (file_id) from raw.metr_runs order by rowid")
    assert rows == [row for rows in batches for row in rows]
    assert ask(path, "select line from raw.metr_warnings") == [(2,)]


def test_nulls_stay_nulls(path):
    table = METR_HORIZON_RUNS
    first = (1, "r1", *[None] * (len(table.types) - 2))
    second = (2, "r2", *[None] * (len(table.types) - 2))
    load(path, manifest("v1"), Batch(table, [first, second], [], 0))
    rows = ask(path, f"select * exclude (file_id) from {table.name} order by line")
    assert rows == [first, second]


def test_same_bytes_write_nothing(path):
    load(path, manifest("v1"), batch(run(2, "a"), bad(3)))
    before = identity(path)
    result = load(path, manifest("v1"))
    assert identity(path) == before
    assert result.status == "unchanged"
    assert (result.record_count, result.loaded_count) == (2, 1)
    assert [reason["reason_code"] for reason in result.reasons] == ["missing_field"]


def test_only_a_file_of_a_size_on_record_can_be_known(path):
    file = manifest("v1")
    with Warehouse(path) as warehouse:
        assert not warehouse.has_file_of(file.size_bytes)
    load(path, file, batch(run(2, "a")))
    with Warehouse(path) as warehouse:
        assert warehouse.has_file_of(file.size_bytes)
        assert not warehouse.has_file_of(file.size_bytes + 1)


def test_same_bytes_elsewhere_are_unchanged(path):
    load(path, manifest("v1"), batch(run(2, "a")))
    copy = manifest("v1", path="/data/copy.yaml")
    result = load(path, copy)
    assert result.status == "unchanged"
    assert result.detail == "the same bytes are loaded from /data/runs.yaml"
    assert paths(path) == ["/data/copy.yaml", "/data/runs.yaml"]
    # The second path is recorded now: looking there again writes nothing.
    before = identity(path)
    assert load(path, copy) == result
    assert load(path, manifest("v1")).detail is None
    assert identity(path) == before


def test_changed_file_replaces_only_its_own_rows(path):
    load(path, manifest("other", path="/data/other.yaml"), batch(run(2, "z"), bad(3)))
    load(path, manifest("v1"), batch(run(2, "a"), run(3, "b"), bad(4), bad(5)))
    result = load(path, manifest("v2"), batch(run(2, "b"), run(3, "c"), bad(4)))
    assert result.status == "partly_loaded"
    assert run_ids(path) == ["b", "c", "z"]
    counts = "select path, quarantined_count from raw.files order by path"
    assert ask(path, counts) == [("/data/other.yaml", 1), ("/data/runs.yaml", 1)]
    assert ask(path, "select count(*) from raw.quarantine") == [(2,)]


def test_newer_loader_reads_known_bytes_again(path):
    load(path, manifest("v1"), batch(run(2, "a")))
    result = load(path, manifest("v1", version=2), batch(run(2, "a2")))
    assert result.status == "loaded"
    assert run_ids(path) == ["a2"]
    assert ask(path, "select loader_version from raw.files") == [("metr-yaml 2",)]


def test_a_file_that_returns_to_a_known_version_is_loaded(path):
    load(path, manifest("v1", path="/data/copy.yaml"), batch(run(2, "a")))
    load(path, manifest("v2"), batch(run(2, "b")))
    assert load(path, manifest("v1"), batch(run(2, "a"))).status == "loaded"
    assert run_ids(path) == ["a"]
    assert load(path, manifest("v1", path="/data/copy.yaml")).status == "unchanged"


def test_rows_of_an_unchanged_copy_survive_a_change_of_the_original(path):
    load(path, manifest("v1"), batch(run(2, "a")))
    for copy in ("/data/z.yaml", "/data/copy.yaml"):
        assert load(path, manifest("v1", path=copy)).status == "unchanged"
    load(path, manifest("v2"), batch(run(2, "b")))
    assert run_ids(path) == ["a", "b"]
    assert ask(path, "select path from raw.files order by path") == [
        ("/data/copy.yaml",),
        ("/data/runs.yaml",),
    ]
    # They go with the last path that holds them.
    load(path, manifest("v3", path="/data/copy.yaml"), batch(run(2, "c")))
    assert run_ids(path) == ["a", "b", "c"]
    load(path, manifest("v4", path="/data/z.yaml"), batch(run(2, "d")))
    assert run_ids(path) == ["b", "c", "d"]
    assert paths(path) == ["/data/copy.yaml", "/data/runs.yaml", "/data/z.yaml"]


def test_copy_of_a_refused_file_is_forgotten_with_the_last_path(path):
    for place in ("/data/runs.yaml", "/data/copy.yaml"):
        with Warehouse(path) as warehouse:
            file = manifest("v1", path=place)
            assert warehouse.load_file(file, refused_after()).status == "refused"
    load(path, manifest("v2"), batch(run(2, "a")))
    statuses = "select path, status from raw.files order by path"
    assert ask(path, statuses) == [
        ("/data/copy.yaml", "refused"),
        ("/data/runs.yaml", "loaded"),
    ]
    load(path, manifest("v2", path="/data/copy.yaml"), batch(run(2, "a")))
    assert ask(path, statuses) == [("/data/copy.yaml", "loaded")]
    assert paths(path) == ["/data/copy.yaml", "/data/runs.yaml"]
    assert ask(path, "select count(*) from raw.quarantine") == [(0,)]


def test_file_without_a_loadable_record_leaves_the_last_good_rows(path):
    load(path, manifest("v1"), batch(run(2, "a")))
    conflict = [run(4, "b"), run(5, "b", score=1.0)]
    result = load(path, manifest("v2"), batch(bad(2), bad(3), *conflict))
    assert (result.status, result.loaded_count) == ("refused", 0)
    [reason] = result.reasons
    assert (reason["reason_code"], reason["first_position"]) == (
        "no_record_loaded",
        "2",
    )
    assert reason["detail"].startswith(
        "all its records (4) are refused, the first one: missing_field: score is "
    )
    assert run_ids(path) == ["a"]
    assert ask(path, "select line, reason_code, detail from raw.quarantine") == [
        (2, "no_record_loaded", reason["detail"])
    ]


def test_refused_file_leaves_the_last_good_rows(path):
    load(path, manifest("v1"), batch(run(2, "a")))
    with Warehouse(path) as warehouse:
        result = warehouse.load_file(
            manifest("v2"), refused_after(batch(run(2, "b"), bad(3)))
        )
    assert result.status == "refused"
    assert result.record_count is None
    assert result.reasons == [
        {
            "reason_code": "syntax",
            "count": 1,
            "first_position": "9",
            "detail": "A bracket is missing: correct it.",
        }
    ]
    assert run_ids(path) == ["a"]
    counts = "record_count, loaded_count, quarantined_count"
    assert ask(path, f"select status, {counts} from raw.files order by 1") == [
        ("loaded", 1, 1, 0),
        ("refused", None, 0, 0),
    ]
    assert ask(path, "select * exclude (file_id) from raw.quarantine") == [
        ("9", 9, "syntax", "A bracket is missing: correct it.", None)
    ]


def test_refusing_the_same_bytes_again_changes_nothing(path):
    refusal = FileRefused("unknown_format", "It is none of ours: convert it.")
    for _ in range(2):
        with Warehouse(path) as warehouse:
            before = identity(path) if path.exists() else None
            result = warehouse.refuse_file(manifest("v1"), refusal)
    assert result.status == "refused"
    assert result.reasons[0]["first_position"] == "file"
    assert identity(path) == before
    assert ask(path, "select count(*) from raw.quarantine") == [(1,)]


def test_refusal_is_forgotten_when_the_file_is_put_right(path):
    load(path, manifest("v1"), batch(run(2, "a")))
    with Warehouse(path) as warehouse:
        warehouse.load_file(manifest("v2"), refused_after())
    # Back to the bytes that are loaded: unchanged but for the stale refusal.
    load(path, manifest("v1"), batch(run(2, "a")))
    assert ask(path, "select status from raw.files") == [("loaded",)]
    assert ask(path, "select count(*) from raw.quarantine") == [(0,)]


def test_refused_by_a_newer_loader_the_loaded_rows_stay(path):
    load(path, manifest("v1"), batch(run(2, "a")))
    with Warehouse(path) as warehouse:
        result = warehouse.load_file(manifest("v1", version=2), refused_after())
    assert result.status == "refused"
    assert run_ids(path) == ["a"]
    assert ask(path, "select status from raw.files") == [("loaded",)]


def test_identical_duplicates_keep_the_first(path):
    result = load(
        path,
        manifest("v1"),
        batch(run(2, "a"), run(3, "b"), run(4, "a")),
        batch(run(5, "a")),
    )
    assert (result.record_count, result.loaded_count) == (4, 2)
    assert ask(path, "select line, run_id from raw.metr_runs order by line") == [
        (2, "a"),
        (3, "b"),
    ]
    assert result.reasons == [
        {
            "reason_code": "duplicate_record",
            "count": 2,
            "first_position": "4",
            "detail": "the same record as on line 2, which is loaded; remove this copy",
        }
    ]
    [(excerpt,)] = ask(path, "select record_excerpt from raw.quarantine where line = 5")
    assert '"run_id":"a"' in excerpt


@pytest.mark.parametrize("changes", [{"score": 1.0}, {"extra": '{"note": 1}'}])
def test_conflicting_duplicates_all_go(path, changes):
    result = load(
        path,
        manifest("v1"),
        batch(run(2, "a"), run(3, "b"), run(4, "a", **changes), run(5, "a")),
    )
    assert run_ids(path) == ["b"]
    assert (result.loaded_count, result.quarantined_count) == (1, 3)
    [reason] = result.reasons
    assert reason["reason_code"] == "conflicting_duplicate"
    assert reason["detail"] == (
        "3 records with this run_id differ, the first on line 2; "
        "keep the one that is right"
    )


@pytest.mark.parametrize("is_refused_first", [True, False])
def test_a_record_with_the_key_of_a_refused_one_is_removed_too(path, is_refused_first):
    refused, valid = bad(2, run_id="a"), run(3, "a")
    twice = [refused, valid] if is_refused_first else [valid, refused]
    others = [run(4, "b"), bad(5, run_id="c"), bad(6, run_id="c"), bad(7)]
    result = load(path, manifest("v1"), batch(twice[0]), batch(twice[1], *others))
    assert run_ids(path) == ["b"]
    assert (result.loaded_count, result.quarantined_count) == (1, 5)
    conflicts = "from raw.quarantine where reason_code = 'conflicting_duplicate'"
    [(line, detail)] = ask(path, f"select line, detail {conflicts}")
    assert line == 3
    assert detail == (
        "2 records with this run_id differ, the first on line 2; "
        "keep the one that is right"
    )
    # What was refused in one file says nothing about the next.
    with Warehouse(path) as warehouse:
        load_into(warehouse, manifest("v2"), batch(bad(2, run_id="a"), run(3, "b")))
        other = manifest("v3", path="/data/other.yaml")
        load_into(warehouse, other, batch(run(2, "a")))
    assert run_ids(path) == ["a", "b"]


def test_duplicates_are_settled_alike_in_parts_of_any_size(path, monkeypatch):
    dice = random.Random(1)
    records = [
        bad(line, run_id=f"r{dice.randrange(60)}")
        if dice.random() < 0.1
        else run(line, f"r{dice.randrange(60)}", score=dice.choice([0, 0, 0, 1]))
        for line in range(2, 102)
    ]
    settled = set()
    for most in (3, 17, 1_000):
        monkeypatch.setattr(duplicates, "_PART_HASHES", most)
        monkeypatch.setattr(duplicates, "_PART_ROWS", most)
        path.unlink(missing_ok=True)
        load(path, manifest("v1"), batch(*records[:50]), batch(*records[50:]))
        tables = ("raw.metr_runs", "raw.quarantine")
        settled.add(repr([ask(path, f"from {name}") for name in tables]))
    assert len(settled) == 1
    scores_by_id = defaultdict(set)
    for record in records:
        if isinstance(record, Quarantined):
            scores_by_id[record.key[0]].add("refused")
        else:
            scores_by_id[record[3]].add(record[5])
    assert run_ids(path) == sorted(
        run_id for run_id, scores in scores_by_id.items() if scores in ({0}, {1})
    )


def test_records_that_share_a_line_have_positions_of_their_own(path):
    load(
        path,
        manifest("v1"),
        batch(bad(2), bad(2, "null_field"), run(2, "a"), run(2, "a"), run(3, "b")),
    )
    positions = "select position, reason_code from raw.quarantine order by position"
    assert ask(path, positions) == [
        ("2", "missing_field"),
        ("2:2", "null_field"),
        ("2:3", "duplicate_record"),
    ]


@pytest.mark.parametrize(
    "positions",
    [
        ["/a", "/a", "/a:2"],
        ["/a:2", "/a", "/a"],
        ["/a", "/a", "/a:2", "/a:2", "/a::2", "/a:2:2"],
        ["/1", "/1", "/1:2", "/1:2", "1", "1", "1:2"],
        ["/é", "/é", "/é:٢", "/é:2", "x#", "x#", "x#:2"],
        ["", "", ":2", "::2", ":2", "2", "2"],
    ],
)
def test_positions_are_unique_whatever_they_are(path, positions):
    entries = [
        Quarantined(position, None, "missing_field", "it is missing", "", None)
        for position in positions
    ]
    load(path, manifest("v1"), batch(*entries, run(3, "b")))
    query = "select position from raw.quarantine order by rowid"
    found = [position for (position,) in ask(path, query)]
    assert len(set(found)) == len(positions)
    # The first of each keeps its own.
    for position in positions:
        assert found[positions.index(position)] == position


@pytest.mark.parametrize(
    ("records", "reason"),
    [
        ([run(2, "a"), bad(3), bad(4)], "missing_field: score is missing."),
        ([run(2, "a"), run(3, "a")], "duplicate_record: the same record as on line 2"),
    ],
)
def test_strict_refuses_the_file_for_one_record(path, records, reason):
    result = load(path, manifest("v1"), batch(*records), strict=True)
    assert result.status == "refused"
    [stated] = result.reasons
    assert (stated["reason_code"], stated["first_position"]) == ("strict", "3")
    assert reason in stated["detail"]
    assert run_ids(path) == []


def test_strict_loads_a_clean_file(path):
    result = load(path, manifest("v1"), batch(run(2, "a")), strict=True)
    assert result.status == "loaded"


def test_dry_run_says_what_would_happen(path):
    with Warehouse(path, publish=False) as warehouse:
        result = load_into(warehouse, manifest("v1"), batch(run(2, "a"), bad(3)))
    assert result.status == "partly_loaded"
    assert os.listdir(path.parent) == []
    load(path, manifest("v1"), batch(run(2, "a")))
    before = identity(path)
    with Warehouse(path, publish=False) as warehouse:
        load_into(warehouse, manifest("v2"), batch(run(2, "b")))
    assert identity(path) == before


def test_error_in_a_session_publishes_none_of_its_files(path):
    load(path, manifest("v1"), batch(run(2, "a")))
    before = identity(path)

    def load_and_fail() -> None:
        with Warehouse(path) as warehouse:
            load_into(warehouse, manifest("v2"), batch(run(2, "b")))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        load_and_fail()
    assert identity(path) == before
    assert os.listdir(path.parent) == [path.name]


def test_file_is_known_within_the_session_that_loaded_it(path):
    with Warehouse(path) as warehouse:
        load_into(warehouse, manifest("v1"), batch(run(2, "a")))
        copy = manifest("v1", path="/data/copy.yaml")
        assert load_into(warehouse, copy).status == "unchanged"


def test_names_that_are_no_utf8_can_be_recorded(path):
    name = os.fsdecode(b"/data/caf\xe9.yaml")
    load(path, manifest("v1", path=name), batch(run(2, "a")))
    assert load(path, manifest("v1", path=name)).status == "unchanged"
    assert ask(path, "select path from raw.files") == [("/data/caf\\xe9.yaml",)]


def test_schema_is_made_once_and_described(path):
    with duckdb.connect(path) as connection:
        ensure_schema(connection)
        ensure_schema(connection)
    tables = {table.name for each in FORMATS.values() for table in each.tables}
    made = ask(path, "select schema_name || '.' || table_name from duckdb_tables()")
    own = {"raw.files", "raw.file_paths", "raw.quarantine"}
    assert {name for (name,) in made} == tables | own
    undescribed = "select * from duckdb_{}() where coalesce(comment, '') = ''"
    assert ask(path, undescribed.format("tables")) == []
    assert ask(path, undescribed.format("columns") + " and not internal") == []


@pytest.mark.parametrize("format_", FORMATS.values())
def test_every_column_is_described_in_sentences(format_):
    for table in format_.tables:
        assert len(table.types) == len(table.columns)
        for column in table.columns:
            assert column.meaning.endswith("."), column.name
            assert column.null is None or re.fullmatch("Null .*[.]", column.null)


def test_database_of_someone_else_gains_a_schema(path):
    with duckdb.connect(path) as connection:
        connection.execute("create table mine as select 1 as number")
    load(path, manifest("v1"), batch(run(2, "a")))
    assert ask(path, "from mine") == [(1,)]
    assert run_ids(path) == ["a"]


@contextlib.contextmanager
def shell_on(path: Path) -> Iterator[subprocess.Popen]:
    code = (
        "import duckdb, sys\n"
        "connection = duckdb.connect(sys.argv[1])\n"
        "print('ready', flush=True)\n"
        "sys.stdin.readline()"
    )
    shell = subprocess.Popen(
        [sys.executable, "-c", code, path],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    try:
        assert shell.stdout.readline()
        yield shell
    finally:
        shell.kill()
        shell.communicate()


def test_open_shell_is_named_even_when_only_looking(path):
    load(path, manifest("v1"), batch(run(2, "a")))
    with shell_on(path) as shell, pytest.raises(WarehouseBusy, match=f"{shell.pid}"):
        load(path, manifest("v1"))
    with shell_on(path) as shell, pytest.raises(WarehouseBusy, match=f"{shell.pid}"):
        load(path, manifest("v2"), batch(run(2, "b")))


def test_full_disk_is_no_traceback_and_changes_nothing(path, tmp_path):
    load(path, manifest("v1"), batch(run(2, "a")))
    before = identity(path)
    runs = write_runs(tmp_path / "runs.yaml", "new", 60_000)
    limit = path.stat().st_size + 200_000
    code = (
        "import resource, sys\n"
        f"resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}))\n"
        "from loaders.__main__ import main\n"
        "sys.exit(main(sys.argv[1:]))"
    )
    command = [sys.executable, "-c", code, runs, "--db", path]
    full = subprocess.run(command, check=False, capture_output=True, text=True)
    assert full.returncode == 2, full.stderr
    assert "unchanged" in full.stderr
    assert "Traceback" not in full.stderr
    assert identity(path) == before
    assert os.listdir(tmp_path) == ["evalhouse.duckdb", "runs.yaml"]


@pytest.mark.parametrize("damage", ["cut", "cut_by_a_byte", "head", "middle"])
def test_a_damaged_warehouse_says_what_to_do(path, damage):
    load(path, manifest("v1"), batch(*[run(n, f"r{n}") for n in range(1, 5000)]))
    written = bytearray(path.read_bytes())
    if damage == "cut":
        del written[len(written) // 2 :]
    elif damage == "cut_by_a_byte":
        del written[-1:]
    else:
        start = 100 if damage == "head" else 12_352
        written[start : start + 1000] = b"\xff" * 1000
    path.write_bytes(written)
    before = path.read_bytes()
    with pytest.raises(WarehouseError) as error:
        load(path, manifest("v2"), batch(run(1, "other")))
    assert "the file is damaged or cut short; restore a copy or load the files" in str(
        error.value
    )
    assert path.read_bytes() == before


def test_too_little_memory_is_named(path):
    with (
        pytest.raises(WarehouseError, match="there is too little memory: free some"),
        as_warehouse_error(str(path)),
    ):
        raise duckdb.OutOfMemoryException("Out of Memory Error: no room")


@pytest.mark.parametrize(
    "name",
    [
        *("raw", "main", "memory", "temp", "system", "warehouse", "select"),
        *(
            "it's",
            'say "x"',
            "a#b",
            "größe 漢字",
            "a;b",
            "a.b",
            "$HOME",
            "{{x}}",
        ),
        *("staging", "~", "md:x", "", "a\\b", "\\", "a\nb", "a?b", "?", "a%20*[b]{c}"),
        "x" * 200,
    ],
)
def test_a_warehouse_may_have_any_name(tmp_path, name):
    path = tmp_path / f"{name}.duckdb"
    for version, agents in (("v1", "a"), ("v2", "ab")):
        runs = [run(number, agent) for number, agent in enumerate(agents, 1)]
        assert load(path, manifest(version), batch(*runs)).status == "loaded"
        with Warehouse(path) as warehouse:
            assert warehouse.has_file_of(manifest(version).size_bytes)
        assert load(path, manifest(version), batch(*runs)).status == "unchanged"
        count = "select count(*) from raw.metr_runs"
        with open_read_only(path) as connection:
            assert connection.execute(count).fetchall() == [(len(agents),)]
        with scratch_copy(path) as copy:
            assert ask(copy, count) == [(len(agents),)]
    assert os.listdir(path.parent) == [path.name]


@pytest.mark.parametrize("name", ["back\\slash", "why?"])
def test_a_folder_that_duckdb_misreads_is_refused(tmp_path, name):
    path = tmp_path / name / "evalhouse.duckdb"
    path.parent.mkdir()
    with pytest.raises(WarehouseError, match=r"in the name of a folder, .*; move the"):
        load(path, manifest("v1"), batch(run(1, "a")))
    assert list(path.parent.iterdir()) == []


def test_not_a_database_is_named(path):
    path.write_text("my notes")
    with pytest.raises(WarehouseError, match="not a DuckDB database"):
        load(path, manifest("v1"), batch(run(2, "a")))
    assert path.read_text() == "my notes"


def write_runs(path: Path, agent: str, count: int) -> Path:
    """Write a METR YAML file of one generation: `count` runs of one agent."""
    run_lines = (
        f"    r{number}:\n"
        f"      action_count: 3\n      agent: {agent}\n"
        f"      human_minutes: 1.5\n      score: 0.5\n"
        for number in range(count)
    )
    path.write_text("family:\n  variant:\n" + "".join(run_lines))
    return path


def loader(runs: Path, warehouse: Path) -> list[object]:
    return [sys.executable, "-m", "loaders", runs, "--db", warehouse]


GENERATIONS = "select agent, count(*) from raw.metr_runs group by agent"
READER = f"""
import duckdb, sys
while True:
    with duckdb.connect(sys.argv[1], read_only=True) as connection:
        print(*connection.execute("{GENERATIONS}").fetchall(), flush=True)
"""


def test_readers_never_wait_and_never_see_half_a_load(path, tmp_path):
    runs = write_runs(tmp_path / "runs.yaml", "old", 5_000)
    subprocess.run(loader(runs, path), check=True, capture_output=True)
    write_runs(runs, "new", 15_000)
    reader = subprocess.Popen(
        [sys.executable, "-c", READER, path],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    seen = [reader.stdout.readline().rstrip("\n")]
    subprocess.run(loader(runs, path), check=True, capture_output=True)
    while seen[-1] != "('new', 15000)":
        seen.append(reader.stdout.readline().rstrip("\n"))
        assert seen[-1], reader.communicate()[1]
    assert reader.poll() is None, reader.communicate()[1]
    reader.kill()
    # The last line may have been cut short.
    seen += reader.communicate()[0].splitlines()[:-1]
    assert set(seen) == {"('old', 5000)", "('new', 15000)"}


@pytest.mark.slow
def test_killed_load_leaves_one_whole_generation(path, tmp_path):
    """Killed at any moment, it leaves the old rows or the new ones, all of them."""
    size = 3_000
    runs = tmp_path / "runs.yaml"
    write_runs(runs, "generation_0", size)
    started = time.monotonic()
    subprocess.run(loader(runs, path), check=True, capture_output=True)
    duration = time.monotonic() - started
    moments = random.Random(4)
    seen = "generation_0"
    for number in range(1, 16):
        write_runs(runs, f"generation_{number}", size)
        load = subprocess.Popen(
            loader(runs, path), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        time.sleep(moments.uniform(0.4, 1.1) * duration)
        load.kill()
        load.wait()
        [(agent, count)] = ask(path, GENERATIONS)
        assert agent in (seen, f"generation_{number}")
        assert count == size
        seen = agent
    write_runs(runs, "last", size)
    subprocess.run(loader(runs, path), check=True, capture_output=True)
    assert ask(path, GENERATIONS) == [("last", size)]
    assert sorted(os.listdir(tmp_path)) == ["evalhouse.duckdb", "runs.yaml"]


def test_buffers_are_passed_next_to_their_pickle():
    rows = ColumnBuffers.of(["bigint", "varchar"], [[1, None, 3], ["a", "é", None]])
    stream = io.BytesIO(b"".join(messages.written(("x", rows, None))))
    word, found, nothing = messages.read(stream)
    assert (word, nothing, list(found)) == ("x", None, list(rows))
    whole = stream.getvalue()
    for length in (3, 20, len(whole) - 1):
        with pytest.raises(EOFError):
            messages.read(io.BytesIO(whole[:length]))
