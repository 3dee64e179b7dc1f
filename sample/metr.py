"""The made-up METR runs of the sample.

They have the shape of METR's two files. Difficulty drives both the number of
actions and failure, so over all runs more actions go with lower scores, while inside
one task they do not. The same bytes come out on every machine: the draws use only
random() and exact arithmetic, no function of the C library.
"""

import json
import math
import random
from collections import Counter
from collections.abc import Callable, Iterator
from typing import NamedTuple

Draw = Callable[[], float]

_SEED = 3


class _Task(NamedTuple):
    family: str
    variant: str
    human_minutes: float
    # Whether a run can earn part of the score.
    is_graded: bool = False


class _Agent(NamedTuple):
    name: str
    runs_per_task: float
    # It earns something with probability skill + 0.65 - the task's difficulty.
    skill: float
    # How many actions it takes, relative to the others.
    pace: float


_TASKS = (
    _Task("cache_tuning", "hit_rate", 35.5, True),
    _Task("cache_tuning", "eviction_policy", 128.0, True),
    _Task("cache_tuning", "two_regions", 610.0, True),
    _Task("cipher_bench", "caesar_shift", 2.5),
    _Task("cipher_bench", "vigenere", 21.0),
    _Task("cipher_bench", "noisy_keystream", 305.0),
    _Task("clause_finder", "one_contract", 1.0),
    _Task("clause_finder", "contract_pair", 13.5, True),
    _Task("clause_finder", "whole_archive", 210.0, True),
    _Task("image_restore", "crop_border", 3.0, True),
    _Task("image_restore", "scratched_scan", 76.0, True),
    _Task("image_restore", "motion_blur", 480.0, True),
    _Task("log_archaeology", "first_error", 2.0),
    _Task("log_archaeology", "root_cause", 27.0),
    _Task("log_archaeology", "clock_skew", 65.0),
    _Task("log_archaeology", "replay_outage", 180.0),
    _Task("maze_planner", "small", 4.0, True),
    _Task("maze_planner", "weighted", 31.5, True),
    _Task("maze_planner", "moving_walls", 245.0),
    _Task("proof_sketch", "parity", 18.0, True),
    _Task("proof_sketch", "graph_colouring", 155.0, True),
    _Task("proof_sketch", "open_lemma", 900.0),
    _Task("regex_repair", "one_line", 1.5),
    _Task("regex_repair", "date_formats", 8.5),
    _Task("regex_repair", "streaming_parser", 58.0),
    _Task("schema_migration", "add_column", 6.0),
    _Task("schema_migration", "split_table", 46.0),
    _Task("schema_migration", "merge_tenants", 110.0),
    _Task("schema_migration", "no_downtime", 400.0),
    _Task("sensor_fusion", "two_thermometers", 16.0, True),
    _Task("sensor_fusion", "drifting_gyro", 92.0, True),
    _Task("sensor_fusion", "night_flight", 720.0, True),
    _Task("spreadsheet_audit", "totals", 3.5),
    _Task("spreadsheet_audit", "hidden_rows", 15.0),
    _Task("spreadsheet_audit", "circular_model", 98.0),
    _Task("timetable", "one_class", 5.0, True),
    _Task("timetable", "one_school", 52.0, True),
    _Task("timetable", "exam_week", 360.0, True),
    _Task("web_form", "plain", 1.25),
    _Task("web_form", "three_pages", 7.0),
)
_AGENTS = (
    _Agent("flock-public+modular_c4o@spring-eval", 7.0, 0.62, 1.05),
    _Agent("flock-public+modular_c3.7s@spring-eval", 6.0, 0.5, 1.0),
    _Agent("flock-public+modular_c3.7s_thinking@spring-eval", 5.0, 0.55, 0.9),
    _Agent("duet+4xo1p_advisor_o1p_gen@spring-eval", 5.0, 0.4, 1.15),
    _Agent("duet+4x4om_advisor_4om_gen@spring-eval", 5.0, 0.25, 1.0),
    _Agent("dragonfly+gpt4oSingle@spring-eval", 2.5, 0.35, 0.85),
    _Agent(
        "modular-public+t_context_and_usage_awarep_gpt_1x4ogd_always_savea@spring-eval",
        1.0,
        0.3,
        1.1,
    ),
    _Agent("mtb/start_sample_task,metr_agents/react", 1.5, 0.25, 1.2),
    _Agent("flock-public+modular_c3.7s@ada/c3.7s-sabotage", 1.5, 0.2, 0.95),
    _Agent("flock-public+modular_c3.7s_thinking@ada/always-refuse", 1.0, 0.05, 0.5),
    _Agent("flock-public+modular_c3.7s_thinking@ada/tutor", 1.0, 0.5, 1.1),
    # No rule knows this one: it loads with the model `unknown`.
    _Agent("lighthouse+solo_zephyr@spring-eval", 1.0, 0.35, 1.0),
)
# Alias to model and skill, as METR's time-horizon file names them.
_HORIZON_AGENTS = {
    "Claude 3 Opus": ("c3o", 0.25),
    "Claude 3.5 Sonnet (New)": ("c3-5s", 0.45),
    "GPT-4o": ("4o", 0.3),
    "o1": ("o1", 0.55),
    "o1-preview": ("o1-p", 0.5),
}
_HORIZON_TASKS = tuple(task for i, task in enumerate(_TASKS) if i % 8 < 5)
_HORIZON_RUNS_PER_TASK = 3

