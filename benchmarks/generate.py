"""Made-up files of any size, with the spread of the public ones.

Every file comes out the same each time, but for what an encryption adds by chance. A
file that is there already is kept.
"""

import base64
import hashlib
import json
import os
import zipfile
from collections.abc import Callable, Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np
from cryptography.fernet import Fernet

from loaders.hal.encrypted import PUBLIC_PASSWORD, SUFFIX

_SEED = 5
# As in METR's file of 11,639 runs; where tasks and agents grow, so many runs to each.
_TASK_COUNT, _AGENT_COUNT = 186, 106
_RUNS_PER_TASK, _RUNS_PER_AGENT = 62, 110
_TASKS_PER_FAMILY = 2.5
_MODELS = ("c3.7s", "c3.7s_thinking", "c3.6s", "c4o", "4om", "o1p", "o1", "gpt4t")

_TRIALS_PER_JOB = 500
_CALL_BYTES = 60_000
_CALLS_PER_TASK = 40
_FIRST_CALL = 1_744_000_000

Write = Callable[[Path], None]


class _Runs(NamedTuple):
    """The runs of one task, as arrays."""

    family: str
    variant: str
    human_minutes: float
    first_number: int
    agents: list[str]
    action_counts: list[int]
    scores: list[float]


def metr_yaml(path: Path, run_count: int, *, grows: bool = False) -> Path:
    """Write METR's action-count YAML; with `grows` tasks and agents grow with it."""
    return _kept(path, lambda part: _write_yaml(part, run_count, grows))


def metr_jsonl(path: Path, run_count: int) -> Path:
    """Write METR's time-horizon JSONL."""
    return _kept(path, lambda part: _write_jsonl(part, run_count))


def attempts_table(path: Path, row_count: int, form: str) -> Path:
    """Write a table of attempts: 5,000 tasks, 40 agents, as many attempts as it takes.

    `form` is csv, parquet or json.
    """
    return _kept(path, lambda part: _write_table(part, row_count, form))


def hal_trace(path: Path, byte_count: int, era: str = "records") -> Path:
    """Write a HAL trace of about `byte_count` bytes, nearly all of it messages.

    `era` is how it logs its calls: `calls`, `records` or `by_task`.
    """
    return _kept(path, lambda part: _write_trace(part, byte_count, era))


def hal_zip(path: Path, trace: Path) -> Path:
    """Write a trace as the HAL harness uploads it, encrypted."""
    return _kept(path, lambda part: _write_zip(part, trace))


def hal_folder(path: Path, trace_count: int, byte_count: int) -> Path:
    """Write a folder of traces of about `byte_count` bytes, no two the same."""
    eras = tuple(_LOGS)
    for number in range(trace_count):
        name = f"{number:05}_UPLOAD.json"
        hal_trace(path / name, byte_count + number, eras[number % len(eras)])
    return path


def harbor_jobs(path: Path, trial_count: int) -> Path:
    """Write jobs of 500 trials: each with a config, a result, and half a trajectory."""
    for number in range(trial_count):
        job = f"job-{number // _TRIALS_PER_JOB}"
        name = f"task-{number % _TRIALS_PER_JOB // 5}__{number}"
        folder = path / job / name
        if (folder / "result.json").exists():
            continue
        (folder / "agent").mkdir(parents=True, exist_ok=True)
        config = _trial_config(job, name)
        (folder / "config.json").write_text(json.dumps(config, indent=2))
        if number % 2:
            steps = [{"step_id": at, "source": "agent", "message": "ls" * 20}
                     for at in range(number % 30)]  # fmt: skip
            trajectory = {"schema_version": "ATIF-v1.7", "session_id": name}
            written = json.dumps(trajectory | {"steps": steps})
            (folder / "agent" / "trajectory.json").write_text(written)
        result = json.dumps(_trial_result(number, name, config), indent=2)
        (folder / "result.json").write_text(result)
    return path


