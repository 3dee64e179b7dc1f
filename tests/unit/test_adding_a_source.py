"""docs/adding_a_source.md, followed to the letter, adds a source that loads and builds."""

import os
import re
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import duckdb
import pytest
from conftest import REPOSITORY

PAGE = (REPOSITORY / "docs" / "adding_a_source.md").read_text()
BLOCK = re.compile(r"^( *)```(\w+)\n(.*?)^\1```$", re.DOTALL | re.MULTILINE)
NEEDED = ("common", "loaders", "macros", "models", "seeds", "tests")
BROKEN = '{"run": "r3", "task": "maze", "agent": "walker", "score": 2}\n'

pytestmark = pytest.mark.slow


def blocks(*languages: str) -> list[tuple[str, str]]:
    """Return the page's blocks of code with their languages, not indented."""
    return [
        (language, textwrap.dedent(code))
        for _, language, code in BLOCK.findall(PAGE)
        if language in languages
    ]


def edited(text: str, diff: str) -> str:
    """Return a text with a diff's lines in it; they must fit in one place."""
    lines = diff.splitlines(keepends=True)
    old = "".join(line[1:] for line in lines if not line.startswith("+"))
    new = "".join(line[1:] for line in lines if not line.startswith("-"))
    assert text.count(old) == 1, old
    return text.replace(old, new)


def follow(project: Path) -> None:
    """Write and change the files that the page says."""
    for language, code in blocks("python", "sql", "yaml", "diff"):
        head, _, rest = code.partition("\n")
        path = project / head.removeprefix("# ").removeprefix("-- ")
        if language == "diff":
            path.write_text(edited(path.read_text(), rest))
            continue
        assert not path.exists(), path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(rest)


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory):
    """The warehouse of a project to which the page's source was added."""
    project = tmp_path_factory.mktemp("project")
    for name in NEEDED:
        ignored = (
            shutil.ignore_patterns("__pycache__", "*.py") if name == "tests" else None
        )
        shutil.copytree(REPOSITORY / name, project / name, ignore=ignored)
    for name in ("dbt_project.yml", "profiles.yml"):
        shutil.copy(REPOSITORY / name, project / name)
    follow(project)
    ((_, example),) = blocks("jsonl")
    (project / "runs.jsonl").write_text(example + BROKEN)
    dbt = Path(sys.executable).with_name("dbt")
    selected = ["--select", "+attempts", "+load_report", "assert_no_record_is_lost"]
    # Without the tests that ask for views that are not selected.
    selected += ["--indirect-selection", "cautious"]
    for command, code in {
        (sys.executable, "-m", "loaders.declared"): 0,
        (sys.executable, "-m", "loaders", "runs.jsonl"): 1,
        (dbt, "build", *selected, "--exclude-resource-type", "unit_test"): 0,
    }.items():
        done = subprocess.run(
            command,
            check=False,
            cwd=project,
            env={
                **{k: v for k, v in os.environ.items() if not k.startswith("DBT_")},
                "EVALHOUSE_DB": "evalhouse.duckdb",
            },
            capture_output=True,
            text=True,
        )
        assert done.returncode == code, done.stdout + done.stderr
    with duckdb.connect(project / "evalhouse.duckdb", read_only=True) as connection:
        yield connection


def test_its_runs_are_attempts_and_its_broken_one_is_quarantined(warehouse):
    columns = "attempt_id, evaluation_id, task_id, agent, score, action_count"
    assert warehouse.sql(f"select {columns} from attempts order by all").fetchall() == [
        ("steps:r1", "steps:walker", "maze", "walker", 1.0, 12),
        ("steps:r2", "steps:sitter", "maze", "sitter", 0.25, None),
    ]
    extra = "select run_id, extra from raw.steps_runs order by run_id"
    assert warehouse.sql(extra).fetchall() == [
        ("r1", '{"cost": {}}'),
        ("r2", '{"seed": 7}'),
    ]
    refused = "select line, reason_code from raw.quarantine"
    assert warehouse.sql(refused).fetchall() == [(3, "score_out_of_range")]
    counts = "select source, loaded_count, quarantined_count from load_report"
    assert warehouse.sql(counts).fetchall() == [("steps", 2, 1)]


def test_what_it_declares_is_the_tables_comment(warehouse):
    comments = dict(
        warehouse.sql(
            "select column_name, comment from duckdb_columns() "
            "where table_name = 'steps_runs'"
        ).fetchall()
    )
    assert comments["step_count"] == (
        "Steps that the agent took. Unit: steps. Null where they were not counted."
    )
    assert comments["agent"] == "Who ran. Never null."
