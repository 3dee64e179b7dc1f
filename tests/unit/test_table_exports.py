"""Files of other programs that hold attempts: loaded by a preset, or refused with the
command that makes a table of them.
"""

import json
import re
import shutil
import subprocess

import pytest
from attempt_tables import read

from loaders.__main__ import main
from loaders.contract.exports import advice
from loaders.contract.records import FileRefused
from loaders.formats import HEAD_BYTES, recognise

RUN = {
    "num_trials": 2,
    "user_info": {"implementation": "user_simulator", "llm": "gpt-4.1"},
    "agent_info": {
        "implementation": "llm_agent",
        "llm": "o4-mini",
        "llm_args": {"reasoning_effort": "high"},
    },
    "environment_info": {"domain_name": "retail", "policy": "# Retail agent policy"},
}
SIMULATION = {
    "id": "u1",
    "task_id": "7",
    "timestamp": "2025-06-01T10:02:00",
    "start_time": "2025-06-01T10:00:00.5",
    "duration": 61.5,
    "termination_reason": "user_stop",
    "agent_cost": 0.25,
    "user_cost": 0.125,
    "reward_info": {"reward": 1.0, "db_check": {"db_match": True}},
    "messages": [{"role": "assistant", "content": "Hi! How can I help you?"}],
    "trial": 0,
    "seed": 626729,
}
SIMULATIONS = [
    SIMULATION,
    SIMULATION | {"id": "u2", "trial": 1, "reward_info": {"reward": 0.0}},
    SIMULATION
    | {"id": "u3", "task_id": "8", "reward_info": None}
    | {"termination_reason": "timeout", "agent_cost": None},
]
TAU2 = {"timestamp": "2025-06-01T10:05:00", "info": RUN, "tasks": [{"id": "7"}]}
TAU2 |= {"simulations": SIMULATIONS}
# What each simulation is, by hand.
TAU2_ATTEMPTS = [
    {
        "task_id": "7",
        "attempt": "u1",
        "score": 1.0,
        "status": "scored",
        "cost_usd": 0.25,
    },
    {
        "task_id": "7",
        "attempt": "u2",
        "score": 0.0,
        "status": "scored",
        "cost_usd": 0.25,
    },
    {"task_id": "8", "attempt": "u3", "score": None, "status": "timeout"}
    | {"cost_usd": None},
]
TAU2_AGENT = {
    "benchmark": "tau2-bench/retail",
    "evaluation": "gpt-4.1",
    "agent": "llm_agent o4-mini high",
    "scaffold": "llm_agent",
    "model": "o4-mini",
    "effort": "high",
    "latency_seconds": 61.5,
    "started_at": "2025-06-01 10:00:00.5",
}

SWE_BENCH = {
    "total_instances": 5,
    "submitted_instances": 4,
    "completed_ids": ["django__django-1", "django__django-2"],
    "incomplete_ids": ["sympy__sympy-5"],
    "empty_patch_ids": ["astropy__astropy-3"],
    "submitted_ids": ["..."],
    "resolved_ids": ["django__django-1"],
    "unresolved_ids": ["django__django-2"],
    "error_ids": ["flask__flask-4"],
    "schema_version": 2,
}
INSTANCE = {"patch_exists": True, "patch_successfully_applied": True, "resolved": True}
OPENAI_EVALS = [
    {"spec": {"eval_name": "sums", "completion_fns": ["gpt-4"]}},
    {"final_report": {"accuracy": 0.5}},
    *(
        {
            "run_id": "r",
            "event_id": at,
            "sample_id": sample,
            "type": type_,
            "data": data,
        }
        for at, (sample, type_, data) in enumerate(
            [
                ("sums.0", "sampling", {"sampled": ["4"]}),
                ("sums.0", "match", {"correct": True, "picked": "4"}),
                ("sums.1", "match", {"correct": False, "picked": "5"}),
            ]
        )
    ),
]
SPLIT = {
    "columns": ["task_id", "model", "score"],
    "index": [0, 1],
    "data": [["007", "m", 0.5], ["b", "m", None]],
}


