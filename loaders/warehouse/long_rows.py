"""Memory for long rows: DuckDB writes 2,048 at a time, and holds the text of all of them.

Its limit is raised to what they need, once they are all inserted and before they are
written. A packed file that holds longer rows than itself is refused instead.
"""

import contextlib
from collections import deque
from collections.abc import Iterable, Iterator

import duckdb

from loaders.contract.records import file_refused
from loaders.warehouse.sql import MEMORY_LIMIT_MB

# How many rows are written at a time.
_ROWS = 2_048
# These take no more than DuckDB has in any case. Those of any packed file may be as long
# as the second.
_SHORT_BYTES = 38_000_000
_ANY_BYTES = 44_000_000
# What they take in memory, of their own bytes, and what else there is.
_GROWTH, _ELSE_MB = 1.3, 80


class Last:
    """How many bytes the last rows of each table have."""

    def __init__(self) -> None:
        self._pieces: dict[str, deque[tuple[int, int]]] = {}

    def add(self, table: str, row_count: int, byte_count: int) -> int:
        """Take rows, and return how many bytes the last ones of the table have."""
        pieces = self._pieces.setdefault(table, deque())
        pieces.append((row_count, byte_count))
        while sum(count for count, _ in pieces) - pieces[0][0] >= _ROWS:
            pieces.popleft()
        return _bytes_of_last(pieces)

    @property
    def most_bytes(self) -> int:
        return max(map(_bytes_of_last, self._pieces.values()), default=0)


def _bytes_of_last(pieces: Iterable[tuple[int, int]]) -> int:
    (first_count, first_bytes), *rest = pieces
    wanted = _ROWS - sum(count for count, _ in rest)
    share = min(1, wanted / first_count)
    return int(share * first_bytes) + sum(size for _, size in rest)


class LongRows:
    """The rows that are inserted, and the memory that DuckDB has to write them."""

    def __init__(self, connection: duckdb.DuckDBPyConnection):
        self._connection = connection
        self._last = Last()
        # Of what is not written yet.
        self._most_bytes = 0

    def add(self, table: str, row_count: int, byte_count: int) -> None:
        found = self._last.add(table, row_count, byte_count)
        self._most_bytes = max(self._most_bytes, found)

    def make_room(self) -> None:
        """Raise the limit to what DuckDB needs to write what was inserted."""
        if self._most_bytes > _SHORT_BYTES:
            needed_mb = int(_GROWTH * self._most_bytes / 1_000_000) + _ELSE_MB
            self._set_limit(max(MEMORY_LIMIT_MB, needed_mb))

    @contextlib.contextmanager
    def room(self) -> Iterator[None]:
        """Restore the limit at the end, however far it was raised."""
        try:
            yield
        finally:
            if self._most_bytes > _SHORT_BYTES:
                self._set_limit(MEMORY_LIMIT_MB)
            # More rows may come behind the last ones.
            self._most_bytes = self._last.most_bytes

    def _set_limit(self, megabytes: int) -> None:
        # What is held at that moment may be more than the limit.
        with contextlib.suppress(duckdb.Error):
            self._connection.execute(f"set memory_limit = '{megabytes}MB'")


def check(packed_bytes: int, last_bytes: int) -> None:
    """Raise FileRefused where the last rows of a packed file are longer than the file."""
    if last_bytes > max(_ANY_BYTES, packed_bytes):
        what = (
            f"{_ROWS:,} of its rows, or fewer, take {last_bytes:,} bytes, more than the "
            "packed file, so unpack it"
        )
        raise file_refused("records_too_long", what)
