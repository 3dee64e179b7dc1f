"""Rows held column by column in Arrow's layout, as they are passed to DuckDB.

Uses nanoarrow, since importing pyarrow takes as long as loading 10,000 records. They
consist of bytes and arrays, so that they can be passed between processes as they are.
"""

import pickle
from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, repeat
from typing import Any, NamedTuple, Self

import nanoarrow
from nanoarrow.c_array import CArray

from loaders.contract.columns import RawTable

# DuckDB's fixed-width types, as Arrow and as the array module know them.
_NUMBERS = {"bigint": (nanoarrow.int64(), "q"), "double": (nanoarrow.float64(), "d")}

# Which values are present (None: all), then where texts end, then the values.
_Buffers = list[Any]


class Constant(NamedTuple):
    """The value of a column that has the same one in all rows."""

    value: str | None


@dataclass(frozen=True, slots=True)
class ColumnBuffers:
    """Rows of a table as one set of buffers per column; iterating gives tuples."""

    row_count: int
    types: list[str]
    buffers: list[_Buffers | Constant]
    # Shows that no key is duplicated; None if the reader does not say.
    key_hashes: array | None = None

    @classmethod
    def of(
        cls,
        types: Iterable[str],
        columns: Iterable[Sequence],
        key: Sequence[Sequence] | None = None,
    ) -> Self:
        """Return the rows with these values, one sequence per column."""
        types, columns = list(types), list(columns)
        hashes = None
        if key is not None:
            keys = zip(*key, strict=True)
            if any(None in column for column in key):
                # In SQL two nulls are not equal.
                keys = [each for each in keys if None not in each]
            hashes = array("q", map(hash, keys))
        return cls(len(columns[0]), types, list(map(_buffers, columns, types)), hashes)

    def array(self, at: int) -> CArray:
        """Return a column, expanded if it has one value for all rows."""
        column, type_ = self.buffers[at], self.types[at]
        if isinstance(column, Constant):
            column = _repeated(column.value, type_, self.row_count)
        return nanoarrow.c_array_from_buffers(
            _arrow_type(type_), self.row_count, column
        )

    @property
    def byte_count(self) -> int:
        return sum(
            memoryview(buffer).nbytes
            for column in self.buffers
            if not isinstance(column, Constant)
            for buffer in column
            if buffer
        )

    def __len__(self) -> int:
        return self.row_count

    def __reduce_ex__(self, protocol: int) -> Any:
        """Let its buffers pass between processes next to a pickle, not in it."""
        if protocol < 5:
            return super().__reduce_ex__(protocol)
        buffers = [
            column
            if isinstance(column, Constant)
            else [buffer and pickle.PickleBuffer(buffer) for buffer in column]
            for column in self.buffers
        ]
        values = (self.row_count, self.types, buffers, self.key_hashes)
        return ColumnBuffers, values

    def __iter__(self) -> Iterator[tuple]:
        values = [
            repeat(column.value, self.row_count)
            if isinstance(column, Constant)
            else nanoarrow.Array(self.array(at)).to_pylist()
            for at, column in enumerate(self.buffers)
        ]
        return zip(*values, strict=True)


def as_buffers(table: RawTable, rows: Sequence[tuple] | ColumnBuffers) -> ColumnBuffers:
    """Return at least one row of a table as columns."""
    if isinstance(rows, ColumnBuffers):
        return rows
    columns = dict(zip(table.types, zip(*rows, strict=True), strict=True))
    # The key of our own tables begins with file_id, which is none of the columns.
    key = [columns[name] for name in table.key if name in columns]
    return ColumnBuffers.of(table.types.values(), columns.values(), key)


def _arrow_type(type_: str) -> Any:
    return _NUMBERS[type_][0] if type_ in _NUMBERS else nanoarrow.string()


def _buffers(values: Sequence, type_: str) -> _Buffers | Constant:
    """Return numbers, or text for any other type; None becomes null."""
    null_count = values.count(None)
    if null_count == len(values):
        return Constant(None)
    validity = _validity(values) if null_count else None
    if type_ == "boolean":
        values = [None if v is None else str(v).lower() for v in values]
    if type_ in _NUMBERS:
        _, code = _NUMBERS[type_]
        return [
            validity,
            array(code, values if validity is None else _filled(values, 0)),
        ]
    return [validity, *_text(values if validity is None else _filled(values, ""))]


def _repeated(value: str | None, type_: str, count: int) -> _Buffers:
    if value is not None:
        return [None, *_text([value] * count)]
    nothing = bytes((count + 7) // 8)
    if type_ in _NUMBERS:
        return [nothing, bytes(8 * count)]
    return [nothing, bytes(4 * (count + 1)), b""]


def _validity(values: Sequence) -> bytes:
    """Return one bit per value, from the lowest: whether it is present."""
    bits = "".join(["0" if value is None else "1" for value in reversed(values)])
    return int(bits, base=2).to_bytes((len(values) + 7) // 8, "little")


def _filled(values: Sequence, filling: Any) -> list:
    return [filling if value is None else value for value in values]


def _text(values: Sequence[str]) -> list[Any]:
    """Return where each text ends, and all of them in one."""
    whole = "".join(values)
    # If each character is one byte, the joined text is encoded at once.
    pieces = values if whole.isascii() else [value.encode() for value in values]
    return [array("i", accumulate(map(len, pieces), initial=0)), whole.encode()]
