"""Every view is the same on Sail as on DuckDB: all rows and columns, numbers to 1e-9."""

import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import broken_exports
import duckdb
import engines
import pytest
from conftest import REPOSITORY


@pytest.fixture(scope="module")
def scratch(tmp_path_factory) -> Path:
    if importlib.util.find_spec("pysail") is None:
        pytest.skip("pysail is not installed: docs/engine.md says how")
    return tmp_path_factory.mktemp("sail")


@pytest.fixture(scope="module")
def relations(sample_warehouse: Path, scratch: Path) -> dict[str, dict]:
    """What became of each relation of the sample on Sail, and after it of broken exports.

    Sail, dbt and the parsed project are those of one process.
    """
    program = REPOSITORY / "tests" / "support" / "engines.py"
    run = subprocess.run(
        [sys.executable, program, sample_warehouse, "--scratch", scratch, "--broken"],
        check=False,
        capture_output=True,
        text=True,
    )
    results = scratch / "results.json"
    assert results.exists(), run.stdout + run.stderr
    return json.loads(results.read_text())


def test_every_relation_is_the_same_on_sail(relations):
    differing = {
        name: result.get("difference") or result["reason"]
        for name, result in relations.items()
        if result["status"] != "success" or result["difference"]
    }
    assert len(relations) > 200
    assert not differing


def test_rows_that_differ_in_a_late_digit_are_paired():
    with duckdb.connect() as connection:
        connection.sql(
            "create table ours as from (values (10.889581), (10.889576)) t(x)"
        )
        rows = "select x::double as x from (values ({}), ({})) t(x)"
        same = connection.sql(rows.format(10.889576, 10.889581)).to_arrow_table()
        assert not engines.difference(connection, "ours", same)
        other = connection.sql(rows.format(10.889576, 10.889582)).to_arrow_table()
        assert "10.889582" in engines.difference(connection, "ours", other)


@pytest.mark.usefixtures("relations")
def test_a_broken_export_is_refused(scratch):
    broken_exports.assert_refused(scratch / "broken")
