"""Killed, stopped or out of room at every change and at any moment, nothing is lost.

test_faults.py tries some of the changes; what is checked is in trials.py.
"""

import random
import subprocess
import time
from contextlib import contextmanager

import pytest
from faults import FULL, INTERRUPTED, KILLED, TERMINATED, TORN

KINDS = {
    KILLED: "killed",
    TORN: "killed half-way",
    FULL: "disk full",
    INTERRUPTED: "Ctrl-C",
    TERMINATED: "kill (SIGTERM)",
}
MOMENTS = 200
SIZES = 20


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("command", ["loads", "first_loads", "builds", "figures"])
def test_every_change(request, command, kind):
    trial = request.getfixturevalue(command)
    changes = range(1, trial.change_count + 1)
    if kind == TORN:
        changes = trial.writes
    if (command, kind) == ("builds", TERMINATED):
        # dbt makes its plugins in a thread: before its first event `kill` just kills.
        changes = changes[11:]
    for at in changes:
        trial.go_wrong(kind, at)
    what = "writes" if kind == TORN else "changes"
    print(f"\n{command}: {KINDS[kind]} at each of {len(changes)} {what}")


@pytest.mark.parametrize("command", ["loads", "builds"])
def test_random_moments(request, command):
    trial = request.getfixturevalue(command)
    started = time.monotonic()
    with trial.place() as place:
        trial.run(place)
    duration = time.monotonic() - started
    moments = random.Random(6)
    seen = [
        trial.kill_after(moments.uniform(0, 1.1) * duration) for _ in range(MOMENTS)
    ]
    counts = ", ".join(f"{seen.count(state)} {state}" for state in sorted(set(seen)))
    print(f"\n{command}: killed at {MOMENTS} random moments; state left: {counts}")


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
    least = sum(file.stat().st_size for file in trial.first.rglob("*"))
    outcomes = []
    for number in range(SIZES):
        size = int(least * (1.05 + 2.5 * number / SIZES))
        with small_disk(tmp_path, size):
            outcomes.append(trial.run_on_small_disk(tmp_path))
    full = outcomes.count("first")
    assert 0 < full < SIZES
    print(f"\n{command}: {SIZES} sizes of disk, too small in {full}")
