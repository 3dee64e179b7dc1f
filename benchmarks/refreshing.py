"""How fast the views are refreshed, and how that grows."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from benchmarks import generate, ratings
from benchmarks.loading import rival
from benchmarks.measure import REPOSITORY, Benchmark, Case, Contestant, run

DBT = Path(sys.executable).with_name("dbt")
_BUILD = (DBT, "--quiet", "build", "--exclude-resource-type", "unit_test")
BUILD_WITHOUT_TESTS = (*_BUILD, "test")
_BENCHMARK_COUNT = 11


def dbt_environment(warehouse: Path) -> dict[str, str]:
    """Return where dbt finds the warehouse and keeps its own files."""
    return {
        "EVALHOUSE_DB": str(warehouse),
        "DBT_TARGET_PATH": str(warehouse.parent / "target"),
        "DBT_LOG_PATH": str(warehouse.parent / "logs"),
    }


def refresh(
    warehouse: Path, *, with_tests: bool = False, is_first: bool = True
) -> Contestant:
    """Return the command that builds every view of what was loaded.

    In a copy: the first time everything is made, after that only what has changed.
    """
    kind = "tested" if with_tests else "untested"
    copy = warehouse.parent / f"{kind}_{'first' if is_first else 'again'}" / "it.duckdb"

    def before() -> None:
        if is_first or not copy.exists():
            copy.parent.mkdir(exist_ok=True)
            shutil.copyfile(warehouse, copy)

    return Contestant(
        f"dbt build {'with' if with_tests else 'without'} tests"
        + ("" if is_first else ", nothing changed"),
        list(_BUILD if with_tests else BUILD_WITHOUT_TESTS),
        before=before,
        environment=dbt_environment(copy),
    )


def loaded(warehouse: Path, *paths: Path) -> Path:
    """Return a warehouse with the files loaded; one that is there is kept."""
    if not warehouse.exists():
        warehouse.parent.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "-m", "loaders", *paths, "--db", warehouse]
        load = subprocess.run(command, check=False, cwd=REPOSITORY, capture_output=True)
        # 1: some record was kept back, as the sample's are on purpose.
        if load.returncode not in (0, 1):
            raise RuntimeError(load.stderr.decode())
    return warehouse


def studies(folder: Path) -> tuple[str, Path]:
    """Return the studies' files, loaded, where they are, else the sample."""
    studies = _studies_folders()
    if not studies:
        return "the sample", loaded_sample(folder)
    warehouse = folder / "the_studies_files" / "evalhouse.duckdb"
    return "the studies' files", loaded(warehouse, *studies)


def _studies_folders() -> list[Path]:
    """Return METR's and HAL's folders; none where either is not there."""
    place = os.environ.get("EVALHOUSE_REAL_DATA", REPOSITORY.parent / "shared" / "data")
    studies = [Path(place) / name for name in ("metr", "hal")]
    return studies if all(path.is_dir() for path in studies) else []


def loaded_sample(folder: Path) -> Path:
    """Return a warehouse with the shipped sample loaded."""
    files = folder / "sample"
    command = [sys.executable, "-m", "sample", files]
    subprocess.run(command, cwd=REPOSITORY, check=True, capture_output=True)
    return loaded(folder / "the_sample" / "evalhouse.duckdb", files)


def loaded_attempts(folder: Path, count: int, *, grows: bool = True) -> Path:
    """Return a warehouse with so many attempts; tasks and agents may grow with them."""
    name = f"{'growing' if grows else 'fixed'}_{count}"
    warehouse = folder / name / "evalhouse.duckdb"
    if warehouse.exists():
        return warehouse
    return loaded(
        warehouse, generate.metr_yaml(folder / f"{name}.yaml", count, grows=grows)
    )


def limited_refresh(warehouse: Path, limit: str) -> Contestant:
    """Return a refresh within a limit of memory, to be run once."""
    contestant = refresh(warehouse)
    return replace(
        contestant,
        name=f"{contestant.name}, memory_limit {limit}",
        environment=contestant.environment | {"EVALHOUSE_MEMORY_LIMIT": limit},
        is_slow=True,
    )


