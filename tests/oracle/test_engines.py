"""Every view is the same on Sail as on DuckDB: all rows and columns, numbers to 1e-9."""

import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import REPOSITORY

# Relations that Sail does not build or answers otherwise, each with the reason.
KNOWN = {
    # Sums of signs that are equal but for their last digits fall on another side.
    "main.paired_comparisons": "16 of 775 p-values, of patterns that tie",
}


@pytest.fixture(scope="module")
def relations(sample_warehouse: Path, tmp_path_factory) -> dict[str, dict]:
    """What became of each relation of the sample on Sail."""
    if importlib.util.find_spec("pysail") is None:
        pytest.skip("pysail is not installed: docs/engine.md says how")
    scratch = tmp_path_factory.mktemp("sail")
    program = REPOSITORY / "tests" / "support" / "engines.py"
    run = subprocess.run(
        [sys.executable, program, sample_warehouse, "--scratch", scratch],
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
    assert differing.keys() == KNOWN.keys(), differing
