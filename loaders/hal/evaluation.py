"""The evaluation of a HAL trace: what ran, and its headline numbers."""

import json
from collections import Counter
from collections.abc import Iterator
from functools import reduce
from operator import truediv
from typing import Any

from msgspec import Raw

from loaders.contract import raw_json, rules
from loaders.contract.columns import Column
from loaders.contract.extract import take
from loaders.contract.limits import MAX_TRACE_RECORDS, RECORD_BYTES
from loaders.contract.raw_json import Document, Pointer
from loaders.contract.records import RecordRefused, shortened
from loaders.hal.tables import HAL_EVALUATIONS
from loaders.hal.tasks import Tasks

IDENTITY = ("run_id", "benchmark_name", "agent_name")
_AGENT_ARGS = "config/agent_args"
_PROMPT_VARIATIONS = "prompt_sensitivity_metrics"
# Longer texts are not numbers.
_NUMBER_BYTES = 1_000
# AppWorld reports percentages, and the harness calls one of them the accuracy.
_IN_PERCENT = "appworld"
_AGGREGATE = "aggregate_scenario_goal_completion"
# Warnings of one kind that are kept; a strange file could have a million.
_MOST_WARNINGS = 1_000
# replicatorbench has its own name for the list.
_LISTS = {
    "successful_tasks": "success",
    "passed_tasks": "success",
    "failed_tasks": "failure",
}
READ_PARTS = {
    "agent_hash",
    "config",
    _PROMPT_VARIATIONS,
    "raw_eval_results",
    "raw_logging_results",
    "results",
    "task_step_counts",
    "total_cost",
    "total_usage",
    "wall_clock_times",
}
# No table uses the others.
PARTS = READ_PARTS | {"git_info", "metadata", "task_metrics", "task_prompts"}


