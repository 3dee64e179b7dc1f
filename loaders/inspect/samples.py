"""Samples, from their summaries or in full."""

import math
from collections.abc import Iterator
from typing import Any, NamedTuple

import msgspec
from msgspec import UNSET, Raw, Struct, UnsetType
from msgspec.structs import astuple

from loaders.contract import rules
from loaders.contract.limits import MAX_DEPTH, MAX_FIELDS, MAX_VALUES, RECORD_BYTES
from loaders.contract.long_keys import LONG_BYTES, has_long_key
from loaders.contract.raw_json import SECTION, Section, has_more_than
from loaders.contract.records import RecordRefused
from loaders.inspect import documents
from loaders.inspect.documents import NOTHING, Number
from loaders.inspect.fields import (
    At,
    Usage,
    check_once,
    checked,
    count,
    time,
    token,
    usage_row,
)
from loaders.inspect.log import Record, written
from loaders.inspect.tables import INSPECT_SAMPLES, INSPECT_SCORES, INSPECT_USAGE


class _Typed(Struct, gc=False):
    type: Any = None
    message: Any = None


class _Score(Struct, gc=False):
    value: Raw = NOTHING
    history: list[Raw] | None = None


class _SampleMessage(Struct, gc=False):
    role: Any = None
    tool_calls: list[Raw] | None = None


class _Event(Struct, gc=False):
    event: Any = None
    type: Any = None
    name: Any = None
    action: Any = None


class _Transcript(Struct, gc=False):
    events: list[_Event] | None = None


class Sample(Struct, gc=False):
    """A sample or its summary: the fields that tables read."""

    id: Number | UnsetType = UNSET
    epoch: Number | UnsetType = UNSET
    uuid: Any = None
    scores: dict[str, _Score | None] | None = None
    # Of version 1, which has one scorer.
    score: _Score | None = None
    error: _Typed | str | None = None
    limit: _Typed | str | None = None
    retries: Number = None
    error_retries: list[Raw] | None = None
    completed: Any = None
    invalidation: Raw = NOTHING
    started_at: Any = None
    completed_at: Any = None
    total_time: Number = None
    working_time: Number = None
    turn_count: Number | UnsetType = UNSET
    message_count: Number = None
    metadata: Raw = NOTHING
    model_usage: dict[str, Usage] | UnsetType | None = UNSET
    role_usage: dict[str, Usage] | None = None
    messages: list[_SampleMessage] | None = None
    events: list[_Event] | None = None
    transcript: _Transcript | None = None

    @property
    def is_complete(self) -> bool:
        """Whether a summary has everything that its sample has."""
        return self.model_usage is not UNSET and self.turn_count is not UNSET


class Records(NamedTuple):
    """The result of one sample: its rows, and what identifies it."""

    key: tuple[str, int]
    rows: list[Record]


class _UnreadTyped(Struct, gc=False):
    type: Raw = NOTHING
    message: Raw = NOTHING


class _UnreadMessage(Struct, gc=False):
    role: Raw = NOTHING


class _UnreadEvent(Struct, gc=False):
    event: Raw = NOTHING
    type: Raw = NOTHING
    name: Raw = NOTHING
    action: Raw = NOTHING


# Fields of a sample that become text or numbers, or a few of them.
_TEXTS = (
    *("id", "epoch", "uuid", "retries", "completed", "started_at", "completed_at"),
    *("total_time", "working_time", "turn_count", "message_count"),
    *("model_usage", "role_usage"),
)
_UNREAD_MESSAGES = msgspec.json.Decoder(list[_UnreadMessage] | None)
_UNREAD_EVENTS = msgspec.json.Decoder(list[_UnreadEvent] | None)
_SAMPLE = msgspec.json.Decoder(Sample)
# Parts in which a duplicate field would change a row.
_CHECKED = (
    *("error", "limit", "metadata", "model_usage", "role_usage", "score", "scores"),
)
# Decoded fields, and how deep each is decoded.
_DECODED = dict.fromkeys((*_CHECKED, "messages"), 3) | {
    "events": 1,
    "transcript": 2,
    "error_retries": 1,
}
# A sample of this many bytes is always decoded, and so is one with an entry per this
# many of its bytes.
_SMALL_BYTES = 1_000_000
_ENTRY_BYTES = 100


def decoded(raw: Raw | memoryview) -> Sample:
    """Return a sample or summary, or raise RecordRefused."""
    byte_count = memoryview(raw).nbytes
    if byte_count > LONG_BYTES and has_long_key(raw):
        what = f"a key is longer than {RECORD_BYTES:,} bytes"
        raise RecordRefused("text_too_long", what)
    if byte_count > _SMALL_BYTES:
        pieces = _counted(raw)
        if byte_count > LONG_BYTES:
            _check_texts(pieces)
    sample = documents.record(raw, _SAMPLE)
    if len(sample.scores or ()) > MAX_VALUES:
        raise RecordRefused("too_many_values", "scores holds too many")
    check_once(raw, MAX_DEPTH, within=_CHECKED)
    return sample


