"""The logged model calls of a HAL trace, in the three forms that its logs had.

list of calls      {id, inputs, outputs, summary, ...}, the oldest
list of records    the same with op_name, parent_id, started_at, ended_at, output
object by task     task id -> {messages, call_metadata, model, call_count}
"""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from msgspec import Raw, Struct

from loaders.contract import raw_json, rules
from loaders.contract.raw_json import Pointer, Section
from loaders.contract.records import Quarantined, RecordRefused
from loaders.hal.usage import Tokens, Usage, tokens, total

# What stands where an object was expected; only the object is looked into.
_Other = str | int | float | bool | None | list[Raw]


class _Inputs(Struct, gc=False):
    model: Any = None


class _Output(Struct, gc=False):
    model: Any = None
    usage: Usage | None = None


class _Summary(Struct, gc=False):
    usage: dict[str, Usage | None] | None = None


class _Attributes(Struct, gc=False):
    weave_task_id: str | int | None = None


class Call(Struct, gc=False):
    """A logged call; its messages are passed over."""

    id: str
    parent_id: str | None = None
    op_name: str | None = None
    weave_task_id: str | int | None = None
    started_at: str | None = None
    ended_at: str | None = None
    created_timestamp: str | int | float | None = None
    inputs: _Inputs | _Other = None
    output: _Output | _Other = None
    summary: _Summary | _Other = None
    attributes: _Attributes | _Other = None

    @property
    def task_id(self) -> str | None:
        task_id = self.weave_task_id
        if task_id is None and isinstance(self.attributes, _Attributes):
            task_id = self.attributes.weave_task_id
        return None if task_id is None else str(task_id)

    @property
    def model(self) -> str | None:
        """The model asked for, else the one that answered."""
        for side, kind in ((self.inputs, _Inputs), (self.output, _Output)):
            if isinstance(side, kind) and isinstance(side.model, str):
                return side.model
        usage = self._usage_by_model()
        return next(iter(usage)) if len(usage) == 1 else None

    @property
    def tokens(self) -> Tokens:
        """The call's own usage; its summary says the same, or its children's too."""
        if isinstance(self.output, _Output) and self.output.usage is not None:
            return tokens(self.output.usage)
        parts = [tokens(part) for part in self._usage_by_model().values()]
        return _summed(parts) if len(parts) > 1 else total(parts)

    @property
    def is_model_call(self) -> bool:
        """Whether a model was called, by it or below it."""
        return self.model is not None or bool(self._usage_by_model())

    def _usage_by_model(self) -> dict[str, Usage | None]:
        is_known = isinstance(self.summary, _Summary)
        return (self.summary.usage or {}) if is_known else {}


class _Metadata(Struct, gc=False):
    usage: Usage | None = None
    started_at: str | None = None
    ended_at: str | None = None


class TaskLog(Struct, gc=False):
    """The log of one task; its messages are passed over."""

    call_metadata: list[Raw] = []
    model: Any = None
    call_count: Any = None


_CALL = raw_json.decoder(Call)
_TASK_LOG = raw_json.decoder(TaskLog)
_METADATA = raw_json.decoder(_Metadata)


