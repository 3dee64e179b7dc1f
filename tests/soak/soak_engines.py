"""Every view is the same on Apache Spark, by itself and on a cluster, and after faults.

Skips where Spark is not installed: $SPARK_HOME, Java 17 and the adapter of docs/engine.md.
"""

import contextlib
import importlib.util
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import broken_exports
import pytest
import spark
from conftest import DBT, REPOSITORY, run_in_repository
from tally import SCALE

from benchmarks.refreshing import BUILD_WITHOUT_TESTS, loaded_attempts
from loaders.__main__ import main as loaders

PROGRAM = REPOSITORY / "tests" / "support" / "engines.py"


pytestmark = pytest.mark.skipif(
    spark.home() is None or importlib.util.find_spec("dbt.adapters.spark") is None,
    reason="Spark is not installed: docs/engine.md says what it needs",
)


@contextlib.contextmanager
def comparison(
    warehouse: Path, scratch: Path, address: str
) -> Iterator[subprocess.Popen]:
    """Build all views of a warehouse and compare them, in a process of its own."""
    scratch.mkdir(parents=True, exist_ok=True)
    with (scratch / "said").open("wb") as said:
        options = ["--target", "spark", "--scratch", scratch]
        process = subprocess.Popen(
            [sys.executable, PROGRAM, warehouse, *options],
            env=os.environ | {"SPARK_REMOTE": address},
            stdout=said,
            stderr=subprocess.STDOUT,
        )
    try:
        yield process
    finally:
        process.kill()


def wait_until_made(scratch: Path, name: str, process: subprocess.Popen) -> None:
    """Wait until dbt has made a relation."""
    log = scratch / "logs" / "dbt.log"
    while process.poll() is None:
        if log.exists() and re.search(f"OK created .* {name} ", log.read_text()):
            return
        time.sleep(0.5)
    pytest.fail((scratch / "said").read_text()[-2000:])


def assert_all_same(
    scratch: Path, process: subprocess.Popen, known: frozenset[str] = frozenset()
) -> None:
    """All relations are the same but for the known ones, which must differ."""
    process.wait()
    said = (scratch / "said").read_text()
    assert " relations, " in said, said[-4000:]
    print(next(line for line in said.splitlines() if " relations, " in line))
    relations = json.loads((scratch / "results.json").read_text())
    assert len(relations) > 200
    differing = {
        name
        for name, result in relations.items()
        if result["status"] != "success" or result["difference"]
    }
    assert differing == known, said[-4000:]


def test_spark_local_and_two_builds_at_once(sample_warehouse, tmp_path):
    """The second is refused while the first runs, and changes nothing of it."""
    with spark.connect_server(tmp_path / "spark") as (address, _):
        scratch = tmp_path / "first"
        with comparison(sample_warehouse, scratch, address) as first:
            wait_until_made(scratch, "main.attempts", first)
            second = build(scratch / "raw", tmp_path / "second", address)
            assert second.returncode == 2, second.stdout
            assert "another build runs in this catalog" in second.stdout
            assert_all_same(scratch, first)


def test_the_studies_on_spark_local(real_warehouse, tmp_path):
    with spark.connect_server(tmp_path / "spark") as (address, _):
        scratch = tmp_path / "studies"
        with comparison(real_warehouse, scratch, address) as process:
            assert_all_same(scratch, process)


def test_the_studies_on_a_cluster(real_warehouse, tmp_path):
    with spark.cluster_server(tmp_path / "spark") as (address, _):
        scratch = tmp_path / "studies"
        with comparison(real_warehouse, scratch, address) as process:
            assert_all_same(scratch, process)


@pytest.fixture(scope="module")
def a_million(tmp_path_factory) -> Path:
    """A warehouse of a million attempts, or of a share of them, with its views."""
    folder = tmp_path_factory.mktemp("million")
    warehouse = loaded_attempts(folder, max(60_000, int(1_000_000 * SCALE)))
    run = run_in_repository([*BUILD_WITHOUT_TESTS], warehouse, folder)
    assert run.returncode == 0, run.stdout + run.stderr
    return warehouse


@pytest.mark.parametrize(
    "server",
    [spark.connect_server, spark.cluster_server],
    ids=["local", "cluster"],
)
def test_a_million_attempts(server, a_million, tmp_path):
    """`views` counts the rows of tables, and on Spark every view is one."""
    with server(tmp_path / "spark", is_large=True) as (address, _):
        scratch = tmp_path / "million"
        with comparison(a_million, scratch, address) as process:
            assert_all_same(scratch, process, frozenset({"main.views"}))


def test_a_worker_of_a_cluster_is_killed(sample_warehouse, tmp_path):
    """Spark computes again what it had, on the other worker: the rows are the same."""
    scratch = tmp_path / "first"
    with (
        spark.cluster_server(tmp_path / "spark") as (address, workers),
        comparison(sample_warehouse, scratch, address) as process,
    ):
        wait_until_made(scratch, "main.attempts", process)
        spark.kill(workers[0])
        assert_all_same(scratch, process)


def test_a_broken_export_is_refused(sample_warehouse, tmp_path):
    raw, scratch = tmp_path / "raw", tmp_path / "broken"
    assert loaders(["export", "--raw", str(raw), "--db", str(sample_warehouse)]) == 0
    with spark.connect_server(tmp_path / "spark") as (address, _):
        run = subprocess.run(
            [sys.executable, broken_exports.__file__, raw, scratch, "spark"],
            env=os.environ | {"SPARK_REMOTE": address},
            check=False,
            capture_output=True,
            text=True,
        )
    assert run.returncode == 0, run.stdout + run.stderr
    broken_exports.assert_refused(scratch)


def test_spark_is_killed(sample_warehouse, tmp_path, capsys):
    """The build says so; what was imported before stays, what is there is refused."""
    scratch = tmp_path / "killed"
    marts = tmp_path / "marts.duckdb"
    with (
        spark.connect_server(tmp_path / "spark") as (address, server),
        comparison(sample_warehouse, scratch, address) as process,
    ):
        wait_until_made(scratch, "main.load_report", process)
        spark.kill(server)
        process.wait()
    assert process.returncode == 1
    said = (scratch / "said").read_text()
    assert "no views are written" in said
    assert (
        loaders(["import", "--marts", str(scratch / "marts"), "--db", str(marts)]) == 2
    )
    assert "no manifest" in capsys.readouterr().err
    assert not marts.exists()


def build(raw: Path, scratch: Path, address: str) -> subprocess.CompletedProcess:
    """Build with dbt's own command."""
    options = ["--target", "spark", "--exclude-resource-type", "test", "unit_test"]
    return subprocess.run(
        [DBT, "build", *options],
        cwd=REPOSITORY,
        env=os.environ
        | {
            "SPARK_REMOTE": address,
            "EVALHOUSE_RAW": str(raw),
            "EVALHOUSE_MARTS": str(scratch / "marts"),
            "DBT_TARGET_PATH": str(scratch / "target"),
            "DBT_LOG_PATH": str(scratch / "logs"),
        },
        check=False,
        capture_output=True,
        text=True,
    )
