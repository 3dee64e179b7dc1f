"""Benchmarks run, and write down what they found; how fast is not tested."""

import sys
from collections import Counter

import duckdb
import pytest
from hal_traces import Loaded

from benchmarks import generate, rivals
from benchmarks.__main__ import BENCHMARKS, main
from benchmarks.flood_shapes import FLOODS
from benchmarks.floods import BARS, Used, measured, on_record
from benchmarks.floods import section as floods_section
from benchmarks.generate_inspect import inspect_log
from benchmarks.measure import (
    REPOSITORY,
    Benchmark,
    Case,
    CommandFailed,
    Contestant,
    measure,
)
from benchmarks.ratings import read_ratings
from benchmarks.results import section, write
from benchmarks.view import read_view
from loaders.contract.files import OpenFile
from loaders.hal import trace as hal
from loaders.harbor import job as harbor
from loaders.inspect import reader as inspect
from loaders.metr import jsonl as metr_jsonl
from loaders.metr import yaml as metr_yaml


def contestant(name: str, code: str) -> Contestant:
    return Contestant(name, [sys.executable, "-c", code])


@pytest.mark.parametrize("grows", [False, True])
def test_every_made_up_yaml_run_can_be_loaded(tmp_path, grows):
    path = generate.metr_yaml(tmp_path / "runs.yaml", 1_000, grows=grows)
    with path.open("rb") as file:
        batches = list(metr_yaml.read(file))
    assert sum(len(batch.rows) for batch in batches) == 1_000
    assert not any(batch.quarantined for batch in batches)
    agents = {row[4] for batch in batches for row in batch.rows}
    assert len(agents) == (9 if grows else generate._AGENT_COUNT)


def test_every_made_up_jsonl_run_can_be_loaded(tmp_path):
    path = generate.metr_jsonl(tmp_path / "runs.jsonl", 500)
    with path.open("rb") as file:
        batches = list(metr_jsonl.read(file))
    assert sum(len(batch.rows) for batch in batches) == 500
    assert not any(batch.quarantined for batch in batches)


@pytest.mark.parametrize("era", ["calls", "records", "by_task"])
def test_every_made_up_call_can_be_loaded(tmp_path, era):
    path = generate.hal_trace(tmp_path / "trace.json", 6_000_000, era)
    assert 5_000_000 < path.stat().st_size < 7_000_000
    with path.open("rb") as file:
        loaded = Loaded(list(hal.read(OpenFile(file))))
    assert len(loaded.rows("model_calls")) == 6_000_000 // generate._CALL_BYTES
    assert loaded.evaluation["log_shape"] != "none"
    assert not loaded.quarantined


@pytest.mark.parametrize("is_old", [False, True])
def test_every_made_up_sample_can_be_loaded(tmp_path, is_old):
    path = inspect_log(tmp_path / "log.eval", 20, 1_000_000, is_old)
    assert 800_000 < path.stat().st_size < 1_300_000
    counts = Counter()
    with path.open("rb") as file:
        for batch in inspect.read(OpenFile(file)):
            assert not batch.quarantined
            counts[batch.table.name] += len(batch.rows)
    # A score and a usage each; no warning.
    assert counts == {
        "raw.inspect_evaluations": 1,
        "raw.inspect_samples": 20,
        "raw.inspect_scores": 20,
        "raw.inspect_usage": 20,
    }


# What one record of them takes is more than the size asked for.
LARGER_FLOODS = ("inspect_zeros", "table_long_lines", "table_parquet_of_equal_texts")


def test_every_flood_has_its_size_and_one_ends_within_the_bars(tmp_path):
    for name, (_, content) in FLOODS.items():
        made = len(content(20_000))
        assert made < 60_000 or name in LARGER_FLOODS, name
    used = measured("table_rows_to_refuse", 20_000, tmp_path)
    assert used.exit_code == 1
    assert used.is_within(BARS[0])
    text = floods_section({bar.byte_count: {"spaces": used} for bar in BARS})
    assert "| spaces |" in text
    assert "Beyond them: none." in text


def test_floods_that_did_not_run_stay_in_the_table():
    small, large = BARS
    found = {
        small.byte_count: {
            "spaces": Used(0.5, 90, 1, ""),
            "zeros": Used(11, 80, 0, ""),
        },
        large.byte_count: {"zeros": Used(1.25, 700, 0, "")},
    }
    text = floods_section(found)
    assert "| spaces | 0.5 | 90 | - | - | 1 |" in text
    assert "Beyond them: zeros at 10 MB, zeros at 100 MB." in text
    kept = on_record(f"# Results\n\n{text}\n\n## load\n\n| zeros | 9 | 9 | 9 | 9 | 9 |")
    assert kept == found | {large.byte_count: {"zeros": Used(1.2, 700, 0, "")}}


def test_every_made_up_trial_can_be_loaded(tmp_path):
    path = generate.harbor_jobs(tmp_path / "jobs", 20)
    counts = Counter()
    for file in path.rglob("*.json"):
        with file.open("rb") as opened:
            for batch in harbor.read(OpenFile(opened)):
                counts[batch.table.name] += len(batch.rows)
                assert not batch.quarantined
    assert counts == {
        "raw.harbor_trials": 20,
        "raw.harbor_configs": 20,
        "raw.harbor_trajectories": 10,
    }


