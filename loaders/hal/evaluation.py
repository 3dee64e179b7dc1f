"""What a HAL trace says about itself: what ran, and the numbers of its headline."""

import json
from typing import Any

from msgspec import Raw

from loaders.contract import raw_json, rules
from loaders.contract.limits import RECORD_BYTES
from loaders.contract.raw_json import Document, Pointer
from loaders.contract.records import RecordRefused
from loaders.hal.tables import HAL_METRICS
from loaders.hal.tasks import Tasks

IDENTITY = ("run_id", "benchmark_name", "agent_name")
_MODEL_KEYS = ("model_name", "agent.model.name", "model")
_EFFORT_KEYS = ("reasoning_effort", "agent.model.reasoning_effort")
# replicatorbench has its own name for the list.
_LISTS = {
    "successful_tasks": "success",
    "passed_tasks": "success",
    "failed_tasks": "failure",
}
PARTS = {
    "agent_hash",
    "config",
    "raw_eval_results",
    "raw_logging_results",
    "results",
    "task_step_counts",
    "total_cost",
    "total_usage",
    "wall_clock_times",
    # No table takes these.
    "git_info",
    "metadata",
    "prompt_sensitivity_metrics",
    "task_metrics",
    "task_prompts",
}


class Evaluation:
    """What a trace says about itself; what is odd about it is in `notes`."""

    def __init__(self, document: Document, parts: dict[str, Any], trace_number: int):
        for name in ("config", "results"):
            if not isinstance(parts.get(name), dict):
                what = "is not an object" if name in parts else "is missing"
                at = document.root / name
                raise document.refused("not_a_trace", f"{name} {what}", at)
        self._document = document
        self._parts = parts
        self._trace_number = trace_number
        self._config = self._fields("config")
        self._results = self._fields("results")
        self.notes: list[tuple] = []
        self._identity = [self._identifier(name) for name in IDENTITY]
        self._list_lengths: dict[str, int] = {}
        self.latencies = raw_json.part(self._results.pop("latencies", None))

    def note(self, pointer: str, code: str, detail: str) -> None:
        note = (pointer, self._trace_number, code, detail)
        if note not in self.notes:
            self.notes.append(note)

    def tasks(self) -> Tasks:
        """Return what is said about tasks, wherever it stands."""
        root, benchmark = self._document.root, self._identity[1]
        tasks = Tasks(self._trace_number)
        for name, outcome in _LISTS.items():
            listed = raw_json.part(self._results.pop(name, None))
            length = tasks.add_list(outcome, listed, root / "results" / name)
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
        agent_args, arguments = self._agent_args()
        date, run_command = self._text("date"), self._text("run_command")
        metrics = [self._metric(name) for name in HAL_METRICS]
        for name in self._parts:
            if name not in PARTS:
                what = f"no table takes the part {rules.shown(name)}"
                self.note(root / name, "unknown_part", what)
        return (
            root / "config",
            self._trace_number,
            member,
            *self._identity,
            date,
            _first_text(arguments, _MODEL_KEYS),
            _first_text(arguments, _EFFORT_KEYS),
            run_command,
            agent_args,
            self._json(self._config, root / "config"),
            self._agent_hash(),
            *metrics,
            self._json(self._results, root / "results"),
            self._trace_cost(),
            "success" in self._list_lengths,
            "failure" in self._list_lengths,
            self._list_lengths.get("success"),
            self._list_lengths.get("failure"),
            log_shape,
        )

    def _fields(self, name: str) -> dict[str, Raw]:
        section, at = self._parts[name], self._document.root / name
        return dict(raw_json.entries_whole(self._document, section, at))

    def _identifier(self, name: str) -> str:
        try:
            if name not in self._config:
                raise RecordRefused("missing_field", f"{name} is missing")
            return rules.identifier(name, raw_json.value(self._config.pop(name)))
        except RecordRefused as refused:
            what = refused.detail.partition(";")[0]
            at = self._document.root / "config" / name
            raise self._document.refused("identity_missing", what, at) from None

    def _agent_args(self) -> tuple[str | None, dict[str, Raw]]:
        """Return the agent's arguments as JSON, and the fields that may name its
        model.
        """
        at = self._document.root / "config" / "agent_args"
        found = raw_json.part(self._config.get("agent_args"))
        if not isinstance(found, dict):
            if found is not None:
                self.note(at, "wrong_type", raw_json.wrong_kind(found).detail)
            return None, self._config
        del self._config["agent_args"]
        arguments = dict(raw_json.entries_whole(self._document, found, at))
        return self._json(arguments, at), self._config | arguments

    def _text(self, name: str) -> str | None:
        """Take a text out of the config; what is none stays there, and is noted."""
        if name not in self._config:
            return None
        at = self._document.root / "config" / name
        found = self._value(self._config[name], at)
        if found is None or isinstance(found, str):
            del self._config[name]
            return found
        self.note(at, "wrong_type", f"{name} is no text")
        return None

    def _metric(self, name: str) -> float | None:
        """Take a number out of the results; what is none stays there, and is noted."""
        if name not in self._results:
            return None
        at = self._document.root / "results" / name
        try:
            found = self._value(self._results[name], at)
            rule = rules.cost if name == "total_cost" else rules.score
            number = None if found is None else rule(name, found)
        except RecordRefused as refused:
            self.note(at, refused.reason_code, refused.detail)
            return None
        del self._results[name]
        return number

    def _agent_hash(self) -> str | None:
        found = self._parts.get("agent_hash")
        if found is None or isinstance(found, str):
            return found
        at = self._document.root / "agent_hash"
        self.note(at, "wrong_type", "agent_hash is no text")
        return None

    def _trace_cost(self) -> float | None:
        at = self._document.root / "total_cost"
        found = self._parts.get("total_cost")
        if isinstance(found, Raw):
            found = self._value(found, at)
        try:
            return None if found is None else rules.cost("total_cost", found)
        except RecordRefused as refused:
            self.note(at, refused.reason_code, refused.detail)
            return None

    def _json(self, fields: dict[str, Raw], at: Pointer) -> str | None:
        """Return fields that no column takes as JSON text, None if there are none."""
        kept = {}
        for name, raw in fields.items():
            size = memoryview(raw).nbytes
            if size > RECORD_BYTES:
                what = f"{name} is {size:,} bytes long"
                raise self._document.refused("record_too_large", what, at / name)
            kept[name] = self._value(raw, at / name)
        return json.dumps(kept, ensure_ascii=False) if kept else None

    def _value(self, raw: Raw, at: Pointer) -> Any:
        """Return a value; a number that no double holds is noted, and null."""
        try:
            return raw_json.value(raw)
        except RecordRefused as refused:
            if refused.reason_code == "too_deep":
                what = "the nesting goes on"
                raise self._document.refused("too_deep", what, at) from None
            self.note(at, refused.reason_code, refused.detail)
            return None


def _first_text(fields: dict[str, Raw], names: tuple[str, ...]) -> str | None:
    for name in names:
        if name in fields:
            try:
                found = raw_json.value(fields[name])
            except RecordRefused:
                continue
            if isinstance(found, str):
                return found
    return None
