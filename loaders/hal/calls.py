"""The logged model calls of a HAL trace, in the forms that logs have had.

list of calls      {id, inputs, outputs, summary, ...}, the oldest
list of records    the same with op_name, parent_id, started_at, ended_at, output
list of sums       {weave_task_id, summary}: all that the calls of a task used
object by task     task id -> {messages, call_metadata, model, call_count}
"""

import sys
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

import msgspec
from msgspec import Raw, Struct

from loaders.contract import raw_json, rules
from loaders.contract.limits import MAX_FIELDS, MAX_TRACE_RECORDS, MAX_VALUES
from loaders.contract.raw_json import Id, Key, Pointer, Scalar, Section
from loaders.contract.records import Quarantined, RecordRefused, file_refused
from loaders.contract.visible import is_visible
from loaders.hal.gaps import Gaps
from loaders.hal.times import Moments, Time
from loaders.hal.usage import NO_TOKENS, Tokens, Usage, tokens, total


class _Fields(Struct, gc=False):
    """The fields of a logged call; the last four are not decoded further."""

    id: Id | None = None
    parent_id: Id | None = None
    op_name: str | None = None
    weave_task_id: Id | None = None
    started_at: Time = None
    ended_at: Time = None
    created_timestamp: Time = None
    inputs: Any = None
    output: Any = None
    summary: Any = None
    attributes: Any = None


class Call(Struct, gc=False):
    """A logged call, without its messages."""

    # None for the sum of a task.
    id: str | None
    parent_id: str | None
    op_name: str | None
    task_id: str | None
    # The requested model, else the one that answered.
    model: str | None
    started_at: Time
    created_timestamp: Time
    ended_at: Time
    tokens: Tokens
    # Whether it, or a call below it, called a model.
    is_model_call: bool
    # Whether it returned something without its usage. A call that failed has no usage.
    lacks_usage: bool


class _Metadata(Struct, gc=False):
    usage: Usage | None = None
    started_at: Time = None
    ended_at: Time = None


# Two levels at once, because most of a call is in the messages below these.
_CALL = raw_json.decoder(dict[Key, Section | list[Raw] | Scalar])
_TASK_ID = raw_json.decoder(Id | None)
_USAGE = raw_json.decoder(Usage | None)
_USAGE_BY_MODEL = raw_json.decoder(Section | list[Section] | None)
_LIST = raw_json.decoder(list[Raw] | None)
# The names that OpenAI, LangChain and Google use.
_USAGE_NAMES = ("usage", "usage_metadata", "usageMetadata")
_METADATA = raw_json.decoder(_Metadata)
# Matches up to a count of cached tokens in the usage of a call.
_METADATA_LEVELS, _USAGE_LEVELS = 3, 2
# Calls of a log by task that are kept until it is known which of them wrap others; and
# the place of the task in a row.
_MOST_HELD, _TASK = 50_000, 2
# The usage of one model, with all its counts, is shorter.
_USAGE_BYTES = 1000


