"""How fast the figures are drawn."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks.measure import REPOSITORY, Benchmark, Case, Contestant
from benchmarks.refreshing import BUILD_WITHOUT_TESTS, dbt_environment, studies


def _cases(folder: Path, scale: float) -> Iterator[Case]:
    """Yield one case: the studies have one size, whatever the scale."""
    size, warehouse = studies(folder)
    environment = os.environ | dbt_environment(warehouse)
    subprocess.run(BUILD_WITHOUT_TESTS, cwd=REPOSITORY, env=environment, check=True)
    command = [
        *(sys.executable, "-m", "plots", "--db", warehouse),
        *("--out", folder / "figures"),
    ]
    contestants = [
        Contestant("python -m plots", command),
        Contestant("python -m plots --jobs 1", [*command, "--jobs", "1"]),
    ]
    yield Case(f"every figure of {size}", contestants)


BENCHMARKS = (
    Benchmark(
        "draw_figures",
        "How fast is every figure drawn, in several processes and in one?",
        _cases,
        "matplotlib's layout and text, in as many processes as there are cores. The "
        "studies' own figures are not ours to ship, so they do not run here.",
    ),
)
