"""METR's YAML in any form, as a stream of libyaml events.

The document is never built, names keep their text, duplicate keys are seen, and
aliases are never expanded.
"""

import codecs
import io
from collections.abc import Iterator
from typing import Any, BinaryIO

import yaml
from yaml.events import (
    AliasEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
    StreamStartEvent,
)

from loaders.contract import rules
from loaders.contract.extract import as_json, take
from loaders.contract.limits import MAX_DEPTH, MAX_VALUES, RECORD_BYTES
from loaders.contract.reasons import FILE_REASONS
from loaders.contract.records import (
    EXCERPT_LENGTH,
    FileRefused,
    Quarantined,
    RecordRefused,
    file_refused,
)
from loaders.contract.warnings import Warnings
from loaders.metr.tables import METR_RUNS
from loaders.metr.yaml_core import core_value
from loaders.metr.yaml_fast import NotAPart, Place

_STARTS = {MappingStartEvent, SequenceStartEvent}
_ENDS = {MappingEndEvent, SequenceEndEvent}
_NODES = {ScalarEvent, *_STARTS}

# Where the names of families, variants and runs begin in the shape that METR writes.
_REGULAR_COLUMNS = (0, 2, 4)
_ANY_COLUMNS = (None, None, None)

_READ = [column for column in METR_RUNS.columns if column.path]
_FIELD_NAMES = {column.path for column in _READ}

# JSON is YAML too.
_JSON_RUNS = (
    "; if these are runs of runs.jsonl, write each as an object in a line, or all in an "
    "array"
)


class _Quoted(str):
    """A scalar that is text because it was quoted; other scalars are plain str."""

    __slots__ = ()


class _Nothing(str):
    """The missing value of a name without a colon: a comma cut the value before it."""

    __slots__ = ()


class _Mapping(list):
    """The entries of a mapping in order, duplicates included: (name, node) pairs."""

    __slots__ = ()


# A scalar keeps its text until a rule asks what it means.
Node = str | list | _Mapping


class Source:
    """The file as libyaml reads it: counts bytes and lines, bounds a record."""

    def __init__(self, stream: BinaryIO, comment_bytes: int = 0):
        self._stream = stream
        self._chunk = b""
        self._lines_before_chunk = 0
        self._limit = comment_bytes + RECORD_BYTES
        self.byte_count = 0
        self.is_json = False
        # Lists and mappings of the record so far.
        self.value_count = 0

    def read(self, size: int) -> bytes:
        if self.byte_count > self._limit:
            # libyaml holds a scalar whole, so waiting for its end is too late.
            line = self.line_at(self.byte_count)
            raise file_refused("record_too_large", "a record does not end", line)
        self._lines_before_chunk += self._chunk.count(b"\n")
        self._chunk = self._stream.read(size)
        if not self.byte_count:
            beginning = self._chunk.removeprefix(codecs.BOM_UTF8).lstrip()
            self.is_json = beginning.startswith((b"{", b"["))
        self.byte_count += len(self._chunk)
        return self._chunk

    def start_record(self) -> None:
        self._limit = self.byte_count + RECORD_BYTES
        self.value_count = 0

    def line_at(self, offset: int) -> int:
        """Return the line of a byte in, or just before, the chunk read last."""
        chunk_start = self.byte_count - len(self._chunk)
        in_chunk = self._chunk.count(b"\n", 0, max(0, offset - chunk_start))
        return 1 + self._lines_before_chunk + in_chunk


def records(source: Source, warnings: Warnings) -> Iterator[tuple | Quarantined]:
    """Yield the runs of a file, each one's row or its quarantine entry."""
    events = _events(source)
    next(events)  # The start of the stream.
    if type(next(events)) is StreamEndEvent:
        return
    try:
        yield from _runs(events, source, Place(), warnings, _ANY_COLUMNS)
    except FileRefused as refused:
        if not (refused.reason_code == "wrong_nesting" and source.is_json):
            raise
        what = refused.detail.removesuffix(f"; {FILE_REASONS['wrong_nesting']}")
        raise file_refused("wrong_nesting", what + _JSON_RUNS, refused.line) from None
    next(events)  # The end of the document.
    following = next(events)
    if type(following) is not StreamEndEvent:
        raise file_refused(
            "several_documents", "a second document begins", _line(following)
        )


