"""How DuckDB opens a table: its form, its columns, and what is unusual about its rows."""

import base64
import codecs
import csv
import io
import os
import shutil
import tempfile
from array import array
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from itertools import chain, islice
from typing import TYPE_CHECKING, Self

from loaders.contract import unpacked
from loaders.contract.files import OpenFile
from loaders.contract.limits import RECORD_BYTES
from loaders.contract.records import file_refused
from loaders.table import long_lines
from loaders.table.beginning import first_after_blanks, header_of
from loaders.table.opened import HAS_DUPLICATES, Opened, is_odd_inside, literal
from loaders.table.row_limits import (
    counted,
    most_rows,
    outside_of_quotes,
    refuse_many_cells,
    refuse_many_rows,
)

if TYPE_CHECKING:  # Imported when the first table is read, which takes a while.
    import duckdb

PARQUET = b"PAR1"
UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
HEAD_BYTES = 1_000_000
# DuckDB's read buffer; its default is 16 times the longest line.
_BUFFER_BYTES = 2 * RECORD_BYTES
# A separator that no line of JSON contains, to read a line as one column.
_NO_SEPARATOR = "\x01"
# How a whole number becomes a duration, by Arrow's name of its unit.
_DURATIONS = {
    "SECOND": "to_seconds({})",
    "MILLI": "to_milliseconds({})",
    "MICRO": "to_microseconds({})",
    "NANO": "to_microseconds({} // 1000)",
}
# How many rows, and bytes, to convert at a time.
_MADE_ROWS, _MADE_BYTES = 16_384, 4_000_000
# Bytes of a number of Parquet as text, with its name.
_NUMBER_BYTES = 16
# Threads for looking at all rows before they are read, while the other process waits.
_LOOKING_THREADS = 2
# More columns than any table of attempts has; DuckDB's statements name each one.
MAX_COLUMNS = 2_000
# How many rows DuckDB has in memory at a time; how many bytes they may have; and how
# many times the file's size.
_ROWS_AT_A_TIME, _LONG_BYTES, _MOST_GROWTH = 122_880, 110_000_000, 2.5
# SQL for the length of Parquet's values; roughly, for a list, as JSON.
_VALUE_BYTES = 4
_LENGTHS = {
    "VARCHAR": "strlen({})",
    "BLOB": "octet_length({})",
    "LIST": f"{_VALUE_BYTES} * len({{}})",
}
# Whether a list or an object in a row's attributes has NaN or an infinity. The pattern
# alone takes eight times as long.
_HAS_NO_NUMBER = """
    case when contains(made_attributes, 'NaN') or contains(made_attributes, 'Inf')
    then regexp_matches(made_attributes, '[:[,-](NaN|Inf)') else false end
"""


def _check_width(count: int) -> None:
    if count > MAX_COLUMNS:
        what = f"it has more than {MAX_COLUMNS:,} columns"
        raise file_refused("too_many_columns", what)


def _check_once(names: list[str]) -> None:
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        what = f"two columns are named {twice[0]!r}"
        raise file_refused("unusable_columns", what, line=1)


def _top_names(schema: list[tuple[str, int | None]]) -> Iterator[str]:
    """Yield the names of Parquet's columns, without those of nested fields."""
    inside = 0
    for name, child_count in schema[1:]:
        if not inside:
            yield name
        inside += (child_count or 0) - bool(inside)


def _rows_or_none(rows: "csv.Reader") -> Iterator[list[str] | None]:
    """Yield the rows of CSV, None for a damaged one.

    Raises FileRefused for a cell that is too long; DuckDB would read rows inside it.
    """
    while True:
        line = rows.line_num + 1
        try:
            yield next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            if "field limit" in str(error):
                what = (
                    f"a cell in quotes is longer than {_BUFFER_BYTES:,} characters, "
                    "or its quote is not closed"
                )
                raise file_refused("record_too_large", what, line=line) from None
            yield None


