"""Load every hostile file, in processes under limits.

    python -m tests.corpus.run FOLDER [--apart] [--every N]

Importing takes longer than loading, so this process imports everything once and
forks; a fork does what `python -m loaders` does. Small files are loaded some at a time,
since DuckDB takes longer to open a warehouse than the loaders to read one of them.
With --apart each case is a command of its own, run twice. With --every 10 the first case
is loaded and each tenth after it. The limits hold for a fork:
the memory it allocates, the time it computes, and an hour that passes, which only one
that waits for ever comes to, however many other processes want the machine.
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
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from types import SimpleNamespace
from typing import NoReturn

import duckdb

# Each fork would import them itself.
import pytz  # noqa: F401
import tqdm  # noqa: F401

import loaders.warehouse.warehouse
import loaders.workers.worker  # noqa: F401
from loaders import __main__ as cli
from loaders.formats import FORMATS

from . import Case, cases, hal, metr_jsonl, metr_yaml

MEMORY_BYTES = 600_000_000
COMPUTE_SECONDS = 10
WAIT_SECONDS = 3_600
_MOST_TOGETHER = 20
_AT_ONCE = os.cpu_count() or 2
_WARNINGS = ("hal_warnings", "inspect_warnings", "metr_warnings")
_RECORDS = ("metr_", "hal_", "inspect_", "terminal_bench_", "harbor_")
# Sums beside the records, which are none themselves.
_SUMS = ("harbor_metrics", "terminal_bench_pass_at_k")
_REPOSITORY = Path(__file__).resolve().parents[2]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.corpus.run")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--apart", action="store_true")
    parser.add_argument("--only", help="cases whose name has this in it", default="")
    parser.add_argument("--every", type=int, default=1)
    options = parser.parse_args()
    folder = options.folder.resolve()
    folder.mkdir(parents=True)
    _make_good(folder / "good")
    assert all(each.reader for each in FORMATS.values())  # imported, as above
    running: dict[int, list[Case]] = {}
    results: dict[str, dict] = {}
    for together in _groups(options):
        if len(running) == _AT_ONCE:
            _collect(running, results, folder)
        pid = os.fork()
        if not pid:
            _run(together, folder, options.apart)
        running[pid] = together
    while running:
        _collect(running, results, folder)
    (folder / "results.json").write_text(json.dumps(results))


def _groups(options: argparse.Namespace) -> Iterator[list[Case]]:
    """Yield the cases that are loaded together, with one format where it is forced."""
    groups: dict[str, list[Case]] = {}
    for case in islice(cases(), 0, None, options.every):
        if options.only not in case.name:
            continue
        is_small = isinstance(case.content, bytes) or case.name.startswith("place_")
        if options.apart or not is_small:
            yield [case]
            continue
        format_ = case.format if case.is_forced else ""
        group = groups.setdefault(format_, [])
        group.append(case)
        if len(group) == _MOST_TOGETHER:
            yield groups.pop(format_)
    yield from groups.values()


def _make_good(folder: Path) -> None:
    """Make a warehouse that holds a good file of each format before any other."""
    folder.mkdir()
    for module in (metr_yaml, metr_jsonl, hal):
        # No case has these bytes.
        (folder / f"good{module.SUFFIX}").write_bytes(module.GOOD + b" \n")
    command = [sys.executable, "-m", "loaders", "--db", str(folder / "good.duckdb")]
    subprocess.run([*command, str(folder)], cwd=_REPOSITORY, check=True)


def _collect(running: dict[int, list[Case]], results: dict, folder: Path) -> None:
    """Wait for a fork to end, and take what became of its cases."""
    pid, status, used = os.wait3(0)
    together = running.pop(pid)
    for case in together:
        written = folder / f"{case.name}.json"
        result = json.loads(written.read_text()) if written.exists() else {}
        results[case.name] = {
            "process_ended_with": os.waitstatus_to_exitcode(status),
            "compute_seconds": round(used.ru_utime + used.ru_stime, 2),
            "resident_mb": used.ru_maxrss // 1024,
        } | result
    shutil.rmtree(folder / f"with_{together[0].name}")


def _run(together: list[Case], folder: Path, is_apart: bool) -> NoReturn:
    """Load hostile files beside good ones, and write what became of it and them."""
    # Nothing may return into what the parent was doing.
    try:
        place = folder / f"with_{together[0].name}"
        place.mkdir()
        paths = {case.name: case.write(place / case.name) for case in together}
        database = place / "warehouse" / "x.duckdb"
        database.parent.mkdir()
        shutil.copyfile(folder / "good" / "good.duckdb", database)
        arguments = ["--db", str(database), "--json", *map(str, paths.values())]
        if together[0].is_forced:
            arguments += ["--format", together[0].format]
        load = _load_by_command if is_apart else _load_here
        _limit()
        said, contents = load(arguments), _contents(database)
        said["code_of_all"] = said["exit_code"]
        said["expected_of_all"] = max(case.exit_code for case in together)
        for case in together:
            result = said | _outcome(case, paths, said["stdout"], contents)
            if is_apart:
                load(arguments)
                result["is_same_again"] = _contents(database) == contents
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


def _contents(database: Path) -> dict[str, list[tuple]]:
    """Return the rows of each raw table."""
    with duckdb.connect(database, read_only=True) as connection:
        tables = connection.execute(
            "select table_name from duckdb_tables() where schema_name = 'raw'"
        ).fetchall()
        contents = {
            name: connection.execute(f"from raw.{name} order by all").fetchall()
            for (name,) in sorted(tables)
        }
    # The times at which a path was met may be kept by a later load.
    contents["file_paths"] = [row[:2] for row in contents["file_paths"]]
    return contents


def _outcome(
    case: Case, paths: dict[str, Path], stdout: str, contents: dict[str, list[tuple]]
) -> dict:
    """Return what a load made of a case and of what was there before."""
    path = paths[case.name]
    lines = stdout.splitlines()
    alone = {}
    if len(paths) > 1:
        own = f"/{case.name}/"
        lines = [line for line in lines if own in json.loads(line)["path"]]
        loads = [SimpleNamespace(**json.loads(line)) for line in lines]
        # What the command would end with if it had loaded this file alone.
        alone = {"exit_code": cli.exit_code_of(loads)}
    elsewhere = [f"/{name}/" for name in paths if name != case.name]
    good_ids, other_ids = set(), set()
    for file_id, at in contents["file_paths"]:
        if "/good/good" in at:
            good_ids.add(file_id)
        elif any(folder in at for folder in elsewhere):
            other_ids.add(file_id)
    good, found = {}, {}
    for name, rows in contents.items():
        good[name] = [row for row in rows if row[0] in good_ids]
        found[name] = [row for row in rows if row[0] not in good_ids | other_ids]
    notes = {row[-2] for name in _WARNINGS for row in found.pop(name)}
    for name in _SUMS:
        del found[name]
    data = [found[name] for name in found if name.startswith(_RECORDS)]
    texts = {value for rows in found.values() for row in rows for value in row}
    place = path.parent.parent
    made = {
        *os.listdir(path.parent),
        *os.listdir(place),
        *os.listdir(place / "warehouse"),
    }
    return alone | {
        "told": lines,
        "row_count": sum(map(len, data)),
        "quarantined_count": len(found["quarantine"]),
        "notes": sorted(notes),
        "lost_texts": [ascii(text[:80]) for text in case.texts if text not in texts],
        "good": hashlib.sha256(repr(good).encode()).hexdigest(),
        "made": sorted(made - {path.name, *paths, "warehouse", "x.duckdb"}),
    }


if __name__ == "__main__":
    main()
