"""The shipped sample: the same everywhere, and with the confound it is made for."""

import csv
import hashlib
import json
from itertools import groupby
from statistics import median

import pytest
from hal_traces import read
from scipy.stats import spearmanr

from loaders.metr import jsonl as metr_jsonl
from loaders.metr import yaml as metr_yaml
from loaders.metr.tables import METR_RUNS
from plots.report.page import report
from sample import __main__ as command


@pytest.fixture(scope="module")
def metr_batches(sample_paths):
    with sample_paths[0].open("rb") as stream:
        return list(metr_yaml.read(stream))


@pytest.fixture(scope="module")
def runs(metr_batches):
    names = list(METR_RUNS.types)
    return [
        dict(zip(names, row, strict=True))
        for batch in metr_batches
        for row in batch.rows
    ]


def test_the_bytes_are_the_same_on_every_machine(sample_paths):
    hashes = [hashlib.sha256(path.read_bytes()).hexdigest() for path in sample_paths]
    assert hashes[:2] == [
        "62ceef2685f239d04667122d4ac22c7b8f1e148461e3f6e875be3ff9dccbb974",
        "5e23a4db64fe3c75e7a37e6f0dea8556cbe69d8a5feec4ab29e0652f9972aef6",
    ]
    assert hashlib.sha256("".join(hashes[2:]).encode()).hexdigest() == (
        "67938d49e13f1775ccb0ef24b6eb8e05c63e627a533d503b4daeb067cabd2ee3"
    )
    assert sum(path.stat().st_size for path in sample_paths) < 3_000_000


@pytest.fixture(scope="module")
def traces(sample_paths):
    return [
        read(path.read_bytes()) for path in sample_paths if path.parent.name == "hal"
    ]


def test_the_traces_cover_benchmarks_models_and_shapes(traces, sample_paths):
    evaluations = [trace.evaluation for trace in traces]
    assert 38 <= len(evaluations) <= 44
    assert len({row["benchmark_name"] for row in evaluations}) == 8
    assert len({row["run_id"] for row in evaluations}) == len(evaluations)
    models = {(row["model_name"] or "").split("/")[-1] for row in evaluations}
    assert len(models) == 6
    assert {row["log_shape"] for row in evaluations} == {
        *("by_task", "call_records", "calls", "none", "text"),
    }
    for metric in (
        *("accuracy", "average_correctness", "success_rate", "average_score"),
        "average_exact_match",
    ):
        assert any(row[metric] is not None for row in evaluations)
    assert any(row["agent_args"] is None for row in evaluations)
    assert any(not row["has_successful_list"] for row in evaluations)
    assert sum(row["member"] is not None for row in evaluations) == 1
    assert {
        row["vocabulary"] for trace in traces for row in trace.rows("token_usage")
    } == {"prompt_tokens", "prompt_tokens_cached", "input_tokens"}
    results = [row for trace in traces for row in trace.rows("task_results")]
    assert {row["decided_by"] for row in results} == {"list", "raw_result"}
    assert sum(row["is_in_both_lists"] for row in results) == 1
    assert {row["note_code"] for trace in traces for row in trace.rows("warnings")} == {
        *("lone_surrogate", "member_passed_over", "not_finite"),
    }


def test_a_few_records_of_the_traces_are_broken_on_purpose(traces):
    reasons = [entry.reason_code for trace in traces for entry in trace.quarantined]
    assert sorted(reasons) == [
        "count_fractional",
        "count_negative",
        "not_a_record",
        "seconds_negative",
        "wrong_type",
    ]


def test_a_free_run_used_tokens_and_a_run_was_repeated(traces):
    assert any(
        trace.evaluation["total_cost"] == 0 and trace.rows("token_usage")
        for trace in traces
    )
    runs = [
        (row["benchmark_name"], row["agent_name"])
        for row in (trace.evaluation for trace in traces)
    ]
    assert len(runs) - len(set(runs)) >= 2


