"""Six made-up logs of Inspect: both containers, epochs, errors, a limit, a retry.

Two models try the tasks of one benchmark; the run of one of them failed and was tried
again. The members are stored and dated alike, so the bytes are the same every time.
"""

import io
import json
import math
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sample.draws import digest, draw

_TASKS = 12
_VERSION = "0.3.285"
_DAY = "2026-02-1"


@dataclass(frozen=True, slots=True)
class _Run:
    name: str
    task: str
    model: str
    skill: float
    day: int
    epochs: int = 1
    scorers: tuple[str, ...] = ("match",)
    # Of a run and its retry.
    retried: str | None = None
    status: str = "success"
    is_json: bool = False


_RUNS = (
    _Run("puzzles_old", "puzzles", "example/model-1", 0.45, 1, epochs=2),
    _Run("puzzles_new", "puzzles", "example/model-2", 0.75, 2, epochs=2),
    _Run("errands_old", "errands", "example/model-1", 0.4, 3,
         scorers=("match", "style"), is_json=True),
    _Run("errands_new", "errands", "example/model-2", 0.7, 4,
         scorers=("match", "style")),
    _Run("proofs_failed", "proofs", "example/model-2", 0.6, 5, retried="proofs",
         status="error"),
    _Run("proofs_retried", "proofs", "example/model-2", 0.6, 6, retried="proofs"),
)  # fmt: skip


def contents() -> Iterator[tuple[str, bytes]]:
    """Yield the name and the bytes of each log."""
    for run in _RUNS:
        samples = list(_samples(run))
        header = _header(run, samples)
        if run.is_json:
            yield f"{run.name}.json", _text(header | {"samples": samples})
        else:
            yield f"{run.name}.eval", _zipped(header, samples)


def _samples(run: _Run) -> Iterator[dict[str, Any]]:
    count = 5 if run.status == "error" else _TASKS
    for number in range(1, count + 1):
        for epoch in range(1, run.epochs + 1):
            yield _sample(run, number, epoch)


def _sample(run: _Run, number: int, epoch: int) -> dict[str, Any]:
    key = (run.retried or run.name, number, epoch)
    turns = 1 + int(8 * draw("turns", *key))
    tokens = 200 * turns + int(100 * draw("tokens", *key))
    difficulty = number / (_TASKS + 1)
    is_solved = draw("solved", *key) < run.skill + 0.5 - difficulty
    scores: dict[str, Any] = {"match": {"value": "C" if is_solved else "I"}}
    if "style" in run.scorers:
        scores["style"] = {"value": round(draw("style", *key), 2)}
    sample = {
        "id": f"{run.task}_{number}",
        "epoch": epoch,
        "input": "made up",
        "target": "made up",
        "scores": scores,
        "metadata": {"human_minutes": round(2 ** (number / 2), 1)},
        "model_usage": {run.model: _usage(tokens)},
        "started_at": f"{_DAY}{run.day}T09:{number:02}:{epoch:02}+00:00",
        "total_time": round(2.5 * turns + draw("time", *key), 2),
        "working_time": round(2.25 * turns, 2),
        "uuid": digest(*key)[:22],
        "turn_count": turns,
        "message_count": 2 * turns,
    }
    if run.status == "error" and number == 5:
        return sample | {"scores": {}, "error": _error("RuntimeError('disk full')")}
    if run.task == "errands" and number == 7:
        return sample | {"scores": {}, "error": _error("TimeoutError()")}
    if run.task == "puzzles" and number == 11:
        return sample | {"limit": {"type": "message", "limit": 30}}
    return sample


def _error(message: str) -> dict[str, str]:
    return {"message": message, "traceback": message}


def _usage(tokens: int) -> dict[str, int]:
    output = tokens // 10
    return {
        "input_tokens": tokens,
        "output_tokens": output,
        "total_tokens": 2 * tokens + output,
        "input_tokens_cache_read": tokens,
    }


def _header(run: _Run, samples: list[dict]) -> dict[str, Any]:
    total = sum(sample["model_usage"][run.model]["input_tokens"] for sample in samples)
    about = {
        "eval_id": f"sample-{run.name}",
        "run_id": f"sample-run-{run.name}",
        "task_id": f"sample-task-{run.retried or run.name}",
        "created": f"{_DAY}{run.day}T09:00:00+00:00",
        "task": f"sample/{run.task}",
        "task_version": 1,
        "model": run.model,
        "dataset": {"name": run.task, "samples": _TASKS},
        "config": {"epochs": run.epochs, "log_samples": True},
        "packages": {"inspect_ai": _VERSION},
        "scorers": [{"name": name} for name in run.scorers],
    }
    header = {
        "version": 2,
        "status": run.status,
        "eval": about,
        "plan": {"steps": [{"solver": "use_tools"}, {"solver": "react"}]},
        "stats": {"model_usage": {run.model: _usage(total)}},
        "invalidated": False,
    }
    if run.status == "error":
        return header | {"error": _error("RuntimeError('disk full')")}
    return header | {"results": _results(run, samples)}


def _results(run: _Run, samples: list[dict]) -> dict[str, Any]:
    good = [sample for sample in samples if "error" not in sample]
    scores = []
    for scorer in run.scorers:
        by_id: dict[str, list[float]] = {}
        for sample in good:
            value = sample["scores"][scorer]["value"]
            number = {"C": 1.0, "I": 0.0}.get(value, value)
            by_id.setdefault(sample["id"], []).append(number)
        # Python 3.12 sums floats in another way than 3.11.
        means = [math.fsum(values) / len(values) for values in by_id.values()]
        mean = math.fsum(means) / len(means)
        metric = "accuracy" if scorer == "match" else "mean"
        scores.append({
            "name": scorer,
            "scorer": scorer,
            "scored_samples": len(means),
            "unscored_samples": 0,
            "metrics": {metric: {"name": metric, "value": mean}},
        })  # fmt: skip
    return {
        "total_samples": len(samples),
        "completed_samples": len(good),
        "scores": scores,
        "headline": {"scorer": "match", "score": "match", "metric": "accuracy"},
    }


def _zipped(header: dict, samples: list[dict]) -> bytes:
    """Return a log in the order in which Inspect writes its members."""
    start = {name: header[name] for name in ("version", "eval", "plan")}
    summaries = [_summary(sample) for sample in samples]
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_STORED) as archive:
        for name, document in (
            ("_journal/start.json", start),
            *((f"samples/{each['id']}_epoch_{each['epoch']}.json", each)
              for each in samples),
            ("_journal/summaries/1.json", summaries),
            ("summaries.json", summaries),
            ("header.json", header),
        ):  # fmt: skip
            archive.writestr(zipfile.ZipInfo(name), _text(document))
    return written.getvalue()


def _summary(sample: dict[str, Any]) -> dict[str, Any]:
    """Return a sample as its summary tells of it: errors and limits by name."""
    named = {"error": "message", "limit": "type"}
    return {
        name: value[named[name]] if name in named else value
        for name, value in sample.items()
    } | {"completed": True, "retries": 0}


def _text(document: Any) -> bytes:
    return json.dumps(document, indent=1).encode()
