"""The tasks of a HAL trace: outcome, steps and time, wherever they are."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from msgspec import Struct

from loaders.contract import raw_json, rules
from loaders.contract.limits import MAX_REFUSED, MAX_TRACE_RECORDS
from loaders.contract.raw_json import Id, Pointer
from loaders.contract.records import (
    Quarantined,
    RecordRefused,
    file_refused,
    too_many_refused,
)
from loaders.contract.times import seconds_between
from loaders.hal.outcomes import NO_VERDICT, Verdict, verdicts
from loaders.hal.times import Moments, Time
from loaders.hal.usage import Number


class _Latency(Struct):
    total_time: Number = None
    first_call_timestamp: Time = None
    last_call_timestamp: Time = None


_FIRST, _LAST = "first_call_timestamp", "last_call_timestamp"
_TASK_ID = raw_json.decoder(Id)
_NUMBER = raw_json.decoder(Number)
_LATENCY = raw_json.decoder(_Latency | Number)


@dataclass(slots=True)
class _Task:
    pointer: Pointer
    # The outcomes of the lists that contain it.
    listed: set[str] = field(default_factory=set)
    verdict: Verdict = NO_VERDICT
    step_count: int | None = None
    wall_clock_seconds: float | None = None

    @property
    def is_contradicted(self) -> bool:
        """Whether it is listed as a success and as a failure, and no list decides."""
        return len(self.listed) == 2 or (
            not self.listed and self.verdict.is_contradicted
        )

    def outcome(self) -> tuple[str | None, str]:
        """Return the outcome and what decided it.

        Contradicting lists decide nothing: preferring one of them would raise or lower
        a success rate by a guess.
        """
        if len(self.listed) == 1:
            return next(iter(self.listed)), "list"
        if self.verdict.is_success is not None:
            return "success" if self.verdict.is_success else "failure", "raw_result"
        return None, "none"

    def status(self) -> str | None:
        """Return how a failed attempt ended, where its raw result says it."""
        return self.verdict.status if self.outcome()[0] == "failure" else None


class Tasks:
    """The tasks of one trace; parts that break a rule are in `quarantined`."""

    def __init__(self, trace_number: int):
        self._trace_number = trace_number
        self._tasks: dict[str, _Task] = {}
        self.quarantined: list[Quarantined] = []

    def add_list(self, outcome: str, task_ids: Any, at: Pointer) -> int | None:
        """Add the tasks of a list; return its length, None if there is no list."""
        if not isinstance(task_ids, list):
            if task_ids is not None:
                self._refuse(raw_json.wrong_kind(task_ids), at, task_ids)
            return None
        seen = set()
        for index, raw in enumerate(task_ids):
            try:
                task_id = rules.id_text("the id", raw_json.record(_TASK_ID, raw))
                if task_id in seen:
                    what = f"{rules.shown(task_id)} is duplicated in the list"
                    raise RecordRefused("duplicate_record", what)
            except RecordRefused as refused:
                self._refuse(refused, at / index, raw)
                continue
            seen.add(task_id)
            self._task(task_id, at / index).listed.add(outcome)
        return len(task_ids)

    def add_raw_results(self, benchmark: str, results: Any, at: Pointer) -> None:
        """Add what the benchmark's own report says."""
        for pointer, task_id, verdict in verdicts(benchmark, results, at):
            if isinstance(verdict, Quarantined):
                self.quarantined.append(verdict)
                continue
            try:
                rules.identifier("the task id", task_id)
            except RecordRefused as refused:
                self._refuse(refused, pointer, task_id)
                continue
            self._task(task_id, pointer).verdict = verdict

    def add_step_counts(self, counts: Any, at: Pointer) -> None:
        for task_id, number, pointer in self._numbers(counts, at):
            self._task(task_id, pointer).step_count = number

    def add_wall_clock_times(self, times: Any, at: Pointer) -> None:
        for task_id, number, pointer in self._numbers(times, at, rules.seconds):
            self._task(task_id, pointer).wall_clock_seconds = number

    def rows(self) -> Iterator[tuple]:
        """Yield a row for each task."""
        for task_id, task in self._tasks.items():
            yield (
                task.pointer,
                self._trace_number,
                task_id,
                *task.outcome(),
                task.is_contradicted,
                task.verdict.score,
                task.step_count,
                task.wall_clock_seconds,
                task.status(),
            )

    def _task(self, task_id: str, pointer: Pointer) -> _Task:
        task = self._tasks.get(task_id)
        if task is None:
            task = self._tasks[task_id] = _Task(pointer)
            _check_count(len(self._tasks), pointer)
        return task

    def _numbers(self, section: Any, at: Pointer, rule=rules.count) -> Iterator[tuple]:
        """Yield task id, number and position; null is not a number."""
        for task_id, raw in raw_json.entries_once(section, at):
            if isinstance(raw, Quarantined):
                self.quarantined.append(raw)
                continue
            try:
                task_id = rules.identifier("the task id", task_id)
                number = rule("it", raw_json.record(_NUMBER, raw))
            except RecordRefused as refused:
                self._refuse(refused, at / task_id, raw)
                continue
            yield task_id, number, at / task_id

    def _refuse(self, refused: RecordRefused, at: Pointer, raw: Any) -> None:
        self.quarantined.append(refused.at_pointer(at, raw_json.excerpt(raw)))
        if len(self.quarantined) > MAX_REFUSED:
            raise too_many_refused(self.quarantined[0])


def _check_count(count: int, at: Pointer) -> None:
    if count > MAX_TRACE_RECORDS:
        raise file_refused("too_many_records", "its tasks go on", None, at)


def latencies(
    section: Any,
    at: Pointer,
    trace_number: int,
    call_counts: dict[str, int] | None,
    moments: Moments,
) -> Iterator[tuple | Quarantined]:
    """Yield a row for each task's latency; `call_counts` is None without a log."""
    for task_id, raw in raw_json.entries_once(section, at):
        if isinstance(raw, Quarantined):
            yield raw
            continue
        try:
            rules.identifier("the task id", task_id)
            latency = raw_json.record(_LATENCY, raw)
            raw_json.check_once(raw, 1)
            if not isinstance(latency, _Latency):
                latency = _Latency(latency)
            at_task = at / task_id
            first, last = (
                None if value is None else moments.read(at_task, name, value)
                for name, value in (
                    (_FIRST, latency.first_call_timestamp),
                    (_LAST, latency.last_call_timestamp),
                )
            )
            total = _total(latency, first, last)
        except RecordRefused as refused:
            yield refused.at_pointer(at / task_id, raw_json.excerpt(raw))
            continue
        yield (
            at_task,
            trace_number,
            task_id,
            total,
            first,
            last,
            None if call_counts is None else call_counts.get(task_id, 0),
        )


def _total(latency: _Latency, first: str | None, last: str | None) -> float | None:
    """Return the total time, else the time between the first and the last call."""
    if latency.total_time is not None:
        return rules.seconds("total_time", latency.total_time)
    return rules.seconds(f"{_LAST} - {_FIRST}", seconds_between(first, last))