def lines(records: list[dict]) -> str:
    return "".join(json.dumps(record) + "\n" for record in records)


def told(content: str) -> str:
    """Return why a file that no format fits is refused."""
    with pytest.raises(FileRefused) as refused:
        recognise(content.encode())
    assert refused.value.reason_code == "unknown_format"
    return refused.value.detail


def picked(rows: list[dict], expected: list[dict]) -> list[dict]:
    """Return the expected columns of the rows."""
    return [
        {name: row[name] for name in wanted}
        for row, wanted in zip(rows, expected, strict=True)
    ]


def test_simulations_of_tau2_bench_are_attempts(tmp_path):
    content = lines([{"run": RUN} | each for each in SIMULATIONS])
    assert recognise(content.encode()).name == "table"
    rows, quarantined = read(tmp_path / "runs.jsonl", content)
    assert quarantined == []
    expected = [TAU2_AGENT | each for each in TAU2_ATTEMPTS]
    assert picked(rows, expected) == expected


def test_tau2_bench_needs_no_effort(tmp_path):
    agent = {"implementation": "llm_agent", "llm": "gpt-4.1", "llm_args": {}}
    record = {"run": RUN | {"agent_info": agent}} | SIMULATION
    (row,), _ = read(tmp_path / "runs.jsonl", lines([record]))
    assert (row["agent"], row["effort"]) == ("llm_agent gpt-4.1", "unknown")


def test_results_of_agentlab_are_attempts(tmp_path):
    """The columns of its result_df; of the third an exception was caught."""
    content = (
        "env.task_name,agent.agent_name,env.benchmark,agent.chat_model.model_name,"
        "env.task_seed,err_msg,exp_id,n_steps,cum_reward,stats.cum_input_tokens,"
        "stats.cum_output_tokens,stats.cum_cost,terminated,truncated\n"
        "miniwob.click,GenericAgent-m,miniwob,m,7,,e1,2,1.0,2789,128,0.0005,True,False\n"
        "miniwob.click,GenericAgent-m,miniwob,m,20,,e2,3,0.5,4339,225,0.0008,True,False\n"
        "miniwob.drag,GenericAgent-m,miniwob,m,28,Exception: closed,e3,1,,,,,False,\n"
    )
    assert recognise(content.encode()).name == "table"
    rows, quarantined = read(tmp_path / "result_df.csv", content)
    assert quarantined == []
    agent = {"agent": "GenericAgent-m", "model": "m", "benchmark": "miniwob"}
    expected = [
        agent | dict(zip(("task_id", "attempt", "score", "status"), names, strict=True))
        for names in [
            ("miniwob.click", "e1", 1.0, "scored"),
            ("miniwob.click", "e2", 0.5, "scored"),
            ("miniwob.drag", "e3", None, "error"),
        ]
    ]
    assert picked(rows, expected) == expected
    measures = ("action_count", "input_tokens", "output_tokens", "cost_usd")
    assert [tuple(row[name] for name in measures) for row in rows] == [
        (2, 2789, 128, 0.0005),
        (3, 4339, 225, 0.0008),
        (1, None, None, None),
    ]


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize(
    ("document", "told_of"),
    [
        (TAU2, "the results of tau2-bench"),
        (SIMULATION, "a simulation of tau2-bench"),
        (SWE_BENCH, "the report of a SWE-bench run"),
        ({"django__django-1": INSTANCE}, "SWE-bench's report of one instance"),
        (
            {"a": {"instance_id": "a", "model_name_or_path": "m", "model_patch": ""}},
            "predictions for SWE-bench, without verdicts",
        ),
        (
            {"no_generation": [], "no_logs": ["a"], "resolved": ["b"]},
            "the results of a submission to SWE-bench",
        ),
        (SPLIT, "a table whose rows are lists"),
        (
            {"results": {"arc": {"acc,none": 0.5}}, "configs": {}, "n-shot": {}},
            "only the sums of lm-eval's run",
        ),
    ],
)
def test_a_known_document_is_refused_with_what_to_do(document, told_of, indent):
    assert told(json.dumps(document, indent=indent)).startswith(
        f"it looks like {told_of}"
    )


