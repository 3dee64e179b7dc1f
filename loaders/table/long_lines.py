"""Lines that DuckDB does not take: it refuses the file, or skips the line.

They are too long, or end in other ways than the first. `shorten` sees a file whose
lines end with only a carriage return as one line.
"""

from typing import BinaryIO

from loaders.contract.limits import RECORD_BYTES
from loaders.contract.records import EXCERPT_LENGTH, file_refused

_PIECE_BYTES = 1 << 20


def are_in(path: str) -> bool:
    """Say whether a file has lines that are too long for DuckDB."""
    with open(path, "rb") as file:
        length, end = 0, b""
        while piece := file.read(_PIECE_BYTES):
            end = end or _end_of_lines(piece)
            first, last = piece.find(end), piece.rfind(end)
            length += len(piece) if first < 0 else first
            if length > RECORD_BYTES:
                return True
            if first >= 0:
                length = len(piece) - last - 1
    return False


def shorten(read: BinaryIO, written: BinaryIO, *, is_csv: bool) -> dict[str, str]:
    """Copy a file with a short placeholder for each line that is too long.

    Returns the beginning of each such line by its placeholder, which is not a JSON
    object and is a CSV row of one column. A blank line between JSON is left empty.
    Raises FileRefused if the copy would change another row.
    """
    found: dict[str, str] = {}
    is_quoted = False
    number = 0
    while line := read.readline(RECORD_BYTES + 1):
        number += 1
        quote_count = line.count(b'"')
        if line.endswith(b"\n") or len(line) <= RECORD_BYTES:
            written.write(line)
            is_quoted ^= bool(quote_count % 2)
            continue
        head, byte_count = line[: 4 * EXCERPT_LENGTH], len(line)
        is_blank = not is_csv and line.isspace()
        while not line.endswith(b"\n") and (more := read.readline(_PIECE_BYTES)):
            line = line[-1:] + more
            is_blank = is_blank and more.isspace()
            quote_count += more.count(b'"')
            byte_count += len(more)
        if is_csv and (number == 1 or is_quoted or quote_count % 2):
            what = f"a line is longer than {RECORD_BYTES:,} bytes"
            raise file_refused("record_too_large", what, line=number)
        end = b"\r\n" if line.endswith(b"\r\n") else b"\n"
        if is_blank:
            written.write(end)
            continue
        instead = f"(line {number} of {byte_count} bytes)"
        found[instead] = head.decode(errors="replace")[:EXCERPT_LENGTH]
        written.write(instead.encode() + end)
    return found


def end_in_two_ways(head: bytes) -> bool:
    """Say whether some lines at the beginning of a file end as Windows ends them."""
    return 0 < head.count(b"\r\n") < head.count(b"\n")


def end_alike(read: BinaryIO, written: BinaryIO, *, is_json: bool) -> None:
    """Copy a file with a line feed for each end of a line.

    In JSON a carriage return alone is a blank, which a text may not have; so is a tab.
    """
    rest = b""
    while piece := read.read(_PIECE_BYTES):
        piece = rest + piece
        rest = b"\r" if piece.endswith(b"\r") else b""
        piece = piece.removesuffix(rest) if rest else piece
        piece = piece.replace(b"\r\n", b"\n")
        written.write(piece.replace(b"\r", b"\t") if is_json else piece)
    written.write(rest)


def _end_of_lines(piece: bytes) -> bytes:
    return b"\n" if b"\n" in piece or b"\r" not in piece else b"\r"
