"""reading.py: who dies while it reads takes no other file along, and nothing waits."""

import faulthandler
import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import psutil
import pytest
from conftest import REPOSITORY

from loaders import __main__ as cli
from loaders.contract.records import FileRefused, RecordRefused
from loaders.hal import trace as hal
from loaders.inputs import find
from loaders.metr import yaml as metr_yaml
from loaders.warehouse import duplicates, schema
from loaders.workers import pool as reading
from loaders.workers import worker as reader
from loaders.workers.options import ReadOptions
from loaders.workers.pool import Readers

YAML = Path(__file__).parents[1] / "fixtures" / "metr_sample.yaml"


@pytest.fixture
def folder(tmp_path):
    """Five files of ten runs each, and room for more."""
    path = tmp_path / "runs"
    path.mkdir()
    for number in range(5):
        (path / f"{number}.yaml").write_text(f"{YAML.read_text()}# {number}\n")
    return path


@pytest.fixture
def load(tmp_path, capsys):
    """Run the command line; return its exit code and what it prints."""

    def run(*arguments):
        database = tmp_path / "evalhouse.duckdb"
        code = cli.main([*map(str, arguments), "--db", str(database)])
        return code, capsys.readouterr().out

    return run


def read_at_risk(monkeypatch, module, risk):
    """Let `risk` happen to the reader of a file that is called dangerous."""
    read = module.read

    def read_or_die(source, **options):
        if b"dangerous" in source.head(100):
            risk(source)
        return read(source, **options)

    monkeypatch.setattr(module, "read", read_or_die)


def read_whole_and_then(monkeypatch, risk):
    """Let `risk` happen once a YAML file that is called dangerous is read."""
    read = metr_yaml.read

    def read_and_risk(source):
        yield from read(source)
        if b"dangerous" in source.head(100):
            risk()

    monkeypatch.setattr(metr_yaml, "read", read_and_risk)


def test_a_refused_file_leaves_its_reader_fit_for_the_next(load, folder):
    (folder / "0.yaml").write_bytes(b"")
    assert load(folder)[0] == 1
    # Now each is hashed first: files of their sizes are recorded.
    code, out = load("--rehash", folder)
    assert code == 1
    assert f"{folder}/0.yaml: refused: empty_file: " in out
    assert f"{folder}/: 4 files unchanged, 40 rows\n" in out


def test_a_trace_that_is_cut_short_while_it_is_mapped_is_refused(
    load, folder, monkeypatch
):
    path = folder / "1_UPLOAD.json"
    path.write_text('{"dangerous": 0, "config": {"benchmark_name": "b"}}' + " " * 99999)

    def cut(source):
        faulthandler.disable()  # pytest's would print what is expected here.
        mapped = source.map()
        os.truncate(path, 0)
        mapped[-1]  # The kernel has no such page any more: SIGBUS.

    read_at_risk(monkeypatch, hal, cut)
    code, out = load(folder)
    assert code == 1
    assert f"{path}: refused: changed_while_reading: it changed while it was" in out
    assert f"{folder}/: 5 files loaded, 50 rows\n" in out


def test_more_readers_may_die_than_there_are(load, folder, monkeypatch):
    for number in range(9):
        path = folder / f"{number}_dangerous.yaml"
        path.write_text(f"# dangerous\n{YAML.read_text()}# {number}\n")
    read_at_risk(monkeypatch, metr_yaml, lambda _: os.kill(os.getpid(), signal.SIGKILL))
    code, out = load(folder)
    assert code == 1
    assert f"{folder}/: 5 files loaded, 50 rows\n" in out
    reason = "reader_died: the process that read it was ended by SIGKILL; "
    assert out.count(f"_dangerous.yaml: refused: {reason}") == 9


def test_a_reader_may_die_after_it_has_handed_over_rows(load, folder, monkeypatch):
    (folder / "9.yaml").write_text(f"# dangerous\n{YAML.read_text()}")
    read_whole_and_then(monkeypatch, lambda: os._exit(3))
    code, out = load(folder)
    assert code == 1
    assert "9.yaml: refused: reader_died: the process that read it ended with" in out
    assert f"{folder}/: 5 files loaded, 50 rows\n" in out


