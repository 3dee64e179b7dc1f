"""Build every view on Spark or Sail and compare it with DuckDB's, row by row.

    python tests/support/engines.py WAREHOUSE --target sail --scratch DIR

exports the raw tables of a warehouse whose views are built, builds all views and seeds
from the export, imports the public views, and compares every relation: all rows, all
columns, numbers to 1e-9.
With `--target sail` it starts Sail; with `spark` the address of a Spark Connect server is in
$SPARK_REMOTE, else it starts one (spark.py), with `--workers` over a cluster on the loopback.
Ends with 1 where something differs or was not built.
"""

import argparse
import contextlib
import functools
import json
import os
import re
import sys
import time
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb

REPOSITORY = Path(__file__).resolve().parents[2]
TOLERANCE = 1e-9


def build(target: str, raw: Path, scratch: Path, threads: int = 2) -> dict[str, dict]:
    """Run dbt in this process, whose session then knows the tables.

    Returns each relation's status, seconds and, where it was not built, the reason.
    """
    os.environ |= {
        "EVALHOUSE_RAW": str(raw),
        "EVALHOUSE_MARTS": str(scratch / "marts"),
        "DBT_PROJECT_DIR": str(REPOSITORY),
        "DBT_PROFILES_DIR": str(REPOSITORY),
        "DBT_TARGET_PATH": str(scratch / "target"),
        "DBT_LOG_PATH": str(scratch / "logs"),
    }
    from dbt.cli.main import dbtRunner
    from pyspark.sql import SparkSession
    from pyspark.sql.connect.client.retries import DefaultPolicy

    # A server that is gone would be asked again for ten minutes by each statement.
    soon = DefaultPolicy(max_retries=6, max_backoff=5_000)
    SparkSession.builder.getOrCreate().client.set_retry_policies([soon])
    options = ["--target", target, "--threads", str(threads)]
    options += ["--exclude-resource-type", "test", "unit_test"]
    run = dbtRunner(parsed(target)).invoke(["--quiet", "build", *options])
    if run.exception or run.result is None:
        raise SystemExit(f"dbt ended: {run.exception}")
    return {
        f"{each.node.schema}.{each.node.name}": {
            "status": str(each.status),
            "seconds": round(each.execution_time, 2),
            "reason": " ".join((each.message or "").split())[:400],
        }
        for each in run.result
        if each.node.resource_type in ("model", "seed")
    }


@functools.cache
def parsed(target: str) -> Any:
    """Return the project as dbt has parsed it: the first build's is that of the others."""
    from dbt.cli.main import dbtRunner

    run = dbtRunner().invoke(["--quiet", "parse", "--target", target])
    if not run.success:
        raise SystemExit(f"dbt ended: {run.exception}")
    return run.result


def difference(connection: duckdb.DuckDBPyConnection, name: str, rows: Any) -> str:
    """Say how a relation of the warehouse differs from `rows`; nothing if it does not.

    Rows are paired in the order of what is exact, then of the rounded numbers, then of
    the numbers themselves.
    """
    connection.register("theirs", rows)
    ours, theirs = _types(connection, name), _types(connection, "theirs")
    if set(ours) != set(theirs):
        return f"columns {sorted(set(ours) ^ set(theirs))} are in one of them only"
    counts = connection.execute(
        f"select (select count(*) from {name}), (select count(*) from theirs)"
    ).fetchall()[0]
    if counts[0] != counts[1]:
        return f"{counts[0]} rows, and {counts[1]} there"
    casts = {column: _cast(ours[column], theirs[column]) for column in ours}
    index = {column: i for i, column in enumerate(ours)}
    exact = [f"c{index[each]}" for each in ours if casts[each] != "double"]
    doubles = [f"c{index[each]}" for each in ours if casts[each] == "double"]
    rounded = [f"cast(printf('%.6e', {each}) as varchar)" for each in doubles]
    ordered = ", ".join(exact + rounded + doubles)

    def numbered(relation: str) -> str:
        values = ", ".join(
            f"{_as(casts[column], column)} as c{index[column]}" for column in ours
        )
        return (
            f"select *, row_number() over (order by {ordered}) as row_number_ "
            f"from (select {values} from {relation})"
        )

    unequal = ", ".join(
        f"count(*) filter (where not ({_same(casts[column], index[column])}))"
        for column in ours
    )
    found = connection.execute(
        f"with a as materialized ({numbered(name)}), "
        f"b as materialized ({numbered('theirs')}) "
        f"select {unequal} from a join b using (row_number_)"
    ).fetchall()[0]
    differing = {c: n for c, n in zip(ours, found, strict=True) if n}
    if not differing:
        return ""
    column = next(iter(differing))
    i = index[column]
    example = connection.execute(
        f"with a as materialized ({numbered(name)}), "
        f"b as materialized ({numbered('theirs')}) "
        f"select a.c{i}, b.c{i}, a.c0 from a join b using (row_number_) "
        f"where not ({_same(casts[column], i)}) limit 1"
    ).fetchall()[0]
    return (
        f"of {counts[0]} rows differ {differing}; {column} is {example[0]!r}, and "
        f"{example[1]!r} there (first column {example[2]!r})"
    )


def _types(connection: duckdb.DuckDBPyConnection, relation: str) -> dict[str, str]:
    described = connection.execute(f"describe from {relation}").fetchall()
    return {column: type_ for column, type_, *_ in described}


def _cast(ours: str, theirs: str) -> str:
    """Return as what two types are compared."""
    types = {re.sub(r"\(.*\)", "", each) for each in (ours, theirs)}
    whole = {"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UBIGINT"}
    if types <= whole:
        return "hugeint"
    if types <= whole | {"DOUBLE", "FLOAT", "DECIMAL"}:
        return "double"
    if all(each.startswith("TIMESTAMP") for each in types):
        return "instant"
    return "varchar"


