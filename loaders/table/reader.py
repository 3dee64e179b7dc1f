"""A table of attempts: CSV with any separator, JSON lines, a JSON array or Parquet.

DuckDB parses it and reads regular rows; it is imported when the first table is read.
"""

import bisect
import hashlib
import re
from array import array
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from loaders.contract.arrow import ColumnBuffers, Constant
from loaders.contract.files import OpenFile
from loaders.contract.limits import MAX_REFUSED
from loaders.contract.records import (
    Batch,
    Quarantined,
    RecordRefused,
    file_refused,
    shortened,
)
from loaders.contract.table_options import TableOptions
from loaders.table import mapping as names
from loaders.table import values
from loaders.table.attempts import Attempts, cells_of_json, cells_of_row
from loaders.table.beginning import first_names
from loaders.table.identity import context_of, look_at, stem_of
from loaders.table.mapping import Mapping
from loaders.table.opened import Opened
from loaders.table.opening import PARQUET, Table
from loaders.table.rows import Rows
from loaders.table.sql import EXTRAS, Query, query
from loaders.table.tables import TABLE_ATTEMPTS, TABLE_COLUMNS, TABLE_FILES

if TYPE_CHECKING:
    import duckdb

__all__ = ["context_of", "fits", "holds_tables_alone", "read"]

# DuckDB's names for what is wrong with a row of CSV, and our codes.
_REJECTED = {
    "MISSING COLUMNS": "wrong_width",
    "TOO MANY COLUMNS": "wrong_width",
    "INVALID ENCODING": "wrong_encoding",
    "LINE SIZE OVER MAXIMUM": "line_too_long",
}
_MEMORY_LIMIT = "2GB"
# If DuckDB frees this much at once, it returns it to the system. With rows of megabytes
# it would otherwise keep more than it needs.
_GIVEN_BACK = "4MB"
# How many rows that DuckDB cannot judge are in memory at a time, and how many bytes.
_ODD_ROWS, _ODD_BYTES = 16_000, 3_000_000
# How many rows DuckDB processes at a time, unless they are long.
_FEW_ROWS, _GIVEN = 2_048, "given_rows"
# If so many scores are on another scale, the others are in doubt too. Only scores other
# than 0 or the highest count, because 0 and 1 may be on any scale.
_DOUBTED_COUNT, _DOUBTED_SHARE = 2, 0.1
_DOUBTS = {
    values.ABOVE: ("above the highest", "score > 0"),
    values.PERCENT: ("percentages", "score > 0"),
    values.BELOW: ("below 0", "score < 1"),
}


def fits(head: str) -> bool:
    """Say whether columns at the beginning of a file have the usual names."""
    return names.fits(first_names(head))


def holds_tables_alone(head: bytes) -> bool:
    """Say whether the bytes are of a format that contains only tables."""
    return head.startswith(PARQUET)


def read(
    source: OpenFile, *, path: str, options: TableOptions | None = None
) -> Iterator[Batch]:
    """Yield the meaning of each column, then the attempts.

    A row that breaks a rule is quarantined. Raises FileRefused if the table cannot be
    parsed, or lacks columns that it needs.
    """
    import duckdb

    source.hash_beside()
    settings = {
        "threads": 1,
        "memory_limit": _MEMORY_LIMIT,
        "allocator_bulk_deallocation_flush_threshold": _GIVEN_BACK,
        # DuckDB would turn each `in` into a join, and cast all rows for what few rows
        # need.
        "disabled_optimizers": "in_clause",
    }
    try:
        with (
            duckdb.connect(config=settings) as connection,
            Table(source, connection) as table,
        ):
            reading = _Reading(table, connection, path, options or TableOptions())
            yield from reading.batches(source)
    except duckdb.Error as error:
        raise _unparsed(error) from None


def _unparsed(error: Exception) -> Exception:
    said = " ".join(str(error).split())
    if "Invalid unicode" in said:
        return file_refused("wrong_encoding", "it is no UTF-8")
    said = re.sub(r"^.*?Error: | LINE \d+: .*$", "", said)
    # DuckDB's own name for the file means nothing to the user.
    said = re.sub(r"( in file)? [\"']/(dev|proc)/[^\"']*[\"']", "", said)
    return file_refused("syntax", f"DuckDB cannot parse it: {said[:300]}")


