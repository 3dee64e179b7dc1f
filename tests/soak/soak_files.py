"""Many files, large ones, files that change while they are read, and things that are not files."""

import contextlib
import hashlib
import json
import os
import random
import signal
import socket
import time
from pathlib import Path

import duckdb
import pytest
from corpus import metr_jsonl
from faults import Runner
from privileges import no_overrides
from tally import Broken, Tally, scaled
from trials import load_trial

from loaders.__main__ import main as load_files

SMALL_FILES = 10_000
RECORDS = 5_000_000
CHANGES = 50
ODD_FILES = 200
SIZES = 40


@pytest.fixture(scope="module")
def loader():
    """Without the library of faults, which looks at each change."""
    with Runner("loaders") as runner:
        yield runner


def one(database: Path, query: str) -> tuple:
    with duckdb.connect(database, read_only=True) as connection:
        return connection.sql(query).fetchall()[0]


def count_of(tally: Tally, database: Path, table: str, key: str, expected: int) -> None:
    """Count what is missing of `expected` rows, and what is there twice."""
    rows, keys = one(database, f"select count(*), count(distinct {key}) from {table}")
    if keys < expected:
        tally.count(Broken("lost", f"{expected - keys} of {expected}"))
    if rows > keys:
        tally.count(Broken("doubled", f"{rows - keys} of {expected}"))


def write_trials(folder: Path, count: int) -> None:
    for number in range(count):
        path = folder / f"job {number // 1_000}" / f"{number:05}" / "result.json"
        path.parent.mkdir(parents=True)
        fields = {
            "id": f"t-{number}",
            "task_name": f"maze {number % 70}",
            "trial_name": f"maze__{number}",
            "agent_info": {"name": f"walker {number % 9}", "version": "1"},
            "verifier_result": {"rewards": {"reward": number % 2}},
        }
        path.write_text(json.dumps(fields))


def test_many_small_files(loader, tmp_path):
    count = scaled(SMALL_FILES, least=100)
    write_trials(tmp_path / "jobs", count)
    database = tmp_path / "x.duckdb"
    tally = Tally("small files in one folder")
    arguments = (tmp_path / "jobs", "--db", database)
    outcome = loader.run(*arguments, folder=tmp_path)
    assert outcome.code == 0, outcome.output[-2_000:]
    tally.tried = count
    count_of(tally, database, "raw.harbor_trials", "trial_id", count)
    again = loader.run(*arguments, folder=tmp_path)
    assert f"files: {count} unchanged" in again.output
    count_of(tally, database, "raw.harbor_trials", "trial_id", count)
    tally.end()


def test_many_small_files_of_a_load_that_is_killed(loader, tmp_path):
    """Killed on the way, then run again: each file is there once."""
    count = scaled(SMALL_FILES, least=100)
    write_trials(tmp_path / "jobs", count)
    database = tmp_path / "x.duckdb"
    tally = Tally("small files in one folder, the load killed before")
    arguments = (tmp_path / "jobs", "--db", database)
    started = time.monotonic()
    loader.run(*arguments, folder=tmp_path)
    duration = time.monotonic() - started
    database.unlink()
    moments = random.Random(8)
    for _ in range(5):
        process = loader.start(*arguments, folder=tmp_path)
        time.sleep(moments.uniform(0, 1.1) * duration)
        with contextlib.suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)
        tally.seen["killed" if loader.wait().code else "ended before"] += 1
    outcome = loader.run(*arguments, folder=tmp_path)
    assert outcome.code == 0, outcome.output[-2_000:]
    tally.tried = count
    count_of(tally, database, "raw.harbor_trials", "trial_id", count)
    tally.end()


def test_one_large_file(loader, tmp_path):
    count = scaled(RECORDS, least=10_000)
    path, database = tmp_path / "runs.jsonl", tmp_path / "x.duckdb"
    with path.open("w") as file:
        for number in range(count):
            file.write(metr_jsonl.run(number, task_id=f"f/{number % 999}"))
    tally = Tally("records in one file")
    outcome = loader.run(path, "--db", database, folder=tmp_path)
    assert outcome.code == 0, outcome.output[-2_000:]
    tally.tried = count
    count_of(tally, database, "raw.metr_horizon_runs", "run_id", count)
    tally.seen["MB"] = path.stat().st_size // 1_000_000
    tally.end()


def runs(alias: str, numbers: range) -> bytes:
    lines = (metr_jsonl.run(number, alias=alias) for number in numbers)
    return "".join(lines).encode()


LINES = 20_000
OLD = runs("old", range(LINES))
NEW = runs("new", range(LINES))
MORE = runs("more", range(LINES, 2 * LINES))


def replaced(path: Path) -> bytes:
    other = path.with_suffix(".part")
    other.write_bytes(NEW)
    other.replace(path)
    return NEW


def grown(path: Path) -> bytes:
    with path.open("ab") as file:
        file.write(MORE)
    return OLD + MORE


