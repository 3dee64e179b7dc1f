"""How long the same build takes on DuckDB, Sail and Spark."""

import importlib.util
import os
import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks.measure import REPOSITORY, Benchmark, Case, Contestant
from benchmarks.refreshing import limited_refresh, loaded_attempts, loaded_sample

_PROGRAM = REPOSITORY / "tests" / "support" / "engines.py"
_METR_ATTEMPTS = 11_639
_SMALL_ATTEMPTS = 100_000
# DuckDB takes what it may, and needs less.
_MEMORY = "4GB"


def _has_spark() -> bool:
    """Return whether Spark is installed, perhaps by the package pyspark."""
    own = shutil.which("spark-submit", path=Path(sys.executable).parent)
    return bool(own) or "SPARK_HOME" in os.environ


def _engine(name: str, options: list[str], warehouse: Path) -> Contestant:
    """Return the export of the raw tables, the build and the export of the views."""
    # Spark reads brackets in a path as a pattern.
    scratch = warehouse.parent / re.sub(r"\W+", "_", name)
    options = [*options, "--scratch", str(scratch), "--no-compare"]
    return Contestant(
        f"{name}, with both exports",
        [sys.executable, _PROGRAM, warehouse, *options],
        before=lambda: shutil.rmtree(scratch, ignore_errors=True),
        is_slow=True,
    )


def _sail(memory: int | None = None) -> dict[str, list[str]]:
    """Return Sail by what its row is called, with its options; nothing without Sail."""
    if not importlib.util.find_spec("pysail"):
        return {}
    limit = ["--memory", str(memory)] if memory else []
    return {"sail": ["--target", "sail", *limit]}


def _spark(
    rows: int, memory: int | None = None, worker_memory: int | None = None
) -> dict[str, list[str]]:
    """Return one Spark and two workers, with the settings of docs/engine.md for the size."""
    if not _has_spark():
        return {}
    options = ["--target", "spark"]
    options += ["--large"] if rows > _SMALL_ATTEMPTS else []
    limits = [
        ["--memory", str(each)] if each else [] for each in (memory, worker_memory)
    ]
    return {
        "spark, local[2]": [*options, *limits[0]],
        "spark, two workers": [*options, "--workers", *limits[1]],
    }


def _case(
    size: str, warehouse: Path, rows: int | None, engines: dict[str, list[str]]
) -> Case:
    others = [_engine(*each, warehouse) for each in engines.items()]
    return Case(size, [limited_refresh(warehouse, _MEMORY), *others], row_count=rows)


def _growing(folder: Path, rows: int, engines: dict[str, list[str]]) -> Case:
    return _case(f"{rows:,} attempts", loaded_attempts(folder, rows), rows, engines)


def _sail_cases(folder: Path, scale: float) -> Iterator[Case]:
    """Yield the sample, whatever the scale, then growing tasks and agents."""
    yield _case("the sample", loaded_sample(folder), None, _sail())
    for rows in (_METR_ATTEMPTS, 1_000_000):
        yield _growing(folder, max(1_000, int(rows * scale)), _sail())


def _spark_cases(folder: Path, scale: float) -> Iterator[Case]:
    for rows in (_METR_ATTEMPTS, 1_000_000):
        rows = max(1_000, int(rows * scale))
        yield _growing(folder, rows, _spark(rows))


def _ten_million_cases(folder: Path, scale: float) -> Iterator[Case]:
    """Yield the same attempts once for each engine, whose result is kept when it ends."""
    rows = max(1_000, int(10_000_000 * scale))
    for engine in (_spark(rows, 10, 4) | _sail(6)).items():
        yield _growing(folder, rows, dict([engine]))


BENCHMARKS = (
    Benchmark(
        "engines",
        "How long does the same build take on Sail?",
        _sail_cases,
        "the number of relations, each a statement that the server plans; every step of a "
        "fit is one more.",
    ),
    Benchmark(
        "engines_ten_million",
        "How long does the same build of ten million attempts take on each engine here?",
        _ten_million_cases,
        "the attempts themselves, in a few dozen of the relations.",
    ),
    Benchmark(
        "engines_spark",
        "How long does the same build take on Spark, and on a cluster of two workers here?",
        _spark_cases,
        "the same; each statement is compiled too, and its output is written by a job.",
    ),
)