class Log:
    """The calls of one trace: once `records()` has yielded them, they are counted."""

    def __init__(self, found: Any, at: Pointer, trace_number: int):
        self._found = found
        self._at = at
        self._trace_number = trace_number
        calls = [_call(item) for item in found] if isinstance(found, list) else []
        self._calls = _once(calls)
        # Model calls by task.
        self.call_counts: Counter[str] = Counter()

    @property
    def shape(self) -> str:
        """How the log is written."""
        if isinstance(self._found, dict | str):
            return "text" if isinstance(self._found, str) else "by_task"
        if not self._calls:
            return "none"
        has_times = any(
            isinstance(call, Call) and (call.started_at or call.op_name)
            for call in self._calls
        )
        return "call_records" if has_times else "calls"

    def records(self) -> Iterator[tuple | Quarantined]:
        """Yield a row for each call, or why it is refused."""
        if isinstance(self._found, dict):
            yield from self._records_by_task(self._found)
        elif self._calls:
            yield from self._records_in_list()
        elif self._found and not isinstance(self._found, str):
            refused = raw_json.wrong_kind(self._found)
            yield refused.at_pointer(self._at, raw_json.excerpt(self._found))

    def _records_in_list(self) -> Iterator[tuple | Quarantined]:
        above = _above_model_calls(self._calls)
        for index, call in enumerate(self._calls):
            pointer = self._at / index
            try:
                if isinstance(call, RecordRefused):
                    raise call
                is_leaf = call.is_model_call and call.id not in above
                row = self._row(pointer, call, is_leaf)
            except RecordRefused as refused:
                excerpt = raw_json.excerpt(self._found[index])
                yield refused.at_pointer(pointer, excerpt)
                continue
            if is_leaf and row[2] is not None:
                self.call_counts[row[2]] += 1
            yield row

    def _row(self, pointer: Pointer, call: Call, is_leaf: bool) -> tuple:
        started_at = call.started_at
        if started_at is None and call.created_timestamp is not None:
            started_at = str(call.created_timestamp)
        return (
            pointer,
            self._trace_number,
            call.task_id,
            call.id,
            call.parent_id,
            call.op_name,
            call.model,
            started_at,
            call.ended_at,
            *call.tokens,
            is_leaf,
        )

    def _records_by_task(self, section: Section) -> Iterator[tuple | Quarantined]:
        for task_id, raw in raw_json.entries_once(section, self._at):
            if isinstance(raw, Quarantined):
                yield raw
                continue
            at = self._at / task_id
            try:
                is_decoded = isinstance(raw, TaskLog)
                log = raw if is_decoded else raw_json.record(_TASK_LOG, raw)
            except RecordRefused as refused:
                yield refused.at_pointer(at, raw_json.excerpt(raw))
                continue
            is_count = (
                isinstance(log.call_count, int)
                and 0 <= log.call_count <= rules.MAX_COUNT
            )
            self.call_counts[task_id] = (
                log.call_count if is_count else len(log.call_metadata)
            )
            yield from self._metadata_rows(at / "call_metadata", task_id, log)

    def _metadata_rows(
        self, at: Pointer, task_id: str, log: TaskLog
    ) -> Iterator[tuple | Quarantined]:
        model = log.model if isinstance(log.model, str) else None
        for index, raw in enumerate(log.call_metadata):
            pointer = at / index
            try:
                call = raw_json.record(_METADATA, raw)
                used = tokens(call.usage)
            except RecordRefused as refused:
                yield refused.at_pointer(pointer, raw_json.excerpt(raw))
                continue
            yield (
                pointer,
                self._trace_number,
                task_id,
                None,
                None,
                None,
                model,
                call.started_at,
                call.ended_at,
                *used,
                True,
            )


def _summed(parts: list[Tokens]) -> Tokens:
    """Return a sum; one that no run comes near is refused."""
    summed = total(parts)
    for name, count in zip(summed._fields[1:], summed[1:], strict=True):
        rules.count(f"the sum of {name}", count)
    return summed


def _call(item: Any) -> Call | RecordRefused:
    """Return the call in a list item, decoded already or not, or why there is none."""
    if isinstance(item, Call):
        return item
    try:
        return raw_json.record(_CALL, item)
    except RecordRefused as refused:
        return refused


def _once(calls: list[Call | RecordRefused]) -> list[Call | RecordRefused]:
    """Return the calls with copies refused, and those with one id that differ."""
    known = [call for call in calls if isinstance(call, Call)]
    if len({call.id for call in known}) == len(known):
        return calls
    by_id: dict[str, list[Call]] = {}
    for call in known:
        by_id.setdefault(call.id, []).append(call)
    kept = []
    for call in calls:
        same = by_id[call.id] if isinstance(call, Call) else [call]
        if any(other != same[0] for other in same):
            what = f"the call {rules.shown(call.id)} stands more than once and differs"
            call = RecordRefused("conflicting_duplicate", what)
        elif call is not same[0]:
            what = f"the call {rules.shown(call.id)} stands more than once"
            call = RecordRefused("duplicate_record", what)
        kept.append(call)
    return kept


def _above_model_calls(calls: list[Call | RecordRefused]) -> set[str]:
    """Return the ids of the calls that repeat the usage of a model call below them."""
    known = [call for call in calls if isinstance(call, Call)]
    parents = {call.id: call.parent_id for call in known}
    above = set()
    for call in known:
        parent = call.parent_id
        if parent is None or not call.is_model_call:
            continue
        while parent is not None and parent not in above:
            above.add(parent)
            parent = parents.get(parent)
    return above
