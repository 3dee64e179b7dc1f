"""A made-up run of Terminal-Bench: six tasks, three attempts at each.

An attempt that timed out is resolved all the same, and two ended in an error without a
verdict.
"""

import json
from collections.abc import Iterator
from typing import Any

from sample.draws import digest, draw

_RUN = "2026-02-18__10-00-00"
_TASKS = ("count-lines", "fix-build", "merge-logs", "parse-dates", "rename", "sort-csv")
_ATTEMPTS = 3
_ERRORS = {("fix-build", 2), ("sort-csv", 3)}
_TIMEOUT = ("parse-dates", 1)


def contents() -> Iterator[tuple[str, bytes]]:
    """Yield the name and the bytes of each file."""
    trials = [
        _trial(task, attempt) for task in _TASKS for attempt in range(1, _ATTEMPTS + 1)
    ]
    resolved = [trial for trial in trials if trial["is_resolved"]]
    results = {
        "results": trials,
        "pass_at_k": {},
        "n_resolved": len(resolved),
        "n_unresolved": len(trials) - len(resolved),
        "accuracy": len(resolved) / len(trials),
    }
    metadata = {
        "run_id": _RUN,
        "uuid": f"sample-{_RUN}",
        "dataset_name": "sample-terminal",
        "dataset_version": "1",
        "agent_name": "shell-walker",
        "model_name": "example/claude-sonnet-4-0",
        "n_concurrent_trials": 2,
        "n_attempts": _ATTEMPTS,
        "start_time": "2026-02-18T10:00:00+00:00",
        "end_time": "2026-02-18T11:00:00+00:00",
    }
    yield f"{_RUN}/run_metadata.json", _text(metadata)
    yield f"{_RUN}/results.json", _text(results)


def _trial(task: str, attempt: int) -> dict[str, Any]:
    minute = 3 * _TASKS.index(task) + attempt
    seconds = 5 + int(50 * draw("time", task, attempt))
    is_resolved: bool | None = draw("resolved", task, attempt) < 0.6
    failure = "unset"
    if (task, attempt) in _ERRORS:
        is_resolved, failure = None, "unknown_agent_error"
    elif (task, attempt) == _TIMEOUT:
        is_resolved, failure = True, "agent_timeout"
    name = f"{task}.{attempt}-of-{_ATTEMPTS}.{_RUN}"
    return {
        "id": digest(name),
        "trial_name": name,
        "task_id": task,
        "is_resolved": is_resolved,
        "failure_mode": failure,
        "total_input_tokens": 900 * attempt + seconds,
        "total_output_tokens": 40 + seconds,
        "agent_started_at": f"2026-02-18T10:{minute:02}:00+00:00",
        "agent_ended_at": f"2026-02-18T10:{minute:02}:{seconds:02}+00:00",
    }


def _text(document: Any) -> bytes:
    return json.dumps(document, indent=1).encode()
