"""What a reader hands to the warehouse: batches, refusals and what identifies a file."""

import hashlib
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from loaders.contract.columns import RawTable
from loaders.contract.limits import MAX_REFUSED, MAX_TEXT_BYTES
from loaders.contract.reasons import FILE_REASONS, RECORD_REASONS

if TYPE_CHECKING:
    from loaders.contract.arrow import ColumnBuffers

BATCH_RECORDS = 4_000
# A batch of huge records ends early, so that memory stays flat.
BATCH_BYTES = 4_000_000
EXCERPT_LENGTH = 500
_WHAT_LENGTH = 1_000


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
    # The values of RawTable.key, where the reader knows them.
    key: tuple | None = None


@dataclass(slots=True)
class Batch:
    """Some records of one table, and how far its file is read."""

    table: RawTable
    # A tuple each, or whole columns where a reader has them.
    rows: "list[tuple] | ColumnBuffers"
    quarantined: list[Quarantined]
    # Bytes of the file read so far, for progress.
    byte_offset: int


class FileStamp(NamedTuple):
    """Changes whenever a file is written to; times are in nanoseconds."""

    size_bytes: int
    modified_ns: int
    # This one cannot be set back.
    changed_ns: int

    @classmethod
    def of(cls, status: os.stat_result) -> Self:
        return cls(status.st_size, status.st_mtime_ns, status.st_ctime_ns)


@dataclass(frozen=True, slots=True)
class FileManifest:
    """What identifies a file; `path` is absolute and free of symlinks."""

    path: str
    sha256: str
    format: str | None
    size_bytes: int
    loader_version: str | None
    # The user's --note.
    note: str | None = None
    # Identifies the file without its bytes, if possible.
    state: FileStamp | None = None
    # What its records depend on besides its bytes, such as a model that its folder names.
    context: str = ""
    # Whether the user gave options for it. Otherwise it keeps those of its path.
    has_user_options: bool = False
    # Whether it may hold many times its size.
    is_packed: bool = False

    @property
    def file_id(self) -> str:
        if not self.context:
            return self.sha256[:16]
        both = f"{self.sha256} {self.context}".encode(errors="surrogateescape")
        return hashlib.sha256(both).hexdigest()[:16]


@dataclass(slots=True)
class LoadResult:
    """The result of one file; record_count is None if the whole file was refused.

    `reasons` holds one {"reason_code", "count", "first_position", "detail"} per
    reason, most frequent first. `detail` adds to the status.
    """

    path: str
    file_id: str
    format: str | None
    status: str
    record_count: int | None
    loaded_count: int
    quarantined_count: int
    reasons: list[dict[str, Any]] = field(default_factory=list)
    detail: str | None = None


@dataclass(slots=True)
class SmallFile:
    """A file that was read to its end, with all that is in it."""

    # None if not even its hash is known. If nothing refuses it, it must be read on its
    # own.
    manifest: FileManifest | None
    batches: list[Batch]
    refused: "FileRefused | None"
    # Nothing in it is quarantined, and no key is duplicated.
    is_plain: bool


class WarehouseError(Exception):
    """The warehouse cannot be used; the message says why and what to do next."""


class RecordRefused(Exception):
    """One record breaks the contract; the rest of its file is loaded."""

    def __init__(self, reason_code: str, what: str):
        # Its arguments, so that it can pass between processes.
        super().__init__(reason_code, what)
        self.reason_code = reason_code
        what = what[:_WHAT_LENGTH] + "…" * (len(what) > _WHAT_LENGTH)
        # Stored once, however many records are refused for the same reason.
        self.detail = sys.intern(f"{what}; {RECORD_REASONS[reason_code]}")

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
            position=shortened(pointer),
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
        # Whether the content looks like runs, whatever the file's name.
        self.is_data = False

    def __reduce__(self) -> tuple:
        fields = (self.reason_code, self.detail, self.line, self.position)
        return type(self), fields, {"is_data": self.is_data}


def file_refused(
    reason_code: str,
    what: str,
    line: int | None = None,
    position: str | None = None,
) -> FileRefused:
    """Return the refusal that says `what` was wrong and how to fix it."""
    what = what[:_WHAT_LENGTH] + "…" * (len(what) > _WHAT_LENGTH)
    detail = f"{what}; {FILE_REASONS[reason_code]}"
    position = position and shortened(position)
    return FileRefused(reason_code, detail, line, position)


def too_many_refused(entry: Quarantined) -> FileRefused:
    """Return the refusal of a file with too many refused records, including this one."""
    what = f"more than {MAX_REFUSED:,} records are refused, one of them"
    what = f"{what}: {entry.reason_code}: {entry.detail}"
    return file_refused("too_many_refused", what, entry.line, entry.position)


def shortened(position: str) -> str:
    """Return a position, or the beginning of one that is too long."""
    if len(position) * 4 <= MAX_TEXT_BYTES:
        return position
    written = position.encode(errors="replace")
    if len(written) <= MAX_TEXT_BYTES:
        return position
    return written[: MAX_TEXT_BYTES - 3].decode(errors="ignore") + "…"


def by_table(
    records: Iterable[tuple[RawTable, tuple | Quarantined]], byte_offset: int
) -> Iterator[Batch]:
    """Yield the records of several tables in batches.

    A record whose position or key is too long is quarantined.
    """
    batches: dict[str, Batch] = {}
    sizes: Counter[str] = Counter()
    for table, record in records:
        name = table.name
        batch = batches.get(name)
        if batch is None:
            batch = batches[name] = Batch(table, [], [], byte_offset)
        if isinstance(record, tuple):
            record = _checked(table, record)
        is_row = isinstance(record, tuple)
        if is_row:
            sizes[name] += sum(len(text) for text in record if isinstance(text, str))
        (batch.rows if is_row else batch.quarantined).append(record)
        count = len(batch.rows) + len(batch.quarantined)
        if count == BATCH_RECORDS or sizes[name] >= BATCH_BYTES:
            yield batches.pop(name)
            del sizes[name]
    yield from batches.values()


def _checked(table: RawTable, row: tuple) -> tuple | Quarantined:
    """Return a row whose position and key are short; or a refusal, if it is a record."""
    for at in table.short_columns:
        text = row[at]
        if isinstance(text, str) and len(text) * 4 > MAX_TEXT_BYTES:
            short = shortened(text)
            if short == text:
                continue
            if not table.has_records:
                row = (*row[:at], short, *row[at + 1 :])
                continue
            what = (
                f"its {table.columns[at].name} has more than {MAX_TEXT_BYTES:,} bytes"
            )
            return RecordRefused("text_too_long", what).at_pointer(row[0], "")
    return row


def batched(
    table: RawTable,
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
