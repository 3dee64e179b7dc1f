"""Killed, stopped or out of room at any change it makes, a command leaves no half.

At some of the changes; soak_faults.py tries every one, and many moments besides.
"""

import os
import signal
import subprocess
import sys

import pytest
from faults import FULL, INTERRUPTED, KILLED, REPOSITORY, TERMINATED, TORN
from tiny_project import warehouse_of


def some(change_count: int, how_many: int) -> list[int]:
    """Return numbers of changes, evenly spread, the first and the last among them."""
    step = (change_count - 1) / (how_many - 1)
    return sorted({round(1 + step * number) for number in range(how_many)})


@pytest.mark.parametrize(
    ("kind", "how_many"),
    [(KILLED, 10), (FULL, 10), (INTERRUPTED, 8), (TERMINATED, 4)],
)
def test_a_load(loads, kind, how_many):
    for at in some(loads.change_count, how_many):
        loads.go_wrong(kind, at)


def test_a_load_killed_half_way_through_a_write(loads):
    for at in loads.writes[::2]:
        loads.go_wrong(TORN, at)


@pytest.mark.parametrize("kind", [KILLED, FULL, INTERRUPTED])
def test_a_first_load(first_loads, kind):
    for at in some(first_loads.change_count, 5):
        first_loads.go_wrong(kind, at)


@pytest.mark.parametrize("kind", [KILLED, FULL, INTERRUPTED])
def test_a_build(builds, kind):
    for at in some(builds.change_count - 1, 2):
        builds.go_wrong(kind, at)


@pytest.mark.parametrize("kind", [KILLED, TORN, FULL, INTERRUPTED])
def test_a_figure(figures, kind):
    for at in some(figures.change_count, 3):
        figures.go_wrong(kind, at)


@pytest.mark.parametrize("command", ["loads", "builds"])
def test_a_power_cut_finds_what_was_synced_whole(request, command):
    """The disk may hold a new name before the bytes that were written to it."""
    trial = request.getfixturevalue(command)
    with trial.place() as place:
        changes = [tuple(line.split(" ", 1)) for line in trial.run(place).changes]
    live = str(warehouse_of(place))
    copy = f"{place}/.evalhouse.duckdb.build/evalhouse.duckdb"
    assert [name for name, path in changes if path == live] == ["rename"]
    published = changes.index(("rename", live))
    to_copy = [name for name, path in changes[:published] if path == copy]
    writes = {"write", "pwrite", "pwrite64", "ftruncate", "ftruncate64", "fallocate"}
    last_write = max(i for i, name in enumerate(to_copy) if name in writes)
    assert "fsync" in to_copy[last_write:]
    assert ("fsync", str(place)) in changes[published:]


@pytest.mark.parametrize("signal_number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize(
    ("command", "first_import"),
    [
        ([sys.executable, "-m", "loaders"], "argparse"),
        ([sys.executable, "-m", "plots"], "argparse"),
    ],
    ids=["loaders", "plots"],
)
def test_a_stop_while_it_imports(command, first_import, signal_number, tmp_path):
    """Importing takes a while, in which an exception would end in a traceback."""
    slow = "import time\nprint('importing', flush=True)\ntime.sleep(36_000)\n"
    (tmp_path / f"{first_import}.py").write_text(slow)
    with subprocess.Popen(
        command,
        cwd=REPOSITORY,
        env=os.environ | {"PYTHONPATH": str(tmp_path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout.readline() == "importing\n"
        process.send_signal(signal_number)
        assert process.communicate()[1] == "stopped; nothing was changed\n"
    assert process.returncode == 128 + signal_number
