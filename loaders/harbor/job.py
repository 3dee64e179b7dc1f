"""Files of a Harbor job, each one JSON object.

config.json                     what was to run
result.json                     the job, with the totals of its trials
<trial>/config.json             what was to run
<trial>/result.json             how it went; missing if the trial never ended
<trial>/agent/trajectory.json   what the agent did (ATIF)
<trial>/steps/<step>/agent/trajectory.json   of a task in several steps
"""

import math
import re
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any

import msgspec
from msgspec import Raw

from loaders.contract import json_object, raw_json, rules
from loaders.contract.columns import RawTable
from loaders.contract.extract import as_json, row
from loaders.contract.files import OpenFile
from loaders.contract.json_object import Record
from loaders.contract.limits import MAX_TRACE_RECORDS
from loaders.contract.raw_json import Document, Pointer
from loaders.contract.records import (
    Batch,
    FileRefused,
    RecordRefused,
    by_table,
    file_refused,
)
from loaders.contract.times import seconds_between, time
from loaders.harbor.tables import (
    HARBOR_CONFIGS,
    HARBOR_JOBS,
    HARBOR_METRICS,
    HARBOR_TRAJECTORIES,
    HARBOR_TRIALS,
)

_ATIF = re.compile(r'"schema_version"\s*:\s*"ATIF-v')
_KINDS = (
    ('"trial_name"', '"task_name"', '"agent_info"'),
    ('"trial_name"', '"trials_dir"'),
    ('"n_total_trials"', '"stats"'),
    ('"job_name"', '"jobs_dir"'),
)
# What a trial's columns are taken from, and what else Harbor writes.
_OF_TRIAL = {
    "schema_version", "id", "task_name", "trial_name", "trial_uri", "task_id",
    "source", "task_checksum", "config", "agent_info", "agent_result",
    "verifier_result", "verifier_environment_mode", "exception_info", "started_at",
    "finished_at", "environment_setup", "agent_setup", "agent_execution", "verifier",
    "step_results", "reward_valid",
}  # fmt: skip
_OF_JOB = {
    "schema_version", "id", "n_total_trials", "started_at", "updated_at",
    "finished_at", "stats", "trial_results",
}  # fmt: skip
# Of what cannot be read: path, value and why.
Unread = list[tuple[str, Any, RecordRefused]]
# The one of several rewards that is the score.
_REWARD = "reward"
_PASS_AT_K = "pass_at_k"


class _Step(msgspec.Struct):
    """The fields of a trajectory's step that are read; messages are skipped."""

    source: str | None = None
    is_copied_context: bool | None = None


class _Trajectory(msgspec.Struct):
    schema_version: str
    steps: list[_Step]
    session_id: str | None = None


_TRAJECTORY = (raw_json.decoder(_Trajectory),)


def fits(head: str) -> bool:
    """Return whether the beginning of a file looks like a job's."""
    if not head.lstrip("\ufeff \t\r\n").startswith("{"):
        return False
    return fits_further(head) or _ATIF.search(head) is not None


def fits_further(window: str) -> bool:
    """Return whether a part of a file that begins with an object is from a job."""
    return any(all(name in window for name in names) for names in _KINDS)


def read(stream: OpenFile) -> Iterator[Batch]:
    """Return the rows of a file.

    A record that breaks a rule is quarantined. Raises FileRefused if the file is not a
    JSON object.
    """
    whole, read_as_null = json_object.entries(stream)
    if _is_trajectory(whole):
        # Nothing of its numbers is read.
        _check_steps(whole.get("steps", b""))
        records = _trajectory(stream)
    else:
        entries = ((HARBOR_TRIALS, entry) for entry in read_as_null)
        records = chain(_records(whole), entries)
    return by_table(records, stream.size_bytes)


def _is_trajectory(whole: dict[str, Raw]) -> bool:
    version = whole.get("schema_version")
    return version is not None and bytes(version).startswith(b'"ATIF-v')


def _check_steps(steps: Raw | bytes) -> None:
    """Refuse a trajectory with too many steps, before they are decoded, or with a
    duplicate field in a step.
    """
    if raw_json.has_more_than(MAX_TRACE_RECORDS, steps):
        raise file_refused("too_many_records", "its steps go on", None, "/steps")
    if bytes(memoryview(steps)[:1]) != b"[":
        return  # The decoder says what is wrong.
    for place, step in enumerate(json_object.items(steps)):
        try:
            raw_json.check_once(step, 1)
        except RecordRefused as refused:
            what = refused.detail.partition("; ")[0]
            raise file_refused(
                refused.reason_code, what, None, f"/steps/{place}"
            ) from None