def _as(cast: str, column: str) -> str:
    quoted = '"' + column + '"'
    return f"epoch_us({quoted})" if cast == "instant" else f"cast({quoted} as {cast})"


def _same(cast: str, i: int) -> str:
    same = f"a.c{i} is not distinct from b.c{i}"
    if cast != "double":
        return same
    # Of two infinities the distance is no number.
    return (
        f"{same} or coalesce(isfinite(a.c{i}) and isfinite(b.c{i}) and "
        f"abs(a.c{i} - b.c{i}) <= {TOLERANCE} "
        f"* greatest(1, abs(a.c{i}), abs(b.c{i})), false)"
    )


def compared(
    warehouse: Path, built: dict[str, dict], session: Any, marts: Path
) -> dict[str, dict]:
    """Add to each relation that was built how it differs, and what reading it took.

    The public views are read from `marts`, into which they were imported.
    """
    from pyspark.errors import PySparkException

    with (
        duckdb.connect(warehouse, read_only=True) as connection,
        # Nothing was imported if a view was not built.
        duckdb.connect(marts if marts.exists() else ":memory:") as imported,
    ):
        connection.execute("set timezone = 'UTC'")
        public = {
            f"main.{name}" for (name,) in imported.execute("show tables").fetchall()
        }
        for name, result in built.items():
            if result["status"] != "success":
                continue
            begun = time.monotonic()
            try:
                if name in public:
                    rows = imported.table(name).to_arrow_table()
                else:
                    rows = session.table(name).toArrow()
            except PySparkException as error:
                result["status"] = "unreadable"
                result["reason"] = " ".join(str(error).split())[:400]
                continue
            result["difference"] = difference(connection, name, rows)
            result["read_seconds"] = round(time.monotonic() - begun, 2)
    return built


@contextlib.contextmanager
def sail(memory: int | None = None) -> Iterator[None]:
    """Start Sail in this process, for a session of this process alone.

    `memory` is what joins, sorts and groups may hold before they spill, in GB.
    """
    from pysail.spark import SparkConnectServer

    if memory:
        pool = "SAIL_RUNTIME__MEMORY_POOL"
        os.environ[f"{pool}__TYPE"] = "fair"
        os.environ[f"{pool}__FAIR__MAX_SIZE"] = str(memory * 1_000_000_000)
    server = SparkConnectServer()
    server.start(background=True)
    address, port = server.listening_address
    os.environ["SPARK_REMOTE"] = f"sc://{address}:{port}"
    yield
    # The end of the process ends it, and faster.


@contextlib.contextmanager
def spark(
    scratch: Path, memory: int = 4, *, has_workers: bool = False, is_large: bool = False
) -> Iterator[None]:
    """Start Spark, with its tables in `scratch`, where no address is given.

    `memory` is the heap of the server or of each of two executors, in GB.
    """
    if "SPARK_REMOTE" in os.environ:
        yield
        return
    from spark import cluster_server, connect_server

    server = cluster_server if has_workers else connect_server
    with server(scratch / "spark", memory, is_large=is_large) as (address, _):
        os.environ["SPARK_REMOTE"] = address
        yield


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("warehouse", type=Path)
    parser.add_argument("--target", choices=("sail", "spark"), default="sail")
    parser.add_argument("--scratch", type=Path, required=True)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--workers", action="store_true", help="a cluster with two")
    parser.add_argument("--large", action="store_true", help="Spark for more data")
    parser.add_argument(
        "--memory", type=int, help="GB of each Spark (else 4) or of Sail's pool"
    )
    parser.add_argument("--no-compare", action="store_true", help="build only")
    parser.add_argument("--broken", action="store_true", help="broken exports too")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    sys.path.insert(0, str(REPOSITORY))
    from loaders.__main__ import main as loaders

    warehouse = options.warehouse.resolve()
    scratch = options.scratch.resolve()
    scratch.mkdir(parents=True, exist_ok=True)
    with contextlib.redirect_stdout(sys.stderr):
        if loaders(["export", "--raw", str(scratch / "raw"), "--db", str(warehouse)]):
            return 2
    # The engine keeps its tables below the folder that it runs in.
    os.chdir(scratch)
    if options.target == "sail":
        engine = sail(options.memory)
    else:
        engine = spark(
            scratch,
            options.memory or 4,
            has_workers=options.workers,
            is_large=options.large,
        )
    with engine:
        begun = time.monotonic()
        results = build(options.target, scratch / "raw", scratch, options.threads)
        built_after = time.monotonic() - begun
        if not options.no_compare:
            from pyspark.sql import SparkSession

            marts = scratch / "marts.duckdb"
            with contextlib.redirect_stdout(sys.stderr):
                loaders(
                    ["import", "--marts", str(scratch / "marts"), "--db", str(marts)]
                )
            session = SparkSession.builder.getOrCreate()
            compared(warehouse, results, session, marts)
        took = time.monotonic() - begun
        if options.broken:
            from broken_exports import build_all

            build_all(scratch / "raw", scratch / "broken", options.target, build)
    (scratch / "results.json").write_text(json.dumps(results, indent=1))
    bad = 0
    for name, result in results.items():
        said = result.get("difference") or (
            result["reason"] if result["status"] != "success" else ""
        )
        if said:
            bad += 1
            print(f"{name}: {result['status']}: {said}")
    print(
        f"{len(results)} relations, {bad} differ or were not built; "
        f"built in {built_after:.0f} s, all in {took:.0f} s"
    )
    return 1 if bad else 0


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    os._exit(code)
