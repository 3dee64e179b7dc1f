"""Many small files of a folder are read and loaded together, as if one by one."""

import json
import os
from pathlib import Path
from typing import Any

import duckdb
import pytest

from loaders import __main__ as cli
from loaders import inputs
from loaders.contract.files import InputFile
from loaders.workers import worker

GOOD = 24


def trial(number: int, **more: Any) -> str:
    fields = {
        "id": f"t-{number}",
        "task_name": f"maze {number % 7}",
        "trial_name": f"maze__{number}",
        "agent_info": {"name": "walker", "version": "1"},
        "verifier_result": {"rewards": {"reward": number % 2}},
    }
    return json.dumps(fields | more)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with good files, broken ones, copies and files that are not data."""
    path = tmp_path / "jobs"
    for number in range(GOOD):
        (path / f"{number:02}").mkdir(parents=True)
        (path / f"{number:02}" / "result.json").write_text(trial(number))
    (path / "03" / "copy.json").write_text(trial(3))
    (path / "04" / "cut.json").write_text(trial(4)[:-9])
    (path / "05" / "bad.json").write_text(trial(99, agent_info={"name": ""}))
    (path / "06" / "empty.json").write_text("")
    (path / "07" / "notes.txt").write_text("hello")
    (path / "08" / "other.json").write_text('{"a": 1}')
    run = '{"run_id": "%s", "task_id": "a/b", "task_family": "a", "alias": "x", '
    run += '"model": "x", "score": 1, "score_binarized": %s, "human_minutes": 3}\n'
    (path / "09" / "runs.jsonl").write_text(run % ("r", 1) + run % ("r", 1))
    (path / "10" / "runs.jsonl").write_text(run % ("r", 1) + run % ("s", 7))
    return path


def load(folder: Path, database: Path, *more: str, capsys: Any) -> tuple[int, list]:
    code = cli.main([str(folder), "--db", str(database), "--json", *more])
    return code, [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def contents(database: Path) -> dict[str, list[tuple]]:
    """Return all rows but the times at which they were loaded."""
    with duckdb.connect(database, read_only=True) as connection:
        names = connection.execute(
            "select table_name from duckdb_tables() where schema_name = 'raw'"
        ).fetchall()
        found = {
            name: connection.execute(f"from raw.{name} order by all").fetchall()
            for (name,) in names
        }
    found["files"] = [row[:-1] for row in found["files"]]
    found["file_paths"] = [row[:2] for row in found["file_paths"]]
    return found


@pytest.mark.parametrize("options", [(), ("--strict",), ("--note", "ours")])
def test_loading_together_and_one_by_one_are_the_same(
    folder, tmp_path, monkeypatch, capsys, options
):
    def loads(name: str) -> list:
        database = tmp_path / name / "x.duckdb"
        database.parent.mkdir()
        said = [load(folder, database, *options, capsys=capsys)]
        # The trial 11 gets the bytes of 12, which gets others, and 13 moves away.
        (folder / "11" / "result.json").write_text(trial(12))
        (folder / "12" / "result.json").write_text(trial(12, odd=1))
        os.renames(folder / "13" / "result.json", folder / "moved" / "result.json")
        said.append(load(folder, database, *options, "--rehash", capsys=capsys))
        said.append(load(folder, database, *options, capsys=capsys))
        os.renames(folder / "moved" / "result.json", folder / "13" / "result.json")
        for number in (11, 12):
            (folder / str(number) / "result.json").write_text(trial(number))
        return [said, contents(database)]

    together = loads("together")
    assert together[0][0][0] == 1
    monkeypatch.setattr(inputs, "_FEWEST_TOGETHER", 10**6)
    assert loads("alone") == together


def test_most_files_take_no_transaction_of_their_own(folder, tmp_path, monkeypatch):
    from loaders.warehouse.warehouse import Warehouse

    alone = []
    load_file = Warehouse.load_file

    def counted(self, manifest, batches, **more):
        alone.append(Path(manifest.path).name)
        return load_file(self, manifest, batches, **more)

    monkeypatch.setattr(Warehouse, "load_file", counted)
    cli.main([str(folder), "--db", str(tmp_path / "x.duckdb")])
    assert sorted(alone) == ["bad.json", "runs.jsonl", "runs.jsonl"]


def test_a_reader_that_dies_takes_one_file_with_it(
    folder, tmp_path, monkeypatch, capsys
):
    messages = worker._messages

    def deadly(found, *rest, **more):
        if found.path.endswith("20/result.json"):
            os._exit(7)
        yield from messages(found, *rest, **more)

    monkeypatch.setattr(worker, "_messages", deadly)
    _, said = load(folder, tmp_path / "x.duckdb", capsys=capsys)
    dead = [each for each in said if each["path"].endswith("20/result.json")]
    assert [each["reasons"][0]["reason_code"] for each in dead] == ["reader_died"]
    assert sum(each["status"] == "loaded" for each in said) == GOOD - 1


def test_a_dry_run_writes_nothing(folder, tmp_path, capsys):
    database = tmp_path / "x.duckdb"
    code, said = load(folder, database, "--dry-run", capsys=capsys)
    assert code == 1
    assert sum(each["status"] == "loaded" for each in said) == GOOD
    assert not database.exists()


def test_groups_are_in_the_order_of_their_first_files(tmp_path, monkeypatch):
    monkeypatch.setattr(inputs, "_FEWEST_TOGETHER", 2)
    monkeypatch.setattr(inputs, "_MOST_TOGETHER", 3)
    files = []
    for name, size in {"a": 1, "b": 300_000, "c": 2, "d": 3, "e": 4, "n": 5}.items():
        path = tmp_path / name
        path.write_bytes(b"x" * size)
        files.append(InputFile(str(path), str(path), is_named=name == "n"))
    missing = InputFile("/no/such", "/no/such", is_named=False)
    groups = inputs.together([*files, missing])
    names = [[os.path.basename(file.path) for file in group] for group in groups]
    assert names == [["a", "c", "d"], ["b"], ["e"], ["n"], ["such"]]


def test_other_files_next_to_a_run_are_skipped(tmp_path):
    for name in (
        "job/config.json",
        "job/result.json",
        "job/lock.json",
        "job/a/config.json",
        "job/a/agent/trajectory.json",
        "job/a/agent/episode-0/debug.json",
        "run/results.json",
        "run/run_metadata.json",
        "run/t/agent-logs/x.json",
        "else/results.json",
        "else/x.json",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("{}")
    found = {
        file.path.removeprefix(f"{tmp_path}/"): file.is_meant
        for file in inputs.find([str(tmp_path)])
    }
    assert [name for name, is_meant in found.items() if not is_meant] == [
        "job/a/agent/episode-0/debug.json",
        "job/lock.json",
        "run/t/agent-logs/x.json",
    ]
    named = inputs.find([str(tmp_path / "job" / "lock.json")])
    assert [file.is_meant for file in named] == [True]


def test_other_files_that_inspect_writes_next_to_its_logs_are_skipped(tmp_path):
    for name in (
        "bundle/content-security-policy.json",
        "bundle/logs/a.eval",
        "bundle/logs/listing.json",
        "bundle/other.json",
        "else/content-security-policy.json",
        "else/listing.json",
        "else/logs.json",
        "json/a.json",
        "json/eval-set.json",
        "json/logs.json",
        "old/2024-11-08T15-01-45+00-00_sums_D3Bc2nhc.json",
        "old/logs.json",
        "set/a.eval",
        "set/listing.json",
        "set/logs.json",
        "set/other.json",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("{}")
    found = inputs.find([str(tmp_path)])
    assert [
        file.path.removeprefix(f"{tmp_path}/") for file in found if not file.is_meant
    ] == [
        "bundle/content-security-policy.json",
        "bundle/logs/listing.json",
        "json/eval-set.json",
        "json/logs.json",
        "old/logs.json",
        "set/listing.json",
        "set/logs.json",
    ]


def test_answers_next_to_a_hal_trace_are_skipped(tmp_path):
    for name in ("r_UPLOAD.json", "r_RAW_SUBMISSIONS.jsonl", "s_RAW_SUBMISSIONS.jsonl"):
        (tmp_path / name).write_text('{"t1": "42"}\n')
    found = inputs.find([str(tmp_path)])
    assert [
        file.path.removeprefix(f"{tmp_path}/") for file in found if not file.is_meant
    ] == ["r_RAW_SUBMISSIONS.jsonl"]


def test_a_run_is_reported_as_a_whole(tmp_path, capsys):
    job = tmp_path / "jobs" / "monday"
    for number in range(3):
        (job / f"t{number}" / "steps" / "one").mkdir(parents=True)
        (job / f"t{number}" / "result.json").write_text(trial(number))
    (job / "config.json").write_text('{"job_name": "monday", "jobs_dir": "jobs"}')
    (job / "result.json").write_text('{"id": "j", "n_total_trials": 3, "stats": {}}')
    (tmp_path / "jobs" / "alone.json").write_text(trial(9))
    database = tmp_path / "x.duckdb"
    assert cli.main([str(tmp_path / "jobs"), "--db", str(database)]) == 0
    captured = capsys.readouterr()
    assert captured.out.splitlines() == [
        f"{tmp_path}/jobs/alone.json: 1 row loaded",
        f"{job}/: 5 files loaded, 5 rows",
    ]
    assert [line for line in captured.err.splitlines() if "reading" in line] == [
        f"{tmp_path}/jobs/: reading 1 file",
        f"{job}/: reading 5 files",
    ]


def test_a_path_of_many_folders_is_no_trap(tmp_path):
    deep = tmp_path.joinpath(*("d" for _ in range(1_500)))
    folders = [str(tmp_path), str(deep)]
    found = inputs._run_folders([
        f"{folder}/{name}"
        for folder in folders
        for name in ("config.json", "result.json")
    ])  # fmt: skip
    assert found == dict.fromkeys(folders, str(tmp_path))
