"""The made-up HAL traces of the sample: small, and in every shape that HAL has had.

Which trace has which shape is written down in `_TRACES`; the runs themselves are drawn.
A stronger model succeeds more often and difficult tasks take more steps. A few records
are broken on purpose.
"""

import base64
import hashlib
import hmac
import io
import json
import random
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import cache
from typing import Any, NamedTuple

from loaders.hal import encrypted

Draw = Callable[[], float]

# In every run id, before the number of the trace.
_MARK = "_evalhouse_"

_SEED = 11
_TASK_COUNT = 14
_START = 1_744_000_000
_SALT = b"evalhouse sample"
_VECTOR = b"made up vector.."


class _Model(NamedTuple):
    name: str
    # As the names of runs and agents write it.
    slug: str
    skill: float
    # Dollars for a million tokens, in and out.
    prices: tuple[float, float]
    effort: str | None = None


class _Benchmark(NamedTuple):
    metric: str
    first_task: int
    task_name: str


class _Trace(NamedTuple):
    benchmark: str
    model: str
    # {model} and {effort} are filled in.
    agent: str
    # calls, records, by_task, text or none.
    log: str = "none"
    # What else is unusual; see `_SHAPES`.
    shapes: tuple[str, ...] = ()


_MODELS = {
    "gpt": _Model("gpt-4.1-2025-04-14", "gpt4120250414", 0.5, (2.0, 8.0)),
    "o3": _Model("openai/o3-2025-04-16", "o320250416", 0.62, (2.0, 8.0)),
    "o4l": _Model("o4-mini-2025-04-16", "o4mini20250416", 0.48, (1.1, 4.4), "low"),
    "o4h": _Model("o4-mini-2025-04-16", "o4mini20250416", 0.6, (1.1, 4.4), "high"),
    "son": _Model(
        "claude-3-7-sonnet-20250219", "claude37sonnet20250219", 0.58, (3.0, 15.0)
    ),
    "sonh": _Model(
        "claude-3-7-sonnet-20250219",
        "claude37sonnet20250219",
        0.66,
        (3.0, 15.0),
        "high",
    ),
    "v3": _Model(
        "together_ai/deepseek-ai/DeepSeek-V3",
        "deepseekaideepseekv3",
        0.42,
        (1.25, 1.25),
    ),
    "gem": _Model("gemini/gemini-2.0-flash", "gemini20flash", 0.36, (0.1, 0.4)),
}
_BENCHMARKS = {
    "assistantbench": _Benchmark("average_score", 0, "ab{:04x}"),
    "colbench_backend_programming": _Benchmark("average_correctness", 0, "{}"),
    "corebench_hard": _Benchmark("accuracy", 3_418_007, "capsule-{}"),
    "gaia": _Benchmark("accuracy", 61_453, "{:08x}-0000-4000-8000-000000000000"),
    "online_mind2web": _Benchmark("accuracy", 40_961, "{:016x}"),
    "scienceagentbench": _Benchmark("success_rate", 1, "{}"),
    "swebench_verified_mini": _Benchmark("accuracy", 11_790, "django__django-{}"),
    "taubench_airline": _Benchmark("accuracy", 0, "{}"),
}
_GENERALIST = "HAL Generalist Agent ({model}{effort})"
_DEEP = "HF Open Deep Research ({model}{effort})"
_FEWSHOT = "TAU-bench FewShot ({model}{effort})"
_BROWSER = "Assistantbench Browser Agent ({model}{effort})"

