"""Every hostile file is loaded, taken in part or refused as its manifest says.

The files are made by `tests/corpus`, and loaded in processes whose memory and time are
limited, into warehouses that hold good files already.
"""

import csv
import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import REPOSITORY

from corpus import SOMEWHERE, Case, cases
from loaders.contract.reasons import FILE_REASONS, RECORD_REASONS

# Without what run.py writes: a load forks this process, which takes longer with it.
CASES = [replace(case, content=b"", texts=()) for case in cases()]


def run_corpus(folder: Path, *options: str) -> dict[str, dict]:
    """Load every hostile file, and return by case what became of it."""
    command = [sys.executable, "-m", "tests.corpus.run", str(folder), *options]
    done = subprocess.run(
        command, cwd=REPOSITORY, check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return json.loads((folder / "results.json").read_text())


@pytest.fixture(scope="module")
def results(tmp_path_factory) -> dict[str, dict]:
    return run_corpus(tmp_path_factory.mktemp("corpus") / "files")


def test_every_case_has_its_name():
    assert len({case.name for case in CASES}) == len(CASES)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_hostile_file_meets_its_fate(case: Case, results):
    check(case, results[case.name])


def check(case: Case, result: dict) -> None:
    """Compare what became of a hostile file with its manifest."""
    said = result.get("stdout", "") + result.get("stderr", "")
    assert result["process_ended_with"] == 0, f"it broke a limit or crashed: {result}"
    assert "Traceback" not in said
    assert all(line.isprintable() for line in said.split("\n"))
    assert result["exit_code"] == case.exit_code, said
    assert result["code_of_all"] == result["expected_of_all"], said
    (line,) = result["told"]
    found = json.loads(line)
    assert found["format"] == case.format
    assert found["status"] == case.status
    assert found["loaded_count"] == case.loaded
    assert found["quarantined_count"] == case.quarantined
    reasons = found["reasons"]
    at = {reason["reason_code"]: reason["first_position"] for reason in reasons}
    for code, position in case.reasons.items():
        if position == SOMEWHERE:
            at[code] = SOMEWHERE
    assert at == case.reasons
    # One of several traces is refused for the reasons of a file.
    advice = FILE_REASONS | ({} if case.status == "refused" else RECORD_REASONS)
    for reason in reasons:
        what, _, what_to_do = reason["detail"].partition("; ")
        assert what
        assert what_to_do.endswith(advice[reason["reason_code"]])
    if case.status != "refused":
        assert found["record_count"] == case.loaded + case.quarantined
        assert result["row_count"] == case.loaded
        assert result["quarantined_count"] == case.quarantined
    assert tuple(result["notes"]) == case.notes
    assert result["lost_texts"] == []
    assert result["made"] == []


def test_what_is_noted_has_its_advice():
    with (REPOSITORY / "seeds" / "finding_kinds.csv").open() as file:
        kinds = {row["finding_code"] for row in csv.DictReader(file)}
    assert {code for case in CASES for code in case.notes} <= kinds


def test_no_hostile_file_changes_what_was_loaded_before(results):
    assert len({result["good"] for result in results.values()}) == 1
