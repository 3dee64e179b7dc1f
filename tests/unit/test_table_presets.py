"""Tables of attempts: what other harnesses write, read without a mapping."""

import gzip
import json

import duckdb
import pytest
from attempt_tables import batches, read

from loaders.__main__ import main
from loaders.contract.records import FileRefused
from loaders.formats import recognise

EVERY_EVAL_EVER = {
    "schema_version": "0.3.0",
    "evaluation_id": "e/1",
    "model_id": "lab/m-1",
    "evaluation_name": "sums",
    "sample_id": "s1",
    "interaction_type": "agentic",
    "input": {"raw": "2+2", "reference": ["4"]},
    "evaluation": {"score": 0.5, "is_correct": False, "num_turns": 3},
    "token_usage": {"input_tokens": 10, "output_tokens": 2, "total_tokens": 12},
    "performance": {"latency_ms": 1500},
    "error": None,
}


LM_EVAL = {
    "doc_id": 0,
    "doc": {"question": "2+2"},
    "target": "4",
    "arguments": {"gen_args_0": {"arg_0": "2+2"}},
    "resps": [["4"]],
    "filtered_resps": ["4"],
    "filter": "strict-match",
    "metrics": ["exact_match"],
    "exact_match": 1.0,
}


TAU_BENCH = {"task_id": 0, "reward": 1.0, "info": {}, "traj": [], "trial": 2}


@pytest.mark.parametrize(
    ("name", "records", "expected"),
    [
        (
            "anything.jsonl",
            [
                EVERY_EVAL_EVER,
                EVERY_EVAL_EVER | {"sample_id": "s2", "error": "API timeout"},
            ],
            {
                "task_id": "s1",
                "agent": "lab/m-1",
                "model": "lab/m-1",
                "benchmark": "sums",
                "evaluation": "e/1",
                "score": 0.5,
                "is_success": False,
                "status": "scored",
                "action_count": 3,
                "latency_seconds": 1.5,
                "input_tokens": 10,
                "output_tokens": 2,
                "total_tokens": 12,
            },
        ),
        (
            "samples_gsm8k_2025-01-02T03-04-05.678.jsonl",
            [LM_EVAL, LM_EVAL | {"doc_id": 1, "exact_match": 0.0}],
            {
                "task_id": "0",
                "agent": "lab__m-1",
                "benchmark": "gsm8k/strict-match",
                "score": 1.0,
            },
        ),
        (
            "tool-calling-gpt-4o-0.0_range_0--1_user-gpt-4o-llm_0102030405.json",
            [TAU_BENCH, TAU_BENCH | {"task_id": 1, "reward": 0.0}],
            {
                "task_id": "0",
                "agent": "tool-calling-gpt-4o-0.0",
                "benchmark": "tau-bench/lab__m-1",
                "attempt": "2/gpt-4o-llm_0102030405",
                "score": 1.0,
            },
        ),
    ],
)
def test_presets_are_recognised_and_read(tmp_path, name, records, expected):
    folder = tmp_path / "lab__m-1"
    folder.mkdir()
    content = (
        json.dumps(records)
        if name.endswith(".json")
        else "".join(json.dumps(record) + "\n" for record in records)
    )
    assert recognise(content.encode()).name == "table"
    rows, quarantined = read(folder / name, content)
    assert quarantined == []
    assert len(rows) == 2
    assert rows[0] | expected == rows[0]
    assert batches(folder / name)[-1].rows[0][3] is not None


def test_a_preset_does_without_columns_that_need_not_be_there(tmp_path):
    records = [{k: v for k, v in LM_EVAL.items() if k != "filter"}]
    (row,), _ = read(tmp_path / "samples_arc.jsonl", json.dumps(records[0]))
    assert row["benchmark"] == "arc"
    records = [TAU_BENCH, TAU_BENCH | {"task_id": 1, "reward": 0.0}]
    records[1]["info"] = {"error": "Request timed out"}
    rows, _ = read(tmp_path / "x.json", json.dumps(records))
    assert [(row["score"], row["status"]) for row in rows] == [
        (1.0, "scored"),
        (0.0, "timeout"),
    ]


def test_a_metric_that_differs_between_rows_is_not_guessed(tmp_path):
    records = [LM_EVAL, LM_EVAL | {"metrics": ["acc"], "acc": 1}]
    content = "".join(json.dumps(record) + "\n" for record in records)
    with pytest.raises(FileRefused, match="as a score by the preset lm-eval"):
        read(tmp_path / "samples_x.jsonl", content)
    rows, _ = read(tmp_path / "samples_x.jsonl", columns="score=exact_match")
    assert [row["score"] for row in rows] == [1, 1]


@pytest.mark.parametrize(
    "record",
    [
        {"run_id": "r", "task_id": "t", "model": "m", "score": 1},
        {"task_id": "t", "model": "m", "is_resolved": True, "instruction": "x"},
        {"config": {"a": 1}, "agent_name": "a", "benchmark_name": "b"}
        | {"task_id": "t", "score": 1},
        {"task": "t", "agent": "a", "human_minutes": 3, "action_count": 1, "score": 1},
    ],
)
def test_json_lines_with_our_columns_are_no_other_format(record):
    content = (json.dumps(record) + "\n") * 2
    assert recognise(content.encode()).name == "table"