def _trajectory(stream: OpenFile) -> Iterator[Record]:
    document = Document(stream.map(), stream.map_private, Pointer())
    try:
        found, _ = raw_json.decode(document, _TRAJECTORY)
    except FileRefused as refused:
        if refused.reason_code != "not_a_trace":
            raise
        what = refused.detail.partition("; ")[0]
        raise file_refused("not_a_trajectory", what) from None
    own = [s for s in found.steps if s.source == "agent" and not s.is_copied_context]
    counts = (len(own), len(found.steps))
    version = found.schema_version.removeprefix("ATIF-v")
    yield HARBOR_TRAJECTORIES, ("", version, found.session_id, *counts)


def _records(whole: dict[str, Raw]) -> Iterator[Record]:
    if "n_total_trials" in whole or "stats" in whole:
        return _job(whole)
    if "trials_dir" in whole or "task_name" not in whole:
        return _kept_back(HARBOR_CONFIGS, whole, _config)
    return _kept_back(HARBOR_TRIALS, whole, _trial)


def _kept_back(table: RawTable, whole: dict[str, Raw], read_: Any) -> Iterator[Record]:
    """Yield the row of an object, or why it is refused.

    Then the fields that cannot be read, which are null in the row.
    """
    unread: Unread = []
    try:
        yield table, read_(json_object.fields(whole), unread)
    except RecordRefused as refused:
        yield table, refused.at_pointer("", raw_json.excerpt(whole))
        return
    for path, value, refused in unread:
        yield table, refused.at_pointer(f"/{path}", str(value))


# ------------------------------------------------------------------ jobs


def _config(fields: dict[str, Any], _unread: Unread) -> tuple:
    kind = "trial" if "trials_dir" in fields else "job"
    return row(HARBOR_CONFIGS, fields, pointer="", kind=kind)


def _job(whole: dict[str, Raw]) -> Iterator[Record]:
    # Of every trial of old versions; each of them has a file of its own.
    whole.pop("trial_results", None)
    try:
        fields = json_object.fields(whole)
        stats = fields.get("stats")
        extra = as_json(_beside(fields, _OF_JOB))
        job = row(HARBOR_JOBS, fields, pointer="", extra=extra)
    except RecordRefused as refused:
        yield HARBOR_JOBS, refused.at_pointer("", raw_json.excerpt(whole))
        return
    yield HARBOR_JOBS, job
    evals = stats.get("evals") if isinstance(stats, dict) else None
    for name, found in _objects(evals):
        at = Pointer() / "stats" / "evals" / name
        for metric, k, value in _metrics(found):
            yield HARBOR_METRICS, (str(at), job[1], name, metric, k, value)


def _metrics(found: dict[str, Any]) -> Iterator[tuple[str, int | None, float | None]]:
    listed = found.get("metrics")
    seen = set()
    for metrics in listed if isinstance(listed, list) else ():
        for name, value in metrics.items() if isinstance(metrics, dict) else ():
            if name not in seen and name != _PASS_AT_K:
                seen.add(name)
                yield name, None, json_object.number_or_none(value)
    for k, value in json_object.numbers_by_k(found.get(_PASS_AT_K)):
        yield _PASS_AT_K, k, value


# ---------------------------------------------------------------- trials


def _trial(fields: dict[str, Any], unread: Unread) -> tuple:
    steps = fields.get("step_results") or []
    if not isinstance(steps, list):
        raise RecordRefused("wrong_type", f"step_results is {rules.shown(steps)}")
    parts = {
        f"step_results/{number}/": step
        for number, step in enumerate(steps)
        if isinstance(step, dict)
    }
    steps = list(parts.values())
    _take_exception(fields, steps)
    if fields.get("agent_info") is None:
        fields["agent_info"] = _agent_of_config(fields)
    reward, count = _reward(fields)
    has_results = any(
        _at(step.get("agent_result"), path) is not None
        for step in steps
        for path in _PATHS.values()
    )
    given = {
        "pointer": "",
        "reward": reward,
        "reward_count": count,
        "step_count": len(steps),
        "model_count": _model_count([fields, *steps]),
        "extra": as_json(_beside(fields, _OF_TRIAL)),
        "agent_seconds": _agent_seconds(fields, parts, unread),
        **_used(parts if has_results else {"": fields}, unread),
    }
    fields["started_at"] = _time(fields, "", "started_at", unread)
    return row(HARBOR_TRIALS, fields, **given)


def _beside(fields: dict[str, Any], known: set[str]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if name not in known}


def _take_exception(fields: dict[str, Any], steps: list[dict[str, Any]]) -> None:
    """Give a trial with several steps the exception of the first step with one.

    An exception without a type gets the type `unknown`.
    """
    if fields.get("exception_info") is None:
        found = [step.get("exception_info") for step in steps]
        fields["exception_info"] = next(filter(None, found), None)
    info = fields["exception_info"]
    if info and _at(info, "exception_type") is None:
        told = info if isinstance(info, dict) else {}
        fields["exception_info"] = told | {"exception_type": "unknown"}


