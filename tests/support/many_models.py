"""Invented HAL traces of many models: `write(folder, models, evaluations)`.

The same numbers give the same files. Names differ at their start, in their middle
or at their end, some are names of JavaScript's own, and a better model is not one
with more evaluations.
"""

import json
import random
from pathlib import Path

BENCHMARKS = (
    *("assistantbench", "colbench_backend_programming", "corebench_hard", "gaia"),
    *("online_mind2web", "scicode", "scienceagentbench", "swebench_verified_mini"),
    *("taubench_airline", "usaco", "a_benchmark_of_our_own"),
)
SCAFFOLDS = ("HAL Generalist Agent", "My Agent")
NAMES = (
    *("constructor", "__proto__", "toString", "hasOwnProperty"),
    *("Claude Sonnet 4 (September 2025)", "Claude Sonnet 4 (May 2025)"),
)
TASK_COUNT = 8


def model_names(count: int) -> list[str]:
    """Return `count` names of models."""
    makers = ("lab-one/assistant", "lab-two/reasoner", "A Family of Models")
    made = (
        f"{makers[number % 3]} {number // 3 + 1}.{number % 2} large preview"
        for number in range(count)
    )
    return [*NAMES, *made][:count]


def document(number: int, model: str, benchmark: str, scaffold: str) -> dict:
    """Return one trace: half of its numbers are the model's, half are drawn."""
    draw = random.Random(f"{number} {model} {benchmark}")
    skill = random.Random(model).random()
    tasks = [f"task {place}" for place in range(TASK_COUNT)]
    solved = [task for task in tasks if draw.random() < 0.2 + 0.6 * skill]
    seconds = 20 * 10 ** draw.random()
    return {
        "config": {
            "agent_name": f"{scaffold} ({model})",
            "benchmark_name": benchmark,
            "date": f"2025-04-{1 + number % 28:02d}",
            "run_id": f"{benchmark}_{number:04d}",
            "agent_args": {"model_name": model},
        },
        "results": {
            "accuracy": len(solved) / TASK_COUNT,
            "total_cost": round(0.2 * 10 ** (2 * skill + draw.random()), 4),
            "successful_tasks": solved,
            "failed_tasks": [task for task in tasks if task not in solved],
            "latencies": {
                task: {"total_time": seconds * (0.5 + draw.random())} for task in tasks
            },
        },
        "raw_eval_results": {},
        "raw_logging_results": [],
        "total_usage": {model: {"prompt_tokens": 10_000, "completion_tokens": 1_000}},
    }


def write(folder: Path, model_count: int, evaluation_count: int) -> list[Path]:
    """Write the traces into `folder` and return their paths."""
    models = model_names(model_count)
    cells = [
        (model, benchmark, scaffold)
        for scaffold in SCAFFOLDS
        for benchmark in BENCHMARKS
        for model in models
    ]
    # Evenly spread, so that models differ in how many benchmarks they ran.
    draw = random.Random(f"{model_count} {evaluation_count}")
    first = [cells[place] for place in range(model_count)]
    rest = draw.sample(cells[model_count:], evaluation_count - model_count)
    paths = []
    for number, (model, benchmark, scaffold) in enumerate([*first, *rest]):
        trace = document(number, model, benchmark, scaffold)
        path = folder / f"{trace['config']['run_id']}_UPLOAD.json"
        path.write_text(json.dumps(trace), encoding="utf-8")
        paths.append(path)
    return paths
