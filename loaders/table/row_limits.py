"""How many rows and cells a table may have for the size of its file.

Equal rows and empty cells take no room in Parquet and in packed text.
"""

from collections.abc import Iterator

from loaders.contract.records import file_refused

# A file may have this many rows, or one for each of this many bytes. A task, an agent,
# a number and a verdict in any order take more: ten million attempts are 25 MB.
MAX_ROWS, ROW_BYTES = 2_000_000, 2
# A file may have this many cells, or this many per byte.
MAX_CELLS, BYTE_CELLS = 100_000_000, 10


def most_rows(size_bytes: int) -> int:
    return max(MAX_ROWS, size_bytes // ROW_BYTES)


def refuse_many_rows(count: int, size_bytes: int) -> None:
    _refuse(count, most_rows(size_bytes), "rows", size_bytes)


def refuse_many_cells(count: int, size_bytes: int) -> None:
    _refuse(count, max(MAX_CELLS, BYTE_CELLS * size_bytes), "cells", size_bytes)


def _refuse(count: int, most: int, what: str, size_bytes: int) -> None:
    if count > most:
        said = f"it has {count:,} {what} in {size_bytes:,} bytes"
        raise file_refused("too_many_rows", said)


def counted(path: str, *signs: bytes) -> list[int]:
    """Return how often each character occurs in a file."""
    counts = [0] * len(signs)
    for piece in _pieces(path):
        for at, sign in enumerate(signs):
            counts[at] += piece.count(sign)
    return counts


def outside_of_quotes(path: str, sign: bytes) -> int:
    """Return how often a character occurs in CSV outside of quoted cells."""
    count, is_inside = 0, False
    for piece in _pieces(path):
        parts = piece.split(b'"')
        count += sum(part.count(sign) for part in parts[is_inside::2])
        is_inside ^= len(parts) % 2 == 0
    return count


def _pieces(path: str) -> Iterator[bytes]:
    with open(path, "rb") as file:
        while piece := file.read(1 << 20):
            yield piece