def test_a_refused_file_is_not_read_to_its_end(load, folder, monkeypatch):
    odd = YAML.read_text().replace("score: 1", "score: 7")
    (folder / "0.yaml").write_text(f"# dangerous\n{odd}")
    read_whole_and_then(monkeypatch, lambda: time.sleep(36_000))
    started = time.monotonic()
    code, out = load("--strict", folder)
    assert code == 1
    assert f"{folder}/0.yaml:" in out
    assert ": refused: strict: " in out
    assert f"{folder}/: 4 files loaded, 40 rows\n" in out
    assert time.monotonic() - started < 36_000


def test_too_little_memory_is_a_refusal(load, folder, monkeypatch):
    def fail(_source):
        raise MemoryError

    monkeypatch.setattr(metr_yaml, "read", fail)
    code, out = load(folder / "0.yaml")
    assert code == 1
    assert "refused: reader_died: there is not enough memory to read it; " in out


def test_results_do_not_depend_on_who_is_quick(load, folder, tmp_path, monkeypatch):
    def contents():
        with duckdb.connect(tmp_path / "evalhouse.duckdb", read_only=True) as found:
            # Not when they were loaded and met.
            timeless = {
                "raw.metr_runs": "*",
                "raw.quarantine": "*",
                "raw.files": "* exclude (loaded_at)",
                "raw.file_paths": "file_id, path",
            }
            return [
                found.sql(f"select {columns} from {table} order by rowid").fetchall()
                for table, columns in timeless.items()
            ]

    (folder / "3.yaml").write_text("x: [")
    (folder / "2.yaml").write_text((folder / "0.yaml").read_text())
    quick = load(folder), contents()
    (tmp_path / "evalhouse.duckdb").unlink()
    delays = random.Random(0)
    recognise = reader.recognise

    def dawdle(*content):
        time.sleep(delays.random() / 10)
        return recognise(*content)

    monkeypatch.setattr(reader, "recognise", dawdle)
    assert (load(folder), contents()) == quick


class Unpicklable(Exception):
    def __init__(self, first, second):
        super().__init__(first, second)


