"""Load every hostile file, each in a process of its own under limits.

    python -m tests.corpus.run FOLDER [--apart]

Importing takes longer than loading, so this process imports everything once and
forks for each case; a fork does what `python -m loaders` does. With --apart each case
is that command itself, run twice. Either way the limits hold for one case alone: the
memory it allocates, the time it computes, and the time that passes, which is longer
because other processes may want the machine.
"""

import argparse
import contextlib
import hashlib
import io
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import traceback
from pathlib import Path
from typing import NoReturn

import duckdb

# Each fork would import them itself.
import pytz  # noqa: F401
import tqdm  # noqa: F401

import loaders.reader
import loaders.warehouse  # noqa: F401
from loaders import __main__ as cli

from . import Case, cases, hal, metr_jsonl, metr_yaml

MEMORY_BYTES = 600_000_000
COMPUTE_SECONDS = 10
WAIT_SECONDS = 60
_AT_ONCE = os.cpu_count() or 2
_NOTES = ("hal_notes", "metr_notes")
_REPOSITORY = Path(__file__).resolve().parents[2]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.corpus.run")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--apart", action="store_true")
    parser.add_argument("--only", help="cases whose name has this in it", default="")
    options = parser.parse_args()
    folder = options.folder.resolve()
    folder.mkdir(parents=True)
    _make_good(folder / "good")
    running: dict[int, Case] = {}
    results: dict[str, dict] = {}
    for case in (case for case in cases() if options.only in case.name):
        if len(running) == _AT_ONCE:
            _collect(running, results, folder)
        pid = os.fork()
        if not pid:
            _run(case, folder, options.apart)
        running[pid] = case
    while running:
        _collect(running, results, folder)
    (folder / "results.json").write_text(json.dumps(results))


def _make_good(folder: Path) -> None:
    """Make a warehouse that holds a good file of each format before any other."""
    folder.mkdir()
    for module in (metr_yaml, metr_jsonl, hal):
        # No case has these bytes.
        (folder / f"good{module.SUFFIX}").write_bytes(module.GOOD + b" \n")
    command = [sys.executable, "-m", "loaders", "--db", str(folder / "good.duckdb")]
    subprocess.run([*command, str(folder)], cwd=_REPOSITORY, check=True)


def _collect(running: dict[int, Case], results: dict, folder: Path) -> None:
    """Wait for a case to end, and take what became of it."""
    pid, status, used = os.wait3(0)
    case = running.pop(pid)
    written = folder / f"{case.name}.json"
    result = json.loads(written.read_text()) if written.exists() else {}
    results[case.name] = {
        "process_ended_with": os.waitstatus_to_exitcode(status),
        "compute_seconds": round(used.ru_utime + used.ru_stime, 2),
        "resident_mb": used.ru_maxrss // 1024,
    } | result
    shutil.rmtree(folder / case.name)


def _run(case: Case, folder: Path, is_apart: bool) -> NoReturn:
    """Load a hostile file beside good ones, and write what became of it and them."""
    # Nothing may return into what the parent was doing.
    try:
        path = case.write(folder / case.name)
        database = folder / case.name / "warehouse" / "x.duckdb"
        database.parent.mkdir()
        shutil.copyfile(folder / "good" / "good.duckdb", database)
        arguments = ["--db", str(database), "--json", str(path)]
        if case.is_forced:
            arguments += ["--format", case.format]
        _limit()
        if is_apart:
            result = _load_by_command(arguments) | _look(case, path, database)
            again = _load_by_command(arguments) | _look(case, path, database)
            result["contents_after_second"] = again["contents"]
        else:
            result = _load_here(arguments) | _look(case, path, database)
        (folder / f"{case.name}.json").write_text(json.dumps(result))
        os._exit(0)
    finally:
        traceback.print_exc()
        os._exit(1)


def _limit() -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (COMPUTE_SECONDS, COMPUTE_SECONDS))
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY_BYTES, MEMORY_BYTES))
    # Unhandled, so that it ends a process that waits inside of a library too.
    signal.alarm(WAIT_SECONDS)


def _load_here(arguments: list[str]) -> dict:
    with (
        contextlib.redirect_stdout(io.StringIO()) as stdout,
        contextlib.redirect_stderr(io.StringIO()) as stderr,
    ):
        code = cli.main(arguments)
    return {
        "exit_code": code,
        "stdout": stdout.getvalue(),
        "stderr": stderr.getvalue(),
    }


def _load_by_command(arguments: list[str]) -> dict:
    done = subprocess.run(
        [sys.executable, "-m", "loaders", *arguments],
        cwd=_REPOSITORY,
        check=False,
        capture_output=True,
        text=True,
    )
    return {
        "exit_code": done.returncode,
        "stdout": done.stdout,
        "stderr": done.stderr,
    }


def _look(case: Case, path: Path, database: Path) -> dict:
    """Return what a load made of a case and of what was there before."""
    with duckdb.connect(database, read_only=True) as connection:
        tables = connection.execute(
            "select table_name from duckdb_tables() where schema_name = 'raw'"
        ).fetchall()
        contents = {
            name: connection.execute(f"from raw.{name} order by all").fetchall()
            for (name,) in sorted(tables)
        }
    good_ids = {row[0] for row in contents["file_paths"] if "/good/good" in row[1]}
    others, found = {}, {}
    for name, rows in contents.items():
        others[name] = [row for row in rows if row[0] in good_ids]
        found[name] = [row for row in rows if row[0] not in good_ids]
    notes = {row[-2] for name in _NOTES for row in found.pop(name)}
    data = {
        name: rows for name, rows in found.items() if name.startswith(("metr_", "hal_"))
    }
    texts = {value for rows in found.values() for row in rows for value in row}
    # The times at which a path was met may be kept by a later load.
    contents["file_paths"] = [row[:2] for row in contents["file_paths"]]
    made = {*os.listdir(path.parent), *os.listdir(database.parent)}
    return {
        "row_count": sum(map(len, data.values())),
        "quarantined_count": len(found["quarantine"]),
        "notes": sorted(notes),
        "lost_texts": [ascii(text[:80]) for text in case.texts if text not in texts],
        "contents": hashlib.sha256(repr(contents).encode()).hexdigest(),
        "others": hashlib.sha256(repr(others).encode()).hexdigest(),
        "made": sorted(made - {path.name, "warehouse", database.name}),
    }


if __name__ == "__main__":
    main()
