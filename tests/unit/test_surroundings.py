"""Commands where streams are closed or full, no HOME is set, or little may be open.

Each is a process of its own, as a shell starts it. dbt itself fails without a stdout,
and says so with its exit code; see docs/reliability.md.
"""

import os
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
from conftest import DBT, REPOSITORY
from tiny_project import generation, warehouse_of, write_project

from common.faults import TOO_LITTLE_MEMORY

FIXTURE = REPOSITORY / "tests" / "fixtures" / "metr_sample.yaml"
# The command is "$@"; a pipe ends with what the command ended with.
# A shell itself needs more files to close one.
LITTLE = """sh -c 'ulimit -n 12; exec "$@"' sh"""
CLOSED = f'unset HOME; exec {LITTLE} "$@" <&- >&- 2>&-'
STDOUT_CLOSED = 'exec "$@" >&-'
FULL = 'exec "$@" >/dev/full'
BOTH_FULL = 'exec "$@" >/dev/full 2>&1'
NOBODY_READS = '{ sleep 0; "$@"; echo $? >&2; } | true'


def run(how: str, *command: object) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        ["sh", "-c", how, "sh", *map(str, command)],
        cwd=REPOSITORY,
        env=os.environ | {"MPLBACKEND": "agg"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr
    return done


def loaded(database: Path) -> int:
    with duckdb.connect(database, read_only=True) as connection:
        return connection.sql("select count(*) from raw.metr_runs").fetchall()[0][0]


@pytest.mark.parametrize(
    ("how", "code", "said"),
    [
        (CLOSED, 0, ""),
        (STDOUT_CLOSED, 0, f"{FIXTURE}: reading "),
        (FULL, 1, "cannot print the result: No space left on device\n"),
        (BOTH_FULL, 1, ""),
    ],
    ids=["closed", "stdout closed", "full", "both full"],
)
def test_a_load_does_its_work_with_any_stdout_and_stderr(tmp_path, how, code, said):
    database = tmp_path / "x.duckdb"
    command = [sys.executable, "-m", "loaders", FIXTURE, "--db", database]
    done = run(how, *command)
    assert done.returncode == code, done.stderr
    assert said in done.stderr
    assert loaded(database) == 10


def test_a_load_that_may_open_next_to_nothing_says_so(tmp_path):
    database = tmp_path / "x.duckdb"
    command = [sys.executable, "-m", "loaders", FIXTURE, "--db", database]
    done = run('ulimit -n 6; exec "$@"', *command)
    assert done.returncode == 2
    (line,) = [line for line in done.stderr.splitlines() if "reading" not in line]
    assert line.endswith(": Too many open files; the warehouse is unchanged")
    assert os.listdir(tmp_path) == []


@pytest.fixture(
    params=["figure", "report", "export", "analysis"],
)
def command(request, sample_warehouse, tmp_path) -> tuple[list[object], Path | None]:
    """A command that reads a warehouse, and the file that it writes."""
    python, database = [sys.executable, "-m"], ["--db", sample_warehouse]
    if request.param == "figure":
        drawn = ["plots", "score_distribution", "--out", tmp_path]
        return [*python, *drawn, *database], tmp_path / "01_score_distribution.png"
    if request.param == "report":
        path = tmp_path / "report.html"
        return [*python, "plots", "report", "--out", path, *database], path
    if request.param == "export":
        exported = ["loaders", "export", tmp_path]
        return [*python, *exported, *database], tmp_path / "attempts.parquet"
    return [*python, "analyses", "which_model_wins", *database], None


def test_what_reads_a_warehouse_needs_no_streams(command):
    arguments, written = command
    done = run(CLOSED, *arguments)
    assert (done.returncode, done.stderr) == (0, "")
    assert written is None or written.stat().st_size > 1_000


def test_where_nobody_reads_it_ends_quietly(command):
    arguments, _ = command
    done = run(NOBODY_READS, *arguments)
    *said, code = done.stderr.splitlines()
    assert code in ("0", "141"), done.stderr
    assert [line for line in said if "rror" in line or "annot" in line] == []


def test_a_full_disk_below_what_it_prints_is_one_line(command):
    arguments, _ = command
    done = run(FULL, *arguments)
    assert done.returncode in (1, 2)
    assert "No space left on device" in done.stderr.splitlines()[-1]


@pytest.mark.slow
def test_dbt_that_may_open_little_publishes_all_or_nothing(tmp_path):
    write_project(tmp_path)
    dbt = [DBT, "--no-use-colors", "--log-level-file", "none", "build"]
    done = run(f'cd "$1"; shift; unset HOME; exec {LITTLE} "$@"', tmp_path, *dbt)
    assert "Traceback" not in done.stdout
    if done.returncode == 0:  # It depends on how many of its threads write at once.
        assert generation(tmp_path)
        return
    assert done.returncode == 1
    assert "Too many open files" in done.stdout
    assert "Not published" in done.stdout.splitlines()[-1]
    assert not warehouse_of(tmp_path).exists()


@pytest.mark.parametrize("backend", ["nosuch", "gtk3agg", ""])
def test_a_figure_is_drawn_whatever_backend_is_set(tmp_path, backend):
    code = (
        "import plots.render, sys\n"
        "from matplotlib.figure import Figure\n"
        "Figure().savefig(sys.argv[1])"
    )
    path = tmp_path / "x.png"
    done = subprocess.run(
        [sys.executable, "-c", code, path],
        cwd=REPOSITORY,
        env=os.environ | {"MPLBACKEND": backend},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert path.read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    "command",
    [
        f"loaders {FIXTURE}",
        "loaders names",
        "loaders export nowhere",
        "plots report",
        "analyses which_tasks_need_insight",
    ],
)
def test_memory_that_no_library_fits_into_is_called_too_little(tmp_path, command):
    little = 'ulimit -v 64000; exec "$@"'
    done = run(little, "env", f"EVALHOUSE_DB={tmp_path}/x.duckdb", sys.executable,
               "-m", *command.split())  # fmt: skip
    assert done.returncode == 2
    assert done.stderr == f"{TOO_LITTLE_MEMORY}; the warehouse is unchanged\n"
    assert list(tmp_path.iterdir()) == []