# Task -> what is wrong on purpose, and the lines of the record.
_BAD_RECORDS = {
    ("cipher_bench", "vigenere"): (
        "a score above 1",
        "action_count: 9\nagent: {agent}\nhuman_minutes: 21.0\nscore: 1.5",
    ),
    ("log_archaeology", "root_cause"): (
        "no agent",
        "action_count: 14\nhuman_minutes: 27.0\nscore: 1.0",
    ),
    ("maze_planner", "small"): (
        "the score is duplicated",
        "action_count: 6\nagent: {agent}\nhuman_minutes: 4.0\nscore: 0.0\nscore: 1.0",
    ),
    ("regex_repair", "date_formats"): (
        "half an action",
        "action_count: 7.5\nagent: {agent}\nhuman_minutes: 8.5\nscore: 0.0",
    ),
    ("web_form", "plain"): (
        "no human time",
        "action_count: 3\nagent: {agent}\nhuman_minutes: 0\nscore: 1.0",
    ),
}


def contents() -> Iterator[tuple[str, bytes]]:
    """Yield the name and the bytes of each file."""
    for name, lines in (
        ("metr_runs.yaml", _metr_runs()),
        ("metr_horizon_runs.jsonl", _horizon_runs()),
    ):
        yield name, "".join(f"{line}\n" for line in lines).encode("ascii")


def _metr_runs() -> Iterator[str]:
    """Yield the lines of the action-count file."""
    draw = random.Random(_SEED).random
    yield "# Made-up METR runs, written by `python -m sample`. A few records are"
    yield "# broken on purpose, to show what the quarantine says about them."
    run_id = 300_000
    family = None
    for task in _TASKS:
        if task.family != family:
            family = task.family
            yield f"{family}:"
        yield f"  {task.variant}:"
        for agent in _AGENTS:
            for _ in range(int(agent.runs_per_task + draw())):
                run_id += 1 + int(draw() * 9)
                score = _score(draw, task, agent.skill)
                yield f"    '{run_id}':"
                yield f"      action_count: {_action_count(draw, task, agent, score)}"
                yield f"      agent: {agent.name}"
                yield f"      human_minutes: {task.human_minutes}"
                yield f"      score: {score}"
        if (task.family, task.variant) in _BAD_RECORDS:
            wrong, lines = _BAD_RECORDS[task.family, task.variant]
            run_id += 1
            yield f"    '{run_id}':  # On purpose: {wrong}."
            for line in lines.format(agent=_AGENTS[0].name).splitlines():
                yield f"      {line}"