class _Reading:
    """One table while it is read."""

    def __init__(
        self,
        table: Table,
        connection: "duckdb.DuckDBPyConnection",
        path: str,
        options: TableOptions,
    ):
        self._table = table
        self._connection = connection
        # The first connection has an open result all the time.
        self._cursor = connection.cursor()
        self._path = path
        self._options = options
        self._stem = stem_of(path)
        self._digest = hashlib.blake2b(digest_size=8)
        self._row_count = 0
        # Refused scores that may be on another scale, by their message.
        self._off_counts: Counter[str] = Counter()
        # The query of all rows.
        self._rows = ""
        # Rows of CSV that DuckDB refused, in order.
        self._rejected: list[int] = []

    def batches(self, source: OpenFile) -> Iterator[Batch]:
        opened = self._table.opened()
        rows = Rows(self._connection, opened)
        if opened.form == "parquet":
            look_at(source, opened, rows, self._options)
        size_bytes = source.size_bytes
        mapping = names.resolved(
            opened.names,
            self._options,
            self._path,
            rows,
        )
        yield Batch(TABLE_COLUMNS, _column_meanings(opened, mapping), [], 0)
        attempts = Attempts(mapping, self._options, self._stem)
        yield from self._attempts(opened, mapping, attempts, size_bytes)
        self._check_scale(mapping)
        if not self._row_count and not self._rejected:
            raise file_refused("empty_file", "the table has no row")
        yield Batch(TABLE_FILES, [self._file_row(mapping)], [], size_bytes)

    def _check_scale(self, mapping: Mapping) -> None:
        """Refuse a table in which many scores, or all verdicts, are on another scale."""
        most = self._options.score_max or 1
        if most > 1 and "score" not in mapping:
            # Slightly above 1, as 49 * (1 / 49) is slightly below.
            ((highest,),) = self._connection.execute(
                f"select {most!r}e0 * max(score) from ({self._rows})"
            ).fetchall()
            if highest and highest < 1.000_001:
                what = (
                    f"no {mapping.written('success')} is above 1, and --score-max {most:g}"
                    " says that they are out of that"
                )
                raise file_refused("score_scale", what)
        for said, count in self._off_counts.items():
            if count < _DOUBTED_COUNT:
                continue
            where, is_of_a_scale = _DOUBTS[said]
            ((others,),) = self._connection.execute(
                f"select count(*) from ({self._rows}) where {is_of_a_scale}"
            ).fetchall()
            if count >= _DOUBTED_SHARE * (count + others):
                what = f"{count:,} of {self._row_count:,} scores are {where}"
                raise file_refused("score_scale", what)

    def _attempts(
        self, opened: Opened, mapping: Mapping, attempts: Attempts, size_bytes: int
    ) -> Iterator[Batch]:
        import duckdb
        from nanoarrow._utils import NanoarrowException

        try:
            yield from self._read(opened, mapping, attempts, 0)
        except (duckdb.Error, NanoarrowException) as error:
            if opened.form != "csv":
                raise _unparsed(error) from None
        else:
            return
        # Read again, and quarantine the rows that DuckDB cannot parse.
        if self._table.has_damaged_rows(MAX_REFUSED):
            what = (
                f"{MAX_REFUSED:,} rows and more have another number of cells or quotes"
            )
            raise file_refused("too_many_refused", what)
        self._table.keeps_back = True
        opened = self._table.opened()
        try:
            # All columns, because DuckDB checks the encoding only of those that it
            # reads.
            counts = ", ".join(f"count(c{at})" for at in range(len(opened.names)))
            self._connection.execute(f"select {counts} from ({opened.rows})").fetchall()
            kept_back = list(self._kept_back())
        except duckdb.Error as error:
            raise _unparsed(error) from None
        self._rejected = sorted({entry.line for entry in kept_back})
        read_count, self._row_count = self._row_count, 0
        yield from self._read(opened, mapping, attempts, read_count)
        if kept_back:
            yield Batch(TABLE_ATTEMPTS, [], kept_back, size_bytes)

    def _kept_back(self) -> Iterator[Quarantined]:
        found = self._connection.execute(
            """
            select line, arg_min(error_type, place), arg_min(error_message, place),
                min(csv_line)
            -- A row that is too long has no column.
            from (select *, coalesce(column_idx, 0) as place from reject_errors)
            group by line
            order by line
            """
        ).fetchall()
        for line, error, message, excerpt in found:
            said = " ".join(message.split())[:200]
            if error not in _REJECTED:
                raise file_refused("syntax", said, line=line)
            refused = RecordRefused(_REJECTED[error], said)
            instead = (excerpt or "").strip("\r\n")
            if instead in self._table.long_lines:
                refused, excerpt = self._too_long(instead)
            number = line - 1 - self._table.lines_before
            number -= bisect.bisect_left(self._table.empty_lines, line)
            yield refused.at_line(number, excerpt or "")

    def _too_long(self, instead: str) -> tuple[RecordRefused, str]:
        """Return why a long line is refused, and how it began."""
        refused = RecordRefused("line_too_long", "the line does not end")
        return refused, self._table.long_lines[instead]

    def _read(
        self, opened: Opened, mapping: Mapping, attempts: Attempts, skip_count: int
    ) -> Iterator[Batch]:
        import nanoarrow

        asked = query(opened, mapping, self._options, self._stem)
        self._rows = asked.sql
        relation, count = self._connection.sql(asked.sql), opened.rows_at_a_time
        if count < _FEW_ROWS:
            # Converting long rows takes many times their memory.
            count = (count + 1) // 2
            sql = asked.sql.replace(opened.scan, f"from {_GIVEN}")
            scanned = _stream(self._connection.cursor().sql(opened.scan), count)
            given = self._connection.from_arrow(nanoarrow.ArrayStream(scanned))
            relation = given.query(_GIVEN, sql)
        for chunk in _stream(relation, count):
            start = self._row_count
            self._row_count += chunk.length
            if self._row_count <= skip_count:
                continue
            lines = self._lines(start, chunk.length)
            yield from self._batches_of(
                chunk, lines, max(0, skip_count - start), asked, opened, attempts
            )

    def _lines(self, start: int, count: int) -> array:
        """Return the numbers of rows, counting those that DuckDB refused."""
        if not self._rejected:
            return array("q", range(start + 1, start + 1 + count))
        thresholds = [line - before for before, line in enumerate(self._rejected)]
        return array(
            "q",
            [
                line + bisect.bisect_right(thresholds, line)
                for line in range(start + 1, start + 1 + count)
            ],
        )

    def _batches_of(
        self,
        chunk: Any,
        lines: array,
        skip_count: int,
        asked: Query,
        opened: Opened,
        attempts: Attempts,
    ) -> Iterator[Batch]:
        """Yield the rows of a chunk: the regular ones, then those that attempts.py
        makes.
        """
        excerpts = chunk.child(len(asked.columns) + EXTRAS.index("excerpt"))
        is_regular = excerpts.null_count == chunk.length
        odd: Iterator[list[tuple]] = iter(())
        if not is_regular or skip_count:
            chunk, lines, odd = self._parted(chunk, lines, skip_count, asked.columns)
        has_key = "attempt" in attempts.mapping
        if chunk is not None and chunk.length:
            hashes = _buffer(chunk.child(chunk.n_children - 1).view().buffer(1))
            if not has_key:
                self._digest.update(hashes)
            rows = _columns(chunk, lines, asked, hashes if has_key else b"")
            if has_key and not is_regular:
                # Rows that attempts.py makes have other hashes, so they are compared in
                # SQL.
                rows = replace(rows, key_hashes=None)
            yield Batch(TABLE_ATTEMPTS, rows, [], 0)
        for some in odd:
            yield self._by_attempts(some, opened, attempts)

    def _by_attempts(
        self, odd: list[tuple], opened: Opened, attempts: Attempts
    ) -> Batch:
        """Return the attempts that attempts.py makes of rows."""
        made, kept_back = [], []
        for line, attributes, text, excerpt in odd:
            try:
                if text is None or (opened.form == "json" and not text.strip()):
                    continue  # An empty or blank line of JSON lines.
                if text in self._table.long_lines:
                    refused, begins = self._too_long(text)
                    kept_back.append(refused.at_line(line, begins))
                    continue
                cells = (
                    cells_of_json(text, attempts.mapping)
                    if opened.form == "json"
                    else cells_of_row(text)
                )
                made.append(attempts.row(line, cells, attributes))
            except RecordRefused as refused:
                kept_back.append(refused.at_line(line, excerpt))
                if refused.reason_code == "score_out_of_range":
                    said = next(said for said in _DOUBTS if said in refused.detail)
                    self._off_counts[said] += 1
        for row in made:
            self._digest.update(repr(row[2:]).encode())
        return Batch(TABLE_ATTEMPTS, made, kept_back, 0)

    def _parted(
        self, chunk: Any, lines: array, skip_count: int, columns: list[str]
    ) -> tuple[Any, array, Iterator[list[tuple]]]:
        """Return the regular rows of a chunk, and the cells of the others, some at a
        time.
        """
        import nanoarrow

        numbers = nanoarrow.c_array_from_buffers(
            nanoarrow.int64(), chunk.length, [None, lines]
        )
        children = [numbers, *(chunk.child(at) for at in range(chunk.n_children))]
        schemas = {"line": numbers.schema} | {
            name: array_.schema
            for name, array_ in zip([*columns, *EXTRAS], children[1:], strict=True)
        }
        parted = nanoarrow.c_array_from_buffers(
            nanoarrow.struct(schemas), chunk.length, [None], children=children
        )
        least = lines[skip_count] if skip_count else 0
        records = children[1 + len(columns) + EXTRAS.index("record")].view()
        byte_count = memoryview(records.buffer(2)).nbytes
        most = min(_ODD_ROWS, 1 + len(lines) * _ODD_BYTES // (byte_count + 1))

        def rows(condition: str) -> Any:
            relation = self._cursor.from_arrow(nanoarrow.ArrayStream(parted))
            return relation.filter(f"line >= {least} and {condition}")

        def odd_rows() -> Iterator[list[tuple]]:
            for at in range(0, len(lines), most):
                first, last = lines[at], lines[at : at + most][-1]
                odd = rows(f"excerpt is not null and line between {first} and {last}")
                columns = "line, attributes, record, excerpt"
                if found := odd.select(columns).fetchall():
                    yield found

        regular = list(nanoarrow.c_array_stream(rows("excerpt is null")))
        if not regular:
            return None, lines, odd_rows()
        (chunk,) = regular
        regular_lines = array("q", _buffer(chunk.child(0).view().buffer(1)))
        return _without_first(chunk), regular_lines, odd_rows()

    def _file_row(self, mapping: Mapping) -> tuple:
        source = self._options.source or "table"
        table_id = self._digest.hexdigest()
        return (1, source, table_id, mapping.preset, self._options.score_max)


def _stream(relation: "duckdb.DuckDBPyRelation", row_count: int) -> Any:
    """Return the rows of a relation, `row_count` at a time."""
    import nanoarrow

    # As to_arrow_reader() takes them, which needs pyarrow.
    found = relation._submit("stream", row_count)
    return nanoarrow.c_array_stream(found.arrow_capsule())


class _without_first:
    """An Arrow struct without its first column."""

    def __init__(self, chunk: Any):
        self._chunk = chunk
        self.length = chunk.length
        self.n_children = chunk.n_children - 1

    def child(self, at: int) -> Any:
        return self._chunk.child(at + 1)


def _columns(chunk: Any, lines: array, asked: Query, hashes: bytes) -> ColumnBuffers:
    """Return a chunk as columns of the table, in memory that is not DuckDB's."""
    buffers: dict[str, Any] = {"line": [None, lines]}
    buffers |= {name: Constant(value) for name, value in asked.constants.items()}
    for at, name in enumerate(asked.columns):
        column = chunk.child(at)
        if column.null_count == chunk.length:
            buffers[name] = Constant(None)
            continue
        view = column.view()
        validity = _buffer(view.buffer(0)) if column.null_count else None
        buffers[name] = [
            validity,
            *(_buffer(view.buffer(n)) for n in range(1, view.n_buffers)),
        ]
    types = TABLE_ATTEMPTS.types
    in_order = [buffers[name] for name in types]
    return ColumnBuffers(
        chunk.length, list(types.values()), in_order, array("q", hashes)
    )


def _buffer(view: Any) -> bytes:
    return bytes(view)


def _column_meanings(opened: Opened, mapping: Mapping) -> list[tuple]:
    """Return the field that each column is used for, and a hint for each unused one."""
    rows = [
        (str(part), ours, None)
        for ours, parts in mapping.parts.items()
        for part in parts
    ]
    hints = dict(mapping.hints)
    taken = mapping.taken_names()
    rows += [
        (name, "attributes", hints.get(name))
        for name in opened.names
        if name not in taken
    ]
    unique = list(dict.fromkeys((shortened(name), *more) for name, *more in rows))
    return [(number, *row) for number, row in enumerate(unique, 1)]
