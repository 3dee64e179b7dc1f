"""Made-up runs of Terminal-Bench and jobs of Harbor, whole folders of them."""

import json
from pathlib import Path
from typing import Any


def written(path: Path, content: Any) -> None:
    """Write an object, or text, to a file in folders made by now."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content if isinstance(content, str) else json.dumps(content))


def tb_metadata(run_id: str, **more: Any) -> dict[str, Any]:
    """Return what a run_metadata.json says."""
    return {
        "run_id": run_id,
        "uuid": f"uuid-{run_id}",
        "dataset_name": "core",
        "dataset_version": "1",
        "agent_name": "hands",
        "model_name": "p/claude-sonnet-4-0",
        "n_concurrent_trials": 1,
    } | more


def tb_trial(number: int, run_id: str, *, is_resolved: Any = True, **more: Any) -> dict:
    """Return a trial of a run; five of them are one task."""
    return {
        "id": f"{run_id}-{number}",
        "trial_name": f"task-{number // 5}.{number % 5 + 1}-of-5.{run_id}",
        "task_id": f"task-{number // 5}",
        "is_resolved": is_resolved,
        "failure_mode": "unset",
        "total_input_tokens": 0,
        "total_output_tokens": 0,
        "agent_started_at": "2025-07-12T07:43:00+00:00",
        "agent_ended_at": f"2025-07-12T07:44:{number % 60:02}+00:00",
    } | more


def tb_results(*trials: dict, **more: Any) -> dict[str, Any]:
    """Return the results.json of a run with its accuracy."""
    resolved = sum(trial["is_resolved"] is True for trial in trials)
    return {"results": list(trials), "accuracy": resolved / len(trials)} | more


def harbor_trial(number: int, job_id: str, reward: Any = 1.0, **more: Any) -> dict:
    """Return the result.json of a trial."""
    verdict = None if reward is None else {"rewards": {"reward": reward}}
    return {
        "id": f"{job_id}-{number}",
        "task_name": f"task-{number // 2}",
        "trial_name": f"task-{number // 2}__{number}",
        "source": "mazes",
        "task_checksum": f"sum-{number // 2}",
        "config": {"job_id": job_id, "agent": {"kwargs": {}}},
        "agent_info": {
            "name": "walker",
            "version": "1",
            "model_info": {"name": "claude-opus-4-5", "provider": "anthropic"},
        },
        "agent_result": {
            "n_input_tokens": 100 + number,
            "n_cache_tokens": 10,
            "n_output_tokens": 5,
            "cost_usd": 0.5,
            "metadata": {"n_episodes": 3 + number},
        },
        "verifier_result": verdict,
        "exception_info": None,
        "started_at": "2026-03-02T09:00:00Z",
        "agent_execution": {
            "started_at": "2026-03-02T09:00:00Z",
            "finished_at": f"2026-03-02T09:01:{number:02}Z",
        },
    } | more


def harbor_job(job_id: str, count: int, **evals: Any) -> dict[str, Any]:
    """Return the result.json of a job."""
    return {
        "id": job_id,
        "started_at": "2026-03-02T09:00:00Z",
        "n_total_trials": count,
        "stats": {"evals": evals},
    }


def harbor_config(job_id: str, name: str) -> dict[str, Any]:
    """Return the config.json of a trial."""
    agent = {"name": "walker", "model_name": "anthropic/claude-opus-4-5"}
    return {
        "trial_name": name,
        "trials_dir": "jobs",
        "task": {},
        "agent": agent,
        "job_id": job_id,
    }


def trajectory(agent_steps: int) -> dict[str, Any]:
    """Return an ATIF trajectory with so many steps of the agent."""
    steps = [{"step_id": 1, "source": "user", "message": "go"}]
    steps += [
        {"step_id": at + 2, "source": "agent", "message": ""}
        for at in range(agent_steps)
    ]
    return {"schema_version": "ATIF-v1.4", "session_id": "s", "steps": steps}
