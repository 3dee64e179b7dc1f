"""Text that repeats, for the files of floods.py."""

from collections.abc import Callable

# Makes about so many bytes.
Content = Callable[[int], bytes]


def repeated(piece: str, byte_count: int) -> str:
    """Return a piece again and again, with commas between."""
    return ",".join([piece] * max(1, byte_count // (len(piece) + 1)))


def numbered(piece: str, byte_count: int) -> str:
    """Return a piece again and again, each with its number."""
    count = max(1, byte_count // (len(piece) + 6))
    return ",".join(piece.replace("#", str(number)) for number in range(count))


def one_object(head: str, piece: str, tail: str, is_numbered: bool = False) -> Content:
    fill = numbered if is_numbered else repeated
    return lambda size: f"{head}{fill(piece, size)}{tail}".encode()


def lines(head: str, piece: str, is_numbered: bool = False) -> Content:
    """Return a head, then a piece again and again, maybe each with its number."""

    def content(size: int) -> bytes:
        if not is_numbered:
            return (head + piece * (size // len(piece))).encode()
        count = size // (len(piece) + 6)
        pieces = (piece.replace("#", str(number)) for number in range(count))
        return (head + "".join(pieces)).encode()

    return content
