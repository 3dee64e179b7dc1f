"""Readers of a warehouse that is refreshed all the while.

A generation is two files that are loaded together, all of whose runs say its name,
and three tables that dbt builds together. A reader that saw half a refresh would see
two names, or counts that differ.
"""

import os
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Self

import duckdb_cli
from faults import REPOSITORY, Runner
from tiny_project import ROWS, warehouse_of
from trials import write_generation

# Not the script in .venv/bin, which is another process than the shell.
SHELL = Path(duckdb_cli.__file__).with_name("duckdb")
QUERY = """
select
    (select count(*) from raw.metr_runs where agent like 'generation%'),
    (select count(*) from raw.metr_horizon_runs where alias like 'generation%'),
    (select string_agg(distinct agent) from (
        select agent from raw.metr_runs union all select alias from raw.metr_horizon_runs
    ) where agent like 'generation%'),
    (select count(distinct generation) from (
        from first union all from second union all from third
    )),
    (select count(*) from (from first union all from second union all from third)),
    (select string_agg(note) from mine)
"""
PYTHON_READER = f"""
import duckdb, sys
with duckdb.connect(sys.argv[1], read_only=True) as connection:
    print(*connection.execute('''{QUERY}''').fetchone(), sep="|")
"""


def generation_name(number: int) -> str:
    return f"generation_{number}"


def size_of(number: int) -> int:
    """Sizes differ, so that a count tells generations apart as well."""
    return 100 + number


class Readers:
    """Commands that are run again and again while the block lasts; none may fail."""

    def __init__(self, *commands: list[object]):
        self._commands = commands
        self._is_over = threading.Event()
        self.outputs: list[Counter[str]] = [Counter() for _ in commands]
        self.failures: list[str] = []
        self._threads = [
            threading.Thread(target=self._read, args=pair)
            for pair in zip(commands, self.outputs, strict=True)
        ]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self._is_over.set()
        for thread in self._threads:
            thread.join()

    def _read(self, command: list[object], outputs: Counter[str]) -> None:
        while not self._is_over.is_set():
            done = subprocess.run(
                [str(part) for part in command],
                check=False,
                cwd=REPOSITORY,
                env=os.environ | {"MPLBACKEND": "agg"},
                capture_output=True,
                text=True,
            )
            if done.returncode or done.stderr:
                self.failures.append(done.stdout + done.stderr)
                return
            outputs[done.stdout] += 1


def refresh_and_read(
    loader: Runner, builder: Runner, place: Path, figures: Path, rounds: Iterable[int]
) -> dict[str, int]:
    """Load and build for each of `rounds` before two readers and a plotter.

    `place` holds the tiny project and a warehouse with all views. Returns how often
    each of them did its work.
    """
    data, warehouse = figures / "data", warehouse_of(place)
    data.mkdir()
    refresh_count = 0

    def refresh(number: int) -> None:
        write_generation(data, generation_name(number), size_of(number))
        for runner, arguments in (
            (loader, [data, "--db", warehouse]),
            (builder, ["--quiet", "build"]),
        ):
            outcome = runner.run(*arguments, folder=place)
            assert outcome.code == 0, outcome.output

    refresh(0)
    python = [sys.executable, "-c", PYTHON_READER, warehouse]
    shell = [SHELL, "-readonly", "-noheader", "-list", warehouse, QUERY]
    plotter = [sys.executable, "-m", "plots", "score_distribution"]
    plotter += ["--out", figures, "--db", warehouse]
    with Readers(python, shell, plotter) as readers:
        for number in rounds:
            refresh(number)
            refresh_count += 2
    assert not readers.failures, readers.failures[0]
    whole = {
        f"{size_of(n)}|{size_of(n)}|{generation_name(n)}|1|{3 * ROWS}|keep me\n"
        for n in range(number + 1)
    }
    for outputs in readers.outputs[:2]:
        half = set(outputs) - whole
        assert not half, half
    return {
        "refreshes": refresh_count,
        "reads by Python": readers.outputs[0].total(),
        "reads by the shell": readers.outputs[1].total(),
        "figures drawn": readers.outputs[2].total(),
        "generations seen": len(set(readers.outputs[0]) | set(readers.outputs[1])),
    }