def _agent_of_config(fields: dict[str, Any]) -> dict[str, Any] | None:
    """Return the configured agent and model, in the form of agent_info."""
    model = _at(fields, "config/agent/model_name")
    if not isinstance(model, str):
        return None
    provider, slash, name = model.partition("/")
    names = {"name": name, "provider": provider} if slash else {"name": model}
    return {"model_info": names}


def _reward(fields: dict[str, Any]) -> tuple[float | None, int]:
    """Return the score among the rewards, and how many rewards there are."""
    verdict = fields.get("verifier_result")
    rewards = verdict.get("rewards") if isinstance(verdict, dict) else None
    if rewards is None:
        return None, 0
    if not isinstance(rewards, dict):
        raise RecordRefused("wrong_type", f"rewards is {rules.shown(rewards)}")
    # By its own name where there are several.
    name = next(iter(rewards)) if len(rewards) == 1 else _REWARD
    value = rewards.get(name)
    return None if value is None else rules.score(name, value), len(rewards)


_COUNTS = {
    "input_tokens": "n_input_tokens",
    "cached_tokens": "n_cache_tokens",
    "output_tokens": "n_output_tokens",
    "episode_count": "metadata/n_episodes",
}
_PATHS = {**_COUNTS, "cost_usd": "cost_usd"}
_TOKENS = ("input_tokens", "cached_tokens", "output_tokens")
# Of all steps, so that views can sum them.
_MOST = dict.fromkeys(_COUNTS, rules.MAX_COUNT) | {"cost_usd": rules.MAX_USD}


def _used(parts: dict[str, dict[str, Any]], unread: Unread) -> dict[str, Any]:
    """Return the agent's usage over all steps; None if no step reports it.

    If a step used tokens but lacks a count or the cost, that total is unknown; if the
    agent ran in a step but reported nothing, all totals are. A count or cost that cannot
    be read makes its total unknown too, and is added to `unread`.
    """
    found: dict[str, list[Any]] = {}
    lacking: set[str] = set()
    for path, part in parts.items():
        if part.get("agent_result") is None and _at(part, "agent_execution/started_at"):
            lacking.update(_PATHS)
        told = {name: _at(part.get("agent_result"), at) for name, at in _PATHS.items()}
        for name, value in told.items():
            if value is not None:
                rule = rules.cost if name == "cost_usd" else rules.count
                field = _PATHS[name].split("/")[-1]
                try:
                    found.setdefault(name, []).append(rule(field, value))
                except RecordRefused as refused:
                    at = f"{path}agent_result/{_PATHS[name]}"
                    unread.append((at, value, refused))
                    lacking.add(name)
        if any(told[name] for name in _TOKENS):
            lacking |= {name for name, value in told.items() if value is None}
            lacking |= set() if told["cost_usd"] else {"cost_usd"}
    for name in lacking:
        found.pop(name, None)
    # In the order of the steps, and to the last bit the same each time.
    totals = {
        name: (math.fsum if name == "cost_usd" else sum)(values)
        for name, values in found.items()
    }
    for name, limit in _MOST.items():
        try:
            rules.at_most(limit, f"the sum of {_PATHS[name]}", totals.get(name, 0))
        except RecordRefused as refused:
            unread.append(("step_results", totals.pop(name), refused))
    return dict.fromkeys(_PATHS) | totals


def _model_count(parts: list[dict[str, Any]]) -> int | None:
    """Return how many models used tokens; None if not reported by model."""
    used = [_at(part, "agent_result/model_usage") for part in parts]
    return len({name for each in used for name, _ in _objects(each)}) or None


def _at(found: Any, path: str) -> Any:
    for name in path.split("/"):
        found = found.get(name) if isinstance(found, dict) else None
    return found


def _agent_seconds(
    fields: dict[str, Any], parts: dict[str, dict[str, Any]], unread: Unread
) -> float | None:
    """Return the agent's time, or the sum over its steps; negative if one of them is."""
    whole = _seconds("", fields, unread)
    if whole is not None or not parts:
        return whole
    each = [_seconds(path, step, unread) for path, step in parts.items()]
    if None in each:
        return None
    return min(each) if min(each) < 0 else math.fsum(each)


def _seconds(path: str, part: dict[str, Any], unread: Unread) -> float | None:
    """Return the seconds from start to end; None where one is missing or unreadable."""
    times = [
        _time(part, path, f"agent_execution/{name}", unread)
        for name in ("started_at", "finished_at")
    ]
    return seconds_between(*times)


def _time(part: dict[str, Any], path: str, at: str, unread: Unread) -> str | None:
    """Return a time as written; None if it is missing or cannot be read."""
    value = _at(part, at)
    try:
        return None if value is None else time(at.split("/")[-1], value)
    except RecordRefused as refused:
        unread.append((f"{path}{at}", value, refused))
        return None


def _objects(found: Any) -> Iterable[tuple[str, dict[str, Any]]]:
    if not isinstance(found, dict):
        return ()
    return ((name, each) for name, each in found.items() if isinstance(each, dict))