def _studies_cases(folder: Path, scale: float) -> Iterator[Case]:
    """Yield one case: they have one size, whatever the scale."""
    size, warehouse = studies(folder)
    contestants = [
        refresh(warehouse, with_tests=with_tests, is_first=is_first)
        for is_first in (True, False)
        for with_tests in (False, True)
    ]
    if studies_folders := _studies_folders():
        contestants.append(_with_one_new_trace(folder, *studies_folders))
    yield Case(size, contestants)


def _with_one_new_trace(folder: Path, metr: Path, hal: Path) -> Contestant:
    """Return the refresh after the last of HAL's traces was loaded to all others."""
    *others, last = sorted(hal.iterdir())
    warehouse = loaded(folder / "one_new_trace" / "others.duckdb", metr, *others)
    built = warehouse.with_name("built.duckdb")
    # That of a run before this one was built by other code.
    built.unlink(missing_ok=True)
    first, again = refresh(warehouse), refresh(built)
    copy = again.environment["EVALHOUSE_DB"]

    def before() -> None:
        if not built.exists():
            run(first)
            shutil.copyfile(copy, built)
        again.before()
        load = [sys.executable, "-m", "loaders", last, "--db", copy]
        subprocess.run(load, cwd=REPOSITORY, check=True, capture_output=True)

    return replace(again, name=f"{again.name}, one new trace", before=before)


def _attempts_cases(folder: Path, scale: float, *, grows: bool) -> Iterator[Case]:
    for millions in (0.1, 1, 10):
        count = max(10_000, int(millions * 1e6 * scale))
        warehouse = loaded_attempts(folder, count, grows=grows)
        contestant = replace(refresh(warehouse), is_slow=millions > 1)
        yield Case(f"{count:,} attempts", [contestant], row_count=count)


def _small_memory_cases(folder: Path, scale: float) -> Iterator[Case]:
    for millions, limit in ((2, "400MB"), (10, "2GB")):
        yield _limited_case(folder, int(millions * 1e6 * scale), limit)


def _fifty_million_cases(folder: Path, scale: float) -> Iterator[Case]:
    yield _limited_case(folder, int(50e6 * scale), "12GB")


def _limited_case(folder: Path, count: int, limit: str) -> Case:
    """Return growing attempts, refreshed within a limit of memory."""
    count = max(10_000, count)
    warehouse = loaded_attempts(folder, count)
    limited = limited_refresh(warehouse, limit)
    limited = replace(limited, spills_below=warehouse.parent)
    return Case(f"{count:,} attempts", [limited], row_count=count)


def _compiled(folder: Path, *views: str) -> Path:
    """Return the folder into which dbt compiles the marts."""
    warehouse = loaded(
        folder / "views" / "evalhouse.duckdb",
        generate.metr_yaml(folder / "views.yaml", 100),
    )
    subprocess.run(
        [DBT, "--quiet", "compile", "--select", *views],
        cwd=REPOSITORY,
        env=os.environ | dbt_environment(warehouse),
        capture_output=True,
        check=True,
    )
    return warehouse.parent / "target" / "compiled" / "evalhouse" / "models" / "marts"


def _view(view: str, table: str, folder: Path, rows: Path) -> Contestant:
    """Return one view, as dbt compiles it, over made-up rows of what it reads."""
    (sql,) = _compiled(folder, view).glob(f"*/{view}.sql")
    command = [sys.executable, "-m", "benchmarks.view", sql, table, rows]
    return Contestant(view, command)


def _win_rate_cases(folder: Path, scale: float) -> Iterator[Case]:
    for times in (1, 10, 100):
        model_count = max(3, int(10 * times * scale))
        rows = generate.comparison_values(
            folder / f"values_{model_count}.csv", model_count, _BENCHMARK_COUNT
        )
        contestants = [_view("benchmark_win_rates", "comparison_values", folder, rows)]
        if model_count <= 100:
            loops = rival("pandas_win_rates", rows, is_slow=times > 1)
            contestants.append(loops)
        yield Case(
            f"{model_count:,} models x {_BENCHMARK_COUNT} benchmarks",
            contestants,
            row_count=model_count * _BENCHMARK_COUNT,
        )


