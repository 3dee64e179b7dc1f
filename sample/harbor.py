"""A made-up job of Harbor: one agent, six tasks, two attempts at each.

A timeout keeps its reward, a rate limit leaves none. Half of the trials have a trajectory;
of the others the agent counted its episodes.
"""

import json
from collections.abc import Iterator
from typing import Any

from sample.draws import digest, draw

_JOB = "2026-02-19__09-00-00"
_JOB_ID = "sample-job"
_SET = "sample-terminal@1"
_TASKS = ("count-lines", "fix-build", "merge-logs", "parse-dates", "rename", "sort-csv")
_ATTEMPTS = 2
_TIMEOUT, _RATE_LIMIT = ("fix-build", 1), ("rename", 2)
_MODEL = {"name": "claude-opus-4-5", "provider": "example"}


def contents() -> Iterator[tuple[str, bytes]]:
    """Yield the name and the bytes of each file."""
    rewards = []
    for task in _TASKS:
        for attempt in range(1, _ATTEMPTS + 1):
            name = f"{task}__{digest(task, attempt)[:7]}"
            config = _config(name, task)
            trial = _trial(name, task, attempt, config)
            yield f"{_JOB}/{name}/config.json", _text(config)
            yield f"{_JOB}/{name}/result.json", _text(trial)
            if attempt == 1:
                steps = _text(_trajectory(name, _steps(task, attempt)))
                yield f"{_JOB}/{name}/agent/trajectory.json", steps
            if trial["verifier_result"]:
                rewards.append(trial["verifier_result"]["rewards"]["reward"])
    job = {"job_name": _JOB, "jobs_dir": "jobs", "n_attempts": _ATTEMPTS}
    yield f"{_JOB}/config.json", _text(job)
    yield f"{_JOB}/result.json", _text(_result(rewards))


def _result(rewards: list[float]) -> dict[str, Any]:
    evaluation = {
        "n_trials": len(rewards),
        "n_errors": 2,
        "metrics": [{"mean": sum(rewards) / len(rewards)}],
        "pass_at_k": {},
    }
    return {
        "id": _JOB_ID,
        "started_at": "2026-02-19T09:00:00Z",
        "finished_at": "2026-02-19T09:40:00Z",
        "n_total_trials": len(_TASKS) * _ATTEMPTS,
        "stats": {"evals": {f"step-walker__{_MODEL['name']}__{_SET}": evaluation}},
    }


def _config(name: str, task: str) -> dict[str, Any]:
    model = f"{_MODEL['provider']}/{_MODEL['name']}"
    return {
        "trial_name": name,
        "trials_dir": "jobs",
        "task": {"path": f"tasks/{task}"},
        "agent": {"name": "step-walker", "model_name": model, "kwargs": {}},
        "job_id": _JOB_ID,
    }


def _trial(name: str, task: str, attempt: int, config: dict) -> dict[str, Any]:
    minute = 3 * _TASKS.index(task) + attempt
    steps = _steps(task, attempt)
    tokens = 300 * steps
    exception = {
        _TIMEOUT: {"exception_type": "AgentTimeoutError"},
        _RATE_LIMIT: {"exception_type": "ApiRateLimitError"},
    }.get((task, attempt))
    reward = 1.0 if draw("reward", task, attempt) < 0.7 else 0.0
    verdict = {"rewards": {"reward": reward}}
    is_lost = (task, attempt) == _RATE_LIMIT
    return {
        "id": digest("trial", task, attempt),
        "task_name": task,
        "trial_name": name,
        "source": _SET,
        "task_checksum": digest("task", task),
        "config": config,
        "agent_info": {"name": "step-walker", "version": "1.0", "model_info": _MODEL},
        "agent_result": {
            "n_input_tokens": tokens,
            "n_cache_tokens": tokens // 2,
            "n_output_tokens": tokens // 20,
            "cost_usd": round(tokens / 100_000, 5),
            "metadata": {"n_episodes": steps},
        },
        "verifier_result": None if is_lost else verdict,
        "exception_info": exception,
        "started_at": f"2026-02-19T09:{minute:02}:00Z",
        "agent_execution": {
            "started_at": f"2026-02-19T09:{minute:02}:05Z",
            "finished_at": f"2026-02-19T09:{minute:02}:{10 + 3 * steps:02}Z",
        },
        "reward_valid": not is_lost,
    }


def _steps(task: str, attempt: int) -> int:
    return 2 + int(14 * draw("steps", task, attempt))


def _trajectory(name: str, step_count: int) -> dict[str, Any]:
    steps = [{"step_id": 1, "source": "user", "message": "made up"}]
    steps += [
        {"step_id": number + 2, "source": "agent", "message": ""}
        for number in range(step_count)
    ]
    return {"schema_version": "ATIF-v1.7", "session_id": name, "steps": steps}


def _text(document: Any) -> bytes:
    return json.dumps(document, indent=1).encode()