# What a shape leaves out or changes:
#   steps       task_step_counts, wall_clock_times and what else came in 2026
#   no_lists    neither list of tasks, so the raw results decide
#   no_usage    total_usage is empty; old_usage: without the cache's part;
#   old_usage   inspect_usage: as Inspect names it
#   times       latencies are objects with total_time alone; numbers: bare numbers
#   no_args     config without agent_args; dotted_args: agent.model.name
#   reduced     config, results, total_usage and metadata, as leaderboards keep it
#   no_raw      raw_eval_results is empty
#   varied      each task in three wordings; free: a cost of 0 beside tokens
#   grinds      its failures take twenty times the steps
#   aborted     it ended before it began; both_lists: a task is in both lists
#   not_json    NaN and half an emoji; broken: records that break the rules
_TRACES = (
    _Trace("gaia", "gpt", _GENERALIST, "by_task", ("steps",)),
    _Trace("gaia", "o3", "Hal Generalist Agent ({model})", "records"),
    _Trace("gaia", "o4l", _GENERALIST, "by_task", ("no_lists",)),
    _Trace("gaia", "o4h", _GENERALIST, "records", ("not_json",)),
    _Trace("gaia", "son", _GENERALIST, "calls", ("times", "old_usage")),
    _Trace("gaia", "sonh", _GENERALIST, "none", ("steps",)),
    _Trace("gaia", "v3", _GENERALIST, "by_task", ("both_lists",)),
    _Trace("gaia", "gem", _GENERALIST, "records", ("free", "broken")),
    _Trace("gaia", "gpt", _DEEP, "calls", ("numbers",)),
    _Trace("gaia", "o3", _DEEP, "by_task", ("no_lists",)),
    _Trace("gaia", "son", _DEEP, "text", ("inspect_usage", "steps", "no_args")),
    _Trace("gaia", "v3", _DEEP, "none", ("reduced",)),
    _Trace("taubench_airline", "gpt", _GENERALIST, "records", ("no_lists",)),
    _Trace("taubench_airline", "o4l", _GENERALIST, "by_task"),
    _Trace("taubench_airline", "son", _GENERALIST, "none", ("steps", "varied")),
    _Trace("taubench_airline", "v3", _GENERALIST, "calls", ("old_usage", "times")),
    _Trace("taubench_airline", "gem", _GENERALIST, "by_task"),
    _Trace("taubench_airline", "gpt", _FEWSHOT, "by_task", ("steps",)),
    _Trace("taubench_airline", "o3", _FEWSHOT, "records"),
    _Trace("taubench_airline", "son", _FEWSHOT, "by_task"),
    _Trace("taubench_airline", "son", _FEWSHOT, "none", ("aborted",)),
    _Trace("swebench_verified_mini", "gpt", "My Agent({model})", "by_task", ("dotted_args",)),
    _Trace("swebench_verified_mini", "o4h", "My Agent({model})", "none", ("dotted_args", "no_lists")),
    _Trace("swebench_verified_mini", "son", _GENERALIST, "records"),
    _Trace("swebench_verified_mini", "son", _GENERALIST, "none", ("steps", "grinds")),
    _Trace("swebench_verified_mini", "v3", _GENERALIST, "none", ("times",)),
    _Trace("corebench_hard", "gpt", "CORE-Agent", "by_task", ("no_lists",)),
    _Trace("corebench_hard", "son", "CORE-Agent", "none", ("steps",)),
    _Trace("corebench_hard", "sonh", "HAL Generalist Agent", "records"),
    _Trace("corebench_hard", "gem", "HAL Generalist Agent", "none", ("no_usage",)),
    _Trace("scienceagentbench", "v3", "SAB Self-Debug DS-V3", "none", ("no_lists",)),
    _Trace("scienceagentbench", "sonh", "SAB Self-Debug Claude-3-7 high", "by_task"),
    _Trace("scienceagentbench", "gem", "SAB Self-Debug gemini-2-0-flash", "none", ("no_raw",)),
    _Trace("scienceagentbench", "gpt", _GENERALIST, "none", ("reduced", "no_usage")),
    _Trace("colbench_backend_programming", "v3", "colbench_deepseekv3", "none", ("no_lists",)),
    _Trace("colbench_backend_programming", "o4h", "colbench_o4minihigh", "none", ("no_lists", "numbers")),
    _Trace("colbench_backend_programming", "son", "halgeneralist_backend_sonnet37", "records", ("no_lists",)),
    _Trace("assistantbench", "son", _BROWSER, "none", ("no_raw",)),
    _Trace("assistantbench", "v3", _BROWSER, "none", ("no_usage",)),
    _Trace("assistantbench", "o4l", "Hal Generalist Agent ({model}{effort})", "by_task"),
    _Trace("online_mind2web", "sonh", "SeeAct({model}_thinking_high_4096)", "none", ("no_raw",)),
    _Trace("online_mind2web", "o4l", "Browser-Use({model}_low_reasoning_effort)", "by_task", ("no_raw",)),
)  # fmt: skip
# The last trace comes encrypted.
_ZIPPED = len(_TRACES) - 1