class Table:
    """An open file as a table; closing it removes its temporary files."""

    def __init__(self, source: OpenFile, connection: "duckdb.DuckDBPyConnection"):
        self._connection = connection
        self._leftovers = ExitStack()
        self._size_bytes = source.size_bytes
        # Not the path, because DuckDB would read `*` and `[` as a pattern.
        self._name = source.descriptor_path
        content = unpacked.opened(source)
        self._is_packed = content is not source
        if self._is_packed:
            # DuckDB reads a table several times, so it is unpacked to a file.
            self._unpacked = content.spooled()
            self._name = self._unpacked.descriptor_path
        self._head = self._read_head()
        # The placeholder of each line that is too long for DuckDB, and how the line began.
        self.long_lines: dict[str, str] = {}
        self._is_shortened = self._is_converted = False
        # Whether damaged rows of CSV are quarantined instead of refusing the file.
        self.keeps_back = False
        # For CSV: how many lines come before the header, and which rows after it are
        # empty; a row of several lines counts as one.
        self.lines_before = 0
        self.empty_lines = array("I")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._leftovers.close()

    def has_damaged_rows(self, count: int) -> bool:
        """Say whether that many rows of CSV have another width, or a stray quote.

        DuckDB needs long, and a kilobyte, to report each. Fills empty_lines.
        """
        with open(self._name, "rb") as content:
            file = io.TextIOWrapper(content, "utf-8-sig", "replace", newline="")
            lines = (line.replace("\0", "") for line in file)
            first = list(islice(lines, 1_000))
            header = header_of("".join(first))
            rows = csv.reader(
                chain(first, lines), delimiter=header.separator, strict=True
            )
            width = len(header.names)
            csv.field_size_limit(_BUFFER_BYTES)
            for line, row in enumerate(_rows_or_none(rows), 1):
                if row is None or len(row) not in (0, width):
                    count -= 1
                    if not count:
                        return True
                elif not row and width > 1 and line > header.lines_before:
                    self.empty_lines.append(line)
            return False

    def opened(self) -> Opened:
        """Return the table, or raise FileRefused."""
        if self._head.startswith(PARQUET):
            return self._parquet()
        if self._head.startswith(UTF16_MARKS):
            self._convert("utf-16")
        if self.keeps_back and long_lines.end_in_two_ways(self._head):
            self._convert_ends()
        text = self._head.decode("utf-8", errors="replace")
        first = text.lstrip("\ufeff \r\n\t")[:1] or first_after_blanks(self._name)
        if first != "[" and not self._is_shortened:
            self._is_shortened = True
            if long_lines.are_in(self._name):
                self._shorten(is_csv=first != "{")
        if first in ("{", "["):
            return self._json(is_array=first == "[")
        return self._csv(text)

    def _check_row_count(self) -> None:
        """Refuse Parquet with more rows than its size allows; rows may take no byte."""
        ((count,),) = self._connection.execute(
            f"select sum(num_rows)::bigint from parquet_file_metadata({literal(self._name)})"
        ).fetchall()
        refuse_many_rows(count or 0, self._size_bytes)
        # Lengths of lists first, because reading the values needs memory.
        ((value_count,),) = self._connection.execute(
            f"select max(num_values) from parquet_metadata({literal(self._name)})"
        ).fetchall()
        if _VALUE_BYTES * (value_count or 0) > self._most_bytes:
            what = f"a column has {value_count:,} values in a row group"
            raise file_refused("records_too_long", what)

    @property
    def _most_bytes(self) -> float:
        return max(_LONG_BYTES, _MOST_GROWTH * self._size_bytes)

    def _parquet(self) -> Opened:
        self._check_row_count()
        rows = f"select * from read_parquet({literal(self._name)})"
        described = self._connection.execute(f"describe {rows}").fetchall()
        _check_width(len(described))
        # DuckDB renames duplicates of a name.
        schema = self._connection.execute(
            f"select name, num_children from parquet_schema({literal(self._name)})"
        ).fetchall()
        names = list(_top_names(schema))
        _check_once(names)
        types = {
            name: type_ for name, (_, type_, *_) in zip(names, described, strict=True)
        }
        row_bytes = self._check_lengths(rows, [type_ for _, type_, *_ in described])
        row_bytes += _NUMBER_BYTES * sum(not children for _, children in schema)
        durations = self._durations()
        types |= dict.fromkeys(durations, "INTERVAL")
        columns = [f"c{at}" for at in range(len(names))]
        values = ", ".join(
            f"{durations.get(name, '{}').format(column)} as {column}"
            for name, column in zip(names, columns, strict=True)
        )
        scan = rows
        rows = f"select {values} from ({scan}) as t({', '.join(columns)})"
        at_a_time = min(_MADE_ROWS, 1 + int(_MADE_BYTES / row_bytes))
        return Opened("parquet", names, scan, rows, types, _HAS_NO_NUMBER, at_a_time)

    def _check_lengths(self, rows: str, types: list[str]) -> float:
        """Return the length of a row's texts and lists.

        Refuse Parquet with rows that are too long for memory: a text or list that is
        equal in many rows takes no room in the file.
        """
        lengths = [
            f"coalesce({length.format(f'c{at}')}, 0)"
            for at, type_ in enumerate(types)
            if (length := _LENGTHS.get("LIST" if type_.endswith("]") else type_))
        ]
        if not lengths:
            return 0
        columns = ", ".join(f"c{at}" for at in range(len(types)))
        ((count, byte_count),) = self._connection.execute(
            f"select count(*), sum(({' + '.join(lengths)})::double) "
            f"from ({rows}) as t({columns})"
        ).fetchall()
        row_bytes = (byte_count or 0) / max(1, count)
        at_a_time = row_bytes * min(count, _ROWS_AT_A_TIME)
        if at_a_time > self._most_bytes:
            what = f"{min(count, _ROWS_AT_A_TIME):,} rows hold {at_a_time:,.0f} bytes"
            raise file_refused("records_too_long", what)
        return row_bytes

    def _durations(self) -> dict[str, str]:
        """Return the conversions of the columns that Arrow calls durations.

        Parquet stores them as whole numbers; only Arrow's schema has their unit.
        """
        import nanoarrow
        from nanoarrow._utils import NanoarrowException
        from nanoarrow.ipc import InputStream

        found = self._connection.execute(
            f"select value from parquet_kv_metadata({literal(self._name)}) "
            "where key = 'ARROW:schema'"
        ).fetchall()
        durations = {}
        # A schema with types that nanoarrow does not know cannot be used.
        with suppress(ValueError, NanoarrowException):
            for (schema,) in found:
                with InputStream.from_readable(base64.b64decode(schema)) as stream:
                    array_stream = nanoarrow.c_array_stream(stream)
                    fields = nanoarrow.Schema(array_stream.get_schema()).fields
                durations |= {
                    field.name: _DURATIONS[field.unit.name]
                    for field in fields
                    if field.type == nanoarrow.Type.DURATION
                }
        return durations

    def _csv(self, text: str) -> Opened:
        names, separator, self.lines_before = header_of(text)
        _check_width(len(names))
        names = [name.strip() for name in names]
        # A spreadsheet also writes columns that it shows empty.
        if names.count("") > 1:
            names = [name or f"column {at}" for at, name in enumerate(names, 1)]
        _check_once(names)
        if any("\ufffd" in name or "\0" in name for name in names):
            what = "the header is no UTF-8"
            raise file_refused("wrong_encoding", what, line=self.lines_before + 1)
        columns = ", ".join(f"'c{at}': 'VARCHAR'" for at in range(len(names)))
        # DuckDB must not guess anything, such as lines to skip or comments.
        rows = f"""
            select * from read_csv(
                {literal(self._name)}, compression = 'none',
                columns = {{{columns}}}, auto_detect = false, header = true,
                skip = {self.lines_before},
                delim = {literal(separator)}, quote = '"', escape = '"',
                nullstr = '', comment = '', null_padding = false, strict_mode = true,
                max_line_size = {RECORD_BYTES},
                buffer_size = {_BUFFER_BYTES},
                ignore_errors = {str(self.keeps_back).lower()},
                store_rejects = {str(self.keeps_back).lower()}
            )
        """
        end = b"\n" if b"\n" in self._head else b"\r"
        if self._is_packed:
            row_count, cell_count = counted(self._name, end, separator.encode())
            if row_count > most_rows(self._size_bytes):
                row_count = outside_of_quotes(self._name, end)
            refuse_many_rows(row_count, self._size_bytes)
            refuse_many_cells(cell_count, self._size_bytes)
        at_a_time = self._rows_at_a_time(end)
        return Opened("csv", names, rows, rows, rows_at_a_time=at_a_time)

    def _json(self, *, is_array: bool) -> Opened:
        import duckdb

        if is_array:
            objects = f"""
                select json as j from read_json_objects(
                    {literal(self._name)}, format = 'array',
                    compression = 'none',
                    maximum_object_size = {RECORD_BYTES}
                )
            """
        else:
            objects = f"""
                select j from read_csv(
                    {literal(self._name)}, compression = 'none',
                    columns = {{'j': 'VARCHAR'}}, auto_detect = false, header = false,
                    delim = {literal(_NO_SEPARATOR)}, quote = '', escape = '',
                    nullstr = '', comment = '', max_line_size = {RECORD_BYTES},
                    buffer_size = {_BUFFER_BYTES}
                )
            """
        if self._is_packed:
            (row_count,) = counted(self._name, b"{" if is_array else b"\n")
            if is_array and row_count > most_rows(self._size_bytes):
                # Objects inside rows are not rows.
                row_count = self._count(objects)
            refuse_many_rows(row_count, self._size_bytes)
        is_object = """
            case when starts_with(j, '{') then true
            else starts_with(ltrim(j), '{') end and json_valid(j)
        """
        rows = f"select j, case when {is_object} then j end as v from ({objects})"
        try:
            names, has_duplicates, has_others = self._fields(rows)
        except duckdb.InvalidInputException:
            if is_array or self._is_converted:
                raise
            # Of lines that end in two ways, as where files were put together.
            self._convert_ends(is_json=True)
            return self._json(is_array=False)
        if not names:
            what = (
                "no line is a whole JSON object, and the file is not an array of them"
            )
            if is_array:
                what = "its array holds no JSON object"
            raise file_refused("syntax", what, line=1)
        _check_width(len(names))
        is_odd = "v is null"
        if has_duplicates:
            is_odd += f" or {HAS_DUPLICATES.format('json_keys(v)')}"
        if not has_others:
            rows = f"select j, j as v from ({objects})"
        rows = f"""
            select
                *,
                {is_odd} or case when has_inside then {is_odd_inside("v")} else false end
                    as is_odd_json
            from (
                select *, v like '%{{%{{%' or contains(v, '[') as has_inside
                from ({rows})
            )
        """
        is_odd = f"is_odd_json or {_HAS_NO_NUMBER}"
        if is_array:
            at_a_time = self._rows_at_a_time(b"}", objects)
        else:
            at_a_time = self._rows_at_a_time(b"\n")
        return Opened(
            "json", names, objects, rows, is_odd=is_odd, rows_at_a_time=at_a_time
        )

    def _rows_at_a_time(self, end: bytes, values: str = "") -> int:
        """Return how many rows to convert at a time, judged by the bytes that end one.

        In an array these end other objects too, so its rows are counted by a query.
        """

        def fitting(count: int, byte_count: int) -> int:
            return min(_MADE_ROWS, 1 + _MADE_BYTES * count // max(1, byte_count))

        found = fitting(self._head.count(end), len(self._head))
        if found < _MADE_ROWS:
            # The first rows may be longer than the others.
            count = self._count(values) if values else counted(self._name, end)[0]
            found = fitting(count, os.stat(self._name).st_size)
        return found

    def _count(self, rows: str) -> int:
        found = self._connection.execute(f"select count(*) from ({rows})").fetchall()
        return found[0][0]

    def _fields(self, rows: str) -> tuple[list[str], bool, bool]:
        """Return the names of all fields, whether an object has a duplicate name, and
        whether there is anything other than objects.
        """
        keys = f"select json_keys(v) as keys from ({rows})"
        first = self._connection.execute(
            f"{keys} where v is not null limit 100"
        ).fetchall()
        lists = [each for (each,) in first]
        if not lists:
            lists = [[]]
        names = dict.fromkeys(name for each in lists for name in each)
        # Nearly all rows have the fields of the first one.
        usual = ", ".join(map(literal, lists[0]))
        self._connection.execute(f"set threads = {_LOOKING_THREADS}")
        others = self._connection.execute(
            f"""
            select name, bool_or(has_duplicates)
            from (
                select
                    unnest(coalesce(keys, [null])) as name,
                    {HAS_DUPLICATES.format("keys")} as has_duplicates
                from ({keys})
                where keys is distinct from cast([{usual}] as varchar[])
            )
            group by name
            order by name nulls first
            limit {MAX_COLUMNS + 2}
            """
        ).fetchall()
        # Rows must come in order, as only one thread returns them.
        self._connection.execute("set threads = 1")
        names |= dict.fromkeys(name for name, _ in others if name is not None)
        has_duplicates = any(len(set(each)) < len(each) for each in lists)
        has_duplicates = has_duplicates or any(found for _, found in others)
        return list(names), has_duplicates, None in dict(others)

    def _read_head(self) -> bytes:
        with open(self._name, "rb") as file:
            return file.read(HEAD_BYTES)

    def _new_path(self) -> str:
        """Return the path for a copy that is deleted with this object."""
        folder = self._leftovers.enter_context(tempfile.TemporaryDirectory())
        return os.path.join(folder, "table")

    def _shorten(self, *, is_csv: bool) -> None:
        """Continue with a copy that has placeholders for lines that are too long."""
        path = self._new_path()
        with open(self._name, "rb") as read, open(path, "wb") as written:
            self.long_lines = long_lines.shorten(read, written, is_csv=is_csv)
        self._name = path
        self._head = self._read_head()

    def _convert_ends(self, *, is_json: bool = False) -> None:
        """Continue with a copy that has the same line end everywhere, as DuckDB needs."""
        self._is_converted = True
        path = self._new_path()
        with open(self._name, "rb") as read, open(path, "wb") as written:
            long_lines.end_alike(read, written, is_json=is_json)
        self._name = path
        self._head = self._read_head()

    def _convert(self, encoding: str) -> None:
        """Continue with a copy in UTF-8, which is deleted with this object."""
        path = self._new_path()
        try:
            with (
                open(self._name, encoding=encoding, newline="") as read,
                open(path, "w", encoding="utf-8", newline="") as written,
            ):
                shutil.copyfileobj(read, written)
        except UnicodeError:
            raise file_refused("wrong_encoding", "it is damaged UTF-16") from None
        self._name = path
        self._head = self._read_head()
