"""The folder of a job or a run that is loaded again, after it grew or was run again."""

import errno
import os
import shutil
from pathlib import Path

import duckdb
import pytest
from run_folders import (
    harbor_config,
    harbor_job,
    harbor_trial,
    tb_metadata,
    tb_results,
    tb_trial,
    trajectory,
    written,
)

from loaders import __main__ as cli
from loaders.warehouse import warehouse
from loaders.warehouse.catalog import run_files


@pytest.fixture
def load(tmp_path, capsys):
    """Load a folder; return the trials of a table, and what is printed."""

    def run(folder: Path, table: str, *options: str) -> tuple[list[str], str]:
        database = tmp_path / "x.duckdb"
        assert cli.main([str(folder), "--db", str(database), *options]) == 0
        printed = capsys.readouterr()
        with duckdb.connect(database, read_only=True) as connection:
            query = f"select trial_id from raw.{table} order by all"
            trials = [trial for (trial,) in connection.sql(query).fetchall()]
        return trials, printed.out + printed.err

    return run


def write_trial(job: Path, number: int, reward: float | None = 1.0, **more) -> None:
    folder = job / f"t{number}"
    written(folder / "config.json", harbor_config("j", f"task__{number}"))
    written(folder / "result.json", harbor_trial(number, "j", reward, **more))
    written(folder / "agent" / "trajectory.json", trajectory(2 + number))


def test_a_trial_that_was_deleted_to_run_it_again_is_left_out(load, tmp_path):
    job = tmp_path / "jobs" / "j"
    written(job / "config.json", {"job_name": "j", "jobs_dir": "jobs"})
    written(job / "result.json", harbor_job("j", 3))
    cancelled = {"exception_info": {"exception_type": "CancelledError"}}
    for number, more in enumerate([{}, cancelled]):
        write_trial(job, number, **more)
    trials, said = load(tmp_path / "jobs", "harbor_trials")
    assert trials == ["j-0", "j-1"]
    assert "gone" not in said
    # As Harbor resumes a job.
    shutil.rmtree(job / "t1")
    write_trial(job, 2)
    write_trial(job, 3)
    trials, said = load(tmp_path / "jobs", "harbor_trials", "--dry-run")
    assert trials == ["j-0", "j-1"]
    trials, said = load(tmp_path / "jobs", "harbor_trials")
    assert trials == ["j-0", "j-2", "j-3"]
    assert f"{job}/: 3 files loaded before are gone: their rows are removed" in said
    # Nothing is gone any more, and to load one trial of it says nothing of the others.
    shutil.rmtree(job / "t0")
    trials, said = load(job / "t2", "harbor_trials")
    assert (trials, "gone" in said) == (["j-0", "j-2", "j-3"], False)


def test_what_may_be_there_still_is_not_left_out(load, tmp_path, monkeypatch):
    """A trial whose folder cannot be entered is no more gone than one on a bad disk."""
    job = tmp_path / "j"
    written(job / "config.json", {"job_name": "j", "jobs_dir": "x"})
    written(job / "result.json", harbor_job("j", 3))
    for number in range(3):
        write_trial(job, number)
    load(job, "harbor_trials")
    for number in range(3):
        shutil.rmtree(job / f"t{number}")
    faults = {"t0": errno.EACCES, "t1": errno.ESTALE}
    lstat = os.lstat

    def failing(path, *rest, **more):
        for name, number in faults.items():
            if os.path.join(job, name, "") in os.fsdecode(path):
                raise OSError(number, os.strerror(number), path)
        return lstat(path, *rest, **more)

    monkeypatch.setattr(os, "lstat", failing)
    trials, said = load(job, "harbor_trials")
    assert trials == ["j-0", "j-1"]
    assert f"{job}/: 3 files loaded before are gone" in said
    faults.clear()
    trials, said = load(job, "harbor_trials")
    assert trials == []
    assert f"{job}/: 6 files loaded before are gone" in said


