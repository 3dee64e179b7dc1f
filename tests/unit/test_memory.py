"""A longer file takes no more memory, but for buffers that fill up."""

import subprocess
import sys
from pathlib import Path

import pytest
from conftest import REPOSITORY

# What buffers fill up to; measured: 20 MB.
ALLOWED_MB = 50

MEASURE = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL)
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
print(peak // (1024 * 1024 if sys.platform == "darwin" else 1024))
"""


def peak_mb(path: Path, warehouse: Path) -> int:
    """Return the peak memory of loading a file into a new warehouse, in MB."""
    load = [sys.executable, "-m", "loaders", str(path), "--db", str(warehouse)]
    run = subprocess.run(
        [sys.executable, "-c", MEASURE, *load],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=True,
    )
    return int(run.stdout)


def write_runs(path: Path, count: int) -> Path:
    with path.open("w") as file:
        for number in range(count):
            if number % 10_000 == 0:
                file.write(f"family_{number}:\n  variant:\n")
            file.write(
                f"    'run-{number}':\n      action_count: {number % 90}\n"
                f"      agent: flock-public+modular_c4o@branch-{number % 100}\n"
                f"      human_minutes: 12.5\n      score: {number % 3 / 2}\n"
            )
    return path


@pytest.mark.slow
def test_ten_times_the_runs_take_hardly_more_memory(tmp_path):
    short = peak_mb(write_runs(tmp_path / "s.yaml", 12_000), tmp_path / "s.duckdb")
    long = peak_mb(write_runs(tmp_path / "l.yaml", 120_000), tmp_path / "l.duckdb")
    assert long - short < ALLOWED_MB