class _Run(NamedTuple):
    """One task, as it went."""

    task_id: str
    is_success: bool
    step_count: int
    started_at: int
    seconds_per_call: float
    # Prompt (cached part included), cached part and completion, for each call.
    calls: tuple[tuple[int, int, int], ...]


def contents() -> Iterator[tuple[str, bytes]]:
    """Yield the name and the bytes of each file."""
    return map(_content, range(len(_TRACES)))


def _content(number: int) -> tuple[str, bytes]:
    run_id, document = _document(number, _TRACES[number])
    written = json.dumps(document, indent=1).encode()
    if number == _ZIPPED:
        return f"{run_id}_UPLOAD.zip", _zipped(run_id, written, document)
    return f"{run_id}_UPLOAD.json", written


def _document(number: int, trace: _Trace) -> tuple[str, dict[str, Any]]:
    """Return a trace's run id and the trace."""
    model, benchmark = _MODELS[trace.model], _BENCHMARKS[trace.benchmark]
    draw = random.Random(_SEED + number).random
    runs = [] if "aborted" in trace.shapes else list(_runs(draw, number, trace))
    run_id = f"{trace.benchmark}_{_slug(trace, model)}{_MARK}{number + 1:02}"
    usage = _usage(trace, model, runs)
    cost = _cost(model, runs)
    document = {
        "config": _config(trace, model, run_id),
        "results": {
            **_headline(trace, benchmark, runs),
            "total_cost": cost,
            "latencies": {run.task_id: _latency(trace, run) for run in runs},
        },
        "raw_eval_results": {} if "no_raw" in trace.shapes else _raw(trace, runs),
        "raw_logging_results": _LOGS[trace.log](trace, model, runs),
        "total_usage": usage,
        "total_cost": cost,
        "git_info": {"commit": hashlib.sha1(run_id.encode()).hexdigest()},
    }
    if "steps" in trace.shapes:
        document |= {
            "task_prompts": {run.task_id: "Solve it." for run in runs},
            "agent_hash": hashlib.sha256(trace.agent.encode()).hexdigest()[:16],
            "wall_clock_times": {
                run.task_id: round(_seconds(run) * 1.5 + 4, 3) for run in runs
            },
            "task_step_counts": {run.task_id: run.step_count for run in runs},
            "task_metrics": {},
        }
    if "aborted" in trace.shapes:
        document["results"] |= {"accuracy": 0.0, "total_cost": 0.16}
    if "reduced" in trace.shapes:
        kept = ("config", "results", "total_usage")
        document = {name: document[name] for name in kept} | {"metadata": {}}
    if "broken" in trace.shapes:
        _break(document)
    return run_id, document