def test_what_is_gone_is_asked_once_for_all_folders(load, tmp_path, monkeypatch):
    """By its own name or through a link to it, each folder has its own count."""
    names = ("a", "b", "c")
    for name in names:
        config = {"job_name": name, "jobs_dir": "jobs"}
        written(tmp_path / "jobs" / name / "config.json", config)
        written(tmp_path / "jobs" / name / "result.json", harbor_job(name, 2))
        for number in range(2):
            trial = harbor_trial(number, name)
            written(tmp_path / "jobs" / name / f"t{number}" / "result.json", trial)
    (tmp_path / "link").symlink_to("jobs")
    load(tmp_path / "link", "harbor_trials")
    shutil.rmtree(tmp_path / "jobs" / "a" / "t0")
    for number in range(2):
        shutil.rmtree(tmp_path / "jobs" / "b" / f"t{number}")
    asked = []
    monkeypatch.setattr(
        warehouse, "run_files", lambda each: asked.append(each) or run_files(each)
    )
    trials, said = load(tmp_path / "link", "harbor_trials")
    assert trials == ["a-1", "c-0", "c-1"]
    assert f"{tmp_path}/link/a/: 1 file loaded before are gone" in said
    assert f"{tmp_path}/link/b/: 2 files loaded before are gone" in said
    assert said.count(" gone: ") == 2
    # Of the warehouse as it was, and of the copy that is written.
    assert len(asked) == 2


def test_a_job_that_is_moved_or_next_to_others_stays(load, tmp_path):
    for name in ("a", "ab"):
        written(tmp_path / name / "config.json", {"job_name": name, "jobs_dir": "x"})
        written(tmp_path / name / "result.json", harbor_job(name, 1))
        trial = harbor_trial(0, name)
        written(tmp_path / name / "t0" / "result.json", trial)
        load(tmp_path / name, "harbor_trials")
    # Of a trial that was moved the other place counts; so does that of a copy.
    shutil.move(tmp_path / "a" / "t0", tmp_path / "a" / "moved")
    shutil.copytree(tmp_path / "ab", tmp_path / "copy")
    load(tmp_path / "copy", "harbor_trials")
    shutil.rmtree(tmp_path / "ab" / "t0")
    for name in ("a", "ab"):
        trials, _ = load(tmp_path / name, "harbor_trials")
        assert trials == ["a-0", "ab-0"]
    # What else was loaded from the folder stays, and so do files that are not of a run.
    written(tmp_path / "a" / "table.csv", "task_id,agent,score\nt,a,1\n")
    load(tmp_path / "a" / "table.csv", "harbor_trials")
    (tmp_path / "a" / "table.csv").unlink()
    load(tmp_path / "a", "harbor_trials")
    with duckdb.connect(tmp_path / "x.duckdb", read_only=True) as connection:
        query = "select count(*) from raw.table_attempts"
        assert connection.sql(query).fetchall() == [(1,)]


def test_a_run_of_terminal_bench_that_is_resumed(load, tmp_path):
    run = tmp_path / "runs" / "r"
    written(run / "run_metadata.json", tb_metadata("r"))
    first = [tb_trial(0, "r"), tb_trial(1, "r", is_resolved=None)]
    written(run / "results.json", tb_results(*first))
    for trial in first:
        written(run / "task-0" / trial["trial_name"] / "results.json", trial)
    trials, _ = load(tmp_path / "runs", "terminal_bench_trials")
    assert trials == ["r-0", "r-0", "r-1", "r-1"]
    # The second is run again, under its name, and a third.
    again = tb_trial(1, "r", id="again")
    more = [first[0], again, tb_trial(2, "r")]
    written(run / "results.json", tb_results(*more))
    for trial in more[1:]:
        written(run / "task-0" / trial["trial_name"] / "results.json", trial)
    trials, _ = load(tmp_path / "runs", "terminal_bench_trials")
    assert trials == ["again", "again", "r-0", "r-0", "r-2", "r-2"]
