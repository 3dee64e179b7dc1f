"""Rows held column by column, as Arrow arrays: the way they reach DuckDB.

By nanoarrow, since importing pyarrow takes as long as loading 10,000 records.
"""

from array import array
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate
from typing import Any, Self

import nanoarrow
from nanoarrow.c_array import CArray

# DuckDB's fixed-width types, as Arrow and as the array module know them.
_NUMBERS = {"bigint": (nanoarrow.int64(), "q"), "double": (nanoarrow.float64(), "d")}


class Columns:
    """Rows of a table as one Arrow array per column; to iterate gives tuples."""

    def __init__(self, arrays: Sequence[CArray]):
        self.arrays = arrays

    @classmethod
    def of(cls, types: Iterable[str], columns: Iterable[Sequence]) -> Self:
        """Return the rows with these values, one sequence per column."""
        pairs = zip(types, columns, strict=True)
        return cls([_array(values, type_) for type_, values in pairs])

    def __len__(self) -> int:
        return len(self.arrays[0])

    def __iter__(self) -> Iterator[tuple]:
        values = [nanoarrow.Array(array_).to_pylist() for array_ in self.arrays]
        return zip(*values, strict=True)


def _array(values: Sequence, type_: str) -> CArray:
    """Return numbers, or text for any other type, as Arrow; None becomes null."""
    validity = _validity(values) if None in values else None
    if type_ == "boolean":
        values = [None if v is None else str(v).lower() for v in values]
    if type_ in _NUMBERS:
        arrow_type, code = _NUMBERS[type_]
        buffers = [array(code, values if validity is None else _filled(values, 0))]
    else:
        arrow_type = nanoarrow.string()
        buffers = _text(values if validity is None else _filled(values, ""))
    return nanoarrow.c_array_from_buffers(arrow_type, len(values), [validity, *buffers])


def _validity(values: Sequence) -> bytes:
    """Return one bit per value, from the lowest: whether it is there."""
    bits = "".join(["0" if value is None else "1" for value in reversed(values)])
    return int(bits, base=2).to_bytes((len(values) + 7) // 8, "little")


def _filled(values: Sequence, filling: Any) -> list:
    return [filling if value is None else value for value in values]


def _text(values: Sequence[str]) -> list[Any]:
    """Return where each text ends, and all of them in one."""
    whole = "".join(values)
    # Where each character is a byte, nothing but the whole has to be encoded.
    pieces = values if whole.isascii() else [value.encode() for value in values]
    return [array("i", accumulate(map(len, pieces), initial=0)), whole.encode()]