def read_block(
    block: bytes, place: Place, warnings: Warnings
) -> tuple[list[tuple], list[Quarantined]]:
    """Return the rows and quarantine entries of a block; move `place` to its end.

    Raises NotAPart, or FileRefused, if the file may mean something else than its blocks
    one by one.
    """
    opening = place.reopen(block)
    first_line = place.line - opening.count("\n")
    source = Source(io.BytesIO(opening.encode() + block))
    events = _events(source)
    next(events)
    if type(next(events)) is StreamEndEvent:
        raise NotAPart
    rows, quarantined = [], []
    runs = _runs(events, source, place, warnings, _REGULAR_COLUMNS, first_line)
    for record in runs:
        (quarantined if isinstance(record, Quarantined) else rows).append(record)
    end, *following = events
    if end.explicit or len(following) > 1 or not (rows or quarantined):
        raise NotAPart
    place.line = first_line + following[0].start_mark.line
    return rows, quarantined


def _runs(
    events: Iterator[Event],
    source: Source,
    place: Place,
    warnings: Warnings,
    columns: tuple[int | None, int | None, int | None],
    first_line: int = 1,
) -> Iterator[tuple | Quarantined]:
    """Yield the runs of a document, and keep `place` where they are."""
    at_family, at_variant, at_run = columns
    for family in _sections(events, "the file", place.families, at_family):
        if family != place.family:
            place.family, place.variants = family, set()
        owner = f"task family {rules.shown(family)}"
        for variant in _sections(events, owner, place.variants, at_variant):
            place.variant = variant
            owner = f"variant {rules.shown(variant)}"
            for run_id, line in _entries(events, owner, at_run):
                source.start_record()
                line += first_line - 1
                yield _record(events, line, family, variant, run_id, warnings)


def _events(source: Source) -> Iterator[Event]:
    """Yield libyaml's events; refuse anchors, aliases and tags."""
    depth = 0
    try:
        # What yaml.parse does, without its own loop in Python.
        for event in iter(yaml.CSafeLoader(source).get_event, None):
            kind = type(event)
            if kind in _NODES and (event.anchor is not None or event.tag is not None):
                raise _stand_in(event)
            if kind in _STARTS:
                depth += 1
                if depth > MAX_DEPTH:
                    raise file_refused("too_deep", "the nesting goes on", _line(event))
                source.value_count += 1
                if source.value_count > MAX_VALUES:
                    what = f"a record has more than {MAX_VALUES:,} lists and mappings"
                    raise file_refused("record_too_large", what, _line(event))
            elif kind in _ENDS:
                depth -= 1
            elif kind is AliasEvent:
                raise _stand_in(event)
            elif kind is StreamStartEvent and event.encoding != "utf-8":
                raise file_refused("wrong_encoding", f"it is {event.encoding}", 1)
            yield event
    except yaml.reader.ReaderError as error:
        raise _character_error(error, source.line_at(error.position)) from None
    except yaml.MarkedYAMLError as error:
        raise _syntax_error(error) from None


def _stand_in(event: Event) -> FileRefused:
    if event.anchor is None:
        return file_refused("tag", f"tag {rules.shown(event.tag)}", _line(event))
    what = f"anchor or alias {rules.shown(event.anchor)}"
    return file_refused("alias", what, _line(event))


def _character_error(error: yaml.reader.ReaderError, line: int) -> FileRefused:
    # UTF-16 and UTF-32 without a mark put a zero byte into the first two characters.
    is_encoding = error.character == 0 and error.position < 4
    if error.reason != "control characters are not allowed" or is_encoding:
        return file_refused("wrong_encoding", error.reason, line)
    what = f"control character U+{error.character:04X}"
    return file_refused("control_character", what, line)


def _syntax_error(error: yaml.MarkedYAMLError) -> FileRefused:
    what = error.problem
    if error.context_mark:
        what += f" {error.context} that begins in line {error.context_mark.line + 1}"
    if "cannot start any token" in what or "tab character" in what:
        what += "; YAML does not indent with tabs"
    return file_refused("syntax", what, error.problem_mark.line + 1)


def _line(event: Event) -> int:
    return event.start_mark.line + 1


def _entries(
    events: Iterator[Event], owner: str, column: int | None
) -> Iterator[tuple[str, int]]:
    """Yield name and line of each entry of the mapping that comes next.

    The caller consumes each value before the next name. Raises NotAPart if the names do
    not all begin in `column`.
    """
    start = next(events)
    if type(start) is not MappingStartEvent:
        raise file_refused("wrong_nesting", f"{owner} is not a mapping", _line(start))
    if column is not None and start.flow_style:
        raise NotAPart
    for event in events:
        if type(event) is MappingEndEvent:
            return
        if column is not None and event.start_mark.column != column:
            raise NotAPart
        yield _name(event), _line(event)