def _rating_cases(folder: Path, scale: float) -> Iterator[Case]:
    """Yield 48 models of 355 evaluations with outcomes, and 1,000 models without."""
    compiled = _compiled(folder, *(Path(step).name for step in ratings.STEPS))
    for models, evaluations, tasks in ((48, 355, 8), (1_000, 11_000, 0)):
        count = max(3, int(models * scale))
        row_count = max(count, int(evaluations * scale))
        outcomes = generate.model_tasks(
            folder / f"outcomes_{count}_{tasks}.csv", count, _BENCHMARK_COUNT, tasks
        )
        best = generate.model_evaluations(
            folder / f"evaluations_{count}_{row_count}.csv",
            count,
            _BENCHMARK_COUNT,
            row_count,
        )
        command = [sys.executable, "-m", "benchmarks.ratings", compiled, outcomes, best]
        yield Case(
            f"{count:,} models, {row_count:,} evaluations on {_BENCHMARK_COUNT} "
            + ("benchmarks, 8 tasks each" if tasks else "benchmarks, no outcomes"),
            [Contestant("model_ratings", command, is_slow=models > 100)],
            row_count=row_count,
        )


def _frontier_cases(folder: Path, scale: float) -> Iterator[Case]:
    for times in (1, 10, 100):
        count = max(100, int(10_000 * times * scale))
        rows = generate.best_evaluations(folder / f"points_{count}.csv", count)
        contestants = [_view("pareto_frontier", "best_evaluations", folder, rows)]
        if times == 1:
            contestants.append(rival("pandas_frontier", rows, is_slow=True))
        yield Case(f"{count:,} points", contestants, row_count=count)


BENCHMARKS = (
    Benchmark(
        "refresh_studies",
        "How long does a refresh take on data of the studies' size?",
        _studies_cases,
        "what dbt does for each of 540 views, seeds and tests; then the comparisons in "
        "pairs and the replicates of the time horizons.",
    ),
    Benchmark(
        "refresh_fixed",
        "How does a refresh grow with the attempts at the same tasks and agents?",
        lambda folder, scale: _attempts_cases(folder, scale, grows=False),
        "the replicates, as many for any number of attempts; then writing `attempts`.",
    ),
    Benchmark(
        "refresh_growing",
        "How does a refresh grow where tasks and agents grow with the attempts?",
        lambda folder, scale: _attempts_cases(folder, scale, grows=True),
        "counting the attempts of each agent and of each model at each task, and ranking "
        "them.",
    ),
    Benchmark(
        "refresh_small_memory",
        "Does a refresh end where its data do not fit into memory?",
        _small_memory_cases,
        "the temporary files; DuckDB's own limit, `EVALHOUSE_MEMORY_LIMIT`, does not "
        "count what Python and dbt hold.",
    ),
    Benchmark(
        "refresh_fifty_million",
        "Does a machine of 16 GB refresh fifty million attempts, with tasks and agents that "
        "grow too?",
        _fifty_million_cases,
        "the cells of the rank correlations and of the time horizons, nearly as many as the "
        "attempts. The file of 7 GB and its warehouse are made first, in some 20 minutes.",
    ),
    Benchmark(
        "win_rates",
        "How fast are pairwise win rates of many models?",
        _win_rate_cases,
        "starting Python and DuckDB.",
    ),
    Benchmark(
        "ratings",
        "How fast are the ratings of many models, with their intervals?",
        _rating_cases,
        "the linear systems of the jackknife, a row per pair of models.",
    ),
    Benchmark(
        "frontier",
        "How fast are the frontier and hull of many points of one benchmark?",
        _frontier_cases,
        "the distance from each point to each side of the hull.",
    ),
)