def _counted(raw: Raw | memoryview) -> Section:
    """Return the fields; raise RecordRefused if decoding would give too many values."""
    if has_more_than(MAX_FIELDS, raw):
        raise RecordRefused("too_many_values", "it has too many fields")
    pieces = documents.record(raw, SECTION)
    for name, piece in pieces.items():
        levels = _DECODED.get(str(name), 0)
        if levels and has_more_than(
            MAX_VALUES, piece, levels=levels, entry_bytes=_ENTRY_BYTES
        ):
            raise RecordRefused("too_many_values", f"{name} holds too many")
    return pieces


def _check_texts(pieces: Section) -> None:
    """Raise RecordRefused if a text that would be decoded is too long.

    Text that is skipped, such as that of messages, may have any length.
    """
    for key, piece in pieces.items():
        name, is_object = str(key), memoryview(piece)[:1] == b"{"
        if name in _TEXTS or (name in ("error", "limit") and not is_object):
            _check_length(name, piece)
        elif name in ("error", "limit"):
            inside = documents.record(piece, SECTION).items()
            told = [each for field, each in inside if str(field) in ("type", "message")]
            _check_length(name, *told)
        elif name == "messages":
            messages = documents.record(piece, _UNREAD_MESSAGES) or ()
            _check_length(name, *(each.role for each in messages), most=LONG_BYTES)
        elif name == "events":
            _check_events(piece)
        elif name == "transcript" and is_object:
            for field, each in documents.record(piece, SECTION).items():
                if str(field) == "events":
                    _check_events(each)


def _check_events(piece: Raw) -> None:
    events = documents.record(piece, _UNREAD_EVENTS) or ()
    texts = [text for event in events for text in astuple(event)]
    _check_length("events", *texts, most=LONG_BYTES)


def _check_length(name: str, *found: Raw, most: int | None = None) -> None:
    most = RECORD_BYTES if most is None else most
    if sum(memoryview(each).nbytes for each in found) > most:
        what = f"a text is longer than {most:,} bytes"
        raise At(name, RecordRefused("text_too_long", what))


def records(
    sample: Sample, at: str, is_opened: bool, one_scorer: str | None
) -> Records:
    """Return the rows of a sample, or raise At with the wrong field.

    `at` is its position; `one_scorer` is the scorer's name in version 1.
    """
    sample_id, epoch = _id(sample.id), _epoch(sample.epoch)
    row = (
        at,
        sample_id,
        epoch,
        "str" if isinstance(sample.id, str) else "int",
        checked(rules.text, "uuid", sample.uuid),
        _message(sample.error),
        _type(sample.limit),
        count("retries", sample.retries)
        if sample.error_retries is None
        else len(sample.error_retries),
        _is_completed(sample, is_opened),
        _has_value(sample.invalidation) if is_opened else None,
        checked(time, "started_at", sample.started_at or None),
        checked(time, "completed_at", sample.completed_at or None),
        checked(rules.seconds, "total_time", sample.total_time),
        checked(rules.seconds, "working_time", sample.working_time),
        count("turn_count", None if sample.turn_count is UNSET else sample.turn_count),
        _model_events(sample),
        *_messages(sample),
        _metadata(sample.metadata),
        sample.model_usage not in (UNSET, None),
        "sample" if is_opened else "summary",
    )
    rows = [(INSPECT_SAMPLES, row)]
    for score in _scores(sample, one_scorer, is_opened):
        pointer, *rest = score
        rows.append((INSPECT_SCORES, (at + pointer, sample_id, epoch, *rest)))
    for pointer, *rest in _usage(sample):
        rows.append((INSPECT_USAGE, (at + pointer, sample_id, epoch, *rest)))
    return Records((sample_id, epoch), rows)


def _id(found: Any) -> str:
    name = "id"
    try:
        if found is UNSET:
            raise RecordRefused("missing_field", "id is missing")
        if found is None:
            raise RecordRefused("null_field", "id is null")
        if isinstance(found, bool | float):
            raise RecordRefused("wrong_type", f"id is {rules.shown(found)}")
        return rules.identifier(name, str(found))
    except RecordRefused as refused:
        raise At(name, refused) from None


def _epoch(found: Any) -> int:
    name = "epoch"
    try:
        if found is UNSET or found is None:
            raise RecordRefused("missing_field", "epoch is missing")
        epoch = rules.count(name, documents.number(found))
        if epoch < 1:
            raise RecordRefused("epoch_not_positive", f"epoch is {epoch}")
        return epoch
    except RecordRefused as refused:
        raise At(name, refused) from None