class Log:
    """The calls of one trace: once `records()` has yielded them, they are counted."""

    def __init__(self, found: Any, at: Pointer, trace_number: int):
        self._found = found
        self._at = at
        self._trace_number = trace_number
        # None where a call is refused.
        self._calls: list[Call | None] = []
        if isinstance(found, list):
            _check_count(len(found), at)
            self._calls = list(map(_call_or_none, found))
        self._copies = _copies(self._calls)
        _inherit_tasks(self._calls)
        self._above = _above_model_calls(self._calls)
        _inherit_usage(self._calls, self._above)
        self._moments = Moments(trace_number)
        self._gaps = Gaps(trace_number)
        # Model calls by task.
        self.call_counts: Counter[str] = Counter()

    @property
    def shape(self) -> str:
        """How the log is written."""
        if isinstance(self._found, dict | str):
            return "text" if isinstance(self._found, str) else "by_task"
        if not self._calls:
            return "none"
        known = [call for call in self._calls if call is not None]
        if known and all(call.id is None for call in known):
            return "task_sums"
        has_times = any(call.started_at or call.op_name for call in known)
        return "call_records" if has_times else "calls"

    def warnings(self) -> Iterator[tuple]:
        """Yield rows about unreadable times, missing calls and missing usage.

        Call it only after all records have been yielded.
        """
        yield from self._moments.warnings()
        yield from self._gaps.warnings()

    def records(self) -> Iterator[tuple | Quarantined]:
        """Yield a row for each call, or why it is refused."""
        if isinstance(self._found, dict):
            yield from self._records_once(self._records_by_task(self._found))
        elif self._calls:
            yield from self._records_in_list()
        elif self._found and not isinstance(self._found, str):
            refused = raw_json.wrong_kind(self._found)
            yield refused.at_pointer(self._at, raw_json.excerpt(self._found))

    def _records_in_list(self) -> Iterator[tuple | Quarantined]:
        for index, known in enumerate(self._calls):
            pointer = self._at / index
            try:
                # Decoded again to get the reason: keeping all reasons would take too
                # much memory.
                call = known or _call(self._found[index])
                if index in self._copies:
                    raise _copy(call, self._copies[index])
            except RecordRefused as refused:
                excerpt = raw_json.excerpt(self._found[index])
                yield refused.at_pointer(pointer, excerpt)
                continue
            is_leaf = call.is_model_call and call.id not in self._above
            if is_leaf:
                if call.task_id is not None and call.id is not None:
                    self.call_counts[call.task_id] += 1
                self._gaps.add_usage(pointer, call.tokens, is_lacking=call.lacks_usage)
            yield self._row(pointer, call, is_leaf)

    def _row(self, pointer: Pointer, call: Call, is_leaf: bool) -> tuple:
        name = "started_at"
        if call.started_at is None and call.created_timestamp is not None:
            name = "created_timestamp"
        return (
            pointer,
            self._trace_number,
            call.task_id,
            call.id,
            call.parent_id,
            call.op_name,
            call.model,
            self._moments.read(pointer, name, getattr(call, name)),
            self._moments.read(pointer, "ended_at", call.ended_at),
            *call.tokens,
            is_leaf,
        )

    def _records_once(
        self, records: Iterator[tuple | Quarantined]
    ) -> Iterator[tuple | Quarantined]:
        """Yield the records of a log by task; calls that wrap others are not leaves.

        Which they are is known at the end. A longer log is not kept in memory for it.
        """
        held = list(islice(records, _MOST_HELD))
        rest = next(records, None)
        wrappers = self._gaps.wrappers() if rest is None else set()
        for record in held:
            if isinstance(record, tuple) and record[0] in wrappers:
                self.call_counts[record[_TASK]] -= 1
                record = (*record[:-1], False)
            yield record
        if rest is not None:
            yield rest
            yield from records

    def _records_by_task(self, section: Section) -> Iterator[tuple | Quarantined]:
        found_count = 0
        for task_id, raw in raw_json.entries_once(section, self._at):
            if isinstance(raw, Quarantined):
                yield raw
                continue
            at = self._at / task_id
            try:
                task_id = rules.identifier("the task id", task_id)
                log = raw_json.fields(raw)
                metadata = _list(log.get("call_metadata"), self._at)
                count, model = _scalar(log.get("call_count")), _text(log.get("model"))
            except RecordRefused as refused:
                yield refused.at_pointer(at, raw_json.excerpt(raw))
                continue
            found_count += len(metadata)
            _check_count(found_count, self._at)
            is_count = isinstance(count, int) and 0 <= count <= rules.MAX_COUNT
            self.call_counts[task_id] = count if is_count else len(metadata)
            if self.call_counts[task_id] > len(metadata):
                self._gaps.add_calls(
                    at / "call_count", self.call_counts[task_id], len(metadata)
                )
            yield from self._metadata_rows(at, task_id, model, metadata)

    def _metadata_rows(
        self, at: Pointer, task_id: str, model: str | None, metadata: list[Raw]
    ) -> Iterator[tuple | Quarantined]:
        timed: list[tuple] = []
        for index, raw in enumerate(metadata):
            pointer = at / "call_metadata" / index
            try:
                call = raw_json.record(_METADATA, raw)
                raw_json.check_once(raw, _METADATA_LEVELS)
                used = tokens(call.usage)
            except RecordRefused as refused:
                self._gaps.add_untimed()
                yield refused.at_pointer(pointer, raw_json.excerpt(raw))
                continue
            self._gaps.add_usage(pointer, used, is_lacking=used == NO_TOKENS)
            started_at = self._moments.read(pointer, "started_at", call.started_at)
            ended_at = self._moments.read(pointer, "ended_at", call.ended_at)
            if used != NO_TOKENS and started_at and ended_at:
                timed.append((pointer, used, started_at, ended_at))
            else:
                self._gaps.add_untimed()
            yield (
                pointer,
                self._trace_number,
                task_id,
                None,
                None,
                None,
                model,
                started_at,
                ended_at,
                *used,
                True,
            )
        self._gaps.add_task(timed)


