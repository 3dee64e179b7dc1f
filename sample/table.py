"""A made-up table of attempts, as a researcher keeps one: five agents at 20 tasks.

Each agent tries each task four times. Two agents are one model at two prompts, one is
cheap and weak, and the last run of one agent ended in errors. Temperature and prompt
version are columns that evalhouse does not know: they stay in `attributes`. The score of
one row is broken on purpose.
"""

import csv
import io
from collections.abc import Iterator
from typing import NamedTuple

from sample.draws import draw

_BENCHMARK = "sample-tickets"
_ATTEMPTS = 4
_TASKS_PER_FAMILY = 2
# The difficulty of each family, and the minutes a person takes.
_FAMILIES = {
    "refund": (0.1, 4),
    "greeting": (0.15, 2),
    "routing": (0.3, 9),
    "duplicate": (0.35, 6),
    "lookup": (0.4, 12),
    "reproduce": (0.5, 35),
    "bisect": (0.6, 60),
    "import": (0.65, 45),
    "migrate": (0.8, 120),
    "outage": (0.9, 240),
}
_COLUMNS = (
    *("agent", "model", "scaffold", "benchmark", "task_id", "task_family", "attempt"),
    *("score", "error", "steps", "human_minutes", "duration_s", "input_tokens"),
    *("cache_read_tokens", "output_tokens", "cost_usd", "started_at", "temperature"),
    "prompt_version",
)


class _Agent(NamedTuple):
    name: str
    model: str
    scaffold: str
    skill: float
    dollars_per_million_tokens: float
    temperature: float
    prompt_version: str


_AGENTS = (
    _Agent("desk-v1", "claude-opus-4-5", "desk", 0.80, 6.0, 0.2, "v1"),
    _Agent("desk-v2", "claude-opus-4-5", "desk", 0.88, 6.4, 0.2, "v2"),
    _Agent("desk-hot", "claude-opus-4-5", "desk", 0.74, 6.0, 1.0, "v1"),
    _Agent("desk-mini", "gpt-5-mini", "desk", 0.55, 0.5, 0.2, "v1"),
    _Agent("triage", "gpt-5", "triage", 0.70, 3.0, 0.7, "v1"),
)
# Lost to the environment: no score, and the tokens up to there.
_ERRORS = {("triage", 4, family) for family in ("import", "migrate", "outage")}
_BROKEN = ("desk-mini", 2, "refund-02")


def contents() -> Iterator[tuple[str, bytes]]:
    """Yield the name and the bytes of the one file."""
    text = io.StringIO()
    rows = csv.DictWriter(text, _COLUMNS, lineterminator="\n")
    rows.writeheader()
    for agent in _AGENTS:
        for family in _FAMILIES:
            for number in range(1, _TASKS_PER_FAMILY + 1):
                for attempt in range(1, _ATTEMPTS + 1):
                    rows.writerow(_row(agent, family, number, attempt))
    yield "tickets.csv", text.getvalue().encode()


def _row(agent: _Agent, family: str, number: int, attempt: int) -> dict[str, object]:
    task = f"{family}-{number:02}"
    difficulty, minutes = _FAMILIES[family]
    difficulty += 0.04 * (2 * number - 3)
    steps = 3 + int(30 * difficulty + 8 * draw("steps", agent.name, task, attempt))
    tokens = 900 * steps
    is_lost = (agent.name, attempt, family) in _ERRORS
    is_solved = (
        draw("score", agent.name, task, attempt) < agent.skill + 0.5 - difficulty
    )
    score: object = int(is_solved)
    if (agent.name, attempt, task) == _BROKEN:
        score = 17
    day = 1 + attempt
    minute = _TASKS_PER_FAMILY * list(_FAMILIES).index(family) + number
    return {
        "agent": agent.name,
        "model": agent.model,
        "scaffold": agent.scaffold,
        "benchmark": _BENCHMARK,
        "task_id": task,
        "task_family": family,
        "attempt": attempt,
        "score": "" if is_lost else score,
        "error": "EnvironmentError: the container is gone" if is_lost else "",
        "steps": steps,
        "human_minutes": minutes,
        "duration_s": 4 * steps,
        "input_tokens": tokens,
        "cache_read_tokens": tokens // 2,
        "output_tokens": tokens // 15,
        "cost_usd": f"{tokens * agent.dollars_per_million_tokens / 1e6:.5f}",
        "started_at": f"2026-03-{day:02}T09:{minute:02}:00Z",
        "temperature": agent.temperature,
        "prompt_version": agent.prompt_version,
    }