def _sections(
    events: Iterator[Event], owner: str, seen: set[str], column: int | None
) -> Iterator[str]:
    """Yield the name of each entry of the mapping that comes next, each once."""
    for written, line in _entries(events, owner, column):
        name = rules.canonical(written)
        if not name:
            raise file_refused("wrong_nesting", f"{owner} has an empty key", line)
        if name in seen:
            what = f"{owner} has the key {rules.shown(name)} twice"
            raise file_refused("duplicate_key", what, line)
        seen.add(name)
        yield name


def _name(event: Event) -> str:
    """Return a key as written."""
    if type(event) is not ScalarEvent:
        raise file_refused("wrong_nesting", "a key is not text", _line(event))
    if event.value == "<<" and event.implicit[0]:
        raise file_refused("alias", "merge key <<", _line(event))
    return event.value


def _node(events: Iterator[Event], event: Event) -> Node:
    """Return the node that begins with `event`, consuming its other events."""
    if type(event) is ScalarEvent:
        return event.value if event.implicit[0] else _Quoted(event.value)
    if type(event) is MappingStartEvent:
        mapping = _Mapping()
        for key in events:
            if type(key) is MappingEndEvent:
                return mapping
            name, value = _name(key), next(events)
            is_cut = value.start_mark.index == key.end_mark.index or name.isdigit()
            if is_cut and type(value) is ScalarEvent and not value.value:
                mapping.append((name, _Nothing()))
            else:
                mapping.append((name, _node(events, value)))
    sequence = []
    for item in events:
        if type(item) is SequenceEndEvent:
            break
        sequence.append(_node(events, item))
    return sequence


def _record(
    events: Iterator[Event],
    line: int,
    family: str,
    variant: str,
    run_id: str,
    warnings: Warnings,
) -> tuple | Quarantined:
    """Return the row of the run whose value comes next, or its quarantine entry."""
    record = _node(events, next(events))
    try:
        if not isinstance(record, _Mapping):
            if run_id in _FIELD_NAMES:
                what = f"variant {rules.shown(variant)} holds a field, not runs"
                raise file_refused("wrong_nesting", what, line)
            raise RecordRefused("not_a_record", f"{rules.shown(run_id)} has no fields")
        rules.identifier("the task family", family)
        rules.identifier("the variant", variant)
        run_id = rules.identifier("run_id", run_id)
        fields = _fields(record)
        values = [take(column, fields) for column in _READ]
        if not rules.is_finite(fields):
            warnings.add("not_finite", line)
            fields = rules.made_finite(fields)
        return line, family, variant, run_id, *values, as_json(fields)
    except RecordRefused as refused:
        key = None if rules.is_too_long(run_id) else (run_id,)
        excerpt = f"{run_id[:EXCERPT_LENGTH]}: {_written(record)}"
        return refused.at_line(line, excerpt, key)


def _fields(record: _Mapping) -> dict[str, Any]:
    """Return the fields of a run with what they mean."""
    fields = _value(record)
    agent = dict(record).get("agent")
    if isinstance(agent, str) and fields["agent"] is not None:
        fields["agent"] = str(agent)  # A name, even where it reads `no` or `0123`.
    return fields


def _value(node: Node) -> Any:
    """Return what a node means: plain scalars by the core schema, quoted ones text."""
    if isinstance(node, _Quoted):
        return str(node)
    if isinstance(node, str):
        return core_value(node)
    if isinstance(node, _Mapping):
        for name, value in node:
            if isinstance(value, _Nothing):
                what = (
                    f"{rules.shown(name)} has no value; if the comma before it is part "
                    "of a value, put that in quotes"
                )
                raise RecordRefused("wrong_type", what)
        mapping = {name: _value(value) for name, value in node}
        if len(mapping) < len(node):
            raise rules.duplicate_field(name for name, _ in node)
        return mapping
    return [_value(item) for item in node]


def _written(node: Node) -> str:
    """Return a node in flow style, for an excerpt."""
    if isinstance(node, str):
        text = str(node)[:EXCERPT_LENGTH]
        return repr(text) if isinstance(node, _Quoted) else text
    if isinstance(node, _Mapping):
        inside = ", ".join(f"{name}: {_written(value)}" for name, value in node)
        return f"{{{inside}}}"
    return f"[{', '.join(map(_written, node))}]"
