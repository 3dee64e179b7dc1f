"""Which column of a table is which of ours, by its name."""

import difflib
import json
import re
from collections.abc import Iterable

from loaders.contract.records import FileRefused, file_refused

# Ours, and the names it is known by, the most telling first.
KNOWN = {
    "task_id": ("task_id task sample_id problem_id instance_id question_id"),
    "agent": "agent agent_name system",
    "model": "model model_name model_id",
    "score": (
        "score reward grade success passed correct is_correct resolved is_resolved"
    ),
    "benchmark": "benchmark dataset eval evaluation_name suite",
    "task_family": "task_family family category subject",
    "scaffold": "scaffold harness framework",
    "effort": "reasoning_effort effort",
    "population": "population",
    "attempt": "attempt_id uuid attempt epoch trial repeat seed run_id",
    "status": "status",
    "error": "error exception",
    "action_count": (
        "action_count actions n_actions steps n_steps num_turns tool_calls_count"
    ),
    "human_minutes": "human_minutes human_time_minutes",
    "latency_seconds": "latency_seconds duration_seconds duration_s seconds",
    "input_tokens": "input_tokens prompt_tokens",
    "output_tokens": "output_tokens completion_tokens",
    "cost_usd": "cost_usd cost total_cost",
    "started_at": "started_at timestamp created_at date",
}
_NEEDED = {
    "a task": ("task_id",),
    "an agent": ("agent", "model"),
    "a score": ("score",),
}


def plain(name: str) -> str:
    """Return a name as names are compared: case, `-`, `_` and spaces do not count."""
    return re.sub(r"[-_ ]", "", name.strip().lower())


def by_name(names: Iterable[str], said: str | None = None) -> dict[str, str]:
    """Return the name in the table of each column of ours that it has.

    `said` overrules, as `ours=theirs,...`. Raises FileRefused where columns are
    missing that every table needs.
    """
    names = list(names)
    mapping = _said(names, said)
    theirs = {}
    for name in names:
        theirs.setdefault(plain(name), name)
    for ours, known in KNOWN.items():
        for each in map(plain, known.split()):
            if ours not in mapping and each in theirs:
                name = theirs[each]
                if name not in mapping.values():
                    mapping[ours] = name
    missing = missing_from(mapping)
    if missing:
        raise _unusable(missing, names)
    return mapping


def missing_from(mapping: Iterable[str]) -> list[str]:
    """Return what a table needs and does not have."""
    return [what for what, ours in _NEEDED.items() if not set(ours) & set(mapping)]


def _said(names: list[str], said: str | None) -> dict[str, str]:
    mapping = {}
    for pair in said.split(",") if said else ():
        ours, is_pair, name = (part.strip() for part in pair.partition("="))
        if not is_pair or ours not in KNOWN:
            what = f"--columns has {pair!r}; ours is one of {', '.join(KNOWN)}"
            raise file_refused("unusable_columns", what)
        if name not in names:
            near = ", ".join(difflib.get_close_matches(name, names)) or "none near it"
            what = f"--columns names {name!r}; the table has {near}"
            raise file_refused("unusable_columns", what)
        mapping[ours] = name
    return mapping


def _unusable(missing: list[str], names: list[str]) -> FileRefused:
    known = [name for each in KNOWN.values() for name in each.split()]
    near = [name for name in names if difflib.get_close_matches(plain(name), known)]
    shown = ", ".join(near or names)[:300]
    what = f"no column is known as {' or as '.join(missing)}; the nearest are: {shown}"
    return file_refused("unusable_columns", what)


def names_at_the_beginning(head: str) -> list[str]:
    """Return the names of the columns of CSV, or of the first JSON object's fields."""
    text = head.lstrip("\ufeff \r\n\t")
    if text[:1] in ("{", "["):
        try:
            first, _ = json.JSONDecoder().raw_decode(text.lstrip("[ \r\n\t"))
        except (ValueError, RecursionError):
            return []
        return list(first) if isinstance(first, dict) else []
    header = text.partition("\n")[0].rstrip("\r")
    return [name.strip().strip('"') for name in header.split(delimiter(header))]


def delimiter(header: str) -> str:
    """Return what separates the columns of a header."""
    return max(",\t;|", key=header.count)