def _check_count(count: int, at: Pointer) -> None:
    if count > MAX_TRACE_RECORDS:
        raise file_refused("too_many_records", f"its log has {count:,} calls", None, at)


def _call_or_none(raw: Raw) -> Call | None:
    try:
        return _call(raw)
    except RecordRefused:
        return None


def _call(raw: Raw) -> Call:
    """Return a call, or raise RecordRefused."""
    if raw_json.has_more_than(MAX_VALUES, raw, levels=2):
        raise RecordRefused("too_many_values", "the call holds too many")
    try:
        found = _CALL.decode(raw)
    except msgspec.ValidationError:
        # It is not an object, or has a number that does not fit a double.
        found = {name: raw_json.part(value) for name, value in _object(raw).items()}
    named = raw_json.fields(found)
    try:
        fields = msgspec.convert(named, _Fields)
    except msgspec.ValidationError as error:
        raise raw_json.record_refused(error) from None
    inputs, output, summary, attributes = map(
        _inside, (fields.inputs, fields.output, fields.summary, fields.attributes)
    )
    by_model = _by_model(summary["usage"]) if "usage" in summary else []
    used = _tokens(output, by_model)
    model = _text(inputs.get("model")) or _text(output.get("model"))
    if model is None and len({name for name, _ in by_model}) == 1:
        model = rules.canonical(by_model[0][0])
    task_id = fields.weave_task_id
    if fields.id is None and (task_id is None or not by_model or inputs or output):
        raise RecordRefused("missing_field", "object missing required field id")
    if task_id is None and "weave_task_id" in attributes:
        raw = attributes["weave_task_id"]
        task_id = _nested(_TASK_ID, "attributes.weave_task_id", raw)
    return Call(
        None if fields.id is None else rules.identifier("id", str(fields.id)),
        _id_if_any("parent_id", fields.parent_id),
        _shared(fields.op_name),
        _id_if_any("weave_task_id", task_id),
        _shared(model),
        fields.started_at,
        fields.created_timestamp,
        fields.ended_at,
        used,
        model is not None or bool(by_model),
        fields.output is not None and used == NO_TOKENS,
    )


def _object(raw: Raw) -> Section:
    return raw_json.record(raw_json.SECTION, raw)


def _inside(found: Any) -> dict[str, Raw]:
    """Return the fields of an object; anything else has none."""
    return raw_json.fields(found) if isinstance(found, dict) else {}


def _by_model(raw: Raw) -> list[tuple[str, Raw]]:
    """Return each usage by its model, from an object or a list of objects."""
    if raw_json.has_more_than(MAX_FIELDS, raw, levels=2, entry_bytes=_USAGE_BYTES):
        raise RecordRefused("too_many_values", "summary.usage holds too many")
    found = _nested(_USAGE_BY_MODEL, "summary.usage", raw) or []
    sections = found if isinstance(found, list) else [found]
    by_model = [
        each for section in sections for each in raw_json.fields(section).items()
    ]
    for _, usage in by_model:
        raw_json.check_once(usage, _USAGE_LEVELS)
    return by_model


def _tokens(output: dict[str, Raw], by_model: list[tuple[str, Raw]]) -> Tokens:
    """Return the call's own usage; its summary says the same, or its children's too."""
    for name in _USAGE_NAMES:
        usage = _usage(output[name]) if name in output else None
        if usage is not None:
            return tokens(usage)
    parts = [tokens(_usage(raw)) for _, raw in by_model]
    if not parts:
        return NO_TOKENS
    summed = total(parts)
    if len(parts) > 1:
        for name, count in zip(summed._fields[1:], summed[1:], strict=True):
            rules.count(f"the sum of {name}", count)
    return summed


def _usage(raw: Raw) -> Usage | None:
    usage = _nested(_USAGE, "usage", raw)
    raw_json.check_once(raw, _USAGE_LEVELS)
    return usage


def _list(raw: Raw | None, at: Pointer) -> list[Raw]:
    if raw is None:
        return []
    if raw_json.has_more_than(MAX_TRACE_RECORDS, raw):
        raise file_refused("too_many_records", "its log has more calls", None, at)
    return _nested(_LIST, "call_metadata", raw) or []


def _nested(decoder: msgspec.json.Decoder, name: str, raw: Raw) -> Any:
    """Return the content of a record, or raise its refusal."""
    try:
        return raw_json.record(decoder, raw)
    except RecordRefused as refused:
        code, what = refused.reason_code, refused.detail.partition("; ")[0]
        code = "wrong_type" if code == "not_a_record" else code
        raise RecordRefused(code, f"{name}: {what}") from None