def truncated(path: Path) -> bytes:
    os.truncate(path, len(OLD) // 2)
    return OLD[: len(OLD) // 2]


def overwritten(path: Path) -> bytes:
    with path.open("r+b") as file:
        file.write(NEW)
    return NEW


def unlinked(path: Path) -> bytes:
    path.unlink()
    return OLD


@pytest.mark.parametrize(
    "change",
    [replaced, grown, truncated, overwritten, unlinked],
    ids=lambda change: change.__name__,
)
def test_a_file_that_changes_while_it_is_read(loader, tmp_path, change):
    """It is refused, or loaded in full as it was or as it became."""
    path, database = tmp_path / "runs.jsonl", tmp_path / "x.duckdb"
    tally = Tally(f"file {change.__name__} while it is read")
    moments = random.Random(2)
    path.write_bytes(OLD)
    started = time.monotonic()
    loader.run(path, "--db", database, folder=tmp_path)
    duration = time.monotonic() - started
    for _ in range(scaled(CHANGES)):
        path.write_bytes(OLD)
        database.unlink(missing_ok=True)
        with tally.one():
            loader.start(path, "--db", database, folder=tmp_path)
            time.sleep(moments.uniform(0, 1.1) * duration)
            now = change(path)
            outcome = loader.wait()
            assert "Traceback" not in outcome.output
            assert outcome.code in (0, 1, 2), outcome.output
            tally.seen[what_is_loaded(database, OLD, now)] += 1
            if path.exists():
                # What it has become is loaded next.
                again = loader.run(path, "--db", database, folder=tmp_path)
                assert again.code in (0, 1), again.output[-500:]
                if what_is_loaded(database, now) == "refused":
                    raise Broken("lost", again.output[-500:])
    tally.end()


def what_is_loaded(database: Path, *contents: bytes) -> str:
    """Say whether a file was loaded; its rows must be those of one of its contents."""
    if not database.exists():
        return "refused"
    found = one(database, "select status, sha256, record_count from raw.files")
    (rows,) = one(database, "select count(*) from raw.metr_horizon_runs")
    status, sha256, record_count = found
    if status == "refused":
        if rows:
            raise Broken("half", found)
        return "refused"
    lines = {
        hashlib.sha256(content).hexdigest(): len(content.splitlines())
        for content in contents
    }
    if lines.get(sha256) != record_count:
        raise Broken("half", found)
    return "loaded"


def make_odd(folder: Path, number: int) -> None:
    """Make something that is not a file, or a file that may not be read."""
    path = folder / f"{number:04}.json"
    match number % 6:
        case 0:
            os.mkfifo(path)
        case 1:
            with socket.socket(socket.AF_UNIX) as listening:
                # The name of a socket is short.
                directory = os.open(folder, os.O_RDONLY)
                listening.bind(f"/proc/self/fd/{directory}/{path.name}")
                os.close(directory)
        case 2:
            path.write_bytes(OLD)
            path.chmod(0)
        case 3:
            path.symlink_to(path.name)
        case 4:
            path.symlink_to("..", target_is_directory=True)
        case 5:
            (folder / f"{number:04}").mkdir(mode=0)


def test_folders_of_what_is_no_file(tmp_path, capsys):
    """The good files among them are loaded, and it ends."""
    folder, database = tmp_path / "odd", tmp_path / "x.duckdb"
    folder.mkdir()
    count = scaled(ODD_FILES, least=12)
    for number in range(count):
        make_odd(folder, number)
    for number in range(3):
        (folder / f"good {number}.jsonl").write_text(metr_jsonl.run(number))
    tally = Tally("FIFOs, sockets, mode 000, loops of links in a folder", tried=count)
    with no_overrides():
        code = load_files([str(folder), "--db", str(database)])
    said = capsys.readouterr()
    assert code == 1
    assert "Traceback" not in said.out + said.err
    count_of(tally, database, "raw.metr_horizon_runs", "run_id", 3)
    tally.seen["refused by name"] = said.out.count(": refused: ")
    for path in folder.iterdir():
        if path.is_dir() and not path.is_symlink():
            path.chmod(0o700)
    tally.end()


def test_a_load_with_little_memory(loader, tmp_path):
    """It is loaded, or too little memory is said and nothing has changed."""
    trial = load_trial(loader, tmp_path)
    tally = Tally("load with a limit on memory (RLIMIT_DATA)")
    sizes = scaled(SIZES, least=6)
    for number in range(sizes):
        memory = 8_000_000 + 400_000_000 * number // sizes
        with tally.one(), trial.place() as place:
            arguments = trial.arguments(place)
            outcome = loader.run(*arguments, folder=place, memory=memory)
            assert "Traceback" not in outcome.output
            state = trial.state(place)
            tally.seen["too little" if state == "first" else "enough"] += 1
            if state == "first":
                assert outcome.code != 0
                assert "memory" in outcome.output, (memory, outcome)
            # With enough of it, it goes on from there.
            assert loader.run(*arguments, folder=place).code == 0
            if trial.state(place) != "second":
                raise Broken("lost", memory)
    tally.end()