def _message(error: _Typed | str | None) -> str | None:
    if error is None or isinstance(error, str):
        return error
    return error.message if isinstance(error.message, str) else "an error"


def _type(limit: _Typed | str | None) -> str | None:
    if limit is None or isinstance(limit, str):
        return limit
    return limit.type if isinstance(limit.type, str) else "unknown"


def _is_completed(sample: Sample, is_opened: bool) -> bool | None:
    if isinstance(sample.completed, bool):
        return sample.completed
    return True if is_opened else None


def _has_value(raw: Raw) -> bool:
    return memoryview(raw) != b"null"


def _model_events(sample: Sample) -> int | None:
    """Return the number of model events before the first scorer."""
    events = sample.events
    if events is None and sample.transcript is not None:
        events = sample.transcript.events
    if not events:
        return None
    found = 0
    for event in events:
        is_begin = event.event == "span_begin" or (
            event.event == "step" and event.action == "begin"
        )
        if is_begin and (event.type in ("scorer", "scorers")):
            break
        found += event.event == "model"
    return found


def _messages(sample: Sample) -> tuple[int | None, ...]:
    messages = sample.messages
    if messages is None:
        return count("message_count", sample.message_count), None, None, None, None
    by_model = [message for message in messages if message.role == "assistant"]
    calls = [len(message.tool_calls or ()) for message in by_model]
    return (
        len(messages),
        len(by_model),
        sum(each > 0 for each in calls),
        sum(calls),
        sum(message.role == "tool" for message in messages),
    )


def _metadata(raw: Raw) -> str | None:
    if memoryview(raw).nbytes > RECORD_BYTES:
        what = f"metadata is longer than {RECORD_BYTES:,} bytes"
        raise At("metadata", RecordRefused("text_too_long", what))
    return documents.json_text(raw)


def _scores(sample: Sample, one_scorer: str | None, is_opened: bool) -> Iterator[tuple]:
    scores, at = sample.scores, "/scores"
    if scores is None and sample.score is not None:
        name = one_scorer or "score"
        yield from _values(1, name, sample.score, "/score", is_opened)
        return
    for number, (scorer, score) in enumerate((scores or {}).items(), 1):
        checked(rules.identifier, "scores", scorer)
        if score is not None:
            place = f"{at}/{token(scorer)}"
            yield from _values(number, scorer, score, place, is_opened)


def _values(
    number: int, scorer: str, score: _Score, at: str, is_opened: bool
) -> Iterator[tuple]:
    edits = len(score.history or ()) if is_opened else None
    if memoryview(score.value).nbytes > RECORD_BYTES:
        what = f"a value is longer than {RECORD_BYTES:,} bytes"
        raise At(at[1:], RecordRefused("text_too_long", what))
    raw = bytes(score.value)
    if raw[:1] != b"{":
        found = documents.value(score.value)
        yield f"{at}/value", number, scorer, "", *_value(found), edits
        return
    inside = documents.value(score.value)
    for key, found in inside.items():
        checked(rules.identifier, f"{at[1:]}/value", key)
        place = f"{at}/value/{token(key)}"
        yield place, number, scorer, key, *_value(found), edits
    if not inside:
        yield f"{at}/value", number, scorer, "", "object", "{}", None, edits


def _value(found: Any) -> tuple[str, str, float | None]:
    """Return the kind of a value, its text and its number."""
    found = documents.number(found)
    if isinstance(found, bool):
        return "boolean", written(found), float(found)
    if isinstance(found, str):
        return "text", found, None
    if isinstance(found, list | dict):
        kind = "list" if isinstance(found, list) else "object"
        return kind, _short(written(found)), None
    if found is None:
        return "null", "null", None
    if isinstance(found, float) and math.isnan(found):
        return "nan", "NaN", None
    try:
        as_double = float(found)
    except OverflowError:
        return "infinite", _short(written(found)), None
    if abs(as_double) == float("inf"):
        return "infinite", written(as_double), None
    return "number", written(found), as_double


def _short(text: str) -> str:
    return text if len(text) <= RECORD_BYTES else text[:RECORD_BYTES]


def _usage(sample: Sample) -> Iterator[tuple]:
    models = None if sample.model_usage is UNSET else sample.model_usage
    for kind, used in (("model", models), ("role", sample.role_usage)):
        for name, usage in (used or {}).items():
            path = f"{kind}_usage/{token(name)}"
            checked(rules.identifier, path, name)
            yield f"/{path}", kind, name, *usage_row(usage, path)


def shared_values(sample: Sample) -> tuple[Any, ...]:
    """Return the values that a summary and its sample must agree on, normalised."""
    values = {
        scorer: documents.plain(score.value)
        for scorer, score in (sample.scores or {}).items()
        if score is not None
    }
    return values, _message(sample.error), _type(sample.limit)