def _trial_config(job: str, name: str) -> dict:
    settings = {
        f"{part}_{number}": None
        for part in ("environment", "verifier", "task")
        for number in range(15)
    }
    return settings | {
        "trial_name": name,
        "trials_dir": "jobs",
        "task": {"path": f"tasks/{name.partition('__')[0]}"},
        "agent": {"name": "walker", "model_name": "p/m", "kwargs": {}},
        "job_id": job,
    }


def _trial_result(number: int, name: str, config: dict) -> dict:
    return {
        "id": f"trial-{number}",
        "task_name": name.partition("__")[0],
        "trial_name": name,
        "source": "made-up",
        "config": config,
        "agent_info": {
            "name": "walker",
            "version": "1",
            "model_info": {"name": "m", "provider": "p"},
        },
        "agent_result": {
            "n_input_tokens": 1_000 + number,
            "n_cache_tokens": 500,
            "n_output_tokens": 90,
            "cost_usd": 0.25,
            "metadata": {"n_episodes": number % 30},
        },
        "verifier_result": {"rewards": {"reward": number % 3 // 2}},
        "exception_info": None,
        "started_at": "2026-03-02T09:00:00Z",
        "agent_execution": {
            "started_at": "2026-03-02T09:00:20Z",
            "finished_at": f"2026-03-02T09:{number % 60:02}:59Z",
        },
        "reward_valid": True,
    }


def _kept(path: Path, write: Write) -> Path:
    """Return the path of a file; write it, atomically, unless it exists."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f".{path.name}.part")
        write(part)
        os.replace(part, path)
    return path


def _write_yaml(path: Path, run_count: int, grows: bool) -> None:
    with path.open("w") as file:
        family = None
        for runs in _tasks(run_count, grows):
            if runs.family != family:
                family = runs.family
                file.write(f"{family}:\n")
            file.write(f"  {runs.variant}:\n")
            file.writelines(
                f"    '{number}':\n"
                f"      action_count: {actions}\n"
                f"      agent: {agent}\n"
                f"      human_minutes: {runs.human_minutes}\n"
                f"      score: {score}\n"
                for number, (agent, actions, score) in enumerate(
                    zip(runs.agents, runs.action_counts, runs.scores, strict=True),
                    start=runs.first_number,
                )
            )


def _write_jsonl(path: Path, run_count: int) -> None:
    with path.open("w") as file:
        for runs in _tasks(run_count, grows=False):
            task_id = f"{runs.family}\\/{runs.variant}"
            numbers = range(runs.first_number, runs.first_number + len(runs.agents))
            file.writelines(
                f'{{"run_id":"mp4-server_{number}","task_id":"{task_id}",'
                f'"score":{score},"time_limit":1800,'
                f'"started_at":{1734070031112 + 7919 * number},'
                f'"completed_at":{1734071923976 + 7919 * number},'
                f'"task_family":"{runs.family}","alias":"Agent {agent[-6:]}",'
                f'"model":"{agent[-3:]}","fatal_error_from":'
                f"{'null' if score else chr(34) + 'usageLimits' + chr(34)},"
                f'"human_minutes":{runs.human_minutes},"human_score":1.045,'
                f'"human_source":"baseline","dollar_equivalent":null,'
                f'"total_tokens":null,"score_binarized":{int(score >= 0.5)},'
                f'"equal_task_weight":0.0003442341,'
                f'"invsqrt_task_weight":0.0005578143}}\n'
                for number, agent, score in zip(
                    numbers, runs.agents, runs.scores, strict=True
                )
            )


def _tasks(run_count: int, grows: bool) -> Iterator[_Runs]:
    """Yield the runs task by task: hard tasks take more actions and fail more often."""
    draw = np.random.default_rng(_SEED)
    task_count = max(1, run_count // _RUNS_PER_TASK if grows else _TASK_COUNT)
    agent_count = max(1, run_count // _RUNS_PER_AGENT if grows else _AGENT_COUNT)
    agents = [
        f"flock-public+modular_{_MODELS[number % len(_MODELS)]}@branch-{number}"
        for number in range(agent_count)
    ]
    ends = np.linspace(0, run_count, task_count + 1).astype(int)
    for task, (start, end) in enumerate(pairwise(ends)):
        count = int(end - start)
        if not count:
            continue
        difficulty = float(draw.random())
        minutes = round(float(np.exp(7 * difficulty)), 3)
        actions = draw.lognormal(1.6 + 1.6 * difficulty, 0.8, count).astype(int) + 1
        graded = draw.random(count).round(4) if task % 3 == 0 else None
        scores = (draw.random(count) > 0.2 + 0.6 * difficulty).astype(float)
        if graded is not None:
            scores *= graded
        yield _Runs(
            f"family_{int(task / _TASKS_PER_FAMILY)}",
            f"variant_{task}",
            minutes,
            100_000 + int(start),
            [agents[number] for number in draw.integers(0, agent_count, count)],
            actions.tolist(),
            scores.tolist(),
        )


def _write_table(path: Path, row_count: int, form: str) -> None:
    import duckdb

    query = f"""
        select
            'task_' || (i % 5000) as task_id,
            'agent ' || (i // 5000 % 40) as agent,
            'provider/model-' || (i // 5000 % 40 // 2) as model,
            i // 200000 as epoch,
            if(h % 11 = 0, null, (h % 1001)::double / 1000) as score,
            (h // 7 % 200)::int as action_count,
            round((h // 11 % 100000)::double / 1000, 3) as latency_seconds,
            h // 13 % 90000 as input_tokens,
            h // 17 % 9000 as output_tokens,
            round((h // 19 % 1000000)::double / 100000, 5) as cost_usd,
            timestamp '2025-01-01' + interval (i) second as started_at,
            if(h % 11 = 0, 'error', null) as error,
            0.7::double as temperature,
            'v' || (i % 3) as prompt_version
        from (select i, i * 2654435761 % 4294967296 as h from range({row_count}) r(i))
    """
    with duckdb.connect() as connection:
        connection.execute(f"copy ({query}) to '{path}' (format {form})")


def _write_trace(path: Path, byte_count: int, era: str) -> None:
    call_count = max(1, byte_count // _CALL_BYTES)
    tasks = [f"task-{number:05}" for number in range(call_count)]
    tasks = tasks[: max(1, call_count // _CALLS_PER_TASK)]
    calls = (
        (tasks[number * len(tasks) // call_count], number)
        for number in range(call_count)
    )
    share = len(tasks) // 2
    document = {
        "config": {
            "agent_name": "HAL Generalist Agent (gpt-4.1-2025-04-14)",
            "benchmark_name": "gaia",
            "date": "2025-04-23",
            "run_id": f"gaia_hal_generalist_agent_{era}_{byte_count}",
            "agent_args": {"model_name": "gpt-4.1-2025-04-14"},
            "run_command": "hal-eval --benchmark gaia",
        },
        "results": {
            "accuracy": share / len(tasks),
            "total_cost": 12.5,
            "latencies": {task: {"total_time": 61.25} for task in tasks},
            "successful_tasks": tasks[:share],
            "failed_tasks": tasks[share:],
        },
        "raw_eval_results": {},
    }
    after_log = {
        "total_usage": {
            "gpt-4.1-2025-04-14": {
                "prompt_tokens": 900 * call_count,
                "completion_tokens": 90 * call_count,
            }
        },
        "total_cost": 12.5,
        "git_info": {"commit": "0" * 40},
    }
    with path.open("w") as file:
        file.write(json.dumps(document)[:-1])
        file.write(', "raw_logging_results": ')
        file.writelines(_LOGS[era](calls))
        file.write(f", {json.dumps(after_log)[1:]}")


def _write_zip(path: Path, trace: Path) -> None:
    salt = b"0123456789abcdef"
    key = hashlib.pbkdf2_hmac("sha256", PUBLIC_PASSWORD.encode(), salt, 480_000)
    token = Fernet(base64.urlsafe_b64encode(key)).encrypt(trace.read_bytes())
    fields = {"encrypted_data": token, "salt": salt}
    member = {name: base64.b64encode(each).decode() for name, each in fields.items()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"{trace.name}{SUFFIX}", json.dumps(member, indent=2))


@cache
def _messages() -> list[str]:
    """Return some conversations as JSON, the longest about _CALL_BYTES.

    Written as Python's json does, so that what is not ASCII is escaped.
    """
    draw = np.random.default_rng(_SEED)
    words = [
        *("the", "agent", "read", "4,096", "rows", "of", '"results.csv"', "again;"),
        *("naïve", "café", "漢字", "😀", "3.14159", "<b>done</b>", "C:\\Users\\eval"),
        *("def main(path: str) -> int:\n\treturn len(open(path).read())\n",),
        *("https://example.org/a?b=c&d=%20",),
    ]
    conversations = []
    for _ in range(16):
        count = _CALL_BYTES // 70 // len(words)
        texts = [
            " ".join(words[i] for i in draw.integers(0, len(words), len(words) * 5))
            for _ in range(count)
        ]
        roles = ("user", "assistant")
        conversations.append(
            json.dumps(
                [
                    {"role": roles[number % 2], "content": text}
                    for number, text in enumerate(texts)
                ]
            )
        )
    return conversations


def _call_log(calls: Iterator[tuple[str, int]]) -> Iterator[str]:
    messages, comma = _messages(), "["
    for task, number in calls:
        yield (
            f'{comma}{{"weave_task_id": "{task}", "trace_id": "t{number}", '
            f'"created_timestamp": {_FIRST_CALL + number}, "inputs": {{"model": '
            f'"gpt-4.1-2025-04-14", "messages": {messages[number % len(messages)]}}}, '
            f'"id": "c{number}", "outputs": ["Step by step."], "exception": null, '
            '"summary": {"usage": {"gpt-4.1-2025-04-14": {"requests": 1, '
            '"prompt_tokens": 900, "completion_tokens": 90}}}, '
            f'"attributes": {{"weave_task_id": "{task}"}}}}'
        )
        comma = ", "
    yield "]"


def _record_log(calls: Iterator[tuple[str, int]]) -> Iterator[str]:
    messages, comma = _messages(), "["
    usage = '{"prompt_tokens": 900, "completion_tokens": 90}'
    for task, number in calls:
        moment = f"2025-04-23T{number // 3600 % 24:02}:{number // 60 % 60:02}"
        yield (
            f'{comma}{{"id": "c{number}", "op_name": "openai.chat.completions.create", '
            f'"trace_id": "t{number}", "parent_id": null, '
            f'"started_at": "{moment}:{number % 60:02}.000000+00:00", '
            f'"ended_at": "{moment}:{number % 60:02}.750000+00:00", '
            '"inputs": {"model": "gpt-4.1-2025-04-14", "messages": '
            f'{messages[number % len(messages)]}}}, "output": {{"choices": '
            '[{"message": {"content": "Step by step."}}], '
            f'"usage": {usage}, "model": "gpt-4.1-2025-04-14"}}, '
            f'"summary": {{"usage": {{"gpt-4.1-2025-04-14": {usage}}}}}, '
            f'"attributes": {{"weave_task_id": "{task}"}}, "weave_task_id": "{task}", '
            f'"created_timestamp": "{moment}:{number % 60:02}.000000+00:00"}}'
        )
        comma = ", "
    yield "]"


def _task_log(calls: Iterator[tuple[str, int]]) -> Iterator[str]:
    messages, last, comma = _messages(), None, "{"
    ending, metadata = "", []
    for task, number in calls:
        if task != last:
            if last is not None:
                yield f"{ending}{', '.join(metadata)}]}}"
            yield f'{comma}"{task}": {{"model": "gpt-4.1-2025-04-14", "messages": ['
            last, comma, metadata, ending = task, ", ", [], '], "call_metadata": ['
            separator = ""
        yield f"{separator}{messages[number % len(messages)][1:-1]}"
        separator = ", "
        metadata.append(
            '{"usage": {"prompt_tokens": 900, "completion_tokens": 90}, '
            '"started_at": "2025-04-23T00:00:00.000000+00:00", '
            '"ended_at": "2025-04-23T00:00:01.000000+00:00"}'
        )
    yield f"{ending}{', '.join(metadata)}]}}}}"


_LOGS = {"calls": _call_log, "records": _record_log, "by_task": _task_log}


def comparison_values(path: Path, model_count: int, benchmark_count: int) -> Path:
    """Write a row of comparison_values per model and benchmark; some values tie."""

    def write(part: Path) -> None:
        values = np.random.default_rng(_SEED).integers(0, 500, model_count)
        with part.open("w") as file:
            file.write(
                "repeats,basis,source,benchmark,scaffold,model,value,"
                "is_smaller_better\n"
            )
            file.writelines(
                f"best,max_accuracy,hal,benchmark {benchmark},*,model {model},"
                f"{(int(value) * (benchmark + 7)) % 499 / 499},false\n"
                for benchmark in range(benchmark_count)
                for model, value in enumerate(values)
            )

    return _kept(path, write)


def best_evaluations(path: Path, count: int) -> Path:
    """Write a row of best_evaluations per model, each a point of one benchmark."""

    def write(part: Path) -> None:
        draw = np.random.default_rng(_SEED)
        costs, seconds = draw.lognormal(2, 1, (2, count)).round(4)
        accuracies = draw.random(count).round(6)
        with part.open("w") as file:
            file.write(
                "repeats,source,benchmark,model,evaluation_id,scaffold,"
                "accuracy,total_cost_usd,mean_latency_seconds\n"
            )
            file.writelines(
                f"best,hal,b,model {number},{number},s,{accuracy},{cost},{latency}\n"
                for number, (accuracy, cost, latency) in enumerate(
                    zip(accuracies, costs, seconds, strict=True)
                )
            )

    return _kept(path, write)


def model_tasks(
    path: Path, model_count: int, benchmark_count: int, task_count: int
) -> Path:
    """Write a row of int_model_tasks_counted per model and task; a better one wins more."""

    def write(part: Path) -> None:
        draw = np.random.default_rng(_SEED)
        chances = draw.uniform(0.1, 0.9, model_count)
        with part.open("w") as file:
            file.write(
                "success_rule,source,benchmark,population,task_id,model,"
                "task_family,attempt_count,success_count\n"
            )
            for benchmark in range(benchmark_count):
                for task in range(task_count):
                    wins = draw.random(model_count) < chances
                    file.writelines(
                        f"reported,hal,b{benchmark},capability,t{task},"
                        f"model {number},,1,{win:d}\n"
                        for number, win in enumerate(wins)
                    )

    return _kept(path, write)


def model_evaluations(
    path: Path, model_count: int, benchmark_count: int, row_count: int
) -> Path:
    """Write best_evaluations of models over benchmarks, the first `row_count` of them."""

    def write(part: Path) -> None:
        draw = np.random.default_rng(_SEED)
        skills = draw.uniform(0.1, 0.9, model_count)
        with part.open("w") as file:
            file.write("repeats,source,benchmark,model,accuracy\n")
            for row in range(row_count):
                model, benchmark = row % model_count, row // model_count
                accuracy = skills[model] + draw.uniform(-0.1, 0.1)
                file.write(
                    f"best,hal,b{benchmark % benchmark_count},model {model},"
                    f"{accuracy:.6f}\n"
                )

    return _kept(path, write)