def test_each_metric_of_every_eval_ever_is_a_benchmark(tmp_path):
    f1 = {"evaluation": {"score": 0.25, "is_correct": False}}
    records = [
        EVERY_EVAL_EVER | {"evaluation_result_id": "exact_match:test"},
        EVERY_EVAL_EVER | {"evaluation_result_id": "f1:test"} | f1,
        EVERY_EVAL_EVER | {"evaluation_result_id": None},
        # As attempts.py decides: it has blanks around it.
        EVERY_EVAL_EVER | {"evaluation_result_id": None, "sample_id": " s2"},
    ]
    content = "".join(json.dumps(record) + "\n" for record in records)
    rows, _ = read(tmp_path / "x.jsonl", content)
    assert [(row["benchmark"], row["task_id"], row["score"]) for row in rows] == [
        ("sums/exact_match:test", "s1", 0.5),
        ("sums/f1:test", "s1", 0.25),
        ("sums", "s1", 0.5),
        ("sums", "s2", 0.5),
    ]


@pytest.mark.parametrize(
    ("name", "task"),
    [
        ("samples_mmlu_v1.0_2025-01-02T03-04-05.678901.jsonl", "mmlu_v1.0"),
        ("samples_arc.json", "arc"),
        ("train.jsonl", "train"),
        ("arc.jsonl.gz", "arc"),
        ("my samples", "my samples"),
    ],
)
def test_the_filters_of_lm_eval_are_benchmarks_whatever_the_file_is_called(
    tmp_path, name, task
):
    records = [LM_EVAL, LM_EVAL | {"filter": "flexible", "exact_match": 0.0}]
    content = json.dumps(records).encode()
    rows, _ = read(tmp_path / name, gzip.compress(content) if "gz" in name else content)
    assert [(row["benchmark"], row["score"]) for row in rows] == [
        (f"{task}/strict-match", 1.0),
        (f"{task}/flexible", 0.0),
    ]


def test_runs_of_tau_bench_do_not_share_their_trials(tmp_path):
    """Of two runs of one agent each counts its trials from 0."""
    folder = tmp_path / "retail"
    folder.mkdir()
    for reward, time in ((1.0, "0102030405"), (0.0, "0102060708")):
        name = f"react-m-0.0_range_0-1_user-u-llm_{time}.json"
        record = TAU_BENCH | {"trial": 0, "reward": reward}
        (folder / name).write_text(json.dumps([record]))
    database = str(tmp_path / "x.duckdb")
    assert main([str(folder), "--db", database]) == 0
    with duckdb.connect(database, read_only=True) as connection:
        query = (
            "select agent, task_id, attempt, score from raw.table_attempts order by all"
        )
        assert connection.execute(query).fetchall() == [
            ("react-m-0.0", "0", "0/u-llm_0102030405", 1),
            ("react-m-0.0", "0", "0/u-llm_0102060708", 0),
        ]


def test_epochs_of_every_eval_ever_are_attempts_where_each_record_has_one(tmp_path):
    def record(metadata: dict | None) -> dict:
        return EVERY_EVAL_EVER | {"metadata": metadata}

    def attempts(name: str, records: list[dict]) -> list[str | None]:
        # A blank line is no record.
        content = "\n".join(map(json.dumps, records)) + "\n\n"
        rows, quarantined = read(tmp_path / name, content)
        assert quarantined == []
        return [row["attempt"] for row in rows]

    first = record({"stop_reason": "stop", "epoch": "1"})
    assert attempts("a.jsonl", [first, record({"epoch": "2"})]) == ["1", "2"]
    # Without one, records of a sample are counted, and a finding says so.
    for others in ({"stop_reason": "stop"}, {"epoch": ""}, {}, None):
        assert attempts("b.jsonl", [first, record(others)]) == [None, None]
    assert attempts("c.jsonl", [EVERY_EVAL_EVER]) == [None]


def test_domains_of_tau_bench_in_one_folder_are_benchmarks_of_their_own(tmp_path):
    """The tasks of each are numbered from 0, and neither name tells which they are."""

    def benchmarks(folder: str, policies: list[str | None]) -> list[str]:
        path = tmp_path / folder / "m_range_0-1_user-u-llm_0102030405.json"
        path.parent.mkdir(exist_ok=True)
        records = []
        for task, policy in enumerate(policies):
            told = [{"role": "system", "content": policy}] if policy else []
            records.append(TAU_BENCH | {"task_id": task, "traj": told})
        rows, _ = read(path, json.dumps(records))
        return [row["benchmark"] for row in rows]

    retail = "# Retail agent policy\n\nAs a retail agent, you can help"
    airline = "# Airline Agent Policy\n\nThe current time is 2024-05-15"
    assert benchmarks("results", [retail]) == ["tau-bench/results/Retail"]
    # A run that raised an error was told nothing.
    assert benchmarks("results", [None, airline]) == ["tau-bench/results/Airline"] * 2
    # The folder says it already.
    assert benchmarks("retail", [retail]) == ["tau-bench/retail"]
    assert benchmarks("mine", ["You are an agent."]) == ["tau-bench/mine"]
    assert benchmarks("mine", [retail, airline]) == ["tau-bench/mine"] * 2
