"""What a format reader hands to the warehouse: tables, batches and refusals."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from loaders.columns import Columns
    from loaders.files import State

BATCH_RECORDS = 4_000
# A batch of huge records ends early, so that memory stays flat.
BATCH_BYTES = 16_000_000
# No run comes near this; what is longer is not held in memory as one record.
RECORD_BYTES = 5_000_000
# DuckDB's JSON gives up a little deeper than this.
MAX_DEPTH = 128
MAX_MEMBERS = 64
EXCERPT_LENGTH = 500

# Every reason code, with the sentence that ends its detail. Codes are stable:
# people count them in `quarantine`.
RECORD_REASONS = {
    "action_count_fractional": "a count of actions is written as a whole number",
    "action_count_negative": "a count of actions is zero or more",
    "cached_exceeds_prompt": "cached tokens are a part of the prompt's",
    "conflicting_duplicate": "keep the one that is right",
    "cost_negative": "a cost is zero dollars or more",
    "count_fractional": "a count is written as a whole number",
    "count_negative": "a count is zero or more",
    "duplicate_field": "a field stands once in a record, so keep the right one",
    "duplicate_record": "remove this copy",
    "empty_text": "an id or a name needs at least one visible character",
    "human_minutes_not_positive": "the human time is more than zero minutes",
    "invalid_json": "a line holds one whole JSON object",
    "line_too_long": f"a line has at most {RECORD_BYTES:,} bytes",
    "missing_field": "every record has it, so add it",
    "not_a_record": "a record is a set of named fields",
    "not_finite": "a number is neither NaN nor infinite and fits a double",
    "null_field": "it is required, so give it a value",
    "score_binarized_invalid": "a binarised score is 0 or 1",
    "score_out_of_range": "a score lies between 0 and 1",
    "seconds_negative": "a time is zero seconds or more",
    "too_deep": f"a record nests at most {MAX_DEPTH} levels",
    "value_too_large": "no run comes near this, so check its unit",
    "wrong_encoding": "text is UTF-8, so convert it",
    "wrong_type": "a number is written without quotes, a name is text",
}
FILE_REASONS = {
    "alias": "anchors, aliases and merge keys are not followed, so write values out",
    "broken_zip": "get the file again from where it came",
    "changed_while_reading": "load it again when nothing writes to it any more",
    "control_character": "remove it or write it as an escape",
    "duplicate_key": "keep one, with all that belongs under it",
    "empty_file": "check that it was written whole",
    "identity_missing": "a trace names its run, benchmark and agent in config",
    "no_record_loaded": "correct them, and check that the format is the right one",
    "not_a_regular_file": "name a file, not a pipe, a socket or a device",
    "not_a_trace": "a trace is a JSON object with the objects config and results",
    "not_json": "write the trace again with a JSON writer",
    "reader_died": "load it by itself, where there is more memory, and report it",
    "record_too_large": f"a record has at most {RECORD_BYTES:,} bytes",
    "sample_beside_data": (
        "load the sample into another warehouse (--db or EVALHOUSE_DB)"
    ),
    "several_documents": "split the file into one file per document",
    "sparse_file": "copy it again from where it was written whole",
    "strict": "with --strict no record may be refused",
    "syntax": "correct the file near this line",
    "tag": "tags are not followed, so write the plain value",
    "too_deep": f"a file nests at most {MAX_DEPTH} levels",
    "too_large": "unpack it yourself if you trust where it came from",
    "too_many_members": f"a zip of traces has at most {MAX_MEMBERS} members",
    "truncated": "copy it again from where it was written whole",
    "unknown_format": "if it is one of these, say which with --format",
    "unreadable": "check the path and its permissions",
    "unsafe_name": "a member's name is a plain file name, and each stands once",
    "wrong_encoding": "convert the file to UTF-8",
    "wrong_nesting": "a file nests task family > variant > run id > fields",
    "wrong_password": "give the right one with --password, or get the file again",
}


@dataclass(frozen=True, slots=True)
class Table:
    """A raw table as a format fills it."""

    name: str
    # Name to DuckDB type, in order; the writer prepends file_id.
    columns: Mapping[str, str]
    # The columns that identify a record inside one file.
    key: tuple[str, ...]
    comment: str = ""
    # Name to meaning and unit, for who queries raw.*.
    column_comments: Mapping[str, str] = field(default_factory=dict)
    # Whether its rows are records of the file; a remark on them counts as none.
    has_records: bool = True


@dataclass(frozen=True, slots=True)
class Quarantined:
    """One record that is refused while the rest of its file is loaded."""

    # The line as text, or a JSON pointer where lines mean nothing.
    position: str
    line: int | None
    reason_code: str
    detail: str
    # At most EXCERPT_LENGTH characters.
    record_excerpt: str | None
    # The values of Table.key, where the reader knows them.
    key: tuple | None = None


@dataclass(slots=True)
class Batch:
    """Some records of one table, and how far its file is read."""

    table: Table
    # A tuple each, or whole columns where a reader has them.
    rows: "list[tuple] | Columns"
    quarantined: list[Quarantined]
    # Bytes of the file read so far, for progress.
    byte_offset: int


@dataclass(frozen=True, slots=True)
class FileManifest:
    """What identifies a file; `path` is absolute and free of symlinks."""

    path: str
    sha256: str
    format: str | None
    size_bytes: int
    loader_version: str | None
    is_sample: bool = False
    # What the file can be known by without its bytes, where it can.
    state: "State | None" = None

    @property
    def file_id(self) -> str:
        return self.sha256[:16]


class WarehouseError(Exception):
    """The warehouse cannot be used; the message says why and what to do next."""


class RecordRefused(Exception):
    """One record breaks the contract; the rest of its file is loaded."""

    def __init__(self, reason_code: str, what: str):
        # Those that it is made of, so that it can go from process to process.
        super().__init__(reason_code, what)
        self.reason_code = reason_code
        self.detail = f"{what}; {RECORD_REASONS[reason_code]}"

    def __str__(self) -> str:
        return self.detail

    def at_line(self, line: int, excerpt: str, key: tuple | None = None) -> Quarantined:
        """Return the quarantine entry for the record that starts at `line`."""
        return Quarantined(
            position=str(line),
            line=line,
            reason_code=self.reason_code,
            detail=self.detail,
            record_excerpt=excerpt[:EXCERPT_LENGTH],
            key=key,
        )

    def at_pointer(self, pointer: str, excerpt: str) -> Quarantined:
        """Return the quarantine entry for the record at a JSON pointer."""
        return Quarantined(
            position=pointer,
            line=None,
            reason_code=self.reason_code,
            detail=self.detail,
            record_excerpt=excerpt[:EXCERPT_LENGTH],
        )


class FileRefused(Exception):
    """The identity or structure of a file is in doubt, so none of it is loaded."""

    def __init__(
        self,
        reason_code: str,
        detail: str,
        line: int | None = None,
        position: str | None = None,
    ):
        super().__init__(detail)
        self.reason_code = reason_code
        self.detail = detail
        self.line = line
        self.position = position

    def __reduce__(self) -> tuple:
        fields = (self.reason_code, self.detail, self.line, self.position)
        return type(self), fields


def file_refused(
    reason_code: str,
    what: str,
    line: int | None = None,
    position: str | None = None,
) -> FileRefused:
    """Return the refusal that says `what` was wrong and how to put it right."""
    detail = f"{what}; {FILE_REASONS[reason_code]}"
    return FileRefused(reason_code, detail, line, position)


def is_deeper(value: Any, depth: int) -> bool:
    """Say whether lists and objects nest more than `depth` levels."""
    if isinstance(value, dict):
        value = value.values()
    elif not isinstance(value, list):
        return False
    return depth == 0 or any(is_deeper(item, depth - 1) for item in value)


def batched(
    table: Table,
    records: Iterable[tuple | Quarantined],
    bytes_read: Callable[[], int],
) -> Iterator[Batch]:
    """Yield the records in batches; a file without any is refused."""
    rows, quarantined, start, is_empty = [], [], 0, True
    for record in records:
        is_empty = False
        (quarantined if isinstance(record, Quarantined) else rows).append(record)
        if (
            len(rows) + len(quarantined) == BATCH_RECORDS
            or bytes_read() - start >= BATCH_BYTES
        ):
            yield Batch(table, rows, quarantined, bytes_read())
            rows, quarantined, start = [], [], bytes_read()
    if is_empty:
        raise file_refused("empty_file", "the file holds no run")
    if rows or quarantined:
        yield Batch(table, rows, quarantined, bytes_read())