def _difficulty(task: _Task) -> float:
    """Return 0 for the task that humans do fastest, up to 1 for the slowest.

    The times are spread evenly on a log scale, so the rank stands for their logarithm.
    """
    faster = sum(other.human_minutes < task.human_minutes for other in _TASKS)
    return faster / (len(_TASKS) - 1)


def _score(draw: Draw, task: _Task, skill: float) -> float:
    """Return 0, 1 or, on a graded task, something between."""
    if draw() >= skill + 0.65 - _difficulty(task):
        return 0.0
    if task.is_graded and draw() < 0.6:
        return round(0.05 + 0.9 * draw(), 4)
    return 1.0


def _action_count(draw: Draw, task: _Task, agent: _Agent, score: float) -> int:
    # Success does not enter: inside a task, actions and score are unrelated.
    typical = (5 + 20 * _difficulty(task)) * agent.pace
    count = typical * (0.4 + 1.2 * draw()) * (0.4 + 1.2 * draw())
    # Except that some runs grind on, and the stuck ones longest.
    if draw() < 0.07:
        count *= 3 + 6 * draw() if score == 0 else 2
    return 1 + int(count)


def _horizon_runs() -> Iterator[str]:
    """Yield the lines of the time-horizon file."""
    draw = random.Random(_SEED + 1).random
    number = 0
    for alias, (model, skill) in _HORIZON_AGENTS.items():
        for task in _HORIZON_TASKS:
            for _ in range(_HORIZON_RUNS_PER_TASK):
                number += 1
                score = _score(draw, task, skill)
                yield _horizon_run(
                    f"sample_{number:04}",
                    task,
                    alias,
                    model,
                    score,
                    _HORIZON_RUNS_PER_TASK,
                    started_at=1_735_689_600_000 + number * 900_000,
                    # Runs take about a tenth of the human's time, at least a minute.
                    took=60_000 + int(task.human_minutes * 12_000 * draw()),
                    fatal_error_from="usageLimits" if score == 0 else None,
                )
    for number, task in enumerate(_HORIZON_TASKS):
        score = 1.0 if draw() < 0.9 else 0.0
        took = int(task.human_minutes * 60_000)
        # METR numbers human runs, counts their time from zero and prices their hours.
        yield _horizon_run(
            number, task, "human", "human", score, 1, started_at=0, took=took
        )


def _horizon_run(
    run_id: str | int,
    task: _Task,
    alias: str,
    model: str,
    score: float,
    runs_per_task: int,
    *,
    started_at: int,
    took: int,
    fatal_error_from: str | None = None,
) -> str:
    is_human = alias == "human"
    run = {
        "run_id": run_id,
        "task_id": f"{task.family}/{task.variant}",
        "score": score,
        "time_limit": 0 if is_human else 28_800,
        "started_at": started_at,
        "completed_at": started_at + took,
        "task_family": task.family,
        "alias": alias,
        "model": model,
        "fatal_error_from": fatal_error_from,
        "human_minutes": task.human_minutes,
        "human_score": 1.0,
        "human_source": "baseline" if task.human_minutes < 200 else "estimate",
        "dollar_equivalent": task.human_minutes if is_human else None,
        "total_tokens": task.human_minutes * 100 if is_human else None,
        # METR binarises a graded score by a threshold of the task.
        "score_binarized": int(score >= 0.75),
        "equal_task_weight": round(1 / len(_HORIZON_TASKS) / runs_per_task, 10),
        "invsqrt_task_weight": round(_family_weight(task) / runs_per_task, 10),
    }
    return json.dumps(run, separators=(",", ":"))


def _family_weight(task: _Task) -> float:
    """Return a task's weight when each counts 1 / sqrt(tasks in its family)."""
    sizes = Counter(other.family for other in _HORIZON_TASKS)
    total = math.fsum(1 / math.sqrt(sizes[other.family]) for other in _HORIZON_TASKS)
    return 1 / math.sqrt(sizes[task.family]) / total