def _runs(draw: Draw, number: int, trace: _Trace) -> Iterator[_Run]:
    model, benchmark = _MODELS[trace.model], _BENCHMARKS[trace.benchmark]
    started_at = _START + number * 86_400
    for index in range(_TASK_COUNT):
        difficulty = index / (_TASK_COUNT - 1)
        is_success = draw() < model.skill + 0.5 - 0.9 * difficulty
        step_count = 1 + int((2 + 6 * difficulty) * (0.3 + 1.4 * draw()))
        # Some failures grind on.
        if not is_success and draw() < 0.15:
            step_count *= 3
        if not is_success and "grinds" in trace.shapes:
            step_count *= 20
        calls = []
        for step in range(step_count):
            prompt = 700 + 350 * step + int(200 * draw())
            calls.append((prompt, prompt // 2 if step else 0, 60 + int(120 * draw())))
        yield _Run(
            benchmark.task_name.format(benchmark.first_task + index),
            is_success,
            step_count,
            started_at + index * 600,
            round(1 + 5 * draw(), 3),
            tuple(calls),
        )


def _slug(trace: _Trace, model: _Model) -> str:
    scaffold = trace.agent.partition("(")[0].strip().lower().replace(" ", "_")
    effort = f"_{model.effort}" if model.effort else ""
    return f"{scaffold.replace('-', '')}_{model.slug}{effort}"


def _config(trace: _Trace, model: _Model, run_id: str) -> dict[str, Any]:
    shown = model.name.split("/", 1)[-1]
    effort = f" {model.effort}" if model.effort else ""
    config = {
        "agent_name": trace.agent.format(model=shown, effort=effort),
        "benchmark_name": trace.benchmark,
        "date": datetime.fromtimestamp(_START, UTC).strftime("%Y-%m-%d"),
        "run_id": run_id,
    }
    prefix = "agent.model." if "dotted_args" in trace.shapes else ""
    arguments = {prefix + ("name" if prefix else "model_name"): model.name}
    if model.effort:
        arguments[f"{prefix}reasoning_effort"] = model.effort
    if "no_args" in trace.shapes:
        config["model"] = model.name
    else:
        config["agent_args"] = arguments | {"benchmark_name": trace.benchmark}
    if "varied" in trace.shapes:
        config["prompt_sensitivity"] = True
    return config | {
        "run_command": f"hal-eval --benchmark {trace.benchmark} --run_id {run_id}"
    }


def _headline(trace: _Trace, benchmark: _Benchmark, runs: list[_Run]) -> dict[str, Any]:
    successes = [run.task_id for run in runs if run.is_success]
    failures = [run.task_id for run in runs if not run.is_success]
    share = len(successes) / len(runs) if runs else 0.0
    results = {benchmark.metric: share}
    if trace.benchmark == "assistantbench":
        # Partial credit: the lists only know exact matches.
        results = {"average_score": share / 2 + 0.1, "average_exact_match": share}
    if "not_json" in trace.shapes:
        results["level_3_accuracy"] = float("nan")
    if "both_lists" in trace.shapes:
        failures.append(successes[0])
    if "no_lists" not in trace.shapes:
        results |= {"successful_tasks": successes, "failed_tasks": failures}
    return results


def _latency(trace: _Trace, run: _Run) -> Any:
    # From the start of the first call to the start of the last.
    total = round((len(run.calls) - 1) * run.seconds_per_call, 6)
    if "numbers" in trace.shapes:
        return total
    if "times" in trace.shapes:
        return {"total_time": total}
    return {
        "first_call_timestamp": _time(run, 0),
        "last_call_timestamp": _time(run, len(run.calls) - 1),
        "total_time": total,
    }


def _seconds(run: _Run) -> float:
    return len(run.calls) * run.seconds_per_call


def _time(run: _Run, call: float) -> str:
    moment = run.started_at + call * run.seconds_per_call
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="microseconds")


def _cost(model: _Model, runs: list[_Run]) -> float:
    if model.slug == "gemini20flash":
        return 0.0  # The harness had no price for it.
    prompt, completion = model.prices
    calls = [call for run in runs for call in run.calls]
    total = sum(call[0] * prompt + call[2] * completion for call in calls)
    return round(total / 1e6, 6)


def _usage(trace: _Trace, model: _Model, runs: list[_Run]) -> dict[str, Any]:
    if "no_usage" in trace.shapes or not runs:
        return {}
    calls = [call for run in runs for call in run.calls]
    prompt, cached, completion = map(sum, zip(*calls, strict=True))
    if "inspect_usage" in trace.shapes:
        usage = {
            "input_tokens": prompt - cached,
            "output_tokens": completion,
            "total_tokens": prompt + completion,
            "input_tokens_cache_write": 0,
            "input_tokens_cache_read": cached,
        }
    else:
        usage = {"prompt_tokens": prompt, "completion_tokens": completion}
        if "old_usage" not in trace.shapes:
            usage |= {
                "cache_creation_input_tokens": 0,
                "cache_read_input_tokens": cached,
            }
    return {model.name.split("/", 1)[-1]: usage}


def _raw(trace: _Trace, runs: list[_Run]) -> Any:
    """Return the benchmark's own report."""
    if trace.benchmark == "assistantbench":
        scores = [1.0 if run.is_success else 0.25 for run in runs]
        return {"scores": scores, "answers": [1] * len(runs), "exact_matches": [1]}
    if trace.benchmark == "swebench_verified_mini":
        failed = [run.task_id for run in runs if not run.is_success]
        return {
            "resolved_ids": [run.task_id for run in runs if run.is_success],
            "unresolved_ids": failed[1:],
            "error_ids": [],
            "empty_patch_ids": failed[:1],
        }
    if trace.benchmark == "colbench_backend_programming":
        return [1.0 if run.is_success else 0.5 for run in runs]
    entry = {
        "corebench_hard": _corebench,
        "gaia": lambda run: {"score": run.is_success, "explanation": "as expected"},
        "scienceagentbench": lambda run: {"success_rate": int(run.is_success)},
        "taubench_airline": lambda run: _reward(trace, run),
    }.get(trace.benchmark, lambda run: {})
    results = {run.task_id: entry(run) for run in runs}
    return {"eval_result": results} if trace.benchmark[:3] == "sci" else results


def _corebench(run: _Run) -> dict[str, int]:
    return {
        "correct_written_answers": 2 if run.is_success else 1,
        "correct_vision_answers": 1,
        "total_written_questions": 2,
        "total_vision_questions": 1,
    }


def _reward(trace: _Trace, run: _Run) -> Any:
    reward = float(run.is_success)
    if "varied" in trace.shapes:
        return [{"reward": reward, "variation": name} for name in ("a", "b", "c")]
    if not run.is_success and run.step_count > 20:
        return "TIMEOUT after 7200 seconds"
    return {"reward": reward, "info": {}}


def _call_id(run: _Run, call: int, part: int = 0) -> str:
    written = f"{run.started_at}/{run.task_id}/{call}/{part}"
    return hashlib.sha256(written.encode()).hexdigest()[:32]


def _text(trace: _Trace) -> str:
    # Half of an emoji: where a model's answer was cut, Python writes that.
    return "Cut off \ud83d" if "not_json" in trace.shapes else "Step by step."


def _log_calls(trace: _Trace, model: _Model, runs: list[_Run]) -> list[dict]:
    return [
        {
            "weave_task_id": run.task_id,
            "trace_id": _call_id(run, call, 1),
            "created_timestamp": run.started_at + call,
            "inputs": {"model": model.name, "messages": [{"role": "user"}]},
            "id": _call_id(run, call),
            "outputs": [_text(trace)],
            "exception": None,
            "summary": {
                "usage": {
                    model.name: {
                        "requests": 1,
                        "prompt_tokens": prompt,
                        "completion_tokens": completion,
                    }
                }
            },
            "attributes": {"weave_task_id": run.task_id},
        }
        for run in runs
        for call, (prompt, _, completion) in enumerate(run.calls)
    ]


def _log_records(trace: _Trace, model: _Model, runs: list[_Run]) -> list[dict]:
    """Return full records; each task's last call hangs below one that repeats it."""
    records = []
    for run in runs:
        for call, tokens in enumerate(run.calls):
            leaf = _log_record(trace, model, run, call, tokens)
            if call == len(run.calls) - 1:
                above = leaf | {"id": _call_id(run, call, 2), "op_name": "agent.run"}
                leaf = leaf | {"parent_id": above["id"]}
                records.append(above)
            records.append(leaf)
    return records


def _log_record(
    trace: _Trace, model: _Model, run: _Run, call: int, tokens: tuple[int, int, int]
) -> dict[str, Any]:
    prompt, cached, completion = tokens
    if model.slug.startswith("claude"):
        usage = {
            "input_tokens": prompt - cached,
            "output_tokens": completion,
            "cache_read_input_tokens": cached,
            "cache_creation_input_tokens": 0,
        }
    else:
        usage = {
            "prompt_tokens": prompt,
            "completion_tokens": completion,
            "prompt_tokens_details": {"cached_tokens": cached},
        }
    return {
        "id": _call_id(run, call),
        "op_name": "openai.chat.completions.create",
        "trace_id": _call_id(run, 0, 1),
        "parent_id": None,
        "started_at": _time(run, call),
        "ended_at": _time(run, call + 0.75),
        "inputs": {"model": model.name, "messages": [{"role": "user"}]},
        "output": {
            "choices": [{"message": {"content": _text(trace)}}],
            "usage": usage,
            "model": model.name,
        },
        "summary": {"usage": {model.name: usage}},
        "attributes": {"weave_task_id": run.task_id},
        "weave_task_id": run.task_id,
        "created_timestamp": _time(run, call),
    }


def _log_by_task(trace: _Trace, model: _Model, runs: list[_Run]) -> dict[str, Any]:
    return {
        run.task_id: {
            "messages": [{"role": "user"}, {"role": "assistant"}],
            "call_metadata": [
                {
                    "usage": _log_record(trace, model, run, call, tokens)["output"][
                        "usage"
                    ],
                    "started_at": _time(run, call),
                    "ended_at": _time(run, call + 0.75),
                }
                for call, tokens in enumerate(run.calls)
            ],
            "model": model.name,
            "call_count": len(run.calls),
        }
        for run in runs
    }


_LOGS: dict[str, Callable[[_Trace, _Model, list[_Run]], Any]] = {
    "calls": _log_calls,
    "records": _log_records,
    "by_task": _log_by_task,
    "text": lambda *_: "Inspect logs are contained in raw_eval_results",
    "none": lambda *_: [],
}


def _break(document: dict[str, Any]) -> None:
    """Break a few records."""
    results, log = document["results"], document["raw_logging_results"]
    results["failed_tasks"].append(17)
    results["latencies"] |= {"task-a": "12 s", "task-b": {"total_time": -3.5}}
    log[0]["output"]["usage"]["completion_tokens"] = -1
    log[1] = "a call that could not be written"
    document["total_usage"]["gpt-4o"] = {"prompt_tokens": 10.5, "completion_tokens": 1}


def _zipped(run_id: str, written: bytes, document: dict[str, Any]) -> bytes:
    """Return the trace as the harness uploads it: beside the raw results, encrypted.

    Stored, not packed, since what packing gives differs between machines.
    """
    raw = json.dumps(document["raw_eval_results"]).encode()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, plain in ((f"{run_id}_UPLOAD", written), (run_id, raw)):
            info = zipfile.ZipInfo(f"{name}.json{encrypted.SUFFIX}")
            archive.writestr(info, _sealed(plain))
    return packed.getvalue()


@cache
def _key() -> bytes:
    password = encrypted.PUBLIC_PASSWORD.encode()
    return hashlib.pbkdf2_hmac("sha256", password, _SALT, 480_000)


def _sealed(plain: bytes) -> str:
    """Return what the harness writes for a file, with nothing left to chance."""
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    key = _key()
    padding = 16 - len(plain) % 16
    encryptor = Cipher(algorithms.AES(key[16:]), modes.CBC(_VECTOR)).encryptor()
    text = encryptor.update(plain + bytes([padding]) * padding)
    signed = b"\x80" + _START.to_bytes(8, "big") + _VECTOR + text
    token = base64.urlsafe_b64encode(signed + hmac.digest(key[:16], signed, "sha256"))
    fields = {"encrypted_data": token, "salt": _SALT}
    return json.dumps(
        {name: base64.b64encode(value).decode() for name, value in fields.items()},
        indent=2,
    )