def test_some_tasks_have_steps_enough_to_compare(traces):
    outcomes = {}
    for trace in traces:
        for row in trace.rows("task_results"):
            calls = [
                call
                for call in trace.rows("model_calls")
                if call["task_id"] == row["task_id"] and call["is_leaf"]
            ]
            if row["outcome"] and (row["step_count"] or calls):
                task = (trace.evaluation["benchmark_name"], row["task_id"])
                outcomes.setdefault(task, []).append(row["outcome"])
    comparable = [
        task
        for task, seen in outcomes.items()
        if seen.count("success") >= 3 and seen.count("failure") >= 3
    ]
    assert len(comparable) >= 5


def test_it_has_the_size_of_a_small_study(runs):
    assert 1_400 < len(runs) < 1_600
    assert len({run["run_id"] for run in runs}) == len(runs)
    assert len({(run["task_family"], run["variant"]) for run in runs}) == 40
    assert len({run["task_family"] for run in runs}) == 13
    assert len({run["agent"] for run in runs}) == 12


def test_bad_records_are_there_on_purpose(metr_batches, sample_paths):
    lines = sample_paths[0].read_text().splitlines()
    quarantined = [entry for batch in metr_batches for entry in batch.quarantined]
    assert sorted(entry.reason_code for entry in quarantined) == [
        "action_count_fractional",
        "duplicate_field",
        "human_minutes_not_positive",
        "missing_field",
        "score_out_of_range",
    ]
    for entry in quarantined:
        assert "# On purpose: " in lines[entry.line - 1]


def test_over_all_runs_more_actions_go_with_lower_scores(runs):
    actions = [run["action_count"] for run in runs]
    scores = [run["score"] for run in runs]
    assert -0.4 < spearmanr(actions, scores).statistic < -0.25


def test_inside_a_task_they_do_not(runs):
    deltas = []
    for _, group in groupby(runs, lambda run: (run["task_family"], run["variant"])):
        outcomes = {True: [], False: []}
        for run in group:
            outcomes[run["score"] > 0].append(run["action_count"])
        if min(map(len, outcomes.values())) >= 3:
            deltas.append(median(outcomes[True]) - median(outcomes[False]))
    assert len(deltas) >= 30
    assert -1 < median(deltas) < 1


def test_scores_and_grinding_show_every_kind(runs):
    partial_share = sum(0 < run["score"] < 1 for run in runs) / len(runs)
    assert 0.1 < partial_share < 0.16
    failures = [run["action_count"] for run in runs if run["score"] == 0]
    assert sum(count > 50 for count in failures) >= 20
    assert sum(count > 150 for count in failures) >= 3


def test_the_horizon_file_is_all_good(sample_paths):
    with sample_paths[1].open("rb") as stream:
        batches = list(metr_jsonl.read(stream))
    assert sum(len(batch.rows) for batch in batches) == 400
    assert not any(batch.quarantined for batch in batches)


def test_the_table_has_agents_repeats_errors_and_a_broken_row(sample_paths):
    [path] = [path for path in sample_paths if path.parent.name == "table"]
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 400
    assert len({row["agent"] for row in rows}) == 5
    assert len({(row["agent"], row["task_id"]) for row in rows}) == 100
    assert len({row["task_family"] for row in rows}) == 10
    unscored = [row for row in rows if row["score"] == ""]
    assert len(unscored) == sum(row["error"] != "" for row in rows) == 6
    assert [row["score"] for row in rows if row["score"] not in ("", "0", "1")] == [
        "17"
    ]


def test_weights_sum_to_one_for_each_alias(sample_paths):
    totals = {}
    for line in sample_paths[1].read_text().splitlines():
        run = json.loads(line)
        total = totals.setdefault(run["alias"], [0, 0])
        total[0] += run["equal_task_weight"]
        total[1] += run["invsqrt_task_weight"]
    assert len(totals) == 6
    for total in totals.values():
        assert total == pytest.approx([1, 1])


def test_an_unwritable_folder_is_a_message(tmp_path, monkeypatch, capsys):
    file = tmp_path / "file"
    file.touch()
    monkeypatch.setattr("sys.argv", ["sample", str(file / "folder")])
    assert command.main() == 2
    assert "cannot be written" in capsys.readouterr().err


def test_the_report_says_that_its_runs_are_made_up(sample_views):
    notes = sample_views.sql("select distinct note from load_report").fetchall()
    [(note,)] = notes
    assert "made up" in note
    assert f"<strong>Of these files:</strong> {note}</p>" in report(sample_views)