def test_a_long_document_is_known_by_its_beginning():
    policy = RUN["environment_info"] | {"policy": "x" * HEAD_BYTES}
    document = TAU2 | {"tasks": [policy]}
    content = json.dumps(document).encode()
    with pytest.raises(FileRefused, match="the results of tau2-bench"):
        recognise(content)


def test_a_document_of_objects_is_refused_with_what_to_do():
    assert "each of its fields is an object" in told('{"a": {"b": 1}, "c": {"b": 2}}')
    assert "its field 'b' is a list of objects" in told('{"a": {}, "b": [{"c": 1}]}')
    for other in ('{"a": {"b": 1}, "c": 2}', "{}", "[1]"):
        assert "Otherwise" not in told(other)


@pytest.mark.parametrize(
    ("records", "told_of"),
    [
        ([SIMULATION], "a simulation of tau2-bench, without the agent"),
        ([{"instance_id": "a", "model_patch": ""}], "predictions for SWE-bench"),
        (OPENAI_EVALS, "a log of OpenAI Evals"),
        (
            [{"instance_id": "a", "train_trial_index": 0, "stats": []}],
            "HELM's statistics of each instance",
        ),
    ],
)
def test_a_known_table_without_attempts_is_refused_with_what_to_do(
    tmp_path, records, told_of
):
    with pytest.raises(FileRefused, match=re.escape(f"it looks like {told_of}")):
        read(tmp_path / "x.jsonl", lines(records))


@pytest.mark.skipif(not shutil.which("jq"), reason="needs jq")
@pytest.mark.parametrize(
    ("content", "columns", "expected"),
    [
        (
            json.dumps(TAU2, indent=2),
            None,
            [TAU2_AGENT | each for each in TAU2_ATTEMPTS],
        ),
        (
            json.dumps(SWE_BENCH, indent=4),
            "model:=m",
            [
                {"task_id": "django__django-1", "score": 1.0, "status": "scored"},
                {"task_id": "django__django-2", "score": 0.0, "status": "scored"},
                {"task_id": "astropy__astropy-3", "score": 0.0, "status": "scored"},
                {"task_id": "sympy__sympy-5", "score": 0.0, "status": "scored"},
                {"task_id": "flask__flask-4", "score": None, "status": "error"},
            ],
        ),
        (
            json.dumps({"django__django-1": INSTANCE}, indent=4),
            "model:=m",
            [{"task_id": "django__django-1", "model": "m", "score": 1.0}],
        ),
        (
            lines(OPENAI_EVALS),
            "model:=m",
            [
                {"task_id": "sums.0", "attempt": "r", "score": 1.0},
                {"task_id": "sums.1", "attempt": "r", "score": 0.0},
            ],
        ),
        (
            json.dumps(SPLIT),
            None,
            [
                {"task_id": "007", "model": "m", "score": 0.5, "status": "scored"},
                {"task_id": "b", "model": "m", "score": None, "status": "unscored"},
            ],
        ),
        (
            json.dumps(
                {"t1": {"model": "m", "score": 1}, "t2": {"model": "n", "score": 0}}
            ),
            None,
            [
                {"task_id": "t1", "model": "m", "score": 1.0},
                {"task_id": "t2", "model": "n", "score": 0.0},
            ],
        ),
    ],
)
def test_the_command_in_a_refusal_makes_a_table(tmp_path, content, columns, expected):
    (tmp_path / "i").mkdir()
    for name in ("FILE", "i/report.json"):
        (tmp_path / name).write_text(content)
    names = re.findall(r'"([^"]+)"\s*:', content)
    what = advice(names) or told(content)
    command = re.search("`(jq .*?)`", what)[1]
    subprocess.run(command, shell=True, check=True, cwd=tmp_path)
    rows, quarantined = read(tmp_path / "runs.jsonl", columns=columns)
    assert quarantined == []
    assert picked(rows, expected) == expected