@pytest.mark.parametrize(
    ("error", "described"),
    [
        (ZeroDivisionError("a fault of ours"), "ZeroDivisionError (a fault of ours)"),
        (OverflowError(), "OverflowError"),
        (Unpicklable("two\nlines", 1), "Unpicklable (('two\\nlines', 1))"),
        (RecordRefused("wrong_type", "odd"), "RecordRefused (odd; a number is"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_surprise_of_a_reader_refuses_its_file_alone(
    load, folder, monkeypatch, error, described
):
    def fail(_source):
        raise error

    (folder / "9.yaml").write_text(f"# dangerous\n{YAML.read_text()}")
    read_at_risk(monkeypatch, metr_yaml, fail)
    code, out = load(folder)
    assert code == 1
    (line,) = [line for line in out.splitlines() if "9.yaml" in line]
    assert f"9.yaml: refused: reader_failed: its reader met {described}" in line
    where = f" at {Path(__file__).relative_to(REPOSITORY)}:"
    assert where in line
    assert line.endswith(
        "; this is a bug in evalhouse; please report it, with the file"
    )
    assert f"{folder}/: 5 files loaded, 50 rows\n" in out


def test_a_surprise_behind_the_first_rows_refuses_its_file_alone(
    load, folder, monkeypatch, tmp_path
):
    (folder / "9.yaml").write_text(f"# dangerous\n{YAML.read_text()}")
    read_whole_and_then(monkeypatch, lambda: {}["missing"])
    code, out = load(folder)
    assert code == 1
    assert "9.yaml: refused: reader_failed: its reader met KeyError ('missing')" in out
    assert f"{folder}/: 5 files loaded, 50 rows\n" in out
    with duckdb.connect(tmp_path / "evalhouse.duckdb", read_only=True) as found:
        assert found.sql("select count(*) from raw.metr_runs").fetchall() == [(50,)]


def test_a_surprise_while_a_format_is_recognised_refuses_that_file_alone(
    load, folder, monkeypatch
):
    recognise = reader.recognise

    def fail(head, *more):
        if b"dangerous" in head:
            raise IndexError("a fault of ours")
        return recognise(head, *more)

    (folder / "0_dangerous").write_text("dangerous")
    monkeypatch.setattr(reader, "recognise", fail)
    code, out = load(folder)
    assert code == 1
    assert "0_dangerous: refused: reader_failed: its reader met IndexError" in out
    assert f"{folder}/: 5 files loaded, 50 rows\n" in out


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (duckdb.ConversionException("no"), "reader_failed: writing it met Conversion"),
        (UnicodeEncodeError("utf-8", "\ud800", 0, 1, "no"), "reader_failed: writing"),
        (duckdb.OutOfMemoryException("no"), "reader_died: there is not enough memory"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_rows_that_cannot_be_written_refuse_their_file_alone(
    load, folder, monkeypatch, error, reason
):
    insert = schema.insert_rows

    def fail(connection, table, file_id, *pieces):
        buffers = [column for rows in pieces for column in rows.buffers]
        texts = [parts[-1] for parts in buffers if isinstance(parts, list)]
        if any(b"dangerous" in bytes(text) for text in texts):
            raise error
        insert(connection, table, file_id, *pieces)

    odd = YAML.read_text().replace("cache_tuning", "dangerous")
    (folder / "9.yaml").write_text(odd)
    monkeypatch.setattr(schema, "insert_rows", fail)
    code, out = load(folder)
    assert code == 1
    assert f"9.yaml: refused: {reason}" in out
    assert f"{folder}/: 5 files loaded, 50 rows\n" in out


def test_long_records_with_one_key_refuse_their_file(load, tmp_path):
    run = {"run_id": "r", "task_id": "f/v", "task_family": "f", "alias": "a"}
    run |= {"model": "m", "score": 1, "score_binarized": 1, "human_minutes": 1}
    run["note"] = {"k" * 4_900_000: 1}
    path = tmp_path / "runs.jsonl"
    path.write_text(f"{json.dumps(run)}\n" * 2)
    code, out = load(path)
    assert code == 1
    assert "runs.jsonl: refused: records_too_long: its records are too long" in out


@pytest.mark.parametrize("copy_count", [3, 4])
def test_too_many_copies_refuse_their_file(load, tmp_path, monkeypatch, copy_count):
    monkeypatch.setattr(duplicates, "MAX_REFUSED", 3)
    rows = ["t,a,1,1", "u,a,1,1", *["t,a,1,1"] * (copy_count - 1), "u,a,1,1"]
    path = tmp_path / "table.csv"
    path.write_text("\n".join(["task,agent,score,epoch", *rows]))
    code, out = load(path)
    assert code == 1
    if copy_count == 3:
        assert "table.csv: 2 rows loaded, 3 records quarantined" in out
    else:
        assert "table.csv: refused: too_many_refused: more than 3 records have" in out


FAULT = """
import runpy, sys
sys.modules["loaders.inputs"] = type(sys)("loaders.inputs")
def find(*_):
    raise {error}
sys.modules["loaders.inputs"].find = find
sys.modules["loaders.inputs"].together = list
runpy.run_module("loaders", run_name="__main__")
"""


@pytest.mark.parametrize(
    ("error", "said"),
    [
        ('KeyError("x")', "a bug in evalhouse, please report it: KeyError ('x') at "),
        ("MemoryError", "there is too little memory; free some, or load fewer or sm"),
    ],
)
def test_a_fault_of_the_command_is_one_line_and_not_the_code_of_a_load(
    tmp_path, error, said
):
    done = subprocess.run(
        [sys.executable, "-c", FAULT.format(error=error), "x", "--db", "x.duckdb"],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(REPOSITORY)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert line.startswith(said)
    assert line.endswith("; the warehouse is unchanged")


def test_a_fork_server_that_cannot_start_says_so(folder, tmp_path, monkeypatch, capfd):
    # As where a library of a reader is broken: it is imported there first.
    monkeypatch.setitem(sys.modules, "loaders.workers.worker", None)
    assert cli.main([str(folder), "--db", str(tmp_path / "x.duckdb")]) == 2
    err = capfd.readouterr().err
    assert "import of loaders.workers.worker halted" in err
    last = err.splitlines()[-1]
    assert last == "no process can be started to read with; the warehouse is unchanged"


def test_a_reader_may_die_when_a_known_file_is_done_with(
    load, folder, tmp_path, monkeypatch
):
    assert load(folder)[0] == 0
    manifest = reader._manifest

    def die_after(*arguments):
        answer = manifest(*arguments)
        (tmp_path / "process_id").write_text(str(os.getpid()))
        return answer

    stop = reading.Reading.stop

    def stop_dead(self):
        process_id = int((tmp_path / "process_id").read_text())
        os.kill(process_id, signal.SIGKILL)
        stop(self)

    monkeypatch.setattr(reader, "_manifest", die_after)
    monkeypatch.setattr(reading.Reading, "stop", stop_dead)
    code, out = load("--rehash", folder / "0.yaml")
    assert code == 0
    assert "0.yaml: unchanged, 10 rows" in out


def test_a_reader_that_died_while_idle_is_no_end_of_the_command(
    folder, tmp_path, monkeypatch
):
    recognise, note = reader.recognise, tmp_path / "process_id"

    def tell(*content):
        note.write_text(str(os.getpid()))
        return recognise(*content)

    monkeypatch.setattr(reader, "recognise", tell)
    options = ReadOptions()
    first, second = find([folder])[:2]
    # As the command line has it, for a pipe that `head` closes.
    previous = signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    try:
        with Readers(1) as readers:
            begun = readers.start(first, options, False)
            begun.manifest()
            list(begun.batches())
            os.kill(int(note.read_text()), signal.SIGKILL)
            with pytest.raises(FileRefused, match="ended by SIGKILL"):
                readers.start(second, options, False).manifest()
            assert readers.start(second, options, False).manifest().size_bytes > 0
    finally:
        signal.signal(signal.SIGPIPE, previous)


def row_count(reading: reading.Reading) -> int:
    reading.manifest()
    return sum(batch.rows.row_count for batch in reading.batches())


@pytest.mark.parametrize("is_busy", [True, False])
def test_a_reader_ends_after_the_last_file(folder, is_busy):
    """While the last rows are written, it would still hold its memory."""
    options = ReadOptions()
    first, second = find([folder])[:2]
    with Readers(1) as readers:
        begun = readers.start(first, options, False)
        if is_busy:
            readers.expect_no_more()
        assert row_count(begun) == 10
        if not is_busy:
            readers.expect_no_more()
        fork_server = psutil.Process(readers._fork_server_id)
        until = time.monotonic() + 60
        # The fork server asks for its status only if it has died too early.
        while [each.status() for each in fork_server.children()] != ["zombie"]:
            assert time.monotonic() < until
            time.sleep(0.01)
        assert row_count(readers.start(second, options, False)) == 10


def test_leaving_ends_readers_that_are_still_busy(folder, tmp_path, monkeypatch):
    notes = tmp_path / "process_ids"
    notes.mkdir()

    def linger(*_content):
        (notes / str(os.getpid())).touch()
        time.sleep(36_000)

    monkeypatch.setattr(reader, "recognise", linger)
    options = ReadOptions()
    started = time.monotonic()
    with Readers(2) as readers:
        for file in find([folder])[:2]:
            readers.start(file, options, False)
        while len(list(notes.iterdir())) < 2:
            time.sleep(0.01)
    for process_id in [int(note.name) for note in notes.iterdir()]:
        with pytest.raises(ProcessLookupError):
            os.kill(process_id, 0)
    assert time.monotonic() - started < 36_000


SLOW = """
import runpy, sys, time
from loaders.metr import yaml as metr_yaml
from loaders.warehouse import schema
def read(_source):
    print("reading", flush=True)
    time.sleep(36_000)
metr_yaml.read = read
runpy.run_module("loaders", run_name="__main__")
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("is_for_all", [True, False], ids=["terminal", "kill"])
def test_a_signal_stops_all_processes(folder, tmp_path, number, is_for_all):
    database = tmp_path / "evalhouse.duckdb"
    load = subprocess.Popen(
        [sys.executable, "-c", SLOW, str(folder), "--db", str(database)],
        cwd=REPOSITORY,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert load.stdout.readline() == "reading\n"
    if is_for_all and number == signal.SIGINT:
        os.killpg(load.pid, number)
    else:
        load.send_signal(number)
    # The pipes end when all have ended, which sleep for longer by themselves.
    _, err = load.communicate(timeout=30_000)
    assert load.returncode == 128 + number
    assert err.splitlines()[-1].startswith("stopped; ")
    assert "Traceback" not in err
    assert not database.exists()


def test_readers_end_when_the_writing_process_is_killed(folder, tmp_path):
    load = subprocess.Popen(
        [sys.executable, "-c", SLOW, str(folder), "--db", str(tmp_path / "w.duckdb")],
        cwd=REPOSITORY,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    load.stdout.readline()
    load.kill()
    # The pipe ends when all of them have ended, which sleep for longer by themselves.
    load.communicate(timeout=30_000)
