"""What a command that is killed, stopped or out of room may leave behind.

A Trial is a command on a folder in a first state; run undisturbed it makes a second
one. Whatever goes wrong on the way, the folder holds the first or the second, whole.
"""

import contextlib
import os
import shutil
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import duckdb
from faults import (
    FULL,
    INTERRUPTED,
    KILLED,
    NOTHING,
    TERMINATED,
    TORN,
    Outcome,
    Runner,
)
from tally import Broken, broken_rows
from tiny_project import GENERATIONS, ROWS, ask, warehouse_of, write_project

SIGNALS = {INTERRUPTED: signal.SIGINT, TERMINATED: signal.SIGTERM}
WORDS_OF_ENDING = {
    "first": (
        "is unchanged",
        "does not exist yet",
        "nothing was changed",
        "is written",
        "are written",
    ),
    "second": ("is refreshed", "is written", "are written"),
}
METR_RUN = """\
    {agent}_{number}:
      action_count: {number}
      agent: {agent}
      human_minutes: 1.5
      score: 0.5
"""
HORIZON_RUN = (
    '{{"task_id": "family/{number}", "task_family": "family", "alias": "{agent}", '
    '"model": "m", "run_id": "{agent}_{number}", "human_minutes": 1.5, '
    '"score_binarized": 1, "score": 1.0}}\n'
)


@dataclass
class Trial:
    """A command to try; `state` returns "first" or "second", or fails if it is half."""

    runner: Runner
    first: Path
    arguments: Callable[[Path], list[object]]
    state: Callable[[Path], str]
    # The next run is checked after every so many kills.
    next_run_every: int = 1
    changes: list[str] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=count)
    _kills: Iterator[int] = field(default_factory=count)

    def __post_init__(self) -> None:
        with self.place() as place:
            outcome = self.run(place)
            assert outcome.code == 0, outcome.output
            assert self.state(place) == "second"
            self._names = {"first": _names(self.first), "second": _names(place)}
        self.changes = outcome.changes

    @property
    def change_count(self) -> int:
        return len(self.changes)

    @property
    def writes(self) -> list[int]:
        """The numbers of those changes that write bytes."""
        numbered = enumerate(self.changes, start=1)
        return [number for number, line in numbered if "write" in line.split()[0]]

    @contextlib.contextmanager
    def place(self) -> Iterator[Path]:
        """A folder of its own in the first state."""
        place = self.first.with_name(f"place_{next(self._numbers)}")
        shutil.copytree(self.first, place)
        yield place
        shutil.rmtree(place)

    def run(self, place: Path, kind: int = NOTHING, at: int = 1) -> Outcome:
        return self.runner.run(*self.arguments(place), folder=place, kind=kind, at=at)

    def kill_after(self, seconds: float) -> str:
        """Kill the command at a moment; return the state that this left."""
        with self.place() as place:
            process = self.runner.start(*self.arguments(place), folder=place)
            time.sleep(seconds)
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
            outcome = self.runner.wait()
            assert outcome.code in (0, -signal.SIGKILL), outcome.output
            state = self.state(place)
            self._check_next_run(place)
            return state

    def run_on_small_disk(self, place: Path) -> str:
        """Run the command where there may be no room; return the state left."""
        shutil.copytree(self.first, place, dirs_exist_ok=True)
        outcome = self.run(place)
        self._check_end(place, outcome, FULL, at=1)
        return self.state(place)

    def go_wrong(self, kind: int, at: int) -> Outcome:
        """Let change number `at` go wrong, and check what is left and what is said."""
        with self.place() as place:
            outcome = self.run(place, kind, at)
            if kind in (KILLED, TORN):
                assert outcome.code == -signal.SIGKILL, outcome.output
                self._check_next_run(place)
            else:
                self._check_end(place, outcome, kind, at)
            return outcome

    def _check_next_run(self, place: Path) -> None:
        before = self.state(place)
        if next(self._kills) % self.next_run_every:
            return
        outcome = self.run(place)
        assert outcome.code == 0, outcome.output
        assert self.state(place) == "second"
        # Where nothing is left to change, what was killed is not tidied up after.
        if before == "first":
            names = [name for name in _names(place) if not name.endswith(".part")]
            assert names == self._names["second"]

    def _check_end(self, place: Path, outcome: Outcome, kind: int, at: int) -> None:
        state = self.state(place)
        assert "Traceback" not in outcome.output
        if outcome.code == 0:  # what went wrong was no longer needed
            assert state == "second"
        elif kind == FULL:
            assert outcome.code in (1, 2), outcome.output
            assert "No space left on device" in outcome.output
            assert state == "first"
        else:
            assert outcome.code == 128 + SIGNALS[kind], outcome.output
            [said] = [
                line
                for line in outcome.output.splitlines()
                if line.startswith("stopped; ")
            ]
            assert said.endswith(WORDS_OF_ENDING[state]), said
        # A signal at the very first change finds nobody to remove what that makes.
        if kind == FULL or at > 1:
            assert _names(place) == self._names[state]


def _names(folder: Path) -> list[str]:
    return sorted(os.listdir(folder))