def test_each_rival_reads_what_it_is_given(tmp_path):
    runs = generate.metr_yaml(tmp_path / "runs.yaml", 200)
    trace = generate.hal_trace(tmp_path / "trace.json", 100_000)
    lines = generate.metr_jsonl(tmp_path / "runs.jsonl", 200)
    for rival in (rivals.yaml_safe_load, rivals.yaml_c_polars, rivals.yaml_events):
        rival(str(runs))
    for rival in (rivals.json_load, rivals.msgspec_skip, rivals.read_bytes):
        rival(str(trace))
    rivals.duckdb_json(str(lines), str(tmp_path / "rival.duckdb"))
    rivals.duckdb_strict(str(lines), str(tmp_path / "strict.duckdb"))
    with duckdb.connect(str(tmp_path / "strict.duckdb")) as connection:
        connection.execute(f"attach '{tmp_path / 'rival.duckdb'}' as rival")
        ours, theirs = (
            connection.execute(
                f"select run_id, task_id, score, started_at from {name} order by run_id"
            ).fetchall()
            for name in ("runs", "rival.runs")
        )
        assert ours == theirs != []
    with duckdb.connect(str(tmp_path / "ours.duckdb")) as connection:
        connection.execute("create schema raw")
        connection.execute("create table raw.table_attempts as select 7 as line")
    rivals.duckdb_copy(str(tmp_path / "ours.duckdb"), str(tmp_path / "rival.duckdb"))
    with duckdb.connect(str(tmp_path / "rival.duckdb")) as connection:
        assert connection.execute("from attempts").fetchall() == [(7,)]
    rivals.pandas_win_rates(generate.comparison_values(tmp_path / "v.csv", 3, 2))
    rivals.pandas_frontier(generate.best_evaluations(tmp_path / "p.csv", 20))


def test_a_view_is_computed_over_made_up_rows(tmp_path):
    rows = generate.best_evaluations(tmp_path / "points.csv", 20)
    sql = tmp_path / "view.sql"
    sql.write_text('select 1 / count(*) from "evalhouse"."main"."best_evaluations"')
    read_view(str(sql), "best_evaluations", str(rows))
    with pytest.raises(duckdb.Error, match="comparison_values"):
        read_view(str(sql), "comparison_values", str(rows))


def test_made_up_results_are_rated(sample_warehouse, tmp_path):
    compiled = sample_warehouse.parent / "target/compiled/evalhouse/models/marts"
    tasks = generate.model_tasks(tmp_path / "tasks.csv", 4, 2, 6)
    best = generate.model_evaluations(tmp_path / "best.csv", 5, 3, 14)
    rated = read_ratings(str(compiled), str(tasks), str(best))
    counts = Counter()
    for basis, _, count in rated:
        counts[basis] += count
    assert counts == {"task_outcome": 4, "max_accuracy": 5}


def test_contestants_run_in_turn_and_are_watched():
    rest = "import time; time.sleep(1)"
    hungry = f"text = b'x' * 60_000_000; {rest}"
    case = Case("one", [contestant("ours", rest), contestant("hungry", hungry)])
    runs = measure(case, rounds=2)
    assert [len(each) for each in runs.values()] == [2, 2]
    if sys.platform == "linux":
        [ours, _], [eater, _] = runs.values()
        assert eater.peak_bytes > ours.peak_bytes + 50_000_000
        assert eater.anonymous_bytes > ours.anonymous_bytes + 50_000_000


def test_a_command_that_fails_is_no_result():
    case = Case("one", [contestant("ours", "raise SystemExit('no such file')")])
    with pytest.raises(CommandFailed, match="ours ended with 1: no such file"):
        measure(case, rounds=1)


def test_results_take_the_place_of_the_last_ones(tmp_path):
    path = tmp_path / "RESULTS.md"
    both = [contestant("ours", "pass"), contestant("rival", "pass")]
    cases = [Case(f"{n} rows", both, 1_000, n) for n in (10, 100, 1_000)]
    measured = [(case, measure(case, rounds=1)) for case in cases]
    for name, question in (("b", "First?"), ("a", "Second?"), ("b", "Third?")):
        benchmark = Benchmark(name, question, lambda *_: iter(cases), "nothing")
        write(name, section(benchmark, measured), path)
    text = path.read_text()
    assert text.index("## a\n\nSecond?") < text.index("## b\n\nThird?")
    assert "First?" not in text
    assert "| 100 rows | rival |" in text
    assert "Growth: ours " in text


def test_another_version_is_measured_in_turn(tmp_path, monkeypatch, capsys):
    (tmp_path / "old").mkdir()
    code = (
        f"import os; open({str(tmp_path / 'log')!r}, 'a').write(os.getcwd() + chr(10))"
    )
    case = Case("small", [contestant("ours", code), contestant("rival", "pass")])
    benchmark = Benchmark("b", "How fast?", lambda *_: iter([case]), "nothing")
    monkeypatch.setitem(BENCHMARKS, "b", benchmark)
    folders = ("--folder", str(tmp_path), "--before", str(tmp_path / "old"))
    assert main(["b", "--rounds", "2", *folders]) == 0
    assert "| small | ours, before | " in capsys.readouterr().out
    ours, before = str(REPOSITORY), str(tmp_path / "old")
    assert (tmp_path / "log").read_text().split() == [ours, before] * 3


def test_small_results_are_not_written(capsys):
    with pytest.raises(SystemExit, match="2"):
        main(["--scale", "0.1", "--write"])
    with pytest.raises(SystemExit, match="2"):
        main(["no_such_benchmark"])
    assert next(iter(BENCHMARKS)) in capsys.readouterr().err
