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


def _case(size: str, warehouse: Path, rows: int | None, *, is_spark: bool) -> Case:
    engines = []
    if is_spark and _has_spark():
        # Its settings are those that docs/engine.md gives for this size.
        spark = ["--target", "spark"]
        spark += ["--large"] if rows and rows > _SMALL_ATTEMPTS else []
        engines = [
            ("spark, local[2]", spark),
            ("spark, two workers", [*spark, "--workers"]),
        ]
    elif not is_spark and importlib.util.find_spec("pysail"):
        engines = [("sail", ["--target", "sail"])]
    duckdb = limited_refresh(warehouse, _MEMORY)
    others = [_engine(*each, warehouse) for each in engines]
    return Case(size, [duckdb, *others], row_count=rows)


def _growing(folder: Path, rows: int, *, is_spark: bool) -> Case:
    warehouse = loaded_attempts(folder, rows)
    return _case(f"{rows:,} attempts", warehouse, rows, is_spark=is_spark)


def _sail_cases(folder: Path, scale: float) -> Iterator[Case]:
    """Yield the sample, whatever the scale, then growing tasks and agents."""
    yield _case("the sample", loaded_sample(folder), None, is_spark=False)
    for rows in (_METR_ATTEMPTS, 1_000_000):
        yield _growing(folder, max(1_000, int(rows * scale)), is_spark=False)


def _spark_cases(folder: Path, scale: float) -> Iterator[Case]:
    for rows in (_METR_ATTEMPTS, 1_000_000):
        yield _growing(folder, max(1_000, int(rows * scale)), is_spark=True)


BENCHMARKS = (
    Benchmark(
        "engines",
        "How long does the same build take on Sail?",
        _sail_cases,
        "the number of relations, each a statement that the server plans; every step of a "
        "fit is one more.",
    ),
    Benchmark(
        "engines_spark",
        "How long does the same build take on Spark, and on a cluster of two workers here?",
        _spark_cases,
        "the same; each statement is compiled too, and its output is written by a job.",
    ),
)