def _scalar(raw: Raw | None) -> Any:
    """Return a text or a number; None for anything else."""
    if raw is None:
        return None
    found = raw_json.part(raw)
    return found if isinstance(found, str | int | float) else None


def _text(raw: Raw | None) -> str | None:
    """Return a text with a visible character, None for anything else."""
    found = _scalar(raw)
    is_text = isinstance(found, str) and is_visible(found)
    return rules.canonical(found) if is_text else None


def _id_if_any(name: str, value: Id | None) -> str | None:
    """Return an id as text, None if it is missing or empty."""
    if value is None or not is_visible(str(value)):
        return None
    return rules.identifier(name, str(value))


def _shared(name: str | None) -> str | None:
    """Intern a name that many calls share, to save memory."""
    return None if name is None else sys.intern(name)


def _copies(calls: list[Call | None]) -> dict[int, bool]:
    """Return the calls that repeat the id of an earlier one, and whether they differ.

    Of equal calls, the first is not a copy.
    """
    known = [call.id for call in calls if _has_id(call)]
    if len(set(known)) == len(known):
        return {}
    by_id: dict[str, list[int]] = {}
    for index, call in enumerate(calls):
        if _has_id(call):
            by_id.setdefault(call.id, []).append(index)
    copies = {}
    for same in by_id.values():
        differs = any(calls[index] != calls[same[0]] for index in same)
        copies |= dict.fromkeys(same if differs else same[1:], differs)
    return copies


def _has_id(call: Call | None) -> bool:
    return call is not None and call.id is not None


def _copy(call: Call, differs: bool) -> RecordRefused:
    what = f"the call {rules.shown(call.id)} appears more than once"
    if differs:
        return RecordRefused("conflicting_duplicate", f"{what} and differs")
    return RecordRefused("duplicate_record", what)


def _inherit_tasks(calls: list[Call | None]) -> None:
    """Give a call without a task the task of its nearest ancestor."""
    by_id = {call.id: call for call in calls if _has_id(call)}
    without = set()
    for call in by_id.values():
        path, above = [], call
        while above and above.task_id is None and above.id not in without:
            without.add(above.id)
            path.append(above)
            above = by_id.get(above.parent_id)
        if above and above.task_id is not None:
            for each in path:
                each.task_id = above.task_id


def _inherit_usage(calls: list[Call | None], above: set[str]) -> None:
    """Move a usage that no descendant repeats to the first model call below it.

    Sometimes only the wrapper around a call has the usage. Calls with others below them
    are not counted, so the usage would be lost.
    """
    by_id = {call.id: call for call in calls if _has_id(call)}
    is_repeated = _above(calls, _tells_usage)
    # For each call, whether it or a call above it has given its usage away.
    is_given: dict[str, bool] = {}
    for call in by_id.values():
        if not call.is_model_call or call.id in above or _tells_usage(call):
            continue
        path, wrapper = [], by_id.get(call.parent_id)
        while wrapper and wrapper.id not in is_given and not _tells_usage(wrapper):
            is_given[wrapper.id] = False
            path.append(wrapper.id)
            wrapper = by_id.get(wrapper.parent_id)
        is_told = False
        if wrapper and wrapper.id in is_given:
            is_told = is_given[wrapper.id]
        elif wrapper:
            is_told = is_given[wrapper.id] = wrapper.id not in is_repeated
            if is_told:
                call.tokens = wrapper.tokens
                call.model = call.model or wrapper.model
        is_given |= dict.fromkeys(path, is_told)
        call.lacks_usage = call.lacks_usage and not is_told


def _tells_usage(call: Call) -> bool:
    return call.is_model_call and call.tokens != NO_TOKENS


def _above_model_calls(calls: list[Call | None]) -> set[str]:
    """Return the ids of calls that repeat the usage of a model call below them."""
    return _above(calls, lambda call: call.is_model_call)


def _above(calls: list[Call | None], is_meant: Callable[[Call], bool]) -> set[str]:
    """Return the ids of all ancestors of calls for which `is_meant` is true."""
    known = list(filter(_has_id, calls))
    parents = {call.id: call.parent_id for call in known}
    above = set()
    for call in known:
        parent = call.parent_id
        if parent is None or not is_meant(call):
            continue
        while parent is not None and parent not in above:
            above.add(parent)
            parent = parents.get(parent)
    return above
