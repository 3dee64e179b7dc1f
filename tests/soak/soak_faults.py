"""Killed, stopped or out of room at every change and at any moment, nothing is lost.

test_faults.py tries some of the changes; what is checked is in trials.py.
"""

import random
import subprocess
import time
from contextlib import contextmanager

import pytest
from faults import FULL, INTERRUPTED, KILLED, TERMINATED, TORN, Runner
from tally import SCALE, Tally, scaled
from trials import export_trial, report_trial

KINDS = {
    KILLED: "killed",
    TORN: "killed half-way",
    FULL: "disk full",
    INTERRUPTED: "Ctrl-C",
    TERMINATED: "kill (SIGTERM)",
}
NAMES = {
    "loads": "load",
    "first_loads": "first load",
    "builds": "`dbt build`",
    "figures": "figure",
    "reports": "report",
    "exports": "export",
}
MOMENTS = 200
SIZES = 20


@pytest.fixture(scope="module")
def plotter(fault_library):
    with Runner("plots", fault_library) as runner:
        yield runner


@pytest.fixture(scope="module")
def reports(plotter, sample_warehouse, tmp_path_factory):
    return report_trial(plotter, tmp_path_factory.mktemp("reports"), sample_warehouse)


@pytest.fixture(scope="module")
def exports(plotter, sample_warehouse, tmp_path_factory):
    return export_trial(plotter, tmp_path_factory.mktemp("exports"), sample_warehouse)


def some(changes, count: int) -> list[int]:
    """Return `count` of the changes, evenly spread; all at full size."""
    changes = list(changes)
    if SCALE >= 1 or count >= len(changes):
        return changes
    step = (len(changes) - 1) / max(count - 1, 1)
    return sorted({changes[round(step * number)] for number in range(count)})


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("command", NAMES)
def test_every_change(request, command, kind):
    trial = request.getfixturevalue(command)
    changes = range(1, trial.change_count + 1)
    if kind == TORN:
        changes = trial.writes
    if (command, kind) == ("builds", TERMINATED):
        # dbt makes its plugins in a thread: before its first event `kill` just kills.
        changes = changes[11:]
    what = "writes" if kind == TORN else "changes"
    tally = Tally(f"{NAMES[command]}: {KINDS[kind]} at its {what}")
    tally.seen[what] = len(changes)
    for at in some(changes, scaled(len(changes))):
        with tally.one():
            trial.go_wrong(kind, at)
    tally.end()


@pytest.mark.parametrize("command", ["loads", "builds", "reports", "exports"])
def test_random_moments(request, command):
    trial = request.getfixturevalue(command)
    tally = Tally(f"{NAMES[command]}: killed at random moments")
    started = time.monotonic()
    with trial.place() as place:
        trial.run(place)
    duration = time.monotonic() - started
    moments = random.Random(6)
    for _ in range(scaled(MOMENTS)):
        with tally.one():
            state = trial.kill_after(moments.uniform(0, 1.1) * duration)
            tally.seen["old" if state == "first" else "new"] += 1
    tally.end()


@contextmanager
def small_disk(place, size):
    """Mount a disk of `size` bytes at `place`."""
    options = ["-t", "tmpfs", "-o", f"size={size}", "tmpfs"]
    mounted = subprocess.run(
        ["mount", *options, place], check=False, capture_output=True
    )
    if mounted.returncode:
        pytest.skip("a disk can only be mounted by root")
    try:
        yield
    finally:
        subprocess.run(["umount", place], check=True)


@pytest.mark.parametrize("command", ["loads", "builds"])
def test_disks_of_many_sizes(request, tmp_path, command):
    """From where the first state just fits to where the second one does."""
    trial = request.getfixturevalue(command)
    tally = Tally(f"{NAMES[command]}: disks of many sizes")
    least = sum(file.stat().st_size for file in trial.first.rglob("*"))
    sizes = scaled(SIZES, least=5)
    for number in range(sizes):
        size = int(least * (1.05 + 2.5 * number / sizes))
        with small_disk(tmp_path, size), tally.one():
            state = trial.run_on_small_disk(tmp_path)
            tally.seen["too small" if state == "first" else "large enough"] += 1
    assert 0 < tally.seen["too small"] < sizes
    tally.end()