def write_generation(folder: Path, agent: str, size: int) -> None:
    """Write two files whose runs are all of one agent, `size` in each."""
    numbers = range(size)
    (folder / "runs.yaml").write_text(
        "family:\n  variant:\n"
        + "".join(METR_RUN.format(agent=agent, number=n) for n in numbers)
    )
    (folder / "runs.jsonl").write_text(
        "".join(HORIZON_RUN.format(agent=agent, number=n) for n in numbers)
    )


def load_trial(runner: Runner, folder: Path, *, is_first_load: bool = False) -> Trial:
    """A load of two files, changed since the last load or never loaded before."""
    data, first, clean = (folder / name for name in ("data", "first", "clean"))
    for made in (data, first, clean):
        made.mkdir(parents=True)

    def arguments(place: Path) -> list[object]:
        return [data, "--db", warehouse_of(place)]

    before = None
    if not is_first_load:
        write_generation(data, "old", 3)
        runner.run(*arguments(first), folder=first)
        with duckdb.connect(warehouse_of(first)) as connection:
            connection.execute("create table mine as select 'keep me' as note")
            connection.execute("create view my_view as from evalhouse.main.mine")
        before = contents(first)
    write_generation(data, "new", 4)
    shutil.copytree(first, clean, dirs_exist_ok=True)
    runner.run(*arguments(clean), folder=clean)
    after = contents(clean)
    assert before != after

    def state(place: Path) -> str:
        found = contents(place)
        if found not in (before, after):
            wholes = (rows_of(whole) for whole in (before, after) if whole)
            raise broken_rows(rows_of(found or {}), *wholes)
        return "first" if found == before else "second"

    return Trial(runner, first, arguments, state)


def rows_of(found: dict[str, list[tuple]]) -> Counter:
    return Counter((name, repr(row)) for name, rows in found.items() for row in rows)


def contents(place: Path) -> dict[str, list[tuple]] | None:
    """Return all rows of every table and view, without when a file was met."""
    if not warehouse_of(place).exists():
        return None
    with duckdb.connect(warehouse_of(place), read_only=True) as connection:
        names = connection.execute(
            "select table_schema || '.' || table_name from information_schema.tables"
        ).fetchall()
        kept = "name <> 'loaded_at' and name not like '%_ns'"
        query = f"select columns(lambda name: {kept}) from {{}} order by all"
        return {
            name: connection.execute(query.format(name)).fetchall() for (name,) in names
        }


def build_trial(runner: Runner, folder: Path) -> Trial:
    """A `dbt build` of the tiny project."""
    first = folder / "first"
    first.mkdir(parents=True)
    write_project(first)
    outcome = runner.run("build", folder=first)
    assert outcome.code == 0, outcome.output
    before = whole_generation(first)

    def state(place: Path) -> str:
        return "first" if whole_generation(place) == before else "second"

    arguments = ["--no-use-colors", "build"]
    return Trial(runner, first, lambda _: arguments, state, next_run_every=5)


def whole_generation(project: Path) -> str:
    """Return the one generation that all tables are of."""
    found = ask(project, GENERATIONS)
    if len(found) != 1:
        raise Broken("half", found)
    [(invocation_id, row_count)] = found
    if row_count != 3 * ROWS:
        raise Broken("lost" if row_count < 3 * ROWS else "doubled", found)
    return invocation_id


def figure_trial(runner: Runner, folder: Path, warehouse: Path) -> Trial:
    """Drawing a figure in the place of an older one."""

    def arguments(place: Path) -> list[object]:
        return ["score_distribution", "--jobs", 1, "--out", place, "--db", warehouse]

    return file_trial(runner, folder, "01_score_distribution.png", arguments)


def report_trial(runner: Runner, folder: Path, warehouse: Path) -> Trial:
    """Writing the report in the place of an older one."""

    def arguments(place: Path) -> list[object]:
        return ["report", "--out", place / "report.html", "--db", warehouse]

    return file_trial(runner, folder, "report.html", arguments, next_run_every=5)


def export_trial(runner: Runner, folder: Path, warehouse: Path) -> Trial:
    """Writing the dashboard's data in the place of older ones."""

    def arguments(place: Path) -> list[object]:
        return ["export", place / "viz_data.json", "--db", warehouse]

    return file_trial(runner, folder, "viz_data.json", arguments, next_run_every=5)


def file_trial(
    runner: Runner,
    folder: Path,
    name: str,
    arguments: Callable[[Path], list[object]],
    **more: int,
) -> Trial:
    """Writing a file in the place of an older one."""
    first, clean = folder / "first", folder / "clean"
    first.mkdir()
    (first / name).write_bytes(b"an older file")
    shutil.copytree(first, clean)
    outcome = runner.run(*arguments(clean), folder=clean)
    assert outcome.code == 0, outcome.output
    states = {
        (first / name).read_bytes(): "first",
        (clean / name).read_bytes(): "second",
    }

    def state(place: Path) -> str:
        path = place / name
        if not path.exists():
            raise Broken("lost", path)
        found = path.read_bytes()
        if found not in states:
            raise Broken("half", f"{path}: {len(found)} bytes")
        return states[found]

    return Trial(runner, first, arguments, state, **more)