@pytest.mark.skipif(not shutil.which("jq"), reason="needs jq")
def test_simulations_in_files_of_their_own_make_a_table(tmp_path):
    """As tau2-bench writes them where they are large."""
    (tmp_path / "simulations").mkdir()
    for each in SIMULATIONS:
        (tmp_path / "simulations" / f"{each['id']}.json").write_text(json.dumps(each))
    (tmp_path / "results.json").write_text(json.dumps({"info": RUN, "tasks": []}))
    command = re.search("`(jq .*?)`", advice(SIMULATION))[1]
    subprocess.run(command, shell=True, check=True, cwd=tmp_path)
    rows, _ = read(tmp_path / "runs.jsonl")
    expected = [TAU2_AGENT | each for each in TAU2_ATTEMPTS]
    assert picked(rows, expected) == expected


def test_fields_inside_a_column_are_named_where_one_is_missing(tmp_path):
    """A wrapped score or model is what `--columns` must name."""
    record = {"task": "t", "scores": {"Factuality": 1}, "stats": {"exact_match": 1}}
    record |= {"metadata": {"model": "m", "lab": "x"}, "tags": ["score"]}
    with pytest.raises(FileRefused) as refused:
        read(tmp_path / "x.jsonl", lines([{"task": "s"}, record]))
    near = (
        "the nearest are: scores.Factuality, stats.exact_match, metadata.model, scores"
    )
    assert near in refused.value.detail
    columns = "score=scores.Factuality,model=metadata.model"
    rows, _ = read(tmp_path / "x.jsonl", lines([record]), columns=columns)
    assert (rows[0]["score"], rows[0]["model"]) == (1.0, "m")
    # Rows that cannot be parsed do not hide what is missing.
    with pytest.raises(FileRefused, match="no column is known as a task") as refused:
        read(tmp_path / "y.csv", 'model,score\nm,"1\nm,1,1\n')
    assert refused.value.reason_code == "unusable_columns"
    # In CSV an object is a cell with JSON; a brace alone is not.
    content = 'task,meta,note\nt,"{""model"": ""m""}",{model}\n'
    with pytest.raises(FileRefused, match=r"the nearest are: meta.model, meta, note"):
        read(tmp_path / "x.csv", content)


def test_a_frame_saved_by_columns_is_refused_with_what_to_do(tmp_path):
    """As pandas' to_json() does without `orient`."""
    content = '{"task_id": {"0": "a"}, "model": {"0": "m"}, "score": {"0": 1.0}}'
    rows, quarantined = read(tmp_path / "x.json", content)
    assert rows == []
    assert "orient='records'" in quarantined[0].detail


@pytest.mark.parametrize(
    ("content", "code"),
    [
        # Lines of objects, as BigQuery and others name them.
        ('{"id": "a", "valid": 1}\n{"id": "b"}\n', "unusable_columns"),
        ('{"id": "a"} \r\n\r\n  { "id": "b"}', "unusable_columns"),
        ('[{"id": "a"}]', "unusable_columns"),
        # One object, on one line or on several.
        ('{"id": "a"}\n', "unknown_format"),
        ('{\n "id": {"x": 1},\n "y": {}\n}\n', "unknown_format"),
    ],
)
def test_lines_of_objects_are_a_table_whatever_its_columns(
    tmp_path, capsys, content, code
):
    path = tmp_path / "x.json"
    path.write_bytes(content.encode())
    assert main([str(path), "--db", str(tmp_path / "x.duckdb")]) == 1
    said = capsys.readouterr()
    assert f"refused: {code}: " in said.out + said.err


def test_tokens_are_known_as_terminal_bench_names_them(tmp_path):
    content = "task,model,passed,total_input_tokens,total_output_tokens\nt,m,1,7,5\n"
    (row,), _ = read(tmp_path / "x.csv", content)
    assert (row["input_tokens"], row["output_tokens"]) == (7, 5)