class Evaluation:
    """The evaluation of a trace; `warnings()` has its warnings."""

    def __init__(self, document: Document, parts: dict[str, Any], trace_number: int):
        for name in ("config", "results"):
            if not isinstance(parts.get(name), dict):
                what = "is not an object" if name in parts else "is missing"
                at = document.root / name
                raise document.refused("not_a_trace", f"{name} {what}", at)
        self._document = document
        self._parts = parts
        self._trace_number = trace_number
        # By pointer and code.
        self._warnings: dict[tuple[str, str], str] = {}
        self._warning_counts: Counter[str] = Counter()
        self._list_lengths: dict[str, int] = {}
        self._config = self._fields("config")
        self._results = self._fields("results")
        self._arguments = self._agent_args()
        # The objects in which the columns' paths begin.
        self._record = parts | {"config": self._config, "results": self._results}
        self._identity = {
            name: self._taken(HAL_EVALUATIONS.column(name)) for name in IDENTITY
        }
        self._take_percentage()
        latencies_at = document.root / "results" / "latencies"
        self.latencies = raw_json.part(
            self._results.pop("latencies", None), latencies_at
        )

    def _take_percentage(self) -> None:
        """Let an accuracy of AppWorld be a share, where it is a percentage."""
        if not self._identity["benchmark_name"].startswith(_IN_PERCENT):
            return
        accuracy = self._results.get("accuracy")
        if isinstance(accuracy, Raw) and len(memoryview(accuracy)) > _NUMBER_BYTES:
            return
        accuracy = raw_json.part(accuracy)
        if isinstance(accuracy, bool) or not isinstance(accuracy, int | float):
            return
        least = 0 if _AGGREGATE in self._results else 1
        if least < accuracy <= 100:
            self._results["accuracy"] = accuracy / 100

    def warn(self, pointer: str, code: str, detail: str) -> None:
        key = (shortened(pointer), code)
        if key not in self._warnings:
            self._warning_counts[code] += 1
            if self._warning_counts[code] <= _MOST_WARNINGS:
                self._warnings[key] = shortened(detail)

    def warnings(self) -> Iterator[tuple]:
        """Yield the warnings; of many of a kind the first ones, and how many more."""
        for (pointer, code), detail in self._warnings.items():
            yield pointer, self._trace_number, code, detail
        for code, count in self._warning_counts.items():
            if count > _MOST_WARNINGS:
                detail = f"{count - _MOST_WARNINGS:,} more, which are not listed"
                at = self._document.root / "..."
                yield at, self._trace_number, code, detail

    def tasks(self) -> Tasks:
        """Return the parts about tasks, wherever they are."""
        root, benchmark = self._document.root, self._identity["benchmark_name"]
        tasks = Tasks(self._trace_number)
        for name, outcome in _LISTS.items():
            at = root / "results" / name
            listed = raw_json.part(self._results.pop(name, None), at)
            length = tasks.add_list(outcome, listed, at)
            if length is not None:
                self._list_lengths[outcome] = length
        for name, add in {
            "raw_eval_results": lambda *found: tasks.add_raw_results(benchmark, *found),
            "task_step_counts": tasks.add_step_counts,
            "wall_clock_times": tasks.add_wall_clock_times,
        }.items():
            add(self._parts.get(name), root / name)
        return tasks

    def row(self, member: str | None, log_shape: str) -> tuple:
        """Return the evaluation's row, once its tasks are taken."""
        root = self._document.root
        values = self._identity | {
            column.name: self._taken(column)
            for column in HAL_EVALUATIONS.columns
            if column.paths and column.name not in self._identity
        }
        for name in self._parts:
            if name not in PARTS:
                what = f"no table takes the part {rules.shown(name)}"
                self.warn(root / name, "unknown_part", what)
        if self._arguments is not None:
            del self._config["agent_args"]
        values |= {
            "pointer": root / "config",
            "trace_number": self._trace_number,
            "member": member,
            "agent_args": self._json(self._arguments or {}, _AGENT_ARGS),
            "extra_config": self._json(self._config, "config"),
            "extra_results": self._json(self._results, "results"),
            "has_successful_list": "success" in self._list_lengths,
            "has_failed_list": "failure" in self._list_lengths,
            "successful_count": self._list_lengths.get("success"),
            "failed_count": self._list_lengths.get("failure"),
            "has_prompt_variations": bool(self._parts.get(_PROMPT_VARIATIONS)),
            "log_shape": log_shape,
        }
        return tuple(values[column.name] for column in HAL_EVALUATIONS.columns)

    def _fields(self, name: str) -> dict[str, Raw]:
        section, at = self._parts[name], self._document.root / name
        if len(section) > MAX_TRACE_RECORDS:
            what = f"there are {len(section):,} entries"
            raise self._document.refused("too_many_records", what, at)
        return dict(raw_json.entries_whole(self._document, section, at))

    def _agent_args(self) -> dict[str, Raw] | None:
        """Return the agent's arguments; None and a warning if they are not an object."""
        at = self._at(_AGENT_ARGS)
        found = raw_json.part(self._config.get("agent_args"), at)
        if not isinstance(found, dict):
            if found is not None:
                self.warn(at, "wrong_type", raw_json.wrong_kind(found).detail)
            return None
        arguments = dict(raw_json.entries_whole(self._document, found, at))
        self._config["agent_args"] = arguments
        return arguments

    def _taken(self, column: Column) -> Any:
        """Take a column's value out of the trace.

        One that breaks the rule is noted and stays among the extra fields; but a trace
        without its identity is refused.
        """
        try:
            return take(column, self._record, self._decoded)
        except RecordRefused as refused:
            at = self._at(column.paths[0])
            if column.null is None:
                what = refused.detail.partition(";")[0]
                raise self._document.refused("identity_missing", what, at) from None
            self.warn(at, refused.reason_code, refused.detail)
            return None

    def _at(self, path: str) -> Pointer:
        return reduce(truediv, path.split("/"), self._document.root)

    def _decoded(self, path: str, found: Any) -> Any:
        return self._value(found, self._at(path)) if isinstance(found, Raw) else found

    def _json(self, fields: dict[str, Raw], path: str) -> str | None:
        """Return the extra fields as JSON text, None if there are none."""
        kept, at, size = {}, self._at(path), 0
        for name, raw in fields.items():
            size += len(name) + memoryview(raw).nbytes
            if size > RECORD_BYTES:
                what = f"up to {rules.shown(name)} it is {size:,} bytes long"
                raise self._document.refused("record_too_large", what, at / name)
            kept[name] = self._value(raw, at / name)
        return json.dumps(kept, ensure_ascii=False) if kept else None

    def _value(self, raw: Raw, at: Pointer) -> Any:
        """Return a value; a number that does not fit a double is noted, and null."""
        size = memoryview(raw).nbytes
        if size > RECORD_BYTES:
            what = f"it is {size:,} bytes long"
            raise self._document.refused("record_too_large", what, at)
        try:
            found = raw_json.value(raw)
            raw_json.check_once(raw)
            return found
        except RecordRefused as refused:
            if refused.reason_code in ("too_deep", "duplicate_field"):
                code, what = refused.reason_code, refused.detail.partition(";")[0]
                raise self._document.refused(code, what, at) from None
            self.warn(at, refused.reason_code, refused.detail)
            return None
